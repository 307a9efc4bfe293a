//! The engine: computes a program as whole columns, in parallel and exactly.
//!
//! It walks the phases in order, whose steps do not need each other and are computed side by side. An expression is computed for a selection of rows at once, and
//! what only some of them need is computed for those alone. Rows are divided among threads in
//! chunks of one size, so neither the results nor the faults depend on how many threads there are.
//! It shares no evaluation with the reference interpreter, against which it is checked.

mod aggregate;
mod allocate;
mod bands;
mod below;
mod chain;
mod convert;
mod credit;
mod dates;
mod days;
mod define;
mod eval;
mod flows;
mod frames;
mod groups;
mod increase;
mod index;
mod joins;
mod keys;
mod managers;
mod moved;
mod numbers;
mod order;
pub mod part;
mod previous;
mod rates;
mod read;
mod reduce;
mod selection;
mod sort;
#[cfg(test)]
mod tests;
mod unplaced;
mod vector;
mod window;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use crate::calendar::Date;
use crate::ids::{ColumnId, FrameId, Id};
use crate::program::{Compute, Phase, Program};
use crate::table::{ColumnData, Fault, Flow, Key, Results, Rows, Stopped, Tables, UnplacedRows, row_number};
use crate::types::expr::Expr;
use crate::types::model::Model;
use selection::Selection;

/// Computes all values of a program from its data.
///
/// # Errors
/// A step that goes wrong on some rows is the last: its faults come back, one for each row, in order
/// of frame and row, with what was computed before.
pub fn run(program: &Program, tables: &Tables) -> Result<Results, Stopped> {
    let mut engine = Engine::new(program, tables);
    match engine.compute_all(program) {
        Ok(flows) => {
            let unplaced = engine.unplaced(|_| true);
            Ok(engine.results(flows, unplaced))
        }
        Err(faults) => Err(Stopped { faults, so_far: Box::new(engine.results(BTreeMap::new(), Vec::new())) }),
    }
}

/// The days on which each person, by row of the people's record, is in the plan, of the days of the plan:
/// stretches with a first and a last day. The people in the plan are known already.
pub fn days_in_plan(program: &Program, results: &Tables) -> Vec<Vec<(Date, Date)>> {
    let mut engine = Engine::new(program, results);
    engine.find_presence(&mut Vec::new());
    engine.days_in_plan()
}

/// Whom the values of an earning or a payment belong to and when they happen, once they are computed; none for other
/// definitions.
pub fn flow(program: &Program, results: &Tables, column: ColumnId) -> Option<Flow> {
    let engine = Engine::new(program, results);
    engine.flow(column, program.model.columns.at(column), &mut Vec::new())
}

/// Which rows fall to which key, once all is computed.
pub struct Groupings<'a> {
    engine: Engine<'a>,
}

impl<'a> Groupings<'a> {
    /// Over what was computed of a program.
    pub fn new(program: &'a Program, results: &Tables) -> Self {
        let mut engine = Engine::new(program, results);
        engine.find_presence(&mut Vec::new());
        Self { engine }
    }

    /// The rows of a frame on which all conditions hold, or of which one does not, by the keys that expressions give;
    /// without those that lack a part. Nothing where one of them cannot be computed.
    pub fn rows_by_key(
        &self,
        frame: FrameId,
        conditions: &[Expr],
        hold: bool,
        group: &[Expr],
    ) -> Option<HashMap<Vec<Key>, Vec<u32>>> {
        let mut faults = Vec::new();
        let all = self.engine.all_rows(frame);
        let mut standing = self.engine.standing(conditions, &all, &mut faults);
        if !hold {
            let mut holds = standing.into_iter().peekable();
            standing = (0..row_number(all.len())).filter(|row| holds.next_if_eq(row).is_none()).collect();
        }
        let members = all.pick(&standing);
        let parts: Vec<Vec<Option<Key>>> =
            group.iter().map(|part| self.engine.eval(part, &members, &mut faults).keys()).collect();
        if !faults.is_empty() {
            return None;
        }
        let (mut groups, mut key) = (HashMap::<Vec<Key>, Vec<u32>>::new(), Vec::new());
        for (position, row) in members.rows.iter().enumerate() {
            if read::key_at(&parts, position, &mut key).is_some() {
                match groups.get_mut(&key) {
                    Some(rows) => rows.push(*row),
                    None => {
                        groups.insert(key.clone(), vec![*row]);
                    }
                }
            }
        }
        Some(groups)
    }
}

/// What has been computed so far.
struct Engine<'a> {
    model: &'a Model,
    tables: Tables,
    /// The rows of a record without data.
    nothing: Rows,
    /// The columns being computed period by period.
    building: HashMap<ColumnId, define::Building>,
    credits: Vec<credit::Credits>,
    /// When people are in the plan, where that is asked day by day.
    presence: Arc<days::Presence>,
    /// By row of the people's record whether credits of the person are made, where not all of them are.
    only: Option<Arc<[bool]>>,
    /// What some aggregates come to on some rows, by where these stand.
    known: HashMap<usize, aggregate::KnownSums>,
    /// The groups of the step's aggregates, by where these stand.
    groupings: Mutex<HashMap<usize, Arc<aggregate::Grouping>>>,
    /// Where the rows of large frames lead.
    joins: Vec<joins::Join>,
    /// The last lines of running sums, which several definitions may go through.
    kept_lines: Mutex<Option<order::KeptLines>>,
    /// The rows of the records that are tables of rates, by their keys.
    record_tables: Mutex<HashMap<crate::ids::RatesId, Arc<bands::ByKey>>>,
}

impl<'a> Engine<'a> {
    fn new(program: &'a Program, tables: &Tables) -> Self {
        Engine::over(program, tables.clone())
    }

    fn over(program: &'a Program, tables: Tables) -> Self {
        Engine {
            model: &program.model,
            tables,
            nothing: Rows::default(),
            building: HashMap::new(),
            credits: Vec::new(),
            presence: Arc::default(),
            only: None,
            known: HashMap::new(),
            groupings: Mutex::default(),
            joins: Vec::new(),
            kept_lines: Mutex::default(),
            record_tables: Mutex::default(),
        }
    }

    /// The rows of a frame.
    fn rows(&self, frame: FrameId) -> &Rows {
        self.tables.rows(frame).map_or(&self.nothing, |rows| rows)
    }

    /// All rows of a frame, to compute with.
    fn all_rows(&self, frame: FrameId) -> Selection<'static> {
        Selection::range(frame, self.rows(frame).all())
    }

    fn compute_all(&mut self, program: &Program) -> Result<BTreeMap<ColumnId, Flow>, Vec<Fault>> {
        let mut faults = Vec::new();
        self.find_presence(&mut faults);
        self.derive_frames(&mut faults);
        sound(faults)?;
        self.phases(program, |_| true)?;
        self.flows(|_| true)
    }

    /// Computes the steps of a program that are wanted.
    fn phases(&mut self, program: &Program, wanted: impl Fn(&Compute) -> bool) -> Result<(), Vec<Fault>> {
        let wanted = |phase: &Phase| phase.steps.iter().filter(|step| wanted(step)).cloned().collect::<Vec<Compute>>();
        program.phases.iter().map(wanted).try_for_each(|steps| self.phase(&steps))
    }

    fn results(mut self, flows: BTreeMap<ColumnId, Flow>, unplaced: Vec<UnplacedRows>) -> Results {
        let (credits, history) = (self.credit_rows(), self.history_rows());
        let outcomes = self.take_outcomes();
        Results { tables: self.tables, credits, history, outcomes, unplaced, flows }
    }

    /// Computes the steps of a phase: side by side what can be, and puts them in their places in order.
    /// The first on which something goes wrong is the last.
    fn phase(&mut self, steps: &[Compute]) -> Result<(), Vec<Fault>> {
        self.groupings = Mutex::default();
        for step in steps {
            if let Compute::Column(column) = step {
                self.find_joins_of(*column);
            }
        }
        let made: Vec<Vec<(usize, Made, Vec<Fault>)>> =
            self.works(steps).into_par_iter().map(|work| self.make(&work)).collect();
        let mut made: Vec<(usize, Made, Vec<Fault>)> = made.into_iter().flatten().collect();
        made.sort_by_key(|(place, ..)| *place);
        for (step, (_, made, mut faults)) in steps.iter().zip(made) {
            self.place(step, made, &mut faults);
            sound(faults)?;
        }
        Ok(())
    }

    /// The steps of a phase with their places in it, those together that are computed row by row on one frame.
    fn works<'s>(&self, steps: &'s [Compute]) -> Vec<Work<'s>> {
        let mut works: Vec<Work> = Vec::new();
        let mut rows_of: HashMap<FrameId, usize> = HashMap::new();
        for (place, step) in steps.iter().enumerate() {
            match step {
                Compute::Column(column) if self.is_row_by_row(*column) => {
                    let frame = self.model.columns.at(*column).frame;
                    let work = *rows_of.entry(frame).or_insert(works.len());
                    match works.get_mut(work) {
                        Some(Work::Rows(columns)) => columns.push((place, *column)),
                        _ => works.push(Work::Rows(vec![(place, *column)])),
                    }
                }
                step => works.push(Work::Step(place, step)),
            }
        }
        works
    }

    /// Computes steps as far as they can be without changing anything.
    fn make(&self, work: &Work) -> Vec<(usize, Made, Vec<Fault>)> {
        let mut faults = Vec::new();
        let (place, made) = match work {
            Work::Rows(columns) => {
                let (places, columns): (Vec<usize>, Vec<ColumnId>) = columns.iter().copied().unzip();
                let computed = places.into_iter().zip(self.define_rows(&columns));
                return computed.map(|(place, (data, faults))| (place, Made::Column(data), faults)).collect();
            }
            Work::Step(place, Compute::Column(column)) => (place, Made::Column(self.define(*column, &mut faults))),
            Work::Step(place, Compute::Rule(rule)) => {
                let credits = self.credits(*rule, &mut faults);
                (place, credits.map_or(Made::Nothing, |credits| Made::Credits(Box::new(credits))))
            }
            Work::Step(place, Compute::Ensure(ensure)) => {
                self.ensure(*ensure, &mut faults);
                (place, Made::Nothing)
            }
            Work::Step(place, Compute::Credits | Compute::Frame(_) | Compute::Periodwise(_)) => (place, Made::Nothing),
        };
        vec![(*place, made, faults)]
    }

    /// Puts what a step made in its place, and does what is left of it.
    fn place(&mut self, step: &Compute, made: Made, faults: &mut Vec<Fault>) {
        match (step, made) {
            (Compute::Column(column), Made::Column(data)) => self.tables.set_column(*column, data),
            (Compute::Rule(_), Made::Credits(credits)) => self.credits.push(*credits),
            (Compute::Rule(rule), _) => self.rule_for_managers(*rule, faults),
            (Compute::Credits, _) => self.unite_credits(),
            (Compute::Frame(frame), _) => self.occurring(*frame, faults),
            (Compute::Periodwise(columns), _) => self.periodwise(columns, faults),
            (Compute::Column(_) | Compute::Ensure(_), _) => {}
        }
    }
}

/// Steps of a phase, each with its place in it, that are computed together.
enum Work<'s> {
    /// Definitions of one frame, row by row.
    Rows(Vec<(usize, ColumnId)>),
    Step(usize, &'s Compute),
}

/// What a step made.
enum Made {
    /// The column of a definition.
    Column(ColumnData),
    /// The credits of a rule.
    Credits(Box<credit::Credits>),
    /// Nothing yet, or nothing at all.
    Nothing,
}

/// No faults, or the first of each row in order: what follows on a row may come of it.
fn sound(mut faults: Vec<Fault>) -> Result<(), Vec<Fault>> {
    let mut seen = HashSet::new();
    faults.retain(|fault| seen.insert((fault.frame, fault.row)));
    faults.sort_by_key(|fault| (fault.frame.index(), fault.row, fault.expr.index()));
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}
