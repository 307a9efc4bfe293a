//! A sheet of an XLSX workbook to headers and cells. The headers stand in the first row; a
//! formula counts by the value that the spreadsheet stored with it.

use std::io::{self, Cursor, Read};

use bytes::Bytes;
use calamine::{DataRef, ExcelDateTime, Reader, SheetType, Xlsx, XlsxError, XlsxFormulaMetadata};
use zip::ZipArchive;

use super::raw::RowCollector;
use super::raw_table::clipped;
use super::sheet::{self, DOUBLE_DIGITS, Flaw, Found, Sheet, Wanted, inexact, significant_digits};
use crate::calendar::parse_date;
use crate::diagnostics::Code;
use crate::diagnostics::suggest::did_you_mean;
use crate::types::written::Written;

/// The most bytes that a workbook may unpack to.
const UNPACKED_BYTES: u64 = 1 << 30;
/// The most files in a workbook.
const FILES: usize = 10_000;
/// The most bytes of a cell.
const CELL_BYTES: usize = 64 * 1024;
/// So many sheets are listed.
const LISTED_SHEETS: usize = 12;

/// A well-formed sheet.
pub(super) struct XlsxSheet {
    book: Book,
    name: String,
    headers: Vec<String>,
    /// The column in the sheet of each header, in ascending order.
    columns: Vec<u32>,
}

type Book = Xlsx<Cursor<Bytes>>;

impl XlsxSheet {
    /// Looks at a workbook's sizes, its sheets, and the first row of one of them: that of this name,
    /// or the only one.
    pub fn open(bytes: Bytes, name: Option<&str>) -> Result<XlsxSheet, Vec<Flaw>> {
        let opened = measure(&bytes, UNPACKED_BYTES).and_then(|()| {
            let book = Xlsx::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
            let name = sheet_name(&book, name)?;
            Ok((book, name))
        });
        let (mut book, name) = opened.map_err(|flaw| vec![flaw])?;
        let (headers, columns) = headers(&mut book, &name)?;
        Ok(XlsxSheet { book, name, headers, columns })
    }
}

/// The texts of the first row, and the columns they stand in.
fn headers(book: &mut Book, sheet: &str) -> Result<(Vec<String>, Vec<u32>), Vec<Flaw>> {
    let (mut headers, mut columns, mut flaws) = (Vec::new(), Vec::new(), Vec::new());
    let plain = Wanted { position: 0, written: &Written::Plain };
    let ended = each_cell(book, sheet, |row, column, cell| {
        if row == 1 {
            match text(cell, &plain) {
                Ok(text) if text.is_empty() => {}
                Ok(text) => {
                    headers.push(text);
                    columns.push(column);
                }
                Err(flaw) => flaws.push(flaw.in_row(1)),
            }
        }
        row == 1
    });
    flaws.extend(ended.err());
    if flaws.is_empty() && headers.is_empty() {
        let help = "the headers stand in the first row of the sheet: remove what stands above them";
        flaws.push(Flaw::of_file("the first row of the sheet is empty", "the headers of the columns", help).in_row(1));
    }
    if flaws.is_empty() && columns.iter().zip(columns.iter().skip(1)).any(|(first, next)| first >= next) {
        flaws.push(out_of_order(1));
    }
    flaws.extend(sheet::duplicates(&headers, Some(1)));
    if flaws.is_empty() { Ok((headers, columns)) } else { Err(flaws) }
}

/// The row being read.
#[derive(Default)]
struct OpenRow {
    row: u64,
    cells: Vec<String>,
    filled: bool,
    flawed: bool,
}

impl Sheet for XlsxSheet {
    fn headers(&self) -> &[String] {
        &self.headers
    }

    fn header_row(&self) -> Option<u64> {
        Some(1)
    }

    fn next(&mut self, wanted: &[Wanted<'_>], _: usize) -> Result<Found, Vec<Flaw>> {
        let XlsxSheet { book, name, headers, columns } = self;
        let reading = Reading { headers, columns, wanted };
        let (mut rows, mut flaws, mut last) = (RowCollector::new(wanted.len()), Vec::new(), 1);
        let mut open = OpenRow { row: 1, ..OpenRow::default() };
        let ended = each_cell(book, name, |row, column, cell| {
            if row < open.row {
                flaws.push(out_of_order(row));
                return false;
            }
            if row > open.row {
                last = reading.end(&open, last, &mut rows, &mut flaws);
                open = OpenRow { row, cells: vec![String::new(); wanted.len()], ..OpenRow::default() };
            }
            if row > 1
                && let Err(flaw) = reading.cell(&mut open, column, cell)
            {
                open.flawed = true;
                flaws.push(flaw.in_row(row));
            }
            true
        });
        reading.end(&open, last, &mut rows, &mut flaws);
        flaws.extend(ended.err());
        Ok(Found::new(rows, flaws))
    }

    fn progress(&self) -> (u64, u64) {
        (0, 1)
    }
}

/// The columns of a sheet while its rows are read.
struct Reading<'a> {
    headers: &'a [String],
    columns: &'a [u32],
    wanted: &'a [Wanted<'a>],
}

impl Reading<'_> {
    fn cell(&self, open: &mut OpenRow, column: u32, cell: &Cell<'_>) -> Result<(), Flaw> {
        let blank = cell.formula.is_none() && is_blank(&cell.value);
        open.filled |= !blank;
        let position = match self.columns.binary_search(&column) {
            Ok(position) => position,
            Err(_) if blank => return Ok(()),
            Err(_) => {
                let help = "give the column a header in the first row, or remove what stands outside the table";
                let flaw =
                    Flaw::of_file("a cell stands in a column without a header", "nothing outside the table", help);
                let plain = Wanted { position: 0, written: &Written::Plain };
                return Err(flaw.in_column(&letters(column)).found(text(cell, &plain).unwrap_or_default()));
            }
        };
        for (wanted, to) in self.wanted.iter().zip(&mut open.cells) {
            if wanted.position == position {
                let header = self.headers.get(position).map_or("", String::as_str);
                *to = text(cell, wanted).map_err(|flaw| flaw.in_column(header))?;
            }
        }
        Ok(())
    }

    /// Hands a row on; a blank one is none. Gives the last row that was not blank.
    fn end(&self, open: &OpenRow, last: u64, rows: &mut RowCollector, flaws: &mut Vec<Flaw>) -> u64 {
        if open.row == 1 || !open.filled {
            return last;
        }
        if open.row > last.saturating_add(1) {
            let help = "remove the empty rows; empty rows at the end of the sheet do no harm. What stands below the \
                        table, such as its totals, belongs on another sheet";
            let flaw = Flaw::of_file("an empty row stands between the rows", "one row below the other", help);
            flaws.push(flaw.in_row(last.saturating_add(1)));
        }
        if !open.flawed {
            rows.push(open.row, &open.cells);
        }
        open.row
    }
}

/// A cell as the workbook holds it.
struct Cell<'a> {
    value: DataRef<'a>,
    formula: Option<XlsxFormulaMetadata>,
}

/// Calls for each cell of a sheet with its row, from 1, and its column, from 0, until told to stop.
fn each_cell(book: &mut Book, sheet: &str, mut each: impl FnMut(u64, u32, &Cell<'_>) -> bool) -> Result<(), Flaw> {
    let mut reader = book.worksheet_cells_reader(sheet).map_err(|error| damaged(&error))?;
    while let Some(found) = reader.next_cell_with_formula_metadata().map_err(|error| damaged(&error))? {
        let (row, column) = found.pos;
        let cell = Cell { value: found.value, formula: found.formula };
        if !each(u64::from(row).saturating_add(1), column, &cell) {
            break;
        }
    }
    Ok(())
}

fn is_blank(value: &DataRef<'_>) -> bool {
    match value {
        DataRef::Empty => true,
        DataRef::String(text) => text.is_empty(),
        DataRef::SharedString(text) => text.is_empty(),
        _ => false,
    }
}

/// The text of a cell, empty where it is blank.
fn text(cell: &Cell<'_>, wanted: &Wanted<'_>) -> Result<String, Flaw> {
    let text = match &cell.value {
        DataRef::Empty if cell.formula.is_some() => {
            let help = "open the workbook in a spreadsheet and save it, so that it computes its formulas";
            let flaw = Flaw::of_file("a formula without a stored value", "a formula with its value", help);
            return Err(flaw.with_code(Code::NoCachedValue));
        }
        DataRef::Empty => String::new(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::Int(number) => wanted.number(number.to_string()),
        DataRef::Float(number) => return number_text(&number.to_string(), wanted),
        DataRef::DateTime(serial) if serial.is_datetime() => day(*serial, wanted),
        DataRef::DateTime(_) | DataRef::DurationIso(_) => {
            let help = "format the cell as a number, a date or text";
            let flaw = Flaw::of_file("a length of time", "a number, a date or a text", help);
            return Err(flaw.with_code(Code::BadCell));
        }
        DataRef::DateTimeIso(text) => match parse_date(text.strip_suffix("T00:00:00").unwrap_or(text)) {
            Ok(date) => wanted.date(date),
            Err(_) => text.clone(),
        },
        DataRef::Error(error) => {
            let help = "mend the formula in the workbook, or leave the cell blank";
            let flaw = Flaw::of_file("the formula of the cell failed", "a value, or a blank cell", help);
            return Err(flaw.with_code(Code::BadCell).found(error.to_string()));
        }
    };
    if text.len() > CELL_BYTES {
        let help = "leave the column out of the sheet";
        return Err(Flaw::of_file("a cell is longer than 64 KiB", "at most 64 KiB in a cell", help));
    }
    Ok(text)
}

fn number_text(plain: &str, wanted: &Wanted<'_>) -> Result<String, Flaw> {
    match significant_digits(plain) > DOUBLE_DIGITS {
        true => Err(inexact(plain, DOUBLE_DIGITS)),
        false => Ok(wanted.number(plain.to_owned())),
    }
}

/// A date at midnight; otherwise with its time behind it, which no date has.
fn day(serial: ExcelDateTime, wanted: &Wanted<'_>) -> String {
    let (year, month, day, hours, minutes, seconds, milliseconds) = serial.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match parse_date(&date) {
        Ok(date) if (hours, minutes, seconds, milliseconds) == (0, 0, 0, 0) => wanted.date(date),
        Ok(_) => format!("{date} {hours:02}:{minutes:02}:{seconds:02}"),
        Err(_) => date,
    }
}

/// A column as a spreadsheet names it: A, B, … Z, AA.
fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column.saturating_add(1);
    while let Some(at) = rest.checked_sub(1) {
        letters.push(char::from(b'A'.saturating_add(u8::try_from(at.rem_euclid(26)).unwrap_or_default())));
        rest = at.div_euclid(26);
    }
    letters.iter().rev().collect()
}

/// The sheet that is meant.
fn sheet_name(book: &Book, name: Option<&str>) -> Result<String, Flaw> {
    let sheets = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let names: Vec<&str> = sheets.map(|sheet| sheet.name.as_str()).collect();
    let listed: Vec<String> = names.iter().take(LISTED_SHEETS).map(|name| format!("`{}`", clipped(name))).collect();
    let flaw = |message: String, help: String| {
        let flaw = Flaw::of_file(message, "the name of a sheet", help).with_code(Code::NoSheet);
        Err(flaw.found(listed.join(", ").replace('`', "")))
    };
    match (name, names.as_slice()) {
        (Some(name), _) if names.contains(&name) => Ok(name.to_owned()),
        (None, [only]) => Ok((*only).to_owned()),
        (Some(name), _) => flaw(
            format!("the workbook has no sheet `{}`", clipped(name)),
            did_you_mean(name, names.iter().copied())
                .unwrap_or_else(|| format!("its sheets are {}", listed.join(", "))),
        ),
        (None, []) => flaw("the workbook has no sheet".to_owned(), "put the table on a sheet of its own".to_owned()),
        (None, [first, ..]) => flaw(
            format!("the workbook has {} sheets", names.len()),
            format!("say behind the file which one is meant: `sheet \"{}\"`", clipped(first)),
        ),
    }
}

/// Unpacks a workbook into nothing, so that what it takes is known before any of it is kept. What
/// its directory says of sizes may be false.
fn measure(bytes: &[u8], limit: u64) -> Result<(), Flaw> {
    let expected = "a workbook in the form `.xlsx`";
    if !bytes.starts_with(b"PK") {
        let help = sheet::foreign(bytes).map_or("save the table again as `.xlsx`", |(_, help)| help);
        return Err(Flaw::of_file("the file is no workbook", expected, help));
    }
    let not_whole = || Flaw::of_file("the workbook is damaged", expected, "it may have been cut off: save it again");
    let too_large = || {
        let help = "put the table into a workbook of its own, or export it as CSV or Parquet";
        Flaw::of_file("the workbook unpacks to more than 1 GiB", "a workbook of at most 1 GiB", help)
    };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| not_whole())?;
    if archive.len() > FILES {
        return Err(too_large());
    }
    let mut left = limit;
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).map_err(|_| not_whole())?;
        let strings = file.name().map_err(|_| not_whole())?.to_ascii_lowercase().ends_with("sharedstrings.xml");
        let mut head = Vec::new();
        let first = (&mut file).take(HEAD_BYTES).read_to_end(&mut head).map_err(|_| not_whole())?;
        let rest = io::copy(&mut (&mut file).take(left.saturating_add(1)), &mut io::sink()).map_err(|_| not_whole())?;
        let size = rest.saturating_add(u64::try_from(first).unwrap_or(u64::MAX));
        left = left.checked_sub(size).ok_or_else(too_large)?;
        if strings && declared_strings(&head).is_none_or(|count| count > size) {
            return Err(not_whole());
        }
    }
    Ok(())
}

/// So much of a part is looked at.
const HEAD_BYTES: u64 = 64 * 1024;

/// How many texts the table of texts says it has, for which its reader makes room at once: each takes
/// several bytes, so there cannot be more than bytes. None where its beginning is not to be seen.
fn declared_strings(head: &[u8]) -> Option<u64> {
    let head = String::from_utf8_lossy(head);
    let (_, tag) = head.split_once("<sst").or_else(|| head.split_once(":sst"))?;
    let (tag, _) = tag.split_once('>')?;
    let Some((_, count)) = tag.split_once("uniqueCount") else { return Some(0) };
    let digits: String =
        count.chars().skip_while(|one| !one.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn out_of_order(row: u64) -> Flaw {
    let help = "open the workbook in a spreadsheet and save it again";
    Flaw::of_file("the cells of the sheet are out of order", "rows and columns in order", help).in_row(row)
}

fn damaged(error: &XlsxError) -> Flaw {
    let help = match error {
        XlsxError::Password => "save the workbook without a password",
        _ => "open the workbook in a spreadsheet and save it again",
    };
    Flaw::of_file("the workbook is damaged", "a whole workbook", help).found(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::*;

    #[test]
    fn what_unpacks_without_end_is_not_unpacked() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for part in ["xl/media/a.bin", "xl/media/b.bin"] {
            zip.start_file(part, options).unwrap();
            zip.write_all(&vec![0; 600_000]).unwrap();
        }
        let bytes = zip.finish().unwrap().into_inner();
        assert!(bytes.len() < 10_000);
        assert_eq!(measure(&bytes, 1_200_000), Ok(()));
        let flaw = measure(&bytes, 1_199_999).unwrap_err();
        assert_eq!(flaw.message, "the workbook unpacks to more than 1 GiB");
    }

    #[test]
    fn columns_are_named_as_in_a_spreadsheet() {
        assert_eq!([0, 25, 26, 701, 702, 16_383].map(letters), ["A", "Z", "AA", "ZZ", "AAA", "XFD"]);
    }
}
