//! `increase of`: a definition recomputed on the first rows of its group, row after row. All rows
//! of all groups are computed together, each as a lane of its own at its group's row.

use std::collections::HashMap;
use std::sync::Mutex;

use super::Engine;
use super::define::Building;
use super::numbers::Numbers;
use super::read::somewhere;
use super::reduce::{Event, reduce};
use super::selection::{Selection, all_positions, picked, positions};
use super::vector::Vector;
use crate::ids::{ColumnId, FrameId};
use crate::table::{Fault, State, row_number};
use crate::types::expr::{Aggregate, Arithmetic, Expr, Increase, Op};
use crate::value::Exact;

/// The first parts of groups of member rows: lane by lane, group after group, each lane one row
/// longer than the one before.
#[derive(Debug)]
pub(super) struct Prefixes {
    /// The frame of the member rows.
    pub members: FrameId,
    /// By lane: the member row that it adds.
    rows: Vec<u32>,
    /// By lane: the row of the target's frame.
    targets: Vec<u32>,
    /// By lane: the first lane of its group.
    starts: Vec<u32>,
    /// Which definitions on the target's frame differ from lane to lane.
    differs: HashMap<ColumnId, bool>,
    /// What has been recomputed of them.
    recomputed: Mutex<HashMap<ColumnId, Recomputed>>,
}

#[derive(Debug)]
struct Recomputed {
    done: Vec<bool>,
    column: Building,
}

impl Prefixes {
    /// Whether a column is recomputed on each lane.
    pub fn recomputes(&self, column: ColumnId) -> bool {
        self.differs.get(&column).copied().unwrap_or(false)
    }

    fn start(&self, lane: u32) -> u32 {
        self.starts.get(lane as usize).copied().unwrap_or(lane)
    }

    /// All lanes up to these within their groups.
    fn up_to(&self, lanes: &[u32]) -> Vec<u32> {
        let mut next = 0;
        let mut all = Vec::new();
        for lane in lanes {
            all.extend(self.start(*lane).max(next)..=*lane);
            next = lane.saturating_add(1);
        }
        all
    }
}

impl Engine<'_> {
    /// Each row's share of the target of its group.
    pub fn increase(&self, increase: &Increase, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let Some(definition) = self.definition_of(increase.target) else {
            return Vector::Blank(at.len());
        };
        let prefixes = self.prefixes(increase, at, faults);
        let by_row: HashMap<u32, u32> = prefixes.rows.iter().copied().zip(0..).collect();
        let lanes: Vec<Option<u32>> = at.rows.iter().map(|row| by_row.get(row).copied()).collect();
        let before = |lane: u32| lane.checked_sub(1).filter(|_| lane > prefixes.start(lane));
        let mut needed: Vec<u32> = lanes.iter().flatten().copied().collect();
        needed.extend(lanes.iter().flatten().filter_map(|lane| before(*lane)));
        needed.sort_unstable();
        needed.dedup();

        let frame = self.model.columns.at(increase.target).frame;
        let targets = picked(&prefixes.targets, &needed);
        let plain = Selection::new(frame, targets);
        let states = self.states(increase.target, &plain, faults);
        let present = positions(states.iter().map(|state| *state != State::NoRow));
        let needed = picked(&needed, &present);
        let mut here = plain.pick(&present);
        here.lanes = Some((&prefixes, needed.as_slice().into()));

        let mut levels = Vector::Blank(prefixes.rows.len());
        let values = self.body(increase.target, definition, &here, faults);
        levels.put(needed.iter().copied(), values);
        let after = levels.pick(lanes.iter().copied()).numbers();
        let mut earlier = levels.pick(lanes.iter().map(|lane| lane.and_then(before)));
        let first = positions(lanes.iter().map(|lane| lane.is_some_and(|l| before(l).is_none())));
        let zeros = Numbers::constant(&Exact::zero(), first.len());
        earlier.put(first.into_iter(), Vector::Numbers(zeros));
        let (shares, _) = Numbers::arithmetic(Arithmetic::Minus, &after, &earlier.numbers());
        Vector::Numbers(shares)
    }

    /// The groups of the selection's rows, sorted by the order and then by row.
    fn prefixes(&self, increase: &Increase, at: &Selection, faults: &mut Vec<Fault>) -> Prefixes {
        let frame = self.model.columns.at(increase.target).frame;
        let all = self.all_rows(at.frame);
        let targets = self.keys(&increase.group, &all, faults).find(self.rows(frame));
        let target = |row: u32| targets.get(row as usize).copied().and_then(somewhere);
        let mut touched = vec![false; self.rows(frame).len()];
        for target in at.rows.iter().filter_map(|row| target(*row)) {
            if let Some(touched) = touched.get_mut(target as usize) {
                *touched = true;
            }
        }
        let is_touched = |target: u32| touched.get(target as usize) == Some(&true);
        let wanted = targets.iter().map(|target| is_touched(*target));
        let members = all.pick(&positions(wanted));
        let order: Vec<Vector> = increase.order.iter().map(|expr| self.eval(expr, &members, faults)).collect();
        let mut sorted: Vec<(Option<u32>, usize)> = members.rows.iter().map(|row| target(*row)).zip(0..).collect();
        sorted.sort_by(|(g, a), (h, b)| {
            let by_order = order.iter().map(|values| values.order(*a, *b));
            let by_order = by_order.fold(g.cmp(h), std::cmp::Ordering::then);
            by_order.then(a.cmp(b))
        });
        let targets: Vec<u32> = sorted.iter().filter_map(|(target, _)| *target).collect();
        let places: Vec<u32> = sorted.iter().map(|(_, place)| row_number(*place)).collect();
        Prefixes {
            members: at.frame,
            rows: picked(&members.rows, &places),
            starts: starts(&targets),
            targets,
            differs: self.differing(increase.target, at.frame),
            recomputed: Mutex::default(),
        }
    }

    /// For every definition that the target rests on within its frame, whether it contains an
    /// aggregate over the members.
    fn differing(&self, target: ColumnId, members: FrameId) -> HashMap<ColumnId, bool> {
        let mut known = HashMap::new();
        self.differs(target, members, &mut known);
        known
    }

    fn differs(&self, column: ColumnId, members: FrameId, known: &mut HashMap<ColumnId, bool>) -> bool {
        if let Some(differs) = known.get(&column) {
            return *differs;
        }
        known.insert(column, false);
        let Some(definition) = self.definition_of(column) else {
            return false;
        };
        let parts = definition.conditions.iter().chain([&definition.body]);
        let differs = parts.fold(false, |any, expr| any | self.expr_differs(expr, members, known));
        known.insert(column, differs);
        differs
    }

    fn expr_differs(&self, expr: &Expr, members: FrameId, known: &mut HashMap<ColumnId, bool>) -> bool {
        match &expr.op {
            Op::Aggregate(aggregate) => aggregate.members == members,
            Op::Read(column) | Op::Present(column) => self.differs(*column, members, known),
            // Every operand is looked at, so that every definition becomes known.
            op => {
                op.operands().into_iter().fold(false, |any, operand| any | self.expr_differs(operand, members, known))
            }
        }
    }

    /// A definition on the lanes of a selection, where it differs from lane to lane.
    pub fn recomputed(
        &self,
        column: ColumnId,
        at: &Selection,
        faults: &mut Vec<Fault>,
    ) -> Option<(Vec<State>, Vector)> {
        let (prefixes, lanes) = at.lanes.as_ref()?;
        if !prefixes.recomputes(column) {
            return None;
        }
        let count = prefixes.rows.len();
        // Taken out while it is extended: what it rests on is found in the same place.
        let mut kept = prefixes
            .recomputed
            .lock()
            .ok()
            .and_then(|mut kept| kept.remove(&column))
            .unwrap_or_else(|| Recomputed { done: vec![false; count], column: Building::new(count) });
        let is_done = |lane: &u32| kept.done.get(*lane as usize) == Some(&true);
        let open = positions(lanes.iter().map(|lane| !is_done(lane)));
        let open_lanes = picked(lanes, &open);
        let (standing, values) = self.defined(column, &at.pick(&open), faults);
        kept.column.put(&picked(&open_lanes, &standing), values);
        for lane in open_lanes {
            if let Some(done) = kept.done.get_mut(lane as usize) {
                *done = true;
            }
        }
        let states = lanes.iter().map(|lane| kept.column.state(*lane)).collect();
        let values = kept.column.values.pick(lanes.iter().copied().map(Some));
        if let Ok(mut all) = prefixes.recomputed.lock() {
            all.insert(column, kept);
        }
        Some((states, values))
    }

    /// An aggregate over the members, restricted to the member rows of each lane.
    pub fn running(
        &self,
        aggregate: &Aggregate,
        prefixes: &Prefixes,
        lanes: &[u32],
        faults: &mut Vec<Fault>,
    ) -> Vector {
        let needed = prefixes.up_to(lanes);
        let members = Selection::new(aggregate.members, picked(&prefixes.rows, &needed));
        let standing = self.standing(&aggregate.conditions, &members, faults);
        let values = self.member_values(aggregate, &members.pick(&standing), faults);
        let mut events = Vec::new();
        let mut counted = standing.iter().zip(0..).peekable();
        for (lane, position) in needed.iter().zip(all_positions(needed.len())) {
            if prefixes.start(*lane) == *lane {
                events.push(Event::Reset);
            }
            if let Some((_, value)) = counted.next_if(|(standing, _)| **standing == position) {
                events.push(Event::Take(value));
            }
            events.push(Event::Emit);
        }
        let place = |lane: &u32| needed.binary_search(lane).ok().map(row_number);
        reduce(aggregate.op, values, &events).pick(lanes.iter().map(place))
    }
}

/// For each lane, the first with the same target.
fn starts(targets: &[u32]) -> Vec<u32> {
    let mut group = None;
    let start = |(lane, target): (u32, &u32)| match group {
        Some((same, start)) if same == *target => start,
        _ => {
            group = Some((*target, lane));
            lane
        }
    };
    (0..).zip(targets).map(start).collect()
}
