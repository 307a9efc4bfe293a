//! Every recipe of `plans/cookbook` and every document of `plans/documents` does what its page says: the plan text of
//! the page stands in a plan file, the plan's own tests hold in both interpreters, and its commands print what the page
//! shows. What a page shows of a mistake stands in a folder below the recipe's.
//!
//! `INSTA_UPDATE=always cargo test --test cookbook` writes what the commands print into the pages; read it.
//! `ATTAIN_RECIPE=NAME` looks at the folders of that name only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(clippy::arithmetic_side_effects)]

mod agree;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use attain::diagnostics::{Options, render};
use attain::{compile, project, testing};

/// A page is one screen: its rule, its plan text and its trace.
const LINES_MOST: usize = 110;

/// The folders with a page, sorted.
fn recipes() -> Vec<PathBuf> {
    let wanted = std::env::var("ATTAIN_RECIPE").ok();
    let plans = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans");
    let mut folders: Vec<PathBuf> = ["cookbook", "documents"]
        .iter()
        .flat_map(|part| entries(&plans.join(part)))
        .filter(|path| path.is_dir())
        .collect();
    folders.retain(|folder| wanted.as_deref().is_none_or(|wanted| folder.ends_with(wanted)));
    folders.sort();
    folders
}

/// What lies in a folder; nothing where there is none.
fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).map(|found| found.map(|entry| entry.unwrap().path()).collect()).unwrap_or_default()
}

/// The plan files of a folder by name.
fn plan_files(folder: &Path) -> BTreeMap<String, String> {
    let plans =
        entries(folder).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "plan"));
    plans
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap()))
        .collect()
}

/// The texts of the plan files of a folder and of the folders in it.
fn texts(folder: &Path) -> Vec<String> {
    let own = plan_files(folder).into_values();
    let below = entries(folder).into_iter().filter(|path| path.is_dir()).flat_map(|path| texts(&path));
    own.chain(below).collect()
}

/// The fenced blocks of a page: what stands behind the ticks, and the text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (open.take(), line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((info.to_owned(), String::new())),
            (None, None) => {}
            (Some(block), Some(_)) => blocks.push(block),
            (Some((info, text)), None) => open = Some((info, text + line + "\n")),
        }
    }
    blocks
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for path in entries(from) {
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &target),
            false => drop(fs::copy(&path, &target).unwrap()),
        }
    }
}

/// What the commands of a block print, below each of them.
fn executed(block: &str, folder: &Path) -> String {
    let mut shown = String::new();
    for command in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
        let words = command.strip_prefix("attain ").expect("the commands are those of attain");
        let output =
            Command::new(env!("CARGO_BIN_EXE_attain")).args(words.split(' ')).current_dir(folder).output().unwrap();
        let printed = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        shown += &format!("$ {command}\n{printed}");
    }
    shown
}

/// Why a recipe is not as its page says.
fn problems(folder: &Path) -> Vec<String> {
    let name = folder.file_name().unwrap().to_str().unwrap();
    let Ok(page) = fs::read_to_string(folder.join("README.md")) else { return vec![format!("{name}: no README.md")] };
    let files = plan_files(folder);
    let mut found = own_tests(&files).err().into_iter().collect::<Vec<String>>();
    if !page.starts_with("# ") {
        found.push("the page has no title".to_owned());
    }
    if page.lines().count() > LINES_MOST {
        found.push(format!("the page has {} lines, one screen is {LINES_MOST} at most", page.lines().count()));
    }
    let (blocks, texts) = (blocks(&page), texts(folder));
    for (info, text) in &blocks {
        if info == "attain" && !texts.iter().any(|file| file.contains(text.trim_end())) {
            found.push(format!("this text of the page stands in no plan file:\n{text}"));
        }
    }
    for kind in ["attain", "console"] {
        if !blocks.iter().any(|(info, _)| info == kind) {
            found.push(format!("the page has no block of `{kind}`"));
        }
    }
    let root = tempfile::tempdir().unwrap();
    copy(folder, root.path());
    let mut written = page.clone();
    for (_, text) in blocks.iter().filter(|(info, _)| info == "console") {
        let printed = executed(text, root.path());
        written = written.replacen(text, &printed, 1);
    }
    if written != page {
        if std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always") {
            fs::write(folder.join("README.md"), &written).unwrap();
        }
        found.push(format!("its commands print something else:\n{written}"));
    }
    found.into_iter().map(|why| format!("{name}: {why}")).collect()
}

/// The tests of a recipe's plans hold, in both interpreters.
fn own_tests(files: &BTreeMap<String, String>) -> Result<(), String> {
    let entries: Vec<String> = files.keys().cloned().collect();
    let project = project::load(files, &entries);
    let shown = |problems: &[_]| render(problems, &project.sources, &Options::default());
    let (plans, problems) = compile::plans(&project);
    if !problems.is_empty() {
        return Err(shown(&problems));
    }
    let mut tests = 0;
    for plan in &plans {
        for tables in testing::tables(plan, &project) {
            agree::both(&plan.program, &tables)?;
        }
        for result in testing::run(plan, &project) {
            tests += 1;
            if !result.passed() {
                return Err(shown(&result.diagnostics()));
            }
        }
    }
    if tests == 0 { Err("it has no test".to_owned()) } else { Ok(()) }
}

#[test]
fn every_recipe_is_as_its_page_says() {
    let found: Vec<String> = recipes().iter().flat_map(|folder| problems(folder)).collect();
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

/// Whether a page has a link to each folder beside it, and to no other.
fn is_index(part: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans").join(part);
    let page = fs::read_to_string(root.join("README.md")).unwrap();
    let linked: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| [")?.split_once("](")?.1.split_once(')'))
        .map(|(to, _)| to)
        .collect();
    let folders = entries(&root).into_iter().filter(|path| path.is_dir());
    let mut there: Vec<String> = folders.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    let mut linked: Vec<String> = linked.into_iter().map(str::to_owned).collect();
    there.sort();
    linked.sort();
    assert_eq!(linked, there, "plans/{part}/README.md");
}

#[test]
fn the_index_pages_list_what_is_there() {
    is_index("cookbook");
    is_index("documents");
}
