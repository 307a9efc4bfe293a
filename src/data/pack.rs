//! Columns as bytes, and back: integers as differences to the smallest of them, each in as many bytes as the smallest
//! integer of the machine that holds them all; texts by a dictionary. What is packed says of what kind it is.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::Datelike;
use num_bigint::BigInt;

use super::collected;
use crate::calendar::{Date, Period};
use crate::table::{Cells, ColumnData, State, States};
use crate::value::{Currency, Exact, Units};

/// How many bytes a wide integer takes.
const WIDE: usize = 16;

/// Appends the cells of some rows of a column.
pub(super) fn column(data: &ColumnData, rows: &[u32], to: &mut Vec<u8>) {
    let states = data.states();
    match states {
        States::There(_) => to.push(0),
        States::Each(_) => {
            to.push(1);
            integers(rows.iter().map(|row| state_number(states.get(*row))), to);
        }
    }
    let there = |row: &&u32| states.get(**row) == State::There;
    let at = |row: &u32| *row as usize;
    match data.cells() {
        Cells::Number { places, units } => match units {
            Units::Narrow(units) => {
                to.extend([0, *places]);
                integers(rows.iter().map(|row| pick(units, *row)), to);
            }
            Units::Wide(units) => {
                to.extend([9, *places]);
                to.extend(rows.iter().flat_map(|row| pick(units, *row).to_le_bytes()));
            }
        },
        Cells::Exact(values) => {
            to.push(1);
            let text = |row: &u32| {
                let value = values.get(at(row)).cloned().unwrap_or_else(Exact::zero);
                format!("{}/{}", value.numerator(), value.denominator())
            };
            texts(rows.iter().map(|row| Arc::from(text(row))), to);
        }
        Cells::YesNo(values) => {
            to.push(2);
            integers(rows.iter().map(|row| i64::from(pick(values, *row))), to);
        }
        Cells::Text(values) => {
            to.push(3);
            texts(rows.iter().filter(there).filter_map(|row| values.get(at(row)).cloned()), to);
        }
        Cells::Date(values) => {
            to.push(4);
            integers(rows.iter().map(|row| i64::from(pick(values, *row).num_days_from_ce())), to);
        }
        Cells::Period(values) => {
            to.push(5);
            integers(rows.iter().map(|row| i64::from(values.get(at(row)).map_or(0, |period| period.0))), to);
        }
        Cells::Row(values) => {
            to.push(6);
            integers(rows.iter().map(|row| i64::from(pick(values, *row))), to);
        }
        Cells::Choice(values) => {
            to.push(7);
            integers(rows.iter().map(|row| i64::from(pick(values, *row))), to);
        }
        Cells::Currency(values) => {
            to.push(8);
            currencies(rows.iter().filter(there).filter_map(|row| values.get(at(row))), to);
        }
    }
}

fn pick<T: Copy + Default>(values: &[T], row: u32) -> T {
    values.get(row as usize).copied().unwrap_or_default()
}

fn state_number(state: State) -> i64 {
    match state {
        State::There => 0,
        State::Missing => 1,
        State::NoRow => 2,
    }
}

fn letters(currency: &Currency) -> i64 {
    currency.code().bytes().fold(0, |number, letter| (number << 8) | i64::from(letter))
}

/// Appends currencies, of which there are few: each once, and which of them comes when.
fn currencies<'a>(values: impl Iterator<Item = &'a Currency>, to: &mut Vec<u8>) {
    let (mut distinct, mut codes): (Vec<Currency>, Vec<i64>) = (Vec::new(), Vec::new());
    for value in values {
        let known = distinct.iter().position(|one| one == value);
        let code = known.unwrap_or_else(|| {
            distinct.push(*value);
            distinct.len().saturating_sub(1)
        });
        codes.push(i64::try_from(code).unwrap_or(i64::MAX));
    }
    to.extend(length(distinct.len()));
    integers(distinct.iter().map(letters), to);
    integers(codes.iter().copied(), to);
}

/// Appends integers.
pub(super) fn integers(values: impl Iterator<Item = i64>, to: &mut Vec<u8>) {
    let values: Vec<i64> = values.collect();
    let (mut smallest, mut largest) = (i64::MAX, i64::MIN);
    for value in &values {
        smallest = smallest.min(*value);
        largest = largest.max(*value);
    }
    let width = if values.is_empty() { 0 } else { width(largest.wrapping_sub(smallest).cast_unsigned()) };
    to.extend(smallest.to_le_bytes());
    to.push(width);
    match width {
        0 => {}
        1 => put::<1>(&values, smallest, to),
        2 => put::<2>(&values, smallest, to),
        4 => put::<4>(&values, smallest, to),
        _ => put::<8>(&values, smallest, to),
    }
}

/// How many bytes hold a number: none for 0.
fn width(number: u64) -> u8 {
    match number {
        0 => 0,
        1..=0xFF => 1,
        0x100..=0xFFFF => 2,
        0x1_0000..=0xFFFF_FFFF => 4,
        _ => 8,
    }
}

/// Appends the lowest bytes of differences.
fn put<const W: usize>(values: &[i64], smallest: i64, to: &mut Vec<u8>) {
    let start = to.len();
    to.resize(start.saturating_add(values.len().saturating_mul(W)), 0);
    let places = to.get_mut(start..).unwrap_or_default().chunks_exact_mut(W);
    for (place, value) in places.zip(values) {
        let bytes = value.wrapping_sub(smallest).to_le_bytes();
        if let (Some(place), Some(bytes)) = (place.first_chunk_mut::<W>(), bytes.first_chunk::<W>()) {
            *place = *bytes;
        }
    }
}

/// The integers of which these are the lowest bytes of differences.
fn got<'b, const W: usize>(packed: &'b [u8], smallest: i64) -> impl ExactSizeIterator<Item = i64> + 'b {
    packed.chunks_exact(W).map(move |bytes| {
        let mut all = [0; 8];
        if let (Some(place), Some(bytes)) = (all.first_chunk_mut::<W>(), bytes.first_chunk::<W>()) {
            *place = *bytes;
        }
        smallest.wrapping_add(i64::from_le_bytes(all))
    })
}

/// Appends texts: each that stands at another place in memory once, and which of them comes when.
fn texts(texts: impl Iterator<Item = Arc<str>>, to: &mut Vec<u8>) {
    let mut known: HashMap<(usize, usize), i64, ahash::RandomState> = HashMap::default();
    let (mut distinct, mut codes): (Vec<Arc<str>>, Vec<i64>) = (Vec::new(), Vec::new());
    for text in texts {
        let next = i64::try_from(distinct.len()).unwrap_or(i64::MAX);
        // Each of them is kept, so no other comes to its place.
        let code = *known.entry((text.as_ptr().addr(), text.len())).or_insert(next);
        if code == next {
            distinct.push(text);
        }
        codes.push(code);
    }
    to.extend(length(distinct.len()));
    integers(distinct.iter().map(|text| i64::try_from(text.len()).unwrap_or(i64::MAX)), to);
    distinct.iter().for_each(|text| to.extend_from_slice(text.as_bytes()));
    integers(codes.iter().copied(), to);
}

fn length(count: usize) -> [u8; 8] {
    u64::try_from(count).unwrap_or(u64::MAX).to_le_bytes()
}

/// Bytes from which columns are unpacked; none where they are not what was packed.
pub(super) struct Packed<'a> {
    bytes: &'a [u8],
}

impl<'a> Packed<'a> {
    /// These bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// So many of them.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, left) = self.bytes.split_at_checked(count)?;
        self.bytes = left;
        Some(taken)
    }

    /// Whether there are no more.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// A count.
    pub fn count(&mut self) -> Option<usize> {
        usize::try_from(u64::from_le_bytes(self.take(8)?.try_into().ok()?)).ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    /// So many integers.
    pub fn integers(&mut self, count: usize) -> Option<Vec<i64>> {
        self.each(count, Some)
    }

    /// So many integers, each as something else.
    fn each<T: Clone>(&mut self, count: usize, of: impl Fn(i64) -> Option<T>) -> Option<Vec<T>> {
        let smallest = i64::from_le_bytes(self.take(8)?.try_into().ok()?);
        let width = self.byte()?;
        let packed = self.take(count.checked_mul(usize::from(width))?)?;
        match width {
            0 if count == 0 => Some(Vec::new()),
            0 => Some(vec![of(smallest)?; count]),
            1 => collected(got::<1>(packed, smallest).map(of)),
            2 => collected(got::<2>(packed, smallest).map(of)),
            4 => collected(got::<4>(packed, smallest).map(of)),
            8 => collected(got::<8>(packed, smallest).map(of)),
            _ => None,
        }
    }

    fn wide(&mut self, count: usize) -> Option<Units> {
        let packed = self.take(count.checked_mul(WIDE)?)?;
        let units = packed.chunks_exact(WIDE).map(|bytes| bytes.try_into().map(i128::from_le_bytes).ok());
        Some(Units::Wide(units.collect::<Option<Vec<i128>>>()?))
    }

    fn texts(&mut self, count: usize) -> Option<Vec<Arc<str>>> {
        let distinct = self.count()?;
        let lengths = self.integers(distinct)?;
        let mut known: Vec<Arc<str>> = Vec::with_capacity(lengths.len());
        for length in lengths {
            known.push(Arc::from(std::str::from_utf8(self.take(usize::try_from(length).ok()?)?).ok()?));
        }
        self.each(count, |code| known.get(usize::try_from(code).ok()?).cloned())
    }

    /// So many currencies.
    fn currencies(&mut self, count: usize) -> Option<Vec<Currency>> {
        let distinct = self.count()?;
        let known = self.each(distinct, currency)?;
        self.each(count, |code| known.get(usize::try_from(code).ok()?).copied())
    }

    /// The next column, of so many rows.
    pub fn column(&mut self, rows: usize) -> Option<ColumnData> {
        let states = match self.byte()? {
            0 => States::There(rows),
            _ => States::Each(self.each(rows, |number| Some(state_of(number)))?),
        };
        let there = match &states {
            States::There(rows) => *rows,
            States::Each(states) => states.iter().filter(|state| **state == State::There).count(),
        };
        let cells = match self.byte()? {
            0 => Cells::Number { places: self.byte()?, units: Units::Narrow(self.integers(rows)?) },
            1 => Cells::Exact(self.texts(rows)?.iter().map(|text| exact(text)).collect::<Option<_>>()?),
            2 => Cells::YesNo(self.each(rows, |yes| Some(yes != 0))?),
            3 => Cells::Text(spread(&states, self.texts(there)?, &Arc::from(""))),
            4 => Cells::Date(self.each(rows, |day| Date::from_num_days_from_ce_opt(i32::try_from(day).ok()?))?),
            5 => Cells::Period(self.each(rows, |number| i32::try_from(number).ok().map(Period))?),
            6 => Cells::Row(self.each(rows, |row| u32::try_from(row).ok())?),
            7 => Cells::Choice(self.each(rows, |choice| u32::try_from(choice).ok())?),
            8 => Cells::Currency(spread(&states, self.currencies(there)?, &Currency::NONE)),
            9 => Cells::Number { places: self.byte()?, units: self.wide(rows)? },
            _ => return None,
        };
        Some(ColumnData::of(cells, states))
    }
}

/// The values of the rows that have one, each at its row.
fn spread<T: Clone>(states: &States, values: Vec<T>, placeholder: &T) -> Vec<T> {
    if let States::There(_) = states {
        return values;
    }
    let mut values = values.into_iter();
    let rows = 0..crate::table::row_number(states.len());
    let value = |row| match states.get(row) {
        State::There => values.next(),
        State::Missing | State::NoRow => None,
    };
    rows.map(value).map(|value| value.unwrap_or_else(|| placeholder.clone())).collect()
}

fn state_of(number: i64) -> State {
    match number {
        0 => State::There,
        1 => State::Missing,
        _ => State::NoRow,
    }
}

fn exact(text: &str) -> Option<Exact> {
    let (above, below) = text.split_once('/')?;
    Exact::from_fraction(above.parse::<BigInt>().ok()?, below.parse::<BigInt>().ok()?)
}

fn currency(letters: i64) -> Option<Currency> {
    let bytes = letters.to_be_bytes();
    Currency::from_code(std::str::from_utf8(bytes.get(5..)?).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A column and some of its rows through bytes.
    fn through(cells: Cells, states: States, rows: &[u32]) -> usize {
        let data = ColumnData::of(cells, states);
        let mut bytes = Vec::new();
        column(&data, rows, &mut bytes);
        let mut packed = Packed::new(&bytes);
        assert_eq!(packed.column(rows.len()), Some(data.take(rows)));
        assert!(packed.is_empty());
        bytes.len()
    }

    fn day(number: i32) -> Date {
        Date::from_num_days_from_ce_opt(number).unwrap()
    }

    #[test]
    fn every_kind_of_cell_comes_back() {
        let each = || [State::There, State::Missing, State::There, State::NoRow].into_iter().collect::<States>();
        let text = |text: &str| Arc::<str>::from(text);
        let blank: Arc<str> = Arc::from("");
        let texts = vec![text("é, \"x\""), blank.clone(), text("a"), blank];
        let usd = Currency::from_code("USD").unwrap();
        let third = Exact::from_fraction(BigInt::from(-1), BigInt::from(3)).unwrap();
        let cells = [
            Cells::Number { places: 4, units: [5_i64, 0, -7, 0].into_iter().map(i128::from).collect() },
            Cells::Number {
                places: 0,
                units: [i128::from(i64::MIN), 0, i128::from(i64::MAX), 0].into_iter().collect(),
            },
            Cells::Number { places: 2, units: [i128::MIN, 0, i128::MAX, 0].into_iter().collect() },
            Cells::Exact(vec![third, Exact::zero(), Exact::from_units(5, 1), Exact::zero()]),
            Cells::YesNo(vec![true, false, false, false]),
            Cells::Text(texts),
            Cells::Date(vec![day(1), Date::default(), day(3_652_059), Date::default()]),
            Cells::Period(vec![Period(-3), Period(0), Period(i32::MAX), Period(0)]),
            Cells::Row(vec![7, 0, u32::MAX, 0]),
            Cells::Choice(vec![1, 0, 0, 0]),
            Cells::Currency(vec![usd, Currency::NONE, usd, Currency::NONE]),
        ];
        for cells in cells {
            through(cells.clone(), each(), &[0, 1, 2, 3]);
            through(cells.clone(), each(), &[2, 2, 1]);
            through(cells.clone(), each(), &[]);
            through(cells.clone(), each(), &[3]);
        }
    }

    #[test]
    fn few_bytes_hold_what_is_close_together() {
        let numbers: Units = (0..1000).map(|at| 5_000_000_000 + at % 200).collect();
        let rows: Vec<u32> = (0..1000).collect();
        // A state, a kind, places, the smallest, a width, and a byte a row.
        assert_eq!(through(Cells::Number { places: 0, units: numbers }, States::There(1000), &rows), 3 + 9 + 1000);
        let same: Arc<str> = Arc::from("platform");
        // All of them are one text: the codes take no bytes.
        assert!(through(Cells::Text(vec![same; 1000]), States::There(1000), &rows) < 100);
    }

    #[test]
    fn what_was_not_packed_is_refused() {
        for bytes in [&[][..], &[0], &[0, 9], &[0, 4, 1], &[2, 0]] {
            assert_eq!(Packed::new(bytes).column(2), None, "{bytes:?}");
        }
    }
}
