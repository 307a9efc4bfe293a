//! Definitions: conditions, body, and the one rounding that comes with a name.

use super::Engine;
use super::numbers::Numbers;
use super::selection::{Selection, picked, positions};
use super::vector::Vector;
use crate::ids::ColumnId;
use crate::table::{Cells, ColumnData, Fault, FaultKind, State, States, row_number};
use crate::types::expr::{Expr, Op};
use crate::types::model::{Column, Definition, Origin};
use crate::value::{Currency, Exact, Rounding, Units};

/// A column whose rows are set in any order.
#[derive(Clone, Debug)]
pub(super) struct Building {
    states: States,
    /// The values, of all rows of the frame.
    pub values: Vector,
}

impl Building {
    /// A column without a row so far.
    pub fn new(count: usize) -> Building {
        Building { states: States::Each(vec![State::NoRow; count]), values: Vector::Blank(count) }
    }

    /// A column that is finished, of which some rows are to be set anew: they have no row until then.
    pub fn again(data: &ColumnData, rows: &[u32]) -> Building {
        let mut building = Building { states: data.states().clone(), values: Vector::slice(data, 0..data.len()) };
        building.states.put(rows.iter().map(|row| (*row, State::NoRow)));
        let blank = building.values.pick(std::iter::repeat_n(None, rows.len()));
        building.values.put(rows.iter().copied(), blank);
        building
    }

    /// A column of so many rows, of which these are there with their values.
    pub fn of(count: usize, rows: &[u32], values: Vector) -> Building {
        if rows.len() < count {
            let mut building = Building::new(count);
            building.put(rows, values);
            return building;
        }
        Building { states: values.states(), values }
    }

    /// The state of a row.
    pub fn state(&self, row: u32) -> State {
        self.states.get(row)
    }

    /// Sets the rows that are there, with their values.
    pub fn put(&mut self, rows: &[u32], values: Vector) {
        let mask = values.mask();
        self.states.put(rows.iter().enumerate().map(|(position, row)| (*row, State::of(mask.at(position)))));
        self.values.put(rows.iter().copied(), values);
    }

    /// The column as it is kept.
    pub fn finish(self, column: &Column) -> ColumnData {
        self.values.finish(ColumnData::new(column.ty, column.places), self.states)
    }
}

/// What a batch of a column came to.
pub(super) struct Written {
    states: States,
    /// The values; none where they are written to their place in the column already.
    values: Option<Vector>,
}

impl Building {
    /// With values that are decimals of these places and 64 bits written to their place, if there is one.
    pub fn written(self, places: Option<u8>, to: &mut [i64]) -> Written {
        let is_written = to.len() == self.values.len() && places.is_some_and(|places| self.values.write(places, to));
        Written { states: self.states, values: (!is_written).then_some(self.values) }
    }
}

/// A column of which each batch writes its numbers to their place, as long as they are of 64 bits.
pub(super) struct Built {
    /// As many as there are rows where these are numbers, else none.
    pub units: Vec<i64>,
    pub batches: Vec<Written>,
}

impl Built {
    /// Of so many rows, numbers of these places or something else.
    pub fn new(count: usize, places: Option<u8>) -> Built {
        Built { units: vec![0; if places.is_some() { count } else { 0 }], batches: Vec::new() }
    }

    /// The column as it is kept.
    pub fn finish(self, column: &Column) -> ColumnData {
        let Built { units, batches } = self;
        let all_written = batches.iter().all(|batch| batch.values.is_none());
        if let (true, Some(places)) = (all_written && !batches.is_empty(), column.places) {
            let states = batches.into_iter().map(|batch| batch.states).collect();
            return ColumnData::of(Cells::Number { places, units: Units::Narrow(units) }, States::concat(states));
        }
        let (mut states, mut values, mut left) = (Vec::new(), Vec::new(), units.as_slice());
        for batch in batches {
            let (own, rest) = left.split_at_checked(batch.states.len()).unwrap_or_default();
            left = rest;
            values.push(batch.values.unwrap_or_else(|| {
                let there = (0..row_number(own.len())).map(|row| batch.states.get(row) == State::There).collect();
                let units = Units::Narrow(own.to_vec()).into();
                Vector::Numbers(Numbers::decimals(column.places.unwrap_or(0), units, there))
            }));
            states.push(batch.states);
        }
        Vector::concat(values).finish(ColumnData::new(column.ty, column.places), States::concat(states))
    }
}

impl Engine<'_> {
    /// Finds where the rows of a definition's frame lead to, where several definitions may ask.
    pub fn find_joins_of(&mut self, column: ColumnId) {
        let declared = self.model.columns.at(column);
        if let Origin::Definition(definition) = &declared.origin {
            self.find_joins(definition.conditions.iter().chain([&definition.body]), declared.frame);
        }
    }

    /// Computes a definition for all rows of its frame.
    pub fn define_one(&self, column: ColumnId, faults: &mut Vec<Fault>) -> ColumnData {
        let computed = if self.is_row_by_row(column) { self.define_rows(&[column]).pop() } else { None };
        match computed {
            Some((data, found)) => {
                faults.extend(found);
                data
            }
            None => self.define(column, faults),
        }
    }

    /// Computes a definition for all rows of its frame, which rests on more than each row by itself.
    pub fn define(&self, column: ColumnId, faults: &mut Vec<Fault>) -> ColumnData {
        let declared = self.model.columns.at(column);
        let at = self.all_rows(declared.frame);
        let (standing, values) = self.defined(column, &at, faults);
        // Where no row asks for a part, an amount has no receiver all the same.
        if let (true, Some(definition)) = (standing.is_empty(), self.definition_of(column))
            && let Op::Allocate(shared) = &definition.body.op
        {
            self.allocate(shared, definition.body.id, &Selection::new(declared.frame, Vec::new()), faults);
        }
        Building::of(at.len(), &standing, values).finish(declared)
    }

    /// Computes a definition on some rows of its frame; the others have no row.
    pub fn define_on(&self, column: ColumnId, rows: &[u32], faults: &mut Vec<Fault>) -> ColumnData {
        let declared = self.model.columns.at(column);
        let (standing, values) = self.defined(column, &Selection::new(declared.frame, rows), faults);
        let mut building = Building::new(self.rows(declared.frame).len());
        building.put(&picked(rows, &standing), values);
        building.finish(declared)
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
        self.stored(values, declared.places, definition.rounding, &definition.body, at, faults)
    }

    /// The values of an expression as they are stored: numbers rounded to the places of their column.
    pub fn stored(
        &self,
        values: Vector,
        places: Option<u8>,
        rounding: Rounding,
        expr: &Expr,
        at: &Selection,
        faults: &mut Vec<Fault>,
    ) -> Vector {
        let (Vector::Numbers(numbers), Some(places)) = (&values, places) else {
            return values;
        };
        let (stored, large) = numbers.stored(places, rounding, self.model.plan.digits);
        for (position, exact) in large {
            faults.push(at.fault(FaultKind::TooLarge(exact), expr.id, position));
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
        self.ensure_on(id, &self.all_rows(self.model.ensures.at(id).frame), faults);
    }

    /// Asks a condition of some rows of its frame.
    pub fn ensure_on(&self, id: crate::ids::EnsureId, at: &Selection, faults: &mut Vec<Fault>) {
        let ensure = self.model.ensures.at(id);
        let standing = self.standing(&ensure.conditions, at, faults);
        let asked = at.pick(&standing);
        let holds = self.eval(&ensure.holds, &asked, faults).truths();
        for (position, yes) in holds.iter().enumerate() {
            if *yes == Some(false) {
                faults.push(asked.fault(FaultKind::Ensure(id), ensure.holds.id, position));
            }
        }
    }
}
