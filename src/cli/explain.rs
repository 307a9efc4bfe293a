//! `attain explain`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::explain_key::{Asked, has_person, key};
use super::explain_row;
use super::load::Found;
use super::terminal::Terminal;
use super::{Form, Status, stored, written};
use crate::compile::{self, Plan};
use crate::diagnostics::clean::{self, shell_word};
use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Code, Diagnostic};
use crate::fault;
use crate::follow::{self, Followed};
use crate::ids::{ColumnId, ExprId};
use crate::program::Program;
use crate::reference::{self, TraceProblem};
use crate::source::SourceFile;
use crate::step::{Formula, Trace};
use crate::store::{self, ResultTable, Run};
use crate::table::Tables;
use crate::trace::{Ask, HumanOptions, PlanTexts, Roundings, WorkbookProblem, deciding, html, human, json, workbook};
use crate::types::model::{Origin, Word};

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
    /// The key of the person
    #[arg(long, value_name = "KEY")]
    person: Option<String>,
    /// The period, such as 2026-03 or 2026-Q1
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// A part of the key by its name; can be given several times
    #[arg(long = "key", value_name = "PART=VALUE", value_parser = part_and_value)]
    keys: Vec<(String, String)>,
    /// The plan, where the run has several that define NAME
    #[arg(long, value_name = "PLAN")]
    plan: Option<String>,
    /// How to show the trace
    #[arg(long, value_enum, default_value_t)]
    format: TraceForm,
    /// Write it to a file, which must not be there yet, instead of standard output
    #[arg(long, value_name = "FILE", required_if_eq("format", "xlsx"))]
    out: Option<PathBuf>,
    /// Fold nothing: show every member, every band and every earlier period
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

/// What stops an explanation.
type Problems = Vec<Diagnostic>;

/// Explains a value.
pub(super) fn explain(args: &Args, terminal: &mut Terminal) -> Status {
    let mut found = Found::default();
    if let Some(row) = &args.row {
        return followed(args, row, found, terminal);
    }
    let shown = explained(args, &mut found).and_then(|explained| shown(args, explained, terminal));
    match shown.and_then(|bytes| hand_out(args, &bytes, terminal)) {
        Ok(()) => Status::Fine,
        Err(problems) => told(args, found, problems, terminal),
    }
}

/// A trace in the form that is asked for.
fn shown(args: &Args, explained: Explained, terminal: &Terminal) -> Result<Vec<u8>, Problems> {
    let Explained { trace, people, roundings, texts } = explained;
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
        let (run, project) = stored::open(&args.run, found)?;
        let (plans, problems) = compile::plans(&project);
        if problems.iter().any(Diagnostic::is_error) {
            return Err(problems);
        }
        let plans = plans_of_run(args, &run, &plans)?;
        let programs: Vec<&Program> = plans.iter().map(|plan| &plan.program).collect();
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
    HumanOptions {
        colour: terminal.out.colour && !to_file,
        width: args.width.unwrap_or(terminal.out.width),
        unicode: terminal.out.unicode,
        depth: args.depth,
        full: args.full,
        lines: terminal.out.height.filter(|_| !to_file),
        ask: Some(Ask { run: shell_word(&args.run.display().to_string()), people }),
    }
}

/// A trace that gives what was stored, with what its forms say besides.
struct Explained {
    trace: Trace,
    /// The record of the plan's people.
    people: String,
    roundings: Roundings,
    /// The text of each plan file.
    texts: PlanTexts,
}

/// The trace, once it is known to give what was stored.
fn explained(args: &Args, found: &mut Found) -> Result<Explained, Problems> {
    let (run, project) = stored::open(&args.run, found)?;
    let (plans, problems) = compile::plans(&project);
    if problems.iter().any(Diagnostic::is_error) {
        return Err(problems);
    }
    let (plan, column) = wanted(args, &run, &plans)?;
    let tables = run.tables(&plan.program)?;
    let key = key_of(args, &run, plan, &tables, column)?;
    let trace = reference::trace(&plan.program, &tables, column, &key)
        .map_err(|problem| untraced(&plan.program, column, &key, problem))?;
    compare(&run, &plan.program, column, &key, &trace)?;
    let names = &plan.program.names;
    let text = |source: &SourceFile| (source.path.clone(), source.text.clone());
    Ok(Explained {
        trace,
        people: names.records.at(plan.program.model.plan.people).name.clone(),
        roundings: Roundings::of(&plan.program),
        texts: names.sources.iter().map(text).collect(),
    })
}

/// The plans of the run, or the one asked for.
fn plans_of_run<'a, 'b>(args: &Args, run: &Run, plans: &'a [Plan<'b>]) -> Result<Vec<&'a Plan<'b>>, Problems> {
    // The run may have been of some of the plans of its files.
    let in_run = |plan: &&Plan<'_>| run.manifest.plans.contains_key(&plan.program.names.plan.name);
    let mut asked: Vec<&Plan<'_>> = plans.iter().filter(in_run).collect();
    if let Some(name) = &args.plan {
        let known: Vec<&str> = asked.iter().map(|plan| plan.program.names.plan.name.as_str()).collect();
        if !known.contains(&name.as_str()) {
            let problem = Diagnostic::new(Code::NoSuchCell, format!("the run has no plan `{name}`"));
            let help =
                did_you_mean(name, known.iter().copied()).unwrap_or_else(|| format!("it has `{}`", known.join("`, `")));
            return Err(vec![problem.help(help)]);
        }
        asked.retain(|plan| plan.program.names.plan.name == *name);
    }
    Ok(asked)
}

/// The one definition of this name, with its plan.
fn wanted<'a, 'b>(args: &Args, run: &Run, plans: &'a [Plan<'b>]) -> Result<(&'a Plan<'b>, ColumnId), Problems> {
    let asked = plans_of_run(args, run, plans)?;
    let of = |plan: &'a Plan<'b>| definition(&plan.program, &args.name).map(|column| (plan, column));
    let defining: Vec<(&'a Plan<'b>, ColumnId)> = asked.iter().copied().filter_map(of).collect();
    match defining.as_slice() {
        [one] => Ok(*one),
        [] => Err(vec![no_definition(args, &asked)]),
        several => {
            let names: Vec<String> =
                several.iter().map(|(plan, _)| format!("`--plan {}`", plan.program.names.plan.name)).collect();
            let message = format!("{} plans of the run define `{}`", several.len(), args.name);
            let help = format!("say which: {}", names.join(" or "));
            Err(vec![Diagnostic::new(Code::NoSuchCell, message).help(help)])
        }
    }
}

fn definition(program: &Program, name: &str) -> Option<ColumnId> {
    definitions(program).find(|column| program.names.columns.at(*column).name == name)
}

fn definitions(program: &Program) -> impl Iterator<Item = ColumnId> {
    let columns = program.model.columns.pairs();
    columns.filter(|(_, column)| matches!(column.origin, Origin::Definition(_))).map(|(id, _)| id)
}

fn no_definition(args: &Args, plans: &[&Plan<'_>]) -> Diagnostic {
    let name = &args.name;
    let symbol = plans.iter().find_map(|plan| plan.resolved.symbol(name));
    let message = match symbol {
        Some(symbol) => format!("`{name}` is {} and has no value of its own", symbol.kind()),
        None => format!("the run has no definition `{name}`"),
    };
    let problem = Diagnostic::new(Code::NoSuchCell, message);
    let names = |plan: &&Plan<'_>| {
        let program = &plan.program;
        definitions(program).map(|column| program.names.columns.at(column).name.clone()).collect::<Vec<_>>()
    };
    let known: Vec<String> = plans.iter().flat_map(names).collect();
    let near = did_you_mean(name, known.iter().map(String::as_str));
    let all = || format!("there is {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "));
    problem.help(near.unwrap_or_else(all))
}

fn key_of(args: &Args, run: &Run, plan: &Plan<'_>, tables: &Tables, column: ColumnId) -> Result<Vec<String>, Problems> {
    let program = &plan.program;
    let name = &program.names.plan.name;
    let credits = || match run.results(name, "Credit") {
        Ok(table) => table.keys().into_iter().map(<[String]>::to_vec).collect(),
        Err(_) => Vec::new(),
    };
    let asked = Asked { person: args.person.as_deref(), period: args.period.as_deref(), keys: &args.keys };
    // A person who is no part of the key is no part of the question, but must be the one the row leads to.
    let Some(person) = asked.person.filter(|_| !has_person(program, column)) else {
        return key(program, tables, column, &asked, credits);
    };
    let found = key(program, tables, column, &Asked { person: None, ..asked }, credits)?;
    match reference::person_of(program, tables, column, &found) {
        Some(own) if own == person => Ok(found),
        Some(own) => Err(vec![of_another(program, column, &found, (person, &own))]),
        // Nobody is told of the row: the option belongs elsewhere.
        None => key(program, tables, column, &asked, Vec::new),
    }
}

/// A row that leads to another person than the one asked for.
fn of_another(program: &Program, column: ColumnId, key: &[String], (asked, own): (&str, &str)) -> Diagnostic {
    let row = super::explain_key::row_words(program, program.model.columns.at(column).frame, key);
    let name = &program.names.columns.at(column).name;
    let message = format!("`{name}` of {row} belongs to `{own}`, not to `{asked}`");
    Diagnostic::new(Code::NoSuchCell, message).help(format!("leave out `--person`, or say `--person {own}`"))
}

/// Why there is no trace, in words.
pub(super) fn untraced(program: &Program, column: ColumnId, key: &[String], problem: TraceProblem) -> Problems {
    let named = program.names.columns.at(column);
    let name = &named.name;
    let row = super::explain_key::row_words(program, program.model.columns.at(column).frame, key);
    match problem {
        TraceProblem::NoSuchRow => {
            let problem = Diagnostic::new(Code::NoSuchCell, format!("`{name}` has no row for {row}"));
            let help = "a person who is not in the plan has no rows in it: see `people` in the plan";
            vec![problem.at(program.names.plan.span, "the plan says who is in it").help(help)]
        }
        TraceProblem::LeftOut(condition) => {
            let problem = Diagnostic::new(Code::NoSuchCell, format!("`{name}` has no value for {row}"));
            let problem = problem.at(named.span, "its `where` leaves the row out");
            vec![match condition.as_deref() {
                Some((id, formula)) => left_out(program, problem, *id, formula),
                None => problem.help("the condition behind its `where` does not hold there"),
            }]
        }
        TraceProblem::Fault(fault) => fault::describe(program, &fault.1, &[fault.0]),
    }
}

/// The condition that leaves a row out, and what it compared.
fn left_out(program: &Program, problem: Diagnostic, id: ExprId, condition: &Formula) -> Diagnostic {
    let decided = deciding(condition);
    let holds = if condition.value.is_some() { "does not hold" } else { "has no value, so that it does not hold" };
    let help = format!("`{}` {holds} there", condition.text);
    let help = if decided.is_empty() { help } else { format!("{help}: {decided}") };
    problem.at(program.names.exprs.at(id).span, "this does not hold").help(help)
}

/// Whether the trace gives what the run stored; a `let` is not stored.
fn compare(run: &Run, program: &Program, column: ColumnId, key: &[String], trace: &Trace) -> Result<(), Problems> {
    match &program.model.columns.at(column).origin {
        Origin::Definition(definition) if definition.word != Word::Let => {}
        _ => return Ok(()),
    }
    let named = program.names.columns.at(column);
    let table = result_table(run, program, column).map_err(|problem| vec![problem])?;
    let stored = table.get(&named.name, key).map_err(|problem| vec![problem])?;
    let root = trace.steps.iter().find(|step| step.id == trace.root);
    let traced = root.and_then(|step| step.value.as_ref()).map(|amount| amount.text.as_str());
    if stored::same(traced, stored.as_deref()) {
        return Ok(());
    }
    let words = |value: Option<&str>| value.map_or_else(|| "no value".to_owned(), |value| format!("`{value}`"));
    let row = super::explain_key::row_words(program, program.model.columns.at(column).frame, key);
    let row = if row.is_empty() { row } else { format!(" for {row}") };
    let message = format!(
        "the trace of `{}`{row} gives {}, but the run stored {}",
        named.name,
        words(traced),
        words(stored.as_deref())
    );
    Err(vec![Diagnostic::new(Code::TraceDiffers, message).at(named.span, "defined here").help(stored::differs(run))])
}

/// The table that holds a definition: that of its frame. Of two frames of one name, the second one's
/// table is called `.all`.
fn result_table(run: &Run, program: &Program, column: ColumnId) -> Result<ResultTable, Diagnostic> {
    let (plan, name) = (&program.names.plan.name, &program.names.columns.at(column).name);
    let frame = store::frame_name(program, program.model.columns.at(column).frame);
    let other = format!("{frame}.all");
    let holds = |frame: &String| {
        let table = run.manifest.plans.get(plan).and_then(|plan| plan.results.get(frame));
        table.is_some_and(|table| table.columns.iter().any(|stored| !stored.key && stored.name == *name))
    };
    run.results(plan, if !holds(&frame) && holds(&other) { &other } else { &frame })
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
