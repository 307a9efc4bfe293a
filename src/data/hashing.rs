//! The SHA-256 of a data file, found beside other work.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use sha2::{Digest, Sha256};

use super::files::SharedFile;
use super::read::hexadecimal;
use super::sheet::Input;

/// So many bytes are hashed at a time.
const HASHED_BYTES: usize = 1 << 20;

/// The SHA-256 of a file.
pub(super) struct Hashing {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<io::Result<String>>>,
}

impl Hashing {
    /// Begins to hash all bytes of a file.
    pub fn of(input: Input) -> Hashing {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || match input {
            Input::File(file) => sha256(&file, &stopped),
            Input::Whole(bytes) => Ok(hexadecimal(&Sha256::digest(&bytes))),
        });
        Hashing { stop, thread: Some(thread) }
    }

    /// The hash in hexadecimal, when it is known.
    pub fn finish(&mut self) -> io::Result<String> {
        let found = self.thread.take().map(JoinHandle::join);
        found.and_then(Result::ok).unwrap_or_else(|| Err(io::Error::other("it could not be hashed")))
    }
}

/// What is left of the file is not read when no one asks any more.
impl Drop for Hashing {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn sha256(file: &SharedFile, stopped: &AtomicBool) -> io::Result<String> {
    let (mut sha256, mut room, mut at) = (Sha256::new(), vec![0; HASHED_BYTES], 0_u64);
    while !stopped.load(Ordering::Relaxed) {
        let read = file.read_at(at, &mut room)?;
        if read == 0 {
            break;
        }
        sha256.update(room.get(..read).unwrap_or_default());
        at = at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
    }
    Ok(hexadecimal(&sha256.finalize()))
}
