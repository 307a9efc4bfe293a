//! Parquet files as several writers make them.

use std::sync::Arc;

use attain::data::Memory;
use parquet::basic::Compression;
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray, FixedLenByteArrayType, FloatType,
    Int32Type, Int64Type,
};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::{problems, record, rows};

/// How a table's columns are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Everything is text, with a dictionary.
    Text,
    /// Whole numbers, decimals of 128 bits, dates, booleans; packed with Zstandard.
    Typed,
    /// Whole numbers of 64 bits, decimals in 64 bits, timestamps at midnight; packed with LZ4.
    Wide,
    /// Floating-point numbers for amounts; packed with gzip.
    Floating,
}

pub const WAYS: [Way; 4] = [Way::Text, Way::Typed, Way::Wide, Way::Floating];

/// A table with typed columns: numbers, dates, yes and no where all cells of a column are such.
pub fn table(text: &str, way: Way) -> Vec<u8> {
    let rows = rows(text);
    let column = |at: usize| rows[1..].iter().map(|row| row[at]).collect::<Vec<_>>();
    let columns: Vec<(String, Kind)> =
        rows[0].iter().enumerate().map(|(at, name)| ((*name).to_owned(), kind(&column(at), way))).collect();
    let fields: String = columns.iter().map(|(name, kind)| format!("optional {};\n", kind.declared(name))).collect();
    let (schema, names) = schema(&fields, &columns);
    let compression = match way {
        Way::Text => Compression::UNCOMPRESSED,
        Way::Typed => Compression::ZSTD(Default::default()),
        Way::Wide => Compression::LZ4_RAW,
        Way::Floating => Compression::GZIP(Default::default()),
    };
    let properties = WriterProperties::builder().set_compression(compression).set_dictionary_enabled(way == Way::Text);
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties.build())).unwrap();
    // Two groups of rows, so that their border is crossed.
    for part in rows[1..].chunks(3) {
        let mut group = file.next_row_group().unwrap();
        for (at, (_, kind)) in columns.iter().enumerate() {
            kind.write(&mut group, &part.iter().map(|row| row[at]).collect::<Vec<_>>());
        }
        group.close().unwrap();
    }
    assert_eq!(names, columns.len());
    file.into_inner().unwrap()
}

/// Names with blanks cannot be written in the text of a schema, so they are put in afterwards.
fn schema(fields: &str, columns: &[(String, Kind)]) -> (Arc<parquet::schema::types::Type>, usize) {
    let parsed = parse_message_type(&format!("message table {{ {fields} }}")).unwrap();
    let fields = parsed.get_fields().iter().zip(columns).map(|(field, (name, _))| {
        let info = field.get_basic_info();
        let mut builder = parquet::schema::types::Type::primitive_type_builder(name, field.get_physical_type())
            .with_repetition(info.repetition())
            .with_logical_type(info.logical_type_ref().cloned())
            .with_converted_type(info.converted_type());
        if let parquet::schema::types::Type::PrimitiveType { precision, scale, type_length, .. } = field.as_ref() {
            builder = builder.with_precision(*precision).with_scale(*scale).with_length(*type_length);
        }
        Arc::new(builder.build().unwrap())
    });
    let fields: Vec<_> = fields.collect();
    let count = fields.len();
    (Arc::new(parquet::schema::types::Type::group_type_builder("table").with_fields(fields).build().unwrap()), count)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    YesNo,
    Int32,
    Int64,
    Decimal64,
    Decimal128,
    Date,
    Micros,
    Double,
}

fn kind(cells: &[&str], way: Way) -> Kind {
    let filled: Vec<&&str> = cells.iter().filter(|cell| !cell.is_empty()).collect();
    let all = |is: fn(&str) -> bool| !filled.is_empty() && filled.iter().all(|cell| is(cell));
    match way {
        Way::Text => Kind::Text,
        _ if all(|cell| matches!(cell, "yes" | "no")) => Kind::YesNo,
        _ if all(|cell| attain::calendar::parse_date(cell).is_ok()) => {
            if way == Way::Typed {
                Kind::Date
            } else {
                Kind::Micros
            }
        }
        _ if all(|cell| cell.parse::<i32>().is_ok()) => {
            if way == Way::Typed {
                Kind::Int32
            } else {
                Kind::Int64
            }
        }
        _ if all(|cell| cell.parse::<f64>().is_ok()) => match way {
            Way::Typed => Kind::Decimal128,
            Way::Wide => Kind::Decimal64,
            _ => Kind::Double,
        },
        _ => Kind::Text,
    }
}

impl Kind {
    fn declared(self, name: &str) -> String {
        let name = name.replace(' ', "_");
        match self {
            Kind::Text => format!("binary {name} (UTF8)"),
            Kind::YesNo => format!("boolean {name}"),
            Kind::Int32 => format!("int32 {name}"),
            Kind::Int64 => format!("int64 {name} (INTEGER(64,true))"),
            Kind::Decimal64 => format!("int64 {name} (DECIMAL(18,6))"),
            Kind::Decimal128 => format!("fixed_len_byte_array(16) {name} (DECIMAL(38,8))"),
            Kind::Date => format!("int32 {name} (DATE)"),
            Kind::Micros => format!("int64 {name} (TIMESTAMP(MICROS,false))"),
            Kind::Double => format!("double {name}"),
        }
    }

    fn write(self, group: &mut SerializedRowGroupWriter<'_, Vec<u8>>, cells: &[&str]) {
        match self {
            Kind::Text => put::<ByteArrayType>(group, cells, |cell| ByteArray::from(cell)),
            Kind::YesNo => put::<BoolType>(group, cells, |cell| cell == "yes"),
            Kind::Int32 => put::<Int32Type>(group, cells, |cell| cell.parse().unwrap()),
            Kind::Int64 => put::<Int64Type>(group, cells, |cell| cell.parse().unwrap()),
            Kind::Decimal64 => put::<Int64Type>(group, cells, |cell| i64::try_from(units(cell, 6)).unwrap()),
            Kind::Decimal128 => put::<FixedLenByteArrayType>(group, cells, |cell| {
                FixedLenByteArray::from(units(cell, 8).to_be_bytes().to_vec())
            }),
            Kind::Date => put::<Int32Type>(group, cells, |cell| i32::try_from(days(cell)).unwrap()),
            Kind::Micros => put::<Int64Type>(group, cells, |cell| days(cell) * 86_400_000_000),
            Kind::Double => put::<DoubleType>(group, cells, |cell| cell.parse().unwrap()),
        }
    }
}

/// A decimal's units at some places.
fn units(cell: &str, places: usize) -> i128 {
    let (whole, decimals) = cell.split_once('.').unwrap_or((cell, ""));
    format!("{whole}{decimals:0<places$}").parse().unwrap()
}

fn days(cell: &str) -> i64 {
    let date = attain::calendar::parse_date(cell).unwrap();
    date.signed_duration_since(attain::calendar::parse_date("1970-01-01").unwrap()).num_days()
}

fn put<D: DataType>(group: &mut SerializedRowGroupWriter<'_, Vec<u8>>, cells: &[&str], value: impl Fn(&str) -> D::T) {
    let present: Vec<D::T> = cells.iter().filter(|cell| !cell.is_empty()).map(|cell| value(cell)).collect();
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(!cell.is_empty())).collect();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<D>().write_batch(&present, Some(&levels), None).unwrap();
    column.close().unwrap();
}

/// A file of one column `amount` beside the key.
fn one(declared: &str, write: impl Fn(&mut SerializedRowGroupWriter<'_, Vec<u8>>)) -> Memory {
    let schema = parse_message_type(&format!("message table {{ required int32 id; {declared} }}")).unwrap();
    let mut file = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(Default::default())).unwrap();
    let mut group = file.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int32Type>().write_batch(&[1, 2], None, None).unwrap();
    column.close().unwrap();
    write(&mut group);
    group.close().unwrap();
    Memory::new().with("deals.parquet", file.into_inner().unwrap())
}

const COLUMNS: &str = " key id integer\n amount USD";

#[test]
fn floating_point_amounts_are_read_as_far_as_they_are_exact() {
    let doubles = |values: [&str; 2]| {
        let files =
            one("optional double amount;", |group| put::<DoubleType>(group, &values, |cell| cell.parse().unwrap()));
        problems("\"deals.parquet\"", COLUMNS, &files)
    };
    assert_eq!(doubles(["0.3", "9999999999999.99"]), Vec::<String>::new());
    // 0.1 + 0.2 in doubles.
    let sum = "0.30000000000000004";
    let message = "has more digits than the file keeps, so it is known only approximately";
    assert_eq!(doubles(["1.5", sum]), [format!("E0522 2 amount: `{sum}` {message}")]);
    assert_eq!(doubles(["NaN", "1"]), ["E0503 1 amount: `NaN` is no number"]);
    let files = one("optional float amount;", |group| {
        put::<FloatType>(group, &["1234.56", "1234567.8"], |cell| cell.parse().unwrap())
    });
    assert_eq!(problems("\"deals.parquet\"", COLUMNS, &files), [format!("E0522 2 amount: `1234567.8` {message}")]);
}

#[test]
fn only_declared_columns_are_read_and_only_single_values() {
    let nested = "optional group amount { optional int32 units; }";
    let files = one(nested, |group| put::<Int32Type>(group, &["1", "2"], |cell| cell.parse().unwrap()));
    let told = problems("\"deals.parquet\"", COLUMNS, &files);
    assert_eq!(told, ["E0510 - amount: the values of the column are of a kind that is not read"]);
    assert_eq!(problems("\"deals.parquet\"", " key id integer", &files), Vec::<String>::new());
}

#[test]
fn a_time_of_day_is_no_date() {
    let declared = "optional int64 closed (TIMESTAMP(NANOS,true));";
    let noon = |cell: &str| days(cell) * 86_400_000_000_000 + 43_200_000_000_000;
    let files = one(declared, |group| put::<Int64Type>(group, &["2026-03-31", "1969-12-31"], noon));
    let told = problems("\"deals.parquet\"", " key id integer\n closed date", &files);
    let expected = ["2026-03-31", "1969-12-31"].into_iter().zip(1..);
    let expected: Vec<String> =
        expected.map(|(day, row)| format!("E0504 {row} closed: `{day} 12:00:00` is not a date")).collect();
    assert_eq!(told, expected);
}

#[test]
fn a_damaged_file_is_refused() {
    let whole = table("id | amount\n1 | 2.50\n2 | 3\n3 | 4.75\n4 | 1\n", Way::Typed);
    let record = record("\"deals.parquet\"", COLUMNS);
    let read = |bytes: Vec<u8>| record.problems(&Memory::new().with("deals.parquet", bytes));
    assert_eq!(read(whole.clone()), Vec::<String>::new());
    for cut in 0..whole.len() {
        assert!(!read(whole[..cut].to_vec()).is_empty(), "cut at {cut}");
    }
    // Bits that are wrong may go unseen in an amount, but never end the program.
    for at in 0..whole.len() {
        for bit in [0, 3, 7] {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << bit;
            let _ = read(bytes);
        }
    }
}
