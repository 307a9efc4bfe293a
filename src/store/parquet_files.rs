//! Tables of optional cells as Parquet files and back: the same cells give the same bytes.

use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, FixedLenByteArray, FixedLenByteArrayType, Int32Type, Int64Type,
};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{ChunkReader, FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{ColumnDescriptor, ColumnPath, Type, TypePtr};

/// The digits of a stored number, and of one of a plan that says `wide`.
const PRECISION: i32 = 18;
const WIDE_PRECISION: i32 = 28;

/// The bytes of a stored number of a plan that says `wide`.
const WIDE_BYTES: usize = 16;

/// A column of a file.
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
    /// How many cells have a value.
    pub fn there(&self) -> usize {
        match self {
            Values::Text(cells) => cells.iter().flatten().count(),
            Values::Date(cells) => cells.iter().flatten().count(),
            Values::YesNo(cells) => cells.iter().flatten().count(),
            Values::Decimal { units, .. } => units.iter().flatten().count(),
            Values::WideDecimal { units, .. } => units.iter().flatten().count(),
            Values::Integer(cells) => cells.iter().flatten().count(),
        }
    }

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

/// The bytes of a file with these columns, which have one length and distinct names.
pub(super) fn write(columns: &[Column]) -> Result<Vec<u8>> {
    let fields = columns.iter().map(field).collect::<Result<Vec<_>>>()?;
    let schema = Type::group_type_builder("attain").with_fields(fields).build()?;
    let mut file = SerializedFileWriter::new(Vec::new(), Arc::new(schema), properties(columns))?;
    if columns.first().is_some_and(|column| column.values.len() > 0) {
        let mut group = file.next_row_group()?;
        for column in columns {
            write_column(&mut group, &column.values)?;
        }
        group.close()?;
    }
    file.into_inner()
}

/// Nothing in them tells of a machine or a time. A dictionary does not pay for amounts.
fn properties(columns: &[Column]) -> Arc<WriterProperties> {
    let mut properties =
        WriterProperties::builder().set_created_by("attain".to_owned()).set_compression(Compression::SNAPPY);
    for column in columns {
        let is_text = matches!(column.values, Values::Text(_));
        let path = ColumnPath::from(column.name.as_str());
        properties = properties.set_column_dictionary_enabled(path, is_text);
    }
    Arc::new(properties.build())
}

fn field(column: &Column) -> Result<TypePtr> {
    let (physical, logical) = match &column.values {
        Values::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Values::Date(_) => (Physical::INT32, Some(LogicalType::Date)),
        Values::YesNo(_) => (Physical::BOOLEAN, None),
        Values::Decimal { places, .. } => {
            let logical = LogicalType::decimal(i32::from(*places), PRECISION);
            (Physical::INT64, Some(logical))
        }
        Values::WideDecimal { places, .. } => {
            let logical = LogicalType::decimal(i32::from(*places), WIDE_PRECISION);
            (Physical::FIXED_LEN_BYTE_ARRAY, Some(logical))
        }
        Values::Integer(_) => (Physical::INT64, None),
    };
    let mut field = Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical);
    match &column.values {
        Values::Decimal { places, .. } => field = field.with_precision(PRECISION).with_scale(i32::from(*places)),
        Values::WideDecimal { places, .. } => {
            let length = i32::try_from(WIDE_BYTES).unwrap_or_default();
            field = field.with_length(length).with_precision(WIDE_PRECISION).with_scale(i32::from(*places));
        }
        _ => {}
    }
    Ok(Arc::new(field.build()?))
}

fn write_column(group: &mut SerializedRowGroupWriter<'_, Vec<u8>>, values: &Values) -> Result<()> {
    match values {
        Values::Text(cells) => {
            let bytes = |text: &String| ByteArray::from(text.as_str());
            write_cells::<ByteArrayType, _>(group, cells, bytes)
        }
        Values::Date(cells) => write_cells::<Int32Type, _>(group, cells, |day| *day),
        Values::YesNo(cells) => write_cells::<BoolType, _>(group, cells, |yes| *yes),
        Values::Decimal { units, .. } => write_cells::<Int64Type, _>(group, units, |unit| *unit),
        Values::WideDecimal { units, .. } => {
            let bytes = |unit: &i128| FixedLenByteArray::from(unit.to_be_bytes().to_vec());
            write_cells::<FixedLenByteArrayType, _>(group, units, bytes)
        }
        Values::Integer(cells) => write_cells::<Int64Type, _>(group, cells, |count| *count),
    }
}

fn write_cells<D: DataType, T>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    cells: &[Option<T>],
    stored: impl Fn(&T) -> D::T,
) -> Result<()> {
    let present: Vec<D::T> = cells.iter().flatten().map(stored).collect();
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let mut column =
        group.next_column()?.ok_or_else(|| ParquetError::General("the file has one column less".to_owned()))?;
    column.typed::<D>().write_batch(&present, Some(&levels), None)?;
    column.close()
}

/// The columns of a file that [`write`] wrote.
pub(super) fn read(file: impl ChunkReader + 'static) -> Result<Vec<Column>> {
    let reader = SerializedFileReader::new(file)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let groups = (0..reader.num_row_groups()).map(|group| reader.get_row_group(group)).collect::<Result<Vec<_>>>()?;
    let columns = schema.columns().iter().enumerate();
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
mod tests {
    use std::io::{Seek, Write};

    use super::*;

    fn sample() -> Vec<Column> {
        let column = |name: &str, values| Column { name: name.to_owned(), values };
        let texts = [Some("né"), None, Some("")].map(|text| text.map(str::to_owned));
        vec![
            column("text", Values::Text(texts.to_vec())),
            column("date", Values::Date(vec![Some(20_454), Some(-1), None])),
            column("yes", Values::YesNo(vec![Some(true), None, Some(false)])),
            column("amount", Values::Decimal { places: 2, units: vec![Some(-1), None, Some(999_999_999_999_999_999)] }),
            column(
                "wide",
                Values::WideDecimal {
                    places: 2,
                    units: vec![Some(-1), Some(9_999_999_999_999_999_999_999_999_999), None],
                },
            ),
            column("row", Values::Integer(vec![Some(2), Some(3), None])),
        ]
    }

    fn read_back(bytes: &[u8]) -> Vec<Column> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        read(file).unwrap()
    }

    #[test]
    fn every_kind_of_cell_comes_back() {
        let bytes = write(&sample()).unwrap();
        assert_eq!(read_back(&bytes), sample());
        assert_eq!(bytes, write(&sample()).unwrap());
    }

    #[test]
    fn a_table_without_rows_keeps_its_columns() {
        let columns =
            vec![Column { name: "amount".to_owned(), values: Values::Decimal { places: 4, units: Vec::new() } }];
        assert_eq!(read_back(&write(&columns).unwrap()), columns);
    }

    #[test]
    fn many_pages_come_back() {
        let count = 70_000;
        let cells = (0..count).map(|n| (n % 7 != 0).then_some(n * n)).collect();
        let columns = vec![Column { name: "n".to_owned(), values: Values::Integer(cells) }];
        assert_eq!(read_back(&write(&columns).unwrap()), columns);
    }
}
