//! Two computations of the same values: the engine's, the reference's, and those of its traces.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::collections::HashSet;
use std::fmt::Debug;
use std::mem::discriminant;

use attain::ids::{ColumnId, ExprId};
use attain::keys;
use attain::known::Known;
use attain::program::{Compute, Program};
use attain::reference::{self, Interpreter};
use attain::step::Trace;
use attain::table::{Fault, FaultKind, Results, State, Stopped, Tables};
use attain::types::expr::Expr;
use attain::types::model::Origin;
use attain::value::Exact;

/// What a comparison found: nothing, or the first difference.
pub type Agreed<T = ()> = Result<T, String>;

/// The engine's run and the reference's are the same, also where the computation stops.
pub fn both(program: &Program, tables: &Tables) -> Agreed {
    match attain::engine::run(program, tables) {
        Ok(results) => with_reference(program, tables, &results),
        Err(found) => stopped(program, tables, &found),
    }
}

/// Two values that must be the same.
pub fn equal<T: PartialEq + Debug>(expected: T, found: T, what: impl FnOnce() -> String) -> Agreed {
    match expected == found {
        true => Ok(()),
        false => Err(format!("{}\n  expected {expected:?}\n  found    {found:?}", what())),
    }
}

fn must(holds: bool, what: impl FnOnce() -> String) -> Agreed {
    if holds { Ok(()) } else { Err(what()) }
}

/// The engine's results are the reference's.
pub fn with_reference(program: &Program, tables: &Tables, results: &Results) -> Agreed {
    match reference::run(program, tables) {
        Ok(expected) => same(program, &expected, results),
        Err(fault) => Err(format!("the reference alone stops: {}", words(program, results, &fault))),
    }
}

/// Two runs of the engine.
pub fn runs(
    program: &Program,
    first: &Result<Results, Box<Stopped>>,
    second: &Result<Results, Box<Stopped>>,
) -> Agreed {
    match (first, second) {
        (Ok(first), Ok(second)) => same(program, first, second),
        (Err(first), Err(second)) => {
            equal(&first.faults, &second.faults, || "the faults".to_owned())?;
            same(program, &first.so_far, &second.so_far)
        }
        (Err(stopped), Ok(_)) | (Ok(_), Err(stopped)) => Err(format!("only one run stops: {:?}", stopped.faults)),
    }
}

/// The same rows and the same values, bit for bit.
fn same(program: &Program, expected: &Results, found: &Results) -> Agreed {
    for frame in program.model.frames.ids() {
        equal(expected.tables.rows(frame), found.tables.rows(frame), || format!("rows of {frame:?}"))?;
    }
    let columns = expected.tables.column_ids();
    equal(&columns, &found.tables.column_ids(), || "the columns".to_owned())?;
    for id in columns {
        same_column(program, expected, found, id)?;
    }
    equal(&expected.credits, &found.credits, || "the credits".to_owned())?;
    equal(&expected.outcomes, &found.outcomes, || "the outcomes".to_owned())?;
    equal(&expected.unplaced, &found.unplaced, || "the rows without a reader".to_owned())?;
    equal(&expected.flows, &found.flows, || "the flows".to_owned())
}

fn same_column(program: &Program, expected: &Results, found: &Results, id: ColumnId) -> Agreed {
    let (one, other) = (expected.tables.column(id).unwrap(), found.tables.column(id).unwrap());
    let name = &program.names.columns.at(id).name;
    if one != other {
        for row in 0..u32::try_from(one.len()).unwrap() {
            let key = keys::frame_key(program, expected, program.model.columns.at(id).frame, row);
            let (one, other) = ((one.state(row), one.get(row)), (other.state(row), other.get(row)));
            equal(one, other, || format!("`{name}` at {key:?}"))?;
        }
    }
    equal(one, other, || format!("`{name}`"))
}

/// The engine stopped: the reference stops too, and cell by cell they say the same of what was
/// computed and of what could not be.
pub fn stopped(program: &Program, tables: &Tables, stopped: &Stopped) -> Agreed {
    let so_far = &stopped.so_far;
    let Err(first) = reference::run(program, tables) else {
        return Err(format!("the engine alone stops: {}", words(program, so_far, &stopped.faults[0])));
    };
    let failing = failing_cells(program, tables, stopped)?;
    let of_ensure =
        matches!(stopped.faults[0].kind, FaultKind::Ensure(_)) || in_ensure(program, stopped.faults[0].expr);
    // A rule that goes wrong leaves no column behind.
    let credits_made = program.model.credit.as_ref().is_none_or(|credit| so_far.tables.column(credit.amount).is_some());
    must(!of_ensure || failing == 0, || "cells fail before an ensure does".to_owned())?;
    // An amount that no row receives stops a run without a cell of its own, and so does a schedule without a length.
    let cellless = |fault: &Fault| matches!(fault.kind, FaultKind::NoReceiver(_) | FaultKind::ScheduleLength(_));
    let no_cell = stopped.faults.iter().any(cellless);
    must(of_ensure || failing > 0 || !credits_made || no_cell, || format!("no cell fails: {:?}", stopped.faults))?;
    // Where both stopped at the same words, it is at a row of which both say so; period by period the
    // engine comes first to the earliest period, and the reference to the first row.
    let by_period = matches!(last_step(program, so_far), Some(Compute::Periodwise(_)));
    let at_same_words = !by_period && stopped.faults.iter().any(|fault| fault.expr == first.expr);
    must(!at_same_words || known(&stopped.faults, &first), || words(program, so_far, &first))?;
    Ok(())
}

/// Whether an expression stands in an `ensure`.
fn in_ensure(program: &Program, expr: ExprId) -> bool {
    let ensures = program.model.ensures.iter();
    let mut open: Vec<&Expr> = ensures.flat_map(|ensure| ensure.conditions.iter().chain([&ensure.holds])).collect();
    while let Some(one) = open.pop() {
        if one.id == expr {
            return true;
        }
        open.extend(one.op.operands());
    }
    false
}

/// How many cells the reference cannot compute of the columns that the engine kept: each is among
/// the engine's faults, and the other cells are the same.
fn failing_cells(program: &Program, tables: &Tables, stopped: &Stopped) -> Agreed<usize> {
    let so_far = &stopped.so_far;
    let last = last_step(program, so_far);
    let mut failing = 0;
    let mut interpreter = Interpreter::new(program, tables);
    for id in computed(program, so_far) {
        let data = so_far.tables.column(id).unwrap();
        let name = &program.names.columns.at(id).name;
        // The periods after one that went wrong are not computed.
        let open = matches!(last, Some(Compute::Periodwise(columns)) if columns.contains(&id));
        for row in 0..u32::try_from(data.len()).unwrap() {
            match interpreter.cell(id, row) {
                Ok(_) if open => {}
                Ok(cell) => {
                    let found = (data.state(row), data.get(row));
                    equal((cell.state, cell.value), found, || format!("`{name}` in row {row}"))?;
                }
                Err(fault) => {
                    failing += 1;
                    must(open || known(&stopped.faults, &fault), || words(program, so_far, &fault))?;
                }
            }
        }
    }
    Ok(failing)
}

/// The last step that kept its columns.
fn last_step<'p>(program: &'p Program, so_far: &Results) -> Option<&'p Compute> {
    let steps = program.phases.iter().flat_map(|phase| &phase.steps);
    let done = |column: &ColumnId| so_far.tables.column(*column).is_some();
    steps.rev().find(|step| match step {
        Compute::Column(column) => done(column),
        Compute::Periodwise(columns) => columns.iter().any(done),
        Compute::Rule(_) | Compute::Credits | Compute::Frame(_) | Compute::Ensure(_) => false,
    })
}

/// The columns that were not read but computed.
fn computed(program: &Program, so_far: &Results) -> Vec<ColumnId> {
    let is_computed = |id: &ColumnId| !matches!(program.model.columns.at(*id).origin, Origin::Data(_));
    so_far.tables.column_ids().into_iter().filter(is_computed).collect()
}

/// Whether the fault is among these. Of a row computed again and again within an increase, the two
/// may meet different values first.
fn known(faults: &[Fault], fault: &Fault) -> bool {
    faults.iter().any(|other| {
        let same_place = (other.expr, other.frame, other.row) == (fault.expr, fault.frame, fault.row);
        same_place && discriminant(&other.kind) == discriminant(&fault.kind)
    })
}

fn words(program: &Program, results: &Results, fault: &Fault) -> String {
    let described = attain::fault::describe(program, results, std::slice::from_ref(fault));
    format!("{}: {}", described[0].message, program.names.written(fault.expr))
}

/// The trace of a cell ends in the value stored there; each step is sealed and comes after those it
/// uses.
pub fn traced(program: &Program, tables: &Tables, results: &Results, column: ColumnId, row: u32) -> Agreed {
    let name = &program.names.columns.at(column).name;
    let key = keys::frame_key(program, results, program.model.columns.at(column).frame, row);
    let data = results.tables.column(column).unwrap();
    let trace = match reference::trace(program, tables, column, &key) {
        Ok(trace) => trace,
        Err(reference::TraceProblem::LeftOut(_)) => {
            return equal(State::NoRow, data.state(row), || format!("`{name}` at {key:?}"));
        }
        Err(problem) => return Err(format!("no trace of `{name}` at {key:?}: {problem:?}")),
    };
    let stored = keys::print_cell(program, &results.tables, column, row);
    let root = trace.steps.last().unwrap();
    equal(&trace.root, &root.id, || "the root".to_owned())?;
    let traced = root.value.as_ref().map(|amount| amount.text.clone());
    equal(stored.map(as_ratio), traced.map(as_ratio), || format!("`{name}` at {key:?}"))?;
    sealed(&trace)
}

/// Where what is not shown is known already, the steps are the same; that some are met earlier may change their order.
pub fn traced_over_known(program: &Program, tables: &Tables, known: &Known<'_>, column: ColumnId, row: u32) -> Agreed {
    let name = &program.names.columns.at(column).name;
    let key = keys::frame_key(program, known.results(), program.model.columns.at(column).frame, row);
    let plain = reference::trace(program, tables, column, &key);
    let over = known.interpreter().trace(column, &key);
    let (mut plain, mut over) = match (plain, over) {
        (Ok(plain), Ok(over)) => (plain, over),
        (Err(_), Err(_)) => return Ok(()),
        _ => return Err(format!("a trace of `{name}` at {key:?} is there only with or only without what is known")),
    };
    sealed(&over)?;
    for trace in [&mut plain, &mut over] {
        trace.steps.sort_by(|a, b| a.id.cmp(&b.id));
    }
    must(over == plain, || format!("another trace of `{name}` at {key:?} over what is known"))
}

/// Each step is sealed and comes once, after those it uses.
fn sealed(trace: &Trace) -> Agreed {
    let mut seen: HashSet<&str> = HashSet::new();
    for step in &trace.steps {
        for used in step.uses() {
            must(seen.contains(used.as_str()), || format!("`{}` uses a step that comes later", step.name))?;
        }
        equal(&step.clone().sealed().id, &step.id, || format!("the seal of `{}`", step.name))?;
        must(seen.insert(&step.id), || format!("`{}` twice", step.name))?;
    }
    Ok(())
}

/// A trace gives a percentage as its ratio.
fn as_ratio(text: String) -> Result<Exact, String> {
    let number = text.strip_suffix('%').unwrap_or(&text);
    match Exact::parse(number) {
        Some(percent) if number.len() < text.len() => Ok(percent.times(&Exact::from_units(1, 2))),
        Some(number) => Ok(number),
        None => Err(text),
    }
}

/// Every definition's cells are traced to what is stored, as far as the run did not stop.
pub fn all_traced(program: &Program, tables: &Tables) -> Agreed {
    let Some(known) = Known::of(program, tables) else { return Ok(()) };
    let results = known.results();
    for (id, column) in program.model.columns.pairs() {
        if matches!(column.origin, Origin::Definition(_)) {
            let rows = results.tables.column(id).unwrap().len();
            // The first rows of a long column show what the others would.
            for row in 0..u32::try_from(rows.min(TRACED)).unwrap() {
                traced(program, tables, results, id, row)?;
                if row == 0 {
                    traced_over_known(program, tables, &known, id, row)?;
                }
            }
        }
    }
    Ok(())
}

/// So many cells of a column are traced.
const TRACED: usize = 12;
