//! What holds from a day on: of several definitions or tables of one name, the one of the row's date.

use std::collections::BTreeSet;

use super::checker::{Checked, Checker, DefinitionState, Ty};
use super::expr::{Comparison, Expr, Op};
use super::model::{Column, Definition, Origin, Type, Word};
use super::names::Named;
use super::scope::Scope;
use crate::calendar::{Unit, print_date};
use crate::cell::Value;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, FrameId};
use crate::source::Span;
use crate::syntax::tree::{Credit, Define, Name, Since, Whom};

impl Checker<'_> {
    /// Whether the first of several that hold one after another holds from the plan's first day on.
    pub fn holds_from_the_start(&mut self, name: &Name, since: Option<Since>) -> bool {
        let Some(since) = since.filter(|since| since.day > self.model.plan.effective.0) else { return true };
        let why = format!("nothing says what `{}` is before {}", name.text, print_date(since.day));
        let help = format!("write the one that holds first without a date: `{}` without `from`", name.text);
        self.report_once(Diagnostic::new(Code::WrongDate, why).at(since.span, "holds from here on").help(help));
        false
    }

    /// The later value from a day on, the earlier one before it.
    pub fn later_or_earlier(
        &mut self,
        scope: &Scope,
        name: &Name,
        since: Since,
        later: (Checked, Span),
        earlier: (Checked, Span),
        span: Span,
    ) -> Checked {
        let Some(condition) = self.since(scope, name, since) else { return self.failed(span) };
        let ty = self.meet("from", (&later.0, later.1), (&earlier.0, earlier.1));
        let op =
            Op::If(Box::new(condition.expr.clone()), Box::new(later.0.expr.clone()), Box::new(earlier.0.expr.clone()));
        let mut result = self.derive(op, span, ty, &[&later.0, &earlier.0]);
        result.missing = condition.missing.or(result.missing);
        result
    }

    /// Whether the row lies on a day or behind it: by the day as of which it reads, its period, which the day must begin, or its
    /// date.
    pub fn since(&mut self, scope: &Scope, name: &Name, since: Since) -> Option<Checked> {
        let date = match (scope.as_of.clone(), self.period_of(scope.frame)) {
            (Some(day), _) if day.op == Op::Day => return self.asked_daily(name, since),
            (Some(day), _) => day,
            (None, Some((part, unit))) => self.first_day_of(scope, name, since, (part, unit))?,
            (None, None) => self.row_date(scope, name, since)?,
        };
        let optional = date.op.column().is_some_and(|column| self.model.columns.at(column).optional);
        let missing = self.may_miss(scope, &date, optional).map(|why| (name.span, why));
        let day = self.expr(Op::Constant(Value::Date(since.day)), since.span, Type::Date);
        let op = Op::Compare(Comparison::GreaterOrEqual, Box::new(date), Box::new(day));
        let mut condition = self.known(op, since.span, Type::YesNo);
        condition.missing = missing;
        Some(condition)
    }

    /// The first day of the row's period. The day must be the first one of a period, or both would hold in it.
    fn first_day_of(&mut self, scope: &Scope, name: &Name, since: Since, (part, unit): (usize, Unit)) -> Option<Expr> {
        let period = self.calendar.period_of(unit, since.day);
        let first = period.and_then(|period| self.calendar.first_day(unit, period));
        if first != Some(since.day) {
            let (word, day) = (self.unit_name(unit), print_date(since.day));
            let here = self.frame_words(scope.frame);
            let why = format!("`{}` changes on {day}, which is not the first day of a {word}", name.text);
            let help = match unit {
                Unit::Custom(_) => "what changes between periods of the data is said in the data".to_owned(),
                _ => format!("let it change on the first day of a {word}, or read it for rows with a date"),
            };
            let problem = Diagnostic::new(Code::WrongDate, why);
            let problem = problem.at(name.span, format!("read for {here}")).at(since.span, "changes here").help(help);
            self.report_once(problem);
            return None;
        }
        let span = implied(since);
        let key = self.expr(Op::Key(part), span, Type::Period(unit));
        Some(self.expr(Op::FirstDay(unit, Box::new(key)), span, Type::Date))
    }

    /// What is asked day by day changes where versions do.
    fn asked_daily(&mut self, name: &Name, since: Since) -> Option<Checked> {
        let why = format!("`{}` changes on {}, and is asked day by day here", name.text, print_date(since.day));
        let help =
            "what is asked day by day rests on the versions of a record: put it into one, or read it for each period";
        let problem = Diagnostic::new(Code::WrongDate, why);
        self.report_once(problem.at(name.span, "of every day").at(since.span, "changes here").help(help));
        None
    }

    fn row_date(&mut self, scope: &Scope, name: &Name, since: Since) -> Option<Expr> {
        match self.date_of(scope.frame, implied(since)) {
            Ok(Some(date)) => Some(date),
            Ok(None) => {
                let here = self.frame_words(scope.frame);
                let why = format!("`{}` changes on {}, and {here} has no date", name.text, print_date(since.day));
                let help = format!(
                    "read it for rows with an `on` date, for each period, or as of a day: `{} at DAY`",
                    name.text
                );
                let problem = Diagnostic::new(Code::WrongDate, why);
                self.report_once(problem.at(name.span, "of which date?").at(since.span, "changes here").help(help));
                None
            }
            Err(why) => {
                let problem = self.no_way(&name.text, name.span, scope.frame, scope.frame, &why);
                self.report(problem);
                None
            }
        }
    }

    /// Reports a problem that each reader of a thing meets, once.
    fn report_once(&mut self, problem: Diagnostic) {
        self.sound = false;
        if !self.problems.contains(&problem) {
            self.report(problem);
        }
    }

    /// The columns of what holds later in place of a `let` whose rows have no day: which of them holds is decided where
    /// it is read.
    pub fn declare_later(&mut self, tree: &Define, frame: FrameId, doc: Option<&str>) -> Vec<(ColumnId, Since)> {
        let later = self.resolved.later_definitions.get(tree.name.text.as_str()).cloned().unwrap_or_default();
        let dated = later.is_empty()
            || self.period_of(frame).is_some()
            || !matches!(self.date_of(frame, tree.name.span), Ok(None));
        if tree.word != Word::Let || dated {
            return Vec::new();
        }
        let declare = |next: &Define| {
            let since = next.since?;
            let name = format!("{} from {}", next.name.text, print_date(since.day));
            let column = Column { frame, ty: Type::YesNo, places: None, optional: false, origin: Origin::Credit };
            let named = Named { name, span: next.name.span, doc: doc.map(str::to_owned) };
            Some((self.column(column, named), since))
        };
        later.into_iter().filter_map(declare).collect()
    }

    /// Checks what holds later in place of a `let` without a day, each a value with a name of its own; says whether the
    /// types are known.
    pub fn check_later(
        &mut self,
        position: usize,
        tree: &Define,
        (scope, first): (&Scope, &Definition),
        (ty, body, declared): (Type, &Checked, Option<(Ty, Option<u8>)>),
    ) -> bool {
        let columns = self.definitions.get(position).map(|state| state.later.clone()).unwrap_or_default();
        if columns.is_empty() {
            return true;
        }
        if !self.holds_from_the_start(&tree.name, tree.since) {
            return false;
        }
        let later = self.resolved.later_definitions.get(tree.name.text.as_str()).cloned().unwrap_or_default();
        let mut known = true;
        for (next, (column, _)) in later.into_iter().zip(columns) {
            let checked = self.infer_like(scope, &next.body, Ty::Is(ty));
            if checked.ty == Ty::Unknown || !self.same_head(tree, next) {
                known = false;
                continue;
            }
            self.meet("from", (&checked, next.body.span), (body, tree.body.span));
            let (_, places) = self.final_type(next, &checked, declared);
            self.check_words(next, &checked, ty, scope.frame, true);
            let definition = Definition { body: checked.expr, ..first.clone() };
            self.settle(column, next, (ty, places), definition);
        }
        known
    }

    /// The value of a definition whose rows have no day, at a reader's day.
    pub fn read_later(&mut self, scope: &Scope, position: usize, first: Checked, name: &Name) -> Checked {
        let later = self.definitions.get(position).map(|state| state.later.clone()).unwrap_or_default();
        let frame = self.definition_frames.get(position).copied().flatten();
        let Some(frame) = frame.filter(|_| first.ty != Ty::Unknown) else { return first };
        let mut all = first;
        for (column, since) in later {
            let next = self.read_frame(scope, column, frame, name.span);
            all = self.later_or_earlier(scope, name, since, (next, name.span), (all, name.span), name.span);
        }
        all
    }

    /// The value of a definition: of several that hold one after another, that of the row's date.
    pub fn dated_body(&mut self, scope: &Scope, tree: &Define, declared: Option<Ty>) -> Checked {
        let own = |state: &DefinitionState| !state.later.is_empty();
        let read_so = scope.definition.and_then(|position| self.definitions.get(position)).is_some_and(own);
        let infer = |checker: &mut Self, define: &Define| match declared {
            Some(ty) => checker.infer_like(scope, &define.body, ty),
            None => checker.infer(scope, &define.body),
        };
        let mut all = (infer(self, tree), tree.body.span);
        if !self.holds_from_the_start(&tree.name, tree.since) {
            return self.failed(tree.body.span);
        }
        if read_so {
            return all.0;
        }
        let later = self.resolved.later_definitions.get(tree.name.text.as_str()).cloned().unwrap_or_default();
        for next in later {
            let span = next.body.span;
            let Some(since) = next.since.filter(|_| self.same_head(tree, next)) else { return self.failed(span) };
            let body = infer(self, next);
            if body.ty == Ty::Unknown || all.0.ty == Ty::Unknown {
                return self.failed(span);
            }
            all = (self.later_or_earlier(scope, &next.name, since, (body, span), all, span), span);
        }
        all.0
    }

    /// The rules that hold one after another in place of one, if only their amounts, further columns and persons differ.
    pub fn later_rules<'t>(&mut self, first: &'t Credit) -> Option<Vec<(&'t Credit, Since)>>
    where
        Self: 't,
    {
        if !self.holds_from_the_start(&first.name, first.since) {
            return None;
        }
        let later = self.resolved.later_credits.get(first.name.text.as_str()).cloned().unwrap_or_default();
        later.into_iter().map(|next| Some((next, next.since.filter(|_| self.same_rule(first, next))?))).collect()
    }

    /// Whether a credit is dated from a day on; one without a date is of no day.
    pub fn credited_since(&mut self, on: &Expr, since: Since) -> Expr {
        let exists = self.expr(Op::Exists(Box::new(on.clone())), since.span, Type::YesNo);
        let day = self.expr(Op::Constant(Value::Date(since.day)), since.span, Type::Date);
        let op = Op::Compare(Comparison::GreaterOrEqual, Box::new(on.clone()), Box::new(day));
        let from = self.expr(op, since.span, Type::YesNo);
        self.expr(Op::And(Box::new(exists), Box::new(from)), since.span, Type::YesNo)
    }

    /// What a credit says from a day on, and before it.
    pub fn changed(&mut self, (on, since): (&Expr, Since), later: Checked, earlier: Checked) -> Checked {
        let (span, before) = (self.names.exprs.at(later.expr.id).span, self.names.exprs.at(earlier.expr.id).span);
        let ty = self.meet("from", (&later, span), (&earlier, before));
        let from = self.credited_since(on, since);
        let op = Op::If(Box::new(from), Box::new(later.expr.clone()), Box::new(earlier.expr.clone()));
        self.derive(op, span, ty, &[&later, &earlier])
    }

    /// Whether two credit rules name whom they credit by the same words.
    pub fn same_person(&self, first: &Credit, later: &Credit) -> bool {
        let to = |rule: &Credit| rule.to.as_ref().map(|to| self.words_of(to.span));
        to(first) == to(later)
    }

    /// Whether a later credit rule goes over the same rows on the same dates as the first.
    fn same_rule(&mut self, first: &Credit, later: &Credit) -> bool {
        let names =
            |rule: &Credit| rule.columns.iter().map(|(name, _)| name.text.clone()).collect::<BTreeSet<String>>();
        let to = |rule: &Credit| match &rule.to {
            Some(to) if to.whom != Whom::One => Some(self.words_of(to.span)),
            _ => None,
        };
        let on = |rule: &Credit| rule.on.as_ref().map(|on| self.words_of(on.span));
        let grain = |rule: &Credit| self.words_of(rule.grain.span);
        if grain(first) == grain(later)
            && to(first) == to(later)
            && on(first) == on(later)
            && names(first) == names(later)
        {
            return true;
        }
        let why = format!("`{}` has another head from a day on", later.name.text);
        let help = "only the amount, what stands in its columns and the one person credited change: `for each`, `where`, `on`, \
                    `to each`, `to managers` and the columns' names stay as they were";
        let problem = Diagnostic::new(Code::WrongDate, why).at(later.name.span, "the later one");
        self.report_once(problem.at(first.name.span, "the first one").help(help));
        false
    }

    /// The conditions under which an ensure holds on a row: from its own day on, and before the next one's.
    pub fn ensure_dates(&mut self, scope: &Scope, position: usize) -> Option<Vec<Expr>> {
        let tree = self.resolved.ensures.get(position)?.tree;
        let later = self.resolved.later_ensures.get(tree.name.text.as_str()).cloned().unwrap_or_default();
        let place = later.iter().position(|later| *later == position);
        let mut asked = Vec::new();
        match place {
            None if !self.holds_from_the_start(&tree.name, tree.since) => return None,
            None => {}
            Some(_) => asked.push((&tree.name, tree.since?, true)),
        }
        let next = later.get(place.map_or(0, |place| place.saturating_add(1)));
        let next = next.and_then(|next| self.resolved.ensures.get(*next)).map(|next| next.tree);
        asked.extend(next.and_then(|next| Some((&next.name, next.since?, false))));
        let mut conditions = Vec::new();
        for (name, since, from) in asked {
            let condition = self.since(scope, name, since)?;
            if let Some(missing) = &condition.missing {
                self.report_missing(missing, None);
            }
            conditions.push(match from {
                true => condition.expr,
                false => self.expr(Op::Not(Box::new(condition.expr)), since.span, Type::YesNo),
            });
        }
        Some(conditions)
    }

    /// Whether a later definition is of the same word, grain and type as the first.
    fn same_head(&mut self, first: &Define, later: &Define) -> bool {
        let grain = |define: &Define| define.grain.as_ref().map(|grain| self.words_of(grain.span));
        let ty = |define: &Define| define.ty.as_ref().map(|ty| self.words_of(ty.span));
        let same = first.word == later.word && grain(first) == grain(later) && ty(first) == ty(later);
        let clauses = |define: &Define| (define.exact.is_some(), define.rounded.map(|(mode, _)| mode));
        let flows = |define: &Define| {
            let to = define.to.as_ref().map(|path| self.words_of(path.span()));
            (to, define.on.as_ref().map(|on| self.words_of(on.span)))
        };
        if same && clauses(first) == clauses(later) && flows(first) == flows(later) && later.starting.is_none() {
            return true;
        }
        let why = format!("`{}` has another head from a day on", later.name.text);
        let help = "only the formula changes: word, grain, `where`, `as`, `rounded`, `to` and `on` stay as they were, and \
                    `starting at` stands in the first";
        let problem = Diagnostic::new(Code::WrongDate, why).at(later.name.span, "the later one");
        self.report_once(problem.at(first.name.span, "the first one").help(help));
        false
    }

    /// The words under a span, each separated by one blank.
    fn words_of(&self, span: Span) -> String {
        self.words(span).split_whitespace().collect::<Vec<&str>>().join(" ")
    }
}

/// The place of what the plan only implies: no words.
fn implied(since: Since) -> Span {
    Span { end: since.span.start, ..since.span }
}
