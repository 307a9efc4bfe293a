//! A run folder read back. A file is given out only when it still has the hash in the manifest.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::folder::is_inside;
use super::manifest::{
    ColumnEntry, FORMAT, FileEntry, Kind, MANIFEST, MANIFEST_HASH, Manifest, PlanEntry, TableEntry, hash_line,
    hexadecimal, sha256,
};
use super::parquet_files::{self, Column, Values};
use super::stored_table::date_of;
use super::tables::Supplied;
use super::{Complete, Earning, Outputs, Payout, Reconciled, RunOptions, Sources, sheets};
use crate::calendar::print_date;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::ColumnId;
use crate::keys::{self, print_number, yes_or_no};
use crate::program::Program;
use crate::table::{ColumnData, Tables, Value};
use crate::value::Fixed;

/// So many bytes of a file are hashed at once.
const PIECE: usize = 1 << 20;

/// A run folder that has been opened: its manifest is as it was written.
#[derive(Clone, Debug)]
pub struct Run {
    root: PathBuf,
    /// The manifest.
    pub manifest: Manifest,
    /// SHA-256 of the manifest's file, which names the run.
    pub sha256: String,
    /// The plan files as run.
    pub sources: Sources,
    /// The data, where the folder does not hold it.
    pub(super) supplied: Option<Supplied>,
}

/// A record as it was read, cell by cell as a data file would write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputTable {
    /// The columns by their names in the plan.
    pub columns: Vec<String>,
    /// The rows in order of their keys.
    pub rows: Vec<InputRow>,
}

/// A row of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputRow {
    /// Its cells; none where a cell is blank.
    pub cells: Vec<Option<String>>,
    /// The data file it came from.
    pub file: Option<String>,
    /// The row in that file; the header is row 1.
    pub row: Option<u64>,
}

/// The definitions on one frame, with a way from a key to its row.
#[derive(Clone, Debug)]
pub struct ResultTable {
    entry: TableEntry,
    columns: Vec<Column>,
    rows: HashMap<Vec<String>, usize>,
}

impl Run {
    /// Opens a run folder: its manifest must be as written and of a format this version reads, and its plan
    /// files as they were run.
    pub fn open(path: &Path) -> Result<Run, Diagnostic> {
        let mut run = Run::with_manifest(path)?;
        run.read_sources()?;
        Ok(run)
    }

    /// Opens a run folder by its manifest alone, which must be as written and of a format this version reads.
    pub fn with_manifest(path: &Path) -> Result<Run, Diagnostic> {
        let no_run = |what: String| Diagnostic::new(Code::NotARun, format!("`{}` {what}", path.display()));
        let read = |name: &str| {
            fs::read_to_string(path.join(name)).map_err(|error| {
                no_run(format!("is not a run folder: `{name}`: {error}"))
                    .help("name a folder that `attain run --out` wrote")
            })
        };
        let text = read(MANIFEST)?;
        if read(MANIFEST_HASH)? != hash_line(&text) {
            let what = format!("has a `{MANIFEST}` that is not as it was written");
            return Err(no_run(what));
        }
        let manifest = parse(&text).map_err(no_run)?;
        Ok(Run {
            root: path.to_owned(),
            manifest,
            sha256: sha256(text.as_bytes()),
            sources: Sources::default(),
            supplied: None,
        })
    }

    /// Reads the plan files as they were run.
    pub fn read_sources(&mut self) -> Result<(), Diagnostic> {
        for (path, file) in &self.manifest.plan_files {
            let stored = format!("plan/{path}");
            let bytes = self.file(&stored, &file.sha256)?;
            let text = std::str::from_utf8(&bytes).map_err(|error| unreadable(&stored, &error))?;
            self.sources.files.insert(path.clone(), text.to_owned());
        }
        Ok(())
    }

    /// In which form it holds the values.
    pub fn outputs(&self) -> Outputs {
        Outputs::of(&self.manifest.options)
    }

    /// In how many parts it was computed, part by part in some of its tables; none where that was at once.
    pub fn parts(&self) -> Option<usize> {
        self.manifest.options.get(RunOptions::PARTS)?.parse().ok()
    }

    /// Where the folder lies.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The bytes of a file as it is, whatever it was.
    pub(super) fn bytes(&self, path: &str) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open_file(path)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The rows of `payouts.csv`.
    pub fn payouts(&self) -> Result<Vec<Payout>, Diagnostic> {
        self.sheet("payouts.csv")
    }

    /// The rows of `earnings.csv`.
    pub fn earnings(&self) -> Result<Vec<Earning>, Diagnostic> {
        self.sheet("earnings.csv")
    }

    /// The rows of `completeness.csv`.
    pub fn completeness(&self) -> Result<Vec<Complete>, Diagnostic> {
        self.sheet("completeness.csv")
    }

    /// The rows of `reconciliation.csv`.
    pub fn reconciliation(&self) -> Result<Vec<Reconciled>, Diagnostic> {
        self.sheet("reconciliation.csv")
    }

    /// What the manifest says of the table of a record.
    pub(super) fn input(&self, plan: &str, record: &str) -> Result<&TableEntry, Diagnostic> {
        let entry = self.plan(plan)?.inputs.get(record);
        entry.ok_or_else(|| no_such(format!("the run has no record `{record}`")))
    }

    /// A record of a plan as the folder holds it.
    pub fn input_rows(&self, plan: &str, record: &str) -> Result<InputTable, Diagnostic> {
        let entry = self.input(plan, record)?;
        let columns = self.columns(entry)?;
        let count = columns.first().map_or(0, |column| column.values.len());
        Ok(InputTable::of(&entry.columns, count, |kind, number, row| {
            cell_text(kind, &columns.get(number)?.values, row)
        }))
    }

    /// The definitions of a plan on a frame (see [`frame_name`](super::frame_name)).
    pub fn results(&self, plan: &str, frame: &str) -> Result<ResultTable, Diagnostic> {
        let entry = self.plan(plan)?.results.get(frame);
        let entry = entry.ok_or_else(|| no_such(format!("the run has no results for `{frame}`")))?;
        Ok(ResultTable::new(entry, self.columns(entry)?))
    }

    /// The value stored for a definition at a key, as text; none where there is no value. For many
    /// values of one frame, read its [`Run::results`] once.
    pub fn stored(&self, plan: &str, frame: &str, column: &str, key: &[String]) -> Result<Option<String>, Diagnostic> {
        self.results(plan, frame)?.get(column, key)
    }

    fn plan(&self, plan: &str) -> Result<&PlanEntry, Diagnostic> {
        let entry = self.manifest.plans.get(plan);
        entry.ok_or_else(|| no_such(format!("the run has no plan `{plan}`")))
    }

    fn sheet<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, Diagnostic> {
        let file = self.output(path)?;
        sheets::read(file.as_ref()).map_err(|error| unreadable(path, &error))
    }

    fn columns(&self, entry: &TableEntry) -> Result<Vec<Column>, Diagnostic> {
        let file = self.output(&entry.file)?;
        let columns = parquet_files::read(file).map_err(|error| unreadable(&entry.file, &error))?;
        let stored = columns.iter().map(|column| &column.name);
        if stored.eq(entry.columns.iter().map(|column| &column.name)) {
            return Ok(columns);
        }
        let message = format!("`{}` has other columns than the manifest says", entry.file);
        Err(Diagnostic::new(Code::NotARun, message))
    }

    /// The bytes of a file that the manifest names, which are as they were written.
    pub(super) fn output(&self, path: &str) -> Result<Bytes, Diagnostic> {
        let entry: Option<&FileEntry> = self.manifest.output_files.get(path);
        let entry = entry.ok_or_else(|| no_such(format!("the run has no file `{path}`")))?;
        self.file(path, &entry.sha256)
    }

    /// The bytes of a file, which still have this hash.
    fn file(&self, path: &str, hash: &str) -> Result<Bytes, Diagnostic> {
        match self.bytes(path) {
            Ok(bytes) if sha256(&bytes) == hash => Ok(Bytes::from(bytes)),
            Ok(_) => {
                let message = format!("`{path}` is not as the run wrote it");
                Err(Diagnostic::new(Code::NotARun, message).help("the hash in `manifest.json` is another: run again"))
            }
            Err(error) => Err(unreadable(path, &error)),
        }
    }

    pub(super) fn hash(&self, path: &str) -> io::Result<String> {
        hash_of(&mut self.open_file(path)?)
    }

    fn open_file(&self, path: &str) -> io::Result<File> {
        if is_inside(path) {
            File::open(self.root.join(path))
        } else {
            Err(io::Error::other("the path leaves the run folder"))
        }
    }
}

impl InputTable {
    /// A record stored in these columns, of so many rows; `text` gives a cell by the number of its column and its row.
    pub(super) fn of(
        entries: &[ColumnEntry],
        count: usize,
        text: impl Fn(Kind, usize, usize) -> Option<String>,
    ) -> InputTable {
        let data = || entries.iter().enumerate().filter(|(_, entry)| !matches!(entry.kind, Kind::File | Kind::Row));
        let origin = |kind: Kind, row: usize| {
            let number = entries.iter().position(|entry| entry.kind == kind)?;
            text(kind, number, row)
        };
        let row = |row: usize| InputRow {
            cells: data().map(|(number, entry)| text(entry.kind, number, row)).collect(),
            file: origin(Kind::File, row),
            row: origin(Kind::Row, row).and_then(|number| number.parse().ok()),
        };
        InputTable {
            columns: data().map(|(_, entry)| entry.name.clone()).collect(),
            rows: (0..count).map(row).collect(),
        }
    }
}

impl ResultTable {
    /// A table with these columns.
    pub(super) fn new(entry: &TableEntry, columns: Vec<Column>) -> ResultTable {
        let count = columns.first().map_or(0, |column| column.values.len());
        let keys = || entry.columns.iter().zip(&columns).filter(|(entry, _)| entry.key);
        let key = |row: usize| {
            let part = |(entry, column): (&super::ColumnEntry, &Column)| {
                cell_text(entry.kind, &column.values, row).unwrap_or_default()
            };
            keys().map(part).collect::<Vec<String>>()
        };
        let rows = (0..count).map(|row| (key(row), row)).collect();
        ResultTable { entry: entry.clone(), columns, rows }
    }

    /// What the manifest says of the table.
    pub fn entry(&self) -> &TableEntry {
        &self.entry
    }

    /// The value of a column at a key, as text; none where there is no value.
    pub fn get(&self, column: &str, key: &[String]) -> Result<Option<String>, Diagnostic> {
        let columns = self.entry.columns.iter().zip(&self.columns);
        let found = columns.rev().find(|(entry, _)| entry.name == column);
        let (entry, column) = found.ok_or_else(|| {
            let file = &self.entry.file;
            no_such(format!("`{file}` has no column `{column}`"))
        })?;
        let row = self.rows.get(key);
        Ok(row.and_then(|row| cell_text(entry.kind, &column.values, *row)))
    }

    /// The keys of all rows, sorted.
    pub fn keys(&self) -> Vec<&[String]> {
        let mut keys: Vec<&[String]> = self.rows.keys().map(Vec::as_slice).collect();
        keys.sort_unstable();
        keys
    }
}

fn parse(text: &str) -> Result<Manifest, String> {
    let damaged = |error| format!("has a `{MANIFEST}` that cannot be read: {error}");
    // Another format may well have other fields: the number comes first.
    let value: serde_json::Value = serde_json::from_str(text).map_err(damaged)?;
    match value.get("format").and_then(serde_json::Value::as_u64) {
        Some(format) if format == u64::from(FORMAT) => serde_json::from_value(value).map_err(damaged),
        Some(format) => Err(format!("is a run folder of format {format}; this version reads format {FORMAT}")),
        None => Err(format!("has a `{MANIFEST}` without a format")),
    }
}

/// A value of a column as [`ResultTable::get`] gives one that is stored; none where there is none.
pub fn printed(
    program: &Program,
    tables: &Tables,
    column: ColumnId,
    value: Option<Value>,
) -> Result<Option<String>, Diagnostic> {
    let described = program.model.columns.at(column);
    let mut data = ColumnData::new(described.ty, described.places);
    data.push(value);
    super::printed::check_digits(program, column, &data)?;
    Ok(keys::print_data(program, tables, described.ty, &data, 0))
}

/// A cell as a data file would write it; none where there is no value.
fn cell_text(kind: Kind, values: &Values, row: usize) -> Option<String> {
    match values {
        Values::Text(cells) => cells.get(row)?.clone(),
        Values::Date(cells) => cells.get(row)?.and_then(date_of).map(print_date),
        Values::YesNo(cells) => cells.get(row)?.map(|yes| yes_or_no(yes).to_owned()),
        Values::Decimal { places, units } => {
            let units = i128::from((*units.get(row)?)?);
            let places = *places;
            Some(print_number(Fixed { units, places }, kind == Kind::Percent))
        }
        Values::WideDecimal { places, units } => {
            let (units, places) = ((*units.get(row)?)?, *places);
            Some(print_number(Fixed { units, places }, kind == Kind::Percent))
        }
        Values::Integer(cells) => cells.get(row)?.map(|count| count.to_string()),
    }
}

/// SHA-256 of a file, which is never held as a whole.
fn hash_of(file: &mut File) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    loop {
        let count = file.read(&mut piece)?;
        if count == 0 {
            return Ok(hexadecimal(&hash.finalize()));
        }
        hash.update(piece.get(..count).unwrap_or_default());
    }
}

fn no_such(message: String) -> Diagnostic {
    Diagnostic::new(Code::NoSuchCell, message)
}

fn unreadable(path: &str, error: &dyn std::error::Error) -> Diagnostic {
    let message = format!("`{path}` of the run folder cannot be read: {error}");
    Diagnostic::new(Code::NotARun, message)
}
