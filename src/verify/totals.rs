//! The totals: what the CSV files add up to is what the manifest says, and what was read is what became of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Plan, lines};
use crate::diagnostics::Diagnostic;
use crate::ids::RecordId;
use crate::program::Program;
use crate::store::{Complete, Outputs, Reconciled, Run};
use crate::table::Tables;
use crate::value::Exact;

pub(super) const TOTALS: &str = "totals";
pub(super) const RECONCILIATION: &str = "reconciliation";

/// Sums by what they are sums of.
type Sums = BTreeMap<[String; 3], Exact>;

/// Both checks.
pub(super) fn check(run: &Run, plans: &[Plan<'_>]) -> Vec<Check> {
    vec![totals(run), reconciliation(run, plans)]
}

/// Adds up `payouts.csv` and `earnings.csv`.
fn totals(run: &Run) -> Check {
    const NAME: &str = TOTALS;
    if run.outputs() == Outputs::Parquet {
        return Check::not_done(NAME, "the run has no CSV files to add up: its totals were computed again");
    }
    let read = || -> Result<[Sums; 2], Diagnostic> {
        let mut sums = [Sums::new(), Sums::new()];
        let [pay, earn] = &mut sums;
        for row in run.payouts()? {
            add(pay, [row.plan, row.name, row.currency], &row.amount);
        }
        for row in run.earnings()? {
            add(earn, [row.plan, row.component, row.currency], &row.amount);
        }
        Ok(sums)
    };
    let added = match read() {
        Ok(added) => added,
        Err(problem) => return Check::of(NAME, "`payouts.csv` and `earnings.csv` added up", vec![lines(&problem)]),
    };
    let mut findings = Vec::new();
    let mut count = 0_usize;
    for ((word, sums), file) in ["pay", "earn"].into_iter().zip(added).zip(["payouts.csv", "earnings.csv"]) {
        let mut said = Sums::new();
        for (name, plan) in &run.manifest.plans {
            let totals = if word == "pay" { &plan.totals.pay } else { &plan.totals.earn };
            for (definition, currencies) in totals {
                for (currency, amount) in currencies {
                    count = count.saturating_add(1);
                    add(&mut said, [name.clone(), definition.clone(), currency.clone()], amount);
                }
            }
        }
        findings.extend(apart(&said, &sums).map(|([plan, name, currency], said, found)| {
            format!("`{name}` of `{plan}` {currency}: the manifest says {said}, `{file}` adds up to {found}")
        }));
    }
    Check::of(NAME, format!("{count} in the manifest are what `payouts.csv` and `earnings.csv` add up to"), findings)
}

fn add(sums: &mut Sums, key: [String; 3], amount: &str) {
    let amount = Exact::parse(amount).unwrap_or_else(Exact::zero);
    let sum = sums.entry(key).or_insert_with(Exact::zero);
    *sum = sum.plus(&amount);
}

/// The sums in which two differ; one that is not there is 0.
fn apart<'a>(one: &'a Sums, other: &'a Sums) -> impl Iterator<Item = (&'a [String; 3], Exact, Exact)> {
    let keys: std::collections::BTreeSet<&[String; 3]> = one.keys().chain(other.keys()).collect();
    let of = |sums: &Sums, key: &[String; 3]| sums.get(key).cloned().unwrap_or_else(Exact::zero);
    keys.into_iter().map(move |key| (key, of(one, key), of(other, key))).filter(|(_, one, other)| one != other)
}

/// Whether each credit rule accounts for every row and amount of its record, and its credits for what it credited.
fn reconciliation(run: &Run, plans: &[Plan<'_>]) -> Check {
    const NAME: &str = RECONCILIATION;
    let mut findings = Vec::new();
    let mut rules = 0_usize;
    match run.reconciliation() {
        Ok(rows) => {
            for Plan { program, tables } in plans {
                rules = rules.saturating_add(program.model.rules.len());
                findings.extend(rules_apart(run, program, tables, &rows));
            }
        }
        Err(problem) => findings.push(lines(&problem)),
    }
    match run.completeness() {
        Ok(rows) => {
            for Plan { program, tables } in plans {
                findings.extend(records_apart(run, program, tables, &rows));
            }
        }
        Err(problem) => findings.push(lines(&problem)),
    }
    let text = match rules {
        0 => "no credit rule: there is nothing to reconcile".to_owned(),
        1 => "the credit rule: rows and amounts read are those credited and not, credits are those in `results/`"
            .to_owned(),
        rules => format!(
            "{rules} credit rules: rows and amounts read are those credited and not, credits are those in `results/`"
        ),
    };
    Check::of(NAME, text, findings)
}

/// Whether each record that credit rules read is accounted for: what was read is what is in `inputs/` and what became of
/// it, and the credits are those in `results/`.
fn records_apart(run: &Run, program: &Program, tables: &Tables, all: &[Complete]) -> Vec<String> {
    let plan = &program.names.plan.name;
    let mut findings = Vec::new();
    let mut credits = 0_u64;
    let records: BTreeSet<RecordId> = program.model.rules.iter().map(|rule| rule.record).collect();
    for id in records {
        let name = &program.names.records.at(id).name;
        let of_record = all.iter().filter(|row| row.plan == *plan && row.record == *name);
        let (read, became): (Vec<&Complete>, Vec<&Complete>) = of_record.partition(|row| row.outcome == "read");
        let (read, became) = (added(&read), added(&became));
        if read != became {
            findings.push(format!("what became of the rows of {name} is not what was read of it"));
        }
        let there = tables.rows(program.model.records.at(id).frame).map_or(0, |rows| rows.len());
        let rows = read.values().fold(0_u64, |sum, added| sum.saturating_add(added.0));
        if u64::try_from(there).ok() != Some(rows) {
            findings.push(format!("of {name} {rows} rows are said to be read, {there} are in `inputs/`"));
        }
        credits = read.values().fold(credits, |sum, added| sum.saturating_add(added.1));
    }
    let stored = run.results(plan, "Credit").map_or(0, |table| table.keys().len());
    if u64::try_from(stored).ok() != Some(credits) {
        findings.push(format!("{credits} credits are said to be made, {stored} are in `results/`"));
    }
    findings
}

/// Rows, credits, amount and amount credited by currency.
fn added<'a>(rows: &[&'a Complete]) -> BTreeMap<&'a str, (u64, u64, Exact, Exact)> {
    let mut sums: BTreeMap<&str, (u64, u64, Exact, Exact)> = BTreeMap::new();
    for row in rows {
        let sum = sums.entry(&row.currency).or_insert_with(|| (0, 0, Exact::zero(), Exact::zero()));
        let number = |text: &str| Exact::parse(text).unwrap_or_else(Exact::zero);
        sum.0 = sum.0.saturating_add(row.rows);
        sum.1 = sum.1.saturating_add(row.credits);
        sum.2 = sum.2.plus(&number(&row.amount));
        sum.3 = sum.3.plus(&number(&row.amount_credited));
    }
    sums
}

fn rules_apart(run: &Run, program: &Program, tables: &Tables, all: &[Reconciled]) -> Vec<String> {
    let plan = &program.names.plan.name;
    let credited = credited(run, plan);
    let mut findings = Vec::new();
    for (id, rule) in program.model.rules.pairs() {
        let name = &program.names.rules.at(id).0.name;
        let record = program.model.records.at(rule.record);
        let rows = all.iter().filter(|row| row.plan == *plan && row.rule == *name && !row.amount_credited.is_empty());
        let (mut counted, mut amount, mut given) = (0_u64, Exact::zero(), Exact::zero());
        let plus = |sum: &Exact, text: &str| sum.plus(&Exact::parse(text).unwrap_or_else(Exact::zero));
        for row in rows {
            counted = counted.saturating_add(row.rows);
            amount = plus(&amount, &row.amount);
            given = plus(&given, &row.amount_credited);
        }
        let there = tables.rows(record.frame).map_or(0, |rows| rows.len());
        if u64::try_from(there).ok() != Some(counted) {
            findings.push(format!("`{name}` accounts for {counted} rows, of {there} that were read"));
        }
        let read = record.total.and_then(|total| tables.column(total)).map(|total| {
            let cells = (0..total.len()).map(crate::table::row_number).filter_map(|row| total.fixed(row));
            cells.fold(Exact::zero(), |sum, cell| sum.plus(&cell.to_exact()))
        });
        if let Some(read) = read.filter(|read| *read != amount) {
            findings.push(format!("`{name}` accounts for {amount} over all currencies, of {read} that was read"));
        }
        let found = credited.get(name).cloned().unwrap_or_else(Exact::zero);
        if found != given {
            findings.push(format!("`{name}` says it credited {given}, its credits in `results/` come to {found}"));
        }
    }
    findings
}

/// What the stored credits come to, by rule.
fn credited(run: &Run, plan: &str) -> BTreeMap<String, Exact> {
    let mut sums: BTreeMap<String, Exact> = BTreeMap::new();
    let Ok(table) = run.results(plan, "Credit") else { return sums };
    let column = table.entry().columns.iter().map(|column| column.name.as_str());
    let Some(column) = column.rev().find(|name| ["amount", "amount_of_credit"].contains(name)) else {
        return sums;
    };
    for key in table.keys() {
        let amount = table.get(column, key).ok().flatten().and_then(|text| Exact::parse(&text));
        if let (Some(rule), Some(amount)) = (key.first(), amount) {
            let sum = sums.entry(rule.clone()).or_insert_with(Exact::zero);
            *sum = sum.plus(&amount);
        }
    }
    sums
}
