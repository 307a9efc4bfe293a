//! The definitions of a plan as tables, one for each grain.

use std::collections::{BTreeMap, BTreeSet};

use super::PlanRun;
use super::manifest::Kind;
use super::parquet_files::Values;
use super::stored_table::{StoredTable, cells, free_name};
use crate::diagnostics::Diagnostic;
use crate::ids::{ColumnId, FrameId, RecordId};
use crate::keys;
use crate::program::Program;
use crate::table::{State, Tables};
use crate::types::model::{CreditTable, FrameRows, KeyPart, Origin, Word};

/// The tables of all frames that have one, by name.
pub(super) fn tables(run: &PlanRun<'_>) -> Result<BTreeMap<String, StoredTable>, Diagnostic> {
    let program = run.program;
    let mut tables = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for (frame, columns) in stored_columns(program) {
        // Two frames can have one name only where the plan tells them apart by where their rows
        // come from: the people's record and the people in the plan.
        let name = free_name(&taken, &frame_name(program, frame), ".all");
        taken.insert(name.clone());
        let credit = program.model.credit.as_ref().filter(|credit| credit.frame == frame);
        let table = match credit {
            Some(credit) => credit_table(run, credit, &columns)?,
            None => frame_table(run, frame, &columns)?,
        };
        tables.insert(name, table);
    }
    Ok(tables)
}

/// Every definition but `let`, by frame; the credits have a frame in any case. A frame whose rows
/// are those of the plan comes before one that has all rows of a record.
fn stored_columns(program: &Program) -> Vec<(FrameId, Vec<ColumnId>)> {
    let mut frames: BTreeMap<FrameId, Vec<ColumnId>> = BTreeMap::new();
    if let Some(credit) = &program.model.credit {
        frames.insert(credit.frame, Vec::new());
    }
    for (id, column) in program.model.columns.pairs() {
        if matches!(&column.origin, Origin::Definition(definition) if definition.word != Word::Let) {
            frames.entry(column.frame).or_default().push(id);
        }
    }
    let mut frames: Vec<_> = frames.into_iter().collect();
    frames.sort_by_key(|(frame, _)| matches!(program.model.frames.at(*frame).rows, FrameRows::Record(_)));
    frames
}

/// The name of a frame: its record, or the parts of its key joined by dots; `plan` where there are
/// none.
pub fn frame_name(program: &Program, frame: FrameId) -> String {
    let described = program.model.frames.at(frame);
    match described.rows {
        FrameRows::One => "plan".to_owned(),
        FrameRows::Record(record) => record_name(program, record),
        FrameRows::Credit | FrameRows::CreditHistory => "Credit".to_owned(),
        // There may be several schedules of one thing, and its rows in the plan's periods besides.
        FrameRows::Schedule(schedule) => {
            let number = crate::ids::Id::index(schedule).saturating_add(1);
            format!("{}.schedule{number}", part_names(program, frame).join("."))
        }
        FrameRows::People | FrameRows::Times(..) | FrameRows::Managers(_) | FrameRows::Versions(_) => {
            part_names(program, frame).join(".")
        }
        FrameRows::Occurring(_) => {
            let members = program.model.occurring_of(frame).map(|occurring| occurring.members);
            let members = members.map_or_else(String::new, |members| frame_name(program, members));
            format!("{}.in.{members}", part_names(program, frame).join("."))
        }
    }
}

/// What the parts of a frame's key are called; for a record's own rows, its key columns.
fn part_names(program: &Program, frame: FrameId) -> Vec<String> {
    let described = program.model.frames.at(frame);
    if let FrameRows::Record(record) = described.rows {
        let key = program.model.records.at(record).key.iter();
        return key.map(|column| program.names.columns.at(*column).name.clone()).collect();
    }
    described.parts.iter().map(|part| part_name(program, *part)).collect()
}

/// What a part of a key is called.
pub(super) fn part_name(program: &Program, part: KeyPart) -> String {
    match part {
        KeyPart::Record(record) => record_name(program, record),
        KeyPart::Period(crate::calendar::Unit::Custom(custom)) => {
            let named = program.names.periods.get(usize::from(custom.0));
            named.map_or_else(|| "period".to_owned(), |named| named.name.clone())
        }
        KeyPart::Period(unit) => unit.word().unwrap_or("period").to_owned(),
        KeyPart::Choice(choice) => program.names.choices.at(choice).name.clone(),
        KeyPart::Currency => "currency".to_owned(),
        KeyPart::Credit => "Credit".to_owned(),
    }
}

pub(super) fn record_name(program: &Program, record: RecordId) -> String {
    program.names.records.at(record).name.clone()
}

/// The key, then the definitions, on the rows where at least one definition has its row.
fn frame_table(run: &PlanRun<'_>, frame: FrameId, columns: &[ColumnId]) -> Result<StoredTable, Diagnostic> {
    let tables = &run.results.tables;
    let rows = rows_present(tables, frame, columns);
    let keys: Vec<Vec<String>> =
        rows.iter().map(|row| keys::frame_key(run.program, run.results, frame, *row)).collect();
    let mut table = StoredTable::default();
    let mut taken = names(run.program, columns);
    for (index, name) in part_names(run.program, frame).into_iter().enumerate() {
        let name = free_name(&taken, &name, "_key");
        let part = keys.iter().map(|key| key.get(index).cloned()).collect();
        table.push(&name, true, (Kind::Text, Values::Text(part)));
        taken.insert(name);
    }
    push_definitions(&mut table, run, columns, &rows, taken)?;
    Ok(table)
}

/// All credits: what makes them up, then the definitions on them.
fn credit_table(run: &PlanRun<'_>, credit: &CreditTable, columns: &[ColumnId]) -> Result<StoredTable, Diagnostic> {
    let tables = &run.results.tables;
    let rows: Vec<u32> = tables.rows(credit.frame).map_or(0..0, |rows| rows.all()).collect();
    let keys: Vec<Vec<String>> =
        rows.iter().map(|row| keys::frame_key(run.program, run.results, credit.frame, *row)).collect();
    let part = |index: usize| {
        let texts = keys.iter().map(|key| key.get(index).cloned());
        (Kind::Text, Values::Text(texts.collect()))
    };
    let mut table = StoredTable::default();
    let mut taken = names(run.program, columns);
    let mut push = |wanted: &str, is_key: bool, values: (Kind, Values)| {
        let name = free_name(&taken, wanted, "_of_credit");
        table.push(&name, is_key, values);
        taken.insert(name);
    };
    let cells = |column| cells(run.program, tables, column, &rows);
    push("rule", true, part(0));
    push("source", true, part(1));
    push("child", true, part(2));
    push("person", true, part(3));
    push("date", false, cells(credit.date)?);
    push("amount", false, cells(credit.amount)?);
    for column in &credit.columns {
        push(&run.program.names.columns.at(*column).name, false, cells(*column)?);
    }
    push_definitions(&mut table, run, columns, &rows, taken)?;
    Ok(table)
}

fn names(program: &Program, columns: &[ColumnId]) -> BTreeSet<String> {
    let name = |column: &ColumnId| program.names.columns.at(*column).name.clone();
    columns.iter().map(name).collect()
}

fn push_definitions(
    table: &mut StoredTable,
    run: &PlanRun<'_>,
    columns: &[ColumnId],
    rows: &[u32],
    mut taken: BTreeSet<String>,
) -> Result<(), Diagnostic> {
    for column in columns {
        let name = &run.program.names.columns.at(*column).name;
        let of = |column| cells(run.program, &run.results.tables, column, rows);
        table.push(name, false, of(*column)?);
        // What an amount in its row's own currency is in stands behind it.
        if let Some(currency) = run.program.model.columns.at(*column).row_currency() {
            let name = free_name(&taken, &format!("{name}_currency"), "_of_amount");
            table.push(&name, false, of(currency)?);
            taken.insert(name);
        }
    }
    Ok(())
}

/// The rows where a `where` left not all of these definitions out.
fn rows_present(tables: &Tables, frame: FrameId, columns: &[ColumnId]) -> Vec<u32> {
    let columns: Vec<_> = columns.iter().filter_map(|column| tables.column(*column)).collect();
    let all = tables.rows(frame).map_or(0..0, |rows| rows.all());
    all.filter(|row| columns.iter().any(|column| column.state(*row) != State::NoRow)).collect()
}
