//! A cell's text to a number at the places of its column.

use super::raw_table::{CellProblem, quoted};
use crate::diagnostics::Code;
use crate::types::model::{PercentCells, Shown};
use crate::types::written::NumberPattern;
use crate::value::{Currency, Fixed, NumberProblem, WIDE_DIGITS, parse_plain};

/// How the numbers of a column are written and kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct NumberColumn {
    /// How its values are shown.
    pub shown: Shown,
    /// How percentages are written.
    pub percent: PercentCells,
    /// The decimals kept.
    pub places: u8,
    /// The currency of the row.
    pub currency: Option<Currency>,
    /// The most decimals of a value: those kept, or fewer where the currency has fewer.
    pub allowed: u8,
    /// The most digits of a value.
    pub most: u32,
    /// How the numbers are written where not plainly.
    pub pattern: Option<NumberPattern>,
}

/// From numbers of one number of decimals to units of a column's last place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    /// What goes without rest into a number that has no more decimals than it may.
    divisor: i64,
    factor: i64,
    /// The first size that has too many digits.
    limit: u64,
}

impl Scale {
    /// The units of a number, where it has neither too many decimals nor too many digits.
    pub fn units(self, number: i64) -> Option<i64> {
        let whole = match self.divisor {
            1 => number,
            divisor if number.checked_rem(divisor) == Some(0) => number.checked_div(divisor)?,
            _ => return None,
        };
        whole.checked_mul(self.factor).filter(|units| units.unsigned_abs() < self.limit)
    }

    /// The units of numbers, where each has some.
    pub fn all(self, numbers: &[i64]) -> Option<Vec<i64>> {
        if (self.divisor, self.factor) != (1, 1) {
            return super::collected(numbers.iter().map(|number| self.units(*number)));
        }
        let largest = numbers.iter().fold(0, |largest, number| number.unsigned_abs().max(largest));
        (largest < self.limit).then(|| numbers.to_vec())
    }
}

/// Percentages are hundredths: their decimals stand two places further on.
const PERCENT_PLACES: u8 = 2;

impl NumberColumn {
    /// The same for the rows in a currency, which may allow fewer decimals.
    pub fn in_currency(self, currency: Option<Currency>) -> NumberColumn {
        let minor = currency.map(Currency::minor_units);
        NumberColumn { currency, allowed: minor.map_or(self.places, |minor| minor.min(self.places)), ..self }
    }

    /// The number in units of the column's last place.
    pub fn read(self, text: &str) -> Result<i128, CellProblem> {
        let digits = self.digits(text)?;
        let written = self.parse(digits).map_err(|problem| self.not_a_number(text, problem))?;
        let number = Fixed { units: written.units, places: written.places.saturating_add(self.shift()) };
        let number = without_zeros(number, self.allowed);
        if number.places > self.allowed {
            return Err(self.too_many_places(text));
        }
        self.units(number).ok_or_else(|| self.too_large(text))
    }

    /// How numbers that a file holds as such, with so many decimals, are taken; none where they are written otherwise.
    /// What is wrong with one that is not taken is what is wrong with its text.
    pub fn scale(self, places: u8) -> Option<Scale> {
        let signed = self.shown == Shown::Percent && self.percent == PercentCells::Sign;
        if signed || self.pattern.is_some() || u32::from(places) > WIDE_DIGITS {
            return None;
        }
        let (places, allowed) = (places.saturating_add(self.shift()), self.allowed);
        let power = |exponent: u8| 10_i64.checked_pow(exponent.into());
        let divisor = power(places.saturating_sub(allowed))?;
        let factor = power(self.places.checked_sub(places.min(allowed))?)?;
        Some(Scale { divisor, factor, limit: 10_u64.checked_pow(self.most).unwrap_or(u64::MAX) })
    }

    fn parse(self, digits: &str) -> Result<Fixed, NumberProblem> {
        match self.pattern.map(|pattern| pattern.read(digits)) {
            None => parse_plain(digits),
            Some(Some(plain)) => parse_plain(&plain),
            Some(None) if digits.trim().is_empty() => Err(NumberProblem::Empty),
            Some(None) => Err(NumberProblem::NotANumber),
        }
    }

    /// The text without its percent sign, which stands there if and only if it must.
    fn digits(self, text: &str) -> Result<&str, CellProblem> {
        let signed = self.shown == Shown::Percent && self.percent == PercentCells::Sign;
        let number = |digits: &str| self.parse(digits.trim_end()).is_ok();
        match (text.strip_suffix('%'), signed) {
            (Some(digits), true) => Ok(digits),
            (None, true) if number(text) => Err(self.problem(format!("{} has no percent sign", quoted(text))).help(
                "write the sign in the file, or declare how the column is written: \
                     `percent as 15` or `percent as 0.15`",
            )),
            (Some(digits), false) if number(digits) => Err(self
                .problem(format!("{} has a percent sign", quoted(text)))
                .help("remove the sign in the file, or declare the column as `percent`")),
            _ => Ok(text),
        }
    }

    fn shift(self) -> u8 {
        match (self.shown, self.percent) {
            (Shown::Percent, PercentCells::Sign | PercentCells::Whole) => PERCENT_PLACES,
            _ => 0,
        }
    }

    fn units(self, number: Fixed) -> Option<i128> {
        let missing = self.places.checked_sub(number.places)?;
        let factor = 10_i128.checked_pow(missing.into())?;
        let units = number.units.checked_mul(factor)?;
        let limit = 10_u128.checked_pow(self.most)?;
        (units.unsigned_abs() < limit).then_some(units)
    }

    fn problem(self, message: String) -> CellProblem {
        CellProblem::new(Code::BadNumber, message, self.expected())
    }

    fn not_a_number(self, text: &str, problem: NumberProblem) -> CellProblem {
        if problem == NumberProblem::TooManyDigits {
            return self.too_large(text);
        }
        let not = match self.shown {
            Shown::Percent => "a percentage",
            Shown::Integer | Shown::Days | Shown::Months => "a whole number",
            Shown::Money | Shown::Number => "a number",
        };
        let help = match problem {
            _ if let Some(help) = foreign_help(text, self.pattern) => help,
            NumberProblem::Thousands | NumberProblem::Exponent => problem.explain().to_owned(),
            _ if self.shown == Shown::Money => {
                "write the amount alone, without a currency sign or blanks: `1250.75`".to_owned()
            }
            _ => "write digits alone, with a point before the decimals, without blanks".to_owned(),
        };
        self.problem(format!("{} is not {not}", quoted(text))).help(help)
    }

    fn too_many_places(self, text: &str) -> CellProblem {
        let text = quoted(text);
        let (message, help) = match (self.currency, self.shown) {
            (Some(currency), _) if currency.minor_units() <= self.places => (
                format!("{text} has more decimals than amounts in `{currency}` have"),
                "round the amount where it comes from, or mend the row's currency",
            ),
            (_, Shown::Integer | Shown::Days | Shown::Months) => (
                format!("{text} is not a whole number"),
                "round the number where it comes from, or declare the column as `number`",
            ),
            (_, Shown::Money) => (
                format!("{text} has more decimals than the column keeps"),
                "round the amount where it comes from, or declare more decimals, as in `USD(4)`",
            ),
            (_, Shown::Percent | Shown::Number) => (
                format!("{text} has more decimals than the column keeps"),
                "round the number where it comes from, or declare more decimals, as in `number(8)`",
            ),
        };
        CellProblem::new(Code::TooManyPlaces, message, self.expected()).help(help)
    }

    fn too_large(self, text: &str) -> CellProblem {
        let most = self.most;
        let expected = match self.places {
            0 => format!("a number of at most {most} digits"),
            1 => format!("a number of at most {most} digits, 1 of them a decimal"),
            places => format!("a number of at most {most} digits, {places} of them decimals"),
        };
        let message = format!("{} has too many digits", quoted(text));
        CellProblem::new(Code::NumberTooLarge, message, expected)
    }

    fn expected(self) -> String {
        match self.pattern {
            Some(pattern) => format!("{}, in digits written as `{}`", self.plainly_expected(), pattern.text()),
            None => self.plainly_expected(),
        }
    }

    fn plainly_expected(self) -> String {
        let decimals = self.allowed.saturating_sub(self.shift());
        let most = match decimals {
            0 => "without decimals".to_owned(),
            1 => "with at most 1 decimal".to_owned(),
            many => format!("with at most {many} decimals"),
        };
        match (self.shown, self.percent) {
            (Shown::Integer | Shown::Days | Shown::Months, _) => "a whole number, such as `12`".to_owned(),
            (Shown::Percent, PercentCells::Sign) => format!("a percentage {most}, such as `15%`"),
            (Shown::Percent, PercentCells::Whole) => {
                format!("a percentage without its sign, {most}, such as `15` for 15%")
            }
            (Shown::Percent, PercentCells::Ratio) => {
                format!("a percentage as a ratio {most}, such as `0.15` for 15%")
            }
            (Shown::Money | Shown::Number, _) if decimals == 0 => {
                "a number without decimals, such as `1250`".to_owned()
            }
            (Shown::Money | Shown::Number, _) => format!("a number {most}, such as `1250.5`"),
        }
    }
}

/// How to mend a number written as books of account and other countries do.
fn foreign_help(text: &str, pattern: Option<NumberPattern>) -> Option<String> {
    let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    if inner.is_some() || text.strip_suffix('-').is_some_and(|text| text.ends_with(|one: char| one.is_ascii_digit())) {
        return Some("write an amount below zero with a minus sign in front: `-1250.75`".to_owned());
    }
    if matches!(text.to_lowercase().as_str(), "n/a" | "na" | "#n/a" | "-" | "–" | "null" | "none" | "tbd" | "?") {
        return Some(
            "leave the cell blank where there is no value, and say so with `?` behind the column's type".to_owned(),
        );
    }
    if text.contains(['$', '€', '£', '¥']) {
        return Some(
            "write the amount alone, without a currency sign: the record says which currency it is in".to_owned(),
        );
    }
    // Commas between groups of three may be both; that is answered with both.
    let others = NumberPattern::all().filter_map(NumberPattern::parse).filter(|one| Some(*one) != pattern);
    let mut fitting: Vec<NumberPattern> = others.filter(|one| one.read(text).is_some()).collect();
    fitting.dedup_by_key(|one| one.decimal());
    let fits: Vec<String> = fitting.iter().map(|one| format!("`as \"{}\"`", one.text())).collect();
    (!fits.is_empty()).then(|| {
        let plain = "write digits alone, with a point before the decimals";
        format!("{plain}, or say behind the column's type how this file writes numbers: {}", fits.join(" or "))
    })
}

/// The same number without zeros at its end, as far as there are more places than allowed.
fn without_zeros(number: Fixed, allowed: u8) -> Fixed {
    let Fixed { mut units, mut places } = number;
    while places > allowed && units.checked_rem(10) == Some(0) {
        units = units.checked_div(10).unwrap_or_default();
        places = places.saturating_sub(1);
    }
    Fixed { units, places }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(shown: Shown, percent: PercentCells, places: u8) -> NumberColumn {
        NumberColumn { shown, percent, places, currency: None, allowed: places, most: 18, pattern: None }
    }

    fn code(result: Result<i128, CellProblem>) -> Result<i128, &'static str> {
        result.map_err(|problem| problem.code.text())
    }

    #[test]
    fn money_keeps_its_places() {
        let money = column(Shown::Money, PercentCells::Sign, 2);
        for (text, expected) in [
            ("12", Ok(1200)),
            ("-12.5", Ok(-1250)),
            ("12.3400", Ok(1234)),
            ("12.345", Err("E0508")),
            ("1,250.00", Err("E0503")),
            ("$5", Err("E0503")),
            ("5%", Err("E0503")),
            (" 5", Err("E0503")),
            ("1e3", Err("E0503")),
            // 18 digits at two places: 16 before the point.
            ("9999999999999999.99", Ok(999_999_999_999_999_999)),
            ("10000000000000000", Err("E0515")),
            ("-10000000000000000.00", Err("E0515")),
            ("99999999999999999999999999999", Err("E0515")),
        ] {
            assert_eq!(code(money.read(text)), expected, "{text}");
        }
    }

    #[test]
    fn percentages_are_written_one_way() {
        let of = |cells| column(Shown::Percent, cells, 6);
        for (cells, text, expected) in [
            (PercentCells::Sign, "15%", Ok(150_000)),
            (PercentCells::Sign, "-0.0125%", Ok(-125)),
            (PercentCells::Sign, "0.00001%", Err("E0508")),
            (PercentCells::Sign, "0.15", Err("E0503")),
            (PercentCells::Sign, "15 %", Err("E0503")),
            (PercentCells::Whole, "15", Ok(150_000)),
            (PercentCells::Whole, "15%", Err("E0503")),
            (PercentCells::Ratio, "0.15", Ok(150_000)),
            (PercentCells::Ratio, "0.0000001", Err("E0508")),
        ] {
            assert_eq!(code(of(cells).read(text)), expected, "{text}");
        }
        let unsigned = of(PercentCells::Sign).read("15").unwrap_err();
        assert_eq!(unsigned.message, "`15` has no percent sign");
    }

    #[test]
    fn the_row_currency_limits_the_decimals() {
        let money = column(Shown::Money, PercentCells::Sign, 4).in_currency(Currency::from_code("JPY"));
        assert_eq!(code(money.read("5000.00")), Ok(50_000_000));
        assert_eq!(code(money.read("5000.5")), Err("E0508"));
        let money = money.in_currency(Currency::from_code("KWD"));
        assert_eq!(code(money.read("1.125")), Ok(11_250));
        assert_eq!(code(money.read("1.1255")), Err("E0508"));
    }

    #[test]
    fn a_number_is_taken_as_its_text_is() {
        let numbers = [0, 1, -1, 7, 10, 12_340, -12_300, 100_000, 999_999_999_999_999_999, i64::MAX, i64::MIN];
        let currencies = [None, Currency::from_code("JPY"), Currency::from_code("KWD")];
        for shown in [Shown::Money, Shown::Percent, Shown::Integer, Shown::Number] {
            for (percent, kept) in [(PercentCells::Whole, 6), (PercentCells::Ratio, 4), (PercentCells::Sign, 0)] {
                for (places, currency) in [0, 2, 5, 12, 30].into_iter().flat_map(|p| currencies.map(|one| (p, one))) {
                    let column = column(shown, percent, kept).in_currency(currency);
                    let Some(scale) = column.scale(places) else { continue };
                    for units in numbers {
                        let text = Fixed { units: units.into(), places }.to_string();
                        let read = column.read(&text).ok();
                        assert_eq!(scale.units(units).map(i128::from), read, "{text} {column:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn integers_are_whole() {
        let integer = column(Shown::Integer, PercentCells::Sign, 0);
        assert_eq!(code(integer.read("007")), Ok(7));
        assert_eq!(code(integer.read("7.0")), Ok(7));
        let half = integer.read("7.5").unwrap_err();
        assert_eq!(half.code, Code::TooManyPlaces);
        assert_eq!(half.message, "`7.5` is not a whole number");
    }
}
