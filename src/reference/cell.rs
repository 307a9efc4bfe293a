//! One cell: a data cell, a column of a credit, or a definition at a row.

use super::dates::currency_of;
use super::note::Made;
use super::{At, Cell, Computed, Interpreter, Out};
use crate::ids::{ColumnId, ExprId};
use crate::step::{Formula, StepKind};
use crate::table::{Fault, FaultKind, State, Value};
use crate::types::expr::Expr;
use crate::types::model::{Definition, Origin};
use crate::value::Fixed;

/// Definitions with no more than so many between them and the one asked for are near to it.
const NEAR: usize = 2;

impl Interpreter<'_> {
    /// The value of a column at a row.
    ///
    /// # Errors
    /// The fault in computing it.
    pub fn cell(&mut self, column: ColumnId, row: u32) -> Computed<Cell> {
        if let Some(cell) = self.cells.get(&(column, row)).filter(|cell| self.will_do(cell)) {
            return Ok(cell.clone());
        }
        let program = self.program;
        let declared = program.model.columns.at(column);
        if self.tracing && self.is_far() {
            return self.quietly(|this| this.cell(column, row));
        }
        if let Some(cell) = self.known_cell(column, row) {
            return Ok(cell);
        }
        let cell = match &declared.origin {
            Origin::Data(_) => self.data_cell(column, row),
            Origin::Credit => self.credit_cell(column, row)?,
            Origin::Level => self.level_cell(column, row)?,
            Origin::Definition(definition) => {
                let at = At { frame: declared.frame, row, first: None };
                self.definition(column, definition, &at, true)?
            }
        };
        self.cells.insert((column, row), cell.clone());
        Ok(cell)
    }

    /// Whether what is computed now lies so far from what was asked for that no more steps are kept of it.
    fn is_far(&self) -> bool {
        self.steps.len() >= self.most_steps && self.depth > NEAR
    }

    /// A cell that was computed before, where its steps are not asked for.
    fn known_cell(&self, column: ColumnId, row: u32) -> Option<Cell> {
        let data = self.results.tables.column(column).filter(|_| self.known.is_some() && !self.tracing)?;
        Some(Cell { state: data.state(row), value: data.get(row), noted: None })
    }

    /// A column read at a row by an expression: a required data cell that was not given is a fault.
    pub(super) fn read(&mut self, expr: &Expr, column: ColumnId, row: u32, at: &At) -> Computed<Cell> {
        let cell = self.cell(column, row)?;
        let declared = self.program.model.columns.at(column);
        let required = matches!(declared.origin, Origin::Data(_)) && !declared.optional;
        if required && cell.state == State::Missing {
            return Err(fault(FaultKind::NotGiven(column), expr, at));
        }
        Ok(cell)
    }

    fn data_cell(&mut self, column: ColumnId, row: u32) -> Cell {
        let (state, value) = match self.results.tables.column(column) {
            Some(data) => (data.state(row), data.get(row)),
            None => (State::NoRow, None),
        };
        let noted = self.note_cell(column, row, StepKind::Input, value.as_ref(), Made::default());
        Cell { state, value, noted }
    }

    /// A definition at a row: whether it has one there, and its value, rounded once. Within an
    /// increase the row of its target is there already, so that its conditions are not asked.
    pub(super) fn definition(
        &mut self,
        column: ColumnId,
        definition: &Definition,
        at: &At,
        ask: bool,
    ) -> Computed<Cell> {
        self.depth = self.depth.saturating_add(1);
        let computed = self.computed(definition, at, ask);
        self.depth = self.depth.saturating_sub(1);
        let Some((asked, body)) = computed? else {
            return Ok(Cell { state: State::NoRow, value: None, noted: None });
        };
        let value = self.rounded(column, definition, &body, at)?;
        let noted = self.note_definition(column, definition, at, (asked, body), value.as_ref());
        let state = if value.is_some() { State::There } else { State::Missing };
        Ok(Cell { state, value, noted })
    }

    /// The conditions and the body of a definition at a row, where it has the row.
    fn computed(&mut self, definition: &Definition, at: &At, ask: bool) -> Computed<Option<(Vec<Formula>, Out)>> {
        let mut asked = Vec::new();
        for condition in definition.conditions.iter().filter(|_| ask) {
            let out = self.eval(condition, at)?;
            if out.value != Some(Value::YesNo(true)) {
                return Ok(None);
            }
            asked.extend(out.formula);
        }
        Ok(Some((asked, self.eval(&definition.body, at)?)))
    }

    /// The one rounding of a named value: an amount in its row's own currency to that currency's minor unit.
    fn rounded(&mut self, column: ColumnId, definition: &Definition, body: &Out, at: &At) -> Computed<Option<Value>> {
        let Some(Value::Number(exact)) = &body.value else { return Ok(body.value.clone()) };
        let declared = self.program.model.columns.at(column);
        let Some(places) = declared.places else { return Ok(body.value.clone()) };
        let own = match declared.row_currency() {
            Some(currency) => {
                let cell = self.quietly(|this| this.read(&definition.body, currency, at.row, at))?;
                let Some(currency) = currency_of(&cell.value) else { return Ok(None) };
                &exact.rounded(currency.minor_units(), definition.rounding)
            }
            None => exact,
        };
        match Fixed::from_exact(own, places, definition.rounding, self.program.model.plan.digits) {
            Ok(fixed) => Ok(Some(Value::Number(fixed.to_exact()))),
            Err(_) => Err(fault(FaultKind::TooLarge(own.clone()), &definition.body, at)),
        }
    }

    /// Whether all conditions are yes, asked one after the other.
    pub(super) fn all_hold(&mut self, conditions: &[Expr], at: &At) -> Computed<bool> {
        Ok(self.first_failing(conditions, at)?.is_none())
    }

    /// Which condition of a definition leaves a row out, and how it came to that; none where it has the row.
    pub(super) fn leaves_out(&mut self, column: ColumnId, row: u32) -> Computed<Option<(ExprId, Formula)>> {
        let program = self.program;
        let declared = program.model.columns.at(column);
        let Origin::Definition(definition) = &declared.origin else { return Ok(None) };
        let at = At { frame: declared.frame, row, first: None };
        for condition in &definition.conditions {
            let out = self.eval(condition, &at)?;
            if out.value != Some(Value::YesNo(true)) {
                return Ok(out.formula.map(|formula| (condition.id, formula)));
            }
        }
        Ok(None)
    }

    /// The formulas of conditions, up to the first that is not yes, when steps are kept.
    pub(super) fn asked(&mut self, conditions: &[Expr], at: &At) -> Computed<Vec<Formula>> {
        let mut asked = Vec::new();
        let conditions = if self.tracing { conditions } else { &[] };
        for condition in conditions {
            let out = self.eval(condition, at)?;
            asked.extend(out.formula);
            if out.value != Some(Value::YesNo(true)) {
                break;
            }
        }
        Ok(asked)
    }

    /// The first condition that is not yes.
    pub(super) fn first_failing(&mut self, conditions: &[Expr], at: &At) -> Computed<Option<usize>> {
        for (number, condition) in conditions.iter().enumerate() {
            if self.quietly(|this| this.eval(condition, at))?.value != Some(Value::YesNo(true)) {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }
}

/// A fault of an expression at a row.
pub(super) fn fault(kind: FaultKind, expr: &Expr, at: &At) -> Fault {
    Fault { kind, expr: expr.id, frame: at.frame, row: at.row }
}
