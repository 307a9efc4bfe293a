//! What the engine computed of a program, for traces to rest on.
//!
//! A trace shows each step that leads to a value, and computes these steps anew by the reference interpreter. What it does
//! not show, it need not compute again: which rows of a frame fall to which key, and the values of cells without steps,
//! are those of the engine. So a value of one person is explained without computing those of all others cell by cell.

use std::collections::HashMap;

use crate::engine;
use crate::ids::FrameId;
use crate::program::Program;
use crate::reference::{self, Interpreter};
use crate::table::{Key, Results, Tables};
use crate::types::expr::Expr;

/// A program with all that was computed of it.
pub struct Known<'a> {
    program: &'a Program,
    results: Results,
    groupings: engine::Groupings<'a>,
}

impl<'a> Known<'a> {
    /// What the engine computes of these data; nothing where that goes wrong.
    pub fn of(program: &'a Program, tables: &Tables) -> Option<Known<'a>> {
        Some(Known::with(program, engine::run(program, tables).ok()?))
    }

    /// What was computed already.
    pub fn with(program: &'a Program, results: Results) -> Known<'a> {
        let groupings = engine::Groupings::new(program, &results.tables);
        Known { program, results, groupings }
    }

    /// All that was computed.
    pub fn results(&self) -> &Results {
        &self.results
    }

    /// The interpreter that rests on it.
    pub fn interpreter(&self) -> Interpreter<'_> {
        Interpreter::knowing(self.program, &self.results, &self.groupings)
    }
}

impl reference::Groupings for engine::Groupings<'_> {
    fn rows_by_key(
        &self,
        frame: FrameId,
        conditions: &[Expr],
        hold: bool,
        group: &[Expr],
    ) -> Option<HashMap<Vec<Key>, Vec<u32>>> {
        engine::Groupings::rows_by_key(self, frame, conditions, hold, group)
    }
}
