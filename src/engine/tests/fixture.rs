//! Programs built by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::calendar::{Calendar, Date, Unit, parse_date};
use crate::ids::{ColumnId, ExprId, FileId, FrameId, IdVec, RecordId};
use crate::program::{Compute, Phase, Program};
use crate::source::Span;
use crate::table::{ColumnData, Fault, Results, Rows, Tables, Value};
use crate::types::expr::{Aggregate, AggregateOp, Arithmetic, Comparison, Expr, Op};
use crate::types::model::*;
use crate::types::names::{Named, Names};
use crate::value::{Currency, Exact, Rounding};

/// A plan in the making, with its data: the first record is that of the people, the first frame
/// its rows, the second the people in the plan, the third the plan itself. It runs from January to
/// March 2026 with quarters; money is in dollars.
pub struct Fixture {
    pub model: Model,
    pub tables: Tables,
    pub steps: Vec<Compute>,
}

pub const PERSON: RecordId = RecordId(0);
pub const PERSON_ROWS: FrameId = FrameId(0);
pub const PEOPLE: FrameId = FrameId(1);
pub const ONE: FrameId = FrameId(2);

pub const MONEY: Type = Type::Number(Dimension { above: None, below: None }, Shown::Money);

impl Fixture {
    pub fn new(people: usize) -> Fixture {
        let effective = (date("2026-01-01"), date("2026-12-31"));
        let frame = |part: Option<KeyPart>, rows| Frame { parts: part.into_iter().collect(), rows };
        let person = Some(KeyPart::Record(PERSON));
        let frames =
            [frame(person, FrameRows::Record(PERSON)), frame(person, FrameRows::People), frame(None, FrameRows::One)];
        let mut tables = Tables::new(Calendar::new(1, effective, Vec::new()));
        tables.set_rows(PERSON_ROWS, Rows::own(people));
        Fixture {
            model: Model {
                plan: Plan {
                    effective,
                    first_month: 1,
                    currency: Currency::from_code("USD").unwrap(),
                    rounding: Rounding::HalfUp,
                    people: PERSON,
                    shared: false,
                    digits: crate::value::DIGITS,
                    people_condition: None,
                    daily: false,
                    active: None,
                    people_frame: PEOPLE,
                    pay: Unit::Month,
                },
                periods: Vec::new(),
                year: None,
                records: [Record::new(PERSON_ROWS, None)].into_iter().collect(),
                choices: IdVec::new(),
                schedules: IdVec::new(),
                frames: frames.into_iter().collect(),
                columns: IdVec::new(),
                rates: IdVec::new(),
                rules: IdVec::new(),
                credit: None,
                history: None,
                occurring: Vec::new(),
                ensures: IdVec::new(),
            },
            tables,
            steps: Vec::new(),
        }
    }

    /// A record with so many rows, whose key is the row.
    pub fn record(&mut self, rows: usize) -> (RecordId, FrameId) {
        let id = self.model.records.next_id();
        let frame = self.model.frames.push(Frame { parts: vec![KeyPart::Record(id)], rows: FrameRows::Record(id) });
        self.model.records.push(Record::new(frame, None));
        self.tables.set_rows(frame, Rows::own(rows));
        (id, frame)
    }

    /// The rows of a frame times the plan's periods.
    pub fn times(&mut self, base: FrameId, unit: Unit) -> FrameId {
        let mut parts = self.model.frames.at(base).parts.clone();
        parts.push(KeyPart::Period(unit));
        let rows = FrameRows::Times(base, Each::Periods(unit));
        self.model.frames.push(Frame { parts, rows })
    }

    /// A column of data, optional where a value is missing.
    pub fn data(&mut self, frame: FrameId, ty: Type, values: Vec<Option<Value>>) -> ColumnId {
        let places = matches!(ty, Type::Number(..)).then_some(2);
        let mut data = ColumnData::new(ty, places);
        let optional = values.contains(&None);
        for value in values {
            data.push(value);
        }
        let column = self.model.columns.push(Column {
            frame,
            ty,
            places,
            optional,
            origin: Origin::Data(DataColumn {
                written: crate::types::written::Written::Plain,
                record: PERSON,
                header: String::new(),
                parts: Vec::new(),
                percent: PercentCells::Sign,
                year: None,
                dates: false,
            }),
        });
        self.tables.set_column(column, data);
        column
    }

    /// A definition, not yet computed.
    pub fn declare(&mut self, frame: FrameId, ty: Type, places: Option<u8>, body: Expr) -> ColumnId {
        self.model.columns.push(Column {
            frame,
            ty,
            places,
            optional: true,
            origin: Origin::Definition(Box::new(Definition {
                word: Word::Let,
                conditions: Vec::new(),
                body,
                rounding: Rounding::HalfUp,
                rounded_as_asked: false,
                starting: None,
                date: None,
                person: None,
            })),
        })
    }

    /// A definition of money, computed next.
    pub fn define(&mut self, frame: FrameId, body: Expr) -> ColumnId {
        let column = self.declare(frame, MONEY, Some(2), body);
        self.steps.push(Compute::Column(column));
        column
    }

    pub fn definition(&mut self, column: ColumnId) -> &mut Definition {
        match &mut self.model.columns.at_mut(column).origin {
            Origin::Definition(definition) => definition,
            _ => panic!("no definition"),
        }
    }

    /// Computes each step in a phase of its own.
    pub fn run(&self) -> Result<Results, Vec<Fault>> {
        self.run_phases(self.steps.iter().map(|step| Phase { steps: vec![step.clone()] }).collect())
    }

    /// Computes all steps in one phase.
    pub fn run_together(&self) -> Result<Results, Vec<Fault>> {
        self.run_phases(vec![Phase { steps: self.steps.clone() }])
    }

    fn run_phases(&self, phases: Vec<Phase>) -> Result<Results, Vec<Fault>> {
        let program = Program { model: self.model.clone(), phases, names: Arc::new(no_names()), reads: Vec::new() };
        super::super::run(&program, &self.tables).map_err(|stopped| stopped.faults)
    }

    /// The values of a column after a run; `-` for a missing one.
    pub fn values(&self, column: ColumnId) -> Vec<String> {
        texts(&self.run().unwrap(), column)
    }
}

/// The values of a column; `-` for a missing one.
pub fn texts(results: &Results, column: ColumnId) -> Vec<String> {
    let data = results.tables.column(column).unwrap();
    let text = |row: usize| match data.get(row as u32) {
        None => "-".to_owned(),
        Some(Value::Number(exact)) => exact.to_string(),
        Some(Value::YesNo(yes)) => yes.to_string(),
        Some(Value::Row(row) | Value::Choice(row)) => row.to_string(),
        Some(other) => format!("{other:?}"),
    };
    (0..data.len()).map(text).collect()
}

pub fn date(text: &str) -> Date {
    parse_date(text).unwrap()
}

/// An expression with an id of its own.
pub fn e(op: Op) -> Expr {
    static USED: AtomicU32 = AtomicU32::new(0);
    Expr { id: ExprId(USED.fetch_add(1, Ordering::Relaxed)), op }
}

pub fn number(text: &str) -> Expr {
    e(Op::Constant(Value::Number(Exact::parse(text).unwrap())))
}

pub fn missing(column: ColumnId) -> Expr {
    // Nothing stands on the row 9999 of any frame.
    e(Op::ReadAt(column, vec![e(Op::Constant(Value::Row(9999)))]))
}

pub fn read(column: ColumnId) -> Expr {
    e(Op::Read(column))
}

pub fn math(left: Expr, op: Arithmetic, right: Expr) -> Expr {
    e(Op::Arithmetic(op, Box::new(left), Box::new(right)))
}

pub fn compare(left: Expr, op: Comparison, right: Expr) -> Expr {
    e(Op::Compare(op, Box::new(left), Box::new(right)))
}

pub fn sum(value: Expr, members: FrameId, reader: FrameId, group: Vec<Expr>) -> Aggregate {
    Aggregate {
        op: AggregateOp::Sum,
        members,
        value: Some(value),
        conditions: Vec::new(),
        reader,
        group,
        window: None,
        over: None,
        taken: None,
    }
}

pub fn numbers(values: &[i128]) -> Vec<Option<Value>> {
    let value = |value: &i128| Some(Value::Number(Exact::from_integer(*value)));
    values.iter().map(value).collect()
}

pub fn rows(values: &[Option<u32>]) -> Vec<Option<Value>> {
    values.iter().map(|row| row.map(Value::Row)).collect()
}

pub fn dates(values: &[&str]) -> Vec<Option<Value>> {
    let value = |text: &&str| (!text.is_empty()).then(|| Value::Date(date(text)));
    values.iter().map(value).collect()
}

fn no_names() -> Names {
    Names::new(
        Named { name: "plan".to_owned(), span: Span { file: FileId(0), start: 0, end: 0 }, doc: None },
        String::new(),
        std::sync::Arc::default(),
    )
}
