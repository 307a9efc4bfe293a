//! One line for each problem, for editors, `grep` and logs of a build.

use super::{Diagnostic, Severity, clean, order};
use crate::ids::{FileId, IdVec};
use crate::source::SourceFile;

/// No message is longer than this on its line.
const LONGEST_CHARS: usize = 1000;

/// All problems, one line each: `plans/a.plan:12:5: error[E0301]: message`, or
/// `deals.csv:17:amount: error[E0503]: message` for a cell.
pub fn concise(problems: &[Diagnostic], sources: &IdVec<FileId, SourceFile>) -> String {
    order::sorted(problems).into_iter().map(|problem| line(problem, sources) + "\n").collect()
}

/// One problem on one line, without the line's end.
pub(super) fn line(problem: &Diagnostic, sources: &IdVec<FileId, SourceFile>) -> String {
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut out = place(problem, sources);
    if !out.is_empty() {
        out.push_str(": ");
    }
    let message = clean::one_line(&problem.message, LONGEST_CHARS);
    out + &format!("{severity}[{}]: {message}", problem.code.text())
}

fn place(problem: &Diagnostic, sources: &IdVec<FileId, SourceFile>) -> String {
    if let Some(data) = &problem.data {
        let row = data.row.map(|row| row.to_string());
        let parts = [Some(data.file.clone()), row, data.column.clone()];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        return clean::one_line(&parts.join(":"), LONGEST_CHARS);
    }
    let Some(span) = problem.labels.first().map(|label| label.span) else {
        return String::new();
    };
    let Some(file) = super::source_of(span, sources) else {
        return String::new();
    };
    let place = file.place(span.start);
    let path = clean::one_line(&file.path, LONGEST_CHARS);
    format!("{path}:{}:{}", place.line, place.column)
}
