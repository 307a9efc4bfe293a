//! Credits and their outcomes.

use super::fixture::*;
use super::*;
use crate::table::CreditRow;

/// The frame of the credits with its columns.
fn credit_table(plan: &mut Fixture, source: crate::ids::RecordId) -> CreditTable {
    let rule = plan.model.choices.push(vec!["direct".to_owned()]);
    let frame: FrameId = plan.model.frames.push(Frame { parts: vec![KeyPart::Credit], rows: FrameRows::Credit });
    let mut column =
        |ty, places| plan.model.columns.push(Column { frame, ty, places, optional: false, origin: Origin::Credit });
    CreditTable {
        frame,
        rule: column(Type::Choice(rule), None),
        source: Some(column(Type::Reference(source), None)),
        person: column(reference(), None),
        date: column(Type::Date, None),
        amount: column(MONEY, Some(2)),
        columns: Vec::new(),
    }
}

#[test]
fn every_source_row_is_credited_or_told_why_not() {
    let mut plan = Fixture::new(3);
    let (record, deal) = plan.record(7);
    let owners = [Some(0), None, Some(1), Some(2), Some(0), Some(1), Some(0)];
    let owner = plan.data(deal, reference(), rows(&owners));
    let day = "2026-05-05";
    let closed = [day, day, "", day, "2025-12-31", day, day];
    let closed = plan.data(deal, Type::Date, dates(&closed));
    let amount = plan.data(deal, MONEY, numbers(&[100, 1, 1, 1, 1, 50, 0]));
    plan.model.plan.people_condition = Some(compare(e(Op::Key(0)), Comparison::Less, e(Op::Constant(Value::Row(2)))));
    let table = credit_table(&mut plan, record);
    plan.model.credit = Some(table.clone());
    let rule = |amount: Expr, conditions| CreditRule {
        record,
        conditions,
        frame: deal,
        source: None,
        child: None,
        managers: None,
        narrowed: Vec::new(),
        to: read(owner),
        on: read(closed),
        amount,
        columns: Vec::new(),
    };
    let positive = compare(read(amount), Comparison::Greater, number("0"));
    let third = math(read(amount), Divided, number("3"));
    let first = plan.model.rules.push(rule(third, vec![positive]));
    let large = compare(read(amount), Comparison::Greater, number("60"));
    let second = plan.model.rules.push(rule(read(amount), vec![large]));
    plan.steps = vec![Compute::Rule(second), Compute::Rule(first), Compute::Credits];
    let total = aggregate(sum(read(table.amount), table.frame, PEOPLE, vec![read(table.person)]));
    let total = plan.define(PEOPLE, total);

    let results = plan.run().unwrap();
    let made = |rule, row| CreditRow { rule, source: row, row };
    assert_eq!(results.credits, [made(first, 0), made(first, 5), made(second, 0)]);
    assert_eq!(
        results.outcomes[0].outcomes,
        [
            (0, Outcome::Credited(0)),
            (1, Outcome::NoPerson),
            (2, Outcome::NoDate),
            (3, Outcome::OutsidePeople),
            (4, Outcome::OutsideDates),
            (5, Outcome::Credited(1)),
            (6, Outcome::Where(0)),
        ]
    );
    assert_eq!(results.outcomes[1].outcomes[0], (0, Outcome::Credited(2)));
    assert_eq!(results.outcomes[1].outcomes[5], (5, Outcome::Where(0)));
    assert_eq!(texts(&results, table.amount), ["33.33", "16.67", "100"]);
    assert_eq!(texts(&results, table.rule), ["0", "0", "1"]);
    assert_eq!(texts(&results, table.source.unwrap()), ["0", "5", "0"]);
    assert_eq!(texts(&results, table.person), ["0", "1", "0"]);
    assert_eq!(texts(&results, total), ["133.33", "16.67"]);
}
