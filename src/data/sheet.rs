//! What every kind of data file comes to: headers, and the cells of the columns wanted.

use bytes::Bytes;

use super::csv::Csv;
use super::files::SharedFile;
use super::json_lines::JsonLines;
use super::parquet::ParquetSheet;
use super::raw::{FileRows, RawColumn, RowCollector};
use super::xlsx::XlsxSheet;
use crate::calendar::Date;
use crate::diagnostics::Code;
use crate::types::model::DataForm;
use crate::types::written::Written;

/// What a sheet is read from.
#[derive(Clone, Debug)]
pub(super) enum Input {
    /// All bytes of a file.
    Whole(Bytes),
    /// A file that is read piece by piece.
    File(SharedFile),
}

/// Whether files of a form can be read piece by piece. The others are never so large.
pub(super) fn in_pieces(form: &DataForm) -> bool {
    match form {
        DataForm::Parquet | DataForm::Csv { .. } => true,
        DataForm::JsonLines | DataForm::Sheet { .. } | DataForm::Plan { .. } => false,
    }
}

/// A file that was looked at, and whose rows are read from the first to the last.
pub(super) trait Sheet: Send {
    /// All its headers, in order, each once.
    fn headers(&self) -> &[String];

    /// The row of the headers, where they stand in one.
    fn header_row(&self) -> Option<u64>;

    /// The cells of these columns in the next rows, about so many; of a file that is not read piece by piece in all
    /// of them. A row that is not well formed is left out, and told.
    ///
    /// # Errors
    /// What is wrong with the file as a whole.
    fn next(&mut self, wanted: &[Wanted<'_>], rows: usize) -> Result<Found, Vec<Flaw>>;

    /// How much was read, and of how much.
    fn progress(&self) -> (u64, u64);
}

/// What was found in a file.
#[derive(Debug)]
pub(super) struct Found {
    /// The cells of each column wanted.
    pub cells: Vec<RawColumn>,
    /// The rows they stand in.
    pub rows: FileRows,
    /// What is wrong with the rows that were left out.
    pub flaws: Vec<Flaw>,
    /// Whether the last row has its end.
    pub ended: bool,
    /// Whether there may be more rows.
    pub more: bool,
}

impl Found {
    /// What a file that comes row by row holds.
    pub fn new(rows: RowCollector, flaws: Vec<Flaw>) -> Found {
        let (cells, rows) = rows.finish();
        Found { cells, rows, flaws, ended: true, more: false }
    }
}

/// A column to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    /// Its position among the headers.
    pub position: usize,
    /// How its cells are written. A number or date that the file holds as such is written that way.
    pub written: &'a Written,
}

impl Wanted<'_> {
    /// A number that the file holds as such, as the column writes it.
    pub fn number(&self, plain: String) -> String {
        match self.written {
            Written::Number(pattern) => pattern.write(&plain),
            Written::Plain | Written::Date(_) => plain,
        }
    }

    /// A date that the file holds as such, as the column writes it.
    pub fn date(&self, date: Date) -> String {
        match self.written {
            Written::Date(pattern) => pattern.write(date),
            Written::Plain | Written::Number(_) => crate::calendar::print_date(date),
        }
    }
}

/// Something that is not well formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    /// What kind of problem it is.
    pub code: Code,
    /// The row; none where the whole file is meant.
    pub row: Option<u64>,
    /// The header of the column, where one column is meant.
    pub column: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What was found.
    pub found: Option<String>,
    /// What was expected.
    pub expected: String,
    /// How to mend it.
    pub help: String,
}

impl Flaw {
    /// A file that is not well formed as a whole.
    pub fn of_file(message: impl Into<String>, expected: impl Into<String>, help: impl Into<String>) -> Flaw {
        Flaw {
            code: Code::Malformed,
            row: None,
            column: None,
            message: message.into(),
            found: None,
            expected: expected.into(),
            help: help.into(),
        }
    }

    /// The same with another code.
    pub fn with_code(self, code: Code) -> Flaw {
        Flaw { code, ..self }
    }

    /// The same in a row.
    pub fn in_row(self, row: u64) -> Flaw {
        Flaw { row: Some(row), ..self }
    }

    /// The same in a column.
    pub fn in_column(self, header: &str) -> Flaw {
        Flaw { column: Some(header.to_owned()), ..self }
    }

    /// The same with the text found.
    pub fn found(self, text: impl Into<String>) -> Flaw {
        Flaw { found: Some(super::raw_table::clipped(&text.into())), ..self }
    }
}

/// Looks at a file. The headers wanted help to find a delimiter that is not declared.
pub(super) fn open(form: &DataForm, input: Input, headers: &[&str]) -> Result<Box<dyn Sheet>, Vec<Flaw>> {
    match (form, input) {
        (DataForm::Csv { delimiter }, input) => Ok(Box::new(Csv::open(input, headers, *delimiter)?)),
        (DataForm::Parquet, Input::Whole(bytes)) => Ok(Box::new(ParquetSheet::open(bytes)?)),
        (DataForm::Parquet, Input::File(file)) => Ok(Box::new(ParquetSheet::open(file)?)),
        (DataForm::JsonLines, Input::Whole(bytes)) => Ok(Box::new(JsonLines::open(bytes)?)),
        (DataForm::Sheet { name }, Input::Whole(bytes)) => Ok(Box::new(XlsxSheet::open(bytes, name.as_deref())?)),
        // The rows of a plan are given, and what is not read piece by piece is read whole.
        (DataForm::Plan { .. } | DataForm::JsonLines | DataForm::Sheet { .. }, _) => Err(Vec::new()),
    }
}

/// A file that could be opened, but not read to its end.
pub(super) fn unreadable(error: &std::io::Error) -> Flaw {
    let message = format!("the file cannot be read to its end: {error}");
    Flaw::of_file(message, "a file in the data folder", "check the file and who may read it")
        .with_code(Code::NoDataFile)
}

/// Headers that stand twice, or are blank where `blank` says so.
pub(super) fn duplicates(headers: &[String], row: Option<u64>) -> Vec<Flaw> {
    let mut seen = std::collections::HashSet::new();
    let again = headers.iter().filter(|header| !seen.insert(*header));
    let flaw = |header: &String| {
        let message = match header.is_empty() {
            true => "two columns have no header".to_owned(),
            false => format!("two columns have the header {}", super::raw_table::quoted(header)),
        };
        let help = "rename or remove one of the columns in the file";
        let flaw = Flaw::of_file(message, "a header of its own for each column", help);
        Flaw { row, ..flaw.in_column(header).found(header) }
    };
    again.map(flaw).collect()
}

/// What a file that is not the text it should be seems to be, and what to do.
pub(super) fn foreign(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    const KINDS: [(&[u8], &str, &str); 7] = [
        (b"PK\x03\x04", "a workbook or a ZIP archive", "let the name of a workbook end in `.xlsx`; unpack an archive"),
        (b"PAR1", "a Parquet file", "let its name end in `.parquet`"),
        (b"\xd0\xcf\x11\xe0", "an old workbook, or one with a password", "save it as `.xlsx` without a password"),
        (b"\x1f\x8b", "a file packed with gzip", "unpack it first"),
        (b"\xff\xfe", "text in UTF-16", "save it again as UTF-8; in a spreadsheet choose the format `CSV UTF-8`"),
        (b"\xfe\xff", "text in UTF-16", "save it again as UTF-8; in a spreadsheet choose the format `CSV UTF-8`"),
        (b"%PDF", "a PDF document", "export the table itself"),
    ];
    KINDS.iter().find(|(magic, ..)| bytes.starts_with(magic)).map(|(_, kind, help)| (*kind, *help))
}

/// More digits than these a binary floating-point number does not keep (IEEE 754 binary64).
pub(super) const DOUBLE_DIGITS: usize = 15;

/// The digits of a plainly written number from the first to the last that is not zero.
pub(super) fn significant_digits(plain: &str) -> usize {
    let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').trim_end_matches('0').len()
}

/// A floating-point number that may not be the one that was meant.
pub(super) fn inexact(text: &str, digits: usize) -> Flaw {
    let message = format!("`{text}` has more digits than the file keeps, so it is known only approximately");
    let help = "store amounts as decimals or as text, or round them where they come from";
    Flaw::of_file(message, format!("a number of at most {digits} digits"), help)
        .with_code(Code::InexactNumber)
        .found(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_count_from_the_first_to_the_last() {
        for (text, digits) in
            [("0", 0), ("-1234.50", 5), ("1000000000000000000000", 1), ("0.00012", 2), ("0.30000000000000004", 17)]
        {
            assert_eq!(significant_digits(text), digits, "{text}");
        }
    }
}
