//! The rows of the frames that the plan itself makes.

use num_traits::ToPrimitive;

use super::Engine;
use super::read::key_at;
use super::selection::{Selection, picked, positions};
use crate::calendar::{Date, Unit};
use crate::ids::{FrameId, IdVec};
use crate::table::{Fault, FaultKind, Key, Rows, row_number};
use crate::types::model::{Each, FrameRows, MOST_PERIODS, Periods, Schedule};
use crate::value::Rounding;

impl Engine<'_> {
    /// Derives all frames but that of the credits, which is empty until they are there.
    pub fn derive_frames(&mut self, faults: &mut Vec<Fault>) {
        let mut known = IdVec::<FrameId, bool>::from_iter(vec![false; self.model.frames.len()]);
        for frame in self.model.frames.ids() {
            self.derive(frame, &mut known, faults);
        }
    }

    /// Derives those frames alone that are asked for, on what is there of the others.
    pub fn derive_some(&mut self, asked: impl Fn(FrameId) -> bool, faults: &mut Vec<Fault>) {
        let known = self.model.frames.ids().map(|frame| !asked(frame)).collect();
        let mut known: IdVec<FrameId, bool> = known;
        for frame in self.model.frames.ids() {
            self.derive(frame, &mut known, faults);
        }
    }

    fn derive(&mut self, frame: FrameId, known: &mut IdVec<FrameId, bool>, faults: &mut Vec<Fault>) {
        if std::mem::replace(known.at_mut(frame), true) {
            return;
        }
        let rows = match self.model.frames.at(frame).rows {
            FrameRows::One => Rows::new([[]]),
            FrameRows::Credit | FrameRows::CreditHistory => Rows::own(0),
            // They come with the credits of their rule.
            FrameRows::Managers(_) => Rows::default(),
            // What they occur on may not be there yet.
            FrameRows::Occurring(_) => Rows::default(),
            // They come with the data, or there are none.
            FrameRows::Record(_) | FrameRows::Versions(_) => return,
            FrameRows::People => self.people(faults),
            FrameRows::Schedule(schedule) => {
                let schedule = self.model.schedules.at(schedule);
                self.derive(schedule.base, known, faults);
                self.scheduled(schedule, faults)
            }
            FrameRows::Times(base, axis) => {
                self.derive(base, known, faults);
                let base = self.rows(base);
                let own = match axis {
                    Each::Periods(unit) => self.own_periods(unit, base, faults),
                    Each::Values(_) => None,
                };
                let of_all = self.steps(axis);
                let (mut count, mut parts) = (0_usize, Vec::new());
                for row in base.all() {
                    let steps = own.as_ref().map_or(Some(&of_all), |own| own.get(row as usize));
                    for step in steps.into_iter().flatten() {
                        parts.extend_from_slice(base.key(row));
                        parts.push(*step);
                        count = count.saturating_add(1);
                    }
                }
                Rows::of_parts(count, base.width().saturating_add(1), parts)
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
        let all = self.all_rows(occurring.members);
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

    /// The rows of a schedule: the base's rows with as many periods as each asks for.
    fn scheduled(&self, schedule: &Schedule, faults: &mut Vec<Fault>) -> Rows {
        let base = self.rows(schedule.base);
        let all = Selection::new(schedule.base, base.all().collect::<Vec<u32>>());
        let starts = self.eval(&schedule.start, &all, faults).dates();
        let counts = self.eval(&schedule.count, &all, faults).numbers();
        let mut keys: Vec<Box<[Key]>> = Vec::new();
        for (position, (row, start)) in base.all().zip(starts).enumerate() {
            let first = start.and_then(|start| self.tables.calendar.period_of(schedule.unit, start));
            let (Some(first), Some(asked)) = (first, counts.get(position)) else { continue };
            let count = asked.to_units(0, Rounding::Floor).to_i32();
            let fits = |count: &i32| asked.is_integer() && (0..=MOST_PERIODS).contains(count);
            let Some(end) = count.filter(fits).and_then(|count| first.0.checked_add(count)) else {
                faults.push(all.fault(FaultKind::ScheduleLength(asked), schedule.count.id, position));
                continue;
            };
            let with = |period: i32| base.key(row).iter().copied().chain([Key::from(period)]).collect();
            keys.extend((first.0..end).map(with));
        }
        Rows::new(keys)
    }

    /// For each row of a frame of people the periods that it has of its own; none where they are the
    /// same for all.
    fn own_periods(&self, unit: Unit, base: &Rows, faults: &mut Vec<Fault>) -> Option<Vec<Vec<Key>>> {
        let Some(Periods::Own { record, from, .. }) = self.model.declared(unit) else { return None };
        let row = |row: u32| base.key(row).first().and_then(|key| u32::try_from(*key).ok()).unwrap_or(u32::MAX);
        let rows: Vec<u32> = base.all().map(row).collect();
        let at = Selection::new(self.model.records.at(*record).frame, rows);
        let own = |from: Option<Date>| {
            let periods = from.map_or_else(Vec::new, |from| self.tables.calendar.own_plan_periods(unit, from));
            periods.into_iter().map(|period| Key::from(period.0)).collect()
        };
        Some(self.eval(from, &at, faults).dates().into_iter().map(own).collect())
    }

    /// The rows of the people's record that are in the plan.
    fn people(&self, faults: &mut Vec<Fault>) -> Rows {
        let frame = self.model.records.at(self.model.plan.people).frame;
        let all = self.all_rows(frame);
        let inside = match self.model.plan.daily {
            true => positions(
                all.rows.iter().map(|person| self.presence.is_ever_inside(*person, self.model.plan.effective)),
            ),
            false => self.standing(self.model.plan.people_condition.as_slice(), &all, faults),
        };
        Rows::new(picked(&all.rows, &inside).into_iter().map(|row| [Key::from(row)]))
    }
}
