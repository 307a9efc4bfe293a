//! What is known at a place in an expression: the rows it stands on, and what has been proved there.

use super::checker::Checker;
use super::expr::{Comparison, DaysActive, Expr, Op};
use super::grain::OwnWay;
use super::model::Origin;
use crate::cell::Value;
use crate::ids::FrameId;

/// Where an expression stands.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    /// The rows.
    pub frame: FrameId,
    /// What holds on every row on which the expression is evaluated.
    pub facts: Facts,
    /// The definition being checked, by its position.
    pub definition: Option<usize>,
    /// The day as of which versions are read, where it is not the row's own.
    pub as_of: Option<Expr>,
    /// Whether what is read is converted at once, so that it may be in the currency of its own row.
    pub converts: bool,
    /// Which of several ways from the rows is meant.
    pub way: Option<OwnWay>,
}

impl Scope {
    pub fn new(frame: FrameId) -> Self {
        Self { frame, facts: Facts::default(), definition: None, as_of: None, converts: false, way: None }
    }
}

impl Checker<'_> {
    /// The same place, where a condition is known to hold.
    pub fn knowing(&self, scope: &Scope, condition: &Expr) -> Scope {
        let mut scope = scope.clone();
        scope.facts.assume(condition);
        self.know_wheres(&mut scope);
        scope
    }

    /// The same place, where an expression is known to be there: on the other side of a condition.
    pub fn having(&self, scope: &Scope, expr: &Expr) -> Scope {
        let mut scope = scope.clone();
        scope.facts.prove(expr);
        self.know_wheres(&mut scope);
        scope
    }

    /// Where a definition has a value, its own `where` holds.
    fn know_wheres(&self, scope: &mut Scope) {
        let mut next = 0;
        while let Some(expr) = scope.facts.there.get(next) {
            next = next.saturating_add(1);
            let (column, key) = match &expr.op {
                Op::Read(column) => (*column, None),
                Op::ReadAt(column, key) => (*column, Some(key)),
                _ => continue,
            };
            let Origin::Definition(definition) = &self.model.columns.at(column).origin else { continue };
            let here = |condition: &Expr| match key {
                None => Some(condition.clone()),
                Some(key) => seen_from(condition, key),
            };
            let known: Vec<Expr> = definition.conditions.iter().filter_map(here).collect();
            for condition in known {
                if !scope.facts.holds(&condition) {
                    scope.facts.assume(&condition);
                }
            }
        }
    }
}

impl Checker<'_> {
    /// Whether a condition is known to be yes at a place, also because a value of the row that it asks for is there.
    pub fn is_known(&self, scope: &Scope, condition: &Expr) -> bool {
        let row = match &condition.op {
            Op::RowExists(frame, key) => scope.facts.has_row(*frame, key, |column| self.frame_of(column)),
            _ => false,
        };
        row || scope.facts.holds(condition)
    }
}

/// A condition of the rows of a frame, as one of a reader who finds their row with this key; none where it rests on
/// more than that row.
pub(super) fn seen_from(condition: &Expr, key: &[Expr]) -> Option<Expr> {
    let one = |expr: &Expr| seen_from(expr, key).map(Box::new);
    let all = |exprs: &[Expr]| exprs.iter().map(|expr| seen_from(expr, key)).collect::<Option<Vec<Expr>>>();
    let op = match &condition.op {
        Op::Key(part) => return key.get(*part).cloned(),
        Op::Constant(value) => Op::Constant(value.clone()),
        Op::Read(column) => Op::ReadAt(*column, key.to_vec()),
        Op::ReadAt(column, of) => Op::ReadAt(*column, all(of)?),
        Op::RowExists(frame, of) => Op::RowExists(*frame, all(of)?),
        Op::PeriodOf(unit, date) => Op::PeriodOf(*unit, one(date)?),
        Op::Coarser(unit, period, coarser) => Op::Coarser(*unit, one(period)?, *coarser),
        Op::FirstDay(unit, period) => Op::FirstDay(*unit, one(period)?),
        Op::LastDay(unit, period) => Op::LastDay(*unit, one(period)?),
        Op::DaysIn(unit, period) => Op::DaysIn(*unit, one(period)?),
        Op::Arithmetic(op, a, b) => Op::Arithmetic(*op, one(a)?, one(b)?),
        Op::Negate(a) => Op::Negate(one(a)?),
        Op::Compare(op, a, b) => Op::Compare(*op, one(a)?, one(b)?),
        Op::And(a, b) => Op::And(one(a)?, one(b)?),
        Op::Or(a, b) => Op::Or(one(a)?, one(b)?),
        Op::Not(a) => Op::Not(one(a)?),
        Op::Exists(a) => Op::Exists(one(a)?),
        Op::Default(a, b) => Op::Default(one(a)?, one(b)?),
        _ => return None,
    };
    Some(Expr { id: condition.id, op })
}

/// What is proved: conditions that are yes, and expressions that are there.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    truths: Vec<Expr>,
    there: Vec<Expr>,
}

impl Facts {
    /// Takes a condition as yes. Its conjuncts prove what they compare or say exists.
    pub fn assume(&mut self, condition: &Expr) {
        match &condition.op {
            Op::And(a, b) => {
                self.assume(a);
                self.assume(b);
                return;
            }
            Op::Exists(operand) => self.prove(operand),
            _ => self.prove_operands(condition),
        }
        self.truths.push(condition.clone());
    }

    /// Takes an expression as there, and with it all that it needs.
    pub fn prove(&mut self, expr: &Expr) {
        self.prove_operands(expr);
        self.there.push(expr.clone());
    }

    /// Takes several expressions as there.
    pub fn prove_all(&mut self, exprs: &[Expr]) {
        for expr in exprs {
            self.prove(expr);
        }
    }

    /// A value that is there has all its operands, unless it can do without some of them.
    fn prove_operands(&mut self, expr: &Expr) {
        match &expr.op {
            Op::If(condition, ..) => self.prove(condition),
            Op::And(first, _) | Op::Or(first, _) => self.prove(first),
            Op::Default(..)
            | Op::Exists(_)
            | Op::RowExists(..)
            | Op::Aggregate(_)
            | Op::Increase(_)
            | Op::OverDays(_) => {}
            // They rest on other rows as well as on this one.
            Op::Running(_) | Op::Rank(_) | Op::Pooled(..) | Op::Allocate(_) => {}
            Op::DaysActive(days) | Op::LastActive(days) => {
                days.span.period().into_iter().for_each(|period| self.prove(period));
            }
            Op::Convert(convert) => {
                self.prove(&convert.amount);
                self.prove(&convert.from);
                self.prove(&convert.to);
            }
            op => {
                for operand in op.operands() {
                    self.prove(operand);
                }
            }
        }
    }

    /// Whether a condition is known to be yes: what a comparison has proved to be there exists.
    pub fn holds(&self, condition: &Expr) -> bool {
        let follows = || match &condition.op {
            Op::And(a, b) => self.holds(a) && self.holds(b),
            Op::Exists(value) => self.has(value),
            _ => false,
        };
        self.truths.contains(condition) || follows()
    }

    /// Whether some of these days are known to be there.
    pub fn is_active(&self, days: &DaysActive) -> bool {
        let none = |expr: &Expr| matches!(&expr.op, Op::Constant(Value::Number(number)) if number.is_zero());
        let asked = self.truths.iter().any(|truth| match &truth.op {
            Op::Compare(Comparison::Greater, some, zero) => {
                none(zero) && matches!(&some.op, Op::DaysActive(asked) if **asked == *days)
            }
            _ => false,
        });
        asked || self.there.iter().any(|expr| matches!(&expr.op, Op::OverDays(over) if over.days == *days))
    }

    /// Whether two values are known to be equal.
    pub fn equals(&self, left: &Op, right: &Op) -> bool {
        self.truths.iter().any(|truth| match &truth.op {
            Op::Compare(Comparison::Equal, a, b) => a.op == *left && b.op == *right || a.op == *right && b.op == *left,
            _ => false,
        })
    }

    /// Whether one of the expressions known to be there is such.
    pub fn any_there(&self, such: impl Fn(&Expr) -> bool) -> bool {
        self.there.iter().any(such)
    }

    /// Whether an expression is known to be there.
    pub fn has(&self, expr: &Expr) -> bool {
        self.there.contains(expr)
    }

    /// Whether a frame is known to have a row with this key: asked for, or because a value there was.
    pub fn has_row(&self, frame: FrameId, key: &[Expr], frame_of: impl Fn(crate::ids::ColumnId) -> FrameId) -> bool {
        let asked = self.truths.iter().any(|truth| match &truth.op {
            Op::RowExists(other, other_key) => *other == frame && other_key.as_slice() == key,
            _ => false,
        });
        asked
            || self.there.iter().any(|expr| match &expr.op {
                Op::ReadAt(column, other_key) => frame_of(*column) == frame && other_key.as_slice() == key,
                _ => false,
            })
    }
}
