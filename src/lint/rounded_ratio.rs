//! W0701: a rounded ratio decides money.
//!
//! A ratio that is rounded to six places and then multiplied by money or fed to a table pays wrong
//! cents; as `exact` it pays the right ones. Where the plan itself writes the places or the mode, the
//! rounding is meant.

use crate::diagnostics::{Code, Diagnostic};
use crate::ids::ColumnId;
use crate::types::TypedPlan;
use crate::types::expr::{Arithmetic, Expr, Op};
use crate::types::model::{Dimension, Model, Origin, Shown, Type};

/// The places where a rounded ratio feeds a table or is multiplied by money.
pub(super) fn rounded_ratio(plan: &TypedPlan) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let definitions = plan.model.columns.iter().filter_map(|column| match &column.origin {
        Origin::Definition(definition) => Some(definition.conditions.iter().chain([&definition.body])),
        _ => None,
    });
    let rules = plan.model.rules.iter().map(|rule| rule.conditions.iter().chain([&rule.amount]));
    for exprs in definitions.chain(rules) {
        let mut open: Vec<&Expr> = exprs.collect();
        while let Some(expr) = open.pop() {
            for (ratio, place) in decided_by(plan, expr) {
                problems.push(warning(plan, ratio, place));
            }
            open.extend(expr.op.operands());
        }
    }
    problems
}

/// The rounded ratios that decide money in an expression itself.
fn decided_by<'a>(plan: &TypedPlan, expr: &'a Expr) -> Vec<(ColumnId, &'a Expr)> {
    let money = |expr: &Expr| matches!(plan.names.exprs.at(expr.id).ty, Type::Number(_, Shown::Money));
    let fed: Vec<&Expr> = match &expr.op {
        Op::Rate(_, inputs) => inputs.iter().collect(),
        Op::Arithmetic(Arithmetic::Times | Arithmetic::Of, a, b) if money(a) => vec![b],
        Op::Arithmetic(Arithmetic::Times | Arithmetic::Of, a, b) if money(b) => vec![a],
        _ => Vec::new(),
    };
    fed.into_iter().filter_map(|expr| Some((ratio(&plan.model, expr)?, expr))).collect()
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

fn warning(plan: &TypedPlan, ratio: ColumnId, place: &Expr) -> Diagnostic {
    let named = plan.names.columns.at(ratio);
    Diagnostic::new(Code::RoundedRatio, format!("`{}` is rounded, and what it decides is money", named.name))
        .at(plan.names.exprs.at(place.id).span, "decides money here")
        .at(named.span, "rounded here")
        .help(format!(
            "add a `let … exact` with the same formula and use that here; `{}` stays for reports",
            named.name
        ))
}
