//! Where the rows of a frame lead to: many definitions read the same rows of other frames, so where all rows
//! of a large frame lead by some keys is found once and kept.

use std::borrow::Cow;

use super::Engine;
use super::eval::CHUNK;
use super::read::NOWHERE;
use super::selection::Selection;
use crate::ids::FrameId;
use crate::types::expr::{Expr, Op};

/// So many of these are kept, the oldest of them going first.
const KEPT: usize = 12;

/// Where all rows of a frame lead by the same keys.
pub(super) struct Join {
    from: FrameId,
    to: FrameId,
    key: Vec<Expr>,
    /// By row: the row there.
    rows: Vec<u32>,
}

impl Engine<'_> {
    /// Finds where the rows of a large frame lead, by each of the keys in these expressions that do so for each row apart
    /// from the others.
    pub fn find_joins<'e>(&mut self, exprs: impl Iterator<Item = &'e Expr>, at: &Selection) {
        if at.len() <= CHUNK || at.as_range() != Some(0..self.rows(at.frame).len()) {
            return;
        }
        let mut wanted = Vec::new();
        exprs.for_each(|expr| keys_of(expr, &mut wanted));
        for (op, key) in wanted {
            let to = match op {
                Op::ReadAt(column, _) => self.model.columns.at(*column).frame,
                Op::RowExists(frame, _) => *frame,
                _ => continue,
            };
            let is_local = key.iter().all(|part| self.is_local(part, at) && !asks_day(part));
            if !is_local || self.joined(at.frame, to, key).is_some() {
                continue;
            }
            // What goes wrong with a row that no one asks about is no fault, so nothing is kept then.
            let mut faults = Vec::new();
            let rows = self.find_at(self.rows(to), key, at, &mut faults);
            if faults.is_empty() {
                if self.joins.len() >= KEPT {
                    self.joins.remove(0);
                }
                self.joins.push(Join { from: at.frame, to, key: key.to_vec(), rows });
            }
        }
    }

    fn joined(&self, from: FrameId, to: FrameId, key: &[Expr]) -> Option<&Join> {
        self.joins.iter().find(|join| join.from == from && join.to == to && join.key == key)
    }

    /// Where the rows of a selection lead, if that is known for all rows of their frame.
    pub fn known_rows(&self, to: FrameId, key: &[Expr], at: &Selection) -> Option<Cow<'_, [u32]>> {
        if at.lanes.is_some() || at.days.is_some() {
            return None;
        }
        let join = self.joined(at.frame, to, key)?;
        match at.as_range() {
            Some(range) => join.rows.get(range).map(Cow::Borrowed),
            None => {
                let row = |row: &u32| join.rows.get(*row as usize).copied().unwrap_or(NOWHERE);
                Some(at.rows.iter().map(row).collect())
            }
        }
    }
}

/// The keys by which an expression reads other frames on its own rows: not those inside aggregates and the like,
/// which are computed on others.
fn keys_of<'e>(expr: &'e Expr, found: &mut Vec<(&'e Op, &'e [Expr])>) {
    match &expr.op {
        Op::Aggregate(_) | Op::Increase(_) | Op::OverDays(_) => return,
        Op::ReadAt(_, key) | Op::RowExists(_, key) => {
            let worth = key.iter().any(|part| !part.op.operands().is_empty()) || key.len() > 1;
            if worth {
                found.push((&expr.op, key));
            }
        }
        _ => {}
    }
    expr.op.operands().into_iter().for_each(|operand| keys_of(operand, found));
}

/// Whether an expression asks about a day, which the rows themselves do not have.
fn asks_day(expr: &Expr) -> bool {
    expr.op == Op::Day || expr.op.operands().into_iter().any(asks_day)
}
