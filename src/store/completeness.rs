//! The control of completeness: for each record that credit rules read, every row and all of its money, once, by the
//! rules that credited it. A row that several rules credit is told as such.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::PlanRun;
use super::flows::currency;
use super::reconcile::{add, amount, units};
use super::results::record_name;
use crate::diagnostics::Diagnostic;
use crate::ids::RecordId;
use crate::table::Outcome;

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
#[derive(Clone, Default)]
struct OfRow {
    rules: BTreeSet<String>,
    credits: u64,
    credited: i128,
    pending: bool,
}

/// What a row of the file adds up.
#[derive(Default)]
struct Sums {
    rows: u64,
    amount: i128,
    credits: u64,
    credited: i128,
}

impl Sums {
    fn count(&mut self, amount: i128, row: &OfRow) -> Result<(), Diagnostic> {
        self.rows = self.rows.saturating_add(1);
        self.amount = add(self.amount, amount)?;
        self.credits = self.credits.saturating_add(row.credits);
        self.credited = add(self.credited, row.credited)?;
        Ok(())
    }
}

/// The rows for all records of a plan that a credit rule reads: first what was read, then what became of it.
pub(super) fn complete(run: &PlanRun<'_>) -> Result<Vec<Complete>, Diagnostic> {
    let model = &run.program.model;
    let records: BTreeSet<RecordId> = model.rules.iter().map(|rule| rule.record).collect();
    let mut rows = Vec::new();
    for record in records {
        rows.extend(of_record(run, record)?);
    }
    rows.sort_by(|a: &Complete, b| a.record.cmp(&b.record));
    Ok(rows)
}

fn of_record(run: &PlanRun<'_>, record: RecordId) -> Result<Vec<Complete>, Diagnostic> {
    let (program, model) = (run.program, &run.program.model);
    let described = model.records.at(record);
    let credit = model.credit.as_ref().map(|credit| credit.amount);
    let became = became(run, record)?;
    // What was read is counted from the data, not from what became of it.
    let (mut read, mut groups): (BTreeMap<String, Sums>, BTreeMap<(u8, String, String), Sums>) = Default::default();
    let all = run.results.tables.rows(described.frame).map_or(0..0, |rows| rows.all());
    for row in all {
        let money = match (described.total, credit) {
            (Some(total), _) => currency(run, total, row),
            (None, Some(credit)) => currency(run, credit, 0),
            (None, None) => String::new(),
        };
        let own = units(run, described.total, row);
        let none = OfRow::default();
        let of_row = became.get(&row);
        read.entry(money.clone()).or_default().count(own, of_row.unwrap_or(&none))?;
        if let Some(of_row) = of_row {
            groups.entry((place(of_row), joined(of_row), money)).or_default().count(own, of_row)?;
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
    let then = groups.iter().map(|((place, rules, money), sums)| {
        line(words.get(usize::from(*place)).copied().unwrap_or_default(), rules.clone(), money, sums)
    });
    Ok(first.chain(then).collect())
}

/// What became of each row of a record under all rules that read it.
fn became(run: &PlanRun<'_>, record: RecordId) -> Result<BTreeMap<u32, OfRow>, Diagnostic> {
    let model = &run.program.model;
    let credit = model.credit.as_ref().map(|credit| credit.amount);
    let mut rows: BTreeMap<u32, OfRow> = BTreeMap::new();
    for outcome in run.results.outcomes.iter().filter(|outcome| model.rules.at(outcome.rule).record == record) {
        for (row, came_to) in &outcome.outcomes {
            let of_row = rows.entry(*row).or_default();
            match came_to {
                Outcome::Credited(made) => {
                    of_row.rules.insert(run.program.names.rules.at(outcome.rule).0.name.clone());
                    of_row.credits = of_row.credits.saturating_add(1);
                    of_row.credited = add(of_row.credited, units(run, credit, *made))?;
                }
                Outcome::NoDate => of_row.pending = true,
                _ => {}
            }
        }
    }
    Ok(rows)
}

/// Credited rows come first, those that wait for a date last.
fn place(row: &OfRow) -> u8 {
    match (row.rules.is_empty(), row.pending) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => 2,
    }
}

fn joined(row: &OfRow) -> String {
    row.rules.iter().cloned().collect::<Vec<String>>().join(" + ")
}
