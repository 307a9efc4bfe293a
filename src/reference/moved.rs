//! Dates and periods moved by a count, and what lies between dates.

use super::cell::fault;
use super::dates::{count, date_of, period_of};
use super::eval::number;
use super::{At, Computed, Interpreter, Out};
use crate::calendar::{Unit, days_between, months_between, plus_days, plus_months};
use crate::table::{FaultKind, Value};
use crate::types::expr::{Arithmetic, Expr, Op, Stride};
use crate::value::Exact;

impl Interpreter<'_> {
    pub(super) fn moved(&mut self, expr: &Expr, at: &At) -> Computed<Out> {
        match &expr.op {
            Op::Moved(op, stride, date, by) => {
                let (date, by) = (self.eval(date, at)?, self.eval(by, at)?);
                let moved = match (date_of(&date.value), number(&by.value)) {
                    (Some(day), Some(exact)) => {
                        let moved = match stride {
                            Stride::Days => whole(*op, exact).and_then(|days| plus_days(day, days)),
                            Stride::Months => whole(*op, exact).and_then(|months| plus_months(day, months)),
                        };
                        let outside = || fault(FaultKind::OutsideCalendar(exact.clone()), expr, at);
                        Some(Value::Date(moved.ok_or_else(outside)?))
                    }
                    _ => None,
                };
                Ok(self.operation(expr, word(*op), moved, vec![date, by]))
            }
            Op::Later(op, unit, period, by) => {
                let (period, by) = (self.eval(period, at)?, self.eval(by, at)?);
                let later = match (period_of(&period.value), number(&by.value)) {
                    (Some(from), Some(exact)) => {
                        let calendar = &self.results.tables.calendar;
                        let later = whole(*op, exact).and_then(|by| calendar.later(*unit, from, by));
                        // The data may have no such period; the calendar has all of its years.
                        let missing = matches!(unit, Unit::Custom(_)) && exact.is_integer();
                        match later {
                            None if !missing => {
                                return Err(fault(FaultKind::OutsideCalendar(exact.clone()), expr, at));
                            }
                            later => later.map(Value::Period),
                        }
                    }
                    _ => None,
                };
                Ok(self.operation(expr, word(*op), later, vec![period, by]))
            }
            Op::Apart(stride, from, to) => {
                let (from, to) = (self.eval(from, at)?, self.eval(to, at)?);
                let days = date_of(&from.value).zip(date_of(&to.value));
                Ok(match stride {
                    Stride::Days => {
                        let value = days.map(|(from, to)| count(days_between(from, to)));
                        self.operation(expr, "minus", value, vec![to, from])
                    }
                    Stride::Months => {
                        let value = days.map(|(from, to)| count(months_between(from, to)));
                        self.operation(expr, "months_between", value, vec![from, to])
                    }
                })
            }
            _ => Ok(self.fact(expr, None)),
        }
    }
}

fn word(op: Arithmetic) -> &'static str {
    if op == Arithmetic::Minus { "minus" } else { "plus" }
}

/// A count forwards or backwards, where it is whole.
fn whole(op: Arithmetic, count: &Exact) -> Option<i64> {
    let count = count.to_whole()?;
    match op {
        Arithmetic::Minus => count.checked_neg(),
        _ => Some(count),
    }
}
