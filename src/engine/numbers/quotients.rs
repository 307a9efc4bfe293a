//! Quotients of integers at common places.

use std::borrow::Cow;

use super::ints::Ints;
use super::rounding;
use super::there::There;
use crate::value::{Exact, Rounding, Units};

/// The most places of decimals: more become exact rationals.
const PLACES: u8 = 30;

/// Quotients of integers: `units / (over * 10^places)`. On a row without a value all of it is a placeholder.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Quotients {
    /// The places of all of them.
    pub places: u8,
    /// What is divided.
    pub units: Ints,
    /// What divides it, above 0; none: 1, so that they are decimals.
    pub over: Option<Ints>,
    /// Which rows have a value.
    pub there: There,
}

impl Quotients {
    /// The number at a position.
    pub fn get(&self, position: usize) -> Option<Exact> {
        if !self.there.at(position) {
            return None;
        }
        let units = Exact::from_units(self.units.get(position), self.places);
        match &self.over {
            Some(over) => units.over(&Exact::from_integer(over.get(position))),
            None => Some(units),
        }
    }

    /// With the numbers at some positions set to others.
    pub fn put(&self, positions: impl Iterator<Item = u32> + Clone, from: &Quotients) -> Option<Quotients> {
        let count = self.there.len();
        let nothing_yet = matches!(&self.there, There::Each(each) if !each.contains(&true));
        let places = if nothing_yet { from.places } else { self.places.max(from.places) };
        let (to, own) = match nothing_yet {
            true => (Ints::Same(0), Cow::Borrowed(&from.units)),
            false => {
                (rescaled(&self.units, self.places, places)?.into_owned(), rescaled(&from.units, from.places, places)?)
            }
        };
        let over = match (&self.over, &from.over) {
            (None, None) => None,
            (to, from) => {
                let one = || Ints::Same(1);
                let (to, from) = (to.clone().unwrap_or_else(one), from.clone().unwrap_or_else(one));
                Some(to.put(count, positions.clone(), &from))
            }
        };
        let units = to.put(count, positions.clone(), &own);
        let there = match (&self.there, &from.there) {
            (There::All(count), There::All(_)) => There::All(*count),
            (to, from) => {
                let mut each = to.each();
                for (number, position) in positions.enumerate() {
                    if let Some(cell) = each.get_mut(position as usize) {
                        *cell = from.at(number);
                    }
                }
                each.into_iter().collect()
            }
        };
        Some(Quotients { places, units, over, there })
    }

    /// All of several columns of the same places, one after another.
    pub fn concat(parts: &[&Quotients], count: usize) -> Option<Quotients> {
        let places = parts.iter().map(|part| part.places).max()?;
        let is_decimal = parts.iter().all(|part| part.over.is_none());
        let (mut units, mut over) = (Units::with_capacity(count), Units::default());
        for part in parts {
            rescaled(&part.units, part.places, places)?.append_to(&mut units, part.there.len());
            if !is_decimal {
                part.over.as_ref().unwrap_or(&Ints::Same(1)).append_to(&mut over, part.there.len());
            }
        }
        let there = match parts.iter().all(|part| matches!(part.there, There::All(_))) {
            true => There::All(count),
            false => parts.iter().flat_map(|part| part.there.each()).collect(),
        };
        Some(Quotients { places, units: units.into(), over: (!is_decimal).then(|| over.into()), there })
    }

    /// The other sign.
    pub fn negated(&self) -> Option<Quotients> {
        // The least integer has no counterpart.
        let units = self.units.map(i64::overflowing_neg, i128::overflowing_neg)?;
        Some(Quotients { units, ..self.clone() })
    }

    /// The sum, or the difference.
    pub fn sum(left: &Quotients, right: &Quotients, minus: bool) -> Option<Quotients> {
        let places = left.places.max(right.places);
        let mut a = rescaled(&left.units, left.places, places)?;
        let mut b = rescaled(&right.units, right.places, places)?;
        if let Some(over) = &right.over {
            a = Cow::Owned(product(&a, over)?);
        }
        if let Some(over) = &left.over {
            b = Cow::Owned(product(&b, over)?);
        }
        let units = match minus {
            false => a.zip(&b, i64::overflowing_add, i128::overflowing_add),
            true => a.zip(&b, i64::overflowing_sub, i128::overflowing_sub),
        };
        let over = both_over(left.over.as_ref(), right.over.as_ref())?;
        Some(Quotients { places, units: units?, over, there: left.there.and(&right.there) })
    }

    /// The product.
    pub fn product(left: &Quotients, right: &Quotients) -> Option<Quotients> {
        let places = left.places.checked_add(right.places).filter(|places| *places <= PLACES)?;
        let units = product(&left.units, &right.units)?;
        let over = both_over(left.over.as_ref(), right.over.as_ref())?;
        Some(Quotients { places, units, over, there: left.there.and(&right.there) })
    }

    /// One divided by the other, and where that is 0. There the quotient is missing.
    pub fn over(left: &Quotients, right: &Quotients) -> (Option<Quotients>, Vec<usize>) {
        let both = left.there.and(&right.there);
        let is_zero = |position: &usize| both.at(*position) && right.units.get(*position) == 0;
        let zeros: Vec<usize> = match &right.units {
            Ints::Same(0) => (0..both.len()).filter(is_zero).collect(),
            Ints::Same(_) => Vec::new(),
            _ => (0..both.len()).filter(is_zero).collect(),
        };
        let there = match zeros.is_empty() {
            true => both,
            false => (0..both.len()).map(|at| both.at(at) && right.units.get(at) != 0).collect(),
        };
        (Quotients::divided(left, right, there), zeros)
    }

    /// One divided by the other, which is not 0 on these rows.
    pub fn divided(left: &Quotients, right: &Quotients, there: There) -> Option<Quotients> {
        let mut above = Cow::Borrowed(&left.units);
        if let Some(over) = &right.over {
            above = Cow::Owned(product(&above, over)?);
        }
        let mut below = Cow::Borrowed(&right.units);
        if let Some(over) = &left.over {
            below = Cow::Owned(product(&below, over)?);
        }
        let places = left.places.saturating_sub(right.places);
        let above = rescaled(&above, left.places.min(right.places), right.places)?;
        // The sign stands above the line.
        let above = above.zip(
            &below,
            |above, below| if below < 0 { above.overflowing_neg() } else { (above, false) },
            |above, below| if below < 0 { above.overflowing_neg() } else { (above, false) },
        )?;
        let below = below.map(i64::overflowing_abs, i128::overflowing_abs)?;
        Some(Quotients { places, units: above, over: Some(below), there })
    }

    /// The units of each at other places.
    pub fn rounded(&self, to: u8, mode: Rounding) -> Option<Ints> {
        let more = 10_i128.checked_pow(u32::from(to.saturating_sub(self.places)))?;
        let units = self.units.times(more)?;
        let places = self.places.saturating_sub(to);
        match &self.over {
            None if places == 0 => Some(units.into_owned()),
            None => rounding::without_places(&units, places, mode),
            Some(over) => {
                let below = over.times(10_i128.checked_pow(places.into())?)?;
                rounding::quotients(&units, &below, mode)
            }
        }
    }
}

fn product(left: &Ints, right: &Ints) -> Option<Ints> {
    left.zip(right, i64::overflowing_mul, i128::overflowing_mul)
}

/// What divides a product.
fn both_over(left: Option<&Ints>, right: Option<&Ints>) -> Option<Option<Ints>> {
    match (left, right) {
        (Some(a), Some(b)) => product(a, b).map(Some),
        (one, other) => Some(one.or(other).cloned()),
    }
}

/// Units at more places.
pub(super) fn rescaled(units: &Ints, from: u8, to: u8) -> Option<Cow<'_, Ints>> {
    units.times(10_i128.checked_pow(u32::from(to.checked_sub(from)?))?)
}
