//! The key of a credit as text: what its parts are, by the numbers of their texts.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::printed::{Printed, listed};
use super::source::ByRow;
use super::texts::TextList;
use crate::ids::{Id, RecordId};
use crate::program::Program;
use crate::table::{self, CreditRow, Results, State};
use crate::types::model::{CreditTable, Type};

/// The parts of the key of a credit: its rule, the key of its source row, that of its child row and its person.
pub(super) struct CreditKey<'a> {
    /// The credits.
    pub credits: &'a [CreditRow],
    /// The names of the rules, by their numbers.
    pub rules: Arc<TextList>,
    /// The keys of the source rows by rule.
    pub sources: ByRule,
    /// The keys of the child rows by rule.
    pub children: ByRule,
    /// The person of a credit; none where there is none.
    pub persons: Arc<TextList>,
    /// The number of the person.
    pub person: ByRow<'a, u32>,
}

/// The rows of a record for each rule, among the texts of one list.
pub(super) struct ByRule {
    /// The empty text, and behind it the keys of all records that occur.
    pub list: Arc<TextList>,
    /// For each rule where the keys of its record begin; none where it has none.
    first: Vec<Option<u32>>,
    /// The empty text.
    none: u32,
}

impl ByRule {
    /// The rows of each rule's record, in order of the rules.
    pub fn new(printed: &Printed<'_>, records: impl Iterator<Item = Option<RecordId>>) -> ByRule {
        let mut list = TextList::default();
        // Before all others, as in their order.
        let none = list.push("");
        let mut known: BTreeMap<usize, u32> = BTreeMap::new();
        let mut place = |record: RecordId| {
            *known.entry(record.index()).or_insert_with(|| {
                let first = table::row_number(list.len());
                list.append(&printed.record(record));
                first
            })
        };
        let first = records.map(|record| record.map(&mut place)).collect();
        ByRule { list: Arc::new(list), first, none }
    }

    /// The number of the text of a row under a rule.
    pub fn number(&self, rule: usize, row: u32) -> u32 {
        self.first.get(rule).copied().flatten().map_or(self.none, |first| first.saturating_add(row))
    }
}

impl<'a> CreditKey<'a> {
    /// The key of the credits of a table.
    pub fn new(
        printed: &Printed<'a>,
        results: &'a Results,
        table: &CreditTable,
        credits: &'a [CreditRow],
    ) -> CreditKey<'a> {
        let program = printed.program;
        let rules = || program.model.rules.iter();
        let (record, person) = person(program, results, table);
        CreditKey {
            credits,
            rules: Arc::new(listed(program.names.rules.iter().map(|(named, _)| named.name.as_str()))),
            sources: ByRule::new(printed, rules().map(|rule| Some(rule.record))),
            children: ByRule::new(printed, rules().map(|rule| rule.child)),
            persons: record.map_or_else(Arc::default, |record| printed.record(record)),
            person,
        }
    }

    /// The numbers of a credit's rule, source row and child row among their texts.
    pub fn numbers(&self, row: u32) -> Option<(u32, u32, u32)> {
        let credit = self.credits.get(row as usize)?;
        let rule = credit.rule.index();
        let child = self.children.number(rule, credit.row);
        Some((table::row_number(rule), self.sources.number(rule, credit.source), child))
    }
}

/// The record that the persons of credits are rows of, and the row of each credit's person; none where there is none.
pub(super) fn person<'a>(
    program: &Program,
    results: &'a Results,
    table: &CreditTable,
) -> (Option<RecordId>, ByRow<'a, u32>) {
    let record = match program.model.columns.at(table.person).ty {
        Type::Reference(record) => Some(record),
        _ => None,
    };
    let data = results.tables.column(table.person).map(Arc::as_ref);
    let person = move |row: u32| match data?.cells() {
        table::Cells::Row(cells) if data?.state(row) == State::There => cells.get(row as usize).copied(),
        _ => None,
    };
    (record, Box::new(person))
}
