//! Constants of a test: as the text of a cell, as a part of a key, as an expected value.

use crate::calendar::{Calendar, Period, Unit, print_date};
use crate::diagnostics::suggest::did_you_mean;
use crate::ids::ColumnId;
use crate::program::Program;
use crate::syntax::tree::{Literal, LiteralKind, PercentCells};
use crate::types::model::{DataColumn, Dimension, Origin, Part, Shown, Type};
use crate::types::names::duration;
use crate::value::{Currency, Exact, Fixed, Rounding, WIDE_DIGITS};

/// What stands for a value that is expected or was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    /// A number with the currency it is in, where it has one.
    Number(Exact, Option<Currency>),
    /// Anything else as it prints.
    Text(String),
}

/// A percentage is a hundredth: its decimals stand two places further on.
const PERCENT_PLACES: u8 = 2;

/// The value of a literal of a type, or what was wanted instead.
pub(super) fn plain(program: &Program, ty: Type, literal: &Literal) -> Result<Plain, String> {
    let text = |text: &str| Ok(Plain::Text(text.to_owned()));
    match (ty, &literal.kind) {
        (Type::Number(dimension, shown), kind) => number(program, dimension, shown, kind),
        (Type::YesNo, LiteralKind::YesNo(yes)) => text(crate::keys::yes_or_no(*yes)),
        (Type::Text, LiteralKind::Text(found)) => text(found),
        (Type::Date, LiteralKind::Date(date)) => text(&print_date(*date)),
        (Type::Period(Unit::Day | Unit::Custom(_)), LiteralKind::Date(date)) => text(&print_date(*date)),
        (Type::Period(unit), LiteralKind::Period(found)) if period(program, found).map(|it| it.0) == Some(unit) => {
            text(found)
        }
        (Type::Choice(choice), LiteralKind::Word(found) | LiteralKind::Text(found)) => {
            let values = program.model.choices.at(choice);
            if values.contains(found) {
                return text(found);
            }
            let near = did_you_mean(found, values.iter().map(String::as_str));
            let near = near.map_or_else(String::new, |near| format!("; {near}"));
            Err(format!("{}{near}", wanted(program, ty)))
        }
        (Type::Currency, LiteralKind::Word(code)) if Currency::from_code(code).is_some() => text(code),
        (Type::Reference(_), kind) => key_text(kind).map(Plain::Text).ok_or_else(|| wanted(program, ty)),
        _ => Err(wanted(program, ty)),
    }
}

fn number(program: &Program, dimension: Dimension, shown: Shown, kind: &LiteralKind) -> Result<Plain, String> {
    let wanted = || wanted_number(program, dimension, shown);
    let currency = currency_of(dimension);
    match kind {
        // A bare 0 is zero of any unit.
        LiteralKind::Number(number) if number.units == 0 => Ok(Plain::Number(Exact::zero(), currency)),
        LiteralKind::Percent(number) if shown == Shown::Percent => {
            Ok(Plain::Number(hundredths(*number).to_exact(), None))
        }
        LiteralKind::Amount(number, _) | LiteralKind::Per(number, ..) if dimension.is_declared() => {
            match program.names.dimension(kind) {
                Some(given) if given == dimension => Ok(Plain::Number(number.to_exact(), None)),
                _ => Err(wanted()),
            }
        }
        LiteralKind::Amount(number, unit) if shown == Shown::Money && dimension.below.is_none() => {
            let given = Currency::from_code(&unit.text).ok_or_else(wanted)?;
            match currency {
                Some(currency) if currency != given => Err(wanted()),
                _ => Ok(Plain::Number(number.to_exact(), Some(given))),
            }
        }
        LiteralKind::Amount(number, unit) if matches!(duration(&unit.text), Some((counts, _)) if counts == shown) => {
            let each = duration(&unit.text).map_or(1, |(_, each)| each);
            Ok(Plain::Number(number.to_exact().times(&Exact::from_integer(each)), None))
        }
        LiteralKind::Number(number) if is_bare(dimension, shown) => Ok(Plain::Number(number.to_exact(), None)),
        _ => Err(wanted()),
    }
}

/// The text of a cell of a column in which a literal stands, or what was wanted instead. `own` is the
/// currency that the row itself names.
pub(super) fn cell(
    program: &Program,
    column: ColumnId,
    literal: &Literal,
    own: Option<&Literal>,
) -> Result<String, String> {
    let read_as = key_of(program, column);
    let described = program.model.columns.at(read_as);
    let Origin::Data(data) = &described.origin else {
        return Err("no value: this column is not read from data".to_owned());
    };
    let ty = described.ty;
    let wanted = || wanted(program, ty);
    match (ty, &literal.kind) {
        (Type::Number(dimension, shown), kind) => {
            let dimension = in_row_currency(dimension, own);
            number_cell(program, data, dimension, shown, kind, own)
        }
        (Type::YesNo, LiteralKind::YesNo(yes)) => Ok(crate::keys::yes_or_no(*yes).to_owned()),
        (Type::Text, LiteralKind::Text(text)) => Ok(text.clone()),
        (Type::Date | Type::Period(Unit::Day | Unit::Custom(_)), LiteralKind::Date(date)) => Ok(print_date(*date)),
        (Type::Period(unit), LiteralKind::Period(text)) => match data.year {
            Some(year) => ordinal(year, text).ok_or_else(|| format!("a {} of {year}", program.names.unit_name(unit))),
            None => Ok(text.clone()),
        },
        (Type::Period(_), LiteralKind::Number(number)) if data.year.is_some() => Ok(number.to_string()),
        // Whether it is one of the choices, or a currency, is asked where data are read.
        (Type::Choice(_) | Type::Currency, LiteralKind::Word(word) | LiteralKind::Text(word)) => Ok(word.clone()),
        _ => Err(wanted()),
    }
}

/// The unit of a price, with the currency that the row names in place of its column.
fn in_row_currency(dimension: Dimension, own: Option<&Literal>) -> Dimension {
    match (dimension.above, own.map(|own| &own.kind)) {
        (Some(Part::RowCurrency(_)), Some(LiteralKind::Word(code) | LiteralKind::Text(code)))
            if dimension.is_declared() =>
        {
            Dimension { above: Currency::from_code(code).map(Part::Currency).or(dimension.above), ..dimension }
        }
        _ => dimension,
    }
}

fn number_cell(
    program: &Program,
    data: &DataColumn,
    dimension: Dimension,
    shown: Shown,
    kind: &LiteralKind,
    own: Option<&Literal>,
) -> Result<String, String> {
    let shares = |number: Fixed| match data.percent {
        PercentCells::Sign => format!("{number}%"),
        PercentCells::Whole => number.to_string(),
        PercentCells::Ratio => hundredths(number).to_string(),
    };
    match (shown, kind) {
        (Shown::Percent, LiteralKind::Percent(number)) => Ok(shares(*number)),
        (Shown::Percent, LiteralKind::Number(zero)) if zero.units == 0 => Ok(shares(*zero)),
        (Shown::Money, LiteralKind::Amount(given, unit)) if dimension.below.is_none() => {
            let currency = match own.map(|own| &own.kind) {
                Some(LiteralKind::Word(code) | LiteralKind::Text(code)) => Some(code.as_str()),
                _ => None,
            };
            match currency {
                Some(code) if code != unit.text => {
                    Err(format!("an amount in `{code}`, which is the currency of this row"))
                }
                _ => number(program, dimension, shown, kind).map(|_| given.to_string()),
            }
        }
        (Shown::Days | Shown::Months, LiteralKind::Amount(..)) => {
            number(program, dimension, shown, kind).map(|plain| match plain {
                Plain::Number(exact, _) => exact.to_string(),
                Plain::Text(text) => text,
            })
        }
        (_, LiteralKind::Amount(given, _) | LiteralKind::Per(given, ..) | LiteralKind::Number(given)) => {
            number(program, dimension, shown, kind).map(|_| given.to_string())
        }
        _ => Err(wanted_number(program, dimension, shown)),
    }
}

/// A literal as a part of a key, as keys print; none for what is no key.
pub(super) fn key_text(kind: &LiteralKind) -> Option<String> {
    match kind {
        LiteralKind::Text(text) | LiteralKind::Word(text) | LiteralKind::Period(text) => Some(text.clone()),
        LiteralKind::Number(number) => Some(number.to_string()),
        LiteralKind::Date(date) => Some(print_date(*date)),
        LiteralKind::YesNo(yes) => Some(crate::keys::yes_or_no(*yes).to_owned()),
        LiteralKind::Percent(_) | LiteralKind::Amount(..) | LiteralKind::Per(..) => None,
    }
}

/// The period of regular length that a literal names.
pub(super) fn period(program: &Program, text: &str) -> Option<(Unit, Period)> {
    let plan = &program.model.plan;
    let calendar = Calendar::new(plan.first_month, plan.effective, Vec::new());
    let units = Unit::REGULAR.into_iter();
    units.filter_map(|unit| Some((unit, calendar.parse(unit, text)?))).next()
}

/// A value in the words of the plan: amounts with commas and their currency, at `places` where those
/// are enough.
pub(super) fn shown(program: &Program, ty: Type, places: Option<u8>, value: &Plain) -> String {
    let (exact, currency) = match value {
        Plain::Text(text) => return quoted_if_text(ty, text),
        Plain::Number(exact, currency) => (exact, currency),
    };
    let shown = match ty {
        Type::Number(_, shown) => shown,
        _ => Shown::Number,
    };
    let grouped = |places: u8| {
        let fixed = Fixed::from_exact(exact, places, Rounding::Down, WIDE_DIGITS).ok()?;
        (fixed.to_exact() == *exact).then(|| fixed.grouped())
    };
    // Amounts in each row's own currency are kept at the places of any; few need them.
    let least = currency.map_or(0, Currency::minor_units);
    let most = places.unwrap_or(least).max(least);
    let first = if matches!(ty, Type::Number(of, _) if currency_of(of).is_some()) { most } else { least };
    let grouped = || grouped(first).or_else(|| grouped(most));
    if let Type::Number(dimension, _) = ty
        && dimension.is_declared()
    {
        return format!("{exact} {}", program.names.dimension_words(dimension, *exact == Exact::one()));
    }
    match (shown, currency) {
        (Shown::Percent, _) => format!("{}%", exact.times(&Exact::from_integer(100))),
        (_, Some(currency)) => format!("{} {currency}", grouped().unwrap_or_else(|| exact.to_string())),
        (Shown::Days, _) => format!("{exact} days"),
        (Shown::Months, _) => format!("{exact} months"),
        _ => exact.to_string(),
    }
}

fn quoted_if_text(ty: Type, text: &str) -> String {
    match ty {
        Type::Text | Type::Reference(_) => format!("\"{text}\""),
        _ => text.to_owned(),
    }
}

/// What a literal of a type looks like.
fn wanted(program: &Program, ty: Type) -> String {
    match ty {
        Type::Number(dimension, shown) => wanted_number(program, dimension, shown),
        Type::YesNo => "`yes` or `no`".to_owned(),
        Type::Text => "a text in quotes".to_owned(),
        Type::Date => "a date, such as `2026-03-31`".to_owned(),
        Type::Period(unit) => {
            let example = match unit {
                Unit::Month => "`2026-03`",
                Unit::Quarter => "`2026-Q1`",
                Unit::Half => "`2026-H1`",
                Unit::Year => "`FY2026`",
                Unit::Day | Unit::Custom(_) => "its first day `2026-03-31`",
            };
            format!("a {}, such as {example}", program.names.unit_name(unit))
        }
        Type::Choice(choice) => {
            let values: Vec<String> =
                program.model.choices.at(choice).iter().map(|value| format!("`{value}`")).collect();
            format!("one of {}", values.join(", "))
        }
        Type::Currency => "a currency, such as `USD`".to_owned(),
        Type::Reference(record) => format!("the key of a row of `{}`", program.names.records.at(record).name),
    }
}

fn wanted_number(program: &Program, dimension: Dimension, shown: Shown) -> String {
    match (shown, currency_of(dimension)) {
        _ if dimension.is_declared() => {
            let unit = program.names.dimension_words(dimension, false);
            format!("a number with its unit, such as `3 {unit}`")
        }
        _ if is_bare(dimension, shown) && !matches!(shown, Shown::Days | Shown::Months) => {
            "a number alone, such as `1.25`".to_owned()
        }
        (Shown::Money, Some(currency)) => format!("an amount in {currency}, such as `1,250 {currency}`"),
        (Shown::Money, None) => "an amount with its currency, such as `1,250 USD`".to_owned(),
        (Shown::Percent, _) => "a percentage, such as `12.5%`".to_owned(),
        (Shown::Days, _) => "a number of days, such as `3 days`".to_owned(),
        (Shown::Months, _) => "a number of months, such as `6 months`".to_owned(),
        (Shown::Number | Shown::Integer, _) => "a number alone, such as `1.25`".to_owned(),
    }
}

/// Whether numbers are written without a unit.
fn is_bare(dimension: Dimension, shown: Shown) -> bool {
    match shown {
        _ if dimension.is_declared() => false,
        Shown::Money => dimension.below.is_some(),
        Shown::Percent => false,
        Shown::Number | Shown::Integer | Shown::Days | Shown::Months => true,
    }
}

/// The currency of all values of a unit.
pub(super) fn currency_of(dimension: Dimension) -> Option<Currency> {
    match (dimension.above, dimension.below) {
        (Some(Part::Currency(currency)), None) => Some(currency),
        _ => None,
    }
}

fn hundredths(number: Fixed) -> Fixed {
    Fixed { units: number.units, places: number.places.saturating_add(PERCENT_PLACES) }
}

/// The number of a period of a year within it: `1` of `2026-Q1`.
fn ordinal(year: i32, text: &str) -> Option<String> {
    let place = text.strip_prefix(&format!("{year:04}-"))?;
    Some(place.trim_start_matches(['Q', 'H']).to_owned())
}

/// The column whose cells a column's are written like: for a reference that of the key it names.
fn key_of(program: &Program, column: ColumnId) -> ColumnId {
    let mut at = column;
    for _ in 0..=program.model.records.len() {
        let Type::Reference(record) = program.model.columns.at(at).ty else { break };
        let [key] = program.model.records.at(record).key.as_slice() else { break };
        at = *key;
    }
    at
}
