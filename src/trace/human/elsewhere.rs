//! Values of other plans, which this trace has as data: how to ask for their own traces.

use std::collections::BTreeSet;

use crate::diagnostics::clean::shell_word;
use crate::step::{KeyPart, Step, StepKind, Trace};

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
        // A credit's column is no definition that could be asked about.
        for step in trace.steps.iter().filter(|step| step.name == step.word) {
            let Some((plan, name)) = plan_of(step) else { continue };
            if told.len() >= TOLD || !told.insert((plan, name)) {
                continue;
            }
            let mut command = format!("attain explain {} {name} --plan {plan}", ask.run);
            for part in &step.key {
                command.push_str(&options(part, &ask.people));
            }
            if told.len() == 1 {
                self.lines.push(Line::Blank);
            }
            self.lines.push(Line::Foot(format!("{plan}.{name} is computed by another plan, which is asked by")));
            self.lines.push(Line::Command(command));
        }
    }
}

/// The options that give a part of a key.
fn options(part: &KeyPart, people: &str) -> String {
    let word = |value: &str| shell_word(&clean(value));
    match serde_json::from_str::<[String; 4]>(&part.value) {
        // A row of credits: the rule, its source row, the child row, the person.
        Ok([rule, source, child, person]) => {
            let child = if child.is_empty() { String::new() } else { format!(" --key child={}", word(&child)) };
            format!(" --key rule={} --key source={}{child} --person {}", word(&rule), word(&source), word(&person))
        }
        Err(_) if part.part == people => format!(" --person {}", word(&part.value)),
        Err(_) if keys::is_period(part) => format!(" --period {}", word(&part.value)),
        // A row of a record of the other plan, whose key has a name that is not known here.
        Err(_) if part.part.contains('.') => String::new(),
        Err(_) => format!(" --key {}={}", clean(&part.part), word(&part.value)),
    }
}

/// The other plan and its definition, where a step is a value of one.
pub(super) fn plan_of(step: &Step) -> Option<(&str, &str)> {
    let is_other = step.kind == StepKind::Input && step.data.is_none();
    step.word.rsplit_once('.').filter(|_| is_other)
}
