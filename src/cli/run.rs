//! `attain run`.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::load::{Entry, Found};
use super::narrow::Narrow;
use super::progress::Progress;
use super::run_json;
use super::run_page;
use super::run_parts::{self, InParts};
use super::terminal::Terminal;
use super::{Form, Status};
use crate::calendar::Date;
use crate::compile::{self, Plan};
use crate::data;
use crate::diagnostics::{Code, Diagnostic};
use crate::engine;
use crate::fault;
use crate::in_parts::{self, Step};
use crate::overlap;
use crate::plans::Computed;
use crate::program::Program;
use crate::store::{self, Earning, Outputs, Payout, PlanRun, RunOptions, Summary};
use crate::table::{Results, Tables};

/// Computes plans on data and writes a run folder.
///
/// PATH is a plan file or a folder of them; all plans found are computed on the same data and written
/// into one run folder. Where there is any error, in a plan, in the data or in the computation, all of
/// them are shown and nothing is written.
///
/// What the plans paid is shown as a summary: the totals, what became of every row that could be
/// credited, and the payouts by period.
///
/// The exit status is 0 when the run was written, 1 when there are errors, 2 when the command line is
/// wrong.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A plan file, or a folder of them
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// The folder with the data files that the plans name
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The run folder to write; nothing may be there yet
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The run before: the manifest names it by its hash, and `attain verify` checks the chain
    #[arg(long, value_name = "RUN")]
    follows: Option<PathBuf>,
    /// What the run folder holds: `parquet` leaves out the CSV files and the data, for large runs
    #[arg(long, value_enum, default_value_t)]
    outputs: OutputForm,
    /// Compute the people in so many parts, one after another, with the data on disk until then. By default one part for
    /// each 100,000 to 500,000 rows, where the data is large, the run holds Parquet alone and the plan divides
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), conflicts_with_all = ["person", "period"])]
    parts: Option<u16>,
    /// Show what this person was paid; computes everyone all the same
    #[arg(long, value_name = "KEY")]
    person: Option<String>,
    /// Show what was paid in this period, such as 2026-03 or 2026-Q1; computes all of them all the same
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// How to show the summary, and problems
    #[arg(long, value_enum, default_value_t)]
    format: RunForm,
}

impl Args {
    /// In how many parts the people are to be computed, where that is said.
    pub(super) fn parts(&self) -> Option<usize> {
        self.parts.map(usize::from)
    }

    /// The folder of the data files.
    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    /// Whether the run folder holds Parquet tables alone.
    pub(super) fn is_parquet(&self) -> bool {
        self.outputs == OutputForm::Parquet
    }

    /// Whether the summary is of one person or period.
    pub(super) fn is_narrowed(&self) -> bool {
        narrow(self).is_set()
    }
}

/// What a run folder holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum OutputForm {
    /// Results as Parquet tables, payouts, earnings and balances as CSV files too, and the data
    #[default]
    All,
    /// Results as Parquet tables alone, and the hashes of the data files
    Parquet,
}

/// The forms of the summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum RunForm {
    /// For people at a terminal
    #[default]
    Human,
    /// The same, and one line for each problem
    Concise,
    /// JSON, as `docs/json.md` describes it
    Json,
}

/// A run that was written, for showing it.
pub(super) struct Done<'a> {
    /// The run folder.
    pub out: &'a Path,
    /// The folder of the data, where the run folder does not hold them.
    pub data: Option<&'a Path>,
    /// What each plan came to.
    pub summary: Summary,
    /// The plans, in order of their names, with what was computed.
    pub runs: &'a [(&'a Program, Results)],
    /// The rows of `payouts.csv`, where the summary is narrowed.
    pub payouts: Vec<Payout>,
    /// Then also those of `earnings.csv`, with the days on which they are earned.
    pub earnings: Vec<(Earning, Option<Date>)>,
    /// What the summary is narrowed to.
    pub narrow: Narrow<'a>,
}

/// Runs plans.
pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Status {
    let progress = Progress::new(terminal.err, 4);
    progress.stage(0, "checking the plans");
    let mut found = Found::default();
    cleared(args, terminal);
    if let Err(problem) = store::check_place(&args.out) {
        found.push(problem);
    }
    if !args.data.is_dir() {
        let message = format!("there is no folder `{}`", args.data.display());
        found.push(Diagnostic::new(Code::NoDataFile, message).help("name the folder in which the data files lie"));
    }
    let options = options(args).unwrap_or_else(|problem| {
        found.push(problem);
        RunOptions::default()
    });
    let entry = match Entry::at(&args.path) {
        Ok(entry) => entry,
        Err(problem) => {
            found.push(*problem);
            return stop(args, &found, &progress, terminal);
        }
    };
    let project = entry.load();
    let (plans, problems) = compile::plans(&project);
    found.add(&entry, &project, problems);
    if found.status() == Status::Problems {
        return stop(args, &found, &progress, terminal);
    }
    let programs: Vec<&Program> = plans.iter().map(|plan| &plan.program).collect();
    let ended = match run_parts::asked(args, &programs) {
        Ok(Some(divided)) => in_parts(args, divided, &options, &progress, terminal),
        Ok(None) => compute(args, &plans, &progress).and_then(|runs| write(args, &runs, &options, &progress, terminal)),
        Err(problem) => Err(vec![problem]),
    };
    match ended {
        Ok(shown) => {
            progress.end();
            // Warnings do not stop a run, but they are told.
            tell(args, &found, terminal);
            terminal.print(&shown);
            Status::Fine
        }
        Err(problems) => {
            found.extend(problems);
            stop(args, &found, &progress, terminal)
        }
    }
}

/// Removes what killed runs left where this one is to stand, and says so.
fn cleared(args: &Args, terminal: &mut Terminal) {
    for path in store::clear_leftovers(&args.out) {
        if args.format != RunForm::Json {
            terminal.tell(&format!("removed {}, which a run that was killed had left\n", path.display()));
        }
    }
}

fn stop(args: &Args, found: &Found, progress: &Progress, terminal: &mut Terminal) -> Status {
    progress.end();
    tell(args, found, terminal);
    Status::Problems
}

fn tell(args: &Args, found: &Found, terminal: &mut Terminal) {
    if !found.problems.is_empty() {
        let form = match args.format {
            RunForm::Human => Form::Human,
            RunForm::Concise => Form::Concise,
            RunForm::Json => Form::Json,
        };
        let text = found.render(form, terminal.err);
        terminal.tell(&text);
        if form == Form::Human {
            terminal.tell(&found.more(terminal.err));
        }
    }
}

/// All plans on their data: every problem of every plan, or all results in order of the plans' names.
fn compute<'a>(
    args: &Args,
    plans: &'a [Plan<'_>],
    progress: &Progress,
) -> Result<Vec<(&'a Program, Results)>, Vec<Diagnostic>> {
    progress.stage(1, "reading the data");
    let folder = data::Folder::new(&args.data);
    let mut computed = Computed::default();
    // Plans that read others come behind all that do not: these are the data of those.
    let programs = plans.iter().map(|plan| &plan.program);
    let (alone, reading): (Vec<&Program>, Vec<&Program>) = programs.partition(|program| program.reads.is_empty());
    let mut loaded = all(alone.into_iter().map(|program| Ok((program, computed.load(program, &folder)?))))?;
    if reading.is_empty() {
        known(args, &loaded)?;
    }
    progress.stage(2, "computing");
    // What other plans read has to be there, whatever it is.
    let mut runs = all(loaded.iter().map(|(program, tables)| Ok((*program, computed_of(program, tables)?))))?;
    for program in reading {
        runs.iter().for_each(|(other, results)| computed.keep(other, results));
        let tables = computed.load(program, &folder)?;
        runs.push((program, computed_of(program, &tables)?));
        loaded.push((program, tables));
    }
    known(args, &loaded)?;
    runs.sort_by(|(a, _), (b, _)| a.names.plan.name.cmp(&b.names.plan.name));
    let shared = overlap::check(&runs);
    runs.iter_mut().for_each(|(program, results)| results.forget_lets(&program.model));
    if shared.is_empty() { Ok(runs) } else { Err(shared) }
}

fn computed_of(program: &Program, tables: &Tables) -> Result<Results, Vec<Diagnostic>> {
    engine::run(program, tables).map_err(|stopped| fault::describe(program, &stopped.so_far, &stopped.faults))
}

/// Computes a plan part by part, and says what the run folder holds.
fn in_parts(
    args: &Args,
    InParts { program, divided, parts }: InParts<'_>,
    options: &RunOptions,
    progress: &Progress,
    terminal: &Terminal,
) -> Result<String, Vec<Diagnostic>> {
    let told = |step: Step| match step {
        Step::Read(done, of) => progress.rows("read", done, of),
        Step::Computed(done, of) => progress.rows("computed", done, of),
    };
    let folder = data::Folder::new(&args.data);
    let (summary, results) = in_parts::run(divided, program, &folder, (options, &args.out), parts, &told)?;
    Ok(shown(args, summary, &[(program, results)], Default::default(), terminal))
}

/// Whether what the summary is narrowed to is there.
fn known(args: &Args, loaded: &[(&Program, Tables)]) -> Result<(), Vec<Diagnostic>> {
    let named: Vec<(&Program, &Tables)> = loaded.iter().map(|(program, tables)| (*program, tables)).collect();
    let unknown = narrow(args).problems(&named);
    if unknown.is_empty() { Ok(()) } else { Err(unknown) }
}

/// All values, or all problems, each once: plans may share records.
fn all<T>(each: impl Iterator<Item = Result<T, Vec<Diagnostic>>>) -> Result<Vec<T>, Vec<Diagnostic>> {
    let (mut values, mut problems) = (Vec::new(), Vec::new());
    for one in each {
        match one {
            Ok(value) => values.push(value),
            Err(found) => {
                let new: Vec<Diagnostic> = found.into_iter().filter(|problem| !problems.contains(problem)).collect();
                problems.extend(new);
            }
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(problems) }
}

/// What decides how the run is written; the run that it follows must be there, with every file as it was written.
fn options(args: &Args) -> Result<RunOptions, Diagnostic> {
    let outputs = match args.outputs {
        OutputForm::All => Outputs::All,
        OutputForm::Parquet => Outputs::Parquet,
    };
    let Some(path) = &args.follows else { return Ok(RunOptions { outputs, ..RunOptions::default() }) };
    let earlier = store::Run::open(path)?;
    if let Some(file) = earlier.check_files().into_keys().next() {
        let message = format!("`{}` cannot be followed: `{file}` is not as that run wrote it", path.display());
        return Err(Diagnostic::new(Code::NotARun, message).help("`attain verify` says of each file what is wrong"));
    }
    Ok(RunOptions { follows: Some(earlier.sha256), outputs, ..RunOptions::default() })
}

/// Writes the run folder, and says what it holds.
fn write(
    args: &Args,
    runs: &[(&Program, Results)],
    options: &RunOptions,
    progress: &Progress,
    terminal: &Terminal,
) -> Result<String, Vec<Diagnostic>> {
    progress.stage(3, "writing the run folder");
    let plans: Vec<PlanRun<'_>> = runs.iter().map(|(program, results)| PlanRun { program, results }).collect();
    let summary = store::write(&plans, options, &args.out).map_err(|problem| vec![problem])?;
    let narrow = narrow(args);
    let (mut payouts, mut earnings) = (Vec::new(), Vec::new());
    for plan in plans.iter().filter(|_| narrow.is_set()) {
        payouts.extend(store::payouts(plan).map_err(|problem| vec![problem])?);
        earnings.extend(store::dated_earnings(plan).map_err(|problem| vec![problem])?);
    }
    Ok(shown(args, summary, runs, (payouts, earnings), terminal))
}

/// What the run folder holds; where that is narrowed, the rows of `payouts.csv` and of `earnings.csv` with their days.
fn shown(
    args: &Args,
    summary: Summary,
    runs: &[(&Program, Results)],
    (payouts, earnings): (Vec<Payout>, Vec<(Earning, Option<Date>)>),
    terminal: &Terminal,
) -> String {
    let data = args.is_parquet().then_some(args.data.as_path());
    let done = Done { out: &args.out, data, summary, runs, payouts, earnings, narrow: narrow(args) };
    match args.format {
        RunForm::Json => run_json::json(&done),
        RunForm::Human | RunForm::Concise => run_page::page(&done, terminal.out),
    }
}

fn narrow(args: &Args) -> Narrow<'_> {
    Narrow { person: args.person.as_deref(), period: args.period.as_deref() }
}
