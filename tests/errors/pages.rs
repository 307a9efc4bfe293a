//! The examples on the pages of the codes, read by the real parser and checker: each must provoke its code.
//!
//! A page shows a fragment. What it names and does not declare itself comes from `errors/pages.plan`, item by
//! item, and what those items name in turn; data comes from `errors/common`, and an example in CSV takes the
//! place of the file named in [`file_of`].

use std::collections::BTreeSet;
use std::fs;

use attain::diagnostics::{Code, Severity};

use crate::case::Case;

/// Pages whose example only the command line, a test block, a workbook, or bytes that are no text can provoke, and those
/// whose example is a sketch of something long.
const NOT_RUN: [Code; 23] = [
    Code::UnusedFile,
    Code::SharedDay,
    Code::TooDeep,
    Code::TooLong,
    Code::NotText,
    Code::HiddenCharacter,
    Code::OutputExists,
    Code::OutputFailed,
    Code::NotARun,
    Code::NoSuchCell,
    Code::TraceDiffers,
    Code::BadKey,
    Code::NotSigned,
    Code::FileNotWritten,
    Code::NoWorkbook,
    Code::NotComparable,
    Code::UnclearAgainst,
    Code::NotAsked,
    Code::BadQuestion,
    Code::NotDivided,
    Code::NoSheet,
    Code::InexactNumber,
    Code::NoCachedValue,
];

/// The first example in a language on a page.
fn example(code: Code, language: &str) -> Option<&'static str> {
    let opening = format!("\n```{language}\n");
    let (_, rest) = code.page().split_once(&opening)?;
    rest.split_once("\n```").map(|(example, _)| example)
}

/// The data file that a page's example in CSV stands for, and the record that reads it.
fn file_of(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::MissingRate => ("fx.csv", ""),
        Code::HierarchyCycle => {
            ("people.csv", "record Person from \"people.csv\" {\n  key id  text\n  manager  Person?  hierarchy\n}")
        }
        Code::Overlap => (
            "people.csv",
            "record Person from \"people.csv\" {\n  key id  text\n  annual_target  USD\n  valid_from  date\n  valid_to  date?\n  \
             versioned from valid_from to valid_to\n}",
        ),
        Code::NoColumn | Code::TooManyPlaces | Code::BadNumber | Code::NumberTooLarge => {
            ("deals.csv", "record Deal from \"deals.csv\" {\n  key id  text\n  amount  USD\n}")
        }
        Code::BadDate => ("deals.csv", "record Deal from \"deals.csv\" {\n  key id  text\n  closed  date\n}"),
        Code::UnknownChoice => {
            ("deals.csv", "record Deal from \"deals.csv\" {\n  key id  text\n  kind  new | renewal\n}")
        }
        Code::DuplicateKey => ("deals.csv", "record Deal from \"deals.csv\" {\n  key id  text\n  amount  USD\n}"),
        Code::Dangling => ("deals.csv", "record Deal from \"deals.csv\" {\n  key id  text\n  owner  Person\n}"),
        Code::BlankCell => {
            ("deals.csv", "record Deal from \"deals.csv\" {\n  key id  text\n  owner  Person\n  amount  USD\n}")
        }
        Code::BadCell => {
            ("deals.csv", "record Deal from \"deals.csv\" {\n  key id  text\n  signed  yes/no\n  currency  currency\n}")
        }
        _ => ("deals.csv", "record Deal from \"deals.csv\" {\n  key id  text\n  name  text\n  amount  USD\n}"),
    }
}

/// The words of a text outside comments.
fn words(text: &str) -> BTreeSet<&str> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap());
    lines.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_')).collect()
}

/// The name that an item declares.
fn declared(item: &str) -> Option<&str> {
    item.split_whitespace().nth(1)
}

/// The items of a text: each begins at the left margin.
fn items(text: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in text.lines() {
        match items.last_mut() {
            Some(item) if line.starts_with([' ', '}', '#']) || line.is_empty() => *item += &format!("{line}\n"),
            _ => items.push(format!("{line}\n")),
        }
    }
    items
}

/// The fragment with all items that it needs; never two of one name.
fn completed(fragment: &str) -> String {
    let prelude = items(&fs::read_to_string(crate::folder().join("pages.plan")).unwrap());
    let own = items(fragment);
    let mut known: BTreeSet<String> = own.iter().filter_map(|item| declared(item)).map(str::to_owned).collect();
    let mut text = format!("{fragment}\n");
    loop {
        let needed = words(&text);
        let next = prelude.iter().find(|item| {
            let name = declared(item).unwrap_or("");
            !known.contains(name)
                && (needed.contains(name)
                    || (name == "primary" && needed.contains("Credit"))
                    || name == "ae" && !fragment.contains("plan "))
        });
        let Some(item) = next.cloned() else { return text };
        known.extend(declared(&item).map(str::to_owned));
        text += &item;
    }
}

fn case_of(code: Code) -> Case {
    let plan = |text: &str| format!("=== plan.plan\n{}", completed(text));
    if let Some(rows) = example(code, "csv") {
        let (file, record) = file_of(code);
        let record = match code {
            Code::MissingRate => "let value for each Deal as USD? = amount in USD using Fx at closed",
            _ => record,
        };
        return Case::new(&format!("{}=== {file}\n{rows}\n", plan(record)));
    }
    let text = example(code, "attain").unwrap();
    match code {
        Code::UseCycle => {
            let (a, b) = text.split_once("# in b.plan\n").unwrap();
            Case::new(&format!("=== plan.plan\nuse \"a.plan\"\n=== a.plan\n{a}=== b.plan\n{b}\n"))
        }
        Code::NotReadable => {
            let other = "edition 1\nrecord Person {\n  key id  text\n}\nplan ae_2026 {\n  effective 2026-01-01 to 2026-12-31\n  \
                         currency USD\n  people Person\n}\nmeasure bookings for each Person, month = 1 USD\n";
            Case::new(&format!("{}=== ae.plan\n{other}", plan(text)))
        }
        Code::IdleTest => Case::new(&format!("=== case.plan\n{text}\n")),
        Code::NoPlan => Case::new(&format!("=== plan.plan\n{text}\n")),
        Code::NoDataFile => Case::new(&format!("{}=== deals.csv is not there\n", plan(text))),
        Code::DivisionByZero => {
            Case::new(&format!("{}=== quotas.csv\nperson,quarter,amount\np1,2026-Q1,0\np2,2026-Q1,0\n", plan(text)))
        }
        Code::ControlTotal => Case::new(&format!("{}=== orders.csv\nSalesOrderID,SubTotal\n1,2.50\n", plan(text))),
        _ => Case::new(&plan(text)),
    }
}

#[test]
fn every_page_shows_what_provokes_its_code() {
    let mut wrong = Vec::new();
    for code in Code::ALL.iter().filter(|code| !NOT_RUN.contains(code)) {
        let case = case_of(*code);
        let told = case.told();
        let others: Vec<&str> = told
            .codes
            .iter()
            .filter(|other| *other != code && other.severity() == Severity::Error)
            .map(|other| other.text())
            .collect();
        if !told.codes.contains(code) || !others.is_empty() {
            wrong.push(format!("{}: also {others:?}\n{}", code.text(), told.text));
        }
    }
    assert!(wrong.is_empty(), "{} pages: {}", wrong.len(), wrong.join("\n"));
}

/// The bands of the codes, as the index heads them.
const BANDS: [(&str, &str); 8] = [
    ("E01", "Text and syntax"),
    ("E02", "Files and names"),
    ("E03", "Types, units and grains"),
    ("E04", "Computing"),
    ("E05", "Data"),
    ("E06", "Runs"),
    ("E08", "Evidence"),
    ("W07", "Warnings"),
];

/// The index of the pages, as it stands in `docs/errors/README.md`.
fn index() -> String {
    let mut codes: Vec<Code> = Code::ALL.to_vec();
    codes.sort_by_key(|code| code.text());
    let mut text = "# Error codes\n\nEvery problem has a code, and every code has a page with an example and how to \
                    fix it.\n`attain explain-error E0301` shows a page in the terminal, `attain explain-error --list` \
                    this list.\n`E` codes are errors, `W` codes warnings.\n"
        .to_owned();
    for (band, title) in BANDS {
        let mut rows = codes.iter().filter(|code| code.text().starts_with(band)).peekable();
        if rows.peek().is_none() {
            continue;
        }
        text += &format!("\n## {title}\n\n| code | means |\n|---|---|\n");
        for code in rows {
            text += &format!("| [{0}]({0}.md) | {1} |\n", code.text(), code.title());
        }
    }
    text
}

#[test]
fn every_code_lies_in_a_band() {
    for code in Code::ALL {
        assert!(BANDS.iter().any(|(band, _)| code.text().starts_with(band)), "{}: no band of the index", code.text());
    }
}

/// `INSTA_UPDATE=always cargo test --test errors the_index` writes it anew.
#[test]
fn the_index_lists_every_code() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors/README.md");
    if std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always") {
        fs::write(&path, index()).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == index(), "docs/errors/README.md is not the list of codes; INSTA_UPDATE=always writes it anew");
}
