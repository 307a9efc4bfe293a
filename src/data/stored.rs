//! The data of a run folder back to [`Tables`]: cells in the one form in which run folders print
//! them, each row at the place in the data file it came from.

use bytes::Bytes;

use super::parquet::ParquetSheet;
use super::raw::{FileRows, RowCollector};
use super::raw_table::{RawTable, Source};
use super::sheet::{Flaw, Sheet, Wanted};
use super::{assemble, read};
use crate::diagnostics::{Code, Diagnostic};
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

/// A record as the file of a run folder holds it: a Parquet table with the columns by their names in the plan.
#[derive(Clone, Debug)]
pub struct StoredTable {
    /// The record.
    pub record: RecordId,
    /// The data file it was read from, where it has one.
    pub file: Option<DataFile>,
    /// The file of the run folder, as the paths there name it.
    pub path: String,
    /// Its bytes.
    pub bytes: Bytes,
    /// The column with the rows in the data file.
    pub rows: String,
}

/// Takes records of a run folder as data: what [`load`](super::load) gave when they were stored. All
/// is validated again. A record that is in neither list has no rows.
///
/// # Errors
/// All problems of the data.
pub fn from_stored(
    program: &Program,
    records: &[StoredRecord],
    tables: &[StoredTable],
) -> Result<Tables, Vec<Diagnostic>> {
    let program = stored_form(program, records);
    let mut files = Vec::new();
    let raw = program.model.records.ids().map(|record| {
        let stored = tables.iter().find(|stored| stored.record == record);
        if let Some(stored) = stored.filter(|_| !records.iter().any(|printed| printed.record == record)) {
            files.extend(stored.file.clone());
            return typed(&program, stored).map_err(|problem| vec![problem]);
        }
        let stored = records.iter().find(|stored| stored.record == record);
        files.extend(stored.and_then(|stored| stored.file.clone()));
        Ok(table(&program, record, stored))
    });
    let raw = raw.collect::<Result<Vec<_>, _>>()?.into_iter().collect();
    assemble(&program, &raw, files, Vec::new())
}

/// The program with columns that read what run folders hold, however the data files wrote it: a percentage as its number,
/// where it is printed with its sign, and a period as its literal.
fn stored_form(program: &Program, printed: &[StoredRecord]) -> Program {
    let mut program = program.clone();
    for id in program.model.columns.ids() {
        if let Origin::Data(data) = &mut program.model.columns.at_mut(id).origin {
            let is_printed = printed.iter().any(|printed| printed.record == data.record);
            data.percent = if is_printed { PercentCells::Sign } else { PercentCells::Ratio };
            data.year = None;
            data.written = Written::Plain;
        }
    }
    program
}

/// The rows of a record as they stand in a table of a run folder.
fn typed(program: &Program, stored: &StoredTable) -> Result<RawTable, Diagnostic> {
    let unreadable = |flaws: Vec<Flaw>| {
        let why = flaws.first().map_or_else(String::new, |flaw| flaw.message.clone());
        Diagnostic::new(Code::NotARun, format!("`{}` of the run folder cannot be read: {why}", stored.path))
    };
    let mut sheet = ParquetSheet::open(stored.bytes.clone()).map_err(unreadable)?;
    let position = |name: &str| sheet.headers().iter().position(|header| header == name);
    let (mut columns, mut wanted) = (Vec::new(), Vec::new());
    for column in read::columns(program, stored.record) {
        if let Some(position) = position(&program.names.columns.at(column).name) {
            columns.push(column);
            wanted.push(Wanted { position, written: &Written::Plain });
        }
    }
    wanted.extend(position(&stored.rows).map(|position| Wanted { position, written: &Written::Plain }));
    let mut found = sheet.next(&wanted, usize::MAX).map_err(unreadable)?;
    let origins = found.cells.split_off(columns.len());
    let mut rows = FileRows::default();
    for row in 0..found.rows.len() {
        rows.push(origins.first().map_or(0, |origins| origins.text(row).parse().unwrap_or(0)));
    }
    let path = program.model.records.at(stored.record).file_name().unwrap_or_default();
    Ok(RawTable::new(columns, found.cells, Source::File(path, rows)))
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
