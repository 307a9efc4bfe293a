//! Several rows with one key, each of which holds on some days: their order, and that no two of them
//! hold on one day.

use super::columns::Columns;
use super::keys::Keys;
use super::order::Ordered;
use super::raw_table::{CellProblem, RawTable, clipped};
use crate::calendar::{Date, print_date};
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::RecordId;
use crate::program::Program;
use crate::table::{ColumnData, Key, Rows, Tables, Value, day_key};
use crate::types::model::Versions;

/// The rows of a record that has versions, in order of their keys and then of their first days. `order` is
/// by their keys, which are given. Versions that hold on one day, and those that end before they
/// begin, are problems.
pub(super) fn in_order(
    columns: &Columns<'_>,
    record: RecordId,
    declared: &Versions,
    raw: &RawTable,
    order: &[u32],
    keys: &Ordered<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Vec<u32> {
    // What is wrong with these cells is told when their columns are read.
    let mut told = Vec::new();
    let from = columns.read(record, raw, declared.from, &mut told).by_row();
    let to = columns.read(record, raw, declared.to, &mut told).by_row();
    let first = |row: u32| date(&from, row);
    let last = |row: u32| date(&to, row).map(|day| last_day(declared, day));
    let mut all = order.to_vec();
    for same in all.chunk_by_mut(|a, b| keys.same(*a, *b)) {
        same.sort_by_key(|row| first(*row));
    }
    if !told.is_empty() {
        return all;
    }
    let check = Check { program: columns.program(), record, declared, raw, from: &from, to: &to };
    let mut latest: Option<u32> = None;
    for row in all.iter().copied() {
        if let (Some(begins), Some(ends)) = (first(row), last(row))
            && ends < begins
        {
            problems.push(check.ends_first(row));
        }
        let known = keys.known(row);
        let same = latest.filter(|other| known && keys.same(*other, row));
        let overlaps = |other: &u32| last(*other).is_none_or(|ends| first(row).is_none_or(|begins| begins <= ends));
        if let Some(other) = same.filter(overlaps) {
            problems.push(check.overlap(other, row));
        }
        // The version that holds longest of those so far.
        let longer = |other: u32| match (last(other), last(row)) {
            (None, _) => other,
            (Some(_), None) => row,
            (Some(a), Some(b)) => {
                if a > b {
                    other
                } else {
                    row
                }
            }
        };
        latest = Some(same.map_or(row, longer));
    }
    all
}

fn date(cells: &ColumnData, row: u32) -> Option<Date> {
    match cells.get(row) {
        Some(Value::Date(date)) => Some(date),
        _ => None,
    }
}

/// The last day on which a version holds.
fn last_day(declared: &Versions, day: Date) -> Date {
    if declared.inclusive { day } else { day.pred_opt().unwrap_or(day) }
}

/// The rows of the versions' frame: the key of the row each is a version of, and its first day.
pub(super) fn rows(declared: &Versions, keys: &Keys, all: &[u32], rows: &Rows, tables: &Tables) -> Rows {
    let day = |column, row: u32| match tables.column(column).and_then(|data| data.get(row)) {
        Some(Value::Date(day)) => Some(day),
        _ => None,
    };
    // A row begins with its first version, and the versions of all rows stand in the order of the rows.
    let mut firsts = keys.order.iter().enumerate().peekable();
    let mut of = 0;
    let mut versions: Vec<Vec<Key>> = Vec::with_capacity(all.len());
    let mut lasts = Vec::with_capacity(all.len());
    for (row, source) in (0_u32..).zip(all) {
        if let Some((number, _)) = firsts.next_if(|(_, first)| *first == source) {
            of = crate::table::row_number(number);
        }
        let first = day(declared.from, row).map_or(Key::MIN, day_key);
        versions.push(rows.key(of).iter().copied().chain([first]).collect());
        lasts.push(day(declared.to, row).map_or(Key::MAX, |day| day_key(last_day(declared, day))));
    }
    Rows::versions(versions, lasts)
}

/// What is needed to tell what is wrong with versions.
struct Check<'a> {
    program: &'a Program,
    record: RecordId,
    declared: &'a Versions,
    raw: &'a RawTable,
    from: &'a ColumnData,
    to: &'a ColumnData,
}

impl Check<'_> {
    fn overlap(&self, first: u32, second: u32) -> Diagnostic {
        let key = &self.program.model.records.at(self.record).key;
        let found = clipped(&self.raw.found(second as usize, key));
        let message = match self.raw.file_row(first as usize) {
            Some(row) => format!("this version of `{found}` and the one in row {row} hold on one day"),
            None => format!("two versions of `{found}` hold on one day"),
        };
        let other = self.days(first);
        let expected = format!("days outside those of the other version, {other}");
        let help = match self.declared.inclusive {
            true => "end the one version on the day before the other begins; the last day belongs to a version",
            false => "end the one version on the day on which the other begins",
        };
        let problem = CellProblem::new(Code::Overlap, message, expected).help(help);
        let diagnostic =
            self.raw.problem(self.program, second as usize, &[self.declared.from, self.declared.to], problem);
        match self.raw.span(first as usize) {
            Some(span) => diagnostic.at(span, format!("this one holds {other}")),
            None => diagnostic,
        }
    }

    fn ends_first(&self, row: u32) -> Diagnostic {
        let message = format!("this version holds on no day: {}", self.days(row));
        let expected = "a last day that is not before the first";
        let problem = CellProblem::new(Code::BadDate, message, expected)
            .help("correct one of the two dates; a last day left blank is open");
        self.raw.problem(self.program, row as usize, &[self.declared.from, self.declared.to], problem)
    }

    /// The days of a version as written.
    fn days(&self, row: u32) -> String {
        let cell = |column| date(column, row).map(print_date);
        let word = if self.declared.inclusive { "to" } else { "until" };
        match (cell(self.from), cell(self.to)) {
            (Some(from), Some(to)) => format!("from `{from}` {word} `{to}`"),
            (Some(from), None) => format!("from `{from}` on"),
            (None, Some(to)) => format!("{word} `{to}`"),
            (None, None) => "always".to_owned(),
        }
    }
}
