//! A page: lines whose amounts stand in one column, aligned on the decimal point, with notes beside
//! them.

use unicode_width::UnicodeWidthStr;

use super::HumanOptions;
use super::amounts::Shown;
use super::glyphs::Glyphs;

/// The narrowest page that is laid out; a narrower terminal wraps it.
const NARROWEST: usize = 60;

/// The widest column of labels.
const LABEL_CAP: usize = 72;

/// What notes may take from the labels.
const NOTE_CAP: usize = 36;

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

/// A note, and whether it names a place, whose end matters more than its beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Note {
    /// Its words.
    pub(super) text: String,
    /// Whether it names a file and line.
    pub(super) place: bool,
}

impl Note {
    /// A remark.
    pub(super) fn remark(text: impl Into<String>) -> Note {
        Note {
            text: text.into(),
            place: false,
        }
    }

    /// A place.
    pub(super) fn place(text: impl Into<String>) -> Note {
        Note {
            text: text.into(),
            place: true,
        }
    }

    /// Puts words before the note.
    pub(super) fn lead(&mut self, words: &str) {
        self.text = match (words.is_empty(), self.text.is_empty()) {
            (_, true) => words.to_owned(),
            (true, false) => std::mem::take(&mut self.text),
            (false, false) => format!("{words}, {}", self.text),
        };
    }
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
        let notes = lines.iter().map(|line| note_of(line).width()).max();
        let taken = [GAP, whole, rest, GAP, notes.unwrap_or(0).min(NOTE_CAP)];
        let cap = width
            .saturating_sub(taken.iter().sum())
            .clamp(NARROWEST / 3, LABEL_CAP);
        let labels = lines.iter().map(|line| label_width(line, glyphs));
        Columns {
            label: labels.filter(|&label| label <= cap).max().unwrap_or(cap),
            whole,
            rest,
            width,
            glyphs,
            colour: options.colour,
        }
        .widened(lines, cap)
    }

    /// Where a row's label had to be cut, the labels get all the room there is.
    fn widened(mut self, lines: &[Line], cap: usize) -> Columns {
        let cut = lines.iter().any(|line| match line {
            Line::Row(_) => label_width(line, self.glyphs) > self.label,
            _ => false,
        });
        if cut {
            self.label = cap;
        }
        self
    }

    fn head(&self, head: &Head, page: &mut String) {
        let name = format!("{}{}", head.name, head.key);
        let formula = format!(" = {}", head.formula);
        let beside = !head.formula.is_empty()
            && !head.title
            && name.width().saturating_add(formula.width()) <= self.label;
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
    fn finish(
        &self,
        mut spans: Vec<(String, Ink)>,
        value: &Shown,
        note: &Note,
        ink: Ink,
        page: &mut String,
    ) {
        let used: usize = spans.iter().map(|(text, _)| text.width()).sum();
        let value_text = self.aligned(value);
        let start = self.label.max(used).saturating_add(GAP);
        let end = start.saturating_add(value_text.width()).saturating_add(GAP);
        let gap = " ".repeat(start.saturating_sub(used));
        let missing = value.word && value.whole == "missing";
        spans.push((gap, Ink::Plain));
        spans.push((value_text, if missing { Ink::Warn } else { ink }));
        let mut note = note.clone();
        note.lead(&value.long_unit);
        if !note.text.is_empty() {
            let room = self.width.saturating_sub(end);
            let text = if note.place {
                cut_start(&note.text, room, self.glyphs)
            } else {
                cut_end(&note.text, room, self.glyphs)
            };
            spans.push((" ".repeat(GAP), Ink::Plain));
            spans.push((text, Ink::Dim));
        }
        self.ink(&spans, page);
    }

    /// The value in its column: numbers on the point, words before it, long words over all of it.
    fn aligned(&self, value: &Shown) -> String {
        let room = self.whole.saturating_add(self.rest);
        let before = self.whole.saturating_sub(value.whole.width());
        let text = if value.word && value.whole.width() > self.whole {
            value.whole.clone()
        } else {
            format!("{:before$}{}{}", "", value.whole, value.rest)
        };
        let behind = room.saturating_sub(text.width());
        format!("{text}{:behind$}", "")
    }

    /// Writes a line without blanks at its end.
    fn ink(&self, spans: &[(String, Ink)], page: &mut String) {
        let length: usize = spans
            .iter()
            .map(|(text, _)| text.as_str())
            .collect::<String>()
            .trim_end()
            .len();
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

fn note_of(line: &Line) -> String {
    let (note, value) = match line {
        Line::Head(head) => (&head.note, Some(&head.value)),
        Line::Row(row) => (&row.note, row.value.as_ref()),
        _ => return String::new(),
    };
    let mut note = note.clone();
    note.lead(value.map_or("", |value| &value.long_unit));
    note.text
}

fn label_width(line: &Line, glyphs: Glyphs) -> usize {
    match line {
        Line::Head(head) if head.title || head.formula.is_empty() => {
            head.name.width().saturating_add(head.key.width())
        }
        Line::Head(head) => [&head.name, " = ", &head.key, &head.formula]
            .iter()
            .map(|text| text.width())
            .sum(),
        Line::Row(row) => row
            .indent
            .saturating_add(glyphs.sign_width())
            .saturating_add(row.label.width()),
        _ => 0,
    }
}

/// The text at a width, its end left out where it is too long.
fn cut_end(text: &str, room: usize, glyphs: Glyphs) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let kept = fitting(text.chars(), room.saturating_sub(glyphs.more().width()));
    format!("{}{}", kept.trim_end(), glyphs.more())
}

/// The text at a width, its beginning left out where it is too long.
fn cut_start(text: &str, room: usize, glyphs: Glyphs) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let room = room.saturating_sub(glyphs.more().width());
    let kept: String = fitting(text.chars().rev(), room).chars().rev().collect();
    format!("{}{kept}", glyphs.more())
}

fn fitting(chars: impl Iterator<Item = char>, room: usize) -> String {
    let mut kept = String::new();
    for c in chars {
        kept.push(c);
        if kept.width() > room {
            kept.pop();
            break;
        }
    }
    kept
}

/// The words of a text on lines of a width.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.width().saturating_add(word.width()) < room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLYPHS: Glyphs = Glyphs { unicode: true };

    #[test]
    fn long_text_is_cut_where_it_says_least() {
        assert_eq!(cut_end("quarter_commission", 10, GLYPHS), "quarter_c…");
        assert_eq!(cut_start("plans/ae/plan.plan:58", 10, GLYPHS), "…e.plan:58");
        assert_eq!(cut_end("株式会社", 5, GLYPHS), "株式…");
        assert_eq!(cut_end("short", 5, GLYPHS), "short");
        assert_eq!(cut_end("none", 0, GLYPHS), "…");
    }

    #[test]
    fn formulas_are_wrapped_between_words() {
        assert_eq!(wrapped("a + bb + ccc", 6), ["a + bb", "+ ccc"]);
        assert_eq!(wrapped("longer_than_that", 6), ["longer_than_that"]);
    }
}
