//! Rows are taken out of the data and asked about one after another: what would be if they were added is what was with
//! them.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::cell::RefCell;
use std::collections::BTreeMap;

use attain::data::{AddedRow, Memory};
use attain::diagnostics::{Diagnostic, Options, render};
use attain::estimate::{Change, Estimator};
use attain::ids::{ColumnId, RecordId};
use attain::program::Program;
use attain::table::{Results, State, Tables};
use attain::types::model::Origin;
use attain::{engine, keys};

/// All values by definition and key, printed; those that are not there are not there.
type Values = BTreeMap<(String, Vec<String>), String>;

fn values(program: &Program, results: &Results) -> Values {
    let mut values = Values::new();
    for (id, column) in program.model.columns.pairs() {
        let (Origin::Definition(_), Some(data)) = (&column.origin, results.tables.column(id)) else { continue };
        let name = &program.names.columns.at(id).name;
        for row in (0..u32::try_from(data.len()).unwrap()).filter(|row| data.state(*row) == State::There) {
            let key = keys::frame_key(program, results, column.frame, row);
            values.insert(
                (format!("{name}#{}", id.0), key),
                keys::print_cell(program, &results.tables, id, row).unwrap(),
            );
        }
    }
    values
}

/// How questions were answered.
#[derive(Debug, Default)]
pub struct Seen {
    pub parts: usize,
    whole: BTreeMap<String, usize>,
    refused: BTreeMap<String, usize>,
    faults: usize,
    /// Of those from a part, which reach everyone.
    pub everyone: usize,
    skipped: usize,
    changes: usize,
}

/// A data file: its path, its header and its rows.
#[derive(Clone, Debug)]
pub struct File {
    pub path: String,
    pub header: String,
    pub rows: Vec<String>,
}

fn load(program: &Program, files: &[File]) -> Result<Tables, Vec<Diagnostic>> {
    let text = |file: &File| file.rows.iter().fold(format!("{}\n", file.header), |text, row| text + row + "\n");
    let memory = files.iter().fold(Memory::new(), |memory, file| memory.with(file.path.as_str(), text(file)));
    attain::plans::Computed::default().load(program, &memory)
}

/// The record that is read from a file, and its columns in the order of the header.
fn record_of(program: &Program, file: &File) -> Option<(RecordId, Vec<Option<ColumnId>>)> {
    let is_it = |file_name: Option<String>| file_name.as_deref() == Some(file.path.as_str());
    let (id, record) = program.model.records.pairs().find(|(_, record)| is_it(record.file_name()))?;
    let column = |header: &str| {
        let of = |column: &&ColumnId| match &program.model.columns.at(**column).origin {
            Origin::Data(data) => data.header == header,
            _ => false,
        };
        record.columns.iter().find(of).copied()
    };
    Some((id, file.header.split(',').map(column).collect()))
}

fn as_asked(record: RecordId, columns: &[Option<ColumnId>], row: &str) -> AddedRow {
    let cells = columns.iter().zip(row.split(',')).filter_map(|(column, text)| Some(((*column)?, text.to_owned())));
    AddedRow { record, cells: cells.collect(), line: 1 }
}

/// Values that are others: by definition and key, before and after.
type Changes = BTreeMap<(String, Vec<String>), (Option<String>, Option<String>)>;

/// Numbers one after another, from one number.
struct Picks(usize);

impl Picks {
    fn below(&mut self, most: usize) -> usize {
        let number = self.0 % most.max(1);
        self.0 = self.0 / most.max(1) + 7 * self.0 % 1000;
        number
    }
}

/// The file that is asked about: mostly one whose rows are credited.
fn file_of(program: &Program, all: &[File], picks: &mut Picks) -> Option<usize> {
    let full: Vec<usize> = (0..all.len()).filter(|file| !all[*file].rows.is_empty()).collect();
    let credited = |file: &&usize| {
        let record = record_of(program, &all[**file]).map(|(record, _)| record);
        program.model.rules.iter().any(|rule| Some(rule.record) == record)
    };
    let sources: Vec<usize> = full.iter().filter(credited).copied().collect();
    let chosen = if picks.below(3) == 0 || sources.is_empty() { &full } else { &sources };
    chosen.get(picks.below(chosen.len())).copied()
}

/// Takes some rows out of a file, and asks about them one after another; each is kept.
pub fn check(program: &Program, all: &[File], seed: u32, seen: &RefCell<Seen>) -> Result<(), String> {
    let mut picks = Picks(seed as usize);
    let Some(file) = file_of(program, all, &mut picks) else { return Ok(()) };
    let Some((record, columns)) = record_of(program, &all[file]) else { return Ok(()) };
    let mut files = all.to_vec();
    let count = 1 + picks.below(2).min(files[file].rows.len() - 1);
    let mut taken = Vec::new();
    for _ in 0..count {
        let row = picks.below(files[file].rows.len());
        taken.push(files[file].rows.remove(row));
    }
    if taken.iter().any(|row| row.contains('"')) {
        return Ok(());
    }
    // What is there without the rows may not be sound.
    let base = load(program, &files).ok().and_then(|tables| engine::run(program, &tables).ok());
    let Some(base) = base else {
        seen.borrow_mut().skipped += 1;
        return Ok(());
    };
    let mut estimator = Estimator::new(program, &base);
    let mut before = values(program, &base);
    for row in taken {
        files[file].rows.push(row.clone());
        let asked = as_asked(record, &columns, &row);
        match one(program, &files, &before, &mut estimator, &asked, seen) {
            Ok(Some(after)) => before = after,
            Ok(None) => return Ok(()),
            Err(why) => return Err(format!("asked about {row} of {}\n{why}", files[file].path)),
        }
        estimator.keep(vec![asked]);
    }
    Ok(())
}

/// Asks about one row, which stands in the files; what is there with it, if it can be computed.
fn one(
    program: &Program,
    files: &[File],
    before: &Values,
    estimator: &mut Estimator<'_>,
    asked: &AddedRow,
    seen: &RefCell<Seen>,
) -> Result<Option<Values>, String> {
    // A row may refer to one that was taken out as well.
    let Ok(with) = load(program, files) else {
        seen.borrow_mut().skipped += 1;
        return Ok(None);
    };
    let ran = engine::run(program, &with);
    let answer = estimator.ask(std::slice::from_ref(asked));
    let mut seen = seen.borrow_mut();
    match (ran, answer) {
        // What is not asked about is not looked at, whatever it would come to.
        (_, Err(problems)) if problems.iter().all(|problem| problem.code.text() == "E0807") => {
            *seen.refused.entry(problems[0].message.clone()).or_default() += 1;
            Ok(None)
        }
        (Err(stopped), Err(problems)) => {
            let told = attain::fault::describe(program, &stopped.so_far, &stopped.faults);
            let words = |all: &[Diagnostic]| all.iter().map(|one| one.message.clone()).collect::<Vec<_>>();
            seen.faults += 1;
            if words(&told) == words(&problems) { Ok(None) } else { Err(format!("{:?}", words(&problems))) }
        }
        (Err(_), Ok(_)) => Err("it goes wrong, but not asked about".to_owned()),
        (Ok(_), Err(problems)) => Err(shown(program, &problems)),
        (Ok(results), Ok(answer)) => {
            let after = values(program, &results);
            match answer.whole {
                true => *seen.whole.entry(answer.reaches.join("; ")).or_default() += 1,
                false => {
                    seen.parts += 1;
                    seen.everyone += usize::from(!answer.reaches.is_empty());
                }
            }
            seen.changes += compared(before, &after, answer.changes)?;
            Ok(Some(after))
        }
    }
}

/// What is told is what is otherwise, nothing left out and nothing too much; how many values that is.
fn compared(before: &Values, after: &Values, told: Vec<Change>) -> Result<usize, String> {
    let mut expected = Changes::new();
    for key in before.keys().chain(after.keys()) {
        let (one, other) = (before.get(key), after.get(key));
        if one != other {
            expected.insert(key.clone(), (one.cloned(), other.cloned()));
        }
    }
    let mut found = Changes::new();
    for change in told {
        let key = (format!("{}#{}", change.name, change.column.0), change.key);
        if found.insert(key.clone(), (change.before, change.after)).is_some() {
            return Err(format!("twice: {key:?}"));
        }
    }
    if expected == found {
        return Ok(expected.len());
    }
    let lacking: Vec<_> = expected.iter().filter(|(key, value)| found.get(*key) != Some(value)).collect();
    let more: Vec<_> = found.iter().filter(|(key, value)| expected.get(*key) != Some(value)).collect();
    Err(format!("lacking {lacking:#?}\ntoo much {more:#?}"))
}

fn shown(program: &Program, problems: &[Diagnostic]) -> String {
    render(problems, &program.names.sources, &Options::default())
}
