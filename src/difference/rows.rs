//! The rows that count on each side, beside each other.

use std::collections::BTreeMap;

use super::book::Book;
use super::model::{Evidence, Kind};
use super::split::{Formulas, Splitter, difference, of_step};
use super::values::{Both, measured};
use crate::step::{DataCell, Formula, KeyPart, LeftOut, Member, Node, Placed, Receiver, Step};
use crate::value::Exact;

/// A row of an aggregate.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub key: &'a [KeyPart],
    pub value: Option<&'a Formula>,
    pub conditions: &'a [Formula],
    pub group: &'a [Formula],
}

/// The rows of both sides.
pub(super) struct Rows<'a> {
    pub both: Vec<Both<Row<'a>>>,
    pub went: Vec<Row<'a>>,
    pub came: Vec<Row<'a>>,
}

/// The rows of one side.
pub(super) struct Found<'a> {
    pub rows: Vec<Row<'a>>,
    pub left_out: &'a [LeftOut],
}

impl<'a> Splitter<'a, '_> {
    /// The rows that count, of the list of a group those up to the place of this step.
    pub(super) fn found(&self, formulas: Formulas<'a>, asked: bool) -> Option<Found<'a>> {
        let (book, step) = (*self.books.side(asked), *self.here.side(asked));
        match &formulas.side(asked).node {
            Node::Aggregate { list: Some(list), .. } => {
                let (first, _) = step.first?;
                let Node::Aggregate { members, left_out, .. } = &book.step(list)?.formula.as_ref()?.node else {
                    return None;
                };
                let up_to = members.iter().filter(|member| member.place.is_some_and(|place| place <= first));
                Some(Found { rows: up_to.map(Row::of).collect(), left_out })
            }
            Node::Aggregate { members, left_out, .. } => {
                Some(Found { rows: members.iter().map(Row::of).collect(), left_out })
            }
            Node::Ordered { list: Some(list), place, before, .. } => {
                let Node::Ordered { members, left_out, .. } = &book.step(list)?.formula.as_ref()?.node else {
                    return None;
                };
                let count = (*place)?.saturating_sub(u32::from(*before)) as usize;
                let up_to = members.iter().take(count).filter(|member| member.taken);
                Some(Found { rows: up_to.map(Row::placed).collect(), left_out })
            }
            Node::Ordered { members, left_out, .. } => {
                let taken = members.iter().filter(|member| member.taken);
                Some(Found { rows: taken.map(Row::placed).collect(), left_out })
            }
            _ => None,
        }
    }

    /// Rows of one key beside each other. What the question itself tells apart, the person or the period of the row that
    /// is asked about, counts as one.
    pub(super) fn beside(&self, found: &Both<Found<'a>>) -> Rows<'a> {
        let mut known: BTreeMap<Vec<KeyPart>, Vec<Row<'a>>> = BTreeMap::new();
        for row in found.against.rows.iter().rev() {
            known.entry(own(row.key, &self.here.against.key)).or_default().push(*row);
        }
        let (mut both, mut came) = (Vec::new(), Vec::new());
        for asked in &found.asked.rows {
            match known.get_mut(&own(asked.key, &self.here.asked.key)).and_then(Vec::pop) {
                Some(against) => both.push(Both { against, asked: *asked }),
                None => came.push(*asked),
            }
        }
        Rows { both, went: known.into_values().flatten().collect(), came }
    }

    /// A row of one side alone: what turned it away on the other, where that is told; else the row itself.
    pub(super) fn one_sided(&mut self, row: &Row<'a>, found: &Both<Found<'a>>, asked: bool, part: &Exact) {
        if part.is_zero() {
            return;
        }
        let other = found.side(!asked);
        let key = own(row.key, &self.here.side(asked).key);
        let turned = other.left_out.iter().find(|out| own(&out.key, &self.here.side(!asked).key) == key);
        let met = turned.and_then(|out| {
            let met = row.conditions.iter().find(|condition| condition.text == out.condition.text)?;
            let (against, now, of) = match asked {
                true => (&out.condition, met, row.key),
                false => (met, &out.condition, out.key.as_slice()),
            };
            Some((deciding(Both { against, asked: now }), of))
        });
        if let Some((conditions, of)) = met.filter(|(conditions, _)| !difference(*conditions).is_zero()) {
            let holds = if asked { "holds" } else { "does not hold" };
            self.remark(format!("`{}` {holds} for {}", conditions.asked.text, key_words(of)));
            return self.give(conditions, part);
        }
        let (name, evidence) = self.of_row(row, asked);
        let sides = if asked { (None, Some(evidence)) } else { (Some(evidence), None) };
        self.cause(Kind::Row, &name, Both { against: sides.0, asked: sides.1 }, part.clone());
    }

    /// A row of the data, or a definition in a row that the plan makes: of a person in a month, say.
    fn of_row(&self, row: &Row<'a>, asked: bool) -> (String, Evidence) {
        if let ([_, _, ..], Some(Formula { node: Node::Step { step, .. }, .. })) = (row.key, row.value)
            && let Some(step) = self.books.side(asked).step(step)
        {
            return (step.name.clone(), Evidence { value: None, text: String::new(), ..of_step(step) });
        }
        let name = row.key.iter().map(|part| part.part.as_str()).collect::<Vec<&str>>().join(", ");
        let cell = self.cell_of(row, asked);
        let data = cell.and_then(|cell| cell.data.clone()).map(|data| DataCell { column: String::new(), ..data });
        let of_data = cell.map(|cell| cell.key.clone()).unwrap_or_default();
        (name, Evidence { key: row.key.to_vec(), row: of_data, data, ..Evidence::default() })
    }

    /// A cell of the row of the data that a row is, or that a credit is of.
    fn cell_of(&self, row: &Row<'a>, asked: bool) -> Option<&'a Step> {
        let book: &Book<'a> = self.books.side(asked);
        let here = &self.here.side(asked).key;
        let formulas = row.group.iter().chain(row.value).chain(row.conditions);
        let ids = formulas.flat_map(Formula::uses).collect::<Vec<String>>();
        let own = row.key.first()?;
        if own.part == "Credit" {
            // Known by its rule, the row that is credited, its part and its person.
            let source = items(&own.value).into_iter().nth(1)?;
            let of_person = |step: &Step| here.iter().any(|part| part.part == step.word);
            return book
                .cell(ids, |step| !of_person(step) && matches!(step.key.as_slice(), [part] if part.value == source));
        }
        book.cell(ids, |step| step.key.as_slice() == row.key)
    }
}

impl Found<'_> {
    pub fn nothing() -> Self {
        Found { rows: Vec::new(), left_out: &[] }
    }
}

impl<'a> Row<'a> {
    pub fn of(member: &'a Member) -> Row<'a> {
        Row { key: &member.key, value: member.value.as_ref(), conditions: &member.conditions, group: &member.group }
    }

    pub fn placed(member: &'a Placed) -> Row<'a> {
        Row { key: &member.key, value: member.value.as_ref(), conditions: &member.conditions, group: &member.group }
    }

    pub fn receiving(receiver: &'a Receiver) -> Row<'a> {
        Row { key: &receiver.key, value: receiver.weight.as_ref(), conditions: &[], group: &receiver.group }
    }

    pub fn valued(&self) -> Option<Exact> {
        measured(self.value?.value.as_ref())
    }

    /// What it adds to a sum.
    pub fn number(&self) -> Exact {
        self.valued().unwrap_or_else(Exact::zero)
    }

    /// What it weighs: without a weight, all weigh 1.
    pub fn weight(&self) -> Exact {
        if self.value.is_some() { self.number() } else { Exact::one() }
    }
}

/// Of whether a definition has its row, the condition of its `where` that is not yes on one side, where the other side has it too;
/// any other condition itself.
pub(super) fn deciding(formulas: Formulas<'_>) -> Formulas<'_> {
    let (Node::Present { conditions: one }, Node::Present { conditions: other }) =
        (&formulas.against.node, &formulas.asked.node)
    else {
        return formulas;
    };
    let pairs = one.iter().filter_map(|against| {
        let asked = other.iter().find(|asked| asked.text == against.text)?;
        Some(Both { against, asked })
    });
    pairs.into_iter().find(|pair| !difference(*pair).is_zero()).unwrap_or(formulas)
}

/// A key with those of its parts blank that are parts of the key of the row that is asked about.
fn own(key: &[KeyPart], of: &[KeyPart]) -> Vec<KeyPart> {
    let blank = |value: String| if of.iter().any(|own| own.value == value) { String::new() } else { value };
    let part = |part: &KeyPart| {
        let values: Vec<String> = items(&part.value).into_iter().map(blank).collect();
        KeyPart { part: part.part.clone(), value: serde_json::to_string(&values).unwrap_or_default() }
    };
    key.iter().map(part).collect()
}

/// The columns of a part of a key; of a plain one the one.
fn items(value: &str) -> Vec<String> {
    serde_json::from_str(value).unwrap_or_else(|_| vec![value.to_owned()])
}

/// A row as people call it: the values of its key that are not blank.
pub(super) fn key_words(key: &[KeyPart]) -> String {
    let values = key.iter().flat_map(|part| items(&part.value)).filter(|value| !value.is_empty());
    values.collect::<Vec<String>>().join(" ")
}
