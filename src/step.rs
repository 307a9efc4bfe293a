//! The trace model: a graph of steps that says how a value came about.
//!
//! Every number is text, nothing depends on a clock, and a step's id is the SHA-256 of its content,
//! so a trace can be compared and hashed. Operands come before the steps that use them.

mod node;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::value::{Currency, Exact};

pub use node::{
    ActiveDays, Band, BandRow, Chosen, ChosenRow, Days, Kept, LeftOut, Member, Node, Placed, Receiver, Run, Segment,
};

/// How one value came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// The version of this format.
    pub format: u32,
    /// The plan's name.
    pub plan: String,
    /// The id of the step asked for: the last one.
    pub root: String,
    /// All steps, each after those it uses, each once.
    pub steps: Vec<Step>,
}

/// The version of the trace format.
pub const FORMAT: u32 = 2;

/// One value of a trace: a data cell, a definition at a row, a credit's column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// SHA-256 of the rest, in hexadecimal.
    pub id: String,
    /// What kind of step it is.
    pub kind: StepKind,
    /// The name of the column or definition.
    pub name: String,
    /// The word of a definition (`measure`, `earn` …); the record of an input.
    pub word: String,
    /// The row's key, part by part.
    pub key: Vec<KeyPart>,
    /// For a value recomputed on the first rows of a group: how many rows, of how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<(u32, u32)>,
    /// The conditions of a definition's `where`, each of which is yes.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Formula>,
    /// The value; none when missing.
    pub value: Option<Amount>,
    /// The rounding, where it changed the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding: Option<Rounded>,
    /// What it was computed from; none for inputs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formula: Option<Formula>,
    /// Where the plan says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanPlace>,
    /// Where the data says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<DataCell>,
}

/// Kinds of step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    /// A cell of a data file.
    Input,
    /// A column of a credit, with the rule that made it.
    Credit,
    /// A definition.
    Formula,
    /// The rows of a group with their values in an order, or what was shared out among them: a list that several steps use.
    List,
}

/// A part of a row's key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KeyPart {
    /// The record or period unit.
    pub part: String,
    /// Its value.
    pub value: String,
}

/// A value as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Amount {
    /// The value: a decimal or a fraction for numbers (a percent as its ratio: 0.05), `yes`/`no`,
    /// dates, periods, texts, keys.
    pub text: String,
    /// `USD`, `USD per currency`, `seat/seats` for a unit of the plan's own, `percent`, `number`, `integer`, `days`, `months`, `date`, `period`, `text`,
    /// `choice`, `currency`, `yes/no`, or a record's name.
    pub unit: String,
    /// Of a period, its first day …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// … and its last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
}

impl Amount {
    /// A value that is no period.
    pub fn new(text: String, unit: String) -> Amount {
        Amount { text, unit, ..Amount::default() }
    }

    /// The number it holds, where it holds one and not a key, a date or a word.
    pub fn number(&self) -> Option<Exact> {
        let unit = self.unit.as_str();
        let counts = matches!(unit, "percent" | "number" | "integer" | "days" | "months") || self.names().is_some();
        let is_number = counts || unit.contains(" per ") || Currency::from_code(unit).is_some();
        is_number.then(|| Exact::parse(&self.text)).flatten()
    }

    /// What one and what several of a unit of the plan's own are called: `seat/seats`.
    pub fn names(&self) -> Option<(&str, &str)> {
        self.unit.split_once('/').filter(|_| self.unit != "yes/no")
    }
}

/// A rounding that changed a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rounded {
    /// The exact value before.
    pub exact: String,
    /// The places kept.
    pub places: u8,
    /// The mode: `half up` …
    pub mode: String,
}

/// A place in a plan file, both numbers from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlanPlace {
    /// The file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// A cell of a data file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DataCell {
    /// The file, below the data folder.
    pub file: String,
    /// The row as a spreadsheet counts it (header 1).
    pub row: u64,
    /// The column's header.
    pub column: String,
}

/// A node of a formula with the value it had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Formula {
    /// The words of the plan; empty where the plan only implies it.
    pub text: String,
    /// Its value; none when missing.
    pub value: Option<Amount>,
    /// What it does.
    #[serde(flatten)]
    pub node: Node,
}

impl Step {
    /// The ids of the steps it uses, in order of use.
    pub fn uses(&self) -> Vec<String> {
        self.used(true)
    }

    /// The ids of the steps that its value is computed from: without those that decided which rows these are.
    pub fn computed_from(&self) -> Vec<String> {
        self.used(false)
    }

    fn used(&self, deciders: bool) -> Vec<String> {
        let conditions = self.conditions.iter().filter(|_| deciders || self.kind != StepKind::Credit);
        self.formula.iter().chain(conditions).flat_map(|formula| formula.used(deciders)).collect()
    }

    /// Sets the id from the content.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.id.clear();
        let content = serde_json::to_vec(&self).unwrap_or_default();
        self.id = hex(&Sha256::digest(content));
        self
    }
}

impl Formula {
    /// The ids of the steps it uses.
    pub fn uses(&self) -> Vec<String> {
        self.used(true)
    }

    fn used(&self, deciders: bool) -> Vec<String> {
        let mut ids = Vec::new();
        let mut open = vec![self];
        while let Some(formula) = open.pop() {
            ids.extend(formula.node.own_uses().into_iter().cloned());
            let mut below = formula.node.operands();
            if deciders {
                below.extend(formula.node.deciders());
            }
            open.extend(below.into_iter().rev());
        }
        ids
    }
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
