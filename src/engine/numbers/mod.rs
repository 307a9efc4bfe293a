//! Columns of numbers. As long as all of them are quotients of integers that fit, they are kept as such, at common
//! places; what does not fit becomes exact rationals. The choice never changes a value.

mod ints;
mod quotients;
mod rounding;
mod there;

use std::borrow::Cow;
use std::cmp::Ordering;

use num_traits::ToPrimitive;
use rayon::prelude::*;

use crate::types::expr::Arithmetic;
use crate::value::{Exact, Fixed, Rounding, Units};
pub(super) use ints::Ints;
use quotients::{Quotients, rescaled};
pub(super) use there::There;

/// The most places a constant is tried at as a decimal.
const CONSTANT_PLACES: u8 = 12;

/// How many numbers one thread rounds at least.
const AT_ONCE: usize = 1024;

/// A column of numbers.
#[derive(Clone, Debug)]
pub(super) enum Numbers {
    /// Quotients of integers.
    Fixed(Quotients),
    /// Any rationals; none is missing.
    Exact(Vec<Option<Exact>>),
}

impl Numbers {
    /// Decimals: units of 10^-places.
    pub fn decimals(places: u8, units: Ints, there: There) -> Numbers {
        Numbers::Fixed(Quotients { places, units, over: None, there })
    }

    /// The same number `count` times.
    pub fn constant(value: &Exact, count: usize) -> Numbers {
        match decimal(value) {
            Some((places, units)) => Numbers::decimals(places, Ints::Same(units), There::All(count)),
            None => Numbers::Exact(vec![Some(value.clone()); count]),
        }
    }

    /// Any numbers: decimals where all of them are.
    pub fn of(values: Vec<Option<Exact>>) -> Numbers {
        let decimals: Option<Vec<_>> = values.iter().flatten().map(decimal).collect();
        let Some(places) = decimals.and_then(|all| all.iter().map(|(places, _)| *places).max()) else {
            return Numbers::Exact(values);
        };
        let units = |value: &Option<Exact>| match value {
            Some(value) => value.to_units(places, Rounding::Down).to_i128(),
            None => Some(0),
        };
        match values.iter().map(units).collect::<Option<Units>>() {
            Some(units) => Numbers::decimals(places, units.into(), values.iter().map(Option::is_some).collect()),
            None => Numbers::Exact(values),
        }
    }

    /// Whole numbers.
    pub fn whole(units: Vec<Option<i128>>) -> Numbers {
        let there = units.iter().map(Option::is_some).collect();
        let units: Units = units.into_iter().map(Option::unwrap_or_default).collect();
        Numbers::decimals(0, units.into(), there)
    }

    /// So many rows without a value.
    pub fn missing(count: usize) -> Numbers {
        Numbers::decimals(0, Ints::Same(0), There::Each(vec![false; count]))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Numbers::Fixed(quotients) => quotients.there.len(),
            Numbers::Exact(values) => values.len(),
        }
    }

    /// The number at a position.
    pub fn get(&self, position: usize) -> Option<Exact> {
        match self {
            Numbers::Fixed(quotients) => quotients.get(position),
            Numbers::Exact(values) => values.get(position).cloned().flatten(),
        }
    }

    /// Which of them are there.
    pub fn there(&self) -> There {
        match self {
            Numbers::Fixed(quotients) => quotients.there.clone(),
            Numbers::Exact(values) => values.iter().map(Option::is_some).collect(),
        }
    }

    /// Which of them are 0.
    pub fn zeros(&self) -> Vec<Option<bool>> {
        match self {
            Numbers::Fixed(Quotients { units, there, .. }) => {
                let zero = |position| there.at(position).then(|| units.get(position) == 0);
                (0..there.len()).map(zero).collect()
            }
            Numbers::Exact(values) => values.iter().map(|value| value.as_ref().map(Exact::is_zero)).collect(),
        }
    }

    /// All of them as quotients of integers, where they are.
    fn quotients(&self) -> Option<&Quotients> {
        match self {
            Numbers::Fixed(quotients) => Some(quotients),
            Numbers::Exact(_) => None,
        }
    }

    /// All of them as rationals.
    pub fn exact(&self) -> Cow<'_, [Option<Exact>]> {
        match self {
            Numbers::Exact(values) => Cow::Borrowed(values),
            Numbers::Fixed(quotients) => Cow::Owned((0..self.len()).map(|at| quotients.get(at)).collect()),
        }
    }

    /// The units of decimals, by row: none of what is missing, nothing at all where some are no decimals.
    pub fn units(&self) -> Option<(u8, &Ints, &There)> {
        match self {
            Numbers::Fixed(Quotients { places, units, over: None, there }) => Some((*places, units, there)),
            _ => None,
        }
    }

    /// Writes the units of decimals of these places and 64 bits, 0 for what is missing; whether all of them are that.
    pub fn write(&self, places: u8, to: &mut [i64]) -> bool {
        let Some((own, Ints::Narrow(all), there)) = self.units() else { return false };
        match there {
            _ if own != places || all.len() != to.len() => return false,
            There::All(_) => to.copy_from_slice(all),
            There::Each(each) => {
                for ((to, units), there) in to.iter_mut().zip(all).zip(each) {
                    *to = if *there { *units } else { 0 };
                }
            }
        }
        true
    }

    /// The units of decimals, 0 for what is missing or no decimal.
    pub fn into_units(self) -> Units {
        let count = self.len();
        match self {
            Numbers::Fixed(Quotients { units, over: None, there, .. }) => match there {
                There::All(_) => units.units(count),
                There::Each(each) => units.where_there(&each).units(count),
            },
            _ => std::iter::repeat_n(0, count).collect(),
        }
    }

    /// The numbers at other positions, in their order.
    pub fn pick(&self, positions: impl Iterator<Item = Option<u32>> + Clone) -> Numbers {
        match self {
            Numbers::Fixed(quotients) => Numbers::Fixed(Quotients {
                places: quotients.places,
                units: quotients.units.pick(positions.clone()),
                // A placeholder divides by 0, but no one asks.
                over: quotients.over.as_ref().map(|over| over.pick(positions.clone())),
                there: quotients.there.pick(positions),
            }),
            Numbers::Exact(values) => {
                Numbers::Exact(positions.map(|at| values.get(at? as usize).cloned().flatten()).collect())
            }
        }
    }

    /// Sets the numbers at some positions to others.
    pub fn put(&mut self, positions: impl Iterator<Item = u32> + Clone, from: Numbers) {
        if let (Numbers::Fixed(to), Numbers::Fixed(from)) = (&*self, &from)
            && let Some(put) = to.put(positions.clone(), from)
        {
            *self = Numbers::Fixed(put);
            return;
        }
        let mut values = self.exact().into_owned();
        for (position, value) in positions.zip(from.exact().into_owned()) {
            if let Some(cell) = values.get_mut(position as usize) {
                *cell = value;
            }
        }
        *self = Numbers::Exact(values);
    }

    /// All of several columns, one after another.
    pub fn concat(parts: Vec<Numbers>) -> Numbers {
        let count = parts.iter().map(Numbers::len).sum();
        let quotients = parts.iter().map(Numbers::quotients).collect::<Option<Vec<_>>>();
        if let Some(joined) = quotients.and_then(|parts| Quotients::concat(&parts, count)) {
            return Numbers::Fixed(joined);
        }
        let mut all = Vec::with_capacity(count);
        for part in parts {
            all.extend(part.exact().into_owned());
        }
        Numbers::Exact(all)
    }

    /// The order of two of them; what is missing comes first.
    pub fn order(&self, left: usize, right: usize) -> Ordering {
        match self {
            Numbers::Fixed(Quotients { units, over: None, there, .. }) => {
                let at = |position| there.at(position).then(|| units.get(position));
                at(left).cmp(&at(right))
            }
            Numbers::Fixed(quotients) => quotients.get(left).cmp(&quotients.get(right)),
            Numbers::Exact(values) => values.get(left).cmp(&values.get(right)),
        }
    }

    /// Both as decimals at the same places, where they are and fit.
    pub fn align<'a>(left: &'a Numbers, right: &'a Numbers) -> Option<(u8, Cow<'a, Ints>, Cow<'a, Ints>, There)> {
        let ((p, a, here), (q, b, there)) = (left.units()?, right.units()?);
        let places = p.max(q);
        Some((places, rescaled(a, p, places)?, rescaled(b, q, places)?, here.and(there)))
    }

    /// Arithmetic, position by position, and the positions at which a divisor is zero.
    pub fn arithmetic(op: Arithmetic, left: &Numbers, right: &Numbers) -> (Numbers, Vec<usize>) {
        if let (Numbers::Fixed(a), Numbers::Fixed(b)) = (left, right) {
            let (fixed, zeros) = match op {
                Arithmetic::Plus => (Quotients::sum(a, b, false), Vec::new()),
                Arithmetic::Minus => (Quotients::sum(a, b, true), Vec::new()),
                Arithmetic::Times | Arithmetic::Of => (Quotients::product(a, b), Vec::new()),
                Arithmetic::Over => Quotients::over(a, b),
            };
            if let Some(fixed) = fixed {
                return (Numbers::Fixed(fixed), zeros);
            }
        }
        if op == Arithmetic::Over {
            return quotient(left, right);
        }
        let exact = match op {
            Arithmetic::Plus => Exact::plus,
            Arithmetic::Minus => Exact::minus,
            Arithmetic::Times | Arithmetic::Of | Arithmetic::Over => Exact::times,
        };
        let (left, right) = (left.exact(), right.exact());
        let pairs = left.iter().zip(right.iter());
        let both = |(a, b): (&Option<Exact>, &Option<Exact>)| Some(exact(a.as_ref()?, b.as_ref()?));
        (Numbers::Exact(pairs.map(both).collect()), Vec::new())
    }

    /// The other sign.
    pub fn negated(self) -> Numbers {
        if let Some(negated) = self.quotients().and_then(Quotients::negated) {
            return Numbers::Fixed(negated);
        }
        Numbers::Exact(self.exact().iter().map(|number| number.as_ref().map(Exact::negated)).collect())
    }

    /// How the numbers at each position compare.
    pub fn compare(left: &Numbers, right: &Numbers) -> Vec<Option<Ordering>> {
        let count = left.len();
        if let Some((a, b, there)) = comparable(left, right) {
            let orders = a.with(&b, count, |a, b| Some(a.cmp(&b)));
            return match there {
                There::All(_) => orders,
                There::Each(each) => {
                    let here = orders.into_iter().zip(each);
                    here.map(|(order, there)| order.filter(|_| there)).collect()
                }
            };
        }
        compare(&left.exact(), &right.exact())
    }

    /// The larger (or smaller) number at each position.
    pub fn extreme(left: &Numbers, right: &Numbers, larger: bool) -> Numbers {
        if let Some((places, a, b, there)) = Numbers::align(left, right) {
            let units = match larger {
                true => a.zip(&b, |a, b| (a.max(b), false), |a, b| (a.max(b), false)),
                false => a.zip(&b, |a, b| (a.min(b), false), |a, b| (a.min(b), false)),
            };
            if let Some(units) = units {
                return Numbers::decimals(places, units, there);
            }
        }
        Numbers::Exact(extreme(&left.exact(), &right.exact(), larger))
    }

    /// Each rounded to places inside an expression.
    pub fn rounded(self, to: u8, mode: Rounding) -> Numbers {
        match self {
            Numbers::Fixed(Quotients { places, over: None, .. }) if places <= to => self,
            Numbers::Fixed(quotients) => match quotients.rounded(to, mode) {
                Some(units) => Numbers::decimals(to, units, quotients.there),
                None => Numbers::Exact(Numbers::Fixed(quotients).exact().into_owned()).rounded(to, mode),
            },
            Numbers::Exact(values) => {
                let round = |value: Exact| value.rounded(to, mode);
                Numbers::Exact(values.into_iter().map(|value| value.map(round)).collect())
            }
        }
    }

    /// Each rounded to the places of a stored value, and the positions of those that have too many
    /// digits, with their values.
    pub fn stored(&self, to: u8, mode: Rounding, digits: u32) -> (Numbers, Vec<(usize, Exact)>) {
        let limit = 10_u128.saturating_pow(digits);
        if let Numbers::Fixed(quotients) = self
            && let Some(units) = quotients.rounded(to, mode)
        {
            let fits = |position: usize| units.get(position).unsigned_abs() < limit || !quotients.there.at(position);
            let all_fit = match &units {
                // Most often no value is anywhere near the limit.
                Ints::Narrow(all) if u128::from(u64::MAX) > limit => {
                    let most = all.iter().map(|units| units.unsigned_abs()).max().unwrap_or(0);
                    u128::from(most) < limit || (0..self.len()).all(fits)
                }
                _ => (0..self.len()).all(fits),
            };
            if all_fit {
                let units = units.units(self.len()).into();
                return (Numbers::decimals(to, units, quotients.there.clone()), Vec::new());
            }
        }
        let round = |position: usize| match self.get(position) {
            Some(exact) => match Fixed::from_exact(&exact, to, mode, digits) {
                Ok(fixed) => Ok(Some(fixed.units)),
                Err(_) => Err((position, exact)),
            },
            None => Ok(None),
        };
        let cells: Vec<_> = (0..self.len()).into_par_iter().with_min_len(AT_ONCE).map(round).collect();
        let mut large = Vec::new();
        let mut keep = |cell| match cell {
            Ok(units) => units,
            Err(fault) => {
                large.push(fault);
                None
            }
        };
        let cells: Vec<Option<i128>> = cells.into_iter().map(&mut keep).collect();
        let there = cells.iter().map(Option::is_some).collect();
        let units: Units = cells.into_iter().map(Option::unwrap_or_default).collect();
        (Numbers::decimals(to, units.into(), there), large)
    }
}

/// A number as a decimal of few places.
fn decimal(value: &Exact) -> Option<(u8, i128)> {
    let (above, below) = (value.numerator().to_i128()?, value.denominator().to_i128()?);
    (0..=CONSTANT_PLACES).find_map(|places| {
        let ten = 10_i128.checked_pow(places.into())?;
        let is_decimal = ten.checked_rem(below)? == 0;
        Some((places, above.checked_mul(ten.checked_div(below).filter(|_| is_decimal)?)?))
    })
}

/// Integers that compare as the numbers do, and where both are there.
fn comparable<'a>(left: &'a Numbers, right: &'a Numbers) -> Option<(Cow<'a, Ints>, Cow<'a, Ints>, There)> {
    if let Some((_, a, b, there)) = Numbers::align(left, right) {
        return Some((a, b, there));
    }
    let (Numbers::Fixed(a), Numbers::Fixed(b)) = (left, right) else { return None };
    // What divides the difference is above 0.
    let difference = Quotients::sum(a, b, true)?;
    Some((Cow::Owned(difference.units), Cow::Owned(Ints::Same(0)), difference.there))
}

fn quotient(left: &Numbers, right: &Numbers) -> (Numbers, Vec<usize>) {
    let mut zeros = Vec::new();
    let mut divide = |position: usize, a: &Exact, b: &Exact| {
        let quotient = a.over(b);
        if quotient.is_none() {
            zeros.push(position);
        }
        quotient
    };
    let (left, right) = (left.exact(), right.exact());
    let pairs = left.iter().zip(right.iter()).enumerate();
    let cells = pairs.map(|(position, (a, b))| divide(position, a.as_ref()?, b.as_ref()?));
    (Numbers::Exact(cells.collect()), zeros)
}

/// How the values at each position compare.
pub(super) fn compare<T: Ord>(left: &[Option<T>], right: &[Option<T>]) -> Vec<Option<Ordering>> {
    let pairs = left.iter().zip(right);
    pairs.map(|(a, b)| Some(a.as_ref()?.cmp(b.as_ref()?))).collect()
}

/// The larger (or smaller) value at each position.
pub(super) fn extreme<T: Ord + Clone>(left: &[Option<T>], right: &[Option<T>], larger: bool) -> Vec<Option<T>> {
    let pairs = left.iter().zip(right);
    let pick = |(a, b): (&Option<T>, &Option<T>)| {
        let (a, b) = (a.as_ref()?, b.as_ref()?);
        Some(if larger { a.max(b) } else { a.min(b) }.clone())
    };
    pairs.map(pick).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(places: u8, units: &[i128]) -> Numbers {
        let all: Units = units.iter().copied().collect();
        Numbers::decimals(places, all.into(), There::All(units.len()))
    }

    fn texts(numbers: &Numbers) -> Vec<String> {
        let texts = numbers.exact();
        texts.iter().map(|n| n.as_ref().unwrap().to_string()).collect()
    }

    #[test]
    fn what_does_not_fit_becomes_rational_and_keeps_its_value() {
        let large = fixed(0, &[i128::MAX, 2]);
        let (sum, _) = Numbers::arithmetic(Arithmetic::Plus, &large, &fixed(1, &[10, 5]));
        assert!(matches!(sum, Numbers::Exact(_)));
        // 2^127 - 1 + 1.
        assert_eq!(texts(&sum), ["170141183460469231731687303715884105728", "2.5"]);
        let (product, _) = Numbers::arithmetic(Arithmetic::Times, &large, &large);
        assert_eq!(texts(&product)[1], "4");
        assert_eq!(texts(&fixed(0, &[i128::MIN]).negated())[0], texts(&sum)[0]);
    }

    #[test]
    fn decimals_stay_decimals() {
        let (product, _) = Numbers::arithmetic(Arithmetic::Of, &fixed(2, &[125]), &fixed(1, &[-3]));
        assert!(matches!(product.units(), Some((3, ..))));
        assert_eq!(texts(&product), ["-0.375"]);
        let (stored, large) = product.stored(2, Rounding::HalfUp, 18);
        assert_eq!((texts(&stored), large.len()), (vec!["-0.38".to_owned()], 0));
        let (_, large) = fixed(0, &[10_i128.pow(16)]).stored(2, Rounding::HalfUp, 18);
        assert_eq!(large, [(0, Exact::from_integer(10_i128.pow(16)))]);
    }

    #[test]
    fn division_by_zero_is_told_by_position() {
        let (quotients, zeros) = Numbers::arithmetic(Arithmetic::Over, &fixed(0, &[1, 1]), &fixed(2, &[0, 300]));
        assert_eq!(zeros, [0]);
        assert_eq!(quotients.get(1).unwrap().to_string(), "1/3");
    }
}
