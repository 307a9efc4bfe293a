//! The bytes of a file of rows, block by block: each but the last ends where a row does.

use std::io;
use std::ops::Range;

use bytes::Bytes;

use super::files::SharedFile;
use super::shape;
use super::sheet::Input;

/// So many bytes hold the header of any file; few where tests are to read several blocks.
const BEGINNING_BYTES: usize = if cfg!(test) { 1024 } else { 2 * shape::ROW_BYTES };
/// Where rows are well formed, one of them ends within so many bytes behind a stretch.
const LONGEST_BYTES: usize = 2 * (shape::ROW_BYTES + shape::STRETCH_BYTES);
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What of a file is left.
pub(super) struct Blocks {
    /// Bytes that were read and not given out: all that are left where there is no file.
    left: Bytes,
    file: Option<SharedFile>,
    /// So many bytes of the file were read.
    read: u64,
    /// How many there are.
    all: u64,
}

/// Whole rows, or the rest of the file.
pub(super) struct Block {
    /// The bytes.
    pub bytes: Bytes,
    /// Where stretches of it lie that can be cut each for itself.
    pub stretches: Vec<Range<usize>>,
    /// Whether it ends the file.
    pub last: bool,
}

impl Blocks {
    /// All of a file, from behind the mark with which text may begin.
    pub fn begin(input: Input) -> io::Result<Blocks> {
        let mut blocks = match input {
            Input::Whole(bytes) => {
                let all = length(&bytes);
                Blocks { left: bytes, file: None, read: all, all }
            }
            Input::File(file) => {
                let all = file.len();
                Blocks { left: Bytes::new(), file: Some(file), read: 0, all }
            }
        };
        blocks.more(BEGINNING_BYTES)?;
        if blocks.left.starts_with(BYTE_ORDER_MARK) {
            blocks.left = blocks.left.slice(BYTE_ORDER_MARK.len()..);
        }
        Ok(blocks)
    }

    /// How the file begins: all of a file in memory.
    pub fn beginning(&self) -> &Bytes {
        &self.left
    }

    /// How many bytes were given out, and how many there are.
    pub fn progress(&self) -> (u64, u64) {
        (self.read.saturating_sub(length(&self.left)), self.all)
    }

    /// The next block of about so many bytes; of a file in memory, all of it.
    pub fn next(&mut self, bytes: usize) -> io::Result<Block> {
        loop {
            let last = self.more(bytes)?;
            let mut stretches = shape::stretches(&self.left);
            if last {
                return Ok(Block { bytes: std::mem::take(&mut self.left), stretches, last });
            }
            match stretches.len() {
                // No row ends here that a well-formed file could have.
                0 | 1 if self.left.len() > LONGEST_BYTES => {
                    return Ok(Block { bytes: std::mem::take(&mut self.left), stretches, last });
                }
                0 | 1 => {}
                // Whether the last one ends with a row is not known.
                _ => {
                    let end = stretches.pop().map_or(0, |stretch| stretch.start);
                    let left = self.left.split_off(end);
                    return Ok(Block { bytes: std::mem::replace(&mut self.left, left), stretches, last });
                }
            }
        }
    }

    /// Reads so many more bytes of the file. Gives whether nothing of it is left.
    fn more(&mut self, bytes: usize) -> io::Result<bool> {
        let Some(file) = &self.file else { return Ok(true) };
        let rest = usize::try_from(self.all.saturating_sub(self.read)).unwrap_or(usize::MAX);
        let wanted = bytes.min(rest);
        let mut room = vec![0; self.left.len().saturating_add(wanted)];
        let (before, behind) = room.split_at_mut(self.left.len());
        before.copy_from_slice(&self.left);
        if file.read_at(self.read, behind)? < wanted {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it became shorter"));
        }
        self.read = self.read.saturating_add(u64::try_from(wanted).unwrap_or(u64::MAX));
        self.left = Bytes::from(room);
        Ok(wanted == rest)
    }
}

fn length(bytes: &Bytes) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
