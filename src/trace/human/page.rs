//! A page: lines whose amounts stand in one column, aligned on the decimal point, with notes beside
//! them.

use unicode_width::UnicodeWidthStr;

use super::HumanOptions;
use super::amounts::Shown;
use super::fit::{cut_end, cut_start, wrapped};
use super::glyphs::Glyphs;
use super::note::Note;

/// The narrowest page that is laid out; a narrower terminal wraps it.
const NARROWEST: usize = 60;

/// The widest column of labels.
const LABEL_CAP: usize = 72;

/// What notes may take from the labels, and what they keep where labels need the room.
const NOTE_CAP: usize = 36;
const NOTE_LEAST: usize = 28;

/// What is kept of a label before amounts, and where that leaves no room for the amounts.
const KEY_CAP: usize = 18;
const KEY_LEAST: usize = 8;

/// The widest word in the place of an amount.
const WORD_CAP: usize = 40;

/// Between columns.
const GAP: usize = 2;

/// Before the lines of a note beneath its amount, at least.
const INDENT: usize = 6;

/// How a line is inked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it is.
    #[default]
    Plain,
    /// Beside the point: what was not taken, headers, notes.
    Dim,
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
    /// The amounts that follow the label, which are never cut.
    pub(super) tail: String,
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
    /// Words that stand in no column, at an indent.
    Words(usize, String),
    /// A command, never broken: the terminal does that, and it can be copied.
    Command(String),
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
            Line::Words(indent, text) => columns.words(*indent, text, &mut page),
            Line::Command(text) => columns.ink(&[(format!("  {text}"), Ink::Plain)], &mut page),
            Line::Foot(text) => columns.words(0, text, &mut page),
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
        let notes = lines.iter().map(|line| note_of(line).text().width()).max().unwrap_or(0);
        let short = lines.iter().map(|line| note_of(line).short().width()).max().unwrap_or(0);
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
        let rows = widest(lines, usize::MAX, glyphs, rows).min(cap(short.min(NOTE_LEAST)));
        // Amounts among the labels press everything else but the amounts of the column.
        let tails = lines.iter().map(|line| tail_width(line, glyphs)).max().unwrap_or(0);
        let most = width.saturating_sub([GAP, whole, rest].iter().sum());
        let label = heads.max(rows).max(tails).min(most);
        Columns { label, whole, rest, width, glyphs, colour: options.colour }
    }

    fn head(&self, head: &Head, page: &mut String) {
        let name = format!("{}{}", head.name, head.key);
        let formula = format!(" = {}", head.formula);
        let beside =
            !head.formula.is_empty() && !head.title && name.width().saturating_add(formula.width()) <= self.label;
        let title = cut_end(&head.name, self.width, self.glyphs);
        let key = if title.width() < self.width { head.key.as_str() } else { "" };
        let key = cut_end(key, self.width.saturating_sub(title.width()), self.glyphs);
        let mut spans = vec![(title, Ink::Name), (key, Ink::Bold)];
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
        let label = self.label(row, room);
        let spans = vec![(lead, Ink::Dim), (label, ink)];
        let none = Shown::default();
        self.finish(spans, row.value.as_ref().unwrap_or(&none), &row.note, ink, page);
    }

    /// A label in so much room. Before amounts it keeps its width, so that they stay in their column.
    fn label(&self, row: &Row, room: usize) -> String {
        if row.tail.is_empty() {
            return cut_end(&row.label, room, self.glyphs);
        }
        let full = row.label.width();
        let room = room.saturating_sub(row.tail.width()).max(KEY_LEAST).min(full);
        let label = cut_end(row.label.trim_end(), room, self.glyphs);
        let behind = room.saturating_sub(label.width());
        format!("{label}{:behind$}{}", "", row.tail)
    }

    /// The value and the note behind a label.
    fn finish(&self, mut spans: Vec<(String, Ink)>, value: &Shown, note: &Note, ink: Ink, page: &mut String) {
        let mut used: usize = spans.iter().map(|(text, _)| text.width()).sum();
        let (before, text) = self.aligned(value);
        let latest = self.width.saturating_sub(text.width());
        let mut least = used.saturating_add(GAP);
        if !text.is_empty() && least > latest {
            self.ink(&spans, page);
            spans.clear();
            (used, least) = (0, 0);
        }
        let column = self.label.saturating_add(GAP);
        let start = column.saturating_add(before).min(latest).max(least);
        let ends = start.saturating_add(text.width());
        let missing = value.word && value.whole == "missing";
        spans.push((" ".repeat(start.saturating_sub(used)), Ink::Plain));
        spans.push((text, if missing { Ink::Warn } else { ink }));
        let note = note.with_unit(&value.long_unit);
        // In the column of notes, or else right behind the amount.
        let notes = column.saturating_add(self.whole).saturating_add(self.rest).max(ends);
        let beside = [notes, ends].into_iter().find_map(|end| {
            let from = end.saturating_add(GAP);
            note.fitted(self.width.saturating_sub(from)).map(|text| (from.saturating_sub(ends), text))
        });
        let below = beside.is_none();
        if let Some((gap, text)) = beside {
            spans.push((" ".repeat(gap), Ink::Plain));
            spans.push((text, Ink::Dim));
        }
        self.ink(&spans, page);
        if below {
            self.below(&note, page);
        }
    }

    /// A note that has no room beside its amount, beneath it.
    fn below(&self, note: &Note, page: &mut String) {
        let room = self.width.saturating_sub(INDENT);
        let lines = wrapped(&note.text(), room);
        let widest = lines.iter().map(|line| line.width()).max().unwrap_or(0).min(room);
        let start = self.label.saturating_add(2 * GAP).min(self.width.saturating_sub(widest));
        for line in lines {
            // One word wider than the page: the row it ends with matters more than its beginning.
            let line = cut_start(&line, room, self.glyphs);
            self.ink(&[(" ".repeat(start), Ink::Plain), (line, Ink::Dim)], page);
        }
    }

    /// Words on as many lines as they take.
    fn words(&self, indent: usize, text: &str, page: &mut String) {
        let indent = if indent > 0 { indent.saturating_add(self.glyphs.sign_width()) } else { 0 };
        for line in wrapped(text, self.width.saturating_sub(indent)) {
            self.ink(&[(" ".repeat(indent), Ink::Plain), (line, Ink::Dim)], page);
        }
    }

    /// The value and the blanks before it in its column: numbers on the point, words before it, long
    /// words over all of it.
    fn aligned(&self, value: &Shown) -> (usize, String) {
        if value.word && value.whole.width() > self.whole {
            let most = self.width.saturating_sub(self.label).saturating_sub(GAP);
            return (0, cut_end(&value.whole, most.min(WORD_CAP), self.glyphs));
        }
        let before = self.whole.saturating_sub(value.whole.width());
        (before, value.text())
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
    note.with_unit(value.map_or("", |value| &value.long_unit))
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
        Line::Row(row) => [row.indent, glyphs.sign_width(), row.label.width(), row.tail.width()].iter().sum(),
        _ => 0,
    }
}

/// What a label with amounts needs at least.
fn tail_width(line: &Line, glyphs: Glyphs) -> usize {
    match line {
        Line::Row(row) if !row.tail.is_empty() => {
            let key = row.label.width().min(KEY_CAP);
            [row.indent, glyphs.sign_width(), key, row.tail.width()].iter().sum()
        }
        _ => 0,
    }
}
