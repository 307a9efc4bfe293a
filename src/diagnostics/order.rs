//! The one order in which problems are shown: those of the whole project, then by plan file and
//! position, then those of data by file, row and column. Equal ones keep their order.

use std::cmp::Ordering;

use super::Diagnostic;

/// The problems in the order of showing.
pub fn sorted(problems: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = problems.iter().collect();
    sorted.sort_by(|a, b| compare(a, b));
    sorted
}

fn compare(a: &Diagnostic, b: &Diagnostic) -> Ordering {
    fn data(problem: &Diagnostic) -> Option<(&str, Option<u64>, Option<&str>)> {
        let place = problem.data.as_ref()?;
        Some((&place.file, place.row, place.column.as_deref()))
    }
    let span = |problem: &Diagnostic| problem.labels.first().map(|label| label.span);
    data(a).cmp(&data(b)).then_with(|| span(a).cmp(&span(b)))
}

#[cfg(test)]
mod tests {
    use super::super::{Code, DataPlace};
    use super::*;
    use crate::ids::FileId;
    use crate::source::Span;

    fn data(file: &str, row: Option<u64>, column: &str) -> Diagnostic {
        let place =
            DataPlace { file: file.to_owned(), row, column: Some(column.to_owned()), found: None, expected: None };
        let name = format!("{file} {row:?} {column}");
        Diagnostic::new(Code::BadNumber, name).data(place)
    }

    fn plan(file: u32, start: u32) -> Diagnostic {
        let file = FileId(file);
        let span = Span { file, start, end: start };
        Diagnostic::new(Code::WrongType, format!("{} {start}", file.0)).at(span, "")
    }

    #[test]
    fn project_then_plans_then_data() {
        let problems = [
            data("b.csv", Some(2), "x"),
            data("a.csv", Some(10), "x"),
            data("a.csv", Some(9), "y"),
            data("a.csv", Some(9), "x"),
            data("a.csv", None, "z"),
            plan(1, 3),
            plan(0, 12),
            plan(0, 9),
            Diagnostic::new(Code::NoPlan, "project"),
        ];
        let order: Vec<_> = sorted(&problems).iter().map(|p| p.message.clone()).collect();
        let expected = [
            "project",
            "0 9",
            "0 12",
            "1 3",
            "a.csv None z",
            "a.csv Some(9) x",
            "a.csv Some(9) y",
            "a.csv Some(10) x",
            "b.csv Some(2) x",
        ];
        assert_eq!(order, expected);
    }
}
