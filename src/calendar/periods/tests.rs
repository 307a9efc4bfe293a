use proptest::prelude::*;

use super::super::{ListedPeriods, parse_date};
use super::*;

const WINDOW: Unit = Unit::Custom(CustomId(0));

fn date(text: &str) -> Date {
    parse_date(text).unwrap()
}

fn calendar(first_month: u32, from: &str, to: &str) -> Calendar {
    let starts = ["2025-12-20", "2026-02-10", "2026-07-01"].map(date).to_vec();
    let window = CustomPeriods::Listed(ListedPeriods::new(starts, date("2026-09-30")).unwrap());
    Calendar::new(first_month, (date(from), date(to)), vec![window])
}

fn civil() -> Calendar {
    calendar(1, "2026-01-01", "2026-12-31")
}

#[test]
fn a_civil_year_has_its_periods() {
    let counts = [(Unit::Day, 365), (Unit::Month, 12), (Unit::Quarter, 4), (Unit::Half, 2), (Unit::Year, 1)];
    for (unit, count) in counts {
        assert_eq!(civil().plan_periods(unit).len(), count, "{unit:?}");
    }
    assert_eq!(civil().plan_periods(Unit::Month)[0], Period(2026 * 12));
    let first_quarter = civil().plan_periods(Unit::Quarter)[0];
    assert_eq!(civil().days_in(Unit::Quarter, first_quarter), Some(90));
    assert_eq!(civil().last_day(Unit::Quarter, first_quarter), Some(date("2026-03-31")));
}

#[test]
fn a_plan_that_starts_inside_a_period_has_the_whole_of_it() {
    let plan = calendar(1, "2026-02-15", "2026-04-01");
    let months = plan.plan_periods(Unit::Month);
    assert_eq!(months.len(), 3);
    assert_eq!(plan.plan_periods(Unit::Quarter).len(), 2);
    // From 15 to 28 February, all of March, and 1 April.
    let active = months.iter().map(|month| plan.days_active(Unit::Month, *month, None, None));
    assert_eq!(active.collect::<Vec<_>>(), [14, 31, 1]);
    assert!(calendar(1, "2026-02-02", "2026-02-01").plan_periods(Unit::Month).is_empty());
}

#[test]
fn a_fiscal_year_is_named_for_the_year_it_ends_in() {
    let july = calendar(7, "2025-07-01", "2026-06-30");
    assert_eq!(july.period_of(Unit::Year, date("2025-06-30")), Some(Period(2025)));
    assert_eq!(july.period_of(Unit::Year, date("2025-07-01")), Some(Period(2026)));
    assert_eq!(july.plan_periods(Unit::Year), [Period(2026)]);
    assert_eq!(july.first_day(Unit::Year, Period(2026)), Some(date("2025-07-01")));
    assert_eq!(july.last_day(Unit::Half, Period(2026 * 2)), Some(date("2025-12-31")));
    let february = calendar(2, "2025-02-01", "2026-01-31");
    assert_eq!(february.plan_periods(Unit::Year), [Period(2026)]);
    // The second quarter of such a year: May to July.
    assert_eq!(february.first_day(Unit::Quarter, Period(2026 * 4 + 1)), Some(date("2025-05-01")));
    assert_eq!(february.days_in(Unit::Quarter, Period(2026 * 4 + 1)), Some(92));
    assert_eq!(Calendar::new(0, july.effective(), vec![]).first_month(), 1);
    assert_eq!(Calendar::new(13, july.effective(), vec![]).first_month(), 12);
}

#[test]
fn periods_from_data_end_where_the_next_begins() {
    let plan = calendar(1, "2026-02-10", "2026-12-31");
    assert_eq!(plan.plan_periods(WINDOW), [Period(1), Period(2)]);
    assert_eq!(civil().plan_periods(WINDOW), [Period(0), Period(1), Period(2)]);
    assert_eq!(plan.days_in(WINDOW, Period(0)), Some(52));
    assert_eq!(plan.period_of(WINDOW, date("2026-10-01")), None);
    assert_eq!(plan.previous(WINDOW, Period(1)), Some(Period(0)));
    assert_eq!(plan.previous(WINDOW, Period(0)), None);
    assert_eq!(plan.previous(WINDOW, Period(3)), None);
    assert_eq!(plan.back(WINDOW, Period(2), 1), Some(Period(1)));
    assert_eq!(plan.back(WINDOW, Period(2), 5), Some(Period(0)));
    assert_eq!(plan.coarsen(WINDOW, Period(0), Unit::Year), None);
    assert_eq!(plan.coarsen(WINDOW, Period(0), WINDOW), Some(Period(0)));
    let unknown = Unit::Custom(CustomId(9));
    assert_eq!(plan.period_of(unknown, date("2026-03-01")), None);
    assert!(plan.plan_periods(unknown).is_empty());
}

#[test]
fn steps_back_in_time() {
    let cal = civil();
    assert_eq!(cal.previous(Unit::Month, Period(2026 * 12)), Some(Period(2025 * 12 + 11)));
    let a_year_ago = [(Unit::Month, 12), (Unit::Quarter, 4), (Unit::Half, 2), (Unit::Year, 1)];
    for (unit, count) in a_year_ago {
        assert_eq!(cal.back(unit, Period(2026 * count), count.unsigned_abs()), Some(Period(2025 * count)));
    }
    assert_eq!(cal.back(Unit::Day, Period(739_000), 30), Some(Period(738_970)));
    assert_eq!(Unit::Quarter.count_of(2, Unit::Year), Some(8));
    assert_eq!(Unit::Quarter.count_of(6, Unit::Month), Some(2));
    assert_eq!(Unit::Quarter.count_of(2, Unit::Month), None);
    assert_eq!(Unit::Day.count_of(1, Unit::Year), None);
}

#[test]
fn days_active_are_those_inside_all_three_spans() {
    let cal = civil();
    let march = cal.period_of(Unit::Month, date("2026-03-01")).unwrap();
    let days = |from: Option<&str>, to: Option<&str>| cal.days_active(Unit::Month, march, from.map(date), to.map(date));
    assert_eq!(days(None, None), 31);
    assert_eq!(days(Some("2026-03-10"), None), 22);
    assert_eq!(days(None, Some("2026-03-10")), 10);
    assert_eq!(days(Some("2026-03-10"), Some("2026-03-10")), 1);
    assert_eq!(days(Some("2020-01-01"), Some("2026-02-28")), 0);
    assert_eq!(days(Some("2026-04-01"), None), 0);
    assert_eq!(days(Some("2026-03-20"), Some("2026-03-10")), 0);
    assert_eq!(cal.days_active(Unit::Month, Period(2025 * 12), None, None), 0);
    assert_eq!(cal.days_active(Unit::Month, Period(i32::MAX), None, None), 0);
}

#[test]
fn nothing_panics_at_the_ends() {
    for first_month in 1..=12 {
        let cal = Calendar::new(first_month, (Date::MIN, Date::MIN), vec![]);
        for unit in Unit::REGULAR.into_iter().chain([WINDOW]) {
            for number in [i32::MIN, i32::MIN + 1, -1, 0, 1, i32::MAX - 1, i32::MAX] {
                let period = Period(number);
                let _ = (cal.first_day(unit, period), cal.last_day(unit, period));
                let _ = (cal.previous(unit, period), cal.back(unit, period, 12));
                let _ = (cal.days_in(unit, period), cal.name(unit, period));
                let _ = cal.days_active(unit, period, None, None);
                for to in Unit::REGULAR {
                    let _ = cal.coarsen(unit, period, to);
                }
            }
            for date in [Date::MIN, Date::MAX] {
                let _ = cal.period_of(unit, date);
            }
        }
        assert_eq!(cal.last_day(Unit::Month, cal.period_of(Unit::Month, Date::MAX).unwrap()), Some(Date::MAX));
    }
}

proptest! {
    #[test]
    fn a_date_lies_in_its_period(day in 693_596_i32..1_095_363, first_month in 1_u32..=12) {
        let date = Date::from_num_days_from_ce_opt(day).unwrap();
        let cal = Calendar::new(first_month, (date, date), vec![]);
        for unit in Unit::REGULAR {
            let period = cal.period_of(unit, date).unwrap();
            let (first, last) = (cal.first_day(unit, period).unwrap(), cal.last_day(unit, period).unwrap());
            prop_assert!(first <= date && date <= last);
            prop_assert_eq!(cal.period_of(unit, first), Some(period));
            prop_assert_eq!(cal.period_of(unit, last), Some(period));
            let next = last.succ_opt().unwrap();
            prop_assert_eq!(cal.period_of(unit, next), Some(Period(period.0.strict_add(1))));
            prop_assert_eq!(cal.previous(unit, cal.period_of(unit, next).unwrap()), Some(period));
            prop_assert_eq!(cal.days_in(unit, period), Some(days_between(first, next)));
            prop_assert_eq!(cal.plan_periods(unit), vec![period]);
            prop_assert_eq!(cal.days_active(unit, period, None, None), 1);
        }
    }

    #[test]
    fn fiscal_years_start_with_their_month(year in 1901_i32..2999, first_month in 1_u32..=12) {
        let any = Date::from_ymd_opt(2026, 1, 1).unwrap();
        let cal = Calendar::new(first_month, (any, any), vec![]);
        let first = cal.first_day(Unit::Year, Period(year)).unwrap();
        let last = cal.last_day(Unit::Year, Period(year)).unwrap();
        prop_assert_eq!((first.month(), first.day()), (first_month, 1));
        prop_assert_eq!(last.year(), year);
        prop_assert_eq!(super::super::add_months(first, 12), last.succ_opt());
    }

    #[test]
    fn coarser_periods_are_those_of_every_day(day in 693_596_i32..1_095_363, first_month in 1_u32..=12) {
        let date = Date::from_num_days_from_ce_opt(day).unwrap();
        let cal = Calendar::new(first_month, (date, date), vec![]);
        for from in Unit::REGULAR {
            let period = cal.period_of(from, date).unwrap();
            for to in Unit::REGULAR {
                let coarser = cal.coarsen(from, period, to);
                if from.lies_in(to) {
                    prop_assert_eq!(coarser, cal.period_of(to, date));
                    prop_assert_eq!(coarser, cal.period_of(to, cal.first_day(from, period).unwrap()));
                    prop_assert_eq!(coarser, cal.period_of(to, cal.last_day(from, period).unwrap()));
                } else {
                    prop_assert_eq!(coarser, None);
                }
            }
        }
    }
}
