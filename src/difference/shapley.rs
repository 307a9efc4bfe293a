//! Shapley values: how a function's difference is divided among those of its inputs that differ.
//!
//! Each input's part is the mean, over all orders in which the inputs can change one after another, of what changing it
//! changes. It does not matter in which order they stand, the parts add up, and an input that changes nothing has none.

use super::values::Both;
use crate::value::Exact;

/// Of more differing inputs than this a difference is not divided.
pub(super) const MOST: usize = 6;

/// The part of each of `count` inputs; `value` is the function with those inputs changed whose bit is set. None where there
/// are too many or the function has no value somewhere between.
pub(super) fn shapley(count: usize, value: impl Fn(usize) -> Option<Exact>) -> Option<Vec<Exact>> {
    if count > MOST {
        return None;
    }
    let sets = 1_usize << count;
    let values: Vec<Exact> = (0..sets).map(value).collect::<Option<_>>()?;
    let part = |input: usize| {
        let without = (0..sets).filter(|set| set & (1 << input) == 0);
        without.fold(Exact::zero(), |sum, set| match (values.get(set), values.get(set | (1 << input))) {
            (Some(before), Some(after)) => {
                sum.plus(&after.minus(before).times(&weight(set.count_ones() as usize, count)))
            }
            _ => sum,
        })
    };
    Some((0..count).map(part).collect())
}

/// In which share of all orders just so many given inputs stand before an input.
fn weight(before: usize, count: usize) -> Exact {
    let after = count.saturating_sub(before).saturating_sub(1);
    let of_all = factorial(before).times(&factorial(after)).over(&factorial(count));
    of_all.unwrap_or_else(Exact::zero)
}

fn factorial(of: usize) -> Exact {
    (1..=of).fold(Exact::one(), |product, factor| product.times(&Exact::from_integer(factor as i128)))
}

/// A factor of a product, or what a product is divided by.
#[derive(Clone, Debug)]
pub(super) struct Factor {
    pub values: Both<Exact>,
    pub divides: bool,
}

/// By how much a product grows for each 1 by which each factor grows: the Shapley values over the factors, each divided by
/// the factor's own difference, which here is never needed. None where there are too many, or one divides by 0.
pub(super) fn slopes(factors: &[Factor]) -> Option<Vec<Exact>> {
    (0..factors.len()).map(|own| slope(factors, own)).collect()
}

fn slope(factors: &[Factor], own: usize) -> Option<Exact> {
    let others = factors.iter().enumerate().filter(|(number, _)| *number != own).map(|(_, factor)| factor);
    let (same, differing): (Vec<&Factor>, Vec<&Factor>) =
        others.partition(|factor| factor.values.against == factor.values.asked);
    if differing.len() >= MOST {
        return None;
    }
    let fixed = same.iter().try_fold(Exact::one(), |product, factor| factor.on(&product, true))?;
    let count = differing.len().saturating_add(1);
    let mut sum = Exact::zero();
    for set in 0..1_usize << differing.len() {
        let chosen = differing.iter().enumerate();
        let product = chosen
            .map(|(bit, factor)| (factor, set & (1 << bit) != 0))
            .try_fold(fixed.clone(), |product, (factor, asked)| factor.on(&product, asked))?;
        sum = sum.plus(&product.times(&weight(set.count_ones() as usize, count)));
    }
    let own = factors.get(own)?;
    if !own.divides {
        return Some(sum);
    }
    // 1/b - 1/a = -(b - a) / (a * b)
    sum.negated().over(&own.values.against.times(&own.values.asked))
}

impl Factor {
    /// A product with this factor too.
    pub fn on(&self, product: &Exact, asked: bool) -> Option<Exact> {
        let value = self.values.side(asked);
        if self.divides { product.over(value) } else { Some(product.times(value)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(value: i128) -> Exact {
        Exact::from_integer(value)
    }

    /// 10 * 100 against 12 * 110: by hand (12 - 10) * (100 + 110) / 2 = 210, (110 - 100) * (10 + 12) / 2 = 110.
    #[test]
    fn a_product_of_two_is_split_by_the_mean_of_the_other() {
        let value = |set: usize| {
            let pick = |bit: usize, one: i128, other: i128| whole(if set & (1 << bit) == 0 { one } else { other });
            Some(pick(0, 10, 12).times(&pick(1, 100, 110)))
        };
        assert_eq!(shapley(2, value), Some(vec![whole(210), whole(110)]));
        let factor =
            |against, asked| Factor { values: Both { against: whole(against), asked: whole(asked) }, divides: false };
        assert_eq!(slopes(&[factor(10, 12), factor(100, 110)]), Some(vec![whole(105), whole(11)]));
    }

    /// 600 / 20 = 30 against 900 / 25 = 36. By hand: the dividend alone 900/20 - 600/20 = 15 and 900/25 - 600/25 = 12, in
    /// the mean 13.5; the divisor alone 600/25 - 600/20 = -6 and 900/25 - 900/20 = -9, in the mean -7.5; together 6.
    #[test]
    fn a_quotient_is_split_by_changing_one_side_at_a_time() {
        let factors = [
            Factor { values: Both { against: whole(600), asked: whole(900) }, divides: false },
            Factor { values: Both { against: whole(20), asked: whole(25) }, divides: true },
        ];
        let slopes = slopes(&factors).unwrap();
        assert_eq!(slopes[0].times(&whole(300)), Exact::from_units(135, 1));
        assert_eq!(slopes[1].times(&whole(5)), Exact::from_units(-75, 1));
    }

    #[test]
    fn nothing_is_divided_by_zero_or_among_too_many() {
        let zero = Factor { values: Both { against: whole(0), asked: whole(2) }, divides: true };
        let one = Factor { values: Both { against: whole(1), asked: whole(2) }, divides: false };
        assert_eq!(slopes(&[one.clone(), zero]), None);
        assert_eq!(slopes(&vec![one; MOST + 1]), None);
        assert_eq!(shapley(MOST + 1, |_| Some(whole(0))), None);
    }
}
