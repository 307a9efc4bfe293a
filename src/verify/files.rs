//! The files of a run folder, and the data files it was computed from.

use std::collections::BTreeMap;

use super::{Check, Options, Plan, lines};
use crate::data::{self, DataFiles};
use crate::plans::Computed;
use crate::program::Program;
use crate::store::{FileFault, Outputs, Run, sha256};

pub(super) const DATA: &str = "data files";

/// The kinds of files, each a check of its own, and where their paths begin.
const KINDS: [(&str, &str, &str); 3] = [
    ("plan files", "plan/", "the plans as they were run"),
    ("input files", "inputs/", "the data as it was used"),
    ("output files", "", "results and CSV files"),
];

/// Whether every file is as the run wrote it, and no other is there.
pub(super) fn check(run: &Run) -> Vec<Check> {
    let faults = run.check_files();
    let manifest = &run.manifest;
    let paths: Vec<String> = manifest
        .plan_files
        .keys()
        .map(|path| format!("plan/{path}"))
        .chain(manifest.output_files.keys().cloned())
        .collect();
    let kind = |path: &str| KINDS.iter().find(|(_, begins, _)| path.starts_with(begins)).map(|(name, ..)| *name);
    let mut checks = Vec::new();
    for (name, _, what) in KINDS {
        let of_kind = paths.iter().filter(|path| kind(path) == Some(name)).count();
        let wrong = faults.iter().filter(|(path, fault)| **fault != FileFault::Extra && kind(path) == Some(name));
        let findings: Vec<String> = wrong.map(|(path, fault)| words(path, *fault)).collect();
        if of_kind == 0 && findings.is_empty() && run.outputs() == Outputs::Parquet {
            checks.push(Check::not_done(name, "the run holds the hashes of its data alone"));
            continue;
        }
        let text = match findings.len() {
            0 => format!("{of_kind} as the run wrote them: {what}"),
            wrong => format!("{wrong} of {of_kind} not as the run wrote them: {what}"),
        };
        checks.push(Check::of(name, text, findings));
    }
    let extra = faults.iter().filter(|(_, fault)| **fault == FileFault::Extra);
    let extra: Vec<String> = extra.map(|(path, fault)| words(path, *fault)).collect();
    checks.push(Check::of("no other files", "nothing is in the folder that the manifest does not name", extra));
    checks
}

fn words(path: &str, fault: FileFault) -> String {
    match fault {
        FileFault::Missing => format!("`{path}` is not there, or cannot be read"),
        FileFault::Changed => format!("`{path}` was changed: its hash is not the one in the manifest"),
        FileFault::Extra => format!("`{path}` is not from this run: the manifest does not name it"),
    }
}

/// Whether the data files are those of the run, where they are still there, and the data in the run folder is theirs.
pub(super) fn data(run: &Run, plans: &[Plan<'_>], options: &Options) -> Check {
    const NAME: &str = DATA;
    let Some(folder) = &options.data else {
        return Check::not_done(NAME, "say where the data files lie: `--data DIR`");
    };
    let folder = data::Folder::new(folder);
    let mut findings = Vec::new();
    for (path, entry) in &run.manifest.data_files {
        match bytes(&folder, path) {
            Some(bytes) if sha256(&bytes) == entry.sha256 => {}
            Some(_) => findings.push(format!("`{path}` is another than the run read: its hash is not the one noted")),
            None => findings.push(format!("`{path}` is not there, or cannot be read")),
        }
    }
    let count = run.manifest.data_files.len();
    if findings.is_empty() {
        findings = read_again(plans, &folder);
    }
    let text = match findings.is_empty() {
        true if run.outputs() == Outputs::Parquet => format!("{count} as the run read them"),
        true => format!("{count} as the run read them; read again, they give what lies in `inputs/`"),
        false => format!("of the {count} that the run read"),
    };
    Check::of(NAME, text, findings)
}

/// The bytes of a data file; the name of one sheet of a workbook has the sheet behind `#`.
fn bytes(folder: &data::Folder, path: &str) -> Option<Vec<u8>> {
    let whole = folder.open(path).ok();
    whole.or_else(|| path.rsplit_once('#').and_then(|(file, _)| folder.open(file).ok()))
}

/// Reads the data files as a run does, and compares each cell with the data of the folder.
fn read_again(plans: &[Plan<'_>], folder: &data::Folder) -> Vec<String> {
    let mut computed = Computed::default();
    let mut findings = Vec::new();
    for Plan { program, tables: stored } in plans {
        let read = match computed.load(program, folder) {
            Ok(read) => read,
            Err(problems) => {
                findings.extend(problems.iter().map(lines));
                continue;
            }
        };
        for column in stored.column_ids() {
            if read.column(column) != stored.column(column) {
                let record = program.model.columns.at(column).frame;
                let record = crate::store::frame_name(program, record);
                let name = &program.names.columns.at(column).name;
                findings.push(format!("`{name}` of {record} in `inputs/` is not what the data file holds"));
            }
        }
        findings.extend(rows_apart(program, &read.file_rows, &stored.file_rows));
    }
    findings
}

/// Records whose rows are said to come from other rows of their files.
fn rows_apart(
    program: &Program,
    read: &std::collections::HashMap<crate::ids::FrameId, Vec<u64>>,
    stored: &std::collections::HashMap<crate::ids::FrameId, Vec<u64>>,
) -> Vec<String> {
    let apart = stored.iter().filter(|(frame, rows)| read.get(frame) != Some(rows));
    let named: BTreeMap<String, ()> = apart.map(|(frame, _)| (crate::store::frame_name(program, *frame), ())).collect();
    named.into_keys().map(|name| format!("the rows of {name} come from other rows of the data file")).collect()
}
