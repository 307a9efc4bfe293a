//! Conversions between currencies, and the currency of amounts that are in each row's own.
//!
//! An amount in a row's own currency is of the unit [`Part::RowCurrency`]: the column, on the rows where the amount
//! stands, that names the currency. Where a plan names it otherwise than by a column of these rows, such as by a
//! column of the person they belong to, that column is made here.

use super::checker::{Checked, Checker, RATIO_PLACES, ROW_CURRENCY_PLACES, Ty};
use super::error;
use super::expr::{Convert, Expr, Op};
use super::infer::shown_as;
use super::model::{Dimension, KeyPart, Origin, Part, Type};
use super::names::Named;
use super::scope::Scope;
use crate::cell::Value;
use crate::ids::{ColumnId, FrameId, RecordId};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::tree::{self, Name, Path, TypeExpr, TypeKind};
use crate::value::Currency;

/// A column that names the currency of each row of a frame, made for amounts in it.
#[derive(Clone, Debug)]
pub(super) struct OwnCurrency {
    /// The rows.
    frame: FrameId,
    /// What it computes there.
    names: Expr,
    /// The column.
    column: ColumnId,
}

/// What an amount becomes.
struct Target {
    /// As an expression.
    expr: Expr,
    /// As a unit.
    part: Part,
    /// Why it may be missing.
    missing: Option<(Span, String)>,
}

impl Checker<'_> {
    /// `x in USD using Fx at d`, `x in pay_currency using Fx at d`
    pub fn convert(&mut self, scope: &Scope, parts: [&tree::Expr; 2], words: (&Path, &Name), span: Span) -> Checked {
        let ([value, at], (currency, using)) = (parts, words);
        let reads = Scope { converts: matches!(value.kind, tree::ExprKind::Path(_)), ..scope.clone() };
        let amount = self.number(&reads, value);
        let Some(to) = self.target_currency(scope, currency) else {
            return self.failed(span);
        };
        let Some((rate, home, parts)) = self.rate_record(using) else {
            return self.failed(span);
        };
        let at = self.infer(scope, at);
        let Some(from) = self.currency_of(&amount, reads.converts, value.span) else {
            return self.failed(span);
        };
        let Some(key) = self.rate_key(&parts, &at, using) else {
            return self.failed(span);
        };
        // The price of a unit stays one.
        let below = amount.ty.number().and_then(|(dimension, _)| dimension.below);
        let dimension = Dimension { above: Some(to.part), below };
        let ty = Type::Number(dimension, shown_as(dimension));
        let convert = Convert { amount: amount.expr.clone(), from, to: to.expr, home, rate, key };
        let mut result = self.derive(Op::Convert(Box::new(convert)), span, Ty::Is(ty), &[&amount, &at]);
        result.missing = result.missing.or(to.missing);
        result.places = self.default_places(ty);
        result.fixed = false;
        result
    }

    /// What stands behind `in`: the code of a currency, or a column that names one.
    fn target_currency(&mut self, scope: &Scope, path: &Path) -> Option<Target> {
        let span = path.span();
        if let (true, Some(currency)) = (path.rest.is_empty(), Currency::from_code(&path.head.text)) {
            let expr = self.expr(Op::Constant(Value::Currency(currency)), span, Type::Currency);
            return Some(Target { expr, part: Part::Currency(currency), missing: None });
        }
        let (column, missing) = self.named_currency(scope, path)?;
        let expr = self.expr(Op::Read(column), span, Type::Currency);
        Some(Target { expr, part: Part::RowCurrency(column), missing })
    }

    /// The column that names each row's currency as a path says, and why it may be missing here.
    fn named_currency(&mut self, scope: &Scope, path: &Path) -> Option<(ColumnId, Option<(Span, String)>)> {
        if path.rest.is_empty() && !self.is_name(scope, &path.head) {
            let columns = self.columns_here(scope);
            self.report(error::neither_currency_nor(&path.head, columns.iter().map(String::as_str)));
            return None;
        }
        let named = self.path(scope, path, path.span());
        match named.ty {
            Ty::Is(Type::Currency) => {}
            Ty::Unknown => return None,
            found => {
                let found = self.type_words(found);
                self.report(error::wrong_type(path.span(), &found, "a currency, or a column that names one"));
                return None;
            }
        }
        let name = self.words(path.span()).to_owned();
        Some((self.own_currency(scope.frame, named.expr, name, path.span())?, named.missing))
    }

    /// The column of a frame that names the currency an expression gives on each row; a problem where that may be
    /// another one from day to day.
    fn own_currency(&mut self, frame: FrameId, names: Expr, name: String, span: Span) -> Option<ColumnId> {
        if let Op::Read(column) = names.op {
            return Some(column);
        }
        let made = self.currencies.iter().find(|made| made.frame == frame && made.names == names);
        if let Some(made) = made {
            return Some(made.column);
        }
        if rests_on(&names, &|op| *op == Op::Day) {
            let words = format!("`{name}` may be another currency from day to day");
            self.report(error::changing_currency(
                span,
                &words,
                "convert to one currency on each day: `in USD using …`",
            ));
            return None;
        }
        let column = self.made(frame, (Type::Currency, true), names.clone(), Named { name, span, doc: None });
        self.currencies.push(OwnCurrency { frame, names, column });
        Some(column)
    }

    /// The unit of an amount that an expression reads on another row, in that row's own currency: the currency of
    /// the row led to, as one of this frame's rows.
    pub fn led_currency(&mut self, frame: FrameId, read: &Op, dimension: Dimension, span: Span) -> Option<Dimension> {
        let (Some(Part::RowCurrency(column)), Op::ReadAt(..)) = (dimension.above, read) else { return Some(dimension) };
        let op = self.beside(read, column);
        let names = self.expr(op, span, Type::Currency);
        let name = self.names.columns.at(column).name.clone();
        let own = self.own_currency(frame, names, name, span)?;
        Some(Dimension { above: Some(Part::RowCurrency(own)), ..dimension })
    }

    /// Why a value in the currency that a column names may be missing although it is computed: a row may have none.
    pub fn may_lack_currency(&mut self, scope: &Scope, value: &Expr, column: ColumnId, span: Span) -> Option<String> {
        let mut facts = scope.facts.clone();
        facts.prove(value);
        if facts.any_there(|expr| self.has_currency(expr, column)) {
            return None;
        }
        let made = self.currencies.iter().find(|made| made.column == column);
        let names = match made {
            Some(made) => made.names.clone(),
            None => self.expr(Op::Read(column), span, Type::Currency),
        };
        let optional = names.op.column().is_some_and(|column| self.model.columns.at(column).optional);
        self.may_miss(scope, &names, optional)
    }

    /// Whether a row on which an expression is there has the currency that a column names: its value is an amount in it.
    fn has_currency(&self, expr: &Expr, column: ColumnId) -> bool {
        let is_amount = match self.names.exprs.at(expr.id).ty {
            Type::Number(dimension, _) => dimension.above == Some(Part::RowCurrency(column)),
            _ => false,
        };
        let of = |column: ColumnId| self.model.columns.at(column);
        is_amount
            && match &expr.op {
                Op::Convert(_) | Op::Previous(_) => true,
                Op::Read(read) | Op::ReadAt(read, _) => match &of(*read).origin {
                    Origin::Definition(_) => of(*read).row_currency().is_some(),
                    _ => of(*read).row_currency().is_some_and(|own| !of(own).optional),
                },
                _ => false,
            }
    }

    /// Whether an amount of the period before is in the row's own currency, too: that which the column names does not
    /// rest on the period of its row.
    pub fn same_every_period(&self, ty: Ty) -> bool {
        let Ty::Is(Type::Number(Dimension { above: Some(Part::RowCurrency(currency)), .. }, _)) = ty else {
            return true;
        };
        let period = self.period_of(self.frame_of(currency)).map(|(position, _)| position);
        let own = |op: &Op| match op {
            Op::Key(part) => Some(*part) == period,
            Op::ReadAt(..) | Op::SubsetRow(..) | Op::Constant(_) => false,
            _ => true,
        };
        let made = self.currencies.iter().find(|made| made.column == currency);
        made.is_some_and(|made| !rests_on(&made.names, &own))
    }

    /// The type that a definition declares, and its places.
    pub fn declared_type(&mut self, frame: FrameId, written: &TypeExpr) -> Option<(Ty, Option<u8>)> {
        let TypeKind::MoneyIn(name, per) = &written.kind else {
            let found = self.written_type(written)?;
            return Some((Ty::Is(found.ty), found.places));
        };
        let below = match per {
            Some(per) => Some(self.known_below(per)?),
            None => None,
        };
        let path = Path { head: name.clone(), rest: Vec::new() };
        let (column, _) = self.named_currency(&Scope::new(frame), &path)?;
        let dimension = Dimension { above: Some(Part::RowCurrency(column)), below };
        let places = if below.is_some() { RATIO_PLACES } else { ROW_CURRENCY_PLACES };
        Some((Ty::Is(Type::Number(dimension, shown_as(dimension))), Some(places)))
    }

    /// The column of rates of a record, its home currency, and the record's key.
    fn rate_record(&mut self, using: &Name) -> Option<(ColumnId, Currency, Vec<KeyPart>)> {
        let Some(Symbol::Record(position)) = self.resolved.symbol(&using.text) else {
            let known: Vec<&str> = self.resolved.records.iter().map(|r| r.tree.name.text.as_str()).collect();
            let problem = error::unknown_name(using, known.into_iter());
            self.report(problem);
            return None;
        };
        let record = self.model.records.at(crate::resolve::id::<RecordId>(position));
        let rate = record.columns.iter().copied().find_map(|column| match self.model.columns.at(column).ty {
            Type::Number(Dimension { above: Some(Part::Currency(home)), below: Some(Part::RowCurrency(_)) }, _) => {
                Some((column, home))
            }
            _ => None,
        });
        // The rates of versions are keyed by the day too.
        let frame = rate.map_or(record.frame, |(rate, _)| self.frame_of(rate));
        let parts = self.model.frames.at(frame).parts.clone();
        let Some((rate, home)) = rate.filter(|_| parts.contains(&KeyPart::Currency)) else {
            let help = "declare `key currency currency` and a column such as `rate USD per currency`";
            let why = format!("`{}` is no record of exchange rates", using.text);
            self.report(error::record_shape(using.span, why, help));
            return None;
        };
        Some((rate, home, parts))
    }

    /// The currency an amount is in, as an expression; of one that is read to be converted at once, that of the row
    /// where it stands.
    fn currency_of(&mut self, amount: &Checked, at_once: bool, span: Span) -> Option<Expr> {
        let above = match amount.ty {
            Ty::Is(Type::Number(dimension, _)) => dimension.above,
            _ => None,
        };
        match above {
            Some(Part::Currency(currency)) => {
                let value = Value::Currency(currency);
                Some(self.expr(Op::Constant(value), span, Type::Currency))
            }
            Some(Part::RowCurrency(column)) => {
                let op = if at_once { self.beside(&amount.expr.op, column) } else { Op::Read(column) };
                Some(self.expr(op, span, Type::Currency))
            }
            Some(Part::Unit(_) | Part::Day | Part::Month) | None => {
                if amount.ty != Ty::Unknown {
                    let found = self.type_words(amount.ty);
                    self.report(error::wrong_type(span, &found, "an amount of money"));
                }
                None
            }
        }
    }

    /// A column of the row from which an expression reads: with the day of a version only if it has versions itself.
    fn beside(&self, read: &Op, column: ColumnId) -> Op {
        match read {
            Op::ReadAt(other, key) if self.frame_of(*other) == self.frame_of(column) => Op::ReadAt(column, key.clone()),
            Op::ReadAt(_, key) => {
                let key = key.split_last().map_or(&[][..], |(_, key)| key);
                Op::ReadAt(column, key.to_vec())
            }
            _ => Op::Read(column),
        }
    }

    /// The key of the rate's row: its currency is filled in when it is read.
    fn rate_key(&mut self, parts: &[KeyPart], at: &Checked, using: &Name) -> Option<Vec<Option<Expr>>> {
        let span = self.names.exprs.at(at.expr.id).span;
        let mut key = Vec::new();
        for part in parts {
            key.push(match (part, at.ty) {
                (KeyPart::Currency, _) => None,
                (KeyPart::Period(unit), Ty::Is(Type::Date)) => {
                    let period = Op::PeriodOf(*unit, Box::new(at.expr.clone()));
                    Some(self.expr(period, span, Type::Period(*unit)))
                }
                (KeyPart::Period(unit), Ty::Is(Type::Period(own))) if own == *unit => Some(at.expr.clone()),
                (KeyPart::Period(unit), Ty::Is(Type::Period(own))) if self.model.lies_in(own, *unit) => {
                    let period = Op::Coarser(own, Box::new(at.expr.clone()), *unit);
                    Some(self.expr(period, span, Type::Period(*unit)))
                }
                (_, Ty::Unknown) => return None,
                (_, found) => {
                    let found = self.type_words(found);
                    let wanted = format!("the date or period that `{}` is keyed by", using.text);
                    self.report(error::wrong_type(span, &found, &wanted));
                    return None;
                }
            });
        }
        Some(key)
    }
}

/// Whether an expression, or one of its operands, is such.
fn rests_on(expr: &Expr, such: &impl Fn(&Op) -> bool) -> bool {
    such(&expr.op) || expr.op.operands().into_iter().any(|operand| rests_on(operand, such))
}
