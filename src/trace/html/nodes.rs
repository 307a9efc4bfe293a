//! A formula as a tree of its parts: the words of the plan, the value, and beneath it what it was computed from.

use super::escape::{tag, text};
use super::steps::{GLYPHS, Page, place, shown_value};
use crate::step::{Formula, Node, Step};
use crate::trace::human::{keys, rows::chain};

impl<'a> Page<'a> {
    /// The parts of a formula that has been named already.
    pub(super) fn tree(&self, formula: &'a Formula, step: &'a Step) -> String {
        match &formula.node {
            Node::Constant | Node::Key { .. } | Node::Row { .. } | Node::Missing => self.item("", formula, step),
            Node::Step { .. } | Node::Absent { .. } | Node::Version { .. } | Node::Previous { .. } => {
                self.item("", formula, step)
            }
            _ => self.parts(formula, step),
        }
    }

    /// One part, and beneath it those of its own.
    pub(super) fn item(&self, lead: &str, formula: &'a Formula, step: &'a Step) -> String {
        let (words, note) = self.words(formula);
        let lead = if lead.is_empty() { String::new() } else { format!("{} ", tag("span", "lead", &text(lead))) };
        let value = shown_value(formula.value.as_ref());
        let row = format!(
            "<div class=\"row\"><span class=\"label\">{lead}{words}</span><span class=\"amount\">{value}</span>{}</div>",
            tag("span", "note", &note)
        );
        let below = self.parts(formula, step);
        if below.is_empty() { format!("<li>{row}</li>") } else { format!("<li>{row}<ul>{below}</ul></li>") }
    }

    /// What a part is called, and where it comes from.
    fn words(&self, formula: &Formula) -> (String, String) {
        let read = match &formula.node {
            Node::Step { step, .. }
            | Node::Version { step: Some(step), .. }
            | Node::Previous { step: Some(step), .. } => self.find(step),
            _ => None,
        };
        let own = if formula.text.is_empty() { read.map_or("", |step| step.name.as_str()) } else { &formula.text };
        let words = text(own);
        let note = match (&formula.node, read) {
            (Node::Previous { .. }, Some(step)) => {
                keys::period(&step.key).map_or_else(String::new, |period| format!("in {}", text(&period)))
            }
            (_, Some(step)) => place(step),
            (Node::Absent { of, .. }, _) => format!("no row or value of {}", text(of)),
            _ => String::new(),
        };
        match read {
            Some(step) => (self.link(step, &words), note),
            None => (words, note),
        }
    }

    /// The parts of a formula, each an item of a list.
    fn parts(&self, formula: &'a Formula, step: &'a Step) -> String {
        match &formula.node {
            Node::Constant | Node::Key { .. } | Node::Row { .. } | Node::Step { .. } | Node::Missing => String::new(),
            Node::Absent { .. } => String::new(),
            Node::Present { conditions } => conditions.iter().map(|one| self.item("where", one, step)).collect(),
            Node::Operation { op, operands, .. } => self.operation(op, operands, formula, step),
            Node::If { condition, then, taken, not_taken } => {
                let other = |lead: &str| {
                    let words = format!("{} {}", tag("span", "lead", lead), text(not_taken));
                    format!(
                        "<li class=\"not\"><div class=\"row\"><span class=\"label\">{words}</span><span></span><span class=\"note\">not taken</span></div></li>"
                    )
                };
                let mut out = self.item("if", condition, step);
                match taken {
                    Some(branch) if *then => {
                        out.push_str(&counted(&self.item("then", branch, step)));
                        out.push_str(&other("else"));
                    }
                    Some(branch) => {
                        out.push_str(&other("then"));
                        out.push_str(&counted(&self.item("else", branch, step)));
                    }
                    None => {}
                }
                out
            }
            Node::Default { asked, instead } => {
                let asked = self.item("", asked, step);
                let instead = instead.as_ref().map(|instead| self.item("or", instead, step));
                asked + &instead.unwrap_or_default()
            }
            Node::Aggregate { .. } => tag("li", "block", &self.aggregate(formula, step)),
            Node::Ordered { .. } => tag("li", "block", &self.ordered(formula, step)),
            Node::Pooled { rank, prizes } => {
                let prizes: String = prizes.iter().map(|prize| self.item("prize", prize, step)).collect();
                self.item("rank", rank, step) + &prizes
            }
            Node::Allocate { .. } => tag("li", "block", &self.allocated(formula, step)),
            Node::Increase { position, of, after, before, list } => {
                self.increase((*position, *of), [after, before, list].map(Option::as_deref))
            }
            Node::Previous { starting, .. } => {
                starting.as_ref().map_or_else(String::new, |starting| self.item("starts at", starting, step))
            }
            Node::Version { day, .. } => day.as_ref().map_or_else(String::new, |day| self.item("on", day, step)),
            Node::Days { .. } => tag("li", "block", &self.days(formula, step)),
            Node::Table { chosen, input, .. } => {
                let chosen: String = chosen.iter().map(|chosen| self.item(&chosen.name, &chosen.input, step)).collect();
                format!("{chosen}{}{}", self.item("", input, step), tag("li", "block", &self.bands(formula, step)))
            }
            Node::Convert { amount, rates, to } => {
                let rates: String = rates.iter().map(|rate| self.item("rate", rate, step)).collect();
                let to = to.as_ref().map_or_else(String::new, |to| self.item("into", to, step));
                self.item("", amount, step) + &rates + &to
            }
        }
    }

    /// A sum or a product as one list; of `min` and `max` the one that it is.
    fn operation(&self, op: &str, operands: &'a [Formula], formula: &'a Formula, step: &'a Step) -> String {
        if matches!(op, "plus" | "minus" | "times" | "of" | "over") && operands.len() == 2 {
            let chain = chain(formula).into_iter();
            return chain.map(|(sign, operand)| self.item(GLYPHS.sign(sign), operand, step)).collect();
        }
        let chosen = matches!(op, "minimum" | "maximum")
            .then(|| operands.iter().position(|operand| same(operand, formula)))
            .flatten();
        let items = operands.iter().enumerate().map(|(index, operand)| {
            let item = self.item("", operand, step);
            if chosen == Some(index) { counted(&item) } else { item }
        });
        items.collect()
    }

    /// A row's share: the definition with it less the same without it.
    fn increase(&self, (position, of): (u32, u32), [after, before, list]: [Option<&str>; 3]) -> String {
        let sides = [("", after, position), ("−", before, position.saturating_sub(1))];
        let mut out = String::new();
        for (sign, id, rows) in sides {
            if let Some(step) = id.and_then(|id| self.find(id)) {
                let words = self.link(step, &text(&format!("{}, first {rows} of {of}", step.name)));
                out.push_str(&format!(
                    "<li><div class=\"row\"><span class=\"label\"><span class=\"lead\">{sign}</span> {words}</span>\
                     <span class=\"amount\">{}</span><span></span></div></li>",
                    shown_value(step.value.as_ref())
                ));
            }
        }
        if let Some(list) = list.and_then(|list| self.find(list)) {
            let words = self.link(list, &format!("row {position} of {of} in their order"));
            out.push_str(&format!("<li class=\"aside\">{words}</li>"));
        }
        out
    }
}

/// An item marked as the one that counted.
fn counted(item: &str) -> String {
    item.replacen("<li>", "<li class=\"taken\">", 1)
}

fn same(left: &Formula, right: &Formula) -> bool {
    use crate::value::Exact;
    let number = |formula: &Formula| formula.value.as_ref().and_then(|value| Exact::parse(&value.text));
    left.value == right.value || number(left).is_some_and(|left| Some(left) == number(right))
}
