//! Names that hide others: what is read is clear, and a reader may take it for something else.

use std::collections::BTreeSet;

use super::checker::{Checked, Checker, Progress, Ty};
use super::error;
use super::expr::{Expr, Op};
use super::grain::Instead;
use super::model::{Origin, Type};
use super::scope::Scope;
use crate::ids::{ChoiceId, ColumnId, FrameId, RecordId};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::tree::{self, ExprKind, Name, Path};

impl Checker<'_> {
    /// Warns of a definition under an aggregate where a column of the same name and type could be meant, whose rows
    /// fall to the reader as well.
    pub fn warn_of_hidden_columns(&mut self, scope: &Scope, members: FrameId, paths: &[&Path]) {
        for path in paths.iter().filter(|path| path.rest.is_empty()) {
            let Some(column) = self.checked_definition(&path.head).filter(|own| self.frame_of(*own) == members) else {
                continue;
            };
            let hidden: Vec<(RecordId, ColumnId)> = self.columns_called(&path.head.text);
            let hidden = hidden.into_iter().find(|(record, other)| {
                let frame = self.model.records.at(*record).frame;
                let alike = is_alike(self.model.columns.at(column).ty, self.model.columns.at(*other).ty);
                let mut leads = |from, to| self.project(from, to, &Instead::default(), path.head.span).is_ok();
                alike && leads(frame, scope.frame) && !leads(scope.frame, frame)
            });
            if let Some((record, other)) = hidden {
                let record = self.names.records.at(record).name.clone();
                let places = [column, other].map(|column| self.names.columns.at(column).span);
                self.warn(error::hidden_column(&path.head, &record, places));
            }
        }
    }

    /// Warns of a word that is a value of a choice and, at this place, also the name of something of this choice.
    pub fn warn_of_hidden_name(&mut self, scope: &Scope, word: &Name, choice: ChoiceId) {
        if !self.is_name(scope, word) {
            return;
        }
        let of_choice = |checker: &Self, column: ColumnId| checker.model.columns.at(column).ty == Type::Choice(choice);
        let defined = self.checked_definition(word).filter(|column| of_choice(self, *column));
        let near = || {
            let reached: Vec<RecordId> = self.reach(scope.frame).into_iter().map(|reached| reached.record).collect();
            let found = self.columns_called(&word.text);
            found.into_iter().find(|(record, column)| reached.contains(record) && of_choice(self, *column))
        };
        let hidden = defined.or_else(|| near().map(|(_, column)| column));
        if let Some(column) = hidden {
            let home = self.model.records.iter().position(|record| record.columns.contains(&column));
            let home = home.map(|at| self.names.records.at(crate::resolve::id(at)).name.clone());
            let values = &self.names.choices.at(choice).name;
            let problem = error::hidden_name(word, values, home.as_deref(), self.names.columns.at(column).span);
            self.warn(problem);
        }
    }

    /// Notes what a call gives to the inputs of a table, beside what they are called.
    pub fn note_inputs(&mut self, scope: &Scope, table: &tree::Rates, args: &[(&tree::Expr, &Checked)]) {
        for (input, (arg, given)) in table.inputs.iter().zip(args) {
            let ExprKind::Path(path) = &arg.kind else { continue };
            let name = path.rest.last().unwrap_or(&path.head);
            if name.text == input.text {
                self.inputs.push((input.span, None));
                continue;
            }
            let Some(meant) = self.checked_definition(input) else { continue };
            let ty = self.model.columns.at(meant).ty;
            let alike = matches!(given.ty, Ty::Is(found) if is_alike(found, ty));
            // A rounded value and its exact twin are one to a reader.
            if alike && self.frame_of(meant) == scope.frame && !self.has_formula(given, meant) {
                let own = self.names.columns.at(meant).span;
                let problem = error::other_input(&table.name, input, (arg.span, &name.text), own);
                self.inputs.push((input.span, Some(problem)));
            }
        }
    }

    /// Warns of tables with an input that is called like a definition which no call gives it.
    pub fn warn_of_other_inputs(&mut self) {
        let inputs = std::mem::take(&mut self.inputs);
        let given: BTreeSet<Span> =
            inputs.iter().filter(|(_, other)| other.is_none()).map(|(input, _)| *input).collect();
        let others = inputs.into_iter().filter(|(input, _)| !given.contains(input)).filter_map(|(_, problem)| problem);
        others.for_each(|problem| self.warn(problem));
    }

    /// Whether a value is of a definition with the formula of another.
    fn has_formula(&self, given: &Checked, meant: ColumnId) -> bool {
        let body = |column: ColumnId| match &self.model.columns.at(column).origin {
            Origin::Definition(definition) => Some(&definition.body),
            _ => None,
        };
        let Expr { op: Op::Read(given), .. } = &given.expr else { return false };
        body(*given).is_some() && body(*given) == body(meant)
    }

    /// The column of a definition that is checked, by its name.
    fn checked_definition(&self, name: &Name) -> Option<ColumnId> {
        let Some(Symbol::Definition(position)) = self.resolved.symbol(&name.text) else { return None };
        let state = self.definitions.get(position)?;
        (state.progress == Progress::Done).then_some(state.column)
    }

    /// The columns of records with a name.
    pub fn columns_called(&self, name: &str) -> Vec<(RecordId, ColumnId)> {
        let columns = self.model.records.pairs();
        let columns = columns.flat_map(|(id, record)| record.columns.iter().map(move |column| (id, *column)));
        columns.filter(|(_, column)| self.names.columns.at(*column).name == name).collect()
    }
}

/// Whether the one could be written for the other without any type telling: numbers of one unit, or values of one
/// type.
pub(super) fn is_alike(a: Type, b: Type) -> bool {
    match (a, b) {
        (Type::Number(a, _), Type::Number(b, _)) => a == b,
        _ => a == b,
    }
}
