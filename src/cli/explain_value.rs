//! A value of a run, computed anew and compared with what the run stored.

use super::explain_key::{Asked, Owned, has_person, instead, key, row_words};
use super::load::Found;
use super::stored;
use crate::compile::{self, Plan};
use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Code, Diagnostic};
use crate::fault;
use crate::ids::{ColumnId, ExprId};
use crate::known::Known;
use crate::program::Program;
use crate::reference::{self, Interpreter, TraceProblem};
use crate::step::{Formula, Trace};
use crate::store::{self, ResultTable, Run};
use crate::table::Tables;
use crate::trace::{PlanTexts, Roundings, deciding};
use crate::types::model::{Origin, Word};
use std::path::Path;

/// What stops an explanation.
pub(super) type Problems = Vec<Diagnostic>;

/// Which value is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asking<'a> {
    /// The run folder.
    pub run: &'a Path,
    /// The folder with the data files, for a run that holds their hashes alone, and the option that names it.
    pub data: (Option<&'a Path>, &'static str),
    /// The definition.
    pub name: &'a str,
    /// The plan, where it is said.
    pub plan: Option<&'a str>,
    /// The row.
    pub asked: Asked<'a>,
    /// What is said of another row, in whose place its own parts are.
    pub against: &'a [String],
    /// With more steps than this, the trace tells of what lies further away the values alone.
    pub most_steps: usize,
}

/// A value with how it came about.
pub(super) struct Explained {
    /// Its steps, known to give what the run stored.
    pub trace: Trace,
    /// The record of the plan's people.
    pub people: String,
    /// Its row.
    pub key: Vec<String>,
    /// The run.
    pub run: Run,
    /// The plan.
    pub program: Program,
    /// How each definition is rounded.
    pub roundings: Roundings,
    /// The text of each plan file.
    pub texts: PlanTexts,
}

/// Traces a value, once it is known to give what was stored.
pub(super) fn explained(asking: &Asking<'_>, found: &mut Found) -> Result<Explained, Problems> {
    let (mut run, project) = stored::open(asking.run, found)?;
    let (plans, problems) = compile::plans(&project);
    if problems.iter().any(Diagnostic::is_error) {
        return Err(problems);
    }
    let (plan, column) = wanted(asking, &run, &plans)?;
    let program = &plan.program;
    run.supply(&[program], asking.data.0, asking.data.1)?;
    let tables = run.tables(program)?;
    let other: Owned;
    let asked = match asking.against {
        [] => asking.asked,
        against => {
            other = instead(program, &tables, column, &asking.asked, against, || credits(&run, program))?;
            other.asked()
        }
    };
    let known = Known::of(program, &tables);
    // What cannot be computed as a whole may be computed as far as is asked.
    let interpreter = || known.as_ref().map_or_else(|| Interpreter::new(program, &tables), Known::interpreter);
    let key = key_of(asked, &run, program, (&tables, &interpreter), column)?;
    let trace = interpreter().at_most(asking.most_steps).trace(column, &key);
    let trace = trace.map_err(|problem| untraced(program, column, &key, problem))?;
    compare(&run, program, column, &key, &trace)?;
    let people = program.names.records.at(program.model.plan.people).name.clone();
    let roundings = Roundings::of(program);
    let texts = program.names.sources.iter().map(|source| (source.path.clone(), source.text.clone())).collect();
    Ok(Explained { trace, people, key, roundings, texts, program: program.clone(), run })
}

/// The plans of the run, or the one asked for.
pub(super) fn plans_of_run<'a, 'b>(
    name: Option<&str>,
    run: &Run,
    plans: &'a [Plan<'b>],
) -> Result<Vec<&'a Plan<'b>>, Problems> {
    // The run may have been of some of the plans of its files.
    let in_run = |plan: &&Plan<'_>| run.manifest.plans.contains_key(&plan.program.names.plan.name);
    let mut asked: Vec<&Plan<'_>> = plans.iter().filter(in_run).collect();
    if let Some(name) = name {
        let known: Vec<&str> = asked.iter().map(|plan| plan.program.names.plan.name.as_str()).collect();
        if !known.contains(&name) {
            let problem = Diagnostic::new(Code::NoSuchCell, format!("the run has no plan `{name}`"));
            let help =
                did_you_mean(name, known.iter().copied()).unwrap_or_else(|| format!("it has `{}`", known.join("`, `")));
            return Err(vec![problem.help(help)]);
        }
        asked.retain(|plan| plan.program.names.plan.name == name);
    }
    Ok(asked)
}

/// The one definition of this name, with its plan.
fn wanted<'a, 'b>(asking: &Asking<'_>, run: &Run, plans: &'a [Plan<'b>]) -> Result<(&'a Plan<'b>, ColumnId), Problems> {
    let asked = plans_of_run(asking.plan, run, plans)?;
    let of = |plan: &'a Plan<'b>| definition(&plan.program, asking.name).map(|column| (plan, column));
    let defining: Vec<(&'a Plan<'b>, ColumnId)> = asked.iter().copied().filter_map(of).collect();
    match defining.as_slice() {
        [one] => Ok(*one),
        [] => Err(vec![no_definition(asking.name, &asked)]),
        several => {
            let names: Vec<String> =
                several.iter().map(|(plan, _)| format!("`--plan {}`", plan.program.names.plan.name)).collect();
            let message = format!("{} plans of the run define `{}`", several.len(), asking.name);
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

fn no_definition(name: &str, plans: &[&Plan<'_>]) -> Diagnostic {
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

/// The keys of the run's credits.
fn credits(run: &Run, program: &Program) -> Vec<Vec<String>> {
    match run.results(&program.names.plan.name, "Credit") {
        Ok(table) => table.keys().into_iter().map(<[String]>::to_vec).collect(),
        Err(_) => Vec::new(),
    }
}

fn key_of<'p>(
    asked: Asked<'_>,
    run: &Run,
    program: &Program,
    (tables, interpreter): (&Tables, &dyn Fn() -> Interpreter<'p>),
    column: ColumnId,
) -> Result<Vec<String>, Problems> {
    let credits = || credits(run, program);
    // A person who is no part of the key is no part of the question, but must be the one the row leads to.
    let Some(person) = asked.person.filter(|_| !has_person(program, column)) else {
        return key(program, tables, column, &asked, credits);
    };
    let found = key(program, tables, column, &Asked { person: None, ..asked }, credits)?;
    match reference::person_of(&mut interpreter(), column, &found) {
        Some(own) if own == person => Ok(found),
        Some(own) => Err(vec![of_another(program, column, &found, (person, &own))]),
        // Nobody is told of the row: the option belongs elsewhere.
        None => key(program, tables, column, &asked, Vec::new),
    }
}

/// A row that leads to another person than the one asked for.
fn of_another(program: &Program, column: ColumnId, key: &[String], (asked, own): (&str, &str)) -> Diagnostic {
    let row = row_words(program, program.model.columns.at(column).frame, key);
    let name = &program.names.columns.at(column).name;
    let message = format!("`{name}` of {row} belongs to `{own}`, not to `{asked}`");
    Diagnostic::new(Code::NoSuchCell, message).help(format!("leave out `--person`, or say `--person {own}`"))
}

/// Why there is no trace, in words.
pub(super) fn untraced(program: &Program, column: ColumnId, key: &[String], problem: TraceProblem) -> Problems {
    let named = program.names.columns.at(column);
    let name = &named.name;
    let row = row_words(program, program.model.columns.at(column).frame, key);
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
    let row = row_words(program, program.model.columns.at(column).frame, key);
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
