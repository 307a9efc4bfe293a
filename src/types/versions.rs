//! Versions in time: columns whose value depends on the day, and the day as of which they are read.

use std::rc::Rc;

use super::checker::{Checked, Checker, Ty};
use super::error;
use super::expr::{Comparison, DaySpan, DaysActive, Expr, Op, OverDays};
use super::grain::{Instead, Start};
use super::model::{FrameRows, KeyPart, RatesRows, Type, Versions};
use super::scope::Scope;
use crate::cell::Value;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, FrameId, RecordId};
use crate::source::Span;
use crate::syntax::tree::{self, AggregateOp, Name, Path, RecordEntry};

impl Checker<'_> {
    /// The frame of a record's versions, if it says from when to when they hold.
    pub fn versions_frame(&mut self, id: RecordId, tree: &tree::Record) -> Option<FrameId> {
        let versioned = |entry: &RecordEntry| matches!(entry, RecordEntry::Versioned { .. });
        tree.entries.iter().any(versioned).then(|| self.frame(Vec::new(), FrameRows::Versions(id)))
    }

    /// `versioned from A to B`, once the columns are known.
    pub fn declare_versions(&mut self, id: RecordId, frame: Option<FrameId>, tree: &tree::Record) {
        let Some(frame) = frame else { return };
        for entry in &tree.entries {
            let RecordEntry::Versioned { from, to, inclusive } = entry else { continue };
            if self.model.records.at(id).versions.is_some() {
                let why = format!("`{}` says twice from when to when its versions hold", tree.name.text);
                self.report(error::record_shape(from.span, why, "keep one line `versioned from … to …`"));
            }
            let days = [self.version_day(id, frame, from), self.version_day(id, frame, to)];
            if let [Some(from), Some(to)] = days {
                self.model.records.at_mut(id).versions = Some(Versions { frame, from, to, inclusive: *inclusive });
            }
        }
    }

    /// A column of the versions that is a date.
    fn version_day(&mut self, id: RecordId, frame: FrameId, name: &Name) -> Option<ColumnId> {
        let column = self.entry_column(id, name, |ty| ty == Type::Date, "a date")?;
        if self.frame_of(column) != frame {
            let why = format!("`{}` is part of the key, which all versions of a row share", name.text);
            self.report(error::record_shape(name.span, why, "leave out `key` before it"));
            return None;
        }
        Some(column)
    }

    /// Whether a column that says when a row is does not depend on when it is.
    pub fn is_timeless(&mut self, column: ColumnId, path: &Path) -> bool {
        let timeless = self.versions_of(column).is_none();
        if !timeless {
            let name = self.words(path.span());
            let why = format!("`{name}` differs between the versions of a row, which so has no date of its own");
            self.report(error::record_shape(path.span(), why, "leave out `on`, or `versioned`"));
        }
        timeless
    }

    /// The record whose versions a column stands on.
    pub fn versions_of(&self, column: ColumnId) -> Option<RecordId> {
        match self.model.frames.at(self.frame_of(column)).rows {
            FrameRows::Versions(record) => Some(record),
            _ => None,
        }
    }

    /// The frame whose rows have a column: of a column that depends on the day, that of its record.
    pub fn home_of(&self, column: ColumnId) -> FrameId {
        match self.versions_of(column) {
            Some(record) => self.model.records.at(record).frame,
            None => self.frame_of(column),
        }
    }

    /// How a column is read at a row of its home, or at the row itself: as of a day where it depends on one.
    pub fn read_op(
        &mut self,
        from: FrameId,
        as_of: Option<&Expr>,
        column: ColumnId,
        key: Option<Vec<Expr>>,
        span: Span,
    ) -> Op {
        if self.versions_of(column).is_none() {
            return key.map_or(Op::Read(column), |key| Op::ReadAt(column, key));
        }
        let key = key.unwrap_or_else(|| self.own_key(from, span));
        Op::ReadAt(column, self.as_of(from, as_of, key, span))
    }

    /// The parts of a row's own key.
    pub fn own_key(&mut self, frame: FrameId, span: Span) -> Vec<Expr> {
        let count = self.model.frames.at(frame).parts.len();
        (0..count).map(|part| self.expr(Op::Key(part), span, Type::YesNo)).collect()
    }

    /// The key of a version: that of the row, and the day.
    pub fn as_of(&mut self, from: FrameId, day: Option<&Expr>, mut key: Vec<Expr>, span: Span) -> Vec<Expr> {
        key.push(match day {
            Some(day) => day.clone(),
            None => self.day_of(from, span),
        });
        key
    }

    /// Whether a record has a row with a key: of versions, one that holds.
    pub fn row_exists(&mut self, scope: &Scope, record: RecordId, key: Vec<Expr>, span: Span) -> Op {
        let declared = self.model.records.at(record);
        match declared.versions {
            Some(versions) => {
                let key = self.as_of(scope.frame, scope.as_of.as_ref(), key, span);
                Op::RowExists(versions.frame, key)
            }
            None => Op::RowExists(declared.frame, key),
        }
    }

    /// The day as of which a row reads what depends on the day: its date; at a period the last day in it
    /// on which the person is active, or simply its last; without either, the same for the plan's dates.
    fn day_of(&mut self, from: FrameId, span: Span) -> Expr {
        if let Some(day) = self.own_date(from, span) {
            return day;
        }
        let people = KeyPart::Record(self.model.plan.people);
        let person = self.model.frames.at(from).parts.iter().position(|part| *part == people);
        let period = self.period_of(from);
        if period.is_none()
            && let Ok(Some(day)) = self.date_of(from, span)
        {
            return day;
        }
        let days = period.map(|(position, unit)| {
            let key = self.expr(Op::Key(position), span, Type::Period(unit));
            DaySpan::Period(unit, key)
        });
        let op = match (person, days) {
            (Some(person), days) => {
                let person = self.expr(Op::Key(person), span, Type::Reference(self.model.plan.people));
                let days = self.active_days(days.unwrap_or(DaySpan::Plan), person, span);
                Op::LastActive(Box::new(days))
            }
            (None, Some(DaySpan::Period(unit, key))) => Op::LastDay(unit, Box::new(key)),
            (None, _) => Op::Constant(Value::Date(self.model.plan.effective.1)),
        };
        self.expr(op, span, Type::Date)
    }

    /// The date that rows have themselves.
    pub fn own_date(&mut self, from: FrameId, span: Span) -> Option<Expr> {
        let column = match self.model.frames.at(from).rows {
            FrameRows::Record(record) => self.model.records.at(record).on?,
            _ => self.model.credits_of(from)?.date,
        };
        Some(self.dated_by(Op::Read(column), column, span))
    }

    /// The date that a column with a row's date says there, read as the first operand does: of a period its last day.
    pub fn dated_by(&mut self, read: Op, column: ColumnId, span: Span) -> Expr {
        let ty = self.model.columns.at(column).ty;
        let read = self.expr(read, span, ty);
        match ty {
            Type::Period(unit) => self.expr(Op::LastDay(unit, Box::new(read)), span, Type::Date),
            _ => read,
        }
    }

    /// Whether a way leads through nothing that depends on the day.
    pub fn is_timeless_way(&self, start: Start, links: &[ColumnId]) -> bool {
        let first = match start {
            Start::Key(_) => None,
            Start::Column(column) => Some(column),
        };
        first.iter().chain(links).all(|column| self.versions_of(*column).is_none())
    }

    /// `X at DAY`: what depends on the day, as of another one.
    pub fn at_day(&mut self, scope: &Scope, value: &tree::Expr, day: &tree::Expr, span: Span) -> Checked {
        let day = self.infer(scope, day);
        if day.ty != Ty::Is(Type::Date) {
            if day.ty != Ty::Unknown {
                let found = self.type_words(day.ty);
                let place = self.names.exprs.at(day.expr.id).span;
                self.report(error::wrong_type(place, &found, "a date"));
            }
            return self.failed(span);
        }
        let mut there = scope.clone();
        there.as_of = Some(day.expr.clone());
        let mut checked = self.infer(&there, value);
        if checked.ty != Ty::Unknown && !self.depends_on_day(&checked.expr, &day.expr.op) {
            return self.fail(self.no_versions(value.span, "at a day of its own"), span);
        }
        checked.missing = day.missing.or(checked.missing);
        checked
    }

    /// Whether an expression reads versions as of a day.
    fn depends_on_day(&self, expr: &Expr, day: &Op) -> bool {
        let reads = match &expr.op {
            Op::ReadAt(column, key) => self.versions_of(*column).is_some() && key.last().is_some_and(|d| d.op == *day),
            Op::RowExists(frame, key) => {
                let versions = matches!(self.model.frames.at(*frame).rows, FrameRows::Versions(_));
                versions && key.last().is_some_and(|d| d.op == *day)
            }
            Op::Rate(id, operands) => match &self.model.rates.at(*id).rows {
                RatesRows::Record(bands) => {
                    bands.day(&self.model).and_then(|at| operands.get(at)).is_some_and(|d| d.op == *day)
                }
                RatesRows::Written(_) => false,
            },
            // Of what is dated, the one that holds on it.
            Op::Compare(Comparison::GreaterOrEqual, from, _) => from.op == *day,
            _ => false,
        };
        reads || expr.op.operands().into_iter().any(|operand| self.depends_on_day(operand, day))
    }

    fn no_versions(&self, span: Span, what: &str) -> Diagnostic {
        let message = format!("`{}` is the same on every day, so it is not read {what}", self.short_words(span));
        Diagnostic::new(Code::NoVersions, message)
            .at(span, "nothing here has versions")
            .help("leave that out, or declare the record `versioned from valid_from to valid_to`")
    }

    /// `average of X over days`: over the days of the row's period on which the person is active.
    pub fn over_days(&mut self, scope: &Scope, tree: &tree::Aggregate, place: Span, span: Span) -> Checked {
        if let Some(problem) = self.unfit_over_days(tree, place) {
            return self.fail(problem, span);
        }
        let people = KeyPart::Record(self.model.plan.people);
        let person = match self.lead(scope.frame, people, &scope.instead(), span) {
            Ok(person) => person,
            Err(why) => {
                let to = self.model.plan.people_frame;
                let problem = self.no_way("over days", place, scope.frame, to, &why);
                return self.fail(problem, span);
            }
        };
        let days = match self.period_of(scope.frame) {
            Some((position, unit)) => DaySpan::Period(unit, self.expr(Op::Key(position), span, Type::Period(unit))),
            None => DaySpan::Plan,
        };
        let days = self.active_days(days, person.clone(), span);
        let mut daily = scope.clone();
        let day = self.expr(Op::Day, span, Type::Date);
        daily.as_of = Some(day.clone());
        self.assume_version(&mut daily, person, day.clone(), span);
        let value = self.number(&daily, &tree.value);
        if value.ty == Ty::Unknown {
            return self.failed(span);
        }
        if !self.depends_on_day(&value.expr, &day.op) {
            return self.fail(self.no_versions(tree.value.span, "over days"), span);
        }
        if let Some(missing) = &value.missing {
            self.report_missing(missing, None);
        }
        let missing = self.no_active_days(scope, &days, span);
        let ty = value.ty;
        let op = Op::OverDays(Box::new(OverDays { days, value: value.expr }));
        let expr = self.expr(op, span, ty.or_number());
        Checked { expr, ty, places: self.default_places(ty.or_number()), fixed: false, exact: false, missing }
    }

    fn unfit_over_days(&self, tree: &tree::Aggregate, place: Span) -> Option<Diagnostic> {
        if tree.op != AggregateOp::Average {
            let problem = error::out_of_place(
                tree.op_span,
                "days are taken together by their average alone",
                "write `average of … over days`; `days active in quarter` counts them",
            );
            return Some(problem);
        }
        let tail = tree.to.is_some() || tree.on.is_some() || tree.condition.is_some();
        tail.then(|| {
            let help = "leave `to`, `on` and `where` out here";
            error::out_of_place(place, "an average over days counts those on which the person is active", help)
        })
    }

    /// Why something over active days may be missing: there may be none, unless that is asked already.
    fn no_active_days(&self, scope: &Scope, days: &DaysActive, span: Span) -> Option<(Span, String)> {
        if scope.facts.is_active(days) || self.always_active(days) {
            return None;
        }
        let here = self.frame_words(scope.frame);
        Some((span, format!("{here} may have no day on which the person is active")))
    }

    /// Whether a person whom the frame has is active on some day of the plan by being there.
    fn always_active(&self, days: &DaysActive) -> bool {
        let own = days.person.as_ref().is_some_and(|person| matches!(person.op, Op::Key(_)));
        let daily = self.model.plan.daily;
        own && matches!(days.span, DaySpan::Plan) && daily && self.active_columns(self.model.plan.people).is_none()
    }

    /// Whether a version is known to hold, because people are in the plan only while one of theirs does:
    /// on a person's last active day where there is one, and on the day of a credit.
    pub fn version_holds(&self, scope: &Scope, frame: FrameId, key: &[Expr]) -> bool {
        let people = self.model.plan.people;
        let ([person, day], FrameRows::Versions(record)) = (key, self.model.frames.at(frame).rows) else {
            return false;
        };
        if record != people {
            return false;
        }
        match (&day.op, &self.model.credit) {
            (Op::LastActive(days), _) => {
                days.person.as_ref() == Some(person) && (scope.facts.is_active(days) || self.always_active(days))
            }
            (Op::Read(date), Some(credit)) => *date == credit.date && person.op == Op::Read(credit.person),
            _ => false,
        }
    }

    /// Takes it as known that a person is in the plan on a day.
    pub fn assume_version(&mut self, scope: &mut Scope, person: Expr, day: Expr, span: Span) {
        let people = self.model.plan.people;
        if let Some(versions) = self.model.records.at(people).versions {
            let holds = self.expr(Op::RowExists(versions.frame, vec![person, day]), span, Type::YesNo);
            scope.facts.assume(&holds);
        }
    }

    /// Whether and when people are in the plan: what its `people` line and `active` say, asked day by day
    /// where that can differ from one day to the next.
    pub fn people_days(&mut self, condition: Option<&tree::Expr>) {
        let people = self.model.plan.people;
        let frame = self.model.records.at(people).frame;
        let span = condition.map_or(self.names.records.at(people).span, |condition| condition.span);
        let mut scope = Scope::new(frame);
        let day = self.expr(Op::Day, span, Type::Date);
        scope.as_of = Some(day.clone());
        let person = self.expr(Op::Key(0), span, Type::Reference(people));
        self.assume_version(&mut scope, person.clone(), day.clone(), span);
        let asked = condition.map(|condition| self.condition(&scope, condition).expr);
        let there = self.model.records.at(people).versions.map(|versions| {
            let key = vec![person.clone(), day.clone()];
            self.expr(Op::RowExists(versions.frame, key), span, Type::YesNo)
        });
        self.model.plan.people_condition = match (there, asked) {
            (Some(there), Some(asked)) => Some(self.expr(Op::And(Box::new(there), Box::new(asked)), span, Type::YesNo)),
            (there, asked) => there.or(asked),
        };
        let active = self.active_columns(people).map(|(record, from, to)| {
            let row = self.row_in(person.clone(), people, record, span);
            [from, to].map(|column| {
                let declared = self.names.columns.at(column).span;
                let op = self.read_op(frame, Some(&day), column, Some(vec![row.clone()]), declared);
                self.expr(op, declared, Type::Date)
            })
        });
        let parts = self.model.plan.people_condition.iter().chain(active.iter().flatten());
        self.model.plan.daily = parts.into_iter().any(|part| self.depends_on_day(part, &Op::Day));
        self.model.plan.active = active.filter(|_| self.model.plan.daily);
    }

    /// The days of some span on which a person is active.
    pub fn active_days(&mut self, days: DaySpan, person: Expr, span: Span) -> DaysActive {
        if self.model.plan.daily {
            return DaysActive { span: days, from: None, to: None, inside: None, person: Some(person) };
        }
        let people = self.model.plan.people;
        let (from, to) = match self.active_columns(people) {
            Some((record, from, to)) => {
                let row = self.row_in(person.clone(), people, record, span);
                // The plan does not write these columns here, so their declarations stand for them.
                let mut read = |column| {
                    let declared = self.names.columns.at(column).span;
                    self.expr(Op::ReadAt(column, vec![row.clone()]), declared, Type::Date)
                };
                (Some(read(from)), Some(read(to)))
            }
            None => (None, None),
        };
        let inside = self.person_in_plan(&person, span);
        DaysActive { span: days, from, to, inside, person: None }
    }

    /// The day whose tree is that of a row: its date; otherwise the last day of its period, or of the plan.
    pub fn tree_day(&mut self, scope: &Scope, span: Span) -> Expr {
        if let Some(day) = &scope.as_of {
            return day.clone();
        }
        if let Some(day) = self.own_date(scope.frame, span) {
            return day;
        }
        let op = match self.period_of(scope.frame) {
            Some((position, unit)) => {
                let key = self.expr(Op::Key(position), span, Type::Period(unit));
                Op::LastDay(unit, Box::new(key))
            }
            None => Op::Constant(Value::Date(self.model.plan.effective.1)),
        };
        self.expr(op, span, Type::Date)
    }
}

impl Scope {
    /// What ways from here use in place of the rows' own `to` and `on`.
    pub fn instead(&self) -> Instead {
        let by = self.way.as_ref().map(|way| way.through.clone());
        let used = self.way.as_ref().map(|way| Rc::clone(&way.used)).unwrap_or_default();
        Instead { as_of: self.as_of.clone(), by, used, ..Instead::default() }
    }
}
