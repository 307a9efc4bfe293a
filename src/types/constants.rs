//! Numbers and days that a plan names, where the rows themselves are laid out: `from issued + waiting for term months`.
//!
//! What is computed is not there yet when the rows of a schedule are made. A `let` of the plan as a whole that says a whole
//! number, a length of time or a day is no computation, nor is the sum of two: it stands for what it says.

use super::checker::Checker;
use crate::ids::FrameId;
use crate::resolve::Symbol;
use crate::syntax::tree::{BinaryOp, Define, Expr, ExprKind, LiteralKind, Path, Word};

/// Names that stand for names are followed so far.
const DEEPEST: usize = 16;

impl Checker<'_> {
    /// An expression on a frame with its names of constants replaced by what they say; the path that names something
    /// computed, where there is one.
    pub fn with_constants(&mut self, frame: FrameId, expr: &Expr) -> Result<Expr, Path> {
        let paths = super::aggregate::paths(expr);
        let named = |path: &&Path| matches!(self.resolved.symbol(&path.head.text), Some(Symbol::Definition(_)));
        let Some(first) = paths.into_iter().find(named) else { return Ok(expr.clone()) };
        let kind = match &expr.kind {
            ExprKind::Path(path) => {
                // A column of this name may be meant, too.
                let own =
                    self.own_columns(frame).into_iter().any(|id| self.names.columns.at(id).name == path.head.text);
                let constant = self.constant_named(path, 0).filter(|_| !own).ok_or_else(|| path.clone())?;
                self.mark_used(&path.head.text);
                constant
            }
            ExprKind::Binary(op, left, right) => {
                let (left, right) = (self.with_constants(frame, left)?, self.with_constants(frame, right)?);
                ExprKind::Binary(*op, Box::new(left), Box::new(right))
            }
            ExprKind::Negate(operand) => ExprKind::Negate(Box::new(self.with_constants(frame, operand)?)),
            _ => return Err(first.clone()),
        };
        Ok(Expr { kind, span: expr.span })
    }

    /// What a `let` of the plan as a whole says.
    fn constant_named(&self, path: &Path, depth: usize) -> Option<ExprKind> {
        let Some(Symbol::Definition(position)) = self.resolved.symbol(&path.head.text) else { return None };
        let tree = self.resolved.definitions.get(position)?.tree;
        let changes = self.resolved.later_definitions.contains_key(tree.name.text.as_str());
        let plain = path.rest.is_empty() && is_plain(tree) && !changes && depth < DEEPEST;
        if plain { self.said(&tree.body, depth) } else { None }
    }

    /// What a formula says that is a constant, or a sum or difference of constants.
    fn said(&self, body: &Expr, depth: usize) -> Option<ExprKind> {
        let one = |operand: &Expr| self.said(operand, depth).map(|kind| Box::new(Expr { kind, span: operand.span }));
        match &body.kind {
            ExprKind::Literal(literal) => is_whole(literal).then(|| body.kind.clone()),
            ExprKind::Path(path) => self.constant_named(path, depth.saturating_add(1)),
            ExprKind::Negate(operand) => Some(ExprKind::Negate(one(operand)?)),
            ExprKind::Binary(op @ (BinaryOp::Plus | BinaryOp::Minus), left, right) => {
                Some(ExprKind::Binary(*op, one(left)?, one(right)?))
            }
            _ => None,
        }
    }
}

/// A `let` of the plan as a whole that is what its formula says, and no part of it rounded away.
fn is_plain(tree: &Define) -> bool {
    let rest = tree.since.is_none() && tree.rounded.is_none() && tree.ty.is_none() && tree.starting.is_none();
    tree.word == Word::Let && tree.grain.is_none() && rest
}

/// A day, or a number of which rounding leaves all.
fn is_whole(literal: &LiteralKind) -> bool {
    match literal {
        LiteralKind::Number(number) | LiteralKind::Amount(number, _) => number.to_exact().is_integer(),
        LiteralKind::Date(_) => true,
        _ => false,
    }
}
