//! The engine: computes a program as whole columns, in parallel and exactly.
//!
//! It walks the phases in order. An expression is computed for a selection of rows at once, and
//! what only some of them need is computed for those alone. Rows are divided among threads in
//! chunks of one size, so neither the results nor the faults depend on how many threads there are.
//! It shares no evaluation with the reference interpreter, against which it is checked.

mod aggregate;
mod below;
mod convert;
mod credit;
mod dates;
mod define;
mod eval;
mod frames;
mod increase;
mod numbers;
mod previous;
mod rates;
mod read;
mod reduce;
mod selection;
#[cfg(test)]
mod tests;
mod vector;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use crate::ids::{ColumnId, FrameId, Id};
use crate::program::{Compute, Program};
use crate::table::{Fault, Results, Rows, Tables};
use crate::types::model::Model;

/// Computes all values of a program from its data.
///
/// A step that goes wrong on some rows is the last: its faults come back, one for each row, in order
/// of frame and row.
pub fn run(program: &Program, tables: &Tables) -> Result<Results, Vec<Fault>> {
    let mut engine = Engine {
        model: &program.model,
        tables: tables.clone(),
        nothing: Rows::default(),
        building: HashMap::new(),
        credits: Vec::new(),
        groupings: Mutex::default(),
    };
    let mut faults = Vec::new();
    engine.derive_frames(&mut faults);
    sound(faults)?;
    for step in program.phases.iter().flat_map(|phase| &phase.steps) {
        let mut faults = Vec::new();
        engine.compute(step, &mut faults);
        sound(faults)?;
    }
    let (credits, outcomes) = engine.outcomes();
    Ok(Results {
        tables: engine.tables,
        credits,
        outcomes,
    })
}

/// What has been computed so far.
struct Engine<'a> {
    model: &'a Model,
    tables: Tables,
    /// The rows of a record without data.
    nothing: Rows,
    /// The columns being computed period by period.
    building: HashMap<ColumnId, define::Building>,
    credits: Vec<credit::Credits>,
    /// The groups of the step's aggregates, by where these stand.
    groupings: Mutex<HashMap<usize, Arc<aggregate::Grouping>>>,
}

impl Engine<'_> {
    /// The rows of a frame.
    fn rows(&self, frame: FrameId) -> &Rows {
        self.tables.rows(frame).map_or(&self.nothing, |rows| rows)
    }

    fn compute(&mut self, step: &Compute, faults: &mut Vec<Fault>) {
        self.groupings = Mutex::default();
        match step {
            Compute::Rule(rule) => self.rule(*rule, faults),
            Compute::Credits => self.unite_credits(),
            Compute::Column(column) => self.define(*column, faults),
            Compute::Periodwise(columns) => self.periodwise(columns, faults),
            Compute::Ensure(ensure) => self.ensure(*ensure, faults),
        }
    }
}

/// No faults, or the first of each row in order: what follows on a row may come of it.
fn sound(mut faults: Vec<Fault>) -> Result<(), Vec<Fault>> {
    let mut seen = HashSet::new();
    faults.retain(|fault| seen.insert((fault.frame, fault.row)));
    faults.sort_by_key(|fault| (fault.frame.index(), fault.row, fault.expr.index()));
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}
