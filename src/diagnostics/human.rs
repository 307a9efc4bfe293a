//! Problems for people at a terminal: the message, the place in the data or the lines of the
//! plan, and the help.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use unicode_width::UnicodeWidthStr;

use super::window::{Crop, Snippets};
use super::{DataPlace, Diagnostic, Options, Severity, clean, concise, more, order};
use crate::ids::{FileId, IdVec};
use crate::source::SourceFile;

/// So many places of one problem are drawn.
const DRAWN_LABELS: usize = 8;
/// Longer messages are cut: user text inside them has no limit of its own.
const LONGEST_CHARS: usize = 1000;
/// The longest stretch of a cell that is shown.
const LONGEST_CELL_CHARS: usize = 80;
/// What line numbers and margins take of the width.
const MARGIN_COLUMNS: usize = 11;

/// The first problems with their surroundings, and how many more there are.
pub fn human(problems: &[Diagnostic], sources: &IdVec<FileId, SourceFile>, options: &Options) -> String {
    let sorted = order::sorted(problems);
    let (shown, rest) = sorted.split_at(options.shown.min(sorted.len()));
    let mut parts: Vec<String> = shown.iter().map(|problem| one(problem, sources, options)).collect();
    if !rest.is_empty() {
        parts.push(format!("{} {}\n", ellipsis(options), more::words(rest)));
    }
    parts.join("\n")
}

fn one(problem: &Diagnostic, sources: &IdVec<FileId, SourceFile>, options: &Options) -> String {
    let crop =
        Crop { columns: options.width.clamp(40, 400).saturating_sub(MARGIN_COLUMNS), ellipsis: ellipsis(options) };
    let snippets = Snippets::new(problem, sources, crop, DRAWN_LABELS);
    let handler = GraphicalReportHandler::new_themed(theme(problem.severity, &snippets, options))
        .without_syntax_highlighting()
        .with_urls(false)
        .with_wrap_lines(false)
        .with_context_lines(1);
    let columns = options.width.clamp(40, 100);
    let report = Report {
        text: text(problem, options, columns),
        severity: problem.severity,
        help: help(problem, columns),
        snippets,
    };
    let mut out = String::new();
    if handler.render_report(&mut out, &report).is_err() {
        return concise::line(problem, sources) + "\n";
    }
    let trimmed: Vec<_> = out.lines().map(str::trim_end).collect();
    trimmed.join("\n") + "\n"
}

/// One problem as the graphical renderer wants it.
#[derive(Debug)]
struct Report {
    text: String,
    severity: Severity,
    help: Option<String>,
    snippets: Snippets,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.snippets)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let labels = &self.snippets.labels;
        (!labels.is_empty()).then(|| Box::new(labels.iter().cloned()) as _)
    }
}

/// The main label in the colour of the problem, the others in a quiet one.
fn theme(severity: Severity, snippets: &Snippets, options: &Options) -> GraphicalTheme {
    let mut theme = match (options.colour, options.unicode) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::ascii(),
        (false, true) => GraphicalTheme::unicode_nocolor(),
        (false, false) => GraphicalTheme::none(),
    };
    let main = match severity {
        Severity::Error => theme.styles.error,
        Severity::Warning => theme.styles.warning,
    };
    let other = theme.styles.advice;
    let styles = snippets.labels.iter().map(|label| match label.primary() {
        true if options.colour => main.bold(),
        true => main,
        false => other,
    });
    theme.styles.highlights = styles.chain([other]).collect();
    theme.styles.link = theme.styles.linum;
    theme
}

/// Code, message, and the place in the data below.
fn text(problem: &Diagnostic, options: &Options, columns: usize) -> String {
    let paint = Paint(options.colour);
    let code = problem.code.text();
    let message = format!("{code}: {}", clean::one_line(&problem.message, LONGEST_CHARS));
    let mut text = wrap(&message, columns.saturating_sub(4));
    if let Some(rest) = text.strip_prefix(code) {
        text = paint.strong(code, problem.severity) + rest;
    }
    if let Some(data) = &problem.data {
        text.push_str(&place(data, paint));
    }
    text
}

/// The place in the data, one fact a line.
fn place(data: &DataPlace, paint: Paint) -> String {
    let shown = |text: &String| clean::one_line(text, LONGEST_CELL_CHARS);
    let found = |text: &String| match text.is_empty() {
        true => "a blank cell".to_owned(),
        false => format!("`{}`", shown(text)),
    };
    let facts = [
        ("file", Some(shown(&data.file))),
        ("row", data.row.map(|row| row.to_string())),
        ("column", data.column.as_ref().map(shown)),
        ("found", data.found.as_ref().map(found)),
        ("expected", data.expected.as_ref().map(shown)),
    ];
    facts
        .into_iter()
        .filter_map(|(name, fact)| fact.map(|fact| (name, fact)))
        .map(|(name, fact)| format!("\n  {}  {fact}", paint.quiet(&format!("{name:<8}"))))
        .collect()
}

fn help(problem: &Diagnostic, columns: usize) -> Option<String> {
    let mut help = problem.help.as_deref().map(clean::block).unwrap_or_default();
    let more = problem.labels.len().saturating_sub(DRAWN_LABELS);
    if more > 0 {
        let line = if help.is_empty() { "" } else { "\n" };
        help.push_str(&format!("{line}({more} more places are not shown)"));
    }
    (!help.is_empty()).then(|| wrap(&help, columns.saturating_sub(8)))
}

fn ellipsis(options: &Options) -> &'static str {
    if options.unicode { "…" } else { "..." }
}

/// Colours of the few words that are not the graphical renderer's.
#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn strong(self, text: &str, severity: Severity) -> String {
        let colour = match severity {
            Severity::Error => "31",
            Severity::Warning => "33",
        };
        self.with(text, &format!("1;{colour}"))
    }

    fn quiet(self, text: &str) -> String {
        self.with(text, "2")
    }

    fn with(self, text: &str, style: &str) -> String {
        if self.0 { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Breaks lines between words only, so that no date or name is torn; keeps line ends.
pub(super) fn wrap(text: &str, columns: usize) -> String {
    let mut out = String::new();
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let mut used = 0_usize;
        for word in line.split_inclusive(' ') {
            let wide = word.trim_end().width();
            if used > 0 && used.saturating_add(wide) > columns {
                out.truncate(out.trim_end_matches(' ').len());
                out.push('\n');
                used = 0;
            }
            out.push_str(word);
            used = used.saturating_add(word.width());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("on 2026-03-31 at noon", 10), "on\n2026-03-31\nat noon");
        assert_eq!(wrap("  kept\nas is", 99), "  kept\nas is");
    }
}
