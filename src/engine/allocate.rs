//! `allocate`: amounts of coarser rows shared out over a whole frame at once.

use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

use super::Engine;
use super::numbers::Numbers;
use super::read::NOWHERE;
use super::selection::{Selection, positions};
use super::vector::Vector;
use crate::ids::ExprId;
use crate::table::{Fault, FaultKind, State, row_number};
use crate::types::expr::{Allocate, Rest};
use crate::value::{Exact, Rounding};

/// The amount of one row with those who receive of it.
struct Shared {
    amount: Exact,
    /// Their positions among all receivers.
    receivers: Vec<u32>,
}

impl Engine<'_> {
    /// Each row's part. What no one receives is a fault, whether a row asks or not.
    pub fn allocate(&self, shared: &Allocate, expr: ExprId, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let all = self.all_rows(at.frame);
        let standing = self.standing(&shared.conditions, &all, faults);
        let members = all.pick(&standing);
        let frame = self.model.columns.at(shared.amount).frame;
        let givers = self.keys(&shared.group, &members, faults).find(self.rows(frame));
        let mut amounts = self.shared_amounts(shared, expr, &givers, &members, faults);
        let has_amount = |giver: &u32| amounts.get(*giver as usize).is_some_and(Option::is_some);
        let receiving = positions(givers.iter().map(has_amount));
        let receivers = members.pick(&receiving);
        for (position, at) in receiving.iter().zip(0..) {
            let giver = givers.get(*position as usize).copied();
            let shared = giver.and_then(|giver| amounts.get_mut(giver as usize)?.as_mut());
            if let Some(shared) = shared {
                shared.receivers.push(at);
            }
        }
        let weights = self.weights(shared, &receivers, faults);
        let mut parts: Vec<Option<Exact>> = vec![None; receivers.len()];
        for (giver, given) in (0..).zip(&amounts) {
            let Some(given) = given else { continue };
            let own: Vec<&Exact> = given.receivers.iter().filter_map(|at| weights.get(*at as usize)).collect();
            match share_out(&given.amount, &own, shared) {
                Some(own) => {
                    for (at, part) in given.receivers.iter().zip(own) {
                        if let Some(place) = parts.get_mut(*at as usize) {
                            *place = Some(Exact::from_big_units(part, shared.places));
                        }
                    }
                }
                None => {
                    let kind = FaultKind::NoReceiver(given.amount.clone());
                    faults.push(Fault { kind, expr, frame, row: giver });
                }
            }
        }
        let parts = Vector::Numbers(Numbers::Exact(parts));
        let place = |row: &u32| receivers.rows.binary_search(row).ok().map(row_number);
        parts.pick(at.rows.iter().map(place))
    }

    /// The amounts that are there, by their rows.
    fn shared_amounts(
        &self,
        shared: &Allocate,
        expr: ExprId,
        givers: &[u32],
        members: &Selection,
        faults: &mut Vec<Fault>,
    ) -> Vec<Option<Shared>> {
        let frame = self.model.columns.at(shared.amount).frame;
        // A required value that was not given is a fault of its row where one asks for it.
        let mut asked: Vec<u32> =
            givers.iter().take(members.len()).copied().filter(|giver| *giver != NOWHERE).collect();
        asked.sort_unstable();
        asked.dedup();
        let asked = Selection::new(frame, asked);
        self.cells(expr, shared.amount, &asked.rows, &asked, faults);
        let all = self.all_rows(frame);
        let values = self.cells(expr, shared.amount, &all.rows, &all, &mut Vec::new()).numbers();
        let states = self.states(shared.amount, &all, faults);
        let amount = |(row, state): (usize, State)| {
            let amount = values.get(row).filter(|_| state == State::There)?;
            Some(Shared { amount, receivers: Vec::new() })
        };
        states.into_iter().enumerate().map(amount).collect()
    }

    /// The weights of the receivers; one below 0 is a fault of its row.
    fn weights(&self, shared: &Allocate, receivers: &Selection, faults: &mut Vec<Fault>) -> Vec<Exact> {
        let Some(weight) = &shared.weight else { return vec![Exact::one(); receivers.len()] };
        let weights = self.eval(weight, receivers, faults).numbers();
        let mut all = Vec::with_capacity(receivers.len());
        for position in 0..receivers.len() {
            let own = weights.get(position).unwrap_or_else(Exact::zero);
            if own.is_negative() {
                faults.push(receivers.fault(FaultKind::NegativeWeight(own.clone()), weight.id, position));
            }
            all.push(own);
        }
        all
    }
}

/// The units of each part; none where there is an amount and no weight.
#[expect(clippy::arithmetic_side_effects, reason = "integers without bound")]
fn share_out(amount: &Exact, weights: &[&Exact], shared: &Allocate) -> Option<Vec<BigInt>> {
    let total = weights.iter().fold(Exact::zero(), |sum, weight| sum.plus(weight));
    if amount.is_zero() {
        return Some(vec![BigInt::zero(); weights.len()]);
    }
    let whole = amount.to_units(shared.places, Rounding::HalfUp);
    let mut parts = Vec::with_capacity(weights.len());
    // By how much of a unit each part is short of what it is due.
    let mut short = Vec::with_capacity(weights.len());
    for weight in weights {
        let due = amount.absolute().times(weight).over(&total)?;
        let part = match shared.rest {
            Rest::Largest => due.to_units(shared.places, Rounding::Floor),
            Rest::First | Rest::Last => {
                let signed = if whole.is_negative() { due.negated() } else { due.clone() };
                signed.to_units(shared.places, shared.rounding)
            }
        };
        short.push(due.minus(&Exact::from_big_units(part.clone(), shared.places)));
        parts.push(part);
    }
    if total.is_zero() {
        return None;
    }
    match shared.rest {
        Rest::Largest => {
            let mut left = parts.iter().fold(whole.abs(), |left, part| left - part);
            let mut neediest: Vec<usize> = (0..parts.len()).collect();
            neediest.sort_by(|a, b| short.get(*b).cmp(&short.get(*a)).then(a.cmp(b)));
            for part in neediest {
                if left.is_positive()
                    && let Some(part) = parts.get_mut(part)
                {
                    *part += BigInt::one();
                    left -= BigInt::one();
                }
            }
            if whole.is_negative() {
                parts.iter_mut().for_each(|part| *part = -&*part);
            }
        }
        Rest::First | Rest::Last => {
            let left = parts.iter().fold(whole, |left, part| left - part);
            let mut weighty = weights.iter().zip(&mut parts).filter(|(weight, _)| !weight.is_zero());
            let heir = if shared.rest == Rest::First { weighty.next() } else { weighty.last() };
            if let Some((_, part)) = heir {
                *part += left;
            }
        }
    }
    Some(parts)
}
