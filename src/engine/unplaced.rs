//! The rows of records that aggregates give to no reader.

use super::Engine;
use super::read::NOWHERE;
use crate::ids::FrameId;
use crate::table::{Key, Unplaced, UnplacedRows};
use crate::types::expr::Aggregate;
use crate::types::model::{Each, FrameRows, KeyPart};
use crate::types::placing::date_behind;

impl Engine<'_> {
    /// For each aggregate that gives rows of some frames to readers, those it gives to none.
    pub fn unplaced(&self, of: impl Fn(FrameId) -> bool) -> Vec<UnplacedRows> {
        let placing = self.model.placing().into_iter().enumerate();
        let rows = placing.filter(|(_, (_, aggregate))| of(aggregate.members)).map(|(place, (column, aggregate))| {
            let rows = self.given_to_none(aggregate);
            UnplacedRows { place, column, members: aggregate.members, rows }
        });
        rows.filter(|unplaced| !unplaced.rows.is_empty()).collect()
    }

    fn given_to_none(&self, aggregate: &Aggregate) -> Vec<(u32, Unplaced)> {
        // What goes wrong here has gone wrong before, where the plan needs it.
        let mut faults = Vec::new();
        let all = self.all_rows(aggregate.members);
        let members = self.on_which(&aggregate.conditions, &all, &mut faults);
        let found = self.led_to_readers(aggregate, &members, &mut faults);
        let alone = (0_u32..).zip(found.iter()).filter(|(_, found)| **found == NOWHERE).map(|(position, _)| position);
        let alone: Vec<u32> = alone.collect();
        let lost = members.pick(&alone);
        let keys: Vec<Vec<Option<Key>>> =
            aggregate.group.iter().map(|part| self.eval(part, &lost, &mut faults).keys()).collect();
        let dates: Vec<Vec<bool>> = aggregate
            .group
            .iter()
            .map(|part| match date_behind(part) {
                Some(date) => self.eval(date, &lost, &mut faults).dates().iter().map(Option::is_some).collect(),
                None => Vec::new(),
            })
            .collect();
        let why = |(position, row): (usize, &u32)| {
            let key: Vec<Option<Key>> = keys.iter().map(|part| part.get(position).copied().flatten()).collect();
            let dated: Vec<Option<bool>> = dates.iter().map(|part| part.get(position).copied()).collect();
            (*row, self.why(aggregate, &key, &dated))
        };
        let rows = lost.rows.iter().enumerate().map(why);
        let faulty = |row: u32| faults.iter().any(|fault| fault.frame == aggregate.members && fault.row == row);
        rows.filter(|(row, _)| !faulty(*row)).collect()
    }

    /// Why a key finds no row; `dated` says of each part that rests on a date whether that is there.
    fn why(&self, aggregate: &Aggregate, key: &[Option<Key>], dated: &[Option<bool>]) -> Unplaced {
        let parts = &self.model.frames.at(aggregate.reader).parts;
        let people = self.model.plan.people;
        for ((part, key), dated) in parts.iter().zip(key).zip(dated) {
            match (part, key, dated) {
                (_, Some(_), _) => {}
                (KeyPart::Record(record), None, _) if *record == people => return Unplaced::NoPerson,
                (KeyPart::Period(_), None, Some(true)) => return Unplaced::OutsideDates,
                (KeyPart::Period(_), None, Some(false)) => return Unplaced::NoDate,
                (part, None, _) => return Unplaced::Nothing(*part),
            }
        }
        let person = parts.iter().zip(key).find(|(part, _)| **part == KeyPart::Record(people));
        let in_plan = |key: Key| self.rows(self.model.plan.people_frame).find(&[key]).is_some();
        if person.and_then(|(_, key)| *key).is_some_and(|person| !in_plan(person)) {
            return Unplaced::OutsidePeople;
        }
        match self.model.frames.at(aggregate.reader).rows {
            FrameRows::Times(_, Each::Periods(_)) => Unplaced::OutsideDates,
            _ => Unplaced::NoRow,
        }
    }
}
