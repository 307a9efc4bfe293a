//! Rows that are asked about beside the data: read and validated as those of a data file are, and put among the rows of
//! a record in order of their keys.

use std::collections::{BTreeMap, HashMap};

use super::cell::CellReader;
use super::check::Loaded;
use super::columns::Columns;
use super::keys::{Keys, of_column, own_key, read_as};
use super::order::Ordered;
use super::raw::RowCollector;
use super::raw_table::{CellProblem, RawTable, Source, clipped};
use super::{json_lines, order, read, set_rows};
use crate::diagnostics::{Code, DataPlace, Diagnostic};
use crate::ids::{ColumnId, IdVec, RecordId};
use crate::program::Program;
use crate::table::{ColumnData, Tables, Value, row_number};
use crate::types::model::Type;
use crate::types::written::Written;

/// A row that is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedRow {
    /// The record.
    pub record: RecordId,
    /// The cells that are given, each written as in a data file of the record.
    pub cells: Vec<(ColumnId, String)>,
    /// The line of the question in which it stands.
    pub line: u64,
}

/// Rows of one record that were asked about and are as they must be.
#[derive(Clone, Debug)]
pub struct AddedRows {
    /// The record.
    pub record: RecordId,
    /// How many.
    count: usize,
    /// Their cells, in the order in which the rows came; references lead to rows of the data.
    columns: HashMap<ColumnId, ColumnData>,
    /// What they are ordered by among the rows of the record.
    keys: Vec<ColumnData>,
}

/// Where a row of a record in a part of the data comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum From {
    /// A row of the data.
    Data(u32),
    /// One of the rows asked about, in the order in which they came.
    Added(u32),
}

/// Some rows of some records, with rows that were asked about among them.
#[derive(Clone, Debug)]
pub struct SomeRows {
    /// The frames and columns of these records alone.
    pub tables: Tables,
    /// By record, where each of its rows comes from.
    pub from: BTreeMap<RecordId, Vec<From>>,
}

impl AddedRows {
    /// The rows of the data that a column of references leads to.
    pub fn references(&self, column: ColumnId) -> Vec<u32> {
        let Some(data) = self.columns.get(&column) else { return Vec::new() };
        let row = |at: u32| match data.get(at) {
            Some(Value::Row(row)) => Some(row),
            _ => None,
        };
        (0..row_number(data.len())).filter_map(row).collect()
    }
}

/// What a problem with rows that are asked about names as their place.
pub const ASKED: &str = "the question";

/// The cell of a JSON value, as a data file of the record would hold it.
///
/// # Errors
/// A list or an object.
pub fn cell_of_json(program: &Program, column: ColumnId, value: &str, line: u64) -> Result<String, Box<Diagnostic>> {
    let read_as = read_as(program, column).unwrap_or(column);
    let written = super::raw_table::data_column(program, read_as).map_or(&Written::Plain, |data| &data.written);
    let name = &program.names.columns.at(column).name;
    json_lines::value(name, value, written).map_err(|flaw| {
        let place = DataPlace {
            file: ASKED.to_owned(),
            row: Some(line),
            column: flaw.column,
            found: Some(clipped(value)),
            expected: Some(flaw.expected),
        };
        Box::new(Diagnostic::new(flaw.code, flaw.message).help(flaw.help).data(place))
    })
}

/// Reads rows that are asked about, beside data.
pub struct Adding<'a> {
    program: &'a Program,
    tables: &'a Tables,
    keys: IdVec<RecordId, Keys>,
}

impl<'a> Adding<'a> {
    /// Beside this data.
    pub fn new(program: &'a Program, tables: &'a Tables) -> Self {
        let keys = program.model.records.ids().map(|record| Keys::of_data(program, tables, record));
        Self { program, tables, keys: keys.collect() }
    }

    /// The rows of one record, all of them together.
    ///
    /// # Errors
    /// All problems with them, as in a data file.
    pub fn read(&self, record: RecordId, rows: &[AddedRow]) -> Result<AddedRows, Vec<Diagnostic>> {
        let (program, mut problems) = (self.program, Vec::new());
        let raw = raw_table(program, record, rows);
        let columns = Columns::new(CellReader { program, calendar: &self.tables.calendar });
        let own = Keys::read(&columns, record, &raw, &mut problems);
        let mut read = HashMap::new();
        for column in read::columns(program, record) {
            read.insert(column, columns.typed((record, &own), column, &raw, &self.keys, &mut problems));
        }
        let mut alone = Tables::new(self.tables.calendar.clone());
        for (column, data) in &read {
            alone.set_column(*column, data.clone());
        }
        let loaded = Loaded { program, record, raw: &raw, keys: &own };
        loaded.active(&alone, &mut problems);
        if problems.is_empty() {
            self.known_keys(record, &own, &raw, &read, &mut problems);
        }
        if !problems.is_empty() {
            problems.sort_by(|first, second| order(first).cmp(&order(second)));
            return Err(problems);
        }
        // They were typed in order of their keys; they are kept in the order in which they came.
        let mut back = vec![0; own.order.len()];
        for (row, came) in (0_u32..).zip(&own.order) {
            back.get_mut(*came as usize).into_iter().for_each(|place| *place = row);
        }
        let keys = program.model.records.at(record).key.iter();
        let keys = keys.filter_map(|column| own.cells.get(column).cloned()).collect();
        let columns = read.into_iter().map(|(column, data)| (column, data.take(&back))).collect();
        Ok(AddedRows { record, count: rows.len(), columns, keys })
    }

    /// Keys that the data has already.
    fn known_keys(
        &self,
        record: RecordId,
        own: &Keys,
        raw: &RawTable,
        read: &HashMap<ColumnId, ColumnData>,
        problems: &mut Vec<Diagnostic>,
    ) {
        let declared = self.program.model.records.at(record);
        for (place, came) in (0_u32..).zip(&own.order) {
            let known = match declared.key.as_slice() {
                [column] => {
                    let cell = own.cells.get(column).map(|cells| cells.take(&[*came]));
                    cell.is_some_and(|cell| self.keys.at(record).find_all(&cell).get(0).is_some())
                }
                key => self.has_key(record, key, read, place),
            };
            if known {
                let found = clipped(&raw.found(*came as usize, &declared.key));
                let message = format!("the data has a row with the key `{found}` already");
                let problem = CellProblem::new(Code::DuplicateKey, message, "a key that no row of the data has")
                    .help("ask about a row of its own: one that is there cannot be asked about as if it were new");
                problems.push(raw.problem(self.program, *came as usize, &declared.key, problem));
            }
        }
    }

    fn has_key(&self, record: RecordId, key: &[ColumnId], read: &HashMap<ColumnId, ColumnData>, place: u32) -> bool {
        let frame = self.program.model.records.at(record).frame;
        let Some(rows) = self.tables.rows(frame) else { return false };
        let cells: Vec<Option<_>> = key.iter().map(|column| read.get(column)?.get(place)).collect();
        if !own_key(self.program, record) {
            let parts: Option<Vec<_>> = cells.iter().map(|cell| cell.as_ref()?.key()).collect();
            return parts.is_some_and(|parts| rows.find(&parts).is_some());
        }
        let same = |row: u32| {
            let mut parts = key.iter().zip(&cells);
            parts.all(|(column, cell)| self.tables.column(*column).and_then(|data| data.get(row)) == *cell)
        };
        rows.all().any(same)
    }
}

fn raw_table(program: &Program, record: RecordId, rows: &[AddedRow]) -> RawTable {
    let columns = read::columns(program, record);
    let mut cells = RowCollector::new(columns.len());
    for row in rows {
        let text = |column: &ColumnId| {
            let cell = row.cells.iter().find(|(given, _)| given == column);
            cell.map_or("", |(_, text)| text.as_str())
        };
        cells.push(row.line, columns.iter().map(text));
    }
    let (cells, rows) = cells.finish();
    RawTable::new(columns, cells, Source::File(ASKED.to_owned(), rows))
}

/// These rows of the data, for each of these records, and the rows asked about in their places among them. References
/// between these records lead to the rows in their new places.
pub fn some_rows(
    program: &Program,
    tables: &Tables,
    wanted: &BTreeMap<RecordId, Vec<u32>>,
    added: &[AddedRows],
) -> SomeRows {
    let mut some = SomeRows { tables: Tables::new(tables.calendar.clone()), from: BTreeMap::new() };
    let mut orders = BTreeMap::new();
    for (record, rows) in wanted {
        let added = added.iter().find(|added| added.record == *record);
        let order = in_order(program, tables, *record, rows, added);
        let count = row_number(rows.len());
        let from = |at: &u32| match rows.get(*at as usize) {
            Some(row) => From::Data(*row),
            None => From::Added(at.saturating_sub(count)),
        };
        some.from.insert(*record, order.iter().map(from).collect());
        orders.insert(*record, order);
    }
    let places: BTreeMap<RecordId, HashMap<u32, u32>> =
        some.from.iter().map(|(id, from)| (*id, placed(from))).collect();
    for (record, rows) in wanted {
        let added = added.iter().find(|added| added.record == *record);
        let Some(order) = orders.get(record) else { continue };
        for column in read::columns(program, *record) {
            let Some(data) = tables.column(column) else { continue };
            let mut cells = data.take(rows);
            if let Some(data) = added.and_then(|added| added.columns.get(&column)) {
                cells.append(data.clone());
            }
            if added.is_some() {
                cells = cells.take(order);
            }
            if let Type::Reference(parent) = program.model.columns.at(column).ty
                && let Some(places) = places.get(&parent)
            {
                cells = cells.with_rows(|row| places.get(&row).copied().unwrap_or(u32::MAX));
            }
            some.tables.set_column(column, cells);
        }
        let keys = Keys::so_many(order.len());
        set_rows(
            program,
            *record,
            &RawTable::new(Vec::new(), Vec::new(), Source::Plan(Vec::new())),
            &keys,
            &mut some.tables,
        );
    }
    some
}

/// All data, and the rows asked about in their places among it.
pub fn with_all_rows(program: &Program, tables: &Tables, added: &[AddedRows]) -> SomeRows {
    let rows = |frame| tables.rows(frame).map_or(0..0, |rows| rows.all());
    let records = program.model.records.pairs();
    // The rows of what has versions stay what they are.
    let wanted: BTreeMap<RecordId, Vec<u32>> = records
        .filter(|(_, record)| record.versions.is_none())
        .map(|(id, record)| (id, rows(record.frame).collect()))
        .collect();
    let mut some = some_rows(program, tables, &wanted, added);
    let mut all = tables.clone();
    all.file_rows = HashMap::new();
    all.take_from(&some.tables);
    some.tables = all;
    some
}

/// The rows of a record and behind them those asked about, in order of their keys.
fn in_order(program: &Program, tables: &Tables, record: RecordId, rows: &[u32], added: Option<&AddedRows>) -> Vec<u32> {
    let Some(added) = added else { return (0..row_number(rows.len())).collect() };
    let key = program.model.records.at(record).key.iter();
    let cells: Vec<ColumnData> = key
        .zip(&added.keys)
        .map(|(column, new)| {
            let mut cells = of_column(program, tables, *column, Some(rows));
            cells.append(new.clone());
            cells
        })
        .collect();
    Ordered::new(&cells, rows.len().saturating_add(added.count)).order()
}

fn placed(from: &[From]) -> HashMap<u32, u32> {
    let place = |(place, from): (u32, &From)| match from {
        From::Data(row) => Some((*row, place)),
        From::Added(_) => None,
    };
    (0_u32..).zip(from).filter_map(place).collect()
}
