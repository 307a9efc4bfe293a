//! What goes through rows in an order: the members taken, running sums, places.

use std::cmp::Ordering;
use std::rc::Rc;

use super::aggregate::reduce;
use super::eval::{boxed, formula, order};
use super::{At, Computed, Interpreter, Out};
use crate::ids::{FrameId, RatesId};
use crate::step::{Amount, Days, Formula, Node, Placed};
use crate::table::{Key, Value, row_number};
use crate::types::expr::{Aggregate, AggregateOp, Expr, Rank, Running, Sorted, Taken, Ties};
use crate::types::model::Type;
use crate::value::Exact;

/// A row in an order: what it is sorted by, with how it came about when steps are kept.
struct Standing {
    row: u32,
    by: Vec<Option<Value>>,
    shown: Vec<Formula>,
}

/// The place of a row: how many rows stand before its equals, how many different values these have,
/// how many equals there are, and its own place among all.
struct Place {
    before: usize,
    values_before: usize,
    equals: usize,
    own: usize,
    all: Vec<Standing>,
}

impl Interpreter<'_> {
    /// The members of a group that an aggregate takes, as one value.
    pub(super) fn taken(
        &mut self,
        expr: &Expr,
        aggregate: &Aggregate,
        taken: &Taken,
        members: Vec<u32>,
        (left_out, window): (u32, Option<Days>),
    ) -> Computed<Out> {
        let all = self.standing(aggregate.members, members, &taken.order)?;
        let count = taken.first.map_or(1, |first| first as usize).min(all.len());
        let from = if taken.first.is_some() { 0 } else { all.len().saturating_sub(count) };
        let mut values = Vec::new();
        let mut placed = Vec::new();
        for (number, standing) in all.into_iter().enumerate() {
            let is_taken = number >= from && number < from.saturating_add(count);
            let member = At { frame: aggregate.members, row: standing.row, first: None };
            let out = match &aggregate.value {
                Some(value) if is_taken => Some(self.eval(value, &member)?),
                _ => None,
            };
            if is_taken {
                values.push(out.as_ref().and_then(|out| out.value.clone()));
            }
            self.note_place(&mut placed, aggregate.members, standing, out, is_taken)?;
            if let Some(last) = placed.last_mut() {
                last.date = self.member_date(aggregate, &member)?;
            }
        }
        let value = reduce(aggregate.op, &values);
        Ok(self.out(expr, value, || Node::Ordered {
            op: super::aggregate::word(aggregate.op).to_owned(),
            largest_first: taken.order.largest_first,
            top: taken.first.filter(|_| aggregate.op != AggregateOp::First),
            ties: None,
            members: placed,
            left_out,
            window,
        }))
    }

    /// A sum or count over the rows of the group up to this one.
    pub(super) fn running(&mut self, expr: &Expr, running: &Running, at: &At) -> Computed<Out> {
        let Some(key) = self.key_of(&running.group, at)? else { return Ok(self.out(expr, None, || Node::Missing)) };
        let all = self.group_standing(expr, at.frame, &running.group, &running.order, key)?;
        let Some(upto) = all.iter().position(|standing| standing.row == at.row) else {
            return Ok(self.out(expr, None, || Node::Missing));
        };
        let count = if running.before { upto } else { upto.saturating_add(1) };
        let mut values = Vec::new();
        let mut placed = Vec::new();
        let mut left_out: u32 = 0;
        for standing in all.into_iter().take(count) {
            let member = At { frame: at.frame, row: standing.row, first: None };
            if !self.all_hold(&running.conditions, &member)? {
                left_out = left_out.saturating_add(1);
                continue;
            }
            let out = match &running.value {
                Some(value) => Some(self.eval(value, &member)?),
                None => None,
            };
            values.push(out.as_ref().and_then(|out| out.value.clone()));
            self.note_place(&mut placed, at.frame, standing, out, true)?;
        }
        let value = reduce(running.op, &values);
        Ok(self.out(expr, value, || Node::Ordered {
            op: format!("running_{}", super::aggregate::word(running.op)),
            largest_first: false,
            top: None,
            ties: None,
            members: placed,
            left_out,
            window: None,
        }))
    }

    /// The place of a row in its group.
    pub(super) fn rank(&mut self, expr: &Expr, rank: &Rank, at: &At) -> Computed<Out> {
        let Some(place) = self.place_of(expr, rank, at)? else { return Ok(self.out(expr, None, || Node::Missing)) };
        let before = match rank.ties {
            Ties::Shared | Ties::Pooled => place.before,
            Ties::Dense => place.values_before,
            Ties::First => place.own,
        };
        let value = Exact::from_integer(i128::from(row_number(before)).saturating_add(1));
        self.ranked(expr, rank, place, Some(Value::Number(value)), at)
    }

    /// The average of the prizes of the places that a row and its equals take.
    pub(super) fn pooled(&mut self, expr: &Expr, rates: RatesId, rank: &Rank, at: &At) -> Computed<Out> {
        let Some(place) = self.place_of(expr, rank, at)? else { return Ok(self.out(expr, None, || Node::Missing)) };
        let mut sum = Exact::zero();
        let mut prizes = Vec::new();
        for number in (place.before..).take(place.equals) {
            let input = Value::Number(Exact::from_integer(i128::from(row_number(number)).saturating_add(1)));
            let input = self.prize_place(input);
            let prize = self.rate_of(expr, rates, std::slice::from_ref(expr), vec![input], at)?;
            if let Some(Value::Number(prize)) = &prize.value {
                sum = sum.plus(prize);
            }
            prizes.push(prize);
        }
        let count = Exact::from_integer(i128::from(row_number(place.equals)));
        let rank = self.ranked(expr, rank, place, None, at)?;
        let value = sum.over(&count).map(Value::Number);
        Ok(self
            .out(expr, value, || Node::Pooled { rank: boxed(rank), prizes: prizes.into_iter().map(formula).collect() }))
    }

    /// A place as the input of a table of prizes, which the plan does not write.
    fn prize_place(&self, place: Value) -> Out {
        let shown = |place: &Value| Amount { unit: "integer".to_owned(), ..self.amount(Type::Text, place) };
        let formula = |value| Formula { text: String::new(), value: Some(value), node: Node::Constant };
        Out { formula: self.tracing.then(|| formula(shown(&place))), value: Some(place) }
    }

    /// Where a row stands among those of its group that have a value; none where it has none itself, or
    /// takes no part.
    fn place_of(&mut self, expr: &Expr, rank: &Rank, at: &At) -> Computed<Option<Place>> {
        let Some(key) = self.key_of(&rank.group, at)? else { return Ok(None) };
        let groups = self.rows_by_key(expr, at.frame, &rank.conditions, &rank.group)?;
        let rows = groups.get(&key).cloned().unwrap_or_default();
        if !rows.contains(&at.row) {
            return Ok(None);
        }
        let Some((value, further)) = rank.order.by.split_first() else { return Ok(None) };
        let mut with_value = Vec::new();
        for row in rows {
            if self.has_all(at.frame, row, std::slice::from_ref(value))? {
                with_value.push(row);
            }
        }
        let by_value = Sorted { by: vec![value.clone()], ..rank.order.clone() };
        let wanted = if further.is_empty() { &by_value } else { &rank.order };
        let all = self.standing(at.frame, with_value, wanted)?;
        let Some(own) = all.iter().position(|standing| standing.row == at.row) else { return Ok(None) };
        let first_of = |standing: &Standing| standing.by.first().cloned().flatten();
        let value = all.get(own).and_then(first_of);
        let before = all.iter().position(|standing| first_of(standing) == value).unwrap_or(own);
        let equals = all.iter().filter(|standing| first_of(standing) == value).count();
        let mut values: Vec<Option<Value>> = all.iter().take(before).map(first_of).collect();
        values.dedup();
        Ok(Some(Place { before, values_before: values.len(), equals, own, all }))
    }

    /// A rank with all rows that took part, in their order.
    fn ranked(&mut self, expr: &Expr, rank: &Rank, place: Place, value: Option<Value>, at: &At) -> Computed<Out> {
        let mut placed = Vec::new();
        for standing in place.all {
            let own = standing.row == at.row;
            self.note_place(&mut placed, at.frame, standing, None, own)?;
        }
        let ties = match rank.ties {
            Ties::Shared => "shared",
            Ties::Dense => "dense",
            Ties::Pooled => "pooled",
            Ties::First => "first",
        };
        Ok(self.out(expr, value, || Node::Ordered {
            op: "rank".to_owned(),
            largest_first: rank.order.largest_first,
            top: None,
            ties: Some(ties.to_owned()),
            members: placed,
            left_out: 0,
            window: None,
        }))
    }

    /// Notes a row in its place, when steps are kept.
    fn note_place(
        &mut self,
        placed: &mut Vec<Placed>,
        frame: FrameId,
        standing: Standing,
        value: Option<Out>,
        taken: bool,
    ) -> Computed<()> {
        if self.tracing {
            let key = self.key_words(frame, standing.row)?;
            placed.push(Placed { key, date: None, by: standing.shown, value: value.map(formula), taken });
        }
        Ok(())
    }

    /// The rows of one group of a frame in an order; those that lack a part of it stand in none.
    fn group_standing(
        &mut self,
        expr: &Expr,
        frame: FrameId,
        group: &[Expr],
        sorted: &Sorted,
        key: Vec<Key>,
    ) -> Computed<Vec<Standing>> {
        let memo = (expr.id, key);
        if let Some(rows) = self.sorted.get(&memo).filter(|_| !self.tracing) {
            let standing = |row: &u32| Standing { row: *row, by: Vec::new(), shown: Vec::new() };
            return Ok(rows.iter().map(standing).collect());
        }
        let rows = self.rows_by_key(expr, frame, &[], group)?.get(&memo.1).cloned().unwrap_or_default();
        let mut complete = Vec::new();
        for row in rows {
            if self.has_all(frame, row, &sorted.by)? {
                complete.push(row);
            }
        }
        let all = self.standing(frame, complete, sorted)?;
        self.sorted.insert(memo, Rc::new(all.iter().map(|standing| standing.row).collect()));
        Ok(all)
    }

    /// Whether a row has a value of all expressions, asked one after the other.
    fn has_all(&mut self, frame: FrameId, row: u32, exprs: &[Expr]) -> Computed<bool> {
        for expr in exprs {
            let at = At { frame, row, first: None };
            if self.quietly(|this| this.eval(expr, &at))?.value.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Rows in an order: by the expressions in turn, then as they stand in their frame.
    fn standing(&mut self, frame: FrameId, rows: Vec<u32>, sorted: &Sorted) -> Computed<Vec<Standing>> {
        let mut all = Vec::new();
        for row in rows {
            let member = At { frame, row, first: None };
            let mut standing = Standing { row, by: Vec::new(), shown: Vec::new() };
            for part in &sorted.by {
                let out = self.eval(part, &member)?;
                standing.by.push(out.value.clone());
                standing.shown.extend(out.formula);
            }
            all.push(standing);
        }
        all.sort_by(|a, b| in_order(&a.by, &b.by, sorted.largest_first).then(a.row.cmp(&b.row)));
        Ok(all)
    }
}

/// The order of two rows by their values, part by part, the first downwards where the largest comes
/// first; a missing one comes before all others.
pub(super) fn in_order(a: &[Option<Value>], b: &[Option<Value>], largest_first: bool) -> Ordering {
    let parts = a.iter().zip(b).enumerate().map(|(number, (a, b))| {
        let upwards = match (a, b) {
            (Some(a), Some(b)) => order(a, b).unwrap_or(Ordering::Equal),
            (a, b) => a.is_some().cmp(&b.is_some()),
        };
        if number == 0 && largest_first { upwards.reverse() } else { upwards }
    });
    parts.fold(Ordering::Equal, Ordering::then)
}
