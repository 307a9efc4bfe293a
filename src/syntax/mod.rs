//! From source text to a tree with spans and comments.
//!
//! A file is read in four steps: letter by letter for comments and look-alikes (`scan`), cut into
//! top-level items (`cut`), each item matched with `grammar/attain.pest` (`words`, `problem`), and its
//! tree built (`build`). A broken item never touches another, and a broken line of a block never
//! touches the other lines (`item`, `recover`).

mod build;
mod cut;
pub mod habits;
mod item;
mod keywords;
mod limits;
mod problem;
mod recover;
mod rows;
mod scan;
mod slips;
pub mod tree;
mod where_body;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Once;

use rayon::prelude::*;

pub use keywords::{ITEMS, RESERVED, is_name};
pub use tree::Parsed;

use crate::diagnostics::{Code, Diagnostic};
use crate::source::SourceFile;

/// The longest file in bytes.
const FILE_BYTES: usize = 10 * 1024 * 1024;

/// How much work the grammar may make of one item; ordinary text needs about a hundred steps a byte.
const CALLS: usize = 100_000_000;

/// Reads a plan file. Never fails: what cannot be read becomes a problem, the rest is there.
pub fn parse(file: &SourceFile) -> Parsed {
    static LIMIT: Once = Once::new();
    LIMIT.call_once(|| pest::set_call_limit(NonZeroUsize::new(CALLS)));
    if file.text.len() > FILE_BYTES {
        return too_long(file);
    }
    let scanned = scan::scan(file);
    let mut problems = scanned.problems;
    let cut = cut::cut(file, scanned.text);
    problems.extend(cut.problems);
    let mut broken = cut.broken;
    let read: Vec<_> = cut.chunks.into_par_iter().map(|chunk| item::read(file, &cut.text, chunk)).collect();
    let mut items = Vec::with_capacity(read.len());
    for item in read {
        items.extend(item.item);
        problems.extend(item.problems);
        broken.extend(item.broken);
    }
    problems.sort_by_key(|problem| problem.labels.first().map(|label| label.span));
    Parsed { items, comments: scanned.comments, problems, broken }
}

fn too_long(file: &SourceFile) -> Parsed {
    let problem = Diagnostic::new(Code::TooLong, "this file is longer than 10 MB")
        .at(file.span_of(0, 0), "")
        .help("cut it into several files and name them with `use`");
    Parsed { items: Vec::new(), comments: Vec::new(), problems: vec![problem], broken: BTreeSet::new() }
}
