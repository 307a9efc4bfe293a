//! The stable JSON form, described in `docs/json.md`.

use serde::Serialize;

use super::{DataPlace, Diagnostic, Label, Severity, clean, order};
use crate::ids::{FileId, IdVec};
use crate::source::{Place, SourceFile};

#[derive(Serialize)]
struct Problem<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    labels: Vec<Words<'a>>,
    data: Option<Cell<'a>>,
}

#[derive(Serialize)]
struct Words<'a> {
    file: &'a str,
    start: Position,
    end: Position,
    text: &'a str,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Cell<'a> {
    file: &'a str,
    row: Option<u64>,
    column: Option<&'a str>,
    found: Option<&'a str>,
    expected: Option<&'a str>,
}

/// All problems as one JSON array, indented, with a line end behind it.
pub fn json(problems: &[Diagnostic], sources: &IdVec<FileId, SourceFile>) -> String {
    let all: Vec<_> = order::sorted(problems).into_iter().map(|problem| describe(problem, sources)).collect();
    // Strings and whole numbers only: there is nothing in it that could not be written.
    let text = serde_json::to_string_pretty(&all).unwrap_or_default();
    clean::escape_json(&text) + "\n"
}

fn describe<'a>(problem: &'a Diagnostic, sources: &'a IdVec<FileId, SourceFile>) -> Problem<'a> {
    let labels = problem.labels.iter();
    Problem {
        code: problem.code.text(),
        severity: match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        message: &problem.message,
        help: problem.help.as_deref(),
        labels: labels.filter_map(|label| words(label, sources)).collect(),
        data: problem.data.as_ref().map(cell),
    }
}

fn words<'a>(label: &'a Label, sources: &'a IdVec<FileId, SourceFile>) -> Option<Words<'a>> {
    let file = super::source_of(label.span, sources)?;
    Some(Words {
        file: &file.path,
        start: position(file.place(label.span.start)),
        end: position(file.place(label.span.end)),
        text: &label.text,
    })
}

fn position(place: Place) -> Position {
    Position { line: place.line, column: place.column }
}

fn cell(place: &DataPlace) -> Cell<'_> {
    Cell {
        file: &place.file,
        row: place.row,
        column: place.column.as_deref(),
        found: place.found.as_deref(),
        expected: place.expected.as_deref(),
    }
}
