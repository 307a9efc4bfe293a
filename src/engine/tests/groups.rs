//! Aggregates, teams and increases.

use super::fixture::*;
use super::*;

/// Persons 0 (manages 1), 1 (manages 2), 2 and 3 (alone); deals of 2, 1, 0, 2 and no one.
fn team_plan(over: Over) -> (Fixture, ColumnId) {
    let mut plan = Fixture::new(4);
    let managers = rows(&[None, Some(0), Some(1), None]);
    let manager = plan.data(PERSON_ROWS, reference(), managers);
    let (_, deal) = plan.record(5);
    let owners = rows(&[Some(2), Some(1), Some(0), Some(2), None]);
    let owner = plan.data(deal, reference(), owners);
    let amount = plan.data(deal, MONEY, numbers(&[100, 50, 7, 20, 1]));
    // Person 2 is not in the plan, and counts below the others all the same.
    plan.model.plan.people_condition =
        Some(compare(e(Op::Key(0)), Comparison::NotEqual, e(Op::Constant(Value::Row(2)))));
    let mut total = sum(read(amount), deal, PEOPLE, vec![read(owner)]);
    total.over = Some(Below { over, day: None, part: 0, people: PERSON, links: Vec::new(), manager });
    let column = plan.define(PEOPLE, aggregate(total));
    (plan, column)
}

#[test]
fn a_team_is_all_levels_below_without_the_person() {
    let (plan, column) = team_plan(Over::Team);
    // 0: 50 of 1, 100 and 20 of 2; 1: those of 2; 3: none.
    assert_eq!(plan.values(column), ["170", "120", "0"]);
    let (plan, column) = team_plan(Over::Reports);
    assert_eq!(plan.values(column), ["50", "120", "0"]);
}

#[test]
fn members_fall_to_the_row_of_their_key() {
    let mut plan = Fixture::new(2);
    let (_, deal) = plan.record(4);
    let owner = plan.data(deal, reference(), rows(&[Some(0), Some(0), None, Some(0)]));
    let amount = plan.data(deal, MONEY, numbers(&[3, 4, 5, -1]));
    let total = |op| {
        let mut total = sum(read(amount), deal, PEOPLE, vec![read(owner)]);
        total.op = op;
        total.conditions = vec![compare(read(amount), Comparison::Greater, number("0"))];
        aggregate(total)
    };
    let ops = [
        (AggregateOp::Sum, ["7", "0"]),
        (AggregateOp::Count, ["2", "0"]),
        (AggregateOp::Average, ["3.5", "-"]),
        (AggregateOp::Largest, ["4", "-"]),
    ];
    for (op, expected) in ops {
        let column = plan.define(PEOPLE, total(op));
        assert_eq!(plan.values(column), expected, "{op:?}");
    }
    let all = plan.define(ONE, aggregate(sum(read(amount), deal, ONE, Vec::new())));
    assert_eq!(plan.values(all), ["11"]);
}

#[test]
fn an_aggregate_computes_only_the_members_that_are_asked_for() {
    let mut plan = Fixture::new(2);
    let (_, deal) = plan.record(2);
    let owner = plan.data(deal, reference(), rows(&[Some(0), Some(1)]));
    let amount = plan.data(deal, MONEY, numbers(&[4, 0]));
    let inverse = math(number("1"), Divided, read(amount));
    let inverses = aggregate(sum(inverse, deal, PEOPLE, vec![read(owner)]));
    let first = compare(e(Op::Key(0)), Comparison::Equal, e(Op::Constant(Value::Row(0))));
    let column = plan.define(PEOPLE, when(first, inverses.clone(), number("9")));
    assert_eq!(plan.values(column), ["0.25", "9"]);
    plan.define(PEOPLE, inverses);
    let faults = plan.run().unwrap_err();
    assert_eq!((faults.len(), faults[0].frame, faults[0].row), (1, deal, 1));
}

fn accelerator(plan: &mut Fixture) -> crate::ids::RatesId {
    let number = |text: &str| Value::Number(Exact::parse(text).unwrap());
    let starts = ["0", "0.5", "1"].map(|start| Start { at: Some(number(start)), inclusive: true });
    let axes = vec![Axis::Bands(starts.to_vec())];
    let values = ["0.6", "1", "1.5"].map(number).to_vec();
    let rows = RatesRows::Written(Grid { axes, along: 0, values });
    plan.model.rates.push(Rates { kind: RatesKind::Marginal, rows })
}

#[test]
fn shares_of_an_increase_add_up_to_the_whole() {
    let mut plan = Fixture::new(2);
    let (_, deal) = plan.record(5);
    let owners = [Some(0), Some(1), Some(0), Some(0), None];
    let owner = plan.data(deal, reference(), rows(&owners));
    let closed = ["2026-03-01", "2026-01-01", "2026-01-05", "2026-01-05", "2026-01-01"];
    let closed = plan.data(deal, Type::Date, dates(&closed));
    let amount = plan.data(deal, MONEY, numbers(&[60, 40, 30, 20, 5]));
    let rates = accelerator(&mut plan);
    let bookings = aggregate(sum(read(amount), deal, PEOPLE, vec![read(owner)]));
    let bookings = plan.define(PEOPLE, bookings);
    let progress = math(read(bookings), Divided, number("100"));
    let progress = plan.declare(PEOPLE, MONEY, None, progress);
    plan.definition(progress).conditions = vec![compare(read(bookings), Comparison::Greater, number("25"))];
    plan.steps.push(Compute::Column(progress));
    let paid = e(Op::Rate(rates, vec![read(progress)]));
    let paid = e(Op::Default(Box::new(math(paid, Times, number("1000"))), Box::new(number("0"))));
    let paid = plan.define(PEOPLE, paid);
    let share = Increase { target: paid, group: vec![read(owner)], order: vec![read(closed)] };
    let share = plan.define(deal, e(Op::Increase(Box::new(share))));
    let results = plan.run().unwrap();
    // Person 0 by date and row: 30 (0.3 * 0.6 = 0.18), 50 (0.3), 110 (0.3 + 0.5 + 0.1 * 1.5 = 0.95).
    // Person 1: 40 (0.24).
    assert_eq!(texts(&results, paid), ["950", "240"]);
    assert_eq!(texts(&results, share), ["650", "240", "180", "120", "-"]);

    // With 20 first in its group, the progress of the first part has no row: nothing is paid yet.
    let first = vec![math(read(amount), Times, number("1"))];
    if let Op::Increase(increase) = &mut plan.definition(share).body.op {
        increase.order = first;
    }
    assert_eq!(plan.values(share), ["650", "240", "300", "0", "-"]);
}

#[test]
fn a_group_without_its_row_shares_nothing() {
    let mut plan = Fixture::new(2);
    let (_, deal) = plan.record(3);
    let owner = plan.data(deal, reference(), rows(&[Some(0), Some(1), Some(1)]));
    let amount = plan.data(deal, MONEY, numbers(&[1, 5, 2]));
    let other = plan.data(PERSON_ROWS, MONEY, numbers(&[1, 10]));
    let mut largest = sum(read(amount), deal, PERSON_ROWS, vec![read(owner)]);
    largest.op = AggregateOp::Largest;
    let target = math(aggregate(largest), Plus, read(other));
    let target = plan.define(PERSON_ROWS, target);
    plan.definition(target).conditions = vec![compare(read(other), Comparison::Greater, number("1"))];
    let share = Increase { target, group: vec![read(owner)], order: vec![read(amount)] };
    let share = plan.define(deal, e(Op::Increase(Box::new(share))));
    // Row 2 comes first: 2 + 10; then 5 + 10.
    assert_eq!(plan.values(share), ["-", "3", "12"]);
}
