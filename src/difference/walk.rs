//! Two traces side by side, from the value that is asked about down to what caused its difference.
//!
//! Each pair of steps is split once, with all that it counts over all its uses: those that use it are split before.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::book::Book;
use super::cents::{apportion, nearest};
use super::model::{Block, Cause, Part, What};
use super::split::{Share, Shares, decimal, of_step, split};
use super::values::{Both, apart};
use crate::step::Step;
use crate::value::Exact;

/// Pairs of steps in the order in which they are split: by where they stand in both traces together, the last first. A
/// step stands behind those that it uses, so all uses of a pair come before it.
type Place = (Reverse<usize>, Reverse<usize>);

/// What is found on the way.
#[derive(Default)]
pub(super) struct Walk<'a> {
    open: BTreeMap<Place, Waiting<'a>>,
    causes: BTreeMap<What, Exact>,
    visited: Vec<Visited<'a>>,
}

/// A pair of steps that is still to be split.
struct Waiting<'a> {
    steps: Both<&'a Step>,
    /// What 1 of the step's difference counts, over all uses so far.
    slope: Exact,
    depth: usize,
}

/// A pair of steps with where its part went.
struct Visited<'a> {
    at: Place,
    steps: Both<&'a Step>,
    amount: Exact,
    depth: usize,
    remarks: Vec<String>,
    parts: Vec<(Target, Exact)>,
}

/// Where a part went.
#[derive(Clone, PartialEq, Eq)]
enum Target {
    Step(Place),
    Cause(Box<What>),
}

impl<'a> Walk<'a> {
    /// Splits the difference of two steps all the way down.
    pub fn down(books: Both<&Book<'a>>, root: Both<&'a Step>) -> Walk<'a> {
        let mut walk = Walk::default();
        walk.open.insert(place(&books, &root), Waiting { steps: root, slope: Exact::one(), depth: 0 });
        while let Some((at, waiting)) = walk.open.pop_first() {
            walk.visit(&books, at, &waiting);
        }
        walk
    }

    fn visit(&mut self, books: &Both<&Book<'a>>, at: Place, waiting: &Waiting<'a>) {
        let Waiting { steps, slope, depth } = waiting;
        // Uses that take away as much as others add leave nothing to be told.
        let shares = if slope.is_zero() { Shares::default() } else { split(*books, *steps) };
        let mut parts: Vec<(Target, Exact)> = Vec::new();
        for share in shares.list {
            let part = share.amount().times(slope);
            let target = match share {
                Share::Step(steps, own) => {
                    let at = place(books, &steps);
                    let open = self.open.entry(at).or_insert_with(|| Waiting {
                        steps,
                        slope: Exact::zero(),
                        depth: depth.saturating_add(1),
                    });
                    open.slope = open.slope.plus(&slope.times(&own));
                    Target::Step(at)
                }
                Share::Cause(what, _) => {
                    let sum = self.causes.entry(what.as_ref().clone()).or_insert_with(Exact::zero);
                    *sum = sum.plus(&part);
                    Target::Cause(what)
                }
            };
            match parts.iter_mut().find(|(other, _)| *other == target) {
                Some((_, sum)) => *sum = sum.plus(&part),
                None => parts.push((target, part)),
            }
        }
        let amount = apart(&steps.map(|step| step.value.as_ref())).times(slope);
        self.visited.push(Visited { at, steps: *steps, amount, depth: *depth, remarks: shares.remarks, parts });
    }

    /// The causes, the largest first and equal ones by what they are, and the definitions on the way.
    pub fn told(self, places: u8) -> (Vec<Cause>, Vec<Block>) {
        let Walk { causes, visited, .. } = self;
        let mut causes: Vec<(What, Exact)> = causes.into_iter().collect();
        // What tells two causes apart must not depend on which side is which.
        causes.sort_by_cached_key(|(what, part)| {
            let (one, other) = (what.against.clone(), what.asked.clone());
            (Reverse(part.absolute()), what.kind, what.name.clone(), one.clone().min(other.clone()), one.max(other))
        });
        let rounded = apportion(&causes.iter().map(|(_, part)| part.clone()).collect::<Vec<Exact>>(), places);
        let mut numbers: BTreeMap<&What, usize> = BTreeMap::new();
        for (number, (what, _)) in causes.iter().enumerate() {
            numbers.insert(what, number);
        }
        let blocks = blocks(&visited, &numbers, places);
        let cause = |((what, exact), amount): ((What, Exact), Exact)| Cause {
            what,
            amount: decimal(&amount, places),
            exact: exact.to_string(),
            other_run: None,
        };
        (causes.into_iter().zip(rounded).map(cause).collect(), blocks)
    }
}

/// Where a pair of steps stands.
fn place(books: &Both<&Book<'_>>, steps: &Both<&Step>) -> Place {
    (Reverse(books.asked.place(steps.asked)), Reverse(books.against.place(steps.against)))
}

/// The definitions to which something went, in the order in which they were split.
fn blocks(visited: &[Visited<'_>], causes: &BTreeMap<&What, usize>, places: u8) -> Vec<Block> {
    let mut wanted: Vec<Place> = visited.first().map(|first| first.at).into_iter().collect();
    for one in visited.iter().filter(|one| one.steps.asked.formula.is_some()) {
        wanted.extend(one.parts.iter().filter(|(_, part)| !part.is_zero()).filter_map(|(target, _)| match target {
            Target::Step(at) => Some(*at),
            Target::Cause(_) => None,
        }));
    }
    wanted.sort_unstable();
    wanted.dedup();
    let kept: Vec<&Visited<'_>> = visited.iter().filter(|one| wanted.binary_search(&one.at).is_ok()).collect();
    let number = |at: &Place| kept.iter().position(|one| one.at == *at);
    let block = |one: &&Visited<'_>| {
        let parts: Vec<&(Target, Exact)> = one.parts.iter().filter(|(_, part)| !part.is_zero()).collect();
        let exact: Vec<Exact> = parts.iter().map(|(_, part)| part.clone()).collect();
        let part = |((target, exact), amount): (&&(Target, Exact), Exact)| Part {
            step: if let Target::Step(at) = target { number(at) } else { None },
            cause: if let Target::Cause(what) = target { causes.get(what.as_ref()).copied() } else { None },
            amount: decimal(&amount, places),
            exact: exact.to_string(),
        };
        Block {
            name: one.steps.asked.name.clone(),
            against: of_step(one.steps.against),
            asked: of_step(one.steps.asked),
            amount: decimal(&nearest(&one.amount, places), places),
            exact: one.amount.to_string(),
            depth: one.depth,
            remarks: one.remarks.clone(),
            parts: parts.iter().zip(apportion(&exact, places)).map(part).collect(),
        }
    };
    kept.iter().map(block).collect()
}
