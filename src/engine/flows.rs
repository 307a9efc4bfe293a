//! Whose each earning and payment is, and when it happens.

use std::collections::BTreeMap;

use super::Engine;
use super::selection::Selection;
use crate::ids::ColumnId;
use crate::table::{Fault, Flow, State, row_number};
use crate::types::model::Origin;

impl Engine<'_> {
    /// The person and date of each earning and payment, on the rows that these have.
    pub fn flows(&self, faults: &mut Vec<Fault>) -> BTreeMap<ColumnId, Flow> {
        let mut flows = BTreeMap::new();
        for (id, column) in self.model.columns.pairs() {
            let Origin::Definition(definition) = &column.origin else { continue };
            let (Some(person), Some(date)) = (&definition.person, &definition.date) else { continue };
            let Some(data) = self.tables.column(id) else { continue };
            let there: Vec<u32> = (0..row_number(data.len())).filter(|row| data.state(*row) != State::NoRow).collect();
            let at = Selection::new(column.frame, there.clone());
            let persons = self.eval(person, &at, faults).indices();
            let dates = self.eval(date, &at, faults).dates();
            let mut flow = Flow { person: vec![None; data.len()], date: vec![None; data.len()] };
            for (row, (person, date)) in there.iter().zip(persons.into_iter().zip(dates)) {
                let row = *row as usize;
                if let (Some(person_at), Some(date_at)) = (flow.person.get_mut(row), flow.date.get_mut(row)) {
                    (*person_at, *date_at) = (person, date);
                }
            }
            flows.insert(id, flow);
        }
        flows
    }
}
