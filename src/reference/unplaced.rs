//! The rows of records that aggregates give to no reader.

use super::{At, Computed, Interpreter};
use crate::table::{Key, Unplaced, UnplacedRows};
use crate::types::expr::{Aggregate, Expr};
use crate::types::model::{Each, FrameRows, KeyPart};
use crate::types::placing::date_behind;

impl Interpreter<'_> {
    /// For each aggregate that gives rows to readers, those it gives to none.
    pub(super) fn unplaced(&mut self) -> Computed<Vec<UnplacedRows>> {
        let program = self.program;
        let mut all = Vec::new();
        for (place, (column, aggregate)) in program.model.placing().into_iter().enumerate() {
            let mut rows = Vec::new();
            for row in self.rows(aggregate.members)?.all() {
                let member = At { frame: aggregate.members, row, first: None };
                // What goes wrong here has gone wrong before, where the plan needs it.
                if let Ok(Some(why)) = self.why_unplaced(aggregate, &member) {
                    rows.push((row, why));
                }
            }
            if !rows.is_empty() {
                all.push(UnplacedRows { place, column, members: aggregate.members, rows });
            }
        }
        Ok(all)
    }

    /// Why a row falls to no reader; none where it falls to one, or is not asked about.
    fn why_unplaced(&mut self, aggregate: &Aggregate, member: &At) -> Computed<Option<Unplaced>> {
        let program = self.program;
        if !self.all_hold(&aggregate.conditions, member)? {
            return Ok(None);
        }
        let (people, in_plan) = (program.model.plan.people, program.model.plan.people_frame);
        let reader = program.model.frames.at(aggregate.reader);
        let mut key: Vec<Key> = Vec::new();
        let mut lacking = None;
        for (part, expr) in reader.parts.iter().zip(&aggregate.group) {
            match self.part_of_key(expr, member)? {
                Some(found) => key.push(found),
                None if lacking.is_some() => {}
                None => lacking = Some((*part, expr)),
            }
        }
        if let Some((part, expr)) = lacking {
            return Ok(Some(match (part, date_behind(expr)) {
                (KeyPart::Record(record), _) if record == people => Unplaced::NoPerson,
                (KeyPart::Period(_), Some(date)) => match self.quietly(|this| this.eval(date, member))?.value {
                    Some(_) => Unplaced::OutsideDates,
                    None => Unplaced::NoDate,
                },
                (part, _) => Unplaced::Nothing(part),
            }));
        }
        if self.rows(aggregate.reader)?.find(&key).is_some() {
            return Ok(None);
        }
        let person = reader.parts.iter().position(|part| *part == KeyPart::Record(people));
        if let Some(person) = person.and_then(|part| key.get(part)).copied()
            && self.rows(in_plan)?.find(&[person]).is_none()
        {
            return Ok(Some(Unplaced::OutsidePeople));
        }
        Ok(Some(match reader.rows {
            FrameRows::Times(_, Each::Periods(_)) => Unplaced::OutsideDates,
            _ => Unplaced::NoRow,
        }))
    }

    fn part_of_key(&mut self, part: &Expr, at: &At) -> Computed<Option<Key>> {
        Ok(self.quietly(|this| this.eval(part, at))?.value.and_then(|value| value.key()))
    }
}
