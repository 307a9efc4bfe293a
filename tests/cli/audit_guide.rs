//! The guide for auditors does what it says: its commands are executed one after the other, in one folder.
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

#[test]
fn the_guide_for_auditors_is_executed() {
    let path = crate_folder().join("docs/audit/guide.md");
    let page = fs::read_to_string(&path).unwrap();
    let found = executed(&page, &Place::saas());
    if std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always") {
        fs::write(&path, &found).unwrap();
    }
    assert!(
        found == page || std::env::var_os("INSTA_UPDATE").is_some(),
        "docs/audit/guide.md shows something else:\n{found}"
    );
}
