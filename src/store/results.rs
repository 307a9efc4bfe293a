//! The definitions of a plan as tables, one for each grain.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::PlanRun;
use super::manifest::Kind;
use super::printed::Printed;
use super::share::{Counted, Share};
use super::source::{Cells, Picked};
use super::stored_table::{StoredTable, free_name};
use crate::diagnostics::Diagnostic;
use crate::ids::{ColumnId, FrameId, RecordId};
use crate::program::Program;
use crate::table::{ColumnData, Results, State, States, Tables, row_number};
use crate::types::model::{CreditTable, FrameRows, KeyPart, KnownBy, Origin, Word};

/// The tables of the frames of a share that have one, by name.
pub(super) fn tables<'a>(
    run: &PlanRun<'a>,
    printed: &Printed<'a>,
    share: Share<'_>,
) -> Result<BTreeMap<String, StoredTable<'a>>, Diagnostic> {
    let program = run.program;
    let mut tables = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for (frame, columns) in stored_columns(program) {
        // Two frames can have one name only where the plan tells them apart by where their rows
        // come from: the people's record and the people in the plan.
        let name = free_name(&taken, &frame_name(program, frame), ".all");
        taken.insert(name.clone());
        if !share.holds(frame) {
            continue;
        }
        let credit = program.model.credit.as_ref().filter(|credit| credit.frame == frame);
        let mut table = Columns { printed, table: StoredTable::default(), taken: names(program, &columns) };
        let rows = match credit {
            Some(credit) => table.credit(run.results, credit)?,
            None => table.frame(frame, &columns, share.counted_on(run, frame))?,
        };
        table.definitions(&columns, &rows)?;
        tables.insert(name, table.table);
    }
    Ok(tables)
}

/// Where the table of a frame stands in a run folder.
pub(super) fn path(plan: &str, frame: &str) -> String {
    format!("results/{plan}/{frame}.parquet")
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

/// A table under way.
struct Columns<'p, 'a> {
    printed: &'p Printed<'a>,
    table: StoredTable<'a>,
    /// The names that its columns have or will have.
    taken: BTreeSet<String>,
}

impl<'a> Columns<'_, 'a> {
    /// The key, on the rows that are counted and where at least one definition has its row.
    fn frame(&mut self, frame: FrameId, columns: &[ColumnId], counted: Counted<'_>) -> Result<Picked, Diagnostic> {
        let program = self.printed.program;
        let rows = rows_present(self.printed.tables, frame, columns, counted);
        let described = program.model.frames.at(frame);
        let parts: Vec<(Kind, Cells<'a>)> = match described.rows.known_by() {
            KnownBy::Nothing | KnownBy::Credit => Vec::new(),
            KnownBy::Record(record) => {
                let key = &program.model.records.at(record).key;
                key.iter().map(|column| self.printed.key_column(record, *column, frame)).collect()
            }
            KnownBy::Parts => {
                let parts = described.parts.iter().enumerate();
                parts.map(|(number, part)| self.printed.part(frame, number, *part)).collect()
            }
        };
        for (name, cells) in part_names(program, frame).iter().zip(parts) {
            self.push(name, "_key", true, cells, &rows);
        }
        Ok(rows)
    }

    /// All credits: what makes them up.
    fn credit(&mut self, results: &'a Results, credit: &CreditTable) -> Result<Picked, Diagnostic> {
        let program = self.printed.program;
        let rows = Picked::All(results.tables.rows(credit.frame).map_or(0, |rows| rows.len()));
        let parts = self.printed.credit_key(results, credit);
        for (name, part) in ["rule", "source", "child", "person"].into_iter().zip(parts) {
            self.push(name, "_of_credit", true, part, &rows);
        }
        let named = [("date", credit.date), ("amount", credit.amount)];
        let further = credit.columns.iter().map(|column| (program.names.columns.at(*column).name.as_str(), *column));
        for (name, column) in named.into_iter().chain(further) {
            self.printed.check_digits(column)?;
            self.push(name, "_of_credit", false, self.printed.cells(column), &rows);
        }
        Ok(rows)
    }

    fn definitions(&mut self, columns: &[ColumnId], rows: &Picked) -> Result<(), Diagnostic> {
        let program = self.printed.program;
        for column in columns {
            let name = &program.names.columns.at(*column).name;
            self.printed.check_digits(*column)?;
            self.table.push(name, false, self.printed.cells(*column), rows);
            // What an amount in its row's own currency is in stands behind it.
            if let Some(currency) = program.model.columns.at(*column).row_currency() {
                let cells = self.printed.cells(currency);
                self.push(&format!("{name}_currency"), "_of_amount", false, cells, rows);
            }
        }
        Ok(())
    }

    /// Appends a column under a name that may be taken.
    fn push(&mut self, wanted: &str, suffix: &str, is_key: bool, cells: (Kind, Cells<'a>), rows: &Picked) {
        let name = free_name(&self.taken, wanted, suffix);
        self.table.push(&name, is_key, cells, rows);
        self.taken.insert(name);
    }
}

fn names(program: &Program, columns: &[ColumnId]) -> BTreeSet<String> {
    let name = |column: &ColumnId| program.names.columns.at(*column).name.clone();
    columns.iter().map(name).collect()
}

/// The rows that are counted and where a `where` left not all of these definitions out.
fn rows_present(tables: &Tables, frame: FrameId, columns: &[ColumnId], counted: Counted<'_>) -> Picked {
    let columns: Vec<_> = columns.iter().filter_map(|column| tables.column(*column)).collect();
    let count = tables.rows(frame).map_or(0, |rows| rows.len());
    let is_whole = |data: &&Arc<ColumnData>| matches!(data.states(), States::There(there) if *there >= count);
    let has_all = columns.iter().any(is_whole);
    if has_all && matches!(counted, Counted::All) {
        return Picked::All(count);
    }
    let is_present = |row: u32| has_all || columns.iter().any(|column| column.state(row) != State::NoRow);
    let is_stored = |row: &u32| counted.has(*row) && is_present(*row);
    let rows: Vec<u32> = (0..row_number(count)).filter(is_stored).collect();
    if rows.len() == count { Picked::All(count) } else { Picked::These(rows.into()) }
}
