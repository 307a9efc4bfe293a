//! What is paid and what is earned adds up to, as columns and not value by value: by definition and currency, by person,
//! by period. Sums of parts are merged into those of the whole.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::PlanRun;
use super::adding::{TooLong, add};
use super::flowing::Flowing;
use super::flows::{Payout, defined};
use super::printed::Printed;
use super::share::Share;
use super::summary::{PeriodTotal, Total};
use crate::diagnostics::Diagnostic;
use crate::ids::ColumnId;
use crate::program::Program;
use crate::types::model::Word;
use crate::value::Fixed;

/// People by their places, a bit each: place 0 stands for what belongs to no one, and behind it the people's record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct People(Vec<u64>);

impl People {
    /// Takes one in.
    pub fn insert(&mut self, place: usize) {
        let (word, bit) = (place / 64, place % 64);
        if self.0.len() <= word {
            self.0.resize(word.saturating_add(1), 0);
        }
        self.0.get_mut(word).into_iter().for_each(|bits| *bits |= 1 << bit);
    }

    /// Whether one is among them.
    pub fn has(&self, place: usize) -> bool {
        self.0.get(place / 64).is_some_and(|bits| bits & (1 << (place % 64)) != 0)
    }

    /// Takes all of others in.
    pub fn unite(&mut self, others: &People) {
        if self.0.len() < others.0.len() {
            self.0.resize(others.0.len(), 0);
        }
        self.0.iter_mut().zip(&others.0).for_each(|(own, other)| *own |= other);
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.0.iter().map(|bits| bits.count_ones() as usize).sum()
    }
}

/// What values add up to, in units of one size.
#[derive(Clone, Debug, Default)]
pub(super) struct Sum {
    /// The sum.
    pub units: i128,
    /// How many values it sums.
    pub values: u64,
    /// Who has a value other than zero.
    pub people: People,
}

impl Sum {
    /// Adds a value of the person at a place.
    pub fn add(&mut self, units: i128, place: usize) -> Result<(), TooLong> {
        self.units = add(self.units, units)?;
        self.values = self.values.saturating_add(1);
        if units != 0 {
            self.people.insert(place);
        }
        Ok(())
    }

    /// Adds what others add up to.
    pub fn merge(&mut self, other: &Sum) -> Result<(), TooLong> {
        self.units = add(self.units, other.units)?;
        self.values = self.values.saturating_add(other.values);
        self.people.unite(&other.people);
        Ok(())
    }
}

/// The sum of each person, by place.
#[derive(Clone, Debug, Default)]
pub(super) struct ByPerson {
    units: Vec<i128>,
    /// Who has a value.
    there: People,
}

impl ByPerson {
    /// Adds a value.
    pub fn add(&mut self, place: usize, units: i128) -> Result<(), TooLong> {
        if self.units.len() <= place {
            self.units.resize(place.saturating_add(1), 0);
        }
        self.there.insert(place);
        self.units.get_mut(place).map_or(Ok(()), |sum| add(*sum, units).map(|more| *sum = more))
    }

    /// Adds the sums of others.
    pub fn merge(&mut self, other: &ByPerson) -> Result<(), TooLong> {
        if self.units.len() < other.units.len() {
            self.units.resize(other.units.len(), 0);
        }
        self.there.unite(&other.there);
        self.units.iter_mut().zip(&other.units).try_for_each(|(sum, more)| add(*sum, *more).map(|more| *sum = more))
    }

    /// The same with other units for each sum.
    pub fn each(self, units: impl Fn(i128) -> i128) -> ByPerson {
        ByPerson { units: self.units.into_iter().map(units).collect(), there: self.there }
    }

    /// The place of each person that has a value, with its sum.
    pub fn iter(&self) -> impl Iterator<Item = (usize, i128)> {
        self.units.iter().copied().enumerate().filter(|(place, _)| self.there.has(*place))
    }
}

/// What the values of a definition in one currency add up to.
#[derive(Debug, Default)]
pub(super) struct InOne {
    /// The places of the units.
    pub places: u8,
    /// All of them.
    pub all: Sum,
    /// Those that happen on a day outside the plan's dates, of what is earned.
    pub outside: Sum,
    /// Those of each period by its name, of what is paid.
    pub periods: BTreeMap<String, Sum>,
}

impl InOne {
    fn merge(&mut self, other: InOne) -> Result<(), TooLong> {
        self.all.merge(&other.all)?;
        self.outside.merge(&other.outside)?;
        for (period, sum) in other.periods {
            self.periods.entry(period).or_default().merge(&sum)?;
        }
        Ok(())
    }
}

/// A value that is paid, to be compared with others.
#[derive(Debug)]
pub(super) struct Largest {
    /// The amount.
    pub amount: Fixed,
    /// The key of the person.
    pub person: String,
    /// The name of the period.
    pub period: String,
    /// The definition.
    pub name: String,
    /// What it is in.
    pub currency: String,
}

impl Largest {
    /// The larger of two; of equal ones that which `payouts.csv` has first.
    pub fn larger(one: Option<Largest>, other: Option<Largest>) -> Option<Largest> {
        let (Some(first), Some(second)) = (&one, &other) else { return one.or(other) };
        let by_amount = first.amount.compare(second.amount);
        if by_amount.then_with(|| second.order().cmp(&first.order())).is_lt() { other } else { one }
    }

    fn order(&self) -> [&str; 3] {
        [&self.person, &self.period, &self.name]
    }

    /// As a row of `payouts.csv`.
    fn payout(self, plan: &str) -> Payout {
        Payout {
            plan: plan.to_owned(),
            person: self.person,
            period: self.period,
            name: self.name,
            amount: self.amount.to_string(),
            currency: self.currency,
        }
    }
}

/// What the values of one definition add up to.
#[derive(Debug, Default)]
pub(super) struct Added {
    /// By currency.
    pub currencies: BTreeMap<String, InOne>,
    /// By currency and the places of the units, of each person.
    pub persons: BTreeMap<(String, u8), ByPerson>,
    /// The largest of what is paid.
    pub largest: Option<Largest>,
}

/// What all values of one word add up to.
#[derive(Debug, Default)]
pub(super) struct FlowSums {
    definitions: BTreeMap<ColumnId, BTreeMap<String, InOne>>,
    /// By currency and the places of the units, of each person.
    pub persons: BTreeMap<(String, u8), ByPerson>,
    largest: Option<Largest>,
}

impl FlowSums {
    /// Of the values of a share.
    pub fn of(run: &PlanRun<'_>, printed: &Printed<'_>, word: Word, share: Share<'_>) -> Result<FlowSums, Diagnostic> {
        let columns = defined(run, word).filter(|column| share.holds(run.program.model.columns.at(*column).frame));
        let columns: Vec<ColumnId> = columns.collect();
        let added = columns.par_iter().map(|column| {
            let flowing = Flowing::of(run, printed, *column)?;
            let counted = share.counted_on(run, run.program.model.columns.at(*column).frame);
            Ok((*column, flowing.added(run, word, counted)?))
        });
        let mut sums = FlowSums::default();
        for (column, added) in added.collect::<Result<Vec<_>, Diagnostic>>()? {
            let name = &run.program.names.columns.at(column).name;
            let Added { currencies, persons, largest } = added;
            let own = FlowSums { definitions: BTreeMap::from([(column, currencies)]), persons, largest };
            sums.merge(own).map_err(|long| long.told_of(name))?;
        }
        Ok(sums)
    }

    /// Adds those of another share.
    pub fn merge(&mut self, other: FlowSums) -> Result<(), TooLong> {
        for (column, currencies) in other.definitions {
            let known = self.definitions.entry(column).or_default();
            for (currency, sums) in currencies {
                let places = sums.places;
                known.entry(currency).or_insert_with(|| InOne { places, ..InOne::default() }).merge(sums)?;
            }
        }
        for (key, persons) in other.persons {
            self.persons.entry(key).or_default().merge(&persons)?;
        }
        self.largest = Largest::larger(self.largest.take(), other.largest);
        Ok(())
    }

    /// All sums, in order of the definitions and currencies.
    fn sums(&self) -> impl Iterator<Item = (ColumnId, &str, &InOne)> {
        let of = |(column, currencies)| {
            let currencies: &BTreeMap<String, InOne> = currencies;
            currencies.iter().map(move |(currency, sums)| (column, currency.as_str(), sums))
        };
        self.definitions.iter().map(|(column, currencies)| (*column, currencies)).flat_map(of)
    }

    /// The totals, as the plan orders the definitions, by currency.
    pub fn totals(&self, program: &Program) -> Vec<Total> {
        self.sums().map(|(column, currency, sums)| total(program, column, currency, sums, &sums.all)).collect()
    }

    /// The totals of what happens on days outside the plan's dates.
    pub fn outside(&self, program: &Program) -> Vec<Total> {
        let outside = self.sums().filter(|(.., sums)| sums.outside.values > 0);
        outside.map(|(column, currency, sums)| total(program, column, currency, sums, &sums.outside)).collect()
    }

    /// The totals by period, definition and currency, in this order.
    pub fn periods(&self, program: &Program) -> Vec<PeriodTotal> {
        let of = |(column, currency, sums)| {
            let sums: &InOne = sums;
            sums.periods.iter().map(move |(period, sum)| PeriodTotal {
                period: period.clone(),
                total: total(program, column, currency, sums, sum),
            })
        };
        let mut periods: Vec<PeriodTotal> = self.sums().flat_map(of).collect();
        let order =
            |period: &PeriodTotal| [&period.period, &period.total.name, &period.total.currency].map(String::clone);
        periods.sort_by_cached_key(order);
        periods
    }

    /// How many people have a value other than zero.
    pub fn people(&self) -> usize {
        let mut all = People::default();
        self.sums().for_each(|(.., sums)| all.unite(&sums.all.people));
        all.len()
    }

    /// The largest of what is paid, the first of equals; with its amount.
    pub fn largest(&mut self, plan: &str) -> Option<(Fixed, Payout)> {
        self.largest.take().map(|largest| (largest.amount, largest.payout(plan)))
    }
}

fn total(program: &Program, column: ColumnId, currency: &str, sums: &InOne, sum: &Sum) -> Total {
    Total {
        name: program.names.columns.at(column).name.clone(),
        currency: currency.to_owned(),
        amount: Fixed { units: sum.units, places: sums.places },
        values: sum.values,
        people: sum.people.len(),
    }
}
