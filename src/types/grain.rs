//! Grains: which rows a row leads to, and by which way.
//!
//! A frame leads to a record through references, to people through `to` alone, to periods through
//! `on` alone and from finer to coarser. Where two ways lead to one thing, the plan must say which.

use super::checker::Checker;
use super::error;
use super::expr::{Expr, Op};
use super::model::{FrameRows, KeyPart, Origin, Type};
use crate::calendar::Unit;
use crate::diagnostics::Diagnostic;
use crate::ids::{ColumnId, FrameId, RecordId};
use crate::source::Span;
use crate::syntax::tree::{Grain, Name};

/// A record that a frame leads to, and the way there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reached {
    pub record: RecordId,
    pub route: Route,
}

/// From a row: a part of its key or a column of it, then columns of the records reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub start: Start,
    pub links: Vec<ColumnId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    Key(usize),
    Column(ColumnId),
}

/// What an aggregate or definition says in place of its rows' own `to` and `on`.
#[derive(Clone, Debug, Default)]
pub(super) struct Instead {
    pub to: Option<Expr>,
    pub on: Option<Expr>,
    /// The day as of which ways are followed, where it is not the row's own.
    pub as_of: Option<Expr>,
}

/// Why a frame does not lead to another.
#[derive(Clone, Debug)]
pub(super) enum NoWay {
    /// Nothing leads to this part.
    Nothing(KeyPart),
    /// Several ways lead to this part, in words.
    Several(KeyPart, Vec<String>),
}

/// Longer chains of references than this are not followed.
const LONGEST_ROUTE: usize = 6;

impl Checker<'_> {
    /// The frame that `for each …` names; problems are reported. A missing grain is one row.
    pub fn frame_of_grain(&mut self, grain: Option<&Grain>) -> Option<FrameId> {
        let Some(grain) = grain else {
            return Some(self.frame(Vec::new(), FrameRows::One));
        };
        let mut base: Option<FrameId> = None;
        let mut unit: Option<Unit> = None;
        for part in &grain.parts {
            if let Some(found) = self.unit(&part.text) {
                if unit.replace(found).is_some() {
                    self.report(error::two_periods(part));
                    return None;
                }
            } else {
                let found = self.base_frame(part)?;
                if base.replace(found).is_some() {
                    self.report(error::grain_not_supported(grain.span));
                    return None;
                }
            }
        }
        match (base, unit) {
            (Some(base), unit) if grain.schedule.is_some() => self.schedule(base, unit, grain),
            (Some(base), None) => Some(base),
            (Some(base), Some(unit)) => self.times(base, unit, grain.span),
            (None, _) => {
                self.report(error::grain_not_supported(grain.span));
                None
            }
        }
    }

    fn base_frame(&mut self, part: &Name) -> Option<FrameId> {
        if part.text == "Credit" {
            let credit = self.credit_frame();
            if credit.is_none() {
                self.report(error::no_credits(part));
            }
            return credit;
        }
        let Some(crate::resolve::Symbol::Record(position)) = self.resolved.symbol(&part.text) else {
            let records: Vec<&str> = self.resolved.records.iter().map(|r| r.tree.name.text.as_str()).collect();
            let problem = error::not_a_grain(part, &records);
            self.report(problem);
            return None;
        };
        let record: RecordId = crate::resolve::id(position);
        if record == self.model.plan.people {
            return Some(self.model.plan.people_frame);
        }
        Some(self.model.records.at(record).frame)
    }

    fn times(&mut self, base: FrameId, unit: Unit, span: Span) -> Option<FrameId> {
        if let Some(problem) = self.not_by_own(base, unit, span) {
            self.report(problem);
            return None;
        }
        match self.model.frames.at(base).parts.as_slice() {
            [part @ KeyPart::Record(_)] => {
                let parts = vec![*part, KeyPart::Period(unit)];
                Some(self.frame(parts, FrameRows::Times(base, unit)))
            }
            _ => {
                self.report(error::grain_not_supported(span));
                None
            }
        }
    }

    /// All records a frame leads to, each with every way there, shortest first.
    pub fn reach(&self, frame: FrameId) -> Vec<Reached> {
        let mut reached = self.first_reached(frame);
        let own_to = self.own_to(frame);
        let mut next = 0;
        while let Some(from) = reached.get(next).cloned() {
            next = next.saturating_add(1);
            if from.route.links.len() >= LONGEST_ROUTE {
                continue;
            }
            for column in self.leading_columns(from.record) {
                // The own row's columns are where routes of its frame start.
                let own = matches!(from.route, Route { start: Start::Key(0), ref links } if links.is_empty())
                    && self.record_of(frame) == Some(from.record);
                let route = if own {
                    Route { start: Start::Column(column), links: Vec::new() }
                } else {
                    let mut links = from.route.links.clone();
                    links.push(column);
                    Route { start: from.route.start, links }
                };
                let Type::Reference(record) = self.model.columns.at(column).ty else { continue };
                // A row's own `to` replaces that of the rows it leads to.
                let to = self.model.records.at(from.record).to == Some(column);
                if to && own_to.is_some_and(|own| own != column) {
                    continue;
                }
                let circle = from.record == record || reached.iter().any(|other| other.route == route);
                if !circle {
                    reached.push(Reached { record, route });
                }
            }
        }
        reached
    }

    /// The column by which the frame's rows themselves say whose they are.
    fn own_to(&self, frame: FrameId) -> Option<ColumnId> {
        match self.model.frames.at(frame).rows {
            FrameRows::Credit | FrameRows::CreditHistory => self.model.credits_of(frame).map(|credit| credit.person),
            FrameRows::Record(record) => self.model.records.at(record).to,
            _ => None,
        }
    }

    /// The records a frame leads to at once.
    fn first_reached(&self, frame: FrameId) -> Vec<Reached> {
        let parts = &self.model.frames.at(frame).parts;
        let mut reached: Vec<Reached> = parts
            .iter()
            .enumerate()
            .filter_map(|(position, part)| match part {
                KeyPart::Record(record) => {
                    Some(Reached { record: *record, route: Route { start: Start::Key(position), links: Vec::new() } })
                }
                _ => None,
            })
            .collect();
        if let Some(credit) = self.model.credits_of(frame) {
            let own = [Some(credit.person), credit.source].into_iter().flatten();
            // Further columns lead on like those of a record: to people by `to` alone.
            let people = Type::Reference(self.model.plan.people);
            let further = credit.columns.iter().copied().filter(|column| self.model.columns.at(*column).ty != people);
            reached.extend(own.chain(further).filter_map(|column| match self.model.columns.at(column).ty {
                Type::Reference(record) => {
                    Some(Reached { record, route: Route { start: Start::Column(column), links: Vec::new() } })
                }
                _ => None,
            }));
        }
        // A record whose key has several parts is no part of its own key: its references lead on.
        if let Some(record) = self.record_of(frame).filter(|_| parts.len() > 1) {
            let key = &self.model.records.at(record).key;
            reached.extend(self.leading_columns(record).filter(|column| !key.contains(column)).filter_map(|column| {
                match self.model.columns.at(column).ty {
                    Type::Reference(record) => {
                        Some(Reached { record, route: Route { start: Start::Column(column), links: Vec::new() } })
                    }
                    _ => None,
                }
            }));
        }
        reached
    }

    /// The columns by which a row of a record leads to other rows: `to` to people, others elsewhere.
    fn leading_columns(&self, record: RecordId) -> impl Iterator<Item = ColumnId> + '_ {
        let record = self.model.records.at(record);
        record.columns.iter().copied().filter(move |column| match self.model.columns.at(*column).ty {
            Type::Reference(target) if target == self.model.plan.people => {
                record.to == Some(*column) || record.subset == Some(*column)
            }
            Type::Reference(_) => record.hierarchy != Some(*column),
            _ => false,
        })
    }

    /// The row that a route leads to, as an expression on the frame.
    pub fn follow(&mut self, from: FrameId, route: &Route, as_of: Option<&Expr>, span: Span) -> Expr {
        let (op, ty) = match route.start {
            Start::Key(part) => (Op::Key(part), None),
            Start::Column(column) => {
                (self.read_op(from, as_of, column, None, span), Some(self.model.columns.at(column).ty))
            }
        };
        // The type of a key part is not shown by itself; any stands.
        let mut expr = self.expr(op, span, ty.unwrap_or(Type::YesNo));
        for column in &route.links {
            let ty = self.model.columns.at(*column).ty;
            let op = self.read_op(from, as_of, *column, Some(vec![expr]), span);
            expr = self.expr(op, span, ty);
        }
        expr
    }

    /// For each part of a frame's key, how a row of another frame leads to it.
    pub fn project(&mut self, from: FrameId, to: FrameId, instead: &Instead, span: Span) -> Result<Vec<Expr>, NoWay> {
        let parts = self.model.frames.at(to).parts.clone();
        self.project_parts(from, &parts, instead, span)
    }

    /// For each of some parts of a key, how a row of a frame leads to it.
    pub fn project_parts(
        &mut self,
        from: FrameId,
        parts: &[KeyPart],
        instead: &Instead,
        span: Span,
    ) -> Result<Vec<Expr>, NoWay> {
        parts.iter().map(|part| self.lead(from, *part, instead, span)).collect()
    }

    /// How a row of a frame leads to one part of a key.
    pub fn lead(&mut self, from: FrameId, part: KeyPart, instead: &Instead, span: Span) -> Result<Expr, NoWay> {
        match part {
            KeyPart::Record(record) => self.lead_to_record(from, record, instead, span),
            KeyPart::Period(unit) => self.lead_to_period(from, unit, instead, span),
            KeyPart::Choice(_) | KeyPart::Currency => self.lead_to_value(from, part, instead.as_of.as_ref(), span),
            KeyPart::Credit => match self.model.frames.at(from).rows {
                FrameRows::Credit => Ok(self.expr(Op::Key(0), span, Type::YesNo)),
                _ => Err(NoWay::Nothing(part)),
            },
        }
    }

    fn lead_to_record(
        &mut self,
        from: FrameId,
        record: RecordId,
        instead: &Instead,
        span: Span,
    ) -> Result<Expr, NoWay> {
        if record == self.model.plan.people
            && let Some(to) = &instead.to
        {
            return Ok(to.clone());
        }
        let routes: Vec<Route> =
            self.reach(from).into_iter().filter(|reached| reached.record == record).map(|r| r.route).collect();
        match routes.as_slice() {
            [] => Err(NoWay::Nothing(KeyPart::Record(record))),
            [route] => {
                let route = route.clone();
                Ok(self.follow(from, &route, instead.as_of.as_ref(), span))
            }
            // A part of the row's own key is that part, whatever else leads there.
            [route, ..] if route.links.is_empty() && matches!(route.start, Start::Key(_)) => {
                let route = route.clone();
                Ok(self.follow(from, &route, instead.as_of.as_ref(), span))
            }
            several => {
                let words = several.iter().map(|route| self.route_words(route)).collect();
                Err(NoWay::Several(KeyPart::Record(record), words))
            }
        }
    }

    pub fn route_words(&self, route: &Route) -> String {
        let first = match route.start {
            Start::Key(_) => None,
            Start::Column(column) => Some(column),
        };
        let names: Vec<&str> =
            first.iter().chain(&route.links).map(|column| self.names.columns.at(*column).name.as_str()).collect();
        names.join(".")
    }

    /// The period of a unit in which a row lies: by its own period, else by its date.
    fn lead_to_period(&mut self, from: FrameId, unit: Unit, instead: &Instead, span: Span) -> Result<Expr, NoWay> {
        if let Some(date) = &instead.on {
            let date = date.clone();
            return self.period_of_date(from, unit, date, instead, span);
        }
        if let Some((position, own)) = self.period_of(from) {
            let key = self.expr(Op::Key(position), span, Type::Period(own));
            return if own == unit {
                Ok(key)
            } else if self.model.lies_in(own, unit) {
                Ok(self.expr(Op::Coarser(own, Box::new(key), unit), span, Type::Period(unit)))
            } else {
                Err(NoWay::Nothing(KeyPart::Period(unit)))
            };
        }
        let date = self.date_of(from, span)?.ok_or(NoWay::Nothing(KeyPart::Period(unit)))?;
        self.period_of_date(from, unit, date, instead, span)
    }

    /// The date of a row: its own `on`, or that of the row it leads to by what is the same on every day.
    pub fn date_of(&mut self, from: FrameId, span: Span) -> Result<Option<Expr>, NoWay> {
        if let Some(date) = self.own_date(from, span) {
            return Ok(Some(date));
        }
        let dated: Vec<(Reached, ColumnId)> = self
            .reach(from)
            .into_iter()
            .filter(|reached| Some(reached.record) != self.record_of(from))
            .filter(|reached| self.is_timeless_way(reached.route.start, &reached.route.links))
            .filter_map(|reached| self.model.records.at(reached.record).on.map(|on| (reached, on)))
            .collect();
        match dated.as_slice() {
            [] => Ok(None),
            [(reached, on)] => {
                let (route, on) = (reached.route.clone(), *on);
                let row = self.follow(from, &route, None, span);
                Ok(Some(self.expr(Op::ReadAt(on, vec![row]), span, Type::Date)))
            }
            several => {
                let words = several.iter().map(|(reached, _)| self.route_words(&reached.route)).collect();
                Err(NoWay::Several(KeyPart::Period(Unit::Day), words))
            }
        }
    }

    /// A choice or currency that a row has, in its own columns.
    fn lead_to_value(&mut self, from: FrameId, part: KeyPart, as_of: Option<&Expr>, span: Span) -> Result<Expr, NoWay> {
        let ty = match part {
            KeyPart::Choice(choice) => Type::Choice(choice),
            _ => Type::Currency,
        };
        let own = self.record_of(from).map(|record| self.model.records.at(record).columns.clone());
        let columns: Vec<ColumnId> =
            own.unwrap_or_default().into_iter().filter(|column| self.model.columns.at(*column).ty == ty).collect();
        match columns.as_slice() {
            [] => Err(NoWay::Nothing(part)),
            [column] => {
                let op = self.read_op(from, as_of, *column, None, span);
                Ok(self.expr(op, span, ty))
            }
            several => {
                let words = several.iter().map(|column| self.names.columns.at(*column).name.clone()).collect();
                Err(NoWay::Several(part, words))
            }
        }
    }

    /// Whether a key expression always finds a row: the plan's one row, parts of the row's own key and
    /// their coarser periods on frames of the same rows, and the person and date of a credit.
    pub fn always_leads(&self, from: FrameId, to: FrameId, key: &[Expr]) -> bool {
        if self.model.frames.at(to).rows == FrameRows::One {
            return true;
        }
        let credit = self.model.credits_of(from);
        // The frame whose rows are there as they are, or times all periods.
        let base = |frame: FrameId| match self.model.frames.at(frame).rows {
            FrameRows::People | FrameRows::Record(_) => Some(frame),
            FrameRows::Times(base, _) => Some(base),
            FrameRows::One
            | FrameRows::Credit
            | FrameRows::CreditHistory
            | FrameRows::Managers(_)
            | FrameRows::Schedule(_)
            | FrameRows::Versions(_) => None,
        };
        // A row of a schedule stands on a row of its base.
        if let FrameRows::Schedule(schedule) = self.model.frames.at(from).rows {
            return to == self.model.schedules.at(schedule).base && matches!(key, [Expr { op: Op::Key(0), .. }]);
        }
        let of_credit = credit.is_some();
        let in_dates = !matches!(self.model.frames.at(from).rows, FrameRows::CreditHistory);
        let own = match of_credit {
            true => base(to) == Some(self.model.plan.people_frame),
            false => base(from).is_some() && base(from) == base(to),
        };
        let regular = |unit: &Unit| !matches!(unit, Unit::Custom(_));
        let leads = |expr: &Expr| match &expr.op {
            Op::Key(_) => !of_credit,
            Op::Coarser(_, inner, _) => matches!(inner.op, Op::Key(_)),
            Op::Read(column) => credit.is_some_and(|credit| credit.person == *column),
            Op::PeriodOf(unit, date) => {
                in_dates
                    && regular(unit)
                    && matches!(date.op, Op::Read(column) if credit.is_some_and(|c| c.date == column))
            }
            _ => false,
        };
        own && key.iter().all(leads)
    }

    /// Whether a key finds a row as soon as all its parts are there: a row of a record, in a period of the
    /// plan that the reader's own key gives.
    pub fn leads_if_there(&self, from: FrameId, to: FrameId, key: &[Expr]) -> bool {
        let (from, to) = (self.model.frames.at(from), self.model.frames.at(to));
        let (FrameRows::Times(..), FrameRows::Times(base, _)) = (from.rows, to.rows) else {
            return false;
        };
        let regular = |unit: &Unit| !matches!(unit, Unit::Custom(_));
        let given = |(part, expr): (&KeyPart, &Expr)| match (part, &expr.op) {
            (KeyPart::Period(_), Op::Key(_)) => true,
            (KeyPart::Period(unit), Op::Coarser(_, inner, _)) => matches!(inner.op, Op::Key(_)) && regular(unit),
            (KeyPart::Record(_), _) => true,
            _ => false,
        };
        matches!(self.model.frames.at(base).rows, FrameRows::Record(_)) && to.parts.iter().zip(key).all(given)
    }

    /// Whether a frame's key is the row of its record.
    pub fn is_own_key(&self, frame: FrameId) -> bool {
        match (self.model.frames.at(frame).rows, self.model.frames.at(frame).parts.as_slice()) {
            (FrameRows::Record(record), [KeyPart::Record(part)]) => record == *part,
            (FrameRows::One, _) => true,
            _ => false,
        }
    }

    /// Whether a column is a data column (not a definition or a column of the credits).
    pub fn is_data(&self, column: ColumnId) -> bool {
        matches!(self.model.columns.at(column).origin, Origin::Data(_))
    }

    /// The problem of a grain that does not lead where it should.
    pub fn no_way(&self, name: &str, span: Span, from: FrameId, to: FrameId, why: &NoWay) -> Diagnostic {
        let (here, there) = (self.frame_words(from), self.frame_words(to));
        match why {
            NoWay::Nothing(part) => {
                let help = self.way_to(from, *part);
                error::not_determined(name, span, &here, &there, &self.part_words(*part), &help)
            }
            NoWay::Several(part, ways) => error::ambiguous_way(name, span, &here, &self.part_words(*part), ways),
        }
    }
}
