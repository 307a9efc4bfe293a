//! Where a row of the data went, as a page and as JSON.

use serde::Serialize;

use super::amounts::{Sum, grouped, money};
use super::grid::{Align, Grid, Look};
use super::terminal::Stream;
use crate::diagnostics::clean;
use crate::follow::{Change, Credit, Followed, PlanFollowed, RuleFollowed, Value};

/// The version of the JSON form.
const FORMAT: u32 = 1;

/// So many rows of one definition are listed, unless all are asked for.
const LISTED: usize = 6;

#[derive(Serialize)]
struct FollowedJson<'a> {
    format: u32,
    #[serde(flatten)]
    followed: &'a Followed,
}

/// As JSON, described in `docs/json.md`.
pub(super) fn json(followed: &Followed) -> String {
    // Strings and whole numbers only: there is nothing in it that could not be written.
    let mut text = serde_json::to_string_pretty(&FollowedJson { format: FORMAT, followed }).unwrap_or_default();
    text.push('\n');
    text
}

/// As a page.
pub(super) fn page(followed: &Followed, full: bool, stream: Stream) -> String {
    let mut parts = vec![head(followed, stream)];
    for plan in &followed.plans {
        let title = format!("{}  {}\n", stream.strong(&clean::one_line(&plan.title, 200)), stream.quiet(&plan.plan));
        parts.push(title.trim_start().to_owned());
        parts.extend(plan.rules.iter().map(|rule| one_rule(rule, stream)));
        parts.push(own_values(plan, stream));
        parts.push(not_counted(plan, stream));
        parts.push(changes(followed, plan, full, stream));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

fn head(followed: &Followed, stream: Stream) -> String {
    let place = match (&followed.file, followed.row) {
        (Some(file), Some(row)) => format!("{file}, row {row}"),
        (Some(file), None) => file.clone(),
        _ => String::new(),
    };
    let title = clean::one_line(&format!("{} {}", followed.record, followed.key), 400);
    let mut text = format!("{}  {}\n", stream.strong(&title), stream.quiet(&clean::one_line(&place, 400)));
    let mut grid = Grid::new(2, &[Align::Left, Align::Left]);
    for cell in &followed.cells {
        grid.line(Look::Plain, &[cell.column.as_str(), cell.value.as_deref().unwrap_or("(blank)")]);
    }
    text.push_str(&grid.text(stream));
    text
}

/// What a rule made of the row.
fn one_rule(rule: &RuleFollowed, stream: Stream) -> String {
    let mut grid = Grid::new(4, &[Align::Left, Align::Point, Align::Unit, Align::Left]);
    for credit in &rule.credits {
        let child = if credit.child.is_empty() { String::new() } else { format!(" for {}", credit.child) };
        let whom = format!("credited to {} on {}{child}", credit.person, credit.date);
        let amount = money(&credit.amount, &credit.currency);
        grid.line(Look::Plain, &[&whom, &amount, &credit.currency, credit.remark.as_deref().unwrap_or("")]);
        credit_values(&mut grid, credit);
    }
    let mut text = format!("  {}\n{}", stream.strong(&format!("Credit {}", rule.rule)), grid.text(stream));
    for refused in &rule.refused {
        let word = if refused.pending { "pending" } else { "not credited" };
        text.push_str(&clean::one_line(&format!("    {word}: {}", refused.reason), 400));
        text.push('\n');
        if !refused.values.is_empty() {
            text.push_str(&stream.quiet(&clean::one_line(&format!("      {}", refused.values), 400)));
            text.push('\n');
        }
    }
    text
}

fn credit_values(grid: &mut Grid, credit: &Credit) {
    for value in credit.values.iter().filter(|value| value.word != "let") {
        let name = format!("  {} {}", value.word, value.name);
        grid.line(Look::Plain, &[&name, &money(&value.value, &value.currency), &value.currency, &belongs(value)]);
    }
}

fn belongs(value: &Value) -> String {
    match (value.person.is_empty(), value.period.is_empty()) {
        (true, _) => String::new(),
        (false, true) => format!("for {}", value.person),
        (false, false) => format!("for {} in {}", value.person, value.period),
    }
}

/// What is defined for each row of the record.
fn own_values(plan: &PlanFollowed, stream: Stream) -> String {
    if plan.values.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(4, &[Align::Left, Align::Point, Align::Unit, Align::Left]);
    for value in &plan.values {
        let name = format!("{} {}", value.word, value.name);
        grid.line(Look::Plain, &[&name, &money(&value.value, &value.currency), &value.currency, &belongs(value)]);
    }
    format!("  {}\n{}", stream.strong("Of the row itself"), grid.text(stream))
}

fn not_counted(plan: &PlanFollowed, stream: Stream) -> String {
    if plan.not_counted.is_empty() {
        return String::new();
    }
    let lines = plan.not_counted.iter().map(|(name, why)| format!("    not in `{name}`: {why}\n"));
    format!("  {}\n{}", stream.strong("Not counted"), lines.collect::<String>())
}

/// What is different without the row.
fn changes(followed: &Followed, plan: &PlanFollowed, full: bool, stream: Stream) -> String {
    let head = stream.strong("What it adds");
    if let Some(why) = &plan.not_compared {
        return format!("  {head}\n    {}\n", clean::one_line(why, 400));
    }
    let shown: Vec<&Change> = plan.changes.iter().filter(|change| full || change.word != "let").collect();
    if shown.is_empty() {
        return format!("  {head}\n    Nothing: without the row every value of the plan is the same.\n");
    }
    let mut words = "each value as it is, as it is without the row, and what the row adds".to_owned();
    let with_it: Vec<String> = followed.with_it.iter().map(|(record, rows)| format!("{rows} of {record}")).collect();
    if !with_it.is_empty() {
        words.push_str(&format!("; rows that belong to it go with it: {}", with_it.join(", ")));
    }
    let mut grid = Grid::new(4, &[Align::Left, Align::Point, Align::Point, Align::Point, Align::Unit]);
    grid.line(Look::Quiet, &["", "as it is", "without", "adds", ""]);
    for of_one in shown.chunk_by(|one, other| one.name == other.name) {
        let Some(first) = of_one.first() else { continue };
        let look = if first.word == "pay" { Look::Strong } else { Look::Plain };
        grid.line(look, &[format!("{} {}", first.word, first.name)]);
        let most = if full || first.word == "pay" { of_one.len() } else { LISTED };
        for change in of_one.iter().take(most) {
            let text = |value: Option<&str>| value.map_or("none".to_owned(), |value| money(value, &change.currency));
            let row = if change.key.is_empty() { "the plan".to_owned() } else { key_text(&change.key) };
            let cells = [
                format!("  {row}"),
                text(change.with.as_deref()),
                text(change.without.as_deref()),
                change.adds.as_deref().map_or_else(String::new, |adds| money(adds, &change.currency)),
                change.currency.clone(),
            ];
            grid.line(look, &cells);
        }
        rest(&mut grid, of_one.get(most..).unwrap_or_default());
    }
    format!("  {head}  {}\n{}", stream.quiet(&words), grid.text(stream))
}

/// A key as people read it: of a credit the parts that are there.
fn key_text(key: &[String]) -> String {
    key.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<String>>().join(", ")
}

/// The changes that are not listed, in one line.
fn rest(grid: &mut Grid, changes: &[&Change]) {
    let Some(first) = changes.first() else { return };
    let mut sum = Sum::default();
    changes.iter().filter_map(|change| change.adds.as_deref()).for_each(|adds| sum.add(adds));
    let one_currency = changes.iter().all(|change| change.currency == first.currency);
    let is_sum = one_currency && !first.currency.is_empty();
    let adds = if is_sum { money(&sum.text(), &first.currency) } else { String::new() };
    let currency = if is_sum { first.currency.as_str() } else { "" };
    let words = format!("  and {} more (`--full` lists them)", grouped(&changes.len().to_string()));
    grid.line(Look::Quiet, &[words.as_str(), "", "", adds.as_str(), currency]);
}
