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

/// More bytes than the headers of a column's pages take.
const HEADERS: usize = 256;

/// What pages are made of.
struct Content {
    /// The texts that the values are numbers of.
    dictionary: Option<(u32, Vec<u8>)>,
    encoding: Encoding,
    /// How many rows have a value.
    values: usize,
    /// The page of data, begun by [`begun`].
    body: Vec<u8>,
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
    let content = content(cells, rows, positions)?;
    let dictionary = content.dictionary.as_ref().map_or(0, |(_, bytes)| bytes.len());
    let room = content.body.len().saturating_add(dictionary).saturating_add(HEADERS);
    let mut sink = TrackedWrite::new(Vec::with_capacity(room));
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
    let length = content.body.len();
    let (body, compression) = if content.compressed {
        let packed = snap::raw::Encoder::new().compress_vec(&content.body);
        (packed.map_err(|error| ParquetError::General(error.to_string()))?, Compression::SNAPPY)
    } else {
        (content.body, Compression::UNCOMPRESSED)
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
    Ok(Chunk { bytes, values: content.values, close })
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

/// Which rows have a value.
#[derive(Clone, Copy)]
struct There<'g> {
    /// For each row; none where all have.
    present: Option<&'g [bool]>,
    /// How many.
    values: usize,
}

impl There<'_> {
    fn of<T>(gathered: &Gathered<T>) -> There<'_> {
        There { present: gathered.present.as_deref(), values: gathered.values.len() }
    }

    /// How many have none.
    fn missing(self) -> u64 {
        self.present.map_or(0, |present| present.len().saturating_sub(self.values) as u64)
    }

    /// A page of data as it begins: with this, behind its length. There is room for values of so many bytes each.
    fn begin(self, bytes: usize) -> Result<Vec<u8>> {
        let mut packed = Vec::new();
        match self.present {
            Some(present) => {
                let levels: Vec<u32> = present.iter().map(|present| u32::from(*present)).collect();
                encode::runs(&mut packed, 1, &levels);
            }
            None => encode::run(&mut packed, 1, 1, self.values),
        }
        let length = u32::try_from(packed.len()).map_err(too_large)?;
        let room = self.values.saturating_mul(bytes).saturating_add(packed.len());
        let mut body = Vec::with_capacity(room.saturating_add(HEADERS));
        body.extend_from_slice(&length.to_le_bytes());
        body.extend_from_slice(&packed);
        Ok(body)
    }
}

fn content(cells: &Cells<'_>, rows: &Picked, positions: Range<usize>) -> Result<Content> {
    match &cells.source {
        Source::Number { wide: true, units, .. } => {
            let numbers = cells.gather(rows, positions, |row| units.get(row as usize));
            let there = There::of(&numbers);
            let mut body = there.begin(size_of::<i128>())?;
            numbers.values.iter().for_each(|units| body.extend_from_slice(&units.to_be_bytes()));
            let statistics = Statistics::fixed_len_byte_array(None, None, None, Some(there.missing()), false);
            Ok(Content { compressed: true, ..plain(Encoding::PLAIN, there, body, statistics) })
        }
        Source::Number { units: Units::Narrow(units), .. } => match cells.stretch(units, rows, &positions) {
            Some(units) => integers(units, There { present: None, values: units.len() }),
            None => gathered(&cells.gather_slice(units, (rows, positions), |units| units)),
        },
        Source::Number { units: Units::Wide(units), .. } => {
            gathered(&cells.gather_slice(units, (rows, positions), |units| i64::try_from(units).unwrap_or_default()))
        }
        Source::Count(counts) => {
            gathered(&cells.gather_slice(counts, (rows, positions), |count| i64::try_from(count).unwrap_or(i64::MAX)))
        }
        Source::Whole(number) => gathered(&cells.gather(rows, positions, number)),
        Source::Date(dates) => days(&cells.gather_slice(dates, (rows, positions), |date| i64::from(day_number(date)))),
        Source::YesNo(truths) => {
            let truths = cells.gather_slice(truths, (rows, positions), u64::from);
            let there = There::of(&truths);
            let mut body = there.begin(1)?;
            encode::pack(&mut body, 1, truths.values.iter().copied());
            let statistics = Statistics::boolean(None, None, None, Some(there.missing()), false);
            Ok(plain(Encoding::PLAIN, there, body, statistics))
        }
        Source::Coded(list, code) => {
            let none = crate::table::row_number(list.len());
            let numbers = cells.gather(rows, positions, |row| code(row).map(|code| code.min(none)));
            text_content(There::of(&numbers), Numbered::of(&numbers.values, list))
        }
        Source::Text(text) => {
            let texts = cells.gather(rows, positions, text);
            text_content(There::of(&texts), Numbered::told_apart(&texts.values))
        }
    }
}

fn plain(encoding: Encoding, there: There<'_>, body: Vec<u8>, statistics: Statistics) -> Content {
    let statistics = Some(statistics);
    Content { dictionary: None, encoding, values: there.values, body, statistics, compressed: false }
}

fn gathered(numbers: &Gathered<i64>) -> Result<Content> {
    integers(&numbers.values, There::of(numbers))
}

/// Most differences take less than four bytes.
const PACKED: usize = 4;

fn integers(numbers: &[i64], there: There<'_>) -> Result<Content> {
    let mut body = there.begin(PACKED)?;
    encode::differences(&mut body, numbers);
    let (least, most) = ends(numbers).unzip();
    let statistics = Statistics::int64(least, most, None, Some(there.missing()), false);
    Ok(plain(Encoding::DELTA_BINARY_PACKED, there, body, statistics))
}

/// The calendar ends long before the differences of 32 bits do.
fn days(numbers: &Gathered<i64>) -> Result<Content> {
    let there = There::of(numbers);
    let mut body = there.begin(PACKED)?;
    encode::differences(&mut body, &numbers.values);
    let day = |number: i64| i32::try_from(number).ok();
    let (least, most) = ends(&numbers.values).map(|(least, most)| (day(least), day(most))).unwrap_or_default();
    let statistics = Statistics::int32(least, most, None, Some(there.missing()), false);
    Ok(plain(Encoding::DELTA_BINARY_PACKED, there, body, statistics))
}

/// The least and the most of numbers.
fn ends(numbers: &[i64]) -> Option<(i64, i64)> {
    let all =
        numbers.iter().fold((i64::MAX, i64::MIN), |(least, most), number| (least.min(*number), most.max(*number)));
    (!numbers.is_empty()).then_some(all)
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

fn text_content(there: There<'_>, values: Numbered<'_>) -> Result<Content> {
    let statistics = Statistics::byte_array(None, None, None, Some(there.missing()), false);
    let mut body = there.begin(PACKED)?;
    match values {
        Numbered::Each(texts) => {
            encode::texts(&mut body, texts.into_iter());
            Ok(Content { compressed: true, ..plain(Encoding::DELTA_LENGTH_BYTE_ARRAY, there, body, statistics) })
        }
        Numbered::Numbers(texts, numbers) => {
            let mut dictionary = Vec::new();
            for text in &texts {
                dictionary.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
                dictionary.extend_from_slice(text.as_bytes());
            }
            let count = crate::table::row_number(texts.len());
            let width = encode::width(u64::from(count.saturating_sub(1))).max(1);
            body.push(u8::try_from(width).unwrap_or(u8::MAX));
            encode::runs(&mut body, width, &numbers);
            let dictionary = Some((count, dictionary));
            Ok(Content { dictionary, ..plain(Encoding::RLE_DICTIONARY, there, body, statistics) })
        }
    }
}
