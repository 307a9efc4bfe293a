//! The engine against the reference interpreter, and both against what must always hold, on
//! generated data for the plans of the repository.
//!
//! `PROPTEST_CASES=2000 cargo test --test differential` looks longer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(clippy::arithmetic_side_effects)]

#[path = "differential/adventureworks.rs"]
mod adventureworks;
mod agree;
#[path = "differential/credits.rs"]
mod credits;
#[path = "differential/currency.rs"]
mod currency;
#[path = "differential/hold.rs"]
mod hold;
mod in_turn;
#[path = "differential/otherwise.rs"]
mod otherwise;
#[path = "differential/plan.rs"]
mod plan;
#[path = "differential/saas.rs"]
mod saas;
#[path = "differential/summary.rs"]
mod summary;
#[path = "differential/tables.rs"]
mod tables;
#[path = "differential/time.rs"]
mod time;
#[path = "differential/versions.rs"]
mod versions;

use std::fmt::Debug;

use attain::engine;
use attain::program::Program;
use attain::table::{Results, Stopped, Tables};
use plan::Data;
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, TestRunner};

/// Asks `check` on generated data: so many times, unless `PROPTEST_CASES` says how many.
fn for_all(cases: u32, world: BoxedStrategy<Data>, check: impl Fn(&Data) -> Checked) {
    let given = ProptestConfig::default();
    let cases = if given.cases == DEFAULT_CASES { cases } else { given.cases };
    // A case that fails becomes a test of its own, not a line in a file of seeds.
    let failure_persistence = Some(Box::new(FileFailurePersistence::Off) as _);
    let config =
        ProptestConfig { cases, failure_persistence, max_shrink_iters: 2000, max_shrink_time: 60_000, ..given };
    let checked = TestRunner::new(config).run(&world, |data| check(&data));
    if let Err(problem) = checked {
        panic!("{problem}");
    }
}

/// What proptest takes where the environment says nothing.
const DEFAULT_CASES: u32 = 256;

/// What a check found.
type Checked = Result<(), TestCaseError>;

fn fails(why: String) -> Checked {
    Err(TestCaseError::fail(why))
}

fn agreed(found: agree::Agreed) -> Checked {
    found.map_err(TestCaseError::fail)
}

fn equal<T: PartialEq + Debug>(expected: T, found: T, what: impl FnOnce() -> String) -> Checked {
    agreed(agree::equal(expected, found, what))
}

/// What the engine made of a case.
type Run = Result<Results, Box<Stopped>>;

/// A plan with the data of one case.
struct Case<'a> {
    program: &'a Program,
    tables: Tables,
}

impl Case<'_> {
    fn of(data: &Data) -> Case<'_> {
        let program = data.plan.program();
        Case { program, tables: plan::load(program, data) }
    }

    fn run(&self) -> Run {
        engine::run(self.program, &self.tables).map_err(Box::new)
    }
}

fn both_agree(data: &Data) -> Checked {
    let case = Case::of(data);
    agreed(agree::both(case.program, &case.tables))
}

/// The rows of all files in another order, and other numbers of threads, change nothing.
fn nothing_else_matters(data: &Data, seed: u64) -> Checked {
    let case = Case::of(data);
    let expected = case.run();
    let shuffled = data.shuffled(seed);
    let other = Case::of(&shuffled);
    agreed(agree::runs(case.program, &expected, &other.run()))?;
    for threads in [1, 2, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        agreed(agree::runs(case.program, &expected, &pool.install(|| case.run())))?;
    }
    Ok(())
}

fn all_holds(data: &Data, target: &str) -> Checked {
    let case = Case::of(data);
    if let Ok(results) = case.run() {
        hold::shares_add_up(case.program, &results, target)?;
        hold::each_row_has_an_outcome(case.program, &results)?;
    }
    Ok(())
}

fn traces_lead_to_what_is_stored(data: &Data, cells: &[(&str, usize)]) -> Checked {
    let case = Case::of(data);
    if let Ok(results) = case.run() {
        for (name, pick) in cells {
            hold::traced(case.program, &case.tables, &results, name, *pick)?;
        }
    }
    Ok(())
}

/// Data with a number to choose by.
fn seeded(world: BoxedStrategy<Data>) -> BoxedStrategy<Data> {
    (world, any::<u32>()).prop_map(|(data, seed)| Data { seed, ..data }).boxed()
}

/// Persons computed in parts come to the same; says in how many of these cases that can be done.
fn parts_come_to_the_same(cases: u32, world: BoxedStrategy<Data>) -> usize {
    let seen = std::cell::RefCell::new(in_turn::Seen::default());
    for_all(cases, world, |data| {
        let case = Case::of(data);
        agreed(in_turn::check(case.program, &case.tables, &mut seen.borrow_mut()))
    });
    println!("{:?}", seen.borrow());
    seen.into_inner().parts
}

/// Run folders written in parts hold the same; says in how many of these cases there are parts.
fn folders_hold_the_same(cases: u32, world: BoxedStrategy<Data>) -> usize {
    let parted = std::cell::Cell::new(0);
    for_all(cases, world, |data| {
        let case = Case::of(data);
        let is_parted = in_turn::folders::check(case.program, &case.tables);
        agreed(is_parted.map(|is_parted| parted.set(parted.get() + usize::from(is_parted))))
    });
    println!("{} in parts", parted.get());
    parted.get()
}

#[test]
fn summaries_say_what_the_rows_add_up_to() {
    for (cases, world) in [(30, saas::world()), (30, currency::world()), (20, credits::world())] {
        for_all(cases, world, |data| {
            let case = Case::of(data);
            case.run().map_or(Ok(()), |results| agreed(summary::check(case.program, &results)))
        });
    }
}

#[test]
fn folders_of_parts_hold_the_same() {
    assert!(folders_hold_the_same(40, saas::world()) > 10);
    assert!(folders_hold_the_same(40, adventureworks::world()) > 10);
}

#[test]
fn parts_of_saas_ae_come_to_the_same() {
    assert!(parts_come_to_the_same(40, saas::world()) > 10);
}

#[test]
fn parts_of_adventureworks_come_to_the_same() {
    assert!(parts_come_to_the_same(60, adventureworks::world()) > 10);
}

#[test]
fn parts_of_credits_come_to_the_same() {
    parts_come_to_the_same(30, credits::world());
}

#[test]
fn parts_of_currencies_come_to_the_same() {
    parts_come_to_the_same(60, currency::world());
}

#[test]
fn parts_of_tables_come_to_the_same() {
    parts_come_to_the_same(30, tables::world());
}

#[test]
fn parts_of_time_come_to_the_same() {
    parts_come_to_the_same(30, time::world());
}

#[test]
fn parts_of_versions_come_to_the_same() {
    parts_come_to_the_same(30, versions::world());
}

#[test]
fn engine_and_reference_agree_on_saas_ae() {
    for_all(80, saas::world(), both_agree);
}

#[test]
fn engine_and_reference_agree_on_adventureworks() {
    for_all(200, adventureworks::world(), both_agree);
}

#[test]
fn engine_and_reference_agree_on_tables() {
    for_all(200, tables::world(), both_agree);
}

#[test]
fn order_and_threads_change_nothing_in_tables() {
    for_all(20, seeded(tables::world()), |data| nothing_else_matters(data, data.seed.into()));
}

#[test]
fn traces_of_tables_lead_to_what_is_stored() {
    let names = [
        "by_grid",
        "by_time",
        "by_lines",
        "by_all",
        "by_slices",
        "by_steps",
        "by_drawn",
        "by_date",
        "by_turned",
        "based",
    ];
    for_all(40, seeded(tables::world()), |data| {
        traces_lead_to_what_is_stored(data, &names.map(|name| (name, data.seed as usize)))
    });
}

#[test]
fn engine_and_reference_agree_on_credits() {
    for_all(120, credits::world(), |data| {
        both_agree(data)?;
        let case = Case::of(data);
        match case.run() {
            Ok(results) => hold::each_row_has_an_outcome(case.program, &results),
            Err(_) => Ok(()),
        }
    });
}

#[test]
fn order_and_threads_change_nothing_in_credits() {
    for_all(10, seeded(credits::world()), |data| nothing_else_matters(data, data.seed.into()));
}

#[test]
fn traces_of_credits_lead_to_what_is_stored() {
    for_all(15, seeded(credits::world()), |data| {
        let pick = data.seed as usize;
        let names = ["booked", "levels", "part", "pairs", "by_size", "paid", "payout"];
        let cells: Vec<(&str, usize)> = names.iter().zip(0..).map(|(name, shift)| (*name, pick >> shift)).collect();
        traces_lead_to_what_is_stored(data, &cells)
    });
}

#[test]
fn engine_and_reference_agree_on_versions() {
    for_all(150, versions::world(), both_agree);
}

#[test]
fn order_and_threads_change_nothing_with_versions() {
    for_all(20, seeded(versions::world()), |data| nothing_else_matters(data, data.seed.into()));
}

#[test]
fn engine_and_reference_agree_on_time() {
    for_all(40, time::world(), both_agree);
}

#[test]
fn traces_of_time_lead_to_what_is_stored() {
    for_all(15, seeded(time::world()), |data| {
        let pick = data.seed as usize;
        let names = ["so_far", "ever", "team", "to_then", "goal_then", "paid_so_far", "own_cap", "own_so_far", "led"];
        let cells: Vec<(&str, usize)> = names.iter().zip(0..).map(|(name, shift)| (*name, pick >> shift)).collect();
        traces_lead_to_what_is_stored(data, &cells)
    });
}

#[test]
fn order_and_threads_change_nothing_in_saas_ae() {
    for_all(20, seeded(saas::world()), |data| nothing_else_matters(data, data.seed.into()));
}

#[test]
fn order_and_threads_change_nothing_in_adventureworks() {
    for_all(30, seeded(adventureworks::world()), |data| nothing_else_matters(data, data.seed.into()));
}

#[test]
fn what_must_hold_holds_in_saas_ae() {
    for_all(40, saas::world(), |data| all_holds(data, "quarter_commission"));
}

#[test]
fn what_must_hold_holds_in_adventureworks() {
    for_all(60, adventureworks::world(), |data| all_holds(data, "window_commission"));
}

#[test]
fn traces_of_saas_ae_lead_to_what_is_stored() {
    for_all(15, seeded(saas::world()), |data| {
        let pick = data.seed as usize;
        traces_lead_to_what_is_stored(data, &[("payout", pick), ("payout", pick / 7), ("commission", pick)])
    });
}

#[test]
fn traces_with_versions_lead_to_what_is_stored() {
    for_all(30, seeded(versions::world()), |data| {
        let pick = data.seed as usize;
        traces_lead_to_what_is_stored(data, &[("payout", pick), ("even_target", pick / 3), ("team_booked", pick)])
    });
}

#[test]
fn traces_of_adventureworks_lead_to_what_is_stored() {
    for_all(40, seeded(adventureworks::world()), |data| {
        let pick = data.seed as usize;
        traces_lead_to_what_is_stored(data, &[("payout", pick), ("override", pick / 3), ("commission", pick)])
    });
}

#[test]
fn engine_and_reference_agree_on_currencies() {
    for_all(150, currency::world(), both_agree);
}

#[test]
fn order_and_threads_change_nothing_in_currencies() {
    for_all(10, seeded(currency::world()), |data| nothing_else_matters(data, data.seed.into()));
}

#[test]
fn traces_of_currencies_lead_to_what_is_stored() {
    let names = ["local", "part", "payout", "capped", "paid", "paid_home", "reserve"];
    for_all(40, seeded(currency::world()), |data| {
        traces_lead_to_what_is_stored(data, &names.map(|name| (name, data.seed as usize)))
    });
}
