//! The units of time, and a period as its number within one of them.

/// A period by its number within its unit: those of regular units count on from the year 0, those
/// from data from the first one. The order is that of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period(pub i32);

/// Which of a plan's calendars from data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomId(pub u16);

/// The length of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// A day.
    Day,
    /// A calendar month.
    Month,
    /// Three months of the fiscal year.
    Quarter,
    /// Six months of the fiscal year.
    Half,
    /// The fiscal year.
    Year,
    /// Periods that come from data.
    Custom(CustomId),
}

impl Unit {
    /// The regular units, finest first.
    pub const REGULAR: [Unit; 5] = [Unit::Day, Unit::Month, Unit::Quarter, Unit::Half, Unit::Year];

    /// The regular unit a plan calls by this word.
    pub fn from_word(word: &str) -> Option<Unit> {
        Unit::REGULAR.into_iter().find(|unit| unit.word() == Some(word))
    }

    /// The word for a regular unit; a unit from data is named in the plan.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Unit::Day => Some("day"),
            Unit::Month => Some("month"),
            Unit::Quarter => Some("quarter"),
            Unit::Half => Some("half"),
            Unit::Year => Some("year"),
            Unit::Custom(_) => None,
        }
    }

    /// Whether every period of this unit lies in one of the other; each unit lies in itself.
    pub fn lies_in(self, coarser: Unit) -> bool {
        let regular = |unit| !matches!(unit, Unit::Custom(_));
        self == coarser || (regular(self) && regular(coarser) && self < coarser)
    }

    /// So many periods of another unit in periods of this one, where that is a whole number always.
    pub fn count_of(self, count: u32, of: Unit) -> Option<u32> {
        if self == of {
            return Some(count);
        }
        let months = |unit: Unit| unit.months().and_then(|months| u32::try_from(months).ok());
        let all = count.checked_mul(months(of)?)?;
        let own = months(self)?;
        (all.checked_rem(own)? == 0).then(|| all.checked_div(own)).flatten()
    }

    /// How many months a period of this unit has, where it is made of months.
    pub fn months(self) -> Option<i32> {
        match self {
            Unit::Month => Some(1),
            Unit::Quarter => Some(3),
            Unit::Half => Some(6),
            Unit::Year => Some(12),
            Unit::Day | Unit::Custom(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_the_regular_units() {
        for unit in Unit::REGULAR {
            assert_eq!(Unit::from_word(unit.word().unwrap()), Some(unit));
        }
        assert_eq!(Unit::from_word("window"), None);
        assert_eq!(Unit::from_word("Month"), None);
    }

    #[test]
    fn finer_units_lie_in_coarser_ones() {
        let window = Unit::Custom(CustomId(0));
        assert!(Unit::Day.lies_in(Unit::Month) && Unit::Quarter.lies_in(Unit::Year));
        assert!(Unit::Half.lies_in(Unit::Half) && window.lies_in(window));
        assert!(!Unit::Year.lies_in(Unit::Half) && !window.lies_in(Unit::Year));
        assert!(!Unit::Day.lies_in(window) && !window.lies_in(Unit::Custom(CustomId(1))));
    }
}
