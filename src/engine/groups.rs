//! What is added up by the numbers of groups.

use super::numbers::{Ints, Numbers, There};
use crate::value::{Exact, Units};

/// Which of so many groups occur.
pub(super) fn marked(count: usize, groups: impl Iterator<Item = u32>) -> Vec<bool> {
    let mut marked = vec![false; count];
    for group in groups {
        marked.get_mut(group as usize).into_iter().for_each(|mark| *mark = true);
    }
    marked
}

/// How many rows each of so many groups has.
pub(super) fn counts(groups: &[u32], count: usize) -> Numbers {
    let mut counts = vec![0_i64; count];
    for group in groups {
        counts.get_mut(*group as usize).into_iter().for_each(|count| *count = count.saturating_add(1));
    }
    Numbers::decimals(0, Ints::Narrow(counts), There::All(count))
}

/// The sum of each of so many groups; missing where one of its numbers is.
pub(super) fn sums(values: &Numbers, groups: &[u32], count: usize) -> Numbers {
    if let Some((places, units, there)) = values.units()
        && let Some(sums) = unit_sums(units, groups, count)
    {
        let there = match there {
            There::All(_) => There::All(count),
            There::Each(each) => {
                let mut whole = vec![true; count];
                for (group, _) in groups.iter().zip(each).filter(|(_, there)| !**there) {
                    whole.get_mut(*group as usize).into_iter().for_each(|whole| *whole = false);
                }
                whole.into_iter().collect()
            }
        };
        let sums: Units = sums.into_iter().collect();
        return Numbers::decimals(places, sums.into(), there);
    }
    let mut sums: Vec<Option<Exact>> = vec![Some(Exact::zero()); count];
    for (group, value) in groups.iter().zip(values.exact().iter()) {
        if let Some(sum) = sums.get_mut(*group as usize) {
            *sum = sum.take().zip(value.as_ref()).map(|(sum, value)| sum.plus(value));
        }
    }
    Numbers::Exact(sums)
}

fn unit_sums(units: &Ints, groups: &[u32], count: usize) -> Option<Vec<i128>> {
    let mut sums = vec![0_i128; count];
    // As many of 64 bits as there can be rows fit 128.
    if let Ints::Narrow(units) = units {
        for (group, units) in groups.iter().zip(units) {
            sums.get_mut(*group as usize).into_iter().for_each(|sum| *sum = sum.saturating_add(i128::from(*units)));
        }
        return Some(sums);
    }
    for (position, group) in groups.iter().enumerate() {
        let sum = sums.get_mut(*group as usize)?;
        *sum = sum.checked_add(units.get(position))?;
    }
    Some(sums)
}
