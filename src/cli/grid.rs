//! Text in aligned columns.

use unicode_width::UnicodeWidthStr;

use super::terminal::Stream;
use crate::diagnostics::clean;

/// The blanks between two columns.
const GAP: usize = 3;
/// A cell is never cut below so many columns.
const SHORTEST: usize = 12;

/// How the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    /// At the left; this column gives way when the lines are too long.
    Left,
    /// At the right.
    Right,
    /// By the decimal point.
    Point,
    /// At the left, close to the column before it.
    Unit,
}

/// How a line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Look {
    /// Plain.
    #[default]
    Plain,
    /// Standing out.
    Strong,
    /// Standing back.
    Quiet,
}

/// Lines of cells.
#[derive(Debug)]
pub(super) struct Grid {
    indent: usize,
    aligns: Vec<Align>,
    lines: Vec<(Look, Vec<String>)>,
    /// Lines of words that stand in no column, each before the line of its number.
    words: Vec<(usize, Look, String)>,
}

impl Grid {
    /// No lines yet.
    pub fn new(indent: usize, aligns: &[Align]) -> Grid {
        Grid { indent, aligns: aligns.to_vec(), lines: Vec::new(), words: Vec::new() }
    }

    /// Appends a line; cells left out at its end are empty.
    pub fn line<S: AsRef<str>>(&mut self, look: Look, cells: &[S]) {
        let cells = cells.iter().map(|cell| clean::one_line(cell.as_ref(), 400));
        self.lines.push((look, cells.collect()));
    }

    /// Appends a line of words, which make no column wider.
    pub fn words(&mut self, look: Look, words: &str) {
        self.words.push((self.lines.len(), look, clean::one_line(words, 400)));
    }

    /// The lines as text, each with its end.
    pub fn text(mut self, stream: Stream) -> String {
        self.align_points();
        let widths = self.widths(stream.width);
        let mut text = String::new();
        for number in 0..=self.lines.len() {
            for (_, look, words) in self.words.iter().filter(|(before, ..)| *before == number) {
                let words = cut(words, stream.width.saturating_sub(self.indent), stream.unicode);
                write_line(&mut text, *look, &format!("{:indent$}{words}", "", indent = self.indent), stream);
            }
            let Some((look, cells)) = self.lines.get(number) else { break };
            let mut line = " ".repeat(self.indent);
            for (index, (width, align)) in widths.iter().zip(&self.aligns).enumerate() {
                line.push_str(&" ".repeat(gap(index, *width, *align)));
                let cell = cut(cells.get(index).map_or("", String::as_str), *width, stream.unicode);
                let blanks = " ".repeat(width.saturating_sub(cell.width()));
                match align {
                    Align::Left | Align::Unit => line.extend([cell.as_str(), &blanks]),
                    Align::Right | Align::Point => line.extend([blanks.as_str(), &cell]),
                }
            }
            write_line(&mut text, *look, &line, stream);
        }
        text
    }

    /// Gives numbers with fewer decimals blanks in the place of the others.
    fn align_points(&mut self) {
        for (index, align) in self.aligns.iter().enumerate() {
            if *align != Align::Point {
                continue;
            }
            let cells = || self.lines.iter().filter_map(|(_, cells)| cells.get(index));
            let most = cells().filter_map(|cell| behind_point(cell)).max().unwrap_or(0);
            for cell in self.lines.iter_mut().filter_map(|(_, cells)| cells.get_mut(index)) {
                if let Some(behind) = behind_point(cell) {
                    cell.push_str(&" ".repeat(most.saturating_sub(behind)));
                }
            }
        }
    }

    fn widths(&self, limit: usize) -> Vec<usize> {
        let width = |index: usize| {
            let cells = self.lines.iter().filter_map(|(_, cells)| cells.get(index));
            cells.map(|cell| cell.width()).max().unwrap_or(0)
        };
        let mut widths: Vec<usize> = (0..self.aligns.len()).map(width).collect();
        let columns = widths.iter().zip(&self.aligns).enumerate();
        let all = columns.fold(self.indent, |sum, (index, (width, align))| {
            sum.saturating_add(gap(index, *width, *align)).saturating_add(*width)
        });
        let mut over = all.saturating_sub(limit);
        for (width, align) in widths.iter_mut().zip(&self.aligns) {
            if *align == Align::Left {
                let given = over.min(width.saturating_sub(SHORTEST));
                *width = width.saturating_sub(given);
                over = over.saturating_sub(given);
            }
        }
        widths
    }
}

fn write_line(text: &mut String, look: Look, line: &str, stream: Stream) {
    let line = line.trim_end();
    text.push_str(&match look {
        Look::Plain => line.to_owned(),
        Look::Strong => stream.strong(line),
        Look::Quiet => stream.quiet(line),
    });
    text.push('\n');
}

/// The blanks before a column; one in which nothing stands has none.
fn gap(index: usize, width: usize, align: Align) -> usize {
    match align {
        _ if index == 0 || width == 0 => 0,
        Align::Unit => 1,
        Align::Left | Align::Right | Align::Point => GAP,
    }
}

/// How many columns a number takes from its point on; none for what is no number.
fn behind_point(cell: &str) -> Option<usize> {
    let number = cell.ends_with(|last: char| last.is_ascii_digit());
    number.then(|| cell.find('.').map_or(0, |point| cell.len().saturating_sub(point)))
}

/// A text of at most so many columns.
fn cut(text: &str, width: usize, unicode: bool) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let more = if unicode { "…" } else { "..." };
    let room = width.saturating_sub(more.width());
    let mut kept = String::new();
    for letter in text.chars() {
        kept.push(letter);
        if kept.width() > room {
            kept.pop();
            break;
        }
    }
    kept + more
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Stream = Stream { is_terminal: false, colour: false, unicode: true, width: 30, height: None };

    #[test]
    fn cells_stand_in_columns() {
        let mut grid = Grid::new(2, &[Align::Left, Align::Point, Align::Right]);
        grid.line(Look::Plain, &["name", "amount", "rows"]);
        grid.line(Look::Plain, &["a", "1,234.5678", "7"]);
        grid.line(Look::Plain, &["b", "5"]);
        grid.line(Look::Plain, &["a name that is too long", "12.50", "1,000"]);
        grid.words(Look::Plain, "words");
        let lines = [
            "  name               amount    rows",
            "  a              1,234.5678       7",
            "  b                  5",
            "  a name that…      12.50     1,000",
            "  words",
        ];
        assert_eq!(grid.text(PLAIN).lines().collect::<Vec<_>>(), lines);
    }
}
