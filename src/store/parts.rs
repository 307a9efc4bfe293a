//! A run folder written part by part: for runs whose rows are never all there at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;

use super::folder::Folder;
use super::output::Output;
use super::printed::Printed;
use super::share::{Part, Share};
use super::stored_table::{Ended, StoredTable, TableFile};
use super::summary::Summary;
use super::sums::PlanSums;
use super::write::{Begun, Written, WrittenTable, entry, publish, write_plans};
use super::{Outputs, PlanRun, RunOptions, results};
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::FrameId;
use crate::program::Program;
use crate::table::Results;

/// A run folder under way, to which the results of one plan are written part by part. Dropped before it is finished, it
/// leaves nothing behind.
pub struct PartWriter<'a> {
    program: &'a Program,
    options: RunOptions,
    folder: Folder,
    /// The files of the frames that come in parts, by the frame's name.
    files: BTreeMap<String, TableFile<Output<'static>>>,
    /// The frames that come in parts.
    frames: BTreeSet<FrameId>,
    /// What the parts add up to.
    sums: PlanSums,
    parts: usize,
    /// Whether a part is written but for some of it.
    is_torn: bool,
}

impl<'a> PartWriter<'a> {
    /// Begins the run folder of a plan at `out`, where nothing may be. It is of the form [`Outputs::Parquet`].
    ///
    /// # Errors
    /// A place where no run folder can be written.
    pub fn begin(program: &'a Program, options: &RunOptions, out: &Path) -> Result<PartWriter<'a>, Diagnostic> {
        Ok(PartWriter {
            program,
            options: RunOptions { outputs: Outputs::Parquet, ..options.clone() },
            folder: Folder::at(out)?,
            files: BTreeMap::new(),
            frames: BTreeSet::new(),
            sums: PlanSums::default(),
            parts: 0,
            is_torn: false,
        })
    }

    /// A folder for what is needed until the run is written, which goes when it is, or with what a killed run left.
    pub fn room(&self) -> &Path {
        self.folder.room()
    }

    /// Writes the rows of a part, of the frames that come in parts alone, and adds them up.
    ///
    /// # Errors
    /// What cannot be written. Then nothing of the run can be.
    pub fn add(&mut self, results: &Results, part: &Part<'_>) -> Result<(), Diagnostic> {
        self.is_torn = true;
        let run = PlanRun { program: self.program, results };
        let share = Share::Part { part, is_first: self.parts == 0 };
        let printed = Printed::new(run.program, &results.tables).ahead(Outputs::Parquet);
        let (written, sums) = rayon::join(|| self.write(&run, &printed, share), || PlanSums::of(&run, &printed, share));
        written?;
        self.sums.merge(sums?)?;
        self.frames.extend(part.frames);
        self.parts = self.parts.saturating_add(1);
        self.is_torn = false;
        Ok(())
    }

    /// Writes the tables of a part behind those of the parts before, all files at once.
    fn write<'r>(&mut self, run: &PlanRun<'r>, printed: &Printed<'r>, share: Share<'_>) -> Result<(), Diagnostic> {
        let tables = results::tables(run, printed, share)?;
        for (frame, table) in tables.iter().filter(|_| self.parts == 0) {
            let path = results::path(run.name(), frame);
            self.files.insert(frame.clone(), TableFile::begin(&path, table, self.folder.file(&path)?)?);
        }
        let mut pairs: Vec<(&mut TableFile<Output<'static>>, &StoredTable<'_>)> = Vec::new();
        for (frame, file) in &mut self.files {
            pairs.extend(tables.get(frame).map(|table| (file, table)));
        }
        pairs.into_par_iter().try_for_each(|(file, table)| file.append(table))
    }

    /// Writes what comes in no part, and puts the folder in its place. The results have the frames of people and periods,
    /// all data files and nothing of the frames that come in parts.
    ///
    /// # Errors
    /// What cannot be written; then there is no folder.
    pub fn finish(self, results: &Results) -> Result<Summary, Diagnostic> {
        if self.is_torn {
            return Err(Diagnostic::new(Code::OutputFailed, "a part of the run could not be written"));
        }
        let mut tables = Vec::new();
        for (frame, file) in self.files {
            let Ended { out, entry: described, rows, values } = file.end()?;
            let path = described.file.clone();
            tables.push((frame, described, WrittenTable { path, entry: entry(rows, out)?, values, is_input: false }));
        }
        let options = RunOptions { parts: Some(self.parts), ..self.options };
        let run = PlanRun { program: self.program, results };
        let begun = Begun { run, share: Share::Rest(&self.frames), sums: self.sums, tables };
        let Written { summary, manifest, .. } = write_plans(&self.folder, vec![begun], &options)?;
        publish(self.folder, &manifest)?;
        Ok(summary)
    }
}
