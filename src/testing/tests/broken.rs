//! Tests that cannot be understood.

use super::*;

/// Each problem with the words it points at.
fn problems(body: &str) -> Vec<String> {
    let (project, outcome) = outcome_of(body);
    let Outcome::Broken(problems) = outcome else { panic!("{outcome:#?}") };
    let one = |problem: &Diagnostic| {
        let span = problem.labels[0].span;
        let text = &project.sources.at(span.file).text[span.start as usize..span.end as usize];
        let label = &problem.labels[0].text;
        let help = problem.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
        format!("{} {} [{text}: {label}]{help}", problem.code.text(), problem.message)
    };
    problems.iter().map(one).collect()
}

fn broken_expect(expect: &str) -> String {
    let problems = problems(&format!("{GIVEN}{expect}"));
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.concat()
}

#[test]
fn names_that_mean_nothing_are_told_together() {
    let body = r#"
      given Persn { id 1 }
      given Deal {
        id   | closd
        "d1" | 2026-01-10
        "d2" | 2026-01-11
      }
      expect payuot of 1 = 0 USD
      expect Person of 1 = 0 USD
      expect Deal.amont of "d1" = 0 USD
      expect error E0999
      expect error E0403 in Deel "d1"
      expect payout { persn | payout
        1 | 0 USD }
      expect payout { person | pay
        1 | 0 USD }
    "#;
    assert_eq!(
        problems(body),
        [
            "E0316 `Persn` is no record [Persn: is not known here] (did you mean `Person`?)",
            "E0316 `closd` is no column of `Deal` [closd: is not known here] (did you mean `closed`?)",
            "E0316 `payuot` is no definition [payuot: is not known here] (did you mean `payout`?)",
            "E0316 `Person` is a record and has no values [Person: a definition is expected here] \
             (name a definition, or a column: `Credit.amount`, `Deal.closed`)",
            "E0316 `amont` is no column of `Deal` [amont: is not known here] (did you mean `amount`?)",
            "E0316 there is no error with the code `E0999` [E0999: is not known here] \
             (the code is printed with every error, such as `E0403`)",
            "E0316 `Deel` is no record [Deel: is not known here] (did you mean `Deal`?)",
            "E0316 `persn` is no part of the key of `payout` [persn: is not known here] \
             (did you mean `Person`?)",
            "E0316 this table has no values of `payout` [payout: no column of the table has this name] \
             (head the column with the expected values `payout`)",
        ]
    );
}

#[test]
fn constants_of_another_unit_are_told() {
    let cases = [
        ("expect payout of 1 in 2026-01 = 5", "an amount in USD, such as `1,250 USD`"),
        ("expect payout of 1 in 2026-01 = 5 EUR", "an amount in USD, such as `1,250 USD`"),
        ("expect payout of 1 in 2026-01 = 5%", "an amount in USD, such as `1,250 USD`"),
        ("expect attained of 1 in 2026-Q1 = 0.75", "a percentage, such as `12.5%`"),
        ("expect deals of 1 in 2026-Q1 = 2 USD", "a number alone, such as `1.25`"),
        ("expect deals of 1 in 2026-Q1 = 200%", "a number alone, such as `1.25`"),
        ("expect count of payout of 1 = 2 USD", "a number alone, such as `1.25`"),
        ("expect big of \"d1\" = 1", "`yes` or `no`"),
        ("expect since of 1 = 2026-01", "a date, such as `2026-03-31`"),
        ("expect Deal.kind of \"d1\" = renewl", "one of `new`, `renewal`; did you mean `renewal`?"),
        ("expect Quota.quarter of 1 = 2026-01", "a quarter, such as `2026-Q1`"),
    ];
    for (expect, wanted) in cases {
        let problem = broken_expect(expect);
        assert!(problem.starts_with("E0316 ") && problem.contains(&format!("expected {wanted}]")), "{problem}");
    }
    assert!(broken_expect("expect sum of big of 1 = yes").contains("only numbers add up"));
}

#[test]
fn keys_that_values_do_not_have_are_told() {
    let cases = [
        ("expect target of 1 in 2026-01 = 0 USD", "2026-01", "`Person`, `quarter`"),
        ("expect since of 1 in 2026-Q1 = 2020-01-01", "2026-Q1", "`Person`"),
        ("expect payout of 1, 2 in 2026-01 = 0 USD", "2", "`Person`, `month`"),
        ("expect payout of 1 in 2026-01-31 = 0 USD", "2026-01-31", "`Person`, `month`"),
        ("expect payout of 5% in 2026-01 = 0 USD", "5%", "`Person`, `month`"),
    ];
    for (expect, found, parts) in cases {
        let problem = broken_expect(expect);
        let name = expect.split_whitespace().nth(1).unwrap();
        let wanted = format!(
            "E0316 `{name}` has no value for `{found}` [{found}: leads to no value] (`{name}` has one value for each \
             {parts})"
        );
        assert_eq!(problem, wanted);
    }
}

#[test]
fn cells_of_another_unit_are_told() {
    let body = r#"
      given Person { id "1"  hired 2020-01  rate 0.15  active 1 }
      given Quota { person 1  quarter 2025-Q1  amount 2,000 EUR }
      given Deal { id d1  amount 100 USD  currency EUR }
      given Deal { id "d2"  amount 100  kind "new" }
      expect payout of 1 in 2026-01 = 0 USD
    "#;
    assert_eq!(
        problems(body),
        [
            "E0316 `\"1\"` does not fit the column `id` [\"1\": expected a number alone, such as `1.25`]",
            "E0316 `2020-01` does not fit the column `hired` [2020-01: expected a date, such as `2026-03-31`]",
            "E0316 `0.15` does not fit the column `rate` [0.15: expected a percentage, such as `12.5%`]",
            "E0316 `1` does not fit the column `active` [1: expected `yes` or `no`]",
            "E0316 `2025-Q1` does not fit the column `quarter` [2025-Q1: expected a quarter of 2026]",
            "E0316 `2,000 EUR` does not fit the column `amount` [2,000 EUR: expected an amount in USD, such as \
             `1,250 USD`]",
            "E0316 `d1` does not fit the column `id` [d1: expected a text in quotes]",
            "E0316 `100 USD` does not fit the column `amount` [100 USD: expected an amount in `EUR`, which is the \
             currency of this row]",
            "E0316 `100` does not fit the column `amount` [100: expected an amount with its currency, such as \
             `1,250 USD`]",
        ]
    );
}

#[test]
fn a_test_must_expect_something() {
    let found = problems(GIVEN);
    assert_eq!(
        found,
        ["E0316 this test expects nothing [\"a test\": has no `expect`] \
          (say what must come out: `expect payout of \"p1\" in 2026-01 = 2,000.00 USD`)"]
    );
}

#[test]
fn an_error_that_no_one_expects_breaks_the_test() {
    let problems = problems(&format!("{NO_RATE}expect payout of 1 in 2026-01 = 0 USD"));
    assert_eq!(problems.len(), 1);
    assert!(problems[0].starts_with("E0403 there is no exchange rate for GBP in Deal d1"), "{problems:?}");
}
