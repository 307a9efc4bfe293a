//! `attain explain`.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::explain_key::Asked;
use super::explain_value::{Asking, Explained, Problems, explained, plans_of_run};
use super::load::Found;
use super::terminal::Terminal;
use super::{Form, Status, stored, written};
use super::{against_page, explain_against, explain_row};
use crate::compile;
use crate::diagnostics::clean::{self, shell_word};
use crate::diagnostics::{Code, Diagnostic};
use crate::follow::{self, Followed};
use crate::program::Program;
use crate::trace::{Ask, HumanOptions, WorkbookProblem, html, human, json, workbook};

/// Shows where a number of a run comes from.
///
/// NAME is a definition of the plan. Its value is computed anew, step by step, from the plan and the
/// data that the run folder holds, and compared with the value that the run stored: what is shown is
/// what was paid. The page begins with the value and its formula; below, each definition it rests on
/// is opened once, down to the cells of the data files. On a terminal only so many levels are opened as fit on the screen;
/// `--depth` and `--full` open more.
///
/// Which value is meant is said by its key. `--person` and `--period` say whose and when; other parts
/// are given by name: `--key id=D-0001` for a deal, `--key rule=primary --key source=D-0001` for a
/// credit. A part can be left out where only one value remains.
///
/// `--row Deal:D-0001` asks in the other direction: where did this row go. It shows the credits that each rule made of
/// it, or what turned it away and on which values; what is earned on them, by whom and when; and each value that would
/// be another one without the row, down to what is paid.
///
/// `--against 2026-01` asks why the value is another one than in that period, `--against p02` than that of that person, and
/// `--against-run OTHER` than in another run, of other data or of another plan. The difference is split over the rows, cells
/// and lines of the plan that caused it; the parts add up to it. `docs/against.md` says how it is split.
///
/// `--format html` writes a page for a browser: one file, without network, whose steps open and close. `--format xlsx` writes
/// a workbook in which every step is a formula over other cells: change an input and see the payout move.
///
/// The exit status is 0 when the value was shown, 1 when it is not there or is not what the run
/// stored, 2 when the command line is wrong.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A run folder, as `attain run --out` wrote it
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// The definition to explain
    #[arg(value_name = "NAME", required_unless_present = "row", default_value = "", hide_default_value = true)]
    name: String,
    /// Say where a row of the data went instead, given as its record and its key
    #[arg(long, value_name = "RECORD:KEY", conflicts_with_all = ["name", "person", "period", "keys", "depth"])]
    row: Option<String>,
    /// The folder with the data files, for a run that holds their hashes alone
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The key of the person
    #[arg(long, value_name = "KEY")]
    person: Option<String>,
    /// The period, such as 2026-03 or 2026-Q1
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// A part of the key by its name; can be given several times
    #[arg(long = "key", value_name = "PART=VALUE", value_parser = part_and_value)]
    keys: Vec<(String, String)>,
    /// Say why the value differs from another one: that of another period or of another person, or `PART=VALUE`, such as
    /// `id=D-0002`; can be given several times
    #[arg(long, value_name = "OTHER", conflicts_with = "row")]
    against: Vec<String>,
    /// Say why the value differs from that in another run
    #[arg(long, value_name = "RUN", conflicts_with = "row")]
    against_run: Option<PathBuf>,
    /// The folder with the data files of that other run, where they lie elsewhere
    #[arg(long, value_name = "DIR", requires = "against_run")]
    against_data: Option<PathBuf>,
    /// The plan, where the run has several that define NAME
    #[arg(long, value_name = "PLAN")]
    plan: Option<String>,
    /// How to show the trace
    #[arg(long, value_enum, default_value_t)]
    format: TraceForm,
    /// Write it to a file, which must not be there yet, instead of standard output
    #[arg(long, value_name = "FILE", required_if_eq("format", "xlsx"))]
    out: Option<PathBuf>,
    /// Fold nothing: show every member, every band and every earlier period, and all steps, however many
    #[arg(long)]
    full: bool,
    /// Open so many levels of definitions; 0 shows the value alone
    #[arg(long, value_name = "N")]
    depth: Option<usize>,
    /// The columns of the page; those of the terminal by default
    #[arg(long, value_name = "N")]
    width: Option<usize>,
}

/// The forms of a trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum TraceForm {
    /// A page for people
    #[default]
    Human,
    /// JSON, as `docs/trace.md` describes it
    Json,
    /// A page for a browser, in one file
    Html,
    /// A workbook whose cells compute the value; needs `--out`
    Xlsx,
}

fn part_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((part, value)) if !part.trim().is_empty() => Ok((part.trim().to_owned(), value.to_owned())),
        _ => Err("write the part, `=` and its value, such as `id=D-0001`".to_owned()),
    }
}

/// With more steps than this, a trace that is shown tells of what lies further away the values alone.
const MOST_STEPS: usize = 20_000;

/// Explains a value.
pub(super) fn explain(args: &Args, terminal: &mut Terminal) -> Status {
    let mut found = Found::default();
    if let Some(row) = &args.row {
        return followed(args, row, found, terminal);
    }
    if !args.against.is_empty() || args.against_run.is_some() {
        return held_against(args, found, terminal);
    }
    let asking = asking(args);
    let explained = explained(&asking, &mut found);
    let is_cut = explained.as_ref().is_ok_and(|explained| explained.trace.steps.len() >= asking.most_steps);
    let shown = explained.and_then(|explained| shown(args, explained, terminal));
    match shown.and_then(|bytes| hand_out(args, &bytes, terminal)) {
        Ok(()) => {
            if is_cut {
                terminal.tell(&format!(
                    "The trace has more than {MOST_STEPS} steps: of what lies further away, values alone are told. \
                     Ask for one of these, or for all with `--full`\n"
                ));
            }
            Status::Fine
        }
        Err(problems) => told(args, found, problems, terminal),
    }
}

fn asking(args: &Args) -> Asking<'_> {
    let asked = Asked { person: args.person.as_deref(), period: args.period.as_deref(), keys: &args.keys };
    // What other programs read, what computes anew, and what is held against another value, is told whole.
    let to_programs = matches!(args.format, TraceForm::Json | TraceForm::Xlsx);
    let is_whole = args.full || to_programs || !args.against.is_empty() || args.against_run.is_some();
    let most_steps = if is_whole { usize::MAX } else { MOST_STEPS };
    let (run, data) = (args.run.as_path(), (args.data.as_deref(), "--data"));
    Asking { run, data, name: &args.name, plan: args.plan.as_deref(), asked, against: &[], most_steps }
}

/// Says why a value differs from another one.
fn held_against(args: &Args, mut found: Found, terminal: &mut Terminal) -> Status {
    let other = (args.against_run.as_deref(), args.against_data.as_deref());
    let shown = explain_against::difference(&asking(args), other, &args.against, &mut found);
    let shown = shown.and_then(|difference| {
        let mut stream = terminal.out;
        stream.width = args.width.unwrap_or(stream.width);
        match args.format {
            TraceForm::Json => Ok(explain_against::json(&difference)),
            TraceForm::Human => Ok(against_page::page(&difference, (args.full, args.depth), stream)),
            TraceForm::Html | TraceForm::Xlsx => {
                let problem =
                    Diagnostic::new(Code::NoWorkbook, "a difference is written as a page of text or as JSON alone");
                Err(vec![problem.help("leave out `--format`, or say `--format json`")])
            }
        }
    });
    match shown.and_then(|text| hand_out(args, text.as_bytes(), terminal)) {
        Ok(()) => Status::Fine,
        Err(problems) => told(args, found, problems, terminal),
    }
}

/// A trace in the form that is asked for.
fn shown(args: &Args, explained: Explained, terminal: &Terminal) -> Result<Vec<u8>, Problems> {
    let Explained { trace, people, roundings, texts, .. } = explained;
    Ok(match args.format {
        TraceForm::Json => json(&trace).into_bytes(),
        TraceForm::Human => human(&trace, &page_options(args, people, terminal)).into_bytes(),
        TraceForm::Html => html(&trace, &texts).into_bytes(),
        TraceForm::Xlsx => workbook(&trace, &roundings).map_err(|problem| vec![no_workbook(&problem)])?,
    })
}

/// Why there is no workbook.
fn no_workbook(problem: &WorkbookProblem) -> Diagnostic {
    let problem = Diagnostic::new(Code::NoWorkbook, format!("the trace does not fit into a workbook: {problem}"));
    problem.help("`--format html` and `--format json` have no such limit")
}

/// Writes what is shown to the file asked for, or to standard output.
fn hand_out(args: &Args, bytes: &[u8], terminal: &mut Terminal) -> Result<(), Problems> {
    match &args.out {
        Some(path) => {
            written::whole(path, bytes).map_err(|problem| vec![problem])?;
            terminal.tell(&format!("Written to {}\n", clean::one_line(&path.display().to_string(), 400)));
        }
        None => terminal.stream(|out| out.write_all(bytes)),
    }
    Ok(())
}

/// Says where a row went.
fn followed(args: &Args, row: &str, mut found: Found, terminal: &mut Terminal) -> Status {
    let follow = |found: &mut Found| -> Result<Followed, Problems> {
        let (mut run, project) = stored::open(&args.run, found)?;
        let (plans, problems) = compile::plans(&project);
        if problems.iter().any(Diagnostic::is_error) {
            return Err(problems);
        }
        let plans = plans_of_run(args.plan.as_deref(), &run, &plans)?;
        let programs: Vec<&Program> = plans.iter().map(|plan| &plan.program).collect();
        run.supply(&programs, args.data.as_deref(), "--data")?;
        follow::follow(&run, &programs, row)
    };
    match follow(&mut found) {
        Ok(followed) => {
            let text = match args.format {
                TraceForm::Json => explain_row::json(&followed),
                _ => explain_row::page(&followed, args.full, terminal.out),
            };
            match hand_out(args, text.as_bytes(), terminal) {
                Ok(()) => Status::Fine,
                Err(problems) => told(args, found, problems, terminal),
            }
        }
        Err(problems) => told(args, found, problems, terminal),
    }
}

fn told(args: &Args, mut found: Found, problems: Problems, terminal: &mut Terminal) -> Status {
    found.extend(problems);
    let form = if args.format == TraceForm::Json { Form::Json } else { Form::Human };
    let text = found.render(form, terminal.err);
    terminal.tell(&text);
    Status::Problems
}

fn page_options(args: &Args, people: String, terminal: &Terminal) -> HumanOptions {
    let to_file = args.out.is_some();
    let word = |path: &Path| shell_word(&path.display().to_string());
    let data = args.data.as_deref().map(|data| format!(" --data {}", word(data)));
    HumanOptions {
        colour: terminal.out.colour && !to_file,
        width: args.width.unwrap_or(terminal.out.width),
        unicode: terminal.out.unicode,
        depth: args.depth,
        full: args.full,
        lines: terminal.out.height.filter(|_| !to_file),
        ask: Some(Ask { run: word(&args.run) + &data.unwrap_or_default(), people }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_a_part_and_a_value() {
        assert_eq!(part_and_value("id=a=b"), Ok(("id".to_owned(), "a=b".to_owned())));
        assert_eq!(part_and_value("id="), Ok(("id".to_owned(), String::new())));
        assert!(part_and_value("id").is_err());
        assert!(part_and_value("=x").is_err());
    }
}
