//! Values as cells hold them: a double, a date as a count of days, a text, yes or no.

use chrono::NaiveDate;

use super::expr::Expr;
use crate::step::Amount;
use crate::value::{Exact, Rounding};

/// More significant digits than a double holds of every decimal.
const DIGITS: usize = 15;

/// Decimals of a fraction that are enough for any double next to it.
const PLACES: u8 = 28;

/// What kind of cell a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Date,
    Truth,
    Text,
}

/// A value as it is written into a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// A number as a decimal.
    Number(String),
    /// Yes or no.
    Truth(bool),
    /// A text.
    Text(String),
    /// Nothing.
    Blank,
}

/// The kind of an amount.
pub(super) fn kind(amount: &Amount) -> Kind {
    match amount.unit.as_str() {
        "yes/no" => Kind::Truth,
        "date" if serial(&amount.text).is_some() => Kind::Date,
        _ if amount.number().is_some() => Kind::Number,
        _ => Kind::Text,
    }
}

/// A date as its day's number. Of days before March 1900 spreadsheets disagree: those are texts.
pub(super) fn serial(date: &str) -> Option<i64> {
    let day = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?;
    let days = day.signed_duration_since(NaiveDate::from_ymd_opt(1899, 12, 30)?).num_days();
    (61..=2_958_465).contains(&days).then_some(days)
}

/// The value in a cell of its own.
pub(super) fn written(amount: Option<&Amount>) -> Written {
    let Some(amount) = amount else { return Written::Blank };
    match kind(amount) {
        Kind::Truth => Written::Truth(amount.text == "yes"),
        Kind::Date => serial(&amount.text).map_or(Written::Blank, |day| Written::Number(day.to_string())),
        Kind::Number => Written::Number(decimal(&amount.text)),
        Kind::Text => Written::Text(amount.text.clone()),
    }
}

/// The value within a formula.
pub(super) fn literal(amount: Option<&Amount>) -> Expr {
    let Some(amount) = amount else { return Expr::blank() };
    match kind(amount) {
        Kind::Truth => Expr::text(if amount.text == "yes" { "TRUE" } else { "FALSE" }),
        Kind::Date => day(&amount.text),
        Kind::Number if amount.text.contains('/') => Expr::text(format!("({})", amount.text)),
        Kind::Number => Expr::text(amount.text.clone()),
        Kind::Text => Expr::quoted(&amount.text),
    }
}

/// A day within a formula, readable.
pub(super) fn day(date: &str) -> Expr {
    let parts: Vec<String> = date.split('-').map(|part| part.trim_start_matches('0').to_owned()).collect();
    match parts.as_slice() {
        [year, month, day] if serial(date).is_some() => Expr::text(format!("DATE({year},{month},{day})")),
        _ => Expr::quoted(date),
    }
}

/// A fraction as a decimal of more digits than a double holds.
fn decimal(text: &str) -> String {
    match Exact::parse(text) {
        Some(value) if text.contains('/') => value.rounded(PLACES, Rounding::HalfEven).to_string(),
        _ => text.to_owned(),
    }
}

/// The value as text, where a cell holds only the nearest double.
pub(super) fn inexact(amount: &Amount) -> Option<String> {
    if kind(amount) != Kind::Number {
        return None;
    }
    let digits: String = amount.text.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_start_matches('0');
    let significant = if amount.text.contains('.') { significant.trim_end_matches('0') } else { significant };
    (amount.text.contains('/') || significant.len() > DIGITS).then(|| amount.text.clone())
}

/// So many decimals of the value are no noise of doubles, if it grows by no more than a digit.
pub(super) fn sound_decimals(amounts: &[&Amount]) -> u8 {
    let whole = |amount: &&Amount| {
        let value = Exact::parse(&amount.text).unwrap_or_else(Exact::zero).absolute();
        value.floor().to_string().len()
    };
    let widest = amounts.iter().map(whole).max().unwrap_or(1);
    u8::try_from(DIGITS.saturating_sub(widest).saturating_sub(1)).unwrap_or(0).clamp(1, 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str, unit: &str) -> Amount {
        Amount::new(text.to_owned(), unit.to_owned())
    }

    #[test]
    fn what_a_double_does_not_hold_is_told() {
        assert_eq!(inexact(&amount("1/3", "number")), Some("1/3".to_owned()));
        assert_eq!(inexact(&amount("9999999999999.99", "USD")), None);
        assert_eq!(inexact(&amount("99999999999999.99", "USD")), Some("99999999999999.99".to_owned()));
        assert_eq!(inexact(&amount("0.000000", "number")), None);
        assert_eq!(inexact(&amount("1234567890123456", "Order")), None);
    }

    #[test]
    fn dates_are_days_as_spreadsheets_count_them() {
        // 2026-01-01 is day 46,023 in Excel.
        assert_eq!(serial("2026-01-01"), Some(46_023));
        assert_eq!(serial("1900-03-01"), Some(61));
        assert_eq!(serial("1900-02-28"), None);
        assert_eq!(literal(Some(&amount("2026-08-09", "date"))), Expr::text("DATE(2026,8,9)"));
        assert_eq!(literal(Some(&amount("1815-06-18", "date"))), Expr::text("\"1815-06-18\""));
    }

    #[test]
    fn as_many_decimals_as_a_double_has() {
        // 15 digits, 6 of them before the point and one for growth.
        assert_eq!(sound_decimals(&[&amount("623001.43", "USD")]), 8);
        assert_eq!(sound_decimals(&[&amount("1/3", "number")]), 12);
        assert_eq!(sound_decimals(&[&amount("99999999999999", "JPY")]), 1);
    }
}
