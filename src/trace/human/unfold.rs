//! A trace as its page has it: every row of a list stands with those that use the list, and what only decided which rows
//! these are is left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::step::{Formula, LeftOut, Member, Node, Step, StepKind, Trace};

/// The trace with its lists written where they are used.
pub(super) fn unfolded(trace: &Trace) -> Trace {
    let lists: BTreeMap<&str, &Node> = trace
        .steps
        .iter()
        .filter(|step| step.kind == StepKind::List)
        .filter_map(|step| Some((step.id.as_str(), &step.formula.as_ref()?.node)))
        .collect();
    let mut steps: Vec<Step> = trace.steps.iter().filter(|step| step.kind != StepKind::List).cloned().collect();
    for step in &mut steps {
        if step.kind == StepKind::Credit {
            step.conditions.clear();
        }
        let first = step.first.map_or(u32::MAX, |(first, _)| first);
        for formula in step.conditions.iter_mut().chain(&mut step.formula) {
            unfold(formula, first, &lists);
        }
    }
    let wanted = wanted(&trace.root, &steps);
    steps.retain(|step| wanted.contains(&step.id));
    Trace { format: trace.format, plan: trace.plan.clone(), root: trace.root.clone(), steps }
}

/// The steps that values are computed from, from the root down.
fn wanted(root: &str, steps: &[Step]) -> BTreeSet<String> {
    let by_id: BTreeMap<&str, &Step> = steps.iter().map(|step| (step.id.as_str(), step)).collect();
    let mut wanted = BTreeSet::new();
    let mut open = vec![root.to_owned()];
    while let Some(id) = open.pop() {
        if let Some(step) = by_id.get(id.as_str())
            && wanted.insert(id)
        {
            open.extend(step.computed_from());
        }
    }
    wanted
}

fn unfold(formula: &mut Formula, first: u32, lists: &BTreeMap<&str, &Node>) {
    let list = match &mut formula.node {
        Node::Aggregate { list, .. } | Node::Ordered { list, .. } | Node::Allocate { list, .. } => list.take(),
        _ => None,
    };
    if let Some(whole) = list.and_then(|list| lists.get(list.as_str())) {
        write_out(&mut formula.node, whole, first);
    }
    as_said(formula);
    for operand in formula.node.operands_mut() {
        unfold(operand, first, lists);
    }
}

/// `owner is active on closed` asks how many days of one are active, in the same words: what is said is yes or no.
fn as_said(formula: &mut Formula) {
    let counted = asks_of_a_day(formula).cloned();
    let Some(mut counted) = counted else { return };
    for operand in counted.node.operands_mut() {
        let day = match &operand.node {
            Node::Operation { op, operands, .. } if op == "period_of" => operands.first().cloned(),
            _ => None,
        };
        if let Some(day) = day.filter(|day| day.text == operand.text) {
            *operand = day;
        }
    }
    formula.node = counted.node;
}

/// Of a question whether someone is active on a day, the count of days by which it is answered.
pub(super) fn asks_of_a_day(formula: &Formula) -> Option<&Formula> {
    let Node::Operation { op, operands, .. } = &formula.node else { return None };
    let counted = operands.first().filter(|first| op == "greater" && first.text == formula.text)?;
    matches!(&counted.node, Node::Operation { op, .. } if op == "days_active").then_some(counted)
}

/// Gives a node the rows of its list.
fn write_out(node: &mut Node, whole: &Node, first: u32) {
    match (node, whole) {
        (Node::Aggregate { members, .. }, Node::Aggregate { members: all, .. }) => {
            let counts = |member: &&Member| member.place.is_some_and(|place| place <= first);
            *members = all.iter().filter(counts).cloned().collect();
        }
        (
            Node::Ordered { op, members, left_out, place, before, .. },
            Node::Ordered { members: all, left_out: out, .. },
        ) => {
            let place = place.unwrap_or_default() as usize;
            if op == "rank" {
                members.clone_from(all);
                left_out.clone_from(out);
                for (number, member) in members.iter_mut().enumerate() {
                    member.taken = number.saturating_add(1) == place;
                }
                return;
            }
            for member in all.iter().take(place.saturating_sub(usize::from(*before))) {
                match member.conditions.last().filter(|_| !member.taken) {
                    Some(condition) => {
                        left_out.push(LeftOut { key: member.key.clone(), condition: condition.clone() });
                    }
                    None => members.push(member.clone()),
                }
            }
        }
        (Node::Allocate { receivers, .. }, Node::Allocate { receivers: all, .. }) => receivers.clone_from(all),
        _ => {}
    }
}
