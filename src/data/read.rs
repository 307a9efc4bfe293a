//! A record's file to its raw table.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::files::{DataFiles, OpenError};
use super::keys::read_as;
use super::raw::{FileRows, RawColumn, TextList};
use super::raw_table::{RawTable, Source, clipped, data_column};
use super::sheet::{self, Flaw, Input, Sheet, Wanted};
use crate::diagnostics::suggest::{closest, did_you_mean};
use crate::diagnostics::{Code, DataPlace, Diagnostic};
use crate::ids::{ColumnId, RecordId};
use crate::program::Program;
use crate::table::DataFile;
use crate::types::model::{DataForm, DataSource};
use crate::types::written::Written;

/// So many headers are listed.
const LISTED_HEADERS: usize = 12;

/// The columns of a record that stand in its file.
pub(super) fn columns(program: &Program, record: RecordId) -> Vec<ColumnId> {
    let declared = program.model.records.at(record);
    let mut columns = declared.columns.clone();
    let key = declared.key.iter().filter(|key| !columns.contains(key));
    let key: Vec<ColumnId> = key.copied().collect();
    columns.extend(key);
    columns.retain(|column| {
        data_column(program, *column).is_some_and(|data| data.record == record && data.parts.is_empty())
    });
    columns
}

/// The columns of a record that are named by others of its columns.
pub(super) fn composed(program: &Program, record: RecordId) -> Vec<ColumnId> {
    let columns = program.model.records.at(record).columns.iter().copied();
    columns.filter(|column| data_column(program, *column).is_some_and(|data| !data.parts.is_empty())).collect()
}

/// Reads the file of a record; one without a file has no rows.
pub(super) fn read(
    program: &Program,
    files: &dyn DataFiles,
    record: RecordId,
    problems: &mut Vec<Diagnostic>,
) -> (RawTable, Option<DataFile>) {
    let Some(source) = &program.model.records.at(record).file else {
        return (none(program, record, ""), None);
    };
    let name = source.name();
    let opened = match source.form {
        DataForm::Csv { .. } | DataForm::JsonLines => files.open_lines(&source.path),
        DataForm::Parquet | DataForm::Sheet { .. } => files.open(&source.path),
        // Its rows are given.
        DataForm::Plan { .. } => return (none(program, record, &name), None),
    };
    let bytes = match opened {
        Ok(bytes) => Bytes::from(bytes),
        Err(error) => {
            problems.push(not_opened(program, record, source, &error, files));
            return (incomplete(program, record), None);
        }
    };
    let whole = || {
        let mut reading = Reading::open(program, record, source, Input::Whole(bytes.clone()))?;
        let raw = reading.next(usize::MAX)?.0;
        Ok((raw, reading.problems))
    };
    let (sha256, read) = rayon::join(|| hexadecimal(&Sha256::digest(&bytes)), whole);
    let (raw, found) = read.unwrap_or_else(|problems| (incomplete(program, record), problems));
    problems.extend(found);
    let rows = u64::try_from(raw.len()).unwrap_or(u64::MAX);
    (raw, Some(DataFile { record, path: name, sha256, rows }))
}

fn none(program: &Program, record: RecordId, path: &str) -> RawTable {
    let columns = columns(program, record);
    let blank = columns.iter().map(|_| RawColumn::Each(TextList::default())).collect();
    RawTable::new(columns, blank, Source::File(path.to_owned(), FileRows::default()))
}

/// No rows, and nothing is concluded from that.
pub(super) fn incomplete(program: &Program, record: RecordId) -> RawTable {
    let path = program.model.records.at(record).file_name().unwrap_or_default();
    let mut raw = none(program, record, &path);
    raw.complete = false;
    raw
}

/// Bytes as hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file that is read.
pub(super) struct Reading<'a> {
    program: &'a Program,
    /// What the file is called.
    name: String,
    sheet: Box<dyn Sheet>,
    columns: Vec<ColumnId>,
    wanted: Vec<Wanted<'a>>,
    /// What is wrong with the columns and rows so far.
    pub problems: Vec<Diagnostic>,
}

impl<'a> Reading<'a> {
    /// Looks for the columns of a record in its file.
    ///
    /// # Errors
    /// What is wrong with the file as a whole.
    pub fn open(
        program: &'a Program,
        record: RecordId,
        source: &'a DataSource,
        input: Input,
    ) -> Result<Reading<'a>, Vec<Diagnostic>> {
        let sought = columns(program, record);
        let header = |column: &ColumnId| data_column(program, *column);
        let headers: Vec<&str> = sought.iter().filter_map(header).map(|data| data.header.as_str()).collect();
        let name = source.name();
        let sheet = sheet::open(&source.form, input, &headers);
        let sheet = sheet.map_err(|flaws| flaws.into_iter().map(|flaw| malformed(&name, flaw)).collect::<Vec<_>>())?;
        let (columns, wanted, problems) = (Vec::new(), Vec::new(), Vec::new());
        let mut reading = Reading { program, name, sheet, columns, wanted, problems };
        for column in sought {
            match reading.wanted(column, &headers) {
                Ok(one) => {
                    reading.columns.push(column);
                    reading.wanted.push(one);
                }
                Err(problem) => reading.problems.push(*problem),
            }
        }
        Ok(reading)
    }

    /// Leaves out all columns but these.
    pub fn only(&mut self, columns: &[ColumnId]) {
        let kept = self.columns.iter().map(|column| columns.contains(column)).collect::<Vec<bool>>();
        let mut keep = kept.iter().copied();
        self.columns.retain(|_| keep.next().unwrap_or_default());
        let mut keep = kept.iter().copied();
        self.wanted.retain(|_| keep.next().unwrap_or_default());
    }

    /// The next rows, about so many, and whether there may be more.
    ///
    /// # Errors
    /// What is wrong with the file as a whole.
    pub fn next(&mut self, rows: usize) -> Result<(RawTable, bool), Vec<Diagnostic>> {
        let name = &self.name;
        let found = self.sheet.next(&self.wanted, rows);
        let found = found.map_err(|flaws| flaws.into_iter().map(|flaw| malformed(name, flaw)).collect::<Vec<_>>())?;
        let complete = found.flaws.is_empty();
        self.problems.extend(found.flaws.into_iter().map(|flaw| malformed(name, flaw)));
        let source = Source::File(name.clone(), found.rows);
        let raw = RawTable::new(self.columns.clone(), found.cells, source);
        Ok((RawTable { complete, ended: found.ended, ..raw }, found.more))
    }

    /// How much was read, and of how much.
    pub fn progress(&self) -> (u64, u64) {
        self.sheet.progress()
    }

    /// Where a column stands in the file, and how it is written there.
    fn wanted(&self, column: ColumnId, headers: &[&str]) -> Result<Wanted<'a>, Box<Diagnostic>> {
        let header = data_column(self.program, column).map_or("", |data| data.header.as_str());
        let found = self.sheet.headers().iter().position(|one| one == header);
        let position = found.ok_or_else(|| Box::new(self.no_column(column, header, headers)))?;
        let read_as = read_as(self.program, column).unwrap_or(column);
        let written = data_column(self.program, read_as).map_or(&Written::Plain, |data| &data.written);
        Ok(Wanted { position, written })
    }

    fn no_column(&self, column: ColumnId, header: &str, wanted: &[&str]) -> Diagnostic {
        let sheet = self.sheet.as_ref();
        let named = self.program.names.columns.at(column);
        let message = format!("`{}` has no column `{}`", self.name, clipped(header));
        // A header that another column reads is no slip of the pen.
        let free = sheet.headers().iter().map(String::as_str);
        let free = free.filter(|one| !wanted.contains(one));
        let help = match closest(header, free) {
            Some(near) => {
                format!("did you mean `{near}`? say so behind the type of `{}`: `from \"{near}\"`", named.name)
            }
            None => format!(
                "the headers are matched exactly; where the file has another one, name it behind \
                 the type of `{}`: `from \"Header\"`",
                named.name
            ),
        };
        let place = DataPlace {
            file: self.name.clone(),
            row: sheet.header_row(),
            column: Some(header.to_owned()),
            found: Some(listed(sheet.headers())),
            expected: Some(format!("the header `{header}`")),
        };
        Diagnostic::new(Code::NoColumn, message)
            .at(named.span, "this column is read from the file")
            .help(help)
            .data(place)
    }
}

fn malformed(name: &str, flaw: Flaw) -> Diagnostic {
    Diagnostic::new(flaw.code, flaw.message).help(flaw.help).data(DataPlace {
        file: name.to_owned(),
        row: flaw.row,
        column: flaw.column,
        found: flaw.found,
        expected: Some(flaw.expected),
    })
}

/// A file that cannot be opened.
pub(super) fn not_opened(
    program: &Program,
    record: RecordId,
    source: &DataSource,
    error: &OpenError,
    files: &dyn DataFiles,
) -> Diagnostic {
    let named = program.names.records.at(record);
    let (path, name) = (source.path.as_str(), &named.name);
    let listed = files.list();
    let (code, message, help) = match error {
        OpenError::Missing => (
            Code::NoDataFile,
            format!("there is no file `{path}` for the record `{name}`"),
            did_you_mean(path, listed.iter().map(String::as_str))
                .unwrap_or_else(|| "put the file into the data folder, or mend its name in the record".to_owned()),
        ),
        OpenError::Unreadable(why) => (
            Code::NoDataFile,
            format!("the file `{path}` of the record `{name}` cannot be read: {why}"),
            "check the file and who may read it".to_owned(),
        ),
        OpenError::Leaves => (
            Code::PathLeaves,
            format!("the path `{path}` of the record `{name}` leaves the data folder"),
            "put the file into the data folder and write its path from there, without `..`".to_owned(),
        ),
    };
    let place = DataPlace {
        file: path.to_owned(),
        row: None,
        column: None,
        found: None,
        expected: Some("a file in the data folder".to_owned()),
    };
    Diagnostic::new(code, message).at(named.span, "this record is read from the file").help(help).data(place)
}

/// The first headers, for people.
fn listed(headers: &[String]) -> String {
    let shown: Vec<String> = headers.iter().take(LISTED_HEADERS).cloned().collect();
    let more = if headers.len() > LISTED_HEADERS { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}
