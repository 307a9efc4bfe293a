//! What the calendar says of columns of dates and periods.

use chrono::Datelike;

use super::Engine;
use super::numbers::Numbers;
use super::selection::Selection;
use super::vector::Vector;
use crate::calendar::{Date, Period, Unit};
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
                // All other periods are made of months.
                let in_year = if matches!(unit, Unit::Day | Unit::Custom(_)) { InYear::DAYS } else { InYear::MONTHS };
                let period = |date| calendar.period_of(*unit, date);
                Vector::Period(in_year.each(dates, calendar.effective(), period))
            }
            Op::OwnPeriodOf(unit, date, from) => {
                let dates = self.eval(date, at, faults).dates();
                let days = dates.into_iter().zip(self.eval(from, at, faults).dates());
                let own = |(date, from): (Option<Date>, Option<Date>)| calendar.own_period(*unit, from?, date?);
                Vector::Period(days.map(own).collect())
            }
            Op::Coarser(from, period, to) => {
                let coarser = |period: Period| calendar.coarsen(*from, period, *to);
                Vector::Period(each_period(periods(period), coarser))
            }
            Op::Back(unit, period, count) => {
                Vector::Period(each_period(periods(period), |period| calendar.back(*unit, period, *count)))
            }
            Op::FirstDay(unit, period) => Vector::Date(each_period(periods(period), |p| calendar.first_day(*unit, p))),
            Op::LastDay(unit, period) => Vector::Date(each_period(periods(period), |p| calendar.last_day(*unit, p))),
            Op::DaysIn(unit, period) => {
                let days = |period| calendar.days_in(*unit, period).map(i128::from);
                Vector::Numbers(Numbers::whole(each_period(periods(period), days)))
            }
            _ => Vector::Blank(at.len()),
        }
    }
}

/// How a year is cut into days or months.
struct InYear {
    /// So many at most.
    count: u32,
    /// The place of a date, from 0 on.
    place: fn(&Date) -> u32,
    /// The first date of a place.
    date: fn(i32, u32) -> Option<Date>,
}

impl InYear {
    const DAYS: InYear =
        InYear { count: 366, place: Date::ordinal0, date: |year, day| Date::from_yo_opt(year, day.checked_add(1)?) };
    const MONTHS: InYear = InYear {
        count: 12,
        place: Date::month0,
        date: |year, month| Date::from_ymd_opt(year, month.checked_add(1)?, 1),
    };

    /// Something that dates of the same place have in common: computed once for each place in the years of a plan, where
    /// dates are more.
    fn each<U: Copy>(
        &self,
        dates: Vec<Option<Date>>,
        (first, last): (Date, Date),
        of: impl Fn(Date) -> Option<U>,
    ) -> Vec<Option<U>> {
        let (year, end) = (first.year(), last.year().saturating_add(1));
        let years = usize::try_from(end.saturating_sub(year)).unwrap_or(usize::MAX);
        if years.saturating_mul(self.count as usize) > dates.len() {
            return each(dates, of);
        }
        let places = (year..end).flat_map(|year| (0..self.count).map(move |place| (self.date)(year, place)));
        let places: Vec<Option<U>> = places.map(|date| of(date?)).collect();
        let known = |date: Date| {
            let before = u32::try_from(date.year().checked_sub(year)?).ok()?.checked_mul(self.count)?;
            places.get(before.checked_add((self.place)(&date))? as usize).copied()
        };
        each(dates, |date| known(date).unwrap_or_else(|| of(date)))
    }
}

/// Something of each period: computed once for each between the first and the last, where these are fewer.
fn each_period<U: Copy>(periods: Vec<Option<Period>>, of: impl Fn(Period) -> Option<U>) -> Vec<Option<U>> {
    let there = || periods.iter().flatten();
    let Some((first, last)) = there().min().zip(there().max()) else { return vec![None; periods.len()] };
    let place = |period: &Period| usize::try_from(period.0.checked_sub(first.0)?).ok();
    if place(last).is_none_or(|last| last >= periods.len()) {
        return each(periods, of);
    }
    let values: Vec<Option<U>> = (first.0..=last.0).map(|period| of(Period(period))).collect();
    periods.iter().map(|period| values.get(place(period.as_ref()?)?).copied().flatten()).collect()
}

fn each<T, U>(cells: Vec<Option<T>>, op: impl Fn(T) -> Option<U>) -> Vec<Option<U>> {
    cells.into_iter().map(|cell| cell.and_then(&op)).collect()
}
