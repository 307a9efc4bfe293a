//! The steps of a trace by their ids.

use std::collections::HashMap;

use crate::step::{Step, StepKind, Trace};

/// One of the two traces.
#[derive(Debug)]
pub(super) struct Book<'a> {
    steps: HashMap<&'a str, (usize, &'a Step)>,
}

impl<'a> Book<'a> {
    pub fn new(trace: &'a Trace) -> Book<'a> {
        let steps = trace.steps.iter().enumerate().map(|(place, step)| (step.id.as_str(), (place, step)));
        Book { steps: steps.collect() }
    }

    pub fn step(&self, id: &str) -> Option<&'a Step> {
        self.steps.get(id).map(|(_, step)| *step)
    }

    /// Where a step stands: behind all that it uses.
    pub fn place(&self, step: &Step) -> usize {
        self.steps.get(step.id.as_str()).map_or(0, |(place, _)| *place)
    }

    /// The first cell of the data below a step whose row has this key.
    pub fn cell_of(&self, from: Vec<String>, key: &str) -> Option<&'a Step> {
        let mut open = from;
        let mut seen: Vec<String> = Vec::new();
        while let Some(id) = open.pop() {
            let Some(step) = self.step(&id).filter(|_| !seen.contains(&id)) else { continue };
            if step.kind == StepKind::Input && step.data.is_some() && step.key.iter().any(|part| part.value == key) {
                return Some(step);
            }
            seen.push(id);
            open.extend(step.uses());
        }
        None
    }
}
