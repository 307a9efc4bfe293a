//! The steps of the page: the one asked for, and each that it rests on once, in the order in which they are used.

use std::collections::{BTreeMap, BTreeSet};

use super::PlanTexts;
use super::escape::{tag, text};
use super::plan_text;
use crate::step::{Amount, Rounded, Step, StepKind, Trace};
use crate::trace::human::amounts::{before_rounding, short_fraction, shown, shown_places};
use crate::trace::human::glyphs::{Glyphs, counted};
use crate::trace::human::keys;

pub(super) const GLYPHS: Glyphs = Glyphs { unicode: true };

/// So many steps are open from the start: those used first.
const OPEN: usize = 4;

/// A trace as it becomes a page.
pub(super) struct Page<'a> {
    pub(super) trace: &'a Trace,
    pub(super) root: &'a Step,
    texts: &'a PlanTexts,
    steps: BTreeMap<&'a str, &'a Step>,
    /// The steps with a section, in order of use, and the place of each.
    order: Vec<&'a Step>,
    /// From here on, steps only decided which rows and days it is about.
    deciders: usize,
    places: BTreeMap<&'a str, usize>,
}

impl<'a> Page<'a> {
    pub(super) fn of(trace: &'a Trace, root: &'a Step, texts: &'a PlanTexts) -> Page<'a> {
        let steps: BTreeMap<&str, &Step> = trace.steps.iter().map(|step| (step.id.as_str(), step)).collect();
        let mut page = Page { trace, root, texts, steps, order: Vec::new(), deciders: 0, places: BTreeMap::new() };
        let mut known = BTreeSet::new();
        page.follow(root, &mut known, Step::computed_from);
        page.deciders = page.order.len();
        // What only decided which rows these are stands behind all that was computed.
        for step in page.order.clone() {
            let deciders: Vec<&Step> = step.uses().iter().filter_map(|id| page.find(id)).collect();
            for decider in deciders {
                page.follow(decider, &mut known, Step::uses);
            }
        }
        page.places = page.order.iter().enumerate().map(|(place, step)| (step.id.as_str(), place)).collect();
        page
    }

    /// A step, and behind it each that it rests on.
    fn follow(&mut self, step: &'a Step, known: &mut BTreeSet<&'a str>, used: fn(&Step) -> Vec<String>) {
        let mut todo = vec![step];
        while let Some(step) = todo.pop() {
            // An order is computed from nothing: what it says of its rows decided which come first.
            let is_order = step.kind == StepKind::List && step.value.is_none() && !std::ptr::eq(step, self.root);
            let later = is_order && self.deciders == 0;
            if step.kind != StepKind::Input && !later && known.insert(step.id.as_str()) {
                self.order.push(step);
                let below: Vec<&'a Step> = used(step).iter().filter_map(|id| self.find(id)).collect();
                todo.extend(below.into_iter().rev());
            }
        }
    }

    /// A step by its id.
    pub(super) fn find(&self, id: &str) -> Option<&'a Step> {
        self.steps.get(id).copied()
    }

    /// What is asked for, large.
    pub(super) fn head(&self) -> String {
        let value = shown_value(self.root.value.as_ref());
        let place = place(self.root);
        format!(
            "<header>\n<p class=\"kicker\">plan {} <span class=\"sep\">/</span> {} <span class=\"sep\">/</span> {place}</p>\n\
             <h1>{}<span class=\"of\">{}</span></h1>\n<p class=\"value\">{value}</p>\n\
             <p class=\"tools\"><button type=\"button\" data-open=\"all\">Open all</button>\
             <button type=\"button\" data-open=\"none\">Close all</button>\
             <span class=\"hint\">{}, down to the cells of the data. Every step opens.</span></p>\n</header>\n",
            text(&self.trace.plan),
            text(&self.root.word),
            text(&self.root.name),
            text(&keys::title(&self.root.key)),
            counted(self.order.len(), "step"),
        )
    }

    /// All sections.
    pub(super) fn body(&self) -> String {
        let sections = |from: usize, to: usize| -> String {
            let steps = self.order.iter().enumerate().skip(from).take(to.saturating_sub(from));
            steps.map(|(place, step)| self.section(place, step)).collect()
        };
        let mut out = sections(0, self.deciders);
        let rest = self.order.len().saturating_sub(self.deciders);
        if rest > 0 {
            out.push_str("<details class=\"deciders\">\n<summary>What decided which rows and days these are: ");
            out.push_str(&format!("{}</summary>\n", counted(rest, "step")));
            out.push_str(&sections(self.deciders, self.order.len()));
            out.push_str("</details>\n");
        }
        out
    }

    /// How the file came about, and how many cells it leads to.
    pub(super) fn foot(&self) -> String {
        let inputs = self.trace.steps.iter().filter(|step| step.kind == StepKind::Input).count();
        format!(
            "<footer><p>{}, computed from {} of the data. All numbers are exact; ≈ marks those shown shorter than they \
             are.</p><p>Trace <code>{}</code></p></footer>\n",
            counted(self.order.len(), "step"),
            counted(inputs, "cell"),
            text(&self.root.id),
        )
    }

    fn section(&self, place: usize, step: &'a Step) -> String {
        let open = if place < OPEN { " open" } else { "" };
        let key = if place == 0 { keys::title(&step.key) } else { keys::beyond(&step.key, &self.root.key) };
        let first = step.first.map_or_else(String::new, |(first, of)| format!(", first {first} of {of}"));
        let name = if step.kind == StepKind::List { format!("rows of {}", step.name) } else { step.name.clone() };
        let title = format!(
            "<span class=\"word\">{}</span> <b>{}</b><span class=\"of\">{}</span>",
            text(&step.word),
            text(&name),
            text(&format!("{key}{first}"))
        );
        let mut out = format!("<details class=\"step\"{open}>\n<summary><span class=\"name\">{title}</span>");
        if step.kind != StepKind::List || step.value.is_some() {
            out.push_str(&tag("span", "amount", &shown_value(step.value.as_ref())));
        }
        out.push_str(&format!("</summary>\n<div class=\"inside\" id=\"s{place}\">\n<div class=\"numbers\">\n"));
        if let Some(formula) = &step.formula {
            out.push_str("<ul class=\"tree\">");
            out.push_str(&self.tree(formula, step));
            out.push_str("</ul>\n");
        }
        out.push_str(&rounding(step));
        if !step.conditions.is_empty() {
            let tests: String = step.conditions.iter().map(|one| self.item("where", one, step)).collect();
            out.push_str(&format!("<ul class=\"tree conditions\">{tests}</ul>\n"));
        }
        out.push_str("</div>\n");
        let plan = step.plan.as_ref().and_then(|place| Some((place, self.texts.get(&place.file)?)));
        if let Some((place, source)) = plan {
            out.push_str(&plan_text::excerpt(step, place, source));
        }
        out.push_str("</div>\n</details>\n");
        out
    }

    /// A link to a step, or the cell of the data in words.
    pub(super) fn link(&self, step: &Step, words: &str) -> String {
        match self.places.get(step.id.as_str()) {
            Some(place) => format!("<a href=\"#s{place}\">{words}</a>"),
            None => words.to_owned(),
        }
    }
}

/// Where a step stands: its cell of the data, or its line of the plan.
pub(super) fn place(step: &Step) -> String {
    match (&step.data, &step.plan) {
        (Some(cell), _) => format!("{}, row {}, column {}", text(&cell.file), cell.row, text(&cell.column)),
        (None, Some(place)) => format!("{}:{}", text(&place.file), place.line),
        (None, None) => format!("of another plan: {}", text(&step.word)),
    }
}

/// An amount as people read it.
pub(super) fn shown_value(amount: Option<&Amount>) -> String {
    let value = shown(amount, GLYPHS);
    let unit = if value.long_unit.is_empty() { String::new() } else { format!(" {}", value.long_unit) };
    let class = if amount.is_none() { "missing" } else { "" };
    let words = text(&format!("{}{unit}", value.text()));
    let exact = amount.and_then(|amount| short_fraction(&amount.text));
    let title = exact.map_or_else(String::new, |exact| format!(" title=\"exactly {}\"", text(&exact)));
    match (class, title.as_str()) {
        ("", "") => words,
        _ => format!("<span class=\"{class}\"{title}>{words}</span>"),
    }
}

/// What the value was before it was rounded.
fn rounding(step: &Step) -> String {
    let (Some(rounded), Some(amount)) = (&step.rounding, &step.value) else { return String::new() };
    let before = before_rounding(rounded, &amount.unit, GLYPHS).text();
    let exactly = exactly(rounded);
    format!(
        "<p class=\"rounding\">before rounding <b>{}</b>{exactly}, rounded {} to {}</p>\n",
        text(&before),
        text(&rounded.mode),
        counted(shown_places(rounded, &amount.unit).into(), "place"),
    )
}

fn exactly(rounded: &Rounded) -> String {
    short_fraction(&rounded.exact).map_or_else(String::new, |fraction| format!(", exactly {}", text(&fraction)))
}
