//! `attain check`.

use std::path::PathBuf;

use clap::ValueEnum;
use rayon::prelude::*;

use super::load::{Found, entries};
use super::terminal::Terminal;
use super::{Form, Status};
use crate::compile;
use crate::diagnostics::Code;
use crate::testing;

/// Reads plans and reports every problem in them.
///
/// A PATH is a plan file or a folder, of which every file with a name that ends in `.plan` is read;
/// folders below it are not. Files that these use are read too. All problems of all files are shown
/// in one go, those of how tests are written among them; `attain test` runs the tests.
///
/// The exit status is 0 when there are no errors, 1 when there are, 2 when the command line is wrong.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Plan files, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to show problems
    #[arg(long, value_enum, default_value_t)]
    format: Form,
    /// End with status 1 on warnings too
    #[arg(long, value_name = "WHAT", value_enum)]
    deny: Option<Deny>,
}

/// What else ends with status 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    Warnings,
}

/// Checks plans.
pub(super) fn check(args: &Args, terminal: &mut Terminal) -> Status {
    let mut found = Found::default();
    let (mut plans, mut definitions) = (0_usize, 0_usize);
    for entry in entries(&args.paths, &mut found) {
        let project = entry.load();
        let (checked, mut problems) = compile::plans(&project);
        let of_tests: Vec<_> = checked.par_iter().map(|plan| testing::check(plan, &project)).collect();
        problems.extend(of_tests.into_iter().flatten());
        let unused = compile::unused_files(&project);
        if !unused.is_empty() {
            // Libraries alone are no plan to run, and can be written without one.
            problems.retain(|problem| problem.code != Code::NoPlan);
            problems.extend(unused);
        }
        plans = plans.saturating_add(checked.len());
        definitions = checked.iter().fold(definitions, |sum, plan| {
            sum.saturating_add(plan.resolved.definitions.len()).saturating_add(plan.resolved.credits.len())
        });
        found.add(&entry, &project, problems);
        // The process ends soon: to take hundreds of trees apart before is time that someone waits.
        std::mem::forget(checked);
        std::mem::forget(project);
    }
    let (errors, warnings) = found.counts();
    terminal.print(&found.render(args.format, terminal.out));
    if args.format == Form::Human {
        terminal.print(&found.more(terminal.out));
    }
    if !matches!(args.format, Form::Json | Form::Sarif) {
        let gap = if args.format == Form::Human && !found.problems.is_empty() { "\n" } else { "" };
        let summary = summary(plans, definitions, errors, warnings);
        let summary = match errors {
            0 => terminal.err.good(&summary),
            _ => terminal.err.bad(&summary),
        };
        terminal.tell(&format!("{gap}{summary}\n"));
    }
    match args.deny {
        Some(Deny::Warnings) if warnings > 0 => Status::Problems,
        _ => found.status(),
    }
}

fn summary(plans: usize, definitions: usize, errors: usize, warnings: usize) -> String {
    let problems = match (errors, warnings) {
        (0, 0) => "no problems".to_owned(),
        (0, _) => counted(warnings, "warning"),
        (_, 0) => counted(errors, "error"),
        _ => format!("{} and {}", counted(errors, "error"), counted(warnings, "warning")),
    };
    match errors {
        0 => format!("{}, {}, {problems}", counted(plans, "plan"), counted(definitions, "definition")),
        _ => problems,
    }
}

/// A number of things.
pub(super) fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts() {
        assert_eq!(summary(2, 14, 0, 0), "2 plans, 14 definitions, no problems");
        assert_eq!(summary(1, 1, 0, 1), "1 plan, 1 definition, 1 warning");
        assert_eq!(summary(0, 0, 1, 2), "1 error and 2 warnings");
    }
}
