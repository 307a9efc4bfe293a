//! Values: exact rationals inside expressions, decimals at fixed places once a value has a name,
//! the currencies, and the one rounding that leads from the first to the second.

mod currencies;
mod currency;
mod exact;
mod fixed;
mod number;
mod rounding;
mod units;

pub use currency::Currency;
pub use exact::Exact;
pub use fixed::{DIGITS, Fixed, TooLarge, WIDE_DIGITS};
pub use number::{NumberProblem, parse_literal, parse_plain};
pub use rounding::Rounding;
pub use units::Units;
