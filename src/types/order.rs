//! In which order definitions are checked, so that each stands after those it reads.
//!
//! A definition is checked when the first reader asks for its type. Over a chain of many thousand that would
//! go as deep as the chain is long; in this order each asks only for what is checked already. The order is
//! found from the words that stand in a definition. It needs not be right (a word may be a column): it decides nothing but how deep the checker goes.

use super::Resolved;
use crate::ids::{FileId, IdVec};
use crate::resolve::Symbol;
use crate::source::SourceFile;
use crate::syntax::tree::Define;

/// The positions of all definitions, each after those its text mentions, else in the order written.
pub(super) fn by_mentions(resolved: &Resolved<'_>, sources: &IdVec<FileId, SourceFile>) -> Vec<usize> {
    let mut order = Vec::with_capacity(resolved.definitions.len());
    let mut met = vec![false; resolved.definitions.len()];
    for first in 0..resolved.definitions.len() {
        let mut open: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut next = Some(first);
        loop {
            if let Some(position) = next.take()
                && let Some(met) = met.get_mut(position)
                && !std::mem::replace(met, true)
            {
                open.push((position, mentioned(resolved, sources, position)));
            }
            let Some((position, mentions)) = open.last_mut() else { break };
            match mentions.pop() {
                Some(mention) => next = Some(mention),
                None => {
                    order.push(*position);
                    open.pop();
                }
            }
        }
    }
    order
}

/// The definitions that the text of one mentions, the first last.
fn mentioned(resolved: &Resolved<'_>, sources: &IdVec<FileId, SourceFile>, position: usize) -> Vec<usize> {
    let Some(definition) = resolved.definitions.get(position) else { return Vec::new() };
    let lines = text(definition.tree, sources).lines().map(|line| line.split('#').next().unwrap_or(""));
    let words = lines.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    let symbols = words.filter_map(|word| match resolved.symbol(word) {
        Some(Symbol::Definition(other)) if other != position => Some(other),
        _ => None,
    });
    let mut found: Vec<usize> = symbols.collect();
    found.reverse();
    found
}

fn text<'a>(tree: &Define, sources: &'a IdVec<FileId, SourceFile>) -> &'a str {
    let end = tree.starting.as_ref().map_or(tree.body.span, |starting| starting.value.span);
    sources.at(tree.name.span.file).slice(tree.name.span.to(end))
}
