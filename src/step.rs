//! The trace model: a graph of steps that says how a value came about.
//!
//! Every number is text, nothing depends on a clock, and a step's id is the SHA-256 of its content,
//! so a trace can be compared and hashed. Operands come before the steps that use them.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

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
pub const FORMAT: u32 = 1;

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
}

/// A part of a row's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPart {
    /// The record or period unit.
    pub part: String,
    /// Its value.
    pub value: String,
}

/// A value as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// The value: a decimal or a fraction for numbers (a percent as its ratio: 0.05), `yes`/`no`,
    /// dates, periods, texts, keys.
    pub text: String,
    /// `USD`, `USD per currency`, `seat/seats` for a unit of the plan's own, `percent`, `number`, `integer`, `days`, `months`, `date`, `period`, `text`,
    /// `choice`, `currency`, `yes/no`, or a record's name.
    pub unit: String,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanPlace {
    /// The file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// A cell of a data file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// What a node of a formula does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "node", rename_all = "snake_case")]
pub enum Node {
    /// A constant, a part of the row's key, or a fact of the calendar.
    Constant,
    /// Another step's value.
    Step {
        /// The step's id.
        step: String,
    },
    /// A row or value that is not there.
    Missing,
    /// Arithmetic, comparisons, `min`, `days active in` …: `op` over operands.
    Operation {
        /// `plus`, `minus`, `times`, `over`, `of`, `negate`, `equal`, `not_equal`, `less`,
        /// `less_or_equal`, `greater`, `greater_or_equal`, `minimum`, `maximum`, `round`, `and`, `or`,
        /// `not`, `exists`, `level`, `period_of`, `own_period_of`, `coarser`, `back`,
        /// `first_day`, `last_day`, `days_in`, `days_active`, `months_between`.
        op: String,
        /// Those that were evaluated.
        operands: Vec<Formula>,
    },
    /// `if`: the condition and the branch taken.
    If {
        /// The condition.
        condition: Box<Formula>,
        /// Whether `then` was taken.
        then: bool,
        /// The branch taken; none when the condition was missing.
        taken: Option<Box<Formula>>,
        /// The words of the branch not taken.
        not_taken: String,
    },
    /// `or` as a default: the first operand, and the second where it was needed.
    Default {
        /// The value asked for.
        value: Box<Formula>,
        /// What stood in for it.
        instead: Option<Box<Formula>>,
    },
    /// An aggregate with every member.
    Aggregate {
        /// `sum`, `count`, `average`, `largest`, `smallest`, `any`, `all`.
        op: String,
        /// The members, in order of their keys.
        members: Vec<Member>,
        /// How many rows of the group a `where` turned away.
        left_out: u32,
        /// The days on which members count, where they are not simply those of the row's period.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<Days>,
    },
    /// Rows one after another, each with what it was put in order by: `first`, `last`, the top of an
    /// aggregate, a running sum or count, or a rank.
    Ordered {
        /// `first`, `last`; an aggregate's `sum`, `count` …; `running_sum`, `running_count`; `rank`.
        op: String,
        /// Whether what they are put in order by first runs downwards. All else runs upwards, and equal
        /// rows stand in order of their keys.
        largest_first: bool,
        /// Only so many from the front are taken.
        #[serde(skip_serializing_if = "Option::is_none")]
        top: Option<u32>,
        /// For a rank, what equal values get: `shared`, `dense`, `pooled`, `first`.
        #[serde(skip_serializing_if = "Option::is_none")]
        ties: Option<String>,
        /// The rows in this order: all of the group, and for a running sum those up to the value's own.
        members: Vec<Placed>,
        /// How many rows a `where` turned away: of the group, or of those up to the value's own.
        left_out: u32,
        /// The days on which members count, where the aggregate has a window.
        #[serde(skip_serializing_if = "Option::is_none")]
        window: Option<Days>,
    },
    /// The average of the prizes of the places that rows with one value take together.
    Pooled {
        /// The rank: all rows that took part.
        rank: Box<Formula>,
        /// The table at each of the places.
        prizes: Vec<Formula>,
    },
    /// A part of an amount that is shared out in proportion to weights, in rounded parts that add up.
    Allocate {
        /// The amount.
        amount: Box<Formula>,
        /// Where the rest goes. `largest`: all parts are rounded towards 0, and the units left go to those
        /// that lost most, equal ones in the order of the receivers; `first`, `last`: the parts are
        /// rounded by the mode, and the first or last receiver with a weight takes what is left too.
        rest: String,
        /// The places of the parts.
        places: u8,
        /// The mode of rounding for `first` and `last`.
        mode: String,
        /// All receivers, in order of their keys.
        receivers: Vec<Receiver>,
    },
    /// A row's share: the target after this row less the target before it.
    Increase {
        /// The row's position in its group, from 1.
        position: u32,
        /// How many rows the group has.
        of: u32,
        /// The target with this row; none when the target has no row.
        after: Option<String>,
        /// The target without it; none for the first row, where it is 0.
        before: Option<String>,
    },
    /// The column one period earlier: its step, or the formula of its starting value.
    Previous {
        /// The earlier step.
        step: Option<String>,
        /// The starting value on the first row.
        starting: Option<Box<Formula>>,
    },
    /// The version of a row that holds on a day.
    Version {
        /// The day; none inside `days`, where it is each of them.
        day: Option<Box<Formula>>,
        /// The column of that version: its step's key names the first and the last day on which it holds;
        /// none when no version holds.
        step: Option<String>,
    },
    /// The days of a period on which a person is active in the plan.
    Days {
        /// `count`, `last` (without any day the last of the period), or `average`, which weighs each
        /// value by its days.
        op: String,
        /// The period; none for all of the plan's dates.
        period: Option<Box<Formula>>,
        /// Those days, in order, cut where the value is another one.
        runs: Vec<Run>,
    },
    /// A table of rates.
    Table {
        /// The table.
        table: String,
        /// `step`, `linear`, `retroactive`, `marginal`.
        kind: String,
        /// With several inputs: those that chose the row whose bands these are, in their order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        chosen: Vec<Chosen>,
        /// The input along the bands.
        input: Box<Formula>,
        /// Every band with what fell into it.
        bands: Vec<Band>,
        /// The straight line on which the input of a `linear` table lies; none where the table is level.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<Box<Segment>>,
    },
    /// A currency conversion.
    Convert {
        /// The amount.
        amount: Box<Formula>,
        /// The rates read, from and to (none for the rate's own currency).
        rates: Vec<Formula>,
        /// What named the currency it became, where the plan does not write it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Box<Formula>>,
    },
}

/// The days of a window, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    /// The first; none: all days up to the last.
    pub first: Option<String>,
    /// The last.
    pub last: String,
}

/// A member of an aggregate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The member row's key.
    pub key: Vec<KeyPart>,
    /// Its date, in a window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// What it added; none for a count.
    pub value: Option<Formula>,
}

/// Days in a row that count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The first day.
    pub from: String,
    /// The last day, which counts too.
    pub to: String,
    /// How many they are.
    pub days: u32,
    /// The value on each of them (`average` only).
    pub value: Option<Formula>,
}

/// A row among others in an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// The row's key.
    pub key: Vec<KeyPart>,
    /// The date by which it counts in a window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// What it was put in order by; in a rank, first the value compared.
    pub by: Vec<Formula>,
    /// What it added or gave; none for a count, a rank, and a row that is not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Formula>,
    /// Whether it counts; in a rank, whether it is the row asked about.
    pub taken: bool,
}

/// A row that receives a part of what is shared out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receiver {
    /// The row's key.
    pub key: Vec<KeyPart>,
    /// Its weight; none where all have the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Formula>,
    /// Its part.
    pub part: String,
    /// Whether it is the row asked about.
    pub own: bool,
}

/// An input of a table that chose among its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// What the table calls it.
    pub name: String,
    /// The input.
    pub input: Formula,
    /// The places in which it may lie, in order.
    pub rows: Vec<ChosenRow>,
}

/// A place in which an input of a table may lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenRow {
    /// Where it begins, as written.
    pub row: String,
    /// Its line in the plan.
    pub plan: PlanPlace,
    /// Whether the input lies in it.
    pub taken: bool,
}

/// A band of a table by a number, or a row of a table by a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Band {
    /// Where it begins, as written: `from 50%`, `below 10`, `renewal`.
    pub row: String,
    /// Its line in the plan.
    pub plan: PlanPlace,
    /// Its value.
    pub rate: Amount,
    /// Where it begins and its value, where it is a row of a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Box<BandRow>>,
    /// Whether the input reached it: for `marginal`, whether anything fell into it; for the others,
    /// whether it is the row taken.
    pub taken: bool,
    /// The part of the input in it (`marginal` only).
    pub part: Option<Amount>,
    /// What it gave: the part times the rate.
    pub gives: Option<Amount>,
}

/// The straight line between two points of a `linear` table: at input x it gives
/// `value_from + (value_to - value_from) * (x - from) / (to - from)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The input at which the line begins.
    pub from: Amount,
    /// The input at which it ends.
    pub to: Amount,
    /// Its value there where it begins.
    pub value_from: Amount,
    /// Its value there where it ends.
    pub value_to: Amount,
}

/// A band that is a row of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BandRow {
    /// The row's key.
    pub key: Vec<KeyPart>,
    /// Where the band begins.
    pub start: Formula,
    /// Its value.
    pub value: Formula,
}

impl Step {
    /// The ids of the steps it uses.
    pub fn uses(&self) -> Vec<String> {
        let mut ids = Vec::new();
        let mut open: Vec<&Formula> = self.conditions.iter().chain(&self.formula).collect();
        while let Some(formula) = open.pop() {
            ids.extend(formula.node.own_uses().into_iter().cloned());
            open.extend(formula.node.operands());
        }
        ids
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

impl Node {
    /// The formulas that it has as parts of itself, in order.
    pub fn operands(&self) -> Vec<&Formula> {
        match self {
            Node::Constant | Node::Missing | Node::Step { .. } | Node::Increase { .. } => Vec::new(),
            Node::Operation { operands, .. } => operands.iter().collect(),
            Node::If { condition, taken, .. } => [condition].into_iter().chain(taken).map(AsRef::as_ref).collect(),
            Node::Default { value, instead } => [value].into_iter().chain(instead).map(AsRef::as_ref).collect(),
            Node::Aggregate { members, .. } => members.iter().filter_map(|member| member.value.as_ref()).collect(),
            Node::Ordered { members, .. } => {
                members.iter().flat_map(|member| member.by.iter().chain(&member.value)).collect()
            }
            Node::Pooled { rank, prizes } => [rank.as_ref()].into_iter().chain(prizes).collect(),
            Node::Allocate { amount, receivers, .. } => {
                let weights = receivers.iter().filter_map(|receiver| receiver.weight.as_ref());
                [amount.as_ref()].into_iter().chain(weights).collect()
            }
            Node::Previous { starting, .. } => starting.as_deref().into_iter().collect(),
            Node::Version { day, .. } => day.as_deref().into_iter().collect(),
            Node::Days { period, runs, .. } => {
                period.as_deref().into_iter().chain(runs.iter().filter_map(|run| run.value.as_ref())).collect()
            }
            Node::Table { chosen, input, bands, .. } => {
                let chosen = chosen.iter().map(|chosen| &chosen.input);
                let rows = bands.iter().filter_map(|band| band.data.as_ref());
                let rows = rows.flat_map(|row| [&row.start, &row.value]);
                chosen.chain([input.as_ref()]).chain(rows).collect()
            }
            Node::Convert { amount, rates, to } => {
                [amount.as_ref()].into_iter().chain(rates).chain(to.as_deref()).collect()
            }
        }
    }

    /// The ids of the steps it uses itself, without those of its operands.
    fn own_uses(&self) -> Vec<&String> {
        match self {
            Node::Step { step } => vec![step],
            Node::Increase { after, before, .. } => after.iter().chain(before).collect(),
            Node::Previous { step, .. } | Node::Version { step, .. } => step.iter().collect(),
            _ => Vec::new(),
        }
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
