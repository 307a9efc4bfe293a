//! The calendar of a plan: which period a date lies in, and how periods lie to one another.

use chrono::Datelike;

use super::date::{days_between, first_of_month, last_of_month, month_number};
use super::{CustomId, CustomPeriods, Date, Period, Unit};

/// The fiscal calendar of a plan, the dates on which the plan is in force, and its periods from
/// data. A fiscal year is named for the calendar year in which it ends.
#[derive(Clone, Debug)]
pub struct Calendar {
    first_month: u32,
    effective: (Date, Date),
    custom: Vec<CustomPeriods>,
}

impl Calendar {
    /// A calendar whose fiscal year starts with the given month (1 to 12; what lies beyond is
    /// brought to the nearer end), for a plan in force on the given dates, both included.
    pub fn new(first_month: u32, effective: (Date, Date), custom: Vec<CustomPeriods>) -> Calendar {
        Calendar { first_month: first_month.clamp(1, 12), effective, custom }
    }

    /// The first and the last day of the plan.
    pub fn effective(&self) -> (Date, Date) {
        self.effective
    }

    /// The month the fiscal year starts with, 1 to 12.
    pub fn first_month(&self) -> u32 {
        self.first_month
    }

    /// The periods from data behind an id.
    pub fn custom(&self, id: CustomId) -> Option<&CustomPeriods> {
        self.custom.get(usize::from(id.0))
    }

    /// The period a date lies in; periods from data may not reach it.
    pub fn period_of(&self, unit: Unit, date: Date) -> Option<Period> {
        match unit {
            Unit::Day => Some(Period(date.num_days_from_ce())),
            Unit::Custom(id) => self.custom(id)?.period_of(date),
            _ => self.period_of_month(unit, month_number(date)),
        }
    }

    /// The first day of a period, where the period exists.
    pub fn first_day(&self, unit: Unit, period: Period) -> Option<Date> {
        match unit {
            Unit::Day => Date::from_num_days_from_ce_opt(period.0),
            Unit::Custom(id) => self.custom(id)?.first_day(period),
            _ => first_of_month(self.first_month_of(unit, period)?),
        }
    }

    /// The last day of a period, where the period exists.
    pub fn last_day(&self, unit: Unit, period: Period) -> Option<Date> {
        match unit {
            Unit::Day => Date::from_num_days_from_ce_opt(period.0),
            Unit::Custom(id) => self.custom(id)?.last_day(period),
            _ => {
                let first = self.first_month_of(unit, period)?;
                last_of_month(first.checked_add(unit.months()?)?.checked_sub(1)?)
            }
        }
    }

    /// How many days a period has, where the period exists.
    pub fn days_in(&self, unit: Unit, period: Period) -> Option<i64> {
        let (first, last) = (self.first_day(unit, period)?, self.last_day(unit, period)?);
        Some(days_including(first, last))
    }

    /// The periods that share a day with the plan's dates, in the order of time.
    pub fn plan_periods(&self, unit: Unit) -> Vec<Period> {
        let (from, to) = self.effective;
        if to < from {
            return Vec::new();
        }
        if let Unit::Custom(id) = unit {
            return self.custom_plan_periods(id);
        }
        match (self.period_of(unit, from), self.period_of(unit, to)) {
            (Some(first), Some(last)) => (first.0..=last.0).map(Period).collect(),
            _ => Vec::new(),
        }
    }

    /// The coarser regular period in which a period lies; in its own unit, itself.
    pub fn coarsen(&self, from: Unit, period: Period, to: Unit) -> Option<Period> {
        if from == to {
            return Some(period);
        }
        if !from.lies_in(to) {
            return None;
        }
        match from {
            Unit::Day => self.period_of(to, self.first_day(from, period)?),
            _ => self.period_of_month(to, self.first_month_of(from, period)?),
        }
    }

    /// The period before, where there is one.
    pub fn previous(&self, unit: Unit, period: Period) -> Option<Period> {
        self.earlier(unit, period, 1)
    }

    /// The period so many places earlier; of periods from data the first where there are fewer.
    pub fn back(&self, unit: Unit, period: Period, count: u32) -> Option<Period> {
        let count = i32::try_from(count).ok()?;
        match unit {
            Unit::Custom(_) => self.earlier(unit, period, count.min(period.0)),
            _ => self.earlier(unit, period, count),
        }
    }

    /// The days of a period inside the plan's dates and inside `from` to `to`, both included and
    /// each open where it is not given.
    pub fn days_active(&self, unit: Unit, period: Period, from: Option<Date>, to: Option<Date>) -> i64 {
        let span = self.first_day(unit, period).zip(self.last_day(unit, period));
        let Some((first, last)) = span else { return 0 };
        let first = first.max(self.effective.0).max(from.unwrap_or(Date::MIN));
        let last = last.min(self.effective.1).min(to.unwrap_or(Date::MAX));
        days_including(first, last).max(0)
    }

    /// By how many months the fiscal calendar is ahead of the civil one, which makes fiscal years
    /// begin at multiples of 12 and take the name of the year they end in.
    fn ahead(&self) -> i32 {
        let first_month = i32::try_from(self.first_month).unwrap_or(1);
        13_i32.saturating_sub(first_month).rem_euclid(12)
    }

    /// The period of a unit made of months in which a month lies.
    fn period_of_month(&self, unit: Unit, month: i32) -> Option<Period> {
        // A month is the same in every fiscal calendar.
        let ahead = if unit == Unit::Month { 0 } else { self.ahead() };
        let number = month.checked_add(ahead)?.checked_div_euclid(unit.months()?)?;
        Some(Period(number))
    }

    /// The first month of a period of a unit made of months.
    fn first_month_of(&self, unit: Unit, period: Period) -> Option<i32> {
        let ahead = if unit == Unit::Month { 0 } else { self.ahead() };
        period.0.checked_mul(unit.months()?)?.checked_sub(ahead)
    }

    /// The period so many places earlier, where both exist.
    fn earlier(&self, unit: Unit, period: Period, count: i32) -> Option<Period> {
        self.first_day(unit, period)?;
        let earlier = Period(period.0.checked_sub(count)?);
        self.first_day(unit, earlier).map(|_| earlier)
    }

    fn custom_plan_periods(&self, id: CustomId) -> Vec<Period> {
        let count = self.custom(id).map_or(0, |periods| periods.starts.len());
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        let unit = Unit::Custom(id);
        let overlaps = |period: &Period| {
            let first = self.first_day(unit, *period);
            let last = self.last_day(unit, *period);
            first.is_some_and(|day| day <= self.effective.1) && last.is_some_and(|day| day >= self.effective.0)
        };
        (0..count).map(Period).filter(overlaps).collect()
    }
}

/// The days from the first to the last, counting both.
fn days_including(first: Date, last: Date) -> i64 {
    days_between(first, last).saturating_add(1)
}

#[cfg(test)]
mod tests;
