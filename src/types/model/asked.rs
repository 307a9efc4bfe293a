//! What the stages behind the checker ask a plan as a whole.

use super::{Bands, CreditTable, FrameRows, Model, Occurring, Origin, Periods, Plan, RatesRows};
use crate::calendar::Unit;
use crate::ids::{ColumnId, FrameId, IdVec, RatesId};
use crate::types::expr::Expr;

impl Model {
    /// The tables whose bands are the rows of a record.
    pub fn bands(&self) -> impl Iterator<Item = (RatesId, &Bands)> {
        self.rates.pairs().filter_map(|(id, rates)| match &rates.rows {
            RatesRows::Record(bands) => Some((id, bands.as_ref())),
            RatesRows::Written(_) => None,
        })
    }

    /// All expressions that the plan writes, without their operands.
    pub fn exprs(&self) -> Vec<&Expr> {
        let definitions = self.columns.iter().filter_map(|column| match &column.origin {
            Origin::Definition(definition) => Some(definition),
            _ => None,
        });
        let defined = definitions.flat_map(|definition| definition.conditions.iter().chain([&definition.body]));
        let rules = self.rules.iter().flat_map(|rule| rule.source_exprs().chain(rule.exprs()));
        let ensures = self.ensures.iter().flat_map(|ensure| ensure.conditions.iter().chain([&ensure.holds]));
        let own = self.periods.iter().filter_map(|periods| match periods {
            Periods::Own { from, .. } => Some(from),
            Periods::Column { .. } | Periods::Every(..) | Periods::Unknown => None,
        });
        let schedules = self.schedules.iter().flat_map(|schedule| [&schedule.start, &schedule.count]);
        let own = own.chain(schedules);
        defined.chain(rules).chain(ensures).chain(own).chain(&self.plan.people_condition).collect()
    }

    /// The periods of a unit that the plan declares.
    pub fn declared(&self, unit: Unit) -> Option<&Periods> {
        match unit {
            Unit::Custom(id) => self.periods.get(usize::from(id.0)),
            _ => None,
        }
    }

    /// Whether every period of a unit lies in one of another: by the regular calendar, or where a
    /// record names for each of its own periods the coarser one in which it lies.
    pub fn lies_in(&self, unit: Unit, coarser: Unit) -> bool {
        if unit.lies_in(coarser) {
            return true;
        }
        let (Some(Periods::Column { column: fine, .. }), Some(Periods::Column { column: coarse, .. })) =
            (self.declared(unit), self.declared(coarser))
        else {
            return false;
        };
        let record = |column: &ColumnId| match &self.columns.at(*column).origin {
            Origin::Data(data) => Some(data.record),
            _ => None,
        };
        let Some(record) = record(fine).filter(|own| record(coarse) == Some(*own)) else { return false };
        let key = &self.records.at(record).key;
        key.as_slice() == [*fine] && !key.contains(coarse)
    }

    /// The combinations that are the rows of a frame.
    pub fn occurring_of(&self, frame: FrameId) -> Option<&Occurring> {
        match self.frames.at(frame).rows {
            FrameRows::Occurring(number) => self.occurring.get(number),
            _ => None,
        }
    }

    /// The table of credits with this frame.
    pub fn credits_of(&self, frame: FrameId) -> Option<&CreditTable> {
        [&self.credit, &self.history].into_iter().flatten().find(|table| table.frame == frame)
    }

    /// A plan in which nothing is declared yet.
    pub fn new(plan: Plan) -> Self {
        Self {
            plan,
            periods: Vec::new(),
            year: None,
            records: IdVec::new(),
            choices: IdVec::new(),
            frames: IdVec::new(),
            schedules: IdVec::new(),
            columns: IdVec::new(),
            rates: IdVec::new(),
            rules: IdVec::new(),
            credit: None,
            history: None,
            occurring: Vec::new(),
            ensures: IdVec::new(),
        }
    }
}
