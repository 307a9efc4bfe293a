//! What is added up: the cells of a column as whole numbers of its smallest unit, and what they are in.

use std::sync::Arc;

use super::PlanRun;
use super::flows::currency;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::ColumnId;
use crate::keys;
use crate::program::Program;
use crate::table::{Cells, ColumnData, State};
use crate::types::model::{Dimension, Part, Type};
use crate::value::{Currency, Fixed};

/// What the amounts of a column are in.
pub(super) enum InCurrency<'a> {
    /// All of them in this, or in none.
    One(String),
    /// Each in what stands in this column.
    OfRow(&'a ColumnData),
}

impl<'a> InCurrency<'a> {
    /// What those of a column are in; of none, nothing.
    pub fn of(run: &PlanRun<'a>, column: Option<ColumnId>) -> InCurrency<'a> {
        let columns = &run.program.model.columns;
        let Some(column) = column else { return InCurrency::One(String::new()) };
        let described = columns.at(column);
        let named = match described.ty {
            Type::Number(Dimension { above: Some(Part::RowCurrency(named)), .. }, _) => Some(named),
            _ => None,
        };
        let own = named.filter(|named| columns.at(*named).frame == described.frame);
        match own.and_then(|named| run.results.tables.column(named)) {
            Some(data) => InCurrency::OfRow(data),
            None => InCurrency::One(currency(run, column, 0)),
        }
    }

    /// That of a row, where each has its own.
    pub fn at(&self, row: u32) -> Option<Currency> {
        match self {
            InCurrency::OfRow(data) if data.state(row) == State::There => match data.cells() {
                Cells::Currency(cells) => cells.get(row as usize).copied(),
                _ => None,
            },
            InCurrency::OfRow(_) | InCurrency::One(_) => None,
        }
    }

    /// Its letters, of that of a row where each has its own.
    pub fn text(&self, currency: Option<Currency>) -> String {
        match (self, currency) {
            (InCurrency::One(text), _) => text.clone(),
            (InCurrency::OfRow(_), currency) => {
                currency.map_or_else(String::new, |currency| currency.code().to_owned())
            }
        }
    }
}

/// What is kept for each currency that occurs, and for none.
pub(super) struct ByCurrency<T> {
    /// For none, and for each currency behind it by its number: where what is kept for it stands, from 1 on; else 0.
    places: Vec<u16>,
    kept: Vec<(Option<Currency>, T)>,
}

impl<T> Default for ByCurrency<T> {
    fn default() -> Self {
        ByCurrency { places: Vec::new(), kept: Vec::new() }
    }
}

impl<T: Default> ByCurrency<T> {
    /// What is kept for a currency.
    #[inline]
    pub fn of(&mut self, currency: Option<Currency>) -> Option<&mut T> {
        if self.places.is_empty() {
            self.places.resize(Currency::NUMBERS.saturating_add(1), 0);
        }
        let place = self.places.get_mut(currency.map_or(0, |currency| currency.number().saturating_add(1)))?;
        if *place == 0 {
            self.kept.push((currency, T::default()));
            *place = u16::try_from(self.kept.len()).unwrap_or_default();
        }
        self.kept.get_mut(usize::from(*place).checked_sub(1)?).map(|(_, kept)| kept)
    }
}

impl<T> IntoIterator for ByCurrency<T> {
    type Item = (Option<Currency>, T);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.kept.into_iter()
    }
}

/// An amount at the places of a column; one in each row's own currency at those of the currency.
pub(super) fn amount(program: &Program, column: ColumnId, units: i128, currency: &str) -> String {
    let column = program.model.columns.at(column);
    let fixed = Fixed { units, places: column.places.unwrap_or(0) };
    keys::in_row_currency(column, fixed, currency).to_string()
}

/// The cells of a column, where there are any.
pub(super) fn data<'a>(run: &PlanRun<'a>, column: Option<ColumnId>) -> Option<&'a ColumnData> {
    run.results.tables.column(column?).map(Arc::as_ref)
}

/// The units of a cell; one without a value adds nothing.
pub(super) fn units_of(data: Option<&ColumnData>, row: u32) -> i128 {
    data.and_then(|data| data.fixed(row)).map_or(0, |fixed| fixed.units)
}

/// A total with more digits than an integer has: small, for there is a result for every row.
#[derive(Debug)]
pub(super) struct TooLong;

impl TooLong {
    /// In words, where it is one of the reconciliation.
    pub fn told(self) -> Diagnostic {
        Diagnostic::new(Code::OutputFailed, "a total of the reconciliation has too many digits")
    }

    /// In words, where it is that of a definition.
    pub fn told_of(self, name: &str) -> Diagnostic {
        Diagnostic::new(Code::OutputFailed, format!("the total of `{name}` has too many digits"))
    }
}

pub(super) fn add(sum: i128, units: i128) -> Result<i128, TooLong> {
    sum.checked_add(units).ok_or(TooLong)
}
