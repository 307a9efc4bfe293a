//! What goes through rows in an order: the order itself, running sums, ranks, and which members of an
//! aggregate are taken.

use super::aggregate::way_of;
use super::checker::{Checked, Checker, Ty};
use super::error;
use super::expr::{Expr, Op, Rank, Running, Sorted, Taken, Ties};
use super::grain::{Instead, NoWay};
use super::infer::{INTEGER, conditions};
use super::model::{Dimension, KeyPart, Part, Type};
use super::scope::Scope;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::FrameId;
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::tree::{self, AggregateOp, ExprKind, Name};

/// What needs an order, for what is said where it has none.
pub(super) struct Ordering<'a> {
    /// Under which code.
    pub code: Code,
    /// What equal rows would leave open.
    pub open: &'static str,
    /// What the rows of a group share, where the period alone may order them.
    pub group: &'a [Expr],
    /// Where to point when there is no order at all.
    pub place: Span,
    /// Whether a row that lacks a part of it just stands in no order.
    pub lacking: bool,
}

/// The words that may be missing, and why.
pub(super) type MayMiss = Option<(Span, String)>;

impl Checker<'_> {
    /// An order on the rows of a scope that no two rows of a group share: it ends with `key`, or names the
    /// frame's period where the group gives all else of the key, which is also the order of such rows
    /// where none is written.
    pub fn order(&mut self, scope: &Scope, order: &[tree::Expr], of: &Ordering<'_>) -> Option<Vec<Expr>> {
        let period = self.natural_order(scope.frame, of.group, of.place);
        let keyed = order.split_last().filter(|(last, _)| is_key(last));
        let before = keyed.map_or(order, |(_, before)| before);
        if before.is_empty() && keyed.is_none() {
            if let Some(period) = period {
                return Some(vec![period]);
            }
            let help = "say in which order, and end it with `key`: `by closed, key`";
            self.report(Diagnostic::new(of.code, "there is no order here").at(of.place, of.open).help(help));
            return None;
        }
        let mut exprs = Vec::new();
        for expr in before {
            let by = self.order_part(scope, expr, of);
            exprs.push(by);
        }
        let by_period = period.is_some_and(|period| exprs.contains(&period));
        if keyed.is_none() && !by_period {
            let place =
                order.iter().fold(order.first().map_or(of.place, |first| first.span), |all, one| all.to(one.span));
            let why = format!("rows may be equal in this order, and then {}", of.open);
            let help = format!("end the order with `key`, which no two rows share: `by {}, key`", self.words(place));
            self.report(Diagnostic::new(of.code, why).at(place, "").help(help));
            return None;
        }
        Some(exprs)
    }

    /// Something that rows are put in order by: there on every row, and comparable.
    fn order_part(&mut self, scope: &Scope, expr: &tree::Expr, of: &Ordering<'_>) -> Expr {
        let checked = self.infer(scope, expr);
        if let Some((place, why)) = checked.missing.as_ref().filter(|_| !of.lacking) {
            let why = format!("this may be missing: {why}");
            self.report(Diagnostic::new(of.code, why).at(*place, "").help("order by what every row has"));
        }
        self.comparable(&checked, expr.span);
        checked.expr
    }

    /// Reports what rows of a frame cannot be compared by.
    fn comparable(&mut self, checked: &Checked, span: Span) {
        match checked.ty {
            Ty::Is(Type::Number(Dimension { above: Some(Part::RowCurrency(_)), .. }, _)) => {
                self.report_row_currency(span, checked.ty);
            }
            Ty::Is(Type::Number(..) | Type::Date | Type::Period(_) | Type::Text) | Ty::Unknown => {}
            found => {
                let found = self.type_words(found);
                self.report(error::wrong_type(span, &found, "a number, a date, a period or a text"));
            }
        }
    }

    /// The period of a frame's rows, where a group gives all other parts of their key.
    fn natural_order(&mut self, frame: FrameId, group: &[Expr], span: Span) -> Option<Expr> {
        let (own, unit) = self.period_of(frame)?;
        let parts = self.model.frames.at(frame).parts.len();
        let given = |part: usize| group.iter().any(|expr| expr.op == Op::Key(part));
        let all = (0..parts).all(|part| part == own || given(part));
        all.then(|| self.expr(Op::Key(own), span, Type::Period(unit)))
    }

    /// The members that `first`, `last` or `top N` take. `Err`: a problem was reported.
    pub fn taken(&mut self, inside: &Scope, tree: &tree::Aggregate, group: &[Expr]) -> Result<Option<Taken>, ()> {
        let picks = matches!(tree.op, AggregateOp::First | AggregateOp::Last);
        let (by, top) = (tree.by.as_slice(), tree.top.as_ref());
        let misplaced = match (picks, by.first(), top) {
            (true, _, Some(top)) => Some((top.span, "`first` and `last` take one row already", "leave `top` out")),
            (false, Some(first), _) if way_of(tree).is_none() => Some((
                first.span,
                "this needs no order: it takes all rows alike",
                "leave `by` out, or take only some of the rows: `top 3 by amount, key`",
            )),
            _ => None,
        };
        if let Some((place, why, help)) = misplaced {
            self.report(Diagnostic::new(Code::OpenOrder, why).at(place, "").help(help));
            return Err(());
        }
        let (by, open, place) = match (picks, top) {
            (true, _) => (by, "it would not be clear which of them is taken", tree.op_span),
            (false, Some(top)) => (top.by.as_slice(), "it would not be clear which of them count", top.span),
            (false, None) => return Ok(None),
        };
        let ordering = Ordering { code: Code::OpenOrder, open, group, place, lacking: false };
        let by = self.order(inside, by, &ordering).ok_or(())?;
        let largest_first = top.is_some_and(|top| !top.lowest);
        let first = match tree.op {
            AggregateOp::Last => None,
            _ => Some(top.map_or(1, |top| top.count)),
        };
        Ok(Some(Taken { order: Sorted { by, largest_first }, first }))
    }

    /// `running sum of x within g by a, key`
    pub fn running(&mut self, scope: &Scope, tree: &tree::Running, span: Span) -> Checked {
        let Some((group, missing)) = self.within(scope, &tree.within) else {
            return self.failed(span);
        };
        // The order is that of all rows, also of those that are not added.
        let rows = self.rows_of(scope, &group);
        let mut inside = rows.clone();
        let mut counted = self.own_membership(&mut inside, &tree.value, span);
        counted.extend(conditions(self, &mut inside, tree.condition.as_ref()));
        let ordering = Ordering {
            code: Code::OpenOrder,
            open: "it would not be clear which of them is added first",
            group: &group,
            place: tree.within.span,
            lacking: true,
        };
        let lacking = tree.by.iter().filter(|by| !is_key(by)).find_map(|by| self.infer(scope, by).missing);
        let Some(by) = self.order(&rows, &tree.by, &ordering) else {
            return self.failed(span);
        };
        let value = self.operand(&inside, tree.op, &tree.value);
        let (ty, places) = match &value {
            None => (Ty::Is(INTEGER), Some(0)),
            Some(value) => {
                let ty = self.addable(&tree.value, value, scope.frame);
                (ty, value.places.or(self.default_places(ty.or_number())))
            }
        };
        let running = Running {
            op: tree.op,
            value: value.map(|value| value.expr),
            conditions: counted,
            group,
            order: Sorted { by, largest_first: false },
            before: tree.before,
        };
        let expr = self.expr(Op::Running(Box::new(running)), span, ty.or_number());
        let missing = missing.or(lacking);
        Checked { expr, ty, places, fixed: true, exact: false, missing }
    }

    /// `rank of x within g ties …`: a place among the rows of a group.
    pub fn rank(&mut self, scope: &Scope, tree: &tree::Rank, span: Span) -> Checked {
        let Some((rank, missing)) = self.rank_of(scope, tree, span) else {
            return self.failed(span);
        };
        if rank.ties == Ties::Pooled {
            let problem = Diagnostic::new(Code::WrongType, "a pooled rank is no number: it takes several places")
                .at(span, "several places at once")
                .help("give it to a table of prizes at once, `prize(rank of … ties pooled)`: it averages their prizes");
            return self.fail(problem, span);
        }
        let expr = self.expr(Op::Rank(Box::new(rank)), span, INTEGER);
        Checked { expr, ty: Ty::Is(INTEGER), places: Some(0), fixed: true, exact: false, missing }
    }

    /// A rank, and why a row may have none.
    pub fn rank_of(&mut self, scope: &Scope, tree: &tree::Rank, span: Span) -> Option<(Rank, MayMiss)> {
        let Some(within) = &tree.within else {
            let help = "name the grain whose rows are compared, such as `within quarter`, or `within plan` for all";
            self.report(Diagnostic::new(Code::OpenOrder, "a rank among which rows?").at(span, "").help(help));
            return None;
        };
        let Some((ties, by)) = &tree.ties else {
            let help = "say what rows with equal values get:\n\
                 `ties shared`: all of them the best place, and the next places stay empty (1, 1, 3)\n\
                 `ties dense`: all of them the best place, and the next follows at once (1, 1, 2)\n\
                 `ties pooled`: in a table of prizes, the average of the prizes of their places\n\
                 `ties first by closed, key`: places of their own, in that order";
            self.report(
                Diagnostic::new(Code::OpenOrder, "this rank does not say what ties get").at(span, "").help(help),
            );
            return None;
        };
        let (group, missing) = self.within(scope, within)?;
        let mut inside = self.rows_of(scope, &[]);
        let taking_part = conditions(self, &mut inside, tree.condition.as_ref());
        inside.facts.prove_all(&group);
        let value = self.infer(&inside, &tree.value);
        self.comparable(&value, tree.value.span);
        let mut order = vec![value.expr.clone()];
        if *ties == Ties::First {
            let ordering = Ordering {
                code: Code::OpenOrder,
                open: "it would not be clear which of them comes first",
                group: &[],
                place: span,
                lacking: false,
            };
            order.extend(self.order(&inside, by, &ordering)?);
        }
        let takes_part = taking_part.iter().all(|condition| self.is_known(scope, condition));
        let left_out = (!takes_part).then(|| (span, "a row that `where` leaves out has no rank".to_owned()));
        // What this row is known to have counts here; the others' values are their own.
        let own = self.infer(scope, &tree.value).missing;
        let missing = missing.or(own).or(left_out);
        let order = Sorted { by: order, largest_first: !tree.lowest };
        Some((Rank { conditions: taking_part, group, order, ties: *ties }, missing))
    }

    /// The rows of a scope's frame that are in a group: all that is known of them.
    fn rows_of(&self, scope: &Scope, group: &[Expr]) -> Scope {
        let mut inside = Scope::new(scope.frame);
        inside.definition = scope.definition;
        inside.facts.prove_all(group);
        inside
    }

    /// `within Person, quarter`: what the rows of a group share, and why a row may be in none.
    fn within(&mut self, scope: &Scope, within: &tree::Within) -> Option<(Vec<Expr>, MayMiss)> {
        let mut group = Vec::new();
        let mut missing = None;
        for name in &within.parts {
            let part = self.part_named(name)?;
            let expr = match self.lead(scope.frame, part, &Instead::default(), name.span) {
                Ok(expr) => expr,
                Err(why) => {
                    let problem = self.no_way_to_part(name, scope.frame, &why);
                    self.report(problem);
                    return None;
                }
            };
            let optional = expr.op.column().is_some_and(|column| self.model.columns.at(column).optional);
            missing = missing.or(self.may_miss(scope, &expr, optional).map(|why| (name.span, why)));
            group.push(expr);
        }
        Some((group, missing))
    }

    /// The part of a key that a name stands for.
    fn part_named(&mut self, name: &Name) -> Option<KeyPart> {
        if let Some(unit) = self.unit(&name.text) {
            return Some(KeyPart::Period(unit));
        }
        if let Some(Symbol::Record(position)) = self.resolved.symbol(&name.text) {
            return Some(KeyPart::Record(crate::resolve::id(position)));
        }
        let choice = self.names.choices.pairs().find(|(_, named)| named.name == name.text).map(|(id, _)| id);
        if let Some(choice) = choice {
            return Some(KeyPart::Choice(choice));
        }
        let records: Vec<&str> = self.resolved.records.iter().map(|r| r.tree.name.text.as_str()).collect();
        let problem = error::not_a_grain(name, &records);
        self.report(problem);
        None
    }

    fn no_way_to_part(&self, name: &Name, from: FrameId, why: &NoWay) -> Diagnostic {
        let here = self.frame_words(from);
        match why {
            NoWay::Nothing(part) => {
                Diagnostic::new(Code::NotDetermined, format!("{here} leads to no {}", self.part_words(*part)))
                    .at(name.span, "no way there")
                    .help(self.way_to(from, *part))
            }
            NoWay::Several(part, ways) => {
                error::ambiguous_way(&name.text, name.span, &here, &self.part_words(*part), ways)
            }
        }
    }
}

/// Whether an expression is the word `key`.
fn is_key(expr: &tree::Expr) -> bool {
    match &expr.kind {
        ExprKind::Path(path) => path.rest.is_empty() && path.head.text == "key",
        _ => false,
    }
}
