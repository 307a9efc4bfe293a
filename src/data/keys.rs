//! The key of each row: the order it gives, rows that share one, and the way from it to the row.

use std::collections::HashMap;

use super::cell::Cell;
use super::columns::{Columns, RawColumn};
use super::texts::{CellProblem, Texts, clipped};
use super::versions;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, RecordId};
use crate::program::Program;
use crate::types::model::{KeyPart, Type};

/// The keys of a record's rows.
pub(super) struct Keys {
    /// The rows as read, in order of their keys: row number r of the table is `order[r]`. Of several
    /// versions of one row it is the first.
    pub order: Vec<usize>,
    /// Where rows have versions: all of them as read, in order of their keys and days.
    pub versions: Option<Vec<usize>>,
    /// The cells of the key's columns, by row as read.
    pub cells: HashMap<ColumnId, RawColumn>,
    /// Whether every key is known: otherwise none is called unknown.
    pub complete: bool,
    index: HashMap<Cell, u32>,
}

impl Keys {
    /// Reads the keys of a record.
    pub fn read(columns: &Columns<'_>, record: RecordId, texts: &Texts, problems: &mut Vec<Diagnostic>) -> Keys {
        let program = columns.program();
        let declared = &program.model.records.at(record).key;
        // Without a key any order will do that does not come from the file.
        let by = match declared.is_empty() {
            true => &texts.columns,
            false => declared,
        };
        let cells: Vec<RawColumn> = by.iter().map(|column| columns.read(record, texts, *column, problems)).collect();
        let mut order = sorted(&cells, texts.len());
        let versions = program.model.records.at(record).versions;
        let versions = versions.map(|declared| {
            let all = versions::in_order(columns, record, &declared, texts, &order, &cells, problems);
            order.clone_from(&all);
            order.dedup_by(|second, first| parts(&cells, *second).eq(parts(&cells, *first)));
            all
        });
        if !declared.is_empty() && versions.is_none() {
            report_duplicates(program, declared, &cells, &order, texts, problems);
        }
        let has_all = |column: &ColumnId| texts.position(*column).is_some();
        Keys {
            index: index(&cells, &order),
            order,
            versions,
            complete: texts.complete && declared.iter().all(has_all),
            cells: by.iter().copied().zip(cells).collect(),
        }
    }

    /// The rows as read behind the cells of a column: those of a key, or all versions.
    pub fn rows_of(&self, program: &Program, record: RecordId, column: ColumnId) -> &[usize] {
        let home = program.model.records.at(record).frame == program.model.columns.at(column).frame;
        self.versions.as_ref().filter(|_| !home).unwrap_or(&self.order)
    }

    /// The row with this key.
    pub fn find(&self, key: &Cell) -> Option<u32> {
        self.index.get(key).copied()
    }

    /// The keys that are texts, in no order.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.index.keys().filter_map(|key| match key {
            Cell::Text(text) => Some(text.as_ref()),
            _ => None,
        })
    }
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

pub(super) fn parts(cells: &[RawColumn], row: usize) -> impl Iterator<Item = Option<&Cell>> {
    cells.iter().map(move |column| column.get(row).and_then(Option::as_ref))
}

fn sorted(cells: &[RawColumn], rows: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows).collect();
    order.sort_by(|first, second| parts(cells, *first).cmp(parts(cells, *second)));
    order
}

fn index(cells: &[RawColumn], order: &[usize]) -> HashMap<Cell, u32> {
    let [column] = cells else {
        return HashMap::new();
    };
    let mut index = HashMap::new();
    for (row, source) in (0_u32..).zip(order) {
        if let Some(Some(cell)) = column.get(*source) {
            index.entry(cell.clone()).or_insert(row);
        }
    }
    index
}

fn report_duplicates(
    program: &Program,
    key: &[ColumnId],
    cells: &[RawColumn],
    order: &[usize],
    texts: &Texts,
    problems: &mut Vec<Diagnostic>,
) {
    let mut first: Option<usize> = None;
    for row in order.iter().copied() {
        // A key with a blank part is another problem.
        let known = parts(cells, row).all(|part| part.is_some());
        let same = first.filter(|first| parts(cells, *first).eq(parts(cells, row)) && known);
        match same {
            Some(first) => problems.push(duplicate(program, key, texts, first, row)),
            None => first = Some(row),
        }
    }
}

fn duplicate(program: &Program, key: &[ColumnId], texts: &Texts, first: usize, row: usize) -> Diagnostic {
    let found = clipped(&texts.found(row, key));
    let message = match texts.file_row(first) {
        Some(first) => format!("the key `{found}` stands in row {first} already"),
        None => format!("the key `{found}` is given twice"),
    };
    let problem = CellProblem::new(Code::DuplicateKey, message, "a key of its own for each row")
        .help("remove one of the rows, or declare a further column as part of the key");
    let diagnostic = texts.problem(program, row, key, problem);
    match texts.span(first) {
        Some(span) => diagnostic.at(span, "the same key here"),
        None => diagnostic,
    }
}
