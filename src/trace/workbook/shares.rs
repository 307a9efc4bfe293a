//! What is shared out in rounded parts that add up.

use super::expr::{Column, Expr, Part, Row, excel};
use super::members::was;
use super::rounding::rounded;
use super::rows::{Line, VALUE};
use super::values::{Written, sound_decimals};
use super::walk::{At, Walk};
use crate::step::{Amount, Formula, Node, Receiver};
use crate::value::{Exact, Rounding};

/// The columns of a receiver: its weight, what it is due, that rounded, and what it lost by that, in units of the last place.
const WEIGHT: Column = 'H';
const DUE: Column = 'I';
const KEPT: Column = 'J';
const LOST: Column = 'K';

impl<'a> Walk<'a> {
    /// A part, or all of them where the list itself is written.
    pub(super) fn allocate(&mut self, formula: &'a Formula, at: At) -> Expr {
        let Node::Allocate { amount, receivers, list, place, .. } = &formula.node else {
            return Expr::unknown();
        };
        match (list, place) {
            (Some(list), Some(place)) => match self.want(list) {
                Some((_, number)) => {
                    let place = *place as usize;
                    Expr::of(Part::List(number, (place, place), VALUE))
                }
                None => Expr::unknown(),
            },
            _ if amount.value.is_none() || receivers.is_empty() => {
                self.as_in_run(formula, "there is nothing to share out")
            }
            _ => self.parts(formula, at.unwrap_or(1)),
        }
    }

    fn parts(&mut self, formula: &'a Formula, depth: u8) -> Expr {
        let Node::Allocate { amount, rest, places, mode, receivers, .. } = &formula.node else {
            return Expr::unknown();
        };
        let total = self.labelled(amount, Some(depth), "amount shared out");
        let header = self.block_header(receivers.len(), 0, depth);
        for (column, words) in [(WEIGHT, "weight"), (DUE, "due"), (KEPT, "rounded"), (LOST, "units lost")] {
            self.lines.heading(header, column, words);
        }
        let first = self.lines.next();
        let unit = amount.value.as_ref().map(|value| value.unit.clone()).unwrap_or_default();
        for receiver in receivers {
            let value = Some(Amount::new(receiver.part.clone(), unit.clone()));
            let label = crate::trace::human::keys::listed(&receiver.key, &self.step.key);
            self.lines.push(Line { depth, label, value, valued: true, ..Line::default() });
        }
        self.register(first, None);
        let last = self.lines.next().saturating_sub(1);
        let cells = |column| Expr::of(Part::Cells(first, last, column));
        let sound = amount.value.as_ref().map_or(1, |value| sound_decimals(&[value]));
        let mode = if rest == "largest" { "down" } else { mode.as_str() };
        for (row, receiver) in (first..).zip(receivers) {
            self.weight(row, receiver, depth);
            let cell = |column| Expr::of(Part::Cell(row, column));
            let due = excel("[0]*[1]/SUM({2})", &[&total, &cell(WEIGHT), &cells(WEIGHT)]);
            let due_was = due_in_run(amount, receivers, receiver);
            self.lines.work(row, DUE, due, decimal(due_was.as_ref()), None);
            let kept = rounded(&cell(DUE), *places, mode, sound);
            let to = Rounding::from_words(mode).unwrap_or(Rounding::Down);
            let kept_was = due_was.as_ref().map(|due| due.rounded(*places, to));
            self.lines.work(row, KEPT, kept, decimal(kept_was.as_ref()), None);
            let part = if rest == "largest" {
                let lost = excel(&format!("ROUND(ABS([0]-[1])*10^{places},4)"), &[&cell(DUE), &cell(KEPT)]);
                let unit = Exact::from_units(1, *places);
                let units = due_was.zip(kept_was).and_then(|(due, kept)| due.minus(&kept).absolute().over(&unit));
                let lost_was = units.map(|units| units.rounded(4, Rounding::HalfUp));
                self.lines.work(row, LOST, lost, decimal(lost_was.as_ref()), None);
                largest_remainder((row, first, last), &total, *places)
            } else {
                let takes = takes_the_rest((row, first, last), rest == "first");
                excel(
                    &format!("ROUND([0]+IF({{1}},[2]-SUM({{3}}),0),{places})"),
                    &[&cell(KEPT), &takes, &total, &cells(KEPT)],
                )
            };
            let tests = receiver.group.iter().filter_map(|one| self.unchanged(one)).collect();
            self.set(row, super::expr::while_so(tests, part));
        }
        excel(&format!("ROUND(SUM({{0}}),{places})"), &[&cells(VALUE)])
    }

    fn weight(&mut self, row: Row, receiver: &'a Receiver, depth: u8) {
        let Some(weight) = &receiver.weight else {
            self.lines.work(row, WEIGHT, Expr::text("1"), Written::Number("1".to_owned()), None);
            return;
        };
        let own = self.member_cell(weight, depth);
        let (own, was) = match weight.value {
            Some(_) => (own, was(weight)),
            None => (excel("IF([0]=\"\",0,{0})", &[&own]), Written::Number("0".to_owned())),
        };
        self.lines.work(row, WEIGHT, own, was, weight.value.clone());
    }
}

/// The part of a row: what is left goes unit by unit to those that lost most, equal ones in their order.
fn largest_remainder((row, first, last): (Row, Row, Row), total: &Expr, places: u8) -> Expr {
    let cells = |from, to, column| Expr::of(Part::Cells(from, to, column));
    let own = Expr::of(Part::Cell(row, LOST));
    let more = excel("COUNTIF({0},\">\"&[1])", &[&cells(first, last, LOST), &own]);
    let before = match row.checked_sub(1).filter(|above| *above >= first) {
        Some(above) => excel("[0]+COUNTIF({1},[2])", &[&more, &cells(first, above, LOST), &own]),
        None => more,
    };
    let left = excel(&format!("ROUND(ABS([0]-SUM({{1}}))*10^{places},0)"), &[total, &cells(first, last, KEPT)]);
    let kept = Expr::of(Part::Cell(row, KEPT));
    excel(&format!("ROUND([0]+IF([1]<[2],SIGN({{3}}),0)/10^{places},{places})"), &[&kept, &before, &left, total])
}

/// Whether a row is the first or the last with a weight.
fn takes_the_rest((row, first, last): (Row, Row, Row), is_first: bool) -> Expr {
    let own = excel("[0]<>0", &[&Expr::of(Part::Cell(row, WEIGHT))]);
    let others = if is_first { (first, row.checked_sub(1)) } else { (row.saturating_add(1), Some(last)) };
    match others {
        (from, Some(to)) if from <= to && to >= first => {
            let none = excel("COUNTIF({0},\"<>0\")=0", &[&Expr::of(Part::Cells(from, to, WEIGHT))]);
            excel("AND({0},{1})", &[&own, &none])
        }
        _ => own,
    }
}

/// What a receiver was due in the run.
fn due_in_run(amount: &Formula, receivers: &[Receiver], receiver: &Receiver) -> Option<Exact> {
    let weight = |receiver: &Receiver| match &receiver.weight {
        Some(weight) => weight.value.as_ref().and_then(|value| Exact::parse(&value.text)).unwrap_or_else(Exact::zero),
        None => Exact::one(),
    };
    let all = receivers.iter().map(weight).fold(Exact::zero(), |sum, one| sum.plus(&one));
    Exact::parse(&amount.value.as_ref()?.text)?.times(&weight(receiver)).over(&all)
}

fn decimal(value: Option<&Exact>) -> Written {
    match value {
        Some(value) => super::values::written(Some(&Amount::new(value.to_string(), "number".to_owned()))),
        None => Written::Blank,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_with_a_weight_has_none_behind_it() {
        assert_eq!(takes_the_rest((4, 2, 4), false), excel("[0]<>0", &[&Expr::of(Part::Cell(4, WEIGHT))]));
        assert_eq!(takes_the_rest((2, 2, 4), true), excel("[0]<>0", &[&Expr::of(Part::Cell(2, WEIGHT))]));
        assert_ne!(takes_the_rest((3, 2, 4), true), takes_the_rest((3, 2, 4), false));
    }

    #[test]
    fn nothing_is_due_of_what_is_no_number() {
        let amount = Formula { text: String::new(), value: None, node: Node::Missing };
        assert!(
            due_in_run(
                &amount,
                &[],
                &Receiver { key: Vec::new(), group: Vec::new(), weight: None, part: String::new() }
            )
            .is_none()
        );
    }
}
