//! The people below a person in a hierarchy.

use std::collections::{HashMap, HashSet};

use super::Engine;
use super::read::Source;
use super::vector::Vector;
use crate::ids::ColumnId;
use crate::table::row_number;
use crate::types::expr::{Below, Over};

/// Rows of something, by row.
type Lists = HashMap<u32, Vec<u32>>;

impl Engine<'_> {
    /// For each of these people, the people below, in order and without the person.
    pub fn people_below(&self, below: &Below, persons: impl Iterator<Item = u32>) -> Lists {
        let frame = self.model.records.at(below.people).frame;
        // Each person's row in the record of the hierarchy, and the way back.
        let people = self.rows(frame).all().map(Some).collect();
        let links = below.links.iter();
        let home: Vec<Option<u32>> = links.fold(people, |rows, link| self.follow(*link, &rows));
        let people_at = lists(&home);
        let hierarchy = self.model.columns.at(below.manager).frame;
        let rows: Vec<Option<u32>> = self.rows(hierarchy).all().map(Some).collect();
        let reports = lists(&self.follow(below.manager, &rows));
        let mut teams = Lists::new();
        for person in persons {
            teams.entry(person).or_insert_with(|| {
                let top = home.get(person as usize).copied().flatten();
                let rows = top.map_or_else(Vec::new, |top| descend(&reports, top, below.over));
                let people = rows.iter().filter_map(|row| people_at.get(row)).flatten();
                let mut team: Vec<u32> = people.copied().collect();
                team.sort_unstable();
                team
            });
        }
        teams
    }

    /// Where a reference leads from rows.
    pub fn follow(&self, reference: ColumnId, rows: &[Option<u32>]) -> Vec<Option<u32>> {
        match self.source(reference) {
            Source::Finished(data) => Vector::gather(data, rows.iter().copied()).indices(),
            Source::Building(building) => building.values.pick(rows.iter().copied()).indices(),
            Source::Nothing => vec![None; rows.len()],
        }
    }
}

/// The positions at which each row stands.
fn lists(rows: &[Option<u32>]) -> Lists {
    let mut lists = Lists::new();
    for (position, row) in rows.iter().enumerate() {
        if let Some(row) = row {
            lists.entry(*row).or_default().push(row_number(position));
        }
    }
    lists
}

/// The rows below one: those that report to it, or all levels.
fn descend(reports: &Lists, top: u32, over: Over) -> Vec<u32> {
    let mut found = Vec::new();
    // The data has no cycle, and if it had one this would still end.
    let mut seen = HashSet::from([top]);
    let mut open = vec![top];
    while let Some(row) = open.pop() {
        for report in reports.get(&row).into_iter().flatten() {
            if seen.insert(*report) {
                found.push(*report);
                if over == Over::Team {
                    open.push(*report);
                }
            }
        }
    }
    found
}
