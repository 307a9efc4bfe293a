//! Definitions of other plans, such as `ae_2026.commission`.
//!
//! A definition of another plan is to this plan a record of data: its key is the row of the other plan's
//! frame, its one value the definition's. The other plan is computed first and gives the rows. Its
//! columns are named with the plan in front, so that none of them is found by a bare name.

use std::collections::BTreeSet;

use super::checker::{Checked, Checker, Ty};
use super::error;
use super::expr::{Expr, Op};
use super::model::{
    Column, DataColumn, DataForm, DataSource, Definition, Dimension, Frame, FrameRows, KeyPart, Origin, Part,
    PercentCells, Record, Type, Word,
};
use super::names::Named;
use super::scope::Scope;
use super::written::Written;
use crate::calendar::Unit;
use crate::diagnostics::{Code, Diagnostic, suggest};
use crate::ids::{ColumnId, FrameId, RecordId};
use crate::program::Program;
use crate::source::Span;
use crate::syntax::tree::{Name, Path};

/// A definition of another plan that this plan names.
#[derive(Clone, Debug)]
pub(super) struct Foreign {
    /// The position of the other plan among those used.
    plan: usize,
    name: String,
    /// What it is here, or why it cannot be read.
    found: Result<ForeignColumn, String>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct ForeignColumn {
    pub value: ColumnId,
    pub word: Word,
    /// When it happens, of a flow.
    pub date: Option<ColumnId>,
}

impl ForeignColumn {
    pub fn is_flow(&self) -> bool {
        matches!(self.word, Word::Earn | Word::Pay)
    }
}

impl Checker<'_> {
    /// Makes records of the definitions of other plans that are named anywhere in the plan's files.
    pub fn declare_foreign(&mut self) {
        for (plan, used) in self.resolved.plans.iter().enumerate() {
            let Some(other) = self.others.get(plan).cloned().flatten() else {
                // What is wrong with it is told there.
                self.sound = false;
                continue;
            };
            let texts = self.resolved.files.iter().map(|file| self.sources.at(*file).text.as_str());
            for name in names_behind(&used.name.text, texts) {
                let defined = other.model.columns.pairs().find_map(|(id, column)| match &column.origin {
                    Origin::Definition(definition) if other.names.columns.at(id).name == name => Some((id, definition)),
                    _ => None,
                });
                if let Some((id, definition)) = defined {
                    let found = self.foreign_record(plan, &other, id, definition);
                    self.foreign.push(Foreign { plan, name, found });
                }
            }
        }
    }

    fn foreign_record(
        &mut self,
        plan: usize,
        other: &Program,
        column: ColumnId,
        definition: &Definition,
    ) -> Result<ForeignColumn, String> {
        let described = other.model.columns.at(column);
        let name = format!("{}.{}", other.names.plan.name, other.names.columns.at(column).name);
        let ty = self.type_here(other, described.ty)?;
        if described.places.is_none() && matches!(ty, Type::Number(..)) {
            return Err("it is `exact`, and only rounded values leave a plan".to_owned());
        }
        if matches!(ty, Type::Number(..)) && other.model.plan.digits > self.model.plan.digits {
            return Err("that plan is `wide`, so its values may have more digits than are kept here: say `wide` in this plan, too".to_owned());
        }
        let keys = self.keys_here(other, described.frame)?;
        let frame = self.model.frames.next_id();
        let id = self.model.records.next_id();
        let parts = match keys.as_slice() {
            [Type::Text] => vec![KeyPart::Record(id)],
            types => types.iter().filter_map(|ty| part_of(*ty)).collect(),
        };
        self.model.frames.push(Frame { parts, rows: FrameRows::Record(id) });
        let source = DataSource { path: name.clone(), form: DataForm::Plan { plan, column } };
        self.model.records.push(Record::new(frame, Some(source)));
        let span = self.resolved.plans.get(plan).map_or(other.names.plan.span, |used| used.name.span);
        self.names.records.push(Named { name: name.clone(), span, doc: None });
        let add = |checker: &mut Self, name: String, ty: Type, places: Option<u8>, optional: bool| {
            let data = DataColumn {
                record: id,
                header: name.clone(),
                percent: PercentCells::Sign,
                year: None,
                written: Written::Plain,
                dates: false,
            };
            let column = Column { frame, ty, places, optional, origin: Origin::Data(data) };
            let column = checker.column(column, Named { name, span, doc: None });
            checker.model.records.at_mut(id).columns.push(column);
            column
        };
        for (number, ty) in (1..).zip(&keys) {
            let part = add(self, format!("{name}.key{number}"), *ty, None, false);
            self.model.records.at_mut(id).key.push(part);
        }
        let value = add(self, name.clone(), ty, described.places, described.optional);
        let flow = definition.person.is_some() && definition.date.is_some();
        let credits = other.model.credits_of(described.frame).is_some();
        let people = self.record_here(other, other.model.plan.people).ok();
        let mut date = None;
        if flow || credits {
            date = Some(add(self, format!("{name}.date"), Type::Date, None, true));
            if let Some(people) = people {
                let person = add(self, format!("{name}.person"), Type::Reference(people), None, true);
                if credits && people == self.model.plan.people {
                    self.model.records.at_mut(id).to = Some(person);
                }
            }
            if credits {
                self.model.records.at_mut(id).on = date;
            }
        }
        Ok(ForeignColumn { value, word: definition.word, date: date.filter(|_| flow) })
    }

    /// The types of the parts of a key, as they are here; one text where the rows are credits.
    fn keys_here(&self, other: &Program, frame: FrameId) -> Result<Vec<Type>, String> {
        let described = other.model.frames.at(frame);
        if other.model.credits_of(frame).is_some() {
            return Ok(vec![Type::Text]);
        }
        if described.parts.is_empty() {
            return Err("it is one value for that plan as a whole; compute it here".to_owned());
        }
        let part = |part: &KeyPart| match part {
            KeyPart::Record(record) => {
                let one = other.model.records.at(*record).key.len() == 1;
                if !one {
                    return Err("its rows are known by several columns".to_owned());
                }
                self.record_here(other, *record).map(Type::Reference)
            }
            KeyPart::Period(unit) => self.type_here(other, Type::Period(*unit)),
            KeyPart::Choice(choice) => self.type_here(other, Type::Choice(*choice)),
            KeyPart::Currency => Ok(Type::Currency),
            _ => Err("its rows are of a kind that only its own plan has".to_owned()),
        };
        described.parts.iter().map(part).collect()
    }

    /// The record of this plan that another plan's is: both are declared in one place.
    fn record_here(&self, other: &Program, record: RecordId) -> Result<RecordId, String> {
        let named = other.names.records.at(record);
        let here = self.names.records.pairs().find(|(_, here)| here.span == named.span && here.name == named.name);
        here.map(|(id, _)| id).ok_or_else(|| {
            format!("it is about `{}`, which this plan does not share: `use` the file that declares it", named.name)
        })
    }

    fn type_here(&self, other: &Program, ty: Type) -> Result<Type, String> {
        let part = |part: Part| match part {
            Part::Currency(currency) => Ok(Part::Currency(currency)),
            Part::RowCurrency(_) | Part::Unit(_) => Err("its unit is one that only its own plan has".to_owned()),
        };
        match ty {
            Type::Number(dimension, shown) => {
                let above = dimension.above.map(part).transpose()?;
                let below = dimension.below.map(part).transpose()?;
                Ok(Type::Number(Dimension { above, below }, shown))
            }
            Type::Reference(record) => self.record_here(other, record).map(Type::Reference),
            Type::Choice(choice) => {
                let named = other.names.choices.at(choice);
                let here = self.names.choices.pairs().find(|(_, here)| here.span == named.span);
                here.map(|(id, _)| Type::Choice(id)).ok_or_else(|| {
                    format!(
                        "it has a `{}`, which this plan does not share: `use` the file that declares it",
                        named.name
                    )
                })
            }
            Type::Period(Unit::Custom(custom)) => {
                let named = other.names.periods.get(usize::from(custom.0));
                let here =
                    self.names.periods.iter().position(|here| named.is_some_and(|named| named.span == here.span));
                let number = here.and_then(|here| u16::try_from(here).ok());
                let custom = number.map(|number| Type::Period(Unit::Custom(crate::calendar::CustomId(number))));
                custom.ok_or_else(|| "its periods are not those of this plan".to_owned())
            }
            Type::Period(Unit::Quarter | Unit::Half | Unit::Year)
                if other.model.plan.first_month != self.model.plan.first_month =>
            {
                Err("its year starts in another month than this plan's".to_owned())
            }
            other => Ok(other),
        }
    }

    /// The definition of another plan that a path begins with.
    pub fn foreign_named(&self, path: &Path) -> Option<ForeignColumn> {
        let plan = self.plan_named(path)?;
        let name = path.rest.first()?;
        let found = self.foreign.iter().find(|foreign| foreign.plan == plan && foreign.name == name.text)?;
        found.found.as_ref().ok().copied()
    }

    /// The other plan that has a definition of this name.
    pub fn of_which_plan(&self, name: &Name) -> Option<String> {
        let other = self.others.iter().flatten().find(|other| {
            let defined = |(id, column): (ColumnId, &Column)| {
                matches!(column.origin, Origin::Definition(_)) && other.names.columns.at(id).name == name.text
            };
            other.model.columns.pairs().any(defined)
        })?;
        let plan = &other.names.plan.name;
        Some(format!("it is a definition of the plan `{plan}`: `{plan}.{}`", name.text))
    }

    /// The position of the other plan that a path begins with.
    fn plan_named(&self, path: &Path) -> Option<usize> {
        let head = &path.head.text;
        let own = self.resolved.symbol(head).is_some();
        self.resolved.plans.iter().position(|used| used.name.text == *head).filter(|_| !own)
    }

    /// `ae_2026.commission`, where the path begins with another plan.
    pub fn of_other_plan(&mut self, scope: &Scope, path: &Path, span: Span) -> Option<Checked> {
        let plan = self.plan_named(path)?;
        let Some(other) = self.others.get(plan).cloned().flatten() else {
            return Some(self.failed(span));
        };
        let name = path.rest.first()?;
        let found = self.foreign.iter().find(|foreign| foreign.plan == plan && foreign.name == name.text);
        let column = match found.map(|foreign| foreign.found.clone()) {
            Some(Ok(column)) => column,
            Some(Err(why)) => {
                let message = format!("`{}.{}` cannot be read in this plan: {why}", path.head.text, name.text);
                return Some(self.fail(Diagnostic::new(Code::NotReadable, message).at(span, ""), span));
            }
            None => {
                let message = format!("the plan `{}` has no definition `{}`", path.head.text, name.text);
                let is_definition = |id: &ColumnId| matches!(other.model.columns.at(*id).origin, Origin::Definition(_));
                let known = other.model.columns.ids().filter(is_definition);
                let known: Vec<&str> = known.map(|id| other.names.columns.at(id).name.as_str()).collect();
                let problem = Diagnostic::new(Code::UnknownName, message).at(name.span, "");
                let help = suggest::did_you_mean(&name.text, known.iter().copied());
                let help =
                    help.unwrap_or_else(|| "only its definitions can be read, not its credits or tables".to_owned());
                return Some(self.fail(problem.help(help), span));
            }
        };
        let frame = self.frame_of(column.value);
        if column.is_flow()
            && let Some((_, here)) = self.period_of(scope.frame)
            && let Some((_, there)) = self.period_of(frame)
            && here != there
            && here.lies_in(there)
        {
            let (here, there) = (self.frame_words(scope.frame), self.frame_words(frame));
            let words = format!("{}.{}", path.head.text, name.text);
            return Some(self.fail(error::flow_at_finer(&words, span, &there, &here), span));
        }
        let mut checked = self.read_frame(scope, column.value, frame, span);
        if path.rest.len() > 1 && checked.ty != Ty::Unknown {
            checked = path.rest.iter().skip(1).fold(checked, |value, segment| self.member(scope, value, segment, span));
        }
        Some(checked)
    }

    /// The date on which a flow of another plan happens, on its rows.
    pub fn foreign_date(&mut self, foreign: ForeignColumn, span: Span) -> Option<Expr> {
        let date = foreign.date?;
        Some(self.expr(Op::Read(date), span, Type::Date))
    }
}

/// What stands behind the name of a plan and a dot in these texts. A path has no blanks, so nothing is
/// overlooked; what stands in a comment does no harm.
pub fn names_behind<'t>(plan: &str, texts: impl Iterator<Item = &'t str>) -> BTreeSet<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let in_text = |text: &'t str| {
        text.match_indices(plan).filter_map(move |(at, _)| {
            let before = text.get(..at)?.chars().next_back();
            let behind = text.get(at.saturating_add(plan.len())..)?.strip_prefix('.')?;
            before.is_none_or(|c| !is_word(c) && c != '.').then_some(behind)
        })
    };
    let name = |behind: &str| behind.chars().take_while(|c| is_word(*c)).collect::<String>();
    texts.flat_map(in_text).map(name).filter(|name| !name.is_empty()).collect()
}

fn part_of(ty: Type) -> Option<KeyPart> {
    match ty {
        Type::Reference(record) => Some(KeyPart::Record(record)),
        Type::Period(unit) => Some(KeyPart::Period(unit)),
        Type::Choice(choice) => Some(KeyPart::Choice(choice)),
        Type::Currency => Some(KeyPart::Currency),
        _ => None,
    }
}
