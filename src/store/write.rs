//! Writes a run folder.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::balances::{Balance, balances};
use super::completeness::{Complete, complete};
use super::flows::Flows;
use super::folder::{self, Folder};
use super::manifest::{
    FORMAT, FileEntry, MANIFEST, MANIFEST_HASH, Manifest, PlanEntry, PlanFile, TableEntry, Totals, hash_line,
};
use super::output::{Output, Place, unwritten};
use super::people::PersonTotal;
use super::printed::Printed;
use super::reconcile::{Reconciled, reconcile};
use super::results::{self, record_name};
use super::stored_table::StoredTable;
use super::summary::{PlanSummary, Summary, Total};
use super::{Outputs, PlanRun, RunOptions, Sources, inputs, people, sheets};
use crate::diagnostics::{Code, Diagnostic};
use crate::types::model::Word;

const PAYOUTS: &str = "plan,person,period,name,amount,currency\n";
const EARNINGS: &str = "plan,person,period,component,source,amount,currency\n";
const COMPLETENESS: &[&str] =
    &["plan", "record", "outcome", "rules", "rows", "amount", "credits", "amount_credited", "currency"];
const BALANCES: &[&str] = &["plan", "person", "period", "name", "opening", "change", "closing", "currency"];
const PEOPLE: &[&str] = &["person", "currency", "plans", "earned", "paid"];
const RECONCILIATION: &[&str] =
    &["plan", "record", "rule", "outcome", "reason", "rows", "amount", "amount_credited", "currency"];

/// Writes the run folder of these plans at `out`, whole or not at all. Nothing may be there yet.
pub fn write(runs: &[PlanRun<'_>], options: &RunOptions, out: &Path) -> Result<Summary, Diagnostic> {
    let folder = Folder::at(out)?;
    let Written { summary, manifest, .. } = write_to(&folder, runs, options)?;
    let manifest = manifest.to_json().map_err(|error| unwritten(MANIFEST, &error))?;
    folder.begin(MANIFEST)?.put(manifest.as_bytes())?;
    folder.begin(MANIFEST_HASH)?.put(hash_line(&manifest).as_bytes())?;
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
pub(super) fn write_to(place: &dyn Place, runs: &[PlanRun<'_>], options: &RunOptions) -> Result<Written, Diagnostic> {
    let mut manifest = empty(options);
    for (path, text) in &Sources::of(runs)?.files {
        let sha256 = place.begin(&format!("plan/{path}"))?.put(text.as_bytes())?;
        manifest.plan_files.insert(path.clone(), PlanFile { sha256 });
    }
    // In order of their names, whatever the order in which they come.
    let runs: BTreeMap<&str, &PlanRun<'_>> = runs.iter().map(|run| (run.name(), run)).collect();
    let printed = runs.values().map(|run| Printed::new(run.program, &run.results.tables).ahead());
    let plans: Vec<(&PlanRun<'_>, Printed<'_>)> = runs.values().copied().zip(printed).collect();
    let outputs = options.outputs;
    let tables = || plans.iter().map(|(run, printed)| Tables::of(run, printed, outputs)).collect::<Result<Vec<_>, _>>();
    let flows = || {
        let flows = plans.par_iter().map(|(run, printed)| PlanFlows::of(run, printed, outputs));
        flows.collect::<Result<Vec<_>, _>>()
    };
    // The tables are written while the flows are put in order, and these while the last tables are written.
    let (stored, flowing) = rayon::join(
        || {
            let tables = tables()?;
            let written = tables.par_iter().flat_map(|tables| &tables.files).map(|file| file.write(place));
            let written = written.collect::<Result<Vec<_>, _>>()?;
            let described: Vec<Described> = tables.into_iter().map(|tables| tables.described).collect();
            Ok((described, written))
        },
        || {
            let flows = flows()?;
            let people = people::totals(flows.iter().map(|flows| (flows.plan, &flows.paid, &flows.earned)));
            let sheets = SHEETS.par_iter().filter(|sheet| outputs == Outputs::All || !sheet.is_in_results());
            let written = sheets.map(|sheet| sheet.write(place, &flows, &people));
            let written = written.collect::<Result<Vec<_>, _>>()?;
            Ok((flows, people, written))
        },
    );
    let (described, tables) = stored?;
    let (flows, people, sheets) = flowing?;
    let values =
        tables.iter().filter(|file| !file.is_input).fold(0, |sum: usize, file| sum.saturating_add(file.values));
    let files = tables.into_iter().map(|file| (file.path, file.entry)).chain(sheets);
    manifest.output_files = files.collect();
    let mut summary = Summary { plans: Vec::new(), people, payouts: Vec::new() };
    for (((run, _), described), flows) in plans.iter().zip(described).zip(flows) {
        for (path, entry) in described.data_files {
            add_data_file(&mut manifest, path, entry)?;
        }
        let (plan, entry) = plan_entry(run, described.inputs, described.results, &flows);
        manifest.plans.insert(plan, entry);
        summary.payouts.reserve(flows.paid.len());
        summary.payouts.extend(flows.paid.payouts(run.name()));
        summary.plans.push(flows.summary(run)?);
    }
    Ok(Written { summary, manifest, values })
}

/// Whether a run folder could be written at `out`: nothing is there, and the folder around it is.
/// [`write()`] asks again; to ask first saves computing in vain.
pub fn check_place(out: &Path) -> Result<(), Diagnostic> {
    folder::place(out).map(|_| ())
}

/// A manifest that tells of nothing yet.
fn empty(options: &RunOptions) -> Manifest {
    Manifest {
        attain: env!("CARGO_PKG_VERSION").to_owned(),
        data_files: BTreeMap::new(),
        edition: options.edition,
        follows: options.follows.clone(),
        format: FORMAT,
        options: options.outputs.named(),
        output_files: BTreeMap::new(),
        plan_files: BTreeMap::new(),
        plans: BTreeMap::new(),
    }
}

/// What the manifest says of a plan, under its name.
fn plan_entry(
    run: &PlanRun<'_>,
    inputs: BTreeMap<String, TableEntry>,
    results: BTreeMap<String, TableEntry>,
    flows: &PlanFlows<'_>,
) -> (String, PlanEntry) {
    let names = &run.program.names;
    let declared = names.plan.span.file;
    let file = names.sources.iter().find(|source| source.id == declared);
    let entry = PlanEntry {
        file: file.map_or_else(String::new, |file| file.path.clone()),
        inputs,
        results,
        title: names.title.clone(),
        totals: Totals { earn: by_name(&flows.earned.totals), pay: by_name(&flows.paid.totals) },
    };
    (run.name().to_owned(), entry)
}

/// Plans share data, but not two versions of it.
fn add_data_file(manifest: &mut Manifest, path: String, entry: FileEntry) -> Result<(), Diagnostic> {
    let message = format!("the data file `{path}` changed while it was read");
    let known = manifest.data_files.entry(path);
    if *known.or_insert_with(|| entry.clone()) == entry {
        return Ok(());
    }
    Err(Diagnostic::new(Code::OutputFailed, message).help("run again"))
}

/// The tables of a plan.
struct Tables<'a> {
    files: Vec<TableFile<'a>>,
    described: Described,
}

/// What the manifest says of the tables of a plan, and the data files that they come from.
#[derive(Default)]
struct Described {
    inputs: BTreeMap<String, TableEntry>,
    results: BTreeMap<String, TableEntry>,
    data_files: Vec<(String, FileEntry)>,
}

/// A table and where it is to stand.
struct TableFile<'a> {
    path: String,
    table: StoredTable<'a>,
    is_input: bool,
}

/// A table that was written.
struct WrittenTable {
    path: String,
    entry: FileEntry,
    values: usize,
    is_input: bool,
}

impl<'a> Tables<'a> {
    fn of(run: &PlanRun<'a>, printed: &Printed<'a>, outputs: Outputs) -> Result<Tables<'a>, Diagnostic> {
        let plan = run.name();
        let (mut files, mut described) = (Vec::new(), Described::default());
        for record in run.program.model.records.ids() {
            let from = inputs::data_file(printed.tables, record);
            described.data_files.extend(
                from.map(|from| (from.path.clone(), FileEntry { rows: from.rows, sha256: from.sha256.clone() })),
            );
            if outputs == Outputs::Parquet {
                continue;
            }
            let name = record_name(run.program, record);
            let table = inputs::table(printed, record)?;
            let path = format!("inputs/{plan}/{name}.parquet");
            described.inputs.insert(name, table.entry(&path, from.map(|from| from.path.as_str())));
            files.push(TableFile { path, table, is_input: true });
        }
        for (frame, table) in results::tables(run, printed)? {
            let path = results::path(plan, &frame);
            described.results.insert(frame, table.entry(&path, None));
            files.push(TableFile { path, table, is_input: false });
        }
        // The longest first: the others are done beside them.
        files.sort_by_key(|file| std::cmp::Reverse(file.table.rows()));
        Ok(Tables { files, described })
    }
}

impl TableFile<'_> {
    fn write(&self, place: &dyn Place) -> Result<WrittenTable, Diagnostic> {
        let mut output = place.begin(&self.path)?;
        let values = self.table.write(&self.path, &mut output)?;
        let entry = entry(self.table.rows(), output)?;
        Ok(WrittenTable { path: self.path.clone(), entry, values, is_input: self.is_input })
    }
}

/// Ends a file with so many rows.
fn entry(rows: usize, output: Output<'_>) -> Result<FileEntry, Diagnostic> {
    Ok(FileEntry { rows: u64::try_from(rows).unwrap_or(u64::MAX), sha256: output.finish()? })
}

/// What a plan pays, what is earned under it, and what became of the rows that could be credited.
struct PlanFlows<'a> {
    plan: &'a str,
    paid: Flows<'a>,
    earned: Flows<'a>,
    reconciliation: Vec<Reconciled>,
    completeness: Vec<Complete>,
    balances: Vec<Balance>,
}

impl<'a> PlanFlows<'a> {
    fn of(run: &PlanRun<'a>, printed: &Printed<'a>, outputs: Outputs) -> Result<PlanFlows<'a>, Diagnostic> {
        let is_listed = outputs == Outputs::All;
        let earned = || match is_listed {
            true => Flows::of(run, printed, Word::Earn),
            false => Flows::added_up(run, printed, Word::Earn),
        };
        let balances = || if is_listed { balances(run) } else { Ok(Vec::new()) };
        let ((paid, earned), (reconciliation, (completeness, balances))) = rayon::join(
            || rayon::join(|| Flows::of(run, printed, Word::Pay), earned),
            || rayon::join(|| reconcile(run), || rayon::join(|| complete(run), balances)),
        );
        let plan = &run.program.names.plan.name;
        Ok(PlanFlows {
            plan,
            paid: paid?,
            earned: earned?,
            reconciliation: reconciliation?,
            completeness: completeness?,
            balances: balances?,
        })
    }

    fn summary(self, run: &PlanRun<'_>) -> Result<PlanSummary, Diagnostic> {
        Ok(PlanSummary {
            plan: run.name().to_owned(),
            title: run.program.names.title.clone(),
            people_paid: self.paid.people(),
            outside: self.earned.outside(run.program.model.plan.effective)?,
            payouts: self.paid.totals,
            earnings: self.earned.totals,
            reconciliation: self.reconciliation,
            completeness: self.completeness,
        })
    }
}

/// The files over all plans.
#[derive(Clone, Copy)]
enum Sheet {
    Payouts,
    Earnings,
    Reconciliation,
    Completeness,
    Balances,
    People,
}

const SHEETS: [Sheet; 6] =
    [Sheet::Earnings, Sheet::Payouts, Sheet::Reconciliation, Sheet::Completeness, Sheet::Balances, Sheet::People];

impl Sheet {
    fn path(self) -> &'static str {
        match self {
            Sheet::Payouts => "payouts.csv",
            Sheet::Earnings => "earnings.csv",
            Sheet::Reconciliation => "reconciliation.csv",
            Sheet::Completeness => "completeness.csv",
            Sheet::Balances => "balances.csv",
            Sheet::People => "people.csv",
        }
    }

    /// Whether all that it says stands in the tables of results.
    fn is_in_results(self) -> bool {
        match self {
            Sheet::Payouts | Sheet::Earnings | Sheet::Balances => true,
            Sheet::Reconciliation | Sheet::Completeness | Sheet::People => false,
        }
    }

    /// Writes it for these plans, in order of their names.
    fn write(
        self,
        place: &dyn Place,
        plans: &[PlanFlows<'_>],
        people: &[PersonTotal],
    ) -> Result<(String, FileEntry), Diagnostic> {
        let path = self.path();
        let mut output = place.begin(path)?;
        let failed = |error| unwritten(path, &error);
        let rows = match self {
            Sheet::Payouts => {
                output.write_all(PAYOUTS.as_bytes()).map_err(failed)?;
                plans.iter().try_for_each(|plan| plan.paid.write(plan.plan, false, &mut output)).map_err(failed)?;
                plans.iter().map(|plan| plan.paid.len()).sum()
            }
            Sheet::Earnings => {
                output.write_all(EARNINGS.as_bytes()).map_err(failed)?;
                plans.iter().try_for_each(|plan| plan.earned.write(plan.plan, true, &mut output)).map_err(failed)?;
                plans.iter().map(|plan| plan.earned.len()).sum()
            }
            Sheet::Reconciliation => {
                table(path, RECONCILIATION, plans.iter().flat_map(|plan| &plan.reconciliation), &mut output)?
            }
            Sheet::Completeness => {
                table(path, COMPLETENESS, plans.iter().flat_map(|plan| &plan.completeness), &mut output)?
            }
            Sheet::Balances => table(path, BALANCES, plans.iter().flat_map(|plan| &plan.balances), &mut output)?,
            Sheet::People => table(path, PEOPLE, people.iter(), &mut output)?,
        };
        Ok((path.to_owned(), entry(rows, output)?))
    }
}

/// Writes a short file; says how many rows it has.
fn table<'r, T: Serialize + 'r>(
    path: &str,
    header: &[&str],
    rows: impl Iterator<Item = &'r T>,
    output: &mut Output<'_>,
) -> Result<usize, Diagnostic> {
    let rows: Vec<&T> = rows.collect();
    let bytes = sheets::write(header, &rows).map_err(|error| unwritten(path, &error))?;
    output.write_all(&bytes).map_err(|error| unwritten(path, &error))?;
    Ok(rows.len())
}

fn by_name(totals: &[Total]) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut names: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for total in totals {
        let currencies = names.entry(total.name.clone()).or_default();
        currencies.insert(total.currency.clone(), total.amount.to_string());
    }
    names
}
