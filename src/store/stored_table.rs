//! A table of a run folder: columns of a program's tables turned into cells that can be stored.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::manifest::{ColumnEntry, Kind, TableEntry};
use super::parquet_files::{self, Column, Values};
use crate::calendar::{Date, days_between};
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::ColumnId;
use crate::keys;
use crate::program::Program;
use crate::table::{Cells, ColumnData, State, Tables};
use crate::types::model::{Shown, Type};
use crate::value::DIGITS;

/// A table to be stored.
#[derive(Debug, Default)]
pub(super) struct StoredTable {
    entries: Vec<ColumnEntry>,
    columns: Vec<Column>,
}

impl StoredTable {
    /// Appends a column.
    pub fn push(&mut self, name: &str, key: bool, (kind, values): (Kind, Values)) {
        self.entries.push(ColumnEntry { key, kind, name: name.to_owned() });
        self.columns.push(Column { name: name.to_owned(), values });
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        let first = self.columns.first();
        first.map_or(0, |column| column.values.len())
    }

    /// How many values it has, keys not counted.
    pub fn values(&self) -> usize {
        let columns = self.entries.iter().zip(&self.columns).filter(|(entry, _)| !entry.key);
        columns.map(|(_, column)| column.values.there()).fold(0, usize::saturating_add)
    }

    /// The bytes of its file.
    pub fn bytes(&self, file: &str) -> Result<Vec<u8>, Diagnostic> {
        parquet_files::write(&self.columns).map_err(|error| {
            let message = format!("`{file}` could not be written: {error}");
            Diagnostic::new(Code::OutputFailed, message)
        })
    }

    /// What the manifest says of it.
    pub fn entry(&self, file: &str, from: Option<&str>) -> TableEntry {
        TableEntry { columns: self.entries.clone(), file: file.to_owned(), from: from.map(str::to_owned) }
    }
}

/// Names none of which is taken: a name that is gets `_key` or the like appended until it is free.
pub(super) fn free_name(taken: &BTreeSet<String>, wanted: &str, suffix: &str) -> String {
    let mut name = wanted.to_owned();
    while taken.contains(&name) {
        name.push_str(suffix);
    }
    name
}

/// The cells of a column at these rows. A column that is not there has no value anywhere.
pub(super) fn cells(
    program: &Program,
    tables: &Tables,
    column: ColumnId,
    rows: &[u32],
) -> Result<(Kind, Values), Diagnostic> {
    let described = program.model.columns.at(column);
    let data = match tables.column(column) {
        Some(data) => Arc::clone(data),
        None => Arc::new(ColumnData::new(described.ty, described.places)),
    };
    cells_of(program, tables, column, &data, rows)
}

/// The cells of a column's data at these rows.
pub(super) fn cells_of(
    program: &Program,
    tables: &Tables,
    column: ColumnId,
    data: &ColumnData,
    rows: &[u32],
) -> Result<(Kind, Values), Diagnostic> {
    let described = program.model.columns.at(column);
    let values = match data.cells() {
        Cells::Number { places, units } => {
            let at = |row: &u32| units.get(*row as usize).filter(|_| data.state(*row) == State::There);
            let cells = rows.iter().map(at).collect();
            let name = &program.names.columns.at(column).name;
            decimals(cells, *places, program.model.plan.digits, name)?
        }
        Cells::YesNo(values) => Values::YesNo(pick(data, values, rows, |yes| *yes)),
        Cells::Date(values) => Values::Date(pick(data, values, rows, |date| day_number(*date))),
        _ => {
            let text = |row: &u32| keys::print_data(program, tables, described.ty, data, *row);
            Values::Text(rows.iter().map(text).collect())
        }
    };
    Ok((kind(described.ty, data.cells()), values))
}

fn kind(ty: Type, cells: &Cells) -> Kind {
    match (cells, ty) {
        (Cells::Number { .. }, Type::Number(_, Shown::Percent)) => Kind::Percent,
        (Cells::Number { .. }, _) => Kind::Number,
        (Cells::Exact(_), _) => Kind::Exact,
        (Cells::Date(_), _) => Kind::Date,
        (Cells::YesNo(_), _) => Kind::YesNo,
        _ => Kind::Text,
    }
}

/// The values at these rows, where there are any.
fn pick<T, U>(data: &ColumnData, values: &[T], rows: &[u32], stored: impl Fn(&T) -> U) -> Vec<Option<U>> {
    let cell = |row: &u32| {
        let is_there = data.state(*row) == State::There;
        values.get(*row as usize).filter(|_| is_there).map(&stored)
    };
    rows.iter().map(cell).collect()
}

/// Stored numbers have at most so many digits; one with more is refused, never cut.
fn decimals(cells: Vec<Option<i128>>, places: u8, digits: u32, name: &str) -> Result<Values, Diagnostic> {
    let limit = 10_u128.saturating_pow(digits);
    if cells.iter().flatten().any(|units| units.unsigned_abs() >= limit) {
        let message = format!("a value of `{name}` has more than {digits} digits");
        return Err(Diagnostic::new(Code::OutputFailed, message));
    }
    if digits > DIGITS {
        return Ok(Values::WideDecimal { places, units: cells });
    }
    let short = |units: Option<i128>| units.and_then(|units| i64::try_from(units).ok());
    Ok(Values::Decimal { places, units: cells.into_iter().map(short).collect() })
}

/// The day 1970-01-01, from which Parquet counts days.
const EPOCH: Date = match Date::from_ymd_opt(1970, 1, 1) {
    Some(date) => date,
    None => Date::MIN,
};

fn day_number(date: Date) -> i32 {
    // The calendar ends long before the integer does.
    i32::try_from(days_between(EPOCH, date)).unwrap_or(i32::MAX)
}

/// The date with this number of days since 1970-01-01.
pub(super) fn date_of(day: i32) -> Option<Date> {
    EPOCH.checked_add_signed(chrono::TimeDelta::try_days(i64::from(day))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::parse_date;

    #[test]
    fn days_are_counted_from_1970() {
        // 2026-01-01: 56 years, 14 of them leap years (1972 to 2024): 56 * 365 + 14 = 20,454.
        let date = parse_date("2026-01-01").unwrap();
        assert_eq!(day_number(date), 20_454);
        assert_eq!(date_of(20_454), Some(date));
        assert_eq!(date_of(-1), Some(parse_date("1969-12-31").unwrap()));
    }

    #[test]
    fn a_number_with_too_many_digits_is_refused() {
        let most = 999_999_999_999_999_999;
        let held = decimals(vec![Some(-most), None], 2, 18, "x").unwrap();
        let units = vec![Some(-999_999_999_999_999_999), None];
        assert_eq!(held, Values::Decimal { places: 2, units });
        let problem = decimals(vec![Some(most + 1)], 2, 18, "x").unwrap_err();
        assert_eq!(problem.message, "a value of `x` has more than 18 digits");
    }

    #[test]
    fn a_taken_name_is_lengthened_until_it_is_free() {
        let taken = ["month", "month_key"].map(str::to_owned).into();
        assert_eq!(free_name(&taken, "month", "_key"), "month_key_key");
        assert_eq!(free_name(&taken, "day", "_key"), "day");
    }
}
