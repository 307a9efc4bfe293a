//! Grains: which rows a row leads to, and by which way.
//!
//! A frame leads to a record through references, to people through `to` alone, to periods through
//! `on` alone and from finer to coarser. Where two ways lead to one thing, the plan must say which.

use std::cell::Cell;
use std::rc::Rc;

use super::checker::Checker;
use super::error;
use super::expr::{Expr, Op};
use super::model::{Each, FrameRows, KeyPart, Occurring, Origin, Type};
use super::scope::Scope;
use crate::calendar::Unit;
use crate::diagnostics::Diagnostic;
use crate::ids::{ChoiceId, ColumnId, FrameId, Id, RecordId};
use crate::source::Span;
use crate::syntax::tree::{Grain, Name, Path};

/// A record that a frame leads to, and the way there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reached {
    pub record: RecordId,
    pub route: Route,
    /// Whether a row before it on the way says itself whom it belongs to: then its own `to` leads no further.
    settled: bool,
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
    /// Which of several ways: the one through this.
    pub by: Option<Expr>,
    /// Whether a way goes through it.
    pub used: Rc<Cell<bool>>,
}

/// The way that a definition's rows go, as its `for each … by COLUMN` says.
#[derive(Clone, Debug)]
pub(super) struct OwnWay {
    /// The column, or the end of a path.
    pub through: Expr,
    /// Whether it has decided anything.
    pub used: Rc<Cell<bool>>,
}

/// What a grain names.
#[derive(Debug, Default)]
struct Named {
    bases: Vec<FrameId>,
    choices: Vec<ChoiceId>,
    unit: Option<Unit>,
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
        let mut named = Named::default();
        for part in &grain.parts {
            self.grain_part(part, &mut named)?;
        }
        if let Some(within) = &grain.within {
            return self.occurring(&named, within, grain);
        }
        let base = match named.bases.as_slice() {
            [] => self.frame(Vec::new(), FrameRows::One),
            [base] => *base,
            several => {
                let problem = self.several_records(several, grain.span);
                self.report(problem);
                return None;
            }
        };
        if grain.schedule.is_some() && named.choices.is_empty() {
            return self.schedule(base, named.unit, grain);
        }
        let alone = named.choices.is_empty() && named.unit.is_none();
        let whole = |part: &KeyPart| matches!(part, KeyPart::Credit | KeyPart::Period(_));
        if !alone && self.model.frames.at(base).parts.iter().any(whole) {
            let why = format!("{} takes no other part: it has its period, or its day, already", self.frame_words(base));
            let help = "add up its rows where the other parts are: `for each Person, month`";
            self.report(error::no_grain(grain.span, why, help));
            return None;
        }
        if let Some(schedule) = &grain.schedule {
            let why =
                "a schedule gives periods to the rows of one record alone, not to these times the values of a choice";
            let help = "leave the choice out of this grain, and add up the parts of the schedule where it is";
            self.report(error::no_grain(schedule.span, why, help));
            return None;
        }
        if let Some(problem) = named.unit.and_then(|unit| self.not_by_own(base, unit, grain.span)) {
            self.report(problem);
            return None;
        }
        // Choices stand in the order in which they are declared, however the grain names them.
        named.choices.sort_by_key(|choice| choice.index());
        let axes = named.choices.into_iter().map(Each::Values).chain(named.unit.map(Each::Periods));
        Some(axes.fold(base, |base, axis| self.times(base, axis)))
    }

    fn grain_part(&mut self, part: &Name, named: &mut Named) -> Option<()> {
        if let Some(unit) = self.unit(&part.text) {
            if named.unit.replace(unit).is_some() {
                self.report(error::two_periods(part));
                return None;
            }
        } else if let Some(crate::resolve::Symbol::Choice(position)) = self.resolved.symbol(&part.text) {
            named.choices.push(crate::resolve::id(position));
        } else {
            let base = self.base_frame(part)?;
            named.bases.push(base);
        }
        Some(())
    }

    /// The combinations of parts that occur in a record or in the credits.
    fn occurring(&mut self, named: &Named, within: &Name, grain: &Grain) -> Option<FrameId> {
        let members = match self.base_frame(within)? {
            // All rows of the people's record, whoever of them is in the plan.
            frame if frame == self.model.plan.people_frame => self.model.records.at(self.model.plan.people).frame,
            frame => frame,
        };
        let mut parts: Vec<KeyPart> = Vec::new();
        for base in &named.bases {
            match self.model.frames.at(*base).parts.as_slice() {
                [part @ KeyPart::Record(_)] => parts.push(*part),
                _ => {
                    let why = format!("{} is no part of a combination: it has several itself", self.frame_words(*base));
                    let help = "name what its rows are for, such as `for each Person, Product in Deal`";
                    self.report(error::no_grain(grain.span, why, help));
                    return None;
                }
            }
        }
        parts.extend(named.choices.iter().map(|choice| KeyPart::Choice(*choice)));
        parts.extend(named.unit.map(KeyPart::Period));
        let way = |by: &Option<Path>| by.as_ref().map(|by| self.words(by.span()));
        let known = self.model.frames.pairs().find(|(_, frame)| match frame.rows {
            FrameRows::Occurring(number) => {
                let same = |occurring: &Occurring| occurring.members == members;
                let same_way = |(_, by): &(Span, Option<Path>)| way(by) == way(&grain.by);
                frame.parts == parts
                    && self.model.occurring.get(number).is_some_and(same)
                    && self.occurring_at.get(number).is_some_and(same_way)
            }
            _ => false,
        });
        if let Some((id, _)) = known {
            return Some(id);
        }
        let number = self.model.occurring.len();
        self.model.occurring.push(Occurring { members, keys: Vec::new() });
        self.occurring_at.push((within.span, grain.by.clone()));
        Some(self.frame(parts, FrameRows::Occurring(number)))
    }

    /// Finds how the rows on which combinations occur lead to their parts: those of the credits when
    /// these have their types.
    pub fn fill_occurring(&mut self, of_credits: bool) {
        for frame in self.model.frames.ids() {
            let FrameRows::Occurring(number) = self.model.frames.at(frame).rows else { continue };
            let Some(members) = self.model.occurring.get(number).map(|occurring| occurring.members) else { continue };
            if self.model.credits_of(members).is_some() != of_credits {
                continue;
            }
            let (span, by) = self.occurring_at.get(number).cloned().unwrap_or((self.names.plan.span, None));
            let mut scope = Scope::new(members);
            scope.way = by.as_ref().and_then(|by| self.own_way(&scope, by));
            match self.project(members, frame, &scope.instead(), span) {
                Ok(keys) => {
                    self.report_idle_way(&scope, by.as_ref());
                    if let Some(occurring) = self.model.occurring.get_mut(number) {
                        occurring.keys = keys;
                    }
                }
                Err(why) => {
                    let words = self.words(span).to_owned();
                    let problem = self.no_way(&words, span, members, frame, &why);
                    self.report(problem);
                }
            }
        }
    }

    fn several_records(&mut self, bases: &[FrameId], span: Span) -> Diagnostic {
        let parts: Vec<KeyPart> =
            bases.iter().filter_map(|base| self.model.frames.at(*base).parts.first().copied()).collect();
        let words: Vec<String> = parts.iter().map(|part| format!("`{}`", self.part_words(*part))).collect();
        let records: Vec<(RecordId, FrameId)> =
            self.model.records.pairs().map(|(id, record)| (id, record.frame)).collect();
        let leads = |checker: &mut Self, frame| checker.project_parts(frame, &parts, &Instead::default(), span).is_ok();
        let within = records.into_iter().find(|(_, frame)| leads(self, *frame));
        let within = within.map(|(record, _)| self.names.records.at(record).name.clone());
        error::several_records(span, &words.join(" and "), within.as_deref())
    }

    fn base_frame(&mut self, part: &Name) -> Option<FrameId> {
        let of_rule = matches!(self.resolved.symbol(&part.text), Some(crate::resolve::Symbol::Credit(_)));
        if part.text == "Credit" || of_rule {
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

    /// The rows of a frame times the steps of an axis.
    fn times(&mut self, base: FrameId, axis: Each) -> FrameId {
        let mut parts = self.model.frames.at(base).parts.clone();
        parts.push(match axis {
            Each::Periods(unit) => KeyPart::Period(unit),
            Each::Values(choice) => KeyPart::Choice(choice),
        });
        self.frame(parts, FrameRows::Times(base, axis))
    }

    /// All records a frame leads to, each with every way there, shortest first.
    pub fn reach(&self, frame: FrameId) -> Vec<Reached> {
        let mut reached = self.first_reached(frame);
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
                let to = self.model.records.at(from.record).to;
                if to == Some(column) && from.settled {
                    continue;
                }
                let circle = from.record == record || reached.iter().any(|other| other.route == route);
                if !circle {
                    reached.push(Reached { record, route, settled: from.settled || to.is_some() });
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
        // What a row of several columns, or a credit, says itself stands beside all that it leads to.
        let settled = (parts.len() > 1 || self.model.credits_of(frame).is_some()) && self.own_to(frame).is_some();
        let mut reached: Vec<Reached> = parts
            .iter()
            .enumerate()
            .filter_map(|(position, part)| match part {
                KeyPart::Record(record) => Some(Reached {
                    record: *record,
                    route: Route { start: Start::Key(position), links: Vec::new() },
                    settled,
                }),
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
                    Some(Reached { record, route: Route { start: Start::Column(column), links: Vec::new() }, settled })
                }
                _ => None,
            }));
        }
        // Definitions that stand on the frame itself lead on like columns of its rows.
        if self.record_of(frame).is_none() && frame != self.model.plan.people_frame {
            let people = Type::Reference(self.model.plan.people);
            reached.extend(self.leading_on(frame).filter_map(|column| match self.model.columns.at(column).ty {
                ty @ Type::Reference(record) if ty != people => {
                    Some(Reached { record, route: Route { start: Start::Column(column), links: Vec::new() }, settled })
                }
                _ => None,
            }));
        }
        // A record whose key has several parts is no part of its own key: its references lead on.
        if let Some(record) = self.record_of(frame).filter(|_| parts.len() > 1) {
            let key = &self.model.records.at(record).key;
            reached.extend(self.leading_columns(record).filter(|column| !key.contains(column)).filter_map(|column| {
                match self.model.columns.at(column).ty {
                    Type::Reference(record) => Some(Reached {
                        record,
                        route: Route { start: Start::Column(column), links: Vec::new() },
                        settled,
                    }),
                    _ => None,
                }
            }));
        }
        reached
    }

    /// The columns by which a row of a record leads to other rows: `to` to people, others elsewhere.
    fn leading_columns(&self, record: RecordId) -> impl Iterator<Item = ColumnId> + '_ {
        let declared = self.model.records.at(record);
        self.columns_on(record).into_iter().filter(move |column| match self.model.columns.at(*column).ty {
            Type::Reference(target) if target == self.model.plan.people => {
                declared.to == Some(*column) || declared.subset == Some(*column)
            }
            Type::Reference(_) => declared.hierarchy != Some(*column),
            _ => false,
        })
    }

    /// The columns of a record's rows, and the definitions on them that yield references and choices.
    fn columns_on(&self, record: RecordId) -> Vec<ColumnId> {
        let declared = self.model.records.at(record);
        let people = (record == self.model.plan.people).then_some(self.model.plan.people_frame);
        let defined =
            self.leading_on(declared.frame).chain(people.into_iter().flat_map(|frame| self.leading_on(frame)));
        declared.columns.iter().copied().chain(defined).collect()
    }

    /// The definitions on a frame that yield references and choices.
    fn leading_on(&self, frame: FrameId) -> impl Iterator<Item = ColumnId> + '_ {
        self.leading.iter().copied().filter(move |column| self.frame_of(*column) == frame)
    }

    /// Has a definition checked through which a way leads.
    fn check_way(&mut self, column: ColumnId) {
        if let Some(position) = self.definitions.iter().position(|state| state.column == column) {
            let name = self.names.columns.at(column).name.clone();
            self.mark_used(&name);
            self.check_definition(position);
        }
    }

    /// Of several ways those that go through what `by` says, if any do.
    pub fn through(&mut self, from: FrameId, routes: Vec<Route>, instead: &Instead, span: Span) -> Vec<Route> {
        let Some(by) = &instead.by else { return routes };
        let goes = |checker: &mut Self, route: &Route| {
            (0..=route.links.len()).any(|length| {
                let links = route.links.iter().take(length).copied().collect();
                checker.follow(from, &Route { start: route.start, links }, instead.as_of.as_ref(), span) == *by
            })
        };
        let chosen: Vec<Route> = routes.iter().filter(|route| goes(self, route)).cloned().collect();
        if chosen.is_empty() {
            return routes;
        }
        instead.used.set(true);
        chosen
    }

    /// The row that a route leads to, as an expression on the frame.
    pub fn follow(&mut self, from: FrameId, route: &Route, as_of: Option<&Expr>, span: Span) -> Expr {
        let (op, ty) = match route.start {
            Start::Key(part) => (Op::Key(part), None),
            Start::Column(column) => {
                self.check_way(column);
                (self.read_op(from, as_of, column, None, span), Some(self.model.columns.at(column).ty))
            }
        };
        // The type of a key part is not shown by itself; any stands.
        let mut expr = self.expr(op, span, ty.unwrap_or(Type::YesNo));
        for column in &route.links {
            self.check_way(*column);
            let ty = self.model.columns.at(*column).ty;
            let op = self.read_op(from, as_of, *column, Some(vec![expr]), span);
            expr = self.expr(op, span, ty);
        }
        expr
    }

    /// For each part of a frame's key, how a row of another frame leads to it.
    pub fn project(&mut self, from: FrameId, to: FrameId, instead: &Instead, span: Span) -> Result<Vec<Expr>, NoWay> {
        if let Some(key) = self.key_of_source(from, to, span) {
            return Ok(key);
        }
        let parts = self.model.frames.at(to).parts.clone();
        self.project_parts(from, &parts, instead, span)
    }

    /// The key of the row that a credit, or a manager of its person, was made of, where it has several columns: they
    /// are those of that row, whatever its date and person lead to.
    fn key_of_source(&mut self, from: FrameId, to: FrameId, span: Span) -> Option<Vec<Expr>> {
        let FrameRows::Record(record) = self.model.frames.at(to).rows else { return None };
        let key = self.model.records.at(record).key.clone();
        let reference = Type::Reference(record);
        let made_of = self.model.frames.at(from).parts.first();
        let row = match self.model.frames.at(from).rows {
            FrameRows::Managers(_) if made_of == Some(&KeyPart::Record(record)) => Op::Key(0),
            FrameRows::Credit | FrameRows::CreditHistory => {
                let source = self.model.credits_of(from)?.source?;
                Some(Op::Read(source)).filter(|_| self.model.columns.at(source).ty == reference)?
            }
            _ => return None,
        };
        if key.len() < 2 {
            return None;
        }
        let part = |checker: &mut Self, column: ColumnId| {
            let row = checker.expr(row.clone(), span, reference);
            let ty = checker.model.columns.at(column).ty;
            checker.expr(Op::ReadAt(column, vec![row]), span, ty)
        };
        Some(key.into_iter().map(|column| part(self, column)).collect())
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
            KeyPart::Choice(_) | KeyPart::Currency => self.lead_to_value(from, part, instead, span),
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
        let routes = self.through(from, routes, instead, span);
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
                Ok(Some(self.dated_by(Op::ReadAt(on, vec![row]), on, span)))
            }
            several => {
                let words = several.iter().map(|(reached, _)| self.route_words(&reached.route)).collect();
                Err(NoWay::Several(KeyPart::Period(Unit::Day), words))
            }
        }
    }

    /// A choice or currency of a row: a part of its key, one of its own columns, or a column of a row
    /// that it leads to.
    fn lead_to_value(&mut self, from: FrameId, part: KeyPart, instead: &Instead, span: Span) -> Result<Expr, NoWay> {
        let ty = match part {
            KeyPart::Choice(choice) => Type::Choice(choice),
            _ => Type::Currency,
        };
        let own = self.model.frames.at(from).parts.iter().position(|own| *own == part);
        if let (Some(position), KeyPart::Choice(_)) = (own, part) {
            return Ok(self.expr(Op::Key(position), span, ty));
        }
        let is_it = |checker: &Self, column: &ColumnId| checker.model.columns.at(*column).ty == ty;
        let columns = match (self.record_of(from), self.model.credits_of(from)) {
            (Some(record), _) => self.columns_on(record),
            (_, Some(credit)) => credit.columns.iter().copied().chain(self.leading_on(from)).collect(),
            _ => self.leading_on(from).collect(),
        };
        let own = columns.into_iter().filter(|column| is_it(self, column));
        let mut routes: Vec<Route> =
            own.map(|column| Route { start: Start::Column(column), links: Vec::new() }).collect();
        if routes.is_empty() {
            let reached = self.reach(from).into_iter().filter(|reached| self.record_of(from) != Some(reached.record));
            routes = reached
                .flat_map(|reached| {
                    let columns = self.columns_on(reached.record).into_iter().filter(|column| is_it(self, column));
                    let route = reached.route;
                    columns.map(move |column| {
                        let links = route.links.iter().copied().chain([column]).collect();
                        Route { start: route.start, links }
                    })
                })
                .collect();
        }
        match self.through(from, routes, instead, span).as_slice() {
            [] => Err(NoWay::Nothing(part)),
            [route] => Ok(self.follow(from, route, instead.as_of.as_ref(), span)),
            several => {
                let words = several.iter().map(|route| self.route_words(route)).collect();
                Err(NoWay::Several(part, words))
            }
        }
    }

    /// Whether a key expression always finds a row: the plan's one row, parts of the row's own key and
    /// their coarser periods on frames of the same rows, the person and date of a credit, a choice that
    /// is there, and the combination that occurs on the row itself.
    pub fn always_leads(&self, scope: &Scope, to: FrameId, key: &[Expr]) -> bool {
        let from = scope.frame;
        if let Some(occurring) = self.model.occurring_of(to) {
            let there = |expr: &Expr| self.is_there(scope, expr);
            return occurring.members == from && occurring.keys.as_slice() == key && key.iter().all(there);
        }
        if let Some(row) = self.row_with_key(to, key) {
            return self.is_there(scope, row);
        }
        let (rows, parts) = (self.model.frames.at(self.root(to)).rows, &self.model.frames.at(to).parts);
        // The one value of another plan as a whole is there, too.
        let one = rows == FrameRows::One || parts.is_empty();
        let credit = self.model.credits_of(from);
        // A row of a schedule stands on a row of its base.
        if let FrameRows::Schedule(schedule) = self.model.frames.at(from).rows {
            let base = self.model.schedules.at(schedule).base;
            let on_base = to == base && matches!(key, [Expr { op: Op::Key(0), .. }]);
            return on_base || self.model.frames.at(to).rows == FrameRows::One;
        }
        let of_credit = credit.is_some();
        let rows = |frame: FrameId| self.model.frames.at(frame).rows;
        let same = matches!(rows(self.root(to)), FrameRows::People | FrameRows::Record(_));
        let own = match of_credit {
            true => self.root(to) == self.model.plan.people_frame,
            false => same && self.root(from) == self.root(to),
        };
        let in_plan = matches!(rows(from), FrameRows::Times(..));
        let in_dates = rows(from) == FrameRows::Credit;
        let regular = |unit: &Unit| !matches!(unit, Unit::Custom(_));
        let leads = |(part, expr): (&KeyPart, &Expr)| match (part, &expr.op) {
            (KeyPart::Choice(_), _) => self.is_there(scope, expr),
            (KeyPart::Period(_), Op::Key(_)) => in_plan,
            (_, Op::Key(_)) => !of_credit,
            (_, Op::Coarser(_, inner, _)) => in_plan && matches!(inner.op, Op::Key(_)),
            (_, Op::Read(column)) => credit.is_some_and(|credit| credit.person == *column),
            (_, Op::PeriodOf(unit, date)) => {
                in_dates
                    && regular(unit)
                    && matches!(date.op, Op::Read(column) if credit.is_some_and(|c| c.date == column))
            }
            _ => false,
        };
        (one || own) && self.model.frames.at(to).parts.iter().zip(key).all(leads)
    }

    /// The row of a record, where a key of several columns is what they have on that row.
    fn row_with_key<'k>(&self, frame: FrameId, key: &'k [Expr]) -> Option<&'k Expr> {
        let FrameRows::Record(record) = self.model.frames.at(frame).rows else { return None };
        let read = |expr: &'k Expr| match &expr.op {
            Op::ReadAt(column, of) => Some((*column, of.first().filter(|_| of.len() == 1)?)),
            _ => None,
        };
        let columns = &self.model.records.at(record).key;
        let (_, row) = read(key.first()?)?;
        let of_row = |(column, expr): (&ColumnId, &'k Expr)| read(expr) == Some((*column, row));
        (columns.len() == key.len() && columns.iter().zip(key).all(of_row)).then_some(row)
    }

    /// Whether a part of a key is never missing.
    fn is_there(&self, scope: &Scope, expr: &Expr) -> bool {
        let optional = expr.op.column().is_some_and(|column| self.model.columns.at(column).optional);
        self.may_miss(scope, expr, optional).is_none()
    }

    /// The frame whose rows are multiplied.
    fn root(&self, frame: FrameId) -> FrameId {
        match self.model.frames.at(frame).rows {
            FrameRows::Times(base, _) => self.root(base),
            _ => frame,
        }
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
