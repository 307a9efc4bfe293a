//! Files that are meant to do harm, or were damaged: refused in a moment and in little memory.

use std::fs;
use std::io::Write;

use attain::data::{DataFiles, Folder, Memory, OpenError};

use super::problems;
use super::support::workbook::{parts, texts};

const COLUMNS: &str = " key id text\n amount USD?";

fn book(change: impl Fn(&mut Vec<(String, String)>)) -> Vec<String> {
    let mut texts = texts(&[("Deals", "id|amount\nd1|1\n")], false);
    change(&mut texts);
    problems("\"book.xlsx\"", COLUMNS, &Memory::new().with("book.xlsx", parts(&texts)))
}

#[test]
fn a_workbook_that_promises_more_than_it_holds_is_refused() {
    let strings = |count: &str| {
        let told = book(|texts| {
            let (_, text) = texts.iter_mut().find(|(path, _)| path.ends_with("sharedStrings.xml")).unwrap();
            *text = text.replace("uniqueCount=\"3\"", &format!("uniqueCount=\"{count}\""));
            assert!(text.contains(count));
        });
        assert_eq!(told, ["E0511 - -: the workbook is damaged"]);
    };
    strings("999999999");
    strings("99999999999999999999999");
}

#[test]
fn a_cell_far_away_takes_no_room() {
    let told = book(|texts| {
        texts[0].1 =
            texts[0].1.replace("</sheetData>", "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData>")
    });
    assert_eq!(
        told,
        [
            "E0511 3 -: an empty row stands between the rows",
            "E0511 1048576 XFD: a cell stands in a column without a header",
        ]
    );
}

#[test]
fn many_columns_are_read() {
    let header: Vec<String> = (0..10_000).map(|n| format!("c{n}")).collect();
    let row = vec!["1"; 10_000].join(",");
    let text = format!("id,amount,{}\nd1,2.50,{row}\n", header.join(","));
    let files = Memory::new().with("deals.csv", text);
    assert_eq!(problems("\"deals.csv\"", COLUMNS, &files), Vec::<String>::new());
    let missing = problems("\"deals.csv\"", " key id text\n amuont USD", &files);
    assert_eq!(missing, ["E0502 1 amuont: `deals.csv` has no column `amuont`"]);
}

#[test]
fn a_line_without_end_is_not_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = fs::File::create(folder.path().join("deals.csv")).unwrap();
    file.write_all(b"id,amount\nd1,1\nd2,").unwrap();
    // A hole takes no room on the disk: 3 GiB of it are a field of 3 GiB.
    file.set_len(3 << 30).unwrap();
    drop(file);
    let files = Folder::new(folder.path());
    assert!(files.open_lines("deals.csv").unwrap().len() < 8 << 20);
    let told = super::record("\"deals.csv\"", COLUMNS).problems(&files);
    assert_eq!(told, ["E0511 3 amount: the file contains a NUL byte"]);
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deals.csv");
    // Opening a pipe that no one writes to would wait for ever.
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let files = Folder::new(folder.path());
    let unreadable = OpenError::Unreadable("it is not a file".to_owned());
    assert_eq!(files.open_lines("deals.csv"), Err(unreadable.clone()));
    fs::create_dir(folder.path().join("folder.csv")).unwrap();
    assert_eq!(files.open("folder.csv"), Err(unreadable.clone()));
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("zero.csv")).unwrap();
    assert_eq!(files.open("zero.csv"), Err(OpenError::Leaves));
}
