//! When a value is asked for that changes on a day and has none of its own: `expect rate in 2026-07 = 6%`.

use super::expect::Asking;
use super::{error, literal};
use crate::calendar::{Calendar, Date, print_date};
use crate::diagnostics::Diagnostic;
use crate::ids::ColumnId;
use crate::program::Program;
use crate::syntax::tree::{ExpectCell, ExpectKey, LiteralKind, Path};

/// What holds from a day on.
struct Later {
    day: Date,
    column: ColumnId,
}

impl Asking<'_> {
    /// Of a value that changes on a day, the column that holds when the test says, and the keys that are left; of any
    /// other the column and all keys.
    pub(super) fn that_holds<'t>(
        &self,
        column: ColumnId,
        cell: &'t ExpectCell,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<(ColumnId, Vec<&'t ExpectKey>)> {
        let later = self.later(&cell.path);
        let all = || cell.keys.iter().collect();
        let Some(first) = later.first() else { return Some((column, all())) };
        let name = &cell.path.head;
        let days = cell.keys.iter().find_map(|key| Some((key, days_of(&self.plan.program, &key.key.kind)?)));
        let Some((time, (from, to))) = days else {
            problems.push(error::changes(name, &print_date(first.day)));
            return None;
        };
        let holds = |day: Date| later.iter().take_while(|later| later.day <= day).last().map_or(column, |it| it.column);
        if let Some(change) = later.iter().find(|later| from < later.day && later.day <= to) {
            problems.push(error::changes_inside(name, time.key.span, &print_date(change.day)));
            return None;
        }
        Some((holds(from), cell.keys.iter().filter(|key| !std::ptr::eq(*key, time)).collect()))
    }

    /// Whether what a table of expected values asks for has one value at any time; a problem where it changes.
    pub(super) fn never_changes(&self, path: &Path, problems: &mut Vec<Diagnostic>) -> bool {
        let later = self.later(path);
        problems.extend(later.first().map(|first| error::changes(&path.head, &print_date(first.day))));
        later.is_empty()
    }

    /// What takes the place of a definition without a day from some days on, in their order.
    fn later(&self, path: &Path) -> Vec<Later> {
        let program = &self.plan.program;
        let name = path.head.text.as_str();
        let forms = self.plan.resolved.later_definitions.get(name).filter(|_| path.rest.is_empty());
        let column = |day: Date| {
            // A definition whose rows have a day is one column, in which its formulas follow each other.
            let called = format!("{name} from {}", print_date(day));
            program
                .names
                .columns
                .pairs()
                .find(|(_, named)| named.name == called)
                .map(|(column, _)| Later { day, column })
        };
        let days = forms.into_iter().flatten().filter_map(|form| form.since).map(|since| since.day);
        let mut found: Vec<Later> = days.filter_map(column).collect();
        found.sort_by_key(|later| later.day);
        found
    }
}

/// The first and the last day that a key names.
fn days_of(program: &Program, kind: &LiteralKind) -> Option<(Date, Date)> {
    match kind {
        LiteralKind::Date(day) => Some((*day, *day)),
        LiteralKind::Period(text) => {
            let (unit, period) = literal::period(program, text)?;
            let plan = &program.model.plan;
            let calendar = Calendar::new(plan.first_month, plan.effective, Vec::new());
            calendar.first_day(unit, period).zip(calendar.last_day(unit, period))
        }
        _ => None,
    }
}
