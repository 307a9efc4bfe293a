//! Small programs, with results calculated by hand.

mod credits;
mod fixture;
mod groups;
mod periods;

use fixture::*;

use crate::calendar::Unit;
use crate::ids::{ColumnId, ExprId, FrameId};
use crate::program::Compute;
use crate::table::{Fault, FaultKind, Outcome, Value};
use crate::types::expr::{AggregateOp, Arithmetic, Below, Comparison, Convert, Expr, Increase, Op, Over};
use crate::types::model::*;
use crate::value::{Currency, Exact, Rounding};

use Arithmetic::{Minus, Over as Divided, Plus, Times};

fn reference() -> Type {
    Type::Reference(PERSON)
}

fn aggregate(aggregate: crate::types::expr::Aggregate) -> Expr {
    e(Op::Aggregate(Box::new(aggregate)))
}

fn when(condition: Expr, then: Expr, other: Expr) -> Expr {
    e(Op::If(Box::new(condition), Box::new(then), Box::new(other)))
}

#[test]
fn a_branch_not_taken_is_not_computed() {
    let mut plan = Fixture::new(3);
    let x = plan.data(PERSON_ROWS, MONEY, numbers(&[0, 3, 8]));
    let inverse = || math(number("1"), Divided, read(x));
    let zero = || compare(read(x), Comparison::Equal, number("0"));
    let guarded = plan.define(PERSON_ROWS, when(zero(), number("0"), inverse()));
    let default = e(Op::Default(Box::new(missing(x)), Box::new(read(x))));
    let default = plan.define(PERSON_ROWS, default);
    let kept = e(Op::Default(Box::new(read(x)), Box::new(inverse())));
    let kept = plan.define(PERSON_ROWS, kept);
    let large = compare(inverse(), Comparison::Greater, number("0.2"));
    let or = plan.declare(PERSON_ROWS, Type::YesNo, None, e(Op::Or(Box::new(zero()), Box::new(large))));
    plan.steps.push(Compute::Column(or));
    let results = plan.run().unwrap();
    // 1/3 and 1/8 to two places, half up.
    assert_eq!(texts(&results, guarded), ["0", "0.33", "0.13"]);
    assert_eq!(texts(&results, default), ["0", "3", "8"]);
    assert_eq!(texts(&results, kept), ["0", "3", "8"]);
    assert_eq!(texts(&results, or), ["true", "true", "false"]);

    let mut bare = inverse();
    bare.id = ExprId(7);
    plan.define(PERSON_ROWS, bare);
    let fault = Fault { kind: FaultKind::DivisionByZero, expr: ExprId(7), frame: PERSON_ROWS, row: 0 };
    assert_eq!(plan.run().unwrap_err(), [fault]);
}

#[test]
fn definitions_of_one_phase_read_each_other_row_by_row() {
    let mut plan = Fixture::new(10_000);
    // 0, 1, 2, 3, 4, 0, 1, ...
    let data: Vec<i128> = (0..10_000).map(|row| row % 5).collect();
    let x = plan.data(PERSON_ROWS, MONEY, numbers(&data));
    let not_zero = || compare(read(x), Comparison::NotEqual, number("0"));
    let double = plan.define(PERSON_ROWS, math(read(x), Plus, read(x)));
    let inverse = plan.define(PERSON_ROWS, math(number("1"), Divided, read(x)));
    plan.definition(inverse).conditions = vec![not_zero()];
    // Under the same conditions, with a part in common, and under none.
    let more = plan.define(PERSON_ROWS, math(math(number("1"), Divided, read(x)), Plus, read(inverse)));
    plan.definition(more).conditions = vec![not_zero()];
    let sum = plan.define(PERSON_ROWS, math(read(inverse), Plus, read(double)));
    let large = plan.define(PERSON_ROWS, read(sum));
    plan.definition(large).conditions = vec![compare(read(more), Comparison::Greater, number("0.6"))];
    let together = plan.run_together().unwrap();
    let first_five = |column| texts(&together, column).into_iter().skip(5_000).take(5).collect::<Vec<_>>();
    assert_eq!(first_five(double), ["0", "2", "4", "6", "8"]);
    // 1/3 is rounded once for each name: 0.33, and 1/3 + 0.33 = 0.66333... to 0.66.
    assert_eq!(first_five(inverse), ["-", "1", "0.5", "0.33", "0.25"]);
    assert_eq!(first_five(more), ["-", "2", "1", "0.66", "0.5"]);
    assert_eq!(first_five(sum), ["-", "3", "4.5", "6.33", "8.25"]);
    assert_eq!(first_five(large), ["-", "3", "4.5", "6.33", "-"]);
    let apart = plan.run().unwrap();
    for column in [double, inverse, more, sum, large] {
        assert_eq!(texts(&apart, column), texts(&together, column));
    }

    // The first of them that goes wrong is told of, with what stands before it.
    plan.definition(inverse).conditions = Vec::new();
    assert_eq!(plan.run_together().unwrap_err(), plan.run().unwrap_err());
    assert_eq!(plan.run_together().unwrap_err().len(), 2_000);
}

#[test]
fn conditions_are_asked_one_after_another() {
    let mut plan = Fixture::new(3);
    let x = plan.data(PERSON_ROWS, MONEY, numbers(&[0, 4, 8]));
    let y = plan.define(PERSON_ROWS, read(x));
    let inverse = math(number("1"), Divided, read(x));
    plan.definition(y).conditions =
        vec![compare(read(x), Comparison::NotEqual, number("0")), compare(inverse, Comparison::Less, number("0.2"))];
    let present = plan.declare(PERSON_ROWS, Type::YesNo, None, e(Op::Present(y)));
    plan.steps.push(Compute::Column(present));
    let results = plan.run().unwrap();
    assert_eq!(texts(&results, y), ["-", "-", "8"]);
    assert_eq!(texts(&results, present), ["false", "false", "true"]);
}

#[test]
fn chunks_of_rows_make_one_column_and_one_list_of_faults() {
    let count = 10_000;
    let mut plan = Fixture::new(count);
    let values: Vec<i128> = (0..count as i128).collect();
    let x = plan.data(PERSON_ROWS, MONEY, numbers(&values));
    let third = math(read(x), Divided, number("3"));
    // Decimals in some chunks, fractions in others.
    let large = compare(read(x), Comparison::Greater, number("5000"));
    let mixed = plan.define(PERSON_ROWS, when(large, third, read(x)));
    let texts = plan.values(mixed);
    assert_eq!(texts[5000], "5000");
    assert_eq!(texts[5001], "1667");
    assert_eq!(texts[9998], "3332.67");

    let behind = math(number("9000"), Minus, read(x));
    plan.define(PERSON_ROWS, math(number("1"), Divided, behind.clone()));
    let hole = math(number("1"), Divided, math(behind, Times, read(x)));
    plan.steps.truncate(1);
    plan.define(PERSON_ROWS, hole);
    let rows: Vec<u32> = plan.run().unwrap_err().iter().map(|f| f.row).collect();
    assert_eq!(rows, [0, 9000]);
}

#[test]
fn a_named_value_is_rounded_once_and_has_eighteen_digits() {
    let mut plan = Fixture::new(2);
    let x = plan.data(PERSON_ROWS, MONEY, numbers(&[1, 900_000_000]));
    let third = math(read(x), Divided, number("3"));
    let exact = plan.declare(PERSON_ROWS, MONEY, None, third.clone());
    plan.steps.push(Compute::Column(exact));
    let down = plan.define(PERSON_ROWS, math(number("-2"), Times, third));
    plan.definition(down).rounding = Rounding::Floor;
    let results = plan.run().unwrap();
    assert_eq!(texts(&results, exact), ["1/3", "300000000"]);
    assert_eq!(texts(&results, down), ["-0.67", "-600000000"]);
    // 8.1e15 at two places has 18 digits; ten times as much has one too many.
    let square = |factor| math(math(read(x), Times, read(x)), Times, number(factor));
    let most = plan.define(PERSON_ROWS, square("0.01"));
    assert_eq!(plan.values(most)[1], "8100000000000000");
    plan.define(PERSON_ROWS, square("0.1"));
    let faults = plan.run().unwrap_err();
    let kind = FaultKind::TooLarge(Exact::from_integer(81_000_000_000_000_000));
    assert_eq!((faults.len(), &faults[0].kind, faults[0].row), (1, &kind, 1));
}

#[test]
fn a_required_value_that_was_not_given_is_asked_for_where_it_is_read() {
    let mut plan = Fixture::new(2);
    let x = plan.data(PERSON_ROWS, MONEY, vec![None, numbers(&[5])[0].clone()]);
    plan.model.columns.at_mut(x).optional = false;
    let unread = when(compare(e(Op::Key(0)), Comparison::Equal, e(Op::Constant(Value::Row(0)))), number("1"), read(x));
    let y = plan.define(PERSON_ROWS, unread);
    assert_eq!(plan.values(y), ["1", "5"]);
    plan.define(PERSON_ROWS, read(x));
    let faults = plan.run().unwrap_err();
    assert_eq!((faults.len(), faults[0].row), (1, 0));
    assert_eq!(faults[0].kind, FaultKind::NotGiven(x));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let mut plan = Fixture::new(9_000);
    let values: Vec<i128> = (0..9_000).map(|n| n * 7 % 1_000).collect();
    let x = plan.data(PERSON_ROWS, MONEY, numbers(&values));
    let inverse = math(number("1"), Divided, math(read(x), Plus, number("3")));
    let y = plan.define(PERSON_ROWS, inverse);
    let total = plan.define(ONE, aggregate(sum(read(y), PERSON_ROWS, ONE, Vec::new())));
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let results = pool.unwrap().install(|| plan.run().unwrap());
        [y, total].map(|column| results.tables.column(column).cloned())
    };
    assert_eq!(run(1), run(4));
    plan.define(PERSON_ROWS, math(number("1"), Divided, read(x)));
    let faults = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| plan.run().unwrap_err())
    };
    // 7n is a multiple of 1,000 for every thousandth n.
    assert_eq!(faults(1).len(), 9);
    assert_eq!(faults(1), faults(4));
}

#[test]
fn amounts_change_their_currency_at_the_rate_of_their_row() {
    let mut plan = Fixture::new(4);
    let code = |code: &str| Currency::from_code(code).unwrap();
    let (fx, rates) = plan.record(0);
    plan.model.frames.at_mut(rates).parts = vec![KeyPart::Choice(crate::ids::ChoiceId(0)), KeyPart::Currency];
    assert_eq!(plan.model.records.at(fx).frame, rates);
    let key = |currency: &str| Value::Currency(code(currency)).key().unwrap();
    let keys = [[0, key("EUR")], [0, key("GBP")]];
    plan.tables.set_rows(rates, crate::table::Rows::new(keys));
    let rate = plan.data(rates, MONEY, numbers(&[2, 3]));
    let currencies = ["USD", "EUR", "GBP", "JPY"];
    let values = currencies.map(|c| Some(Value::Currency(code(c)))).to_vec();
    let currency = plan.data(PERSON_ROWS, Type::Currency, values);
    let amount = plan.data(PERSON_ROWS, MONEY, numbers(&[10, 10, 10, 10]));
    let convert = |to: &str| {
        e(Op::Convert(Box::new(Convert {
            amount: read(amount),
            from: read(currency),
            to: e(Op::Constant(Value::Currency(code(to)))),
            home: code("USD"),
            rate,
            key: vec![Some(e(Op::Constant(Value::Choice(0)))), None],
        })))
    };
    let known = compare(e(Op::Key(0)), Comparison::Less, e(Op::Constant(Value::Row(3))));
    let dollars = plan.define(PERSON_ROWS, when(known.clone(), convert("USD"), number("0")));
    let euros = plan.define(PERSON_ROWS, when(known, convert("EUR"), number("0")));
    let results = plan.run().unwrap();
    assert_eq!(texts(&results, dollars), ["10", "20", "30", "0"]);
    // 10 / 2, itself, 10 * 3 / 2.
    assert_eq!(texts(&results, euros), ["5", "10", "15", "0"]);
    plan.define(PERSON_ROWS, convert("USD"));
    let faults = plan.run().unwrap_err();
    assert_eq!((faults.len(), faults[0].row), (1, 3));
    assert_eq!(faults[0].kind, FaultKind::MissingRate(code("JPY")));
}

#[test]
fn an_ensure_that_does_not_hold_names_its_rows() {
    let mut plan = Fixture::new(3);
    let x = plan.data(PERSON_ROWS, MONEY, numbers(&[1, 5, 9]));
    let mut holds = compare(read(x), Comparison::Less, number("4"));
    holds.id = ExprId(3);
    let ensure = plan.model.ensures.push(Ensure {
        frame: PERSON_ROWS,
        conditions: vec![compare(read(x), Comparison::Less, number("9"))],
        holds,
    });
    plan.steps.push(Compute::Ensure(ensure));
    let fault = Fault { kind: FaultKind::Ensure(ensure), expr: ExprId(3), frame: PERSON_ROWS, row: 1 };
    assert_eq!(plan.run().unwrap_err(), [fault]);
}
