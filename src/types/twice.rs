//! What a table has multiplied already: a `marginal` or `retroactive` table over `a / b`, times `a` again.

use super::checker::Checker;
use super::expr::{Arithmetic, Expr, Op};
use super::model::{Model, Origin, RatesKind, RatesRows};
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, ExprId, RatesId};

/// Names are followed through so many definitions.
const DEPTH: usize = 16;

/// Something multiplied: what a name stands for in the end, or an expression.
#[derive(PartialEq)]
enum Factor<'a> {
    Column(ColumnId),
    Written(&'a Expr),
}

/// A table whose input has been multiplied by its rate, and the factor that multiplies it again.
struct Twice {
    table: RatesId,
    rate: ExprId,
    again: ExprId,
}

impl Checker<'_> {
    /// Reports the products in which the numerator of a table's input stands again.
    pub fn multiplied_twice(&mut self) {
        let mut open: Vec<&Expr> = self.model.exprs();
        let mut found: Vec<Twice> = Vec::new();
        while let Some(expr) = open.pop() {
            let factors = factors(expr);
            if factors.len() > 1 {
                found.extend(factors.iter().filter_map(|factor| twice(&self.model, factor, &factors)));
                open.extend(factors.into_iter().flat_map(|factor| factor.op.operands()));
            } else {
                open.extend(expr.op.operands());
            }
        }
        found.sort_by_key(|twice| self.names.exprs.at(twice.rate).span.start);
        for twice in found {
            let (table, again) = (self.names.rates.at(twice.table), self.names.exprs.at(twice.again).span);
            let kind = self.model.rates.at(twice.table).kind.word();
            let again_words = self.short_words(again).to_owned();
            let why = format!("`{}` is `{kind}`: `{again_words}` is in its result already", table.named.name);
            let help = format!(
                "write `step` in `{}` for the rate alone, or multiply by what `{again_words}` is measured against",
                table.named.name
            );
            let rate = self.names.exprs.at(twice.rate).span;
            let problem = Diagnostic::new(Code::TwiceTheSame, why).at(again, "multiplied once more");
            self.report(problem.at(rate, "its input times its rates").help(help));
        }
    }
}

/// The factors of a product; an expression that is none is its only factor.
fn factors(expr: &Expr) -> Vec<&Expr> {
    match &expr.op {
        Op::Arithmetic(Arithmetic::Times | Arithmetic::Of, a, b) => {
            let mut all = factors(a);
            all.extend(factors(b));
            all
        }
        _ => vec![expr],
    }
}

/// Whether one factor is a table over a ratio whose numerator is another factor.
fn twice(model: &Model, factor: &Expr, factors: &[&Expr]) -> Option<Twice> {
    let (id, inputs) = match &factor.op {
        Op::Rate(id, inputs) => (*id, inputs),
        Op::Default(value, _) => match &value.op {
            Op::Rate(id, inputs) => (*id, inputs),
            _ => return None,
        },
        _ => return None,
    };
    let rates = model.rates.at(id);
    if !matches!(rates.kind, RatesKind::Marginal | RatesKind::Retroactive) {
        return None;
    }
    let input = match &rates.rows {
        RatesRows::Written(grid) => inputs.get(grid.along)?,
        RatesRows::Record(_) => inputs.last()?,
    };
    let above: Vec<Factor<'_>> =
        numerator(model, input, DEPTH)?.into_iter().map(|one| root(model, one, DEPTH)).collect();
    let again = factors.iter().find(|other| !is_constant(other) && above.contains(&root(model, other, DEPTH)))?;
    Some(Twice { table: id, rate: factor.id, again: again.id })
}

fn is_constant(expr: &Expr) -> bool {
    matches!(expr.op, Op::Constant(_))
}

/// What stands above the line of a ratio, directly or through names.
fn numerator<'m>(model: &'m Model, expr: &'m Expr, depth: usize) -> Option<Vec<&'m Expr>> {
    let depth = depth.checked_sub(1)?;
    match &expr.op {
        Op::Arithmetic(Arithmetic::Over, above, _) => {
            Some(factors(above).into_iter().filter(|factor| !is_constant(factor)).collect())
        }
        Op::Default(value, _) => numerator(model, value, depth),
        Op::Read(column) | Op::ReadAt(column, _) => numerator(model, body(model, *column)?, depth),
        _ => None,
    }
}

/// What a factor is in the end: names that only hand on another are followed.
fn root<'m>(model: &'m Model, expr: &'m Expr, depth: usize) -> Factor<'m> {
    let column = match &expr.op {
        Op::Read(column) | Op::ReadAt(column, _) => *column,
        Op::Default(value, _) => return root(model, value, depth),
        _ => return Factor::Written(expr),
    };
    let next = body(model, column).filter(|body| matches!(body.op, Op::Read(_) | Op::ReadAt(..)));
    match (next, depth.checked_sub(1)) {
        (Some(next), Some(depth)) => root(model, next, depth),
        _ => Factor::Column(column),
    }
}

fn body(model: &Model, column: ColumnId) -> Option<&Expr> {
    match &model.columns.at(column).origin {
        Origin::Definition(definition) => Some(&definition.body),
        _ => None,
    }
}
