//! What a run came to, for people to read.

use super::completeness::Complete;
use super::flows::Payout;
use super::people::PersonTotal;
use super::reconcile::Reconciled;
use crate::value::Fixed;

/// What a run came to, plan by plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The plans, by name.
    pub plans: Vec<PlanSummary>,
    /// What each person earned and was paid over all plans.
    pub people: Vec<PersonTotal>,
    /// The largest payout, the first of equals in the order of `payouts.csv`; none where nothing is paid.
    pub largest: Option<Payout>,
}

/// What a run came to for one plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanSummary {
    /// The plan.
    pub plan: String,
    /// Its title.
    pub title: String,
    /// The total of each `pay`, as the plan orders them, by currency.
    pub payouts: Vec<Total>,
    /// The total of each `earn`, as the plan orders them, by currency.
    pub earnings: Vec<Total>,
    /// What of that is earned on a day outside the plan's dates, by name.
    pub outside: Vec<Total>,
    /// What is paid by period, payment and currency, in this order.
    pub periods: Vec<PeriodTotal>,
    /// How many people are paid something other than zero.
    pub people_paid: usize,
    /// The rows of the reconciliation.
    pub reconciliation: Vec<Reconciled>,
    /// The rows of the control of completeness.
    pub completeness: Vec<Complete>,
}

/// The exact total of a definition in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// The definition.
    pub name: String,
    /// The currency; empty where the values have none.
    pub currency: String,
    /// The sum.
    pub amount: Fixed,
    /// How many values it sums.
    pub values: u64,
    /// How many people have a value other than zero.
    pub people: usize,
}

/// The exact total of a definition in one currency and one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodTotal {
    /// The period: the definition's own, else the pay period of its date.
    pub period: String,
    /// The total.
    pub total: Total,
}
