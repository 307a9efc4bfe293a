//! The published cases: each row of `docs/published-cases.md` has its tests below `plans/worked`, each test there its row,
//! and both are all the cases there are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The number of cases collected.
const CASES: usize = 58;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The plan file of each case, by the rows of the table.
fn rows() -> BTreeMap<String, String> {
    let page = fs::read_to_string(root().join("docs/published-cases.md")).unwrap();
    let row = |line: &str| {
        let (case, rest) = line.strip_prefix("| `")?.split_once('`')?;
        let (_, link) = rest.split_once("](../plans/worked/")?;
        Some((case.to_owned(), link.split_once(')')?.0.to_owned()))
    };
    page.lines().filter_map(row).collect()
}

/// The plan files of each case, by the titles of the tests.
fn titles() -> BTreeMap<String, BTreeSet<String>> {
    let mut cases: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in fs::read_dir(root().join("plans/worked")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        for title in text.lines().filter_map(|line| line.strip_prefix("test \"")) {
            let case = title.split(':').next().unwrap().split(' ').next().unwrap();
            cases.entry(case.to_owned()).or_default().insert(file.clone());
        }
    }
    cases
}

#[test]
fn every_case_has_its_row_and_its_test() {
    let (rows, titles) = (rows(), titles());
    assert_eq!(rows.len(), CASES);
    assert_eq!(rows.keys().collect::<Vec<_>>(), titles.keys().collect::<Vec<_>>());
    for (case, file) in &rows {
        assert!(titles[case].contains(file), "`{case}` is not tested in {file}");
    }
}

#[test]
fn these_are_all_the_cases() {
    let path = root().join("../shared/worked/examples.jsonl");
    let Ok(text) = fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not there", path.display());
        return;
    };
    let case = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
    let cases: BTreeSet<String> = text.lines().filter(|line| !line.trim().is_empty()).map(case).collect();
    assert_eq!(cases, rows().into_keys().collect());
}
