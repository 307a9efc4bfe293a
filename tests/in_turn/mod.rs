//! Persons computed part by part come to the same as all at once.

pub mod folders;

use std::collections::{BTreeMap, BTreeSet};

use attain::data;
use attain::engine;
use attain::engine::part::{Divided, Turns, Why};
use attain::ids::{FrameId, RecordId};
use attain::keys;
use attain::program::Program;
use attain::table::{Results, State, Stopped, Tables};
use attain::types::model::{FrameRows, Origin};

/// All cells of definitions by definition and key: the value, or that it is missing.
type Values = BTreeMap<(u32, Vec<String>), String>;

/// How plans were computed.
#[derive(Debug, Default)]
pub struct Seen {
    /// So many in parts.
    pub parts: usize,
    /// Why others were not.
    whole: BTreeMap<String, usize>,
}

fn add(
    values: &mut Values,
    program: &Program,
    results: &Results,
    wanted: impl Fn(FrameId) -> bool,
) -> Result<(), String> {
    for (id, column) in program.model.columns.pairs().filter(|(_, column)| wanted(column.frame)) {
        let (Origin::Definition(_), Some(data)) = (&column.origin, results.tables.column(id)) else { continue };
        for row in (0..u32::try_from(data.len()).unwrap()).filter(|row| data.state(*row) != State::NoRow) {
            let key = (id.0, keys::frame_key(program, results, column.frame, row));
            let cell = keys::print_cell(program, &results.tables, id, row).unwrap_or("(missing)".to_owned());
            if let Some(known) = values.insert(key.clone(), cell.clone()).filter(|known| *known != cell) {
                let name = &program.names.columns.at(id).name;
                return Err(format!("`{name}` of {:?} is {known} in one part and {cell} in another", key.1));
            }
        }
    }
    Ok(())
}

/// The data without the rows of some records.
fn without(program: &Program, tables: &Tables, records: &BTreeSet<RecordId>) -> Tables {
    let mut rest = tables.clone();
    let frames: BTreeSet<FrameId> = records.iter().map(|record| program.model.records.at(*record).frame).collect();
    frames.iter().for_each(|frame| rest.remove_rows(*frame));
    rest.file_rows.retain(|frame, _| !frames.contains(frame));
    for (id, _) in program.model.columns.pairs().filter(|(_, column)| frames.contains(&column.frame)) {
        rest.remove_column(id);
    }
    rest
}

/// The values of all parts and of what is computed behind them.
fn in_turn(
    turns: Turns<'_>,
    program: &Program,
    tables: &Tables,
    records: &BTreeSet<RecordId>,
) -> Result<Result<Values, Stopped>, String> {
    let (mut turns, mut values) = (turns, Values::new());
    let (people, frames) = (u32::try_from(turns.people()).unwrap(), turns.frames());
    let mut leads = BTreeMap::new();
    for record in records {
        let frame = program.model.records.at(*record).frame;
        let all: Vec<u32> = tables.rows(frame).map_or(0..0, |rows| rows.all()).collect();
        let some = data::some_rows(program, tables, &BTreeMap::from([(*record, all)]), &[]);
        match turns.leads(*record, &some.tables) {
            Ok(found) => leads.insert(*record, found),
            Err(stopped) => return Ok(Err(stopped)),
        };
    }
    let size = people.div_ceil(3).max(1);
    for first in (0..people).step_by(size as usize) {
        let persons = first..people.min(first + size);
        let wanted = leads.iter().map(|(record, leads)| {
            let here = leads.iter().filter(|(_, person)| persons.contains(person));
            (*record, here.map(|(row, _)| *row).collect::<BTreeSet<u32>>().into_iter().collect())
        });
        let some = data::some_rows(program, tables, &wanted.collect(), &[]);
        match turns.part(persons, &some.tables) {
            Ok(came) => add(&mut values, program, &turns.note(came), |frame| frames.contains(&frame))?,
            Err(stopped) => return Ok(Err(stopped)),
        }
    }
    match turns.rest() {
        Ok(results) => add(&mut values, program, &results, |frame| !frames.contains(&frame))?,
        Err(stopped) => return Ok(Err(stopped)),
    }
    Ok(Ok(values))
}

/// Computes a plan at once and in three parts: of the records that credits are made of, and of each other one besides.
pub fn check(program: &Program, tables: &Tables, seen: &mut Seen) -> Result<(), String> {
    check_with(program, tables, &BTreeSet::new(), seen)?;
    let credited = |record: &RecordId| program.model.rules.iter().any(|rule| rule.record == *record);
    let others = program.model.records.ids().filter(|record| !credited(record));
    others.into_iter().try_for_each(|record| check_with(program, tables, &BTreeSet::from([record]), seen))
}

fn check_with(program: &Program, tables: &Tables, asked: &BTreeSet<RecordId>, seen: &mut Seen) -> Result<(), String> {
    let divided = match Divided::of(program, asked) {
        Ok(divided) if divided.records().is_empty() => return Ok(()),
        Ok(divided) => divided,
        Err(why) => {
            let why = match why {
                Why::Column(column) => format!("column {}", program.names.columns.at(column).name),
                Why::Rule(rule) => format!("rule {}", program.names.rules.at(rule).0.name),
                why => format!("{why:?}"),
            };
            *seen.whole.entry(why).or_default() += 1;
            return Ok(());
        }
    };
    let records = divided.records().clone();
    let whole = engine::run(program, tables);
    let found = match divided.begin(&without(program, tables, &records)) {
        Ok(turns) => in_turn(turns, program, tables, &records)?,
        Err(stopped) => Err(stopped),
    };
    match (whole, found) {
        (Ok(whole), Ok(found)) => {
            seen.parts += 1;
            let mut expected = Values::new();
            // The rows of records that lead to no one are in no part here.
            let led = |frame: FrameId| !matches!(program.model.frames.at(frame).rows, FrameRows::Record(_));
            add(&mut expected, program, &whole, led)?;
            let differs = expected.iter().find(|(key, value)| found.get(key) != Some(value));
            let more = found.keys().find(|key| {
                let column = program.model.columns.pairs().find(|(id, _)| id.0 == key.0).unwrap().1;
                led(column.frame) && !expected.contains_key(key)
            });
            match (differs, more) {
                (None, None) => Ok(()),
                (Some((key, value)), _) => {
                    Err(format!("{} is {value}, and {:?} in parts", named(program, key), found.get(key)))
                }
                (None, Some(key)) => Err(format!("{} is in parts alone", named(program, key))),
            }
        }
        (Err(_), Err(_)) => Ok(()),
        (Ok(_), Err(stopped)) => Err(format!("parts alone stop: {:?}", stopped.faults)),
        (Err(stopped), Ok(_)) => Err(format!("the whole alone stops: {:?}", stopped.faults)),
    }
}

fn named(program: &Program, (id, key): &(u32, Vec<String>)) -> String {
    let (column, _) = program.model.columns.pairs().find(|(column, _)| column.0 == *id).unwrap();
    format!("`{}` of {key:?}", program.names.columns.at(column).name)
}
