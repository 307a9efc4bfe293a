//! Why a value is another one: its difference from that of another period, person or run, split over what caused it.
//!
//! Two traces of one definition are gone through side by side. Every step gives its difference to what it is computed from, by a
//! rule that leaves nothing over; `docs/against.md` says which, and why. What comes out adds up to the difference exactly.

mod book;
mod cents;
mod members;
mod model;
mod operations;
mod rows;
mod shapley;
mod shares;
mod split;
mod tables;
mod unlike;
mod values;
mod walk;

pub use model::{Block, Cause, Change, Difference, Evidence, FORMAT, Kind, OtherRun, Part, Side, What};

use crate::step::{Amount, Step, Trace};
use crate::value::Currency;
use book::Book;
use cents::nearest;
use values::{Both, apart};
use walk::Walk;

/// Of a value that no decimal ends, so many decimals are told.
const PLACES: u8 = 6;

/// Why two values cannot be held against each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The value is missing on the side asked about, or on the other.
    Missing {
        /// Which side.
        asked: bool,
    },
    /// The value is no number, but of this unit.
    NoNumber(String),
    /// The values have two units.
    Units {
        /// That of the value asked about.
        asked: String,
        /// That of the other.
        against: String,
    },
}

/// A trace and the run that it is of, as people name it.
#[derive(Clone, Copy, Debug)]
pub struct Traced<'a> {
    /// The run.
    pub run: &'a str,
    /// How its value came about.
    pub trace: &'a Trace,
}

/// The difference of a value from another one of the same definition, and what it comes from.
///
/// # Errors
/// The values are not two numbers of one unit.
pub fn difference(asked: Traced<'_>, against: Traced<'_>) -> Result<Difference, Problem> {
    let books = Both { against: Book::new(against.trace), asked: Book::new(asked.trace) };
    let roots = Both { against: books.against.step(&against.trace.root), asked: books.asked.step(&asked.trace.root) };
    let Both { against: Some(before), asked: Some(now) } = roots else { return Err(Problem::Missing { asked: true }) };
    let values = Both { against: value(before, false)?, asked: value(now, true)? };
    if values.against.unit != values.asked.unit {
        return Err(Problem::Units { asked: values.asked.unit.clone(), against: values.against.unit.clone() });
    }
    let places = places(values.against).max(places(values.asked));
    let roots = Both { against: before, asked: now };
    let walk = Walk::down(Both { against: &books.against, asked: &books.asked }, roots);
    let (causes, steps) = walk.told(places);
    let whole = apart(&values.map(|value| Some(*value)));
    let side = |traced: Traced<'_>, step: &Step, value: &Amount| Side {
        run: traced.run.to_owned(),
        plan: traced.trace.plan.clone(),
        key: step.key.clone(),
        value: value.clone(),
    };
    Ok(Difference {
        format: FORMAT,
        name: now.name.clone(),
        unit: values.asked.unit.clone(),
        difference: split::decimal(&nearest(&whole, places), places),
        places,
        asked: side(asked, now, values.asked),
        against: side(against, before, values.against),
        causes,
        steps,
    })
}

fn value(step: &Step, asked: bool) -> Result<&Amount, Problem> {
    let value = step.value.as_ref().ok_or(Problem::Missing { asked })?;
    match value.number() {
        Some(_) => Ok(value),
        None => Err(Problem::NoNumber(value.unit.clone())),
    }
}

/// The decimals of a value: at least those of its currency.
fn places(value: &Amount) -> u8 {
    let decimals = match value.text.split_once('.') {
        Some((_, decimals)) => u8::try_from(decimals.len()).unwrap_or(PLACES),
        None if value.text.contains('/') => PLACES,
        None => 0,
    };
    decimals.max(Currency::from_code(&value.unit).map_or(0, Currency::minor_units))
}
