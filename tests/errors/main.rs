//! Errors that teach: every code is provoked by a plan or its data, and each snapshot shows what was read
//! and what a person is told.
//!
//! A case is one text file `errors/CODE/NAME.txt` of sections `=== FILE`. What it does not give itself comes
//! from `errors/common`: a plan that uses `records.plan` and `case.plan`, and data without a fault. In a
//! section, a workbook is written as `support/workbook.rs` says, `{{ ( * 300 }}` stands for 300 times `(`, and `\` at its end for a file without its last line end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod case;
mod pages;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use attain::diagnostics::Code;
use attain::project::{self, FileProblem, Files};
use case::Case;

/// What no plan and no data can provoke, and where it is tested.
const ELSEWHERE: [(Code, &str); 17] = [
    (Code::UnusedFile, "tests/cli.rs"),
    (Code::SharedDay, "tests/cli.rs"),
    (Code::NotText, "a_plan_that_is_no_text, below"),
    (Code::OutputExists, "tests/cli.rs"),
    (Code::OutputFailed, "tests/cli.rs"),
    (Code::NotARun, "tests/cli.rs"),
    (Code::NoSuchCell, "tests/cli.rs"),
    (Code::TraceDiffers, "tests/cli.rs"),
    (Code::BadKey, "tests/cli.rs"),
    (Code::NotSigned, "tests/cli.rs"),
    (Code::FileNotWritten, "src/cli/written.rs"),
    (Code::NoWorkbook, "tests/cli/against.rs"),
    (Code::NotComparable, "tests/cli/against.rs"),
    (Code::UnclearAgainst, "tests/cli/against.rs"),
    (Code::NotAsked, "tests/cli/estimate.rs"),
    (Code::BadQuestion, "tests/cli/estimate.rs"),
    (Code::NotDivided, "tests/cli/parts.rs"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors")
}

/// Takes the snapshot of a case beside it.
fn snapshot(path: &Path, case: &Case, told: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(path.parent().unwrap());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_input_file(path);
    let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
    settings.bind(|| insta::assert_snapshot!(name, format!("{}=== told\n{told}", case.given)));
}

/// The cases of a folder, in order.
fn cases(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
    cases.sort();
    cases
}

/// The folders of codes.
fn folders() -> BTreeSet<String> {
    let names = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(['E', 'W'])).collect()
}

#[test]
fn every_case_provokes_its_code() {
    let mut others = Vec::new();
    for code in folders() {
        for path in cases(&folder().join(&code)) {
            let case = Case::read(&path);
            let told = case.told();
            let codes: Vec<&str> = told.codes.iter().map(|code| code.text()).collect();
            if !codes.contains(&code.as_str()) {
                others.push(format!("{}: {codes:?}\n{}", path.display(), told.text));
            }
            snapshot(&path, &case, &told.text);
        }
    }
    assert!(others.is_empty(), "other codes than the folder's: {}", others.join("\n"));
}

#[test]
fn every_snapshot_is_of_a_case() {
    for name in folders().iter().map(String::as_str).chain(["poor"]) {
        for entry in fs::read_dir(folder().join(name)).unwrap() {
            let path = entry.unwrap().path();
            let of_case = path.extension().is_some_and(|end| end == "txt") || path.with_extension("txt").is_file();
            assert!(of_case, "{}: is left over", path.display());
        }
    }
}

/// Messages that are poor so far, kept in sight until they are better.
#[test]
fn poor_messages() {
    for path in cases(&folder().join("poor")) {
        let case = Case::read(&path);
        snapshot(&path, &case, &case.told().text);
    }
}

#[test]
fn every_code_has_a_case_and_a_page() {
    let folders = folders();
    let elsewhere: BTreeSet<&str> = ELSEWHERE.iter().map(|(code, _)| code.text()).collect();
    for code in Code::ALL {
        let code = code.text();
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/errors/{code}.md"));
        assert!(page.is_file(), "{code}: has no page");
        assert_ne!(folders.contains(code), elsewhere.contains(code), "{code}: has a case, or is tested elsewhere");
    }
    for folder in &folders {
        assert!(Code::from_text(folder).is_some(), "{folder}: is no code");
    }
}

/// One file of bytes that are no text.
struct Bytes;

impl Files for Bytes {
    fn read(&self, _: &str) -> Result<Vec<u8>, FileProblem> {
        Ok(b"# Bonus f\xfcr K\xf6ln\n".to_vec())
    }
}

#[test]
fn a_plan_that_is_no_text() {
    let project = project::load(&Bytes, &["ae.plan".to_owned()]);
    let told = attain::diagnostics::render(&project.problems, &project.sources, &Default::default());
    insta::assert_snapshot!(told);
}
