//! Where a row of the data went: the credits it made or why it made none, what is computed on it, and what each value
//! would be without it.
//!
//! [`find`] finds the row, [`credits`] follows it through the credit rules, [`without`] computes the run a second time
//! without the row and compares.

mod credits;
mod find;
mod without;

use serde::Serialize;
pub(crate) use without::less;

use crate::diagnostics::{Code, Diagnostic};
use crate::program::Program;
use crate::store::{self, PlanRun, Run};
use crate::table::{Results, Tables};
use crate::types::model::{FrameRows, Origin, Word};

/// A row of the data and where it went.
#[derive(Clone, Debug, Serialize)]
pub struct Followed {
    /// The record.
    pub record: String,
    /// The key of the row.
    pub key: String,
    /// The data file it came from, where there is one.
    pub file: Option<String>,
    /// The row in that file; the header is row 1.
    pub row: Option<u64>,
    /// Its cells by the names of their columns; none where a cell is blank.
    pub cells: Vec<Cell>,
    /// Each plan of the run that has the record.
    pub plans: Vec<PlanFollowed>,
    /// What other rows had to go with it to compute the run without it: how many, of which record.
    pub with_it: Vec<(String, usize)>,
}

/// A cell of the data.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// The column.
    pub column: String,
    /// What stands there; none where it is blank.
    pub value: Option<String>,
}

/// Where a row went in one plan.
#[derive(Clone, Debug, Serialize)]
pub struct PlanFollowed {
    /// The plan.
    pub plan: String,
    /// Its title.
    pub title: String,
    /// Each credit rule that reads the record.
    pub rules: Vec<RuleFollowed>,
    /// What the plan defines for each row of the record.
    pub values: Vec<Value>,
    /// The definitions that add up rows of the record and give this one to no one: which, and why.
    pub not_counted: Vec<(String, String)>,
    /// What is different without the row, in the order of the plan.
    pub changes: Vec<Change>,
    /// Why that cannot be said.
    pub not_compared: Option<String>,
}

/// What a credit rule made of a row.
#[derive(Clone, Debug, Serialize)]
pub struct RuleFollowed {
    /// The rule.
    pub rule: String,
    /// The credits it made.
    pub credits: Vec<Credit>,
    /// Why it made none, or not all that it could.
    pub refused: Vec<Refused>,
}

/// A credit.
#[derive(Clone, Debug, Serialize)]
pub struct Credit {
    /// The child row for which it was made; empty where there is none.
    pub child: String,
    /// The person credited.
    pub person: String,
    /// The day.
    pub date: String,
    /// The amount.
    pub amount: String,
    /// Its currency.
    pub currency: String,
    /// Something to know: the person had left.
    pub remark: Option<String>,
    /// What the plan defines for each credit.
    pub values: Vec<Value>,
}

/// Why something was not credited.
#[derive(Clone, Debug, Serialize)]
pub struct Refused {
    /// The reason, as in the reconciliation.
    pub reason: String,
    /// The values that decided it, in words.
    pub values: String,
    /// Whether it is not yet: there is no date.
    pub pending: bool,
}

/// A value that belongs to the row or to a credit of it alone.
#[derive(Clone, Debug, Serialize)]
pub struct Value {
    /// The word of the definition: `earn`, `measure` …
    pub word: &'static str,
    /// The definition.
    pub name: String,
    /// The value.
    pub value: String,
    /// Its currency; empty where it has none.
    pub currency: String,
    /// For an `earn` or a `pay`, whose it is.
    pub person: String,
    /// For an `earn` or a `pay`, its period.
    pub period: String,
}

/// A value that is another one without the row.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The word of the definition.
    pub word: &'static str,
    /// The definition.
    pub name: String,
    /// The key of its row, part by part.
    pub key: Vec<String>,
    /// The value, as it is; none where there is none.
    pub with: Option<String>,
    /// The value without the row.
    pub without: Option<String>,
    /// What the row adds: the one less the other, for numbers.
    pub adds: Option<String>,
    /// The currency; empty where it has none.
    pub currency: String,
}

/// A plan of the run with what it came to.
struct Ran<'a> {
    program: &'a Program,
    tables: Tables,
    results: Results,
}

impl Ran<'_> {
    fn run(&self) -> PlanRun<'_> {
        PlanRun { program: self.program, results: &self.results }
    }
}

/// Follows a row, given as `RECORD:KEY`, through these plans of a run; each stands behind those it reads.
///
/// # Errors
/// No such record or row, or a run that does not come out as it is stored.
pub fn follow(run: &Run, programs: &[&Program], wanted: &str) -> Result<Followed, Vec<Diagnostic>> {
    let ran = store::rerun(programs, &|program, given| run.tables_with(program, given), engine_run)?;
    let ran: Vec<Ran<'_>> =
        ran.into_iter().map(|(program, tables, results)| Ran { program, tables, results }).collect();
    as_stored(run, &ran).map_err(|problem| vec![problem])?;
    let found = find::find(run, &ran, wanted)?;
    let without = without::without(run, programs, &found);
    let mut plans = Vec::new();
    for (position, plan) in ran.iter().enumerate() {
        let Some((record, row)) = find::row_in(plan, &found) else { continue };
        let (changes, not_compared) = match &without {
            Ok((without, _)) => match without.get(position) {
                Some(without) => (without::changes(plan, without, &found), None),
                None => (Vec::new(), None),
            },
            Err(why) => (Vec::new(), Some(why.clone())),
        };
        plans.push(PlanFollowed {
            plan: plan.program.names.plan.name.clone(),
            title: plan.program.names.title.clone(),
            rules: credits::rules(plan, record, row)?,
            values: credits::own_values(plan, plan.program.model.records.at(record).frame, row),
            not_counted: not_counted(plan, record, row),
            changes,
            not_compared,
        });
    }
    Ok(Followed {
        record: found.record,
        key: found.key,
        file: found.file,
        row: found.row,
        cells: found.cells,
        plans,
        with_it: without.map(|(_, with_it)| with_it).unwrap_or_default(),
    })
}

/// What is said must be of what was paid.
fn as_stored(run: &Run, ran: &[Ran<'_>]) -> Result<(), Diagnostic> {
    for plan in ran {
        let name = &plan.program.names.plan.name;
        if !store::pays_as_stored(run, &plan.run())? {
            let message = format!("computed again, `{name}` does not pay what the run stored");
            let help = "`attain verify` says which values differ";
            return Err(Diagnostic::new(Code::TraceDiffers, message).help(help));
        }
    }
    Ok(())
}

fn engine_run(program: &Program, tables: &Tables) -> Result<Results, Vec<Diagnostic>> {
    crate::engine::run(program, tables)
        .map_err(|stopped| crate::fault::describe(program, &stopped.so_far, &stopped.faults))
}

/// The definitions that give the row to no one.
fn not_counted(plan: &Ran<'_>, record: crate::ids::RecordId, row: u32) -> Vec<(String, String)> {
    let of_record = plan.results.unplaced.iter().filter(
        |unplaced| matches!(plan.program.model.frames.at(unplaced.members).rows, FrameRows::Record(own) if own == record),
    );
    let why = |unplaced: &crate::table::UnplacedRows| {
        let (_, why) = unplaced.rows.iter().find(|(unplaced, _)| *unplaced == row)?;
        let name = plan.program.names.columns.at(unplaced.column).name.clone();
        Some((name, store::not_placed(plan.program, *why)))
    };
    of_record.filter_map(why).collect()
}

/// The word of a definition.
pub(crate) fn word_of(origin: &Origin) -> &'static str {
    match origin {
        Origin::Definition(definition) => match definition.word {
            Word::Let => "let",
            Word::Measure => "measure",
            Word::Quota => "quota",
            Word::Earn => "earn",
            Word::Pay => "pay",
            Word::Balance => "balance",
        },
        _ => "",
    }
}
