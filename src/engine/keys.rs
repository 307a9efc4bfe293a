//! Keys of rows, given part by part as whole columns: the rows that they lead to, and their numbers among all that occur.

use super::Engine;
use super::numbers::{Ints, There};
use super::read::key_at;
use super::selection::Selection;
use super::vector::Vector;
use crate::table::{Combinations, Fault, Key, NOWHERE, Rows, Span, Value, day_key, row_number};
use crate::types::expr::Expr;
use crate::value::Currency;

/// The keys of so many rows.
pub(super) struct Keys {
    parts: Vec<Vector>,
    count: usize,
}

impl Engine<'_> {
    /// The keys that expressions give.
    pub fn keys(&self, parts: &[Expr], at: &Selection, faults: &mut Vec<Fault>) -> Keys {
        Keys::new(parts.iter().map(|part| self.eval(part, at, faults)).collect(), at.len())
    }
}

impl Keys {
    /// Keys of these parts.
    pub fn new(parts: Vec<Vector>, count: usize) -> Keys {
        Keys { parts, count }
    }

    /// The rows with these keys; [`NOWHERE`] where there is none, or a part is missing.
    pub fn find(&self, rows: &Rows) -> Vec<u32> {
        if let Some((combinations, rows)) = rows.numbered(self.parts.len()) {
            let mut found = self.numbers(combinations);
            for place in &mut found {
                *place = rows.get(*place as usize).copied().unwrap_or(NOWHERE);
            }
            return found;
        }
        let (parts, mut key) = (self.one_by_one(), Vec::new());
        let mut find = |position| key_at(&parts, position, &mut key).and_then(|()| rows.find(&key)).unwrap_or(NOWHERE);
        (0..self.count).map(&mut find).collect()
    }

    /// Whether all parts of the key at a position are there.
    pub fn is_whole(&self, position: usize) -> bool {
        self.parts.iter().all(|part| part.get(position).is_some())
    }

    /// The distinct keys, in order, and the number of each row's key among them; [`NOWHERE`] where a part is missing.
    pub fn distinct(&self) -> (Rows, Vec<u32>) {
        let spans: Option<Vec<Span>> = self.parts.iter().map(|part| part.span(self.count)).collect();
        match spans.and_then(|spans| Combinations::of(spans, self.count)) {
            Some(combinations) => self.occurring(&combinations),
            None => self.sorted(),
        }
    }

    /// The numbers of the combinations that the parts are.
    fn numbers(&self, combinations: &Combinations) -> Vec<u32> {
        let mut numbers = vec![0; self.count];
        for (part, span) in self.parts.iter().zip(combinations.spans()) {
            part.zip_keys(&mut numbers, |number, key| *number = span.with(*number, key));
        }
        numbers
    }

    fn occurring(&self, combinations: &Combinations) -> (Rows, Vec<u32>) {
        let mut numbers = self.numbers(combinations);
        let mut places: Vec<u32> = vec![NOWHERE; combinations.count()];
        for number in &numbers {
            places.get_mut(*number as usize).into_iter().for_each(|place| *place = 0);
        }
        let (mut found, mut keys) = (0_usize, Vec::new());
        for (number, place) in (0_u32..).zip(&mut places) {
            if *place != NOWHERE {
                *place = row_number(found);
                found = found.saturating_add(1);
                combinations.push_key(number, &mut keys);
            }
        }
        for number in &mut numbers {
            *number = places.get(*number as usize).copied().unwrap_or(NOWHERE);
        }
        (Rows::of_parts(found, self.parts.len(), keys), numbers)
    }

    fn sorted(&self) -> (Rows, Vec<u32>) {
        let (parts, mut all, mut key) = (self.one_by_one(), Vec::new(), Vec::new());
        for position in 0..self.count {
            if key_at(&parts, position, &mut key).is_some() {
                all.push(key.clone());
            }
        }
        all.sort_unstable();
        all.dedup();
        let rows = Rows::of_parts(all.len(), parts.len(), all.concat());
        let numbers = self.find(&rows);
        (rows, numbers)
    }

    fn one_by_one(&self) -> Vec<Vec<Option<Key>>> {
        self.parts.iter().map(Vector::keys).collect()
    }
}

impl Vector {
    /// The values as parts of keys.
    pub fn keys(&self) -> Vec<Option<Key>> {
        let mut keys = vec![None; self.len()];
        self.zip_keys(&mut keys, |cell, key| *cell = key);
        keys
    }

    /// Of integers that stand in the same order as the values, the smallest and the largest; none where a value is missing
    /// or does not fit, or where there is none.
    pub fn ordinals_between(&self) -> Option<(i64, i64)> {
        match self {
            Vector::Numbers(numbers) => match numbers.units()? {
                (_, Ints::Narrow(all), There::All(_)) => all.iter().copied().min().zip(all.iter().copied().max()),
                _ => None,
            },
            Vector::Period(cells) => between(cells, |period| Key::from(period.0)),
            Vector::Row(cells) | Vector::Choice(cells) => between(cells, |row| Key::from(*row)),
            Vector::Date(cells) => between(cells, |day| day_key(*day)),
            _ => None,
        }
    }

    /// Does something with each of as many cells and the integer for the value at its position.
    pub fn zip_ordinals<T>(&self, with: &mut [T], each: impl Fn(&mut T, i64)) {
        match self {
            Vector::Numbers(numbers) => {
                if let Some((_, Ints::Narrow(all), _)) = numbers.units() {
                    with.iter_mut().zip(all).for_each(|(cell, value)| each(cell, *value));
                }
            }
            _ => self.zip_keys(with, |cell, key| each(cell, key.unwrap_or_default())),
        }
    }

    /// The values as one part of so many keys; none where they are too many and lie too far apart.
    fn span(&self, keys: usize) -> Option<Span> {
        match self {
            Vector::Period(cells) => Span::of(cells.iter().flatten().map(|period| Key::from(period.0)), keys),
            Vector::Row(cells) | Vector::Choice(cells) => {
                Span::of(cells.iter().flatten().map(|row| Key::from(*row)), keys)
            }
            Vector::Date(cells) => Span::of(cells.iter().flatten().map(|day| day_key(*day)), keys),
            _ => Span::of(self.keys().iter().flatten().copied(), keys),
        }
    }

    /// Does something with each of as many cells and the value at its position as a part of a key.
    fn zip_keys<T>(&self, with: &mut [T], each: impl Fn(&mut T, Option<Key>)) {
        fn zip<T, C>(with: &mut [T], cells: &[Option<C>], each: impl Fn(&mut T, Option<Key>), key: impl Fn(&C) -> Key) {
            with.iter_mut().zip(cells).for_each(|(cell, value)| each(cell, value.as_ref().map(&key)));
        }
        match self {
            Vector::Period(cells) => zip(with, cells, each, |period| Key::from(period.0)),
            Vector::Row(cells) | Vector::Choice(cells) => zip(with, cells, each, |row| Key::from(*row)),
            Vector::Date(cells) => zip(with, cells, each, |day| day_key(*day)),
            Vector::Currency(cells) => {
                let key = |currency: &Option<Currency>| Value::Currency((*currency)?).key();
                with.iter_mut().zip(cells).for_each(|(cell, currency)| each(cell, key(currency)));
            }
            _ => with.iter_mut().for_each(|cell| each(cell, None)),
        }
    }
}

/// The smallest and the largest of these; none where one is missing, or there is none.
fn between<C>(cells: &[Option<C>], key: impl Fn(&C) -> Key) -> Option<(Key, Key)> {
    let widen = |(least, most): (Key, Key), cell: &Option<C>| {
        let key = key(cell.as_ref()?);
        Some((least.min(key), most.max(key)))
    };
    cells.iter().try_fold((Key::MAX, Key::MIN), widen).filter(|_| !cells.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parts that are rows, of which some may be missing.
    fn keys(parts: &[&[Option<u32>]]) -> Keys {
        let count = parts[0].len();
        Keys::new(parts.iter().map(|part| Vector::Row(part.to_vec())).collect(), count)
    }

    #[test]
    fn keys_close_together_and_far_apart_are_numbered_in_their_order() {
        let second = [Some(1), Some(0), None, Some(1), Some(1)];
        for far in [3, 4_000_000_000] {
            let keys = keys(&[&[Some(far), Some(2), Some(2), Some(2), Some(far)], &second]);
            let (rows, numbers) = keys.distinct();
            // (2, 0), (2, 1), (far, 1).
            assert_eq!((rows.len(), numbers), (3, vec![2, 0, NOWHERE, 1, 2]));
            assert_eq!(rows.key(2), [Key::from(far), 1]);
        }
    }

    #[test]
    fn a_key_without_a_part_or_a_row_leads_nowhere() {
        for far in [2, 4_000_000_000] {
            let rows = Rows::new([[0, 5], [1, 5], [Key::from(far), 6]]);
            let found =
                keys(&[&[Some(far), Some(1), None, Some(7)], &[Some(6), Some(6), Some(5), Some(5)]]).find(&rows);
            assert_eq!(found, [2, NOWHERE, NOWHERE, NOWHERE]);
        }
    }
}
