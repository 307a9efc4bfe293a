//! What is shared among rows: each row's increase of what its group comes to, and an amount in proportion to weights.

use super::rows::{Found, Row};
use super::shapley::{Factor, slopes};
use super::split::{Formulas, Splitter};
use super::values::{Both, measured};
use crate::step::{Formula, Node, Receiver, Step};
use crate::value::Exact;

/// What is shared out, on one side.
struct Shared<'a> {
    amount: &'a Formula,
    total: Exact,
    own: Row<'a>,
    rows: Vec<Row<'a>>,
    weights: Exact,
}

impl<'a> Splitter<'a, '_> {
    /// A row's share of what its group comes to: with the rows up to it, less without it.
    pub(super) fn increase(&mut self, formulas: Formulas<'a>, slope: &Exact) {
        let (Node::Increase { after, before, .. }, Node::Increase { after: other_after, before: other_before, .. }) =
            (&formulas.against.node, &formulas.asked.node)
        else {
            return;
        };
        let step = |id: &Option<String>, asked: bool| id.as_ref().and_then(|id| self.books.side(asked).step(id));
        let after = Both { against: step(after, false), asked: step(other_after, true) };
        let before = Both { against: step(before, false), asked: step(other_before, true) };
        let (Some(against), Some(asked)) = (after.against, after.asked) else {
            return self.by_the_one_input(formulas, slope);
        };
        if against.name != asked.name {
            return self.unlike(formulas, slope);
        }
        self.to(Both { against, asked }, slope.clone());
        match (before.against, before.asked) {
            (Some(against), Some(asked)) => self.to(Both { against, asked }, slope.negated()),
            (None, None) => {}
            (one, other) => self.rows_before(formulas, one.or(other), other.is_some(), slope),
        }
    }

    /// Where only one side has rows before this one, what they come to is theirs, in equal parts.
    fn rows_before(&mut self, formulas: Formulas<'a>, step: Option<&'a Step>, asked: bool, slope: &Exact) {
        let Some(value) = step.and_then(|step| measured(step.value.as_ref())) else { return };
        // It is taken away where it is there.
        let part = slope.times(&if asked { value.negated() } else { value });
        let Node::Increase { position, list: Some(list), .. } = &formulas.side(asked).node else { return };
        let list = self.books.side(asked).step(list).and_then(|step| step.formula.as_ref());
        let Some(Formula { node: Node::Ordered { members, .. }, .. }) = list else { return };
        let before: Vec<Row<'a>> = members.iter().take(position.saturating_sub(1) as usize).map(Row::placed).collect();
        let Some(each) = part.over(&Exact::from_integer(before.len() as i128)) else { return };
        let nothing = Both { against: Found::nothing(), asked: Found::nothing() };
        before.iter().for_each(|row| self.one_sided(row, &nothing, asked, &each));
    }

    /// A part of what is shared out: the amount times a weight over all weights, and what rounding added.
    pub(super) fn allocate(&mut self, formulas: Formulas<'a>, slope: &Exact) {
        let (Some(against), Some(asked)) = (self.shared(formulas, false), self.shared(formulas, true)) else {
            return self.by_the_one_input(formulas, slope);
        };
        let shared = Both { against, asked };
        let number = |of: &dyn Fn(&Shared<'a>) -> Exact, divides| Factor { values: shared.map(of), divides };
        let factors = [
            number(&|shared| shared.total.clone(), false),
            number(&|shared| shared.own.weight(), false),
            number(&|shared| shared.weights.clone(), true),
        ];
        let exact = |asked: bool| factors.iter().try_fold(Exact::one(), |product, factor| factor.on(&product, asked));
        let value = formulas.map(|formula| measured(formula.value.as_ref()));
        let rounding = |asked: bool| Some(value.side(asked).as_ref()?.minus(&exact(asked)?));
        let (Some(slopes), Some(before), Some(now)) = (slopes(&factors), rounding(false), rounding(true)) else {
            return self.by_the_one_input(formulas, slope);
        };
        let [amount, weight, weights] = slopes.as_slice() else { return };
        self.formula(shared.map(|shared| shared.amount), &slope.times(amount));
        self.weight(&shared.map(|shared| shared.own), &slope.times(weight));
        let found = shared.map(|shared| Found { rows: shared.rows.clone(), left_out: &[] });
        let rows = self.beside(&found);
        let all = slope.times(weights);
        rows.both.iter().for_each(|pair| self.weight(pair, &all));
        rows.went.iter().for_each(|row| self.one_sided(row, &found, false, &all.times(&row.weight()).negated()));
        rows.came.iter().for_each(|row| self.one_sided(row, &found, true, &all.times(&row.weight())));
        self.rounded(slope.times(&now.minus(&before)));
    }

    fn weight(&mut self, pair: &Both<Row<'a>>, slope: &Exact) {
        if let (Some(against), Some(asked)) = (pair.against.value, pair.asked.value) {
            self.formula(Both { against, asked }, slope);
        }
    }

    fn shared(&self, formulas: Formulas<'a>, asked: bool) -> Option<Shared<'a>> {
        let Node::Allocate { amount, receivers, list, place, .. } = &formulas.side(asked).node else { return None };
        let receivers: &'a [Receiver] = match list {
            Some(list) => match &self.books.side(asked).step(list)?.formula.as_ref()?.node {
                Node::Allocate { receivers, .. } => receivers,
                _ => return None,
            },
            None => receivers,
        };
        let rows: Vec<Row<'a>> = receivers.iter().map(Row::receiving).collect();
        let own = *rows.get((*place)?.checked_sub(1)? as usize)?;
        let weights = rows.iter().fold(Exact::zero(), |sum, row| sum.plus(&row.weight()));
        Some(Shared { amount, total: measured(amount.value.as_ref())?, own, rows, weights })
    }
}
