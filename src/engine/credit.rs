//! Credit rules, and the union of their credits.

use std::collections::HashSet;
use std::sync::Arc;

use super::Engine;
use super::eval::in_batches;
use super::selection::{Selection, positions};
use super::vector::Vector;
use crate::calendar::Date;
use crate::ids::{ColumnId, Id, RuleId};
use crate::table::{Cells, ColumnData, CreditRow, Fault, Outcome, Rows, RuleOutcome, States, row_number};
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
    /// The further columns that the rule gives, by their numbers.
    columns: Vec<(usize, Vector)>,
    /// Which of them are dated within the plan: others are there where a window may see them.
    inside: Vec<u32>,
}

/// A row of a rule's frame, of which a credit may be made, and its source row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    pub source: u32,
    pub row: u32,
}

/// What becomes of rows of a rule's frame, before credits are made of them.
struct Judged {
    outcomes: Vec<Outcome>,
    persons: Vector,
    dates: Vector,
}

impl Engine<'_> {
    /// Computes the credits of a rule, unless it credits managers, whose rows have to be made first.
    pub fn credits(&self, id: RuleId, faults: &mut Vec<Fault>) -> Option<Credits> {
        let rule = self.model.rules.at(id);
        if rule.managers.is_some() {
            return None;
        }
        let sources = self.all_rows(self.model.records.at(rule.record).frame);
        let (read, turned_away) = self.read_rows(rule, &sources, faults);
        let candidates = self.candidates(rule, &read, faults);
        Some(self.credits_of(id, &sources, &candidates, turned_away, faults))
    }

    /// Computes the credits of a rule that credits managers.
    pub fn rule_for_managers(&mut self, id: RuleId, faults: &mut Vec<Fault>) {
        let rule = self.model.rules.at(id);
        let Some(managers) = &rule.managers else { return };
        let sources = self.all_rows(self.model.records.at(rule.record).frame);
        let (read, mut turned_away) = self.read_rows(rule, &sources, faults);
        let found = self.managers(managers, &read, faults);
        turned_away.extend(found.turned_away());
        turned_away.sort_by_key(|(source, _)| *source);
        let candidates = self.set_managers(rule.frame, managers, found);
        let credits = self.credits_of(id, &sources, &candidates, turned_away, faults);
        self.credits.push(credits);
    }

    /// Of the rows of a rule's record those that it reads, and the others with the condition that turned them away.
    fn read_rows<'s>(
        &self,
        rule: &CreditRule,
        sources: &'s Selection<'_>,
        faults: &mut Vec<Fault>,
    ) -> (Selection<'s>, Vec<(u32, Outcome)>) {
        if rule.conditions.is_empty() {
            return (sources.same(), Vec::new());
        }
        let failing = self.failing(&rule.conditions, sources, faults);
        let read = sources.pick(&positions(failing.iter().map(Option::is_none)));
        let failed = sources.rows.iter().zip(&failing);
        (read, failed.filter_map(|(source, failing)| Some((*source, Outcome::Where((*failing)?)))).collect())
    }

    /// The rows of a rule's frame that lead to source rows that it reads, in order of both.
    fn candidates(&self, rule: &CreditRule, read: &Selection, faults: &mut Vec<Fault>) -> Vec<Candidate> {
        let Some(source) = &rule.source else {
            return read.rows.iter().map(|row| Candidate { source: *row, row: *row }).collect();
        };
        let all = self.all_rows(rule.frame);
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
        turned_away: Vec<(u32, Outcome)>,
        faults: &mut Vec<Fault>,
    ) -> Credits {
        let rule = self.model.rules.at(id);
        let all = match rule.source.is_none() && candidates.len() == self.rows(rule.frame).len() {
            true => self.all_rows(rule.frame),
            false => Selection::new(rule.frame, candidates.iter().map(|made| made.row).collect::<Vec<u32>>()),
        };
        let Judged { mut outcomes, persons, dates } = self.judged_in_batches(rule, &all, faults);
        let inside = credited(&outcomes);
        for (position, number) in inside.iter().zip(0..) {
            if let Some(outcome) = outcomes.get_mut(*position as usize) {
                *outcome = Outcome::Credited(number);
            }
        }
        let made = match &self.model.history {
            Some(_) => self.made_with_history(&outcomes, &persons, &dates),
            None => inside.clone(),
        };
        let is_inside = |position: &u32| made.len() == inside.len() || inside.binary_search(position).is_ok();
        let at = made.iter().copied().map(Some);
        let here = all.pick(&made);
        let table = self.model.credit.as_ref();
        let columns: Vec<(usize, Vector)> = rule
            .columns
            .iter()
            .map(|(number, expr)| {
                let column = table.and_then(|table| table.columns.get(*number)).copied();
                (*number, self.said(column, expr, &here, faults))
            })
            .collect();
        Credits {
            rule: id,
            columns,
            amounts: self.said(table.map(|table| table.amount), &rule.amount, &here, faults),
            persons: if made.len() < all.len() { persons.pick(at.clone()) } else { persons },
            dates: if made.len() < all.len() { dates.pick(at) } else { dates },
            inside: positions(made.iter().map(is_inside)),
            made: made.iter().filter_map(|position| candidates.get(*position as usize).copied()).collect(),
            outcomes: by_source(sources, candidates, outcomes, turned_away),
        }
    }

    /// What becomes of rows of a rule's frame: in batches, where each of them stands alone.
    fn judged_in_batches(&self, rule: &CreditRule, all: &Selection, faults: &mut Vec<Fault>) -> Judged {
        if !self.divides(all, rule.narrowed.iter().chain([&rule.to, &rule.on])) {
            return self.judged(rule, all, faults);
        }
        let (mut outcomes, mut persons, mut dates) = (Vec::with_capacity(all.len()), Vec::new(), Vec::new());
        for judged in in_batches(all, faults, |part, faults| self.judged(rule, part, faults)) {
            outcomes.extend(judged.outcomes);
            persons.push(judged.persons);
            dates.push(judged.dates);
        }
        Judged { outcomes, persons: Vector::concat(persons), dates: Vector::concat(dates) }
    }

    /// What becomes of rows of a rule's frame, as far as the rule, its people and its dates decide.
    fn judged(&self, rule: &CreditRule, at: &Selection, faults: &mut Vec<Fault>) -> Judged {
        let failing = self.failing(&rule.narrowed, at, faults);
        let outcome = |failing: Option<u32>| failing.map_or(Outcome::Credited(0), Outcome::Narrowed);
        let mut outcomes: Vec<Outcome> = failing.into_iter().map(outcome).collect();

        let left = credited(&outcomes);
        let persons = self.eval_on(&rule.to, at, &left, faults);
        turn_away(&mut outcomes, &left, persons.clone().indices(), |person| match person {
            None => Some(Outcome::NoPerson),
            Some(_) => None,
        });
        let persons = spread(at.len(), &left, persons);

        let left = credited(&outcomes);
        let dates = self.eval_on(&rule.on, at, &left, faults);
        let cells = persons.pick(left.iter().copied().map(Some)).indices();
        let cells = cells.into_iter().zip(dates.clone().dates()).collect();
        let (first, last) = self.model.plan.effective;
        let people = self.rows(self.model.plan.people_frame);
        let history = self.model.history.is_some();
        turn_away(&mut outcomes, &left, cells, |(person, date)| {
            let Some(date) = date else {
                return Some(Outcome::NoDate);
            };
            if person.and_then(|person| people.find(&[person.into()])).is_none() {
                return Some(Outcome::OutsidePeople);
            }
            // A date before the plan is turned away last: a window may see what it is credited.
            let outside = self.model.plan.daily && !person.is_some_and(|person| self.presence.is_inside(person, date));
            match date {
                date if date > last || (date < first && !history) => Some(Outcome::OutsideDates),
                _ if outside => Some(Outcome::OutsidePeople),
                date if date < first => Some(Outcome::OutsideDates),
                _ => (!self.is_here(person)).then_some(Outcome::Elsewhere),
            }
        });
        let dates = spread(at.len(), &left, dates);
        Judged { outcomes, persons, dates }
    }

    /// The rows of which a credit is made where a window may see what is dated before the plan: those credited, and these.
    fn made_with_history(&self, outcomes: &[Outcome], persons: &Vector, dates: &Vector) -> Vec<u32> {
        let (first, _) = self.model.plan.effective;
        let made = |(outcome, (person, date)): (&Outcome, (Option<u32>, Option<Date>))| match outcome {
            Outcome::Credited(_) => true,
            Outcome::OutsideDates => date.is_some_and(|date| date < first) && self.is_here(person),
            _ => false,
        };
        let cells = persons.clone().indices().into_iter().zip(dates.clone().dates());
        positions(outcomes.iter().zip(cells).map(made))
    }

    /// Whether the credits of a person are made.
    fn is_here(&self, person: Option<u32>) -> bool {
        let here = |only: &Arc<[bool]>| person.and_then(|person| only.get(person as usize)) == Some(&true);
        self.only.as_ref().is_none_or(here)
    }

    /// What credits say, rounded as their column is.
    fn said(&self, column: Option<ColumnId>, expr: &Expr, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let places = column.and_then(|column| self.model.columns.at(column).places);
        let said = |at: &Selection, faults: &mut Vec<Fault>| {
            let values = self.eval(expr, at, faults);
            self.stored(values, places, self.model.plan.rounding, expr, at, faults)
        };
        match self.divides(at, [expr]) {
            true => Vector::concat(in_batches(at, faults, said)),
            false => said(at, faults),
        }
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
            first = first.saturating_add(row_number(credits.inside.len()));
        }
        match &self.model.history {
            Some(history) => {
                self.credit_columns(table, |vector| vector.clone());
                self.credit_columns(history, taken);
            }
            None => self.credit_columns(table, taken),
        }
    }

    /// The frame of the credits that a table holds, and its columns.
    fn credit_columns(&mut self, table: &CreditTable, take: fn(&mut Vector) -> Vector) {
        let has_all = self.model.history.as_ref().is_some_and(|history| history.frame == table.frame);
        let mut joined = |part: &dyn Fn(&mut Credits) -> Vector| {
            let of_rule = |credits: &mut Credits| {
                let values = part(credits);
                match has_all || credits.inside.len() == values.len() {
                    true => values,
                    false => values.pick(credits.inside.iter().copied().map(Some)),
                }
            };
            Vector::concat(self.credits.iter_mut().map(of_rule).collect())
        };
        let mut columns = vec![
            (table.person, joined(&|credits| take(&mut credits.persons))),
            (table.date, joined(&|credits| take(&mut credits.dates))),
            (table.amount, joined(&|credits| take(&mut credits.amounts))),
        ];
        for (number, further) in table.columns.iter().enumerate() {
            let values = |credits: &mut Credits| {
                let own = credits.columns.iter_mut().find(|(own, _)| *own == number);
                own.map_or_else(|| Vector::Blank(credits.made.len()), |(_, values)| take(values))
            };
            columns.push((*further, joined(&values)));
        }
        let rows = columns.first().map_or(0, |(_, persons)| persons.len());
        let mut made_of: (Vec<u32>, Vec<u32>) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        for credits in &self.credits {
            let rule = row_number(credits.rule.index());
            made_of.extend(credits.made_in(has_all).map(|made| (rule, made.source)));
        }
        let (rules, sources) = made_of;
        self.tables.set_rows(table.frame, Rows::own(rows));
        self.tables.set_column(table.rule, ColumnData::of(Cells::Choice(rules), States::There(rows)));
        if let Some(column) = table.source {
            self.tables.set_column(column, ColumnData::of(Cells::Row(sources), States::There(rows)));
        }
        for (column, values) in columns {
            let declared = self.model.columns.at(column);
            let states = values.states();
            let data = values.finish(ColumnData::new(declared.ty, declared.places), states);
            self.tables.set_column(column, data);
        }
    }

    /// What each credit was made of.
    pub fn credit_rows(&self) -> Vec<CreditRow> {
        let mut rows = Vec::with_capacity(self.credits.iter().map(|credits| credits.inside.len()).sum());
        for credits in &self.credits {
            rows.extend(credits.made_in(false).map(|made| made.of(credits.rule)));
        }
        rows
    }

    /// The same with the credits dated before the plan, where it asks for them.
    pub fn history_rows(&self) -> Vec<CreditRow> {
        let all = self.credits.iter().filter(|_| self.model.history.is_some());
        all.flat_map(|credits| credits.made.iter().map(|made| made.of(credits.rule))).collect()
    }

    /// What became of all source rows.
    pub fn take_outcomes(&mut self) -> Vec<RuleOutcome> {
        let credits = std::mem::take(&mut self.credits).into_iter();
        credits.map(|credits| RuleOutcome { rule: credits.rule, outcomes: credits.outcomes }).collect()
    }
}

impl Credits {
    /// What its credits were made of: all of them, or those dated within the plan.
    fn made_in(&self, all: bool) -> impl Iterator<Item = Candidate> {
        let positions = (!all && self.inside.len() < self.made.len()).then_some(self.inside.as_slice());
        let every = if positions.is_some() { 0 } else { self.made.len() };
        let inside = positions.unwrap_or_default().iter().filter_map(|at| self.made.get(*at as usize));
        self.made.iter().take(every).chain(inside).copied()
    }
}

impl Candidate {
    fn of(self, rule: RuleId) -> CreditRow {
        CreditRow { rule, source: self.source, row: self.row }
    }
}

/// A vector that is not needed any more.
fn taken(vector: &mut Vector) -> Vector {
    std::mem::replace(vector, Vector::Blank(0))
}

/// What became of each source row: of the rows that lead to it, or why there are none.
fn by_source(
    sources: &Selection,
    candidates: &[Candidate],
    outcomes: Vec<Outcome>,
    turned_away: Vec<(u32, Outcome)>,
) -> Vec<(u32, Outcome)> {
    if candidates.len() == sources.len() && turned_away.is_empty() && is_each_once(sources, candidates) {
        return sources.rows.iter().copied().zip(outcomes).collect();
    }
    let mut all = Vec::with_capacity(outcomes.len().saturating_add(turned_away.len()));
    let mut turned_away = turned_away.into_iter().peekable();
    let mut came_to = candidates.iter().zip(outcomes).peekable();
    for source in sources.rows.iter() {
        let before = all.len();
        while let Some((_, outcome)) = came_to.next_if(|(candidate, _)| candidate.source == *source) {
            all.push((*source, outcome));
        }
        while let Some(turned_away) = turned_away.next_if(|(other, _)| other == source) {
            all.push(turned_away);
        }
        if all.len() == before {
            all.push((*source, Outcome::NoRows));
        }
    }
    all
}

/// Whether one row leads to each source row.
fn is_each_once(sources: &Selection, candidates: &[Candidate]) -> bool {
    sources.rows.iter().zip(candidates).all(|(source, candidate)| *source == candidate.source)
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
    if positions.len() == count {
        return values;
    }
    let mut all = Vector::Blank(count);
    all.put(positions.iter().copied(), values);
    all
}
