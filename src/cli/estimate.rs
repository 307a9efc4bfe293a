//! `attain estimate`.

use std::io::{BufRead, Read};
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::estimate_page;
use super::load::{Entry, Found};
use super::progress::Progress;
use super::terminal::{Stream, Terminal};
use super::{Form, Status};
use crate::compile;
use crate::data;
use crate::diagnostics::{self, Code, Diagnostic};
use crate::engine;
use crate::estimate::{Estimate, Estimator, Question, question};
use crate::fault;
use crate::plans::Computed;
use crate::program::Program;
use crate::table::Results;

/// Says what rows would come to if they were added to the data: what a deal would pay, and whom.
///
/// Computes plans on data once, and then answers questions for as long as it is asked: each line on standard input
/// is one, such as `{"record": "Deal", "row": {"id": "d9", "owner": "p1", "amount": 25000}}`, with columns named as in
/// the plan. Several rows stand in a list, `{"rows": [{"record": …, "row": …}, …]}`. The answer lists every value that
/// would be another one, and is the same as if the rows stood in the data files and all was computed again.
///
/// Each question stands by itself: the next one is about the data as it is. With `"keep": true` in the line its rows
/// stay for the questions that follow. Nothing is written, neither to the data nor to a run.
///
/// The exit status is 0 when all questions were answered, 1 when there are errors, 2 when the command line is wrong.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A plan file, or a folder of them
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// The folder with the data files that the plans name
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// List all values, however many there are
    #[arg(long)]
    full: bool,
    /// How to show the answers
    #[arg(long, value_enum, default_value_t)]
    format: EstimateForm,
}

/// The forms of the answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum EstimateForm {
    /// For people at a terminal
    #[default]
    Human,
    /// One JSON object a line, as `docs/json.md` describes it
    Json,
}

/// The version of the JSON form.
const FORMAT: u32 = 1;

/// The most bytes of a line.
const LINE_BYTES: u64 = 1024 * 1024;

#[derive(Serialize)]
struct Answer<'a> {
    format: u32,
    line: u64,
    kept: bool,
    plans: &'a [Estimate],
}

/// Computes plans, and answers questions.
pub(super) fn estimate(args: &Args, terminal: &mut Terminal) -> Status {
    let progress = Progress::new(terminal.err, 3);
    progress.stage(0, "checking the plans");
    let mut found = Found::default();
    let entry = match Entry::at(&args.path) {
        Ok(entry) => entry,
        Err(problem) => {
            found.push(*problem);
            return stop(args, &found, &progress, terminal);
        }
    };
    if !args.data.is_dir() {
        let message = format!("there is no folder `{}`", args.data.display());
        found.push(Diagnostic::new(Code::NoDataFile, message).help("name the folder in which the data files lie"));
    }
    let project = entry.load();
    let (plans, problems) = compile::plans(&project);
    found.add(&entry, &project, problems);
    if found.status() == Status::Problems {
        return stop(args, &found, &progress, terminal);
    }
    progress.stage(1, "computing");
    let folder = data::Folder::new(&args.data);
    let mut computed = Computed::default();
    let mut runs: Vec<(&Program, Results)> = Vec::new();
    for plan in &plans {
        let results = computed.load(&plan.program, &folder).and_then(|tables| {
            engine::run(&plan.program, &tables)
                .map_err(|stopped| fault::describe(&plan.program, &stopped.so_far, &stopped.faults))
        });
        match results {
            Ok(results) => runs.push((&plan.program, results)),
            Err(problems) => {
                found.extend(problems);
                return stop(args, &found, &progress, terminal);
            }
        }
    }
    let mut estimators: Vec<Estimator<'_>> =
        runs.iter().map(|(program, results)| Estimator::new(program, results)).collect();
    estimators.iter_mut().for_each(Estimator::prepare);
    progress.end();
    // Warnings stop nothing, but they are told.
    tell(args, &found, terminal);
    answer_all(args, &mut estimators, terminal)
}

/// Answers the lines of standard input until there are no more.
fn answer_all(args: &Args, estimators: &mut [Estimator<'_>], terminal: &mut Terminal) -> Status {
    let mut status = Status::Fine;
    let mut input = std::io::stdin().lock();
    for line in 1.. {
        let mut bytes = Vec::new();
        let read = input.by_ref().take(LINE_BYTES).read_until(b'\n', &mut bytes);
        if read.is_ok_and(|count| count == 0) || terminal.failure().is_some() {
            break;
        }
        let text = String::from_utf8_lossy(&bytes);
        if text.trim().is_empty() {
            continue;
        }
        let answered = question(text.trim(), line)
            .map_err(|problem| vec![*problem])
            .and_then(|question| Ok((answer(estimators, &question)?, question)));
        let shown = match answered {
            Ok((estimates, question)) => shown(args, line, &question, estimates, terminal.out),
            Err(problems) => {
                status = Status::Problems;
                refused(args, line, &problems, estimators, terminal.out)
            }
        };
        terminal.print(&shown);
    }
    status
}

/// What a question comes to in each plan that has its records.
fn answer(estimators: &mut [Estimator<'_>], question: &Question) -> Result<Vec<Estimate>, Vec<Diagnostic>> {
    let asked = estimators.iter().filter(|estimator| question.is_about(estimator.program())).count();
    let (mut estimates, mut kept) = (Vec::new(), Vec::new());
    for estimator in estimators.iter_mut() {
        if asked > 0 && !question.is_about(estimator.program()) {
            continue;
        }
        let rows = question.rows(estimator.program())?;
        estimates.push(estimator.ask(&rows)?);
        kept.push((estimator, rows));
    }
    if question.keep {
        kept.into_iter().for_each(|(estimator, rows)| estimator.keep(rows));
    }
    Ok(estimates)
}

fn shown(args: &Args, line: u64, question: &Question, mut estimates: Vec<Estimate>, stream: Stream) -> String {
    // As in the results of a run, helpers are not told.
    estimates.iter_mut().for_each(|estimate| estimate.changes.retain(|change| change.word != "let"));
    match args.format {
        EstimateForm::Human => estimate_page::page(question, &estimates, args.full, stream),
        EstimateForm::Json => {
            let answer = Answer { format: FORMAT, line, kept: question.keep, plans: &estimates };
            // Strings and whole numbers only: there is nothing in it that could not be written.
            serde_json::to_string(&answer).unwrap_or_default() + "\n"
        }
    }
}

/// Problems with a question, as an answer.
fn refused(args: &Args, line: u64, problems: &[Diagnostic], estimators: &[Estimator<'_>], stream: Stream) -> String {
    let nothing = crate::ids::IdVec::new();
    let sources = estimators.first().map_or(&nothing, |estimator| &estimator.program().names.sources);
    match args.format {
        EstimateForm::Human => diagnostics::render(problems, sources, &Form::Human.options(stream)) + "\n",
        EstimateForm::Json => {
            let problems = diagnostics::render(problems, sources, &Form::Json.options(stream));
            // Texts have no line ends in JSON: those that there are stand between values.
            let problems: String = problems.lines().map(str::trim).collect();
            format!("{{\"format\":{FORMAT},\"line\":{line},\"problems\":{problems}}}\n")
        }
    }
}

fn stop(args: &Args, found: &Found, progress: &Progress, terminal: &mut Terminal) -> Status {
    progress.end();
    tell(args, found, terminal);
    Status::Problems
}

fn tell(args: &Args, found: &Found, terminal: &mut Terminal) {
    if found.problems.is_empty() {
        return;
    }
    let form = match args.format {
        EstimateForm::Human => Form::Human,
        EstimateForm::Json => Form::Json,
    };
    let text = found.render(form, terminal.err);
    terminal.tell(&text);
    if form == Form::Human {
        terminal.tell(&found.more(terminal.err));
    }
}
