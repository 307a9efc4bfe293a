//! The problems of names, in words.

use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::tree::{Name, Number, Quoted};

pub(super) fn second_plan(name: &Name, first: &Name) -> Diagnostic {
    Diagnostic::new(Code::DuplicateName, format!("a file has one plan, and `{}` is the second", name.text))
        .at(name.span, "the second")
        .at(first.span, "the first")
        .help("give each plan a file of its own")
}

pub(super) fn edition(number: &Number) -> Diagnostic {
    Diagnostic::new(Code::UnknownEdition, format!("this version does not know edition {}", number.value))
        .at(number.span, "the only edition so far is 1")
        .help("write `edition 1`, or use a newer version of Attain")
}

pub(super) fn reserved(name: &Name) -> Diagnostic {
    Diagnostic::new(Code::DuplicateName, format!("`{}` has a meaning of its own in Attain", name.text))
        .at(name.span, "")
        .help(format!("give it a longer name, such as `{}_value`", name.text.to_lowercase()))
}

pub(super) fn duplicate(name: &Name, first: &Name) -> Diagnostic {
    Diagnostic::new(Code::DuplicateName, format!("`{}` is declared twice", name.text))
        .at(name.span, "declared again here")
        .at(first.span, "first declared here")
        .help("give one of them another name")
}

/// A test in a file that plans use.
pub(super) fn idle_test(title: &Quoted) -> Diagnostic {
    Diagnostic::new(Code::IdleTest, "this test is never run: its file has no plan")
        .at(title.span, "")
        .help("a test stands in the file of the plan that it is about")
}
