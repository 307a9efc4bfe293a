//! Credit rules, and the union of their credits.

use std::collections::{HashMap, HashSet};

use super::Engine;
use super::selection::{Selection, positions};
use super::vector::Vector;
use crate::ids::{ColumnId, Id, RuleId};
use crate::table::{ColumnData, CreditRow, Fault, FaultKind, Outcome, Rows, RuleOutcome, row_number};
use crate::types::expr::Expr;
use crate::types::model::{CreditRule, CreditTable};

/// What one rule made of its source rows.
#[derive(Debug)]
pub(super) struct Credits {
    rule: RuleId,
    /// In order of the source rows; what is credited has its number among the rule's own credits.
    outcomes: Vec<(u32, Outcome)>,
    /// By credit: its source row, and its row on the rule's frame.
    made: Vec<Candidate>,
    persons: Vector,
    dates: Vector,
    amounts: Vector,
    /// The further columns that the rule gives.
    columns: Vec<(ColumnId, Vector)>,
}

/// A row of a rule's frame, of which a credit may be made, and its source row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    pub source: u32,
    pub row: u32,
}

impl Engine<'_> {
    /// Computes the credits of a rule.
    pub fn rule(&mut self, id: RuleId, faults: &mut Vec<Fault>) {
        let rule = self.model.rules.at(id);
        let frame = self.model.records.at(rule.record).frame;
        let rows: Vec<u32> = self.rows(frame).all().collect();
        let sources = Selection::new(frame, rows);
        let failing = self.failing(&rule.conditions, &sources, faults);
        let read = sources.pick(&positions(failing.iter().map(Option::is_none)));
        let mut turned_away: HashMap<u32, Vec<Outcome>> = HashMap::new();
        for (source, failing) in sources.rows.iter().zip(&failing) {
            turned_away.extend(failing.map(|number| (*source, vec![Outcome::Where(number)])));
        }
        let candidates = match &rule.managers {
            Some(managers) => {
                let found = self.managers(managers, &read, faults);
                turned_away.extend(found.turned_away());
                self.set_managers(rule.frame, managers, found)
            }
            None => self.candidates(rule, &read, faults),
        };
        let credits = self.credits_of(id, &sources, &candidates, turned_away, faults);
        self.credits.push(credits);
    }

    /// The rows of a rule's frame that lead to source rows that it reads, in order of both.
    fn candidates(&self, rule: &CreditRule, read: &Selection, faults: &mut Vec<Fault>) -> Vec<Candidate> {
        let Some(source) = &rule.source else {
            return read.rows.iter().map(|row| Candidate { source: *row, row: *row }).collect();
        };
        let rows: Vec<u32> = self.rows(rule.frame).all().collect();
        let all = Selection::new(rule.frame, rows);
        let found = self.eval(source, &all, faults).indices();
        let is_read: HashSet<u32> = read.rows.iter().copied().collect();
        let candidate = |(row, source): (&u32, Option<u32>)| Some(Candidate { source: source?, row: *row });
        let mut candidates: Vec<Candidate> = all.rows.iter().zip(found).filter_map(candidate).collect();
        candidates.retain(|candidate| is_read.contains(&candidate.source));
        candidates.sort_unstable();
        candidates
    }

    fn credits_of(
        &self,
        id: RuleId,
        sources: &Selection,
        candidates: &[Candidate],
        turned_away: HashMap<u32, Vec<Outcome>>,
        faults: &mut Vec<Fault>,
    ) -> Credits {
        let rule = self.model.rules.at(id);
        let rows: Vec<u32> = candidates.iter().map(|candidate| candidate.row).collect();
        let all = Selection::new(rule.frame, rows);
        let failing = self.failing(&rule.narrowed, &all, faults);
        let outcome = |failing: Option<usize>| failing.map_or(Outcome::Credited(0), Outcome::Narrowed);
        let mut outcomes: Vec<Outcome> = failing.into_iter().map(outcome).collect();

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

        let left = credited(&outcomes);
        for (position, number) in left.iter().zip(0..) {
            if let Some(outcome) = outcomes.get_mut(*position as usize) {
                *outcome = Outcome::Credited(number);
            }
        }
        let at = left.iter().copied().map(Some);
        let here = all.pick(&left);
        let amount = self.model.credit.as_ref().map(|table| table.amount);
        let columns =
            rule.columns.iter().map(|(column, expr)| (*column, self.stored(Some(*column), expr, &here, faults)));
        Credits {
            rule: id,
            columns: columns.collect(),
            amounts: self.stored(amount, &rule.amount, &here, faults),
            persons: persons.pick(at.clone()),
            dates: dates.pick(at),
            made: left.iter().filter_map(|position| candidates.get(*position as usize).copied()).collect(),
            outcomes: by_source(sources, candidates, outcomes, turned_away),
        }
    }

    /// What credits say, rounded as their column is.
    fn stored(&self, column: Option<ColumnId>, expr: &Expr, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let values = self.eval(expr, at, faults);
        let places = column.and_then(|column| self.model.columns.at(column).places);
        let (Vector::Numbers(numbers), Some(places)) = (&values, places) else {
            return values;
        };
        let (stored, large) = numbers.stored(places, self.model.plan.rounding);
        for (position, exact) in large {
            faults.push(at.fault(FaultKind::TooLarge(exact), expr.id, position));
        }
        Vector::Numbers(stored)
    }

    /// Makes the frame of all credits and its columns.
    pub fn unite_credits(&mut self) {
        let Some(table) = &self.model.credit else {
            return;
        };
        self.credits.sort_by_key(|credits| credits.rule);
        let mut first = 0_u32;
        for credits in &mut self.credits {
            for (_, outcome) in &mut credits.outcomes {
                if let Outcome::Credited(number) = outcome {
                    *number = number.saturating_add(first);
                }
            }
            first = first.saturating_add(row_number(credits.made.len()));
        }
        self.tables.set_rows(table.frame, Rows::own(first as usize));
        self.credit_columns(table);
    }

    fn credit_columns(&mut self, table: &CreditTable) {
        let of_rule = |credits: &Credits| {
            let choice = row_number(credits.rule.index());
            vec![Some(choice); credits.made.len()]
        };
        let source = |credits: &Credits| credits.made.iter().map(|made| Some(made.source)).collect();
        let mut columns = vec![
            (Some(table.rule), self.joined(|c| Vector::Choice(of_rule(c)))),
            (table.source, self.joined(|c| Vector::Row(source(c)))),
            (Some(table.person), self.joined(|c| c.persons.clone())),
            (Some(table.date), self.joined(|c| c.dates.clone())),
            (Some(table.amount), self.joined(|c| c.amounts.clone())),
        ];
        for further in &table.columns {
            let values = |credits: &Credits| {
                let own = credits.columns.iter().find(|(column, _)| column == further);
                own.map_or_else(|| Vector::Blank(credits.made.len()), |(_, values)| values.clone())
            };
            columns.push((Some(*further), self.joined(values)));
        }
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

    /// What each credit was made of, and what became of all source rows.
    pub fn outcomes(&self) -> (Vec<CreditRow>, Vec<RuleOutcome>) {
        let all = self.credits.iter();
        let credits = all.clone().flat_map(|credits| {
            let made = credits.made.iter();
            made.map(|made| CreditRow { rule: credits.rule, source: made.source, row: made.row })
        });
        let outcomes = all.map(|credits| RuleOutcome { rule: credits.rule, outcomes: credits.outcomes.clone() });
        (credits.collect(), outcomes.collect())
    }
}

/// What became of each source row: of the rows that lead to it, or why there are none.
fn by_source(
    sources: &Selection,
    candidates: &[Candidate],
    outcomes: Vec<Outcome>,
    mut turned_away: HashMap<u32, Vec<Outcome>>,
) -> Vec<(u32, Outcome)> {
    let mut all = Vec::with_capacity(outcomes.len());
    let mut came_to = candidates.iter().zip(outcomes).peekable();
    for source in sources.rows.iter() {
        let before = all.len();
        while let Some((_, outcome)) = came_to.next_if(|(candidate, _)| candidate.source == *source) {
            all.push((*source, outcome));
        }
        all.extend(turned_away.remove(source).into_iter().flatten().map(|outcome| (*source, outcome)));
        if all.len() == before {
            all.push((*source, Outcome::NoRows));
        }
    }
    all
}

/// The rows that nothing has turned away yet.
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
