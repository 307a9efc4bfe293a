//! A run folder written part by part holds what one written at once does.

use std::collections::{BTreeMap, BTreeSet};

use attain::data::{self, From};
use attain::engine;
use attain::engine::part::{Divided, Turns};
use attain::ids::RecordId;
use attain::program::Program;
use attain::store::{self, FileEntry, Outputs, Part, PartWriter, PlanRun, Run, RunOptions};
use attain::table::Tables;
use tempfile::TempDir;

use super::without;

/// Writes a plan at once and in three parts, where it can be computed in parts; says whether it could.
pub fn check(program: &Program, tables: &Tables) -> Result<bool, String> {
    let Ok(divided) = Divided::of(program, &BTreeSet::new()) else { return Ok(false) };
    let records = divided.records().clone();
    let Ok(results) = engine::run(program, tables) else { return Ok(false) };
    let Ok(turns) = divided.begin(&without(program, tables, &records)) else { return Ok(false) };
    if records.is_empty() {
        return Ok(false);
    }
    let home = TempDir::new().unwrap();
    let [whole, parted] = ["whole", "parted"].map(|name| home.path().join(name));
    let options = RunOptions { outputs: Outputs::Parquet, ..RunOptions::default() };
    let expected = store::write(&[PlanRun { program, results: &results }], &options, &whole).unwrap();
    let writer = PartWriter::begin(program, &options, &parted).unwrap();
    let found = write(writer, turns, program, tables, &records);
    if found != expected {
        return Err(format!("the summary is {found:?}, that of the whole {expected:?}"));
    }
    let [whole, parted] = [whole, parted].map(|path| Run::open(&path).unwrap());
    assert!(parted.parts().is_some() && whole.parts().is_none() && parted.check_files().is_empty());
    same(&whole, &parted).map(|()| true)
}

fn write(
    mut writer: PartWriter<'_>,
    mut turns: Turns<'_>,
    program: &Program,
    tables: &Tables,
    records: &BTreeSet<RecordId>,
) -> store::Summary {
    let (people, frames) = (u32::try_from(turns.people()).unwrap(), turns.frames());
    // By record and row the parts in which it stands; what leads to no one stands in the last.
    let size = people.div_ceil(3).max(1);
    let mut rows: BTreeMap<RecordId, BTreeMap<u32, BTreeSet<u32>>> = BTreeMap::new();
    for record in records {
        let frame = program.model.records.at(*record).frame;
        let all: Vec<u32> = tables.rows(frame).map_or(0..0, |rows| rows.all()).collect();
        let some = data::some_rows(program, tables, &BTreeMap::from([(*record, all.clone())]), &[]);
        let of_record = rows.entry(*record).or_default();
        for (row, person) in turns.leads(*record, &some.tables).unwrap() {
            of_record.entry(row).or_default().insert(person / size);
        }
        for row in all {
            of_record.entry(row).or_insert_with(|| BTreeSet::from([people.saturating_sub(1) / size]));
        }
    }
    for (number, first) in (0..).zip((0..people.max(1)).step_by(size as usize)) {
        let here = rows.iter().map(|(record, rows)| {
            let here = rows.iter().filter(|(_, parts)| parts.contains(&number)).map(|(row, _)| *row);
            (*record, here.collect::<Vec<u32>>())
        });
        let some = data::some_rows(program, tables, &here.collect(), &[]);
        let counted = some.from.iter().map(|(record, from)| {
            let is_first = |from: &From| match from {
                From::Data(row) => rows[record][row].first() == Some(&number),
                From::Added(_) => false,
            };
            (*record, from.iter().map(is_first).collect())
        });
        let came = turns.part(first..people.min(first + size), &some.tables).unwrap();
        let results = turns.note(came);
        writer.add(&results, &Part { frames: &frames, counted: &counted.collect() }).unwrap();
    }
    writer.finish(&turns.rest().unwrap()).unwrap()
}

/// Compares files by their bytes, and tables by their rows, which stand in another order.
fn same(whole: &Run, parted: &Run) -> Result<(), String> {
    let (one, other) = (&whole.manifest, &parted.manifest);
    if (&one.plan_files, &one.data_files, &one.plans) != (&other.plan_files, &other.data_files, &other.plans) {
        return Err("the manifests describe other files, plans or totals".to_owned());
    }
    let rows = |files: &BTreeMap<String, FileEntry>| -> BTreeMap<String, u64> {
        files.iter().map(|(path, entry)| (path.clone(), entry.rows)).collect()
    };
    if rows(&one.output_files) != rows(&other.output_files) {
        return Err(format!("{:?} are not {:?}", other.output_files, one.output_files));
    }
    for (path, entry) in one.output_files.iter().filter(|(path, _)| path.ends_with(".csv")) {
        if other.output_files[path] != *entry {
            return Err(format!("`{path}` has other bytes"));
        }
    }
    for (plan, entry) in &one.plans {
        for frame in entry.results.keys() {
            let [one, other] = [whole, parted].map(|run| run.results(plan, frame).unwrap());
            if one.keys() != other.keys() {
                return Err(format!("{frame} has other rows"));
            }
            for (column, key) in
                one.entry().columns.iter().flat_map(|column| one.keys().into_iter().map(move |key| (column, key)))
            {
                let [one, other] = [&one, &other].map(|table| table.get(&column.name, key).unwrap());
                if one != other {
                    return Err(format!("`{}` of {key:?} is {one:?} in the whole, {other:?} in parts", column.name));
                }
            }
        }
    }
    Ok(())
}
