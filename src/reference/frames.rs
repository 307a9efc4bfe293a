//! The rows of frames, derived when they are first needed.

use std::sync::Arc;

use super::{At, Computed, Interpreter};
use crate::ids::FrameId;
use crate::table::{Key, Rows, Value};
use crate::types::model::FrameRows;

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
            FrameRows::Times(base, unit) => {
                let base = self.rows(base)?;
                let periods = self.results.tables.calendar.plan_periods(unit);
                let keys = base.all().flat_map(|row| {
                    let first = base.key(row).to_vec();
                    periods.iter().map(move |period| {
                        let mut key = first.clone();
                        key.push(Key::from(period.0));
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
