//! Aggregates: over the member rows that fall to a row, or to the rows of the people below.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::cell::fault;
use super::eval::{formula, pick};
use super::{At, Computed, Groups, Interpreter, Out, Tree};
use crate::calendar::{Date, print_date};
use crate::ids::{ColumnId, FrameId};
use crate::step::{Days, Member, Node};
use crate::table::{FaultKind, Key, Value, day_key, row_number};
use crate::types::expr::{Aggregate, AggregateOp, Below, Expr, Over, Window};
use crate::types::model::Type;
use crate::value::Exact;

impl Interpreter<'_> {
    pub(super) fn aggregate(&mut self, expr: &Expr, aggregate: &Aggregate, at: &At) -> Computed<Out> {
        // With a window the conditions are asked later, of those in it alone.
        let conditions = if aggregate.window.is_some() { &[][..] } else { &aggregate.conditions };
        let groups = self.rows_by_key(expr, aggregate.members, conditions, &aggregate.group)?;
        let own = aggregate.group_key(self.rows(aggregate.reader)?.key(at.row));
        let mut members: Vec<u32> = Vec::new();
        for key in self.group_keys(expr, aggregate, &own, at)? {
            members.extend(groups.get(&key).into_iter().flatten());
        }
        members.sort_unstable();
        let days = match &aggregate.window {
            Some(window) => Some(self.within(aggregate, window, &mut members, at)?),
            None => None,
        };
        if let Some(first) = &at.first
            && first.members == aggregate.members
        {
            let counted: HashSet<u32> = first.group.iter().copied().take(first.count as usize).collect();
            members.retain(|row| counted.contains(row));
        }
        if let Some(taken) = &aggregate.taken {
            let noted = match days {
                Some(noted) => noted,
                None => (if self.tracing { self.left_out(expr, aggregate, at)? } else { 0 }, None),
            };
            return self.taken(expr, aggregate, taken, members, noted);
        }
        let mut values: Vec<Option<Value>> = Vec::new();
        let mut steps = Vec::new();
        for row in members {
            let member = At { frame: aggregate.members, row, first: None };
            let out = match &aggregate.value {
                Some(value) => Some(self.eval(value, &member)?),
                None => None,
            };
            values.push(out.as_ref().and_then(|out| out.value.clone()));
            if self.tracing {
                let key = self.key_words(aggregate.members, row)?;
                let date = self.member_date(aggregate, &member)?;
                steps.push(Member { key, date, value: out.map(formula) });
            }
        }
        let value = reduce(aggregate.op, &values);
        let op = word(aggregate.op).to_owned();
        let (left_out, window) = match days {
            Some((left_out, days)) => (left_out, days),
            None => (if self.tracing { self.left_out(expr, aggregate, at)? } else { 0 }, None),
        };
        Ok(self.out(expr, value, || Node::Aggregate { op, members: steps, left_out, window }))
    }

    /// Keeps of a group's members those whose days are asked for and on which all conditions hold. How
    /// many of them the conditions turned away, and the days, where the row has such days.
    fn within(
        &mut self,
        aggregate: &Aggregate,
        window: &Window,
        members: &mut Vec<u32>,
        at: &At,
    ) -> Computed<(u32, Option<Days>)> {
        let first = match &window.first {
            Some(first) => self.day(first, at)?,
            None => Some(Date::MIN),
        };
        let (Some(first), Some(last)) = (first, self.day(&window.last, at)?) else {
            members.clear();
            return Ok((0, None));
        };
        let mut left_out = 0_u32;
        for row in std::mem::take(members) {
            let member = At { frame: aggregate.members, row, first: None };
            if !self.day(&window.date, &member)?.is_some_and(|date| first <= date && date <= last) {
                continue;
            }
            match self.all_hold(&aggregate.conditions, &member)? {
                true => members.push(row),
                false => left_out = left_out.saturating_add(1),
            }
        }
        let begins = window.first.as_ref().map(|_| print_date(first));
        Ok((left_out, Some(Days { first: begins, last: print_date(last) })))
    }

    fn day(&mut self, expr: &Expr, at: &At) -> Computed<Option<Date>> {
        match self.quietly(|this| this.eval(expr, at))?.value {
            Some(Value::Date(date)) => Ok(Some(date)),
            _ => Ok(None),
        }
    }

    /// The date by which a member counts in a window.
    pub(super) fn member_date(&mut self, aggregate: &Aggregate, member: &At) -> Computed<Option<String>> {
        match &aggregate.window {
            Some(window) => Ok(self.day(&window.date, member)?.map(print_date)),
            None => Ok(None),
        }
    }

    /// The rows of a frame on which all conditions hold, by their key in an expression's groups.
    pub(super) fn rows_by_key(
        &mut self,
        expr: &Expr,
        frame: FrameId,
        conditions: &[Expr],
        group: &[Expr],
    ) -> Computed<Rc<Groups>> {
        if let Some(groups) = self.groups.get(&expr.id) {
            return Ok(Rc::clone(groups));
        }
        let mut groups = Groups::new();
        for row in self.rows(frame)?.all() {
            let at = At { frame, row, first: None };
            if !self.all_hold(conditions, &at)? {
                continue;
            }
            if let Some(key) = self.key_of(group, &at)? {
                groups.entry(key).or_default().push(row);
            }
        }
        let groups = Rc::new(groups);
        self.groups.insert(expr.id, Rc::clone(&groups));
        Ok(groups)
    }

    /// How many rows that fall to this row a condition turned away.
    fn left_out(&mut self, expr: &Expr, aggregate: &Aggregate, at: &At) -> Computed<u32> {
        if aggregate.conditions.is_empty() || aggregate.over.is_some() {
            return Ok(0);
        }
        if !self.left_out.contains_key(&expr.id) {
            let mut counts: HashMap<Vec<Key>, u32> = HashMap::new();
            for row in self.rows(aggregate.members)?.all() {
                let member = At { frame: aggregate.members, row, first: None };
                if !self.all_hold(&aggregate.conditions, &member)?
                    && let Some(key) = self.key_of(&aggregate.group, &member)?
                {
                    let count = counts.entry(key).or_default();
                    *count = count.saturating_add(1);
                }
            }
            self.left_out.insert(expr.id, counts);
        }
        let rows = self.rows(aggregate.reader)?;
        Ok(self.left_out.get(&expr.id).and_then(|counts| counts.get(rows.key(at.row))).copied().unwrap_or(0))
    }

    /// The keys whose groups are aggregated: the reader's own, or those of the people below.
    fn group_keys(&mut self, expr: &Expr, aggregate: &Aggregate, own: &[Key], at: &At) -> Computed<Vec<Vec<Key>>> {
        let Some(below) = &aggregate.over else { return Ok(vec![own.to_vec()]) };
        let Some(person) = own.get(below.part).and_then(|key| u32::try_from(*key).ok()) else { return Ok(Vec::new()) };
        let Some(top) = self.in_hierarchy(below, person)? else { return Ok(Vec::new()) };
        let Some(managers) = self.tree(expr, below.manager, below.day.as_ref(), at)? else { return Ok(Vec::new()) };
        let frame = self.program.model.records.at(below.people).frame;
        let mut keys = Vec::new();
        for row in self.rows(frame)?.all() {
            if self.is_below(below, &managers, row, top)? {
                let mut key = own.to_vec();
                if let Some(part) = key.get_mut(below.part) {
                    *part = Key::from(row);
                }
                keys.push(key);
            }
        }
        Ok(keys)
    }

    /// A person's row in the record of the hierarchy.
    fn in_hierarchy(&mut self, below: &Below, person: u32) -> Computed<Option<u32>> {
        let mut row = Some(person);
        for link in &below.links {
            row = match row {
                Some(row) => as_row(self.cell(*link, row)?.value),
                None => None,
            };
        }
        Ok(row)
    }

    /// Whether a person's row in the hierarchy is below another. There are no circles.
    fn is_below(&mut self, below: &Below, managers: &[Option<u32>], person: u32, top: u32) -> Computed<bool> {
        let Some(row) = self.in_hierarchy(below, person)? else { return Ok(false) };
        let of = |row: u32| managers.get(row as usize).copied().flatten();
        let mut manager = of(row);
        while let Some(row) = manager {
            if row == top {
                return Ok(true);
            }
            if below.over == Over::Reports {
                return Ok(false);
            }
            manager = of(row);
        }
        Ok(false)
    }

    /// Each row's manager in a hierarchy, on the day that the reader's row asks for; none where there is no
    /// such day.
    pub(super) fn tree(
        &mut self,
        expr: &Expr,
        manager: ColumnId,
        day: Option<&Expr>,
        at: &At,
    ) -> Computed<Option<Tree>> {
        let day = match day {
            Some(day) => match self.quietly(|this| this.eval(day, at))?.value {
                Some(Value::Date(day)) => Some(day),
                _ => return Ok(None),
            },
            None => None,
        };
        if let Some(known) = self.trees.get(&(manager, day)) {
            return Ok(Some(Rc::clone(known)));
        }
        let declared = self.program.model.columns.at(manager);
        let Type::Reference(record) = declared.ty else { return Ok(None) };
        let mut managers = Vec::new();
        for row in self.rows(self.program.model.records.at(record).frame)?.all() {
            let row = match day {
                Some(day) => self.rows(declared.frame)?.find(&[Key::from(row), day_key(day)]),
                None => Some(row),
            };
            managers.push(match row {
                Some(row) => as_row(self.quietly(|this| this.cell(manager, row))?.value),
                None => None,
            });
        }
        // Where managers are the same on every day, this was seen when the data was read.
        if let Some((day, people)) = day.zip(circle(&managers)) {
            return Err(fault(FaultKind::Circle(record, day, people), expr, at));
        }
        let managers = Rc::new(managers);
        self.trees.insert((manager, day), Rc::clone(&managers));
        Ok(Some(managers))
    }
}

/// The first circle of managers: that of the first row which is its own manager, at whatever distance.
fn circle(managers: &[Option<u32>]) -> Option<Vec<u32>> {
    let of = |row: u32| managers.get(row as usize).copied().flatten();
    (0..row_number(managers.len())).find_map(|first| {
        let mut above = vec![first];
        let mut next = of(first);
        while let Some(row) = next.filter(|row| *row != first) {
            if above.len() > managers.len() {
                return None;
            }
            above.push(row);
            next = of(row);
        }
        next.map(|_| above)
    })
}

fn as_row(value: Option<Value>) -> Option<u32> {
    match value {
        Some(Value::Row(row)) => Some(row),
        _ => None,
    }
}

/// The members' values as one; a missing one makes all but a count missing.
pub(super) fn reduce(op: AggregateOp, values: &[Option<Value>]) -> Option<Value> {
    let count = Exact::from_integer(i128::try_from(values.len()).unwrap_or(i128::MAX));
    if op == AggregateOp::Count {
        return Some(Value::Number(count));
    }
    let values: Vec<&Value> = values.iter().map(Option::as_ref).collect::<Option<_>>()?;
    let sum = || {
        values.iter().fold(Exact::zero(), |sum, value| match value {
            Value::Number(number) => sum.plus(number),
            _ => sum,
        })
    };
    match op {
        AggregateOp::Count => None,
        AggregateOp::Sum => Some(Value::Number(sum())),
        AggregateOp::Average => sum().over(&count).map(Value::Number),
        AggregateOp::Largest => pick(values.into_iter(), true).cloned(),
        AggregateOp::Smallest => pick(values.into_iter(), false).cloned(),
        AggregateOp::First | AggregateOp::Last => values.first().map(|value| Value::clone(value)),
        AggregateOp::Any => Some(Value::YesNo(values.contains(&&Value::YesNo(true)))),
        AggregateOp::All => Some(Value::YesNo(!values.contains(&&Value::YesNo(false)))),
    }
}

pub(super) fn word(op: AggregateOp) -> &'static str {
    match op {
        AggregateOp::Sum => "sum",
        AggregateOp::Count => "count",
        AggregateOp::Average => "average",
        AggregateOp::Largest => "largest",
        AggregateOp::Smallest => "smallest",
        AggregateOp::Any => "any",
        AggregateOp::All => "all",
        AggregateOp::First => "first",
        AggregateOp::Last => "last",
    }
}
