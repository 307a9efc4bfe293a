//! What can be wrong with a test, in words.

use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{FileId, Id, IdVec};
use crate::source::{SourceFile, Span};
use crate::syntax::tree::{Literal, Name, Quoted};

/// So many names are listed.
const LISTED: usize = 12;

/// A name that means nothing of this kind, with those that would.
pub(super) fn unknown(what: &str, name: &Name, names: &[&str]) -> Diagnostic {
    let message = format!("`{}` is no {what}", name.text);
    let help = did_you_mean(&name.text, names.iter().copied()).unwrap_or_else(|| listed(names));
    Diagnostic::new(Code::BadTest, message).at(name.span, "is not known here").help(help)
}

/// A definition where a record is named.
pub(super) fn no_record(name: &Name) -> Diagnostic {
    let text = &name.text;
    Diagnostic::new(Code::BadTest, format!("`{text}` is a definition, and no record"))
        .at(name.span, "")
        .help(format!("its values are named alone: `expect {text} of …` or `expect sum of {text} of …`"))
}

/// A value that changes on a day, of which a test does not say when.
pub(super) fn changes(name: &Name, day: &str) -> Diagnostic {
    let text = &name.text;
    Diagnostic::new(Code::BadTest, format!("`{text}` changes on {day}, and has another value before"))
        .at(name.span, "when?")
        .help(format!("say on which day or in which period: `expect {text} in {day} = …`"))
}

/// A value that changes within the period in which a test asks for it.
pub(super) fn changes_inside(name: &Name, period: Span, day: &str) -> Diagnostic {
    let text = &name.text;
    Diagnostic::new(Code::BadTest, format!("`{text}` changes on {day}, which lies in this period"))
        .at(period, "before or after?")
        .help(format!("ask for a day: `expect {text} in {day} = …`"))
}

/// A name of something that has no values.
pub(super) fn no_values(name: &Name, kind: &str) -> Diagnostic {
    Diagnostic::new(Code::BadTest, format!("`{}` is {kind} and has no values", name.text))
        .at(name.span, "a definition is expected here")
        .help("name a definition, or a column: `Credit.amount`, `Deal.closed`")
}

/// A constant of another kind than is wanted.
pub(super) fn does_not_fit(
    sources: &IdVec<FileId, SourceFile>,
    literal: &Literal,
    to: &str,
    wanted: &str,
) -> Diagnostic {
    let found = written(sources, literal.span);
    Diagnostic::new(Code::BadTest, format!("`{found}` does not fit {to}"))
        .at(literal.span, format!("expected {wanted}"))
}

/// A key that the values of a column do not have.
pub(super) fn no_such_key(
    sources: &IdVec<FileId, SourceFile>,
    literal: &Literal,
    name: &str,
    known_by: &str,
) -> Diagnostic {
    let found = written(sources, literal.span);
    Diagnostic::new(Code::BadTest, format!("`{name}` has no value for `{found}`"))
        .at(literal.span, "leads to no value")
        .help(format!("`{name}` has {known_by}"))
}

/// An aggregate over what it cannot take.
pub(super) fn no_aggregate(span: Span, name: &str, why: &str) -> Diagnostic {
    Diagnostic::new(Code::BadTest, format!("values of `{name}` cannot be put together so")).at(span, why.to_owned())
}

/// A table of expected values without values.
pub(super) fn no_value_column(name: &Name) -> Diagnostic {
    let message = format!("this table has no values of `{}`", name.text);
    Diagnostic::new(Code::BadTest, message)
        .at(name.span, "no column of the table has this name")
        .help(format!("head the column with the expected values `{}`", name.text))
}

/// A test that checks nothing.
pub(super) fn expects_nothing(title: &Quoted) -> Diagnostic {
    Diagnostic::new(Code::BadTest, "this test expects nothing")
        .at(title.span, "has no `expect`")
        .help("say what must come out: `expect payout of \"p1\" in 2026-01 = 2,000.00 USD`")
}

/// The words of the plan at a place.
fn written(sources: &IdVec<FileId, SourceFile>, span: Span) -> String {
    let source = sources.iter().as_slice().get(span.file.index());
    let text = source.and_then(|source| source.text.get(span.start as usize..span.end as usize));
    text.unwrap_or_default().to_owned()
}

fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    match (names.len(), names.len() > LISTED) {
        (0, _) => "there is none".to_owned(),
        (_, true) => format!("there are {} and others", shown.join(", ")),
        (_, false) => format!("there is {}", shown.join(", ")),
    }
}
