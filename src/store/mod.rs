//! The run folder: all that a run read and computed, whole or not at all, with hashes over
//! everything; and a run folder read back. What stands in it is written down in
//! `docs/run-folder.md`.

mod adding;
mod again;
mod balances;
mod chain;
mod check;
mod chunk;
mod completeness;
mod credit_key;
mod encode;
mod flow_sums;
mod flowing;
mod flows;
mod folder;
mod inputs;
mod key_columns;
mod manifest;
mod output;
mod parquet_files;
mod parts;
mod people;
mod printed;
mod reconcile;
mod rerun;
mod results;
mod run;
#[cfg(test)]
mod sample;
mod share;
mod sheets;
mod signature;
mod source;
mod stored_table;
mod summary;
mod sums;
mod tables;
#[cfg(test)]
mod tests;
mod texts;
mod write;

use std::collections::BTreeMap;

use crate::diagnostics::{Code, Diagnostic};
use crate::program::Program;
use crate::project::{FileProblem, Files};
use crate::standard;
use crate::table::Results;

pub use again::{Again, again, pays_as_stored};
pub use balances::Balance;
pub use chain::beside;
pub use check::FileFault;
pub use completeness::Complete;
pub use flows::{Earning, Flowed, Payout, belongs, belongs_by, currency, dated_earnings, flowed, payouts};
pub use folder::clear_leftovers;
pub use manifest::{ColumnEntry, FORMAT, FileEntry, Kind, Manifest, PlanEntry, PlanFile, TableEntry, Totals, sha256};
pub use parts::PartWriter;
pub use people::PersonTotal;
pub use reconcile::{Reconciled, not_placed, reason};
pub use rerun::rerun;
pub use results::frame_name;
pub use run::{InputRow, InputTable, ResultTable, Run, printed};
pub use share::Part;
pub use signature::{Signed, new_key, number as key_number, public_key, sign};
pub use summary::{PeriodTotal, PlanSummary, Summary, Total};
pub use write::{check_place, write};

/// A plan and what it came to.
#[derive(Clone, Copy, Debug)]
pub struct PlanRun<'a> {
    /// The plan.
    pub program: &'a Program,
    /// What it came to.
    pub results: &'a Results,
}

impl PlanRun<'_> {
    /// The name of the plan.
    pub fn name(&self) -> &str {
        &self.program.names.plan.name
    }
}

/// What a run was asked for, as far as it decides what is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOptions {
    /// The edition of the language.
    pub edition: u32,
    /// The hash of the manifest of the run that it follows.
    pub follows: Option<String>,
    /// In which form the values are written.
    pub outputs: Outputs,
    /// In how many parts the rows were written of frames that come in parts, each with those of some persons; none where
    /// all were written at once.
    pub parts: Option<usize>,
}

impl RunOptions {
    /// The option of the manifest that says the number of parts.
    const PARTS: &'static str = "parts";

    /// What the manifest says of them; nothing of what is as usual.
    fn named(&self) -> BTreeMap<String, String> {
        let parts = self.parts.map(|parts| (RunOptions::PARTS.to_owned(), parts.to_string()));
        self.outputs.named().into_iter().chain(parts).collect()
    }
}

/// In which form a run folder holds the values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outputs {
    /// The results as Parquet tables, the payouts, earnings and balances as CSV files beside them, and the data that
    /// they were computed from.
    #[default]
    All,
    /// For large runs: the results as Parquet tables alone. Of the data there are the hashes.
    Parquet,
}

impl Outputs {
    /// The option of the manifest that says it.
    const NAME: &'static str = "outputs";
    const PARQUET: &'static str = "parquet";

    /// As the options of a manifest say it.
    fn of(options: &BTreeMap<String, String>) -> Outputs {
        match options.get(Outputs::NAME) {
            Some(name) if name == Outputs::PARQUET => Outputs::Parquet,
            _ => Outputs::All,
        }
    }

    /// What the options of a manifest say of it; nothing where it is as usual.
    fn named(self) -> BTreeMap<String, String> {
        match self {
            Outputs::All => BTreeMap::new(),
            Outputs::Parquet => BTreeMap::from([(Outputs::NAME.to_owned(), Outputs::PARQUET.to_owned())]),
        }
    }
}

impl Default for RunOptions {
    fn default() -> Self {
        Self { edition: 1, follows: None, outputs: Outputs::All, parts: None }
    }
}

/// The plan files as run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The text of each file, by its path relative to the project's folder.
    pub files: BTreeMap<String, String>,
}

/// The plan files as run, with the standard library as it was then.
impl Files for Sources {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileProblem> {
        self.files.read(path)
    }

    fn standard(&self, name: &str) -> Option<String> {
        self.files.get(&format!("{}/{name}", standard::FOLDER)).cloned()
    }
}

impl Sources {
    /// The files of these plans, which may share some. Two plans of one name are refused, and so are
    /// two texts of one file.
    pub fn of(runs: &[PlanRun<'_>]) -> Result<Sources, Diagnostic> {
        let mut sources = Sources::default();
        let mut plans = BTreeMap::new();
        for run in runs {
            if plans.insert(run.name(), ()).is_some() {
                let message = format!("there are two plans of the name `{}`", run.name());
                return Err(Diagnostic::new(Code::OutputFailed, message)
                    .help("give one of them another name, or run them into two folders"));
            }
            for file in run.program.names.sources.iter() {
                let known = sources.files.entry(file.path.clone());
                if known.or_insert_with(|| file.text.clone()) != &file.text {
                    let message = format!("the plan file `{}` changed while it was read", file.path);
                    return Err(Diagnostic::new(Code::OutputFailed, message).help("run again"));
                }
            }
        }
        Ok(sources)
    }
}
