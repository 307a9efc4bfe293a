//! CSV bytes to headers and rows of text, or the reason why not.

use csv::{ByteRecord, ReaderBuilder};

use super::shape::{self, Break, BreakKind, Shape};
use super::sheet::{self, Flaw, Sheet, Wanted};

/// The delimiters a file may use.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A well-formed file.
pub(super) struct Csv<'a> {
    headers: Vec<String>,
    /// Rows with too few or too many cells.
    ragged: Vec<Flaw>,
    /// Whether the last line has its end.
    ended: bool,
    bytes: &'a [u8],
    delimiter: u8,
}

impl<'a> Csv<'a> {
    /// Looks at a whole file. Where no delimiter is declared, the headers wanted help to find it.
    pub fn open(bytes: &'a [u8], wanted: &[&str], declared: Option<u8>) -> Result<Csv<'a>, Vec<Flaw>> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let first = bytes.get(..shape::header_end(bytes)).unwrap_or(bytes);
        let seen = delimiter_of(first, wanted);
        let delimiter = declared.unwrap_or(seen);
        if let Err(error) = std::str::from_utf8(bytes) {
            let beginning = bytes.get(..error.valid_up_to()).unwrap_or(bytes);
            return Err(vec![not_text(bytes, shape::row_after(beginning, delimiter))]);
        }
        let headers = header_cells(first, delimiter);
        if headers.len() == 1 && seen != delimiter && header_cells(first, seen).len() > 1 {
            return Err(vec![other_delimiter(delimiter, seen, &headers)]);
        }
        let shape = match shape::look(bytes, delimiter) {
            Ok(shape) => shape,
            Err(found) => return Err(vec![explain(found, &headers)]),
        };
        if shape.rows == 0 {
            return Err(vec![empty()]);
        }
        let twice = sheet::duplicates(&headers, Some(1));
        if !twice.is_empty() {
            return Err(twice);
        }
        Ok(Csv { ragged: ragged(&shape), ended: shape.ended, headers, bytes, delimiter })
    }
}

impl Sheet for Csv<'_> {
    fn headers(&self) -> &[String] {
        &self.headers
    }

    fn header_row(&self) -> Option<u64> {
        Some(1)
    }

    fn ended(&self) -> bool {
        self.ended
    }

    fn for_each_row(&mut self, wanted: &[Wanted<'_>], each: &mut dyn FnMut(u64, &[&str])) -> Vec<Flaw> {
        let mut reader =
            ReaderBuilder::new().delimiter(self.delimiter).has_headers(false).flexible(true).from_reader(self.bytes);
        let mut record = ByteRecord::new();
        let mut row: u64 = 0;
        while matches!(reader.read_byte_record(&mut record), Ok(true)) {
            row = row.saturating_add(1);
            if row == 1 || record.len() != self.headers.len() {
                continue;
            }
            let cell = |wanted: &Wanted<'_>| {
                let bytes = record.get(wanted.position).unwrap_or_default();
                // The whole file is UTF-8, and cuts fall on ASCII alone.
                std::str::from_utf8(bytes).unwrap_or_default()
            };
            let cells: Vec<&str> = wanted.iter().map(cell).collect();
            each(row, &cells);
        }
        self.ragged.clone()
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

fn ragged(shape: &Shape) -> Vec<Flaw> {
    let flaw = |(row, cells): &(u64, usize)| {
        let message = format!("the row has {}, the header has {}", cells_text(*cells), shape.width);
        let help = match *cells > shape.width {
            true => {
                "a text or an amount with the delimiter in it stands between quotes: `\"Smith, Ltd\"`, `\"1,250.00\"`"
            }
            false => "a row has a cell for every column, blank ones too",
        };
        Flaw::of_file(message, cells_text(shape.width), help).in_row(*row).found(cells_text(*cells))
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

    const FIRST: Wanted<'_> = Wanted { position: 0, written: &Written::Plain };

    fn rows(text: &str, wanted: &[&str]) -> Vec<(u64, Vec<String>)> {
        let mut csv = Csv::open(text.as_bytes(), wanted, None).unwrap();
        let at = |header: &&str| csv.headers.iter().position(|one| one == header).unwrap();
        let positions: Vec<Wanted<'_>> =
            wanted.iter().map(|header| Wanted { position: at(header), written: &Written::Plain }).collect();
        let mut rows = Vec::new();
        csv.for_each_row(&positions, &mut |row, cells| {
            rows.push((row, cells.iter().map(|cell| (*cell).to_owned()).collect()));
        });
        rows
    }

    fn flaw(bytes: &[u8]) -> Flaw {
        Csv::open(bytes, &["a"], None).err().unwrap().remove(0)
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
            if let Ok(mut csv) = Csv::open(&bytes, &["a"], None) {
                let shape = shape::look(&bytes, csv.delimiter).unwrap();
                let mut read = vec![1];
                let ragged = csv.for_each_row(&[FIRST], &mut |row, _| {
                    read.push(row);
                });
                read.extend(ragged.iter().filter_map(|flaw| flaw.row));
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
    fn a_declared_delimiter_is_taken_and_another_told() {
        let mut csv = Csv::open(b"a^b\n1^2\n", &["a"], Some(b'^')).unwrap();
        let mut cells = Vec::new();
        csv.for_each_row(&[FIRST], &mut |_, row| cells.push(row[0].to_owned()));
        assert_eq!(cells, ["1"]);
        let flaw = Csv::open(b"a;b\n1;2\n", &["a"], Some(b'\t')).err().unwrap().remove(0);
        assert_eq!(flaw.message, "the header is not cut by the delimiter tab, but by \";\"");
        assert!(Csv::open(b"a\n1\n", &["a"], Some(b'\t')).is_ok(), "one column needs no delimiter");
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
        let mut csv = Csv::open(b"a,b\n1,2\n3\n4,5\n", &["a"], None).unwrap();
        let mut seen = Vec::new();
        let ragged = csv.for_each_row(&[FIRST], &mut |row, _| seen.push(row));
        assert_eq!(ragged.len(), 1);
        assert_eq!(ragged[0].row, Some(3));
        assert_eq!(ragged[0].message, "the row has 1 cell, the header has 2");
        assert_eq!(seen, [2, 4]);
    }
}
