//! The reference interpreter: what a plan means, in the plainest code there is.
//!
//! It computes one cell at a time, exactly, and can say how it came to it. The engine is checked
//! against it, and every trace is made by it. It shares no evaluation code with the engine.

mod aggregate;
mod allocate;
mod bands;
mod cell;
mod credit;
mod dates;
mod days;
mod eval;
mod frames;
mod increase;
mod managers;
mod moved;
mod note;
mod order;
mod rates;
mod tracer;
mod unplaced;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::calendar::Date;
use crate::ids::{ColumnId, ExprId, FrameId, RatesId};
use crate::keys;
use crate::program::{Compute, Program};
use crate::step::{Amount, FORMAT, Formula, Step, Trace};
use crate::table::{ColumnData, Fault, Flow, Key, Results, State, Tables, Value};
use crate::types::expr::{Expr, Op};
use crate::types::model::{FrameRows, Origin, Type};

pub use tracer::{Told, Traced, Tracer};

/// A value or the fault in computing it.
pub type Computed<T> = Result<T, Fault>;

/// A computed cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Whether it has a value, and a row at all.
    pub state: State,
    /// The value, rounded as named.
    pub value: Option<Value>,
    /// Its step, when steps are kept.
    noted: Option<Noted>,
}

/// A step that was noted: its id, and its value as it shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Noted {
    step: String,
    shown: Option<Amount>,
    /// Whether it rests on the first rows of a group alone.
    first: bool,
}

/// Where an expression is computed.
#[derive(Clone, Debug)]
struct At {
    frame: FrameId,
    row: u32,
    /// Within an increase: the rows of the group that count.
    first: Option<Rc<First>>,
}

/// The first rows of a group, which alone count when its target is recomputed.
#[derive(Debug)]
struct First {
    /// The increase whose group it is.
    increase: ExprId,
    /// The frame of the member rows.
    members: FrameId,
    /// How many of the group count.
    count: u32,
    /// The group, in order.
    group: Rc<Vec<u32>>,
}

/// A computed expression, with how it came about when steps are kept.
struct Out {
    value: Option<Value>,
    formula: Option<Formula>,
}

/// The manager of each row of a hierarchy's record.
type Tree = Rc<Vec<Option<u32>>>;

/// The member rows of an aggregate by the key to which they fall.
type Groups = HashMap<Vec<Key>, Vec<u32>>;

/// The member rows by the key to which they fall, as someone found them who computed all of a program.
pub trait Groupings {
    /// The rows of a frame on which all conditions hold, or of which one does not, by the keys that expressions give;
    /// without those that lack a part. Nothing where that is not known.
    fn rows_by_key(
        &self,
        frame: FrameId,
        conditions: &[Expr],
        hold: bool,
        group: &[Expr],
    ) -> Option<HashMap<Vec<Key>, Vec<u32>>>;
}

/// Computes cells of a program from its data, and remembers them.
pub struct Interpreter<'a> {
    program: &'a Program,
    /// Where all is computed already: who knows the groups. Then only what is shown is computed anew.
    known: Option<&'a dyn Groupings>,
    /// With more steps than this, only those of definitions near to the one asked for are kept.
    most_steps: usize,
    /// How many definitions lie between this one and the one asked for.
    depth: usize,
    /// The data, and the frames and credits derived so far.
    results: Results,
    cells: HashMap<(ColumnId, u32), Cell>,
    /// Cells recomputed on the first rows of a group: by increase, column, row and count.
    restricted: HashMap<(ExprId, ColumnId, u32, u32), Cell>,
    /// By aggregate: which member rows fall to which key.
    groups: HashMap<ExprId, Rc<Groups>>,
    /// By table: the rows of its record by their keys.
    record_tables: HashMap<RatesId, Rc<bands::ByKey>>,
    /// By aggregate: which member rows of each key its conditions turned away.
    left_out: HashMap<ExprId, Rc<Groups>>,
    /// The steps with the lists of groups: by expression and the key of the group.
    lists: HashMap<(ExprId, Vec<Key>), String>,
    /// The groups of increases and running sums, sorted.
    sorted: HashMap<(ExprId, Vec<Key>), Rc<Vec<u32>>>,
    /// The parts of what is shared out: by its expression and the row of the amount.
    parts: HashMap<(ExprId, u32), Rc<Vec<allocate::Part>>>,
    credits_done: bool,
    /// The day that is asked about, while something is asked day by day.
    day: Option<Date>,
    /// By person: how it is on each day of the plan.
    presence: HashMap<u32, Rc<Vec<days::Presence>>>,
    /// By hierarchy and day: the managers.
    trees: HashMap<(ColumnId, Option<Date>), Tree>,
    /// Whether the definition being computed rests on the first rows of a group alone.
    rests_on_first: bool,
    /// Whether steps are kept.
    tracing: bool,
    steps: Vec<Step>,
    known_steps: HashMap<String, usize>,
    /// The steps that were given out already, by the first half of their ids.
    told: HashSet<u128>,
}

impl<'a> Interpreter<'a> {
    /// An interpreter that keeps no steps.
    pub fn new(program: &'a Program, tables: &Tables) -> Self {
        Self {
            program,
            known: None,
            most_steps: usize::MAX,
            depth: 0,
            results: Results::of(tables.clone()),
            cells: HashMap::new(),
            restricted: HashMap::new(),
            groups: HashMap::new(),
            record_tables: HashMap::new(),
            left_out: HashMap::new(),
            lists: HashMap::new(),
            sorted: HashMap::new(),
            parts: HashMap::new(),
            credits_done: false,
            day: None,
            presence: HashMap::new(),
            trees: HashMap::new(),
            rests_on_first: false,
            tracing: false,
            steps: Vec::new(),
            known_steps: HashMap::new(),
            told: HashSet::new(),
        }
    }

    /// An interpreter over what was computed of a program already: what has no steps to show is not computed again.
    pub fn knowing(program: &'a Program, results: &Results, groupings: &'a dyn Groupings) -> Self {
        let mut interpreter = Self::new(program, &results.tables);
        interpreter.results = results.clone();
        interpreter.credits_done = true;
        interpreter.known = Some(groupings);
        interpreter
    }

    /// Keeps no more steps than about so many: of what lies further away, values alone are told.
    pub fn at_most(mut self, steps: usize) -> Self {
        self.most_steps = steps;
        self
    }

    /// Computes something whose steps are not shown: which rows count, and where they lead.
    fn quietly<T>(&mut self, compute: impl FnOnce(&mut Self) -> T) -> T {
        let tracing = std::mem::replace(&mut self.tracing, false);
        let result = compute(self);
        self.tracing = tracing;
        result
    }

    /// Whether a remembered cell will do: it has its step, if steps are kept.
    fn will_do(&self, cell: &Cell) -> bool {
        !self.tracing || cell.noted.is_some() || cell.state == State::NoRow
    }

    /// The rows that have a fault, if any, of all ensures.
    ///
    /// # Errors
    /// The first row on which an ensure does not hold, or cannot be computed.
    pub fn ensures(&mut self) -> Computed<()> {
        let program = self.program;
        for (id, ensure) in program.model.ensures.pairs() {
            for row in self.rows(ensure.frame)?.all() {
                let at = At { frame: ensure.frame, row, first: None };
                if !self.all_hold(&ensure.conditions, &at)? {
                    continue;
                }
                let holds = self.eval(&ensure.holds, &at)?.value;
                if holds == Some(Value::YesNo(false)) {
                    let kind = crate::table::FaultKind::Ensure(id);
                    return Err(Fault { kind, expr: ensure.holds.id, frame: ensure.frame, row });
                }
            }
        }
        Ok(())
    }
}

/// All values of a program, computed cell by cell.
///
/// # Errors
/// The first fault met.
pub fn run(program: &Program, tables: &Tables) -> Computed<Results> {
    let mut interpreter = Interpreter::new(program, tables);
    interpreter.credits()?;
    for frame in program.model.frames.ids() {
        interpreter.rows(frame)?;
    }
    // In the program's order each cell finds what it needs. A fault is met again, in order of the columns, below.
    let _ = interpreter.all_steps();
    for (id, column) in program.model.columns.pairs() {
        let Origin::Definition(definition) = &column.origin else { continue };
        let rows = interpreter.rows(column.frame)?;
        let mut data = ColumnData::new(column.ty, column.places);
        let mut flow = Flow { person: Vec::new(), date: Vec::new() };
        for row in rows.all() {
            let cell = interpreter.cell(id, row)?;
            match cell.state {
                State::NoRow => data.push_no_row(),
                State::There | State::Missing => data.push(cell.value),
            }
            if let (Some(person), Some(date)) = (&definition.person, &definition.date) {
                let at = At { frame: column.frame, row, first: None };
                let there = cell.state != State::NoRow;
                let person = if there { interpreter.eval(person, &at)?.value } else { None };
                let date = if there { interpreter.eval(date, &at)?.value } else { None };
                flow.person.push(match person {
                    Some(Value::Row(row)) => Some(row),
                    _ => None,
                });
                flow.date.push(match date {
                    Some(Value::Date(date)) => Some(date),
                    _ => None,
                });
            }
        }
        interpreter.results.tables.set_column(id, data);
        if let Op::Allocate(shared) = &definition.body.op {
            interpreter.all_received(&definition.body, shared, column.frame)?;
        }
        if definition.person.is_some() && definition.date.is_some() {
            interpreter.results.flows.insert(id, flow);
        }
    }
    interpreter.ensures()?;
    interpreter.results.unplaced = interpreter.unplaced()?;
    Ok(interpreter.results)
}

impl Interpreter<'_> {
    /// Computes all definitions in the program's order, so that chains of them are not followed down from
    /// their ends.
    fn all_steps(&mut self) -> Computed<()> {
        let program = self.program;
        for step in program.phases.iter().flat_map(|phase| &phase.steps) {
            let columns = match step {
                Compute::Column(column) => std::slice::from_ref(column),
                Compute::Periodwise(columns) => columns,
                Compute::Rule(_) | Compute::Credits | Compute::Frame(_) | Compute::Ensure(_) => continue,
            };
            let Some(first) = columns.first() else { continue };
            // Rows stand in order of their keys, so the period before comes before.
            for row in self.rows(program.model.columns.at(*first).frame)?.all() {
                for column in columns {
                    self.cell(*column, row)?;
                }
            }
        }
        Ok(())
    }
}

/// Why a cell cannot be traced.
#[derive(Clone, Debug)]
pub enum TraceProblem {
    /// The frame has no row with this key.
    NoSuchRow,
    /// The definition has no row there: a `where` left it out, by this condition with what decided it.
    LeftOut(Option<Box<(ExprId, Formula)>>),
    /// The cell cannot be computed.
    Fault(Box<(Fault, Results)>),
}

/// How a cell came about. The key is the row's, part by part, as [`keys::frame_key`] prints it.
///
/// # Errors
/// No such row, or a fault in computing it.
pub fn trace(program: &Program, tables: &Tables, column: ColumnId, key: &[String]) -> Result<Trace, TraceProblem> {
    Interpreter::new(program, tables).trace(column, key)
}

/// The key of the person to whom a row of a column's frame leads, by the definition itself or by its record's `to`;
/// none where it leads to nobody.
pub fn person_of(interpreter: &mut Interpreter<'_>, column: ColumnId, key: &[String]) -> Option<String> {
    let program = interpreter.program;
    let row = interpreter.find(column, key).ok()??;
    let declared = program.model.columns.at(column);
    let told = match &declared.origin {
        Origin::Definition(definition) => definition.person.as_ref(),
        _ => None,
    };
    let (person, record) = match (told, program.model.frames.at(declared.frame).rows) {
        (Some(person), _) => {
            let at = At { frame: declared.frame, row, first: None };
            (interpreter.eval(person, &at).ok()?.value, program.model.plan.people)
        }
        (None, FrameRows::Record(record)) => {
            let to = program.model.records.at(record).to?;
            let Type::Reference(target) = program.model.columns.at(to).ty else { return None };
            (interpreter.cell(to, row).ok()?.value, target)
        }
        _ => return None,
    };
    match person {
        Some(Value::Row(person)) => Some(keys::record_key(program, &interpreter.results.tables, record, person)),
        _ => None,
    }
}

impl Interpreter<'_> {
    /// How a cell came about. The key is the row's, part by part, as [`keys::frame_key`] prints it.
    ///
    /// # Errors
    /// No such row, or a fault in computing it.
    pub fn trace(mut self, column: ColumnId, key: &[String]) -> Result<Trace, TraceProblem> {
        self.tracing = true;
        match self.find(column, key) {
            Ok(Some(row)) => match self.cell(column, row) {
                Ok(Cell { noted: Some(root), state: State::There | State::Missing, .. }) => {
                    Ok(self.into_trace(root.step))
                }
                Ok(_) => Err(TraceProblem::LeftOut(self.leaves_out(column, row).ok().flatten().map(Box::new))),
                Err(fault) => Err(TraceProblem::Fault(Box::new((fault, self.results)))),
            },
            Ok(None) => Err(TraceProblem::NoSuchRow),
            Err(fault) => Err(TraceProblem::Fault(Box::new((fault, self.results)))),
        }
    }

    /// The keys of all rows of a frame, in order, as [`keys::frame_key`] prints them.
    ///
    /// # Errors
    /// The fault in deriving the rows.
    pub fn keys(&mut self, frame: FrameId) -> Computed<Vec<Vec<String>>> {
        let rows = self.rows(frame)?;
        Ok(rows.all().map(|row| keys::frame_key(self.program, &self.results, frame, row)).collect())
    }

    /// The value of an expression at a row, and how it came about.
    ///
    /// # Errors
    /// The fault in computing it.
    pub fn ask(&mut self, expr: &Expr, frame: FrameId, row: u32) -> Computed<(Option<Value>, Option<Formula>)> {
        self.tracing = true;
        let out = self.eval(expr, &At { frame, row, first: None });
        self.tracing = false;
        out.map(|out| (out.value, out.formula))
    }

    /// The row of a column's frame with a key.
    fn find(&mut self, column: ColumnId, key: &[String]) -> Computed<Option<u32>> {
        let frame = self.program.model.columns.at(column).frame;
        let rows = self.rows(frame)?;
        let program = self.program;
        Ok(rows.all().find(|row| keys::frame_key(program, &self.results, frame, *row) == key))
    }

    /// The steps that lead to a root, each after those it uses.
    fn into_trace(mut self, root: String) -> Trace {
        let steps = self.take(&root);
        Trace { format: FORMAT, plan: self.program.names.plan.name.clone(), root, steps }
    }
}
