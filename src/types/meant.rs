//! What else could be meant where a name is unknown or of another type, and where the other side of a problem stands.

use super::checker::{Checked, Checker, Progress, Ty};
use super::hides::is_alike;
use super::infer::bare_word;
use super::model::Type;
use super::scope::Scope;
use crate::diagnostics::Diagnostic;
use crate::ids::{ChoiceId, ColumnId};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::tree;

impl Checker<'_> {
    /// A value of a type that is wanted, so that an unknown name can be answered by type.
    pub fn infer_wanted(&mut self, scope: &Scope, expr: &tree::Expr, wanted: Ty) -> Checked {
        if let (Some(_), Ty::Is(ty)) = (bare_word(expr), wanted) {
            self.looked_for = Some(ty);
        }
        let checked = self.infer(scope, expr);
        self.looked_for = None;
        checked
    }

    /// Adds the one name in reach that has a type which is wanted, where nothing better is known.
    pub fn or_meant(&self, scope: &Scope, problem: Diagnostic, wanted: Type, not: &str) -> Diagnostic {
        if problem.help.is_some() {
            return problem;
        }
        match self.only_one(scope, wanted, not) {
            Some(name) => {
                let ty = self.type_words(Ty::Is(wanted));
                problem.help(format!("did you mean `{name}`? nothing else in reach is {ty}"))
            }
            None => problem,
        }
    }

    /// The one name in reach with a type: of those on the rows themselves, or else of those that they lead to.
    fn only_one(&self, scope: &Scope, wanted: Type, not: &str) -> Option<String> {
        let fits = |column: &ColumnId| {
            let name = &self.names.columns.at(*column).name;
            is_alike(self.model.columns.at(*column).ty, wanted) && name != not
        };
        let defined = self
            .definitions
            .iter()
            .enumerate()
            .filter(|(position, state)| state.progress == Progress::Done && scope.definition != Some(*position));
        let defined = defined.map(|(_, state)| state.column).filter(|column| self.frame_of(*column) == scope.frame);
        let own = self.own_columns(scope.frame).into_iter().chain(defined).filter(|column| fits(column));
        let mut near: Vec<ColumnId> = own.take(2).collect();
        if near.is_empty() {
            let reached = self.reach(scope.frame).into_iter();
            let columns = reached.flat_map(|reached| self.model.records.at(reached.record).columns.clone());
            near = columns.filter(|column| fits(column)).take(2).collect();
        }
        match near.as_slice() {
            [one] => Some(self.names.columns.at(*one).name.clone()),
            _ => None,
        }
    }

    /// Adds where a column or definition is declared, with what is so there.
    pub fn declared_at(&self, problem: Diagnostic, column: ColumnId, what: &str) -> Diagnostic {
        let named = self.names.columns.at(column);
        // What has no words of its own in the plan stands at those of something else.
        let told = problem.labels.iter().any(|label| label.span == named.span);
        if told || self.words(named.span) != named.name { problem } else { problem.at(named.span, what) }
    }

    /// Adds where the values of a choice are written.
    pub fn values_at(&self, problem: Diagnostic, choice: ChoiceId) -> Diagnostic {
        let named = self.names.choices.at(choice);
        let told = problem.labels.iter().any(|label| label.span == named.span);
        if told || self.words(named.span) != named.name { problem } else { problem.at(named.span, "its values") }
    }

    /// The one thing that a name or the last part of a path can be declared as.
    pub fn declared_as(&self, place: Span) -> Option<ColumnId> {
        let words = self.words(place);
        let last = words.rsplit('.').next()?;
        if let Some(Symbol::Definition(position)) = self.resolved.symbol(last) {
            return self.definitions.get(position).map(|state| state.column);
        }
        match self.columns_called(last).as_slice() {
            [(_, one)] => Some(*one),
            _ => None,
        }
    }
}
