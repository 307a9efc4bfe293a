//! Many integers in a row: of 64 bits as long as all of them fit, of 128 bits otherwise. Which it is
//! changes no value.

/// Integers, as narrow as all of them allow.
#[derive(Clone, Debug)]
pub enum Units {
    /// All of them fit 64 bits.
    Narrow(Vec<i64>),
    /// Some may not.
    Wide(Vec<i128>),
}

impl Default for Units {
    fn default() -> Self {
        Units::Narrow(Vec::new())
    }
}

impl Units {
    /// None, with room for so many.
    pub fn with_capacity(count: usize) -> Units {
        Units::Narrow(Vec::with_capacity(count))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Units::Narrow(units) => units.len(),
            Units::Wide(units) => units.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The one at a position.
    #[inline]
    pub fn get(&self, position: usize) -> Option<i128> {
        match self {
            Units::Narrow(units) => units.get(position).map(|units| i128::from(*units)),
            Units::Wide(units) => units.get(position).copied(),
        }
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = i128> + '_ {
        let (narrow, wide): (&[i64], &[i128]) = match self {
            Units::Narrow(units) => (units, &[]),
            Units::Wide(units) => (&[], units),
        };
        narrow.iter().map(|units| i128::from(*units)).chain(wide.iter().copied())
    }

    /// Appends one; the first that does not fit makes all of them wide.
    #[inline]
    pub fn push(&mut self, value: i128) {
        match self {
            Units::Narrow(units) => match i64::try_from(value) {
                Ok(value) => units.push(value),
                Err(_) => {
                    let mut wide: Vec<i128> = units.iter().map(|units| i128::from(*units)).collect();
                    wide.push(value);
                    *self = Units::Wide(wide);
                }
            },
            Units::Wide(units) => units.push(value),
        }
    }

    /// Appends others.
    pub fn append(&mut self, other: Units) {
        match (&mut *self, other) {
            (Units::Narrow(units), Units::Narrow(others)) if units.is_empty() => *units = others,
            (Units::Narrow(units), Units::Narrow(others)) => units.extend(others),
            (_, other) => other.iter().for_each(|value| self.push(value)),
        }
    }

    /// Sets those at these positions to the first of others.
    pub fn put(&mut self, positions: &[u32], others: &Units) {
        if let (Units::Narrow(units), Units::Wide(_)) = (&*self, others) {
            *self = Units::Wide(units.iter().map(|units| i128::from(*units)).collect());
        }
        for (position, value) in positions.iter().zip(others.iter()) {
            match self {
                Units::Narrow(units) => {
                    let cell = units.get_mut(*position as usize).zip(i64::try_from(value).ok());
                    cell.into_iter().for_each(|(cell, value)| *cell = value);
                }
                Units::Wide(units) => units.get_mut(*position as usize).into_iter().for_each(|cell| *cell = value),
            }
        }
    }

    /// Those at these positions; 0 beyond the end.
    pub fn take(&self, positions: &[u32]) -> Units {
        match self {
            Units::Narrow(units) => {
                let at = |position: &u32| units.get(*position as usize).copied().unwrap_or_default();
                Units::Narrow(positions.iter().map(at).collect())
            }
            Units::Wide(_) => {
                positions.iter().map(|position| self.get(*position as usize).unwrap_or_default()).collect()
            }
        }
    }
}

impl FromIterator<i128> for Units {
    fn from_iter<I: IntoIterator<Item = i128>>(values: I) -> Self {
        let values = values.into_iter();
        let mut units = Units::with_capacity(values.size_hint().0);
        values.for_each(|value| units.push(value));
        units
    }
}

/// Equal where the integers are.
impl PartialEq for Units {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Units::Narrow(a), Units::Narrow(b)) => a == b,
            (Units::Wide(a), Units::Wide(b)) => a == b,
            _ => self.len() == other.len() && self.iter().eq(other.iter()),
        }
    }
}

impl Eq for Units {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_does_not_fit_makes_all_wide_and_keeps_them() {
        let large = i128::from(i64::MAX) + 1;
        let mut units: Units = [1, -2].into_iter().collect();
        assert!(matches!(units, Units::Narrow(_)));
        units.push(large);
        assert!(matches!(units, Units::Wide(_)));
        units.push(3);
        assert_eq!(units.iter().collect::<Vec<i128>>(), [1, -2, large, 3]);
        assert_eq!((units.get(2), units.get(4), units.len()), (Some(large), None, 4));
        assert_eq!(Units::Wide(vec![1, -2]), [1, -2].into_iter().collect());
    }
}
