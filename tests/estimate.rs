//! What would be if a row were added is what is when it has been: on generated data, a row is taken out and asked about.
//!
//! `PROPTEST_CASES=2000 cargo test --test estimate` looks longer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(clippy::arithmetic_side_effects)]

#[path = "differential/adventureworks.rs"]
mod adventureworks;
mod asked;
#[path = "differential/credits.rs"]
mod credits;
#[path = "differential/currency.rs"]
mod currency;
#[allow(dead_code, reason = "the other tests of these worlds use the rest of it")]
#[path = "differential/plan.rs"]
mod plan;
#[path = "differential/saas.rs"]
mod saas;
#[path = "differential/tables.rs"]
mod tables;
#[path = "differential/time.rs"]
mod time;
#[path = "differential/versions.rs"]
mod versions;

use std::cell::RefCell;

use asked::{File, Seen};
use plan::Data;
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, TestRunner};

fn check(data: &Data, seen: &RefCell<Seen>) -> Result<(), String> {
    let file = |file: &plan::File| File {
        path: file.path.to_owned(),
        header: file.header.to_owned(),
        rows: file.rows.clone(),
    };
    let files: Vec<File> = data.files.iter().map(file).collect();
    asked::check(data.plan.program(), &files, data.seed, seen)
}

fn for_all(cases: u32, world: BoxedStrategy<Data>) -> Seen {
    let given = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { given.cases } else { cases };
    let failure_persistence = Some(Box::new(FileFailurePersistence::Off) as _);
    let config =
        ProptestConfig { cases, failure_persistence, max_shrink_iters: 2000, max_shrink_time: 60_000, ..given };
    let world = (world, any::<u32>()).prop_map(|(data, seed)| Data { seed, ..data });
    let seen = RefCell::new(Seen::default());
    let checked = TestRunner::new(config).run(&world, |data| check(&data, &seen).map_err(TestCaseError::fail));
    if let Err(problem) = checked {
        panic!("{problem}");
    }
    let seen = seen.into_inner();
    println!("{seen:#?}");
    seen
}

#[test]
fn questions_about_saas_ae_are_answered_as_it_would_be() {
    let seen = for_all(120, saas::world());
    assert!(seen.parts > 20);
}

#[test]
fn questions_about_adventureworks_are_answered_as_it_would_be() {
    for_all(120, adventureworks::world());
}

#[test]
fn questions_about_credits_are_answered_as_it_would_be() {
    for_all(60, credits::world());
}

#[test]
fn questions_about_currencies_are_answered_as_it_would_be() {
    for_all(80, currency::world());
}

#[test]
fn questions_about_tables_are_answered_as_it_would_be() {
    for_all(80, tables::world());
}

#[test]
fn questions_about_time_are_answered_as_it_would_be() {
    for_all(40, time::world());
}

#[test]
fn questions_about_versions_are_answered_as_it_would_be() {
    for_all(80, versions::world());
}
