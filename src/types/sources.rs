//! Which file a record is read from, of what kind it is, and how its cells are written.

use super::checker::Checker;
use super::model::{DataForm, DataSource, Shown, Type};
use super::written::{DatePattern, NumberPattern, Written};
use crate::calendar::Unit;
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::tree::{self, Quoted};

/// The kind of a file by the end of its name; none for a kind that is not read.
fn kind(path: &str) -> Option<DataForm> {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).as_deref() {
        None | Some("csv" | "tsv" | "tab" | "psv" | "txt" | "dat") => Some(DataForm::Csv { delimiter: None }),
        Some("jsonl" | "ndjson") => Some(DataForm::JsonLines),
        Some("parquet" | "pq") => Some(DataForm::Parquet),
        Some("xlsx" | "xlsm") => Some(DataForm::Sheet { name: None }),
        Some(_) => None,
    }
}

impl Checker<'_> {
    /// The file of a record. Problems are reported, and the file is taken as far as it is understood.
    pub fn data_source(&mut self, written: &tree::DataSource) -> DataSource {
        let path = written.path.text.clone();
        let Some(mut form) = kind(&path) else {
            self.report(unread_kind(&written.path));
            return DataSource { path, form: DataForm::Csv { delimiter: None } };
        };
        match (&mut form, &written.sheet) {
            (_, None) => {}
            (DataForm::Sheet { name }, Some(sheet)) => *name = Some(sheet.text.clone()),
            (_, Some(sheet)) => self.report(unfit(sheet, "a `sheet` belongs to a workbook, `from \"book.xlsx\"`")),
        }
        match (&mut form, &written.delimiter) {
            (_, None) => {}
            (DataForm::Csv { delimiter }, Some(sign)) => match one_sign(&sign.text) {
                Some(found) => *delimiter = Some(found),
                None => self.report(unfit(sign, "a delimiter is one sign, such as `\";\"`, or the word `tab`")),
            },
            (_, Some(sign)) => self.report(unfit(sign, "a `delimiter` belongs to a CSV file, `from \"deals.csv\"`")),
        }
        DataSource { path, form }
    }

    /// How the cells of a column of a type are written.
    pub fn cells_written(&mut self, written: Option<&Quoted>, ty: Type) -> Written {
        let Some(quoted) = written else { return Written::Plain };
        let dates = matches!(ty, Type::Date | Type::Period(Unit::Custom(_)));
        let numbers = matches!(ty, Type::Number(_, shown) if shown != Shown::Days);
        let found = match (dates, numbers) {
            (true, _) => DatePattern::parse(&quoted.text).map(Written::Date),
            (_, true) => NumberPattern::parse(&quoted.text).map(Written::Number),
            _ => {
                let why = "only dates and numbers can be written in another way";
                self.report(unfit(quoted, why));
                return Written::Plain;
            }
        };
        found.unwrap_or_else(|| {
            self.report(unknown_pattern(quoted, dates, NumberPattern::all()));
            Written::Plain
        })
    }
}

/// A sign that may stand between cells.
fn one_sign(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [b'"' | b'\r' | b'\n' | b'\\' | b'.' | b'-'] => None,
        [sign] if *sign == b'\t' || sign.is_ascii_punctuation() || *sign == b' ' => Some(*sign),
        _ => None,
    }
}

fn unfit(quoted: &Quoted, why: &str) -> Diagnostic {
    let message = format!("`\"{}\"` does not fit here: {why}", quoted.text.escape_debug());
    Diagnostic::new(Code::SourceForm, message).at(quoted.span, "").help("leave it out, or mend it")
}

fn unread_kind(path: &Quoted) -> Diagnostic {
    let end = path.text.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let help = match end.as_str() {
        "xls" | "xlsb" | "ods" | "numbers" => "save the workbook as `.xlsx`",
        "json" => "write one object a line, as JSON lines, and let its name end in `.jsonl`",
        "gz" | "zip" | "zst" | "bz2" | "7z" => "unpack the file first",
        _ => {
            "a data file is CSV (`.csv`, `.tsv`, `.txt`), JSON lines (`.jsonl`), Parquet (`.parquet`) or a \
             workbook (`.xlsx`), and the end of its name says which"
        }
    };
    Diagnostic::new(Code::SourceForm, format!("files whose names end in `.{end}` are not read"))
        .at(path.span, "")
        .help(help)
}

/// A way of writing dates or numbers that is none.
fn unknown_pattern(quoted: &Quoted, dates: bool, numbers: impl Iterator<Item = &'static str>) -> Diagnostic {
    let known: Vec<String> = numbers.map(|pattern| format!("`\"{pattern}\"`")).collect();
    let (what, help) = match dates {
        true if quoted.text.contains("YYYY") || !quoted.text.contains("YY") => (
            "a date",
            "write `YYYY` for the year, `MM`, `M` or `MMM` for the month (05, 5, May), `DD` or `D` for the day, each \
             once with one sign between them, as in `as \"DD/MM/YYYY\"`"
                .to_owned(),
        ),
        true => ("a date", "a year of two digits may mean two centuries: export it with four, `YYYY`".to_owned()),
        false => ("a number", format!("write {}", known.join(", "))),
    };
    let message = format!("`\"{}\"` is no way of writing {what}", quoted.text.escape_debug());
    Diagnostic::new(Code::SourceForm, message).at(quoted.span, "").help(help)
}
