//! Annotations of GitHub's workflows: one command a line, which GitHub shows beside the line of the plan.

use super::{DataPlace, Diagnostic, Severity, clean, order};
use crate::ids::{FileId, IdVec};
use crate::source::SourceFile;
use crate::source::Span;

/// All problems as workflow commands: `::error file=a.plan,line=3,…,title=attain E0301::message`.
pub fn github(problems: &[Diagnostic], sources: &IdVec<FileId, SourceFile>) -> String {
    order::sorted(problems).into_iter().map(|problem| command(problem, sources) + "\n").collect()
}

fn command(problem: &Diagnostic, sources: &IdVec<FileId, SourceFile>) -> String {
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut properties = match (&problem.data, problem.labels.first()) {
        (Some(data), _) => cell(data),
        (None, Some(label)) => words(label.span, sources),
        (None, None) => Vec::new(),
    };
    properties.push(("title", format!("attain {}", problem.code.text())));
    let properties: Vec<String> =
        properties.into_iter().map(|(name, value)| format!("{name}={}", property(&value))).collect();
    format!("::{severity} {}::{}", properties.join(","), escaped(&clean::block(&message(problem, sources))))
}

/// The place of a stretch of a plan. GitHub takes columns on one line only.
fn words(span: Span, sources: &IdVec<FileId, SourceFile>) -> Vec<(&'static str, String)> {
    let Some(file) = super::source_of(span, sources) else { return Vec::new() };
    let (start, end) = (file.place(span.start), file.place(span.end));
    let mut place = vec![("file", file.path.clone()), ("line", start.line.to_string())];
    place.push(("endLine", end.line.to_string()));
    if start.line == end.line {
        // The last column counts here, where a span ends behind it.
        let last = end.column.saturating_sub(1).max(start.column);
        place.extend([("col", start.column.to_string()), ("endColumn", last.to_string())]);
    }
    place
}

fn cell(data: &DataPlace) -> Vec<(&'static str, String)> {
    let row = data.row.map(|row| ("line", row.to_string()));
    [Some(("file", data.file.clone())), row].into_iter().flatten().collect()
}

/// The message, what stands at each place, and the help.
fn message(problem: &Diagnostic, sources: &IdVec<FileId, SourceFile>) -> String {
    let mut lines = vec![problem.message.clone()];
    if let Some(DataPlace { column: Some(column), .. }) = &problem.data {
        lines.push(format!("column {column}"));
    }
    for label in problem.labels.iter().filter(|label| !label.text.is_empty()) {
        let Some(file) = super::source_of(label.span, sources) else { continue };
        let place = file.place(label.span.start);
        lines.push(format!("{}:{}:{}: {}", file.path, place.line, place.column, label.text));
    }
    lines.extend(problem.help.iter().map(|help| format!("help: {help}")));
    lines.join("\n")
}

/// What would end a command is written as a percent code.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// So is, in a property, what would end it.
fn property(text: &str) -> String {
    escaped(&clean::block(text)).replace(':', "%3A").replace(',', "%2C")
}
