//! Which rows may have another value: those whose inputs have.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::homes::person_part;
use super::layout::{all_exprs, definition};
use super::world::Run;
use crate::engine::Engine;
use crate::engine::index::ByNumber;
use crate::engine::read::key_at;
use crate::engine::selection::Selection;
use crate::ids::{ColumnId, FrameId};
use crate::program::Program;
use crate::table::{Key, row_number};
use crate::types::expr::{Aggregate, Below, Expr, Op};

/// Some rows of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Dirty {
    /// These.
    Rows(BTreeSet<u32>),
    /// All of them.
    All,
}

impl Dirty {
    /// No row.
    pub fn none() -> Dirty {
        Dirty::Rows(BTreeSet::new())
    }

    /// Whether it is no row.
    pub fn is_none(&self) -> bool {
        matches!(self, Dirty::Rows(rows) if rows.is_empty())
    }

    /// These and others.
    #[must_use]
    pub fn and(self, other: Dirty) -> Dirty {
        match (self, other) {
            (Dirty::Rows(mut rows), Dirty::Rows(others)) => {
                rows.extend(others);
                Dirty::Rows(rows)
            }
            _ => Dirty::All,
        }
    }

    /// All rows, where it is any.
    fn spread(self) -> Dirty {
        if self.is_none() { self } else { Dirty::All }
    }
}

/// Who is above whom in a hierarchy, by row of the people's record.
#[derive(Debug)]
pub(super) struct Above {
    home: Vec<Option<u32>>,
    managers: Vec<Option<u32>>,
    people_at: HashMap<u32, Vec<u32>>,
}

impl Above {
    /// Where managers are the same on every day.
    fn of(engine: &Engine<'_>, below: &Below) -> Option<Above> {
        let frame = engine.model.records.at(below.people).frame;
        let people: Vec<Option<u32>> = engine.rows(frame).all().map(Some).collect();
        let home = below.links.iter().fold(people, |rows, link| engine.follow(*link, &rows));
        let mut people_at: HashMap<u32, Vec<u32>> = HashMap::new();
        for (person, row) in home.iter().enumerate() {
            row.iter().for_each(|row| people_at.entry(*row).or_default().push(row_number(person)));
        }
        Some(Above { home, managers: engine.tree(below.manager, None).ok()?, people_at })
    }

    fn people(&self, person: u32) -> impl Iterator<Item = u32> + '_ {
        let start = self.home.get(person as usize).copied().flatten();
        let next = |row: &u32| self.managers.get(*row as usize).copied().flatten();
        let chain = std::iter::successors(start, next).take(self.managers.len().saturating_add(1));
        chain.filter_map(|row| self.people_at.get(&row)).flatten().copied()
    }
}

impl Run<'_, '_> {
    /// The rows on which a definition may have another value.
    pub fn dirty_of(&self, column: ColumnId) -> Dirty {
        let model = &self.parts.layout.program.model;
        let frame = model.columns.at(column).frame;
        let Some(definition) = definition(model, column) else { return Dirty::none() };
        let currency = model.columns.at(column).row_currency();
        let currency = currency.map_or_else(Dirty::none, |column| self.changed_rows(column));
        self.dirty_all(all_exprs(definition).into_iter(), frame).and(currency)
    }

    /// The rows on which one of these expressions may have another value.
    pub fn dirty_all<'e>(&self, exprs: impl Iterator<Item = &'e Expr>, frame: FrameId) -> Dirty {
        exprs.fold(Dirty::none(), |dirty, expr| dirty.and(self.dirty(expr, frame)))
    }

    fn changed_rows(&self, column: ColumnId) -> Dirty {
        Dirty::Rows(self.changed.get(&column).into_iter().flatten().copied().collect())
    }

    /// The rows of a frame that belong to the persons of the part.
    fn own_rows(&self, frame: FrameId) -> Dirty {
        match self.parts.rows_of.get(&frame) {
            Some(rows) => Dirty::Rows(self.persons.iter().flat_map(|person| rows.at(*person)).copied().collect()),
            None => Dirty::All,
        }
    }

    /// All rows of the persons of these.
    fn of_same_persons(&self, frame: FrameId, rows: &BTreeSet<u32>) -> Dirty {
        let Some(of_person) = self.parts.rows_of.get(&frame) else { return Dirty::All };
        let persons: BTreeSet<u32> = rows.iter().filter_map(|row| self.person(frame, *row)).collect();
        Dirty::Rows(persons.iter().flat_map(|person| of_person.at(*person)).copied().collect())
    }

    /// All periods of the keys of these rows.
    pub fn all_periods(&self, frame: FrameId, dirty: Dirty) -> Dirty {
        let Dirty::Rows(rows) = &dirty else { return dirty };
        let Some((period, _)) = self.engine.period_part(frame) else { return dirty };
        let Dirty::Rows(of_persons) = self.of_same_persons(frame, rows) else { return dirty.spread() };
        let all = self.engine.rows(frame);
        let rest = |row: u32| -> Vec<Key> {
            let parts = all.key(row).iter().enumerate();
            parts.filter(|(part, _)| *part != period).map(|(_, key)| *key).collect()
        };
        let keys: BTreeSet<Vec<Key>> = rows.iter().map(|row| rest(*row)).collect();
        Dirty::Rows(of_persons.into_iter().filter(|row| keys.contains(&rest(*row))).collect())
    }

    /// The rows of a frame that stays on which an expression may have another value.
    pub fn dirty(&self, expr: &Expr, frame: FrameId) -> Dirty {
        let operands = || self.dirty_all(expr.op.operands().into_iter(), frame);
        match &expr.op {
            Op::Read(column) | Op::Present(column) => self.changed_rows(*column),
            Op::ReadAt(column, key) => {
                let to = self.parts.layout.program.model.columns.at(*column).frame;
                let own = operands();
                if self.parts.layout.homes.flows(to) {
                    return own.and(self.own_rows(frame));
                }
                match self.changed.get(column) {
                    Some(rows) if own.is_none() => self.led_to(expr, (frame, to), key, rows),
                    Some(_) => Dirty::All,
                    None => own,
                }
            }
            Op::RowExists(to, _) if self.parts.layout.homes.flows(*to) => operands().and(self.own_rows(frame)),
            Op::Previous(column) => {
                let starting = definition(&self.parts.layout.program.model, *column)
                    .and_then(|definition| definition.starting.as_ref())
                    .map_or_else(Dirty::none, |starting| self.dirty(&starting.value, frame));
                starting.and(self.all_periods(frame, self.changed_rows(*column)))
            }
            Op::Aggregate(aggregate) => self.dirty_aggregate(aggregate, frame),
            Op::Increase(increase) => {
                let mut chain = Vec::new();
                self.parts.layout.chain(increase.target, &mut chain);
                let chain = chain.iter().fold(Dirty::none(), |dirty, column| dirty.and(self.dirty_of(*column)));
                operands().and(chain).spread()
            }
            Op::Running(running) => self.dirty_group(operands(), &running.group, frame),
            Op::Rank(rank) | Op::Pooled(_, rank) => self.dirty_group(operands(), &rank.group, frame),
            Op::Allocate(shared) => operands().and(self.changed_rows(shared.amount)).spread(),
            Op::Convert(convert) => operands().and(self.changed_rows(convert.rate).spread()),
            _ => operands(),
        }
    }

    /// The rows whose key leads to one of these.
    fn led_to(&self, expr: &Expr, (from, to): (FrameId, FrameId), key: &[Expr], rows: &[u32]) -> Dirty {
        if key.iter().any(asks_day) {
            return Dirty::All;
        }
        let place = std::ptr::from_ref(expr).addr();
        let known = self.parts.kept.ways.lock().ok().and_then(|ways| ways.get(&place).cloned());
        let ways = match known {
            Some(ways) => ways,
            None => {
                // A key that cannot be computed is one that no one asks for, or a fault elsewhere.
                let found = self.engine.rows_at(to, key, &self.engine.all_rows(from), &mut Vec::new());
                let pairs = found.iter().copied().zip(0_u32..);
                let ways = Arc::new(ByNumber::of(self.engine.rows(to).len(), pairs));
                let fixed = !key.iter().any(|part| self.parts.layout.touches(part));
                if let (true, Ok(mut kept)) = (fixed, self.parts.kept.ways.lock()) {
                    kept.insert(place, Arc::clone(&ways));
                }
                ways
            }
        };
        Dirty::Rows(rows.iter().flat_map(|row| ways.at(*row)).copied().collect())
    }

    /// Rows that are gone through in an order, of which some have other values: those of the same groups.
    fn dirty_group(&self, operands: Dirty, group: &[Expr], frame: FrameId) -> Dirty {
        let person = person_part(&self.parts.layout.program.model, frame);
        let by_person = group.iter().any(|expr| matches!(expr.op, Op::Key(part) if Some(part) == person));
        match &operands {
            Dirty::Rows(rows) if by_person => self.of_same_persons(frame, rows),
            _ => operands.spread(),
        }
    }

    fn dirty_aggregate(&self, aggregate: &Aggregate, frame: FrameId) -> Dirty {
        let days = aggregate.window.iter().flat_map(|window| window.first.iter().chain([&window.last]));
        let tree = aggregate.over.iter().filter_map(|below| below.day.as_ref());
        let own = self.dirty_all(days.chain(tree), frame);
        let members = aggregate.members;
        if self.parts.layout.homes.flows(members) {
            if !self.adds_all(aggregate) {
                return own.and(self.own_rows(frame));
            }
            let all = |engine: &Engine<'_>| engine.rows(members).all().collect::<BTreeSet<u32>>();
            let now = self.readers(&self.engine, aggregate, &all(&self.engine));
            return match &self.plain {
                Some(plain) => own.and(now).and(self.readers(plain, aggregate, &all(plain))),
                None => Dirty::All,
            };
        }
        let order = aggregate.taken.iter().flat_map(|taken| &taken.order.by);
        let dates = aggregate.window.iter().map(|window| &window.date);
        let counted = aggregate.value.iter().chain(&aggregate.conditions).chain(order).chain(dates);
        let groups = self.dirty_all(aggregate.group.iter(), members);
        match (groups.is_none(), self.dirty_all(counted, members)) {
            (true, Dirty::Rows(rows)) if rows.is_empty() => own,
            (true, Dirty::Rows(rows)) => own.and(self.readers(&self.engine, aggregate, &rows)),
            _ => Dirty::All,
        }
    }

    /// The rows that read the groups of some members.
    fn readers(&self, engine: &Engine<'_>, aggregate: &Aggregate, members: &BTreeSet<u32>) -> Dirty {
        let at = Selection::new(aggregate.members, members.iter().copied().collect::<Vec<u32>>());
        let mut faults = Vec::new();
        let parts: Vec<Vec<Option<Key>>> =
            aggregate.group.iter().map(|part| engine.eval(part, &at, &mut faults).keys()).collect();
        let mut keys: BTreeSet<Vec<Key>> = BTreeSet::new();
        let mut key = Vec::new();
        for position in 0..at.len() {
            if key_at(&parts, position, &mut key).is_some() {
                keys.insert(key.clone());
            }
        }
        if !faults.is_empty() {
            return Dirty::All;
        }
        if let Some(below) = &aggregate.over {
            let Some(above) = self.above(aggregate, below) else { return Dirty::All };
            keys = keys.into_iter().flat_map(|key| led(&above, below.part, &key)).collect();
        }
        let rows = self.engine.rows(aggregate.reader);
        if aggregate.window.is_none() {
            return Dirty::Rows(keys.iter().filter_map(|key| rows.find(key)).collect());
        }
        self.by_group(aggregate, &keys)
    }

    /// The rows whose key has one of these groups, in any period.
    fn by_group(&self, aggregate: &Aggregate, keys: &BTreeSet<Vec<Key>>) -> Dirty {
        let rows = self.engine.rows(aggregate.reader);
        let has = |row: &u32| keys.contains(&aggregate.group_key(rows.key(*row)));
        let model = &self.parts.layout.program.model;
        let period = aggregate.window.as_ref().and_then(|window| window.period);
        let part = person_part(model, aggregate.reader);
        let place = part.map(|part| match period {
            Some(period) if period < part => part.saturating_sub(1),
            _ => part,
        });
        match (place, self.parts.rows_of.get(&aggregate.reader)) {
            (Some(place), Some(rows_of)) => {
                let persons = keys.iter().filter_map(|key| u32::try_from(*key.get(place)?).ok());
                let persons: BTreeSet<u32> = persons.collect();
                Dirty::Rows(persons.iter().flat_map(|person| rows_of.at(*person)).copied().filter(has).collect())
            }
            _ => Dirty::Rows(rows.all().filter(has).collect()),
        }
    }

    fn above(&self, aggregate: &Aggregate, below: &Below) -> Option<Arc<Above>> {
        if below.day.is_some() {
            return None;
        }
        let known = self.parts.kept.trees.lock().ok()?.get(&aggregate.place()).cloned();
        if known.is_some() {
            return known;
        }
        let above = Arc::new(Above::of(&self.engine, below)?);
        self.parts.kept.trees.lock().ok()?.insert(aggregate.place(), Arc::clone(&above));
        Some(above)
    }

    /// Whether an aggregate adds up everyone's rows.
    fn adds_all(&self, aggregate: &Aggregate) -> bool {
        let layout = &self.parts.layout;
        let rests = layout.columns.values().chain(layout.ensures.values());
        rests.flat_map(|rests| &rests.on_all).any(|(_, other)| std::ptr::eq(*other, aggregate))
    }

    /// The person in the key of a row.
    pub fn person(&self, frame: FrameId, row: u32) -> Option<u32> {
        let part = person_part(&self.parts.layout.program.model, frame)?;
        u32::try_from(*self.engine.rows(frame).key(row).get(part)?).ok()
    }
}

/// A key with each of those above in the place of its person.
fn led(above: &Above, part: usize, key: &[Key]) -> Vec<Vec<Key>> {
    let Some(person) = key.get(part).and_then(|person| u32::try_from(*person).ok()) else { return Vec::new() };
    let with = |manager: u32| {
        let mut key = key.to_vec();
        key.get_mut(part).into_iter().for_each(|part| *part = Key::from(manager));
        key
    };
    above.people(person).map(with).collect()
}

/// Whether an expression asks about a day, which rows do not have.
fn asks_day(expr: &Expr) -> bool {
    expr.op == Op::Day || expr.op.operands().into_iter().any(asks_day)
}

/// Whether an expression rests on a definition of its own row.
pub(super) fn rests_on(program: &Program, expr: &Expr, column: ColumnId) -> bool {
    let own = match &expr.op {
        Op::Read(read) => {
            *read == column
                || definition(&program.model, *read)
                    .is_some_and(|definition| all_exprs(definition).iter().any(|expr| rests_on(program, expr, column)))
        }
        _ => false,
    };
    own || expr.op.operands().into_iter().any(|operand| rests_on(program, operand, column))
}
