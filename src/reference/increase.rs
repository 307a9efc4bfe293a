//! `increase of`: a row's share is the target with it less the target without it.

use std::rc::Rc;

use super::eval::{formula, number};
use super::order::in_order;
use super::{At, Cell, Computed, First, Interpreter, Out};
use crate::ids::ColumnId;
use crate::step::{Node, Placed};
use crate::table::{Key, State, Value, row_number};
use crate::types::expr::{Expr, Increase, Sorted};
use crate::types::model::{Definition, Origin};
use crate::value::Exact;

impl Interpreter<'_> {
    pub(super) fn increase(&mut self, expr: &Expr, increase: &Increase, at: &At) -> Computed<Out> {
        let of_row = self.key_formulas(&increase.group, at)?;
        let of = self.program.names.columns.at(increase.target).name.clone();
        let missing = |this: &Self| Ok(this.out(expr, None, || Node::Absent { of, at: of_row }));
        let Some(key) = self.key_of(&increase.group, at)? else { return missing(self) };
        let frame = self.program.model.columns.at(increase.target).frame;
        let Some(target) = self.rows(frame)?.find(&key) else { return missing(self) };
        if self.quietly(|this| this.cell(increase.target, target))?.state == State::NoRow {
            return missing(self);
        }
        let group = self.group_in_order(expr, increase, key, at)?;
        let Some(position) = group.iter().position(|row| *row == at.row) else { return missing(self) };
        let before = row_number(position);
        let count = before.saturating_add(1);
        let upto = |count| First { increase: expr.id, members: at.frame, count, group: Rc::clone(&group) };
        let after = self.target_on(increase.target, target, upto(count))?;
        let without = match before {
            0 => None,
            before => Some(self.target_on(increase.target, target, upto(before))?),
        };
        let zero = Some(Value::Number(Exact::zero()));
        let less = without.as_ref().map_or(&zero, |cell| &cell.value);
        let value = match (number(&after.value), number(less)) {
            (Some(after), Some(less)) => Some(Value::Number(after.minus(less))),
            _ => None,
        };
        let list = if self.tracing { Some(self.order_list(expr, increase, &group, at)?) } else { None };
        Ok(self.out(expr, value, || Node::Increase {
            position: count,
            of: row_number(group.len()),
            after: after.noted.map(|noted| noted.step),
            before: without.and_then(|cell| cell.noted).map(|noted| noted.step),
            list,
        }))
    }

    /// The step with the rows of a group in their order.
    fn order_list(&mut self, expr: &Expr, increase: &Increase, group: &Rc<Vec<u32>>, at: &At) -> Computed<String> {
        let known = (expr.id, group.first().map(|row| Key::from(*row)).into_iter().collect::<Vec<Key>>());
        if let Some(list) = self.lists.get(&known) {
            return Ok(list.clone());
        }
        let sorted = Sorted { by: increase.order.clone(), largest_first: false };
        let mut members = Vec::new();
        for standing in self.standing(at.frame, group.to_vec(), &sorted)? {
            let member = At { frame: at.frame, row: standing.row, first: None };
            members.push(Placed {
                key: self.key_words(at.frame, standing.row)?,
                date: None,
                by: standing.shown,
                group: self.key_formulas(&increase.group, &member)?,
                conditions: Vec::new(),
                value: None,
                taken: true,
            });
        }
        let out = self.out(expr, None, || Node::Ordered {
            op: "order".to_owned(),
            considered: row_number(members.len()),
            largest_first: false,
            top: None,
            ties: None,
            members,
            left_out: Vec::new(),
            list: None,
            place: None,
            before: false,
            window: None,
            team: None,
        });
        let list = self.note_list(expr, Vec::new(), formula(out));
        self.lists.insert(known, list.clone());
        Ok(list)
    }

    /// The group of a row: all member rows that lead to the same key, by the order, then by their own
    /// keys.
    fn group_in_order(&mut self, expr: &Expr, increase: &Increase, key: Vec<Key>, at: &At) -> Computed<Rc<Vec<u32>>> {
        let memo = (expr.id, key);
        if let Some(sorted) = self.sorted.get(&memo) {
            return Ok(Rc::clone(sorted));
        }
        let mut group: Vec<(Vec<Option<Value>>, u32)> = Vec::new();
        for row in self.rows(at.frame)?.all() {
            let member = At { frame: at.frame, row, first: None };
            if self.key_of(&increase.group, &member)?.as_ref() != Some(&memo.1) {
                continue;
            }
            let mut by = Vec::new();
            for part in &increase.order {
                by.push(self.quietly(|this| this.eval(part, &member))?.value);
            }
            group.push((by, row));
        }
        group.sort_by(|(a, row_a), (b, row_b)| in_order(a, b, false).then(row_a.cmp(row_b)));
        let sorted = Rc::new(group.into_iter().map(|(_, row)| row).collect::<Vec<u32>>());
        self.sorted.insert(memo, Rc::clone(&sorted));
        Ok(sorted)
    }

    /// The target at its row on the first rows of the group.
    fn target_on(&mut self, target: ColumnId, row: u32, first: First) -> Computed<Cell> {
        let program = self.program;
        let declared = program.model.columns.at(target);
        let Origin::Definition(definition) = &declared.origin else { return self.cell(target, row) };
        let first = Rc::new(first);
        let at = At { frame: declared.frame, row, first: Some(Rc::clone(&first)) };
        self.recomputed(target, definition, &at, &first, false)
    }

    /// A definition recomputed on the first rows of a group, and rounded as named. The target's own
    /// row is there (`ask` is false); a definition in between may lose its row.
    pub(super) fn recomputed(
        &mut self,
        column: ColumnId,
        definition: &Definition,
        at: &At,
        first: &First,
        ask: bool,
    ) -> Computed<Cell> {
        let memo = (first.increase, column, at.row, first.count);
        if let Some(cell) = self.restricted.get(&memo).filter(|cell| self.will_do(cell)) {
            let cell = cell.clone();
            self.rests_on_first |= cell.noted.as_ref().is_some_and(|noted| noted.first);
            return Ok(cell);
        }
        let outer = std::mem::replace(&mut self.rests_on_first, false);
        let cell = self.definition(column, definition, at, ask)?;
        self.rests_on_first = outer || cell.noted.as_ref().is_some_and(|noted| noted.first);
        self.restricted.insert(memo, cell.clone());
        Ok(cell)
    }
}
