//! The rows for which an expression is computed.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use super::chain::Batch;
use super::increase::Prefixes;
use super::vector::Vector;
use crate::calendar::Date;
use crate::ids::{ColumnId, ExprId, FrameId};
use crate::table::{Fault, FaultKind, row_number};

/// Some rows of a frame, in any order and possibly repeated. Inside an increase each of them also
/// stands for a first part of its group: its lane.
#[derive(Clone)]
pub(super) struct Selection<'a> {
    /// The frame.
    pub frame: FrameId,
    /// The rows.
    pub rows: Cow<'a, [u32]>,
    /// Whether each row is the one behind the row before it.
    consecutive: bool,
    /// The lanes, as many as rows and ascending.
    pub lanes: Option<(&'a Prefixes, Cow<'a, [u32]>)>,
    /// Where something is asked day by day, the day that is asked about, for each row.
    pub days: Option<Cow<'a, [Date]>>,
    /// The batch of a chain of definitions that these are rows of, and under which of its conditions they are all rows.
    pub batch: Option<(&'a Batch<'a>, Option<usize>)>,
}

impl<'a> Selection<'a> {
    /// These rows of a frame.
    pub fn new(frame: FrameId, rows: impl Into<Cow<'a, [u32]>>) -> Self {
        Self { frame, rows: rows.into(), consecutive: false, lanes: None, days: None, batch: None }
    }

    /// Rows of a frame, one behind the other.
    pub fn range(frame: FrameId, rows: Range<u32>) -> Self {
        Self { consecutive: true, ..Self::new(frame, rows.collect::<Vec<u32>>()) }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows, where they stand one behind the other.
    pub fn as_range(&self) -> Option<Range<usize>> {
        let start = *self.rows.first().filter(|_| self.consecutive)? as usize;
        Some(start..start.checked_add(self.len())?)
    }

    /// The same rows.
    pub fn same(&self) -> Selection<'_> {
        self.part(0, self.len())
    }

    /// The rows at some positions, which ascend.
    pub fn pick<'b>(&'b self, positions: &[u32]) -> Selection<'b> {
        if positions.len() == self.len() {
            return self.same();
        }
        let lanes = self.lanes.as_ref();
        Selection {
            frame: self.frame,
            rows: Cow::Owned(picked(&self.rows, positions)),
            consecutive: false,
            lanes: lanes.map(|(prefixes, lanes)| (*prefixes, Cow::Owned(picked(lanes, positions)))),
            days: self.days.as_ref().map(|days| {
                let day = |position: &u32| days.get(*position as usize).copied();
                Cow::Owned(positions.iter().filter_map(day).collect())
            }),
            batch: self.batch.map(|(batch, _)| (batch, None)),
        }
    }

    /// The same rows, which are a batch of a chain.
    pub fn in_batch<'b>(&'b self, batch: &'b Batch<'b>) -> Selection<'b> {
        Selection { batch: Some((batch, None)), ..self.same() }
    }

    /// The rows of a batch at which some conditions of its chain hold.
    pub fn under<'b>(&'b self, conditions: usize, standing: &[u32]) -> Selection<'b> {
        let batch = self.batch.map(|(batch, _)| (batch, Some(conditions)));
        Selection { batch, ..self.pick(standing) }
    }

    /// Where values are kept that are asked of these rows more than once.
    pub fn shared(&self, expr: ExprId) -> Option<&'a OnceLock<Vector>> {
        let (batch, under) = self.batch?;
        batch.shared(under?, expr)
    }

    /// The values of a definition that was computed before, in the same chain.
    pub fn computed(&self, column: ColumnId) -> Option<Vector> {
        let (batch, under) = self.batch?;
        batch.values(column, &self.rows, under)
    }

    /// The rows at some positions, which ascend and may be repeated, each on a day.
    pub fn on_days<'b>(&'b self, positions: &[u32], days: Vec<Date>) -> Selection<'b> {
        let lanes = self.lanes.as_ref();
        Selection {
            frame: self.frame,
            rows: Cow::Owned(picked(&self.rows, positions)),
            consecutive: false,
            lanes: lanes.map(|(prefixes, lanes)| (*prefixes, Cow::Owned(picked(lanes, positions)))),
            days: Some(Cow::Owned(days)),
            batch: None,
        }
    }

    /// The same rows in chunks.
    pub fn chunks<'b>(&'b self, size: usize) -> Vec<Selection<'b>> {
        let starts = (0..self.len()).step_by(size.max(1));
        starts.map(|start| self.part(start, size)).collect()
    }

    /// A fault at a position.
    pub fn fault(&self, kind: FaultKind, expr: ExprId, position: usize) -> Fault {
        Fault { kind, expr, frame: self.frame, row: self.rows.get(position).copied().unwrap_or(0) }
    }

    fn part<'b>(&'b self, start: usize, size: usize) -> Selection<'b> {
        let lanes = self.lanes.as_ref();
        Selection {
            frame: self.frame,
            rows: Cow::Borrowed(part(&self.rows, start, size)),
            consecutive: self.consecutive,
            lanes: lanes.map(|(prefixes, lanes)| (*prefixes, Cow::Borrowed(part(lanes, start, size)))),
            days: self.days.as_ref().map(|days| Cow::Borrowed(part(days, start, size))),
            batch: self.batch.map(|(batch, under)| (batch, under.filter(|_| size >= self.len()))),
        }
    }
}

/// All positions of so many.
pub(super) fn all_positions(count: usize) -> Range<u32> {
    0..row_number(count)
}

/// The numbers at some positions.
pub(super) fn picked(numbers: &[u32], positions: &[u32]) -> Vec<u32> {
    let at = |position: &u32| numbers.get(*position as usize).copied();
    positions.iter().filter_map(at).collect()
}

/// The positions at which something holds.
pub(super) fn positions(holds: impl IntoIterator<Item = bool>) -> Vec<u32> {
    let numbered = (0..u32::MAX).zip(holds);
    numbered.filter_map(|(position, holds)| holds.then_some(position)).collect()
}

fn part<T>(all: &[T], start: usize, size: usize) -> &[T] {
    let end = start.saturating_add(size).min(all.len());
    all.get(start..end).unwrap_or_default()
}
