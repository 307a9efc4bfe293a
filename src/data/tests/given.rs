//! The rows of tests.

use super::plan::{Builder, INTEGER, money, span};
use super::*;
use crate::calendar::Unit;
use crate::table::State;
use crate::types::model::{Control, KeyPart, Type};

struct Given {
    program: Program,
    person: RecordId,
    quota: RecordId,
    columns: [ColumnId; 5],
}

fn given() -> Given {
    let mut plan = Builder::new();
    let person = plan.record("Person", Some("person.csv"));
    let id = plan.key("id", INTEGER);
    let target = plan.column("target", money());
    plan.control(Control { rows: Some(7), sums: Vec::new() });
    let quota = plan.record("Quota", Some("quota.csv"));
    let of = plan.key("person", Type::Reference(person));
    let quarter = plan.key("quarter", Type::Period(Unit::Quarter));
    plan.known_by(&[KeyPart::Record(person), KeyPart::Period(Unit::Quarter)]);
    let amount = plan.column("amount", money());
    Given { program: plan.program(), person, quota, columns: [id, target, of, quarter, amount] }
}

fn row(record: RecordId, start: u32, cells: &[(ColumnId, &str)]) -> GivenRow {
    let cells = cells.iter().map(|(column, text)| (*column, (*text).to_owned()));
    GivenRow { record, cells: cells.collect(), span: span(start) }
}

#[test]
fn cells_left_out_are_missing() {
    let given = given();
    let [id, target, of, quarter, amount] = given.columns;
    let rows = [
        row(given.quota, 3, &[(quarter, "2026-Q1"), (of, "1"), (amount, "5.50")]),
        row(given.person, 1, &[(id, "2"), (target, "100")]),
        row(given.person, 2, &[(id, "1")]),
    ];
    let tables = from_rows(&given.program, &rows, &[]).unwrap();
    let target = tables.column(target).unwrap();
    assert_eq!([target.state(0), target.state(1)], [State::Missing, State::There]);
    assert_eq!(tables.column(of).unwrap().get(0), Some(Value::Row(0)));
    assert_eq!(tables.column(amount).unwrap().fixed(0).unwrap().units, 550);
    assert!(tables.files.is_empty() && tables.file_rows.is_empty());
}

#[test]
fn problems_point_at_the_row() {
    let given = given();
    let [id, target, of, quarter, amount] = given.columns;
    let rows = [
        row(given.person, 1, &[(id, "1"), (target, "x")]),
        row(given.person, 2, &[(id, "1")]),
        row(given.quota, 3, &[(of, "9"), (quarter, "2026-Q1")]),
        row(given.quota, 4, &[(of, "1"), (amount, "5")]),
    ];
    let found = from_rows(&given.program, &rows, &[]).unwrap_err();
    let texts = [
        "E0503: `x` is not a number, in `target`",
        "E0506: the key `1` is given twice, in `id`",
        "E0507: no `Person` has the key `9`, in `person`",
        "E0509: a cell that must have a value is blank, in `quarter`",
    ];
    assert_eq!(shorts(&found), texts);
    let spans: Vec<Span> = found.iter().map(|problem| problem.labels[0].span).collect();
    assert_eq!(spans, [span(1), span(2), span(3), span(4)]);
    assert_eq!(found[1].labels[1].span, span(1));
    let wants = "expected a number with at most 2 decimals, such as `1250.5`";
    assert_eq!(found[0].labels[0].text, wants);
}
