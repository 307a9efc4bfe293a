//! What a test asks for: names, keys and expected values, checked before anything is computed.

use super::literal::{self, Plain};
use super::part::{Part, PartKind, Time, parts};
use super::{error, given};
use crate::calendar::Unit;
use crate::compile::Plan;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, FileId, IdVec, RecordId};
use crate::source::{SourceFile, Span};
use crate::syntax::tree::{
    AggregateOp, Expect, ExpectCell, ExpectKey, ExpectKind, Literal, LiteralKind, Name, Path, Test,
};
use crate::types::model::{Dimension, Origin, Shown, Type};

/// One thing that must hold.
#[derive(Clone, Debug)]
pub(super) struct Check<'a> {
    /// Where it stands.
    pub span: Span,
    /// What must hold.
    pub kind: CheckKind<'a>,
}

/// What must hold.
#[derive(Clone, Debug)]
pub(super) enum CheckKind<'a> {
    /// What is asked for is this.
    Value(Question<'a>, Plain),
    /// There is nothing of what is asked for.
    None(Question<'a>),
    /// The computation stops with this code, perhaps at this row.
    Error(Code, Option<(RowOf, &'a Literal)>),
}

/// Which rows an error is expected in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowOf {
    /// Those of a record, or of anything known by it.
    Record(RecordId),
    /// The credits.
    Credit,
}

/// A value that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Question<'a> {
    /// The column, as written.
    pub name: String,
    /// The column.
    pub column: ColumnId,
    /// What to make of several values.
    pub op: Option<AggregateOp>,
    /// The type of the answer.
    pub ty: Type,
    /// What the values of the column are known by.
    pub parts: Vec<Part>,
    /// The keys.
    pub keys: Vec<Key<'a>>,
}

/// A key of a value that is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key<'a> {
    /// As written.
    pub literal: &'a Literal,
    /// The part it is, where that is known: its number.
    pub part: Option<usize>,
}

/// Understands expectations.
pub(super) struct Asking<'a> {
    pub(super) plan: &'a Plan<'a>,
    sources: &'a IdVec<FileId, SourceFile>,
}

impl<'a> Asking<'a> {
    /// For the tests of a plan.
    pub fn new(plan: &'a Plan<'a>, sources: &'a IdVec<FileId, SourceFile>) -> Self {
        Self { plan, sources }
    }

    /// All that must hold in a test, those of a table row by row; what cannot be understood is a
    /// problem.
    pub fn checks<'t>(&self, test: &'t Test, problems: &mut Vec<Diagnostic>) -> Vec<Check<'t>> {
        let mut checks = Vec::new();
        for expect in &test.expects {
            self.expectation(expect, &mut checks, problems);
        }
        checks
    }

    fn expectation<'t>(&self, expect: &'t Expect, checks: &mut Vec<Check<'t>>, problems: &mut Vec<Diagnostic>) {
        let span = expect.span;
        match &expect.kind {
            ExpectKind::Value { cell, value } => {
                let Some(question) = self.question(cell, problems) else { return };
                let value = self.value(&question, value, problems);
                checks.extend(value.map(|value| Check { span, kind: CheckKind::Value(question, value) }));
            }
            ExpectKind::None(cell) => {
                let question = self.question(cell, problems);
                checks.extend(question.map(|question| Check { span, kind: CheckKind::None(question) }));
            }
            ExpectKind::Error { code, row } => {
                let known = self.code(code, problems);
                let row = row.as_ref().map(|(name, key)| self.row_of(name, problems).map(|of| (of, key)));
                match (known, row) {
                    (Some(code), None) => checks.push(Check { span, kind: CheckKind::Error(code, None) }),
                    (Some(code), Some(Some(row))) => {
                        checks.push(Check { span, kind: CheckKind::Error(code, Some(row)) });
                    }
                    (None, _) | (_, Some(None)) => {}
                }
            }
            ExpectKind::Table { name, rows } => self.table(name, rows, span, checks, problems),
        }
    }

    fn code(&self, name: &Name, problems: &mut Vec<Diagnostic>) -> Option<Code> {
        let code = Code::from_text(&name.text);
        if code.is_none() {
            let help = "the code is printed with every error, such as `E0403`";
            let message = format!("there is no error with the code `{}`", name.text);
            problems.push(Diagnostic::new(Code::BadTest, message).at(name.span, "is not known here").help(help));
        }
        code
    }

    fn row_of(&self, name: &Name, problems: &mut Vec<Diagnostic>) -> Option<RowOf> {
        if name.text == "Credit" && self.plan.program.model.credit.is_some() {
            return Some(RowOf::Credit);
        }
        given::record(&self.plan.program, name, problems).map(RowOf::Record)
    }

    /// What is asked for, with as much of its key as is written.
    fn question<'t>(&self, cell: &'t ExpectCell, problems: &mut Vec<Diagnostic>) -> Option<Question<'t>> {
        let (name, column) = self.column(&cell.path, problems)?;
        let (column, keys) = self.that_holds(column, cell, problems)?;
        let parts = parts(&self.plan.program, column, cell.aggregate.is_some());
        let keys = self.keys(&name, &keys, &parts, problems)?;
        let ty = self.answer(&name, column, cell, problems)?;
        let question = Question { name, column, op: cell.aggregate, ty, parts, keys };
        self.keys_fit(&question, problems).then_some(question)
    }

    /// The keys, each of the part that is named for it.
    fn keys<'t>(
        &self,
        name: &str,
        written: &[&'t ExpectKey],
        parts: &[Part],
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Vec<Key<'t>>> {
        let mut keys = Vec::new();
        for written in written {
            let part = written.of.as_ref().map(|of| (of, parts.iter().position(|part| part.is_called(&of.text))));
            if let Some((of, None)) = part {
                let names: Vec<&str> = parts.iter().map(Part::name).collect();
                problems.push(error::unknown(&format!("part of the key of `{name}`"), of, &names));
                return None;
            }
            keys.push(Key { literal: &written.key, part: part.and_then(|(_, part)| part) });
        }
        Some(keys)
    }

    fn table<'t>(
        &self,
        name: &'t Name,
        rows: &'t [Vec<(Name, Literal)>],
        span: Span,
        checks: &mut Vec<Check<'t>>,
        problems: &mut Vec<Diagnostic>,
    ) {
        let path = Path { head: name.clone(), rest: Vec::new() };
        let Some((text, column)) = self.column(&path, problems) else { return };
        if !self.never_changes(&path, problems) {
            return;
        }
        let parts = parts(&self.plan.program, column, false);
        let mut told: Vec<Span> = Vec::new();
        if !rows.iter().flatten().any(|(head, _)| head.text == name.text) {
            problems.push(error::no_value_column(name));
            return;
        }
        for row in rows {
            let mut keys = Vec::new();
            for (head, literal) in row.iter().filter(|(head, _)| head.text != name.text) {
                let part = parts.iter().position(|part| part.is_called(&head.text));
                if part.is_none() && !told.contains(&head.span) {
                    told.push(head.span);
                    let names: Vec<&str> = parts.iter().map(Part::name).collect();
                    problems.push(error::unknown(&format!("part of the key of `{text}`"), head, &names));
                }
                keys.extend(part.map(|part| Key { literal, part: Some(part) }));
            }
            let ty = self.plan.program.model.columns.at(column).ty;
            let question = Question { name: text.clone(), column, op: None, ty, parts: parts.clone(), keys };
            if !self.keys_fit(&question, problems) {
                continue;
            }
            let literals = row.iter().map(|(_, literal)| literal.span);
            let span = literals.reduce(Span::to).unwrap_or(span);
            // An empty cell is a missing value, as it is in rows given.
            let kind = match row.iter().find(|(head, _)| head.text == name.text) {
                Some((_, literal)) => {
                    let Some(value) = self.value(&question, literal, problems) else { continue };
                    CheckKind::Value(question, value)
                }
                None => CheckKind::None(question),
            };
            checks.push(Check { span, kind });
        }
    }

    /// The column that a path names: a definition, a column of the credits or of a record.
    fn column(&self, path: &Path, problems: &mut Vec<Diagnostic>) -> Option<(String, ColumnId)> {
        match path.rest.as_slice() {
            [] => self.definition(&path.head, problems).map(|column| (path.head.text.clone(), column)),
            [name] => {
                let column = self.record_column(&path.head, name, problems)?;
                Some((format!("{}.{}", path.head.text, name.text), column))
            }
            [_, second, ..] => {
                problems.push(error::no_values(second, "a step of a longer path"));
                None
            }
        }
    }

    fn definition(&self, name: &Name, problems: &mut Vec<Diagnostic>) -> Option<ColumnId> {
        let program = &self.plan.program;
        let columns = program.model.columns.pairs();
        let definitions: Vec<(ColumnId, &str)> = columns
            .filter(|(_, column)| matches!(column.origin, Origin::Definition(_)))
            .map(|(id, _)| (id, program.names.columns.at(id).name.as_str()))
            .collect();
        let found = definitions.iter().find(|(_, defined)| *defined == name.text);
        if found.is_none() {
            problems.push(match self.plan.resolved.symbol(&name.text) {
                Some(symbol) => error::no_values(name, symbol.kind()),
                None => {
                    // A way, such as a record's `to contract.seller`, is no name.
                    let names: Vec<&str> =
                        definitions.iter().map(|(_, name)| *name).filter(|name| !name.contains('.')).collect();
                    error::unknown("definition", name, &names)
                }
            });
        }
        found.map(|(id, _)| *id)
    }

    fn record_column(&self, record: &Name, name: &Name, problems: &mut Vec<Diagnostic>) -> Option<ColumnId> {
        let program = &self.plan.program;
        let columns = match (record.text.as_str(), &program.model.credit) {
            ("Credit", Some(credit)) => {
                let own = [credit.amount, credit.person, credit.date, credit.rule];
                own.into_iter().chain(credit.columns.iter().copied()).collect()
            }
            _ => given::columns(program, given::record(program, record, problems)?),
        };
        let name_of = |column: &ColumnId| program.names.columns.at(*column).name.as_str();
        let found = columns.iter().find(|column| name_of(column) == name.text).copied();
        if found.is_none() {
            let names: Vec<&str> = columns.iter().map(name_of).collect();
            problems.push(error::unknown(&format!("column of `{}`", record.text), name, &names));
        }
        found
    }

    /// The type of what an aggregate gives, or of the value itself.
    fn answer(&self, name: &str, column: ColumnId, cell: &ExpectCell, problems: &mut Vec<Diagnostic>) -> Option<Type> {
        let ty = self.plan.program.model.columns.at(column).ty;
        let why = match (cell.aggregate, ty) {
            (Some(AggregateOp::Count), _) => return Some(Type::Number(Dimension::default(), Shown::Integer)),
            (None, _)
            | (Some(AggregateOp::Sum | AggregateOp::Average), Type::Number(..))
            | (Some(AggregateOp::Any | AggregateOp::All), Type::YesNo) => return Some(ty),
            (Some(AggregateOp::Largest | AggregateOp::Smallest), _) => match ty {
                Type::Number(..) | Type::Date | Type::Text | Type::Period(_) => return Some(ty),
                _ => "none of them is the largest or the smallest",
            },
            (Some(AggregateOp::First | AggregateOp::Last), _) => {
                "a test has no order in which one of them is the first"
            }
            (Some(AggregateOp::Sum | AggregateOp::Average), _) => "only numbers add up",
            (Some(AggregateOp::Any | AggregateOp::All), _) => "only yes and no are asked for so",
        };
        problems.push(error::no_aggregate(cell.path.span(), name, why));
        None
    }

    fn value(&self, question: &Question<'_>, literal: &Literal, problems: &mut Vec<Diagnostic>) -> Option<Plain> {
        let value = literal::plain(&self.plan.program, question.ty, literal);
        if let Err(wanted) = &value {
            let to = format!("`{}`", question.name);
            problems.push(error::does_not_fit(self.sources, literal, &to, wanted));
        }
        value.ok()
    }

    /// Whether the values can be known by these keys.
    fn keys_fit(&self, question: &Question<'_>, problems: &mut Vec<Diagnostic>) -> bool {
        let time = question.parts.iter().find_map(|part| match part.kind {
            PartKind::Time(time) => Some(time),
            PartKind::Word(_) => None,
        });
        let words = question.parts.iter().filter(|part| matches!(part.kind, PartKind::Word(_))).count();
        let (mut words_left, mut times_left) = (words, usize::from(time.is_some()));
        let before = problems.len();
        for key in &question.keys {
            let named = key.part.and_then(|part| question.parts.get(part));
            let is_time = match (named, &key.literal.kind) {
                (Some(part), _) => matches!(part.kind, PartKind::Time(_)),
                (None, LiteralKind::Period(_)) => true,
                (None, kind) => matches!(kind, LiteralKind::Date(_)) && time.is_some(),
            };
            let left = if is_time { &mut times_left } else { &mut words_left };
            let room = *left > 0;
            *left = left.saturating_sub(1);
            let fits = match (is_time, time) {
                (true, Some(time)) => self.time_fits(time, key.literal),
                (true, None) => false,
                (false, _) => literal::key_text(&key.literal.kind).is_some(),
            };
            if !room || !fits {
                let known_by = known_by(question);
                problems.push(error::no_such_key(self.sources, key.literal, &question.name, &known_by));
            }
        }
        problems.len() == before
    }

    /// Whether a literal can be the period of a value, or one that it lies in.
    fn time_fits(&self, time: Time, literal: &Literal) -> bool {
        let unit = match time {
            Time::Key(_, unit) | Time::Column(_, unit) => Some(unit),
            Time::Date(_) | Time::FlowDate => None,
        };
        match &literal.kind {
            LiteralKind::Period(text) => literal::period(&self.plan.program, text)
                .is_some_and(|(asked, _)| unit.is_none_or(|own| self.plan.program.model.lies_in(own, asked))),
            LiteralKind::Date(_) => unit.is_none_or(|own| matches!(own, Unit::Day | Unit::Custom(_))),
            _ => false,
        }
    }
}

/// What the values of a column are known by, in words.
fn known_by(question: &Question<'_>) -> String {
    let names: Vec<String> = question.parts.iter().map(|part| format!("`{}`", part.name())).collect();
    match names.as_slice() {
        [] => "one value for the whole plan, without a key".to_owned(),
        names => format!("one value for each {}", names.join(", ")),
    }
}
