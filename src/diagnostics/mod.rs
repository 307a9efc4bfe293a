//! One value for every problem, and one renderer per file.
//!
//! Each stage has typed problems of its own and turns them into a [`Diagnostic`]; renderers turn
//! diagnostics into words on a terminal, one line each, JSON, or what code scanners and workflows read.

pub mod clean;
pub mod codes;
pub mod concise;
pub mod github;
pub mod human;
pub mod json;
mod more;
mod order;
pub mod sarif;
pub mod suggest;
mod window;

use crate::ids::{FileId, Id, IdVec};
use crate::source::{SourceFile, Span};
pub use codes::Code;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is written.
    Error,
    /// Worth a look; the plan still runs.
    Warning,
}

/// Words under a stretch of a plan file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What stands there; may be empty.
    pub text: String,
}

/// A place in a data file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataPlace {
    /// The path below the data folder.
    pub file: String,
    /// The row as a spreadsheet counts it: the header is row 1. None when the whole file is meant.
    pub row: Option<u64>,
    /// The column's header.
    pub column: Option<String>,
    /// The text found.
    pub found: Option<String>,
    /// What was expected there.
    pub expected: Option<String>,
}

/// A problem, in the administrator's words: its first line stands alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// The code with a page of its own.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// One line, lower case, no final stop.
    pub message: String,
    /// The exact words in plan files, the first being the main place.
    pub labels: Vec<Label>,
    /// How to mend it.
    pub help: Option<String>,
    /// The place in the data, for problems of data.
    pub data: Option<DataPlace>,
}

impl Diagnostic {
    /// A problem with the severity its code has.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let severity = code.severity();
        // What it quotes may have line ends; the message has none.
        let message = message.into().replace(['\n', '\r'], " ");
        Self { code, severity, message, labels: Vec::new(), help: None, data: None }
    }

    /// Adds words under a stretch of a plan file.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Names the place in the data.
    #[must_use]
    pub fn data(mut self, place: DataPlace) -> Self {
        self.data = Some(place);
        self
    }

    /// Whether it stops the run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The forms in which problems are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal, with the plan's own lines.
    #[default]
    Human,
    /// One line each.
    Concise,
    /// One JSON array, described in `docs/json.md`.
    Json,
    /// A log of SARIF 2.1.0, for code scanners.
    Sarif,
    /// Commands of GitHub's workflows, one line each.
    Github,
}

/// How to show problems. Whoever knows the terminal fills this in; nothing here asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The form.
    pub format: Format,
    /// Colours, in the form for people.
    pub colour: bool,
    /// Lines and signs beyond ASCII, in the form for people.
    pub unicode: bool,
    /// The columns of the terminal.
    pub width: usize,
    /// How many problems the form for people shows before it only counts.
    pub shown: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { format: Format::Human, colour: false, unicode: true, width: 100, shown: 20 }
    }
}

/// All problems in the form asked for; nothing for none, but an empty array in JSON and a log without results in
/// SARIF.
pub fn render(problems: &[Diagnostic], sources: &IdVec<FileId, SourceFile>, options: &Options) -> String {
    match options.format {
        Format::Human => human::human(problems, sources, options),
        Format::Concise => concise::concise(problems, sources),
        Format::Json => json::json(problems, sources),
        Format::Sarif => sarif::sarif(problems, sources),
        Format::Github => github::github(problems, sources),
    }
}

/// The file a span lies in, when it is one of these.
fn source_of(span: Span, sources: &IdVec<FileId, SourceFile>) -> Option<&SourceFile> {
    sources.iter().as_slice().get(span.file.index())
}
