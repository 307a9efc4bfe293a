//! Values of two traces as numbers, and how far they are apart.

use crate::calendar::{days_between, parse_date};
use crate::step::Amount;
use crate::value::Exact;

/// The same thing on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Both<T> {
    pub against: T,
    pub asked: T,
}

impl<T> Both<T> {
    pub fn map<U>(&self, of: impl Fn(&T) -> U) -> Both<U> {
        Both { against: of(&self.against), asked: of(&self.asked) }
    }

    /// That of one side.
    pub fn side(&self, asked: bool) -> &T {
        if asked { &self.asked } else { &self.against }
    }
}

/// A value as a number: a number itself, a date as its day, yes as 1 and no as 0. Texts, keys and periods are none.
pub(super) fn measured(value: Option<&Amount>) -> Option<Exact> {
    let value = value?;
    match value.unit.as_str() {
        "yes/no" => Some(truth(value.text == "yes")),
        "date" => {
            let (epoch, day) = (parse_date("1970-01-01").ok()?, parse_date(&value.text).ok()?);
            Some(Exact::from_integer(days_between(epoch, day).into()))
        }
        _ => value.number(),
    }
}

pub(super) fn truth(yes: bool) -> Exact {
    if yes { Exact::one() } else { Exact::zero() }
}

/// Whether two values are one. A number is the same however many zeros end it.
pub(super) fn same(one: Option<&Amount>, other: Option<&Amount>) -> bool {
    match (measured(one), measured(other)) {
        (Some(first), Some(second)) => {
            first == second && one.map(|amount| &amount.unit) == other.map(|amount| &amount.unit)
        }
        _ => one == other,
    }
}

/// By how much a value differs: of numbers their difference, of anything else 1 where it is another one.
pub(super) fn apart(values: &Both<Option<&Amount>>) -> Exact {
    match (measured(values.against), measured(values.asked)) {
        (Some(against), Some(asked)) => asked.minus(&against),
        _ => truth(!same(values.against, values.asked)),
    }
}
