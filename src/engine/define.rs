//! Definitions: conditions, body, and the one rounding that comes with a name.

use super::Engine;
use super::numbers::Numbers;
use super::selection::{Selection, picked, positions};
use super::vector::Vector;
use crate::ids::ColumnId;
use crate::table::{ColumnData, Fault, FaultKind, State, row_number};
use crate::types::expr::Op;
use crate::types::model::{Column, Definition};
use crate::value::{Currency, Exact};

/// A column whose rows are set in any order.
#[derive(Clone, Debug)]
pub(super) struct Building {
    states: Vec<State>,
    /// The values, of all rows of the frame.
    pub values: Vector,
}

impl Building {
    /// A column without a row so far.
    pub fn new(count: usize) -> Building {
        Building { states: vec![State::NoRow; count], values: Vector::Blank(count) }
    }

    /// The state of a row.
    pub fn state(&self, row: u32) -> State {
        let state = self.states.get(row as usize);
        state.copied().unwrap_or(State::NoRow)
    }

    /// Sets the rows that are there, with their values.
    pub fn put(&mut self, rows: &[u32], values: Vector) {
        for (row, there) in rows.iter().zip(values.there()) {
            if let Some(state) = self.states.get_mut(*row as usize) {
                *state = if there { State::There } else { State::Missing };
            }
        }
        self.values.put(rows.iter().copied(), values);
    }

    /// The column as it is kept.
    pub fn finish(self, column: &Column) -> ColumnData {
        self.values.finish(ColumnData::new(column.ty, column.places), self.states.into_iter().collect())
    }
}

impl Engine<'_> {
    /// Computes a definition for all rows of its frame.
    pub fn define(&mut self, column: ColumnId, faults: &mut Vec<Fault>) {
        let declared = self.model.columns.at(column);
        let rows: Vec<u32> = self.rows(declared.frame).all().collect();
        let mut building = Building::new(rows.len());
        let at = Selection::new(declared.frame, rows);
        let (standing, values) = self.defined(column, &at, faults);
        building.put(&picked(&at.rows, &standing), values);
        self.tables.set_column(column, building.finish(declared));
        // Where no row asks for a part, an amount has no receiver all the same.
        if let (true, Some(definition)) = (standing.is_empty(), self.definition_of(column))
            && let Op::Allocate(shared) = &definition.body.op
        {
            self.allocate(shared, definition.body.id, &Selection::new(declared.frame, Vec::new()), faults);
        }
    }

    /// The positions at which a definition has its row, and its values there, rounded as named.
    pub fn defined(&self, column: ColumnId, at: &Selection, faults: &mut Vec<Fault>) -> (Vec<u32>, Vector) {
        let Some(definition) = self.definition_of(column) else {
            return (Vec::new(), Vector::Blank(0));
        };
        let standing = self.standing(&definition.conditions, at, faults);
        let values = self.body(column, definition, &at.pick(&standing), faults);
        (standing, values)
    }

    /// The values of a definition's body, rounded as named.
    pub fn body(&self, column: ColumnId, definition: &Definition, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let values = self.eval(&definition.body, at, faults);
        let declared = self.model.columns.at(column);
        let values = match declared.row_currency() {
            Some(currency) if declared.places.is_some() => {
                self.in_own_currency(values, currency, definition, at, faults)
            }
            _ => values,
        };
        let (Vector::Numbers(numbers), Some(places)) = (&values, declared.places) else {
            return values;
        };
        let (stored, large) = numbers.stored(places, definition.rounding, self.model.plan.digits);
        for (position, exact) in large {
            faults.push(at.fault(FaultKind::TooLarge(exact), definition.body.id, position));
        }
        Vector::Numbers(stored)
    }

    /// Amounts rounded to the minor units of the currencies that a column names; missing without one.
    fn in_own_currency(
        &self,
        values: Vector,
        currency: ColumnId,
        definition: &Definition,
        at: &Selection,
        faults: &mut Vec<Fault>,
    ) -> Vector {
        let there = positions(values.there());
        let currencies = self.read(definition.body.id, currency, &at.pick(&there), faults).currencies();
        let amounts = values.pick(there.iter().copied().map(Some)).numbers();
        let round = |(amount, currency): (Option<Exact>, Option<Currency>)| {
            Some(amount?.rounded(currency?.minor_units(), definition.rounding))
        };
        let rounded = amounts.exact().into_owned().into_iter().zip(currencies).map(round).collect();
        let mut values = Vector::Blank(at.len());
        values.put(there.into_iter(), Vector::Numbers(Numbers::Exact(rounded)));
        values
    }

    /// Asks a condition of each row of its frame.
    pub fn ensure(&self, id: crate::ids::EnsureId, faults: &mut Vec<Fault>) {
        let ensure = self.model.ensures.at(id);
        let rows: Vec<u32> = self.rows(ensure.frame).all().collect();
        let all = Selection::new(ensure.frame, rows);
        let standing = self.standing(&ensure.conditions, &all, faults);
        let asked = all.pick(&standing);
        let holds = self.eval(&ensure.holds, &asked, faults).truths();
        for (position, yes) in holds.iter().enumerate() {
            if *yes == Some(false) {
                faults.push(asked.fault(FaultKind::Ensure(id), ensure.holds.id, position));
            }
        }
    }
}

/// All positions of so many.
pub(super) fn all_positions(count: usize) -> std::ops::Range<u32> {
    0..row_number(count)
}
