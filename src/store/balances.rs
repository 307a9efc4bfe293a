//! The balances: what each stood at before a period, how it changed in it, and where it stands: the rows of
//! `balances.csv`.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::PlanRun;
use super::flows::currency;
use crate::calendar::{Calendar, Period, Unit};
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, FrameId};
use crate::keys;
use crate::reference::Interpreter;
use crate::table::{Cells, ColumnData, Key, Rows, State, Value};
use crate::types::model::{Definition, KeyPart, Origin, Starting, Word};
use crate::value::{Fixed, Rounding, Units, WIDE_DIGITS};

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
    for (column, described) in run.program.model.columns.pairs() {
        let Origin::Definition(definition) = &described.origin else { continue };
        if definition.word == Word::Balance
            && let Some(balanced) = Balanced::of(run, column, definition)
        {
            rows.append(&mut balanced.rows()?);
        }
    }
    rows.par_sort_unstable();
    Ok(rows)
}

/// A definition that is a balance, with what was computed for it.
struct Balanced<'a> {
    run: &'a PlanRun<'a>,
    column: ColumnId,
    frame: FrameId,
    starting: Option<&'a Starting>,
    parts: &'a [KeyPart],
    rows: &'a Rows,
    data: &'a ColumnData,
    places: u8,
    units: &'a Units,
}

/// The row of a balance, its period, and the row of the period before, where the balance goes on from it.
struct Stood {
    row: u32,
    period: Option<(Unit, Period)>,
    before: Option<u32>,
}

impl<'a> Balanced<'a> {
    fn of(run: &'a PlanRun<'a>, column: ColumnId, definition: &'a Definition) -> Option<Balanced<'a>> {
        let (model, tables) = (&run.program.model, &run.results.tables);
        let frame = model.columns.at(column).frame;
        let (data, rows) = (tables.column(column)?, tables.rows(frame)?);
        let Cells::Number { places, units } = data.cells() else { return None };
        let (starting, parts) = (definition.starting.as_ref(), &model.frames.at(frame).parts);
        Some(Balanced { run, column, frame, starting, parts, rows, data, places: *places, units })
    }

    fn rows(&self) -> Result<Vec<Balance>, Diagnostic> {
        let there: Vec<u32> = self.rows.all().filter(|row| self.data.state(*row) == State::There).collect();
        let stood: Vec<Stood> = there.into_par_iter().map(|row| self.stood(row)).collect();
        // What a balance starts with is computed anew, one row after another.
        let mut interpreter = Interpreter::new(self.run.program, &self.run.results.tables);
        let openings = stood.iter().map(|stood| self.opening(stood, &mut interpreter));
        let openings: Vec<Option<Fixed>> = openings.collect::<Result<_, _>>()?;
        stood.par_iter().zip(openings).map(|(stood, opening)| self.row(stood, opening)).collect()
    }

    fn stood(&self, row: u32) -> Stood {
        let key = self.rows.key(row);
        let found = self.parts.iter().zip(key).enumerate().find_map(|(position, (part, key))| match part {
            KeyPart::Period(unit) => Some((position, *unit, Period(i32::try_from(*key).ok()?))),
            _ => None,
        });
        let before = found.and_then(|(position, unit, period)| {
            let calendar = &self.run.results.tables.calendar;
            let earlier = calendar.previous(unit, period)?;
            let each = self.starting.and_then(|starting| starting.each);
            let anew = each.is_some_and(|each| begins(calendar, each, unit, (earlier, period)));
            let mut key = key.to_vec();
            *key.get_mut(position)? = Key::from(earlier.0);
            self.rows.find(&key).filter(|_| !anew)
        });
        Stood { row, period: found.map(|(_, unit, period)| (unit, period)), before }
    }

    /// What a balance stands at on a row, where it is there.
    fn standing(&self, row: u32) -> Option<Fixed> {
        let units = self.units.get(row as usize).filter(|_| self.data.state(row) == State::There)?;
        Some(Fixed { units, places: self.places })
    }

    fn opening(&self, stood: &Stood, interpreter: &mut Interpreter<'_>) -> Result<Option<Fixed>, Diagnostic> {
        if let Some(before) = stood.before {
            return Ok(self.standing(before));
        }
        let Some(starting) = self.starting else { return Ok(None) };
        let Some((Some(Value::Number(number)), _)) = interpreter.ask(&starting.value, self.frame, stood.row).ok()
        else {
            return Ok(None);
        };
        let digits = self.run.program.model.plan.digits.max(WIDE_DIGITS);
        let fixed = Fixed::from_exact(&number, self.places, Rounding::HalfUp, digits);
        fixed.map(Some).map_err(|_| self.too_long())
    }

    fn row(&self, stood: &Stood, opening: Option<Fixed>) -> Result<Balance, Diagnostic> {
        let (program, tables) = (self.run.program, &self.run.results.tables);
        let closing = self.standing(stood.row);
        let change = opening.zip(closing).map(|(opening, closing)| {
            let units = closing.units.checked_sub(opening.units).ok_or_else(|| self.too_long())?;
            Ok(Fixed { units, places: self.places })
        });
        let currency = currency(self.run, self.column, stood.row);
        let described = program.model.columns.at(self.column);
        let print = |amount: Option<Fixed>| {
            amount.map_or_else(String::new, |amount| keys::in_row_currency(described, amount, &currency).to_string())
        };
        let who =
            self.parts.iter().zip(self.rows.key(stood.row)).filter(|(part, _)| !matches!(part, KeyPart::Period(_)));
        let who = who.map(|(part, key)| keys::print_part(program, tables, *part, *key)).collect();
        Ok(Balance {
            plan: self.run.name().to_owned(),
            person: keys::one_or_list(who),
            period: stood.period.map_or_else(String::new, |(unit, period)| tables.calendar.name(unit, period)),
            name: program.names.columns.at(self.column).name.clone(),
            opening: print(opening),
            change: print(change.transpose()?),
            closing: print(closing),
            currency,
        })
    }

    fn too_long(&self) -> Diagnostic {
        let name = &self.run.program.names.columns.at(self.column).name;
        Diagnostic::new(Code::OutputFailed, format!("a balance of `{name}` has too many digits"))
    }
}

/// Whether a period is the first of its unit within a coarser one.
fn begins(calendar: &Calendar, coarser: Unit, unit: Unit, (before, period): (Period, Period)) -> bool {
    let within = |period| calendar.first_day(unit, period).and_then(|day| calendar.period_of(coarser, day));
    within(before) != within(period)
}
