//! Parquet to headers and cells, reading only the columns wanted, side by side.

mod decode;
mod dictionary;
mod file;

use std::panic::{AssertUnwindSafe, catch_unwind};

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;
use rayon::prelude::*;

use super::raw::{FileRows, RawColumn, RowCollector};
use super::sheet::{self, Flaw, Found, Sheet, Wanted};
use crate::diagnostics::Code;
use decode::{Decoded, Reader};
use dictionary::Dictionary;

/// The most bytes that the pages of one group of rows may unpack to.
const GROUP_BYTES: i64 = 4 << 30;
/// So many bytes tell of which kind a file is.
const MAGIC_BYTES: usize = 8;

/// A well-formed file.
pub(super) struct ParquetSheet<R: ChunkReader> {
    file: SerializedFileReader<R>,
    /// How many bytes it has.
    bytes: u64,
    headers: Vec<String>,
    next: Next,
}

/// What is read next.
#[derive(Default)]
struct Next {
    /// The group of rows.
    group: usize,
    /// So many of its rows were read.
    begun: usize,
    /// The columns of a group that was read in part, at their places.
    open: Vec<Option<Reader>>,
    /// So many rows were read in all.
    rows: usize,
    /// Whether nothing can be read any more.
    damaged: bool,
}

/// The rows of a group, or the next of them.
#[derive(Clone, Copy)]
struct Segment {
    group: usize,
    rows: usize,
    /// Whether none of the group's rows is left.
    ends: bool,
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

impl<R: ChunkReader + 'static> ParquetSheet<R> {
    /// Looks at a file's schema.
    pub fn open(source: R) -> Result<ParquetSheet<R>, Vec<Flaw>> {
        let bytes = source.len();
        let most = usize::try_from(bytes).map_or(MAGIC_BYTES, |bytes| bytes.min(MAGIC_BYTES));
        let begins = source.get_bytes(0, most).map_err(|error| vec![damaged(&error)])?;
        if !begins.starts_with(b"PAR1") {
            let help = sheet::foreign(&begins).map_or("export the file again as Parquet", |(_, help)| help);
            return Err(vec![Flaw::of_file("the file is not Parquet", "a Parquet file", help)]);
        }
        let read = catch_unwind(AssertUnwindSafe(|| SerializedFileReader::new(source)));
        let read = read.unwrap_or_else(|_| Err(cut("its schema contradicts itself")));
        let file = read.map_err(|error| vec![damaged(&error)])?;
        let fields = file.metadata().file_metadata().schema_descr().root_schema().get_fields();
        let headers: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
        let twice = sheet::duplicates(&headers, None);
        if twice.is_empty() { Ok(ParquetSheet { file, bytes, headers, next: Next::default() }) } else { Err(twice) }
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

    /// The segments of the next rows, about so many where there are, up to one that cannot be read, and why not.
    fn segments(&self, columns: &[Wish<'_>], most: usize) -> (Vec<Segment>, Option<ParquetError>) {
        let (mut segments, mut left, mut begun) = (Vec::new(), most, self.next.begun);
        for (group, described) in self.file.metadata().row_groups().iter().enumerate().skip(self.next.group) {
            if left == 0 {
                break;
            }
            let all = match self.group_rows(described, columns) {
                Ok(rows) => rows.saturating_sub(begun),
                Err(error) => return (segments, Some(error)),
            };
            // What is left of a divided group must be put together with the next one: rather a few rows less.
            if all > left && left < most / 2 {
                break;
            }
            let rows = all.min(left);
            segments.push(Segment { group, rows, ends: rows == all });
            left = left.saturating_sub(rows);
            begun = 0;
        }
        (segments, None)
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

    /// Decodes the columns of some segments, each for itself.
    fn decode(&mut self, segments: &[Segment], columns: &[Wish<'_>]) -> Vec<Result<Decoded, ParquetError>> {
        let mut open = std::mem::take(&mut self.next.open).into_iter();
        let tasks = segments.iter().flat_map(|segment| columns.iter().map(move |wish| (*segment, wish)));
        let tasks: Vec<_> = tasks.map(|(segment, wish)| (segment, wish, open.next().flatten())).collect();
        let file = &self.file;
        let decoded = tasks.into_par_iter().map(|(segment, wish, open)| column(file, segment, wish, open));
        let decoded = decoded.collect::<Vec<_>>().into_iter().map(|read| match read {
            Ok((decoded, open)) => {
                self.next.open.extend(open.map(Some));
                Ok(decoded)
            }
            Err(error) => Err(error),
        });
        decoded.collect()
    }

    /// Goes on behind these segments.
    fn go_on(&mut self, segments: &[Segment]) {
        for segment in segments {
            self.next.rows = self.next.rows.saturating_add(segment.rows);
            (self.next.group, self.next.begun) = match segment.ends {
                true => (segment.group.saturating_add(1), 0),
                false if segment.group == self.next.group => {
                    (segment.group, self.next.begun.saturating_add(segment.rows))
                }
                false => (segment.group, segment.rows),
            };
        }
    }
}

/// The cells of a column in a segment, and the column at its place where the group has more of it.
fn column<R: ChunkReader + 'static>(
    file: &SerializedFileReader<R>,
    segment: Segment,
    wish: &Wish<'_>,
    open: Option<Reader>,
) -> Result<(Decoded, Option<Reader>), ParquetError> {
    // The reader trusts what stands in a file in places, and panics where that is false.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let mut reader = match open {
            Some(reader) => reader,
            None => begin(file, segment.group, wish)?,
        };
        let decoded = decode::column(&mut reader, wish.kind, &wish.wanted, segment.rows)?;
        Ok((decoded, Some(reader).filter(|_| !segment.ends)))
    }));
    read.unwrap_or_else(|_| Err(cut("its pages contradict each other")))
}

/// A column of a group from its first row on.
fn begin<R: ChunkReader + 'static>(
    file: &SerializedFileReader<R>,
    group: usize,
    wish: &Wish<'_>,
) -> Result<Reader, ParquetError> {
    let group = file.get_row_group(group)?;
    let chunk = group.metadata().columns().get(wish.leaf).filter(|_| wish.kind == Kind::Text);
    if let Some(chunk) = chunk.filter(|chunk| dictionary::is_one(chunk))
        && let Some(found) = Dictionary::open(group.get_column_page_reader(wish.leaf)?, chunk.column_descr())?
    {
        return Ok(Reader::Places(found));
    }
    group.get_column_reader(wish.leaf).map(Reader::Values)
}

/// A column to be decoded.
struct Wish<'a> {
    leaf: usize,
    kind: Kind,
    wanted: Wanted<'a>,
}

impl<R: ChunkReader + 'static> Sheet for ParquetSheet<R> {
    fn headers(&self) -> &[String] {
        &self.headers
    }

    fn header_row(&self) -> Option<u64> {
        None
    }

    fn next(&mut self, wanted: &[Wanted<'_>], rows: usize) -> Result<Found, Vec<Flaw>> {
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
        let first = self.next.rows;
        let (mut segments, mut damage) = self.segments(&columns, rows);
        let mut cells = self.decode(&segments, &columns).into_iter();
        let mut parts: Vec<Vec<RawColumn>> = columns.iter().map(|_| Vec::new()).collect();
        let (mut rows, mut flawed, mut sound) = (0_usize, Vec::new(), 0_usize);
        for segment in &segments {
            let decoded: Result<Vec<Decoded>, ParquetError> = cells.by_ref().take(columns.len()).collect();
            let Ok(decoded) = decoded.map_err(|error| damage = Some(error)) else { break };
            for ((parts, wish), decoded) in parts.iter_mut().zip(&columns).zip(decoded) {
                parts.push(decoded.cells);
                flawed.extend(decoded.flaws.into_iter().map(|(row, flaw)| (rows.saturating_add(row), wish, flaw)));
            }
            rows = rows.saturating_add(segment.rows);
            sound = sound.saturating_add(1);
        }
        segments.truncate(sound);
        self.go_on(&segments);
        self.next.damaged = damage.is_some();
        let cells = parts.into_par_iter().map(RawColumn::concat).collect();
        let row = u64::try_from(first).unwrap_or(u64::MAX).saturating_add(1);
        let found = Found { cells, rows: FileRows::from(row, rows), flaws: Vec::new(), ended: true, more: self.more() };
        Ok(self.without(found, flawed, damage))
    }

    fn progress(&self) -> (u64, u64) {
        let all = u64::try_from(self.file.metadata().file_metadata().num_rows()).unwrap_or_default();
        (u64::try_from(self.next.rows).unwrap_or(u64::MAX), all)
    }
}

impl<R: ChunkReader + 'static> ParquetSheet<R> {
    fn more(&self) -> bool {
        !self.next.damaged && self.next.group < self.file.metadata().num_row_groups()
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
        Found { cells, rows: found.rows.retain(&kept), flaws, ..found }
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
