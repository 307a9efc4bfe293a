//! Tables of rates at whole columns of inputs.

use super::Engine;
use super::numbers::Numbers;
use super::selection::Selection;
use super::vector::Vector;
use crate::ids::{ExprId, RatesId};
use crate::table::{Fault, FaultKind};
use crate::types::model::{Band, RatesKind, RatesRows};
use crate::value::Exact;

impl Engine<'_> {
    /// The values of a table at inputs.
    pub fn rate(&self, rates: RatesId, input: Vector, expr: ExprId, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let table = self.model.rates.at(rates);
        let values = match &table.rows {
            RatesRows::Choice(_, values) => {
                let value = |choice: Option<u32>| values.get(choice? as usize).cloned();
                input.indices().into_iter().map(value).collect()
            }
            RatesRows::Bands(bands) => {
                let inputs = input.numbers();
                let inputs = inputs.exact().into_owned().into_iter().enumerate();
                let value = |(position, input): (usize, Option<Exact>)| {
                    let input = input?;
                    let value = at_number(table.kind, bands, &input);
                    if value.is_none() {
                        faults.push(at.fault(FaultKind::BelowTable(input), expr, position));
                    }
                    value
                };
                inputs.map(value).collect()
            }
        };
        Vector::Numbers(Numbers::Exact(values))
    }
}

/// The value at an input; none below the first row.
fn at_number(kind: RatesKind, bands: &[Band], input: &Exact) -> Option<Exact> {
    let reached = bands.partition_point(|band| reaches(band, input)).checked_sub(1);
    if kind == RatesKind::Marginal {
        return marginal(bands, reached, input);
    }
    let band = bands.get(reached?)?;
    match kind {
        RatesKind::Retroactive => Some(input.times(&band.value)),
        RatesKind::Linear => {
            let next = bands.get(reached?.checked_add(1)?);
            let between = next.and_then(|next| between(band, next, input));
            Some(between.unwrap_or_else(|| band.value.clone()))
        }
        RatesKind::Step | RatesKind::Marginal => Some(band.value.clone()),
    }
}

fn reaches(band: &Band, input: &Exact) -> bool {
    match &band.start {
        None => true,
        Some(start) if band.inclusive => input >= start,
        Some(start) => input > start,
    }
}

/// On the straight line from one point to the next; nothing where the first lies below everything.
fn between(band: &Band, next: &Band, input: &Exact) -> Option<Exact> {
    let (start, end) = (band.start.as_ref()?, next.start.as_ref()?);
    let share = input.minus(start).over(&end.minus(start))?;
    Some(band.value.plus(&share.times(&next.value.minus(&band.value))))
}

/// Each slice of the input at its band's rate. The first slice begins at the first row's start, or
/// at 0 where that lies below everything; what is negative is at the first rate then.
fn marginal(bands: &[Band], reached: Option<usize>, input: &Exact) -> Option<Exact> {
    let first = bands.first()?;
    let zero = Exact::zero();
    let begin = first.start.as_ref().unwrap_or(&zero);
    let Some(reached) = reached else {
        return begin.is_zero().then(|| input.times(&first.value));
    };
    let ends = bands.iter().skip(1).map(|band| band.start.as_ref());
    let ends = ends.take(reached).chain([Some(input)]);
    let mut from = begin;
    let mut sum = Exact::zero();
    for (band, end) in bands.iter().zip(ends) {
        let end = end?;
        sum = sum.plus(&end.minus(from).times(&band.value));
        from = end;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Starts (none: `below`) and values, both as text.
    fn bands(rows: &[(Option<&str>, &str)]) -> Vec<Band> {
        let number = |text: &str| Exact::parse(text).unwrap();
        let band = |(start, value): &(Option<&str>, &str)| Band {
            start: start.map(number),
            inclusive: true,
            value: number(value),
        };
        rows.iter().map(band).collect()
    }

    fn values(kind: RatesKind, bands: &[Band], inputs: &[&str]) -> Vec<String> {
        let value = |input: &&str| at_number(kind, bands, &Exact::parse(input).unwrap());
        let text = |value: Option<Exact>| value.map_or("below".to_owned(), |v| v.to_string());
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
        table[1].inclusive = false;
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
