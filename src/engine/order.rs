//! What goes through rows in an order, as whole columns: the members that aggregates take, running
//! sums and counts, and places.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::Engine;
use super::groups::marked;
use super::numbers::{Ints, Numbers, There};
use super::read::{NOWHERE, somewhere};
use super::reduce::{Event, reduce};
use super::selection::{Selection, picked, positions};
use super::sort::{compare, sorted_groups};
use super::vector::Vector;
use crate::ids::{ExprId, FrameId, RatesId};
use crate::table::{Fault, FaultKind, Value, row_number};
use crate::types::expr::{Aggregate, AggregateOp, Expr, Rank, Running, Sorted, Taken, Ties};
use crate::value::{Exact, Units};

/// Rows group after group, each group in its order.
struct Lines {
    /// The rows.
    rows: Vec<u32>,
    /// Where each group begins, and behind them the end.
    starts: Vec<u32>,
    /// By row of the frame: its position, [`NOWHERE`] where it stands in no group; once someone asks for them.
    positions: OnceLock<Vec<u32>>,
    /// How many rows the frame has.
    count: usize,
}

/// The lines of all rows of a frame, and what they are sorted by.
#[derive(Clone)]
pub(super) struct KeptLines {
    frame: FrameId,
    group: Vec<Expr>,
    order: Sorted,
    lines: Arc<Lines>,
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
    ///
    /// With them come the values that the members are sorted by, and by position the place of a row among these.
    fn lines(&self, wanted: &Wanted, of: &[u32], faults: &mut Vec<Fault>) -> (Lines, Vec<Vector>, Vec<u32>) {
        let all = self.all_rows(wanted.frame);
        let members = self.on_which(wanted.conditions, &all, faults);
        let (keys, groups) = self.keys(wanted.group, &members, faults).distinct();
        let count = keys.len();
        let asked = match of.len() == all.len() {
            true => None,
            false => {
                let group_of = |row: &u32| {
                    let at = members.rows.binary_search(row).ok()?;
                    groups.get(at).copied().and_then(somewhere)
                };
                Some(marked(count, of.iter().filter_map(group_of)))
            }
        };
        let is_asked = |group: &u32| match &asked {
            Some(asked) => asked.get(*group as usize) == Some(&true),
            None => *group != NOWHERE,
        };
        let mut kept = positions(groups.iter().map(is_asked));
        let mut by: Vec<Vector> = Vec::with_capacity(wanted.order.by.len());
        for (number, value) in wanted.order.by.iter().enumerate() {
            let values = self.eval_on(value, &members, &kept, faults);
            if let (There::Each(there), true) = (values.mask(), number < wanted.needed) {
                let there = positions(there);
                kept = picked(&kept, &there);
                let there = || there.iter().copied().map(Some);
                by.iter_mut().for_each(|values| *values = values.pick(there()));
                by.push(values.pick(there()));
            } else {
                by.push(values);
            }
        }
        let groups = match kept.len() == groups.len() {
            true => groups,
            false => picked(&groups, &kept),
        };
        let (sorted, starts) = sorted_groups(&groups, count, &by, wanted.order.largest_first);
        let members = members.pick(&kept);
        let rows = match members.as_range() == Some(0..sorted.len()) {
            true => sorted.clone(),
            false => picked(&members.rows, &sorted),
        };
        (Lines { rows, starts, positions: OnceLock::new(), count: all.len() }, by, sorted)
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
            positions.sort_by(|a, b| {
                compare(&by, taken.order.largest_first, *a as usize, *b as usize).then(row(a).cmp(&row(b)))
            });
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
        let lines = self.kept_lines(&wanted, at, faults);
        let ends = lines.ends(&at.rows);
        // Values are computed in the order of the rows, and gone through in that of the lines.
        let all = self.all_rows(frame);
        let members = match lines.all_needed(&ends, running.before) {
            true => all.same(),
            false => all.pick(&lines.needed(&ends, running.before)),
        };
        let counted = self.on_which(&running.conditions, &members, faults);
        let place = (counted.len() < all.len()).then(|| {
            let mut place: Vec<Option<u32>> = vec![None; all.len()];
            for (row, number) in counted.rows.iter().zip(0..) {
                place.get_mut(*row as usize).into_iter().for_each(|place| *place = Some(number));
            }
            place
        });
        let values = match &running.value {
            Some(value) => self.eval(value, &counted, faults).numbers(),
            None => Numbers::constant(&Exact::one(), counted.len()),
        };
        let walk = Walk { lines: &lines, ends: &ends, place: place.as_deref(), before: running.before };
        let sums = match values.units().and_then(|(places, units, there)| walk.unit_sums(places, units, there)) {
            Some(sums) => sums,
            None => {
                let values = values.exact();
                let value = |at: usize| values.get(at).cloned().flatten();
                let sums = walk.sums(Exact::zero(), value, |sum, value| Some(sum.plus(&value)));
                Numbers::Exact(sums.unwrap_or_default())
            }
        };
        let sums = Vector::Numbers(sums);
        match at.as_range() {
            Some(rows) if rows.len() == sums.len() => sums,
            _ => sums.pick(at.rows.iter().copied().map(Some)),
        }
    }

    /// The lines of all rows of a frame, which the definition before this one may have asked for as well.
    fn kept_lines(&self, wanted: &Wanted, at: &Selection, faults: &mut Vec<Fault>) -> Arc<Lines> {
        let all = at.len() == self.rows(at.frame).len();
        if let Some(kept) = self.kept_lines.lock().ok().filter(|_| all).and_then(|kept| kept.clone())
            && kept.frame == wanted.frame
            && kept.group == wanted.group
            && kept.order == *wanted.order
        {
            return kept.lines;
        }
        let before = faults.len();
        let lines = Arc::new(self.lines(wanted, &at.rows, faults).0);
        if let Ok(mut kept) = self.kept_lines.lock()
            && all
            && faults.len() == before
        {
            let (group, order) = (wanted.group.to_vec(), wanted.order.clone());
            *kept = Some(KeptLines { frame: wanted.frame, group, order, lines: Arc::clone(&lines) });
        }
        lines
    }

    fn ranked(&self, rank: &Rank, at: &Selection, faults: &mut Vec<Fault>) -> (Lines, Vec<Range<u32>>) {
        let (conditions, group, order) = (rank.conditions.as_slice(), rank.group.as_slice(), &rank.order);
        let wanted = Wanted { frame: at.frame, conditions, group, order, needed: 1 };
        let (lines, by, sorted) = self.lines(&wanted, &at.rows, faults);
        let equals = lines.equals(&by, &sorted);
        (lines, equals)
    }

    /// The place of each row.
    pub fn rank(&self, rank: &Rank, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let (lines, equals) = self.ranked(rank, at, faults);
        let dense = lines.dense(&equals);
        let place = |row: &u32| {
            let position = lines.at(*row)?;
            let (group, equals) = (lines.group(position), equals.get(position as usize)?);
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
        let (lines, equals) = self.ranked(rank, at, faults);
        let places = |row: &u32| {
            let position = lines.at(*row)?;
            let (group, equals) = (lines.group(position), equals.get(position as usize)?);
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

/// A way through lines that adds up.
struct Walk<'a> {
    lines: &'a Lines,
    ends: &'a [u32],
    /// By row: the number of its value; none where it is not added. Without this, all are, in their order.
    place: Option<&'a [Option<u32>]>,
    before: bool,
}

impl Walk<'_> {
    /// By row, the sum of decimals up to it, as narrow as all of them fit.
    fn unit_sums(&self, places: u8, units: &Ints, there: &There) -> Option<Numbers> {
        if let Ints::Narrow(all) = units {
            if let (There::All(_), None) = (there, self.place)
                && let Some(sums) = self.sums_of_all(all)
            {
                return Some(Numbers::decimals(places, Ints::Narrow(sums), There::All(all.len())));
            }
            let value = |at: usize| all.get(at).copied().filter(|_| there.at(at));
            if let Some(sums) = self.sums(0_i64, value, |sum, value| sum.checked_add(value)) {
                let there = sums.iter().map(Option::is_some).collect();
                let sums = sums.into_iter().map(Option::unwrap_or_default).collect();
                return Some(Numbers::decimals(places, Ints::Narrow(sums), there));
            }
        }
        let value = |at: usize| there.at(at).then(|| units.get(at));
        let sums = self.sums(0_i128, value, |sum, value| sum.checked_add(value))?;
        let there = sums.iter().map(Option::is_some).collect();
        let sums: Units = sums.into_iter().map(Option::unwrap_or_default).collect();
        Some(Numbers::decimals(places, sums.into(), there))
    }

    /// The same where all rows stand in lines and all have a value.
    fn sums_of_all(&self, values: &[i64]) -> Option<Vec<i64>> {
        if self.lines.rows.len() != values.len() || self.lines.starts.iter().skip(1).ne(self.ends) {
            return None;
        }
        let mut sums = vec![0_i64; values.len()];
        for (start, end) in self.lines.starts.iter().zip(self.ends) {
            let mut sum = 0_i64;
            for row in self.lines.rows.get(*start as usize..*end as usize)? {
                let with = sum.checked_add(*values.get(*row as usize)?)?;
                *sums.get_mut(*row as usize)? = if self.before { sum } else { with };
                sum = with;
            }
        }
        Some(sums)
    }

    /// By row, the sum up to it; nothing at all where one does not fit. A missing value makes all behind it missing.
    fn sums<T: Clone>(
        &self,
        zero: T,
        value: impl Fn(usize) -> Option<T>,
        add: impl Fn(&T, T) -> Option<T>,
    ) -> Option<Vec<Option<T>>> {
        let mut sums: Vec<Option<T>> = vec![None; self.lines.count];
        for (start, end) in self.lines.starts.iter().zip(self.ends) {
            let mut sum = Some(zero.clone());
            for row in self.lines.rows.get(*start as usize..*end as usize)? {
                let row = *row as usize;
                let before = self.before.then(|| sum.clone());
                let number = match self.place {
                    Some(place) => place.get(row)?.map(|number| number as usize),
                    None => Some(row),
                };
                if let Some(number) = number {
                    sum = match (&sum, value(number)) {
                        (Some(sum), Some(value)) => Some(add(sum, value)?),
                        _ => None,
                    };
                }
                *sums.get_mut(row)? = before.unwrap_or_else(|| sum.clone());
            }
        }
        Some(sums)
    }
}

impl Lines {
    /// For each group, the end of its positions up to the last of these rows.
    fn ends(&self, rows: &[u32]) -> Vec<u32> {
        if rows.len() == self.count {
            return self.starts.iter().skip(1).copied().collect();
        }
        let mut ends: Vec<u32> = self.starts.clone();
        ends.pop();
        for position in rows.iter().filter_map(|row| self.at(*row)) {
            let group = self.starts.partition_point(|start| *start <= position).saturating_sub(1);
            let end = ends.get_mut(group);
            end.into_iter().for_each(|end| *end = (*end).max(position.saturating_add(1)));
        }
        ends
    }

    /// The rows of each group up to an end, or without the last of them.
    fn parts<'a>(&'a self, ends: &'a [u32], before: bool) -> impl Iterator<Item = &'a [u32]> {
        let last = u32::from(before);
        let parts = self.starts.iter().zip(ends);
        parts.map(move |(start, end)| {
            self.rows.get(*start as usize..end.saturating_sub(last) as usize).unwrap_or_default()
        })
    }

    /// Whether the rows of the groups up to their ends, or without the last of them, are all rows of the frame.
    fn all_needed(&self, ends: &[u32], before: bool) -> bool {
        !before && self.rows.len() == self.count && self.starts.iter().skip(1).eq(ends)
    }

    /// These rows, in their order.
    fn needed(&self, ends: &[u32], before: bool) -> Vec<u32> {
        positions(marked(self.count, self.parts(ends, before).flatten().copied()))
    }

    /// The position of a row.
    fn at(&self, row: u32) -> Option<u32> {
        let positions = || {
            let mut positions = vec![NOWHERE; self.count];
            for (row, place) in self.rows.iter().zip(0..) {
                positions.get_mut(*row as usize).into_iter().for_each(|cell| *cell = place);
            }
            positions
        };
        self.positions.get_or_init(positions).get(row as usize).copied().and_then(somewhere)
    }

    /// The positions of the group around one.
    fn group(&self, position: u32) -> Range<u32> {
        let behind = self.starts.partition_point(|start| *start <= position);
        let start = behind.checked_sub(1).and_then(|at| self.starts.get(at));
        start.copied().unwrap_or(position)..self.starts.get(behind).copied().unwrap_or(position)
    }

    /// For each position, the first position of those with the same first value in its group, and the end of these.
    fn equals(&self, by: &[Vector], sorted: &[u32]) -> Vec<Range<u32>> {
        let mut equals = Vec::with_capacity(sorted.len());
        let same = |a: u32, b: u32| {
            let place = |at: u32| sorted.get(at as usize).map_or(0, |place| *place as usize);
            by.first().is_none_or(|values| values.order(place(a), place(b)).is_eq())
        };
        for (start, end) in self.starts.iter().zip(self.starts.iter().skip(1)) {
            let mut from = *start;
            while from < *end {
                let to = (from..*end).find(|position| !same(from, *position)).unwrap_or(*end);
                equals.extend((from..to).map(|_| from..to));
                from = to;
            }
        }
        equals
    }

    /// For each position, how many different values stand before its own in its group.
    fn dense(&self, equals: &[Range<u32>]) -> Vec<u32> {
        let mut dense = Vec::with_capacity(self.rows.len());
        for (start, end) in self.starts.iter().zip(self.starts.iter().skip(1)) {
            let mut count: u32 = 0;
            for (position, equals) in (*start..*end).zip(equals.iter().skip(*start as usize)) {
                if position > *start && position == equals.start {
                    count = count.saturating_add(1);
                }
                dense.push(count);
            }
        }
        dense
    }
}
