//! The data of a run folder back to [`Tables`]: cells in the one form in which run folders print
//! them, each row at the place in the data file it came from.

use super::raw::RowCollector;
use super::raw_table::{RawTable, Source};
use super::{assemble, read};
use crate::diagnostics::Diagnostic;
use crate::ids::{ColumnId, RecordId};
use crate::program::Program;
use crate::table::{DataFile, Tables};
use crate::types::model::{Origin, PercentCells};
use crate::types::written::Written;

/// A record as a run folder holds it.
#[derive(Clone, Debug)]
pub struct StoredRecord {
    /// The record.
    pub record: RecordId,
    /// The data file it was read from, where it has one.
    pub file: Option<DataFile>,
    /// The columns by their names in the plan.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<StoredRow>,
}

/// A row of a record.
#[derive(Clone, Debug)]
pub struct StoredRow {
    /// Its cells as run folders print them; none where a cell is blank.
    pub cells: Vec<Option<String>>,
    /// The row in its file; the header is row 1.
    pub row: u64,
}

/// Takes records of a run folder as data: what [`load`](super::load) gave when they were stored. All
/// is validated again. A record that is not among them has no rows.
///
/// # Errors
/// All problems of the data.
pub fn from_stored(program: &Program, records: &[StoredRecord]) -> Result<Tables, Vec<Diagnostic>> {
    let program = printed_form(program);
    let mut files = Vec::new();
    let raw = program.model.records.ids().map(|record| {
        let stored = records.iter().find(|stored| stored.record == record);
        files.extend(stored.and_then(|stored| stored.file.clone()));
        table(&program, record, stored)
    });
    let raw = raw.collect();
    assemble(&program, &raw, files, Vec::new())
}

/// The program with columns that read what run folders print, however the data files wrote it: a
/// percentage with its sign, a period as its literal.
fn printed_form(program: &Program) -> Program {
    let mut program = program.clone();
    for id in program.model.columns.ids() {
        if let Origin::Data(data) = &mut program.model.columns.at_mut(id).origin {
            data.percent = PercentCells::Sign;
            data.year = None;
            data.written = Written::Plain;
        }
    }
    program
}

/// The rows of a record as they stand in a run folder.
pub(super) fn table(program: &Program, record: RecordId, stored: Option<&StoredRecord>) -> RawTable {
    let position = |column: &ColumnId| {
        let name = &program.names.columns.at(*column).name;
        stored?.columns.iter().position(|stored| stored == name)
    };
    let declared = read::columns(program, record);
    let found: Vec<(ColumnId, usize)> =
        declared.iter().filter_map(|column| Some((*column, position(column)?))).collect();
    // The file is named as the record names it, also where it was empty.
    let path = program.model.records.at(record).file_name().unwrap_or_default();
    let columns = found.iter().map(|(column, _)| *column).collect();
    let mut rows = RowCollector::new(found.len());
    for row in stored.iter().flat_map(|stored| &stored.rows) {
        let cell = |position: usize| row.cells.get(position).and_then(Option::as_deref).unwrap_or("");
        rows.push(row.row, found.iter().map(|(_, position)| cell(*position)));
    }
    let (cells, rows) = rows.finish();
    RawTable::new(columns, cells, Source::File(path, rows))
}
