//! What a run came to as a page: the totals of each plan, what became of every row that could be
//! credited, what was paid by period, and where to go from there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::amounts::{Sum, grouped, money};
use super::check::counted;
use super::grid::{Align, Grid, Look};
use super::run::Done;
use super::run_narrowed::{kept_payouts, narrowed};
use super::terminal::Stream;
use crate::calendar::{Date, print_date};
use crate::diagnostics::clean;
use crate::program::Program;
use crate::store::{Complete, Payout, PeriodTotal, PersonTotal, PlanSummary, Reconciled, Total};
use crate::types::model::{Origin, Word};
use crate::value::Fixed;

/// So many periods are listed.
const LISTED_PERIODS: usize = 48;

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
        parts.push(totals(done, summary, stream));
        parts.push(completeness(done, summary, stream));
        parts.push(reconciliation(done, summary, stream));
        parts.push(not_counted(summary, stream));
        parts.push(if done.narrow.is_set() {
            narrowed(done, &summary.plan, stream)
        } else {
            periods(done, summary, stream)
        });
    }
    parts.push(over_plans(done, stream));
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
fn totals(done: &Done<'_>, summary: &PlanSummary, stream: Stream) -> String {
    if summary.earnings.is_empty() && summary.payouts.is_empty() {
        return values_only(done, summary, stream);
    }
    let mut grid = Grid::new(2, &[Align::Left, Align::Point, Align::Unit, Align::Left]);
    let earned: Vec<Entry<'_>> = summary.earnings.iter().map(|total| (total, outside(summary, total))).collect();
    let paid = summary.payouts.iter().map(|total| (total, paid_to(total)));
    let paid: Vec<Entry<'_>> = paid.collect();
    section(&mut grid, "Earned", &earned);
    if !earned.is_empty() && !paid.is_empty() {
        grid.line(Look::Plain, &[""]);
    }
    section(&mut grid, "Paid", &paid);
    grid.text(stream)
}

/// A plan that neither earns nor pays: what it computes.
fn values_only(done: &Done<'_>, summary: &PlanSummary, stream: Stream) -> String {
    let mut grid = Grid::new(2, &[Align::Left]);
    grid.words(Look::Plain, "Nothing is earned or paid by this plan; it computes");
    for name in done.program(&summary.plan).map(values).unwrap_or_default() {
        grid.words(Look::Plain, &format!("  {name}"));
    }
    grid.text(stream)
}

/// The definitions of a plan that are kept in the run folder, in the plan's order.
fn values(program: &Program) -> Vec<&str> {
    let kept =
        program.model.columns.pairs().filter(
            |(_, column)| matches!(&column.origin, Origin::Definition(definition) if definition.word != Word::Let),
        );
    kept.map(|(id, _)| program.names.columns.at(id).name.as_str()).collect()
}

/// How much of what is earned is earned on days outside the plan's dates, and so in none of its periods.
fn outside(summary: &PlanSummary, total: &Total) -> String {
    let of_total = |part: &&Total| part.name == total.name && part.currency == total.currency;
    let part = summary.outside.iter().find(of_total);
    part.filter(|part| part.amount.units != 0).map_or_else(String::new, |part| {
        let amount = grouped(&part.amount.to_string());
        format!("of it {amount} outside the plan's dates")
    })
}

/// How many people are paid something other than zero.
fn paid_to(total: &Total) -> String {
    match total.people {
        0 => "to nobody".to_owned(),
        1 => "to 1 person".to_owned(),
        people => format!("to {people} people"),
    }
}

/// A total, and what to say behind it.
type Entry<'a> = (&'a Total, String);

fn section(grid: &mut Grid, head: &str, entries: &[Entry<'_>]) {
    if entries.is_empty() {
        return;
    }
    grid.words(Look::Strong, head);
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

/// What became of the rows of each record over all rules that read it; where there is one rule alone, it says so itself.
fn completeness(done: &Done<'_>, summary: &PlanSummary, stream: Stream) -> String {
    let program = done.program(&summary.plan);
    let credited =
        program.map_or_else(String::new, |program| format!("credited {}", program.model.plan.currency.code()));
    let several = |record: &str| {
        let names =
            program.map(|program| program.model.rules.iter().map(|rule| &program.names.records.at(rule.record).name));
        names.is_some_and(|names| names.filter(|name| *name == record).count() > 1)
    };
    let mut grid = Grid::new(2, &[Align::Left, Align::Right, Align::Point, Align::Unit, Align::Right, Align::Point]);
    for rows in summary.completeness.chunk_by(|one, other| one.record == other.record) {
        let Some(first) = rows.first().filter(|first| several(&first.record)) else { continue };
        let head = format!("{}, over all its credit rules", first.record);
        grid.line(Look::Strong, &[head.as_str(), "rows", "amount", "", "credits", &credited]);
        let (read, became): (Vec<&Complete>, Vec<&Complete>) = rows.iter().partition(|row| row.outcome == "read");
        let mut before = String::new();
        for row in became.into_iter().chain(read) {
            let what = match (row.outcome.as_str(), row.rules.as_str()) {
                ("read", _) => "all read".to_owned(),
                ("credited", rules) => format!("credited by {rules}"),
                ("pending", _) => "pending: no date yet".to_owned(),
                (outcome, _) => format!("{outcome} by any rule"),
            };
            let shown = if what == before { "" } else { &what };
            let cells = [
                &format!("  {shown}"),
                &rows_text(row.rows),
                &money(&row.amount, &row.currency),
                &row.currency,
                &rows_text(row.credits),
                &grouped(&row.amount_credited),
            ];
            grid.line(if row.outcome == "read" { Look::Strong } else { Look::Plain }, &cells);
            before = what;
        }
    }
    grid.text(stream)
}

/// What people were paid who are paid under several plans.
fn over_plans(done: &Done<'_>, stream: Stream) -> String {
    let several: Vec<&PersonTotal> =
        done.summary.people.iter().filter(|person| person.plans.contains(" + ") && !person.person.is_empty()).collect();
    if several.is_empty() || done.narrow.is_set() {
        return String::new();
    }
    let mut grid = Grid::new(0, &[Align::Left, Align::Point, Align::Point, Align::Unit, Align::Left]);
    grid.line(Look::Strong, &["Over several plans", "earned", "paid"]);
    for person in several.iter().take(LISTED_PERIODS) {
        let cells = [
            &format!("  {}", person.person),
            &money(&person.earned, &person.currency),
            &money(&person.paid, &person.currency),
            &person.currency,
            &person.plans,
        ];
        grid.line(Look::Plain, &cells);
    }
    if several.len() > LISTED_PERIODS {
        let more = several.len().saturating_sub(LISTED_PERIODS);
        grid.words(Look::Quiet, &format!("  and {more} more, in people.csv"));
    }
    grid.text(stream)
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

pub(super) fn is_zero(amount: &str) -> bool {
    Fixed::parse(amount).is_some_and(|amount| amount.units == 0)
}

/// What was paid in each period in which anybody was paid.
fn periods(done: &Done<'_>, summary: &PlanSummary, stream: Stream) -> String {
    let totals = &summary.periods;
    if totals.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(2, &[Align::Left, Align::Left, Align::Point, Align::Unit, Align::Right]);
    let several = totals.iter().map(|row| row.total.name.as_str()).collect::<BTreeSet<&str>>().len() > 1;
    let (paid, idle): (Vec<&PeriodTotal>, Vec<&PeriodTotal>) = totals.iter().partition(|row| row.total.people > 0);
    let of = |rows: &[&PeriodTotal]| rows.iter().map(|row| row.period.clone()).collect::<BTreeSet<String>>();
    let idle = of(&idle).difference(&of(&paid)).count();
    grid.line(Look::Strong, &["Paid by period", "", "amount", "", "people"]);
    let skipped = paid.len().saturating_sub(LISTED_PERIODS);
    if skipped > 0 {
        let place = if done.data.is_none() { "payouts.csv" } else { "results/" };
        grid.words(Look::Quiet, &format!("  {} more in {place}", counted(skipped, "earlier row")));
    }
    for PeriodTotal { period, total } in paid.iter().skip(skipped) {
        let name = if several { total.name.as_str() } else { "" };
        let (period, amount) = (format!("  {period}"), grouped(&total.amount.to_string()));
        grid.line(Look::Plain, &[&period, name, &amount, &total.currency, &total.people.to_string()]);
    }
    if idle > 0 {
        let more = if paid.is_empty() { "" } else { "more " };
        grid.words(Look::Quiet, &format!("  nobody is paid in {}", counted(idle, &format!("{more}period"))));
    }
    grid.text(stream)
}

/// Where the run is, and how to ask it where a number comes from.
fn next(done: &Done<'_>, stream: Stream) -> String {
    let out = done.out.display().to_string();
    let written = format!("{} {}\n", stream.quiet("Written to"), clean::one_line(&out, 4000));
    let Some(payout) = largest(done) else {
        return format!("{written}{}", ask_for_a_value(done, stream));
    };
    let mut command = format!("attain explain {} {}", run_words(done), clean::shell_word(&payout.name));
    if !payout.person.is_empty() {
        command.push_str(&format!(" --person {}", clean::shell_word(&payout.person)));
    }
    command.push_str(&format!(" --period {}", clean::shell_word(&payout.period)));
    if done.summary.plans.len() > 1 {
        command.push_str(&format!(" --plan {}", clean::shell_word(&payout.plan)));
    }
    let command = clean::one_line(&command, 4000);
    format!("{written}{}  {}\n", stream.quiet("Ask it why:"), stream.strong(&command))
}

/// The run as a command names it, with its data where its folder does not hold them.
fn run_words(done: &Done<'_>) -> String {
    let word = |path: &Path| clean::shell_word(&path.display().to_string());
    let data = done.data.map(|data| format!(" --data {}", word(data)));
    word(done.out) + &data.unwrap_or_default()
}

/// Without payouts: how to ask for one of the values.
fn ask_for_a_value(done: &Done<'_>, stream: Stream) -> String {
    let first = done.runs.iter().find_map(|(program, _)| values(program).last().copied());
    first.map_or_else(String::new, |name| {
        let command = format!("attain explain {} {}", run_words(done), clean::shell_word(name));
        format!("{}  {}\n", stream.quiet("Ask it why:"), stream.strong(&clean::one_line(&command, 4000)))
    })
}

/// The largest payout of those shown, the first of equal ones.
fn largest<'a>(done: &'a Done<'_>) -> Option<&'a Payout> {
    if !done.narrow.is_set() {
        return done.summary.largest.as_ref();
    }
    let amount = |payout: &Payout| Fixed::parse(&payout.amount).unwrap_or(Fixed { units: 0, places: 0 });
    let amounts = kept_payouts(done).into_iter().rev().map(|payout| (amount(payout), payout));
    amounts.max_by(|(a, _), (b, _)| a.compare(*b)).map(|(_, payout)| payout)
}
