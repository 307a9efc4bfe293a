//! `attain test`.

use crate::place::Place;

#[test]
fn the_worked_examples_of_a_plan_pass() {
    let place = Place::saas();
    let ended = place.attain("test plans");
    assert_eq!(ended.status, 0, "{}{}", ended.out, ended.err);
    insta::assert_snapshot!("test_page", ended.text());
}

#[test]
fn a_test_that_fails_says_what_came_out() {
    let place = Place::saas();
    place.edit("plans/ae_2026.plan", "  renewal     40%", "  renewal     50%");
    let page = place.attain("test plans/ae_2026.plan");
    insta::assert_snapshot!("test_failed", page.text());
    let json = place.attain("test plans --format json");
    assert_eq!((json.status, json.err.as_str()), (1, ""));
    let tests: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let failed = tests["tests"].as_array().unwrap().iter().find(|test| test["passed"] == false).unwrap();
    insta::assert_snapshot!("test_json", serde_json::to_string_pretty(failed).unwrap());
}

#[test]
fn nothing_to_test_is_no_success() {
    let place = Place::saas();
    place.write("plans/ae_2026.plan", place.read("plans/ae_2026.plan").split("test \"").next().unwrap());
    let ended = place.attain("test plans");
    assert_eq!((ended.status, ended.out.as_str(), ended.err.as_str()), (1, "", "no tests\n"));
    place.edit("plans/ae_2026.plan", "sum of Credit.amount", "sum of Credit.amont");
    let wrong = place.attain("test plans");
    assert_eq!(wrong.status, 1);
    assert!(wrong.err.contains("E0205") && wrong.err.ends_with(" in the plans, no tests\n"), "{}", wrong.err);
}
