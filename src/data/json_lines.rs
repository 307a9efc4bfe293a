//! JSON lines to headers and cells: one object a line, a member a cell, that of a nested object
//! by its path with dots. A number's text is taken exactly as written.

use std::collections::HashMap;
use std::fmt;

use bytes::Bytes;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::raw::RowCollector;
use super::raw_table::clipped;
use super::sheet::{self, Flaw, Found, Sheet, Wanted};
use crate::diagnostics::Code;

/// The most bytes of a line.
const LINE_BYTES: usize = 1024 * 1024;
/// The most bytes of a cell.
const CELL_BYTES: usize = 64 * 1024;
/// So deep objects may be nested.
const LEVELS: usize = 16;
/// So many different members the lines of a file may have.
const MEMBERS: usize = 10_000;

/// A well-formed file.
pub(super) struct JsonLines {
    headers: Vec<String>,
    /// UTF-8.
    text: Bytes,
}

/// The members of an object in order, each value as written.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Collect).map(Members)
    }
}

/// What an object holds: the values that are no objects, by their paths, and where objects lie.
#[derive(Default)]
struct Flat<'a> {
    values: Vec<(String, &'a str)>,
    objects: Vec<String>,
}

impl<'a> Flat<'a> {
    /// The members of the object on a line.
    fn of(line: &'a str) -> Result<Flat<'a>, Flaw> {
        let mut flat = Flat::default();
        flat.add("", line, 0)?;
        Ok(flat)
    }

    fn add(&mut self, path: &str, object: &'a str, level: usize) -> Result<(), Flaw> {
        if level >= LEVELS {
            let message = format!("objects are nested more than {LEVELS} levels deep");
            return Err(Flaw::of_file(message, "an object with values", "export the columns needed alone"));
        }
        let Members(members) = serde_json::from_str(object).map_err(|error| not_an_object(object, &error))?;
        for (name, value) in members {
            let path = if path.is_empty() { name } else { format!("{path}.{name}") };
            let text = value.get();
            if text.starts_with('{') {
                self.add(&path, text, level.saturating_add(1))?;
                self.objects.push(path);
            } else if self.values.iter().any(|(known, _)| *known == path) {
                let message = format!("the member `{}` stands twice in the line", clipped(&path));
                let help = "remove one of them where the file comes from";
                return Err(Flaw::of_file(message, "each member once", help).in_column(&path));
            } else {
                self.values.push((path, text));
            }
        }
        Ok(())
    }
}

/// The cell of a value that stands alone.
pub(super) fn value(header: &str, value: &str, written: &crate::types::written::Written) -> Result<String, Flaw> {
    if value.starts_with('{') {
        let flaw = Flaw::of_file("an object stands where a value should", "a value or null", "give the value alone");
        return Err(flaw.with_code(Code::BadCell).in_column(header));
    }
    cell(header, value, &Wanted { position: 0, written })
}

/// The cell of a value that is no object.
fn cell(header: &str, value: &str, wanted: &Wanted<'_>) -> Result<String, Flaw> {
    let cell = match value.as_bytes().first() {
        Some(b'"') => serde_json::from_str(value).unwrap_or_default(),
        Some(b'n') => String::new(),
        Some(b'[') => {
            let help = "a cell holds one value: give each its own line, or its own member";
            let flaw =
                Flaw::of_file("a list stands where a value should", "a text, a number, yes or no, or null", help);
            return Err(flaw.with_code(Code::BadCell).in_column(header).found(value));
        }
        Some(b't' | b'f') => value.to_owned(),
        _ => wanted.number(value.to_owned()),
    };
    if cell.len() > CELL_BYTES {
        let help = "leave the member out of the export";
        return Err(Flaw::of_file("a cell is longer than 64 KiB", "at most 64 KiB in a cell", help).in_column(header));
    }
    Ok(cell)
}

fn not_an_object(line: &str, error: &serde_json::Error) -> Flaw {
    let start = line.trim_start();
    let (message, help) = match start.as_bytes().first() {
        Some(b'[') => (
            "a JSON list, where each line is an object of its own".to_owned(),
            "write one object a line, without brackets around and commas between them",
        ),
        Some(b'{') if error.is_eof() => (
            "the object is not closed on its line".to_owned(),
            "write each object whole on one line; a last line that is cut off means that the file is not whole",
        ),
        Some(b'{') => {
            // The line is told by the row; the column counts in bytes.
            (format!("the line is not JSON from byte {} on", error.column()), "export the file again as JSON lines")
        }
        _ => (
            "the line is no JSON object".to_owned(),
            "write one object a line: `{\"id\": \"d1\", \"amount\": \"12.50\"}`",
        ),
    };
    Flaw::of_file(message, "one JSON object a line", help).found(line)
}

/// The lines that are not empty, with their numbers; an empty one between them is a flaw.
fn lines(text: &str) -> impl Iterator<Item = (u64, &str)> {
    (1_u64..).zip(text.trim_end_matches(['\n', '\r', ' ', '\t']).split('\n'))
}

impl JsonLines {
    /// Looks at a whole file.
    pub fn open(bytes: impl Into<Bytes>) -> Result<JsonLines, Vec<Flaw>> {
        let expected = "JSON lines in UTF-8";
        let whole: Bytes = bytes.into();
        let bytes = whole.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&whole);
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let beginning = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let ends = beginning.iter().filter(|byte| **byte == b'\n').count();
            vec![match sheet::foreign(bytes) {
                Some((kind, help)) => Flaw::of_file(format!("the file is {kind}"), expected, help),
                None => Flaw::of_file("the file is not UTF-8 text", expected, "export the file again as UTF-8")
                    .in_row(u64::try_from(ends).unwrap_or(u64::MAX).saturating_add(1)),
            }]
        })?;
        if text.trim().is_empty() {
            let help =
                "a file without lines does not say which columns it has: leave `from` out where there is no data";
            return Err(vec![Flaw::of_file("the file is empty", "one JSON object a line", help)]);
        }
        Ok(JsonLines { headers: headers(text)?, text: whole.slice_ref(bytes) })
    }
}

/// All paths of values, in order of their first line. Lines that cannot be read are told with the rows.
fn headers(text: &str) -> Result<Vec<String>, Vec<Flaw>> {
    let mut known: HashMap<String, ()> = HashMap::new();
    let mut headers = Vec::new();
    for (row, line) in lines(text) {
        if line.len() > LINE_BYTES {
            let flaw = Flaw::of_file("a line is longer than 1 MiB", "at most 1 MiB in a line", "export fewer members");
            return Err(vec![flaw.in_row(row)]);
        }
        let Ok(flat) = Flat::of(line) else { continue };
        for (path, _) in flat.values {
            if known.insert(path.clone(), ()).is_none() {
                headers.push(path);
            }
        }
        if headers.len() > MEMBERS {
            let message = format!("the lines have more than {MEMBERS} different members");
            let help = "a member is named like a column, and is the same on every line";
            return Err(vec![Flaw::of_file(message, "the same members on every line", help).in_row(row)]);
        }
    }
    Ok(headers)
}

impl Sheet for JsonLines {
    fn headers(&self) -> &[String] {
        &self.headers
    }

    fn header_row(&self) -> Option<u64> {
        None
    }

    fn next(&mut self, wanted: &[Wanted<'_>], _: usize) -> Result<Found, Vec<Flaw>> {
        let (mut rows, mut flaws) = (RowCollector::new(wanted.len()), Vec::new());
        let text = std::str::from_utf8(&self.text).unwrap_or_default();
        for (row, line) in lines(text) {
            match self.row(line, wanted) {
                Ok(cells) => rows.push(row, &cells),
                Err(flaw) => flaws.push(flaw.in_row(row)),
            }
        }
        Ok(Found::new(rows, flaws))
    }

    fn progress(&self) -> (u64, u64) {
        (0, 1)
    }
}

impl JsonLines {
    /// The cells of a line; a member that is not there is blank.
    fn row(&self, line: &str, wanted: &[Wanted<'_>]) -> Result<Vec<String>, Flaw> {
        if line.trim().is_empty() {
            let help = "remove the empty line; empty lines at the end of the file do no harm";
            return Err(Flaw::of_file("an empty line stands between the rows", "one object on each line", help));
        }
        let flat = Flat::of(line)?;
        let one = |wanted: &Wanted<'_>| {
            let header = self.headers.get(wanted.position).map_or("", String::as_str);
            match flat.values.iter().find(|(path, _)| path == header) {
                Some((_, value)) => cell(header, value, wanted),
                None if flat.objects.iter().any(|path| path == header) => {
                    let help = format!("name one of its members: `from \"{header}.…\"`");
                    let flaw = Flaw::of_file("an object stands where a value should", "a value or null", help);
                    Err(flaw.with_code(Code::BadCell).in_column(header))
                }
                None => Ok(String::new()),
            }
        };
        wanted.iter().map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::written::{NumberPattern, Written};

    fn rows(text: &str, wanted: &[&str]) -> (Vec<(u64, Vec<String>)>, Vec<Flaw>) {
        let mut file = JsonLines::open(text.to_owned()).unwrap();
        let at = |header: &&str| file.headers.iter().position(|one| one == header).unwrap();
        let wanted: Vec<Wanted<'_>> =
            wanted.iter().map(|header| Wanted { position: at(header), written: &Written::Plain }).collect();
        let found = file.next(&wanted, usize::MAX).unwrap();
        let cells = |row: usize| found.cells.iter().map(|column| column.text(row).into_owned()).collect();
        (found.rows.iter().enumerate().map(|(at, row)| (row, cells(at))).collect(), found.flaws)
    }

    #[test]
    fn values_are_taken_as_written() {
        let text = "\u{feff}{\"id\":\"d\\u0031\",\"amount\":12345678901234.10,\"won\":true}\r\n\
                    {\"id\":\"d2\",\"amount\":\"-0.50\",\"owner\":{\"id\":\"p1\",\"team\":{\"name\":null}}}\n\n";
        let (rows, flaws) = rows(text, &["id", "amount", "won", "owner.id", "owner.team.name"]);
        assert_eq!(flaws, []);
        assert_eq!(rows[0], (1, ["d1", "12345678901234.10", "true", "", ""].map(str::to_owned).to_vec()));
        assert_eq!(rows[1], (2, ["d2", "-0.50", "", "p1", ""].map(str::to_owned).to_vec()));
    }

    #[test]
    fn a_number_is_written_as_its_column_writes_it_and_a_text_is_not_touched() {
        let mut file = JsonLines::open(&b"{\"a\":1234.5}\n{\"a\":\"1.234,5\"}\n"[..]).unwrap();
        let written = Written::Number(NumberPattern::parse("1.234,56").unwrap());
        let found = file.next(&[Wanted { position: 0, written: &written }], usize::MAX).unwrap();
        assert_eq!([found.cells[0].text(0), found.cells[0].text(1)], ["1234,5", "1.234,5"]);
    }

    #[test]
    fn lines_that_cannot_be_read_are_told_one_by_one() {
        let text = "{\"a\":1}\n[1]\n{\"a\":1,\"a\":2}\n\n{\"a\":[1]}\n{\"a\":{\"b\":1}}\n{\"a\":01}\nx\n{\"a\":3";
        let (rows, flaws) = rows(text, &["a"]);
        assert_eq!(rows, [(1, vec!["1".to_owned()])]);
        let told: Vec<(Option<u64>, &str)> = flaws.iter().map(|flaw| (flaw.row, flaw.message.as_str())).collect();
        assert_eq!(
            told,
            [
                (Some(2), "a JSON list, where each line is an object of its own"),
                (Some(3), "the member `a` stands twice in the line"),
                (Some(4), "an empty line stands between the rows"),
                (Some(5), "a list stands where a value should"),
                (Some(6), "an object stands where a value should"),
                (Some(7), "the line is not JSON from byte 7 on"),
                (Some(8), "the line is no JSON object"),
                (Some(9), "the object is not closed on its line"),
            ]
        );
    }

    #[test]
    fn files_that_are_no_json_lines_are_refused() {
        let flaw = |bytes: &[u8]| JsonLines::open(bytes.to_vec()).err().unwrap().remove(0);
        assert_eq!(flaw(b"").message, "the file is empty");
        assert_eq!((flaw(b"{}\n\xe9").row, flaw(b"\xff\xfe{").row), (Some(2), None));
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(LINE_BYTES));
        assert_eq!(flaw(long.as_bytes()).message, "a line is longer than 1 MiB");
        let nested = "{\"a\":".repeat(LEVELS + 1) + "1" + &"}".repeat(LEVELS + 1);
        let mut file = JsonLines::open(nested).unwrap();
        assert_eq!(file.next(&[], usize::MAX).unwrap().flaws.len(), 1);
        // Far deeper than any stack.
        let deep = "{\"a\":".repeat(100_000);
        assert_eq!(JsonLines::open(deep).unwrap().next(&[], usize::MAX).unwrap().flaws.len(), 1);
        let many: String = (0..=MEMBERS).map(|n| format!("{{\"m{n}\":1}}\n")).collect();
        assert!(flaw(many.as_bytes()).message.contains("10000 different members"));
    }
}
