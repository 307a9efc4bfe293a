//! Whether a key occurs twice anywhere in a file that is read piece by piece. Where each key comes behind the one
//! before it, none does, and nothing is kept; otherwise a number made of each key goes to disk, by its first bits, and
//! what shares one is looked at.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use rayon::prelude::*;

use super::order::{Ordered, ascends, compare_rows};
use crate::table::{ColumnData, row_number};

/// The numbers go to so many files: two to the power of so many first bits.
const BITS: u32 = 6;
/// So many bytes each number takes.
const NUMBER_BYTES: usize = 8;
/// So many numbers that occur twice are looked at.
const MOST: usize = 100_000;

/// The keys of a file so far.
#[derive(Debug, Default)]
pub(super) struct Ascending {
    /// The last of them.
    last: Option<Vec<ColumnData>>,
}

impl Ascending {
    /// Whether the keys of these rows come behind all before, each behind the one before it; then they are among them.
    pub fn go_on(&mut self, keys: &[ColumnData], count: usize) -> bool {
        let Some(end) = count.checked_sub(1).map(row_number) else { return true };
        let begins_behind = self.last.as_ref().is_none_or(|last| compare_rows((last, 0), (keys, 0)).is_lt());
        if !begins_behind || !ascends(keys, count) {
            return false;
        }
        self.last = Some(keys.iter().map(|column| column.take(&[end])).collect());
        true
    }
}

/// Numbers made of keys, on disk.
#[derive(Debug)]
pub(super) struct Hashes {
    files: Vec<File>,
    random: ahash::RandomState,
}

impl Hashes {
    /// None yet; the files lie in this folder and have no names.
    pub fn begin(folder: &Path) -> io::Result<Hashes> {
        let files = (0..1_usize << BITS).map(|_| tempfile::tempfile_in(folder)).collect::<io::Result<_>>()?;
        // Always the same numbers, so that it is always the same keys of very many that are told.
        Ok(Hashes { files, random: ahash::RandomState::with_seeds(1, 2, 3, 4) })
    }

    /// Adds the keys of the rows of which it says so.
    pub fn add(&mut self, keys: &[ColumnData], count: usize, wanted: impl Fn(u32) -> bool + Sync) -> io::Result<()> {
        let ordered = Ordered::new(keys, count);
        let hashed: Vec<u64> = (0..row_number(count))
            .into_par_iter()
            .filter(|row| ordered.known(*row) && wanted(*row))
            .map(|row| ordered.hash(row, &self.random))
            .collect();
        let mut sorted: Vec<Vec<u8>> = vec![Vec::new(); self.files.len()];
        for hash in hashed {
            let file = usize::try_from(hash >> u64::BITS.saturating_sub(BITS)).unwrap_or_default();
            sorted.get_mut(file).into_iter().for_each(|bytes| bytes.extend(hash.to_le_bytes()));
        }
        self.files.iter_mut().zip(sorted).try_for_each(|(file, bytes)| file.write_all(&bytes))
    }

    /// Numbers that occur twice: those of each key that does, and hardly ever others.
    pub fn repeated(&mut self) -> io::Result<HashSet<u64>> {
        let found: Vec<Vec<u64>> = self.files.par_iter_mut().map(repeated).collect::<io::Result<_>>()?;
        Ok(found.into_iter().flatten().take(MOST).collect())
    }

    /// The rows whose numbers are among these.
    pub fn rows_of(&self, keys: &[ColumnData], count: usize, among: &HashSet<u64>) -> Vec<bool> {
        let ordered = Ordered::new(keys, count);
        let is_one = |row| ordered.known(row) && among.contains(&ordered.hash(row, &self.random));
        (0..row_number(count)).into_par_iter().map(is_one).collect()
    }
}

fn repeated(file: &mut File) -> io::Result<Vec<u64>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    let number = |bytes: &[u8]| bytes.try_into().map_or(0, u64::from_le_bytes);
    let mut numbers: Vec<u64> = bytes.chunks_exact(NUMBER_BYTES).map(number).collect();
    numbers.sort_unstable();
    let twice = numbers.iter().zip(numbers.iter().skip(1)).filter(|(one, next)| one == next);
    let mut found: Vec<u64> = twice.map(|(one, _)| *one).collect();
    found.dedup();
    Ok(found)
}
