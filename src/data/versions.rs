//! Several rows with one key, each of which holds on some days: their order, and that no two of them
//! hold on one day.

use super::cell::Cell;
use super::columns::{Columns, RawColumn};
use super::keys::{Keys, parts};
use super::texts::{CellProblem, Texts, clipped};
use crate::calendar::{Date, print_date};
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::RecordId;
use crate::program::Program;
use crate::table::{Key, Rows, Tables, Value, day_key};
use crate::types::model::Versions;

/// The rows of a record that has versions, in order of their keys and then of their first days. `order` is
/// by their keys, whose cells are given. Versions that hold on one day, and those that end before they
/// begin, are problems.
pub(super) fn in_order(
    columns: &Columns<'_>,
    record: RecordId,
    declared: &Versions,
    texts: &Texts,
    order: &[usize],
    keys: &[RawColumn],
    problems: &mut Vec<Diagnostic>,
) -> Vec<usize> {
    // What is wrong with these cells is told when their columns are read.
    let mut told = Vec::new();
    let from = columns.read(record, texts, declared.from, &mut told);
    let to = columns.read(record, texts, declared.to, &mut told);
    let first = |row: usize| date(&from, row);
    let last = |row: usize| date(&to, row).map(|day| last_day(declared, day));
    let mut all = order.to_vec();
    all.sort_by(|a, b| parts(keys, *a).cmp(parts(keys, *b)).then_with(|| first(*a).cmp(&first(*b))));
    if !told.is_empty() {
        return all;
    }
    let check = Check { program: columns.program(), record, declared, texts, from: &from, to: &to };
    let mut latest: Option<usize> = None;
    for row in all.iter().copied() {
        if let (Some(begins), Some(ends)) = (first(row), last(row))
            && ends < begins
        {
            problems.push(check.ends_first(row));
        }
        let known = parts(keys, row).all(|part| part.is_some());
        let same = latest.filter(|other| known && parts(keys, *other).eq(parts(keys, row)));
        let overlaps = |other: &usize| last(*other).is_none_or(|ends| first(row).is_none_or(|begins| begins <= ends));
        if let Some(other) = same.filter(overlaps) {
            problems.push(check.overlap(other, row));
        }
        // The version that holds longest of those so far.
        let longer = |other: usize| match (last(other), last(row)) {
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

fn date(cells: &RawColumn, row: usize) -> Option<Date> {
    match cells.get(row) {
        Some(Some(Cell::Date(date))) => Some(*date),
        _ => None,
    }
}

/// The last day on which a version holds.
fn last_day(declared: &Versions, day: Date) -> Date {
    if declared.inclusive { day } else { day.pred_opt().unwrap_or(day) }
}

/// The rows of the versions' frame: the key of the row each is a version of, and its first day.
pub(super) fn rows(declared: &Versions, keys: &Keys, all: &[usize], rows: &Rows, tables: &Tables) -> Rows {
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
    texts: &'a Texts,
    from: &'a RawColumn,
    to: &'a RawColumn,
}

impl Check<'_> {
    fn overlap(&self, first: usize, second: usize) -> Diagnostic {
        let key = &self.program.model.records.at(self.record).key;
        let found = clipped(&self.texts.found(second, key));
        let message = match self.texts.file_row(first) {
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
        let diagnostic = self.texts.problem(self.program, second, &[self.declared.from, self.declared.to], problem);
        match self.texts.span(first) {
            Some(span) => diagnostic.at(span, format!("this one holds {other}")),
            None => diagnostic,
        }
    }

    fn ends_first(&self, row: usize) -> Diagnostic {
        let message = format!("this version holds on no day: {}", self.days(row));
        let expected = "a last day that is not before the first";
        let problem = CellProblem::new(Code::BadDate, message, expected)
            .help("correct one of the two dates; a last day left blank is open");
        self.texts.problem(self.program, row, &[self.declared.from, self.declared.to], problem)
    }

    /// The days of a version as written.
    fn days(&self, row: usize) -> String {
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
