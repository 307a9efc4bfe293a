//! `attain explain --format xlsx`: the cells compute the payout, also after an input was changed.
//!
//! What is recomputed is recomputed by LibreOffice, where it is installed, and read back.
#![allow(clippy::float_arithmetic, reason = "the cells of a workbook are doubles")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use calamine::{Data, Reader, Xlsx};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::place::{Place, crate_folder};

/// A workbook as it lies in a file.
struct Book {
    sheets: BTreeMap<String, calamine::Range<Data>>,
    formulas: calamine::Range<String>,
}

impl Book {
    fn open(path: &Path) -> Book {
        let mut book: Xlsx<_> = calamine::open_workbook(path).unwrap();
        let names = ["Explain", "Inputs", "Notes"];
        let sheets = names.map(|name| (name.to_owned(), book.worksheet_range(name).unwrap())).into();
        let formulas = book.worksheet_formula("Explain").unwrap();
        Book { sheets, formulas }
    }

    fn at(&self, sheet: &str, row: u32, column: u32) -> Data {
        self.sheets[sheet].get_value((row, column)).cloned().unwrap_or(Data::Empty)
    }

    /// The value asked for, with the inputs as they are.
    fn value(&self) -> Data {
        self.at("Explain", 3, 1)
    }

    /// The row of the input that stands at a place of the data or the plan, counted from 0.
    fn input(&self, label: &str, place: &str) -> u32 {
        let rows = self.sheets["Inputs"].rows();
        let found = rows.enumerate().find(|(_, row)| row[0] == label && row[4] == place);
        u32::try_from(found.unwrap_or_else(|| panic!("an input {label} at {place}")).0).unwrap()
    }

    /// Every formula of the steps with its place.
    fn computed(&self) -> Vec<((u32, u32), String)> {
        let start = self.formulas.start().unwrap();
        let cells = self.formulas.used_cells().filter(|(_, _, text)| !text.is_empty());
        cells
            .map(|(row, column, text)| {
                ((start.0 + u32::try_from(row).unwrap(), start.1 + u32::try_from(column).unwrap()), text.clone())
            })
            .collect()
    }
}

/// Whether two cells show the same.
fn same(one: &Data, other: &Data) -> bool {
    match (number(one), number(other)) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * one.abs().max(1.0),
        _ => one.to_string() == other.to_string(),
    }
}

fn number(cell: &Data) -> Option<f64> {
    match cell {
        Data::Float(number) => Some(*number),
        Data::Int(number) => Some(*number as f64),
        Data::DateTime(day) => Some(day.as_f64()),
        Data::Bool(truth) => Some(f64::from(u8::from(*truth))),
        _ => None,
    }
}

/// Writes another number into a cell of the inputs, as a person would who opens the file.
fn change(path: &Path, to: &Path, row: u32, value: &str) {
    let mut archive = ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let (name, mut bytes) = (file.name().unwrap().into_owned(), Vec::new());
        file.read_to_end(&mut bytes).unwrap();
        if name == "xl/worksheets/sheet2.xml" {
            let text = String::from_utf8(bytes).unwrap();
            let begin = text.find(&format!("<c r=\"C{}\"", row + 1)).unwrap();
            let (open, close) =
                (text[begin..].find("<v>").unwrap() + begin + 3, text[begin..].find("</v>").unwrap() + begin);
            bytes = format!("{}{value}{}", &text[..open], &text[close..]).into_bytes();
        }
        out.start_file(name, SimpleFileOptions::default()).unwrap();
        out.write_all(&bytes).unwrap();
    }
    fs::write(to, out.finish().unwrap().into_inner()).unwrap();
}

/// The workbooks computed anew by LibreOffice; none where it is not installed.
fn recomputed(place: &Place, paths: &[PathBuf]) -> Option<Vec<Book>> {
    let program = ["soffice", "libreoffice"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()));
    let Some(program) = program else {
        let _ = writeln!(std::io::stderr(), "skipped: LibreOffice is not installed, so no workbook is computed anew");
        return None;
    };
    // A profile of its own that always computes anew what it opens.
    let always = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <oor:items xmlns:oor=\"http://openoffice.org/2001/registry\">\n\
        <item oor:path=\"/org.openoffice.Office.Calc/Formula/Load\">\
        <prop oor:name=\"OOXMLRecalcMode\" oor:op=\"fuse\"><value>0</value></prop></item></oor:items>\n";
    place.write("profile/user/registrymodifications.xcu", always);
    let profile = format!("-env:UserInstallation=file://{}", place.path("profile").display());
    let out = place.path("recomputed");
    let ended = Command::new(program)
        .args(["--headless", &profile, "--convert-to", "xlsx", "--outdir"])
        .arg(&out)
        .args(paths)
        .output()
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    Some(paths.iter().map(|path| Book::open(&out.join(path.file_name().unwrap()))).collect())
}

/// Runs a plan of the repository and writes the workbook of its largest and its smallest payout.
fn explained(place: &Place, plans: &str) -> Vec<(PathBuf, String)> {
    let folder = crate_folder().join("plans").join(plans);
    let name = plans.replace('/', "-");
    let run = format!("run-{name}");
    let ended = place.attain(&format!("run {0} --data {0}/data --out {run}", folder.display()));
    assert_eq!(ended.status, 0, "{plans}: {}", ended.err);
    let text = place.read(&format!("{run}/payouts.csv"));
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<String>>());
    let head = lines.next().unwrap();
    let column = |name: &str| head.iter().position(|own| own == name).unwrap();
    let amount = column("amount");
    let mut rows: Vec<Vec<String>> = lines.collect();
    rows.sort_by(|one, other| other[amount].parse::<f64>().unwrap().total_cmp(&one[amount].parse::<f64>().unwrap()));
    let mut written = Vec::new();
    for (index, row) in [rows.first(), rows.last()].into_iter().flatten().enumerate() {
        let cell = |name: &str| row[column(name)].clone();
        let file = format!("{name}-{index}.xlsx");
        let ended = place.attain(&format!(
            "explain {run} {} --plan {} --person {} --period {} --format xlsx --out {file}",
            cell("name"),
            cell("plan"),
            cell("person"),
            cell("period")
        ));
        assert_eq!((ended.status, ended.out.as_str()), (0, ""), "{plans}: {}", ended.err);
        written.push((place.path(&file), row[amount].clone()));
    }
    written
}

/// Plans that between them use tables of every kind, balances, orders, ranks, shares, currencies and dates.
const PLANS: &[&str] = &[
    "saas_ae",
    "cookbook/marginal-tiers",
    "cookbook/retroactive-tiers",
    "cookbook/payout-curve",
    "cookbook/attainment-margin-matrix",
    "cookbook/draw",
    "cookbook/split",
    "cookbook/cap",
    "cookbook/contest",
    "cookbook/team-pool",
    "cookbook/multi-currency",
    "cookbook/proration",
    "cookbook/new-logo-bonus",
    "cookbook/quarterly-true-up",
    "documents/alpert-2010",
    "documents/ceva",
    "documents/kitchen-fair",
];

#[test]
fn the_cells_give_the_payouts() {
    let place = Place::empty();
    let written: Vec<(PathBuf, String)> = PLANS.iter().flat_map(|plans| explained(&place, plans)).collect();
    for (path, amount) in &written {
        let book = Book::open(path);
        // What viewers show that compute nothing: In the run, and with the inputs as they are now.
        for row in [2, 3] {
            let found = number(&book.at("Explain", row, 1)).unwrap();
            assert_eq!(found, amount.parse::<f64>().unwrap(), "{}", path.display());
        }
        assert!(book.computed().len() > 2, "{}", path.display());
    }
    let paths: Vec<PathBuf> = written.iter().map(|(path, _)| path.clone()).collect();
    for (path, now) in paths.iter().zip(recomputed(&place, &paths).into_iter().flatten()) {
        // Every formula gives what the trace has: the value that was written beside it.
        let was = Book::open(path);
        for ((row, column), text) in was.computed() {
            let (before, after) = (was.at("Explain", row, column), now.at("Explain", row, column));
            assert!(
                same(&before, &after),
                "{} row {}: {text} is {after}, and {before} in the trace",
                path.display(),
                row + 1
            );
        }
    }
}

/// A deal of another size moves the payout to what a run of the changed data pays.
#[test]
fn a_changed_cell_moves_the_payout_as_a_run_would() {
    let place = Place::saas();
    place.run("run");
    let asked = "payout --person p15 --period 2026-12 --format xlsx --out";
    assert_eq!(place.attain(&format!("explain run {asked} was.xlsx")).status, 0);
    let was = Book::open(&place.path("was.xlsx"));
    // The deal that reached the cap, in a smaller size: below the cap, with another bonus.
    let row = was.input("Deal.amount", "deals.csv, row 556, column Close Value");
    change(&place.path("was.xlsx"), &place.path("smaller.xlsx"), row, "131720.85");
    // A rate of the plan's table.
    let rate = was.input("from 100% gives", "ae_2026.plan:68");
    change(&place.path("was.xlsx"), &place.path("rate.xlsx"), rate, "1.4");
    // A deal that closed in another quarter: what it brings there is not in the workbook.
    let closed = was.input("Deal.closed", "deals.csv, row 556, column Closed");
    change(&place.path("was.xlsx"), &place.path("moved.xlsx"), closed, "46023");
    let paths = ["smaller.xlsx", "rate.xlsx", "moved.xlsx"].map(|name| place.path(name));
    let Some(books) = recomputed(&place, &paths) else { return };
    place.edit("data/deals.csv", "231720.85", "131720.85");
    place.run("smaller");
    let paid = |run: &str| -> f64 {
        let text = place.read(&format!("{run}/payouts.csv"));
        let line = text.lines().find(|line| line.contains("p15") && line.contains("2026-12")).unwrap();
        line.split(',').rev().nth(1).unwrap().parse().unwrap()
    };
    assert_ne!(paid("smaller"), 62599.79);
    assert_eq!(number(&books[0].value()), Some(paid("smaller")));
    place.edit("data/deals.csv", "131720.85", "231720.85");
    place.edit("plans/ae_2026.plan", "from 100%   1.5", "from 100%   1.4");
    place.run("rate");
    assert_eq!(number(&books[1].value()), Some(paid("rate")));
    assert!(matches!(books[2].value(), Data::Error(_)), "{:?}", books[2].value());
}

/// 300 units at 10 up to 100, at 12 up to 200 and at 15 above: 1,000 + 1,200 + 1,500 = 3,700; with 150 units 1,000 + 600.
/// A bonus of a third of it, to the cent: 1,233.33; of 1,600 533.33.
const TIERS: &str = r#"edition 1
record Person from "people.csv" { key id text  units number }
plan tiers "Tiers" {
  effective 2026-01-01 to 2026-12-31
  currency USD
  round half up
  people Person
  pay yearly
}
rates tier by units, marginal {
  from 0     10
  from 100   12
  from 200   15
}
let base for each Person = tier(units) * 1 USD
pay payout for each Person, year = base + base / 3
"#;

#[test]
fn a_changed_input_gives_what_is_calculated_by_hand() {
    let place = Place::empty();
    place.write("plans/tiers.plan", TIERS);
    place.write("data/people.csv", "id,units\nann,300\n");
    place.run("run");
    let asked = "explain run payout --person ann --format xlsx --out";
    assert_eq!(place.attain(&format!("{asked} a.xlsx")).status, 0);
    // The same question gives the same bytes, and nothing is written over.
    assert_eq!(place.attain(&format!("{asked} b.xlsx")).status, 0);
    assert_eq!(fs::read(place.path("a.xlsx")).unwrap(), fs::read(place.path("b.xlsx")).unwrap());
    let again = place.attain(&format!("{asked} b.xlsx"));
    assert!(again.status == 1 && again.err.contains("E0803"), "{}", again.err);
    let book = Book::open(&place.path("a.xlsx"));
    assert_eq!(number(&book.value()), Some(4933.33));
    change(
        &place.path("a.xlsx"),
        &place.path("c.xlsx"),
        book.input("Person.units", "people.csv, row 2, column units"),
        "150",
    );
    let Some(books) = recomputed(&place, &[place.path("c.xlsx")]) else { return };
    assert_eq!(number(&books[0].value()), Some(2133.33));
}

#[test]
fn a_workbook_needs_a_file() {
    let place = Place::empty();
    let ended = place.attain("explain run payout --format xlsx");
    assert!(ended.status == 2 && ended.err.contains("--out"), "{}", ended.err);
}

/// Each mode of rounding, of the same number, into digits of their own: to one place, of ±2.25, ±2.26 and 2.349.
const MODES: &str = r#"edition 1
record Person from "people.csv" { key id text  x number }
plan modes "Modes" {
  effective 2026-01-01 to 2026-12-31
  currency USD
  round half up
  people Person
  pay yearly
}
let up      for each Person as number(1) rounded half up   = x
let even    for each Person as number(1) rounded half even = x
let down    for each Person as number(1) rounded down      = x
let away    for each Person as number(1) rounded up        = x
let lower   for each Person as number(1) rounded floor     = x
let higher  for each Person as number(1) rounded ceiling   = x
pay payout for each Person, year =
  (up + even * 100 + down * 10,000 + away * 1,000,000 + lower * 100,000,000 + higher * 10,000,000,000) * 10 USD
"#;

#[test]
fn every_mode_of_rounding_is_recomputed() {
    let place = Place::empty();
    place.write("plans/modes.plan", MODES);
    place.write("data/people.csv", "id,x\nann,2.25\n");
    place.run("run");
    let ended = place.attain("explain run payout --person ann --format xlsx --out a.xlsx");
    assert_eq!(ended.status, 0, "{}", ended.err);
    let row = Book::open(&place.path("a.xlsx")).input("Person.x", "people.csv, row 2, column x");
    // In tenths: half up, half even, down, up, floor, ceiling. A tie, its negative, beyond it on both sides, a tie at an odd
    // digit, and a number that needs no rounding.
    let cases: [(&str, [i64; 6]); 7] = [
        ("2.25", [23, 22, 22, 23, 22, 23]),
        ("-2.25", [-23, -22, -22, -23, -23, -22]),
        ("2.26", [23, 23, 22, 23, 22, 23]),
        ("-2.26", [-23, -23, -22, -23, -23, -22]),
        ("2.249", [22, 22, 22, 23, 22, 23]),
        ("2.35", [24, 24, 23, 24, 23, 24]),
        ("2.3", [23, 23, 23, 23, 23, 23]),
    ];
    let paths: Vec<PathBuf> = (0..cases.len()).map(|case| place.path(&format!("case-{case}.xlsx"))).collect();
    for (path, (value, _)) in paths.iter().zip(&cases) {
        change(&place.path("a.xlsx"), path, row, value);
    }
    let Some(books) = recomputed(&place, &paths) else { return };
    for (book, (value, tenths)) in books.iter().zip(&cases) {
        let sum: i64 = tenths.iter().zip(0..).map(|(tenths, digit)| tenths * 100_i64.pow(digit)).sum();
        assert_eq!(number(&book.value()), Some(sum as f64), "{value}");
    }
}
