//! An aggregate: its members, folded with count and subtotal where they are many.

use crate::step::{Amount, Days, Formula, KeyPart, Member, Node};
use crate::value::Exact;

use super::amounts::{Shown, shown};
use super::glyphs::counted;
use super::keys::Varying;
use super::note::Note;
use super::page::{Line, Row, Tone};
use super::{Walk, keys};

/// A list longer than this is folded …
pub(super) const LISTED: usize = 6;
/// … to its first rows and its last.
pub(super) const FIRST: usize = 3;

/// Up to so many members are opened each; of more, the largest is as an example.
const OPENED: usize = 2;

impl<'a> Walk<'a> {
    /// `14 credits`; of a window also its days.
    pub(super) fn count_note(&self, members: &[Member], window: Option<&Days>, key: &[KeyPart]) -> Note {
        let noun = members.first().map_or_else(|| "row".to_owned(), |member| keys::noun(&member.key, key));
        let count = counted(members.len(), &noun);
        Note::remark(match window {
            Some(window) => format!("{count}, {}", window_words(window)),
            None => count,
        })
    }

    /// The days of a window, above its members.
    pub(super) fn window(&mut self, formula: &Formula, indent: usize) {
        match &formula.node {
            Node::Default { asked, instead: None } => self.window(asked, indent),
            Node::Aggregate { window: Some(window), .. } => self.remark(&window_words(window), indent),
            _ => {}
        }
    }

    /// The members as rows.
    pub(super) fn members(&mut self, op: &str, members: &'a [Member], left_out: usize, indent: usize, key: &[KeyPart]) {
        let folded = if self.options.full && !self.again { 0..0 } else { fold(members.len()) };
        let noun = members.first().map_or_else(String::new, |member| keys::noun(&member.key, key));
        let all = self.options.full || members.len() <= OPENED;
        let example = if all { None } else { self.example(members) };
        let begin = self.lines.len();
        let varying = keys::varying(members.iter().map(|member| member.key.as_slice()), key);
        for (index, member) in members.iter().enumerate() {
            if index == folded.start && !folded.is_empty() {
                let hidden = members.get(folded.clone()).unwrap_or_default();
                let of = counted(members.len(), &noun);
                let values = hidden.iter().map(|member| member.value.as_ref());
                let sum = if op == "sum" { self.subtotal(values) } else { None };
                self.fold_row(hidden.len(), &format!(" of {of}"), sum, indent);
            }
            if !folded.contains(&index) {
                self.member(member, indent, (key, &varying), all);
            }
            if example == Some(index) {
                let remark = format!(", largest of {}", members.len());
                self.open_member(member, &remark);
            }
        }
        self.even(begin, indent);
        if members.is_empty() {
            self.remark("no rows", indent);
        }
        if left_out > 0 {
            self.remark(&format!("{left_out} left out by its `where`"), indent);
        }
    }

    fn member(&mut self, member: &'a Member, indent: usize, (key, varying): (&[KeyPart], &Varying), open: bool) {
        let mut row = Row { indent, label: keys::listed_by(&member.key, key, varying), ..Row::default() };
        let Some(formula) = &member.value else {
            self.lines.push(Line::Row(row));
            return;
        };
        row.value = Some(self.value_of(formula));
        if let Some(step) = self.target(formula) {
            row.note = self.source(step);
            self.lines.push(Line::Row(row));
            if open {
                self.open_member(member, "");
            }
        } else {
            self.lines.push(Line::Row(row));
            if open {
                self.body(formula, indent.saturating_add(2), &member.key);
            }
        }
    }

    /// Asks for the step behind a member to be opened.
    fn open_member(&mut self, member: &'a Member, remark: &str) {
        if let Some(step) = member.value.as_ref().and_then(|formula| self.target(formula)) {
            self.open(step, remark);
        }
    }

    /// The largest member that is more than a cell of the data.
    fn example(&mut self, members: &'a [Member]) -> Option<usize> {
        let mut best: Option<(usize, Exact)> = None;
        for (index, member) in members.iter().enumerate() {
            let Some(formula) = &member.value else {
                continue;
            };
            let Some(size) = formula.value.as_ref().and_then(Amount::number) else {
                continue;
            };
            let size = size.absolute();
            let more = best.as_ref().is_none_or(|(_, most)| size > *most);
            let step = self.target(formula).filter(|_| more);
            if step.is_some_and(|step| self.is_more(step)) {
                best = Some((index, size));
            }
        }
        best.map(|(index, _)| index)
    }

    /// Gives the amounts of a list as many decimals as the one with most has.
    fn even(&mut self, begin: usize, indent: usize) {
        let rows = self.lines.get_mut(begin..).unwrap_or_default();
        let mut values: Vec<&mut Shown> = rows
            .iter_mut()
            .filter_map(|line| match line {
                Line::Row(row) if row.indent == indent => row.value.as_mut(),
                _ => None,
            })
            .collect();
        let places = values.iter().map(|value| value.places()).max().unwrap_or(0);
        values.iter_mut().for_each(|value| value.even(places));
    }

    /// The line that stands for those left out, with their sum, so that the column still adds up.
    pub(super) fn fold_row(&mut self, hidden: usize, of: &str, sum: Option<Shown>, indent: usize) {
        self.lines.push(Line::Row(Row {
            indent,
            label: format!("{} {hidden} more{of}", self.glyphs.more()),
            value: sum,
            tone: Tone::Dim,
            ..Row::default()
        }));
    }

    /// A line of words alone.
    pub(super) fn remark(&mut self, words: &str, indent: usize) {
        self.lines.push(Line::Words(indent, words.to_owned()));
    }

    /// The sum of values of one unit.
    pub(super) fn subtotal<'v>(&self, values: impl Iterator<Item = Option<&'v Formula>>) -> Option<Shown> {
        let mut unit: Option<&str> = None;
        let mut sum = Exact::zero();
        for value in values {
            let amount = value?.value.as_ref()?;
            sum = sum.plus(&amount.number()?);
            if *unit.get_or_insert(&amount.unit) != amount.unit {
                return None;
            }
        }
        let total = Amount::new(sum.to_string(), unit?.to_owned());
        Some(shown(Some(&total), self.glyphs))
    }
}

/// The days of a window.
pub(super) fn window_words(window: &Days) -> String {
    match &window.first {
        Some(first) => format!("from {first} to {}", window.last),
        None => format!("up to {}", window.last),
    }
}

/// Which rows of a list are left out.
pub(super) fn fold(count: usize) -> std::ops::Range<usize> {
    if count > LISTED { FIRST..count.saturating_sub(1) } else { 0..0 }
}

/// The increase that a formula is, under a default or not.
pub(super) fn increase(formula: &Formula) -> Option<&Node> {
    match &formula.node {
        Node::Default { asked, .. } => increase(asked),
        Node::Increase { .. } => Some(&formula.node),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_folded_only_where_it_gains_lines() {
        assert!(fold(LISTED).is_empty());
        assert_eq!(fold(7), 3..6);
        assert_eq!(fold(25), 3..24);
    }
}
