//! A table of text cells with the place each row came from, and problems at those places.

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
    File(String, Vec<u64>),
    /// The rows of a test.
    Plan(Vec<Span>),
}

/// The cells of one record as text, row by row. A blank cell is the empty text.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    /// The columns there are cells of.
    pub columns: Vec<ColumnId>,
    /// Where each row came from.
    pub source: Source,
    /// Whether all rows are here: otherwise nothing is concluded from a row that is not.
    pub complete: bool,
    /// Whether the last line of the file has its end.
    pub ended: bool,
    text: String,
    ends: Vec<usize>,
    rows: usize,
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

impl Texts {
    /// No rows yet, of these columns.
    pub fn new(columns: Vec<ColumnId>, source: Source) -> Self {
        Self { columns, source, complete: true, ended: true, text: String::new(), ends: Vec::new(), rows: 0 }
    }

    /// Appends a row of a file: as many cells as there are columns.
    pub fn push_file_row(&mut self, row: u64, cells: &[&str]) {
        if let Source::File(_, rows) = &mut self.source {
            rows.push(row);
            self.push_cells(cells);
        }
    }

    /// Appends a row of a test.
    pub fn push_plan_row(&mut self, span: Span, cells: &[&str]) {
        if let Source::Plan(spans) = &mut self.source {
            spans.push(span);
            self.push_cells(cells);
        }
    }

    fn push_cells(&mut self, cells: &[&str]) {
        for cell in cells {
            self.text.push_str(cell);
            self.ends.push(self.text.len());
        }
        self.rows = self.rows.saturating_add(1);
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// The position of a column, where there are cells of it.
    pub fn position(&self, column: ColumnId) -> Option<usize> {
        self.columns.iter().position(|one| *one == column)
    }

    /// The text of a cell by row and position.
    pub fn cell(&self, row: usize, position: usize) -> &str {
        let at = row.saturating_mul(self.columns.len()).saturating_add(position);
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before));
        let end = self.ends.get(at).copied().unwrap_or_default();
        self.text.get(start.copied().unwrap_or_default()..end).unwrap_or_default()
    }

    /// Whether the rows are those of a test.
    pub fn in_plan(&self) -> bool {
        matches!(self.source, Source::Plan(_))
    }

    /// The row in its file.
    pub fn file_row(&self, row: usize) -> Option<u64> {
        match &self.source {
            Source::File(_, rows) => rows.get(row).copied(),
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
                    row: rows.get(row).copied(),
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
        let positions = columns.iter().filter_map(|column| self.position(*column));
        let cells: Vec<&str> = positions.map(|position| self.cell(row, position)).collect();
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
