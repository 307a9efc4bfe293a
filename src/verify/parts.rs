//! A run that was computed in parts, computed again in as many.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Check, files, lines, recompute, totals};
use crate::data::Folder;
use crate::diagnostics::{Code, Diagnostic};
use crate::in_parts;
use crate::program::Program;
use crate::store::{FileEntry, Outputs, Run, RunOptions};

/// The checks. The files are written again into a folder that goes at once, and their hashes compared: what they hold,
/// with the totals in the manifest, is then what the plan makes of the data.
pub(super) fn check(run: &Run, program: &Program, parts: usize, data: &Path) -> Vec<Check> {
    let text = format!("computed again in {parts} parts from `plan/` and the data files");
    let again = match again(run, program, parts, data) {
        Ok(again) => again,
        Err(problems) => return vec![Check::of(recompute::ALL, text, problems.iter().map(lines).collect())],
    };
    let of_data = differing(&run.manifest.data_files, &again.manifest.data_files, "is another than the run read");
    let of_files = differing(&run.manifest.output_files, &again.manifest.output_files, "holds other values");
    let files = again.manifest.output_files.len();
    let with_all = format!("all {files} files {text}");
    let is_same = run.manifest.plans == again.manifest.plans;
    let of_totals = (!is_same).then(|| "the manifest has other totals or columns".to_owned());
    let alone = "the run was computed in parts: the reference interpreter needs all of its data at once";
    vec![
        Check::of(files::DATA, "the data files have the hashes that the run noted", of_data),
        Check::of(recompute::ALL, with_all, of_files),
        Check::not_done(recompute::SAMPLE, alone),
        Check::of(
            totals::TOTALS,
            "the totals in the manifest are those of the values computed again",
            of_totals.into_iter().collect(),
        ),
    ]
}

fn again(run: &Run, program: &Program, parts: usize, data: &Path) -> Result<Run, Vec<Diagnostic>> {
    let one = |problem: Diagnostic| vec![problem];
    let no_room = |error: std::io::Error| {
        let message = format!("there is no room for the files of the run: {error}");
        one(Diagnostic::new(Code::OutputFailed, message))
    };
    let folder = Folder::new(data);
    let divided = in_parts::divided(program, &folder).map_err(|_| {
        let message = "the plan does not divide into parts with this data";
        one(Diagnostic::new(Code::NotDivided, message).help("name the folder with the data files as they were then"))
    })?;
    let room = tempfile::tempdir().map_err(no_room)?;
    let out = room.path().join("run");
    let options = RunOptions {
        edition: run.manifest.edition,
        follows: run.manifest.follows.clone(),
        outputs: Outputs::Parquet,
        parts: Some(parts),
    };
    in_parts::run(divided, program, &folder, (&options, &out), parts, &|_| ())?;
    Run::with_manifest(&out).map_err(one)
}

/// Files that are others, or there in one of two runs alone.
fn differing(stored: &BTreeMap<String, FileEntry>, made: &BTreeMap<String, FileEntry>, what: &str) -> Vec<String> {
    let paths = stored.keys().chain(made.keys().filter(|path| !stored.contains_key(*path)));
    paths.filter(|path| stored.get(*path) != made.get(*path)).map(|path| format!("`{path}` {what}")).collect()
}
