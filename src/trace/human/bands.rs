//! A table of rates: every band, its rate, what fell into it and what that gave.

use std::collections::BTreeSet;

use unicode_width::UnicodeWidthStr;

use crate::step::{Amount, Band, Chosen, Formula, KeyPart, Node, StepKind, Trace};

use super::amounts::{Shown, as_percent, number, shown};
use super::glyphs::clean;
use super::note::Note;
use super::page::{Line, Row, Tone};
use super::rows::Slot;
use super::{Walk, place_of};

/// A table longer than this is folded around the bands that count.
const BANDS: usize = 7;

impl<'a> Walk<'a> {
    /// Whether a table is looked up by a word, so that one row says it all.
    pub(super) fn is_lookup(&self, input: &Formula) -> bool {
        let by_number = input.value.as_ref().is_some_and(|value| number(value).is_some());
        !by_number && input.value.is_some() && !self.options.full
    }

    /// `renewal, deals.csv:14 Kind`.
    pub(super) fn lookup_note(&mut self, input: &'a Formula, bands: &[Band]) -> Note {
        let row = bands.iter().find(|band| band.taken);
        let row = row.map_or_else(String::new, |band| clean(&band.row));
        let word = shown(input.value.as_ref(), self.glyphs).text();
        let words = if row == word { row } else { format!("{word}: {row}") };
        let mut note = match self.target(input) {
            Some(step) if step.kind == StepKind::Input => place_of(step),
            Some(step) => {
                self.open(step, "");
                self.source(step)
            }
            None => Note::default(),
        };
        note.lead(&words);
        note
    }

    /// An input that chose among the rows of a table, and the places in which it may lie.
    pub(super) fn chosen(&mut self, chosen: &'a Chosen, indent: usize, key: &[KeyPart]) {
        let percent = chosen.rows.iter().any(|row| row.row.contains('%'));
        self.input(&chosen.input, percent, indent, key);
        let taken: Vec<bool> = chosen.rows.iter().map(|row| row.taken).collect();
        let kept = self.kept(&taken);
        let word = chosen.rows.iter().map(|row| words_of(&row.row).0.width()).max().unwrap_or(0);
        let bound = chosen.rows.iter().map(|row| words_of(&row.row).1.width()).max().unwrap_or(0);
        let mut folded = 0_usize;
        for (index, row) in chosen.rows.iter().enumerate() {
            if !kept.contains(&index) {
                folded = folded.saturating_add(1);
                continue;
            }
            self.fold_bands(&mut folded, indent);
            let note = if row.taken { format!("{} this row", self.glyphs.here()) } else { String::new() };
            self.lines.push(Line::Row(Row {
                indent,
                label: format!("{:<word$} {:>bound$}", words_of(&row.row).0, words_of(&row.row).1)
                    .trim_end()
                    .to_owned(),
                note: Note::remark(note),
                tone: if row.taken { Tone::Plain } else { Tone::Dim },
                ..Row::default()
            }));
        }
        self.fold_bands(&mut folded, indent);
    }

    /// An input of a table, as a percentage where the table has percentages.
    fn input(&mut self, input: &'a Formula, percent: bool, indent: usize, key: &[KeyPart]) {
        let begin = self.lines.len();
        self.operand(input, Slot::at(indent), key);
        if let (Some(Line::Row(row)), Some(value), true) = (self.lines.get_mut(begin), &input.value, percent) {
            row.value = Some(shown(Some(&as_percent(value)), self.glyphs));
        }
    }

    /// The input and the bands: those of the whole table, or the columns of the row that was chosen.
    pub(super) fn table(
        &mut self,
        (kind, columns): (&str, bool),
        input: &'a Formula,
        bands: &'a [Band],
        indent: usize,
        key: &[KeyPart],
    ) {
        let percent = bands.iter().any(|band| band.row.contains('%'));
        self.input(input, percent, indent, key);
        let mut drawn: Vec<Drawn> =
            bands.iter().map(|band| Drawn::of(band, kind, percent, |amount| shown(amount, self.glyphs))).collect();
        let places = drawn.iter().map(|band| band.rate.places()).max().unwrap_or(0);
        drawn.iter_mut().for_each(|band| band.rate.even(places));
        let widths = Widths::of(&drawn);
        let taken: Vec<bool> = bands.iter().map(|band| band.taken).collect();
        let kept = self.kept(&taken);
        let mut folded = 0_usize;
        for (index, (band, drawn)) in bands.iter().zip(&drawn).enumerate() {
            if kept.contains(&index) {
                self.fold_bands(&mut folded, indent);
                self.band(band, drawn, &widths, (kind, columns), indent);
            } else {
                folded = folded.saturating_add(1);
            }
        }
        self.fold_bands(&mut folded, indent);
    }

    /// The bands worth a line: those taken and their neighbours.
    fn kept(&self, taken: &[bool]) -> Vec<usize> {
        let near = |index: usize| {
            let around = index.saturating_sub(1)..=index.saturating_add(1);
            around.into_iter().any(|i| taken.get(i) == Some(&true))
        };
        let all = self.options.full || taken.len() <= BANDS;
        (0..taken.len()).filter(|&index| all || near(index)).collect()
    }

    fn fold_bands(&mut self, folded: &mut usize, indent: usize) {
        if *folded > 0 {
            let bands = if *folded == 1 { "band" } else { "bands" };
            self.lines.push(Line::Row(Row {
                indent,
                label: format!("{} {folded} more {bands}", self.glyphs.more()),
                tone: Tone::Dim,
                ..Row::default()
            }));
            *folded = 0;
        }
    }

    /// Where the value of a band stands in the data, if it is a row of a record.
    fn band_place(&mut self, band: &'a Band) -> Note {
        let Some(row) = &band.data else { return Note::default() };
        let own = [&row.start, &row.value].map(|formula| self.target(formula));
        own.into_iter().flatten().for_each(|step| {
            self.seen.insert(&step.id);
        });
        own.into_iter()
            .flatten()
            .next_back()
            .filter(|step| step.kind == StepKind::Input)
            .map_or_else(Note::default, place_of)
    }

    fn band(&mut self, band: &'a Band, drawn: &Drawn, widths: &Widths, (kind, columns): (&str, bool), indent: usize) {
        let times = self.glyphs.sign("times");
        let label = format!("{:<w$}", drawn.word, w = widths.word);
        let bound = format!(" {:>n$}", drawn.bound, n = widths.bound);
        let part = padded(drawn.part.as_ref(), widths.part);
        let rate = padded(Some(&drawn.rate), widths.rate);
        let sum = if drawn.part.is_some() { times } else { " " };
        let (tail, value, note) = match kind {
            _ if band.gives.is_some() => (format!("{bound}   {part} {sum} {rate}"), drawn.gives.clone(), ""),
            "marginal" => (format!("{bound}   {part} {sum} {rate}"), None, "not reached"),
            _ if !band.taken => (bound, Some(drawn.rate.clone()), ""),
            "retroactive" => (bound, Some(drawn.rate.clone()), "for all of it"),
            "linear" => (bound, Some(drawn.rate.clone()), "from here"),
            _ if columns => (bound, Some(drawn.rate.clone()), "this column"),
            _ => (bound, Some(drawn.rate.clone()), "this row"),
        };
        let note = match note {
            "" | "not reached" => note.to_owned(),
            _ => format!("{} {note}", self.glyphs.here()),
        };
        let mut place = self.band_place(band);
        place.lead(&note);
        self.lines.push(Line::Row(Row {
            indent,
            label,
            tail: tail.trim_end().to_owned(),
            value,
            note: place,
            tone: if band.taken { Tone::Plain } else { Tone::Dim },
            ..Row::default()
        }));
    }
}

/// The steps that tables of percentages read: a ratio that is compared with percentages reads better
/// as one.
pub(super) fn percents(trace: &Trace) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let formulas = trace.steps.iter().filter_map(|step| step.formula.as_ref());
    let mut todo: Vec<&Formula> = formulas.collect();
    while let Some(formula) = todo.pop() {
        match &formula.node {
            Node::Table { input, bands, chosen, .. } => {
                todo.extend(chosen.iter().map(|chosen| &chosen.input));
                if let (Node::Step { step }, true) = (&input.node, bands.iter().any(|band| band.row.contains('%'))) {
                    found.insert(step.as_str());
                }
                todo.push(input);
            }
            Node::Operation { operands, .. } => todo.extend(operands),
            Node::If { condition, taken, .. } => {
                todo.push(condition);
                todo.extend(taken.as_deref());
            }
            Node::Default { value, instead } => {
                todo.push(value);
                todo.extend(instead.as_deref());
            }
            Node::Aggregate { members, .. } => {
                todo.extend(members.iter().filter_map(|member| member.value.as_ref()));
            }
            Node::Ordered { members, .. } => {
                todo.extend(members.iter().flat_map(|member| member.by.iter().chain(&member.value)));
            }
            Node::Pooled { rank, prizes } => {
                todo.push(rank);
                todo.extend(prizes);
            }
            Node::Allocate { amount, receivers, .. } => {
                todo.push(amount);
                todo.extend(receivers.iter().filter_map(|receiver| receiver.weight.as_ref()));
            }
            Node::Previous { starting, .. } => todo.extend(starting.as_deref()),
            Node::Version { day, .. } => todo.extend(day.as_deref()),
            Node::Days { period, runs, .. } => {
                todo.extend(period.as_deref());
                todo.extend(runs.iter().filter_map(|run| run.value.as_ref()));
            }
            Node::Convert { amount, rates, to } => {
                todo.push(amount);
                todo.extend(rates);
                todo.extend(to.as_deref());
            }
            Node::Constant | Node::Step { .. } | Node::Missing | Node::Increase { .. } => {}
        }
    }
    found
}

/// The word with which a row begins, and its bound.
fn words_of(row: &str) -> (String, String) {
    let row = clean(row);
    match row.split_once(' ') {
        Some((word, bound)) => (word.to_owned(), bound.to_owned()),
        None => (row, String::new()),
    }
}

/// A band in words.
struct Drawn {
    word: String,
    bound: String,
    part: Option<Shown>,
    rate: Shown,
    gives: Option<Shown>,
}

impl Drawn {
    fn of(band: &Band, kind: &str, percent: bool, shown: impl Fn(Option<&Amount>) -> Shown) -> Drawn {
        let (word, bound) = words_of(&band.row);
        let part = band.part.as_ref().filter(|_| band.taken || kind != "marginal");
        let part = part.map(|part| if percent { as_percent(part) } else { part.clone() });
        Drawn {
            word,
            bound,
            part: part.map(|part| shown(Some(&part))),
            rate: shown(Some(&band.rate)),
            gives: band.gives.as_ref().filter(|_| band.taken).map(|gives| shown(Some(gives))),
        }
    }
}

/// The widths of a table's columns; amounts have two, before and behind the point.
struct Widths {
    word: usize,
    bound: usize,
    part: (usize, usize),
    rate: (usize, usize),
}

impl Widths {
    fn of(bands: &[Drawn]) -> Widths {
        let most = |width: &dyn Fn(&Drawn) -> usize| bands.iter().map(width).max().unwrap_or(0);
        let part = |band: &Drawn| band.part.clone().unwrap_or_default();
        Widths {
            word: most(&|band| band.word.width()),
            bound: most(&|band| band.bound.width()),
            part: (most(&|band| part(band).whole.width()), most(&|band| part(band).rest.width())),
            rate: (most(&|band| band.rate.whole.width()), most(&|band| band.rate.rest.width())),
        }
    }
}

/// An amount in a column aligned on its point.
pub(super) fn padded(amount: Option<&Shown>, (whole, rest): (usize, usize)) -> String {
    let (before, behind) = amount.map_or(("", ""), |shown| (&shown.whole, &shown.rest));
    let left = whole.saturating_sub(before.width());
    let right = rest.saturating_sub(behind.width());
    format!("{:left$}{before}{behind}{:right$}", "", "")
}
