//! One column at a time: what its cells may be, and what is said of others.

use super::plan::{Builder, INTEGER, WINDOW, money, plain};
use super::*;
use crate::calendar::{Period, Unit, parse_date};
use crate::types::model::{Dimension, Part, PercentCells, Shown, Type};
use crate::value::Exact;

/// A record `r.csv` with an integer key and one column `x`.
fn one(ty: impl FnOnce(&mut Builder) -> Type) -> (Program, ColumnId) {
    let mut plan = Builder::new();
    let ty = ty(&mut plan);
    plan.record("R", Some("r.csv"));
    plan.key("id", INTEGER);
    let column = plan.optional("x", ty);
    (plan.program(), column)
}

/// The value of one cell, or the problem with it.
fn cell(program: &Program, column: ColumnId, text: &str) -> Result<Option<Value>, Box<Diagnostic>> {
    let file = format!("id,x\n1,{text}\n");
    let tables = load(program, &files(&[("r.csv", &file)]), &[]);
    let data = |tables: Tables| tables.column(column).unwrap().get(0);
    tables.map(data).map_err(|mut problems| {
        assert_eq!(problems.len(), 1, "{problems:#?}");
        Box::new(problems.remove(0))
    })
}

fn bad(program: &Program, column: ColumnId, text: &str) -> (&'static str, String, String) {
    let problem = cell(program, column, text).unwrap_err();
    let place = problem.data.clone().unwrap();
    assert_eq!((place.file.as_str(), place.row), ("r.csv", Some(2)));
    assert_eq!(place.column.as_deref(), Some("x"));
    assert!(place.found.is_some());
    (problem.code.text(), problem.message.clone(), expected(&problem).to_owned())
}

#[test]
fn numbers() {
    let (program, x) = one(|_| money());
    let value = Value::Number(Exact::from_units(125_050, 2));
    assert_eq!(cell(&program, x, "1250.5"), Ok(Some(value)));
    assert_eq!(cell(&program, x, ""), Ok(None));
    let (code, message, wants) = bad(&program, x, "\"1,250.50\"");
    assert_eq!((code, message.as_str()), ("E0503", "`1,250.50` is not a number"));
    assert_eq!(wants, "a number with at most 2 decimals, such as `1250.5`");
    assert_eq!(bad(&program, x, "0.005").0, "E0508");
    assert_eq!(bad(&program, x, "12345678901234567").0, "E0515");
}

#[test]
fn percentages() {
    let mut plan = Builder::new();
    plan.record("R", Some("r.csv"));
    plan.key("id", INTEGER);
    let x = plan.column("x", plain(Shown::Percent));
    plan.data(x).percent = PercentCells::Whole;
    let program = plan.program();
    let value = Value::Number(Exact::from_units(15, 2));
    assert_eq!(cell(&program, x, "15"), Ok(Some(value)));
    let (program, x) = one(|_| plain(Shown::Percent));
    let problem = cell(&program, x, "0.15").unwrap_err();
    assert_eq!(short(&problem), "E0503 r.csv:2:x: `0.15` has no percent sign");
    assert!(help(&problem).contains("percent as 0.15"), "{problem:?}");
}

#[test]
fn amounts_follow_the_currency_of_their_row() {
    let mut plan = Builder::new();
    plan.record("R", Some("r.csv"));
    plan.key("id", INTEGER);
    let currency = plan.column("currency", Type::Currency);
    let dimension = Dimension { above: Some(Part::RowCurrency(currency)), below: None };
    let x = plan.column("x", Type::Number(dimension, Shown::Money));
    let program = plan.program();
    let tables = loaded(&program, &[("r.csv", "id,currency,x\n1,USD,5.25\n2,JPY,500.0\n")]);
    let stored = tables.column(x).unwrap().fixed(1).unwrap();
    assert_eq!((stored.units, stored.places), (5_000_000, 4));
    let found = problems(&program, &[("r.csv", "id,currency,x\n1,JPY,5.25\n2,usd,5\n")]);
    let texts = [
        "E0508 r.csv:2:x: `5.25` has more decimals than amounts in `JPY` have",
        "E0510 r.csv:3:currency: `usd` is not a currency",
    ];
    assert_eq!(shorts(&found), texts);
    assert_eq!(help(&found[1]), "did you mean `USD`?");
}

#[test]
fn yes_or_no() {
    let (program, x) = one(|_| Type::YesNo);
    for (text, yes) in [("yes", true), ("TRUE", true), ("1", true), ("No", false), ("0", false)] {
        assert_eq!(cell(&program, x, text), Ok(Some(Value::YesNo(yes))));
    }
    let (code, message, _) = bad(&program, x, "y");
    assert_eq!((code, message.as_str()), ("E0510", "`y` is neither yes nor no"));
}

#[test]
fn texts() {
    let (program, x) = one(|_| Type::Text);
    let text = |text: &str| Ok(Some(Value::Text(text.into())));
    assert_eq!(cell(&program, x, " Zoë\tLtd "), text(" Zoë\tLtd "));
    assert_eq!(bad(&program, x, "\"two\nlines\"").0, "E0510");
    assert_eq!(bad(&program, x, "\u{1b}[31m").0, "E0510");
    assert_eq!(bad(&program, x, "  ").0, "E0510");
}

#[test]
fn dates() {
    let (program, x) = one(|_| Type::Date);
    let date = Value::Date(parse_date("2026-02-28").unwrap());
    assert_eq!(cell(&program, x, "2026-02-28"), Ok(Some(date)));
    for text in ["2026-02-29", "28.02.2026", "2/28/2026", "26-02-28"] {
        assert_eq!(bad(&program, x, text).0, "E0504");
    }
    let stamp = cell(&program, x, "2026-02-28 00:00:00").unwrap_err();
    assert_eq!(help(&stamp), "leave out what follows the day: `2026-02-28`");
}

#[test]
fn periods() {
    let (program, x) = one(|_| Type::Period(Unit::Quarter));
    // Quarters count on from the year 0: 2026 * 4 + 1.
    let second = Ok(Some(Value::Period(Period(8105))));
    assert_eq!(cell(&program, x, "2026-Q2"), second);
    let (code, message, wants) = bad(&program, x, "2");
    assert_eq!((code, message.as_str()), ("E0504", "`2` is not a quarter"));
    assert_eq!(wants, "a quarter, such as `2026-Q1`");

    let mut plan = Builder::new();
    plan.record("R", Some("r.csv"));
    plan.key("id", INTEGER);
    let x = plan.column("x", Type::Period(Unit::Quarter));
    plan.data(x).year = Some(2026);
    let program = plan.program();
    assert_eq!(cell(&program, x, "2"), second);
    let (code, _, wants) = bad(&program, x, "5");
    assert_eq!((code, wants.as_str()), ("E0504", "the number of a quarter of 2026, from 1 to 4"));
    assert_eq!(bad(&program, x, "2026-Q2").0, "E0504");
    assert_eq!(bad(&program, x, "+2").0, "E0504");
}

#[test]
fn choices() {
    let (program, x) = one(|plan| Type::Choice(plan.choice("role", &["AE", "Manager"])));
    assert_eq!(cell(&program, x, "Manager"), Ok(Some(Value::Choice(1))));
    let problem = cell(&program, x, "manager").unwrap_err();
    assert_eq!(short(&problem), "E0505 r.csv:2:x: `manager` is none of the choices");
    assert_eq!(expected(&problem), "one of `AE`, `Manager`");
    assert_eq!(help(&problem), "did you mean `Manager`?");
}

#[test]
fn periods_from_data() {
    let mut plan = Builder::new();
    plan.record("Quota", Some("quota.csv"));
    let start = plan.key("start", Type::Period(WINDOW));
    plan.periods("window", start, "2013-05-29");
    plan.record("R", Some("r.csv"));
    plan.key("id", INTEGER);
    let x = plan.column("x", Type::Period(WINDOW));
    let program = plan.program();
    let quota = ("quota.csv", "start\n2012-05-30\n2011-05-31\n");
    let tables = loaded(&program, &[quota, ("r.csv", "id,x\n1,2012-06-15\n2,2011-05-31\n")]);
    let data = tables.column(x).unwrap();
    assert_eq!(data.get(0), Some(Value::Period(Period(1))));
    assert_eq!(data.get(1), Some(Value::Period(Period(0))));
    assert_eq!(tables.calendar.plan_periods(WINDOW), [], "the plan is of 2026");

    let found = problems(&program, &[quota, ("r.csv", "id,x\n1,2013-05-30\n2,x\n")]);
    let texts = ["E0504 r.csv:2:x: `2013-05-30` lies in no `window`", "E0504 r.csv:3:x: `x` is not a date"];
    assert_eq!(shorts(&found), texts);
    assert_eq!(expected(&found[0]), "a date from `2011-05-31` to `2013-05-29`");

    // A first day after the end of the last period.
    let late = ("quota.csv", "start\n2011-05-31\n2014-01-01\n");
    let found = problems(&program, &[late, ("r.csv", "id,x\n")]);
    assert_eq!(shorts(&found), ["E0504 quota.csv:3:start: `2014-01-01` lies in no `window`"]);
    let found = problems(&program, &[("quota.csv", "start\n"), ("r.csv", "id,x\n")]);
    let text = "E0504 quota.csv:start: `quota.csv` has no rows, so there is no `window`";
    assert_eq!(shorts(&found), [text]);
}

#[test]
fn required_cells_are_not_blank() {
    let mut plan = Builder::new();
    plan.record("R", Some("r.csv"));
    plan.key("id", INTEGER);
    plan.column("x", Type::Text);
    let program = plan.program();
    let found = problems(&program, &[("r.csv", "id,x\n1,\n,a\n")]);
    let texts = [
        "E0509 r.csv:2:x: a cell that must have a value is blank",
        "E0509 r.csv:3:id: a cell that must have a value is blank",
    ];
    assert_eq!(shorts(&found), texts);
}
