//! `previous`, and the definitions that are computed period by period because of it.

use std::collections::BTreeMap;

use super::Engine;
use super::define::Building;
use super::read::NOWHERE;
use super::read::Source;
use super::selection::{Selection, picked, positions};
use super::vector::Vector;
use crate::calendar::{Period, Unit};
use crate::ids::{ColumnId, FrameId};
use crate::table::{ColumnData, Fault, Key};
use crate::types::model::KeyPart;

impl Engine<'_> {
    /// Computes definitions on one frame period by period.
    pub fn periodwise(&mut self, columns: &[ColumnId], faults: &mut Vec<Fault>) {
        let Some(first) = columns.first() else {
            return;
        };
        let all: Vec<u32> = self.rows(self.model.columns.at(*first).frame).all().collect();
        for (column, data) in self.periodwise_on(columns, &all, faults) {
            self.tables.set_column(column, data);
        }
    }

    /// The same on some rows of their frame alone: of each, all periods.
    pub fn periodwise_on(
        &mut self,
        columns: &[ColumnId],
        rows: &[u32],
        faults: &mut Vec<Fault>,
    ) -> Vec<(ColumnId, ColumnData)> {
        for column in columns {
            let count = self.rows(self.model.columns.at(*column).frame).len();
            self.building.insert(*column, Building::new(count));
        }
        self.built(columns, rows, faults)
    }

    /// The same where the columns are there already; they are given back with these rows as they are now.
    pub fn periodwise_again(
        &mut self,
        columns: &[ColumnId],
        rows: &[u32],
        faults: &mut Vec<Fault>,
    ) -> Vec<(ColumnId, ColumnData)> {
        for column in columns {
            if let Some(data) = self.tables.column(*column) {
                let building = Building::again(data, rows);
                self.building.insert(*column, building);
            }
        }
        self.built(columns, rows, faults)
    }

    /// What is being built, with these rows set period by period.
    fn built(&mut self, columns: &[ColumnId], rows: &[u32], faults: &mut Vec<Fault>) -> Vec<(ColumnId, ColumnData)> {
        let Some(frame) = columns.first().map(|first| self.model.columns.at(*first).frame) else { return Vec::new() };
        for rows in self.rows_by_period(frame, rows.iter().copied()).into_values() {
            let at = Selection::new(frame, rows);
            for column in columns {
                let (standing, values) = self.defined(*column, &at, faults);
                if let Some(building) = self.building.get_mut(column) {
                    building.put(&picked(&at.rows, &standing), values);
                }
            }
            // What follows would rest on values that are not there.
            if !faults.is_empty() {
                break;
            }
        }
        let finish = |column: &ColumnId| {
            let building = self.building.remove(column)?;
            Some((*column, building.finish(self.model.columns.at(*column))))
        };
        columns.iter().filter_map(finish).collect()
    }

    /// The column one period earlier, or its `starting` value on a first row.
    pub fn previous(&self, column: ColumnId, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let definition = self.definition_of(column);
        let starting = definition.and_then(|definition| definition.starting.as_ref());
        let earlier = self.rows_before(at, starting.and_then(|starting| starting.each));
        let mut values = match self.source(column) {
            Source::Finished(data) => {
                let rows: Vec<u32> = earlier.iter().map(|row| row.unwrap_or(NOWHERE)).collect();
                Vector::gather(data, &rows)
            }
            Source::Building(building) => building.values.pick(earlier.iter().copied()),
            Source::Nothing => Vector::Blank(at.len()),
        };
        if let Some(starting) = starting {
            let first = positions(earlier.iter().map(Option::is_none));
            let start = self.eval_on(&starting.value, at, &first, faults);
            values.put(first.into_iter(), start);
        }
        values
    }

    /// The row one period earlier; none also where a period of `each` begins.
    fn rows_before(&self, at: &Selection, each: Option<Unit>) -> Vec<Option<u32>> {
        let rows = self.rows(at.frame);
        let Some((part, unit)) = self.period_part(at.frame) else {
            return vec![None; at.len()];
        };
        let calendar = &self.tables.calendar;
        let within = |coarser: Unit, period: Period| calendar.period_of(coarser, calendar.first_day(unit, period)?);
        let mut key: Vec<Key> = Vec::new();
        let before = |row: &u32| {
            key.clear();
            key.extend_from_slice(rows.key(*row));
            let period = Period(i32::try_from(*key.get(part)?).ok()?);
            let earlier = calendar.previous(unit, period)?;
            if each.is_some_and(|each| within(each, period) != within(each, earlier)) {
                return None;
            }
            *key.get_mut(part)? = Key::from(earlier.0);
            rows.find(&key)
        };
        at.rows.iter().map(before).collect()
    }

    /// The part of a frame's key that is its period, and the unit.
    pub fn period_part(&self, frame: FrameId) -> Option<(usize, Unit)> {
        let parts = self.model.frames.at(frame).parts.iter().enumerate();
        parts.rev().find_map(|(number, part)| match part {
            KeyPart::Period(unit) => Some((number, *unit)),
            _ => None,
        })
    }

    fn rows_by_period(&self, frame: FrameId, asked: impl Iterator<Item = u32>) -> BTreeMap<Option<Key>, Vec<u32>> {
        let rows = self.rows(frame);
        let part = self.period_part(frame);
        let mut periods: BTreeMap<Option<Key>, Vec<u32>> = BTreeMap::new();
        for row in asked {
            let period = part.and_then(|(part, _)| rows.key(row).get(part).copied());
            periods.entry(period).or_default().push(row);
        }
        periods
    }
}
