//! Where the run before may lie: beside the one that follows it.

use std::fs;
use std::path::{Path, PathBuf};

use super::Run;

/// The other run folders in the folder in which this one lies, in order of their names; what is no run is passed over.
pub fn beside(run: &Path) -> Vec<Run> {
    let own = run.canonicalize().unwrap_or_else(|_| run.to_owned());
    let Some(parent) = own.parent() else { return Vec::new() };
    // As people would write it: the way they named the run.
    let shown = match run.parent() {
        Some(folder) if run.file_name().is_some() => folder.to_owned(),
        _ => parent.to_owned(),
    };
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let mut names: Vec<_> =
        entries.map(|entry| entry.file_name()).filter(|name| own.file_name() != Some(name)).collect();
    names.sort();
    let paths = names.into_iter().map(|name| -> PathBuf { shown.join(name) });
    paths.filter_map(|path| Run::with_manifest(&path).ok()).collect()
}
