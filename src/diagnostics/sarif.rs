//! SARIF 2.1.0, the form in which code scanners report: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/>.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Code, DataPlace, Diagnostic, Severity, clean, order};
use crate::ids::{FileId, IdVec};
use crate::source::{SourceFile, Span};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Found>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

/// One code.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    name: String,
    short_description: Text,
    full_description: Text,
    help: Page,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct Page {
    text: &'static str,
    markdown: &'static str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

/// One problem.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

/// All problems as one log with one run, whose rules are the codes that occur.
pub fn sarif(problems: &[Diagnostic], sources: &IdVec<FileId, SourceFile>) -> String {
    let codes: BTreeSet<Code> = problems.iter().map(|problem| problem.code).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let results = order::sorted(problems).into_iter().map(|problem| result(problem, &codes, sources)).collect();
    let driver = Driver {
        name: "attain",
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: codes.iter().copied().map(rule).collect(),
    };
    // The columns of a place are counted in characters.
    let run = Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results };
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run] };
    // Texts and whole numbers only: there is nothing in it that could not be written.
    clean::escape_json(&serde_json::to_string_pretty(&log).unwrap_or_default()) + "\n"
}

fn rule(code: Code) -> Rule {
    let title = || Text { text: code.title().to_owned() };
    let words = code.page().split("\n\n").nth(1).unwrap_or(code.title());
    Rule {
        id: code.text(),
        name: format!("{code:?}"),
        short_description: title(),
        full_description: Text { text: words.replace('\n', " ") },
        help: Page { text: code.page(), markdown: code.page() },
        default_configuration: Configuration { level: level(code.severity()) },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn result(problem: &Diagnostic, codes: &[Code], sources: &IdVec<FileId, SourceFile>) -> Found {
    let labels = problem.labels.iter().filter_map(|label| Some((label, words(label.span, sources)?)));
    let mut labels: Vec<Location> = labels
        .enumerate()
        .map(|(position, (label, place))| Location {
            id: Some(position),
            physical_location: place,
            message: Some(Text { text: label.text.clone() }).filter(|text| !text.text.is_empty()),
        })
        .collect();
    let place = match &problem.data {
        Some(data) => Location { id: None, physical_location: cell(data), message: None },
        None if labels.is_empty() => Location { id: None, physical_location: whole(), message: None },
        None => Location { id: None, ..labels.remove(0) },
    };
    Found {
        rule_id: problem.code.text(),
        rule_index: codes.iter().position(|code| *code == problem.code).unwrap_or_default(),
        level: level(problem.severity),
        message: Text { text: message(problem) },
        locations: [place],
        related_locations: labels,
    }
}

/// The message with what helps: viewers show little else.
fn message(problem: &Diagnostic) -> String {
    let mut lines = vec![problem.message.clone()];
    if let Some(DataPlace { column: Some(column), .. }) = &problem.data {
        lines.push(format!("column: {column}"));
    }
    lines.extend(problem.help.iter().map(|help| format!("help: {help}")));
    lines.join("\n")
}

fn words(span: Span, sources: &IdVec<FileId, SourceFile>) -> Option<Physical> {
    let file = super::source_of(span, sources)?;
    let (start, end) = (file.place(span.start), file.place(span.end));
    let region = Region {
        start_line: start.line.into(),
        start_column: Some(start.column),
        end_line: Some(end.line),
        end_column: Some(end.column),
    };
    Some(Physical { artifact_location: Artifact { uri: uri(&file.path) }, region })
}

/// A row of a data file, which is the line of that number unless a cell goes over several lines.
fn cell(data: &DataPlace) -> Physical {
    line(uri(&data.file), data.row.unwrap_or(1))
}

/// What has no place is told of the folder: readers of SARIF want a place for each problem.
fn whole() -> Physical {
    line(".".to_owned(), 1)
}

fn line(uri: String, start_line: u64) -> Physical {
    let region = Region { start_line, start_column: None, end_line: None, end_column: None };
    Physical { artifact_location: Artifact { uri }, region }
}

/// A path as a URI: all but letters, digits and `-._~/` as percent codes.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_uri() {
        assert_eq!(uri("plans/a b.plan"), "plans/a%20b.plan");
        assert_eq!(uri("é%.plan"), "%C3%A9%25.plan");
    }
}
