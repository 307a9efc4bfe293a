//! `attain explain --against`: a value against another one.

use std::path::Path;

use super::explain_value::{Asking, Explained, Problems, explained};
use super::load::Found;
use crate::diagnostics::{Code, Diagnostic};
use crate::difference::{self, Cause, Change, Difference, Kind, OtherRun, Problem, Traced, What};
use crate::store::{InputRow, InputTable};

/// The difference of the value asked for from that of another row or of another run, which may need a folder with its data.
pub(super) fn difference(
    asking: &Asking<'_>,
    (run, data): (Option<&Path>, Option<&Path>),
    against: &[String],
    found: &mut Found,
) -> Result<Difference, Problems> {
    let asked = explained(asking, found)?;
    if run.is_some() {
        // Problems point into one run's plans.
        *found = Found::default();
    }
    let other_run = run.unwrap_or(asking.run);
    let other = {
        let option = if run.is_some() { "--against-data" } else { "--data" };
        explained(&Asking { run: other_run, data: (data.or(asking.data.0), option), against, ..*asking }, found)?
    };
    if run.is_none() && asked.key == other.key {
        let problem = Diagnostic::new(Code::NotComparable, format!("`{}` is held against itself", asking.name));
        let help = "`--against` names another period or person, `--against-run` another run";
        return Err(vec![problem.help(help)]);
    }
    let (now, before) = (asking.run.display().to_string(), other_run.display().to_string());
    let found = difference::difference(traced(&now, &asked), traced(&before, &other));
    let mut found = found.map_err(|problem| vec![told(asking, problem)])?;
    if run.is_some() {
        found.causes.iter_mut().for_each(|cause| cause.other_run = other_run_of(cause, [&other, &asked]));
    }
    Ok(found)
}

/// What has become of a row of the data in the run that does not have it among the members: the runs are that which is held
/// against, and that which is asked about.
fn other_run_of(cause: &Cause, runs: [&Explained; 2]) -> Option<OtherRun> {
    let What { kind: Kind::Row, against, asked, .. } = &cause.what else { return None };
    let came = asked.is_some();
    let row = asked.as_ref().or(against.as_ref())?;
    let [part] = row.row.as_slice() else { return None };
    let rows = |of: &Explained| {
        let named = of.program.names.records.pairs().find(|(_, named)| named.name == part.part);
        named.and_then(|(record, _)| of.run.record_rows(&of.program, record).ok())
    };
    let [before, now] = runs;
    let (own, other) = if came { (rows(now)?, rows(before)?) } else { (rows(before)?, rows(now)?) };
    let data = row.data.as_ref()?;
    let is_own =
        |found: &&InputRow| found.row == Some(data.row) && found.file.as_deref().is_none_or(|file| file == data.file);
    let own_row = own.rows.iter().find(is_own)?;
    let there = other.rows.iter().filter(|row| has_key(row, own_row, &part.value)).collect::<Vec<&InputRow>>();
    let changed = match there.as_slice() {
        [] => Vec::new(),
        [one] => {
            let cell = |table: &InputTable, row: &InputRow, name: &str| {
                let place = table.columns.iter().position(|column| column == name)?;
                row.cells.get(place).cloned().flatten()
            };
            let change = |column: &String| {
                let (own, other) = (cell(&own, own_row, column), cell(&other, one, column));
                let (against, asked) = if came { (other, own) } else { (own, other) };
                (against != asked).then(|| Change { column: column.clone(), against, asked })
            };
            own.columns.iter().filter_map(change).collect()
        }
        _ => return None,
    };
    Some(OtherRun { there: !there.is_empty(), changed })
}

/// Whether a row has the key of another one of its record: the same values in the columns in which that has its key.
fn has_key(row: &InputRow, own: &InputRow, key: &str) -> bool {
    let parts: Vec<String> = serde_json::from_str(key).unwrap_or_else(|_| vec![key.to_owned()]);
    let mut places = Vec::new();
    for part in &parts {
        let cells = own.cells.iter().enumerate();
        let place = cells.filter(|(place, _)| !places.contains(place)).find(|(_, cell)| cell.as_ref() == Some(part));
        match place {
            Some((place, _)) => places.push(place),
            None => return false,
        }
    }
    places.iter().all(|place| row.cells.get(*place) == own.cells.get(*place))
}

fn traced<'a>(run: &'a str, explained: &'a Explained) -> Traced<'a> {
    Traced { run, trace: &explained.trace }
}

fn told(asking: &Asking<'_>, problem: Problem) -> Diagnostic {
    let name = asking.name;
    let (message, help) = match problem {
        Problem::Missing { asked } => {
            let side = if asked { "asked about" } else { "that it is held against" };
            (
                format!("`{name}` has no value on the side {side}: it is missing there"),
                "a difference takes two values; without `--against` the trace says why the value is missing".to_owned(),
            )
        }
        Problem::NoNumber(unit) => (
            format!("`{name}` is no number but a {unit}"),
            "the difference of numbers and amounts alone can be split; ask for one".to_owned(),
        ),
        Problem::Units { asked, against } => (
            format!("`{name}` is in {asked}, and what it is held against in {against}"),
            "a difference takes two values in one currency".to_owned(),
        ),
    };
    Diagnostic::new(Code::NotComparable, message).help(help)
}

/// As JSON, described in `docs/against.md`.
pub(super) fn json(difference: &Difference) -> String {
    // Text and whole numbers only: there is nothing in it that could not be written.
    let mut text = serde_json::to_string_pretty(difference).unwrap_or_default();
    text.push('\n');
    text
}
