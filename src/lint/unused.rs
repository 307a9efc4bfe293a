//! W0702: what nothing uses: helpers, tables, records, choices, units and periods of a plan's own file.
//!
//! What a file has that plans use is there for all of them, and need not be used by each.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::{Code, Diagnostic};
use crate::project::Project;
use crate::resolve::Resolved;
use crate::source::Span;
use crate::syntax::tree::{Item, ItemKind, Name, Record, RecordEntry, Word};
use crate::types::TypedPlan;

/// What nothing reads or names. Quotas, measures, earnings, balances and payments are results by themselves, and a
/// record with control totals is checked against them.
pub(super) fn unused(resolved: &Resolved<'_>, plan: &TypedPlan, project: &Project) -> Vec<Diagnostic> {
    let helpers = resolved.definitions.iter().filter(|definition| definition.tree.word == Word::Let);
    let helpers = helpers.map(|definition| &definition.tree.name);
    // A dated table is used where the one before it is.
    let first =
        |name: &Name| resolved.symbols.get(name.text.as_str()).is_some_and(|(_, first)| first.span == name.span);
    let tables = resolved.rates.iter().map(|rates| &rates.tree.name).filter(|name| first(name));
    let own = |name: &&Name| name.span.file == resolved.file;
    let unread = |name: &&Name| !plan.used.contains(&name.text) && !plan.used_elsewhere.contains(&name.text);
    let report = "leave it out, or make it a `measure` if it is to be reported";
    let helpers = helpers.filter(own).filter(unread).map(|name| warning(name, report));
    let tables = tables.filter(own).filter(unread).map(|name| warning(name, "leave it out"));
    helpers.chain(tables).chain(unnamed(resolved, project)).collect()
}

/// Records, choices, units and periods that no other item names, tests left aside.
fn unnamed(resolved: &Resolved<'_>, project: &Project) -> Vec<Diagnostic> {
    let own = project.parsed.at(resolved.file).items.iter();
    let declared: Vec<(&Item, &Name, Vec<String>)> = own.filter_map(nouns).collect();
    if declared.is_empty() {
        return Vec::new();
    }
    // For each word that is asked for the items in which it stands.
    let mut named: BTreeMap<&str, BTreeSet<Span>> =
        declared.iter().flat_map(|(.., words)| words).map(|word| (word.as_str(), BTreeSet::new())).collect();
    for item in resolved.files.iter().flat_map(|file| &project.parsed.at(*file).items) {
        if matches!(item.kind, ItemKind::Test(_)) {
            continue;
        }
        let lines = project.sources.at(item.span.file).slice(item.span).lines();
        let lines = lines.map(|line| line.split('#').next().unwrap_or(""));
        for word in lines.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')) {
            if let Some(items) = named.get_mut(word) {
                items.insert(item.span);
            }
        }
    }
    let elsewhere = |item: &Item, word: &String| {
        named.get(word.as_str()).is_some_and(|found| found.iter().any(|other| *other != item.span))
    };
    let idle = declared.iter().filter(|(item, _, words)| !words.iter().any(|word| elsewhere(item, word)));
    idle.map(|(_, name, _)| warning(name, "leave it out")).collect()
}

/// What is there to be named: its name, and all words that speak of it elsewhere.
fn nouns(item: &Item) -> Option<(&Item, &Name, Vec<String>)> {
    let (name, others) = match &item.kind {
        ItemKind::Record(record) if !has_control(record) => (&record.name, Vec::new()),
        ItemKind::Choice(choice) => (&choice.name, choice.values.iter().map(|value| value.text.clone()).collect()),
        ItemKind::Unit(unit) => {
            let plural = unit.plural.as_ref().map_or_else(|| format!("{}s", unit.name.text), |many| many.text.clone());
            (&unit.name, vec![plural])
        }
        ItemKind::Periods(periods) => (&periods.name, Vec::new()),
        _ => return None,
    };
    Some((item, name, [name.text.clone()].into_iter().chain(others).collect()))
}

/// Whether a record is checked against totals, which is a use of its own.
fn has_control(record: &Record) -> bool {
    record.entries.iter().any(|entry| matches!(entry, RecordEntry::Control { .. }))
}

fn warning(name: &Name, help: &str) -> Diagnostic {
    Diagnostic::new(Code::Unused, format!("nothing uses `{}`", name.text)).at(name.span, "").help(help)
}
