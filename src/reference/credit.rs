//! The credits: which source rows are credited to whom, when, and how much.

use std::collections::HashMap;

use super::cell::fault;
use super::dates::date_of;
use super::eval::number;
use super::note::Made;
use super::{At, Cell, Computed, Interpreter};
use crate::ids::{ColumnId, Id, RuleId};
use crate::keys;
use crate::step::StepKind;
use crate::table::{ColumnData, CreditRow, FaultKind, Key, Outcome, Rows, RuleOutcome, State, Value, row_number};
use crate::types::expr::Expr;
use crate::types::model::{CreditRule, CreditTable};
use crate::value::Fixed;

/// A credit before it has its place among all credits.
struct One {
    made: CreditRow,
    person: u32,
    date: Value,
    amount: Option<Value>,
    columns: Vec<(usize, Option<Value>)>,
    /// Whether it is dated within the plan, and not before.
    inside: bool,
}

impl Interpreter<'_> {
    /// Computes the credits of all rules, once.
    pub(super) fn credits(&mut self) -> Computed<()> {
        let Some(table) = &self.program.model.credit else { return Ok(()) };
        if self.credits_done {
            return Ok(());
        }
        self.quietly(|this| this.all_credits(table))?;
        self.credits_done = true;
        Ok(())
    }

    fn all_credits(&mut self, table: &CreditTable) -> Computed<()> {
        let program = self.program;
        let mut all: Vec<One> = Vec::new();
        let mut by_rule: Vec<RuleOutcome> = Vec::new();
        for (id, rule) in program.model.rules.pairs() {
            let by_source = self.by_source(rule)?;
            let mut outcomes = Vec::new();
            for source in self.rows(program.model.records.at(rule.record).frame)?.all() {
                for came_to in self.credits_of(id, rule, source, by_source.as_ref())? {
                    let outcome = match came_to {
                        Ok(one) => {
                            // Its place among all credits is not known yet.
                            let outcome = if one.inside { Outcome::Credited(0) } else { Outcome::OutsideDates };
                            all.push(one);
                            outcome
                        }
                        Err(outcome) => outcome,
                    };
                    outcomes.push((source, outcome));
                }
            }
            by_rule.push(RuleOutcome { rule: id, outcomes });
        }
        // The rows of a rule's frame that lead to one source row stand in order of their keys.
        all.sort_by_key(|one| (one.made.rule.index(), one.made.source, one.made.row));
        if let Some(history) = &program.model.history {
            self.results.tables.set_rows(history.frame, Rows::own(all.len()));
            self.results.history = all.iter().map(|one| one.made).collect();
            self.credit_columns(history, &all);
        }
        all.retain(|one| one.inside);
        let credited = by_rule.iter_mut().flat_map(|rule| rule.outcomes.iter_mut());
        let credited = credited.filter(|(_, outcome)| matches!(outcome, Outcome::Credited(_)));
        for (row, (_, outcome)) in credited.enumerate() {
            *outcome = Outcome::Credited(row_number(row));
        }
        self.results.tables.set_rows(table.frame, Rows::own(all.len()));
        self.results.outcomes = by_rule;
        self.results.credits = all.iter().map(|one| one.made).collect();
        self.credit_columns(table, &all);
        Ok(())
    }

    /// The rows of a rule's own frame by the source row to which they lead; none where they are the
    /// source rows themselves.
    fn by_source(&mut self, rule: &CreditRule) -> Computed<Option<HashMap<u32, Vec<u32>>>> {
        let Some(source) = &rule.source else { return Ok(None) };
        let mut found: HashMap<u32, Vec<u32>> = HashMap::new();
        for row in self.rows(rule.frame)?.all() {
            if let Some(Value::Row(source)) = self.eval(source, &At { frame: rule.frame, row, first: None })?.value {
                found.entry(source).or_default().push(row);
            }
        }
        Ok(Some(found))
    }

    /// The credits made of a source row, and why others were not.
    fn credits_of(
        &mut self,
        id: RuleId,
        rule: &CreditRule,
        source: u32,
        by_source: Option<&HashMap<u32, Vec<u32>>>,
    ) -> Computed<Vec<Result<One, Outcome>>> {
        let at = At { frame: self.program.model.records.at(rule.record).frame, row: source, first: None };
        if let Some(number) = self.first_failing(&rule.conditions, &at)? {
            return Ok(vec![Err(Outcome::Where(row_number(number)))]);
        }
        let rows = match by_source {
            None => vec![source],
            Some(by_source) => by_source.get(&source).cloned().unwrap_or_default(),
        };
        let mut found = Vec::new();
        for row in rows {
            found.push(self.credit(id, rule, source, row)?);
        }
        if let Some(managers) = &rule.managers {
            let Some(above) = self.managers(managers, &at)? else { return Ok(vec![Err(Outcome::NoPerson)]) };
            let outside = above.iter().filter(|manager| manager.person.is_none());
            found.extend(outside.map(|_| Err(Outcome::OutsideRecord)));
        }
        if found.is_empty() {
            found.push(Err(Outcome::NoRows));
        }
        Ok(found)
    }

    /// A credit of a row of a rule's own frame, or why there is none.
    fn credit(&mut self, id: RuleId, rule: &CreditRule, source: u32, row: u32) -> Computed<Result<One, Outcome>> {
        let at = &At { frame: rule.frame, row, first: None };
        if let Some(number) = self.first_failing(&rule.narrowed, at)? {
            return Ok(Err(Outcome::Narrowed(row_number(number))));
        }
        let Some(Value::Row(person)) = self.eval(&rule.to, at)?.value else { return Ok(Err(Outcome::NoPerson)) };
        let Some(date) = self.eval(&rule.on, at)?.value else { return Ok(Err(Outcome::NoDate)) };
        let people = self.rows(self.program.model.plan.people_frame)?;
        if people.find(&[Key::from(person)]).is_none() {
            return Ok(Err(Outcome::OutsidePeople));
        }
        let (first, last) = self.program.model.plan.effective;
        let Some(day) = date_of(&Some(date.clone())) else { return Ok(Err(Outcome::OutsideDates)) };
        let inside = first <= day && day <= last;
        // A credit dated before the plan is made only where a window may see it.
        let earlier = self.program.model.history.is_some() && day < first;
        if !inside && !earlier {
            return Ok(Err(Outcome::OutsideDates));
        }
        if self.program.model.plan.daily && !self.is_inside(person, day)? {
            return Ok(Err(Outcome::OutsidePeople));
        }
        let amount = match &self.program.model.credit {
            Some(table) => self.credit_value(table.amount, &rule.amount, at)?,
            None => None,
        };
        let mut columns = Vec::new();
        for (number, expr) in &rule.columns {
            let column = self.program.model.credit.as_ref().and_then(|table| table.columns.get(*number));
            if let Some(column) = column {
                columns.push((*number, self.credit_value(*column, expr, at)?));
            }
        }
        let made = CreditRow { rule: id, source, row };
        Ok(Ok(One { made, person, date, amount, columns, inside }))
    }

    /// What a credit says, rounded as the column of the credits is.
    fn credit_value(&mut self, column: ColumnId, expr: &Expr, at: &At) -> Computed<Option<Value>> {
        let value = self.eval(expr, at)?.value;
        let (Some(Value::Number(exact)), Some(places)) = (&value, self.program.model.columns.at(column).places) else {
            return Ok(value);
        };
        let plan = &self.program.model.plan;
        match Fixed::from_exact(exact, places, plan.rounding, plan.digits) {
            Ok(fixed) => Ok(Some(Value::Number(fixed.to_exact()))),
            Err(_) => Err(fault(FaultKind::TooLarge(exact.clone()), expr, at)),
        }
    }

    fn credit_columns(&mut self, table: &CreditTable, all: &[One]) {
        let mut set = |column: ColumnId, value: &dyn Fn(&One) -> Option<Value>| {
            let declared = self.program.model.columns.at(column);
            let mut data = ColumnData::new(declared.ty, declared.places);
            for one in all {
                data.push(value(one));
            }
            self.results.tables.set_column(column, data);
        };
        set(table.rule, &|one| Some(Value::Choice(row_number(one.made.rule.index()))));
        set(table.person, &|one| Some(Value::Row(one.person)));
        set(table.date, &|one| Some(one.date.clone()));
        set(table.amount, &|one| one.amount.clone());
        if let Some(source) = table.source {
            set(source, &|one| Some(Value::Row(one.made.source)));
        }
        for (number, column) in table.columns.iter().enumerate() {
            set(*column, &|one| one.columns.iter().find(|(own, _)| *own == number)?.1.clone());
        }
    }

    /// A column of a credit; its formula is the rule's, on the row of which it was made.
    pub(super) fn credit_cell(&mut self, column: ColumnId, row: u32) -> Computed<Cell> {
        self.credits()?;
        let (state, value) = match self.results.tables.column(column) {
            Some(data) => (data.state(row), data.get(row)),
            None => (State::NoRow, None),
        };
        let made = if self.tracing { self.credit_made(column, row)? } else { Made::default() };
        let noted = self.note_cell(column, row, StepKind::Credit, value.as_ref(), made);
        Ok(Cell { state, value, noted })
    }

    /// How a credit says what it says: under which conditions it is there, and by which formula.
    fn credit_made(&mut self, column: ColumnId, row: u32) -> Computed<Made> {
        let program = self.program;
        let frame = program.model.columns.at(column).frame;
        let Some(table) = program.model.credits_of(frame) else { return Ok(Made::default()) };
        let Some(made) = keys::credit_row(program, &self.results, frame, row) else { return Ok(Made::default()) };
        let rule = program.model.rules.at(made.rule);
        let at = At { frame: rule.frame, row: made.row, first: None };
        let source = At { frame: program.model.records.at(rule.record).frame, row: made.source, first: None };
        let mut conditions = self.asked(&rule.conditions, &source)?;
        conditions.extend(self.asked(&rule.narrowed, &at)?);
        let expr = match column {
            column if column == table.amount => Some(&rule.amount),
            column if column == table.person => Some(&rule.to),
            column if column == table.date => Some(&rule.on),
            column => {
                let number = table.columns.iter().position(|own| *own == column);
                rule.columns.iter().find(|(own, _)| Some(*own) == number).map(|(_, expr)| expr)
            }
        };
        let out = match expr {
            Some(expr) => self.eval(expr, &at)?,
            None => return Ok(Made { conditions, ..Made::default() }),
        };
        let exact = number(&out.value).cloned();
        Ok(Made { conditions, formula: out.formula, exact })
    }
}
