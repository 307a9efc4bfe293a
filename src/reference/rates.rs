//! Tables of rates, with every row and what fell into it.

use super::cell::fault;
use super::eval::boxed;
use super::{At, Computed, Interpreter, Out};
use crate::ids::RatesId;
use crate::step::{self, Node};
use crate::table::{FaultKind, Value};
use crate::types::expr::Expr;
use crate::types::model::{Band, RatesKind, RatesRows};
use crate::value::Exact;

/// A table's result, and for each row whether it was taken and the part of the input in it.
struct Looked {
    value: Exact,
    rows: Vec<(bool, Option<Exact>)>,
}

impl Interpreter<'_> {
    pub(super) fn rate(&mut self, expr: &Expr, id: RatesId, input: &Expr, at: &At) -> Computed<Out> {
        let out = self.eval(input, at)?;
        self.rate_at(expr, id, input, out, at)
    }

    /// A table at an input that is computed already.
    pub(super) fn rate_at(&mut self, expr: &Expr, id: RatesId, input: &Expr, out: Out, at: &At) -> Computed<Out> {
        let program = self.program;
        let rates = program.model.rates.at(id);
        let looked = match (&rates.rows, &out.value) {
            (RatesRows::Choice(_, values), Some(Value::Choice(choice))) => choose(values, *choice),
            (RatesRows::Bands(bands), Some(Value::Number(input))) => {
                let looked = look(rates.kind, bands, input);
                Some(looked.ok_or_else(|| fault(FaultKind::BelowTable(input.clone()), expr, at))?)
            }
            _ => None,
        };
        let value = looked.as_ref().map(|looked| Value::Number(looked.value.clone()));
        let bands = match (&looked, self.tracing) {
            (Some(looked), true) => self.bands(expr, id, input, looked),
            _ => Vec::new(),
        };
        let name = if self.tracing { program.names.rates.at(id).0.name.clone() } else { String::new() };
        let kind = match rates.kind {
            RatesKind::Step => "step",
            RatesKind::Linear => "linear",
            RatesKind::Retroactive => "retroactive",
            RatesKind::Marginal => "marginal",
        };
        Ok(self.out(expr, value, || Node::Table { table: name, kind: kind.to_owned(), input: boxed(out), bands }))
    }

    /// The rows of a table as the trace shows them.
    fn bands(&self, expr: &Expr, id: RatesId, input: &Expr, looked: &Looked) -> Vec<step::Band> {
        let names = &self.program.names;
        let values: Vec<&Exact> = match &self.program.model.rates.at(id).rows {
            RatesRows::Bands(bands) => bands.iter().map(|band| &band.value).collect(),
            RatesRows::Choice(_, values) => values.iter().collect(),
        };
        let spans = &names.rates.at(id).1;
        let of = |expr: &Expr, exact: &Exact| self.amount(names.exprs.at(expr.id).ty, &Value::Number(exact.clone()));
        let rows = values.into_iter().zip(&looked.rows).zip(spans);
        rows.map(|((rate, (taken, part)), span)| step::Band {
            row: row_words(&names.on_one_line(*span)),
            plan: self.place(*span),
            rate: step::Amount { text: rate.to_string(), unit: "number".to_owned() },
            taken: *taken,
            part: part.as_ref().filter(|_| *taken).map(|part| of(input, part)),
            gives: part.as_ref().filter(|_| *taken).map(|part| of(expr, &part.times(rate))),
        })
        .collect()
    }
}

/// The start of a row as written, without its value: `from 50%   1.0` is `from 50%`.
fn row_words(row: &str) -> String {
    let words: Vec<&str> = row.split_whitespace().collect();
    let start = match words.first() {
        Some(&("from" | "above" | "below")) => 2,
        _ => 1,
    };
    words.into_iter().take(start).collect::<Vec<&str>>().join(" ")
}

fn choose(values: &[Exact], choice: u32) -> Option<Looked> {
    let value = values.get(choice as usize)?.clone();
    let rows = (0..values.len()).map(|row| (row == choice as usize, None)).collect();
    Some(Looked { value, rows })
}

/// A table by a number; none when the input lies below its first row.
fn look(kind: RatesKind, bands: &[Band], input: &Exact) -> Option<Looked> {
    match kind {
        RatesKind::Marginal => slices(bands, input),
        RatesKind::Step | RatesKind::Retroactive | RatesKind::Linear => {
            let reached = reached(bands, input)?;
            let band = bands.get(reached)?;
            let value = match kind {
                RatesKind::Retroactive => input.times(&band.value),
                RatesKind::Linear => on_line(band, bands.get(reached.saturating_add(1)), input)?,
                _ => band.value.clone(),
            };
            let rows = (0..bands.len()).map(|row| (row == reached, None)).collect();
            Some(Looked { value, rows })
        }
    }
}

/// The last band whose start the input has reached.
fn reached(bands: &[Band], input: &Exact) -> Option<usize> {
    bands.iter().rposition(|band| match &band.start {
        None => true,
        Some(start) => input > start || (band.inclusive && input == start),
    })
}

/// The value on the straight line from a band's start to the next one's; the last band is level, and
/// so is one that has no start.
fn on_line(band: &Band, next: Option<&Band>, input: &Exact) -> Option<Exact> {
    let (Some(from), Some(next)) = (&band.start, next) else { return Some(band.value.clone()) };
    let Some(to) = &next.start else { return Some(band.value.clone()) };
    let width = to.minus(from);
    let way = input.minus(from).over(&width)?;
    Some(band.value.plus(&way.times(&next.value.minus(&band.value))))
}

/// Each slice of the input times its band's rate. The table begins at 0, or with `below 0`; without
/// that row, what lies below 0 has the first rate.
fn slices(bands: &[Band], input: &Exact) -> Option<Looked> {
    let zero = Exact::zero();
    let mut value = Exact::zero();
    let mut rows = Vec::new();
    for (number, band) in bands.iter().enumerate() {
        let from = band.start.clone();
        let to = bands.get(number.saturating_add(1)).and_then(|next| next.start.clone());
        let below_zero = number == 0 && input < &zero;
        let part = match (from, to) {
            _ if below_zero => input.clone(),
            // The row `below 0` takes only what lies below 0.
            (None, _) => Exact::zero(),
            (Some(from), _) if input <= &from => Exact::zero(),
            (Some(from), Some(to)) if input > &to => to.minus(&from),
            (Some(from), _) => input.minus(&from),
        };
        value = value.plus(&part.times(&band.value));
        let taken = !part.is_zero();
        rows.push((taken, Some(part)));
    }
    Some(Looked { value, rows })
}
