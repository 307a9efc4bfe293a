//! In which order definitions are checked, so that each stands after those it reads.
//!
//! A definition is checked when the first reader asks for its type. Over a chain of many thousand that would
//! go as deep as the chain is long; in this order each asks only for what is checked already. The order is
//! found from the words that stand in a definition. It needs not be right (a word may be a column): it decides nothing but how deep the checker goes.

use std::collections::{BTreeMap, BTreeSet};

use super::Resolved;
use super::graph::{self, Needs, Node};
use crate::ids::{ColumnId, FileId, Id, IdVec};
use crate::resolve::Symbol;
use crate::source::SourceFile;
use crate::syntax::tree::Define;

/// The positions of all definitions, each after those its text mentions; in a circle, in the order written.
pub(super) fn in_order(resolved: &Resolved<'_>, sources: &IdVec<FileId, SourceFile>) -> Vec<usize> {
    // Definitions stand for their columns, which they do not have yet.
    let node = |position: usize| Node::Column(ColumnId::from_index(position));
    let mentions = (0..resolved.definitions.len()).map(|position| {
        let now = mentioned(resolved, sources, position).into_iter().map(node).collect();
        (node(position), Needs { now, before: BTreeSet::new() })
    });
    let mentions: BTreeMap<Node, Needs> = mentions.collect();
    let ordered = graph::parts(&mentions, false).into_iter().flatten();
    let positions = ordered.filter_map(|node| match node {
        Node::Column(column) => Some(column.index()),
        _ => None,
    });
    positions.collect()
}

/// The definitions that the text of one mentions.
fn mentioned(resolved: &Resolved<'_>, sources: &IdVec<FileId, SourceFile>, position: usize) -> Vec<usize> {
    let Some(definition) = resolved.definitions.get(position) else { return Vec::new() };
    let lines = text(definition.tree, sources).lines().map(|line| line.split('#').next().unwrap_or(""));
    let words = lines.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    let symbols = words.filter_map(|word| match resolved.symbol(word) {
        Some(Symbol::Definition(other)) => Some(other),
        _ => None,
    });
    symbols.collect()
}

fn text<'a>(tree: &Define, sources: &'a IdVec<FileId, SourceFile>) -> &'a str {
    let end = tree.starting.as_ref().map_or(tree.body.span, |starting| starting.value.span);
    sources.at(tree.name.span.file).slice(tree.name.span.to(end))
}
