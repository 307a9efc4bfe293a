//! Plans that read definitions of other plans: the others are computed first, and give their rows as data.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::data::{self, DataFiles, GivenRow, StoredRecord, StoredRow};
use crate::diagnostics::Diagnostic;
use crate::engine;
use crate::fault;
use crate::ids::{ColumnId, RecordId, RuleId};
use crate::keys;
use crate::program::Program;
use crate::table::{Results, State, Tables, Value};
use crate::types::model::{DataForm, Origin, PlanRows};

/// What plans came to on one set of data, by their names: each is computed once.
#[derive(Debug, Default)]
pub struct Computed {
    results: BTreeMap<String, Arc<Results>>,
}

/// How a plan gets its data: its own records and, given as they are, the rows of other plans.
type Read<'a> = &'a dyn Fn(&Program, &[StoredRecord]) -> Result<Tables, Vec<Diagnostic>>;

impl Computed {
    /// The data of a plan from files, and from the plans it reads.
    ///
    /// # Errors
    /// All problems of the data, or of the data or computation of another plan.
    pub fn load(&mut self, program: &Program, files: &dyn DataFiles) -> Result<Tables, Vec<Diagnostic>> {
        self.tables(program, &|program, given| data::load(program, files, given))
    }

    /// The data of a plan from the rows of a test.
    ///
    /// # Errors
    /// As for [`Computed::load`].
    pub fn from_rows(&mut self, program: &Program, rows: &[GivenRow]) -> Result<Tables, Vec<Diagnostic>> {
        self.tables(program, &|other, given| {
            let rows: Vec<GivenRow> = rows.iter().filter_map(|row| row_of(program, other, row)).collect();
            data::from_rows(other, &rows, given)
        })
    }

    /// Keeps what a plan came to for the plans that read it.
    pub fn keep(&mut self, program: &Program, results: &Results) {
        self.results.insert(program.names.plan.name.clone(), Arc::new(results.clone()));
    }

    /// The rows of the other plans that a plan reads, as far as it is known what these came to.
    pub fn given(&self, program: &Program) -> Vec<StoredRecord> {
        let foreign = program.model.records.pairs().filter_map(|(record, described)| {
            let Some(DataForm::Plan { plan, rows: wanted }) = described.file.as_ref().map(|file| &file.form) else {
                return None;
            };
            let other = program.reads.get(*plan)?;
            let results = self.results.get(&other.names.plan.name)?;
            Some(rows(program, record, other, wanted, results))
        });
        foreign.collect()
    }

    fn tables(&mut self, program: &Program, read: Read<'_>) -> Result<Tables, Vec<Diagnostic>> {
        let mut given = Vec::new();
        for (record, described) in program.model.records.pairs() {
            let Some(DataForm::Plan { plan, rows: wanted }) = described.file.as_ref().map(|file| &file.form) else {
                continue;
            };
            let Some(other) = program.reads.get(*plan) else { continue };
            let results = self.results(other, read)?;
            given.push(rows(program, record, other, wanted, &results));
        }
        read(program, &given)
    }

    /// What another plan came to, computed where it was not yet.
    fn results(&mut self, program: &Program, read: Read<'_>) -> Result<Arc<Results>, Vec<Diagnostic>> {
        let name = &program.names.plan.name;
        if let Some(known) = self.results.get(name) {
            return Ok(Arc::clone(known));
        }
        let tables = self.tables(program, read)?;
        let results = engine::run(program, &tables)
            .map_err(|stopped| fault::describe(program, &stopped.so_far, &stopped.faults))?;
        let results = Arc::new(results);
        self.results.insert(name.clone(), Arc::clone(&results));
        Ok(results)
    }
}

/// The rows of what another plan comes to.
fn rows(program: &Program, record: RecordId, other: &Program, wanted: &PlanRows, results: &Results) -> StoredRecord {
    let described = program.model.records.at(record);
    let columns: Vec<String> =
        described.columns.iter().map(|column| program.names.columns.at(*column).name.clone()).collect();
    let cells = match wanted {
        PlanRows::Definition(column) => defined(other, *column, results, columns.len()),
        PlanRows::Credits { rule, columns } => credits(other, *rule, columns, results),
    };
    let rows = (1_u64..).zip(cells).map(|(row, cells)| StoredRow { cells, row }).collect();
    StoredRecord { record, file: None, columns, rows }
}

/// The cells of a definition's rows: the key, the value, and where there is room for them the date and person.
fn defined(other: &Program, column: ColumnId, results: &Results, width: usize) -> Vec<Vec<Option<String>>> {
    let Some(data) = results.tables.column(column) else { return Vec::new() };
    // The one value of a plan is there, or blank.
    let one = other.model.frames.at(other.model.columns.at(column).frame).parts.is_empty();
    let there = (0..crate::table::row_number(data.len())).filter(|row| one || data.state(*row) != State::NoRow);
    let cells = there.map(|row| {
        let mut cells = key(other, column, results, row);
        cells.push(keys::print_cell(other, &results.tables, column, row));
        if width > cells.len() {
            let (date, person) = belongs(other, column, results, row);
            cells.extend([date, person]);
        }
        cells
    });
    cells.collect()
}

/// The cells of credits, of one rule or of all: the key, and the columns.
fn credits(other: &Program, rule: Option<RuleId>, columns: &[ColumnId], results: &Results) -> Vec<Vec<Option<String>>> {
    let Some(table) = &other.model.credit else { return Vec::new() };
    let credits = (0_u32..).zip(&results.credits).filter(|(_, credit)| rule.is_none_or(|rule| credit.rule == rule));
    let cells = credits.map(|(row, _)| {
        let key = Some(keys::credit_key(other, results, table.frame, row));
        let cells = columns.iter().map(|column| keys::print_cell(other, &results.tables, *column, row));
        [key].into_iter().chain(cells).collect()
    });
    cells.collect()
}

fn key(other: &Program, column: ColumnId, results: &Results, row: u32) -> Vec<Option<String>> {
    let frame = other.model.columns.at(column).frame;
    match other.model.credits_of(frame) {
        Some(_) => vec![Some(keys::credit_key(other, results, frame, row))],
        None => keys::frame_key(other, results, frame, row).into_iter().map(Some).collect(),
    }
}

/// When a value happens and whom it belongs to: those of the flow, else those of the credit.
fn belongs(other: &Program, column: ColumnId, results: &Results, row: u32) -> (Option<String>, Option<String>) {
    let tables = &results.tables;
    let people = other.model.plan.people;
    if let Some(flow) = results.flows.get(&column) {
        let date = flow.date.get(row as usize).copied().flatten();
        let person = flow.person.get(row as usize).copied().flatten();
        let date = date.map(crate::calendar::print_date);
        return (date, person.map(|person| keys::record_key(other, tables, people, person)));
    }
    let Some(credit) = other.model.credits_of(other.model.columns.at(column).frame) else { return (None, None) };
    let person = match tables.column(credit.person).and_then(|data| data.get(row)) {
        Some(Value::Row(person)) => Some(keys::record_key(other, tables, people, person)),
        _ => None,
    };
    (keys::print_cell(other, tables, credit.date, row), person)
}

/// A row that a test gives to one plan, as a row of another: of the record and columns of the same names.
fn row_of(from: &Program, to: &Program, row: &GivenRow) -> Option<GivenRow> {
    let name = &from.names.records.at(row.record).name;
    let (record, described) = to.model.records.pairs().find(|(id, _)| to.names.records.at(*id).name == *name)?;
    let column = |column: &ColumnId| {
        let name = &from.names.columns.at(*column).name;
        let is_data = |id: &&ColumnId| matches!(to.model.columns.at(**id).origin, Origin::Data(_));
        described.columns.iter().filter(is_data).find(|id| to.names.columns.at(**id).name == *name).copied()
    };
    let cells = row.cells.iter().filter_map(|(id, text)| Some((column(id)?, text.clone()))).collect();
    Some(GivenRow { record, cells, span: row.span })
}
