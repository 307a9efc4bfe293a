//! What the values of a `pay` or an `earn` add up to.

use rayon::prelude::*;

use super::Flowing;
use super::dated::{Dated, Periods};
use crate::calendar::Date;
use crate::diagnostics::Diagnostic;
use crate::store::PlanRun;
use crate::store::adding::{InCurrency, TooLong};
use crate::store::flow_sums::{Added, ByPerson, InOne, Largest, Sum};
use crate::store::share::Counted;
use crate::table::{State, row_number};
use crate::types::model::Word;
use crate::value::Currency;

/// So many rows are added up by one thread: many, for it has sums of its own for each person.
const ROWS: usize = 1 << 18;

/// What values in one currency add up to; periods by their numbers, the largest value by its row.
#[derive(Default)]
struct Sums {
    currency: Option<Currency>,
    all: Sum,
    outside: Sum,
    periods: Vec<Sum>,
    persons: ByPerson,
    largest: Option<(i128, u32)>,
}

/// What is asked of each value.
struct Asked<'s, 'a> {
    of: &'s Flowing<'a>,
    currencies: InCurrency<'a>,
    /// The days of the plan, where it is asked what happens outside of them.
    days: Option<(Date, Date)>,
    /// The periods of the rows and their names, where sums by period are asked for.
    periods: Option<(Dated<'a>, Vec<String>)>,
}

impl<'a> Flowing<'a> {
    /// Adds up the values of the rows that are counted.
    pub fn added(&self, run: &PlanRun<'a>, word: Word, counted: Counted<'_>) -> Result<Added, Diagnostic> {
        let is_paid = word == Word::Pay;
        let periods = is_paid.then(|| {
            let mut periods = Periods::default();
            let dated = Dated::of(run, self.column, self.flow, &mut periods);
            (dated, periods.by_number())
        });
        let asked = Asked {
            of: self,
            currencies: InCurrency::of(run, Some(self.column)),
            days: (!is_paid).then_some(run.program.model.plan.effective),
            periods,
        };
        let starts: Vec<usize> = (0..self.data.len()).step_by(ROWS).collect();
        let share = |start: &usize| {
            let rows = row_number(*start)..row_number(start.saturating_add(ROWS).min(self.data.len()));
            let is_asked = |row: &u32| self.data.state(*row) == State::There && counted.has(*row);
            let mut sums: Vec<Sums> = Vec::new();
            rows.filter(is_asked).try_for_each(|row| asked.add(&mut sums, row)).map(|()| sums)
        };
        let sums = starts.par_iter().map(share).try_reduce(Vec::new, |one, other| asked.merge(one, other));
        sums.map(|sums| asked.named(sums)).map_err(|long| long.told_of(self.name))
    }
}

impl Asked<'_, '_> {
    fn add(&self, sums: &mut Vec<Sums>, row: u32) -> Result<(), TooLong> {
        let of = self.of;
        let (units, person) = (of.units.get(row as usize).unwrap_or_default(), of.person_row(row));
        let place = person.map_or(0, |person| (person as usize).saturating_add(1));
        let Some(sums) = in_currency(sums, self.currencies.at(row)) else { return Ok(()) };
        sums.all.add(units, place)?;
        sums.persons.add(place, units)?;
        let is_outside = |(first, last): (Date, Date)| of.date(row).is_some_and(|date| date < first || last < date);
        if self.days.is_some_and(is_outside) {
            sums.outside.add(units, place)?;
        }
        if let Some((dated, _)) = &self.periods {
            let number = dated.number(row) as usize;
            if sums.periods.len() <= number {
                sums.periods.resize_with(number.saturating_add(1), Sum::default);
            }
            sums.periods.get_mut(number).map_or(Ok(()), |period| period.add(units, place))?;
            sums.largest = self.larger(sums.largest, Some((units, row)));
        }
        Ok(())
    }

    fn merge(&self, mut all: Vec<Sums>, more: Vec<Sums>) -> Result<Vec<Sums>, TooLong> {
        for more in more {
            let Some(sums) = in_currency(&mut all, more.currency) else { continue };
            sums.all.merge(&more.all)?;
            sums.outside.merge(&more.outside)?;
            sums.persons.merge(&more.persons)?;
            if sums.periods.len() < more.periods.len() {
                sums.periods.resize_with(more.periods.len(), Sum::default);
            }
            sums.periods.iter_mut().zip(&more.periods).try_for_each(|(sum, more)| sum.merge(more))?;
            sums.largest = self.larger(sums.largest, more.largest);
        }
        Ok(all)
    }

    /// The larger of two values by their rows; of equal ones the first by person and period.
    fn larger(&self, one: Option<(i128, u32)>, other: Option<(i128, u32)>) -> Option<(i128, u32)> {
        let (Some(first), Some(second)) = (one, other) else { return one.or(other) };
        let order = |row: u32| (self.of.person(row), self.period(row));
        let by_units = first.0.cmp(&second.0).then_with(|| order(second.1).cmp(&order(first.1)));
        Some(if by_units.is_lt() { second } else { first })
    }

    fn period(&self, row: u32) -> &str {
        let name = self.periods.as_ref().and_then(|(dated, names)| names.get(dated.number(row) as usize));
        name.map_or("", String::as_str)
    }

    /// The same by the letters of the currencies and the names of the periods.
    fn named(&self, sums: Vec<Sums>) -> Added {
        let mut added = Added::default();
        for sums in sums {
            let currency = self.currencies.text(sums.currency);
            let places = self.of.amount_of(0, &currency).places;
            let own = |sum: Sum| Sum { units: self.of.amount_of(sum.units, &currency).units, ..sum };
            let names = self.periods.iter().flat_map(|(_, names)| names.iter().cloned());
            let periods = names.zip(sums.periods).filter(|(_, sum)| sum.values > 0);
            let largest = sums.largest.map(|(units, row)| Largest {
                amount: self.of.amount_of(units, &currency),
                person: self.of.person(row).to_owned(),
                period: self.period(row).to_owned(),
                name: self.of.name.to_owned(),
                currency: currency.clone(),
            });
            added.largest = Largest::larger(added.largest.take(), largest);
            let persons = sums.persons.each(|units| self.of.amount_of(units, &currency).units);
            added.persons.insert((currency.clone(), places), persons);
            let (all, outside) = (own(sums.all), own(sums.outside));
            let periods = periods.map(|(name, sum)| (name, own(sum))).collect();
            added.currencies.insert(currency, InOne { places, all, outside, periods });
        }
        added
    }
}

/// The sums in a currency; there are few, so they are looked through.
fn in_currency(sums: &mut Vec<Sums>, currency: Option<Currency>) -> Option<&mut Sums> {
    let place = sums.iter().position(|sums| sums.currency == currency).unwrap_or(sums.len());
    if place == sums.len() {
        sums.push(Sums { currency, ..Sums::default() });
    }
    sums.get_mut(place)
}
