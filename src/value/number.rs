//! The two ways a number is written: plainly in data, and with commas and `k` or `M` in a plan.

use std::error::Error;
use std::fmt;

use super::fixed::{Fixed, WIDE_DIGITS};

/// Why a text is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NumberProblem {
    /// Nothing is there.
    Empty,
    /// It is no number in any way of writing.
    NotANumber,
    /// It has more than 28 digits.
    TooManyDigits,
    /// It would be a number without its commas.
    Thousands,
    /// It is written with a power of ten, as in `1e5`.
    Exponent,
}

impl NumberProblem {
    /// What is wrong and how to write it, in words.
    pub fn explain(self) -> &'static str {
        match self {
            NumberProblem::Empty => "a number is missing here",
            NumberProblem::NotANumber => {
                "not a number: write digits, with a point before the decimals, as in `-1250.75`"
            }
            NumberProblem::TooManyDigits => "a number has at most 28 digits",
            NumberProblem::Thousands => {
                "a comma is no decimal point; a plan may set it between groups of three digits, \
                 data may not: write the number without commas"
            }
            NumberProblem::Exponent => {
                "a number is written out in full, without a power of ten: `150000`, not `1.5e5`"
            }
        }
    }
}

impl fmt::Display for NumberProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.explain())
    }
}

impl Error for NumberProblem {}

/// Reads a cell of data: digits, with a minus sign and decimals where needed, and nothing else.
pub fn parse_plain(text: &str) -> Result<Fixed, NumberProblem> {
    match Shape::of(text) {
        Some(shape) => shape.value(),
        None => Err(diagnose(text)),
    }
}

/// Reads a number of a plan: as in data, or with commas between groups of three digits, or with
/// `k` (thousands) or `M` (millions) right behind the digits.
pub fn parse_literal(text: &str) -> Result<Fixed, NumberProblem> {
    let (number, shift) = if let Some(number) = text.strip_suffix('k') {
        (number, 3)
    } else if let Some(number) = text.strip_suffix('M') {
        (number, 6)
    } else {
        (text, 0)
    };
    let value = match without_commas(number) {
        Some(plain) => parse_plain(&plain),
        None => Err(diagnose(number)),
    };
    match value {
        // A suffix alone is no missing number.
        Err(NumberProblem::Empty) if shift > 0 => Err(NumberProblem::NotANumber),
        value => shifted(value?, shift),
    }
}

/// The parts of a plainly written number.
struct Shape<'a> {
    negative: bool,
    whole: &'a str,
    decimals: &'a str,
}

impl<'a> Shape<'a> {
    fn of(text: &'a str) -> Option<Shape<'a>> {
        let unsigned = text.strip_prefix('-');
        let negative = unsigned.is_some();
        let unsigned = unsigned.unwrap_or(text);
        match unsigned.split_once('.') {
            Some((whole, decimals)) => (is_digits(whole) && is_digits(decimals)).then_some(Shape {
                negative,
                whole,
                decimals,
            }),
            None => is_digits(unsigned).then_some(Shape {
                negative,
                whole: unsigned,
                decimals: "",
            }),
        }
    }

    fn value(&self) -> Result<Fixed, NumberProblem> {
        // Zeros in front are not digits of the number.
        let whole = self.whole.trim_start_matches('0');
        let count = whole.len().saturating_add(self.decimals.len());
        if u32::try_from(count).map_or(true, |count| count > WIDE_DIGITS) {
            return Err(NumberProblem::TooManyDigits);
        }
        let too_many = |_| NumberProblem::TooManyDigits;
        let places = u8::try_from(self.decimals.len()).map_err(too_many)?;
        let digits = whole.bytes().chain(self.decimals.bytes());
        // Cannot wrap: 28 digits are far from the end of the integer.
        let size = digits.fold(0_i128, |size, digit| {
            size.wrapping_mul(10)
                .wrapping_add(i128::from(digit.wrapping_sub(b'0')))
        });
        let units = if self.negative {
            size.wrapping_neg()
        } else {
            size
        };
        Ok(Fixed { units, places })
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Names what is wrong with a text that is no plain number.
fn diagnose(text: &str) -> NumberProblem {
    if text.trim().is_empty() {
        return NumberProblem::Empty;
    }
    if text.contains(',') && Shape::of(&text.replace(',', "")).is_some() {
        return NumberProblem::Thousands;
    }
    match text.split_once(['e', 'E']) {
        Some((number, power)) if Shape::of(number).is_some() => {
            let power = power.strip_prefix(['-', '+']).unwrap_or(power);
            if is_digits(power) {
                NumberProblem::Exponent
            } else {
                NumberProblem::NotANumber
            }
        }
        _ => NumberProblem::NotANumber,
    }
}

/// The text without its commas, or nothing where they do not stand between groups of three.
fn without_commas(text: &str) -> Option<String> {
    if !text.contains(',') {
        return Some(text.to_owned());
    }
    let whole = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = whole.split_once('.').unwrap_or((whole, ""));
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or("");
    // `0,125` is someone's decimal comma, not a group.
    let leads = is_digits(first) && first.len() <= 3 && !first.starts_with('0');
    let follow = groups.all(|group| is_digits(group) && group.len() == 3);
    (leads && follow && !decimals.contains(',')).then(|| text.replace(',', ""))
}

/// The number times `10^shift`, with no more places than it still needs.
fn shifted(value: Fixed, shift: u8) -> Result<Fixed, NumberProblem> {
    let missing = shift.saturating_sub(value.places);
    let places = value.places.saturating_sub(shift);
    let units = 10_i128
        .checked_pow(missing.into())
        .and_then(|factor| value.units.checked_mul(factor))
        .ok_or(NumberProblem::TooManyDigits)?;
    let limit = 10_u128.checked_pow(WIDE_DIGITS).unwrap_or(u128::MAX);
    if units.unsigned_abs() < limit {
        Ok(Fixed { units, places })
    } else {
        Err(NumberProblem::TooManyDigits)
    }
}

#[cfg(test)]
mod tests {
    use super::NumberProblem::*;
    use super::*;

    fn fixed(units: i128, places: u8) -> Result<Fixed, NumberProblem> {
        Ok(Fixed { units, places })
    }

    #[test]
    fn data_is_read_one_way() {
        assert_eq!(parse_plain("12"), fixed(12, 0));
        assert_eq!(parse_plain("-1250.750"), fixed(-1_250_750, 3));
        assert_eq!(parse_plain("007"), fixed(7, 0));
        assert_eq!(parse_plain("-0.00"), fixed(0, 2));
        let most = "9".repeat(28);
        assert_eq!(parse_plain(&most).unwrap().to_string(), most);
        assert_eq!(parse_plain(&format!("0.{most}")).unwrap().places, 28);
        let problems = [
            ("", Empty),
            ("  ", Empty),
            ("-", NotANumber),
            ("+5", NotANumber),
            (".5", NotANumber),
            ("5.", NotANumber),
            ("1_000.5", NotANumber),
            (" 5", NotANumber),
            ("5 ", NotANumber),
            ("--5", NotANumber),
            ("1.2.3", NotANumber),
            ("5k", NotANumber),
            ("5%", NotANumber),
            ("NaN", NotANumber),
            ("\u{2212}5", NotANumber),
            ("\u{0665}", NotANumber),
            ("1,250.75", Thousands),
            ("1,5", Thousands),
            ("1.250,75", Thousands),
            ("1,x", NotANumber),
            ("1e5", Exponent),
            ("-1.5E+05", Exponent),
            ("1e", NotANumber),
            ("e5", NotANumber),
        ];
        for (text, problem) in problems {
            assert_eq!(parse_plain(text), Err(problem), "{text:?}");
        }
        assert_eq!(parse_plain(&format!("1{most}")), Err(TooManyDigits));
        assert_eq!(parse_plain(&"9".repeat(100_000)), Err(TooManyDigits));
    }

    #[test]
    fn plans_may_group_and_abbreviate() {
        assert_eq!(parse_literal("1,250.00"), fixed(125_000, 2));
        assert_eq!(parse_literal("-12,345,678"), fixed(-12_345_678, 0));
        assert_eq!(parse_literal("57,044,330.8205"), fixed(570_443_308_205, 4));
        assert_eq!(parse_literal("50k"), fixed(50_000, 0));
        assert_eq!(parse_literal("1.2M"), fixed(1_200_000, 0));
        assert_eq!(parse_literal("1.2345k"), fixed(12_345, 1));
        assert_eq!(parse_literal("1,500k"), fixed(1_500_000, 0));
        assert_eq!(parse_literal("1.25"), fixed(125, 2));
        let problems = [
            ("1,00", Thousands),
            ("1234,567", Thousands),
            ("1,2345", Thousands),
            (",123", Thousands),
            ("1,,234", Thousands),
            ("0,125", Thousands),
            ("1.234,567", Thousands),
            ("1e5", Exponent),
            ("50K", NotANumber),
            ("50m", NotANumber),
            ("50 k", NotANumber),
            ("k", NotANumber),
            ("1kk", NotANumber),
            ("", Empty),
        ];
        for (text, problem) in problems {
            assert_eq!(parse_literal(text), Err(problem), "{text:?}");
        }
        assert_eq!(
            parse_literal(&format!("{}k", "9".repeat(26))),
            Err(TooManyDigits)
        );
    }
}
