//! Generated plans on generated data: well typed by construction, and both interpreters agree on
//! every value, every row and every fault.
//!
//! `PROPTEST_CASES=5000 cargo test --test generated` looks longer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(clippy::arithmetic_side_effects)]

mod agree;
mod asked;
#[path = "generated/choices.rs"]
mod choices;
#[path = "generated/coverage.rs"]
mod coverage;
#[path = "generated/currencies.rs"]
mod currencies;
#[path = "generated/data.rs"]
mod data;
#[path = "generated/dates.rs"]
mod dates;
#[path = "generated/expr.rs"]
mod expr;
#[path = "generated/grain.rs"]
mod grain;
#[path = "generated/order.rs"]
mod order;
#[path = "generated/plan.rs"]
mod plan;
#[path = "generated/rates.rs"]
mod rates;
#[path = "generated/rules.rs"]
mod rules;
#[path = "generated/sharing.rs"]
mod sharing;
#[path = "generated/units.rs"]
mod units;
#[path = "generated/versions.rs"]
mod versions;
#[path = "generated/windows.rs"]
mod windows;

use std::collections::BTreeMap;

use attain::data::Memory;
use attain::diagnostics::{Diagnostic, Options, render};
use attain::program::Program;
use attain::table::Tables;
use attain::{compile, project};
use choices::Choices;
use coverage::Coverage;
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, TestError, TestRunner};

/// So many plans, unless `PROPTEST_CASES` says how many.
const CASES: u32 = 40;

/// A plan with data for it.
struct Case {
    /// Whether people have versions.
    history: bool,
    plan: String,
    files: Vec<(&'static str, String)>,
}

impl Case {
    fn new(numbers: Vec<u32>) -> Case {
        let mut choices = Choices::new(numbers);
        let history = choices.once_in(4);
        let files = data::data(&mut choices, history);
        Case { history, plan: plan::plan(&mut choices, history), files }
    }

    /// The program and its data; neither has a problem.
    fn compiled(&self) -> Result<(Program, Tables), String> {
        let files = BTreeMap::from([("generated.plan".to_owned(), self.plan.clone())]);
        let project = project::load(&files, &["generated.plan".to_owned()]);
        let shown = |problems: &[Diagnostic]| render(problems, &project.sources, &Options::default());
        let (plans, problems) = compile::plans(&project);
        let errors: Vec<Diagnostic> = problems.into_iter().filter(Diagnostic::is_error).collect();
        let Some(plan) = plans.into_iter().next().filter(|_| errors.is_empty()) else {
            return Err(shown(&errors));
        };
        let memory = self.files.iter().fold(Memory::new(), |memory, (path, text)| memory.with(*path, text.clone()));
        let tables =
            attain::plans::Computed::default().load(&plan.program, &memory).map_err(|problems| shown(&problems))?;
        Ok((plan.program, tables))
    }

    fn fails(&self, why: String) -> TestCaseError {
        let written = self.plan.strip_prefix(&plan::records(self.history)).unwrap_or(&self.plan);
        let files: Vec<String> = self.files.iter().map(|(path, text)| format!("{path}:\n{text}")).collect();
        TestCaseError::fail(format!("{why}\n\n{written}\n{}", files.join("\n")))
    }
}

/// Writes a plan and its data, and computes them twice.
fn both_agree(numbers: Vec<u32>) -> Result<(), TestCaseError> {
    let case = Case::new(numbers);
    let (program, tables) = case.compiled().map_err(|why| case.fails(why))?;
    agree::both(&program, &tables).map_err(|why| case.fails(why))
}

#[test]
fn engine_and_reference_agree_on_generated_plans() {
    let given = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { given.cases } else { CASES };
    let failure_persistence = Some(Box::new(FileFailurePersistence::Off) as _);
    let config =
        ProptestConfig { cases, failure_persistence, max_shrink_iters: 2000, max_shrink_time: 60_000, ..given };
    let numbers = prop::collection::vec(any::<u32>(), 0..600);
    match TestRunner::new(config).run(&numbers, both_agree) {
        Ok(()) => {}
        // The numbers say nothing that the plan and its data do not.
        Err(TestError::Fail(why, _)) => panic!("{}", why.message()),
        Err(aborted) => panic!("{aborted}"),
    }
}

/// Numbers that are many, and the same each time.
fn numbers(seed: u32) -> Vec<u32> {
    let mixed = |number: u64| {
        let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((number ^ (number >> 31)) >> 32) as u32
    };
    (1..=600).map(|place| mixed((u64::from(seed) * 1000 + place).wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect()
}

#[test]
fn generated_plans_are_well_typed_and_reach_the_whole_language() {
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    let mut coverage = Coverage::default();
    for seed in 0..160 {
        match Case::new(numbers(seed)).compiled() {
            Ok((program, _)) => coverage.add(&program),
            Err(why) => drop(
                wrong
                    .entry(why.lines().next().unwrap_or_default().to_owned())
                    .or_insert_with(|| format!("seed {seed}: {why}{}", Case::new(numbers(seed)).plan)),
            ),
        }
    }
    println!("{}", coverage.shown());
    let wrong: Vec<String> = wrong.into_values().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(coverage.lacking(), [""; 0]);
}

/// A row of the data is taken out and asked about.
#[test]
fn questions_about_generated_plans_are_answered_as_it_would_be() {
    let seen = std::cell::RefCell::new(asked::Seen::default());
    let mut wrong = Vec::new();
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(60_u32);
    for seed in 0..cases {
        let case = Case::new(numbers(seed));
        let (program, _) = case.compiled().unwrap();
        let file = |(path, text): &(&str, String)| {
            let mut lines = text.lines().map(str::to_owned);
            asked::File { path: (*path).to_owned(), header: lines.next().unwrap_or_default(), rows: lines.collect() }
        };
        let files: Vec<asked::File> = case.files.iter().map(file).collect();
        if let Err(why) = asked::check(&program, &files, seed.wrapping_mul(2_654_435_761), &seen) {
            wrong.push(format!("seed {seed}: {}", case.fails(why)));
        }
    }
    let seen = seen.into_inner();
    println!("{seen:#?}");
    assert!(wrong.is_empty(), "{} cases\n{}", wrong.len(), wrong.first().unwrap());
    assert!(seen.parts > 0, "no question is answered from a part");
}

#[test]
fn most_generated_plans_are_computed_to_the_end() {
    let mut ended = 0;
    for seed in 0..60_u32 {
        let (program, tables) = Case::new(numbers(seed)).compiled().unwrap();
        ended += usize::from(attain::engine::run(&program, &tables).is_ok());
    }
    assert!(ended >= 25, "only {ended} of 60 were computed to the end");
}
