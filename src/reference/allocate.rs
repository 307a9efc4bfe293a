//! `allocate`: an amount shared out in rounded parts that add up to it.

use std::rc::Rc;

use super::cell::fault;
use super::eval::{formula, number};
use super::{At, Computed, Interpreter, Out};
use crate::ids::FrameId;
use crate::step::{Formula, Node, Receiver};
use crate::table::{Fault, FaultKind, State, Value, row_number};
use crate::types::expr::{Allocate, Expr, Rest};
use crate::value::{Exact, Rounding};

/// A row that receives a part.
pub(super) struct Part {
    row: u32,
    weight: Exact,
    part: Exact,
}

impl Interpreter<'_> {
    /// This row's part.
    pub(super) fn allocate(&mut self, expr: &Expr, shared: &Allocate, at: &At) -> Computed<Out> {
        let missing = |this: &Self| Ok(this.out(expr, None, || Node::Missing));
        let Some(key) = self.key_of(&shared.group, at)? else { return missing(self) };
        let frame = self.program.model.columns.at(shared.amount).frame;
        let Some(giver) = self.rows(frame)?.find(&key) else { return missing(self) };
        let from = At { frame, row: giver, first: None };
        let cell = self.read(expr, shared.amount, giver, &from)?;
        let Some(amount) = number(&cell.value).cloned() else { return missing(self) };
        let parts = self.parts(expr, shared, at.frame, &amount, &from)?;
        let own = parts.iter().position(|part| part.row == at.row);
        let value = own.and_then(|own| parts.get(own)).map(|own| Value::Number(own.part.clone()));
        if !self.tracing {
            return Ok(Out { value, formula: None });
        }
        let group = self.key_formulas(&shared.group, at)?;
        let amount = formula(self.cell_out(expr, cell, Some(group)));
        let node = |amount, receivers, list, place| Node::Allocate {
            amount: Box::new(amount),
            rest: match shared.rest {
                Rest::Largest => "largest",
                Rest::First => "first",
                Rest::Last => "last",
            }
            .to_owned(),
            places: shared.places,
            mode: shared.rounding.words().to_owned(),
            receivers,
            list,
            place,
        };
        let list = match self.lists.get(&(expr.id, key.clone())) {
            Some(list) => list.clone(),
            None => {
                let mut receivers = Vec::new();
                for part in parts.iter() {
                    let one = At { frame: at.frame, row: part.row, first: None };
                    let weight = match &shared.weight {
                        Some(weight) => self.eval(weight, &one)?.formula,
                        None => None,
                    };
                    receivers.push(Receiver {
                        key: self.key_words(at.frame, part.row)?,
                        group: self.key_formulas(&shared.group, &one)?,
                        weight,
                        part: part.part.to_string(),
                    });
                }
                let whole = node(amount.clone(), receivers, None, None);
                let text = self.program.names.written(expr.id);
                let whole = Formula { text, value: amount.value.clone(), node: whole };
                let giver = self.key_words(frame, giver)?;
                let list = self.note_list(expr, giver, whole);
                self.lists.insert((expr.id, key), list.clone());
                list
            }
        };
        let place = own.map(|own| row_number(own).saturating_add(1));
        Ok(self.out(expr, value, || node(amount, Vec::new(), Some(list), place)))
    }

    /// The parts of all receivers of one amount.
    fn parts(
        &mut self,
        expr: &Expr,
        shared: &Allocate,
        frame: FrameId,
        amount: &Exact,
        from: &At,
    ) -> Computed<Rc<Vec<Part>>> {
        let memo = (expr.id, from.row);
        if let Some(parts) = self.parts.get(&memo) {
            return Ok(Rc::clone(parts));
        }
        let groups = self.rows_by_key(expr, frame, &shared.conditions, &shared.group)?;
        let key = self.rows(from.frame)?.key(from.row).to_vec();
        let mut parts = Vec::new();
        for row in groups.get(&key).into_iter().flatten() {
            let at = At { frame, row: *row, first: None };
            let out = match &shared.weight {
                Some(weight) => Some((weight, self.quietly(|this| this.eval(weight, &at))?)),
                None => None,
            };
            let weight = match &out {
                Some((_, out)) => number(&out.value).cloned().unwrap_or_else(Exact::zero),
                None => Exact::one(),
            };
            if let (Some((written, _)), true) = (&out, weight.is_negative()) {
                return Err(fault(FaultKind::NegativeWeight(weight), written, &at));
            }
            parts.push(Part { row: *row, weight, part: Exact::zero() });
        }
        let total = parts.iter().fold(Exact::zero(), |sum, part| sum.plus(&part.weight));
        if total.is_zero() && !amount.is_zero() {
            return Err(no_receiver(expr, amount, from));
        }
        share_out(amount, &total, shared, &mut parts);
        let parts = Rc::new(parts);
        self.parts.insert(memo, Rc::clone(&parts));
        Ok(parts)
    }

    /// Each amount that is there and not 0 has a row that receives of it.
    pub(super) fn all_received(&mut self, expr: &Expr, shared: &Allocate, frame: FrameId) -> Computed<()> {
        let givers = self.program.model.columns.at(shared.amount).frame;
        for row in self.rows(givers)?.all() {
            let from = At { frame: givers, row, first: None };
            let cell = self.cell(shared.amount, row)?;
            if let (State::There, Some(amount)) = (cell.state, number(&cell.value)) {
                self.parts(expr, shared, frame, amount, &from)?;
            }
        }
        Ok(())
    }
}

fn no_receiver(expr: &Expr, amount: &Exact, from: &At) -> Fault {
    fault(FaultKind::NoReceiver(amount.clone()), expr, from)
}

/// Sets the parts: in proportion to the weights, at their places, adding up to the amount.
fn share_out(amount: &Exact, total: &Exact, shared: &Allocate, parts: &mut [Part]) {
    let exact = |part: &Part| amount.times(&part.weight).over(total).unwrap_or_else(Exact::zero);
    let mode = if shared.rest == Rest::Largest { Rounding::Down } else { shared.rounding };
    let shares: Vec<Exact> = parts.iter().map(exact).collect();
    for (part, share) in parts.iter_mut().zip(&shares) {
        part.part = share.rounded(shared.places, mode);
    }
    let mut left = parts.iter().fold(amount.clone(), |left, part| left.minus(&part.part));
    let mut order: Vec<usize> = (0..parts.len()).collect();
    match shared.rest {
        Rest::Largest => {
            // What rounding towards 0 took from each, most first; equals in order of their rows.
            let lost: Vec<Exact> =
                shares.iter().zip(&*parts).map(|(share, part)| share.minus(&part.part).absolute()).collect();
            order.sort_by(|a, b| lost.get(*b).cmp(&lost.get(*a)).then(a.cmp(b)));
            let unit = Exact::from_units(if amount.is_negative() { -1 } else { 1 }, shared.places);
            for number in order {
                if left.is_zero() {
                    break;
                }
                if let Some(part) = parts.get_mut(number) {
                    part.part = part.part.plus(&unit);
                    left = left.minus(&unit);
                }
            }
        }
        Rest::First | Rest::Last => {
            if shared.rest == Rest::Last {
                order.reverse();
            }
            let weighs = |number: &usize| parts.get(*number).is_some_and(|part| !part.weight.is_zero());
            let heir = order.into_iter().find(weighs);
            if let Some(part) = heir.and_then(|number| parts.get_mut(number)) {
                part.part = part.part.plus(&left);
            }
        }
    }
}
