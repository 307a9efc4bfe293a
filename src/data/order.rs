//! The order of rows by the cells of some columns, and the way from a cell to its row.

use std::cmp::Ordering;
use std::hash::{BuildHasher, Hash, Hasher};

use rayon::prelude::*;

use crate::table::{Cells, ColumnData, State, States, day_key, row_number};
use crate::value::Units;

/// An index has a place for each number where there are at most so many numbers for each row.
const NUMBERS_PER_ROW: usize = 8;
/// So many bits of a number are sorted by at once.
const DIGIT_BITS: u32 = 11;

/// The cells of the columns that rows are ordered by. A cell that is not there comes first.
pub(super) struct Ordered<'a> {
    columns: &'a [ColumnData],
    count: usize,
    /// One number for each row, in the order of the cells, where all of them are numbers and there is room.
    numbers: Option<Vec<u64>>,
}

impl<'a> Ordered<'a> {
    /// So many rows of these columns.
    pub fn new(columns: &'a [ColumnData], count: usize) -> Self {
        Self { columns, count, numbers: packed(columns, count) }
    }

    /// The rows in order; equal ones in the order they come in.
    pub fn order(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..row_number(self.count)).collect();
        match &self.numbers {
            Some(numbers) if numbers.is_sorted() => order,
            Some(numbers) => by_digits(numbers),
            None => {
                if !order.is_sorted_by(|a, b| self.compare(*a, *b).is_le()) {
                    order.par_sort_by(|a, b| self.compare(*a, *b));
                }
                order
            }
        }
    }

    /// Whether two rows have the same cells.
    pub fn same(&self, a: u32, b: u32) -> bool {
        match &self.numbers {
            Some(numbers) => numbers.get(a as usize) == numbers.get(b as usize),
            None => self.compare(a, b).is_eq(),
        }
    }

    /// Whether all cells of a row are there.
    pub fn known(&self, row: u32) -> bool {
        self.columns.iter().all(|column| column.state(row) == State::There)
    }

    /// A number that two rows with the same cells share, also those of other columns of their types.
    pub fn hash(&self, row: u32, with: &ahash::RandomState) -> u64 {
        let mut hasher = with.build_hasher();
        for column in self.columns {
            match column.cells() {
                Cells::Number { units, .. } => units.get(row as usize).hash(&mut hasher),
                Cells::Text(texts) => texts.get(row as usize).hash(&mut hasher),
                Cells::Exact(values) => values.get(row as usize).hash(&mut hasher),
                _ => number(column, row).hash(&mut hasher),
            }
        }
        hasher.finish()
    }

    fn compare(&self, a: u32, b: u32) -> Ordering {
        compare_rows((self.columns, a), (self.columns, b))
    }
}

/// Whether each of so many rows comes behind the one before it.
pub(super) fn ascends(columns: &[ColumnData], count: usize) -> bool {
    if let [column] = columns
        && let (Cells::Number { units: Units::Narrow(units), .. }, States::There(_)) = (column.cells(), column.states())
    {
        return units.is_sorted_by(|a, b| a < b);
    }
    (0..row_number(count)).zip(1..row_number(count)).all(|(a, b)| compare_rows((columns, a), (columns, b)).is_lt())
}

/// One number for each row, in the order of its cells.
fn packed(columns: &[ColumnData], count: usize) -> Option<Vec<u64>> {
    if let [column] = columns
        && let (Cells::Number { units: Units::Narrow(units), .. }, States::There(_)) = (column.cells(), column.states())
    {
        let smallest = units.iter().min().copied().unwrap_or_default();
        return Some(units.iter().map(|one| one.wrapping_sub(smallest).cast_unsigned()).collect());
    }
    let (mut all, mut room) = (vec![0_u64; count], 1_u64);
    for column in columns {
        if !has_numbers(column) {
            return None;
        }
        let numbers = || (0..row_number(count)).map(|row| number(column, row));
        let (smallest, largest) = (numbers().flatten().min().unwrap_or(0), numbers().flatten().max().unwrap_or(0));
        let size = u64::try_from(largest.checked_sub(smallest)?).ok()?.checked_add(2)?;
        room = room.checked_mul(size)?;
        for (packed, number) in all.iter_mut().zip(numbers()) {
            // Cannot wrap: all of them are smaller than the room there is.
            let place = number.map_or(0, |number| number.wrapping_sub(smallest).cast_unsigned().wrapping_add(1));
            *packed = packed.wrapping_mul(size).wrapping_add(place);
        }
    }
    Some(all)
}

/// The positions of numbers in ascending order, sorted digit by digit from the last on.
fn by_digits(numbers: &[u64]) -> Vec<u32> {
    let mut from: Vec<(u64, u32)> = numbers.iter().copied().zip(0_u32..).collect();
    let mut to = from.clone();
    let bits = u64::BITS.saturating_sub(numbers.iter().fold(0, |all, one| all | one).leading_zeros());
    let mask = (1_u64 << DIGIT_BITS).saturating_sub(1);
    for digit in 0..bits.div_ceil(DIGIT_BITS) {
        let shift = digit.saturating_mul(DIGIT_BITS);
        let digit_of = |number: u64| usize::try_from((number >> shift) & mask).unwrap_or_default();
        let mut places = vec![0_usize; 1 << DIGIT_BITS];
        for (number, _) in &from {
            places.get_mut(digit_of(*number)).into_iter().for_each(|count| *count = count.saturating_add(1));
        }
        let mut before = 0_usize;
        for place in &mut places {
            before = before.saturating_add(std::mem::replace(place, before));
        }
        for one in &from {
            let Some(place) = places.get_mut(digit_of(one.0)) else { continue };
            to.get_mut(*place).into_iter().for_each(|to| *to = *one);
            *place = place.saturating_add(1);
        }
        std::mem::swap(&mut from, &mut to);
    }
    from.into_iter().map(|(_, row)| row).collect()
}

/// Whether the cells of a column are numbers of 64 bits, or in the order of such.
fn has_numbers(column: &ColumnData) -> bool {
    match column.cells() {
        Cells::Number { units, .. } => matches!(units, Units::Narrow(_)),
        Cells::Exact(_) | Cells::Text(_) => false,
        Cells::YesNo(_) | Cells::Date(_) | Cells::Period(_) | Cells::Row(_) | Cells::Choice(_) | Cells::Currency(_) => {
            true
        }
    }
}

/// A cell that is there as a number.
fn number(column: &ColumnData, row: u32) -> Option<i64> {
    if column.state(row) != State::There {
        return None;
    }
    let at = row as usize;
    match column.cells() {
        Cells::Number { units, .. } => i64::try_from(units.get(at)?).ok(),
        Cells::YesNo(values) => values.get(at).copied().map(i64::from),
        Cells::Date(values) => values.get(at).copied().map(day_key),
        Cells::Period(values) => values.get(at).map(|period| i64::from(period.0)),
        Cells::Row(values) | Cells::Choice(values) => values.get(at).copied().map(i64::from),
        Cells::Currency(values) => {
            let letters = values.get(at)?.code().bytes();
            Some(letters.fold(0, |number, letter| (number << 8) | i64::from(letter)))
        }
        Cells::Exact(_) | Cells::Text(_) => None,
    }
}

/// The order of two rows by cells of columns of the same types.
pub(super) fn compare_rows((a, row_a): (&[ColumnData], u32), (b, row_b): (&[ColumnData], u32)) -> Ordering {
    let cells = a.iter().zip(b).map(|(a, b)| compare((a, row_a), (b, row_b)));
    cells.into_iter().find(|one| one.is_ne()).unwrap_or(Ordering::Equal)
}

/// The order of two cells of columns of one type.
fn compare((a, row_a): (&ColumnData, u32), (b, row_b): (&ColumnData, u32)) -> Ordering {
    let there = |column: &ColumnData, row: u32| column.state(row) == State::There;
    let (at_a, at_b) = (row_a as usize, row_b as usize);
    match (there(a, row_a), there(b, row_b)) {
        (true, true) => match (a.cells(), b.cells()) {
            (Cells::Number { units: a, .. }, Cells::Number { units: b, .. }) => a.get(at_a).cmp(&b.get(at_b)),
            (Cells::Text(a), Cells::Text(b)) => a.get(at_a).cmp(&b.get(at_b)),
            (Cells::Exact(a), Cells::Exact(b)) => a.get(at_a).cmp(&b.get(at_b)),
            _ => number(a, row_a).cmp(&number(b, row_b)),
        },
        (a, b) => a.cmp(&b),
    }
}

/// The way from a cell to the first row that has it.
#[derive(Default)]
pub(super) enum Index {
    /// No cell has one.
    #[default]
    None,
    /// By number, from the first on; no row where that is the highest there is.
    Numbers {
        /// The first number.
        first: i64,
        /// The rows.
        rows: Vec<u32>,
    },
    /// By the cells in ascending order, those that are not there before all others.
    Sorted(ColumnData),
}

/// No row.
const NO_ROW: u32 = u32::MAX;

impl Index {
    /// Over the cells of rows in this order, which is theirs.
    pub fn new(column: &ColumnData, order: &[u32]) -> Index {
        let numbers = || order.iter().map(|row| number(column, *row));
        let bounds = numbers().flatten().next().zip(numbers().rev().flatten().next());
        let (Some((first, last)), true) = (bounds, has_numbers(column)) else {
            return Index::Sorted(column.take(order));
        };
        let span = last.checked_sub(first).and_then(|span| usize::try_from(span).ok());
        match span {
            Some(span) if span <= order.len().saturating_mul(NUMBERS_PER_ROW) => {
                let mut rows = vec![NO_ROW; span.saturating_add(1)];
                for (number, row) in numbers().zip(0_u32..) {
                    let place = number.and_then(|number| rows.get_mut(distance(first, number)?));
                    place.into_iter().for_each(|place| *place = row.min(*place));
                }
                Index::Numbers { first, rows }
            }
            _ => Index::Sorted(column.take(order)),
        }
    }

    /// The rows with the cells of a column, as cells of their own.
    pub fn find_all(&self, cells: &ColumnData) -> ColumnData {
        let mut found: Vec<u32> = match (self, cells.cells()) {
            (Index::Numbers { first, rows }, Cells::Number { units: Units::Narrow(units), .. }) => {
                let row = |number: &i64| rows.get(distance(*first, *number)?).copied();
                units.iter().map(|number| row(number).unwrap_or(NO_ROW)).collect()
            }
            _ => (0..row_number(cells.len())).map(|at| self.find(cells, at).unwrap_or(NO_ROW)).collect(),
        };
        if matches!(cells.states(), States::There(_)) && !found.contains(&NO_ROW) {
            let count = found.len();
            return ColumnData::of(Cells::Row(found), States::There(count));
        }
        let state = |(at, row): (u32, &mut u32)| match *row {
            found if found != NO_ROW && cells.state(at) == State::There => State::There,
            _ => {
                *row = 0;
                State::Missing
            }
        };
        let states = (0_u32..).zip(&mut found).map(state).collect();
        ColumnData::of(Cells::Row(found), states)
    }

    fn find(&self, cells: &ColumnData, at: u32) -> Option<u32> {
        match self {
            Index::None => None,
            Index::Numbers { first, rows } => {
                let place = distance(*first, number(cells, at)?)?;
                rows.get(place).copied().filter(|row| *row != NO_ROW)
            }
            Index::Sorted(sorted) => {
                if cells.state(at) != State::There {
                    return None;
                }
                let (mut low, mut high) = (0, row_number(sorted.len()));
                while low < high {
                    let middle = low.midpoint(high);
                    match compare((sorted, middle), (cells, at)) {
                        Ordering::Less => low = middle.saturating_add(1),
                        _ => high = middle,
                    }
                }
                let is_it = (low as usize) < sorted.len() && compare((sorted, low), (cells, at)).is_eq();
                is_it.then_some(low)
            }
        }
    }
}

fn distance(first: i64, number: i64) -> Option<usize> {
    usize::try_from(number.checked_sub(first)?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cell::Value;
    use crate::types::model::{Dimension, Shown, Type};

    const NUMBER: Type = Type::Number(Dimension { above: None, below: None }, Shown::Integer);

    fn numbers(values: &[Option<i64>]) -> ColumnData {
        let mut column = ColumnData::new(NUMBER, Some(0));
        for value in values {
            match value {
                Some(value) => column.push_units(i128::from(*value)),
                None => column.push(None),
            }
        }
        column
    }

    fn texts(values: &[Option<i64>]) -> ColumnData {
        let mut column = ColumnData::new(Type::Text, None);
        values.iter().for_each(|value| column.push(value.map(|value| Value::Text(value.to_string().into()))));
        column
    }

    fn some_numbers() -> impl Strategy<Value = Vec<Option<i64>>> {
        let near = prop::option::weighted(0.9, -20_i64..20);
        let any = prop::option::weighted(0.9, prop::num::i64::ANY);
        prop_oneof![prop::collection::vec(near, 0..60), prop::collection::vec(any, 0..60)]
    }

    proptest! {
        #[test]
        fn rows_are_ordered_and_found(first in some_numbers(), second in some_numbers()) {
            let count = first.len().min(second.len());
            let (first, second) = (&first[..count], &second[..count]);
            let sorted = |key: &dyn Fn(usize) -> (Option<i64>, Option<String>)| {
                let mut rows: Vec<u32> = (0..row_number(count)).collect();
                rows.sort_by_key(|row| key(*row as usize));
                rows
            };
            let one = [numbers(first)];
            prop_assert_eq!(Ordered::new(&one, count).order(), sorted(&|row| (first[row], None)));
            let text = |row: usize| second[row].map(|second| second.to_string());
            let two = [numbers(first), texts(second)];
            prop_assert_eq!(Ordered::new(&two, count).order(), sorted(&|row| (first[row], text(row))));

            let order = Ordered::new(&one, count).order();
            let index = Index::new(&one[0], &order);
            let sought = numbers(second);
            let found = index.find_all(&sought);
            for (row, sought) in second.iter().enumerate().take(count) {
                let expected = order.iter().position(|at| sought.is_some() && first[*at as usize] == *sought);
                prop_assert_eq!(found.get(row_number(row)), expected.map(|at| Value::Row(row_number(at))));
            }
        }
    }
}
