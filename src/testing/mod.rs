//! The tests of a plan: their rows are computed like data, and each expectation is compared with
//! what came out.
//!
//! [`given`] makes rows of data of the rows given and [`expect`] checks what is asked for, both before
//! anything is computed, so that all that is wrong with a test is told together. Then [`find`] seeks the
//! values by their keys (what a key is made of says [`part`]) and [`compare`] looks at them; [`stop`]
//! does so where the computation stopped. Of what changes on a day, [`when`] finds the value that is meant.

mod compare;
mod error;
mod expect;
mod find;
mod given;
mod literal;
mod part;
mod stop;
#[cfg(test)]
mod tests;
mod when;

use crate::compile::Plan;
use crate::data::GivenRow;
use crate::diagnostics::{Code, Diagnostic};
use crate::engine;
use crate::plans::Computed;
use crate::project::Project;
use crate::source::Span;
use crate::syntax::tree::{ExpectKind, Test};
use crate::table::Tables;
use expect::{Asking, Check};
use stop::Stop;

/// What became of a test.
#[derive(Clone, Debug)]
pub struct TestResult {
    /// What it shows, as written.
    pub title: String,
    /// Where its title stands.
    pub span: Span,
    /// Whether its expectations hold.
    pub outcome: Outcome,
}

/// Whether the expectations of a test hold.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// All of them.
    Passed,
    /// Not these.
    Failed(Vec<Failure>),
    /// The test cannot be understood, or its rows cannot be computed and it expects no error.
    Broken(Vec<Diagnostic>),
}

/// An expectation that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The expectation, or the row of its table.
    pub span: Span,
    /// What was expected.
    pub expected: String,
    /// What came out.
    pub found: String,
    /// How that came about.
    pub note: Option<String>,
}

impl Failure {
    /// The same as a problem, for the renderers of problems.
    pub fn diagnostic(&self) -> Diagnostic {
        let label = format!("expected {}, found {}", self.expected, self.found);
        let problem = Diagnostic::new(Code::TestFailed, "an expectation does not hold").at(self.span, label);
        match &self.note {
            Some(note) => problem.help(note.clone()),
            None => problem,
        }
    }
}

impl TestResult {
    /// Whether all its expectations hold.
    pub fn passed(&self) -> bool {
        matches!(self.outcome, Outcome::Passed)
    }

    /// Why it did not pass, as problems.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        match &self.outcome {
            Outcome::Passed => Vec::new(),
            Outcome::Failed(failures) => failures.iter().map(Failure::diagnostic).collect(),
            Outcome::Broken(problems) => problems.clone(),
        }
    }
}

/// Runs the tests of a plan, in the order written.
pub fn run(plan: &Plan<'_>, project: &Project) -> Vec<TestResult> {
    let one = |test: &&Test| TestResult {
        title: test.title.text.clone(),
        span: test.title.span,
        outcome: outcome(plan, project, test),
    };
    plan.resolved.tests.iter().map(one).collect()
}

/// The data that each test of a plan gives, where it can be understood: for those who compute it in
/// another way.
pub fn tables(plan: &Plan<'_>, project: &Project) -> Vec<Tables> {
    let given = |test: &&Test| {
        let rows = given::rows(&plan.program, &project.sources, test, &mut Vec::new());
        Computed::default().from_rows(&plan.program, &rows).ok()
    };
    plan.resolved.tests.iter().filter_map(given).collect()
}

/// What is wrong with the tests of a plan as they are written: nothing is computed, so each of them may still fail.
pub fn check(plan: &Plan<'_>, project: &Project) -> Vec<Diagnostic> {
    let program = &plan.program;
    let of_test = |test: &&Test| match understood(plan, project, test) {
        Err(problems) => problems,
        // Rows that cannot be data are seen too, where no other plan has to be computed for that.
        Ok((rows, _)) if program.reads.is_empty() && !expects_an_error(test) => {
            Computed::default().from_rows(program, &rows).err().unwrap_or_default()
        }
        Ok(_) => Vec::new(),
    };
    plan.resolved.tests.iter().flat_map(of_test).collect()
}

/// The rows that a test gives and what must hold, or all that is wrong with them.
fn understood<'t>(
    plan: &Plan<'_>,
    project: &Project,
    test: &'t Test,
) -> Result<(Vec<GivenRow>, Vec<Check<'t>>), Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let rows = given::rows(&plan.program, &project.sources, test, &mut problems);
    let checks = Asking::new(plan, &project.sources).checks(test, &mut problems);
    if test.expects.is_empty() {
        problems.push(error::expects_nothing(&test.title));
    }
    if problems.is_empty() { Ok((rows, checks)) } else { Err(problems) }
}

fn outcome(plan: &Plan<'_>, project: &Project, test: &Test) -> Outcome {
    let program = &plan.program;
    let (rows, checks) = match understood(plan, project, test) {
        Ok(understood) => understood,
        Err(problems) => return Outcome::Broken(problems),
    };
    let computed = match Computed::default().from_rows(program, &rows) {
        Ok(tables) => engine::run(program, &tables).map_err(|stopped| Stop::of_engine(program, stopped)),
        Err(problems) => Err(Stop::of_data(problems)),
    };
    let failures: Vec<Failure> = match computed {
        Ok(results) => checks.iter().filter_map(|check| compare::failure(program, &results, check)).collect(),
        Err(stop) if !expects_an_error(test) => return Outcome::Broken(stop.diagnostics(program)),
        Err(stop) => checks.iter().filter_map(|check| stop.failure(program, &rows, check)).collect(),
    };
    if failures.is_empty() { Outcome::Passed } else { Outcome::Failed(failures) }
}

fn expects_an_error(test: &Test) -> bool {
    test.expects.iter().any(|expect| matches!(expect.kind, ExpectKind::Error { .. }))
}
