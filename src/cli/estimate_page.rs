//! What a question comes to, as a page.

use super::amounts::money;
use super::grid::{Align, Grid, Look};
use super::terminal::Stream;
use crate::diagnostics::clean;
use crate::estimate::{Change, Estimate, Question};

/// So many values of one definition are listed, unless all are asked for.
const LISTED: usize = 8;

/// As a page.
pub(super) fn page(question: &Question, estimates: &[Estimate], full: bool, stream: Stream) -> String {
    let kept = if question.keep { ", which stays" } else { "" };
    let title = clean::one_line(&format!("With {}{kept}", question.words()), 400);
    let mut text = format!("{}\n", stream.strong(&title));
    for estimate in estimates {
        text.push_str(&plan(estimate, full, stream));
    }
    text.push('\n');
    text
}

fn plan(estimate: &Estimate, full: bool, stream: Stream) -> String {
    let title = clean::one_line(&estimate.title, 200);
    let mut text = format!("\n  {}  {}\n", stream.strong(&title), stream.quiet(&estimate.plan));
    if estimate.changes.is_empty() {
        text.push_str("    nothing would be otherwise\n");
    }
    let aligns = [Align::Left, Align::Left, Align::Point, Align::Point, Align::Point, Align::Unit];
    let mut grid = Grid::new(4, &aligns);
    let mut heading = vec!["", "", "now", "would be", "more by"];
    for (word, heads) in [("pay", "Paid"), ("earn", "Earned"), ("", "Besides")] {
        let own: Vec<&Change> = estimate.changes.iter().filter(|change| belongs(change, word)).collect();
        if own.is_empty() {
            continue;
        }
        grid.words(Look::Strong, heads);
        if !heading.is_empty() {
            grid.line(Look::Quiet, &heading);
            heading.clear();
        }
        listed(&mut grid, &own, full);
    }
    text.push_str(&grid.text(stream));
    for sentence in &estimate.reaches {
        text.push_str(&format!("    {}\n", clean::one_line(sentence, 400)));
    }
    let people = if estimate.people == 1 { "person" } else { "people" };
    let computed = format!("    {} values of {} {people} were computed again", estimate.computed, estimate.people);
    text + &stream.quiet(&computed) + "\n"
}

/// Whether a value stands under the heading of a word; under none, where it has none of its own.
fn belongs(change: &Change, word: &str) -> bool {
    if word.is_empty() { !["pay", "earn"].contains(&change.word) } else { change.word == word }
}

fn listed(grid: &mut Grid, changes: &[&Change], full: bool) {
    let mut of_one: (&str, usize, usize) = ("", 0, 0);
    for change in changes {
        if of_one.0 != change.name {
            more(grid, of_one);
            of_one = (&change.name, 0, 0);
        }
        of_one.1 = of_one.1.saturating_add(1);
        if !full && of_one.1 > LISTED {
            of_one.2 = of_one.2.saturating_add(1);
            continue;
        }
        let value =
            |text: &Option<String>| text.as_deref().map_or("–".to_owned(), |text| money(text, &change.currency));
        let adds = change.adds.as_deref().map_or(String::new(), |adds| {
            let sign =
                if adds.starts_with('-') || adds.trim_end_matches(['0', '.', '%']).is_empty() { "" } else { "+" };
            format!("{sign}{}", money(adds, &change.currency))
        });
        let cells = [
            change.name.clone(),
            row(change),
            value(&change.before),
            value(&change.after),
            adds,
            change.currency.clone(),
        ];
        grid.line(Look::Plain, &cells);
    }
    more(grid, of_one);
}

/// The row of a value: its key, and whose it is and when, where the key does not say it.
fn row(change: &Change) -> String {
    let more = [&change.person, &change.period].into_iter();
    let more = more.filter(|part| !part.is_empty() && !change.key.contains(part));
    change.key.iter().chain(more).map(String::as_str).collect::<Vec<&str>>().join(" ")
}

fn more(grid: &mut Grid, (name, _, left): (&str, usize, usize)) {
    if left > 0 {
        grid.words(Look::Quiet, &format!("{name}: {left} more values, which --full lists"));
    }
}
