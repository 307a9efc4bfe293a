//! What is read as of a day, and what goes over days.

use crate::step::{Formula, KeyPart, Run, Step};

use super::Walk;
use super::amounts::shown;
use super::glyphs::clean;
use super::note::Note;
use super::page::{Line, Row};
use super::rows::Slot;

impl<'a> Walk<'a> {
    /// The row of a value that depends on the day: which version of it holds.
    pub(super) fn version(&mut self, mut row: Row, day: Option<&Formula>, step: Option<&str>) {
        match step.and_then(|id| self.at(id)) {
            Some(step) => {
                row.note = self.source(step);
                row.note.lead(&held(step));
                self.open(step, "");
            }
            None => {
                let day = day.and_then(|day| day.value.as_ref());
                row.note =
                    Note::remark(day.map_or_else(String::new, |day| format!("no version on {}", clean(&day.text))));
            }
        }
        self.lines.push(Line::Row(row));
    }

    /// The days that count: how many one after another, and the value on them.
    pub(super) fn days(&mut self, runs: &'a [Run], indent: usize, key: &[KeyPart]) {
        for run in runs {
            let days = if run.days == 1 { "1 day".to_owned() } else { format!("{} days", run.days) };
            let words = if run.from == run.to { run.from.clone() } else { format!("{} to {}", run.from, run.to) };
            let label = format!("{words}, {days}");
            match &run.value {
                Some(value) => {
                    let from = self.lines.len();
                    self.operand(value, Slot::at(indent), key);
                    if let Some(Line::Row(row)) = self.lines.get_mut(from) {
                        row.label = label;
                        row.value = Some(shown(value.value.as_ref(), self.glyphs));
                    }
                }
                None => self.lines.push(Line::Row(Row { indent, label, ..Row::default() })),
            }
        }
    }
}

/// The days on which the version of a step holds, which end its key.
fn held(step: &Step) -> String {
    match step.key.as_slice() {
        [.., from, to] => match (from.value.as_str(), to.value.as_str()) {
            ("", "") => "always".to_owned(),
            (from, "") => format!("from {}", clean(from)),
            ("", to) => format!("to {}", clean(to)),
            (from, to) => format!("{} to {}", clean(from), clean(to)),
        },
        _ => String::new(),
    }
}
