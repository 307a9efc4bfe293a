//! Whole records: order, keys, references, circles, control totals, files.

use super::plan::{Builder, INTEGER, money, plain, span};
use super::*;
use crate::calendar::Unit;
use crate::diagnostics::Code;
use crate::ids::Id;
use crate::table::Cells;
use crate::types::model::{Control, KeyPart, Shown, Type};
use crate::value::{Currency, Fixed};

/// Employees, of whom some are people paid, with a quota by quarter, and orders.
struct Sales {
    program: Program,
    employee: RecordId,
    quota: RecordId,
    manager: ColumnId,
    amount: ColumnId,
    seller: ColumnId,
}

fn sales() -> Sales {
    sales_with(None)
}

fn sales_with(control: Option<Control>) -> Sales {
    let mut plan = Builder::new();
    let employee = plan.record("Employee", Some("employee.csv"));
    plan.key("id", INTEGER);
    let manager = plan.optional("manager", Type::Reference(employee));
    plan.hierarchy(manager);
    let people = plan.record("Person", Some("person.csv"));
    plan.key("employee", Type::Reference(employee));
    plan.column("rate", plain(Shown::Percent));
    let quota = plan.record("Quota", Some("quota.csv"));
    plan.key("person", Type::Reference(people));
    plan.key("quarter", Type::Period(Unit::Quarter));
    plan.known_by(&[KeyPart::Record(people), KeyPart::Period(Unit::Quarter)]);
    let amount = plan.column("amount", money());
    if let Some(control) = control {
        plan.control(control);
    }
    plan.record("Order", Some("order.csv"));
    plan.key("number", Type::Text);
    let seller = plan.optional("seller", Type::Reference(people));
    Sales { program: plan.program(), employee, quota, manager, amount, seller }
}

const EMPLOYEES: (&str, &str) = ("employee.csv", "id,manager\n10,9\n9,\n100,10\n");
const PEOPLE: (&str, &str) = ("person.csv", "employee,rate\n100,1.5%\n10,2%\n");
const QUOTAS: (&str, &str) = ("quota.csv", "person,quarter,amount\n100,2026-Q1,5\n10,2026-Q2,7.5\n10,2026-Q1,6\n");
const ORDERS: (&str, &str) = ("order.csv", "number,seller\nb,010\na,100\nB,\n");

const ALL: [(&str, &str); 4] = [EMPLOYEES, PEOPLE, QUOTAS, ORDERS];

/// All files, one of them replaced.
fn with<'a>(name: &'a str, text: &'a str) -> Vec<(&'a str, &'a str)> {
    let replace = |file: (&'a str, &'a str)| if file.0 == name { (name, text) } else { file };
    ALL.into_iter().map(replace).collect()
}

#[test]
fn rows_stand_in_order_of_their_keys() {
    let sales = sales();
    let tables = loaded(&sales.program, &ALL);
    let frame_of = |record| sales.program.model.records.at(record).frame;
    // Employees 9, 10, 100 (as numbers): 10 is managed by row 0, 100 by row 1.
    assert_eq!(tables.file_rows[&frame_of(sales.employee)], [3, 2, 4]);
    let manager = tables.column(sales.manager).unwrap();
    let managers = [manager.get(0), manager.get(1), manager.get(2)];
    assert_eq!(managers, [None, Some(Value::Row(0)), Some(Value::Row(1))]);
    // People 10, 100, so quotas (10, Q1), (10, Q2), (100, Q1).
    assert_eq!(tables.file_rows[&frame_of(sales.quota)], [4, 3, 2]);
    let frame = sales.program.model.records.at(sales.quota).frame;
    let rows = tables.rows(frame).unwrap();
    assert_eq!(rows.key(0), [0, 8104]);
    assert_eq!(rows.key(1), [0, 8105]);
    assert_eq!(rows.find(&[1, 8104]), Some(2));
    let amount = tables.column(sales.amount).unwrap();
    let units = Cells::Number { places: 2, units: [600, 750, 500].into_iter().collect() };
    assert_eq!(amount.cells(), &units);
    // Orders by the bytes of their number: B, a, b; 010 is the integer 10.
    let seller = tables.column(sales.seller).unwrap();
    let sellers = [seller.get(0), seller.get(1), seller.get(2)];
    assert_eq!(sellers, [None, Some(Value::Row(1)), Some(Value::Row(0))]);
}

#[test]
fn files_are_named_with_their_hash() {
    let tables = loaded(&sales().program, &with("order.csv", "number,seller\n"));
    let paths: Vec<&str> = tables.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["employee.csv", "person.csv", "quota.csv", "order.csv"]);
    // printf 'number,seller\n' | sha256sum
    let hash = "ea28dd9bf195d1578181219512dc329dec702a958bddd06dda17f16b6bd76141";
    assert_eq!(tables.files[3].rows, 0);
    assert_eq!(tables.files[3].sha256, hash);
}

#[test]
fn the_order_of_a_file_does_not_matter() {
    let sales = sales();
    let one = loaded(&sales.program, &ALL);
    let shuffled =
        with("quota.csv", "amount;quarter;person;note\n6;2026-Q1;10;\n5.00;2026-Q1;100;x\n7.50;2026-Q2;10;\n");
    let mut shuffled = shuffled;
    shuffled[0].1 = "manager,id\n10,100\n9,10\n,9\n";
    let other = loaded(&sales.program, &shuffled);
    for column in one.column_ids() {
        assert_eq!(one.column(column), other.column(column), "{column:?}");
    }
    for frame in sales.program.model.frames.ids() {
        assert_eq!(one.rows(frame), other.rows(frame));
    }
    assert_ne!(one.file_rows, other.file_rows);
}

#[test]
fn keys_stand_once() {
    let sales = sales();
    let text = "person,quarter,amount\n10,2026-Q1,1\n100,2026-Q1,2\n010,2026-Q1,3\n10,2026-Q1,4\n";
    let found = problems(&sales.program, &with("quota.csv", text));
    let texts = [
        "E0506 quota.csv:4:person, quarter: the key `010, 2026-Q1` stands in row 2 already",
        "E0506 quota.csv:5:person, quarter: the key `10, 2026-Q1` stands in row 2 already",
    ];
    assert_eq!(shorts(&found), texts);
}

#[test]
fn references_lead_to_rows() {
    let sales = sales();
    let text = "number,seller\na,9\nb,11\nc,x\n";
    let found = problems(&sales.program, &with("order.csv", text));
    let texts = [
        "E0507 order.csv:2:seller: no `Person` has the key `9`",
        "E0507 order.csv:3:seller: no `Person` has the key `11`",
        "E0503 order.csv:4:seller: `x` is not a whole number",
    ];
    assert_eq!(shorts(&found), texts);
    assert_eq!(expected(&found[0]), "the key of a row of `Person`, in `person.csv`");
    let wants = "the key of a row of `Person`: a whole number, such as `12`";
    assert_eq!(expected(&found[2]), wants);

    let mut plan = Builder::new();
    let account = plan.record("Account", Some("account.csv"));
    plan.key("id", Type::Text);
    plan.record("Deal", Some("deal.csv"));
    plan.key("id", Type::Text);
    plan.column("account", Type::Reference(account));
    let program = plan.program();
    let found = problems(&program, &[("account.csv", "id\nacme\nzeta\n"), ("deal.csv", "id,account\nd,acme \n")]);
    assert_eq!(shorts(&found), ["E0507 deal.csv:2:account: no `Account` has the key `acme `"]);
    assert_eq!(help(&found[0]), "did you mean `acme`?");
}

#[test]
fn what_could_not_be_read_is_not_called_missing() {
    let sales = sales();
    let found = problems(&sales.program, &with("person.csv", "employee,rate\n10,1%\n100\n"));
    assert_eq!(shorts(&found), ["E0511 person.csv:3:-: the row has 1 cell, the header has 2"]);
    let found = problems(&sales.program, &with("employee.csv", "key,manager\n9,\n"));
    let text = "E0502 employee.csv:1:id: `employee.csv` has no column `id`";
    assert_eq!(shorts(&found), [text]);
}

#[test]
fn nobody_is_their_own_manager() {
    let sales = sales();
    let text = "id,manager\n9,100\n10,9\n100,10\n7,8\n8,8\n6,9\n";
    let found = problems(&sales.program, &with("employee.csv", text));
    let texts = [
        "E0513 employee.csv:2:manager: `9` reports to `100`, that to `10`, that to `9`",
        "E0513 employee.csv:6:manager: `8` reports to `8`",
    ];
    assert_eq!(shorts(&found), texts);
}

#[test]
fn control_totals_hold() {
    let control = |rows, units, places| {
        let sum = Fixed { units, places };
        let amount = sales().amount;
        sales_with(Some(Control { rows: Some(rows), sums: vec![(amount, sum)] }))
    };
    // 5 + 7.50 + 6 = 18.50
    loaded(&control(3, 185, 1).program, &ALL);
    let found = problems(&control(7422, 570_443_308_205, 4).program, &ALL);
    let texts = [
        "E0512 quota.csv:-: the number of rows in `Quota` is 3, its control total is 7422",
        "E0512 quota.csv:amount: the sum of `amount` in `Quota` is 18.5, its control total is \
         57,044,330.8205",
    ];
    assert_eq!(shorts(&found), texts);
    let short = "person,quarter,amount\n100,2026-Q1,5\n10,2026-Q2,7.5\n10,2026-Q1,6";
    loaded(&control(3, 1850, 2).program, &with("quota.csv", short));
    let found = problems(&sales().program, &with("quota.csv", short));
    let text = "E0511 quota.csv:4:-: the file ends in the middle of a line, it may have been cut \
                off";
    assert_eq!(shorts(&found), [text]);
}

#[test]
fn files_and_columns_are_there() {
    let sales = sales();
    let found = problems(&sales.program, &[EMPLOYEES, ("persons.csv", ""), QUOTAS, ("order.csv", "Number,seller \n")]);
    let texts = [
        "E0502 order.csv:1:number: `order.csv` has no column `number`",
        "E0502 order.csv:1:seller: `order.csv` has no column `seller`",
        "E0501 person.csv:-: there is no file `person.csv` for the record `Person`",
    ];
    assert_eq!(shorts(&found), texts);
    let advice = "did you mean `Number`? say so behind the type of `number`: `from \"Number\"`";
    assert_eq!(help(&found[0]), advice);
    assert_eq!(help(&found[2]), "did you mean `persons.csv`?");
    assert_eq!(found[2].labels[0].span, span(101));

    let mut plan = Builder::new();
    plan.record("R", Some("../r.csv"));
    plan.key("id", INTEGER);
    let found = problems(&plan.program(), &[]);
    assert_eq!(found[0].code, Code::PathLeaves);
}

#[test]
fn problems_of_all_files_come_together() {
    let sales = sales();
    let found = problems(
        &sales.program,
        &[
            ("employee.csv", "id,manager\n1,\nx,\n"),
            ("person.csv", "employee,rate\n1,5\n"),
            ("quota.csv", "person,quarter,amount\n1,Q1,\"5\"6\n"),
            ("order.csv", "number,seller\na,1\nb,2\n"),
        ],
    );
    let codes: Vec<&str> = found.iter().map(|problem| problem.code.text()).collect();
    assert_eq!(codes, ["E0503", "E0507", "E0503", "E0511"]);
}

#[test]
fn a_record_without_a_file_has_no_rows() {
    let mut plan = Builder::new();
    let record = plan.record("R", None);
    plan.key("id", INTEGER);
    let program = plan.program();
    let tables = loaded(&program, &[]);
    assert!(tables.rows(program.model.records.at(record).frame).unwrap().is_empty());
    assert!(tables.files.is_empty() && tables.file_rows.is_empty());
}

#[test]
fn currencies_and_months_make_a_key() {
    let mut plan = Builder::new();
    let fx = plan.record("Fx", Some("fx.csv"));
    plan.key("month", Type::Period(Unit::Month));
    plan.key("currency", Type::Currency);
    plan.known_by(&[KeyPart::Period(Unit::Month), KeyPart::Currency]);
    plan.column("rate", plain(Shown::Number));
    let program = plan.program();
    let text = "month|currency|rate\n2026-01|GBP|1.26\n2026-01|EUR|1.1\n";
    let tables = loaded(&program, &[("fx.csv", text)]);
    let rows = tables.rows(program.model.records.at(fx).frame).unwrap();
    let euro = Value::Currency(Currency::from_code("EUR").unwrap()).key().unwrap();
    // Months count on from the year 0: 2026 * 12.
    assert_eq!(rows.key(0), [24_312, euro]);
    assert_eq!(fx.index(), 0);
}
