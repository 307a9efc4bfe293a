//! Workbooks with every kind of cell, and what is refused in them.

use attain::data::Memory;

use super::support::workbook::{parts, texts, workbook, workbook_of_1904};
use super::{problems, record};

fn read(sheet: &str, columns: &str) -> Vec<String> {
    problems("\"book.xlsx\"", columns, &Memory::new().with("book.xlsx", workbook(&[("Deals", sheet)])))
}

const COLUMNS: &str = " key id text\n amount USD?";

#[test]
fn cells_that_are_not_what_they_seem_are_refused() {
    let sheet = "id|amount\nd1|0.3\nd2|=A1*2 -> 12\nd3|=B2\nd4|0.30000000000000004\nd5|#N/A\nd6|36 hours\nd7|=IF(1,\"\",2) -> \n";
    assert_eq!(
        read(sheet, COLUMNS),
        [
            "E0523 4 amount: a formula without a stored value",
            "E0522 5 amount: `0.30000000000000004` has more digits than the file keeps, so it is known only approximately",
            "E0510 6 amount: the formula of the cell failed",
            "E0510 7 amount: a length of time",
        ]
    );
    // Columns that are not declared are not looked into.
    assert_eq!(read(sheet, " key id text"), Vec::<String>::new());
}

#[test]
fn dates_are_read_in_both_systems() {
    let sheet = "id|closed\nd1|2026-03-31\nd2|2024-02-29\n";
    let columns = " key id text\n closed date";
    let plan = format!("{columns}\n active from closed to closed");
    for book in [workbook(&[("Deals", sheet)]), workbook_of_1904(&[("Deals", sheet)])] {
        assert_eq!(problems("\"book.xlsx\"", &plan, &Memory::new().with("book.xlsx", book)), Vec::<String>::new());
    }
    let noon = read("id|closed\nd1|2026-03-31 12:00\nd2|46112\n", columns);
    assert_eq!(noon, ["E0504 2 closed: `2026-03-31 12:00:00` is not a date", "E0504 3 closed: `46112` is not a date"]);
}

#[test]
fn rows_are_those_of_the_spreadsheet() {
    assert_eq!(
        read("id|amount\nd1|1\n@5\nd2|x\n", COLUMNS),
        ["E0511 3 -: an empty row stands between the rows", "E0503 5 amount: `x` is not a number",]
    );
    assert_eq!(read("id|amount\nd1|1\n@9\n|\n", COLUMNS), Vec::<String>::new(), "empty rows at the end");
    assert_eq!(read("@2\nid|amount\nd1|1\n", COLUMNS), ["E0511 1 -: the first row of the sheet is empty"]);
    assert_eq!(read("id|amount\nd1|1|see below\n", COLUMNS), ["E0511 2 C: a cell stands in a column without a header"]);
    assert_eq!(read("id|id\nd1|1\n", COLUMNS), ["E0511 1 id: two columns have the header `id`"]);
}

#[test]
fn the_sheet_is_named_where_there_are_several() {
    let book = workbook(&[("Deals", "id|amount\nd1|1\n"), ("People", "id\np1\n")]);
    let files = Memory::new().with("book.xlsx", book);
    assert_eq!(problems("\"book.xlsx\" sheet \"Deals\"", COLUMNS, &files), Vec::<String>::new());
    assert_eq!(problems("\"book.xlsx\"", COLUMNS, &files), ["E0521 - -: the workbook has 2 sheets"]);
    let other = problems("\"book.xlsx\" sheet \"deals\"", COLUMNS, &files);
    assert_eq!(other, ["E0521 - -: the workbook has no sheet `deals`"]);
}

#[test]
fn a_damaged_workbook_is_refused() {
    let whole = workbook(&[("Deals", "id|amount\nd1|1\nd2|2.50\n")]);
    let record = record("\"book.xlsx\"", COLUMNS);
    let told = |bytes: Vec<u8>| record.problems(&Memory::new().with("book.xlsx", bytes));
    for cut in (0..whole.len()).step_by(7) {
        assert!(!told(whole[..cut].to_vec()).is_empty(), "cut at {cut}");
    }
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        let _ = told(bytes);
    }
    assert_eq!(told(b"id,amount\n".to_vec()), ["E0511 - -: the file is no workbook"]);
    assert_eq!(told(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec()), ["E0511 - -: the file is no workbook"]);
}

#[test]
fn the_text_of_a_part_may_be_anything() {
    let record = record("\"book.xlsx\"", COLUMNS);
    let parts_of = texts(&[("Deals", "id|amount\nd1|1\nd2|2.50\n")], false);
    for (at, (_, text)) in parts_of.iter().enumerate() {
        for cut in (0..text.len()).step_by(17) {
            for filler in ["", "<", "\"99999999999\"", "</row>", "A"] {
                let mut bad = parts_of.clone();
                bad[at].1 = format!("{}{filler}{}", &text[..cut], &text[(cut + 3).min(text.len())..]);
                let _ = record.problems(&Memory::new().with("book.xlsx", parts(&bad)));
            }
        }
    }
}
