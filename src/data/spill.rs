//! Rows of records by part, on disk where they are many: as they come in pieces, and back as tables in the order of their
//! keys.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use super::order::{Ordered, ascends};
use super::pack::{self, Packed};
use super::pieces::Piece;
use super::{read, rows_by_key};
use crate::ids::{ColumnId, Id, RecordId};
use crate::program::Program;
use crate::table::{ColumnData, Tables};

/// So many bytes of all parts together are held in memory.
const HELD_BYTES: usize = if cfg!(test) { 1024 } else { 64 << 20 };

/// A cell has about so many.
const USUAL_BYTES: usize = 4;

/// Rows of records by part. Those for which there is no room in memory are in files without names, which go when this does.
#[derive(Debug)]
pub struct Spill {
    parts: Vec<Mutex<Part>>,
    /// For so many bytes more there is room in memory.
    room: AtomicUsize,
}

#[derive(Debug)]
struct Part {
    /// The first blocks of rows.
    held: Vec<Vec<u8>>,
    /// All blocks behind them.
    file: File,
}

impl Spill {
    /// So many parts without rows, in files that lie in a folder.
    ///
    /// # Errors
    /// Why the files cannot be made.
    pub fn begin(folder: &Path, parts: usize) -> io::Result<Spill> {
        let part = |_| Ok(Mutex::new(Part { held: Vec::new(), file: tempfile::tempfile_in(folder)? }));
        Ok(Spill { parts: (0..parts).map(part).collect::<io::Result<_>>()?, room: AtomicUsize::new(HELD_BYTES) })
    }

    /// Appends rows of a piece, in ascending order, to a part. A row may belong to several parts: of each it is said
    /// whether it is counted in this one. Parts may be appended to side by side, pieces come one after another.
    ///
    /// # Errors
    /// Why they cannot be written.
    pub fn put(&self, program: &Program, part: usize, piece: &Piece, rows: &[u32], counted: &[bool]) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let block = block(program, piece, rows, counted);
        let mut part = self.locked(part)?;
        // Once a block went to disk, so do all behind it.
        if part.file.stream_position()? == 0 && self.has_room(block.len()) {
            part.held.push(block);
            return Ok(());
        }
        part.file.write_all(&block)
    }

    /// Whether there is room for so many bytes more, which is taken.
    fn has_room(&self, bytes: usize) -> bool {
        self.room.fetch_update(Relaxed, Relaxed, |room| room.checked_sub(bytes)).is_ok()
    }

    /// How many bytes the rows of all parts take.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub fn bytes(&self) -> io::Result<u64> {
        let held = HELD_BYTES.saturating_sub(self.room.load(Relaxed));
        let sizes = (0..self.parts.len()).map(|part| Ok(self.locked(part)?.file.metadata()?.len()));
        let written = sizes.sum::<io::Result<u64>>()?;
        Ok(written.saturating_add(u64::try_from(held).unwrap_or(u64::MAX)))
    }

    fn locked(&self, part: usize) -> io::Result<MutexGuard<'_, Part>> {
        let part = self.parts.get(part).ok_or_else(|| io::Error::other("there is no such part"))?;
        Ok(part.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The rows of a part beside the other records, `known`: those of each record in the order of their keys, as
    /// [`load`](super::load) orders them, and for each record that has rows whether each is counted, in that order.
    ///
    /// # Errors
    /// Why they cannot be read.
    pub fn part(
        &self,
        program: &Program,
        known: &Tables,
        part: usize,
    ) -> io::Result<(Tables, BTreeMap<RecordId, Vec<bool>>)> {
        let mut written = Vec::new();
        let mut part = self.locked(part)?;
        part.file.seek(SeekFrom::Start(0))?;
        part.file.read_to_end(&mut written)?;
        let (mut tables, mut counted) = (known.clone(), BTreeMap::new());
        for (record, blocks) in blocks(part.held.iter().chain([&written]))? {
            counted.insert(record, add(program, record, &blocks, &mut tables)?);
        }
        Ok((tables, counted))
    }
}

/// Rows of a piece as bytes.
fn block(program: &Program, piece: &Piece, rows: &[u32], counted: &[bool]) -> Vec<u8> {
    let frame = program.model.records.at(piece.record).frame;
    let file_rows = piece.tables.file_rows.get(&frame);
    let file_row = |row: &u32| {
        let found = file_rows.and_then(|file_rows| file_rows.get(*row as usize));
        found.map_or(0, |row| i64::try_from(*row).unwrap_or(i64::MAX))
    };
    let is_counted = counted.iter().map(|counted| i64::from(*counted));
    let columns = columns(program, piece.record);
    let columns: Vec<_> = columns.iter().filter_map(|column| Some((*column, piece.tables.column(*column)?))).collect();
    let mut block = Vec::with_capacity(rows.len().saturating_mul(columns.len()).saturating_mul(USUAL_BYTES));
    for number in [piece.record.index(), rows.len(), columns.len()] {
        block.extend(length(number));
    }
    part_of(&mut block, |body| {
        part_of(body, |to| pack::integers(rows.iter().map(file_row), to));
        part_of(body, |to| pack::integers(is_counted, to));
        for (column, data) in &columns {
            body.extend(length(column.index()));
            part_of(body, |to| pack::column(data, rows, to));
        }
    });
    block
}

/// All columns of data of a record.
fn columns(program: &Program, record: RecordId) -> Vec<ColumnId> {
    let mut columns = read::columns(program, record);
    columns.extend(read::composed(program, record));
    columns
}

fn length(count: usize) -> [u8; 8] {
    u64::try_from(count).unwrap_or(u64::MAX).to_le_bytes()
}

/// Appends bytes, and before them how many they are.
fn part_of(to: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = to.len();
    to.extend([0; 8]);
    write(to);
    let written = to.len().saturating_sub(start).saturating_sub(8);
    if let Some(place) = to.get_mut(start..start.saturating_add(8)) {
        place.copy_from_slice(&length(written));
    }
}

/// A block of rows.
struct Block<'a> {
    rows: usize,
    file_rows: &'a [u8],
    counted: &'a [u8],
    columns: BTreeMap<ColumnId, &'a [u8]>,
}

/// The blocks of each record, in the order in which they came.
fn blocks<'a>(bytes: impl Iterator<Item = &'a Vec<u8>>) -> io::Result<BTreeMap<RecordId, Vec<Block<'a>>>> {
    let mut blocks: BTreeMap<RecordId, Vec<Block<'_>>> = BTreeMap::new();
    for bytes in bytes {
        let mut packed = Packed::new(bytes);
        while !packed.is_empty() {
            let (record, block) = next_block(&mut packed).ok_or_else(damaged)?;
            blocks.entry(record).or_default().push(block);
        }
    }
    Ok(blocks)
}

fn next_block<'a>(packed: &mut Packed<'a>) -> Option<(RecordId, Block<'a>)> {
    let record = RecordId::from_index(packed.count()?);
    let (rows, width, length) = (packed.count()?, packed.count()?, packed.count()?);
    let mut body = Packed::new(packed.take(length)?);
    let part = |body: &mut Packed<'a>| {
        let length = body.count()?;
        body.take(length)
    };
    let (file_rows, counted) = (part(&mut body)?, part(&mut body)?);
    let mut columns = BTreeMap::new();
    for _ in 0..width {
        let column = ColumnId::from_index(body.count()?);
        columns.insert(column, part(&mut body)?);
    }
    Some((record, Block { rows, file_rows, counted, columns }))
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "rows that were kept there are not what they were")
}

/// Adds the rows of a record in order of their keys. Gives which of them are counted.
fn add(program: &Program, record: RecordId, blocks: &[Block<'_>], tables: &mut Tables) -> io::Result<Vec<bool>> {
    let count = blocks.iter().map(|block| block.rows).sum();
    let all: Vec<ColumnId> = blocks.first().map_or_else(Vec::new, |block| block.columns.keys().copied().collect());
    let read = all.par_iter().map(|column| Some((*column, whole(blocks, *column)?)));
    let read = read.collect::<Option<BTreeMap<ColumnId, ColumnData>>>().ok_or_else(damaged)?;
    let key = program.model.records.at(record).key.clone();
    // Rows without a key are ordered by all of their cells, as where the whole file is read.
    let by = if key.is_empty() { read::columns(program, record) } else { key };
    // A reference is ordered by the row that it leads to, and rows by their keys.
    let cells: Vec<ColumnData> = by.iter().filter_map(|column| read.get(column).cloned()).collect();
    let order = (!ascends(&cells, count)).then(|| Ordered::new(&cells, count).order());
    let sorted = |data: ColumnData| match &order {
        Some(order) => data.take(order),
        None => data,
    };
    let read = read.into_par_iter().map(|(column, data)| (column, sorted(data)));
    for (column, data) in read.collect::<Vec<_>>() {
        tables.set_column(column, data);
    }
    let frame = program.model.records.at(record).frame;
    tables.set_rows(frame, rows_by_key(program, record, count, tables));
    let file_rows = integers(blocks, |block| block.file_rows, order.as_deref())?;
    tables.file_rows.insert(frame, file_rows.into_iter().map(|row| u64::try_from(row).unwrap_or_default()).collect());
    Ok(integers(blocks, |block| block.counted, order.as_deref())?.into_iter().map(|counted| counted != 0).collect())
}

/// The cells of a column in all blocks.
fn whole(blocks: &[Block<'_>], column: ColumnId) -> Option<ColumnData> {
    let part = |block: &Block<'_>| Packed::new(block.columns.get(&column)?).column(block.rows);
    ColumnData::concat(blocks.iter().map(part).collect::<Option<_>>()?)
}

/// The integers of all blocks, in this order.
fn integers<'a>(
    blocks: &[Block<'a>],
    of: impl Fn(&Block<'a>) -> &'a [u8],
    order: Option<&[u32]>,
) -> io::Result<Vec<i64>> {
    let mut all = Vec::with_capacity(blocks.iter().map(|block| block.rows).sum());
    for block in blocks {
        all.extend(Packed::new(of(block)).integers(block.rows).ok_or_else(damaged)?);
    }
    let at = |row: &u32| all.get(*row as usize).copied().unwrap_or_default();
    Ok(order.map(|order| order.iter().map(at).collect()).unwrap_or(all))
}
