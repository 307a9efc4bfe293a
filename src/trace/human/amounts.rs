//! Amounts as people read them: `1,234.56 USD`, `80.6596%`, `≈ 0.333333`.

use crate::step::{Amount, Rounded};
use crate::value::{Currency, Exact, Rounding};

use super::glyphs::{Glyphs, clean};

/// Decimals shown of a number that needs more; a percentage shows two fewer.
const PLACES: u8 = 6;

/// Decimals shown beyond those that a rounding kept.
const BEYOND: u8 = 4;

/// The longest fraction worth reading beside its decimal.
const FRACTION_CHARS: usize = 15;

/// An amount cut at its decimal point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::trace) struct Shown {
    /// What stands before the point.
    pub(in crate::trace) whole: String,
    /// The point, the decimals and the unit.
    pub(in crate::trace) rest: String,
    /// A unit too long to stand behind each amount.
    pub(in crate::trace) long_unit: String,
    /// Whether it is a word and has no point to be aligned on.
    pub(in crate::trace) word: bool,
}

impl Shown {
    /// A word in the place of an amount.
    pub(in crate::trace) fn word(text: &str) -> Shown {
        Shown { whole: clean(text), word: true, ..Shown::default() }
    }

    /// Fills the decimals up with zeros, so that a column of them ends evenly.
    pub(in crate::trace) fn even(&mut self, places: usize) {
        let unit = self.rest.find(|c: char| c != '.' && !c.is_ascii_digit());
        let (decimals, unit) = self.rest.split_at(unit.unwrap_or(self.rest.len()));
        if !self.word && places > 0 {
            let digits = decimals.strip_prefix('.').unwrap_or_default();
            self.rest = format!(".{digits:0<places$}{unit}");
        }
    }

    /// How many decimals there are.
    pub(in crate::trace) fn places(&self) -> usize {
        let decimals = self.rest.strip_prefix('.').unwrap_or_default();
        decimals.chars().take_while(char::is_ascii_digit).count()
    }

    /// The amount as running text.
    pub(in crate::trace) fn text(&self) -> String {
        format!("{}{}", self.whole, self.rest)
    }
}

/// The two sides of so much for each of something: `USD` and `seat`. An exchange rate is none.
fn price(unit: &str) -> Option<(&str, &str)> {
    unit.split_once(" per ").filter(|(_, below)| *below != "currency" && Currency::from_code(below).is_none())
}

/// The amount as it is shown; a missing one says so.
pub(in crate::trace) fn shown(amount: Option<&Amount>, glyphs: Glyphs) -> Shown {
    let Some(amount) = amount else {
        return Shown::word("missing");
    };
    let Some(value) = amount.number() else {
        return Shown::word(&amount.text);
    };
    let percent = amount.unit == "percent";
    let money = price(&amount.unit).map_or(amount.unit.as_str(), |(money, _)| money);
    let least = Currency::from_code(money).map_or(0, Currency::minor_units);
    let most = if percent { PLACES.saturating_sub(2) } else { PLACES.max(least) };
    let value = if percent { hundredfold(&value) } else { value };
    let (text, cut) = decimals(&value, most);
    let about = if cut { glyphs.about() } else { "" };
    let (whole, fraction) = grouped(&text, least);
    let mut shown = unit_of(amount);
    shown.whole = format!("{about}{whole}");
    shown.rest = format!("{fraction}{}", shown.rest);
    shown
}

/// The amount as a share: a ratio read by a table whose rows are percentages.
pub(in crate::trace) fn as_percent(amount: &Amount) -> Amount {
    let unit = match amount.unit.as_str() {
        "number" | "integer" => "percent",
        other => other,
    };
    Amount::new(amount.text.clone(), unit.to_owned())
}

/// What a rounding started from: the digits, cut and never rounded, so that a tie is never made up.
pub(in crate::trace) fn before_rounding(rounded: &Rounded, unit: &str, glyphs: Glyphs) -> Shown {
    let amount = Amount::new(rounded.exact.clone(), unit.to_owned());
    let Some(value) = amount.number() else {
        return Shown::word(&rounded.exact);
    };
    let percent = unit == "percent";
    let value = if percent { hundredfold(&value) } else { value };
    let kept = shown_places(rounded, unit);
    let most = kept.saturating_add(BEYOND).max(PLACES);
    let ends = ended(&value, most);
    let text = ends.clone().unwrap_or_else(|| {
        let cut = value.rounded(most, Rounding::Down).to_string();
        padded(&cut, most.into())
    });
    let (whole, fraction) = grouped(&text, 0);
    let more = if ends.is_some() { "" } else { glyphs.more() };
    let mut shown = unit_of(&amount);
    shown.whole = whole;
    shown.rest = format!("{fraction}{more}{}", shown.rest);
    shown
}

/// The places a rounding kept, as they are shown: a percentage has two fewer than its ratio.
pub(in crate::trace) fn shown_places(rounded: &Rounded, unit: &str) -> u8 {
    let hidden = if unit == "percent" { 2 } else { 0 };
    rounded.places.saturating_sub(hidden)
}

/// The fraction behind a number that no decimal ends, where it is short.
pub(in crate::trace) fn short_fraction(text: &str) -> Option<String> {
    let value = Exact::parse(text)?;
    let fraction = format!("{}/{}", value.numerator(), value.denominator());
    (!value.terminates() && fraction.len() <= FRACTION_CHARS).then_some(fraction)
}

/// The number alone, a percentage without its sign.
pub(in crate::trace) fn bare(value: &Exact, unit: &str, glyphs: Glyphs) -> String {
    let percent = unit == "percent";
    let value = if percent { hundredfold(value) } else { value.clone() };
    let amount = Amount::new(value.to_string(), "number".to_owned());
    shown(Some(&amount), glyphs).text()
}

/// The unit behind the number, or in `long_unit` where it needs a column of its own.
fn unit_of(amount: &Amount) -> Shown {
    let (rest, long_unit) = match amount.unit.as_str() {
        "percent" => ("%".to_owned(), String::new()),
        "number" | "integer" => Default::default(),
        unit if unit.contains(' ') && price(unit).is_none() => (String::new(), clean(unit)),
        "days" if amount.text == "1" => (" day".to_owned(), String::new()),
        "months" if amount.text == "1" => (" month".to_owned(), String::new()),
        _ if amount.names().is_some() => {
            let (one, many) = amount.names().unwrap_or_default();
            let is_one = Exact::parse(&amount.text) == Some(Exact::one());
            (format!(" {}", clean(if is_one { one } else { many })), String::new())
        }
        unit => (format!(" {}", clean(unit.strip_prefix("number ").unwrap_or(unit))), String::new()),
    };
    Shown { rest, long_unit, ..Shown::default() }
}

fn hundredfold(value: &Exact) -> Exact {
    value.times(&Exact::from_integer(100))
}

/// The number as a decimal of at most so many places, and whether that is not all of it.
fn decimals(value: &Exact, most: u8) -> (String, bool) {
    if let Some(text) = ended(value, most) {
        return (text, false);
    }
    // What is not 0 is not shown as 0: as many places as it takes to see something of it.
    let text = (most..=28)
        .map(|places| value.rounded(places, Rounding::HalfUp))
        .find(|rounded| !rounded.is_zero())
        .unwrap_or_else(Exact::zero)
        .to_string();
    (text, true)
}

/// The whole number as a decimal, where it ends within so many places.
fn ended(value: &Exact, most: u8) -> Option<String> {
    let text = value.to_string();
    let places = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    (!text.contains('/') && places <= most.into()).then_some(text)
}

/// A decimal with zeros up to so many places.
fn padded(text: &str, places: usize) -> String {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if places == 0 { whole.to_owned() } else { format!("{whole}.{decimals:0<places$}") }
}

/// `1234.5` as `1,234` and `.50`.
fn grouped(text: &str, least: u8) -> (String, String) {
    let text = match text.split_once('.') {
        Some((_, decimals)) if decimals.len() >= least.into() => text.to_owned(),
        _ => padded(text, least.into()),
    };
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, decimals)) => (whole, format!(".{decimals}")),
        None => (text.as_str(), String::new()),
    };
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let mut result = String::from(if digits.len() < whole.len() { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(index);
        if index > 0 && left.is_multiple_of(3) {
            result.push(',');
        }
        result.push(digit);
    }
    (result, fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNICODE: Glyphs = Glyphs { unicode: true };

    fn amount(text: &str, unit: &str) -> Amount {
        Amount::new(text.to_owned(), unit.to_owned())
    }

    fn text(value: &str, unit: &str) -> String {
        shown(Some(&amount(value, unit)), UNICODE).text()
    }

    #[test]
    fn amounts_read_as_on_a_statement() {
        assert_eq!(text("7927.62", "USD"), "7,927.62 USD");
        assert_eq!(text("-1234567.5", "USD"), "-1,234,567.50 USD");
        assert_eq!(text("20565.6206", "USD"), "20,565.6206 USD");
        assert_eq!(text("100", "JPY"), "100 JPY");
        assert_eq!(text("1.2", "KWD"), "1.200 KWD");
        assert_eq!(text("0", "USD"), "0.00 USD");
        assert_eq!(text("0.806596", "percent"), "80.6596%");
        assert_eq!(text("1", "percent"), "100%");
        assert_eq!(text("45", "days"), "45 days");
        assert_eq!(text("1", "days"), "1 day");
        assert_eq!(text("1200.5", "seat/seats"), "1,200.5 seats");
        assert_eq!(text("1.000000", "seat/seats"), "1 seat");
        assert_eq!(text("25", "USD per seat"), "25.00 USD per seat");
        assert_eq!(text("1.5", "number per seat"), "1.5 per seat");
        assert_eq!(text("999", "integer"), "999");
        assert_eq!(text("1000", "integer"), "1,000");
    }

    #[test]
    fn keys_and_words_are_left_alone() {
        assert_eq!(text("43659", "Order"), "43659");
        assert_eq!(text("2026-03-31", "date"), "2026-03-31");
        assert_eq!(text("yes", "yes/no"), "yes");
        assert_eq!(shown(None, UNICODE).text(), "missing");
    }

    #[test]
    fn what_does_not_end_is_marked() {
        // 1/3 = 0.333333...; 2/3 = 66.6666...%; 1/30000000 = 0.0000000333...
        assert_eq!(text("1/3", "number"), "≈ 0.333333");
        assert_eq!(text("2/3", "percent"), "≈ 66.6667%");
        assert_eq!(text("-2/3", "USD"), "≈ -0.666667 USD");
        assert_eq!(text("1/30000000", "number"), "≈ 0.00000003");
        let ascii = Glyphs { unicode: false };
        assert_eq!(shown(Some(&amount("1/3", "number")), ascii).text(), "~ 0.333333");
        assert_eq!(short_fraction("1/3"), Some("1/3".to_owned()));
        assert_eq!(short_fraction("0.25"), None);
        assert_eq!(short_fraction("1266878013/1835000000"), None);
    }

    #[test]
    fn a_rounding_never_starts_from_a_tie_that_was_not_there() {
        let rounded = |exact: &str, places| Rounded { exact: exact.to_owned(), places, mode: "half up".to_owned() };
        // 1/3 - 1/10^7 would round to 0.3333332; 2469/20 = 123.45.
        let text = |exact, places, unit| before_rounding(&rounded(exact, places), unit, UNICODE).text();
        assert_eq!(text("3040.5072312", 2, "USD"), "3,040.507231… USD");
        assert_eq!(text("246913/200", 2, "USD"), "1,234.565 USD");
        assert_eq!(text("12345649999999/10000000000", 2, "USD"), "1,234.564999… USD");
        assert_eq!(text("2/3", 6, "percent"), "66.66666666…%");
        assert_eq!(text("200001/100000000", 0, "number"), "0.002000…");
    }

    #[test]
    fn a_long_unit_stands_elsewhere() {
        let rate = shown(Some(&amount("1.0856", "USD per currency")), UNICODE);
        assert_eq!((rate.text().as_str(), rate.long_unit.as_str()), ("1.0856", "USD per currency"));
    }
}
