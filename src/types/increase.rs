//! `increase of NAME by ORDER`: a row's share of a definition of its group.

use std::collections::BTreeSet;

use super::checker::{Checked, Checker, Ty};
use super::error;
use super::expr::{Aggregate, Expr, Increase, Op, Taken};
use super::model::{Origin, Type};
use super::order::Ordering;
use super::scope::Scope;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, FrameId};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::tree::{self, Name};

impl Checker<'_> {
    pub fn increase(&mut self, scope: &Scope, name: &Name, order: &[tree::Expr], span: Span) -> Checked {
        let Some(Symbol::Definition(position)) = self.resolved.symbol(&name.text) else {
            let known: Vec<&str> = self.resolved.definitions.iter().map(|d| d.tree.name.text.as_str()).collect();
            let problem = error::unknown_name(name, known.into_iter());
            return self.fail(problem, span);
        };
        self.mark_used(&name.text);
        self.check_definition(position);
        let (Some(target), Some(frame)) =
            (self.column_of(position), self.definition_frames.get(position).copied().flatten())
        else {
            return self.failed(span);
        };
        let group = match self.project(scope.frame, frame, &scope.instead(), span) {
            Ok(group) if frame != scope.frame => group,
            Ok(_) => {
                let why = format!("`{}` has one value for each row here already", name.text);
                let problem = error::wrong_increase(name.span, why, "read it by its name");
                let what = format!("has a value for {}", self.frame_words(frame));
                let problem = match self.declared_as(name.span) {
                    Some(column) => self.declared_at(problem, column, &what),
                    None => problem,
                };
                return self.fail(problem, span);
            }
            Err(why) => {
                let problem = self.no_way(&name.text, name.span, scope.frame, frame, &why);
                return self.fail(problem, span);
            }
        };
        let ordering = Ordering {
            code: Code::WrongIncrease,
            open: "it would not be clear which of them is paid first",
            group: &[],
            place: span,
            lacking: false,
        };
        let Some(order) = self.order(scope, order, &ordering) else {
            return self.failed(span);
        };
        if let Some(problem) = self.wrong_target(target, scope.frame, name) {
            return self.fail(problem, span);
        }
        let (ty, places) = {
            let column = self.model.columns.at(target);
            (column.ty, column.places)
        };
        let whole = self.expr(Op::ReadAt(target, group.clone()), span, ty);
        let always =
            matches!(&self.model.columns.at(target).origin, Origin::Definition(of) if of.conditions.is_empty());
        // Credits lie within the plan's dates and people, the rows of a record need not.
        let why = match always && self.model.credits_of(scope.frame).is_none() {
            true => format!("a row outside the plan's dates or people has no `{}`", name.text),
            false => format!("there may be no `{}` for the group of a row", name.text),
        };
        let none = |_| (span, why);
        let missing = self.may_miss(scope, &whole, false).map(none);
        let expr = self.expr(Op::Increase(Box::new(Increase { target, group, order })), span, ty);
        Checked { expr, ty: Ty::Is(ty), places, fixed: true, exact: false, missing }
    }

    /// Why a definition cannot be shared out over the rows of a frame, if it cannot.
    fn wrong_target(&self, target: ColumnId, members: FrameId, name: &Name) -> Option<Diagnostic> {
        let column = self.model.columns.at(target);
        if !matches!(column.ty, Type::Number(..)) || column.places.is_none() || column.optional {
            let (why, what, help) = match column {
                _ if !matches!(column.ty, Type::Number(..)) => {
                    (format!("`{}` is no number", name.text), "no number", "share out an amount")
                }
                _ if column.places.is_none() => (
                    format!("`{}` is `exact`, and only rounded values are shared out", name.text),
                    "never rounded",
                    "leave `exact` out, or share out the amount that is computed from it",
                ),
                _ => (
                    format!("`{}` may be missing, and is shared out to every row", name.text),
                    "may be missing",
                    "leave the `?` of its type out, and say with `or` what a missing value counts as",
                ),
            };
            return Some(self.declared_at(error::wrong_increase(name.span, why, help), target, what));
        }
        let mut seen = BTreeSet::new();
        let found = self.outside_increase(target, column.frame, members, &mut seen);
        found.map(|(place, what)| {
            let why = format!("`{}` cannot be recomputed row by row: {what}", name.text);
            let help =
                "an increase goes through sums, counts and the like over its own rows, and definitions of one grain";
            error::wrong_increase(name.span, why, help).at(place, "here")
        })
    }

    /// The first thing below a definition that restricting the rows of a group cannot go through.
    fn outside_increase(
        &self,
        column: ColumnId,
        frame: FrameId,
        members: FrameId,
        seen: &mut BTreeSet<ColumnId>,
    ) -> Option<(Span, &'static str)> {
        if !seen.insert(column) {
            return None;
        }
        let Origin::Definition(definition) = &self.model.columns.at(column).origin else {
            return None;
        };
        if self.model.columns.at(column).row_currency().is_some() {
            return Some((self.names.columns.at(column).span, "it is in each row's own currency"));
        }
        let mut open: Vec<&Expr> = vec![&definition.body];
        while let Some(expr) = open.pop() {
            let place = self.names.exprs.at(expr.id).span;
            match &expr.op {
                Op::Aggregate(aggregate) if self.adds_rows(aggregate, members) => {
                    if aggregate.over.is_some() {
                        return Some((place, "it adds up a whole team"));
                    }
                    if aggregate.window.is_some() {
                        return Some((place, "it adds up a window of days"));
                    }
                    if let Some(taken) = &aggregate.taken {
                        return Some((place, taken_words(taken)));
                    }
                    continue;
                }
                Op::Aggregate(aggregate) => {
                    let mut inside = expr.op.operands().into_iter();
                    if inside.any(|operand| self.needs_rows(operand, members)) {
                        let team = "it adds up a whole team";
                        let other = "it adds up other rows, which depend on the rows shared out";
                        return Some((place, if aggregate.over.is_some() { team } else { other }));
                    }
                    continue;
                }
                Op::Running(_) | Op::Rank(_) | Op::Pooled(..) | Op::Allocate(_) if self.needs_rows(expr, members) => {
                    return Some((place, in_order_words(&expr.op)));
                }
                Op::Previous(_) => return Some((place, "it reads a previous period")),
                Op::Read(next) if self.frame_of(*next) == frame => {
                    let inner = self.outside_increase(*next, frame, members, seen);
                    if inner.is_some() {
                        return inner;
                    }
                }
                _ => {}
            }
            let elsewhere = expr.op.column().filter(|next| self.frame_of(*next) != frame);
            if elsewhere.is_some_and(|next| self.depends_on_rows(next, members, &mut BTreeSet::new())) {
                return Some((place, "a definition at another grain stands in between"));
            }
            open.extend(expr.op.operands());
        }
        None
    }

    /// Whether an aggregate adds up rows of a frame; the credits are among those with earlier ones.
    fn adds_rows(&self, aggregate: &Aggregate, frame: FrameId) -> bool {
        let history = |table: &super::model::CreditTable| table.frame == aggregate.members;
        let with_earlier = self.model.credit.as_ref().is_some_and(|credit| credit.frame == frame);
        aggregate.members == frame || (with_earlier && self.model.history.as_ref().is_some_and(history))
    }

    /// Whether an expression adds up rows of a frame, directly or through definitions.
    fn needs_rows(&self, expr: &Expr, members: FrameId) -> bool {
        let adds = matches!(&expr.op, Op::Aggregate(aggregate) if self.adds_rows(aggregate, members));
        let column = expr.op.column();
        adds || column.is_some_and(|next| self.depends_on_rows(next, members, &mut BTreeSet::new()))
            || expr.op.operands().into_iter().any(|operand| self.needs_rows(operand, members))
    }

    /// Whether a definition adds up rows of a frame, directly or through others.
    fn depends_on_rows(&self, column: ColumnId, members: FrameId, seen: &mut BTreeSet<ColumnId>) -> bool {
        if !seen.insert(column) {
            return false;
        }
        let Origin::Definition(definition) = &self.model.columns.at(column).origin else {
            return false;
        };
        let mut open: Vec<&Expr> = definition.conditions.iter().chain([&definition.body]).collect();
        while let Some(expr) = open.pop() {
            let adds = matches!(&expr.op, Op::Aggregate(aggregate) if self.adds_rows(aggregate, members));
            let through = expr.op.column().is_some_and(|next| self.depends_on_rows(next, members, seen));
            if adds || through {
                return true;
            }
            open.extend(expr.op.operands());
        }
        false
    }
}

/// What keeps an aggregate over some members from being recomputed.
fn taken_words(taken: &Taken) -> &'static str {
    match taken.first {
        Some(1) => "it takes the first of the rows",
        Some(_) => "it takes only the first of the rows in an order",
        None => "it takes the last of the rows",
    }
}

/// What keeps something that goes through rows in an order from being recomputed.
fn in_order_words(op: &Op) -> &'static str {
    match op {
        Op::Running(_) => "it is a running sum or count",
        Op::Allocate(_) => "it is a part of what is shared out",
        _ => "it is a rank",
    }
}
