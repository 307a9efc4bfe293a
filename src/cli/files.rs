//! Plan files of a folder that no path can leave.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use crate::project::{FileProblem, Files};

/// No plan file is read beyond this length.
const LONGEST_BYTES: u64 = 64 * 1024 * 1024;

/// The plan files of a folder.
#[derive(Clone, Debug)]
pub(super) struct PlanFolder {
    root: PathBuf,
}

impl PlanFolder {
    /// The files below this folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn bytes(&self, path: &str) -> io::Result<Result<Vec<u8>, FileProblem>> {
        let root = self.root.canonicalize()?;
        let file = root.join(path).canonicalize()?;
        // Links are resolved by now.
        if !file.starts_with(&root) {
            return Ok(Err(FileProblem::Outside));
        }
        if !file.is_file() {
            return Ok(Err(FileProblem::Other("it is not a file".to_owned())));
        }
        let mut bytes = Vec::new();
        File::open(file)?.take(LONGEST_BYTES.saturating_add(1)).read_to_end(&mut bytes)?;
        if u64::try_from(bytes.len()).is_ok_and(|length| length <= LONGEST_BYTES) {
            return Ok(Ok(bytes));
        }
        let most = LONGEST_BYTES.checked_div(1024 * 1024).unwrap_or_default();
        Ok(Err(FileProblem::Other(format!("it is longer than {most} megabytes"))))
    }
}

impl Files for PlanFolder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileProblem> {
        let stays = Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !stays {
            return Err(FileProblem::Outside);
        }
        self.bytes(path).unwrap_or_else(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Err(FileProblem::NotThere),
            _ => Err(FileProblem::Other(error.to_string())),
        })
    }
}

/// The names of the plan files in a folder, sorted; those in folders below it are not among them.
pub(super) fn plan_files(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_plan = path.extension().is_some_and(|extension| extension == "plan");
        // What is no folder is tried, so that a link that leads nowhere is told and not passed over.
        if is_plan && !path.is_dir() {
            names.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leaves_the_folder() {
        let outside = tempfile::tempdir().unwrap();
        let root = outside.path().join("plans");
        fs::create_dir_all(root.join("below.plan")).unwrap();
        fs::write(outside.path().join("secret.plan"), "edition 1\n").unwrap();
        fs::write(root.join("b.plan"), "edition 1\n").unwrap();
        fs::write(root.join("a.plan"), "edition 1\n").unwrap();
        fs::write(root.join("a.txt"), "").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("../secret.plan", root.join("link.plan")).unwrap();
        let files = PlanFolder::new(&root);
        assert_eq!(files.read("a.plan"), Ok(b"edition 1\n".to_vec()));
        assert_eq!(files.read("../secret.plan"), Err(FileProblem::Outside));
        assert_eq!(files.read("/etc/hosts"), Err(FileProblem::Outside));
        assert_eq!(files.read("c.plan"), Err(FileProblem::NotThere));
        assert!(matches!(files.read("below.plan"), Err(FileProblem::Other(_))));
        #[cfg(unix)]
        {
            assert_eq!(files.read("link.plan"), Err(FileProblem::Outside));
            assert_eq!(plan_files(&root).unwrap(), ["a.plan", "b.plan", "link.plan"]);
        }
    }
}
