//! Expectations against what was computed.

use super::Failure;
use super::expect::{Check, CheckKind, Question};
use super::find::{Finder, Lost};
use super::literal::{self, Plain};
use crate::ids::{ColumnId, FrameId};
use crate::keys;
use crate::program::Program;
use crate::syntax::tree::AggregateOp;
use crate::table::{Results, Value, row_number};
use crate::types::model::{Part, Type};
use crate::value::{Currency, Exact};

/// So many values are listed.
const LISTED: usize = 6;

/// The places of an average that is no amount of money.
const PLACES: u8 = 6;

/// Why an expectation does not hold, if it does not.
pub(super) fn failure(program: &Program, results: &Results, check: &Check<'_>) -> Option<Failure> {
    let (question, value) = match &check.kind {
        CheckKind::Value(question, value) => (question, Some(value)),
        CheckKind::None(question) => (question, None),
        CheckKind::Error(..) => {
            let (expected, found) = (expected(program, check), "no error".to_owned());
            return Some(Failure { span: check.span, expected, found, note: None });
        }
    };
    let answering = Answering { program, results, question };
    let answer = answering.answer(value.is_none());
    let holds = match (&answer, value) {
        (Answer::Value(found, _), Some(value)) => same(found, value),
        (Answer::Nothing(_), None) => true,
        _ => false,
    };
    if holds {
        return None;
    }
    let (found, note) = match answer {
        Answer::Value(found, note) => (answering.shown(&found), note),
        Answer::Nothing(note) => ("no such row".to_owned(), note),
        Answer::Missing => ("a row without a value".to_owned(), None),
        Answer::Several(found, note) => (found, Some(note)),
    };
    Some(Failure { span: check.span, expected: expected(program, check), found, note })
}

/// What is expected, in words.
pub(super) fn expected(program: &Program, check: &Check<'_>) -> String {
    match &check.kind {
        CheckKind::Value(question, value) => shown_at(program, question, value),
        CheckKind::None(_) => "no value".to_owned(),
        CheckKind::Error(code, None) => format!("error {}", code.text()),
        CheckKind::Error(code, Some((_, key))) => {
            let key = literal::key_text(&key.kind).unwrap_or_default();
            format!("error {} in `{key}`", code.text())
        }
    }
}

/// Zero is zero of any currency.
fn same(found: &Plain, expected: &Plain) -> bool {
    match (found, expected) {
        (Plain::Number(found, own), Plain::Number(expected, currency)) => {
            found == expected && (own == currency || found.is_zero())
        }
        _ => found == expected,
    }
}

fn shown_at(program: &Program, question: &Question<'_>, value: &Plain) -> String {
    literal::shown(program, question.ty, program.model.columns.at(question.column).places, value)
}

/// What there is to a question.
enum Answer {
    /// A value; and what it is made of.
    Value(Plain, Option<String>),
    /// No row; and why.
    Nothing(Option<String>),
    /// A row without a value.
    Missing,
    /// More than one: how many, and what to do about it.
    Several(String, String),
}

struct Answering<'a> {
    program: &'a Program,
    results: &'a Results,
    question: &'a Question<'a>,
}

impl Answering<'_> {
    /// `is_none`: whether no value is expected, so that a missing one is none.
    fn answer(&self, is_none: bool) -> Answer {
        let rows = match Finder::new(self.program, self.results, self.question).rows() {
            Ok(rows) => rows,
            Err(Lost::Unknown(note)) => return Answer::Nothing(Some(note)),
            Err(Lost::Ambiguous(found)) => {
                return Answer::Several("a key of several things".to_owned(), found);
            }
        };
        let values: Vec<(u32, Option<Value>)> = rows.into_iter().map(|row| (row, self.value(row))).collect();
        if is_none && values.iter().all(|(_, value)| value.is_none()) {
            return Answer::Nothing(None);
        }
        match self.question.op {
            Some(op) => self.aggregate(op, &values),
            None => self.single(&values),
        }
    }

    fn value(&self, row: u32) -> Option<Value> {
        self.results.tables.column(self.question.column)?.get(row)
    }

    fn single(&self, values: &[(u32, Option<Value>)]) -> Answer {
        match values {
            [] => Answer::Nothing(None),
            [(_, None)] => Answer::Missing,
            [(row, Some(value))] => Answer::Value(self.plain(*row, value), None),
            several => {
                let name = &self.question.name;
                let note = format!("say which by its whole key, or add them up: `sum of {name}`");
                Answer::Several(format!("{} values", several.len()), self.listed(several, &note))
            }
        }
    }

    fn aggregate(&self, op: AggregateOp, rows: &[(u32, Option<Value>)]) -> Answer {
        let note = match rows {
            [] => None,
            rows => Some(self.listed(rows, "")),
        };
        if op == AggregateOp::Count {
            let count = Exact::from_integer(row_number(rows.len()).into());
            return Answer::Value(Plain::Number(count, None), note);
        }
        let Some(values) = rows.iter().map(|(row, value)| Some((*row, value.clone()?))).collect::<Option<Vec<_>>>()
        else {
            return Answer::Missing;
        };
        let mut currencies: Vec<Option<Currency>> = values.iter().map(|(row, _)| self.currency(*row)).collect();
        currencies.dedup();
        if let [_, _, ..] = currencies.as_slice() {
            return Answer::Several("several currencies".to_owned(), note.unwrap_or_default());
        }
        let currency = currencies.first().copied().flatten().or(self.static_currency());
        let first = values.first().map(|(row, _)| *row);
        let values: Vec<Value> = values.into_iter().map(|(_, value)| value).collect();
        let found = match op {
            AggregateOp::Sum => Some(Plain::Number(sum(&values), currency)),
            AggregateOp::Average => self.average(&values, currency).map(|exact| Plain::Number(exact, currency)),
            AggregateOp::Any | AggregateOp::All => {
                let deciding = op == AggregateOp::Any;
                let yes = values.contains(&Value::YesNo(deciding)) == deciding;
                Some(Plain::Text(keys::yes_or_no(yes).to_owned()))
            }
            _ => {
                let best = best(&values, op == AggregateOp::Largest);
                best.zip(first).map(|(value, row)| self.plain(row, value))
            }
        };
        found.map_or(Answer::Nothing(None), |found| Answer::Value(found, note))
    }

    /// An average gets the places that a definition of it would have.
    fn average(&self, values: &[Value], currency: Option<Currency>) -> Option<Exact> {
        let exact = sum(values).over(&Exact::from_integer(row_number(values.len()).into()))?;
        let places = currency.map_or(PLACES, Currency::minor_units);
        Some(exact.rounded(places, self.program.model.plan.rounding))
    }

    /// The values with their keys, behind what is to be said of them.
    fn listed(&self, rows: &[(u32, Option<Value>)], before: &str) -> String {
        let frame = self.program.model.columns.at(self.question.column).frame;
        let one = |(row, value): &(u32, Option<Value>)| {
            let key = self.key_words(frame, *row);
            let value = value.as_ref().map_or_else(|| "no value".to_owned(), |value| self.own_shown(*row, value));
            if key.is_empty() { value } else { format!("{value} ({key})") }
        };
        let mut shown: Vec<String> = rows.iter().take(LISTED).map(one).collect();
        let more = rows.len().saturating_sub(LISTED);
        if more > 0 {
            shown.push(format!("and {more} more"));
        }
        let start = if before.is_empty() { String::new() } else { format!("{before}; ") };
        format!("{start}there is {}", shown.join(", "))
    }

    /// The key of a row, without its absent parts.
    fn key_words(&self, frame: FrameId, row: u32) -> String {
        let mut parts = keys::frame_key(self.program, self.results, frame, row);
        parts.retain(|part| !part.is_empty());
        parts.join(", ")
    }

    fn plain(&self, row: u32, value: &Value) -> Plain {
        match value {
            Value::Number(exact) => Plain::Number(exact.clone(), self.currency(row).or(self.static_currency())),
            other => Plain::Text(keys::print(self.program, &self.results.tables, self.column_type(), other)),
        }
    }

    fn shown(&self, value: &Plain) -> String {
        shown_at(self.program, self.question, value)
    }

    /// A value of the column itself, which an aggregate may count.
    fn own_shown(&self, row: u32, value: &Value) -> String {
        let places = self.program.model.columns.at(self.question.column).places;
        literal::shown(self.program, self.column_type(), places, &self.plain(row, value))
    }

    fn column_type(&self) -> Type {
        self.program.model.columns.at(self.question.column).ty
    }

    /// The currency that the row names, where amounts are in each row's own.
    fn currency(&self, row: u32) -> Option<Currency> {
        let Type::Number(dimension, _) = self.column_type() else { return None };
        let (Some(Part::RowCurrency(column)), None) = (dimension.above, dimension.below) else { return None };
        self.currency_in(column, row)
    }

    fn currency_in(&self, column: ColumnId, row: u32) -> Option<Currency> {
        match self.results.tables.column(column)?.get(row)? {
            Value::Currency(currency) => Some(currency),
            _ => None,
        }
    }

    fn static_currency(&self) -> Option<Currency> {
        match self.column_type() {
            Type::Number(dimension, _) => literal::currency_of(dimension),
            _ => None,
        }
    }
}

fn sum(values: &[Value]) -> Exact {
    values.iter().fold(Exact::zero(), |sum, value| match value {
        Value::Number(exact) => sum.plus(exact),
        _ => sum,
    })
}

/// The largest or the smallest.
fn best(values: &[Value], largest: bool) -> Option<&Value> {
    let order = |one: &&Value, other: &&Value| match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.cmp(other),
        (Value::Date(one), Value::Date(other)) => one.cmp(other),
        (Value::Period(one), Value::Period(other)) => one.cmp(other),
        (Value::Text(one), Value::Text(other)) => one.cmp(other),
        // All values of a column are of one kind.
        _ => std::cmp::Ordering::Equal,
    };
    if largest { values.iter().max_by(order) } else { values.iter().min_by(order) }
}
