//! A table of a run folder: columns of a program's tables, to be stored.

use std::collections::BTreeSet;
use std::io::Write;

use super::manifest::{ColumnEntry, Kind, TableEntry};
use super::output::unwritten;
use super::parquet_files::{Writer, Written};
use super::source::{Cells, Picked};
use crate::calendar::{Date, days_between};
use crate::diagnostics::{Code, Diagnostic};

/// A table to be stored.
#[derive(Default)]
pub(super) struct StoredTable<'a> {
    entries: Vec<ColumnEntry>,
    columns: Vec<Written<'a>>,
}

impl<'a> StoredTable<'a> {
    /// Appends a column with these rows of its frame.
    pub fn push(&mut self, name: &str, key: bool, (kind, cells): (Kind, Cells<'a>), rows: &Picked) {
        self.entries.push(ColumnEntry { key, kind, name: name.to_owned() });
        self.columns.push(Written { name: name.to_owned(), cells, rows: rows.clone() });
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        let first = self.columns.first();
        first.map_or(0, |column| column.rows.len())
    }

    /// Its columns.
    pub fn entries(&self) -> &[ColumnEntry] {
        &self.entries
    }

    /// A cell by the number of its column and its row, as a data file would write it; none where it has no value.
    pub fn text(&self, column: usize, row: usize) -> Option<String> {
        let column = self.columns.get(column)?;
        let (mut text, mut is_there) = (String::new(), false);
        column.rows.each(row..row.saturating_add(1), |row| is_there = column.cells.print(row, &mut text));
        is_there.then_some(text)
    }

    /// Writes its file; says how many values it has, keys not counted.
    pub fn write(&self, file: &str, out: impl Write + Send) -> Result<usize, Diagnostic> {
        let mut under_way = TableFile::begin(file, self, out)?;
        under_way.append(self)?;
        Ok(under_way.end()?.values)
    }

    /// What the manifest says of it.
    pub fn entry(&self, file: &str, from: Option<&str>) -> TableEntry {
        TableEntry { columns: self.entries.clone(), file: file.to_owned(), from: from.map(str::to_owned) }
    }
}

/// The file of a table under way: its rows are written part by part.
pub(super) struct TableFile<W: Write + Send> {
    path: String,
    entries: Vec<ColumnEntry>,
    rows: usize,
    writer: Writer<W>,
}

/// The file of a table that was written.
pub(super) struct Ended<W> {
    /// Where it was written to.
    pub out: W,
    /// What the manifest says of its table.
    pub entry: TableEntry,
    /// How many rows it has.
    pub rows: usize,
    /// How many values it has, keys not counted.
    pub values: usize,
}

impl<W: Write + Send> TableFile<W> {
    /// Begins the file of a table, none of whose rows is written yet.
    pub fn begin(path: &str, table: &StoredTable<'_>, out: W) -> Result<TableFile<W>, Diagnostic> {
        let writer = Writer::begin(&table.columns, out).map_err(|error| unwritten(path, &error))?;
        Ok(TableFile { path: path.to_owned(), entries: table.entries.clone(), rows: 0, writer })
    }

    /// Writes the rows of a table with the same columns.
    pub fn append(&mut self, table: &StoredTable<'_>) -> Result<(), Diagnostic> {
        if self.entries != table.entries {
            let message = format!("`{}` could not be written: its parts have different columns", self.path);
            return Err(Diagnostic::new(Code::OutputFailed, message));
        }
        self.rows = self.rows.saturating_add(table.rows());
        self.writer.append(&table.columns).map_err(|error| unwritten(&self.path, &error))
    }

    /// Ends it.
    pub fn end(self) -> Result<Ended<W>, Diagnostic> {
        let (out, values) = self.writer.end().map_err(|error| unwritten(&self.path, &error))?;
        let values = self.entries.iter().zip(values).filter(|(entry, _)| !entry.key).map(|(_, count)| count);
        let values = values.fold(0, usize::saturating_add);
        Ok(Ended {
            out,
            entry: TableEntry { columns: self.entries, file: self.path, from: None },
            rows: self.rows,
            values,
        })
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

/// The day 1970-01-01, from which Parquet counts days.
const EPOCH: Date = match Date::from_ymd_opt(1970, 1, 1) {
    Some(date) => date,
    None => Date::MIN,
};

/// The number of days since 1970-01-01.
pub(super) fn day_number(date: Date) -> i32 {
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
    fn a_taken_name_is_lengthened_until_it_is_free() {
        let taken = ["month", "month_key"].map(str::to_owned).into();
        assert_eq!(free_name(&taken, "month", "_key"), "month_key_key");
        assert_eq!(free_name(&taken, "day", "_key"), "day");
    }
}
