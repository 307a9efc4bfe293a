//! A file of a run folder as it is written: its hash is taken on the way, and it reaches the disk while others are written.

use std::fs::File;
use std::io::{self, Write};
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

use sha2::{Digest, Sha256};

use super::manifest::hexadecimal;
use crate::diagnostics::{Code, Diagnostic};

/// So many bytes are hashed and written at once.
const PIECE: usize = 1 << 20;

/// Where the files of a run go.
pub(super) trait Place: Sync {
    /// Begins a file, which must not be there yet, at its path, with `/`, in the run folder.
    fn begin(&self, path: &str) -> Result<Output<'_>, Diagnostic>;
}

/// Takes the bytes of one file.
pub(super) trait Taker: Send {
    /// Takes the next bytes.
    fn take(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Has taken all of them.
    fn end(self: Box<Self>) -> io::Result<()>;
}

/// A file under way.
pub(super) struct Output<'a> {
    path: String,
    hash: Sha256,
    /// What is neither hashed nor taken yet.
    held: Vec<u8>,
    taker: Box<dyn Taker + 'a>,
}

impl<'a> Output<'a> {
    /// A file of which nothing is written yet.
    pub fn new(path: &str, taker: Box<dyn Taker + 'a>) -> Output<'a> {
        Output { path: path.to_owned(), hash: Sha256::new(), held: Vec::new(), taker }
    }

    /// Writes the whole file at once; says the SHA-256 of its bytes.
    pub fn put(mut self, bytes: &[u8]) -> Result<String, Diagnostic> {
        self.write_all(bytes).map_err(|error| unwritten(&self.path, &error))?;
        self.finish()
    }

    /// Ends the file; says the SHA-256 of its bytes.
    pub fn finish(mut self) -> Result<String, Diagnostic> {
        let ended = self.pass_on().and_then(|()| self.taker.end());
        ended.map_err(|error| unwritten(&self.path, &error))?;
        Ok(hexadecimal(&self.hash.finalize()))
    }

    fn pass_on(&mut self) -> io::Result<()> {
        let (held, hash, taker) = (&self.held, &mut self.hash, &mut self.taker);
        let ((), taken) = rayon::join(|| hash.update(held), || taker.take(held));
        self.held.clear();
        taken
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= PIECE {
            self.pass_on()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file on its way to the disk.
pub(super) struct ToDisk {
    path: String,
    file: File,
    disk: Sender<(String, File)>,
}

impl Taker for ToDisk {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    fn end(self: Box<Self>) -> io::Result<()> {
        // Whoever syncs it has gone only where a file before it failed, which is told of.
        let _ = self.disk.send((self.path, self.file));
        Ok(())
    }
}

/// Makes files reach the disk, one after another, while others are computed.
pub(super) struct Disk {
    files: Sender<(String, File)>,
    thread: JoinHandle<Result<(), Diagnostic>>,
}

impl Disk {
    /// Waits for files.
    pub fn begin() -> Disk {
        let (files, written) = mpsc::channel::<(String, File)>();
        let sync = |(path, file): (String, File)| file.sync_all().map_err(|error| unwritten(&path, &error));
        Disk { files, thread: thread::spawn(move || written.into_iter().try_for_each(sync)) }
    }

    /// A file that was just made, by its path in the run folder.
    pub fn file(&self, path: &str, file: File) -> ToDisk {
        ToDisk { path: path.to_owned(), file, disk: self.files.clone() }
    }

    /// Waits until all files are on the disk.
    pub fn finish(self) -> Result<(), Diagnostic> {
        drop(self.files);
        self.thread.join().unwrap_or_else(|_| Err(unwritten("the run folder", &io::Error::other("a thread stopped"))))
    }
}

/// A file that could not be written.
pub(super) fn unwritten(path: &str, error: &dyn std::error::Error) -> Diagnostic {
    let message = format!("`{path}` could not be written: {error}");
    Diagnostic::new(Code::OutputFailed, message)
}
