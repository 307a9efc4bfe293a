//! The tests of the example plans pass, and each of their expectations matters.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::panic)]

mod agree;

use std::collections::BTreeMap;
use std::path::Path;

use attain::diagnostics::{Diagnostic, Options, render};
use attain::project::Project;
use attain::syntax::tree::{ExpectKind, ItemKind, Literal, LiteralKind};
use attain::testing::{Outcome, TestResult};

/// The plan files of an example, by name.
fn files(folder: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans").join(folder);
    let paths = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "plan"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn shown(project: &Project, problems: &[Diagnostic]) -> String {
    render(problems, &project.sources, &Options::default())
}

fn load(files: &BTreeMap<String, String>, entry: &str) -> Project {
    attain::project::load(files, &[entry.to_owned()])
}

/// The results of a plan's tests.
fn run(files: &BTreeMap<String, String>, entry: &str) -> (Project, Vec<TestResult>) {
    let project = load(files, entry);
    let (plans, problems) = attain::compile::plans(&project);
    let errors: Vec<Diagnostic> = problems.into_iter().filter(Diagnostic::is_error).collect();
    assert_eq!(shown(&project, &errors), "");
    let results = plans.iter().flat_map(|plan| attain::testing::run(plan, &project)).collect();
    (project, results)
}

fn all_pass(folder: &str, entry: &str) -> usize {
    let files = files(folder);
    let (project, results) = run(&files, entry);
    for plan in &attain::compile::plans(&project).0 {
        for tables in attain::testing::tables(plan, &project) {
            agree::both(&plan.program, &tables).unwrap();
        }
    }
    for result in &results {
        assert!(result.passed(), "{}\n{}", result.title, shown(&project, &result.diagnostics()));
    }
    results.len()
}

#[test]
fn the_tests_of_the_saas_plan_pass() {
    assert_eq!(all_pass("saas_ae", "ae_2026.plan"), 8);
}

#[test]
fn the_tests_of_the_adventureworks_plan_pass() {
    assert_eq!(all_pass("adventureworks", "adventureworks.plan"), 5);
}

/// The expected literals of a file's tests, each with the number of its test.
fn expected(project: &Project, entry: &str) -> Vec<(usize, Literal)> {
    let file = project.sources.iter().find(|source| source.path == entry).unwrap().id;
    let tests = project.parsed.at(file).items.iter().filter_map(|item| match &item.kind {
        ItemKind::Test(test) => Some(test),
        _ => None,
    });
    let values = tests.enumerate().flat_map(|(number, test)| {
        let values = test.expects.iter().flat_map(|expect| match &expect.kind {
            ExpectKind::Value { value, .. } => vec![value.clone()],
            ExpectKind::Table { name, rows } => {
                let cells = rows.iter().flatten();
                cells.filter(|(head, _)| head.text == name.text).map(|(_, value)| value.clone()).collect()
            }
            ExpectKind::None(_) | ExpectKind::Error { .. } => Vec::new(),
        });
        values.map(move |value| (number, value)).collect::<Vec<_>>()
    });
    values.collect()
}

/// Another value of the same kind: one more.
fn other(literal: &LiteralKind) -> String {
    match literal {
        LiteralKind::Amount(number, unit) => {
            let cents = 10_i128.pow(2_u32.saturating_sub(number.places.into()));
            let changed = attain::value::Fixed { units: number.units * cents + 1, places: number.places.max(2) };
            format!("{} {}", changed.grouped(), unit.text)
        }
        LiteralKind::Percent(number) => {
            format!("{}%", attain::value::Fixed { units: number.units + 1, places: number.places })
        }
        LiteralKind::Number(number) => {
            attain::value::Fixed { units: number.units + 1, places: number.places }.to_string()
        }
        LiteralKind::YesNo(yes) => if *yes { "no" } else { "yes" }.to_owned(),
        other => panic!("a kind not expected in the examples: {other:?}"),
    }
}

/// Changes each expected literal by its last place, a cent, and sees exactly its test fail, once.
fn each_expectation_matters(folder: &str, entry: &str) -> usize {
    let files = files(folder);
    let literals = expected(&load(&files, entry), entry);
    for (number, literal) in &literals {
        let mut changed = files.clone();
        let text = changed.get_mut(entry).unwrap();
        text.replace_range(literal.span.start as usize..literal.span.end as usize, &other(&literal.kind));
        let line = text[..literal.span.start as usize].lines().count();
        let (_, results) = run(&changed, entry);
        for (position, result) in results.iter().enumerate() {
            match &result.outcome {
                Outcome::Passed => assert_ne!(position, *number, "line {line}: passes still"),
                Outcome::Failed(failures) => {
                    assert_eq!(position, *number, "line {line}: {failures:?}");
                    assert_eq!(failures.len(), 1, "line {line}: {failures:?}");
                    assert!(failures[0].span.start <= literal.span.start && failures[0].span.end >= literal.span.start);
                }
                Outcome::Broken(problems) => panic!("line {line}: {problems:?}"),
            }
        }
    }
    literals.len()
}

#[test]
fn each_expectation_of_the_saas_plan_matters() {
    assert_eq!(each_expectation_matters("saas_ae", "ae_2026.plan"), 43);
}

#[test]
fn each_expectation_of_the_adventureworks_plan_matters() {
    assert_eq!(each_expectation_matters("adventureworks", "adventureworks.plan"), 25);
}
