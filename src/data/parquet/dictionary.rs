//! Texts of which every page says where in the dictionary they stand: read as those places, and never text by text.
//!
//! The reader of pages is given on with the dictionary's places in the place of its texts, as numbers. So the places
//! come out of the usual reader of numbers.

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Encoding, Repetition, Type as Physical};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::Int32Type;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::schema::types::{ColumnDescriptor, Type};

use super::cut;

/// Texts, and the places in them that rows have.
pub(super) struct Dictionary {
    /// The texts as bytes.
    pub texts: Vec<Bytes>,
    /// The place of each row's text.
    pub places: ColumnReaderImpl<Int32Type>,
}

/// Whether a column says of all its pages that they hold places in a dictionary.
pub(super) fn is_one(chunk: &ColumnChunkMetaData) -> bool {
    let is = |mask: &parquet::basic::EncodingMask| {
        mask.is_only(Encoding::RLE_DICTIONARY) || mask.is_only(Encoding::PLAIN_DICTIONARY)
    };
    chunk.page_encoding_stats_mask().is_some_and(is)
}

impl Dictionary {
    /// Over the pages of a column of texts; none where no dictionary comes first.
    pub fn open(mut pages: Box<dyn PageReader>, column: &ColumnDescriptor) -> Result<Option<Dictionary>, ParquetError> {
        let Some(Page::DictionaryPage { buf, num_values, is_sorted, .. }) = pages.get_next_page()? else {
            return Ok(None);
        };
        let texts = texts(&buf, num_values)?;
        let places: Vec<u8> = (0..num_values).flat_map(u32::to_le_bytes).collect();
        let (buf, encoding) = (Bytes::from(places), Encoding::PLAIN);
        let first = Some(Page::DictionaryPage { buf, num_values, encoding, is_sorted });
        let optional = if column.max_def_level() > 0 { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        let number = Type::primitive_type_builder(column.name(), Physical::INT32).with_repetition(optional).build()?;
        let path = column.path().clone();
        let number = ColumnDescriptor::new(Arc::new(number), column.max_def_level(), column.max_rep_level(), path);
        let places = ColumnReaderImpl::new(Arc::new(number), Box::new(Places { first, pages }));
        Ok(Some(Dictionary { texts, places }))
    }
}

/// The texts of a dictionary: of each its length, and then itself.
fn texts(page: &Bytes, count: u32) -> Result<Vec<Bytes>, ParquetError> {
    let (mut texts, mut at) = (Vec::new(), 0_usize);
    for _ in 0..count {
        let length = page.get(at..).and_then(|rest| rest.first_chunk()).copied().map(u32::from_le_bytes);
        let start = at.saturating_add(size_of::<u32>());
        at = start.saturating_add(length.and_then(|length| usize::try_from(length).ok()).ok_or_else(contradiction)?);
        if at > page.len() {
            return Err(contradiction());
        }
        texts.push(page.slice(start..at));
    }
    Ok(texts)
}

fn contradiction() -> ParquetError {
    cut("its pages contradict each other")
}

/// Pages with another dictionary.
struct Places {
    /// The dictionary, until it was given out.
    first: Option<Page>,
    pages: Box<dyn PageReader>,
}

impl PageReader for Places {
    fn get_next_page(&mut self) -> Result<Option<Page>, ParquetError> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let page = self.pages.get_next_page()?;
        let dictionary = [Encoding::RLE_DICTIONARY, Encoding::PLAIN_DICTIONARY];
        // Anything else would be taken for places without being any.
        match page.as_ref().is_none_or(|page| page.is_data_page() && dictionary.contains(&page.encoding())) {
            true => Ok(page),
            false => Err(contradiction()),
        }
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>, ParquetError> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<(), ParquetError> {
        self.pages.skip_next_page()
    }
}

impl Iterator for Places {
    type Item = Result<Page, ParquetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_behind_their_lengths() {
        let page = Bytes::from_static(b"\x02\0\0\0ab\0\0\0\0\x01\0\0\0c");
        assert_eq!(texts(&page, 3).unwrap(), ["ab", "", "c"]);
        assert_eq!(texts(&page, 0).unwrap(), Vec::<Bytes>::new());
        for (page, count) in [(page.clone(), 4), (page.slice(..14), 3), (page.slice(..3), 1), (page.slice(11..), 1)] {
            assert!(texts(&page, count).is_err(), "{page:?}");
        }
    }
}
