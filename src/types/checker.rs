//! The checker's state, and the small things every part of it needs.

use std::collections::HashMap;
use std::sync::Arc;

use super::expr::{Expr, Op};
use super::model::{
    Column, Definition, Dimension, Frame, FrameRows, KeyPart, Model, Origin, Part, Plan, Shown, Type, Word,
};
use super::names::{Named, Names, Written};
use super::scope::Scope;
use crate::calendar::{Calendar, Unit};
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, ExprId, FrameId, IdVec, RecordId};
use crate::program::Program;
use crate::resolve::Resolved;
use crate::source::{SourceFile, Span};
use crate::syntax::tree::{Name, Since};

/// The type of an expression, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    /// Known.
    Is(Type),
    /// A bare number: of no unit, or, when it is 0, of any.
    Bare {
        /// Whether it is 0.
        zero: bool,
    },
    /// Not known, because a problem was reported or a type is being found; fits everything.
    Unknown,
}

/// An expression with what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Checked {
    pub expr: Expr,
    pub ty: Ty,
    /// The places it keeps when it gets a name; none where it has no say (literals).
    pub places: Option<u8>,
    /// Whether a value of it has fixed places, so that adding many of them up is exact.
    pub fixed: bool,
    /// Whether it reads an `exact` value without rounding it.
    pub exact: bool,
    /// If it may be missing: the words that may be, and why.
    pub missing: Option<(Span, String)>,
}

/// How far a definition has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    NotYet,
    Busy,
    Done,
    /// Done, with a problem that was reported: its type is unknown.
    Failed,
}

/// A definition before and while it is checked.
#[derive(Clone, Debug)]
pub(super) struct DefinitionState {
    pub progress: Progress,
    pub column: ColumnId,
    /// The type a first pass found for its own `previous`.
    pub own_type: Ty,
    pub own_places: Option<u8>,
    /// Whether its type could not be found in the first pass because it reads its own `previous`.
    pub reads_itself: bool,
    /// Where its rows have no day of their own, what takes its place from a day on; the reader's day decides.
    pub later: Vec<(ColumnId, Since)>,
}

pub(super) struct Checker<'a> {
    pub resolved: &'a Resolved<'a>,
    pub sources: &'a Arc<IdVec<crate::ids::FileId, SourceFile>>,
    pub problems: Vec<Diagnostic>,
    /// Whether nothing was wrong so far, also nothing that is not told once more.
    pub sound: bool,
    pub model: Model,
    pub names: Names,
    /// The calendar without periods from data: enough for literals.
    pub calendar: Calendar,
    pub definitions: Vec<DefinitionState>,
    /// The frame of each definition's grain, none where it could not be understood.
    pub definition_frames: Vec<Option<FrameId>>,
    /// Where the plan says on what combinations occur, as in [`Model::occurring`].
    pub occurring_at: Vec<(Span, Option<crate::syntax::tree::Path>)>,
    /// Definitions that yield a reference or a choice by their heads, and so lead on like a column.
    pub leading: Vec<ColumnId>,
    /// Whether the credits' amounts have been checked.
    pub credits: Progress,
    /// What is known of each table of rates.
    pub tables: Vec<super::table::TableState>,
    /// Where among the problems each mistake that shows in many places was told: an unknown name by its message.
    pub told: HashMap<String, usize>,
    /// For each call of a table, the place of an input and, where it is given something else than what it is called,
    /// what could be said of that.
    pub inputs: Vec<(Span, Option<Diagnostic>)>,
    /// The type that is wanted where a name is being read.
    pub looked_for: Option<Type>,
    /// How many definitions are being checked, each because the one before reads it.
    pub depth: usize,
    /// A definition at the end of too long a chain.
    pub too_deep: Option<Span>,
    /// Definitions and tables that something reads.
    pub used: std::collections::BTreeSet<String>,
    /// The other plans used, in the order in which they are resolved; none where one has errors.
    pub others: &'a [Option<Arc<Program>>],
    /// The definitions of other plans that are named.
    pub foreign: Vec<super::foreign::Foreign>,
    /// The columns that are made to name each row's currency.
    pub currencies: Vec<super::convert::OwnCurrency>,
    /// The columns that are made for a `to` or an `on` that is a way: `to contract.seller`.
    pub ways: Vec<ColumnId>,
}

impl<'a> Checker<'a> {
    pub fn new(
        resolved: &'a Resolved<'a>,
        sources: &'a Arc<IdVec<crate::ids::FileId, SourceFile>>,
        others: &'a [Option<Arc<Program>>],
        plan: Plan,
    ) -> Self {
        let calendar = Calendar::new(plan.first_month, plan.effective, Vec::new());
        let tree = resolved.plan.tree;
        let named =
            Named { name: tree.name.text.clone(), span: tree.name.span, doc: resolved.plan.doc.map(str::to_owned) };
        let title = tree.title.as_ref().map_or_else(|| named.name.clone(), |title| title.text.clone());
        Self {
            others,
            foreign: Vec::new(),
            currencies: Vec::new(),
            ways: Vec::new(),
            resolved,
            sources,
            problems: Vec::new(),
            sound: true,
            model: Model::new(plan),
            names: Names::new(named, title, Arc::clone(sources)),
            calendar,
            definitions: Vec::new(),
            definition_frames: Vec::new(),
            occurring_at: Vec::new(),
            leading: Vec::new(),
            credits: Progress::NotYet,
            tables: vec![super::table::TableState::NotYet; resolved.rates.len()],
            told: HashMap::new(),
            inputs: Vec::new(),
            looked_for: None,
            depth: 0,
            too_deep: None,
            used: std::collections::BTreeSet::new(),
        }
    }

    /// Reports a problem, unless it only follows from a text that could not be read.
    pub fn report(&mut self, problem: Diagnostic) {
        self.sound = false;
        if self.follows(&problem) {
            return;
        }
        if problem.code == Code::UnknownName {
            // A name that means nothing in many places is one mistake.
            let same = problem.message.clone();
            self.push_once(same, problem);
        } else {
            self.problems.push(problem);
        }
    }

    /// Reports a problem at one of perhaps many places where the same mistake shows, which is told once.
    pub fn report_mistake(&mut self, mistake: String, problem: Diagnostic) {
        self.sound = false;
        self.push_once(mistake, problem);
    }

    fn push_once(&mut self, same: String, problem: Diagnostic) {
        let position = *self.told.entry(same).or_insert(self.problems.len());
        match self.problems.get_mut(position) {
            Some(first) => {
                let new = problem.labels.into_iter().find(|label| !first.labels.contains(label));
                first.labels.extend(new);
            }
            None => self.problems.push(problem),
        }
    }

    /// Tells of what is worth a look; the plan is as sound as before.
    pub fn warn(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// Whether a problem comes of an item or entry that could not be read, which is told already.
    fn follows(&self, problem: &Diagnostic) -> bool {
        let broken = |span: Span| self.resolved.broken.contains(self.words(span));
        let about = problem.labels.first().is_some_and(|label| broken(label.span));
        match problem.code {
            Code::UnknownName => about || !self.resolved.complete,
            Code::RecordShape | Code::TableShape | Code::ChoiceCover | Code::PlanEntry => about,
            _ => false,
        }
    }

    /// A new expression with its words and type.
    pub fn expr(&mut self, op: Op, span: Span, ty: Type) -> Expr {
        let id: ExprId = self.names.exprs.push(Written { span, ty });
        Expr { id, op }
    }

    /// A column with its name.
    pub fn column(&mut self, column: Column, name: Named) -> ColumnId {
        let id = self.model.columns.push(column);
        self.names.columns.push(name);
        id
    }

    /// A column that the plan does not define by itself, and that is computed as any definition; no number.
    pub fn made(&mut self, frame: FrameId, (ty, optional): (Type, bool), body: Expr, name: Named) -> ColumnId {
        let definition = Definition {
            word: Word::Let,
            conditions: Vec::new(),
            body,
            rounding: self.model.plan.rounding,
            rounded_as_asked: false,
            starting: None,
            date: None,
            person: None,
        };
        let origin = Origin::Definition(Box::new(definition));
        self.column(Column { frame, ty, places: None, optional, origin }, name)
    }

    /// The frame with these parts and rows, made when it is new.
    pub fn frame(&mut self, parts: Vec<KeyPart>, rows: FrameRows) -> FrameId {
        let found = self.model.frames.pairs().find(|(_, frame)| frame.rows == rows).map(|(id, _)| id);
        found.unwrap_or_else(|| self.model.frames.push(Frame { parts, rows }))
    }

    pub fn frame_of(&self, column: ColumnId) -> FrameId {
        self.model.columns.at(column).frame
    }

    pub fn record_of(&self, frame: FrameId) -> Option<RecordId> {
        match self.model.frames.at(frame).rows {
            FrameRows::Record(record) => Some(record),
            _ => None,
        }
    }

    /// The period part of a frame's key: its position and unit.
    pub fn period_of(&self, frame: FrameId) -> Option<(usize, Unit)> {
        let parts = &self.model.frames.at(frame).parts;
        parts.iter().enumerate().find_map(|(position, part)| match part {
            KeyPart::Period(unit) => Some((position, *unit)),
            _ => None,
        })
    }

    /// A unit of periods by its name.
    pub fn unit(&self, name: &str) -> Option<Unit> {
        // A plan's own quarter or year takes the place of the regular one.
        let position = self.names.periods.iter().position(|named| named.name == name);
        match position.map(u16::try_from) {
            Some(Ok(number)) => Some(Unit::Custom(crate::calendar::CustomId(number))),
            _ => Unit::from_word(name),
        }
    }

    /// The name of a unit of periods.
    pub fn unit_name(&self, unit: Unit) -> String {
        self.names.unit_name(unit)
    }

    /// A frame in words: `each Person, quarter`.
    pub fn frame_words(&self, frame: FrameId) -> String {
        let frame = self.model.frames.at(frame);
        match frame.rows {
            FrameRows::One => "the plan as a whole".to_owned(),
            FrameRows::Record(record) => format!("each {}", self.names.records.at(record).name),
            FrameRows::Versions(record) => format!("each version of {}", self.names.records.at(record).name),
            FrameRows::Credit | FrameRows::CreditHistory => "each Credit".to_owned(),
            FrameRows::People => format!("each {}", self.names.records.at(self.model.plan.people).name),
            FrameRows::Managers(_) => {
                let source = frame.parts.first().map_or_else(String::new, |part| self.part_words(*part));
                format!("each {source} and manager")
            }
            FrameRows::Times(..) | FrameRows::Occurring(_) | FrameRows::Schedule(_) => {
                let parts: Vec<String> = frame.parts.iter().map(|part| self.part_words(*part)).collect();
                let of_own = if matches!(frame.rows, FrameRows::Schedule(_)) { " of its schedule" } else { "" };
                format!("each {}{of_own}", parts.join(", "))
            }
        }
    }

    pub fn part_words(&self, part: KeyPart) -> String {
        match part {
            KeyPart::Record(record) => self.names.records.at(record).name.clone(),
            KeyPart::Period(unit) => self.unit_name(unit),
            KeyPart::Choice(choice) => self.names.choices.at(choice).name.clone(),
            KeyPart::Currency => "currency".to_owned(),
            KeyPart::Credit => "Credit".to_owned(),
        }
    }

    /// A type in the administrator's words.
    pub fn type_words(&self, ty: Ty) -> String {
        match ty {
            Ty::Unknown => "something unknown".to_owned(),
            Ty::Bare { .. } => "a plain number".to_owned(),
            Ty::Is(Type::Number(dimension, shown)) => self.number_words(dimension, shown),
            Ty::Is(Type::YesNo) => "yes or no".to_owned(),
            Ty::Is(Type::Text) => "a text".to_owned(),
            Ty::Is(Type::Date) => "a date".to_owned(),
            Ty::Is(Type::Period(unit)) => format!("a {}", self.unit_name(unit)),
            Ty::Is(Type::Choice(choice)) => format!("a {}", self.names.choices.at(choice).name),
            Ty::Is(Type::Currency) => "a currency".to_owned(),
            Ty::Is(Type::Reference(record)) => format!("a {}", self.names.records.at(record).name),
        }
    }

    fn number_words(&self, dimension: Dimension, shown: Shown) -> String {
        match (dimension.above, dimension.below) {
            (None, None) => match shown {
                Shown::Percent => "a percentage".to_owned(),
                Shown::Integer => "a whole number".to_owned(),
                Shown::Days => "a number of days".to_owned(),
                Shown::Months => "a number of months".to_owned(),
                Shown::Money | Shown::Number => "a plain number".to_owned(),
            },
            (Some(above @ Part::Unit(_)), None) => format!("a number of {}", self.unit_words(above, false)),
            (Some(above), None) => format!("an amount in {}", self.unit_words(above, false)),
            (Some(above), Some(below)) => {
                format!("{} per {}", self.unit_words(above, false), self.unit_words(below, true))
            }
            (None, Some(below)) => format!("a number per {}", self.unit_words(below, true)),
        }
    }

    fn unit_words(&self, part: Part, one: bool) -> String {
        match part {
            Part::RowCurrency(column) => {
                format!("the row's `{}`", self.names.columns.at(column).name)
            }
            part => self.names.part_word(part, one),
        }
    }

    /// An expression that stands for a problem already reported.
    pub fn failed(&mut self, span: Span) -> Checked {
        let value = crate::cell::Value::YesNo(false);
        let expr = self.expr(Op::Constant(value), span, Type::YesNo);
        Checked { expr, ty: Ty::Unknown, places: None, fixed: true, exact: false, missing: None }
    }

    /// Reports a problem and goes on with an expression of unknown type.
    pub fn fail(&mut self, problem: Diagnostic, span: Span) -> Checked {
        self.report(problem);
        self.failed(span)
    }

    /// Wraps an expression of a type that is there, never a literal.
    pub fn known(&mut self, op: Op, span: Span, ty: Type) -> Checked {
        let places = self.default_places(ty);
        let expr = self.expr(op, span, ty);
        Checked { expr, ty: Ty::Is(ty), places, fixed: true, exact: false, missing: None }
    }

    /// Whether a first pass is finding the type of a definition that reads its own `previous`: there
    /// the unknown is no problem.
    pub fn finding_own_type(&self) -> bool {
        let first = |state: &DefinitionState| state.reads_itself && state.own_type == Ty::Unknown;
        self.definitions.iter().any(|state| state.progress == Progress::Busy && first(state))
    }

    /// The places of a type unless it says otherwise; none for what is no number.
    pub fn default_places(&self, ty: Type) -> Option<u8> {
        match ty {
            Type::Number(dimension, shown) => Some(match (dimension.above, dimension.below, shown) {
                (_, _, Shown::Integer | Shown::Days | Shown::Months) => 0,
                (Some(Part::Currency(currency)), None, _) => currency.minor_units(),
                (Some(Part::RowCurrency(_)), None, _) => ROW_CURRENCY_PLACES,
                _ => RATIO_PLACES,
            }),
            _ => None,
        }
    }

    /// Names that could be meant at a place, for suggestions.
    pub fn names_here(&self, scope: &Scope) -> Vec<String> {
        if self.problems.len() > ADVISED_PROBLEMS {
            return Vec::new();
        }
        let mut names: Vec<String> = self.resolved.symbols.keys().map(|name| (*name).to_owned()).collect();
        names.extend(self.columns_here(scope));
        names
    }

    /// The columns that a row leads to, its own first.
    pub fn columns_here(&self, scope: &Scope) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for reached in self.reach(scope.frame) {
            for column in &self.model.records.at(reached.record).columns {
                let name = &self.names.columns.at(*column).name;
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
        names
    }

    pub fn mark_used(&mut self, name: &str) {
        self.used.insert(name.to_owned());
    }

    /// Text under a span.
    pub fn words(&self, span: Span) -> &str {
        self.sources.at(span.file).slice(span)
    }
}

/// With more problems than this, no more names are sought that could be meant.
const ADVISED_PROBLEMS: usize = 50;

/// Places of an amount in each row's own currency: no currency has more.
pub(super) const ROW_CURRENCY_PLACES: u8 = 4;
/// Places of ratios, rates and plain numbers.
pub(super) const RATIO_PLACES: u8 = 6;

/// A name as it goes into the side table.
pub(super) fn named(name: &Name, doc: Option<&str>) -> Named {
    Named { name: name.text.clone(), span: name.span, doc: doc.map(str::to_owned) }
}
