//! The calendar of a plan: which period a date lies in, and how periods lie to one another.

use chrono::Datelike;

use super::date::{days_between, first_of_month, last_of_month, month_number, within};
use super::{CustomId, CustomPeriods, Date, Period, Steps, Unit};

/// The fiscal calendar of a plan, the dates on which the plan is in force, and its periods from
/// data. A fiscal year is named for the calendar year in which it ends.
#[derive(Clone, Debug)]
pub struct Calendar {
    first_month: u32,
    effective: (Date, Date),
    custom: Vec<CustomPeriods>,
    year: Unit,
}

impl Calendar {
    /// A calendar whose fiscal year starts with the given month (1 to 12; what lies beyond is
    /// brought to the nearer end), for a plan in force on the given dates, both included.
    pub fn new(first_month: u32, effective: (Date, Date), custom: Vec<CustomPeriods>) -> Calendar {
        Calendar { first_month: first_month.clamp(1, 12), effective, custom, year: Unit::Year }
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
            return self.custom(id).map_or_else(Vec::new, |periods| periods.touching(self.effective));
        }
        match (self.period_of(unit, from), self.period_of(unit, to)) {
            (Some(first), Some(last)) => (first.0..=last.0).map(Period).collect(),
            _ => Vec::new(),
        }
    }

    /// The coarser period in which a period lies; in its own unit, itself.
    pub fn coarsen(&self, from: Unit, period: Period, to: Unit) -> Option<Period> {
        if from == to {
            return Some(period);
        }
        // Whether a unit from data lies in another is known to the plan that declares them.
        let of_data = matches!((from, to), (Unit::Custom(_), Unit::Custom(_)));
        if !from.lies_in(to) && !of_data {
            return None;
        }
        match from {
            Unit::Day | Unit::Custom(_) => self.period_of(to, self.first_day(from, period)?),
            _ => self.period_of_month(to, self.first_month_of(from, period)?),
        }
    }

    /// The period before, where there is one.
    pub fn previous(&self, unit: Unit, period: Period) -> Option<Period> {
        self.earlier(unit, period, 1)
    }

    /// The period so many places earlier; of periods from data the first where there are fewer.
    pub fn back(&self, unit: Unit, period: Period, count: u32) -> Option<Period> {
        match unit {
            Unit::Custom(id) => {
                let first = || self.custom(id)?.first().filter(|_| self.first_day(unit, period).is_some());
                self.earlier(unit, period, count).or_else(first)
            }
            _ => self.earlier(unit, period, count),
        }
    }

    /// The period so many places later (or earlier), where both exist and the other begins and ends in the years 1 to 9999.
    pub fn later(&self, unit: Unit, period: Period, count: i64) -> Option<Period> {
        let other = self.moved(unit, period, i32::try_from(count).ok()?)?;
        within(self.first_day(unit, other)?)?;
        within(self.last_day(unit, other)?)?;
        Some(other)
    }

    /// The period in which a date lies, of those that begin for a person on a day of their own.
    pub fn own_period(&self, unit: Unit, from: Date, date: Date) -> Option<Period> {
        self.steps(unit)?.period_from(from, date)
    }

    /// The periods that begin for a person on a day of their own and share a day with the plan's dates.
    pub fn own_plan_periods(&self, unit: Unit, from: Date) -> Vec<Period> {
        self.steps(unit).map_or_else(Vec::new, |steps| steps.touching(from, self.effective))
    }

    /// Whether the periods of a unit begin for each person on a day of their own.
    pub fn is_own(&self, unit: Unit) -> bool {
        self.steps(unit).is_some_and(|steps| steps.from.is_none())
    }

    /// The unit that a year of the plan is: the fiscal one, unless the plan declares its own.
    pub fn year(&self) -> Unit {
        self.year
    }

    /// The same calendar with another unit as the plan's year.
    #[must_use]
    pub fn with_year(self, year: Unit) -> Calendar {
        Calendar { year, ..self }
    }

    fn steps(&self, unit: Unit) -> Option<&Steps> {
        match unit {
            Unit::Custom(id) => match self.custom(id)? {
                CustomPeriods::Steps(steps) => Some(steps),
                CustomPeriods::Listed(_) => None,
            },
            _ => None,
        }
    }

    /// The days of a period inside the plan's dates and inside `from` to `to`, both included and
    /// each open where it is not given.
    pub fn days_active(&self, unit: Unit, period: Period, from: Option<Date>, to: Option<Date>) -> i64 {
        let Some((first, last)) = self.in_plan(unit, period) else { return 0 };
        let first = first.max(from.unwrap_or(Date::MIN));
        let last = last.min(to.unwrap_or(Date::MAX));
        days_including(first, last).max(0)
    }

    /// The first and the last day of a period inside the plan's dates; none when it has no day there.
    pub fn in_plan(&self, unit: Unit, period: Period) -> Option<(Date, Date)> {
        let first = self.first_day(unit, period)?.max(self.effective.0);
        let last = self.last_day(unit, period)?.min(self.effective.1);
        (first <= last).then_some((first, last))
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
    fn earlier(&self, unit: Unit, period: Period, count: u32) -> Option<Period> {
        self.moved(unit, period, i32::try_from(count).ok()?.checked_neg()?)
    }

    /// The period so many places later (or earlier), where both exist.
    fn moved(&self, unit: Unit, period: Period, count: i32) -> Option<Period> {
        if let Unit::Custom(id) = unit {
            return self.custom(id)?.moved(period, count);
        }
        self.first_day(unit, period)?;
        let other = Period(period.0.checked_add(count)?);
        self.first_day(unit, other).map(|_| other)
    }
}

/// The days from the first to the last, counting both.
fn days_including(first: Date, last: Date) -> i64 {
    days_between(first, last).saturating_add(1)
}

#[cfg(test)]
mod tests;
