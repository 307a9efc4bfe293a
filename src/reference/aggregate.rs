//! Aggregates: over the member rows that fall to a row, or to the rows of the people below.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::cell::fault;
use super::eval::{formula, pick};
use super::{At, Computed, Groups, Interpreter, Out, Tree};
use crate::calendar::{Date, print_date};
use crate::ids::{ColumnId, FrameId, Id};
use crate::step::{Days, LeftOut, Member, Node};
use crate::table::{FaultKind, Key, Value, day_key, row_number};
use crate::types::expr::{Aggregate, AggregateOp, Below, Expr, Over, Window};
use crate::types::model::Type;
use crate::value::Exact;

/// What a trace says of the rows of an aggregate besides its members.
#[derive(Default)]
pub(super) struct Noted {
    /// The rows that its conditions turned away.
    pub left_out: Vec<LeftOut>,
    /// Its days.
    pub window: Option<Days>,
}

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
        let mut noted = match &aggregate.window {
            Some(window) => self.within(aggregate, window, &mut members, at)?,
            None => Noted { left_out: self.left_out(expr, aggregate, at)?, window: None },
        };
        if let Some(first) = &at.first
            && first.members == aggregate.members
            && (first.count as usize) < first.group.len()
        {
            let whole = if self.tracing { Some(self.whole(expr, aggregate, &members, noted, at)?) } else { None };
            let counted: HashSet<u32> = first.group.iter().copied().take(first.count as usize).collect();
            members.retain(|row| counted.contains(row));
            return self.first_members(expr, aggregate, members, whole);
        }
        if let Some(taken) = &aggregate.taken {
            return self.taken(expr, aggregate, taken, members, noted);
        }
        let (value, shown) = self.members_of(aggregate, &members)?;
        let considered = row_number(members.len().saturating_add(noted.left_out.len()));
        Ok(self.out(expr, value, || Node::Aggregate {
            op: word(aggregate.op).to_owned(),
            considered,
            members: shown,
            left_out: std::mem::take(&mut noted.left_out),
            list: None,
            window: noted.window.take(),
            team: aggregate.over.as_ref().map(|below| below.part),
        }))
    }

    /// The value of an aggregate over members, and the members when steps are kept.
    fn members_of(&mut self, aggregate: &Aggregate, members: &[u32]) -> Computed<(Option<Value>, Vec<Member>)> {
        let mut values: Vec<Option<Value>> = Vec::new();
        let mut shown = Vec::new();
        for row in members {
            let member = At { frame: aggregate.members, row: *row, first: None };
            let out = match &aggregate.value {
                Some(value) => Some(self.eval(value, &member)?),
                None => None,
            };
            values.push(out.as_ref().and_then(|out| out.value.clone()));
            if self.tracing {
                shown.push(Member {
                    key: self.key_words(aggregate.members, *row)?,
                    date: self.member_date(aggregate, &member)?,
                    group: self.key_formulas(&aggregate.group, &member)?,
                    conditions: self.asked(&aggregate.conditions, &member)?,
                    place: None,
                    value: out.map(formula),
                });
            }
        }
        Ok((reduce(aggregate.op, &values), shown))
    }

    /// An aggregate over those of its members that are among the first rows of a group.
    fn first_members(
        &mut self,
        expr: &Expr,
        aggregate: &Aggregate,
        members: Vec<u32>,
        list: Option<String>,
    ) -> Computed<Out> {
        let (value, _) = self.quietly(|this| this.members_of(aggregate, &members))?;
        self.rests_on_first = true;
        Ok(self.out(expr, value, || Node::Aggregate {
            op: word(aggregate.op).to_owned(),
            considered: row_number(members.len()),
            members: Vec::new(),
            left_out: Vec::new(),
            list,
            window: None,
            team: None,
        }))
    }

    /// The step with the whole of an aggregate, each of whose members has a place in the order of a group.
    fn whole(
        &mut self,
        expr: &Expr,
        aggregate: &Aggregate,
        members: &[u32],
        noted: Noted,
        at: &At,
    ) -> Computed<String> {
        let Some(first) = &at.first else { return Ok(String::new()) };
        let known = (expr.id, vec![Key::from(row_number(first.increase.index())), Key::from(at.row)]);
        if let Some(list) = self.lists.get(&known) {
            return Ok(list.clone());
        }
        let places: HashMap<u32, u32> = first.group.iter().copied().zip(1..).collect();
        let (value, mut shown) = self.members_of(aggregate, members)?;
        for (member, row) in shown.iter_mut().zip(members) {
            member.place = places.get(row).copied();
        }
        let considered = row_number(shown.len().saturating_add(noted.left_out.len()));
        let out = self.out(expr, value, || Node::Aggregate {
            op: word(aggregate.op).to_owned(),
            considered,
            members: shown,
            left_out: noted.left_out,
            list: None,
            window: noted.window,
            team: None,
        });
        let key = self.key_words(at.frame, at.row)?;
        let list = self.note_list(expr, key, formula(out));
        self.lists.insert(known, list.clone());
        Ok(list)
    }

    /// Keeps of a group's members those whose days are asked for and on which all conditions hold. Which
    /// of them the conditions turned away, and the days, where the row has such days.
    fn within(&mut self, aggregate: &Aggregate, window: &Window, members: &mut Vec<u32>, at: &At) -> Computed<Noted> {
        let first = match &window.first {
            Some(first) => self.day(first, at)?,
            None => Some(Date::MIN),
        };
        let (Some(first), Some(last)) = (first, self.day(&window.last, at)?) else {
            members.clear();
            return Ok(Noted::default());
        };
        let mut left_out = Vec::new();
        for row in std::mem::take(members) {
            let member = At { frame: aggregate.members, row, first: None };
            if !self.day(&window.date, &member)?.is_some_and(|date| first <= date && date <= last) {
                continue;
            }
            match self.all_hold(&aggregate.conditions, &member)? {
                true => members.push(row),
                false => left_out.extend(self.turned_away(&aggregate.conditions, &member)?),
            }
        }
        let bounds: Vec<Expr> = window.first.iter().chain([&window.last]).cloned().collect();
        let bounds = self.key_formulas(&bounds, at)?;
        let begins = window.first.as_ref().map(|_| print_date(first));
        Ok(Noted { left_out, window: Some(Days { first: begins, last: print_date(last), bounds }) })
    }

    /// A row that conditions turned away, with the one that did, when steps are kept.
    pub(super) fn turned_away(&mut self, conditions: &[Expr], at: &At) -> Computed<Option<LeftOut>> {
        let condition = self.asked(conditions, at)?.pop();
        let key = if condition.is_some() { self.key_words(at.frame, at.row)? } else { Vec::new() };
        Ok(condition.map(|condition| LeftOut { key, condition }))
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
        let groups = Rc::new(self.fallen(frame, conditions, true, group)?);
        self.groups.insert(expr.id, Rc::clone(&groups));
        Ok(groups)
    }

    /// The rows of a frame on which all conditions hold, or of which one does not, by the key of their group.
    fn fallen(&mut self, frame: FrameId, conditions: &[Expr], hold: bool, group: &[Expr]) -> Computed<Groups> {
        if let Some(groups) = self.known.and_then(|known| known.rows_by_key(frame, conditions, hold, group)) {
            return Ok(groups);
        }
        let mut groups = Groups::new();
        for row in self.rows(frame)?.all() {
            let at = At { frame, row, first: None };
            if self.all_hold(conditions, &at)? == hold
                && let Some(key) = self.key_of(group, &at)?
            {
                groups.entry(key).or_default().push(row);
            }
        }
        Ok(groups)
    }

    /// The rows that fall to this row and that a condition turned away, when steps are kept.
    fn left_out(&mut self, expr: &Expr, aggregate: &Aggregate, at: &At) -> Computed<Vec<LeftOut>> {
        if !self.tracing || aggregate.conditions.is_empty() {
            return Ok(Vec::new());
        }
        let rows = match self.left_out.get(&expr.id) {
            Some(rows) => Rc::clone(rows),
            None => {
                let rows = self.fallen(aggregate.members, &aggregate.conditions, false, &aggregate.group)?;
                let rows = Rc::new(rows);
                self.left_out.insert(expr.id, Rc::clone(&rows));
                rows
            }
        };
        let own = aggregate.group_key(self.rows(aggregate.reader)?.key(at.row));
        let mut away: Vec<u32> = Vec::new();
        for key in self.group_keys(expr, aggregate, &own, at)? {
            away.extend(rows.get(&key).into_iter().flatten());
        }
        away.sort_unstable();
        let mut left_out = Vec::new();
        for row in away {
            let member = At { frame: aggregate.members, row, first: None };
            left_out.extend(self.turned_away(&aggregate.conditions, &member)?);
        }
        Ok(left_out)
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
