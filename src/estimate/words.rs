//! What a question comes to, as it is told.

use std::collections::BTreeMap;

use super::{Change, Estimate};
use crate::engine;
use crate::engine::part::{self, Asked, Why};
use crate::follow::{less, word_of};
use crate::ids::{ColumnId, FrameId};
use crate::keys;
use crate::program::Program;
use crate::store::{self, PlanRun};
use crate::table::{Flow, Results, Value};
use crate::types::model::{KeyPart, Type};

/// What was found, and why all was computed where it was.
pub(super) fn estimate(program: &Program, asked: &Asked, whole: Option<&Why>) -> Estimate {
    let reaches = match whole {
        Some(why) => vec![reason(program, why)],
        None => asked.everyone.iter().map(|column| everyone(program, *column, asked)).collect(),
    };
    Estimate {
        plan: program.names.plan.name.clone(),
        title: program.names.title.clone(),
        changes: {
            let mut flows = Flows::new();
            asked.changes.iter().map(|change| described(program, asked, change, &mut flows)).collect()
        },
        whole: whole.is_some(),
        computed: asked.cells,
        people: asked.persons,
        reaches,
    }
}

/// Whose the values of earnings and payments are that do not say it by their keys, with the rows added and without.
type Flows = BTreeMap<(bool, ColumnId), Option<Flow>>;

fn described(program: &Program, asked: &Asked, change: &part::Change, flows: &mut Flows) -> Change {
    let column = change.column;
    let frame = program.model.columns.at(column).frame;
    let print = |results: &Results, row: Option<u32>| keys::print_cell(program, &results.tables, column, row?);
    let (before, after) = (print(&asked.before, change.before), print(&asked.after, change.after));
    let (results, row) = match (change.after, change.before) {
        (Some(row), _) => (&asked.after, row),
        (None, Some(row)) => (&asked.before, row),
        (None, None) => (&asked.after, u32::MAX),
    };
    let run = PlanRun { program, results };
    let (mut person, mut period) = whose(program, results, frame, row);
    if person.is_empty() || period.is_empty() {
        let is_after = change.after.is_some();
        let flow = flows.entry((is_after, column)).or_insert_with(|| engine::flow(program, &results.tables, column));
        if let Some(flow) = flow {
            (person, period) = store::belongs_by(&run, column, flow, row);
        }
    }
    let is_number = matches!(program.model.columns.at(column).ty, Type::Number(..));
    Change {
        column,
        word: word_of(&program.model.columns.at(column).origin),
        name: program.names.columns.at(column).name.clone(),
        key: keys::frame_key(program, results, frame, row),
        person,
        period,
        adds: is_number.then(|| less(after.as_deref(), before.as_deref())).flatten(),
        before,
        after,
        currency: store::currency(&run, column, row),
    }
}

/// The person and the period in the key of a row; of a credit, the person credited.
fn whose(program: &Program, results: &Results, frame: FrameId, row: u32) -> (String, String) {
    let (model, tables) = (&program.model, &results.tables);
    if let Some(table) = model.credits_of(frame) {
        let person = tables.column(table.person).and_then(|data| data.get(row));
        let person = match person {
            Some(Value::Row(person)) => keys::record_key(program, tables, model.plan.people, person),
            _ => String::new(),
        };
        return (person, String::new());
    }
    let key = tables.rows(frame).map_or(&[][..], |rows| rows.key(row));
    let (mut person, mut period) = (String::new(), String::new());
    for (part, key) in model.frames.at(frame).parts.iter().zip(key) {
        match part {
            KeyPart::Record(record) if *record == model.plan.people && person.is_empty() => {
                person = keys::print_part(program, tables, *part, *key);
            }
            KeyPart::Period(_) => period = keys::print_part(program, tables, *part, *key),
            _ => {}
        }
    }
    (person, period)
}

/// That a definition was computed again for everyone.
fn everyone(program: &Program, column: ColumnId, asked: &Asked) -> String {
    let name = &program.names.columns.at(column).name;
    let count = asked.after.tables.column(column).map_or(0, |data| data.len());
    format!("it reaches everyone: all {count} values of `{name}` were computed again")
}

/// Why all was computed.
fn reason(program: &Program, why: &Why) -> String {
    let names = &program.names;
    let all = "all was computed again";
    match why {
        Why::Record(record) => {
            format!("a row of `{}` may reach everyone: {all}", names.records.at(*record).name)
        }
        Why::Frame(_) => format!("which rows a grain has may rest on those of everyone: {all}"),
        Why::Rule(rule) => {
            format!("what `{}` credits may rest on the rows of everyone: {all}", names.rules.at(*rule).0.name)
        }
        Why::Column(column) => {
            format!("`{}` may rest on other rows than those asked about: {all}", names.columns.at(*column).name)
        }
        Why::Ensure(_) => format!("an `ensure` may rest on the rows of everyone: {all}"),
        Why::Spread(column) => {
            format!("`{}` would be another value, which every row reads: {all}", names.columns.at(*column).name)
        }
        Why::Size => format!("it reaches most of the people: {all}"),
        Why::Fault => format!("something goes wrong: {all}"),
    }
}
