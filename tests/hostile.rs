//! Plan files made to break a reader: each ends in an error or in the right values, soon, on the small stack of a
//! thread, without filling the memory.
//!
//! The sizes are those that a build without optimisation reads in seconds. `ATTAIN_HOSTILE=5 cargo test --test
//! hostile` takes five times as much.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects, missing_docs)]

#[path = "hostile/files.rs"]
mod files;
#[path = "hostile/grammar.rs"]
mod grammar;
#[path = "hostile/names.rs"]
mod names;

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::time::Duration;

use attain::diagnostics::{Diagnostic, Format, Options, render};
use attain::{compile, project, testing};

/// What every plan here begins with.
pub const HEAD: &str = "edition 1
record Person from \"people.csv\" { key id text  base USD }
plan a \"A\" { effective 2026-01-01 to 2026-12-31  currency USD  people Person  pay monthly }
";

/// A test that expects a value of `p`.
pub fn expecting(value: &str) -> String {
    format!(
        "test \"t\" {{\n  given Person {{ id \"p1\"  base 5 USD }}\n  expect p of \"p1\" in 2026-01 = {value}\n}}\n"
    )
}

/// How many of something hostile there are.
pub fn many(number: usize) -> usize {
    let times = std::env::var("ATTAIN_HOSTILE").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    number * times
}

/// Does something in a thread of the usual small stack, and gives up after far more time than it needs.
pub fn soon<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (send, receive) = mpsc::channel();
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    thread.spawn(move || send.send(work())).unwrap();
    match receive.recv_timeout(Duration::from_secs(600)) {
        Ok(done) => done,
        Err(_) => panic!("it hangs, or it panicked"),
    }
}

/// Reads, checks and tests a plan in memory, and shows its problems in every form; the problems that remain are the
/// errors.
pub fn errors_of(files: BTreeMap<String, String>, entry: &str) -> Vec<Diagnostic> {
    let entry = entry.to_owned();
    soon(move || {
        let project = project::load(&files, &[entry]);
        let (plans, mut problems) = compile::plans(&project);
        for plan in &plans {
            problems.extend(testing::run(plan, &project).iter().flat_map(|test| test.diagnostics()));
        }
        for format in [Format::Human, Format::Concise, Format::Json, Format::Sarif, Format::Github] {
            let shown = render(&problems, &project.sources, &Options { format, ..Options::default() });
            assert!(problems.is_empty() || !shown.is_empty());
        }
        problems.into_iter().filter(Diagnostic::is_error).collect()
    })
}

/// The errors of a plan of one file that begins with [`HEAD`].
pub fn errors(text: &str) -> Vec<Diagnostic> {
    errors_of([("p.plan".to_owned(), format!("{HEAD}{text}"))].into(), "p.plan")
}

/// The codes of problems, each once.
pub fn codes(problems: &[Diagnostic]) -> Vec<&'static str> {
    let mut codes: Vec<&str> = problems.iter().map(|problem| problem.code.text()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}
