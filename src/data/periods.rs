//! The plan's calendar, with the periods whose first days stand in the data.

use super::cell;
use super::texts::{Texts, data_column};
use crate::calendar::{Calendar, CustomPeriods, Date, print_date};
use crate::diagnostics::{Code, DataPlace, Diagnostic};
use crate::ids::{IdVec, RecordId};
use crate::program::Program;
use crate::types::model::DataPeriods;
use crate::types::written::Written;

/// The calendar of a program on its data. Cells that are no dates, or too late, are left to the
/// reader of their column, which reports them.
pub(super) fn calendar(program: &Program, tables: &IdVec<RecordId, Texts>, problems: &mut Vec<Diagnostic>) -> Calendar {
    let plan = &program.model.plan;
    let mut custom = Vec::new();
    for (number, periods) in program.model.periods.iter().enumerate() {
        let texts = data_column(program, periods.column).map(|data| tables.at(data.record));
        let written = data_column(program, periods.column).map_or(&Written::Plain, |data| &data.written);
        let starts = texts.map(|texts| starts(texts, periods, written)).unwrap_or_default();
        custom.push(CustomPeriods { starts, end: periods.to });
        problems.extend(texts.and_then(|texts| no_periods(program, number, periods, texts)));
    }
    Calendar::new(plan.first_month, plan.effective, custom)
}

fn starts(texts: &Texts, periods: &DataPeriods, written: &Written) -> Vec<Date> {
    let Some(position) = texts.position(periods.column) else {
        return Vec::new();
    };
    let dates = (0..texts.len()).filter_map(|row| cell::date(texts.cell(row, position), written).ok());
    let mut starts: Vec<Date> = dates.filter(|date| *date <= periods.to).collect();
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// A file without rows leaves the plan without periods.
fn no_periods(program: &Program, number: usize, periods: &DataPeriods, texts: &Texts) -> Option<Diagnostic> {
    let data = data_column(program, periods.column)?;
    let file = program.model.records.at(data.record).file_name()?;
    if texts.in_plan() || !texts.complete || texts.len() > 0 {
        return None;
    }
    let named = program.names.periods.get(number)?;
    let message = format!("`{file}` has no rows, so there is no `{}`", named.name);
    let place = DataPlace {
        file: file.clone(),
        row: None,
        column: Some(data.header.clone()),
        found: None,
        expected: Some(format!("first days, up to `{}`", print_date(periods.to))),
    };
    let problem = Diagnostic::new(Code::BadDate, message).data(place);
    Some(problem.at(named.span, "these periods start on the dates of the column"))
}
