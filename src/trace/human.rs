//! A trace as a page: the value asked for, the formula with its operands beneath, and each
//! definition it rests on opened once, in the order of first use.

pub(super) mod amounts;
mod bands;
mod case;
mod conditions;
mod days;
mod elsewhere;
mod fit;
pub(super) mod glyphs;
pub(super) mod keys;
mod members;
mod note;
mod ordered;
mod page;
mod percents;
pub(super) mod rows;
mod shares;
mod unfold;

use std::collections::{BTreeMap, BTreeSet};

use crate::step::{Amount, Formula, KeyPart, Node, PlanPlace, Step, StepKind, Trace};

pub use self::conditions::deciding;

use self::amounts::{Shown, as_percent, before_rounding, short_fraction, shown, shown_places};
use self::glyphs::{Glyphs, clean, counted};
use self::note::Note;
use self::page::{Head, Line, Row, draw};
use self::shares::Shares;

/// How far a value is followed through definitions that only hand it on.
const COPIES: usize = 8;

/// No page is opened deeper to fit on a screen.
const DEEPEST: usize = 12;

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
    /// The lines of the screen: unless told how deep, only so many levels are opened as fit on it.
    pub lines: Option<usize>,
    /// How the command that explains other values begins, for those of other plans.
    pub ask: Option<Ask>,
}

/// What a command that explains a value of the same run says first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The run folder, as a shell takes it, and the folder with its data where it does not hold them.
    pub run: String,
    /// The record of the people, whose keys `--person` gives.
    pub people: String,
}

impl Default for HumanOptions {
    fn default() -> Self {
        Self { colour: false, width: 100, unicode: true, depth: None, full: false, lines: None, ask: None }
    }
}

/// The trace as a page for people.
pub fn human(trace: &Trace, options: &HumanOptions) -> String {
    let trace = &unfold::unfolded(trace);
    let whole = drawn(trace, options);
    let Some(most) = options.lines.filter(|_| options.depth.is_none() && !options.full) else { return whole };
    let fits = |page: &String| page.lines().count() < most;
    if fits(&whole) {
        return whole;
    }
    let at = |depth| drawn(trace, &HumanOptions { depth: Some(depth), ..options.clone() });
    (1..DEEPEST).map(at).take_while(fits).last().unwrap_or_else(|| at(1))
}

/// The page as deep as it is asked for.
fn drawn(trace: &Trace, options: &HumanOptions) -> String {
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
        percents: percents::percents(trace),
        lists: BTreeSet::new(),
        again: false,
        wanted: Vec::new(),
    };
    walk.all(Block::Step(root, String::new()));
    walk.rest(trace);
    walk.foot(trace);
    walk.elsewhere(trace);
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
    /// What has been shared out above, with all who received of it.
    lists: BTreeSet<String>,
    /// Whether what is written now are first rows of lists that stand in full above.
    again: bool,
    /// What the block being written wants opened, in order of use.
    wanted: Vec<Block<'a>>,
}

impl<'a> Walk<'a> {
    /// A block and all below it, each followed by those it uses. A trace may be deeper than the stack, so what
    /// is left to do is kept beside it.
    fn all(&mut self, block: Block<'a>) {
        let mut todo = vec![(block, 0_usize)];
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
            self.window(formula, 4);
            self.body(formula, 4, &step.key);
        }
        self.rounding(step);
        self.conditions(step);
    }

    /// With nothing folded, also what no row has asked to be opened: what decided an order, the earlier rows of a
    /// share, and the cells of the data that only decided something.
    fn rest(&mut self, trace: &'a Trace) {
        if !self.options.full || self.options.depth.is_some() {
            return;
        }
        for step in trace.steps.iter().rev().filter(|step| step.kind != StepKind::Input) {
            if !self.is_told(step) {
                self.again = !first_rows(step).is_empty();
                self.all(Block::Step(step, String::new()));
            }
        }
        self.again = false;
        let mut gap = Some(Line::Blank);
        for step in &trace.steps {
            if !self.seen.contains(step.id.as_str()) {
                self.lines.extend(gap.take());
                self.step(step, "");
            }
        }
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

    /// Whether a row or a block says all there is to a step. A share that a table of shares shows is its row there.
    fn is_told(&self, step: &'a Step) -> bool {
        let seen = self.seen.contains(step.id.as_str());
        let share = step.formula.as_ref().is_some_and(|formula| members::increase(formula).is_some());
        seen && (share || self.opened.contains(step.id.as_str()) || !self.is_more(step))
    }

    /// Says how much of the trace the page leaves out.
    fn foot(&mut self, trace: &Trace) {
        let hidden = trace.steps.iter().filter(|step| !self.seen.contains(step.id.as_str())).count();
        if hidden > 0 {
            let how = match (self.options.full, self.options.depth) {
                (_, None) => "--full opens them",
                (false, Some(_)) if self.options.lines.is_some() => "--depth 9 opens more, --full all of them",
                (false, Some(_)) => "--full without --depth opens them",
                (true, Some(_)) => "without --depth they are opened",
            };
            let words = format!("{} of this trace not shown; {how}", counted(hidden, "more step"));
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
        let chain = self.chain(step);
        self.seen.insert(&step.id);
        if let Some((end, _)) = chain.as_deref().and_then(|chain| chain.split_last()) {
            self.seen.extend(chain.iter().flatten().map(|step| step.id.as_str()));
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
    fn is_more(&self, step: &'a Step) -> bool {
        step.kind != StepKind::Input && self.copied(step).is_none()
    }

    /// The input or the constant whose value a step only hands on.
    fn copied(&self, step: &'a Step) -> Option<&'a Step> {
        self.chain(step)?.last().copied()
    }

    /// The steps through which the value of an input or a constant is handed on to a step; the last one is that.
    fn chain(&self, step: &'a Step) -> Option<Vec<&'a Step>> {
        let mut chain = vec![step];
        for _ in 0..COPIES {
            let step = *chain.last()?;
            if step.kind == StepKind::Input {
                return Some(chain);
            }
            let formula = step.formula.as_ref().filter(|_| step.rounding.is_none())?;
            if formula.node.is_fact() {
                return Some(chain);
            }
            chain.push(self.target(handed_on(formula))?);
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
            Node::Step { step, .. } | Node::Version { step: Some(step), .. } => self.at(step),
            _ => None,
        }
    }
}

/// A value as a page shows it, with its unit.
pub fn value_words(value: Option<&Amount>, unicode: bool) -> String {
    let shown = shown(value, Glyphs { unicode });
    match shown.long_unit.as_str() {
        "" => shown.text(),
        unit => format!("{} {unit}", shown.text()),
    }
}

/// A row as a page names it in a title: ` of Person p36 in month 2026-02`.
pub fn row_title(key: &[KeyPart]) -> String {
    keys::title(key)
}

/// A row as a page names it, without what it has in common with another one: ` of primary D-0046`.
pub fn row_beyond(key: &[KeyPart], other: &[KeyPart]) -> String {
    let words = keys::listed(key, other);
    if key == other || words.is_empty() { String::new() } else { format!(" of {words}") }
}

/// The formula whose value this one has, unchanged.
fn handed_on(formula: &Formula) -> &Formula {
    match &formula.node {
        Node::Default { asked, instead: None } => asked,
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
        (None, None) => {
            Note::remark(elsewhere::plan_of(step).map_or_else(String::new, |(plan, _)| format!("plan {plan}")))
        }
    }
}

/// `ae_2026.plan:58`.
fn plan_line(place: &PlanPlace) -> String {
    format!("{}:{}", clean(&place.file), place.line)
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "positions in short lists")]
mod tests;
