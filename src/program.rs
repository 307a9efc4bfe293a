//! From a checked plan to a program: columns in dependency order, cut into phases.
//!
//! A program has no names and no text; [`Program::names`] is a side table that leads back to them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ids::{ColumnId, EnsureId, FrameId, RuleId};
use crate::types::TypedPlan;
use crate::types::expr::{Expr, Op};
use crate::types::graph::{self, Needs, Node};
use crate::types::model::{KeyPart, Model, Origin};
use crate::types::names::Names;

/// A plan ready to be computed.
#[derive(Clone, Debug)]
pub struct Program {
    /// Records, frames, columns, tables and rules.
    pub model: Model,
    /// What to compute, in this order.
    pub phases: Vec<Phase>,
    /// The way back to the words of the plan.
    pub names: Arc<Names>,
    /// The other plans whose definitions it reads.
    pub reads: Vec<Arc<Program>>,
}

/// Steps that reach equally far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// How far each step of it reaches.
    pub reach: Reach,
    /// What to compute, in this order.
    pub steps: Vec<Compute>,
}

/// From how far a value is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// From its own row and the rows its key determines.
    Row,
    /// From rows of the same person.
    Person,
    /// From rows of other persons too.
    Across,
}

/// One thing to compute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compute {
    /// The credits of one rule.
    Rule(RuleId),
    /// The frame of all credits, and their columns; after all rules.
    Credits,
    /// A definition.
    Column(ColumnId),
    /// Definitions on one frame that need each other's or their own `previous`: period by period,
    /// within a period in this order.
    Periodwise(Vec<ColumnId>),
    /// A condition that must hold.
    Ensure(EnsureId),
}

/// Orders what a checked plan computes and cuts it into phases. It was checked with these other plans.
pub fn compile(plan: TypedPlan, reads: Vec<Arc<Program>>) -> Program {
    let graph = graph::graph(&plan.model);
    let mut waiting: Vec<(BTreeSet<Node>, Reach, Compute)> = Vec::new();
    for part in graph::parts(&graph, true) {
        let needs = needs_of(&graph, &part);
        let reach = part.iter().map(|node| reach(&plan.model, *node)).max().unwrap_or(Reach::Row);
        if let Some(step) = step(&graph, &part) {
            waiting.push((needs, reach, step));
        }
    }
    Program { phases: phases(waiting), names: Arc::new(plan.names), model: plan.model, reads }
}

/// What the nodes of a part need outside of it.
fn needs_of(graph: &BTreeMap<Node, Needs>, part: &[Node]) -> BTreeSet<Node> {
    let all = part.iter().filter_map(|node| graph.get(node));
    all.flat_map(|needs| needs.now.iter().chain(&needs.before))
        .copied()
        .filter(|node| part.binary_search(node).is_err())
        .collect()
}

/// The step that computes a part of the graph.
fn step(graph: &BTreeMap<Node, Needs>, part: &[Node]) -> Option<Compute> {
    let needs_itself = |node: &Node| graph.get(node).is_some_and(|needs| needs.before.contains(node));
    match part {
        [Node::Rule(rule)] => Some(Compute::Rule(*rule)),
        [Node::Credits] => Some(Compute::Credits),
        [Node::Ensure(ensure)] => Some(Compute::Ensure(*ensure)),
        [node @ Node::Column(column)] if !needs_itself(node) => Some(Compute::Column(*column)),
        // Within one period, the part is ordered by what its nodes need now.
        several => {
            let inner: BTreeMap<Node, Needs> =
                several.iter().filter_map(|node| graph.get(node).map(|needs| (*node, needs.clone()))).collect();
            let ordered = graph::parts(&inner, false).into_iter().flatten();
            let columns = ordered.filter_map(|node| match node {
                Node::Column(column) => Some(column),
                _ => None,
            });
            Some(Compute::Periodwise(columns.collect()))
        }
    }
}

/// Cuts steps, which stand in an order of their needs, into as few phases as this order allows:
/// each phase takes every step of one reach whose needs are met.
fn phases(steps: Vec<(BTreeSet<Node>, Reach, Compute)>) -> Vec<Phase> {
    let makers: BTreeMap<Node, usize> = steps
        .iter()
        .enumerate()
        .flat_map(|(at, (.., step))| nodes(step).into_iter().map(move |node| (node, at)))
        .collect();
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
    let mut unmet: Vec<usize> = steps.iter().map(|(needs, ..)| needs.len()).collect();
    // The steps whose needs are met, by reach, in their order.
    let mut ready: BTreeMap<Reach, BTreeSet<usize>> = BTreeMap::new();
    for (at, (needs, reach, _)) in steps.iter().enumerate() {
        for maker in needs.iter().filter_map(|need| makers.get(need)) {
            readers.get_mut(*maker).into_iter().for_each(|readers| readers.push(at));
        }
        if needs.is_empty() {
            ready.entry(*reach).or_default().insert(at);
        }
    }
    let mut phases: Vec<Phase> = Vec::new();
    while let Some((_, reach)) = ready.iter().filter_map(|(reach, steps)| Some((*steps.first()?, *reach))).min() {
        let mut phase = Phase { reach, steps: Vec::new() };
        while let Some(at) = ready.get_mut(&reach).and_then(BTreeSet::pop_first) {
            phase.steps.extend(steps.get(at).map(|(.., step)| step.clone()));
            // A reader that needs several nodes of this step is named once for each.
            for reader in readers.get(at).into_iter().flatten() {
                let (Some(unmet), Some((_, reach, _))) = (unmet.get_mut(*reader), steps.get(*reader)) else { continue };
                *unmet = unmet.saturating_sub(1);
                if *unmet == 0 {
                    ready.entry(*reach).or_default().insert(*reader);
                }
            }
        }
        phases.push(phase);
    }
    phases
}

fn nodes(step: &Compute) -> Vec<Node> {
    match step {
        Compute::Rule(rule) => vec![Node::Rule(*rule)],
        Compute::Credits => vec![Node::Credits],
        Compute::Column(column) => vec![Node::Column(*column)],
        Compute::Periodwise(columns) => columns.iter().map(|column| Node::Column(*column)).collect(),
        Compute::Ensure(ensure) => vec![Node::Ensure(*ensure)],
    }
}

/// How far the computation of a node reaches, by its own expressions.
fn reach(model: &Model, node: Node) -> Reach {
    let (frame, exprs): (FrameId, Vec<&Expr>) = match node {
        Node::Column(id) => match &model.columns.at(id).origin {
            Origin::Definition(definition) => {
                let exprs = definition.conditions.iter().chain([&definition.body]).collect();
                (model.columns.at(id).frame, exprs)
            }
            _ => return Reach::Row,
        },
        Node::Rule(id) => {
            let rule = model.rules.at(id);
            let exprs = rule.source_exprs().chain(rule.exprs()).collect();
            (model.records.at(rule.record).frame, exprs)
        }
        Node::Ensure(id) => {
            let ensure = model.ensures.at(id);
            (ensure.frame, ensure.conditions.iter().chain([&ensure.holds]).collect())
        }
        // The union of the credits is where rows are exchanged by credited person.
        Node::Credits => return Reach::Across,
    };
    exprs.into_iter().map(|expr| expr_reach(model, frame, expr)).max().unwrap_or(Reach::Row)
}

fn expr_reach(model: &Model, frame: FrameId, expr: &Expr) -> Reach {
    let own = match &expr.op {
        Op::Aggregate(aggregate) if aggregate.over.is_some() => Reach::Across,
        Op::Aggregate(_) | Op::Previous(_) | Op::Increase(_) if belongs_to_person(model, frame) => Reach::Person,
        Op::Aggregate(_) | Op::Previous(_) | Op::Increase(_) => Reach::Across,
        // Their groups may hold rows of several persons.
        Op::Running(_) | Op::Rank(_) | Op::Pooled(..) | Op::Allocate(_) => Reach::Across,
        _ => Reach::Row,
    };
    let operands = expr.op.operands().into_iter().map(|operand| expr_reach(model, frame, operand)).max();
    own.max(operands.unwrap_or(Reach::Row))
}

/// Whether each row of a frame belongs to one person: its aggregates are over that person's rows.
fn belongs_to_person(model: &Model, frame: FrameId) -> bool {
    let person = KeyPart::Record(model.plan.people);
    model.frames.at(frame).parts.contains(&person) || model.credits_of(frame).is_some()
}
