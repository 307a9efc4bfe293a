//! Calls of tables of rates.

use super::checker::{Checked, Checker, Ty};
use super::error;
use super::expr::{Op, Rank, Ties};
use super::infer::{INTEGER, NUMBER, combine, meet, shown_as};
use super::model::{RatesKind, Type};
use super::scope::Scope;
use super::table::Table;
use crate::source::Span;
use crate::syntax::tree::{self, ExprKind, Name};

impl Checker<'_> {
    /// `table(x, y)`
    pub fn rate(&mut self, scope: &Scope, position: usize, name: &Name, args: &[tree::Expr], span: Span) -> Checked {
        self.mark_used(&name.text);
        let Some(tree) = self.resolved.rates.get(position).map(|declared| declared.tree) else {
            return self.failed(span);
        };
        if args.len() != tree.inputs.len() {
            let inputs: Vec<&str> = tree.inputs.iter().map(|input| input.text.as_str()).collect();
            let call = format!("{}({})", name.text, inputs.join(", "));
            let why = match inputs.len() {
                1 => format!("`{}` has one input", name.text),
                count => format!("`{}` has {count} inputs", name.text),
            };
            return self.fail(error::table_shape(span, why, &format!("write `{call}`")), span);
        }
        let pooled = match args {
            [arg] => self.pooled_place(scope, arg),
            _ => None,
        };
        let inputs = match &pooled {
            Some(None) => return self.failed(span),
            Some(Some((_, place))) => vec![place.clone()],
            None => self.table_inputs(scope, position, args),
        };
        let wanted: Vec<Option<(Ty, Span)>> =
            inputs.iter().zip(args).map(|(input, arg)| Some((input.ty, arg.span))).collect();
        if inputs.iter().any(|input| input.ty == Ty::Unknown) {
            return self.failed(span);
        }
        let Some(table) = self.table(position, &wanted) else {
            return self.failed(span);
        };
        for (number, (input, arg)) in inputs.iter().zip(args).enumerate() {
            if !self.fits(&table, number, input.ty, arg.span) {
                return self.failed(span);
            }
        }
        let along = inputs.get(table.along).map_or(Ty::Unknown, |input| input.ty);
        let ty = match tree.kind {
            RatesKind::Step | RatesKind::Linear => match table.value {
                Ty::Bare { .. } => Ty::Is(NUMBER),
                ty => ty,
            },
            RatesKind::Marginal | RatesKind::Retroactive => match amount_type(along, table.value) {
                Some(ty) => ty,
                None => {
                    let place = args.get(table.along).map_or(span, |arg| arg.span);
                    let (a, b) = (self.type_words(along), self.type_words(table.value));
                    let problem = error::bad_unit("*", (place, &a), (tree.name.span, &b));
                    return self.fail(problem, span);
                }
            },
        };
        let operands: Vec<&Checked> = inputs.iter().collect();
        let op = match pooled {
            Some(Some((rank, _))) => {
                if !matches!(tree.kind, RatesKind::Step | RatesKind::Linear) || ty.number().is_none() {
                    let why = "what places together take is an average of numbers that are looked up one by one";
                    let help = "write a table by `step` with a row for each place: `from 1 …`, `from 2 …`";
                    return self.fail(error::table_shape(tree.kind_span, why, help), span);
                }
                Op::Pooled(table.id, Box::new(rank))
            }
            _ => Op::Rate(table.id, inputs.iter().map(|input| input.expr.clone()).collect()),
        };
        let mut result = self.derive(op, span, ty, &operands);
        result.places = self.default_places(ty.or_number());
        result.fixed = ty.number().is_none();
        result.exact = result.exact && ty.number().is_some();
        result
    }

    /// A pooled rank as the input of a table: the rank, and what stands for each of its places; `Some(None)`
    /// with a problem of its own.
    fn pooled_place(&mut self, scope: &Scope, arg: &tree::Expr) -> Option<Option<(Rank, Checked)>> {
        let ExprKind::Rank(rank) = &arg.kind else { return None };
        rank.ties.as_ref().filter(|(ties, _)| *ties == Ties::Pooled)?;
        let found = self.rank_of(scope, rank, arg.span);
        Some(found.map(|(rank, missing)| {
            let mut place = self.known(Op::Rank(Box::new(rank.clone())), arg.span, INTEGER);
            place.missing = missing;
            (rank, place)
        }))
    }

    /// The inputs of a call. A bare word may be a value of the choice by which the table is read.
    fn table_inputs(&mut self, scope: &Scope, position: usize, args: &[tree::Expr]) -> Vec<Checked> {
        let words = args.iter().any(|arg| self.is_unknown_word(scope, arg));
        let known = if words { self.table(position, &vec![None; args.len()]) } else { None };
        let wanted = |number: usize| known.as_ref().and_then(|table| table.inputs.get(number)).map(|(ty, _)| *ty);
        args.iter()
            .enumerate()
            .map(|(number, arg)| self.infer_like(scope, arg, wanted(number).unwrap_or(Ty::Unknown)))
            .collect()
    }

    /// Whether an input is what the table is read by; reports where it is not.
    fn fits(&mut self, table: &Table, number: usize, ty: Ty, span: Span) -> bool {
        let Some((wanted, place)) = table.inputs.get(number) else { return false };
        if meet(*wanted, ty).is_some() {
            return true;
        }
        let (bound, found) = (self.type_words(*wanted), self.type_words(ty));
        self.report(error::do_not_go("table", (*place, &bound), (span, &found)));
        false
    }
}

/// The type of an input times a rate, if their units have a product.
fn amount_type(input: Ty, rate: Ty) -> Option<Ty> {
    let ((input, _), (rate, _)) = (input.number()?, rate.number()?);
    let dimension = combine(input, rate)?;
    Some(Ty::Is(Type::Number(dimension, shown_as(dimension))))
}
