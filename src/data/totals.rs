//! What must hold of a file as a whole, however many pieces it was read in: the control totals of its record, and an
//! end of its last line.

use std::collections::{BTreeMap, HashSet};

use super::raw_table::{RawTable, data_column};
use crate::diagnostics::{Code, DataPlace, Diagnostic};
use crate::ids::{ColumnId, RecordId};
use crate::program::Program;
use crate::table::{Cells, ColumnData};
use crate::value::{Exact, Fixed, Rounding};

/// What the rows of a record came to so far.
pub(super) struct Totals<'a> {
    program: &'a Program,
    record: RecordId,
    /// How many there are.
    rows: u64,
    /// The last of them in the file.
    last: Option<u64>,
    /// Whether all rows of the file were read; those of a test state no totals.
    complete: bool,
    in_plan: bool,
    /// Whether the last line of the file has its end.
    ended: bool,
    /// The sums that are stated, of columns all of whose cells were read.
    sums: BTreeMap<ColumnId, Option<Fixed>>,
}

impl<'a> Totals<'a> {
    /// Those of no rows.
    pub fn new(program: &'a Program, record: RecordId) -> Totals<'a> {
        let stated = program.model.records.at(record).control.iter().flat_map(|control| &control.sums);
        let sums = stated.map(|(column, _)| (*column, Some(Fixed { units: 0, places: 0 }))).collect();
        Totals { program, record, rows: 0, last: None, complete: true, in_plan: false, ended: true, sums }
    }

    /// How many rows there are so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds the rows that come next, with their columns, and of which of these all cells were read.
    pub fn add<'c>(
        &mut self,
        raw: &RawTable,
        columns: impl IntoIterator<Item = (ColumnId, &'c ColumnData)>,
        sound: &HashSet<ColumnId>,
    ) {
        self.rows = self.rows.saturating_add(u64::try_from(raw.len()).unwrap_or(u64::MAX));
        self.last = raw.len().checked_sub(1).and_then(|last| raw.file_row(last)).or(self.last);
        self.complete &= raw.complete;
        self.in_plan |= raw.in_plan();
        self.ended = raw.ended;
        self.sums.iter_mut().filter(|(column, _)| !sound.contains(column)).for_each(|(_, sum)| *sum = None);
        for (column, data) in columns {
            if let Some(total) = self.sums.get_mut(&column) {
                *total = total.and_then(|total| with(total, data));
            }
        }
    }

    /// Compares them with what the record states.
    pub fn check(&self, problems: &mut Vec<Diagnostic>) {
        self.control_totals(problems);
        problems.extend(self.file_end());
    }

    fn control_totals(&self, problems: &mut Vec<Diagnostic>) {
        let Some(control) = &self.program.model.records.at(self.record).control else {
            return;
        };
        if self.in_plan || !self.complete {
            return;
        }
        if let Some(expected) = control.rows.filter(|rows| *rows != self.rows) {
            let (found, expected) = (self.rows.to_string(), expected.to_string());
            problems.extend(self.wrong_total(None, "the number of rows", &found, &expected));
        }
        for (column, expected) in &control.sums {
            let Some(found) = self.sums.get(column).copied().flatten() else {
                continue;
            };
            if found.to_exact() != expected.to_exact() {
                let name = &self.program.names.columns.at(*column).name;
                problems.extend(self.wrong_total(
                    Some(*column),
                    &format!("the sum of `{name}`"),
                    &shortest(found).grouped(),
                    &expected.grouped(),
                ));
            }
        }
    }

    fn wrong_total(&self, column: Option<ColumnId>, what: &str, found: &str, expected: &str) -> Option<Diagnostic> {
        let named = self.program.names.records.at(self.record);
        let message = format!("{what} in `{}` is {found}, its control total is {expected}", named.name);
        let header = column.and_then(|column| data_column(self.program, column));
        let place = DataPlace {
            file: self.path()?,
            row: None,
            column: header.map(|data| data.header.clone()),
            found: Some(found.to_owned()),
            expected: Some(expected.to_owned()),
        };
        let problem = Diagnostic::new(Code::ControlTotal, message)
            .at(named.span, "the control total is part of this record")
            .help("the file is not the one the total was taken from: get the right file, or mend `control`")
            .data(place);
        Some(problem)
    }

    /// A file whose last line has no end may have been cut; the right number of rows speaks against
    /// it.
    fn file_end(&self) -> Option<Diagnostic> {
        let control = self.program.model.records.at(self.record).control.as_ref();
        let confirmed = control.and_then(|control| control.rows) == Some(self.rows);
        if self.ended || confirmed {
            return None;
        }
        let place = DataPlace {
            file: self.path()?,
            row: Some(self.last.unwrap_or(1)),
            column: None,
            found: None,
            expected: Some("a line end behind the last row".to_owned()),
        };
        let message = "the file ends in the middle of a line, it may have been cut off";
        let help =
            "end the last row with a line end, or state `control rows` in the record to confirm how many there are";
        Some(Diagnostic::new(Code::Malformed, message).help(help).data(place))
    }

    fn path(&self) -> Option<String> {
        self.program.model.records.at(self.record).file_name()
    }
}

/// A sum with the values of a column, at its places. Rows hold 18 digits, so their sum fits.
fn with(sum: Fixed, data: &ColumnData) -> Option<Fixed> {
    let Cells::Number { places, units } = data.cells() else {
        return None;
    };
    // A missing value holds 0. All pieces of a column have its places.
    let units = units.iter().try_fold(sum.units, |sum, one| sum.checked_add(one))?;
    Some(Fixed { units, places: *places })
}

/// The number without zeros at its end.
fn shortest(number: Fixed) -> Fixed {
    let exact: Exact = number.to_exact();
    let fits = |places: &u8| exact.rounded(*places, Rounding::Down) == exact;
    let places = (0..number.places).find(fits).unwrap_or(number.places);
    let drop = number.places.saturating_sub(places);
    let factor = 10_i128.checked_pow(drop.into()).unwrap_or(1);
    Fixed { units: number.units.checked_div(factor).unwrap_or(number.units), places }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_shown_without_zeros_at_their_end() {
        let fixed = |units, places| Fixed { units, places };
        assert_eq!(shortest(fixed(12_500, 4)), fixed(125, 2));
        assert_eq!(shortest(fixed(12_000, 3)), fixed(12, 0));
        assert_eq!(shortest(fixed(7, 0)), fixed(7, 0));
        assert_eq!(shortest(fixed(-5, 1)), fixed(-5, 1));
    }
}
