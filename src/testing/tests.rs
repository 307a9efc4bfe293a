//! Each kind of expectation on a small plan: what holds, what fails and what cannot be understood.
//! 10% of the deals d1 (Jan, 1,000) and d2 (Feb, 500) of p1 and d3 (Apr, 300 EUR at 2) of p2.

mod broken;

use std::collections::BTreeMap;

use super::*;

const PLAN: &str = r#"edition 1
record Person from "people.csv" {
  key id     integer
  name       text?
  hired      date
  rate       percent as 15
  share      percent? as 0.15
  active     yes/no?
}
record Quota from "quota.csv" {
  key person   Person
  key quarter  quarter in 2026
  amount       USD
}
record Fx from "fx.csv" {
  key month     month
  key currency  currency
  rate          USD per currency
}
record Deal from "deals.csv" {
  key id     text
  closed     date
  owner      Person
  amount     money in currency
  currency   currency
  kind       new | renewal
  to owner
  on closed
}
plan small "Small" {
  effective  2026-01-01 to 2026-12-31
  currency   USD
  round      half up
  people     Person
  pay        monthly
}
let value for each Deal as USD = amount in USD using Fx at closed
let big for each Deal = value >= 1,000 USD
credit direct for each Deal { amount value }
earn commission for each Credit = 10% of Credit.amount
quota target for each Person, quarter where Quota exists =
  Quota.amount
measure bookings for each Person, quarter = sum of Credit.amount
measure attained for each Person, quarter where target exists as percent =
  bookings / target
let deals for each Person, quarter = count of Credit.amount
let since for each Person = hired
let pace for each Person, quarter where target exists =
  days in quarter
pay payout for each Person, month = sum of commission
ensure modest for each Person, month: payout <= 1,000 USD "no one is paid more than 1,000 in a month"
"#;

const GIVEN: &str = r#"
  given Person {
    id | hired      | rate | share
    1  | 2020-01-01 | 15%  | 2.5%
    2  | 2021-07-01 | 0    |
  }
  given Quota { person 1  quarter 2026-Q1  amount 2,000 USD }
  given Fx { month 2026-04  currency EUR  rate 2 }
  given Deal {
    id   | closed     | owner | amount    | currency | kind
    "d1" | 2026-01-10 | 1     | 1,000 USD | USD      | new
    "d2" | 2026-02-10 | 1     |   500 USD | USD      | renewal
    "d3" | 2026-04-10 | 2     |   300 EUR | EUR      | new
  }
"#;

fn outcome_of(body: &str) -> (Project, Outcome) {
    let body = body.replace('\n', "\n  ");
    let text = format!("{PLAN}test \"a test\" {{\n  {body}\n}}\n");
    let files = BTreeMap::from([("small.plan".to_owned(), text)]);
    let project = crate::project::load(&files, &["small.plan".to_owned()]);
    let (plans, problems) = crate::compile::plans(&project);
    let errors: Vec<String> = problems.iter().filter(|one| one.is_error()).map(|one| one.message.clone()).collect();
    assert_eq!(errors.concat(), "", "{body}");
    let outcome = run(&plans[0], &project).remove(0).outcome;
    (project, outcome)
}

/// Each failure as one line; nothing for a test that passes.
fn failures(expects: &str) -> Vec<String> {
    failures_of(GIVEN, expects)
}

fn failures_of(given: &str, expects: &str) -> Vec<String> {
    match outcome_of(&format!("{given}{expects}")).1 {
        Outcome::Passed => Vec::new(),
        Outcome::Failed(failures) => failures.into_iter().map(line).collect(),
        Outcome::Broken(problems) => panic!("{problems:#?}"),
    }
}

fn line(failure: Failure) -> String {
    let note = failure.note.map_or_else(String::new, |note| format!(": {note}"));
    format!("expected {}, found {}{note}", failure.expected, failure.found)
}

#[test]
fn values_of_each_kind_hold() {
    let expects = r#"
      expect value of "d3" = 600.00 USD
      expect big of "d1" = yes
      expect big of "d2" = no
      expect attained of 1 in 2026-Q1 = 75%
      expect deals of 1 in 2026-Q1 = 2
      expect since of 2 = 2021-07-01
      expect pace of 1 in 2026-Q1 = 90 days
      expect Deal.kind of "d2" = renewal
      expect Deal.owner of "d2" = 1
      expect Deal.currency of "d3" = EUR
      expect Deal.amount of "d3" = 300.00 EUR
      expect Quota.quarter of 1 = 2026-Q1
      expect Person.rate of 1 = 15%
      expect Person.share of 1 = 2.5%
      expect payout of 1 in 2026-03 = 0 USD
      expect commission of "d1" = 100 USD
      expect commission of 2 in 2026-04 = 60.00 USD
      expect commission of 2 in FY2026 = 60.00 USD
      expect Credit.amount of "d2", 1 = 500 USD
    "#;
    assert_eq!(failures(expects), [""; 0]);
}

#[test]
fn aggregates_place_values_by_person_and_date() {
    let expects = r#"
      expect sum of commission of 1 in 2026-Q1 = 150 USD
      expect sum of commission of 1 in 2026-02 = 50 USD
      expect sum of commission of 1 in 2026-02-10 = 50 USD
      expect sum of commission in FY2026 = 210 USD
      expect sum of commission of 2 in 2026-Q1 = 0 USD
      expect sum of payout of 1 in 2026-H1 = 150 USD
      expect sum of bookings of 1 in FY2026 = 1,500 USD
      expect sum of value of 1 in 2026-01 = 1,000 USD
      expect sum of Credit.amount of 1 in 2026-Q1 = 1,500 USD
      expect count of commission of 1 = 2
      expect count of payout of 1 in 2026-Q1 = 3
      expect average of commission of 1 = 75 USD
      expect average of commission = 70 USD
      expect average of payout of 2 in FY2026 = 5 USD
      expect average of payout of 1 in 2026-Q1 = 50 USD
      expect average of payout of 1 in 2026-H1 = 25 USD
      expect largest commission of 1 = 100 USD
      expect smallest commission of 1 = 50 USD
      expect largest Deal.closed of 1 = 2026-02-10
      expect any big of 1 = yes
      expect all big of 1 = no
    "#;
    assert_eq!(failures(expects), [""; 0]);
}

#[test]
fn an_average_is_rounded_like_a_definition_of_it() {
    // 10% of 1,000, 500 and 500: 200 / 3 = 66.666… = 66.67.
    let given = r#"
      given Person { id 1  hired 2020-01-01 }
      given Deal {
        id   | closed     | owner | amount    | currency | kind
        "d1" | 2026-01-10 | 1     | 1,000 USD | USD      | new
        "d2" | 2026-01-11 | 1     |   500 USD | USD      | new
        "d3" | 2026-01-12 | 1     |   500 USD | USD      | new
      }
    "#;
    assert_eq!(failures_of(given, "expect average of commission of 1 in 2026-01 = 66.67 USD"), [""; 0]);
    let listed = "100.00 USD (direct, d1, 1), 50.00 USD (direct, d2, 1), 50.00 USD (direct, d3, 1)";
    assert_eq!(
        failures_of(given, "expect average of commission of 1 in 2026-01 = 66.66 USD"),
        [format!("expected 66.66 USD, found 66.67 USD: there is {listed}")]
    );
}

#[test]
fn other_values_fail() {
    let expects = r#"
      expect commission of "d1" = 100.01 USD
      expect big of "d1" = no
      expect attained of 1 in 2026-Q1 = 75.000001%
      expect Deal.kind of "d2" = new
      expect Deal.amount of "d3" = 300 USD
      expect since of 1 = 2021-07-01
      expect sum of commission of 1 in 2026-Q1 = 150.001 USD
    "#;
    assert_eq!(
        failures(expects),
        [
            "expected 100.01 USD, found 100.00 USD",
            "expected no, found yes",
            "expected 75.000001%, found 75%",
            "expected new, found renewal",
            "expected 300.00 USD, found 300.00 EUR",
            "expected 2021-07-01, found 2020-01-01",
            "expected 150.001 USD, found 150.00 USD: there is 100.00 USD (direct, d1, 1), 50.00 USD (direct, d2, 1)",
        ]
    );
}

#[test]
fn exactly_one_row_must_be_meant() {
    let expects = r#"
      expect commission of 1 in 2026-Q1 = 150 USD
      expect commission of 1 in 2026-03 = 0 USD
      expect payout of 9 in 2026-01 = 0 USD
      expect sum of payout of 9 = 0 USD
      expect attained of 2 in 2026-Q1 = 75%
      expect largest commission of 1 in 2026-Q3 = 1 USD
    "#;
    assert_eq!(
        failures(expects),
        [
            "expected 150.00 USD, found 2 values: say which by its whole key, or add them up: `sum of commission`; \
             there is 100.00 USD (direct, d1, 1), 50.00 USD (direct, d2, 1)",
            "expected 0.00 USD, found no such row",
            "expected 0.00 USD, found no such row: no `Person` has the key `9`",
            "expected 0.00 USD, found no such row: no `Person` has the key `9`",
            "expected 75%, found no such row",
            "expected 1.00 USD, found no such row",
        ]
    );
}

#[test]
fn none_is_no_row_and_no_value() {
    let expects = r#"
      expect none attained of 2 in 2026-Q1
      expect none payout of 9
      expect none commission of "d9"
      expect none Person.share of 2
    "#;
    assert_eq!(failures(expects), [""; 0]);
    let expects = r#"
      expect none payout of 1 in 2026-03
      expect none commission of "d1"
      expect none commission of 1
    "#;
    assert_eq!(
        failures(expects),
        [
            "expected no value, found 0.00 USD",
            "expected no value, found 100.00 USD",
            "expected no value, found 2 values: say which by its whole key, or add them up: `sum of commission`; \
             there is 100.00 USD (direct, d1, 1), 50.00 USD (direct, d2, 1)",
        ]
    );
}

#[test]
fn tables_of_values_hold_row_by_row() {
    let expects = r#"
      expect payout { person | month | payout
        1 | 2026-01 | 100.00 USD
        1 | 2026-02 |  50.01 USD
        2 | 2026-04 |  60.00 USD
      }
      expect commission { deal | commission
        "d1" | 100 USD
        "d9" |
      }
      expect attained {
        Person | quarter | attained
        1      | 2026-Q1 | 75%
        1      | 2026-Q2 |
      }
    "#;
    assert_eq!(failures(expects), ["expected 50.01 USD, found 50.00 USD"]);
}

#[test]
fn a_key_of_two_things_is_told() {
    let body = r#"
      given Person { id 1  hired 2020-01-01 }
      given Deal { id "1"  closed 2026-01-10  owner 1  amount 1,000 USD  currency USD  kind new }
      expect sum of commission of 1 = 100 USD
      expect sum of payout of 1 = 100 USD
      expect sum of commission of Deal "1" = 100 USD
      expect sum of commission of Person 1 in 2026-01 = 100 USD
    "#;
    let (_, outcome) = outcome_of(body);
    let Outcome::Failed(failures) = outcome else { panic!("{outcome:#?}") };
    let lines: Vec<String> = failures.into_iter().map(line).collect();
    assert_eq!(
        lines,
        ["expected 100.00 USD, found a key of several things: `1` is the key of a `Deal` and of a `Person`: \
          write `of Deal 1` or `of Person 1`"]
    );
}

/// A deal in a currency without a rate, and one that pays 2,000 at once.
const NO_RATE: &str = r#"
  given Person { id 1  hired 2020-01-01 }
  given Deal { id "d1"  closed 2026-01-10  owner 1  amount 100 GBP  currency GBP  kind new }
"#;
const TOO_MUCH: &str = r#"
  given Person { id 1  hired 2020-01-01 }
  given Deal { id "d1"  closed 2026-01-10  owner 1  amount 20,000 USD  currency USD  kind new }
"#;

#[test]
fn expected_errors_hold() {
    assert_eq!(failures_of(NO_RATE, "expect error E0403"), [""; 0]);
    assert_eq!(failures_of(NO_RATE, "expect error E0403 in Deal \"d1\""), [""; 0]);
    assert_eq!(failures_of(TOO_MUCH, "expect error E0405 in Person 1"), [""; 0]);
    // Reading what was not given is an error, not giving it is none.
    let no_currency = r#"
      given Person { id 1 }
      given Deal { id "d1"  closed 2026-01-10  owner 1  amount 100 USD }
    "#;
    assert_eq!(failures_of(no_currency, "expect error E0406 in Deal \"d1\""), [""; 0]);
    let bad_data = r#"
      given Person { id 1 }
      given Person { id 1 }
      given Deal { id "d1"  owner 3  kind knew }
    "#;
    let expects = "expect error E0506 in Person 1\nexpect error E0505 in Deal \"d1\"\nexpect error E0507";
    assert_eq!(failures_of(bad_data, expects), [""; 0]);
}

#[test]
fn errors_that_do_not_come_fail() {
    assert_eq!(failures("expect error E0403"), ["expected error E0403, found no error"]);
    let found = "found error E0403: `Fx` has no rate for GBP on 2026-01-10, needed in Deal d1";
    assert_eq!(failures_of(NO_RATE, "expect error E0401"), [format!("expected error E0401, {found}")]);
    let elsewhere = failures_of(NO_RATE, "expect error E0403 in Deal \"d2\"");
    assert_eq!(elsewhere, [format!("expected error E0403 in `d2`, {found}")]);
    let values = failures_of(NO_RATE, "expect error E0403\nexpect payout of 1 in 2026-01 = 0 USD");
    assert_eq!(
        values,
        [
            "expected 0.00 USD, found no values: error E0403: `Fx` has no rate for GBP on 2026-01-10, needed in Deal d1: nothing is \
          computed once an error stops the run: expect values in a test of their own"
        ]
    );
}

#[test]
fn a_failure_is_a_problem_too() {
    let (_, outcome) = outcome_of(&format!("{GIVEN}expect commission of \"d1\" = 90 USD"));
    let Outcome::Failed(failures) = outcome else { panic!("{outcome:#?}") };
    let problem = failures[0].diagnostic();
    assert_eq!(problem.code, Code::TestFailed);
    assert_eq!(problem.labels[0].text, "expected 90.00 USD, found 100.00 USD");
    assert_eq!(problem.labels[0].span, failures[0].span);
}
