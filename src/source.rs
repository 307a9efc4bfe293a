//! Source text, spans in it, and the way from a span to a line and column.

use crate::ids::FileId;

/// A stretch of one source file, in bytes; `end` is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The smallest span that holds both; both lie in one file.
    pub fn to(self, other: Span) -> Span {
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A place as people count it: both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// One plan file: its path as shown to people, and its text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Which file of the project this is.
    pub id: FileId,
    /// The path relative to the project's folder, with `/`.
    pub path: String,
    /// The whole text, without a byte order mark.
    pub text: String,
    lines: Vec<u32>,
}

impl SourceFile {
    /// Indexes the lines of a text. A byte order mark at the start is left out, and a carriage return alone,
    /// which ended lines long ago, becomes the line end it stands for.
    pub fn new(id: FileId, path: impl Into<String>, text: impl Into<String>) -> Self {
        let text: String = text.into();
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let text = with_line_ends(text);
        let starts = text.match_indices('\n').filter_map(|(at, _)| u32::try_from(at.saturating_add(1)).ok());
        let lines = std::iter::once(0).chain(starts).collect();
        Self { id, path: path.into(), text, lines }
    }

    /// The span of the whole file.
    pub fn span(&self) -> Span {
        self.span_of(0, self.text.len())
    }

    /// The span of a byte range of this file.
    pub fn span_of(&self, start: usize, end: usize) -> Span {
        let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { file: self.id, start: byte(start), end: byte(end) }
    }

    /// The text under a span; empty when the span is not of this file.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Line and column of a byte position.
    pub fn place(&self, at: u32) -> Place {
        let line = self.lines.partition_point(|start| *start <= at);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self.text.get(start as usize..at as usize).unwrap_or("");
        let column = before.chars().count().saturating_add(1);
        Place { line: u32::try_from(line).unwrap_or(u32::MAX), column: u32::try_from(column).unwrap_or(u32::MAX) }
    }

    /// The text of a line, counted from 1, without its end.
    pub fn line(&self, line: u32) -> &str {
        let start = self.lines.get((line as usize).saturating_sub(1)).map_or(self.text.len(), |at| *at as usize);
        let rest = self.text.get(start..).unwrap_or("");
        rest.lines().next().unwrap_or("")
    }
}

/// The text with a line feed for each carriage return that has none behind it; no byte moves.
fn with_line_ends(text: String) -> String {
    if !text.contains('\r') {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let alone = letter == '\r' && letters.peek() != Some(&'\n');
        out.push(if alone { '\n' } else { letter });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_from_one() {
        let file = SourceFile::new(FileId(0), "a.plan", "\u{feff}let é = 1\nlet b = 2");
        assert_eq!(file.place(0), Place { line: 1, column: 1 });
        let at = file.text.find('=').unwrap() as u32;
        assert_eq!(file.place(at), Place { line: 1, column: 7 });
        let second = file.text.find("b =").unwrap() as u32;
        assert_eq!(file.place(second), Place { line: 2, column: 5 });
        assert_eq!(file.line(2), "let b = 2");
    }
    #[test]
    fn old_line_ends_are_line_ends() {
        let file = SourceFile::new(FileId(0), "a.plan", "one\rtwo\r\nthree\n");
        assert_eq!(file.text, "one\ntwo\r\nthree\n");
        assert_eq!((file.line(2), file.line(3)), ("two", "three"));
        assert_eq!(file.place(4), Place { line: 2, column: 1 });
    }
}
