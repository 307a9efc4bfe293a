//! Whose each earning and payment is, and when it happens.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::selection::Selection;
use super::{Engine, sound};
use crate::ids::{ColumnId, FrameId};
use crate::table::{Fault, Flow, State, States, row_number};
use crate::types::model::{Column, Origin};

impl Engine<'_> {
    /// The person and date of each earning and payment on some frames, on the rows that these have.
    ///
    /// # Errors
    /// What goes wrong.
    pub fn flows(&self, on: impl Fn(FrameId) -> bool) -> Result<BTreeMap<ColumnId, Flow>, Vec<Fault>> {
        let columns = self.model.columns.pairs().filter(|(_, column)| on(column.frame));
        let columns: Vec<(ColumnId, &Column)> = columns.collect();
        let flow = |(id, column): (ColumnId, &Column)| {
            let mut faults = Vec::new();
            Some((id, self.flow(id, column, &mut faults)?, faults))
        };
        let (mut flows, mut faults) = (BTreeMap::new(), Vec::new());
        for (id, flow, found) in columns.into_par_iter().filter_map(flow).collect::<Vec<_>>() {
            flows.insert(id, flow);
            faults.extend(found);
        }
        sound(faults)?;
        Ok(flows)
    }

    /// That of one definition.
    pub fn flow(&self, id: ColumnId, column: &Column, faults: &mut Vec<Fault>) -> Option<Flow> {
        let Origin::Definition(definition) = &column.origin else { return None };
        let (person, date) = (definition.person.as_ref()?, definition.date.as_ref()?);
        let data = self.tables.column(id)?;
        if matches!(data.states(), States::There(_)) {
            let all = self.all_rows(column.frame);
            return Some(Flow {
                person: self.eval(person, &all, faults).indices(),
                date: self.eval(date, &all, faults).dates(),
            });
        }
        let there: Vec<u32> = (0..row_number(data.len())).filter(|row| data.state(*row) != State::NoRow).collect();
        let at = Selection::new(column.frame, there.as_slice());
        let persons = self.eval(person, &at, faults).indices();
        let dates = self.eval(date, &at, faults).dates();
        let mut flow = Flow { person: vec![None; data.len()], date: vec![None; data.len()] };
        for (row, (person, date)) in there.iter().zip(persons.into_iter().zip(dates)) {
            let row = *row as usize;
            if let (Some(person_at), Some(date_at)) = (flow.person.get_mut(row), flow.date.get_mut(row)) {
                (*person_at, *date_at) = (person, date);
            }
        }
        Some(flow)
    }
}
