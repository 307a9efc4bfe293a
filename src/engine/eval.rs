//! Expressions over whole columns. An operand that is only sometimes needed is computed for the
//! rows that need it alone: laziness is part of the meaning.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::Engine;
use super::numbers::Numbers;
use super::read::NOWHERE;
use super::selection::{Selection, positions};
use super::vector::Vector;
use crate::ids::ExprId;
use crate::table::{Fault, FaultKind, State, row_number};
use crate::types::expr::{Arithmetic, Comparison, Expr, Op};
use crate::types::model::{Definition, Origin};

/// How many rows one thread takes at a time. The same on every machine.
pub(super) const CHUNK: usize = 4096;

impl Engine<'_> {
    /// The values of an expression at the rows of a selection.
    pub fn eval(&self, expr: &Expr, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        if at.len() == 0 {
            return Vector::Blank(0);
        }
        if let Some(kept) = at.shared(expr.id) {
            return kept.get_or_init(|| self.apply(expr, at, faults)).clone();
        }
        let worth = at.len() > CHUNK && !expr.op.operands().is_empty();
        if !worth || !self.is_local(expr, at) {
            return self.apply(expr, at, faults);
        }
        Vector::concat(in_batches(at, faults, |part, faults| self.apply(expr, part, faults)))
    }

    /// Whether it is computed for each row apart from the others, so that rows may be divided.
    pub fn is_local(&self, expr: &Expr, at: &Selection) -> bool {
        let alone = match &expr.op {
            Op::Read(column) | Op::Present(column) => {
                let lanes = at.lanes.as_ref();
                !lanes.is_some_and(|(prefixes, _)| prefixes.recomputes(*column))
            }
            Op::Previous(column) => self
                .definition_of(*column)
                .and_then(|definition| definition.starting.as_ref())
                .is_none_or(|starting| starting.value.op.operands().is_empty()),
            op => op.is_row_by_row(),
        };
        let operands = expr.op.operands();
        alone && operands.iter().all(|operand| self.is_local(operand, at))
    }

    /// Whether expressions are worth being computed in batches on some rows, and can be.
    pub fn divides<'e>(&self, at: &Selection, exprs: impl IntoIterator<Item = &'e Expr>) -> bool {
        at.len() > CHUNK && exprs.into_iter().all(|expr| self.is_local(expr, at))
    }

    /// The definition behind a column, if it is one.
    pub fn definition_of(&self, column: crate::ids::ColumnId) -> Option<&Definition> {
        match &self.model.columns.at(column).origin {
            Origin::Definition(definition) => Some(definition),
            Origin::Data(_) | Origin::Credit | Origin::Level => None,
        }
    }

    fn apply(&self, expr: &Expr, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let count = at.len();
        let mut of = |operand: &Expr| self.eval(operand, at, faults);
        match &expr.op {
            Op::Constant(value) => Vector::constant(value, count),
            Op::Key(part) => self.key_part(*part, at),
            Op::Read(column) => self.read(expr.id, *column, at, faults),
            Op::ReadAt(column, key) => self.read_at(expr.id, *column, key, at, faults),
            Op::SubsetRow(link, row) => {
                let larger = of(row).indices();
                self.subset_rows(*link, &larger)
            }
            Op::RowExists(frame, key) => {
                let rows = self.rows_at(*frame, key, at, faults);
                Vector::YesNo(rows.iter().map(|row| Some(*row != NOWHERE)).collect())
            }
            Op::Present(column) => {
                let states = self.states(*column, at, faults);
                let present = states.iter().map(|state| Some(*state != State::NoRow));
                Vector::YesNo(present.collect())
            }
            Op::PeriodOf(..)
            | Op::Coarser(..)
            | Op::Back(..)
            | Op::OwnPeriodOf(..)
            | Op::FirstDay(..)
            | Op::LastDay(..)
            | Op::DaysIn(..) => self.of_calendar(&expr.op, at, faults),
            Op::Moved(..) | Op::Later(..) | Op::Apart(..) => self.moved(expr, at, faults),
            Op::DaysActive(days) => self.days_active(days, at, faults),
            Op::LastActive(days) => self.last_active(days, at, faults),
            Op::OverDays(over) => self.over_days(over, at, faults),
            Op::Day => Vector::Date(at.days.iter().flat_map(|days| days.iter().copied().map(Some)).collect()),
            Op::Arithmetic(op, left, right) => {
                let (left, right) = (of(left).numbers(), of(right).numbers());
                arithmetic(*op, &left, &right, expr.id, at, faults)
            }
            Op::Negate(operand) => Vector::Numbers(of(operand).numbers().negated()),
            Op::Compare(comparison, left, right) => {
                let orders = of(left).compare(&of(right)).into_iter();
                let holds = |order: Ordering| holds(*comparison, order);
                Vector::YesNo(orders.map(|order| order.map(holds)).collect())
            }
            Op::Minimum(operands) => extreme(operands.iter().map(of), count, false),
            Op::Maximum(operands) => extreme(operands.iter().map(of), count, true),
            Op::Round(operand, places, mode) => Vector::Numbers(of(operand).numbers().rounded(*places, *mode)),
            Op::Not(operand) => {
                let truths = of(operand).truths().into_iter();
                Vector::YesNo(truths.map(|yes| yes.map(|yes| !yes)).collect())
            }
            Op::Exists(operand) => Vector::YesNo(of(operand).there().into_iter().map(Some).collect()),
            Op::And(first, second) => self.truth(first, second, true, at, faults),
            Op::Or(first, second) => self.truth(first, second, false, at, faults),
            Op::Default(first, second) => self.default(first, second, at, faults),
            Op::If(condition, then, other) => self.branch([condition, then, other], at, faults),
            Op::Aggregate(aggregate) => self.aggregate(expr.id, aggregate, at, faults),
            Op::Previous(column) => self.previous(*column, at, faults),
            Op::Increase(increase) => self.increase(increase, at, faults),
            Op::Running(running) => self.running_values(running, at, faults),
            Op::Rank(rank) => self.rank(rank, at, faults),
            Op::Pooled(rates, rank) => self.pooled(*rates, rank, expr.id, at, faults),
            Op::Allocate(shared) => self.allocate(shared, expr.id, at, faults),
            Op::Rate(rates, inputs) => {
                let inputs: Vec<Vector> = inputs.iter().map(of).collect();
                self.rate(*rates, &inputs, expr.id, at, faults)
            }
            Op::Convert(convert) => self.convert(convert, expr.id, at, faults),
        }
    }

    /// The values at some positions of a selection alone.
    pub fn eval_on(&self, expr: &Expr, at: &Selection, positions: &[u32], faults: &mut Vec<Fault>) -> Vector {
        if positions.is_empty() {
            return Vector::Blank(0);
        }
        self.eval(expr, &at.pick(positions), faults)
    }

    /// `and` and `or`: where the first truth is the `asking` one, the second decides.
    fn truth(&self, first: &Expr, second: &Expr, asking: bool, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let first = self.eval(first, at, faults).truths();
        let asked = positions(first.iter().map(|yes| *yes == Some(asking)));
        let mut truths = Vector::YesNo(first);
        let decided = self.eval_on(second, at, &asked, faults).truths();
        truths.put(asked.iter().copied(), Vector::YesNo(decided));
        truths
    }

    fn default(&self, first: &Expr, second: &Expr, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let mut values = self.eval(first, at, faults);
        let missing = positions(values.there().into_iter().map(|there| !there));
        let instead = self.eval_on(second, at, &missing, faults);
        values.put(missing.iter().copied(), instead);
        values
    }

    fn branch(&self, parts: [&Expr; 3], at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let [condition, then, other] = parts;
        let truths = self.eval(condition, at, faults).truths();
        let mut values = Vector::Blank(at.len());
        for (branch, taken) in [(then, true), (other, false)] {
            let rows = positions(truths.iter().map(|yes| *yes == Some(taken)));
            let branch = self.eval_on(branch, at, &rows, faults);
            values.put(rows.iter().copied(), branch);
        }
        values
    }

    /// For each position, the number of the first condition that is not yes there, if any. A
    /// condition is asked only where the earlier ones are yes.
    pub fn failing(&self, conditions: &[Expr], at: &Selection, faults: &mut Vec<Fault>) -> Vec<Option<u32>> {
        let mut failing = vec![None; at.len()];
        let mut standing: Vec<u32> = (0..row_number(at.len())).collect();
        for (number, condition) in (0..).zip(conditions) {
            let truths = self.eval_on(condition, at, &standing, faults).truths();
            let asked = std::mem::take(&mut standing);
            for (position, yes) in asked.into_iter().zip(truths) {
                if yes == Some(true) {
                    standing.push(position);
                } else if let Some(cell) = failing.get_mut(position as usize) {
                    *cell = Some(number);
                }
            }
        }
        failing
    }

    /// Those of some rows on which all conditions are yes.
    pub fn on_which<'s>(&self, conditions: &[Expr], at: &'s Selection, faults: &mut Vec<Fault>) -> Selection<'s> {
        match conditions.is_empty() {
            true => at.same(),
            false => at.pick(&self.standing(conditions, at, faults)),
        }
    }

    /// The positions at which all conditions are yes.
    pub fn standing(&self, conditions: &[Expr], at: &Selection, faults: &mut Vec<Fault>) -> Vec<u32> {
        let mut standing: Vec<u32> = (0..row_number(at.len())).collect();
        for condition in conditions {
            let truths = self.eval_on(condition, at, &standing, faults).truths();
            if truths.iter().any(|yes| *yes != Some(true)) {
                let mut truths = truths.into_iter();
                standing.retain(|_| truths.next() == Some(Some(true)));
            }
        }
        standing
    }
}

/// Something of the rows of a selection, a batch at a time and on all threads, in order.
pub(super) fn in_batches<T: Send>(
    at: &Selection,
    faults: &mut Vec<Fault>,
    of: impl Fn(&Selection, &mut Vec<Fault>) -> T + Sync,
) -> Vec<T> {
    let compute = |part: Selection| {
        let mut faults = Vec::new();
        (of(&part, &mut faults), faults)
    };
    let batches: Vec<(T, Vec<Fault>)> = at.chunks(CHUNK).into_par_iter().map(compute).collect();
    let take = |(batch, found): (T, Vec<Fault>)| {
        faults.extend(found);
        batch
    };
    batches.into_iter().map(take).collect()
}

fn arithmetic(
    op: Arithmetic,
    left: &Numbers,
    right: &Numbers,
    expr: ExprId,
    at: &Selection,
    faults: &mut Vec<Fault>,
) -> Vector {
    let (numbers, zeros) = Numbers::arithmetic(op, left, right);
    let fault = |position| at.fault(FaultKind::DivisionByZero, expr, position);
    faults.extend(zeros.into_iter().map(fault));
    Vector::Numbers(numbers)
}

fn holds(comparison: Comparison, order: Ordering) -> bool {
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    }
}

fn extreme(operands: impl Iterator<Item = Vector>, count: usize, larger: bool) -> Vector {
    operands.reduce(|best, next| best.extreme(&next, larger)).unwrap_or(Vector::Blank(count))
}
