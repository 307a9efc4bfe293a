//! Expressions: each operation as its meaning reads.

use super::cell::fault;
use super::{At, Cell, Computed, Interpreter, Out};
use crate::ids::{ColumnId, FrameId};
use crate::step::{Kept, Node};
use crate::table::{FaultKind, Key, State, Value};
use crate::types::expr::{Arithmetic, Comparison, Expr, Op};
use crate::types::model::{FrameRows, KeyPart, Origin};
use crate::value::Exact;

/// With less of the stack left than this, it goes on in another piece.
const STACK_LEFT_BYTES: usize = 128 * 1024;
/// The size of such a piece.
const STACK_PIECE_BYTES: usize = 4 * 1024 * 1024;

impl Interpreter<'_> {
    /// The value of an expression at a row.
    pub(super) fn eval(&mut self, expr: &Expr, at: &At) -> Computed<Out> {
        // A cell may rest on a long chain of others.
        let mut out = stacker::maybe_grow(STACK_LEFT_BYTES, STACK_PIECE_BYTES, || self.eval_now(expr, at))?;
        if self.tracing {
            self.in_own_currency(expr, at, &mut out);
        }
        Ok(out)
    }

    fn eval_now(&mut self, expr: &Expr, at: &At) -> Computed<Out> {
        match &expr.op {
            Op::Constant(value) => Ok(self.fact(expr, Some(value.clone()))),
            Op::Key(part) => {
                let value = self.key_part(*part, at)?;
                let mut out = self.out(expr, value, || Node::Key { part: *part });
                if let Some(formula) = &mut out.formula {
                    formula.value = self.key_shown(*part, at)?;
                }
                Ok(out)
            }
            Op::Read(column) => {
                let cell = self.read_here(expr, *column, at)?;
                Ok(self.cell_out(expr, cell, None))
            }
            Op::ReadAt(column, key) => self.read_at(expr, *column, key, at),
            Op::SubsetRow(link, row) => {
                let larger = self.eval(row, at)?;
                let found = self.subset_row(*link, larger.value.as_ref())?;
                let of = self.frame_name(self.program.model.columns.at(*link).frame);
                let at = larger.formula.into_iter().collect();
                Ok(self.out(expr, found.map(Value::Row), || Node::Row { of, at }))
            }
            Op::RowExists(frame, key) => self.row_exists(expr, *frame, key, at),
            Op::Present(column) => self.definition_present(expr, *column, at),
            Op::PeriodOf(..)
            | Op::Coarser(..)
            | Op::Back(..)
            | Op::OwnPeriodOf(..)
            | Op::FirstDay(..)
            | Op::LastDay(..)
            | Op::DaysIn(..)
            | Op::DaysActive(_)
            | Op::LastActive(_)
            | Op::OverDays(_)
            | Op::Day => self.of_calendar(expr, at),
            Op::Moved(..) | Op::Later(..) | Op::Apart(..) => self.moved(expr, at),
            Op::Arithmetic(op, a, b) => self.arithmetic(expr, *op, a, b, at),
            Op::Negate(a) => {
                let a = self.eval(a, at)?;
                let value = number(&a.value).map(|a| Value::Number(a.negated()));
                Ok(self.operation(expr, "negate", value, vec![a]))
            }
            Op::Compare(op, a, b) => self.compare(expr, *op, a, b, at),
            Op::Minimum(operands) => self.extreme(expr, operands, false, at),
            Op::Maximum(operands) => self.extreme(expr, operands, true, at),
            Op::Round(a, places, mode) => {
                let a = self.eval(a, at)?;
                let value = number(&a.value).map(|a| Value::Number(a.rounded(*places, *mode)));
                let mut out = self.operation(expr, "round", value, vec![a]);
                if let Some(Node::Operation { rounded, .. }) = out.formula.as_mut().map(|formula| &mut formula.node) {
                    *rounded = Some(Kept { places: *places, mode: mode.words().to_owned() });
                }
                Ok(out)
            }
            Op::And(..) | Op::Or(..) | Op::Not(_) | Op::Exists(_) => self.logic(expr, at),
            Op::Default(a, b) => self.default(expr, a, b, at),
            Op::If(condition, then, otherwise) => self.if_then(expr, condition, then, otherwise, at),
            Op::Aggregate(aggregate) => self.aggregate(expr, aggregate, at),
            Op::Previous(column) => self.previous(expr, *column, at),
            Op::Increase(increase) => self.increase(expr, increase, at),
            Op::Running(running) => self.running(expr, running, at),
            Op::Rank(rank) => self.rank(expr, rank, at),
            Op::Pooled(rates, rank) => self.pooled(expr, *rates, rank, at),
            Op::Allocate(shared) => self.allocate(expr, shared, at),
            Op::Rate(rates, input) => self.rate(expr, *rates, input, at),
            Op::Convert(convert) => self.convert(expr, convert, at),
        }
    }

    /// Whether a frame has a row with a key.
    fn row_exists(&mut self, expr: &Expr, frame: FrameId, key: &[Expr], at: &At) -> Computed<Out> {
        let row = self.row_at(frame, key, at)?;
        let key = self.key_formulas(key, at)?;
        let of = self.frame_name(frame);
        Ok(self.out(expr, Some(Value::YesNo(row.is_some())), || Node::Row { of, at: key }))
    }

    /// Whether a definition has its row here.
    fn definition_present(&mut self, expr: &Expr, column: ColumnId, at: &At) -> Computed<Out> {
        let there = self.is_present(column, at)?;
        let conditions = match &self.program.model.columns.at(column).origin {
            Origin::Definition(definition) => self.asked(&definition.conditions, at)?,
            Origin::Data(_) | Origin::Credit | Origin::Level => Vec::new(),
        };
        Ok(self.out(expr, Some(Value::YesNo(there)), || Node::Present { conditions }))
    }

    /// A part of the row's own key.
    fn key_part(&mut self, part: usize, at: &At) -> Computed<Option<Value>> {
        let rows = self.rows(at.frame)?;
        let parts = &self.program.model.frames.at(at.frame).parts;
        let (Some(kind), Some(key)) = (parts.get(part), rows.key(at.row).get(part)) else { return Ok(None) };
        let number = u32::try_from(*key).unwrap_or(u32::MAX);
        Ok(match kind {
            KeyPart::Record(_) | KeyPart::Credit => Some(Value::Row(number)),
            KeyPart::Period(_) => i32::try_from(*key).ok().map(|key| Value::Period(crate::calendar::Period(key))),
            KeyPart::Choice(_) => Some(Value::Choice(number)),
            // No expression reads the currency of its own key by its position.
            KeyPart::Currency => None,
        })
    }

    /// A column of this frame at this row; within an increase, definitions of the target's frame are
    /// recomputed on the rows that count.
    fn read_here(&mut self, expr: &Expr, column: ColumnId, at: &At) -> Computed<Cell> {
        let program = self.program;
        let (Some(first), Origin::Definition(definition)) = (&at.first, &program.model.columns.at(column).origin)
        else {
            return self.read(expr, column, at.row, at);
        };
        self.recomputed(column, definition, at, first, true)
    }

    /// Whether a column has its row here: a definition where its conditions hold, whatever its value.
    fn is_present(&mut self, column: ColumnId, at: &At) -> Computed<bool> {
        let program = self.program;
        match &program.model.columns.at(column).origin {
            Origin::Definition(definition) => self.all_hold(&definition.conditions, at),
            Origin::Data(_) | Origin::Credit | Origin::Level => Ok(self.cell(column, at.row)?.state != State::NoRow),
        }
    }

    /// The row whose key is a row of the larger record.
    fn subset_row(&mut self, link: ColumnId, larger: Option<&Value>) -> Computed<Option<u32>> {
        let frame = self.program.model.columns.at(link).frame;
        for row in self.rows(frame)?.all() {
            let own = self.quietly(|this| this.cell(link, row))?.value;
            if own.is_some() && own.as_ref() == larger {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    fn read_at(&mut self, expr: &Expr, column: ColumnId, key: &[Expr], at: &At) -> Computed<Out> {
        let frame = self.program.model.columns.at(column).frame;
        if let (FrameRows::Versions(_), Some((day, _))) = (self.program.model.frames.at(frame).rows, key.split_last()) {
            return self.read_version(expr, column, key, day, at);
        }
        let row = self.row_at(frame, key, at)?;
        let key = self.key_formulas(key, at)?;
        let cell = match row {
            Some(row) => Some(self.read(expr, column, row, at)?).filter(|cell| cell.state != State::NoRow),
            None => None,
        };
        match cell {
            Some(cell) => Ok(self.cell_out(expr, cell, Some(key))),
            None => {
                let of = self.program.names.columns.at(column).name.clone();
                Ok(self.out(expr, None, || Node::Absent { of, at: key }))
            }
        }
    }

    /// The row of a frame with a key; none when a part is missing or there is no such row.
    pub(super) fn row_at(&mut self, frame: FrameId, key: &[Expr], at: &At) -> Computed<Option<u32>> {
        match self.key_of(key, at)? {
            Some(key) => Ok(self.rows(frame)?.find(&key)),
            None => Ok(None),
        }
    }

    /// The parts of a key; none when one is missing.
    pub(super) fn key_of(&mut self, parts: &[Expr], at: &At) -> Computed<Option<Vec<Key>>> {
        let mut key = Vec::new();
        for part in parts {
            key.push(self.quietly(|this| this.eval(part, at))?.value.and_then(|value| value.key()));
        }
        Ok(key.into_iter().collect())
    }

    fn arithmetic(&mut self, expr: &Expr, op: Arithmetic, a: &Expr, b: &Expr, at: &At) -> Computed<Out> {
        let a = self.eval(a, at)?;
        let b = self.eval(b, at)?;
        let value = match (number(&a.value), number(&b.value)) {
            (Some(a), Some(b)) => Some(match op {
                Arithmetic::Plus => a.plus(b),
                Arithmetic::Minus => a.minus(b),
                Arithmetic::Times | Arithmetic::Of => a.times(b),
                Arithmetic::Over => a.over(b).ok_or_else(|| fault(FaultKind::DivisionByZero, expr, at))?,
            }),
            _ => None,
        };
        let word = match op {
            Arithmetic::Plus => "plus",
            Arithmetic::Minus => "minus",
            Arithmetic::Times => "times",
            Arithmetic::Over => "over",
            Arithmetic::Of => "of",
        };
        Ok(self.operation(expr, word, value.map(Value::Number), vec![a, b]))
    }

    fn compare(&mut self, expr: &Expr, op: Comparison, a: &Expr, b: &Expr, at: &At) -> Computed<Out> {
        let a = self.eval(a, at)?;
        let b = self.eval(b, at)?;
        let order = match (&a.value, &b.value) {
            (Some(a), Some(b)) => order(a, b),
            _ => None,
        };
        let (word, yes) = match op {
            Comparison::Equal => ("equal", order.map(|order| order.is_eq())),
            Comparison::NotEqual => ("not_equal", order.map(|order| order.is_ne())),
            Comparison::Less => ("less", order.map(|order| order.is_lt())),
            Comparison::LessOrEqual => ("less_or_equal", order.map(|order| order.is_le())),
            Comparison::Greater => ("greater", order.map(|order| order.is_gt())),
            Comparison::GreaterOrEqual => ("greater_or_equal", order.map(|order| order.is_ge())),
        };
        Ok(self.operation(expr, word, yes.map(Value::YesNo), vec![a, b]))
    }

    /// The smallest or largest operand; missing when one is.
    fn extreme(&mut self, expr: &Expr, operands: &[Expr], largest: bool, at: &At) -> Computed<Out> {
        let mut outs = Vec::new();
        for operand in operands {
            outs.push(self.eval(operand, at)?);
        }
        let values: Option<Vec<&Value>> = outs.iter().map(|out| out.value.as_ref()).collect();
        let value = values.and_then(|values| pick(values.into_iter(), largest)).cloned();
        Ok(self.operation(expr, if largest { "maximum" } else { "minimum" }, value, outs))
    }

    fn logic(&mut self, expr: &Expr, at: &At) -> Computed<Out> {
        match &expr.op {
            Op::And(a, b) => {
                let a = self.eval(a, at)?;
                if a.value != Some(Value::YesNo(true)) {
                    let value = a.value.clone();
                    return Ok(self.operation(expr, "and", value, vec![a]));
                }
                let b = self.eval(b, at)?;
                let value = b.value.clone();
                Ok(self.operation(expr, "and", value, vec![a, b]))
            }
            Op::Or(a, b) => {
                let a = self.eval(a, at)?;
                if a.value != Some(Value::YesNo(false)) {
                    let value = a.value.clone();
                    return Ok(self.operation(expr, "or", value, vec![a]));
                }
                let b = self.eval(b, at)?;
                let value = b.value.clone();
                Ok(self.operation(expr, "or", value, vec![a, b]))
            }
            Op::Not(a) => {
                let a = self.eval(a, at)?;
                let value = match a.value {
                    Some(Value::YesNo(yes)) => Some(Value::YesNo(!yes)),
                    _ => None,
                };
                Ok(self.operation(expr, "not", value, vec![a]))
            }
            Op::Exists(a) => {
                let a = self.eval(a, at)?;
                let value = Some(Value::YesNo(a.value.is_some()));
                Ok(self.operation(expr, "exists", value, vec![a]))
            }
            _ => Ok(self.fact(expr, None)),
        }
    }

    fn default(&mut self, expr: &Expr, a: &Expr, b: &Expr, at: &At) -> Computed<Out> {
        let first = self.eval(a, at)?;
        if first.value.is_some() {
            let value = first.value.clone();
            return Ok(self.out(expr, value, || Node::Default { asked: boxed(first), instead: None }));
        }
        let second = self.eval(b, at)?;
        let value = second.value.clone();
        Ok(self.out(expr, value, || Node::Default { asked: boxed(first), instead: Some(boxed(second)) }))
    }

    fn if_then(&mut self, expr: &Expr, condition: &Expr, then: &Expr, otherwise: &Expr, at: &At) -> Computed<Out> {
        let asked = self.eval(condition, at)?;
        let (yes, taken, other) = match asked.value {
            Some(Value::YesNo(true)) => (true, Some(then), otherwise),
            Some(_) => (false, Some(otherwise), then),
            None => (false, None, then),
        };
        let branch = match taken {
            Some(branch) => Some(self.eval(branch, at)?),
            None => None,
        };
        let value = branch.as_ref().and_then(|branch| branch.value.clone());
        let not_taken = if self.tracing { self.program.names.written(other.id) } else { String::new() };
        Ok(self.out(expr, value, || Node::If {
            condition: boxed(asked),
            then: yes,
            taken: branch.map(boxed),
            not_taken,
        }))
    }
}

/// The number that a value is.
pub(super) fn number(value: &Option<Value>) -> Option<&Exact> {
    match value {
        Some(Value::Number(number)) => Some(number),
        _ => None,
    }
}

/// The order of two values of one type. What has no order of its own is only equal or not.
pub(super) fn order(a: &Value, b: &Value) -> Option<std::cmp::Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Some(a.cmp(b)),
        (Value::YesNo(a), Value::YesNo(b)) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Period(a), Value::Period(b)) => Some(a.cmp(b)),
        (Value::Row(a), Value::Row(b)) | (Value::Choice(a), Value::Choice(b)) => Some(a.cmp(b)),
        (Value::Currency(a), Value::Currency(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// The smallest or largest of some values.
pub(super) fn pick<'v>(values: impl Iterator<Item = &'v Value>, largest: bool) -> Option<&'v Value> {
    values.reduce(|best, value| match (order(value, best), largest) {
        (Some(std::cmp::Ordering::Greater), true) | (Some(std::cmp::Ordering::Less), false) => value,
        _ => best,
    })
}

/// The formula of an operand; only asked for when steps are kept.
pub(super) fn boxed(out: Out) -> Box<super::Formula> {
    Box::new(formula(out))
}

/// The formula of an operand; only asked for when steps are kept.
pub(super) fn formula(out: Out) -> super::Formula {
    out.formula.unwrap_or(super::Formula { text: String::new(), value: None, node: Node::Missing })
}
