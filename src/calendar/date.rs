//! Dates: one way to write them, and arithmetic that stays inside the calendar.

use std::error::Error;
use std::fmt;
use std::ops::RangeInclusive;

use chrono::Datelike;

use super::Date;

/// The years a date may be written in; a year beyond them is a slip of the pen.
const YEARS: RangeInclusive<i32> = 1900..=2999;

/// The years a date may be computed in.
const COMPUTED_YEARS: RangeInclusive<i32> = 1..=9999;

/// Why a text is not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DateProblem {
    /// It is not written as four, two and two digits.
    Shape,
    /// The calendar has no such day.
    NoSuchDay,
    /// The year is not one of 1900 to 2999.
    OutOfRange,
}

impl DateProblem {
    /// What is wrong and how to write it, in words.
    pub fn explain(self) -> &'static str {
        match self {
            DateProblem::Shape => "not a date: write year, month and day as in `2026-03-31`",
            DateProblem::NoSuchDay => "the calendar has no such day",
            DateProblem::OutOfRange => "the year of a date lies between 1900 and 2999",
        }
    }
}

impl fmt::Display for DateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.explain())
    }
}

impl Error for DateProblem {}

/// Reads a date written as `2026-03-31`, and in no other way.
pub fn parse_date(text: &str) -> Result<Date, DateProblem> {
    let parts = match text.as_bytes() {
        [year @ .., b'-', m1, m2, b'-', d1, d2] if year.len() == 4 => {
            (number(year), number(&[*m1, *m2]), number(&[*d1, *d2]))
        }
        _ => return Err(DateProblem::Shape),
    };
    let (Some(year), Some(month), Some(day)) = parts else {
        return Err(DateProblem::Shape);
    };
    let year = i32::try_from(year).ok().filter(|year| YEARS.contains(year));
    let year = year.ok_or(DateProblem::OutOfRange)?;
    Date::from_ymd_opt(year, month, day).ok_or(DateProblem::NoSuchDay)
}

/// Writes a date as `2026-03-31`.
pub fn print_date(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

/// The days from the first date to the second; negative where the second is earlier.
pub fn days_between(from: Date, to: Date) -> i64 {
    to.signed_duration_since(from).num_days()
}

/// The same day so many months later (or earlier), or the last day of a month too short for it.
pub fn add_months(date: Date, months: i32) -> Option<Date> {
    let month = month_number(date).checked_add(months)?;
    let last = last_of_month(month)?;
    last.with_day(date.day().min(last.day()))
}

/// The day so many days later (or earlier), within the years 1 to 9999.
pub fn plus_days(date: Date, days: i64) -> Option<Date> {
    within(date.checked_add_signed(chrono::TimeDelta::try_days(days)?)?)
}

/// The same day so many months later (or earlier), or the last day of a month too short for it, within the years 1 to
/// 9999.
pub fn plus_months(date: Date, months: i64) -> Option<Date> {
    within(add_months(date, i32::try_from(months).ok()?)?)
}

/// A date of the years 1 to 9999.
pub(super) fn within(date: Date) -> Option<Date> {
    Some(date).filter(|date| COMPUTED_YEARS.contains(&date.year()))
}

/// The complete months from the first date to the second: the most months that can be added to the first without passing
/// the second. Negative where the second is earlier.
pub fn months_between(from: Date, to: Date) -> i64 {
    if to < from {
        return months_between(to, from).saturating_neg();
    }
    let months = month_number(to).saturating_sub(month_number(from));
    let complete = add_months(from, months).is_some_and(|day| day <= to);
    i64::from(months).saturating_sub(i64::from(!complete))
}

/// The months from the start of the year 0 to the month of this date.
pub(super) fn month_number(date: Date) -> i32 {
    let month0 = i32::try_from(date.month0()).unwrap_or(0);
    // The years of a date are far from the ends of the integer.
    date.year().saturating_mul(12).saturating_add(month0)
}

/// The first day of a month.
pub(super) fn first_of_month(month: i32) -> Option<Date> {
    day_of_month(month, 1)
}

/// The last day of a month.
pub(super) fn last_of_month(month: i32) -> Option<Date> {
    [31, 30, 29, 28].into_iter().find_map(|day| day_of_month(month, day))
}

/// Whether a span of days touches the years a date may be written in.
pub(super) fn touches_written_years(first: Date, last: Date) -> bool {
    first.year() <= *YEARS.end() && last.year() >= *YEARS.start()
}

/// The number that a few digits and nothing else write.
pub(super) fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |value, byte| {
        let digit = char::from(*byte).to_digit(10)?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

fn day_of_month(month: i32, day: u32) -> Option<Date> {
    let month0 = u32::try_from(month.rem_euclid(12)).ok()?;
    Date::from_ymd_opt(month.div_euclid(12), month0.checked_add(1)?, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    #[test]
    fn dates_move_by_days_and_months() {
        let cases = [
            ("2026-01-31", 1, "2026-02-28"),
            ("2024-01-31", 1, "2024-02-29"),
            ("2026-01-31", 2, "2026-03-31"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2026-03-31", -1, "2026-02-28"),
            ("2026-01-15", -13, "2024-12-15"),
        ];
        for (from, months, to) in cases {
            assert_eq!(plus_months(date(from), months), Some(date(to)), "{from} {months}");
        }
        // Twice one month is not two months: the day is lost in February.
        let twice = plus_months(date("2026-01-31"), 1).and_then(|day| plus_months(day, 1));
        assert_eq!(twice, Some(date("2026-03-28")));
        assert_eq!(plus_days(date("2026-02-28"), 1), Some(date("2026-03-01")));
        assert_eq!(plus_days(date("2999-12-31"), i64::MAX), None);
        let last = Date::from_ymd_opt(9999, 12, 31).unwrap();
        assert_eq!(plus_days(date("2999-12-31"), days_between(date("2999-12-31"), last)), Some(last));
        assert_eq!((plus_days(last, 1), plus_months(last, 1)), (None, None));
        assert_eq!(plus_months(date("2026-01-01"), -2026 * 12), None);
    }

    #[test]
    fn months_count_when_they_are_complete() {
        let cases = [
            ("2026-01-31", "2026-02-27", 0),
            ("2026-01-31", "2026-02-28", 1),
            ("2026-01-15", "2026-02-14", 0),
            ("2026-01-15", "2026-02-15", 1),
            ("2024-02-29", "2025-02-28", 12),
            ("2026-05-10", "2026-05-10", 0),
        ];
        for (from, to, months) in cases {
            assert_eq!(months_between(date(from), date(to)), months, "{from} {to}");
            assert_eq!(months_between(date(to), date(from)), -months, "{to} {from}");
        }
    }

    #[test]
    fn dates_are_read_one_way() {
        assert_eq!(parse_date("2026-03-31"), Ok(Date::from_ymd_opt(2026, 3, 31).unwrap()));
        assert_eq!(print_date(date("2024-02-29")), "2024-02-29");
        for text in [
            "",
            "24-01-01",
            "2024-1-5",
            "+2024-01-01",
            "12024-01-01",
            "2024/01/01",
            "2024-01-01 ",
            " 2024-01-01",
            "2024-01-0x",
            "20240101",
            "2024-01-01T00:00",
            "-024-01-01",
            "+024-01-01",
            "2024-+1-01",
            "2024-01--1",
            "٢٠٢٤-01-01",
        ] {
            assert_eq!(parse_date(text), Err(DateProblem::Shape), "{text:?}");
        }
        for text in ["2026-02-29", "2026-00-10", "2026-13-01", "2026-04-31", "2026-01-00", "2100-02-29"] {
            assert_eq!(parse_date(text), Err(DateProblem::NoSuchDay), "{text:?}");
        }
        for text in ["1899-12-31", "3000-01-01", "0024-01-01"] {
            assert_eq!(parse_date(text), Err(DateProblem::OutOfRange), "{text:?}");
        }
        assert!(parse_date("1900-01-01").is_ok() && parse_date("2999-12-31").is_ok());
    }

    #[test]
    fn months_end_on_their_last_day() {
        let cases = [
            ("2026-01-31", 1, "2026-02-28"),
            ("2024-01-31", 1, "2024-02-29"),
            ("2026-01-31", 2, "2026-03-31"),
            ("2026-03-31", -1, "2026-02-28"),
            ("2026-12-15", 1, "2027-01-15"),
            ("2026-01-15", -13, "2024-12-15"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2026-05-30", 0, "2026-05-30"),
        ];
        for (from, months, to) in cases {
            assert_eq!(add_months(date(from), months), Some(date(to)), "{from} {months}");
        }
        assert_eq!(add_months(date("2026-01-01"), i32::MAX), None);
        assert_eq!(add_months(Date::MIN, -1), None);
        assert_eq!(add_months(Date::MAX, 1), None);
    }

    #[test]
    fn days_count_forwards() {
        assert_eq!(days_between(date("2026-01-01"), date("2026-12-31")), 364);
        assert_eq!(days_between(date("2024-03-01"), date("2024-02-28")), -2);
    }

    proptest! {
        #[test]
        fn complete_months_are_the_most_that_fit(from in 0_i64..200_000, to in 0_i64..200_000) {
            let day = |days| plus_days(date("1900-01-01"), days).unwrap();
            let (from, to) = (day(from.min(to)), day(from.max(to)));
            let months = months_between(from, to);
            prop_assert!(plus_months(from, months).unwrap() <= to);
            prop_assert!(plus_months(from, months.saturating_add(1)).unwrap() > to);
        }
        #[test]
        fn text_leads_back(day in 693_596_i32..1_095_363) {
            // From 1900-01-01 to 2999-12-31.
            let date = Date::from_num_days_from_ce_opt(day).unwrap();
            prop_assert_eq!(parse_date(&print_date(date)), Ok(date));
        }
    }
}
