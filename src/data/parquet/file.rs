//! A file on disk as the Parquet reader asks for it.

use std::io::{self, BufReader, Read};

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::cut;
use crate::data::files::SharedFile;

impl Length for SharedFile {
    fn len(&self) -> u64 {
        self.len()
    }
}

impl ChunkReader for SharedFile {
    type T = BufReader<From>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(BufReader::new(From { file: self.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let there = usize::try_from(self.len().saturating_sub(start)).unwrap_or(usize::MAX);
        if length > there {
            return Err(cut("a part of it lies outside the file"));
        }
        let mut bytes = vec![0; length];
        match self.read_at(start, &mut bytes)? {
            read if read == length => Ok(Bytes::from(bytes)),
            _ => Err(cut("the file became shorter")),
        }
    }
}

/// The bytes of a file from a place on.
pub(in crate::data) struct From {
    file: SharedFile,
    at: u64,
}

impl Read for From {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(self.at, room)?;
        self.at = self.at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}
