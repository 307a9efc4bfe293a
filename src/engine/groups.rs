//! Rows numbered by their keys, and what is added up by such numbers.

use rayon::prelude::*;

use super::numbers::{Ints, Numbers, There};
use super::read::{NOWHERE, key_at};
use crate::table::{Key, Rows, row_number};
use crate::value::{Exact, Units};

/// So many rows are numbered by one thread at least.
const AT_ONCE: usize = 1 << 14;

/// Combinations are counted in one array where there may be at most so many for each row.
const COMBINATIONS_PER_ROW: i128 = 8;

/// The distinct keys, in order, given part by part for so many rows, and the number of each row's key among them;
/// [`NOWHERE`] where a part is missing.
pub(super) fn distinct(parts: &[Vec<Option<Key>>], count: usize) -> (Rows, Vec<u32>) {
    if let Some(dense) = Dense::of(parts, count) {
        return dense.numbered(parts, count);
    }
    let width = parts.len();
    let (mut all, mut key) = (Vec::new(), Vec::new());
    for position in 0..count {
        if key_at(parts, position, &mut key).is_some() {
            all.push(key.clone());
        }
    }
    all.sort_unstable();
    all.dedup();
    let rows = Rows::of_parts(all.len(), width, all.concat());
    let mut number = |position| key_at(parts, position, &mut key).and_then(|()| rows.find(&key)).unwrap_or(NOWHERE);
    let numbers = (0..count).map(&mut number).collect();
    (rows, numbers)
}

/// Parts of keys that lie so close together that every combination can be counted.
struct Dense {
    /// For each part, its smallest number and how many numbers there are.
    spans: Vec<(Key, usize)>,
    combinations: usize,
}

impl Dense {
    fn of(parts: &[Vec<Option<Key>>], count: usize) -> Option<Dense> {
        let mut spans = Vec::with_capacity(parts.len());
        let mut combinations = 1_i128;
        for part in parts {
            let numbers = || part.iter().flatten();
            let (least, most) = (numbers().min().copied()?, numbers().max().copied()?);
            let span = i128::from(most).checked_sub(i128::from(least))?.checked_add(1)?;
            combinations = combinations.checked_mul(span)?;
            spans.push((least, usize::try_from(span).ok()?));
        }
        let most = i128::try_from(count).ok()?.checked_mul(COMBINATIONS_PER_ROW)?;
        let combinations = usize::try_from(combinations).ok().filter(|_| combinations <= most)?;
        Some(Dense { spans, combinations })
    }

    /// The number of a combination; none where a part is missing.
    fn code(&self, parts: &[Vec<Option<Key>>], position: usize) -> Option<usize> {
        let mut code = 0_usize;
        for (part, (least, span)) in parts.iter().zip(&self.spans) {
            let key = part.get(position).copied().flatten()?;
            let number = usize::try_from(key.checked_sub(*least)?).ok()?;
            code = code.checked_mul(*span)?.checked_add(number)?;
        }
        Some(code)
    }

    fn numbered(&self, parts: &[Vec<Option<Key>>], count: usize) -> (Rows, Vec<u32>) {
        // No combination has the number behind the last.
        let code = |position| self.code(parts, position).unwrap_or(self.combinations);
        let codes: Vec<usize> = (0..count).into_par_iter().with_min_len(AT_ONCE).map(code).collect();
        let mut numbers: Vec<u32> = vec![NOWHERE; self.combinations];
        for code in &codes {
            numbers.get_mut(*code).into_iter().for_each(|number| *number = 0);
        }
        let (mut found, mut keys) = (0_usize, Vec::new());
        for (code, number) in numbers.iter_mut().enumerate() {
            if *number != NOWHERE {
                *number = row_number(found);
                found = found.saturating_add(1);
                self.push_key(code, &mut keys);
            }
        }
        let number = |code: &usize| numbers.get(*code).copied().unwrap_or(NOWHERE);
        let numbers = codes.par_iter().with_min_len(AT_ONCE).map(number).collect();
        (Rows::of_parts(found, self.spans.len(), keys), numbers)
    }

    fn push_key(&self, code: usize, keys: &mut Vec<Key>) {
        let (mut left, start) = (code, keys.len());
        for (least, span) in self.spans.iter().rev() {
            let number = left.checked_rem(*span).unwrap_or(0);
            left = left.checked_div(*span).unwrap_or(0);
            keys.push(least.saturating_add(Key::try_from(number).unwrap_or(0)));
        }
        keys.get_mut(start..).into_iter().for_each(<[Key]>::reverse);
    }
}

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
