//! A trace as a page: the value asked for, the formula with its operands beneath, and each
//! definition it rests on opened once, in the order of first use.

mod amounts;
mod bands;
mod case;
mod days;
mod fit;
mod glyphs;
mod keys;
mod members;
mod note;
mod ordered;
mod page;
mod rows;
mod shares;

use std::collections::{BTreeMap, BTreeSet};

use crate::step::{Amount, Formula, Node, PlanPlace, Step, StepKind, Trace};

use self::amounts::{Shown, as_percent, before_rounding, short_fraction, shown, shown_places};
use self::glyphs::{Glyphs, clean, counted};
use self::note::Note;
use self::page::{Head, Line, Row, draw};
use self::shares::Shares;

/// How far a value is followed through definitions that only hand it on.
const COPIES: usize = 8;

/// How a trace is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HumanOptions {
    /// Whether to colour, with the sequences every terminal knows.
    pub colour: bool,
    /// The width of the terminal in columns; at least 60 are used.
    pub width: usize,
    /// Whether signs beyond ASCII may be used.
    pub unicode: bool,
    /// How many definitions deep to open; 0 shows the value asked for alone. All by default.
    pub depth: Option<usize>,
    /// Whether to fold nothing: every member, every band, every earlier period.
    pub full: bool,
}

impl Default for HumanOptions {
    fn default() -> Self {
        Self { colour: false, width: 100, unicode: true, depth: None, full: false }
    }
}

/// The trace as a page for people.
pub fn human(trace: &Trace, options: &HumanOptions) -> String {
    let steps: BTreeMap<&str, &Step> = trace.steps.iter().map(|step| (step.id.as_str(), step)).collect();
    let Some(root) = steps.get(trace.root.as_str()).copied() else {
        return "the trace does not hold the step it is about\n".to_owned();
    };
    let glyphs = Glyphs { unicode: options.unicode };
    let mut walk = Walk {
        root,
        steps,
        options,
        glyphs,
        lines: Vec::new(),
        opened: BTreeSet::new(),
        seen: BTreeSet::new(),
        percents: bands::percents(trace),
        wanted: Vec::new(),
    };
    walk.all();
    walk.foot(trace);
    draw(&walk.lines, options, glyphs)
}

/// What gets a block of its own.
enum Block<'a> {
    /// A step, and what to say behind its key.
    Step(&'a Step, String),
    /// The shares that rows have in a definition.
    Shares(Shares<'a>),
}

/// The page as it grows.
struct Walk<'a> {
    root: &'a Step,
    steps: BTreeMap<&'a str, &'a Step>,
    options: &'a HumanOptions,
    glyphs: Glyphs,
    lines: Vec<Line>,
    /// The steps that have a block, above or begun.
    opened: BTreeSet<String>,
    /// The steps whose value is somewhere on the page.
    seen: BTreeSet<&'a str>,
    /// The steps that tables of percentages read.
    percents: BTreeSet<&'a str>,
    /// What the block being written wants opened, in order of use.
    wanted: Vec<Block<'a>>,
}

impl<'a> Walk<'a> {
    /// Every block, each followed by those it uses. A trace may be deeper than the stack, so what
    /// is left to do is kept beside it.
    fn all(&mut self) {
        let mut todo = vec![(Block::Step(self.root, String::new()), 0_usize)];
        while let Some((block, depth)) = todo.pop() {
            if !self.block(block) {
                continue;
            }
            let wanted = std::mem::take(&mut self.wanted);
            if self.options.depth.is_none_or(|most| depth < most) {
                let below = depth.saturating_add(1);
                todo.extend(wanted.into_iter().rev().map(|block| (block, below)));
            }
        }
    }

    /// Writes a block, unless it stands above already.
    fn block(&mut self, block: Block<'a>) -> bool {
        let id = match &block {
            Block::Step(step, _) => step.id.as_str(),
            Block::Shares(shares) => shares.id(),
        };
        if !self.opened.insert(id.to_owned()) {
            return false;
        }
        if !self.lines.is_empty() {
            self.lines.push(Line::Blank);
        }
        match block {
            Block::Step(step, remark) => self.step(step, &remark),
            Block::Shares(shares) => self.shares(&shares),
        }
        true
    }

    fn step(&mut self, step: &'a Step, remark: &str) {
        self.seen.insert(&step.id);
        let title = std::ptr::eq(step, self.root);
        let key = if title { keys::title(&step.key) } else { keys::beyond(&step.key, &self.root.key) };
        self.lines.push(Line::Head(Head {
            name: clean(&step.name),
            key: format!("{key}{}{remark}", first_rows(step)),
            formula: step.formula.as_ref().map_or_else(String::new, |formula| clean(&formula.text)),
            value: self.value(step.value.as_ref(), self.percents.contains(step.id.as_str())),
            note: place_of(step),
            title,
        }));
        if let Some(formula) = &step.formula {
            self.body(formula, 4, &step.key);
        }
        self.rounding(step);
    }

    /// What the value was before it was rounded, or the fraction it is.
    fn rounding(&mut self, step: &Step) {
        let Some(amount) = &step.value else { return };
        let (label, value, note) = match &step.rounding {
            Some(rounded) => {
                let places = counted(shown_places(rounded, &amount.unit).into(), "place");
                let mut note = format!("rounded {} to {places}", clean(&rounded.mode));
                if let Some(fraction) = short_fraction(&rounded.exact) {
                    note.push_str(&format!(", exactly {fraction}"));
                }
                let value = before_rounding(rounded, &amount.unit, self.glyphs);
                ("before rounding", Some(value), note)
            }
            None => match short_fraction(&amount.text) {
                Some(fraction) => ("not rounded", None, format!("exactly {fraction}")),
                None => return,
            },
        };
        self.lines.push(Line::Row(Row {
            indent: 4,
            sign: self.glyphs.sign("equal"),
            label: label.to_owned(),
            value,
            note: Note::remark(note),
            ..Row::default()
        }));
    }

    /// Says how much of the trace the page leaves out.
    fn foot(&mut self, trace: &Trace) {
        let hidden = trace.steps.iter().filter(|step| !self.seen.contains(step.id.as_str())).count();
        if hidden > 0 {
            let more = counted(hidden, "more step");
            let words = if self.options.full {
                format!("{more} on the way to the shares above, in the JSON only")
            } else {
                format!("{more} of this trace not shown; --full opens them")
            };
            self.lines.push(Line::Blank);
            self.lines.push(Line::Foot(words));
        }
    }

    /// The step of an id; a trace made by hand may lack it.
    fn at(&self, id: &str) -> Option<&'a Step> {
        self.steps.get(id).copied()
    }

    /// Where a step's value stands: in the data, or above on this page.
    fn source(&mut self, step: &'a Step) -> Note {
        self.seen.insert(&step.id);
        if let Some(end) = self.copied(step) {
            self.seen.insert(&end.id);
            return place_of(end);
        }
        if self.opened.contains(step.id.as_str()) {
            return Note::remark(if std::ptr::eq(step, self.root) { "" } else { "above" });
        }
        Note::default()
    }

    /// Asks for a step to be opened below, where there is more to it than a cell of the data.
    fn open(&mut self, step: &'a Step, remark: &str) {
        if self.is_more(step) {
            self.wanted.push(Block::Step(step, remark.to_owned()));
        }
    }

    /// Whether there is more to a step than a value that its row shows with its source.
    fn is_more(&self, step: &Step) -> bool {
        step.kind != StepKind::Input && self.copied(step).is_none()
    }

    /// The input or the constant whose value a step only hands on.
    fn copied<'s>(&self, step: &'s Step) -> Option<&'s Step>
    where
        'a: 's,
    {
        let mut step = step;
        for _ in 0..COPIES {
            if step.kind == StepKind::Input {
                return Some(step);
            }
            let formula = step.formula.as_ref().filter(|_| step.rounding.is_none())?;
            if matches!(formula.node, Node::Constant) {
                return Some(step);
            }
            step = self.target(handed_on(formula))?;
        }
        None
    }

    /// A value, as a percentage where it is one for the table that reads it.
    fn value(&self, value: Option<&Amount>, percent: bool) -> Shown {
        match value {
            Some(value) if percent => shown(Some(&as_percent(value)), self.glyphs),
            value => shown(value, self.glyphs),
        }
    }

    /// The value of a formula.
    fn value_of(&self, formula: &'a Formula) -> Shown {
        let step = self.target(formula);
        let percent = step.is_some_and(|step| self.percents.contains(step.id.as_str()));
        self.value(formula.value.as_ref(), percent)
    }

    /// The step a formula reads, where it does nothing else.
    fn target(&self, formula: &Formula) -> Option<&'a Step> {
        match &formula.node {
            Node::Step { step } | Node::Version { step: Some(step), .. } => self.at(step),
            _ => None,
        }
    }
}

/// The formula whose value this one has, unchanged.
fn handed_on(formula: &Formula) -> &Formula {
    match &formula.node {
        Node::Default { value, instead: None } => value,
        Node::Convert { amount, rates, .. } if rates.is_empty() && unit(amount) == unit(formula) => amount,
        _ => formula,
    }
}

fn unit(formula: &Formula) -> Option<&str> {
    formula.value.as_ref().map(|value| value.unit.as_str())
}

/// For a value on the first rows of a group: `, first 5 of 14`.
fn first_rows(step: &Step) -> String {
    match step.first {
        Some((first, of)) if first < of => format!(", first {first} of {of}"),
        _ => String::new(),
    }
}

/// The cell or the line a step comes from.
fn place_of(step: &Step) -> Note {
    match (&step.data, &step.plan) {
        (Some(cell), _) => {
            let place = format!("{}:{}", clean(&cell.file), cell.row);
            Note::place(place, clean(&cell.column))
        }
        (None, Some(place)) => Note::place(plan_line(place), ""),
        (None, None) => Note::default(),
    }
}

/// `ae_2026.plan:58`.
fn plan_line(place: &PlanPlace) -> String {
    format!("{}:{}", clean(&place.file), place.line)
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "positions in short lists")]
mod tests;
