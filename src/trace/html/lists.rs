//! Members, rows in an order, receivers, days and bands as tables. Long ones are folded.

use super::escape::{tag, text};
use super::steps::{Page, place, shown_value};
use crate::step::{Band, Days, Formula, KeyPart, LeftOut, Node, Step};
use crate::trace::deciding;
use crate::trace::human::glyphs::counted;
use crate::trace::human::keys;

/// A table of more rows than this is folded …
const LISTED: usize = 12;
/// … behind its first rows.
const FIRST: usize = 5;

/// A row of a table, as HTML: words, and figures that stand to the right.
type Cells = Vec<Cell>;

/// A cell of a table.
enum Cell {
    Words(String),
    Figure(String),
    /// Where it comes from.
    Note(String),
}

use Cell::{Figure, Note, Words};

impl<'a> Page<'a> {
    /// The members of an aggregate, and those that its `where` left out.
    pub(super) fn aggregate(&self, formula: &'a Formula, step: &'a Step) -> String {
        let Node::Aggregate { members, left_out, list, window, .. } = &formula.node else { return String::new() };
        if let Some(list) = list.as_deref().and_then(|list| self.find(list)) {
            let first = step.first.map_or_else(String::new, |(first, of)| format!("the first {first} of {of} "));
            return tag("p", "aside", &self.link(list, &format!("{first}rows")));
        }
        let rows = members.iter().map(|member| {
            let value = member.value.as_ref();
            (true, Vec::from(self.member(&member.key, value, step)))
        });
        let mut below = String::new();
        for member in members.iter().filter(|_| members.len() <= FIRST) {
            below.push_str(&self.computed(&member.key, member.value.as_ref(), step));
        }
        format!("{}{}{below}{}", days_of(window.as_ref()), table(&[], rows.collect()), self.left_out(left_out, step))
    }

    /// Rows one after another.
    pub(super) fn ordered(&self, formula: &'a Formula, step: &'a Step) -> String {
        let Node::Ordered { members, left_out, list, place, window, before, .. } = &formula.node else {
            return String::new();
        };
        if let Some(list) = list.as_deref().and_then(|list| self.find(list)) {
            let upto = if *before { "before row" } else { "at row" };
            let words = format!("{upto} {} of all in their order", place.unwrap_or_default());
            return tag("p", "aside", &self.link(list, &words));
        }
        let valued = members.iter().any(|member| member.value.is_some());
        let rows = members.iter().enumerate().map(|(index, member)| {
            let by: Vec<String> = member.by.iter().map(|by| shown_value(by.value.as_ref())).collect();
            let mut cells = vec![Words(format!("{}.", index.saturating_add(1)))];
            let [row, value, note] = self.member(&member.key, member.value.as_ref(), step);
            cells.extend([row, Figure(by.join(", "))]);
            if valued {
                cells.extend([value, note]);
            }
            (member.taken, cells)
        });
        let head: &[&str] = if valued { &["", "row", "in order of", "value", ""] } else { &["", "row", "in order of"] };
        format!("{}{}{}", days_of(window.as_ref()), table(head, rows.collect()), self.left_out(left_out, step))
    }

    /// What is shared out, and to whom.
    pub(super) fn allocated(&self, formula: &'a Formula, step: &'a Step) -> String {
        let Node::Allocate { amount, receivers, list, place, rest, .. } = &formula.node else { return String::new() };
        if let Some(list) = list.as_deref().and_then(|list| self.find(list)) {
            let words = format!("part {} of what is shared out", place.unwrap_or_default());
            return tag("p", "aside", &self.link(list, &words));
        }
        let rows = receivers.iter().map(|receiver| {
            let weight =
                receiver.weight.as_ref().map_or_else(|| "the same".to_owned(), |one| shown_value(one.value.as_ref()));
            let words = text(&keys::listed(&receiver.key, &step.key));
            (true, vec![Words(words), Figure(weight), Figure(text(&receiver.part))])
        });
        let rest = match rest.as_str() {
            "largest" => "the units left go to those that lost most by rounding",
            "first" => "the first takes the rest",
            _ => "the last takes the rest",
        };
        let amount = format!("<ul>{}</ul>", self.item("amount", amount, step));
        format!("{amount}{}{}", table(&["receiver", "weight", "part"], rows.collect()), tag("p", "aside", rest))
    }

    /// The days of a period on which a person is active.
    pub(super) fn days(&self, formula: &'a Formula, _step: &'a Step) -> String {
        let Node::Days { runs, .. } = &formula.node else { return String::new() };
        let rows = runs.iter().map(|run| {
            let value = run.value.as_ref().map_or_else(String::new, |value| shown_value(value.value.as_ref()));
            let days = run.days.to_string();
            (true, vec![Words(text(&run.from)), Words(text(&run.to)), Figure(days), Figure(value)])
        });
        table(&["from", "to", "days", "value"], rows.collect())
    }

    /// Every band of a table of rates, those not reached greyed.
    pub(super) fn bands(&self, formula: &'a Formula, _step: &'a Step) -> String {
        let Node::Table { table: name, kind, chosen, bands, .. } = &formula.node else { return String::new() };
        let mut out = String::new();
        for chosen in chosen.iter().filter(|chosen| !chosen.rows.is_empty()) {
            let rows = chosen.rows.iter().map(|row| {
                let here = if row.taken { "◂ this row" } else { "" };
                (row.taken, vec![Words(text(&row.row)), Note(format!("{} {here}", text(&chosen.name)))])
            });
            out.push_str(&table(&[], rows.collect()));
        }
        let marginal = bands.iter().any(|band| band.part.is_some() || band.gives.is_some());
        let rows = bands.iter().map(|band| {
            let (words, place) = self.band_words(band);
            let amount = |amount: &Option<_>| amount.as_ref().map_or_else(String::new, |one| shown_value(Some(one)));
            let mut cells = vec![Words(words), Figure(shown_value(Some(&band.rate)))];
            if marginal {
                cells.extend([Figure(amount(&band.part)), Figure(amount(&band.gives)), Note(place)]);
            } else {
                let here = if band.taken { "◂ this row" } else { "" };
                cells.extend([Words(here.to_owned()), Note(place)]);
            }
            (band.taken, cells)
        });
        let head = if marginal { vec!["band", "rate", "in it", "gives", ""] } else { vec!["row", "gives", "", ""] };
        let title = tag("p", "aside", &text(&format!("table {name}, {kind}")));
        format!("{title}{out}{}", table(&head, rows.collect()))
    }

    /// Where a band begins, and where this stands.
    fn band_words(&self, band: &Band) -> (String, String) {
        let own = band.data.as_ref().map(|row| &row.value.node);
        let cell = match own {
            Some(Node::Step { step, .. }) => self.find(step).map(place),
            _ => None,
        };
        let cell = cell.unwrap_or_else(|| format!("{}:{}", text(&band.plan.file), band.plan.line));
        (text(&band.row), cell)
    }

    /// The key of a row, its value, and where this comes from.
    fn member(&self, key: &[KeyPart], value: Option<&'a Formula>, step: &'a Step) -> [Cell; 3] {
        let words = text(&keys::listed(key, &step.key));
        let Some(formula) = value else { return [Words(words), Figure(String::new()), Note(String::new())] };
        let read = match &formula.node {
            Node::Step { step, .. } => self.find(step),
            _ => None,
        };
        let note = read.filter(|step| step.data.is_some()).map_or_else(String::new, place);
        let words = read.map_or_else(|| words.clone(), |read| self.link(read, &words));
        [Words(words), Figure(shown_value(formula.value.as_ref())), Note(note)]
    }

    /// The formula of a member that is more than a value elsewhere.
    fn computed(&self, key: &[KeyPart], value: Option<&'a Formula>, step: &'a Step) -> String {
        let formula = value.filter(|formula| !formula.node.is_fact() && !matches!(formula.node, Node::Step { .. }));
        let Some(formula) = formula else { return String::new() };
        format!("<ul>{}</ul>", self.item(&keys::listed(key, &step.key), formula, step))
    }

    /// The rows that a `where` left out, with what decided it.
    fn left_out(&self, rows: &'a [LeftOut], step: &'a Step) -> String {
        if rows.is_empty() {
            return String::new();
        }
        let all = rows.iter().map(|row| {
            let words = text(&keys::listed(&row.key, &step.key));
            let failing = row.failing();
            (true, vec![Words(words), Words(text(&failing.text)), Words(text(&deciding(failing)))])
        });
        let table = table(&["left out", "fails", "because"], all.collect());
        format!("<details class=\"not\"><summary>{} left out</summary>{table}</details>", counted(rows.len(), "row"))
    }
}

/// The days of a window.
fn days_of(window: Option<&Days>) -> String {
    let Some(window) = window else { return String::new() };
    let from = window.first.as_ref().map_or_else(String::new, |first| format!("from {first} "));
    tag("p", "aside", &text(&format!("{from}up to {}", window.last)))
}

/// A table; of many rows all but the first are folded, and those that did not count are greyed.
fn table(head: &[&str], rows: Vec<(bool, Cells)>) -> String {
    if rows.is_empty() {
        return tag("p", "aside", "no rows");
    }
    let cell = |cell: &Cell| match cell {
        Words(words) => tag("td", "", words),
        Figure(figure) => tag("td", "figure", figure),
        Note(note) => tag("td", "note", note),
    };
    let row = |(taken, cells): &(bool, Cells)| {
        tag("tr", if *taken { "" } else { "not" }, &cells.iter().map(cell).collect::<String>())
    };
    let first = rows.first().map(|(_, cells)| cells.as_slice()).unwrap_or_default();
    let titles = head
        .iter()
        .zip(first)
        .map(|(title, cell)| tag("th", if matches!(cell, Figure(_)) { "figure" } else { "" }, &text(title)));
    let titles = if head.is_empty() { String::new() } else { tag("tr", "", &titles.collect::<String>()) };
    let (shown, folded) =
        if rows.len() > LISTED { rows.split_at(FIRST.min(rows.len())) } else { rows.split_at(rows.len()) };
    let whole = |rows: &[(bool, Cells)]| rows.iter().map(row).collect::<String>();
    let mut out = tag("table", "", &format!("{titles}{}", whole(shown)));
    if !folded.is_empty() {
        let words = format!("{} more of {}", folded.len(), counted(rows.len(), "row"));
        let rest = tag("table", "", &whole(folded));
        out.push_str(&tag("details", "", &format!("{}{rest}", tag("summary", "", &words))));
    }
    out
}
