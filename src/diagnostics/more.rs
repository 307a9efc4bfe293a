//! What is said of the problems that are not shown.

use std::collections::BTreeMap;

use super::{Diagnostic, clean};

/// So many kinds of what is not shown are told.
const KINDS_TOLD: usize = 5;
/// The longest name of a column or file.
const LONGEST_CHARS: usize = 60;

/// What makes problems alike: the code, and the column of the file they stand in.
type Kind<'p> = (&'static str, Option<(&'p str, &'p str)>);

fn kind(problem: &Diagnostic) -> Kind<'_> {
    let place = problem.data.as_ref();
    let column = place.and_then(|place| Some((place.file.as_str(), place.column.as_deref()?)));
    (problem.code.text(), column)
}

/// How many more there are, and of what kinds: the most frequent first.
pub(super) fn words(rest: &[&Diagnostic]) -> String {
    let mut counts: BTreeMap<Kind<'_>, usize> = BTreeMap::new();
    for problem in rest {
        let count = counts.entry(kind(problem)).or_default();
        *count = count.saturating_add(1);
    }
    let mut counts: Vec<(Kind<'_>, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let name = |text: &str| clean::one_line(text, LONGEST_CHARS);
    let told = counts.iter().take(KINDS_TOLD).filter_map(|((code, column), count)| {
        let (file, column) = (*column)?;
        Some(format!("\n  {count} more {code} in the column `{}` of `{}`", name(column), name(file)))
    });
    let noun = if rest.len() == 1 { "problem" } else { "problems" };
    format!("and {} more {noun}{}", rest.len(), told.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{Code, DataPlace};

    fn problem(row: u64, column: &str) -> Diagnostic {
        let place = DataPlace {
            file: "deals.csv".to_owned(),
            row: Some(row),
            column: Some(column.to_owned()),
            found: None,
            expected: None,
        };
        Diagnostic::new(Code::BadNumber, "bad").data(place)
    }

    #[test]
    fn problems_that_are_alike_are_counted_together() {
        let mut problems: Vec<Diagnostic> = (2..314).map(|row| problem(row, "amount")).collect();
        problems.push(problem(2, "share"));
        problems.push(Diagnostic::new(Code::NoColumn, "other"));
        assert_eq!(
            words(&problems.iter().collect::<Vec<_>>()),
            "and 314 more problems\n  312 more E0503 in the column `amount` of `deals.csv`\n  \
             1 more E0503 in the column `share` of `deals.csv`"
        );
        assert_eq!(words(&[&Diagnostic::new(Code::UnknownName, "a name")]), "and 1 more problem");
    }
}
