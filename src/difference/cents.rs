//! Exact parts as amounts of so many places that add up to the whole.

use num_bigint::BigInt;

use crate::value::{Exact, Rounding};

/// The parts in units of `10^-places`: each rounded towards 0, and what is left goes, unit by unit, to those that lost most by
/// it, equal ones in the order in which they stand. They add up to the parts' sum, rounded; with all signs turned, so is each.
pub(super) fn apportion(parts: &[Exact], places: u8) -> Vec<Exact> {
    let whole = parts.iter().fold(Exact::zero(), |sum, part| sum.plus(part));
    let whole = nearest(&whole, places);
    let mut rounded: Vec<Exact> = parts.iter().map(|part| part.rounded(places, Rounding::Down)).collect();
    let sum = rounded.iter().fold(Exact::zero(), |sum, part| sum.plus(part));
    let left = whole.minus(&sum).to_units(places, Rounding::Down);
    let is_less = left < BigInt::ZERO;
    let unit = Exact::from_units(if is_less { -1 } else { 1 }, places);
    let lost = |number: &usize| match (parts.get(*number), rounded.get(*number)) {
        (Some(part), Some(rounded)) if is_less => rounded.minus(part),
        (Some(part), Some(rounded)) => part.minus(rounded),
        _ => Exact::zero(),
    };
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|number| std::cmp::Reverse(lost(number)));
    let count = usize::try_from(left.magnitude().clone()).unwrap_or(usize::MAX);
    for number in order.into_iter().take(count) {
        if let Some(part) = rounded.get_mut(number) {
            *part = part.plus(&unit);
        }
    }
    rounded
}

/// Rounded half away from 0, so that it does not matter which side is taken from which.
pub(super) fn nearest(value: &Exact, places: u8) -> Exact {
    let size = value.absolute().rounded(places, Rounding::HalfUp);
    if value.is_negative() { size.negated() } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(texts: &[&str]) -> Vec<Exact> {
        texts.iter().map(|text| Exact::parse(text).unwrap()).collect()
    }

    fn cents(texts: &[&str]) -> Vec<String> {
        apportion(&parts(texts), 2).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn no_cent_is_lost() {
        // 100 in thirds is 33.33 three times and a cent, which the first gets.
        assert_eq!(cents(&["100/3", "100/3", "100/3"]), ["33.34", "33.33", "33.33"]);
        assert_eq!(cents(&["-100/3", "-100/3", "-100/3"]), ["-33.34", "-33.33", "-33.33"]);
        // 0.006 lost more than 0.004: 1.006 + 2.004 - 0.01 = 3.
        assert_eq!(cents(&["1.006", "2.004", "-0.01"]), ["1.01", "2", "-0.01"]);
        assert_eq!(cents(&["0.004", "-0.004"]), ["0", "0"]);
        // -1.009 and 2.009 come to 1: rounded towards 0 they are -1 and 2, and nothing is left.
        assert_eq!(cents(&["-1.009", "2.009"]), ["-1", "2"]);
    }
}
