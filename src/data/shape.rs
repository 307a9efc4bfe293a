//! Whether bytes are well-formed CSV. The reader behind [`csv`](super::csv) takes anything and
//! guesses; this looks first and refuses what would have to be guessed.

/// The most bytes of a field.
const FIELD_BYTES: usize = 64 * 1024;
/// The most bytes of a row.
const ROW_BYTES: usize = 1024 * 1024;

/// What a look at a whole file found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// The rows with the header, without empty lines at the end.
    pub rows: u64,
    /// Rows that do not have as many fields as the header: their number, and how many they have.
    pub ragged: Vec<(u64, usize)>,
    /// The fields of the header.
    pub width: usize,
    /// Whether the last line has its end.
    pub ended: bool,
}

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

/// Looks at all bytes.
pub(super) fn look(bytes: &[u8], delimiter: u8) -> Result<Shape, Break> {
    let mut scan = Scan::new(delimiter);
    for byte in bytes {
        scan.step(*byte).map_err(|kind| scan.broken(kind))?;
    }
    scan.finish().map_err(|kind| scan.broken(kind))?;
    Ok(scan.shape)
}

/// The row in which the byte at the end of this beginning of a file stands.
pub(super) fn row_after(beginning: &[u8], delimiter: u8) -> u64 {
    let mut scan = Scan::new(delimiter);
    for byte in beginning {
        if scan.step(*byte).is_err() {
            break;
        }
    }
    scan.row
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

/// Where in a field the scan is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// Before its first byte.
    Start,
    /// In a field without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// Behind a quote that closes, or is doubled.
    Closed,
    /// Behind a carriage return.
    Return,
}

struct Scan {
    delimiter: u8,
    at: At,
    /// The row being read, from 1.
    row: u64,
    fields: usize,
    field_bytes: usize,
    row_bytes: usize,
    /// Bytes other than line ends were seen in this row.
    filled: bool,
    /// The first of the empty lines just read.
    empty: Option<u64>,
    shape: Shape,
}

impl Scan {
    fn new(delimiter: u8) -> Self {
        Scan {
            delimiter,
            at: At::Start,
            row: 1,
            fields: 0,
            field_bytes: 0,
            row_bytes: 0,
            filled: false,
            empty: None,
            shape: Shape { rows: 0, ragged: Vec::new(), width: 0, ended: true },
        }
    }

    fn broken(&self, kind: BreakKind) -> Break {
        let empty = self.empty.filter(|_| kind == BreakKind::EmptyLine);
        Break { row: empty.unwrap_or(self.row), field: self.fields, kind }
    }

    fn step(&mut self, byte: u8) -> Result<(), BreakKind> {
        self.row_bytes = self.row_bytes.saturating_add(1);
        self.field_bytes = self.field_bytes.saturating_add(1);
        if byte == 0 {
            return Err(BreakKind::Nul);
        }
        if self.at == At::Return && byte != b'\n' {
            return Err(BreakKind::CarriageReturn);
        }
        if !matches!(byte, b'\n' | b'\r') {
            self.fill()?;
        }
        match (self.at, byte) {
            (At::Quoted, b'"') => self.at = At::Closed,
            (At::Quoted, _) => {}
            (At::Start | At::Closed, b'"') => self.at = At::Quoted,
            (At::Plain, b'"') => return Err(BreakKind::StrayQuote),
            (_, b'\n') => self.end_row(),
            (_, b'\r') => self.at = At::Return,
            (_, other) if other == self.delimiter => self.end_field(),
            (At::Closed, _) => return Err(BreakKind::StrayQuote),
            (_, _) => self.at = At::Plain,
        }
        if self.field_bytes > FIELD_BYTES {
            return Err(BreakKind::LongField);
        }
        if self.row_bytes > ROW_BYTES {
            return Err(BreakKind::LongRow);
        }
        Ok(())
    }

    /// Notes that the row is no empty line; none may stand before it.
    fn fill(&mut self) -> Result<(), BreakKind> {
        self.filled = true;
        match self.empty {
            Some(_) => Err(BreakKind::EmptyLine),
            None => Ok(()),
        }
    }

    fn end_field(&mut self) {
        self.at = At::Start;
        self.fields = self.fields.saturating_add(1);
        self.field_bytes = 0;
    }

    fn end_row(&mut self) {
        self.end_field();
        if !self.filled {
            self.empty = self.empty.or(Some(self.row));
        } else {
            self.shape.rows = self.row;
            if self.row == 1 {
                self.shape.width = self.fields;
            } else if self.fields != self.shape.width {
                self.shape.ragged.push((self.row, self.fields));
            }
        }
        self.filled = false;
        self.fields = 0;
        self.row_bytes = 0;
        self.row = self.row.saturating_add(1);
    }

    fn finish(&mut self) -> Result<(), BreakKind> {
        match self.at {
            At::Quoted => return Err(BreakKind::OpenQuote),
            At::Return => return Err(BreakKind::CarriageReturn),
            At::Start | At::Plain | At::Closed => {}
        }
        if self.filled {
            self.shape.ended = false;
            self.end_row();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Result<u64, (BreakKind, u64, usize)> {
        look(text.as_bytes(), b',').map(|shape| shape.rows).map_err(|found| (found.kind, found.row, found.field))
    }

    #[test]
    fn well_formed_files_pass() {
        assert_eq!(kind(""), Ok(0));
        assert_eq!(kind("a,b\n1,2\n"), Ok(2));
        assert_eq!(kind("a,b\r\n\"1\r\n\",\"2\"\"3\"\r\n"), Ok(2));
        assert_eq!(kind("a\n\"\"\n"), Ok(2));
        assert_eq!(kind("a,b\n1,2\n\n\r\n"), Ok(2), "empty lines at the end");
        assert!(look(b"a\n1\n", b',').unwrap().ended);
        assert!(!look(b"a\n1", b',').unwrap().ended);
        assert!(!look(b"a\n\"1\"", b',').unwrap().ended);
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
    fn ragged_rows_are_listed() {
        let shape = look(b"a,b\n1,2\n3\n4,5,6\n\"7,8\"\n", b',').unwrap();
        assert_eq!(shape.ragged, [(3, 1), (4, 3), (5, 1)]);
        assert_eq!(shape.width, 2);
    }

    #[test]
    fn rows_are_counted_over_quoted_line_ends() {
        assert_eq!(row_after(b"a,b\n\"1\n2\",", b','), 2);
        assert_eq!(header_end(b"a,\"b\nc\"\r\n1"), 7);
    }
}
