//! Currencies by their ISO 4217 codes.

use std::fmt;

use super::currencies::{CURRENCIES, NOW_EURO, WITHDRAWN, WITHOUT_MINOR_UNIT};

/// A currency of ISO 4217, known by its code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// ISO 4217's code for no currency: what a cell without a value holds.
    pub(crate) const NONE: Currency = Currency(*b"XXX");

    /// The currency with this code, which is written in capitals.
    pub fn from_code(code: &str) -> Option<Currency> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        let currency = Currency(bytes);
        currency.entry().map(|_| currency)
    }

    /// The three letters: `USD`.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The places of an amount unless its type says otherwise: USD 2, JPY 0, KWD 3.
    pub fn minor_units(self) -> u8 {
        // Only codes of the list become currencies, so the entry is there.
        self.entry().map_or(2, |(_, places, _)| *places)
    }

    /// More than any currency's number.
    pub(crate) const NUMBERS: usize = 1 << 15;

    /// A number that no other currency has.
    #[inline]
    pub(crate) fn number(self) -> usize {
        // Capital letters differ in their last five bits.
        self.0.into_iter().fold(0, |number, letter| (number << 5) | usize::from(letter & 0x1F))
    }

    /// The English name: `US Dollar`.
    pub fn name(self) -> &'static str {
        self.entry().map_or("", |(_, _, name)| name)
    }

    /// Why a code of ISO 4217 is no currency here, and what to write in its place; none for any other word.
    pub fn why_not(code: &str) -> Option<(String, String)> {
        if NOW_EURO.contains(&code) {
            let why = format!("`{code}` was replaced by the euro, and no plan is kept in it");
            return Some((
                why,
                "convert such amounts at the fixed rate where they come from, and write `EUR`".to_owned(),
            ));
        }
        if code == "XXX" || code == "XTS" {
            let why = format!("`{code}` stands for no currency");
            return Some((
                why,
                "write the code of the currency, or leave the cell blank where there is none".to_owned(),
            ));
        }
        let (_, what, unit) = WITHOUT_MINOR_UNIT.iter().find(|(known, ..)| *known == code)?;
        let why = format!("`{code}` is {what}, which has no minor unit, so its amounts have no places of their own");
        let help =
            format!("count it in a unit of the plan's own: `unit {unit}`, `{unit}s(4)`, a price `USD per {unit}`");
        Some((why, help))
    }

    /// Every currency in use as its code, places and name, in the order of the codes.
    pub fn all() -> &'static [(&'static str, u8, &'static str)] {
        &CURRENCIES
    }

    fn entry(&self) -> Option<&'static (&'static str, u8, &'static str)> {
        let find = |list: &'static [(&'static str, u8, &'static str)]| {
            let found = list.binary_search_by(|(code, _, _)| code.as_bytes().cmp(&self.0));
            found.ok().and_then(|index| list.get(index))
        };
        find(&CURRENCIES).or_else(|| find(&WITHDRAWN))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Currency({})", self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_sound() {
        assert!(Currency::all().windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (code, places, name) in Currency::all() {
            let currency = Currency::from_code(code).unwrap();
            assert_eq!((currency.code(), currency.minor_units()), (*code, *places));
            assert_eq!(currency.name(), *name);
            assert!(code.bytes().all(|byte| byte.is_ascii_uppercase()));
            assert!(*places <= 4 && !name.is_empty() && name.trim() == *name);
        }
    }

    #[test]
    fn minor_units_are_those_of_the_standard() {
        // ISO 4217 list one, 2026-01-01: all currencies whose minor unit is not 2.
        let zero = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
        let others = [(0, zero), (3, "BHD IQD JOD KWD LYD OMR TND"), (4, "CLF UYW")];
        for (code, places, _) in Currency::all() {
            let listed = others.iter().find(|(_, codes)| codes.contains(code));
            assert_eq!(*places, listed.map_or(2, |(places, _)| *places), "{code}");
        }
        assert_eq!(Currency::all().len(), 165);
    }

    #[test]
    fn what_was_withdrawn_is_known_and_not_listed() {
        assert!(WITHDRAWN.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (code, places, name) in WITHDRAWN {
            let currency = Currency::from_code(code).unwrap();
            assert_eq!((currency.minor_units(), currency.name()), (places, name));
            assert!(Currency::all().iter().all(|(other, ..)| *other != code));
        }
        for code in NOW_EURO.iter().chain(WITHOUT_MINOR_UNIT.iter().map(|(code, ..)| code)).chain(&["XXX", "XTS"]) {
            assert!(Currency::from_code(code).is_none() && Currency::why_not(code).is_some(), "{code}");
        }
        assert_eq!(Currency::why_not("USD"), None);
        assert_eq!(Currency::why_not("QQQ"), None);
    }

    #[test]
    fn only_codes_in_capitals_are_known() {
        assert!(Currency::from_code("USD").is_some());
        for code in ["usd", "Usd", "US", "USDD", "", "ABC", "XXX", "€", "U$D"] {
            assert_eq!(Currency::from_code(code), None, "{code:?}");
        }
        let dollar = Currency::from_code("USD").unwrap();
        assert_eq!(format!("{dollar} {dollar:?}"), "USD Currency(USD)");
    }
}
