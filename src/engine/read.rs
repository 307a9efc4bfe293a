//! Cells of columns: of the row itself, and of rows of other frames found by their keys.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Engine;
use super::define::Building;
use super::eval::{CHUNK, in_batches};
use super::selection::Selection;
use super::vector::Vector;
use crate::calendar::Period;
use crate::ids::{ColumnId, ExprId, FrameId};
use crate::table::{ColumnData, Fault, FaultKind, Key, Rows, State, States};
use crate::types::expr::Expr;
use crate::types::model::{KeyPart, Origin};
use crate::value::Currency;

pub(super) use crate::table::NOWHERE;

/// A row that may be none.
pub(super) fn somewhere(row: u32) -> Option<u32> {
    (row != NOWHERE).then_some(row)
}

/// A column that is finished, or one of those being computed period by period.
pub(super) enum Source<'a> {
    Finished(&'a ColumnData),
    Building(&'a Building),
    /// Data that was not given, or nothing computed yet.
    Nothing,
}

impl Engine<'_> {
    /// Where the values of a column are.
    pub fn source(&self, column: ColumnId) -> Source<'_> {
        if let Some(building) = self.building.get(&column) {
            return Source::Building(building);
        }
        let finished = self.tables.column(column);
        finished.map_or(Source::Nothing, |data| Source::Finished(data))
    }

    /// A part of each row's own key.
    pub fn key_part(&self, part: usize, at: &Selection) -> Vector {
        let rows = self.rows(at.frame);
        let keys = at.rows.iter().map(|row| rows.key(*row).get(part).copied());
        let parts = &self.model.frames.at(at.frame).parts;
        let index = |key: Option<Key>| u32::try_from(key?).ok();
        match parts.get(part) {
            Some(KeyPart::Period(_)) => {
                let period = |key: Option<Key>| i32::try_from(key?).ok().map(Period);
                Vector::Period(keys.map(period).collect())
            }
            Some(KeyPart::Currency) => Vector::Currency(keys.map(currency).collect()),
            Some(KeyPart::Choice(_)) => Vector::Choice(keys.map(index).collect()),
            Some(KeyPart::Record(_) | KeyPart::Credit) | None => Vector::Row(keys.map(index).collect()),
        }
    }

    /// A column of the selection's frame.
    pub fn read(&self, expr: ExprId, column: ColumnId, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        if let Some((_, values)) = self.recomputed(column, at, faults) {
            return values;
        }
        if let Some(values) = at.computed(column) {
            return values;
        }
        match (self.source(column), at.as_range()) {
            (Source::Finished(data), Some(rows)) if !self.may_lack(column, data) => Vector::slice(data, rows),
            _ => self.cells(expr, column, &at.rows, at, faults),
        }
    }

    /// Whether a required value of the data may not have been given, which is a fault where one asks for it.
    fn may_lack(&self, column: ColumnId, data: &ColumnData) -> bool {
        let declared = self.model.columns.at(column);
        let required = matches!(declared.origin, Origin::Data(_)) && !declared.optional;
        required && !matches!(data.states(), States::There(_))
    }

    /// The same of a column that may be one of those being computed, or not be there.
    pub fn may_lack_any(&self, column: ColumnId) -> bool {
        match self.source(column) {
            Source::Finished(data) => self.may_lack(column, data),
            Source::Building(_) | Source::Nothing => true,
        }
    }

    /// A column of another frame at the rows with these keys.
    pub fn read_at(
        &self,
        expr: ExprId,
        column: ColumnId,
        key: &[Expr],
        at: &Selection,
        faults: &mut Vec<Fault>,
    ) -> Vector {
        let frame = self.model.columns.at(column).frame;
        let rows = self.rows_at(frame, key, at, faults);
        self.cells(expr, column, &rows, at, faults)
    }

    /// The cells of a column at rows, one for each position of the selection. A required value of
    /// the data that is not there is a fault.
    pub fn cells(
        &self,
        expr: ExprId,
        column: ColumnId,
        rows: &[u32],
        at: &Selection,
        faults: &mut Vec<Fault>,
    ) -> Vector {
        let source = self.source(column);
        let declared = self.model.columns.at(column);
        let may_lack = match &source {
            Source::Finished(data) => self.may_lack(column, data),
            Source::Building(_) => false,
            Source::Nothing => matches!(declared.origin, Origin::Data(_)) && !declared.optional,
        };
        if may_lack {
            let missing = |row: u32| match &source {
                Source::Finished(data) => data.state(row) == State::Missing,
                Source::Building(_) => false,
                Source::Nothing => true,
            };
            for (position, row) in rows.iter().enumerate() {
                if somewhere(*row).is_some_and(missing) {
                    faults.push(at.fault(FaultKind::NotGiven(column), expr, position));
                }
            }
        }
        match source {
            Source::Finished(data) => Vector::gather(data, rows),
            Source::Building(building) => building.values.pick(rows.iter().copied().map(somewhere)),
            Source::Nothing => Vector::Blank(rows.len()),
        }
    }

    /// The rows of a subset record whose keys are these rows of the larger one.
    pub fn subset_rows(&self, link: ColumnId, larger: &[Option<u32>]) -> Vector {
        let frame = self.model.columns.at(link).frame;
        let own = match self.source(link) {
            Source::Finished(data) => Vector::gather(data, &self.rows(frame).all().collect::<Vec<u32>>()).indices(),
            Source::Building(_) | Source::Nothing => Vec::new(),
        };
        let by_larger: HashMap<u32, u32> =
            own.into_iter().zip(0..).filter_map(|(own, row)| Some((own?, row))).collect();
        Vector::Row(larger.iter().map(|row| by_larger.get(&(*row)?).copied()).collect())
    }

    /// The states of a column's cells at the selection's rows.
    pub fn states(&self, column: ColumnId, at: &Selection, faults: &mut Vec<Fault>) -> Vec<State> {
        if let Some((states, _)) = self.recomputed(column, at, faults) {
            return states;
        }
        let source = self.source(column);
        let state = |row: &u32| match &source {
            Source::Finished(data) => data.state(*row),
            Source::Building(building) => building.state(*row),
            Source::Nothing => State::NoRow,
        };
        at.rows.iter().map(state).collect()
    }

    /// The rows of a frame whose keys these expressions give, and [`NOWHERE`] where there is none.
    pub fn rows_at<'s>(
        &'s self,
        frame: FrameId,
        key: &[Expr],
        at: &Selection,
        faults: &mut Vec<Fault>,
    ) -> Cow<'s, [u32]> {
        if let Some(rows) = self.known_rows(frame, key, at) {
            return rows;
        }
        Cow::Owned(self.find_at(self.rows(frame), key, at, faults))
    }

    /// Among these rows, those whose keys expressions give: in batches, where each row is computed apart from the others.
    pub fn find_at(&self, rows: &Rows, key: &[Expr], at: &Selection, faults: &mut Vec<Fault>) -> Vec<u32> {
        let find = |at: &Selection, faults: &mut Vec<Fault>| self.keys(key, at, faults).find(rows);
        if at.len() <= CHUNK || !key.iter().all(|part| self.is_local(part, at)) {
            return find(at, faults);
        }
        in_batches(at, faults, find).concat()
    }
}

/// Puts the key at a position into `key`; nothing where a part is missing.
pub(super) fn key_at(parts: &[Vec<Option<Key>>], position: usize, key: &mut Vec<Key>) -> Option<()> {
    key.clear();
    for part in parts {
        key.push(part.get(position).copied().flatten()?);
    }
    Some(())
}

/// The currency whose letters a key holds.
fn currency(key: Option<Key>) -> Option<Currency> {
    let [_, _, _, _, _, letters @ ..] = key?.to_be_bytes();
    Currency::from_code(std::str::from_utf8(&letters).ok()?)
}
