//! Data files, or the rows of a test, to [`Tables`]: read, validated cell by cell, sorted by key,
//! references resolved to rows. All problems are found before any is reported.
//!
//! [`read`] makes [`texts`] of each record's file, through a [`sheet`] of its form: [`csv`] (which refuses
//! what is not well formed by [`shape`]), [`json_lines`], [`parquet`] or [`xlsx`]. From there on all forms
//! and the rows of tests go the same way: [`periods`] finds the calendar, [`keys`] the order of the rows,
//! [`columns`] types the cells by [`cell`] and [`number`], and [`check`] looks at each record as a whole.

mod bands;
mod cell;
mod check;
mod columns;
mod csv;
mod files;
mod json_lines;
mod keys;
mod number;
mod parquet;
mod periods;
mod read;
mod shape;
mod sheet;
mod stored;
mod texts;
mod versions;
mod xlsx;

pub use files::{DataFiles, Folder, Memory, OpenError};
pub use stored::{StoredRecord, StoredRow, from_stored};

use std::collections::HashSet;

use crate::diagnostics::Diagnostic;
use crate::ids::{ColumnId, IdVec, RecordId};
use crate::program::Program;
use crate::source::Span;
use crate::table::{DataFile, Key, Rows, Tables, Value};
use cell::CellReader;
use check::Loaded;
use columns::Columns;
use keys::{Keys, own_key};
use texts::{Source, Texts};

/// A row that a test gives.
#[derive(Clone, Debug)]
pub struct GivenRow {
    /// The record.
    pub record: RecordId,
    /// The cells that are given, each written as in a CSV file.
    pub cells: Vec<(ColumnId, String)>,
    /// Where the row stands in the plan.
    pub span: Span,
}

/// Reads the data of a program; the rows of records that are no files are given, printed as run folders do.
pub fn load(program: &Program, files: &dyn DataFiles, given: &[StoredRecord]) -> Result<Tables, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut texts = IdVec::new();
    let mut read = Vec::new();
    for record in program.model.records.ids() {
        if let Some(stored) = given.iter().find(|stored| stored.record == record) {
            texts.push(stored::texts(program, record, Some(stored)));
            continue;
        }
        let (rows, file) = read::read(program, files, record, &mut problems);
        texts.push(rows);
        read.extend(file);
    }
    assemble(program, &texts, read, problems)
}

/// Takes the rows of a test as data, in the same way. A cell that is not given is missing, also where
/// data must have it; nothing is concluded from how many rows there are.
pub fn from_rows(program: &Program, rows: &[GivenRow], given: &[StoredRecord]) -> Result<Tables, Vec<Diagnostic>> {
    let texts = program.model.records.ids().map(|record| {
        if let Some(stored) = given.iter().find(|stored| stored.record == record) {
            return stored::texts(program, record, Some(stored));
        }
        let columns = read::columns(program, record);
        let mut texts = Texts::new(columns.clone(), Source::Plan(Vec::new()));
        for row in rows.iter().filter(|row| row.record == record) {
            let given = |column: &ColumnId| {
                let cell = row.cells.iter().find(|(given, _)| given == column);
                cell.map_or("", |(_, text)| text.as_str())
            };
            let cells: Vec<&str> = columns.iter().map(given).collect();
            texts.push_plan_row(row.span, &cells);
        }
        texts
    });
    assemble(program, &texts.collect(), Vec::new(), Vec::new())
}

/// Types the rows of all records.
fn assemble(
    program: &Program,
    texts: &IdVec<RecordId, Texts>,
    files: Vec<DataFile>,
    mut problems: Vec<Diagnostic>,
) -> Result<Tables, Vec<Diagnostic>> {
    let calendar = periods::calendar(program, texts, &mut problems);
    let columns = Columns::new(CellReader { program, calendar: &calendar });
    let keys: IdVec<RecordId, Keys> =
        texts.pairs().map(|(record, texts)| Keys::read(&columns, record, texts, &mut problems)).collect();
    let mut tables = Tables::new(calendar.clone());
    tables.files = files;
    for (record, texts) in texts.pairs() {
        let mut sound = HashSet::new();
        for column in read::columns(program, record) {
            let before = problems.len();
            let data = columns.typed(record, column, texts, &keys, &mut problems);
            tables.set_column(column, data);
            if problems.len() == before && texts.position(column).is_some() {
                sound.insert(column);
            }
        }
        let loaded = Loaded { program, record, texts, keys: keys.at(record) };
        loaded.control_totals(&tables, &sound, &mut problems);
        loaded.file_end(&mut problems);
        loaded.active(&tables, &mut problems);
        loaded.hierarchy(&tables, &mut problems);
        set_rows(program, record, texts, keys.at(record), &mut tables);
    }
    if problems.is_empty() {
        bands::check(program, &tables, texts, &keys, &mut problems);
    }
    if problems.is_empty() {
        return Ok(tables);
    }
    problems.sort_by(|first, second| order(first).cmp(&order(second)));
    Err(problems)
}

/// Problems stand in the order of the data, or of the test.
fn order(problem: &Diagnostic) -> impl Ord {
    let span = problem.labels.first().map(|label| label.span);
    (problem.data.as_ref(), span)
}

/// The rows of a record's frame, and where they came from.
fn set_rows(program: &Program, record: RecordId, texts: &Texts, keys: &Keys, tables: &mut Tables) {
    let declared = program.model.records.at(record);
    let rows = if own_key(program, record) {
        Rows::own(keys.order.len())
    } else {
        let rows = 0..crate::table::row_number(keys.order.len());
        let part = |column: &ColumnId, row: u32| {
            let value = tables.column(*column)?.get(row);
            value.as_ref().and_then(Value::key)
        };
        let key = |row: u32| -> Box<[Key]> {
            // A part without a value is a problem already, and no table comes of it.
            let parts = declared.key.iter();
            parts.map(|column| part(column, row).unwrap_or_default()).collect()
        };
        Rows::new(rows.map(key))
    };
    let versions = declared.versions.as_ref().zip(keys.versions.as_ref());
    if let Some((declared, all)) = versions {
        tables.set_rows(declared.frame, versions::rows(declared, keys, all, &rows, tables));
    }
    tables.set_rows(declared.frame, rows);
    if let (Some(_), Source::File(_, file_rows)) = (&declared.file, &texts.source) {
        let row = |source: &usize| file_rows.get(*source).copied().unwrap_or_default();
        let rows_of = |order: &[usize]| order.iter().map(row).collect();
        tables.file_rows.insert(declared.frame, rows_of(&keys.order));
        if let Some((declared, all)) = versions {
            tables.file_rows.insert(declared.frame, rows_of(all));
        }
    }
}

#[cfg(test)]
mod tests;
