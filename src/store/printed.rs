//! The columns and the keys of a run, to be stored: what prints as text is printed once, however many rows hold it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Outputs;
use super::manifest::Kind;
use super::source::{Cells, Source};
use super::texts::TextList;
use crate::calendar::{Period, Unit};
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ChoiceId, ColumnId, Id, RecordId};
use crate::keys;
use crate::program::Program;
use crate::table::{self, ColumnData, Key, Tables};
use crate::types::model::{Shown, Type};
use crate::value::{Currency, DIGITS, Units};

/// What the tables of a run hold, with the keys of its records as text.
pub(super) struct Printed<'a> {
    /// The plan.
    pub program: &'a Program,
    /// Its data and all that was computed.
    pub tables: &'a Tables,
    /// The keys of the records that were asked for, by row.
    records: Mutex<BTreeMap<usize, Arc<TextList>>>,
}

/// So many numbers between the first and the last period are printed ahead, at least.
const FEW_PERIODS: usize = 4096;

impl<'a> Printed<'a> {
    /// Nothing is printed yet.
    pub fn new(program: &'a Program, tables: &'a Tables) -> Printed<'a> {
        Printed { program, tables, records: Mutex::default() }
    }

    /// Prints ahead what several files hold as text: the keys of the people and of the rows that credit rules read.
    pub fn ahead(self, outputs: Outputs) -> Printed<'a> {
        let model = &self.program.model;
        let read = model.rules.iter().map(|rule| rule.record);
        let as_text = read.filter(|record| outputs == Outputs::All || self.numbers(*record).is_none());
        for record in as_text.chain([model.plan.people]) {
            self.record(record);
        }
        self
    }

    /// The keys of a record's rows (see [`keys::record_key`]).
    pub fn record(&self, record: RecordId) -> Arc<TextList> {
        let known = || self.records.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(list) = known().get(&record.index()) {
            return Arc::clone(list);
        }
        // Not under the lock: the keys of other records may be asked for.
        let list = Arc::new(self.print_record(record));
        known().insert(record.index(), Arc::clone(&list));
        list
    }

    fn print_record(&self, record: RecordId) -> TextList {
        let described = self.program.model.records.at(record);
        let count = self.tables.rows(described.frame).map_or(0, |rows| rows.len());
        let parts: Vec<Cells<'_>> = described.key.iter().map(|column| self.cells(*column).1).collect();
        TextList::of(count, |row, out| {
            let row = table::row_number(row);
            match parts.as_slice() {
                [] => {}
                [part] => {
                    part.print(row, out);
                }
                parts => out.push_str(&keys::list(&texts(parts, row))),
            }
        })
    }

    /// The cells of a column and how they read; a column that is not there has no value anywhere.
    pub fn cells(&self, column: ColumnId) -> (Kind, Cells<'a>) {
        let described = self.program.model.columns.at(column);
        match self.tables.column(column) {
            Some(data) => self.cells_of(described.ty, data),
            None => (
                kind(described.ty, ColumnData::new(described.ty, described.places).cells()),
                self.nothing(described.ty, described.places),
            ),
        }
    }

    /// The cells of a column's data.
    pub fn cells_of(&self, ty: Type, data: &'a ColumnData) -> (Kind, Cells<'a>) {
        let (program, tables) = (self.program, self.tables);
        let source = match (data.cells(), ty) {
            (table::Cells::Number { places, units }, _) => self.number(ty, *places, units),
            (table::Cells::Date(cells), _) => Source::Date(cells),
            (table::Cells::YesNo(cells), _) => Source::YesNo(cells),
            (table::Cells::Text(cells), _) => {
                Source::Text(Box::new(|row| cells.get(row as usize).map(|text| Cow::Borrowed(text.as_ref()))))
            }
            (table::Cells::Currency(cells), _) => currencies(cells),
            (table::Cells::Row(cells), Type::Reference(record)) => coded(self.record(record), cells),
            (table::Cells::Choice(cells), Type::Choice(choice)) => coded(self.choice(choice), cells),
            (table::Cells::Period(cells), Type::Period(unit)) => {
                let keys = || cells.iter().map(|period| Key::from(period.0));
                match self.periods(unit, keys) {
                    Some((first, list)) => Source::Coded(
                        list,
                        Box::new(move |row| {
                            cells.get(row as usize).and_then(|period| ahead(first, Key::from(period.0)))
                        }),
                    ),
                    None => Source::Text(Box::new(move |row| {
                        cells.get(row as usize).map(|period| Cow::Owned(tables.calendar.name(unit, *period)))
                    })),
                }
            }
            _ => Source::Text(Box::new(move |row| keys::print_data(program, tables, ty, data, row).map(Cow::Owned))),
        };
        (kind(ty, data.cells()), Cells { source, states: Some(data.states()) })
    }

    fn number(&self, ty: Type, places: u8, units: &'a Units) -> Source<'a> {
        let percent = matches!(ty, Type::Number(_, Shown::Percent));
        Source::Number { places, wide: self.program.model.plan.digits > DIGITS, percent, units }
    }

    fn nothing(&self, ty: Type, places: Option<u8>) -> Cells<'a> {
        static NO_UNITS: Units = Units::Narrow(Vec::new());
        let source = match (ty, places) {
            (Type::Number(..), Some(places)) => self.number(ty, places, &NO_UNITS),
            (Type::YesNo, _) => Source::YesNo(&[]),
            (Type::Date, _) => Source::Date(&[]),
            _ => Source::Text(Box::new(|_| None)),
        };
        Cells { source, states: None }
    }

    /// The values of a choice.
    pub fn choice(&self, choice: ChoiceId) -> Arc<TextList> {
        Arc::new(listed(self.program.model.choices.at(choice).iter().map(String::as_str)))
    }

    /// The names of all periods from the first to the last of these, and the number of the first; none where they lie far
    /// apart.
    pub fn periods<I: Iterator<Item = Key>>(&self, unit: Unit, keys: impl Fn() -> I) -> Option<(Key, Arc<TextList>)> {
        let (first, last, count) = keys().fold((Key::MAX, Key::MIN, 0_usize), |(first, last, count), key| {
            (first.min(key), last.max(key), count.saturating_add(1))
        });
        let span = last.checked_sub(first).map_or(Some(0), |span| usize::try_from(span).ok());
        let span = span.filter(|span| *span <= count.saturating_mul(2).max(FEW_PERIODS))?;
        let numbers = (0..=span)
            .filter(|_| count > 0)
            .map(|ahead| first.saturating_add(i64::try_from(ahead).unwrap_or(i64::MAX)));
        let name = |key: Key| self.tables.calendar.name(unit, Period(i32::try_from(key).unwrap_or(i32::MAX)));
        let mut list = TextList::default();
        numbers.for_each(|number| {
            list.push(&name(number));
        });
        Some((first, Arc::new(list)))
    }

    /// Refuses a number with more digits than are kept: it is never cut.
    pub fn check_digits(&self, column: ColumnId) -> Result<(), Diagnostic> {
        self.tables.column(column).map_or(Ok(()), |data| check_digits(self.program, column, data))
    }
}

/// Refuses a number with more digits than are kept: it is never cut.
pub(super) fn check_digits(program: &Program, column: ColumnId, data: &ColumnData) -> Result<(), Diagnostic> {
    let table::Cells::Number { units, .. } = data.cells() else { return Ok(()) };
    let digits = program.model.plan.digits;
    let limit = 10_u128.saturating_pow(digits);
    let is_too_large = match (units, u64::try_from(limit)) {
        (Units::Narrow(units), Ok(limit)) => {
            // The bits of any tell that none is too large, which is quicker to find and nearly always so.
            let bits = units.iter().fold(0, |bits, units| bits | (units ^ (units >> 63)));
            bits.unsigned_abs() >= limit.saturating_sub(1) && units.iter().any(|units| units.unsigned_abs() >= limit)
        }
        (Units::Narrow(_), Err(_)) => false,
        (Units::Wide(units), _) => units.iter().any(|units| units.unsigned_abs() >= limit),
    };
    if is_too_large {
        let name = &program.names.columns.at(column).name;
        let message = format!("a value of `{name}` has more than {digits} digits");
        return Err(Diagnostic::new(Code::OutputFailed, message));
    }
    Ok(())
}

/// The texts of a row in several columns; empty where it has none.
pub(super) fn texts(parts: &[Cells<'_>], row: u32) -> Vec<String> {
    let text = |part: &Cells<'_>| {
        let mut text = String::new();
        part.print(row, &mut text);
        text
    };
    parts.iter().map(text).collect()
}

/// These texts, by their numbers in this order.
pub(super) fn listed<'t>(texts: impl Iterator<Item = &'t str>) -> TextList {
    let mut list = TextList::default();
    texts.for_each(|text| {
        list.push(text);
    });
    list
}

fn coded<'a>(list: Arc<TextList>, cells: &'a [u32]) -> Source<'a> {
    Source::Coded(list, Box::new(|row| cells.get(row as usize).copied()))
}

/// Currencies by their numbers among those that occur, which are few.
fn currencies(cells: &[Currency]) -> Source<'_> {
    let mut known: Vec<Currency> = Vec::new();
    for cell in cells {
        if !known.contains(cell) {
            known.push(*cell);
        }
    }
    let list = Arc::new(listed(known.iter().map(Currency::code)));
    let number = move |row: u32| {
        let cell = cells.get(row as usize)?;
        known.iter().position(|known| known == cell).map(table::row_number)
    };
    Source::Coded(list, Box::new(number))
}

/// How far a number lies behind the first.
pub(super) fn ahead(first: Key, key: Key) -> Option<u32> {
    u32::try_from(key.checked_sub(first)?).ok()
}

fn kind(ty: Type, cells: &table::Cells) -> Kind {
    match (cells, ty) {
        (table::Cells::Number { .. }, Type::Number(_, Shown::Percent)) => Kind::Percent,
        (table::Cells::Number { .. }, _) => Kind::Number,
        (table::Cells::Exact(_), _) => Kind::Exact,
        (table::Cells::Date(_), _) => Kind::Date,
        (table::Cells::YesNo(_), _) => Kind::YesNo,
        _ => Kind::Text,
    }
}
