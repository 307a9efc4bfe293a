//! The rows of the frames that the plan itself makes.

use super::Engine;
use super::selection::{Selection, picked};
use crate::ids::{FrameId, IdVec};
use crate::table::{Fault, Key, Rows};
use crate::types::model::FrameRows;

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
            // They come with the data, or there are none.
            FrameRows::Record(_) => return,
            FrameRows::People => self.people(faults),
            FrameRows::Times(base, unit) => {
                self.derive(base, known, faults);
                let base = self.rows(base);
                let periods = self.tables.calendar.plan_periods(unit);
                let keys = base.all().flat_map(|row| {
                    let with = |period: &crate::calendar::Period| {
                        let key = base.key(row).iter().copied();
                        key.chain([Key::from(period.0)]).collect()
                    };
                    periods.iter().map(with).collect::<Vec<Box<[Key]>>>()
                });
                Rows::new(keys.collect())
            }
        };
        self.tables.set_rows(frame, rows);
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
