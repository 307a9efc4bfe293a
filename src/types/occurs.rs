//! Combinations that occur on the credits of one rule.

use super::checker::Checker;
use super::expr::Expr;
use super::scope::Scope;
use crate::resolve::Symbol;
use crate::syntax::tree::{self, ExprKind, Name};
use crate::value::parse_literal;

impl Checker<'_> {
    /// `for each Person, month in RULE`: of the combinations that occur on credits, those of which the rule has one. Its
    /// words are those of `count of RULE > 0`.
    pub fn occurs_in_rule(&mut self, scope: &mut Scope, grain: &tree::Grain) -> Option<Expr> {
        let within = grain.within.as_ref()?;
        if !matches!(self.resolved.symbol(&within.text), Some(Symbol::Credit(_))) {
            return None;
        }
        let expr = |kind: ExprKind| tree::Expr { kind, span: within.span };
        let path = |name: &Name| expr(ExprKind::Path(tree::Path { head: name.clone(), rest: Vec::new() }));
        let count = tree::Aggregate {
            by: grain.by.iter().map(|by| tree::Expr { kind: ExprKind::Path(by.clone()), span: by.span() }).collect(),
            ..tree::Aggregate::of(tree::AggregateOp::Count, within.span, path(within))
        };
        let zero = parse_literal("0").ok()?;
        let count = expr(ExprKind::Aggregate(Box::new(count)));
        let none = expr(ExprKind::Literal(tree::LiteralKind::Number(zero)));
        let some = expr(ExprKind::Binary(tree::BinaryOp::Greater, Box::new(count), Box::new(none)));
        let condition = self.condition(scope, &some).expr;
        *scope = self.knowing(scope, &condition);
        Some(condition)
    }
}
