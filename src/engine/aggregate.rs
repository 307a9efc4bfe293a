//! Aggregates: member rows are sent to groups by their keys, once and as whole columns.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use super::Engine;
use super::define::all_positions;
use super::read::{find_rows, key_at};
use super::reduce::{Event, reduce};
use super::selection::Selection;
use super::vector::Vector;
use crate::calendar::Date;
use crate::ids::{ColumnId, ExprId};
use crate::table::{Fault, Key, row_number};
use crate::types::expr::{Aggregate, Below, Expr, Op};

/// The member rows of each group that count, in order.
#[derive(Debug, Default)]
pub(super) struct Grouping {
    /// Where each group begins among the members; one more than there are groups.
    starts: Vec<u32>,
    members: Vec<u32>,
    /// The group of a key, where groups are not the reader's rows.
    by_key: HashMap<Box<[Key]>, u32>,
    /// What went wrong on the way.
    faults: Vec<Fault>,
}

impl Grouping {
    fn members(&self, group: u32) -> &[u32] {
        let group = group as usize;
        let range = self.starts.get(group).zip(self.starts.get(group.saturating_add(1)));
        range.and_then(|(start, end)| self.members.get(*start as usize..*end as usize)).unwrap_or_default()
    }

    /// Sorts members to their groups, keeping their order within each.
    fn sort(&mut self, rows: &[u32], groups: &[Option<u32>], count: usize) {
        let mut members: Vec<(u32, u32)> =
            groups.iter().zip(rows).filter_map(|(group, row)| Some(((*group)?, *row))).collect();
        members.sort_by_key(|(group, _)| *group);
        self.starts = all_positions(count.saturating_add(1))
            .map(|group| row_number(members.partition_point(|(other, _)| *other < group)))
            .collect();
        self.members = members.into_iter().map(|(_, row)| row).collect();
    }
}

impl Engine<'_> {
    /// An aggregate at the rows of a selection.
    pub fn aggregate(&self, expr: ExprId, aggregate: &Aggregate, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        if let Some((prefixes, lanes)) = &at.lanes
            && prefixes.members == aggregate.members
        {
            return self.running(aggregate, prefixes, lanes, faults);
        }
        let mut readers = at.rows.to_vec();
        readers.sort_unstable();
        readers.dedup();
        let results = self.reduced(expr, aggregate, &readers, faults);
        if readers.len() == at.len() && readers == *at.rows {
            return results;
        }
        let place = |row: &u32| readers.binary_search(row).ok().map(row_number);
        results.pick(at.rows.iter().map(place))
    }

    /// The results at distinct rows of the reader's frame, in ascending order.
    fn reduced(&self, expr: ExprId, aggregate: &Aggregate, readers: &[u32], faults: &mut Vec<Fault>) -> Vector {
        if let Some(window) = &aggregate.window {
            return self.windowed(expr, (aggregate, window), readers, faults);
        }
        let grouping = self.grouping(aggregate);
        faults.extend(grouping.faults.iter().cloned());
        let groups: Vec<Vec<u32>> = match &aggregate.over {
            None => readers.iter().map(|row| vec![*row]).collect(),
            Some(below) => self.groups_below(expr, (aggregate, below), &grouping.by_key, readers, faults),
        };
        // The members of each group that is needed, once, and where they stand.
        let mut ranges: BTreeMap<u32, Range<u32>> = BTreeMap::new();
        let mut members: Vec<u32> = Vec::new();
        for group in groups.iter().flatten() {
            ranges.entry(*group).or_insert_with(|| {
                let start = row_number(members.len());
                members.extend(grouping.members(*group));
                start..row_number(members.len())
            });
        }
        if let Some(taken) = &aggregate.taken {
            let members = Selection::new(aggregate.members, members);
            let of = |groups: &Vec<u32>| -> Vec<u32> {
                groups.iter().filter_map(|group| ranges.get(group)).flat_map(Range::clone).collect()
            };
            let readers = groups.iter().map(of).collect();
            let taken = self.taken_members(taken, &members, readers, faults);
            return self.reduced_taken(aggregate, &members, &taken, faults);
        }
        let mut events = Vec::with_capacity(members.len());
        for groups in &groups {
            events.push(Event::Reset);
            let ranges = groups.iter().filter_map(|group| ranges.get(group));
            events.extend(ranges.flat_map(Range::clone).map(Event::Take));
            events.push(Event::Emit);
        }
        let members = Selection::new(aggregate.members, members);
        let values = self.member_values(aggregate, &members, faults);
        reduce(aggregate.op, values, &events)
    }

    /// What is aggregated, on member rows; a count has nothing to compute.
    pub fn member_values(&self, aggregate: &Aggregate, members: &Selection, faults: &mut Vec<Fault>) -> Vector {
        match &aggregate.value {
            Some(value) => self.eval(value, members, faults),
            None => Vector::Blank(members.len()),
        }
    }

    /// The groups of an aggregate: kept for the step, unless they rest on what the step computes.
    fn grouping(&self, aggregate: &Aggregate) -> Arc<Grouping> {
        let mut asked = aggregate.conditions.iter().chain(&aggregate.group);
        if asked.any(|expr| reads(expr, &|column| self.building.contains_key(&column))) {
            return Arc::new(self.grouped(aggregate));
        }
        // The plan stands still while it runs, so an aggregate is known by where it stands.
        let place = std::ptr::from_ref(aggregate).addr();
        let kept = |engine: &Self| engine.groupings.lock().ok()?.get(&place).cloned();
        if let Some(grouping) = kept(self) {
            return grouping;
        }
        let grouping = Arc::new(self.grouped(aggregate));
        if let Ok(mut groupings) = self.groupings.lock() {
            groupings.insert(place, Arc::clone(&grouping));
        }
        grouping
    }

    fn grouped(&self, aggregate: &Aggregate) -> Grouping {
        let mut grouping = Grouping::default();
        let mut faults = Vec::new();
        let rows: Vec<u32> = self.rows(aggregate.members).all().collect();
        let all = Selection::new(aggregate.members, rows);
        let standing = self.standing(&aggregate.conditions, &all, &mut faults);
        let members = all.pick(&standing);
        let keys: Vec<Vec<Option<Key>>> =
            aggregate.group.iter().map(|part| self.eval(part, &members, &mut faults).keys()).collect();
        let reader = self.rows(aggregate.reader);
        if aggregate.over.is_none() {
            let groups = find_rows(reader, &keys, members.len());
            grouping.sort(&members.rows, &groups, reader.len());
        } else {
            // Those below need no row of their own in the reader's frame.
            let mut key = Vec::new();
            let groups: Vec<Option<u32>> = (0..members.len())
                .map(|position| {
                    key_at(&keys, position, &mut key)?;
                    let next = row_number(grouping.by_key.len());
                    match grouping.by_key.get(key.as_slice()) {
                        Some(group) => Some(*group),
                        None => {
                            grouping.by_key.insert(Box::from(key.as_slice()), next);
                            Some(next)
                        }
                    }
                })
                .collect();
            let count = grouping.by_key.len();
            grouping.sort(&members.rows, &groups, count);
        }
        grouping.faults = faults;
        grouping
    }

    /// For each reader, the groups of the people below its person.
    pub fn groups_below(
        &self,
        expr: ExprId,
        (aggregate, below): (&Aggregate, &Below),
        by_key: &HashMap<Box<[Key]>, u32>,
        readers: &[u32],
        faults: &mut Vec<Fault>,
    ) -> Vec<Vec<u32>> {
        let rows = self.rows(aggregate.reader);
        let person = |row: &u32| {
            let key = aggregate.group_key(rows.key(*row));
            u32::try_from(*key.get(below.part)?).ok()
        };
        let at = Selection::new(aggregate.reader, readers);
        let days = self.days_of_trees(below.day.as_ref(), &at, faults);
        // One tree where managers are the same on every day, else one for each day asked about.
        let mut readers_on: BTreeMap<Option<Date>, Vec<usize>> = BTreeMap::new();
        for (position, day) in days.iter().enumerate() {
            readers_on.entry(*day).or_default().push(position);
        }
        let mut teams = HashMap::new();
        for (day, positions) in readers_on {
            let here = |position: &usize| readers.get(*position);
            match self.people_below(below, day, positions.iter().filter_map(here).filter_map(person)) {
                Ok(found) => {
                    teams.insert(day, found);
                }
                Err(kind) => faults.extend(positions.iter().map(|position| at.fault(kind.clone(), expr, *position))),
            }
        }
        let groups = |(row, day): (&u32, &Option<Date>)| {
            let team = person(row).and_then(|person| teams.get(day)?.get(&person))?;
            let mut key = aggregate.group_key(rows.key(*row));
            let group = |member: &u32| {
                *key.get_mut(below.part)? = Key::from(*member);
                by_key.get(key.as_slice()).copied()
            };
            Some(team.iter().filter_map(group).collect())
        };
        readers.iter().zip(&days).map(|reader| groups(reader).unwrap_or_default()).collect()
    }
}

/// Whether an expression reads such a column anywhere.
pub(super) fn reads(expr: &Expr, is: &dyn Fn(ColumnId) -> bool) -> bool {
    let below = match &expr.op {
        Op::Aggregate(aggregate) => aggregate.over.as_ref().map(|below| below.manager),
        _ => None,
    };
    expr.op.column().into_iter().chain(below).any(is)
        || expr.op.operands().into_iter().any(|operand| reads(operand, is))
}
