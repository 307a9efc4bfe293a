//! `attain test`.

use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::check::counted;
use super::load::{Entry, Found, entries};
use super::terminal::{Stream, Terminal};
use super::{Form, Status};
use crate::compile::{self, Plan};
use crate::diagnostics::{Diagnostic, clean};
use crate::project::Project;
use crate::testing::{self, TestResult};

/// The version of the JSON form.
const FORMAT: u32 = 1;

/// Runs the tests that stand in plan files.
///
/// A PATH is a plan file or a folder, of which every file with a name that ends in `.plan` is read.
/// Each `test` of a plan is computed on the rows that it gives, and its expectations are compared with
/// what comes out.
///
/// The exit status is 0 when all tests pass, 1 when one fails, when there is no test at all or when a
/// plan has errors, 2 when the command line is wrong.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Plan files, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to show what became of the tests
    #[arg(long, value_enum, default_value_t)]
    format: TestForm,
}

/// The forms of test results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum TestForm {
    /// For people at a terminal
    #[default]
    Human,
    /// JSON, as `docs/json.md` describes it
    Json,
}

/// The tests of one plan.
struct Tested {
    plan: String,
    file: String,
    /// Each test with its line, and why it did not pass.
    tests: Vec<(TestResult, u32, Found)>,
}

#[derive(Serialize)]
struct Json<'a> {
    format: u32,
    passed: usize,
    failed: usize,
    tests: Vec<TestJson<'a>>,
    problems: serde_json::Value,
}

#[derive(Serialize)]
struct TestJson<'a> {
    plan: &'a str,
    file: &'a str,
    line: u32,
    title: &'a str,
    passed: bool,
    problems: serde_json::Value,
}

/// Runs the tests of plans.
pub(super) fn test(args: &Args, terminal: &mut Terminal) -> Status {
    let mut found = Found::default();
    let mut tested = Vec::new();
    for entry in entries(&args.paths, &mut found) {
        let project = entry.load();
        let (plans, mut problems) = compile::plans(&project);
        tested.extend(plans.iter().map(|plan| run(&entry, plan, &project)));
        // What is only worth a look is for `check` to tell.
        problems.retain(Diagnostic::is_error);
        found.add(&entry, &project, problems);
    }
    let all = || tested.iter().flat_map(|plan| &plan.tests);
    let passed = all().filter(|(test, ..)| test.passed()).count();
    let failed = all().count().saturating_sub(passed);
    match args.format {
        TestForm::Json => terminal.print(&json(&tested, &found, terminal.out, passed, failed)),
        TestForm::Human => {
            terminal.print(&page(&tested, terminal.out));
            terminal.tell(&found.render(Form::Human, terminal.err));
            let summary = summary(passed, failed, found.counts().0);
            let is_fine = failed == 0 && passed > 0 && found.status() == Status::Fine;
            let summary = if is_fine { terminal.err.good(&summary) } else { terminal.err.bad(&summary) };
            terminal.tell(&format!("{summary}\n"));
        }
    }
    if failed == 0 && passed > 0 { found.status() } else { Status::Problems }
}

fn run(entry: &Entry, plan: &Plan<'_>, project: &Project) -> Tested {
    let source = project.sources.at(plan.file);
    let with_problems = |test: TestResult| {
        let mut problems = Found::default();
        problems.add(entry, project, test.diagnostics());
        let line = source.place(test.span.start).line;
        (test, line, problems)
    };
    Tested {
        plan: plan.program.names.plan.name.clone(),
        file: entry.shown(&source.path),
        tests: testing::run(plan, project).into_iter().map(with_problems).collect(),
    }
}

/// Each test on a line, what did not pass with its reasons below.
fn page(tested: &[Tested], stream: Stream) -> String {
    let (good, bad) = if stream.unicode { ("✓", "✗") } else { ("ok  ", "FAIL") };
    let mut page = String::new();
    for plan in tested.iter().filter(|plan| !plan.tests.is_empty()) {
        let name = stream.strong(&clean::one_line(&plan.plan, 200));
        page.push_str(&format!("{name}  {}\n", stream.quiet(&clean::one_line(&plan.file, 400))));
        for (test, _, problems) in &plan.tests {
            let mark = if test.passed() { stream.good(good) } else { stream.bad(bad) };
            page.push_str(&format!("  {mark} {}\n", clean::one_line(&test.title, 400)));
            let reasons = problems.render(Form::Human, stream);
            for line in reasons.lines() {
                let line = format!("    {line}");
                page.push_str(line.trim_end());
                page.push('\n');
            }
        }
        page.push('\n');
    }
    page
}

fn summary(passed: usize, failed: usize, errors: usize) -> String {
    let mut parts = Vec::new();
    if errors > 0 {
        parts.push(format!("{} in the plans", counted(errors, "error")));
    }
    match (passed, failed) {
        (0, 0) => parts.push("no tests".to_owned()),
        (_, 0) => parts.push(format!("{} passed", counted(passed, "test"))),
        _ => parts.push(format!("{} passed, {failed} failed", counted(passed, "test"))),
    }
    parts.join(", ")
}

fn json(tested: &[Tested], found: &Found, stream: Stream, passed: usize, failed: usize) -> String {
    // The one form of problems, inside the one of tests.
    let problems = |found: &Found| serde_json::from_str(&found.render(Form::Json, stream)).unwrap_or_default();
    let tests = tested.iter().flat_map(|plan| {
        plan.tests.iter().map(move |(test, line, found)| TestJson {
            plan: &plan.plan,
            file: &plan.file,
            line: *line,
            title: &test.title,
            passed: test.passed(),
            problems: problems(found),
        })
    });
    let json = Json { format: FORMAT, passed, failed, tests: tests.collect(), problems: problems(found) };
    let mut text = serde_json::to_string_pretty(&json).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts() {
        assert_eq!(summary(0, 0, 0), "no tests");
        assert_eq!(summary(1, 0, 0), "1 test passed");
        assert_eq!(summary(2, 1, 3), "3 errors in the plans, 2 tests passed, 1 failed");
    }
}
