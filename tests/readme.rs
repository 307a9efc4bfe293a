//! The README shows what there is: its plan stands in the example, its trace is what the example gives.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::Path;
use std::process::Command;

const README: &str = include_str!("../README.md");
const PLAN: &str = include_str!("../plans/saas_ae/ae_2026.plan");

/// The lines of the fenced block that begins after a sentence.
fn block(after: &str) -> Vec<&'static str> {
    let (_, rest) = README.split_once(after).expect("the sentence stands in the README");
    rest.lines()
        .skip_while(|line| !line.starts_with("```"))
        .skip(1)
        .take_while(|line| !line.starts_with("```"))
        .collect()
}

fn attain(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_attain")).args(args).env_remove("NO_COLOR").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_plan_is_an_excerpt_of_the_example() {
    let mut rest = PLAN.lines();
    let shown = block("Parts of a plan, from");
    assert!(shown.len() > 20, "there is a plan in the README");
    for line in shown.iter().filter(|line| !line.is_empty()) {
        assert!(rest.any(|there| there == *line), "not in the plan, or not in this order: {line}");
    }
}

#[test]
fn the_trace_is_what_the_example_gives() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("RUN");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/saas_ae");
    let (plan, data, out) = (root.to_str().unwrap(), root.join("data"), run.to_str().unwrap());
    attain(&["run", plan, "--data", data.to_str().unwrap(), "--out", out]);
    let trace = attain(&["explain", out, "payout", "--person", "p23", "--period", "2026-01", "--width", "100"]);
    let shown = block("The beginning of the trace");
    assert!(shown.len() > 20, "there is a trace in the README");
    let given: Vec<&str> = trace.lines().take(shown.len()).collect();
    assert_eq!(shown, given);
}
