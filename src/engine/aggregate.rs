//! Aggregates: member rows are sent to groups by their keys, once and as whole columns.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::Engine;
use super::groups::{counts, marked, sums};
use super::index::ByNumber;
use super::read::NOWHERE;
use super::reduce::{Event, reduce};
use super::selection::{Selection, picked, positions};
use super::vector::Vector;
use crate::calendar::Date;
use crate::ids::{ColumnId, ExprId};
use crate::table::{Fault, Key, Rows, row_number};
use crate::types::expr::{Aggregate, AggregateOp, Below, Expr, Op};

/// The member rows that count, each with its group.
#[derive(Debug, Default)]
pub(super) struct Grouping {
    /// The rows, in order; none where they are all.
    rows: Option<Vec<u32>>,
    /// By row: its group; [`NOWHERE`] where it falls to no reader.
    groups: Arc<Vec<u32>>,
    /// How many groups there are.
    count: usize,
    /// The keys of the groups, where groups are not the reader's rows.
    keys: Rows,
    /// The rows by group, once someone asks for them.
    lists: OnceLock<ByNumber>,
    /// What went wrong on the way.
    faults: Vec<Fault>,
}

impl Grouping {
    fn members(&self, group: u32) -> &[u32] {
        let groups = || self.groups.iter().copied();
        let lists = || match &self.rows {
            Some(rows) => ByNumber::of(self.count, groups().zip(rows.iter().copied())),
            None => ByNumber::of(self.count, groups().zip(0..)),
        };
        self.lists.get_or_init(lists).at(group)
    }
}

/// What an aggregate comes to on some rows of its reader's frame, in ascending order.
#[derive(Debug)]
pub(super) struct KnownSums {
    /// The rows.
    pub rows: Vec<u32>,
    /// The values there.
    pub values: Vector,
}

impl Aggregate {
    /// Where it stands: the plan stands still while it runs, so an aggregate is known by that.
    pub(super) fn place(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

/// Which groups some readers ask for.
enum Asked<'a> {
    /// The reader's own, which has its number.
    Own(&'a [u32]),
    /// For each reader, those of the people below.
    Below(&'a [Vec<u32>]),
}

impl Asked<'_> {
    fn count(&self) -> usize {
        match self {
            Asked::Own(readers) => readers.len(),
            Asked::Below(groups) => groups.iter().map(Vec::len).sum(),
        }
    }
}

/// A group is asked for among so many at least, or its rows are sought for it alone.
const GROUPS_ASKED: usize = 4;

impl Engine<'_> {
    /// An aggregate at the rows of a selection.
    pub fn aggregate(&self, expr: ExprId, aggregate: &Aggregate, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        if let Some((prefixes, lanes)) = &at.lanes
            && prefixes.members == aggregate.members
        {
            return self.running(aggregate, prefixes, lanes, faults);
        }
        if let Some(known) = self.known.get(&aggregate.place()) {
            let place = |row: &u32| known.rows.binary_search(row).ok().map(row_number);
            return known.values.pick(at.rows.iter().map(place));
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
        let below = aggregate.over.as_ref();
        let below = below.map(|below| self.groups_below(expr, (aggregate, below), &grouping.keys, readers, faults));
        let asked = below.as_deref().map_or(Asked::Own(readers), Asked::Below);
        let adds = matches!(aggregate.op, AggregateOp::Sum | AggregateOp::Count) && aggregate.taken.is_none();
        if adds && asked.count().saturating_mul(GROUPS_ASKED) > grouping.count {
            return self.added(aggregate, &grouping, &asked, faults);
        }
        self.listed(aggregate, &grouping, &asked, faults)
    }

    /// Sums or counts of all groups in one pass over the members, then those that each reader asks for.
    fn added(&self, aggregate: &Aggregate, grouping: &Grouping, asked: &Asked, faults: &mut Vec<Fault>) -> Vector {
        let is_asked = match asked {
            Asked::Own(readers) if readers.len() == grouping.count => None,
            Asked::Own(readers) => Some(marked(grouping.count, readers.iter().copied())),
            Asked::Below(groups) => Some(marked(grouping.count, groups.iter().flatten().copied())),
        };
        let takes = |group: &u32| match &is_asked {
            Some(is_asked) => is_asked.get(*group as usize) == Some(&true),
            None => *group != NOWHERE,
        };
        let members = match &grouping.rows {
            None => self.all_rows(aggregate.members),
            Some(rows) => Selection::new(aggregate.members, rows.as_slice()),
        };
        let some: Vec<u32>;
        let (members, groups) = match self.cannot_fail(aggregate) || grouping.groups.iter().all(takes) {
            true => (members, grouping.groups.as_slice()),
            false => {
                let taken = positions(grouping.groups.iter().map(takes));
                some = picked(&grouping.groups, &taken);
                (Selection::new(members.frame, picked(&members.rows, &taken)), some.as_slice())
            }
        };
        let totals = match aggregate.op {
            AggregateOp::Count => counts(groups, grouping.count),
            _ => sums(&self.member_values(aggregate, &members, faults).numbers(), groups, grouping.count),
        };
        let totals = Vector::Numbers(totals);
        match asked {
            Asked::Own(readers) if readers.len() == grouping.count => totals,
            Asked::Own(readers) => totals.pick(readers.iter().copied().map(Some)),
            Asked::Below(groups) => {
                let mut events = Vec::new();
                for groups in *groups {
                    events.push(Event::Reset);
                    events.extend(groups.iter().copied().map(Event::Take));
                    events.push(Event::Emit);
                }
                reduce(AggregateOp::Sum, totals, &events)
            }
        }
    }

    /// Anything over the rows of the groups that each reader asks for, as lists.
    fn listed(&self, aggregate: &Aggregate, grouping: &Grouping, asked: &Asked, faults: &mut Vec<Fault>) -> Vector {
        let own: Vec<Vec<u32>>;
        let groups: &[Vec<u32>] = match asked {
            Asked::Own(readers) => {
                own = readers.iter().map(|row| vec![*row]).collect();
                &own
            }
            Asked::Below(groups) => groups,
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
        for groups in groups {
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

    /// Whether it adds up what is there: nothing can go wrong with a row that no reader asks for.
    fn cannot_fail(&self, aggregate: &Aggregate) -> bool {
        match aggregate.value.as_ref().map(|value| &value.op) {
            Some(Op::Read(column)) => !self.may_lack_any(*column),
            Some(_) => false,
            None => true,
        }
    }

    /// The groups of an aggregate: kept for the step, unless they rest on what the step computes.
    fn grouping(&self, aggregate: &Aggregate) -> Arc<Grouping> {
        let mut asked = aggregate.conditions.iter().chain(&aggregate.group);
        if asked.any(|expr| reads(expr, &|column| self.building.contains_key(&column))) {
            return Arc::new(self.grouped(aggregate));
        }
        let place = aggregate.place();
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
        let all = self.all_rows(aggregate.members);
        let members = self.on_which(&aggregate.conditions, &all, &mut faults);
        match aggregate.over {
            None => {
                grouping.groups = self.led_to_readers(aggregate, &members, &mut faults);
                grouping.count = self.rows(aggregate.reader).len();
            }
            // Those below need no row of their own in the reader's frame.
            Some(_) => {
                let (keys, groups) = self.keys(&aggregate.group, &members, &mut faults).distinct();
                (grouping.keys, grouping.groups) = (keys, Arc::new(groups));
                grouping.count = grouping.keys.len();
            }
        }
        grouping.rows = (members.len() < all.len()).then(|| members.rows.into_owned());
        grouping.faults = faults;
        grouping
    }

    /// For each member the reader's row to which it falls; [`NOWHERE`] where there is none.
    pub fn led_to_readers(&self, aggregate: &Aggregate, members: &Selection, faults: &mut Vec<Fault>) -> Arc<Vec<u32>> {
        let (from, to, key) = (aggregate.members, aggregate.reader, &aggregate.group);
        let known = self.all_known_rows(from, to, key).filter(|known| known.len() == members.len());
        known.unwrap_or_else(|| Arc::new(self.find_at(self.rows(to), key, members, faults)))
    }

    /// For each reader, the groups of the people below its person.
    pub fn groups_below(
        &self,
        expr: ExprId,
        (aggregate, below): (&Aggregate, &Below),
        keys: &Rows,
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
                keys.find(&key)
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
