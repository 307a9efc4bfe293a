//! The keys of the rows of results as columns: numbers where the plan says that a key is one whole number, texts otherwise.

use std::borrow::Cow;
use std::sync::Arc;

use super::credit_key::{ByRule, person};
use super::manifest::Kind;
use super::printed::{Printed, ahead, listed};
use super::source::{ByRow, Cells, Source};
use super::texts::TextList;
use crate::ids::{ColumnId, FrameId, Id, RecordId};
use crate::keys;
use crate::table::{self, ColumnData, Results, State, States};
use crate::types::model::{CreditTable, KeyPart, Shown, Type};
use crate::value::{DIGITS, Units};

/// Cells and how they read.
type KeyColumn<'a> = (Kind, Cells<'a>);

/// A column of whole numbers. They fit 64 bits: data has no number of more digits.
#[derive(Clone, Copy)]
pub(super) struct Numbers<'a>(Option<(&'a Units, &'a States)>);

impl Numbers<'_> {
    /// The number of a row, where it has one.
    fn at(self, row: u32) -> Option<i64> {
        let (units, states) = self.0?;
        let position = row as usize;
        match units {
            _ if states.get(row) != State::There => None,
            Units::Narrow(units) => units.get(position).copied(),
            Units::Wide(units) => units.get(position).and_then(|units| i64::try_from(*units).ok()),
        }
    }
}

impl<'a> Printed<'a> {
    /// The keys of a record's rows, where each is one whole number.
    pub fn numbers(&self, record: RecordId) -> Option<Numbers<'a>> {
        match self.program.model.records.at(record).key.as_slice() {
            [column] => self.numbers_of(*column),
            _ => None,
        }
    }

    /// The numbers of a column that holds whole numbers of 64 bits. The plan decides that, not the numbers that occur.
    fn numbers_of(&self, column: ColumnId) -> Option<Numbers<'a>> {
        let described = self.program.model.columns.at(column);
        let is_whole = matches!(described.ty, Type::Number(_, Shown::Integer)) && described.places == Some(0);
        let fits = self.program.model.plan.digits <= DIGITS;
        let numbers = |data: &'a Arc<ColumnData>| match data.cells() {
            table::Cells::Number { units, .. } => Some((units, data.states())),
            _ => None,
        };
        (is_whole && fits).then(|| Numbers(self.tables.column(column).and_then(numbers)))
    }

    /// A column of the key of a record's own rows; no value, or empty text, where it has none.
    pub fn key_column(&self, record: RecordId, column: ColumnId, frame: FrameId) -> KeyColumn<'a> {
        if let Some(numbers) = self.numbers_of(column) {
            return whole(move |row| numbers.at(row));
        }
        let described = self.program.model.records.at(record);
        if described.key.len() == 1 && described.frame == frame {
            return coded(self.record(record), Some);
        }
        let cells = self.cells(column).1;
        if let (Source::Coded(..) | Source::Text(_), Some(States::There(_))) = (&cells.source, cells.states) {
            return (Kind::Text, cells);
        }
        let count = self.tables.rows(frame).map_or(0, |rows| rows.len());
        let list = TextList::of(count, |row, out| {
            cells.print(table::row_number(row), out);
        });
        coded(Arc::new(list), Some)
    }

    /// A part of the key of a frame whose rows are known by the parts of their keys.
    pub fn part(&self, frame: FrameId, number: usize, part: KeyPart) -> KeyColumn<'a> {
        let (program, tables) = (self.program, self.tables);
        let Some(rows) = tables.rows(frame) else { return (Kind::Text, Cells::text(|_| None)) };
        let key = move |row: u32| rows.key(row).get(number).copied();
        let below = move |row: u32| key(row).and_then(|key| u32::try_from(key).ok());
        let printed = move |row: u32| Some(Cow::Owned(keys::print_part(program, tables, part, key(row)?)));
        match part {
            KeyPart::Record(record) => match self.numbers(record) {
                Some(numbers) => whole(move |row| numbers.at(below(row)?)),
                None => coded(self.record(record), below),
            },
            KeyPart::Choice(choice) => coded(self.choice(choice), below),
            KeyPart::Period(unit) => match self.periods(unit, || rows.all().filter_map(key)) {
                Some((first, list)) => coded(list, move |row| key(row).and_then(|key| ahead(first, key))),
                None => (Kind::Text, Cells::text(printed)),
            },
            KeyPart::Currency | KeyPart::Credit => (Kind::Text, Cells::text(printed)),
        }
    }

    /// The four parts of the keys of the credits: rule, source row, child row and person.
    pub fn credit_key(&self, results: &'a Results, table: &CreditTable) -> [KeyColumn<'a>; 4] {
        let rules = &self.program.model.rules;
        let names = listed(self.program.names.rules.iter().map(|(named, _)| named.name.as_str()));
        let credits = &results.credits;
        let number = move |row: u32| credits.get(row as usize).map(|credit| table::row_number(credit.rule.index()));
        let (record, person) = person(self.program, results, table);
        let person_column = match record.map(|record| (self.numbers(record), record)) {
            Some((Some(numbers), _)) => whole(move |row| numbers.at(person(row)?)),
            // Beyond the end of the list stands the empty text.
            Some((None, record)) => coded(self.record(record), move |row| Some(person(row).unwrap_or(u32::MAX))),
            None => coded(Arc::default(), |_| Some(0)),
        };
        [
            coded(Arc::new(names), number),
            self.by_rule(results, || rules.iter().map(|rule| Some(rule.record)), |credit| credit.source),
            self.by_rule(results, || rules.iter().map(|rule| rule.child), |credit| credit.row),
            person_column,
        ]
    }

    /// The keys of rows of the records that stand for the rules of the credits: numbers where all of them are.
    fn by_rule<I: Iterator<Item = Option<RecordId>>>(
        &self,
        results: &'a Results,
        records: impl Fn() -> I,
        row_of: fn(&table::CreditRow) -> u32,
    ) -> KeyColumn<'a> {
        let credit = move |row: u32| results.credits.get(row as usize);
        let of = |record: Option<RecordId>| record.map(|record| self.numbers(record));
        let numbers: Vec<Option<Option<Numbers<'a>>>> = records().map(of).collect();
        if numbers.iter().any(Option::is_some) && numbers.iter().flatten().all(Option::is_some) {
            let numbers: Vec<Option<Numbers<'a>>> = numbers.into_iter().map(Option::flatten).collect();
            return whole(move |row| {
                let credit = credit(row)?;
                numbers.get(credit.rule.index()).copied().flatten()?.at(row_of(credit))
            });
        }
        let texts = ByRule::new(self, records());
        let list = Arc::clone(&texts.list);
        coded(list, move |row| credit(row).map(|credit| texts.number(credit.rule.index(), row_of(credit))))
    }
}

fn whole<'a>(number: impl Fn(u32) -> Option<i64> + Send + Sync + 'a) -> KeyColumn<'a> {
    let number: ByRow<'a, i64> = Box::new(number);
    (Kind::Number, Cells { source: Source::Whole(number), states: None })
}

fn coded<'a>(list: Arc<TextList>, code: impl Fn(u32) -> Option<u32> + Send + Sync + 'a) -> KeyColumn<'a> {
    (Kind::Text, Cells::coded(list, code))
}
