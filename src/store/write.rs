//! Writes a run folder.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::balances::{Balance, balances};
use super::flows::{Flows, Payout};
use super::folder::{self, Folder};
use super::manifest::{
    FORMAT, FileEntry, MANIFEST, MANIFEST_HASH, Manifest, PlanEntry, PlanFile, TableEntry, Totals, hash_line,
};
use super::output::{Output, Place, unwritten};
use super::printed::Printed;
use super::results::{self, record_name};
use super::share::Share;
use super::stored_table::StoredTable;
use super::summary::{PlanSummary, Summary, Total};
use super::sums::PlanSums;
use super::{Outputs, PlanRun, RunOptions, Sources, inputs, people, sheets};
use crate::diagnostics::{Code, Diagnostic};
use crate::types::model::Word;
use crate::value::Fixed;

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
    publish(folder, &manifest)?;
    Ok(summary)
}

/// Writes the manifest of a folder that holds all else, and puts the folder in its place.
pub(super) fn publish(folder: Folder, manifest: &Manifest) -> Result<(), Diagnostic> {
    let manifest = manifest.to_json().map_err(|error| unwritten(MANIFEST, &error))?;
    folder.begin(MANIFEST)?.put(manifest.as_bytes())?;
    folder.begin(MANIFEST_HASH)?.put(hash_line(&manifest).as_bytes())?;
    folder.publish()
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

/// A plan with what is to be written of it, and what was written before.
pub(super) struct Begun<'a> {
    /// The plan and what it came to, as far as that is to be written.
    pub run: PlanRun<'a>,
    /// Which rows that are.
    pub share: Share<'a>,
    /// What the rows add up to that were written before.
    pub sums: PlanSums,
    /// Their tables, by frame.
    pub tables: Vec<(String, TableEntry, WrittenTable)>,
}

/// All files of a run but the manifest.
pub(super) fn write_to(place: &dyn Place, runs: &[PlanRun<'_>], options: &RunOptions) -> Result<Written, Diagnostic> {
    let sums = PlanSums::default;
    let begun = runs.iter().map(|run| Begun { run: *run, share: Share::Whole, sums: sums(), tables: Vec::new() });
    write_plans(place, begun.collect(), options)
}

/// All files of a run but the manifest and those that were written before.
pub(super) fn write_plans(
    place: &dyn Place,
    mut begun: Vec<Begun<'_>>,
    options: &RunOptions,
) -> Result<Written, Diagnostic> {
    let mut manifest = empty(options);
    // In order of their names, whatever the order in which they come.
    begun.sort_by(|a, b| a.run.name().cmp(b.run.name()));
    let runs: Vec<PlanRun<'_>> = begun.iter().map(|begun| begun.run).collect();
    for (path, text) in &Sources::of(&runs)?.files {
        let sha256 = place.begin(&format!("plan/{path}"))?.put(text.as_bytes())?;
        manifest.plan_files.insert(path.clone(), PlanFile { sha256 });
    }
    let outputs = options.outputs;
    let (mut plans, mut before) = (Vec::new(), Vec::new());
    for Begun { run, share, sums, tables } in begun {
        plans.push(Plan { run, printed: Printed::new(run.program, &run.results.tables).ahead(outputs), share });
        before.push((sums, tables));
    }
    let (sums, tables): (Vec<_>, Vec<_>) = before.into_iter().unzip();
    // The tables are written while the flows are put in order, and these while the last tables are written.
    let (stored, flowing) =
        rayon::join(|| write_tables(place, &plans, outputs), || write_sheets(place, &plans, sums, outputs));
    let ((described, mut written), Sheets { summary, files }) = (stored?, flowing?);
    for (((plan, mut described), before), summary) in plans.iter().zip(described).zip(tables).zip(&summary.plans) {
        for (path, entry) in described.data_files {
            add_data_file(&mut manifest, path, entry)?;
        }
        for (frame, entry, table) in before {
            described.results.insert(frame, entry);
            written.push(table);
        }
        let (name, entry) = plan_entry(&plan.run, described.inputs, described.results, summary);
        manifest.plans.insert(name, entry);
    }
    let results = written.iter().filter(|file| !file.is_input);
    let values = results.fold(0, |sum: usize, file| sum.saturating_add(file.values));
    manifest.output_files = written.into_iter().map(|file| (file.path, file.entry)).chain(files).collect();
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
        options: options.named(),
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
    summary: &PlanSummary,
) -> (String, PlanEntry) {
    let names = &run.program.names;
    let declared = names.plan.span.file;
    let file = names.sources.iter().find(|source| source.id == declared);
    let entry = PlanEntry {
        file: file.map_or_else(String::new, |file| file.path.clone()),
        inputs,
        results,
        title: names.title.clone(),
        totals: Totals { earn: by_name(&summary.earnings), pay: by_name(&summary.payouts) },
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

/// A plan, and which of its rows are written.
struct Plan<'a> {
    run: PlanRun<'a>,
    printed: Printed<'a>,
    share: Share<'a>,
}

/// What the manifest says of the tables of a plan, and the data files that they come from.
#[derive(Default)]
struct Described {
    inputs: BTreeMap<String, TableEntry>,
    results: BTreeMap<String, TableEntry>,
    data_files: Vec<(String, FileEntry)>,
}

/// A table and where it is to stand.
struct ToWrite<'a> {
    path: String,
    table: StoredTable<'a>,
    is_input: bool,
}

/// A table that was written.
pub(super) struct WrittenTable {
    /// Its path.
    pub path: String,
    /// What the manifest says of its file.
    pub entry: FileEntry,
    /// How many values it holds, keys not counted.
    pub values: usize,
    /// Whether it holds data.
    pub is_input: bool,
}

/// Writes the tables of all plans, and describes those of each.
fn write_tables(
    place: &dyn Place,
    plans: &[Plan<'_>],
    outputs: Outputs,
) -> Result<(Vec<Described>, Vec<WrittenTable>), Diagnostic> {
    let (mut described, mut files) = (Vec::new(), Vec::new());
    for plan in plans {
        let (of_plan, tables) = tables(plan, outputs)?;
        described.push(of_plan);
        files.extend(tables);
    }
    // The longest first: the others are done beside them.
    files.sort_by_key(|file| std::cmp::Reverse(file.table.rows()));
    let written = files.par_iter().map(|file| file.write(place)).collect::<Result<Vec<_>, _>>()?;
    Ok((described, written))
}

/// The tables of a plan.
fn tables<'a>(plan: &Plan<'a>, outputs: Outputs) -> Result<(Described, Vec<ToWrite<'a>>), Diagnostic> {
    let Plan { run, printed, share } = plan;
    let (mut files, mut described) = (Vec::new(), Described::default());
    for record in run.program.model.records.ids() {
        let from = inputs::data_file(printed.tables, record);
        described
            .data_files
            .extend(from.map(|from| (from.path.clone(), FileEntry { rows: from.rows, sha256: from.sha256.clone() })));
        if outputs == Outputs::Parquet {
            continue;
        }
        let name = record_name(run.program, record);
        let table = inputs::table(printed, record)?;
        let path = format!("inputs/{}/{name}.parquet", run.name());
        described.inputs.insert(name, table.entry(&path, from.map(|from| from.path.as_str())));
        files.push(ToWrite { path, table, is_input: true });
    }
    for (frame, table) in results::tables(run, printed, *share)? {
        let path = results::path(run.name(), &frame);
        described.results.insert(frame, table.entry(&path, None));
        files.push(ToWrite { path, table, is_input: false });
    }
    Ok((described, files))
}

impl ToWrite<'_> {
    fn write(&self, place: &dyn Place) -> Result<WrittenTable, Diagnostic> {
        let mut output = place.begin(&self.path)?;
        let values = self.table.write(&self.path, &mut output)?;
        let entry = entry(self.table.rows(), output)?;
        Ok(WrittenTable { path: self.path.clone(), entry, values, is_input: self.is_input })
    }
}

/// Ends a file with so many rows.
pub(super) fn entry(rows: usize, output: Output<'_>) -> Result<FileEntry, Diagnostic> {
    Ok(FileEntry { rows: u64::try_from(rows).unwrap_or(u64::MAX), sha256: output.finish()? })
}

/// What was written beside the tables, and what all of it comes to.
struct Sheets {
    summary: Summary,
    files: Vec<(String, FileEntry)>,
}

/// Adds up what plans come to, on top of what was added up before, and writes it.
fn write_sheets(
    place: &dyn Place,
    plans: &[Plan<'_>],
    before: Vec<PlanSums>,
    outputs: Outputs,
) -> Result<Sheets, Diagnostic> {
    let (sums, lists) = rayon::join(
        || plans.par_iter().zip(before).map(Plan::sums).collect::<Result<Vec<_>, _>>(),
        || plans.par_iter().map(|plan| Lists::of(plan, outputs)).collect::<Result<Vec<_>, _>>(),
    );
    let (sums, lists) = (sums?, lists?);
    let summary = summary(plans, sums)?;
    let sheets = SHEETS.par_iter().filter(|sheet| outputs == Outputs::All || !sheet.is_in_results());
    let files = sheets.map(|sheet| sheet.write(place, &lists, &summary)).collect::<Result<Vec<_>, _>>()?;
    Ok(Sheets { summary, files })
}

impl Plan<'_> {
    fn sums((plan, mut sums): (&Plan<'_>, PlanSums)) -> Result<PlanSums, Diagnostic> {
        sums.merge(PlanSums::of(&plan.run, &plan.printed, plan.share)?)?;
        Ok(sums)
    }
}

/// What plans add up to, in order of their names.
fn summary(plans: &[Plan<'_>], mut sums: Vec<PlanSums>) -> Result<Summary, Diagnostic> {
    let of_plan = |(plan, sums)| {
        let (plan, sums): (&Plan<'_>, &PlanSums) = (plan, sums);
        let program = plan.run.program;
        let keys = plan.printed.record(program.model.plan.people);
        people::OfPlan { plan: &program.names.plan.name, keys, paid: &sums.paid, earned: &sums.earned }
    };
    let people = people::totals(plans.iter().zip(&sums).map(of_plan));
    let mut largest: Option<(Fixed, Payout)> = None;
    for (plan, sums) in plans.iter().zip(&mut sums) {
        let own = sums.largest(plan.run.program);
        let is_larger = |(amount, _): &(Fixed, Payout)| {
            largest.as_ref().is_none_or(|(largest, _)| largest.compare(*amount).is_lt())
        };
        if own.as_ref().is_some_and(is_larger) {
            largest = own;
        }
    }
    let summaries = plans.iter().zip(sums).map(|(plan, sums)| sums.summary(plan.run.program));
    Ok(Summary { plans: summaries.collect::<Result<_, _>>()?, people, largest: largest.map(|(_, payout)| payout) })
}

/// What of a plan is listed value by value.
struct Lists<'a> {
    plan: &'a str,
    paid: Flows<'a>,
    earned: Flows<'a>,
    balances: Vec<Balance>,
}

impl<'a> Lists<'a> {
    /// Of a run of this form.
    fn of(Plan { run, printed, .. }: &Plan<'a>, outputs: Outputs) -> Result<Lists<'a>, Diagnostic> {
        let plan = &run.program.names.plan.name;
        if outputs == Outputs::Parquet {
            return Ok(Lists { plan, paid: Flows::default(), earned: Flows::default(), balances: Vec::new() });
        }
        let flows = |word| Flows::of(run, printed, word);
        let ((paid, earned), balances) =
            rayon::join(|| rayon::join(|| flows(Word::Pay), || flows(Word::Earn)), || balances(run));
        Ok(Lists { plan, paid: paid?, earned: earned?, balances: balances? })
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
        plans: &[Lists<'_>],
        summary: &Summary,
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
                table(path, RECONCILIATION, summary.plans.iter().flat_map(|plan| &plan.reconciliation), &mut output)?
            }
            Sheet::Completeness => {
                table(path, COMPLETENESS, summary.plans.iter().flat_map(|plan| &plan.completeness), &mut output)?
            }
            Sheet::Balances => table(path, BALANCES, plans.iter().flat_map(|plan| &plan.balances), &mut output)?,
            Sheet::People => table(path, PEOPLE, summary.people.iter(), &mut output)?,
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
