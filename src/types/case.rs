//! `case`: a choice among several values, written out as `if`s in each other.

use super::checker::{Checked, Checker, Ty};
use super::error;
use super::expr::{Comparison, Expr, Op};
use super::model::Type;
use super::scope::Scope;
use crate::cell::Value;
use crate::source::Span;
use crate::syntax::tree::{Arm, Case};

/// An arm with its condition, for the `if` it becomes.
struct Written {
    condition: Checked,
    result: Checked,
    arm: Span,
    value: Span,
}

/// What is asked in the arms so far.
#[derive(Default)]
struct Asked {
    /// Each value or condition with its words.
    exprs: Vec<(Expr, Span)>,
    /// Whether a problem of one of them was reported, so that it is not known what was meant.
    unclear: bool,
}

impl Checker<'_> {
    /// `case x when a, b then y else z`: the values are those of a type that is wanted, as far as it is known.
    /// A missing subject or condition makes the whole missing.
    pub fn case(&mut self, scope: &Scope, wanted: Ty, case: &Case, span: Span) -> Checked {
        let subject = case.subject.as_ref().map(|subject| (self.infer(scope, subject), subject.span));
        let mut scope = scope.clone();
        let (mut asked, mut written, mut wanted) = (Asked::default(), Vec::new(), wanted);
        for arm in &case.arms {
            let condition = match &subject {
                Some(subject) => self.one_of(&scope, subject, arm, &mut asked),
                None => self.asked_once(&scope, arm, &mut asked),
            };
            let Some(condition) = condition else { continue };
            let result = self.infer_like(&self.knowing(&scope, &condition.expr), &arm.result, wanted);
            wanted = if wanted == Ty::Unknown { result.ty } else { wanted };
            scope = self.having(&scope, &condition.expr);
            written.push(Written { condition, result, arm: arm.span, value: arm.result.span });
        }
        let otherwise = case.otherwise.as_ref().map(|value| (self.infer_like(&scope, value, wanted), value.span));
        let covered = self.covers(subject.as_ref(), &asked);
        let last = match (otherwise, covered) {
            (Some((_, place)), true) => return self.fail(error::else_never_reached(place, places(case)), span),
            (Some(value), false) => value,
            (None, true) => match written.last() {
                // The last arm's own `if` still makes the whole missing where the subject is.
                Some(last) => (last.result.clone(), last.value),
                None => return self.failed(span),
            },
            (None, false) => return self.not_covered(subject.as_ref(), &asked, span),
        };
        self.nested(written, last, span)
    }

    /// The arms as `if`s in each other; each but the first begins with its `when`.
    fn nested(&mut self, written: Vec<Written>, last: (Checked, Span), span: Span) -> Checked {
        let first = written.first().map(|first| first.arm);
        let (mut rest, mut rest_span) = last;
        for Written { condition, result, arm, value } in written.into_iter().rev() {
            let ty = self.meet("case", (&result, value), (&rest, rest_span));
            let parts = [&condition, &result, &rest].map(|part| Box::new(part.expr.clone()));
            let [asked, then, otherwise] = parts;
            let words = if Some(arm) == first { span } else { Span { end: span.end, ..arm } };
            let mut whole = self.derive(Op::If(asked, then, otherwise), words, ty, &[&result, &rest]);
            whole.missing = condition.missing.or(whole.missing);
            (rest, rest_span) = (whole, value);
        }
        rest
    }

    /// Whether the subject is one of an arm's values. None where the arm is reported: it is never reached.
    fn one_of(&mut self, scope: &Scope, subject: &(Checked, Span), arm: &Arm, asked: &mut Asked) -> Option<Checked> {
        let mut whole: Option<(Checked, Span)> = None;
        let mut told = false;
        for value in &arm.values {
            let checked = self.infer_like(scope, value, subject.0.ty);
            self.meet("case", (&subject.0, subject.1), (&checked, value.span));
            asked.unclear |= checked.ty == Ty::Unknown;
            if let Some((_, earlier)) = asked.exprs.iter().find(|(other, _)| *other == checked.expr)
                && checked.ty != Ty::Unknown
            {
                let words = self.short_words(value.span).to_owned();
                self.report(error::value_twice(&words, *earlier, value.span));
                told = true;
                continue;
            }
            asked.exprs.push((checked.expr.clone(), value.span));
            let sides = [&subject.0, &checked].map(|side| Box::new(side.expr.clone()));
            let [left, right] = sides;
            let op = Op::Compare(Comparison::Equal, left, right);
            let equal = self.derive(op, value.span, Ty::Is(Type::YesNo), &[&subject.0, &checked]);
            whole = Some(match whole {
                None => (equal, value.span),
                Some((before, span)) => {
                    let span = span.to(value.span);
                    let op = Op::Or(Box::new(before.expr.clone()), Box::new(equal.expr.clone()));
                    (self.derive(op, span, Ty::Is(Type::YesNo), &[&before, &equal]), span)
                }
            });
        }
        asked.unclear |= told;
        whole.map(|(whole, _)| whole).filter(|_| !told)
    }

    /// The condition of an arm without a subject. None where the arm is reported: it is never reached.
    fn asked_once(&mut self, scope: &Scope, arm: &Arm, asked: &mut Asked) -> Option<Checked> {
        let value = arm.values.first()?;
        let condition = self.condition(scope, value);
        if condition.ty == Ty::Unknown {
            asked.unclear = true;
            return Some(condition);
        }
        if let Some((_, earlier)) = asked.exprs.iter().find(|(other, _)| implies(&condition.expr, other)) {
            let earlier = *earlier;
            let words = (self.short_words(value.span).to_owned(), self.short_words(earlier).to_owned());
            self.report(error::arm_never_reached((&words.0, value.span), (&words.1, earlier)));
            asked.unclear = true;
            return None;
        }
        asked.exprs.push((condition.expr.clone(), value.span));
        Some(condition)
    }

    /// Whether the values asked for are all there are.
    fn covers(&self, subject: Option<&(Checked, Span)>, asked: &Asked) -> bool {
        let constants = || asked.exprs.iter().filter(|(expr, _)| matches!(expr.op, Op::Constant(_))).count();
        match subject.map(|(subject, _)| subject.ty) {
            // No value is asked for twice.
            _ if asked.unclear => false,
            Some(Ty::Is(Type::Choice(choice))) => constants() == self.model.choices.at(choice).len(),
            Some(Ty::Is(Type::YesNo)) => constants() == 2,
            Some(_) => false,
            None => asked.exprs.iter().any(|(expr, _)| expr.op == Op::Constant(Value::YesNo(true))),
        }
    }

    /// Reports a `case` that does not say what holds otherwise.
    fn not_covered(&mut self, subject: Option<&(Checked, Span)>, asked: &Asked, span: Span) -> Checked {
        let ty = subject.map(|(subject, _)| subject.ty);
        if asked.unclear || ty == Some(Ty::Unknown) {
            return self.failed(span);
        }
        let has = |value: Value| asked.exprs.iter().any(|(expr, _)| expr.op == Op::Constant(value.clone()));
        let left: Vec<String> = match ty {
            Some(Ty::Is(Type::Choice(choice))) => {
                let values = self.model.choices.at(choice).iter().enumerate();
                let left = values.filter(|(number, _)| !has(Value::Choice(crate::cell::row_number(*number))));
                left.map(|(_, value)| format!("`{value}`")).collect()
            }
            Some(Ty::Is(Type::YesNo)) => {
                let left = [(true, "`yes`"), (false, "`no`")].into_iter().filter(|(yes, _)| !has(Value::YesNo(*yes)));
                left.map(|(_, word)| word.to_owned()).collect()
            }
            _ => Vec::new(),
        };
        let place = subject.map_or(span, |(_, place)| *place);
        let problem = error::case_not_covered(place, &left);
        let problem = match ty {
            Some(Ty::Is(Type::Choice(choice))) => self.values_at(problem, choice),
            _ => problem,
        };
        self.fail(problem, span)
    }
}

/// Where the values of the arms stand, from the first to the last.
fn places(case: &Case) -> Option<Span> {
    let first = case.arms.first()?.values.first()?.span;
    let last = case.arms.last()?.values.last()?.span;
    Some(first.to(last))
}

/// Whether a condition that holds makes another one hold, as far as their forms show it.
fn implies(condition: &Expr, other: &Expr) -> bool {
    if condition == other || other.op == Op::Constant(Value::YesNo(true)) {
        return true;
    }
    match (&condition.op, &other.op) {
        (_, Op::Or(a, b)) if implies(condition, a) || implies(condition, b) => true,
        (Op::And(a, b), _) => implies(a, other) || implies(b, other),
        (Op::Compare(op, a, x), Op::Compare(than, b, y)) if a == b => match (&x.op, &y.op) {
            (Op::Constant(Value::Number(x)), Op::Constant(Value::Number(y))) => within(*op, x, *than, y),
            (Op::Constant(Value::Date(x)), Op::Constant(Value::Date(y))) => within(*op, x, *than, y),
            _ => false,
        },
        _ => false,
    }
}

/// Whether all that compares so with `x` compares so with `y`.
fn within<T: Ord>(op: Comparison, x: &T, than: Comparison, y: &T) -> bool {
    use Comparison::*;
    match (op, than) {
        (Greater | GreaterOrEqual, GreaterOrEqual) | (Greater, Greater) | (Equal, GreaterOrEqual) => x >= y,
        (GreaterOrEqual | Equal, Greater) => x > y,
        (Less | LessOrEqual, LessOrEqual) | (Less, Less) | (Equal, LessOrEqual) => x <= y,
        (LessOrEqual | Equal, Less) => x < y,
        (Equal, NotEqual) => x != y,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_what() {
        use Comparison::*;
        // By hand, on whole numbers as on all others.
        let cases = [
            (Greater, 100, GreaterOrEqual, 50, true),
            (GreaterOrEqual, 50, Greater, 50, false),
            (Greater, 50, GreaterOrEqual, 50, true),
            (Greater, 49, GreaterOrEqual, 50, false),
            (Less, 10, Less, 10, true),
            (LessOrEqual, 10, Less, 10, false),
            (Equal, 10, Less, 11, true),
            (Equal, 10, NotEqual, 10, false),
            (Less, 10, Greater, 5, false),
        ];
        for (op, x, than, y, expected) in cases {
            assert_eq!(within(op, &x, than, &y), expected, "{op:?} {x} in {than:?} {y}");
        }
    }
}
