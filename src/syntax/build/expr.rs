//! Expressions. The precedence of their operators is [`PRATT`].

use std::sync::LazyLock;

use pest::iterators::Pair;
use pest::pratt_parser::{Assoc, Op, PrattParser};

use super::{Builder, Built, Parts, Problem};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{Aggregate, AggregateOp, Ago, BinaryOp, Expr, ExprKind, Over, Window, WindowKind};
use crate::syntax::words::Rule;

/// How many levels of an expression may lie in each other.
pub(in crate::syntax) const DEPTH: u32 = 200;

/// A count of periods is at most this: more than lie in any calendar.
const MOST_PERIODS: u32 = 1_000_000;

/// Loosest first; `if` is looser than all of these.
static PRATT: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    let left = |rule| Op::infix(rule, Assoc::Left);
    PrattParser::new()
        .op(left(Rule::or) | left(Rule::foreign_or))
        .op(left(Rule::and) | left(Rule::foreign_and))
        .op(Op::prefix(Rule::not) | Op::prefix(Rule::foreign_not))
        .op(left(Rule::equal)
            | left(Rule::inline_equal)
            | left(Rule::not_equal)
            | left(Rule::less)
            | left(Rule::less_or_equal)
            | left(Rule::greater)
            | left(Rule::greater_or_equal)
            | left(Rule::foreign_equal)
            | left(Rule::foreign_not_equal)
            | left(Rule::foreign_less_or_equal)
            | left(Rule::foreign_greater_or_equal))
        .op(left(Rule::plus) | left(Rule::minus))
        .op(left(Rule::times) | left(Rule::divide))
        .op(left(Rule::of))
        .op(Op::prefix(Rule::negate))
        .op(Op::postfix(Rule::exists)
            | Op::postfix(Rule::convert)
            | Op::postfix(Rule::as_of)
            | Op::postfix(Rule::ago)
            | Op::postfix(Rule::active_on))
});

/// An expression with what its surroundings need to know of it.
pub(super) struct Grown {
    pub(super) expr: Expr,
    /// How many levels lie in it.
    pub(super) height: u32,
    /// In parentheses.
    grouped: bool,
}

impl Builder<'_> {
    /// An expression of any of the kinds that the grammar has.
    pub(super) fn expr(&self, pair: Pair<'_, Rule>) -> Built<Expr> {
        Ok(self.grow(pair, 0)?.expr)
    }

    /// A sequence of operands and operators, `level` levels down.
    pub(super) fn grow(&self, pair: Pair<'_, Rule>, level: u32) -> Built<Grown> {
        let span = self.span(&pair);
        self.sequence(pair.into_inner().collect(), span, level)
    }

    /// The operands and operators of a sequence. A long sum is built from two halves, each of which is a sum again, so
    /// that it is not as deep as it is long; as arithmetic is exact, that changes no value.
    fn sequence(&self, pairs: Vec<Pair<'_, Rule>>, span: Span, level: u32) -> Built<Grown> {
        if let Some(middle) = middle_of_sum(&pairs) {
            let mut left = pairs;
            let mut right = left.split_off(middle).into_iter();
            let op = right.next().ok_or_else(|| too_deep(span))?;
            let left = self.sequence(left, span, level)?;
            return self.joined(left, &op, self.sequence(right.collect(), span, level)?);
        }
        let prefixes = pairs.iter().filter(|pair| is_prefix(pair)).count();
        if level > DEPTH || u32::try_from(prefixes).map_or(true, |count| count > DEPTH) {
            return Err(too_deep(span));
        }
        PRATT
            .map_primary(|pair| self.primary(pair, level.saturating_add(1)))
            .map_prefix(|op, value| self.prefixed(&op, value?))
            .map_postfix(|value, op| self.postfixed(value?, op, level.saturating_add(1)))
            .map_infix(|left, op, right| self.joined(left?, &op, right?))
            .parse(pairs.into_iter())
    }

    fn prefixed(&self, op: &Pair<'_, Rule>, value: Grown) -> Built<Grown> {
        let span = self.span(op).to(value.expr.span);
        let height = value.height;
        let inner = Box::new(value.expr);
        let kind = match op.as_rule() {
            Rule::negate => ExprKind::Negate(inner),
            Rule::foreign_not => {
                self.foreign_sign(op, "not");
                ExprKind::Not(inner)
            }
            _ => ExprKind::Not(inner),
        };
        grown(kind, span, height)
    }

    fn postfixed(&self, value: Grown, op: Pair<'_, Rule>, level: u32) -> Built<Grown> {
        let span = value.expr.span.to(self.span(&op));
        if op.as_rule() == Rule::exists {
            return grown(ExprKind::Exists(Box::new(value.expr)), span, value.height);
        }
        if op.as_rule() == Rule::as_of {
            let day = self.primary(self.first(op)?, level)?;
            let height = value.height.max(day.height);
            return grown(ExprKind::AsOf(Box::new(value.expr), Box::new(day.expr)), span, height);
        }
        if op.as_rule() == Rule::active_on {
            let day = Parts::of(op.clone()).find(|part| part.as_rule() == Rule::head_primary);
            let day = self.primary(self.need(day, &op)?, level)?;
            let height = value.height.max(day.height);
            return grown(ExprKind::ActiveOn(Box::new(value.expr), Box::new(day.expr)), span, height);
        }
        if op.as_rule() == Rule::ago {
            let ago = self.ago(op)?;
            return grown(ExprKind::Ago(Box::new(value.expr), ago), span, value.height);
        }
        let mut parts = Parts::of(op.clone());
        let currency = self.path(self.need(parts.next(), &op)?)?;
        let using = self.name(self.need(parts.next(), &op)?);
        let at = self.primary(self.need(parts.next(), &op)?, level)?;
        let height = value.height.max(at.height);
        let kind = ExprKind::Convert { value: Box::new(value.expr), currency, using, at: Box::new(at.expr) };
        grown(kind, span, height)
    }

    fn joined(&self, left: Grown, op: &Pair<'_, Rule>, right: Grown) -> Built<Grown> {
        let binary = self.binary_op(op)?;
        let chained = |side: &Grown| {
            let kind = &side.expr.kind;
            !side.grouped && matches!(kind, ExprKind::Binary(op, ..) if is_comparison(*op))
        };
        if is_comparison(binary) && (chained(&left) || chained(&right)) {
            let message = "a comparison has two sides only";
            let help = "write `a < b and b < c` for `a < b < c`";
            return Err(Self::problem(Code::Syntax, message, self.span(op), help));
        }
        let span = left.expr.span.to(right.expr.span);
        let height = left.height.max(right.height);
        let kind = ExprKind::Binary(binary, Box::new(left.expr), Box::new(right.expr));
        grown(kind, span, height)
    }

    fn binary_op(&self, op: &Pair<'_, Rule>) -> Built<BinaryOp> {
        let (binary, right) = match op.as_rule() {
            Rule::or => (BinaryOp::Or, None),
            Rule::and => (BinaryOp::And, None),
            Rule::equal | Rule::inline_equal => (BinaryOp::Equal, None),
            Rule::not_equal => (BinaryOp::NotEqual, None),
            Rule::less => (BinaryOp::Less, None),
            Rule::less_or_equal => (BinaryOp::LessOrEqual, None),
            Rule::greater => (BinaryOp::Greater, None),
            Rule::greater_or_equal => (BinaryOp::GreaterOrEqual, None),
            Rule::plus => (BinaryOp::Plus, None),
            Rule::minus => (BinaryOp::Minus, None),
            Rule::times => (BinaryOp::Times, None),
            Rule::divide => (BinaryOp::Over, None),
            Rule::of => (BinaryOp::Of, None),
            Rule::foreign_or => (BinaryOp::Or, Some("or")),
            Rule::foreign_and => (BinaryOp::And, Some("and")),
            Rule::foreign_equal => (BinaryOp::Equal, Some("=")),
            Rule::foreign_not_equal => (BinaryOp::NotEqual, Some("<>")),
            Rule::foreign_less_or_equal => (BinaryOp::LessOrEqual, Some("<=")),
            Rule::foreign_greater_or_equal => (BinaryOp::GreaterOrEqual, Some(">=")),
            _ => return Err(self.unread(op)),
        };
        if let Some(right) = right {
            self.foreign_sign(op, right);
        }
        Ok(binary)
    }

    /// Tells about a sign of another language.
    pub(super) fn foreign_sign(&self, op: &Pair<'_, Rule>, right: &str) {
        let message = format!("`{}` is written `{right}`", op.as_str());
        self.habit(self.span(op), message, format!("write `{right}`"));
    }

    /// An operand.
    pub(super) fn primary(&self, pair: Pair<'_, Rule>, level: u32) -> Built<Grown> {
        let pair = match pair.as_rule() {
            Rule::primary | Rule::head_primary => self.first(pair)?,
            _ => pair,
        };
        match pair.as_rule() {
            Rule::if_expr => self.if_expr(pair, level),
            Rule::case_expr => self.case_expr(pair, level),
            Rule::group => self.group(pair, level),
            Rule::reference => self.reference(pair, level),
            Rule::aggregate | Rule::head_aggregate => self.aggregate(pair, level),
            Rule::increase => self.increase(pair, level),
            Rule::months_between => self.months_between(pair, level),
            Rule::running | Rule::rank | Rule::allocate => self.in_order(pair, level),
            _ => self.flat(pair),
        }
    }

    /// An operand without others in it. Apart from those with others, which would take its stack at every
    /// level of nesting.
    fn flat(&self, pair: Pair<'_, Rule>) -> Built<Grown> {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::previous => leaf(ExprKind::Previous(self.name(self.first(pair)?)), span),
            Rule::days_active => leaf(ExprKind::DaysActive(self.name(self.first(pair)?)), span),
            Rule::days_in => leaf(ExprKind::DaysIn(self.name(self.first(pair)?)), span),
            Rule::start_of => leaf(ExprKind::StartOf(self.name(self.first(pair)?)), span),
            Rule::end_of => leaf(ExprKind::EndOf(self.name(self.first(pair)?)), span),
            _ => leaf(ExprKind::Literal(self.constant(pair, false)?), span),
        }
    }

    fn months_between(&self, pair: Pair<'_, Rule>, level: u32) -> Built<Grown> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair.clone());
        let from = self.primary(self.need(parts.next(), &pair)?, level)?;
        let to = self.primary(self.need(parts.next(), &pair)?, level)?;
        let height = from.height.max(to.height);
        grown(ExprKind::MonthsBetween(Box::new(from.expr), Box::new(to.expr)), span, height)
    }

    fn increase(&self, pair: Pair<'_, Rule>, level: u32) -> Built<Grown> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair.clone());
        let name = self.name(self.need(parts.next(), &pair)?);
        let (order, height) = self.order(parts, level)?;
        grown(ExprKind::Increase(name, order), span, height)
    }

    fn if_expr(&self, pair: Pair<'_, Rule>, level: u32) -> Built<Grown> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair.clone());
        let condition = self.need(parts.next(), &pair)?;
        let Some(then_part) = parts.next_of(Rule::then_part) else {
            return self.if_call(condition, span, level);
        };
        let Some(else_part) = parts.next_of(Rule::else_part) else {
            let message = "this `if` has no `else`";
            let help = "say what holds otherwise: `if … then … else 0`";
            return Err(Self::problem(Code::WrongHabit, message, span, help));
        };
        let condition = self.grow(condition, level)?;
        let then_value = self.grow(self.first(then_part)?, level)?;
        let else_value = self.grow(self.first(else_part)?, level)?;
        if_of([condition, then_value, else_value], span)
    }

    /// `if(C, A, B)`, or an `if` whose `then` is missing.
    fn if_call(&self, condition: Pair<'_, Rule>, span: Span, level: u32) -> Built<Grown> {
        let condition_span = self.span(&condition);
        let mut inner = condition.into_inner();
        let group = match (inner.next(), inner.next()) {
            (Some(only), None) if only.as_rule() == Rule::primary => only.into_inner().next(),
            _ => None,
        };
        match group {
            Some(group) if group.as_rule() == Rule::group && Parts::of(group.clone()).count() > 1 => {
                self.foreign_if(Parts::of(group).collect(), span, level)
            }
            _ => {
                let message = "this `if` has no `then`";
                let help = "an `if` is written `if … then … else …`";
                Err(Self::problem(Code::Syntax, message, condition_span, help))
            }
        }
    }

    /// `IF(C, A, B)`
    fn foreign_if(&self, parts: Vec<Pair<'_, Rule>>, span: Span, level: u32) -> Built<Grown> {
        let message = "a choice between two values is written `if … then … else …`";
        let texts: Vec<_> = parts.iter().map(|part| part.as_str().trim()).collect();
        let help = match texts.as_slice() {
            [c, a, b] if texts.iter().all(|text| text.len() < 60) => {
                format!("write `if {c} then {a} else {b}`")
            }
            _ => "write `if`, the condition, `then`, a value, `else`, a value".to_owned(),
        };
        let values: Built<Vec<_>> = parts.into_iter().map(|part| self.grow(part, level)).collect();
        match <[Grown; 3]>::try_from(values?) {
            Ok(values) => {
                self.habit(span, message, help);
                if_of(values, span)
            }
            Err(_) => Err(Self::problem(Code::WrongHabit, message, span, &help)),
        }
    }

    fn group(&self, pair: Pair<'_, Rule>, level: u32) -> Built<Grown> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair.clone());
        let mut inner = self.grow(self.need(parts.next(), &pair)?, level)?;
        if let Some(second) = parts.next() {
            let message = "parentheses hold one value";
            let help = "write the name of a function before them, or delete what follows the comma";
            return Err(Self::problem(Code::Syntax, message, self.span(&second), help));
        }
        inner.expr.span = span;
        inner.grouped = true;
        Ok(inner)
    }

    /// A path or a call.
    fn reference(&self, pair: Pair<'_, Rule>, level: u32) -> Built<Grown> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair.clone());
        let path = self.path(self.need(parts.next(), &pair)?)?;
        let Some(arguments) = parts.next_of(Rule::arguments) else {
            return leaf(ExprKind::Path(path), span);
        };
        if !path.rest.is_empty() {
            let message = "a function has a name without dots";
            return Err(Self::problem(Code::Syntax, message, path.span(), "delete the part before the dot"));
        }
        let name = path.head;
        let lower = name.text.to_lowercase();
        if lower == "if" {
            return self.foreign_if(Parts::of(arguments).collect(), span, level);
        }
        if let "sum" | "count" | "average" | "avg" = lower.as_str() {
            let word = match lower.as_str() {
                "sum" => "sum",
                "count" => "count",
                _ => "average",
            };
            self.habit(
                name.span,
                format!("`{}` is not called like a function", name.text),
                format!("write `{word} of …`, with `where …` behind it to narrow it"),
            );
        }
        let (mut values, mut height) = (Vec::new(), 0);
        for part in Parts::of(arguments) {
            let value = self.grow(part, level)?;
            height = height.max(value.height);
            values.push(value.expr);
        }
        grown(ExprKind::Call(name, values), span, height)
    }

    fn aggregate(&self, pair: Pair<'_, Rule>, level: u32) -> Built<Grown> {
        if level > DEPTH {
            return Err(too_deep(self.span(&pair)));
        }
        let span = self.span(&pair);
        let mut parts = Parts::of(pair.clone());
        let op = self.need(parts.next(), &pair)?;
        let value = self.primary(self.need(parts.next(), &pair)?, level.saturating_add(1))?;
        let mut height = value.height;
        let mut aggregate = Aggregate::of(self.aggregate_op(&op)?, self.span(&op), value.expr);
        for tail in parts {
            height = height.max(self.tail(&mut aggregate, tail, level)?);
        }
        grown(ExprKind::Aggregate(Box::new(aggregate)), span, height)
    }

    /// Takes one of the words behind an aggregate's operand; the height of what lies in it.
    fn tail(&self, aggregate: &mut Aggregate, tail: Pair<'_, Rule>, level: u32) -> Built<u32> {
        let span = self.span(&tail);
        let rule = tail.as_rule();
        let mut height = 0;
        let again = match rule {
            Rule::over_tail => {
                let part = self.first(tail)?;
                match part.as_rule() {
                    Rule::over_last => aggregate.window.replace(self.over_last(part, span)?).map(|_| "over"),
                    Rule::over_days => aggregate.over_days.replace(span).map(|_| "over"),
                    Rule::over_team => aggregate.over.replace((Over::Team, span)).map(|_| "over"),
                    _ => aggregate.over.replace((Over::Reports, span)).map(|_| "over"),
                }
            }
            Rule::to_date => {
                let unit = Parts::of(tail).next().map(|unit| self.name(unit));
                let kind = WindowKind::ToDate(unit);
                aggregate.window.replace(Window { kind, span }).map(|_| "to date")
            }
            Rule::ago => aggregate.ago.replace(self.ago(tail)?).map(|_| "ago"),
            Rule::by_tail => {
                let (by, inner) = self.order(Parts::of(tail), level)?;
                height = inner;
                (!std::mem::replace(&mut aggregate.by, by).is_empty()).then_some("by")
            }
            Rule::top_tail => {
                let (top, inner) = self.top(tail, level)?;
                height = inner;
                aggregate.top.replace(top).map(|_| "top")
            }
            Rule::to_tail => aggregate.to.replace(self.path(self.first(tail)?)?).map(|_| "to"),
            Rule::on_tail => {
                let date = self.first(tail)?;
                let span = self.span(&date);
                let grown = match date.as_rule() {
                    Rule::path => leaf(ExprKind::Path(self.path(date)?), span)?,
                    _ => self.primary(date, level.saturating_add(1))?,
                };
                height = grown.height;
                aggregate.on.replace(grown.expr).map(|_| "on")
            }
            _ => {
                let condition = self.grow(self.first(tail)?, level.saturating_add(1))?;
                height = condition.height;
                aggregate.condition.replace(condition.expr).map(|_| "where")
            }
        };
        match again {
            Some(word) => Err(self.twice(word, span)),
            None => Ok(height),
        }
    }

    /// `the last 3 months`
    fn over_last(&self, pair: Pair<'_, Rule>, span: Span) -> Built<Window> {
        let mut parts = Parts::of(pair.clone());
        let count = self.count(&self.need(parts.next(), &pair)?)?;
        let unit = self.name(self.need(parts.next(), &pair)?);
        Ok(Window { kind: WindowKind::Last(count, unit), span })
    }

    /// A count of periods, from 1.
    pub(super) fn count(&self, pair: &Pair<'_, Rule>) -> Built<u32> {
        let count = pair.as_str().parse().ok().filter(|count| (1..=MOST_PERIODS).contains(count));
        count.ok_or_else(|| {
            let message = format!("`{}` is no number of periods", pair.as_str());
            let help = format!("write a whole number from 1 to {MOST_PERIODS}");
            Self::problem(Code::BadLiteral, message, self.span(pair), &help)
        })
    }

    /// `a year ago`, `3 months ago`
    fn ago(&self, pair: Pair<'_, Rule>) -> Built<Ago> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair.clone());
        let count = self.need(parts.next(), &pair)?;
        let count = match count.as_rule() {
            Rule::one_ago => 1,
            _ => self.count(&count)?,
        };
        let unit = self.name(self.need(parts.next(), &pair)?);
        Ok(Ago { count, unit, span })
    }

    /// Which aggregate the words `sum of` name.
    pub(super) fn aggregate_op(&self, pair: &Pair<'_, Rule>) -> Built<AggregateOp> {
        match self.first(pair.clone())?.as_str() {
            "sum" => Ok(AggregateOp::Sum),
            "count" => Ok(AggregateOp::Count),
            "average" => Ok(AggregateOp::Average),
            "largest" => Ok(AggregateOp::Largest),
            "smallest" => Ok(AggregateOp::Smallest),
            "any" => Ok(AggregateOp::Any),
            "all" => Ok(AggregateOp::All),
            "first" => Ok(AggregateOp::First),
            "last" => Ok(AggregateOp::Last),
            _ => Err(self.unread(pair)),
        }
    }
}

fn is_prefix(pair: &Pair<'_, Rule>) -> bool {
    matches!(pair.as_rule(), Rule::not | Rule::negate | Rule::foreign_not)
}

/// Sums of more terms are cut in two.
const LONG_SUM: usize = 64;

/// The position of the `+` nearest to the middle of a long sum: one whose terms are only added, subtracted, multiplied
/// and divided.
fn middle_of_sum(pairs: &[Pair<'_, Rule>]) -> Option<usize> {
    let looser = |token: &Pair<'_, Rule>| {
        let found = token.as_rule();
        use Rule::*;
        matches!(
            found,
            or | foreign_or
                | and
                | foreign_and
                | not
                | foreign_not
                | equal
                | inline_equal
                | not_equal
                | less
                | less_or_equal
                | greater
                | greater_or_equal
                | foreign_equal
                | foreign_not_equal
                | foreign_less_or_equal
                | foreign_greater_or_equal
        )
    };
    if pairs.len() <= LONG_SUM || pairs.iter().any(looser) {
        return None;
    }
    let middle = pairs.len().checked_div(2)?;
    let pluses = pairs.iter().enumerate().filter(|(_, pair)| pair.as_rule() == Rule::plus).map(|(at, _)| at);
    let plus = pluses.min_by_key(|at| at.abs_diff(middle))?;
    // One at an end would leave the rest as long.
    let rest = plus.min(pairs.len().saturating_sub(plus));
    (rest.saturating_mul(4) > LONG_SUM).then_some(plus)
}

fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::*;
    matches!(op, Equal | NotEqual | Less | LessOrEqual | Greater | GreaterOrEqual)
}

fn if_of(values: [Grown; 3], span: Span) -> Built<Grown> {
    let height = values.iter().map(|value| value.height).max().unwrap_or(0);
    let [condition, then_value, else_value] = values.map(|value| Box::new(value.expr));
    grown(ExprKind::If(condition, then_value, else_value), span, height)
}

/// An expression without others in it.
fn leaf(kind: ExprKind, span: Span) -> Built<Grown> {
    grown(kind, span, 0)
}

/// An expression one level higher than the highest in it; too high ones are refused, so that no
/// later stage meets a tree too deep to walk.
pub(super) fn grown(kind: ExprKind, span: Span, inner: u32) -> Built<Grown> {
    let height = inner.saturating_add(1);
    if height > DEPTH {
        return Err(too_deep(span));
    }
    Ok(Grown { expr: Expr { kind, span }, height, grouped: false })
}

fn too_deep(span: Span) -> Problem {
    let problem = Diagnostic::new(Code::TooDeep, "this is nested too deeply")
        .at(span, "")
        .help("give a part of it a name of its own with `let`; many cases of one value are rows of a table of `rates`");
    Box::new(problem)
}
