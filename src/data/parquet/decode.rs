//! The values of a Parquet column to cells. Whole numbers and decimals stay numbers; all else is printed, each
//! distinct value once where they repeat. A floating-point number counts only where it has no more digits than such
//! numbers keep.

use chrono::{DateTime, TimeDelta};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, Int96};
use parquet::errors::ParquetError;

use super::dictionary::Dictionary;
use super::{Kind, cut};
use crate::calendar::{Date, print_date};
use crate::data::pieces::PIECE_ROWS;
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
/// There are two to the power of so many places at which they are found faster.
const NEAR_BITS: u32 = 11;

/// The cells of a column in a group of rows.
pub(super) struct Decoded {
    /// The cells.
    pub cells: RawColumn,
    /// The rows of cells that cannot be read, and why; their cells are blank.
    pub flaws: Vec<(usize, Flaw)>,
}

/// A column that is being read.
pub(super) enum Reader {
    /// Value by value.
    Values(ColumnReader),
    /// Texts by their places in a dictionary.
    Places(Dictionary),
}

/// Decodes a column of so many rows.
pub(super) fn column(
    reader: &mut Reader,
    kind: Kind,
    wanted: &Wanted<'_>,
    rows: usize,
) -> Result<Decoded, ParquetError> {
    let reader = match reader {
        Reader::Values(reader) => reader,
        Reader::Places(Dictionary { texts: known, places }) => {
            let text = |place: &i32| usize::try_from(*place).ok().and_then(|place| known.get(place));
            return texts(
                places,
                rows,
                |place| i64::from(*place),
                |place| string(text(place).map_or(&[], |text| text)),
            );
        }
    };
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
            integers(reader, rows, places, wanted, wide)
        }
        (ColumnReader::Int64ColumnReader(reader), Some(places)) if kind == Kind::Unsigned => {
            numbers(reader, rows, places, wanted, |value| Ok(i128::from(value.cast_unsigned())))
        }
        (ColumnReader::Int64ColumnReader(reader), Some(places)) => {
            integers(reader, rows, places, wanted, |value| *value)
        }
        (ColumnReader::ByteArrayColumnReader(reader), Some(places)) => {
            numbers(reader, rows, places, wanted, |value: &ByteArray| decimal(value.data()))
        }
        (ColumnReader::FixedLenByteArrayColumnReader(reader), Some(places)) => {
            numbers(reader, rows, places, wanted, |value| decimal(value.data()))
        }
        (ColumnReader::BoolColumnReader(reader), _) => {
            texts(reader, rows, |yes| i64::from(*yes), |yes| Ok(if *yes { "true" } else { "false" }))
        }
        (ColumnReader::Int32ColumnReader(reader), None) => {
            let text = |value: &i32| Ok(day_or_time(i128::from(*value), kind, wanted));
            texts(reader, rows, |value| i64::from(*value), text)
        }
        (ColumnReader::Int64ColumnReader(reader), None) => {
            texts(reader, rows, |value| *value, |value| Ok(day_or_time(i128::from(*value), kind, wanted)))
        }
        (ColumnReader::Int96ColumnReader(reader), _) => {
            let text = |value: &Int96| Ok(day_or_time(i128::from(value.to_micros()), kind, wanted));
            texts(reader, rows, Int96::to_micros, text)
        }
        (ColumnReader::FloatColumnReader(reader), _) => {
            let text = |value: &f32| floating(value.to_string(), SINGLE_DIGITS, wanted);
            texts(reader, rows, |value| i64::from(value.to_bits()), text)
        }
        (ColumnReader::DoubleColumnReader(reader), _) => {
            let text = |value: &f64| floating(value.to_string(), DOUBLE_DIGITS, wanted);
            texts(reader, rows, |value| value.to_bits().cast_signed(), text)
        }
        (ColumnReader::ByteArrayColumnReader(reader), None) => strings(reader, rows),
        (ColumnReader::FixedLenByteArrayColumnReader(_), None) => Err(cut("a column is not of the kind it says")),
    }
}

/// Reads a column in batches: of each the values that are there, and whether each row has one; nothing where all have.
fn batches<D: DataType>(
    reader: &mut ColumnReaderImpl<D>,
    rows: usize,
    mut each: impl FnMut(&[i16], &[D::T]),
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
        each(if present.len() == batch { &[] } else { &levels }, &present);
    }
    Ok(())
}

/// Reads a column row by row.
fn each_row<D: DataType>(
    reader: &mut ColumnReaderImpl<D>,
    rows: usize,
    mut each: impl FnMut(Option<&D::T>),
) -> Result<(), ParquetError> {
    batches(reader, rows, |levels, present| {
        if levels.is_empty() {
            present.iter().for_each(|value| each(Some(value)));
        }
        let mut present = present.iter();
        levels.iter().for_each(|level| each(if *level > 0 { present.next() } else { None }));
    })
}

/// Cells that are integers of the machine in the file.
fn integers<D: DataType>(
    reader: &mut ColumnReaderImpl<D>,
    rows: usize,
    places: u8,
    wanted: &Wanted<'_>,
    of: impl Fn(&D::T) -> i64,
) -> Result<Decoded, ParquetError> {
    // The file may say that there are more rows than there can be.
    let (mut units, mut states) = (Vec::with_capacity(rows.min(PIECE_ROWS)), States::There(0));
    batches(reader, rows, |levels, present| {
        let mut present = present.iter().map(&of);
        if levels.is_empty() {
            states.append(States::There(present.len()));
            units.extend(present);
            return;
        }
        units.extend(levels.iter().map(|level| if *level > 0 { present.next().unwrap_or_default() } else { 0 }));
        let state = |level: &i16| if *level > 0 { State::There } else { State::Missing };
        states.append(States::Each(levels.iter().map(state).collect()));
    })?;
    Ok(Decoded { cells: as_numbers(Units::Narrow(units), states, places, wanted), flaws: Vec::new() })
}

/// Cells that stay numbers.
fn numbers<D: DataType>(
    reader: &mut ColumnReaderImpl<D>,
    rows: usize,
    places: u8,
    wanted: &Wanted<'_>,
    units_of: impl Fn(&D::T) -> Result<i128, Flaw>,
) -> Result<Decoded, ParquetError> {
    let (mut units, mut states, mut flaws) = (Units::default(), States::There(0), Vec::new());
    each_row(reader, rows, |value| {
        let (value, state) = match value.map(&units_of) {
            Some(Ok(value)) => (value, State::There),
            None => (0, State::Missing),
            Some(Err(flaw)) => {
                flaws.push((units.len(), flaw));
                (0, State::Missing)
            }
        };
        units.push(value);
        states.push(state);
    })?;
    Ok(Decoded { cells: as_numbers(units, states, places, wanted), flaws })
}

fn as_numbers(units: Units, states: States, places: u8, wanted: &Wanted<'_>) -> RawColumn {
    let pattern = match wanted.written {
        Written::Number(pattern) => Some(*pattern),
        Written::Plain | Written::Date(_) => None,
    };
    RawColumn::Numbers(Numbers { places, units, states, pattern })
}

/// Cells that are printed; those with one key are printed once.
fn texts<D: DataType, T: AsRef<str>>(
    reader: &mut ColumnReaderImpl<D>,
    rows: usize,
    key: impl Fn(&D::T) -> i64,
    text: impl Fn(&D::T) -> Result<T, Flaw>,
) -> Result<Decoded, ParquetError> {
    let mut printed = Printed::default();
    each_row(reader, rows, |value| match value {
        Some(value) => printed.push_known(key(value), || text(value)),
        None => printed.blank(),
    })?;
    Ok(printed.finish())
}

/// Texts one by one.
fn strings<D: DataType<T = ByteArray>>(reader: &mut ColumnReaderImpl<D>, rows: usize) -> Result<Decoded, ParquetError> {
    let mut printed = Printed::default();
    each_row(reader, rows, |value| match value {
        Some(value) => {
            printed.push(string(value.data()));
        }
        None => printed.blank(),
    })?;
    Ok(printed.finish())
}

/// Cells as they are printed.
struct Printed {
    cells: Collector,
    known: Known<i64>,
    /// Some of them once more, at places that are found faster.
    near: Vec<Option<(i64, u32)>>,
    flaws: Vec<(usize, Flaw)>,
    rows: usize,
}

impl Default for Printed {
    fn default() -> Self {
        let near = vec![None; 1 << NEAR_BITS];
        Self { cells: Collector::default(), known: Known::default(), near, flaws: Vec::new(), rows: 0 }
    }
}

impl Printed {
    /// Appends a cell, which is printed unless one with its key was.
    fn push_known<T: AsRef<str>>(&mut self, key: i64, text: impl FnOnce() -> Result<T, Flaw>) {
        // Keys that follow one another, however far apart, are spread evenly by this multiplier.
        let spread = key.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - NEAR_BITS);
        let near = usize::try_from(spread).unwrap_or_default();
        let found = self.near.get(near).copied().flatten().filter(|(one, _)| *one == key).map(|(_, code)| code);
        let code = match found.or_else(|| self.known.get(&key).copied()) {
            Some(code) if self.cells.push_code(code) => {
                self.rows = self.rows.saturating_add(1);
                Some(code)
            }
            _ => {
                let code = self.push(text()).filter(|_| self.known.len() < KNOWN_VALUES);
                if let Some(code) = code {
                    self.known.insert(key, code);
                }
                code
            }
        };
        if found.is_none() {
            self.near.get_mut(near).into_iter().for_each(|near| *near = code.map(|code| (key, code)));
        }
    }

    /// Appends a cell; gives its code, where texts have one.
    fn push<T: AsRef<str>>(&mut self, text: Result<T, Flaw>) -> Option<u32> {
        let text = text.map_err(|flaw| self.flaws.push((self.rows, flaw)));
        self.rows = self.rows.saturating_add(1);
        match text {
            Ok(text) => self.cells.push_new(text.as_ref()),
            Err(()) => {
                self.cells.push("");
                None
            }
        }
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

fn floating(plain: String, digits: usize, wanted: &Wanted<'_>) -> Result<String, Flaw> {
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

fn string(value: &[u8]) -> Result<&str, Flaw> {
    if value.len() > CELL_BYTES {
        return Err(refused("a cell is longer than 64 KiB", "at most 64 KiB in a cell"));
    }
    std::str::from_utf8(value).map_err(|_| refused("a text that is not UTF-8", "text in UTF-8"))
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
