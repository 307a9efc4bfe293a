//! Reads one item; where a line of its block is broken, goes on without that line.

use std::collections::BTreeSet;

use pest::Parser;

use super::build::{Builder, DEPTH};
use super::cut::Chunk;
use super::keywords::words;
use super::problem::{Place, Problem, from_pest, span_of, too_deep};
use super::recover::without_entry;
use super::rows::foreign_rows;
use super::scan::lines;
use super::tree::{Item, ItemKind};
use super::where_body::{body_not_below, with_body_below};
use super::words::{AttainParser, Rule};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::SourceFile;

/// The longest line in bytes.
const LINE_BYTES: usize = 64 * 1024;

/// How many broken lines of one item are told.
const RECOVERIES: usize = 20;

/// What was read of the text of an item.
#[derive(Default)]
pub(super) struct Read {
    /// The item, unless too much of it is broken.
    pub item: Option<Item>,
    /// All that is wrong in it.
    pub problems: Vec<Diagnostic>,
    /// The names of what could not be read.
    pub broken: BTreeSet<String>,
}

/// Reads an item.
pub(super) fn read(file: &SourceFile, text: &str, chunk: Chunk) -> Read {
    let mut read = Read::default();
    read.item = item(file, text, chunk, &mut read.problems, &mut read.broken);
    read
}

/// The item, with all that is wrong in it; `broken` collects the names of what could not be read.
fn item(
    file: &SourceFile,
    text: &str,
    chunk: Chunk,
    problems: &mut Vec<Diagnostic>,
    broken: &mut BTreeSet<String>,
) -> Option<Item> {
    let base = chunk.start;
    let mut text = text.get(chunk.start..chunk.end).unwrap_or("").to_owned();
    if let Some(problem) = foreign_rows(Place { file, base, text: &text }) {
        problems.push(*problem);
        broken.extend(declared(&text));
        return None;
    }
    for _ in 0..RECOVERIES {
        let place = Place { file, base, text: &text };
        let (problem, at) = match attempt(place, problems) {
            Ok(kind) => {
                return Some(Item { doc: chunk.doc, kind, span: span_of(file, chunk.start, chunk.end) });
            }
            Err(failure) => failure,
        };
        let ends = text.get(at..).unwrap_or("").trim().is_empty();
        if !(ends && chunk.cut_short) {
            problems.push(*problem);
        }
        broken.extend(declared(&text));
        let without = without_entry(&text, at)?;
        broken.extend(lost(&text, &without));
        text = without;
    }
    None
}

/// The name that an item declares. Without its rules there are no credits either.
fn declared(text: &str) -> Vec<String> {
    let mut words = words(text);
    let credits = words.next().filter(|word| *word == "credit").map(|_| "Credit");
    words.next().into_iter().chain(credits).map(str::to_owned).collect()
}

/// The name that the entry declares which was taken out of a text.
fn lost(text: &str, without: &str) -> Option<String> {
    let at = text.bytes().zip(without.bytes()).position(|(before, after)| before != after)?;
    words(text.get(at..)?).find(|word| *word != "key").map(str::to_owned)
}

/// Reads an item once; a failure comes with its position in the item.
fn attempt(place: Place<'_>, problems: &mut Vec<Diagnostic>) -> Result<ItemKind, (Problem, usize)> {
    check_letters(place)?;
    let failure = match built(place, problems) {
        Ok(kind) => return Ok(kind),
        Err(failure) => failure,
    };
    let below = with_body_below(place.text);
    let again = below.as_deref().and_then(|text| built(Place { text, ..place }, problems).ok());
    again.ok_or(failure)
}

/// An item as the grammar reads it.
fn built(place: Place<'_>, problems: &mut Vec<Diagnostic>) -> Result<ItemKind, (Problem, usize)> {
    let mut pairs = AttainParser::parse(Rule::item, place.text).map_err(|error| {
        let (problem, at) = from_pest(place, &error);
        (body_not_below(place).unwrap_or(problem), at)
    })?;
    let builder = Builder::new(place);
    let built = match pairs.next() {
        Some(pair) => builder.item(pair),
        None => Err(too_deep(place, 0)),
    };
    match built {
        Ok(kind) => {
            problems.extend(builder.into_notes());
            Ok(kind)
        }
        Err(problem) => {
            let at = problem.labels.first().map_or(0, |label| label.span.start as usize);
            Err((problem, at.saturating_sub(place.base)))
        }
    }
}

/// What must hold before the grammar may look: lines of bounded length, closed texts, and
/// parentheses not too deep.
fn check_letters(place: Place<'_>) -> Result<(), (Problem, usize)> {
    let mut open = 0_u32;
    for (start, line) in lines(place.text) {
        if line.len() > LINE_BYTES {
            let message = format!("this line is longer than {LINE_BYTES} bytes");
            let problem = Diagnostic::new(Code::TooLong, message)
                .at(place.span(start, start), "")
                .help("continue on another line; inside an item line breaks do not matter");
            return Err((Box::new(problem), start));
        }
        let mut chars = line.char_indices();
        while let Some((offset, c)) = chars.next() {
            let at = start.saturating_add(offset);
            match c {
                '(' => open = open.saturating_add(1),
                ')' => open = open.saturating_sub(1),
                '"' => {
                    let length = quoted_length(place, at, line.get(offset..).unwrap_or(""))?;
                    let end = offset.saturating_add(length);
                    while chars.offset() < end && chars.next().is_some() {}
                }
                _ => {}
            }
            if open > DEPTH {
                return Err((too_deep(place, at), at));
            }
        }
    }
    Ok(())
}

/// The length of a text with its quotes, or why it is none.
fn quoted_length(place: Place<'_>, at: usize, rest: &str) -> Result<usize, (Problem, usize)> {
    let mut escaped = false;
    for (offset, c) in rest.char_indices().skip(1) {
        match c {
            '\n' | '\r' => break,
            '"' | '\\' if escaped => escaped = false,
            _ if escaped => {
                let start = at.saturating_add(offset).saturating_sub(1);
                let end = start.saturating_add(1).saturating_add(c.len_utf8());
                let problem = Diagnostic::new(Code::Syntax, format!("`\\{c}` means nothing in a text"))
                    .at(place.span(start, end), "")
                    .help("write `\\\\` for a backslash and `\\\"` for a quote");
                return Err((Box::new(problem), start));
            }
            '\\' => escaped = true,
            '"' => return Ok(offset.saturating_add(1)),
            _ => {}
        }
    }
    let end = at.saturating_add(rest.trim_end().len());
    let problem = Diagnostic::new(Code::Syntax, "this text is not closed on its line")
        .at(place.span(at, end), "")
        .help("close it with `\"`");
    Err((Box::new(problem), at))
}
