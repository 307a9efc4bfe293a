//! In which order definitions are checked, so that each stands after those it reads.
//!
//! A definition is checked when the first reader asks for its type. Over a chain of many thousand that would
//! go as deep as the chain is long; in this order each asks only for what is checked already. The order is
//! found from the words that stand in a definition, in all its forms by date and in its comments too: a word too many (it may
//! be a column) decides nothing but how deep the checker goes; none may be missed.

use std::collections::{BTreeMap, BTreeSet};

use super::Resolved;
use super::graph::{self, Needs, Node};
use crate::ids::{ColumnId, FileId, Id, IdVec};
use crate::resolve::Symbol;
use crate::source::SourceFile;
use crate::syntax::tree::Define;

/// The positions of all definitions, each after those its text mentions; those of a circle together, in the order written.
pub(super) fn in_order(resolved: &Resolved<'_>, sources: &IdVec<FileId, SourceFile>) -> Vec<Vec<usize>> {
    // Definitions stand for their columns, which they do not have yet.
    let node = |position: usize| Node::Column(ColumnId::from_index(position));
    let mentions = (0..resolved.definitions.len()).map(|position| {
        let now = mentioned(resolved, sources, position).into_iter().map(node).collect();
        (node(position), Needs { now, before: BTreeSet::new() })
    });
    let mentions: BTreeMap<Node, Needs> = mentions.collect();
    let position = |node: Node| match node {
        Node::Column(column) => Some(column.index()),
        _ => None,
    };
    graph::parts(&mentions, false).into_iter().map(|part| part.into_iter().filter_map(position).collect()).collect()
}

/// Of definitions in this order those that rest on no credit, as far as their words show it: they can be checked before
/// the credit rules, which read them.
pub(super) fn without_credits(
    resolved: &Resolved<'_>,
    sources: &IdVec<FileId, SourceFile>,
    ordered: &[Vec<usize>],
) -> Vec<usize> {
    let mut on_credits: BTreeSet<usize> = BTreeSet::new();
    for part in ordered {
        let mut words = part.iter().flat_map(|position| words(resolved, sources, *position));
        let rests = words.any(|word| match resolved.symbol(word) {
            Some(Symbol::Credit(_)) => true,
            Some(Symbol::Definition(other)) => on_credits.contains(&other),
            _ => word == "Credit",
        });
        if rests {
            on_credits.extend(part);
        }
    }
    ordered.iter().flatten().copied().filter(|position| !on_credits.contains(position)).collect()
}

/// The definitions that the text of one mentions.
fn mentioned(resolved: &Resolved<'_>, sources: &IdVec<FileId, SourceFile>, position: usize) -> Vec<usize> {
    let symbols = words(resolved, sources, position).filter_map(|word| match resolved.symbol(word) {
        Some(Symbol::Definition(other)) => Some(other),
        _ => None,
    });
    symbols.collect()
}

/// The words of a definition, from its name on, in each of its forms by date.
fn words<'a>(
    resolved: &'a Resolved<'_>,
    sources: &'a IdVec<FileId, SourceFile>,
    position: usize,
) -> impl Iterator<Item = &'a str> {
    let first = resolved.definitions.get(position).map(|definition| definition.tree);
    let later = first.and_then(|tree| resolved.later_definitions.get(tree.name.text.as_str()));
    let forms = first.into_iter().chain(later.into_iter().flatten().copied());
    forms.flat_map(|tree| text(tree, sources).split(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
}

fn text<'a>(tree: &Define, sources: &'a IdVec<FileId, SourceFile>) -> &'a str {
    let end = tree.starting.as_ref().map_or(tree.body.span, |starting| starting.value.span);
    sources.at(tree.name.span.file).slice(tree.name.span.to(end))
}
