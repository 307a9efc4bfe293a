//! Data files, or the rows of a test, to [`Tables`]: read, validated cell by cell, sorted by key,
//! references resolved to rows. All problems are found before any is reported.
//!
//! [`read`] makes a [`raw_table`] of each record's file, through a [`sheet`] of its form: [`csv`] (which [`shape`]
//! cuts into fields, refusing what is not well formed), [`json_lines`], [`parquet`] or [`xlsx`]. From there on all
//! forms and the rows of tests go the same way: columns are [`raw`], numbers or texts of which those that repeat are
//! kept and read once; [`periods`] finds the calendar, [`keys`] the [`mod@order`] of the rows, [`columns`] types the cells
//! by [`cell`] and [`number`], and [`check`] looks at each record as a whole. The text of a number is made for
//! problems alone.
//!
//! A file that is too large for memory goes the same way in [`pieces`], beside the records that are
//! [known](load_without): a sheet gives its rows piece by piece ([`blocks`] of CSV, groups of rows of Parquet), [`repeated`]
//! looks for keys that occur twice over all of them, [`totals`] adds them up, and [`spill`] keeps rows by part, many of them on disk,
//! as [`pack`] makes bytes of columns.

mod about;
mod added;
mod bands;
mod blocks;
mod cell;
mod check;
mod columns;
mod csv;
mod files;
mod hashing;
mod json_lines;
mod keys;
mod number;
mod order;
mod pack;
mod parquet;
mod periods;
mod pieces;
mod raw;
mod raw_table;
mod read;
mod repeated;
mod shape;
mod sheet;
mod spill;
mod stored;
mod totals;
mod versions;
mod xlsx;

pub use about::rows_about;
pub use added::{ASKED, AddedRow, AddedRows, Adding, From, SomeRows, cell_of_json, some_rows, with_all_rows};
pub use files::{DataFiles, Folder, Memory, OpenError};
pub use pieces::{PIECE_ROWS, Piece, Pieces};
pub use spill::Spill;
pub use stored::{StoredRecord, StoredRow, StoredTable, from_stored};

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diagnostics::Diagnostic;
use crate::ids::{ColumnId, IdVec, RecordId};
use crate::program::Program;
use crate::source::Span;
use crate::table::{ColumnData, DataFile, Rows, Tables, Value, row_number};
use cell::CellReader;
use check::Loaded;
use columns::Columns;
use keys::{Keys, own_key};
use raw::RowCollector;
use raw_table::{RawTable, Source};
use totals::Totals;

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
    load_without(program, files, given, &BTreeSet::new())
}

/// The same for all records but some, which have no rows: nothing is concluded from that, such as that a reference to
/// one of their rows leads nowhere. They are read by [`Pieces`].
///
/// # Errors
/// All problems of the data that is read.
pub fn load_without(
    program: &Program,
    files: &dyn DataFiles,
    given: &[StoredRecord],
    left_out: &BTreeSet<RecordId>,
) -> Result<Tables, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut raw = IdVec::new();
    let mut read = Vec::new();
    for record in program.model.records.ids() {
        if left_out.contains(&record) {
            raw.push(read::incomplete(program, record));
            continue;
        }
        if let Some(stored) = given.iter().find(|stored| stored.record == record) {
            raw.push(stored::table(program, record, Some(stored)));
            continue;
        }
        let (table, file) = read::read(program, files, record, &mut problems);
        raw.push(table);
        read.extend(file);
    }
    assemble(program, &raw, read, problems)
}

/// Takes the rows of a test as data, in the same way. A cell that is not given is missing, also where
/// data must have it; nothing is concluded from how many rows there are.
pub fn from_rows(program: &Program, rows: &[GivenRow], given: &[StoredRecord]) -> Result<Tables, Vec<Diagnostic>> {
    let raw = program.model.records.ids().map(|record| {
        if let Some(stored) = given.iter().find(|stored| stored.record == record) {
            return stored::table(program, record, Some(stored));
        }
        let columns = read::columns(program, record);
        let (mut cells, mut spans) = (RowCollector::new(columns.len()), Vec::new());
        for row in rows.iter().filter(|row| row.record == record) {
            let given = |column: &ColumnId| {
                let cell = row.cells.iter().find(|(given, _)| given == column);
                cell.map_or("", |(_, text)| text.as_str())
            };
            cells.push(0, columns.iter().map(given));
            spans.push(row.span);
        }
        RawTable::new(columns, cells.finish().0, Source::Plan(spans))
    });
    assemble(program, &raw.collect(), Vec::new(), Vec::new())
}

/// Types the rows of all records.
fn assemble(
    program: &Program,
    raw: &IdVec<RecordId, RawTable>,
    files: Vec<DataFile>,
    mut problems: Vec<Diagnostic>,
) -> Result<Tables, Vec<Diagnostic>> {
    let calendar = periods::calendar(program, raw, &mut problems);
    let columns = Columns::new(CellReader { program, calendar: &calendar });
    let keys: IdVec<RecordId, Keys> =
        raw.pairs().map(|(record, raw)| Keys::read(&columns, record, raw, &mut problems)).collect();
    let mut tables = Tables::new(calendar.clone());
    tables.files = files;
    for (record, raw) in raw.pairs() {
        let (typed, sound) = columns.all((record, keys.at(record)), raw, &keys, &mut problems);
        let mut totals = Totals::new(program, record);
        totals.add(raw, typed.iter().map(|(column, data)| (*column, data)), &sound);
        totals.check(&mut problems);
        for (column, data) in typed {
            tables.set_column(column, data);
        }
        let loaded = Loaded { program, record, raw, keys: keys.at(record) };
        loaded.active(&tables, &mut problems);
        loaded.hierarchy(&tables, &mut problems);
        set_rows(program, record, raw, keys.at(record), &mut tables);
    }
    if problems.is_empty() {
        bands::check(program, &tables, raw, &keys, &mut problems);
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

/// So many rows of a record whose columns are there, by their keys.
fn rows_by_key(program: &Program, record: RecordId, count: usize, tables: &Tables) -> Rows {
    if own_key(program, record) {
        return Rows::own(count);
    }
    let key = &program.model.records.at(record).key;
    let columns: Vec<_> = key.iter().map(|column| tables.column(*column)).collect();
    let parts = (0..row_number(count)).flat_map(|row| columns.iter().map(move |column| (row, column)));
    // A part without a value is a problem already, and no table comes of it.
    let part = |(row, column): (u32, &Option<&Arc<ColumnData>>)| {
        let value = column.and_then(|column| column.get(row));
        value.as_ref().and_then(Value::key).unwrap_or_default()
    };
    Rows::of_parts(count, columns.len(), parts.map(part).collect())
}

/// All values, where each is there.
fn collected<T>(values: impl ExactSizeIterator<Item = Option<T>>) -> Option<Vec<T>> {
    // A plain `collect` does not know how many there will be.
    let mut all = Vec::with_capacity(values.len());
    for value in values {
        all.push(value?);
    }
    Some(all)
}

/// The rows of a record's frame, and where they came from.
fn set_rows(program: &Program, record: RecordId, raw: &RawTable, keys: &Keys, tables: &mut Tables) {
    let declared = program.model.records.at(record);
    let rows = rows_by_key(program, record, keys.order.len(), tables);
    let versions = declared.versions.as_ref().zip(keys.versions.as_ref());
    if let Some((declared, all)) = versions {
        tables.set_rows(declared.frame, versions::rows(declared, keys, all, &rows, tables));
    }
    tables.set_rows(declared.frame, rows);
    if let (Some(_), Source::File(_, file_rows)) = (&declared.file, &raw.source) {
        let row = |source: &u32| file_rows.get(*source as usize).unwrap_or_default();
        let rows_of = |order: &[u32]| order.iter().map(row).collect();
        tables.file_rows.insert(declared.frame, rows_of(&keys.order));
        if let Some((declared, all)) = versions {
            tables.file_rows.insert(declared.frame, rows_of(all));
        }
    }
}

#[cfg(test)]
mod tests;
