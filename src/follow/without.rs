//! A run computed without a row, and what is different then.

use std::collections::{BTreeMap, HashMap};

use super::find::{Found, record_id};
use super::{Change, Ran, word_of};
use crate::data::{self, StoredRecord};
use crate::diagnostics::Diagnostic;
use crate::ids::{ColumnId, FrameId, RecordId};
use crate::keys;
use crate::program::Program;
use crate::store::{self, PlanRun, Run};
use crate::table::{Cells, Results, State, Tables};
use crate::types::model::{FrameRows, Origin, Type};
use crate::value::Exact;

/// What plans come to without a row, and how many rows of other records went with it.
pub(super) type Without = (Vec<Results>, Vec<(String, usize)>);

/// Computes the plans without the row. A row that must refer to it goes with it; where a reference may be blank, it is.
/// Control totals are those of the whole file and are not asked.
///
/// # Errors
/// Why the plans cannot be computed without it, in words.
pub(super) fn without(run: &Run, programs: &[&Program], found: &Found) -> Result<Without, String> {
    let with_it = std::cell::RefCell::new(BTreeMap::new());
    let read = |program: &Program, given: &[StoredRecord]| {
        let records = program.model.records.ids().map(|record| {
            let own = given.iter().find(|given| given.record == record).cloned();
            own.map_or_else(|| run.stored_record(program, record), Ok)
        });
        let records: Result<Vec<StoredRecord>, Diagnostic> = records.collect();
        let mut records = records.map_err(|problem| vec![problem])?;
        let mut program = program.clone();
        for record in program.model.records.ids().collect::<Vec<RecordId>>() {
            program.model.records.at_mut(record).control = None;
        }
        if let Some(record) = record_id(&program, &found.record) {
            let mut gone = BTreeMap::new();
            remove(&program, &mut records, record, &found.key, &mut gone);
            // Plans share their records.
            with_it.borrow_mut().extend(gone);
        }
        data::from_stored(&program, &records, &[])
    };
    let ran = store::rerun(programs, &read, super::engine_run).map_err(|problems| {
        let first = problems.first().map(|problem| format!("{} ({})", problem.message, problem.code.text()));
        format!("without the row the plans cannot be computed: {}", first.unwrap_or_default())
    })?;
    let mut with_it = with_it.into_inner();
    with_it.remove(&found.record).map(|own: usize| own.saturating_sub(1)).filter(|own| *own > 0).into_iter().for_each(
        |own| {
            with_it.insert(found.record.clone(), own);
        },
    );
    Ok((ran.into_iter().map(|(_, _, results)| results).collect(), with_it.into_iter().collect()))
}

/// Removes a row and those that must refer to it; counts them by record.
fn remove(
    program: &Program,
    records: &mut [StoredRecord],
    record: RecordId,
    key: &str,
    gone: &mut BTreeMap<String, usize>,
) {
    let name = |column: &ColumnId| program.names.columns.at(*column).name.clone();
    let key_columns: Vec<String> = program.model.records.at(record).key.iter().map(name).collect();
    if let Some(stored) = records.iter_mut().find(|stored| stored.record == record) {
        let before = stored.rows.len();
        let positions = positions(&stored.columns, &key_columns);
        stored.rows.retain(|row| printed_key(&row.cells, &positions) != key);
        let removed = before.saturating_sub(stored.rows.len());
        if removed == 0 {
            return;
        }
        let count = gone.entry(program.names.records.at(record).name.clone()).or_insert(0);
        *count = count.saturating_add(removed);
    }
    let mut following = Vec::new();
    for stored in records.iter_mut() {
        let described = program.model.records.at(stored.record);
        let own_key: Vec<String> = described.key.iter().map(name).collect();
        let own_key = positions(&stored.columns, &own_key);
        for column in described.columns.iter().filter(|column| refers_to(program, **column, record)) {
            let optional = program.model.columns.at(*column).optional;
            let Some(position) = stored.columns.iter().position(|stored| *stored == name(column)) else { continue };
            for row in &mut stored.rows {
                let Some(cell) = row.cells.get_mut(position).filter(|cell| cell.as_deref() == Some(key)) else {
                    continue;
                };
                if optional {
                    *cell = None;
                } else {
                    following.push((stored.record, printed_key(&row.cells, &own_key)));
                }
            }
        }
    }
    for (record, key) in following {
        remove(program, records, record, &key, gone);
    }
}

fn refers_to(program: &Program, column: ColumnId, record: RecordId) -> bool {
    let described = program.model.columns.at(column);
    matches!(described.origin, Origin::Data(_)) && described.ty == Type::Reference(record)
}

fn positions(columns: &[String], wanted: &[String]) -> Vec<usize> {
    wanted.iter().filter_map(|name| columns.iter().position(|column| column == name)).collect()
}

/// The key of a stored row, as it is printed.
fn printed_key(cells: &[Option<String>], positions: &[usize]) -> String {
    let part = |position: &usize| cells.get(*position).cloned().flatten().unwrap_or_default();
    keys::one_or_list(positions.iter().map(part).collect())
}

/// What is different without the row, in the order of the plan; the values of the row itself and of its own credits,
/// which are not there without it, are not among it.
pub(super) fn changes(plan: &Ran<'_>, without: &Results, found: &Found) -> Vec<Change> {
    let program = plan.program;
    let mut rows: HashMap<FrameId, Pairs> = HashMap::new();
    let mut changes = Vec::new();
    for (column, described) in program.model.columns.pairs() {
        if !matches!(described.origin, Origin::Definition(_)) {
            continue;
        }
        let pairs = rows.entry(described.frame).or_insert_with(|| pairs(plan, without, described.frame));
        for (key, with_row, without_row) in pairs.iter() {
            if same_number((&plan.results.tables, *with_row), (&without.tables, *without_row), column) {
                continue;
            }
            let with = print(program, &plan.results.tables, column, *with_row);
            let other = print(program, &without.tables, column, *without_row);
            let own = without_row.is_none() && is_own(program, described.frame, found, key);
            if with == other || own {
                continue;
            }
            let currency = match (with_row, without_row) {
                (Some(row), _) => store::currency(&plan.run(), column, *row),
                (None, Some(row)) => store::currency(&PlanRun { program, results: without }, column, *row),
                (None, None) => String::new(),
            };
            changes.push(Change {
                word: word_of(&described.origin),
                name: program.names.columns.at(column).name.clone(),
                key: key.clone(),
                adds: is_number(&plan.results.tables, column)
                    .then(|| less(with.as_deref(), other.as_deref()))
                    .flatten(),
                with,
                without: other,
                currency,
            });
        }
    }
    changes
}

/// The rows of a frame by their keys: with the row that is followed, and without it.
type Pairs = Vec<(Vec<String>, Option<u32>, Option<u32>)>;

fn pairs(plan: &Ran<'_>, without: &Results, frame: FrameId) -> Pairs {
    let program = plan.program;
    let count = |tables: &Tables| tables.rows(frame).map_or(0..0, |rows| rows.all());
    let mut other: HashMap<Vec<String>, u32> =
        count(&without.tables).map(|row| (keys::frame_key(program, without, frame, row), row)).collect();
    let mut pairs: Pairs = count(&plan.results.tables)
        .map(|row| {
            let key = keys::frame_key(program, &plan.results, frame, row);
            let other = other.remove(&key);
            (key, Some(row), other)
        })
        .filter(|(_, _, other)| !is_credit(plan, frame) || other.is_some())
        .collect();
    let mut new: Pairs = other.into_iter().map(|(key, row)| (key, None, Some(row))).collect();
    new.sort();
    pairs.extend(new);
    pairs
}

/// Whether a row is the one that is followed, by another frame's key.
fn is_own(program: &Program, frame: FrameId, found: &Found, key: &[String]) -> bool {
    let record = match program.model.frames.at(frame).rows {
        FrameRows::Record(record) => program.names.records.at(record).name == found.record,
        _ => false,
    };
    record && keys::one_or_list(key.to_vec()) == found.key
}

fn is_credit(plan: &Ran<'_>, frame: FrameId) -> bool {
    plan.program.model.credits_of(frame).is_some()
}

fn print(program: &Program, tables: &Tables, column: ColumnId, row: Option<u32>) -> Option<String> {
    let row = row.filter(|row| tables.column(column).is_some_and(|data| data.state(*row) == State::There))?;
    keys::print_cell(program, tables, column, row)
}

/// Whether both rows have the same number, which need not be printed to be compared.
fn same_number(
    (with, with_row): (&Tables, Option<u32>),
    (other, other_row): (&Tables, Option<u32>),
    column: ColumnId,
) -> bool {
    let number = |tables: &Tables, row: Option<u32>| tables.column(column).zip(row).map(|(data, row)| data.fixed(row));
    matches!((number(with, with_row), number(other, other_row)), (Some(Some(a)), Some(Some(b))) if a == b)
}

fn is_number(tables: &Tables, column: ColumnId) -> bool {
    tables.column(column).is_some_and(|data| matches!(data.cells(), Cells::Number { .. } | Cells::Exact(_)))
}

/// One number less another, of which a missing one is 0; as a percentage where they are.
pub(crate) fn less(with: Option<&str>, without: Option<&str>) -> Option<String> {
    let percent = with.or(without).is_some_and(|text| text.ends_with('%'));
    let number = |text: Option<&str>| Exact::parse(text.unwrap_or("0").trim_end_matches('%'));
    let difference = number(with)?.minus(&number(without)?);
    let places = [with, without].into_iter().flatten().filter_map(|text| text.split_once('.'));
    let places = places.map(|(_, decimals)| decimals.trim_end_matches('%').len()).max().unwrap_or(0);
    let places = u8::try_from(places).unwrap_or(u8::MAX);
    let fixed =
        crate::value::Fixed::from_exact(&difference, places, crate::value::Rounding::HalfUp, crate::value::WIDE_DIGITS);
    let text = fixed.map_or_else(|_| difference.to_string(), |fixed| fixed.to_string());
    Some(if percent { format!("{text}%") } else { text })
}
