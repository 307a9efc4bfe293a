//! The shares of rows in one definition: a line for each row with what the definition had come to,
//! and the definition itself opened once, after the last of them.

use unicode_width::UnicodeWidthStr;

use crate::step::{Formula, KeyPart, Member, Node, Step};

use super::amounts::{Shown, shown};
use super::bands::padded;
use super::glyphs::{clean, counted};
use super::members::{FIRST, fold, increase};
use super::note::Note;
use super::page::{Head, Line, Row, Tone};
use super::{Walk, keys, place_of};

/// Shares in more rows of a definition than this are a plain list, unless nothing is folded.
const GROUPS: usize = 3;

/// An aggregate over shares, to be written as a block.
pub(super) struct Shares<'a> {
    total: &'a Formula,
    members: &'a [Member],
    entries: Vec<Entry<'a>>,
    base: Vec<KeyPart>,
    id: String,
}

impl Shares<'_> {
    /// What tells this list from others.
    pub(super) fn id(&self) -> &str {
        &self.id
    }
}

/// A row and its share.
#[derive(Clone, Copy)]
struct Entry<'a> {
    key: &'a [KeyPart],
    step: &'a Step,
    share: &'a Formula,
    position: u32,
    after: Option<&'a Step>,
    before: Option<&'a Step>,
}

impl<'a> Entry<'a> {
    /// The row of the definition it shares in.
    fn target(&self) -> Option<(&'a str, &'a [KeyPart])> {
        self.after.map(|step| (step.name.as_str(), step.key.as_slice()))
    }
}

/// What the text columns of a table are wide.
#[derive(Clone, Copy)]
struct Widths {
    position: usize,
    key: usize,
    name: usize,
    so_far: (usize, usize),
}

impl<'a> Walk<'a> {
    /// Asks for a table where an aggregate is over shares; says whether it is.
    pub(super) fn fold_shares(&mut self, total: &'a Formula, members: &'a [Member], base: &[KeyPart]) -> bool {
        let Some(entries) = self.entries(members) else {
            return false;
        };
        let id = shares_id(members);
        let base = base.to_vec();
        self.wanted.push(super::Block::Shares(Shares { total, members, entries, base, id }));
        true
    }

    /// Whether the table of these shares stands above already.
    pub(super) fn shares_opened(&self, members: &[Member]) -> bool {
        self.opened.contains(&shares_id(members))
    }

    /// The members as shares; nothing where they are not.
    fn entries(&self, members: &'a [Member]) -> Option<Vec<Entry<'a>>> {
        let entries: Option<Vec<Entry<'a>>> = members.iter().map(|member| self.entry(member)).collect();
        let entries = entries.filter(|entries| entries.len() > 1)?;
        let name = entries.first().map(|entry| &entry.step.name);
        let alike = entries.iter().all(|entry| Some(&entry.step.name) == name);
        let some = entries.iter().any(|entry| entry.after.is_some());
        if alike && some { self.grouped(entries) } else { None }
    }

    /// The entries by the row they share in, in the order of their shares.
    fn grouped(&self, entries: Vec<Entry<'a>>) -> Option<Vec<Entry<'a>>> {
        let most = if self.options.full { usize::MAX } else { GROUPS };
        let mut found: Vec<Vec<Entry<'a>>> = Vec::new();
        for entry in entries {
            let first = |group: &Vec<Entry<'a>>| group.first().map(Entry::target);
            let place = found.iter().position(|group| first(group) == Some(entry.target()));
            if place.is_none() && found.len() >= most {
                return None;
            }
            match place.and_then(|index| found.get_mut(index)) {
                Some(group) => group.push(entry),
                None => found.push(vec![entry]),
            }
        }
        for group in &mut found {
            group.sort_by_key(|entry| entry.position);
        }
        Some(found.concat())
    }

    fn entry(&self, member: &'a Member) -> Option<Entry<'a>> {
        let share = member.value.as_ref()?;
        let step = self.target(share)?;
        let Node::Increase { position, after, before, .. } = increase(step.formula.as_ref()?)? else {
            return None;
        };
        let step_at = |id: &Option<String>| id.as_deref().and_then(|id| self.at(id));
        Some(Entry {
            key: &member.key,
            step,
            share,
            position: *position,
            after: step_at(after),
            before: step_at(before),
        })
    }

    /// Writes the table.
    pub(super) fn shares(&mut self, shares: &Shares<'a>) {
        let Some(first) = shares.entries.first() else {
            return;
        };
        let formula = first.step.formula.as_ref();
        let noun = keys::noun(first.key, &shares.base);
        self.lines.push(Line::Head(Head {
            name: clean(&first.step.name),
            key: format!(" of {}", counted(shares.members.len(), &noun)),
            formula: formula.map_or_else(String::new, |formula| clean(&formula.text)),
            value: shown(shares.total.value.as_ref(), self.glyphs),
            note: place_of(first.step),
            title: false,
        }));
        let several = groups(&shares.entries).count() > 1;
        for group in groups(&shares.entries) {
            self.group(group, &shares.base, several);
        }
    }

    /// The rows that share in one row of the definition.
    fn group(&mut self, group: &[Entry<'a>], base: &[KeyPart], several: bool) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else {
            return;
        };
        for entry in group {
            self.seen.insert(&entry.step.id);
            self.seen.extend(entry.after.map(|step| step.id.as_str()));
        }
        let Some(target) = last.after else {
            self.without(group, base);
            return;
        };
        let name = if several { keys::listed(&target.key, base) } else { String::new() };
        let name = format!("{name} so far").trim().to_owned();
        let widths = self.widths(group, base, &name);
        self.header(&name, widths);
        if let Some(before) = first.before {
            let words = format!("the {} before", first.position.saturating_sub(1));
            let line = self.line("", &words, Some(before), widths);
            self.share(line, None, Tone::Dim);
        }
        self.folded(group, |page, entry| {
            let label = keys::listed(entry.key, base);
            let line = page.line(&entry.position.to_string(), &label, entry.after, widths);
            let value = shown(entry.share.value.as_ref(), page.glyphs);
            page.share(line, Some(value), Tone::Plain);
        });
        self.open(target, "");
    }

    /// Rows whose definition has no row to share in.
    fn without(&mut self, group: &[Entry<'a>], base: &[KeyPart]) {
        self.folded(group, |page, entry| {
            page.lines.push(Line::Row(Row {
                indent: 4,
                label: keys::listed(entry.key, base),
                value: Some(shown(entry.share.value.as_ref(), page.glyphs)),
                note: Note::remark("nothing to share in"),
                tone: Tone::Dim,
                ..Row::default()
            }));
        });
    }

    /// Draws each row of a group; of a long one, those between the first and the last few as one line
    /// with their sum.
    fn folded(&mut self, group: &[Entry<'a>], draw: impl Fn(&mut Self, &Entry<'a>)) {
        let folded = if self.options.full { 0..0 } else { fold(group.len()) };
        for (index, entry) in group.iter().enumerate() {
            if index == FIRST && !folded.is_empty() {
                let hidden = group.get(folded.clone()).unwrap_or_default();
                let sum = self.subtotal(hidden.iter().map(|entry| Some(entry.share)));
                self.fold_row(hidden.len(), "", sum, 4);
            }
            if !folded.contains(&index) {
                draw(self, entry);
            }
        }
    }

    fn header(&mut self, name: &str, widths: Widths) {
        let blank = widths.position.saturating_add(widths.key).saturating_add(2);
        let width = widths.name;
        let line = (" ".repeat(blank), format!("  {name:>width$}"));
        self.share(line, Some(Shown::word("share")), Tone::Dim);
    }

    /// The row, and what the definition had come to with it.
    fn line(&self, position: &str, key: &str, after: Option<&Step>, widths: Widths) -> (String, String) {
        let so_far = after.map(|step| shown(step.value.as_ref(), self.glyphs));
        let amount = padded(so_far.as_ref(), widths.so_far);
        let behind = widths.key.saturating_sub(key.width());
        let before = widths.name.saturating_sub(amount.width());
        let at = widths.position;
        let label = format!("{position:>at$}  {key}{:behind$}", "");
        (label, format!("  {:before$}{amount}", ""))
    }

    fn share(&mut self, (label, tail): (String, String), value: Option<Shown>, tone: Tone) {
        self.lines.push(Line::Row(Row { indent: 4, label, tail, value, tone, ..Row::default() }));
    }

    fn widths(&self, group: &[Entry<'a>], base: &[KeyPart], name: &str) -> Widths {
        let first = group.first().and_then(|entry| entry.before);
        let steps = group.iter().filter_map(|entry| entry.after).chain(first);
        let (mut whole, mut rest) = (0, 0);
        for step in steps {
            let amount = shown(step.value.as_ref(), self.glyphs);
            whole = amount.whole.width().max(whole);
            rest = amount.rest.width().max(rest);
        }
        let keys = group.iter().map(|entry| keys::listed(entry.key, base).width());
        let positions = group.iter().map(|entry| entry.position.to_string().len());
        let before = if first.is_some() { "the 100 before".len() } else { 0 };
        Widths {
            position: positions.max().unwrap_or(1),
            key: keys.max().unwrap_or(0).max(before),
            name: name.width().max(whole.saturating_add(rest)),
            so_far: (whole, rest),
        }
    }
}

/// The entries cut where the row of the definition changes.
fn groups<'e, 'a>(entries: &'e [Entry<'a>]) -> impl Iterator<Item = &'e [Entry<'a>]> {
    entries.chunk_by(|left, right| left.target() == right.target())
}

fn shares_id(members: &[Member]) -> String {
    let mut id = String::from("shares");
    for member in [members.first(), members.last()].into_iter().flatten() {
        if let Some(Formula { node: Node::Step { step, .. }, .. }) = &member.value {
            id.push(' ');
            id.push_str(step);
        }
    }
    id
}
