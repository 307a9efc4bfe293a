//! Where data files come from: a folder that no path can leave, or memory.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// A source of data files by their paths, which are written with `/`.
pub trait DataFiles {
    /// The bytes of a file.
    fn open(&self, path: &str) -> Result<Vec<u8>, OpenError>;

    /// The bytes of a file of lines. Where a line is too long for any such file, what stands behind it
    /// may be missing: so much is enough to refuse it.
    fn open_lines(&self, path: &str) -> Result<Vec<u8>, OpenError> {
        self.open(path)
    }

    /// The paths of the files there, for suggestions; need not be complete.
    fn list(&self) -> Vec<String>;
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// There is no such file.
    Missing,
    /// The path leads out of the folder.
    Leaves,
    /// It is there but cannot be read: why.
    Unreadable(String),
}

/// The files of a folder and those below it.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

/// The most bytes of a file.
const FILE_BYTES: u64 = 16 << 30;
/// So much of a file of lines is read at a time.
const CHUNK_BYTES: u64 = 1024 * 1024;
/// No line may be so long: every reader of lines refuses it.
const LINE_BYTES: u64 = 4 * 1024 * 1024;
/// So deep below the folder are files listed.
const LISTED_LEVELS: usize = 4;
/// So many files are listed.
const LISTED_FILES: usize = 1000;

impl Folder {
    /// The files below this folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn list_below(&self, folder: &Path, levels: usize, found: &mut Vec<String>) {
        let Ok(entries) = fs::read_dir(folder) else {
            return;
        };
        for entry in entries.flatten() {
            // A link is not followed: it may lead anywhere.
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() && levels > 0 {
                self.list_below(&entry.path(), levels.saturating_sub(1), found);
            } else if kind.is_file() && found.len() < LISTED_FILES {
                found.extend(self.relative(&entry.path()));
            }
        }
    }

    fn relative(&self, path: &Path) -> Option<String> {
        let below = path.strip_prefix(&self.root).ok()?;
        let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
        Some(parts?.join("/"))
    }
}

impl DataFiles for Folder {
    fn open(&self, path: &str) -> Result<Vec<u8>, OpenError> {
        let mut bytes = Vec::new();
        self.file(path)?.read_to_end(&mut bytes).map_err(open_error)?;
        Ok(bytes)
    }

    fn open_lines(&self, path: &str) -> Result<Vec<u8>, OpenError> {
        let mut file = self.file(path)?;
        let mut bytes = Vec::new();
        // Bytes behind the last line end.
        let mut open: u64 = 0;
        loop {
            let start = bytes.len();
            let read = (&mut file).take(CHUNK_BYTES).read_to_end(&mut bytes).map_err(open_error)?;
            let chunk = bytes.get(start..).unwrap_or_default();
            let behind = chunk.iter().rev().position(|byte| *byte == b'\n');
            open = match behind.and_then(|behind| u64::try_from(behind).ok()) {
                Some(behind) => behind,
                None => open.saturating_add(CHUNK_BYTES),
            };
            if read == 0 || open > LINE_BYTES {
                return Ok(bytes);
            }
        }
    }

    fn list(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.list_below(&self.root, LISTED_LEVELS, &mut found);
        found.sort();
        found
    }
}

impl Folder {
    /// A file that is read piece by piece.
    pub(super) fn open_shared(&self, path: &str) -> Result<SharedFile, OpenError> {
        SharedFile::new(self.file(path)?).map_err(open_error)
    }

    /// A file below the folder, to be read.
    fn file(&self, path: &str) -> Result<fs::File, OpenError> {
        if !stays_inside(path) {
            return Err(OpenError::Leaves);
        }
        let root = self.root.canonicalize().map_err(open_error)?;
        let file = root.join(path).canonicalize().map_err(open_error)?;
        // Links are resolved by now.
        if !file.starts_with(&root) {
            return Err(OpenError::Leaves);
        }
        if !file.is_file() {
            return Err(OpenError::Unreadable("it is not a file".to_owned()));
        }
        let length = file.metadata().map_err(open_error)?.len();
        if length > FILE_BYTES {
            return Err(OpenError::Unreadable("it is larger than 16 GiB".to_owned()));
        }
        fs::File::open(file).map_err(open_error)
    }
}

/// An open file that several threads read at places of their own.
#[derive(Clone, Debug)]
pub(super) struct SharedFile {
    file: Arc<Mutex<fs::File>>,
    bytes: u64,
    modified: Option<SystemTime>,
}

impl SharedFile {
    fn new(file: fs::File) -> io::Result<SharedFile> {
        let metadata = file.metadata()?;
        let modified = metadata.modified().ok();
        Ok(SharedFile { file: Arc::new(Mutex::new(file)), bytes: metadata.len(), modified })
    }

    /// How many bytes it had when it was opened.
    pub fn len(&self) -> u64 {
        self.bytes
    }

    /// Reads bytes from a place on: as many as there is room for, or as there are.
    pub fn read_at(&self, place: u64, room: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(place))?;
        let mut read = 0_usize;
        while let Some(rest) = room.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match file.read(rest) {
                Ok(0) => break,
                Ok(more) => read = read.saturating_add(more),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(read)
    }

    /// Whether it is another file by now than it was when it was opened.
    pub fn changed(&self) -> bool {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |now: &fs::Metadata| now.len() == self.bytes && now.modified().ok() == self.modified;
        !file.metadata().as_ref().is_ok_and(same)
    }
}

/// Whether a path consists of names alone: it does not start at a root and never goes up.
fn stays_inside(path: &str) -> bool {
    let inside = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    Path::new(path).components().all(inside)
}

fn open_error(error: std::io::Error) -> OpenError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => OpenError::Missing,
        _ => OpenError::Unreadable(error.to_string()),
    }
}

/// Files in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, or replaces it.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), bytes.into());
        self
    }
}

impl DataFiles for Memory {
    fn open(&self, path: &str) -> Result<Vec<u8>, OpenError> {
        if !stays_inside(path) {
            return Err(OpenError::Leaves);
        }
        self.files.get(path).cloned().ok_or(OpenError::Missing)
    }

    fn list(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        fs::write(folder.path().join("a.csv"), "id\n").unwrap();
        fs::write(folder.path().join("sub/b.csv"), "x\n").unwrap();
        let files = Folder::new(folder.path());
        assert_eq!(files.open("a.csv"), Ok(b"id\n".to_vec()));
        assert_eq!(files.open("./sub/b.csv"), Ok(b"x\n".to_vec()));
        assert_eq!(files.open("c.csv"), Err(OpenError::Missing));
        assert_eq!(files.open("a.csv/x"), Err(OpenError::Missing));
        assert!(matches!(files.open("sub"), Err(OpenError::Unreadable(_))));
        assert_eq!(files.list(), ["a.csv", "sub/b.csv"]);
    }

    #[test]
    fn no_path_leaves_it() {
        let outside = tempfile::tempdir().unwrap();
        fs::create_dir(outside.path().join("data")).unwrap();
        fs::write(outside.path().join("secret.csv"), "id\n").unwrap();
        let files = Folder::new(outside.path().join("data"));
        let absolute = outside.path().join("secret.csv");
        let paths = ["../secret.csv", "../data/x.csv", absolute.to_str().unwrap()];
        for path in paths {
            assert_eq!(files.open(path), Err(OpenError::Leaves), "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_inside_too() {
        let outside = tempfile::tempdir().unwrap();
        let data = outside.path().join("data");
        fs::create_dir(&data).unwrap();
        fs::write(outside.path().join("secret.csv"), "id\n").unwrap();
        fs::write(data.join("a.csv"), "id\n").unwrap();
        std::os::unix::fs::symlink("../secret.csv", data.join("out.csv")).unwrap();
        std::os::unix::fs::symlink("a.csv", data.join("in.csv")).unwrap();
        let files = Folder::new(&data);
        assert_eq!(files.open("out.csv"), Err(OpenError::Leaves));
        assert_eq!(files.open("in.csv"), Ok(b"id\n".to_vec()));
        assert_eq!(files.list(), ["a.csv"]);
    }
}
