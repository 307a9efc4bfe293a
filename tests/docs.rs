//! The examples of the pages are executed: what a page says of the language is so.
//!
//! What is done with a fenced block stands behind its three ticks:
//!
//! | info string | the block |
//! |---|---|
//! | `attain` | a fragment: put below the page's frame; no problems but an earning that is not paid, and its tests hold |
//! | `attain whole` | the same for a whole file |
//! | `attain data` | a whole file that is run on the data files shown above it; no problems, no faults |
//! | `attain … error E0302` | that code is reported, and nothing else |
//! | `attain … warning W0701` | that code is reported, and the tests hold |
//! | `attain file NAME` | a file that every example may `use` |
//! | `attain frame` | what stands above each fragment |
//! | `csv NAME`, `jsonl NAME` | a data file |
//! | `xlsx NAME` | a workbook, written as `support/workbook.rs` says |
//! | `text message` | what the example above it reports, word for word |
//! | `console` | nothing is done with it here; those of the first page are run below |
//! | `text` | nothing is done with it |
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects, missing_docs)]

mod agree;
mod page;
mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use attain::compile::{self, Plan};
use attain::data::Memory;
use attain::diagnostics::{Code, Diagnostic, render};
use attain::program::Program;
use attain::project::{self, Project};
use attain::table::Tables;
use attain::{engine, fault, testing};
use page::{Base, Block, Kind, blocks, kind};

/// A page whose examples are executed, below its own frame and with its own files.
struct Page {
    path: &'static str,
    /// The file an example is put into.
    example: &'static str,
    /// So many examples the page has at least, so that none is lost without notice.
    examples: usize,
    /// So many of them have tests or data.
    with_values: usize,
}

const REFERENCE: Page = Page { path: "docs/language.md", example: "example.plan", examples: 338, with_values: 179 };
const FIRST: Page = Page { path: "docs/first-plan.md", example: "first.plan", examples: 15, with_values: 13 };

/// What the blocks of a page share.
struct Shared {
    example: &'static str,
    files: BTreeMap<String, String>,
    frame: String,
}

fn shared(page: &Page, blocks: &[Block]) -> Shared {
    let mut shared = Shared { example: page.example, files: BTreeMap::new(), frame: String::new() };
    for block in blocks {
        match kind(&block.info) {
            Some(Kind::File(name)) => {
                shared.files.insert(name, block.text.clone());
            }
            Some(Kind::Frame) => shared.frame.clone_from(&block.text),
            _ => {}
        }
    }
    shared
}

/// What came of the examples of a page.
#[derive(Default)]
struct Outcome {
    examples: usize,
    with_values: usize,
    failures: Vec<String>,
}

/// What an example shows.
struct Shown {
    values: bool,
    /// Its problems, as they are reported.
    message: String,
}

/// Executes the examples of a page.
fn execute(blocks: &[Block], shared: &Shared) -> Outcome {
    let mut outcome = Outcome::default();
    let mut data = Memory::new();
    let mut message = String::new();
    for block in blocks {
        match kind(&block.info) {
            None => outcome.failures.push(format!("line {}: unknown block `{}`", block.line, block.info)),
            Some(Kind::Csv(name)) if block.info.starts_with("xlsx ") => {
                data = data.with(name, support::workbook::workbook_of_text(&block.text));
            }
            Some(Kind::Csv(name)) => data = data.with(name, block.text.clone()),
            Some(Kind::Example { base, code }) => {
                outcome.examples += 1;
                match example(block, base, code.as_deref(), shared, &data) {
                    Ok(shown) => {
                        outcome.with_values += usize::from(shown.values);
                        message = shown.message;
                    }
                    Err(why) => outcome.failures.push(format!("line {} `{}`: {why}", block.line, block.info)),
                }
            }
            Some(Kind::Message) if block.text.trim_end() == message.trim_end() => {}
            Some(Kind::Message) => outcome.failures.push(format!("line {}: it reports:\n{message}", block.line)),
            Some(Kind::File(_) | Kind::Frame | Kind::Ignored) => {}
        }
    }
    outcome
}

/// Executes one example; what it shows, or why it is not as the page says.
fn example(block: &Block, base: Base, code: Option<&str>, shared: &Shared, data: &Memory) -> Result<Shown, String> {
    let text = match base {
        Base::Fragment => format!("{}\n{}", shared.frame, block.text),
        Base::Whole | Base::Data => block.text.clone(),
    };
    let mut files = shared.files.clone();
    files.insert(shared.example.to_owned(), text);
    let project = project::load(&files, &[shared.example.to_owned()]);
    let (plans, mut problems) = compile::plans(&project);
    if base == Base::Data {
        for plan in &plans {
            problems.extend(run(plan, data)?);
        }
    }
    expect_code(&project, &problems, code)?;
    let mut values = base == Base::Data && code.is_none();
    for plan in &plans {
        for tables in testing::tables(plan, &project) {
            agreed(&plan.program, &tables)?;
        }
        for result in testing::run(plan, &project) {
            values = true;
            if !result.passed() {
                return Err(format!("the test does not hold:\n{}", shown(&project, &result.diagnostics())));
            }
        }
    }
    if plans.is_empty() && code.is_none() {
        return Err("there is no plan".to_owned());
    }
    Ok(Shown { values, message: shown(&project, &problems) })
}

/// Both interpreters, and the traces, give the same.
fn agreed(program: &Program, tables: &Tables) -> Result<(), String> {
    agree::both(program, tables)?;
    agree::all_traced(program, tables)
}

/// The problems of the data and the faults of the computation.
fn run(plan: &Plan<'_>, files: &Memory) -> Result<Vec<Diagnostic>, String> {
    let program = &plan.program;
    match attain::plans::Computed::default().load(program, files) {
        Err(problems) => Ok(problems),
        Ok(tables) => {
            agreed(program, &tables)?;
            let stopped = engine::run(program, &tables).err();
            Ok(stopped.map_or_else(Vec::new, |stopped| fault::describe(program, &stopped.so_far, &stopped.faults)))
        }
    }
}

/// The problems are none, or all of them have the code. An example is a part of a plan: what it earns need not be paid in it.
fn expect_code(project: &Project, problems: &[Diagnostic], code: Option<&str>) -> Result<(), String> {
    let mut codes = problems.iter().map(|problem| problem.code);
    let wrong = codes.clone().any(|found| Some(found.text()) != code && found != Code::NeverPaid);
    match code {
        _ if wrong => Err(format!("something else is reported:\n{}", shown(project, problems))),
        Some(code) if !codes.any(|found| found.text() == code) => Err(format!("{code} is not reported")),
        _ => Ok(()),
    }
}

fn shown(project: &Project, problems: &[Diagnostic]) -> String {
    render(problems, &project.sources, &Default::default())
}

fn page(path: &str) -> Option<String> {
    std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).ok()
}

fn reference() -> (Vec<Block>, Shared) {
    let blocks = blocks(&page(REFERENCE.path).unwrap());
    let shared = shared(&REFERENCE, &blocks);
    (blocks, shared)
}

/// Executes a page; all its examples are there, and are as it says.
fn says_what_the_language_does(page_of: &Page) {
    let all = blocks(&page(page_of.path).unwrap());
    let outcome = execute(&all, &shared(page_of, &all));
    assert!(outcome.failures.is_empty(), "{}", outcome.failures.join("\n"));
    println!("{} examples, {} of them with values", outcome.examples, outcome.with_values);
    assert!(outcome.examples >= page_of.examples, "only {} examples are left", outcome.examples);
    assert!(outcome.with_values >= page_of.with_values, "only {} examples have values", outcome.with_values);
}

#[test]
fn the_reference_says_what_the_language_does() {
    says_what_the_language_does(&REFERENCE);
}

#[test]
fn the_first_page_says_what_the_language_does() {
    says_what_the_language_does(&FIRST);
}

/// The data files and the plan that the first page shows first, in a folder called `sales`.
fn first_files(all: &[Block], root: &Path) {
    let folder = root.join("sales");
    std::fs::create_dir(&folder).unwrap();
    for block in all {
        match kind(&block.info) {
            Some(Kind::Csv(name)) => std::fs::write(folder.join(name), &block.text).unwrap(),
            Some(Kind::Example { .. }) => return std::fs::write(folder.join(FIRST.example), &block.text).unwrap(),
            _ => {}
        }
    }
}

#[test]
fn the_commands_of_the_first_page_print_what_it_says() {
    let all = blocks(&page(FIRST.path).unwrap());
    let root = tempfile::tempdir().unwrap();
    first_files(&all, root.path());
    let consoles: Vec<&Block> = all.iter().filter(|block| block.info == "console").collect();
    assert!(consoles.len() >= 4, "check, test, run and explain are shown");
    for console in consoles {
        let (command, printed) = console.text.split_once('\n').unwrap();
        let words = command.strip_prefix("$ attain ").unwrap().split(' ');
        let mut attain = Command::new(env!("CARGO_BIN_EXE_attain"));
        let output = attain.args(words).current_dir(root.path()).output().unwrap();
        let found = [output.stdout, output.stderr].concat();
        assert_eq!(printed, String::from_utf8(found).unwrap(), "line {}: {command}", console.line);
    }
}

#[test]
fn the_readme_shows_plans_that_work() {
    let Some(readme) = page("README.md") else { return };
    let outcome = execute(&blocks(&readme), &reference().1);
    assert!(outcome.failures.is_empty(), "{}", outcome.failures.join("\n"));
}

/// A page with one example below the frame of the reference, and what came of it.
fn of(info: &str, text: &str) -> Vec<String> {
    let one = blocks(&format!("```{info}\n{text}\n```\n"));
    execute(&one, &reference().1).failures
}

#[test]
fn an_example_that_is_not_as_the_page_says_is_found() {
    let value = |value: &str| of("attain", &format!("measure a = 2\ntest \"t\" {{\n  expect a = {value}\n}}"));
    assert_eq!(value("2"), [""; 0]);
    assert!(value("3")[0].contains("the test does not hold"));
    assert!(of("attain", "measure a = b")[0].contains("something else is reported"));
    assert!(of("attain error E0302", "measure a = b")[0].contains("something else is reported"));
    assert!(of("attain error E0302", "measure a = 2")[0].contains("E0302 is not reported"));
    assert_eq!(of("attain error E0205", "measure a = b"), [""; 0]);
    let message = "text message\nanother\n```\n```text";
    assert!(of("attain", &format!("measure a = 2\n```\n```{message}"))[0].contains("it reports"));
    for unknown in ["attain eror E0205", "attain error", "attain error 205", "atain", "csv", "", "rust"] {
        assert!(of(unknown, "measure a = 2")[0].contains("unknown block"), "{unknown}");
    }
}

#[test]
#[should_panic(expected = "is not closed")]
fn a_block_has_an_end() {
    blocks("```attain\nmeasure a = 2\n");
}
