//! The guide for auditors, and the page on differences, do what they say: their commands are executed one after the other,
//! in one folder.
//!
//! `INSTA_UPDATE=always` writes what the commands print into the page; read it.

use std::fs;

use crate::place::{Place, crate_folder};

/// The page with what its commands print below each of them. Lines cut with `…` stay cut.
fn executed(page: &str, place: &Place) -> String {
    let (mut out, mut lines) = (String::new(), page.lines().peekable());
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if line != "```console" {
            continue;
        }
        let mut block = Vec::new();
        while let Some(line) = lines.next_if(|line| *line != "```") {
            block.push(line);
        }
        for command in block.iter().filter_map(|line| line.strip_prefix("$ ")) {
            let words = command.strip_prefix("attain ").unwrap();
            let ended = place.attain(words);
            out.push_str(&format!("$ {command}\n{}{}", ended.out, ended.err));
        }
    }
    // Hashes and the numbers of keys are other ones each time, or with each version.
    let fixed = out.lines().map(|line| match line.split_once("manifest SHA-256 ") {
        Some((before, _)) => format!("{before}manifest SHA-256 …"),
        None => line.to_owned(),
    });
    fixed.map(|line| line + "\n").collect()
}

fn is_executed(page: &str, place: &Place) {
    let path = crate_folder().join(page);
    let text = fs::read_to_string(&path).unwrap();
    let found = executed(&text, place);
    if std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always") {
        fs::write(&path, &found).unwrap();
    }
    assert!(found == text || std::env::var_os("INSTA_UPDATE").is_some(), "{page} shows something else:\n{found}");
}

#[test]
fn the_guide_for_auditors_is_executed() {
    is_executed("docs/audit/guide.md", &Place::saas());
}

#[test]
fn the_page_on_differences_is_executed() {
    let place = Place::saas();
    place.run("q4");
    for name in place.files("data").keys() {
        let mut text = place.read(&format!("data/{name}"));
        if name == "deals.csv" {
            let lines = text.lines().filter(|line| !line.starts_with("D-0046,"));
            text = lines.map(|line| line.to_owned() + "\n").collect();
            text = text.replace("D-0137,2026-02-25,p36,,,19932.77", "D-0137,2026-02-25,p36,,,60000.00");
            text = text.replace("D-0187,2026-02-23,", "D-0187,2026-03-23,");
        }
        place.write(&format!("data-corrected/{name}"), text);
    }
    let ended = place.attain("run plans --data data-corrected --out corrected");
    assert_eq!(ended.status, 0, "{}", ended.err);
    is_executed("docs/against.md", &place);
}
