//! The people below a person in a hierarchy.

use std::collections::{HashMap, HashSet};

use super::Engine;
use super::read::{NOWHERE, Source};
use super::selection::Selection;
use super::vector::Vector;
use crate::calendar::Date;
use crate::ids::ColumnId;
use crate::table::{Fault, FaultKind, Key, day_key, row_number};
use crate::types::expr::{Below, Expr, Over};
use crate::types::model::{FrameRows, Type};

/// Rows of something, by row.
type Lists = HashMap<u32, Vec<u32>>;

impl Engine<'_> {
    /// For each reader the day whose tree it asks for; none where managers are the same on every day.
    pub fn days_of_trees(&self, day: Option<&Expr>, at: &Selection, faults: &mut Vec<Fault>) -> Vec<Option<Date>> {
        match day {
            Some(day) => self.eval(day, at, faults).dates(),
            None => vec![None; at.len()],
        }
    }

    /// For each of these people, the people below on a day, in order and without the person.
    ///
    /// # Errors
    /// People who manage each other on that day.
    pub fn people_below(
        &self,
        below: &Below,
        day: Option<Date>,
        persons: impl Iterator<Item = u32>,
    ) -> Result<Lists, FaultKind> {
        let frame = self.model.records.at(below.people).frame;
        // Each person's row in the record of the hierarchy, and the way back.
        let people = self.rows(frame).all().map(Some).collect();
        let links = below.links.iter();
        let home: Vec<Option<u32>> = links.fold(people, |rows, link| self.follow(*link, &rows));
        let people_at = lists(&home);
        let managers = self.tree(below.manager, day)?;
        let reports = lists(&managers);
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
        Ok(teams)
    }

    /// Each row's manager on a day.
    ///
    /// # Errors
    /// People who manage each other on that day.
    pub fn tree(&self, manager: ColumnId, day: Option<Date>) -> Result<Vec<Option<u32>>, FaultKind> {
        let declared = self.model.columns.at(manager);
        let Type::Reference(record) = declared.ty else { return Ok(Vec::new()) };
        let hierarchy = self.rows(self.model.records.at(record).frame).all();
        if !matches!(self.model.frames.at(declared.frame).rows, FrameRows::Versions(_)) {
            let rows: Vec<Option<u32>> = hierarchy.map(Some).collect();
            return Ok(self.follow(manager, &rows));
        }
        // Without a day there is no tree.
        let Some(day) = day else { return Ok(vec![None; hierarchy.len()]) };
        let versions = self.rows(declared.frame);
        let rows: Vec<Option<u32>> = hierarchy.map(|row| versions.find(&[Key::from(row), day_key(day)])).collect();
        let managers = self.follow(manager, &rows);
        match circle(&managers) {
            Some(people) => Err(FaultKind::Circle(record, day, people)),
            None => Ok(managers),
        }
    }

    /// Where a reference leads from rows.
    pub fn follow(&self, reference: ColumnId, rows: &[Option<u32>]) -> Vec<Option<u32>> {
        match self.source(reference) {
            Source::Finished(data) => {
                let rows: Vec<u32> = rows.iter().map(|row| row.unwrap_or(NOWHERE)).collect();
                Vector::gather(data, &rows).indices()
            }
            Source::Building(building) => building.values.pick(rows.iter().copied()).indices(),
            Source::Nothing => vec![None; rows.len()],
        }
    }
}

/// The circle of managers with the smallest row in it, from that row on.
fn circle(managers: &[Option<u32>]) -> Option<Vec<u32>> {
    let of = |row: u32| managers.get(row as usize).copied().flatten();
    // The walk in which each row was first met: a walk that meets itself goes round in a circle.
    let mut met: Vec<Option<u32>> = vec![None; managers.len()];
    let mut found: Option<Vec<u32>> = None;
    for start in 0..row_number(managers.len()) {
        let mut next = Some(start);
        while let Some(mark) = next.and_then(|row| met.get_mut(row as usize)) {
            if *mark == Some(start) {
                let mut people: Vec<u32> = next.into_iter().collect();
                let first = people.first().copied();
                people.extend(
                    std::iter::successors(first.and_then(of), |row| of(*row)).take_while(|row| Some(*row) != first),
                );
                let smallest = people.iter().enumerate().min_by_key(|(_, row)| **row);
                let by = smallest.map_or(0, |(position, _)| position);
                people.rotate_left(by);
                found = Some(found.map_or_else(|| people.clone(), |known| known.min(people.clone())));
            }
            if mark.is_some() {
                break;
            }
            *mark = Some(start);
            next = next.and_then(of);
        }
    }
    found
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
