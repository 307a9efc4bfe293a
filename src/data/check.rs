//! What must hold of the rows of a record: no one who leaves before coming, no circle of managers.

use super::keys::Keys;
use super::raw_table::{CellProblem, RawTable, data_column};
use crate::calendar::print_date;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, RecordId};
use crate::program::Program;
use crate::table::{Cells, ColumnData, State, Tables, row_number};
use crate::types::model::Type;

/// So many people of a circle are named.
const NAMED_PEOPLE: usize = 10;

/// A record as read.
pub(super) struct Loaded<'a> {
    /// The program.
    pub program: &'a Program,
    /// The record.
    pub record: RecordId,
    /// Its rows as the file holds them.
    pub raw: &'a RawTable,
    /// Its keys.
    pub keys: &'a Keys,
}

impl Loaded<'_> {
    /// Rows that manage one another, where the record is a hierarchy.
    pub fn hierarchy(&self, tables: &Tables, problems: &mut Vec<Diagnostic>) {
        let Some(column) = self.program.model.records.at(self.record).hierarchy else {
            return;
        };
        let model = &self.program.model;
        // Managers that differ from day to day are looked at as of the days whose trees are used.
        let timeless = model.columns.at(column).frame == model.records.at(self.record).frame;
        let own = timeless && data_column(self.program, column).is_some_and(|data| data.record == self.record);
        if !own || model.columns.at(column).ty != Type::Reference(self.record) {
            return;
        }
        let Some(data) = tables.column(column) else {
            return;
        };
        let Cells::Row(managers) = data.cells() else {
            return;
        };
        let managers: Vec<Option<u32>> = (0_u32..)
            .zip(managers)
            .map(|(row, manager)| (data.state(row) == State::There).then_some(*manager))
            .collect();
        for circle in circles(&managers) {
            problems.extend(self.circle(column, &circle));
        }
    }

    /// Rows that end before they begin, where the record says from when to when they are active.
    pub fn active(&self, tables: &Tables, problems: &mut Vec<Diagnostic>) {
        let Some((from, to)) = self.program.model.records.at(self.record).active else { return };
        let (Some(first), Some(last)) = (tables.column(from), tables.column(to)) else { return };
        let both = [from, to].map(|column| self.program.model.columns.at(column).frame);
        if let [first, last] = both
            && first != last
        {
            return;
        }
        let (Cells::Date(days), Cells::Date(last_days)) = (first.cells(), last.cells()) else { return };
        let days = days.iter().zip(last_days).zip(self.keys.rows_of(self.program, self.record, from));
        for (row, ((begins, ends), source)) in (0_u32..).zip(days) {
            let there = |data: &ColumnData| data.state(row) == State::There;
            if ends >= begins || !there(first) || !there(last) {
                continue;
            }
            let (begins, ends) = (print_date(*begins), print_date(*ends));
            let name = &self.program.names.columns.at(from).name;
            let message = format!("`{ends}` lies before `{begins}`, the row's `{name}`");
            let problem = CellProblem::new(Code::BadDate, message, format!("`{begins}` or a later day"))
                .help("correct one of the two dates; a last day left blank is open");
            problems.push(self.raw.problem(self.program, *source as usize, &[to], problem));
        }
    }

    fn circle(&self, column: ColumnId, circle: &[u32]) -> Option<Diagnostic> {
        let first = *circle.first()?;
        let key = &self.program.model.records.at(self.record).key;
        let name = |row: &u32| {
            let source = self.keys.order.get(*row as usize).copied();
            let text = source.map(|row| self.raw.found(row as usize, key));
            format!("`{}`", text.unwrap_or_default())
        };
        let mut names: Vec<String> = circle.iter().skip(1).take(NAMED_PEOPLE).map(name).collect();
        if circle.len() > NAMED_PEOPLE.saturating_add(1) {
            names.push("…".to_owned());
        }
        names.push(name(&first));
        let message = format!("{} reports to {}", name(&first), names.join(", that to "));
        let record = &self.program.names.records.at(self.record).name;
        let expected = format!("managers of `{record}` that lead up to one without a manager");
        let problem = CellProblem::new(Code::HierarchyCycle, message, expected)
            .help("mend the manager of one of them; a cell left blank is the top");
        let source = self.keys.order.get(first as usize).copied()?;
        Some(self.raw.problem(self.program, source as usize, &[column], problem))
    }
}

/// Each circle once, from its smallest row on; by those rows.
fn circles(managers: &[Option<u32>]) -> Vec<Vec<u32>> {
    let manager = |row: u32| managers.get(row as usize).copied().flatten();
    // The walk in which a row was first seen.
    let mut seen: Vec<Option<u32>> = vec![None; managers.len()];
    let mut circles = Vec::new();
    for start in 0..row_number(managers.len()) {
        let mut row = Some(start);
        while let Some(at) = row {
            let Some(mark) = seen.get_mut(at as usize) else {
                break;
            };
            if let Some(walk) = mark {
                if *walk == start {
                    circles.push(circle_of(at, manager));
                }
                break;
            }
            *mark = Some(start);
            row = manager(at);
        }
    }
    circles.sort();
    circles
}

/// The circle in which a row stands, from its smallest row on.
fn circle_of(row: u32, manager: impl Fn(u32) -> Option<u32>) -> Vec<u32> {
    let mut circle = vec![row];
    let mut next = manager(row);
    while let Some(at) = next.filter(|at| *at != row) {
        circle.push(at);
        next = manager(at);
    }
    let smallest = circle.iter().enumerate().min_by_key(|(_, row)| **row);
    let by = smallest.map_or(0, |(position, _)| position);
    circle.rotate_left(by);
    circle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found_once() {
        assert_eq!(circles(&[None, Some(0), Some(1)]), Vec::<Vec<u32>>::new());
        assert_eq!(circles(&[Some(0)]), [[0]]);
        // 3 leads into the circle 1, 4, 2; 0 and 5 are another.
        let managers = [Some(5), Some(4), Some(1), Some(4), Some(2), Some(0)];
        assert_eq!(circles(&managers), [vec![0, 5], vec![1, 4, 2]]);
    }
}
