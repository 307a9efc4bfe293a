//! The key of each row: the order it gives, rows that share one, and the way from it to the row.

use std::collections::HashMap;

use rayon::prelude::*;

use super::columns::Columns;
use super::order::{Index, Ordered};
use super::raw_table::{CellProblem, RawTable, clipped};
use super::versions;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, RecordId};
use crate::program::Program;
use crate::table::{Cells, ColumnData, Tables, Value};
use crate::types::model::{KeyPart, Type};

/// The keys of a record's rows.
pub(super) struct Keys {
    /// The rows as read, in order of their keys: row number r of the table is `order[r]`. Of several
    /// versions of one row it is the first.
    pub order: Vec<u32>,
    /// Where rows have versions: all of them as read, in order of their keys and days.
    pub versions: Option<Vec<u32>>,
    /// The cells of the key's columns, by row as read.
    pub cells: HashMap<ColumnId, ColumnData>,
    /// Whether every key is known: otherwise none is called unknown.
    pub complete: bool,
    index: Index,
}

impl Keys {
    /// Reads the keys of a record.
    pub fn read(columns: &Columns<'_>, record: RecordId, raw: &RawTable, problems: &mut Vec<Diagnostic>) -> Keys {
        let program = columns.program();
        let declared = &program.model.records.at(record).key;
        // Without a key any order will do that does not come from the file.
        let by = match declared.is_empty() {
            true => &raw.columns,
            false => declared,
        };
        let cells = read_cells(columns, record, raw, by, problems);
        // A file without any of the columns has no rows that could be told apart.
        let rows = if by.is_empty() && !raw.in_plan() { 0 } else { raw.len() };
        let ordered = Ordered::new(&cells, rows);
        let mut order = ordered.order();
        let versions = program.model.records.at(record).versions;
        let versions = versions.map(|declared| {
            let all = versions::in_order(columns, record, &declared, raw, &order, &ordered, problems);
            order.clone_from(&all);
            order.dedup_by(|second, first| ordered.same(*second, *first));
            all
        });
        if !declared.is_empty() && versions.is_none() {
            report_duplicates(program, declared, &ordered, &order, raw, problems);
        }
        let index = match cells.as_slice() {
            [column] if is_named(program, record) => Index::new(column, &order),
            _ => Index::None,
        };
        let has_all = |column: &ColumnId| raw.column(*column).is_some();
        Keys {
            order,
            versions,
            complete: raw.complete && declared.iter().all(has_all),
            cells: by.iter().copied().zip(cells).collect(),
            index,
        }
    }

    /// Reads the keys of rows that stay in the order in which they are read.
    pub fn as_read(columns: &Columns<'_>, record: RecordId, raw: &RawTable, problems: &mut Vec<Diagnostic>) -> Keys {
        let declared = &columns.program().model.records.at(record).key;
        let cells = read_cells(columns, record, raw, declared, problems);
        Keys { cells: declared.iter().copied().zip(cells).collect(), ..Keys::so_many(raw.len()) }
    }

    /// The keys of all rows of data, which are in order already.
    pub fn of_data(program: &Program, tables: &Tables, record: RecordId) -> Keys {
        let declared = program.model.records.at(record);
        let mut keys = Keys::so_many(tables.rows(declared.frame).map_or(0, |rows| rows.len()));
        let cells: Vec<ColumnData> =
            declared.key.iter().map(|column| of_column(program, tables, *column, None)).collect();
        if let [cells] = cells.as_slice() {
            keys.index = Index::new(cells, &keys.order);
        }
        keys.cells = declared.key.iter().copied().zip(cells).collect();
        keys
    }

    /// So many rows that are in order already.
    pub fn so_many(count: usize) -> Keys {
        let order = (0..crate::table::row_number(count)).collect();
        Keys { order, versions: None, cells: HashMap::new(), complete: true, index: Index::None }
    }

    /// The rows as read behind the cells of a column: those of a key, or all versions.
    pub fn rows_of(&self, program: &Program, record: RecordId, column: ColumnId) -> &[u32] {
        let home = program.model.records.at(record).frame == program.model.columns.at(column).frame;
        self.versions.as_ref().filter(|_| !home).unwrap_or(&self.order)
    }

    /// The rows with these keys, as cells of their own.
    pub fn find_all(&self, keys: &ColumnData) -> ColumnData {
        self.index.find_all(keys)
    }

    /// The rows by all columns of their key.
    pub fn by_parts(&self, key: &[ColumnId]) -> HashMap<Vec<Value>, u32> {
        let cells: Option<Vec<&ColumnData>> = key.iter().map(|column| self.cells.get(column)).collect();
        let cells = cells.unwrap_or_default();
        let key = |row: u32| cells.iter().map(|cells| cells.get(row)).collect::<Option<Vec<Value>>>();
        self.order.iter().zip(0_u32..).filter_map(|(row, number)| Some((key(*row)?, number))).collect()
    }

    /// The keys that are texts, in no order.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let one = self.cells.values().next().filter(|_| self.cells.len() == 1);
        let texts = one.and_then(|column| match column.cells() {
            Cells::Text(texts) => Some(texts.iter().map(AsRef::as_ref).filter(|text: &&str| !text.is_empty())),
            _ => None,
        });
        texts.into_iter().flatten()
    }
}

/// The cells of some columns, by row as read.
fn read_cells(
    columns: &Columns<'_>,
    record: RecordId,
    raw: &RawTable,
    of: &[ColumnId],
    problems: &mut Vec<Diagnostic>,
) -> Vec<ColumnData> {
    let read = of.par_iter().map(|column| {
        let mut problems = Vec::new();
        (columns.read(record, raw, *column, &mut problems).by_row(), problems)
    });
    let (cells, found): (Vec<ColumnData>, Vec<Vec<Diagnostic>>) = read.unzip();
    problems.extend(found.into_iter().flatten());
    cells
}

/// The cells of a column of data, or of some of its rows, as they are read: those of a reference are of the key that it
/// names.
pub(super) fn of_column(program: &Program, tables: &Tables, column: ColumnId, rows: Option<&[u32]>) -> ColumnData {
    let declared = program.model.columns.at(column);
    let Some(data) = tables.column(column) else { return ColumnData::new(declared.ty, declared.places) };
    let data = rows.map_or_else(|| data.as_ref().clone(), |rows| data.take(rows));
    let (Type::Reference(record), Cells::Row(named)) = (declared.ty, data.cells()) else { return data };
    match program.model.records.at(record).key.as_slice() {
        [key] => of_column(program, tables, *key, Some(named)),
        _ => data,
    }
}

/// Whether a column of data names rows of a record.
fn is_named(program: &Program, record: RecordId) -> bool {
    program.model.columns.iter().any(|column| column.ty == Type::Reference(record))
}

/// Whether rows of a record are known by themselves, not by the parts of their key.
pub(super) fn own_key(program: &Program, record: RecordId) -> bool {
    let frame = program.model.records.at(record).frame;
    match program.model.frames.at(frame).parts.as_slice() {
        [KeyPart::Record(part)] => *part == record,
        _ => false,
    }
}

/// The column that decides how a column's cells are read: itself, or for a reference that of the
/// key it names, which may be a reference in turn. None where there is no single such column.
pub(super) fn read_as(program: &Program, column: ColumnId) -> Option<ColumnId> {
    let mut at = column;
    for _ in 0..=program.model.records.len() {
        let Type::Reference(record) = program.model.columns.at(at).ty else {
            return Some(at);
        };
        match program.model.records.at(record).key.as_slice() {
            [key] => at = *key,
            _ => return None,
        }
    }
    None
}

/// Reports rows that share a key, given in order of their keys.
pub(super) fn report_duplicates(
    program: &Program,
    key: &[ColumnId],
    ordered: &Ordered<'_>,
    order: &[u32],
    raw: &RawTable,
    problems: &mut Vec<Diagnostic>,
) {
    let mut first: Option<u32> = None;
    for row in order.iter().copied() {
        // A key with a blank part is another problem.
        let same = first.filter(|first| ordered.same(*first, row) && ordered.known(row));
        match same {
            Some(first) => problems.push(duplicate(program, key, raw, first as usize, row as usize)),
            None => first = Some(row),
        }
    }
}

fn duplicate(program: &Program, key: &[ColumnId], raw: &RawTable, first: usize, row: usize) -> Diagnostic {
    let found = clipped(&raw.found(row, key));
    let message = match raw.file_row(first) {
        Some(first) => format!("the key `{found}` stands in row {first} already"),
        None => format!("the key `{found}` is given twice"),
    };
    let problem = CellProblem::new(Code::DuplicateKey, message, "a key of its own for each row")
        .help("remove one of the rows, or declare a further column as part of the key");
    let diagnostic = raw.problem(program, row, key, problem);
    match raw.span(first) {
        Some(span) => diagnostic.at(span, "the same key here"),
        None => diagnostic,
    }
}
