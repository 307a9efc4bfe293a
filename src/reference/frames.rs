//! The rows of frames, derived when they are first needed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::cell::fault;
use super::{At, Computed, Interpreter};
use crate::calendar::{Period, Unit};
use crate::ids::FrameId;
use crate::table::{FaultKind, Key, Rows, Value};
use crate::types::model::{Each, FrameRows, MOST_PERIODS, Periods, Schedule};
use crate::value::Exact;

impl Interpreter<'_> {
    /// The rows of a frame.
    pub fn rows(&mut self, frame: FrameId) -> Computed<Arc<Rows>> {
        if let Some(rows) = self.results.tables.rows(frame) {
            return Ok(Arc::clone(rows));
        }
        let program = self.program;
        match program.model.frames.at(frame).rows {
            FrameRows::One => self.results.tables.set_rows(frame, Rows::new([[]])),
            FrameRows::Record(_) => self.results.tables.set_rows(frame, Rows::own(0)),
            FrameRows::Versions(_) => self.results.tables.set_rows(frame, Rows::default()),
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
                let mut keys: Vec<Box<[Key]>> = Vec::new();
                for row in base.all() {
                    for step in self.steps(axis, base.key(row))? {
                        keys.push(base.key(row).iter().copied().chain([step]).collect());
                    }
                }
                self.results.tables.set_rows(frame, Rows::new(keys));
            }
            FrameRows::Schedule(schedule) => {
                let rows = self.scheduled(program.model.schedules.at(schedule))?;
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

    /// What a row with a key is multiplied by.
    fn steps(&mut self, axis: Each, key: &[Key]) -> Computed<Vec<Key>> {
        Ok(match axis {
            Each::Periods(unit) => {
                let periods = self.periods_of(unit, key)?;
                periods.into_iter().map(|period| Key::from(period.0)).collect()
            }
            Each::Values(choice) => (0..).zip(self.program.model.choices.at(choice)).map(|(key, _)| key).collect(),
        })
    }

    /// The combinations of parts that occur on the rows of another frame, in order.
    fn occurring(&mut self, number: usize) -> Computed<Rows> {
        let Some(occurring) = self.program.model.occurring.get(number) else { return Ok(Rows::default()) };
        let mut found: BTreeSet<Vec<Key>> = BTreeSet::new();
        for row in self.rows(occurring.members)?.all() {
            let at = At { frame: occurring.members, row, first: None };
            found.extend(self.key_of(&occurring.keys, &at)?);
        }
        Ok(Rows::new(found))
    }

    /// The plan's periods of a unit; for a person with periods of its own, those.
    fn periods_of(&mut self, unit: Unit, key: &[Key]) -> Computed<Vec<Period>> {
        let program = self.program;
        let Some(Periods::Own { record, from, .. }) = program.model.declared(unit) else {
            return Ok(self.results.tables.calendar.plan_periods(unit));
        };
        let Some(row) = key.first().and_then(|key| u32::try_from(*key).ok()) else { return Ok(Vec::new()) };
        let at = At { frame: program.model.records.at(*record).frame, row, first: None };
        Ok(match self.eval(from, &at)?.value {
            Some(Value::Date(from)) => self.results.tables.calendar.own_plan_periods(unit, from),
            _ => Vec::new(),
        })
    }

    /// The rows of a schedule: for each row of its base so many periods, one after another.
    fn scheduled(&mut self, schedule: &Schedule) -> Computed<Rows> {
        let base = self.rows(schedule.base)?;
        let most = Exact::from_integer(i128::from(MOST_PERIODS));
        let mut keys: Vec<Box<[Key]>> = Vec::new();
        for row in base.all() {
            let at = At { frame: schedule.base, row, first: None };
            let start = self.quietly(|this| this.eval(&schedule.start, &at))?.value;
            let count = self.quietly(|this| this.eval(&schedule.count, &at))?.value;
            let (Some(Value::Date(start)), Some(Value::Number(count))) = (start, count) else { continue };
            let Some(mut period) = self.results.tables.calendar.period_of(schedule.unit, start) else { continue };
            if !count.is_integer() || count.is_negative() || count > most {
                return Err(fault(FaultKind::ScheduleLength(count), &schedule.count, &at));
            }
            let mut left = count;
            while !left.is_zero() {
                keys.push(base.key(row).iter().copied().chain([Key::from(period.0)]).collect());
                left = left.minus(&Exact::one());
                period = Period(period.0.saturating_add(1));
            }
        }
        Ok(Rows::new(keys))
    }

    /// The people in the plan, by their rows in their record.
    fn people(&mut self) -> Computed<Rows> {
        let plan = &self.program.model.plan;
        let frame = self.program.model.records.at(plan.people).frame;
        let mut keys: Vec<Box<[Key]>> = Vec::new();
        for row in self.rows(frame)?.all() {
            let at = At { frame, row, first: None };
            let inside = match &plan.people_condition {
                Some(_) if plan.daily => self.presence(row)?.iter().any(|day| day.inside),
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
