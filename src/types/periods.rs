//! Periods that a plan declares: from a column of dates, of one length, or of one length for each person.

use super::checker::{Checked, Checker, Ty};
use super::error;
use super::expr::{Expr, Op};
use super::grain::{Instead, NoWay};
use super::model::{KeyPart, Origin, Periods, Type};
use super::scope::Scope;
use crate::calendar::{Date, Length, Unit};
use crate::diagnostics::Diagnostic;
use crate::ids::{ColumnId, FrameId, RecordId};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::tree::{self, Path, PeriodsKind, StepLength};

impl Checker<'_> {
    /// Gives every unit of the plan's own its periods, once the records are known.
    pub fn declare_periods(&mut self) {
        for declared in &self.resolved.periods {
            let tree = declared.tree;
            let periods = match &tree.kind {
                PeriodsKind::Column { from, to } => self.column_periods(tree, from, *to),
                PeriodsKind::Every { length, from } => self.length(length).map(|length| Periods::Every(length, *from)),
                PeriodsKind::Own { record, length, from } => self.own_declared(record, length, from),
            };
            if tree.name.text == "year" {
                self.model.year = self.unit("year");
            }
            self.model.periods.push(periods.unwrap_or(Periods::Unknown));
        }
        self.same_ends();
    }

    fn column_periods(&mut self, tree: &tree::Periods, from: &Path, to: Date) -> Option<Periods> {
        let Some(Symbol::Record(position)) = self.resolved.symbol(&from.head.text) else {
            let known: Vec<&str> = self.resolved.records.iter().map(|r| r.tree.name.text.as_str()).collect();
            let problem = error::unknown_name(&from.head, known.into_iter());
            self.report(problem);
            return None;
        };
        let record: RecordId = crate::resolve::id(position);
        let unit = self.unit(&tree.name.text);
        let is_it = |ty| unit.is_some_and(|unit| ty == Type::Period(unit));
        let column = match from.rest.as_slice() {
            [name] => {
                let wanted = format!("a column of type `{}`", tree.name.text);
                self.entry_column(record, name, is_it, &wanted)
            }
            [] => self.key_of_periods(record, is_it, tree, from.span()),
            _ => {
                self.report(error::periods_of_one_column(&tree.name.text, from.span()));
                None
            }
        };
        Some(Periods::Column { column: column?, to })
    }

    /// The key column of a calendar record, where the declaration names the record alone.
    fn key_of_periods(
        &mut self,
        record: RecordId,
        is_it: impl Fn(Type) -> bool,
        tree: &tree::Periods,
        span: Span,
    ) -> Option<ColumnId> {
        let key = self.model.records.at(record).key.clone();
        let found = key.into_iter().find(|column| is_it(self.model.columns.at(*column).ty));
        if found.is_none() {
            self.report(error::periods_of_one_column(&tree.name.text, span));
        }
        found
    }

    fn own_declared(&mut self, record: &tree::Name, length: &StepLength, from: &Path) -> Option<Periods> {
        let Some(Symbol::Record(position)) = self.resolved.symbol(&record.text) else {
            let known: Vec<&str> = self.resolved.records.iter().map(|r| r.tree.name.text.as_str()).collect();
            let problem = error::unknown_name(record, known.into_iter());
            self.report(problem);
            return None;
        };
        let length = self.length(length)?;
        let record: RecordId = crate::resolve::id(position);
        let frame = self.model.records.at(record).frame;
        let start = self.path(&Scope::new(frame), from, from.span());
        let data = |column: ColumnId| matches!(self.model.columns.at(column).origin, Origin::Data(_));
        if start.ty == Ty::Is(Type::Date) && start.expr.op.column().is_some_and(data) {
            return Some(Periods::Own { record, length, from: start.expr });
        }
        if start.ty != Ty::Unknown {
            let found = self.type_words(start.ty);
            self.report(error::wrong_type(from.span(), &found, "a column with a date"));
        }
        None
    }

    fn length(&mut self, length: &StepLength) -> Option<Length> {
        let text = length.unit.text.as_str();
        let all = |each: u32| length.count.checked_mul(each);
        let found = match text.strip_suffix('s').unwrap_or(text) {
            "day" => all(1).map(Length::Days),
            "week" => all(7).map(Length::Days),
            "month" => all(1).map(Length::Months),
            "quarter" => all(3).map(Length::Months),
            "year" => all(12).map(Length::Months),
            _ => None,
        };
        if found.is_none() {
            self.report(error::no_length(&length.unit));
        }
        found
    }

    /// A finer unit and the coarser one that its record names end on the same day.
    fn same_ends(&mut self) {
        let units: Vec<Unit> = self.resolved.periods.iter().filter_map(|p| self.unit(&p.tree.name.text)).collect();
        let pairs = units.iter().flat_map(|fine| units.iter().map(move |coarse| (*fine, *coarse)));
        let pairs: Vec<(Unit, Unit)> = pairs.filter(|(a, b)| a != b && self.model.lies_in(*a, *b)).collect();
        for (fine, coarse) in pairs {
            let end = |unit| match self.model.declared(unit) {
                Some(Periods::Column { to, .. }) => Some(*to),
                _ => None,
            };
            if end(fine) != end(coarse) {
                let (one, other) = (self.declaration_of(fine), self.declaration_of(coarse));
                self.report(error::other_end((&self.unit_name(fine), one), (&self.unit_name(coarse), other)));
            }
        }
    }

    fn declaration_of(&self, unit: Unit) -> Span {
        let name = self.unit_name(unit);
        let found = self.names.periods.iter().find(|named| named.name == name);
        found.map_or(self.names.plan.span, |named| named.span)
    }

    /// The record whose rows have periods of this unit of their own, and the column they begin on.
    pub fn own_periods(&self, unit: Unit) -> Option<(RecordId, &Path)> {
        let Unit::Custom(id) = unit else { return None };
        match &self.resolved.periods.get(usize::from(id.0))?.tree.kind {
            PeriodsKind::Own { record, from, .. } => match self.resolved.symbol(&record.text) {
                Some(Symbol::Record(position)) => Some((crate::resolve::id(position), from)),
                _ => None,
            },
            PeriodsKind::Column { .. } | PeriodsKind::Every { .. } => None,
        }
    }

    /// The period of a unit in which a date of a row lies.
    pub fn period_of_date(
        &mut self,
        from: FrameId,
        unit: Unit,
        date: Expr,
        instead: &Instead,
        span: Span,
    ) -> Result<Expr, NoWay> {
        let Some((record, path)) = self.own_periods(unit).map(|(record, path)| (record, path.clone())) else {
            return Ok(self.expr(Op::PeriodOf(unit, Box::new(date)), span, Type::Period(unit)));
        };
        let row = self.lead(from, KeyPart::Record(record), instead, span)?;
        let row = Checked {
            expr: row,
            ty: Ty::Is(Type::Reference(record)),
            places: None,
            fixed: true,
            exact: false,
            missing: None,
        };
        let columns = std::iter::once(&path.head).chain(&path.rest);
        let scope = Scope::new(from);
        let start = columns.fold(row, |value, segment| self.member(&scope, value, segment, span));
        let op = Op::OwnPeriodOf(unit, Box::new(date), Box::new(start.expr));
        Ok(self.expr(op, span, Type::Period(unit)))
    }

    /// Why rows of a frame cannot be taken by periods of a unit, if they cannot.
    pub fn not_by_own(&self, base: FrameId, unit: Unit, span: Span) -> Option<Diagnostic> {
        let (record, _) = self.own_periods(unit)?;
        let fits = self.model.frames.at(base).parts.as_slice() == [KeyPart::Record(record)];
        (!fits).then(|| error::own_periods_of_another(span, &self.unit_name(unit), &self.names.records.at(record).name))
    }
}
