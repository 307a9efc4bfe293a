//! One value of any type, as expressions and cells hold it.

use std::sync::Arc;

use chrono::Datelike;

use crate::calendar::{Date, Period};
use crate::value::{Currency, Exact};

/// A value that is there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// A number; its unit is static.
    Number(Exact),
    /// Yes or no.
    YesNo(bool),
    /// A text.
    Text(Arc<str>),
    /// A day.
    Date(Date),
    /// A period of a static unit.
    Period(Period),
    /// A row of a static record.
    Row(u32),
    /// A value of a static choice.
    Choice(u32),
    /// A currency.
    Currency(Currency),
}

/// A part of a key as a number: a row, a period's ordinal (of a day its number in the common era), a
/// choice, or a currency's letters.
pub type Key = i64;

impl Value {
    /// The value as a part of a key; none for what cannot be one.
    pub fn key(&self) -> Option<Key> {
        match self {
            Value::Period(period) => Some(Key::from(period.0)),
            Value::Row(row) => Some(Key::from(*row)),
            Value::Choice(choice) => Some(Key::from(*choice)),
            Value::Currency(currency) => {
                Some(currency.code().bytes().fold(0, |key: Key, byte| (key << 8) | Key::from(byte)))
            }
            Value::Date(date) => Some(day_key(*date)),
            Value::Number(_) | Value::YesNo(_) | Value::Text(_) => None,
        }
    }
}

/// A day as a part of a key: that of the period of one day.
pub fn day_key(date: Date) -> Key {
    Key::from(date.num_days_from_ce())
}

/// In the place of a row: none. A frame has fewer rows.
pub const NOWHERE: u32 = u32::MAX;

/// A position as a row number.
pub fn row_number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
