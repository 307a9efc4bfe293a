//! Whether the files of a run folder are those that the run wrote, by their hashes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::Run;
use super::manifest::{MANIFEST, MANIFEST_HASH};
use super::signature::is_signature;

/// What is wrong with a file of a run folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// It is not there or cannot be read.
    Missing,
    /// It is not as it was written.
    Changed,
    /// The manifest does not know it.
    Extra,
}

impl Run {
    /// All files that are not as they were written, by path. A folder that holds nothing counts as a file that the
    /// manifest does not know; a signature does not.
    pub fn check_files(&self) -> BTreeMap<String, FileFault> {
        let plan_files = self.manifest.plan_files.iter();
        let plan_files = plan_files.map(|(path, file)| (format!("plan/{path}"), &file.sha256));
        let output_files = self.manifest.output_files.iter();
        let output_files = output_files.map(|(path, file)| (path.clone(), &file.sha256));
        let mut known = BTreeSet::from([MANIFEST, MANIFEST_HASH].map(str::to_owned));
        let mut faults = BTreeMap::new();
        for (path, hash) in plan_files.chain(output_files) {
            match self.hash(&path) {
                Ok(found) if found == *hash => {}
                Ok(_) => {
                    faults.insert(path.clone(), FileFault::Changed);
                }
                Err(_) => {
                    faults.insert(path.clone(), FileFault::Missing);
                }
            }
            known.insert(path);
        }
        let found = files_below(self.root(), "");
        let extra = found.into_iter().filter(|path| !known.contains(path) && !is_signature(path));
        faults.extend(extra.map(|path| (path, FileFault::Extra)));
        faults
    }
}

/// The paths of all files below a folder, with `/`; a link is a file. A folder that holds nothing, or cannot be read,
/// is named itself, with `/` at its end.
fn files_below(folder: &Path, prefix: &str) -> Vec<String> {
    let entries: Vec<fs::DirEntry> = fs::read_dir(folder).into_iter().flatten().flatten().collect();
    if entries.is_empty() {
        return vec![prefix.to_owned()];
    }
    let mut paths = Vec::new();
    for entry in entries {
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            paths.extend(files_below(&entry.path(), &format!("{path}/")));
        } else {
            paths.push(path);
        }
    }
    paths
}
