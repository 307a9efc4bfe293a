//! The syntax tree: what was written, with the span of everything a diagnostic may point at.

mod expr;
mod rates;

use std::collections::BTreeSet;

use crate::calendar::Date;
use crate::source::Span;
use crate::value::{Fixed, Rounding};
pub use expr::{
    Aggregate, AggregateOp, Ago, Allocate, Arm, BinaryOp, Case, Expr, ExprKind, Over, Rank, Rest, Running, Ties, Top,
    Window, WindowKind, Within,
};
pub use rates::{BandEntry, BandEntryKind, Rates, RatesBands, RatesKind, RatesRow, RowStart, Since, StartKind};

/// A name as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A quoted text, without its quotes.
pub type Quoted = Name;

/// A dotted path; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The first segment.
    pub head: Name,
    /// What follows its dots.
    pub rest: Vec<Name>,
}

impl Path {
    /// From the first segment to the last.
    pub fn span(&self) -> Span {
        self.rest.last().map_or(self.head.span, |last| self.head.span.to(last.span))
    }
}

/// A comment, kept for the formatter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The text behind `#` or `##`.
    pub text: String,
    /// Whether it documents the item below (`##`).
    pub doc: bool,
    /// Where it stands.
    pub span: Span,
}

/// A top-level item with the documentation above it.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The `##` lines above, joined by line breaks.
    pub doc: Option<String>,
    /// The item.
    pub kind: ItemKind,
    /// All of it.
    pub span: Span,
}

/// What a top-level item is.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemKind {
    /// `edition 1`
    Edition(Number),
    /// `use "records.plan"`, `use standard "proration.plan"`
    Use(Use),
    /// `plan NAME "TITLE" { … }`
    Plan(Plan),
    /// `record NAME from "file.csv" { … }`
    Record(Record),
    /// `choice NAME = A | B`
    Choice(Choice),
    /// `unit seat`, `unit box, boxes`
    Unit(DeclaredUnit),
    /// `periods NAME from Record.column to DATE`, `periods NAME every 14 days from DATE`
    Periods(Periods),
    /// `rates NAME by INPUT, KIND { … }`
    Rates(Rates),
    /// `let`, `quota`, `measure`, `earn`, `balance`, `pay`
    Define(Box<Define>),
    /// `credit NAME for each RECORD { … }`
    Credit(Box<Credit>),
    /// `ensure NAME for each GRAIN: COND "message"`
    Ensure(Box<Ensure>),
    /// `test "title" { … }`
    Test(Test),
}

/// A file that this one uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Its path, as written.
    pub path: Quoted,
    /// Whether it is one of the standard library.
    pub standard: bool,
}

/// A plan's own block.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Its name.
    pub name: Name,
    /// Its title for people.
    pub title: Option<Quoted>,
    /// The entries in the order written.
    pub entries: Vec<PlanEntry>,
}

/// One line of a plan's block.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanEntry {
    /// The entry.
    pub kind: PlanEntryKind,
    /// The whole line.
    pub span: Span,
}

/// What a line of a plan's block says.
#[derive(Clone, Debug, PartialEq)]
pub enum PlanEntryKind {
    /// First and last day.
    Effective(Date, Date),
    /// The month (1 to 12) in which the fiscal year starts.
    YearStarts(u32),
    /// The currency of the plan.
    Currency(Name),
    /// How named values are rounded.
    Round(Rounding),
    /// The people record and who of it is in the plan.
    People(Name, Option<Expr>),
    /// `days shared`: people may be in other plans on the same days.
    DaysShared,
    /// `wide`: values have up to 28 digits.
    Wide,
    /// The period of payment: `monthly`, `quarterly`, `yearly`, or a unit's name.
    Pay(Name),
}

/// A record and where its rows come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its name.
    pub name: Name,
    /// The data file, where there is one.
    pub source: Option<DataSource>,
    /// The entries in the order written.
    pub entries: Vec<RecordEntry>,
}

/// A data file as a record names it.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSource {
    /// Its path below the data folder.
    pub path: Quoted,
    /// The sheet of a workbook.
    pub sheet: Option<Quoted>,
    /// What stands between two cells of a row; `tab` is read as the character.
    pub delimiter: Option<Quoted>,
}

/// One line of a record's block.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordEntry {
    /// A column.
    Column(Column),
    /// The column that says whom a row belongs to, or the way to it: `contract.seller`.
    To(Path),
    /// The column that says when, or the way to it.
    On(Path),
    /// The columns between which a person is there; both days count.
    Active {
        /// First day.
        from: Name,
        /// Last day.
        to: Name,
    },
    /// The columns between which a version of a row holds: several rows may have one key.
    Versioned {
        /// First day.
        from: Name,
        /// Last day, or the day after it.
        to: Name,
        /// `to`: the last day counts; `until`: it does not.
        inclusive: bool,
    },
    /// Totals the data must have.
    Control {
        /// How many rows.
        rows: Option<Number>,
        /// Sums by column.
        sums: Vec<(Name, Literal)>,
        /// The whole line.
        span: Span,
    },
}

/// A column of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Whether it is part of the key.
    pub key: bool,
    /// Its name in the plan.
    pub name: Name,
    /// Its type; `key Employee` alone names both the column and the record it refers to.
    pub ty: Option<TypeExpr>,
    /// The header in the file, where it differs from the name.
    pub header: Option<Quoted>,
    /// Of a reference to a row whose key has several columns: the columns of this record that name it, in their order.
    pub parts: Vec<Name>,
    /// How its cells are written, where not plainly: `as "DD/MM/YYYY"`.
    pub written: Option<Quoted>,
    /// Marked `hierarchy`.
    pub hierarchy: bool,
    /// Marked `total`.
    pub total: bool,
    /// The whole line.
    pub span: Span,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeExpr {
    /// The type.
    pub kind: TypeKind,
    /// With `?`.
    pub optional: bool,
    /// Where it stands.
    pub span: Span,
}

/// What a type says.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeKind {
    /// `text`
    Text,
    /// `yes/no`
    YesNo,
    /// `date`
    Date,
    /// `days`
    Days,
    /// `integer`
    Integer,
    /// `number` or `number(8)`
    Number(Option<u8>),
    /// `percent`, `percent(8)`, `percent as 15`, `percent as 0.15`
    Percent {
        /// Places of the ratio.
        places: Option<u8>,
        /// How cells are written.
        cells: PercentCells,
    },
    /// `currency`
    Currency,
    /// `money in COLUMN`, `money in COLUMN per seat`
    MoneyIn(Name, Option<Name>),
    /// `USD per currency`, `USD(4) per seat`: what stands above the line, its places, and the name after `per`
    Per(Name, Option<u8>, Name),
    /// `A | B | C`, two or more
    Choices(Vec<Name>),
    /// `month in 2026`: ordinals within a year
    PeriodIn(Name, i32),
    /// A name, with places where they are given (`USD(4)`): a currency, record, choice or period unit.
    Named(Name, Option<u8>),
}

/// How the cells of a percent column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PercentCells {
    /// `15%`
    Sign,
    /// `15`
    Whole,
    /// `0.15`
    Ratio,
}

/// A named choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Its name.
    pub name: Name,
    /// Its values.
    pub values: Vec<Name>,
}

/// A unit of a plan's own.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredUnit {
    /// What one is called.
    pub name: Name,
    /// What several are called, where it is not the name with an `s`.
    pub plural: Option<Name>,
}

/// Periods of a plan's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Periods {
    /// The unit's name.
    pub name: Name,
    /// Where they begin.
    pub kind: PeriodsKind,
}

/// Where the periods of a unit begin.
#[derive(Clone, Debug, PartialEq)]
pub enum PeriodsKind {
    /// On the distinct dates of a column.
    Column {
        /// The record and the column, which may be left out where it is the key.
        from: Path,
        /// The last day of the last period.
        to: Date,
    },
    /// One after another from a day on.
    Every {
        /// How long each is.
        length: StepLength,
        /// The first day of the first.
        from: Date,
    },
    /// For each row of a record one after another, from a day of its own on.
    Own {
        /// The record.
        record: Name,
        /// How long each is.
        length: StepLength,
        /// The column with the first day of the first.
        from: Path,
    },
}

/// `14 days`, `12 months`
#[derive(Clone, Debug, PartialEq)]
pub struct StepLength {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: Name,
}

/// The words that begin a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    /// A helper.
    Let,
    /// A quota.
    Quota,
    /// A measure of performance.
    Measure,
    /// An earning by component.
    Earn,
    /// A stock carried from period to period.
    Balance,
    /// What leaves the company.
    Pay,
}

/// A definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Define {
    /// Its word.
    pub word: Word,
    /// Its name.
    pub name: Name,
    /// `from DATE`: the day from which it holds, in place of the one before.
    pub since: Option<Since>,
    /// Marked `exact`: never rounded.
    pub exact: Option<Span>,
    /// What it has one value for; none: one value for the plan.
    pub grain: Option<Grain>,
    /// `as TYPE`
    pub ty: Option<TypeExpr>,
    /// `rounded MODE`
    pub rounded: Option<(Rounding, Span)>,
    /// `to COLUMN`
    pub to: Option<Path>,
    /// `on DATE`
    pub on: Option<Expr>,
    /// What it is.
    pub body: Expr,
    /// `starting at EXPR [each PERIOD]`
    pub starting: Option<Starting>,
}

/// What `previous` of the first row is.
#[derive(Clone, Debug, PartialEq)]
pub struct Starting {
    /// The value.
    pub value: Expr,
    /// The periods each of which begins anew.
    pub each: Option<Name>,
}

/// `for each A, B where COND`
#[derive(Clone, Debug, PartialEq)]
pub struct Grain {
    /// Records, choices and at most one period.
    pub parts: Vec<Name>,
    /// `in RECORD`: the combinations that occur there.
    pub within: Option<Name>,
    /// Its own periods in place of the plan's.
    pub schedule: Option<Box<Schedule>>,
    /// `by COLUMN`: the way from its rows, or from those on which the combinations occur.
    pub by: Option<Path>,
    /// Which of the rows.
    pub condition: Option<Expr>,
    /// All of it.
    pub span: Span,
}

/// `from signed for 36 months`
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// A day of the first period.
    pub start: Expr,
    /// How many periods.
    pub count: Expr,
    /// Which periods they are, as written: `months`; none where the number itself says it.
    pub unit: Option<Name>,
    /// All of it.
    pub span: Span,
}

/// A credit rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Credit {
    /// Its name.
    pub name: Name,
    /// `from DATE`: the day from which it holds, in place of the one before.
    pub since: Option<Since>,
    /// The rows it reads.
    pub grain: Grain,
    /// `to`, where given; otherwise the record's own.
    pub to: Option<CreditTo>,
    /// `on`, where given; otherwise the record's own.
    pub on: Option<Expr>,
    /// What is credited.
    pub amount: Option<Expr>,
    /// Further columns.
    pub columns: Vec<(Name, Expr)>,
}

/// Whom a rule credits, and with that how many credits it makes of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct CreditTo {
    /// Where the people are found.
    pub whom: Whom,
    /// A path: to the person, to the child record and perhaps a person of its rows, or to the one
    /// whose managers are meant.
    pub path: Path,
    /// Which of several.
    pub condition: Option<Expr>,
    /// All of it, without the word `to`.
    pub span: Span,
}

/// Where the people are found whom a rule credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// `to owner`
    One,
    /// `to each Split`
    Each,
    /// `to managers of owner`
    Managers,
}

/// A condition that must hold on every row.
#[derive(Clone, Debug, PartialEq)]
pub struct Ensure {
    /// Its name.
    pub name: Name,
    /// `from DATE`: the day from which it holds, in place of the one before.
    pub since: Option<Since>,
    /// The rows.
    pub grain: Option<Grain>,
    /// What must hold.
    pub condition: Expr,
    /// What to say when it does not.
    pub message: Option<Quoted>,
}

/// A test.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// What it shows.
    pub title: Quoted,
    /// The rows given.
    pub given: Vec<Given>,
    /// What must come out.
    pub expects: Vec<Expect>,
}

/// Rows of a record for a test.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// The record.
    pub record: Name,
    /// The rows; a cell left out or empty is missing.
    pub rows: Vec<Vec<(Name, Literal)>>,
    /// The span of each row.
    pub spans: Vec<Span>,
}

/// What a test expects.
#[derive(Clone, Debug, PartialEq)]
pub struct Expect {
    /// The expectation.
    pub kind: ExpectKind,
    /// All of it.
    pub span: Span,
}

/// Kinds of expectation.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectKind {
    /// `expect [sum of] NAME [of KEY, KEY] [in PERIOD] = LITERAL`
    Value {
        /// The value asked for.
        cell: ExpectCell,
        /// What it must be.
        value: Literal,
    },
    /// `expect none NAME …`: no such row.
    None(ExpectCell),
    /// `expect error CODE [in RECORD KEY]`
    Error {
        /// The code.
        code: Name,
        /// The record and the key of the row.
        row: Option<(Name, Literal)>,
    },
    /// `expect NAME { table }`: in each row the column called NAME is the value, the others its key.
    Table {
        /// The definition.
        name: Name,
        /// The rows.
        rows: Vec<Vec<(Name, Literal)>>,
    },
}

/// A value that a test asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpectCell {
    /// An aggregate over the rows that match.
    pub aggregate: Option<AggregateOp>,
    /// The definition.
    pub path: Path,
    /// `of` keys and `in` period.
    pub keys: Vec<ExpectKey>,
}

/// A key of a value that a test asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpectKey {
    /// What has it, where the test says so: `of Payee 1`.
    pub of: Option<Name>,
    /// The key itself.
    pub key: Literal,
}

/// A number as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// Its value; `5%` is 5 here.
    pub value: Fixed,
    /// Where it stands.
    pub span: Span,
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub struct Literal {
    /// The constant.
    pub kind: LiteralKind,
    /// Where it stands.
    pub span: Span,
}

/// What a constant is.
#[derive(Clone, Debug, PartialEq)]
pub enum LiteralKind {
    /// `1.25`
    Number(Fixed),
    /// `5%`: 5 here
    Percent(Fixed),
    /// `1,250.00 USD`, `3 days`, `3 seats`
    Amount(Fixed, Name),
    /// `2.50 USD per seat`, `2 per seat`
    Per(Fixed, Option<Name>, Name),
    /// `"West"`
    Text(String),
    /// `2026-03-31`
    Date(Date),
    /// `2026-03`, `2026-Q1`, `2026-H1`, `FY2026`: the text
    Period(String),
    /// `yes`, `no`
    YesNo(bool),
    /// A bare word: a choice value or a currency (in table cells only)
    Word(String),
}

/// A parsed file. Parsing never fails: what cannot be read is a problem, the rest is there.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The items that could be read.
    pub items: Vec<Item>,
    /// All comments.
    pub comments: Vec<Comment>,
    /// What could not be read.
    pub problems: Vec<crate::diagnostics::Diagnostic>,
    /// The names that items and entries were to declare which could not be read, and those of the items
    /// that lack such an entry: what is missing of them is told already.
    pub broken: BTreeSet<String>,
}
