//! Periods of one length that follow one another from a day on.

use chrono::Datelike;

use super::date::month_number;
use super::{Date, Period, add_months, days_between};

/// The length of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// So many days.
    Days(u32),
    /// So many months; each period begins on the day of the month on which the first does, or on the
    /// last day of a month too short for it.
    Months(u32),
}

/// Periods of one length, from a day on; without one, each person's begin on a day of their own.
///
/// The number of such a period says its first day and, for a month too short, by how many days it
/// lies before the day of the month that is meant: so the next period follows from the number alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// How long each is.
    pub length: Length,
    /// The first day of the first, where it is the same for all.
    pub from: Option<Date>,
}

/// The day of a month is at most this far behind the last day of a shorter one.
const SHIFTS: i32 = 4;

impl Steps {
    /// The period in which a day lies, of those that begin on `from`; none before it.
    pub fn period_from(&self, from: Date, day: Date) -> Option<Period> {
        if day < from {
            return None;
        }
        let count = match self.length {
            Length::Days(days) => days_between(from, day).checked_div(i64::from(days))?,
            Length::Months(months) => {
                let apart = i64::from(month_number(day)).checked_sub(i64::from(month_number(from)))?;
                apart.checked_div(i64::from(months))?
            }
        };
        let count = i32::try_from(count).ok()?;
        // Within the month of a first day, the day itself may lie before it.
        let found = self.number(from, count)?;
        match self.first_day(found)? <= day {
            true => Some(found),
            false => self.number(from, count.checked_sub(1)?),
        }
    }

    /// The periods that begin on `from` and share a day with these days.
    pub fn touching(&self, from: Date, (first, last): (Date, Date)) -> Vec<Period> {
        let mut next = self.period_from(from, first.max(from)).filter(|_| first <= last);
        let mut periods = Vec::new();
        while let Some(period) = next.filter(|period| self.first_day(*period).is_some_and(|day| day <= last)) {
            periods.push(period);
            next = self.shifted(period, 1);
        }
        periods
    }

    /// The first day of a period.
    pub fn first_day(&self, period: Period) -> Option<Date> {
        Date::from_num_days_from_ce_opt(period.0.div_euclid(SHIFTS))
    }

    /// The last day of a period.
    pub fn last_day(&self, period: Period) -> Option<Date> {
        self.first_day(self.shifted(period, 1)?)?.pred_opt()
    }

    /// The period so many places later, or earlier.
    pub fn shifted(&self, period: Period, count: i32) -> Option<Period> {
        let first = self.first_day(period)?;
        match self.length {
            Length::Days(_) => self.number(first, count),
            Length::Months(months) => {
                let meant = first.day().checked_add(u32::try_from(period.0.rem_euclid(SHIFTS)).ok()?)?;
                let months = i32::try_from(months).ok()?.checked_mul(count)?;
                Self::numbered(add_months(first, months)?, meant)
            }
        }
    }

    /// The period that begins so many places after one that begins on a day.
    fn number(&self, from: Date, count: i32) -> Option<Period> {
        match self.length {
            Length::Days(days) => {
                let days = i64::from(days).checked_mul(i64::from(count))?;
                let first = i32::try_from(i64::from(from.num_days_from_ce()).checked_add(days)?).ok()?;
                Self::numbered(Date::from_num_days_from_ce_opt(first)?, 0)
            }
            Length::Months(months) => {
                let months = i32::try_from(months).ok()?.checked_mul(count)?;
                Self::numbered(add_months(from, months)?, from.day())
            }
        }
    }

    /// The period that begins in the month of a day: on the day of the month that is meant, or on the
    /// last one where there is none.
    fn numbered(day: Date, meant: u32) -> Option<Period> {
        let first = (day.day()..=meant).rev().find_map(|at| day.with_day(at)).unwrap_or(day);
        let short = i32::try_from(meant.saturating_sub(first.day())).ok()?;
        first.num_days_from_ce().checked_mul(SHIFTS)?.checked_add(short).map(Period)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{parse_date, print_date};
    use super::*;

    fn date(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    fn starts(steps: Steps, from: &str, days: (&str, &str)) -> Vec<String> {
        let periods = steps.touching(date(from), (date(days.0), date(days.1)));
        periods.into_iter().map(|period| print_date(steps.first_day(period).unwrap())).collect()
    }

    #[test]
    fn every_fourteen_days() {
        let cycle = Steps { length: Length::Days(14), from: Some(date("2026-01-05")) };
        assert_eq!(
            starts(cycle, "2026-01-05", ("2026-01-01", "2026-02-02")),
            ["2026-01-05", "2026-01-19", "2026-02-02"]
        );
        assert_eq!(starts(cycle, "2026-01-05", ("2026-01-18", "2026-01-18")), ["2026-01-05"]);
        let second = cycle.period_from(date("2026-01-05"), date("2026-01-19")).unwrap();
        assert_eq!(cycle.last_day(second), Some(date("2026-02-01")));
        assert_eq!(cycle.shifted(second, -1), cycle.period_from(date("2026-01-05"), date("2026-01-05")));
        assert_eq!(cycle.period_from(date("2026-01-05"), date("2026-01-04")), None);
    }

    #[test]
    fn months_keep_the_day_that_is_meant() {
        let month = Steps { length: Length::Months(1), from: None };
        let found = starts(month, "2025-12-31", ("2026-02-10", "2026-04-30"));
        assert_eq!(found, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]);
        let february = month.period_from(date("2025-12-31"), date("2026-03-30")).unwrap();
        assert_eq!(month.first_day(february), Some(date("2026-02-28")));
        assert_eq!(month.last_day(february), Some(date("2026-03-30")));
        // A day later it would be the day that is meant.
        let other = month.period_from(date("2025-12-28"), date("2026-03-01")).unwrap();
        assert_eq!(month.first_day(other), Some(date("2026-02-28")));
        assert_eq!(month.last_day(other), Some(date("2026-03-27")));
    }

    #[test]
    fn a_year_from_a_leap_day() {
        let year = Steps { length: Length::Months(12), from: None };
        let found = starts(year, "2024-02-29", ("2024-01-01", "2028-12-31"));
        assert_eq!(found, ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]);
    }

    #[test]
    fn every_day_lies_in_one_period() {
        for (length, from) in
            [(Length::Days(10), "2025-01-31"), (Length::Months(1), "2025-01-31"), (Length::Months(5), "2024-08-30")]
        {
            let steps = Steps { length, from: None };
            let mut day = date(from);
            for _ in 0..1200 {
                let period = steps.period_from(date(from), day).unwrap();
                let (first, last) = (steps.first_day(period).unwrap(), steps.last_day(period).unwrap());
                assert!(first <= day && day <= last, "{length:?} {day}");
                assert_eq!(steps.shifted(steps.shifted(period, 1).unwrap(), -1), Some(period));
                assert_eq!(steps.period_from(date(from), last), Some(period));
                day = day.succ_opt().unwrap();
            }
        }
    }
}
