//! The rows of frames, derived when they are first needed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{At, Computed, Interpreter};
use crate::ids::FrameId;
use crate::table::{Key, Rows, Value};
use crate::types::model::{Each, FrameRows};

impl Interpreter<'_> {
    /// The rows of a frame.
    pub fn rows(&mut self, frame: FrameId) -> Computed<Arc<Rows>> {
        if let Some(rows) = self.results.tables.rows(frame) {
            return Ok(Arc::clone(rows));
        }
        match self.program.model.frames.at(frame).rows {
            FrameRows::One => self.results.tables.set_rows(frame, Rows::new(vec![Box::from([])])),
            FrameRows::Record(_) => self.results.tables.set_rows(frame, Rows::own(0)),
            FrameRows::People => {
                let rows = self.people()?;
                self.results.tables.set_rows(frame, rows);
            }
            FrameRows::Occurring(number) => {
                let rows = self.occurring(number)?;
                self.results.tables.set_rows(frame, rows);
            }
            FrameRows::Times(base, axis) => {
                let base = self.rows(base)?;
                let steps: Vec<Key> = match axis {
                    Each::Periods(unit) => {
                        let periods = self.results.tables.calendar.plan_periods(unit);
                        periods.iter().map(|period| Key::from(period.0)).collect()
                    }
                    Each::Values(choice) => {
                        (0..).zip(self.program.model.choices.at(choice)).map(|(key, _)| key).collect()
                    }
                };
                let keys = base.all().flat_map(|row| {
                    let first = base.key(row).to_vec();
                    steps.iter().map(move |step| {
                        let mut key = first.clone();
                        key.push(*step);
                        key.into_boxed_slice()
                    })
                });
                let rows = Rows::new(keys.collect());
                self.results.tables.set_rows(frame, rows);
            }
            FrameRows::Managers(rule) => {
                let rows = self.manager_rows(rule)?;
                self.results.tables.set_rows(frame, rows);
            }
            FrameRows::Credit | FrameRows::CreditHistory => {
                self.credits()?;
                if self.results.tables.rows(frame).is_none() {
                    self.results.tables.set_rows(frame, Rows::own(0));
                }
            }
        }
        Ok(self.results.tables.rows(frame).map(Arc::clone).unwrap_or_default())
    }

    /// The combinations of parts that occur on the rows of another frame, in order.
    fn occurring(&mut self, number: usize) -> Computed<Rows> {
        let Some(occurring) = self.program.model.occurring.get(number) else { return Ok(Rows::new(Vec::new())) };
        let mut found: BTreeSet<Vec<Key>> = BTreeSet::new();
        for row in self.rows(occurring.members)?.all() {
            let at = At { frame: occurring.members, row, first: None };
            found.extend(self.key_of(&occurring.keys, &at)?);
        }
        Ok(Rows::new(found.into_iter().map(Vec::into_boxed_slice).collect()))
    }

    /// The people in the plan, by their rows in their record.
    fn people(&mut self) -> Computed<Rows> {
        let plan = &self.program.model.plan;
        let frame = self.program.model.records.at(plan.people).frame;
        let mut keys: Vec<Box<[Key]>> = Vec::new();
        for row in self.rows(frame)?.all() {
            let at = At { frame, row, first: None };
            let inside = match &plan.people_condition {
                Some(condition) => self.eval(condition, &at)?.value == Some(Value::YesNo(true)),
                None => true,
            };
            if inside {
                keys.push(Box::from([Key::from(row)]));
            }
        }
        Ok(Rows::new(keys))
    }
}
