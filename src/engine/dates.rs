//! What the calendar says of columns of dates and periods.

use super::Engine;
use super::numbers::Numbers;
use super::selection::Selection;
use super::vector::Vector;
use crate::calendar::{Date, Period};
use crate::table::Fault;
use crate::types::expr::{Expr, Op};

impl Engine<'_> {
    /// Periods of dates, and days of periods.
    pub fn of_calendar(&self, op: &Op, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let calendar = &self.tables.calendar;
        let mut periods = |period: &Expr| self.eval(period, at, faults).periods();
        match op {
            Op::PeriodOf(unit, date) => {
                let dates = self.eval(date, at, faults).dates();
                Vector::Period(each(dates, |date: Date| calendar.period_of(*unit, date)))
            }
            Op::OwnPeriodOf(unit, date, from) => {
                let dates = self.eval(date, at, faults).dates();
                let days = dates.into_iter().zip(self.eval(from, at, faults).dates());
                let own = |(date, from): (Option<Date>, Option<Date>)| calendar.own_period(*unit, from?, date?);
                Vector::Period(days.map(own).collect())
            }
            Op::Coarser(from, period, to) => {
                let coarser = |period: Period| calendar.coarsen(*from, period, *to);
                Vector::Period(each(periods(period), coarser))
            }
            Op::Back(unit, period, count) => {
                Vector::Period(each(periods(period), |period| calendar.back(*unit, period, *count)))
            }
            Op::FirstDay(unit, period) => Vector::Date(each(periods(period), |p| calendar.first_day(*unit, p))),
            Op::LastDay(unit, period) => Vector::Date(each(periods(period), |p| calendar.last_day(*unit, p))),
            Op::DaysIn(unit, period) => {
                let days = |period| calendar.days_in(*unit, period).map(i128::from);
                Vector::Numbers(Numbers::whole(each(periods(period), days)))
            }
            _ => Vector::Blank(at.len()),
        }
    }
}

fn each<T, U>(cells: Vec<Option<T>>, op: impl Fn(T) -> Option<U>) -> Vec<Option<U>> {
    cells.into_iter().map(|cell| cell.and_then(&op)).collect()
}
