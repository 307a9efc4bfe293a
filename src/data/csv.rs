//! CSV bytes to headers and cells, or the reason why not. A large file is cut in stretches side by side.

use std::borrow::Cow;

use bytes::Bytes;
use csv::{ByteRecord, ReaderBuilder};
use rayon::prelude::*;

use super::blocks::{Block, Blocks};
use super::raw::{Collector, FileRows, RawColumn};
use super::shape::{self, Break, BreakKind, Field, Rows};
use super::sheet::{self, Flaw, Found, Input, Sheet, Wanted};

/// The delimiters a file may use.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A row has about so many bytes.
const USUAL_ROW_BYTES: usize = 64;
/// So many bytes tell of which kind a file is.
const MAGIC_BYTES: usize = 8;
/// About so many rows are looked at at a time where only their bytes matter.
const SKIPPED_ROWS: usize = 1 << 18;

/// A file of text with headers.
pub(super) struct Csv {
    headers: Vec<String>,
    delimiter: u8,
    blocks: Blocks,
    /// How many lines were read.
    lines: u64,
    /// Whether the header comes next.
    headless: bool,
    /// How the file begins.
    magic: Bytes,
}

impl Csv {
    /// Looks at a file's header. Where no delimiter is declared, the headers wanted help to find it.
    pub fn open(input: Input, wanted: &[&str], declared: Option<u8>) -> Result<Csv, Vec<Flaw>> {
        let blocks = Blocks::begin(input).map_err(|error| vec![sheet::unreadable(&error)])?;
        let beginning = blocks.beginning().clone();
        let first = beginning.get(..shape::header_end(&beginning)).unwrap_or(&beginning);
        let seen = delimiter_of(first, wanted);
        let delimiter = declared.unwrap_or(seen);
        let headers = header_cells(first, delimiter);
        let other = headers.len() == 1 && seen != delimiter && header_cells(first, seen).len() > 1;
        let magic = Bytes::copy_from_slice(beginning.get(..MAGIC_BYTES).unwrap_or(&beginning));
        let mut csv = Csv { headers, delimiter, blocks, lines: 0, headless: true, magic };
        if other {
            let flaw = other_delimiter(delimiter, seen, &csv.headers);
            return Err(csv.unless_no_text(vec![flaw], None));
        }
        Ok(csv)
    }

    /// What is wrong with the file, unless what is left of it is no text at all. Rows are counted up to one that is
    /// broken.
    fn unless_no_text(&mut self, flaws: Vec<Flaw>, broken: Option<u64>) -> Vec<Flaw> {
        while let Ok(block) = self.blocks.next(USUAL_ROW_BYTES.saturating_mul(SKIPPED_ROWS)) {
            let row = |bytes| shape::row_after(bytes, self.delimiter).saturating_add(self.lines);
            if let Err(error) = std::str::from_utf8(&block.bytes) {
                let beginning = block.bytes.get(..error.valid_up_to()).unwrap_or_default();
                return vec![not_text(&self.magic, broken.unwrap_or_else(|| row(beginning)))];
            }
            if block.last {
                break;
            }
            self.lines = row(&block.bytes).saturating_sub(1);
        }
        flaws
    }

    /// Cuts a stretch of the file, and collects what is wanted of its rows.
    fn stretch(&self, text: &str, begins: bool, ends: bool, wanted: &[Wanted<'_>]) -> Stretch {
        let mut columns: Vec<Collector> = wanted.iter().map(|_| Collector::default()).collect();
        let (mut found, mut ragged, mut broken) = (FileRows::default(), Vec::new(), None);
        let mut rows = Rows::new(text.as_bytes(), self.delimiter);
        let mut header = begins && self.headless;
        loop {
            match rows.next_row() {
                Ok(Some(_)) if header => header = false,
                Ok(Some((row, fields))) if fields.len() == self.headers.len() => {
                    found.push(row);
                    for (wanted, column) in wanted.iter().zip(&mut columns) {
                        column.push(&fields.get(wanted.position).map_or(Cow::Borrowed(""), |field| cell(text, field)));
                    }
                }
                Ok(Some((row, fields))) => ragged.push((row, fields.len())),
                Ok(None) => break,
                Err(found) => {
                    broken = Some(found);
                    break;
                }
            }
        }
        // Another stretch begins with a row.
        if let (None, Some(row), false) = (&broken, rows.empty(), ends) {
            broken = Some(Break { row, field: 0, kind: BreakKind::EmptyLine });
        }
        let cells = columns.into_iter().map(Collector::finish).collect();
        Stretch { cells, rows: found, ragged, lines: rows.lines(), ended: rows.ended(), headless: header, broken }
    }
}

/// What a stretch of a file holds. Its rows are counted from its own first line.
struct Stretch {
    cells: Vec<RawColumn>,
    rows: FileRows,
    /// Rows with too few or too many cells, and how many they have.
    ragged: Vec<(u64, usize)>,
    lines: u64,
    ended: bool,
    /// Whether the header was not found.
    headless: bool,
    broken: Option<Break>,
}

impl Sheet for Csv {
    fn headers(&self) -> &[String] {
        &self.headers
    }

    fn header_row(&self) -> Option<u64> {
        Some(1)
    }

    fn next(&mut self, wanted: &[Wanted<'_>], rows: usize) -> Result<Found, Vec<Flaw>> {
        let twice = sheet::duplicates(&self.headers, Some(1));
        let wanted = if twice.is_empty() { wanted } else { &[] };
        loop {
            let block = self.blocks.next(USUAL_ROW_BYTES.saturating_mul(rows));
            let block = block.map_err(|error| vec![sheet::unreadable(&error)])?;
            let text = std::str::from_utf8(&block.bytes).map_err(|error| {
                let beginning = block.bytes.get(..error.valid_up_to()).unwrap_or_default();
                let row = shape::row_after(beginning, self.delimiter).saturating_add(self.lines);
                vec![not_text(&self.magic, row)]
            })?;
            let found = match self.block(text, &block, wanted) {
                Err(flaw) if block.last => return Err(vec![flaw]),
                Err(flaw) => {
                    let row = flaw.row;
                    return Err(self.unless_no_text(vec![flaw], row));
                }
                Ok(found) => found,
            };
            match (twice.is_empty(), found.more) {
                (true, _) => return Ok(found),
                (false, true) => {}
                (false, false) => return Err(twice),
            }
        }
    }

    fn progress(&self) -> (u64, u64) {
        self.blocks.progress()
    }
}

impl Csv {
    /// The rows of a block.
    fn block(&mut self, text: &str, block: &Block, wanted: &[Wanted<'_>]) -> Result<Found, Flaw> {
        let stretches = block.stretches.par_iter().map(|range| {
            let ends = block.last && range.end == text.len();
            self.stretch(text.get(range.clone()).unwrap_or_default(), range.start == 0, ends, wanted)
        });
        let stretches: Vec<Stretch> = stretches.collect();
        let (mut before, mut rows, mut flaws, mut ended) = (self.lines, FileRows::default(), Vec::new(), true);
        let mut parts: Vec<Vec<RawColumn>> = wanted.iter().map(|_| Vec::new()).collect();
        let mut headless = false;
        for stretch in stretches {
            if let Some(found) = stretch.broken {
                let row = found.row.saturating_add(before);
                return Err(explain(Break { row, ..found }, &self.headers));
            }
            rows.append(&stretch.rows, before);
            let width = self.headers.len();
            flaws.extend(stretch.ragged.iter().map(|(row, cells)| ragged(row.saturating_add(before), *cells, width)));
            before = before.saturating_add(stretch.lines);
            ended = stretch.ended;
            headless |= stretch.headless;
            parts.iter_mut().zip(stretch.cells).for_each(|(parts, part)| parts.push(part));
        }
        if headless {
            return Err(empty());
        }
        (self.lines, self.headless) = (before, false);
        let cells = parts.into_par_iter().map(RawColumn::concat).collect();
        Ok(Found { cells, rows, flaws, ended, more: !block.last })
    }
}

/// The text of a field.
fn cell<'a>(text: &'a str, field: &Field) -> Cow<'a, str> {
    // Fields are cut at ASCII alone.
    let cut = text.get(field.range.clone()).unwrap_or_default();
    if field.doubled { Cow::Owned(cut.replace("\"\"", "\"")) } else { Cow::Borrowed(cut) }
}

/// The delimiter under which most of the wanted headers are found, then that which gives the most
/// cells, then the first.
fn delimiter_of(header: &[u8], wanted: &[&str]) -> u8 {
    let score = |delimiter: &u8| {
        let cells = header_cells(header, *delimiter);
        let found = cells.iter().filter(|cell| wanted.contains(&cell.as_str()));
        (found.count(), cells.len())
    };
    // Of equal ones the last is the maximum.
    let best = DELIMITERS.iter().rev().max_by_key(|one| score(one));
    best.copied().unwrap_or(b',')
}

fn header_cells(header: &[u8], delimiter: u8) -> Vec<String> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(header);
    let mut record = ByteRecord::new();
    match reader.read_byte_record(&mut record) {
        Ok(true) => record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect(),
        _ => Vec::new(),
    }
}

/// A row with too few or too many cells.
fn ragged(row: u64, cells: usize, width: usize) -> Flaw {
    let message = format!("the row has {}, the header has {width}", cells_text(cells));
    let help = match cells > width {
        true => "a text or an amount with the delimiter in it stands between quotes: `\"Smith, Ltd\"`, `\"1,250.00\"`",
        false => "a row has a cell for every column, blank ones too",
    };
    Flaw::of_file(message, cells_text(width), help).in_row(row).found(cells_text(cells))
}

fn cells_text(count: usize) -> String {
    match count {
        1 => "1 cell".to_owned(),
        _ => format!("{count} cells"),
    }
}

fn empty() -> Flaw {
    let expected = "a first row with the headers of the columns";
    Flaw::of_file("the file is empty", expected, "a table without rows still has its header").in_row(1)
}

fn not_text(bytes: &[u8], row: u64) -> Flaw {
    let expected = "a CSV file in UTF-8";
    if let Some((kind, help)) = sheet::foreign(bytes) {
        return Flaw::of_file(format!("the file is {kind}"), expected, help);
    }
    let help = "export the file again; in a spreadsheet choose the format `CSV UTF-8`";
    Flaw::of_file("the file is not UTF-8 text", expected, help).in_row(row)
}

/// A header that another delimiter cuts and the declared one does not.
fn other_delimiter(declared: u8, seen: u8, headers: &[String]) -> Flaw {
    let (declared, seen) = (delimiter_text(declared), delimiter_text(seen));
    let message = format!("the header is not cut by the delimiter {declared}, but by {seen}");
    let help = format!("declare `delimiter {seen}` in the record, or leave `delimiter` out");
    Flaw::of_file(message, format!("cells with {declared} between them"), help).in_row(1).found(headers.concat())
}

/// A delimiter as a plan writes it.
fn delimiter_text(delimiter: u8) -> String {
    match delimiter {
        b'\t' => "tab".to_owned(),
        other => format!("\"{}\"", char::from(other)),
    }
}

fn explain(found: Break, headers: &[String]) -> Flaw {
    let (message, expected, help) = match found.kind {
        BreakKind::Nul => (
            "the file contains a NUL byte",
            "a CSV file in UTF-8",
            "the file is damaged or no text file: export it again, as `CSV UTF-8`",
        ),
        BreakKind::StrayQuote => (
            "a quote stands inside a cell",
            "quotes around the whole cell, and those inside it doubled",
            "write a text with quotes as `\"a \"\"quoted\"\" word\"`",
        ),
        BreakKind::OpenQuote => (
            "a quote opens here and is never closed",
            "a closing quote before the end of the file",
            "close the quote, or double it where it is part of the text: `\"\"`",
        ),
        BreakKind::CarriageReturn => (
            "a line ends with a carriage return alone",
            "line ends of LF or CR LF",
            "export the file again with the line ends of Windows or Unix",
        ),
        BreakKind::LongField => (
            "a cell is longer than 64 KiB",
            "at most 64 KiB in a cell",
            "this is mostly a quote that is not closed; otherwise leave the column out of the export",
        ),
        BreakKind::LongRow => ("a row is longer than 1 MiB", "at most 1 MiB in a row", "export fewer columns"),
        BreakKind::EmptyLine => (
            "an empty line stands between the rows",
            "one row on each line",
            "remove the empty line; empty lines at the end of the file do no harm",
        ),
    };
    // In the header itself, and for line ends, no column is to blame.
    let whole_row = matches!(found.kind, BreakKind::LongRow | BreakKind::EmptyLine | BreakKind::CarriageReturn);
    let column = headers.get(found.field).filter(|_| !whole_row && found.row > 1);
    Flaw { column: column.cloned(), ..Flaw::of_file(message, expected, help).in_row(found.row) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::types::written::Written;

    fn rows(text: &str, wanted: &[&str]) -> Vec<(u64, Vec<String>)> {
        read(&mut opened(text.as_bytes(), wanted, None).unwrap(), wanted).unwrap().0
    }

    fn opened(bytes: &[u8], wanted: &[&str], declared: Option<u8>) -> Result<Csv, Vec<Flaw>> {
        Csv::open(Input::Whole(Bytes::copy_from_slice(bytes)), wanted, declared)
    }

    /// The wanted cells of each row, and the flaws.
    #[expect(clippy::type_complexity, reason = "a pair of a test")]
    fn read(csv: &mut Csv, wanted: &[&str]) -> Result<(Vec<(u64, Vec<String>)>, Vec<Flaw>), Vec<Flaw>> {
        let at = |header: &&str| csv.headers.iter().position(|one| one == header).unwrap_or_default();
        let positions: Vec<Wanted<'_>> =
            wanted.iter().map(|header| Wanted { position: at(header), written: &Written::Plain }).collect();
        let found = csv.next(&positions, usize::MAX)?;
        let cells = |row: usize| found.cells.iter().map(|column| column.text(row).into_owned()).collect();
        Ok((found.rows.iter().enumerate().map(|(at, row)| (row, cells(at))).collect(), found.flaws))
    }

    fn flaw(bytes: &[u8]) -> Flaw {
        let read = opened(bytes, &["a"], None).and_then(|mut csv| read(&mut csv, &["a"]));
        read.err().unwrap().remove(0)
    }

    #[test]
    fn cells_come_by_header_and_row() {
        let text = "\u{feff}a,b,c\r\n1,\"x\r\ny\",3\r\n4,\"\"\"5\"\"\",6\r\n\r\n";
        let expected = [(2, vec!["3".to_owned(), "x\r\ny".to_owned()]), (3, vec!["6".to_owned(), "\"5\"".to_owned()])];
        assert_eq!(rows(text, &["c", "b"]), expected);
        assert_eq!(rows("a\n", &["a"]), []);
        assert_eq!(rows("a", &["a"]), [], "a header alone");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            table in prop::collection::vec(prop::collection::vec("[a\"',;|\t\r\n é]{0,4}", 3), 0..6),
            delimiter in prop::sample::select(DELIMITERS.to_vec()),
        ) {
            let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
            writer.write_record(["x", "y", "z"]).unwrap();
            for row in &table {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let expected: Vec<_> = (2_u64..).zip(table).collect();
            prop_assert_eq!(rows(&text, &["x", "y", "z"]), expected);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(
            prop::sample::select(b"a,\"\r\n\0\xff;".to_vec()), 0..40,
        )) {
            let read = opened(&bytes, &["a"], None).and_then(|mut csv| read(&mut csv, &["a"]));
            if let Ok((rows, flaws)) = read {
                let mut read = vec![1];
                read.extend(rows.iter().map(|(row, _)| *row));
                read.extend(flaws.iter().filter_map(|flaw| flaw.row));
                read.sort();
                let lines = u64::try_from(read.len()).unwrap();
                prop_assert_eq!(read, Vec::from_iter(1..=lines));
            }
        }
    }

    #[test]
    fn stretches_are_one_file() {
        let row = |number: usize| match number % 1000 {
            7 => "\"a\nb\",\"c\"\"d\"\n".to_owned(),
            8 => "x\n".to_owned(),
            _ => format!("{number},{}\n", number % 3),
        };
        let text: String = ["h,k\n".to_owned()].into_iter().chain((0..12_000).map(row)).collect();
        assert!(shape::stretches(text.as_bytes()).len() > 2);
        let (rows, flaws) = read(&mut opened(text.as_bytes(), &[], None).unwrap(), &["h", "k"]).unwrap();
        assert_eq!((rows.len(), flaws.len()), (11_988, 12));
        assert_eq!(flaws[11].row, Some(11_008 + 2));
        assert!(rows.iter().all(|(row, cells)| match (*row - 2) % 1000 {
            7 => cells[0] == "a\nb" && cells[1] == "c\"d",
            number => number != 8 && cells[0] == (*row - 2).to_string() && cells[1] == ((*row - 2) % 3).to_string(),
        }));
        let broken = format!("{text}1,2\"\n");
        let flaw = flaw(broken.as_bytes());
        assert_eq!((flaw.row, flaw.message.as_str()), (Some(12_002), "a quote stands inside a cell"));
    }

    #[test]
    fn delimiters_are_found_in_the_header() {
        for delimiter in [",", ";", "\t", "|"] {
            let text = "a,b\n1,2\n".replace(',', delimiter);
            assert_eq!(rows(&text, &["b"]), [(2, vec!["2".to_owned()])]);
        }
        // The headers wanted decide where counting would not.
        let text = "name, first, last;pay\nx;1\n";
        assert_eq!(rows(text, &["pay"]), [(2, vec!["1".to_owned()])]);
        assert_eq!(rows("\"a;b;c\",d\n1,2\n", &["d"]), [(2, vec!["2".to_owned()])]);
    }

    #[test]
    fn a_declared_delimiter_is_taken_and_another_told() {
        let mut csv = opened(b"a^b\n1^2\n", &["a"], Some(b'^')).unwrap();
        assert_eq!(read(&mut csv, &["a"]).unwrap().0, [(2, vec!["1".to_owned()])]);
        let flaw = opened(b"a;b\n1;2\n", &["a"], Some(b'\t')).err().unwrap().remove(0);
        assert_eq!(flaw.message, "the header is not cut by the delimiter tab, but by \";\"");
        assert!(opened(b"a\n1\n", &["a"], Some(b'\t')).is_ok(), "one column needs no delimiter");
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        assert_eq!(flaw(b"").message, "the file is empty");
        assert_eq!(flaw(b"\xef\xbb\xbf\n\n").message, "the file is empty");
        let latin = flaw(b"a,b\n1,2\n1,caf\xe9\n");
        assert_eq!((latin.row, latin.message.as_str()), (Some(3), "the file is not UTF-8 text"));
        assert_eq!(flaw(b"\xff\xfea\0\n\0").message, "the file is text in UTF-16");
        assert_eq!(flaw(b"PK\x03\x04\xff").message, "the file is a workbook or a ZIP archive");
        let twice = flaw(b"a,b,c,b\n");
        assert_eq!(twice.message, "two columns have the header `b`");
        let open = flaw(b"a,b\n1,2\n3,\"4\n5,6\n");
        assert_eq!((open.row, open.column.as_deref()), (Some(3), Some("b")));
    }

    #[test]
    fn ragged_rows_are_told_and_left_out() {
        let mut csv = opened(b"a,b\n1,2\n3\n4,5\n", &["a"], None).unwrap();
        let (rows, ragged) = read(&mut csv, &["a"]).unwrap();
        assert_eq!(ragged.len(), 1);
        assert_eq!(ragged[0].row, Some(3));
        assert_eq!(ragged[0].message, "the row has 1 cell, the header has 2");
        assert_eq!(rows.iter().map(|(row, _)| *row).collect::<Vec<u64>>(), [2, 4]);
    }
}
