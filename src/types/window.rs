//! Windows: aggregates over days up to a row's last, and values of an earlier period.

use super::checker::{Checked, Checker, Ty};
use super::error;
use super::expr::{Arithmetic, Expr, Op, Window};
use super::grain::Instead;
use super::infer::INTEGER;
use super::model::{Dimension, KeyPart, Part, Type};
use super::scope::Scope;
use crate::calendar::Unit;
use crate::cell::Value;
use crate::diagnostics::Diagnostic;
use crate::ids::{ColumnId, FrameId};
use crate::source::Span;
use crate::syntax::tree::{self, Ago, ExprKind, Name, WindowKind};
use crate::value::Exact;

/// The days of a reader's row, moved back where the aggregate says so.
struct Days {
    /// Its period, where it has one.
    period: Option<(Unit, Expr)>,
    /// Its last day.
    last: Expr,
}

impl Checker<'_> {
    /// The days over which an aggregate goes; none where the reader's own period decides.
    pub fn window(
        &mut self,
        scope: &Scope,
        members: FrameId,
        tree: &tree::Aggregate,
        instead: &Instead,
    ) -> Result<Option<Window>, Box<Diagnostic>> {
        let Some(place) = tree.window.as_ref().map(|w| w.span).or(tree.ago.as_ref().map(|ago| ago.span)) else {
            return Ok(None);
        };
        let Some(date) = self.member_date(members, instead, place) else {
            let there = self.frame_words(members);
            return Err(Box::new(error::no_days(place, tree.value.span, &there)));
        };
        let days = self.days_of(scope, tree.ago.as_ref(), place)?;
        let first = match (&tree.window, &days.period) {
            (Some(window), _) => self.first_day(scope, &window.kind, &days.last, window.span)?,
            (None, Some((unit, period))) => Some(self.day(Op::FirstDay(*unit, Box::new(period.clone())), place)),
            (None, None) => {
                let here = self.frame_words(scope.frame);
                return Err(Box::new(error::ago_of_a_day(place, &here)));
            }
        };
        let period = self.period_of(scope.frame).map(|(position, _)| position);
        Ok(Some(Window { period, date, first, last: days.last }))
    }

    /// Whether the rows of a frame have days of their own beside those of the reader's row.
    pub fn lies_in_window(&mut self, reader: FrameId, frame: FrameId, span: Span) -> bool {
        let is_row_itself = frame == reader && self.period_of(reader).is_none();
        !is_row_itself && self.member_date(frame, &Instead::default(), span).is_some()
    }

    /// The parts of a reader's key that make up the key of its group.
    pub fn group_parts(&self, reader: FrameId, left_out: Option<usize>) -> Vec<KeyPart> {
        let parts = self.model.frames.at(reader).parts.iter().enumerate();
        parts.filter(|(position, _)| Some(*position) != left_out).map(|(_, part)| *part).collect()
    }

    fn day(&mut self, op: Op, span: Span) -> Expr {
        self.expr(op, span, Type::Date)
    }

    /// The day on which a member counts: that of the flow or of `on`, the last one of its period, or
    /// the date of its row.
    fn member_date(&mut self, members: FrameId, instead: &Instead, span: Span) -> Option<Expr> {
        if let Some(date) = &instead.on {
            return Some(date.clone());
        }
        self.default_date(&Scope::new(members), span)
    }

    /// The days of the reader's row: of its period, or its date.
    fn days_of(&mut self, scope: &Scope, ago: Option<&Ago>, place: Span) -> Result<Days, Box<Diagnostic>> {
        let here = self.frame_words(scope.frame);
        if let Some((position, unit)) = self.period_of(scope.frame) {
            let mut period = self.expr(Op::Key(position), place, Type::Period(unit));
            if let Some(ago) = ago {
                let count = self.periods_ago(ago, unit)?;
                period = self.earlier(unit, period, count, ago.span);
            }
            let last = self.day(Op::LastDay(unit, Box::new(period.clone())), place);
            return Ok(Days { period: Some((unit, period)), last });
        }
        match (self.date_of(scope.frame, place), ago) {
            (Ok(Some(date)), None) => Ok(Days { period: None, last: date }),
            (Ok(Some(_)), Some(ago)) => Err(Box::new(error::ago_of_a_day(ago.span, &here))),
            (Ok(None) | Err(_), _) => Err(Box::new(error::no_reader_days(place, &here))),
        }
    }

    /// The first day of a window that ends on a day; none: it has no beginning.
    fn first_day(
        &mut self,
        scope: &Scope,
        kind: &WindowKind,
        last: &Expr,
        span: Span,
    ) -> Result<Option<Expr>, Box<Diagnostic>> {
        let (unit, back) = match kind {
            WindowKind::ToDate(None) => return Ok(None),
            WindowKind::ToDate(Some(unit)) => (self.counted_unit(unit)?, 0),
            WindowKind::Last(count, unit) => (self.counted_unit(unit)?, count.saturating_sub(1)),
        };
        let found = self.period_of_date(scope.frame, unit, last.clone(), &Instead::default(), span);
        let mut period = found.map_err(|why| {
            let words = self.words(span).to_owned();
            Box::new(self.no_way(&words, span, scope.frame, scope.frame, &why))
        })?;
        if back > 0 {
            period = self.expr(Op::Back(unit, Box::new(period), back), span, Type::Period(unit));
        }
        Ok(Some(self.day(Op::FirstDay(unit, Box::new(period)), span)))
    }

    /// How many periods of a unit lie in the time that an `ago` says.
    fn periods_ago(&self, ago: &Ago, unit: Unit) -> Result<u32, Box<Diagnostic>> {
        let named = self.counted_unit(&ago.unit)?;
        let own = self.unit_name(unit);
        if unit == named {
            return Ok(ago.count);
        }
        if let Some(custom) = [unit, named].into_iter().find(|unit| matches!(unit, Unit::Custom(_))) {
            return Err(Box::new(error::ago_without_length(ago.span, &self.unit_name(custom), &own)));
        }
        unit.count_of(ago.count, named).ok_or_else(|| Box::new(error::ago_in_between(ago.span, &own)))
    }

    /// A unit of periods by its name, one or many of them: `month`, `months`.
    fn counted_unit(&self, name: &Name) -> Result<Unit, Box<Diagnostic>> {
        let text = name.text.as_str();
        let one = text.strip_suffix('s').filter(|one| !one.is_empty());
        let found = self.unit(text).or_else(|| one.and_then(|one| self.unit(one)));
        let halves = (text == "halves").then_some(Unit::Half);
        found.or(halves).ok_or_else(|| Box::new(self.no_unit(name)))
    }

    /// `x a year ago`: a definition or a column of a record at the row of an earlier period.
    pub fn ago(&mut self, scope: &Scope, operand: &tree::Expr, ago: &Ago, span: Span) -> Checked {
        let ExprKind::Path(path) = &operand.kind else {
            return self.fail(error::ago_of_no_name(ago.span, operand.span), span);
        };
        let now = self.path(scope, path, operand.span);
        if now.ty == Ty::Unknown {
            return now;
        }
        let words = self.words(operand.span).to_owned();
        let (column, key) = match now.expr.op.clone() {
            Op::Read(column) => {
                let parts = self.model.frames.at(scope.frame).parts.clone();
                let own = parts.iter().enumerate().map(|(at, _)| self.expr(Op::Key(at), span, Type::YesNo));
                (column, own.collect::<Vec<Expr>>())
            }
            Op::ReadAt(column, key) => (column, key),
            _ => return self.fail(error::ago_without_period(ago.span, operand.span, &words), span),
        };
        if let Ty::Is(Type::Number(Dimension { above: Some(Part::RowCurrency(_)), .. }, _)) = now.ty {
            self.report_row_currency(operand.span, now.ty);
            return self.failed(span);
        }
        let frame = self.home_of(column);
        let Some((position, unit)) = self.period_of(frame) else {
            return self.fail(error::ago_without_period(ago.span, operand.span, &words), span);
        };
        let mut key = key;
        let earlier = match key.get(position).cloned() {
            Some(part) => self.earlier_part(part, unit, ago),
            None => return self.failed(span),
        };
        match (earlier, key.get_mut(position)) {
            (Ok(earlier), Some(part)) => {
                *part = earlier.clone();
                self.as_of_end(column, &mut key, unit, earlier, span);
            }
            (Err(problem), _) => return self.fail(*problem, span),
            (Ok(_), None) => return self.failed(span),
        }
        let expr = self.expr(Op::ReadAt(column, key), span, now.ty.or_number());
        let ago_words = self.words(ago.span).to_owned();
        let why = (
            span,
            format!(
                "there may be no `{words}` {ago_words}, such as before the plan begins; rows of the data from before it are added up by `sum of … {ago_words}`"
            ),
        );
        let missing = Some(why).filter(|_| !scope.facts.has(&expr));
        Checked { expr, missing, ..now }
    }

    /// What has versions is read as of the last day of the earlier period.
    fn as_of_end(&mut self, column: ColumnId, key: &mut [Expr], unit: Unit, period: Expr, span: Span) {
        if let (Some(_), Some(day)) = (self.versions_of(column), key.last_mut()) {
            *day = self.day(Op::LastDay(unit, Box::new(period)), span);
        }
    }

    /// A period of a key, moved back: in its own unit, or in the finer one in which the row knows it.
    fn earlier_part(&mut self, part: Expr, unit: Unit, ago: &Ago) -> Result<Expr, Box<Diagnostic>> {
        let whole = self.periods_ago(ago, unit);
        if let (Op::Coarser(own, inner, _), Err(_)) = (&part.op, &whole)
            && let Ok(count) = self.periods_ago(ago, *own)
        {
            let (own, inner) = (*own, inner.clone());
            let back = self.earlier(own, *inner, count, ago.span);
            return Ok(self.expr(Op::Coarser(own, Box::new(back), unit), ago.span, Type::Period(unit)));
        }
        let count = whole?;
        Ok(self.earlier(unit, part, count, ago.span))
    }

    /// The period so many places earlier; of the plan's own periods there may be none.
    fn earlier(&mut self, unit: Unit, period: Expr, count: u32, span: Span) -> Expr {
        let op = match unit {
            Unit::Custom(_) => {
                let count = Value::Number(Exact::from_integer(count.into()));
                let count = self.expr(Op::Constant(count), span, INTEGER);
                Op::Later(Arithmetic::Minus, unit, Box::new(period), Box::new(count))
            }
            _ => Op::Back(unit, Box::new(period), count),
        };
        self.expr(op, span, Type::Period(unit))
    }
}
