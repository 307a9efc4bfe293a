//! What each person earned and was paid over all plans: the rows of `people.csv`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::flows::{Earning, Payout};
use crate::value::{Exact, Fixed, Rounding, WIDE_DIGITS};

/// A row of `people.csv`: one person in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonTotal {
    /// The key of the person; empty for what belongs to no one.
    pub person: String,
    /// The currency; empty where the amounts have none.
    pub currency: String,
    /// The plans under which that is, joined by ` + `.
    pub plans: String,
    /// The total of all `earn`.
    pub earned: String,
    /// The total of all `pay`.
    pub paid: String,
}

/// Sums at the most places of their amounts.
#[derive(Default)]
struct Sums {
    plans: BTreeSet<String>,
    places: usize,
    earned: Option<Exact>,
    paid: Option<Exact>,
}

/// The totals of all people, sorted by person and currency.
pub(super) fn totals(payouts: &[Payout], earnings: &[Earning]) -> Vec<PersonTotal> {
    let mut people: BTreeMap<(&str, &str), Sums> = BTreeMap::new();
    let paid = payouts.iter().map(|row| (&row.person, &row.currency, &row.plan, &row.amount, true));
    let earned = earnings.iter().map(|row| (&row.person, &row.currency, &row.plan, &row.amount, false));
    for (person, currency, plan, amount, is_paid) in paid.chain(earned) {
        let sums = people.entry((person, currency)).or_default();
        sums.plans.insert(plan.clone());
        sums.places = sums.places.max(amount.split_once('.').map_or(0, |(_, decimals)| decimals.len()));
        let sum = if is_paid { &mut sums.paid } else { &mut sums.earned };
        let amount = Exact::parse(amount).unwrap_or_else(Exact::zero);
        *sum = Some(sum.take().map_or(amount.clone(), |sum| sum.plus(&amount)));
    }
    let row = |((person, currency), sums): ((&str, &str), Sums)| {
        let text = |sum: Option<Exact>| {
            let sum = sum.unwrap_or_else(Exact::zero);
            let places = u8::try_from(sums.places).unwrap_or(u8::MAX);
            let fixed = Fixed::from_exact(&sum, places, Rounding::HalfUp, WIDE_DIGITS);
            fixed.map_or_else(|_| sum.to_string(), |fixed| fixed.to_string())
        };
        PersonTotal {
            person: person.to_owned(),
            currency: currency.to_owned(),
            plans: sums.plans.iter().cloned().collect::<Vec<String>>().join(" + "),
            earned: text(sums.earned.clone()),
            paid: text(sums.paid.clone()),
        }
    };
    people.into_iter().map(row).collect()
}
