//! Columns made of others: the cells at chosen rows, or those of several columns one after another.

use std::sync::Arc;

use super::{Cells, ColumnData, State, States};
use crate::calendar::{Date, Period};
use crate::value::{Currency, Exact, Units};

impl ColumnData {
    /// The column with so many more rows without a value.
    #[must_use]
    pub fn missing_rows(mut self, count: usize) -> ColumnData {
        (0..count).for_each(|_| self.push(None));
        self
    }

    /// The cells at these rows; beyond the end there is none.
    pub fn take(&self, rows: &[u32]) -> ColumnData {
        ColumnData { cells: self.cells.take(rows), states: self.states.take(rows) }
    }

    /// The column with other rows in the place of those that it names.
    #[must_use]
    pub fn with_rows(mut self, place: impl Fn(u32) -> u32) -> ColumnData {
        if let Cells::Row(rows) = &mut self.cells {
            let there = (0_u32..).zip(rows).filter(|(row, _)| self.states.get(*row) == State::There);
            there.for_each(|(_, named)| *named = place(*named));
        }
        self
    }

    /// Sets these rows to the first cells of another column of this type and these places.
    pub fn put(&mut self, rows: &[u32], from: &ColumnData) {
        match (&mut self.cells, &from.cells) {
            (Cells::Number { units, .. }, Cells::Number { units: others, .. }) => units.put(rows, others),
            (Cells::Exact(to), Cells::Exact(from)) => set(to, rows, from),
            (Cells::YesNo(to), Cells::YesNo(from)) => set(to, rows, from),
            (Cells::Text(to), Cells::Text(from)) => set(to, rows, from),
            (Cells::Date(to), Cells::Date(from)) => set(to, rows, from),
            (Cells::Period(to), Cells::Period(from)) => set(to, rows, from),
            (Cells::Row(to), Cells::Row(from)) | (Cells::Choice(to), Cells::Choice(from)) => set(to, rows, from),
            (Cells::Currency(to), Cells::Currency(from)) => set(to, rows, from),
            // Columns of one type hold one kind of cells.
            (_, _) => {}
        }
        self.states.put(rows.iter().zip(0..).map(|(row, at)| (*row, from.states.get(at))));
    }

    /// Columns of one type and the same places, one after another; none of none.
    pub fn concat(parts: Vec<ColumnData>) -> Option<ColumnData> {
        let all = parts.iter().map(ColumnData::len).sum();
        let mut parts = parts.into_iter();
        let mut first = parts.next()?;
        if parts.len() > 0 {
            first.cells.reserve(all);
            parts.for_each(|part| first.append(part));
        }
        Some(first)
    }

    /// Appends the cells of another column of this type and these places.
    pub fn append(&mut self, other: ColumnData) {
        self.cells.append(other.cells);
        self.states.append(other.states);
    }
}

impl Cells {
    fn take(&self, rows: &[u32]) -> Cells {
        match self {
            Cells::Number { places, units } => Cells::Number { places: *places, units: units.take(rows) },
            Cells::Exact(values) => Cells::Exact(at(values, rows, &Exact::zero())),
            Cells::YesNo(values) => Cells::YesNo(at(values, rows, &false)),
            Cells::Text(values) => Cells::Text(at(values, rows, &Arc::from(""))),
            Cells::Date(values) => Cells::Date(at(values, rows, &Date::default())),
            Cells::Period(values) => Cells::Period(at(values, rows, &Period(0))),
            Cells::Row(values) => Cells::Row(at(values, rows, &0)),
            Cells::Choice(values) => Cells::Choice(at(values, rows, &0)),
            Cells::Currency(values) => Cells::Currency(at(values, rows, &Currency::NONE)),
        }
    }

    /// Makes room for so many cells in all.
    fn reserve(&mut self, all: usize) {
        match self {
            Cells::Number { units: Units::Narrow(values), .. } => room(values, all),
            Cells::Number { units: Units::Wide(values), .. } => room(values, all),
            Cells::Exact(values) => room(values, all),
            Cells::YesNo(values) => room(values, all),
            Cells::Text(values) => room(values, all),
            Cells::Date(values) => room(values, all),
            Cells::Period(values) => room(values, all),
            Cells::Row(values) | Cells::Choice(values) => room(values, all),
            Cells::Currency(values) => room(values, all),
        }
    }

    fn append(&mut self, other: Cells) {
        match (self, other) {
            (Cells::Number { units, .. }, Cells::Number { units: others, .. }) => units.append(others),
            (Cells::Exact(values), Cells::Exact(others)) => join(values, others),
            (Cells::YesNo(values), Cells::YesNo(others)) => join(values, others),
            (Cells::Text(values), Cells::Text(others)) => join(values, others),
            (Cells::Date(values), Cells::Date(others)) => join(values, others),
            (Cells::Period(values), Cells::Period(others)) => join(values, others),
            (Cells::Row(values), Cells::Row(others)) | (Cells::Choice(values), Cells::Choice(others)) => {
                join(values, others);
            }
            (Cells::Currency(values), Cells::Currency(others)) => join(values, others),
            // Columns of one type hold one kind of cells.
            (_, _) => {}
        }
    }
}

fn at<T: Clone>(values: &[T], rows: &[u32], placeholder: &T) -> Vec<T> {
    rows.iter().map(|row| values.get(*row as usize).unwrap_or(placeholder).clone()).collect()
}

fn set<T: Clone>(to: &mut [T], rows: &[u32], from: &[T]) {
    for (row, value) in rows.iter().zip(from) {
        to.get_mut(*row as usize).into_iter().for_each(|cell| cell.clone_from(value));
    }
}

fn room<T>(values: &mut Vec<T>, all: usize) {
    values.reserve_exact(all.saturating_sub(values.len()));
}

fn join<T>(values: &mut Vec<T>, others: Vec<T>) {
    match values.is_empty() {
        true => *values = others,
        false => values.extend(others),
    }
}

impl States {
    /// Those of these rows; beyond the end there is no row.
    pub fn take(&self, rows: &[u32]) -> States {
        match self {
            States::There(count) if rows.iter().all(|row| (*row as usize) < *count) => States::There(rows.len()),
            _ => rows.iter().map(|row| self.get(*row)).collect(),
        }
    }

    /// Appends others.
    pub fn append(&mut self, other: States) {
        match (&mut *self, other) {
            (States::There(count), States::There(others)) => *count = count.saturating_add(others),
            (States::Each(states), States::There(others)) => states.extend(std::iter::repeat_n(State::There, others)),
            (States::Each(states), States::Each(others)) => states.extend(others),
            (States::There(count), States::Each(others)) => {
                let mut states = vec![State::There; *count];
                states.extend(others);
                *self = States::Each(states);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Value;
    use crate::types::model::Type;

    #[test]
    fn cells_are_taken_and_joined_with_their_states() {
        let mut first = ColumnData::new(Type::Date, None);
        let day = |number| Date::from_num_days_from_ce_opt(number).unwrap();
        first.push(Some(Value::Date(day(700_000))));
        let mut second = ColumnData::new(Type::Date, None);
        second.push(None);
        second.push(Some(Value::Date(day(700_001))));
        first.append(second);
        let taken = first.take(&[2, 1, 0, 2, 9]);
        let days: Vec<Option<Value>> = (0..5).map(|row| taken.get(row)).collect();
        let expected = [Some(700_001), None, Some(700_000), Some(700_001), None].map(|day_number| {
            let number: Option<i32> = day_number;
            number.map(|number| Value::Date(day(number)))
        });
        assert_eq!(days, expected);
        assert_eq!([taken.state(1), taken.state(4)], [State::Missing, State::NoRow]);
        assert_eq!(first.take(&[0, 2]).states(), &States::There(2));
    }

    #[test]
    fn integers_stay_narrow_while_all_are() {
        let mut units: Units = [1, 2].into_iter().collect();
        units.append([i128::MAX].into_iter().collect());
        assert_eq!(units.take(&[2, 0, 7]), [i128::MAX, 1, 0].into_iter().collect());
        let mut narrow: Units = [5].into_iter().collect();
        narrow.append([6].into_iter().collect());
        assert!(matches!(narrow.take(&[1]), Units::Narrow(units) if units == [6]));
    }
}
