//! Values of other plans, which this trace has as data: how to ask for their own traces.

use std::collections::BTreeSet;

use crate::diagnostics::clean::shell_word;
use crate::step::{Step, StepKind, Trace};

use super::Walk;
use super::glyphs::clean;
use super::keys;
use super::page::Line;

/// So many of them are told of.
const TOLD: usize = 3;

impl<'a> Walk<'a> {
    /// For each definition of another plan that was read, the command that opens the first of its values.
    pub(super) fn elsewhere(&mut self, trace: &'a Trace) {
        let Some(ask) = &self.options.ask else { return };
        let mut told = BTreeSet::new();
        for step in &trace.steps {
            let Some((plan, name)) = plan_of(step) else { continue };
            if told.len() >= TOLD || !told.insert((plan, name)) {
                continue;
            }
            let mut command = format!("attain explain {} {name} --plan {plan}", ask.run);
            for part in &step.key {
                let value = shell_word(&clean(&part.value));
                command.push_str(&match part.part.as_str() {
                    people if people == ask.people => format!(" --person {value}"),
                    period if keys::is_period(part) && !period.is_empty() => format!(" --period {value}"),
                    other => format!(" --key {}={value}", clean(other)),
                });
            }
            if told.len() == 1 {
                self.lines.push(Line::Blank);
            }
            self.lines.push(Line::Foot(format!("{plan}.{name} is computed by another plan; ask it why: {command}")));
        }
    }
}

/// The other plan and its definition, where a step is a value of one.
pub(super) fn plan_of(step: &Step) -> Option<(&str, &str)> {
    let is_other = step.kind == StepKind::Input && step.data.is_none();
    step.word.rsplit_once('.').filter(|_| is_other)
}
