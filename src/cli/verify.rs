//! `attain verify`.

use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::Status;
use super::check::counted;
use super::terminal::{Stream, Terminal};
use crate::diagnostics::clean;
use crate::verify::{self, Check, Options, Outcome, Report};

/// The version of the JSON form.
const FORMAT: u32 = 1;

/// Checks that a run folder is what it says it is.
///
/// Every file is compared with the hash that the manifest holds. Every value is computed again from the plan
/// files and the data in the folder, and so are `payouts.csv`, `earnings.csv`, `balances.csv` and
/// `reconciliation.csv`; a sample of the values is computed a second time by the reference interpreter, which shares
/// no code of evaluation with the engine that computed the run. With `--all` it computes everything. Totals and
/// reconciliation are added up, and the runs that this one follows are looked at where they are there.
///
/// Each check is told by its name, as passed, failed, or not done where there was nothing to compare with.
///
/// The exit status is 0 when no check failed, 1 when one did, 2 when the command line is wrong.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A run folder, as `attain run --out` wrote it
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// The folder with the data files, to compare them with those that the run read
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The run that this one follows, where it does not lie beside it
    #[arg(long, value_name = "RUN")]
    follows: Option<PathBuf>,
    /// Compute everything by the reference interpreter
    #[arg(long)]
    all: bool,
    /// So many values of each definition are computed by the reference interpreter
    #[arg(long, value_name = "N", default_value_t = 10, conflicts_with = "all")]
    sample: usize,
    /// A word that chooses the sample; the same word chooses the same values
    #[arg(long, value_name = "WORD", default_value = "", conflicts_with = "all", hide_default_value = true)]
    seed: String,
    /// A public key, or a file with one, by which the run must be signed
    #[arg(long, value_name = "KEY")]
    public_key: Option<String>,
    /// How to show what came of it
    #[arg(long, value_enum, default_value_t)]
    format: ReportForm,
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ReportForm {
    /// For people at a terminal
    #[default]
    Human,
    /// JSON, as `docs/json.md` describes it
    Json,
}

/// Verifies a run.
pub(super) fn verify(args: &Args, terminal: &mut Terminal) -> Status {
    let options = Options {
        data: args.data.clone(),
        follows: args.follows.clone(),
        all: args.all,
        sample: args.sample,
        seed: args.seed.clone(),
        public_key: args.public_key.clone(),
    };
    let report = verify::verify(&args.run, &options);
    let shown = match args.format {
        ReportForm::Human => page(args, &report, terminal.out),
        ReportForm::Json => json(args, &report),
    };
    terminal.print(&shown);
    if report.holds() { Status::Fine } else { Status::Problems }
}

fn page(args: &Args, report: &Report, stream: Stream) -> String {
    let mut text = format!("{}\n", stream.strong(&format!("Run {}", args.run.display())));
    if let Some(run) = &report.run {
        let plans = run.manifest.plans.iter().map(|(name, plan)| format!("{}, {name}", plan.title));
        let plans: Vec<String> = plans.map(|plan| plan.trim_start_matches(", ").to_owned()).collect();
        let written = format!("written by Attain {}, edition {}", run.manifest.attain, run.manifest.edition);
        let lines = [plans.join("; "), written, format!("manifest SHA-256 {}", run.sha256)];
        text.extend(lines.iter().map(|line| format!("  {}\n", stream.quiet(&clean::one_line(line, 400)))));
    }
    text.push('\n');
    let wide = report.checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
    for check in &report.checks {
        let word = format!("{:8}", word(check.outcome));
        let word = match check.outcome {
            Outcome::Passed => stream.good(&word),
            Outcome::NotDone => stream.quiet(&word),
            Outcome::Failed => stream.bad(&word),
        };
        let indent = wide.saturating_add(14);
        let wrapped = wrap(&check.text, stream.width.saturating_sub(indent), indent);
        text.push_str(&format!("  {word}  {:wide$}  {wrapped}\n", check.name));
        text.extend(check.findings.iter().map(|finding| format!("            {}\n", clean::one_line(finding, 1000))));
    }
    text.push('\n');
    text + &conclusion(report, stream)
}

/// A text in lines of so many letters, the later ones indented.
fn wrap(text: &str, width: usize, indent: usize) -> String {
    let (mut out, mut column) = (String::new(), 0_usize);
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column.saturating_add(length).saturating_add(1) > width.max(20) {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            column = 0;
        }
        if column > 0 {
            out.push(' ');
            column = column.saturating_add(1);
        }
        out.push_str(word);
        column = column.saturating_add(length);
    }
    out
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::NotDone => "not done",
        Outcome::Failed => "FAILED",
    }
}

fn conclusion(report: &Report, stream: Stream) -> String {
    let [passed, not_done, failed] =
        [Outcome::Passed, Outcome::NotDone, Outcome::Failed].map(|outcome| report.count(outcome));
    let rest = if not_done == 0 { String::new() } else { format!(", {not_done} not done") };
    let line = match failed {
        0 => stream.good(&format!("Verified: {} passed{rest}.", counted(passed, "check"))),
        _ => stream.bad(&format!("Not verified: {} failed, {passed} passed{rest}.", counted(failed, "check"))),
    };
    format!("{line}\n")
}

#[derive(Serialize)]
struct ReportJson<'a> {
    format: u32,
    run: String,
    manifest_sha256: Option<&'a str>,
    verified: bool,
    checks: &'a [Check],
}

fn json(args: &Args, report: &Report) -> String {
    let report = ReportJson {
        format: FORMAT,
        run: args.run.display().to_string(),
        manifest_sha256: report.run.as_ref().map(|run| run.sha256.as_str()),
        verified: report.holds(),
        checks: &report.checks,
    };
    // Strings and whole numbers only: there is nothing in it that could not be written.
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}
