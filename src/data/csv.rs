//! CSV bytes to headers and rows of text, or the reason why not.

use std::collections::HashSet;

use csv::{ByteRecord, ReaderBuilder};

use super::shape::{self, Break, BreakKind, Shape};

/// The delimiters a file may use.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A well-formed file.
pub(super) struct Csv<'a> {
    /// All its headers, in order.
    pub headers: Vec<String>,
    /// Rows with too few or too many cells; [`Csv::for_each_row`] leaves them out.
    pub ragged: Vec<Flaw>,
    /// Whether the last line has its end.
    pub ended: bool,
    bytes: &'a [u8],
    delimiter: u8,
}

/// Something that is not well formed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    /// The row.
    pub row: u64,
    /// The header of the column, where one column is meant.
    pub column: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What was found.
    pub found: Option<String>,
    /// What was expected.
    pub expected: String,
    /// How to mend it.
    pub help: String,
}

impl<'a> Csv<'a> {
    /// Looks at a whole file. The headers wanted help to find the delimiter.
    pub fn open(bytes: &'a [u8], wanted: &[&str]) -> Result<Csv<'a>, Vec<Flaw>> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let first = bytes.get(..shape::header_end(bytes)).unwrap_or(bytes);
        let delimiter = delimiter_of(first, wanted);
        if let Err(error) = std::str::from_utf8(bytes) {
            let beginning = bytes.get(..error.valid_up_to()).unwrap_or(bytes);
            return Err(vec![not_text(shape::row_after(beginning, delimiter))]);
        }
        let headers = header_cells(first, delimiter);
        let shape = match shape::look(bytes, delimiter) {
            Ok(shape) => shape,
            Err(found) => return Err(vec![explain(found, &headers)]),
        };
        if shape.rows == 0 {
            return Err(vec![empty()]);
        }
        let twice = duplicates(&headers);
        if !twice.is_empty() {
            return Err(twice);
        }
        Ok(Csv { ragged: ragged(&shape), ended: shape.ended, headers, bytes, delimiter })
    }

    /// Calls for each row but the header with its number and the cells at these positions.
    pub fn for_each_row(&self, positions: &[usize], mut each: impl FnMut(u64, &[&str])) {
        let mut reader =
            ReaderBuilder::new().delimiter(self.delimiter).has_headers(false).flexible(true).from_reader(self.bytes);
        let mut record = ByteRecord::new();
        let mut row: u64 = 0;
        while matches!(reader.read_byte_record(&mut record), Ok(true)) {
            row = row.saturating_add(1);
            if row == 1 || record.len() != self.headers.len() {
                continue;
            }
            let cell = |position: &usize| {
                let bytes = record.get(*position).unwrap_or_default();
                // The whole file is UTF-8, and cuts fall on ASCII alone.
                std::str::from_utf8(bytes).unwrap_or_default()
            };
            let cells: Vec<&str> = positions.iter().map(cell).collect();
            each(row, &cells);
        }
    }
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

fn duplicates(headers: &[String]) -> Vec<Flaw> {
    let mut seen = HashSet::new();
    let mut flaws = Vec::new();
    for header in headers.iter().filter(|header| !seen.insert(*header)) {
        let message = match header.is_empty() {
            true => "two columns have no header".to_owned(),
            false => format!("two columns have the header `{header}`"),
        };
        flaws.push(Flaw {
            row: 1,
            column: Some(header.clone()),
            message,
            found: Some(header.clone()),
            expected: "a header of its own for each column".to_owned(),
            help: "rename or remove one of the columns in the file".to_owned(),
        });
    }
    flaws
}

fn ragged(shape: &Shape) -> Vec<Flaw> {
    let flaw = |(row, cells): &(u64, usize)| Flaw {
        row: *row,
        column: None,
        message: format!("the row has {}, the header has {}", cells_text(*cells), shape.width),
        found: Some(cells_text(*cells)),
        expected: cells_text(shape.width),
        help: "a text that contains the delimiter stands between quotes: `\"Smith, Ltd\"`".to_owned(),
    };
    shape.ragged.iter().map(flaw).collect()
}

fn cells_text(count: usize) -> String {
    match count {
        1 => "1 cell".to_owned(),
        _ => format!("{count} cells"),
    }
}

fn empty() -> Flaw {
    Flaw {
        row: 1,
        column: None,
        message: "the file is empty".to_owned(),
        found: None,
        expected: "a first row with the headers of the columns".to_owned(),
        help: "a table without rows still has its header".to_owned(),
    }
}

fn not_text(row: u64) -> Flaw {
    Flaw {
        row,
        column: None,
        message: "the file is not UTF-8 text".to_owned(),
        found: None,
        expected: "a CSV file in UTF-8".to_owned(),
        help: "export the file again; in a spreadsheet choose the format `CSV UTF-8`".to_owned(),
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
    Flaw {
        row: found.row,
        column: column.cloned(),
        message: message.to_owned(),
        found: None,
        expected: expected.to_owned(),
        help: help.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str, wanted: &[&str]) -> Vec<(u64, Vec<String>)> {
        let csv = Csv::open(text.as_bytes(), wanted).unwrap();
        let at = |header: &&str| csv.headers.iter().position(|one| one == header).unwrap();
        let positions: Vec<usize> = wanted.iter().map(at).collect();
        let mut rows = Vec::new();
        csv.for_each_row(&positions, |row, cells| {
            rows.push((row, cells.iter().map(|cell| (*cell).to_owned()).collect()));
        });
        rows
    }

    fn flaw(bytes: &[u8]) -> Flaw {
        Csv::open(bytes, &["a"]).err().unwrap().remove(0)
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
            if let Ok(csv) = Csv::open(&bytes, &["a"]) {
                let shape = shape::look(&bytes, csv.delimiter).unwrap();
                let mut read = vec![1];
                csv.for_each_row(&[0], |row, _| {
                    read.push(row);
                });
                read.extend(csv.ragged.iter().map(|flaw| flaw.row));
                read.sort();
                prop_assert_eq!(read, Vec::from_iter(1..=shape.rows));
            }
        }
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
    fn what_is_not_well_formed_is_refused() {
        assert_eq!(flaw(b"").message, "the file is empty");
        assert_eq!(flaw(b"\xef\xbb\xbf\n\n").message, "the file is empty");
        let latin = flaw(b"a,b\n1,2\n1,caf\xe9\n");
        assert_eq!((latin.row, latin.message.as_str()), (3, "the file is not UTF-8 text"));
        assert_eq!(flaw(b"\xff\xfea\0\n\0").message, "the file is not UTF-8 text");
        let twice = flaw(b"a,b,c,b\n");
        assert_eq!(twice.message, "two columns have the header `b`");
        let open = flaw(b"a,b\n1,2\n3,\"4\n5,6\n");
        assert_eq!((open.row, open.column.as_deref()), (3, Some("b")));
    }

    #[test]
    fn ragged_rows_are_told_and_left_out() {
        let csv = Csv::open(b"a,b\n1,2\n3\n4,5\n", &["a"]).unwrap();
        assert_eq!(csv.ragged.len(), 1);
        assert_eq!(csv.ragged[0].row, 3);
        assert_eq!(csv.ragged[0].message, "the row has 1 cell, the header has 2");
        let mut seen = Vec::new();
        csv.for_each_row(&[0], |row, _| seen.push(row));
        assert_eq!(seen, [2, 4]);
    }
}
