//! W0707: a condition that is always the same.
//!
//! A comparison of constants, of a value with itself, or two comparisons of one value of which no value meets both
//! (`role = AE and role = SE`) or each meets one (`role <> AE or role <> SE`): most often another column or another word
//! was meant.

use std::cmp::Ordering;

use crate::cell::Value;
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::types::TypedPlan;
use crate::types::expr::{Comparison, Expr, Op};
use crate::types::model::Origin;

/// The conditions that are the same whatever the data are.
pub(super) fn always(plan: &TypedPlan) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut open = Vec::new();
    let definitions = plan.model.columns.iter().filter_map(|column| match &column.origin {
        Origin::Definition(definition) => Some(&definition.conditions),
        _ => None,
    });
    for conditions in definitions.chain(plan.model.rules.iter().map(|rule| &rule.conditions)) {
        problems.extend(apart(plan, &conditions.iter().collect::<Vec<_>>()));
    }
    open.extend(plan.model.exprs());
    while let Some(expr) = open.pop() {
        if let Op::Aggregate(aggregate) = &expr.op {
            problems.extend(apart(plan, &aggregate.conditions.iter().collect::<Vec<_>>()));
        }
        match found(plan, expr) {
            Some(problem) => problems.push(problem),
            None => open.extend(expr.op.operands()),
        }
    }
    problems.sort_by_key(|problem| problem.labels.first().map(|label| label.span));
    problems
}

/// The problem of an expression that is a condition and always the same.
fn found(plan: &TypedPlan, expr: &Expr) -> Option<Diagnostic> {
    match &expr.op {
        // What a dated form implies is written as its day alone.
        Op::Compare(_, _, b) if span(plan, expr) == span(plan, b) => None,
        Op::Compare(op, a, b) => decided(*op, a, b).map(|holds| decided_problem(plan, expr, a, b, holds)),
        Op::And(..) => apart(plan, &parts(expr, true)),
        Op::Or(..) => covering(plan, &parts(expr, false)),
        Op::If(condition, ..) => match condition.op {
            Op::Constant(Value::YesNo(holds)) => Some(same(holds, span(plan, condition))),
            _ => None,
        },
        _ => None,
    }
}

/// What is joined by `and`, or else by `or`.
fn parts(expr: &Expr, and: bool) -> Vec<&Expr> {
    let (mut found, mut open) = (Vec::new(), vec![expr]);
    while let Some(expr) = open.pop() {
        match &expr.op {
            Op::And(a, b) if and => open.extend([&**b, &**a]),
            Op::Or(a, b) if !and => open.extend([&**b, &**a]),
            _ => found.push(expr),
        }
    }
    found
}

/// Whether a comparison holds whatever the data are.
fn decided(op: Comparison, a: &Expr, b: &Expr) -> Option<bool> {
    match (&a.op, &b.op) {
        (Op::Constant(a), Op::Constant(b)) => Some(holds(op, a, b)),
        _ if a == b => Some(matches!(op, Comparison::Equal | Comparison::LessOrEqual | Comparison::GreaterOrEqual)),
        _ => None,
    }
}

/// A comparison of something with a constant.
struct Bound<'a> {
    whole: &'a Expr,
    of: &'a Expr,
    op: Comparison,
    than: &'a Value,
}

fn bound(expr: &Expr) -> Option<Bound<'_>> {
    let Op::Compare(op, a, b) = &expr.op else { return None };
    match (&a.op, &b.op) {
        (Op::Constant(_), Op::Constant(_)) => None,
        (_, Op::Constant(than)) => Some(Bound { whole: expr, of: a, op: *op, than }),
        (Op::Constant(than), _) => Some(Bound { whole: expr, of: b, op: turned(*op), than }),
        _ => None,
    }
}

/// Two of several conditions that never hold together.
fn apart(plan: &TypedPlan, all: &[&Expr]) -> Option<Diagnostic> {
    let bounds: Vec<Bound<'_>> = all.iter().filter_map(|expr| bound(expr)).collect();
    let (first, second) = pair(&bounds, |a, b| disjoint((a.op, a.than), (b.op, b.than)))?;
    let help = match (first.op, second.op) {
        (Comparison::Equal, Comparison::Equal) => "write `or` where either is meant",
        _ => "no value meets both: turn one of them round, or write `or` where either is meant",
    };
    Some(two(plan, "these never hold together", (first, second), "and this", help))
}

/// Two of several conditions of which one always holds.
fn covering(plan: &TypedPlan, all: &[&Expr]) -> Option<Diagnostic> {
    let bounds: Vec<Bound<'_>> = all.iter().filter_map(|expr| bound(expr)).collect();
    let covers = |a: &Bound<'_>, b: &Bound<'_>| disjoint((opposite(a.op), a.than), (opposite(b.op), b.than));
    let (first, second) = pair(&bounds, covers)?;
    let help = match (first.op, second.op) {
        (Comparison::NotEqual, Comparison::NotEqual) => "every value differs from one of them: write `and`",
        _ => "every value meets one of them: write `and`, or leave the condition out",
    };
    Some(two(plan, "one of these always holds", (first, second), "or this", help))
}

fn pair<'a>(
    bounds: &'a [Bound<'a>],
    meets: impl Fn(&Bound<'_>, &Bound<'_>) -> bool,
) -> Option<(&'a Bound<'a>, &'a Bound<'a>)> {
    let pairs = bounds
        .iter()
        .enumerate()
        .flat_map(|(at, first)| bounds.iter().skip(at.saturating_add(1)).map(move |second| (first, second)));
    pairs.take(MOST_PAIRS).find(|(first, second)| first.of == second.of && meets(first, second))
}

/// So many pairs of conditions are compared.
const MOST_PAIRS: usize = 10_000;

fn two(
    plan: &TypedPlan,
    message: &str,
    (first, second): (&Bound<'_>, &Bound<'_>),
    label: &str,
    help: &str,
) -> Diagnostic {
    Diagnostic::new(Code::AlwaysSame, message)
        .at(span(plan, first.whole), "this")
        .at(span(plan, second.whole), label)
        .help(help)
}

fn decided_problem(plan: &TypedPlan, whole: &Expr, a: &Expr, b: &Expr, holds: bool) -> Diagnostic {
    let constants = matches!((&a.op, &b.op), (Op::Constant(_), Op::Constant(_)));
    let place = span(plan, whole);
    let problem = same(holds, place);
    match constants {
        true => problem.help("both sides are constants: name the column or the definition that is meant"),
        false => problem.help("both sides are the same value: name the other one that is meant"),
    }
}

fn same(holds: bool, place: Span) -> Diagnostic {
    let (message, label) = match holds {
        true => ("this condition always holds", "always yes"),
        false => ("this condition never holds", "always no"),
    };
    let problem = Diagnostic::new(Code::AlwaysSame, message).at(place, label);
    problem.help("leave out the `if`, and the branch that is never taken")
}

fn span(plan: &TypedPlan, expr: &Expr) -> Span {
    plan.names.exprs.at(expr.id).span
}

/// How the sides compare the other way round.
fn turned(op: Comparison) -> Comparison {
    use Comparison::*;
    match op {
        Less => Greater,
        LessOrEqual => GreaterOrEqual,
        Greater => Less,
        GreaterOrEqual => LessOrEqual,
        Equal | NotEqual => op,
    }
}

/// What holds where a comparison does not.
fn opposite(op: Comparison) -> Comparison {
    use Comparison::*;
    match op {
        Less => GreaterOrEqual,
        LessOrEqual => Greater,
        Greater => LessOrEqual,
        GreaterOrEqual => Less,
        Equal => NotEqual,
        NotEqual => Equal,
    }
}

fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        _ => (a == b).then_some(Ordering::Equal),
    }
}

fn holds(op: Comparison, a: &Value, b: &Value) -> bool {
    let order = order(a, b);
    match op {
        Comparison::Equal => order == Some(Ordering::Equal),
        Comparison::NotEqual => order != Some(Ordering::Equal),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

/// Whether no value compares in both ways.
fn disjoint((op, x): (Comparison, &Value), (other, y): (Comparison, &Value)) -> bool {
    use Comparison::*;
    match (op, other) {
        (Equal, _) => !holds(other, x, y),
        (_, Equal) => !holds(op, y, x),
        (Less, Greater | GreaterOrEqual) | (LessOrEqual, Greater) => {
            matches!(order(x, y), Some(Ordering::Less | Ordering::Equal))
        }
        (LessOrEqual, GreaterOrEqual) => order(x, y) == Some(Ordering::Less),
        (Greater | GreaterOrEqual, Less | LessOrEqual) => disjoint((other, y), (op, x)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Exact;

    #[test]
    fn what_no_number_meets() {
        use Comparison::*;
        // By hand, on the line of numbers.
        let cases = [
            (Less, 10, Greater, 10, true),
            (LessOrEqual, 10, GreaterOrEqual, 10, false),
            (LessOrEqual, 10, Greater, 10, true),
            (Less, 10, Greater, 5, false),
            (Greater, 10, Less, 10, true),
            (Greater, 10, Less, 11, false),
            (Equal, 10, Equal, 11, true),
            (Equal, 10, Equal, 10, false),
            (Equal, 10, Less, 10, true),
            (GreaterOrEqual, 10, Equal, 10, false),
            (NotEqual, 10, NotEqual, 11, false),
            (NotEqual, 10, Equal, 10, true),
            (Greater, 10, Greater, 50, false),
        ];
        for (op, x, other, y, expected) in cases {
            let [x, y] = [x, y].map(|number| Value::Number(Exact::from_integer(number)));
            assert_eq!(disjoint((op, &x), (other, &y)), expected, "{op:?} {x:?} and {other:?} {y:?}");
        }
    }
}
