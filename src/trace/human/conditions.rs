//! The conditions that let a row in, on one line with the values that they compared.

use crate::step::{Formula, Node, Step};

use super::Walk;
use super::amounts::shown;
use super::glyphs::clean;
use super::page::Line;
use super::percents::compares;
use super::unfold::asks_of_a_day;

impl<'a> Walk<'a> {
    /// `where quarter_quota > 0`, and beside it `quarter_quota 250,000.00 USD`.
    pub(super) fn conditions(&mut self, step: &'a Step) {
        if step.conditions.is_empty() {
            return;
        }
        let mut words: Vec<String> = Vec::new();
        let mut values: Vec<String> = Vec::new();
        for condition in &step.conditions {
            let text = clean(&condition.text);
            if !words.contains(&text) {
                words.push(text);
            }
            for leaf in leaves(condition) {
                let value = format!("{} {}", clean(&leaf.text), self.value_of(leaf).text());
                // Of `for each sale` the rule itself is the condition, and says its value.
                let says_it = leaf.value.as_ref().is_some_and(|value| value.text == leaf.text);
                if !says_it && !values.contains(&value) {
                    values.push(value);
                }
                if let Some(step) = self.target(leaf) {
                    self.source(step);
                }
            }
        }
        let values = if values.is_empty() { String::new() } else { format!(" ({})", values.join(", ")) };
        self.lines.push(Line::Words(4, format!("where {}{values}", words.join(" and "))));
    }
}

/// The values that decided a condition, in words: `amount 900.00 USD, kind renewal`.
pub fn deciding(condition: &Formula) -> String {
    let glyphs = super::glyphs::Glyphs { unicode: true };
    let words = |leaf: &Formula| format!("`{}` is {}", clean(&leaf.text), shown(leaf.value.as_ref(), glyphs).text());
    let mut values: Vec<String> = leaves(condition).into_iter().map(words).collect();
    values.dedup();
    values.join(", ")
}

/// What a condition compares, in order: names whose words do not say their values.
fn leaves(condition: &Formula) -> Vec<&Formula> {
    let mut found = Vec::new();
    let mut todo = vec![condition];
    while let Some(formula) = todo.pop() {
        let operands = match &formula.node {
            _ if asks_of_a_day(formula).is_some() => Vec::new(),
            Node::Operation { op, operands, .. } if compares(op) || is_logic(op) => operands.iter().rev().collect(),
            Node::Default { asked, instead } => instead.iter().chain([asked]).map(AsRef::as_ref).collect(),
            _ if formula.node.is_fact() && says_its_value(formula) => continue,
            _ => Vec::new(),
        };
        if operands.is_empty() && !formula.text.is_empty() {
            found.push(formula);
        }
        todo.extend(operands);
    }
    found
}

fn is_logic(op: &str) -> bool {
    matches!(op, "and" | "or" | "not" | "exists")
}

/// Whether a constant is a literal, or a fact such as `Quota exists`.
fn says_its_value(formula: &Formula) -> bool {
    let value = formula.value.as_ref();
    formula.text.starts_with(|c: char| c.is_ascii_digit() || c == '"')
        || value.is_some_and(|value| value.text == formula.text || value.unit == "yes/no")
}
