//! Exact rationals: what a value is inside an expression, before it is rounded once.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "the arithmetic here is on integers without bound, and no divisor is zero"
)]

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::fixed::decimal_text;
use super::rounding::Rounding;

/// The most places with which a value is printed as a decimal; beyond them it is a fraction.
const PRINTED_PLACES: u64 = 28;

/// An exact rational number, always in lowest terms and with a denominator above zero.
#[derive(Clone, Debug)]
pub struct Exact(BigRational);

impl Exact {
    /// The number 0.
    pub fn zero() -> Exact {
        Exact(BigRational::zero())
    }

    /// The number 1.
    pub fn one() -> Exact {
        Exact(BigRational::one())
    }

    /// A whole number.
    pub fn from_integer(value: i128) -> Exact {
        Exact(BigRational::from_integer(value.into()))
    }

    /// The decimal `units / 10^places`.
    pub fn from_units(units: i128, places: u8) -> Exact {
        Exact::from_big_units(units.into(), places)
    }

    /// The decimal `units / 10^places`, for units of any size.
    pub fn from_big_units(units: BigInt, places: u8) -> Exact {
        Exact(BigRational::new(units, power_of_ten(places.into())))
    }

    /// A fraction, or nothing where the denominator is zero.
    pub fn from_fraction(numerator: BigInt, denominator: BigInt) -> Option<Exact> {
        (!denominator.is_zero()).then(|| Exact(BigRational::new(numerator, denominator)))
    }

    /// The sum.
    pub fn plus(&self, other: &Exact) -> Exact {
        Exact(&self.0 + &other.0)
    }

    /// The difference.
    pub fn minus(&self, other: &Exact) -> Exact {
        Exact(&self.0 - &other.0)
    }

    /// The product.
    pub fn times(&self, other: &Exact) -> Exact {
        Exact(&self.0 * &other.0)
    }

    /// The quotient, or nothing where the divisor is zero.
    pub fn over(&self, other: &Exact) -> Option<Exact> {
        (!other.is_zero()).then(|| Exact(&self.0 / &other.0))
    }

    /// The number with the opposite sign.
    pub fn negated(&self) -> Exact {
        Exact(-&self.0)
    }

    /// The number without its sign.
    pub fn absolute(&self) -> Exact {
        Exact(self.0.abs())
    }

    /// Whether this is 0.
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Whether this is below 0.
    pub fn is_negative(&self) -> bool {
        self.numerator().is_negative()
    }

    /// Whether this is a whole number.
    pub fn is_integer(&self) -> bool {
        self.denominator().is_one()
    }

    /// This number, where it is whole and fits.
    pub fn to_whole(&self) -> Option<i64> {
        if self.is_integer() { self.numerator().try_into().ok() } else { None }
    }

    /// The largest whole number that is not above this one.
    pub fn floor(&self) -> Exact {
        self.rounded(0, Rounding::Floor)
    }

    /// The smallest whole number that is not below this one.
    pub fn ceiling(&self) -> Exact {
        self.rounded(0, Rounding::Ceiling)
    }

    /// This number at the given places.
    pub fn rounded(&self, places: u8, mode: Rounding) -> Exact {
        Exact::from_big_units(self.to_units(places, mode), places)
    }

    /// This number in units of `10^-places`: the one rounding of the language.
    pub fn to_units(&self, places: u8, mode: Rounding) -> BigInt {
        let scaled = self.numerator() * power_of_ten(places.into());
        let (below, rest) = scaled.div_mod_floor(self.denominator());
        if rest.is_zero() {
            return below;
        }
        let middle = (&rest + &rest).cmp(self.denominator());
        let goes_up = match mode {
            Rounding::Floor => false,
            Rounding::Ceiling => true,
            Rounding::Down => self.is_negative(),
            Rounding::Up => !self.is_negative(),
            Rounding::HalfUp => middle.is_gt() || (middle.is_eq() && !self.is_negative()),
            Rounding::HalfEven => middle.is_gt() || (middle.is_eq() && below.is_odd()),
        };
        if goes_up { below + 1 } else { below }
    }

    /// Whether this number can be written with finitely many decimals.
    pub fn terminates(&self) -> bool {
        self.decimals().is_some()
    }

    /// The number above the line, which carries the sign.
    pub fn numerator(&self) -> &BigInt {
        self.0.numer()
    }

    /// The number below the line, above zero and without a factor in common with the numerator.
    pub fn denominator(&self) -> &BigInt {
        self.0.denom()
    }

    /// Reads what `Display` writes: a decimal or a fraction.
    pub fn parse(text: &str) -> Option<Exact> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let size = if let Some((above, below)) = unsigned.split_once('/') {
            Exact::from_fraction(digits(above)?, digits(below)?)?
        } else if let Some((whole, decimals)) = unsigned.split_once('.') {
            let places = u32::try_from(decimals.len()).ok()?;
            let units = digits(whole)? * power_of_ten(places) + digits(decimals)?;
            Exact::from_fraction(units, power_of_ten(places))?
        } else {
            Exact::from_fraction(digits(unsigned)?, BigInt::one())?
        };
        Some(if negative { size.negated() } else { size })
    }

    /// How many decimals this number needs, or nothing where they never end: the larger of the
    /// powers of 2 and of 5 in a denominator that has no other factor.
    fn decimals(&self) -> Option<u64> {
        let twos = self.denominator().trailing_zeros().unwrap_or(0);
        let mut rest = self.denominator() >> twos;
        let mut fives = 0_u64;
        let five = BigInt::from(5);
        while !rest.is_one() {
            let (quotient, remainder) = rest.div_rem(&five);
            if !remainder.is_zero() {
                return None;
            }
            rest = quotient;
            fives += 1;
        }
        Some(twos.max(fives))
    }
}

/// The integer that a run of decimal digits and nothing else writes.
fn digits(text: &str) -> Option<BigInt> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// 10 to the given power.
fn power_of_ten(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

// Numbers in lowest terms are equal exactly where their parts are. These are written out because
// those of the rational itself recurse along the continued fraction, as deep as the number is long.
impl PartialEq for Exact {
    fn eq(&self, other: &Exact) -> bool {
        self.numerator() == other.numerator() && self.denominator() == other.denominator()
    }
}

impl Eq for Exact {}

impl Hash for Exact {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.numerator().hash(state);
        self.denominator().hash(state);
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Exact) -> Ordering {
        if self.denominator() == other.denominator() {
            return self.numerator().cmp(other.numerator());
        }
        let left = self.numerator() * other.denominator();
        let right = other.numerator() * self.denominator();
        left.cmp(&right)
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Exact) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Exact {
    /// The decimal, where it ends within 28 places, else the fraction in lowest terms.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.decimals().filter(|&places| places <= PRINTED_PLACES);
        let text = match places.and_then(|places| u8::try_from(places).ok()) {
            Some(places) => {
                // Exact at these places, so no mode can change it.
                let units = self.to_units(places, Rounding::Down);
                let sign = if units.is_negative() { "-" } else { "" };
                let size = decimal_text(&units.magnitude().to_string(), places);
                format!("{sign}{size}")
            }
            None => format!("{}/{}", self.numerator(), self.denominator()),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fraction(above: i64, below: i64) -> Exact {
        Exact::from_fraction(above.into(), below.into()).unwrap()
    }

    #[test]
    fn modes_agree_with_the_published_table() {
        // The table in the documentation of java.math.RoundingMode, in tenths.
        let inputs = [55, 25, 16, 11, 10, -10, -11, -16, -25, -55];
        let table = [
            (Rounding::Up, [6, 3, 2, 2, 1, -1, -2, -2, -3, -6]),
            (Rounding::Down, [5, 2, 1, 1, 1, -1, -1, -1, -2, -5]),
            (Rounding::Ceiling, [6, 3, 2, 2, 1, -1, -1, -1, -2, -5]),
            (Rounding::Floor, [5, 2, 1, 1, 1, -1, -2, -2, -3, -6]),
            (Rounding::HalfUp, [6, 3, 2, 1, 1, -1, -1, -2, -3, -6]),
            (Rounding::HalfEven, [6, 2, 2, 1, 1, -1, -1, -2, -2, -6]),
        ];
        for (mode, expected) in table {
            for (tenths, units) in inputs.into_iter().zip(expected) {
                let exact = Exact::from_units(tenths, 1);
                assert_eq!(exact.to_units(0, mode), units.into(), "{exact} {mode}");
            }
        }
    }

    #[test]
    fn arithmetic_is_exact() {
        let third = fraction(1, 3);
        assert_eq!(third.times(&Exact::from_integer(3)), Exact::one());
        assert_eq!(third.plus(&fraction(1, 6)), Exact::from_units(5, 1));
        assert_eq!(third.minus(&third), Exact::zero());
        assert_eq!(Exact::one().over(&Exact::from_integer(3)), Some(third));
        assert_eq!(Exact::one().over(&Exact::zero()), None);
        assert_eq!(Exact::from_fraction(1.into(), 0.into()), None);
        assert_eq!(fraction(1, -2), Exact::from_units(-5, 1));
        assert_eq!(fraction(-7, 2).floor(), Exact::from_integer(-4));
        assert_eq!(fraction(-7, 2).ceiling(), Exact::from_integer(-3));
        assert_eq!(fraction(-7, 2).absolute(), fraction(7, 2));
        assert!(fraction(-7, 2).is_negative() && !Exact::zero().is_negative());
        assert!(fraction(4, 2).is_integer() && !fraction(1, 2).is_integer());
    }

    #[test]
    fn prints_a_decimal_where_it_ends_and_a_fraction_where_not() {
        let texts = [
            (fraction(5, 1), "5"),
            (fraction(-1, 8), "-0.125"),
            (fraction(1, 3), "1/3"),
            (fraction(-123, 7), "-123/7"),
            (Exact::zero(), "0"),
            (Exact::from_units(1, 28), "0.0000000000000000000000000001"),
            (Exact::from_units(1, 29), "1/100000000000000000000000000000"),
        ];
        for (exact, text) in texts {
            assert_eq!(exact.to_string(), text);
            assert_eq!(Exact::parse(text), Some(exact));
        }
        assert!(Exact::from_units(1, 29).terminates() && !fraction(1, 3).terminates());
    }

    #[test]
    fn reads_nothing_else() {
        for text in ["", "-", "+1", "1.", ".5", "1/0", "1/", "/2", "1/-2", "--1", "1_0", "1e3", " 1", "1/2/3"] {
            assert_eq!(Exact::parse(text), None, "{text:?}");
        }
    }

    /// The rounding by its definition: of the neighbours `k` with `k * d` near `n`, the one wanted.
    fn by_definition(n: i128, d: i128, mode: Rounding) -> i128 {
        let near = || (n / d - 2)..=(n / d + 2);
        let inward = |k: &i128| (k * d).abs() <= n.abs() && k * n >= 0;
        let outward = |k: &i128| (k * d).abs() >= n.abs() && k * n >= 0;
        let distance = |k: i128| (k * d - n).abs();
        let found = match mode {
            Rounding::Floor => near().filter(|k| k * d <= n).max(),
            Rounding::Ceiling => near().filter(|k| k * d >= n).min(),
            Rounding::Down => near().filter(inward).max_by_key(|k| k.abs()),
            Rounding::Up => near().filter(outward).min_by_key(|k| k.abs()),
            Rounding::HalfUp => near().min_by_key(|&k| (distance(k), -k.abs())),
            Rounding::HalfEven => near().min_by_key(|&k| (distance(k), k % 2 != 0)),
        };
        found.unwrap()
    }

    /// Any divisor, and often one of those that make ties.
    fn divisor() -> impl Strategy<Value = i64> {
        prop_oneof![1_i64..400, prop::sample::select(vec![2, 4, 20, 200, 2_000, 20_000])]
    }

    proptest! {
        #[test]
        fn rounds_by_definition(n in -100_000_i64..100_000, d in divisor(), places in 0_u8..5) {
            let scaled = i128::from(n) * 10_i128.pow(places.into());
            for mode in Rounding::ALL {
                let expected = by_definition(scaled, d.into(), mode);
                prop_assert_eq!(fraction(n, d).to_units(places, mode), expected.into());
                prop_assert_eq!(fraction(n, d).rounded(places, mode), Exact::from_units(expected, places));
            }
        }

        #[test]
        fn text_leads_back(n in any::<i64>(), d in 1_i64..2_000_000) {
            let exact = fraction(n, d);
            prop_assert_eq!(Exact::parse(&exact.to_string()), Some(exact));
        }

        #[test]
        fn order_is_that_of_the_difference(a in -500_i64..500, b in 1_i64..50, c in -500_i64..500, d in 1_i64..50) {
            let (left, right) = (fraction(a, b), fraction(c, d));
            prop_assert_eq!(left < right, left.minus(&right).is_negative());
            prop_assert_eq!(left == right, left.minus(&right).is_zero());
        }
    }
}
