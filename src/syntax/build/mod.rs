//! From the pairs that pest finds to the tree.

mod case;
mod constant;
mod define;
mod expr;
mod order;
mod plan;
mod rates;
mod record;
mod test;
mod types;

use std::cell::RefCell;
use std::iter::Peekable;

use pest::iterators::{Pair, Pairs};

use super::keywords::is_name;
use super::problem::{Place, Problem};
use super::tree::{Choice, DeclaredUnit, ItemKind, Name, Number, Path, Periods, PeriodsKind, Quoted, StepLength, Use};
use super::words::{Rule, is_mark};
use crate::calendar::Date;
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::value::parse_literal;
pub(super) use expr::DEPTH;

/// What building gives: a part of the tree, or the problem that stops it.
pub(super) type Built<T> = Result<T, Problem>;

/// Builds the tree of one item.
pub(super) struct Builder<'a> {
    place: Place<'a>,
    notes: RefCell<Vec<Diagnostic>>,
}

/// The parts of a pair without the words between them.
struct Parts<'i> {
    pairs: Peekable<Pairs<'i, Rule>>,
}

impl<'i> Parts<'i> {
    fn of(pair: Pair<'i, Rule>) -> Self {
        Parts { pairs: pair.into_inner().peekable() }
    }

    /// The next part, if it is of this kind.
    fn next_of(&mut self, rule: Rule) -> Option<Pair<'i, Rule>> {
        if self.pairs.peek()?.as_rule() == rule {
            return self.pairs.next();
        }
        // A word asked for by its rule is found; any other stands between parts.
        while self.pairs.next_if(|pair| is_mark(pair.as_rule())).is_some() {
            if self.pairs.peek()?.as_rule() == rule {
                return self.pairs.next();
            }
        }
        None
    }
}

impl<'i> Iterator for Parts<'i> {
    type Item = Pair<'i, Rule>;

    fn next(&mut self) -> Option<Self::Item> {
        self.pairs.by_ref().find(|pair| !is_mark(pair.as_rule()))
    }
}

impl<'a> Builder<'a> {
    /// A builder for the item at a place.
    pub fn new(place: Place<'a>) -> Self {
        Builder { place, notes: RefCell::new(Vec::new()) }
    }

    /// The foreign forms met on the way.
    pub fn into_notes(self) -> Vec<Diagnostic> {
        self.notes.into_inner()
    }

    /// The item.
    pub fn item(&self, pair: Pair<'_, Rule>) -> Built<ItemKind> {
        match pair.as_rule() {
            Rule::edition => Ok(ItemKind::Edition(self.number(self.first(pair)?)?)),
            Rule::use_file => self.use_file(pair).map(ItemKind::Use),
            Rule::plan => self.plan(pair).map(ItemKind::Plan),
            Rule::record => self.record(pair).map(ItemKind::Record),
            Rule::unit_item => self.declared_unit(pair).map(ItemKind::Unit),
            Rule::choice => self.choice(pair).map(ItemKind::Choice),
            Rule::periods => self.periods(pair).map(ItemKind::Periods),
            Rule::rates => self.rates(pair).map(ItemKind::Rates),
            Rule::define => Ok(ItemKind::Define(Box::new(self.define(pair)?))),
            Rule::credit => self.credit(pair).map(|credit| ItemKind::Credit(Box::new(credit))),
            Rule::ensure => self.ensure(pair).map(|ensure| ItemKind::Ensure(Box::new(ensure))),
            Rule::test => self.test(pair).map(ItemKind::Test),
            _ => Err(self.unread(&pair)),
        }
    }

    fn use_file(&self, pair: Pair<'_, Rule>) -> Built<Use> {
        let mut parts = Parts::of(pair.clone()).peekable();
        let standard = parts.next_if(|part| part.as_rule() == Rule::standard_word).is_some();
        let path = self.quoted(self.need(parts.next(), &pair)?);
        Ok(Use { path, standard })
    }

    fn choice(&self, pair: Pair<'_, Rule>) -> Built<Choice> {
        let mut parts = Parts::of(pair.clone());
        let name = self.name(self.need(parts.next(), &pair)?);
        let values = parts.map(|part| self.choice_value(part)).collect::<Built<_>>()?;
        Ok(Choice { name, values })
    }

    fn declared_unit(&self, pair: Pair<'_, Rule>) -> Built<DeclaredUnit> {
        let mut parts = Parts::of(pair.clone());
        let name = self.name(self.need(parts.next(), &pair)?);
        Ok(DeclaredUnit { name, plural: parts.next().map(|part| self.name(part)) })
    }

    fn periods(&self, pair: Pair<'_, Rule>) -> Built<Periods> {
        let mut parts = Parts::of(pair.clone());
        let name = self.name(self.need(parts.next(), &pair)?);
        let begin = self.need(parts.next(), &pair)?;
        let rule = begin.as_rule();
        let mut parts = Parts::of(begin.clone());
        let kind = match rule {
            Rule::from_column => {
                let from = self.path(self.need(parts.next(), &begin)?)?;
                let to: Date = self.date(&self.need(parts.next(), &begin)?)?;
                PeriodsKind::Column { from, to }
            }
            Rule::every => {
                let length = self.step_length(&mut parts, &begin)?;
                PeriodsKind::Every { length, from: self.date(&self.need(parts.next(), &begin)?)? }
            }
            _ => {
                let record = self.name(self.need(parts.next(), &begin)?);
                let length = self.step_length(&mut parts, &begin)?;
                PeriodsKind::Own { record, length, from: self.path(self.need(parts.next(), &begin)?)? }
            }
        };
        Ok(Periods { name, kind })
    }

    /// `14 days`
    fn step_length<'i>(&self, parts: &mut Parts<'i>, pair: &Pair<'i, Rule>) -> Built<StepLength> {
        let count = self.count(&self.need(parts.next(), pair)?)?;
        Ok(StepLength { count, unit: self.name(self.need(parts.next(), pair)?) })
    }

    /// The span of a pair, without the blanks that a rule takes behind its last word.
    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        let length = pair.as_str().trim_end().len();
        self.place.span(span.start(), span.start().saturating_add(length))
    }

    fn name(&self, pair: Pair<'_, Rule>) -> Name {
        Name { text: pair.as_str().trim_end().to_owned(), span: self.span(&pair) }
    }

    /// A value of a choice: a name, or in quotes what is none.
    fn choice_value(&self, pair: Pair<'_, Rule>) -> Built<Name> {
        if pair.as_rule() != Rule::text {
            return Ok(self.name(pair));
        }
        let span = self.span(&pair);
        Self::quoted_value(self.quoted(pair).text, span)
    }

    /// A value of a choice in quotes.
    fn quoted_value(text: String, span: Span) -> Built<Name> {
        if is_name(&text) {
            let message = "the values of a choice stand without quotes where they are names";
            return Err(Self::problem(Code::Syntax, message, span, &format!("write `{text}`")));
        }
        Ok(Name { text, span })
    }

    fn path(&self, pair: Pair<'_, Rule>) -> Built<Path> {
        let mut parts = Parts::of(pair.clone());
        let head = self.name(self.need(parts.next(), &pair)?);
        let rest = parts.map(|part| self.name(part)).collect();
        Ok(Path { head, rest })
    }

    /// A quoted text with its escapes resolved.
    fn quoted(&self, pair: Pair<'_, Rule>) -> Quoted {
        let span = self.span(&pair);
        let inner = pair.into_inner().next();
        let raw = inner.as_ref().map_or("", Pair::as_str);
        let mut text = String::with_capacity(raw.len());
        let mut chars = raw.chars();
        while let Some(c) = chars.next() {
            let c = if c == '\\' { chars.next().unwrap_or(c) } else { c };
            text.push(c);
        }
        Name { text, span }
    }

    fn number(&self, pair: Pair<'_, Rule>) -> Built<Number> {
        let span = self.span(&pair);
        match parse_literal(pair.as_str()) {
            Ok(value) => Ok(Number { value, span }),
            Err(problem) => {
                let message = format!("`{}` cannot be read as a number", pair.as_str());
                Err(Self::problem(Code::BadLiteral, message, span, problem.explain()))
            }
        }
    }

    fn first<'i>(&self, pair: Pair<'i, Rule>) -> Built<Pair<'i, Rule>> {
        let first = Parts::of(pair.clone()).next();
        self.need(first, &pair)
    }

    /// A part the grammar promises.
    fn need<'i>(&self, part: Option<Pair<'i, Rule>>, whole: &Pair<'_, Rule>) -> Built<Pair<'i, Rule>> {
        part.ok_or_else(|| self.unread(whole))
    }

    /// The grammar gave something that has no place in the tree.
    fn unread(&self, pair: &Pair<'_, Rule>) -> Problem {
        Box::new(Diagnostic::new(Code::Syntax, "this cannot be read").at(self.span(pair), ""))
    }

    fn problem(code: Code, message: impl Into<String>, span: Span, help: &str) -> Problem {
        Box::new(Diagnostic::new(code, message).at(span, "").help(help))
    }

    /// Tells about a foreign form; reading goes on.
    fn habit(&self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let note = Diagnostic::new(Code::WrongHabit, message).at(span, "").help(help);
        self.notes.borrow_mut().push(note);
    }
}
