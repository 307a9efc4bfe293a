//! A `pay` or an `earn` whose values are listed: what orders them, and for what they are earned.

use std::sync::Arc;

use rayon::prelude::*;

use super::Flowing;
use super::dated::{Dated, Periods};
use crate::diagnostics::Diagnostic;
use crate::ids::ColumnId;
use crate::keys;
use crate::store::PlanRun;
use crate::store::credit_key::CreditKey;
use crate::store::flows::FlowValue;
use crate::store::printed::{self, Printed};
use crate::store::source::Cells;
use crate::store::texts::{Order, TextList, push_doubled, push_field};
use crate::table::{State, row_number};
use crate::types::model::{KeyPart, KnownBy};

/// A `pay` or an `earn` whose values are listed.
pub(in crate::store) struct Listed<'a> {
    /// The definition with its values.
    pub of: Flowing<'a>,
    /// The rank of each person.
    ranks: Vec<u32>,
    dated: Dated<'a>,
    sources: Sources<'a>,
}

/// For what values are earned.
enum Sources<'a> {
    /// For nothing but being there.
    Nothing,
    /// For credits.
    Credits(Box<CreditSources<'a>>),
    /// For rows whose keys these are.
    Rows(Arc<TextList>, Order),
}

/// The keys of credits as texts within JSON, and how they are ordered.
struct CreditSources<'a> {
    key: CreditKey<'a>,
    rules: Arc<TextList>,
    rule_ranks: Vec<u32>,
    sources: Arc<TextList>,
    order: Order,
    children: Arc<TextList>,
    persons: Arc<TextList>,
    /// Whether a quotation mark stands in any of them.
    has_quotes: bool,
}

/// For what a value is earned, by the numbers of its texts.
#[derive(Clone, Copy)]
pub(in crate::store) enum SourceNumbers {
    /// For nothing.
    Nothing,
    /// For a row.
    Row(u32),
    /// For a credit: its rule, source row, child row and person.
    Credit([u32; 4]),
}

/// For what a value is earned, as texts.
#[derive(Clone, Copy)]
pub(in crate::store) enum SourceParts<'a> {
    /// For nothing.
    Nothing,
    /// For the row with this key.
    Row(&'a str),
    /// For the credit with a key of these parts, and whether quotation marks may stand in any such.
    Credit([&'a str; 4], bool),
}

impl SourceParts<'_> {
    /// Appends the field of a CSV file.
    pub fn push(self, out: &mut String) {
        match self {
            SourceParts::Nothing => {}
            SourceParts::Row(key) => push_field(out, key),
            SourceParts::Credit(parts, has_quotes) => {
                let mut before = "\"[\"\"";
                for part in parts {
                    out.push_str(before);
                    if has_quotes {
                        push_doubled(out, part)
                    } else {
                        out.push_str(part)
                    }
                    before = "\"\",\"\"";
                }
                out.push_str("\"\"]\"");
            }
        }
    }
}

impl<'a> Listed<'a> {
    /// A column that is there.
    pub fn of(
        run: &PlanRun<'a>,
        printed: &Printed<'a>,
        column: ColumnId,
        periods: &mut Periods,
    ) -> Result<Listed<'a>, Diagnostic> {
        let of = Flowing::of(run, printed, column)?;
        Ok(Listed {
            ranks: of.people.ranks(),
            dated: Dated::of(run, column, of.flow, periods),
            sources: Sources::of(run, printed, column),
            of,
        })
    }

    /// All its values, of which it is to have this number.
    pub fn values(&self, definition: u16, periods: &[u32]) -> Vec<FlowValue> {
        let value = |row: u32| {
            (self.of.data.state(row) == State::There).then(|| {
                let (rule, source) = self.sources.order(row);
                let person = self.of.person_row(row).and_then(|person| self.ranks.get(person as usize));
                let person = person.map_or(0, |rank| rank.saturating_add(1));
                let period = periods.get(self.dated.number(row) as usize).copied().unwrap_or_default();
                FlowValue { source, person, period, row, definition, rule }
            })
        };
        (0..row_number(self.of.data.len())).into_par_iter().filter_map(value).collect()
    }

    /// For what it was earned, as text.
    pub fn source_text(&self, row: u32) -> String {
        match &self.sources {
            Sources::Nothing => String::new(),
            Sources::Rows(list, _) => list.get(row).to_owned(),
            Sources::Credits(_) => match self.source_parts(self.source_numbers(row)) {
                SourceParts::Credit(parts, _) => format!("[\"{}\"]", parts.join("\",\"")),
                _ => String::new(),
            },
        }
    }

    /// For what it was earned, by the numbers of its texts.
    pub fn source_numbers(&self, row: u32) -> SourceNumbers {
        match &self.sources {
            Sources::Nothing => SourceNumbers::Nothing,
            Sources::Rows(..) => SourceNumbers::Row(row),
            Sources::Credits(credits) => {
                credits.key.numbers(row).map_or(SourceNumbers::Nothing, |(rule, source, child)| {
                    SourceNumbers::Credit([rule, source, child, (credits.key.person)(row).unwrap_or(u32::MAX)])
                })
            }
        }
    }

    /// The texts of these numbers; those of a credit as they stand between the quotes of JSON.
    pub fn source_parts(&self, numbers: SourceNumbers) -> SourceParts<'_> {
        match (&self.sources, numbers) {
            (Sources::Rows(list, _), SourceNumbers::Row(row)) => SourceParts::Row(list.get(row)),
            (Sources::Credits(credits), SourceNumbers::Credit(numbers)) => {
                SourceParts::Credit(credits.texts(numbers), credits.has_quotes)
            }
            _ => SourceParts::Nothing,
        }
    }
}

impl<'a> Sources<'a> {
    /// The credit, or what of the key is neither the person nor the period.
    fn of(run: &PlanRun<'a>, printed: &Printed<'a>, column: ColumnId) -> Sources<'a> {
        let model = &run.program.model;
        let people = model.plan.people;
        let frame = model.columns.at(column).frame;
        let described = model.frames.at(frame);
        let rows = |list: Arc<TextList>| {
            let order = list.order(None);
            Sources::Rows(list, order)
        };
        match described.rows.known_by() {
            KnownBy::Credit => CreditSources::of(run, printed, column).map_or(Sources::Nothing, Sources::Credits),
            KnownBy::Record(record) if record != people => rows(printed.record(record)),
            KnownBy::Nothing | KnownBy::Record(_) => Sources::Nothing,
            KnownBy::Parts => {
                let is_other = |part: &KeyPart| !matches!(part, KeyPart::Period(_)) && *part != KeyPart::Record(people);
                let others = described.parts.iter().enumerate().filter(|(_, part)| is_other(part));
                let others: Vec<Cells<'_>> =
                    others.map(|(number, part)| printed.part(frame, number, *part).1).collect();
                if others.is_empty() {
                    return Sources::Nothing;
                }
                let count = run.results.tables.rows(frame).map_or(0, |rows| rows.len());
                let print = |row, out: &mut String| {
                    out.push_str(&keys::one_or_list(printed::texts(&others, row_number(row))));
                };
                rows(Arc::new(TextList::of(count, print)))
            }
        }
    }

    /// What orders the source of a row: the rank of its rule, and within it a number.
    fn order(&self, row: u32) -> (u16, u64) {
        match self {
            Sources::Nothing => (0, 0),
            Sources::Rows(_, order) => (0, order.of(row)),
            Sources::Credits(credits) => credits.key.numbers(row).map_or((0, 0), |(rule, source, _)| {
                let rank = credits.rule_ranks.get(rule as usize).copied().unwrap_or_default();
                (u16::try_from(rank).unwrap_or(u16::MAX), credits.order.of(source))
            }),
        }
    }
}

impl<'a> CreditSources<'a> {
    fn of(run: &PlanRun<'a>, printed: &Printed<'a>, column: ColumnId) -> Option<Box<CreditSources<'a>>> {
        let model = &run.program.model;
        let frame = model.columns.at(column).frame;
        let table = model.credits_of(frame)?;
        let history = model.history.as_ref().is_some_and(|history| history.frame == frame);
        let credits = if history { &run.results.history } else { &run.results.credits };
        let key = CreditKey::new(printed, run.results, table, credits);
        let json = |list: &Arc<TextList>| list.as_json().map_or_else(|| Arc::clone(list), Arc::new);
        let rules = json(&key.rules);
        let mut quoted = TextList::default();
        for rule in rules.iter() {
            quoted.push(&format!("{rule}\""));
        }
        let (sources, children, persons) = (json(&key.sources.list), json(&key.children.list), json(&key.persons));
        let has_quotes = [&rules, &sources, &children, &persons].iter().any(|list| list.has_quotes());
        Some(Box::new(CreditSources {
            rule_ranks: quoted.ranks(),
            order: sources.order(Some(b'"')),
            has_quotes,
            rules,
            sources,
            children,
            persons,
            key,
        }))
    }

    /// The parts of a credit's key as they stand between the quotes of JSON.
    fn texts(&self, [rule, source, child, person]: [u32; 4]) -> [&str; 4] {
        [self.rules.get(rule), self.sources.get(source), self.children.get(child), self.persons.get(person)]
    }
}
