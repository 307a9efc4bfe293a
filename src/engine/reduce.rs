//! Many values become one: sums, counts and the like over lists of positions.

use super::numbers::{Ints, Numbers, There};
use super::vector::Vector;
use crate::types::expr::AggregateOp;
use crate::value::{Exact, Units};

/// What to do next with the values.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    /// Begin anew.
    Reset,
    /// Take the value at a position.
    Take(u32),
    /// Give the result so far.
    Emit,
}

/// One result for each [`Event::Emit`]. A missing value makes it missing; a count counts all.
pub(super) fn reduce(op: AggregateOp, values: Vector, events: &[Event]) -> Vector {
    match op {
        AggregateOp::Count => {
            let everything = vec![Some(()); values.len()];
            let counts = scan(&everything, events, (), |(), ()| (), |(), count| Some(count));
            Vector::Numbers(Numbers::whole(counts))
        }
        AggregateOp::Sum => Vector::Numbers(sums(&values.numbers(), events)),
        AggregateOp::Average => Vector::Numbers(averages(&values.numbers(), events)),
        AggregateOp::Largest => best(values, events, true),
        AggregateOp::Smallest => best(values, events, false),
        // They are one of the values, whatever its type, and never come here.
        AggregateOp::First | AggregateOp::Last => Vector::Blank(emitted(events)),
        AggregateOp::Any => truths(&values.truths(), events, true),
        AggregateOp::All => truths(&values.truths(), events, false),
    }
}

/// Runs over the values as the events say. `give` also gets the number of values taken.
fn scan<T, A: Clone, R>(
    cells: &[Option<T>],
    events: &[Event],
    empty: A,
    take: impl Fn(&A, &T) -> A,
    give: impl Fn(&A, i128) -> Option<R>,
) -> Vec<Option<R>> {
    let (mut state, mut count, mut whole) = (empty.clone(), 0_i128, true);
    let mut results = Vec::new();
    for event in events {
        match event {
            Event::Reset => (state, count, whole) = (empty.clone(), 0, true),
            Event::Take(position) => match cells.get(*position as usize) {
                Some(Some(value)) => {
                    state = take(&state, value);
                    count = count.saturating_add(1);
                }
                _ => whole = false,
            },
            Event::Emit => results.push(if whole { give(&state, count) } else { None }),
        }
    }
    results
}

fn sums(values: &Numbers, events: &[Event]) -> Numbers {
    if let Some((places, units, there)) = values.units()
        && let Some(sums) = fixed_sums(units, there, events, |sum, _| Some(sum))
    {
        let there = sums.iter().map(Option::is_some).collect();
        let units: Units = sums.into_iter().map(Option::unwrap_or_default).collect();
        return Numbers::decimals(places, units.into(), there);
    }
    let sums = scan(&values.exact(), events, Exact::zero(), Exact::plus, |sum, _| Some(sum.clone()));
    Numbers::Exact(sums)
}

fn averages(values: &Numbers, events: &[Event]) -> Numbers {
    let share = |sum: &Exact, count: i128| sum.over(&Exact::from_integer(count));
    if let Some((places, units, there)) = values.units() {
        let average = |sum, count| share(&Exact::from_units(sum, places), count);
        if let Some(averages) = fixed_sums(units, there, events, average) {
            return Numbers::Exact(averages);
        }
    }
    let averages = scan(&values.exact(), events, Exact::zero(), Exact::plus, share);
    Numbers::Exact(averages)
}

/// Results from sums of integers; nothing where a sum does not fit.
fn fixed_sums<R>(
    units: &Ints,
    there: &There,
    events: &[Event],
    give: impl Fn(i128, i128) -> Option<R>,
) -> Option<Vec<Option<R>>> {
    let (mut sum, mut count, mut whole) = (0_i128, 0_i128, true);
    let mut results = Vec::new();
    for event in events {
        match event {
            Event::Reset => (sum, count, whole) = (0, 0, true),
            Event::Take(position) => match there.at(*position as usize) {
                true => {
                    sum = sum.checked_add(units.get(*position as usize))?;
                    count = count.saturating_add(1);
                }
                false => whole = false,
            },
            Event::Emit => results.push(if whole { give(sum, count) } else { None }),
        }
    }
    Some(results)
}

fn best(values: Vector, events: &[Event], larger: bool) -> Vector {
    match values {
        Vector::Numbers(numbers) => {
            if let Some((places, units, there)) = numbers.units() {
                let at = |position| there.at(position).then(|| units.get(position));
                let cells: Vec<Option<i128>> = (0..there.len()).map(at).collect();
                let best = best_of(&cells, events, larger);
                let there = best.iter().map(Option::is_some).collect();
                let units: Units = best.into_iter().map(Option::unwrap_or_default).collect();
                return Vector::Numbers(Numbers::decimals(places, units.into(), there));
            }
            Vector::Numbers(Numbers::Exact(best_of(&numbers.exact(), events, larger)))
        }
        Vector::Text(cells) => Vector::Text(best_of(&cells, events, larger)),
        Vector::Date(cells) => Vector::Date(best_of(&cells, events, larger)),
        Vector::Period(cells) => Vector::Period(best_of(&cells, events, larger)),
        // Nothing to compare: what is left has no order or no value.
        _ => Vector::Blank(emitted(events)),
    }
}

fn emitted(events: &[Event]) -> usize {
    events.iter().filter(|event| matches!(event, Event::Emit)).count()
}

fn best_of<T: Ord + Clone>(cells: &[Option<T>], events: &[Event], larger: bool) -> Vec<Option<T>> {
    let better = |best: &Option<T>, next: &T| match best {
        Some(best) if (next > best) != larger || next == best => Some(best.clone()),
        _ => Some(next.clone()),
    };
    scan(cells, events, None, better, |best, _| best.clone())
}

/// `any` for yes, `all` for no: the result is the deciding truth as soon as one value is.
fn truths(cells: &[Option<bool>], events: &[Event], deciding: bool) -> Vector {
    let decide = |so_far: &bool, yes: &bool| if *yes == deciding { deciding } else { *so_far };
    Vector::YesNo(scan(cells, events, !deciding, decide, |yes, _| Some(*yes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Value;

    /// The values 3, 1, missing; groups: none, the first two, all.
    fn reduced(op: AggregateOp) -> Vec<Option<String>> {
        let values = Vector::Numbers(Numbers::whole(vec![Some(3), Some(1), None]));
        let (take, reset, emit) = (Event::Take, Event::Reset, Event::Emit);
        let events = [reset, emit, reset, take(0), take(1), emit, reset, take(0), take(1), take(2), emit];
        let results = reduce(op, values, &events);
        let text = |position| match results.get(position)? {
            Value::Number(exact) => Some(exact.to_string()),
            other => Some(format!("{other:?}")),
        };
        (0..3).map(text).collect()
    }

    #[test]
    fn each_kind_has_its_own_answer_for_nothing() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(reduced(AggregateOp::Sum), [some("0"), some("4"), None]);
        assert_eq!(reduced(AggregateOp::Count), [some("0"), some("2"), some("3")]);
        assert_eq!(reduced(AggregateOp::Average), [None, some("2"), None]);
        assert_eq!(reduced(AggregateOp::Largest), [None, some("3"), None]);
        assert_eq!(reduced(AggregateOp::Smallest), [None, some("1"), None]);
    }

    #[test]
    fn any_and_all() {
        let values = || Vector::YesNo(vec![Some(true), Some(false)]);
        let events = [Event::Reset, Event::Emit, Event::Take(0), Event::Emit, Event::Take(1), Event::Emit];
        let any = reduce(AggregateOp::Any, values(), &events).truths();
        assert_eq!(any, [Some(false), Some(true), Some(true)]);
        let all = reduce(AggregateOp::All, values(), &events).truths();
        assert_eq!(all, [Some(true), Some(true), Some(false)]);
    }

    #[test]
    fn a_sum_that_does_not_fit_is_rational() {
        let values = Vector::Numbers(Numbers::whole(vec![Some(i128::MAX), Some(i128::MAX)]));
        let events = [Event::Reset, Event::Take(0), Event::Take(1), Event::Emit];
        let sum = reduce(AggregateOp::Sum, values, &events).get(0);
        // 2^128 - 2.
        let expected = Exact::parse("340282366920938463463374607431768211454");
        assert_eq!(sum, expected.map(Value::Number));
    }
}
