//! Keys numbered by their parts.

use crate::cell::{Key, NOWHERE, row_number};

/// A number for each combination of the parts of keys, where these lie so close together that all combinations can be
/// counted. The numbers stand in the order of the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Combinations {
    spans: Vec<Span>,
    count: usize,
}

/// The values of one part of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// So many from the smallest on.
    Close(Key, u32),
    /// A few that lie apart, in order.
    Few(Vec<Key>),
}

/// Keys lie close together where there are at most so many combinations for each.
const COMBINATIONS_PER_KEY: usize = 8;

/// So many are a few.
const FEW: usize = 64;

impl Span {
    /// The span of the values of a part of so many keys; none where they are many and lie far apart.
    pub fn of(values: impl Iterator<Item = Key> + Clone, keys: usize) -> Option<Span> {
        let widen = |(least, most): (Key, Key), value: Key| (least.min(value), most.max(value));
        let (least, most) = values.clone().fold((Key::MAX, Key::MIN), widen);
        let count = most.checked_sub(least).and_then(|span| u32::try_from(span).ok()?.checked_add(1));
        if let Some(count) = count.filter(|count| *count as usize <= keys.saturating_mul(COMBINATIONS_PER_KEY)) {
            return Some(Span::Close(least, count));
        }
        let mut few: Vec<Key> = Vec::new();
        for value in values {
            if let Err(place) = few.binary_search(&value) {
                few.insert(place, value);
            }
            if few.len() > FEW {
                return None;
            }
        }
        Some(Span::Few(few))
    }

    /// The number of a combination with one more part; [`NOWHERE`] stays so, and is what no value of the span leads to.
    #[inline]
    pub fn with(&self, number: u32, part: Option<Key>) -> u32 {
        let place = part.and_then(|part| match self {
            Span::Close(least, count) => u32::try_from(part.checked_sub(*least)?).ok().filter(|place| *place < *count),
            Span::Few(few) => few.binary_search(&part).ok().map(row_number),
        });
        place.map_or(NOWHERE, |place| number.saturating_mul(self.count()).saturating_add(place))
    }

    fn count(&self) -> u32 {
        match self {
            Span::Close(_, count) => *count,
            Span::Few(few) => row_number(few.len()),
        }
    }

    fn at(&self, place: u32) -> Key {
        match self {
            Span::Close(least, _) => least.saturating_add(Key::from(place)),
            Span::Few(few) => few.get(place as usize).copied().unwrap_or_default(),
        }
    }
}

impl Combinations {
    /// Those of the spans of the parts of so many keys; none where they lie too far apart.
    pub fn of(spans: Vec<Span>, keys: usize) -> Option<Combinations> {
        let mut counts = spans.iter().map(|span| span.count() as usize);
        let count = counts.try_fold(1_usize, usize::checked_mul)?;
        let fits = count <= keys.saturating_mul(COMBINATIONS_PER_KEY) && count < NOWHERE as usize;
        fits.then_some(Combinations { spans, count })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The span of each part.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The number of a key; [`NOWHERE`] of one with a part outside.
    pub fn number(&self, key: &[Key]) -> u32 {
        self.spans.iter().zip(key).fold(0, |number, (span, part)| span.with(number, Some(*part)))
    }

    /// Appends the parts of the key with a number.
    pub fn push_key(&self, number: u32, keys: &mut Vec<Key>) {
        let (mut left, start) = (number, keys.len());
        for span in self.spans.iter().rev() {
            keys.push(span.at(left.checked_rem(span.count()).unwrap_or(0)));
            left = left.checked_div(span.count()).unwrap_or(0);
        }
        keys.get_mut(start..).into_iter().for_each(<[Key]>::reverse);
    }
}
