//! What goes through rows in an order, as whole columns: the members that aggregates take, running
//! sums and counts, and places.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::Engine;
use super::define::all_positions;
use super::numbers::Numbers;
use super::read::key_at;
use super::reduce::{Event, reduce};
use super::selection::{Selection, picked, positions};
use super::vector::Vector;
use crate::ids::{ExprId, FrameId, RatesId};
use crate::table::{Fault, FaultKind, Key, Value, row_number};
use crate::types::expr::{Aggregate, AggregateOp, Expr, Rank, Running, Sorted, Taken, Ties};
use crate::value::Exact;

/// Rows group after group, each group in its order.
struct Lines {
    /// The rows.
    rows: Vec<u32>,
    /// For each of them, the positions of its group.
    groups: Vec<Range<u32>>,
    /// The position of a row.
    position: HashMap<u32, u32>,
    /// For each of them, the first position of those with the same first value, and the end of these.
    equals: Vec<Range<u32>>,
}

/// Which rows stand in lines.
struct Wanted<'e> {
    frame: FrameId,
    /// Those on which all of these are yes.
    conditions: &'e [Expr],
    /// What those of a group share.
    group: &'e [Expr],
    order: &'e Sorted,
    /// Only those with a value of so many of what they are sorted by.
    needed: usize,
}

impl Engine<'_> {
    /// The groups that hold some rows, in their order.
    fn lines(&self, wanted: &Wanted, of: &[u32], faults: &mut Vec<Fault>) -> Lines {
        let rows: Vec<u32> = self.rows(wanted.frame).all().collect();
        let all = Selection::new(wanted.frame, rows);
        let standing = self.standing(wanted.conditions, &all, faults);
        let members = all.pick(&standing);
        let groups = self.group_numbers(wanted.group, &members, faults);
        let group_of = |row: &u32| {
            let at = members.rows.binary_search(row).ok()?;
            groups.get(at).copied().flatten()
        };
        let mut touched = vec![false; members.len()];
        for group in of.iter().filter_map(group_of) {
            if let Some(touched) = touched.get_mut(group as usize) {
                *touched = true;
            }
        }
        let is_touched = |group: &Option<u32>| group.is_some_and(|group| touched.get(group as usize) == Some(&true));
        let mut kept = positions(groups.iter().map(is_touched));
        for value in wanted.order.by.iter().take(wanted.needed) {
            let there = self.eval_on(value, &members, &kept, faults).there();
            kept = picked(&kept, &positions(there));
        }
        let members = members.pick(&kept);
        let groups: Vec<u32> = kept.iter().filter_map(|at| groups.get(*at as usize).copied().flatten()).collect();
        let by: Vec<Vector> = wanted.order.by.iter().map(|expr| self.eval(expr, &members, faults)).collect();
        let mut sorted: Vec<usize> = (0..members.len()).collect();
        sorted.sort_by(|a, b| {
            let by_group = groups.get(*a).cmp(&groups.get(*b));
            by_group.then_with(|| compare(&by, wanted.order, *a, *b)).then(a.cmp(b))
        });
        let places: Vec<u32> = sorted.iter().map(|place| row_number(*place)).collect();
        let rows = picked(&members.rows, &places);
        let same_group = |a: usize, b: usize| groups.get(a) == groups.get(b);
        let same_value = |a: usize, b: usize| same_group(a, b) && by.first().is_none_or(|v| v.order(a, b).is_eq());
        Lines {
            position: rows.iter().copied().zip(0..).collect(),
            groups: runs(&sorted, same_group),
            equals: runs(&sorted, same_value),
            rows,
        }
    }

    /// The number of each member's group; none where a part of its key is missing.
    fn group_numbers(&self, group: &[Expr], members: &Selection, faults: &mut Vec<Fault>) -> Vec<Option<u32>> {
        let keys: Vec<Vec<Option<Key>>> = group.iter().map(|part| self.eval(part, members, faults).keys()).collect();
        let mut numbers: HashMap<Box<[Key]>, u32> = HashMap::new();
        let mut key = Vec::new();
        let number = |position| {
            key_at(&keys, position, &mut key)?;
            let next = row_number(numbers.len());
            match numbers.get(key.as_slice()) {
                Some(number) => Some(*number),
                None => {
                    numbers.insert(Box::from(key.as_slice()), next);
                    Some(next)
                }
            }
        };
        (0..members.len()).map(number).collect()
    }

    /// For each reader, the positions of the members that are taken, of all its members.
    pub fn taken_members(
        &self,
        taken: &Taken,
        members: &Selection,
        readers: Vec<Vec<u32>>,
        faults: &mut Vec<Fault>,
    ) -> Vec<Vec<u32>> {
        let by: Vec<Vector> = taken.order.by.iter().map(|expr| self.eval(expr, members, faults)).collect();
        let row = |position: &u32| members.rows.get(*position as usize).copied();
        let take = |mut positions: Vec<u32>| {
            positions.sort_by(|a, b| compare(&by, &taken.order, *a as usize, *b as usize).then(row(a).cmp(&row(b))));
            match taken.first {
                Some(count) => positions.truncate(count as usize),
                None => positions = positions.pop().into_iter().collect(),
            }
            positions
        };
        readers.into_iter().map(take).collect()
    }

    /// The results of an aggregate that takes some of its members: their positions, for each reader.
    pub fn reduced_taken(
        &self,
        aggregate: &Aggregate,
        members: &Selection,
        readers: &[Vec<u32>],
        faults: &mut Vec<Fault>,
    ) -> Vector {
        let mut needed: Vec<u32> = readers.iter().flatten().copied().collect();
        needed.sort_unstable();
        needed.dedup();
        let values = self.member_values(aggregate, &members.pick(&needed), faults);
        let place = |position: &u32| needed.binary_search(position).ok().map(row_number);
        if matches!(aggregate.op, AggregateOp::First | AggregateOp::Last) {
            return values.pick(readers.iter().map(|taken| taken.first().and_then(place)));
        }
        let mut events = Vec::new();
        for taken in readers {
            events.push(Event::Reset);
            // In order of the rows, as all other members are.
            let mut places: Vec<u32> = taken.iter().filter_map(place).collect();
            places.sort_unstable();
            events.extend(places.into_iter().map(Event::Take));
            events.push(Event::Emit);
        }
        reduce(aggregate.op, values, &events)
    }

    /// Sums and counts up to each row.
    pub fn running_values(&self, running: &Running, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let (frame, group, order) = (at.frame, running.group.as_slice(), &running.order);
        let wanted = Wanted { frame, conditions: &[], group, order, needed: order.by.len() };
        let lines = self.lines(&wanted, &at.rows, faults);
        // How far each group is gone through.
        let mut ends: BTreeMap<u32, u32> = BTreeMap::new();
        let found: Vec<Option<u32>> = at.rows.iter().map(|row| lines.position.get(row).copied()).collect();
        for position in found.iter().flatten() {
            let start = lines.groups.get(*position as usize).map_or(*position, |group| group.start);
            let end = ends.entry(start).or_insert(*position);
            *end = (*end).max(*position);
        }
        let added = |end: u32| if running.before { end } else { end.saturating_add(1) };
        let needed: Vec<u32> = ends.iter().flat_map(|(start, end)| *start..added(*end)).collect();
        let members = Selection::new(frame, picked(&lines.rows, &needed));
        let standing = self.standing(&running.conditions, &members, faults);
        let counted = picked(&needed, &standing);
        let values = match &running.value {
            Some(value) => self.eval_on(value, &members, &standing, faults),
            None => Vector::Blank(standing.len()),
        };
        let mut events = Vec::new();
        let mut given: Vec<u32> = Vec::new();
        for (start, end) in ends {
            events.push(Event::Reset);
            for position in start..=end {
                let take = counted.binary_search(&position).ok().map(|place| Event::Take(row_number(place)));
                let (first, second) = match running.before {
                    true => (Some(Event::Emit), take.filter(|_| position < end)),
                    false => (take, Some(Event::Emit)),
                };
                events.extend(first.into_iter().chain(second));
                given.push(position);
            }
        }
        let place = |position: &u32| given.binary_search(position).ok().map(row_number);
        reduce(running.op, values, &events).pick(found.iter().map(|found| found.as_ref().and_then(place)))
    }

    fn ranked(&self, rank: &Rank, at: &Selection, faults: &mut Vec<Fault>) -> Lines {
        let (conditions, group, order) = (rank.conditions.as_slice(), rank.group.as_slice(), &rank.order);
        let wanted = Wanted { frame: at.frame, conditions, group, order, needed: 1 };
        self.lines(&wanted, &at.rows, faults)
    }

    /// The place of each row.
    pub fn rank(&self, rank: &Rank, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let lines = self.ranked(rank, at, faults);
        let dense = lines.dense();
        let place = |row: &u32| {
            let position = *lines.position.get(row)?;
            let (group, equals) = (lines.groups.get(position as usize)?, lines.equals.get(position as usize)?);
            let before = match rank.ties {
                Ties::Shared | Ties::Pooled => equals.start.checked_sub(group.start)?,
                Ties::First => position.checked_sub(group.start)?,
                Ties::Dense => *dense.get(position as usize)?,
            };
            Some(i128::from(before).saturating_add(1))
        };
        Vector::Numbers(Numbers::whole(at.rows.iter().map(place).collect()))
    }

    /// The average of the prizes of the places that each row and its equals take.
    pub fn pooled(&self, rates: RatesId, rank: &Rank, expr: ExprId, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let lines = self.ranked(rank, at, faults);
        let places = |row: &u32| {
            let position = *lines.position.get(row)? as usize;
            let (group, equals) = (lines.groups.get(position)?, lines.equals.get(position)?);
            Some(equals.start.saturating_sub(group.start)..equals.end.saturating_sub(group.start))
        };
        let places: Vec<Option<Range<u32>>> = at.rows.iter().map(places).collect();
        let last = places.iter().flatten().map(|places| places.end).max().unwrap_or(0);
        let numbers = (0..last).map(|place| Some(i128::from(place).saturating_add(1)));
        let inputs = Vector::Numbers(Numbers::whole(numbers.collect()));
        // What goes wrong with a place does so on the rows that take it.
        let nowhere = Selection::new(at.frame, vec![0; last as usize]);
        let prizes = self.rate(rates, &[inputs], expr, &nowhere, &mut Vec::new()).numbers().exact().into_owned();
        let mut sums = vec![Exact::zero()];
        for prize in &prizes {
            let next = sums.last().zip(prize.as_ref()).map(|(sum, prize)| sum.plus(prize));
            sums.push(next.or_else(|| sums.last().cloned()).unwrap_or_else(Exact::zero));
        }
        let mut results = Vec::with_capacity(at.len());
        for (position, places) in places.iter().enumerate() {
            let Some(places) = places else {
                results.push(None);
                continue;
            };
            let without = places.clone().find(|place| prizes.get(*place as usize).is_none_or(Option::is_none));
            if let Some(place) = without {
                let place = Exact::from_integer(i128::from(place).saturating_add(1));
                faults.push(at.fault(FaultKind::BelowTable { input: 0, value: Value::Number(place) }, expr, position));
            }
            let sum = sums.get(places.end as usize).zip(sums.get(places.start as usize));
            let count = Exact::from_integer(i128::from(places.end.saturating_sub(places.start)));
            results.push(sum.and_then(|(end, start)| end.minus(start).over(&count)));
        }
        Vector::Numbers(Numbers::Exact(results))
    }
}

impl Lines {
    /// For each position, how many different values stand before its own in its group.
    fn dense(&self) -> Vec<u32> {
        let mut dense = Vec::with_capacity(self.rows.len());
        let mut count: u32 = 0;
        for ((group, equals), position) in self.groups.iter().zip(&self.equals).zip(0..) {
            if position == group.start {
                count = 0;
            } else if position == equals.start {
                count = count.saturating_add(1);
            }
            dense.push(count);
        }
        dense
    }
}

/// How two rows compare in an order, apart from their keys.
fn compare(by: &[Vector], order: &Sorted, a: usize, b: usize) -> Ordering {
    let parts = by.iter().enumerate().map(|(number, values)| {
        let upwards = values.order(a, b);
        if number == 0 && order.largest_first { upwards.reverse() } else { upwards }
    });
    parts.fold(Ordering::Equal, Ordering::then)
}

/// For each position, the positions of those around it that are the same.
fn runs(sorted: &[usize], same: impl Fn(usize, usize) -> bool) -> Vec<Range<u32>> {
    let mut runs: Vec<Range<u32>> = Vec::with_capacity(sorted.len());
    let mut start = 0;
    let mut before = None;
    for (place, position) in sorted.iter().zip(0..) {
        if before.is_some_and(|before| !same(before, *place)) {
            start = position;
        }
        before = Some(*place);
        runs.push(start..position);
    }
    let mut end = row_number(sorted.len());
    for (run, position) in runs.iter_mut().zip(all_positions(sorted.len())).rev() {
        run.end = end;
        if run.start == position {
            end = position;
        }
    }
    runs
}
