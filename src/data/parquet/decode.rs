//! The values of a Parquet column to cells. Whole numbers and decimals stay numbers; all else is printed, each
//! distinct value once where they repeat. A floating-point number counts only where it has no more digits than such
//! numbers keep.

use std::collections::HashMap;
use std::hash::Hash;

use chrono::{DateTime, TimeDelta};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, Int96};
use parquet::errors::ParquetError;

use super::{Kind, cut};
use crate::calendar::{Date, print_date};
use crate::data::raw::{Collector, Known, Numbers, RawColumn};
use crate::data::sheet::{DOUBLE_DIGITS, Flaw, Wanted, inexact, significant_digits};
use crate::diagnostics::Code;
use crate::table::{State, States};
use crate::types::written::Written;
use crate::value::Units;

/// So many rows are read at a time.
const BATCH_ROWS: usize = 1 << 14;
/// More digits than these a number of 32 bits does not keep (IEEE 754 binary32).
const SINGLE_DIGITS: usize = 6;
/// The most bytes of a cell.
const CELL_BYTES: usize = 64 * 1024;
/// So many values of a column are known by themselves.
const KNOWN_VALUES: usize = 1 << 16;

/// The cells of a column in a group of rows.
pub(super) struct Decoded {
    /// The cells.
    pub cells: RawColumn,
    /// The rows of cells that cannot be read, and why; their cells are blank.
    pub flaws: Vec<(usize, Flaw)>,
}

/// Decodes a column of so many rows.
pub(super) fn column(
    reader: &mut ColumnReader,
    kind: Kind,
    wanted: &Wanted<'_>,
    rows: usize,
) -> Result<Decoded, ParquetError> {
    let places = match kind {
        Kind::Decimal(places) => Some(places),
        Kind::Whole | Kind::Unsigned => Some(0),
        _ => None,
    };
    match (reader, places) {
        (ColumnReader::Int32ColumnReader(reader), Some(places)) => {
            // As unsigned, the bits of a negative number are those of a large one.
            let unsigned = kind == Kind::Unsigned;
            let wide = |value: &i32| if unsigned { i64::from(value.cast_unsigned()) } else { i64::from(*value) };
            numbers(reader, rows, places, wanted, |value| Ok(i128::from(wide(value))))
        }
        (ColumnReader::Int64ColumnReader(reader), Some(places)) => {
            let unsigned = kind == Kind::Unsigned;
            let wide = |value: &i64| if unsigned { i128::from(value.cast_unsigned()) } else { i128::from(*value) };
            numbers(reader, rows, places, wanted, |value| Ok(wide(value)))
        }
        (ColumnReader::ByteArrayColumnReader(reader), Some(places)) => {
            numbers(reader, rows, places, wanted, |value: &ByteArray| decimal(value.data()))
        }
        (ColumnReader::FixedLenByteArrayColumnReader(reader), Some(places)) => {
            numbers(reader, rows, places, wanted, |value| decimal(value.data()))
        }
        (ColumnReader::BoolColumnReader(reader), _) => {
            texts(reader, rows, |yes| *yes, |yes| Ok(if *yes { "true" } else { "false" }.to_owned()))
        }
        (ColumnReader::Int32ColumnReader(reader), None) => {
            texts(reader, rows, |value| *value, |value| Ok(day_or_time(i128::from(*value), kind, wanted)))
        }
        (ColumnReader::Int64ColumnReader(reader), None) => {
            texts(reader, rows, |value| *value, |value| Ok(day_or_time(i128::from(*value), kind, wanted)))
        }
        (ColumnReader::Int96ColumnReader(reader), _) => {
            let micros = |value: &Int96| value.to_micros();
            texts(reader, rows, micros, |value| Ok(day_or_time(i128::from(value.to_micros()), kind, wanted)))
        }
        (ColumnReader::FloatColumnReader(reader), _) => {
            texts(reader, rows, |value| value.to_bits(), |value| floating(value.to_string(), SINGLE_DIGITS, wanted))
        }
        (ColumnReader::DoubleColumnReader(reader), _) => {
            texts(reader, rows, |value| value.to_bits(), |value| floating(value.to_string(), DOUBLE_DIGITS, wanted))
        }
        (ColumnReader::ByteArrayColumnReader(reader), None) => strings(reader, rows),
        (ColumnReader::FixedLenByteArrayColumnReader(_), None) => Err(cut("a column is not of the kind it says")),
    }
}

/// Reads a column in batches: whether each row has a value, and the values that are there.
fn batches<D: DataType>(
    reader: &mut ColumnReaderImpl<D>,
    rows: usize,
    mut each: impl FnMut(Option<&D::T>),
) -> Result<(), ParquetError> {
    let (mut levels, mut present) = (Vec::new(), Vec::new());
    let mut left = rows;
    while left > 0 {
        levels.clear();
        present.clear();
        let batch = left.min(BATCH_ROWS);
        let (read, ..) = reader.read_records(batch, Some(&mut levels), None, &mut present)?;
        if read != batch {
            return Err(cut("a column ends before its group of rows does"));
        }
        left = left.saturating_sub(batch);
        // A required column has no levels: all its values are there.
        if levels.is_empty() {
            present.iter().for_each(|value| each(Some(value)));
            continue;
        }
        let mut present = present.iter();
        levels.iter().for_each(|level| each(if *level > 0 { present.next() } else { None }));
    }
    Ok(())
}

/// Cells that stay numbers.
fn numbers<D: DataType>(
    reader: &mut ColumnReaderImpl<D>,
    rows: usize,
    places: u8,
    wanted: &Wanted<'_>,
    units_of: impl Fn(&D::T) -> Result<i128, Flaw>,
) -> Result<Decoded, ParquetError> {
    let (mut units, mut there, mut flaws) = (Units::default(), Vec::new(), Vec::new());
    let mut all = true;
    batches(reader, rows, |value| {
        let (value, state) = match value.map(&units_of) {
            Some(Ok(value)) => (value, State::There),
            None => (0, State::Missing),
            Some(Err(flaw)) => {
                flaws.push((units.len(), flaw));
                (0, State::Missing)
            }
        };
        units.push(value);
        there.push(state);
        all &= state == State::There;
    })?;
    let states = if all { States::There(there.len()) } else { States::Each(there) };
    let pattern = match wanted.written {
        Written::Number(pattern) => Some(*pattern),
        Written::Plain | Written::Date(_) => None,
    };
    Ok(Decoded { cells: RawColumn::Numbers(Numbers { places, units, states, pattern }), flaws })
}

/// The text of a cell, or why it has none.
type Cell = Result<String, Flaw>;

/// Cells that are printed; those with one key are printed once.
fn texts<D: DataType, K: Hash + Eq>(
    reader: &mut ColumnReaderImpl<D>,
    rows: usize,
    key: impl Fn(&D::T) -> K,
    text: impl Fn(&D::T) -> Cell,
) -> Result<Decoded, ParquetError> {
    let mut printed = Printed { cells: Collector::default(), known: HashMap::default(), flaws: Vec::new(), rows: 0 };
    batches(reader, rows, |value| match value {
        Some(value) => printed.push(key(value), || text(value)),
        None => printed.blank(),
    })?;
    Ok(printed.finish())
}

/// Texts, each distinct one once.
fn strings<D: DataType<T = ByteArray>>(reader: &mut ColumnReaderImpl<D>, rows: usize) -> Result<Decoded, ParquetError> {
    let mut printed = Printed { cells: Collector::default(), known: HashMap::default(), flaws: Vec::new(), rows: 0 };
    // A text of a dictionary comes from the same place again. What is known keeps its place.
    let mut places = Vec::new();
    batches(reader, rows, |value| match value {
        Some(value) => {
            let data = value.data();
            let before = printed.known.len();
            printed.push((data.as_ptr().addr(), data.len()), || string(data));
            if printed.known.len() > before {
                places.push(value.clone());
            }
        }
        None => printed.blank(),
    })?;
    Ok(printed.finish())
}

/// Cells as they are printed.
struct Printed<K> {
    cells: Collector,
    known: Known<K>,
    flaws: Vec<(usize, Flaw)>,
    rows: usize,
}

impl<K: Hash + Eq> Printed<K> {
    fn push(&mut self, key: K, text: impl FnOnce() -> Cell) {
        match self.known.get(&key) {
            Some(code) if self.cells.push_code(*code) => {}
            _ => match text() {
                Ok(text) => {
                    let code = self.cells.push_new(&text);
                    if let Some(code) = code.filter(|_| self.known.len() < KNOWN_VALUES) {
                        self.known.insert(key, code);
                    }
                }
                Err(flaw) => {
                    self.flaws.push((self.rows, flaw));
                    self.cells.push("");
                }
            },
        }
        self.rows = self.rows.saturating_add(1);
    }

    fn blank(&mut self) {
        self.cells.push("");
        self.rows = self.rows.saturating_add(1);
    }

    fn finish(self) -> Decoded {
        Decoded { cells: self.cells.finish(), flaws: self.flaws }
    }
}

/// The text of a value that counts from the beginning of 1970.
fn day_or_time(value: i128, kind: Kind, wanted: &Wanted<'_>) -> String {
    match kind {
        Kind::Timestamp(units) => timestamp(value, i128::from(units), wanted),
        _ => days_since(value).map_or_else(|| value.to_string(), |date| wanted.date(date)),
    }
}

fn days_since(days: i128) -> Option<Date> {
    DateTime::UNIX_EPOCH.date_naive().checked_add_signed(TimeDelta::try_days(i64::try_from(days).ok()?)?)
}

/// A date at midnight; otherwise with its time behind it, which no date has.
fn timestamp(value: i128, units: i128, wanted: &Wanted<'_>) -> String {
    let day = units.saturating_mul(86_400);
    let (days, rest) = (value.div_euclid(day), value.rem_euclid(day));
    let Some(date) = days_since(days) else { return value.to_string() };
    if rest == 0 {
        return wanted.date(date);
    }
    let seconds = rest.div_euclid(units);
    let (hours, minutes) = (seconds.div_euclid(3600), seconds.div_euclid(60).rem_euclid(60));
    format!("{} {hours:02}:{minutes:02}:{:02}", print_date(date), seconds.rem_euclid(60))
}

fn floating(plain: String, digits: usize, wanted: &Wanted<'_>) -> Cell {
    if !plain.bytes().any(|byte| byte.is_ascii_digit()) {
        let help = "store the column as decimals; a value that is not known is null";
        let flaw =
            Flaw::of_file(format!("`{plain}` is no number"), "a number or null", help).with_code(Code::BadNumber);
        return Err(flaw.found(plain));
    }
    match significant_digits(&plain) > digits {
        true => Err(inexact(&plain, digits)),
        false => Ok(wanted.number(plain)),
    }
}

fn refused(message: &str, expected: &str) -> Flaw {
    let flaw = Flaw::of_file(message, expected, "export the column again, or leave it out of the record");
    flaw.with_code(Code::BadCell)
}

/// The units of a decimal.
fn decimal(value: &[u8]) -> Result<i128, Flaw> {
    signed(value).ok_or_else(|| refused("a decimal has too many digits", "a decimal of at most 38 digits"))
}

fn string(value: &[u8]) -> Cell {
    if value.len() > CELL_BYTES {
        return Err(refused("a cell is longer than 64 KiB", "at most 64 KiB in a cell"));
    }
    let text = std::str::from_utf8(value).map_err(|_| refused("a text that is not UTF-8", "text in UTF-8"))?;
    Ok(text.to_owned())
}

/// A two's complement number, its highest byte first.
fn signed(value: &[u8]) -> Option<i128> {
    let negative = value.first().is_some_and(|byte| *byte >= 0x80);
    let fill = if negative { 0xff } else { 0 };
    let extra = value.len().saturating_sub(16);
    let (head, tail) = value.split_at_checked(extra)?;
    if head.iter().any(|byte| *byte != fill) {
        return None;
    }
    let mut wide = [fill; 16];
    wide.iter_mut().rev().zip(tail.iter().rev()).for_each(|(to, from)| *to = *from);
    Some(i128::from_be_bytes(wide)).filter(|number| (*number < 0) == negative)
}
