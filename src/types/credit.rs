//! Credit rules: which rows they make credits of, and what each credit says.

use super::aggregate::Hierarchy;
use super::checker::{Checked, Checker, Progress, Ty, named};
use super::error;
use super::expr::{Comparison, Expr, Op};
use super::grain::{Instead, NoWay};
use super::infer::{INTEGER, conditions, meet};
use super::model::{Column, CreditRule, CreditTable, FrameRows, KeyPart, Managers, Origin, Part, Type};
use super::names::Named;
use super::scope::Scope;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ChoiceId, ColumnId, FrameId, Id, RecordId, RuleId};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::tree::{self, CreditTo, Name, Path, RecordEntry, Since, Whom};

/// The column that a rule gives which credits managers.
const LEVEL: &str = "level";

/// The rows of which a rule makes credits.
struct RuleRows {
    frame: FrameId,
    source: Option<Expr>,
    child: Option<RecordId>,
    managers: Option<Managers>,
}

/// A further column of a rule: the column's position, its value and its place.
type FurtherColumn = (usize, Checked, Span);

impl Checker<'_> {
    /// The frame of the credits and its columns, if the plan has a rule.
    pub fn declare_credits(&mut self) {
        let Some(first) = self.resolved.credits.first() else {
            return;
        };
        let span = first.tree.name.span;
        let rules = self.resolved.credits.iter().map(|rule| rule.tree.name.text.clone()).collect();
        let choice = self.model.choices.push(rules);
        self.names.choices.push(Named { name: "credit rule".to_owned(), span, doc: None });
        self.model.credit = Some(self.credit_table(FrameRows::Credit, choice, span));
    }

    /// The frame of the credits with those dated before the plan, declared when a window first asks for
    /// them.
    pub fn credit_history(&mut self) -> Option<FrameId> {
        if let (None, Some(credit)) = (&self.model.history, self.model.credit.clone()) {
            let Type::Choice(choice) = self.model.columns.at(credit.rule).ty else { return None };
            let span = self.names.columns.at(credit.rule).span;
            let table = self.credit_table(FrameRows::CreditHistory, choice, span);
            let own = [table.amount].into_iter().chain(table.columns.iter().copied());
            for (own, known) in own.zip([credit.amount].into_iter().chain(credit.columns)) {
                let known = self.model.columns.at(known).clone();
                let own = self.model.columns.at_mut(own);
                (own.ty, own.places) = (known.ty, known.places);
            }
            self.model.history = Some(table);
        }
        self.model.history.as_ref().map(|history| history.frame)
    }

    fn credit_table(&mut self, rows: FrameRows, choice: ChoiceId, span: Span) -> CreditTable {
        let frame = self.frame(vec![KeyPart::Credit], rows);
        let sources: Vec<Option<RecordId>> =
            self.resolved.credits.iter().map(|rule| self.source_of(rule.tree)).collect();
        let one = sources.first().copied().flatten().filter(|first| sources.iter().all(|s| *s == Some(*first)));
        let people = self.model.plan.people;
        let amount_type = super::infer::money(self.model.plan.currency);
        let mut column = |name: &str, ty: Type, places: Option<u8>| {
            let column = Column { frame, ty, places, optional: false, origin: Origin::Credit };
            self.column(column, Named { name: name.to_owned(), span, doc: None })
        };
        let mut table = CreditTable {
            rule: column("rule", Type::Choice(choice), None),
            source: one.map(|record| column("source", Type::Reference(record), None)),
            person: column("person", Type::Reference(people), None),
            date: column("date", Type::Date, None),
            amount: column("amount", amount_type, Some(0)),
            columns: Vec::new(),
            frame,
        };
        self.further_names(&mut table, span);
        table
    }

    /// The further columns of all rules; their types come with the rules.
    fn further_names(&mut self, table: &mut CreditTable, span: Span) {
        for rule in &self.resolved.credits {
            let level = rule.tree.to.as_ref().filter(|to| to.whom == Whom::Managers);
            let level = level.map(|_| (LEVEL, span));
            for (name, span) in rule.tree.columns.iter().map(|(name, _)| (name.text.as_str(), name.span)).chain(level) {
                if columns_of(table).any(|id| self.names.columns.at(id).name == name) {
                    continue;
                }
                let optional = !self.resolved.credits.iter().all(|other| gives(other.tree, name));
                let frame = table.frame;
                let column = Column { frame, ty: Type::YesNo, places: None, optional, origin: Origin::Credit };
                let id = self.column(column, Named { name: name.to_owned(), span, doc: None });
                table.columns.push(id);
            }
        }
    }

    /// The record that a rule reads.
    fn source_of(&self, rule: &tree::Credit) -> Option<RecordId> {
        let [part] = rule.grain.parts.as_slice() else {
            return None;
        };
        match self.resolved.symbol(&part.text) {
            Some(Symbol::Record(position)) => Some(crate::resolve::id(position)),
            _ => None,
        }
    }

    /// The columns of a frame of credits.
    pub fn credit_columns(&self, frame: FrameId) -> Vec<ColumnId> {
        self.model.credits_of(frame).map_or_else(Vec::new, |credit| columns_of(credit).collect())
    }

    pub fn credit_frame(&self) -> Option<FrameId> {
        self.model.credit.as_ref().map(|credit| credit.frame)
    }

    /// The frame of the credits that a row is one of, else that of those in the plan.
    pub fn credit_frame_at(&self, scope: &Scope) -> Option<FrameId> {
        self.model.credits_of(scope.frame).map(|credit| credit.frame).or_else(|| self.credit_frame())
    }

    /// The rules, by their positions, whose credits have a further column.
    pub fn rules_with(&self, column: ColumnId) -> Vec<usize> {
        let name = &self.names.columns.at(column).name;
        let rules = self.resolved.credits.iter().enumerate();
        rules.filter(|(_, rule)| gives(rule.tree, name)).map(|(position, _)| position).collect()
    }

    /// Whether the credits at a place are known to be those of a rule.
    pub fn is_of_rule(&self, scope: &Scope, rule: usize) -> bool {
        let Some(credit) = self.model.credits_of(scope.frame) else { return false };
        let choice = crate::cell::Value::Choice(crate::cell::row_number(rule));
        scope.facts.equals(&Op::Read(credit.rule), &Op::Constant(choice))
    }

    /// That a row of the credits is one of a rule; none on other rows.
    pub fn of_rule(&mut self, frame: FrameId, rule: usize, span: Span) -> Option<Expr> {
        let column = self.model.credits_of(frame).map(|credit| credit.rule)?;
        let ty = self.model.columns.at(column).ty;
        let read = self.expr(Op::Read(column), span, ty);
        let choice = crate::cell::Value::Choice(crate::cell::row_number(rule));
        let constant = self.expr(Op::Constant(choice), span, ty);
        let op = Op::Compare(Comparison::Equal, Box::new(read), Box::new(constant));
        Some(self.expr(op, span, Type::YesNo))
    }

    /// The conditions in the head of a definition or an ensure, which hold inside: of `for each RULE` that it is one of its
    /// credits, and what its `where` says.
    pub fn head_conditions(&mut self, scope: &mut Scope, grain: Option<&tree::Grain>) -> Vec<Expr> {
        let Some(grain) = grain else { return Vec::new() };
        let rule = grain.parts.iter().find_map(|part| match self.resolved.symbol(&part.text) {
            Some(Symbol::Credit(rule)) => self.of_rule(scope.frame, rule, part.span),
            _ => None,
        });
        rule.iter().for_each(|rule| scope.facts.assume(rule));
        let occurring = self.occurs_in_rule(scope, grain);
        let own = rule.into_iter().chain(occurring);
        own.chain(conditions(self, scope, grain.condition.as_ref())).collect()
    }

    /// Checks all credit rules.
    pub fn check_credits(&mut self) {
        self.credits = Progress::Busy;
        let mut amounts = Met::default();
        let mut further: Vec<(usize, Met)> = Vec::new();
        for rule in &self.resolved.credits {
            let Some((one, amount, columns)) = self.check_rule(rule.tree) else {
                continue;
            };
            let span = self.names.exprs.at(one.amount.id).span;
            self.meet_amount(&mut amounts, &amount, rule.tree, span);
            for (id, checked, span) in columns {
                match further.iter_mut().find(|(other, _)| *other == id) {
                    Some((_, met)) => self.meet_column(met, &checked, span),
                    None => further.push((id, Met::of(&checked, span, self.places_of(&checked)))),
                }
            }
            self.model.rules.push(one);
            self.names.rules.push((named(&rule.tree.name, rule.doc), span));
        }
        for table in [self.model.credit.clone(), self.model.history.clone()].into_iter().flatten() {
            self.set_type(table.amount, &amounts);
            for (number, met) in &further {
                if let Some(column) = table.columns.get(*number) {
                    self.set_type(*column, met);
                }
            }
        }
        self.credits = Progress::Done;
    }

    fn set_type(&mut self, column: ColumnId, met: &Met) {
        let column = self.model.columns.at_mut(column);
        column.ty = met.ty.or_number();
        column.places = matches!(column.ty, Type::Number(..)).then_some(met.places);
    }

    fn places_of(&self, checked: &Checked) -> u8 {
        checked.places.or(self.default_places(checked.ty.or_number())).unwrap_or(0)
    }

    /// The amounts of all rules are of one type.
    fn meet_amount(&mut self, amounts: &mut Met, amount: &Checked, rule: &tree::Credit, span: Span) {
        amounts.places = amounts.places.max(self.places_of(amount));
        if let Some(met) = meet(amounts.ty, amount.ty) {
            amounts.ty = met;
            return;
        }
        let (a, b) = (self.type_words(amounts.ty), self.type_words(amount.ty));
        let above = |ty: Ty| ty.number().is_some_and(|(dimension, _)| dimension.above.is_some());
        let (op, left, right) = ("the credits of all rules", (span, &*b), (rule.name.span, &*a));
        let problem = match above(amounts.ty) && above(amount.ty) {
            true => {
                let help = format!("credit one currency: {}", self.converted(span, self.model.plan.currency, "DATE"));
                error::currency_clash(op, left, right, &help)
            }
            false => error::do_not_go(op, left, right),
        };
        self.report(problem);
    }

    /// A column that several rules give is of one type.
    fn meet_column(&mut self, met: &mut Met, checked: &Checked, span: Span) {
        met.places = met.places.max(self.places_of(checked));
        if let Some(ty) = meet(met.ty, checked.ty) {
            met.ty = ty;
            return;
        }
        let (a, b) = (self.type_words(met.ty), self.type_words(checked.ty));
        let first = met.span.unwrap_or(span);
        self.report(error::two_column_types((first, &a), (span, &b)));
    }

    fn check_rule(&mut self, tree: &tree::Credit) -> Option<(CreditRule, Checked, Vec<FurtherColumn>)> {
        let Some(record) = self.source_of(tree) else {
            let why = "a credit rule reads the rows of one record";
            let help = "write `for each RECORD`; what is earned in each period is spread by the earning, `earn … for each Person, month`";
            self.report(error::no_grain(tree.grain.span, why, help));
            return None;
        };
        let mut scope = Scope::new(self.model.records.at(record).frame);
        let by = tree.grain.by.as_ref();
        scope.way = by.and_then(|by| self.own_way(&scope, by));
        let own = scope.clone();
        scope.as_of = self.source_date(&scope, tree);
        let conditions = conditions(self, &mut scope, tree.grain.condition.as_ref());
        let rows = self.rule_rows(record, tree, &scope)?;
        let mut inside = self.inside_rule(&rows, scope, &conditions);
        let on = match &tree.on {
            Some(on) => self.dated(&inside, on),
            None => self.credit_date(record, &rows, tree.name.span),
        };
        // What a rule reads, it reads as of the day on which it credits.
        inside.as_of = on.clone();
        let choosing = tree.to.as_ref().and_then(|to| to.condition.as_ref());
        let narrowed = super::infer::conditions(self, &mut inside, choosing);
        let later = self.later_rules(tree)?;
        let to = self.credited_person(record, &rows, &inside, tree);
        let (to, on) = (to?, on?);
        let to = self.person_in_turn((record, &rows), &inside, (tree, to), &later, &on)?;
        // An amount is computed only where there is someone to credit and a date.
        for known in [&to, &on] {
            let exists = self.expr(Op::Exists(Box::new(known.clone())), tree.name.span, Type::YesNo);
            inside.facts.assume(&exists);
        }
        self.assume_version(&mut inside, to.clone(), on.clone(), tree.name.span);
        let amount = self.credit_amount(&inside, tree);
        let further = self.further_columns(&inside, tree, rows.managers.as_ref());
        let (amount, further) = self.values_in_turn(&rows, &inside, (amount?, further), &later, &on)?;
        self.report_idle_way(&own, by);
        let columns = further.iter().map(|(id, checked, _)| (*id, checked.expr.clone())).collect();
        let RuleRows { frame, source, child, managers } = rows;
        let rule = CreditRule {
            record,
            conditions,
            frame,
            source,
            child,
            managers,
            narrowed,
            to,
            on,
            amount: amount.expr.clone(),
            columns,
        };
        Some((rule, amount, further))
    }

    /// The one person whom rules credit that hold one after another.
    fn person_in_turn(
        &mut self,
        (record, rows): (RecordId, &RuleRows),
        inside: &Scope,
        (mut before, mut to): (&tree::Credit, Expr),
        later: &[(&tree::Credit, Since)],
        on: &Expr,
    ) -> Option<Expr> {
        for (next, since) in later {
            if self.same_person(before, next) {
                continue;
            }
            before = next;
            let other = self.credited_person(record, rows, inside, next)?;
            let from = self.credited_since(on, *since);
            let op = Op::If(Box::new(from), Box::new(other), Box::new(to));
            to = self.expr(op, next.name.span, Type::Reference(self.model.plan.people));
        }
        Some(to)
    }

    /// The amount and the further columns of rules that hold one after another.
    fn values_in_turn(
        &mut self,
        rows: &RuleRows,
        inside: &Scope,
        (mut amount, mut further): (Checked, Vec<FurtherColumn>),
        later: &[(&tree::Credit, Since)],
        on: &Expr,
    ) -> Option<(Checked, Vec<FurtherColumn>)> {
        for (next, since) in later {
            let other = self.credit_amount(inside, next)?;
            amount = self.changed((on, *since), other, amount);
            for (id, other, span) in self.further_columns(inside, next, rows.managers.as_ref()) {
                if let Some((_, value, place)) = further.iter_mut().find(|(known, ..)| *known == id) {
                    *value = self.changed((on, *since), other, value.clone());
                    *place = span;
                }
            }
        }
        Some((amount, further))
    }

    /// The date that the rule gives its credits, if its source row knows it. Its problems are told where the
    /// credits are dated.
    fn source_date(&mut self, scope: &Scope, tree: &tree::Credit) -> Option<Expr> {
        let on = tree.on.as_ref()?;
        let (told, sound) = (self.problems.len(), self.sound);
        let date = self.dated(scope, on).filter(|_| self.problems.len() == told && self.sound == sound);
        self.problems.truncate(told);
        self.sound = sound;
        date
    }

    /// Which rows the rule makes credits of, by its `to`.
    fn rule_rows(&mut self, record: RecordId, tree: &tree::Credit, scope: &Scope) -> Option<RuleRows> {
        match &tree.to {
            Some(to) if to.whom == Whom::Each => self.child_rows(record, to),
            Some(to) if to.whom == Whom::Managers => self.manager_rows(record, to, scope),
            _ => Some(RuleRows { frame: scope.frame, source: None, child: None, managers: None }),
        }
    }

    /// `to each Split`: the rows of a record that lead to the source row.
    fn child_rows(&mut self, record: RecordId, to: &CreditTo) -> Option<RuleRows> {
        let head = &to.path.head;
        let Some(Symbol::Record(position)) = self.resolved.symbol(&head.text) else {
            let records: Vec<&str> = self.resolved.records.iter().map(|r| r.tree.name.text.as_str()).collect();
            let problem = Diagnostic::new(Code::UnknownName, format!("`{}` is no record", head.text)).at(head.span, "");
            self.report(error::with_suggestion(problem, &head.text, records.into_iter()));
            return None;
        };
        let child: RecordId = crate::resolve::id(position);
        let frame = self.model.records.at(child).frame;
        let source_name = self.names.records.at(record).name.clone();
        if let Some(behind) = to.path.rest.first()
            && let Some(Symbol::Record(position)) = self.resolved.symbol(&behind.text)
            && self.columns_of(child).iter().all(|column| self.names.columns.at(*column).name != behind.text)
        {
            let rows = self.model.records.at(crate::resolve::id::<RecordId>(position)).frame;
            let leads = self.lead(rows, KeyPart::Record(record), &Instead::default(), behind.span).is_ok();
            self.report(error::child_behind_a_dot(behind, leads, &source_name));
            return None;
        }
        let led = match child == record {
            true => Err(NoWay::Nothing(KeyPart::Record(record))),
            false => self.lead(frame, KeyPart::Record(record), &Instead::default(), head.span),
        };
        let source = match led {
            Ok(source) => source,
            Err(NoWay::Nothing(_)) => {
                self.report(error::no_child(head, &source_name));
                return None;
            }
            Err(why) => {
                let problem = self.no_way(&head.text, head.span, frame, self.model.records.at(record).frame, &why);
                self.report(problem);
                return None;
            }
        };
        let optional = source.op.column().is_some_and(|column| self.model.columns.at(column).optional);
        if let Some(why) = self.may_miss(&Scope::new(frame), &source, optional) {
            self.report(error::child_of_nothing(head, &source_name, &why));
            return None;
        }
        Some(RuleRows { frame, source: Some(source), child: Some(child), managers: None })
    }

    /// `to managers of owner`: a row for each source row and each manager above the person.
    fn manager_rows(&mut self, record: RecordId, to: &CreditTo, scope: &Scope) -> Option<RuleRows> {
        let of = self.path(scope, &to.path, to.path.span());
        let people = self.model.plan.people;
        let person = match of.ty {
            Ty::Is(Type::Reference(person)) => person,
            Ty::Unknown => return None,
            other => {
                let (found, wanted) = (self.type_words(other), self.type_words(Ty::Is(Type::Reference(people))));
                self.report(error::wrong_type(to.path.span(), &found, &wanted));
                return None;
            }
        };
        let (Some(above), Some(below)) = (self.hierarchy(person), self.hierarchy(people)) else {
            self.report(error::no_managers(to.span, &self.names.records.at(person).name));
            return None;
        };
        if above.manager != below.manager {
            let (found, wanted) = (self.type_words(of.ty), self.type_words(Ty::Is(Type::Reference(people))));
            self.report(error::wrong_type(to.path.span(), &found, &wanted));
            return None;
        }
        // The rule's id is the next: it is pushed when it is checked.
        let id = RuleId::from_index(self.model.rules.len());
        let frame = self.frame(vec![KeyPart::Record(record), KeyPart::Record(people)], FrameRows::Managers(id));
        let level = Column { frame, ty: INTEGER, places: Some(0), optional: false, origin: Origin::Level };
        let level = self.column(level, Named { name: LEVEL.to_owned(), span: to.span, doc: None });
        let source = self.expr(Op::Key(0), to.span, Type::Reference(record));
        let Hierarchy { links: up, manager } = above;
        let day = self.versions_of(manager).is_some().then(|| self.tree_day(scope, to.span));
        let managers = Managers { of: of.expr, up, manager, day, links: below.links, level };
        Some(RuleRows { frame, source: Some(source), child: None, managers: Some(managers) })
    }

    /// The scope on the rule's own rows: what holds on the source row holds there too.
    fn inside_rule(&mut self, rows: &RuleRows, scope: Scope, conditions: &[Expr]) -> Scope {
        let Some(source) = &rows.source else { return scope };
        let mut inside = Scope::new(rows.frame);
        for condition in conditions {
            if let Some(moved) = moved(condition, source) {
                inside.facts.assume(&moved);
            }
        }
        inside
    }

    fn credited_person(
        &mut self,
        record: RecordId,
        rows: &RuleRows,
        inside: &Scope,
        tree: &tree::Credit,
    ) -> Option<Expr> {
        let span = tree.name.span;
        let Some(to) = &tree.to else {
            return self.default_person(inside, record, span, true);
        };
        match to.whom {
            Whom::One => self.person_of(inside, &to.path),
            Whom::Managers => Some(self.expr(Op::Key(1), to.span, Type::Reference(self.model.plan.people))),
            Whom::Each => match to.path.rest.split_first() {
                Some((head, rest)) => {
                    let path = Path { head: head.clone(), rest: rest.to_vec() };
                    self.person_of(inside, &path)
                }
                None => self.default_person(inside, rows.child?, to.path.head.span, false),
            },
        }
    }

    /// The person whom the rows of a record say, or of the rule's own rows, the one to whom they lead.
    fn default_person(&mut self, scope: &Scope, record: RecordId, span: Span, leads: bool) -> Option<Expr> {
        if let Some(column) = self.model.records.at(record).to {
            return Some(self.read_own(scope, column));
        }
        let people = self.model.plan.people;
        let led = match leads {
            true => self.lead(scope.frame, KeyPart::Record(people), &scope.instead(), span),
            false => Err(NoWay::Nothing(KeyPart::Record(people))),
        };
        let problem = match led {
            Ok(person) => return Some(person),
            // What is wrong with its `to` is told.
            Err(_) if self.says(record, |entry| matches!(entry, RecordEntry::To(_))) => return None,
            Err(NoWay::Nothing(_)) => {
                let why = format!("`{}` does not say whose its rows are", self.names.records.at(record).name);
                let help = match self.child_with_people(record, leads) {
                    Some(child) => format!("credit the rows that lead to it and say so: `to each {child}`"),
                    None => "add `to COLUMN` to the record or to the credit".to_owned(),
                };
                error::record_shape(span, why, &help)
            }
            Err(several) => {
                let name = self.words(span).to_owned();
                self.no_way(&name, span, scope.frame, self.model.plan.people_frame, &several)
            }
        };
        self.report(problem);
        None
    }

    /// The one record whose rows refer to those of a child record and say whose they are: a child's child.
    fn child_with_people(&self, record: RecordId, leads: bool) -> Option<String> {
        let refers = |other: &&RecordId| {
            let declared = self.model.records.at(**other);
            let to = |column: &ColumnId| self.model.columns.at(*column).ty == Type::Reference(record);
            declared.to.is_some() && declared.columns.iter().any(to)
        };
        let ids: Vec<RecordId> = self.model.records.ids().collect();
        let mut found = ids.iter().filter(|_| !leads).filter(refers);
        let only = found.next().filter(|_| found.next().is_none())?;
        Some(self.names.records.at(*only).name.clone())
    }

    /// When a credit counts where its rule does not say so: by its child row's date, else by its
    /// source row's.
    fn credit_date(&mut self, record: RecordId, rows: &RuleRows, span: Span) -> Option<Expr> {
        // What has a date does not depend on the day.
        if let Some(column) = rows.child.and_then(|child| self.model.records.at(child).on) {
            let declared = self.names.columns.at(column).span;
            return Some(self.dated_by(Op::Read(column), column, declared));
        }
        match (self.model.records.at(record).on, &rows.source) {
            (Some(column), source) => {
                let declared = self.names.columns.at(column).span;
                let read = match source {
                    Some(source) => Op::ReadAt(column, vec![source.clone()]),
                    None => Op::Read(column),
                };
                Some(self.dated_by(read, column, declared))
            }
            (None, source) => {
                // A row without a date of its own has that of the one row it leads to.
                if let (None, Ok(Some(date))) = (source, self.date_of(rows.frame, span)) {
                    return Some(date);
                }
                if self.says(record, |entry| matches!(entry, RecordEntry::On(_))) {
                    return None;
                }
                let why = format!("`{}` does not say when its rows count", self.names.records.at(record).name);
                self.report(error::record_shape(span, why, "add `on COLUMN` to the record or to the credit"));
                None
            }
        }
    }

    fn credit_amount(&mut self, scope: &Scope, tree: &tree::Credit) -> Option<Checked> {
        let Some(amount) = &tree.amount else {
            let why = format!("`{}` does not say how much it credits", tree.name.text);
            self.report(error::plan_entry(tree.name.span, why, "add a line such as `amount Deal.amount`"));
            return None;
        };
        let checked = self.number(scope, amount);
        self.credit_value(&checked, amount.span);
        Some(checked)
    }

    /// What a credit says is always there, and in a currency that does not change from row to row.
    fn credit_value(&mut self, checked: &Checked, span: Span) {
        if let Some(missing) = &checked.missing {
            self.report_missing(missing, None);
        }
        if let Ty::Is(Type::Number(dimension, _)) = checked.ty
            && matches!(dimension.above, Some(Part::RowCurrency(_)))
        {
            self.report_row_currency(span, checked.ty);
        }
    }

    /// The columns that the rule gives its credits, and the level of a manager.
    fn further_columns(
        &mut self,
        scope: &Scope,
        tree: &tree::Credit,
        managers: Option<&Managers>,
    ) -> Vec<(usize, Checked, Span)> {
        let mut found: Vec<(usize, Checked, Span)> = Vec::new();
        for (name, value) in &tree.columns {
            let checked = self.infer(scope, value);
            self.credit_value(&checked, value.span);
            match self.further_column(&name.text) {
                Some(id) if found.iter().all(|(other, ..)| *other != id) => found.push((id, checked, value.span)),
                _ => self.report(twice(name)),
            }
        }
        let level = self.further_column(LEVEL).filter(|id| found.iter().all(|(other, ..)| other != id));
        if let (Some(managers), Some(id)) = (managers, level) {
            let span = self.names.columns.at(managers.level).span;
            let checked = self.known(Op::Read(managers.level), span, INTEGER);
            found.push((id, checked, span));
        }
        found
    }

    /// The number of a further column.
    fn further_column(&self, name: &str) -> Option<usize> {
        let credit = self.model.credit.as_ref()?;
        credit.columns.iter().position(|id| self.names.columns.at(*id).name == name)
    }
}

/// All columns of a table of credits.
fn columns_of(table: &CreditTable) -> impl Iterator<Item = ColumnId> + '_ {
    let own = [Some(table.rule), table.source, Some(table.person), Some(table.date), Some(table.amount)];
    own.into_iter().flatten().chain(table.columns.iter().copied())
}

/// The type and places of what several rules give.
struct Met {
    ty: Ty,
    places: u8,
    span: Option<Span>,
}

impl Default for Met {
    fn default() -> Self {
        Met { ty: Ty::Unknown, places: 0, span: None }
    }
}

impl Met {
    fn of(checked: &Checked, span: Span, places: u8) -> Self {
        Met { ty: checked.ty, places, span: Some(span) }
    }
}

/// Whether the credits of a rule have a further column of this name.
fn gives(rule: &tree::Credit, name: &str) -> bool {
    let managers = rule.to.as_ref().is_some_and(|to| to.whom == Whom::Managers);
    rule.columns.iter().any(|(column, _)| column.text == name) || (managers && name == LEVEL)
}

/// A credit has one column of a name, and some have names already.
fn twice(name: &Name) -> Diagnostic {
    Diagnostic::new(Code::DuplicateName, format!("a credit has a `{}` already", name.text))
        .at(name.span, "give it another name")
}

/// A condition on the source row, said on a row that leads to it; none for what cannot be moved.
fn moved(expr: &Expr, source: &Expr) -> Option<Expr> {
    let one = |operand: &Expr| moved(operand, source).map(Box::new);
    let op = match &expr.op {
        Op::Constant(value) => Op::Constant(value.clone()),
        Op::Key(0) => source.op.clone(),
        Op::Read(column) => Op::ReadAt(*column, vec![source.clone()]),
        Op::ReadAt(column, key) => {
            Op::ReadAt(*column, key.iter().map(|part| moved(part, source)).collect::<Option<_>>()?)
        }
        Op::RowExists(frame, key) => {
            Op::RowExists(*frame, key.iter().map(|part| moved(part, source)).collect::<Option<_>>()?)
        }
        Op::PeriodOf(unit, date) => Op::PeriodOf(*unit, one(date)?),
        Op::Exists(operand) => Op::Exists(one(operand)?),
        Op::Not(operand) => Op::Not(one(operand)?),
        Op::Negate(operand) => Op::Negate(one(operand)?),
        Op::Compare(comparison, a, b) => Op::Compare(*comparison, one(a)?, one(b)?),
        Op::Arithmetic(arithmetic, a, b) => Op::Arithmetic(*arithmetic, one(a)?, one(b)?),
        Op::And(a, b) => Op::And(one(a)?, one(b)?),
        Op::Or(a, b) => Op::Or(one(a)?, one(b)?),
        _ => return None,
    };
    Some(Expr { id: expr.id, op })
}
