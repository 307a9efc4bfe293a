//! Workbooks written by hand, part by part, so that a test says exactly what stands in one.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A workbook of sheets by name and text: a line is a row, `|` stands between cells. A cell is a number, a
/// date (shown as one), `yes`, `no`, an error such as `#N/A`, `=F` (a formula without a value), `=F -> V`
/// (one with it), or else a text; `'` in front makes a text of anything. A line `@7` says that the next is row 7.
pub fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    parts(&texts(sheets, false))
}

/// The same with dates counted from 1904.
pub fn workbook_of_1904(sheets: &[(&str, &str)]) -> Vec<u8> {
    parts(&texts(sheets, true))
}

/// A workbook of sheets written one below the other, each behind a line `sheet NAME`.
pub fn workbook_of_text(text: &str) -> Vec<u8> {
    let sheets: Vec<(&str, &str)> = text.split("sheet ").skip(1).map(|sheet| sheet.split_once('\n').unwrap()).collect();
    workbook(&sheets)
}

/// A ZIP archive of these parts.
pub fn parts(parts: &[(String, String)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, text) in parts {
        zip.start_file(path, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

/// The parts of a workbook (ECMA-376, part 1, chapter 18).
pub fn texts(sheets: &[(&str, &str)], since_1904: bool) -> Vec<(String, String)> {
    let (mut list, mut links) = (String::new(), String::new());
    let mut parts = Vec::new();
    let mut strings: Vec<String> = Vec::new();
    for (number, (name, text)) in (1..).zip(sheets) {
        write!(list, r#"<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>"#).unwrap();
        write!(
            links,
            r#"<Relationship Id="rId{number}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>"#
        )
        .unwrap();
        parts.push((format!("xl/worksheets/sheet{number}.xml"), sheet(text, since_1904, &mut strings)));
    }
    let shared: String =
        strings.iter().map(|text| format!("<si><t xml:space=\"preserve\">{}</t></si>", escaped(text))).collect();
    let count = strings.len();
    let styles = r#"<cellXfs><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="46"/></cellXfs>"#;
    let head = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
    let pr = if since_1904 { r#"<workbookPr date1904="1"/>"# } else { "" };
    parts.extend(
        [
            (
                "_rels/.rels",
                format!(r#"<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
            ),
            ("xl/workbook.xml", format!(r#"<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{pr}<sheets>{list}</sheets></workbook>"#)),
            ("xl/_rels/workbook.xml.rels", format!(r#"<Relationships xmlns="{PACKAGE}">{links}</Relationships>"#)),
            ("xl/styles.xml", format!(r#"<styleSheet xmlns="{MAIN}">{styles}</styleSheet>"#)),
            ("xl/sharedStrings.xml", format!(r#"<sst xmlns="{MAIN}" count="{count}" uniqueCount="{count}">{shared}</sst>"#)),
        ]
        .map(|(path, text)| (path.to_owned(), head.to_owned() + &text)),
    );
    parts
}

fn sheet(text: &str, since_1904: bool, strings: &mut Vec<String>) -> String {
    let mut rows = String::new();
    let mut row = 0;
    for line in text.lines() {
        if let Some(next) = line.strip_prefix('@') {
            row = next.parse::<u32>().unwrap() - 1;
            continue;
        }
        row += 1;
        write!(rows, r#"<row r="{row}">"#).unwrap();
        for (column, cell) in ('A'..='Z').zip(line.split('|')) {
            rows += &cell_xml(&format!("{column}{row}"), cell.trim(), since_1904, strings);
        }
        rows += "</row>";
    }
    format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>"#)
}

fn cell_xml(at: &str, cell: &str, since_1904: bool, strings: &mut Vec<String>) -> String {
    if cell.is_empty() {
        return String::new();
    }
    if let Some(formula) = cell.strip_prefix('=') {
        return match formula.split_once(" ->").map(|(formula, value)| (formula, value.trim())) {
            None => format!(r#"<c r="{at}"><f>{}</f></c>"#, escaped(formula)),
            Some((formula, value)) if value.parse::<i64>().is_ok() => {
                format!(r#"<c r="{at}"><f>{}</f><v>{value}</v></c>"#, escaped(formula))
            }
            Some((formula, value)) => {
                format!(r#"<c r="{at}" t="str"><f>{}</f><v>{}</v></c>"#, escaped(formula), escaped(value))
            }
        };
    }
    if cell.starts_with('#') {
        return format!(r#"<c r="{at}" t="e"><v>{cell}</v></c>"#);
    }
    if let Some(hours) = cell.strip_suffix(" hours") {
        return format!(r#"<c r="{at}" s="2"><v>{}</v></c>"#, hours.parse::<f64>().unwrap() / 24.0);
    }
    if let Some(serial) = serial(cell, since_1904) {
        return format!(r#"<c r="{at}" s="1"><v>{serial}</v></c>"#);
    }
    match cell {
        "yes" => format!(r#"<c r="{at}" t="b"><v>1</v></c>"#),
        "no" => format!(r#"<c r="{at}" t="b"><v>0</v></c>"#),
        number if number.parse::<f64>().is_ok() => format!(r#"<c r="{at}"><v>{number}</v></c>"#),
        text => {
            strings.push(text.strip_prefix('\'').unwrap_or(text).to_owned());
            format!(r#"<c r="{at}" t="s"><v>{}</v></c>"#, strings.len() - 1)
        }
    }
}

/// The number of a day, with half a day behind it for `… 12:00`. Day 61 of the first system is 1900-03-01.
fn serial(cell: &str, since_1904: bool) -> Option<String> {
    let (date, noon) = match cell.strip_suffix(" 12:00") {
        Some(date) => (date, ".5"),
        None => (cell, ""),
    };
    let date = attain::calendar::parse_date(date).ok()?;
    let start = if since_1904 { "1904-01-01" } else { "1899-12-30" };
    let start = chrono::NaiveDate::parse_from_str(start, "%Y-%m-%d").unwrap();
    Some(format!("{}{noon}", date.signed_duration_since(start).num_days()))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
