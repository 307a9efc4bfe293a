//! The rows of a part: those that lead to its persons, with all that they refer to and that refers to them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use super::Why;
use super::homes::{Home, Link, person_part};
use super::layout::Layout;
use crate::data::{AddedRows, SomeRows, some_rows};
use crate::engine::Engine;
use crate::engine::aggregate::Grouping;
use crate::engine::days::Presence;
use crate::engine::index::ByNumber;
use crate::engine::selection::Selection;
use crate::engine::vector::Vector;
use crate::ids::{FrameId, RecordId};
use crate::program::{Compute, Program};
use crate::table::{Fault, Results, Tables, row_number};
use crate::types::expr::Expr;

/// A part of more rows than this is worth no part where it is most of them.
const MANY_ROWS: usize = 200_000;

/// A program with all its values, of which parts are computed again.
pub struct Parts<'p> {
    pub(super) layout: Layout<'p>,
    pub(super) base: &'p Results,
    /// What stays: all but the frames that come in parts.
    pub(super) stable: Tables,
    pub(super) presence: Arc<Presence>,
    /// By frame that stays and has persons in its key: the rows of each.
    pub(super) rows_of: HashMap<FrameId, ByNumber>,
    /// By record in parts, the rows that lead to each person, one way after another.
    leads: BTreeMap<RecordId, Vec<ByNumber>>,
    /// By reference between records in parts, the rows that refer to each.
    children: Vec<(Link, ByNumber)>,
    pub(super) kept: Kept,
}

/// What questions find out and other questions need again, by where it stands in the program.
#[derive(Default)]
pub(super) struct Kept {
    /// What an aggregate comes to on all rows of its reader.
    pub sums: Mutex<HashMap<usize, Arc<Vector>>>,
    /// By row that a key leads to: those from which it does.
    pub ways: Mutex<HashMap<usize, Arc<ByNumber>>>,
    /// The groups of aggregates over rows that stay.
    pub groupings: Mutex<HashMap<usize, Arc<Grouping>>>,
    /// Who is above whom.
    pub trees: Mutex<HashMap<usize, Arc<super::dirty::Above>>>,
}

impl<'p> Parts<'p> {
    /// Of a program and all its values, where rows of these records are asked about.
    ///
    /// # Errors
    /// Why values cannot be computed in parts.
    pub fn of(program: &'p Program, base: &'p Results, asked: &BTreeSet<RecordId>) -> Result<Parts<'p>, Why> {
        let layout = Layout::of(program, asked)?;
        let mut engine = Engine::new(program, &base.tables);
        engine.find_presence(&mut Vec::new());
        let leads = leads(&layout, &engine)?;
        let children = children(&layout, &base.tables);
        let model = &program.model;
        let (_, rows_of) = rows_of_persons(&layout, &base.tables);
        let mut stable = base.tables.clone();
        stable.file_rows = HashMap::new();
        for frame in model.frames.ids().filter(|frame| layout.homes.flows(*frame)) {
            stable.remove_rows(frame);
        }
        for (id, column) in model.columns.pairs() {
            if layout.homes.flows(column.frame) {
                stable.remove_column(id);
            }
        }
        let presence = Arc::clone(&engine.presence);
        Ok(Parts { layout, base, stable, presence, rows_of, leads, children, kept: Kept::default() })
    }

    /// The data of some persons, and these rows among it.
    pub(super) fn rows_for(&self, persons: &BTreeSet<u32>, added: &[AddedRows]) -> Result<SomeRows, Why> {
        let mut wanted: BTreeMap<RecordId, BTreeSet<u32>> = BTreeMap::new();
        for record in &self.layout.homes.records {
            let ways = self.leads.get(record).into_iter().flatten();
            let rows = ways.flat_map(|way| persons.iter().flat_map(|person| way.at(*person)));
            wanted.insert(*record, rows.copied().collect());
        }
        for link in &self.layout.homes.links {
            for added in added.iter().filter(|added| added.record == link.child) {
                wanted.entry(link.parent).or_default().extend(added.references(link.column));
            }
        }
        self.close(&mut wanted);
        let count: usize = wanted.values().map(BTreeSet::len).sum();
        let all: usize =
            wanted.keys().filter_map(|record| self.base.tables.rows(self.frame(*record))).map(|r| r.len()).sum();
        if count > MANY_ROWS && count.saturating_mul(2) > all {
            return Err(Why::Size);
        }
        let wanted = wanted.into_iter().map(|(record, rows)| (record, rows.into_iter().collect())).collect();
        Ok(some_rows(self.layout.program, &self.base.tables, &wanted, added))
    }

    /// By row of the people's record whether it is one of these persons.
    pub(super) fn marked(&self, persons: &BTreeSet<u32>) -> Arc<[bool]> {
        let people = people_count(self.layout.program, &self.base.tables);
        (0..row_number(people)).map(|person| persons.contains(&person)).collect()
    }

    fn frame(&self, record: RecordId) -> FrameId {
        self.layout.program.model.records.at(record).frame
    }

    /// Takes with the rows all that they refer to and that refers to them.
    fn close(&self, wanted: &mut BTreeMap<RecordId, BTreeSet<u32>>) {
        loop {
            let mut more: Vec<(RecordId, u32)> = Vec::new();
            for (link, children) in &self.children {
                let parents = wanted.get(&link.parent).into_iter().flatten();
                more.extend(parents.flat_map(|parent| children.at(*parent)).map(|row| (link.child, *row)));
                let Some(column) = self.base.tables.column(link.column) else { continue };
                let rows = wanted.get(&link.child).into_iter().flatten();
                let parent = |row: &u32| match column.get(*row) {
                    Some(crate::table::Value::Row(parent)) => Some((link.parent, parent)),
                    _ => None,
                };
                more.extend(rows.filter_map(parent));
            }
            let mut grew = false;
            for (record, row) in more {
                grew |= wanted.entry(record).or_default().insert(row);
            }
            if !grew {
                return;
            }
        }
    }

    /// The persons to whom rows lead that are asked about, and those that come with them.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub(super) fn persons_of(&self, added: &[AddedRows]) -> Result<BTreeSet<u32>, Why> {
        let mut engine = self.engine(&BTreeSet::new(), added)?.0;
        let mut faults = Vec::new();
        let rows = |frame| matches!(self.layout.homes.at(frame), Home::Rows(_));
        find_ways(&self.layout, &mut engine, rows, &mut faults);
        let mut persons = BTreeSet::new();
        for (frame, paths) in &self.layout.paths {
            let at = engine.all_rows(*frame);
            for path in paths {
                persons.extend(engine.eval(path, &at, &mut faults).indices().into_iter().flatten());
            }
        }
        if faults.is_empty() { Ok(persons) } else { Err(Why::Fault) }
    }

    /// An engine on the data of some persons, and where the rows come from.
    pub(super) fn engine(&self, persons: &BTreeSet<u32>, added: &[AddedRows]) -> Result<(Engine<'p>, SomeRows), Why> {
        let rows = self.rows_for(persons, added)?;
        let mut tables = self.stable.clone();
        tables.take_from(&rows.tables);
        let mut engine = Engine::over(self.layout.program, tables);
        engine.presence = Arc::clone(&self.presence);
        engine.only = Some(self.marked(persons));
        let mut faults = Vec::new();
        engine.derive_some(|frame| self.layout.homes.flows(frame), &mut faults);
        if faults.is_empty() { Ok((engine, rows)) } else { Err(Why::Fault) }
    }
}

/// How many rows the record of the people has.
fn people_count(program: &Program, tables: &Tables) -> usize {
    let frame = program.model.records.at(program.model.plan.people).frame;
    tables.rows(frame).map_or(0, |rows| rows.len())
}

/// How many rows the record of the people has; and by frame that stays and has persons in its key, the rows of each.
pub(super) fn rows_of_persons(layout: &Layout<'_>, tables: &Tables) -> (usize, HashMap<FrameId, ByNumber>) {
    let model = layout.model();
    let (people, mut rows_of) = (people_count(layout.program, tables), HashMap::new());
    for frame in model.frames.ids().filter(|frame| !layout.homes.flows(*frame)) {
        let (Some(part), Some(rows)) = (person_part(model, frame), tables.rows(frame)) else { continue };
        let person = |row: u32| rows.key(row).get(part).and_then(|key| u32::try_from(*key).ok());
        let pairs = rows.all().filter_map(|row| Some((person(row)?, row)));
        rows_of.insert(frame, ByNumber::of(people, pairs));
    }
    (people, rows_of)
}

/// Computes what the ways to persons rest on, on the rows of records in parts.
pub(super) fn find_ways(
    layout: &Layout<'_>,
    engine: &mut Engine<'_>,
    on: impl Fn(FrameId) -> bool,
    faults: &mut Vec<Fault>,
) {
    let program = layout.program;
    for step in program.phases.iter().flat_map(|phase| &phase.steps) {
        if let Compute::Column(column) = step
            && on(program.model.columns.at(*column).frame)
            && layout.paths.values().flatten().any(|path| super::dirty::rests_on(program, path, *column))
        {
            let data = engine.define_one(*column, faults);
            engine.tables.set_column(*column, data);
        }
    }
}

/// The rows of a record with the persons to whom a path leads from rows of a frame, which is its own or made of it.
pub(super) fn led_to(
    layout: &Layout<'_>,
    engine: &Engine<'_>,
    (frame, record): (FrameId, RecordId),
    path: &Expr,
    faults: &mut Vec<Fault>,
) -> Vec<(u32, u32)> {
    let at: Selection<'_> = engine.all_rows(frame);
    let is_record = layout.model().records.at(record).frame == frame;
    let rows = engine.rows(frame);
    let persons = engine.eval(path, &at, faults).indices();
    let root = |row: u32| match is_record {
        true => Some(row),
        false => rows.key(row).first().and_then(|key| u32::try_from(*key).ok()),
    };
    persons.iter().zip(0_u32..).filter_map(|(person, row)| Some((root(row)?, (*person)?))).collect()
}

/// The rows that lead to each person.
fn leads(layout: &Layout<'_>, engine: &Engine<'_>) -> Result<BTreeMap<RecordId, Vec<ByNumber>>, Why> {
    let mut leads: BTreeMap<RecordId, Vec<ByNumber>> = BTreeMap::new();
    let count = people_count(layout.program, &engine.tables);
    for (frame, paths) in &layout.paths {
        let Home::Rows(record) = layout.homes.at(*frame) else { continue };
        for path in paths {
            let mut faults = Vec::new();
            let pairs = led_to(layout, engine, (*frame, *record), path, &mut faults);
            if !faults.is_empty() {
                return Err(Why::Fault);
            }
            let pairs = pairs.into_iter().map(|(row, person)| (person, row));
            leads.entry(*record).or_default().push(ByNumber::of(count, pairs));
        }
    }
    Ok(leads)
}

fn children(layout: &Layout<'_>, tables: &Tables) -> Vec<(Link, ByNumber)> {
    let child = |link: &Link| {
        let parents = tables.rows(layout.program.model.records.at(link.parent).frame)?.len();
        let column = tables.column(link.column)?;
        let parent = |row: u32| match column.get(row) {
            Some(crate::table::Value::Row(parent)) => Some((parent, row)),
            _ => None,
        };
        let pairs = (0..crate::table::row_number(column.len())).filter_map(parent);
        Some((*link, ByNumber::of(parents, pairs)))
    };
    layout.homes.links.iter().filter_map(child).collect()
}
