//! The cells of a column as a file holds them, not yet read by its type. Whatever the form of the file, a
//! column comes to one of three: numbers, texts of which each distinct one is kept once, or texts one by one.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::table::{State, States};
use crate::types::written::NumberPattern;
use crate::value::{Fixed, Units};

/// A column with more distinct texts than these keeps its texts one by one.
const DISTINCT: usize = 1 << 16;
/// After so many rows it is looked whether texts repeat at all.
const LOOK_ROWS: usize = 4096;
/// They hardly do where more than so many of these rows have a text of their own.
const LOOK_DISTINCT: usize = 3800;

/// A hash map that is filled by data: fast, and seeded against data made to collide.
pub(super) type Known<K> = HashMap<K, u32, ahash::RandomState>;

/// The cells of a column, row by row. A blank cell is the empty text.
#[derive(Clone, Debug)]
pub(super) enum RawColumn {
    /// RawTable one by one.
    Each(TextList),
    /// RawTable that repeat.
    Coded {
        /// The distinct texts, each of which occurs.
        texts: TextList,
        /// For each row, the position of its text.
        codes: Vec<u32>,
    },
    /// Numbers that the file holds as such.
    Numbers(Numbers),
}

impl RawColumn {
    /// The text of a row's cell.
    pub fn text(&self, row: usize) -> Cow<'_, str> {
        match self {
            RawColumn::Each(texts) => Cow::Borrowed(texts.get(row)),
            RawColumn::Coded { texts, codes } => {
                Cow::Borrowed(codes.get(row).map_or("", |code| texts.get(*code as usize)))
            }
            RawColumn::Numbers(numbers) => Cow::Owned(numbers.text(row)),
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        match self {
            RawColumn::Each(texts) => texts.len(),
            RawColumn::Coded { codes, .. } => codes.len(),
            RawColumn::Numbers(numbers) => numbers.units.len(),
        }
    }

    /// The texts that occur: each once where they are known to repeat.
    pub fn occurring(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let count = match self {
            RawColumn::Coded { texts, .. } => texts.len(),
            _ => self.len(),
        };
        (0..count).map(move |at| match self {
            RawColumn::Coded { texts, .. } => Cow::Borrowed(texts.get(at)),
            _ => self.text(at),
        })
    }

    /// The same cells as texts.
    pub fn as_texts(&self) -> RawColumn {
        let mut cells = Collector::default();
        (0..self.len()).for_each(|row| cells.push(&self.text(row)));
        cells.finish()
    }

    /// The rows for which it says so.
    pub fn retain(&self, kept: &[bool]) -> RawColumn {
        let rows = kept.iter().enumerate().filter(|(_, kept)| **kept).map(|(row, _)| row);
        match self {
            RawColumn::Numbers(numbers) => RawColumn::Numbers(Numbers {
                units: rows.clone().filter_map(|row| numbers.units.get(row)).collect(),
                states: rows.map(|row| numbers.states.get(crate::table::row_number(row))).collect(),
                ..*numbers
            }),
            RawColumn::Each(_) | RawColumn::Coded { .. } => {
                let mut cells = Collector::default();
                rows.for_each(|row| cells.push(&self.text(row)));
                cells.finish()
            }
        }
    }

    /// The cells of stretches of rows, one after another.
    pub fn concat(parts: Vec<RawColumn>) -> RawColumn {
        let mut parts = parts.into_iter();
        let Some(first) = parts.next() else { return RawColumn::Each(TextList::default()) };
        if parts.len() == 0 {
            return first;
        }
        match first {
            RawColumn::Numbers(mut numbers) => {
                for part in parts {
                    if let RawColumn::Numbers(part) = part {
                        numbers.append(part);
                    }
                }
                RawColumn::Numbers(numbers)
            }
            RawColumn::Coded { texts, codes } => concat_coded(texts, codes, parts),
            RawColumn::Each(mut texts) => {
                parts.for_each(|part| texts.append(&part));
                RawColumn::Each(texts)
            }
        }
    }
}

/// Appends columns of texts to one of texts that repeat, as long as all do.
fn concat_coded(mut texts: TextList, mut codes: Vec<u32>, parts: impl Iterator<Item = RawColumn>) -> RawColumn {
    let mut known: Known<Box<str>> = (0_u32..).zip(texts.iter()).map(|(code, text)| (text.into(), code)).collect();
    let mut parts = parts;
    while let Some(part) = parts.next() {
        let RawColumn::Coded { texts: others, codes: coded } = part else {
            let mut each = TextList::default();
            each.append(&RawColumn::Coded { texts, codes });
            each.append(&part);
            parts.for_each(|part| each.append(&part));
            return RawColumn::Each(each);
        };
        let code_of = |text: &str| {
            *known.entry(text.into()).or_insert_with(|| {
                texts.push(text);
                crate::table::row_number(texts.len().saturating_sub(1))
            })
        };
        let new: Vec<u32> = others.iter().map(code_of).collect();
        codes.extend(coded.iter().map(|code| new.get(*code as usize).copied().unwrap_or_default()));
    }
    RawColumn::Coded { texts, codes }
}

/// RawTable one after another.
#[derive(Clone, Debug, Default)]
pub(super) struct TextList {
    text: String,
    ends: Vec<usize>,
}

impl TextList {
    /// Appends one.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    /// The one at a position; empty beyond the end.
    pub fn get(&self, at: usize) -> &str {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before));
        let end = self.ends.get(at).copied().unwrap_or_default();
        self.text.get(start.copied().unwrap_or_default()..end).unwrap_or_default()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.get(at))
    }

    fn append(&mut self, column: &RawColumn) {
        match column {
            RawColumn::Each(texts) => {
                let before = self.text.len();
                self.text.push_str(&texts.text);
                self.ends.extend(texts.ends.iter().map(|end| end.saturating_add(before)));
            }
            _ => (0..column.len()).for_each(|row| self.push(&column.text(row))),
        }
    }
}

/// Numbers that a file holds as such.
#[derive(Clone, Debug)]
pub(super) struct Numbers {
    /// The decimals of all of them.
    pub places: u8,
    /// The numbers in units of the last decimal; 0 where a cell is blank.
    pub units: Units,
    /// Whether a cell is there or blank.
    pub states: States,
    /// How the column writes them in a text, where not plainly.
    pub pattern: Option<NumberPattern>,
}

impl Numbers {
    fn text(&self, row: usize) -> String {
        let there = self.states.get(crate::table::row_number(row)) == State::There;
        let Some(units) = self.units.get(row).filter(|_| there) else { return String::new() };
        let plain = Fixed { units, places: self.places }.to_string();
        self.pattern.map_or(plain.clone(), |pattern| pattern.write(&plain))
    }

    fn append(&mut self, other: Numbers) {
        self.units.append(other.units);
        self.states.append(other.states);
    }
}

/// Collects the texts of a column row by row. It keeps distinct ones as long as they repeat.
#[derive(Debug)]
pub(super) struct Collector {
    texts: TextList,
    /// None where texts are kept one by one.
    codes: Option<Vec<u32>>,
    known: Known<Box<str>>,
}

impl Default for Collector {
    fn default() -> Self {
        Self { texts: TextList::default(), codes: Some(Vec::new()), known: Known::default() }
    }
}

impl Collector {
    /// Appends the text of a row.
    pub fn push(&mut self, text: &str) {
        self.push_new(text);
    }

    /// The same; gives the text's code, by which it can be appended again.
    pub fn push_new(&mut self, text: &str) -> Option<u32> {
        let Some(codes) = &mut self.codes else {
            self.texts.push(text);
            return None;
        };
        if let Some(code) = self.known.get(text).copied() {
            codes.push(code);
            return Some(code);
        }
        let distinct = self.texts.len();
        if distinct >= DISTINCT || (codes.len() == LOOK_ROWS && distinct > LOOK_DISTINCT) {
            self.give_up();
            self.texts.push(text);
            return None;
        }
        let code = crate::table::row_number(distinct);
        self.texts.push(text);
        self.known.insert(text.into(), code);
        codes.push(code);
        Some(code)
    }

    /// Appends a row with a text known by its code, if texts still have codes.
    pub fn push_code(&mut self, code: u32) -> bool {
        match &mut self.codes {
            Some(codes) => {
                codes.push(code);
                true
            }
            None => false,
        }
    }

    fn give_up(&mut self) {
        let codes = self.codes.take().unwrap_or_default();
        let distinct = std::mem::take(&mut self.texts);
        self.known = Known::default();
        codes.iter().for_each(|code| self.texts.push(distinct.get(*code as usize)));
    }

    /// The column.
    pub fn finish(self) -> RawColumn {
        match self.codes {
            Some(codes) => RawColumn::Coded { texts: self.texts, codes },
            None => RawColumn::Each(self.texts),
        }
    }
}

/// The cells of all columns of a table that comes row by row.
#[derive(Debug)]
pub(super) struct RowCollector {
    columns: Vec<Collector>,
    rows: FileRows,
}

impl RowCollector {
    /// No rows yet, of so many columns.
    pub fn new(width: usize) -> Self {
        Self { columns: (0..width).map(|_| Collector::default()).collect(), rows: FileRows::default() }
    }

    /// Appends a row: as many cells as there are columns.
    pub fn push<T: AsRef<str>>(&mut self, row: u64, cells: impl IntoIterator<Item = T>) {
        self.rows.push(row);
        self.columns.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell.as_ref()));
    }

    /// The columns, and where the rows came from.
    pub fn finish(self) -> (Vec<RawColumn>, FileRows) {
        (self.columns.into_iter().map(Collector::finish).collect(), self.rows)
    }
}

/// The rows of a table as a spreadsheet counts them in its file. Mostly they follow one another.
#[derive(Clone, Debug, Default)]
pub(super) struct FileRows {
    first: u64,
    count: usize,
    /// Where they do not follow one another.
    listed: Option<Vec<u64>>,
}

impl FileRows {
    /// So many, from one on.
    pub fn from(first: u64, count: usize) -> Self {
        Self { first, count, listed: None }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// The one at a position.
    pub fn get(&self, at: usize) -> Option<u64> {
        match &self.listed {
            Some(listed) => listed.get(at).copied(),
            None if at < self.count => Some(self.after(at)),
            None => None,
        }
    }

    fn after(&self, count: usize) -> u64 {
        self.first.saturating_add(u64::try_from(count).unwrap_or(u64::MAX))
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = u64> {
        (0..self.count).map(|at| self.get(at).unwrap_or_default())
    }

    /// Appends one.
    pub fn push(&mut self, row: u64) {
        if self.count == 0 {
            self.first = row;
        } else if self.listed.is_none() && row != self.after(self.count) {
            self.listed = Some(self.iter().collect());
        }
        if let Some(listed) = &mut self.listed {
            listed.push(row);
        }
        self.count = self.count.saturating_add(1);
    }

    /// Appends others, so many further down than they say.
    pub fn append(&mut self, other: &FileRows, further: u64) {
        let first = other.first.saturating_add(further);
        if self.listed.is_none() && other.listed.is_none() && self.count > 0 && first == self.after(self.count) {
            self.count = self.count.saturating_add(other.count);
        } else {
            other.iter().for_each(|row| self.push(row.saturating_add(further)));
        }
    }

    /// Those for which it says so.
    pub fn retain(&self, kept: &[bool]) -> FileRows {
        let mut rows = FileRows::default();
        self.iter().zip(kept).filter(|(_, kept)| **kept).for_each(|(row, _)| rows.push(row));
        rows
    }
}
