//! The steps of a trace as rows: the step asked for first, and each other once, in the order in which they are used.

use std::collections::{BTreeMap, BTreeSet};

use super::expr::{Expr, Part, Row, all, excel, while_so};
use super::inputs::Inputs;
use super::rounding::rounded;
use super::roundings::Roundings;
use super::rows::{Content, How, Line, Lines, Look, VALUE};
use super::values::{Kind, Written, inexact, kind, literal, sound_decimals};
use crate::step::{Amount, Formula, KeyPart, Node, Step, StepKind, Trace};
use crate::trace::human::{glyphs::clean, keys};

/// Where an operand is written: in a row of its own so deep, or within the formula that uses it.
pub(super) type At = Option<u8>;

/// Something that is not computed live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FixedNote {
    pub(super) row: Row,
    pub(super) what: String,
    pub(super) why: &'static str,
}

/// Where the rows of a list stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ListRows {
    pub(super) first: Row,
    /// The cell that says whether they stand in the order of the run.
    pub(super) order: Option<Row>,
}

/// The workbook as it grows.
pub(super) struct Walk<'a> {
    pub(super) steps: Vec<&'a Step>,
    index: BTreeMap<&'a str, usize>,
    /// The days and currencies of each row, by its key: what decides which other rows count with it.
    pub(super) facts: BTreeMap<String, Vec<usize>>,
    roundings: &'a Roundings,
    pub(super) lines: Lines,
    pub(super) inputs: Inputs,
    /// The rows of steps.
    pub(super) heads: BTreeMap<usize, Row>,
    pub(super) lists: BTreeMap<usize, ListRows>,
    /// The steps that the one being written uses, in order of use.
    wanted: Vec<usize>,
    /// The step being written.
    pub(super) step: &'a Step,
    pub(super) number: usize,
    /// Whether what is being written is not live, and why.
    pub(super) fixed: Option<&'static str>,
    /// Whether what is being written has to be computed over all cells of ranges at once.
    pub(super) array: bool,
    /// Whether a row of the block being written may cease to count.
    pub(super) counting: bool,
    pub(super) notes: Vec<FixedNote>,
}

impl<'a> Walk<'a> {
    /// All rows of a trace; none where it does not hold the step it is about.
    pub(super) fn all(trace: &'a Trace, roundings: &'a Roundings) -> Option<Walk<'a>> {
        let steps: Vec<&Step> = trace.steps.iter().collect();
        let index: BTreeMap<&str, usize> = steps.iter().enumerate().map(|(at, step)| (step.id.as_str(), at)).collect();
        let root = *index.get(trace.root.as_str())?;
        let mut facts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, step) in steps.iter().enumerate() {
            if step.value.as_ref().is_some_and(|value| matches!(value.unit.as_str(), "date" | "currency"))
                && step.kind != StepKind::List
            {
                facts.entry(key_text(&step.key)).or_default().push(at);
            }
        }
        let mut walk = Walk {
            step: steps.get(root).copied()?,
            number: root,
            steps,
            index,
            facts,
            roundings,
            lines: Lines::default(),
            inputs: Inputs::default(),
            heads: BTreeMap::new(),
            lists: BTreeMap::new(),
            wanted: Vec::new(),
            fixed: None,
            array: false,
            counting: false,
            notes: Vec::new(),
        };
        walk.sections(root);
        Some(walk)
    }

    fn sections(&mut self, root: usize) {
        let mut known = BTreeSet::new();
        let mut todo = vec![root];
        while let Some(at) = todo.pop() {
            if !known.insert(at) {
                continue;
            }
            let Some(step) = self.steps.get(at).copied() else { continue };
            (self.step, self.number) = (step, at);
            self.section(step, at);
            let wanted = std::mem::take(&mut self.wanted);
            todo.extend(wanted.into_iter().rev().filter(|at| !known.contains(at)));
        }
    }

    /// A step and what it was computed from.
    fn section(&mut self, step: &'a Step, at: usize) {
        let title = format!("{}{}{}", clean(&step.name), keys::title(&step.key), first_rows(step));
        let place =
            step.plan.as_ref().map_or_else(String::new, |place| format!("{}:{}", clean(&place.file), place.line));
        let row = self.lines.push(Line {
            look: Look::Head,
            label: title,
            value: step.value.clone(),
            // A list without a value says whether its rows stand in their order.
            was: (step.kind == StepKind::List && step.value.is_none()).then_some(Written::Truth(true)),
            valued: step.kind != StepKind::List || step.value.is_some(),
            words: step.formula.as_ref().map_or_else(String::new, |formula| clean(&formula.text)),
            place,
            ..Line::default()
        });
        self.heads.insert(at, row);
        let Some(formula) = &step.formula else {
            self.lines.change(row, |line| line.content = Content::Formula(literal(step.value.as_ref())));
            return;
        };
        let value = self.rounded(step, formula);
        let tests: Vec<Expr> = step.conditions.iter().filter_map(|condition| self.test(condition)).collect();
        self.set(row, while_so(tests, value));
    }

    /// The value of a step, brought to its places. What it was before stands in a row of its own where that is
    /// another number.
    fn rounded(&mut self, step: &'a Step, formula: &'a Formula) -> Expr {
        let number = formula.value.as_ref().filter(|value| kind(value) == Kind::Number);
        let (Some((places, mode)), Some(value)) = (self.roundings.at(step), number) else {
            return self.content(formula, Some(1));
        };
        let sound = sound_decimals(&[value]);
        if step.rounding.is_none() && mode != "half even" {
            let exact = self.content(formula, Some(1));
            if !self.array {
                return rounded(&exact, places, mode, sound);
            }
            self.array = false;
            let row = self.row(formula, 1, "before rounding");
            self.lines.change(row, |line| line.content = Content::Array(exact));
            return rounded(&Expr::of(Part::Cell(row, VALUE)), places, mode, sound);
        }
        let row = self.row(formula, 1, "before rounding");
        let exact = self.content(formula, Some(2));
        self.set(row, exact);
        let words = format!("rounded {mode} to {places} places");
        self.lines.change(row, |line| line.note = format!("{words}; {}", line.note).trim_end_matches("; ").to_owned());
        rounded(&Expr::of(Part::Cell(row, VALUE)), places, mode, sound)
    }

    /// A row for a formula, still without its content.
    pub(super) fn row(&mut self, formula: &Formula, depth: u8, label: &str) -> Row {
        let own = match &formula.node {
            _ if !label.is_empty() => label.to_owned(),
            _ if !formula.text.is_empty() => clean(&formula.text),
            Node::Step { step, .. } => self.find(step).map_or_else(String::new, |(step, _)| clean(&step.name)),
            Node::Operation { op, .. } => op.replace('_', " "),
            _ => "value".to_owned(),
        };
        let mut line = Line { depth, label: own, value: formula.value.clone(), valued: true, ..Line::default() };
        line.note = formula.value.as_ref().and_then(inexact).map_or_else(String::new, |text| format!("exactly {text}"));
        if let Node::Step { step, .. } | Node::Version { step: Some(step), .. } = &formula.node {
            line.place = self.find(step).map_or_else(String::new, |(step, _)| source(step));
        }
        self.lines.push(line)
    }

    /// Writes the content of a row, and whether it is live.
    pub(super) fn set(&mut self, row: Row, expr: Expr) {
        let array = std::mem::take(&mut self.array);
        let fixed = self.fixed.take();
        let mut what = String::new();
        self.lines.change(row, |line| {
            what.clone_from(&line.label);
            line.content = if array { Content::Array(expr) } else { Content::Formula(expr) };
            line.how = if fixed.is_some() { How::Fixed } else { How::Live };
        });
        if let Some(why) = fixed {
            self.notes.push(FixedNote { row, what, why });
        }
    }

    /// An operand: a row of its own, or within the formula.
    pub(super) fn operand(&mut self, formula: &'a Formula, at: At) -> Expr {
        self.labelled(formula, at, "")
    }

    /// An operand whose row is called by these words.
    pub(super) fn labelled(&mut self, formula: &'a Formula, at: At, label: &str) -> Expr {
        let needs_rows = matches!(
            formula.node,
            Node::Aggregate { .. }
                | Node::Ordered { .. }
                | Node::Pooled { .. }
                | Node::Days { .. }
                | Node::Table { .. }
        );
        let number = formula.value.as_ref().is_none_or(|value| kind(value) == Kind::Number);
        let depth = match at {
            _ if formula.node.is_fact() && !number => return self.content(formula, None),
            Some(depth) => depth,
            None if needs_rows => 2,
            None => return self.content(formula, None),
        };
        let row = self.row(formula, depth, label);
        let outer = self.fixed.take();
        let content = self.content(formula, Some(depth.saturating_add(1)));
        self.set(row, content);
        self.fixed = outer;
        Expr::of(Part::Cell(row, VALUE))
    }

    /// A step by its id.
    pub(super) fn find(&self, id: &str) -> Option<(&'a Step, usize)> {
        let at = *self.index.get(id)?;
        Some((self.steps.get(at).copied()?, at))
    }

    /// The cell of a step as it is, which may be empty.
    pub(super) fn raw(&mut self, id: &str) -> Expr {
        match self.find(id) {
            Some((step, _)) if step.kind == StepKind::Input => Expr::of(Part::Input(self.inputs.data(step))),
            Some((_, at)) => {
                self.wanted.push(at);
                Expr::of(Part::Step(at))
            }
            None => Expr::unknown(),
        }
    }

    /// Asks for the rows of a step.
    pub(super) fn want(&mut self, id: &str) -> Option<(&'a Step, usize)> {
        let found = self.find(id)?;
        self.wanted.push(found.1);
        Some(found)
    }

    /// The value of a step. A cell of the data that was there and is emptied counts as unknown, not as 0.
    pub(super) fn step_value(&mut self, id: &str) -> Expr {
        let raw = self.raw(id);
        match self.find(id) {
            Some((step, _)) if step.kind == StepKind::Input => {
                let instead = if step.value.is_some() { Expr::unknown() } else { Expr::blank() };
                excel("IF([0]=\"\",{1},{0})", &[&raw, &instead])
            }
            _ => raw,
        }
    }

    /// Whether a condition holds; none where it always does.
    pub(super) fn test(&mut self, condition: &'a Formula) -> Option<Expr> {
        let test = self.operand(condition, None);
        (!test.is("TRUE")).then_some(test)
    }

    /// Whether a value is that of the run; none where it cannot be another.
    pub(super) fn unchanged(&mut self, formula: &'a Formula) -> Option<Expr> {
        let outer = self.fixed.take();
        let expr = match &formula.node {
            Node::Step { step, .. } if formula.value.is_none() => self.raw(step),
            _ => self.operand(formula, None),
        };
        self.fixed = outer;
        if expr.is_constant() { None } else { Some(is_still(&expr, formula.value.as_ref())) }
    }

    /// The value of the run, as long as all that the formula rests on is that of the run.
    pub(super) fn as_in_run(&mut self, formula: &'a Formula, why: &'static str) -> Expr {
        let mut tests: Vec<Expr> = Vec::new();
        let rests_on: Vec<&'a Formula> = [formula.node.operands(), formula.node.deciders()].concat();
        for operand in rests_on {
            tests.extend(self.unchanged(operand));
        }
        if !tests.is_empty() {
            self.fixed = Some(why);
        }
        while_so(tests, literal(formula.value.as_ref()))
    }

    /// The key at which a step is read: it is another step's value where that changes.
    pub(super) fn at_key(&mut self, at: &'a [Formula], value: Expr) -> Expr {
        let tests = at.iter().filter_map(|part| self.unchanged(part)).collect();
        while_so(tests, value)
    }
}

/// Whether a cell still has a value.
pub(super) fn is_still(expr: &Expr, value: Option<&Amount>) -> Expr {
    let was = literal(value);
    match value.map(kind) {
        None => excel("[0]=\"\"", &[expr]),
        Some(Kind::Truth | Kind::Date) => excel("[0]=[1]", &[expr, &was]),
        Some(Kind::Text) => excel("EXACT({0},{1})", &[expr, &was]),
        Some(Kind::Number) => {
            let sound = value.map_or(1, |value| sound_decimals(&[value])).saturating_sub(2).max(1);
            excel(&format!("ROUND([0]-[1],{sound})=0"), &[expr, &was])
        }
    }
}

/// The value where all of these hold, and else another one.
pub(super) fn where_all(tests: Vec<Expr>, value: &Expr, other: &Expr) -> Expr {
    match all(tests) {
        Some(test) => excel("IF({0},{1},{2})", &[&test, value, other]),
        None => value.clone(),
    }
}

/// For a value on the first rows of a group: `, first 5 of 14`.
fn first_rows(step: &Step) -> String {
    step.first.map_or_else(String::new, |(first, of)| format!(", first {first} of {of}"))
}

/// The cell or the line a step comes from.
fn source(step: &Step) -> String {
    match (&step.data, &step.plan) {
        (Some(cell), _) => format!("{}, row {}, {}", clean(&cell.file), cell.row, clean(&cell.column)),
        (None, Some(place)) => format!("{}:{}", clean(&place.file), place.line),
        (None, None) => "another plan".to_owned(),
    }
}

/// A key as one text.
pub(super) fn key_text(key: &[KeyPart]) -> String {
    key.iter().map(|part| format!("{}\u{1f}{}\u{1f}", part.part, part.value)).collect()
}
