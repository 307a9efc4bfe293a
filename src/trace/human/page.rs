//! A page: lines whose amounts stand in one column, aligned on the decimal point, with notes beside
//! them.

use unicode_width::UnicodeWidthStr;

use super::HumanOptions;
use super::amounts::Shown;
use super::fit::{cut_end, cut_start, wrapped};
use super::glyphs::Glyphs;

/// The narrowest page that is laid out; a narrower terminal wraps it.
const NARROWEST: usize = 60;

/// The widest column of labels.
const LABEL_CAP: usize = 72;

/// What notes may take from the labels, and what they keep where labels need the room.
const NOTE_CAP: usize = 36;
const NOTE_LEAST: usize = 20;

/// The widest word in the place of an amount.
const WORD_CAP: usize = 40;

/// Between columns.
const GAP: usize = 2;

/// How a line is inked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it is.
    #[default]
    Plain,
    /// Beside the point: what was not taken, headers, notes.
    Dim,
}

/// A note: words, and a place in a file, whose end matters more than its beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Note {
    words: String,
    place: String,
    /// What follows the place where there is room.
    column: String,
}

impl Note {
    /// A remark.
    pub(super) fn remark(words: impl Into<String>) -> Note {
        Note { words: words.into(), ..Note::default() }
    }

    /// A place, and the column that may follow it.
    pub(super) fn place(place: impl Into<String>, column: impl Into<String>) -> Note {
        Note { place: place.into(), column: column.into(), ..Note::default() }
    }

    /// Puts words before the note.
    pub(super) fn lead(&mut self, words: &str) {
        self.words = joined(words, &self.words, ", ");
    }

    /// The note in full.
    fn text(&self) -> String {
        joined(&self.words, &joined(&self.place, &self.column, " "), ", ")
    }

    /// The note in so much room: first the column goes, then the beginning of the place, then what
    /// the words end with.
    fn fitted(&self, room: usize, glyphs: Glyphs) -> String {
        let full = self.text();
        let short = joined(&self.words, &self.place, ", ");
        if full.width() <= room {
            full
        } else if short.width() <= room {
            short
        } else if self.words.is_empty() {
            cut_start(&self.place, room, glyphs)
        } else {
            cut_end(&short, room, glyphs)
        }
    }
}

fn joined(left: &str, right: &str, with: &str) -> String {
    let with = if left.is_empty() || right.is_empty() { "" } else { with };
    format!("{left}{with}{right}")
}

/// A line of working: a sign, a label, a value, a note.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// Blanks before the sign.
    pub(super) indent: usize,
    /// The sign of the operation, or nothing.
    pub(super) sign: &'static str,
    /// What the value is.
    pub(super) label: String,
    /// The value.
    pub(super) value: Option<Shown>,
    /// What there is to say about it.
    pub(super) note: Note,
    /// Its ink.
    pub(super) tone: Tone,
}

/// The line that begins a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// The definition.
    pub(super) name: String,
    /// For which row.
    pub(super) key: String,
    /// The formula as the plan writes it.
    pub(super) formula: String,
    /// Its value.
    pub(super) value: Shown,
    /// The place in the plan.
    pub(super) note: Note,
    /// Whether the formula has lines of its own in any case.
    pub(super) title: bool,
}

/// A line of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// The begin of a block.
    Head(Head),
    /// Working.
    Row(Row),
    /// The last words.
    Foot(String),
    /// Nothing.
    Blank,
}

/// The widths of the columns.
struct Columns {
    label: usize,
    whole: usize,
    rest: usize,
    width: usize,
    glyphs: Glyphs,
    colour: bool,
}

/// Draws the lines.
pub(super) fn draw(lines: &[Line], options: &HumanOptions, glyphs: Glyphs) -> String {
    let columns = Columns::measure(lines, options, glyphs);
    let mut page = String::new();
    for line in lines {
        match line {
            Line::Head(head) => columns.head(head, &mut page),
            Line::Row(row) => columns.row(row, &mut page),
            Line::Foot(text) => columns.ink(&[(text.clone(), Ink::Dim)], &mut page),
            Line::Blank => page.push('\n'),
        }
    }
    page
}

impl Columns {
    fn measure(lines: &[Line], options: &HumanOptions, glyphs: Glyphs) -> Columns {
        let width = options.width.max(NARROWEST);
        let numbers = || lines.iter().filter_map(value_of).filter(|value| !value.word);
        let whole = numbers().map(|value| value.whole.width()).max().unwrap_or(0);
        let rest = numbers().map(|value| value.rest.width()).max().unwrap_or(0);
        let notes = lines.iter().map(|line| note_of(line).text().width()).max();
        let notes = notes.unwrap_or(0);
        let cap = |notes: usize| {
            let taken = [GAP, whole, rest, GAP, notes];
            width.saturating_sub(taken.iter().sum()).clamp(NARROWEST / 3, LABEL_CAP)
        };
        // Heads make do with what there is, the title and the rows may press the notes.
        let heads = widest(lines, cap(notes.min(NOTE_CAP)), glyphs, |_| true);
        let rows = |line: &Line| match line {
            Line::Row(_) => true,
            Line::Head(head) => head.title,
            _ => false,
        };
        let rows = widest(lines, usize::MAX, glyphs, rows).min(cap(notes.min(NOTE_LEAST)));
        Columns { label: heads.max(rows), whole, rest, width, glyphs, colour: options.colour }
    }

    fn head(&self, head: &Head, page: &mut String) {
        let name = format!("{}{}", head.name, head.key);
        let formula = format!(" = {}", head.formula);
        let beside =
            !head.formula.is_empty() && !head.title && name.width().saturating_add(formula.width()) <= self.label;
        let mut spans = vec![(head.name.clone(), Ink::Name), (head.key.clone(), Ink::Bold)];
        if beside {
            spans.push((formula, Ink::Plain));
        }
        self.finish(spans, &head.value, &head.note, Ink::Bold, page);
        if !beside && !head.formula.is_empty() {
            self.formula(&head.formula, page);
        }
    }

    /// The formula on lines of its own.
    fn formula(&self, formula: &str, page: &mut String) {
        let room = self.width.saturating_sub(4);
        for (index, line) in wrapped(formula, room).into_iter().enumerate() {
            let lead = if index == 0 { "  = " } else { "    " };
            self.ink(&[(format!("{lead}{line}"), Ink::Plain)], page);
        }
    }

    fn row(&self, row: &Row, page: &mut String) {
        let ink = if row.tone == Tone::Dim { Ink::Dim } else { Ink::Plain };
        let pad = self.glyphs.sign_width();
        let lead = format!("{:indent$}{:<pad$}", "", row.sign, indent = row.indent);
        let room = self.label.saturating_sub(lead.width());
        let label = cut_end(&row.label, room, self.glyphs);
        let spans = vec![(lead, Ink::Dim), (label, ink)];
        let none = Shown::default();
        self.finish(spans, row.value.as_ref().unwrap_or(&none), &row.note, ink, page);
    }

    /// The value and the note behind a label.
    fn finish(&self, mut spans: Vec<(String, Ink)>, value: &Shown, note: &Note, ink: Ink, page: &mut String) {
        let mut used: usize = spans.iter().map(|(text, _)| text.width()).sum();
        let value_text = self.aligned(value);
        let value_width = value_text.trim_end().width();
        if used.saturating_add(GAP).saturating_add(value_width) > self.width {
            self.ink(&spans, page);
            spans.clear();
            used = 0;
        }
        let start = self.label.max(used).saturating_add(GAP);
        let end = start.saturating_add(value_text.width()).saturating_add(GAP);
        let gap = " ".repeat(start.saturating_sub(used));
        let missing = value.word && value.whole == "missing";
        spans.push((gap, Ink::Plain));
        spans.push((value_text, if missing { Ink::Warn } else { ink }));
        let mut note = note.clone();
        note.lead(&value.long_unit);
        let room = self.width.saturating_sub(end);
        if room > GAP {
            spans.push((" ".repeat(GAP), Ink::Plain));
            spans.push((note.fitted(room, self.glyphs), Ink::Dim));
        }
        self.ink(&spans, page);
    }

    /// The value in its column: numbers on the point, words before it, long words over all of it.
    fn aligned(&self, value: &Shown) -> String {
        let room = self.whole.saturating_add(self.rest);
        let before = self.whole.saturating_sub(value.whole.width());
        let text = if value.word && value.whole.width() > self.whole {
            let most = self.width.saturating_sub(self.label).saturating_sub(GAP);
            cut_end(&value.whole, most.min(WORD_CAP), self.glyphs)
        } else {
            format!("{:before$}{}{}", "", value.whole, value.rest)
        };
        let behind = room.saturating_sub(text.width());
        format!("{text}{:behind$}", "")
    }

    /// Writes a line without blanks at its end.
    fn ink(&self, spans: &[(String, Ink)], page: &mut String) {
        let length: usize = spans.iter().map(|(text, _)| text.as_str()).collect::<String>().trim_end().len();
        let mut left = length;
        for (text, ink) in spans {
            let shown = text.get(..left.min(text.len())).unwrap_or(text);
            left = left.saturating_sub(shown.len());
            match ink.code().filter(|_| self.colour && !shown.trim().is_empty()) {
                Some(code) => page.push_str(&format!("\u{1b}[{code}m{shown}\u{1b}[0m")),
                None => page.push_str(shown),
            }
        }
        page.push('\n');
    }
}

/// Inks of a terminal, chosen to be read on light and on dark ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ink {
    Plain,
    Dim,
    Bold,
    Name,
    Warn,
}

impl Ink {
    fn code(self) -> Option<&'static str> {
        match self {
            Ink::Plain => None,
            Ink::Dim => Some("2"),
            Ink::Bold => Some("1"),
            Ink::Name => Some("1;36"),
            Ink::Warn => Some("33"),
        }
    }
}

fn value_of(line: &Line) -> Option<&Shown> {
    match line {
        Line::Head(head) => Some(&head.value),
        Line::Row(row) => row.value.as_ref(),
        _ => None,
    }
}

fn note_of(line: &Line) -> Note {
    let (note, value) = match line {
        Line::Head(head) => (&head.note, Some(&head.value)),
        Line::Row(row) => (&row.note, row.value.as_ref()),
        _ => return Note::default(),
    };
    let mut note = note.clone();
    note.lead(value.map_or("", |value| &value.long_unit));
    note
}

/// The widest label of the lines asked for that is not too wide.
fn widest(lines: &[Line], most: usize, glyphs: Glyphs, asked: impl Fn(&Line) -> bool) -> usize {
    lines
        .iter()
        .filter(|line| asked(line))
        .map(|line| label_width(line, glyphs))
        .filter(|&width| width <= most)
        .max()
        .unwrap_or(0)
}

fn label_width(line: &Line, glyphs: Glyphs) -> usize {
    match line {
        Line::Head(head) if head.title || head.formula.is_empty() => head.name.width().saturating_add(head.key.width()),
        Line::Head(head) => [&head.name, " = ", &head.key, &head.formula].iter().map(|text| text.width()).sum(),
        Line::Row(row) => row.indent.saturating_add(glyphs.sign_width()).saturating_add(row.label.width()),
        _ => 0,
    }
}
