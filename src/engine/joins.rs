//! Where the rows of a frame lead to: many definitions read the same rows of other frames, so where all rows
//! of a large frame lead by some keys is found once and kept.

use std::borrow::Cow;
use std::sync::Arc;

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
    rows: Arc<Vec<u32>>,
}

/// A key by which rows of a frame lead to another.
struct Way<'e> {
    from: FrameId,
    to: FrameId,
    key: &'e [Expr],
}

impl Engine<'_> {
    /// Finds where the rows of large frames lead, by each of the keys in these expressions on a frame that do so for each
    /// row apart from the others.
    pub fn find_joins<'e>(&mut self, exprs: impl Iterator<Item = &'e Expr>, frame: FrameId) {
        let mut ways = Vec::new();
        exprs.for_each(|expr| self.ways_of(expr, frame, &mut ways));
        for Way { from, to, key } in ways {
            if self.rows(from).len() <= CHUNK || self.joined(from, to, key).is_some() {
                continue;
            }
            let at = self.all_rows(from);
            if !key.iter().all(|part| self.is_local(part, &at) && !asks_day(part)) {
                continue;
            }
            // What goes wrong with a row that no one asks about is no fault, so nothing is kept then.
            let mut faults = Vec::new();
            let rows = self.find_at(self.rows(to), key, &at, &mut faults);
            if faults.is_empty() {
                if self.joins.len() >= KEPT {
                    self.joins.remove(0);
                }
                self.joins.push(Join { from, to, key: key.to_vec(), rows: Arc::new(rows) });
            }
        }
    }

    /// The keys by which an expression reads other frames on its own rows, and those by which the members of aggregates
    /// lead to their readers: not those inside of these and the like, which are computed on other rows.
    fn ways_of<'e>(&self, expr: &'e Expr, from: FrameId, ways: &mut Vec<Way<'e>>) {
        let (from, to, key) = match &expr.op {
            Op::ReadAt(column, key) => (from, self.model.columns.at(*column).frame, key),
            Op::RowExists(frame, key) => (from, *frame, key),
            Op::Aggregate(aggregate) => {
                let all = aggregate.conditions.is_empty() && aggregate.over.is_none() && aggregate.window.is_none();
                if all && is_worth(&aggregate.group) {
                    ways.push(Way { from: aggregate.members, to: aggregate.reader, key: &aggregate.group });
                }
                return;
            }
            Op::Increase(_) | Op::OverDays(_) => return,
            op => return op.operands().into_iter().for_each(|operand| self.ways_of(operand, from, ways)),
        };
        if is_worth(key) {
            ways.push(Way { from, to, key });
        }
        expr.op.operands().into_iter().for_each(|operand| self.ways_of(operand, from, ways));
    }

    fn joined(&self, from: FrameId, to: FrameId, key: &[Expr]) -> Option<&Join> {
        self.joins.iter().find(|join| join.from == from && join.to == to && join.key == key)
    }

    /// Where all rows of a frame lead.
    pub fn all_known_rows(&self, from: FrameId, to: FrameId, key: &[Expr]) -> Option<Arc<Vec<u32>>> {
        self.joined(from, to, key).map(|join| Arc::clone(&join.rows))
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

/// Whether a key takes more to find than to read.
fn is_worth(key: &[Expr]) -> bool {
    key.len() > 1 || key.iter().any(|part| !part.op.operands().is_empty())
}

/// Whether an expression asks about a day, which the rows themselves do not have.
fn asks_day(expr: &Expr) -> bool {
    expr.op == Op::Day || expr.op.operands().into_iter().any(asks_day)
}
