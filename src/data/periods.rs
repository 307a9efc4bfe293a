//! The plan's calendar, with the periods whose first days stand in the data.

use super::cell;
use super::raw::RawColumn;
use super::raw_table::{CellProblem, RawTable, data_column, quoted};
use crate::calendar::{Calendar, CustomId, CustomPeriods, Date, ListedPeriods, Steps, Unit, print_date};
use crate::diagnostics::{Code, DataPlace, Diagnostic};
use crate::ids::{ColumnId, IdVec, RecordId};
use crate::program::Program;
use crate::types::model::Periods;
use crate::types::written::Written;

/// The calendar of a program on its data. Cells that are no dates, or too late, are left to the
/// reader of their column, which reports them.
pub(super) fn calendar(
    program: &Program,
    tables: &IdVec<RecordId, RawTable>,
    problems: &mut Vec<Diagnostic>,
) -> Calendar {
    let plan = &program.model.plan;
    let mut custom = Vec::new();
    for (number, periods) in program.model.periods.iter().enumerate() {
        custom.push(match periods {
            Periods::Column { column, to } => {
                let raw = data_column(program, *column).map(|data| tables.at(data.record));
                problems.extend(raw.and_then(|raw| no_periods(program, number, (*column, *to), raw)));
                let written = data_column(program, *column).map_or(&Written::Plain, |data| &data.written);
                let starts = raw.map(|raw| starts(raw, *column, written, *to)).unwrap_or_default();
                CustomPeriods::Listed(ListedPeriods { starts, end: *to })
            }
            Periods::Every(length, from) => CustomPeriods::Steps(Steps { length: *length, from: Some(*from) }),
            Periods::Own { length, .. } => CustomPeriods::Steps(Steps { length: *length, from: None }),
            Periods::Unknown => CustomPeriods::Listed(ListedPeriods { starts: Vec::new(), end: plan.effective.1 }),
        });
    }
    let calendar = Calendar::new(plan.first_month, plan.effective, custom);
    let calendar = match program.model.year {
        Some(year) => calendar.with_year(year),
        None => calendar,
    };
    for (fine, coarse) in nested(program) {
        problems.extend(not_nested(program, &calendar, tables, fine, coarse));
    }
    calendar
}

/// A unit with the column its periods begin on.
type Declared = (Unit, ColumnId);

/// The units of calendar records, each with a coarser one that the same record names.
fn nested(program: &Program) -> Vec<(Declared, Declared)> {
    let declared = program.model.periods.iter().zip(0_u16..).filter_map(|(periods, number)| match periods {
        Periods::Column { column, .. } => Some((Unit::Custom(CustomId(number)), *column)),
        Periods::Every(..) | Periods::Own { .. } | Periods::Unknown => None,
    });
    let declared: Vec<Declared> = declared.collect();
    let pairs = declared.iter().flat_map(|fine| declared.iter().map(|coarse| (*fine, *coarse)));
    pairs.filter(|(fine, coarse)| fine.0 != coarse.0 && program.model.lies_in(fine.0, coarse.0)).collect()
}

/// The first row of a calendar record whose period does not lie in the coarser one it names, or at
/// which no coarser period begins though it names one.
fn not_nested(
    program: &Program,
    calendar: &Calendar,
    tables: &IdVec<RecordId, RawTable>,
    fine: Declared,
    coarse: Declared,
) -> Option<Diagnostic> {
    let raw = tables.at(data_column(program, fine.1)?.record);
    let (fine_cells, coarse_cells) = (raw.column(fine.1)?, raw.column(coarse.1)?);
    let written = |column: ColumnId| data_column(program, column).map_or(&Written::Plain, |data| &data.written);
    let day = |row: usize, cells: &RawColumn, column: ColumnId| cell::date(&cells.text(row), written(column)).ok();
    let (fine_name, coarse_name) = (program.names.unit_name(fine.0), program.names.unit_name(coarse.0));
    (0..raw.len()).find_map(|row| {
        let (first, named) = day(row, fine_cells, fine.1).zip(day(row, coarse_cells, coarse.1))?;
        let begins = calendar.parse(fine.0, &print_date(named)).is_some();
        let own = calendar.period_of(coarse.0, first);
        if begins && own.is_some() && own == calendar.period_of(coarse.0, named) {
            return None;
        }
        let text = quoted(&coarse_cells.text(row));
        let message =
            format!("the `{fine_name}` of `{}` does not lie in the `{coarse_name}` of {text}", print_date(first));
        let expected = format!("the first day of a `{fine_name}`, on which the `{coarse_name}` of this row begins");
        Some(raw.problem(program, row, &[coarse.1], CellProblem::new(Code::BadDate, message, expected)))
    })
}

fn starts(raw: &RawTable, column: ColumnId, written: &Written, to: Date) -> Vec<Date> {
    let Some(cells) = raw.column(column) else {
        return Vec::new();
    };
    let dates = cells.occurring().filter_map(|text| cell::date(&text, written).ok());
    let mut starts: Vec<Date> = dates.filter(|date| *date <= to).collect();
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// A file without rows leaves the plan without periods.
fn no_periods(program: &Program, number: usize, (column, to): (ColumnId, Date), raw: &RawTable) -> Option<Diagnostic> {
    let data = data_column(program, column)?;
    let file = program.model.records.at(data.record).file_name()?;
    if raw.in_plan() || !raw.complete || raw.len() > 0 {
        return None;
    }
    let named = program.names.periods.get(number)?;
    let message = format!("`{file}` has no rows, so there is no `{}`", named.name);
    let place = DataPlace {
        file: file.clone(),
        row: None,
        column: Some(data.header.clone()),
        found: None,
        expected: Some(format!("first days, up to `{}`", print_date(to))),
    };
    let problem = Diagnostic::new(Code::BadDate, message).data(place);
    Some(problem.at(named.span, "these periods start on the dates of the column"))
}
