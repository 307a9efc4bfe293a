//! Tables of rates, with every row and what fell into it.

use std::collections::BTreeSet;

use super::cell::fault;
use super::eval::{boxed, formula, order};
use super::{At, Computed, Interpreter, Out};
use crate::ids::RatesId;
use crate::source::Span;
use crate::step::{self, Node};
use crate::table::{FaultKind, Value};
use crate::types::expr::Expr;
use crate::types::model::{Axis, Dimension, Grid, Part, RatesKind, RatesRows, Shown, Start, Type};
use crate::types::names::TableWords;
use crate::value::Exact;

/// A table's result, and for each row whether it was taken and the part of the input in it.
pub(super) struct Looked {
    pub value: Value,
    pub rows: Vec<(bool, Option<Exact>)>,
    /// The line of a linear table.
    pub line: Option<OnLine>,
}

/// The straight line between two points of a table.
#[derive(Clone)]
pub(super) struct OnLine {
    from: Exact,
    to: Exact,
    value_from: Exact,
    value_to: Exact,
}

/// A table of several inputs at those that are looked up: where each of them lies, and where the values along the
/// remaining one stand.
struct Reached {
    places: Vec<usize>,
    cells: Vec<usize>,
}

/// What lies in a place of a table: from a start on, or some values of a closed set.
#[derive(Default)]
struct Lies {
    start: Option<step::Amount>,
    above: bool,
    values: Vec<String>,
}

/// A cell of a table along its input: its number, whether it was taken and what fell into it, and where it begins.
type Standing<'a> = ((&'a usize, &'a (bool, Option<Exact>)), &'a crate::source::Span);

impl Interpreter<'_> {
    pub(super) fn rate(&mut self, expr: &Expr, id: RatesId, inputs: &[Expr], at: &At) -> Computed<Out> {
        let mut outs = Vec::new();
        for input in inputs {
            outs.push(self.eval(input, at)?);
        }
        self.rate_of(expr, id, inputs, outs, at)
    }

    /// A table at inputs that are computed already.
    pub(super) fn rate_of(
        &mut self,
        expr: &Expr,
        id: RatesId,
        inputs: &[Expr],
        outs: Vec<Out>,
        at: &At,
    ) -> Computed<Out> {
        let program = self.program;
        let rates = program.model.rates.at(id);
        let grid = match &rates.rows {
            RatesRows::Written(grid) => grid,
            RatesRows::Record(bands) => return self.record_rate(expr, (id, bands), inputs, outs, at),
        };
        let values: Option<Vec<Value>> = outs.iter().map(|out| out.value.clone()).collect();
        let looked = match values {
            Some(values) => Some(look_up(rates.kind, grid, &values).map_err(|input| {
                let value = values.get(input).cloned().unwrap_or(Value::YesNo(false));
                fault(FaultKind::BelowTable { input, value }, expr, at)
            })?),
            None => None,
        };
        let value = looked.as_ref().and_then(|(_, looked)| Some(looked.as_ref()?.value.clone()));
        if !self.tracing {
            return Ok(Out { value, formula: None });
        }
        let node = self.table_node(expr, (id, grid), inputs, outs, looked.as_ref());
        Ok(self.out(expr, value, || node))
    }

    fn table_node(
        &self,
        expr: &Expr,
        (id, grid): (RatesId, &Grid),
        inputs: &[Expr],
        outs: Vec<Out>,
        looked: Option<&(Reached, Option<Looked>)>,
    ) -> Node {
        let words = self.program.names.rates.at(id);
        let input = inputs.get(grid.along).unwrap_or(expr);
        let bands = match looked {
            Some((reached, Some(looked))) => self.bands(expr, (id, grid), input, reached, looked),
            _ => Vec::new(),
        };
        let on_line = looked.and_then(|(_, looked)| looked.as_ref()?.line.as_ref());
        let line = on_line.map(|line| self.segment(line, input, |value| self.written_rate((expr, input), id, value)));
        let mut chosen = Vec::new();
        let mut along = None;
        for (number, out) in outs.into_iter().enumerate() {
            if number == grid.along {
                along = Some(out);
                continue;
            }
            let rows = began(grid, words, number, looked.map(|(reached, _)| reached.places.as_slice()));
            let row = |(place, span, taken): (usize, Span, bool)| {
                let lies = self.lies(grid.axes.get(number), place, inputs.get(number));
                step::ChosenRow {
                    row: self.program.names.beginning(span),
                    start: lies.start,
                    above: lies.above,
                    values: lies.values,
                    plan: self.place(span),
                    taken,
                }
            };
            chosen.push(step::Chosen {
                name: words.inputs.get(number).cloned().unwrap_or_default(),
                rows: rows.into_iter().map(row).collect(),
                input: formula(out),
            });
        }
        let input = along.map_or_else(|| boxed(Out { value: None, formula: None }), boxed);
        let kind = self.program.model.rates.at(id).kind.word().to_owned();
        Node::Table { table: words.named.name.clone(), kind, chosen, input, bands, line }
    }

    /// The rows of a table, or the columns of its row, as the trace shows them.
    fn bands(
        &self,
        expr: &Expr,
        (id, grid): (RatesId, &Grid),
        input: &Expr,
        reached: &Reached,
        looked: &Looked,
    ) -> Vec<step::Band> {
        let names = &self.program.names;
        let words = names.rates.at(id);
        let starts = words.places.get(grid.along).into_iter().flatten();
        let in_row = grid.axes.len() > 1;
        let of = |expr: &Expr, exact: &Exact| self.amount(names.exprs.at(expr.id).ty, &Value::Number(exact.clone()));
        let cells = reached.cells.iter().zip(&looked.rows).zip(starts);
        let band = |(place, ((cell, (taken, part)), start)): (usize, Standing<'_>)| {
            let lies = self.lies(grid.axes.get(grid.along), place, Some(input));
            let (value, span) = (grid.values.get(*cell)?, *words.values.get(*cell)?);
            let part = part.as_ref().filter(|_| *taken);
            let gives = match (part, value) {
                (Some(part), Value::Number(rate)) => Some(of(expr, &part.times(rate))),
                _ => None,
            };
            Some(step::Band {
                row: names.beginning(*start),
                start: lies.start,
                above: lies.above,
                values: lies.values,
                plan: self.place(if in_row { span } else { *start }),
                rate: self.written_rate((expr, input), id, value),
                taken: *taken,
                part: part.map(|part| of(input, part)),
                gives,
                data: None,
            })
        };
        cells.enumerate().filter_map(band).collect()
    }

    /// What lies in a place of an axis.
    fn lies(&self, axis: Option<&Axis>, place: usize, input: Option<&Expr>) -> Lies {
        let ty = input.map(|input| self.program.names.exprs.at(input.id).ty);
        match (axis, ty) {
            (Some(Axis::Bands(starts)), Some(ty)) => {
                let start = starts.get(place);
                let at = start.and_then(|start| start.at.as_ref()).map(|at| self.amount(ty, at));
                Lies { start: at, above: start.is_some_and(|start| !start.inclusive), values: Vec::new() }
            }
            (Some(Axis::Values(places)), Some(ty)) => {
                let all = places.iter().zip(0_u32..).filter(|(its, _)| **its == place);
                let value = |number: u32| match ty {
                    Type::YesNo => Value::YesNo(number == 1),
                    _ => Value::Choice(number),
                };
                let values = all.map(|(_, number)| self.amount(ty, &value(number)).text).collect();
                Lies { values, ..Lies::default() }
            }
            _ => Lies::default(),
        }
    }

    /// A value that the plan writes in a table, in the unit in which it is written: where the table gives so much of
    /// its input, what makes the one of the other.
    fn written_rate(&self, (expr, input): (&Expr, &Expr), id: RatesId, value: &Value) -> step::Amount {
        let names = &self.program.names;
        let ty = |expr: &Expr| names.exprs.at(expr.id).ty;
        let ty = match self.program.model.rates.at(id).kind {
            RatesKind::Marginal | RatesKind::Retroactive => per(ty(expr), ty(input)),
            RatesKind::Step | RatesKind::Linear => ty(expr),
        };
        let percent = names.rates.at(id).values.iter().any(|span| names.cell(*span).ends_with('%'));
        self.amount(as_written(ty, percent), value)
    }

    /// The line of a linear table, its values in the unit of the table's.
    pub(super) fn segment(
        &self,
        line: &OnLine,
        input: &Expr,
        rate: impl Fn(&Value) -> step::Amount,
    ) -> Box<step::Segment> {
        let ty = self.program.names.exprs.at(input.id).ty;
        let at = |exact: &Exact| self.amount(ty, &Value::Number(exact.clone()));
        let value = |exact: &Exact| rate(&Value::Number(exact.clone()));
        Box::new(step::Segment {
            from: at(&line.from),
            to: at(&line.to),
            value_from: value(&line.value_from),
            value_to: value(&line.value_to),
        })
    }
}

/// The beginnings among which an input chose, and whether it chose each: of the rows that begin for the inputs before it
/// as the row does that decides. Without places, all of them.
fn began(grid: &Grid, words: &TableWords, number: usize, places: Option<&[usize]>) -> Vec<(usize, Span, bool)> {
    let all = words.places.get(number).into_iter().flatten().copied();
    let Some(places) = places else { return all.enumerate().map(|(at, span)| (at, span, false)).collect() };
    let leading = words.rows.first().map_or(0, Vec::len);
    if number >= leading {
        // The columns of the first line are those of every row.
        return all.enumerate().map(|(at, span)| (at, span, places.get(number) == Some(&at))).collect();
    }
    let counts = grid.axes.iter().take(leading).map(Axis::count);
    let combination =
        counts.zip(places).fold(0, |sum: usize, (count, place)| sum.saturating_mul(count).saturating_add(*place));
    let decides = words.deciding.get(combination).and_then(|row| words.rows.get(*row));
    let before = decides.map(|row| row.iter().take(number));
    let alike = |row: &&Vec<usize>| before.clone().is_some_and(|before| before.eq(row.iter().take(number)));
    let begun: BTreeSet<usize> = words.rows.iter().filter(alike).filter_map(|row| row.get(number).copied()).collect();
    let taken = decides.and_then(|row| row.get(number));
    all.enumerate().filter(|(at, _)| begun.contains(at)).map(|(at, span)| (at, span, taken == Some(&at))).collect()
}

/// The unit of what makes an amount of the one type from one of the other.
fn per(result: Type, input: Type) -> Type {
    let (Type::Number(result, _), Type::Number(input, _)) = (result, input) else { return result };
    let without = |part: Option<Part>, other: Option<Part>| part.filter(|part| Some(*part) != other);
    let above = without(result.above, input.above).or(without(input.below, result.below));
    let below = without(result.below, input.below).or(without(input.above, result.above));
    Type::Number(Dimension { above, below }, Shown::Number)
}

/// A plain number is a percentage where its table has percentages.
fn as_written(ty: Type, percent: bool) -> Type {
    match ty {
        Type::Number(dimension @ Dimension { above: None, below: None }, Shown::Number | Shown::Percent) => {
            Type::Number(dimension, if percent { Shown::Percent } else { Shown::Number })
        }
        ty => ty,
    }
}

/// What a table gives for values of its inputs; the number of an input that lies below its first row.
fn look_up(kind: RatesKind, grid: &Grid, values: &[Value]) -> Result<(Reached, Option<Looked>), usize> {
    let mut places = Vec::new();
    let mut first = 0_usize;
    for (number, (axis, value)) in grid.axes.iter().zip(values).enumerate() {
        // Slices go on below the first row; whether they may is seen below.
        let along = number == grid.along;
        let place = match place_of(axis, value) {
            Some(place) => place,
            None if along && kind == RatesKind::Marginal => 0,
            None => return Err(number),
        };
        if !along {
            first = first.saturating_add(place.saturating_mul(grid.stride(number)));
        }
        places.push(place);
    }
    let (Some(axis), Some(input)) = (grid.axes.get(grid.along), values.get(grid.along)) else {
        return Ok((Reached { places, cells: Vec::new() }, None));
    };
    let stride = grid.stride(grid.along);
    let cells: Vec<usize> = (0..axis.count()).map(|at| first.saturating_add(at.saturating_mul(stride))).collect();
    let line: Vec<Value> = cells.iter().filter_map(|cell| grid.values.get(*cell).cloned()).collect();
    let looked = match axis {
        Axis::Values(_) => place_of(axis, input).and_then(|place| pick(&line, place)),
        Axis::Bands(starts) => look(kind, starts, &line, input),
    };
    match looked {
        Some(looked) => Ok((Reached { places, cells }, Some(looked))),
        None => Err(grid.along),
    }
}

/// The place of an axis in which a value lies; none below its first.
fn place_of(axis: &Axis, value: &Value) -> Option<usize> {
    match (axis, value) {
        (Axis::Bands(starts), value) => reached(starts, value),
        (Axis::Values(places), Value::Choice(choice)) => places.get(*choice as usize).copied(),
        (Axis::Values(places), Value::YesNo(yes)) => places.get(usize::from(*yes)).copied(),
        (Axis::Values(_), _) => None,
    }
}

/// The last band whose start a value has reached.
fn reached(starts: &[Start], value: &Value) -> Option<usize> {
    starts.iter().rposition(|start| match &start.at {
        None => true,
        Some(at) => order(value, at).is_some_and(|order| order.is_gt() || (start.inclusive && order.is_eq())),
    })
}

/// One value of several.
fn pick(values: &[Value], place: usize) -> Option<Looked> {
    let value = values.get(place)?.clone();
    let rows = (0..values.len()).map(|row| (row == place, None)).collect();
    Some(Looked { value, rows, line: None })
}

/// A table by something with an order; none when the input lies below its first row.
pub(super) fn look(kind: RatesKind, starts: &[Start], values: &[Value], input: &Value) -> Option<Looked> {
    if kind == RatesKind::Step {
        return pick(values, reached(starts, input)?);
    }
    let Value::Number(number) = input else { return None };
    let numbers: Option<Vec<&Exact>> = values.iter().map(exact).collect();
    let bands: Vec<(Option<&Exact>, &Exact)> =
        starts.iter().map(|start| start.at.as_ref().and_then(exact)).zip(numbers?).collect();
    if kind == RatesKind::Marginal {
        return slices(&bands, number);
    }
    let reached = reached(starts, input)?;
    let (from, rate) = bands.get(reached)?;
    // The last band is level, and so is one that has no start.
    let line = match (from, bands.get(reached.saturating_add(1))) {
        (Some(from), Some((Some(to), next))) if kind == RatesKind::Linear => Some(OnLine {
            from: (*from).clone(),
            to: (*to).clone(),
            value_from: (*rate).clone(),
            value_to: (*next).clone(),
        }),
        _ => None,
    };
    let value = match (&line, kind) {
        (Some(line), _) => line.at(number)?,
        (None, RatesKind::Retroactive) => number.times(rate),
        (None, _) => (*rate).clone(),
    };
    let rows = (0..bands.len()).map(|row| (row == reached, None)).collect();
    Some(Looked { value: Value::Number(value), rows, line })
}

fn exact(value: &Value) -> Option<&Exact> {
    match value {
        Value::Number(number) => Some(number),
        _ => None,
    }
}

impl OnLine {
    /// The value on the line at an input.
    fn at(&self, input: &Exact) -> Option<Exact> {
        let way = input.minus(&self.from).over(&self.to.minus(&self.from))?;
        Some(self.value_from.plus(&way.times(&self.value_to.minus(&self.value_from))))
    }
}

/// Each slice of the input times its band's rate. The table begins at 0, or with `below 0`; without
/// that row, what lies below 0 has the first rate.
fn slices(bands: &[(Option<&Exact>, &Exact)], input: &Exact) -> Option<Looked> {
    let zero = Exact::zero();
    let mut value = Exact::zero();
    let mut rows = Vec::new();
    for (number, (from, rate)) in bands.iter().enumerate() {
        let to = bands.get(number.saturating_add(1)).and_then(|next| next.0);
        let below_zero = number == 0 && input < &zero;
        let part = match (from, to) {
            _ if below_zero => input.clone(),
            // The row `below 0` takes only what lies below 0.
            (None, _) => Exact::zero(),
            (Some(from), _) if input <= from => Exact::zero(),
            (Some(from), Some(to)) if input > to => to.minus(from),
            (Some(from), _) => input.minus(from),
        };
        value = value.plus(&part.times(rate));
        let taken = !part.is_zero();
        rows.push((taken, Some(part)));
    }
    Some(Looked { value: Value::Number(value), rows, line: None })
}
