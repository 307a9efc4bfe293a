//! Whole columns of values of one type, as expressions give them for a selection of rows.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use super::numbers::{Numbers, There, compare, extreme};
use crate::calendar::{Date, Period};
use crate::table::{Cells, ColumnData, State, States, Value};
use crate::value::{Currency, Units};

/// Values at consecutive positions; none is missing.
#[derive(Clone, Debug)]
pub(super) enum Vector {
    /// So many missing values of whatever type.
    Blank(usize),
    Numbers(Numbers),
    YesNo(Vec<Option<bool>>),
    Text(Vec<Option<Arc<str>>>),
    Date(Vec<Option<Date>>),
    Period(Vec<Option<Period>>),
    Row(Vec<Option<u32>>),
    Choice(Vec<Option<u32>>),
    Currency(Vec<Option<Currency>>),
}

impl Vector {
    /// The same value `count` times.
    pub fn constant(value: &Value, count: usize) -> Vector {
        match value {
            Value::Number(exact) => Vector::Numbers(Numbers::constant(exact, count)),
            Value::YesNo(yes) => Vector::YesNo(vec![Some(*yes); count]),
            Value::Text(text) => Vector::Text(vec![Some(text.clone()); count]),
            Value::Date(date) => Vector::Date(vec![Some(*date); count]),
            Value::Period(period) => Vector::Period(vec![Some(*period); count]),
            Value::Row(row) => Vector::Row(vec![Some(*row); count]),
            Value::Choice(choice) => Vector::Choice(vec![Some(*choice); count]),
            Value::Currency(currency) => Vector::Currency(vec![Some(*currency); count]),
        }
    }

    /// Single values of one type.
    pub fn from_values(values: Vec<Option<Value>>) -> Vector {
        let Some(first) = values.iter().flatten().next() else { return Vector::Blank(values.len()) };
        let mut all = Vector::constant(first, values.len());
        let mut cells = values.into_iter();
        match &mut all {
            Vector::Blank(_) => {}
            Vector::Numbers(numbers) => {
                let number = |value| if let Some(Value::Number(number)) = value { Some(number) } else { None };
                *numbers = Numbers::of(cells.map(number).collect());
            }
            Vector::YesNo(to) => fill(to, cells, |value| if let Value::YesNo(yes) = value { Some(yes) } else { None }),
            Vector::Text(to) => fill(to, cells, |value| if let Value::Text(text) = value { Some(text) } else { None }),
            Vector::Date(to) => fill(to, cells, |value| if let Value::Date(date) = value { Some(date) } else { None }),
            Vector::Period(to) => fill(to, cells, |value| if let Value::Period(at) = value { Some(at) } else { None }),
            Vector::Row(to) => fill(to, cells, |value| if let Value::Row(row) = value { Some(row) } else { None }),
            Vector::Choice(to) => fill(to, cells, |value| if let Value::Choice(at) = value { Some(at) } else { None }),
            Vector::Currency(to) => {
                fill(to, &mut cells, |value| if let Value::Currency(code) = value { Some(code) } else { None });
            }
        }
        all
    }

    /// The cells of a finished column at rows, [`NOWHERE`](super::read::NOWHERE) among them.
    pub fn gather(data: &ColumnData, rows: &[u32]) -> Vector {
        let states = data.states();
        let Cells::Number { places, units } = data.cells() else { return Vector::at(data, &Place::Rows(rows)) };
        let is_there = |row: &u32| states.get(*row) == State::There;
        let there = match states {
            States::There(_) if rows.iter().all(is_there) => There::All(rows.len()),
            _ => rows.iter().map(is_there).collect(),
        };
        let units = match units {
            Units::Narrow(units) => Units::Narrow(at_rows(units, rows)),
            Units::Wide(units) => Units::Wide(at_rows(units, rows)),
        };
        Vector::Numbers(Numbers::decimals(*places, units.into(), there))
    }

    /// The cells of a finished column at rows that stand one behind the other.
    pub fn slice(data: &ColumnData, rows: Range<usize>) -> Vector {
        let states = data.states();
        let Cells::Number { places, units } = data.cells() else { return Vector::at(data, &Place::Range(rows)) };
        let units = match units {
            Units::Narrow(units) => Units::Narrow(units.get(rows.clone()).unwrap_or_default().to_vec()),
            Units::Wide(units) => Units::Wide(units.get(rows.clone()).unwrap_or_default().to_vec()),
        };
        let there = match states {
            States::There(_) => There::All(rows.len()),
            States::Each(states) => {
                states.get(rows).unwrap_or_default().iter().map(|state| *state == State::There).collect()
            }
        };
        Vector::Numbers(Numbers::decimals(*places, units.into(), there))
    }

    /// Cells that are no decimals.
    fn at(data: &ColumnData, place: &Place) -> Vector {
        let states = data.states();
        match data.cells() {
            // Whoever asks has these already.
            Cells::Number { .. } => Vector::Blank(0),
            Cells::Exact(cells) => Vector::Numbers(Numbers::Exact(cells_at(cells, states, place))),
            Cells::YesNo(cells) => Vector::YesNo(cells_at(cells, states, place)),
            Cells::Text(cells) => Vector::Text(cells_at(cells, states, place)),
            Cells::Date(cells) => Vector::Date(cells_at(cells, states, place)),
            Cells::Period(cells) => Vector::Period(cells_at(cells, states, place)),
            Cells::Row(cells) => Vector::Row(cells_at(cells, states, place)),
            Cells::Choice(cells) => Vector::Choice(cells_at(cells, states, place)),
            Cells::Currency(cells) => Vector::Currency(cells_at(cells, states, place)),
        }
    }

    /// The column that these values of all rows are, each in its state.
    pub fn finish(self, mut column: ColumnData, states: States) -> ColumnData {
        let taken = |cells: Cells, states| ColumnData::of(cells, states);
        let count = self.len();
        match (self, column.cells()) {
            (Vector::Numbers(numbers), Cells::Number { places, .. })
                if numbers.units().is_some_and(|(own, ..)| own == *places) =>
            {
                let units = numbers.into_units();
                taken(Cells::Number { places: *places, units }, states)
            }
            (Vector::YesNo(cells), Cells::YesNo(_)) => taken(Cells::YesNo(placeholders(cells, false)), states),
            (Vector::Row(cells), Cells::Row(_)) => taken(Cells::Row(placeholders(cells, 0)), states),
            (Vector::Choice(cells), Cells::Choice(_)) => taken(Cells::Choice(placeholders(cells, 0)), states),
            (Vector::Date(cells), Cells::Date(_)) => taken(Cells::Date(placeholders(cells, Date::default())), states),
            (values, _) => {
                for position in 0..count {
                    match states.get(crate::table::row_number(position)) {
                        State::NoRow => column.push_no_row(),
                        State::There | State::Missing => column.push(values.get(position)),
                    }
                }
                column
            }
        }
    }

    /// Writes units of decimals of these places and 64 bits, 0 for what is missing; whether it is all that.
    pub fn write(&self, places: u8, to: &mut [i64]) -> bool {
        match self {
            // What they go to has nothing in it.
            Vector::Blank(_) => true,
            Vector::Numbers(numbers) => numbers.write(places, to),
            _ => false,
        }
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        match self {
            Vector::Blank(count) => *count,
            Vector::Numbers(numbers) => numbers.len(),
            Vector::YesNo(cells) => cells.len(),
            Vector::Text(cells) => cells.len(),
            Vector::Date(cells) => cells.len(),
            Vector::Period(cells) => cells.len(),
            Vector::Row(cells) | Vector::Choice(cells) => cells.len(),
            Vector::Currency(cells) => cells.len(),
        }
    }

    /// The value at a position.
    pub fn get(&self, position: usize) -> Option<Value> {
        match self {
            Vector::Blank(_) => None,
            Vector::Numbers(numbers) => numbers.get(position).map(Value::Number),
            Vector::YesNo(cells) => cell(cells, position).map(Value::YesNo),
            Vector::Text(cells) => cell(cells, position).map(Value::Text),
            Vector::Date(cells) => cell(cells, position).map(Value::Date),
            Vector::Period(cells) => cell(cells, position).map(Value::Period),
            Vector::Row(cells) => cell(cells, position).map(Value::Row),
            Vector::Choice(cells) => cell(cells, position).map(Value::Choice),
            Vector::Currency(cells) => cell(cells, position).map(Value::Currency),
        }
    }

    /// Which positions have a value.
    pub fn mask(&self) -> There {
        match self {
            Vector::Numbers(numbers) => numbers.there(),
            other => other.there().into_iter().collect(),
        }
    }

    /// The states of rows that are all there.
    pub fn states(&self) -> States {
        match self.mask() {
            There::All(count) => States::There(count),
            There::Each(each) => States::Each(each.into_iter().map(State::of).collect()),
        }
    }

    /// Which positions have a value, one by one.
    pub fn there(&self) -> Vec<bool> {
        match self {
            Vector::Blank(count) => vec![false; *count],
            Vector::Numbers(numbers) => numbers.there().each(),
            Vector::YesNo(cells) => there(cells),
            Vector::Text(cells) => there(cells),
            Vector::Date(cells) => there(cells),
            Vector::Period(cells) => there(cells),
            Vector::Row(cells) | Vector::Choice(cells) => there(cells),
            Vector::Currency(cells) => there(cells),
        }
    }

    /// The values at other positions, in their order.
    pub fn pick(&self, positions: impl Iterator<Item = Option<u32>> + Clone) -> Vector {
        match self {
            Vector::Blank(_) => Vector::Blank(positions.count()),
            Vector::Numbers(numbers) => Vector::Numbers(numbers.pick(positions)),
            Vector::YesNo(cells) => Vector::YesNo(picked(cells, positions)),
            Vector::Text(cells) => Vector::Text(picked(cells, positions)),
            Vector::Date(cells) => Vector::Date(picked(cells, positions)),
            Vector::Period(cells) => Vector::Period(picked(cells, positions)),
            Vector::Row(cells) => Vector::Row(picked(cells, positions)),
            Vector::Choice(cells) => Vector::Choice(picked(cells, positions)),
            Vector::Currency(cells) => Vector::Currency(picked(cells, positions)),
        }
    }

    /// Sets the values at some positions to those of another vector of the same type.
    pub fn put(&mut self, positions: impl Iterator<Item = u32> + Clone, from: Vector) {
        if let (Vector::Blank(count), false) = (&*self, matches!(from, Vector::Blank(_))) {
            *self = from.blank_of_type(*count);
        }
        match (&mut *self, from) {
            (Vector::Numbers(to), Vector::Numbers(from)) => to.put(positions, from),
            (Vector::YesNo(to), Vector::YesNo(from)) => scatter(to, positions, from),
            (Vector::Text(to), Vector::Text(from)) => scatter(to, positions, from),
            (Vector::Date(to), Vector::Date(from)) => scatter(to, positions, from),
            (Vector::Period(to), Vector::Period(from)) => scatter(to, positions, from),
            (Vector::Row(to), Vector::Row(from)) => scatter(to, positions, from),
            (Vector::Choice(to), Vector::Choice(from)) => scatter(to, positions, from),
            (Vector::Currency(to), Vector::Currency(from)) => scatter(to, positions, from),
            // Missing values leave missing what has not been set; the checker rules out the rest.
            _ => {}
        }
    }

    /// All values of several vectors of one type, one after another.
    pub fn concat(parts: Vec<Vector>) -> Vector {
        if parts.iter().all(|part| matches!(part, Vector::Numbers(_))) && !parts.is_empty() {
            return Vector::Numbers(Numbers::concat(parts.into_iter().map(Vector::numbers).collect()));
        }
        let count = parts.iter().map(Vector::len).sum();
        match parts.iter().find(|part| !matches!(part, Vector::Blank(_))) {
            None => return Vector::Blank(count),
            Some(Vector::YesNo(_)) => return Vector::YesNo(joined(parts, count, Vector::truths)),
            Some(Vector::Date(_)) => return Vector::Date(joined(parts, count, Vector::dates)),
            Some(Vector::Period(_)) => return Vector::Period(joined(parts, count, Vector::periods)),
            Some(Vector::Row(_)) => return Vector::Row(joined(parts, count, Vector::indices)),
            Some(Vector::Choice(_)) => return Vector::Choice(joined(parts, count, Vector::indices)),
            Some(Vector::Currency(_)) => return Vector::Currency(joined(parts, count, Vector::currencies)),
            Some(Vector::Blank(_) | Vector::Numbers(_) | Vector::Text(_)) => {}
        }
        let mut all = Vector::Blank(count);
        let mut start = 0_u32;
        for part in parts {
            let end = start.saturating_add(crate::table::row_number(part.len()));
            all.put(start..end, part);
            start = end;
        }
        all
    }

    /// So many missing values of this type.
    fn blank_of_type(&self, count: usize) -> Vector {
        self.pick(std::iter::repeat_n(None, count))
    }

    /// The values as numbers.
    pub fn numbers(self) -> Numbers {
        match self {
            Vector::Numbers(numbers) => numbers,
            other => Numbers::missing(other.len()),
        }
    }

    /// The values as truths.
    pub fn truths(self) -> Vec<Option<bool>> {
        match self {
            Vector::YesNo(cells) => cells,
            other => vec![None; other.len()],
        }
    }

    /// The values as dates.
    pub fn dates(self) -> Vec<Option<Date>> {
        match self {
            Vector::Date(cells) => cells,
            other => vec![None; other.len()],
        }
    }

    /// The values as periods.
    pub fn periods(self) -> Vec<Option<Period>> {
        match self {
            Vector::Period(cells) => cells,
            other => vec![None; other.len()],
        }
    }

    /// The values as rows or choices.
    pub fn indices(self) -> Vec<Option<u32>> {
        match self {
            Vector::Row(cells) | Vector::Choice(cells) => cells,
            other => vec![None; other.len()],
        }
    }

    /// The values as currencies.
    pub fn currencies(self) -> Vec<Option<Currency>> {
        match self {
            Vector::Currency(cells) => cells,
            other => vec![None; other.len()],
        }
    }

    /// How the values at each position compare with those of another vector of the same type.
    pub fn compare(&self, other: &Vector) -> Vec<Option<Ordering>> {
        match (self, other) {
            (Vector::Numbers(a), Vector::Numbers(b)) => Numbers::compare(a, b),
            (Vector::YesNo(a), Vector::YesNo(b)) => compare(a, b),
            (Vector::Text(a), Vector::Text(b)) => compare(a, b),
            (Vector::Date(a), Vector::Date(b)) => compare(a, b),
            (Vector::Period(a), Vector::Period(b)) => compare(a, b),
            (Vector::Row(a), Vector::Row(b)) | (Vector::Choice(a), Vector::Choice(b)) => compare(a, b),
            (Vector::Currency(a), Vector::Currency(b)) => compare(a, b),
            _ => vec![None; self.len()],
        }
    }

    /// The larger (or smaller) value at each position.
    pub fn extreme(&self, other: &Vector, larger: bool) -> Vector {
        match (self, other) {
            (Vector::Numbers(a), Vector::Numbers(b)) => Vector::Numbers(Numbers::extreme(a, b, larger)),
            (Vector::Text(a), Vector::Text(b)) => Vector::Text(extreme(a, b, larger)),
            (Vector::Date(a), Vector::Date(b)) => Vector::Date(extreme(a, b, larger)),
            (Vector::Period(a), Vector::Period(b)) => Vector::Period(extreme(a, b, larger)),
            _ => Vector::Blank(self.len()),
        }
    }

    /// The order of the values at two positions; a missing value comes first.
    pub fn order(&self, left: usize, right: usize) -> Ordering {
        match self {
            Vector::Blank(_) => Ordering::Equal,
            Vector::Numbers(numbers) => numbers.order(left, right),
            Vector::YesNo(cells) => cells.get(left).cmp(&cells.get(right)),
            Vector::Text(cells) => cells.get(left).cmp(&cells.get(right)),
            Vector::Date(cells) => cells.get(left).cmp(&cells.get(right)),
            Vector::Period(cells) => cells.get(left).cmp(&cells.get(right)),
            Vector::Row(cells) | Vector::Choice(cells) => cells.get(left).cmp(&cells.get(right)),
            Vector::Currency(cells) => cells.get(left).cmp(&cells.get(right)),
        }
    }
}

fn fill<T>(to: &mut [Option<T>], from: impl IntoIterator<Item = Option<Value>>, take: impl Fn(Value) -> Option<T>) {
    for (cell, value) in to.iter_mut().zip(from) {
        *cell = value.and_then(&take);
    }
}

fn cell<T: Clone>(cells: &[Option<T>], position: usize) -> Option<T> {
    cells.get(position).cloned().flatten()
}

/// The cells of several vectors of one type, one after another.
fn joined<T>(parts: Vec<Vector>, count: usize, cells: impl Fn(Vector) -> Vec<Option<T>>) -> Vec<Option<T>> {
    let mut all = Vec::with_capacity(count);
    parts.into_iter().for_each(|part| all.extend(cells(part)));
    all
}

fn there<T>(cells: &[Option<T>]) -> Vec<bool> {
    cells.iter().map(Option::is_some).collect()
}

fn picked<T: Clone>(cells: &[Option<T>], positions: impl Iterator<Item = Option<u32>>) -> Vec<Option<T>> {
    positions.map(|at| cell(cells, at? as usize)).collect()
}

/// Where cells of a column stand.
enum Place<'a> {
    Rows(&'a [u32]),
    Range(Range<usize>),
}

fn cells_at<T: Clone>(cells: &[T], states: &States, place: &Place) -> Vec<Option<T>> {
    let is_there = |row: &u32| states.get(*row) == State::There;
    match (place, states) {
        (Place::Rows(rows), States::There(_)) => rows.iter().map(|row| cells.get(*row as usize).cloned()).collect(),
        (Place::Rows(rows), States::Each(_)) => {
            rows.iter().map(|row| cells.get(*row as usize).filter(|_| is_there(row)).cloned()).collect()
        }
        (Place::Range(rows), States::There(_)) => {
            cells.get(rows.clone()).unwrap_or_default().iter().cloned().map(Some).collect()
        }
        (Place::Range(rows), States::Each(states)) => {
            let cells = cells.get(rows.clone()).unwrap_or_default().iter();
            let states = states.get(rows.clone()).unwrap_or_default();
            cells.zip(states).map(|(cell, state)| (*state == State::There).then(|| cell.clone())).collect()
        }
    }
}

/// The integers of rows, 0 where there is no row.
fn at_rows<T: Copy + Default>(units: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().map(|row| units.get(*row as usize).copied().unwrap_or_default()).collect()
}

/// The values, with something in the place of those that are missing.
fn placeholders<T: Copy>(cells: Vec<Option<T>>, nothing: T) -> Vec<T> {
    cells.into_iter().map(|cell| cell.unwrap_or(nothing)).collect()
}

fn scatter<T>(to: &mut [Option<T>], positions: impl Iterator<Item = u32>, from: impl IntoIterator<Item = Option<T>>) {
    for (position, value) in positions.zip(from) {
        if let Some(cell) = to.get_mut(position as usize) {
            *cell = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_keeps_its_places_among_the_rest() {
        let rows = |rows: &[u32]| Vector::Row(rows.iter().copied().map(Some).collect());
        let all = Vector::concat(vec![Vector::Blank(2), rows(&[7]), Vector::Blank(1), rows(&[8, 9])]);
        assert_eq!(all.indices(), [None, None, Some(7), None, Some(8), Some(9)]);
    }
}
