//! What a node of a formula does, with all that decided its value.

use serde::{Deserialize, Serialize};

use super::{Amount, Formula, KeyPart, PlanPlace};

/// What a node of a formula does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "node", rename_all = "snake_case")]
pub enum Node {
    /// A constant, or the day that is asked about.
    Constant,
    /// A part of the key of the row.
    Key {
        /// Which part, from 0.
        part: usize,
    },
    /// Whether a record has a row with a key, or the row of a smaller record that is a row of a larger one.
    Row {
        /// The record or the grain.
        of: String,
        /// The key, part by part.
        at: Vec<Formula>,
    },
    /// Whether a definition has its row here.
    Present {
        /// The conditions of its `where`, up to the first that is not yes.
        conditions: Vec<Formula>,
    },
    /// Another step's value.
    Step {
        /// The step's id.
        step: String,
        /// The key at which it was read, part by part; none where it stands on the same row.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Vec<Formula>>,
    },
    /// A value that is not there.
    Missing,
    /// A row that is not there, or whose key is missing.
    Absent {
        /// The column that was asked for.
        of: String,
        /// The key, part by part.
        at: Vec<Formula>,
    },
    /// Arithmetic, comparisons, `min`, `days active in` …: `op` over operands.
    Operation {
        /// `plus`, `minus`, `times`, `over`, `of`, `negate`, `equal`, `not_equal`, `less`,
        /// `less_or_equal`, `greater`, `greater_or_equal`, `minimum`, `maximum`, `round`, `and`, `or`,
        /// `not`, `exists`, `level`, `period_of`, `own_period_of`, `coarser`, `back`,
        /// `first_day`, `last_day`, `days_in`, `days_active`, `months_between`.
        op: String,
        /// Those that were evaluated.
        operands: Vec<Formula>,
        /// Of a `round`: how.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rounded: Option<Kept>,
        /// Of a `back`: how many places.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        places_back: Option<u32>,
        /// Of `days_active`: what decided them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        active: Option<Box<ActiveDays>>,
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
        asked: Box<Formula>,
        /// What stood in for it.
        instead: Option<Box<Formula>>,
    },
    /// An aggregate with every member.
    Aggregate {
        /// `sum`, `count`, `average`, `largest`, `smallest`, `any`, `all`.
        op: String,
        /// How many rows fell to this row and into the window, with those that a `where` turned away.
        considered: u32,
        /// The members, in order of their keys; on the first rows of a group none of its own, where `list` has them.
        members: Vec<Member>,
        /// The rows that a `where` turned away.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left_out: Vec<LeftOut>,
        /// On the first rows of a group: the step with the whole aggregate, whose members count up to that place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<String>,
        /// The days on which members count, where they are not simply those of the row's period.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<Days>,
        /// Over a team: which part of the key its people stand for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<usize>,
    },
    /// Rows one after another, each with what it was put in order by: `first`, `last`, the top of an
    /// aggregate, a running sum or count, or a rank.
    Ordered {
        /// `first`, `last`; an aggregate's `sum`, `count` …; `running_sum`, `running_count`; `rank`; `order`, where it
        /// is the list of a group.
        op: String,
        /// How many rows took part or were turned away.
        considered: u32,
        /// Whether what they are put in order by first runs downwards. All else runs upwards, and equal
        /// rows stand in order of their keys.
        largest_first: bool,
        /// Only so many from the front are taken.
        #[serde(skip_serializing_if = "Option::is_none")]
        top: Option<u32>,
        /// For a rank, what equal values get: `shared`, `dense`, `pooled`, `first`.
        #[serde(skip_serializing_if = "Option::is_none")]
        ties: Option<String>,
        /// The rows in this order; none of its own where `list` has them.
        members: Vec<Placed>,
        /// The rows that a `where` turned away.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left_out: Vec<LeftOut>,
        /// Of a rank, a running sum or count: the step with all rows of the group in their order, which they share.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<String>,
        /// With a list: the place of the row asked about, from 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<u32>,
        /// Of a running sum or count: whether the row asked about is not added itself.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        before: bool,
        /// The days on which members count, where the aggregate has a window.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<Days>,
        /// Over a team: which part of the key its people stand for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<usize>,
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
        /// All receivers, in order of their keys; none of its own where `list` has them.
        receivers: Vec<Receiver>,
        /// The step with the whole sharing out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<String>,
        /// Where this row stands among the receivers, from 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<u32>,
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
        /// The step with the rows of the group in their order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<String>,
    },
    /// The column one period earlier: its step, or the formula of its starting value.
    Previous {
        /// The earlier step.
        step: Option<String>,
        /// The row's own period, and the one before it where there is one.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        periods: Vec<Amount>,
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
        /// The key of the row of which it is a version, part by part.
        at: Vec<Formula>,
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
        /// The days that were asked: those of the period inside the plan; none where there are none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<Days>,
        /// The days among these on which the person is not active, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        others: Vec<Run>,
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
    /// What these were computed from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<Formula>,
}

/// A rounding inside an expression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The places kept.
    pub places: u8,
    /// The mode: `half up` …
    pub mode: String,
}

/// What decides how many days of a period a person is active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveDays {
    /// The days of the period inside the plan; none where there are none.
    pub within: Option<Days>,
    /// The first day of activity, where there is one.
    pub from: Option<Formula>,
    /// The last day of activity, where there is one.
    pub to: Option<Formula>,
    /// Whether the person is of the plan, where the plan says who is.
    pub inside: Option<Formula>,
}

/// A row that a `where` turned away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The row's key.
    pub key: Vec<KeyPart>,
    /// The first of the conditions that is not yes.
    pub condition: Formula,
}

/// A member of an aggregate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The member row's key.
    pub key: Vec<KeyPart>,
    /// Its date, in a window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The key to which it falls, part by part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group: Vec<Formula>,
    /// The conditions of the `where`, each of which is yes.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Formula>,
    /// In the list of a group: its place in the group's order, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<u32>,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Formula>,
    /// On the first of them: whether the person is in the plan, and since and until when it is there, as far as the plan
    /// says so and it was asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Formula>,
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
    /// The key to which it falls, part by part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group: Vec<Formula>,
    /// The conditions of the `where`, each of which is yes.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Formula>,
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
    /// The key to which it falls, part by part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group: Vec<Formula>,
    /// Its weight; none where all have the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Formula>,
    /// Its part.
    pub part: String,
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
    /// Where it begins; none: below everything, or one of the values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Amount>,
    /// Whether the start itself still belongs to the row before it (`above`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub above: bool,
    /// The values that lie in it, where the input is one of a closed set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
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
    /// Where it begins; none: below everything, or one of the values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Amount>,
    /// Whether the start itself still belongs to the row before it (`above`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub above: bool,
    /// The values that lie in it, where the input is one of a closed set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
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

impl LeftOut {
    /// The condition itself that is not yes: of a definition without a row the last of those asked for.
    pub(crate) fn failing(&self) -> &Formula {
        match &self.condition.node {
            Node::Present { conditions } => conditions.last().unwrap_or(&self.condition),
            _ => &self.condition,
        }
    }
}

impl Node {
    /// Arithmetic, a comparison, a question of the calendar.
    pub fn operation(op: &str, operands: Vec<Formula>) -> Node {
        Node::Operation { op: op.to_owned(), operands, rounded: None, places_back: None, active: None }
    }

    /// Whether it is told by its value alone: a constant, or a fact about a row.
    pub fn is_fact(&self) -> bool {
        matches!(self, Node::Constant | Node::Key { .. } | Node::Row { .. } | Node::Present { .. })
    }

    /// The formulas that its value is computed from, in order.
    pub fn operands(&self) -> Vec<&Formula> {
        match self {
            Node::Operation { operands, .. } => operands.iter().collect(),
            Node::If { condition, taken, .. } => [condition].into_iter().chain(taken).map(AsRef::as_ref).collect(),
            Node::Default { asked, instead } => [asked].into_iter().chain(instead).map(AsRef::as_ref).collect(),
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
            Node::Constant
            | Node::Key { .. }
            | Node::Row { .. }
            | Node::Present { .. }
            | Node::Missing
            | Node::Absent { .. }
            | Node::Step { .. }
            | Node::Increase { .. } => Vec::new(),
        }
    }

    /// The same, to be changed.
    pub(crate) fn operands_mut(&mut self) -> Vec<&mut Formula> {
        match self {
            Node::Operation { operands, .. } => operands.iter_mut().collect(),
            Node::If { condition, taken, .. } => [condition].into_iter().chain(taken).map(AsMut::as_mut).collect(),
            Node::Default { asked, instead } => [asked].into_iter().chain(instead).map(AsMut::as_mut).collect(),
            Node::Aggregate { members, .. } => members.iter_mut().filter_map(|member| member.value.as_mut()).collect(),
            Node::Ordered { members, .. } => {
                members.iter_mut().flat_map(|member| member.by.iter_mut().chain(&mut member.value)).collect()
            }
            Node::Pooled { rank, prizes } => [rank.as_mut()].into_iter().chain(prizes).collect(),
            Node::Allocate { amount, receivers, .. } => {
                let weights = receivers.iter_mut().filter_map(|receiver| receiver.weight.as_mut());
                [amount.as_mut()].into_iter().chain(weights).collect()
            }
            Node::Previous { starting, .. } => starting.as_deref_mut().into_iter().collect(),
            Node::Version { day, .. } => day.as_deref_mut().into_iter().collect(),
            Node::Days { period, runs, .. } => {
                period.as_deref_mut().into_iter().chain(runs.iter_mut().filter_map(|run| run.value.as_mut())).collect()
            }
            Node::Table { chosen, input, bands, .. } => {
                let chosen = chosen.iter_mut().map(|chosen| &mut chosen.input);
                let rows = bands.iter_mut().filter_map(|band| band.data.as_mut());
                let rows = rows.flat_map(|row| {
                    let BandRow { start, value, .. } = row.as_mut();
                    [start, value]
                });
                chosen.chain([input.as_mut()]).chain(rows).collect()
            }
            Node::Convert { amount, rates, to } => {
                [amount.as_mut()].into_iter().chain(rates).chain(to.as_deref_mut()).collect()
            }
            Node::Constant
            | Node::Key { .. }
            | Node::Row { .. }
            | Node::Present { .. }
            | Node::Missing
            | Node::Absent { .. }
            | Node::Step { .. }
            | Node::Increase { .. } => Vec::new(),
        }
    }

    /// The formulas that decided which rows and days it is about: keys, conditions, bounds.
    pub fn deciders(&self) -> Vec<&Formula> {
        match self {
            Node::Row { at, .. } | Node::Absent { at, .. } | Node::Version { at, .. } => at.iter().collect(),
            Node::Step { at, .. } => at.iter().flatten().collect(),
            Node::Present { conditions } => conditions.iter().collect(),
            Node::Operation { active: Some(active), .. } => {
                [&active.from, &active.to, &active.inside].into_iter().flatten().collect()
            }
            Node::Aggregate { members, left_out: out, window, .. } => {
                let placed = members.iter().flat_map(|member| member.group.iter().chain(&member.conditions));
                placed.chain(turned_away(out)).chain(bounds(window)).collect()
            }
            Node::Ordered { members, left_out: out, window, .. } => {
                let placed = members.iter().flat_map(|member| member.group.iter().chain(&member.conditions));
                placed.chain(turned_away(out)).chain(bounds(window)).collect()
            }
            Node::Allocate { receivers, .. } => receivers.iter().flat_map(|receiver| &receiver.group).collect(),
            Node::Days { runs, others, .. } => runs.iter().chain(others).flat_map(|run| &run.because).collect(),
            _ => Vec::new(),
        }
    }

    /// The ids of the steps it uses itself, without those of its operands.
    pub(super) fn own_uses(&self) -> Vec<&String> {
        match self {
            Node::Step { step, .. } => vec![step],
            Node::Increase { after, before, list, .. } => after.iter().chain(before).chain(list).collect(),
            Node::Previous { step, .. } | Node::Version { step, .. } => step.iter().collect(),
            Node::Aggregate { list, .. } | Node::Ordered { list, .. } | Node::Allocate { list, .. } => {
                list.iter().collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The conditions that turned rows away.
fn turned_away(rows: &[LeftOut]) -> impl Iterator<Item = &Formula> {
    rows.iter().map(|row| &row.condition)
}

/// What the days of a window were computed from.
fn bounds(window: &Option<Days>) -> impl Iterator<Item = &Formula> {
    window.iter().flat_map(|days| &days.bounds)
}
