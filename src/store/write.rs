//! Writes a run folder.

use std::collections::BTreeMap;
use std::path::Path;

use super::balances::{Balance, balances};
use super::completeness::{Complete, complete};
use super::flows::{Earning, Flows, Payout};
use super::folder::{self, Folder};
use super::manifest::{
    FORMAT, FileEntry, MANIFEST, MANIFEST_HASH, Manifest, PlanEntry, PlanFile, TableEntry, Totals, hash_line, sha256,
};
use super::reconcile::{Reconciled, reconcile};
use super::results::{self, record_name};
use super::stored_table::StoredTable;
use super::summary::{PlanSummary, Summary, Total};
use super::{PlanRun, RunOptions, Sources, inputs, people, sheets};
use crate::diagnostics::{Code, Diagnostic};
use crate::types::model::Word;

const PAYOUTS: &[&str] = &["plan", "person", "period", "name", "amount", "currency"];
const EARNINGS: &[&str] = &["plan", "person", "period", "component", "source", "amount", "currency"];
const COMPLETENESS: &[&str] =
    &["plan", "record", "outcome", "rules", "rows", "amount", "credits", "amount_credited", "currency"];
const BALANCES: &[&str] = &["plan", "person", "period", "name", "opening", "change", "closing", "currency"];
const PEOPLE: &[&str] = &["person", "currency", "plans", "earned", "paid"];
const RECONCILIATION: &[&str] =
    &["plan", "record", "rule", "outcome", "reason", "rows", "amount", "amount_credited", "currency"];

/// Where the files of a run go.
pub(super) trait Place {
    /// Takes a file at its path, with `/`, in the run folder.
    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic>;
}

impl Place for Folder {
    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        self.write(path, bytes)
    }
}

/// Writes the run folder of these plans at `out`, whole or not at all. Nothing may be there yet.
pub fn write(runs: &[PlanRun<'_>], options: &RunOptions, out: &Path) -> Result<Summary, Diagnostic> {
    let mut folder = Folder::begin(out)?;
    let Written { summary, manifest, .. } = write_to(&mut folder, runs, options)?;
    let manifest = manifest.to_json().map_err(|error| unwritten(MANIFEST, &error))?;
    folder.write(MANIFEST, manifest.as_bytes())?;
    folder.write(MANIFEST_HASH, hash_line(&manifest).as_bytes())?;
    folder.publish()?;
    Ok(summary)
}

/// What was written.
pub(super) struct Written {
    /// What the results come to.
    pub summary: Summary,
    /// What the manifest says of them.
    pub manifest: Manifest,
    /// How many values the tables of results hold, keys not counted.
    pub values: usize,
}

/// All files of a run but the manifest.
pub(super) fn write_to(
    place: &mut dyn Place,
    runs: &[PlanRun<'_>],
    options: &RunOptions,
) -> Result<Written, Diagnostic> {
    let mut writer = Writer::begin(options, place);
    writer.write_sources(&Sources::of(runs)?)?;
    let runs: BTreeMap<&str, &PlanRun<'_>> = runs.iter().map(|run| (run.name(), run)).collect();
    for (plan, run) in runs {
        writer.write_plan(plan, run)?;
    }
    writer.finish()
}

/// Whether a run folder could be written at `out`: nothing is there, and the folder around it is.
/// [`write()`] asks again; to ask first saves computing in vain.
pub fn check_place(out: &Path) -> Result<(), Diagnostic> {
    folder::place(out).map(|_| ())
}

/// A run folder under way.
struct Writer<'a> {
    folder: &'a mut dyn Place,
    manifest: Manifest,
    payouts: Vec<Payout>,
    earnings: Vec<Earning>,
    balances: Vec<Balance>,
    summary: Summary,
    values: usize,
}

impl<'a> Writer<'a> {
    fn begin(options: &RunOptions, folder: &'a mut dyn Place) -> Writer<'a> {
        let manifest = Manifest {
            attain: env!("CARGO_PKG_VERSION").to_owned(),
            data_files: BTreeMap::new(),
            edition: options.edition,
            follows: options.follows.clone(),
            format: FORMAT,
            options: options.named.clone(),
            output_files: BTreeMap::new(),
            plan_files: BTreeMap::new(),
            plans: BTreeMap::new(),
        };
        Writer {
            folder,
            manifest,
            payouts: Vec::new(),
            earnings: Vec::new(),
            balances: Vec::new(),
            summary: Summary { plans: Vec::new(), people: Vec::new() },
            values: 0,
        }
    }

    fn write_sources(&mut self, sources: &Sources) -> Result<(), Diagnostic> {
        for (path, text) in &sources.files {
            let bytes = text.as_bytes();
            self.folder.put(&format!("plan/{path}"), bytes)?;
            let sha256 = sha256(bytes);
            let entry = PlanFile { sha256 };
            self.manifest.plan_files.insert(path.clone(), entry);
        }
        Ok(())
    }

    fn write_plan(&mut self, plan: &str, run: &PlanRun<'_>) -> Result<(), Diagnostic> {
        let names = &run.program.names;
        let declared = names.plan.span.file;
        let file = names.sources.iter().find(|source| source.id == declared);
        let paid = Flows::of(run, Word::Pay)?;
        let earned = Flows::of(run, Word::Earn)?;
        let entry = PlanEntry {
            file: file.map_or_else(String::new, |file| file.path.clone()),
            inputs: self.write_inputs(plan, run)?,
            results: self.write_results(plan, run)?,
            title: names.title.clone(),
            totals: Totals { earn: by_name(&earned.totals), pay: by_name(&paid.totals) },
        };
        self.manifest.plans.insert(plan.to_owned(), entry);
        self.balances.extend(balances(run)?);
        self.payouts.extend(paid.payouts(plan));
        self.earnings.extend(earned.earnings(plan));
        self.summary.plans.push(PlanSummary {
            plan: plan.to_owned(),
            title: names.title.clone(),
            people_paid: paid.people(),
            outside: earned.outside(run.program.model.plan.effective)?,
            payouts: paid.totals,
            earnings: earned.totals,
            reconciliation: reconcile(run)?,
            completeness: complete(run)?,
        });
        Ok(())
    }

    fn write_inputs(&mut self, plan: &str, run: &PlanRun<'_>) -> Result<BTreeMap<String, TableEntry>, Diagnostic> {
        let tables = &run.results.tables;
        let mut entries = BTreeMap::new();
        for record in run.program.model.records.ids() {
            let name = record_name(run.program, record);
            let table = inputs::table(run.program, tables, record)?;
            let from = inputs::data_file(tables, record);
            if let Some(from) = from {
                self.add_data_file(&from.path, from.rows, &from.sha256)?;
            }
            let file = format!("inputs/{plan}/{name}.parquet");
            self.write_table(&file, &table)?;
            let entry = table.entry(&file, from.map(|from| from.path.as_str()));
            entries.insert(name, entry);
        }
        Ok(entries)
    }

    /// Plans share data, but not two versions of it.
    fn add_data_file(&mut self, path: &str, rows: u64, sha256: &str) -> Result<(), Diagnostic> {
        let entry = FileEntry { rows, sha256: sha256.to_owned() };
        let known = self.manifest.data_files.entry(path.to_owned());
        if *known.or_insert_with(|| entry.clone()) == entry {
            return Ok(());
        }
        let message = format!("the data file `{path}` changed while it was read");
        Err(Diagnostic::new(Code::OutputFailed, message).help("run again"))
    }

    fn write_results(&mut self, plan: &str, run: &PlanRun<'_>) -> Result<BTreeMap<String, TableEntry>, Diagnostic> {
        let mut entries = BTreeMap::new();
        for (frame, table) in results::tables(run)? {
            let file = format!("results/{plan}/{frame}.parquet");
            self.values = self.values.saturating_add(table.values());
            self.write_table(&file, &table)?;
            entries.insert(frame, table.entry(&file, None));
        }
        Ok(entries)
    }

    fn write_table(&mut self, file: &str, table: &StoredTable) -> Result<(), Diagnostic> {
        self.write_output(file, table.rows(), &table.bytes(file)?)
    }

    fn write_output(&mut self, path: &str, rows: usize, bytes: &[u8]) -> Result<(), Diagnostic> {
        self.folder.put(path, bytes)?;
        let entry = FileEntry { rows: u64::try_from(rows).unwrap_or(u64::MAX), sha256: sha256(bytes) };
        self.manifest.output_files.insert(path.to_owned(), entry);
        Ok(())
    }

    fn write_sheet<T: serde::Serialize>(&mut self, path: &str, header: &[&str], rows: &[T]) -> Result<(), Diagnostic> {
        let bytes = sheets::write(header, rows).map_err(|error| unwritten(path, &error))?;
        self.write_output(path, rows.len(), &bytes)
    }

    /// The files over all plans.
    fn finish(mut self) -> Result<Written, Diagnostic> {
        let payouts = std::mem::take(&mut self.payouts);
        self.write_sheet("payouts.csv", PAYOUTS, &payouts)?;
        let earnings = std::mem::take(&mut self.earnings);
        self.write_sheet("earnings.csv", EARNINGS, &earnings)?;
        let plans = self.summary.plans.iter();
        let reconciliation: Vec<Reconciled> = plans.flat_map(|plan| plan.reconciliation.clone()).collect();
        self.write_sheet("reconciliation.csv", RECONCILIATION, &reconciliation)?;
        let completeness: Vec<Complete> =
            self.summary.plans.iter().flat_map(|plan| plan.completeness.clone()).collect();
        self.write_sheet("completeness.csv", COMPLETENESS, &completeness)?;
        let balances = std::mem::take(&mut self.balances);
        self.write_sheet("balances.csv", BALANCES, &balances)?;
        self.summary.people = people::totals(&payouts, &earnings);
        let people = self.summary.people.clone();
        self.write_sheet("people.csv", PEOPLE, &people)?;
        Ok(Written { summary: self.summary, manifest: self.manifest, values: self.values })
    }
}

fn unwritten(path: &str, error: &dyn std::error::Error) -> Diagnostic {
    let message = format!("`{path}` could not be written: {error}");
    Diagnostic::new(Code::OutputFailed, message)
}

fn by_name(totals: &[Total]) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut names: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for total in totals {
        let currencies = names.entry(total.name.clone()).or_default();
        currencies.insert(total.currency.clone(), total.amount.to_string());
    }
    names
}
