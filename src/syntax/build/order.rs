//! What goes through rows in an order: running sums, ranks, the first of many, and what is shared out.

use pest::iterators::Pair;

use super::expr::{Grown, grown};
use super::{Builder, Built, Parts};
use crate::diagnostics::Code;
use crate::syntax::tree::{AggregateOp, Allocate, Expr, ExprKind, Rank, Rest, Running, Ties, Top, Within};
use crate::syntax::words::Rule;

impl Builder<'_> {
    /// What rows are put in order by, and how many levels lie in it.
    pub(super) fn order(&self, parts: Parts<'_>, level: u32) -> Built<(Vec<Expr>, u32)> {
        let (mut order, mut height) = (Vec::new(), 0);
        for part in parts {
            let key = self.primary(self.first(part)?, level)?;
            height = height.max(key.height);
            order.push(key.expr);
        }
        Ok((order, height))
    }

    /// `top 3 by a, key lowest first`
    pub(super) fn top(&self, pair: Pair<'_, Rule>, level: u32) -> Built<(Top, u32)> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair.clone());
        let number = self.need(parts.next(), &pair)?;
        let Some(count) = number.as_str().trim_end().parse().ok().filter(|count| *count > 0) else {
            let message = format!("`top {}` takes no row, or more than there can be", number.as_str().trim_end());
            return Err(Self::problem(
                Code::BadLiteral,
                message,
                self.span(&number),
                "write how many, such as `top 3`",
            ));
        };
        let (by, height) = match parts.next_of(Rule::by_tail) {
            Some(by) => self.order(Parts::of(by), level)?,
            None => (Vec::new(), 0),
        };
        let lowest = parts.next_of(Rule::lowest_first).is_some();
        Ok((Top { count, by, lowest, span }, height))
    }

    fn within(&self, pair: Pair<'_, Rule>) -> Within {
        Within { span: self.span(&pair), parts: Parts::of(pair).map(|part| self.name(part)).collect() }
    }

    /// What goes through rows in an order. Apart from the other operands: each way of building adds to the
    /// stack that a level of nesting takes.
    pub(super) fn in_order(&self, pair: Pair<'_, Rule>, level: u32) -> Built<Grown> {
        match pair.as_rule() {
            Rule::running => self.running(pair, level),
            Rule::rank => self.rank(pair, level),
            _ => self.allocate(pair, level),
        }
    }

    fn running(&self, pair: Pair<'_, Rule>, level: u32) -> Built<Grown> {
        let span = self.span(&pair);
        let inner = level.saturating_add(1);
        let mut parts = Parts::of(pair.clone());
        let word = self.first(self.need(parts.next(), &pair)?)?;
        let op = if word.as_str() == "count" { AggregateOp::Count } else { AggregateOp::Sum };
        let value = self.primary(self.need(parts.next(), &pair)?, inner)?;
        let within = self.within(self.need(parts.next(), &pair)?);
        let (by, mut height) = match parts.next_of(Rule::by_tail) {
            Some(by) => self.order(Parts::of(by), inner)?,
            None => (Vec::new(), 0),
        };
        height = height.max(value.height);
        let (mut condition, mut before) = (None, false);
        for part in parts {
            let place = self.span(&part);
            let again = match part.as_rule() {
                Rule::before => std::mem::replace(&mut before, true).then_some("before"),
                _ => {
                    let grown = self.grow(self.first(part)?, inner)?;
                    height = height.max(grown.height);
                    condition.replace(grown.expr).map(|_| "where")
                }
            };
            if let Some(word) = again {
                return Err(self.twice(word, place));
            }
        }
        let running = Running { op, value: value.expr, within, by, condition, before };
        grown(ExprKind::Running(Box::new(running)), span, height)
    }

    fn rank(&self, pair: Pair<'_, Rule>, level: u32) -> Built<Grown> {
        let span = self.span(&pair);
        let inner = level.saturating_add(1);
        let mut parts = Parts::of(pair.clone());
        let value = self.primary(self.need(parts.next(), &pair)?, inner)?;
        let mut height = value.height;
        let within = parts.next_of(Rule::within).map(|within| self.within(within));
        let mut rank = Rank { value: value.expr, within, condition: None, ties: None, lowest: false };
        for part in parts {
            let place = self.span(&part);
            let again = match part.as_rule() {
                Rule::lowest_first => std::mem::replace(&mut rank.lowest, true).then_some("lowest first"),
                Rule::ties => {
                    let (ties, own) = self.ties(self.first(part)?, inner)?;
                    height = height.max(own);
                    rank.ties.replace(ties).map(|_| "ties")
                }
                _ => {
                    let grown = self.grow(self.first(part)?, inner)?;
                    height = height.max(grown.height);
                    rank.condition.replace(grown.expr).map(|_| "where")
                }
            };
            if let Some(word) = again {
                return Err(self.twice(word, place));
            }
        }
        grown(ExprKind::Rank(Box::new(rank)), span, height)
    }

    fn ties(&self, pair: Pair<'_, Rule>, level: u32) -> Built<((Ties, Vec<Expr>), u32)> {
        let plain = |ties| Ok(((ties, Vec::new()), 0));
        match pair.as_rule() {
            Rule::ties_shared => plain(Ties::Shared),
            Rule::ties_dense => plain(Ties::Dense),
            Rule::ties_pooled => plain(Ties::Pooled),
            _ => {
                let mut parts = Parts::of(pair.clone());
                self.need(parts.next_of(Rule::first_word), &pair)?;
                let (by, height) = self.order(parts, level)?;
                Ok(((Ties::First, by), height))
            }
        }
    }

    fn allocate(&self, pair: Pair<'_, Rule>, level: u32) -> Built<Grown> {
        let span = self.span(&pair);
        let inner = level.saturating_add(1);
        let mut parts = Parts::of(pair.clone());
        let amount = self.primary(self.need(parts.next(), &pair)?, inner)?;
        let mut height = amount.height;
        let by = self.need(parts.next(), &pair)?;
        let weight = match by.as_rule() {
            Rule::weight => {
                let grown = self.grow(self.first(by)?, inner)?;
                height = height.max(grown.height);
                Some(grown.expr)
            }
            _ => None,
        };
        let rest = match parts.next_of(Rule::rest) {
            Some(rest) if self.first(rest.clone())?.as_rule() == Rule::rest_first => Rest::First,
            Some(_) => Rest::Last,
            None => Rest::Largest,
        };
        grown(ExprKind::Allocate(Box::new(Allocate { amount: amount.expr, weight, rest })), span, height)
    }
}
