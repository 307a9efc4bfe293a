//! A record's data file, read piece by piece: what is too large for memory is validated and typed as the whole would
//! be, beside the other records.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::cell::CellReader;
use super::check::Loaded;
use super::columns::Columns;
use super::files::{DataFiles, Folder, OpenError};
use super::hashing::Hashing;
use super::keys::{Keys, report_duplicates};
use super::order::Ordered;
use super::raw::{FileRows, RawColumn};
use super::raw_table::{RawTable, Source};
use super::read::{self, Reading};
use super::repeated::{Ascending, Hashes};
use super::sheet::{self, Input};
use super::totals::Totals;
use super::{order, rows_by_key};
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{IdVec, RecordId};
use crate::program::Program;
use crate::table::{ColumnData, DataFile, Tables, row_number};
use crate::types::model::{DataForm, DataSource};

/// A piece has about so many rows: few enough that memory which was used for one is used again for the next.
pub const PIECE_ROWS: usize = 1 << 17;
/// With so many problems no more are sought.
const MOST_PROBLEMS: usize = 100_000;

/// A record's data file, which is read piece by piece.
pub struct Pieces<'a> {
    program: &'a Program,
    record: RecordId,
    source: &'a DataSource,
    known: &'a Tables,
    /// The keys of the other records.
    keys: IdVec<RecordId, Keys>,
    columns: Columns<'a>,
    input: Input,
    reading: Reading<'a>,
    sha256: Hashing,
    totals: Totals<'a>,
    ascending: Ascending,
    /// Where keys do not ascend.
    hashes: Option<Hashes>,
    /// Where these go.
    scratch: PathBuf,
    /// Rows that are not well formed.
    left_out: HashSet<u64>,
    problems: Vec<Diagnostic>,
    piece_rows: usize,
    more: bool,
}

/// Some rows of a record, in the order of its file, beside the rows of the other records.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The record.
    pub record: RecordId,
    /// The other records, and these rows as the only ones of their record: expressions can be evaluated over them.
    /// [`Tables::file_rows`] says where they stand in the file.
    pub tables: Tables,
    /// How many there are.
    pub rows: usize,
}

impl<'a> Pieces<'a> {
    /// Opens the file of a record whose rows have no versions and do not refer to one another. The other records are
    /// known: `known` is what [`load_without`](super::load_without) gives without this record, and references lead to
    /// its rows. Keys that do not ascend are kept for a while in files below `scratch`.
    ///
    /// # Errors
    /// What is wrong with the file as a whole.
    pub fn open(
        program: &'a Program,
        folder: &Folder,
        record: RecordId,
        known: &'a Tables,
        scratch: &Path,
    ) -> Result<Pieces<'a>, Vec<Diagnostic>> {
        Pieces::with_size(program, folder, record, known, scratch, PIECE_ROWS)
    }

    /// The same with pieces of about so many rows.
    pub(super) fn with_size(
        program: &'a Program,
        folder: &Folder,
        record: RecordId,
        known: &'a Tables,
        scratch: &Path,
        piece_rows: usize,
    ) -> Result<Pieces<'a>, Vec<Diagnostic>> {
        let Some(source) = &program.model.records.at(record).file else {
            return Err(vec![no_file(program, record)]);
        };
        let input =
            open(folder, source).map_err(|error| vec![read::not_opened(program, record, source, &error, folder)])?;
        let sha256 = Hashing::of(input.clone());
        let reading = Reading::open(program, record, source, input.clone())?;
        Ok(Pieces {
            program,
            record,
            source,
            known,
            keys: program.model.records.ids().map(|record| Keys::of_data(program, known, record)).collect(),
            columns: Columns::new(CellReader { program, calendar: &known.calendar }),
            input,
            reading,
            sha256,
            totals: Totals::new(program, record),
            ascending: Ascending::default(),
            hashes: None,
            scratch: scratch.to_owned(),
            left_out: HashSet::new(),
            problems: Vec::new(),
            piece_rows,
            more: true,
        })
    }

    /// How much of the file was read, and of how much: rows or bytes.
    pub fn progress(&self) -> (u64, u64) {
        self.reading.progress()
    }

    /// The next rows, about [`PIECE_ROWS`], typed and validated; none at the end. From the first problem on, the rest
    /// of the file is read for further ones.
    ///
    /// # Errors
    /// All problems of the file.
    pub fn next_piece(&mut self) -> Result<Option<Piece>, Vec<Diagnostic>> {
        while self.more && self.problems.len() < MOST_PROBLEMS {
            let (raw, more) = self.reading.next(self.piece_rows).inspect_err(|_| self.more = false)?;
            self.more = more;
            let piece = self.piece(&raw)?;
            if self.problems.is_empty() && piece.rows > 0 {
                return Ok(Some(piece));
            }
        }
        if self.problems.is_empty() {
            return Ok(None);
        }
        // Of a file that was not read to its end nothing is concluded.
        if !self.more {
            self.check_all()?;
        }
        self.problems.sort_by(|first, second| order(first).cmp(&order(second)));
        Err(std::mem::take(&mut self.problems))
    }

    /// What is said of the whole file, once all its pieces were read.
    ///
    /// # Errors
    /// Problems that only the whole file has: keys that occur twice, control totals, an end that may be missing.
    pub fn finish(mut self) -> Result<DataFile, Vec<Diagnostic>> {
        self.check_all()?;
        if !self.problems.is_empty() {
            self.problems.sort_by(|first, second| order(first).cmp(&order(second)));
            return Err(self.problems);
        }
        let changed = match &self.input {
            Input::File(file) => file.changed(),
            Input::Whole(_) => false,
        };
        let sha256 = self.sha256.finish().map_err(|error| OpenError::Unreadable(error.to_string()));
        let sha256 = sha256.and_then(|sha256| match changed {
            true => Err(OpenError::Unreadable("it was changed while it was read".to_owned())),
            false => Ok(sha256),
        });
        let no_files = super::Memory::new();
        let sha256 = sha256
            .map_err(|error| vec![read::not_opened(self.program, self.record, self.source, &error, &no_files)])?;
        Ok(DataFile { record: self.record, path: self.source.name(), sha256, rows: self.totals.rows() })
    }

    /// Types the rows of a piece; its problems are kept.
    fn piece(&mut self, raw: &RawTable) -> Result<Piece, Vec<Diagnostic>> {
        let (program, record) = (self.program, self.record);
        let flawed = self.reading.problems.iter().filter_map(|problem| problem.data.as_ref()?.row);
        self.left_out.extend(flawed);
        self.problems.append(&mut self.reading.problems);
        let own = Keys::as_read(&self.columns, record, raw, &mut self.problems);
        let (typed, sound) = self.columns.all((record, &own), raw, &self.keys, &mut self.problems);
        self.totals.add(raw, typed.iter().map(|(column, data)| (*column, data)), &sound);
        let mut tables = self.known.clone();
        for (column, data) in typed {
            tables.set_column(column, data);
        }
        Loaded { program, record, raw, keys: &own }.active(&tables, &mut self.problems);
        self.look_for_repeated(raw, &own)?;
        let frame = program.model.records.at(record).frame;
        tables.set_rows(frame, rows_by_key(program, record, raw.len(), &tables));
        if let Source::File(_, rows) = &raw.source {
            tables.file_rows.insert(frame, rows.iter().collect());
        }
        Ok(Piece { record, tables, rows: raw.len() })
    }

    /// The cells of the key of rows.
    fn key_cells(&self, keys: &Keys) -> Vec<ColumnData> {
        let key = self.program.model.records.at(self.record).key.iter();
        key.filter_map(|column| keys.cells.get(column).cloned()).collect()
    }

    /// Remembers the keys of a piece, where they do not ascend.
    fn look_for_repeated(&mut self, raw: &RawTable, own: &Keys) -> Result<(), Vec<Diagnostic>> {
        let keys = self.key_cells(own);
        if keys.is_empty() || (self.hashes.is_none() && self.ascending.go_on(&keys, raw.len())) {
            return Ok(());
        }
        if self.hashes.is_none() {
            let mut hashes = Hashes::begin(&self.scratch).map_err(|error| vec![self.not_kept(&error)])?;
            let first = raw.file_row(0).unwrap_or_default();
            self.each_key(first, |raw, keys, kept| hashes.add(keys, raw.len(), |row| at(kept, row)))?;
            self.hashes = Some(hashes);
        }
        let kept = self.hashes.as_mut().map_or(Ok(()), |hashes| hashes.add(&keys, raw.len(), |_| true));
        kept.map_err(|error| vec![self.not_kept(&error)])
    }

    /// Goes once more through the keys of the rows before one in the file, with which of them are well formed.
    fn each_key(
        &self,
        before: u64,
        mut each: impl FnMut(&RawTable, &[ColumnData], &[bool]) -> io::Result<()>,
    ) -> Result<(), Vec<Diagnostic>> {
        let mut reading = Reading::open(self.program, self.record, self.source, self.input.clone())?;
        reading.only(&self.program.model.records.at(self.record).key);
        let mut more = true;
        while more {
            let (raw, left) = reading.next(self.piece_rows)?;
            // What is wrong with them was told when they were read with all columns.
            let keys = self.key_cells(&Keys::as_read(&self.columns, self.record, &raw, &mut Vec::new()));
            let row = |row| raw.file_row(row).unwrap_or(u64::MAX);
            let kept: Vec<bool> =
                (0..raw.len()).map(|at| row(at) < before && !self.left_out.contains(&row(at))).collect();
            each(&raw, &keys, &kept).map_err(|error| vec![self.not_kept(&error)])?;
            more = left && raw.len().checked_sub(1).is_none_or(|last| row(last) < before);
        }
        Ok(())
    }

    /// What only the whole file tells.
    fn check_all(&mut self) -> Result<(), Vec<Diagnostic>> {
        self.totals.check(&mut self.problems);
        self.report_repeated()
    }

    /// Reports the rows whose key stands in the file before them.
    fn report_repeated(&mut self) -> Result<(), Vec<Diagnostic>> {
        let Some(mut hashes) = self.hashes.take() else { return Ok(()) };
        let repeated = hashes.repeated().map_err(|error| vec![self.not_kept(&error)])?;
        if repeated.is_empty() {
            return Ok(());
        }
        let declared = &self.program.model.records.at(self.record).key;
        let (mut cells, mut keys): (Vec<Vec<RawColumn>>, Vec<ColumnData>) = (Vec::new(), Vec::new());
        let mut file_rows = FileRows::default();
        self.each_key(u64::MAX, |raw, found, kept| {
            let mut wanted = hashes.rows_of(found, raw.len(), &repeated);
            wanted.iter_mut().zip(kept).for_each(|(wanted, kept)| *wanted &= kept);
            let rows: Vec<u32> = (0..row_number(raw.len())).filter(|row| at(&wanted, *row)).collect();
            cells.push(raw.cells.iter().map(|column| column.retain(&wanted)).collect());
            match keys.is_empty() {
                true => keys = found.iter().map(|column| column.take(&rows)).collect(),
                false => keys.iter_mut().zip(found).for_each(|(all, column)| all.append(column.take(&rows))),
            }
            if let Source::File(_, rows) = &raw.source {
                file_rows.append(&rows.retain(&wanted), 0);
            }
            Ok(())
        })?;
        let whole =
            |column: usize| RawColumn::concat(cells.iter().filter_map(|cells| cells.get(column).cloned()).collect());
        let width = cells.first().map_or(0, Vec::len);
        let columns = read::columns(self.program, self.record).into_iter();
        let columns = columns.filter(|column| declared.contains(column)).collect();
        let count = file_rows.len();
        let source = Source::File(self.source.name(), file_rows);
        let raw = RawTable::new(columns, (0..width).map(whole).collect(), source);
        let ordered = Ordered::new(&keys, count);
        report_duplicates(self.program, declared, &ordered, &ordered.order(), &raw, &mut self.problems);
        Ok(())
    }

    /// Files that could not be written or read again.
    fn not_kept(&self, error: &io::Error) -> Diagnostic {
        let message = format!("keys could not be kept in `{}` for a while: {error}", self.scratch.display());
        Diagnostic::new(Code::OutputFailed, message).help("make room there, or use another folder")
    }
}

fn at(kept: &[bool], row: u32) -> bool {
    kept.get(row as usize).copied().unwrap_or_default()
}

fn no_file(program: &Program, record: RecordId) -> Diagnostic {
    let named = program.names.records.at(record);
    Diagnostic::new(Code::NoDataFile, format!("the record `{}` has no file", named.name)).at(named.span, "this record")
}

/// Opens a file, to be read piece by piece where its form allows that.
fn open(folder: &Folder, source: &DataSource) -> Result<Input, OpenError> {
    if sheet::in_pieces(&source.form) {
        return folder.open_shared(&source.path).map(Input::File);
    }
    let bytes = match source.form {
        DataForm::JsonLines => folder.open_lines(&source.path)?,
        _ => folder.open(&source.path)?,
    };
    Ok(Input::Whole(Bytes::from(bytes)))
}
