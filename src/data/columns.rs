//! A record's text cells to typed columns: cells by their types, references by the rows they name.

use std::collections::HashMap;

use super::cell::{self, Cell, CellReader};
use super::keys::{Keys, own_key, read_as};
use super::texts::{CellProblem, Texts, quoted};
use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, IdVec, RecordId};
use crate::program::Program;
use crate::table::{ColumnData, Value};
use crate::types::model::{Part, Type};
use crate::value::Currency;

/// The cells of a column by row as read; none where blank, or where there is a problem.
pub(super) type RawColumn = Vec<Option<Cell>>;

/// For so many unknown keys of a column the nearest known one is sought, since it takes time.
const SUGGESTIONS: usize = 100;
/// Among more keys none is sought.
const SUGGESTED_KEYS: usize = 10_000;

/// Reads columns.
pub(super) struct Columns<'a> {
    cells: CellReader<'a>,
}

impl<'a> Columns<'a> {
    /// A reader of columns.
    pub fn new(cells: CellReader<'a>) -> Self {
        Self { cells }
    }

    /// The program whose columns are read.
    pub fn program(&self) -> &'a Program {
        self.cells.program
    }

    /// The cells of a column. Of a column that is not in the file, which is reported already, there
    /// are none.
    pub fn read(&self, record: RecordId, texts: &Texts, column: ColumnId, problems: &mut Vec<Diagnostic>) -> RawColumn {
        let Some(position) = texts.position(column) else {
            return vec![None; texts.len()];
        };
        let required = self.required(record, texts, column);
        let read_as = read_as(self.program(), column).unwrap_or(column);
        let currency = self.row_currency(texts, column);
        let mut cells = RawColumn::with_capacity(texts.len());
        for row in 0..texts.len() {
            let text = texts.cell(row, position);
            let cell = match (text.is_empty(), required) {
                (true, true) => Err(self.blank(column)),
                (true, false) => Ok(None),
                (false, _) => {
                    let currency = currency.and_then(|at| Currency::from_code(texts.cell(row, at)));
                    self.cells.read(read_as, text, currency).map(Some)
                }
            };
            cells.push(cell.unwrap_or_else(|problem| {
                let problem = self.of_reference(column, problem);
                problems.push(texts.problem(self.program(), row, &[column], problem));
                None
            }));
        }
        cells
    }

    /// The cells in order of the rows' keys, with references resolved.
    pub fn typed(
        &self,
        record: RecordId,
        column: ColumnId,
        texts: &Texts,
        keys: &IdVec<RecordId, Keys>,
        problems: &mut Vec<Diagnostic>,
    ) -> ColumnData {
        let own = keys.at(record);
        let read;
        let cells = match own.cells.get(&column) {
            Some(cells) => cells,
            None => {
                read = self.read(record, texts, column, problems);
                &read
            }
        };
        let rows = own.rows_of(self.program(), record, column);
        let in_order = rows.iter().map(|row| (*row, cells.get(*row).cloned().flatten()));
        let mut data = cell::column_data(self.program(), column);
        let Type::Reference(target) = self.program().model.columns.at(column).ty else {
            in_order.for_each(|(_, cell)| cell::push(&mut data, cell));
            return data;
        };
        let mut dangling = Dangling::new(self.program(), column, target, keys.at(target));
        for (row, cell) in in_order {
            let found = cell.as_ref().and_then(|cell| dangling.keys.find(cell));
            if cell.is_some() && found.is_none() {
                problems.extend(dangling.problem(texts, row));
            }
            data.push(found.map(Value::Row));
        }
        data
    }

    /// Whether a cell must not be blank. In the rows of a test any may be, except where rows are
    /// known by the parts of their key.
    fn required(&self, record: RecordId, texts: &Texts, column: ColumnId) -> bool {
        let model = &self.program().model;
        let key = model.records.at(record).key.contains(&column);
        match texts.in_plan() {
            true => key && !own_key(self.program(), record),
            false => key || !model.columns.at(column).optional,
        }
    }

    fn blank(&self, column: ColumnId) -> CellProblem {
        let name = &self.program().names.columns.at(column).name;
        let message = "a cell that must have a value is blank";
        let key = self.program().model.records.iter().any(|record| record.key.contains(&column));
        if key {
            let help = format!("fill the cell in: `{name}` is part of the key, which every row needs");
            return CellProblem::new(Code::BlankCell, message, "a value").help(help);
        }
        CellProblem::new(Code::BlankCell, message, "a value").help(format!(
            "fill the cell in, or put `?` behind the type of `{name}` in the record if a row may \
             be without it"
        ))
    }

    /// The position of the column that names the currency of an amount in each row.
    fn row_currency(&self, texts: &Texts, column: ColumnId) -> Option<usize> {
        match self.program().model.columns.at(column).ty {
            Type::Number(dimension, _) => match (dimension.above, dimension.below) {
                (Some(Part::RowCurrency(currency)), None) => texts.position(currency),
                _ => None,
            },
            _ => None,
        }
    }

    /// A problem with a key that a reference names says so.
    fn of_reference(&self, column: ColumnId, problem: CellProblem) -> CellProblem {
        match self.program().model.columns.at(column).ty {
            Type::Reference(record) if problem.code != Code::BlankCell => {
                let name = &self.program().names.records.at(record).name;
                let expected = format!("the key of a row of `{name}`: {}", problem.expected);
                CellProblem { expected, ..problem }
            }
            _ => problem,
        }
    }
}

/// References of one column to rows that are not there.
struct Dangling<'a> {
    program: &'a Program,
    column: ColumnId,
    target: RecordId,
    keys: &'a Keys,
    /// What was sought already.
    suggested: HashMap<String, Option<String>>,
}

impl<'a> Dangling<'a> {
    fn new(program: &'a Program, column: ColumnId, target: RecordId, keys: &'a Keys) -> Self {
        Self { program, column, target, keys, suggested: HashMap::new() }
    }

    /// The problem, unless the row may be one that could not be read.
    fn problem(&mut self, texts: &Texts, row: usize) -> Option<Diagnostic> {
        if !self.keys.complete {
            return None;
        }
        let name = &self.program.names.records.at(self.target).name;
        let found = texts.found(row, &[self.column]);
        let message = format!("no `{name}` has the key {}", quoted(&found));
        let file = self.program.model.records.at(self.target).file_name();
        let (expected, add) = match (file, texts.in_plan()) {
            (Some(file), false) => (
                format!("the key of a row of `{name}`, in `{file}`"),
                format!("add the row to `{file}`, or mend the key here"),
            ),
            (None, false) => (
                format!("the key of a row of `{name}`"),
                format!("`{name}` has no file, so it has no rows: say where they are, `from \"FILE\"`"),
            ),
            (_, true) => {
                (format!("the key of a row of `{name}`"), format!("give the row of `{name}` too, or mend the key here"))
            }
        };
        let help = self.suggestion(&found).unwrap_or(add);
        let problem = CellProblem::new(Code::Dangling, message, expected).help(help);
        Some(texts.problem(self.program, row, &[self.column], problem))
    }

    fn suggestion(&mut self, found: &str) -> Option<String> {
        if let Some(known) = self.suggested.get(found) {
            return known.clone();
        }
        if self.suggested.len() >= SUGGESTIONS || self.keys.order.len() > SUGGESTED_KEYS {
            return None;
        }
        let suggestion = did_you_mean(found, self.keys.texts());
        self.suggested.insert(found.to_owned(), suggestion.clone());
        suggestion
    }
}
