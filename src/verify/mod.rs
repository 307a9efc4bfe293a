//! Whether a run folder is what it says it is: its files, what they were computed from, the totals, and the run
//! before. Nothing in the folder is taken on trust but the manifest, whose hash names the run.
//!
//! [`files`] compares hashes, [`recompute`] computes the values again, [`parts`] those
//! of a run in parts, [`totals`] adds up, [`chain`] goes back to the
//! earlier runs, [`signature`] looks at who signed. The page for auditors, `docs/audit/guide.md`, says what each check is evidence for.

mod chain;
mod files;
mod parts;
mod recompute;
mod signature;
mod totals;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::compile;
use crate::diagnostics::Diagnostic;
use crate::program::Program;
use crate::project;
use crate::store::{Outputs, Run};
use crate::table::Tables;

/// So many findings of one check are told; the number of the others is.
const TOLD: usize = 12;

/// What to verify, and how far.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder with the data files, where they are to be looked at.
    pub data: Option<PathBuf>,
    /// The folder of the run before, where it does not lie beside this one.
    pub follows: Option<PathBuf>,
    /// Whether the reference interpreter computes everything.
    pub all: bool,
    /// Else so many values of each definition.
    pub sample: usize,
    /// Which values these are: another word, another sample.
    pub seed: String,
    /// Whose signature must be there: a public key, or a file with one.
    pub public_key: Option<String>,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All is as it should be.
    Passed,
    /// There was nothing to compare with, or an earlier check left nothing to stand on.
    NotDone,
    /// Something is not.
    Failed,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its name, which never changes.
    pub name: &'static str,
    /// What came of it.
    pub outcome: Outcome,
    /// What was looked at, in one line.
    pub text: String,
    /// What is wrong, one line each.
    pub findings: Vec<String>,
}

impl Check {
    fn passed(name: &'static str, text: impl Into<String>) -> Check {
        Check { name, outcome: Outcome::Passed, text: text.into(), findings: Vec::new() }
    }

    fn not_done(name: &'static str, text: impl Into<String>) -> Check {
        Check { name, outcome: Outcome::NotDone, text: text.into(), findings: Vec::new() }
    }

    /// Failed where there are findings.
    fn of(name: &'static str, text: impl Into<String>, mut findings: Vec<String>) -> Check {
        let outcome = if findings.is_empty() { Outcome::Passed } else { Outcome::Failed };
        if findings.len() > TOLD {
            let more = findings.len().saturating_sub(TOLD);
            findings.truncate(TOLD);
            findings.push(format!("and {more} more"));
        }
        Check { name, outcome, text: text.into(), findings }
    }
}

/// What came of verifying a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// The run, where its manifest could be read.
    pub run: Option<Run>,
    /// The checks, in the order in which they are made.
    pub checks: Vec<Check>,
}

impl Report {
    /// Whether no check failed.
    pub fn holds(&self) -> bool {
        self.checks.iter().all(|check| check.outcome != Outcome::Failed)
    }

    /// How many checks came to this.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.checks.iter().filter(|check| check.outcome == outcome).count()
    }
}

/// Verifies a run folder.
pub fn verify(path: &Path, options: &Options) -> Report {
    let mut run = match Run::with_manifest(path) {
        Ok(run) => run,
        Err(problem) => {
            let check = Check::of("manifest", "the file with the hashes of all others", vec![lines(&problem)]);
            return Report { run: None, checks: vec![check] };
        }
    };
    let mut checks = vec![Check::passed("manifest", "`manifest.json` has the hash in `manifest.sha256`")];
    checks.extend(files::check(&run));
    let sources = run.read_sources();
    checks.extend(match sources.map_err(|problem| vec![problem]) {
        Ok(()) => contents(&mut run, options),
        Err(problems) => not_computed(problems.iter().map(lines).collect()),
    });
    checks.push(chain::check(&run, options));
    checks.push(signature::check(&run, options));
    Report { run: Some(run), checks }
}

/// What the files say, once there are plan files to understand it by.
fn contents(run: &mut Run, options: &Options) -> Vec<Check> {
    let files: BTreeSet<String> = run.manifest.plans.values().map(|plan| plan.file.clone()).collect();
    let project = project::load(&run.sources, &files.into_iter().collect::<Vec<String>>());
    let (plans, problems) = compile::plans(&project);
    let errors: Vec<String> = problems.iter().filter(|problem| problem.is_error()).map(lines).collect();
    if !errors.is_empty() {
        return not_computed(errors);
    }
    // The run may have been of some of the plans of its files.
    let in_run = |program: &&Program| run.manifest.plans.contains_key(&program.names.plan.name);
    let programs: Vec<&Program> = plans.iter().map(|plan| &plan.program).filter(in_run).collect();
    if let (Outputs::Parquet, None) = (run.outputs(), &options.data) {
        let why = "the run holds the hashes of its data alone: say where the data files lie: `--data DIR`";
        let names = [files::DATA, recompute::ALL, recompute::SAMPLE, totals::TOTALS, totals::RECONCILIATION];
        return names.map(|name| Check::not_done(name, why)).into();
    }
    if let (Some(parts), Some(data), [program]) = (run.parts(), &options.data, programs.as_slice()) {
        return parts::check(run, program, parts, data);
    }
    if let Err(problems) = run.supply(&programs, options.data.as_deref(), "--data") {
        return not_computed(problems.iter().map(lines).collect());
    }
    let run = &*run;
    let plans = programs.into_iter().map(|program| Ok(Plan { program, tables: run.tables(program)? }));
    let plans: Vec<Plan<'_>> = match plans.collect::<Result<_, Vec<Diagnostic>>>() {
        Ok(plans) => plans,
        Err(problems) => return not_computed(problems.iter().map(lines).collect()),
    };
    let mut checks = vec![files::data(run, &plans, options)];
    checks.extend(recompute::check(run, &plans, options));
    checks.extend(totals::check(run, &plans));
    checks
}

/// A plan of the run, with the data in the run folder.
struct Plan<'a> {
    program: &'a Program,
    tables: Tables,
}

/// Without plan files and data that can be read and understood, nothing can be computed.
fn not_computed(why: Vec<String>) -> Vec<Check> {
    vec![Check::of("recomputation", "the plan files and data of the run are needed to compute its values again", why)]
}

/// A problem in one line or a few.
fn lines(problem: &Diagnostic) -> String {
    let place = problem.data.as_ref().map(|data| match data.row {
        Some(row) => format!("{} row {row}: ", data.file),
        None => format!("{}: ", data.file),
    });
    format!("{}{} ({})", place.unwrap_or_default(), problem.message, problem.code.text())
}
