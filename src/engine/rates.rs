//! Tables of rates at whole columns of inputs.

use std::cmp::Ordering;

use super::Engine;
use super::selection::Selection;
use super::vector::Vector;
use crate::ids::{ExprId, RatesId};
use crate::table::{Fault, FaultKind, Value, row_number};
use crate::types::model::{Axis, Grid, RatesKind, RatesRows, Start};
use crate::value::Exact;

impl Engine<'_> {
    /// The values of a table at inputs.
    pub fn rate(
        &self,
        rates: RatesId,
        inputs: &[Vector],
        expr: ExprId,
        at: &Selection,
        faults: &mut Vec<Fault>,
    ) -> Vector {
        let table = self.model.rates.at(rates);
        let grid = match &table.rows {
            RatesRows::Written(grid) => grid,
            RatesRows::Record(bands) => return self.record_rate((rates, bands), inputs, expr, at, faults),
        };
        if let Some(values) = stepped(table.kind, grid, inputs, at.len()) {
            return values;
        }
        let mut values = Vec::with_capacity(at.len());
        for position in 0..at.len() {
            let row: Option<Vec<Value>> = inputs.iter().map(|input| input.get(position)).collect();
            let value = row.and_then(|mut row| match in_grid(table.kind, grid, &row) {
                Ok(value) => value,
                Err(input) => {
                    let value = row.swap_remove(input.min(row.len().saturating_sub(1)));
                    faults.push(at.fault(FaultKind::BelowTable { input, value }, expr, position));
                    None
                }
            });
            values.push(value);
        }
        Vector::from_values(values)
    }
}

/// The values of a table that is read place by place, where no input lies below its first row.
fn stepped(kind: RatesKind, grid: &Grid, inputs: &[Vector], count: usize) -> Option<Vector> {
    if kind != RatesKind::Step && matches!(grid.axes.get(grid.along), Some(Axis::Bands(_))) {
        return None;
    }
    let mut offsets: Vec<Option<u32>> = vec![Some(0); count];
    for (number, (axis, input)) in grid.axes.iter().zip(inputs).enumerate() {
        let stride = row_number(grid.stride(number));
        for (offset, place) in offsets.iter_mut().zip(places(axis, input)?) {
            *offset = offset.zip(place).map(|(offset, place)| offset.saturating_add(place.saturating_mul(stride)));
        }
    }
    let values = Vector::from_values(grid.values.iter().cloned().map(Some).collect());
    Some(values.pick(offsets.into_iter()))
}

/// The places of all inputs on an axis; none for a missing input, nothing at all where one lies below.
fn places(axis: &Axis, input: &Vector) -> Option<Vec<Option<u32>>> {
    match (axis, input) {
        (Axis::Values(places), Vector::Choice(choices)) => {
            let place = |choice: &Option<u32>| match choice {
                Some(choice) => places.get(*choice as usize).map(|place| Some(row_number(*place))),
                None => Some(None),
            };
            choices.iter().map(place).collect()
        }
        (Axis::Values(places), Vector::YesNo(truths)) => {
            let place = |yes: &Option<bool>| match yes {
                Some(yes) => places.get(usize::from(*yes)).map(|place| Some(row_number(*place))),
                None => Some(None),
            };
            truths.iter().map(place).collect()
        }
        (Axis::Bands(starts), input) => {
            let place = |position| match input.get(position) {
                Some(value) => last_reached(starts, &value).map(|place| Some(row_number(place))),
                None => Some(None),
            };
            (0..input.len()).map(place).collect()
        }
        (Axis::Values(_), _) => None,
    }
}

/// The value in a grid; the number of an input that lies below its first row.
fn in_grid(kind: RatesKind, grid: &Grid, inputs: &[Value]) -> Result<Option<Value>, usize> {
    let mut offset = 0_usize;
    let mut read = None;
    for (number, (axis, input)) in grid.axes.iter().zip(inputs).enumerate() {
        let stride = grid.stride(number);
        match axis {
            Axis::Bands(starts) if number == grid.along => read = Some((starts, stride, input)),
            axis => {
                let place = place(axis, input).ok_or(number)?;
                offset = offset.saturating_add(place.saturating_mul(stride));
            }
        }
    }
    let Some((starts, stride, input)) = read else { return Ok(grid.values.get(offset).cloned()) };
    let value = |band: usize| grid.values.get(offset.saturating_add(band.saturating_mul(stride)));
    match along(kind, starts, value, input) {
        Some(value) => Ok(Some(value)),
        None => Err(grid.along),
    }
}

/// Where an input lies on an axis along which the table is not read.
fn place(axis: &Axis, input: &Value) -> Option<usize> {
    match axis {
        Axis::Bands(starts) => last_reached(starts, input),
        Axis::Values(places) => match input {
            Value::Choice(choice) => places.get(*choice as usize).copied(),
            Value::YesNo(yes) => places.get(usize::from(*yes)).copied(),
            _ => None,
        },
    }
}

/// The value along bands; none below the first.
pub(super) fn along<'v>(
    kind: RatesKind,
    starts: &[Start],
    value: impl Fn(usize) -> Option<&'v Value>,
    input: &Value,
) -> Option<Value> {
    let band = last_reached(starts, input);
    if kind == RatesKind::Step {
        return value(band?).cloned();
    }
    let rate = |band: usize| value(band).and_then(number);
    let start = |band: usize| starts.get(band).and_then(|start| start.at.as_ref()).and_then(number);
    let input = number(input)?;
    let result = match kind {
        RatesKind::Marginal => marginal(start, rate, band, input)?,
        RatesKind::Retroactive => input.times(rate(band?)?),
        RatesKind::Linear | RatesKind::Step => {
            let (level, next) = (rate(band?)?, band?.checked_add(1)?);
            let between = between((start(band?), level), (start(next), rate(next)), input);
            between.unwrap_or_else(|| level.clone())
        }
    };
    Some(Value::Number(result))
}

fn last_reached(starts: &[Start], input: &Value) -> Option<usize> {
    starts.partition_point(|start| reaches(start, input)).checked_sub(1)
}

fn reaches(start: &Start, input: &Value) -> bool {
    let Some(at) = &start.at else { return true };
    let order = match (input, at) {
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Period(a), Value::Period(b)) => a.cmp(b),
        _ => return false,
    };
    if start.inclusive { order != Ordering::Less } else { order == Ordering::Greater }
}

fn number(value: &Value) -> Option<&Exact> {
    match value {
        Value::Number(number) => Some(number),
        _ => None,
    }
}

/// On the straight line from one point to the next; nothing where the first lies below everything.
fn between(
    (start, level): (Option<&Exact>, &Exact),
    (end, next): (Option<&Exact>, Option<&Exact>),
    input: &Exact,
) -> Option<Exact> {
    let (start, end) = (start?, end?);
    let share = input.minus(start).over(&end.minus(start))?;
    Some(level.plus(&share.times(&next?.minus(level))))
}

/// Each slice of the input at its band's rate. The first slice begins at the first row's start, or
/// at 0 where that lies below everything; what is negative is at the first rate then.
fn marginal<'v>(
    start: impl Fn(usize) -> Option<&'v Exact>,
    rate: impl Fn(usize) -> Option<&'v Exact>,
    reached: Option<usize>,
    input: &Exact,
) -> Option<Exact> {
    let zero = Exact::zero();
    let begin = start(0).unwrap_or(&zero);
    let Some(reached) = reached else {
        return begin.is_zero().then(|| rate(0).map(|rate| input.times(rate))).flatten();
    };
    let mut from = begin;
    let mut sum = Exact::zero();
    for band in 0..=reached {
        let end = if band == reached { input } else { start(band.saturating_add(1))? };
        sum = sum.plus(&end.minus(from).times(rate(band)?));
        from = end;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Starts (none: `below`) and values, both as text.
    fn bands(rows: &[(Option<&str>, &str)]) -> (Vec<Start>, Vec<Value>) {
        let number = |text: &str| Value::Number(Exact::parse(text).unwrap());
        let start = |(start, _): &(Option<&str>, &str)| Start { at: start.map(number), inclusive: true };
        (rows.iter().map(start).collect(), rows.iter().map(|(_, value)| number(value)).collect())
    }

    fn values(kind: RatesKind, (starts, rates): &(Vec<Start>, Vec<Value>), inputs: &[&str]) -> Vec<String> {
        let number = |text: &str| Value::Number(Exact::parse(text).unwrap());
        let value = |input: &&str| along(kind, starts, |band| rates.get(band), &number(input));
        let text = |value: Option<Value>| match value {
            Some(Value::Number(number)) => number.to_string(),
            _ => "below".to_owned(),
        };
        inputs.iter().map(value).map(text).collect()
    }

    #[test]
    fn slices_are_paid_at_their_own_rates() {
        // 0.5 * 0.6; 0.5 * 0.6 + 0.5 * 1.0; 0.5 * 0.6 + 0.5 * 1.0 + 0.25 * 2; -0.1 * 0.6.
        let table = bands(&[(Some("0"), "0.6"), (Some("0.5"), "1"), (Some("1"), "2")]);
        let inputs = ["0", "0.5", "1", "1.25", "-0.1"];
        assert_eq!(values(RatesKind::Marginal, &table, &inputs), ["0", "0.3", "0.8", "1.3", "-0.06"]);
        let below = bands(&[(None, "0.6"), (Some("0.5"), "1")]);
        assert_eq!(values(RatesKind::Marginal, &below, &["-1", "0.5", "0.7"]), ["-0.6", "0.3", "0.5"]);
        let later = bands(&[(Some("10"), "0.1")]);
        assert_eq!(values(RatesKind::Marginal, &later, &["9", "10", "15"]), ["below", "0", "0.5"]);
    }

    #[test]
    fn a_band_begins_where_it_says() {
        let mut table = bands(&[(Some("0"), "1"), (Some("10"), "2")]);
        let inputs = ["-1", "0", "9.99", "10", "11"];
        assert_eq!(values(RatesKind::Step, &table, &inputs), ["below", "1", "1", "2", "2"]);
        assert_eq!(values(RatesKind::Retroactive, &table, &inputs), ["below", "0", "9.99", "20", "22"]);
        table.0[1].inclusive = false;
        assert_eq!(values(RatesKind::Step, &table, &["10", "11"]), ["1", "2"]);
    }

    #[test]
    fn lines_lead_from_point_to_point_and_hold_the_last() {
        let table = bands(&[(Some("0.5"), "0"), (Some("1"), "1"), (Some("1.5"), "3")]);
        // Half way from 0 to 1; a quarter of the way from 1 to 3.
        let inputs = ["0.4", "0.5", "0.75", "1", "1.125", "1.5", "9"];
        assert_eq!(values(RatesKind::Linear, &table, &inputs), ["below", "0", "0.5", "1", "1.5", "3", "3"]);
    }
}
