//! The difference of two values, split over what caused it. What stands here is written as JSON as it is, and described in
//! `docs/against.md`.

use serde::Serialize;

use crate::step::{Amount, DataCell, KeyPart, PlanPlace};

/// The version of the JSON form.
pub const FORMAT: u32 = 1;

/// A value against another one, and what their difference comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The version of this form.
    pub format: u32,
    /// The definition.
    pub name: String,
    /// The unit of the value, as in a trace.
    pub unit: String,
    /// The value that is asked about.
    pub asked: Side,
    /// The value it is held against.
    pub against: Side,
    /// The one less the other, at the places of the values.
    pub difference: String,
    /// The decimals of the amounts; of a percentage those of its ratio.
    pub places: u8,
    /// What caused it, the largest first: their amounts add up to the difference.
    pub causes: Vec<Cause>,
    /// The definitions through which it came, each once, before those that it uses.
    pub steps: Vec<Block>,
}

/// One of the two values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Side {
    /// The run, as it was named.
    pub run: String,
    /// The plan's name.
    pub plan: String,
    /// Its row.
    pub key: Vec<KeyPart>,
    /// The value.
    pub value: Amount,
}

/// What caused a part of the difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// What it is.
    #[serde(flatten)]
    pub what: What,
    /// Its part, rounded so that all parts add up to the difference.
    pub amount: String,
    /// Its part as it is.
    pub exact: String,
    /// Of a row that one of two runs has alone: the data it comes from, in the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_run: Option<OtherRun>,
}

/// A row of the data in the run that does not have it among the members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OtherRun {
    /// Whether the row is in its data.
    pub there: bool,
    /// The cells that differ.
    pub changed: Vec<Change>,
}

/// A cell that differs between two runs; none where it is blank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The column.
    pub column: String,
    /// In the run that is held against.
    pub against: Option<String>,
    /// In the run that is asked about.
    pub asked: Option<String>,
}

/// What a cause is, without the amount.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct What {
    /// What kind of cause.
    pub kind: Kind,
    /// The column, record, definition or table; of a formula its words.
    pub name: String,
    /// How it was on the side that is held against; none where it was not there.
    pub against: Option<Evidence>,
    /// How it is on the side that is asked about.
    pub asked: Option<Evidence>,
}

/// Kinds of cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A row that only one side has among its members.
    Row,
    /// A cell of the data.
    Cell,
    /// A constant of the plan, or a row of one of its tables.
    Plan,
    /// A formula that the two plans write differently.
    Formula,
    /// A part of the key: the period or the person itself.
    Key,
    /// What was carried over from an earlier period.
    Carried,
    /// A definition that has a value on one side alone.
    OneSided,
    /// A step of the computation that is not divided further.
    Undivided,
    /// The rounding of a definition.
    Rounding,
}

/// How a cause is on one side.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Evidence {
    /// The words of the plan.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Amount>,
    /// The row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<KeyPart>,
    /// Of a row, the record and key of the row of the data it comes from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub row: Vec<KeyPart>,
    /// Of a value on the first rows of a group: how many, of how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<(u32, u32)>,
    /// Where the plan says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanPlace>,
    /// Where the data says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<DataCell>,
}

/// A definition on both sides, with its part of the difference and where that went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Block {
    /// The definition.
    pub name: String,
    /// How it was on the side that is held against.
    pub against: Evidence,
    /// How it is on the side that is asked about.
    pub asked: Evidence,
    /// Its part of the difference, over all its uses, rounded.
    pub amount: String,
    /// The same as it is.
    pub exact: String,
    /// How far it stands below the value asked for: 0 is that value.
    pub depth: usize,
    /// What decided: a branch, a row of a table, the smaller of two.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// Where its part went; they add up to it.
    pub parts: Vec<Part>,
}

/// A part of a definition's part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The definition it goes to, counted from 0 in `steps`; else it is a cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// The cause, counted from 0 in `causes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<usize>,
    /// The part, rounded so that those of a definition add up.
    pub amount: String,
    /// The part as it is.
    pub exact: String,
}
