//! The stretches of plan files around the labels of a problem, made safe to print and narrow
//! enough to read. The graphical renderer sees these alone: given whole files it would scan each
//! from its first byte for every label, and it panics far to the right on a long line.

use std::ops::Range;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use unicode_width::UnicodeWidthChar;

use super::{Diagnostic, Label, clean, source_of};
use crate::ids::{FileId, IdVec};
use crate::source::{Place, SourceFile};

/// A label over more lines than this is drawn under its first line only.
const TALLEST_LINES: usize = 8;

/// Nothing further from the main label on a line can come into view.
const NEAR_BYTES: usize = 4000;

/// What the renderer needs of one problem: windows one behind the other as if they were a single
/// text, with a gap between them, and the labels in it.
#[derive(Debug, Default)]
pub(super) struct Snippets {
    windows: Vec<Window>,
    /// The labels in the order of the text.
    pub labels: Vec<LabeledSpan>,
}

#[derive(Debug)]
struct Window {
    path: String,
    /// Where it begins among all windows.
    base: usize,
    text: String,
    /// The lines of the file before it.
    lines_before: usize,
    /// Where each label begins, with its place in the file.
    places: Vec<(usize, Place)>,
}

/// A label with its byte range inside the file's text.
struct Mark<'a> {
    label: &'a Label,
    primary: bool,
    range: Range<usize>,
}

/// How wide and with which sign for what is left out.
#[derive(Clone, Copy)]
pub(super) struct Crop {
    pub columns: usize,
    pub ellipsis: &'static str,
}

impl Snippets {
    /// The windows around the first `limit` labels: those of the main label's file first.
    pub fn new(problem: &Diagnostic, sources: &IdVec<FileId, SourceFile>, crop: Crop, limit: usize) -> Self {
        let mut files: Vec<&SourceFile> = Vec::new();
        for label in problem.labels.iter().take(limit) {
            let file = source_of(label.span, sources);
            files.extend(file.filter(|file| files.iter().all(|known| known.id != file.id)));
        }
        let mut snippets = Self::default();
        for file in files {
            let shown = problem.labels.iter().take(limit).enumerate();
            let marks = shown
                .filter(|(_, label)| label.span.file == file.id)
                .map(|(index, label)| Mark { label, primary: index == 0, range: shown_range(&file.text, label) })
                .collect();
            for (range, marks) in clusters(&file.text, marks) {
                snippets.add_window(file, range, &marks, crop);
            }
        }
        snippets
    }

    fn add_window(&mut self, file: &SourceFile, range: Range<usize>, marks: &[Mark], crop: Crop) {
        let base = self.windows.last().map_or(0, |last| last.base.saturating_add(last.text.len()).saturating_add(2));
        let byte = u32::try_from(range.start).unwrap_or(u32::MAX);
        let mut window = Window {
            path: clean::one_line(&file.path, 200),
            base,
            text: String::new(),
            lines_before: (file.place(byte).line as usize).saturating_sub(1),
            places: Vec::new(),
        };
        let lines = window.write_lines(&file.text, range, marks, crop);
        let offset_of = |byte: usize| {
            let line = lines.iter().find(|line| byte <= line.bytes.end);
            base.saturating_add(line.map_or(0, |line| line.map(byte)))
        };
        for mark in marks {
            let (start, end) = (offset_of(mark.range.start), offset_of(mark.range.end));
            window.places.push((start, file.place(mark.label.span.start)));
            let words = clean::block(&mark.label.text);
            let words = (!words.is_empty()).then(|| super::human::wrap(&words, 60));
            let span = (start, end.saturating_sub(start));
            self.labels.push(if mark.primary {
                LabeledSpan::new_primary_with_span(words, span)
            } else {
                LabeledSpan::new_with_span(words, span)
            });
        }
        self.windows.push(window);
    }
}

impl Window {
    /// Writes the lines of a byte range and returns where their characters went.
    fn write_lines(&mut self, text: &str, range: Range<usize>, marks: &[Mark], crop: Crop) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut at = range.start;
        loop {
            let end = line_end(text, at);
            let raw = text.get(at..end).unwrap_or("");
            let raw = raw.strip_suffix('\r').unwrap_or(raw);
            let mut here: Vec<_> =
                marks.iter().filter(|mark| mark.range.start <= end && mark.range.end >= at).collect();
            here.sort_by_key(|mark| !mark.primary);
            let focus: Vec<_> = here.iter().map(|mark| mark.range.start.max(at)..mark.range.end.min(end)).collect();
            lines.push(Line::write(&mut self.text, raw, at..end, &focus, crop));
            self.text.push('\n');
            if end >= range.end {
                return lines;
            }
            at = end.saturating_add(1);
        }
    }
}

impl SourceCode for Snippets {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset().saturating_add(span.len());
        // A span over two windows is in none: that keeps their snippets apart.
        let window = self
            .windows
            .iter()
            .find(|window| {
                let last = window.base.saturating_add(window.text.len());
                (window.base..=last).contains(&span.offset()) && end <= last
            })
            .ok_or(MietteError::OutOfBounds)?;
        // Without context it is the heading that asks, for line and column of its label.
        let place = window.places.iter().find(|(at, _)| *at == span.offset());
        let (line, column) = match place {
            Some((_, place)) if lines_before == 0 => {
                ((place.line as usize).saturating_sub(1), (place.column as usize).saturating_sub(1))
            }
            _ => (window.lines_before, 0),
        };
        Ok(Box::new(MietteSpanContents::new_named(
            window.path.clone(),
            window.text.as_bytes(),
            (window.base, window.text.len()).into(),
            line,
            column,
            window.text.matches('\n').count(),
        )))
    }
}

/// One written line: which bytes of the file it shows, and where each character went.
struct Line {
    bytes: Range<usize>,
    /// Pairs of a byte in the file and one in the window, ascending in both.
    marks: Vec<(usize, usize)>,
}

/// A character of a line with its byte in the file and the column it is shown in.
struct Glyph {
    byte: usize,
    column: usize,
    character: char,
}

impl Line {
    /// Writes a line, cut to the columns around what the labels point at.
    fn write(out: &mut String, raw: &str, bytes: Range<usize>, focus: &[Range<usize>], crop: Crop) -> Self {
        let near = near(raw, bytes.start, focus);
        let mut column = 0_usize;
        let mut glyphs = Vec::new();
        for (index, character) in raw.get(near.clone()).unwrap_or("").char_indices() {
            glyphs.push(Glyph {
                byte: bytes.start.saturating_add(near.start).saturating_add(index),
                column,
                character,
            });
            column = column.saturating_add(shown_width(character));
        }
        let left = if column <= crop.columns { 0 } else { first_column(&glyphs, focus, column, crop.columns) };
        let right = left.saturating_add(crop.columns);
        let mut marks = Vec::new();
        if left > 0 || near.start > 0 {
            marks.push((bytes.start, out.len()));
            out.push_str(crop.ellipsis);
        }
        let inside = |glyph: &&Glyph| glyph.column >= left && glyph.column < right;
        for glyph in glyphs.iter().filter(inside) {
            marks.push((glyph.byte, out.len()));
            clean::push_visible(out, glyph.character);
        }
        let cut = glyphs.iter().find(|glyph| glyph.column >= right);
        let behind = bytes.start.saturating_add(near.end);
        marks.push((cut.map_or(behind, |glyph| glyph.byte), out.len()));
        if cut.is_some() || near.end < raw.len() {
            out.push_str(crop.ellipsis);
        }
        Self { bytes, marks }
    }

    /// Where a byte of the file stands in the window; what is cut off stands at the ellipsis.
    fn map(&self, byte: usize) -> usize {
        let behind = self.marks.partition_point(|(known, _)| *known <= byte);
        let mark = self.marks.get(behind.saturating_sub(1));
        mark.map_or(0, |(_, offset)| *offset)
    }
}

/// The part of a line that can be shown at all, so that a line without end costs nothing.
fn near(raw: &str, line_start: usize, focus: &[Range<usize>]) -> Range<usize> {
    let main = focus.first().map_or(0, |main| main.start.saturating_sub(line_start));
    let start = boundary(raw, main.saturating_sub(NEAR_BYTES));
    start..boundary(raw, main.saturating_add(NEAR_BYTES))
}

/// The nearest place at or before `at` that does not split a character.
fn boundary(text: &str, at: usize) -> usize {
    let mut before = (0..=at.min(text.len())).rev();
    before.find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The first column to show of a line that is too long: all labels when they fit, else the main one.
fn first_column(glyphs: &[Glyph], focus: &[Range<usize>], total: usize, columns: usize) -> usize {
    let column_of = |byte: usize| {
        let at = glyphs.partition_point(|glyph| glyph.byte < byte);
        glyphs.get(at).map_or(total, |glyph| glyph.column)
    };
    let Some(main) = focus.first() else { return 0 };
    let first = focus.iter().map(|range| range.start).min().unwrap_or(main.start);
    let last = focus.iter().map(|range| range.end).max().unwrap_or(main.end);
    let (from, to) = (column_of(first), column_of(last));
    let wide = to.saturating_sub(from);
    let latest = total.saturating_sub(columns);
    if wide >= columns {
        let margin = columns / 4;
        return column_of(main.start).saturating_sub(margin).min(latest);
    }
    if to < columns {
        return 0;
    }
    let margin = columns.saturating_sub(wide) / 2;
    from.saturating_sub(margin).min(latest)
}

fn shown_width(character: char) -> usize {
    if character == '\t' || clean::is_hidden(character) {
        let mut shown = String::new();
        clean::push_visible(&mut shown, character);
        return shown.len();
    }
    character.width().unwrap_or(0)
}

/// The bytes a label marks: inside the text, without blanks at its end, not too many lines.
fn shown_range(text: &str, label: &Label) -> Range<usize> {
    let start = boundary(text, label.span.start as usize);
    let end = boundary(text, label.span.end as usize);
    let words = text.get(start..end).unwrap_or("").trim_end();
    let end = start.saturating_add(words.len());
    if words.matches('\n').count() >= TALLEST_LINES {
        let first = words.lines().next().unwrap_or("").trim_end();
        return start..start.saturating_add(first.len());
    }
    start..end
}

/// Groups the labels of one file whose surroundings touch, each with the bytes of its lines.
fn clusters<'a>(text: &str, mut marks: Vec<Mark<'a>>) -> Vec<(Range<usize>, Vec<Mark<'a>>)> {
    marks.sort_by_key(|mark| mark.range.start);
    let mut groups: Vec<(Range<usize>, Vec<Mark>)> = Vec::new();
    for mark in marks {
        let lines = with_context(text, &mark.range);
        match groups.last_mut() {
            Some((range, group)) if lines.start <= next_line_end(text, range.end) => {
                range.end = range.end.max(lines.end);
                group.push(mark);
            }
            _ => groups.push((lines, vec![mark])),
        }
    }
    groups
}

/// Whole lines: those of a range, and one before and behind unless they are blank.
fn with_context(text: &str, range: &Range<usize>) -> Range<usize> {
    let (mut start, mut end) = (line_start(text, range.start), line_end(text, range.end));
    let blank = |lines: Range<usize>| text.get(lines).is_none_or(|line| line.trim().is_empty());
    let before = line_start(text, start.saturating_sub(1));
    if start > 0 && !blank(before..start) {
        start = before;
    }
    let behind = next_line_end(text, end);
    if !blank(end..behind) {
        end = behind;
    }
    start..end
}

fn line_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or("");
    before.rfind('\n').map_or(0, |found| found.saturating_add(1))
}

fn line_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).and_then(|rest| rest.find('\n'));
    rest.map_or(text.len(), |found| at.saturating_add(found))
}

/// The end of the line behind the one that ends at `end`.
fn next_line_end(text: &str, end: usize) -> usize {
    line_end(text, end.saturating_add(1).min(text.len()))
}
