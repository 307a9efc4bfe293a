//! The rows of a frame: their keys, and the way from a key to its row.

use std::ops::Range;

use super::combinations::{Combinations, Span};
use crate::cell::{Key, NOWHERE, row_number};

/// The rows of a frame: their keys, and the way from a key to its row. All keys have as many parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    count: usize,
    /// How many parts a key has.
    width: usize,
    /// The parts of all keys, row after row.
    parts: Vec<Key>,
    way: Way,
}

/// The way from a key to its row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Way {
    /// The key is the row itself.
    #[default]
    Own,
    /// By the whole key.
    Whole(Index),
    /// By the key without its last part, the first day of a version, and any day on which it holds.
    Versions {
        /// The keys without their last parts, and the versions of each: where they begin.
        of: Box<Rows>,
        /// The first version of each of these, and behind them the number of versions.
        firsts: Vec<u32>,
        /// The last day of each version.
        lasts: Vec<Key>,
    },
}

/// The way by the whole key.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Index {
    /// Keys that lie close together: by the number of a combination its row.
    Numbered(Combinations, Vec<u32>),
    /// Other keys in ascending order: the rows, where they do not stand in it themselves.
    Sorted(Option<Vec<u32>>),
}

impl Rows {
    /// Rows with these keys, which must be distinct and have as many parts; their order is kept.
    pub fn new<K: AsRef<[Key]>>(keys: impl IntoIterator<Item = K>) -> Self {
        let (mut count, mut width, mut parts) = (0_usize, 0, Vec::new());
        for key in keys {
            width = key.as_ref().len();
            parts.extend_from_slice(key.as_ref());
            count = count.saturating_add(1);
        }
        Self::of_parts(count, width, parts)
    }

    /// The same, with so many keys of so many parts, one after another.
    pub fn of_parts(count: usize, width: usize, parts: Vec<Key>) -> Self {
        // No keys have no parts.
        let width = if count == 0 { 0 } else { width };
        let mut rows = Self { count, width, parts, way: Way::Own };
        rows.way = Way::Whole(rows.index());
        rows
    }

    /// `count` rows whose key is the row itself.
    pub fn own(count: usize) -> Self {
        let parts = (0..count).map(|row| Key::from(row_number(row))).collect();
        Self { count, width: 1, parts, way: Way::Own }
    }

    /// Versions of rows: the last part of each key is the first day on which the version holds, `lasts`
    /// are their last days. Versions of one row stand together, in order, and do not overlap.
    pub fn versions<K: AsRef<[Key]>>(keys: impl IntoIterator<Item = K>, lasts: Vec<Key>) -> Self {
        let mut rows = Self::new(keys);
        let (mut of, mut firsts): (Vec<&[Key]>, Vec<u32>) = (Vec::new(), Vec::new());
        for row in rows.all() {
            let key = without_last(rows.key(row));
            if of.last() != Some(&key) {
                of.push(key);
                firsts.push(row);
            }
        }
        firsts.push(row_number(rows.count));
        let of = Box::new(Self::new(of));
        rows.way = Way::Versions { of, firsts, lasts };
        rows
    }

    /// The versions of a row with this key, in order of their days; none where rows have no versions. Where
    /// keys have several parts, one number in their place is the row itself.
    pub fn versions_of(&self, key: &[Key]) -> Range<u32> {
        let Way::Versions { of, firsts, .. } = &self.way else { return 0..0 };
        let Some(row) = of.find(key) else { return 0..0 };
        let first = |row: u32| firsts.get(row as usize).copied();
        first(row).zip(first(row.saturating_add(1))).map_or(0..0, |(first, end)| first..end)
    }

    /// The first and the last day of a version, as parts of a key.
    pub fn days_of(&self, row: u32) -> Option<(Key, Key)> {
        match &self.way {
            Way::Versions { lasts, .. } => Some((*self.key(row).last()?, *lasts.get(row as usize)?)),
            Way::Own | Way::Whole(_) => None,
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// All rows.
    pub fn all(&self) -> Range<u32> {
        0..row_number(self.count)
    }

    /// The key of a row; empty beyond the end.
    pub fn key(&self, row: u32) -> &[Key] {
        let start = (row as usize).saturating_mul(self.width);
        self.parts.get(start..start.saturating_add(self.width)).unwrap_or_default()
    }

    /// How many parts a key has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The row with a key; of versions, the one that holds on the day that is the key's last part. Where
    /// keys have several parts, one number in their place is the row itself: a reference to a row.
    pub fn find(&self, key: &[Key]) -> Option<u32> {
        match (&self.way, key) {
            (Way::Versions { lasts, .. }, _) => {
                let (day, of) = key.split_last()?;
                let versions = self.versions_of(of);
                let begun = partition_point(versions.clone(), |row| self.key(row).last() <= Some(day));
                let row = begun.checked_sub(1).filter(|row| versions.contains(row))?;
                lasts.get(row as usize).filter(|last| *last >= day).map(|_| row)
            }
            (Way::Whole(index), _) if key.len() == self.width => self.find_in(index, key),
            (_, [row]) => u32::try_from(*row).ok().filter(|row| (*row as usize) < self.count),
            _ => None,
        }
    }

    /// The numbers of keys with so many parts, and by number the row, where the keys lie close together.
    pub fn numbered(&self, width: usize) -> Option<(&Combinations, &[u32])> {
        match &self.way {
            Way::Whole(Index::Numbered(combinations, rows)) if width == self.width => Some((combinations, rows)),
            _ => None,
        }
    }

    fn index(&self) -> Index {
        let part = |part: usize| self.parts.iter().skip(part).step_by(self.width.max(1)).copied();
        let spans: Option<Vec<Span>> = (0..self.width).map(|number| Span::of(part(number), self.count)).collect();
        if let Some(combinations) = spans.and_then(|spans| Combinations::of(spans, self.count)) {
            let mut rows = vec![NOWHERE; combinations.count()];
            for row in self.all() {
                let cell = rows.get_mut(combinations.number(self.key(row)) as usize);
                cell.into_iter().for_each(|cell| *cell = row);
            }
            return Index::Numbered(combinations, rows);
        }
        let key = |row: &u32| self.key(*row);
        let mut rows: Vec<u32> = self.all().collect();
        if rows.is_sorted_by_key(key) {
            return Index::Sorted(None);
        }
        rows.sort_unstable_by(|a, b| key(a).cmp(key(b)));
        Index::Sorted(Some(rows))
    }

    fn find_in(&self, index: &Index, key: &[Key]) -> Option<u32> {
        match index {
            Index::Numbered(combinations, rows) => {
                rows.get(combinations.number(key) as usize).copied().filter(|row| *row != NOWHERE)
            }
            Index::Sorted(order) => {
                let row = |place: u32| order.as_ref().map_or(Some(place), |order| order.get(place as usize).copied());
                let before = |place: u32| row(place).is_some_and(|row| self.key(row) < key);
                row(partition_point(self.all(), before)).filter(|found| self.key(*found) == key)
            }
        }
    }
}

/// The first of these numbers, or their end, for which it is not so; it is so for all before.
fn partition_point(among: Range<u32>, is_so: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (among.start, among.end);
    while low < high {
        let middle = low.midpoint(high);
        if is_so(middle) {
            low = middle.saturating_add(1);
        } else {
            high = middle;
        }
    }
    low
}

fn without_last(key: &[Key]) -> &[Key] {
    key.split_last().map_or(key, |(_, before)| before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_finds_its_row_and_no_other_key_does() {
        let close: &[[Key; 2]] = &[[0, 10], [0, 11], [0, 12], [2, 10], [2, 12], [3, 11]];
        let far: &[[Key; 2]] = &[[-5_000_000_000, 1], [7, 1], [7, 3], [9_000_000_000, 0]];
        let unsorted: &[[Key; 2]] = &[[3, 1], [0, 5], [3, 0], [1, 1]];
        for keys in [close, far, unsorted] {
            let rows = Rows::new(keys);
            for (row, key) in keys.iter().enumerate() {
                assert_eq!(rows.find(key), Some(row_number(row)), "{key:?}");
                assert_eq!(rows.key(row_number(row)), key);
            }
            for absent in [[0, 13], [1, 10], [-1, 1], [4, 0], [7, 2], [3, 10], [Key::MAX, Key::MIN]] {
                assert_eq!(rows.find(&absent), None, "{absent:?}");
            }
            // One number in the place of several parts is the row.
            assert_eq!((rows.find(&[3]), rows.find(&[6])), (Some(3), None));
        }
    }

    #[test]
    fn a_frame_of_one_row_has_an_empty_key() {
        assert_eq!(Rows::new([[]]).find(&[]), Some(0));
        assert_eq!(Rows::new(Vec::<[Key; 2]>::new()).find(&[1, 2]), None);
        assert_eq!(Rows::own(2).find(&[1]), Some(1));
        assert_eq!(Rows::own(2).find(&[2]), None);
    }
}
