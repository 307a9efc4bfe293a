//! A record's file to its raw table.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::files::{DataFiles, OpenError};
use super::keys::read_as;
use super::raw::{FileRows, RawColumn, TextList};
use super::raw_table::{RawTable, Source, clipped, data_column};
use super::sheet::{self, Flaw, Sheet, Wanted};
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
    let file = Reading { program, record, source, name: &name };
    let opened = match source.form {
        DataForm::Csv { .. } | DataForm::JsonLines => files.open_lines(&source.path),
        DataForm::Parquet | DataForm::Sheet { .. } => files.open(&source.path),
        // Its rows are given.
        DataForm::Plan { .. } => return (none(program, record, &name), None),
    };
    let bytes = match opened {
        Ok(bytes) => Bytes::from(bytes),
        Err(error) => {
            problems.push(file.not_opened(&error, files));
            return (incomplete(program, record, &name), None);
        }
    };
    let (sha256, raw) = rayon::join(|| hexadecimal(&Sha256::digest(&bytes)), || file.table(&bytes, &mut *problems));
    let rows = u64::try_from(raw.len()).unwrap_or(u64::MAX);
    (raw, Some(DataFile { record, path: name, sha256, rows }))
}

fn none(program: &Program, record: RecordId, path: &str) -> RawTable {
    let columns = columns(program, record);
    let blank = columns.iter().map(|_| RawColumn::Each(TextList::default())).collect();
    RawTable::new(columns, blank, Source::File(path.to_owned(), FileRows::default()))
}

fn incomplete(program: &Program, record: RecordId, path: &str) -> RawTable {
    let mut raw = none(program, record, path);
    raw.complete = false;
    raw
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Reading<'a> {
    program: &'a Program,
    record: RecordId,
    source: &'a DataSource,
    /// What the file is called.
    name: &'a str,
}

impl Reading<'_> {
    fn table(&self, bytes: &Bytes, problems: &mut Vec<Diagnostic>) -> RawTable {
        let columns = columns(self.program, self.record);
        let header = |column: &ColumnId| data_column(self.program, *column);
        let headers: Vec<&str> = columns.iter().filter_map(header).map(|data| data.header.as_str()).collect();
        let read = sheet::open(&self.source.form, bytes, &headers).and_then(|mut sheet| {
            let (mut found, mut wanted, mut missing) = (Vec::new(), Vec::new(), Vec::new());
            for column in columns {
                match self.wanted(column, sheet.as_ref(), &headers) {
                    Ok(one) => {
                        found.push(column);
                        wanted.push(one);
                    }
                    Err(problem) => missing.push(*problem),
                }
            }
            Ok((sheet.read(&wanted)?, found, missing))
        });
        match read {
            Ok((read, columns, missing)) => {
                problems.extend(missing);
                let complete = read.flaws.is_empty();
                problems.extend(read.flaws.into_iter().map(|flaw| self.malformed(flaw)));
                let source = Source::File(self.name.to_owned(), read.rows);
                RawTable { complete, ended: read.ended, ..RawTable::new(columns, read.cells, source) }
            }
            Err(flaws) => {
                problems.extend(flaws.into_iter().map(|flaw| self.malformed(flaw)));
                incomplete(self.program, self.record, self.name)
            }
        }
    }

    /// Where a column stands in the file, and how it is written there.
    fn wanted(&self, column: ColumnId, sheet: &dyn Sheet, headers: &[&str]) -> Result<Wanted<'_>, Box<Diagnostic>> {
        let header = data_column(self.program, column).map_or("", |data| data.header.as_str());
        let found = sheet.headers().iter().position(|one| one == header);
        let position = found.ok_or_else(|| Box::new(self.no_column(column, header, sheet, headers)))?;
        let read_as = read_as(self.program, column).unwrap_or(column);
        let written = data_column(self.program, read_as).map_or(&Written::Plain, |data| &data.written);
        Ok(Wanted { position, written })
    }

    fn no_column(&self, column: ColumnId, header: &str, sheet: &dyn Sheet, wanted: &[&str]) -> Diagnostic {
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
            file: self.name.to_owned(),
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

    fn malformed(&self, flaw: Flaw) -> Diagnostic {
        Diagnostic::new(flaw.code, flaw.message).help(flaw.help).data(DataPlace {
            file: self.name.to_owned(),
            row: flaw.row,
            column: flaw.column,
            found: flaw.found,
            expected: Some(flaw.expected),
        })
    }

    fn not_opened(&self, error: &OpenError, files: &dyn DataFiles) -> Diagnostic {
        let named = self.program.names.records.at(self.record);
        let (path, name) = (self.source.path.as_str(), &named.name);
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
}

/// The first headers, for people.
fn listed(headers: &[String]) -> String {
    let shown: Vec<String> = headers.iter().take(LISTED_HEADERS).cloned().collect();
    let more = if headers.len() > LISTED_HEADERS { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}
