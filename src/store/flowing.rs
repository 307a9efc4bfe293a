//! A `pay` or an `earn` with what stands beside its values: whose they are, when, and in what currency.

mod dated;
mod listed;
mod sums;

use std::sync::Arc;

use super::PlanRun;
use super::flows::currency;
use super::printed::Printed;
use super::source::Cells;
use super::texts::TextList;
use crate::calendar::Date;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::ColumnId;
use crate::keys;
use crate::table::{self, ColumnData, Flow, State, row_number};
use crate::types::model::{Column, Part, Type};
use crate::value::{Fixed, Units};

pub(super) use dated::Periods;
pub(super) use listed::{Listed, SourceNumbers};

/// What the values are in.
enum Currencies<'a> {
    /// All of them in one, or in none.
    One(String),
    /// Each in that of its row, at its places.
    OfRow(&'a Column, Cells<'a>),
}

/// A `pay` or an `earn`.
pub(super) struct Flowing<'a> {
    /// The definition.
    pub column: ColumnId,
    /// Its name.
    pub name: &'a str,
    data: &'a ColumnData,
    places: u8,
    units: &'a Units,
    flow: Option<&'a Flow>,
    people: Arc<TextList>,
    currencies: Currencies<'a>,
}

impl<'a> Flowing<'a> {
    /// A column that is there.
    pub fn of(run: &PlanRun<'a>, printed: &Printed<'a>, column: ColumnId) -> Result<Flowing<'a>, Diagnostic> {
        static NO_UNITS: Units = Units::Narrow(Vec::new());
        let (program, model) = (run.program, &run.program.model);
        let name = program.names.columns.at(column).name.as_str();
        let data: &'a ColumnData = run.results.tables.column(column).map(Arc::as_ref).ok_or_else(|| unfixed(name))?;
        let (places, units) = match data.cells() {
            table::Cells::Number { places, units } => (*places, units),
            _ if (0..row_number(data.len())).any(|row| data.state(row) == State::There) => return Err(unfixed(name)),
            _ => (0, &NO_UNITS),
        };
        let described = model.columns.at(column);
        let flow = run.results.flows.get(&column);
        let people = printed.record(model.plan.people);
        let above = match described.ty {
            Type::Number(dimension, _) => dimension.above,
            _ => None,
        };
        let currencies = match above {
            Some(Part::RowCurrency(named)) if model.columns.at(named).frame == described.frame => {
                Currencies::OfRow(described, printed.cells(named).1)
            }
            _ => Currencies::One(currency(run, column, 0)),
        };
        Ok(Flowing { column, name, data, places, units, flow, people, currencies })
    }

    /// The row of the person in the people's record.
    pub fn person_row(&self, row: u32) -> Option<u32> {
        self.flow?.person.get(row as usize).copied().flatten()
    }

    /// The key of the person; empty where there is none.
    pub fn person(&self, row: u32) -> &str {
        self.person_key(self.person_row(row))
    }

    /// The key of a row of the people's record.
    pub fn person_key(&self, person: Option<u32>) -> &str {
        person.map_or("", |person| self.people.get(person))
    }

    /// When it happens.
    pub fn date(&self, row: u32) -> Option<Date> {
        self.flow?.date.get(row as usize).copied().flatten()
    }

    /// The value of a row, at the places at which it is written.
    pub fn amount(&self, row: u32) -> Fixed {
        let units = self.units.get(row as usize).unwrap_or_default();
        match &self.currencies {
            Currencies::One(_) => Fixed { units, places: self.places },
            Currencies::OfRow(..) => self.amount_of(units, &self.currency(row)),
        }
    }

    /// So many units in a currency, at the places at which they are written.
    pub fn amount_of(&self, units: i128, currency: &str) -> Fixed {
        let amount = Fixed { units, places: self.places };
        match &self.currencies {
            Currencies::One(_) => amount,
            Currencies::OfRow(column, _) => keys::in_row_currency(column, amount, currency),
        }
    }

    /// Its currency; empty where it has none.
    pub fn currency(&self, row: u32) -> String {
        let mut text = String::new();
        self.push_currency(row, &mut text);
        text
    }

    /// Appends its currency.
    pub fn push_currency(&self, row: u32, out: &mut String) {
        match &self.currencies {
            Currencies::One(currency) => out.push_str(currency),
            Currencies::OfRow(_, cells) => {
                cells.print(row, out);
            }
        }
    }
}

fn unfixed(name: &str) -> Diagnostic {
    let message = format!("`{name}` has no fixed places and cannot be written");
    Diagnostic::new(Code::OutputFailed, message)
}
