//! A checked plan: records, frames, columns, tables and rules by id, with no names and no text of
//! the plan in it ([`Names`](super::names::Names) leads back).

mod asked;
mod kept;

use super::expr::Expr;
use super::written::Written;
use crate::calendar::{Date, Length, Unit};
use crate::cell::Value;
use crate::ids::{ChoiceId, ColumnId, EnsureId, FrameId, IdVec, RatesId, RecordId, RuleId, ScheduleId, UnitId};
pub use crate::syntax::tree::{PercentCells, RatesKind, Word};
use crate::value::{Currency, Fixed, Rounding};

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A number with its unit and the way it is shown.
    Number(Dimension, Shown),
    /// Yes or no.
    YesNo,
    /// Text.
    Text,
    /// A day.
    Date,
    /// A period of a unit.
    Period(Unit),
    /// A value of a closed set.
    Choice(ChoiceId),
    /// A currency.
    Currency,
    /// A row of a record.
    Reference(RecordId),
}

/// A unit: at most one above and one below the line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Dimension {
    /// Above the line.
    pub above: Option<Part>,
    /// Below the line.
    pub below: Option<Part>,
}

impl Dimension {
    /// Whether it is an amount, or a price, in each row's own currency.
    pub fn is_of_rows(self) -> bool {
        matches!(self.above, Some(Part::RowCurrency(_)))
    }

    /// Whether a unit of the plan's own is in it, or a span of time that a price is for: what is written with its unit.
    pub fn is_declared(self) -> bool {
        let such = |part| matches!(part, Part::Unit(_) | Part::Day | Part::Month);
        [self.above, self.below].into_iter().flatten().any(such)
    }
}

/// A base unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// A currency.
    Currency(Currency),
    /// The currency that each row names in this column.
    RowCurrency(ColumnId),
    /// A unit that the plan declares.
    Unit(UnitId),
    /// A day, below the line alone: `USD per day`. Above it, a count of days is a plain number.
    Day,
    /// A month, below the line alone.
    Month,
}

/// How a number is shown to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shown {
    /// With its currency.
    Money,
    /// As a percentage.
    Percent,
    /// As it is.
    Number,
    /// Without decimals.
    Integer,
    /// A count of days.
    Days,
    /// A count of months.
    Months,
}

/// A checked plan without names.
#[derive(Clone, Debug)]
pub struct Model {
    /// The plan's own block.
    pub plan: Plan,
    /// Periods that the plan declares; `Unit::Custom(n)` is number n.
    pub periods: Vec<Periods>,
    /// The unit that the plan declares as its year; none: the fiscal one.
    pub year: Option<Unit>,
    /// The records.
    pub records: IdVec<RecordId, Record>,
    /// The closed sets: the values' names.
    pub choices: IdVec<ChoiceId, Vec<String>>,
    /// The frames.
    pub frames: IdVec<FrameId, Frame>,
    /// The schedules.
    pub schedules: IdVec<ScheduleId, Schedule>,
    /// The columns of all frames.
    pub columns: IdVec<ColumnId, Column>,
    /// The tables of rates.
    pub rates: IdVec<RatesId, Rates>,
    /// The credit rules, in order of their names.
    pub rules: IdVec<RuleId, CreditRule>,
    /// The union of all credits, where there is a rule.
    pub credit: Option<CreditTable>,
    /// The same with the credits dated before the plan, where a window may see them.
    pub history: Option<CreditTable>,
    /// The combinations that are frames.
    pub occurring: Vec<Occurring>,
    /// Conditions that must hold.
    pub ensures: IdVec<EnsureId, Ensure>,
}

/// A plan's own block.
#[derive(Clone, Debug)]
pub struct Plan {
    /// First and last day.
    pub effective: (Date, Date),
    /// The month, 1 to 12, in which the fiscal year starts.
    pub first_month: u32,
    /// The plan's currency.
    pub currency: Currency,
    /// How named values are rounded.
    pub rounding: Rounding,
    /// The record of the people paid.
    pub people: RecordId,
    /// Whether they may be in other plans on the same days.
    pub shared: bool,
    /// The most digits of a stored value: 18, or 28 in a plan that says `wide`.
    pub digits: u32,
    /// Which of them are in the plan: on the frame of that record.
    pub people_condition: Option<Expr>,
    /// Whether the answer can differ from day to day: then it is asked of every day of the plan
    /// ([`Op::Day`](super::expr::Op::Day)).
    pub daily: bool,
    /// Where it is asked of every day: between which days, both included and a missing one open, a person
    /// is active as that day knows it; on the frame of the people's record.
    pub active: Option<[Expr; 2]>,
    /// The frame of the people in the plan.
    pub people_frame: FrameId,
    /// The period of payment.
    pub pay: Unit,
}

/// Periods that a plan declares.
#[derive(Clone, Debug)]
pub enum Periods {
    /// Their first days are the distinct dates of a column; the last ends on `to`.
    Column {
        /// The column, read as dates first.
        column: ColumnId,
        /// The last day of the last period.
        to: Date,
    },
    /// Of one length, from a day on.
    Every(Length, Date),
    /// Of one length, for each row of a record from a day of its own on.
    Own {
        /// The record.
        record: RecordId,
        /// How long each is.
        length: Length,
        /// The first day of the first, on the record's frame; without one there are none.
        from: Expr,
    },
    /// A declaration with a problem.
    Unknown,
}

/// A table of data.
#[derive(Clone, Debug)]
pub struct Record {
    /// The file, below the data folder; none: rows come from tests only.
    pub file: Option<DataSource>,
    /// Its columns as declared.
    pub columns: Vec<ColumnId>,
    /// The columns of its key, as declared.
    pub key: Vec<ColumnId>,
    /// The frame of its rows: one for each key.
    pub frame: FrameId,
    /// The versions of its rows, where several may have one key: all columns but the key stand on their
    /// frame.
    pub versions: Option<Versions>,
    /// The column by which each row is a row of a larger record, when that is the whole key.
    pub subset: Option<ColumnId>,
    /// The column that names a row's manager within this record.
    pub hierarchy: Option<ColumnId>,
    /// The money column that the reconciliation adds up.
    pub total: Option<ColumnId>,
    /// Whom a row belongs to.
    pub to: Option<ColumnId>,
    /// When: a date, or a period, whose last day is meant.
    pub on: Option<ColumnId>,
    /// First and last day of activity.
    pub active: Option<(ColumnId, ColumnId)>,
    /// Totals the data must have.
    pub control: Option<Control>,
}

/// The versions of a record's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// The frame of the versions.
    pub frame: FrameId,
    /// The first day on which a version holds; blank: always before its end.
    pub from: ColumnId,
    /// The last day; blank: for ever.
    pub to: ColumnId,
    /// Whether the version still holds on the day in `to`.
    pub inclusive: bool,
}

/// A data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataSource {
    /// Its path below the data folder, with `/`.
    pub path: String,
    /// How it is read.
    pub form: DataForm,
}

/// How a data file is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataForm {
    /// Cells between delimiters; which, is seen from the header where it is not declared.
    Csv {
        /// The byte between two cells.
        delimiter: Option<u8>,
    },
    /// One JSON object a line.
    JsonLines,
    /// Parquet.
    Parquet,
    /// What another plan comes to: its rows are computed first.
    Plan {
        /// The other plan, by its position in [`Program::reads`](crate::program::Program::reads).
        plan: usize,
        /// What of it.
        rows: PlanRows,
    },
    /// A sheet of an XLSX workbook.
    Sheet {
        /// Its name; none for the only one.
        name: Option<String>,
    },
}

/// What of another plan is data to this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanRows {
    /// A definition, with the key of its rows, and where it has them its date and person.
    Definition(ColumnId),
    /// Its credits: the key of each and these columns of it.
    Credits {
        /// Of this rule alone; none: of all.
        rule: Option<RuleId>,
        /// The columns, in the order of the record's own behind the key.
        columns: Vec<ColumnId>,
    },
}

impl DataSource {
    /// A CSV file whose delimiter is seen from its header.
    pub fn csv(path: &str) -> DataSource {
        DataSource { path: path.to_owned(), form: DataForm::Csv { delimiter: None } }
    }

    /// What it is called wherever it is named: the path, for a named sheet of a workbook `path#sheet`.
    pub fn name(&self) -> String {
        match &self.form {
            DataForm::Sheet { name: Some(sheet) } => format!("{}#{sheet}", self.path),
            _ => self.path.clone(),
        }
    }
}

/// Totals that must hold when the data is read.
#[derive(Clone, Debug)]
pub struct Control {
    /// The number of rows.
    pub rows: Option<u64>,
    /// Sums by column.
    pub sums: Vec<(ColumnId, Fixed)>,
}

/// A set of rows. Rows stand in order of their keys.
#[derive(Clone, Debug)]
pub struct Frame {
    /// What each part of a row's key is.
    pub parts: Vec<KeyPart>,
    /// Where the rows come from.
    pub rows: FrameRows,
}

/// A part of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyPart {
    /// A row of a record.
    Record(RecordId),
    /// A period.
    Period(Unit),
    /// A value of a closed set.
    Choice(ChoiceId),
    /// A currency.
    Currency,
    /// The row itself, of the credits.
    Credit,
}

/// Where the rows of a frame come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameRows {
    /// One row with an empty key: a value for the plan.
    One,
    /// The rows of a record. The key is the row itself, unless all parts of the record's key are
    /// references, periods, choices and currencies and there are several: then it is those.
    Record(RecordId),
    /// The versions of a record's rows. The key is that of the record's frame and the first day on which
    /// the version holds; looked up, that day stands for every day on which it does.
    Versions(RecordId),
    /// The rows of the people's record that are in the plan on some day of it; the key is the row of that
    /// record.
    People,
    /// The rows of a frame, times the plan's periods of a unit or the values of a closed set.
    Times(FrameId, Each),
    /// The combinations of the parts that occur on the rows of another frame: this of
    /// [`Model::occurring`].
    Occurring(usize),
    /// The rows of a frame with one part, each times periods of its own.
    Schedule(ScheduleId),
    /// The credits to people in the plan within its dates, by rule, source row, child row and person.
    Credit,
    /// For each source row of a rule that it does not leave out, each manager above a person: the
    /// source row and the manager.
    Managers(RuleId),
    /// These and the credits to people in the plan dated before its first day, in the same order.
    CreditHistory,
}

/// What a row of a frame is known by in files, commands and messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownBy {
    /// Nothing: there is one row.
    Nothing,
    /// The key of a credit.
    Credit,
    /// The key of the record's row.
    Record(RecordId),
    /// The parts of the frame's key.
    Parts,
}

impl FrameRows {
    /// What the rows are known by.
    pub fn known_by(self) -> KnownBy {
        match self {
            FrameRows::One => KnownBy::Nothing,
            FrameRows::Credit | FrameRows::CreditHistory => KnownBy::Credit,
            FrameRows::Record(record) => KnownBy::Record(record),
            FrameRows::Versions(_)
            | FrameRows::People
            | FrameRows::Times(..)
            | FrameRows::Occurring(_)
            | FrameRows::Schedule(_)
            | FrameRows::Managers(_) => KnownBy::Parts,
        }
    }
}

/// What the rows of a frame are multiplied by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Each {
    /// The plan's periods of a unit.
    Periods(Unit),
    /// The values of a closed set.
    Values(ChoiceId),
}

/// Combinations of parts that occur on the rows of a frame.
#[derive(Clone, Debug)]
pub struct Occurring {
    /// The frame on whose rows they occur.
    pub members: FrameId,
    /// For each part, its value on a row there; where one is missing, there is no combination.
    pub keys: Vec<Expr>,
}

/// Periods that a row of a frame has of its own: from the one in which a day lies, so many. Without a
/// day or a number there are none. They may lie outside the plan's dates.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// The rows.
    pub base: FrameId,
    /// The periods, of a regular unit.
    pub unit: Unit,
    /// A day of the first one, on the base frame.
    pub start: Expr,
    /// How many, on the base frame: a whole number from 0 to [`MOST_PERIODS`], or it is a fault.
    pub count: Expr,
}

/// The most periods of a schedule: a century of days.
pub const MOST_PERIODS: i32 = 36_525;

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// The rows it stands on.
    pub frame: FrameId,
    /// The type of its values.
    pub ty: Type,
    /// The places of a stored number; none for an exact value and for what is no number.
    pub places: Option<u8>,
    /// Whether a row of it may be missing its value.
    pub optional: bool,
    /// Where its values come from.
    pub origin: Origin,
}

impl Column {
    /// The column that names the currency of each row, where the amounts of this one are in the row's own. A
    /// definition's are rounded to that currency's minor unit, and missing on a row without a currency.
    pub fn row_currency(&self) -> Option<ColumnId> {
        match self.ty {
            Type::Number(Dimension { above: Some(Part::RowCurrency(column)), below: None }, _) => Some(column),
            _ => None,
        }
    }
}

/// Where a column's values come from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A column of a data file.
    Data(DataColumn),
    /// A column of the credits.
    Credit,
    /// The level of a manager: 1 for the direct one.
    Level,
    /// A definition.
    Definition(Box<Definition>),
}

/// How a column is read from a file.
#[derive(Clone, Debug)]
pub struct DataColumn {
    /// The record.
    pub record: RecordId,
    /// The header in the file.
    pub header: String,
    /// Of a reference to a row whose key has several columns, which has no cells of its own: the columns of this record
    /// that name it, in the order of that key.
    pub parts: Vec<ColumnId>,
    /// How the cells of a percent column are written.
    pub percent: PercentCells,
    /// The year in which the cells' ordinals of periods lie.
    pub year: Option<i32>,
    /// How its dates or numbers are written.
    pub written: Written,
    /// Whether the cells of a period column are dates: the unit's periods come from this column, or
    /// the unit's periods come from data.
    pub dates: bool,
}

/// What a definition computes.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its word.
    pub word: Word,
    /// Its row is there where all of these are yes.
    pub conditions: Vec<Expr>,
    /// Its value.
    pub body: Expr,
    /// How it is rounded to the column's places.
    pub rounding: Rounding,
    /// Whether the plan writes its places or how it is rounded beside it.
    pub rounded_as_asked: bool,
    /// What `previous` gives on the first row, on this frame.
    pub starting: Option<Starting>,
    /// For a flow, the date on which it happens, on this frame.
    pub date: Option<Expr>,
    /// For what is paid or earned, the person it belongs to, on this frame.
    pub person: Option<Expr>,
}

/// What `previous` gives on the first row.
#[derive(Clone, Debug)]
pub struct Starting {
    /// The value, on the definition's frame.
    pub value: Expr,
    /// Anew with each period of this unit.
    pub each: Option<Unit>,
}

/// A table of rates.
#[derive(Clone, Debug)]
pub struct Rates {
    /// How it is read.
    pub kind: RatesKind,
    /// Its rows.
    pub rows: RatesRows,
}

/// The rows of a table of rates.
#[derive(Clone, Debug)]
pub enum RatesRows {
    /// Written in the plan.
    Written(Grid),
    /// The rows of a record.
    Record(Box<Bands>),
}

/// A table whose bands are the rows of a record: those with one key are one table. The expressions stand on these rows
/// and are made of the record's own columns alone.
#[derive(Clone, Debug)]
pub struct Bands {
    /// The record.
    pub record: RecordId,
    /// The bands: its rows, or where these have versions, the versions. Of those the table has the ones that hold on a
    /// day, which stands behind the keys among the operands of the table.
    pub frame: FrameId,
    /// What tells the tables apart.
    pub key: Vec<Expr>,
    /// Where a band begins.
    pub start: Expr,
    /// Whether the start itself belongs to it (`from`) or to the band before (`above`).
    pub inclusive: bool,
    /// Where the next band must begin, where a row says so.
    pub end: Option<Expr>,
    /// Its value.
    pub value: Expr,
}

/// The rows of a table that the plan writes: a value for each combination of places of its inputs.
#[derive(Clone, Debug)]
pub struct Grid {
    /// For each input, its places.
    pub axes: Vec<Axis>,
    /// The input along which the table is read: the one that has slices, lines or an amount, else the last.
    pub along: usize,
    /// The values; the places of the last input follow each other.
    pub values: Vec<Value>,
}

/// The places in which an input of a table may lie.
#[derive(Clone, Debug)]
pub enum Axis {
    /// By a number, a date or a period: bands in ascending order, each up to the start of the next.
    Bands(Vec<Start>),
    /// By a choice, or no and yes: for each of its values, its place.
    Values(Vec<usize>),
}

/// Where a band begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The place; none: below everything.
    pub at: Option<Value>,
    /// Whether the place itself belongs to the band (`from`) or to the one before (`above`).
    pub inclusive: bool,
}

impl Bands {
    /// Where the input stands among the operands of the table: behind the keys and, for versions, the day.
    pub fn input(&self, model: &Model) -> usize {
        self.key.len().saturating_add(usize::from(self.day(model).is_some()))
    }

    /// Where the day stands among the operands, if the bands are versions.
    pub fn day(&self, model: &Model) -> Option<usize> {
        matches!(model.frames.at(self.frame).rows, FrameRows::Versions(_)).then_some(self.key.len())
    }
}

impl Axis {
    /// How many places it has.
    pub fn count(&self) -> usize {
        match self {
            Axis::Bands(starts) => starts.len(),
            Axis::Values(places) => places.iter().max().map_or(0, |last| last.saturating_add(1)),
        }
    }
}

impl Grid {
    /// How far apart the values for two neighbouring places of an input are.
    pub fn stride(&self, input: usize) -> usize {
        self.axes.iter().skip(input.saturating_add(1)).map(Axis::count).product()
    }
}

/// A credit rule. It makes at most one credit of each row of its own frame, and each of these rows
/// comes of a row of the source record.
#[derive(Clone, Debug)]
pub struct CreditRule {
    /// The record it reads.
    pub record: RecordId,
    /// It reads the source rows where all of these are yes: on the frame of the record.
    pub conditions: Vec<Expr>,
    /// The rows of which it makes credits: those of the record itself, of a child record, or a manager
    /// for each of them.
    pub frame: FrameId,
    /// The source row, on the rule's frame; none where that is the frame of the record.
    pub source: Option<Expr>,
    /// The record of the child rows, where it credits each of those.
    pub child: Option<RecordId>,
    /// Where it credits managers: whose.
    pub managers: Option<Managers>,
    /// It credits the rows of its frame where all of these are yes.
    pub narrowed: Vec<Expr>,
    /// Whom it credits: a row of the people's record; missing: no one.
    pub to: Expr,
    /// When; missing: not yet.
    pub on: Expr,
    /// How much, rounded to the places of [`CreditTable::amount`].
    pub amount: Expr,
    /// Further columns of the credits, by their number among [`CreditTable::columns`], rounded to their
    /// places.
    pub columns: Vec<(usize, Expr)>,
}

/// The managers of a person, in the hierarchy of the person's record or of one it is a subset of.
#[derive(Clone, Debug)]
pub struct Managers {
    /// The person, on the frame of the source record.
    pub of: Expr,
    /// From that person to the row in the record of the hierarchy, step by step.
    pub up: Vec<ColumnId>,
    /// The hierarchy's column: a row's manager.
    pub manager: ColumnId,
    /// The day whose tree it is, on the frame of the source record, where managers depend on it.
    pub day: Option<Expr>,
    /// From a row of the plan's people to its row in the record of the hierarchy, step by step.
    pub links: Vec<ColumnId>,
    /// The level, on the rule's frame.
    pub level: ColumnId,
}

impl CreditRule {
    /// What is computed on the rows of its own frame.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let one = [&self.to, &self.on, &self.amount];
        self.narrowed.iter().chain(&self.source).chain(one).chain(self.columns.iter().map(|(_, expr)| expr))
    }

    /// What is computed on the rows of its source record.
    pub fn source_exprs(&self) -> impl Iterator<Item = &Expr> {
        self.conditions
            .iter()
            .chain(self.managers.iter().flat_map(|managers| [&managers.of].into_iter().chain(&managers.day)))
    }
}

/// The union of the credits of all rules.
#[derive(Clone, Debug)]
pub struct CreditTable {
    /// Its frame.
    pub frame: FrameId,
    /// Its rule: a choice whose values are the rules in order of their ids.
    pub rule: ColumnId,
    /// The source row, where all rules read one record.
    pub source: Option<ColumnId>,
    /// The person credited.
    pub person: ColumnId,
    /// The date.
    pub date: ColumnId,
    /// The amount.
    pub amount: ColumnId,
    /// Further columns that rules give, missing on the credits of the other rules.
    pub columns: Vec<ColumnId>,
}

/// A condition that must hold on every row of a frame.
#[derive(Clone, Debug)]
pub struct Ensure {
    /// The rows.
    pub frame: FrameId,
    /// It is asked where all of these are yes.
    pub conditions: Vec<Expr>,
    /// What must not be no.
    pub holds: Expr,
}

impl Record {
    /// What its file is called, where it has one.
    pub fn file_name(&self) -> Option<String> {
        self.file.as_ref().map(DataSource::name)
    }

    /// A record whose columns and entries follow.
    pub fn new(frame: FrameId, file: Option<DataSource>) -> Self {
        Self {
            file,
            columns: Vec::new(),
            key: Vec::new(),
            frame,
            versions: None,
            subset: None,
            hierarchy: None,
            total: None,
            to: None,
            on: None,
            active: None,
            control: None,
        }
    }
}
