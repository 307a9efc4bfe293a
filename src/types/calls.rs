//! Calls: functions, and which table of rates is meant.

use super::checker::{Checked, Checker, Ty};
use super::error;
use super::expr::Op;
use super::infer::meet;
use super::scope::Scope;
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::standard;
use crate::syntax::habits;
use crate::syntax::tree::{self, ExprKind, LiteralKind, Name};
use crate::value::Rounding;

impl Checker<'_> {
    /// `f(x, y)`: a function or a table of rates.
    pub fn call(&mut self, scope: &Scope, name: &Name, args: &[tree::Expr], span: Span) -> Checked {
        match name.text.as_str() {
            "min" | "max" => self.min_max(scope, name, args, span),
            "round" => self.round(scope, name, args, span, None),
            "floor" => self.round(scope, name, args, span, Some(Rounding::Floor)),
            "ceil" => self.round(scope, name, args, span, Some(Rounding::Ceiling)),
            _ => match self.resolved.symbol(&name.text) {
                Some(Symbol::Rates(position)) => self.rate(scope, position, name, args, span),
                _ => {
                    if let Some(small) = habits::small(&name.text) {
                        let right = Name { text: small.to_owned(), span: name.span };
                        self.report(error::habit(
                            name,
                            (format!("`{}` is written small", name.text), format!("write `{small}`")),
                        ));
                        return self.call(scope, &right, args, span);
                    }
                    if matches!(name.text.to_lowercase().as_str(), "sum" | "count" | "average" | "avg") {
                        // Told where it was read.
                        self.sound = false;
                        return self.failed(span);
                    }
                    if let Some(habit) = habits::of_call(&name.text) {
                        return self.fail(error::habit(name, habit), span);
                    }
                    let tables = self.resolved.rates.iter().map(|rates| rates.tree.name.text.as_str());
                    let known: Vec<&str> = tables.chain(["min", "max", "round", "floor", "ceil"]).collect();
                    let problem = Diagnostic::new(
                        Code::UnknownName,
                        format!("`{}` is no table of rates and no function", name.text),
                    )
                    .at(name.span, "");
                    let problem = match standard::where_it_is(&name.text) {
                        Some(help) => problem.help(help),
                        None => error::with_suggestion(problem, &name.text, known.into_iter()),
                    };
                    self.fail(problem, span)
                }
            },
        }
    }

    fn min_max(&mut self, scope: &Scope, name: &Name, args: &[tree::Expr], span: Span) -> Checked {
        if args.len() < 2 {
            return self.fail(error::one_compared(name, span), span);
        }
        let checked: Vec<Checked> = args.iter().map(|arg| self.infer(scope, arg)).collect();
        let mut ty = Ty::Unknown;
        let mut before: Option<(&Checked, Span)> = None;
        for (one, arg) in checked.iter().zip(args) {
            ty = match (meet(ty, one.ty), before) {
                (Some(ty), _) => ty,
                (None, Some(before)) => self.meet(&name.text, before, (one, arg.span)),
                (None, None) => Ty::Unknown,
            };
            before = Some((one, arg.span));
        }
        // Beside something with a problem, a bare number does not show what was meant.
        let told = checked.iter().any(|one| one.ty == Ty::Unknown) && !self.finding_own_type();
        if told && matches!(ty, Ty::Bare { .. }) {
            ty = Ty::Unknown;
        }
        if let Some(unordered) = args.first().filter(|_| !self.has_order(ty)) {
            let found = self.type_words(ty);
            let problem = error::wrong_type(unordered.span, &found, "a number, a date, a period or a text");
            return self.fail(problem, span);
        }
        let operands: Vec<&Checked> = checked.iter().collect();
        let exprs = checked.iter().map(|one| one.expr.clone()).collect();
        let op = if name.text == "min" { Op::Minimum(exprs) } else { Op::Maximum(exprs) };
        self.derive(op, span, ty, &operands)
    }

    /// `round(x, places)`, `floor(x)`, `ceil(x)`; the last two also take places.
    fn round(
        &mut self,
        scope: &Scope,
        name: &Name,
        args: &[tree::Expr],
        span: Span,
        mode: Option<Rounding>,
    ) -> Checked {
        let (value, places) = match args {
            [value] => (value, Some(0)),
            [value, places] => (value, whole(places, self.model.plan.digits)),
            _ => {
                let problem = error::wrong_type(span, "something else", &format!("`{}(value, places)`", name.text));
                return self.fail(problem, span);
            }
        };
        let Some(places) = places else {
            let expected = format!("a number of places from 0 to {}", self.model.plan.digits);
            let problem = error::wrong_type(span, "something else", &expected);
            return self.fail(problem, span);
        };
        let checked = self.number(scope, value);
        let mode = mode.unwrap_or(self.model.plan.rounding);
        let op = Op::Round(Box::new(checked.expr.clone()), places, mode);
        let mut result = self.derive(op, span, checked.ty, &[&checked]);
        result.fixed = true;
        result.exact = false;
        result
    }
}

/// A whole number of places, at most so many, written as a literal.
fn whole(expr: &tree::Expr, most: u32) -> Option<u8> {
    match &expr.kind {
        ExprKind::Literal(LiteralKind::Number(number)) if number.places == 0 => {
            u8::try_from(number.units).ok().filter(|places| u32::from(*places) <= most)
        }
        _ => None,
    }
}
