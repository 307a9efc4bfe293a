//! A part computed: all that stands on its rows by the ordinary engine, and on the rows that stay what has another value.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::Why;
use super::data::Parts;
use super::dirty::Dirty;
use super::layout::Rests;
use crate::data::{AddedRows, From};
use crate::engine::Engine;
use crate::engine::aggregate::KnownSums;
use crate::engine::define::Building;
use crate::engine::numbers::Numbers;
use crate::engine::selection::Selection;
use crate::engine::vector::Vector;
use crate::ids::{ColumnId, ExprId, FrameId, Id, RecordId};
use crate::program::Compute;
use crate::table::{ColumnData, Fault, Results, row_number};
use crate::types::expr::{Aggregate, Arithmetic};

/// Why a part cannot be computed for these persons.
#[derive(Debug)]
pub(super) enum Stop {
    /// These persons have other values as well.
    More(BTreeSet<u32>),
    /// Not at all.
    Whole(Why),
}

impl std::convert::From<Why> for Stop {
    fn from(why: Why) -> Stop {
        Stop::Whole(why)
    }
}

/// The values of a part.
#[derive(Debug)]
pub(super) struct World {
    /// The values: on frames in parts those of the part, on others all.
    pub results: Results,
    /// Where the rows of records in parts come from.
    pub from: BTreeMap<RecordId, Vec<From>>,
    /// By column on rows that stay, the rows with other values than before.
    pub changed: HashMap<ColumnId, Vec<u32>>,
    /// How many cells were computed.
    pub cells: usize,
    /// The definitions that were computed on all their rows.
    pub everyone: BTreeSet<ColumnId>,
}

/// A part while it is computed.
pub(super) struct Run<'r, 'p> {
    pub parts: &'r Parts<'p>,
    pub engine: Engine<'p>,
    /// The same part without the rows that are asked about.
    pub plain: Option<Engine<'p>>,
    pub persons: &'r BTreeSet<u32>,
    pub changed: HashMap<ColumnId, Vec<u32>>,
    cells: usize,
    everyone: BTreeSet<ColumnId>,
    faults: Vec<Fault>,
}

impl<'p> Parts<'p> {
    /// Computes the rows of some persons, with these rows among them; without any, what stays is as it was.
    pub(super) fn compute(
        &self,
        persons: &BTreeSet<u32>,
        added: &[AddedRows],
        plain: Option<&Arc<World>>,
    ) -> Result<World, Stop> {
        let (engine, rows) = self.engine(persons, added)?;
        let plain = plain.map(|plain| {
            let mut engine = Engine::over(self.layout.program, plain.results.tables.clone());
            engine.presence = Arc::clone(&self.presence);
            engine.only = Some(self.marked(persons));
            engine
        });
        let mut run = Run {
            parts: self,
            engine,
            plain,
            persons,
            changed: HashMap::new(),
            cells: 0,
            everyone: BTreeSet::new(),
            faults: Vec::new(),
        };
        for step in self.layout.program.phases.iter().flat_map(|phase| &phase.steps) {
            run.step(step)?;
            if !run.faults.is_empty() {
                return Err(Stop::Whole(Why::Fault));
            }
        }
        let Run { engine, changed, cells, everyone, .. } = run;
        let results = engine.results(BTreeMap::new(), Vec::new());
        Ok(World { results, from: rows.from, changed, cells, everyone })
    }
}

impl<'p> Run<'_, 'p> {
    fn flows(&self, frame: FrameId) -> bool {
        self.parts.layout.homes.flows(frame)
    }

    fn frame_of(&self, column: ColumnId) -> FrameId {
        self.engine.model.columns.at(column).frame
    }

    /// Computes a step as far as it rests on the part.
    fn step(&mut self, step: &'p Compute) -> Result<(), Stop> {
        self.take_groupings();
        match step {
            Compute::Rule(rule) => {
                let credits = self.engine.credits(*rule, &mut self.faults);
                self.engine.credits.extend(credits);
            }
            Compute::Credits => self.engine.unite_credits(),
            Compute::Frame(frame) if self.flows(*frame) => self.occurring(*frame),
            Compute::Frame(_) => {}
            Compute::Column(column) if self.flows(self.frame_of(*column)) => {
                let data = self.engine.define_one(*column, &mut self.faults);
                self.cells = self.cells.saturating_add(data.len());
                self.engine.tables.set_column(*column, data);
            }
            Compute::Column(column) => self.column(*column)?,
            Compute::Periodwise(columns) => match columns.first() {
                Some(first) if self.flows(self.frame_of(*first)) => {
                    self.engine.periodwise(columns, &mut self.faults);
                    let rows = self.engine.rows(self.frame_of(*first)).len();
                    self.cells = self.cells.saturating_add(rows.saturating_mul(columns.len()));
                }
                Some(first) => self.periodwise(columns, *first)?,
                None => {}
            },
            Compute::Ensure(id) => {
                let ensure = self.engine.model.ensures.at(*id);
                if self.flows(ensure.frame) {
                    self.engine.ensure(*id, &mut self.faults);
                } else if let (Some(rests), Some(_)) = (self.parts.layout.ensures.get(id), &self.plain) {
                    let dirty = self.dirty_all(ensure.conditions.iter().chain([&ensure.holds]), ensure.frame);
                    let rows = self.rows(dirty, ensure.frame);
                    self.prepare(rests, ensure.frame, &rows)?;
                    self.engine.ensure_on(*id, &Selection::new(ensure.frame, rows), &mut self.faults);
                }
            }
        }
        self.keep_groupings();
        Ok(())
    }

    /// Takes the groups that stay, which earlier questions found.
    fn take_groupings(&mut self) {
        let kept = self.parts.kept.groupings.lock().map(|kept| kept.clone()).unwrap_or_default();
        self.engine.groupings = std::sync::Mutex::new(kept);
    }

    fn keep_groupings(&mut self) {
        let steady = &self.parts.layout.steady;
        if let (Ok(mut kept), Ok(found)) = (self.parts.kept.groupings.lock(), self.engine.groupings.get_mut()) {
            let found = found.iter().filter(|(place, _)| steady.contains(place));
            kept.extend(found.map(|(place, grouping)| (*place, Arc::clone(grouping))));
        }
    }

    /// The combinations that occur on rows of the part's persons.
    fn occurring(&mut self, frame: FrameId) {
        self.engine.occurring(frame, &mut self.faults);
    }

    fn rows(&self, dirty: Dirty, frame: FrameId) -> Vec<u32> {
        match dirty {
            Dirty::Rows(rows) => rows.into_iter().collect(),
            Dirty::All => self.engine.rows(frame).all().collect(),
        }
    }

    /// Computes a definition again where it may have another value.
    fn column(&mut self, column: ColumnId) -> Result<(), Stop> {
        let (Some(rests), Some(_)) = (self.parts.layout.columns.get(&column), &self.plain) else { return Ok(()) };
        let frame = self.frame_of(column);
        let dirty = self.dirty_of(column);
        let rows = self.rows(dirty, frame);
        if rows.is_empty() {
            return Ok(());
        }
        self.note_everyone(&[column], frame, &rows);
        if self.parts.layout.computed_by_own.contains(&column) {
            self.require(frame, &rows)?;
        }
        self.prepare(rests, frame, &rows)?;
        let (standing, values) = self.engine.defined(column, &Selection::new(frame, rows.as_slice()), &mut self.faults);
        let declared = self.engine.model.columns.at(column);
        let data = Building::of(rows.len(), &standing, values).finish(declared);
        self.set(column, &rows, &data)
    }

    /// Computes definitions again that need those of the period before, in all periods of what may have another value.
    fn periodwise(&mut self, columns: &[ColumnId], first: ColumnId) -> Result<(), Stop> {
        let known = columns.iter().any(|column| self.parts.layout.columns.contains_key(column));
        if !known || self.plain.is_none() {
            return Ok(());
        }
        let frame = self.frame_of(first);
        let mut dirty = Dirty::none();
        loop {
            let rows = self.rows(dirty.clone(), frame);
            self.changed.extend(columns.iter().map(|column| (*column, rows.clone())));
            let next = columns.iter().fold(dirty.clone(), |all, column| all.and(self.dirty_of(*column)));
            let next = self.all_periods(frame, next);
            if next == dirty {
                break;
            }
            dirty = next;
        }
        columns.iter().for_each(|column| drop(self.changed.remove(column)));
        let rows = self.rows(dirty, frame);
        if rows.is_empty() {
            return Ok(());
        }
        self.note_everyone(columns, frame, &rows);
        for column in columns {
            if self.parts.layout.computed_by_own.contains(column) {
                self.require(frame, &rows)?;
            }
            if let Some(rests) = self.parts.layout.columns.get(column) {
                self.prepare(rests, frame, &rows)?;
            }
        }
        for (column, data) in self.engine.periodwise_again(columns, &rows, &mut self.faults) {
            self.set(column, &rows, &data.take(&rows))?;
        }
        Ok(())
    }

    /// Notes definitions that are computed again for everyone, though the part has some persons alone.
    fn note_everyone(&mut self, columns: &[ColumnId], frame: FrameId, rows: &[u32]) {
        let all = self.engine.rows(frame).len();
        let stranger = |row: &u32| self.person(frame, *row).is_some_and(|person| !self.persons.contains(&person));
        if rows.len() == all && rows.iter().any(stranger) {
            self.everyone.extend(columns);
        }
    }

    /// Makes sure that the part has all that a value on these rows rests on.
    fn prepare(&mut self, rests: &Rests<'p>, frame: FrameId, rows: &[u32]) -> Result<(), Stop> {
        if rests.on_part {
            self.require(frame, rows)?;
        }
        for (id, aggregate) in &rests.on_all {
            let sums = self.sums(*id, aggregate, rows)?;
            self.engine.known.insert(aggregate.place(), sums);
        }
        Ok(())
    }

    /// The persons of these rows have to be in the part.
    fn require(&self, frame: FrameId, rows: &[u32]) -> Result<(), Stop> {
        let persons = rows.iter().filter_map(|row| self.person(frame, *row));
        let more: BTreeSet<u32> = persons.filter(|person| !self.persons.contains(person)).collect();
        if more.is_empty() { Ok(()) } else { Err(Stop::More(more)) }
    }

    /// Sets a column on some rows; those with another value than before are noted.
    fn set(&mut self, column: ColumnId, rows: &[u32], data: &ColumnData) -> Result<(), Stop> {
        self.cells = self.cells.saturating_add(rows.len());
        let Some(before) = self.parts.base.tables.column(column) else { return Ok(()) };
        let others: Vec<(u32, u32)> = (0_u32..)
            .zip(rows)
            .filter(|(at, row)| !same((data, *at), (before, **row)))
            .map(|(at, row)| (at, *row))
            .collect();
        if others.is_empty() {
            return Ok(());
        }
        let (at, rows): (Vec<u32>, Vec<u32>) = others.into_iter().unzip();
        let mut new = before.as_ref().clone();
        new.put(&rows, &data.take(&at));
        self.engine.tables.set_column(column, new);
        if self.parts.layout.read_by_any.contains(&column) {
            return Err(Stop::Whole(Why::Spread(column)));
        }
        if self.parts.layout.read_by_own.contains(&column) {
            self.require(self.frame_of(column), &rows)?;
        }
        self.changed.insert(column, rows);
        Ok(())
    }

    /// What an aggregate over everyone's rows comes to: what it did, and what the part has more or less of.
    fn sums(&self, id: ExprId, aggregate: &'p Aggregate, rows: &[u32]) -> Result<KnownSums, Stop> {
        let whole = self.parts.whole_sums(id, aggregate)?;
        let mut faults = Vec::new();
        let at = Selection::new(aggregate.reader, rows);
        let mut of = |engine: &Engine<'_>| engine.aggregate(id, aggregate, &at, &mut faults).numbers();
        let now = of(&self.engine);
        let Some(before) = self.plain.as_ref().map(of) else { return Err(Stop::Whole(Why::Fault)) };
        let whole = whole.pick(rows.iter().copied().map(Some)).numbers();
        let there = |numbers: &Numbers| (0..rows.len()).all(|at| numbers.there().at(at));
        if !faults.is_empty() || ![&whole, &now, &before].into_iter().all(there) {
            return Err(Stop::Whole(Why::Fault));
        }
        let (more, _) = Numbers::arithmetic(Arithmetic::Minus, &now, &before);
        let (sums, _) = Numbers::arithmetic(Arithmetic::Plus, &whole, &more);
        Ok(KnownSums { rows: rows.to_vec(), values: Vector::Numbers(sums) })
    }
}

impl Parts<'_> {
    /// What everyone's rows add up to, for all that rests on it.
    pub(super) fn find_sums(&self) {
        let rests = self.layout.columns.values().chain(self.layout.ensures.values());
        for (id, aggregate) in rests.flat_map(|rests| &rests.on_all) {
            // What cannot be added up here is told by the question that needs it.
            let _ = self.whole_sums(*id, aggregate);
        }
    }

    fn whole_sums(&self, id: ExprId, aggregate: &Aggregate) -> Result<Arc<Vector>, Stop> {
        let fault = || Stop::Whole(Why::Fault);
        let place = aggregate.place();
        let known = self.kept.sums.lock().map_err(|_| fault())?.get(&place).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let mut engine = Engine::new(self.layout.program, &self.base.tables);
        engine.presence = Arc::clone(&self.presence);
        let mut faults = Vec::new();
        let all = engine.all_rows(aggregate.reader);
        let sums = Arc::new(engine.aggregate(id, aggregate, &all, &mut faults));
        if !faults.is_empty() {
            return Err(fault());
        }
        self.kept.sums.lock().map_err(|_| fault())?.insert(place, Arc::clone(&sums));
        Ok(sums)
    }
}

/// Whether two cells have the same value.
pub(super) fn same((one, row): (&ColumnData, u32), (other, other_row): (&ColumnData, u32)) -> bool {
    if one.state(row) != other.state(other_row) {
        return false;
    }
    match (one.fixed(row), other.fixed(other_row)) {
        (Some(one), Some(other)) => one == other,
        _ => one.get(row) == other.get(other_row),
    }
}

/// The code of a row of a record, the same wherever it stands among others.
pub(super) fn code(from: From) -> crate::table::Key {
    match from {
        From::Data(row) => row.into(),
        From::Added(number) => {
            crate::table::Key::from(row_number(u32::MAX as usize)).saturating_add(1).saturating_add(number.into())
        }
    }
}

/// The code of a choice that is a rule.
pub(super) fn rule_code(rule: crate::ids::RuleId) -> crate::table::Key {
    row_number(rule.index()).into()
}
