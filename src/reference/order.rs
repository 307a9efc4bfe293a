//! What goes through rows in an order: the members taken, running sums, places.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::rc::Rc;

use super::aggregate::{Noted, reduce};
use super::eval::{boxed, formula, order};
use super::{At, Computed, Interpreter, Out};
use crate::ids::{FrameId, RatesId};
use crate::step::{Amount, Formula, LeftOut, Node, Placed};
use crate::table::{Key, Value, row_number};
use crate::types::expr::{Aggregate, AggregateOp, Expr, Rank, Running, Sorted, Taken, Ties};
use crate::types::model::Type;
use crate::value::Exact;

/// A row in an order: what it is sorted by, with how it came about when steps are kept.
pub(super) struct Standing {
    pub row: u32,
    by: Vec<Option<Value>>,
    pub shown: Vec<Formula>,
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
        noted: Noted,
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
                last.group = self.key_formulas(&aggregate.group, &member)?;
                last.conditions = self.asked(&aggregate.conditions, &member)?;
            }
        }
        let value = reduce(aggregate.op, &values);
        let considered = row_number(placed.len().saturating_add(noted.left_out.len()));
        Ok(self.out(expr, value, || Node::Ordered {
            op: super::aggregate::word(aggregate.op).to_owned(),
            considered,
            largest_first: taken.order.largest_first,
            top: taken.first.filter(|_| aggregate.op != AggregateOp::First),
            ties: None,
            members: placed,
            left_out: noted.left_out,
            list: None,
            place: None,
            before: false,
            window: noted.window,
            team: aggregate.over.as_ref().map(|below| below.part),
        }))
    }

    /// A sum or count over the rows of the group up to this one.
    pub(super) fn running(&mut self, expr: &Expr, running: &Running, at: &At) -> Computed<Out> {
        let Some(key) = self.key_of(&running.group, at)? else { return Ok(self.out(expr, None, || Node::Missing)) };
        let all =
            self.quietly(|this| this.group_standing(expr, at.frame, &running.group, &running.order, key.clone()))?;
        let Some(upto) = all.iter().position(|standing| standing.row == at.row) else {
            return Ok(self.out(expr, None, || Node::Missing));
        };
        let list = if self.tracing { Some(self.running_list(expr, running, at, key)?) } else { None };
        let count = if running.before { upto } else { upto.saturating_add(1) };
        let mut values = Vec::new();
        for standing in all.into_iter().take(count) {
            let member = At { frame: at.frame, row: standing.row, first: None };
            if !self.all_hold(&running.conditions, &member)? {
                continue;
            }
            values.push(match &running.value {
                Some(value) => self.quietly(|this| this.eval(value, &member))?.value,
                None => None,
            });
        }
        let value = reduce(running.op, &values);
        Ok(self.out(expr, value, || {
            let place = Some(row_number(upto).saturating_add(1));
            let mut node = listed(&running_word(running), place, &running.order, None, list);
            if let Node::Ordered { before, .. } = &mut node {
                *before = running.before;
            }
            node
        }))
    }

    /// The step with all rows of a running sum's group in their order; a row that is not taken is one that a condition
    /// turned away.
    fn running_list(&mut self, expr: &Expr, running: &Running, at: &At, key: Vec<Key>) -> Computed<String> {
        let memo = (expr.id, key.clone());
        if let Some(list) = self.lists.get(&memo) {
            return Ok(list.clone());
        }
        let rows = self.quietly(|this| this.group_standing(expr, at.frame, &running.group, &running.order, key))?;
        let rows = rows.into_iter().map(|standing| standing.row).collect();
        let all = self.standing(at.frame, rows, &running.order)?;
        let (mut placed, mut values) = (Vec::new(), Vec::new());
        for standing in all {
            let member = At { frame: at.frame, row: standing.row, first: None };
            let counts = self.all_hold(&running.conditions, &member)?;
            let out = match &running.value {
                Some(value) if counts => Some(self.eval(value, &member)?),
                _ => None,
            };
            if counts {
                values.push(out.as_ref().and_then(|out| out.value.clone()));
            }
            self.note_place(&mut placed, at.frame, standing, out, counts)?;
            if let Some(last) = placed.last_mut() {
                last.group = self.key_formulas(&running.group, &member)?;
                last.conditions = self.asked(&running.conditions, &member)?;
            }
        }
        let whole = self.out(expr, reduce(running.op, &values), || Node::Ordered {
            op: running_word(running),
            considered: row_number(placed.len()),
            largest_first: running.order.largest_first,
            top: None,
            ties: None,
            members: placed,
            left_out: Vec::new(),
            list: None,
            place: None,
            before: false,
            window: None,
            team: None,
        });
        let list = self.note_list(expr, Vec::new(), formula(whole));
        self.lists.insert(memo, list.clone());
        Ok(list)
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

    /// A rank; its list has all rows that took part, in their order.
    fn ranked(&mut self, expr: &Expr, rank: &Rank, place: Place, value: Option<Value>, at: &At) -> Computed<Out> {
        if !self.tracing {
            return Ok(Out { value, formula: None });
        }
        let Some(key) = self.key_of(&rank.group, at)? else { return Ok(self.out(expr, None, || Node::Missing)) };
        let ties = match rank.ties {
            Ties::Shared => "shared",
            Ties::Dense => "dense",
            Ties::Pooled => "pooled",
            Ties::First => "first",
        };
        let own = row_number(place.own).saturating_add(1);
        let memo = (expr.id, key);
        let list = match self.lists.get(&memo) {
            Some(list) => list.clone(),
            None => {
                let list = self.rank_list(expr, rank, place.all, ties, at)?;
                self.lists.insert(memo, list.clone());
                list
            }
        };
        Ok(self.out(expr, value, || listed("rank", Some(own), &rank.order, Some(ties), Some(list))))
    }

    fn rank_list(&mut self, expr: &Expr, rank: &Rank, all: Vec<Standing>, ties: &str, at: &At) -> Computed<String> {
        let by_value = Sorted { by: rank.order.by.first().cloned().into_iter().collect(), ..rank.order.clone() };
        let wanted = if rank.ties == Ties::First { &rank.order } else { &by_value };
        let rows = all.into_iter().map(|standing| standing.row).collect();
        let mut placed = Vec::new();
        for standing in self.standing(at.frame, rows, wanted)? {
            let member = At { frame: at.frame, row: standing.row, first: None };
            self.note_place(&mut placed, at.frame, standing, None, true)?;
            if let Some(last) = placed.last_mut() {
                last.group = self.key_formulas(&rank.group, &member)?;
                last.conditions = self.asked(&rank.conditions, &member)?;
            }
        }
        let left_out = self.unranked(expr, rank, at)?;
        let considered = row_number(placed.len().saturating_add(left_out.len()));
        let whole = self.out(expr, None, || Node::Ordered {
            op: "rank".to_owned(),
            considered,
            largest_first: rank.order.largest_first,
            top: None,
            ties: Some(ties.to_owned()),
            members: placed,
            left_out,
            list: None,
            place: None,
            before: false,
            window: None,
            team: None,
        });
        Ok(self.note_list(expr, Vec::new(), formula(whole)))
    }

    /// The rows of a rank's group that conditions turned away.
    fn unranked(&mut self, expr: &Expr, rank: &Rank, at: &At) -> Computed<Vec<LeftOut>> {
        let Some(key) = self.key_of(&rank.group, at)? else { return Ok(Vec::new()) };
        let ranked = self.rows_by_key(expr, at.frame, &rank.conditions, &rank.group)?;
        let ranked: HashSet<u32> = ranked.get(&key).into_iter().flatten().copied().collect();
        let mut left_out = Vec::new();
        for row in self.rows(at.frame)?.all() {
            let member = At { frame: at.frame, row, first: None };
            if !ranked.contains(&row) && self.key_of(&rank.group, &member)?.as_ref() == Some(&key) {
                left_out.extend(self.turned_away(&rank.conditions, &member)?);
            }
        }
        Ok(left_out)
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
            let (by, value) = (standing.shown, value.map(formula));
            placed.push(Placed { key, date: None, by, group: Vec::new(), conditions: Vec::new(), value, taken });
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
        if let Some(rows) = self.sorted.get(&memo) {
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
    pub(super) fn standing(&mut self, frame: FrameId, rows: Vec<u32>, sorted: &Sorted) -> Computed<Vec<Standing>> {
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

fn running_word(running: &Running) -> String {
    format!("running_{}", super::aggregate::word(running.op))
}

/// What stands at a place of a list.
fn listed(op: &str, place: Option<u32>, order: &Sorted, ties: Option<&str>, list: Option<String>) -> Node {
    Node::Ordered {
        op: op.to_owned(),
        considered: 0,
        largest_first: order.largest_first,
        top: None,
        ties: ties.map(str::to_owned),
        members: Vec::new(),
        left_out: Vec::new(),
        list,
        place,
        before: false,
        window: None,
        team: None,
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
