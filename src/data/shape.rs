//! Well-formed CSV cut into rows and fields. What would have to be guessed is refused, at its place.

use std::ops::Range;

use memchr::{memchr_iter, memchr2, memchr2_iter};
use rayon::prelude::*;

/// The most bytes of a field.
const FIELD_BYTES: usize = 64 * 1024;
/// The most bytes of a row.
pub(super) const ROW_BYTES: usize = 1024 * 1024;
/// Files are cut in stretches of about so many bytes; small ones where tests are to cross their ends.
pub(super) const STRETCH_BYTES: usize = if cfg!(test) { 8 * 1024 } else { 4 * 1024 * 1024 };

/// The first thing that is not well formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Break {
    /// The row.
    pub row: u64,
    /// The position of the field in it.
    pub field: usize,
    /// What it is.
    pub kind: BreakKind,
}

/// Kinds of break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BreakKind {
    /// A NUL byte.
    Nul,
    /// A quote inside a field that does not begin with one, or text after a closing quote.
    StrayQuote,
    /// A quote that is never closed.
    OpenQuote,
    /// A carriage return without a line feed.
    CarriageReturn,
    /// A field that is too long.
    LongField,
    /// A row that is too long.
    LongRow,
    /// An empty line between others.
    EmptyLine,
}

/// A field of a row: where it stands, without the quotes around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Its bytes.
    pub range: Range<usize>,
    /// Whether quotes are doubled in it.
    pub doubled: bool,
}

/// Cuts a stretch of a file that begins at a row into rows.
pub(super) struct Rows<'a> {
    bytes: &'a [u8],
    delimiter: u8,
    /// The bytes that end a field or have no place in one.
    special: [bool; 256],
    at: usize,
    start: usize,
    /// The line to be read next, from 1.
    line: u64,
    /// The first of the empty lines just read.
    empty: Option<u64>,
    fields: Vec<Field>,
    ended: bool,
}

/// What ends a field.
enum End {
    Field,
    Row,
}

impl<'a> Rows<'a> {
    /// The rows of these bytes.
    pub fn new(bytes: &'a [u8], delimiter: u8) -> Self {
        let mut special = [false; 256];
        for byte in [delimiter, b'\n', b'\r', b'"', 0] {
            special.get_mut(usize::from(byte)).into_iter().for_each(|special| *special = true);
        }
        Self { bytes, delimiter, special, at: 0, start: 0, line: 1, empty: None, fields: Vec::new(), ended: true }
    }

    /// How many lines were read, empty ones too.
    pub fn lines(&self) -> u64 {
        self.line.saturating_sub(1)
    }

    /// Whether the last row has its end.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// The first of the empty lines at the end.
    pub fn empty(&self) -> Option<u64> {
        self.empty
    }

    /// The next row and its fields; none at the end. Empty lines may stand there alone.
    pub fn next_row(&mut self) -> Result<Option<(u64, &[Field])>, Break> {
        loop {
            let end = match (self.byte(self.at), self.byte(self.at.saturating_add(1))) {
                (None, _) => return Ok(None),
                (Some(b'\n'), _) => self.at.saturating_add(1),
                (Some(b'\r'), Some(b'\n')) => self.at.saturating_add(2),
                (Some(0), _) => return Err(self.broken(BreakKind::Nul)),
                (Some(b'\r'), _) => break,
                (Some(_), _) => match self.empty {
                    Some(row) => return Err(Break { row, field: 0, kind: BreakKind::EmptyLine }),
                    None => break,
                },
            };
            self.empty = self.empty.or(Some(self.line));
            self.line = self.line.saturating_add(1);
            self.at = end;
        }
        self.start = self.at;
        self.fields.clear();
        while let End::Field = self.field()? {}
        let row = self.line;
        self.line = self.line.saturating_add(1);
        Ok(Some((row, &self.fields)))
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn broken(&self, kind: BreakKind) -> Break {
        Break { row: self.line, field: self.fields.len(), kind }
    }

    /// The next field, with what ends it.
    fn field(&mut self) -> Result<End, Break> {
        let start = self.at;
        if self.byte(start) == Some(b'"') {
            return self.quoted(start);
        }
        let rest = self.bytes.get(start..).unwrap_or_default();
        let is_special = |byte: &u8| self.special.get(usize::from(*byte)).copied().unwrap_or_default();
        let end = rest.iter().position(is_special).map_or(self.bytes.len(), |length| start.saturating_add(length));
        self.end(start, start..end, false)
    }

    /// A field between quotes, which begins at this one.
    fn quoted(&mut self, start: usize) -> Result<End, Break> {
        let inside = start.saturating_add(1);
        let (mut at, mut doubled) = (inside, false);
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let Some(length) = memchr2(b'"', 0, rest) else {
                self.limits(start, self.bytes.len())?;
                return Err(self.broken(BreakKind::OpenQuote));
            };
            let found = at.saturating_add(length);
            self.limits(start, found)?;
            let next = found.saturating_add(1);
            match (self.byte(found), self.byte(next)) {
                (Some(0), _) => return Err(self.broken(BreakKind::Nul)),
                (_, Some(b'"')) => {
                    doubled = true;
                    at = next.saturating_add(1);
                }
                _ => {
                    self.at = next;
                    return self.end(start, inside..found, doubled);
                }
            }
        }
    }

    /// Ends a field, whose text stands at this range.
    fn end(&mut self, start: usize, range: Range<usize>, doubled: bool) -> Result<End, Break> {
        let end = if range.start > start { range.end.saturating_add(1) } else { range.end };
        let (next, after) = (end.saturating_add(1), end.saturating_add(2));
        let (last, behind) = match (self.byte(end), self.byte(next)) {
            (Some(b'\r'), Some(b'\n')) => (next, after),
            _ => (end, next),
        };
        self.limits(start, last)?;
        let ended = match self.byte(last) {
            Some(byte) if byte == self.delimiter => End::Field,
            Some(b'\n') => End::Row,
            None => {
                self.ended = false;
                End::Row
            }
            Some(0) => return Err(self.broken(BreakKind::Nul)),
            Some(b'\r') if self.byte(next) == Some(0) => return Err(self.broken(BreakKind::Nul)),
            Some(b'\r') => return Err(self.broken(BreakKind::CarriageReturn)),
            Some(_) => return Err(self.broken(BreakKind::StrayQuote)),
        };
        self.at = behind.min(self.bytes.len());
        self.fields.push(Field { range, doubled });
        Ok(ended)
    }

    /// Whether the field that begins there, or its row, is too long before it comes so far.
    fn limits(&self, start: usize, end: usize) -> Result<(), Break> {
        let (field, row) = (start.saturating_add(FIELD_BYTES), self.start.saturating_add(ROW_BYTES));
        if end > field && field <= row {
            return Err(self.broken(BreakKind::LongField));
        }
        if end > row { Err(self.broken(BreakKind::LongRow)) } else { Ok(()) }
    }
}

/// Where stretches of a file begin that can be cut each for itself, as long as those before it are well formed:
/// at rows, the first at the beginning. A quote opens or closes, whatever it is, so their number tells whether
/// a line end stands between quotes.
pub(super) fn stretches(bytes: &[u8]) -> Vec<Range<usize>> {
    let quotes: Vec<usize> = bytes.par_chunks(STRETCH_BYTES).map(|part| memchr_iter(b'"', part).count()).collect();
    let mut starts = vec![0];
    let (mut before, mut at) = (0_usize, 0_usize);
    for count in quotes {
        if at > starts.last().copied().unwrap_or_default() {
            starts.extend(next_row(bytes, at, before.is_multiple_of(2)));
        }
        before = before.saturating_add(count);
        at = at.saturating_add(STRETCH_BYTES);
    }
    let ends = starts.iter().copied().skip(1).chain([bytes.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

/// The first row that begins behind a place, outside or inside of quotes, and is not empty.
fn next_row(bytes: &[u8], from: usize, outside: bool) -> Option<usize> {
    let mut outside = outside;
    let rest = bytes.get(from..)?;
    for found in memchr2_iter(b'"', b'\n', rest) {
        let next = rest.get(found.saturating_add(1)).copied()?;
        match rest.get(found) {
            Some(b'"') => outside = !outside,
            _ if outside && !matches!(next, b'\n' | b'\r') => {
                return Some(from.saturating_add(found).saturating_add(1));
            }
            _ => {}
        }
    }
    None
}

/// The row in which the byte at the end of this beginning of a file stands.
pub(super) fn row_after(beginning: &[u8], delimiter: u8) -> u64 {
    let mut rows = Rows::new(beginning, delimiter);
    loop {
        match rows.next_row().map(|row| row.is_some()) {
            Ok(false) => return rows.line,
            Ok(true) if !rows.ended => return rows.lines(),
            Ok(true) => {}
            Err(found) => return if found.kind == BreakKind::EmptyLine { rows.line } else { found.row },
        }
    }
}

/// Where the header ends: at the first line end outside quotes.
pub(super) fn header_end(bytes: &[u8]) -> usize {
    let mut quoted = false;
    let end = bytes.iter().position(|byte| {
        quoted ^= *byte == b'"';
        !quoted && matches!(*byte, b'\n' | b'\r')
    });
    end.unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields of each row by its number, and whether the last one has its end.
    fn look(bytes: &[u8]) -> Result<(Vec<(u64, usize)>, bool), Break> {
        let mut rows = Rows::new(bytes, b',');
        let mut found = Vec::new();
        while let Some((row, fields)) = rows.next_row()? {
            found.push((row, fields.len()));
        }
        Ok((found, rows.ended()))
    }

    fn kind(text: &str) -> Result<usize, (BreakKind, u64, usize)> {
        look(text.as_bytes()).map(|(rows, _)| rows.len()).map_err(|found| (found.kind, found.row, found.field))
    }

    #[test]
    fn well_formed_files_pass() {
        assert_eq!(kind(""), Ok(0));
        assert_eq!(kind("a,b\n1,2\n"), Ok(2));
        assert_eq!(kind("a,b\r\n\"1\r\n\",\"2\"\"3\"\r\n"), Ok(2));
        assert_eq!(kind("a\n\"\"\n"), Ok(2));
        assert_eq!(kind("a,b\n1,2\n\n\r\n"), Ok(2), "empty lines at the end");
        assert!(look(b"a\n1\n").unwrap().1);
        assert!(!look(b"a\n1").unwrap().1);
        assert!(!look(b"a\n\"1\"").unwrap().1);
    }

    #[test]
    fn each_break_is_found_where_it_is() {
        assert_eq!(kind("a,b\n1,\0\n"), Err((BreakKind::Nul, 2, 1)));
        assert_eq!(kind("a,b\n1,\"2\"3\n"), Err((BreakKind::StrayQuote, 2, 1)), "text after a closing quote");
        assert_eq!(kind("a\n5\"\n"), Err((BreakKind::StrayQuote, 2, 0)));
        assert_eq!(kind("a,b\n1, \"2\"\n"), Err((BreakKind::StrayQuote, 2, 1)));
        assert_eq!(
            kind("a\n1\n\"2\n3\n4\n"),
            Err((BreakKind::OpenQuote, 3, 0)),
            "where it opens, not where the file ends"
        );
        assert_eq!(kind("a\r1\r2\r"), Err((BreakKind::CarriageReturn, 1, 0)), "line ends of another age");
        assert_eq!(kind("a\n1\r"), Err((BreakKind::CarriageReturn, 2, 0)));
        assert_eq!(kind("a\n1\n\n\n2\n"), Err((BreakKind::EmptyLine, 3, 0)));
        assert_eq!(kind("\na\n"), Err((BreakKind::EmptyLine, 1, 0)));
    }

    #[test]
    fn fields_and_rows_have_limits() {
        let field = "x".repeat(FIELD_BYTES + 1);
        assert_eq!(kind(&format!("a\n{field}\n")), Err((BreakKind::LongField, 2, 0)));
        let short = "x".repeat(FIELD_BYTES);
        assert_eq!(kind(&format!("a\n{short}\n")), Ok(2));
        let row = vec![short; 17].join(",");
        assert!(matches!(kind(&row), Err((BreakKind::LongRow, 1, 15))));
    }

    #[test]
    fn fields_are_counted() {
        let found = look(b"a,b\n1,2\n3\n4,5,6\n\"7,8\"\n9,").unwrap();
        assert_eq!(found.0, [(1, 2), (2, 2), (3, 1), (4, 3), (5, 1), (6, 2)]);
    }

    #[test]
    fn stretches_begin_at_rows() {
        let row = "1,\"a\n\"\"b\"\n\n2,c\n";
        let text = row.repeat(STRETCH_BYTES / 4);
        let found = stretches(text.as_bytes());
        assert_eq!((found.len(), found[0].start, found.last().unwrap().end), (4, 0, text.len()), "15 bytes of 4");
        for (stretch, next) in found.iter().zip(&found[1..]) {
            assert_eq!(stretch.end, next.start);
            let behind = &text[next.start..];
            assert!(behind.starts_with("1,\"a") || behind.starts_with("2,c"), "{:?}", &behind[..8]);
        }
    }

    #[test]
    fn rows_are_counted_over_quoted_line_ends() {
        assert_eq!(row_after(b"a,b\n\"1\n2\",", b','), 2);
        assert_eq!(header_end(b"a,\"b\nc\"\r\n1"), 7);
    }
}
