//! Amounts of a run folder as people read them, and their sums.

use crate::value::{Currency, Exact, Fixed};

/// A number with commas between thousands; what is no plain number stays as it is.
pub(super) fn grouped(text: &str) -> String {
    let (sign, size) = text.strip_prefix('-').map_or(("", text), |size| ("-", size));
    let (whole, decimals) = size.split_at(size.find('.').unwrap_or(size.len()));
    if whole.is_empty() || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    let mut grouped = sign.to_owned();
    for (index, digit) in whole.char_indices() {
        let left = whole.len().saturating_sub(index);
        if index > 0 && left.is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + decimals
}

/// An amount with commas between thousands, without zeros beyond the places its currency has.
pub(super) fn money(text: &str, currency: &str) -> String {
    let minor = Currency::from_code(currency).map(Currency::minor_units);
    let (Some(minor), Some((whole, decimals))) = (minor, text.split_once('.')) else {
        return grouped(text);
    };
    let kept = decimals.trim_end_matches('0').len().max(usize::from(minor)).min(decimals.len());
    match decimals.get(..kept).filter(|kept| !kept.is_empty()) {
        Some(decimals) => grouped(&format!("{whole}.{decimals}")),
        None => grouped(whole),
    }
}

/// A sum of amounts as a run folder prints them.
#[derive(Clone, Debug)]
pub(super) struct Sum {
    /// What fits into an integer, which is all but what is enormous.
    fixed: Fixed,
    /// The rest.
    beyond: Exact,
    /// How many amounts it sums.
    pub count: u64,
}

impl Default for Sum {
    fn default() -> Self {
        Sum { fixed: Fixed { units: 0, places: 0 }, beyond: Exact::zero(), count: 0 }
    }
}

impl Sum {
    /// Adds an amount.
    pub fn add(&mut self, text: &str) {
        self.count = self.count.saturating_add(1);
        let Some(amount) = Fixed::parse(text) else { return };
        self.fixed = self.fixed.plus(amount).unwrap_or_else(|| {
            self.beyond = self.beyond.plus(&self.fixed.to_exact());
            amount
        });
    }

    /// The sum at the most places of its amounts, without separators.
    pub fn text(&self) -> String {
        if self.beyond.is_zero() {
            return self.fixed.to_string();
        }
        self.beyond.plus(&self.fixed.to_exact()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(grouped("1234567.8901"), "1,234,567.8901");
        assert_eq!(grouped("-999"), "-999");
        assert_eq!(grouped("-1000.50"), "-1,000.50");
        assert_eq!(grouped(""), "");
        assert_eq!(grouped("2/3"), "2/3");
    }

    #[test]
    fn money_has_the_places_of_its_currency() {
        assert_eq!(money("1562927.5900", "USD"), "1,562,927.59");
        assert_eq!(money("44210112.2798", "USD"), "44,210,112.2798");
        assert_eq!(money("5.0000", "USD"), "5.00");
        assert_eq!(money("1000.00", "JPY"), "1,000");
        assert_eq!(money("5", "USD"), "5");
        assert_eq!(money("5.50", ""), "5.50");
    }

    #[test]
    fn a_sum_keeps_the_most_places() {
        let mut sum = Sum::default();
        ["0.10", "-1.005", "7"].iter().for_each(|text| sum.add(text));
        assert_eq!((sum.text().as_str(), sum.count), ("6.095", 3));
    }
}
