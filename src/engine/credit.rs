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
    /// By credit, in order of the source rows; with those dated before the plan where it asks for them.
    sources: Vec<u32>,
    persons: Vector,
    dates: Vector,
    amounts: Vector,
    /// Which of them are dated within the plan.
    inside: Vec<u32>,
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
            (date < first || date > last).then_some(Outcome::OutsideDates)
        });
        let dates = spread(all.len(), &left, dates);

        let inside = credited(&outcomes);
        for (source, number) in inside.iter().zip(0..) {
            if let Some(outcome) = outcomes.get_mut(*source as usize) {
                *outcome = Outcome::Credited(number);
            }
        }
        let sources = self.made(&outcomes, &dates);
        let at = sources.iter().copied().map(Some);
        Credits {
            rule: id,
            outcomes,
            persons: persons.pick(at.clone()),
            dates: dates.pick(at),
            amounts: self.amounts(id, &all.pick(&sources), faults),
            inside: positions(sources.iter().map(|source| inside.binary_search(source).is_ok())),
            // The rows of a record are all of its positions.
            sources: picked(&all.rows, &sources),
        }
    }

    /// The source rows for which a credit is made: those credited, and where a window may see them
    /// those dated before the plan.
    fn made(&self, outcomes: &[Outcome], dates: &Vector) -> Vec<u32> {
        let (first, _) = self.model.plan.effective;
        let history = self.model.history.is_some();
        let made = |(outcome, date): (&Outcome, Option<crate::calendar::Date>)| match outcome {
            Outcome::Credited(_) => true,
            Outcome::OutsideDates => history && date.is_some_and(|date| date < first),
            _ => false,
        };
        positions(outcomes.iter().zip(dates.clone().dates()).map(made))
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
            first = first.saturating_add(row_number(credits.inside.len()));
        }
        self.credit_columns(&table, |c, values| values.pick(c.inside.iter().copied().map(Some)));
        if let Some(history) = self.model.history {
            self.credit_columns(&history, |_, values| values);
        }
    }

    /// The frame of some of the credits, and its columns.
    fn credit_columns(&mut self, table: &CreditTable, some: impl Fn(&Credits, Vector) -> Vector) {
        let of_rule = |credits: &Credits| {
            let choice = row_number(credits.rule.index());
            vec![Some(choice); credits.sources.len()]
        };
        let source = |credits: &Credits| credits.sources.iter().copied().map(Some).collect();
        let joined =
            |part: &dyn Fn(&Credits) -> Vector| Vector::concat(self.credits.iter().map(|c| some(c, part(c))).collect());
        let columns = [
            (Some(table.rule), joined(&|c| Vector::Choice(of_rule(c)))),
            (table.source, joined(&|c| Vector::Row(source(c)))),
            (Some(table.person), joined(&|c| c.persons.clone())),
            (Some(table.date), joined(&|c| c.dates.clone())),
            (Some(table.amount), joined(&|c| c.amounts.clone())),
        ];
        let rows = columns.first().map_or(0, |(_, rules)| rules.len());
        self.tables.set_rows(table.frame, Rows::own(rows));
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

    /// For each credit its rule and source row.
    pub fn credit_sources(&self) -> Vec<(RuleId, u32)> {
        let sources = |c: &Credits| picked(&c.sources, &c.inside).into_iter().map(|row| (c.rule, row)).collect();
        self.credits.iter().flat_map(|c| -> Vec<_> { sources(c) }).collect()
    }

    /// The same with the credits dated before the plan, where it asks for them.
    pub fn history_sources(&self) -> Vec<(RuleId, u32)> {
        let all = self.credits.iter().filter(|_| self.model.history.is_some());
        all.flat_map(|c| c.sources.iter().map(|source| (c.rule, *source))).collect()
    }

    /// What became of all source rows.
    pub fn outcomes(&self) -> Vec<RuleOutcome> {
        let of_rule = |c: &Credits| RuleOutcome { rule: c.rule, outcomes: c.outcomes.clone() };
        self.credits.iter().map(of_rule).collect()
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
