//! A run of more data than memory holds: the rows go to disk by the persons to whom they lead, and the people are
//! computed part by part.
//!
//! What is held at once is one part, a piece of a data file, and the frames of people and periods. Which plans divide so
//! is told by [`crate::engine::part::Divided`]; the values are those of a run at once.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;

use crate::data::{self, Folder, Piece, Pieces, Spill};
use crate::diagnostics::{Code, Diagnostic};
use crate::engine::part::{Came, Divided, Turns, Why};
use crate::fault;
use crate::ids::RecordId;
use crate::program::Program;
use crate::store::{Part, PartWriter, RunOptions, Summary};
use crate::table::{DataFile, Results, Stopped, row_number};

/// A part has so many rows of data at least: with all that is computed of them some tens of megabytes, which are used
/// again and again.
const LEAST_ROWS: u64 = 100_000;
/// And so many at most, unless there are too many parts.
const MOST_ROWS: u64 = 500_000;
/// With more parts than these, parts have more rows: each goes through the people and periods of all once more.
const ENOUGH_PARTS: u64 = 25;
/// There are at most so many parts, each of which has a file under way.
const MOST_PARTS: u64 = 200;
/// So many parts are computed at once: while one of them goes through rows in an order, the other goes on.
const AT_ONCE: usize = 2;
/// A data file of more rows than this is large.
const MANY_ROWS: u64 = 500_000;

/// How a plan is computed in parts: the rows of its large data files come in parts, and those that credits are made of.
///
/// # Errors
/// Why it cannot be.
pub fn divided<'p>(program: &'p Program, folder: &Folder) -> Result<Divided<'p>, Why> {
    let declared = program.model.records.pairs();
    let is_large = |record: RecordId| data::rows_about(program, folder, record).is_some_and(|rows| rows > MANY_ROWS);
    let large = declared.filter(|(record, _)| *record != program.model.plan.people && is_large(*record));
    Divided::of(program, &large.map(|(record, _)| record).collect())
}

/// In how many parts it is best computed: one where its data is not large.
pub fn parts(divided: &Divided<'_>, program: &Program, folder: &Folder) -> usize {
    let rows = divided.records().iter().filter_map(|record| data::rows_about(program, folder, *record));
    let rows = rows.fold(0, u64::saturating_add);
    let parts = rows.div_ceil(LEAST_ROWS).min(ENOUGH_PARTS).max(rows.div_ceil(MOST_ROWS)).min(MOST_PARTS);
    if rows > MANY_ROWS { usize::try_from(parts).unwrap_or(1) } else { 1 }
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So much of so much data is read.
    Read(u64, u64),
    /// So many of so many rows are computed and written.
    Computed(u64, u64),
}

/// Computes a plan in so many parts, and writes its run folder; gives what it came to, and the values that rest on
/// several people.
///
/// # Errors
/// All problems of the data, of the first part in which something goes wrong, or of writing.
pub fn run(
    divided: Divided<'_>,
    program: &Program,
    folder: &Folder,
    (options, out): (&RunOptions, &Path),
    parts: usize,
    told: &dyn Fn(Step),
) -> Result<(Summary, Results), Vec<Diagnostic>> {
    let one = |problem: Diagnostic| vec![problem];
    let records = divided.records().clone();
    let tables = data::load_without(program, folder, &[], &records)?;
    let turns = divided.begin(&tables).map_err(|stopped| described(program, &stopped))?;
    let mut writer = PartWriter::begin(program, options, out).map_err(one)?;
    let spill = Spill::begin(writer.room(), parts).map_err(|error| one(not_kept(&error)))?;
    let mut run = Run { program, turns, rows: Kept { program, spill, parts }, told };
    run.keep_all(&records, folder, writer.room())?;
    let mut results = run.compute(&records, &mut writer)?;
    results.forget_lets(&program.model);
    let summary = writer.finish(&results).map_err(one)?;
    Ok((summary, results))
}

/// A run under way.
struct Run<'r, 'p> {
    program: &'p Program,
    turns: Turns<'p>,
    rows: Kept<'p>,
    told: &'r dyn Fn(Step),
}

impl Run<'_, '_> {
    /// Sends the rows of all records in parts to disk; all problems of all files are found before any is told.
    fn keep_all(&mut self, records: &BTreeSet<RecordId>, folder: &Folder, room: &Path) -> Result<(), Vec<Diagnostic>> {
        let mut problems = Vec::new();
        for record in records {
            match self.keep_record(*record, folder, room) {
                Ok(file) => self.turns.add_file(file),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn keep_record(&self, record: RecordId, folder: &Folder, room: &Path) -> Result<DataFile, Vec<Diagnostic>> {
        let mut pieces = Pieces::open(self.program, folder, record, self.turns.base(), room)?;
        let mut read = pieces.next_piece()?;
        let (rows, turns) = (&self.rows, &self.turns);
        while let Some(piece) = read {
            let (done, of) = pieces.progress();
            (self.told)(Step::Read(done, of));
            // A piece goes to disk while the next one is read.
            let (next, kept) = rayon::join(|| pieces.next_piece(), || rows.keep(turns, &piece));
            kept?;
            read = next?;
        }
        pieces.finish()
    }

    /// Computes all parts and writes what they come to; gives what rests on several people.
    fn compute(self, records: &BTreeSet<RecordId>, writer: &mut PartWriter<'_>) -> Result<Results, Vec<Diagnostic>> {
        let Run { program, mut turns, rows, told } = self;
        let frames = turns.frames();
        let files = turns.base().files.iter().filter(|file| records.contains(&file.record));
        let all = files.fold(0_u64, |sum, file| sum.saturating_add(file.rows));
        let parts = rows.parts;
        let done = |part: usize| all.saturating_mul(part as u64).checked_div(parts as u64).unwrap_or_default();
        let mut write = |(results, counted): Computed| {
            writer.add(&results, &Part { frames: &frames, counted: &counted }).map_err(|problem| vec![problem])
        };
        let mut before: Vec<Computed> = Vec::new();
        for first in (0..parts).step_by(AT_ONCE) {
            told(Step::Computed(done(first), all));
            let next = (first..first.saturating_add(AT_ONCE).min(parts)).into_par_iter();
            // Parts are written while the next ones are computed, and the last ones beside what rests on all of them.
            let compute = || next.map(|part| rows.computed(&turns, part)).collect::<Vec<_>>();
            let (computed, written) = rayon::join(compute, || before.drain(..).try_for_each(&mut write));
            written?;
            for computed in computed {
                let (came, counted) = computed?;
                before.push((turns.note(came), counted));
            }
        }
        drop(rows);
        let (rest, written) = rayon::join(|| turns.rest(), || before.into_iter().try_for_each(write));
        written?;
        told(Step::Computed(all, all));
        rest.map_err(|stopped| described(program, &stopped))
    }
}

/// Which rows of records are counted in a part.
type Counted = BTreeMap<RecordId, Vec<bool>>;

/// What a part came to, to be written.
type Computed = (Results, Counted);

/// The rows on disk, by part.
struct Kept<'p> {
    program: &'p Program,
    spill: Spill,
    parts: usize,
}

impl Kept<'_> {
    /// Sends the rows of a piece to the parts of the persons to whom they lead.
    fn keep(&self, turns: &Turns<'_>, piece: &Piece) -> Result<(), Vec<Diagnostic>> {
        let leads = turns.leads(piece.record, &piece.tables);
        let leads = leads.map_err(|stopped| described(self.program, &stopped))?;
        let put = |(part, (rows, counted)): (usize, (Vec<u32>, Vec<bool>))| {
            self.spill.put(self.program, part, piece, &rows, &counted)
        };
        let sent = self.sent(piece.rows, &leads, turns.people()).into_par_iter().enumerate();
        sent.try_for_each(put).map_err(|error| vec![not_kept(&error)])
    }

    /// For each part the rows of a piece that lead to its persons, and whether each counts there: a row counts in the
    /// first part to which it leads. One that leads to no one goes where its number says.
    fn sent(&self, rows: usize, leads: &[(u32, u32)], people: usize) -> Vec<(Vec<u32>, Vec<bool>)> {
        let mut sent: Vec<(Vec<u32>, Vec<bool>)> = vec![Default::default(); self.parts];
        let mut leads = leads.iter().peekable();
        let mut to: Vec<usize> = Vec::new();
        for row in 0..row_number(rows) {
            to.clear();
            while let Some((_, person)) = leads.next_if(|(led, _)| *led == row) {
                to.push(part_of(*person, people, self.parts));
            }
            if to.is_empty() {
                to.push((row as usize).checked_rem(self.parts).unwrap_or_default());
            }
            if to.len() > 1 {
                to.sort_unstable();
                to.dedup();
            }
            for (place, part) in to.iter().enumerate() {
                if let Some((rows, counted)) = sent.get_mut(*part) {
                    rows.push(row);
                    counted.push(place == 0);
                }
            }
        }
        sent
    }

    /// Reads the rows of a part, and computes what they come to.
    fn computed(&self, turns: &Turns<'_>, part: usize) -> Result<(Came, Counted), Vec<Diagnostic>> {
        let read = self.spill.part(self.program, turns.base(), part);
        let (tables, counted) = read.map_err(|error| vec![not_kept(&error)])?;
        let persons = persons_of(part, turns.people(), self.parts);
        let computed = turns.part(persons, &tables);
        let mut came = computed.map_err(|stopped| described(self.program, &stopped))?;
        came.results.forget_lets(&self.program.model);
        Ok((came, counted))
    }
}

/// The part to which a person belongs: parts have as many persons each, as near as can be.
fn part_of(person: u32, people: usize, parts: usize) -> usize {
    (person as usize).saturating_mul(parts).checked_div(people).unwrap_or_default()
}

/// The persons of a part.
fn persons_of(part: usize, people: usize, parts: usize) -> Range<u32> {
    let first = |part: usize| row_number(part.saturating_mul(people).div_ceil(parts.max(1)));
    first(part)..first(part.saturating_add(1))
}

fn described(program: &Program, stopped: &Stopped) -> Vec<Diagnostic> {
    fault::describe(program, &stopped.so_far, &stopped.faults)
}

fn not_kept(error: &std::io::Error) -> Diagnostic {
    let message = format!("the rows of a part could not be kept on disk: {error}");
    Diagnostic::new(Code::OutputFailed, message).help("make room where the run folder is to stand")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_person_is_in_the_part_that_holds_them() {
        for (people, parts) in [(0, 3), (1, 4), (10, 3), (7, 7), (5, 9), (50_000, 101)] {
            let mut next = 0;
            for part in 0..parts {
                let persons = persons_of(part, people, parts);
                assert_eq!(persons.start, next);
                next = persons.end;
                assert!(persons.into_iter().all(|person| part_of(person, people, parts) == part));
            }
            assert_eq!(next as usize, people);
        }
    }
}
