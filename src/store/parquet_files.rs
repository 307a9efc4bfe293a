//! Tables of optional cells as Parquet files and back: the same cells give the same bytes, whatever the number of threads.

use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnDescriptor, Type, TypePtr};
use rayon::prelude::*;

use super::chunk::{self, Chunk};
use super::source::{Cells, Picked, Source};

/// The digits of a stored number, and of one of a plan that says `wide`.
const PRECISION: i32 = 18;
const WIDE_PRECISION: i32 = 28;

/// The bytes of a stored number of a plan that says `wide`.
const WIDE_BYTES: usize = 16;

/// A column of a file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// Its name.
    pub name: String,
    /// Its cells.
    pub values: Values,
}

/// The cells of a column; none where a cell has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Values {
    /// Text: UTF8.
    Text(Vec<Option<String>>),
    /// Days since 1970-01-01: DATE.
    Date(Vec<Option<i32>>),
    /// Yes or no: BOOLEAN.
    YesNo(Vec<Option<bool>>),
    /// Units of 10^-places: DECIMAL(18, places) in INT64.
    Decimal {
        /// The places of all of them.
        places: u8,
        /// The units.
        units: Vec<Option<i64>>,
    },
    /// Units of 10^-places: DECIMAL(28, places) in 16 bytes.
    WideDecimal {
        /// The places of all of them.
        places: u8,
        /// The units.
        units: Vec<Option<i128>>,
    },
    /// Counts: INT64.
    Integer(Vec<Option<i64>>),
}

impl Values {
    /// How many cells there are.
    pub fn len(&self) -> usize {
        match self {
            Values::Text(cells) => cells.len(),
            Values::Date(cells) => cells.len(),
            Values::YesNo(cells) => cells.len(),
            Values::Decimal { units, .. } => units.len(),
            Values::WideDecimal { units, .. } => units.len(),
            Values::Integer(cells) => cells.len(),
        }
    }
}

/// A column to be written.
pub(super) struct Written<'a> {
    /// Its name; no other column of the file has it.
    pub name: String,
    /// Its cells.
    pub cells: Cells<'a>,
    /// The rows of its frame, one for each row of the file.
    pub rows: Picked,
}

/// So many rows stand in one group: with it and nothing else the bytes of a file are settled.
const GROUP: usize = 1 << 17;

/// So many groups are encoded at once, while as many before them are written.
const AT_ONCE: usize = 2;

/// A file under way: tables with the same columns are written to it one after another.
pub(super) struct Writer<W: Write + Send> {
    file: SerializedFileWriter<W>,
    values: Vec<usize>,
}

impl<W: Write + Send> Writer<W> {
    /// Begins a file with such columns, none of whose rows is written yet.
    pub fn begin(columns: &[Written<'_>], out: W) -> Result<Writer<W>> {
        // Nothing in them tells of a machine or a time.
        let properties = WriterProperties::builder().set_created_by("attain".to_owned()).build();
        let file = SerializedFileWriter::new(out, schema(columns)?, Arc::new(properties))?;
        Ok(Writer { file, values: vec![0; columns.len()] })
    }

    /// Writes the rows of these columns, which have as many each, in groups of their own.
    pub fn append(&mut self, columns: &[Written<'_>]) -> Result<()> {
        if self.file.schema_descr().root_schema() != schema(columns)?.as_ref() {
            return Err(ParquetError::General("its parts have columns of different kinds".to_owned()));
        }
        let count = columns.first().map_or(0, |column| column.rows.len());
        let starts: Vec<usize> = (0..count).step_by(GROUP).collect();
        let described = self.file.schema_descr().columns().to_vec();
        let encode = |starts: &[usize]| {
            let parts: Vec<_> =
                starts.iter().flat_map(|start| columns.iter().zip(&described).map(|part| (*start, part))).collect();
            let chunks = parts.into_par_iter().map(|(start, (column, described))| {
                let rows = start..start.saturating_add(GROUP).min(count);
                chunk::encode(Arc::clone(described), &column.cells, &column.rows, rows)
            });
            chunks.collect::<Result<Vec<Chunk>>>()
        };
        // Some groups are hashed and written, which takes one after another, while the next ones are encoded.
        let mut encoded = Vec::new();
        for starts in starts.chunks(AT_ONCE) {
            let before = std::mem::take(&mut encoded);
            let (written, chunks) = rayon::join(|| self.put(before), || encode(starts));
            written?;
            encoded = chunks?;
        }
        self.put(encoded)
    }

    /// Writes the columns of groups, group after group.
    fn put(&mut self, chunks: Vec<Chunk>) -> Result<()> {
        let mut chunks = chunks.into_iter().peekable();
        while chunks.peek().is_some() {
            let mut group = self.file.next_row_group()?;
            for (count, chunk) in self.values.iter_mut().zip(chunks.by_ref()) {
                *count = count.saturating_add(chunk.values);
                group.append_column(&chunk.bytes, chunk.close)?;
            }
            group.close()?;
        }
        Ok(())
    }

    /// Ends the file; says how many values each column has.
    pub fn end(self) -> Result<(W, Vec<usize>)> {
        Ok((self.file.into_inner()?, self.values))
    }
}

fn schema(columns: &[Written<'_>]) -> Result<TypePtr> {
    let fields = columns.iter().map(field).collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(Type::group_type_builder("attain").with_fields(fields).build()?))
}

fn field(column: &Written<'_>) -> Result<TypePtr> {
    let decimal = |places: u8, precision| Some(LogicalType::decimal(i32::from(places), precision));
    let (physical, logical) = match &column.cells.source {
        Source::Coded(..) | Source::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Source::Date(_) => (Physical::INT32, Some(LogicalType::Date)),
        Source::YesNo(_) => (Physical::BOOLEAN, None),
        Source::Number { wide: true, places, .. } => (Physical::FIXED_LEN_BYTE_ARRAY, decimal(*places, WIDE_PRECISION)),
        Source::Number { places, .. } => (Physical::INT64, decimal(*places, PRECISION)),
        Source::Count(_) | Source::Whole(_) => (Physical::INT64, None),
    };
    let mut field = Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical);
    if let Source::Number { places, wide, .. } = &column.cells.source {
        let precision = if *wide { WIDE_PRECISION } else { PRECISION };
        field = field.with_precision(precision).with_scale(i32::from(*places));
        if *wide {
            field = field.with_length(i32::try_from(WIDE_BYTES).unwrap_or_default());
        }
    }
    Ok(Arc::new(field.build()?))
}

/// The columns of a file that a [`Writer`] wrote.
pub(super) fn read(file: Bytes) -> Result<Vec<Column>> {
    let reader = SerializedFileReader::new(file)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let groups = (0..reader.num_row_groups()).map(|group| reader.get_row_group(group)).collect::<Result<Vec<_>>>()?;
    let columns = schema.columns().par_iter().enumerate();
    columns
        .map(|(index, described)| {
            Ok(Column { name: described.name().to_owned(), values: read_column(described, &groups, index)? })
        })
        .collect()
}

fn read_column(described: &ColumnDescriptor, groups: &[Box<dyn RowGroupReader + '_>], index: usize) -> Result<Values> {
    let mut values = no_values(described)?;
    for group in groups {
        let rows = usize::try_from(group.metadata().num_rows())
            .map_err(|_| ParquetError::General("a negative number of rows".to_owned()))?;
        match (&mut values, group.get_column_reader(index)?) {
            (Values::Text(cells), ColumnReader::ByteArrayColumnReader(reader)) => {
                let text = |bytes: ByteArray| bytes.as_utf8().map(str::to_owned);
                read_cells(reader, rows, cells, text)?;
            }
            (Values::Date(cells), ColumnReader::Int32ColumnReader(reader)) => {
                read_cells(reader, rows, cells, Ok)?;
            }
            (Values::YesNo(cells), ColumnReader::BoolColumnReader(reader)) => {
                read_cells(reader, rows, cells, Ok)?;
            }
            (
                Values::Decimal { units: cells, .. } | Values::Integer(cells),
                ColumnReader::Int64ColumnReader(reader),
            ) => read_cells(reader, rows, cells, Ok)?,
            (Values::WideDecimal { units, .. }, ColumnReader::FixedLenByteArrayColumnReader(reader)) => {
                let unit = |bytes: FixedLenByteArray| {
                    let bytes: [u8; WIDE_BYTES] = bytes.data().try_into().map_err(|_| unknown(described))?;
                    Ok(i128::from_be_bytes(bytes))
                };
                read_cells(reader, rows, units, unit)?;
            }
            _ => return Err(unknown(described)),
        }
    }
    Ok(values)
}

/// The kind of a column, as told by the schema.
fn no_values(described: &ColumnDescriptor) -> Result<Values> {
    match (described.physical_type(), described.logical_type_ref()) {
        (Physical::BYTE_ARRAY, Some(LogicalType::String)) => Ok(Values::Text(Vec::new())),
        (Physical::INT32, Some(LogicalType::Date)) => Ok(Values::Date(Vec::new())),
        (Physical::BOOLEAN, _) => Ok(Values::YesNo(Vec::new())),
        (physical, Some(LogicalType::Decimal(decimal))) => {
            let places = u8::try_from(decimal.scale).map_err(|_| unknown(described))?;
            match physical {
                Physical::INT64 => Ok(Values::Decimal { places, units: Vec::new() }),
                Physical::FIXED_LEN_BYTE_ARRAY => Ok(Values::WideDecimal { places, units: Vec::new() }),
                _ => Err(unknown(described)),
            }
        }
        (Physical::INT64, None) => Ok(Values::Integer(Vec::new())),
        _ => Err(unknown(described)),
    }
}

fn unknown(described: &ColumnDescriptor) -> ParquetError {
    ParquetError::General(format!("column `{}` is of no known kind", described.name()))
}

fn read_cells<D: DataType, T>(
    mut reader: ColumnReaderImpl<D>,
    rows: usize,
    cells: &mut Vec<Option<T>>,
    value: impl Fn(D::T) -> Result<T>,
) -> Result<()> {
    let mut levels = Vec::new();
    let mut present = Vec::new();
    reader.read_records(rows, Some(&mut levels), None, &mut present)?;
    let mut present = present.into_iter();
    for level in levels {
        let cell = if level > 0 { present.next() } else { None };
        cells.push(cell.map(&value).transpose()?);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
