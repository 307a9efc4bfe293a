//! Finds the row that is asked for.

use super::{Cell, Ran};
use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::RecordId;
use crate::keys;
use crate::program::Program;
use crate::store::Run;

/// So many keys are named in the help.
const NAMED: usize = 6;

/// The row that is asked for.
pub(super) struct Found {
    pub record: String,
    pub key: String,
    pub file: Option<String>,
    pub row: Option<u64>,
    pub cells: Vec<Cell>,
}

/// Finds a row, given as `RECORD:KEY`. A key of several columns is a JSON array, as Attain prints it, or its parts with
/// commas between.
pub(super) fn find(run: &Run, plans: &[Ran<'_>], wanted: &str) -> Result<Found, Vec<Diagnostic>> {
    let no_such = |message: String| Diagnostic::new(Code::NoSuchCell, message);
    let Some((record, key)) = wanted.split_once(':') else {
        let problem = no_such(format!("`{wanted}` names no row"));
        return Err(vec![problem.help("write the record, a colon and the key of the row, such as `Deal:D-0001`")]);
    };
    let mut known: Vec<&str> = plans.iter().flat_map(|plan| records(plan.program)).collect();
    known.sort_unstable();
    known.dedup();
    if !known.contains(&record) {
        let help = did_you_mean(record, known.iter().copied());
        let help = help.unwrap_or_else(|| format!("there is `{}`", known.join("`, `")));
        return Err(vec![no_such(format!("the run has no record `{record}`")).help(help)]);
    }
    let mut keys: Vec<String> = Vec::new();
    for plan in plans {
        let Some(id) = record_id(plan.program, record) else { continue };
        for row in plan.tables.rows(plan.program.model.records.at(id).frame).map_or(0..0, |rows| rows.all()) {
            let printed = keys::record_key(plan.program, &plan.tables, id, row);
            if printed == key || parts(&printed).is_some_and(|parts| parts.join(",") == key) {
                return found(run, plan, (id, row), record, printed).map_err(|problem| vec![problem]);
            }
            keys.push(printed);
        }
    }
    let problem = no_such(format!("there is no {record} `{key}`"));
    let help = did_you_mean(key, keys.iter().map(String::as_str)).unwrap_or_else(|| match keys.as_slice() {
        [] => format!("there is no row of {record} at all"),
        keys => {
            let named: Vec<&str> = keys.iter().take(NAMED).map(String::as_str).collect();
            let more = if keys.len() > NAMED { " …" } else { "" };
            format!("there is `{}`{more}", named.join("`, `"))
        }
    });
    Err(vec![problem.help(help)])
}

fn found(
    run: &Run,
    plan: &Ran<'_>,
    (record, row): (RecordId, u32),
    name: &str,
    key: String,
) -> Result<Found, Diagnostic> {
    let (program, tables) = (plan.program, &plan.tables);
    let described = program.model.records.at(record);
    let table = run.record_rows(program, record)?;
    let number = tables.file_rows.get(&described.frame).and_then(|rows| rows.get(row as usize)).copied();
    let stored = table.rows.into_iter().find(|stored| stored.row == number && number.is_some());
    let file = stored.as_ref().and_then(|stored| stored.file.clone());
    let cell = |column: &crate::ids::ColumnId| Cell {
        column: program.names.columns.at(*column).name.clone(),
        value: keys::print_cell(program, tables, *column, row),
    };
    // Of a row with versions, the columns that each version has its own value of stand in the versions.
    let own = described.columns.iter().filter(|column| program.model.columns.at(**column).frame == described.frame);
    Ok(Found { record: name.to_owned(), key, file, row: number, cells: own.map(cell).collect() })
}

/// The row in another plan of the run; none where the plan does not have it.
pub(super) fn row_in(plan: &Ran<'_>, found: &Found) -> Option<(RecordId, u32)> {
    let id = record_id(plan.program, &found.record)?;
    let rows = plan.tables.rows(plan.program.model.records.at(id).frame)?;
    let row = rows.all().find(|row| keys::record_key(plan.program, &plan.tables, id, *row) == found.key)?;
    Some((id, row))
}

pub(super) fn record_id(program: &Program, name: &str) -> Option<RecordId> {
    program.model.records.ids().find(|id| program.names.records.at(*id).name == name)
}

fn records(program: &Program) -> Vec<&str> {
    program.model.records.ids().map(|id| program.names.records.at(id).name.as_str()).collect()
}

/// The parts of a key of several columns.
fn parts(printed: &str) -> Option<Vec<String>> {
    if printed.starts_with('[') { serde_json::from_str(printed).ok() } else { None }
}
