//! Data in each of its forms: the same rows pay the same, and what cannot be read is refused.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects, missing_docs)]

#[path = "sources/hostile.rs"]
mod hostile;
#[path = "sources/parquet.rs"]
mod parquet;
mod support;
#[path = "sources/workbooks.rs"]
mod workbooks;

use std::collections::BTreeMap;

use attain::data::{DataFiles, Memory};
use attain::diagnostics::Diagnostic;
use attain::program::Program;
use attain::store::{PlanRun, RunOptions};
use attain::{compile, engine, project, store};
use support::workbook::workbook;

/// A plan whose people and deals are read from files of one form; `FROM` stands for the end of their names.
const PLAN: &str = r#"edition 1
record Person from "people.END" {
  key id  text
  role    AE | Manager
  target  USD
  hired   date
  left    date?
  active from hired to left
}
record Deal from "deals.END" {
  key number  integer
  closed      date       from "Close Date"
  owner       Person?
  amount      USD        from "Close Value"
  share       percent as 0.15
  won         yes/no
  quarter     quarter
  currency    currency
  to owner
  on closed
}
plan ae {
  effective 2026-01-01 to 2026-12-31
  currency  USD
  people    Person where role = AE
  pay       monthly
}
credit direct for each Deal where won {
  to owner
  on closed
  amount amount * share
}
pay payout for each Person, month = 10% of sum of Credit.amount
"#;

const PEOPLE: &str = "\
id | role | target | hired | left
p1 | AE | 100000 | 2020-01-01 |
p2 | AE | 90000.5 | 2021-02-03 | 2026-06-30
m1 | Manager | 0 | 2019-05-05 |
";

const DEALS: &str = "\
number | Close Date | owner | Close Value | share | won | quarter | currency | note
1 | 2026-01-15 | p1 | 1234.56 | 1 | yes | 2026-Q1 | USD | a \"word\", and more
2 | 2026-02-28 | p2 | 99999999999.99 | 0.5 | yes | 2026-Q1 | EUR |
3 | 2026-03-31 | | 10 | 0.25 | yes | 2026-Q1 | USD | nobody's
10 | 2026-01-16 | p1 | -0.07 | 0.333333 | yes | 2026-Q1 | JPY | taken back
11 | 2026-04-01 | m1 | 5 | 1 | no | 2026-Q2 | USD | lost
";

/// What each row of the table should be paid, by hand: 10% of the credits of a month, to the cent.
/// p1 in January: 1234.56 * 1 = 1234.56 and -0.07 * 0.333333 = -0.02333… → -0.02; 10% of 1234.54 = 123.454 → 123.45.
/// p2 in February: 99,999,999,999.99 * 0.5 = 49,999,999,999.995 → 50,000,000,000.00; 10% is 5,000,000,000.00.
const PAID: [&str; 2] = ["ae,p1,2026-01,payout,123.45,USD", "ae,p2,2026-02,payout,5000000000.00,USD"];

/// The lines of a table as cells.
fn rows(text: &str) -> Vec<Vec<&str>> {
    text.lines().map(|line| line.split('|').map(str::trim).collect()).collect()
}

fn csv(text: &str) -> String {
    let cell = |cell: &&str| match cell.contains([',', '"']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => (*cell).to_owned(),
    };
    rows(text).iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(",") + "\n").collect()
}

fn json_lines(text: &str) -> String {
    let rows = rows(text);
    let value = |cell: &str| match cell {
        "" => "null".to_owned(),
        "yes" => "true".to_owned(),
        "no" => "false".to_owned(),
        number if number.parse::<f64>().is_ok() => number.to_owned(),
        text => serde_json::to_string(text).unwrap(),
    };
    let line = |row: &Vec<&str>| {
        let member =
            |(name, cell): (&&str, &&str)| format!("{}: {}", serde_json::to_string(name).unwrap(), value(cell));
        format!("{{{}}}\n", rows[0].iter().zip(row).map(member).collect::<Vec<_>>().join(", "))
    };
    rows[1..].iter().map(line).collect()
}

/// A plan's program.
struct Compiled {
    program: Program,
}

impl Compiled {
    fn new(plan: &str) -> Compiled {
        let files = BTreeMap::from([("plan.plan".to_owned(), plan.to_owned())]);
        let project = project::load(&files, &["plan.plan".to_owned()]);
        let (mut plans, problems) = compile::plans(&project);
        let errors: Vec<_> = problems.iter().filter(|problem| problem.is_error()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        Compiled { program: plans.remove(0).program }
    }

    fn problems(&self, files: &dyn DataFiles) -> Vec<String> {
        match attain::plans::Computed::default().load(&self.program, files) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.iter().map(short).collect(),
        }
    }
}

/// The run folder's files of what was paid, for files of one form.
fn paid(end: &str, files: &Memory) -> BTreeMap<&'static str, Vec<u8>> {
    let compiled = Compiled::new(&PLAN.replace("END", end));
    let tables = attain::plans::Computed::default()
        .load(&compiled.program, files)
        .unwrap_or_else(|found| panic!("{end}: {found:#?}"));
    let results = engine::run(&compiled.program, &tables).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    store::write(&[PlanRun { program: &compiled.program, results: &results }], &RunOptions::default(), &out).unwrap();
    let names = ["payouts.csv", "earnings.csv", "reconciliation.csv"];
    names.into_iter().map(|name| (name, std::fs::read(out.join(name)).unwrap())).collect()
}

#[test]
fn the_same_rows_pay_the_same_in_every_form() {
    let expected = paid("csv", &Memory::new().with("people.csv", csv(PEOPLE)).with("deals.csv", csv(DEALS)));
    let text = String::from_utf8(expected["payouts.csv"].clone()).unwrap();
    let lines: Vec<&str> = text.lines().skip(1).filter(|line| !line.contains(",0.00,")).collect();
    assert_eq!(lines, PAID);
    let lines = Memory::new().with("people.jsonl", json_lines(PEOPLE)).with("deals.jsonl", json_lines(DEALS));
    assert_eq!(paid("jsonl", &lines), expected);
    let books = Memory::new()
        .with("people.xlsx", workbook(&[("People", PEOPLE)]))
        .with("deals.xlsx", workbook(&[("Deals", DEALS)]));
    assert_eq!(paid("xlsx", &books), expected);
    for way in parquet::WAYS {
        let tables = Memory::new()
            .with("people.parquet", parquet::table(PEOPLE, way))
            .with("deals.parquet", parquet::table(DEALS, way));
        assert_eq!(paid("parquet", &tables), expected, "{way:?}");
    }
}

/// A record of one file with these columns, and what is wrong with the file: code, row, column and message.
fn problems(source: &str, columns: &str, files: &Memory) -> Vec<String> {
    record(source, columns).problems(files)
}

/// A plan of one record.
fn record(source: &str, columns: &str) -> Compiled {
    Compiled::new(&format!(
        "edition 1\nrecord Deal from {source} {{\n{columns}\n}}\n\
         plan p {{\n effective 2026-01-01 to 2026-12-31\n currency USD\n people Deal\n pay monthly\n}}\n"
    ))
}

fn short(problem: &Diagnostic) -> String {
    let place = problem.data.as_ref().unwrap();
    let row = place.row.map_or_else(|| "-".to_owned(), |row| row.to_string());
    let column = place.column.as_deref().unwrap_or("-");
    format!("{} {row} {column}: {}", problem.code.text(), problem.message)
}

#[test]
fn every_form_tells_the_same_problems() {
    // A blank in a required column, a choice that is none, a date that is none, and a column that is not there.
    let bad = "id | kind | closed\nd1 | new | 2026-01-01\n | old | soon\n";
    let columns = " key id text\n kind new | renewal\n closed date\n amount USD";
    let told = |rows: [&str; 2]| {
        vec![
            format!("E0502 {} amount: `deals.END` has no column `amount`", rows[0]),
            format!("E0504 {} closed: `soon` is not a date", rows[1]),
            format!("E0509 {} id: a cell that must have a value is blank", rows[1]),
            format!("E0505 {} kind: `old` is none of the choices", rows[1]),
        ]
    };
    let sorted = |mut list: Vec<String>| {
        list.sort();
        list
    };
    let forms: [(&str, Vec<u8>, [&str; 2]); 4] = [
        ("csv", csv(bad).into_bytes(), ["1", "3"]),
        ("jsonl", json_lines(bad).into_bytes(), ["-", "2"]),
        ("xlsx", workbook(&[("Deals", bad)]), ["1", "3"]),
        ("parquet", parquet::table(bad, parquet::Way::Text), ["-", "2"]),
    ];
    for (end, bytes, rows) in forms {
        let name = format!("deals.{end}");
        let found = problems(&format!("\"{name}\""), columns, &Memory::new().with(name.as_str(), bytes));
        let expected: Vec<String> = told(rows).iter().map(|line| line.replace("END", end)).collect();
        assert_eq!(sorted(found), sorted(expected), "{end}");
    }
}

#[test]
fn dates_and_numbers_are_read_as_the_record_says() {
    let text = "id;closed;amount;share\nd1;31/03/2026;1.234,50;12,5%\nd2;01/04/2026;-0,5;3%\n";
    let columns = r#" key id text
 closed date as "DD/MM/YYYY"
 amount USD as "1.234,56"
 share percent as "1234,56"
 control rows 2, sum amount 1,234.00 USD"#;
    let files = Memory::new().with("deals.csv", text);
    assert_eq!(problems("\"deals.csv\" delimiter \";\"", columns, &files), Vec::<String>::new());
    let other = problems("\"deals.csv\" delimiter tab", columns, &files);
    assert_eq!(other, ["E0511 1 -: the header is not cut by the delimiter tab, but by \";\""]);
    // Typed dates and numbers are what they are, however texts are written.
    let book =
        workbook(&[("Deals", "id|closed|amount|share\nd1|2026-03-31|1234.5|'12,5%\nd2|'01/04/2026|'-0,5|'3%\n")]);
    let files = Memory::new().with("book.xlsx", book);
    assert_eq!(problems("\"book.xlsx\"", columns, &files), Vec::<String>::new());
}
