//! The data of a run as it was used: each record as a table, with the file and row of origin.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::manifest::Kind;
use super::printed::Printed;
use super::source::{Cells, Picked, Source};
use super::stored_table::{StoredTable, free_name};
use super::texts::TextList;
use crate::diagnostics::Diagnostic;
use crate::ids::RecordId;
use crate::table::{DataFile, Tables};
use crate::types::model::Record;

/// The data file of a record, where it has one.
pub(super) fn data_file(tables: &Tables, record: RecordId) -> Option<&DataFile> {
    tables.files.iter().find(|file| file.record == record)
}

/// For each version the row it is one of; of a record without versions, its rows.
fn homes(tables: &Tables, record: &Record, versions: &Picked) -> Picked {
    let Some(described) = record.versions else { return versions.clone() };
    let (Some(all), Some(home)) = (tables.rows(described.frame), tables.rows(record.frame)) else {
        return Picked::All(0);
    };
    let of = |row: u32| all.key(row).split_last().and_then(|(_, key)| home.find(key));
    Picked::These(all.all().filter_map(of).collect())
}

/// A record with all its columns as declared, and behind them the file and row of origin.
pub(super) fn table<'a>(printed: &Printed<'a>, record: RecordId) -> Result<StoredTable<'a>, Diagnostic> {
    let (program, tables) = (printed.program, printed.tables);
    let described = program.model.records.at(record);
    // Of rows with versions, the versions: each cell of the key as often as its row has some.
    let frame = described.versions.map_or(described.frame, |versions| versions.frame);
    let rows = Picked::All(tables.rows(frame).map_or(0, |rows| rows.len()));
    let homes = homes(tables, described, &rows);
    let mut table = StoredTable::default();
    let mut taken = BTreeSet::new();
    for column in &described.columns {
        let name = &program.names.columns.at(*column).name;
        let is_key = described.key.contains(column);
        let at = if program.model.columns.at(*column).frame == frame { &rows } else { &homes };
        printed.check_digits(*column)?;
        table.push(name, is_key, printed.cells(*column), at);
        taken.insert(name.clone());
    }
    let mut files = TextList::default();
    let file = data_file(tables, record).map(|file| files.push(&file.path));
    let name = free_name(&taken, "file", "_of_origin");
    table.push(&name, false, (Kind::File, Cells::coded(Arc::new(files), move |_| file)), &rows);
    let numbers = tables.file_rows.get(&frame).map_or(&[][..], Vec::as_slice);
    let name = free_name(&taken, "row", "_of_origin");
    table.push(&name, false, (Kind::Row, Cells { source: Source::Count(numbers), states: None }), &rows);
    Ok(table)
}
