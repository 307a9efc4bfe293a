//! Many traces of one program, one after another: a step that several of them share is given out once.

use std::collections::HashSet;

use super::note::short;
use super::{Cell, Interpreter, TraceProblem};
use crate::ids::ColumnId;
use crate::step::{Amount, Step};
use crate::table::State;

/// With more cells remembered than this, they are forgotten, and computed again where they are needed.
const MOST_CELLS: usize = 200_000;

/// Traces cells of a program.
pub struct Tracer<'a> {
    interpreter: Interpreter<'a>,
}

/// The steps that were told already, by the first half of their ids.
#[derive(Clone, Debug, Default)]
pub struct Told(HashSet<u128>);

/// How a cell came about, as far as it was not told before.
#[derive(Clone, Debug)]
pub struct Traced {
    /// The id of the cell's step.
    pub root: String,
    /// The value of the cell.
    pub value: Option<Amount>,
    /// The steps it rests on that no earlier trace has, each after those it uses; the cell's own is the last.
    pub steps: Vec<Step>,
}

impl<'a> Tracer<'a> {
    /// A tracer that tells what was not told before.
    pub fn new(mut interpreter: Interpreter<'a>, told: Told) -> Self {
        interpreter.tracing = true;
        interpreter.told = told.0;
        Self { interpreter }
    }

    /// What has been told, for the tracer of another program.
    pub fn told(self) -> Told {
        Told(self.interpreter.told)
    }

    /// How a column came about at a row.
    ///
    /// # Errors
    /// The column has no row there, or cannot be computed.
    pub fn trace(&mut self, column: ColumnId, row: u32) -> Result<Traced, TraceProblem> {
        self.interpreter.trim();
        match self.interpreter.cell(column, row) {
            Ok(Cell { noted: Some(root), state: State::There | State::Missing, .. }) => {
                let steps = self.interpreter.take(&root.step);
                Ok(Traced { root: root.step, value: root.shown, steps })
            }
            Ok(_) => Err(TraceProblem::LeftOut(None)),
            Err(fault) => Err(TraceProblem::Fault(Box::new((fault, self.interpreter.results.clone())))),
        }
    }

    /// Forgets what only one person's values rest on.
    pub fn next_person(&mut self) {
        self.interpreter.restricted.clear();
    }
}

impl Interpreter<'_> {
    /// Takes out the steps that lead to a root, each after those it uses. What was taken before stays where it is.
    pub(super) fn take(&mut self, root: &str) -> Vec<Step> {
        let mut wanted = vec![false; self.steps.len()];
        let mut open = vec![root.to_owned()];
        while let Some(id) = open.pop() {
            let Some(position) = self.known_steps.get(&id) else { continue };
            let (Some(mark), Some(step)) = (wanted.get_mut(*position), self.steps.get(*position)) else { continue };
            if !*mark {
                *mark = true;
                open.extend(step.uses());
            }
        }
        let (mut taken, mut left) = (Vec::new(), Vec::new());
        self.known_steps.clear();
        for (step, wanted) in std::mem::take(&mut self.steps).into_iter().zip(wanted) {
            if wanted {
                self.told.insert(short(&step.id));
                taken.push(step);
            } else {
                self.known_steps.insert(step.id.clone(), left.len());
                left.push(step);
            }
        }
        self.steps = left;
        taken
    }

    /// Forgets cells, and steps that nobody asked for, where they have become many.
    fn trim(&mut self) {
        if self.cells.len().saturating_add(self.restricted.len()).saturating_add(self.steps.len()) > MOST_CELLS {
            self.cells.clear();
            self.restricted.clear();
            self.lists.clear();
            self.steps.clear();
            self.known_steps.clear();
        }
    }
}
