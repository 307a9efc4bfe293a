//! The tree of expressions.

use super::{LiteralKind, Name, Path};
use crate::source::Span;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// The expression.
    pub kind: ExprKind,
    /// Where it stands, with its parentheses.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A constant (never `Word`).
    Literal(LiteralKind),
    /// A name or dotted path.
    Path(Path),
    /// `f(x, y)`
    Call(Name, Vec<Expr>),
    /// `-x`
    Negate(Box<Expr>),
    /// `not x`
    Not(Box<Expr>),
    /// `x exists`
    Exists(Box<Expr>),
    /// Two operands.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `if c then a else b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `case x when a, b then y else z`
    Case(Box<Case>),
    /// `sum of x …`
    Aggregate(Box<Aggregate>),
    /// `previous NAME`
    Previous(Name),
    /// `increase of NAME by a, b`
    Increase(Name, Vec<Expr>),
    /// `running sum of x within …`
    Running(Box<Running>),
    /// `rank of x within … ties …`
    Rank(Box<Rank>),
    /// `allocate x by w`
    Allocate(Box<Allocate>),
    /// `x in USD using Fx at d`
    Convert {
        /// The amount.
        value: Box<Expr>,
        /// The currency it becomes: its code, or a column that names it.
        currency: Path,
        /// The record of rates.
        using: Name,
        /// The date.
        at: Box<Expr>,
    },
    /// `x at d`: what varies in time, as of a day
    AsOf(Box<Expr>, Box<Expr>),
    /// `owner is active on closed`
    ActiveOn(Box<Expr>, Box<Expr>),
    /// `x a year ago`
    Ago(Box<Expr>, Ago),
    /// `days active in quarter`
    DaysActive(Name),
    /// `days in quarter`
    DaysIn(Name),
    /// `months from A to B`
    MonthsBetween(Box<Expr>, Box<Expr>),
    /// `start of quarter`
    StartOf(Name),
    /// `end of quarter`
    EndOf(Name),
}

/// A choice among several values.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What is compared with the values of the arms; without it the arms have conditions.
    pub subject: Option<Expr>,
    /// The arms in the order written.
    pub arms: Vec<Arm>,
    /// `else`, where it is given.
    pub otherwise: Option<Expr>,
}

/// An arm of a `case`.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// The values, or the one condition, behind `when`; never empty.
    pub values: Vec<Expr>,
    /// What stands behind `then`.
    pub result: Expr,
    /// From `when` to the end of the result.
    pub span: Span,
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `or`
    Or,
    /// `and`
    And,
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
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Over,
    /// `P of X`, a product
    Of,
}

/// An aggregate.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// What it does.
    pub op: AggregateOp,
    /// Where the words `sum of` stand.
    pub op_span: Span,
    /// What is aggregated.
    pub value: Expr,
    /// `over team`, `over reports`
    pub over: Option<(Over, Span)>,
    /// `over days`: not rows but the days of the period are taken together.
    pub over_days: Option<Span>,
    /// `to COLUMN`
    pub to: Option<Path>,
    /// `on COLUMN`, `on (signed + 13 months)`
    pub on: Option<Expr>,
    /// `year to date`, `over the last 3 months`
    pub window: Option<Window>,
    /// `a year ago`
    pub ago: Option<Ago>,
    /// `where COND`
    pub condition: Option<Expr>,
    /// `by a, b, key`: the order of `first` and `last`; behind others one column, which of several ways
    pub by: Vec<Expr>,
    /// `top 3 by …`
    pub top: Option<Top>,
}

impl Aggregate {
    /// Of all there is, with nothing said behind it.
    pub fn of(op: AggregateOp, op_span: Span, value: Expr) -> Aggregate {
        Aggregate {
            op,
            op_span,
            value,
            over: None,
            over_days: None,
            to: None,
            on: None,
            window: None,
            ago: None,
            condition: None,
            by: Vec::new(),
            top: None,
        }
    }
}

/// `top 3 by a, key`: only the first rows of each group count.
#[derive(Clone, Debug, PartialEq)]
pub struct Top {
    /// How many.
    pub count: u32,
    /// What the rows are put in order by, the largest first.
    pub by: Vec<Expr>,
    /// `lowest first`
    pub lowest: bool,
    /// All of it.
    pub span: Span,
}

/// `running sum of x within A, b by c, key where COND before`
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// `sum` or `count`.
    pub op: AggregateOp,
    /// What is added up.
    pub value: Expr,
    /// The grain whose rows are gone through.
    pub within: Within,
    /// What the rows are put in order by.
    pub by: Vec<Expr>,
    /// Which rows count.
    pub condition: Option<Expr>,
    /// `before`: the value before the row.
    pub before: bool,
}

/// `within Person, quarter`, `within plan`
#[derive(Clone, Debug, PartialEq)]
pub struct Within {
    /// The parts of the grain; none: all rows of the plan.
    pub parts: Vec<Name>,
    /// All of it.
    pub span: Span,
}

/// `rank of x within g ties shared lowest first`
#[derive(Clone, Debug, PartialEq)]
pub struct Rank {
    /// What is compared.
    pub value: Expr,
    /// The grain within which it is.
    pub within: Option<Within>,
    /// Which rows take part.
    pub condition: Option<Expr>,
    /// What equal values get, with the order of `first by`.
    pub ties: Option<(Ties, Vec<Expr>)>,
    /// `lowest first`: the smallest is number 1.
    pub lowest: bool,
}

/// What rows with equal values get in a rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ties {
    /// The best place they take, and the places after it stay empty: 1, 1, 3.
    Shared,
    /// The best place they take, and the next follows at once: 1, 1, 2.
    Dense,
    /// The average of the prizes of the places they take.
    Pooled,
    /// Places of their own by a further order.
    First,
}

/// `allocate x by w rest to last`
#[derive(Clone, Debug, PartialEq)]
pub struct Allocate {
    /// What is shared out.
    pub amount: Expr,
    /// In proportion to what; none: evenly.
    pub weight: Option<Expr>,
    /// Where the rest of the rounding goes.
    pub rest: Rest,
}

/// Where the rest of the rounding of shared out parts goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rest {
    /// Unit by unit to the parts that rounding down cost most.
    Largest,
    /// To the first part.
    First,
    /// To the last part.
    Last,
}

impl Aggregate {
    /// Whether the days that count are not simply those of the reader's period.
    pub fn has_window(&self) -> bool {
        self.window.is_some() || self.ago.is_some()
    }
}

/// The days over which an aggregate goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Which days.
    pub kind: WindowKind,
    /// Where it stands.
    pub span: Span,
}

/// Which days an aggregate goes over: up to the reader's last day.
#[derive(Clone, Debug, PartialEq)]
pub enum WindowKind {
    /// `year to date`: from the first day of the unit; `to date`: all before.
    ToDate(Option<Name>),
    /// `over the last 3 months`
    Last(u32, Name),
}

/// `a year ago`, `3 months ago`
#[derive(Clone, Debug, PartialEq)]
pub struct Ago {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: Name,
    /// Where it stands.
    pub span: Span,
}

/// Which people below a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Over {
    /// All levels below, without the person.
    Team,
    /// Those who report directly.
    Reports,
}

/// Kinds of aggregate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AggregateOp {
    /// `sum of`
    Sum,
    /// `count of`
    Count,
    /// `average of`
    Average,
    /// `largest`
    Largest,
    /// `smallest`
    Smallest,
    /// `any`
    Any,
    /// `all`
    All,
    /// `first`
    First,
    /// `last`
    Last,
}
