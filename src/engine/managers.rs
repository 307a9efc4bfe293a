//! The managers above the persons of source rows, all levels at once.

use std::collections::HashMap;

use super::Engine;
use super::credit::Candidate;
use super::selection::Selection;
use crate::calendar::Date;
use crate::ids::{ColumnId, FrameId};
use crate::table::{ColumnData, Fault, Key, Outcome, Rows, row_number};
use crate::types::model::Managers;

/// The managers of the source rows that a rule reads.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The source row, the manager as a row of the people's record, and the level.
    managers: Vec<(u32, u32, i128)>,
    /// Source rows without a person.
    of_no_one: Vec<u32>,
    /// Source rows with managers outside the people's record, and how many.
    outside: HashMap<u32, usize>,
}

impl Found {
    /// What became of those that cannot be credited.
    pub fn turned_away(&self) -> Vec<(u32, Outcome)> {
        let no_one = self.of_no_one.iter().map(|source| (*source, Outcome::NoPerson));
        let outside = self.outside.iter();
        let outside =
            outside.flat_map(|(source, count)| std::iter::repeat_n((*source, Outcome::OutsideRecord), *count));
        no_one.chain(outside).collect()
    }
}

impl Engine<'_> {
    /// The managers above the persons of these source rows.
    pub fn managers(&self, managers: &Managers, read: &Selection, faults: &mut Vec<Fault>) -> Found {
        let persons = self.eval(&managers.of, read, faults).indices();
        let people = self.model.records.at(self.model.plan.people).frame;
        let days = self.days_of_trees(managers.day.as_ref(), read, faults);
        // One tree where managers are the same on every day, else one for each day asked about.
        let mut trees: HashMap<Option<Date>, Vec<Option<u32>>> = HashMap::new();
        for (position, (day, person)) in days.iter().zip(&persons).enumerate() {
            if person.is_none() || trees.contains_key(day) {
                continue;
            }
            match self.tree(managers.manager, *day) {
                Ok(tree) => {
                    trees.insert(*day, tree);
                }
                Err(kind) => faults.push(read.fault(kind, managers.of.id, position)),
            }
        }
        let mut people_at: HashMap<u32, u32> = HashMap::new();
        for (person, row) in self.followed(&managers.links, self.all(people)).into_iter().enumerate() {
            people_at.extend(row.map(|row| (row, row_number(person))));
        }
        let starts = self.followed(&managers.up, persons.clone());
        let mut found = Found::default();
        for (((source, person), start), day) in read.rows.iter().zip(persons).zip(starts).zip(&days) {
            let above = trees.get(day).map_or(&[][..], |tree| tree);
            if person.is_none() {
                found.of_no_one.push(*source);
            }
            let next = |row: &u32| above.get(*row as usize).copied().flatten();
            // No tree is higher than it has rows, so this ends even if the data had a circle.
            let chain = std::iter::successors(start, next).skip(1).take(above.len());
            for (manager, level) in chain.zip(1..) {
                match people_at.get(&manager) {
                    Some(person) => found.managers.push((*source, *person, level)),
                    None => {
                        let count = found.outside.entry(*source).or_default();
                        *count = count.saturating_add(1);
                    }
                }
            }
        }
        found.managers.sort_unstable();
        found
    }

    /// Makes the frame of a rule's managers with their levels.
    pub fn set_managers(&mut self, frame: FrameId, managers: &Managers, found: Found) -> Vec<Candidate> {
        let declared = self.model.columns.at(managers.level);
        let mut levels = ColumnData::new(declared.ty, declared.places);
        let mut keys: Vec<[Key; 2]> = Vec::with_capacity(found.managers.len());
        let mut candidates = Vec::with_capacity(found.managers.len());
        for (row, (source, manager, level)) in found.managers.into_iter().enumerate() {
            levels.push_units(level);
            keys.push([Key::from(source), Key::from(manager)]);
            candidates.push(Candidate { source, row: row_number(row) });
        }
        self.tables.set_rows(frame, Rows::new(keys));
        self.tables.set_column(managers.level, levels);
        candidates
    }

    fn all(&self, frame: FrameId) -> Vec<Option<u32>> {
        self.rows(frame).all().map(Some).collect()
    }

    /// Where a chain of references leads from rows.
    fn followed(&self, links: &[ColumnId], rows: Vec<Option<u32>>) -> Vec<Option<u32>> {
        links.iter().fold(rows, |rows, link| self.follow(*link, &rows))
    }
}
