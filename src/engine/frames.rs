//! The rows of the frames that the plan itself makes.

use super::Engine;
use super::read::key_at;
use super::selection::{Selection, picked};
use crate::ids::{FrameId, IdVec};
use crate::table::{Fault, Key, Rows, row_number};
use crate::types::model::{Each, FrameRows};

impl Engine<'_> {
    /// Derives all frames but that of the credits, which is empty until they are there.
    pub fn derive_frames(&mut self, faults: &mut Vec<Fault>) {
        let mut known = IdVec::<FrameId, bool>::from_iter(vec![false; self.model.frames.len()]);
        for frame in self.model.frames.ids() {
            self.derive(frame, &mut known, faults);
        }
    }

    fn derive(&mut self, frame: FrameId, known: &mut IdVec<FrameId, bool>, faults: &mut Vec<Fault>) {
        if std::mem::replace(known.at_mut(frame), true) {
            return;
        }
        let rows = match self.model.frames.at(frame).rows {
            FrameRows::One => Rows::new(vec![Box::from([])]),
            FrameRows::Credit | FrameRows::CreditHistory => Rows::own(0),
            // They come with the credits of their rule.
            FrameRows::Managers(_) => Rows::new(Vec::new()),
            // What they occur on may not be there yet.
            FrameRows::Occurring(_) => Rows::new(Vec::new()),
            // They come with the data, or there are none.
            FrameRows::Record(_) => return,
            FrameRows::People => self.people(faults),
            FrameRows::Times(base, axis) => {
                self.derive(base, known, faults);
                let base = self.rows(base);
                let steps = self.steps(axis);
                let keys = base.all().flat_map(|row| {
                    let with = |step: &Key| base.key(row).iter().copied().chain([*step]).collect();
                    steps.iter().map(with).collect::<Vec<Box<[Key]>>>()
                });
                Rows::new(keys.collect())
            }
        };
        self.tables.set_rows(frame, rows);
    }

    fn steps(&self, axis: Each) -> Vec<Key> {
        match axis {
            Each::Periods(unit) => {
                let periods = self.tables.calendar.plan_periods(unit);
                periods.iter().map(|period| Key::from(period.0)).collect()
            }
            Each::Values(choice) => {
                let values = row_number(self.model.choices.at(choice).len());
                (0..values).map(Key::from).collect()
            }
        }
    }

    /// Derives a frame of combinations that occur on another.
    pub fn occurring(&mut self, frame: FrameId, faults: &mut Vec<Fault>) {
        let Some(occurring) = self.model.occurring_of(frame) else { return };
        let rows: Vec<u32> = self.rows(occurring.members).all().collect();
        let all = Selection::new(occurring.members, rows);
        let parts: Vec<Vec<Option<Key>>> =
            occurring.keys.iter().map(|part| self.eval(part, &all, faults).keys()).collect();
        let mut key = Vec::new();
        let mut found: Vec<Box<[Key]>> = (0..all.len())
            .filter_map(|position| {
                key_at(&parts, position, &mut key)?;
                Some(Box::from(key.as_slice()))
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        self.tables.set_rows(frame, Rows::new(found));
    }

    /// The rows of the people's record that are in the plan.
    fn people(&self, faults: &mut Vec<Fault>) -> Rows {
        let frame = self.model.records.at(self.model.plan.people).frame;
        let rows: Vec<u32> = self.rows(frame).all().collect();
        let all = Selection::new(frame, rows);
        let condition = self.model.plan.people_condition.as_slice();
        let inside = self.standing(condition, &all, faults);
        let key = |row: u32| Box::from([Key::from(row)]);
        Rows::new(picked(&all.rows, &inside).into_iter().map(key).collect())
    }
}
