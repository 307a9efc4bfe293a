//! The cells of a column in one group of rows, as the pages of a Parquet file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use ahash::RandomState;
use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use super::encode;
use super::source::{Cells, Gathered, Picked, Source};
use super::stored_table::day_number;
use super::texts::TextList;
use crate::value::Units;

/// A column in one group of rows, encoded.
pub(super) struct Chunk {
    /// Its pages.
    pub bytes: Bytes,
    /// How many values it has.
    pub values: usize,
    /// What the file says of it.
    pub close: ColumnCloseResult,
}

/// What pages are made of.
struct Content {
    /// The texts that the values are numbers of.
    dictionary: Option<(u32, Vec<u8>)>,
    encoding: Encoding,
    /// For each row whether it has a value; none where all have.
    present: Option<Vec<bool>>,
    values: Vec<u8>,
    statistics: Option<Statistics>,
    /// Texts and wide numbers are compressed; the others are packed as closely already.
    compressed: bool,
}

/// Encodes the cells at the picked rows of these positions.
pub(super) fn encode(
    described: ColumnDescPtr,
    cells: &Cells<'_>,
    rows: &Picked,
    positions: Range<usize>,
) -> Result<Chunk> {
    let count = positions.len();
    let content = content(cells, rows, positions);
    let present = content.present.as_ref().map_or(count, |present| present.iter().filter(|present| **present).count());
    let mut sink = TrackedWrite::new(Vec::new());
    let mut pages = SerializedPageWriter::new(&mut sink);
    let mut sizes = (0, 0);
    let mut encodings = vec![Encoding::RLE, content.encoding];
    let mut write = |page, uncompressed| -> Result<u64> {
        let spec = pages.write_page(CompressedPage::new(page, uncompressed))?;
        sizes = (whole(sizes.0, spec.compressed_size)?, whole(sizes.1, spec.uncompressed_size)?);
        Ok(spec.offset)
    };
    let mut dictionary_offset = None;
    if let Some((texts, bytes)) = content.dictionary {
        encodings.push(Encoding::PLAIN);
        let length = bytes.len();
        let page =
            Page::DictionaryPage { buf: bytes.into(), num_values: texts, encoding: Encoding::PLAIN, is_sorted: false };
        dictionary_offset = Some(offset(write(page, length)?)?);
    }
    let body = body(content.present, content.values, count)?;
    let length = body.len();
    let (body, compression) = if content.compressed {
        let packed =
            snap::raw::Encoder::new().compress_vec(&body).map_err(|error| ParquetError::General(error.to_string()))?;
        (packed, Compression::SNAPPY)
    } else {
        (body, Compression::UNCOMPRESSED)
    };
    let page = Page::DataPage {
        buf: body.into(),
        num_values: u32::try_from(count).map_err(too_large)?,
        encoding: content.encoding,
        def_level_encoding: Encoding::RLE,
        rep_level_encoding: Encoding::RLE,
        statistics: None,
    };
    let data_offset = offset(write(page, length)?)?;
    let mut metadata = ColumnChunkMetaData::builder(described)
        .set_encodings(encodings)
        .set_compression(compression)
        .set_num_values(i64::try_from(count).map_err(too_large)?)
        .set_total_compressed_size(sizes.0)
        .set_total_uncompressed_size(sizes.1)
        .set_data_page_offset(data_offset)
        .set_dictionary_page_offset(dictionary_offset);
    if let Some(statistics) = content.statistics {
        metadata = metadata.set_statistics(statistics);
    }
    let bytes = Bytes::from(sink.into_inner()?);
    let close = ColumnCloseResult {
        bytes_written: bytes.len() as u64,
        rows_written: count as u64,
        metadata: metadata.build()?,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    Ok(Chunk { bytes, values: present, close })
}

fn whole(sum: i64, more: usize) -> Result<i64> {
    let more = i64::try_from(more).map_err(too_large)?;
    sum.checked_add(more).ok_or_else(|| ParquetError::General("a column is too large".to_owned()))
}

fn offset(offset: u64) -> Result<i64> {
    i64::try_from(offset).map_err(too_large)
}

fn too_large(error: std::num::TryFromIntError) -> ParquetError {
    ParquetError::General(format!("a column is too large: {error}"))
}

/// What stands in a page of data: which rows have values, behind its length, and the values.
fn body(present: Option<Vec<bool>>, values: Vec<u8>, count: usize) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    match present {
        Some(present) => {
            let levels: Vec<u32> = present.into_iter().map(u32::from).collect();
            encode::runs(&mut packed, 1, &levels);
        }
        None => encode::run(&mut packed, 1, 1, count),
    }
    let length = u32::try_from(packed.len()).map_err(too_large)?;
    let mut body = Vec::with_capacity(values.len().saturating_add(packed.len()).saturating_add(size_of::<u32>()));
    body.extend_from_slice(&length.to_le_bytes());
    body.extend_from_slice(&packed);
    body.extend_from_slice(&values);
    Ok(body)
}

fn content(cells: &Cells<'_>, rows: &Picked, positions: Range<usize>) -> Content {
    match &cells.source {
        Source::Number { wide: true, units, .. } => {
            let numbers = cells.gather(rows, positions, |row| units.get(row as usize));
            let values = numbers.values.iter().flat_map(|units| units.to_be_bytes()).collect();
            let statistics = Statistics::fixed_len_byte_array(None, None, None, Some(numbers.missing() as u64), false);
            Content { compressed: true, ..plain(Encoding::PLAIN, numbers.present, values, statistics) }
        }
        Source::Number { units: Units::Narrow(units), .. } => {
            integers(cells.gather_slice(units, (rows, positions), |units| units))
        }
        Source::Number { units: Units::Wide(units), .. } => {
            integers(cells.gather_slice(units, (rows, positions), |units| i64::try_from(units).unwrap_or_default()))
        }
        Source::Count(counts) => {
            integers(cells.gather_slice(counts, (rows, positions), |count| i64::try_from(count).unwrap_or(i64::MAX)))
        }
        Source::Date(dates) => days(cells.gather_slice(dates, (rows, positions), |date| i64::from(day_number(date)))),
        Source::YesNo(truths) => {
            let truths = cells.gather_slice(truths, (rows, positions), u64::from);
            let mut values = Vec::new();
            let missing = truths.missing() as u64;
            encode::pack(&mut values, 1, truths.values);
            let statistics = Statistics::boolean(None, None, None, Some(missing), false);
            plain(Encoding::PLAIN, truths.present, values, statistics)
        }
        Source::Coded(list, code) => {
            let none = crate::table::row_number(list.len());
            let numbers = cells.gather(rows, positions, |row| code(row).map(|code| code.min(none)));
            let missing = numbers.missing() as u64;
            text_content(numbers.present, missing, Numbered::of(&numbers.values, list))
        }
        Source::Text(text) => {
            let texts = cells.gather(rows, positions, text);
            let missing = texts.missing() as u64;
            text_content(texts.present, missing, Numbered::told_apart(&texts.values))
        }
    }
}

fn plain(encoding: Encoding, present: Option<Vec<bool>>, values: Vec<u8>, statistics: Statistics) -> Content {
    Content { dictionary: None, encoding, present, values, statistics: Some(statistics), compressed: false }
}

fn integers(numbers: Gathered<i64>) -> Content {
    let mut values = Vec::new();
    encode::differences(&mut values, &numbers.values);
    let (least, most) = (numbers.values.iter().min().copied(), numbers.values.iter().max().copied());
    let statistics = Statistics::int64(least, most, None, Some(numbers.missing() as u64), false);
    plain(Encoding::DELTA_BINARY_PACKED, numbers.present, values, statistics)
}

/// The calendar ends long before the differences of 32 bits do.
fn days(numbers: Gathered<i64>) -> Content {
    let mut values = Vec::new();
    encode::differences(&mut values, &numbers.values);
    let day = |number: Option<&i64>| number.and_then(|number| i32::try_from(*number).ok());
    let (least, most) = (day(numbers.values.iter().min()), day(numbers.values.iter().max()));
    let statistics = Statistics::int32(least, most, None, Some(numbers.missing() as u64), false);
    plain(Encoding::DELTA_BINARY_PACKED, numbers.present, values, statistics)
}

/// Texts by numbers, where that pays: each occurs twice on average at least.
enum Numbered<'t> {
    /// The texts in order of their first places, and the number of each value.
    Numbers(Vec<&'t str>, Vec<u32>),
    /// The values one by one.
    Each(Vec<&'t str>),
}

impl<'t> Numbered<'t> {
    /// Numbers among the texts of a list become numbers among those of them that occur.
    fn of(codes: &[u32], list: &'t TextList) -> Numbered<'t> {
        let each = || Numbered::Each(codes.iter().map(|code| list.get(*code)).collect());
        if codes.is_sorted_by(|a, b| a < b) && codes.len() > 1 {
            return each();
        }
        // For each text of the list its number here from 1 on; 0 where it has not occurred.
        let mut known = vec![0_u32; list.len().saturating_add(1)];
        let mut texts = Vec::new();
        let mut numbers = Vec::with_capacity(codes.len());
        for code in codes {
            let Some(number) = known.get_mut(*code as usize) else { continue };
            if *number == 0 {
                texts.push(list.get(*code));
                *number = crate::table::row_number(texts.len());
            }
            numbers.push(number.saturating_sub(1));
        }
        if pays(texts.len(), codes.len()) { Numbered::Numbers(texts, numbers) } else { each() }
    }

    /// Equal texts get one number.
    fn told_apart(values: &'t [Cow<'_, str>]) -> Numbered<'t> {
        let mut known: HashMap<&str, u32, RandomState> = HashMap::default();
        let mut texts = Vec::new();
        let mut numbers = Vec::with_capacity(values.len());
        for value in values {
            let number = *known.entry(value).or_insert_with(|| {
                texts.push(value.as_ref());
                crate::table::row_number(texts.len()).saturating_sub(1)
            });
            numbers.push(number);
        }
        if pays(texts.len(), values.len()) {
            Numbered::Numbers(texts, numbers)
        } else {
            Numbered::Each(values.iter().map(Cow::as_ref).collect())
        }
    }
}

fn pays(texts: usize, values: usize) -> bool {
    texts.saturating_mul(2) <= values
}

fn text_content(present: Option<Vec<bool>>, missing: u64, values: Numbered<'_>) -> Content {
    let statistics = Some(Statistics::byte_array(None, None, None, Some(missing), false));
    let mut bytes = Vec::new();
    match values {
        Numbered::Each(texts) => {
            encode::texts(&mut bytes, texts.into_iter());
            let encoding = Encoding::DELTA_LENGTH_BYTE_ARRAY;
            Content { dictionary: None, encoding, present, values: bytes, statistics, compressed: true }
        }
        Numbered::Numbers(texts, numbers) => {
            let mut dictionary = Vec::new();
            for text in &texts {
                dictionary.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
                dictionary.extend_from_slice(text.as_bytes());
            }
            let count = crate::table::row_number(texts.len());
            let width = encode::width(u64::from(count.saturating_sub(1))).max(1);
            bytes.push(u8::try_from(width).unwrap_or(u8::MAX));
            encode::runs(&mut bytes, width, &numbers);
            let dictionary = Some((count, dictionary));
            Content {
                dictionary,
                encoding: Encoding::RLE_DICTIONARY,
                present,
                values: bytes,
                statistics,
                compressed: false,
            }
        }
    }
}
