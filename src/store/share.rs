//! Which rows of results are written and counted: all of them, those of one part, or those that come in no part.

use std::collections::{BTreeMap, BTreeSet};

use super::PlanRun;
use crate::ids::{FrameId, RecordId};
use crate::table::Rows;
use crate::types::model::{FrameRows, Model};

/// What of the results of a part stands in the whole.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The frames whose rows come in parts, the same ones in each: the rows of all others stand in the last results
    /// alone.
    pub frames: &'a BTreeSet<FrameId>,
    /// By record that comes in parts, for each of its rows in this part: whether it is counted here. A deal that is
    /// split belongs to the parts of two persons and is counted in one.
    pub counted: &'a BTreeMap<RecordId, Vec<bool>>,
}

/// Which rows of some results are written and counted.
#[derive(Clone, Copy)]
pub(super) enum Share<'a> {
    /// All rows: nothing comes in parts.
    Whole,
    /// Those of frames that come in parts.
    Part {
        /// The part.
        part: &'a Part<'a>,
        /// Whether it is the first one: in it alone the rows of records are counted that all parts have.
        is_first: bool,
    },
    /// Those of all frames but these, which came in parts.
    Rest(&'a BTreeSet<FrameId>),
}

impl<'a> Share<'a> {
    /// Whether the rows of a frame are among them.
    pub fn holds(self, frame: FrameId) -> bool {
        match self {
            Share::Whole => true,
            Share::Part { part, .. } => part.frames.contains(&frame),
            Share::Rest(parted) => !parted.contains(&frame),
        }
    }

    /// Whether the credits are among them, and with them what became of the rows that could be credited.
    pub fn holds_credits(self, model: &Model) -> bool {
        model.credit.as_ref().is_none_or(|credit| self.holds(credit.frame))
    }

    /// Which rows of a record are counted.
    pub fn counted(self, record: RecordId) -> Counted<'a> {
        let Share::Part { part, is_first } = self else { return Counted::All };
        match part.counted.get(&record) {
            Some(counted) => Counted::These(counted),
            None if is_first => Counted::All,
            None => Counted::None,
        }
    }

    /// Which rows of a frame that is among them are counted: those that stand on rows of a record are counted with these.
    pub fn counted_on(self, run: &PlanRun<'a>, frame: FrameId) -> Counted<'a> {
        let Share::Part { part, .. } = self else { return Counted::All };
        let model = &run.program.model;
        let counted = record_below(model, frame).and_then(|record| part.counted.get(&record));
        match (counted, model.frames.at(frame).rows, run.results.tables.rows(frame)) {
            (Some(counted), FrameRows::Record(_), _) => Counted::These(counted),
            (Some(counted), _, Some(rows)) => Counted::On(counted, rows),
            (None, ..) | (_, _, None) => Counted::All,
        }
    }
}

/// The record on whose rows those of a frame stand: their keys begin with it.
fn record_below(model: &Model, frame: FrameId) -> Option<RecordId> {
    match model.frames.at(frame).rows {
        FrameRows::Record(record) => Some(record),
        FrameRows::Times(base, _) => record_below(model, base),
        FrameRows::Schedule(schedule) => record_below(model, model.schedules.at(schedule).base),
        _ => None,
    }
}

/// Which rows of a frame are counted.
#[derive(Clone, Copy)]
pub(super) enum Counted<'a> {
    /// All of them.
    All,
    /// None.
    None,
    /// Those marked.
    These(&'a [bool]),
    /// Those that stand on a row that is marked: the first part of their key.
    On(&'a [bool], &'a Rows),
}

impl Counted<'_> {
    /// Whether a row is.
    pub fn has(self, row: u32) -> bool {
        match self {
            Counted::All => true,
            Counted::None => false,
            Counted::These(counted) => counted.get(row as usize) == Some(&true),
            Counted::On(counted, rows) => {
                let below = rows.key(row).first().and_then(|key| usize::try_from(*key).ok());
                below.and_then(|below| counted.get(below)) == Some(&true)
            }
        }
    }
}
