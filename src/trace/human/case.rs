//! A `case` as a list of its arms: what was asked, which arm was taken, and the others in words.

use crate::step::{Formula, KeyPart, Node};

use super::Walk;
use super::glyphs::clean;
use super::note::Note;
use super::page::{Line, Row, Tone};
use super::rows::Slot;

impl<'a> Walk<'a> {
    /// The rows of a `case`: in a trace it is `if`s in each other, each but the first beginning with its `when`.
    pub(super) fn case(&mut self, formula: &'a Formula, indent: usize, key: &[KeyPart]) {
        let subject = subject(formula);
        if let Some(subject) = subject {
            self.operand(subject, Slot { lead: "case", ..Slot::at(indent) }, key);
        }
        let mut next = Some(formula);
        while let Some(formula) = next.take() {
            let Node::If { condition, then, taken, not_taken } = &formula.node else { return };
            let words = clean(&condition.text);
            // The values asked for are words enough; a condition is shown with what decided it.
            let asks = subject.is_none();
            match taken.as_deref() {
                Some(branch) if *then => {
                    if asks {
                        self.operand(condition, Slot { lead: "when", ..Slot::at(indent) }, key);
                        self.operand(branch, Slot { lead: "then", ..Slot::at(indent) }, key);
                    } else {
                        self.arm(branch, &format!("when {words} then"), indent, key);
                    }
                    // The last arm of a `case` without `else` stands for what is left, too.
                    if *not_taken != branch.text {
                        let other =
                            if is_arm(not_taken) { clean(not_taken) } else { format!("else {}", clean(not_taken)) };
                        self.not_taken(other, indent);
                    }
                }
                Some(branch) => {
                    if asks {
                        self.operand(condition, Slot { lead: "when", ..Slot::at(indent) }, key);
                        self.not_taken(format!("then {}", clean(not_taken)), indent);
                    } else {
                        self.not_taken(format!("when {words} then {}", clean(not_taken)), indent);
                    }
                    match &branch.node {
                        Node::If { .. } if is_arm(&branch.text) => next = Some(branch),
                        _ => self.operand(branch, Slot { lead: "else", ..Slot::at(indent) }, key),
                    }
                }
                None => {}
            }
        }
    }

    /// The arm that is taken, with the words that lead to its value.
    fn arm(&mut self, branch: &'a Formula, lead: &str, indent: usize, key: &[KeyPart]) {
        let begin = self.lines.len();
        self.operand(branch, Slot { lead: "then", ..Slot::at(indent) }, key);
        if let Some(Line::Row(row)) = self.lines.get_mut(begin) {
            row.label = format!("{lead}{}", row.label.strip_prefix("then").unwrap_or_default());
        }
    }

    /// An arm that is not taken.
    fn not_taken(&mut self, label: String, indent: usize) {
        let note = Note::remark("not taken");
        self.lines.push(Line::Row(Row { indent, label, note, tone: Tone::Dim, ..Row::default() }));
    }
}

/// Whether an `if` is a `case` by its words.
pub(super) fn is_case(formula: &Formula) -> bool {
    begins(&formula.text, "case")
}

fn is_arm(text: &str) -> bool {
    begins(text, "when")
}

fn begins(text: &str, word: &str) -> bool {
    let rest = text.trim_start_matches('(').trim_start().strip_prefix(word);
    rest.is_some_and(|rest| rest.starts_with(|letter: char| !letter.is_alphanumeric() && letter != '_'))
}

/// What the values of the arms are compared with; none where the arms have conditions.
fn subject(formula: &Formula) -> Option<&Formula> {
    let rest = formula.text.trim_start_matches('(').trim_start().strip_prefix("case")?;
    if is_arm(rest.trim_start()) {
        return None;
    }
    let Node::If { condition, .. } = &formula.node else { return None };
    let mut asked = condition.as_ref();
    while let Node::Operation { op, operands, .. } = &asked.node {
        let first = operands.first()?;
        if op == "equal" {
            return Some(first);
        }
        asked = first;
    }
    None
}
