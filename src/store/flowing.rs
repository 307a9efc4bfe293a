//! A `pay` or an `earn` with whatever stands beside its values: whose they are, when, for what and in what currency.

mod sums;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::PlanRun;
use super::flows::{FlowValue, currency};
use super::printed::{CreditKey, Printed};
use super::source::Cells;
use super::texts::{Order, TextList, push_doubled, push_field};
use crate::calendar::{Date, Period, Unit};
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::ColumnId;
use crate::keys;
use crate::table::{self, ColumnData, Flow, Key, State, day_key, row_number};
use crate::types::model::{Column, KeyPart, KnownBy, Part, Type};
use crate::value::{Fixed, Units};

/// The names of the periods of all values.
#[derive(Default)]
pub(super) struct Periods {
    numbers: BTreeMap<String, u32>,
}

impl Periods {
    fn number(&mut self, name: String) -> u32 {
        let next = row_number(self.numbers.len());
        *self.numbers.entry(name).or_insert(next)
    }

    /// The names in order, and for each of the numbers given out its place among them.
    pub fn sorted(self) -> (TextList, Vec<u32>) {
        let mut list = TextList::default();
        let mut ranks = vec![0; self.numbers.len()];
        for (name, number) in self.numbers {
            let rank = list.push(&name);
            ranks.get_mut(number as usize).into_iter().for_each(|place| *place = rank);
        }
        (list, ranks)
    }
}

/// The period of each row by a number that it has: that of a period in its key, or that of a day.
struct Dated<'a> {
    key: Box<dyn Fn(u32) -> Option<Key> + Send + Sync + 'a>,
    /// The smallest number.
    first: Key,
    /// For each number from the smallest on its period, where it occurs.
    numbers: Vec<u32>,
    /// The period of what has none.
    none: u32,
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
pub(super) enum SourceNumbers {
    /// For nothing.
    Nothing,
    /// For a row.
    Row(u32),
    /// For a credit: its rule, source row, child row and person.
    Credit([u32; 4]),
}

/// For what a value is earned, as texts.
#[derive(Clone, Copy)]
pub(super) enum SourceParts<'a> {
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

/// What the values are in.
enum Currencies<'a> {
    /// All of them in one, or in none.
    One(String),
    /// Each in that of its row, at its places.
    OfRow(&'a Column, Cells<'a>),
}

/// A `pay` or an `earn`.
pub(super) struct Flowing<'a> {
    /// The definition.
    pub column: ColumnId,
    /// Its name.
    pub name: &'a str,
    data: &'a ColumnData,
    places: u8,
    units: &'a Units,
    flow: Option<&'a Flow>,
    people: Arc<TextList>,
    ranks: Vec<u32>,
    dated: Dated<'a>,
    sources: Sources<'a>,
    currencies: Currencies<'a>,
}

impl<'a> Flowing<'a> {
    /// A column that is there.
    pub fn of(
        run: &PlanRun<'a>,
        printed: &Printed<'a>,
        column: ColumnId,
        periods: &mut Periods,
    ) -> Result<Flowing<'a>, Diagnostic> {
        static NO_UNITS: Units = Units::Narrow(Vec::new());
        let (program, model) = (run.program, &run.program.model);
        let name = program.names.columns.at(column).name.as_str();
        let data: &'a ColumnData = run.results.tables.column(column).map(Arc::as_ref).ok_or_else(|| unfixed(name))?;
        let (places, units) = match data.cells() {
            table::Cells::Number { places, units } => (*places, units),
            _ if (0..row_number(data.len())).any(|row| data.state(row) == State::There) => return Err(unfixed(name)),
            _ => (0, &NO_UNITS),
        };
        let described = model.columns.at(column);
        let flow = run.results.flows.get(&column);
        let people = printed.record(model.plan.people);
        let above = match described.ty {
            Type::Number(dimension, _) => dimension.above,
            _ => None,
        };
        let currencies = match above {
            Some(Part::RowCurrency(named)) if model.columns.at(named).frame == described.frame => {
                Currencies::OfRow(described, printed.cells(named).1)
            }
            _ => Currencies::One(currency(run, column, 0)),
        };
        Ok(Flowing {
            column,
            name,
            data,
            places,
            units,
            flow,
            ranks: people.ranks(),
            people,
            dated: Dated::of(run, column, flow, periods),
            sources: Sources::of(run, printed, column),
            currencies,
        })
    }

    /// All its values, of which it is to have this number.
    pub fn values(&self, definition: u16, periods: &[u32]) -> Vec<FlowValue> {
        let value = |row: u32| {
            (self.data.state(row) == State::There).then(|| {
                let (rule, source) = self.sources.order(row);
                let person = self.person_row(row).and_then(|person| self.ranks.get(person as usize));
                let person = person.map_or(0, |rank| rank.saturating_add(1));
                let period = periods.get(self.dated.number(row) as usize).copied().unwrap_or_default();
                FlowValue { source, person, period, row, definition, rule }
            })
        };
        (0..row_number(self.data.len())).into_par_iter().filter_map(value).collect()
    }

    /// The row of the person in the people's record.
    pub fn person_row(&self, row: u32) -> Option<u32> {
        self.flow?.person.get(row as usize).copied().flatten()
    }

    /// The key of the person; empty where there is none.
    pub fn person(&self, row: u32) -> &str {
        self.person_key(self.person_row(row))
    }

    /// The key of a row of the people's record.
    pub fn person_key(&self, person: Option<u32>) -> &str {
        person.map_or("", |person| self.people.get(person))
    }

    /// When it happens.
    pub fn date(&self, row: u32) -> Option<Date> {
        self.flow?.date.get(row as usize).copied().flatten()
    }

    /// The value of a row, at the places at which it is written.
    pub fn amount(&self, row: u32) -> Fixed {
        let amount = Fixed { units: self.units.get(row as usize).unwrap_or_default(), places: self.places };
        match &self.currencies {
            Currencies::One(_) => amount,
            Currencies::OfRow(column, _) => keys::in_row_currency(column, amount, &self.currency(row)),
        }
    }

    /// What all values are in, where that is one currency or none.
    pub fn one_currency(&self) -> Option<&str> {
        match &self.currencies {
            Currencies::One(currency) => Some(currency),
            Currencies::OfRow(..) => None,
        }
    }

    /// Its currency; empty where it has none.
    pub fn currency(&self, row: u32) -> String {
        let mut text = String::new();
        self.push_currency(row, &mut text);
        text
    }

    /// Appends its currency.
    pub fn push_currency(&self, row: u32, out: &mut String) {
        match &self.currencies {
            Currencies::One(currency) => out.push_str(currency),
            Currencies::OfRow(_, cells) => {
                cells.print(row, out);
            }
        }
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

fn unfixed(name: &str) -> Diagnostic {
    let message = format!("`{name}` has no fixed places and cannot be written");
    Diagnostic::new(Code::OutputFailed, message)
}

impl<'a> Dated<'a> {
    /// The period in the key, else the pay period of the date.
    fn of(run: &PlanRun<'a>, column: ColumnId, flow: Option<&'a Flow>, periods: &mut Periods) -> Dated<'a> {
        let model = &run.program.model;
        let frame = model.columns.at(column).frame;
        let parts = model.frames.at(frame).parts.iter().enumerate();
        let own = parts.into_iter().find_map(|(number, part)| match part {
            KeyPart::Period(unit) => Some((number, *unit)),
            _ => None,
        });
        let calendar = &run.results.tables.calendar;
        let count = run.results.tables.column(column).map_or(0, |data| data.len());
        match (own, run.results.tables.rows(frame), flow) {
            (Some((number, unit)), Some(rows), _) => {
                let name = |key| calendar.name(unit, Period(i32::try_from(key).unwrap_or(i32::MAX)));
                Dated::new(count, Box::new(move |row| rows.key(row).get(number).copied()), name, periods)
            }
            (None, _, Some(flow)) => {
                let unit: Unit = model.plan.pay;
                let name = |key: Key| {
                    let day = i32::try_from(key).ok().and_then(Date::from_num_days_from_ce_opt);
                    let period = day.and_then(|day| calendar.period_of(unit, day));
                    period.map_or_else(String::new, |period| calendar.name(unit, period))
                };
                let key = move |row: u32| flow.date.get(row as usize).copied().flatten().map(day_key);
                Dated::new(count, Box::new(key), name, periods)
            }
            _ => Dated::new(0, Box::new(|_| None), |_| String::new(), periods),
        }
    }

    fn new(
        count: usize,
        key: Box<dyn Fn(u32) -> Option<Key> + Send + Sync + 'a>,
        name: impl Fn(Key) -> String,
        periods: &mut Periods,
    ) -> Dated<'a> {
        let keys = || (0..row_number(count)).into_par_iter().filter_map(&key);
        let (first, last) = (keys().min().unwrap_or_default(), keys().max().unwrap_or_default());
        let place = |key: Key| key.checked_sub(first).and_then(|place| usize::try_from(place).ok());
        // All that occurs is a period of the calendar, which ends.
        let span = place(last).unwrap_or_default().min(MOST_PERIODS);
        let mut occurs = vec![false; span.saturating_add(1)];
        for key in (0..row_number(count)).filter_map(&key) {
            place(key).and_then(|place| occurs.get_mut(place)).into_iter().for_each(|occurs| *occurs = true);
        }
        let none = periods.number(String::new());
        let number = |(key, occurs)| if occurs { periods.number(name(key)) } else { none };
        let numbers = (first..).zip(occurs).map(number).collect();
        Dated { key, first, numbers, none }
    }

    fn number(&self, row: u32) -> u32 {
        let place = (self.key)(row).and_then(|key| usize::try_from(key.checked_sub(self.first)?).ok());
        place.and_then(|place| self.numbers.get(place)).copied().unwrap_or(self.none)
    }
}

/// More than the days of the years 1 to 9999.
const MOST_PERIODS: usize = 1 << 22;

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
                let others: Vec<Cells<'_>> = others.map(|(number, part)| printed.part(frame, number, *part)).collect();
                if others.is_empty() {
                    return Sources::Nothing;
                }
                let count = run.results.tables.rows(frame).map_or(0, |rows| rows.len());
                let print = |row, out: &mut String| {
                    out.push_str(&keys::one_or_list(super::printed::texts(&others, row_number(row))));
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
