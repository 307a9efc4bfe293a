//! All parts of a program, computed in turn: what is held at once is one part, and the frames of people and periods.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use super::Why;
use super::homes::Home;
use super::split::{Split, When};
use crate::engine::aggregate::KnownSums;
use crate::engine::days::Presence;
use crate::engine::define::Building;
use crate::engine::index::ByNumber;
use crate::engine::numbers::Numbers;
use crate::engine::selection::Selection;
use crate::engine::vector::Vector;
use crate::engine::{Engine, sound};
use crate::ids::{ColumnId, FrameId, RecordId};
use crate::program::{Compute, Program};
use crate::table::{DataFile, Fault, Results, State, Stopped, Tables, row_number};
use crate::types::expr::Arithmetic;

/// How a program is computed in parts.
pub struct Divided<'p> {
    split: Split<'p>,
}

/// A program whose parts are computed in turn.
pub struct Turns<'p> {
    split: Split<'p>,
    /// All that rests on no row in parts.
    base: Tables,
    presence: Arc<Presence>,
    /// By frame that stays and has persons in its key: the rows of each.
    rows_of: HashMap<FrameId, ByNumber>,
    people: usize,
    /// What was found of definitions on rows that stay.
    own: HashMap<ColumnId, Vec<Found>>,
    /// The same of each total.
    totals: Vec<Vec<Found>>,
}

/// What a part came to.
pub struct Came {
    /// All that rests on the rows of its persons alone.
    pub results: Results,
    /// What it says of rows that stay, by definition, and of each total.
    own: Vec<(ColumnId, Found)>,
    totals: Vec<Found>,
}

/// Values on some rows.
struct Found {
    rows: Vec<u32>,
    values: Vector,
}

impl<'p> Divided<'p> {
    /// With the rows of these records in parts, and of those that credits are made of.
    ///
    /// # Errors
    /// Why it cannot be computed in parts.
    pub fn of(program: &'p Program, records: &BTreeSet<RecordId>) -> Result<Divided<'p>, Why> {
        Ok(Divided { split: Split::of(program, records)? })
    }

    /// The records whose rows come in parts.
    pub fn records(&self) -> &BTreeSet<RecordId> {
        &self.split.layout.homes.records
    }

    /// Begins with the data of all other records: computes what rests on these alone.
    ///
    /// # Errors
    /// What goes wrong.
    pub fn begin(self, tables: &Tables) -> Result<Turns<'p>, Stopped> {
        let Divided { split } = self;
        let program = split.layout.program;
        let mut engine = Engine::new(program, tables);
        let mut faults = Vec::new();
        engine.find_presence(&mut faults);
        engine.derive_some(|frame| !split.layout.homes.flows(frame), &mut faults);
        let computed = sound(faults).and_then(|()| engine.phases(program, |step| split.when(step) == When::Before));
        let presence = Arc::clone(&engine.presence);
        let base = finished(engine, computed)?.tables;
        let (people, rows_of) = super::data::rows_of_persons(&split.layout, &base);
        let totals = split.totals.iter().map(|_| Vec::new()).collect();
        Ok(Turns { split, base, presence, rows_of, people, own: HashMap::new(), totals })
    }
}

impl Turns<'_> {
    /// The rows of people and periods, and what rests on no row in parts.
    pub fn base(&self) -> &Tables {
        &self.base
    }

    /// Notes a data file whose rows come in parts.
    pub fn add_file(&mut self, file: DataFile) {
        self.base.files.push(file);
        self.base.files.sort_by_key(|file| file.record);
    }

    /// The frames whose rows come in parts.
    pub fn frames(&self) -> BTreeSet<FrameId> {
        let frames = self.split.layout.model().frames.ids();
        frames.filter(|frame| self.split.layout.homes.flows(*frame)).collect()
    }

    /// How many rows the people's record has.
    pub fn people(&self) -> usize {
        self.people
    }

    /// The rows of a record that lead to persons, with these, in order: of tables that hold some of its rows.
    ///
    /// # Errors
    /// What goes wrong on the way.
    pub fn leads(&self, record: RecordId, tables: &Tables) -> Result<Vec<(u32, u32)>, Stopped> {
        let layout = &self.split.layout;
        let is_its = |frame: FrameId| *layout.homes.at(frame) == Home::Rows(record);
        let (mut engine, mut faults) = (self.engine(tables), Vec::new());
        engine.derive_some(is_its, &mut faults);
        super::data::find_ways(layout, &mut engine, is_its, &mut faults);
        let mut leads = Vec::new();
        for (frame, paths) in layout.paths.iter().filter(|(frame, _)| is_its(**frame)) {
            for path in paths {
                leads.extend(super::data::led_to(layout, &engine, (*frame, record), path, &mut faults));
            }
        }
        finished(engine, sound(faults))?;
        // Each way gives its rows in order: to put them together, a sort that sees that is faster.
        leads.sort();
        leads.dedup();
        Ok(leads)
    }

    /// An engine on the rows of some records in parts.
    fn engine(&self, tables: &Tables) -> Engine<'_> {
        let mut own = self.base.clone();
        own.take_from(tables);
        own.file_rows.extend(tables.file_rows.iter().map(|(frame, rows)| (*frame, rows.clone())));
        let mut engine = Engine::over(self.split.layout.program, own);
        engine.presence = Arc::clone(&self.presence);
        engine
    }

    /// Computes what rests on the rows of these persons alone. The tables hold the rows of the records in parts that
    /// lead to them.
    ///
    /// # Errors
    /// What goes wrong.
    pub fn part(&self, persons: Range<u32>, tables: &Tables) -> Result<Came, Stopped> {
        let here: Arc<[bool]> = (0..row_number(self.people)).map(|person| persons.contains(&person)).collect();
        let mut engine = self.engine(tables);
        engine.only = Some(here);
        let mut own = Vec::new();
        let computed = self.compute(&mut engine, &persons, &mut own);
        let ended = computed.and_then(|totals| Ok((totals, engine.flows(|frame| self.flows(frame))?)));
        let (totals, flows) = match ended {
            Ok(ended) => ended,
            Err(faults) => return Err(stopped(engine, faults)),
        };
        let unplaced = engine.unplaced(|frame| self.flows(frame));
        Ok(Came { results: engine.results(flows, unplaced), own, totals })
    }

    /// Notes what a part says of what rests on several; parts are noted in order.
    pub fn note(&mut self, came: Came) -> Results {
        came.own.into_iter().for_each(|(column, found)| self.own.entry(column).or_default().push(found));
        self.keep_totals(came.totals);
        came.results
    }

    fn flows(&self, frame: FrameId) -> bool {
        self.split.layout.homes.flows(frame)
    }

    /// The steps of a part, then what it adds to the totals.
    fn compute(
        &self,
        engine: &mut Engine<'_>,
        persons: &Range<u32>,
        found: &mut Vec<(ColumnId, Found)>,
    ) -> Result<Vec<Found>, Vec<Fault>> {
        let mut faults = Vec::new();
        engine.derive_some(|frame| self.flows(frame), &mut faults);
        sound(faults)?;
        for phase in &self.split.layout.program.phases {
            let steps: Vec<Compute> =
                phase.steps.iter().filter(|step| self.split.when(step) == When::Part).cloned().collect();
            engine.phase(&steps)?;
            for step in phase.steps.iter().filter(|step| self.split.when(step) == When::Own) {
                self.compute_own(engine, step, persons, found)?;
            }
        }
        let mut faults = Vec::new();
        let totals = self.split.totals.iter().map(|total| {
            let reader = total.aggregate.reader;
            let rows = if total.own { self.rows_of(reader, persons) } else { engine.rows(reader).all().collect() };
            let values =
                engine.aggregate(total.expr, total.aggregate, &Selection::new(reader, rows.as_slice()), &mut faults);
            Found { rows, values }
        });
        let totals = totals.collect();
        sound(faults)?;
        Ok(totals)
    }

    /// Computes definitions on rows that stay, on those of the part's persons.
    fn compute_own(
        &self,
        engine: &mut Engine<'_>,
        step: &Compute,
        persons: &Range<u32>,
        found: &mut Vec<(ColumnId, Found)>,
    ) -> Result<(), Vec<Fault>> {
        let columns: &[ColumnId] = match step {
            Compute::Column(column) => std::slice::from_ref(column),
            Compute::Periodwise(columns) => columns,
            Compute::Rule(_) | Compute::Credits | Compute::Frame(_) | Compute::Ensure(_) => return Ok(()),
        };
        let Some(frame) = columns.first().map(|column| engine.model.columns.at(*column).frame) else { return Ok(()) };
        let (rows, mut faults) = (self.rows_of(frame, persons), Vec::new());
        let made = match step {
            Compute::Periodwise(_) => engine.periodwise_on(columns, &rows, &mut faults),
            _ => columns.iter().map(|column| (*column, engine.define_on(*column, &rows, &mut faults))).collect(),
        };
        sound(faults)?;
        for (column, data) in made {
            let rows: Vec<u32> = rows.iter().copied().filter(|row| data.state(*row) != State::NoRow).collect();
            let values = Vector::gather(&data, &rows);
            found.push((column, Found { rows, values }));
            engine.tables.set_column(column, data);
        }
        Ok(())
    }

    /// The rows of a frame that belong to these persons.
    fn rows_of(&self, frame: FrameId, persons: &Range<u32>) -> Vec<u32> {
        let Some(rows) = self.rows_of.get(&frame) else { return Vec::new() };
        let mut rows: Vec<u32> = persons.clone().flat_map(|person| rows.at(person)).copied().collect();
        rows.sort_unstable();
        rows
    }

    /// Adds what a part comes to: the rows of its persons, or to the sums over everyone.
    fn keep_totals(&mut self, found: Vec<Found>) {
        for ((total, known), found) in self.split.totals.iter().zip(&mut self.totals).zip(found) {
            match known.last_mut().filter(|_| !total.own) {
                Some(sum) => {
                    let all = std::mem::replace(&mut sum.values, Vector::Blank(0)).numbers();
                    let (all, _) = Numbers::arithmetic(Arithmetic::Plus, &all, &found.values.numbers());
                    sum.values = Vector::Numbers(all);
                }
                None => known.push(found),
            }
        }
    }

    /// Computes what rests on several persons, behind all parts.
    ///
    /// # Errors
    /// What goes wrong.
    pub fn rest(mut self) -> Result<Results, Stopped> {
        let program = self.split.layout.program;
        let mut tables = self.base.clone();
        for (column, found) in std::mem::take(&mut self.own) {
            let declared = program.model.columns.at(column);
            let count = tables.rows(declared.frame).map_or(0, |rows| rows.len());
            let (rows, values) = together(found);
            let mut building = Building::new(count);
            building.put(&rows, values);
            tables.set_column(column, building.finish(declared));
        }
        let mut engine = Engine::over(program, tables);
        engine.presence = Arc::clone(&self.presence);
        for (total, found) in self.split.totals.iter().zip(std::mem::take(&mut self.totals)) {
            let (rows, found) = together(found);
            let mut values = Vector::Blank(engine.rows(total.aggregate.reader).len());
            values.put(rows.into_iter(), found);
            let rows = engine.rows(total.aggregate.reader).all().collect();
            engine.known.insert(total.aggregate.place(), KnownSums { rows, values });
        }
        let computed = engine.phases(program, |step| self.split.when(step) == When::Behind);
        match computed.and_then(|()| engine.flows(|frame| !self.flows(frame))) {
            Ok(flows) => {
                let unplaced = engine.unplaced(|frame| !self.flows(frame));
                Ok(engine.results(flows, unplaced))
            }
            Err(faults) => Err(stopped(engine, faults)),
        }
    }
}

/// All values found, one after another.
fn together(found: Vec<Found>) -> (Vec<u32>, Vector) {
    let (rows, values): (Vec<Vec<u32>>, Vec<Vector>) =
        found.into_iter().map(|found| (found.rows, found.values)).unzip();
    (rows.concat(), Vector::concat(values))
}

fn finished(engine: Engine<'_>, ended: Result<(), Vec<Fault>>) -> Result<Results, Stopped> {
    match ended {
        Ok(()) => Ok(engine.results(BTreeMap::new(), Vec::new())),
        Err(faults) => Err(stopped(engine, faults)),
    }
}

fn stopped(engine: Engine<'_>, faults: Vec<Fault>) -> Stopped {
    Stopped { faults, so_far: Box::new(engine.results(BTreeMap::new(), Vec::new())) }
}
