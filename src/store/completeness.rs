//! The control of completeness: for each record that credit rules read, every row and all of its money, once, by the
//! rules that credited it. A row that several rules credit is told as such.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::PlanRun;
use super::adding::{ByCurrency, InCurrency, TooLong, add, amount, data, units_of};
use super::flows::currency;
use super::results::record_name;
use super::share::Share;
use crate::ids::RecordId;
use crate::program::Program;
use crate::table::{Outcome, RuleOutcome, row_number};
use crate::value::Currency;

/// A row of `completeness.csv`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complete {
    /// The plan.
    pub plan: String,
    /// The record.
    pub record: String,
    /// `read`, or what became of it: `credited`, `not credited`, `pending`.
    pub outcome: String,
    /// The rules that credited it, joined by ` + `; empty where none did.
    pub rules: String,
    /// How many rows of the record.
    pub rows: u64,
    /// What their `total` column adds up to; empty where the record has none.
    pub amount: String,
    /// How many credits were made of them.
    pub credits: u64,
    /// What these come to, in the currency of the credits.
    pub amount_credited: String,
    /// The currency of `amount`, or where there is none that of the credits.
    pub currency: String,
}

/// What became of one row of a record under all rules.
#[derive(Clone, Copy, Default)]
struct OfRow {
    /// Whether a rule asked about it.
    asked: bool,
    pending: bool,
    /// The rules that credited it, by the number of their set.
    rules: u32,
}

impl OfRow {
    /// A number for what rows have in common that are counted together.
    fn alike(self) -> usize {
        let number = ((self.rules as usize) << 1) | usize::from(self.pending);
        if self.asked { number.saturating_add(1) } else { 0 }
    }
}

/// Rules by their names.
type RuleSet = BTreeSet<String>;

/// What a row of the file adds up.
#[derive(Default)]
struct Sums {
    rows: u64,
    amount: i128,
    credits: u64,
    credited: i128,
}

impl Sums {
    fn count(&mut self, amount: i128) -> Result<(), TooLong> {
        self.rows = self.rows.saturating_add(1);
        self.amount = add(self.amount, amount)?;
        Ok(())
    }

    fn credit(&mut self, amount: i128) -> Result<(), TooLong> {
        self.credits = self.credits.saturating_add(1);
        self.credited = add(self.credited, amount)?;
        Ok(())
    }

    fn add(&mut self, other: &Sums) -> Result<(), TooLong> {
        self.rows = self.rows.saturating_add(other.rows);
        self.amount = add(self.amount, other.amount)?;
        self.credits = self.credits.saturating_add(other.credits);
        self.credited = add(self.credited, other.credited)?;
        Ok(())
    }
}

/// Sums of what is counted together: by currency, and by the number of what became of the rows.
type Parts = ByCurrency<Vec<Sums>>;

/// So many rows are counted by one thread.
const ROWS: usize = 1 << 16;

/// The same in words: the currency, and the rules by their names.
type Group = (String, Option<(RuleSet, bool)>);

/// What the rows of each record add up to that a credit rule reads: sums of parts are merged into those of the whole.
#[derive(Default)]
pub(super) struct CompleteSums {
    records: BTreeMap<RecordId, BTreeMap<Group, Sums>>,
}

impl CompleteSums {
    /// Of the rows of a share.
    pub fn of(run: &PlanRun<'_>, share: Share<'_>) -> Result<CompleteSums, TooLong> {
        let model = &run.program.model;
        let read = model.rules.iter().filter(|_| share.holds_credits(model)).map(|rule| rule.record);
        let records: BTreeSet<RecordId> = read.collect();
        let sums = records.into_iter().map(|record| Ok((record, of_record(run, share, record)?)));
        Ok(CompleteSums { records: sums.collect::<Result<_, _>>()? })
    }

    /// Adds those of another share.
    pub fn merge(&mut self, other: CompleteSums) -> Result<(), TooLong> {
        for (record, groups) in other.records {
            let known = self.records.entry(record).or_default();
            groups.into_iter().try_for_each(|(group, sums)| known.entry(group).or_default().add(&sums))?;
        }
        Ok(())
    }

    /// The rows for all records of a plan that a credit rule reads: first what was read, then what became of it.
    pub fn rows(&self, program: &Program) -> Result<Vec<Complete>, TooLong> {
        let mut rows = Vec::new();
        for (record, groups) in &self.records {
            rows.extend(lines(program, *record, groups)?);
        }
        rows.sort_by(|a: &Complete, b| a.record.cmp(&b.record));
        Ok(rows)
    }
}

fn of_record(run: &PlanRun<'_>, share: Share<'_>, record: RecordId) -> Result<BTreeMap<Group, Sums>, TooLong> {
    let model = &run.program.model;
    let described = model.records.at(record);
    let credit = model.credit.as_ref().map(|credit| credit.amount);
    let (became, sets) = became(run, record);
    let currencies = match described.total {
        Some(total) => InCurrency::of(run, Some(total)),
        None => InCurrency::One(credit.map_or_else(String::new, |credit| currency(run, credit, 0))),
    };
    let (own, counted) = (data(run, described.total), share.counted(record));
    // What was read is counted from the data, not from what became of it.
    let read = became.par_chunks(ROWS).enumerate().map(|(number, rows)| {
        let mut parts = Parts::default();
        let first = row_number(number.saturating_mul(ROWS));
        for (row, of_row) in (first..).zip(rows).filter(|(row, _)| counted.has(*row)) {
            alike(&mut parts, of_row.alike(), currencies.at(row))
                .map_or(Ok(()), |sums| sums.count(units_of(own, row)))?;
        }
        Ok(parts)
    });
    let mut parts = read.try_reduce(Parts::default, merged)?;
    let credits = data(run, credit);
    for outcome in outcomes(run, record) {
        let made = outcome.outcomes.par_chunks(ROWS).map(|outcomes| {
            let mut parts = Parts::default();
            for (row, made) in outcomes {
                let (Some(of_row), Outcome::Credited(made)) = (became.get(*row as usize), made) else { continue };
                let sums = alike(&mut parts, of_row.alike(), currencies.at(*row));
                sums.map_or(Ok(()), |sums| sums.credit(units_of(credits, *made)))?;
            }
            Ok(parts)
        });
        parts = merged(parts, made.try_reduce(Parts::default, merged)?)?;
    }
    let mut groups: BTreeMap<Group, Sums> = BTreeMap::new();
    for (currency, parts) in parts {
        // A number that does not occur stands among the others without rows.
        for (number, sums) in parts.into_iter().enumerate().filter(|(_, sums)| sums.rows > 0 || sums.credits > 0) {
            let asked = number.checked_sub(1).map(|asked| (asked >> 1, asked & 1 == 1));
            let asked = asked.map(|(rules, pending)| (sets.get(rules).cloned().unwrap_or_default(), pending));
            groups.entry((currencies.text(currency), asked)).or_default().add(&sums)?;
        }
    }
    Ok(groups)
}

/// The rows for one record.
fn lines(program: &Program, record: RecordId, groups: &BTreeMap<Group, Sums>) -> Result<Vec<Complete>, TooLong> {
    let described = program.model.records.at(record);
    let credit = program.model.credit.as_ref().map(|credit| credit.amount);
    let mut read: BTreeMap<&str, Sums> = BTreeMap::new();
    let mut became: BTreeMap<(u8, String, &str), Sums> = BTreeMap::new();
    for ((money, asked), sums) in groups {
        read.entry(money).or_default().add(sums)?;
        if let Some((rules, pending)) = asked {
            became.entry((place(rules, *pending), joined(rules), money)).or_default().add(sums)?;
        }
    }
    let line = |outcome: &str, rules: String, money: &str, sums: &Sums| Complete {
        plan: program.names.plan.name.clone(),
        record: record_name(program, record),
        outcome: outcome.to_owned(),
        rules,
        rows: sums.rows,
        amount: described.total.map_or_else(String::new, |total| amount(program, total, sums.amount, money)),
        credits: sums.credits,
        amount_credited: credit.map_or_else(String::new, |credit| amount(program, credit, sums.credited, money)),
        currency: money.to_owned(),
    };
    let first = read.iter().map(|(money, sums)| line("read", String::new(), money, sums));
    let words = ["credited", "not credited", "pending"];
    let then = became.iter().map(|((place, rules, money), sums)| {
        line(words.get(usize::from(*place)).copied().unwrap_or_default(), rules.clone(), money, sums)
    });
    Ok(first.chain(then).collect())
}

/// The sums of what is counted together.
fn alike(parts: &mut Parts, number: usize, currency: Option<Currency>) -> Option<&mut Sums> {
    let parts = parts.of(currency)?;
    if parts.len() <= number {
        parts.resize_with(number.saturating_add(1), Sums::default);
    }
    parts.get_mut(number)
}

fn merged(mut all: Parts, more: Parts) -> Result<Parts, TooLong> {
    for (currency, parts) in more {
        for (number, sums) in parts.into_iter().enumerate() {
            alike(&mut all, number, currency).map_or(Ok(()), |known| known.add(&sums))?;
        }
    }
    Ok(all)
}

/// What the rules that read a record made of its rows.
fn outcomes<'r>(run: &PlanRun<'r>, record: RecordId) -> impl Iterator<Item = &'r RuleOutcome> {
    let (results, rules) = (run.results, &run.program.model.rules);
    results.outcomes.iter().filter(move |outcome| rules.at(outcome.rule).record == record)
}

/// What became of each row of a record under all rules that read it, and the sets of rules that credited one.
fn became(run: &PlanRun<'_>, record: RecordId) -> (Vec<OfRow>, Vec<RuleSet>) {
    let model = &run.program.model;
    let count = run.results.tables.rows(model.records.at(record).frame).map_or(0, |rows| rows.len());
    let (mut rows, mut sets) = (vec![OfRow::default(); count], vec![RuleSet::new()]);
    for outcome in outcomes(run, record) {
        let rule = &run.program.names.rules.at(outcome.rule).0.name;
        // For each set the one that it is with this rule, as far as that was asked.
        let mut with: Vec<Option<u32>> = Vec::new();
        for (row, came_to) in &outcome.outcomes {
            let Some(of_row) = rows.get_mut(*row as usize) else { continue };
            of_row.asked = true;
            match came_to {
                Outcome::Credited(_) | Outcome::Elsewhere => {
                    of_row.rules = set_with(&mut sets, &mut with, of_row.rules, rule)
                }
                Outcome::NoDate => of_row.pending = true,
                _ => {}
            }
        }
    }
    (rows, sets)
}

/// The number of a set with one more rule.
fn set_with(sets: &mut Vec<RuleSet>, with: &mut Vec<Option<u32>>, set: u32, rule: &str) -> u32 {
    let place = set as usize;
    if let Some(Some(known)) = with.get(place) {
        return *known;
    }
    let mut larger = sets.get(place).cloned().unwrap_or_default();
    larger.insert(rule.to_owned());
    let number = sets.iter().position(|known| *known == larger).unwrap_or(sets.len());
    if number == sets.len() {
        sets.push(larger);
    }
    with.resize(sets.len(), None);
    let number = row_number(number);
    with.get_mut(place).into_iter().for_each(|known| *known = Some(number));
    number
}

/// Credited rows come first, those that wait for a date last.
fn place(rules: &RuleSet, pending: bool) -> u8 {
    match (rules.is_empty(), pending) {
        (true, false) => 1,
        (true, true) => 2,
        (false, _) => 0,
    }
}

fn joined(rules: &RuleSet) -> String {
    rules.iter().cloned().collect::<Vec<String>>().join(" + ")
}
