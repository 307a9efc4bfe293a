//! `attain explain --against`: a value against another one.

use std::path::Path;

use super::explain_value::{Asking, Explained, Problems, explained};
use super::load::Found;
use crate::diagnostics::{Code, Diagnostic};
use crate::difference::{self, Difference, Problem, Traced};

/// The difference of the value asked for from that of another row or of another run.
pub(super) fn difference(
    asking: &Asking<'_>,
    run: Option<&Path>,
    against: &[String],
    found: &mut Found,
) -> Result<Difference, Problems> {
    let asked = explained(asking, found)?;
    if run.is_some() {
        // Problems point into one run's plans.
        *found = Found::default();
    }
    let other_run = run.unwrap_or(asking.run);
    let other = explained(&Asking { run: other_run, against, ..*asking }, found)?;
    if run.is_none() && asked.key == other.key {
        let problem = Diagnostic::new(Code::NotComparable, format!("`{}` is held against itself", asking.name));
        let help = "`--against` names another period or person, `--against-run` another run";
        return Err(vec![problem.help(help)]);
    }
    let (now, before) = (asking.run.display().to_string(), other_run.display().to_string());
    difference::difference(traced(&now, &asked), traced(&before, &other)).map_err(|problem| vec![told(asking, problem)])
}

fn traced<'a>(run: &'a str, explained: &'a Explained) -> Traced<'a> {
    Traced { run, trace: &explained.trace }
}

fn told(asking: &Asking<'_>, problem: Problem) -> Diagnostic {
    let name = asking.name;
    let (message, help) = match problem {
        Problem::Missing { asked } => {
            let side = if asked { "asked about" } else { "that it is held against" };
            (
                format!("`{name}` has no value on the side {side}: it is missing there"),
                "a difference takes two values; without `--against` the trace says why the value is missing".to_owned(),
            )
        }
        Problem::NoNumber(unit) => (
            format!("`{name}` is no number but a {unit}"),
            "the difference of numbers and amounts alone can be split; ask for one".to_owned(),
        ),
        Problem::Units { asked, against } => (
            format!("`{name}` is in {asked}, and what it is held against in {against}"),
            "a difference takes two values in one currency".to_owned(),
        ),
    };
    Diagnostic::new(Code::NotComparable, message).help(help)
}

/// As JSON, described in `docs/against.md`.
pub(super) fn json(difference: &Difference) -> String {
    // Text and whole numbers only: there is nothing in it that could not be written.
    let mut text = serde_json::to_string_pretty(difference).unwrap_or_default();
    text.push('\n');
    text
}
