//! What a `pay` or an `earn` adds up to.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Currencies, Flowing};
use crate::calendar::Date;
use crate::diagnostics::{Code, Diagnostic};
use crate::store::flows::SumsByCurrency;
use crate::store::summary::Total;
use crate::table::{State, row_number};
use crate::value::Fixed;

impl Flowing<'_> {
    /// What the values of each person add up to, by currency and the places of the values.
    pub fn by_person(&self) -> Vec<(&str, SumsByCurrency<'_>)> {
        let count = self.people.len().saturating_add(1);
        let rows = (0..row_number(self.data.len())).filter(|row| self.data.state(*row) == State::There);
        let placed =
            rows.map(|row| (self.person_row(row).map_or(0, |person| (person as usize).saturating_add(1)), row));
        let mut people: Vec<SumsByCurrency<'_>> = Vec::new();
        match self.one_currency() {
            Some(one) => {
                let mut sums: Vec<Option<i128>> = vec![None; count];
                for (place, row) in placed {
                    let units = self.units.get(row as usize).unwrap_or_default();
                    let sum = sums.get_mut(place).map(|sum| sum.get_or_insert(0));
                    sum.into_iter().for_each(|sum| *sum = sum.saturating_add(units));
                }
                let key = (Cow::Borrowed(one), self.places);
                people.extend(sums.into_iter().map(|sum| sum.map(|sum| (key.clone(), sum)).into_iter().collect()));
            }
            None => {
                people.resize_with(count, SumsByCurrency::new);
                for (place, row) in placed {
                    let amount = self.amount(row);
                    let key = (Cow::Owned(self.currency(row)), amount.places);
                    let sum = people.get_mut(place).map(|sums| sums.entry(key).or_default());
                    sum.into_iter().for_each(|sum| *sum = sum.saturating_add(amount.units));
                }
            }
        }
        let of_all = people.into_iter().enumerate().filter(|(_, sums)| !sums.is_empty());
        of_all.map(|(place, sums)| (self.person_key(place.checked_sub(1).map(row_number)), sums)).collect()
    }

    /// The totals of its values, by currency.
    pub fn totals(&self) -> Result<Vec<Total>, Diagnostic> {
        self.totals_where(|_| true)
    }

    /// The totals of its values that happen before or after these days.
    pub fn totals_outside(&self, (first, last): (Date, Date)) -> Result<Vec<Total>, Diagnostic> {
        self.totals_where(|row| self.date(row).is_some_and(|date| date < first || last < date))
    }

    fn totals_where(&self, is_asked: impl Fn(u32) -> bool) -> Result<Vec<Total>, Diagnostic> {
        let rows =
            || (0..row_number(self.data.len())).filter(|row| self.data.state(*row) == State::There && is_asked(*row));
        let mut sums: BTreeMap<String, (Fixed, u64)> = BTreeMap::new();
        let too_long = || {
            let message = format!("the total of `{}` has too many digits", self.name);
            Diagnostic::new(Code::OutputFailed, message)
        };
        let mut add = |currency: String, amount: Fixed, count: u64| {
            let places = amount.places;
            let (sum, values) = sums.entry(currency).or_insert((Fixed { units: 0, places }, 0));
            sum.units = sum.units.checked_add(amount.units).ok_or_else(too_long)?;
            *values = values.saturating_add(count);
            Ok(())
        };
        match &self.currencies {
            Currencies::One(currency) => {
                let (mut sum, mut count) = (0_i128, 0_u64);
                for row in rows() {
                    sum = sum.checked_add(self.units.get(row as usize).unwrap_or_default()).ok_or_else(too_long)?;
                    count = count.saturating_add(1);
                }
                if count > 0 {
                    add(currency.clone(), Fixed { units: sum, places: self.places }, count)?;
                }
            }
            Currencies::OfRow(..) => rows().try_for_each(|row| add(self.currency(row), self.amount(row), 1))?,
        }
        let total = |(currency, (amount, values))| Total { name: self.name.to_owned(), currency, amount, values };
        Ok(sums.into_iter().map(total).collect())
    }
}
