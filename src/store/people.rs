//! What each person earned and was paid over all plans: the rows of `people.csv`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::flow_sums::FlowSums;
use super::texts::TextList;
use crate::table::row_number;
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
    places: u8,
    earned: Option<Exact>,
    paid: Option<Exact>,
}

/// What is paid and earned under a plan, and the keys of its people.
pub(super) struct OfPlan<'a> {
    /// The plan.
    pub plan: &'a str,
    /// The keys of the people's record.
    pub keys: Arc<TextList>,
    /// What is paid.
    pub paid: &'a FlowSums,
    /// What is earned.
    pub earned: &'a FlowSums,
}

/// The totals of all people under these plans, sorted by person and currency.
pub(super) fn totals<'a>(plans: impl Iterator<Item = OfPlan<'a>>) -> Vec<PersonTotal> {
    let mut people: BTreeMap<(String, String), Sums> = BTreeMap::new();
    for OfPlan { plan, keys, paid, earned } in plans {
        let paid = paid.persons.iter().map(|sums| (sums, true));
        let earned = earned.persons.iter().map(|sums| (sums, false));
        for (((currency, places), by_person), is_paid) in paid.chain(earned) {
            for (place, units) in by_person.iter() {
                // Place 0 is that of what belongs to no one.
                let person = place.checked_sub(1).map_or("", |person| keys.get(row_number(person)));
                let sums = people.entry((person.to_owned(), currency.clone())).or_default();
                sums.plans.insert(plan.to_owned());
                sums.places = sums.places.max(*places);
                let sum = if is_paid { &mut sums.paid } else { &mut sums.earned };
                let amount = Exact::from_units(units, *places);
                *sum = Some(sum.take().map_or(amount.clone(), |sum| sum.plus(&amount)));
            }
        }
    }
    let row = |((person, currency), sums): ((String, String), Sums)| {
        let text = |sum: Option<Exact>| {
            let sum = sum.unwrap_or_else(Exact::zero);
            let fixed = Fixed::from_exact(&sum, sums.places, Rounding::HalfUp, WIDE_DIGITS);
            fixed.map_or_else(|_| sum.to_string(), |fixed| fixed.to_string())
        };
        PersonTotal {
            person,
            currency,
            plans: sums.plans.iter().cloned().collect::<Vec<String>>().join(" + "),
            earned: text(sums.earned.clone()),
            paid: text(sums.paid.clone()),
        }
    };
    people.into_iter().map(row).collect()
}
