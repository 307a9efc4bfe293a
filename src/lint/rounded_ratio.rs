//! W0701: a rounded ratio decides money.
//!
//! A ratio that is rounded to six places and then multiplied by money, fed to a table or ranked pays wrong
//! cents, and one that is compared opens a gate a cent too early; as `exact` it pays the right ones. Where the plan itself writes the places or the mode, the
//! rounding is meant.

use std::collections::BTreeMap;

use crate::cell::Value;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::ColumnId;
use crate::source::Span;
use crate::types::TypedPlan;
use crate::types::expr::{Arithmetic, Expr, Op};
use crate::types::model::{Dimension, Model, Origin, Shown, Type};

/// The rounded ratios that feed a table, are multiplied by money or ranked, or for money compared, each told once with
/// all its places.
pub(super) fn rounded_ratio(plan: &TypedPlan) -> Vec<Diagnostic> {
    let mut places: BTreeMap<ColumnId, Vec<Span>> = BTreeMap::new();
    let definitions = plan.model.columns.iter().filter_map(|column| match &column.origin {
        Origin::Definition(definition) => {
            Some((definition.conditions.iter().chain([&definition.body]), is_money(column.ty)))
        }
        _ => None,
    });
    let rules = plan.model.rules.iter().map(|rule| (rule.conditions.iter().chain([&rule.amount]), true));
    for (exprs, gives_money) in definitions.chain(rules) {
        let mut open: Vec<&Expr> = exprs.collect();
        while let Some(expr) = open.pop() {
            for (ratio, place) in decided_by(plan, expr, gives_money) {
                places.entry(ratio).or_default().push(plan.names.exprs.at(place.id).span);
            }
            open.extend(expr.op.operands());
        }
    }
    let mut problems: Vec<Diagnostic> =
        places.into_iter().map(|(ratio, places)| warning(plan, ratio, places)).collect();
    problems.sort_by_key(|problem| problem.labels.first().map(|label| label.span));
    problems
}

/// The rounded ratios that decide money in an expression itself.
fn decided_by<'a>(plan: &TypedPlan, expr: &'a Expr, gives_money: bool) -> Vec<(ColumnId, &'a Expr)> {
    let money = |expr: &Expr| is_money(plan.names.exprs.at(expr.id).ty);
    let fed: Vec<&Expr> = match &expr.op {
        Op::Rate(_, inputs) => inputs.iter().collect(),
        // Whether it is there at all, or more than nothing, does not hang on its last place.
        Op::Compare(_, a, b) if gives_money && ![a, b].iter().any(|side| is_zero(side)) => vec![a, b],
        Op::Rank(rank) | Op::Pooled(_, rank) => rank.order.by.iter().collect(),
        Op::Arithmetic(Arithmetic::Times | Arithmetic::Of, a, b) if money(a) => vec![b],
        Op::Arithmetic(Arithmetic::Times | Arithmetic::Of, a, b) if money(b) => vec![a],
        _ => Vec::new(),
    };
    fed.into_iter().filter_map(|expr| Some((ratio(&plan.model, expr)?, expr))).collect()
}

fn is_money(ty: Type) -> bool {
    matches!(ty, Type::Number(_, Shown::Money))
}

fn is_zero(expr: &Expr) -> bool {
    matches!(&expr.op, Op::Constant(Value::Number(number)) if number.is_zero())
}

/// The rounded ratio that an expression reads, directly or under a default.
fn ratio(model: &Model, expr: &Expr) -> Option<ColumnId> {
    let column = match &expr.op {
        Op::Read(column) | Op::ReadAt(column, _) => *column,
        Op::Default(value, _) => return ratio(model, value),
        _ => return None,
    };
    let declared = model.columns.at(column);
    let Origin::Definition(definition) = &declared.origin else {
        return None;
    };
    let plain = matches!(declared.ty, Type::Number(dimension, _) if dimension == Dimension::default());
    let quotient = matches!(definition.body.op, Op::Arithmetic(Arithmetic::Over, ..));
    (plain && quotient && declared.places.is_some() && !definition.rounded_as_asked).then_some(column)
}

fn warning(plan: &TypedPlan, ratio: ColumnId, mut places: Vec<Span>) -> Diagnostic {
    places.sort();
    places.dedup();
    let named = plan.names.columns.at(ratio);
    let why = format!("`{}` is rounded, and what it decides is money", named.name);
    let problem = Diagnostic::new(Code::RoundedRatio, why);
    let problem = places.into_iter().fold(problem, |problem, place| problem.at(place, "decides money here"));
    problem.at(named.span, "rounded here").help(format!(
        "add a `let … exact` with the same formula and use that here; `{}` stays for reports",
        named.name
    ))
}
