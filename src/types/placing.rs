//! Which aggregates give the rows of a record to the rows of their readers, so that some may be given to none.

use super::expr::{Aggregate, Expr, Op};
use super::model::{DataForm, FrameRows, Model, Origin};
use crate::ids::{ColumnId, FrameId};

impl Model {
    /// For each definition its aggregates over the rows of records of its own data, those that give the same rows
    /// to the same readers once. Over a team, or the days of a window, rows are given to several readers or to none,
    /// and there is nothing to tell.
    pub fn placing(&self) -> Vec<(ColumnId, &Aggregate)> {
        let mut found: Vec<(ColumnId, &Aggregate)> = Vec::new();
        for (column, described) in self.columns.pairs() {
            let Origin::Definition(definition) = &described.origin else { continue };
            let mut own: Vec<&Aggregate> = Vec::new();
            for expr in definition.conditions.iter().chain([&definition.body]) {
                self.placing_in(expr, &mut own);
            }
            found.extend(own.into_iter().map(|aggregate| (column, aggregate)));
        }
        found
    }

    fn placing_in<'a>(&'a self, expr: &'a Expr, found: &mut Vec<&'a Aggregate>) {
        if let Op::Aggregate(aggregate) = &expr.op {
            let same = |other: &&Aggregate| {
                let one = (aggregate.members, aggregate.reader, &aggregate.conditions, &aggregate.group);
                one == (other.members, other.reader, &other.conditions, &other.group)
            };
            let places = aggregate.window.is_none() && aggregate.over.is_none() && !aggregate.group.is_empty();
            if places && self.is_own_data(aggregate.members) && !found.iter().any(same) {
                found.push(aggregate);
            }
        }
        for operand in expr.op.operands() {
            self.placing_in(operand, found);
        }
    }

    /// Whether the rows of a frame are those of a record of data, not what another plan came to.
    fn is_own_data(&self, frame: FrameId) -> bool {
        match self.frames.at(frame).rows {
            FrameRows::Record(record) => {
                let file = self.records.at(record).file.as_ref();
                !matches!(file.map(|file| &file.form), Some(DataForm::Plan { .. }))
            }
            _ => false,
        }
    }
}

/// The date on which a part of a key that is a period rests.
pub fn date_behind(part: &Expr) -> Option<&Expr> {
    match &part.op {
        Op::PeriodOf(_, date) | Op::OwnPeriodOf(_, date, _) => Some(date),
        Op::Coarser(_, period, _) => date_behind(period),
        _ => None,
    }
}
