//! One value for every problem, and one renderer per file.
//!
//! Each stage has typed problems of its own and turns them into a [`Diagnostic`]; renderers turn
//! diagnostics into words on a terminal, one line each, or JSON.

pub mod codes;

use crate::source::Span;
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
        Self {
            code,
            severity,
            message: message.into(),
            labels: Vec::new(),
            help: None,
            data: None,
        }
    }

    /// Adds words under a stretch of a plan file.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
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
