//! The data of a run, from the `inputs/` of its folder.

use super::run::{InputRow, Run};
use crate::data::{self, StoredRecord, StoredRow};
use crate::diagnostics::Diagnostic;
use crate::ids::RecordId;
use crate::program::Program;
use crate::table::{DataFile, Tables};

impl Run {
    /// The data that a plan of the run was computed from.
    ///
    /// # Errors
    /// An input that is not as it was written, or that does not fit the records of the plan.
    pub fn tables(&self, program: &Program) -> Result<Tables, Vec<Diagnostic>> {
        self.tables_with(program, &[])
    }

    /// The same with these records in the place of those stored.
    ///
    /// # Errors
    /// As for [`Run::tables`].
    pub fn tables_with(&self, program: &Program, given: &[StoredRecord]) -> Result<Tables, Vec<Diagnostic>> {
        let given = |record: RecordId| given.iter().find(|given| given.record == record).cloned();
        let records = program.model.records.ids();
        let records = records.map(|record| given(record).map_or_else(|| self.stored_record(program, record), Ok));
        let records: Result<Vec<StoredRecord>, Diagnostic> = records.collect();
        data::from_stored(program, &records.map_err(|problem| vec![problem])?)
    }

    /// A record of a plan as the run folder holds it.
    ///
    /// # Errors
    /// An input that is not as it was written.
    pub fn stored_record(&self, program: &Program, record: RecordId) -> Result<StoredRecord, Diagnostic> {
        let name = &program.names.records.at(record).name;
        let table = self.input_rows(&program.names.plan.name, name)?;
        let file = program.model.records.at(record).file_name();
        let file = file.and_then(|path| {
            let entry = self.manifest.data_files.get(&path)?;
            Some(DataFile { record, path: path.clone(), sha256: entry.sha256.clone(), rows: entry.rows })
        });
        let row = |row: InputRow| StoredRow { cells: row.cells, row: row.row.unwrap_or_default() };
        Ok(StoredRecord { record, file, columns: table.columns, rows: table.rows.into_iter().map(row).collect() })
    }
}
