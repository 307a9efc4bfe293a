//! W0705: weights that do not come to 100%.
//!
//! A sum of products, each of one written percentage and a number of no unit, is taken for a score with its weights. Where
//! the percentages come to between 50% and 150%, 100% was most likely meant. They may be written in the sum, have names, or
//! be a table over a choice that is read for all of its values.

use std::collections::BTreeMap;

use crate::cell::Value;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, RatesId};
use crate::source::Span;
use crate::types::TypedPlan;
use crate::types::expr::{Aggregate, AggregateOp, Arithmetic, Expr, Op};
use crate::types::model::{Axis, Dimension, Grid, KeyPart, Origin, RatesRows, Shown, Type};
use crate::value::Exact;

/// Names are followed through so many definitions.
const DEPTH: usize = 16;

/// The sums whose weights come to nearly 100%.
pub(super) fn weights(plan: &TypedPlan) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut tables: BTreeMap<RatesId, Diagnostic> = BTreeMap::new();
    let mut open: Vec<&Expr> = plan.model.exprs();
    while let Some(expr) = open.pop() {
        if let Op::Aggregate(aggregate) = &expr.op
            && let Some((id, grid)) = summed_table(plan, aggregate)
            && let Some(problem) = wrong_table(plan, id, grid)
        {
            tables.insert(id, problem);
        }
        let addends = addends(expr);
        if addends.len() > 1 {
            problems.extend(wrong_sum(plan, &addends));
            open.extend(addends.into_iter().flat_map(|addend| addend.op.operands()));
        } else {
            open.extend(expr.op.operands());
        }
    }
    problems.extend(tables.into_values());
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

fn wrong_sum(plan: &TypedPlan, addends: &[&Expr]) -> Option<Diagnostic> {
    let weights: Vec<(Span, &Exact)> = addends.iter().map(|addend| weight(plan, addend)).collect::<Option<_>>()?;
    wrong(&weights, "these weights come to")
}

/// Weights that come to between 50% and 150%, and not to 100%.
fn wrong(weights: &[(Span, &Exact)], what: &str) -> Option<Diagnostic> {
    let sum = weights.iter().fold(Exact::zero(), |sum, (_, weight)| sum.plus(weight));
    let hundredths = |count: i128| Exact::from_units(count, 2);
    if sum == hundredths(100) || sum < hundredths(50) || sum > hundredths(150) {
        return None;
    }
    let percent = sum.times(&Exact::from_integer(100));
    let problem = Diagnostic::new(Code::WeightsApart, format!("{what} {percent}%, not to 100%"));
    let problem = weights.iter().fold(problem, |problem, (span, _)| problem.at(*span, ""));
    Some(problem.help("make them 100% together; what is no weight can be a `let` with a name of its own"))
}

/// The one percentage of a product that weighs a number of no unit, and where it is written.
fn weight<'a>(plan: &'a TypedPlan, addend: &'a Expr) -> Option<(Span, &'a Exact)> {
    let Op::Arithmetic(Arithmetic::Times | Arithmetic::Of, a, b) = &addend.op else { return None };
    match (percentage(plan, a), percentage(plan, b)) {
        (Some(weight), None) if is_plain(plan, b) => Some(weight),
        (None, Some(weight)) if is_plain(plan, a) => Some(weight),
        _ => None,
    }
}

/// A percentage that the plan writes: here, under a name, or in a table at a value of its choice.
fn percentage<'a>(plan: &'a TypedPlan, expr: &'a Expr) -> Option<(Span, &'a Exact)> {
    let written = plan.names.exprs.at(expr.id);
    if !is_percent(written.ty) {
        return None;
    }
    match &expr.op {
        Op::Constant(Value::Number(weight)) => Some((written.span, weight)),
        Op::Read(column) | Op::ReadAt(column, _) => match &body(plan, *column)?.op {
            Op::Constant(Value::Number(weight)) => Some((written.span, weight)),
            _ => None,
        },
        Op::Rate(id, inputs) => match (grid(plan, *id)?, inputs.as_slice()) {
            (grid, [Expr { op: Op::Constant(Value::Choice(value)), .. }]) => {
                let Some(Axis::Values(places)) = grid.axes.first() else { return None };
                let place = places.get(usize::try_from(*value).ok()?)?;
                match grid.values.get(*place)? {
                    Value::Number(weight) => Some((written.span, weight)),
                    _ => None,
                }
            }
            _ => None,
        },
        _ => None,
    }
}

/// The table that weighs what a sum over all values of a choice adds up.
fn summed_table<'a>(plan: &'a TypedPlan, aggregate: &'a Aggregate) -> Option<(RatesId, &'a Grid)> {
    let narrowed = aggregate.conditions.iter().any(|condition| !matches!(condition.op, Op::Present(_)));
    let whole = !narrowed && aggregate.over.is_none() && aggregate.taken.is_none();
    if aggregate.op != AggregateOp::Sum || !whole {
        return None;
    }
    let Op::Arithmetic(Arithmetic::Times | Arithmetic::Of, a, b) = &root(plan, aggregate.value.as_ref()?, DEPTH).op
    else {
        return None;
    };
    let table = |weight: &'a Expr, weighed: &'a Expr| {
        let Op::Rate(id, inputs) = &root(plan, weight, DEPTH).op else { return None };
        let [input] = inputs.as_slice() else { return None };
        let fits = is_percent(plan.names.exprs.at(weight.id).ty) && is_plain(plan, weighed);
        (fits && counts_through(plan, aggregate, input)).then_some((*id, grid(plan, *id)?))
    };
    table(a, b).or_else(|| table(b, a))
}

/// Whether an input is the choice that is part of the added rows' key and not of the sum's.
fn counts_through(plan: &TypedPlan, aggregate: &Aggregate, input: &Expr) -> bool {
    let frames = &plan.model.frames;
    let members = frames.at(aggregate.members);
    let Type::Choice(choice) = plan.names.exprs.at(input.id).ty else { return false };
    let in_a_key = |column: &ColumnId| plan.model.records.iter().any(|record| record.key.contains(column));
    let own = match &input.op {
        Op::Key(_) => true,
        Op::Read(column) | Op::ReadAt(column, _) => in_a_key(column),
        _ => false,
    };
    let part = KeyPart::Choice(choice);
    own && members.parts.contains(&part) && !frames.at(aggregate.reader).parts.contains(&part)
}

fn wrong_table(plan: &TypedPlan, id: RatesId, grid: &Grid) -> Option<Diagnostic> {
    let Some(Axis::Values(places)) = grid.axes.first() else { return None };
    let words = plan.names.rates.at(id);
    let weight = |place: &usize| match grid.values.get(*place)? {
        Value::Number(weight) => Some((*words.values.get(*place)?, weight)),
        _ => None,
    };
    let weights: Vec<(Span, &Exact)> = places.iter().map(weight).collect::<Option<_>>()?;
    wrong(&weights, &format!("the weights in `{}` come to", words.named.name))
}

fn grid(plan: &TypedPlan, id: RatesId) -> Option<&Grid> {
    match &plan.model.rates.at(id).rows {
        RatesRows::Written(grid) => Some(grid),
        RatesRows::Record(_) => None,
    }
}

/// What a name of the same rows stands for in the end.
fn root<'a>(plan: &'a TypedPlan, expr: &'a Expr, depth: usize) -> &'a Expr {
    match (&expr.op, depth.checked_sub(1)) {
        (Op::Read(column), Some(depth)) => body(plan, *column).map_or(expr, |body| root(plan, body, depth)),
        (Op::Default(value, _), Some(depth)) => root(plan, value, depth),
        _ => expr,
    }
}

fn body(plan: &TypedPlan, column: ColumnId) -> Option<&Expr> {
    match &plan.model.columns.at(column).origin {
        Origin::Definition(definition) => Some(&definition.body),
        _ => None,
    }
}

fn is_percent(ty: Type) -> bool {
    matches!(ty, Type::Number(_, Shown::Percent))
}

fn is_plain(plan: &TypedPlan, expr: &Expr) -> bool {
    matches!(plan.names.exprs.at(expr.id).ty, Type::Number(dimension, _) if dimension == Dimension::default())
}
