//! Types, units and grains: from resolved names to a [`TypedPlan`].

mod advice;
mod aggregate;
mod allocate;
mod axis;
mod belonging;
mod calls;
mod case;
mod checker;
mod constants;
mod convert;
mod credit;
mod dated;
mod dates;
mod deciding;
mod declare;
mod define;
mod error;
pub mod expr;
mod foreign;
mod grain;
pub mod graph;
mod hides;
mod increase;
mod infer;
mod lookup;
mod meant;
mod mentions;
pub mod model;
pub mod names;
mod occurs;
mod order;
mod period_advice;
mod periods;
pub mod placing;
mod plan;
mod rates;
mod record_table;
mod schedule;
mod scope;
mod sources;
mod table;
mod time;
mod twice;
mod units;
mod versions;
mod window;
pub mod written;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use define::word;
pub use foreign::names_behind;

use crate::diagnostics::Diagnostic;
use crate::ids::{FileId, IdVec};
use crate::program::Program;
use crate::resolve::Resolved;
use crate::source::SourceFile;
use checker::{Checker, Progress};
use graph::Node;
use model::{FrameRows, KeyPart, Model};
use names::Names;

/// A checked plan: what it computes, the words that lead back to the plan, and what is used.
#[derive(Clone, Debug)]
pub struct TypedPlan {
    /// Records, frames, columns, tables and rules.
    pub model: Model,
    /// The way back to the words of the plan.
    pub names: Names,
    /// The names of definitions and tables that something reads.
    pub used: BTreeSet<String>,
    /// The names of it that are read behind its own, so by other plans of the project.
    pub used_elsewhere: BTreeSet<String>,
}

/// Checks a plan. With problems that are errors there is no plan.
///
/// `others` are the plans it uses, in order; none where one of them has errors itself.
pub fn check(
    resolved: &Resolved<'_>,
    sources: &Arc<IdVec<FileId, SourceFile>>,
    others: &[Option<Arc<Program>>],
) -> (Option<TypedPlan>, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let Some((plan, people)) = plan::plan(resolved, &mut problems) else {
        return (None, problems);
    };
    let mut checker = Checker::new(resolved, sources, others, plan);
    checker.sound = problems.is_empty();
    checker.problems = problems;
    checker.declare_units();
    checker.declare();
    let person = KeyPart::Record(checker.model.plan.people);
    checker.model.plan.people_frame = checker.frame(vec![person], FrameRows::People);
    checker.declare_belonging();
    checker.declare_foreign();
    checker.people_days(people);
    checker.declare_credits();
    checker.declare_definitions();
    checker.fill_occurring(false);
    // In this order no definition waits for a long chain of others.
    let ordered = mentions::in_order(resolved, sources);
    for position in mentions::without_credits(resolved, sources, &ordered) {
        checker.check_definition(position);
    }
    checker.check_credits();
    checker.fill_occurring(true);
    for position in ordered.into_iter().flatten() {
        checker.check_definition(position);
    }
    checker.check_ensures();
    checker.check_tables();
    checker.multiplied_twice();
    checker.warn_of_other_inputs();
    if !checker.circles()
        && let Some(place) = checker.too_deep
    {
        checker.report(error::too_deep(place));
    }
    checker.untyped();
    let (model, names, used) = (checker.model, checker.names, checker.used);
    let typed = TypedPlan { model, names, used, used_elsewhere: BTreeSet::new() };
    (checker.sound.then_some(typed), checker.problems)
}

impl Checker<'_> {
    /// Reports definitions that need each other, apart from what they need of the period before; says
    /// whether there are any.
    fn circles(&mut self) -> bool {
        let mut any = false;
        let graph = graph::graph(&self.model);
        let sound = self.sound;
        for part in graph::parts(&graph, false) {
            let itself = part.first().and_then(|node| graph.get(node).map(|needs| needs.now.contains(node)));
            if part.len() < 2 && itself != Some(true) {
                continue;
            }
            let names: Vec<(String, crate::source::Span)> =
                graph::circle(&graph, &part).into_iter().filter_map(|node| self.node_name(node)).collect();
            self.report(error::cycle(&names));
            any = true;
        }
        // What is wrong in a period is so from period to period, too.
        if sound && self.sound {
            self.loose_ends(&graph);
        }
        any
    }

    /// Reports definitions that need each other from period to period, and cannot be computed so.
    fn loose_ends(&mut self, graph: &std::collections::BTreeMap<Node, graph::Needs>) {
        for part in graph::parts(graph, true) {
            if let Some(loose) = graph::not_by_periods(&self.model, &part) {
                let first = part.iter().copied().find(|node| *node != loose);
                let names = [Some(loose), first].into_iter().flatten().filter_map(|node| self.node_name(node));
                let names: Vec<_> = names.collect();
                self.report(error::not_by_periods(&names));
            }
        }
    }

    /// Reports definitions whose type could not be told, where nothing else is wrong.
    fn untyped(&mut self) {
        if !self.sound {
            return;
        }
        let failed = self.definitions.iter().filter(|state| state.progress == Progress::Failed);
        let columns: Vec<_> = failed.map(|state| state.column).collect();
        for column in columns {
            let named = self.names.columns.at(column);
            let problem = error::untyped(&named.name, named.span);
            self.report(problem);
        }
    }

    fn node_name(&self, node: Node) -> Option<(String, crate::source::Span)> {
        let named = match node {
            Node::Column(id) => self.names.columns.at(id),
            Node::Rule(id) => &self.names.rules.at(id).0,
            Node::Ensure(id) => &self.names.ensures.at(id).0,
            Node::Credits | Node::Frame(_) => return None,
        };
        Some((named.name.clone(), named.span))
    }
}
