//! Dates and periods moved by counts, and what lies between dates.

use super::Engine;
use super::numbers::Numbers;
use super::selection::Selection;
use super::vector::Vector;
use crate::calendar::{Unit, days_between, months_between, plus_days, plus_months};
use crate::table::{Fault, FaultKind};
use crate::types::expr::{Arithmetic, Expr, Op, Stride};
use crate::value::Exact;

impl Engine<'_> {
    /// Dates and periods moved by counts, and what lies between dates.
    pub fn moved(&self, expr: &Expr, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        match &expr.op {
            Op::Moved(op, stride, date, count) => {
                let dates = self.eval(date, at, faults).dates();
                let counts = self.eval(count, at, faults).numbers();
                let add = match stride {
                    Stride::Days => plus_days,
                    Stride::Months => plus_months,
                };
                let cells = dates.into_iter().enumerate().map(|(position, date)| {
                    let (date, count) = (date?, counts.get(position)?);
                    let moved = signed(*op, &count).and_then(|count| add(date, count));
                    if moved.is_none() {
                        faults.push(at.fault(FaultKind::OutsideCalendar(count), expr.id, position));
                    }
                    moved
                });
                Vector::Date(cells.collect())
            }
            Op::Later(op, unit, period, count) => {
                let periods = self.eval(period, at, faults).periods();
                let counts = self.eval(count, at, faults).numbers();
                let of_data = matches!(unit, Unit::Custom(_));
                let cells = periods.into_iter().enumerate().map(|(position, period)| {
                    let (period, count) = (period?, counts.get(position)?);
                    let later = signed(*op, &count).and_then(|by| self.tables.calendar.later(*unit, period, by));
                    if later.is_none() && !(of_data && count.is_integer()) {
                        faults.push(at.fault(FaultKind::OutsideCalendar(count), expr.id, position));
                    }
                    later
                });
                Vector::Period(cells.collect())
            }
            Op::Apart(stride, from, to) => {
                let from = self.eval(from, at, faults).dates();
                let to = self.eval(to, at, faults).dates();
                let between = match stride {
                    Stride::Days => days_between,
                    Stride::Months => months_between,
                };
                let cells = from.into_iter().zip(to).map(|(from, to)| Some(i128::from(between(from?, to?))));
                Vector::Numbers(Numbers::whole(cells.collect()))
            }
            _ => Vector::Blank(at.len()),
        }
    }
}

/// A count forwards or backwards, where it is whole.
fn signed(op: Arithmetic, count: &Exact) -> Option<i64> {
    let count = count.to_whole()?;
    if op == Arithmetic::Minus { count.checked_neg() } else { Some(count) }
}
