//! The tree of `rates`: tables written in the plan, and those whose bands are the rows of a record.

use super::{Expr, Literal, Name};
use crate::calendar::Date;
use crate::source::Span;

/// `from 2026-07-01`, in the head of what holds from that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// The first day.
    pub day: Date,
    /// The words.
    pub span: Span,
}

/// A table of rates.
#[derive(Clone, Debug, PartialEq)]
pub struct Rates {
    /// Its name.
    pub name: Name,
    /// `from DATE`: the day from which it holds, in place of the one before.
    pub since: Option<Since>,
    /// The names of its inputs, one or more.
    pub inputs: Vec<Name>,
    /// How it is read.
    pub kind: RatesKind,
    /// Where the kind stands.
    pub kind_span: Span,
    /// With several inputs, where the columns begin: the starts of the last input.
    pub header: Vec<RowStart>,
    /// Its rows in the order written.
    pub rows: Vec<RatesRow>,
    /// The record whose rows are its bands; then it has no rows of its own.
    pub bands: Option<Box<RatesBands>>,
}

/// A record whose rows are the bands of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct RatesBands {
    /// The record.
    pub record: Name,
    /// What the rows say, in the order written.
    pub entries: Vec<BandEntry>,
}

impl RatesBands {
    /// The columns of its key.
    pub fn keys(&self) -> impl Iterator<Item = &Name> {
        self.entries.iter().filter_map(|entry| match &entry.kind {
            BandEntryKind::Key(name) => Some(name),
            _ => None,
        })
    }
}

/// One entry of a table from a record.
#[derive(Clone, Debug, PartialEq)]
pub struct BandEntry {
    /// What it says.
    pub kind: BandEntryKind,
    /// All of it.
    pub span: Span,
}

/// What an entry of a table from a record says, on a row of the record.
#[derive(Clone, Debug, PartialEq)]
pub enum BandEntryKind {
    /// `key COLUMN`: rows with one key are one table.
    Key(Name),
    /// `from X`: where the band begins, inclusive.
    From(Expr),
    /// `above X`
    Above(Expr),
    /// `to X`: where the next band must begin.
    To(Expr),
    /// `value X`: its value.
    Value(Expr),
}

/// How a table of rates is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RatesKind {
    /// Looks up a cell.
    Step,
    /// Straight lines between points.
    Linear,
    /// The input times the reached rate.
    Retroactive,
    /// The sum of each slice times its rate.
    Marginal,
}

impl RatesKind {
    /// The word of the plan.
    pub fn word(self) -> &'static str {
        match self {
            RatesKind::Step => "step",
            RatesKind::Linear => "linear",
            RatesKind::Retroactive => "retroactive",
            RatesKind::Marginal => "marginal",
        }
    }
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct RatesRow {
    /// Where the row begins, for each input but those of the header.
    pub starts: Vec<RowStart>,
    /// Its values: one for each column of the header, or one.
    pub values: Vec<Literal>,
    /// The whole row.
    pub span: Span,
}

/// Where a row or a column of a table begins.
#[derive(Clone, Debug, PartialEq)]
pub struct RowStart {
    /// What it says.
    pub kind: StartKind,
    /// All of it.
    pub span: Span,
}

/// What the beginning of a row or a column of a table says.
#[derive(Clone, Debug, PartialEq)]
pub enum StartKind {
    /// `below X`
    Below(Literal),
    /// `from X`, inclusive
    From(Literal),
    /// `above X`
    Above(Literal),
    /// A value of a choice, `yes` or `no`.
    Value(Name),
    /// `otherwise`
    Otherwise,
}
