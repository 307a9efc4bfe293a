//! What a run came to as a page: the totals of each plan, what became of every row that could be
//! credited, what was paid by period, and where to go from there.

use std::collections::{BTreeMap, BTreeSet};

use super::amounts::{Sum, grouped, money};
use super::check::counted;
use super::grid::{Align, Grid, Look};
use super::run::Done;
use super::terminal::Stream;
use crate::calendar::{Date, print_date};
use crate::diagnostics::clean;
use crate::program::Program;
use crate::store::{Earning, Payout, PlanSummary, Reconciled, Total};
use crate::value::Exact;

/// So many periods are listed.
const LISTED_PERIODS: usize = 48;
/// So many payouts and earnings of one person or period are listed.
const LISTED_ROWS: usize = 60;

impl Done<'_> {
    /// The program of a plan.
    pub fn program(&self, plan: &str) -> Option<&Program> {
        self.runs.iter().map(|(program, _)| *program).find(|program| program.names.plan.name == plan)
    }
}

/// The page.
pub(super) fn page(done: &Done<'_>, stream: Stream) -> String {
    let mut parts: Vec<String> = Vec::new();
    for summary in &done.summary.plans {
        parts.push(title(done, summary, stream));
        parts.push(totals(summary, stream));
        parts.push(reconciliation(done, summary, stream));
        parts.push(not_counted(summary, stream));
        parts.push(if done.narrow.is_set() {
            narrowed(done, &summary.plan, stream)
        } else {
            periods(done, &summary.plan, stream)
        });
    }
    parts.push(next(done, stream));
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

fn title(done: &Done<'_>, summary: &PlanSummary, stream: Stream) -> String {
    let dates = done.program(&summary.plan).map(|program| program.model.plan.effective);
    let dates = dates
        .map_or_else(String::new, |(from, to): (Date, Date)| format!(", {} to {}", print_date(from), print_date(to)));
    let words = clean::one_line(&summary.title, 200);
    let (words, rest) = match words.is_empty() {
        true => (summary.plan.as_str(), dates.strip_prefix(", ").unwrap_or("").to_owned()),
        false => (words.as_str(), format!("{}{dates}", summary.plan)),
    };
    format!("{}  {}\n", stream.strong(words), stream.quiet(&rest))
}

/// Totals by component and by payment.
fn totals(summary: &PlanSummary, stream: Stream) -> String {
    let mut grid = Grid::new(2, &[Align::Left, Align::Point, Align::Unit, Align::Left]);
    let earned: Vec<Entry<'_>> = summary.earnings.iter().map(|total| (total, String::new())).collect();
    let people = match summary.people_paid {
        1 => "to 1 person".to_owned(),
        people => format!("to {people} people"),
    };
    let paid = summary.payouts.iter().enumerate();
    let paid: Vec<Entry<'_>> =
        paid.map(|(index, total)| (total, if index == 0 { people.clone() } else { String::new() })).collect();
    section(&mut grid, "Earned", &earned);
    if !earned.is_empty() && !paid.is_empty() {
        grid.line(Look::Plain, &[""]);
    }
    section(&mut grid, "Paid", &paid);
    grid.text(stream)
}

/// A total, and what to say behind it.
type Entry<'a> = (&'a Total, String);

fn section(grid: &mut Grid, head: &str, entries: &[Entry<'_>]) {
    if entries.is_empty() {
        return;
    }
    grid.line(Look::Strong, &[head]);
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    for (total, remark) in entries {
        let amount = total.amount.to_string();
        sums.entry(&total.currency).or_default().add(&amount);
        let name = format!("  {}", total.name);
        grid.line(Look::Plain, &[&name, &grouped(&amount), &total.currency, remark]);
    }
    for (currency, sum) in sums.iter().filter(|(_, sum)| sum.count > 1) {
        grid.line(Look::Strong, &["  all", &grouped(&sum.text()), currency]);
    }
}

/// What became of the rows each rule read.
fn reconciliation(done: &Done<'_>, summary: &PlanSummary, stream: Stream) -> String {
    let currency = done.program(&summary.plan).map(|program| program.model.plan.currency);
    let credited = currency.map_or_else(|| "credited".to_owned(), |currency| format!("credited {}", currency.code()));
    let mut grid = Grid::new(2, &[Align::Left, Align::Right, Align::Point, Align::Unit, Align::Point]);
    let mut rules: Vec<(&str, &str, Vec<&Reconciled>)> = Vec::new();
    for row in summary.reconciliation.iter().filter(|row| !row.amount_credited.is_empty()) {
        match rules.last_mut() {
            Some((record, rule, rows)) if *record == row.record && *rule == row.rule => rows.push(row),
            _ => rules.push((&row.record, &row.rule, vec![row])),
        }
    }
    for (index, (record, rule, rows)) in rules.into_iter().enumerate() {
        if index > 0 {
            grid.line(Look::Plain, &[""]);
        }
        let head = format!("Credit {rule}, from {record}");
        grid.line(Look::Strong, &[head.as_str(), "rows", "amount", "", &credited]);
        let mut before = String::new();
        for row in &rows {
            let what = outcome(row);
            let shown = if what == before { "" } else { &what };
            let credited = if row.outcome == "credited" { grouped(&row.amount_credited) } else { String::new() };
            let cells = [
                &format!("  {shown}"),
                &rows_text(row.rows),
                &money(&row.amount, &row.currency),
                &row.currency,
                &credited,
            ];
            grid.line(Look::Plain, &cells);
            before = what;
        }
        all_rows(&mut grid, &rows);
    }
    grid.text(stream)
}

/// The rows that no aggregate gives to anyone, and what has no date yet on which it is earned.
fn not_counted(summary: &PlanSummary, stream: Stream) -> String {
    let mut rows = summary.reconciliation.iter().filter(|row| row.amount_credited.is_empty()).peekable();
    let mut grid = Grid::new(2, &[Align::Left, Align::Right, Align::Point, Align::Unit]);
    if rows.peek().is_some() {
        grid.line(Look::Strong, &["Not counted", "rows", "amount", ""]);
    }
    for row in rows {
        let what = format!("  {}, over {}: {}", row.rule, row.record, row.reason);
        let cells = [&what, &rows_text(row.rows), &money(&row.amount, &row.currency), &row.currency];
        grid.line(Look::Plain, &cells);
    }
    grid.text(stream)
}

fn outcome(row: &Reconciled) -> String {
    if row.reason.is_empty() { row.outcome.clone() } else { format!("{}: {}", row.outcome, row.reason) }
}

/// All rows that a rule read; their amount where there is one currency.
fn all_rows(grid: &mut Grid, rows: &[&Reconciled]) {
    let currencies: BTreeSet<&str> = rows.iter().map(|row| row.currency.as_str()).collect();
    let (mut amount, mut credited) = (Sum::default(), Sum::default());
    for row in rows {
        amount.add(&row.amount);
        credited.add(&row.amount_credited);
    }
    let count = rows.iter().fold(0_u64, |sum, row| sum.saturating_add(row.rows));
    let has_amount = currencies.len() == 1 && rows.iter().all(|row| !row.amount.is_empty());
    let (amount, currency) = match rows.first().filter(|_| has_amount) {
        Some(first) => (money(&amount.text(), &first.currency), first.currency.clone()),
        None => (String::new(), String::new()),
    };
    let cells = ["  all read".to_owned(), rows_text(count), amount, currency, grouped(&credited.text())];
    grid.line(Look::Strong, &cells);
}

fn rows_text(rows: u64) -> String {
    grouped(&rows.to_string())
}

/// What identifies a total by period. Periods stand in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PeriodKey<'a> {
    /// The period.
    pub period: &'a str,
    /// The definition.
    pub name: &'a str,
    /// The currency.
    pub currency: &'a str,
}

/// What was paid in a period.
#[derive(Clone, Debug, Default)]
pub(super) struct PeriodTotal<'a> {
    /// The amount.
    pub sum: Sum,
    /// Who was paid something other than zero.
    pub people: BTreeSet<&'a str>,
}

/// What a plan paid by period, payment and currency.
pub(super) fn by_period<'a>(done: &'a Done<'_>, plan: &str) -> BTreeMap<PeriodKey<'a>, PeriodTotal<'a>> {
    let mut totals: BTreeMap<PeriodKey<'a>, PeriodTotal<'a>> = BTreeMap::new();
    for payout in done.payouts.iter().filter(|payout| payout.plan == plan) {
        let key = PeriodKey { period: &payout.period, name: &payout.name, currency: &payout.currency };
        let total = totals.entry(key).or_default();
        total.sum.add(&payout.amount);
        if !is_zero(&payout.amount) {
            total.people.insert(&payout.person);
        }
    }
    totals
}

fn is_zero(amount: &str) -> bool {
    Exact::parse(amount).is_some_and(|amount| amount.is_zero())
}

fn periods(done: &Done<'_>, plan: &str, stream: Stream) -> String {
    let totals = by_period(done, plan);
    if totals.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(2, &[Align::Left, Align::Left, Align::Point, Align::Unit, Align::Right]);
    let several = totals.keys().map(|key| key.name).collect::<BTreeSet<_>>().len() > 1;
    grid.line(Look::Strong, &["Paid by period", "", "amount", "", "people"]);
    let skipped = totals.len().saturating_sub(LISTED_PERIODS);
    if skipped > 0 {
        let more = format!("  {} more in payouts.csv", counted(skipped, "earlier row"));
        grid.line(Look::Quiet, &[more]);
    }
    for (key, total) in totals.iter().skip(skipped) {
        let name = if several { key.name } else { "" };
        let period = format!("  {}", key.period);
        let people = total.people.len().to_string();
        grid.line(Look::Plain, &[&period, name, &grouped(&total.sum.text()), key.currency, &people]);
    }
    grid.text(stream)
}

/// The payouts that `--person` and `--period` leave.
pub(super) fn kept_payouts<'a>(done: &'a Done<'_>) -> Vec<&'a Payout> {
    let keeps = |payout: &&Payout| keeps(done, &payout.plan, &payout.person, &payout.period);
    done.payouts.iter().filter(keeps).collect()
}

/// The earnings that `--person` and `--period` leave.
pub(super) fn kept_earnings<'a>(done: &'a Done<'_>) -> Vec<&'a Earning> {
    let keeps = |earning: &&Earning| keeps(done, &earning.plan, &earning.person, &earning.period);
    done.earnings.iter().filter(keeps).collect()
}

fn keeps(done: &Done<'_>, plan: &str, person: &str, period: &str) -> bool {
    let results = done.runs.iter().find(|(program, _)| program.names.plan.name == plan);
    results.is_some_and(|(_, results)| done.narrow.keeps(&results.tables.calendar, person, period))
}

/// The payouts and earnings of a person or a period.
fn narrowed(done: &Done<'_>, plan: &str, stream: Stream) -> String {
    let mut grid = Grid::new(2, &[Align::Left, Align::Left, Align::Left, Align::Point, Align::Unit, Align::Left]);
    let payouts = kept_payouts(done);
    let payouts: Vec<[String; 6]> = payouts
        .into_iter()
        .filter(|payout| payout.plan == plan)
        .map(|row| cells(&row.person, &row.period, &row.name, &row.amount, &row.currency, String::new()))
        .collect();
    list(&mut grid, "Paid", &payouts);
    let mut sums: BTreeMap<(&str, &str, &str, &str), Sum> = BTreeMap::new();
    for row in kept_earnings(done).into_iter().filter(|row| row.plan == plan) {
        sums.entry((&row.person, &row.period, &row.component, &row.currency)).or_default().add(&row.amount);
    }
    let earnings: Vec<[String; 6]> = sums
        .iter()
        .map(|((person, period, name, currency), sum)| {
            let remark = match sum.count {
                1 => String::new(),
                count => format!("from {count} values"),
            };
            cells(person, period, name, &sum.text(), currency, remark)
        })
        .collect();
    grid.line(Look::Plain, &[""]);
    list(&mut grid, "Earned", &earnings);
    grid.text(stream)
}

fn cells(person: &str, period: &str, name: &str, amount: &str, currency: &str, remark: String) -> [String; 6] {
    [format!("  {person}"), period.to_owned(), name.to_owned(), grouped(amount), currency.to_owned(), remark]
}

fn list(grid: &mut Grid, head: &str, rows: &[[String; 6]]) {
    grid.line(Look::Strong, &[head]);
    if rows.is_empty() {
        grid.line(Look::Quiet, &["  nothing"]);
    }
    for row in rows.iter().take(LISTED_ROWS) {
        grid.line(Look::Plain, row);
    }
    let more = rows.len().saturating_sub(LISTED_ROWS);
    if more > 0 {
        let more = format!("  and {}", counted(more, "more row"));
        grid.line(Look::Quiet, &[more]);
    }
}

/// Where the run is, and how to ask it where a number comes from.
fn next(done: &Done<'_>, stream: Stream) -> String {
    let out = done.out.display().to_string();
    let written = format!("{} {}\n", stream.quiet("Written to"), clean::one_line(&out, 4000));
    let Some(payout) = largest(done) else {
        return written;
    };
    let mut command = format!("attain explain {} {}", quoted(&out), quoted(&payout.name));
    if !payout.person.is_empty() {
        command.push_str(&format!(" --person {}", quoted(&payout.person)));
    }
    command.push_str(&format!(" --period {}", quoted(&payout.period)));
    if done.summary.plans.len() > 1 {
        command.push_str(&format!(" --plan {}", quoted(&payout.plan)));
    }
    let command = clean::one_line(&command, 4000);
    format!("{written}{}  {}\n", stream.quiet("Ask it why:"), stream.strong(&command))
}

/// The largest payout of those shown, the first of equal ones.
fn largest<'a>(done: &'a Done<'_>) -> Option<&'a Payout> {
    let amount = |payout: &Payout| Exact::parse(&payout.amount).unwrap_or_else(Exact::zero);
    kept_payouts(done).into_iter().rev().max_by_key(|payout| amount(payout))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "_-./:@%+=,".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_the_shell() {
        assert_eq!(quoted("out/run-1"), "out/run-1");
        assert_eq!(quoted("it's mine"), r"'it'\''s mine'");
        assert_eq!(quoted("[\"a\"]"), "'[\"a\"]'");
        assert_eq!(quoted(""), "''");
    }
}
