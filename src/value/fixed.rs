//! Stored values: decimal integers at the places of their type.

use std::cmp::Ordering;
use std::error::Error;
use std::fmt;

use num_traits::ToPrimitive;
use rust_decimal::Decimal;

use super::exact::Exact;
use super::rounding::Rounding;

/// The most digits a stored value may have.
pub const DIGITS: u32 = 18;

/// The most digits a stored value may have where its type is `wide`.
pub const WIDE_DIGITS: u32 = 28;

/// A stored value: `units / 10^places`. Equal only where the places are equal too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fixed {
    /// The value counted in the unit of its last place.
    pub units: i128,
    /// The number of decimals.
    pub places: u8,
}

/// A result has more digits than its type may store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TooLarge {
    /// The digits that would have been allowed.
    pub digits: u32,
}

impl Fixed {
    /// Rounds once, to the places and by the mode given; an error beyond so many digits.
    pub fn from_exact(exact: &Exact, places: u8, mode: Rounding, digits: u32) -> Result<Fixed, TooLarge> {
        let too_large = TooLarge { digits };
        let units = exact.to_units(places, mode).to_i128().ok_or(too_large)?;
        // A limit above 38 digits is none: the integer itself ends there.
        let limit = 10_u128.checked_pow(digits).unwrap_or(u128::MAX);
        if units.unsigned_abs() < limit { Ok(Fixed { units, places }) } else { Err(too_large) }
    }

    /// Reads what `Display` writes; nothing where it is no plain decimal, or has more digits than fit.
    pub fn parse(text: &str) -> Option<Fixed> {
        let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        if whole.is_empty() || (decimals.is_empty() && unsigned.ends_with('.')) {
            return None;
        }
        let mut size = 0_i128;
        for digit in whole.bytes().chain(decimals.bytes()) {
            let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
            size = size.checked_mul(10)?.checked_add(i128::from(digit))?;
        }
        let units = if negative { size.checked_neg()? } else { size };
        Some(Fixed { units, places: u8::try_from(decimals.len()).ok()? })
    }

    /// The sum at the places of the longer of the two; nothing where it has more digits than fit.
    pub fn plus(self, other: Fixed) -> Option<Fixed> {
        let places = self.places.max(other.places);
        let units = self.at_places(places)?.checked_add(other.at_places(places)?)?;
        Some(Fixed { units, places })
    }

    /// The units of the same number at no fewer places.
    fn at_places(self, places: u8) -> Option<i128> {
        let more = places.checked_sub(self.places)?;
        self.units.checked_mul(10_i128.checked_pow(more.into())?)
    }

    /// How the two numbers compare, whatever their places.
    pub fn compare(self, other: Fixed) -> Ordering {
        match self.places == other.places {
            true => self.units.cmp(&other.units),
            false => self.to_exact().cmp(&other.to_exact()),
        }
    }

    /// The same number for use in an expression.
    pub fn to_exact(self) -> Exact {
        Exact::from_units(self.units, self.places)
    }

    /// The same number and places as a decimal; every value of at most 28 digits and places has one.
    pub fn to_decimal(self) -> Option<Decimal> {
        Decimal::try_from_i128_with_scale(self.units, self.places.into()).ok()
    }

    /// The text with commas between thousands: `-1,234.50`.
    pub fn grouped(self) -> String {
        let plain = self.size_text();
        let (whole, decimals) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
        let mut text = String::from(self.sign());
        for (index, digit) in whole.char_indices() {
            let left = whole.len().saturating_sub(index);
            if index > 0 && left.is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        text.push_str(decimals);
        text
    }

    /// The minus sign, where there is one.
    fn sign(self) -> &'static str {
        if self.units < 0 { "-" } else { "" }
    }

    /// The text without its sign.
    fn size_text(self) -> String {
        decimal_text(&self.units.unsigned_abs().to_string(), self.places)
    }
}

impl fmt::Display for Fixed {
    /// All its places and no more, without commas: `-1234.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}{}", self.sign(), self.size_text()))
    }
}

impl TooLarge {
    /// What is wrong, in words.
    pub fn explain(&self) -> String {
        format!("the value has more than {} digits", self.digits)
    }
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain())
    }
}

impl Error for TooLarge {}

/// Sets the decimal point into the digits of a number of units: `5` at two places is `0.05`.
pub(super) fn decimal_text(units: &str, places: u8) -> String {
    let places = usize::from(places);
    if places == 0 {
        return units.to_owned();
    }
    let padded = format!("{units:0>width$}", width = places.saturating_add(1));
    let (whole, decimals) = padded.split_at(padded.len().saturating_sub(places));
    format!("{whole}.{decimals}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::parse_plain;
    use super::*;

    fn fixed(units: i128, places: u8) -> Fixed {
        Fixed { units, places }
    }

    #[test]
    fn prints_exactly_its_places() {
        let texts = [
            (fixed(-123_450, 2), "-1234.50", "-1,234.50"),
            (fixed(0, 2), "0.00", "0.00"),
            (fixed(-4, 2), "-0.04", "-0.04"),
            (fixed(100, 0), "100", "100"),
            (fixed(1_000, 0), "1000", "1,000"),
            (fixed(123_456_789, 3), "123456.789", "123,456.789"),
            (fixed(1_234_567_890, 0), "1234567890", "1,234,567,890"),
        ];
        for (value, plain, grouped) in texts {
            assert_eq!(value.to_string(), plain);
            assert_eq!(value.grouped(), grouped);
        }
        assert_eq!(format!("{:>8}", fixed(150, 2)), "    1.50");
        // The ends of the integer print too.
        assert_eq!(fixed(i128::MIN, 0).to_string(), i128::MIN.to_string());
    }

    #[test]
    fn refuses_one_digit_too_many() {
        let most = Exact::from_integer(999_999_999_999_999_999);
        let held = Fixed::from_exact(&most, 0, Rounding::HalfUp, DIGITS);
        assert_eq!(held, Ok(fixed(999_999_999_999_999_999, 0)));
        let more = most.plus(&Exact::one());
        let refused = Fixed::from_exact(&more, 0, Rounding::HalfUp, DIGITS);
        assert_eq!(refused, Err(TooLarge { digits: 18 }));
        // Rounding up may itself add the digit.
        let nearly = most.plus(&Exact::from_units(5, 1)).negated();
        assert!(Fixed::from_exact(&nearly, 0, Rounding::HalfUp, DIGITS).is_err());
        assert!(Fixed::from_exact(&nearly, 0, Rounding::Down, DIGITS).is_ok());
        assert!(Fixed::from_exact(&more, 10, Rounding::HalfUp, WIDE_DIGITS).is_err());
        assert!(Fixed::from_exact(&more, 9, Rounding::HalfUp, WIDE_DIGITS).is_ok());
        assert_eq!(refused.unwrap_err().to_string(), "the value has more than 18 digits");
    }

    #[test]
    fn a_wide_value_has_its_decimal() {
        let widest = fixed(9_999_999_999_999_999_999_999_999_999, 28);
        assert_eq!(widest.to_decimal().unwrap().to_string(), widest.to_string());
        assert_eq!(fixed(-150, 2).to_decimal().unwrap().to_string(), "-1.50");
        assert_eq!(fixed(1, 29).to_decimal(), None);
        assert_eq!(fixed(i128::MAX, 0).to_decimal(), None);
    }

    proptest! {
        #[test]
        fn text_leads_back(units in -9_999_999_999_999_999_999_999_999_999_i128..=9_999_999_999_999_999_999_999_999_999, places in 0_u8..=28) {
            let value = fixed(units, places);
            prop_assert_eq!(parse_plain(&value.to_string()), Ok(value));
            let stored = Fixed::from_exact(&value.to_exact(), places, Rounding::Floor, WIDE_DIGITS);
            prop_assert_eq!(stored, Ok(value));
            prop_assert_eq!(value.grouped().replace(',', ""), value.to_string());
        }
    }
}
