//! The period of each value of a `pay` or an `earn`.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::calendar::{Date, Period, Unit};
use crate::ids::ColumnId;
use crate::store::PlanRun;
use crate::store::texts::TextList;
use crate::table::{Flow, Key, day_key, row_number};
use crate::types::model::KeyPart;

/// The names of the periods of all values.
#[derive(Default)]
pub(in crate::store) struct Periods {
    numbers: BTreeMap<String, u32>,
}

impl Periods {
    /// The number of a name.
    fn number(&mut self, name: String) -> u32 {
        let next = row_number(self.numbers.len());
        *self.numbers.entry(name).or_insert(next)
    }

    /// The names by their numbers.
    pub fn by_number(self) -> Vec<String> {
        let mut names = vec![String::new(); self.numbers.len()];
        for (name, number) in self.numbers {
            names.get_mut(number as usize).into_iter().for_each(|place| place.clone_from(&name));
        }
        names
    }

    /// The names in order, and for each of the numbers given out its place among them.
    pub fn sorted(self) -> (TextList, Vec<u32>) {
        let mut list = TextList::default();
        let mut ranks = vec![0; self.numbers.len()];
        for (name, number) in self.numbers {
            let rank = list.push(&name);
            ranks.get_mut(number as usize).into_iter().for_each(|place| *place = rank);
        }
        (list, ranks)
    }
}

/// The period of each row by a number that it has: that of a period in its key, or that of a day.
pub(in crate::store) struct Dated<'a> {
    key: Box<dyn Fn(u32) -> Option<Key> + Send + Sync + 'a>,
    /// The smallest number.
    first: Key,
    /// For each number from the smallest on its period, where it occurs.
    numbers: Vec<u32>,
    /// The period of what has none.
    none: u32,
}

impl<'a> Dated<'a> {
    /// The period in the key, else the pay period of the date.
    pub fn of(run: &PlanRun<'a>, column: ColumnId, flow: Option<&'a Flow>, periods: &mut Periods) -> Dated<'a> {
        let model = &run.program.model;
        let frame = model.columns.at(column).frame;
        let parts = model.frames.at(frame).parts.iter().enumerate();
        let own = parts.into_iter().find_map(|(number, part)| match part {
            KeyPart::Period(unit) => Some((number, *unit)),
            _ => None,
        });
        let calendar = &run.results.tables.calendar;
        let count = run.results.tables.column(column).map_or(0, |data| data.len());
        match (own, run.results.tables.rows(frame), flow) {
            (Some((number, unit)), Some(rows), _) => {
                let name = |key| calendar.name(unit, Period(i32::try_from(key).unwrap_or(i32::MAX)));
                Dated::new(count, Box::new(move |row| rows.key(row).get(number).copied()), name, periods)
            }
            (None, _, Some(flow)) => {
                let unit: Unit = model.plan.pay;
                let name = |key: Key| {
                    let day = i32::try_from(key).ok().and_then(Date::from_num_days_from_ce_opt);
                    let period = day.and_then(|day| calendar.period_of(unit, day));
                    period.map_or_else(String::new, |period| calendar.name(unit, period))
                };
                let key = move |row: u32| flow.date.get(row as usize).copied().flatten().map(day_key);
                Dated::new(count, Box::new(key), name, periods)
            }
            _ => Dated::new(0, Box::new(|_| None), |_| String::new(), periods),
        }
    }

    fn new(
        count: usize,
        key: Box<dyn Fn(u32) -> Option<Key> + Send + Sync + 'a>,
        name: impl Fn(Key) -> String,
        periods: &mut Periods,
    ) -> Dated<'a> {
        let keys = || (0..row_number(count)).into_par_iter().filter_map(&key);
        let (first, last) = (keys().min().unwrap_or_default(), keys().max().unwrap_or_default());
        let place = |key: Key| key.checked_sub(first).and_then(|place| usize::try_from(place).ok());
        // All that occurs is a period of the calendar, which ends.
        let span = place(last).unwrap_or_default().min(MOST_PERIODS);
        let mut occurs = vec![false; span.saturating_add(1)];
        for key in (0..row_number(count)).filter_map(&key) {
            place(key).and_then(|place| occurs.get_mut(place)).into_iter().for_each(|occurs| *occurs = true);
        }
        let none = periods.number(String::new());
        let number = |(key, occurs)| if occurs { periods.number(name(key)) } else { none };
        let numbers = (first..).zip(occurs).map(number).collect();
        Dated { key, first, numbers, none }
    }

    /// The number of the period of a row.
    pub fn number(&self, row: u32) -> u32 {
        let place = (self.key)(row).and_then(|key| usize::try_from(key.checked_sub(self.first)?).ok());
        place.and_then(|place| self.numbers.get(place)).copied().unwrap_or(self.none)
    }
}

/// More than the days of the years 1 to 9999.
const MOST_PERIODS: usize = 1 << 22;
