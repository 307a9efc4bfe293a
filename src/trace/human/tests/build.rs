//! Builds traces by hand: each formula computes its own value, exactly.

use crate::step::{
    Amount, Band, DataCell, FORMAT, Formula, KeyPart, Member, Node, PlanPlace, Rounded, Step, StepKind, Trace,
};
use crate::value::{Exact, Rounding};

pub(super) fn amount(text: &str, unit: &str) -> Amount {
    Amount::new(text.to_owned(), unit.to_owned())
}

pub(super) fn key(parts: &[(&str, &str)]) -> Vec<KeyPart> {
    parts.iter().map(|(part, value)| KeyPart { part: (*part).to_owned(), value: (*value).to_owned() }).collect()
}

pub(super) fn constant(text: &str, value: &str, unit: &str) -> Formula {
    formula(text, Some(amount(value, unit)), Node::Constant)
}

pub(super) fn formula(text: &str, value: Option<Amount>, node: Node) -> Formula {
    Formula { text: text.to_owned(), value, node }
}

pub(super) fn missing(text: &str) -> Formula {
    formula(text, None, Node::Missing)
}

pub(super) fn exact(formula: &Formula) -> Exact {
    Exact::parse(&formula.value.as_ref().unwrap().text).unwrap()
}

/// An operation with its value and the given unit.
pub(super) fn op(op: &str, text: &str, unit: &str, operands: Vec<Formula>) -> Formula {
    let value = |i: usize| exact(&operands[i]);
    let yes = |holds: bool| if holds { "yes" } else { "no" }.to_owned();
    let text_of = match op {
        "plus" => value(0).plus(&value(1)).to_string(),
        "minus" => value(0).minus(&value(1)).to_string(),
        "times" | "of" => value(0).times(&value(1)).to_string(),
        "over" => value(0).over(&value(1)).unwrap().to_string(),
        "minimum" => value(0).min(value(1)).to_string(),
        "maximum" => value(0).max(value(1)).to_string(),
        "greater_or_equal" => yes(value(0) >= value(1)),
        "greater" => yes(value(0) > value(1)),
        "equal" => yes(operands[0].value.as_ref().unwrap().text == operands[1].value.as_ref().unwrap().text),
        other => panic!("no {other} here"),
    };
    let node = Node::operation(op, operands);
    formula(text, Some(amount(&text_of, unit)), node)
}

/// A choice, decided by its condition.
pub(super) fn choice(text: &str, condition: Formula, taken: Formula, not_taken: &str) -> Formula {
    let value = taken.value.clone();
    let then = condition.value.as_ref().unwrap().text == "yes";
    let node = Node::If {
        condition: Box::new(condition),
        then,
        taken: Some(Box::new(taken)),
        not_taken: not_taken.to_owned(),
    };
    formula(text, value, node)
}

pub(super) fn default(text: &str, value: Formula, instead: Option<Formula>) -> Formula {
    let result = instead.as_ref().unwrap_or(&value).value.clone();
    let node = Node::Default { asked: Box::new(value), instead: instead.map(Box::new) };
    formula(text, result, node)
}

pub(super) fn member(key: Vec<KeyPart>, value: Option<Formula>) -> Member {
    Member { key, date: None, group: Vec::new(), conditions: Vec::new(), place: None, value }
}

/// A sum over steps.
pub(super) fn sum(text: &str, unit: &str, members: Vec<(Vec<KeyPart>, Formula)>) -> Formula {
    let total = members.iter().fold(Exact::zero(), |sum, (_, value)| sum.plus(&exact(value)));
    let node = Node::Aggregate {
        op: "sum".to_owned(),
        considered: u32::try_from(members.len()).unwrap(),
        members: members.into_iter().map(|(key, value)| member(key, Some(value))).collect(),
        left_out: Vec::new(),
        list: None,
        window: None,
        team: None,
    };
    formula(text, Some(amount(&total.to_string(), unit)), node)
}

/// A marginal table from 0.
pub(super) fn marginal(text: &str, input: Formula, line: u32, rows: &[(&str, &str, &str)]) -> Formula {
    let value = exact(&input);
    let bounds: Vec<Exact> = rows.iter().map(|(_, from, _)| Exact::parse(from).unwrap()).collect();
    let mut total = Exact::zero();
    let mut bands = Vec::new();
    for (index, (row, _, rate)) in rows.iter().enumerate() {
        let end = bounds.get(index + 1).map_or(value.clone(), |end| end.clone().min(value.clone()));
        let part = end.minus(&bounds[index]);
        let taken = !part.is_negative() && !part.is_zero();
        let gives = part.times(&Exact::parse(rate).unwrap());
        if taken {
            total = total.plus(&gives);
        }
        bands.push(Band {
            row: (*row).to_owned(),
            start: None,
            above: false,
            values: Vec::new(),
            plan: place(line + u32::try_from(index).unwrap()),
            rate: amount(rate, "number"),
            taken,
            part: taken.then(|| amount(&part.to_string(), "number")),
            gives: taken.then(|| amount(&gives.to_string(), "number")),
            data: None,
        });
    }
    let node = Node::Table {
        table: text.split('(').next().unwrap().to_owned(),
        kind: "marginal".to_owned(),
        chosen: Vec::new(),
        input: Box::new(input),
        bands,
        line: None,
    };
    formula(text, Some(amount(&total.to_string(), "number")), node)
}

pub(super) fn place(line: u32) -> PlanPlace {
    PlanPlace { file: "comp.plan".to_owned(), line, column: 1 }
}

/// A trace in the making.
#[derive(Default)]
pub(super) struct Book {
    steps: Vec<Step>,
}

/// What a definition has besides its formula.
pub(super) struct Def<'a> {
    pub(super) word: &'a str,
    pub(super) name: &'a str,
    pub(super) line: u32,
    /// The places it is rounded to; none for an exact one.
    pub(super) places: Option<u8>,
    pub(super) unit: &'a str,
    pub(super) first: Option<(u32, u32)>,
}

impl<'a> Def<'a> {
    pub(super) fn new(word: &'a str, name: &'a str, line: u32, places: Option<u8>, unit: &'a str) -> Def<'a> {
        Def { word, name, line, places, unit, first: None }
    }

    pub(super) fn first(self, first: u32, of: u32) -> Def<'a> {
        Def { first: Some((first, of)), ..self }
    }
}

impl Book {
    /// A cell, as the formula that reads it.
    pub(super) fn input(
        &mut self,
        text: &str,
        row_key: &[KeyPart],
        value: Amount,
        (file, row, column): (&str, u64, &str),
    ) -> Formula {
        self.push(Step {
            id: String::new(),
            kind: StepKind::Input,
            name: text.rsplit('.').next().unwrap().to_owned(),
            word: file.trim_end_matches(".csv").to_owned(),
            key: row_key.to_vec(),
            first: None,
            conditions: Vec::new(),
            value: Some(value),
            rounding: None,
            formula: None,
            plan: None,
            data: Some(DataCell { file: file.to_owned(), row, column: column.to_owned() }),
        })
        .named(text)
    }

    /// A definition, rounded half up, as the formula that reads it.
    pub(super) fn define(&mut self, def: &Def<'_>, row_key: &[KeyPart], formula: Formula) -> Formula {
        let mut rounding = None;
        let value = formula.value.as_ref().map(|value| {
            let number = Exact::parse(&value.text);
            let (Some(number), Some(places)) = (number, def.places) else {
                return amount(&value.text, def.unit);
            };
            let rounded = number.rounded(places, Rounding::HalfUp);
            if rounded != number {
                rounding = Some(Rounded { exact: number.to_string(), places, mode: "half up".to_owned() });
            }
            amount(&rounded.to_string(), def.unit)
        });
        let kind = match def.word {
            "credit" => StepKind::Credit,
            _ => StepKind::Formula,
        };
        self.push(Step {
            id: String::new(),
            kind,
            name: def.name.to_owned(),
            word: def.word.to_owned(),
            key: row_key.to_vec(),
            conditions: Vec::new(),
            first: def.first,
            value,
            rounding,
            formula: Some(formula),
            plan: Some(place(def.line)),
            data: None,
        })
    }

    fn push(&mut self, step: Step) -> Formula {
        let step = step.sealed();
        let read = formula(&step.name, step.value.clone(), Node::Step { step: step.id.clone(), at: None });
        if !self.steps.contains(&step) {
            self.steps.push(step);
        }
        read
    }

    pub(super) fn trace(self, root: &Formula) -> Trace {
        Trace { format: FORMAT, plan: "comp".to_owned(), root: id(root), steps: self.steps }
    }
}

/// The step a formula reads.
pub(super) fn id(formula: &Formula) -> String {
    match &formula.node {
        Node::Step { step, .. } => step.clone(),
        other => panic!("{other:?} reads no step"),
    }
}

impl Formula {
    /// The same under other words.
    pub(super) fn named(mut self, text: &str) -> Formula {
        self.text = text.to_owned();
        self
    }
}
