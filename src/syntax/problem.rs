//! What pest says went wrong, in the words of the person who wrote the plan.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::habits;
use super::keywords::is_word_char;
use super::limits;
use super::slips::Slip;
use super::words::{Rule, Said, said};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::{SourceFile, Span};

/// A problem that stops the reading of an item. Boxed: it travels through every result.
pub(super) type Problem = Box<Diagnostic>;

/// The text of an item and where it lies.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The file.
    pub file: &'a SourceFile,
    /// The position of the item in the file.
    pub base: usize,
    /// The text of the item.
    pub text: &'a str,
}

impl Place<'_> {
    /// The span in the file of a range of the item.
    pub fn span(&self, start: usize, end: usize) -> Span {
        let at = |offset: usize| self.base.saturating_add(offset);
        span_of(self.file, at(start), at(end))
    }
}

/// The span of a range. A look-alike has plain signs and blanks in its place in the text that is read; a
/// range that ends among them takes all of it.
pub(super) fn span_of(file: &SourceFile, start: usize, end: usize) -> Span {
    let text = &file.text;
    let (start, end) = (start.min(text.len()), end.min(text.len()));
    let start = (0..=start).rev().find(|at| text.is_char_boundary(*at));
    let end = (end..=text.len()).find(|at| text.is_char_boundary(*at));
    file.span_of(start.unwrap_or(0), end.unwrap_or(text.len()))
}

/// A word, number or sign at a position; nothing at the end of a line.
pub(super) fn token(text: &str, at: usize) -> Option<(usize, &str)> {
    let rest = text.get(at..)?;
    let blanks = rest.len().saturating_sub(rest.trim_start_matches([' ', '\t', '\r']).len());
    let start = at.saturating_add(blanks);
    let rest = text.get(start..)?;
    let first = rest.chars().next().filter(|c| *c != '\n')?;
    let length = if first == '"' {
        let body = rest.get(1..).and_then(|rest| rest.find(['"', '\n']));
        body.map_or(1, |end| end.saturating_add(2))
    } else if is_word_char(first) {
        let inner = |c: char| is_word_char(c) || c == '.';
        let word = rest.find(|c| !inner(c)).map_or(rest, |end| rest.get(..end).unwrap_or(""));
        word.trim_end_matches('.').len()
    } else {
        first.len_utf8()
    };
    Some((start, rest.get(..length).or_else(|| rest.lines().next())?))
}

/// The last word or sign before a position.
pub(super) fn token_before(text: &str, at: usize) -> Option<(usize, &str)> {
    let before = text.get(..at)?.trim_end();
    let last = before.chars().next_back()?;
    let start = if is_word_char(last) {
        before.rfind(|c| !is_word_char(c)).map_or(0, |at| at.saturating_add(1))
    } else {
        before.len().saturating_sub(last.len_utf8())
    };
    // A sign of several bytes before the word: step to its end.
    let start = (start..=before.len()).find(|at| before.is_char_boundary(*at))?;
    Some((start, before.get(start..)?))
}

/// Turns an error of pest into a diagnostic; also gives its position in the item.
pub(super) fn from_pest(place: Place<'_>, error: &Error<Rule>) -> (Problem, usize) {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let expected = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => Expected::of(positives),
        ErrorVariant::CustomError { .. } => return (too_deep(place, at), at),
    };
    let next_line = place.text.get(at..).unwrap_or("").trim_start();
    let problem = match token(place.text, at) {
        Some((start, found)) if !(found == "}" && expected.unfinished()) => {
            found_instead(place, &expected, start, found)
        }
        Some(_) => missing(place, &expected, at, "the block ends"),
        None if next_line.is_empty() => missing(place, &expected, at, "the item ends"),
        None => missing(place, &expected, at, "the line ends"),
    };
    (Box::new(problem), at)
}

/// Deeper than can be read.
pub(super) fn too_deep(place: Place<'_>, at: usize) -> Problem {
    let (start, found) = token(place.text, at).unwrap_or((at, ""));
    let span = place.span(start, start.saturating_add(found.len()));
    let problem = Diagnostic::new(Code::TooDeep, "this is nested too deeply")
        .at(span, "too deep from here")
        .help("give a part of it a name of its own with `let`");
    Box::new(problem)
}

/// What could have stood at a position.
struct Expected {
    /// In words, the likeliest first.
    phrases: Vec<String>,
    /// The words of the language among them.
    words: Vec<&'static str>,
    /// Whether a value ends here, so that it could have gone on.
    after_value: bool,
    /// Whether a name could stand here.
    name: bool,
}

impl Expected {
    fn of(rules: &[Rule]) -> Expected {
        let mut all: Vec<Said> = rules.iter().copied().map(said).collect();
        all.sort();
        all.dedup();
        let after_value = all.contains(&Said::Operator);
        // Where a value may go on in many ways, only what must come tells something.
        let optional = ["(", "at", "in", "of", "starting", "starting at", "where", "to", "on", "over"];
        let mut words = Vec::new();
        let mut phrases = Vec::new();
        for one in all {
            match one {
                Said::Word(word) | Said::Begins(word) => {
                    if words.contains(&word) {
                        continue;
                    }
                    words.push(word);
                    if !(after_value && optional.contains(&word)) {
                        phrases.push(format!("`{word}`"));
                    }
                }
                Said::Thing("the end of the item") => {}
                Said::Thing(thing) => phrases.push(thing.to_owned()),
                Said::Operator | Said::Hidden => {}
            }
        }
        if after_value {
            phrases.insert(0, "an operator".to_owned());
        }
        Expected { name: phrases.iter().any(|phrase| phrase == "a name"), phrases, words, after_value }
    }

    /// Whether a block cannot end here.
    fn unfinished(&self) -> bool {
        !self.words.contains(&"}")
    }

    /// `X`, `X or Y`, `X, Y or Z`; nothing where it would be a long list.
    fn phrase(&self) -> Option<String> {
        let (last, others) = self.phrases.split_last()?;
        match others.len() {
            0 => Some(last.clone()),
            1..=7 => Some(format!("{} or {last}", others.join(", "))),
            _ => None,
        }
    }
}

/// Something else stands where a thing is expected.
fn found_instead(place: Place<'_>, expected: &Expected, start: usize, found: &str) -> Diagnostic {
    let span = place.span(start, start.saturating_add(found.len()));
    let short: String = found.chars().take(40).collect();
    let before = token_before(place.text, start).map_or("", |(_, word)| word);
    let slip = Slip {
        text: place.text,
        start,
        found,
        before,
        words: &expected.words,
        after_value: expected.after_value,
        name: expected.name,
    };
    let limit = if expected.after_value { limits::limit(place, start) } else { None };
    if let Some((message, help)) = limit.or_else(|| habits::of_token(&slip)) {
        return Diagnostic::new(Code::WrongHabit, message).at(span, "").help(help);
    }
    let message = match expected.phrase() {
        Some(phrase) => format!("expected {phrase}, found `{short}`"),
        None => format!("`{short}` does not belong here"),
    };
    let problem = Diagnostic::new(Code::Syntax, message).at(span, "");
    match slip.advice() {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// Nothing stands where a thing is expected.
fn missing(place: Place<'_>, expected: &Expected, at: usize, ends: &str) -> Diagnostic {
    let (start, last) = token_before(place.text, at).unwrap_or((0, ""));
    let span = place.span(start, start.saturating_add(last.len()));
    if !expected.unfinished() && ends == "the item ends" {
        return Diagnostic::new(Code::Syntax, format!("a `}}` is missing after `{last}`"))
            .at(span, "")
            .help("close the block with `}`");
    }
    let message = match expected.phrase() {
        Some(phrase) => format!("expected {phrase} after `{last}`, but {ends} here"),
        None => format!("something is missing after `{last}`"),
    };
    let problem = Diagnostic::new(Code::Syntax, message).at(span, "");
    match open_parenthesis(place.text, at).filter(|_| expected.words.contains(&")")) {
        Some(open) => problem
            .at(place.span(open, open.saturating_add(1)), "this is still open")
            .help("close it with `)` where its part ends"),
        None => problem,
    }
}

/// The last parenthesis that is open at a position.
fn open_parenthesis(text: &str, at: usize) -> Option<usize> {
    let mut open = Vec::new();
    let mut quoted = false;
    for (position, c) in text.get(..at)?.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => open.push(position),
            ')' if !quoted => drop(open.pop()),
            _ => {}
        }
    }
    open.pop()
}
