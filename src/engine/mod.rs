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

/// The same for a run folder, without the definitions that it does not hold: room is made for others as soon as nothing
/// reads them any more.
///
/// # Errors
/// Those of [`run`], with all that was computed before.
pub fn run_to_keep(program: &Program, tables: &Tables) -> Result<Results, Stopped> {
    let mut engine = Engine::new(program, tables);
    engine.forgets = true;
    // What went wrong is told with the values that led to it.
    let Ok(flows) = engine.compute_all(program) else { return run(program, tables) };
    let unplaced = engine.unplaced(|_| true);
    let mut results = engine.results(flows, unplaced);
    results.forget_lets(&program.model);
    Ok(results)
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
    /// Whether definitions that no run folder holds are forgotten once they are read for the last time.
    forgets: bool,
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
            forgets: false,
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
        for Phase { steps, read_last } in &program.phases {
            let steps: Vec<Compute> = steps.iter().filter(|step| wanted(step)).cloned().collect();
            self.phase(&steps)?;
            if self.forgets {
                read_last.iter().for_each(|column| self.tables.remove_column(*column));
            }
        }
        Ok(())
    }

    fn results(mut self, flows: BTreeMap<ColumnId, Flow>, unplaced: Vec<UnplacedRows>) -> Results {
        let (credits, history) = (self.credit_rows(), self.history_rows());
        let outcomes = self.take_outcomes();
        Results { tables: self.tables, credits, history, outcomes, unplaced, flows }
    }

    /// Computes steps none of which needs another: side by side what can be, and puts them in their places in order.
    /// The first on which something goes wrong is the last.
    fn phase(&mut self, steps: &[Compute]) -> Result<(), Vec<Fault>> {
        self.groupings = Mutex::default();
        for step in steps {
            if let Compute::Column(column) = step {
                self.find_joins_of(*column);
            }
        }
        let made: Vec<(Made, Vec<Fault>)> = steps.par_iter().map(|step| self.make(step)).collect();
        for (step, (made, mut faults)) in steps.iter().zip(made) {
            self.place(step, made, &mut faults);
            sound(faults)?;
        }
        Ok(())
    }

    /// Computes a step as far as it can be without changing anything.
    fn make(&self, step: &Compute) -> (Made, Vec<Fault>) {
        let mut faults = Vec::new();
        let made = match step {
            Compute::Column(column) => Made::Column(self.define(*column, &mut faults)),
            Compute::Rule(rule) => {
                self.credits(*rule, &mut faults).map_or(Made::Nothing, |credits| Made::Credits(Box::new(credits)))
            }
            Compute::Ensure(ensure) => {
                self.ensure(*ensure, &mut faults);
                Made::Nothing
            }
            Compute::Credits | Compute::Frame(_) | Compute::Periodwise(_) => Made::Nothing,
        };
        (made, faults)
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
