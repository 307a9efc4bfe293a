//! The one rounding, on integers: a quotient brought to a whole number.

use super::ints::Ints;
use crate::value::Rounding;

/// A whole number next to `above / below`, where `below` is above 0. Nothing where that does not fit.
macro_rules! divided {
    ($name:ident, $int:ty) => {
        #[inline]
        #[expect(clippy::arithmetic_side_effects, reason = "below is above 0, and what is left is smaller than it")]
        fn $name(above: $int, below: $int, mode: Rounding) -> $int {
            let (whole, rest) = (above / below, above % below);
            if rest == 0 {
                return whole;
            }
            let away = if above < 0 { -1 } else { 1 };
            // Twice what is left would not always fit.
            let rest = if rest < 0 { -rest } else { rest };
            let middle = rest.cmp(&(below - rest));
            let goes_away = match mode {
                Rounding::Down => false,
                Rounding::Up => true,
                Rounding::Floor => above < 0,
                Rounding::Ceiling => above > 0,
                Rounding::HalfUp => middle.is_ge(),
                Rounding::HalfEven => middle.is_gt() || (middle.is_eq() && whole % 2 != 0),
            };
            if goes_away { whole + away } else { whole }
        }
    };
}

divided!(divided_narrow, i64);
divided!(divided_wide, i128);

/// Each divided by a power of ten and rounded.
pub(super) fn without_places(units: &Ints, places: u8, mode: Rounding) -> Option<Ints> {
    if let Ints::Narrow(all) = units
        && let Some(rounded) = by_constant(all, places, mode)
    {
        return Some(Ints::Narrow(rounded));
    }
    let below = 10_i128.checked_pow(places.into())?;
    let short = i64::try_from(below).ok();
    let wide = |above: i128| match (i64::try_from(above), short) {
        (Ok(above), Some(below)) => (i128::from(divided_narrow(above, below, mode)), false),
        _ => (divided_wide(above, below, mode), false),
    };
    units.map(|_| (0, true), wide)
}

/// Each quotient rounded; a divisor that is not above 0 stands on a row without a value.
pub(super) fn quotients(above: &Ints, below: &Ints, mode: Rounding) -> Option<Ints> {
    let narrow = |above, below| match below {
        1.. => (divided_narrow(above, below, mode), false),
        _ => (0, false),
    };
    let wide = |above: i128, below: i128| match (i64::try_from(above), i64::try_from(below)) {
        (Ok(above), Ok(below @ 1..)) => (i128::from(divided_narrow(above, below, mode)), false),
        _ if below > 0 => (divided_wide(above, below, mode), false),
        _ => (0, false),
    };
    above.zip(below, narrow, wide)
}

/// Divided by an even number above 0: half of it away from 0, then the rest cut off, so that no branch depends on digits.
#[expect(clippy::arithmetic_side_effects, reason = "BELOW is above 0")]
fn half_up<const BELOW: i64>(above: i64) -> i64 {
    let half = if above < 0 { -(BELOW / 2) } else { BELOW / 2 };
    match above.checked_add(half) {
        Some(moved) => moved / BELOW,
        None => divided_narrow(above, BELOW, Rounding::HalfUp),
    }
}

/// Each divided by a power of ten that the compiler knows, which is far faster than one it does not.
fn by_constant(all: &[i64], places: u8, mode: Rounding) -> Option<Vec<i64>> {
    fn of<const BELOW: i64>(all: &[i64], mode: Rounding) -> Vec<i64> {
        // The mode of almost every plan has a loop of its own.
        match mode {
            Rounding::HalfUp => all.iter().map(|above| half_up::<BELOW>(*above)).collect(),
            mode => all.iter().map(|above| divided_narrow(*above, BELOW, mode)).collect(),
        }
    }
    let rounded = match places {
        1 => of::<10>(all, mode),
        2 => of::<100>(all, mode),
        3 => of::<1_000>(all, mode),
        4 => of::<10_000>(all, mode),
        5 => of::<100_000>(all, mode),
        6 => of::<1_000_000>(all, mode),
        7 => of::<10_000_000>(all, mode),
        8 => of::<100_000_000>(all, mode),
        9 => of::<1_000_000_000>(all, mode),
        10 => of::<10_000_000_000>(all, mode),
        11 => of::<100_000_000_000>(all, mode),
        12 => of::<1_000_000_000_000>(all, mode),
        13 => of::<10_000_000_000_000>(all, mode),
        14 => of::<100_000_000_000_000>(all, mode),
        15 => of::<1_000_000_000_000_000>(all, mode),
        16 => of::<10_000_000_000_000_000>(all, mode),
        17 => of::<100_000_000_000_000_000>(all, mode),
        18 => of::<1_000_000_000_000_000_000>(all, mode),
        _ => return None,
    };
    Some(rounded)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects)]

    use proptest::prelude::*;

    use super::*;
    use crate::value::Exact;

    /// Near ties, at the bounds, and anything.
    fn integers() -> impl Strategy<Value = i128> {
        let near = (-1_000_i128..1_000, 0_u32..20).prop_map(|(n, e)| n.saturating_mul(5_i128.saturating_pow(e)));
        let edge = prop_oneof![Just(i128::from(i64::MAX)), Just(i128::from(i64::MIN)), Just(i128::MAX / 3)];
        prop_oneof![near, (edge, -2_i128..=2).prop_map(|(edge, by)| edge + by), any::<i64>().prop_map(i128::from)]
    }

    proptest! {
        #[test]
        fn integers_are_rounded_as_rationals_are(above in integers(), below in integers(), places in 0_u8..=20) {
            for mode in Rounding::ALL {
                let one = Ints::from([above].into_iter().collect::<crate::value::Units>());
                let exact = Exact::from_units(above, places).to_units(0, mode);
                let rounded = without_places(&one, places, mode).unwrap().get(0);
                prop_assert_eq!(num_bigint::BigInt::from(rounded), exact, "{} {}", places, mode);
                if below > 0 {
                    let exact = Exact::from_fraction(above.into(), below.into()).unwrap().to_units(0, mode);
                    let rounded = quotients(&one, &Ints::Same(below), mode).unwrap().get(0);
                    prop_assert_eq!(num_bigint::BigInt::from(rounded), exact, "{} {}", below, mode);
                }
            }
        }
    }
}
