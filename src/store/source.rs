//! Cells as they lie in the tables of a run, to be stored or printed: nothing is copied before a file is written.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::texts::{TextList, push_fixed};
use crate::calendar::{Date, print_date};
use crate::keys::{print_number, yes_or_no};
use crate::table::{State, States};
use crate::value::{Fixed, Units};

/// A cell by its row, where it has a value.
pub(super) type ByRow<'a, T> = Box<dyn Fn(u32) -> Option<T> + Send + Sync + 'a>;

/// The cells of all rows of a frame.
pub(super) enum Source<'a> {
    /// Stored numbers: units of 10^-places.
    Number {
        /// The places of all of them.
        places: u8,
        /// Whether they may have more digits than an integer of 64 bits.
        wide: bool,
        /// Whether they print as percentages.
        percent: bool,
        /// The units.
        units: &'a Units,
    },
    /// Days.
    Date(&'a [Date]),
    /// Yes or no.
    YesNo(&'a [bool]),
    /// Rows of a file.
    Count(&'a [u64]),
    /// Whole numbers that are keys.
    Whole(ByRow<'a, i64>),
    /// Texts, each by its number among those that there are.
    Coded(Arc<TextList>, ByRow<'a, u32>),
    /// Texts.
    Text(ByRow<'a, Cow<'a, str>>),
}

/// Cells with their states.
pub(super) struct Cells<'a> {
    /// The cells.
    pub source: Source<'a>,
    /// Which of them have a value; none where the cells tell it themselves.
    pub states: Option<&'a States>,
}

/// Rows of a frame, in the order in which they are stored.
#[derive(Clone, Debug)]
pub(super) enum Picked {
    /// The first so many.
    All(usize),
    /// These.
    These(Arc<[u32]>),
}

impl Picked {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Picked::All(count) => *count,
            Picked::These(rows) => rows.len(),
        }
    }

    /// Visits those at these positions.
    pub fn each(&self, positions: Range<usize>, mut visit: impl FnMut(u32)) {
        match self {
            Picked::All(_) => positions.map(crate::table::row_number).for_each(visit),
            Picked::These(rows) => rows.get(positions).unwrap_or_default().iter().for_each(|row| visit(*row)),
        }
    }
}

/// The values at some rows, and which of the rows have one.
pub(super) struct Gathered<T> {
    /// The values that are there.
    pub values: Vec<T>,
    /// For each row whether it has one; none where all have.
    pub present: Option<Vec<bool>>,
}

impl<'a> Cells<'a> {
    /// The text of a row, where it has one and is one of these texts.
    pub fn coded(list: Arc<TextList>, code: impl Fn(u32) -> Option<u32> + Send + Sync + 'a) -> Cells<'a> {
        Cells { source: Source::Coded(list, Box::new(code)), states: None }
    }

    /// The text of a row, where it has one.
    pub fn text(text: impl Fn(u32) -> Option<Cow<'a, str>> + Send + Sync + 'a) -> Cells<'a> {
        Cells { source: Source::Text(Box::new(text)), states: None }
    }

    /// Whether a row has a value, as far as its state tells.
    pub fn is_there(&self, row: u32) -> bool {
        self.states.is_none_or(|states| states.get(row) == State::There)
    }

    /// The values at the picked rows of these positions.
    pub fn gather<T>(&self, rows: &Picked, positions: Range<usize>, value: impl Fn(u32) -> Option<T>) -> Gathered<T> {
        let mut values = Vec::with_capacity(positions.len());
        // Marked from the first row on that has none.
        let mut present: Option<Vec<bool>> = None;
        rows.each(positions, |row| {
            let found = value(row).filter(|_| self.is_there(row));
            if present.is_some() || found.is_none() {
                present.get_or_insert_with(|| vec![true; values.len()]).push(found.is_some());
            }
            if let Some(found) = found {
                values.push(found);
            }
        });
        Gathered { values, present }
    }

    /// The same of a slice with a cell for each row of the frame.
    pub fn gather_slice<T: Copy, U>(
        &self,
        cells: &[T],
        (rows, positions): (&Picked, Range<usize>),
        stored: impl Fn(T) -> U,
    ) -> Gathered<U> {
        match self.stretch(cells, rows, &positions) {
            Some(cells) => Gathered { values: cells.iter().map(|cell| stored(*cell)).collect(), present: None },
            None => self.gather(rows, positions, |row| cells.get(row as usize).map(|cell| stored(*cell))),
        }
    }

    /// The part of such a slice that stands for these positions as it is, where all of them have a value.
    pub fn stretch<'c, T>(&self, cells: &'c [T], rows: &Picked, positions: &Range<usize>) -> Option<&'c [T]> {
        match (rows, self.states) {
            (Picked::All(_), None | Some(States::There(_))) => cells.get(positions.clone()),
            _ => None,
        }
    }

    /// Appends the text of a row; says whether there is one.
    pub fn print(&self, row: u32, out: &mut String) -> bool {
        if !self.is_there(row) {
            return false;
        }
        let position = row as usize;
        let printed = match &self.source {
            Source::Number { places, percent, units, .. } => units.get(position).map(|units| {
                let fixed = Fixed { units, places: *places };
                if *percent { out.push_str(&print_number(fixed, true)) } else { push_fixed(out, fixed) }
            }),
            Source::Date(cells) => cells.get(position).map(|date| out.push_str(&print_date(*date))),
            Source::YesNo(cells) => cells.get(position).map(|yes| out.push_str(yes_or_no(*yes))),
            Source::Count(cells) => cells.get(position).map(|count| out.push_str(&count.to_string())),
            Source::Whole(number) => number(row).map(|number| out.push_str(&number.to_string())),
            Source::Coded(list, code) => code(row).map(|code| out.push_str(list.get(code))),
            Source::Text(text) => text(row).map(|text| out.push_str(&text)),
        };
        printed.is_some()
    }
}
