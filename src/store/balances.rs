//! The balances: what each stood at before a period, how it changed in it, and where it stands: the rows of
//! `balances.csv`.

use serde::{Deserialize, Serialize};

use super::PlanRun;
use super::flows::currency;
use crate::calendar::{Calendar, Period, Unit};
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::ColumnId;
use crate::keys;
use crate::reference::Interpreter;
use crate::table::{Key, State, Value};
use crate::types::model::{Definition, KeyPart, Origin, Word};
use crate::value::{DIGITS, Exact, Fixed, Rounding, WIDE_DIGITS};

/// A row of `balances.csv`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Balance {
    /// The plan.
    pub plan: String,
    /// The key of the person, or what the balance is kept for otherwise.
    pub person: String,
    /// The period.
    pub period: String,
    /// The definition.
    pub name: String,
    /// What it stood at before: its `previous`; empty where there is none.
    pub opening: String,
    /// The closing less the opening.
    pub change: String,
    /// What it stands at.
    pub closing: String,
    /// Its currency; empty where it has none.
    pub currency: String,
}

/// All balances of a plan, sorted.
pub(super) fn balances(run: &PlanRun<'_>) -> Result<Vec<Balance>, Diagnostic> {
    let mut rows = Vec::new();
    let mut interpreter: Option<Interpreter<'_>> = None;
    for (column, described) in run.program.model.columns.pairs() {
        let Origin::Definition(definition) = &described.origin else { continue };
        if definition.word == Word::Balance {
            let interpreter = interpreter.get_or_insert_with(|| Interpreter::new(run.program, &run.results.tables));
            of_column(run, (column, definition), interpreter, &mut rows)?;
        }
    }
    rows.sort();
    Ok(rows)
}

fn of_column(
    run: &PlanRun<'_>,
    (column, definition): (ColumnId, &Definition),
    interpreter: &mut Interpreter<'_>,
    found: &mut Vec<Balance>,
) -> Result<(), Diagnostic> {
    let (program, tables) = (run.program, &run.results.tables);
    let described = program.model.columns.at(column);
    let parts = &program.model.frames.at(described.frame).parts;
    let (Some(data), Some(rows)) = (tables.column(column), tables.rows(described.frame)) else { return Ok(()) };
    let places = described.places.unwrap_or(0);
    for row in rows.all().filter(|row| data.state(*row) == State::There) {
        let key = rows.key(row);
        let period = parts.iter().zip(key).enumerate().find_map(|(position, (part, key))| match part {
            KeyPart::Period(unit) => Some((position, *unit, Period(i32::try_from(*key).ok()?))),
            _ => None,
        });
        let before = period.and_then(|(position, unit, period)| {
            let each = definition.starting.as_ref().and_then(|starting| starting.each);
            let earlier = tables.calendar.previous(unit, period)?;
            let anew = each.is_some_and(|each| begins(&tables.calendar, each, unit, (earlier, period)));
            let mut key = key.to_vec();
            *key.get_mut(position)? = Key::from(earlier.0);
            rows.find(&key).filter(|_| !anew)
        });
        let opening = match (before, &definition.starting) {
            (Some(before), _) => data.get(before),
            (None, Some(starting)) => {
                interpreter.ask(&starting.value, described.frame, row).ok().and_then(|(value, _)| value)
            }
            (None, None) => None,
        };
        let number = |value: Option<Value>| match value {
            Some(Value::Number(number)) => Some(number),
            _ => None,
        };
        let (opening, closing) = (number(opening), number(data.get(row)));
        let change = opening.as_ref().zip(closing.as_ref()).map(|(opening, closing)| closing.minus(opening));
        let currency = currency(run, column, row);
        let print = |number: Option<Exact>| {
            number.map_or(Ok(String::new()), |number| printed(run, column, &number, (places, &currency)))
        };
        let who = parts.iter().zip(key).filter(|(part, _)| !matches!(part, KeyPart::Period(_)));
        let who = who.map(|(part, key)| keys::print_part(program, tables, *part, *key)).collect();
        found.push(Balance {
            plan: run.name().to_owned(),
            person: keys::one_or_list(who),
            period: period.map_or_else(String::new, |(_, unit, period)| tables.calendar.name(unit, period)),
            name: program.names.columns.at(column).name.clone(),
            opening: print(opening)?,
            change: print(change)?,
            closing: print(closing)?,
            currency: currency.clone(),
        });
    }
    Ok(())
}

/// Whether a period is the first of its unit within a coarser one.
fn begins(calendar: &Calendar, coarser: Unit, unit: Unit, (before, period): (Period, Period)) -> bool {
    let within = |period| calendar.first_day(unit, period).and_then(|day| calendar.period_of(coarser, day));
    within(before) != within(period)
}

fn printed(
    run: &PlanRun<'_>,
    column: ColumnId,
    number: &Exact,
    (places, money): (u8, &str),
) -> Result<String, Diagnostic> {
    let digits = run.program.model.plan.digits.max(DIGITS).max(WIDE_DIGITS);
    let fixed = Fixed::from_exact(number, places, Rounding::HalfUp, digits).map_err(|_| {
        let message = format!("a balance of `{}` has too many digits", run.program.names.columns.at(column).name);
        Diagnostic::new(Code::OutputFailed, message)
    })?;
    Ok(keys::in_row_currency(run.program.model.columns.at(column), fixed, money).to_string())
}
