//! Declares the records, frames and columns of a sample and fills them.

use crate::calendar::{Calendar, Date, Unit, parse_date};
use crate::ids::*;
use crate::source::{SourceFile, Span};
use crate::table::*;
use crate::types::expr::{Expr, Op};
use crate::types::model::*;
use crate::types::names::{Named, Names, Written};
use crate::value::{Currency, Rounding};

const TEXT: &str = "plan ae \"Account Executive\" {}
credit direct for each Deal where open # still
  = no { to owner  on closed  amount amount }
";

pub fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

pub fn usd() -> Currency {
    Currency::from_code("USD").unwrap()
}

pub fn money() -> Type {
    Type::Number(above(Part::Currency(usd())), Shown::Money)
}

pub fn above(part: Part) -> Dimension {
    Dimension { above: Some(part), below: None }
}

/// The words under a span of the text.
pub fn span(words: &str) -> Span {
    let start = TEXT.find(words).unwrap_or(0);
    let file = SourceFile::new(FileId(0), "ae.plan", TEXT);
    file.span_of(start, start.saturating_add(words.len()))
}

pub fn named(name: &str) -> Named {
    Named { name: name.to_owned(), span: span("ae"), doc: None }
}

pub fn expr(id: u32) -> Expr {
    Expr { id: ExprId(id), op: Op::Constant(Value::YesNo(true)) }
}

/// Declares and fills columns, in order.
pub struct Builder {
    pub model: Model,
    pub names: Names,
    pub tables: Tables,
}

impl Builder {
    pub fn record(&mut self, name: &str, rows: usize, file: Option<&str>) -> (RecordId, FrameId) {
        let id = self.model.records.next_id();
        let frame = self.frame(vec![KeyPart::Record(id)], FrameRows::Record(id));
        self.tables.set_rows(frame, Rows::own(rows));
        self.model.records.push(Record::new(frame, file.map(crate::types::model::DataSource::csv)));
        self.names.records.push(named(name));
        if let Some(path) = file {
            self.tables.files.push(DataFile {
                record: id,
                path: path.to_owned(),
                sha256: crate::store::sha256(path.as_bytes()),
                rows: rows as u64,
            });
            let origin = (0..rows as u64).map(|row| row.saturating_add(2)).rev().collect();
            self.tables.file_rows.insert(self.model.records.at(id).frame, origin);
        }
        (id, frame)
    }

    pub fn frame(&mut self, parts: Vec<KeyPart>, rows: FrameRows) -> FrameId {
        self.model.frames.push(Frame { parts, rows })
    }

    pub fn column(
        &mut self,
        (frame, name): (FrameId, &str),
        (ty, places): (Type, Option<u8>),
        origin: Origin,
        values: Vec<Option<Value>>,
    ) -> ColumnId {
        let is_definition = matches!(origin, Origin::Definition(_));
        let id = self.model.columns.push(Column { frame, ty, places, optional: true, origin });
        self.names.columns.push(named(name));
        let mut data = ColumnData::new(ty, places);
        for value in values {
            match value {
                None if is_definition => data.push_no_row(),
                value => data.push(value),
            }
        }
        self.tables.set_column(id, data);
        id
    }

    pub fn data(
        &mut self,
        record: RecordId,
        name: &str,
        ty: (Type, Option<u8>),
        values: Vec<Option<Value>>,
    ) -> ColumnId {
        let origin = Origin::Data(DataColumn {
            written: crate::types::written::Written::Plain,
            record,
            header: name.to_owned(),
            percent: PercentCells::Sign,
            year: None,
            dates: false,
        });
        let frame = self.model.records.at(record).frame;
        let id = self.column((frame, name), ty, origin, values);
        self.model.records.at_mut(record).columns.push(id);
        id
    }

    pub fn define(
        &mut self,
        word: Word,
        at: (FrameId, &str),
        ty: (Type, Option<u8>),
        values: Vec<Option<Value>>,
    ) -> ColumnId {
        let origin = Origin::Definition(Box::new(Definition {
            word,
            conditions: Vec::new(),
            body: expr(0),
            rounding: Rounding::HalfUp,
            rounded_as_asked: false,
            starting: None,
            date: None,
            person: None,
        }));
        self.column(at, ty, origin, values)
    }
}

pub fn empty() -> Builder {
    let plan = Plan {
        effective: (day("2026-01-01"), day("2026-12-31")),
        first_month: 1,
        currency: usd(),
        rounding: Rounding::HalfUp,
        people: RecordId(1),
        shared: false,
        digits: crate::value::DIGITS,
        people_condition: None,
        daily: false,
        active: None,
        people_frame: FrameId(0),
        pay: Unit::Month,
    };
    let written = |words| Written { span: span(words), ty: Type::YesNo };
    let condition = "open # still\n  = no";
    Builder {
        tables: Tables::new(Calendar::new(1, plan.effective, Vec::new())),
        model: Model::new(plan),
        names: Names {
            plan: named("ae"),
            title: "Account Executive".to_owned(),
            periods: Vec::new(),
            records: IdVec::new(),
            choices: IdVec::new(),
            units: IdVec::new(),
            columns: IdVec::new(),
            rates: IdVec::new(),
            constants: Vec::new(),
            rules: IdVec::new(),
            ensures: IdVec::new(),
            exprs: [written(condition), written("owner")].into_iter().collect(),
            sources: std::sync::Arc::new([SourceFile::new(FileId(0), "ae.plan", TEXT)].into_iter().collect()),
        },
    }
}
