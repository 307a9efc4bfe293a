//! Typed expressions: what a definition computes, with every join written out.
//!
//! A name read across grains has become a [`Op::ReadAt`] with the key expressions that lead to its
//! row; an aggregate carries the key expressions that lead from its member rows to the reader.
//! The two interpreters know nothing else of grains.

use crate::calendar::Unit;
use crate::cell::Value;
use crate::ids::{ColumnId, ExprId, FrameId, RatesId, RecordId};
pub use crate::syntax::tree::{AggregateOp, Over};
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
    /// the key.
    ReadAt(ColumnId, Vec<Expr>),
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
    /// The first day of a period.
    FirstDay(Unit, Box<Expr>),
    /// The last day of a period.
    LastDay(Unit, Box<Expr>),
    /// The number of days of a period.
    DaysIn(Unit, Box<Expr>),
    /// The days of a period on which a person is active in the plan.
    DaysActive(Box<DaysActive>),
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

/// The days of a period inside the plan's dates and between two days (both count; a missing one is
/// open), if the person is of the plan; otherwise 0.
#[derive(Clone, Debug, PartialEq)]
pub struct DaysActive {
    /// The period's unit.
    pub unit: Unit,
    /// The period.
    pub period: Expr,
    /// First day of activity; none: always.
    pub from: Option<Expr>,
    /// Last day of activity; none: for ever.
    pub to: Option<Expr>,
    /// The plan's `people` condition for the person; none: everyone.
    pub inside: Option<Expr>,
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

/// A currency conversion. From X to X is 1 and needs no rate. With `home` the rate's own currency
/// and r(C) the rate of C (1 for home): amount * r(from) / r(to). A rate that is not there is a fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Convert {
    /// The amount.
    pub amount: Expr,
    /// The currency it is in.
    pub from: Expr,
    /// The currency it becomes.
    pub to: Currency,
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
            Op::Constant(_) | Op::Key(_) | Op::Read(_) | Op::Present(_) | Op::Previous(_) => Vec::new(),
            Op::ReadAt(_, key) | Op::RowExists(_, key) => key.iter().collect(),
            Op::Minimum(operands) | Op::Maximum(operands) | Op::Rate(_, operands) => operands.iter().collect(),
            Op::PeriodOf(_, a)
            | Op::Coarser(_, a, _)
            | Op::Back(_, a, _)
            | Op::FirstDay(_, a)
            | Op::LastDay(_, a)
            | Op::DaysIn(_, a)
            | Op::Negate(a)
            | Op::Round(a, _, _)
            | Op::Not(a)
            | Op::Exists(a) => vec![a],
            Op::OwnPeriodOf(_, a, b)
            | Op::Arithmetic(_, a, b)
            | Op::Compare(_, a, b)
            | Op::And(a, b)
            | Op::Or(a, b)
            | Op::Default(a, b) => {
                vec![a, b]
            }
            Op::If(a, b, c) => vec![a, b, c],
            Op::DaysActive(days) => {
                let parts = [Some(&days.period), days.from.as_ref(), days.to.as_ref(), days.inside.as_ref()];
                parts.into_iter().flatten().collect()
            }
            Op::Aggregate(aggregate) => {
                let members = aggregate.value.iter().chain(&aggregate.conditions).chain(&aggregate.group);
                let window = aggregate.window.iter();
                let days = window.flat_map(|window| [&window.date, &window.last].into_iter().chain(&window.first));
                members.chain(days).collect()
            }
            Op::Increase(increase) => increase.group.iter().chain(&increase.order).collect(),
            Op::Convert(convert) => {
                [&convert.amount, &convert.from].into_iter().chain(convert.key.iter().flatten()).collect()
            }
        }
    }

    /// The column it reads by itself, leaving out its operands.
    pub fn column(&self) -> Option<ColumnId> {
        match self {
            Op::Read(column) | Op::ReadAt(column, _) | Op::Present(column) | Op::Previous(column) => Some(*column),
            Op::Increase(increase) => Some(increase.target),
            Op::Convert(convert) => Some(convert.rate),
            _ => None,
        }
    }
}
