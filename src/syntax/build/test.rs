//! `test`

use pest::iterators::Pair;

use super::{Builder, Built, Parts};
use crate::diagnostics::Code;
use crate::source::Span;
use crate::syntax::tree::{Expect, ExpectCell, ExpectKey, ExpectKind, Given, Literal, Name, Test};
use crate::syntax::words::Rule;

/// A row: the columns that have a value.
type Row = Vec<(Name, Literal)>;

impl Builder<'_> {
    pub(super) fn test(&self, pair: Pair<'_, Rule>) -> Built<Test> {
        let mut parts = Parts::of(pair.clone());
        let title = self.quoted(self.need(parts.next(), &pair)?);
        let (mut given, mut expects) = (Vec::new(), Vec::new());
        for part in parts {
            if part.as_rule() == Rule::given {
                given.push(self.given(part)?);
            } else {
                expects.push(self.expect(part)?);
            }
        }
        Ok(Test { title, given, expects })
    }

    fn given(&self, pair: Pair<'_, Rule>) -> Built<Given> {
        let mut parts = Parts::of(pair.clone());
        let record = self.name(self.need(parts.next(), &pair)?);
        let content = self.need(parts.next(), &pair)?;
        let (rows, spans) = if content.as_rule() == Rule::table {
            self.table(content)?.into_iter().unzip()
        } else {
            let span = self.span(&content);
            (vec![self.pairs(content)?], vec![span])
        };
        Ok(Given { record, rows, spans })
    }

    /// One row as names with values.
    fn pairs(&self, pair: Pair<'_, Rule>) -> Built<Row> {
        let mut row: Row = Vec::new();
        for part in Parts::of(pair) {
            let mut inner = Parts::of(part.clone());
            let name = self.name(self.need(inner.next(), &part)?);
            let value = self.literal(self.need(inner.next(), &part)?)?;
            if row.iter().any(|(other, _)| other.text == name.text) {
                return Err(self.twice(&name.text, name.span));
            }
            row.push((name, value));
        }
        Ok(row)
    }

    /// The rows of a table with their spans.
    fn table(&self, pair: Pair<'_, Rule>) -> Built<Vec<(Row, Span)>> {
        let mut parts = Parts::of(pair.clone());
        let head = self.need(parts.next(), &pair)?;
        let names: Vec<Name> = Parts::of(head).map(|part| self.name(part)).collect();
        for (place, name) in names.iter().enumerate() {
            if names.iter().take(place).any(|other| other.text == name.text) {
                return Err(self.twice(&name.text, name.span));
            }
        }
        parts
            .map(|part| {
                let span = self.span(&part);
                Ok((self.row(part, &names)?, span))
            })
            .collect()
    }

    fn row(&self, pair: Pair<'_, Rule>, names: &[Name]) -> Built<Row> {
        let cells: Vec<_> = Parts::of(pair.clone()).collect();
        if cells.len() != names.len() {
            let message =
                format!("the cells of this row are {}, the columns of the table are {}", cells.len(), names.len());
            let help = "set a `|` between cells and leave the cell of a missing value empty";
            return Err(Self::problem(Code::Syntax, message, self.span(&pair), help));
        }
        let mut row = Vec::new();
        for (name, cell) in names.iter().zip(cells) {
            if let Some(value) = Parts::of(cell).next() {
                row.push((name.clone(), self.literal(value)?));
            }
        }
        Ok(row)
    }

    fn expect(&self, pair: Pair<'_, Rule>) -> Built<Expect> {
        let span = self.span(&pair);
        let part = self.first(pair)?;
        let kind = match part.as_rule() {
            Rule::expect_none => ExpectKind::None(self.expect_cell(self.first(part)?)?),
            Rule::expect_error => self.expect_error(part)?,
            _ => self.expect_value(part)?,
        };
        Ok(Expect { kind, span })
    }

    fn expect_error(&self, pair: Pair<'_, Rule>) -> Built<ExpectKind> {
        let mut parts = Parts::of(pair.clone());
        let code = self.name(self.need(parts.next(), &pair)?);
        let row = match (parts.next(), parts.next()) {
            (Some(record), Some(key)) => Some((self.name(record), self.literal(key)?)),
            _ => None,
        };
        Ok(ExpectKind::Error { code, row })
    }

    fn expect_value(&self, pair: Pair<'_, Rule>) -> Built<ExpectKind> {
        let foreign = pair.clone().into_inner();
        for part in foreign.filter(|part| part.as_rule() == Rule::foreign_equal) {
            self.foreign_sign(&part, "=");
        }
        let mut parts = Parts::of(pair.clone());
        let cell_pair = self.need(parts.next(), &pair)?;
        let cell_span = self.span(&cell_pair);
        let cell = self.expect_cell(cell_pair)?;
        let content = self.need(parts.next(), &pair)?;
        if content.as_rule() != Rule::table {
            let value = self.literal(content)?;
            return Ok(ExpectKind::Value { cell, value });
        }
        if cell.aggregate.is_some() || !cell.keys.is_empty() || !cell.path.rest.is_empty() {
            let message = "a table of expected values has only a name before it";
            let help = "write the keys into the rows of the table";
            return Err(Self::problem(Code::Syntax, message, cell_span, help));
        }
        let rows = self.table(content)?.into_iter().map(|(row, _)| row);
        Ok(ExpectKind::Table { name: cell.path.head, rows: rows.collect() })
    }

    fn expect_cell(&self, pair: Pair<'_, Rule>) -> Built<ExpectCell> {
        let mut parts = Parts::of(pair.clone());
        let aggregate = parts.next_of(Rule::aggregate_op);
        let aggregate = aggregate.map(|op| self.aggregate_op(&op)).transpose()?;
        let path = self.path(self.need(parts.next(), &pair)?)?;
        let keys = parts.map(|part| self.expect_key(part));
        Ok(ExpectCell { aggregate, path, keys: keys.collect::<Built<_>>()? })
    }

    fn expect_key(&self, pair: Pair<'_, Rule>) -> Built<ExpectKey> {
        let mut parts = Parts::of(pair.clone());
        let of = parts.next_of(Rule::any_word).map(|name| self.name(name));
        Ok(ExpectKey { of, key: self.literal(self.need(parts.next(), &pair)?)? })
    }
}
