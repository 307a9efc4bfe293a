//! Credit rules, and the union of their credits.

use super::Engine;
use super::selection::{Selection, picked, positions};
use super::vector::Vector;
use crate::ids::{Id, RuleId};
use crate::table::{ColumnData, Fault, FaultKind, Outcome, Rows, RuleOutcome, row_number};
use crate::types::model::CreditTable;

/// What one rule made of its source rows.
#[derive(Debug)]
pub(super) struct Credits {
    rule: RuleId,
    /// By source row; a credited row has its number among the rule's own credits.
    outcomes: Vec<Outcome>,
    /// By credit, in order of the source rows.
    sources: Vec<u32>,
    persons: Vector,
    dates: Vector,
    amounts: Vector,
}

impl Engine<'_> {
    /// Computes the credits of a rule.
    pub fn rule(&mut self, rule: RuleId, faults: &mut Vec<Fault>) {
        let credits = self.credits_of(rule, faults);
        self.credits.push(credits);
    }

    fn credits_of(&self, id: RuleId, faults: &mut Vec<Fault>) -> Credits {
        let rule = self.model.rules.at(id);
        let frame = self.model.records.at(rule.record).frame;
        let rows: Vec<u32> = self.rows(frame).all().collect();
        let all = Selection::new(frame, rows);
        let failing = self.failing(&rule.conditions, &all, faults);
        let outcome = |failing: Option<usize>| failing.map_or(Outcome::Credited(0), Outcome::Where);
        let mut outcomes: Vec<Outcome> = failing.iter().copied().map(outcome).collect();

        let left = credited(&outcomes);
        let persons = self.eval_on(&rule.to, &all, &left, faults);
        turn_away(&mut outcomes, &left, persons.clone().indices(), |person| match person {
            None => Some(Outcome::NoPerson),
            Some(_) => None,
        });
        let persons = spread(all.len(), &left, persons);

        let left = credited(&outcomes);
        let dates = self.eval_on(&rule.on, &all, &left, faults);
        let cells = persons.pick(left.iter().copied().map(Some)).indices();
        let cells = cells.into_iter().zip(dates.clone().dates()).collect();
        let (first, last) = self.model.plan.effective;
        let people = self.rows(self.model.plan.people_frame);
        turn_away(&mut outcomes, &left, cells, |(person, date)| {
            let Some(date) = date else {
                return Some(Outcome::NoDate);
            };
            if person.and_then(|person| people.find(&[person.into()])).is_none() {
                return Some(Outcome::OutsidePeople);
            }
            if date < first || date > last {
                return Some(Outcome::OutsideDates);
            }
            let outside = self.model.plan.daily && !person.is_some_and(|person| self.presence.is_inside(person, date));
            outside.then_some(Outcome::OutsidePeople)
        });
        let dates = spread(all.len(), &left, dates);

        let sources = credited(&outcomes);
        for (source, number) in sources.iter().zip(0..) {
            if let Some(outcome) = outcomes.get_mut(*source as usize) {
                *outcome = Outcome::Credited(number);
            }
        }
        let at = sources.iter().copied().map(Some);
        Credits {
            rule: id,
            outcomes,
            persons: persons.pick(at.clone()),
            dates: dates.pick(at),
            amounts: self.amounts(id, &all.pick(&sources), faults),
            // The rows of a record are all of its positions.
            sources: picked(&all.rows, &sources),
        }
    }

    fn amounts(&self, rule: RuleId, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let amount = &self.model.rules.at(rule).amount;
        let values = self.eval(amount, at, faults);
        let column = self.model.credit.map(|table| self.model.columns.at(table.amount));
        let places = column.and_then(|column| column.places);
        let (Vector::Numbers(numbers), Some(places)) = (&values, places) else {
            return values;
        };
        let (stored, large) = numbers.stored(places, self.model.plan.rounding);
        for (position, exact) in large {
            faults.push(at.fault(FaultKind::TooLarge(exact), amount.id, position));
        }
        Vector::Numbers(stored)
    }

    /// Makes the frame of all credits and its columns.
    pub fn unite_credits(&mut self) {
        let Some(table) = self.model.credit else {
            return;
        };
        self.credits.sort_by_key(|credits| credits.rule);
        let mut first = 0_u32;
        for credits in &mut self.credits {
            for outcome in &mut credits.outcomes {
                if let Outcome::Credited(number) = outcome {
                    *number = number.saturating_add(first);
                }
            }
            first = first.saturating_add(row_number(credits.sources.len()));
        }
        self.tables.set_rows(table.frame, Rows::own(first as usize));
        self.credit_columns(&table);
    }

    fn credit_columns(&mut self, table: &CreditTable) {
        let of_rule = |credits: &Credits| {
            let choice = row_number(credits.rule.index());
            vec![Some(choice); credits.sources.len()]
        };
        let source = |credits: &Credits| credits.sources.iter().copied().map(Some).collect();
        let columns = [
            (Some(table.rule), self.joined(|c| Vector::Choice(of_rule(c)))),
            (table.source, self.joined(|c| Vector::Row(source(c)))),
            (Some(table.person), self.joined(|c| c.persons.clone())),
            (Some(table.date), self.joined(|c| c.dates.clone())),
            (Some(table.amount), self.joined(|c| c.amounts.clone())),
        ];
        for (column, values) in columns {
            let Some(column) = column else { continue };
            let declared = self.model.columns.at(column);
            let mut data = ColumnData::new(declared.ty, declared.places);
            for position in 0..values.len() {
                data.push(values.get(position));
            }
            self.tables.set_column(column, data);
        }
    }

    fn joined(&self, part: impl Fn(&Credits) -> Vector) -> Vector {
        Vector::concat(self.credits.iter().map(part).collect())
    }

    /// For each credit its rule and source row, and what became of all source rows.
    pub fn outcomes(&self) -> (Vec<(RuleId, u32)>, Vec<RuleOutcome>) {
        let all = self.credits.iter();
        let credits = all.clone().flat_map(|credits| {
            let sources = credits.sources.iter();
            sources.map(|source| (credits.rule, *source))
        });
        let outcomes = all.map(|credits| RuleOutcome { rule: credits.rule, outcomes: credits.outcomes.clone() });
        (credits.collect(), outcomes.collect())
    }
}

/// The source rows that nothing has turned away yet.
fn credited(outcomes: &[Outcome]) -> Vec<u32> {
    positions(outcomes.iter().map(|o| matches!(o, Outcome::Credited(_))))
}

/// Sets the outcome of those rows that are turned away.
fn turn_away<T>(outcomes: &mut [Outcome], rows: &[u32], cells: Vec<T>, reason: impl Fn(T) -> Option<Outcome>) {
    for (row, cell) in rows.iter().zip(cells) {
        if let (Some(outcome), Some(reason)) = (outcomes.get_mut(*row as usize), reason(cell)) {
            *outcome = reason;
        }
    }
}

/// Values at some of so many positions.
fn spread(count: usize, positions: &[u32], values: Vector) -> Vector {
    let mut all = Vector::Blank(count);
    all.put(positions.iter().copied(), values);
    all
}
