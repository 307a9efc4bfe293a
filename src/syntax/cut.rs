//! Cuts a file into its top-level items, so that a broken one cannot hide the next.

use std::collections::BTreeSet;

use super::keywords::{ITEMS, closest, is_word_char, words};
use super::problem::span_of;
use super::scan::lines;
use super::slips::item_for;
use crate::diagnostics::{Code, Diagnostic};
use crate::source::{SourceFile, Span};

/// The text of one item, not yet read.
pub(super) struct Chunk {
    /// First byte: the item's keyword.
    pub start: usize,
    /// One past its last byte that is not blank.
    pub end: usize,
    /// The documentation above it.
    pub doc: Option<String>,
    /// A line at the left margin that begins no item follows at once, so it may lack its end.
    pub cut_short: bool,
}

/// The items of a file and the lines that belong to none.
pub(super) struct Cut {
    /// The items in order.
    pub chunks: Vec<Chunk>,
    /// The text with merge conflicts resolved to the first side.
    pub text: String,
    /// What lies outside items.
    pub problems: Vec<Diagnostic>,
    /// The names that lines which begin no item were perhaps to declare.
    pub broken: BTreeSet<String>,
}

/// Cuts a scanned text; `text` has the length of the file's own text.
pub(super) fn cut(file: &SourceFile, text: String) -> Cut {
    let (text, problems) = without_conflicts(file, text);
    let mut cutter = Cutter {
        file,
        chunks: Vec::new(),
        problems,
        broken: BTreeSet::new(),
        docs: Vec::new(),
        inside: Inside::Nothing,
        after_blank: true,
    };
    for (start, line) in lines(&text) {
        cutter.line(start, line);
    }
    Cut { chunks: cutter.chunks, problems: cutter.problems, broken: cutter.broken, text }
}

/// What the lines before belong to.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Nothing,
    Item,
    /// A line that begins no item, already told.
    Stray,
}

struct Cutter<'a> {
    file: &'a SourceFile,
    chunks: Vec<Chunk>,
    problems: Vec<Diagnostic>,
    broken: BTreeSet<String>,
    docs: Vec<&'a str>,
    inside: Inside,
    after_blank: bool,
}

impl Cutter<'_> {
    fn line(&mut self, start: usize, line: &str) {
        let length = line.trim_end().len();
        let end = start.saturating_add(length);
        if length == 0 {
            return self.blank(start, line.len());
        }
        let first = line.chars().next().unwrap_or(' ');
        let word = line.split(|c| !is_word_char(c)).next().unwrap_or("");
        if first == ' ' || first == '\t' || first == '\r' || first == '}' {
            self.continued(start, end, line);
        } else if ITEMS.contains(&word) {
            let doc = (!self.docs.is_empty()).then(|| self.docs.join("\n"));
            self.inside = Inside::Item;
            self.chunks.push(Chunk { start, end, doc, cut_short: false });
        } else {
            self.stray(start, end, word);
            self.broken.extend(words(line).nth(1).map(str::to_owned));
        }
        self.docs.clear();
        self.after_blank = false;
    }

    /// A blank line, or one with only a comment.
    fn blank(&mut self, start: usize, length: usize) {
        let end = start.saturating_add(length);
        let original = self.file.text.get(start..end).unwrap_or("").trim_end();
        match original.strip_prefix("##") {
            Some(doc) if !doc.starts_with('#') => {
                self.docs.push(doc.strip_prefix(' ').unwrap_or(doc));
            }
            _ => self.docs.clear(),
        }
        self.after_blank |= original.is_empty();
    }

    /// An indented line or a closing brace.
    fn continued(&mut self, start: usize, end: usize, line: &str) {
        match self.inside {
            Inside::Item => {
                if let Some(chunk) = self.chunks.last_mut() {
                    chunk.end = end;
                }
            }
            Inside::Stray => {}
            Inside::Nothing => {
                self.inside = Inside::Stray;
                let indent = line.len().saturating_sub(line.trim_start().len());
                let span = span_of(self.file, start.saturating_add(indent), end);
                self.tell(
                    Diagnostic::new(Code::Syntax, "this line belongs to no item")
                        .at(span, "")
                        .help("an item begins at the left margin with its keyword"),
                );
            }
        }
    }

    /// A line at the left margin that begins with no keyword.
    fn stray(&mut self, start: usize, end: usize, word: &str) {
        let meant = closest(word, ITEMS);
        if self.inside == Inside::Item
            && !self.after_blank
            && meant.is_none()
            && let Some(chunk) = self.chunks.last_mut()
        {
            chunk.cut_short = true;
        }
        // Of several such lines together the first says it all.
        if meant.is_some() || self.inside != Inside::Stray || self.after_blank {
            let (span, found) = self.first_word(start, end, word);
            let help = match meant.or_else(|| item_for(word)) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!(
                    "an item begins with one of {}; a line that continues an item is indented",
                    ITEMS.map(|item| format!("`{item}`")).join(", ")
                ),
            };
            self.tell(Diagnostic::new(Code::Syntax, format!("`{found}` begins no item")).at(span, "").help(help));
        }
        self.inside = Inside::Stray;
    }

    /// The word a line begins with, or else its first sign.
    fn first_word(&self, start: usize, end: usize, word: &str) -> (Span, String) {
        let line = self.file.text.get(start..end).unwrap_or("");
        let length = match word.len() {
            0 => line.chars().next().map_or(0, char::len_utf8),
            length => length,
        };
        let found = line.get(..length).unwrap_or("");
        let span = span_of(self.file, start, start.saturating_add(length));
        (span, found.chars().take(40).collect())
    }

    fn tell(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }
}

/// Blanks the marks of a merge conflict and its later sides, and says where they are.
fn without_conflicts(file: &SourceFile, text: String) -> (String, Vec<Diagnostic>) {
    let is_mark = |line: &str, mark: &str| {
        line.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\r', '\n']))
    };
    let mut problems = Vec::new();
    if !text.contains("<<<<<<<") && !text.contains(">>>>>>>") && !text.contains("=======") {
        return (text, problems);
    }
    let mut kept = String::with_capacity(text.len());
    let (mut inside, mut dropping) = (false, false);
    for (start, line) in lines(&text) {
        let opens = is_mark(line, "<<<<<<<");
        let between = is_mark(line, "=======") || is_mark(line, "|||||||");
        let closes = is_mark(line, ">>>>>>>");
        if opens || ((between || closes) && !inside) {
            let span = file.span_of(start, start.saturating_add(7));
            let problem = Diagnostic::new(Code::WrongHabit, "a merge conflict was left in the file")
                .at(span, "the conflict begins here")
                .help("keep one of the two sides and delete the lines with the marks");
            problems.push(problem);
        }
        inside = (inside || opens) && !closes;
        dropping = (dropping || (between && inside)) && !closes;
        if opens || between || closes || dropping {
            let body = line.trim_end().len();
            kept.extend(std::iter::repeat_n(' ', body));
            kept.push_str(line.get(body..).unwrap_or(""));
        } else {
            kept.push_str(line);
        }
    }
    (kept, problems)
}
