//! `allocate X by W`: an amount of a coarser grain shared out over a definition's rows.

use super::checker::{Checked, Checker, Ty};
use super::error;
use super::expr::{Allocate, Expr, Op};
use super::model::{Dimension, Part, Type};
use super::scope::Scope;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::ColumnId;
use crate::source::Span;
use crate::syntax::tree::{self, Define};

impl Checker<'_> {
    /// A definition whose body is `allocate …`; `receiving` are the conditions of its rows.
    pub fn allocate(
        &mut self,
        scope: &Scope,
        tree: &Define,
        shared: &tree::Allocate,
        receiving: &[Expr],
        declared: Option<u8>,
    ) -> Checked {
        let span = tree.body.span;
        let amount = self.infer(scope, &shared.amount);
        let Some((column, group)) = self.shared_amount(&amount, shared.amount.span) else {
            return self.failed(span);
        };
        let (ty, own) = (self.model.columns.at(column).ty, self.model.columns.at(column).places);
        let Some(places) = self.part_places(tree, own, declared, shared.amount.span) else {
            return self.failed(span);
        };
        let weight = shared.weight.as_ref().map(|weight| self.weight(scope, weight));
        let op = Op::Allocate(Box::new(Allocate {
            amount: column,
            group,
            conditions: receiving.to_vec(),
            weight,
            rest: shared.rest,
            places,
            rounding: tree.rounded.map_or(self.model.plan.rounding, |(mode, _)| mode),
        }));
        let expr = self.expr(op, span, ty);
        Checked { expr, ty: Ty::Is(ty), places: Some(places), fixed: true, exact: false, missing: amount.missing }
    }

    /// `allocate …` within an expression.
    pub fn allocate_inside(&mut self, span: Span) -> Checked {
        let problem = Diagnostic::new(Code::OutOfPlace, "`allocate` is the whole of a definition")
            .at(span, "part of an expression")
            .help("give the parts a name of their own, `let part for each … = allocate …`, and go on with that name");
        self.fail(problem, span)
    }

    /// The column that is shared out, and what leads from a receiving row to its row.
    fn shared_amount(&mut self, amount: &Checked, span: Span) -> Option<(ColumnId, Vec<Expr>)> {
        if amount.ty == Ty::Unknown {
            return None;
        }
        let help = "name an amount that has one value for many of these rows, such as a `let` of a coarser grain";
        let why = match &amount.expr.op {
            Op::ReadAt(column, key) if matches!(self.model.columns.at(*column).ty, Type::Number(..)) => {
                return Some((*column, key.clone()));
            }
            Op::ReadAt(..) => "what is shared out is a number",
            Op::Read(_) => "this has a value for each row here already, and there is nothing to share out",
            _ => "what is shared out has a name",
        };
        self.report(Diagnostic::new(Code::WrongType, why).at(span, "").help(help));
        None
    }

    /// The places of the parts: those of the amount, unless more are declared.
    fn part_places(&mut self, tree: &Define, own: Option<u8>, declared: Option<u8>, span: Span) -> Option<u8> {
        let Some(own) = own else {
            let help = "share out an amount that is rounded: leave `exact` out of its definition";
            self.report(error::exact_use(span, "parts with fixed places cannot add up to an exact value", help));
            return None;
        };
        if let Some(place) = tree.exact {
            self.report(error::exact_use(place, "what is shared out comes in rounded parts", "leave `exact` out"));
            return None;
        }
        let places = declared.unwrap_or(own);
        if places < own {
            let place = tree.ty.as_ref().map_or(tree.name.span, |ty| ty.span);
            let why = "the parts cannot add up to an amount with more decimals than they have";
            let problem = Diagnostic::new(Code::WrongType, why).at(place, format!("decimals: {places}"));
            self.report(
                problem.at(span, format!("decimals: {own}")).help("round the amount first, in a `let` of its own"),
            );
            return None;
        }
        Some(places)
    }

    fn weight(&mut self, scope: &Scope, weight: &tree::Expr) -> Expr {
        let checked = self.number(scope, weight);
        if let Some(missing) = &checked.missing {
            self.report_missing(missing, None);
        }
        if let Ty::Is(Type::Number(Dimension { above: Some(Part::RowCurrency(_)), .. }, _)) = checked.ty {
            self.report_row_currency(weight.span, checked.ty);
        }
        checked.expr
    }
}
