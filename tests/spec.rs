//! `tests/spec` holds the language: its cases are computed by both interpreters, and those that are examples of
//! `docs/language.md` are kept as the page has them.
//!
//! `INSTA_UPDATE=always cargo test --test spec` writes the examples' cases; read what changed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(clippy::arithmetic_side_effects)]

mod agree;
#[path = "conformance/case.rs"]
mod case;
#[path = "conformance/derive.rs"]
mod derive;
mod page;
#[path = "conformance/run.rs"]
mod run;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use case::Case;
use run::Common;

/// The rule groups of the page lie below this folder.
const DERIVED: &str = "language";
/// What stands above the fragments.
const FRAME: &str = "frame.plan";
/// So many values are stated at least, so that none is lost without notice.
const VALUES: usize = 6_500;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec")
}

fn page_text() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md")).unwrap()
}

/// The texts of the files below a folder by path.
fn texts(below: &Path, ending: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![below.to_path_buf()];
    while let Some(folder) = open.pop() {
        for path in fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
            match path.is_dir() {
                true => open.push(path),
                false if path.extension().is_some_and(|own| own == ending) => {
                    let name = path.strip_prefix(below).unwrap().to_str().unwrap().replace('\\', "/");
                    found.insert(name, fs::read_to_string(&path).unwrap());
                }
                false => {}
            }
        }
    }
    found
}

/// The files that every case may use, as they stand in the folder.
fn common() -> Common {
    let mut files = texts(&folder().join("files"), "plan");
    let frame = files.remove(FRAME).unwrap();
    Common { files, frame }
}

/// What the page says, as files by their paths below the folder.
fn derived() -> BTreeMap<String, String> {
    let page = page_text();
    let common = derive::common(&page);
    let mut files = BTreeMap::new();
    for (path, case) in derive::cases(&page, &common) {
        files.insert(format!("{DERIVED}/{path}"), case.text());
    }
    files.extend(common.files.into_iter().map(|(name, text)| (format!("files/{name}"), text)));
    files.insert(format!("files/{FRAME}"), common.frame);
    files
}

#[test]
fn the_examples_of_the_page_are_kept_as_cases() {
    let mut kept = texts(&folder().join(DERIVED), "txt");
    kept = kept.into_iter().map(|(path, text)| (format!("{DERIVED}/{path}"), text)).collect();
    kept.extend(texts(&folder().join("files"), "plan").into_iter().map(|(name, text)| (format!("files/{name}"), text)));
    let derived = derived();
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        for path in kept.keys().filter(|path| !derived.contains_key(*path)) {
            fs::remove_file(folder().join(path)).unwrap();
        }
        for (path, text) in derived.iter().filter(|(path, text)| kept.get(*path) != Some(text)) {
            let path = folder().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        return;
    }
    let gone = kept.keys().filter(|path| !derived.contains_key(*path)).map(|path| format!("{path} is no example"));
    let changed = derived.iter().filter(|(path, text)| kept.get(*path) != Some(text));
    let changed = changed.map(|(path, _)| format!("{path} is not as the page has it"));
    let wrong: Vec<String> = gone.chain(changed).collect();
    assert!(wrong.is_empty(), "write them by INSTA_UPDATE=always:\n{}", wrong.join("\n"));
}

#[test]
fn every_case_comes_out_as_it_says() {
    let common = common();
    let wanted = std::env::var("ATTAIN_CASE").unwrap_or_default();
    let (mut cases, mut values, mut wrong) = (0, 0, Vec::new());
    for (path, text) in texts(&folder(), "txt").into_iter().filter(|(path, _)| path.contains(&wanted)) {
        cases += 1;
        match Case::parse(&text).and_then(|case| run::check(&case, &common)) {
            Ok(stated) => values += stated,
            Err(why) => wrong.push(format!("{path}: {why}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    println!("{cases} cases, {values} values");
    assert!(values >= VALUES || !wanted.is_empty(), "only {values} values are left");
}

#[test]
fn the_calculated_cases_are_as_calculated() {
    let mut python = Command::new("python3");
    let Ok(ended) = python.args(["-B"]).arg(folder().join("calculate")).arg("--check").output() else {
        // Written past the test harness, which would keep it to itself.
        let _ = writeln!(std::io::stderr(), "skipped: there is no python3 to calculate the cases again");
        return;
    };
    let said = String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
    let written = texts(&folder(), "txt").keys().filter(|path| !path.starts_with(DERIVED)).count();
    assert!(said.starts_with(&format!("{written} cases, ")), "{written} cases stand here: {said}");
}

#[test]
fn a_case_is_read_as_it_is_written() {
    for (path, text) in texts(&folder(), "txt") {
        assert_eq!(Case::parse(&text).unwrap().text(), text, "{path}");
    }
}

#[test]
fn a_case_that_does_not_come_out_is_found() {
    let common = common();
    let check = |text: &str| run::check(&Case::parse(text).unwrap(), &common);
    let case = |value: &str| {
        check(&format!("two\n\n=== fragment\nmeasure a = 2\n=== expect\nwhat,name,of,in,value\nvalue,a,,,{value}\n"))
    };
    assert_eq!(case("2.000000"), Ok(1));
    assert!(case("2").is_err());
    assert!(check("\n=== fragment\nmeasure a = b\n").unwrap_err().contains("E0205"));
    assert!(check("\n=== fragment\nmeasure a = 2\n=== stops\ncode,record,key\nE0401,,\n").is_err());
    assert!(check("\n=== fragment\nmeasure a = b\n=== problems\ncode,file,line\nE0205,case.plan,2\n").is_err());
    assert_eq!(check("\n=== fragment\nmeasure a = b\n=== problems\ncode,file,line\nE0205,case.plan,1\n"), Ok(0));
    assert!(Case::parse("\n=== planned\n").is_err());
}
