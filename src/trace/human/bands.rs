//! A table of rates: every band, its rate, what fell into it and what that gave.

use unicode_width::UnicodeWidthStr;

use crate::step::{Amount, Band, Chosen, Formula, KeyPart, Segment, StepKind};

use super::amounts::{Shown, as_percent, bare, shown};
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
        let by_number = input.value.as_ref().is_some_and(|value| value.number().is_some());
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
        kind: Kind<'_>,
        input: &'a Formula,
        (bands, line): (&'a [Band], Option<&Segment>),
        indent: usize,
        key: &[KeyPart],
    ) {
        let percent = bands.iter().any(|band| band.row.contains('%'));
        self.input(input, percent, indent, key);
        let last = bands.iter().rposition(|band| band.taken);
        let marks = bands.iter().enumerate().map(|(index, band)| mark(band, index, last, kind, line.is_some()));
        let mut drawn: Vec<Drawn> = bands
            .iter()
            .zip(marks)
            .map(|(band, mark)| Drawn::of(band, kind.kind, percent, mark, |amount| shown(amount, self.glyphs)))
            .collect();
        let places = drawn.iter().map(|band| band.rate.places()).max().unwrap_or(0);
        let plain = bands.iter().all(|band| band.rate.unit != "percent");
        drawn.iter_mut().filter(|_| plain).for_each(|band| band.rate.even(places));
        let widths = Widths::of(&drawn);
        let taken: Vec<bool> = bands.iter().map(|band| band.taken).collect();
        let kept = self.kept(&taken);
        let mut folded = 0_usize;
        for (index, (band, drawn)) in bands.iter().zip(&drawn).enumerate() {
            if kept.contains(&index) {
                self.fold_bands(&mut folded, indent);
                self.band(band, drawn, &widths, kind.kind, indent);
            } else {
                folded = folded.saturating_add(1);
            }
        }
        self.fold_bands(&mut folded, indent);
        if let Some(line) = line {
            self.on_line(line, input, percent, indent);
        }
    }

    /// Where on the line between two rows the input lies: `100% + 100% × 11/30`.
    fn on_line(&mut self, line: &Segment, input: &Formula, percent: bool, indent: usize) {
        let ends = [&line.from, &line.to, &line.value_from, &line.value_to].map(Amount::number);
        let at = input.value.as_ref().and_then(Amount::number);
        let ([Some(from), Some(to), Some(low), Some(high)], Some(at)) = (ends, at) else { return };
        let unit = if percent { "percent" } else { "number" };
        let rise = Amount::new(high.minus(&low).to_string(), line.value_from.unit.clone());
        let [low, rise] = [&line.value_from, &rise].map(|amount| shown(Some(amount), self.glyphs).text());
        let [way, width] = [at.minus(&from), to.minus(&from)].map(|value| bare(&value, unit, self.glyphs));
        let times = self.glyphs.sign("times");
        let (label, sign) = (format!("{low} + {rise} {times} {way}/{width}"), self.glyphs.sign("equal"));
        self.lines.push(Line::Row(Row { indent, sign, label, ..Row::default() }));
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

    fn band(&mut self, band: &'a Band, drawn: &Drawn, widths: &Widths, kind: &str, indent: usize) {
        let times = self.glyphs.sign("times");
        let label = format!("{:<w$}", drawn.word, w = widths.word);
        let bound = format!(" {:>n$}", drawn.bound, n = widths.bound);
        let part = padded(drawn.part.as_ref(), widths.part);
        let rate = padded(Some(&drawn.rate), widths.rate);
        let sign = if drawn.part.is_some() { times } else { " " };
        let (tail, value) = match kind {
            "marginal" => (format!("{bound}   {part} {sign} {rate}"), drawn.gives.clone()),
            _ if band.gives.is_some() => (format!("{bound}   {part} {sign} {rate}"), drawn.gives.clone()),
            _ => (bound, Some(drawn.rate.clone())),
        };
        let note = match drawn.mark {
            Mark::Words(words) => words.to_owned(),
            Mark::Here(words) => format!("{} {words}", self.glyphs.here()),
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

/// How a table is read, and whether its bands are the columns of a row.
#[derive(Clone, Copy)]
pub(super) struct Kind<'k> {
    pub(super) kind: &'k str,
    pub(super) columns: bool,
}

/// What is said beside a band.
#[derive(Clone, Copy)]
enum Mark {
    /// These words.
    Words(&'static str),
    /// That it is the one, and for what.
    Here(&'static str),
}

/// What is said beside a band, `last` being the last one that the input reached.
fn mark(band: &Band, index: usize, last: Option<usize>, kind: Kind<'_>, on_line: bool) -> Mark {
    let next = last.is_some_and(|last| index == last.saturating_add(1));
    match kind.kind {
        _ if band.taken && band.gives.is_some() => Mark::Words(""),
        "marginal" if last.is_some_and(|last| index < last) || band.row.starts_with("below") => {
            Mark::Words("nothing in it")
        }
        "marginal" => Mark::Words("not reached"),
        _ if on_line && next => Mark::Here("to here"),
        _ if !band.taken => Mark::Words(""),
        _ if on_line => Mark::Here("from here"),
        "retroactive" => Mark::Here("for all of it"),
        _ if kind.columns => Mark::Here("this column"),
        _ => Mark::Here("this row"),
    }
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
    mark: Mark,
}

impl Drawn {
    fn of(band: &Band, kind: &str, percent: bool, mark: Mark, shown: impl Fn(Option<&Amount>) -> Shown) -> Drawn {
        let (word, bound) = words_of(&band.row);
        let part = band.part.as_ref().filter(|_| band.taken || kind != "marginal");
        let part = part.map(|part| if percent { as_percent(part) } else { part.clone() });
        Drawn {
            word,
            bound,
            part: part.map(|part| shown(Some(&part))),
            rate: shown(Some(&band.rate)),
            gives: band.gives.as_ref().filter(|_| band.taken).map(|gives| shown(Some(gives))),
            mark,
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
