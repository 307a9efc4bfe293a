//! Definitions and credits of other plans, such as `ae_2026.commission` and `ae_2026.Credit.amount`.
//!
//! A definition of another plan is to this plan a record of data: its key is the row of the other plan's
//! frame, its one value the definition's. So are its credits, with their columns. The other plan is computed first and
//! gives the rows. Their columns are named with the plan in front, so that none of them is found by a bare name.

use std::collections::{BTreeMap, BTreeSet};

use super::checker::{Checked, Checker, Ty};
use super::error;
use super::expr::{Expr, Op};
use super::model::{
    Column, CreditTable, DataColumn, DataForm, DataSource, Definition, Dimension, Frame, FrameRows, KeyPart, Origin,
    Part, PercentCells, PlanRows, Record, Type, Word,
};
use super::names::Named;
use super::scope::Scope;
use super::written::Written;
use crate::calendar::Unit;
use crate::diagnostics::{Code, Diagnostic, suggest};
use crate::ids::{ColumnId, FrameId, RecordId, RuleId};
use crate::program::Program;
use crate::source::Span;
use crate::syntax::tree::{Name, Path};

/// What of another plan this plan names.
#[derive(Clone, Debug)]
pub(super) struct Foreign {
    /// The position of the other plan among those used.
    plan: usize,
    /// A definition, `Credit` or a credit rule.
    name: String,
    found: Found,
}

/// What it is here.
#[derive(Clone, Debug)]
enum Found {
    /// A definition, or why it cannot be read.
    Definition(Readable),
    /// Credits: their key, and their columns by name.
    Credits(ForeignColumn, Vec<(String, Readable)>),
}

/// A column of this plan, or why there is none.
type Readable = Result<ForeignColumn, String>;

#[derive(Clone, Copy, Debug)]
pub(super) struct ForeignColumn {
    pub value: ColumnId,
    pub word: Word,
    /// When it happens, of a flow.
    pub date: Option<ColumnId>,
}

impl ForeignColumn {
    fn level(value: ColumnId) -> ForeignColumn {
        ForeignColumn { value, word: Word::Let, date: None }
    }

    pub fn is_flow(&self) -> bool {
        matches!(self.word, Word::Earn | Word::Pay)
    }
}

/// A record that is being made of what another plan comes to.
struct Maker {
    record: RecordId,
    frame: FrameId,
    /// What it is called: `ae_2026.commission`.
    name: String,
    /// Where the other plan is named.
    span: Span,
}

impl Checker<'_> {
    /// Makes records of what is named of other plans anywhere in the plan's files.
    pub fn declare_foreign(&mut self) {
        for (plan, used) in self.resolved.plans.iter().enumerate() {
            let Some(other) = self.others.get(plan).cloned().flatten() else {
                // What is wrong with it is told there.
                self.sound = false;
                continue;
            };
            let texts = self.resolved.files.iter().map(|file| self.sources.at(*file).text.as_str());
            for name in names_behind(texts).remove(used.name.text.as_str()).unwrap_or_default() {
                let defined = other.model.columns.pairs().find_map(|(id, column)| match &column.origin {
                    Origin::Definition(definition) if other.names.columns.at(id).name == name => Some((id, definition)),
                    _ => None,
                });
                let rule = other.names.rules.pairs().find(|(_, (rule, _))| rule.name == name).map(|(rule, _)| rule);
                let credits = other.model.credit.as_ref().filter(|_| rule.is_some() || name == "Credit");
                let found = match (defined, credits) {
                    (Some((id, definition)), _) => {
                        Some(Found::Definition(self.foreign_record(plan, &other, id, definition)))
                    }
                    (None, Some(credits)) => Some(self.foreign_credits(plan, &other, credits, rule)),
                    (None, None) => None,
                };
                self.foreign.extend(found.map(|found| Foreign { plan, name: name.to_owned(), found }));
            }
        }
    }

    /// A record without columns for rows with these keys; one text is a key of its own.
    fn foreign_rows(&mut self, plan: usize, other: &Program, name: String, keys: &[Type], rows: PlanRows) -> Maker {
        let frame = self.model.frames.next_id();
        let record = self.model.records.next_id();
        let parts = match keys {
            [Type::Text] => vec![KeyPart::Record(record)],
            types => types.iter().filter_map(|ty| part_of(*ty)).collect(),
        };
        self.model.frames.push(Frame { parts, rows: FrameRows::Record(record) });
        let source = DataSource { path: name.clone(), form: DataForm::Plan { plan, rows } };
        self.model.records.push(Record::new(frame, Some(source)));
        let span = self.resolved.plans.get(plan).map_or(other.names.plan.span, |used| used.name.span);
        self.names.records.push(Named { name: name.clone(), span, doc: None });
        let maker = Maker { record, frame, name, span };
        for (number, ty) in (1..).zip(keys) {
            let part = self.foreign_column(&maker, &format!(".key{number}"), *ty, None, false);
            self.model.records.at_mut(record).key.push(part);
        }
        maker
    }

    fn foreign_column(&mut self, of: &Maker, behind: &str, ty: Type, places: Option<u8>, optional: bool) -> ColumnId {
        let name = format!("{}{behind}", of.name);
        let data = DataColumn {
            record: of.record,
            header: name.clone(),
            parts: Vec::new(),
            percent: PercentCells::Sign,
            year: None,
            written: Written::Plain,
            dates: false,
        };
        let column = Column { frame: of.frame, ty, places, optional, origin: Origin::Data(data) };
        let column = self.column(column, Named { name, span: of.span, doc: None });
        self.model.records.at_mut(of.record).columns.push(column);
        column
    }

    fn foreign_record(&mut self, plan: usize, other: &Program, column: ColumnId, definition: &Definition) -> Readable {
        let described = other.model.columns.at(column);
        let name = format!("{}.{}", other.names.plan.name, other.names.columns.at(column).name);
        let ty = self.type_here(other, described.ty)?;
        let keys = self.keys_here(other, described.frame)?;
        let of = self.foreign_rows(plan, other, name, &keys, PlanRows::Definition(column));
        // The one value of a plan as a whole always has its row, which is blank where a `where` leaves it out.
        let left_out = keys.is_empty() && !definition.conditions.is_empty();
        let value = self.foreign_column(&of, "", ty, described.places, described.optional || left_out);
        let flow = definition.person.is_some() && definition.date.is_some();
        let credits = other.model.credits_of(described.frame).is_some();
        let people = self.record_here(other, other.model.plan.people).ok();
        let mut date = None;
        if flow || credits {
            date = Some(self.foreign_column(&of, ".date", Type::Date, None, true));
            if let Some(people) = people {
                let person = self.foreign_column(&of, ".person", Type::Reference(people), None, true);
                if credits && people == self.model.plan.people {
                    self.model.records.at_mut(of.record).to = Some(person);
                }
            }
            if credits {
                self.model.records.at_mut(of.record).on = date;
            }
        }
        Ok(ForeignColumn { value, word: definition.word, date: date.filter(|_| flow) })
    }

    /// The credits of another plan: each belongs to its person and its date.
    fn foreign_credits(&mut self, plan: usize, other: &Program, table: &CreditTable, rule: Option<RuleId>) -> Found {
        let called = rule.map_or("Credit", |rule| other.names.rules.at(rule).0.name.as_str());
        let name = format!("{}.{called}", other.names.plan.name);
        let own = [Some(table.rule), table.source, Some(table.person), Some(table.date), Some(table.amount)];
        let own = own.into_iter().flatten().chain(table.columns.iter().copied());
        let own: Vec<(ColumnId, Result<Type, String>)> = own
            .map(|column| match column == table.rule {
                true => (column, Ok(Type::Text)),
                false => (column, self.type_here(other, other.model.columns.at(column).ty)),
            })
            .collect();
        let columns = own.iter().filter(|(_, ty)| ty.is_ok()).map(|(column, _)| *column).collect();
        let of = self.foreign_rows(plan, other, name, &[Type::Text], PlanRows::Credits { rule, columns });
        let mut readable = Vec::new();
        for (column, ty) in own {
            let described = other.model.columns.at(column);
            let word = other.names.columns.at(column).name.clone();
            let here = ty.map(|ty| {
                let here = self.foreign_column(&of, &format!(".{word}"), ty, described.places, described.optional);
                let record = self.model.records.at_mut(of.record);
                match ty {
                    Type::Reference(people) if column == table.person && people == self.model.plan.people => {
                        record.to = Some(here);
                    }
                    Type::Date if column == table.date => record.on = Some(here),
                    _ => {}
                }
                ForeignColumn::level(here)
            });
            readable.push((word, here));
        }
        let key = self.model.records.at(of.record).key.first().copied();
        // The key is the first column made.
        let key = key.unwrap_or_else(|| self.foreign_column(&of, ".key", Type::Text, None, false));
        Found::Credits(ForeignColumn::level(key), readable)
    }

    /// The types of the parts of a key, as they are here; one text where the rows are credits.
    fn keys_here(&self, other: &Program, frame: FrameId) -> Result<Vec<Type>, String> {
        let described = other.model.frames.at(frame);
        if other.model.credits_of(frame).is_some() {
            return Ok(vec![Type::Text]);
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
            Part::Day | Part::Month => Ok(part),
            Part::RowCurrency(_) => Err("each of its rows has a currency of its own: convert it there".to_owned()),
            Part::Unit(unit) => {
                let named = other.names.units.at(unit);
                let here = self.names.units.pairs().find(|(_, here)| here.span == named.span);
                here.map(|(id, _)| Part::Unit(id)).ok_or_else(|| {
                    format!(
                        "it is in `{}`, which this plan does not share: `use` the file that declares it",
                        named.many
                    )
                })
            }
        };
        match ty {
            Type::Number(..) if other.model.plan.digits > self.model.plan.digits => Err(
                "that plan is `wide`, so its values may have more digits than are kept here: say `wide` in this plan, too"
                    .to_owned(),
            ),
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

    /// The definition of another plan, or the column of its credits, that a path begins with.
    pub fn foreign_named(&self, path: &Path) -> Option<ForeignColumn> {
        match (&self.foreign_at(path)?.found, path.rest.get(1)) {
            (Found::Definition(found), _) => found.as_ref().ok().copied(),
            (Found::Credits(key, _), None) => Some(*key),
            (Found::Credits(_, columns), Some(name)) => {
                let found = columns.iter().find(|(known, _)| *known == name.text);
                found.and_then(|(_, column)| column.as_ref().ok().copied())
            }
        }
    }

    /// Whether a path is the credits of another plan themselves: `ae_2026.Credit`.
    pub fn is_foreign_credits(&self, path: &Path) -> bool {
        let credits = |foreign: &Foreign| matches!(foreign.found, Found::Credits(..));
        path.rest.len() == 1 && self.foreign_at(path).is_some_and(credits)
    }

    /// What of another plan a path begins with.
    fn foreign_at(&self, path: &Path) -> Option<&Foreign> {
        let plan = self.plan_named(path)?;
        let name = path.rest.first()?;
        self.foreign.iter().find(|foreign| foreign.plan == plan && foreign.name == name.text)
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
        let (column, own) = match self.foreign_read(path) {
            Ok(found) => found,
            Err(None) => {
                let problem = not_named(&other, &path.head, name);
                return Some(self.fail(problem, span));
            }
            Err(Some(why)) => {
                let words = self.words(span).to_owned();
                let message = format!("`{words}` cannot be read in this plan: {why}");
                return Some(self.fail(Diagnostic::new(Code::NotReadable, message).at(span, ""), span));
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
        if path.rest.len() > own && checked.ty != Ty::Unknown {
            checked =
                path.rest.iter().skip(own).fold(checked, |value, segment| self.member(scope, value, segment, span));
        }
        Some(checked)
    }

    /// What a path reads of another plan, and how many names behind the plan's that takes; or why it cannot be read,
    /// of what that plan has.
    fn foreign_read(&self, path: &Path) -> Result<(ForeignColumn, usize), Option<String>> {
        match (&self.foreign_at(path).ok_or(None)?.found, path.rest.get(1)) {
            (Found::Definition(Ok(column)), _) => Ok((*column, 1)),
            (Found::Definition(Err(why)), _) => Err(Some(why.clone())),
            (Found::Credits(..), None) => {
                Err(Some("it has many columns; name one of them, such as `.amount`".to_owned()))
            }
            (Found::Credits(_, columns), Some(name)) => match columns.iter().find(|(known, _)| *known == name.text) {
                Some((_, Ok(column))) => Ok((*column, 2)),
                Some((_, Err(why))) => Err(Some(why.clone())),
                None => {
                    let known: Vec<String> = columns.iter().map(|(known, _)| format!("`{known}`")).collect();
                    Err(Some(format!("its credits have the columns {}", known.join(", "))))
                }
            },
        }
    }

    /// The date on which a flow of another plan happens, on its rows.
    pub fn foreign_date(&mut self, foreign: ForeignColumn, span: Span) -> Option<Expr> {
        let date = foreign.date?;
        Some(self.expr(Op::Read(date), span, Type::Date))
    }
}

/// Another plan has nothing of this name that can be read.
fn not_named(other: &Program, plan: &Name, name: &Name) -> Diagnostic {
    let message = format!("the plan `{}` has no definition `{}`", plan.text, name.text);
    let is_definition = |id: &ColumnId| matches!(other.model.columns.at(*id).origin, Origin::Definition(_));
    let known = other.model.columns.ids().filter(is_definition);
    let known: Vec<&str> = known.map(|id| other.names.columns.at(id).name.as_str()).collect();
    let problem = Diagnostic::new(Code::UnknownName, message).at(name.span, "");
    let help = suggest::did_you_mean(&name.text, known.iter().copied());
    problem.help(help.unwrap_or_else(|| "its definitions and credits can be read, not its tables".to_owned()))
}

/// What stands behind a name and a dot in some texts: by that name. So another plan is read.
pub fn names_behind<'t>(texts: impl Iterator<Item = &'t str>) -> BTreeMap<&'t str, BTreeSet<&'t str>> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for text in texts {
        for (dot, _) in text.match_indices('.') {
            let (before, behind) = (text.get(..dot).unwrap_or(""), text.get(dot.saturating_add(1)..).unwrap_or(""));
            let rest = before.trim_end_matches(is_word);
            let word = before.get(rest.len()..).unwrap_or("");
            let end = behind.find(|c| !is_word(c)).unwrap_or(behind.len());
            let name = behind.get(..end).unwrap_or("");
            if !word.is_empty() && !rest.ends_with('.') && !name.is_empty() {
                names.entry(word).or_default().insert(name);
            }
        }
    }
    names
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
