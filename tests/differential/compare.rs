//! Two computations of the same values.

use std::mem::discriminant;

use attain::ids::ColumnId;
use attain::keys;
use attain::program::{Compute, Program};
use attain::reference::{self, Interpreter};
use attain::table::{Fault, FaultKind, Results, Stopped, Tables};
use attain::types::model::Origin;
use proptest::prop_assert;

use super::{Checked, Run, equal, fails};

/// The engine's results are the reference's.
pub fn with_reference(program: &Program, tables: &Tables, results: &Results) -> Checked {
    match reference::run(program, tables) {
        Ok(expected) => same(program, &expected, results),
        Err(fault) => fails(format!("the reference alone stops: {}", words(program, results, &fault))),
    }
}

/// Two runs of the engine.
pub fn runs(program: &Program, first: &Run, second: &Run) -> Checked {
    match (first, second) {
        (Ok(first), Ok(second)) => same(program, first, second),
        (Err(first), Err(second)) => {
            equal(&first.faults, &second.faults, || "the faults".to_owned())?;
            same(program, &first.so_far, &second.so_far)
        }
        (Err(stopped), Ok(_)) | (Ok(_), Err(stopped)) => fails(format!("only one run stops: {:?}", stopped.faults)),
    }
}

/// The same rows and the same values, bit for bit.
fn same(program: &Program, expected: &Results, found: &Results) -> Checked {
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
    equal(&expected.flows, &found.flows, || "the flows".to_owned())
}

fn same_column(program: &Program, expected: &Results, found: &Results, id: ColumnId) -> Checked {
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
pub fn stopped(program: &Program, tables: &Tables, stopped: &Stopped) -> Checked {
    let so_far = &stopped.so_far;
    let Err(first) = reference::run(program, tables) else {
        return fails(format!("the engine alone stops: {}", words(program, so_far, &stopped.faults[0])));
    };
    let failing = failing_cells(program, tables, stopped)?;
    let of_ensure = matches!(stopped.faults[0].kind, FaultKind::Ensure(_));
    // A rule that goes wrong leaves no column behind.
    let credits_made = program.model.credit.as_ref().is_none_or(|credit| so_far.tables.column(credit.amount).is_some());
    prop_assert!(!of_ensure || failing == 0, "cells fail before an ensure does");
    prop_assert!(of_ensure || failing > 0 || !credits_made, "no cell fails: {:?}", stopped.faults);
    // Where both stopped at the same words, it is at a row of which both say so.
    let at_same_words = stopped.faults.iter().any(|fault| fault.expr == first.expr);
    prop_assert!(!at_same_words || known(&stopped.faults, &first), "{}", words(program, so_far, &first));
    Ok(())
}

/// How many cells the reference cannot compute of the columns that the engine kept: each is among
/// the engine's faults, and the other cells are the same.
fn failing_cells(
    program: &Program,
    tables: &Tables,
    stopped: &Stopped,
) -> Result<usize, proptest::prelude::TestCaseError> {
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
                    prop_assert!(known(&stopped.faults, &fault), "{}", words(program, so_far, &fault));
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
        Compute::Rule(_) | Compute::Credits | Compute::Ensure(_) => false,
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
