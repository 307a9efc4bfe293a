//! Generated plans on generated data: well typed by construction, and both interpreters agree on
//! every value, every row and every fault.
//!
//! `PROPTEST_CASES=5000 cargo test --test generated` looks longer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(clippy::arithmetic_side_effects)]

mod agree;
#[path = "generated/choices.rs"]
mod choices;
#[path = "generated/data.rs"]
mod data;
#[path = "generated/expr.rs"]
mod expr;
#[path = "generated/grain.rs"]
mod grain;
#[path = "generated/order.rs"]
mod order;
#[path = "generated/plan.rs"]
mod plan;

#[path = "generated/sharing.rs"]
mod sharing;

use std::collections::BTreeMap;

use attain::data::Memory;
use attain::diagnostics::{Diagnostic, Options, render};
use attain::program::Program;
use attain::table::Tables;
use attain::{compile, project};
use choices::Choices;
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, TestError, TestRunner};

/// So many plans, unless `PROPTEST_CASES` says how many.
const CASES: u32 = 40;

/// A plan with data for it.
struct Case {
    plan: String,
    files: Vec<(&'static str, String)>,
}

impl Case {
    fn new(numbers: Vec<u32>) -> Case {
        let mut choices = Choices::new(numbers);
        let files = data::data(&mut choices);
        Case { plan: plan::plan(&mut choices), files }
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
        let written = self.plan.strip_prefix(plan::RECORDS).unwrap_or(&self.plan);
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

#[test]
fn most_generated_plans_are_computed_to_the_end() {
    let mut ended = 0;
    for seed in 0..60_u32 {
        // Any numbers do, as long as they are many and the same each time.
        let numbers = (0..600_u32).map(|n| (n + seed * 7919).wrapping_mul(2_654_435_761).rotate_left(13)).collect();
        let (program, tables) = Case::new(numbers).compiled().unwrap();
        ended += usize::from(attain::engine::run(&program, &tables).is_ok());
    }
    assert!(ended >= 25, "only {ended} of 60 were computed to the end");
}
