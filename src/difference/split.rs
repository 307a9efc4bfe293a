//! One step of a trace against the same step of another: where the difference of its value goes.
//!
//! Everything here is about a step whose value goes up by 1 for each 1 of its own; [`super::walk`] multiplies it by what a step's
//! value does to the value that is asked about.

use super::book::Book;
use super::model::{Evidence, Kind, What};
use super::values::{Both, apart, measured, same};
use crate::step::{Formula, Node, Step};
use crate::value::{Exact, Rounding};

/// Where a part of a step's difference goes.
#[derive(Clone, Debug)]
pub(super) enum Share<'a> {
    /// To another step: so much for each 1 by which it differs.
    Step(Both<&'a Step>, Exact),
    /// To what caused it: this part.
    Cause(Box<What>, Exact),
}

/// The parts of a step's difference.
#[derive(Debug, Default)]
pub(super) struct Shares<'a> {
    pub list: Vec<Share<'a>>,
    /// What decided, in words.
    pub remarks: Vec<String>,
}

/// The same formula on both sides.
pub(super) type Formulas<'a> = Both<&'a Formula>;

/// A step on both sides while it is split.
pub(super) struct Splitter<'a, 'b> {
    pub books: Both<&'b Book<'a>>,
    pub here: Both<&'a Step>,
    pub shares: Shares<'a>,
}

/// The parts of a step's difference; they add up to it.
pub(super) fn split<'a>(books: Both<&Book<'a>>, here: Both<&'a Step>) -> Shares<'a> {
    let mut splitter = Splitter { books, here, shares: Shares::default() };
    splitter.step();
    let whole = apart(&here.map(|step| step.value.as_ref()));
    let sum = splitter.shares.list.iter().fold(Exact::zero(), |sum, share| sum.plus(&share.amount()));
    if sum == whole {
        return splitter.shares;
    }
    // What cannot be told apart is never lost: all of it belongs to the step.
    let what = What {
        kind: Kind::Undivided,
        name: here.asked.name.clone(),
        against: Some(of_step(here.against)),
        asked: Some(of_step(here.asked)),
    };
    Shares { list: vec![Share::Cause(Box::new(what), whole)], remarks: splitter.shares.remarks }
}

impl Share<'_> {
    /// The part.
    pub fn amount(&self) -> Exact {
        match self {
            Share::Step(steps, slope) => slope.times(&apart(&steps.map(|step| step.value.as_ref()))),
            Share::Cause(_, part) => part.clone(),
        }
    }
}

/// A step as a cause.
pub(super) fn of_step(step: &Step) -> Evidence {
    Evidence {
        text: step.formula.as_ref().map_or_else(String::new, |formula| formula.text.clone()),
        value: step.value.clone(),
        key: step.key.clone(),
        plan: step.plan.clone(),
        data: step.data.clone(),
        first: step.first,
        row: Vec::new(),
    }
}

impl<'a> Splitter<'a, '_> {
    fn step(&mut self) {
        let one = Exact::one();
        self.rounding();
        // What has no formula on one side is told of the step.
        if let (Some(against), Some(asked)) = (&self.here.against.formula, &self.here.asked.formula) {
            self.formula(Both { against, asked }, &one);
        }
    }

    /// What rounding the step's value has added on each side.
    fn rounding(&mut self) {
        let added = self.here.map(|step| {
            let value = measured(step.value.as_ref())?;
            let exact = step.rounding.as_ref().and_then(|rounded| Exact::parse(&rounded.exact));
            Some(exact.map_or_else(Exact::zero, |exact| value.minus(&exact)))
        });
        if let (Some(against), Some(asked)) = (added.against, added.asked) {
            self.rounded(asked.minus(&against));
        }
    }

    pub(super) fn rounded(&mut self, part: Exact) {
        let name = &self.here.asked.name;
        self.cause(Kind::Rounding, name, Both { against: None, asked: None }, part);
    }

    /// Gives a part to a cause.
    pub(super) fn cause(&mut self, kind: Kind, name: &str, evidence: Both<Option<Evidence>>, part: Exact) {
        if !part.is_zero() {
            let what = What { kind, name: name.to_owned(), against: evidence.against, asked: evidence.asked };
            self.shares.list.push(Share::Cause(Box::new(what), part));
        }
    }

    pub(super) fn remark(&mut self, words: String) {
        if !self.shares.remarks.contains(&words) {
            self.shares.remarks.push(words);
        }
    }

    /// Gives a part to what a formula rests on.
    pub(super) fn give(&mut self, formulas: Formulas<'a>, part: &Exact) {
        if let Some(slope) = part.over(&difference(formulas)) {
            self.formula(formulas, &slope);
        }
    }

    /// Splits a formula's difference, each 1 of which counts `slope`.
    pub(super) fn formula(&mut self, formulas: Formulas<'a>, slope: &Exact) {
        let Both { against, asked } = formulas;
        if slope.is_zero() || against == asked {
            return;
        }
        match (&against.node, &asked.node) {
            (Node::Operation { op, .. }, Node::Operation { op: other, .. }) if op == other => {
                self.operation(op, formulas, slope);
            }
            (Node::Constant, Node::Constant) => self.constant(formulas, slope),
            (Node::Key { part }, Node::Key { part: other }) if part == other => {
                self.of_key(*part, formulas, slope.times(&difference(formulas)));
            }
            (Node::Step { step, at }, Node::Step { step: other, at: other_at }) => {
                let at = Both { against: at.as_deref(), asked: other_at.as_deref() };
                self.read(formulas, [step, other], at, slope);
            }
            (Node::Version { step: Some(step), .. }, Node::Version { step: Some(other), .. }) => {
                self.read(formulas, [step, other], Both { against: None, asked: None }, slope);
            }
            (Node::If { .. }, Node::If { .. }) => self.branch(formulas, slope),
            (Node::Present { .. }, Node::Present { .. }) => match super::rows::deciding(formulas) {
                itself if itself == formulas => self.by_the_one_input(formulas, slope),
                condition => self.give(condition, &slope.times(&difference(formulas))),
            },
            (Node::Default { .. }, Node::Default { .. }) => self.default(formulas, slope),
            (Node::Previous { .. }, Node::Previous { .. }) => self.previous(formulas, slope),
            (Node::Table { table, .. }, Node::Table { table: other, .. }) if table == other => {
                self.table(formulas, slope);
            }
            (Node::Convert { .. }, Node::Convert { .. }) => self.convert(formulas, slope),
            (Node::Increase { .. }, Node::Increase { .. }) => self.increase(formulas, slope),
            (Node::Allocate { .. }, Node::Allocate { .. }) => self.allocate(formulas, slope),
            (Node::Aggregate { op, .. }, Node::Aggregate { op: other, .. })
            | (Node::Ordered { op, .. }, Node::Ordered { op: other, .. })
                if op == other =>
            {
                self.members(op, formulas, slope);
            }
            (one, other) if one_text(formulas) && std::mem::discriminant(one) == std::mem::discriminant(other) => {
                self.by_the_one_input(formulas, slope);
            }
            _ => self.unlike(formulas, slope),
        }
    }

    fn constant(&mut self, formulas: Formulas<'a>, slope: &Exact) {
        let plan = self.here.map(|step| step.plan.clone());
        let evidence = |formula: &Formula, plan| {
            Some(Evidence { text: formula.text.clone(), value: formula.value.clone(), plan, ..Evidence::default() })
        };
        let Both { against, asked } = formulas;
        let both = Both { against: evidence(against, plan.against), asked: evidence(asked, plan.asked) };
        self.cause(Kind::Plan, &self.here.asked.name, both, slope.times(&difference(formulas)));
    }

    /// A part that belongs to a part of the key itself.
    pub(super) fn of_key(&mut self, number: usize, formulas: Formulas<'a>, part: Exact) {
        let name = self.here.asked.key.get(number).map_or(formulas.asked.text.as_str(), |part| part.part.as_str());
        let evidence = formulas.map(|formula| Some(Evidence { value: formula.value.clone(), ..Evidence::default() }));
        self.cause(Kind::Key, name, evidence, part);
    }

    /// Another step's value. Where something that differs, and is no part of the key that is asked about, chose another row,
    /// the difference is its.
    fn read(&mut self, formulas: Formulas<'a>, ids: [&str; 2], at: Both<Option<&'a [Formula]>>, slope: &Exact) {
        let [against, asked] = ids;
        let (Some(against), Some(asked)) = (self.books.against.step(against), self.books.asked.step(asked)) else {
            return self.undivided(formulas, slope);
        };
        if against.name != asked.name || against.kind != asked.kind {
            return self.unlike(formulas, slope);
        }
        if let (Some(one), Some(other)) = (at.against, at.asked)
            && let Some(chooser) = chooser(one, other)
        {
            let whole = slope.times(&difference(formulas));
            if !whole.is_zero() {
                let words =
                    |formula: &Formula| formula.value.as_ref().map_or("nothing", |value| &value.text).to_owned();
                let (now, before) = (words(chooser.asked), words(chooser.against));
                self.remark(format!("`{}` is that of {now}, not of {before}", formulas.asked.text));
            }
            return self.give(chooser, &whole);
        }
        self.to(Both { against, asked }, slope.clone());
    }

    pub(super) fn to(&mut self, steps: Both<&'a Step>, slope: Exact) {
        if steps.against.id == steps.asked.id || slope.is_zero() {
            return;
        }
        let is_cell = steps.map(|step| step.formula.is_none());
        if is_cell.against && is_cell.asked {
            let part = slope.times(&apart(&steps.map(|step| step.value.as_ref())));
            let name = format!("{}.{}", steps.asked.word, steps.asked.name);
            self.cause(Kind::Cell, &name, steps.map(|step| Some(of_step(step))), part);
        } else {
            self.shares.list.push(Share::Step(steps, slope));
        }
    }

    fn branch(&mut self, formulas: Formulas<'a>, slope: &Exact) {
        let (
            Node::If { condition, then, taken, .. },
            Node::If { condition: other, then: other_then, taken: other_taken, .. },
        ) = (&formulas.against.node, &formulas.asked.node)
        else {
            return;
        };
        match (taken, other_taken) {
            (Some(against), Some(asked)) if then == other_then => self.formula(Both { against, asked }, slope),
            _ => {
                if !difference(formulas).is_zero() {
                    let holds = if *other_then { "holds" } else { "does not hold" };
                    self.remark(format!("`{}` {holds}", other.text));
                }
                self.give(Both { against: condition, asked: other }, &slope.times(&difference(formulas)));
            }
        }
    }

    fn default(&mut self, formulas: Formulas<'a>, slope: &Exact) {
        let (Node::Default { asked: one, instead }, Node::Default { asked: other, instead: other_instead }) =
            (&formulas.against.node, &formulas.asked.node)
        else {
            return;
        };
        let asked = Both { against: one.as_ref(), asked: other.as_ref() };
        match (instead, other_instead) {
            (None, None) => self.formula(asked, slope),
            (Some(against), Some(other)) => self.formula(Both { against, asked: other }, slope),
            _ => self.give(asked, &slope.times(&difference(formulas))),
        }
    }

    /// What an earlier period handed on: split where both sides are about the same period, told as it is where not.
    fn previous(&mut self, formulas: Formulas<'a>, slope: &Exact) {
        let (
            Node::Previous { step, periods, starting },
            Node::Previous { step: other, periods: other_periods, starting: other_starting },
        ) = (&formulas.against.node, &formulas.asked.node)
        else {
            return;
        };
        if let (Some(against), Some(asked)) = (starting, other_starting) {
            return self.formula(Both { against, asked }, slope);
        }
        let steps = (step, other);
        if let (Some(against), Some(asked)) = steps
            && periods == other_periods
        {
            return self.read(formulas, [against, asked], Both { against: None, asked: None }, slope);
        }
        let evidence = |book: &Book<'a>, step: &Option<String>, formula: &Formula| {
            let step = step.as_ref().and_then(|step| book.step(step));
            Some(match step {
                Some(step) => of_step(step),
                None => Evidence { value: formula.value.clone(), ..Evidence::default() },
            })
        };
        let both = Both {
            against: evidence(self.books.against, step, formulas.against),
            asked: evidence(self.books.asked, other, formulas.asked),
        };
        self.cause(Kind::Carried, &formulas.asked.text, both, slope.times(&difference(formulas)));
    }

    /// A step of another kind, which is computed by something that is not divided: where one input alone differs, all is its.
    pub(super) fn by_the_one_input(&mut self, formulas: Formulas<'a>, slope: &Exact) {
        let whole = slope.times(&difference(formulas));
        if whole.is_zero() {
            return;
        }
        let inputs = formulas.map(|formula| {
            formula.node.operands().into_iter().chain(formula.node.deciders()).collect::<Vec<&'a Formula>>()
        });
        let pairs: Vec<Formulas<'a>> = match inputs.against.len() == inputs.asked.len() {
            true => {
                inputs.against.into_iter().zip(inputs.asked).map(|(against, asked)| Both { against, asked }).collect()
            }
            false => Vec::new(),
        };
        match differing(&pairs).as_slice() {
            [only] => {
                if let Some(pair) = pairs.get(*only) {
                    self.give(*pair, &whole);
                }
            }
            _ => self.undivided(formulas, slope),
        }
    }

    pub(super) fn undivided(&mut self, formulas: Formulas<'a>, slope: &Exact) {
        let evidence = self.words(formulas);
        let name = if formulas.asked.text.is_empty() { &self.here.asked.name } else { &formulas.asked.text };
        self.cause(Kind::Undivided, name, evidence, slope.times(&difference(formulas)));
    }

    /// The words of the plan with their values.
    pub(super) fn words(&self, formulas: Formulas<'a>) -> Both<Option<Evidence>> {
        let of = |step: &Step, formula: &Formula| {
            Some(Evidence {
                text: formula.text.clone(),
                value: formula.value.clone(),
                key: step.key.clone(),
                plan: step.plan.clone(),
                ..Evidence::default()
            })
        };
        Both { against: of(self.here.against, formulas.against), asked: of(self.here.asked, formulas.asked) }
    }
}

/// The difference of two formulas' values.
pub(super) fn difference(formulas: Formulas<'_>) -> Exact {
    apart(&formulas.map(|formula| formula.value.as_ref()))
}

/// The same, where both are numbers.
pub(super) fn measured_difference(formulas: Formulas<'_>) -> Option<Exact> {
    Some(measured(formulas.asked.value.as_ref())?.minus(&measured(formulas.against.value.as_ref())?))
}

pub(super) fn one_text(formulas: Formulas<'_>) -> bool {
    formulas.against.text == formulas.asked.text
}

pub(super) fn operands(formula: &Formula) -> &[Formula] {
    match &formula.node {
        Node::Operation { operands, .. } => operands,
        _ => &[],
    }
}

/// Those that differ.
pub(super) fn differing(pairs: &[Formulas<'_>]) -> Vec<usize> {
    let is_other = |pair: &Formulas<'_>| !same(pair.against.value.as_ref(), pair.asked.value.as_ref());
    pairs.iter().enumerate().filter(|(_, pair)| is_other(pair)).map(|(number, _)| number).collect()
}

/// The one part of the key at which a value is read that differs, where it is not what the question itself tells apart.
fn chooser<'a>(one: &'a [Formula], other: &'a [Formula]) -> Option<Formulas<'a>> {
    let pairs: Vec<Formulas<'a>> = one.iter().zip(other).map(|(against, asked)| Both { against, asked }).collect();
    match differing(&pairs).as_slice() {
        [only] => pairs.get(*only).copied().filter(|pair| !is_of_key(pair.asked) && !is_of_key(pair.against)),
        _ => None,
    }
}

/// Whether a formula rests on the key and on constants alone.
fn is_of_key(formula: &Formula) -> bool {
    match &formula.node {
        Node::Key { .. } | Node::Constant | Node::Row { .. } => true,
        Node::Operation { operands, .. } => operands.iter().all(is_of_key),
        _ => false,
    }
}

/// A number at so many places, for people.
pub(super) fn decimal(value: &Exact, places: u8) -> String {
    crate::value::Fixed::from_exact(value, places, Rounding::HalfUp, crate::value::WIDE_DIGITS)
        .map_or_else(|_| value.to_string(), |fixed| fixed.to_string())
}
