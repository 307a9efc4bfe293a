//! Definitions, `credit` and `ensure`

use pest::iterators::Pair;

use super::{Builder, Built, Parts, Problem};
use crate::diagnostics::Code;
use crate::source::Span;
use crate::syntax::tree::{
    Credit, CreditTo, Define, Ensure, Expr, ExprKind, Grain, LiteralKind, Path, Schedule, Since, Starting, TypeExpr,
    Whom, Word,
};
use crate::syntax::words::Rule;
use crate::value::Rounding;

/// The clauses of a head.
#[derive(Default)]
struct Clauses {
    ty: Option<TypeExpr>,
    rounded: Option<(Rounding, Span)>,
    to: Option<Path>,
    on: Option<Expr>,
}

impl Builder<'_> {
    pub(super) fn define(&self, pair: Pair<'_, Rule>) -> Built<Define> {
        let mut word = Word::Let;
        let (mut name, mut since, mut exact, mut grain) = (None, None, None, None);
        let mut clauses = Clauses::default();
        let mut body = None;
        for part in pair.clone().into_inner() {
            match part.as_rule() {
                Rule::define_word => word = self.define_word(&part)?,
                Rule::name => name = Some(self.name(part)),
                Rule::kw_exact => exact = Some(self.span(&part)),
                Rule::since => {
                    let span = self.span(&part);
                    since = Some(Since { day: self.date(&self.first(part)?)?, span });
                }
                Rule::grain => grain = Some(self.grain(part)?),
                Rule::head_where => {
                    let span = self.span(&part);
                    let condition = self.expr(self.first(part)?)?;
                    self.narrow(&mut grain, condition, span);
                }
                Rule::body_here | Rule::body_below => body = Some(self.body(part)?),
                _ => self.clause(part, &mut clauses)?,
            }
        }
        let (Some(name), Some((body, starting))) = (name, body) else {
            return Err(self.unread(&pair));
        };
        let Clauses { ty, rounded, to, on } = clauses;
        Ok(Define { word, name, since, exact, grain, ty, rounded, to, on, body, starting })
    }

    fn define_word(&self, pair: &Pair<'_, Rule>) -> Built<Word> {
        match pair.as_str() {
            "let" => Ok(Word::Let),
            "quota" => Ok(Word::Quota),
            "measure" => Ok(Word::Measure),
            "earn" => Ok(Word::Earn),
            "balance" => Ok(Word::Balance),
            "pay" => Ok(Word::Pay),
            _ => Err(self.unread(pair)),
        }
    }

    /// One of `as`, `rounded`, `to`, `on`, each at most once.
    fn clause(&self, pair: Pair<'_, Rule>, clauses: &mut Clauses) -> Built<()> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let part = self.first(pair)?;
        let again = match rule {
            Rule::as_clause => {
                let ty = self.type_expr(part)?;
                clauses.ty.replace(ty).map(|_| "as")
            }
            Rule::rounded_clause => {
                let mode = self.rounding(part)?;
                clauses.rounded.replace(mode).map(|_| "rounded")
            }
            Rule::to_clause => clauses.to.replace(self.path(part)?).map(|_| "to"),
            _ => clauses.on.replace(self.expr(part)?).map(|_| "on"),
        };
        again.map_or(Ok(()), |word| Err(self.twice(word, span)))
    }

    fn body(&self, pair: Pair<'_, Rule>) -> Built<(Expr, Option<Starting>)> {
        let mut parts = Parts::of(pair.clone());
        let body = self.expr(self.need(parts.next(), &pair)?)?;
        let Some(starting) = parts.next_of(Rule::starting) else {
            return Ok((body, None));
        };
        let mut parts = Parts::of(starting.clone());
        let value = self.expr(self.need(parts.next(), &starting)?)?;
        let each = match parts.next_of(Rule::anew) {
            Some(anew) => Some(self.name(self.need(Parts::of(anew.clone()).next(), &anew)?)),
            None => None,
        };
        Ok((body, Some(Starting { value, each })))
    }

    fn grain(&self, pair: Pair<'_, Rule>) -> Built<Grain> {
        let span = self.span(&pair);
        let (mut names, mut within, mut schedule, mut by) = (Vec::new(), None, None, None);
        for part in Parts::of(pair) {
            match part.as_rule() {
                Rule::grain_in => within = Some(self.name(self.first(part)?)),
                Rule::grain_by => by = Some(self.path(self.first(part)?)?),
                Rule::schedule => schedule = Some(Box::new(self.schedule(part)?)),
                _ => names.push(self.name(part)),
            }
        }
        Ok(Grain { span, parts: names, within, schedule, by, condition: None })
    }

    /// `from signed for 36 months`
    fn schedule(&self, pair: Pair<'_, Rule>) -> Built<Schedule> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair.clone());
        let start = self.expr(self.need(parts.next(), &pair)?)?;
        let length = self.first(self.need(parts.next(), &pair)?)?;
        let count = match length.as_rule() {
            Rule::integer => {
                let number = self.number(length)?;
                Expr { kind: ExprKind::Literal(LiteralKind::Number(number.value)), span: number.span }
            }
            _ => self.primary(length, 0)?.expr,
        };
        let unit = parts.next().map(|unit| self.name(unit));
        Ok(Schedule { start, count, unit, span })
    }

    /// Adds the `where` behind a grain.
    fn narrow(&self, grain: &mut Option<Grain>, condition: Expr, span: Span) {
        if let Some(grain) = grain {
            grain.span = grain.span.to(span);
            grain.condition = Some(condition);
        }
    }

    pub(super) fn credit(&self, pair: Pair<'_, Rule>) -> Built<Credit> {
        let mut parts = Parts::of(pair.clone());
        let name = self.name(self.need(parts.next(), &pair)?);
        let since = self.since(&mut parts)?;
        let grain = self.grain(self.need(parts.next(), &pair)?)?;
        if let Some(schedule) = &grain.schedule {
            let help = "leave the schedule out, and spread what is earned: `earn … for each …, month from …`";
            let message = "a credit rule goes over rows of the data";
            return Err(Self::problem(Code::NoGrain, message, schedule.span, help));
        }
        let grain = self.with_where(grain, &mut parts)?;
        let mut credit = Credit { name, since, grain, to: None, on: None, amount: None, columns: Vec::new() };
        for part in parts {
            self.credit_entry(part, &mut credit)?;
        }
        Ok(credit)
    }

    /// The day from which something holds, where one stands there.
    fn since(&self, parts: &mut Parts<'_>) -> Built<Option<Since>> {
        let Some(part) = parts.next_of(Rule::since) else { return Ok(None) };
        let span = self.span(&part);
        Ok(Some(Since { day: self.date(&self.first(part)?)?, span }))
    }

    fn credit_entry(&self, pair: Pair<'_, Rule>, credit: &mut Credit) -> Built<()> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut parts = Parts::of(pair.clone());
        let first = self.need(parts.next(), &pair)?;
        let again = match rule {
            Rule::credit_to => credit.to.replace(self.credit_to(first)?).map(|_| "to"),
            Rule::credit_on => credit.on.replace(self.expr(first)?).map(|_| "on"),
            Rule::credit_amount => credit.amount.replace(self.expr(first)?).map(|_| "amount"),
            _ => {
                let value = self.expr(self.need(parts.next(), &pair)?)?;
                credit.columns.push((self.name(first), value));
                None
            }
        };
        again.map_or(Ok(()), |word| Err(self.twice(word, span)))
    }

    fn credit_to(&self, pair: Pair<'_, Rule>) -> Built<CreditTo> {
        let span = self.span(&pair);
        let whom = match pair.as_rule() {
            Rule::to_each => Whom::Each,
            Rule::to_managers => Whom::Managers,
            _ => return Ok(CreditTo { whom: Whom::One, path: self.path(pair)?, condition: None, span }),
        };
        let mut parts = Parts::of(pair.clone());
        let path = self.path(self.need(parts.next(), &pair)?)?;
        let condition = match parts.next_of(Rule::credit_where) {
            Some(part) => Some(self.expr(self.first(part)?)?),
            None => None,
        };
        Ok(CreditTo { whom, path, condition, span })
    }

    pub(super) fn ensure(&self, pair: Pair<'_, Rule>) -> Built<Ensure> {
        let mut parts = Parts::of(pair.clone());
        let name = self.name(self.need(parts.next(), &pair)?);
        let since = self.since(&mut parts)?;
        let grain = match parts.next_of(Rule::grain) {
            Some(grain) => Some(self.with_where(self.grain(grain)?, &mut parts)?),
            None => None,
        };
        let condition = self.expr(self.need(parts.next(), &pair)?)?;
        let message = parts.next_of(Rule::text).map(|text| self.quoted(text));
        Ok(Ensure { name, since, grain, condition, message })
    }

    /// The grain with the `where` that may follow it.
    fn with_where(&self, grain: Grain, parts: &mut Parts<'_>) -> Built<Grain> {
        let mut grain = Some(grain);
        if let Some(part) = parts.next_of(Rule::where_part) {
            let span = self.span(&part);
            let condition = self.expr(self.first(part)?)?;
            self.narrow(&mut grain, condition, span);
        }
        grain.ok_or_else(|| Self::problem(Code::Syntax, "`for each` is missing", self.place.span(0, 0), ""))
    }

    /// Something that may stand once stands twice.
    pub(super) fn twice(&self, word: &str, span: Span) -> Problem {
        let message = format!("`{word}` stands here twice");
        Self::problem(Code::Syntax, message, span, "keep one of the two")
    }
}
