//! Small programs, built by hand.
#![expect(clippy::arithmetic_side_effects, reason = "small numbers of a test")]

use std::sync::Arc;

use crate::calendar::{CustomId, Unit, parse_date};
use crate::ids::{ChoiceId, ColumnId, FileId, FrameId, Id, RecordId};
use crate::program::Program;
use crate::source::Span;
use crate::types::model::{
    Column, Control, DataColumn, DataSource, Dimension, Frame, FrameRows, KeyPart, Model, Origin, Part, PercentCells,
    Periods, Plan, Record, Shown, Type,
};
use crate::types::names::{Named, Names};
use crate::value::{Currency, Rounding};

/// A span to tell places of a plan apart.
pub fn span(start: u32) -> Span {
    Span { file: FileId(0), start, end: start + 1 }
}

fn named(name: &str, start: u32) -> Named {
    Named { name: name.to_owned(), span: span(start), doc: None }
}

pub fn usd() -> Currency {
    Currency::from_code("USD").unwrap()
}

pub fn money() -> Type {
    let usd = Dimension { above: Some(Part::Currency(usd())), below: None };
    Type::Number(usd, Shown::Money)
}

pub fn plain(shown: Shown) -> Type {
    Type::Number(Dimension::default(), shown)
}

pub const INTEGER: Type = Type::Number(Dimension { above: None, below: None }, Shown::Integer);

pub const WINDOW: Unit = Unit::Custom(CustomId(0));

/// A program under construction.
pub struct Builder {
    model: Model,
    names: Names,
}

impl Builder {
    pub fn new() -> Self {
        let date = |text| parse_date(text).unwrap();
        let model = Model::new(Plan {
            effective: (date("2026-01-01"), date("2026-12-31")),
            first_month: 1,
            currency: usd(),
            rounding: Rounding::HalfUp,
            people: RecordId(0),
            shared: false,
            digits: crate::value::DIGITS,
            people_condition: None,
            daily: false,
            active: None,
            people_frame: FrameId(0),
            pay: Unit::Month,
        });
        let names = Names::new(named("plan", 0), String::new(), std::sync::Arc::default());
        Self { model, names }
    }

    pub fn choice(&mut self, name: &str, values: &[&str]) -> ChoiceId {
        self.names.choices.push(named(name, 0));
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        self.model.choices.push(values)
    }

    /// A record whose columns follow.
    pub fn record(&mut self, name: &str, file: Option<&str>) -> RecordId {
        let record = self.model.records.next_id();
        let frame =
            self.model.frames.push(Frame { parts: vec![KeyPart::Record(record)], rows: FrameRows::Record(record) });
        self.names.records.push(named(name, 100 + record.0));
        self.model.records.push(Record::new(frame, file.map(DataSource::csv)))
    }

    /// A column of the last record, named as its header.
    pub fn column(&mut self, name: &str, ty: Type) -> ColumnId {
        let record = RecordId::from_index(self.model.records.len() - 1);
        let places = match ty {
            Type::Number(_, Shown::Integer | Shown::Days | Shown::Months) => Some(0),
            Type::Number(dimension, Shown::Money) => match dimension.above {
                Some(Part::RowCurrency(_)) => Some(4),
                _ => Some(2),
            },
            Type::Number(_, Shown::Percent | Shown::Number) => Some(6),
            _ => None,
        };
        let column = self.model.columns.push(Column {
            frame: self.model.records.at(record).frame,
            ty,
            places,
            optional: false,
            origin: Origin::Data(DataColumn {
                written: crate::types::written::Written::Plain,
                record,
                header: name.to_owned(),
                parts: Vec::new(),
                percent: PercentCells::Sign,
                year: None,
                dates: ty == Type::Period(WINDOW),
            }),
        });
        self.names.columns.push(named(name, 1000 + column.0));
        self.model.records.at_mut(record).columns.push(column);
        column
    }

    pub fn optional(&mut self, name: &str, ty: Type) -> ColumnId {
        let column = self.column(name, ty);
        self.model.columns.at_mut(column).optional = true;
        column
    }

    pub fn key(&mut self, name: &str, ty: Type) -> ColumnId {
        let column = self.column(name, ty);
        self.last_record().key.push(column);
        column
    }

    pub fn data(&mut self, column: ColumnId) -> &mut DataColumn {
        match &mut self.model.columns.at_mut(column).origin {
            Origin::Data(data) => data,
            _ => panic!("a column of data"),
        }
    }

    /// The rows of the last record are known by the parts of their key.
    pub fn known_by(&mut self, parts: &[KeyPart]) {
        let frame = self.last_record().frame;
        self.model.frames.at_mut(frame).parts = parts.to_vec();
    }

    pub fn hierarchy(&mut self, column: ColumnId) {
        self.last_record().hierarchy = Some(column);
    }

    pub fn control(&mut self, control: Control) {
        self.last_record().control = Some(control);
    }

    pub fn periods(&mut self, name: &str, column: ColumnId, to: &str) {
        self.names.periods.push(named(name, 50));
        self.model.periods.push(Periods::Column { column, to: parse_date(to).unwrap() });
    }

    fn last_record(&mut self) -> &mut Record {
        let record = RecordId::from_index(self.model.records.len() - 1);
        self.model.records.at_mut(record)
    }

    pub fn program(self) -> Program {
        Program { model: self.model, phases: Vec::new(), names: Arc::new(self.names), reads: Vec::new() }
    }
}
