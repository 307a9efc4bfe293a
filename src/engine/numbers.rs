//! Columns of numbers. As long as all of them are decimals that fit, they are integers at common
//! places; what does not fit becomes exact rationals. The choice never changes a value.

use std::borrow::Cow;
use std::cmp::Ordering;

use num_traits::ToPrimitive;
use rayon::prelude::*;

use crate::types::expr::Arithmetic;
use crate::value::{Exact, Fixed, Rounding};

/// The most places of decimals: more become exact rationals.
const PLACES: u8 = 30;

/// The most places a constant is tried at as a decimal.
const CONSTANT_PLACES: u8 = 12;

/// How many numbers one thread rounds at least.
const AT_ONCE: usize = 1024;

/// Integers at some places; none is missing.
type Units = Vec<Option<i128>>;

/// A column of numbers; none is missing.
#[derive(Clone, Debug)]
pub(super) enum Numbers {
    /// Units of 10^-places.
    Fixed {
        /// The places of all of them.
        places: u8,
        /// The units.
        units: Units,
    },
    /// Any rationals.
    Exact(Vec<Option<Exact>>),
}

impl Numbers {
    /// The same number `count` times.
    pub fn constant(value: &Exact, count: usize) -> Numbers {
        let decimal = (0..=CONSTANT_PLACES).find_map(|places| {
            let units = value.to_units(places, Rounding::Down).to_i128()?;
            (Exact::from_units(units, places) == *value).then_some((places, units))
        });
        match decimal {
            Some((places, units)) => Numbers::Fixed { places, units: vec![Some(units); count] },
            None => Numbers::Exact(vec![Some(value.clone()); count]),
        }
    }

    /// Whole numbers.
    pub fn whole(units: Units) -> Numbers {
        Numbers::Fixed { places: 0, units }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Numbers::Fixed { units, .. } => units.len(),
            Numbers::Exact(values) => values.len(),
        }
    }

    /// The number at a position.
    pub fn get(&self, position: usize) -> Option<Exact> {
        match self {
            Numbers::Fixed { places, units } => {
                let units = units.get(position).copied().flatten()?;
                Some(Exact::from_units(units, *places))
            }
            Numbers::Exact(values) => values.get(position).cloned().flatten(),
        }
    }

    /// Which of them are 0.
    pub fn zeros(&self) -> Vec<Option<bool>> {
        match self {
            Numbers::Fixed { units, .. } => units.iter().map(|units| units.map(|units| units == 0)).collect(),
            Numbers::Exact(values) => values.iter().map(|value| value.as_ref().map(Exact::is_zero)).collect(),
        }
    }

    /// All of them as rationals.
    pub fn exact(&self) -> Cow<'_, [Option<Exact>]> {
        match self {
            Numbers::Exact(values) => Cow::Borrowed(values),
            Numbers::Fixed { places, units } => {
                let exact = |units: i128| Exact::from_units(units, *places);
                Cow::Owned(units.iter().map(|units| units.map(exact)).collect())
            }
        }
    }

    /// The order of two of them.
    pub fn order(&self, left: usize, right: usize) -> Ordering {
        match self {
            Numbers::Fixed { units, .. } => units.get(left).cmp(&units.get(right)),
            Numbers::Exact(values) => values.get(left).cmp(&values.get(right)),
        }
    }

    /// Both at the same places, where they are decimals that fit.
    pub fn align<'a>(left: &'a Numbers, right: &'a Numbers) -> Option<(u8, Cow<'a, Units>, Cow<'a, Units>)> {
        let (Numbers::Fixed { places: p, units: a }, Numbers::Fixed { places: q, units: b }) = (left, right) else {
            return None;
        };
        let places = *p.max(q);
        Some((places, rescaled(a, *p, places)?, rescaled(b, *q, places)?))
    }

    /// Arithmetic, position by position, and the positions at which a divisor is zero.
    pub fn arithmetic(op: Arithmetic, left: &Numbers, right: &Numbers) -> (Numbers, Vec<usize>) {
        if op == Arithmetic::Over {
            return quotient(left, right);
        }
        let fixed = match op {
            Arithmetic::Plus => sums(left, right, i128::checked_add),
            Arithmetic::Minus => sums(left, right, i128::checked_sub),
            Arithmetic::Times | Arithmetic::Of | Arithmetic::Over => products(left, right),
        };
        let numbers = fixed.unwrap_or_else(|| {
            let exact = match op {
                Arithmetic::Plus => Exact::plus,
                Arithmetic::Minus => Exact::minus,
                Arithmetic::Times | Arithmetic::Of | Arithmetic::Over => Exact::times,
            };
            let (left, right) = (left.exact(), right.exact());
            let pairs = left.iter().zip(right.iter());
            let both = |(a, b): (&Option<Exact>, &Option<Exact>)| Some(exact(a.as_ref()?, b.as_ref()?));
            Numbers::Exact(pairs.map(both).collect())
        });
        (numbers, Vec::new())
    }

    /// The other sign.
    pub fn negated(self) -> Numbers {
        let exact = self.exact();
        let slow = || exact.iter().map(|n| n.as_ref().map(Exact::negated)).collect();
        match &self {
            Numbers::Fixed { places, units } => {
                // The least integer has no counterpart.
                let negated = units.iter().map(|units| match units {
                    Some(units) => units.checked_neg().map(Some),
                    None => Some(None),
                });
                negated
                    .collect::<Option<Units>>()
                    .map_or_else(|| Numbers::Exact(slow()), |units| Numbers::Fixed { places: *places, units })
            }
            Numbers::Exact(_) => Numbers::Exact(slow()),
        }
    }

    /// How the numbers at each position compare.
    pub fn compare(left: &Numbers, right: &Numbers) -> Vec<Option<Ordering>> {
        if let Some((_, left, right)) = Numbers::align(left, right) {
            return compare(&left, &right);
        }
        compare(&left.exact(), &right.exact())
    }

    /// The larger (or smaller) number at each position.
    pub fn extreme(left: &Numbers, right: &Numbers, larger: bool) -> Numbers {
        if let Some((places, left, right)) = Numbers::align(left, right) {
            let units = extreme(&left, &right, larger);
            return Numbers::Fixed { places, units };
        }
        Numbers::Exact(extreme(&left.exact(), &right.exact(), larger))
    }

    /// Each rounded to places inside an expression.
    pub fn rounded(self, to: u8, mode: Rounding) -> Numbers {
        match self {
            Numbers::Fixed { places, units } if places <= to => Numbers::Fixed { places, units },
            Numbers::Fixed { places, units } => {
                let round = |units: i128| {
                    let exact = || Exact::from_units(units, places).to_units(to, mode).to_i128();
                    moved(units, places, to).or_else(exact)
                };
                let units = units.into_iter().map(|units| units.and_then(round));
                Numbers::Fixed { places: to, units: units.collect() }
            }
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
        let round = |exact: Exact| match Fixed::from_exact(&exact, to, mode, digits) {
            Ok(fixed) => Ok(Some(fixed.units)),
            Err(_) => Err(exact),
        };
        let cells: Vec<Result<Option<i128>, Exact>> = match self {
            Numbers::Fixed { places, units } => {
                let round = |units: &Option<i128>| match *units {
                    None => Ok(None),
                    Some(units) => moved(units, *places, to)
                        .filter(|moved| moved.unsigned_abs() < limit)
                        .map_or_else(|| round(Exact::from_units(units, *places)), |u| Ok(Some(u))),
                };
                units.par_iter().with_min_len(AT_ONCE).map(round).collect()
            }
            Numbers::Exact(values) => {
                let round = |value: &Option<Exact>| value.clone().map_or(Ok(None), round);
                values.par_iter().with_min_len(AT_ONCE).map(round).collect()
            }
        };
        let mut large = Vec::new();
        let mut keep = |(position, cell)| match cell {
            Ok(units) => units,
            Err(exact) => {
                large.push((position, exact));
                None
            }
        };
        let units = cells.into_iter().enumerate().map(&mut keep).collect();
        (Numbers::Fixed { places: to, units }, large)
    }
}

/// Units at other places, where that is no rounding and fits.
fn moved(units: i128, from: u8, to: u8) -> Option<i128> {
    let factor = 10_i128.checked_pow(u32::from(from.abs_diff(to)))?;
    if from <= to {
        return units.checked_mul(factor);
    }
    (units.checked_rem(factor)? == 0).then(|| units.checked_div(factor))?
}

fn rescaled(units: &Units, from: u8, to: u8) -> Option<Cow<'_, Units>> {
    if from == to {
        return Some(Cow::Borrowed(units));
    }
    let factor = 10_i128.checked_pow(u32::from(to.checked_sub(from)?))?;
    let moved = units.iter().map(|units| match units {
        Some(units) => units.checked_mul(factor).map(Some),
        None => Some(None),
    });
    moved.collect::<Option<Units>>().map(Cow::Owned)
}

/// Position by position; nothing at all where one does not fit.
fn pairwise(left: &Units, right: &Units, op: impl Fn(i128, i128) -> Option<i128>) -> Option<Units> {
    let pairs = left.iter().zip(right);
    let cells = pairs.map(|pair| match pair {
        (Some(a), Some(b)) => op(*a, *b).map(Some),
        _ => Some(None),
    });
    cells.collect()
}

fn sums(left: &Numbers, right: &Numbers, op: impl Fn(i128, i128) -> Option<i128>) -> Option<Numbers> {
    let (places, left, right) = Numbers::align(left, right)?;
    let units = pairwise(&left, &right, op)?;
    Some(Numbers::Fixed { places, units })
}

fn products(left: &Numbers, right: &Numbers) -> Option<Numbers> {
    let (Numbers::Fixed { places: p, units: a }, Numbers::Fixed { places: q, units: b }) = (left, right) else {
        return None;
    };
    let places = p.checked_add(*q).filter(|places| *places <= PLACES)?;
    let units = pairwise(a, b, i128::checked_mul)?;
    Some(Numbers::Fixed { places, units })
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
        Numbers::Fixed { places, units: units.iter().copied().map(Some).collect() }
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
        assert!(matches!(&product, Numbers::Fixed { places: 3, .. }));
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
