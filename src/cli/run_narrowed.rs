//! What `--person` and `--period` leave of what a run paid and of what was earned.

use std::collections::BTreeMap;

use super::amounts::{Sum, grouped};
use super::check::counted;
use super::grid::{Align, Grid, Look};
use super::run::Done;
use super::run_page::is_zero;
use super::terminal::Stream;
use crate::calendar::{Date, print_date};
use crate::store::{Earning, Payout};

/// So many payouts and earnings of one person or period are listed.
const LISTED_ROWS: usize = 60;

/// The payouts that `--person` and `--period` leave.
pub(super) fn kept_payouts<'a>(done: &'a Done<'_>) -> Vec<&'a Payout> {
    let keeps = |payout: &&Payout| keeps(done, (&payout.plan, &payout.person), &payout.period, None);
    done.payouts.iter().filter(keeps).collect()
}

/// The earnings that `--person` and `--period` leave, with their days.
pub(super) fn kept_earnings<'a>(done: &'a Done<'_>) -> Vec<(&'a Earning, Option<Date>)> {
    let keeps = |(earning, date): &&(Earning, Option<Date>)| {
        keeps(done, (&earning.plan, &earning.person), &earning.period, *date)
    };
    done.earnings.iter().filter(keeps).map(|(earning, date)| (earning, *date)).collect()
}

fn keeps(done: &Done<'_>, (plan, person): (&str, &str), period: &str, date: Option<Date>) -> bool {
    let results = done.runs.iter().find(|(program, _)| program.names.plan.name == plan);
    results.is_some_and(|(_, results)| done.narrow.keeps(&results.tables.calendar, person, period, date))
}

/// A row as its cells, and whether its amount is zero.
type Listed = ([String; 6], bool);

/// The payouts and earnings of a person or a period.
pub(super) fn narrowed(done: &Done<'_>, plan: &str, stream: Stream) -> String {
    let mut grid = Grid::new(2, &[Align::Left, Align::Left, Align::Left, Align::Point, Align::Unit, Align::Left]);
    let payouts = kept_payouts(done).into_iter().filter(|payout| payout.plan == plan);
    let payouts: Vec<Listed> = payouts
        .map(|row| cells([&row.person, &row.period, &row.name], &row.amount, &row.currency, String::new()))
        .collect();
    // Of all periods those with 0 are left out; of the one asked for they are the answer.
    list(&mut grid, &whose(done, "Paid", "to"), &payouts, done.narrow.period.is_some());
    let earnings = earnings(done, plan);
    grid.line(Look::Plain, &[""]);
    list(&mut grid, &whose(done, "Earned", "by"), &earnings, done.narrow.period.is_some());
    grid.text(stream)
}

/// `Paid to ann in 2026-03`.
fn whose(done: &Done<'_>, what: &str, by: &str) -> String {
    let person = done.narrow.person.map(|person| format!(" {by} {person}"));
    let period = done.narrow.period.map(|period| format!(" in {period}"));
    format!("{what}{}{}", person.unwrap_or_default(), period.unwrap_or_default())
}

/// The earnings by person, period and component; what is earned in the period that is asked for but happens on a
/// day outside of it says when.
fn earnings(done: &Done<'_>, plan: &str) -> Vec<Listed> {
    let calendar = done.runs.iter().find(|(program, _)| program.names.plan.name == plan);
    let calendar = calendar.map(|(_, results)| &results.tables.calendar);
    let mut sums: BTreeMap<[&str; 4], (Sum, Option<Date>)> = BTreeMap::new();
    for (row, date) in kept_earnings(done).into_iter().filter(|(row, _)| row.plan == plan) {
        let key = [&row.person, &row.period, &row.component, &row.currency].map(String::as_str);
        let (sum, elsewhere) = sums.entry(key).or_default();
        sum.add(&row.amount);
        let is_elsewhere = |date: &Date| calendar.is_some_and(|calendar| !done.narrow.has_day(calendar, *date));
        *elsewhere = elsewhere.or(date.filter(is_elsewhere));
    }
    let row = |([person, period, name, currency], (sum, elsewhere)): (&[&str; 4], &(Sum, Option<Date>))| {
        let count = (sum.count > 1).then(|| format!("from {} values", sum.count));
        let day = elsewhere.map(|day| format!("on {}", print_date(day)));
        let remark: Vec<String> = count.into_iter().chain(day).collect();
        cells([person, period, name], &sum.text(), currency, remark.join(", "))
    };
    sums.iter().map(row).collect()
}

fn cells([person, period, name]: [&str; 3], amount: &str, currency: &str, remark: String) -> Listed {
    let amounts = [grouped(amount), currency.to_owned(), remark];
    let [amount_text, currency, remark] = amounts;
    ([format!("  {person}"), period.to_owned(), name.to_owned(), amount_text, currency, remark], is_zero(amount))
}

fn list(grid: &mut Grid, head: &str, rows: &[Listed], zeros: bool) {
    grid.words(Look::Strong, head);
    if rows.is_empty() {
        grid.words(Look::Quiet, "  nothing");
    }
    let (shown, idle): (Vec<&Listed>, Vec<&Listed>) = rows.iter().partition(|(_, is_zero)| zeros || !is_zero);
    for (row, _) in shown.iter().take(LISTED_ROWS) {
        grid.line(Look::Plain, row);
    }
    let more = shown.len().saturating_sub(LISTED_ROWS);
    if more > 0 {
        grid.words(Look::Quiet, &format!("  and {}", counted(more, "more row")));
    }
    if !idle.is_empty() {
        let more = if shown.is_empty() { "row" } else { "more row" };
        grid.words(Look::Quiet, &format!("  {} with 0", counted(idle.len(), more)));
    }
}
