//! Numbers and days that a plan names, where what they say must be known before anything is computed.
//!
//! The rows of a schedule: `from issued + waiting for term months`. What is computed is not there yet when they are made.
//! A `let` of the plan as a whole that says a whole number, a length of time or a day is no computation, nor is the sum
//! of two: it stands for what it says.
//!
//! The rows of a table: `from threshold  5%`. Their bounds go up, and no two rows begin at one place, for every row of the
//! data; so they are what the plan's formulas make of constants alone, rounded as these are named.

use super::checker::{Checker, Progress, Ty};
use super::error;
use super::expr::{Arithmetic, Expr as Typed, Op};
use super::model::{Origin, Shown, Type};
use crate::calendar::print_date;
use crate::cell::Value;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::FrameId;
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::tree::{BinaryOp, Define, Expr, ExprKind, LiteralKind, Name, Path, Word};
use crate::value::{Exact, Fixed, parse_literal};

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

impl Checker<'_> {
    /// Whether a word names a definition.
    pub fn names_definition(&self, word: &str) -> bool {
        matches!(self.resolved.symbol(word), Some(Symbol::Definition(_)))
    }

    /// What a name says in a row of a table; reports what is no constant.
    pub fn constant_in_table(&mut self, name: &Name) -> Option<(Value, Ty)> {
        let Some(Symbol::Definition(position)) = self.resolved.symbol(&name.text) else {
            let definitions = self.resolved.definitions.iter().map(|definition| definition.tree);
            let known: Vec<&str> =
                definitions.filter(|tree| tree.grain.is_none()).map(|tree| tree.name.text.as_str()).collect();
            let help = "a row of a table says a number or a day, or names one: `let threshold = 80%`";
            let problem = error::unknown_name(name, known.into_iter());
            self.report(if problem.help.is_some() { problem } else { problem.help(help) });
            return None;
        };
        self.mark_used(&name.text);
        let tree = self.resolved.definitions.get(position)?.tree;
        if self.definitions.get(position).is_some_and(|state| state.progress == Progress::Busy) {
            let circle = [(tree.name.text.clone(), tree.name.span), ("this table".to_owned(), name.span)];
            self.report(error::cycle(&circle));
            return None;
        }
        let changes = self.resolved.later_definitions.contains_key(name.text.as_str());
        if let Some(grain) = tree.grain.as_ref().map(|grain| grain.span).or(changes.then_some(tree.name.span)) {
            self.report(no_constant(name, grain, changes));
            return None;
        }
        self.check_definition(position);
        if self.definitions.get(position)?.progress != Progress::Done {
            return None;
        }
        let column = self.column_of(position)?;
        let value = self.value_of(&Op::Read(column));
        let Some(value) = value else {
            self.report(no_constant(name, tree.body.span, false));
            return None;
        };
        let ty = self.model.columns.at(column).ty;
        let words = self.constant_words(&value, ty);
        self.names.constants.push((name.span, words));
        Some((value, Ty::Is(ty)))
    }

    /// A constant as a plan writes it.
    fn constant_words(&self, value: &Value, ty: Type) -> String {
        let grouped = |number: &Exact| {
            let text = number.to_string();
            parse_literal(&text).map_or(text, Fixed::grouped)
        };
        match (value, ty) {
            (Value::Number(number), Type::Number(_, Shown::Percent)) => {
                format!("{}%", grouped(&number.times(&Exact::from_integer(100))))
            }
            (Value::Number(number), Type::Number(dimension, _)) => {
                let unit = self.names.dimension_words(dimension, *number == Exact::one());
                format!("{} {unit}", grouped(number)).trim_end().to_owned()
            }
            (Value::Date(date), _) => print_date(*date),
            (Value::Text(text), _) => format!("\"{text}\""),
            (Value::YesNo(yes), _) => if *yes { "yes" } else { "no" }.to_owned(),
            _ => String::new(),
        }
    }

    /// What an expression of the plan as a whole comes to, where it is made of constants.
    fn value_of(&self, op: &Op) -> Option<Value> {
        let value = |operand: &Typed| self.value_of(&operand.op);
        let number = |operand: &Typed| match value(operand)? {
            Value::Number(number) => Some(number),
            _ => None,
        };
        let exact = match op {
            Op::Constant(value) => return Some(value.clone()),
            Op::Read(column) => {
                let column = self.model.columns.at(*column);
                let Origin::Definition(definition) = &column.origin else { return None };
                let value = value(&definition.body).filter(|_| definition.conditions.is_empty())?;
                let (Value::Number(exact), Some(places)) = (&value, column.places) else { return Some(value) };
                exact.rounded(places, definition.rounding)
            }
            Op::Negate(operand) => number(operand)?.negated(),
            Op::Round(operand, places, mode) => number(operand)?.rounded(*places, *mode),
            Op::Minimum(operands) => operands.iter().map(number).collect::<Option<Vec<Exact>>>()?.into_iter().min()?,
            Op::Maximum(operands) => operands.iter().map(number).collect::<Option<Vec<Exact>>>()?.into_iter().max()?,
            Op::Arithmetic(arithmetic, left, right) => {
                let (left, right) = (number(left)?, number(right)?);
                match arithmetic {
                    Arithmetic::Plus => left.plus(&right),
                    Arithmetic::Minus => left.minus(&right),
                    Arithmetic::Times | Arithmetic::Of => left.times(&right),
                    Arithmetic::Over => left.over(&right)?,
                }
            }
            _ => return None,
        };
        Some(Value::Number(exact))
    }
}

/// A row of a table that names what is not the same everywhere.
fn no_constant(name: &Name, place: Span, changes: bool) -> Diagnostic {
    let text = &name.text;
    let (label, help) = match changes {
        true => (
            "changes from a day on",
            format!(
                "date the table instead: a second `rates … from DATE` holds from that day on; or read it by the share `x / {text}`, from `100%`"
            ),
        ),
        false => (
            "not made of constants alone",
            format!(
                "let the table go by the share, `x / {text}`, and begin its row `from 100%`; a table that each row has of its own comes from data: `rates NAME from RECORD by …`"
            ),
        ),
    };
    Diagnostic::new(Code::TableShape, format!("the rows of a table are the same everywhere, and `{text}` is not"))
        .at(name.span, "stands in a row of the table")
        .at(place, label)
        .help(help)
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
