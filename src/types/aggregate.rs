//! Aggregates: which rows are added up, and to which row of the reader each falls.

use std::rc::Rc;

use super::checker::{Checked, Checker, Ty};
use super::error;
use super::expr::{Aggregate, Below, Expr, Op};
use super::foreign::ForeignColumn;
use super::grain::{Instead, NoWay, OwnWay};
use super::infer::{INTEGER, conditions};
use super::model::{Definition, FrameRows, KeyPart, Origin, Type, Word};
use super::scope::Scope;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, FrameId, RecordId};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::tree::{self, AggregateOp, ExprKind, Over, Path};

/// A hierarchy that a record has or inherits.
pub(super) struct Hierarchy {
    /// From the record to that of the hierarchy, step by step.
    pub links: Vec<ColumnId>,
    /// The column that names a row's manager.
    pub manager: ColumnId,
}

/// What an aggregate's operand names on the member rows.
#[derive(Default)]
struct Members {
    /// Definitions that have a value for each member row.
    definitions: Vec<usize>,
    /// Credit rules: only their credits count.
    rules: Vec<usize>,
    /// Definitions of other plans.
    foreign: Vec<ForeignColumn>,
}

impl Checker<'_> {
    pub fn aggregate(&mut self, scope: &Scope, tree: &tree::Aggregate, span: Span) -> Checked {
        if let Some(place) = tree.over_days {
            return self.over_days(scope, tree, place, span);
        }
        let paths = paths(&tree.value);
        if let Some(credits) = paths.iter().find(|path| path.head.text == "Credit" && self.credit_frame().is_none()) {
            return self.fail(error::no_credits(&credits.head), span);
        }
        let Some(members) = self.member_frame(scope, tree, &paths) else {
            return self.failed(span);
        };
        let named = self.members_named(members, &paths);
        let members = self.with_history(members, tree, &named);
        let mut inside = Scope::new(members);
        inside.definition = scope.definition;
        if let Some(on) = &tree.on {
            // What the members are said to be dated by is also when they are read.
            inside.as_of = self.dated(&inside, on);
        }
        let mut where_clauses = self.membership(&mut inside, &named, span);
        where_clauses.extend(conditions(self, &mut inside, tree.condition.as_ref()));
        if let Some(problem) = self.flows_apart(&named, tree) {
            return self.fail(problem, span);
        }
        let Some(instead) = self.instead(&inside, tree, &named) else {
            return self.failed(span);
        };
        let window = match self.window(scope, members, tree, &instead) {
            Ok(window) => window,
            Err(problem) => return self.fail(*problem, span),
        };
        let parts = self.group_parts(scope.frame, window.as_ref().and_then(|window| window.period));
        let group = match self.project_parts(members, &parts, &instead, span) {
            Ok(group) => group,
            Err(why) => return self.no_group(scope, tree, members, &why),
        };
        if let Some(by) = way_of(tree).filter(|_| !instead.used.get()) {
            let here = self.frame_words(scope.frame);
            return self.fail(error::way_to_nothing(by, &here), span);
        }
        if let Some(problem) = self.stock_over_time(&named, &group, window.is_some(), tree.value.span) {
            return self.fail(problem, span);
        }
        let over = match self.over_people(scope, tree, &parts) {
            Ok(over) => over,
            Err(failed) => return *failed,
        };
        // A member that falls to a row has what leads it there.
        inside.facts.prove_all(&group);
        let Ok(taken) = self.taken(&inside, tree, &group) else {
            return self.failed(span);
        };
        let value = self.operand(&inside, tree.op, &tree.value);
        self.warn_of_hidden_columns(scope, members, &paths);
        let (ty, places, missing) = self.result(tree, value.as_ref(), span, members);
        let value_fixed = value.as_ref().is_none_or(|value| value.fixed);
        let expr = self.expr(
            Op::Aggregate(Box::new(Aggregate {
                op: tree.op,
                members,
                value: value.map(|value| value.expr),
                conditions: where_clauses,
                reader: scope.frame,
                group,
                window,
                over,
                taken,
            })),
            span,
            ty.or_number(),
        );
        Checked { expr, ty, places, fixed: is_fixed(tree.op, value_fixed), exact: false, missing }
    }

    /// The people below whose rows are aggregated; none: the reader's own.
    fn over_people(
        &mut self,
        scope: &Scope,
        tree: &tree::Aggregate,
        parts: &[KeyPart],
    ) -> Result<Option<Below>, Box<Checked>> {
        let Some((over, place)) = tree.over else { return Ok(None) };
        match self.below(scope, parts, over, place) {
            Some(below) => Ok(Some(below)),
            None => Err(Box::new(self.no_hierarchy(scope, place))),
        }
    }

    /// The frame of the rows that are aggregated: the finest that the operand names.
    fn member_frame(&mut self, scope: &Scope, tree: &tree::Aggregate, paths: &[&Path]) -> Option<FrameId> {
        let mut frames: Vec<FrameId> = Vec::new();
        for path in paths {
            let Some(frame) = self.frame_named(path) else {
                continue;
            };
            // The people of the plan are those of the record, as far as a team is concerned.
            let people =
                scope.frame == self.model.plan.people_frame && self.record_of(frame) == Some(self.model.plan.people);
            let same = frame == scope.frame || people;
            let finer = !same && self.is_finer(frame, scope.frame, tree.value.span);
            let dated = tree.has_window() && self.lies_in_window(scope.frame, frame, tree.value.span);
            // What another plan or a record has for the same key is there once for each, but for a team many times.
            let alike = same || self.model.frames.at(frame).parts == self.model.frames.at(scope.frame).parts;
            let many = finer
                || (alike && tree.over.is_some())
                || self.is_flow_named(path)
                || dated
                || self.has_periods_of(scope.frame, frame);
            if many && !frames.contains(&frame) {
                frames.push(frame);
            }
        }
        let leads = |checker: &mut Self, from: FrameId, to: FrameId| {
            from == to || checker.project(from, to, &Instead::default(), tree.value.span).is_ok()
        };
        let finest = frames.iter().copied().find(|a| frames.iter().all(|b| leads(self, *a, *b)));
        if finest.is_none() {
            if self.model.credit.is_none()
                && let Some(path) = paths.iter().find(|path| path.head.text == "Credit")
            {
                self.report(error::no_credits(&path.head));
                return None;
            }
            // A definition whose grain could not be understood was told about.
            let broken = |path: &&Path| match self.resolved.symbol(&path.head.text) {
                Some(Symbol::Definition(position)) => self.definition_frames.get(position).copied().flatten().is_none(),
                _ => false,
            };
            if paths.iter().any(broken) {
                return None;
            }
            // An operand with problems of its own is told about those.
            let known = paths.iter().all(|path| {
                self.is_name(scope, &path.head) || path.head.text == "Credit" || self.foreign_named(path).is_some()
            });
            if known {
                let here = self.frame_words(scope.frame);
                let problem = Diagnostic::new(
                    Code::WrongType,
                    format!("there is nothing to add up: this has one value already for {here}"),
                )
                .at(tree.value.span, "one value")
                .at(tree.op_span, "an aggregate takes many values to one");
                self.report(problem);
            } else {
                self.infer(scope, &tree.value);
            }
        }
        finest
    }

    /// Whether several rows of a frame may fall to one row of another: either that row leads to none of them, or it
    /// leads to one (a deal, by its owner, to the owner's split) of those that lead to it (all splits of the deal).
    fn is_finer(&mut self, frame: FrameId, than: FrameId, span: Span) -> bool {
        if self.project(than, frame, &Instead::default(), span).is_err() {
            return true;
        }
        let own = &self.model.frames.at(than).parts;
        let has_more = self.model.frames.at(frame).parts.iter().any(|part| !own.contains(part));
        has_more && self.project(frame, than, &Instead::default(), span).is_ok()
    }

    /// Windows over credits also see those dated before the plan, which definitions have no row for.
    fn with_history(&mut self, members: FrameId, tree: &tree::Aggregate, named: &Members) -> FrameId {
        let asked = tree.condition.as_ref().map(paths).unwrap_or_default();
        let defined = |path: &&Path| {
            let is_definition = matches!(self.resolved.symbol(&path.head.text), Some(Symbol::Definition(_)));
            is_definition && self.frame_named(path) == Some(members)
        };
        let in_plan = !tree.has_window() || !named.definitions.is_empty() || asked.iter().any(defined);
        if in_plan || self.credit_frame() != Some(members) {
            return members;
        }
        self.credit_history().unwrap_or(members)
    }

    /// Whether a frame is another one's rows by period: of these each row has many, also where a date of its
    /// own leads it to one of them.
    fn has_periods_of(&self, base: FrameId, frame: FrameId) -> bool {
        match self.model.frames.at(frame).rows {
            FrameRows::Times(of, _) => of == base,
            FrameRows::Schedule(schedule) => self.model.schedules.at(schedule).base == base,
            _ => false,
        }
    }

    /// The frame on which a path's first segment has its values, if it is more than a column here.
    fn frame_named(&self, path: &Path) -> Option<FrameId> {
        match self.resolved.symbol(&path.head.text) {
            Some(Symbol::Record(position)) => {
                Some(self.model.records.at(crate::resolve::id::<RecordId>(position)).frame)
            }
            Some(Symbol::Definition(position)) => self.definition_frames.get(position).copied().flatten(),
            Some(Symbol::Credit(_)) => self.credit_frame(),
            _ if path.head.text == "Credit" => self.credit_frame(),
            _ => self.foreign_named(path).map(|foreign| self.frame_of(foreign.value)),
        }
    }

    /// Whether a path names a flow: it happens on its date, so the periods of a reader find it by an
    /// aggregate, finer ones too.
    fn is_flow_named(&self, path: &Path) -> bool {
        match self.resolved.symbol(&path.head.text) {
            Some(Symbol::Definition(position)) => {
                let definition = self.resolved.definitions.get(position);
                definition.is_some_and(|definition| matches!(definition.tree.word, Word::Earn | Word::Pay))
            }
            _ => self.foreign_named(path).is_some_and(|foreign| foreign.is_flow()),
        }
    }

    /// The conditions under which the rows of a frame have the value that an expression on them names,
    /// which then hold inside.
    pub fn own_membership(&mut self, inside: &mut Scope, value: &tree::Expr, span: Span) -> Vec<Expr> {
        let named = self.members_named(inside.frame, &paths(value));
        self.membership(inside, &named, span)
    }

    fn members_named(&mut self, frame: FrameId, paths: &[&Path]) -> Members {
        let mut named = Members::default();
        for path in paths {
            if self.frame_named(path) != Some(frame) {
                continue;
            }
            match self.resolved.symbol(&path.head.text) {
                Some(Symbol::Definition(position)) => {
                    self.check_definition(position);
                    self.mark_used(&path.head.text);
                    named.definitions.push(position);
                }
                Some(Symbol::Credit(position)) => named.rules.push(position),
                _ => named.foreign.extend(self.foreign_named(path)),
            }
        }
        named
    }

    /// The conditions under which a row is a member at all: the named definitions have a row there,
    /// and it is a credit of the named rule.
    fn membership(&mut self, inside: &mut Scope, named: &Members, span: Span) -> Vec<Expr> {
        let mut all = Vec::new();
        for position in &named.definitions {
            let Some(column) = self.definitions.get(*position).map(|state| state.column) else {
                continue;
            };
            let Origin::Definition(definition) = &self.model.columns.at(column).origin else {
                continue;
            };
            if definition.conditions.is_empty() {
                continue;
            }
            for condition in &definition.conditions {
                inside.facts.assume(condition);
            }
            all.push(self.expr(Op::Present(column), span, Type::YesNo));
        }
        if let Some(condition) = named.rules.first().and_then(|rule| self.of_rule(inside.frame, *rule, span)) {
            inside.facts.assume(&condition);
            all.push(condition);
        }
        all
    }

    /// What stands in place of the members' own `to` and `on`: what the aggregate says, and for flows
    /// the person and the date that they say.
    fn instead(&mut self, inside: &Scope, tree: &tree::Aggregate, named: &Members) -> Option<Instead> {
        let to = match &tree.to {
            Some(path) => Some(self.tail(inside, path, Type::Reference(self.model.plan.people))?),
            None => self.flow_person(named),
        };
        let on = match &tree.on {
            Some(_) => Some(inside.as_of.clone()?),
            None => {
                let foreign = named.foreign.iter().find(|foreign| foreign.is_flow()).copied();
                self.flow_date(named).or_else(|| self.foreign_date(foreign?, tree.value.span))
            }
        };
        let by = match way_of(tree) {
            Some(path) => Some(self.way(inside, path)?),
            None => None,
        };
        let as_of = inside.as_of.clone();
        Some(Instead { to, on, as_of, by, used: Rc::default() })
    }

    /// `for each … by COLUMN`: the reference or choice through which the rows lead on.
    pub fn own_way(&mut self, scope: &Scope, by: &Path) -> Option<OwnWay> {
        let through = self.way(scope, by)?;
        Some(OwnWay { through, used: Rc::default() })
    }

    /// A way of its own that has decided nothing of what was read.
    pub fn report_idle_way(&mut self, scope: &Scope, by: Option<&Path>) {
        if let (Some(way), Some(by)) = (&scope.way, by)
            && !way.used.get()
            && self.sound
        {
            let here = self.frame_words(scope.frame);
            self.report(error::idle_way(by, &here));
        }
    }

    /// `by COLUMN`: the reference or choice through which the members lead on.
    fn way(&mut self, inside: &Scope, path: &Path) -> Option<Expr> {
        let checked = self.path(inside, path, path.span());
        match checked.ty {
            Ty::Is(Type::Reference(_) | Type::Choice(_) | Type::Currency) => return Some(checked.expr),
            Ty::Unknown => {}
            other => {
                let found = self.type_words(other);
                self.report(error::wrong_type(path.span(), &found, "a reference to a record, or a choice"));
            }
        }
        None
    }

    fn tail(&mut self, inside: &Scope, path: &Path, wanted: Type) -> Option<Expr> {
        let span = path.span();
        let checked = self.path(inside, path, span);
        if checked.ty == Ty::Is(wanted) {
            return Some(checked.expr);
        }
        if checked.ty != Ty::Unknown {
            let (found, wanted) = (self.type_words(checked.ty), self.type_words(Ty::Is(wanted)));
            self.report(error::wrong_type(span, &found, &wanted));
        }
        None
    }

    /// The date on which the named flows happen.
    fn flow_date(&self, named: &Members) -> Option<Expr> {
        named.definitions.iter().find_map(|position| self.flow_at(*position)?.date.clone())
    }

    /// The person to whom the named flows say that they belong.
    fn flow_person(&self, named: &Members) -> Option<Expr> {
        let says_so = |position: &usize| self.resolved.definitions.get(*position).is_some_and(|d| d.tree.to.is_some());
        let mut saying = named.definitions.iter().copied().filter(says_so);
        saying.find_map(|position| self.flow_at(position)?.person.clone())
    }

    /// Flows that happen on other dates or belong to other people than the first have no sum row by row.
    fn flows_apart(&self, named: &Members, tree: &tree::Aggregate) -> Option<Diagnostic> {
        let mut flows = named.definitions.iter().filter_map(|position| {
            let name = &self.resolved.definitions.get(*position)?.tree.name.text;
            Some((name, self.flow_at(*position)?))
        });
        let (first_name, first) = flows.next()?;
        let (name, what) = flows.find_map(|(name, flow)| {
            let people = tree.to.is_none() && flow.person != first.person;
            let dates = tree.on.is_none() && flow.date != first.date;
            match (people, dates) {
                (true, _) => Some((name, "belong to different people")),
                (false, true) => Some((name, "happen on different dates")),
                (false, false) => None,
            }
        })?;
        let words = self.words(tree.op_span);
        let help = format!("take each by itself: `{words} {first_name}` and `{words} {name}`");
        let problem = Diagnostic::new(Code::Ambiguous, format!("`{first_name}` and `{name}` {what}"));
        Some(problem.at(tree.value.span, "what one row gives is not one flow").help(help))
    }

    fn flow_at(&self, position: usize) -> Option<&Definition> {
        let column = self.definitions.get(position)?.column;
        match &self.model.columns.at(column).origin {
            Origin::Definition(definition) if matches!(definition.word, Word::Earn | Word::Pay) => Some(definition),
            _ => None,
        }
    }

    fn no_group(&mut self, scope: &Scope, tree: &tree::Aggregate, members: FrameId, why: &NoWay) -> Checked {
        let words = self.words(tree.value.span).to_owned();
        let span = tree.value.span;
        let problem = match why {
            NoWay::Nothing(part) => {
                let (here, there) = (self.frame_words(members), self.frame_words(scope.frame));
                let help = match part {
                    KeyPart::Period(unit) => self.way_of_members(members, scope.frame, *unit),
                    part => self.way_to(members, *part),
                };
                let problem = error::no_group(&words, span, &here, &there, &self.part_words(*part), &help);
                // What the record does not say is missing wherever its rows are taken together.
                if self.record_of(members).is_some() {
                    self.report_mistake(help, problem);
                    return self.failed(tree.value.span);
                }
                problem
            }
            why => self.no_way(&words, span, members, scope.frame, why),
        };
        self.fail(problem, tree.value.span)
    }

    /// A balance is a stock: adding it up over periods means nothing.
    fn stock_over_time(&self, named: &Members, group: &[Expr], window: bool, span: Span) -> Option<Diagnostic> {
        let balance = named
            .definitions
            .iter()
            .filter_map(|position| self.resolved.definitions.get(*position))
            .find(|definition| definition.tree.word == Word::Balance)
            .map(|definition| definition.tree.name.text.clone());
        let foreign = named.foreign.iter().find(|foreign| foreign.word == Word::Balance);
        let balance = balance.or_else(|| Some(self.names.columns.at(foreign?.value).name.clone()))?;
        let coarser = group.iter().any(|part| matches!(part.op, Op::Coarser(..)));
        (coarser || window).then(|| {
            Diagnostic::new(Code::WrongType, format!("`{balance}` is a balance, and is not added up over periods"))
                .at(span, "a balance")
                .help("read it in the period whose end is meant")
        })
    }

    /// The people below, by the hierarchy of a record in the group's key or of one it is a subset of.
    fn below(&mut self, scope: &Scope, parts: &[KeyPart], over: Over, span: Span) -> Option<Below> {
        let mut below = self.below_by(parts, over)?;
        if self.versions_of(below.manager).is_some() {
            below.day = Some(self.tree_day(scope, span));
        }
        Some(below)
    }

    fn below_by(&self, parts: &[KeyPart], over: Over) -> Option<Below> {
        parts.iter().enumerate().find_map(|(part, key)| {
            let KeyPart::Record(people) = key else {
                return None;
            };
            let Hierarchy { links, manager } = self.hierarchy(*people)?;
            Some(Below { over, day: None, part, people: *people, links, manager })
        })
    }

    /// The hierarchy of a record, or of one it is a subset of.
    pub fn hierarchy(&self, record: RecordId) -> Option<Hierarchy> {
        let mut links = Vec::new();
        let mut record = record;
        loop {
            if let Some(manager) = self.model.records.at(record).hierarchy {
                return Some(Hierarchy { links, manager });
            }
            let link = self.model.records.at(record).subset?;
            links.push(link);
            match self.model.columns.at(link).ty {
                Type::Reference(larger) => record = larger,
                _ => return None,
            }
        }
    }

    fn no_hierarchy(&mut self, scope: &Scope, place: Span) -> Checked {
        let here = self.frame_words(scope.frame);
        let problem = Diagnostic::new(Code::WrongType, format!("there is no hierarchy for {here}"))
            .at(place, "of whom?")
            .help("mark the column that names a person's manager: `manager Person? hierarchy`");
        self.fail(problem, place)
    }

    /// The value that is aggregated; none where rows are counted.
    pub fn operand(&mut self, inside: &Scope, op: AggregateOp, value: &tree::Expr) -> Option<Checked> {
        let rows_alone = match &value.kind {
            ExprKind::Path(path) => {
                self.is_foreign_credits(path)
                    || path.rest.is_empty()
                        && (path.head.text == "Credit"
                            || matches!(
                                self.resolved.symbol(&path.head.text),
                                Some(Symbol::Record(_) | Symbol::Credit(_))
                            ))
            }
            _ => false,
        };
        if op == AggregateOp::Count && rows_alone {
            return None;
        }
        let checked = match op {
            AggregateOp::Any | AggregateOp::All => self.condition(inside, value),
            _ => self.infer(inside, value),
        };
        if op == AggregateOp::Count && checked.ty == Ty::Is(Type::YesNo) {
            let problem = error::wrong_type(value.span, "yes or no for each of them", "a row to be counted");
            self.report(problem.help("count the rows on which it is yes: `count of Deal where kind = new`"));
        }
        if let Some(missing) = &checked.missing {
            self.report_missing(missing, None);
        }
        (op != AggregateOp::Count).then_some(checked)
    }

    /// Type and places of the result, and why it may be missing.
    fn result(
        &mut self,
        tree: &tree::Aggregate,
        value: Option<&Checked>,
        span: Span,
        members: FrameId,
    ) -> (Ty, Option<u8>, Option<(Span, String)>) {
        let Some(value) = value else {
            return (Ty::Is(INTEGER), Some(0), None);
        };
        if let (Ty::Is(Type::Number(dimension, _)), true) = (value.ty, !matches!(tree.op, AggregateOp::Count))
            && dimension.is_of_rows()
        {
            self.report_row_currency(tree.value.span, value.ty);
            return (Ty::Unknown, None, None);
        }
        let empty = Some((span, format!("there may be no rows for `{}`", self.short_words(span))));
        match tree.op {
            AggregateOp::Count => (Ty::Is(INTEGER), Some(0), None),
            AggregateOp::Any | AggregateOp::All => (Ty::Is(Type::YesNo), None, None),
            AggregateOp::Sum | AggregateOp::Average => {
                let ty = self.addable(&tree.value, value, members);
                match tree.op {
                    AggregateOp::Sum => (ty, value.places.or(self.default_places(ty.or_number())), None),
                    _ => (ty, self.default_places(ty.or_number()), empty),
                }
            }
            AggregateOp::Largest | AggregateOp::Smallest => (self.ordered(tree, value, members), value.places, empty),
            AggregateOp::First | AggregateOp::Last => (self.picked(tree, value, members), value.places, empty),
        }
    }

    /// What one row of many may give: anything but an exact value.
    fn picked(&mut self, tree: &tree::Aggregate, value: &Checked, members: FrameId) -> Ty {
        if value.exact {
            let problem = self.not_fixed(value, tree.value.span, members);
            self.report(problem);
        }
        value.ty
    }

    /// What has a largest: something with an order, and no exact value.
    fn ordered(&mut self, tree: &tree::Aggregate, value: &Checked, members: FrameId) -> Ty {
        let span = tree.value.span;
        if !self.has_order(value.ty) {
            let found = self.type_words(value.ty);
            self.report(error::wrong_type(span, &found, "a number, a date, a period or a text"));
            return Ty::Unknown;
        }
        if value.exact {
            let problem = self.not_fixed(value, span, members);
            self.report(problem);
        }
        value.ty
    }

    /// What may be added up: numbers of one currency with fixed places.
    pub fn addable(&mut self, operand: &tree::Expr, value: &Checked, members: FrameId) -> Ty {
        let span = operand.span;
        let Some((dimension, _)) = value.ty.number() else {
            let found = self.type_words(value.ty);
            self.report(error::wrong_type(span, &found, "a number"));
            return Ty::Unknown;
        };
        if dimension.is_of_rows() {
            self.report_row_currency(span, value.ty);
            return Ty::Unknown;
        }
        if !value.fixed || value.exact {
            let problem = self.not_fixed(value, span, members);
            self.report(problem);
        }
        value.ty
    }

    /// The column of a definition by its position.
    pub fn column_of(&self, position: usize) -> Option<ColumnId> {
        self.definitions.get(position).map(|state| state.column)
    }
}

/// `by COLUMN` behind an aggregate that takes all rows alike: which of several ways. Behind `first` and
/// `last` it is their order.
pub(super) fn way_of(tree: &tree::Aggregate) -> Option<&Path> {
    let picks = matches!(tree.op, AggregateOp::First | AggregateOp::Last);
    match tree.by.as_slice() {
        [tree::Expr { kind: ExprKind::Path(path), .. }] if !picks && path.head.text != "key" => Some(path),
        _ => None,
    }
}

/// Whether a result has fixed places: an average is a fraction, and an extreme is as fixed as what it is taken from.
fn is_fixed(op: AggregateOp, value_fixed: bool) -> bool {
    match op {
        AggregateOp::Average => false,
        AggregateOp::Largest | AggregateOp::Smallest | AggregateOp::First | AggregateOp::Last => value_fixed,
        _ => true,
    }
}

/// All paths of an expression outside nested aggregates.
pub(super) fn paths(expr: &tree::Expr) -> Vec<&Path> {
    match &expr.kind {
        ExprKind::Path(path) => vec![path],
        ExprKind::Negate(a) | ExprKind::Not(a) | ExprKind::Exists(a) | ExprKind::Ago(a, _) => paths(a),
        ExprKind::Binary(_, a, b) => [a, b].into_iter().flat_map(|expr| paths(expr)).collect(),
        ExprKind::If(a, b, c) => [a, b, c].into_iter().flat_map(|expr| paths(expr)).collect(),
        ExprKind::MonthsBetween(a, b) | ExprKind::ActiveOn(a, b) => {
            [a, b].into_iter().flat_map(|expr| paths(expr)).collect()
        }
        ExprKind::Case(case) => {
            let arms = case.arms.iter().flat_map(|arm| arm.values.iter().chain([&arm.result]));
            case.subject.iter().chain(arms).chain(&case.otherwise).flat_map(paths).collect()
        }
        ExprKind::Call(_, args) => args.iter().flat_map(paths).collect(),
        ExprKind::AsOf(a, _) => paths(a),
        ExprKind::Convert { value, at, .. } => [value, at].into_iter().flat_map(|expr| paths(expr)).collect(),
        ExprKind::Literal(_)
        | ExprKind::Aggregate(_)
        | ExprKind::Previous(_)
        | ExprKind::Increase(..)
        | ExprKind::Running(_)
        | ExprKind::Rank(_)
        | ExprKind::Allocate(_)
        | ExprKind::DaysActive(_)
        | ExprKind::DaysIn(_)
        | ExprKind::StartOf(_)
        | ExprKind::EndOf(_) => Vec::new(),
    }
}
