//! The managers above the person of a source row, level by level.

use super::eval::formula;
use super::note::Made;
use super::{At, Cell, Computed, Interpreter};
use crate::ids::{ColumnId, RuleId};
use crate::step::{Formula, Node, StepKind};
use crate::table::{ColumnData, Key, Rows, Value, day_key, row_number};
use crate::types::model::Managers;
use crate::value::Exact;

/// A manager in the hierarchy.
pub(super) struct Manager {
    /// 1 for the direct one.
    level: u32,
    /// The manager's row in the people's record, where there is one.
    pub person: Option<u32>,
}

impl Interpreter<'_> {
    /// The managers above the person of a source row, the direct one first; none without a person.
    pub(super) fn managers(&mut self, managers: &Managers, at: &At) -> Computed<Option<Vec<Manager>>> {
        let Some(Value::Row(person)) = self.quietly(|this| this.eval(&managers.of, at))?.value else {
            return Ok(None);
        };
        let mut found = Vec::new();
        let mut level = 0_u32;
        let mut row = self.climb(&managers.up, person)?;
        let tree = self.tree(&managers.of, managers.manager, managers.day.as_ref(), at)?;
        // There are no circles.
        while let Some(below) = row {
            row = tree.as_ref().and_then(|tree| tree.get(below as usize).copied().flatten());
            level = level.saturating_add(1);
            if let Some(manager) = row {
                found.push(Manager { level, person: self.person_at(managers, manager)? });
            }
        }
        Ok(Some(found))
    }

    /// The row that a chain of references leads to.
    fn climb(&mut self, links: &[ColumnId], row: u32) -> Computed<Option<u32>> {
        let mut row = Some(row);
        for link in links {
            row = match row {
                Some(row) => self.row_of(*link, row)?,
                None => None,
            };
        }
        Ok(row)
    }

    fn row_of(&mut self, column: ColumnId, row: u32) -> Computed<Option<u32>> {
        Ok(match self.quietly(|this| this.cell(column, row))?.value {
            Some(Value::Row(row)) => Some(row),
            _ => None,
        })
    }

    /// The person that a row of the hierarchy is.
    fn person_at(&mut self, managers: &Managers, row: u32) -> Computed<Option<u32>> {
        let people = self.program.model.records.at(self.program.model.plan.people).frame;
        for person in self.rows(people)?.all() {
            if self.climb(&managers.links, person)? == Some(row) {
                return Ok(Some(person));
            }
        }
        Ok(None)
    }

    /// The rows of a rule that credits managers: one for each source row that it reads and each manager.
    pub(super) fn manager_rows(&mut self, rule: RuleId) -> Computed<Rows> {
        let rule = self.program.model.rules.at(rule);
        let Some(managers) = &rule.managers else { return Ok(Rows::default()) };
        let source = self.program.model.records.at(rule.record).frame;
        let mut keys: Vec<([Key; 2], u32)> = Vec::new();
        for row in self.rows(source)?.all() {
            let at = At { frame: source, row, first: None };
            if !self.all_hold(&rule.conditions, &at)? {
                continue;
            }
            for manager in self.managers(managers, &at)?.unwrap_or_default() {
                if let Some(person) = manager.person {
                    keys.push(([Key::from(row), Key::from(person)], manager.level));
                }
            }
        }
        keys.sort_unstable();
        let declared = self.program.model.columns.at(managers.level);
        let mut levels = ColumnData::new(declared.ty, declared.places);
        for (_, level) in &keys {
            levels.push(Some(Value::Number(Exact::from_integer((*level).into()))));
        }
        self.results.tables.set_column(managers.level, levels);
        Ok(Rows::new(keys.iter().map(|(key, _)| key)))
    }

    /// The level of a manager.
    pub(super) fn level_cell(&mut self, column: ColumnId, row: u32) -> Computed<Cell> {
        let frame = self.program.model.columns.at(column).frame;
        self.rows(frame)?;
        let data = self.results.tables.column(column);
        let (state, value) = data.map_or((crate::table::State::NoRow, None), |data| (data.state(row), data.get(row)));
        let chain = if self.tracing { self.chain(column, row)? } else { None };
        let made = Made { formula: chain, ..Made::default() };
        let noted = self.note_cell(column, row, StepKind::Credit, value.as_ref(), made);
        Ok(Cell { state, value, noted })
    }

    /// How a manager is above a person: the person, and then who is whose manager, step by step.
    fn chain(&mut self, column: ColumnId, row: u32) -> Computed<Option<Formula>> {
        let program = self.program;
        let rule = program.model.rules.iter().find(|rule| rule.managers.as_ref().is_some_and(|m| m.level == column));
        let Some((rule, managers)) = rule.and_then(|rule| Some((rule, rule.managers.as_ref()?))) else {
            return Ok(None);
        };
        let key = self.rows(rule.frame)?.key(row).to_vec();
        let [source, manager] = key.as_slice() else { return Ok(None) };
        let (Ok(source), Ok(manager)) = (u32::try_from(*source), u32::try_from(*manager)) else { return Ok(None) };
        let at = At { frame: program.model.records.at(rule.record).frame, row: source, first: None };
        let of = self.eval(&managers.of, &at)?;
        let mut below = match of.value {
            Some(Value::Row(person)) => self.climb(&managers.up, person)?,
            _ => None,
        };
        let top = self.climb(&managers.links, manager)?;
        let mut operands = vec![formula(of)];
        let tree = self.tree(&managers.of, managers.manager, managers.day.as_ref(), &at)?;
        while let Some(row) = below.filter(|row| Some(*row) != top) {
            operands.extend(self.manager_formula(managers, row, &at)?);
            below = tree.as_ref().and_then(|tree| tree.get(row as usize).copied().flatten());
        }
        let level = row_number(operands.len().saturating_sub(1));
        let value = Value::Number(Exact::from_integer(level.into()));
        let value = Some(self.amount(program.model.columns.at(column).ty, &value));
        Ok(Some(Formula { text: String::new(), value, node: Node::operation("level", operands) }))
    }

    /// The manager of a row of the hierarchy as a formula, under the name of the column.
    fn manager_formula(&mut self, managers: &Managers, row: u32, at: &At) -> Computed<Option<Formula>> {
        let declared = self.program.model.columns.at(managers.manager);
        let day = match &managers.day {
            Some(day) => self.quietly(|this| this.eval(day, at))?.value,
            None => None,
        };
        let found = match day {
            Some(Value::Date(day)) => self.rows(declared.frame)?.find(&[Key::from(row), day_key(day)]),
            _ => Some(row),
        };
        let Some(found) = found else { return Ok(None) };
        let Some(noted) = self.cell(managers.manager, found)?.noted else { return Ok(None) };
        let below = Some(self.amount(declared.ty, &Value::Row(row)));
        let below = Formula { text: String::new(), value: below, node: Node::Constant };
        let text = self.program.names.columns.at(managers.manager).name.clone();
        let node = Node::Step { step: noted.step, at: Some(vec![below]) };
        Ok(Some(Formula { text, value: noted.shown, node }))
    }
}
