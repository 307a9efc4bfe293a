//! Typed expressions: what a definition computes, with every join written out.
//!
//! A name read across grains has become a [`Op::ReadAt`] with the key expressions that lead to its
//! row; an aggregate carries the key expressions that lead from its member rows to the reader.
//! The two interpreters know nothing else of grains.

use crate::calendar::Unit;
use crate::cell::Value;
use crate::ids::{ColumnId, ExprId, FrameId, RatesId, RecordId};
pub use crate::syntax::tree::{AggregateOp, Over, Rest, Ties};
use crate::value::{Currency, Rounding};

/// An expression. Its id leads to its words and its type in
/// [`Names`](super::names::Names::exprs).
#[derive(Clone, Debug)]
pub struct Expr {
    /// Unique within the plan.
    pub id: ExprId,
    /// What it computes.
    pub op: Op,
}

/// Equal when they compute the same, wherever they stand.
impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.op == other.op
    }
}

/// What an expression computes at a row of its frame. Any operand that is missing makes the result
/// missing unless said otherwise.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// A constant.
    Constant(Value),
    /// Part number N of the row's own key; on a record without composite key, the row itself.
    Key(usize),
    /// A column of this frame, at this row.
    Read(ColumnId),
    /// A column of another frame at the row with this key; missing when a part is missing or no row has
    /// the key. The key of a version ends in a day on which it holds.
    ReadAt(ColumnId, Vec<Expr>),
    /// The row of a subset record, whose key is this column, that is a row of the larger record;
    /// missing where it has none.
    SubsetRow(ColumnId, Box<Expr>),
    /// Whether the frame has a row with this key (never missing).
    RowExists(FrameId, Vec<Expr>),
    /// Whether a definition has its row here: no `where` left it out (never missing).
    Present(ColumnId),
    /// The unit's period in which a date lies; missing where there is none.
    PeriodOf(Unit, Box<Expr>),
    /// The period of the unit in which a date lies, of those that begin on a day of their own (last);
    /// missing before it.
    OwnPeriodOf(Unit, Box<Expr>, Box<Expr>),
    /// The coarser period (last) in which a period of the unit (first) lies.
    Coarser(Unit, Box<Expr>, Unit),
    /// The period so many places earlier; of periods from data the first where there are fewer.
    Back(Unit, Box<Expr>, u32),
    /// The period so many places later (`Plus`) or earlier (`Minus`) than a period of the unit. A count that is not
    /// whole, and a period outside the years 1 to 9999, is a fault; there may be no such period from data: missing.
    Later(Arithmetic, Unit, Box<Expr>, Box<Expr>),
    /// The date so many days or months later (`Plus`) or earlier (`Minus`): by months the same day, or the last day of a
    /// month too short for it. A count that is not whole, and a date outside the years 1 to 9999, is a fault.
    Moved(Arithmetic, Stride, Box<Expr>, Box<Expr>),
    /// The days, or the complete months, from a date to another; negative where the second is earlier.
    Apart(Stride, Box<Expr>, Box<Expr>),
    /// The first day of a period.
    FirstDay(Unit, Box<Expr>),
    /// The last day of a period.
    LastDay(Unit, Box<Expr>),
    /// The number of days of a period.
    DaysIn(Unit, Box<Expr>),
    /// How many days of a period a person is active in the plan.
    DaysActive(Box<DaysActive>),
    /// The last of those days; without any, the last day of the period.
    LastActive(Box<DaysActive>),
    /// The average of a number over those days; missing when there are none, or when it is missing on one.
    OverDays(Box<OverDays>),
    /// The day that is asked about, where something is asked day by day. It stands as the day of a version
    /// alone, so that between two changes of versions nothing differs.
    Day,
    /// Arithmetic on exact values; `Over` by zero is a fault.
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// The other sign.
    Negate(Box<Expr>),
    /// Comparison of numbers, dates, periods, texts (by bytes), or for equality only, anything.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// Smallest operand.
    Minimum(Vec<Expr>),
    /// Largest operand.
    Maximum(Vec<Expr>),
    /// Rounded to places inside an expression: `round`, `floor`, `ceil`.
    Round(Box<Expr>, u8, Rounding),
    /// Yes when both are; no as soon as the first is no; missing when the first is missing, or when
    /// the first is yes and the second is missing.
    And(Box<Expr>, Box<Expr>),
    /// Yes as soon as the first is yes; otherwise the second. Missing when the first is.
    Or(Box<Expr>, Box<Expr>),
    /// The other truth.
    Not(Box<Expr>),
    /// The first unless it is missing, then the second.
    Default(Box<Expr>, Box<Expr>),
    /// Whether the operand is there (never missing).
    Exists(Box<Expr>),
    /// Condition, then, else: evaluates only the branch it takes; missing when the condition is.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// An aggregate over the rows of a frame that lead to this row.
    Aggregate(Box<Aggregate>),
    /// The column one period earlier on the same other keys. Where the frame has no earlier row: the
    /// column's `starting` value, or missing. With `each year`: also at the first row of a fiscal year.
    Previous(ColumnId),
    /// The row's share of a definition of its group.
    Increase(Box<Increase>),
    /// A sum or count over the rows of a group up to this row.
    Running(Box<Running>),
    /// The place of this row in its group, from 1; missing when its own value is, when a condition is
    /// not yes on it, or when it is in no group.
    Rank(Box<Rank>),
    /// The average of a table's values at all the places that the rows with this row's value take
    /// together; missing where it has no rank.
    Pooled(RatesId, Box<Rank>),
    /// This row's part of an amount of a coarser frame.
    Allocate(Box<Allocate>),
    /// A table of rates at its inputs.
    Rate(RatesId, Vec<Expr>),
    /// An amount in another currency.
    Convert(Box<Convert>),
}

/// Exact arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Over,
    /// `P of X`: a product
    Of,
}

/// What dates are moved by and what lies between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stride {
    /// Days.
    Days,
    /// Months.
    Months,
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// The days of a period inside the plan's dates on which a person is active: between two days (both count;
/// a missing one is open), if the person is of the plan; otherwise none.
#[derive(Clone, Debug, PartialEq)]
pub struct DaysActive {
    /// The period.
    pub span: DaySpan,
    /// First day of activity; none: always.
    pub from: Option<Expr>,
    /// Last day of activity; none: for ever.
    pub to: Option<Expr>,
    /// The plan's `people` condition for the person; none: everyone.
    pub inside: Option<Expr>,
    /// Where the plan asks day by day who is in it and active, the person of whom it is asked: the above
    /// are then none.
    pub person: Option<Expr>,
}

/// Some days in a row.
#[derive(Clone, Debug, PartialEq)]
pub enum DaySpan {
    /// Those of a period of a unit.
    Period(Unit, Expr),
    /// Those of the plan.
    Plan,
}

impl DaySpan {
    /// The period.
    pub fn period(&self) -> Option<&Expr> {
        match self {
            DaySpan::Period(_, period) => Some(period),
            DaySpan::Plan => None,
        }
    }
}

/// A number on each of the days on which a person is active.
#[derive(Clone, Debug, PartialEq)]
pub struct OverDays {
    /// The days.
    pub days: DaysActive,
    /// The number, as of [`Op::Day`].
    pub value: Expr,
}

impl DaysActive {
    fn operands(&self) -> Vec<&Expr> {
        let parts =
            [self.span.period(), self.from.as_ref(), self.to.as_ref(), self.inside.as_ref(), self.person.as_ref()];
        parts.into_iter().flatten().collect()
    }
}

/// An aggregate. A member row counts where the condition is yes; it falls to the reader's row whose
/// key its group expressions give, or to none when one of them is missing. With a window the
/// reader's period is no part of that key, and the members' dates decide.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// What it does. Empty sum and count are 0, `any` is no, `all` is yes, the others are missing.
    pub op: AggregateOp,
    /// The frame of the member rows.
    pub members: FrameId,
    /// What is aggregated, on a member row (for `count`: nothing).
    pub value: Option<Expr>,
    /// Which member rows count: all of these are yes there.
    pub conditions: Vec<Expr>,
    /// The reader's frame.
    pub reader: FrameId,
    /// For each part of the reader's key, its value on a member row; leaving out the reader's period
    /// where there is a window.
    pub group: Vec<Expr>,
    /// The days on which members count.
    pub window: Option<Window>,
    /// Instead of the reader's own group, those of the people below.
    pub over: Option<Below>,
    /// Which of a group's members are taken, in which order; none: all of them. Values are computed for
    /// those taken alone.
    pub taken: Option<Taken>,
}

/// The members of a group that are taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// What the members are sorted by.
    pub order: Sorted,
    /// So many from the front; none: the last one alone.
    pub first: Option<u32>,
}

/// What rows are sorted by: the expressions in turn, then the rows' own keys, all of them upwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Sorted {
    /// The expressions.
    pub by: Vec<Expr>,
    /// The first of them downwards instead.
    pub largest_first: bool,
}

/// A sum or count over the rows of this row's group, in an order, up to this row. The group is all
/// rows of the frame with the same values of the group expressions, and with a value of all that they are
/// sorted by; missing on a row that is in none.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// `Sum` or `Count`.
    pub op: AggregateOp,
    /// What is added up (for a count: nothing).
    pub value: Option<Expr>,
    /// Which rows are added: all of these are yes there.
    pub conditions: Vec<Expr>,
    /// What the rows of a group share.
    pub group: Vec<Expr>,
    /// The order of the rows.
    pub order: Sorted,
    /// Without this row itself.
    pub before: bool,
}

/// A row's place among the rows of its group that have a value and on which all conditions are yes.
#[derive(Clone, Debug, PartialEq)]
pub struct Rank {
    /// Which rows take part: all of these are yes there.
    pub conditions: Vec<Expr>,
    /// What the rows of a group share.
    pub group: Vec<Expr>,
    /// The value compared, and behind it what decides between equal ones where `ties` is `First`.
    pub order: Sorted,
    /// What rows with equal values get. `Pooled` in [`Op::Pooled`] alone.
    pub ties: Ties,
}

/// An amount of a row of another frame, shared out over the rows of this frame that lead there and on
/// which all conditions are yes, in parts at some places that add up to it. In proportion to the
/// weights; an amount other than 0 without a receiver, or whose weights are all 0, is a fault of its
/// row, and so is a weight below 0. A negative amount is shared out as its opposite is.
#[derive(Clone, Debug, PartialEq)]
pub struct Allocate {
    /// The amount.
    pub amount: ColumnId,
    /// For each part of the key of the amount's frame, its value on a receiving row.
    pub group: Vec<Expr>,
    /// Which rows receive: those of the definition.
    pub conditions: Vec<Expr>,
    /// The weight of a receiving row; none: 1.
    pub weight: Option<Expr>,
    /// Where the rest goes. To the largest: each part is rounded down, and the units left go one by one
    /// to the parts that lost most, then in order of the rows. To the first or last receiver with a
    /// weight: the others are rounded by the mode, and it gets what is left.
    pub rest: Rest,
    /// The places of the parts.
    pub places: u8,
    /// The mode of rounding for a rest to the first or last.
    pub rounding: Rounding,
}

/// The days on which the members of an aggregate count, both ends included; none where an end is
/// missing. A member without a date does not count. Only members whose days are asked for are asked
/// the conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Which part of the reader's key is its period, and so no part of the group.
    pub period: Option<usize>,
    /// The date of a member, on its row.
    pub date: Expr,
    /// The first day, on the reader's row; none: all days up to the last.
    pub first: Option<Expr>,
    /// The last day, on the reader's row.
    pub last: Expr,
}

impl Aggregate {
    /// The key of the group of a reader's row: the row's key without its period where a window takes
    /// its place.
    pub fn group_key<K: Copy>(&self, own: &[K]) -> Vec<K> {
        let left_out = self.window.as_ref().and_then(|window| window.period);
        let parts = own.iter().enumerate().filter(|(part, _)| Some(*part) != left_out);
        parts.map(|(_, key)| *key).collect()
    }
}

/// The people below a person in a hierarchy: rows of `people` whose row in the hierarchy's record is
/// below that of the reader.
#[derive(Clone, Debug, PartialEq)]
pub struct Below {
    /// All levels, or those who report directly.
    pub over: Over,
    /// The day whose tree it is, on the reader's row, where managers depend on it.
    pub day: Option<Expr>,
    /// Which part of the group's key is the person.
    pub part: usize,
    /// The record of that part.
    pub people: RecordId,
    /// From a row of `people` to its row in the record of the hierarchy, step by step; empty when
    /// that is `people` itself.
    pub links: Vec<ColumnId>,
    /// The hierarchy's column: a row's manager.
    pub manager: ColumnId,
}

/// `increase of TARGET by ORDER` on a row of the member frame: the group is all member rows that lead
/// to one row of the target's frame, sorted by the order. E_k is the target recomputed at that row
/// with every aggregate over the member frame restricted to the first k rows of the group, each
/// definition on the target's frame in between recomputed and rounded as named, all else at its
/// final value; E_0 is 0. Row k gets E_k - E_(k-1); missing when the target has no row there.
#[derive(Clone, Debug, PartialEq)]
pub struct Increase {
    /// The definition shared out.
    pub target: ColumnId,
    /// For each part of the target frame's key, its value on a member row.
    pub group: Vec<Expr>,
    /// What the group is sorted by, then by the member row itself (rows stand in order of their key).
    pub order: Vec<Expr>,
}

/// A currency conversion. From X to X is 1 and needs no rate, and 0 is 0 without one. With `home` the rate's own currency
/// and r(C) the rate of C (1 for home): amount * r(from) / r(to). A rate that is not there is a fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Convert {
    /// The amount.
    pub amount: Expr,
    /// The currency it is in.
    pub from: Expr,
    /// The currency it becomes.
    pub to: Expr,
    /// The currency above the line of the rates: `USD` in `rate USD per currency`.
    pub home: Currency,
    /// The column of rates.
    pub rate: ColumnId,
    /// The key of the rate's row: the currency stands where there is no expression.
    pub key: Vec<Option<Expr>>,
}

impl Op {
    /// The operands, in the order in which they stand.
    pub fn operands(&self) -> Vec<&Expr> {
        match self {
            Op::Constant(_) | Op::Key(_) | Op::Read(_) | Op::Present(_) | Op::Previous(_) | Op::Day => Vec::new(),
            Op::ReadAt(_, key) | Op::RowExists(_, key) => key.iter().collect(),
            Op::Minimum(operands) | Op::Maximum(operands) | Op::Rate(_, operands) => operands.iter().collect(),
            Op::PeriodOf(_, a)
            | Op::Coarser(_, a, _)
            | Op::Back(_, a, _)
            | Op::SubsetRow(_, a)
            | Op::FirstDay(_, a)
            | Op::LastDay(_, a)
            | Op::DaysIn(_, a)
            | Op::Negate(a)
            | Op::Round(a, _, _)
            | Op::Not(a)
            | Op::Exists(a) => vec![a],
            Op::Later(_, _, a, b) | Op::Moved(_, _, a, b) | Op::Apart(_, a, b) => vec![a, b],
            Op::OwnPeriodOf(_, a, b)
            | Op::Arithmetic(_, a, b)
            | Op::Compare(_, a, b)
            | Op::And(a, b)
            | Op::Or(a, b)
            | Op::Default(a, b) => {
                vec![a, b]
            }
            Op::If(a, b, c) => vec![a, b, c],
            Op::DaysActive(days) | Op::LastActive(days) => days.operands(),
            Op::OverDays(over) => over.days.operands().into_iter().chain([&over.value]).collect(),
            Op::Aggregate(aggregate) => {
                let members = aggregate.value.iter().chain(&aggregate.conditions).chain(&aggregate.group);
                let window = aggregate.window.iter();
                let days = window.flat_map(|window| [&window.date, &window.last].into_iter().chain(&window.first));
                let tree = aggregate.over.as_ref().and_then(|below| below.day.as_ref());
                let by = aggregate.taken.iter().flat_map(|taken| &taken.order.by);
                members.chain(days).chain(by).chain(tree).collect()
            }
            Op::Running(running) => {
                let counted = running.value.iter().chain(&running.conditions);
                counted.chain(&running.group).chain(&running.order.by).collect()
            }
            Op::Rank(rank) | Op::Pooled(_, rank) => {
                rank.conditions.iter().chain(&rank.group).chain(&rank.order.by).collect()
            }
            Op::Allocate(allocate) => {
                allocate.weight.iter().chain(&allocate.conditions).chain(&allocate.group).collect()
            }
            Op::Increase(increase) => increase.group.iter().chain(&increase.order).collect(),
            Op::Convert(convert) => {
                let one = [&convert.amount, &convert.from, &convert.to];
                one.into_iter().chain(convert.key.iter().flatten()).collect()
            }
        }
    }

    /// Whether it is computed on a row apart from the other rows of its frame, if its operands are.
    pub fn is_row_by_row(&self) -> bool {
        !matches!(
            self,
            Op::Aggregate(_)
                | Op::Increase(_)
                | Op::SubsetRow(..)
                | Op::Running(_)
                | Op::Rank(_)
                | Op::Pooled(..)
                | Op::Allocate(_)
        )
    }

    /// The column it reads by itself, leaving out its operands.
    pub fn column(&self) -> Option<ColumnId> {
        match self {
            Op::Read(column)
            | Op::ReadAt(column, _)
            | Op::SubsetRow(column, _)
            | Op::Present(column)
            | Op::Previous(column) => Some(*column),
            Op::Increase(increase) => Some(increase.target),
            Op::Allocate(allocate) => Some(allocate.amount),
            Op::Convert(convert) => Some(convert.rate),
            _ => None,
        }
    }
}
