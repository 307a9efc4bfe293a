//! The rows that a test asks for, by their keys.

use super::expect::{Key, Question};
use super::literal;
use super::part::{PartKind, Time, Word};
use crate::calendar::{CustomId, Date, Period, Unit, print_date};
use crate::diagnostics::suggest::did_you_mean;
use crate::ids::{FrameId, Id, RecordId};
use crate::keys;
use crate::program::Program;
use crate::syntax::tree::LiteralKind;
use crate::table::{Results, State, Value, row_number};
use crate::types::model::{KeyPart, Type};

/// Why a key leads nowhere, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// Nothing has it.
    Unknown(String),
    /// Several things have it.
    Ambiguous(String),
}

/// Finds the rows that a question is about.
pub(super) struct Finder<'a> {
    program: &'a Program,
    results: &'a Results,
    question: &'a Question<'a>,
    frame: FrameId,
}

/// A key as it is compared.
enum Wanted {
    Text(String),
    Period(Unit, Period),
}

impl<'a> Finder<'a> {
    /// For a question.
    pub fn new(program: &'a Program, results: &'a Results, question: &'a Question<'a>) -> Self {
        let frame = program.model.columns.at(question.column).frame;
        Self { program, results, question, frame }
    }

    /// The rows with these keys that the column has a value on, or could have.
    ///
    /// # Errors
    /// A key that nothing has, or that means several things.
    pub fn rows(&self) -> Result<Vec<u32>, Lost> {
        let Some(data) = self.results.tables.column(self.question.column) else { return Ok(Vec::new()) };
        let mut wanted = Vec::new();
        for key in &self.question.keys {
            let taken: Vec<usize> = wanted.iter().map(|(part, _)| *part).collect();
            wanted.push(self.wanted(key, &taken)?);
        }
        let rows = 0..row_number(data.len());
        let there = rows.filter(|row| data.state(*row) != State::NoRow);
        Ok(there.filter(|row| wanted.iter().all(|(part, key)| self.has(*part, *row, key))).collect())
    }

    /// The part that a key is, and what it must be.
    fn wanted(&self, key: &Key<'_>, taken: &[usize]) -> Result<(usize, Wanted), Lost> {
        let times = |kind: PartKind| matches!(kind, PartKind::Time(_));
        let parts = self.question.parts.iter().map(|part| part.kind).enumerate();
        let time = parts.clone().find(|(_, kind)| times(*kind));
        let is_time = match (key.part, &key.literal.kind) {
            (Some(part), _) => time.is_some_and(|(own, _)| own == part),
            (None, kind) => matches!(kind, LiteralKind::Period(_) | LiteralKind::Date(_)),
        };
        if let (true, Some((part, PartKind::Time(time)))) = (is_time, time) {
            let (unit, period) = self.period(time, &key.literal.kind)?;
            return Ok((part, Wanted::Period(unit, period)));
        }
        let text = literal::key_text(&key.literal.kind).unwrap_or_default();
        let free = parts.filter(|(part, _)| !taken.contains(part) && key.part.is_none_or(|own| own == *part));
        let words = free.filter_map(|(part, kind)| match kind {
            PartKind::Word(word) => Some((part, word)),
            PartKind::Time(_) => None,
        });
        self.part_with(&text, words.collect())
    }

    /// The one part that has a text somewhere.
    fn part_with(&self, text: &str, words: Vec<(usize, Word)>) -> Result<(usize, Wanted), Lost> {
        let name = |part: usize| self.question.parts.get(part).map_or("key", |part| part.name());
        let known: Vec<(usize, Vec<String>)> = words.iter().map(|(part, word)| (*part, self.known(*word))).collect();
        let having = known.iter().filter(|(_, known)| known.iter().any(|one| one == text));
        let having: Vec<usize> = having.map(|(part, _)| *part).collect();
        match having.as_slice() {
            [part] => Ok((*part, Wanted::Text(text.to_owned()))),
            [] => {
                let names: Vec<String> = words.iter().map(|(part, _)| format!("`{}`", name(*part))).collect();
                let near = did_you_mean(text, known.iter().flat_map(|(_, known)| known).map(String::as_str));
                let near = near.map_or_else(String::new, |near| format!("; {near}"));
                Err(Lost::Unknown(format!("no {} has the key `{text}`{near}", names.join(" and no "))))
            }
            several => {
                let names: Vec<String> = several.iter().map(|part| format!("`{}`", name(*part))).collect();
                let ways: Vec<String> = several.iter().map(|part| format!("`of {} {text}`", name(*part))).collect();
                let found = format!("`{text}` is the key of a {}", names.join(" and of a "));
                Err(Lost::Ambiguous(format!("{found}: write {}", ways.join(" or "))))
            }
        }
    }

    /// The texts that a part may have.
    fn known(&self, word: Word) -> Vec<String> {
        let model = &self.program.model;
        match word {
            Word::Key(_, KeyPart::Record(record)) => self.record_keys(record),
            Word::Key(_, KeyPart::Choice(choice)) => model.choices.at(choice).clone(),
            Word::Key(position, part) => {
                let rows = self.results.tables.rows(self.frame);
                let keys = rows.into_iter().flat_map(|rows| rows.all().map(move |row| rows.key(row)));
                let keys = keys.filter_map(|key| key.get(position));
                keys.map(|key| keys::print_part(self.program, &self.results.tables, part, *key)).collect()
            }
            Word::Column(column) => match model.columns.at(column).ty {
                Type::Reference(record) => self.record_keys(record),
                _ => {
                    let rows = self.results.tables.column(column).map_or(0, |data| data.len());
                    let cell = |row| keys::print_cell(self.program, &self.results.tables, column, row);
                    (0..row_number(rows)).filter_map(cell).collect()
                }
            },
            Word::Rule => self.program.names.rules.iter().map(|(named, _)| named.name.clone()).collect(),
            Word::Source => self.keys_of(model.rules.iter().map(|rule| rule.record)),
            Word::Child => self.keys_of(model.rules.iter().filter_map(|rule| rule.child)),
            Word::FlowPerson => self.record_keys(model.plan.people),
        }
    }

    fn keys_of(&self, records: impl Iterator<Item = RecordId>) -> Vec<String> {
        let mut records: Vec<RecordId> = records.collect();
        records.sort_by_key(|record| record.index());
        records.dedup();
        records.into_iter().flat_map(|record| self.record_keys(record)).collect()
    }

    fn record_keys(&self, record: RecordId) -> Vec<String> {
        let tables = &self.results.tables;
        let rows = tables.rows(self.program.model.records.at(record).frame);
        let key = |row| keys::record_key(self.program, tables, record, row);
        rows.map_or_else(Vec::new, |rows| rows.all().map(key).collect())
    }

    /// The period that a literal means where values are known by this time. A date is the period from
    /// data that begins on it, else the day.
    fn period(&self, time: Time, literal: &LiteralKind) -> Result<(Unit, Period), Lost> {
        let calendar = &self.results.tables.calendar;
        let unit = match time {
            Time::Key(_, unit) | Time::Column(_, unit) => Some(unit),
            Time::Date(_) | Time::FlowDate => None,
        };
        let found = match (literal, unit) {
            (LiteralKind::Period(text), _) => literal::period(self.program, text),
            (LiteralKind::Date(date), Some(unit)) => {
                calendar.parse(unit, &print_date(*date)).map(|period| (unit, period))
            }
            (LiteralKind::Date(date), None) => {
                let custom = (0..self.program.model.periods.len()).filter_map(|number| u16::try_from(number).ok());
                let units = custom.map(|number| Unit::Custom(CustomId(number))).chain([Unit::Day]);
                let mut units = units.filter(|unit| !calendar.is_own(*unit));
                units.find_map(|unit| Some((unit, calendar.parse(unit, &print_date(*date))?)))
            }
            _ => None,
        };
        found.ok_or_else(|| {
            let text = literal::key_text(literal).unwrap_or_default();
            let unit = unit.map_or_else(|| "period".to_owned(), |unit| self.program.names.unit_name(unit));
            Lost::Unknown(format!("no `{unit}` begins on `{text}`"))
        })
    }

    fn has(&self, part: usize, row: u32, wanted: &Wanted) -> bool {
        let kind = self.question.parts.get(part).map(|part| part.kind);
        match (kind, wanted) {
            (Some(PartKind::Word(word)), Wanted::Text(text)) => self.text(word, row).is_some_and(|own| own == *text),
            (Some(PartKind::Time(time)), Wanted::Period(unit, period)) => {
                // A person's own periods are known by their first days alone.
                let calendar = &self.results.tables.calendar;
                let own = self.lies_in(time, row, *unit);
                own.is_some_and(|own| calendar.name(*unit, own) == calendar.name(*unit, *period))
            }
            _ => false,
        }
    }

    fn text(&self, word: Word, row: u32) -> Option<String> {
        let tables = &self.results.tables;
        match word {
            Word::Key(position, part) => {
                let key = tables.rows(self.frame)?.key(row).get(position).copied()?;
                Some(keys::print_part(self.program, tables, part, key))
            }
            Word::Column(column) => keys::print_cell(self.program, tables, column, row),
            Word::Rule => self.key_part(row, 0),
            Word::Source => self.key_part(row, 1),
            Word::Child => self.key_part(row, 2),
            Word::FlowPerson => {
                let flow = self.results.flows.get(&self.question.column)?;
                let person = flow.person.get(row as usize).copied().flatten()?;
                Some(keys::record_key(self.program, tables, self.program.model.plan.people, person))
            }
        }
    }

    fn key_part(&self, row: u32, part: usize) -> Option<String> {
        keys::frame_key(self.program, self.results, self.frame, row).into_iter().nth(part)
    }

    /// The period of a unit in which a row lies.
    fn lies_in(&self, time: Time, row: u32, unit: Unit) -> Option<Period> {
        let tables = &self.results.tables;
        let cell = |column| tables.column(column).and_then(|data| data.get(row));
        let of_date = |date: Date| tables.calendar.period_of(unit, date);
        match time {
            Time::Key(position, own) => {
                let key = tables.rows(self.frame)?.key(row).get(position).copied()?;
                tables.calendar.coarsen(own, Period(i32::try_from(key).ok()?), unit)
            }
            Time::Column(column, own) => match cell(column)? {
                Value::Period(period) => tables.calendar.coarsen(own, period, unit),
                _ => None,
            },
            Time::Date(column) => match cell(column)? {
                Value::Date(date) => of_date(date),
                _ => None,
            },
            Time::FlowDate => {
                let flow = self.results.flows.get(&self.question.column)?;
                of_date(flow.date.get(row as usize).copied().flatten()?)
            }
        }
    }
}
