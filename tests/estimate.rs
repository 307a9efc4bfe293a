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
use attain::program::Program;
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

/// Pools, ranks and teams: what reaches everyone, and is told from a part all the same.
fn pooled() -> Program {
    let files =
        std::collections::BTreeMap::from([("pooled.plan".to_owned(), include_str!("asked/pooled.plan").to_owned())]);
    let project = attain::project::load(&files, &["pooled.plan".to_owned()]);
    let (mut plans, problems) = attain::compile::plans(&project);
    assert!(problems.is_empty(), "{problems:?}");
    plans.remove(0).program
}

/// A deal: month and day, owner, helper, amount, and whether it is of the first product.
type Deal = ((u8, u8), u8, Option<u8>, u32, bool);

fn deal_row((number, ((month, day), owner, helper, amount, first)): (usize, Deal)) -> String {
    let helper = helper.map_or_else(String::new, |helper| format!("p{helper}"));
    let product = if first { "A" } else { "B" };
    format!("d{number},2026-{month:02}-{day:02},p{owner},{helper},{amount}.50,{product}")
}

fn person_row((number, (east, manager)): (usize, (bool, u8))) -> String {
    // No one reports to someone who comes later.
    let manager = if number == 0 { String::new() } else { format!("p{}", usize::from(manager) % number) };
    format!("p{number},{manager},{},1000.00", if east { "East" } else { "West" })
}

fn pooled_data() -> impl Strategy<Value = Vec<File>> {
    let person = (any::<bool>(), 0..9_u8);
    let deal = ((1..7_u8, 1..29_u8), 0..9_u8, prop::option::weighted(0.3, 0..9_u8), 1..80_000_u32, any::<bool>());
    let people = prop::collection::vec(person, 9);
    let file =
        |path: &str, header: &str, rows: Vec<String>| File { path: path.to_owned(), header: header.to_owned(), rows };
    (people, prop::collection::vec(deal, 1..40)).prop_map(move |(people, deals)| {
        let people = people.into_iter().enumerate().map(person_row).collect();
        let deals = deals.into_iter().enumerate().map(deal_row).collect();
        vec![
            file("people.csv", "id,manager,region,target", people),
            file("deals.csv", "id,closed,owner,helper,amount,product", deals),
        ]
    })
}

#[test]
fn questions_about_pools_are_answered_as_it_would_be() {
    let program = pooled();
    let seen = RefCell::new(Seen::default());
    let config = ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() };
    let checked = TestRunner::new(config).run(&(pooled_data(), any::<u32>()), |(files, seed)| {
        asked::check(&program, &files, seed, &seen).map_err(TestCaseError::fail)
    });
    let seen = seen.into_inner();
    println!("{seen:#?}");
    if let Err(problem) = checked {
        panic!("{problem}");
    }
    assert!(seen.parts > 60 && seen.everyone > 30);
}
