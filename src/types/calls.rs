//! Functions and tables of rates.

use super::checker::{Checked, Checker, Ty, named};
use super::error;
use super::expr::{Op, Rank, Ties};
use super::infer::{INTEGER, NUMBER, meet};
use super::model::{Band, Dimension, Rates, RatesKind, RatesRows, Shown, Type};
use super::scope::Scope;
use crate::cell::Value;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ChoiceId, RatesId};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::tree::{self, ExprKind, Literal, LiteralKind, Name, RowStart};
use crate::value::{Exact, Rounding};

impl Checker<'_> {
    /// `f(x, y)`: a function or a table of rates.
    pub fn call(&mut self, scope: &Scope, name: &Name, args: &[tree::Expr], span: Span) -> Checked {
        match name.text.as_str() {
            "min" | "max" => self.min_max(scope, name, args, span),
            "round" => self.round(scope, name, args, span, None),
            "floor" => self.round(scope, name, args, span, Some(Rounding::Floor)),
            "ceil" => self.round(scope, name, args, span, Some(Rounding::Ceiling)),
            _ => match (self.resolved.symbol(&name.text), args) {
                (Some(Symbol::Rates(position)), [input]) => self.rate(scope, position, name, input, span),
                (Some(Symbol::Rates(_)), _) => {
                    let problem =
                        error::table_shape(span, format!("`{}` has one input", name.text), "write `table(x)`");
                    self.fail(problem, span)
                }
                _ => {
                    let tables = self.resolved.rates.iter().map(|rates| rates.tree.name.text.as_str());
                    let known: Vec<&str> = tables.chain(["min", "max", "round", "floor", "ceil"]).collect();
                    let problem = Diagnostic::new(
                        Code::UnknownName,
                        format!("`{}` is no table of rates and no function", name.text),
                    )
                    .at(name.span, "");
                    let problem = error::with_suggestion(problem, &name.text, known.into_iter());
                    self.fail(problem, span)
                }
            },
        }
    }

    fn min_max(&mut self, scope: &Scope, name: &Name, args: &[tree::Expr], span: Span) -> Checked {
        if args.len() < 2 {
            let problem = error::wrong_type(span, "fewer", &format!("two values or more in `{}`", name.text));
            return self.fail(problem, span);
        }
        let checked: Vec<Checked> = args.iter().map(|arg| self.infer(scope, arg)).collect();
        let mut ty = Ty::Unknown;
        let mut before: Option<(&Checked, Span)> = None;
        for (one, arg) in checked.iter().zip(args) {
            ty = match (meet(ty, one.ty), before) {
                (Some(ty), _) => ty,
                (None, Some(before)) => self.meet(&name.text, before, (one, arg.span)),
                (None, None) => Ty::Unknown,
            };
            before = Some((one, arg.span));
        }
        if let Some(unordered) = args.first().filter(|_| !self.has_order(ty)) {
            let found = self.type_words(ty);
            let problem = error::wrong_type(unordered.span, &found, "a number, a date, a period or a text");
            return self.fail(problem, span);
        }
        let operands: Vec<&Checked> = checked.iter().collect();
        let exprs = checked.iter().map(|one| one.expr.clone()).collect();
        let op = if name.text == "min" { Op::Minimum(exprs) } else { Op::Maximum(exprs) };
        self.derive(op, span, ty, &operands)
    }

    /// `round(x, places)`, `floor(x)`, `ceil(x)`; the last two also take places.
    fn round(
        &mut self,
        scope: &Scope,
        name: &Name,
        args: &[tree::Expr],
        span: Span,
        mode: Option<Rounding>,
    ) -> Checked {
        let (value, places) = match args {
            [value] => (value, Some(0)),
            [value, places] => (value, whole(places)),
            _ => {
                let problem = error::wrong_type(span, "something else", &format!("`{}(value, places)`", name.text));
                return self.fail(problem, span);
            }
        };
        let Some(places) = places else {
            let problem = error::wrong_type(span, "something else", "a number of places from 0 to 18");
            return self.fail(problem, span);
        };
        let checked = self.number(scope, value);
        let mode = mode.unwrap_or(self.model.plan.rounding);
        let op = Op::Round(Box::new(checked.expr.clone()), places, mode);
        let mut result = self.derive(op, span, checked.ty, &[&checked]);
        result.fixed = true;
        result.exact = false;
        result
    }

    fn rate(&mut self, scope: &Scope, position: usize, name: &Name, input: &tree::Expr, span: Span) -> Checked {
        self.mark_used(&name.text);
        let Some(declared) = self.resolved.rates.get(position) else {
            return self.failed(span);
        };
        let tree = declared.tree;
        let pooled = self.pooled_input(scope, input);
        let checked = match &pooled {
            Some(None) => return self.failed(span),
            Some(Some((_, missing))) => {
                let mut place = self.known(Op::Constant(Value::YesNo(false)), input.span, INTEGER);
                place.missing.clone_from(missing);
                place
            }
            None => self.infer(scope, input),
        };
        let (rates, spans, value_ty) = match checked.ty {
            Ty::Unknown => return self.failed(span),
            Ty::Is(Type::Choice(choice)) => match self.choice_table(tree, choice) {
                Some(table) => table,
                None => return self.failed(span),
            },
            ty if ty.number().is_some() => match self.number_table(tree, ty, input.span) {
                Some(table) => table,
                None => return self.failed(span),
            },
            other => {
                let found = self.type_words(other);
                let problem = error::wrong_type(input.span, &found, "a number or a choice");
                return self.fail(problem, span);
            }
        };
        if pooled.is_some() && !matches!(tree.kind, RatesKind::Step | RatesKind::Linear) {
            let help = "write `step`, with a row for each place: `from 1 …`, `from 2 …`";
            let why = "the prizes of places are looked up, one by one";
            let problem = error::table_shape(tree.kind_span, why, help);
            return self.fail(problem, span);
        }
        let id = self.rates_id(rates, tree, declared.doc, spans);
        let ty = match tree.kind {
            RatesKind::Step | RatesKind::Linear => value_ty,
            RatesKind::Marginal | RatesKind::Retroactive => amount_type(checked.ty, value_ty),
        };
        let Some(ty) = ty.number().map(|(dimension, shown)| Ty::Is(Type::Number(dimension, shown))) else {
            return self.failed(span);
        };
        let op = match pooled {
            Some(Some((rank, _))) => Op::Pooled(id, Box::new(rank)),
            _ => Op::Rate(id, Box::new(checked.expr.clone())),
        };
        let mut result = self.derive(op, span, ty, &[&checked]);
        result.places = self.default_places(ty.or_number());
        result.fixed = false;
        result
    }

    /// A pooled rank as the input of a table, with why a row may have none; `Some(None)`: with a problem.
    fn pooled_input(&mut self, scope: &Scope, input: &tree::Expr) -> Option<Option<(Rank, Option<(Span, String)>)>> {
        match &input.kind {
            ExprKind::Rank(rank) if rank.ties.as_ref().is_some_and(|(ties, _)| *ties == Ties::Pooled) => {
                Some(self.rank_of(scope, rank, input.span))
            }
            _ => None,
        }
    }

    /// The table's id; the same table over the same input is one.
    fn rates_id(&mut self, rates: Rates, tree: &tree::Rates, doc: Option<&str>, spans: Vec<Span>) -> RatesId {
        let found = self.names.rates.pairs().find(|(_, (name, _))| name.span == tree.name.span).map(|(id, _)| id);
        found.unwrap_or_else(|| {
            let id = self.model.rates.push(rates);
            self.names.rates.push((named(&tree.name, doc), spans));
            id
        })
    }

    /// A table over a choice: a value for each of its values.
    fn choice_table(&mut self, tree: &tree::Rates, choice: ChoiceId) -> Option<(Rates, Vec<Span>, Ty)> {
        if tree.kind != RatesKind::Step {
            let help = "write `step`: a choice has no slices and no lines between its values";
            self.report(error::table_shape(tree.kind_span, "a table over a choice is looked up", help));
            return None;
        }
        let names = self.model.choices.at(choice).clone();
        let mut values: Vec<Option<(Exact, Span)>> = vec![None; names.len()];
        let mut otherwise: Option<(Exact, Span)> = None;
        let mut ty = Ty::Unknown;
        for row in &tree.rows {
            let (value, row_ty) = self.table_value(&row.value)?;
            ty = self.same_type(tree, ty, row_ty, row.value.span)?;
            match &row.start {
                RowStart::Otherwise(_) => otherwise = Some((value, row.span)),
                RowStart::Value(name) => {
                    let Some(slot) = names.iter().position(|n| *n == name.text).and_then(|at| values.get_mut(at))
                    else {
                        let problem = self.unknown_choice(choice, name);
                        self.report(problem);
                        return None;
                    };
                    if slot.replace((value, row.span)).is_some() {
                        let why = format!("`{}` has two rows", name.text);
                        self.report(error::table_shape(name.span, why, "keep one of them"));
                    }
                }
                RowStart::Below(at) | RowStart::From(at) | RowStart::Above(at) => {
                    let why = "this table is read by a choice, and this row begins at a number";
                    self.report(error::table_shape(at.span, why, "begin the row with one of the choice's values"));
                    return None;
                }
            }
        }
        let filled: Vec<Option<(Exact, Span)>> =
            values.into_iter().map(|value| value.or_else(|| otherwise.clone())).collect();
        let left: Vec<String> =
            names.iter().zip(&filled).filter(|(_, value)| value.is_none()).map(|(n, _)| format!("`{n}`")).collect();
        if !left.is_empty() {
            self.report(
                Diagnostic::new(Code::ChoiceCover, format!("`{}` has no row for {}", tree.name.text, left.join(", ")))
                    .at(tree.name.span, "")
                    .help("add the rows, or one that begins with `otherwise`"),
            );
            return None;
        }
        let (values, spans) = filled.into_iter().flatten().unzip();
        Some((Rates { kind: tree.kind, rows: RatesRows::Choice(choice, values) }, spans, ty))
    }

    /// A table over a number: bands in ascending order.
    fn number_table(&mut self, tree: &tree::Rates, input: Ty, span: Span) -> Option<(Rates, Vec<Span>, Ty)> {
        let mut bands: Vec<(Band, Span)> = Vec::new();
        let mut ty = Ty::Unknown;
        let mut below: Option<(Exact, Span)> = None;
        for row in &tree.rows {
            let (value, row_ty) = self.table_value(&row.value)?;
            ty = self.same_type(tree, ty, row_ty, row.value.span)?;
            let (start, inclusive) = match &row.start {
                RowStart::From(at) => (Some(self.bound(at, input, span)?), true),
                RowStart::Above(at) => (Some(self.bound(at, input, span)?), false),
                RowStart::Below(at) => {
                    below = Some((self.bound(at, input, span)?, at.span));
                    (None, true)
                }
                RowStart::Otherwise(_) => (None, true),
                RowStart::Value(name) => {
                    let problem = error::unknown_name(name, ["from", "above", "below", "otherwise"].into_iter());
                    self.report(problem);
                    return None;
                }
            };
            bands.push((Band { start, inclusive, value }, row.span));
        }
        bands.sort_by(|(a, _), (b, _)| a.start.cmp(&b.start).then(b.inclusive.cmp(&a.inclusive)));
        self.check_bands(tree, &bands, below.as_ref())?;
        let (bands, spans) = bands.into_iter().unzip();
        Some((Rates { kind: tree.kind, rows: RatesRows::Bands(bands) }, spans, ty))
    }

    fn check_bands(&mut self, tree: &tree::Rates, bands: &[(Band, Span)], below: Option<&(Exact, Span)>) -> Option<()> {
        let Some((first, _)) = bands.first() else {
            let help = "write rows such as `from 0% 0.6`";
            self.report(error::table_shape(tree.name.span, format!("`{}` has no rows", tree.name.text), help));
            return None;
        };
        for ((a, _), (b, place)) in bands.iter().zip(bands.iter().skip(1)) {
            if a.start == b.start && (a.inclusive == b.inclusive || a.start.is_none()) {
                self.report(error::table_shape(
                    *place,
                    "two rows of the table begin at the same place",
                    "keep one of them",
                ));
                return None;
            }
        }
        if let Some((end, place)) = below
            && bands.get(1).is_none_or(|(next, _)| next.start.as_ref() != Some(end))
        {
            let why = "`below` must end where the next row begins";
            self.report(error::table_shape(*place, why, "write `below X` and then `from X` with the same X"));
            return None;
        }
        let slices = tree.kind == RatesKind::Marginal;
        if slices && first.start.as_ref().is_some_and(|start| !start.is_zero()) {
            let help = "begin it with `from 0`, whose rate may be 0";
            self.report(error::table_shape(tree.kind_span, "a marginal table begins at 0", help));
            return None;
        }
        if slices && first.start.is_none() && bands.get(1).is_none_or(|(next, _)| !is_zero(next.start.as_ref())) {
            let why = "a marginal table that begins with `below` has its next row at 0";
            self.report(error::table_shape(tree.kind_span, why, "write `below 0` and `from 0`"));
            return None;
        }
        Some(())
    }

    /// Where a row begins, which must be of the input's type.
    fn bound(&mut self, literal: &Literal, input: Ty, span: Span) -> Option<Exact> {
        let (value, ty) = self.table_value(literal)?;
        if meet(ty, input).is_none() {
            let (bound, found) = (self.type_words(ty), self.type_words(input));
            self.report(error::do_not_go("table", (literal.span, &bound), (span, &found)));
            return None;
        }
        Some(value)
    }

    fn table_value(&mut self, literal: &Literal) -> Option<(Exact, Ty)> {
        match self.literal_value(&literal.kind, literal.span) {
            Ok((Value::Number(value), ty)) => Some((value, ty)),
            Ok((_, ty)) => {
                let found = self.type_words(ty);
                self.report(error::wrong_type(literal.span, &found, "a number"));
                None
            }
            Err(problem) => {
                self.report(problem);
                None
            }
        }
    }

    fn same_type(&mut self, tree: &tree::Rates, ty: Ty, row: Ty, span: Span) -> Option<Ty> {
        let met = meet(ty, row);
        if met.is_none() {
            let (a, b) = (self.type_words(ty), self.type_words(row));
            self.report(error::do_not_go("one table", (tree.name.span, &a), (span, &b)));
        }
        met
    }
}

/// The type of an input times a rate.
fn amount_type(input: Ty, rate: Ty) -> Ty {
    let plain = |ty: Ty| ty.number().is_some_and(|(dimension, _)| dimension == Dimension::default());
    match (plain(input), plain(rate)) {
        (true, true) => Ty::Is(NUMBER),
        (true, false) => rate,
        (false, _) => Ty::Is(match input.number() {
            Some((dimension, _)) => Type::Number(dimension, Shown::Money),
            None => NUMBER,
        }),
    }
}

fn is_zero(value: Option<&Exact>) -> bool {
    value.is_some_and(Exact::is_zero)
}

/// A whole number of places written as a literal.
fn whole(expr: &tree::Expr) -> Option<u8> {
    match &expr.kind {
        ExprKind::Literal(LiteralKind::Number(number)) if number.places == 0 => {
            u8::try_from(number.units).ok().filter(|places| *places <= 18)
        }
        _ => None,
    }
}
