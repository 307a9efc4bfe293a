//! What is looked at letter by letter before the grammar: comments, and signs that word processors
//! and other tools put in place of the right ones.

use std::collections::BTreeMap;

use super::tree::Comment;
use crate::diagnostics::{Code, Diagnostic, Label};
use crate::source::SourceFile;

/// A file made ready for the grammar.
pub(super) struct Scanned {
    /// The text with blanks in place of comments and plain signs in place of look-alikes; each byte
    /// stands where it stood.
    pub text: String,
    /// The comments.
    pub comments: Vec<Comment>,
    /// The look-alikes found.
    pub problems: Vec<Diagnostic>,
}

/// Look-alikes with what is read in their place and what to say; the replacement is no longer than they are.
const LOOK_ALIKES: [(char, &str, &str, &str); 14] = [
    ('\u{a0}', " ", "a non-breaking space is not part of the language", "put an ordinary space in its place"),
    ('\u{202f}', " ", "a non-breaking space is not part of the language", "put an ordinary space in its place"),
    ('\u{2007}', " ", "a non-breaking space is not part of the language", "put an ordinary space in its place"),
    ('\u{200b}', " ", "an invisible space is not part of the language", "delete it"),
    ('≥', ">=", "`≥` is written `>=`", "write `>=`"),
    ('≤', "<=", "`≤` is written `<=`", "write `<=`"),
    ('≠', "<>", "`≠` is written `<>`", "write `<>`"),
    ('−', "-", "`−` is written `-`", "write `-`"),
    ('–', "-", "`–` is written `-`", "write `-`"),
    ('—', "-", "`—` is written `-`", "write `-`"),
    ('×', "*", "`×` is written `*`", "write `*`"),
    ('·', "*", "`·` is written `*`", "write `*`"),
    ('⋅', "*", "`⋅` is written `*`", "write `*`"),
    ('÷', "/", "`÷` is written `/`", "write `/`"),
];

/// Whether a character is a typographic quotation mark.
fn is_smart_quote(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '‟' | '«' | '»' | '‘' | '’')
}

/// Reads a file letter by letter.
pub(super) fn scan(file: &SourceFile) -> Scanned {
    let mut scan = Scan {
        file,
        text: String::with_capacity(file.text.len()),
        comments: Vec::new(),
        problems: Vec::new(),
        hidden_lines: 0,
        in_block: false,
        open: 0,
        foreign: BTreeMap::new(),
    };
    for (start, line) in lines(&file.text) {
        scan.hidden(start, line);
        scan.line(start, line);
    }
    Scanned { text: scan.text, comments: scan.comments, problems: scan.problems }
}

/// The lines of a text with their ends, each with its position.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0_usize;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at = at.saturating_add(line.len());
        (start, line)
    })
}

struct Scan<'a> {
    file: &'a SourceFile,
    text: String,
    comments: Vec<Comment>,
    problems: Vec<Diagnostic>,
    /// How many lines have characters that cannot be seen.
    hidden_lines: usize,
    /// Whether a comment of another language, over several lines, is open.
    in_block: bool,
    /// How many parentheses are open.
    open: usize,
    /// Which problem tells of a sign of another language.
    foreign: BTreeMap<&'static str, usize>,
}

/// Signs that other languages have and this one has not, with what is read in their place; the longer first.
const FOREIGN_SIGNS: [(&str, &str, &str); 2] =
    [(":=", " =", "write `=`"), (";", " ", "delete it: nothing ends a line but its end")];

/// So many places of one such sign are told.
const FOREIGN_PLACES: usize = 20;

/// So many lines of a file are told of characters that cannot be seen.
const HIDDEN_LINES: usize = 20;

/// Whether a character makes a line look different from what it says.
fn is_hidden(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (c.is_control() && !matches!(c, '\t' | '\r' | '\n'))
}

impl Scan<'_> {
    /// Tells of the characters of a line that cannot be seen, wherever they stand.
    fn hidden(&mut self, start: usize, line: &str) {
        let mut found = line.char_indices().filter(|(_, c)| is_hidden(*c));
        let Some((offset, c)) = found.next() else { return };
        self.hidden_lines = self.hidden_lines.saturating_add(1);
        if self.hidden_lines > HIDDEN_LINES {
            return;
        }
        let at = start.saturating_add(offset);
        let more = match found.count() {
            0 => String::new(),
            more => format!(" (and {more} more on this line)"),
        };
        let message = format!("a character that cannot be seen stands here: U+{:04X}{more}", u32::from(c));
        let problem = Diagnostic::new(Code::HiddenCharacter, message)
            .at(self.file.span_of(at, at.saturating_add(c.len_utf8())), "")
            .help("delete it");
        self.problems.push(problem);
    }

    /// Texts do not go beyond their line, so each line is read for itself.
    fn line(&mut self, start: usize, line: &str) {
        if !line.starts_with(char::is_whitespace) {
            self.open = 0;
        }
        let mut chars = line.char_indices();
        while let Some((offset, c)) = chars.next() {
            let at = start.saturating_add(offset);
            let rest = line.get(offset..).unwrap_or("");
            if c == '#' && !self.in_block {
                return self.comment(at, rest);
            }
            if let Some(length) = self.foreign_comment(at, line.get(..offset).unwrap_or(""), rest) {
                while chars.offset() < offset.saturating_add(length) && chars.next().is_some() {}
                continue;
            }
            if let Some((sign, right, help)) = FOREIGN_SIGNS.iter().find(|(sign, ..)| rest.starts_with(sign)) {
                // Spreadsheets of many countries have it between the values of a function.
                let (right, help) = match *sign == ";" && self.open > 0 {
                    true => (",", "write `,` between the values of a function"),
                    false => (*right, *help),
                };
                self.told_once(sign, at, format!("`{sign}` is not part of the language"), help);
                self.text.push_str(right);
                while chars.offset() < offset.saturating_add(sign.len()) && chars.next().is_some() {}
                continue;
            }
            if c == '"' || is_smart_quote(c) {
                let length = self.quoted(at, rest);
                while chars.offset() < offset.saturating_add(length) && chars.next().is_some() {}
            } else {
                self.plain(at, c);
            }
        }
    }

    /// The length of a comment as other languages write them; it leaves blanks.
    fn foreign_comment(&mut self, at: usize, before: &str, rest: &str) -> Option<usize> {
        let apart = before.is_empty() || before.ends_with([' ', '\t']);
        let dashes = apart && (rest.starts_with("-- ") || (rest.starts_with("--") && before.trim().is_empty()));
        let body = rest.trim_end_matches(['\n', '\r']).len();
        let opens = rest.starts_with("/*");
        let length = if self.in_block || opens {
            let from = if opens { 2 } else { 0 };
            let end = rest.get(from..).and_then(|rest| rest.find("*/")).map(|end| end.saturating_add(from));
            self.in_block = end.is_none();
            end.map_or(body, |end| end.saturating_add(2))
        } else if rest.starts_with("//") || dashes {
            body
        } else {
            return None;
        };
        if opens || !(self.in_block || rest.get(..length).is_some_and(|text| text.ends_with("*/"))) {
            self.told_once("comment", at, "a comment begins with `#`".to_owned(), "write `#` before it, on each line");
        }
        self.text.extend(std::iter::repeat_n(' ', length));
        (length > 0).then_some(length)
    }

    /// One problem for all places of a sign.
    fn told_once(&mut self, sign: &'static str, at: usize, message: String, help: &str) {
        let end = at.saturating_add(sign.len().min(2));
        let span = self.file.span_of(at, end);
        let known = self.foreign.get(sign).and_then(|position| self.problems.get_mut(*position));
        match known {
            Some(problem) if problem.labels.len() < FOREIGN_PLACES => {
                problem.labels.push(Label { span, text: String::new() });
            }
            Some(_) => {}
            None => {
                self.foreign.insert(sign, self.problems.len());
                self.problems.push(Diagnostic::new(Code::WrongHabit, message).at(span, "").help(help));
            }
        }
    }

    /// A comment leaves blanks.
    fn comment(&mut self, at: usize, rest: &str) {
        let body = rest.trim_end();
        let doc = body.starts_with("##") && !body.starts_with("###");
        let marks = if doc { 2 } else { 1 };
        let text = body.get(marks..).unwrap_or("");
        let end = at.saturating_add(body.len());
        self.comments.push(Comment {
            text: text.strip_prefix(' ').unwrap_or(text).to_owned(),
            doc,
            span: self.file.span_of(at, end),
        });
        let blanks = body.len();
        self.text.extend(std::iter::repeat_n(' ', blanks));
        self.text.push_str(rest.get(blanks..).unwrap_or(""));
    }

    /// A quoted text is copied as it is, with plain quotes; returns its length with its quotes. A
    /// text that is not closed takes the rest of the line.
    fn quoted(&mut self, at: usize, rest: &str) -> usize {
        let mut escaped = false;
        let mut smart = false;
        let mut length = 0_usize;
        let opening = rest.chars().next();
        let by_smart = opening.is_some_and(is_smart_quote);
        for (offset, c) in rest.char_indices() {
            if c == '\n' {
                break;
            }
            length = offset.saturating_add(c.len_utf8());
            let quote = c == '"' || (by_smart && is_smart_quote(c));
            if quote && !escaped {
                smart |= c != '"';
                let blanks = c.len_utf8().saturating_sub(1);
                let blanks = std::iter::repeat_n(' ', blanks);
                if offset == 0 {
                    self.text.extend(blanks);
                    self.text.push('"');
                    continue;
                }
                self.text.push('"');
                self.text.extend(blanks);
                break;
            }
            self.text.push(c);
            escaped = c == '\\' && !escaped;
        }
        if smart {
            let span = self.file.span_of(at, at.saturating_add(length));
            let problem = Diagnostic::new(Code::WrongHabit, "a text stands in plain double quotes")
                .at(span, "these are typographic quotes")
                .help("write `\"` on both sides");
            self.problems.push(problem);
        }
        length
    }

    /// Anything else; look-alikes are replaced and told.
    fn plain(&mut self, at: usize, c: char) {
        if is_hidden(c) {
            return self.text.extend(std::iter::repeat_n(' ', c.len_utf8()));
        }
        match c {
            '(' => self.open = self.open.saturating_add(1),
            ')' => self.open = self.open.saturating_sub(1),
            _ => {}
        }
        let found = LOOK_ALIKES.iter().find(|(sign, ..)| *sign == c);
        let Some((_, plain, what, help)) = found else {
            self.text.push(c);
            return;
        };
        self.text.push_str(plain);
        let blanks = c.len_utf8().saturating_sub(plain.len());
        self.text.extend(std::iter::repeat_n(' ', blanks));
        let span = self.file.span_of(at, at.saturating_add(c.len_utf8()));
        let problem = Diagnostic::new(Code::WrongHabit, *what).at(span, "").help(*help);
        self.problems.push(problem);
    }
}
