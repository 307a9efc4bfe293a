//! W0705: weights that do not come to 100%.
//!
//! A sum of products, each of one written percentage and a number of no unit, is taken for a score with its weights. Where
//! the percentages come to between 50% and 150%, 100% was most likely meant.

use crate::cell::Value;
use crate::diagnostics::{Code, Diagnostic};
use crate::types::TypedPlan;
use crate::types::expr::{Arithmetic, Expr, Op};
use crate::types::model::{Dimension, Shown, Type};
use crate::value::Exact;

/// The sums whose weights come to nearly 100%.
pub(super) fn weights(plan: &TypedPlan) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut open: Vec<&Expr> = plan.model.exprs();
    while let Some(expr) = open.pop() {
        let addends = addends(expr);
        if addends.len() > 1 {
            problems.extend(wrong(plan, &addends));
            open.extend(addends.into_iter().flat_map(|addend| addend.op.operands()));
        } else {
            open.extend(expr.op.operands());
        }
    }
    problems.sort_by_key(|problem| problem.labels.first().map(|label| label.span));
    problems
}

/// What is added up; an expression that is no sum is its only addend.
fn addends(expr: &Expr) -> Vec<&Expr> {
    match &expr.op {
        Op::Arithmetic(Arithmetic::Plus, a, b) => {
            let mut all = addends(a);
            all.extend(addends(b));
            all
        }
        _ => vec![expr],
    }
}

fn wrong(plan: &TypedPlan, addends: &[&Expr]) -> Option<Diagnostic> {
    let weights: Vec<(&Expr, &Exact)> = addends.iter().map(|addend| weight(plan, addend)).collect::<Option<_>>()?;
    let sum = weights.iter().fold(Exact::zero(), |sum, (_, weight)| sum.plus(weight));
    let hundredths = |count: i128| Exact::from_units(count, 2);
    if sum == hundredths(100) || sum < hundredths(50) || sum > hundredths(150) {
        return None;
    }
    let percent = sum.times(&Exact::from_units(100, 0));
    let why = format!("these weights come to {percent}%, not to 100%");
    let problem = Diagnostic::new(Code::WeightsApart, why);
    let problem = weights.iter().fold(problem, |problem, (expr, _)| problem.at(plan.names.exprs.at(expr.id).span, ""));
    Some(problem.help("make them 100% together; what is no weight can be a `let` with a name of its own"))
}

/// The one written percentage of a product that weighs a number of no unit.
fn weight<'a>(plan: &TypedPlan, addend: &'a Expr) -> Option<(&'a Expr, &'a Exact)> {
    let Op::Arithmetic(Arithmetic::Times | Arithmetic::Of, a, b) = &addend.op else { return None };
    let ty = |expr: &Expr| plan.names.exprs.at(expr.id).ty;
    let percent = |expr: &'a Expr| match (&expr.op, ty(expr)) {
        (Op::Constant(Value::Number(weight)), Type::Number(_, Shown::Percent)) => Some((expr, weight)),
        _ => None,
    };
    let plain = |expr: &Expr| matches!(ty(expr), Type::Number(dimension, _) if dimension == Dimension::default());
    match (percent(a), percent(b)) {
        (Some(weight), None) if plain(b) => Some(weight),
        (None, Some(weight)) if plain(a) => Some(weight),
        _ => None,
    }
}
