//! How long the answer about one more deal takes, on the data of `plans/bench_ae_2026`: `cargo bench --bench estimate`.
//!
//! The data is made by `examples/ae_2026_data.rs`; reading it and computing it once is not timed. Each answer is about
//! another deal, of an account executive drawn at random.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, missing_docs)]

#[path = "../examples/ae_2026_data.rs"]
#[allow(dead_code, reason = "it is a program of its own")]
mod ae_2026_data;

use std::collections::BTreeMap;
use std::path::Path;

use attain::estimate::{Estimator, question};
use attain::{compile, data, engine, project};

fn main() {
    divan::main();
}

#[divan::bench(args = [100_000, 1_000_000], sample_count = 50, sample_size = 1)]
fn one_more_deal(bencher: divan::Bencher, deals: u64) {
    let folder = tempfile::tempdir().expect("a folder for the data");
    ae_2026_data::write(deals, 1, folder.path()).expect("the data is written");
    let plans = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/bench_ae_2026");
    let text = |name: &str| {
        let text = std::fs::read_to_string(plans.join(name)).expect("the plan is there");
        (name.to_owned(), text.replace(".parquet", ".csv"))
    };
    let files = BTreeMap::from(["ae_2026.plan", "records.plan"].map(text));
    let project = project::load(&files, &["ae_2026.plan".to_owned()]);
    let (plans, problems) = compile::plans(&project);
    assert!(problems.iter().all(|problem| !problem.is_error()), "{problems:?}");
    let program = &plans[0].program;
    let tables = data::load(program, &data::Folder::new(folder.path()), &[]).expect("the data made here is sound");
    let results = engine::run(program, &tables).expect("it is computed to the end");
    let mut estimator = Estimator::new(program, &results);
    estimator.prepare();
    let mut number = deals;
    bencher.bench_local(|| {
        number += 1;
        let (managers, executives) = (deals / 1_000, deals * 8 / 1_000);
        let (owner, month) = (managers + 1 + number * 7919 % executives, number % 12 + 1);
        let text = format!(
            "{{\"record\": \"Deal\", \"row\": {{\"id\": {number}, \"closed\": \"2026-{month:02}-15\", \"owner\": {owner}, \
             \"amount\": 25000, \"currency\": \"EUR\", \"product\": \"PLATFORM\", \"kind\": \"new\"}}}}"
        );
        let question = question(&text, 1).expect("it is a question");
        let rows = question.rows(program).expect("the plan has deals");
        let estimate = estimator.ask(&rows).expect("it is answered");
        assert!(!estimate.whole && !estimate.changes.is_empty());
    });
}
