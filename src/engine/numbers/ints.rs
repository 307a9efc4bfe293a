//! Columns of integers: one for all rows, of 64 bits, or of 128 bits, whatever the values there need. What is
//! computed with 64 bits and does not fit is computed again with 128; what does not fit these has no result here.

use std::borrow::Cow;

use crate::value::Units;

/// Integers, one for each row.
#[derive(Clone, Debug)]
pub(in crate::engine) enum Ints {
    /// The same for every row.
    Same(i128),
    /// Of 64 bits.
    Narrow(Vec<i64>),
    /// Of 128 bits.
    Wide(Vec<i128>),
}

/// Integers of one width as a kernel reads them.
enum View<'a, T> {
    Same(T),
    Each(&'a [T]),
}

/// The result of an operation, and whether it did not fit.
type Checked<T> = (T, bool);

impl Ints {
    /// The one at a position.
    pub fn get(&self, position: usize) -> i128 {
        match self {
            Ints::Same(one) => *one,
            Ints::Narrow(all) => all.get(position).map_or(0, |one| i128::from(*one)),
            Ints::Wide(all) => all.get(position).copied().unwrap_or(0),
        }
    }

    /// So many of them, each in its own place.
    pub fn units(self, count: usize) -> Units {
        match self {
            Ints::Same(one) => match i64::try_from(one) {
                Ok(one) => Units::Narrow(vec![one; count]),
                Err(_) => Units::Wide(vec![one; count]),
            },
            Ints::Narrow(all) => Units::Narrow(all),
            Ints::Wide(all) => narrowed(all),
        }
    }

    /// Those of rows with a value, 0 for the others.
    pub fn where_there(self, there: &[bool]) -> Ints {
        match self {
            Ints::Same(one) => there.iter().map(|there| if *there { one } else { 0 }).collect::<Units>().into(),
            Ints::Narrow(all) => {
                let kept = all.into_iter().zip(there).map(|(one, there)| if *there { one } else { 0 });
                Ints::Narrow(kept.collect())
            }
            Ints::Wide(all) => {
                let kept = all.into_iter().zip(there).map(|(one, there)| if *there { one } else { 0 });
                Ints::Wide(kept.collect())
            }
        }
    }

    /// Those at other positions, in their order; 0 for none.
    pub fn pick(&self, positions: impl Iterator<Item = Option<u32>>) -> Ints {
        match self {
            Ints::Same(one) => Ints::Same(*one),
            Ints::Narrow(all) => Ints::Narrow(positions.map(|at| at_or_zero(all, at)).collect()),
            Ints::Wide(all) => Ints::Wide(positions.map(|at| at_or_zero(all, at)).collect()),
        }
    }

    /// Those at some of so many positions set to others.
    pub fn put(self, count: usize, positions: impl Iterator<Item = u32>, from: &Ints) -> Ints {
        if let (Some(_), Some(from)) = (self.narrow(), from.narrow()) {
            let mut all = match self {
                Ints::Narrow(all) => all,
                other => vec![i64::try_from(other.get(0)).unwrap_or(0); count],
            };
            set(&mut all, positions, &from);
            return Ints::Narrow(all);
        }
        let mut all = match self.wide() {
            Ints::Wide(all) => all,
            other => vec![other.get(0); count],
        };
        set(&mut all, positions, &from.wide().view());
        Ints::Wide(all)
    }

    /// So many of them behind others.
    pub fn append_to(&self, units: &mut Units, count: usize) {
        match (&mut *units, self.narrow()) {
            (Units::Narrow(all), Some(View::Each(own))) => all.extend_from_slice(own),
            (Units::Narrow(all), Some(View::Same(one))) => all.extend(std::iter::repeat_n(one, count)),
            _ => (0..count).for_each(|position| units.push(self.get(position))),
        }
    }

    /// Each by an operation on one.
    pub fn map(&self, narrow: impl Fn(i64) -> Checked<i64>, wide: impl Fn(i128) -> Checked<i128>) -> Option<Ints> {
        if let Ints::Narrow(all) = self
            && let Some(mapped) = all_fit(all.iter().map(|one| narrow(*one)))
        {
            return Some(Ints::Narrow(mapped));
        }
        match self {
            Ints::Same(one) => fitting(wide(*one)).map(Ints::Same),
            Ints::Narrow(all) => all_fit(all.iter().map(|one| wide(i128::from(*one)))).map(Ints::Wide),
            Ints::Wide(all) => all_fit(all.iter().map(|one| wide(*one))).map(Ints::Wide),
        }
    }

    /// Row by row, an operation on two.
    pub fn zip(
        &self,
        other: &Ints,
        narrow: impl Fn(i64, i64) -> Checked<i64>,
        wide: impl Fn(i128, i128) -> Checked<i128>,
    ) -> Option<Ints> {
        if let (Ints::Same(a), Ints::Same(b)) = (self, other) {
            return fitting(wide(*a, *b)).map(Ints::Same);
        }
        if let (Some(a), Some(b)) = (self.narrow(), other.narrow())
            && let Some(zipped) = zipped(&a, &b, &narrow)
        {
            return Some(Ints::Narrow(zipped));
        }
        let (a, b) = (self.wide(), other.wide());
        zipped(&a.view(), &b.view(), &wide).map(Ints::Wide)
    }

    /// Row by row, something of two.
    pub fn with<R>(&self, other: &Ints, count: usize, of: impl Fn(i128, i128) -> R) -> Vec<R> {
        if let (Ints::Narrow(a), Ints::Narrow(b)) = (self, other) {
            return a.iter().zip(b).map(|(a, b)| of(i128::from(*a), i128::from(*b))).collect();
        }
        (0..count).map(|position| of(self.get(position), other.get(position))).collect()
    }

    /// All times a factor.
    pub fn times(&self, factor: i128) -> Option<Cow<'_, Ints>> {
        if factor == 1 {
            return Some(Cow::Borrowed(self));
        }
        let times = match i64::try_from(factor) {
            Ok(short) => self.map(|one| one.overflowing_mul(short), |one| one.overflowing_mul(factor)),
            Err(_) => self.map(|one| (0, one != 0), |one| one.overflowing_mul(factor)),
        };
        times.map(Cow::Owned)
    }

    fn narrow(&self) -> Option<View<'_, i64>> {
        match self {
            Ints::Same(one) => i64::try_from(*one).ok().map(View::Same),
            Ints::Narrow(all) => Some(View::Each(all)),
            Ints::Wide(_) => None,
        }
    }

    fn wide(&self) -> Ints {
        match self {
            Ints::Narrow(all) => Ints::Wide(all.iter().map(|one| i128::from(*one)).collect()),
            other => other.clone(),
        }
    }

    fn view(&self) -> View<'_, i128> {
        match self {
            Ints::Same(one) => View::Same(*one),
            Ints::Wide(all) => View::Each(all),
            // They were made wide before.
            Ints::Narrow(_) => View::Each(&[]),
        }
    }
}

impl From<Units> for Ints {
    fn from(units: Units) -> Self {
        match units {
            Units::Narrow(all) => Ints::Narrow(all),
            Units::Wide(all) => Ints::Wide(all),
        }
    }
}

/// As narrow as they fit.
fn narrowed(all: Vec<i128>) -> Units {
    let narrow: Result<Vec<i64>, _> = all.iter().map(|one| i64::try_from(*one)).collect();
    narrow.map_or(Units::Wide(all), Units::Narrow)
}

fn at_or_zero<T: Copy + Default>(all: &[T], at: Option<u32>) -> T {
    at.and_then(|at| all.get(at as usize)).copied().unwrap_or_default()
}

fn fitting<T>((result, too_large): Checked<T>) -> Option<T> {
    (!too_large).then_some(result)
}

fn set<T: Copy>(all: &mut [T], positions: impl Iterator<Item = u32>, from: &View<T>) {
    for (number, position) in positions.enumerate() {
        let value = match from {
            View::Same(one) => Some(one),
            View::Each(each) => each.get(number),
        };
        if let (Some(cell), Some(value)) = (all.get_mut(position as usize), value) {
            *cell = *value;
        }
    }
}

/// The results, where all of them fit.
fn all_fit<T>(results: impl Iterator<Item = Checked<T>>) -> Option<Vec<T>> {
    let mut any = false;
    let all = results.map(|(result, too_large)| {
        any |= too_large;
        result
    });
    let all: Vec<T> = all.collect();
    (!any).then_some(all)
}

fn zipped<T: Copy>(a: &View<T>, b: &View<T>, of: &impl Fn(T, T) -> Checked<T>) -> Option<Vec<T>> {
    match (a, b) {
        (View::Each(a), View::Each(b)) => all_fit(a.iter().zip(*b).map(|(a, b)| of(*a, *b))),
        (View::Each(a), View::Same(b)) => all_fit(a.iter().map(|a| of(*a, *b))),
        (View::Same(a), View::Each(b)) => all_fit(b.iter().map(|b| of(*a, *b))),
        (View::Same(a), View::Same(b)) => all_fit(std::iter::once(of(*a, *b))),
    }
}
