//! What is asked day by day. Between two changes of the versions that an expression reads nothing
//! differs, so it is computed once for each such stretch of days.

use std::collections::BTreeSet;

use super::Engine;
use super::numbers::Numbers;
use super::read::key_at;
use super::selection::Selection;
use super::vector::Vector;
use crate::calendar::{Date, days_between};
use crate::ids::RatesId;
use crate::table::{Fault, Key, day_key, row_number};
use crate::types::expr::{DaySpan, DaysActive, Expr, Op, OverDays};
use crate::types::model::{FrameRows, RatesRows};
use crate::value::Exact;

/// A first and a last day, both included.
pub(super) type Stretch = (Date, Date);

/// When each person, up to the end of the plan and by row of the people's record, is in the plan and when active: stretches of days in
/// order, none of which touches the next.
#[derive(Debug, Default)]
pub(super) struct Presence {
    inside: Vec<Vec<Stretch>>,
    active: Vec<Vec<Stretch>>,
}

impl Presence {
    /// Whether a person is in the plan on some of these days.
    pub fn is_ever_inside(&self, person: u32, days: Stretch) -> bool {
        let inside = self.inside.get(person as usize).into_iter().flatten();
        inside.into_iter().any(|own| within(*own, days).is_some())
    }

    /// Whether a person is in the plan on a day.
    pub fn is_inside(&self, person: u32, day: Date) -> bool {
        let days = self.inside.get(person as usize).into_iter().flatten();
        days.into_iter().any(|(first, last)| *first <= day && day <= *last)
    }
}

/// Stretches of days at positions of a selection, in order of the positions.
#[derive(Default)]
struct Stretches {
    positions: Vec<u32>,
    days: Vec<Stretch>,
}

impl Stretches {
    fn push(&mut self, position: u32, days: Stretch) {
        self.positions.push(position);
        self.days.push(days);
    }

    /// The rows of a selection, each as often as it has stretches, on their first days.
    fn rows<'a>(&self, at: &'a Selection<'a>) -> Selection<'a> {
        at.on_days(&self.positions, self.days.iter().map(|(first, _)| *first).collect())
    }
}

impl Engine<'_> {
    /// Asks of all people when they are in the plan: up to its last day, since a credit may be dated before
    /// its first.
    pub fn find_presence(&mut self, faults: &mut Vec<Fault>) {
        let plan = &self.model.plan;
        if !plan.daily {
            return;
        }
        let frame = self.model.records.at(plan.people).frame;
        let people = self.all_rows(frame);
        let mut stretches = Stretches::default();
        for position in 0..row_number(people.len()) {
            stretches.push(position, (Date::MIN, plan.effective.1));
        }
        let asked = plan.people_condition.iter().chain(plan.active.iter().flatten());
        let stretches = asked.fold(stretches, |stretches, expr| self.cut(expr, &people, stretches));
        let at = stretches.rows(&people);
        let inside = match &plan.people_condition {
            Some(condition) => self.eval(condition, &at, faults).truths(),
            None => vec![Some(true); at.len()],
        };
        let [from, to] = match &plan.active {
            Some(active) => active.each_ref().map(|day| self.eval(day, &at, faults).dates()),
            None => [vec![None; at.len()], vec![None; at.len()]],
        };
        let none = || vec![Vec::new(); people.len()];
        let mut presence = Presence { inside: none(), active: none() };
        let bounds = from.into_iter().zip(to);
        for (((position, days), inside), (from, to)) in
            stretches.positions.iter().zip(&stretches.days).zip(inside).zip(bounds)
        {
            if inside != Some(true) {
                continue;
            }
            add(&mut presence.inside, *position, Some(*days));
            add(&mut presence.active, *position, within(*days, (from.unwrap_or(Date::MIN), to.unwrap_or(Date::MAX))));
        }
        self.presence = std::sync::Arc::new(presence);
    }

    /// The days of the plan on which each person is in it.
    pub fn days_in_plan(&self) -> Vec<Vec<Stretch>> {
        let plan = &self.model.plan;
        let rows = self.rows(self.model.records.at(plan.people).frame).all();
        if plan.daily {
            let inside = |days: &Vec<Stretch>| days.iter().filter_map(|days| within(*days, plan.effective)).collect();
            return self.presence.inside.iter().map(inside).collect();
        }
        let people = self.rows(plan.people_frame);
        let there = |person: u32| people.find(&[person.into()]).map(|_| plan.effective);
        rows.map(|person| there(person).into_iter().collect()).collect()
    }

    /// Cuts stretches where a version begins or ends that an expression reads as of the day.
    fn cut(&self, expr: &Expr, at: &Selection, stretches: Stretches) -> Stretches {
        // What these compute does not depend on the day asked about.
        match expr.op {
            Op::Aggregate(_) | Op::Increase(_) | Op::OverDays(_) => return stretches,
            Op::Running(_) | Op::Rank(_) | Op::Pooled(..) | Op::Allocate(_) => return stretches,
            _ => {}
        }
        // Operands first: which row's version is read may itself depend on the day.
        let stretches = expr.op.operands().into_iter().fold(stretches, |all, operand| self.cut(operand, at, all));
        let (frame, key) = match &expr.op {
            Op::ReadAt(column, key) => (self.model.columns.at(*column).frame, key),
            Op::RowExists(frame, key) => (*frame, key),
            Op::Rate(id, operands) => return self.cut_by_table(*id, operands, stretches),
            _ => return stretches,
        };
        let versions = matches!(self.model.frames.at(frame).rows, FrameRows::Versions(_));
        let Some((_, leading)) = key.split_last().filter(|(day, _)| versions && day.op == Op::Day) else {
            return stretches;
        };
        let rows = self.rows(frame);
        let selection = stretches.rows(at);
        // What goes wrong here does so again where the expression is computed, if it is.
        let mut unheard = Vec::new();
        let parts: Vec<Vec<Option<Key>>> =
            leading.iter().map(|part| self.eval(part, &selection, &mut unheard).keys()).collect();
        let mut finer = Stretches::default();
        let mut key = Vec::new();
        for (number, (position, days)) in stretches.positions.iter().zip(&stretches.days).enumerate() {
            let found = key_at(&parts, number, &mut key);
            let held = found.map(|()| rows.versions_of(&key)).unwrap_or_default();
            let changes =
                held.filter_map(|row| rows.days_of(row)).flat_map(|(first, last)| [first, last.saturating_add(1)]);
            for days in split(*days, changes) {
                finer.push(*position, days);
            }
        }
        finer
    }

    /// Cuts stretches where a version begins or ends that is a band of a table read as of the day.
    fn cut_by_table(&self, id: RatesId, operands: &[Expr], stretches: Stretches) -> Stretches {
        let RatesRows::Record(bands) = &self.model.rates.at(id).rows else { return stretches };
        let day = bands.day(self.model).and_then(|at| operands.get(at));
        if day.is_none_or(|day| day.op != Op::Day) {
            return stretches;
        }
        let rows = self.rows(bands.frame);
        let changes = |row| rows.days_of(row).map(|(first, last)| [first, last.saturating_add(1)]);
        let changes: BTreeSet<Key> = rows.all().filter_map(changes).flatten().collect();
        let mut finer = Stretches::default();
        for (position, days) in stretches.positions.iter().zip(&stretches.days) {
            for days in split(*days, changes.iter().copied()) {
                finer.push(*position, days);
            }
        }
        finer
    }

    /// For each position the days that count, and the last day of the period; none without a period.
    fn counted(&self, days: &DaysActive, at: &Selection, faults: &mut Vec<Fault>) -> Vec<Option<(Vec<Stretch>, Date)>> {
        let calendar = &self.tables.calendar;
        let spans: Vec<Option<(Option<Stretch>, Date)>> = match &days.span {
            DaySpan::Plan => vec![Some((Some(self.model.plan.effective), self.model.plan.effective.1)); at.len()],
            DaySpan::Period(unit, period) => {
                let periods = self.eval(period, at, faults).periods().into_iter();
                let span = |period| Some((calendar.in_plan(*unit, period), calendar.last_day(*unit, period)?));
                periods.map(|period| period.and_then(span)).collect()
            }
        };
        let there = self.there(days, at, faults);
        let counted = |(span, there): (Option<(Option<Stretch>, Date)>, Vec<Stretch>)| {
            let (span, last) = span?;
            let days =
                span.map_or_else(Vec::new, |span| there.into_iter().filter_map(|days| within(days, span)).collect());
            Some((days, last))
        };
        spans.into_iter().zip(there).map(counted).collect()
    }

    /// For each position when the person is active.
    fn there(&self, days: &DaysActive, at: &Selection, faults: &mut Vec<Fault>) -> Vec<Vec<Stretch>> {
        if let Some(person) = &days.person {
            let persons = self.eval(person, at, faults).indices().into_iter();
            let active = |person: u32| self.presence.active.get(person as usize).cloned();
            return persons.map(|person| person.and_then(active).unwrap_or_default()).collect();
        }
        let mut open = |day: &Option<Expr>| match day {
            Some(day) => self.eval(day, at, faults).dates(),
            None => vec![None; at.len()],
        };
        let (from, to) = (open(&days.from), open(&days.to));
        let inside = match &days.inside {
            Some(inside) => self.eval(inside, at, faults).truths(),
            None => vec![Some(true); at.len()],
        };
        let cells = from.into_iter().zip(to).zip(inside);
        let there = |((from, to), inside): ((Option<Date>, Option<Date>), Option<bool>)| {
            let days = (from.unwrap_or(Date::MIN), to.unwrap_or(Date::MAX));
            if inside == Some(true) { vec![days] } else { Vec::new() }
        };
        cells.map(there).collect()
    }

    /// The days of periods on which people are active.
    pub fn days_active(&self, days: &DaysActive, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let counted = self.counted(days, at, faults).into_iter();
        let sum = |(days, _): (Vec<Stretch>, Date)| days.into_iter().map(length).sum();
        Vector::Numbers(Numbers::whole(counted.map(|days| days.map(sum)).collect()))
    }

    /// The last of those days, or of the period.
    pub fn last_active(&self, days: &DaysActive, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let counted = self.counted(days, at, faults).into_iter();
        let last = |(days, last): (Vec<Stretch>, Date)| days.last().map_or(last, |(_, last)| *last);
        Vector::Date(counted.map(|days| days.map(last)).collect())
    }

    /// Averages over those days: each value counts as often as there are days with it.
    pub fn over_days(&self, over: &OverDays, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let mut stretches = Stretches::default();
        for (position, counted) in (0_u32..).zip(self.counted(&over.days, at, faults)) {
            for days in counted.into_iter().flat_map(|(days, _)| days) {
                stretches.push(position, days);
            }
        }
        let stretches = self.cut(&over.value, at, stretches);
        let values = self.eval(&over.value, &stretches.rows(at), faults).numbers();
        let mut sums: Vec<Option<(Exact, i128)>> = vec![Some((Exact::zero(), 0)); at.len()];
        for (number, (position, days)) in stretches.positions.iter().zip(&stretches.days).enumerate() {
            let Some(sum) = sums.get_mut(*position as usize) else { continue };
            let days = length(*days);
            let weighed = values.get(number).map(|value| value.times(&Exact::from_integer(days)));
            *sum = sum.take().zip(weighed).map(|((sum, all), value)| (sum.plus(&value), all.saturating_add(days)));
        }
        let average = |sum: Option<(Exact, i128)>| {
            let (sum, days) = sum?;
            sum.over(&Exact::from_integer(days))
        };
        Vector::Numbers(Numbers::Exact(sums.into_iter().map(average).collect()))
    }
}

/// How many days a stretch has.
fn length((first, last): Stretch) -> i128 {
    i128::from(days_between(first, last).saturating_add(1))
}

/// What two stretches share.
fn within(days: Stretch, bounds: Stretch) -> Option<Stretch> {
    let (first, last) = (days.0.max(bounds.0), days.1.min(bounds.1));
    (first <= last).then_some((first, last))
}

/// Adds a stretch to those of a position, to the last one where it follows at once.
fn add(all: &mut [Vec<Stretch>], position: u32, days: Option<Stretch>) {
    let (Some(own), Some(days)) = (all.get_mut(position as usize), days) else { return };
    match own.last_mut() {
        Some(last) if last.1.succ_opt() == Some(days.0) => last.1 = days.1,
        _ => own.push(days),
    }
}

/// A stretch in parts, a new one on each of these days that lies in it.
fn split(days: Stretch, changes: impl Iterator<Item = Key>) -> Vec<Stretch> {
    let (begin, end) = (day_key(days.0), day_key(days.1));
    let mut changes: Vec<Key> = changes.filter(|day| begin < *day && *day <= end).collect();
    changes.sort_unstable();
    changes.dedup();
    let mut parts = Vec::with_capacity(changes.len().saturating_add(1));
    let mut first = days.0;
    for day in changes {
        let Some(next) = date_of(day) else { continue };
        if let Some(last) = next.pred_opt() {
            parts.push((first, last));
        }
        first = next;
    }
    parts.push((first, days.1));
    parts
}

/// The day that is this part of a key.
fn date_of(key: Key) -> Option<Date> {
    Date::from_num_days_from_ce_opt(i32::try_from(key).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::parse_date;

    #[test]
    fn a_stretch_is_cut_where_something_changes() {
        let day = |text: &str| parse_date(text).unwrap();
        let quarter = (day("2026-01-01"), day("2026-03-31"));
        let at = |text: &str| day_key(day(text));
        // Changes on the first day or outside cut nothing; one on the last leaves it alone.
        let changes = ["2026-01-01", "2026-03-31", "2026-02-15", "2026-02-15", "2026-04-01"].map(at);
        let parts = [
            (day("2026-01-01"), day("2026-02-14")),
            (day("2026-02-15"), day("2026-03-30")),
            (day("2026-03-31"), day("2026-03-31")),
        ];
        assert_eq!(split(quarter, changes.into_iter()), parts);
        assert_eq!(split(quarter, [Key::MIN, Key::MAX].into_iter()), [quarter]);
        assert_eq!(length(quarter), 90);
    }
}
