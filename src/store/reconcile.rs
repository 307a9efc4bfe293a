//! The reconciliation: for each credit rule, what was read is what was credited and what was not; and the rows
//! that count nowhere else, which an aggregate gives to no reader or which have no date yet on which to be earned.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::PlanRun;
use super::flows::currency;
use super::results::{frame_name, part_name, record_name};
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, ExprId, RuleId};
use crate::keys;
use crate::program::Program;
use crate::table::{Cells, ColumnData, Outcome, RuleOutcome, State, Unplaced, UnplacedRows};
use crate::types::expr::Expr;
use crate::types::model::{Dimension, FrameRows, Part, Type};
use crate::value::{Currency, Fixed};

/// A row of `reconciliation.csv`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciled {
    /// The plan.
    pub plan: String,
    /// The record the rule reads.
    pub record: String,
    /// The rule, or the definition whose aggregate goes over the record or which earns on its rows.
    pub rule: String,
    /// `credited`, `not credited`, `not counted` or `pending`.
    pub outcome: String,
    /// Why it was not credited or not counted.
    pub reason: String,
    /// How many rows of the record came to this.
    pub rows: u64,
    /// What their `total` column adds up to; empty where the record has none.
    pub amount: String,
    /// What their credits come to, in the currency of the credits; empty for a definition.
    pub amount_credited: String,
    /// The currency of `amount`, or where there is none that of the credits.
    pub currency: String,
}

/// What identifies a row beside its rule: outcome, reason and currency.
type Group = (&'static str, String, String);

/// What a row adds up.
#[derive(Default)]
struct Sums {
    rows: u64,
    amount: i128,
    credited: i128,
}

/// The rows for all rules of a plan, sorted.
pub(super) fn reconcile(run: &PlanRun<'_>) -> Result<Vec<Reconciled>, Diagnostic> {
    let mut rows = Vec::new();
    for outcome in &run.results.outcomes {
        let groups = groups(run, outcome)?;
        rows.extend(groups.into_iter().map(|group| row(run, outcome.rule, group)));
    }
    for unplaced in &run.results.unplaced {
        rows.extend(not_counted(run, unplaced)?);
    }
    rows.extend(pending(run)?);
    // The rows of one rule stand in order already.
    rows.sort_by(|a: &Reconciled, b| (&a.record, &a.rule).cmp(&(&b.record, &b.rule)));
    Ok(rows)
}

/// What rows add up that have something in common and are in one currency.
type Parts<K> = Vec<(K, Option<Currency>, Sums)>;

/// The sums of what has this in common; there are few, so they are looked through.
fn part<K>(
    parts: &mut Parts<K>,
    currency: Option<Currency>,
    is_it: impl Fn(&K) -> bool,
    new: impl FnOnce() -> K,
) -> Option<&mut Sums> {
    let known = parts.iter().position(|(key, of, _)| *of == currency && is_it(key));
    let place = known.unwrap_or(parts.len());
    if known.is_none() {
        parts.push((new(), currency, Sums::default()));
    }
    parts.get_mut(place).map(|(_, _, sums)| sums)
}

impl Sums {
    fn add(&mut self, other: &Sums) -> Result<(), TooLong> {
        self.rows = self.rows.saturating_add(other.rows);
        self.amount = add(self.amount, other.amount)?;
        self.credited = add(self.credited, other.credited)?;
        Ok(())
    }
}

/// What the amounts of a column are in.
pub(super) enum InCurrency<'a> {
    /// All of them in this, or in none.
    One(String),
    /// Each in what stands in this column.
    OfRow(&'a ColumnData),
}

impl<'a> InCurrency<'a> {
    /// What those of a column are in; of none, nothing.
    pub fn of(run: &PlanRun<'a>, column: Option<ColumnId>) -> InCurrency<'a> {
        let columns = &run.program.model.columns;
        let Some(column) = column else { return InCurrency::One(String::new()) };
        let described = columns.at(column);
        let named = match described.ty {
            Type::Number(Dimension { above: Some(Part::RowCurrency(named)), .. }, _) => Some(named),
            _ => None,
        };
        let own = named.filter(|named| columns.at(*named).frame == described.frame);
        match own.and_then(|named| run.results.tables.column(named)) {
            Some(data) => InCurrency::OfRow(data),
            None => InCurrency::One(currency(run, column, 0)),
        }
    }

    /// That of a row, where each has its own.
    pub fn at(&self, row: u32) -> Option<Currency> {
        match self {
            InCurrency::OfRow(data) if data.state(row) == State::There => match data.cells() {
                Cells::Currency(cells) => cells.get(row as usize).copied(),
                _ => None,
            },
            InCurrency::OfRow(_) | InCurrency::One(_) => None,
        }
    }

    /// Its letters, of that of a row where each has its own.
    pub fn text(&self, currency: Option<Currency>) -> String {
        match (self, currency) {
            (InCurrency::One(text), _) => text.clone(),
            (InCurrency::OfRow(_), currency) => {
                currency.map_or_else(String::new, |currency| currency.code().to_owned())
            }
        }
    }
}

/// Whether the same became of two source rows, whatever the credits.
fn same(a: &[(u32, Outcome)], b: &[(u32, Outcome)]) -> bool {
    let is_same = |(a, b): (&(u32, Outcome), &(u32, Outcome))| match (&a.1, &b.1) {
        (Outcome::Credited(_), Outcome::Credited(_)) => true,
        (a, b) => a == b,
    };
    a.len() == b.len() && a.iter().zip(b).all(is_same)
}

fn groups(run: &PlanRun<'_>, outcome: &RuleOutcome) -> Result<BTreeMap<Group, Sums>, Diagnostic> {
    type ByOutcomes = Parts<Vec<(u32, Outcome)>>;
    let model = &run.program.model;
    let total = model.records.at(model.rules.at(outcome.rule).record).total;
    let credit = model.credit.as_ref().map(|credit| credit.amount);
    let currencies = match total {
        Some(total) => InCurrency::of(run, Some(total)),
        // That of the credits, which have one.
        None => InCurrency::One(credit.map_or_else(String::new, |credit| currency(run, credit, 0))),
    };
    let (total, credit) = (data(run, total), data(run, credit));
    let count = |mut parts: ByOutcomes, of_source: &[(u32, Outcome)]| -> Result<ByOutcomes, TooLong> {
        let Some((row, _)) = of_source.first() else { return Ok(parts) };
        let is_it = |known: &Vec<(u32, Outcome)>| same(known, of_source);
        if let Some(sums) = part(&mut parts, currencies.at(*row), is_it, || of_source.to_vec()) {
            sums.rows = sums.rows.saturating_add(1);
            sums.amount = add(sums.amount, units_of(total, *row))?;
            for (_, came_to) in of_source {
                if let Outcome::Credited(credited) = came_to {
                    sums.credited = add(sums.credited, units_of(credit, *credited))?;
                }
            }
        }
        Ok(parts)
    };
    let sources = outcome.outcomes.par_chunk_by(|(a, _), (b, _)| a == b);
    let parts = sources
        .try_fold(Vec::new, count)
        .try_reduce(Vec::new, |mut all: ByOutcomes, more| {
            for (key, currency, sums) in more {
                let known = part(&mut all, currency, |known| same(known, &key), || key.clone());
                known.map_or(Ok(()), |known| known.add(&sums))?;
            }
            Ok(all)
        })
        .map_err(TooLong::told)?;
    let mut groups: BTreeMap<Group, Sums> = BTreeMap::new();
    for (of_source, currency, sums) in parts {
        let (word, reason) = words(run.program, outcome.rule, &of_source);
        groups.entry((word, reason, currencies.text(currency))).or_default().add(&sums).map_err(TooLong::told)?;
    }
    Ok(groups)
}

fn row(run: &PlanRun<'_>, rule: RuleId, (group, sums): (Group, Sums)) -> Reconciled {
    let (program, model) = (run.program, &run.program.model);
    let (outcome, reason, currency) = group;
    let record = model.rules.at(rule).record;
    let total = model.records.at(record).total;
    let credit = model.credit.as_ref().map(|credit| credit.amount);
    Reconciled {
        plan: program.names.plan.name.clone(),
        record: record_name(program, record),
        rule: program.names.rules.at(rule).0.name.clone(),
        outcome: outcome.to_owned(),
        reason,
        rows: sums.rows,
        amount: total.map_or_else(String::new, |total| amount(program, total, sums.amount, &currency)),
        amount_credited: credit.map_or_else(String::new, |credit| amount(program, credit, sums.credited, &currency)),
        currency,
    }
}

/// The rows of a record that an aggregate of a definition gives to no one.
fn not_counted(run: &PlanRun<'_>, unplaced: &UnplacedRows) -> Result<Vec<Reconciled>, Diagnostic> {
    let (program, model) = (run.program, &run.program.model);
    let FrameRows::Record(record) = model.frames.at(unplaced.members).rows else { return Ok(Vec::new()) };
    let total = model.records.at(record).total;
    let (currencies, amounts) = (InCurrency::of(run, total), data(run, total));
    let mut parts: Parts<Unplaced> = Vec::new();
    for (row, why) in &unplaced.rows {
        if let Some(sums) = part(&mut parts, currencies.at(*row), |known| known == why, || *why) {
            sums.rows = sums.rows.saturating_add(1);
            sums.amount = add(sums.amount, units_of(amounts, *row)).map_err(TooLong::told)?;
        }
    }
    let mut groups: BTreeMap<Group, Sums> = BTreeMap::new();
    for (why, currency, sums) in parts {
        let outcome = if why == Unplaced::NoDate { "pending" } else { "not counted" };
        groups
            .entry((outcome, not_placed(program, why), currencies.text(currency)))
            .or_default()
            .add(&sums)
            .map_err(TooLong::told)?;
    }
    let described =
        |(group, sums)| of_definition(run, unplaced.column, record_name(program, record), total, group, sums);
    Ok(groups.into_iter().map(described).collect())
}

/// What is earned on no day yet: its own date is blank.
fn pending(run: &PlanRun<'_>) -> Result<Vec<Reconciled>, Diagnostic> {
    let (program, model) = (run.program, &run.program.model);
    let mut rows = Vec::new();
    for (column, flow) in &run.results.flows {
        let Some(data) = run.results.tables.column(*column) else { continue };
        let mut groups: BTreeMap<Group, Sums> = BTreeMap::new();
        for (row, date) in (0_u32..).zip(&flow.date) {
            if date.is_none() && data.state(row) == State::There {
                let group = ("pending", "no date yet".to_owned(), currency(run, *column, row));
                let sums = groups.entry(group).or_default();
                sums.rows = sums.rows.saturating_add(1);
                sums.amount = add(sums.amount, units_of(Some(data), row)).map_err(TooLong::told)?;
            }
        }
        let frame = frame_name(program, model.columns.at(*column).frame);
        let described = |(group, sums)| of_definition(run, *column, frame.clone(), Some(*column), group, sums);
        rows.extend(groups.into_iter().map(described));
    }
    Ok(rows)
}

/// A row for a definition; its amount is that of a column.
fn of_definition(
    run: &PlanRun<'_>,
    column: ColumnId,
    record: String,
    total: Option<ColumnId>,
    (outcome, reason, currency): Group,
    sums: Sums,
) -> Reconciled {
    Reconciled {
        plan: run.program.names.plan.name.clone(),
        record,
        rule: run.program.names.columns.at(column).name.clone(),
        outcome: outcome.to_owned(),
        reason,
        rows: sums.rows,
        amount: total.map_or_else(String::new, |total| amount(run.program, total, sums.amount, &currency)),
        amount_credited: String::new(),
        currency,
    }
}

/// Why a row falls to no reader, in words.
pub fn not_placed(program: &Program, why: Unplaced) -> String {
    match why {
        Unplaced::NoPerson => "no person".to_owned(),
        Unplaced::NoDate => "no date yet".to_owned(),
        Unplaced::Nothing(part) => format!("no {}", part_name(program, part)),
        Unplaced::OutsidePeople => "person not in the plan".to_owned(),
        Unplaced::OutsideDates => "outside the plan's dates".to_owned(),
        Unplaced::NoRow => "no such row".to_owned(),
    }
}

/// An amount at the places of a column; one in each row's own currency at those of the currency.
pub(super) fn amount(program: &Program, column: ColumnId, units: i128, currency: &str) -> String {
    let column = program.model.columns.at(column);
    let fixed = Fixed { units, places: column.places.unwrap_or(0) };
    keys::in_row_currency(column, fixed, currency).to_string()
}

/// The cells of a column, where there are any.
pub(super) fn data<'a>(run: &PlanRun<'a>, column: Option<ColumnId>) -> Option<&'a ColumnData> {
    run.results.tables.column(column?).map(Arc::as_ref)
}

/// The units of a cell; one without a value adds nothing.
pub(super) fn units_of(data: Option<&ColumnData>, row: u32) -> i128 {
    data.and_then(|data| data.fixed(row)).map_or(0, |fixed| fixed.units)
}

/// A total with more digits than an integer has: small, for there is a result for every row.
#[derive(Debug)]
pub(super) struct TooLong;

impl TooLong {
    /// In words.
    pub fn told(self) -> Diagnostic {
        Diagnostic::new(Code::OutputFailed, "a total of the reconciliation has too many digits")
    }
}

pub(super) fn add(sum: i128, units: i128) -> Result<i128, TooLong> {
    sum.checked_add(units).ok_or(TooLong)
}

/// What became of a source row, in words. A row that is credited in part counts as credited, and the
/// reason says what was not.
fn words(program: &Program, rule: RuleId, outcomes: &[(u32, Outcome)]) -> (&'static str, String) {
    let mut reasons: Vec<String> = Vec::new();
    for reason in outcomes.iter().filter_map(|(_, outcome)| reason(program, rule, outcome)) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let any = |is: fn(&Outcome) -> bool| outcomes.iter().any(|(_, outcome)| is(outcome));
    let reason = reasons.join("; ");
    if any(|outcome| matches!(outcome, Outcome::Credited(_))) {
        let reason = if reason.is_empty() { reason } else { format!("in part: {reason}") };
        return ("credited", reason);
    }
    let pending = any(|outcome| *outcome == Outcome::NoDate);
    (if pending { "pending" } else { "not credited" }, reason)
}

/// Why something was not credited, in words; none where it was.
pub fn reason(program: &Program, rule: RuleId, outcome: &Outcome) -> Option<String> {
    let described = program.model.rules.at(rule);
    let written = |id: ExprId| program.names.written(id);
    let fails = |condition: Option<&Expr>| {
        let text = condition.map_or_else(String::new, |condition| written(condition.id));
        format!("fails where {text}")
    };
    let of = described.managers.as_ref().map(|managers| managers.of.id);
    Some(match outcome {
        Outcome::Credited(_) | Outcome::Elsewhere => return None,
        Outcome::Where(number) => fails(described.conditions.get(*number as usize)),
        Outcome::Narrowed(number) => fails(described.narrowed.get(*number as usize)),
        Outcome::NoRows => match (of, described.child) {
            (Some(of), _) => format!("no managers of {}", written(of)),
            (None, Some(child)) => format!("no {}", record_name(program, child)),
            (None, None) => String::new(),
        },
        Outcome::OutsideRecord => format!("a manager is no {}", record_name(program, program.model.plan.people)),
        Outcome::NoPerson => format!("no person in {}", written(of.unwrap_or(described.to.id))),
        Outcome::NoDate => "no date yet".to_owned(),
        Outcome::OutsidePeople => "person not in the plan".to_owned(),
        Outcome::OutsideDates => "outside the plan's dates".to_owned(),
    })
}
