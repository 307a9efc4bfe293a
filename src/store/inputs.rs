//! The data of a run as it was used: each record as a table, with the file and row of origin.

use std::collections::BTreeSet;

use super::manifest::Kind;
use super::parquet_files::Values;
use super::stored_table::{StoredTable, cells, free_name};
use crate::diagnostics::Diagnostic;
use crate::ids::RecordId;
use crate::program::Program;
use crate::table::{DataFile, Tables};
use crate::types::model::Record;

/// The data file of a record, where it has one.
pub(super) fn data_file(tables: &Tables, record: RecordId) -> Option<&DataFile> {
    tables.files.iter().find(|file| file.record == record)
}

/// For each version the row it is one of; of a record without versions, its rows.
fn homes(tables: &Tables, record: &Record, rows: &[u32]) -> Vec<u32> {
    let Some(versions) = record.versions else { return rows.to_vec() };
    let (Some(all), Some(home)) = (tables.rows(versions.frame), tables.rows(record.frame)) else { return Vec::new() };
    let of = |row: &u32| all.key(*row).split_last().and_then(|(_, key)| home.find(key));
    rows.iter().filter_map(of).collect()
}

/// A record with all its columns as declared, and behind them the file and row of origin.
pub(super) fn table(program: &Program, tables: &Tables, record: RecordId) -> Result<StoredTable, Diagnostic> {
    let described = program.model.records.at(record);
    // Of rows with versions, the versions: each cell of the key as often as its row has some.
    let frame = described.versions.map_or(described.frame, |versions| versions.frame);
    let rows: Vec<u32> = tables.rows(frame).map_or(0..0, |rows| rows.all()).collect();
    let homes = homes(tables, described, &rows);
    let mut table = StoredTable::default();
    let mut taken = BTreeSet::new();
    for column in &described.columns {
        let name = &program.names.columns.at(*column).name;
        let is_key = described.key.contains(column);
        let at = if program.model.columns.at(*column).frame == frame { &rows } else { &homes };
        table.push(name, is_key, cells(program, tables, *column, at)?);
        taken.insert(name.clone());
    }
    let file = data_file(tables, record).map(|file| file.path.clone());
    let origin = tables.file_rows.get(&frame);
    let origin_row = |row: &u32| {
        let number = origin?.get(*row as usize)?;
        i64::try_from(*number).ok()
    };
    let files = rows.iter().map(|_| file.clone()).collect();
    let numbers = rows.iter().map(origin_row).collect();
    let name = free_name(&taken, "file", "_of_origin");
    table.push(&name, false, (Kind::File, Values::Text(files)));
    let name = free_name(&taken, "row", "_of_origin");
    table.push(&name, false, (Kind::Row, Values::Integer(numbers)));
    Ok(table)
}
