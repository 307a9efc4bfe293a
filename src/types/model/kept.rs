//! What a run folder holds of a plan.

use std::collections::BTreeSet;

use super::{Column, Model, Origin, Word};
use crate::ids::ColumnId;

impl Model {
    /// The definitions that no run folder holds: each `let` but those that say what other amounts are in.
    pub fn lets_not_kept(&self) -> Vec<ColumnId> {
        let currencies: BTreeSet<ColumnId> = self.columns.iter().filter_map(Column::row_currency).collect();
        let is_let =
            |column: &Column| matches!(&column.origin, Origin::Definition(definition) if definition.word == Word::Let);
        let lets = self.columns.pairs().filter(|(_, column)| is_let(column)).map(|(id, _)| id);
        lets.filter(|column| !currencies.contains(column)).collect()
    }
}
