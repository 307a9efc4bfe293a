//! The data of a run: from the `inputs/` of its folder, or from the data files themselves where it holds none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::manifest::Kind;
use super::printed::Printed;
use super::run::{InputRow, InputTable, Run};
use super::{Outputs, inputs};
use crate::data::{self, StoredRecord, StoredRow, StoredTable};
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::RecordId;
use crate::plans::Computed;
use crate::program::Program;
use crate::table::{DataFile, Tables};

/// The data of a run that holds its hashes alone, read anew.
#[derive(Clone, Debug)]
pub(super) struct Supplied {
    folder: PathBuf,
    /// By the name of the plan.
    plans: BTreeMap<String, Tables>,
}

impl Run {
    /// Reads the data of these plans from the folder of the data files, where the run's own folder has their hashes alone.
    /// An option of the command names the folder.
    ///
    /// # Errors
    /// No folder where one is needed, data that cannot be read, or that is not what the run read.
    pub fn supply(
        &mut self,
        programs: &[&Program],
        folder: Option<&Path>,
        option: &str,
    ) -> Result<(), Vec<Diagnostic>> {
        if self.outputs() == Outputs::All {
            return Ok(());
        }
        let Some(folder) = folder else {
            let message =
                format!("the run `{}` holds the hashes of its data alone, not the data", self.root().display());
            let help = format!("say where the data files lie: `{option} DIR`");
            return Err(vec![Diagnostic::new(Code::NoDataFile, message).help(help)]);
        };
        let files = data::Folder::new(folder);
        let (mut computed, mut plans) = (Computed::default(), BTreeMap::new());
        for program in programs {
            let tables = computed.load(program, &files)?;
            self.is_own(&tables).map_err(|problem| vec![problem])?;
            plans.insert(program.names.plan.name.clone(), tables);
        }
        self.supplied = Some(Supplied { folder: folder.to_owned(), plans });
        Ok(())
    }

    /// Whether data came from the files that the run read.
    fn is_own(&self, tables: &Tables) -> Result<(), Diagnostic> {
        let other = tables.files.iter().find(|file| {
            let noted = self.manifest.data_files.get(&file.path);
            noted.is_none_or(|noted| noted.sha256 != file.sha256)
        });
        let Some(other) = other else { return Ok(()) };
        let message = format!("`{}` is another than the run read: its hash is not the one noted", other.path);
        Err(Diagnostic::new(Code::NotARun, message).help("name the folder with the data files as they were then"))
    }

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
        if let Some(supplied) = &self.supplied {
            return match supplied.plans.get(&program.names.plan.name).filter(|_| given.is_empty()) {
                Some(tables) => Ok(tables.clone()),
                None => data::load(program, &data::Folder::new(&supplied.folder), given),
            };
        }
        let own = program.model.records.ids().filter(|record| !given.iter().any(|given| given.record == *record));
        let own: Result<Vec<StoredTable>, Diagnostic> = own.map(|record| self.stored_table(program, record)).collect();
        data::from_stored(program, given, &own.map_err(|problem| vec![problem])?)
    }

    /// A record as a table of the folder, with the data file that it came from.
    fn stored_table(&self, program: &Program, record: RecordId) -> Result<StoredTable, Diagnostic> {
        let (plan, name) = (&program.names.plan.name, &program.names.records.at(record).name);
        let entry = self.input(plan, name)?;
        let rows = entry.columns.iter().find(|column| column.kind == Kind::Row);
        Ok(StoredTable {
            record,
            file: self.data_file(program, record),
            path: entry.file.clone(),
            bytes: self.output(&entry.file)?,
            rows: rows.map_or_else(String::new, |column| column.name.clone()),
        })
    }

    /// The data file that a record came from.
    fn data_file(&self, program: &Program, record: RecordId) -> Option<DataFile> {
        let path = program.model.records.at(record).file_name()?;
        let entry = self.manifest.data_files.get(&path)?;
        Some(DataFile { record, sha256: entry.sha256.clone(), rows: entry.rows, path })
    }

    /// A record of a plan, cell by cell as a data file would write it.
    ///
    /// # Errors
    /// An input that is not as it was written.
    pub fn record_rows(&self, program: &Program, record: RecordId) -> Result<InputTable, Diagnostic> {
        let (plan, name) = (&program.names.plan.name, &program.names.records.at(record).name);
        let Some(tables) = self.supplied.as_ref().and_then(|supplied| supplied.plans.get(plan)) else {
            return self.input_rows(plan, name);
        };
        let printed = Printed::new(program, tables);
        let table = inputs::table(&printed, record)?;
        Ok(InputTable::of(table.entries(), table.rows(), |_, column, row| table.text(column, row)))
    }

    /// The same with the data file that it came from.
    ///
    /// # Errors
    /// As for [`Run::record_rows`].
    pub fn stored_record(&self, program: &Program, record: RecordId) -> Result<StoredRecord, Diagnostic> {
        let table = self.record_rows(program, record)?;
        let file = self.data_file(program, record);
        let row = |row: InputRow| StoredRow { cells: row.cells, row: row.row.unwrap_or_default() };
        Ok(StoredRecord { record, file, columns: table.columns, rows: table.rows.into_iter().map(row).collect() })
    }
}
