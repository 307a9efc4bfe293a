//! Rows one after another: what a running sum has added, who stands where in a rank, which rows of
//! many were taken; and what was shared out.

use crate::step::{Amount, Formula, KeyPart, Node, Placed, Receiver};

use super::amounts::shown;
use super::glyphs::clean;
use super::keys::Varying;
use super::members::{fold, window_words};
use super::note::Note;
use super::page::{Line, Row, Tone};
use super::{Walk, keys};

impl<'a> Walk<'a> {
    /// The rows of an order, as far as they fit: those that count are never folded but in running sums.
    pub(super) fn ordered(&mut self, node: &'a Node, indent: usize, key: &[KeyPart]) {
        let Node::Ordered { op, largest_first, top, ties, members, left_out, window, .. } = node else { return };
        let running = op.starts_with("running");
        if let Some(window) = window {
            self.remark(&window_words(window), indent);
        }
        self.remark(&order_words(op, *largest_first, *top, ties.as_deref()), indent);
        let varying = keys::varying(members.iter().map(|member| member.key.as_slice()), key);
        let folded = if self.options.full { 0..0 } else { fold(members.len()) };
        let is_folded = |index: usize, member: &Placed| folded.contains(&index) && (running || !member.taken);
        let hidden = members.iter().enumerate().filter(|(index, member)| is_folded(*index, member));
        let hidden: Vec<&Placed> = hidden.map(|(_, member)| member).collect();
        let mut told = false;
        for (index, member) in members.iter().enumerate() {
            if !is_folded(index, member) {
                self.placed(member, op == "rank", running, indent, (key, &varying));
            } else if !std::mem::replace(&mut told, true) {
                let sum = op == "running_sum";
                let values = hidden.iter().map(|member| member.value.as_ref());
                let sum = if sum { self.subtotal(values) } else { None };
                self.fold_row(hidden.len(), &format!(" of {}", members.len()), sum, indent);
            }
        }
        if members.is_empty() {
            self.remark("no rows", indent);
        }
        if !left_out.is_empty() {
            self.remark(&format!("{} left out by its `where`", left_out.len()), indent);
        }
    }

    /// One row: its value, and beside it what it was put in order by.
    fn placed(
        &mut self,
        member: &'a Placed,
        compared: bool,
        running: bool,
        indent: usize,
        (key, varying): (&[KeyPart], &Varying),
    ) {
        let (value, by) = match (compared, member.by.split_first()) {
            (true, Some((value, by))) => (Some(value), by),
            _ => (member.value.as_ref(), member.by.as_slice()),
        };
        let words: Vec<String> = by.iter().map(|by| self.by_words(by)).collect();
        self.note_seen(value);
        by.iter().for_each(|by| self.note_seen(Some(by)));
        let tone = if member.taken || running { Tone::Plain } else { Tone::Dim };
        let value = value.map(|value| self.value_of(value));
        let label = keys::listed_by(&member.key, key, varying);
        let own = compared && member.taken;
        let mut note = Note::remark(words.join(", "));
        if own {
            note.lead(&format!("{} this row", self.glyphs.here()));
        }
        self.lines.push(Line::Row(Row { indent, label, value, note, tone, ..Row::default() }));
    }

    fn by_words(&self, by: &Formula) -> String {
        let value = shown(by.value.as_ref(), self.glyphs).text();
        let name = clean(&by.text);
        if name.is_empty() || name == value { value } else { format!("{name} {value}") }
    }

    /// Says of a value that its row shows it.
    fn note_seen(&mut self, formula: Option<&'a Formula>) {
        if let Some(step) = formula.and_then(|formula| self.target(formula)) {
            self.seen.insert(&step.id);
        }
    }

    /// The prizes of the places that were pooled, under the rank, and how many rows share them.
    pub(super) fn pooled(&mut self, rank: &'a Formula, prizes: &'a [Formula], indent: usize, key: &[KeyPart]) {
        self.body(rank, indent, key);
        let several = prizes.len() > 1;
        for (index, prize) in prizes.iter().enumerate() {
            let place = match &prize.node {
                Node::Table { input, .. } => shown(input.value.as_ref(), self.glyphs).text(),
                _ => String::new(),
            };
            let sign = self.glyphs.sign(if index > 0 { "plus" } else { "" });
            let (label, value) = (format!("place {place}"), Some(self.value_of(prize)));
            self.lines.push(Line::Row(Row { indent, sign, label, value, ..Row::default() }));
        }
        if several {
            let count = Amount::new(prizes.len().to_string(), "integer".to_owned());
            let (sign, label) = (self.glyphs.sign("over"), "those who share them".to_owned());
            let value = Some(shown(Some(&count), self.glyphs));
            self.lines.push(Line::Row(Row { indent, sign, label, value, ..Row::default() }));
        }
    }

    /// What was shared out, and who received which part: all of them once, and then the row's own part.
    pub(super) fn allocated(&mut self, node: &'a Node, indent: usize, key: &[KeyPart]) {
        let Node::Allocate { amount, rest, receivers, place, .. } = node else { return };
        let place = place.unwrap_or_default() as usize;
        let is_own = |index: usize| index.saturating_add(1) == place;
        self.operand(amount, super::rows::Slot::at(indent), key);
        let unit = amount.value.as_ref().map_or_else(String::new, |amount| amount.unit.clone());
        let rest = match rest.as_str() {
            "largest" => "shared out, the rest to those that rounding cost most",
            "first" => "shared out, the rest to the first",
            _ => "shared out, the rest to the last",
        };
        let again = !self.lists.insert(list_id(amount, receivers));
        let rest = if again { "shared out as above" } else { rest };
        self.remark(rest, indent);
        let folded = if self.options.full || again { 0..0 } else { fold(receivers.len()) };
        let is_folded = |index: usize| (again || folded.contains(&index)) && !is_own(index);
        let hidden = (0..receivers.len()).filter(|index| is_folded(*index)).count();
        let varying = keys::varying(receivers.iter().map(|receiver| receiver.key.as_slice()), key);
        let mut told = again;
        for (index, receiver) in receivers.iter().enumerate() {
            if is_folded(index) {
                if !std::mem::replace(&mut told, true) {
                    self.fold_row(hidden, &format!(" of {}", receivers.len()), None, indent);
                }
                continue;
            }
            let part = Amount::new(receiver.part.clone(), unit.clone());
            let mut note =
                Note::remark(receiver.weight.as_ref().map(|weight| self.by_words(weight)).unwrap_or_default());
            self.note_seen(receiver.weight.as_ref());
            if is_own(index) && receivers.len() > 1 {
                let here = self.glyphs.here();
                note = Note::remark(if note.text().is_empty() {
                    format!("{here} this row")
                } else {
                    format!("{here} {}", note.text())
                });
            }
            self.lines.push(Line::Row(Row {
                indent,
                label: keys::listed_by(&receiver.key, key, &varying),
                value: Some(shown(Some(&part), self.glyphs)),
                note,
                tone: if is_own(index) { Tone::Plain } else { Tone::Dim },
                ..Row::default()
            }));
        }
    }
}

/// What tells one sharing out from others: the amount and all parts, whoever asks.
fn list_id(amount: &Formula, receivers: &[Receiver]) -> String {
    let parts: Vec<(&[KeyPart], &str)> =
        receivers.iter().map(|receiver| (receiver.key.as_slice(), receiver.part.as_str())).collect();
    serde_json::to_string(&(amount, parts)).unwrap_or_default()
}

/// In which order the rows stand.
fn order_words(op: &str, largest_first: bool, top: Option<u32>, ties: Option<&str>) -> String {
    let direction = if largest_first { "largest first" } else { "lowest first" };
    match (ties, top) {
        (Some(ties), _) => format!("{direction}, ties {ties}"),
        (None, Some(top)) => format!("the top {top}, {direction}"),
        (None, None) if op.starts_with("running") => "in this order".to_owned(),
        (None, None) => format!("the {op} in this order"),
    }
}
