//! A trace as a workbook with live formulas: every step is a cell that computes from other cells, down to the cells of the
//! data and the numbers of the plan, which stand on a sheet of their own to be changed.
//!
//! What the trace does not hold cannot be computed: the branch of an `if` that was not taken, the rows that a changed date
//! would bring into another month. A cell that would need it says `#N/A`, so no cell ever shows a wrong number. This is the
//! one place that writes doubles, because a workbook holds nothing else; what they do not hold exactly is marked.
//! Described in `docs/explain.md`.

mod bands;
mod expr;
mod inputs;
mod members;
mod nodes;
mod operation;
mod ordered;
mod rounding;
mod roundings;
mod rows;
mod shares;
mod values;
mod walk;
mod write;

use std::fmt;

use crate::step::Trace;

pub use self::roundings::Roundings;

/// Why there is no workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkbookProblem {
    /// The trace does not hold the step it is about.
    NotWhole,
    /// It has more rows than a sheet.
    TooManyRows(usize),
    /// It could not be written.
    Unwritten(String),
}

impl fmt::Display for WorkbookProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WorkbookProblem::NotWhole => f.write_str("the trace does not hold the step it is about"),
            WorkbookProblem::TooManyRows(rows) => write!(f, "a sheet holds 1,048,576 rows, and the trace needs {rows}"),
            WorkbookProblem::Unwritten(words) => f.write_str(words),
        }
    }
}

/// The trace as the bytes of an XLSX file. The same trace gives the same bytes.
///
/// # Errors
/// The trace is not whole, or longer than a sheet.
pub fn workbook(trace: &Trace, roundings: &Roundings) -> Result<Vec<u8>, WorkbookProblem> {
    let walk = walk::Walk::all(trace, roundings).ok_or(WorkbookProblem::NotWhole)?;
    write::bytes(trace, &walk)
}
