//! Rows by a number, such as those of each person.

/// Rows by a number, in order within each.
#[derive(Debug, Default)]
pub(super) struct ByNumber {
    /// Where the rows of each number begin; one more than there are numbers.
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl ByNumber {
    /// These rows, each under a number below `count`; others are left out.
    pub fn of(count: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> ByNumber {
        let mut starts = vec![0_u32; count.saturating_add(1)];
        for (number, _) in pairs.clone() {
            let next = starts.get_mut((number as usize).saturating_add(1));
            next.into_iter().for_each(|count| *count = count.saturating_add(1));
        }
        let mut sum = 0_u32;
        for start in &mut starts {
            sum = sum.saturating_add(*start);
            *start = sum;
        }
        let mut next = starts.clone();
        let mut rows = vec![0; sum as usize];
        for (number, row) in pairs {
            let end = next.get((number as usize).saturating_add(1)).is_some();
            let Some(place) = next.get_mut(number as usize).filter(|_| end) else { continue };
            if let Some(cell) = rows.get_mut(*place as usize) {
                *cell = row;
            }
            *place = place.saturating_add(1);
        }
        ByNumber { starts, rows }
    }

    /// The rows of a number.
    pub fn at(&self, number: u32) -> &[u32] {
        let number = number as usize;
        let range = self.starts.get(number).zip(self.starts.get(number.saturating_add(1)));
        range.and_then(|(start, end)| self.rows.get(*start as usize..*end as usize)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_their_number() {
        let pairs = [(2, 10), (0, 11), (2, 12), (5, 13), (3, 14)];
        let by = ByNumber::of(4, pairs.into_iter());
        assert_eq!([by.at(0), by.at(1), by.at(2), by.at(3)], [&[11][..], &[], &[10, 12], &[14]]);
        assert!(by.at(4).is_empty() && by.at(9).is_empty());
    }
}
