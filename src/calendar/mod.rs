//! The calendar: dates, the periods of a plan's fiscal calendar, and periods that come from data.

mod custom;
mod date;
mod names;
mod periods;
mod steps;
mod unit;

pub use chrono::NaiveDate as Date;

pub use custom::{CustomPeriods, CustomProblem, ListedPeriods};
pub use date::{DateProblem, add_months, days_between, months_between, parse_date, plus_days, plus_months, print_date};
pub use periods::Calendar;
pub use steps::{Length, Steps};
pub use unit::{CustomId, Period, Unit};
