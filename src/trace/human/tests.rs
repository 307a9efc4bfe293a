//! Pages of realistic traces, built by hand and computed exactly, kept as snapshots.

mod adventureworks;
mod build;
mod odd;
mod saas;

use super::*;

fn page(trace: &Trace) -> String {
    human(trace, &HumanOptions::default())
}

#[test]
fn a_payout_of_adventureworks() {
    insta::assert_snapshot!(page(&adventureworks::payout()));
}

#[test]
fn the_same_in_colour() {
    let options = HumanOptions { colour: true, ..HumanOptions::default() };
    let text = human(&adventureworks::payout(), &options);
    insta::assert_snapshot!(text.replace('\u{1b}', "␛"));
}

#[test]
fn the_same_in_ascii_on_a_wide_terminal() {
    let options = HumanOptions { unicode: false, width: 120, ..HumanOptions::default() };
    let text = human(&adventureworks::payout(), &options);
    assert!(text.is_ascii());
    insta::assert_snapshot!(text);
}

#[test]
fn the_value_asked_for_alone() {
    let options = HumanOptions { depth: Some(0), ..HumanOptions::default() };
    insta::assert_snapshot!(human(&adventureworks::payout(), &options));
}

#[test]
fn nothing_folded() {
    let options = HumanOptions { full: true, ..HumanOptions::default() };
    insta::assert_snapshot!(human(&adventureworks::payout(), &options));
}

#[test]
fn one_credit_of_adventureworks() {
    insta::assert_snapshot!(page(&adventureworks::commission(18)));
}

#[test]
fn a_payout_with_a_draw() {
    insta::assert_snapshot!(page(&saas::payout()));
}

#[test]
fn the_same_on_a_narrow_terminal() {
    let options = HumanOptions { width: 80, ..HumanOptions::default() };
    insta::assert_snapshot!(human(&saas::payout(), &options));
}

#[test]
fn the_first_month_of_a_draw() {
    insta::assert_snapshot!(page(&saas::first_draw()));
}

#[test]
fn tables_that_look_up() {
    insta::assert_snapshot!(page(&odd::tables()));
}

#[test]
fn a_table_of_two_inputs() {
    insta::assert_snapshot!(page(&odd::grid()));
}

#[test]
fn arms_of_a_case() {
    insta::assert_snapshot!(page(&odd::cases()));
}

#[test]
fn an_override_on_a_team() {
    insta::assert_snapshot!(page(&odd::team()));
}

#[test]
fn shares_in_two_quarters() {
    insta::assert_snapshot!(page(&saas::half_year()));
}

#[test]
fn missing_values_and_hostile_names() {
    let text = page(&odd::hostile());
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
    insta::assert_snapshot!(text);
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    use unicode_width::UnicodeWidthStr;
    let made = [adventureworks::payout(), saas::payout(), saas::half_year()];
    let odd = [odd::tables(), odd::team(), odd::hostile(), odd::cases()];
    let traces: Vec<Trace> = made.into_iter().chain(odd).collect();
    for trace in &traces {
        for width in [60, 80, 100, 120, 200] {
            let options = HumanOptions { width, ..HumanOptions::default() };
            let text = human(trace, &options);
            let widest = text.lines().map(|line| line.width()).max();
            assert!(widest <= Some(width), "{width}: {widest:?}\n{text}");
        }
    }
}

#[test]
fn a_trace_without_its_root_is_no_reason_to_fail() {
    let mut trace = saas::payout();
    trace.steps.retain(|step| step.id != trace.root);
    assert_eq!(page(&trace), "the trace does not hold the step it is about\n");
    let mut trace = saas::payout();
    let root = trace.root.clone();
    trace.steps.retain(|step| step.id == root);
    assert!(page(&trace).starts_with("payout of Person p1 in month 2026-02"));
}
