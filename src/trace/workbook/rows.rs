//! The rows of the sheet of steps.

use super::expr::{Column, Expr, Row};
use super::values::Written;
use crate::step::Amount;

/// The columns of the sheet of steps.
pub(super) const VALUE: Column = 'B';
/// The first of the columns in which lists and tables work.
pub(super) const WORK: [Column; 6] = ['H', 'I', 'J', 'K', 'L', 'M'];
/// In a list: whether a row counts; in a table: where a band begins.
pub(super) const COUNTS: Column = 'H';
/// In a list: what it is put in order by, or its place; in a table: the rate.
pub(super) const BY: Column = 'I';

/// What a cell holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Content {
    /// Nothing.
    #[default]
    None,
    /// A value as it stands.
    Constant(Written),
    /// A formula, with its value in the run.
    Formula(Expr),
    /// A formula over all cells of ranges at once.
    Array(Expr),
}

/// How a value came into its cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum How {
    /// It is computed from other cells.
    #[default]
    Live,
    /// It is that of the run, as long as what it rests on is that of the run.
    Fixed,
}

/// What a row is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Look {
    /// A definition, a credit, a list.
    Head,
    /// Part of a formula.
    #[default]
    Plain,
    /// What the columns of a list or a table are.
    Header,
    /// What was not taken.
    Dim,
}

/// A cell in which a list or a table works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Work {
    pub(super) column: Column,
    pub(super) content: Content,
    /// Its value in the run.
    pub(super) was: Written,
    /// For how it is shown.
    pub(super) amount: Option<Amount>,
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) depth: u8,
    pub(super) look: Look,
    pub(super) label: String,
    pub(super) content: Content,
    /// Its value in the run.
    pub(super) value: Option<Amount>,
    /// What its cell had in the run, where that is not its value: a row that is counted.
    pub(super) was: Option<Written>,
    /// Whether it has a value, be it missing.
    pub(super) valued: bool,
    /// The formula in the plan's words.
    pub(super) words: String,
    /// The line of the plan or the cell of the data.
    pub(super) place: String,
    pub(super) how: How,
    pub(super) note: String,
    pub(super) work: Vec<Work>,
}

/// The rows as they grow.
#[derive(Debug, Default)]
pub(super) struct Lines(Vec<Line>);

impl Lines {
    /// Adds a row.
    pub(super) fn push(&mut self, line: Line) -> Row {
        self.0.push(line);
        self.0.len().saturating_sub(1)
    }

    /// The row added last, or the first of those to come.
    pub(super) fn next(&self) -> Row {
        self.0.len()
    }

    /// A row that is there.
    pub(super) fn change(&mut self, row: Row, change: impl FnOnce(&mut Line)) {
        if let Some(line) = self.0.get_mut(row) {
            change(line);
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Line] {
        &self.0
    }

    /// Puts a formula into a column of a row, with its value in the run.
    pub(super) fn work(&mut self, row: Row, column: Column, expr: Expr, was: Written, amount: Option<Amount>) {
        let content = Content::Formula(expr);
        self.change(row, |line| line.work.push(Work { column, content, was, amount }));
    }

    /// Puts words into a column of a row.
    pub(super) fn heading(&mut self, row: Row, column: Column, words: &str) {
        let content = Content::Constant(Written::Text(words.to_owned()));
        self.change(row, |line| line.work.push(Work { column, content, was: Written::Blank, amount: None }));
    }
}
