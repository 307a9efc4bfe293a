//! W0703: an `or` between conditions that is a default.
//!
//! `or` gives its right side where the left one is missing. Between two conditions of which the left
//! may be missing, most people mean "one of the two", and swapping the sides would change who is paid.

use crate::diagnostics::{Code, Diagnostic};
use crate::types::TypedPlan;
use crate::types::expr::{Expr, Op};

/// The places where a condition stands in for another that may be missing.
pub(super) fn or_is_default(plan: &TypedPlan) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut open: Vec<&Expr> = plan.model.exprs();
    while let Some(expr) = open.pop() {
        if let Op::Default(first, second) = &expr.op
            && is_condition(first)
            && !matches!(second.op, Op::Constant(_))
        {
            problems.push(warning(plan, expr, first));
        }
        open.extend(expr.op.operands());
    }
    problems
}

/// Whether an expression asks something, other than by reading an answer.
fn is_condition(expr: &Expr) -> bool {
    matches!(expr.op, Op::Compare(..) | Op::And(..) | Op::Or(..) | Op::Not(_))
}

/// The words between the brackets around all of them, where there are such.
fn without_brackets(words: &str) -> &str {
    let Some(inner) = words.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return words };
    let mut open = 0_i32;
    let closed = inner.chars().any(|letter| {
        open = match letter {
            '(' => open.saturating_add(1),
            ')' => open.saturating_sub(1),
            _ => open,
        };
        open < 0
    });
    if closed { words } else { inner }
}

fn warning(plan: &TypedPlan, or: &Expr, first: &Expr) -> Diagnostic {
    let written = plan.names.written(first.id);
    let words = without_brackets(&written);
    Diagnostic::new(Code::OrIsDefault, "this `or` asks its right side only where the left one is missing")
        .at(plan.names.exprs.at(first.id).span, "may be missing")
        .at(plan.names.exprs.at(or.id).span, "a default, not one of the two")
        .help(format!("say what a missing left side counts as: `(({words}) or no) or …` means one of the two"))
}
