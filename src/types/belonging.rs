//! Whom the rows of a record belong to, and when: its `to` and its `on`.
//!
//! They name a column of the record, or the way to one through its references: `to contract.seller`. Such a way is
//! written out as a column of the record's own, a definition as any other, so all that asks whose a row is reads a
//! column.

use super::checker::{Checker, Ty};
use super::error;
use super::expr::{Expr, Op};
use super::model::{Origin, Type};
use super::names::Named;
use super::scope::{Scope, seen_from};
use crate::ids::{ColumnId, Id, RecordId};
use crate::resolve::id;
use crate::syntax::tree::{Path, RecordEntry};

impl Checker<'_> {
    /// Finds the `to` and the `on` of all records. The dates come first: what depends on the day is read as of them.
    pub fn declare_belonging(&mut self) {
        let entries = |this: &Self| -> Vec<(RecordId, &RecordEntry)> {
            let records = this.resolved.records.iter().enumerate();
            records
                .flat_map(|(position, record)| record.tree.entries.iter().map(move |entry| (id(position), entry)))
                .collect()
        };
        for (record, entry) in entries(self) {
            if let RecordEntry::On(path) = entry {
                let on = self.date_of_rows(record, path);
                self.model.records.at_mut(record).on = on;
            }
        }
        for (record, entry) in entries(self) {
            if let RecordEntry::To(path) = entry {
                let to = self.person_of_rows(record, path);
                self.model.records.at_mut(record).to = to;
            }
        }
    }

    /// Whether a record says something, right or wrong.
    pub fn says(&self, record: RecordId, such: impl Fn(&RecordEntry) -> bool) -> bool {
        self.resolved.records.get(record.index()).is_some_and(|record| record.tree.entries.iter().any(such))
    }

    fn date_of_rows(&mut self, record: RecordId, path: &Path) -> Option<ColumnId> {
        let fits = |ty| matches!(ty, Type::Date | Type::Period(_));
        let (column, ways) = self.belonging(record, path, &fits, "a date or a period")?;
        // What has a date does not depend on the day.
        let mut all = ways.iter().chain([&column]);
        all.all(|column| self.is_timeless(*column, path)).then_some(column)
    }

    fn person_of_rows(&mut self, record: RecordId, path: &Path) -> Option<ColumnId> {
        let people = Type::Reference(self.model.plan.people);
        let wanted = "a reference to the record of the plan's people";
        let (column, _) = self.belonging(record, path, &|ty| ty == people, wanted)?;
        // It leads to people as a column of the record does.
        self.leading.push(column);
        Some(column)
    }

    /// The column that a path names, and the columns through which it goes.
    fn belonging(
        &mut self,
        record: RecordId,
        path: &Path,
        fits: &dyn Fn(Type) -> bool,
        wanted: &str,
    ) -> Option<(ColumnId, Vec<ColumnId>)> {
        if path.rest.is_empty() {
            let column = self.entry_column(record, &path.head, fits, wanted)?;
            if self.model.records.at(record).columns.contains(&column) {
                return Some((column, Vec::new()));
            }
        } else {
            let is_reference = |ty| matches!(ty, Type::Reference(_));
            self.entry_column(record, &path.head, is_reference, "a reference to a record")?;
        }
        let (scope, span) = (Scope::new(self.model.records.at(record).frame), path.span());
        let read = self.path(&scope, path, span);
        let Ty::Is(ty) = read.ty else { return None };
        if !fits(ty) {
            let found = self.type_words(read.ty);
            self.report(error::wrong_type(span, &found, wanted));
            return None;
        }
        let (mut ways, optional) = (Vec::new(), read.missing.is_some());
        columns_of(&read.expr, &mut ways);
        let name = Named { name: self.words(span).to_owned(), span, doc: None };
        let column = self.made(scope.frame, (ty, optional), read.expr, name);
        self.ways.push(column);
        Some((column, ways))
    }

    /// What is read where a column is that was made for a way: what the plan writes out elsewhere is the same.
    pub fn written_way(&self, op: &Op) -> Option<Expr> {
        let (column, key) = match op {
            Op::Read(column) => (*column, None),
            Op::ReadAt(column, key) => (*column, Some(key)),
            _ => return None,
        };
        let Origin::Definition(made) = &self.model.columns.at(column).origin else { return None };
        if !self.ways.contains(&column) {
            return None;
        }
        match key {
            None => Some(made.body.clone()),
            Some(key) => seen_from(&made.body, key),
        }
    }
}

/// The columns that an expression reads.
fn columns_of(expr: &Expr, found: &mut Vec<ColumnId>) {
    found.extend(expr.op.column());
    expr.op.operands().into_iter().for_each(|operand| columns_of(operand, found));
}
