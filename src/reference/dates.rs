//! Periods, days, earlier periods, and conversions at a date.

use super::cell::fault;
use super::eval::{boxed, number};
use super::{At, Cell, Computed, Interpreter, Out};
use crate::calendar::{Date, Period, Unit, print_date};
use crate::ids::ColumnId;
use crate::step::{ActiveDays, Days, Formula, Node};
use crate::table::{FaultKind, Key, Value};
use crate::types::expr::{Convert, DaySpan, DaysActive, Expr, Op};
use crate::types::model::{KeyPart, Origin, Type};
use crate::value::{Currency, Exact};

impl Interpreter<'_> {
    /// The operations of the calendar.
    pub(super) fn of_calendar(&mut self, expr: &Expr, at: &At) -> Computed<Out> {
        match &expr.op {
            Op::PeriodOf(unit, date) => {
                let out = self.eval(date, at)?;
                let period = date_of(&out.value).and_then(|date| self.results.tables.calendar.period_of(*unit, date));
                Ok(self.operation(expr, "period_of", period.map(Value::Period), vec![out]))
            }
            Op::OwnPeriodOf(unit, date, from) => {
                let (out, from) = (self.eval(date, at)?, self.eval(from, at)?);
                let days = date_of(&out.value).zip(date_of(&from.value));
                let calendar = &self.results.tables.calendar;
                let period = days.and_then(|(date, from)| calendar.own_period(*unit, from, date));
                Ok(self.operation(expr, "own_period_of", period.map(Value::Period), vec![out, from]))
            }
            Op::Coarser(unit, period, coarser) => {
                let out = self.eval(period, at)?;
                let calendar = &self.results.tables.calendar;
                let period = period_of(&out.value).and_then(|period| calendar.coarsen(*unit, period, *coarser));
                Ok(self.operation(expr, "coarser", period.map(Value::Period), vec![out]))
            }
            Op::Back(unit, period, count) => {
                let out = self.eval(period, at)?;
                let calendar = &self.results.tables.calendar;
                let period = period_of(&out.value).and_then(|period| calendar.back(*unit, period, *count));
                let mut out = self.operation(expr, "back", period.map(Value::Period), vec![out]);
                if let Some(Node::Operation { places_back, .. }) = out.formula.as_mut().map(|formula| &mut formula.node)
                {
                    *places_back = Some(*count);
                }
                Ok(out)
            }
            Op::FirstDay(unit, period) => {
                let out = self.own_period(expr, period, *unit, at)?;
                let calendar = &self.results.tables.calendar;
                let day = period_of(&out.value).and_then(|period| calendar.first_day(*unit, period));
                Ok(self.operation(expr, "first_day", day.map(Value::Date), vec![out]))
            }
            Op::LastDay(unit, period) => {
                let out = self.own_period(expr, period, *unit, at)?;
                let calendar = &self.results.tables.calendar;
                let day = period_of(&out.value).and_then(|period| calendar.last_day(*unit, period));
                Ok(self.operation(expr, "last_day", day.map(Value::Date), vec![out]))
            }
            Op::DaysIn(unit, period) => {
                let out = self.own_period(expr, period, *unit, at)?;
                let calendar = &self.results.tables.calendar;
                let days = period_of(&out.value).and_then(|period| calendar.days_in(*unit, period));
                Ok(self.operation(expr, "days_in", days.map(count), vec![out]))
            }
            Op::DaysActive(days) if days.person.is_none() => self.days_active(expr, days, at),
            Op::DaysActive(days) => self.active_count(expr, days, at),
            Op::LastActive(days) => self.last_active(expr, days, at),
            Op::OverDays(over) => self.over_days(expr, over, at),
            Op::Day => {
                let day = self.day.map(Value::Date);
                Ok(self.fact(expr, day))
            }
            _ => Ok(self.fact(expr, None)),
        }
    }

    /// The period that a word such as `start of quarter` is about: where the plan says no more of it than that
    /// word, it is called by its unit.
    fn own_period(&mut self, expr: &Expr, period: &Expr, unit: Unit, at: &At) -> Computed<Out> {
        let mut out = self.eval(period, at)?;
        if let Some(formula) = &mut out.formula
            && formula.text == self.program.names.written(expr.id)
        {
            formula.text = crate::fault::part_name(self.program, KeyPart::Period(unit));
        }
        Ok(out)
    }

    fn days_active(&mut self, expr: &Expr, days: &DaysActive, at: &At) -> Computed<Out> {
        let DaySpan::Period(unit, period) = &days.span else { return Ok(self.fact(expr, None)) };
        let period = self.eval(period, at)?;
        let mut operands = Vec::new();
        let mut bounds = [None, None];
        let mut shown = [None, None];
        for ((bound, shown), side) in bounds.iter_mut().zip(&mut shown).zip([&days.from, &days.to]) {
            if let Some(side) = side {
                let out = self.eval(side, at)?;
                *bound = date_of(&out.value);
                shown.clone_from(&out.formula);
                operands.push(out);
            }
        }
        let asked = match &days.inside {
            Some(inside) => Some(self.eval(inside, at)?),
            None => None,
        };
        let inside = asked.as_ref().is_none_or(|asked| asked.value == Some(Value::YesNo(true)));
        let [from, to] = bounds;
        let calendar = &self.results.tables.calendar;
        let value = period_of(&period.value).map(|period| {
            let active = if inside { calendar.days_active(*unit, period, from, to) } else { 0 };
            count(active)
        });
        let within = period_of(&period.value).and_then(|period| calendar.in_plan(*unit, period));
        operands.insert(0, period);
        let mut out = self.operation(expr, "days_active", value, operands);
        if let Some(Node::Operation { active, .. }) = out.formula.as_mut().map(|formula| &mut formula.node) {
            let [from, to] = shown;
            let inside = asked.and_then(|asked| asked.formula);
            *active = Some(Box::new(ActiveDays { within: within.map(day_span), from, to, inside }));
        }
        Ok(out)
    }

    /// The column one period earlier, or its starting value on the first row.
    pub(super) fn previous(&mut self, expr: &Expr, column: ColumnId, at: &At) -> Computed<Out> {
        let Some((unit, period, earlier)) = self.earlier(column, at)? else {
            return Ok(self.out(expr, None, || Node::Missing));
        };
        let program = self.program;
        let Origin::Definition(definition) = &program.model.columns.at(column).origin else {
            return Ok(self.out(expr, None, || Node::Missing));
        };
        let each = definition.starting.as_ref().and_then(|starting| starting.each);
        let anew = each.is_some_and(|each| self.begins(each, unit, period));
        if let (Some(row), false) = (earlier, anew) {
            self.settle(column, row)?;
            let Cell { value, noted, .. } = self.cell(column, row)?;
            let before = self.results.tables.calendar.previous(unit, period);
            let periods = [Some(period), before].into_iter().flatten();
            let periods = periods.map(|period| self.amount(Type::Period(unit), &Value::Period(period))).collect();
            let step = noted.map(|noted| noted.step);
            return Ok(self.out(expr, value, || Node::Previous { step, periods, starting: None }));
        }
        let starting = match &definition.starting {
            Some(starting) => {
                // The first row begins afresh, also within an increase.
                let here = At { frame: at.frame, row: at.row, first: None };
                Some(self.eval(&starting.value, &here)?)
            }
            None => None,
        };
        let value = starting.as_ref().and_then(|starting| starting.value.clone());
        let starting = starting.map(boxed);
        Ok(self.out(expr, value, || Node::Previous { step: None, periods: Vec::new(), starting }))
    }

    /// The unit and period of a row, and the row one period earlier on the same other keys.
    fn earlier(&mut self, column: ColumnId, at: &At) -> Computed<Option<(Unit, Period, Option<u32>)>> {
        let frame = self.program.model.columns.at(column).frame;
        let rows = self.rows(frame)?;
        let mut key = rows.key(at.row).to_vec();
        let parts = &self.program.model.frames.at(frame).parts;
        let found = parts.iter().enumerate().find_map(|(position, part)| match part {
            KeyPart::Period(unit) => Some((*unit, position)),
            _ => None,
        });
        let Some((unit, position)) = found else { return Ok(None) };
        let Some(part) = key.get_mut(position) else { return Ok(None) };
        let Some(period) = i32::try_from(*part).ok().map(Period) else { return Ok(None) };
        let before = self.results.tables.calendar.previous(unit, period);
        *part = Key::from(before.map_or(i32::MIN, |before| before.0));
        let row = before.and_then(|_| rows.find(&key));
        Ok(Some((unit, period, row)))
    }

    /// Computes the earlier rows of a column from the first on, so that a long chain of periods does
    /// not become as deep a chain of calls.
    fn settle(&mut self, column: ColumnId, row: u32) -> Computed<()> {
        let frame = self.program.model.columns.at(column).frame;
        let mut waiting = Vec::new();
        let mut next = Some(row);
        while let Some(row) = next.filter(|row| !self.cells.get(&(column, *row)).is_some_and(|cell| self.will_do(cell)))
        {
            waiting.push(row);
            next = self.earlier(column, &At { frame, row, first: None })?.and_then(|(_, _, earlier)| earlier);
        }
        while let Some(row) = waiting.pop() {
            self.cell(column, row)?;
        }
        Ok(())
    }

    /// Whether a period is the first of those that begin in one of the coarser unit.
    fn begins(&self, coarser: Unit, unit: Unit, period: Period) -> bool {
        let calendar = &self.results.tables.calendar;
        let within = |period| calendar.first_day(unit, period).and_then(|day| calendar.period_of(coarser, day));
        match calendar.previous(unit, period) {
            Some(before) => within(before) != within(period),
            None => true,
        }
    }

    /// An amount in another currency.
    pub(super) fn convert(&mut self, expr: &Expr, convert: &Convert, at: &At) -> Computed<Out> {
        let amount = self.eval(&convert.amount, at)?;
        let from = self.eval(&convert.from, at)?;
        let to = self.eval(&convert.to, at)?;
        let sides = (number(&amount.value).cloned(), currency_of(&from.value), currency_of(&to.value));
        // A currency that the plan writes is in its words.
        let to = Some(to).filter(|_| !matches!(convert.to.op, Op::Constant(_))).map(boxed);
        let (Some(exact), Some(currency), Some(wanted)) = sides else {
            return Ok(self.out(expr, None, || Node::Convert { amount: boxed(amount), rates: Vec::new(), to }));
        };
        // Nothing is nothing in any currency.
        if currency == wanted || exact.is_zero() {
            let value = amount.value.clone();
            return Ok(self.out(expr, value, || Node::Convert { amount: boxed(amount), rates: Vec::new(), to }));
        }
        let mut rates = Vec::new();
        let mut both = Vec::new();
        for side in [currency, wanted] {
            if side == convert.home {
                both.push(Exact::one());
                continue;
            }
            let Some(rate) = self.exchange_rate(expr, convert, side, at)? else {
                return Ok(self.out(expr, None, || Node::Missing));
            };
            both.extend(number(&rate.value).cloned());
            rates.push(super::eval::formula(rate));
        }
        let value = match both.as_slice() {
            [from, to] => Some(exact.times(from).over(to).ok_or_else(|| fault(FaultKind::DivisionByZero, expr, at))?),
            _ => None,
        };
        Ok(self.out(expr, value.map(Value::Number), || Node::Convert { amount: boxed(amount), rates, to }))
    }

    /// The rate of a currency; none when the date it is asked for is missing.
    fn exchange_rate(&mut self, expr: &Expr, convert: &Convert, side: Currency, at: &At) -> Computed<Option<Out>> {
        let mut key: Vec<Key> = Vec::new();
        let mut shown = Vec::new();
        for part_expr in &convert.key {
            let value = match part_expr {
                Some(part) => self.quietly(|this| this.eval(part, at))?.value,
                None => Some(Value::Currency(side)),
            };
            let Some(part) = value.and_then(|value| value.key()) else { return Ok(None) };
            key.push(part);
            shown.extend(match part_expr {
                Some(part) if self.tracing => self.eval(part, at)?.formula,
                _ => {
                    let value = Some(self.amount(Type::Currency, &Value::Currency(side)));
                    Some(Formula { text: String::new(), value, node: Node::Constant })
                }
            });
        }
        let frame = self.program.model.columns.at(convert.rate).frame;
        let Some(row) = self.rows(frame)?.find(&key) else {
            return Err(fault(FaultKind::MissingRate(side), expr, at));
        };
        let cell = self.read(expr, convert.rate, row, at)?;
        if cell.value.is_none() {
            return Ok(None);
        }
        Ok(Some(self.rate_out(expr, convert.rate, cell, shown)))
    }
}

/// Days in a row, both ends included.
pub(super) fn day_span((first, last): (Date, Date)) -> Days {
    Days { first: Some(print_date(first)), last: print_date(last), bounds: Vec::new() }
}

/// A count as a value.
pub(super) fn count(days: i64) -> Value {
    Value::Number(Exact::from_integer(days.into()))
}

pub(super) fn date_of(value: &Option<Value>) -> Option<Date> {
    match value {
        Some(Value::Date(date)) => Some(*date),
        _ => None,
    }
}

pub(super) fn currency_of(value: &Option<Value>) -> Option<Currency> {
    match value {
        Some(Value::Currency(currency)) => Some(*currency),
        _ => None,
    }
}

pub(super) fn period_of(value: &Option<Value>) -> Option<Period> {
    match value {
        Some(Value::Period(period)) => Some(*period),
        _ => None,
    }
}
