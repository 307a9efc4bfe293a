//! Calls of tables of rates.

use super::checker::{Checked, Checker, Ty};
use super::error;
use super::expr::{Op, Rank, Ties};
use super::grain::{Instead, NoWay};
use super::infer::{INTEGER, NUMBER, meet, shown_as};
use super::model::{KeyPart, RatesKind, Type};
use super::scope::Scope;
use super::table::Table;
use super::units::product;
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::syntax::tree::{self, ExprKind, Name};

impl Checker<'_> {
    /// `table(x, y)`: of several that hold one after another, the one of the row's date.
    pub fn rate(&mut self, scope: &Scope, position: usize, name: &Name, args: &[tree::Expr], span: Span) -> Checked {
        self.mark_used(&name.text);
        let first = self.one_rate(scope, position, args, span);
        let later = self.resolved.later_rates.get(name.text.as_str()).cloned().unwrap_or_default();
        let since = self.resolved.rates.get(position).and_then(|table| table.tree.since);
        if first.ty == Ty::Unknown || !self.holds_from_the_start(name, since) {
            return self.failed(span);
        }
        let mut all = (first, span);
        for position in later {
            let next = self.one_rate(scope, position, args, span);
            let Some(since) = self.resolved.rates.get(position).and_then(|table| table.tree.since) else { continue };
            if next.ty == Ty::Unknown {
                return self.failed(span);
            }
            all = (self.later_or_earlier(scope, name, since, (next, span), all, span), span);
        }
        all.0
    }

    /// A call of one table.
    fn one_rate(&mut self, scope: &Scope, position: usize, args: &[tree::Expr], span: Span) -> Checked {
        let Some(tree) = self.resolved.rates.get(position).map(|declared| declared.tree) else {
            return self.failed(span);
        };
        let keys = match tree.bands.is_some().then(|| self.table(position, &[])) {
            Some(Some(table)) => table.keys,
            Some(None) => return self.failed(span),
            None => Vec::new(),
        };
        let own = tree.inputs.len();
        let unled = keys.iter().filter(|(part, _)| part.is_none()).count();
        if ![own.saturating_add(unled), own.saturating_add(keys.len())].contains(&args.len()) {
            let problem = wrong_inputs(tree, &keys, span);
            return self.fail(problem, span);
        }
        let (given, args) = args.split_at(args.len().saturating_sub(own));
        let pooled = match args {
            [arg] if tree.bands.is_none() => self.pooled_place(scope, arg),
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
        self.note_inputs(scope, tree, &args.iter().zip(&inputs).collect::<Vec<_>>());
        let Some(keys) = self.table_keys(scope, tree, &table, given, span) else {
            return self.failed(span);
        };
        let along = inputs.get(table.along).map_or(Ty::Unknown, |input| input.ty);
        let Some(ty) = rate_type(tree.kind, along, table.value) else {
            let place = args.get(table.along).map_or(span, |arg| arg.span);
            let (a, b) = (self.type_words(along), self.type_words(table.value));
            return self.fail(error::bad_unit("*", (place, &a), (tree.name.span, &b)), span);
        };
        let operands: Vec<&Checked> = keys.iter().chain(&inputs).collect();
        let op = match pooled {
            Some(Some((rank, _))) => {
                if !matches!(tree.kind, RatesKind::Step | RatesKind::Linear) || ty.number().is_none() {
                    let why = "what places together take is an average of numbers that are looked up one by one";
                    let help = "write a table by `step` with a row for each place: `from 1 …`, `from 2 …`";
                    return self.fail(error::table_shape(tree.kind_span, why, help), span);
                }
                Op::Pooled(table.id, Box::new(rank))
            }
            _ => Op::Rate(table.id, operands.iter().map(|operand| operand.expr.clone()).collect()),
        };
        let mut result = self.derive(op, span, ty, &operands);
        result.places = self.default_places(ty.or_number());
        result.fixed = ty.number().is_none();
        result.exact = result.exact && ty.number().is_some();
        if !keys.is_empty() && result.missing.is_none() && !scope.facts.has(&result.expr) {
            let record = tree.bands.as_ref().map_or("", |bands| bands.record.text.as_str());
            result.missing = Some((span, format!("there may be no {record} for {}", self.frame_words(scope.frame))));
        }
        result
    }

    /// What tells which of the tables of a record is read: given in the call, or what the row leads to.
    fn table_keys(
        &mut self,
        scope: &Scope,
        tree: &tree::Rates,
        table: &Table,
        given: &[tree::Expr],
        span: Span,
    ) -> Option<Vec<Checked>> {
        let mut keys = Vec::new();
        let mut given = given.iter();
        // All keys are given, or those alone to which no row leads.
        let all = given.len() == table.keys.len();
        for (number, (part, ty)) in table.keys.iter().enumerate() {
            if let Some(part) = part.filter(|_| !all) {
                let name = tree.bands.as_ref().and_then(|bands| bands.keys().nth(number));
                let written = name.map_or(span, |name| name.span);
                keys.push(self.led_key(scope, tree, (part, *ty), (span, written))?);
                continue;
            }
            let arg = given.next()?;
            let key = self.infer_like(scope, arg, Ty::Is(*ty));
            match key.ty {
                Ty::Unknown => return None,
                found if meet(found, Ty::Is(*ty)).is_some() => keys.push(key),
                found => {
                    let (found, wanted) = (self.type_words(found), self.type_words(Ty::Is(*ty)));
                    self.report(error::wrong_type(arg.span, &found, &wanted));
                    return None;
                }
            }
        }
        if table.versions {
            let day = self.as_of(scope.frame, scope.as_of.as_ref(), Vec::new(), span).pop()?;
            let optional = day.op.column().is_some_and(|column| self.model.columns.at(column).optional);
            let missing = self.may_miss(scope, &day, optional).map(|why| (span, why));
            // The plan does not write the day; the record whose versions it chooses stands for it.
            let place = tree.bands.as_ref().map_or(span, |bands| bands.record.span);
            let mut day = self.known(day.op, place, Type::Date);
            day.missing = missing;
            keys.push(day);
        }
        Some(keys)
    }

    /// The key to which the row itself leads, at a call; its words are those of the table's key.
    fn led_key(
        &mut self,
        scope: &Scope,
        tree: &tree::Rates,
        (part, ty): (KeyPart, Type),
        (span, written): (Span, Span),
    ) -> Option<Checked> {
        match self.lead(scope.frame, part, &Instead::default(), span) {
            Ok(expr) => {
                let optional = expr.op.column().is_some_and(|column| self.model.columns.at(column).optional);
                let missing = self.may_miss(scope, &expr, optional).map(|why| (span, why));
                let mut key = self.known(expr.op, written, ty);
                key.missing = missing;
                Some(key)
            }
            Err(why) => {
                let problem = match why {
                    NoWay::Several(part, ways) => {
                        let (here, part) = (self.frame_words(scope.frame), self.part_words(part));
                        error::ambiguous_way(&tree.name.text, span, &here, &part, &ways)
                    }
                    NoWay::Nothing(part) => {
                        let (here, part) = (self.frame_words(scope.frame), self.part_words(part));
                        error::no_table_key(&tree.name.text, span, &here, &part, &full_call(tree))
                    }
                };
                self.report(problem);
                None
            }
        }
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

/// A call of a table with everything it takes.
fn full_call(tree: &tree::Rates) -> String {
    let keys = tree.bands.iter().flat_map(|bands| bands.keys());
    let inputs: Vec<&str> = keys.chain(&tree.inputs).map(|input| input.text.as_str()).collect();
    format!("{}({})", tree.name.text, inputs.join(", "))
}

fn wrong_inputs(tree: &tree::Rates, keys: &[(Option<KeyPart>, Type)], span: Span) -> Diagnostic {
    let name = &tree.name.text;
    let written = tree.bands.iter().flat_map(|bands| bands.keys());
    let unled = written.zip(keys).filter(|(_, (part, _))| part.is_none()).map(|(name, _)| name);
    let least: Vec<&str> = unled.chain(&tree.inputs).map(|input| input.text.as_str()).collect();
    let why = match least.len() {
        1 => format!("`{name}` has one input"),
        count => format!("`{name}` has {count} inputs"),
    };
    let short = format!("{name}({})", least.join(", "));
    let help = match full_call(tree) {
        full if full == short => format!("write `{short}`"),
        full => format!("write `{short}`, or with the keys in front `{full}`"),
    };
    error::table_shape(span, why, &help)
}

/// The type of an input times a rate, if their units have a product.
fn amount_type(input: Ty, rate: Ty) -> Option<Ty> {
    let dimension = product(input.number()?, rate.number()?, false)?;
    Some(Ty::Is(Type::Number(dimension, shown_as(dimension))))
}

/// The type of what a table gives: its value, or for the kinds that multiply the product of input and value, if
/// there is one.
fn rate_type(kind: RatesKind, along: Ty, value: Ty) -> Option<Ty> {
    match (kind, value) {
        (RatesKind::Step | RatesKind::Linear, Ty::Bare { .. }) => Some(Ty::Is(NUMBER)),
        (RatesKind::Step | RatesKind::Linear, ty) => Some(ty),
        (RatesKind::Marginal | RatesKind::Retroactive, value) => amount_type(along, value),
    }
}
