//! From a checked plan to a program: columns in dependency order, cut into phases.
//!
//! A program has no names and no text; [`Program::names`] is a side table that leads back to them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ids::{ColumnId, EnsureId, FrameId, RuleId};
use crate::types::TypedPlan;
use crate::types::expr::{Expr, Op};
use crate::types::graph::{self, Needs, Node};
use crate::types::model::{Column, Definition, Model, Origin};
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

/// Steps that rest on data and on earlier phases alone: none of them needs another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// What to compute, in any order; what goes wrong is told in this one.
    pub steps: Vec<Compute>,
    /// Of what no run folder holds, what nothing reads behind this phase.
    pub read_last: Vec<ColumnId>,
}

/// One thing to compute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compute {
    /// The credits of one rule.
    Rule(RuleId),
    /// The frame of all credits, and their columns; after all rules.
    Credits,
    /// The rows of a frame of combinations that occur elsewhere.
    Frame(FrameId),
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
    // By node the phase that computes it; each part stands behind those that it needs.
    let mut phase_of: BTreeMap<Node, usize> = BTreeMap::new();
    let mut phases: Vec<Phase> = Vec::new();
    for part in graph::parts(&graph, true) {
        let Some(step) = step(&graph, &part) else { continue };
        let before = needs_of(&graph, &part).filter_map(|node| phase_of.get(&node)).max();
        let number = before.map_or(0, |before| before.saturating_add(1));
        phase_of.extend(part.iter().map(|node| (*node, number)));
        match phases.get_mut(number) {
            Some(phase) => phase.steps.push(step),
            None => phases.push(Phase { steps: vec![step], read_last: Vec::new() }),
        }
    }
    for (column, last) in last_reads(&plan.model, &graph, &phase_of) {
        phases.get_mut(last).into_iter().for_each(|phase| phase.read_last.push(column));
    }
    Program { phases, names: Arc::new(plan.names), model: plan.model, reads }
}

/// For each definition that no run folder holds the last phase that reads it, but for those that are read in the end.
fn last_reads(
    model: &Model,
    graph: &BTreeMap<Node, Needs>,
    phase_of: &BTreeMap<Node, usize>,
) -> BTreeMap<ColumnId, usize> {
    let mut last: BTreeMap<ColumnId, usize> = BTreeMap::new();
    // An increase computes a definition again, with all that this rests on.
    if all_exprs(model).any(increases) {
        return last;
    }
    for (node, needs) in graph {
        let Some(phase) = phase_of.get(node) else { continue };
        for read in needs.now.iter().chain(&needs.before).chain([node]) {
            if let Node::Column(column) = read {
                last.entry(*column).and_modify(|last| *last = (*last).max(*phase)).or_insert(*phase);
            }
        }
    }
    let in_the_end = read_in_the_end(model);
    let not_kept = model.lets_not_kept().into_iter().filter(|column| !in_the_end.contains(column));
    not_kept.filter_map(|column| Some((column, *last.get(&column)?))).collect()
}

/// All expressions that are computed in phases.
fn all_exprs(model: &Model) -> impl Iterator<Item = &Expr> {
    fn definition(column: &Column) -> Option<&Definition> {
        match &column.origin {
            Origin::Definition(definition) => Some(definition),
            Origin::Data(_) | Origin::Credit | Origin::Level => None,
        }
    }
    let definitions = model.columns.iter().filter_map(definition);
    let of_definitions = definitions.flat_map(|definition| definition.conditions.iter().chain([&definition.body]));
    let of_rules = model.rules.iter().flat_map(|rule| rule.source_exprs().chain(rule.exprs()));
    let of_ensures = model.ensures.iter().flat_map(|ensure| ensure.conditions.iter().chain([&ensure.holds]));
    of_definitions.chain(of_rules).chain(of_ensures)
}

fn increases(expr: &Expr) -> bool {
    matches!(expr.op, Op::Increase(_)) || expr.op.operands().into_iter().any(increases)
}

/// The columns that say whose values are and when they happen, and which rows fall to which reader.
fn read_in_the_end(model: &Model) -> BTreeSet<ColumnId> {
    fn read(expr: &Expr, found: &mut BTreeSet<ColumnId>) {
        found.extend(expr.op.column());
        expr.op.operands().into_iter().for_each(|operand| read(operand, found));
    }
    let mut found = BTreeSet::new();
    for column in model.columns.iter() {
        if let Origin::Definition(definition) = &column.origin {
            definition.person.iter().chain(&definition.date).for_each(|expr| read(expr, &mut found));
        }
    }
    for (_, aggregate) in model.placing() {
        aggregate.conditions.iter().chain(&aggregate.group).for_each(|expr| read(expr, &mut found));
    }
    found
}

/// What the nodes of a part need outside of it.
fn needs_of(graph: &BTreeMap<Node, Needs>, part: &[Node]) -> impl Iterator<Item = Node> {
    let all = part.iter().filter_map(|node| graph.get(node));
    let needs = all.flat_map(|needs| needs.now.iter().chain(&needs.before)).copied();
    needs.filter(|node| part.binary_search(node).is_err())
}

/// The step that computes a part of the graph.
fn step(graph: &BTreeMap<Node, Needs>, part: &[Node]) -> Option<Compute> {
    let needs_itself = |node: &Node| graph.get(node).is_some_and(|needs| needs.before.contains(node));
    match part {
        [Node::Rule(rule)] => Some(Compute::Rule(*rule)),
        [Node::Credits] => Some(Compute::Credits),
        [Node::Frame(frame)] => Some(Compute::Frame(*frame)),
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
