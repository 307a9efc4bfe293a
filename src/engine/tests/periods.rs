//! Periods, one after another.

use super::fixture::*;
use super::*;

/// A balance over the months of November to February: 10 more each month, from 100 on.
fn balance(each: Option<Unit>) -> Vec<String> {
    let mut plan = Fixture::new(1);
    let effective = (date("2026-11-15"), date("2027-02-10"));
    plan.tables.calendar = crate::calendar::Calendar::new(1, effective, Vec::new());
    let months = plan.times(PEOPLE, Unit::Month);
    let balance = plan.model.columns.next_id();
    let more = math(e(Op::Previous(balance)), Plus, number("10"));
    assert_eq!(plan.declare(months, MONEY, Some(2), more), balance);
    plan.definition(balance).starting = Some(Starting { value: number("100"), each });
    plan.steps.push(Compute::Periodwise(vec![balance]));
    plan.values(balance)
}

#[test]
fn a_balance_starts_and_goes_on() {
    assert_eq!(balance(None), ["110", "120", "130", "140"]);
    assert_eq!(balance(Some(Unit::Year)), ["110", "120", "110", "120"]);
    assert_eq!(balance(Some(Unit::Quarter)), ["110", "120", "110", "120"]);
    assert_eq!(balance(Some(Unit::Half)), ["110", "120", "110", "120"]);
}

#[test]
fn definitions_of_one_period_come_in_their_order() {
    // owed = previous paid * 2 (1 at first); paid = owed + 1: 1, 2; 4, 5; 10, 11 ...
    let mut plan = Fixture::new(1);
    plan.tables.calendar = crate::calendar::Calendar::new(1, (date("2026-01-01"), date("2026-03-31")), Vec::new());
    let months = plan.times(PEOPLE, Unit::Month);
    let owed = plan.model.columns.next_id();
    let paid = ColumnId(owed.0 + 1);
    let twice = math(e(Op::Previous(paid)), Times, number("2"));
    let body = e(Op::Default(Box::new(twice), Box::new(number("1"))));
    plan.declare(months, MONEY, Some(2), body);
    plan.declare(months, MONEY, Some(2), math(read(owed), Plus, number("1")));
    plan.steps.push(Compute::Periodwise(vec![owed, paid]));
    let before = plan.define(months, e(Op::Previous(paid)));
    let results = plan.run().unwrap();
    assert_eq!(texts(&results, owed), ["1", "4", "10"]);
    assert_eq!(texts(&results, paid), ["2", "5", "11"]);
    assert_eq!(texts(&results, before), ["-", "2", "5"]);
}

#[test]
fn an_aggregate_may_rest_on_the_period_before() {
    // last = previous total + 1 (0 at first); total = the sum of last over both people.
    let mut plan = Fixture::new(2);
    let effective = (date("2026-01-01"), date("2026-03-31"));
    plan.tables.calendar = crate::calendar::Calendar::new(1, effective, Vec::new());
    let months = plan.times(PEOPLE, Unit::Month);
    let plan_months = plan.times(ONE, Unit::Month);
    let last = plan.model.columns.next_id();
    let total = ColumnId(last.0 + 1);
    let earlier = e(Op::Previous(total));
    let more = math(earlier, Plus, number("1"));
    let body = e(Op::Default(Box::new(more), Box::new(number("0"))));
    plan.declare(months, MONEY, Some(2), body);
    // Those of the other person count as well: the group is the manager's, who is person 0.
    let group = vec![e(Op::Constant(Value::Row(0))), e(Op::Key(1))];
    let mut sum = sum(read(last), months, months, group);
    sum.conditions = vec![e(Op::Exists(Box::new(read(last))))];
    plan.declare(months, MONEY, Some(2), aggregate(sum));
    plan.steps.push(Compute::Periodwise(vec![last, total]));
    let results = plan.run().unwrap();
    // Person 0: 0, 1, 3 with totals 0, 2, 4; person 1 has no members: 0, 1, 1.
    assert_eq!(texts(&results, last), ["0", "1", "3", "0", "1", "1"]);
    assert_eq!(texts(&results, total), ["0", "2", "4", "0", "0", "0"]);
    assert_eq!(results.tables.rows(plan_months).unwrap().key(0).len(), 1);
}
