//! Rows sorted within their groups: sent to the groups by counting, then sorted where they lie close together.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::vector::Vector;
use crate::table::row_number;

/// The places of rows, group after group, each group in its order and what is equal in order of the places; and where
/// each group begins, with the end behind them.
pub(super) fn sorted_groups(groups: &[u32], count: usize, by: &[Vector], largest_first: bool) -> (Vec<u32>, Vec<u32>) {
    let starts = starts(groups, count);
    let sorted = match Packed::of(groups.len(), by, largest_first) {
        Some(packed) => {
            let mut codes = sent(groups, &starts, |place| packed.codes.get(place).copied().unwrap_or(0));
            slices(&mut codes, &starts).into_par_iter().for_each(<[u64]>::sort_unstable);
            codes.into_iter().map(|code| packed.place(code)).collect()
        }
        None => {
            let mut places = sent(groups, &starts, row_number);
            slices(&mut places, &starts).into_par_iter().for_each(|group| {
                group.sort_by(|a, b| compare(by, largest_first, *a as usize, *b as usize));
            });
            places
        }
    };
    (sorted, starts)
}

/// Where each group begins, and behind them the number of rows.
fn starts(groups: &[u32], count: usize) -> Vec<u32> {
    let mut starts = vec![0_u32; count.saturating_add(1)];
    for group in groups {
        let next = starts.get_mut((*group as usize).saturating_add(1));
        next.into_iter().for_each(|count| *count = count.saturating_add(1));
    }
    let mut sum = 0_u32;
    for start in &mut starts {
        sum = sum.saturating_add(*start);
        *start = sum;
    }
    starts
}

/// Something of each row, sent to its group.
fn sent<T: Copy + Default>(groups: &[u32], starts: &[u32], of: impl Fn(usize) -> T) -> Vec<T> {
    let mut next = starts.to_vec();
    let mut all = vec![T::default(); groups.len()];
    for (place, group) in groups.iter().enumerate() {
        let Some(at) = next.get_mut(*group as usize) else { continue };
        if let Some(cell) = all.get_mut(*at as usize) {
            *cell = of(place);
        }
        *at = at.saturating_add(1);
    }
    all
}

/// The groups that have something to sort.
fn slices<'a, T>(all: &'a mut [T], starts: &[u32]) -> Vec<&'a mut [T]> {
    let mut left = all;
    let mut slices = Vec::new();
    for (start, end) in starts.iter().zip(starts.iter().skip(1)) {
        let count = end.saturating_sub(*start) as usize;
        let Some((slice, rest)) = left.split_at_mut_checked(count) else { break };
        if slice.len() > 1 {
            slices.push(slice);
        }
        left = rest;
    }
    slices
}

/// What rows are sorted by, as one integer: each value in as many bits as there are between the smallest and the
/// largest, and behind them the place of the row.
struct Packed {
    codes: Vec<u64>,
    place_bits: u32,
}

impl Packed {
    fn of(count: usize, by: &[Vector], largest_first: bool) -> Option<Packed> {
        let place_bits = bits(u64::try_from(count).ok()?);
        let mut left = u64::BITS.checked_sub(place_bits)?;
        let mut codes = vec![0_u64; count];
        for (number, values) in by.iter().enumerate() {
            let (least, most) = values.ordinals_between()?;
            let downwards = number == 0 && largest_first;
            let bits = bits(most.abs_diff(least));
            left = left.checked_sub(bits)?;
            values.zip_ordinals(&mut codes, |code, value| {
                let distance = if downwards { most.abs_diff(value) } else { value.abs_diff(least) };
                *code = code.checked_shl(bits).unwrap_or(0) | distance;
            });
        }
        for (code, place) in codes.iter_mut().zip(0..) {
            *code = code.checked_shl(place_bits).unwrap_or(0) | place;
        }
        Some(Packed { codes, place_bits })
    }

    fn place(&self, code: u64) -> u32 {
        let mask = 1_u64.checked_shl(self.place_bits).map_or(u64::MAX, |bit| bit.saturating_sub(1));
        u32::try_from(code & mask).unwrap_or(u32::MAX)
    }
}

/// How two rows compare in an order, apart from their keys.
pub(super) fn compare(by: &[Vector], largest_first: bool, a: usize, b: usize) -> Ordering {
    let parts = by.iter().enumerate().map(|(number, values)| {
        let upwards = values.order(a, b);
        if number == 0 && largest_first { upwards.reverse() } else { upwards }
    });
    parts.fold(Ordering::Equal, Ordering::then)
}

/// How many bits a number takes.
fn bits(number: u64) -> u32 {
    u64::BITS.saturating_sub(number.leading_zeros())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects)]

    use proptest::prelude::*;

    use super::super::numbers::Numbers;
    use super::*;

    proptest! {
        /// Numbers that fit one integer are sorted as those are that are compared one by one.
        #[test]
        fn both_ways_to_sort_give_the_same_order(
            rows in prop::collection::vec((0_u32..4, -3_i128..3, any::<u16>()), 0..60),
            largest_first: bool,
            far: bool,
        ) {
            let groups: Vec<u32> = rows.iter().map(|(group, ..)| *group).collect();
            let first = |scale: i128| Vector::Numbers(Numbers::whole(rows.iter().map(|(_, n, _)| Some(n * scale)).collect()));
            let second = Vector::Row(rows.iter().map(|(.., row)| Some(u32::from(*row))).collect());
            let scale = if far { i128::from(i64::MAX) } else { 1 };
            let (sorted, starts) = sorted_groups(&groups, 4, &[first(scale), second], largest_first);
            let mut expected: Vec<usize> = (0..rows.len()).collect();
            expected.sort_by_key(|place| {
                let (group, number, row) = rows[*place];
                (group, if largest_first { -number } else { number }, row, *place)
            });
            prop_assert_eq!(sorted.iter().map(|place| *place as usize).collect::<Vec<usize>>(), expected);
            prop_assert_eq!(starts.len(), 5);
            prop_assert_eq!(starts[4] as usize, rows.len());
        }
    }
}
