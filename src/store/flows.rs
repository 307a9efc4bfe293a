//! What is paid and what is earned, value by value: the rows of `payouts.csv` and `earnings.csv`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::PlanRun;
use super::summary::Total;
use crate::calendar::{Date, Period};
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::ColumnId;
use crate::keys;
use crate::table::{Flow, Key};
use crate::types::model::{KeyPart, KnownBy, Origin, Part, Type, Word};
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

/// All values of one word.
#[derive(Debug, Default)]
pub(super) struct Flows {
    /// The values, sorted.
    pub values: Vec<FlowValue>,
    /// Their totals, by definition and currency.
    pub totals: Vec<Total>,
}

/// One value of a `pay` or an `earn`; they sort by what identifies them, by bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FlowValue {
    pub person: String,
    pub period: String,
    pub name: String,
    pub source: String,
    pub currency: String,
    pub amount: String,
    /// When it happens.
    pub date: Option<Date>,
    /// The amount in units of its places.
    units: i128,
    places: u8,
    /// The definition and its row.
    column: ColumnId,
    row: u32,
}

impl Flows {
    /// All values of the definitions with a word.
    pub fn of(run: &PlanRun<'_>, word: Word) -> Result<Flows, Diagnostic> {
        let mut flows = Flows::default();
        for (id, column) in run.program.model.columns.pairs() {
            if matches!(&column.origin, Origin::Definition(defined) if defined.word == word) {
                flows.add(run, id)?;
            }
        }
        flows.values.sort();
        Ok(flows)
    }

    fn add(&mut self, run: &PlanRun<'_>, column: ColumnId) -> Result<(), Diagnostic> {
        let Some(data) = run.results.tables.column(column) else {
            return Ok(());
        };
        let name = &run.program.names.columns.at(column).name;
        let none = Flow::default();
        let flow = run.results.flows.get(&column).unwrap_or(&none);
        let mut sums = BTreeMap::new();
        for row in (0..data.len()).map(crate::table::row_number) {
            if data.get(row).is_none() {
                continue;
            }
            let amount = data.fixed(row).ok_or_else(|| {
                let message = format!("`{name}` has no fixed places and cannot be written");
                Diagnostic::new(Code::OutputFailed, message)
            })?;
            let currency = currency(run, column, row);
            let amount = keys::in_row_currency(run.program.model.columns.at(column), amount, &currency);
            add_up(&mut sums, &currency, amount, name)?;
            self.values.push(FlowValue {
                person: person(run, flow, row),
                period: period(run, column, flow, row),
                name: name.clone(),
                source: source(run, column, row),
                currency,
                amount: amount.to_string(),
                date: flow.date.get(row as usize).copied().flatten(),
                units: amount.units,
                places: amount.places,
                column,
                row,
            });
        }
        self.totals.extend(totals(name, sums));
        Ok(())
    }

    /// The rows of `payouts.csv`.
    pub fn payouts(&self, plan: &str) -> impl Iterator<Item = Payout> {
        self.values.iter().cloned().map(move |value| Payout {
            plan: plan.to_owned(),
            person: value.person,
            period: value.period,
            name: value.name,
            amount: value.amount,
            currency: value.currency,
        })
    }

    /// The rows of `earnings.csv`.
    pub fn earnings(&self, plan: &str) -> impl Iterator<Item = Earning> {
        self.values.iter().cloned().map(move |value| Earning {
            plan: plan.to_owned(),
            person: value.person,
            period: value.period,
            component: value.name,
            source: value.source,
            amount: value.amount,
            currency: value.currency,
        })
    }

    /// The totals of the values that happen before or after these days, by definition and currency.
    pub fn outside(&self, (first, last): (Date, Date)) -> Result<Vec<Total>, Diagnostic> {
        let mut sums: BTreeMap<&str, Sums> = BTreeMap::new();
        let outside = |value: &&FlowValue| value.date.is_some_and(|date| date < first || last < date);
        for value in self.values.iter().filter(outside) {
            let amount = Fixed { units: value.units, places: value.places };
            add_up(sums.entry(&value.name).or_default(), &value.currency, amount, &value.name)?;
        }
        Ok(sums.into_iter().flat_map(|(name, sums)| totals(name, sums)).collect())
    }

    /// How many people have a value other than zero.
    pub fn people(&self) -> usize {
        let paid = self.values.iter().filter(|value| value.units != 0);
        let people: BTreeSet<&str> = paid.map(|value| value.person.as_str()).collect();
        people.len()
    }
}

/// The rows of `earnings.csv` of one plan, each with the date on which it is earned, where it has one.
///
/// # Errors
/// A value that cannot be written.
pub fn dated_earnings(run: &PlanRun<'_>) -> Result<Vec<(Earning, Option<Date>)>, Diagnostic> {
    let earned = Flows::of(run, Word::Earn)?;
    let dates: Vec<Option<Date>> = earned.values.iter().map(|value| value.date).collect();
    Ok(earned.earnings(&run.program.names.plan.name).zip(dates).collect())
}

/// The rows of `payouts.csv` of one plan.
///
/// # Errors
/// A value that cannot be written.
pub fn payouts(run: &PlanRun<'_>) -> Result<Vec<Payout>, Diagnostic> {
    Ok(Flows::of(run, Word::Pay)?.payouts(run.name()).collect())
}

/// Whose a value of a `pay` or an `earn` is, and in which period, as the CSV files say; both are empty for others.
pub fn belongs(run: &PlanRun<'_>, column: ColumnId, row: u32) -> (String, String) {
    let none = || (String::new(), String::new());
    run.results.flows.get(&column).map_or_else(none, |flow| (person(run, flow, row), period(run, column, flow, row)))
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
    let mut all = Vec::new();
    for word in [Word::Pay, Word::Earn] {
        let flows = Flows::of(run, word)?;
        let cells: Vec<_> = flows.values.iter().map(|value| (value.column, value.row, value.date)).collect();
        let values = flows.earnings(&run.program.names.plan.name);
        all.extend(values.zip(cells).map(|(value, (column, row, date))| Flowed {
            paid: word == Word::Pay,
            column,
            row,
            value,
            date,
        }));
    }
    // The sort keeps the order of the files, the payouts of a person before the earnings.
    all.sort_by(|a, b| a.value.person.cmp(&b.value.person));
    Ok(all)
}

/// The sum and the number of values by currency.
type Sums = BTreeMap<String, (Fixed, u64)>;

fn add_up(sums: &mut Sums, currency: &str, amount: Fixed, name: &str) -> Result<(), Diagnostic> {
    let places = amount.places;
    let entry = sums.entry(currency.to_owned());
    let (sum, count) = entry.or_insert((Fixed { units: 0, places }, 0));
    sum.units = sum.units.checked_add(amount.units).ok_or_else(|| {
        let message = format!("the total of `{name}` has too many digits");
        Diagnostic::new(Code::OutputFailed, message)
    })?;
    *count = count.saturating_add(1);
    Ok(())
}

fn totals(name: &str, sums: Sums) -> impl Iterator<Item = Total> {
    sums.into_iter().map(|(currency, (amount, values))| Total { name: name.to_owned(), currency, amount, values })
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

/// The credit, or what of the key is neither the person nor the period.
fn source(run: &PlanRun<'_>, column: ColumnId, row: u32) -> String {
    let (program, tables) = (run.program, &run.results.tables);
    let people = program.model.plan.people;
    let frame = program.model.columns.at(column).frame;
    match program.model.frames.at(frame).rows.known_by() {
        KnownBy::Credit => keys::credit_key(program, run.results, frame, row),
        KnownBy::Record(record) if record != people => keys::record_key(program, tables, record, row),
        KnownBy::Nothing | KnownBy::Record(_) => String::new(),
        KnownBy::Parts => {
            let others = parts(run, column, row)
                .filter(|(part, _)| !matches!(part, KeyPart::Period(_)) && *part != KeyPart::Record(people));
            let texts = others.map(|(part, key)| keys::print_part(program, tables, part, key));
            keys::one_or_list(texts.collect())
        }
    }
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
        Some(Part::RowCurrency(_) | Part::Unit(_)) | None => String::new(),
    }
}
