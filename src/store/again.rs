//! The files of a run made again from results, and how they differ from those of its folder.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Mutex, PoisonError};

use super::manifest::{Manifest, TableEntry, sha256};
use super::output::{Output, Place, Taker};
use super::parquet_files;
use super::printed::Printed;
use super::run::{ResultTable, Run};
use super::share::Share;
use super::write::{Written, write_to};
use super::{Outputs, PlanRun, RunOptions, Summary, flows, results};
use crate::diagnostics::Diagnostic;
use crate::types::model::{Origin, Word};

/// So many differences of one file are told.
const TOLD: usize = 3;

/// What came of making the files of a run again.
#[derive(Clone, Debug)]
pub struct Again {
    /// How many files were made.
    pub files: usize,
    /// How many values the tables of results hold, keys not counted.
    pub values: usize,
    /// How a file, by its path, differs from that of the folder.
    pub differences: BTreeMap<String, Vec<String>>,
    /// What the results come to.
    pub summary: Summary,
}

/// Makes the files of a run again from the results of all its plans, and compares them with those of its folder, byte
/// for byte. Another version of Attain may put the same values into other bytes of a Parquet file; then its values
/// are compared.
///
/// # Errors
/// Results that cannot be written.
pub fn again(run: &Run, plans: &[PlanRun<'_>]) -> Result<Again, Diagnostic> {
    let stored = &run.manifest;
    let options =
        RunOptions { edition: stored.edition, follows: stored.follows.clone(), outputs: run.outputs(), parts: None };
    let beside = Beside { run, files: Mutex::default() };
    let Written { summary, manifest: made, values } = write_to(&beside, plans, &options)?;
    let files = beside.files.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut differences = BTreeMap::new();
    for (path, bytes) in files.iter().filter_map(|(path, differing)| Some((path, differing.as_ref()?))) {
        let told = match table(&made, path) {
            Some(entry) => tables_apart(run, entry, bytes),
            None => lines_apart(&run.bytes(path).unwrap_or_default(), bytes),
        };
        let same_values = told.is_empty() && made.attain != stored.attain;
        if !same_values {
            let told = if told.is_empty() { vec!["the same values in other bytes".to_owned()] } else { told };
            differences.insert(path.clone(), told);
        }
    }
    let named = stored.plan_files.keys().map(|path| format!("plan/{path}")).chain(stored.output_files.keys().cloned());
    for path in named.filter(|path| !files.contains_key(path)) {
        differences.insert(path, vec!["this plan and data make no such file".to_owned()]);
    }
    let manifest = manifests_apart(stored, &made, &differences);
    if !manifest.is_empty() {
        differences.insert(super::manifest::MANIFEST.to_owned(), manifest);
    }
    Ok(Again { files: files.len(), values, differences, summary })
}

/// Whether a plan that was computed again pays what its run stored.
///
/// # Errors
/// A file of the run that cannot be read, or results that cannot be written.
pub fn pays_as_stored(run: &Run, plan: &PlanRun<'_>) -> Result<bool, Diagnostic> {
    match run.outputs() {
        Outputs::All => {
            let stored = run.payouts()?;
            let own = stored.iter().filter(|payout| payout.plan == plan.name());
            Ok(own.eq(flows::payouts(plan)?.iter()))
        }
        Outputs::Parquet => paid_tables_hold(run, plan),
    }
}

/// Whether the tables with what a plan pays are those of the run.
fn paid_tables_hold(run: &Run, plan: &PlanRun<'_>) -> Result<bool, Diagnostic> {
    let names = &plan.program.names.columns;
    let is_paid = |origin: &Origin| matches!(origin, Origin::Definition(defined) if defined.word == Word::Pay);
    let paid = plan.program.model.columns.pairs().filter(|(_, column)| is_paid(&column.origin));
    let paid: BTreeSet<&str> = paid.map(|(id, _)| names.at(id).name.as_str()).collect();
    let printed = Printed::new(plan.program, &plan.results.tables);
    for (frame, table) in results::tables(plan, &printed, Share::Whole)? {
        if !table.entries().iter().any(|column| !column.key && paid.contains(column.name.as_str())) {
            continue;
        }
        let path = results::path(plan.name(), &frame);
        let mut bytes = Vec::new();
        table.write(&path, &mut bytes)?;
        let stored = run.manifest.output_files.get(&path).map(|file| file.sha256.as_str());
        if stored != Some(sha256(&bytes).as_str()) && !tables_apart(run, &table.entry(&path, None), &bytes).is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The folder of a run, beside which its files are made again.
struct Beside<'a> {
    run: &'a Run,
    /// The files made, by their paths, with the bytes of those that differ.
    files: Mutex<BTreeMap<String, Option<Vec<u8>>>>,
}

impl Place for Beside<'_> {
    fn begin(&self, path: &str) -> Result<Output<'_>, Diagnostic> {
        Ok(Output::new(path, Box::new(Made { beside: self, path: path.to_owned(), bytes: Vec::new() })))
    }
}

/// A file that is made again.
struct Made<'a> {
    beside: &'a Beside<'a>,
    path: String,
    bytes: Vec<u8>,
}

impl Taker for Made<'_> {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn end(self: Box<Self>) -> io::Result<()> {
        let is_same = self.beside.run.bytes(&self.path).is_ok_and(|stored| stored == self.bytes);
        let mut files = self.beside.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.insert(self.path, (!is_same).then_some(self.bytes));
        Ok(())
    }
}

/// What a manifest says of the table in a file.
fn table<'a>(manifest: &'a Manifest, path: &str) -> Option<&'a TableEntry> {
    let plans = manifest.plans.values();
    plans.flat_map(|plan| plan.inputs.values().chain(plan.results.values())).find(|entry| entry.file == path)
}

/// The first lines in which two texts differ.
fn lines_apart(stored: &[u8], made: &[u8]) -> Vec<String> {
    let (stored, made) = (String::from_utf8_lossy(stored), String::from_utf8_lossy(made));
    let (mut old, mut new) = (stored.split_inclusive('\n'), made.split_inclusive('\n'));
    let mut told = Vec::new();
    for number in 1_usize.. {
        match (old.next(), new.next()) {
            (None, None) => break,
            (old, new) if old == new => {}
            (old, new) => {
                let words =
                    |line: Option<&str>| line.map_or("nothing".to_owned(), |line| format!("`{}`", line.trim_end()));
                told.push(format!("line {number}: the folder has {}, computed {}", words(old), words(new)));
            }
        }
        if told.len() == TOLD {
            break;
        }
    }
    told
}

/// The first values in which the table of a file differs from one made again; none where only the bytes do.
fn tables_apart(run: &Run, entry: &TableEntry, bytes: &[u8]) -> Vec<String> {
    let read = |bytes: Vec<u8>| parquet_files::read(bytes::Bytes::from(bytes)).ok();
    let stored = run.bytes(&entry.file).ok().and_then(read);
    let (Some(stored), Some(made)) = (stored, read(bytes.to_owned())) else {
        return vec!["the file cannot be read".to_owned()];
    };
    if !stored.iter().map(|column| &column.name).eq(made.iter().map(|column| &column.name)) {
        return vec!["the file has other columns".to_owned()];
    }
    let (stored, made) = (ResultTable::new(entry, stored), ResultTable::new(entry, made));
    let keys: BTreeSet<&[String]> = stored.keys().into_iter().chain(made.keys()).collect();
    let columns: Vec<&str> =
        entry.columns.iter().filter(|column| !column.key).map(|column| column.name.as_str()).collect();
    let mut told = Vec::new();
    for key in keys {
        for column in &columns {
            let (old, new) = (stored.get(column, key).ok().flatten(), made.get(column, key).ok().flatten());
            if old != new {
                let words = |value: Option<String>| value.map_or("no value".to_owned(), |value| format!("`{value}`"));
                let row = key.join(", ");
                told.push(format!("`{column}` of {row}: the folder has {}, computed {}", words(old), words(new)));
            }
            if told.len() == TOLD {
                return told;
            }
        }
    }
    told
}

/// In what a manifest differs from one made again, but for the version and for files that are told of by themselves.
fn manifests_apart(stored: &Manifest, made: &Manifest, differences: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut told = Vec::new();
    let mut differs = |what: String| told.push(what);
    for (path, entry) in &made.output_files {
        let known = stored.output_files.get(path);
        let same_rows = known.is_some_and(|known| known.rows == entry.rows);
        let same_bytes = known.is_some_and(|known| known.sha256 == entry.sha256);
        if !same_rows || (!same_bytes && made.attain == stored.attain && !differences.contains_key(path)) {
            differs(format!("`{path}` has another hash or number of rows"));
        }
    }
    if stored.plan_files != made.plan_files {
        differs("the plan files are others".to_owned());
    }
    if stored.data_files != made.data_files {
        differs("the data files are others".to_owned());
    }
    let names: BTreeSet<&String> = stored.plans.keys().chain(made.plans.keys()).collect();
    for name in names {
        match (stored.plans.get(name), made.plans.get(name)) {
            (Some(old), Some(new)) if old == new => {}
            (Some(old), Some(new)) if old.totals != new.totals => differs(format!("the totals of `{name}` are others")),
            _ => differs(format!("what it says of the plan `{name}` is something else")),
        }
    }
    told
}
