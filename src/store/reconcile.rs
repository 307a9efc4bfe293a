//! The reconciliation: for each credit rule, what was read is what was credited and what was not; and the rows
//! that count nowhere else, which an aggregate gives to no reader or which have no date yet on which to be earned.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::PlanRun;
use super::adding::{ByCurrency, InCurrency, TooLong, add, amount, data, units_of};
use super::flows::currency;
use super::results::{frame_name, part_name, record_name};
use super::share::Share;
use crate::diagnostics::Diagnostic;
use crate::ids::{ColumnId, ExprId, RecordId, RuleId};
use crate::program::Program;
use crate::table::{Outcome, RuleOutcome, State, Unplaced, UnplacedRows};
use crate::types::expr::Expr;
use crate::types::model::FrameRows;
use crate::value::Currency;

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

/// What rows add up to by what became of them.
type Groups = BTreeMap<Group, Sums>;

/// What the rows of some results add up to: sums of parts are merged into those of the whole.
#[derive(Default)]
pub(super) struct ReconciledSums {
    /// The rows that each rule read.
    rules: BTreeMap<RuleId, Groups>,
    /// By aggregate, with its definition and the record, the rows that it gives to no one.
    unplaced: BTreeMap<usize, (ColumnId, RecordId, Groups)>,
    /// By definition, what is earned or paid on no day yet.
    pending: BTreeMap<ColumnId, Groups>,
}

impl ReconciledSums {
    /// Of the rows of a share.
    pub fn of(run: &PlanRun<'_>, share: Share<'_>) -> Result<ReconciledSums, Diagnostic> {
        let mut sums = ReconciledSums::default();
        let model = &run.program.model;
        for outcome in run.results.outcomes.iter().filter(|_| share.holds_credits(model)) {
            sums.rules.insert(outcome.rule, groups(run, share, outcome)?);
        }
        for unplaced in run.results.unplaced.iter().filter(|unplaced| share.holds(unplaced.members)) {
            let FrameRows::Record(record) = model.frames.at(unplaced.members).rows else { continue };
            let groups = not_counted(run, share, unplaced, record).map_err(TooLong::told)?;
            sums.unplaced.insert(unplaced.place, (unplaced.column, record, groups));
        }
        for column in run.results.flows.keys().filter(|column| share.holds(model.columns.at(**column).frame)) {
            sums.pending.insert(*column, pending(run, share, *column).map_err(TooLong::told)?);
        }
        Ok(sums)
    }

    /// Adds those of another share.
    pub fn merge(&mut self, other: ReconciledSums) -> Result<(), TooLong> {
        for (rule, groups) in other.rules {
            merge(self.rules.entry(rule).or_default(), groups)?;
        }
        for (place, (column, record, groups)) in other.unplaced {
            merge(&mut self.unplaced.entry(place).or_insert((column, record, Groups::new())).2, groups)?;
        }
        for (column, groups) in other.pending {
            merge(self.pending.entry(column).or_default(), groups)?;
        }
        Ok(())
    }

    /// The rows for all rules and definitions of a plan, sorted.
    pub fn rows(self, program: &Program) -> Vec<Reconciled> {
        let model = &program.model;
        let mut rows = Vec::new();
        for (rule, groups) in self.rules {
            rows.extend(groups.into_iter().map(|group| row(program, rule, group)));
        }
        for (column, record, groups) in self.unplaced.into_values() {
            let (name, total) = (record_name(program, record), model.records.at(record).total);
            rows.extend(groups.into_iter().map(|group| of_definition(program, column, name.clone(), total, group)));
        }
        for (column, groups) in self.pending {
            let name = frame_name(program, model.columns.at(column).frame);
            let own = Some(column);
            rows.extend(groups.into_iter().map(|group| of_definition(program, column, name.clone(), own, group)));
        }
        // The rows of one rule stand in order already.
        rows.sort_by(|a: &Reconciled, b| (&a.record, &a.rule).cmp(&(&b.record, &b.rule)));
        rows
    }
}

fn merge(all: &mut Groups, more: Groups) -> Result<(), TooLong> {
    more.into_iter().try_for_each(|(group, sums)| all.entry(group).or_default().add(&sums))
}

/// What rows add up, by currency and by what they have in common.
type Parts<K> = ByCurrency<Vec<(K, Sums)>>;

/// So many rows of a record are counted by one thread.
const ROWS: u32 = 1 << 16;

/// The sums of what has this in common; there are few, so they are looked through.
fn part<K>(
    parts: &mut Parts<K>,
    currency: Option<Currency>,
    is_it: impl Fn(&K) -> bool,
    new: impl FnOnce() -> K,
) -> Option<&mut Sums> {
    let parts = parts.of(currency)?;
    let known = parts.iter().position(|(key, _)| is_it(key));
    let place = known.unwrap_or(parts.len());
    if known.is_none() {
        parts.push((new(), Sums::default()));
    }
    parts.get_mut(place).map(|(_, sums)| sums)
}

impl Sums {
    /// Counts a row.
    fn count(&mut self, amount: i128) -> Result<(), TooLong> {
        self.rows = self.rows.saturating_add(1);
        self.amount = add(self.amount, amount)?;
        Ok(())
    }

    fn add(&mut self, other: &Sums) -> Result<(), TooLong> {
        self.rows = self.rows.saturating_add(other.rows);
        self.amount = add(self.amount, other.amount)?;
        self.credited = add(self.credited, other.credited)?;
        Ok(())
    }
}

/// Whether a credit was made, in this part or another.
fn is_credited(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Credited(_) | Outcome::Elsewhere)
}

/// Whether the same became of two source rows, whatever the credits.
fn same(a: &[(u32, Outcome)], b: &[(u32, Outcome)]) -> bool {
    let is_same = |((_, a), (_, b)): (&(u32, Outcome), &(u32, Outcome))| (is_credited(a) && is_credited(b)) || a == b;
    a.len() == b.len() && a.iter().zip(b).all(is_same)
}

fn groups(run: &PlanRun<'_>, share: Share<'_>, outcome: &RuleOutcome) -> Result<Groups, Diagnostic> {
    type ByOutcomes = Parts<Vec<(u32, Outcome)>>;
    let model = &run.program.model;
    let record = model.rules.at(outcome.rule).record;
    let (total, counted) = (model.records.at(record).total, share.counted(record));
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
            if counted.has(*row) {
                sums.count(units_of(total, *row))?;
            }
            for (_, came_to) in of_source {
                if let Outcome::Credited(credited) = came_to {
                    sums.credited = add(sums.credited, units_of(credit, *credited))?;
                }
            }
        }
        Ok(parts)
    };
    let shares = outcome.outcomes.par_chunk_by(|(a, _), (b, _)| a / ROWS == b / ROWS);
    let added = shares.map(|share| share.chunk_by(|(a, _), (b, _)| a == b).try_fold(ByOutcomes::default(), count));
    let merged = |mut all: ByOutcomes, more: ByOutcomes| {
        for (currency, parts) in more {
            for (key, sums) in parts {
                let known = part(&mut all, currency, |known| same(known, &key), || key.clone());
                known.map_or(Ok(()), |known| known.add(&sums))?;
            }
        }
        Ok(all)
    };
    let mut groups = Groups::new();
    for (currency, parts) in added.try_reduce(ByOutcomes::default, merged).map_err(TooLong::told)? {
        for (of_source, sums) in parts {
            let (word, reason) = words(run.program, outcome.rule, &of_source);
            let group = (word, reason, currencies.text(currency));
            groups.entry(group).or_default().add(&sums).map_err(TooLong::told)?;
        }
    }
    Ok(groups)
}

fn row(program: &Program, rule: RuleId, (group, sums): (Group, Sums)) -> Reconciled {
    let model = &program.model;
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
fn not_counted(
    run: &PlanRun<'_>,
    share: Share<'_>,
    unplaced: &UnplacedRows,
    record: RecordId,
) -> Result<Groups, TooLong> {
    let total = run.program.model.records.at(record).total;
    let (currencies, amounts, counted) = (InCurrency::of(run, total), data(run, total), share.counted(record));
    let mut parts: Parts<Unplaced> = Parts::default();
    for (row, why) in unplaced.rows.iter().filter(|(row, _)| counted.has(*row)) {
        let sums = part(&mut parts, currencies.at(*row), |known| known == why, || *why);
        sums.map_or(Ok(()), |sums| sums.count(units_of(amounts, *row)))?;
    }
    let mut groups = Groups::new();
    for (currency, parts) in parts {
        for (why, sums) in parts {
            let outcome = if why == Unplaced::NoDate { "pending" } else { "not counted" };
            let group = (outcome, not_placed(run.program, why), currencies.text(currency));
            groups.entry(group).or_default().add(&sums)?;
        }
    }
    Ok(groups)
}

/// What is earned on no day yet: its own date is blank.
fn pending(run: &PlanRun<'_>, share: Share<'_>, column: ColumnId) -> Result<Groups, TooLong> {
    let mut groups = Groups::new();
    let (Some(data), Some(flow)) = (data(run, Some(column)), run.results.flows.get(&column)) else {
        return Ok(groups);
    };
    let counted = share.counted_on(run, run.program.model.columns.at(column).frame);
    let currencies = InCurrency::of(run, Some(column));
    let mut parts: ByCurrency<Sums> = ByCurrency::default();
    for (row, date) in (0_u32..).zip(&flow.date) {
        if date.is_none() && data.state(row) == State::There && counted.has(row) {
            let sums = parts.of(currencies.at(row));
            sums.map_or(Ok(()), |sums| sums.count(units_of(Some(data), row)))?;
        }
    }
    for (currency, sums) in parts {
        let group = ("pending", "no date yet".to_owned(), currencies.text(currency));
        groups.entry(group).or_default().add(&sums)?;
    }
    Ok(groups)
}

/// A row for a definition; its amount is that of a column.
fn of_definition(
    program: &Program,
    column: ColumnId,
    record: String,
    total: Option<ColumnId>,
    ((outcome, reason, currency), sums): (Group, Sums),
) -> Reconciled {
    Reconciled {
        plan: program.names.plan.name.clone(),
        record,
        rule: program.names.columns.at(column).name.clone(),
        outcome: outcome.to_owned(),
        reason,
        rows: sums.rows,
        amount: total.map_or_else(String::new, |total| amount(program, total, sums.amount, &currency)),
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
    if any(is_credited) {
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
