//! Formulas that are not of one form: because the plans write them differently, or because a value is there on one side alone.

use super::model::{Evidence, Kind};
use super::split::{Formulas, Splitter, difference, of_step, one_text, operands};
use super::values::{Both, measured};
use crate::step::{Formula, Node};
use crate::value::Exact;

/// A term of a sum: whether it is taken away.
type Term<'a> = (bool, &'a Formula);

impl<'a> Splitter<'a, '_> {
    pub(super) fn unlike(&mut self, formulas: Formulas<'a>, slope: &Exact) {
        let whole = slope.times(&difference(formulas));
        if !one_text(formulas) {
            let terms = formulas.map(|formula| terms(formula));
            if terms.against.len().max(terms.asked.len()) > 1 && is_sum(formulas, &terms) {
                return self.sums(terms, slope);
            }
            if !whole.is_zero() {
                self.remark(format!("`{}` was `{}`", formulas.asked.text, formulas.against.text));
                let evidence = self.words(formulas);
                self.cause(Kind::Formula, &self.here.asked.name, evidence, whole);
            }
            return;
        }
        let sides =
            Both { against: self.evidence_of(formulas.against, false), asked: self.evidence_of(formulas.asked, true) };
        let of_data = |side: &Option<Evidence>| side.as_ref().is_some_and(|side| side.data.is_some());
        match (of_data(&sides.against), of_data(&sides.asked)) {
            (false, false) if sides.against.is_none() && sides.asked.is_none() => self.undivided(formulas, slope),
            (false, false) => self.cause(Kind::OneSided, &formulas.asked.text, sides, whole),
            _ => self.cause(Kind::Cell, &formulas.asked.text, sides, whole),
        }
    }

    /// The step that a formula reads; none where nothing is there.
    fn evidence_of(&self, formula: &Formula, asked: bool) -> Option<Evidence> {
        let id = match &formula.node {
            Node::Step { step, .. }
            | Node::Version { step: Some(step), .. }
            | Node::Previous { step: Some(step), .. } => step,
            _ => return None,
        };
        self.books.side(asked).step(id).map(of_step)
    }

    /// Sums with other terms: those of the same words against each other, then the others one by one where they are as
    /// many; else each of these is a change of the formula.
    fn sums(&mut self, terms: Both<Vec<Term<'a>>>, slope: &Exact) {
        let mut rest = terms.against;
        let mut added = Vec::new();
        for (minus, asked) in terms.asked {
            match rest.iter().position(|(other, against)| *other == minus && against.text == asked.text) {
                Some(place) => {
                    let (_, against) = rest.remove(place);
                    self.formula(Both { against, asked }, &signed(slope, minus));
                }
                None => added.push((minus, asked)),
            }
        }
        let pairs = || rest.iter().zip(&added);
        if rest.len() == added.len() && pairs().all(|((minus, _), (other, _))| minus == other) {
            for ((minus, against), (_, asked)) in pairs() {
                self.formula(Both { against, asked }, &signed(slope, *minus));
            }
            return;
        }
        let there = |terms: &[Term<'a>], asked: bool| {
            terms.iter().map(|term| (*term, asked)).collect::<Vec<(Term<'a>, bool)>>()
        };
        for ((minus, formula), asked) in there(&rest, false).into_iter().chain(there(&added, true)) {
            let value = measured(formula.value.as_ref()).unwrap_or_else(Exact::zero);
            let words = self.words(Both { against: formula, asked: formula });
            let evidence = match asked {
                true => Both { against: None, asked: words.asked },
                false => Both { against: words.against, asked: None },
            };
            let part = signed(&slope.times(&value), minus == asked);
            self.cause(Kind::Formula, &self.here.asked.name, evidence, part);
        }
    }
}

fn signed(value: &Exact, minus: bool) -> Exact {
    if minus { value.negated() } else { value.clone() }
}

/// The terms of a sum, however it is nested; of anything else the one.
fn terms(formula: &Formula) -> Vec<Term<'_>> {
    let mut found = Vec::new();
    let mut open = vec![(false, formula)];
    while let Some((minus, formula)) = open.pop() {
        match (&formula.node, operands(formula)) {
            (Node::Operation { op, .. }, [a, b]) if op == "plus" => open.extend([(minus, b), (minus, a)]),
            (Node::Operation { op, .. }, [a, b]) if op == "minus" => open.extend([(!minus, b), (minus, a)]),
            (Node::Operation { op, .. }, [a]) if op == "negate" => open.push((!minus, a)),
            _ => found.push((minus, formula)),
        }
    }
    found
}

/// Whether the terms come to the value on both sides.
fn is_sum(formulas: Formulas<'_>, terms: &Both<Vec<Term<'_>>>) -> bool {
    [false, true].into_iter().all(|asked| {
        let sum = terms.side(asked).iter().try_fold(Exact::zero(), |sum, (minus, term)| {
            Some(sum.plus(&signed(&measured(term.value.as_ref())?, *minus)))
        });
        sum.is_some() && sum == measured(formulas.side(asked).value.as_ref())
    })
}
