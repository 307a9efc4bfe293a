//! A folder that appears whole or not at all: it is made beside its place and renamed at the end.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::diagnostics::{Code, Diagnostic};

/// A folder under way. Dropped before it is published, it leaves nothing behind.
pub(super) struct Folder {
    /// Holds `root`, which unlike it has the permissions folders have here.
    temporary: TempDir,
    root: PathBuf,
    out: PathBuf,
    parent: PathBuf,
    /// The folders made, which are to reach the disk too.
    folders: BTreeSet<PathBuf>,
}

impl Folder {
    /// Begins a folder that is to stand at `out`, where nothing may be.
    pub fn begin(out: &Path) -> Result<Folder, Diagnostic> {
        let parent = place(out)?;
        let failed = |error| failed(out, error);
        let temporary = tempfile::Builder::new().prefix(".attain-").tempdir_in(parent).map_err(failed)?;
        let root = temporary.path().join("run");
        fs::create_dir(&root).map_err(failed)?;
        Ok(Folder {
            temporary,
            folders: BTreeSet::from([root.clone()]),
            root,
            out: out.to_owned(),
            parent: parent.to_owned(),
        })
    }

    /// Writes a file, which must not be there yet, at a path with `/` inside the folder.
    pub fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        if !is_inside(path) {
            let message = format!("`{path}` is no path inside a run folder");
            return Err(Diagnostic::new(Code::OutputFailed, message));
        }
        self.write_file(path, bytes).map_err(|error| {
            let message = format!("`{path}` could not be written: {error}");
            Diagnostic::new(Code::OutputFailed, message)
        })
    }

    fn write_file(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let path: PathBuf = self.root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
            let above = folder.ancestors();
            self.folders.extend(above.take_while(|folder| *folder != self.root).map(Path::to_owned));
        }
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// Puts the folder in its place.
    ///
    /// A rename onto anything but an empty folder fails, so nothing that appeared meanwhile is lost.
    pub fn publish(self) -> Result<(), Diagnostic> {
        for folder in &self.folders {
            sync_folder(folder).map_err(|error| failed(&self.out, error))?;
        }
        refuse_existing(&self.out)?;
        fs::rename(&self.root, &self.out).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists | ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory => exists(&self.out),
            _ => failed(&self.out, error),
        })?;
        // The run is whole and in its place; neither of these can make that untrue.
        let _ = sync_folder(&self.parent);
        let _ = self.temporary.close();
        Ok(())
    }
}

/// Whether a path with `/` stays inside the folder it is relative to, on any system.
pub(super) fn is_inside(path: &str) -> bool {
    path.split('/').all(|part| {
        let is_strange = part.contains(['\\', ':']) || part.contains(char::is_control);
        !part.is_empty() && part != "." && part != ".." && !is_strange
    })
}

/// Makes the entries of a folder reach the disk, where the system can.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The folder in which a run folder is to stand; nothing may be at its place yet.
pub(super) fn place(out: &Path) -> Result<&Path, Diagnostic> {
    refuse_existing(out)?;
    let parent = match out.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return Err(exists(out)),
    };
    if !parent.is_dir() {
        let message = format!("the folder `{}` is not there", parent.display());
        return Err(Diagnostic::new(Code::OutputFailed, message)
            .help("make the folder in which the run folder is to stand first"));
    }
    Ok(parent)
}

fn refuse_existing(out: &Path) -> Result<(), Diagnostic> {
    match fs::symlink_metadata(out) {
        Ok(_) => Err(exists(out)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(out, error)),
    }
}

fn exists(out: &Path) -> Diagnostic {
    let message = format!("`{}` is there already", out.display());
    Diagnostic::new(Code::OutputExists, message)
        .help("a run is never written over another: name a folder that is not there yet")
}

fn failed(out: &Path, error: io::Error) -> Diagnostic {
    let message = format!("`{}` could not be written: {error}", out.display());
    Diagnostic::new(Code::OutputFailed, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn appears_whole_at_the_end_only() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("run");
        let mut folder = Folder::begin(&out).unwrap();
        folder.write("a/b.txt", b"1").unwrap();
        folder.write("c.txt", b"2").unwrap();
        assert!(!out.exists());
        folder.publish().unwrap();
        assert_eq!(entries(home.path()), ["run"]);
        assert_eq!(entries(&out), ["a", "c.txt"]);
        assert_eq!(fs::read(out.join("a/b.txt")).unwrap(), b"1");
    }

    #[test]
    fn leaves_nothing_when_it_fails() {
        let home = tempfile::tempdir().unwrap();
        let mut folder = Folder::begin(&home.path().join("run")).unwrap();
        folder.write("a", b"1").unwrap();
        for path in ["a", "a/b", "../x", "/x", "", "x//y", "x/.", "C:/x", "..\\x", "x\n"] {
            let problem = folder.write(path, b"2").unwrap_err();
            assert_eq!(problem.code, Code::OutputFailed, "{path:?}");
        }
        drop(folder);
        assert_eq!(entries(home.path()), Vec::<String>::new());
    }

    #[test]
    fn never_takes_the_place_of_anything() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("run");
        let begin = || Folder::begin(&out).map(|_| ()).unwrap_err().code;
        fs::create_dir(&out).unwrap();
        assert_eq!(begin(), Code::OutputExists);
        fs::remove_dir(&out).unwrap();
        fs::write(&out, "x").unwrap();
        assert_eq!(begin(), Code::OutputExists);
        fs::remove_file(&out).unwrap();
        assert_eq!(Folder::begin(&home.path().join("no/run")).map(|_| ()).unwrap_err().code, Code::OutputFailed);

        let mut folder = Folder::begin(&out).unwrap();
        folder.write("a", b"1").unwrap();
        fs::create_dir(&out).unwrap();
        fs::write(out.join("mine"), "x").unwrap();
        assert_eq!(folder.publish().unwrap_err().code, Code::OutputExists);
        assert_eq!(entries(home.path()), ["run"]);
        assert_eq!(entries(&out), ["mine"]);
    }
}
