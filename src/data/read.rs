//! A record's file to its rows of text.

use sha2::{Digest, Sha256};

use super::csv::{Csv, Flaw};
use super::files::{DataFiles, OpenError};
use super::texts::{Source, Texts, clipped, data_column};
use crate::diagnostics::suggest::{closest, did_you_mean};
use crate::diagnostics::{Code, DataPlace, Diagnostic};
use crate::ids::{ColumnId, RecordId};
use crate::program::Program;
use crate::table::DataFile;

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
    let Some(path) = &program.model.records.at(record).file else {
        return (none(program, record, ""), None);
    };
    let file = Reading { program, record, path };
    let bytes = match files.open(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            problems.push(file.not_opened(&error, files));
            return (incomplete(program, record, path), None);
        }
    };
    let texts = file.texts(&bytes, problems);
    let read = DataFile {
        record,
        path: path.clone(),
        sha256: hexadecimal(&Sha256::digest(&bytes)),
        rows: u64::try_from(texts.len()).unwrap_or(u64::MAX),
    };
    (texts, Some(read))
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
    path: &'a str,
}

impl Reading<'_> {
    fn texts(&self, bytes: &[u8], problems: &mut Vec<Diagnostic>) -> Texts {
        let mut columns = columns(self.program, self.record);
        let header = |column: &ColumnId| data_column(self.program, *column);
        let wanted: Vec<&str> = columns.iter().filter_map(header).map(|data| data.header.as_str()).collect();
        let csv = match Csv::open(bytes, &wanted) {
            Ok(csv) => csv,
            Err(flaws) => {
                problems.extend(flaws.into_iter().map(|flaw| self.malformed(flaw)));
                return incomplete(self.program, self.record, self.path);
            }
        };
        let mut positions = Vec::new();
        columns.retain(|column| match self.position(*column, &csv, &wanted) {
            Ok(position) => {
                positions.push(position);
                true
            }
            Err(problem) => {
                problems.push(*problem);
                false
            }
        });
        let mut texts = Texts::new(columns, Source::File(self.path.to_owned(), Vec::new()));
        texts.ended = csv.ended;
        texts.complete = csv.ragged.is_empty();
        csv.for_each_row(&positions, |row, cells| texts.push_file_row(row, cells));
        problems.extend(csv.ragged.into_iter().map(|flaw| self.malformed(flaw)));
        texts
    }

    fn position(&self, column: ColumnId, csv: &Csv<'_>, wanted: &[&str]) -> Result<usize, Box<Diagnostic>> {
        let header = data_column(self.program, column).map_or("", |data| data.header.as_str());
        let found = csv.headers.iter().position(|one| one == header);
        found.ok_or_else(|| Box::new(self.no_column(column, header, csv, wanted)))
    }

    fn no_column(&self, column: ColumnId, header: &str, csv: &Csv<'_>, wanted: &[&str]) -> Diagnostic {
        let named = self.program.names.columns.at(column);
        let message = format!("`{}` has no column `{}`", self.path, clipped(header));
        // A header that another column reads is no slip of the pen.
        let free = csv.headers.iter().map(String::as_str);
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
            file: self.path.to_owned(),
            row: Some(1),
            column: Some(header.to_owned()),
            found: Some(listed(&csv.headers)),
            expected: Some(format!("the header `{header}`")),
        };
        Diagnostic::new(Code::NoColumn, message)
            .at(named.span, "this column is read from the file")
            .help(help)
            .data(place)
    }

    fn malformed(&self, flaw: Flaw) -> Diagnostic {
        Diagnostic::new(Code::Malformed, flaw.message).help(flaw.help).data(DataPlace {
            file: self.path.to_owned(),
            row: Some(flaw.row),
            column: flaw.column,
            found: flaw.found,
            expected: Some(flaw.expected),
        })
    }

    fn not_opened(&self, error: &OpenError, files: &dyn DataFiles) -> Diagnostic {
        let named = self.program.names.records.at(self.record);
        let (path, name) = (self.path, &named.name);
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
