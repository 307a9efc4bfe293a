//! From a checked plan to a program: columns in dependency order, cut into phases.
//!
//! A program has no names and no text; [`Program::names`] is a side table that leads back to them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ids::{ColumnId, EnsureId, FrameId, RuleId};
use crate::types::TypedPlan;
use crate::types::expr::{Expr, Op};
use crate::types::graph::{self, Needs, Node};
use crate::types::model::{Model, Origin};
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

/// Steps that rest on data and on earlier phases. None of them needs another but definitions of one frame that are
/// computed row by row, each behind those that it reads on its own row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// What to compute; what goes wrong is told in this order.
    pub steps: Vec<Compute>,
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
    // The definitions computed so far that are computed row by row.
    let mut by_row: BTreeSet<ColumnId> = BTreeSet::new();
    for part in graph::parts(&graph, true) {
        let Some(step) = step(&graph, &part) else { continue };
        let beside = read_on_own_row(&plan.model, &step, &by_row);
        let behind = |node: Node| {
            let phase = phase_of.get(&node)?;
            Some(if beside.contains(&node) { *phase } else { phase.saturating_add(1) })
        };
        let number = needs_of(&graph, &part).filter_map(behind).max().unwrap_or(0);
        phase_of.extend(part.iter().map(|node| (*node, number)));
        if let Compute::Column(column) = step
            && row_by_row(&plan.model, column).is_some()
        {
            by_row.insert(column);
        }
        match phases.get_mut(number) {
            Some(phase) => phase.steps.push(step),
            None => phases.push(Phase { steps: vec![step] }),
        }
    }
    Program { phases, names: Arc::new(plan.names), model: plan.model, reads }
}

/// Those of some definitions that a step reads on its own row and nowhere else, if it is computed row by row: no row of
/// theirs needs to be there but this one.
fn read_on_own_row(model: &Model, step: &Compute, by_row: &BTreeSet<ColumnId>) -> BTreeSet<Node> {
    let Compute::Column(column) = step else { return BTreeSet::new() };
    let Some(exprs) = row_by_row(model, *column) else { return BTreeSet::new() };
    let (mut here, mut elsewhere) = (BTreeSet::new(), BTreeSet::new());
    exprs.into_iter().for_each(|expr| find_reads(expr, true, &mut here, &mut elsewhere));
    here.retain(|column| !elsewhere.contains(column) && by_row.contains(column));
    here.into_iter().map(Node::Column).collect()
}

/// What a definition rests on, if it is computed for each row apart from the others.
fn row_by_row(model: &Model, column: ColumnId) -> Option<Vec<&Expr>> {
    let Origin::Definition(definition) = &model.columns.at(column).origin else { return None };
    let exprs: Vec<&Expr> = definition.conditions.iter().chain([&definition.body]).collect();
    exprs.iter().all(|expr| is_row_by_row(expr)).then_some(exprs)
}

fn is_row_by_row(expr: &Expr) -> bool {
    !matches!(expr.op, Op::Previous(_)) && expr.op.is_row_by_row() && expr.op.operands().into_iter().all(is_row_by_row)
}

/// The columns that an expression reads on the row for which it is computed, and those that it reads otherwise: where
/// keys lead to, on days, or whether they have the row.
fn find_reads(expr: &Expr, own: bool, here: &mut BTreeSet<ColumnId>, elsewhere: &mut BTreeSet<ColumnId>) {
    match (&expr.op, expr.op.column()) {
        (Op::Read(column), _) if own => here.insert(*column),
        (_, Some(column)) => elsewhere.insert(column),
        (_, None) => false,
    };
    let leads_away = matches!(expr.op, Op::ReadAt(..) | Op::RowExists(..) | Op::OverDays(_));
    let own = own && !leads_away;
    expr.op.operands().into_iter().for_each(|operand| find_reads(operand, own, here, elsewhere));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{compile, project};

    /// By phase the names of what is computed in it.
    fn phases(plan: &str) -> Vec<Vec<String>> {
        let head = "edition 1\nrecord Person from \"people.csv\" {\n  key id  text\n  base  USD\n}\n\
                    plan p \"P\" {\n  effective 2026-01-01 to 2026-12-31\n  currency USD\n  people Person\n}\n";
        let files = BTreeMap::from([("p.plan".to_owned(), format!("{head}{plan}"))]);
        let project = project::load(&files, &["p.plan".to_owned()]);
        let (plans, problems) = compile::plans(&project);
        let program = &plans.first().unwrap_or_else(|| panic!("{problems:?}")).program;
        let name = |column: &ColumnId| program.names.columns.at(*column).name.clone();
        let of = |step: &Compute| match step {
            Compute::Column(column) => name(column),
            Compute::Periodwise(columns) => columns.iter().map(name).collect::<Vec<_>>().join(" with "),
            other => format!("{other:?}"),
        };
        program.phases.iter().map(|phase| phase.steps.iter().map(of).collect()).collect()
    }

    #[test]
    fn what_is_read_on_its_own_row_stands_in_the_same_phase() {
        let plan = "measure a for each Person, month = base / 2\nmeasure b for each Person, month = a * 3\n\
                    measure c for each Person = sum of b\nmeasure d for each Person, month = b + c\n";
        assert_eq!(phases(plan), [vec!["a", "b"], vec!["c"], vec!["d"]]);
    }

    #[test]
    fn what_is_computed_period_by_period_stands_before_those_that_read_it() {
        let plan = "let due for each Person, month = previous left + base\n\
                    measure paid for each Person, month = min(due, 10 USD)\n\
                    balance left for each Person, month = due - paid\n  starting at 0\n\
                    measure more for each Person, month = paid + 1 USD\n";
        assert_eq!(phases(plan), [vec!["due with paid with left"], vec!["more"]]);
    }
}
