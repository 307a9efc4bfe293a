//! Periods that a plan declares: each from a date of the data to the next, or all of one length.

use std::error::Error;
use std::fmt;

use super::{Date, Period, Steps, print_date};

/// Periods that a plan declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomPeriods {
    /// By their first days.
    Listed(ListedPeriods),
    /// Of one length.
    Steps(Steps),
}

/// Periods by their first days; the last one runs to `end`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPeriods {
    /// The first day of each period, ascending and distinct.
    pub starts: Vec<Date>,
    /// The last day of the last period.
    pub end: Date,
}

/// Why dates make no periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomProblem {
    /// There is no date at all.
    Empty,
    /// The last period would end before it starts.
    EndsBeforeItStarts {
        /// The last of the dates.
        start: Date,
        /// The end that was asked for.
        end: Date,
    },
}

impl CustomProblem {
    /// What is wrong, in words.
    pub fn explain(&self) -> String {
        match self {
            CustomProblem::Empty => "there is no date for a period to start on".to_owned(),
            CustomProblem::EndsBeforeItStarts { start, end } => format!(
                "the periods end on `{}`, before the last of them starts on `{}`",
                print_date(*end),
                print_date(*start),
            ),
        }
    }
}

impl fmt::Display for CustomProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain())
    }
}

impl Error for CustomProblem {}

impl CustomPeriods {
    /// The period a date lies in; none where no period reaches it, and none of periods that begin for
    /// each person on a day of their own.
    pub(super) fn period_of(&self, date: Date) -> Option<Period> {
        match self {
            CustomPeriods::Listed(listed) => listed.period_of(date),
            CustomPeriods::Steps(steps) => steps.period_from(steps.from?, date),
        }
    }

    /// The first day of a period.
    pub(super) fn first_day(&self, period: Period) -> Option<Date> {
        match self {
            CustomPeriods::Listed(listed) => listed.first_day(period),
            CustomPeriods::Steps(steps) => steps.first_day(period),
        }
    }

    /// The last day of a period.
    pub(super) fn last_day(&self, period: Period) -> Option<Date> {
        match self {
            CustomPeriods::Listed(listed) => listed.last_day(period),
            CustomPeriods::Steps(steps) => steps.last_day(period),
        }
    }

    /// The period so many places later (or earlier), where there is one.
    pub(super) fn moved(&self, period: Period, count: i32) -> Option<Period> {
        match self {
            CustomPeriods::Listed(listed) => {
                let other = Period(period.0.checked_add(count)?);
                listed.first_day(period).and(listed.first_day(other)).map(|_| other)
            }
            CustomPeriods::Steps(steps) => {
                let other = steps.shifted(period, count)?;
                let there = |from: Date| steps.first_day(other).is_some_and(|day| day >= from);
                steps.from.is_none_or(there).then_some(other)
            }
        }
    }

    /// The first period of all, where they begin somewhere.
    pub(super) fn first(&self) -> Option<Period> {
        match self {
            CustomPeriods::Listed(listed) => listed.starts.first().map(|_| Period(0)),
            CustomPeriods::Steps(steps) => steps.period_from(steps.from?, steps.from?),
        }
    }

    /// The periods that share a day with these days, in the order of time.
    pub(super) fn touching(&self, days: (Date, Date)) -> Vec<Period> {
        match self {
            CustomPeriods::Listed(listed) => listed.touching(days),
            CustomPeriods::Steps(steps) => steps.from.map_or_else(Vec::new, |from| steps.touching(from, days)),
        }
    }

    /// The period that starts on this very date.
    pub(super) fn starting(&self, date: Date) -> Option<Period> {
        match self {
            CustomPeriods::Listed(listed) => listed.starting(date),
            CustomPeriods::Steps(steps) => {
                let period = steps.period_from(steps.from.unwrap_or(date), date)?;
                (steps.first_day(period)? == date).then_some(period)
            }
        }
    }
}

impl ListedPeriods {
    /// Periods that start on each of these dates, which may come in any order and repeat.
    pub fn new(dates: Vec<Date>, end: Date) -> Result<ListedPeriods, CustomProblem> {
        let mut starts = dates;
        starts.sort_unstable();
        starts.dedup();
        match starts.last() {
            None => Err(CustomProblem::Empty),
            Some(&start) if end < start => Err(CustomProblem::EndsBeforeItStarts { start, end }),
            Some(_) => Ok(ListedPeriods { starts, end }),
        }
    }

    /// The period a date lies in; none before the first and after the last.
    pub(super) fn period_of(&self, date: Date) -> Option<Period> {
        let after = self.starts.partition_point(|start| *start <= date);
        let index = after.checked_sub(1).filter(|_| date <= self.end)?;
        i32::try_from(index).ok().map(Period)
    }

    /// The first day of a period.
    pub(super) fn first_day(&self, period: Period) -> Option<Date> {
        let index = usize::try_from(period.0).ok()?;
        self.starts.get(index).copied()
    }

    /// The last day of a period: the one before the next starts.
    pub(super) fn last_day(&self, period: Period) -> Option<Date> {
        self.first_day(period)?;
        let next = Period(period.0.checked_add(1)?);
        self.first_day(next).map_or(Some(self.end), |start| start.pred_opt())
    }

    fn touching(&self, (first, last): (Date, Date)) -> Vec<Period> {
        let count = i32::try_from(self.starts.len()).unwrap_or(i32::MAX);
        let overlaps = |period: &Period| {
            let begins = self.first_day(*period);
            begins.is_some_and(|day| day <= last) && self.last_day(*period).is_some_and(|day| day >= first)
        };
        (0..count).map(Period).filter(overlaps).collect()
    }

    /// The period that starts on this very date.
    pub(super) fn starting(&self, date: Date) -> Option<Period> {
        let index = self.starts.binary_search(&date).ok()?;
        i32::try_from(index).ok().map(Period)
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse_date;
    use super::*;

    fn date(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    #[test]
    fn dates_are_sorted_and_counted_once() {
        let dates = ["2012-05-30", "2011-05-31", "2012-05-30"].map(date).to_vec();
        let periods = ListedPeriods::new(dates, date("2013-05-29")).unwrap();
        assert_eq!(periods.starts, ["2011-05-31", "2012-05-30"].map(date));
        assert_eq!(periods.period_of(date("2011-05-30")), None);
        assert_eq!(periods.period_of(date("2011-05-31")), Some(Period(0)));
        assert_eq!(periods.period_of(date("2012-05-29")), Some(Period(0)));
        assert_eq!(periods.period_of(date("2013-05-29")), Some(Period(1)));
        assert_eq!(periods.period_of(date("2013-05-30")), None);
        assert_eq!(periods.last_day(Period(0)), Some(date("2012-05-29")));
        assert_eq!(periods.last_day(Period(1)), Some(date("2013-05-29")));
        assert_eq!(periods.last_day(Period(2)), None);
        assert_eq!(periods.last_day(Period(i32::MAX)), None);
        assert_eq!(periods.first_day(Period(-1)), None);
    }

    #[test]
    fn no_dates_or_an_early_end_are_refused() {
        let end = date("2013-05-29");
        assert_eq!(ListedPeriods::new(Vec::new(), end), Err(CustomProblem::Empty));
        let late = ListedPeriods::new(vec![date("2013-05-30")], end).unwrap_err();
        assert_eq!(late.to_string(), "the periods end on `2013-05-29`, before the last of them starts on `2013-05-30`");
        assert!(ListedPeriods::new(vec![end], end).is_ok());
    }
}
