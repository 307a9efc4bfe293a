//! What comes in pieces, and through the disk, is what comes of the whole file.
#![allow(clippy::arithmetic_side_effects)]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::forms::{self, CURRENCIES, Deal};
use super::plan::{Builder, INTEGER, money, plain};
use super::*;
use crate::calendar::Unit;
use crate::types::model::{Control, DataForm, DataSource, KeyPart, Shown, Type};
use crate::value::Fixed;

const CSV: DataForm = DataForm::Csv { delimiter: None };

/// Some deals, the same ones for a number.
fn deals(count: u64, seed: u64) -> Vec<Deal> {
    let deal = |at: u64| {
        let mixed = (at + seed * 1_000_003).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let of = |shift: u32, range: u64| (mixed >> shift) % range;
        let currency = usize::try_from(of(8, 3)).unwrap();
        let cents = i64::try_from(of(20, 100_000)).unwrap() - 500;
        let cents = if CURRENCIES[currency] == "JPY" { cents / 100 * 100 } else { cents };
        let kind = [0, 1, 3][usize::try_from(of(12, 3)).unwrap()];
        let share = Some(i32::try_from(of(16, 10_000)).unwrap()).filter(|share| share % 3 > 0);
        let note = Some(format!("n{}", of(24, 700))).filter(|_| of(30, 4) > 0);
        let there = [None, Some(true), Some(false)][usize::try_from(of(34, 3)).unwrap()];
        let (day, owner) = (i32::try_from(20_000 + of(40, 400)).unwrap(), u8::try_from(of(44, 8)).unwrap());
        (u16::try_from(at).unwrap(), day, owner, cents, currency, kind, share, note, there)
    };
    (0..count).map(deal).collect()
}

/// The same in an order of its own.
fn shuffled(mut deals: Vec<Deal>) -> Vec<Deal> {
    deals.sort_by_key(|deal| u64::from(deal.0).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    deals
}

/// A folder with the file of a record, and others.
fn folder(file: (&str, &[u8]), others: &[(&str, &str)]) -> (tempfile::TempDir, Folder) {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join(file.0), file.1).unwrap();
    others.iter().for_each(|(name, text)| std::fs::write(place.path().join(name), text).unwrap());
    let folder = Folder::new(place.path());
    (place, folder)
}

/// Reads a record in pieces; gives the tables of several parts with what is counted, the file, and how many pieces there
/// were. A row belongs to the part of its number in the file, and every fifth to the next one too, where it is not counted.
#[expect(clippy::type_complexity, reason = "all that a test compares")]
fn in_pieces(
    program: &Program,
    folder: &Folder,
    record: RecordId,
    rows: usize,
    parts: u64,
) -> Result<(Vec<(Tables, BTreeMap<RecordId, Vec<bool>>)>, DataFile, usize), Vec<Diagnostic>> {
    let scratch = tempfile::tempdir().unwrap();
    let known = load_without(program, folder, &[], &BTreeSet::from([record]))?;
    let mut pieces = Pieces::with_size(program, folder, record, &known, scratch.path(), rows)?;
    let spill = Spill::begin(scratch.path(), usize::try_from(parts).unwrap()).unwrap();
    let frame = program.model.records.at(record).frame;
    let mut count = 0;
    while let Some(piece) = pieces.next_piece()? {
        count += 1;
        let file_rows = &piece.tables.file_rows[&frame];
        assert_eq!((piece.rows, piece.tables.rows(frame).unwrap().len()), (file_rows.len(), file_rows.len()));
        for part in 0..parts {
            let of = |row: &u32| file_rows[*row as usize];
            let rows: Vec<u32> = (0..row_number(piece.rows)).filter(|row| belongs(of(row), part, parts)).collect();
            let counted: Vec<bool> = rows.iter().map(|row| of(row) % parts == part).collect();
            spill.put(program, usize::try_from(part).unwrap(), &piece, &rows, &counted).unwrap();
        }
    }
    let file = pieces.finish()?;
    let read = (0..usize::try_from(parts).unwrap()).map(|part| spill.part(program, &known, part).unwrap());
    Ok((read.collect(), file, count))
}

fn belongs(row: u64, part: u64, parts: u64) -> bool {
    row % parts == part || (row.is_multiple_of(5) && (row + 1) % parts == part)
}

/// Compares a record read in pieces of about so many rows with the whole. Gives how many pieces there were, or the
/// problems.
fn same(program: &Program, folder: &Folder, record: RecordId, rows: usize) -> Result<usize, Vec<String>> {
    let whole = load(program, folder, &[]);
    let parts = 3;
    let (whole, (read, file, count)) = match (whole, in_pieces(program, folder, record, rows, parts)) {
        (Ok(whole), Ok(read)) => (whole, read),
        (Err(whole), Err(pieces)) => {
            assert_eq!(whole, pieces);
            return Err(shorts(&pieces));
        }
        (whole, read) => panic!("{whole:#?}\n\n{:#?}", read.map(|read| read.1)),
    };
    assert_eq!(whole.files.iter().find(|file| file.record == record), Some(&file));
    let frame = program.model.records.at(record).frame;
    let file_rows = &whole.file_rows[&frame];
    for (part, (tables, counted)) in (0..parts).zip(&read) {
        let rows: Vec<u32> =
            (0..row_number(file_rows.len())).filter(|row| belongs(file_rows[*row as usize], part, parts)).collect();
        let expected: Vec<u64> = rows.iter().map(|row| file_rows[*row as usize]).collect();
        if rows.is_empty() {
            assert!(counted.is_empty());
            continue;
        }
        assert_eq!(tables.file_rows[&frame], expected);
        assert_eq!(counted[&record], expected.iter().map(|row| row % parts == part).collect::<Vec<bool>>());
        for column in program.model.columns.ids() {
            let (data, whole) = (tables.column(column).unwrap(), whole.column(column).unwrap());
            match program.model.columns.at(column).frame == frame {
                true => assert_eq!(**data, whole.take(&rows)),
                false => assert_eq!(data, whole),
            }
        }
        let key = |row: &u32| whole.rows(frame).unwrap().key(*row).to_vec();
        if program.model.frames.at(frame).parts != [KeyPart::Record(record)] {
            let found: Vec<_> =
                tables.rows(frame).unwrap().all().map(|row| tables.rows(frame).unwrap().key(row).to_vec()).collect();
            assert_eq!(found, rows.iter().map(key).collect::<Vec<_>>());
        }
    }
    Ok(count)
}

const DEAL: RecordId = RecordId(1);

/// Compares deals of a form.
fn same_deals(form: &DataForm, bytes: &[u8], rows: usize) -> Result<usize, Vec<String>> {
    let people: String = ["id\n".to_owned()].into_iter().chain((0..8).map(|id| format!("{id}\n"))).collect();
    let (_place, folder) = folder(("deal", bytes), &[("person.csv", &people)]);
    same(&forms::program(form), &folder, DEAL, rows)
}

#[test]
fn pieces_are_the_whole() {
    for deals in [deals(3000, 1), shuffled(deals(3000, 2))] {
        let pieces = same_deals(&CSV, &forms::csv(&deals), 200).unwrap();
        assert!((5..=15).contains(&pieces), "{pieces}: stretches are of 8 KiB");
        // Groups are of 16 rows: pieces end with one where it is small beside them, and in the middle of it otherwise.
        assert_eq!(same_deals(&DataForm::Parquet, &forms::parquet(&deals, false), 1000), Ok(4));
        assert_eq!(same_deals(&DataForm::Parquet, &forms::parquet(&deals[..100], true), 7), Ok(15));
        assert_eq!(same_deals(&DataForm::Parquet, &forms::parquet(&deals, false), 5000), Ok(1));
        assert_eq!(same_deals(&DataForm::JsonLines, &forms::json(&deals[..300]), 100), Ok(1));
    }
    assert_eq!(same_deals(&CSV, &forms::csv(&[]), 10), Ok(0));
    assert_eq!(same_deals(&DataForm::Parquet, &forms::parquet(&[], false), 10), Ok(0));
}

#[test]
fn problems_are_those_of_the_whole() {
    let mut wrong = shuffled(deals(3000, 3));
    for at in [3, 700, 1500, 2999] {
        wrong[at].2 = 8;
        wrong[at / 2].5 = 2;
    }
    // The same key far apart, beside another, and three times.
    wrong[2000].0 = wrong[10].0;
    wrong[2001].0 = wrong[10].0;
    wrong[2500].0 = wrong[2501].0;
    let csv = same_deals(&CSV, &forms::csv(&wrong), 200).unwrap_err();
    assert_eq!(csv.len(), 4 + 4 + 3);
    let parquet = same_deals(&DataForm::Parquet, &forms::parquet(&wrong, false), 999).unwrap_err();
    assert_eq!(parquet.len(), 4 + 4 + 3);
    let mut ascending = deals(3000, 4);
    ascending[2900].0 = ascending[5].0;
    let found = same_deals(&CSV, &forms::csv(&ascending), 100).unwrap_err();
    assert_eq!(found, ["E0506 deal:2902:id: the key `5` stands in row 7 already"]);
    ascending[2900].0 = ascending[2899].0;
    assert_eq!(same_deals(&DataForm::Parquet, &forms::parquet(&ascending, false), 100).unwrap_err().len(), 1);
}

#[test]
fn what_is_not_well_formed_is_told_as_of_the_whole() {
    let text = String::from_utf8(forms::csv(&shuffled(deals(3000, 5)))).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let with = |row: usize, line: &str| {
        let mut lines = lines.clone();
        lines[row - 1] = line;
        lines.join("\n") + "\n"
    };
    let told = |text: &str| same_deals(&CSV, text.as_bytes(), 100).unwrap_err();
    // A row that is left out, with a key that another row has.
    let short = lines[10].split(',').next().unwrap();
    assert_eq!(told(&with(2500, short)).len(), 1);
    assert_eq!(told(&with(2500, &format!("1\"{}", lines[9]))), ["E0511 deal:2500:id: a quote stands inside a cell"]);
    assert_eq!(told(&with(2500, "")), ["E0511 deal:2500:-: an empty line stands between the rows"]);
    assert_eq!(
        told(text.trim_end()),
        ["E0511 deal:3001:-: the file ends in the middle of a line, it may have been cut off"]
    );
    assert_eq!(told(&text.replacen("owner", "own", 1)).len(), 1);
    assert_eq!(told(&text.replacen("note", "kind", 1)), ["E0511 deal:1:kind: two columns have the header `kind`"]);
    let mut bytes = text.clone().into_bytes();
    let place = bytes.len() - 100;
    bytes[place] = 0xff;
    let found = same_deals(&CSV, &bytes, 100).unwrap_err();
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("not UTF-8"), "{found:?}");
    // Another problem before does not hide that.
    let mut bytes = with(100, "x,\"").into_bytes();
    let place = bytes.len() - 100;
    bytes[place] = 0xff;
    assert!(same_deals(&CSV, &bytes, 100).unwrap_err()[0].contains("not UTF-8"));
    let lines_at_the_end = format!("\u{feff}{text}\n\r\n\n");
    assert!(same_deals(&CSV, lines_at_the_end.as_bytes(), 100).unwrap() > 5);
    let mut parquet = forms::parquet(&deals(100, 6), false);
    parquet[5] ^= 0x55;
    same_deals(&DataForm::Parquet, &parquet, 10).unwrap_err();
    parquet[0] = 0;
    assert_eq!(same_deals(&DataForm::Parquet, &parquet, 10).unwrap_err().len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_pieces_are_the_whole(count in 0_u64..200, seed in 0_u64..1000, rows in 1_usize..60, in_order: bool, repeated: Option<(u8, u8)>) {
        let mut deals = if in_order { deals(count, seed) } else { shuffled(deals(count, seed)) };
        if let Some((to, from)) = repeated.map(|(to, from)| (usize::from(to), usize::from(from)))
            && to.max(from) < deals.len()
        {
            deals[to].0 = deals[from].0;
        }
        let parquet = same_deals(&DataForm::Parquet, &forms::parquet(&deals, false), rows);
        let csv = same_deals(&CSV, &forms::csv(&deals), rows);
        prop_assert_eq!(parquet.is_ok(), csv.is_ok());
    }
}

/// Quotas by person and quarter, and sales of no key but with a reference of two parts.
fn quotas(control: Option<Control>) -> Program {
    let mut plan = Builder::new();
    let person = plan.record("Person", Some("person.csv"));
    plan.key("id", Type::Text);
    let quota = plan.record("Quota", Some("quota.csv"));
    let of = plan.key("person", Type::Reference(person));
    plan.key("quarter", Type::Period(Unit::Quarter));
    plan.known_by(&[KeyPart::Record(person), KeyPart::Period(Unit::Quarter)]);
    plan.column("amount", money());
    let _ = (quota, of);
    if let Some(control) = control {
        plan.control(control);
    }
    plan.record("Sale", Some("sale.csv"));
    let who = plan.column("person", Type::Reference(person));
    let when = plan.column("quarter", Type::Period(Unit::Quarter));
    plan.optional("share", plain(Shown::Percent));
    let composed = plan.optional("quota", Type::Reference(quota));
    plan.data(composed).parts = vec![who, when];
    plan.program()
}

#[test]
fn keys_of_several_parts_and_rows_without_a_key() {
    let people = "id\nben\nann\n\"cy, jr\"\n";
    let names = ["ben", "ann", "\"cy, jr\""];
    let quarter = |at: usize| format!("{:04}-Q{}", 2000 + at / 4 % 500, at % 4 + 1);
    let quota = |at: usize| format!("{},{},{}.5\n", names[at % 3], quarter(at / 3), at % 11);
    let rows: Vec<String> = (0..1500).map(|at| quota(at * 701 % 1500)).collect();
    let text = format!("person,quarter,amount\n{}", rows.concat());
    let sales: String =
        (0..2000).map(|at| format!("{},{},{}\n", names[at % 3], quarter(at % 40), ["", "5%"][at % 2])).collect();
    let sales = format!("person,quarter,share\n{sales}");
    let files = [("person.csv", people), ("quota.csv", &text), ("sale.csv", &sales)];
    let with = |program: &Program, files: &[(&str, &str)], record: u32| {
        let (_place, folder) = folder(("none", b""), files);
        same(program, &folder, RecordId(record), 50)
    };
    let (quotas_only, program) = ([files[0], files[1], ("sale.csv", "person,quarter,share\n")], quotas(None));
    assert!(with(&program, &quotas_only, 1).unwrap() > 2);
    assert!(with(&program, &files, 2).unwrap() > 2);
    // A quarter without a quota.
    let dangling = sales.replacen("2000-Q3", "1999-Q3", 2);
    assert_eq!(with(&program, &[files[0], files[1], ("sale.csv", &dangling)], 2).unwrap_err().len(), 2);
    let unknown = sales.replacen("ben", "bem", 3);
    assert_eq!(with(&program, &[files[0], files[1], ("sale.csv", &unknown)], 2).unwrap_err().len(), 6);
    let twice = format!("{text}{}", rows[7]);
    assert_eq!(with(&program, &[files[0], ("quota.csv", &twice), quotas_only[2]], 1).unwrap_err().len(), 1);
    let amount = program.model.records.at(RecordId(1)).columns[2];
    let control = |rows, units| Some(Control { rows: Some(rows), sums: vec![(amount, Fixed { units, places: 1 })] });
    // 136 whole runs of 0 to 10, then 0 to 3: 136 * 55 + 6 and 1500 halves.
    with(&quotas(control(1500, 10 * (136 * 55 + 6) + 7500)), &quotas_only, 1).unwrap();
    assert_eq!(with(&quotas(control(1501, 0)), &quotas_only, 1).unwrap_err().len(), 2);
}

#[test]
fn keys_are_sought_again_where_they_are_texts() {
    let mut plan = Builder::new();
    let record = plan.record("R", Some("r.csv"));
    plan.key("id", Type::Text);
    plan.column("sum", INTEGER);
    let program = plan.program();
    let rows = |count: usize| (0..count).map(|at| format!("K-{at},{at}\n")).collect::<String>();
    let text = format!("id,sum\n{}", rows(4000));
    let (_place, in_text_order) = folder(("r.csv", text.as_bytes()), &[]);
    assert!(same(&program, &in_text_order, record, 100).unwrap() > 3);
    let text = format!("{text}K-17,1\nK-4000,2\nK-17,3\n");
    let (_place, twice) = folder(("r.csv", text.as_bytes()), &[]);
    let expected = [
        "E0506 r.csv:4002:id: the key `K-17` stands in row 19 already",
        "E0506 r.csv:4004:id: the key `K-17` stands in row 19 already",
    ];
    assert_eq!(same(&program, &twice, record, 100).unwrap_err(), expected);
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let program = forms::program(&DataForm::Parquet);
    let (_place, folder) = folder(("x", b""), &[("person.csv", "id\n1\n")]);
    assert_eq!(same(&program, &folder, DEAL, 10).unwrap_err().len(), 1);
    let mut outside = program.clone();
    let file = DataSource { path: "../deal".to_owned(), form: DataForm::Parquet };
    outside.model.records.at_mut(DEAL).file = Some(file);
    assert!(same(&outside, &folder, DEAL, 10).unwrap_err()[0].contains("leaves the data folder"));
}
