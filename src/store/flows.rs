//! What is paid and what is earned, value by value: the rows of `payouts.csv` and `earnings.csv`.

use std::cmp::Ordering;
use std::io::{self, Write};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::PlanRun;
use super::flowing::{Listed, Periods, SourceNumbers};
use super::printed::Printed;
use super::texts::{TextList, push_field, push_fixed};
use crate::calendar::{Date, Period};
use crate::diagnostics::Diagnostic;
use crate::ids::ColumnId;
use crate::keys;
use crate::table::{Flow, Key};
use crate::types::model::{KeyPart, Origin, Part, Type, Word};
use crate::value::Fixed;

/// A row of `payouts.csv`: one value of a `pay`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    /// The plan.
    pub plan: String,
    /// The key of the person.
    pub person: String,
    /// The definition's own period, else the pay period of its date.
    pub period: String,
    /// The definition.
    pub name: String,
    /// The amount at its places.
    pub amount: String,
    /// Its currency; empty where it has none.
    pub currency: String,
}

/// A row of `earnings.csv`: one value of an `earn`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earning {
    /// The plan.
    pub plan: String,
    /// The key of the person.
    pub person: String,
    /// The definition's own period, else the pay period of its date.
    pub period: String,
    /// The definition.
    pub component: String,
    /// The key of the credit or row for which it is earned; empty where there is none.
    pub source: String,
    /// The amount at its places.
    pub amount: String,
    /// Its currency; empty where it has none.
    pub currency: String,
}

/// All values of one word, listed.
#[derive(Default)]
pub(super) struct Flows<'a> {
    /// The definitions, in order of their names.
    definitions: Vec<Listed<'a>>,
    /// The periods that occur, in order of their names.
    periods: TextList,
    /// The values, sorted by what identifies them, by bytes.
    values: Vec<FlowValue>,
}

/// One value of a `pay` or an `earn`: what orders it before it comes to texts, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct FlowValue {
    /// What orders the sources of one rule.
    pub source: u64,
    /// The rank of the person, from 1 on; 0 where there is none.
    pub person: u32,
    /// The period by its number in the list.
    pub period: u32,
    /// The row of the definition's frame.
    pub row: u32,
    /// The definition by its number.
    pub definition: u16,
    /// The rank of the rule of a credit.
    pub rule: u16,
}

impl<'a> Flows<'a> {
    /// All values of the definitions with a word.
    pub fn of(run: &PlanRun<'a>, printed: &Printed<'a>, word: Word) -> Result<Flows<'a>, Diagnostic> {
        let mut periods = Periods::default();
        let listed = defined(run, word).map(|column| Listed::of(run, printed, column, &mut periods));
        let mut definitions = listed.collect::<Result<Vec<_>, _>>()?;
        definitions.sort_by_key(|definition| definition.of.name);
        let (periods, ranks) = periods.sorted();
        let mut flows = Flows { values: Vec::new(), definitions, periods };
        let number = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        let definitions = flows.definitions.iter().enumerate();
        let mut values = together(definitions.map(|(index, defined)| defined.values(number(index), &ranks)).collect());
        values.par_sort_unstable_by(|a, b| flows.compare(a, b));
        flows.values = values;
        Ok(flows)
    }

    /// The order of two values: by what their lines hold, by bytes.
    fn compare(&self, a: &FlowValue, b: &FlowValue) -> Ordering {
        let numbers = |value: &FlowValue| (value.person, value.period, value.definition, value.rule, value.source);
        numbers(a).cmp(&numbers(b)).then_with(|| {
            let texts = |value: &FlowValue| {
                let line = self.line(value);
                line.map(|line| (line.source, line.currency, line.amount.to_string(), line.date))
            };
            texts(a).cmp(&texts(b))
        })
    }

    fn line(&self, value: &FlowValue) -> Option<Line<'_>> {
        let definition = self.definitions.get(usize::from(value.definition))?;
        Some(Line {
            person: definition.of.person(value.row),
            period: self.periods.get(value.period),
            name: definition.of.name,
            source: definition.source_text(value.row),
            amount: definition.of.amount(value.row),
            currency: definition.of.currency(value.row),
            date: definition.of.date(value.row),
        })
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Writes the lines of all values as `earnings.csv` holds them, or without their sources as `payouts.csv` does.
    pub fn write(&self, plan: &str, with_source: bool, out: &mut impl Write) -> io::Result<()> {
        // The same room again and again: fresh memory costs more than the lines.
        let mut buffers = vec![String::new(); AT_ONCE.min(self.values.len().div_ceil(LINES))];
        for values in self.values.chunks(LINES.saturating_mul(AT_ONCE)) {
            buffers.iter_mut().for_each(String::clear);
            values.par_chunks(LINES).zip(&mut buffers).for_each(|(values, lines)| {
                lines.reserve(values.len().saturating_mul(EXPECTED));
                values.chunks(GATHERED).for_each(|values| self.push_lines(plan, values, with_source, lines));
            });
            for lines in &buffers {
                out.write_all(lines.as_bytes())?;
            }
        }
        Ok(())
    }

    /// The values of one person stand together, but their rows lie far apart: what the lines hold is looked up for
    /// many of them at once, one thing after another, and not waited for line by line.
    fn push_lines(&self, plan: &str, values: &[FlowValue], with_source: bool, out: &mut String) {
        let defined = |value: &FlowValue| self.definitions.get(usize::from(value.definition));
        let lines: Vec<(&FlowValue, &Listed<'_>)> =
            values.iter().filter_map(|value| Some((value, defined(value)?))).collect();
        let amounts: Vec<Fixed> = lines.iter().map(|(value, defined)| defined.of.amount(value.row)).collect();
        let persons: Vec<Option<u32>> = lines.iter().map(|(value, defined)| defined.of.person_row(value.row)).collect();
        let numbers = lines.iter().filter(|_| with_source);
        let numbers: Vec<SourceNumbers> = numbers.map(|(value, defined)| defined.source_numbers(value.row)).collect();
        let parts = lines.iter().zip(numbers);
        let mut parts =
            parts.map(|((_, defined), numbers)| defined.source_parts(numbers)).collect::<Vec<_>>().into_iter();
        for (((value, defined), amount), person) in lines.iter().zip(amounts).zip(persons) {
            for field in [plan, defined.of.person_key(person), self.periods.get(value.period), defined.of.name] {
                push_field(out, field);
                out.push(',');
            }
            if let Some(parts) = parts.next() {
                parts.push(out);
                out.push(',');
            }
            push_fixed(out, amount);
            out.push(',');
            defined.of.push_currency(value.row, out);
            out.push('\n');
        }
    }

    /// The rows of `payouts.csv`.
    pub fn payouts(&self, plan: &str) -> impl Iterator<Item = Payout> {
        self.values.iter().filter_map(|value| self.line(value)).map(move |line| Payout {
            plan: plan.to_owned(),
            person: line.person.to_owned(),
            period: line.period.to_owned(),
            name: line.name.to_owned(),
            amount: line.amount.to_string(),
            currency: line.currency,
        })
    }
}

/// The definitions with a word that are there.
pub(super) fn defined<'a>(run: &PlanRun<'a>, word: Word) -> impl Iterator<Item = ColumnId> + 'a {
    let is_flow = move |origin: &Origin| matches!(origin, Origin::Definition(defined) if defined.word == word);
    let tables = &run.results.tables;
    let columns = run.program.model.columns.pairs();
    columns.filter(move |(id, column)| is_flow(&column.origin) && tables.column(*id).is_some()).map(|(id, _)| id)
}

/// What so many lines hold is looked up at once.
const GATHERED: usize = 1 << 9;

/// So many lines are printed by one thread, so many times at once, each of some length that is made room for.
const LINES: usize = 1 << 13;
const AT_ONCE: usize = 16;
const EXPECTED: usize = 96;

/// Lists as one.
fn together(lists: Vec<Vec<FlowValue>>) -> Vec<FlowValue> {
    let mut lists = lists.into_iter();
    let mut all = lists.next().unwrap_or_default();
    lists.for_each(|list| all.extend(list));
    all
}

/// What the line of a value holds, and when it happens.
struct Line<'a> {
    person: &'a str,
    period: &'a str,
    name: &'a str,
    source: String,
    amount: Fixed,
    currency: String,
    date: Option<Date>,
}

impl Line<'_> {
    /// The line as a row of `earnings.csv`.
    fn earning(self, plan: &str) -> Earning {
        Earning {
            plan: plan.to_owned(),
            person: self.person.to_owned(),
            period: self.period.to_owned(),
            component: self.name.to_owned(),
            source: self.source,
            amount: self.amount.to_string(),
            currency: self.currency,
        }
    }
}

/// The rows of `earnings.csv` of one plan, each with the date on which it is earned, where it has one.
///
/// # Errors
/// A value that cannot be written.
pub fn dated_earnings(run: &PlanRun<'_>) -> Result<Vec<(Earning, Option<Date>)>, Diagnostic> {
    let printed = Printed::new(run.program, &run.results.tables);
    let earned = Flows::of(run, &printed, Word::Earn)?;
    let plan = &run.program.names.plan.name;
    let lines = earned.values.iter().filter_map(|value| earned.line(value));
    Ok(lines.map(|line| (line.date, line)).map(|(date, line)| (line.earning(plan), date)).collect())
}

/// The rows of `payouts.csv` of one plan.
///
/// # Errors
/// A value that cannot be written.
pub fn payouts(run: &PlanRun<'_>) -> Result<Vec<Payout>, Diagnostic> {
    let printed = Printed::new(run.program, &run.results.tables);
    Ok(Flows::of(run, &printed, Word::Pay)?.payouts(run.name()).collect())
}

/// Whose a value of a `pay` or an `earn` is, and in which period, as the CSV files say; both are empty for others.
pub fn belongs(run: &PlanRun<'_>, column: ColumnId, row: u32) -> (String, String) {
    let none = || (String::new(), String::new());
    run.results.flows.get(&column).map_or_else(none, |flow| belongs_by(run, column, flow, row))
}

/// The same by whom the values belong to and when they happen.
pub fn belongs_by(run: &PlanRun<'_>, column: ColumnId, flow: &Flow, row: u32) -> (String, String) {
    (person(run, flow, row), period(run, column, flow, row))
}

fn person(run: &PlanRun<'_>, flow: &Flow, row: u32) -> String {
    let person = flow.person.get(row as usize).copied().flatten();
    person.map_or_else(String::new, |person| {
        let people = run.program.model.plan.people;
        keys::record_key(run.program, &run.results.tables, people, person)
    })
}

/// The parts of the key of a column's row, on a frame whose rows are not a record's own.
fn parts<'a>(run: &'a PlanRun<'_>, column: ColumnId, row: u32) -> impl Iterator<Item = (KeyPart, Key)> + 'a {
    let frame = run.program.model.columns.at(column).frame;
    let rows = run.results.tables.rows(frame);
    let key = rows.map_or(&[][..], |rows| rows.key(row));
    let parts = &run.program.model.frames.at(frame).parts;
    parts.iter().copied().zip(key.iter().copied())
}

/// The period in the key, else the pay period of the date.
fn period(run: &PlanRun<'_>, column: ColumnId, flow: &Flow, row: u32) -> String {
    let calendar = &run.results.tables.calendar;
    let own = parts(run, column, row).find_map(|(part, key)| match part {
        KeyPart::Period(unit) => Some((unit, Period(i32::try_from(key).ok()?))),
        _ => None,
    });
    let paid = || {
        let date = flow.date.get(row as usize).copied().flatten()?;
        let unit = run.program.model.plan.pay;
        Some((unit, calendar.period_of(unit, date)?))
    };
    let period = own.or_else(paid);
    period.map_or_else(String::new, |(unit, period)| calendar.name(unit, period))
}

/// A value of a `pay` or an `earn` with the cell in which it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flowed {
    /// Whether it is paid; else it is earned.
    pub paid: bool,
    /// The definition.
    pub column: ColumnId,
    /// Its row.
    pub row: u32,
    /// The row of `payouts.csv` or `earnings.csv`, of which a payout has no source.
    pub value: Earning,
    /// When it happens.
    pub date: Option<Date>,
}

/// All that is paid and earned under a plan, person by person, with the cells in which it stands.
///
/// # Errors
/// A value that cannot be written.
pub fn flowed(run: &PlanRun<'_>) -> Result<Vec<Flowed>, Diagnostic> {
    let printed = Printed::new(run.program, &run.results.tables);
    let plan = &run.program.names.plan.name;
    let mut all = Vec::new();
    for word in [Word::Pay, Word::Earn] {
        let flows = Flows::of(run, &printed, word)?;
        let value = |value: &FlowValue| {
            let column = flows.definitions.get(usize::from(value.definition))?.of.column;
            let line = flows.line(value)?;
            let date = line.date;
            Some(Flowed { paid: word == Word::Pay, column, row: value.row, value: line.earning(plan), date })
        };
        all.extend(flows.values.iter().filter_map(value));
    }
    // The sort keeps the order of the files, the payouts of a person before the earnings.
    all.sort_by(|a, b| a.value.person.cmp(&b.value.person));
    Ok(all)
}

/// The currency of a column at a row; empty where it has none.
pub fn currency(run: &PlanRun<'_>, column: ColumnId, row: u32) -> String {
    let columns = &run.program.model.columns;
    let described = columns.at(column);
    let Type::Number(dimension, _) = described.ty else {
        return String::new();
    };
    match dimension.above {
        Some(Part::Currency(currency)) => currency.code().to_owned(),
        // Elsewhere the row means another one; only the row's own currency is its currency.
        Some(Part::RowCurrency(named)) if columns.at(named).frame == described.frame => {
            keys::print_cell(run.program, &run.results.tables, named, row).unwrap_or_default()
        }
        Some(Part::RowCurrency(_) | Part::Unit(_) | Part::Day | Part::Month) | None => String::new(),
    }
}
