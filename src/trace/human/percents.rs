//! Which ratios are shown as percentages: those that a table of percentages reads, or that are compared with a
//! percentage, and what they are copies of. A ratio so has one look on the whole page.

use std::collections::BTreeSet;

use crate::step::{ChosenRow, Formula, Node, Trace};

/// The steps whose numbers are shown as percentages.
pub(super) fn percents(trace: &Trace) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    // What a step is used for is known when it is met: from the last one back each stands before those it uses.
    for step in trace.steps.iter().rev() {
        let is_ratio = found.contains(step.id.as_str());
        if let Some(formula) = &step.formula {
            in_formula(formula, is_ratio, &mut found);
        }
        for condition in &step.conditions {
            in_formula(condition, false, &mut found);
        }
    }
    found
}

/// Marks the steps that a formula reads as percentages, where its own value is one.
fn in_formula<'t>(formula: &'t Formula, as_percent: bool, found: &mut BTreeSet<&'t str>) {
    let mut todo = vec![(formula, as_percent)];
    while let Some((formula, as_percent)) = todo.pop() {
        match &formula.node {
            Node::Step { step, .. } | Node::Version { step: Some(step), .. } if as_percent => {
                found.insert(step.as_str());
            }
            Node::Table { input, bands, chosen, .. } => {
                todo.push((input, bands.iter().any(|band| band.row.contains('%'))));
                let by = |rows: &[ChosenRow]| rows.iter().any(|row| row.row.contains('%'));
                todo.extend(chosen.iter().map(|chosen| (&chosen.input, by(&chosen.rows))));
            }
            Node::Operation { op, operands, .. } => {
                let handed_on = matches!(op.as_str(), "minimum" | "maximum" | "round" | "negate");
                let beside = handed_on || matches!(op.as_str(), "plus" | "minus") || compares(op);
                let percent = (handed_on && as_percent) || (beside && operands.iter().any(is_percent));
                todo.extend(operands.iter().map(|operand| (operand, percent)));
            }
            Node::If { condition, taken, .. } => {
                todo.push((condition, false));
                todo.extend(taken.as_deref().map(|taken| (taken, as_percent)));
            }
            Node::Default { asked, instead } => {
                todo.push((asked, as_percent));
                todo.extend(instead.as_deref().map(|instead| (instead, as_percent)));
            }
            node => todo.extend(node.operands().into_iter().map(|operand| (operand, false))),
        }
    }
}

/// Whether an operation compares its operands.
pub(super) fn compares(op: &str) -> bool {
    matches!(op, "equal" | "not_equal" | "less" | "less_or_equal" | "greater" | "greater_or_equal")
}

fn is_percent(formula: &Formula) -> bool {
    formula.value.as_ref().is_some_and(|value| value.unit == "percent")
}
