//! A table as a file holds it, with the place each row came from, and problems at those places.

use std::borrow::Cow;

use super::raw::{FileRows, RawColumn};
use crate::diagnostics::{Code, DataPlace, Diagnostic};
use crate::ids::ColumnId;
use crate::program::Program;
use crate::source::Span;
use crate::types::model::{DataColumn, Origin};

/// A cell's text in a problem is cut after so many characters.
const SHOWN_CHARS: usize = 200;

/// Where rows came from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A data file: its path, and each row as a spreadsheet counts it.
    File(String, FileRows),
    /// The rows of a test.
    Plan(Vec<Span>),
}

/// The rows of one record, not yet read by the types of their columns.
#[derive(Clone, Debug)]
pub(super) struct RawTable {
    /// The columns there are cells of.
    pub columns: Vec<ColumnId>,
    /// Their cells.
    pub cells: Vec<RawColumn>,
    /// Where each row came from.
    pub source: Source,
    /// Whether all rows are here: otherwise nothing is concluded from a row that is not.
    pub complete: bool,
    /// Whether the last line of the file has its end.
    pub ended: bool,
}

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CellProblem {
    /// Its code.
    pub code: Code,
    /// What is wrong, with the text found.
    pub message: String,
    /// What was expected.
    pub expected: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl CellProblem {
    /// A problem without help.
    pub fn new(code: Code, message: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { code, message: message.into(), expected: expected.into(), help: None }
    }

    /// Says how to mend it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl RawTable {
    /// Whole rows of these columns.
    pub fn new(columns: Vec<ColumnId>, cells: Vec<RawColumn>, source: Source) -> Self {
        Self { columns, cells, source, complete: true, ended: true }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        match &self.source {
            Source::File(_, rows) => rows.len(),
            Source::Plan(spans) => spans.len(),
        }
    }

    /// The cells of a column, where there are any.
    pub fn column(&self, column: ColumnId) -> Option<&RawColumn> {
        self.cells.get(self.columns.iter().position(|one| *one == column)?)
    }

    /// Whether the rows are those of a test.
    pub fn in_plan(&self) -> bool {
        matches!(self.source, Source::Plan(_))
    }

    /// The row in its file.
    pub fn file_row(&self, row: usize) -> Option<u64> {
        match &self.source {
            Source::File(_, rows) => rows.get(row),
            Source::Plan(_) => None,
        }
    }

    /// The row of a test.
    pub fn span(&self, row: usize) -> Option<Span> {
        match &self.source {
            Source::File(..) => None,
            Source::Plan(spans) => spans.get(row).copied(),
        }
    }

    /// A problem with a row's cells in these columns, mostly one.
    pub fn problem(&self, program: &Program, row: usize, columns: &[ColumnId], problem: CellProblem) -> Diagnostic {
        let diagnostic = match &self.source {
            Source::File(path, rows) => {
                let header = |column: &ColumnId| data_column(program, *column);
                let headers: Vec<&str> = columns.iter().filter_map(header).map(|data| data.header.as_str()).collect();
                Diagnostic::new(problem.code, problem.message).data(DataPlace {
                    file: path.clone(),
                    row: rows.get(row),
                    column: Some(headers.join(", ")),
                    found: Some(clipped(&self.found(row, columns))),
                    expected: Some(problem.expected),
                })
            }
            Source::Plan(spans) => {
                let name = |column: &ColumnId| {
                    let name = &program.names.columns.at(*column).name;
                    format!("`{name}`")
                };
                let names: Vec<String> = columns.iter().map(name).collect();
                let message = format!("{}, in {}", problem.message, names.join(" and "));
                let diagnostic = Diagnostic::new(problem.code, message);
                match spans.get(row) {
                    Some(span) => diagnostic.at(*span, format!("expected {}", problem.expected)),
                    None => diagnostic,
                }
            }
        };
        match problem.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    /// The texts of a row's cells in these columns.
    pub fn found(&self, row: usize, columns: &[ColumnId]) -> String {
        let cells = columns.iter().filter_map(|column| self.column(*column));
        let cells: Vec<Cow<'_, str>> = cells.map(|cells| cells.text(row)).collect();
        cells.join(", ")
    }
}

/// How a column is read from data, if it is.
pub(super) fn data_column(program: &Program, column: ColumnId) -> Option<&DataColumn> {
    match &program.model.columns.at(column).origin {
        Origin::Data(data) => Some(data),
        Origin::Credit | Origin::Level | Origin::Definition(_) => None,
    }
}

/// A text from data, cut where it is too long to be shown.
pub(super) fn clipped(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A text from data between backticks.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", clipped(text))
}
