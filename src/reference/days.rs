//! What is asked day by day: who is in the plan and active, what holds on a day, averages over days.

use std::rc::Rc;

use super::dates::{count, day_span, period_of};
use super::eval::{boxed, formula, number};
use super::{At, Computed, Interpreter, Out};
use crate::calendar::{Date, parse_date, print_date};
use crate::ids::{ColumnId, FrameId, RecordId};
use crate::keys;
use crate::step::{KeyPart, Node, Run};
use crate::table::{Value, row_number};
use crate::types::expr::{DaySpan, DaysActive, Expr, Op, OverDays};
use crate::value::Exact;

/// How a person is on a day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Presence {
    pub day: Date,
    /// In the plan: its `people` condition holds.
    pub inside: bool,
    /// In the plan, and there.
    pub active: bool,
}

/// The days that count, the period they were asked of, and its last day.
struct Counted {
    period: Option<Out>,
    last: Option<Date>,
    within: Option<(Date, Date)>,
    days: Vec<Date>,
    /// Those on which the person is not active.
    others: Vec<Date>,
}

impl Interpreter<'_> {
    /// Computes something as of a day.
    fn on_day<T>(&mut self, day: Date, compute: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.day.replace(day);
        let result = compute(self);
        self.day = before;
        result
    }

    /// How a person, a row of the people's record, is on each day of the plan.
    pub(super) fn presence(&mut self, person: u32) -> Computed<Rc<Vec<Presence>>> {
        if let Some(known) = self.presence.get(&person) {
            return Ok(Rc::clone(known));
        }
        let (first, last) = self.program.model.plan.effective;
        let mut all = Vec::new();
        for day in first.iter_days().take_while(|day| *day <= last) {
            let (inside, active) = self.quietly(|this| this.on_day(day, |this| this.present(person, day)))?;
            all.push(Presence { day, inside, active });
        }
        let all = Rc::new(all);
        self.presence.insert(person, Rc::clone(&all));
        Ok(all)
    }

    /// Whether a person is in the plan on a day, and whether it is active.
    fn present(&mut self, person: u32, day: Date) -> Computed<(bool, bool)> {
        let plan = &self.program.model.plan;
        let at = At { frame: self.program.model.records.at(plan.people).frame, row: person, first: None };
        let inside = match &plan.people_condition {
            Some(condition) => self.eval(condition, &at)?.value == Some(Value::YesNo(true)),
            None => true,
        };
        let mut active = inside;
        if let (true, Some([from, to])) = (inside, &plan.active) {
            let begun = !matches!(self.eval(from, &at)?.value, Some(Value::Date(from)) if day < from);
            let ended = matches!(self.eval(to, &at)?.value, Some(Value::Date(to)) if to < day);
            active = begun && !ended;
        }
        Ok((inside, active))
    }

    /// Whether the plan's condition for its people holds for a person on a day, which may lie before it.
    pub(super) fn is_inside(&mut self, person: u32, day: Date) -> Computed<bool> {
        Ok(self.quietly(|this| this.on_day(day, |this| this.present(person, day)))?.0)
    }

    /// The days that count, one by one.
    fn counted(&mut self, days: &DaysActive, at: &At) -> Computed<Counted> {
        let plan = self.program.model.plan.effective;
        let (period, inside, last) = match &days.span {
            DaySpan::Plan => (None, Some(plan), Some(plan.1)),
            DaySpan::Period(unit, period) => {
                let out = self.eval(period, at)?;
                let calendar = &self.results.tables.calendar;
                let found = period_of(&out.value);
                let inside = found.and_then(|period| calendar.in_plan(*unit, period));
                let last = found.and_then(|period| calendar.last_day(*unit, period));
                (Some(out), inside, last)
            }
        };
        let mut counted = Counted { period, last, within: inside, days: Vec::new(), others: Vec::new() };
        let Some((first, last)) = inside else { return Ok(counted) };
        for day in first.iter_days().take_while(|day| *day <= last) {
            match self.quietly(|this| this.is_active(days, day, at))? {
                true => counted.days.push(day),
                false => counted.others.push(day),
            }
        }
        Ok(counted)
    }

    /// Whether the person of a row is active on a day of the plan.
    fn is_active(&mut self, days: &DaysActive, day: Date, at: &At) -> Computed<bool> {
        if let Some(person) = &days.person {
            let Some(Value::Row(person)) = self.eval(person, at)?.value else { return Ok(false) };
            let presence = self.presence(person)?;
            let known = presence.binary_search_by_key(&day, |one| one.day).ok().and_then(|at| presence.get(at));
            return Ok(known.is_some_and(|one| one.active));
        }
        let mut bounds = [None, None];
        for (bound, side) in bounds.iter_mut().zip([&days.from, &days.to]) {
            if let Some(side) = side {
                *bound = super::dates::date_of(&self.eval(side, at)?.value);
            }
        }
        let inside = match &days.inside {
            Some(inside) => self.eval(inside, at)?.value == Some(Value::YesNo(true)),
            None => true,
        };
        let [from, to] = bounds;
        Ok(inside && from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to))
    }

    /// How many days a person is active.
    pub(super) fn active_count(&mut self, expr: &Expr, days: &DaysActive, at: &At) -> Computed<Out> {
        let counted = self.counted(days, at)?;
        let there = counted.last.is_some();
        let value = there.then(|| count(i64::from(row_number(counted.days.len()))));
        let all = counted.days.iter().map(|day| (*day, None)).collect();
        self.days_out(expr, "count", value, (counted, all), days, at)
    }

    /// The last day on which a person is active.
    pub(super) fn last_active(&mut self, expr: &Expr, days: &DaysActive, at: &At) -> Computed<Out> {
        let counted = self.counted(days, at)?;
        let value = counted.days.last().copied().or(counted.last).map(Value::Date);
        let all = counted.days.iter().map(|day| (*day, None)).collect();
        self.days_out(expr, "last", value, (counted, all), days, at)
    }

    /// The average of a number over the days on which a person is active.
    pub(super) fn over_days(&mut self, expr: &Expr, over: &OverDays, at: &At) -> Computed<Out> {
        let counted = self.counted(&over.days, at)?;
        let mut sum = Some(Exact::zero());
        let mut values = Vec::new();
        for day in &counted.days {
            let out = self.on_day(*day, |this| this.eval(&over.value, at))?;
            sum = sum.zip(number(&out.value)).map(|(sum, value)| sum.plus(value));
            values.push((*day, self.tracing.then(|| formula(out))));
        }
        let number_of_days = Exact::from_integer(i128::from(row_number(counted.days.len())));
        let value = sum.and_then(|sum| sum.over(&number_of_days)).map(Value::Number);
        self.days_out(expr, "average", value, (counted, values), &over.days, at)
    }

    /// What came of days, with all that were asked: those that count and the others, each run with what decided it.
    fn days_out(
        &mut self,
        expr: &Expr,
        op: &str,
        value: Option<Value>,
        (counted, values): (Counted, Vec<(Date, Option<super::Formula>)>),
        days: &DaysActive,
        at: &At,
    ) -> Computed<Out> {
        if !self.tracing {
            return Ok(Out { value, formula: None });
        }
        let person = match &days.person {
            Some(person) => match self.quietly(|this| this.eval(person, at))?.value {
                Some(Value::Row(person)) => Some(person),
                _ => None,
            },
            None => None,
        };
        let mut runs_of = [runs(values.into_iter()), runs(counted.others.into_iter().map(|day| (day, None)))];
        for run in runs_of.iter_mut().flatten() {
            if let Ok(day) = parse_date(&run.from) {
                run.because = self.on_day(day, |this| this.presence_asked(person, days, at))?;
            }
        }
        let [runs, others] = runs_of;
        let (period, within) = (counted.period.map(boxed), counted.within.map(day_span));
        Ok(self.out(expr, value, || Node::Days { op: op.to_owned(), period, runs, within, others }))
    }

    /// What decides on a day whether a person is active: the plan's condition for its people, and since and until when
    /// the person is there.
    fn presence_asked(&mut self, person: Option<u32>, days: &DaysActive, at: &At) -> Computed<Vec<super::Formula>> {
        let plan = &self.program.model.plan;
        let (at, parts) = match person {
            Some(row) => {
                let at = At { frame: self.program.model.records.at(plan.people).frame, row, first: None };
                (at, plan.people_condition.iter().chain(plan.active.iter().flatten()).collect::<Vec<&Expr>>())
            }
            None => (at.clone(), [&days.inside, &days.from, &days.to].into_iter().flatten().collect()),
        };
        let mut asked = Vec::new();
        for part in parts {
            let out = self.eval(part, &at)?;
            asked.extend(out.formula);
            if out.value == Some(Value::YesNo(false)) {
                break;
            }
        }
        Ok(asked)
    }

    /// A column of the version that holds on the day that the key ends in.
    pub(super) fn read_version(
        &mut self,
        expr: &Expr,
        column: ColumnId,
        key: &[Expr],
        day: &Expr,
        at: &At,
    ) -> Computed<Out> {
        let frame = self.program.model.columns.at(column).frame;
        let row = self.row_at(frame, key, at)?;
        let of_row = self.key_formulas(key.split_last().map_or(&[][..], |(_, of_row)| of_row), at)?;
        let cell = match row {
            Some(row) => Some(self.read(expr, column, row, at)?),
            None => None,
        };
        if !self.tracing {
            return Ok(Out { value: cell.and_then(|cell| cell.value), formula: None });
        }
        let day = match day.op {
            Op::Day => None,
            _ => Some(boxed(self.eval(day, at)?)),
        };
        let step = cell.as_ref().and_then(|cell| cell.noted.as_ref()).map(|noted| noted.step.clone());
        // The step knows the places of the value.
        let mut out = match cell {
            Some(cell) => self.cell_out(expr, cell, None),
            None => self.out(expr, None, || Node::Missing),
        };
        if let Some(formula) = &mut out.formula {
            formula.node = Node::Version { day, step, at: of_row };
        }
        Ok(out)
    }

    /// The key of a version: that of its row, and the days on which it holds.
    pub(super) fn version_words(&self, frame: FrameId, record: RecordId, row: u32) -> Vec<KeyPart> {
        let (program, tables) = (self.program, &self.results.tables);
        let parts = &program.model.frames.at(frame).parts;
        let own = tables.rows(frame).map_or(&[][..], |rows| rows.key(row));
        let leading = parts.len().saturating_sub(1);
        let mut words: Vec<KeyPart> = parts
            .iter()
            .zip(own)
            .take(leading)
            .map(|(part, key)| KeyPart {
                part: crate::fault::part_name(program, *part),
                value: keys::print_part(program, tables, *part, *key),
            })
            .collect();
        let versions = program.model.records.at(record).versions;
        let days = versions.iter().flat_map(|versions| [versions.from, versions.to]);
        words.extend(days.map(|column| KeyPart {
            part: program.names.columns.at(column).name.clone(),
            value: keys::print_cell(program, tables, column, row).unwrap_or_default(),
        }));
        words
    }
}

/// Days one after another, with what each of them has, as runs of days that have the same.
fn runs(days: impl Iterator<Item = (Date, Option<super::Formula>)>) -> Vec<Run> {
    let mut runs: Vec<(Date, Run)> = Vec::new();
    for (day, value) in days {
        if let Some((last, run)) = runs.last_mut()
            && last.succ_opt() == Some(day)
            && run.value == value
        {
            *last = day;
            run.to = print_date(day);
            run.days = run.days.saturating_add(1);
            continue;
        }
        runs.push((day, Run { from: print_date(day), to: print_date(day), days: 1, value, because: Vec::new() }));
    }
    runs.into_iter().map(|(_, run)| run).collect()
}
