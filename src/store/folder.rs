//! A folder that appears whole or not at all: it is made beside its place and renamed at the end.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

use super::output::{Disk, Output, Place, unwritten};
use crate::diagnostics::{Code, Diagnostic};

/// How the names of the folders begin in which runs are made. A run that is killed leaves its own.
const UNDER_WAY: &str = ".attain-run-";

/// The file in such a folder that a living run holds locked. The system gives the lock back when a run ends, in
/// whatever way.
const LOCK: &str = "lock";

/// The folder in it that becomes the run.
const RUN: &str = "run";

/// So often is another name tried, where a run that clears up took a folder that was just made for a leftover.
const ATTEMPTS: usize = 16;

/// A folder under way. Dropped before it is published, it leaves nothing behind.
pub(super) struct Folder {
    /// Holds `root`, which unlike it has the permissions folders have here, and the lock.
    temporary: TempDir,
    /// Locked as long as the run lives.
    _lock: File,
    root: PathBuf,
    out: PathBuf,
    parent: PathBuf,
    /// The folders made, which are to reach the disk too.
    folders: Mutex<BTreeSet<PathBuf>>,
    /// Makes its files reach the disk.
    disk: Disk,
}

impl Folder {
    /// Begins a folder that is to stand at `out`, where nothing may be.
    pub fn at(out: &Path) -> Result<Folder, Diagnostic> {
        let parent = place(out)?;
        let failed = |error| failed(out, error);
        let mut made = under_way(parent);
        for _ in 1..ATTEMPTS {
            if made.is_ok() {
                break;
            }
            made = under_way(parent);
        }
        let (temporary, lock) = made.map_err(failed)?;
        let root = temporary.path().join(RUN);
        fs::create_dir(&root).map_err(failed)?;
        Ok(Folder {
            temporary,
            _lock: lock,
            folders: Mutex::new(BTreeSet::from([root.clone()])),
            disk: Disk::begin(),
            root,
            out: out.to_owned(),
            parent: parent.to_owned(),
        })
    }

    fn open(&self, path: &str) -> io::Result<File> {
        let path: PathBuf = self.root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
            let above = folder.ancestors();
            let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
            folders.extend(above.take_while(|folder| *folder != self.root).map(Path::to_owned));
        }
        OpenOptions::new().write(true).create_new(true).open(path)
    }

    /// The folder in which it is made.
    pub fn room(&self) -> &Path {
        self.temporary.path()
    }

    /// Puts the folder in its place.
    ///
    /// A rename onto anything but an empty folder fails, so nothing that appeared meanwhile is lost.
    pub fn publish(self) -> Result<(), Diagnostic> {
        self.disk.finish()?;
        for folder in self.folders.into_inner().unwrap_or_else(PoisonError::into_inner) {
            sync_folder(&folder).map_err(|error| failed(&self.out, error))?;
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

impl Folder {
    /// Begins a file (see [`Place::begin`]), which may be under way as long as the folder is.
    pub fn file(&self, path: &str) -> Result<Output<'static>, Diagnostic> {
        if !is_inside(path) {
            let message = format!("`{path}` is no path inside a run folder");
            return Err(Diagnostic::new(Code::OutputFailed, message));
        }
        let file = self.open(path).map_err(|error| unwritten(path, &error))?;
        Ok(Output::new(path, Box::new(self.disk.file(path, file))))
    }
}

impl Place for Folder {
    fn begin(&self, path: &str) -> Result<Output<'_>, Diagnostic> {
        self.file(path)
    }
}

/// A new folder for a run under way, with its lock.
fn under_way(parent: &Path) -> io::Result<(TempDir, File)> {
    let temporary = tempfile::Builder::new().prefix(UNDER_WAY).tempdir_in(parent)?;
    let lock = OpenOptions::new().write(true).create_new(true).open(temporary.path().join(LOCK))?;
    match lock.try_lock() {
        Err(TryLockError::WouldBlock) => Err(io::Error::from(ErrorKind::WouldBlock)),
        // Where nothing can be locked, nothing is taken for a leftover either.
        Ok(()) | Err(TryLockError::Error(_)) => Ok((temporary, lock)),
    }
}

/// Removes what killed runs left beside the place of a run: the folders of runs under way whose lock no one holds.
/// Says which they were, in order of their names.
pub fn clear_leftovers(out: &Path) -> Vec<PathBuf> {
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(UNDER_WAY));
    let mut paths: Vec<PathBuf> = named.map(|entry| parent.join(entry.file_name())).collect();
    paths.sort();
    paths.retain(|path| is_removed(path).unwrap_or(false));
    paths
}

/// Removes a folder of a run under way, unless that run lives.
fn is_removed(path: &Path) -> io::Result<bool> {
    if !fs::symlink_metadata(path)?.is_dir() {
        return Ok(false);
    }
    let lock = match OpenOptions::new().write(true).open(path.join(LOCK)) {
        Ok(lock) => lock,
        // Killed before there was a lock, when there is nothing else in it, or while it was being removed.
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let removed = if is_half_removed(path)? { fs::remove_dir_all(path) } else { fs::remove_dir(path) };
            return removed.map(|()| true);
        }
        Err(error) => return Err(error),
    };
    match lock.try_lock() {
        Ok(()) => fs::remove_dir_all(path).map(|()| true),
        Err(_) => Ok(false),
    }
}

/// Whether a folder of a run under way has lost its lock and not yet the run. A run that lives makes the lock first.
fn is_half_removed(path: &Path) -> io::Result<bool> {
    let names = fs::read_dir(path)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    Ok(names == [RUN] && !path.join(LOCK).exists())
}

/// Writes a file where nothing is yet, and where the system can, one that its owner alone may read.
pub(super) fn write_new(path: &Path, bytes: &[u8], secret: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = secret;
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
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
        let folder = Folder::at(&out).unwrap();
        folder.begin("a/b.txt").and_then(|file| file.put(b"1")).unwrap();
        folder.begin("c.txt").and_then(|file| file.put(b"2")).unwrap();
        assert!(!out.exists());
        folder.publish().unwrap();
        assert_eq!(entries(home.path()), ["run"]);
        assert_eq!(entries(&out), ["a", "c.txt"]);
        assert_eq!(fs::read(out.join("a/b.txt")).unwrap(), b"1");
    }

    #[test]
    fn leaves_nothing_when_it_fails() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::at(&home.path().join("run")).unwrap();
        folder.begin("a").and_then(|file| file.put(b"1")).unwrap();
        for path in ["a", "a/b", "../x", "/x", "", "x//y", "x/.", "C:/x", "..\\x", "x\n"] {
            let problem = folder.begin(path).and_then(|file| file.put(b"2")).unwrap_err();
            assert_eq!(problem.code, Code::OutputFailed, "{path:?}");
        }
        drop(folder);
        assert_eq!(entries(home.path()), Vec::<String>::new());
    }

    #[test]
    fn what_a_killed_run_left_is_removed_and_what_lives_is_not() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("run");
        let living = Folder::at(&out).unwrap();
        living.begin("a").and_then(|file| file.put(b"1")).unwrap();
        // One killed while it wrote, one before it could lock, one while it was removed, and what is none of ours.
        let left = [".attain-run-1", ".attain-run-2", ".attain-run-4"].map(|name| home.path().join(name));
        fs::create_dir_all(left[0].join("run/results")).unwrap();
        fs::write(left[0].join("lock"), "").unwrap();
        fs::write(left[0].join("run/results/x"), "x").unwrap();
        fs::create_dir(&left[1]).unwrap();
        fs::create_dir_all(left[2].join("run/results")).unwrap();
        let kept = home.path().join(".attain-run-3");
        fs::create_dir_all(kept.join("of someone else")).unwrap();
        assert_eq!(clear_leftovers(&out), left);
        assert_eq!(clear_leftovers(&out), Vec::<PathBuf>::new());
        living.publish().unwrap();
        assert_eq!(entries(home.path()), [".attain-run-3", "run"]);
    }

    #[test]
    fn never_takes_the_place_of_anything() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("run");
        let begin = || Folder::at(&out).map(|_| ()).unwrap_err().code;
        fs::create_dir(&out).unwrap();
        assert_eq!(begin(), Code::OutputExists);
        fs::remove_dir(&out).unwrap();
        fs::write(&out, "x").unwrap();
        assert_eq!(begin(), Code::OutputExists);
        fs::remove_file(&out).unwrap();
        assert_eq!(Folder::at(&home.path().join("no/run")).map(|_| ()).unwrap_err().code, Code::OutputFailed);

        let folder = Folder::at(&out).unwrap();
        folder.begin("a").and_then(|file| file.put(b"1")).unwrap();
        fs::create_dir(&out).unwrap();
        fs::write(out.join("mine"), "x").unwrap();
        assert_eq!(folder.publish().unwrap_err().code, Code::OutputExists);
        assert_eq!(entries(home.path()), ["run"]);
        assert_eq!(entries(&out), ["mine"]);
    }
}
