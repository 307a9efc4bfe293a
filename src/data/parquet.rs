//! Parquet to headers and cells, reading only the columns wanted, side by side.

mod decode;

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;
use rayon::prelude::*;

use super::raw::{FileRows, RawColumn, RowCollector};
use super::sheet::{self, Flaw, Found, Sheet, Wanted};
use crate::diagnostics::Code;
use decode::Decoded;

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
    pub fn open(bytes: Bytes) -> Result<ParquetSheet, Vec<Flaw>> {
        if !bytes.starts_with(b"PAR1") {
            let help = sheet::foreign(&bytes).map_or("export the file again as Parquet", |(_, help)| help);
            return Err(vec![Flaw::of_file("the file is not Parquet", "a Parquet file", help)]);
        }
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let read = catch_unwind(|| SerializedFileReader::new(bytes));
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

    /// The first row of each group of rows, up to one that cannot be read, and why not.
    fn groups(&self, columns: &[Wish<'_>]) -> (Vec<(usize, usize)>, Option<ParquetError>) {
        let mut groups = Vec::new();
        for (number, group) in self.file.metadata().row_groups().iter().enumerate() {
            match self.group_rows(group, columns) {
                Ok(rows) => groups.push((number, rows)),
                Err(error) => return (groups, Some(error)),
            }
        }
        (groups, None)
    }

    /// How many rows a group has.
    fn group_rows(&self, group: &RowGroupMetaData, columns: &[Wish<'_>]) -> Result<usize, ParquetError> {
        let rows = usize::try_from(group.num_rows()).map_err(|_| cut("a negative number of rows"))?;
        let chunk = |wish: &Wish<'_>| group.columns().get(wish.leaf);
        if columns.iter().filter_map(chunk).any(|chunk| chunk.uncompressed_size() > GROUP_BYTES) {
            return Err(cut("a column of a group of rows takes more than 4 GiB"));
        }
        if !columns.iter().all(|wish| chunk(wish).is_some_and(|chunk| lies_inside(chunk, self.bytes))) {
            return Err(cut("a column lies outside the file"));
        }
        Ok(rows)
    }

    /// The cells of a column in a group of rows.
    fn column(&self, group: usize, rows: usize, wish: &Wish<'_>) -> Result<Decoded, ParquetError> {
        // The reader trusts what stands in a file in places, and panics where that is false.
        let read = catch_unwind(AssertUnwindSafe(|| {
            let mut reader = self.file.get_row_group(group)?.get_column_reader(wish.leaf)?;
            decode::column(&mut reader, wish.kind, &wish.wanted, rows)
        }));
        read.unwrap_or_else(|_| Err(cut("its pages contradict each other")))
    }
}

/// A column to be decoded.
struct Wish<'a> {
    leaf: usize,
    kind: Kind,
    wanted: Wanted<'a>,
}

impl Sheet for ParquetSheet {
    fn headers(&self) -> &[String] {
        &self.headers
    }

    fn header_row(&self) -> Option<u64> {
        None
    }

    fn read(&mut self, wanted: &[Wanted<'_>]) -> Result<Found, Vec<Flaw>> {
        let (mut columns, mut flaws) = (Vec::new(), Vec::new());
        for wanted in wanted {
            match self.leaf(wanted) {
                Ok((leaf, kind)) => columns.push(Wish { leaf, kind, wanted: *wanted }),
                Err(flaw) => flaws.push(flaw),
            }
        }
        if !flaws.is_empty() {
            return Ok(Found::new(RowCollector::new(wanted.len()), flaws));
        }
        let (groups, mut damage) = self.groups(&columns);
        let cells = groups.par_iter().flat_map(|group| columns.par_iter().map(move |wish| (group, wish)));
        let cells = cells.map(|((group, rows), wish)| self.column(*group, *rows, wish));
        let mut cells = cells.collect::<Vec<_>>().into_iter();
        let mut parts: Vec<Vec<RawColumn>> = columns.iter().map(|_| Vec::new()).collect();
        let (mut rows, mut flawed) = (0_usize, Vec::new());
        for (_, count) in &groups {
            let decoded: Result<Vec<Decoded>, ParquetError> = cells.by_ref().take(columns.len()).collect();
            let Ok(decoded) = decoded.map_err(|error| damage = Some(error)) else { break };
            for ((parts, wish), decoded) in parts.iter_mut().zip(&columns).zip(decoded) {
                parts.push(decoded.cells);
                flawed.extend(decoded.flaws.into_iter().map(|(row, flaw)| (rows.saturating_add(row), wish, flaw)));
            }
            rows = rows.saturating_add(*count);
        }
        let found = Found { cells: parts.into_par_iter().map(RawColumn::concat).collect(), ..self.rows(rows) };
        Ok(self.without(found, flawed, damage))
    }
}

impl ParquetSheet {
    /// So many rows from the first on.
    fn rows(&self, count: usize) -> Found {
        Found { cells: Vec::new(), rows: FileRows::from(1, count), flaws: Vec::new(), ended: true }
    }

    /// Leaves out rows with a cell that cannot be read, and tells why.
    fn without(&self, found: Found, mut flawed: Vec<(usize, &Wish<'_>, Flaw)>, damage: Option<ParquetError>) -> Found {
        let damage = damage.map(|error| damaged(&error));
        if flawed.is_empty() {
            return Found { flaws: damage.into_iter().collect(), ..found };
        }
        flawed.sort_by_key(|(row, ..)| *row);
        let mut kept = vec![true; found.rows.len()];
        let flaws = flawed.into_iter().map(|(row, wish, flaw)| {
            kept.get_mut(row).into_iter().for_each(|kept| *kept = false);
            let header = self.headers.get(wish.wanted.position).map_or("", String::as_str);
            flaw.in_row(found.rows.get(row).unwrap_or_default()).in_column(header)
        });
        let flaws = flaws.chain(damage).collect();
        let cells = found.cells.iter().map(|column| column.retain(&kept)).collect();
        Found { cells, rows: found.rows.retain(&kept), flaws, ended: true }
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
