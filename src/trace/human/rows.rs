//! A formula as rows: each operand with its value, and beneath it what it was computed from.

use crate::step::{Formula, KeyPart, Node};
use crate::value::Exact;

use super::amounts::shown;
use super::bands::Kind;
use super::case::is_case;
use super::glyphs::clean;
use super::note::Note;
use super::page::{Line, Row, Tone};
use super::percents::compares;
use super::{Walk, first_rows, keys};

/// Where a row stands: its indent, the sign before it and the word that leads its label.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Slot {
    pub(super) indent: usize,
    pub(super) sign: &'static str,
    pub(super) lead: &'static str,
}

impl Slot {
    /// A slot without sign or word.
    pub(super) fn at(indent: usize) -> Slot {
        Slot { indent, ..Slot::default() }
    }
}

impl<'a> Walk<'a> {
    /// The rows beneath a formula that has been named already, in a row of the given key.
    pub(super) fn body(&mut self, formula: &'a Formula, indent: usize, key: &[KeyPart]) {
        match &formula.node {
            Node::Constant | Node::Key { .. } | Node::Row { .. } | Node::Present { .. } => {}
            Node::Step { .. } | Node::Missing | Node::Absent { .. } | Node::Previous { .. } | Node::Version { .. } => {
                self.operand(formula, Slot::at(indent), key);
            }
            Node::Operation { op, operands, .. } => self.operation(op, operands, formula, indent, key),
            Node::If { .. } if is_case(formula) => self.case(formula, indent, key),
            Node::If { condition, then, taken, not_taken } => {
                let branch = taken.as_deref();
                self.choice(condition, branch, (*then, not_taken), indent, key);
            }
            Node::Default { asked, instead } => match instead {
                Some(_) => self.operand(formula, Slot::at(indent), key),
                None => self.body(asked, indent, key),
            },
            Node::Aggregate { op, members, left_out, .. } => {
                if self.fold_shares(formula, members, key) {
                    self.operand(formula, Slot::at(indent), key);
                } else {
                    self.members(op, members, left_out.len(), indent, key);
                }
            }
            Node::Ordered { .. } => self.ordered(&formula.node, indent, key),
            Node::Pooled { rank, prizes } => self.pooled(rank, prizes, indent, key),
            Node::Allocate { .. } => self.allocated(&formula.node, indent, key),
            Node::Days { runs, .. } => self.days(runs, indent, key),
            Node::Increase { .. } => self.increase(&formula.node, indent),
            Node::Table { kind, chosen, input, bands, line, .. } => {
                for chosen in chosen {
                    self.chosen(chosen, indent, key);
                }
                let kind = Kind { kind, columns: !chosen.is_empty() };
                self.table(kind, input, (bands, line.as_deref()), indent, key);
            }
            Node::Convert { amount, rates, to } => self.convert((amount, rates, to.as_deref()), formula, indent, key),
        }
    }

    /// One operand: its row, and beneath it what it was computed from.
    pub(super) fn operand(&mut self, formula: &'a Formula, slot: Slot, key: &[KeyPart]) {
        let mut row = self.row(formula, slot);
        match &formula.node {
            Node::Constant | Node::Key { .. } | Node::Row { .. } | Node::Present { .. } => {
                if self.is_literal(formula) {
                    row.label = slot.lead.to_owned();
                }
                self.lines.push(Line::Row(row));
            }
            Node::Step { step, .. } => {
                if let Some(step) = self.at(step) {
                    row.note = self.source(step);
                    row.note.lead(&keys::other_period(&step.key, key));
                    self.open(step, "");
                }
                self.lines.push(Line::Row(row));
            }
            Node::Missing | Node::Absent { .. } => self.lines.push(Line::Row(row)),
            Node::Version { day, step, .. } => self.version(row, day.as_deref(), step.as_deref()),
            Node::Default { asked, instead } => {
                self.default(row, asked, instead.as_deref(), slot, key);
            }
            Node::Previous { step, starting, .. } => {
                self.previous(row, step.as_deref(), starting.as_deref(), slot, key);
            }
            Node::Aggregate { members, window, .. } => {
                row.note = self.count_note(members, window.as_ref(), key);
                let opened = self.shares_opened(members);
                let shares = self.fold_shares(formula, members, key);
                if opened {
                    row.note.lead("above");
                }
                self.lines.push(Line::Row(row));
                if !shares && !members.is_empty() {
                    self.body(formula, slot.indent.saturating_add(2), key);
                }
            }
            Node::Table { chosen, input, bands, .. } if chosen.is_empty() && self.is_lookup(input) => {
                row.note = self.lookup_note(input, bands);
                self.lines.push(Line::Row(row));
            }
            _ => {
                self.lines.push(Line::Row(row));
                self.body(formula, slot.indent.saturating_add(2), key);
            }
        }
    }

    /// The row that names a formula and its value.
    pub(super) fn row(&self, formula: &'a Formula, slot: Slot) -> Row {
        let name = match &formula.node {
            _ if !formula.text.is_empty() => clean(&formula.text),
            Node::Step { step, .. } => self.at(step).map_or_else(String::new, |step| clean(&step.name)),
            Node::Operation { op, .. } => clean(&op.replace('_', " ")),
            _ => String::new(),
        };
        let label = match (slot.lead, name.as_str()) {
            ("", _) if !slot.sign.is_empty() && is_loose(formula) => format!("({name})"),
            ("", _) => name,
            (lead, "") => lead.to_owned(),
            (lead, name) => format!("{lead} {name}"),
        };
        Row { indent: slot.indent, sign: slot.sign, label, value: Some(self.value_of(formula)), ..Row::default() }
    }

    /// Whether the words of a constant are its value and nothing else.
    fn is_literal(&self, formula: &Formula) -> bool {
        formula.node.is_fact()
            && (formula.text.is_empty()
                || formula.text.starts_with(|c: char| c.is_ascii_digit() || c == '"')
                || clean(&formula.text) == shown(formula.value.as_ref(), self.glyphs).text())
    }

    fn operation(&mut self, op: &str, operands: &'a [Formula], formula: &'a Formula, indent: usize, key: &[KeyPart]) {
        match op {
            "plus" | "minus" | "times" | "over" | "of" if operands.len() == 2 => {
                for (sign, operand) in chain(formula) {
                    let sign = self.glyphs.sign(sign);
                    self.operand(operand, Slot { indent, sign, lead: "" }, key);
                }
            }
            "minimum" | "maximum" => {
                // At a tie the first is as good as any, and one is enough.
                let taken = operands.iter().position(|operand| same(operand, formula));
                for (index, operand) in operands.iter().enumerate() {
                    let begin = self.lines.len();
                    self.operand(operand, Slot::at(indent), key);
                    self.mark(begin, operand, (taken == Some(index)).then_some(op));
                }
            }
            // A comparison stands in words above, so only what is not in the words is said.
            _ => {
                for operand in operands {
                    let told = operand.node.is_fact();
                    if !told || (compares(op) && !self.is_literal(operand)) {
                        self.operand(operand, Slot::at(indent), key);
                    }
                }
            }
        }
    }

    /// Names an operand also where it is a literal, and points at the one that was the smallest or
    /// the largest.
    fn mark(&mut self, line: usize, operand: &Formula, op: Option<&str>) {
        let here = self.glyphs.here();
        let Some(Line::Row(row)) = self.lines.get_mut(line) else {
            return;
        };
        if row.label.is_empty() {
            row.label = clean(&operand.text);
        }
        if let Some(op) = op {
            let word = if op == "minimum" { "smallest" } else { "largest" };
            row.note.lead(&format!("{here} the {word}"));
        }
    }

    /// `if`: the condition, then both branches in the plan's order.
    fn choice(
        &mut self,
        condition: &'a Formula,
        taken: Option<&'a Formula>,
        (then, not_taken): (bool, &str),
        indent: usize,
        key: &[KeyPart],
    ) {
        let slot = |lead| Slot { lead, ..Slot::at(indent) };
        self.operand(condition, slot("if"), key);
        let other = |lead: &str| {
            Line::Row(Row {
                indent,
                label: format!("{lead} {}", clean(not_taken)),
                note: Note::remark("not taken"),
                tone: Tone::Dim,
                ..Row::default()
            })
        };
        match taken {
            Some(branch) if then => {
                self.operand(branch, slot("then"), key);
                self.lines.push(other("else"));
            }
            Some(branch) => {
                self.lines.push(other("then"));
                self.operand(branch, slot("else"), key);
            }
            None => {}
        }
    }

    /// `or` as a default, in one row where the operands are no more than cells.
    fn default(&mut self, mut row: Row, value: &'a Formula, instead: Option<&'a Formula>, slot: Slot, key: &[KeyPart]) {
        let below = slot.indent.saturating_add(2);
        let used = instead.unwrap_or(value);
        if let Some(instead) = instead {
            let (asked, words) = (clean(&value.text), clean(&instead.text));
            row.note = Note::remark(format!("no {asked}, so {words}"));
        }
        let step = self.target(used);
        if let Some(step) = step {
            if instead.is_none() {
                row.note = self.source(step);
            }
            self.open(step, "");
        }
        self.lines.push(Line::Row(row));
        if step.is_none() && !matches!(used.node, Node::Missing | Node::Absent { .. }) && !used.node.is_fact() {
            self.body(used, below, key);
        }
    }

    /// The column one period earlier. Earlier periods look like this one and stay folded.
    fn previous(
        &mut self,
        mut row: Row,
        step: Option<&str>,
        starting: Option<&'a Formula>,
        slot: Slot,
        key: &[KeyPart],
    ) {
        if let Some(step) = step.and_then(|id| self.at(id)) {
            self.seen.insert(&step.id);
            let period = keys::period(&step.key);
            row.note = Note::remark(period.map_or_else(String::new, |text| format!("in {text}")));
            if self.options.full {
                self.open(step, "");
            }
        }
        if let Some(starting) = starting {
            let words = clean(&starting.text);
            row.note = Note::remark(format!("starts at {words}"));
        }
        self.lines.push(Line::Row(row));
        if let Some(starting) = starting.filter(|formula| !formula.node.is_fact()) {
            self.operand(starting, Slot::at(slot.indent.saturating_add(2)), key);
        }
    }

    /// A row's share: the target with it less the target without it.
    fn increase(&mut self, node: &'a Node, indent: usize) {
        let Node::Increase { position, of, after, before, .. } = node else {
            return;
        };
        let sides = [("", after, *position), ("minus", before, position.saturating_sub(1))];
        for (sign, id, rows) in sides {
            let Some(step) = id.as_deref().and_then(|id| self.at(id)) else {
                continue;
            };
            let words = match step.first {
                Some((first, of)) if first < of => first_rows(step),
                _ => format!(", first {rows} of {of}"),
            };
            self.seen.insert(&step.id);
            let row = Row {
                indent,
                sign: self.glyphs.sign(sign),
                label: format!("{}{words}", clean(&step.name)),
                value: Some(shown(step.value.as_ref(), self.glyphs)),
                ..Row::default()
            };
            self.lines.push(Line::Row(row));
            if sign.is_empty() || self.options.full {
                self.open(step, "");
            }
        }
        if after.is_none() {
            let words = format!("row {position} of {of} has nothing to share in");
            self.lines.push(Line::Row(Row { indent, label: words, ..Row::default() }));
        }
    }

    /// A conversion: the amount, times or over the rates read.
    fn convert(
        &mut self,
        (amount, rates, to): (&'a Formula, &'a [Formula], Option<&'a Formula>),
        formula: &Formula,
        indent: usize,
        key: &[KeyPart],
    ) {
        self.operand(amount, Slot::at(indent), key);
        if let Some(to) = to {
            self.operand(to, Slot { indent, sign: "", lead: "in" }, key);
        }
        // With one rate, the other side is the currency the rates are in.
        let unit = |formula: &Formula| formula.value.as_ref().map(|value| value.unit.clone());
        let base = rates.first().and_then(&unit).unwrap_or_default();
        let base = base.split(' ').next().unwrap_or_default().to_owned();
        let into_base = unit(formula).is_some_and(|unit| unit.split(' ').next() == Some(base.as_str()));
        for (index, rate) in rates.iter().enumerate() {
            let times = index == 0 && (rates.len() > 1 || into_base);
            let sign = self.glyphs.sign(if times { "times" } else { "over" });
            self.operand(rate, Slot { indent, sign, lead: "" }, key);
        }
    }
}

/// A sum or a product as its operands with their signs, as long as it is read from left to right.
pub(in crate::trace) fn chain(formula: &Formula) -> Vec<(&'static str, &Formula)> {
    let additive = |op: &str| matches!(op, "plus" | "minus");
    let mut found = Vec::new();
    let mut left = formula;
    let mut family = None;
    while let Node::Operation { op, operands, .. } = &left.node {
        let ([first, second], Some(sign)) = (operands.as_slice(), sign_of(op)) else {
            break;
        };
        if *family.get_or_insert(additive(op)) != additive(op) {
            break;
        }
        found.push((sign, second));
        left = first;
    }
    found.push(("", left));
    found.reverse();
    found
}

/// Whether a formula holds together less than a product and is not in brackets already.
fn is_loose(formula: &Formula) -> bool {
    let additive = match &formula.node {
        Node::Operation { op, .. } => matches!(op.as_str(), "plus" | "minus"),
        Node::If { .. } => true,
        _ => false,
    };
    additive && !formula.text.is_empty() && !formula.text.starts_with('(')
}

fn sign_of(op: &str) -> Option<&'static str> {
    ["plus", "minus", "times", "over", "of"].into_iter().find(|sign| *sign == op)
}

fn same(left: &Formula, right: &Formula) -> bool {
    match (&left.value, &right.value) {
        (Some(left), Some(right)) => match (left.number(), right.number()) {
            (Some(left), Some(right)) => left == right,
            // A bare 0 has any unit.
            _ => Exact::parse(&left.text).is_some_and(|value| Some(value) == Exact::parse(&right.text)),
        },
        _ => false,
    }
}
