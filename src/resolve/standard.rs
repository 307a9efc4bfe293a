//! Which definitions of the standard library a plan takes: those it names, and what these name.
//!
//! So a plan has nothing in its results that it does not speak of, and needs only the records that it makes use of.

use std::collections::BTreeSet;

use crate::ids::FileId;
use crate::project::Project;
use crate::syntax::tree::{Item, ItemKind, Name};

/// The items of a plan without those of the standard library that nothing names.
pub(super) fn taken<'a>(project: &'a Project, items: Vec<(FileId, &'a Item)>) -> Vec<(FileId, &'a Item)> {
    if project.standard.is_empty() {
        return items;
    }
    let is_standard = |file: FileId| project.standard.contains(&file);
    let mut named: BTreeSet<&str> = BTreeSet::new();
    let (mut offered, mut taken): (Vec<_>, Vec<_>) = items.into_iter().partition(|(file, _)| is_standard(*file));
    for (file, item) in &taken {
        named.extend(words(project, *file, item));
    }
    loop {
        let (more, rest): (Vec<_>, Vec<_>) = offered.iter().partition(|(file, item)| match &item.kind {
            // It speaks of what was taken.
            ItemKind::Ensure(_) => words(project, *file, item).any(|word| declares(&taken, is_standard, word)),
            _ => declared(item).is_none_or(|name| named.contains(name.text.as_str())),
        });
        if more.is_empty() {
            return taken;
        }
        for (file, item) in &more {
            named.extend(words(project, *file, item));
        }
        taken.extend(more);
        offered = rest;
    }
}

/// Whether one of the items taken from the standard library declares a name.
fn declares(taken: &[(FileId, &Item)], is_standard: impl Fn(FileId) -> bool, word: &str) -> bool {
    taken.iter().any(|(file, item)| is_standard(*file) && declared(item).is_some_and(|name| name.text == word))
}

/// The name by which a plan speaks of an item.
fn declared(item: &Item) -> Option<&Name> {
    match &item.kind {
        ItemKind::Record(tree) => Some(&tree.name),
        ItemKind::Choice(tree) => Some(&tree.name),
        ItemKind::Unit(tree) => Some(&tree.name),
        ItemKind::Periods(tree) => Some(&tree.name),
        ItemKind::Rates(tree) => Some(&tree.name),
        ItemKind::Define(tree) => Some(&tree.name),
        ItemKind::Credit(tree) => Some(&tree.name),
        ItemKind::Ensure(tree) => Some(&tree.name),
        ItemKind::Edition(_) | ItemKind::Use(_) | ItemKind::Plan(_) | ItemKind::Test(_) => None,
    }
}

/// The words of an item's text, without its comments.
fn words<'a>(project: &'a Project, file: FileId, item: &'a Item) -> impl Iterator<Item = &'a str> {
    let text = &project.sources.at(file).text;
    let comments = project.parsed.at(file).comments.iter();
    let inside = comments.filter(|comment| item.span.start <= comment.span.start && comment.span.end <= item.span.end);
    let starts = std::iter::once(item.span.start).chain(inside.clone().map(|comment| comment.span.end));
    let ends = inside.map(|comment| comment.span.start).chain(std::iter::once(item.span.end));
    let parts = starts.zip(ends).filter_map(|(start, end)| text.get(start as usize..end as usize));
    parts.flat_map(|part| part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')).filter(|word| !word.is_empty())
}
