//! What each person earned and was paid over all plans: the rows of `people.csv`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::flow_sums::FlowSums;
use super::texts::{TextList, push_fixed};
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

/// Amounts of which each adds up one definition or several.
#[derive(Default)]
struct Amounts<'a> {
    plans: BTreeSet<&'a str>,
    earned: Vec<Fixed>,
    paid: Vec<Fixed>,
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
    let mut people: BTreeMap<(String, &str), Amounts<'_>> = BTreeMap::new();
    for OfPlan { plan, keys, paid, earned } in plans {
        let paid = paid.persons.iter().map(|sums| (sums, true));
        let earned = earned.persons.iter().map(|sums| (sums, false));
        for (((currency, places), by_person), is_paid) in paid.chain(earned) {
            for (place, units) in by_person.iter() {
                // Place 0 is that of what belongs to no one.
                let person = place.checked_sub(1).map_or("", |person| keys.get(row_number(person)));
                let amounts = people.entry((person.to_owned(), currency.as_str())).or_default();
                amounts.plans.insert(plan);
                let amount = Fixed { units, places: *places };
                if is_paid { amounts.paid.push(amount) } else { amounts.earned.push(amount) }
            }
        }
    }
    let row = |((person, currency), amounts): ((String, &str), Amounts<'_>)| {
        let all = amounts.earned.iter().chain(&amounts.paid);
        let places = all.map(|amount| amount.places).max().unwrap_or(0);
        PersonTotal {
            person,
            currency: currency.to_owned(),
            plans: amounts.plans.into_iter().collect::<Vec<&str>>().join(" + "),
            earned: total(&amounts.earned, places),
            paid: total(&amounts.paid, places),
        }
    };
    people.into_iter().map(row).collect()
}

/// What amounts add up to, at these places.
fn total(amounts: &[Fixed], places: u8) -> String {
    let fixed = match amounts {
        [] => Fixed { units: 0, places },
        [amount] if amount.places == places => *amount,
        amounts => {
            let sum = amounts.iter().fold(Exact::zero(), |sum, amount| sum.plus(&amount.to_exact()));
            match Fixed::from_exact(&sum, places, Rounding::HalfUp, WIDE_DIGITS) {
                Ok(fixed) => fixed,
                Err(_) => return sum.to_string(),
            }
        }
    };
    let mut text = String::new();
    push_fixed(&mut text, fixed);
    text
}
