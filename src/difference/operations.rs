//! Operations: sums, products, roundings, and what can be computed again from its operands alone.

use super::shapley::{Factor, MOST, shapley, slopes};
use super::split::{Formulas, Splitter, differing, measured_difference, one_text, operands};
use super::values::{Both, measured, truth};
use crate::step::{Amount, Formula, Node};
use crate::value::Exact;

impl<'a> Splitter<'a, '_> {
    pub(super) fn operation(&mut self, op: &str, formulas: Formulas<'a>, slope: &Exact) {
        let minus = slope.negated();
        let operands = formulas.map(|formula| operands(formula));
        match (op, operands.against, operands.asked) {
            // Sums that are written differently are gone through term by term.
            ("plus" | "minus", ..) if !one_text(formulas) => self.unlike(formulas, slope),
            ("plus" | "minus", [a, b], [c, d]) if is_linear(op, formulas) => {
                self.formula(Both { against: a, asked: c }, slope);
                self.formula(Both { against: b, asked: d }, if op == "plus" { slope } else { &minus });
            }
            ("negate", [a], [c]) => self.formula(Both { against: a, asked: c }, &minus),
            ("round", [a], [c]) => self.round(formulas, Both { against: a, asked: c }, slope),
            ("times" | "of" | "over", ..) => self.product(formulas, slope),
            _ => self.evaluated(op, formulas, slope),
        }
    }

    /// Factors get the Shapley values of the whole product, however deep it is nested.
    fn product(&mut self, formulas: Formulas<'a>, slope: &Exact) {
        let mut found = Vec::new();
        flatten(formulas, false, &mut found);
        // What differs with the key alone is one factor: the days of a month over the days of that month.
        let (of_key, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|(factor, _)| key_of(*factor).is_some());
        let factors: Option<Vec<Factor>> = others.iter().map(factor).collect();
        let together = of_key.iter().map(factor).collect::<Option<Vec<Factor>>>().and_then(|all| {
            let product = |asked: bool| all.iter().try_fold(Exact::one(), |product, factor| factor.on(&product, asked));
            Some(Factor { values: Both { against: product(false)?, asked: product(true)? }, divides: false })
        });
        let (Some(mut factors), Some(together)) = (factors, together) else {
            return self.by_the_one_input(formulas, slope);
        };
        factors.push(together.clone());
        let Some(slopes) = Some(&factors).filter(|factors| is_product(formulas, factors)).and_then(|all| slopes(all))
        else {
            return self.by_the_one_input(formulas, slope);
        };
        for ((factor, _), own) in others.into_iter().zip(&slopes) {
            self.formula(factor, &slope.times(own));
        }
        let key = of_key.first().and_then(|(factor, _)| key_of(*factor));
        if let (Some((part, key)), Some(own)) = (key, slopes.last()) {
            let part_of = slope.times(own).times(&together.values.asked.minus(&together.values.against));
            self.of_key(part, key, part_of);
        }
    }

    /// A rounding inside a formula: what it adds is a part of its own.
    fn round(&mut self, formulas: Formulas<'a>, operands: Formulas<'a>, slope: &Exact) {
        let (Some(whole), Some(operand)) = (measured_difference(formulas), measured_difference(operands)) else {
            return self.by_the_one_input(formulas, slope);
        };
        self.formula(operands, slope);
        self.rounded(slope.times(&whole.minus(&operand)));
    }

    /// What can be computed again from its operands' values alone: comparisons, conditions, the smaller and the larger.
    fn evaluated(&mut self, op: &str, formulas: Formulas<'a>, slope: &Exact) {
        let pairs = pairs(formulas);
        let differing: Vec<usize> = differing(&pairs);
        let value = |set: usize| {
            let chosen = pairs.iter().enumerate().map(|(number, pair)| {
                let bit = differing.iter().position(|differing| *differing == number);
                pair.side(bit.is_some_and(|bit| set & (1 << bit) != 0)).value.as_ref()
            });
            evaluate(op, &chosen.collect::<Vec<_>>())
        };
        let all = (1_usize << differing.len().min(MOST)).saturating_sub(1);
        let ends = Both { against: value(0), asked: value(all) };
        let known = formulas.map(|formula| measured(formula.value.as_ref()));
        let shares = if ends == known { shapley(differing.len(), value) } else { None };
        let Some(shares) = shares else { return self.by_the_one_input(formulas, slope) };
        self.decided(op, &pairs, formulas);
        for (number, share) in differing.iter().zip(shares) {
            if let Some(pair) = pairs.get(*number) {
                self.give(*pair, &share.times(slope));
            }
        }
    }

    /// Says where another operand is the smallest or the largest.
    fn decided(&mut self, op: &str, pairs: &[Formulas<'a>], formulas: Formulas<'a>) {
        if !matches!(op, "minimum" | "maximum") {
            return;
        }
        let word = if op == "minimum" { "smallest" } else { "largest" };
        let taken = |asked: bool| {
            let value = formulas.side(asked).value.as_ref();
            pairs.iter().position(|pair| measured(pair.side(asked).value.as_ref()) == measured(value))
        };
        if let (Some(before), Some(now)) = (taken(false), taken(true))
            && before != now
            && let (Some(before), Some(now)) = (pairs.get(before), pairs.get(now))
        {
            self.remark(format!("`{}` is the {word}, not `{}`", now.asked.text, before.against.text));
        }
    }
}

/// The operands side by side. Of an `and` that its left side decides there is one alone: the other is taken to be the same.
fn pairs<'a>(formulas: Formulas<'a>) -> Vec<Formulas<'a>> {
    let both = formulas.map(|formula| operands(formula));
    let count = both.against.len().max(both.asked.len());
    let pair = |number: usize| {
        let (one, other) = (both.against.get(number), both.asked.get(number));
        Some(Both { against: one.or(other)?, asked: other.or(one)? })
    };
    (0..count).filter_map(pair).collect()
}

/// Whether a sum of numbers is what it says on both sides; days and months added to a date are not.
fn is_linear(op: &str, formulas: Formulas<'_>) -> bool {
    let holds = |formula: &Formula| {
        let [a, b] = operands(formula) else { return false };
        let (Some(a), Some(b)) = (measured(a.value.as_ref()), measured(b.value.as_ref())) else { return false };
        measured(formula.value.as_ref()) == Some(if op == "plus" { a.plus(&b) } else { a.minus(&b) })
    };
    holds(formulas.against) && holds(formulas.asked)
}

/// The factors of nested products and quotients that have the same form on both sides.
fn flatten<'a>(formulas: Formulas<'a>, divides: bool, into: &mut Vec<(Formulas<'a>, bool)>) {
    let both = formulas.map(|formula| match &formula.node {
        Node::Operation { op, operands, .. } if matches!(op.as_str(), "times" | "of" | "over") => {
            Some((op.as_str(), operands))
        }
        _ => None,
    });
    match (both.against, both.asked) {
        (Some((op, one)), Some((other_op, other))) if op == other_op && one.len() == other.len() => {
            for (number, (against, asked)) in one.iter().zip(other).enumerate() {
                flatten(Both { against, asked }, divides != (op == "over" && number > 0), into);
            }
        }
        _ => into.push((formulas, divides)),
    }
}

fn factor((formulas, divides): &(Formulas<'_>, bool)) -> Option<Factor> {
    let against = measured(formulas.against.value.as_ref())?;
    let asked = measured(formulas.asked.value.as_ref())?;
    Some(Factor { values: Both { against, asked }, divides: *divides })
}

/// The part of the key with which alone a formula differs.
fn key_of(formulas: Formulas<'_>) -> Option<(usize, Formulas<'_>)> {
    let Both { against, asked } = formulas;
    match (&against.node, &asked.node) {
        (Node::Key { part }, Node::Key { part: other }) if part == other && against.value != asked.value => {
            Some((*part, formulas))
        }
        (Node::Operation { op, .. }, Node::Operation { op: other, .. }) if op == other => {
            let inputs = formulas.map(|formula| {
                formula.node.operands().into_iter().chain(formula.node.deciders()).collect::<Vec<&Formula>>()
            });
            let pairs = inputs.against.iter().zip(&inputs.asked).filter(|(one, other)| one != other);
            let keys: Vec<_> =
                pairs.map(|(against, asked)| key_of(Both { against: *against, asked: *asked })).collect();
            let same_part = keys.windows(2).all(|pair| match pair {
                [Some((one, _)), Some((other, _))] => one == other,
                _ => false,
            });
            if inputs.against.len() == inputs.asked.len() && same_part {
                keys.into_iter().next().flatten()
            } else {
                None
            }
        }
        _ => None,
    }
}

fn is_product(formulas: Formulas<'_>, factors: &[Factor]) -> bool {
    [false, true].into_iter().all(|asked| {
        let product = factors.iter().try_fold(Exact::one(), |product, factor| factor.on(&product, asked));
        product.is_some() && product == measured(formulas.side(asked).value.as_ref())
    })
}

/// An operation at these values, as a number.
fn evaluate(op: &str, values: &[Option<&Amount>]) -> Option<Exact> {
    let numbers = || values.iter().map(|value| measured(*value)).collect::<Option<Vec<Exact>>>();
    match (op, values) {
        ("minimum" | "and", _) => numbers()?.into_iter().min(),
        ("maximum" | "or", _) => numbers()?.into_iter().max(),
        ("not", [value]) => Some(Exact::one().minus(&measured(*value)?)),
        ("exists", [value]) => Some(truth(value.is_some())),
        ("equal" | "not_equal", [Some(one), Some(other)]) => {
            let is_one = match (measured(Some(*one)), measured(Some(*other))) {
                (Some(one), Some(other)) => one == other,
                _ => one == other,
            };
            Some(truth(is_one == (op == "equal")))
        }
        (_, [Some(one), Some(other)]) => {
            let order = match (measured(Some(*one)), measured(Some(*other))) {
                (Some(one), Some(other)) => one.cmp(&other),
                _ => one.first.as_ref()?.cmp(other.first.as_ref()?),
            };
            match op {
                "less" => Some(truth(order.is_lt())),
                "less_or_equal" => Some(truth(order.is_le())),
                "greater" => Some(truth(order.is_gt())),
                "greater_or_equal" => Some(truth(order.is_ge())),
                _ => None,
            }
        }
        _ => None,
    }
}
