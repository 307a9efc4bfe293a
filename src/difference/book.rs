//! The steps of a trace by their ids.

use std::collections::{HashMap, HashSet};

use crate::step::{Step, Trace};

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

    /// The first cell of the data below some steps that is the one meant.
    pub fn cell(&self, from: Vec<String>, is_meant: impl Fn(&Step) -> bool) -> Option<&'a Step> {
        let mut open = from;
        let mut seen: HashSet<&str> = HashSet::new();
        while let Some(id) = open.pop() {
            let Some(step) = self.step(&id).filter(|step| seen.insert(&step.id)) else { continue };
            if step.data.is_some() && is_meant(step) {
                return Some(step);
            }
            open.extend(step.uses());
        }
        None
    }
}
