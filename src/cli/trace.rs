//! `attain trace`.

use std::io::{self, Write};
use std::path::PathBuf;

use super::load::Found;
use super::narrow::Narrow;
use super::progress::Progress;
use super::terminal::Terminal;
use super::{Form, Status, explain_value, stored};
use crate::compile::{self, Plan};
use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Code, Diagnostic};
use crate::known::Known;
use crate::program::Program;
use crate::reference::{Told, Tracer};
use crate::store::{self, Flowed, Payout, PlanRun, Run};
use crate::trace::{Lines, Narrowed};
use crate::{engine, fault};

/// Writes how every payout and earning of a run came about, as JSON lines.
///
/// Every value is computed anew, step by step, from the plan and the data that the run folder holds, and compared with what
/// the run paid. Each step is a line of its own, down to the cells of the data files; a step that several values rest on
/// stands once. What is written to standard output stands alone: `check_trace.py` beside the documentation re-performs it
/// without Attain.
///
/// The exit status is 0 when all was written, 1 when a value is not what the run stored, 2 when the command line is wrong.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A run folder, as `attain run --out` wrote it
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// The folder with the data files, for a run that holds their hashes alone
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The values of this person alone
    #[arg(long, value_name = "KEY")]
    person: Option<String>,
    /// The values of periods that lie in this one, such as 2026-Q1
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// The values of this plan alone
    #[arg(long, value_name = "PLAN")]
    plan: Option<String>,
}

/// A plan of the run with what it came to, and the values to be traced.
struct Computed<'a> {
    program: &'a Program,
    known: Known<'a>,
    values: Vec<Flowed>,
}

/// What stops the traces.
enum Stopped {
    /// Something is wrong with the run.
    Problems(Vec<Diagnostic>),
    /// They cannot be written.
    Output(io::Error),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Stopped::Output(error)
    }
}

impl From<Vec<Diagnostic>> for Stopped {
    fn from(problems: Vec<Diagnostic>) -> Self {
        Stopped::Problems(problems)
    }
}

/// Writes traces.
pub(super) fn trace(args: &Args, terminal: &mut Terminal) -> Status {
    let mut found = Found::default();
    let progress = Progress::new(terminal.err, 0);
    if let Err(problems) = traced(args, &mut found, &progress, terminal) {
        progress.end();
        found.extend(problems);
        let text = found.render(Form::Human, terminal.err);
        terminal.tell(&text);
        return Status::Problems;
    }
    Status::Fine
}

fn traced(args: &Args, found: &mut Found, progress: &Progress, terminal: &mut Terminal) -> Result<(), Vec<Diagnostic>> {
    progress.stage(0, "reading the run");
    let (mut run, project) = stored::open(&args.run, found)?;
    let (plans, problems) = compile::plans(&project);
    if problems.iter().any(Diagnostic::is_error) {
        return Err(problems);
    }
    let asked = asked(args, &run, &plans)?;
    run.supply(&asked.iter().map(|plan| &plan.program).collect::<Vec<_>>(), args.data.as_deref(), "--data")?;
    let mut computed = Vec::new();
    for plan in asked {
        computed.push(recomputed(&run, &plan.program)?);
    }
    let narrow = Narrow { person: args.person.as_deref(), period: args.period.as_deref() };
    let known: Vec<_> = computed.iter().map(|one| (one.program, &one.known.results().tables)).collect();
    let unknown = narrow.problems(&known);
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let mut ended = Ok(());
    terminal.stream(|out| match write(args, &run, computed, progress, out) {
        Ok(()) => Ok(()),
        Err(Stopped::Output(error)) => Err(error),
        Err(Stopped::Problems(problems)) => {
            ended = Err(problems);
            Ok(())
        }
    });
    progress.end();
    ended
}

/// The plans of the run that are asked for, in order of their names.
fn asked<'a, 'b>(args: &Args, run: &Run, plans: &'a [Plan<'b>]) -> Result<Vec<&'a Plan<'b>>, Vec<Diagnostic>> {
    let name = |plan: &&Plan<'_>| plan.program.names.plan.name.clone();
    let mut asked: Vec<&Plan<'_>> = plans.iter().filter(|plan| run.manifest.plans.contains_key(&name(plan))).collect();
    asked.sort_by_key(name);
    if let Some(wanted) = &args.plan {
        let known: Vec<String> = asked.iter().map(name).collect();
        asked.retain(|plan| name(plan) == *wanted);
        if asked.is_empty() {
            let problem = Diagnostic::new(Code::NoSuchCell, format!("the run has no plan `{wanted}`"));
            let near = did_you_mean(wanted, known.iter().map(String::as_str));
            return Err(vec![problem.help(near.unwrap_or_else(|| format!("it has `{}`", known.join("`, `"))))]);
        }
    }
    Ok(asked)
}

/// A plan of the run computed anew, where it comes to what the run paid.
fn recomputed<'a>(run: &Run, program: &'a Program) -> Result<Computed<'a>, Vec<Diagnostic>> {
    let tables = run.tables(program)?;
    let results =
        engine::run(program, &tables).map_err(|stopped| fault::describe(program, &stopped.so_far, &stopped.faults))?;
    let one = |problem| vec![problem];
    let plan = PlanRun { program, results: &results };
    let values = store::flowed(&plan).map_err(one)?;
    if store::pays_as_stored(run, &plan).map_err(one)? {
        return Ok(Computed { program, known: Known::with(program, results), values });
    }
    Err(vec![Diagnostic::new(Code::TraceDiffers, apart(run, program, &values)).help(stored::differs(run))])
}

/// The first payout that is another than the run stored, in words.
fn apart(run: &Run, program: &Program, values: &[Flowed]) -> String {
    let name = &program.names.plan.name;
    let Ok(mut stored) = run.payouts() else {
        return format!("computed again, `{name}` does not pay what the run stored");
    };
    let mut paid: Vec<Payout> = values.iter().filter(|value| value.paid).map(payout).collect();
    stored.retain(|payout| payout.plan == *name);
    for payouts in [&mut paid, &mut stored] {
        payouts.sort_by(|a, b| in_file(a).cmp(&in_file(b)));
    }
    let differs = paid.iter().zip(&stored).find(|(paid, stored)| paid != stored);
    match differs {
        Some((paid, stored)) => format!(
            "`{}` of `{}` in `{}` is computed as {}, but the run paid {} to `{}` in `{}`",
            paid.name, paid.person, paid.period, paid.amount, stored.amount, stored.person, stored.period
        ),
        None => format!("plan `{name}` has {} payouts, but the run paid {}", paid.len(), stored.len()),
    }
}

fn payout(value: &Flowed) -> Payout {
    let value = value.value.clone();
    Payout {
        plan: value.plan,
        person: value.person,
        period: value.period,
        name: value.component,
        amount: value.amount,
        currency: value.currency,
    }
}

fn in_file(payout: &Payout) -> [&String; 5] {
    [&payout.person, &payout.period, &payout.name, &payout.currency, &payout.amount]
}

/// Writes all lines, person by person.
fn write(
    args: &Args,
    run: &Run,
    mut computed: Vec<Computed<'_>>,
    progress: &Progress,
    out: &mut dyn Write,
) -> Result<(), Stopped> {
    let narrow = Narrow { person: args.person.as_deref(), period: args.period.as_deref() };
    let narrowed = Narrowed { person: narrow.person, period: narrow.period, plan: args.plan.as_deref() };
    let mut lines = Lines::begin(out, &run.manifest, &run.sha256, narrowed)?;
    for Computed { known, values, .. } in &mut computed {
        let calendar = &known.results().tables.calendar;
        values.retain(|flow| narrow.keeps(calendar, &flow.value.person, &flow.value.period, flow.date));
    }
    progress.length(computed.iter().map(|one| one.values.len() as u64).sum());
    let (mut told, mut done) = (Told::default(), 0_u64);
    for Computed { program, known, values } in &computed {
        let mut tracer = Tracer::new(known.interpreter(), told);
        for person in values.chunk_by(|a, b| a.value.person == b.value.person) {
            for flow in person {
                progress.stage(done, "values traced");
                one(&mut tracer, program, run, flow, &mut lines)?;
                done = done.saturating_add(1);
            }
            tracer.next_person();
        }
        told = tracer.told();
    }
    lines.end()?;
    Ok(())
}

/// Writes one value with the steps that no earlier one has.
fn one(
    tracer: &mut Tracer<'_>,
    program: &Program,
    run: &Run,
    flow: &Flowed,
    lines: &mut Lines<'_>,
) -> Result<(), Stopped> {
    let traced = tracer.trace(flow.column, flow.row).map_err(|problem| {
        let key = vec![flow.value.person.clone(), flow.value.period.clone()];
        explain_value::untraced(program, flow.column, &key, problem)
    })?;
    let text = traced.value.as_ref().map(|value| value.text.as_str());
    if !stored::same(text, Some(&flow.value.amount)) {
        let value = &flow.value;
        let message = format!(
            "the trace of `{}` of `{}` in `{}` gives {}, but the run stored {}",
            value.component,
            value.person,
            value.period,
            text.unwrap_or("no value"),
            value.amount
        );
        return Err(vec![Diagnostic::new(Code::TraceDiffers, message).help(stored::differs(run))].into());
    }
    for step in &traced.steps {
        lines.step(step)?;
    }
    lines.value(flow.paid, &flow.value, &traced.root)?;
    Ok(())
}
