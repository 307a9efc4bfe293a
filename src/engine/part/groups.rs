//! What goes through groups of rows: whether a part has all of a group, or what everyone adds up to is known.

use super::homes::{Home, person_part};
use super::layout::{Divides, Layout, Place, Rests, all_exprs, definition};
use crate::ids::{ColumnId, ExprId, FrameId};
use crate::types::expr::{Aggregate, AggregateOp, Expr, Increase, Op};
use crate::types::model::KeyPart;

impl<'p> Layout<'p> {
    /// An aggregate: whether the part has all of each group, or what everyone adds up to is known.
    pub fn check_aggregate(
        &mut self,
        id: ExprId,
        aggregate: &'p Aggregate,
        place: Place,
        rests: &mut Option<&mut Rests<'p>>,
    ) -> Divides {
        let window = aggregate.window.iter();
        let days = window.clone().flat_map(|window| window.first.iter().chain([&window.last]));
        let tree = aggregate.over.iter().filter_map(|below| below.day.as_ref());
        for expr in days.chain(tree) {
            self.check(expr, place, rests)?;
        }
        let members = aggregate.members;
        let flows = self.homes.flows(members);
        let inner = if flows { Place::Part(members) } else { Place::Any(members) };
        let order = aggregate.taken.iter().flat_map(|taken| &taken.order.by);
        let own = aggregate.value.iter().chain(&aggregate.conditions).chain(&aggregate.group).chain(order);
        let own: Vec<&'p Expr> = own.chain(window.map(|window| &window.date)).collect();
        own.iter().try_for_each(|expr| self.check(expr, inner, &mut None))?;
        let settled = |expr: &Expr| !self.touches(expr);
        if !flows && aggregate.conditions.iter().chain(&aggregate.group).all(settled) {
            self.steady.insert(aggregate.place());
        }
        match place {
            Place::Part(_) if !flows => {
                let read: Vec<ColumnId> = own.iter().flat_map(|expr| self.reached_in(expr)).collect();
                self.read_by_any.extend(read);
                Ok(())
            }
            Place::Asked(_) | Place::Any(_) if !flows => Ok(()),
            Place::Part(here) => match aggregate.over.is_none() && self.is_whole(aggregate, here)? {
                true => Ok(()),
                false => Err(()),
            },
            Place::Asked(_) => self.check_added(id, aggregate, rests),
            Place::Any(_) => Err(()),
        }
    }

    /// Whether a part has all members of each group of a row in it.
    fn is_whole(&mut self, aggregate: &'p Aggregate, here: FrameId) -> Divides<bool> {
        if let (Home::Owned(_), Some(_)) = (self.homes.at(here), person_part(self.model(), here)) {
            return self.by_person(aggregate);
        }
        let Home::Rows(record) = self.homes.at(here) else { return Ok(false) };
        let is_rows = matches!(self.homes.at(aggregate.members), Home::Rows(_));
        let own_key = self.model().frames.at(here).parts.as_slice() == [KeyPart::Record(*record)];
        let direct = |expr: &Expr| match &expr.op {
            Op::Key(_) | Op::Read(_) => self.is_link(expr, *record, aggregate.members),
            _ => false,
        };
        Ok(is_rows && own_key && aggregate.group.first().is_some_and(direct))
    }

    /// What gives the reader's person on a member of a group.
    pub fn person_in_group(&self, aggregate: &'p Aggregate) -> Option<&'p Expr> {
        let period = aggregate.window.as_ref().and_then(|window| window.period);
        let part = person_part(self.model(), aggregate.reader).map(|part| match period {
            Some(period) if period < part => part.saturating_sub(1),
            _ => part,
        });
        aggregate.group.get(part?)
    }

    /// Whether the members of a group belong to the person of its reader.
    pub fn by_person(&mut self, aggregate: &'p Aggregate) -> Divides<bool> {
        let Some(person) = self.person_in_group(aggregate) else { return Ok(false) };
        match self.homes.at(aggregate.members) {
            Home::Owned(owner) => Ok(person == owner),
            Home::Rows(_) => Ok(self.path(aggregate.members, person).is_ok()),
            Home::Stable => Ok(false),
        }
    }

    /// An aggregate over rows in parts, at rows that stay.
    fn check_added(&mut self, id: ExprId, aggregate: &'p Aggregate, rests: &mut Option<&mut Rests<'p>>) -> Divides {
        let within = aggregate.over.is_none() && self.by_person(aggregate)?;
        let adds = matches!(aggregate.op, AggregateOp::Sum | AggregateOp::Count) && aggregate.taken.is_none();
        let Some(rests) = rests else { return Err(()) };
        match (within, adds) {
            (true, _) => rests.on_part = true,
            (false, true) => rests.on_all.push((id, aggregate)),
            (false, false) => return Err(()),
        }
        Ok(())
    }

    /// Rows in an order: those of a group have to be in one part.
    pub fn check_order(&self, group: &[Expr], place: Place) -> Divides {
        let Place::Part(here) = place else { return Ok(()) };
        let whole = match self.homes.at(here) {
            Home::Owned(owner) => group.contains(owner),
            Home::Rows(record) => group.iter().any(|expr| self.is_link(expr, *record, here)),
            Home::Stable => true,
        };
        if whole { Ok(()) } else { Err(()) }
    }

    /// The shares of the rows of a part: of an amount of their person, which is computed again and again on its way.
    pub fn check_increase(&mut self, increase: &'p Increase, place: Place) -> Divides {
        let frame = self.model().columns.at(increase.target).frame;
        let mut chain = Vec::new();
        self.chain(increase.target, &mut chain);
        match place {
            Place::Part(_) => {
                let person = person_part(self.model(), frame).and_then(|part| increase.group.get(part));
                if !person.is_some_and(|person| self.is_owner(person, place)) {
                    return Err(());
                }
                let known = |column: &ColumnId| self.columns.get(column).is_some_and(|rests| !rests.on_all.is_empty());
                if chain.iter().any(known) {
                    return Err(());
                }
                self.computed_by_own.extend(chain);
                Ok(())
            }
            Place::Asked(_) | Place::Any(_) => {
                let on_part = |column: &ColumnId| {
                    let rests = self.columns.get(column);
                    rests.is_some_and(|rests| rests.on_part || !rests.on_all.is_empty())
                };
                if self.homes.flows(frame) || chain.iter().any(on_part) { Err(()) } else { Ok(()) }
            }
        }
    }

    /// The definitions on a target's frame that it rests on, with itself.
    pub fn chain(&self, column: ColumnId, chain: &mut Vec<ColumnId>) {
        let Some(definition) = definition(self.model(), column).filter(|_| !chain.contains(&column)) else { return };
        chain.push(column);
        let mut open: Vec<&Expr> = all_exprs(definition);
        while let Some(expr) = open.pop() {
            if let Op::Read(other) | Op::Present(other) = &expr.op {
                self.chain(*other, chain);
            }
            open.extend(expr.op.operands());
        }
    }

    /// The reached columns that an expression reads anywhere.
    pub fn reached_in(&self, expr: &Expr) -> Vec<ColumnId> {
        let mut found = Vec::new();
        let mut open = vec![expr];
        while let Some(expr) = open.pop() {
            found.extend(expr.op.column().filter(|column| self.is_reached(*column)));
            open.extend(expr.op.operands());
        }
        found.retain(|column| !self.homes.flows(self.model().columns.at(*column).frame));
        found
    }
}
