//! Parquet to headers and rows of text, reading only the columns wanted. Numbers are printed exactly;
//! a floating-point number only where it has no more digits than such numbers keep.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, Int96};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::sheet::{self, DOUBLE_DIGITS, Flaw, Sheet, Wanted, inexact, significant_digits};
use crate::calendar::{Date, print_date};
use crate::diagnostics::Code;
use crate::value::Fixed;

/// So many rows are read at a time.
const BATCH_ROWS: usize = 8192;
/// More digits than these a number of 32 bits does not keep (IEEE 754 binary32).
const SINGLE_DIGITS: usize = 6;
/// The most bytes of a cell.
const CELL_BYTES: usize = 64 * 1024;
/// The most bytes that the pages of one group of rows may unpack to.
const GROUP_BYTES: i64 = 4 << 30;

/// A well-formed file.
pub(super) struct ParquetSheet {
    file: SerializedFileReader<Bytes>,
    /// How many bytes it has.
    bytes: u64,
    headers: Vec<String>,
}

/// How the values of a column read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    YesNo,
    Whole,
    Unsigned,
    /// Units of 10^-scale.
    Decimal(u8),
    Text,
    /// Days since 1970-01-01.
    Date,
    /// So many units a second since then.
    Timestamp(i64),
    Single,
    Double,
}

impl ParquetSheet {
    /// Looks at a file's schema.
    pub fn open(bytes: Vec<u8>) -> Result<ParquetSheet, Vec<Flaw>> {
        if !bytes.starts_with(b"PAR1") {
            let help = sheet::foreign(&bytes).map_or("export the file again as Parquet", |(_, help)| help);
            return Err(vec![Flaw::of_file("the file is not Parquet", "a Parquet file", help)]);
        }
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let read = catch_unwind(|| SerializedFileReader::new(Bytes::from(bytes)));
        let read = read.unwrap_or_else(|_| Err(cut("its schema contradicts itself")));
        let file = read.map_err(|error| vec![damaged(&error)])?;
        let fields = file.metadata().file_metadata().schema_descr().root_schema().get_fields();
        let headers: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
        let twice = sheet::duplicates(&headers, None);
        if twice.is_empty() { Ok(ParquetSheet { file, bytes: length, headers }) } else { Err(twice) }
    }

    /// The leaf of a column, and how its values read.
    fn leaf(&self, wanted: &Wanted<'_>) -> Result<(usize, Kind), Flaw> {
        let header = self.headers.get(wanted.position).map_or("", String::as_str);
        let schema = self.file.metadata().file_metadata().schema_descr();
        let is_leaf = |leaf: &usize| schema.column(*leaf).path().parts() == [header.to_owned()];
        let found = (0..schema.num_columns()).find(is_leaf);
        let kind = found.and_then(|leaf| Some((leaf, kind(&schema.column(leaf))?)));
        kind.ok_or_else(|| {
            let help = "store the column as text, decimals, whole numbers, dates or yes and no, one value in a cell";
            Flaw::of_file("the values of the column are of a kind that is not read", "single values", help)
                .with_code(Code::BadCell)
                .in_column(header)
        })
    }

    fn read(
        &self,
        columns: &[(usize, Kind, Wanted<'_>)],
        each: &mut dyn FnMut(u64, &[&str]),
        flaws: &mut Vec<Flaw>,
    ) -> Result<(), ParquetError> {
        let mut row: u64 = 0;
        for group in 0..self.file.num_row_groups() {
            let group = self.file.get_row_group(group)?;
            let rows = usize::try_from(group.metadata().num_rows()).map_err(|_| cut("a negative number of rows"))?;
            let large = |(leaf, ..): &(usize, Kind, Wanted<'_>)| {
                group.metadata().columns().get(*leaf).is_some_and(|chunk| chunk.uncompressed_size() > GROUP_BYTES)
            };
            if columns.iter().any(large) {
                return Err(cut("a column of a group of rows takes more than 4 GiB"));
            }
            let outside = |(leaf, ..): &(usize, Kind, Wanted<'_>)| {
                group.metadata().columns().get(*leaf).is_none_or(|chunk| !lies_inside(chunk, self.bytes))
            };
            if columns.iter().any(outside) {
                return Err(cut("a column lies outside the file"));
            }
            let readers = columns.iter().map(|(leaf, ..)| group.get_column_reader(*leaf));
            let mut readers = readers.collect::<Result<Vec<_>, _>>()?;
            let mut left = rows;
            while left > 0 {
                let batch = left.min(BATCH_ROWS);
                let read = columns.iter().zip(&mut readers);
                let cells = read.map(|((_, kind, wanted), reader)| cells(reader, *kind, wanted, batch));
                let cells = cells.collect::<Result<Vec<_>, _>>()?;
                self.push(columns, &cells, batch, &mut row, each, flaws);
                left = left.saturating_sub(batch);
            }
        }
        Ok(())
    }

    /// Hands on a batch of rows.
    fn push(
        &self,
        columns: &[(usize, Kind, Wanted<'_>)],
        cells: &[Vec<Cell>],
        batch: usize,
        row: &mut u64,
        each: &mut dyn FnMut(u64, &[&str]),
        flaws: &mut Vec<Flaw>,
    ) {
        for at in 0..batch {
            *row = row.saturating_add(1);
            let before = flaws.len();
            let mut texts = Vec::with_capacity(columns.len());
            for ((.., wanted), cells) in columns.iter().zip(cells) {
                match cells.get(at) {
                    Some(Ok(text)) => texts.push(text.as_str()),
                    Some(Err(flaw)) => {
                        let header = self.headers.get(wanted.position).map_or("", String::as_str);
                        flaws.push((**flaw).clone().in_row(*row).in_column(header));
                    }
                    None => texts.push(""),
                }
            }
            if flaws.len() == before {
                each(*row, &texts);
            }
        }
    }
}

impl Sheet for ParquetSheet {
    fn headers(&self) -> &[String] {
        &self.headers
    }

    fn header_row(&self) -> Option<u64> {
        None
    }

    fn for_each_row(&mut self, wanted: &[Wanted<'_>], each: &mut dyn FnMut(u64, &[&str])) -> Vec<Flaw> {
        let (mut columns, mut flaws) = (Vec::new(), Vec::new());
        for wanted in wanted {
            match self.leaf(wanted) {
                Ok((leaf, kind)) => columns.push((leaf, kind, *wanted)),
                Err(flaw) => flaws.push(flaw),
            }
        }
        if !flaws.is_empty() {
            return flaws;
        }
        // The reader trusts what stands in a file in places, and panics where that is false.
        let read = catch_unwind(AssertUnwindSafe(|| self.read(&columns, each, &mut flaws)));
        let ended = read.unwrap_or_else(|_| Err(cut("its pages contradict each other")));
        flaws.extend(ended.err().map(|error| damaged(&error)));
        flaws
    }
}

/// Whether the bytes of a column are bytes of the file: its reader takes that for granted.
fn lies_inside(chunk: &ColumnChunkMetaData, bytes: u64) -> bool {
    let start = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
    let (start, size) = (u64::try_from(start), u64::try_from(chunk.compressed_size()));
    start.is_ok_and(|start| size.is_ok_and(|size| start.saturating_add(size) <= bytes))
}

fn damaged(error: &ParquetError) -> Flaw {
    let why = match error {
        ParquetError::General(why) | ParquetError::EOF(why) | ParquetError::NYI(why) => why.clone(),
        other => other.to_string(),
    };
    let help = "the file may have been cut off: export it again";
    Flaw::of_file("the Parquet file is damaged", "a whole Parquet file", help).found(why)
}

fn cut(why: &str) -> ParquetError {
    ParquetError::General(why.to_owned())
}

/// How the values of a column read; none where it is nested, or of a kind without a plain text.
fn kind(column: &ColumnDescriptor) -> Option<Kind> {
    if column.max_rep_level() > 0 || column.max_def_level() > 1 {
        return None;
    }
    let scale = || u8::try_from(column.type_scale()).ok();
    let logical = match (column.logical_type_ref(), column.converted_type()) {
        (Some(logical), _) => Some(logical.clone()),
        (None, ConvertedType::NONE) => None,
        (None, ConvertedType::UTF8 | ConvertedType::ENUM) => Some(LogicalType::String),
        (None, ConvertedType::DATE) => Some(LogicalType::Date),
        (None, ConvertedType::DECIMAL) => return scale().map(Kind::Decimal),
        (None, ConvertedType::TIMESTAMP_MILLIS) => return Some(Kind::Timestamp(1_000)),
        (None, ConvertedType::TIMESTAMP_MICROS) => return Some(Kind::Timestamp(1_000_000)),
        (None, ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64) => {
            return Some(Kind::Unsigned);
        }
        (None, ConvertedType::INT_8 | ConvertedType::INT_16 | ConvertedType::INT_32 | ConvertedType::INT_64) => None,
        (None, _) => return None,
    };
    match (column.physical_type(), logical) {
        (_, Some(LogicalType::Decimal(_))) => scale().map(Kind::Decimal),
        (Physical::BOOLEAN, None) => Some(Kind::YesNo),
        (Physical::INT32, Some(LogicalType::Date)) => Some(Kind::Date),
        (Physical::INT64, Some(LogicalType::Timestamp(timestamp))) => Some(Kind::Timestamp(match timestamp.unit {
            TimeUnit::MILLIS => 1_000,
            TimeUnit::MICROS => 1_000_000,
            TimeUnit::NANOS => 1_000_000_000,
        })),
        (Physical::INT96, None) => Some(Kind::Timestamp(1_000_000)),
        (Physical::INT32 | Physical::INT64, None) => Some(Kind::Whole),
        (Physical::INT32 | Physical::INT64, Some(LogicalType::Integer(integer))) => {
            Some(if integer.is_signed { Kind::Whole } else { Kind::Unsigned })
        }
        (Physical::FLOAT, None) => Some(Kind::Single),
        (Physical::DOUBLE, None) => Some(Kind::Double),
        (Physical::BYTE_ARRAY, Some(LogicalType::String | LogicalType::Enum | LogicalType::Json)) => Some(Kind::Text),
        _ => None,
    }
}

/// The text of a cell, empty where it is blank, or why it has none.
type Cell = Result<String, Box<Flaw>>;

/// The next cells of a column.
fn cells(reader: &mut ColumnReader, kind: Kind, wanted: &Wanted<'_>, rows: usize) -> Result<Vec<Cell>, ParquetError> {
    match reader {
        ColumnReader::BoolColumnReader(reader) => {
            next(reader, rows, |yes| Ok(if yes { "true" } else { "false" }.to_owned()))
        }
        ColumnReader::Int32ColumnReader(reader) => {
            // As unsigned, the bits of a negative number are those of a large one.
            let wide = |value: i32| match kind {
                Kind::Unsigned => i64::from(value.cast_unsigned()),
                _ => i64::from(value),
            };
            next(reader, rows, |value| whole(i128::from(wide(value)), kind, wanted))
        }
        ColumnReader::Int64ColumnReader(reader) => {
            let wide = |value: i64| match kind {
                Kind::Unsigned => i128::from(value.cast_unsigned()),
                _ => i128::from(value),
            };
            next(reader, rows, |value| whole(wide(value), kind, wanted))
        }
        ColumnReader::Int96ColumnReader(reader) => {
            next(reader, rows, |value: Int96| whole(i128::from(value.to_micros()), kind, wanted))
        }
        ColumnReader::FloatColumnReader(reader) => {
            next(reader, rows, |value| floating(value.to_string(), SINGLE_DIGITS, wanted))
        }
        ColumnReader::DoubleColumnReader(reader) => {
            next(reader, rows, |value| floating(value.to_string(), DOUBLE_DIGITS, wanted))
        }
        ColumnReader::ByteArrayColumnReader(reader) => {
            next(reader, rows, |value: ByteArray| bytes(value.data(), kind, wanted))
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            next(reader, rows, |value| bytes(value.data(), kind, wanted))
        }
    }
}

fn next<D: DataType>(
    reader: &mut ColumnReaderImpl<D>,
    rows: usize,
    text: impl Fn(D::T) -> Cell,
) -> Result<Vec<Cell>, ParquetError> {
    let (mut levels, mut present) = (Vec::new(), Vec::new());
    let (read, ..) = reader.read_records(rows, Some(&mut levels), None, &mut present)?;
    if read != rows {
        return Err(cut("a column ends before its group of rows does"));
    }
    let mut present = present.into_iter();
    // A required column has no levels: all its values are there.
    if levels.is_empty() {
        return Ok(present.map(text).collect());
    }
    Ok(levels
        .iter()
        .map(|level| if *level > 0 { present.next().map_or(Ok(String::new()), &text) } else { Ok(String::new()) })
        .collect())
}

/// The text of a value held as a whole number.
fn whole(value: i128, kind: Kind, wanted: &Wanted<'_>) -> Cell {
    match kind {
        Kind::Decimal(places) => Ok(wanted.number(Fixed { units: value, places }.to_string())),
        Kind::Date => Ok(days_since(value).map_or_else(|| value.to_string(), |date| wanted.date(date))),
        Kind::Timestamp(units) => Ok(timestamp(value, i128::from(units), wanted)),
        _ => Ok(wanted.number(value.to_string())),
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
        return Err(Box::new(flaw.found(plain)));
    }
    match significant_digits(&plain) > digits {
        true => Err(Box::new(inexact(&plain, digits))),
        false => Ok(wanted.number(plain)),
    }
}

fn bytes(value: &[u8], kind: Kind, wanted: &Wanted<'_>) -> Cell {
    let refused = |message: &str, expected: &str| {
        let flaw = Flaw::of_file(message, expected, "export the column again, or leave it out of the record");
        Err(Box::new(flaw.with_code(Code::BadCell)))
    };
    match kind {
        Kind::Decimal(places) => match signed(value) {
            Some(units) => Ok(wanted.number(Fixed { units, places }.to_string())),
            None => refused("a decimal has too many digits", "a decimal of at most 38 digits"),
        },
        _ if value.len() > CELL_BYTES => refused("a cell is longer than 64 KiB", "at most 64 KiB in a cell"),
        _ => match std::str::from_utf8(value) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => refused("a text that is not UTF-8", "text in UTF-8"),
        },
    }
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
