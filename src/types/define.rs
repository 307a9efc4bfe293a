//! Definitions and ensures.

use super::advice::Wanted;
use super::checker::{Checked, Checker, DefinitionState, Progress, Ty, named};
use super::error;
use super::expr::Expr;
use super::infer::meet;
use super::model::{Column, Definition, Dimension, Ensure, KeyPart, Origin, Part, Starting, Type, Word};
use super::scope::Scope;
use crate::calendar::Unit;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, FrameId};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::tree::{self, Define, ExprKind, TypeKind};

/// How far the checker follows definitions that are not checked yet. They come in an order in which only
/// circles are followed at all, and chains that begin in a credit rule.
const DEEPEST_CHAIN: usize = 10_000;

impl Checker<'_> {
    /// Gives every definition its column and its frame, so that others can read it.
    pub fn declare_definitions(&mut self) {
        for definition in &self.resolved.definitions {
            let frame = self.frame_of_grain(definition.tree.grain.as_ref());
            let leads = self.leading_type(definition.tree);
            let column = Column {
                frame: frame.unwrap_or(self.model.plan.people_frame),
                ty: leads.unwrap_or(Type::YesNo),
                places: None,
                optional: false,
                origin: Origin::Credit,
            };
            let column = self.column(column, named(&definition.tree.name, definition.doc));
            if leads.is_some() && frame.is_some() {
                self.leading.push(column);
            }
            self.definition_frames.push(frame);
            let later = frame.map_or_else(Vec::new, |frame| self.declare_later(definition.tree, frame, definition.doc));
            self.definitions.push(DefinitionState {
                progress: Progress::NotYet,
                column,
                own_type: Ty::Unknown,
                own_places: None,
                reads_itself: false,
                later,
            });
        }
    }

    /// The type of a definition that says in its head to yield a row of a record or a value of a choice.
    fn leading_type(&self, tree: &Define) -> Option<Type> {
        let TypeKind::Named(name, None) = &tree.ty.as_ref()?.kind else { return None };
        match self.resolved.symbol(&name.text)? {
            Symbol::Record(position) => Some(Type::Reference(crate::resolve::id(position))),
            Symbol::Choice(position) => Some(Type::Choice(crate::resolve::id(position))),
            _ => None,
        }
    }

    /// Checks a definition, once; one that is being checked already keeps the type it declares.
    pub fn check_definition(&mut self, position: usize) {
        let Some(state) = self.definitions.get_mut(position) else {
            return;
        };
        if state.progress != Progress::NotYet {
            return;
        }
        state.progress = Progress::Busy;
        if self.depth >= DEEPEST_CHAIN {
            // It is unknown to all that read it.
            state.progress = Progress::Failed;
            self.sound = false;
            self.too_deep = self.too_deep.or(self.resolved.definitions.get(position).map(|d| d.tree.name.span));
            return;
        }
        self.depth = self.depth.saturating_add(1);
        self.check_now(position);
        self.depth = self.depth.saturating_sub(1);
    }

    fn check_now(&mut self, position: usize) {
        let Some(tree) = self.resolved.definitions.get(position).map(|definition| definition.tree) else {
            return;
        };
        let Some(frame) = self.definition_frames.get(position).copied().flatten() else {
            return;
        };
        let declared = tree.ty.as_ref().and_then(|ty| self.declared_type(frame, ty));
        if let (Some((ty, places)), Some(state)) = (declared, self.definitions.get_mut(position)) {
            state.own_type = ty;
            state.own_places = places;
        }
        let known = self.check_body(position, tree, frame, declared);
        if let Some(state) = self.definitions.get_mut(position) {
            state.progress = if known { Progress::Done } else { Progress::Failed };
        }
    }

    /// Whether the definition's type is known in the end.
    fn check_body(
        &mut self,
        position: usize,
        tree: &Define,
        frame: FrameId,
        declared: Option<(Ty, Option<u8>)>,
    ) -> bool {
        let mut scope = Scope::new(frame);
        scope.definition = Some(position);
        let before = std::mem::replace(&mut self.sound, true);
        let by = tree.grain.as_ref().filter(|grain| grain.within.is_none()).and_then(|grain| grain.by.as_ref());
        scope.way = by.and_then(|by| self.own_way(&scope, by));
        let conditions = self.head_conditions(&mut scope, tree.grain.as_ref());
        self.start_type(position, &scope, tree, declared);
        let mut body = self.infer_declared(&scope, tree, declared, &conditions);
        let again = self.definitions.get(position).is_some_and(|state| state.reads_itself) && declared.is_none();
        if again && body.ty != Ty::Unknown {
            // The first pass found the type without its own previous; the second checks it with it.
            let (ty, places) = (body.ty, body.places);
            if let Some(state) = self.definitions.get_mut(position) {
                state.own_type = ty;
                state.own_places = places;
            }
            body = self.infer_declared(&scope, tree, declared, &conditions);
        }
        if matches!(tree.word, Word::Earn | Word::Pay) && body.ty == (Ty::Bare { zero: true }) {
            // Nothing is paid in the plan's currency.
            body.ty = Ty::Is(super::infer::money(self.model.plan.currency));
        }
        let (ty, places) = self.final_type(tree, &body, declared);
        self.report_idle_way(&scope, by);
        let sound = self.sound;
        self.sound = sound && before;
        self.need_currency(&scope, tree, &mut body, ty);
        self.check_words(tree, &body, ty, frame, sound);
        let starting = self.starting(&scope, tree, ty);
        let (date, person) = match tree.word {
            Word::Earn | Word::Pay => self.flow(&scope, tree),
            _ => {
                self.no_flow(tree);
                (None, None)
            }
        };
        let definition = Definition {
            word: tree.word,
            conditions,
            body: body.expr.clone(),
            rounding: tree.rounded.map_or(self.model.plan.rounding, |(mode, _)| mode),
            rounded_as_asked: tree.rounded.is_some() || declared.is_some_and(|(_, places)| places.is_some()),
            starting,
            date,
            person,
        };
        let known = declared.is_some() || body.ty != Ty::Unknown;
        let known = known && self.check_later(position, tree, (&scope, &definition), (ty, &body, declared));
        let Some(id) = self.column_of(position) else { return false };
        self.settle(id, tree, (ty, places), definition);
        known
    }

    /// Gives a column what its definition came to.
    pub fn settle(&mut self, id: ColumnId, tree: &Define, (ty, places): (Type, Option<u8>), definition: Definition) {
        let column = self.model.columns.at_mut(id);
        column.ty = ty;
        column.places = places;
        column.optional = tree.ty.as_ref().is_some_and(|ty| ty.optional);
        column.origin = Origin::Definition(Box::new(definition));
    }

    /// A balance that does not declare its type has that of the value it starts at, if this has one:
    /// `previous b` alone would have none.
    fn start_type(&mut self, position: usize, scope: &Scope, tree: &Define, declared: Option<(Ty, Option<u8>)>) {
        let (None, Some(starting)) = (declared, &tree.starting) else { return };
        let first = self.infer(scope, &starting.value);
        if let (Ty::Is(_), Some(state)) = (first.ty, self.definitions.get_mut(position)) {
            state.own_type = first.ty;
        }
    }

    fn infer_declared(
        &mut self,
        scope: &Scope,
        tree: &Define,
        declared: Option<(Ty, Option<u8>)>,
        conditions: &[Expr],
    ) -> Checked {
        if let ExprKind::Allocate(shared) = &tree.body.kind {
            if let Some(later) =
                self.resolved.later_definitions.get(tree.name.text.as_str()).and_then(|all| all.first())
            {
                let why = format!("`{}` shares out an amount, and that does not change from a day on", tree.name.text);
                let help = "date what is shared out or the weights: `let pool from 2026-07-01 …`, and share out `pool`";
                let problem = Diagnostic::new(Code::WrongDate, why).at(later.name.span, "the later one");
                return self.fail(problem.at(tree.body.span, "shared out here").help(help), tree.body.span);
            }
            return self.allocate(scope, tree, shared, conditions, declared.and_then(|(_, places)| places));
        }
        self.dated_body(scope, tree, declared.map(|(ty, _)| ty))
    }

    /// The type and places of a definition: declared, or those of its body.
    pub fn final_type(
        &mut self,
        tree: &Define,
        body: &Checked,
        declared: Option<(Ty, Option<u8>)>,
    ) -> (Type, Option<u8>) {
        if let Some((declared, _)) = declared
            && meet(declared, body.ty).is_none()
        {
            let (found, wanted) = (self.type_words(body.ty), self.type_words(declared));
            let place = tree.ty.as_ref().map_or(tree.name.span, |ty| ty.span);
            let problem = error::wrong_type(tree.body.span, &found, &wanted).at(place, "declared here");
            let advice = self.declared_otherwise(tree, declared, body.ty);
            self.report(error::with_help(problem, advice));
        }
        let ty = match declared {
            Some((Ty::Is(ty), _)) => ty,
            _ => body.ty.or_number(),
        };
        if !matches!(ty, Type::Number(..)) {
            return (ty, None);
        }
        if tree.exact.is_some() {
            return (ty, None);
        }
        let default = self.default_places(ty);
        if matches!(ty, Type::Number(Dimension { above: Some(Part::RowCurrency(_)), below: None }, _)) {
            // Each row has the places of its own currency, within these.
            return (ty, default);
        }
        (ty, declared.and_then(|(_, places)| places).or(body.places).or(default))
    }

    /// An amount in each row's own currency is missing where the row has none.
    fn need_currency(&mut self, scope: &Scope, tree: &Define, body: &mut Checked, ty: Type) {
        if let (Type::Number(Dimension { above: Some(Part::RowCurrency(column)), .. }, _), None) = (ty, &body.missing) {
            let span = tree.body.span;
            body.missing = self.may_lack_currency(scope, &body.expr, column, span).map(|why| (span, why));
        }
    }

    /// What each word demands of a definition.
    pub fn check_words(&mut self, tree: &Define, body: &Checked, ty: Type, frame: FrameId, sound: bool) {
        let optional = tree.ty.as_ref().is_some_and(|ty| ty.optional);
        if let (Some(missing), false) = (&body.missing, optional) {
            let letting = format!("`as {}?` in the head lets `{}` be missing too", self.type_code(ty), tree.name.text);
            self.report_missing(missing, Some(letting));
        }
        if let Some(place) = tree.exact
            && (tree.word != Word::Let || !matches!(ty, Type::Number(..)))
        {
            let why = "only a number that is a `let` can be exact";
            let help = match tree.word {
                Word::Quota | Word::Measure => {
                    "write `let`, or leave `exact` out: what is reported is rounded once, and read as reported"
                }
                _ => "leave `exact` out: the value is rounded once, and paid so",
            };
            self.report(error::out_of_place(place, why, help));
        }
        let paid = matches!(tree.word, Word::Earn | Word::Pay);
        // A body with a problem of its own may have lost its currency there.
        if paid && sound && body.ty != Ty::Unknown && !Self::is_money(ty) {
            let found = self.type_words(body.ty);
            let problem = error::wrong_type(tree.body.span, &found, "an amount of money");
            let advice = self.instead_of_at(body.ty, Wanted::Money, tree.body.span, bare_number(&tree.body));
            self.report(error::with_help(problem, advice));
        }
        if matches!(tree.word, Word::Balance | Word::Pay) && self.period_of(frame).is_none() {
            let why = format!("`{}` has no period", tree.name.text);
            let help = "a balance and a payment belong to a period: `for each Person, month`";
            self.report(error::out_of_place(tree.name.span, why, help));
        }
    }

    /// A type as it is written behind `as`.
    pub fn type_code(&self, ty: Type) -> String {
        match ty {
            Type::Number(dimension, shown) => match (dimension.above, shown) {
                (Some(Part::RowCurrency(_)), _) => format!("money in {}", self.names.dimension_words(dimension, false)),
                (Some(_), _) => self.names.dimension_words(dimension, false),
                (_, super::model::Shown::Percent) => "percent".to_owned(),
                (_, super::model::Shown::Integer) => "integer".to_owned(),
                (_, super::model::Shown::Days) => "days".to_owned(),
                (_, super::model::Shown::Months) => "months".to_owned(),
                _ => "number".to_owned(),
            },
            Type::YesNo => "yes/no".to_owned(),
            Type::Text => "text".to_owned(),
            Type::Date => "date".to_owned(),
            Type::Period(unit) => self.unit_name(unit),
            Type::Choice(choice) => self.names.choices.at(choice).name.clone(),
            Type::Currency => "currency".to_owned(),
            Type::Reference(record) => self.names.records.at(record).name.clone(),
        }
    }

    fn starting(&mut self, scope: &Scope, tree: &Define, ty: Type) -> Option<Starting> {
        let starting = tree.starting.as_ref()?;
        let value = self.infer_like(scope, &starting.value, Ty::Is(ty));
        if meet(value.ty, Ty::Is(ty)).is_none() {
            let (found, wanted) = (self.type_words(value.ty), self.type_words(Ty::Is(ty)));
            self.report(error::wrong_type(starting.value.span, &found, &wanted));
        }
        if let Some(missing) = &value.missing {
            self.report_missing(missing, None);
        }
        let each = match &starting.each {
            Some(name) => Some(self.anew(scope, name)?),
            None => None,
        };
        Some(Starting { value: value.expr, each })
    }

    /// The unit behind `starting at V each`: periods in which several of the definition's lie.
    fn anew(&mut self, scope: &Scope, name: &tree::Name) -> Option<Unit> {
        let unit = self.unit_or_problem(name)?;
        if let Some((_, own)) = self.period_of(scope.frame)
            && unit.lies_in(own)
        {
            let why = format!("each {} would begin anew", self.unit_name(own));
            let help = "write coarser periods, such as `each year`";
            self.report(error::out_of_place(name.span, why, help));
            return None;
        }
        Some(unit)
    }

    /// Only what is earned or paid says whose it is and when it happens.
    fn no_flow(&mut self, tree: &Define) {
        let to = tree.to.as_ref().map(|path| (path.span(), "to"));
        let on = tree.on.as_ref().map(|date| (date.span, "on"));
        for (place, clause) in [to, on].into_iter().flatten() {
            let why = format!("a `{}` has no `{clause}`: only what is earned or paid happens", word(tree.word));
            let help = format!("leave it out, and say `{clause}` in the aggregate that adds it up");
            self.report(error::out_of_place(place, why, &help));
        }
    }

    /// Reports an earning without a date. Where its record lacks one, that is the mistake.
    fn report_no_date(&mut self, frame: FrameId, name: &tree::Name) {
        let why = format!("`{}` does not say when it happens", name.text);
        let undated = self.record_of(frame).is_some_and(|record| self.model.records.at(record).on.is_none());
        if undated {
            let here = "say so here, `on DATE` in front of the `=`";
            let record = self.dated_by_its_columns(frame).unwrap_or_default();
            let help = if record.is_empty() { here.to_owned() } else { format!("{record}; or {here}") };
            let problem = Diagnostic::new(Code::OutOfPlace, why).at(name.span, "earned when?").help(help);
            self.report_mistake(record, problem);
        } else {
            let help =
                "say so with `on`, such as `on closed`, or name a period in the head, such as `for each Person, month`";
            self.report(error::out_of_place(name.span, why, help));
        }
    }

    /// The date and the person of something earned or paid.
    fn flow(&mut self, scope: &Scope, tree: &Define) -> (Option<Expr>, Option<Expr>) {
        let span = tree.name.span;
        let date = match &tree.on {
            Some(on) => self.dated(scope, on),
            None => {
                let date = self.default_date(scope, span);
                // That a payment has no period is told already.
                if date.is_none() && tree.word == Word::Earn {
                    self.report_no_date(scope.frame, &tree.name);
                }
                date
            }
        };
        let person = match &tree.to {
            Some(path) => self.person_of(scope, path),
            None => {
                let people = KeyPart::Record(self.model.plan.people);
                match self.lead(scope.frame, people, &scope.instead(), span) {
                    Ok(person) => Some(person),
                    Err(why) => {
                        let to = self.model.plan.people_frame;
                        let problem = self.no_way(&tree.name.text, span, scope.frame, to, &why);
                        self.report(problem);
                        None
                    }
                }
            }
        };
        self.refuse_no_one(scope, tree, person.as_ref());
        (date, person)
    }

    /// What is earned or paid belongs to a person on every row that it has. (A date may be blank: it
    /// has not happened yet.)
    fn refuse_no_one(&mut self, scope: &Scope, tree: &Define, person: Option<&Expr>) {
        let Some((expr, column)) = person.and_then(|expr| Some((expr, expr.op.column()?))) else { return };
        // Where something else is wrong, the same blank may be the cause.
        if !self.sound {
            return;
        }
        let Some(why) = self.may_miss(scope, expr, self.model.columns.at(column).optional) else { return };
        let problem = error::of_no_one(&tree.name, &why, &self.names.columns.at(column).name);
        self.report(problem);
    }

    pub fn dated(&mut self, scope: &Scope, on: &tree::Expr) -> Option<Expr> {
        let checked = self.infer_wanted(scope, on, Ty::Is(Type::Date));
        if checked.ty == Ty::Is(Type::Date) {
            return Some(checked.expr);
        }
        if checked.ty != Ty::Unknown {
            let found = self.type_words(checked.ty);
            let problem = error::wrong_type(on.span, &found, "a date");
            self.report(self.or_meant(scope, problem, Type::Date, ""));
        }
        None
    }

    pub fn person_of(&mut self, scope: &Scope, path: &tree::Path) -> Option<Expr> {
        let people = Type::Reference(self.model.plan.people);
        self.looked_for = path.rest.is_empty().then_some(people);
        let checked = self.path(scope, path, path.span());
        self.looked_for = None;
        if checked.ty == Ty::Is(people) {
            return Some(checked.expr);
        }
        if checked.ty != Ty::Unknown {
            let (found, wanted) = (self.type_words(checked.ty), self.type_words(Ty::Is(people)));
            let problem = error::wrong_type(path.span(), &found, &wanted);
            self.report(self.or_meant(scope, problem, people, ""));
        }
        None
    }

    /// A column that the plan does not write here: its declaration stands for it.
    pub fn read_own(&mut self, scope: &Scope, column: ColumnId) -> Expr {
        let ty = self.model.columns.at(column).ty;
        let declared = self.names.columns.at(column).span;
        let op = self.read_op(scope.frame, scope.as_of.as_ref(), column, None, declared);
        self.expr(op, declared, ty)
    }

    /// Checks all ensures.
    pub fn check_ensures(&mut self) {
        for (position, ensure) in self.resolved.ensures.iter().enumerate() {
            let tree = ensure.tree;
            let Some(frame) = self.frame_of_grain(tree.grain.as_ref()) else {
                continue;
            };
            let mut scope = Scope::new(frame);
            let by = tree.grain.as_ref().filter(|grain| grain.within.is_none()).and_then(|grain| grain.by.as_ref());
            scope.way = by.and_then(|by| self.own_way(&scope, by));
            let mut conditions = self.head_conditions(&mut scope, tree.grain.as_ref());
            let Some(dates) = self.ensure_dates(&scope, position) else {
                continue;
            };
            conditions.extend(dates);
            let holds = self.condition(&scope, &tree.condition);
            if let Some(missing) = &holds.missing {
                self.report_missing(missing, None);
            }
            self.report_idle_way(&scope, by);
            self.model.ensures.push(Ensure { frame, conditions, holds: holds.expr });
            let message = tree.message.as_ref().map(|message| message.text.clone()).unwrap_or_default();
            self.names.ensures.push((named(&tree.name, ensure.doc), message));
        }
    }
}

/// The number that a formula gives, where it stands in a branch of it.
fn bare_number(body: &tree::Expr) -> Option<Span> {
    match &body.kind {
        ExprKind::Literal(tree::LiteralKind::Number(number)) => (number.units != 0).then_some(body.span),
        ExprKind::If(_, then, otherwise) => bare_number(then).or_else(|| bare_number(otherwise)),
        ExprKind::Case(case) => case.arms.iter().map(|arm| &arm.result).chain(&case.otherwise).find_map(bare_number),
        _ => None,
    }
}

/// A definition's word.
pub fn word(word: Word) -> &'static str {
    match word {
        Word::Let => "let",
        Word::Quota => "quota",
        Word::Measure => "measure",
        Word::Earn => "earn",
        Word::Balance => "balance",
        Word::Pay => "pay",
    }
}
