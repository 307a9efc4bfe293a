//! Periods and dates in expressions: `previous`, `days active in`, conversions at a date.

use super::checker::{Checked, Checker, Progress, Ty};
use super::error;
use super::expr::{Comparison, DaySpan, Expr, Op};
use super::grain::NoWay;
use super::infer::{DAYS, bare_word};
use super::model::{Dimension, KeyPart, Part, Shown, Type, Word};
use super::scope::Scope;
use crate::calendar::{Date, Unit};
use crate::cell::Value;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::RecordId;
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::tree::{self, Name};
use crate::value::Exact;

impl Checker<'_> {
    /// `previous NAME`: the row one period earlier.
    pub fn previous(&mut self, scope: &Scope, name: &Name, span: Span) -> Checked {
        let Some(Symbol::Definition(position)) = self.resolved.symbol(&name.text) else {
            let known: Vec<&str> = self.resolved.definitions.iter().map(|d| d.tree.name.text.as_str()).collect();
            let problem = error::unknown_name(name, known.into_iter());
            return self.fail(problem, span);
        };
        self.mark_used(&name.text);
        let itself = scope.definition == Some(position);
        let Some(definition) = self.resolved.definitions.get(position) else {
            return self.failed(span);
        };
        let tree = definition.tree;
        if itself && tree.word != Word::Balance {
            let why = "only a balance carries its own value from period to period";
            let problem = error::previous_not_allowed(
                name,
                why,
                &format!("make it one: `balance {} …`, and begin it with `starting at 0`", name.text),
            )
            .at(tree.name.span, format!("a `{}`", super::word(tree.word)));
            return self.fail(problem, span);
        }
        if !itself {
            self.check_definition(position);
        }
        let same = self.definition_frames.get(position).copied().flatten() == Some(scope.frame);
        if !same || self.period_of(scope.frame).is_none() {
            let here = self.frame_words(scope.frame);
            let there = self.definition_frames.get(position).copied().flatten().map(|frame| self.frame_words(frame));
            let why = format!("this is for {here}, and it has a value for {}", there.unwrap_or_default());
            let help = "read the period before in a definition of the same grain, one that has a period";
            let problem = error::previous_not_allowed(name, &why, help).at(tree.name.span, "declared here");
            return self.fail(problem, span);
        }
        self.previous_value(position, itself, name, span)
    }

    fn previous_value(&mut self, position: usize, itself: bool, name: &Name, span: Span) -> Checked {
        let Some(state) = self.definitions.get_mut(position) else {
            return self.failed(span);
        };
        if itself {
            state.reads_itself = true;
        }
        let column = state.column;
        let (ty, places) = match state.progress {
            // Its own previous has no say in its places.
            Progress::Busy => (state.own_type, if itself { None } else { state.own_places }),
            Progress::Failed => (Ty::Unknown, None),
            Progress::NotYet | Progress::Done => {
                let column = self.model.columns.at(column);
                (Ty::Is(column.ty), column.places)
            }
        };
        if !self.same_every_period(ty) {
            let why = format!("`previous {}` may be in another currency than this period's", name.text);
            let help = "keep the amount in one currency, read `previous` of that, and convert what comes of it";
            return self.fail(error::changing_currency(span, &why, help), span);
        }
        let missing = self.previous_missing(position, name, span);
        let expr = self.expr(Op::Previous(column), span, ty.or_number());
        Checked { expr, ty, places, fixed: true, exact: false, missing }
    }

    fn previous_missing(&self, position: usize, name: &Name, span: Span) -> Option<(Span, String)> {
        let tree = self.resolved.definitions.get(position)?.tree;
        if tree.starting.is_none() {
            return Some((span, format!("the first `{}` has no row before it", name.text)));
        }
        let narrowed = tree.grain.as_ref().is_some_and(|grain| grain.condition.is_some());
        narrowed.then(|| (span, format!("a `where` may have left the earlier `{}` out", name.text)))
    }

    /// A unit of periods by name; a problem when there is none.
    pub fn unit_or_problem(&mut self, name: &Name) -> Option<Unit> {
        let unit = self.unit(&name.text);
        if unit.is_none() {
            let problem = self.no_unit(name);
            self.report(problem);
        }
        unit
    }

    /// The problem of a word that is no unit of periods.
    pub fn no_unit(&self, name: &Name) -> Diagnostic {
        let problem =
            Diagnostic::new(Code::UnknownName, format!("`{}` is no kind of period", name.text)).at(name.span, "");
        let names: Vec<String> = self.names.periods.iter().map(|named| named.name.clone()).collect();
        let regular = ["day", "month", "quarter", "half", "year"];
        let known = names.iter().map(String::as_str).chain(regular);
        error::with_suggestion(problem, &name.text, known)
    }

    /// The period of a unit in which a row lies, as an expression.
    fn period_here(&mut self, scope: &Scope, name: &Name, span: Span) -> Option<(Unit, Expr)> {
        let unit = self.unit_or_problem(name)?;
        match self.lead(scope.frame, KeyPart::Period(unit), &scope.instead(), span) {
            Ok(period) => Some((unit, period)),
            Err(why) => {
                let to = self.frame_of_period(unit);
                let problem = match why {
                    NoWay::Nothing(_) => {
                        let why = format!("there is no one {} for {}", name.text, self.frame_words(scope.frame));
                        let help = self.way_to_period(scope.frame, unit);
                        Diagnostic::new(Code::NotDetermined, why).at(name.span, "which one?").help(help)
                    }
                    why => self.no_way(&name.text, span, scope.frame, to, &why),
                };
                self.report(problem);
                None
            }
        }
    }

    /// A frame with a period, to name it in a problem.
    fn frame_of_period(&mut self, unit: Unit) -> crate::ids::FrameId {
        let base = self.model.plan.people_frame;
        let part = KeyPart::Record(self.model.plan.people);
        self.frame(
            vec![part, KeyPart::Period(unit)],
            super::model::FrameRows::Times(base, super::model::Each::Periods(unit)),
        )
    }

    /// Whether `plan` behind `start of` is the plan itself: no periods are called so.
    pub fn is_plan(&self, name: &Name) -> bool {
        name.text == "plan" && self.unit(&name.text).is_none()
    }

    /// `start of plan`, `end of plan`.
    pub fn plan_day(&mut self, day: Date, span: Span) -> Checked {
        self.known(Op::Constant(Value::Date(day)), span, Type::Date)
    }

    /// `days in U`, `start of U`, `end of U`.
    pub fn of_period(
        &mut self,
        scope: &Scope,
        name: &Name,
        span: Span,
        ty: Type,
        op: fn(Unit, Box<Expr>) -> Op,
    ) -> Checked {
        match self.period_here(scope, name, span) {
            Some((unit, period)) => self.known(op(unit, Box::new(period)), span, ty),
            None => self.failed(span),
        }
    }

    /// `days active in U` of the person a row leads to.
    pub fn days_active(&mut self, scope: &Scope, name: &Name, span: Span) -> Checked {
        let Some((unit, period)) = self.period_here(scope, name, span) else {
            return self.failed(span);
        };
        let people = self.model.plan.people;
        let person = match self.lead(scope.frame, KeyPart::Record(people), &scope.instead(), span) {
            Ok(person) => person,
            Err(why) => {
                let to = self.model.plan.people_frame;
                let problem = self.no_way("days active", span, scope.frame, to, &why);
                return self.fail(problem, span);
            }
        };
        let days = self.active_days(DaySpan::Period(unit, period), person, span);
        self.known(Op::DaysActive(Box::new(days)), span, DAYS)
    }

    /// `owner is active on closed`: whether a person is in the plan and active on a day. The name of the people's record stands
    /// for the person to whom the row leads.
    pub fn active_on(&mut self, scope: &Scope, person: &tree::Expr, day: &tree::Expr, span: Span) -> Checked {
        let people = self.model.plan.people;
        let own = bare_word(person).is_some_and(|word| word.text == self.names.records.at(people).name);
        let subject = match own {
            true => self.led_person(scope, person.span),
            false => self.infer_wanted(scope, person, Ty::Is(Type::Reference(people))),
        };
        let date = self.infer_wanted(scope, day, Ty::Is(Type::Date));
        for (checked, place, wanted) in
            [(&subject, person.span, Type::Reference(people)), (&date, day.span, Type::Date)]
        {
            if !matches!(checked.ty, Ty::Unknown) && checked.ty != Ty::Is(wanted) {
                let (found, wanted) = (self.type_words(checked.ty), self.type_words(Ty::Is(wanted)));
                self.report(error::wrong_type(place, &found, &wanted));
                return self.failed(span);
            }
        }
        if subject.ty == Ty::Unknown || date.ty == Ty::Unknown {
            return self.failed(span);
        }
        // Nobody is not a person who is away.
        if let Some(missing) = &subject.missing {
            self.report_missing(missing, None);
        }
        let of_day = self.expr(Op::PeriodOf(Unit::Day, Box::new(date.expr)), day.span, Type::Period(Unit::Day));
        let days = self.active_days(DaySpan::Period(Unit::Day, of_day), subject.expr, span);
        let days = self.expr(Op::DaysActive(Box::new(days)), span, DAYS);
        let zero = self.expr(Op::Constant(Value::Number(Exact::zero())), span, DAYS);
        let op = Op::Compare(Comparison::Greater, Box::new(days), Box::new(zero));
        let mut checked = self.known(op, span, Type::YesNo);
        checked.missing = date.missing;
        checked
    }

    /// The person to whom a row leads.
    fn led_person(&mut self, scope: &Scope, span: Span) -> Checked {
        let people = self.model.plan.people;
        match self.lead(scope.frame, KeyPart::Record(people), &scope.instead(), span) {
            Ok(person) => {
                let optional = person.op.column().is_some_and(|column| self.model.columns.at(column).optional);
                let missing = self.may_miss(scope, &person, optional).map(|why| (span, why));
                let mut checked = self.known(person.op, span, Type::Reference(people));
                checked.missing = missing;
                checked
            }
            Err(why) => {
                let to = self.model.plan.people_frame;
                let problem = self.no_way("active", span, scope.frame, to, &why);
                self.fail(problem, span)
            }
        }
    }

    /// The `active` columns of a record or of the larger one it is a subset of.
    pub fn active_columns(&self, record: RecordId) -> Option<(RecordId, crate::ids::ColumnId, crate::ids::ColumnId)> {
        let declared = self.model.records.at(record);
        if let Some((from, to)) = declared.active {
            return Some((record, from, to));
        }
        match self.model.columns.at(declared.subset?).ty {
            Type::Reference(larger) => self.active_columns(larger),
            _ => None,
        }
    }

    /// A row of a record as a row of a larger record it is a subset of.
    pub fn row_in(&mut self, row: Expr, record: RecordId, target: RecordId, span: Span) -> Expr {
        if record == target {
            return row;
        }
        let Some(link) = self.model.records.at(record).subset else {
            return row;
        };
        let ty = self.model.columns.at(link).ty;
        let next = self.expr(Op::ReadAt(link, vec![row]), span, ty);
        match ty {
            Type::Reference(larger) => self.row_in(next, larger, target, span),
            _ => next,
        }
    }

    /// Whether a person is in the plan; none where the frame holds only such people.
    pub fn person_in_plan(&mut self, person: &Expr, span: Span) -> Option<Expr> {
        let frame = self.model.plan.people_frame;
        self.model.plan.people_condition.as_ref()?;
        if matches!(person.op, Op::Key(_)) {
            return None;
        }
        Some(self.expr(Op::RowExists(frame, vec![person.clone()]), span, Type::YesNo))
    }

    /// The date of a flow where it says none: the last day of its period, else its row's date.
    pub fn default_date(&mut self, scope: &Scope, span: Span) -> Option<Expr> {
        if let Some((position, unit)) = self.period_of(scope.frame) {
            let key = self.expr(Op::Key(position), span, Type::Period(unit));
            return Some(self.expr(Op::LastDay(unit, Box::new(key)), span, Type::Date));
        }
        self.date_of(scope.frame, span).ok().flatten()
    }

    /// Whether a number is shown as money.
    pub fn is_money(ty: Type) -> bool {
        matches!(
            ty,
            Type::Number(
                Dimension { above: Some(Part::Currency(_) | Part::RowCurrency(_)), below: None },
                Shown::Money
            )
        )
    }
}
