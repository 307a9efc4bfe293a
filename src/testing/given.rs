//! The rows that a test gives, as rows of data.

use super::{error, literal};
use crate::data::GivenRow;
use crate::diagnostics::Diagnostic;
use crate::ids::{ColumnId, FileId, IdVec, RecordId};
use crate::program::Program;
use crate::source::{SourceFile, Span};
use crate::syntax::tree::{Given, Literal, Name, Test};
use crate::types::model::{Origin, Part, Type};

/// The rows of a test; what cannot be understood is a problem.
pub(super) fn rows(
    program: &Program,
    sources: &IdVec<FileId, SourceFile>,
    test: &Test,
    problems: &mut Vec<Diagnostic>,
) -> Vec<GivenRow> {
    let mut rows = Vec::new();
    let mut told: Vec<Span> = Vec::new();
    for given in &test.given {
        let Some(record) = record(program, &given.record, problems) else { continue };
        let reading = Reading { program, sources, record, given };
        for (cells, span) in given.rows.iter().zip(&given.spans) {
            rows.push(reading.row(cells, *span, &mut told, problems));
        }
    }
    rows
}

/// The record with a name.
pub(super) fn record(program: &Program, name: &Name, problems: &mut Vec<Diagnostic>) -> Option<RecordId> {
    let records = &program.names.records;
    let found = records.pairs().find(|(_, named)| named.name == name.text);
    if found.is_none() {
        let names: Vec<&str> = records.iter().map(|named| named.name.as_str()).chain(["Credit"]).collect();
        let is_definition = |id: ColumnId| matches!(program.model.columns.at(id).origin, Origin::Definition(_));
        let defined = program.names.columns.pairs().any(|(id, named)| named.name == name.text && is_definition(id));
        problems.push(match defined {
            true => error::no_record(name),
            false => error::unknown("record", name, &names),
        });
    }
    found.map(|(id, _)| id)
}

/// The columns that a record has in data, its key among them.
pub(super) fn columns(program: &Program, record: RecordId) -> Vec<ColumnId> {
    let declared = program.model.records.at(record);
    let mut columns = declared.columns.clone();
    columns.extend(declared.key.iter().filter(|key| !declared.columns.contains(key)));
    columns.retain(|column| match &program.model.columns.at(*column).origin {
        Origin::Data(data) => data.record == record && data.parts.is_empty(),
        Origin::Credit | Origin::Level | Origin::Definition(_) => false,
    });
    columns
}

struct Reading<'a> {
    program: &'a Program,
    sources: &'a IdVec<FileId, SourceFile>,
    record: RecordId,
    given: &'a Given,
}

impl Reading<'_> {
    fn row(
        &self,
        cells: &[(Name, Literal)],
        span: Span,
        told: &mut Vec<Span>,
        problems: &mut Vec<Diagnostic>,
    ) -> GivenRow {
        let mut row = GivenRow { record: self.record, cells: Vec::new(), span };
        for (name, value) in cells {
            let Some(column) = self.column(name) else {
                // The head of a table stands in each of its rows; it is told once.
                if !told.contains(&name.span) {
                    told.push(name.span);
                    problems.push(self.no_column(name));
                }
                continue;
            };
            match literal::cell(self.program, column, value, self.own_currency(column, cells)) {
                Ok(text) => row.cells.push((column, text)),
                Err(wanted) => {
                    let to = format!("the column `{}`", name.text);
                    problems.push(error::does_not_fit(self.sources, value, &to, &wanted));
                }
            }
        }
        row
    }

    fn column(&self, name: &Name) -> Option<ColumnId> {
        let columns = columns(self.program, self.record);
        columns.into_iter().find(|column| self.program.names.columns.at(*column).name == name.text)
    }

    fn no_column(&self, name: &Name) -> Diagnostic {
        let columns = columns(self.program, self.record);
        let names: Vec<&str> =
            columns.iter().map(|column| self.program.names.columns.at(*column).name.as_str()).collect();
        error::unknown(&format!("column of `{}`", self.given.record.text), name, &names)
    }

    /// The cell of the row that names the currency of an amount.
    fn own_currency<'b>(&self, column: ColumnId, cells: &'b [(Name, Literal)]) -> Option<&'b Literal> {
        let Type::Number(dimension, _) = self.program.model.columns.at(column).ty else { return None };
        let Some(Part::RowCurrency(named)) = dimension.above else { return None };
        let name = &self.program.names.columns.at(named).name;
        cells.iter().find(|(cell, _)| cell.text == *name).map(|(_, value)| value)
    }
}
