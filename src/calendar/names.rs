//! The literals of periods: how results print them and how data and plans write them.

use super::date::{number, touches_written_years};
use super::{Calendar, Date, Period, Unit, parse_date, print_date};

impl Calendar {
    /// The literal of a period: `2026-03-31`, `2026-03`, `2026-Q1`, `2026-H1`, `FY2026`, and the
    /// first day for periods from data. Quarters, halves and years are those of the fiscal year.
    pub fn name(&self, unit: Unit, period: Period) -> String {
        let number = period.0;
        match unit {
            Unit::Day | Unit::Custom(_) => {
                // Only a number that is no period has no first day.
                self.first_day(unit, period).map_or_else(|| format!("#{number}"), print_date)
            }
            Unit::Month => format!("{:04}-{:02}", number.div_euclid(12), place(number, 12)),
            Unit::Quarter => format!("{:04}-Q{}", number.div_euclid(4), place(number, 4)),
            Unit::Half => format!("{:04}-H{}", number.div_euclid(2), place(number, 2)),
            Unit::Year => format!("FY{number:04}"),
        }
    }

    /// The period with this literal: the strict inverse of `name`, for the periods that hold a day
    /// of the years 1900 to 2999.
    pub fn parse(&self, unit: Unit, text: &str) -> Option<Period> {
        let period = match unit {
            Unit::Day => return self.period_of(unit, parse_date(text).ok()?),
            Unit::Custom(id) => return self.custom(id)?.starting(parse_date(text).ok()?),
            Unit::Month => match text.as_bytes() {
                [year @ .., b'-', m1, m2] => numbered(year, &[*m1, *m2], 12)?,
                _ => return None,
            },
            Unit::Quarter => match text.as_bytes() {
                [year @ .., b'-', b'Q', quarter] => numbered(year, &[*quarter], 4)?,
                _ => return None,
            },
            Unit::Half => match text.as_bytes() {
                [year @ .., b'-', b'H', half] => numbered(year, &[*half], 2)?,
                _ => return None,
            },
            Unit::Year => numbered(text.strip_prefix("FY")?.as_bytes(), b"1", 1)?,
        };
        let touches = |first: Date| Some(touches_written_years(first, self.last_day(unit, period)?));
        touches(self.first_day(unit, period)?)?.then_some(period)
    }
}

/// The place of a period in its year, counted from 1.
fn place(number: i32, in_a_year: i32) -> i32 {
    number.checked_rem_euclid(in_a_year).unwrap_or(0).saturating_add(1)
}

/// The period at a place, counted from 1, of a year of four digits.
fn numbered(year: &[u8], place: &[u8], in_a_year: u32) -> Option<Period> {
    let year = number(year).filter(|_| year.len() == 4)?;
    let place = number(place).filter(|place| (1..=in_a_year).contains(place))?;
    let count = year.checked_mul(in_a_year)?.checked_add(place)?.checked_sub(1)?;
    i32::try_from(count).ok().map(Period)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{CustomId, CustomPeriods, ListedPeriods};
    use super::*;

    fn date(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    fn calendar(first_month: u32) -> Calendar {
        let starts = vec![date("2011-05-31"), date("2012-05-30")];
        let window = CustomPeriods::Listed(ListedPeriods::new(starts, date("2013-05-29")).unwrap());
        Calendar::new(first_month, (date("2026-01-01"), date("2026-12-31")), vec![window])
    }

    fn name_at(calendar: &Calendar, unit: Unit, day: &str) -> String {
        calendar.name(unit, calendar.period_of(unit, date(day)).unwrap())
    }

    #[test]
    fn periods_print_as_their_literals() {
        let civil = ["2026-03-31", "2026-03", "2026-Q1", "2026-H1", "FY2026"];
        // With a year that starts in July, March 2026 is in its third quarter and second half.
        let fiscal = ["2026-03-31", "2026-03", "2026-Q3", "2026-H2", "FY2026"];
        for (first_month, names) in [(1, civil), (7, fiscal)] {
            let calendar = calendar(first_month);
            for (unit, name) in Unit::REGULAR.into_iter().zip(names) {
                assert_eq!(name_at(&calendar, unit, "2026-03-31"), name);
            }
        }
        assert_eq!(name_at(&calendar(7), Unit::Quarter, "2025-07-01"), "2026-Q1");
        let window = Unit::Custom(CustomId(0));
        assert_eq!(name_at(&calendar(1), window, "2013-01-01"), "2012-05-30");
        assert_eq!(calendar(1).parse(window, "2012-05-30"), Some(Period(1)));
        assert_eq!(calendar(1).parse(window, "2012-05-31"), None);
    }

    #[test]
    fn reads_nothing_else() {
        let refused = [
            (Unit::Day, "2026-02-29"),
            (Unit::Month, "2026-3"),
            (Unit::Month, "2026-00"),
            (Unit::Month, "2026-13"),
            (Unit::Month, "2026-03-01"),
            (Unit::Month, "26-03"),
            (Unit::Month, "1899-12"),
            (Unit::Month, "3000-01"),
            (Unit::Month, "2026-Q1"),
            (Unit::Quarter, "2026-Q0"),
            (Unit::Quarter, "2026-Q5"),
            (Unit::Quarter, "2026-q1"),
            (Unit::Quarter, "2026Q1"),
            (Unit::Quarter, "Q1"),
            (Unit::Half, "2026-H3"),
            (Unit::Half, "2026-Q1"),
            (Unit::Year, "2026"),
            (Unit::Year, "FY26"),
            (Unit::Year, "fy2026"),
            (Unit::Year, "FY+202"),
            (Unit::Year, ""),
        ];
        for (unit, text) in refused {
            assert_eq!(calendar(1).parse(unit, text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_name_leads_back(day in 693_596_i32..1_095_363, first_month in 1_u32..=12) {
            let date = Date::from_num_days_from_ce_opt(day).unwrap();
            let calendar = calendar(first_month);
            for unit in Unit::REGULAR {
                let period = calendar.period_of(unit, date).unwrap();
                prop_assert_eq!(calendar.parse(unit, &calendar.name(unit, period)), Some(period));
            }
        }

        #[test]
        fn what_is_read_prints_the_same(text in "(FY)?[0-9]{3,5}(-[QH]?[0-9]{1,2})?") {
            let calendar = calendar(4);
            for unit in Unit::REGULAR {
                if let Some(period) = calendar.parse(unit, &text) {
                    prop_assert_eq!(calendar.name(unit, period), text.clone());
                }
            }
        }
    }
}
