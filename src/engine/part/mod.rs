//! Parts by person: what the rows of some persons come to, computed apart from those of all others.
//!
//! [`homes`] tells which frames a part holds some rows of, [`layout`] and [`groups`] what of a program can be computed
//! so, [`data`] takes the rows that lead to some persons, and [`world`] computes them: the ordinary engine on small
//! tables, beside the frames of people and periods, which stay whole and on which a value is computed again on those
//! rows alone whose inputs have other values ([`dirty`]). [`changes`] tells which values are others.

mod changes;
mod data;
mod dirty;
mod groups;
mod homes;
mod layout;
mod split;
mod turns;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use changes::Change;
pub use data::Parts;
pub use turns::{Came, Divided, Turns};

use crate::data::{AddedRows, From};
use crate::ids::{ColumnId, EnsureId, FrameId, RecordId, RuleId};
use crate::program::Program;
use crate::table::Results;

/// Why values cannot be computed in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The rows of this record do not belong to persons, or are persons.
    Record(RecordId),
    /// The rows of this frame rest on those of everyone.
    Frame(FrameId),
    /// What this rule credits rests on the rows of everyone.
    Rule(RuleId),
    /// This definition rests on the rows of everyone.
    Column(ColumnId),
    /// This condition rests on the rows of everyone.
    Ensure(EnsureId),
    /// This value is another one, and the rows of everyone read it.
    Spread(ColumnId),
    /// The persons reached have most of the rows.
    Size,
    /// Something goes wrong, which is told as it is where all is computed.
    Fault,
}

/// What rows that are asked about come to.
#[derive(Debug)]
pub struct Asked {
    /// The values that are others, in order of their definitions and rows.
    pub changes: Vec<Change>,
    /// What is without the rows, as far as it was computed again.
    pub before: Results,
    /// What is with them.
    pub after: Results,
    /// How many cells were computed again.
    pub cells: usize,
    /// How many persons' rows were.
    pub persons: usize,
    /// The definitions that were computed again on all their rows, since each rests on many persons.
    pub everyone: Vec<ColumnId>,
}

impl Parts<'_> {
    /// Finds out what all questions need: what is added up over everyone's rows.
    pub fn prepare(&self) {
        self.find_sums();
    }

    /// What is otherwise with some rows than with others, which stand before them.
    ///
    /// # Errors
    /// Why that cannot be told from parts.
    pub fn ask(&self, before: &[AddedRows], after: &[AddedRows]) -> Result<Asked, Why> {
        let mut persons = self.persons_of(after)?;
        loop {
            match self.ask_for(&persons, before, after) {
                Ok(asked) => return Ok(asked),
                Err(world::Stop::Whole(why)) => return Err(why),
                Err(world::Stop::More(more)) => {
                    let known = persons.len();
                    persons.extend(more);
                    if persons.len() == known {
                        return Err(Why::Size);
                    }
                }
            }
        }
    }

    fn ask_for(
        &self,
        persons: &BTreeSet<u32>,
        before: &[AddedRows],
        after: &[AddedRows],
    ) -> Result<Asked, world::Stop> {
        let plain = Arc::new(self.compute(persons, &[], None)?);
        let new = self.compute(persons, after, Some(&plain))?;
        let old = match before.is_empty() {
            true => Arc::clone(&plain),
            false => Arc::new(self.compute(persons, before, Some(&plain))?),
        };
        let changes = changes::of_parts(self, &old, &new);
        Ok(Asked {
            changes,
            before: old.results.clone(),
            after: new.results,
            cells: new.cells,
            persons: persons.len(),
            everyone: new.everyone.into_iter().collect(),
        })
    }
}

/// The same of a whole computation: where each row of each record comes from is given.
pub fn changes_of_whole(
    program: &Program,
    (before, before_from): (&Results, &BTreeMap<RecordId, Vec<From>>),
    (after, after_from): (&Results, &BTreeMap<RecordId, Vec<From>>),
) -> Vec<Change> {
    changes::of_whole(program, (before, before_from), (after, after_from))
}
