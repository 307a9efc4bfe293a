//! A record's file to its rows of text.

use sha2::{Digest, Sha256};

use super::files::{DataFiles, OpenError};
use super::keys::read_as;
use super::sheet::{self, Flaw, Sheet, Wanted};
use super::texts::{Source, Texts, clipped, data_column};
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
    columns.retain(|column| data_column(program, *column).is_some_and(|data| data.record == record));
    columns
}

/// Reads the file of a record; one without a file has no rows.
pub(super) fn read(
    program: &Program,
    files: &dyn DataFiles,
    record: RecordId,
    problems: &mut Vec<Diagnostic>,
) -> (Texts, Option<DataFile>) {
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
        Ok(bytes) => bytes,
        Err(error) => {
            problems.push(file.not_opened(&error, files));
            return (incomplete(program, record, &name), None);
        }
    };
    let sha256 = hexadecimal(&Sha256::digest(&bytes));
    let texts = file.texts(bytes, problems);
    let rows = u64::try_from(texts.len()).unwrap_or(u64::MAX);
    (texts, Some(DataFile { record, path: name, sha256, rows }))
}

fn none(program: &Program, record: RecordId, path: &str) -> Texts {
    let source = Source::File(path.to_owned(), Vec::new());
    Texts::new(columns(program, record), source)
}

fn incomplete(program: &Program, record: RecordId, path: &str) -> Texts {
    let mut texts = none(program, record, path);
    texts.complete = false;
    texts
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
    fn texts(&self, bytes: Vec<u8>, problems: &mut Vec<Diagnostic>) -> Texts {
        let mut columns = columns(self.program, self.record);
        let header = |column: &ColumnId| data_column(self.program, *column);
        let headers: Vec<&str> = columns.iter().filter_map(header).map(|data| data.header.as_str()).collect();
        let mut file = Vec::new();
        let mut sheet = match sheet::open(&self.source.form, bytes, &headers, &mut file) {
            Ok(sheet) => sheet,
            Err(flaws) => {
                problems.extend(flaws.into_iter().map(|flaw| self.malformed(flaw)));
                return incomplete(self.program, self.record, self.name);
            }
        };
        let mut wanted = Vec::new();
        columns.retain(|column| match self.wanted(*column, sheet.as_ref(), &headers) {
            Ok(found) => {
                wanted.push(found);
                true
            }
            Err(problem) => {
                problems.push(*problem);
                false
            }
        });
        let mut texts = Texts::new(columns, Source::File(self.name.to_owned(), Vec::new()));
        texts.ended = sheet.ended();
        let flaws = sheet.for_each_row(&wanted, &mut |row, cells| texts.push_file_row(row, cells));
        texts.complete = flaws.is_empty();
        problems.extend(flaws.into_iter().map(|flaw| self.malformed(flaw)));
        texts
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
