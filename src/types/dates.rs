//! Dates and periods that are moved, what lies between dates, and the period of a date.

use super::checker::{Checked, Checker, Ty};
use super::error;
use super::expr::{Arithmetic, Expr, Op, Stride};
use super::infer::{DAYS, INTEGER, MONTHS, NUMBER, bare_word};
use super::model::{Dimension, Shown, Type};
use super::scope::Scope;
use crate::calendar::Unit;
use crate::cell::Value;
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{self, ExprKind};
use crate::value::Exact;

impl Checker<'_> {
    /// `sum of amount on paid + 30 days`: the days are added to the sum, which cannot be meant.
    pub fn moved_behind_on(&self, op: Arithmetic, left: &tree::Expr, sum: Ty, days: (Ty, Span)) -> Option<Diagnostic> {
        let ExprKind::Aggregate(aggregate) = &left.kind else { return None };
        let on = aggregate.on.as_ref().filter(|on| on.span.end == left.span.end)?;
        let is_time = |ty: Ty| matches!(ty, Ty::Is(Type::Number(_, Shown::Days | Shown::Months)));
        if sum == Ty::Unknown || is_time(sum) || !is_time(days.0) {
            return None;
        }
        let sign = if op == Arithmetic::Plus { "+" } else { "-" };
        let (found, time) = (self.type_words(sum), self.type_words(days.0));
        let (date, by) = (self.words(on.span), self.short_words(days.1));
        let problem = error::do_not_go(sign, (left.span, &found), (days.1, &time));
        Some(problem.help(format!("a date that is computed stands in parentheses: `on ({date} {sign} {by})`")))
    }

    /// `+` and `-` where one side is a date or a period.
    pub fn moved(&mut self, op: Arithmetic, left: (&Checked, Span), right: (&Checked, Span), span: Span) -> Checked {
        let two = |a: &Checked, b: &Checked| (Box::new(a.expr.clone()), Box::new(b.expr.clone()));
        match (left.0.ty, right.0.ty, op) {
            (Ty::Unknown, _, _) | (_, Ty::Unknown, _) => self.failed(span),
            (Ty::Is(Type::Date), Ty::Is(Type::Date), Arithmetic::Minus) => {
                let (to, from) = two(left.0, right.0);
                let op = Op::Apart(Stride::Days, from, to);
                self.count_of(op, DAYS, span, [left.0, right.0])
            }
            (Ty::Is(Type::Period(unit)), Ty::Is(Type::Period(other)), Arithmetic::Minus)
                if unit == other && (unit == Unit::Day || unit.months().is_some()) =>
            {
                self.periods_apart(unit, left, right, span)
            }
            (Ty::Is(Type::Date), by, _) if stride(by).is_some() => {
                let (date, count) = two(left.0, right.0);
                let stride = stride(by).unwrap_or(Stride::Days);
                self.derive(Op::Moved(op, stride, date, count), span, left.0.ty, &[left.0, right.0])
            }
            (by, Ty::Is(Type::Date | Type::Period(_)), Arithmetic::Plus) if by.number().is_some() => {
                self.moved(op, right, left, span)
            }
            (Ty::Is(Type::Period(unit)), by, _) if self.periods_by(unit, by).is_some() => {
                let Some(count) = self.in_periods(right, unit) else { return self.failed(span) };
                let (period, _) = two(left.0, right.0);
                self.later(Op::Later(op, unit, period, count), unit, span, left, right)
            }
            _ => {
                let word = if op == Arithmetic::Plus { "+" } else { "-" };
                let (a, b) = (self.type_words(left.0.ty), self.type_words(right.0.ty));
                let help = self.moving_help(left, right);
                let problem = error::do_not_go(word, (left.1, &a), (right.1, &b)).help(help);
                self.fail(problem, span)
            }
        }
    }

    /// How many periods lie between two of one unit: as many as are added to the second to come to the first. Of days
    /// that is days, of months months, of others a whole number.
    fn periods_apart(&mut self, unit: Unit, to: (&Checked, Span), from: (&Checked, Span), span: Span) -> Checked {
        let mut first = |(side, place): (&Checked, Span)| {
            Box::new(self.expr(Op::FirstDay(unit, Box::new(side.expr.clone())), place, Type::Date))
        };
        let (last, start) = (first(to), first(from));
        let operands = [to.0, from.0];
        match unit.months() {
            None => self.count_of(Op::Apart(Stride::Days, last, start), DAYS, span, operands),
            Some(1) => self.count_of(Op::Apart(Stride::Months, start, last), MONTHS, span, operands),
            Some(each) => {
                let months = Box::new(self.expr(Op::Apart(Stride::Months, start, last), span, MONTHS));
                let each = Value::Number(Exact::from_integer(each.into()));
                let each = Box::new(self.expr(Op::Constant(each), span, MONTHS));
                self.count_of(Op::Arithmetic(Arithmetic::Over, months, each), INTEGER, span, operands)
            }
        }
    }

    /// How a date or a period is moved.
    fn moving_help(&self, left: (&Checked, Span), right: (&Checked, Span)) -> String {
        let is_date = |side: &Checked| side.ty == Ty::Is(Type::Date);
        match (is_date(left.0), is_date(right.0)) {
            (true, true) => "`-` gives the days between two dates; a date is moved by `+ 30 days`".to_owned(),
            (true, false) if right.0.ty.number().is_some() => {
                format!("say what is counted: `{} + 30 days`, `+ 6 months`, `+ 1 year`", self.short_words(left.1))
            }
            (false, false) => {
                "a period is moved by a number of such periods, as in `month + 1`, or by months".to_owned()
            }
            _ => "take a day of the period first: `start of month` or `end of month`".to_owned(),
        }
    }

    /// How many of a number's months or days make one period of a unit: 1 where periods themselves are counted.
    fn periods_by(&self, unit: Unit, by: Ty) -> Option<i32> {
        match by {
            Ty::Bare { .. } => Some(1),
            Ty::Is(Type::Number(dimension, shown)) if dimension == Dimension::default() => match shown {
                Shown::Integer | Shown::Number => Some(1),
                Shown::Months => unit.months(),
                Shown::Days => (unit == Unit::Day).then_some(1),
                Shown::Percent | Shown::Money => None,
            },
            _ => None,
        }
    }

    /// A count of periods of a unit from a count of these, or of months or days; reports one that is not whole as far as
    /// the plan says it.
    pub fn in_periods(&mut self, (counted, span): (&Checked, Span), unit: Unit) -> Option<Box<Expr>> {
        let count = Box::new(counted.expr.clone());
        let Some(each) = self.periods_by(unit, counted.ty) else {
            let (found, word) = (self.type_words(counted.ty), self.unit_name(unit));
            self.report(error::wrong_type(span, &found, &format!("a number of {word}s")));
            return None;
        };
        let length = Exact::from_integer(each.into());
        if let Op::Constant(Value::Number(number)) = &count.op
            && let Some(periods) = number.over(&length)
        {
            if !periods.is_integer() {
                let (words, word) = (self.short_words(span), self.unit_name(unit));
                let why = format!("`{words}` is no whole number of {word}s");
                let help = match counted.ty {
                    Ty::Is(_) => format!("count in {word}s, or move a day of it: `start of {word} + {words}`"),
                    _ => format!("count whole {word}s, such as `{word} + 1`"),
                };
                self.report(Diagnostic::new(Code::WrongType, why).at(span, "").help(help));
                return None;
            }
            return Some(Box::new(self.expr(Op::Constant(Value::Number(periods)), span, INTEGER)));
        }
        if each == 1 {
            return Some(count);
        }
        let length = Box::new(self.expr(Op::Constant(Value::Number(length)), span, MONTHS));
        Some(Box::new(self.expr(Op::Arithmetic(Arithmetic::Over, count, length), span, NUMBER)))
    }

    fn later(&mut self, op: Op, unit: Unit, span: Span, left: (&Checked, Span), right: (&Checked, Span)) -> Checked {
        let mut later = self.derive(op, span, left.0.ty, &[left.0, right.0]);
        later.places = None;
        if matches!(unit, Unit::Custom(_)) && later.missing.is_none() {
            later.missing = Some((span, "the data may have no such period".to_owned()));
        }
        later
    }

    /// A whole count that rests on two operands.
    fn count_of(&mut self, op: Op, ty: Type, span: Span, operands: [&Checked; 2]) -> Checked {
        let mut count = self.derive(op, span, Ty::Is(ty), &operands);
        count.places = Some(0);
        count
    }

    /// `months from A to B`
    pub fn months_between(&mut self, scope: &Scope, from: &tree::Expr, to: &tree::Expr, span: Span) -> Checked {
        let (first, second) = (self.infer(scope, from), self.infer(scope, to));
        for (checked, place) in [(&first, from.span), (&second, to.span)] {
            if !matches!(checked.ty, Ty::Is(Type::Date) | Ty::Unknown) {
                let found = self.type_words(checked.ty);
                let problem = error::wrong_type(place, &found, "a date");
                let help = match checked.ty {
                    Ty::Is(Type::Period(_)) => Some(
                        "take a day of it, such as `end of month`; periods are counted by `-`, such as `month - month of hired`"
                            .to_owned(),
                    ),
                    _ => None,
                };
                self.report(error::with_help(problem, help));
            }
        }
        let op = Op::Apart(Stride::Months, Box::new(first.expr.clone()), Box::new(second.expr.clone()));
        self.count_of(op, MONTHS, span, [&first, &second])
    }

    /// The unit of periods that an expression is the word of.
    pub fn unit_word(&self, expr: &tree::Expr) -> Option<Unit> {
        bare_word(expr).and_then(|name| self.unit(&name.text))
    }

    /// `month of closed`, `quarter of month`: the period in which a date or a finer period lies.
    pub fn period_of_value(&mut self, scope: &Scope, unit: &tree::Expr, value: &tree::Expr, span: Span) -> Checked {
        let Some(unit) = self.unit_word(unit) else {
            return self.failed(span);
        };
        let checked = self.infer(scope, value);
        let inner = Box::new(checked.expr.clone());
        let op = match checked.ty {
            Ty::Unknown => return self.failed(span),
            Ty::Is(Type::Date) => Op::PeriodOf(unit, inner),
            Ty::Is(Type::Period(own)) if own == unit => return checked,
            Ty::Is(Type::Period(own)) if own.lies_in(unit) => Op::Coarser(own, inner, unit),
            _ => {
                let found = self.type_words(checked.ty);
                let problem = error::wrong_type(value.span, &found, "a date, or a period that lies in one such period");
                return self.fail(problem, span);
            }
        };
        let mut result = self.derive(op, span, Ty::Is(Type::Period(unit)), &[&checked]);
        if matches!(unit, Unit::Custom(_)) && result.missing.is_none() {
            result.missing = Some((span, format!("the date may lie in no {}", self.unit_name(unit))));
        }
        result
    }
}

/// What a number of a type counts, if it counts days or months.
fn stride(ty: Ty) -> Option<Stride> {
    match ty {
        Ty::Is(Type::Number(_, Shown::Days)) => Some(Stride::Days),
        Ty::Is(Type::Number(_, Shown::Months)) => Some(Stride::Months),
        _ => None,
    }
}
