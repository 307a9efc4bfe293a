//! Two computations of the same values.

use std::mem::discriminant;

use attain::ids::ColumnId;
use attain::keys;
use attain::program::{Compute, Program};
use attain::reference::{self, Interpreter};
use attain::table::{Fault, FaultKind, Results, Stopped, Tables};
use attain::types::model::Origin;

/// The engine's results are the reference's.
pub fn with_reference(program: &Program, tables: &Tables, results: &Results) {
    match reference::run(program, tables) {
        Ok(expected) => same(program, &expected, results),
        Err(fault) => panic!("the reference alone stops: {}", words(program, results, &fault)),
    }
}

/// Two runs of the engine.
pub fn runs(program: &Program, first: &Result<Results, Stopped>, second: &Result<Results, Stopped>) {
    match (first, second) {
        (Ok(first), Ok(second)) => same(program, first, second),
        (Err(first), Err(second)) => {
            assert_eq!(first.faults, second.faults);
            same(program, &first.so_far, &second.so_far);
        }
        (Err(stopped), Ok(_)) | (Ok(_), Err(stopped)) => panic!("only one run stops: {:?}", stopped.faults),
    }
}

/// The same rows and the same values, bit for bit.
fn same(program: &Program, expected: &Results, found: &Results) {
    for frame in program.model.frames.ids() {
        assert_eq!(expected.tables.rows(frame), found.tables.rows(frame), "rows of {frame:?}");
    }
    assert_eq!(expected.tables.column_ids(), found.tables.column_ids());
    for id in expected.tables.column_ids() {
        let (expected_column, column) = (expected.tables.column(id), found.tables.column(id));
        let name = &program.names.columns.at(id).name;
        if expected_column != column {
            for row in 0..expected_column.map_or(0, |data| data.len()) {
                let row = u32::try_from(row).unwrap();
                let cell = |results: &Results| results.tables.column(id).map(|data| (data.state(row), data.get(row)));
                let at = keys::frame_key(program, expected, program.model.columns.at(id).frame, row);
                assert_eq!(cell(expected), cell(found), "`{name}` at {at:?}");
            }
        }
        assert_eq!(expected_column, column, "`{name}`");
    }
    assert_eq!(expected.credits, found.credits);
    assert_eq!(expected.outcomes, found.outcomes);
    assert_eq!(expected.flows, found.flows);
}

/// The engine stopped: the reference stops too, and cell by cell they say the same of what was
/// computed and of what could not be.
pub fn stopped(program: &Program, tables: &Tables, stopped: &Stopped) {
    let Err(first) = reference::run(program, tables) else {
        panic!("the engine alone stops: {}", words(program, &stopped.so_far, &stopped.faults[0]));
    };
    let last = last_step(program, &stopped.so_far);
    let mut failing = 0;
    let mut interpreter = Interpreter::new(program, tables);
    for id in definitions(program, &stopped.so_far) {
        let data = stopped.so_far.tables.column(id).unwrap();
        for row in 0..u32::try_from(data.len()).unwrap() {
            match interpreter.cell(id, row) {
                Ok(cell) => {
                    // The periods after one that went wrong are not computed.
                    let open = matches!(last, Some(Compute::Periodwise(columns)) if columns.contains(&id));
                    let same = (cell.state, &cell.value) == (data.state(row), &data.get(row));
                    let name = &program.names.columns.at(id).name;
                    assert!(open || same, "`{name}` in row {row}: {cell:?} but {:?}", data.get(row));
                }
                Err(fault) => {
                    failing += 1;
                    assert!(known(&stopped.faults, &fault), "{}", words(program, &stopped.so_far, &fault));
                }
            }
        }
    }
    let of_ensure = |fault: &Fault| matches!(fault.kind, FaultKind::Ensure(_));
    match last {
        _ if of_ensure(&stopped.faults[0]) => assert_eq!(failing, 0),
        // A rule keeps no column before all rules are done.
        Some(_) if !stopped.so_far.outcomes.is_empty() || failing > 0 => {}
        _ => assert!(failing > 0, "no cell fails: {:?}", stopped.faults),
    }
    // Where both stopped at the same words, it is at the same row: the first.
    if stopped.faults.iter().any(|fault| fault.expr == first.expr) {
        assert!(known(&stopped.faults, &first), "{}", words(program, &stopped.so_far, &first));
    }
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

fn definitions(program: &Program, so_far: &Results) -> Vec<ColumnId> {
    let is_definition = |id: &ColumnId| !matches!(program.model.columns.at(*id).origin, Origin::Data(_));
    so_far.tables.column_ids().into_iter().filter(is_definition).collect()
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
