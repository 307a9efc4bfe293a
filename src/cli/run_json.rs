//! What a run came to as JSON, described in `docs/json.md`.

use serde::Serialize;

use super::run::Done;
use super::run_narrowed::{kept_earnings, kept_payouts};
use crate::calendar::print_date;
use crate::store::{Complete, Earning, Payout, PeriodTotal, PersonTotal, PlanSummary, Reconciled, Total};

/// The version of this form.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct RunJson<'a> {
    format: u32,
    run: String,
    plans: Vec<PlanJson<'a>>,
    people: &'a [PersonTotal],
    narrowed: Option<Narrowed<'a>>,
}

#[derive(Serialize)]
struct PlanJson<'a> {
    plan: &'a str,
    title: &'a str,
    from: String,
    to: String,
    currency: String,
    earned: Vec<TotalJson<'a>>,
    paid: Vec<TotalJson<'a>>,
    people_paid: usize,
    reconciliation: &'a [Reconciled],
    completeness: &'a [Complete],
    periods: Vec<PeriodJson<'a>>,
}

#[derive(Serialize)]
struct TotalJson<'a> {
    name: &'a str,
    currency: &'a str,
    amount: String,
    values: u64,
}

#[derive(Serialize)]
struct PeriodJson<'a> {
    period: &'a str,
    name: &'a str,
    currency: &'a str,
    amount: String,
    people: usize,
}

#[derive(Serialize)]
struct Narrowed<'a> {
    person: Option<&'a str>,
    period: Option<&'a str>,
    payouts: Vec<&'a Payout>,
    earnings: Vec<&'a Earning>,
}

/// The summary as JSON, indented, with a line end behind it.
pub(super) fn json(done: &Done<'_>) -> String {
    let narrowed = done.narrow.is_set().then(|| Narrowed {
        person: done.narrow.person,
        period: done.narrow.period,
        payouts: kept_payouts(done),
        earnings: kept_earnings(done).into_iter().map(|(earning, _)| earning).collect(),
    });
    let run = RunJson {
        format: FORMAT,
        run: done.out.display().to_string(),
        plans: done.summary.plans.iter().filter_map(|plan| plan_json(done, plan)).collect(),
        people: &done.summary.people,
        narrowed,
    };
    // Strings and whole numbers only: there is nothing in it that could not be written.
    let mut text = serde_json::to_string_pretty(&run).unwrap_or_default();
    text.push('\n');
    text
}

fn plan_json<'a>(done: &'a Done<'_>, summary: &'a PlanSummary) -> Option<PlanJson<'a>> {
    let plan = &done.program(&summary.plan)?.model.plan;
    Some(PlanJson {
        plan: &summary.plan,
        title: &summary.title,
        from: print_date(plan.effective.0),
        to: print_date(plan.effective.1),
        currency: plan.currency.code().to_owned(),
        earned: summary.earnings.iter().map(total).collect(),
        paid: summary.payouts.iter().map(total).collect(),
        people_paid: summary.people_paid,
        reconciliation: &summary.reconciliation,
        completeness: &summary.completeness,
        periods: summary.periods.iter().map(period).collect(),
    })
}

fn period(PeriodTotal { period, total }: &PeriodTotal) -> PeriodJson<'_> {
    let amount = total.amount.to_string();
    PeriodJson { period, name: &total.name, currency: &total.currency, amount, people: total.people }
}

fn total(total: &Total) -> TotalJson<'_> {
    let amount = total.amount.to_string();
    TotalJson { name: &total.name, currency: &total.currency, amount, values: total.values }
}
