//! The credits: which source rows are credited to whom, when, and how much.

use super::cell::fault;
use super::{At, Cell, Computed, Interpreter};
use crate::ids::{ColumnId, Id, RuleId};
use crate::keys;
use crate::step::StepKind;
use crate::table::{ColumnData, FaultKind, Key, Outcome, Rows, RuleOutcome, State, Value, row_number};
use crate::types::model::{CreditRule, CreditTable};
use crate::value::{DIGITS, Fixed};

/// A credit before it has its place among all credits.
struct One {
    rule: RuleId,
    source: u32,
    person: u32,
    date: Value,
    amount: Option<Value>,
    /// Whether it is dated within the plan, and not before.
    inside: bool,
}

impl Interpreter<'_> {
    /// Computes the credits of all rules, once.
    pub(super) fn credits(&mut self) -> Computed<()> {
        let Some(table) = self.program.model.credit else { return Ok(()) };
        if self.credits_done {
            return Ok(());
        }
        self.quietly(|this| this.all_credits(table))?;
        self.credits_done = true;
        Ok(())
    }

    fn all_credits(&mut self, table: CreditTable) -> Computed<()> {
        let program = self.program;
        let mut all: Vec<One> = Vec::new();
        let mut by_rule: Vec<RuleOutcome> = Vec::new();
        for (id, rule) in program.model.rules.pairs() {
            let frame = program.model.records.at(rule.record).frame;
            let mut outcomes = Vec::new();
            for row in self.rows(frame)?.all() {
                let at = At { frame, row, first: None };
                outcomes.push(match self.credit(id, rule, &at)? {
                    Ok(one) => {
                        let outcome = if one.inside { Outcome::Credited(0) } else { Outcome::OutsideDates };
                        all.push(one);
                        outcome
                    }
                    Err(outcome) => outcome,
                });
            }
            by_rule.push(RuleOutcome { rule: id, outcomes });
        }
        all.sort_by_key(|one| (one.rule.index(), one.source, one.person));
        if let Some(history) = program.model.history {
            self.results.tables.set_rows(history.frame, Rows::own(all.len()));
            self.results.history = all.iter().map(|one| (one.rule, one.source)).collect();
            self.credit_columns(history, &all);
        }
        all.retain(|one| one.inside);
        for (row, one) in all.iter().enumerate() {
            let outcomes = by_rule.get_mut(one.rule.index());
            if let Some(outcome) = outcomes.and_then(|rule| rule.outcomes.get_mut(one.source as usize)) {
                *outcome = Outcome::Credited(row_number(row));
            }
        }
        self.results.tables.set_rows(table.frame, Rows::own(all.len()));
        self.results.outcomes = by_rule;
        self.results.credits = all.iter().map(|one| (one.rule, one.source)).collect();
        self.credit_columns(table, &all);
        Ok(())
    }

    /// A credit of a source row, or why there is none.
    fn credit(&mut self, id: RuleId, rule: &CreditRule, at: &At) -> Computed<Result<One, Outcome>> {
        if let Some(number) = self.first_failing(&rule.conditions, at)? {
            return Ok(Err(Outcome::Where(number)));
        }
        let Some(Value::Row(person)) = self.eval(&rule.to, at)?.value else { return Ok(Err(Outcome::NoPerson)) };
        let Some(date) = self.eval(&rule.on, at)?.value else { return Ok(Err(Outcome::NoDate)) };
        let people = self.rows(self.program.model.plan.people_frame)?;
        if people.find(&[Key::from(person)]).is_none() {
            return Ok(Err(Outcome::OutsidePeople));
        }
        let (first, last) = self.program.model.plan.effective;
        let inside = matches!(date, Value::Date(date) if first <= date && date <= last);
        // A credit dated before the plan is made only where a window may see it.
        let earlier = self.program.model.history.is_some() && matches!(date, Value::Date(date) if date < first);
        if !inside && !earlier {
            return Ok(Err(Outcome::OutsideDates));
        }
        let amount = self.credit_amount(rule, at)?;
        Ok(Ok(One { rule: id, source: at.row, person, date, amount, inside }))
    }

    fn credit_amount(&mut self, rule: &CreditRule, at: &At) -> Computed<Option<Value>> {
        let Some(Value::Number(exact)) = self.eval(&rule.amount, at)?.value else { return Ok(None) };
        let column = self.program.model.credit.map(|table| self.program.model.columns.at(table.amount));
        let places = column.and_then(|column| column.places).unwrap_or(0);
        match Fixed::from_exact(&exact, places, self.program.model.plan.rounding, DIGITS) {
            Ok(fixed) => Ok(Some(Value::Number(fixed.to_exact()))),
            Err(_) => Err(fault(FaultKind::TooLarge(exact), &rule.amount, at)),
        }
    }

    fn credit_columns(&mut self, table: CreditTable, all: &[One]) {
        let mut set = |column: ColumnId, value: &dyn Fn(&One) -> Option<Value>| {
            let declared = self.program.model.columns.at(column);
            let mut data = ColumnData::new(declared.ty, declared.places);
            for one in all {
                data.push(value(one));
            }
            self.results.tables.set_column(column, data);
        };
        set(table.rule, &|one| Some(Value::Choice(row_number(one.rule.index()))));
        set(table.person, &|one| Some(Value::Row(one.person)));
        set(table.date, &|one| Some(one.date.clone()));
        set(table.amount, &|one| one.amount.clone());
        if let Some(source) = table.source {
            set(source, &|one| Some(Value::Row(one.source)));
        }
    }

    /// A column of a credit; its formula is the rule's, on the source row.
    pub(super) fn credit_cell(&mut self, column: ColumnId, row: u32) -> Computed<Cell> {
        self.credits()?;
        let (state, value) = match self.results.tables.column(column) {
            Some(data) => (data.state(row), data.get(row)),
            None => (State::NoRow, None),
        };
        let formula = if self.tracing { self.credit_formula(column, row)? } else { None };
        let step = self.note_cell(column, row, StepKind::Credit, value.as_ref(), formula);
        Ok(Cell { state, value, step })
    }

    fn credit_formula(&mut self, column: ColumnId, row: u32) -> Computed<Option<super::Formula>> {
        let program = self.program;
        let frame = program.model.columns.at(column).frame;
        let Some(table) = program.model.credits_of(frame) else { return Ok(None) };
        let Some((rule, source)) = keys::credit_source(program, &self.results, frame, row) else { return Ok(None) };
        let rule = program.model.rules.at(rule);
        let at = At { frame: program.model.records.at(rule.record).frame, row: source, first: None };
        let expr = match column {
            column if column == table.amount => &rule.amount,
            column if column == table.person => &rule.to,
            column if column == table.date => &rule.on,
            _ => return Ok(None),
        };
        Ok(self.eval(expr, &at)?.formula)
    }
}
