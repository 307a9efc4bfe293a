//! W0720: a percentage without its `%`.
//!
//! `5` is 500%. Where a table's rates multiply the very amount that it is read by, a rate of 1 and more pays all of that
//! amount; where a ratio of two amounts is compared with 10 and more, it is compared with 1,000%.

use std::collections::BTreeMap;

use crate::cell::Value;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::RatesId;
use crate::source::Span;
use crate::types::TypedPlan;
use crate::types::expr::{Arithmetic, Expr, Op};
use crate::types::model::{Axis, Dimension, Grid, Model, Origin, Part, RatesKind, RatesRows, Type};
use crate::value::Exact;

/// Names are followed through so many definitions.
const DEPTH: usize = 16;

/// A ratio of two amounts that is 10 and more is taken for a percentage.
const RATIO: i128 = 10;

/// The rates and the bounds that most likely are percentages.
pub(super) fn percent_sign(plan: &TypedPlan) -> Vec<Diagnostic> {
    let mut found: BTreeMap<(RatesId, Option<usize>), Diagnostic> = BTreeMap::new();
    let mut compared = Vec::new();
    let mut open: Vec<&Expr> = plan.model.exprs();
    while let Some(expr) = open.pop() {
        match &expr.op {
            Op::Rate(id, inputs) => {
                for (input, problem) in bounds(plan, *id, inputs) {
                    found.entry((*id, Some(input))).or_insert(problem);
                }
            }
            Op::Compare(_, a, b) => compared.extend(ratio_compared(plan, a, b).or_else(|| ratio_compared(plan, b, a))),
            _ => {}
        }
        if let Some((id, problem)) = rates(plan, expr) {
            found.entry((id, None)).or_insert(problem);
        }
        open.extend(expr.op.operands());
    }
    let mut problems: Vec<Diagnostic> = found.into_values().chain(compared).collect();
    problems.sort_by_key(|problem| problem.labels.first().map(|label| label.span));
    problems
}

/// The rates of 1 and more of a table that multiplies the amount it is read by.
fn rates(plan: &TypedPlan, expr: &Expr) -> Option<(RatesId, Diagnostic)> {
    let (id, inputs) = match &expr.op {
        Op::Rate(id, inputs) if multiplies(plan.model.rates.at(*id).kind) => (*id, inputs),
        Op::Arithmetic(Arithmetic::Times | Arithmetic::Of, a, b) => {
            looked_up(plan, a, b).or_else(|| looked_up(plan, b, a))?
        }
        _ => return None,
    };
    let grid = written(&plan.model, id)?;
    if !is_money(plan, inputs.get(grid.along)?) || !is_money(plan, expr) {
        return None;
    }
    let spans = plan.names.rates.at(id).values.iter().copied();
    let numbers = grid.values.iter().filter_map(number).zip(spans);
    let wrong: Vec<(&Exact, Span)> =
        numbers.filter(|(rate, span)| **rate >= Exact::one() && !has_sign(plan, *span)).collect();
    let (first, span) = wrong.first()?;
    let words = plan.names.on_one_line(*span);
    let why = format!("a rate of `{words}` pays {} of the amount", percent(first));
    let help = format!("write `{words}%`; what really pays the whole amount and more is written `{}`", percent(first));
    Some((id, told(why, &wrong).help(help)))
}

/// A looked-up rate times the amount that it is looked up by.
fn looked_up<'a>(plan: &'a TypedPlan, rate: &'a Expr, amount: &Expr) -> Option<(RatesId, &'a Vec<Expr>)> {
    let rate = match &rate.op {
        Op::Read(column) | Op::ReadAt(column, _) => body(&plan.model, *column)?,
        _ => rate,
    };
    match &rate.op {
        Op::Rate(id, inputs) if !multiplies(plan.model.rates.at(*id).kind) => {
            let input = inputs.get(written(&plan.model, *id)?.along)?;
            is_same(input, amount).then_some((*id, inputs))
        }
        _ => None,
    }
}

/// Whether two expressions are one amount: of one name, also where a finer row reads it.
fn is_same(a: &Expr, b: &Expr) -> bool {
    match (&a.op, &b.op) {
        (Op::Read(a) | Op::ReadAt(a, _), Op::Read(b) | Op::ReadAt(b, _)) => a == b,
        _ => a == b,
    }
}

fn multiplies(kind: RatesKind) -> bool {
    matches!(kind, RatesKind::Marginal | RatesKind::Retroactive)
}

/// For each input of a table that is a ratio of two amounts, its bounds that are not below 1 only.
fn bounds(plan: &TypedPlan, id: RatesId, inputs: &[Expr]) -> Vec<(usize, Diagnostic)> {
    let Some(grid) = written(&plan.model, id) else { return Vec::new() };
    let ratios = inputs.iter().enumerate().filter(|(_, input)| is_ratio(plan, input, DEPTH));
    ratios.filter_map(|(number, _)| Some((number, high(plan, id, number, grid.axes.get(number)?)?))).collect()
}

fn high(plan: &TypedPlan, id: RatesId, input: usize, axis: &Axis) -> Option<Diagnostic> {
    let Axis::Bands(starts) = axis else { return None };
    let spans = plan.names.rates.at(id).places.get(input)?;
    // `below` and `otherwise` may be one place, the first.
    let spans = spans.iter().copied().skip(spans.len().saturating_sub(starts.len()));
    let numbers = starts.iter().zip(spans).filter_map(|(start, span)| Some((number(start.at.as_ref()?)?, span)));
    let without: Vec<(&Exact, Span)> =
        numbers.filter(|(bound, span)| **bound > Exact::zero() && !has_sign(plan, *span)).collect();
    let (highest, span) = without.iter().max_by(|a, b| a.0.cmp(b.0))?;
    if **highest < Exact::from_integer(RATIO) {
        return None;
    }
    let words = plan.names.on_one_line(*span);
    let why = format!("`{words}` is {} of a ratio of two amounts", percent(highest));
    Some(told(why, &without).help(format!("write `{words}%`: a ratio is 0.5 where it is 50%")))
}

/// A ratio of two amounts compared with a number of 10 and more.
fn ratio_compared(plan: &TypedPlan, ratio: &Expr, bound: &Expr) -> Option<Diagnostic> {
    let Op::Constant(Value::Number(value)) = &bound.op else { return None };
    let span = plan.names.exprs.at(bound.id).span;
    if *value < Exact::from_integer(RATIO) || has_sign(plan, span) || !is_ratio(plan, ratio, DEPTH) {
        return None;
    }
    let words = plan.names.on_one_line(span);
    let why = format!("`{words}` is {} of a ratio of two amounts", percent(value));
    Some(told(why, &[(value, span)]).help(format!("write `{words}%`: a ratio is 0.5 where it is 50%")))
}

fn told(why: String, numbers: &[(&Exact, Span)]) -> Diagnostic {
    let problem = Diagnostic::new(Code::NoPercentSign, why);
    numbers.iter().fold(problem, |problem, (number, span)| problem.at(*span, format!("is {}", percent(number))))
}

fn percent(number: &Exact) -> String {
    format!("{}%", number.times(&Exact::from_integer(100)))
}

fn has_sign(plan: &TypedPlan, span: Span) -> bool {
    plan.names.beginning(span).contains('%')
}

fn number(value: &Value) -> Option<&Exact> {
    match value {
        Value::Number(number) => Some(number),
        _ => None,
    }
}

/// The rows of a table that the plan itself writes.
fn written(model: &Model, id: RatesId) -> Option<&Grid> {
    match &model.rates.at(id).rows {
        RatesRows::Written(grid) => Some(grid),
        RatesRows::Record(_) => None,
    }
}

fn body(model: &Model, column: crate::ids::ColumnId) -> Option<&Expr> {
    match &model.columns.at(column).origin {
        Origin::Definition(definition) => Some(&definition.body),
        _ => None,
    }
}

fn is_money(plan: &TypedPlan, expr: &Expr) -> bool {
    matches!(
        plan.names.exprs.at(expr.id).ty,
        Type::Number(Dimension { above: Some(Part::Currency(_) | Part::RowCurrency(_)), below: None }, _)
    )
}

/// Whether an expression is, directly or through names, an amount divided by one that is not written out.
fn is_ratio(plan: &TypedPlan, expr: &Expr, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match &expr.op {
        Op::Arithmetic(Arithmetic::Over, a, b) => is_money(plan, a) && is_money(plan, b) && !is_written(plan, b, depth),
        Op::Read(column) | Op::ReadAt(column, _) => {
            body(&plan.model, *column).is_some_and(|body| is_ratio(plan, body, depth))
        }
        Op::Default(value, _) | Op::Round(value, ..) => is_ratio(plan, value, depth),
        Op::If(_, then, otherwise) => is_ratio(plan, then, depth) || is_ratio(plan, otherwise, depth),
        Op::Minimum(all) | Op::Maximum(all) => all.iter().any(|one| is_ratio(plan, one, depth)),
        _ => false,
    }
}

/// Whether an amount is a constant of the plan: what is divided by it is a count of such amounts.
fn is_written(plan: &TypedPlan, expr: &Expr, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match &expr.op {
        Op::Constant(_) => true,
        Op::Read(column) | Op::ReadAt(column, _) => {
            body(&plan.model, *column).is_some_and(|body| is_written(plan, body, depth))
        }
        _ => false,
    }
}
