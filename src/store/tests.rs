//! The run folder from end to end, over the sample; expected values by hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::sample::{Sample, day, sample};
use super::*;
use crate::calendar::Unit;
use crate::ids::{FileId, RecordId};
use crate::source::SourceFile;
use crate::table::Value;
use crate::types::model::{Dimension, Shown, Type};
use crate::value::{Exact, Fixed};

fn write_to(sample: &Sample, out: &Path) -> Result<Summary, Diagnostic> {
    write(&[sample.run()], &RunOptions::default(), out)
}

fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                files.insert(name.to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// The sample written to a folder of its own, and opened.
fn written_run() -> (tempfile::TempDir, Run) {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("run");
    write_to(&sample(), &out).unwrap();
    let run = Run::open(&out).unwrap();
    (home, run)
}

fn keys(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|part| part.to_string()).collect()
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let home = tempfile::tempdir().unwrap();
    let (first, second) = (home.path().join("a"), home.path().join("b"));
    write_to(&sample(), &first).unwrap();
    write_to(&sample(), &second).unwrap();
    let files = files(&first);
    assert_eq!(files, self::files(&second));
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "balances.csv",
            "completeness.csv",
            "earnings.csv",
            "inputs/ae/Deal.parquet",
            "inputs/ae/Person.parquet",
            "inputs/ae/Rep.parquet",
            "manifest.json",
            "manifest.sha256",
            "payouts.csv",
            "people.csv",
            "plan/ae.plan",
            "reconciliation.csv",
            "results/ae/Credit.parquet",
            "results/ae/Deal.parquet",
            "results/ae/Rep.month.parquet",
            "results/ae/Rep.quarter.parquet",
            "results/ae/plan.parquet",
        ]
    );
    let manifest = String::from_utf8(files["manifest.json"].clone()).unwrap();
    assert!(!manifest.contains(home.path().to_str().unwrap()));
}

#[test]
fn any_number_of_threads_writes_the_same_bytes() {
    let home = tempfile::tempdir().unwrap();
    let with = |threads: usize| {
        let out = home.path().join(threads.to_string());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| write_to(&sample(), &out).unwrap());
        files(&out)
    };
    let one = with(1);
    assert!(one == with(2) && one == with(8));
}

#[test]
fn csv_files_are_as_written_by_hand() {
    let (home, _run) = written_run();
    let read = |name: &str| fs::read_to_string(home.path().join("run").join(name)).unwrap();
    assert_eq!(
        read("payouts.csv"),
        "plan,person,period,name,amount,currency\n\
         ae,12,2026-02,payout,20.05,USD\n\
         ae,7,2026-01,payout,100.00,USD\n\
         ae,7,2026-02,payout,0.00,USD\n"
    );
    assert_eq!(
        read("earnings.csv"),
        "plan,person,period,component,source,amount,currency\n\
         ae,12,2026-02,commission,\"[\"\"direct\"\",\"\"d2\"\",\"\"\"\",\"\"12\"\"]\",20.05,USD\n\
         ae,7,2026-01,commission,\"[\"\"direct\"\",\"\"d1\"\",\"\"\"\",\"\"7\"\"]\",100.00,USD\n\
         ae,7,2026-01,spiff,d1,1.00,USD\n\
         ae,7,2026-Q1,bonus,,5.00,USD\n"
    );
    assert_eq!(
        read("reconciliation.csv"),
        "plan,record,rule,outcome,reason,rows,amount,amount_credited,currency\n\
         ae,Deal,direct,credited,,1,200.50,220.55,EUR\n\
         ae,Deal,direct,credited,,1,1000.00,1000.00,USD\n\
         ae,Deal,direct,not credited,fails where open = no,1,5.00,0.00,USD\n\
         ae,Deal,direct,not credited,no person in owner,1,4.00,0.00,USD\n\
         ae,Deal,direct,not credited,outside the plan's dates,1,99.00,0.00,USD\n\
         ae,Deal,direct,not credited,person not in the plan,1,6.00,0.00,USD\n\
         ae,Deal,direct,pending,no date yet,1,3.00,0.00,USD\n"
    );
    // Of 7 deals 6 are in dollars: 1000.00 credited; 99.00, 4.00, 5.00 and 6.00 not; 3.00 without a date.
    assert_eq!(
        read("completeness.csv"),
        "plan,record,outcome,rules,rows,amount,credits,amount_credited,currency\n\
         ae,Deal,read,,1,200.50,1,220.55,EUR\n\
         ae,Deal,read,,6,1117.00,1,1000.00,USD\n\
         ae,Deal,credited,direct,1,200.50,1,220.55,EUR\n\
         ae,Deal,credited,direct,1,1000.00,1,1000.00,USD\n\
         ae,Deal,not credited,,4,114.00,0,0.00,USD\n\
         ae,Deal,pending,,1,3.00,0,0.00,USD\n"
    );
    // 7 earns 100.00, 1.00 and 5.00 and is paid 100.00 and 0.00.
    assert_eq!(
        read("people.csv"),
        "person,currency,plans,earned,paid\n12,USD,ae,20.05,20.05\n7,USD,ae,106.00,100.00\n"
    );
    assert_eq!(read("balances.csv"), "plan,person,period,name,opening,change,closing,currency\n");
}

#[test]
fn csv_rows_come_back() {
    let (_home, run) = written_run();
    let payouts = run.payouts().unwrap();
    let home = tempfile::tempdir().unwrap();
    let sample = sample();
    assert_eq!(super::payouts(&sample.run()).unwrap(), payouts);
    let summary = write_to(&sample, &home.path().join("run")).unwrap();
    assert_eq!(summary.largest.as_ref(), payouts.iter().find(|payout| payout.amount == "100.00"));
    assert_eq!((payouts[0].person.as_str(), payouts.len()), ("12", 3));
    let earnings = run.earnings().unwrap();
    assert_eq!(earnings[1].source, r#"["direct","d1","","7"]"#);
    assert_eq!(run.reconciliation().unwrap()[2].reason, "fails where open = no");
}

#[test]
fn inputs_come_back_as_the_cells_of_a_data_file() {
    let (_home, run) = written_run();
    let deals = run.input_rows("ae", "Deal").unwrap();
    assert_eq!(deals.columns, ["id", "closed", "owner", "currency", "amount", "share", "row"]);
    let cell = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let cells = |texts: [&str; 7]| texts.map(cell).to_vec();
    let expected = [
        ["d,7", "2025-12-31", "7", "USD", "99.00", "", "no"],
        ["d1", "2026-01-15", "7", "USD", "1000.00", "12.5%", "no"],
        ["d2", "2026-02-20", "12", "EUR", "200.50", "", "no"],
        ["d3", "", "12", "USD", "3.00", "15%", "no"],
        ["d4", "2026-03-01", "", "USD", "4.00", "", "no"],
        ["d5", "2026-03-02", "7", "USD", "5.00", "", "yes"],
        ["d6", "2026-03-03", "40", "USD", "6.00", "", "no"],
    ];
    assert_eq!(deals.rows.len(), expected.len());
    for (row, texts) in deals.rows.iter().zip(expected) {
        assert_eq!(row.cells, cells(texts));
        assert_eq!(row.file.as_deref(), Some("crm/deals.csv"));
    }
    // The sample's file has its rows in the opposite order.
    let rows: Vec<u64> = deals.rows.iter().filter_map(|row| row.row).collect();
    assert_eq!(rows, [8, 7, 6, 5, 4, 3, 2]);
    // A record without a file has rows without an origin.
    let reps = run.input_rows("ae", "Rep").unwrap();
    assert_eq!(reps.rows[2].cells, [Some("40".to_owned())]);
    assert_eq!((&reps.rows[2].file, reps.rows[2].row), (&None, None));
    let unknown = run.input_rows("ae", "Quota").unwrap_err();
    assert_eq!(unknown.code, Code::NoSuchCell);
}

#[test]
fn results_are_found_by_their_keys() {
    let (_home, run) = written_run();
    let stored = |frame: &str, column: &str, key: &[&str]| run.stored("ae", frame, column, &keys(key)).unwrap();
    let found = stored("Rep.month", "payout", &["12", "2026-02"]);
    assert_eq!(found.as_deref(), Some("20.05"));
    // A row that no definition has is not there.
    assert_eq!(stored("Rep.month", "payout", &["12", "2026-01"]), None);
    let rows = run.results("ae", "Rep.month").unwrap();
    assert_eq!(rows.keys().len(), 3);
    let found = stored("Rep.quarter", "attainment", &["7", "2026-Q1"]);
    assert_eq!(found.as_deref(), Some("120.45%"));
    assert_eq!(stored("plan", "booked", &[]).as_deref(), Some("1220.55"));
    let key = ["direct", "d2", "", "12"];
    let found = stored("Credit", "commission", &key);
    assert_eq!(found.as_deref(), Some("20.05"));
    let found = stored("Credit", "amount", &key);
    assert_eq!(found.as_deref(), Some("220.55"));
    let found = stored("Credit", "date", &key);
    assert_eq!(found.as_deref(), Some("2026-02-20"));
    assert_eq!(stored("Deal", "spiff", &["d1"]).as_deref(), Some("1.00"));
    let unknown = run.stored("ae", "Deal", "helper", &keys(&["d1"]));
    assert_eq!(unknown.unwrap_err().code, Code::NoSuchCell);
}

#[test]
fn keys_of_frames_are_those_of_the_result_tables() {
    let (_home, run) = written_run();
    let sample = sample();
    for (frame, _) in sample.program.model.frames.pairs() {
        let name = frame_name(&sample.program, frame);
        let Ok(table) = run.results("ae", &name) else {
            continue;
        };
        let rows = sample.results.tables.rows(frame).unwrap();
        let known: Vec<Vec<String>> =
            rows.all().map(|row| crate::keys::frame_key(&sample.program, &sample.results, frame, row)).collect();
        for key in table.keys() {
            assert!(known.iter().any(|known| known == key), "{name} {key:?}");
        }
    }
}

#[test]
fn the_manifest_tells_the_truth() {
    let (home, run) = written_run();
    let files = files(&home.path().join("run"));
    let manifest = &run.manifest;
    for (path, entry) in &manifest.output_files {
        assert_eq!(entry.sha256, sha256(&files[path]), "{path}");
    }
    let plan = &files["plan/ae.plan"];
    assert_eq!(manifest.plan_files["ae.plan"].sha256, sha256(plan));
    assert_eq!(run.sources.files["ae.plan"].as_bytes(), plan);
    // All files but the plan's one and the manifest with its hash.
    assert_eq!(manifest.output_files.len(), files.len() - 3);
    assert_eq!(manifest.data_files["crm/deals.csv"].rows, 7);
    assert_eq!(manifest.output_files["results/ae/Rep.month.parquet"].rows, 3);
    let hash = String::from_utf8(files["manifest.sha256"].clone()).unwrap();
    let expected = sha256(&files["manifest.json"]);
    assert_eq!(hash, format!("{expected}  manifest.json\n"));
    let totals = &manifest.plans["ae"].totals;
    assert_eq!(totals.pay["payout"]["USD"], "120.05");
    assert_eq!(totals.earn["commission"]["USD"], "120.05");
    assert_eq!(totals.earn["bonus"]["USD"], "5.00");
    assert_eq!(manifest.plans["ae"].file, "ae.plan");
    assert_eq!((manifest.edition, &manifest.follows), (1, &None));
    // serde_json sorts the keys of a value, so a sorted text is not changed by it.
    let json = std::str::from_utf8(&files["manifest.json"]).unwrap();
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string_pretty(&value).unwrap() + "\n", json);
    assert_eq!(run.check_files(), BTreeMap::new());
}

#[test]
fn a_changed_file_is_noticed() {
    let (home, run) = written_run();
    let out = home.path().join("run");
    fs::write(out.join("payouts.csv"), "plan\n").unwrap();
    fs::remove_file(out.join("results/ae/plan.parquet")).unwrap();
    fs::write(out.join("notes.txt"), "x").unwrap();
    let expected = [
        ("notes.txt", FileFault::Extra),
        ("payouts.csv", FileFault::Changed),
        ("results/ae/plan.parquet", FileFault::Missing),
    ];
    let expected = expected.map(|(path, fault)| (path.to_owned(), fault));
    assert_eq!(run.check_files(), BTreeMap::from(expected));
    assert_eq!(run.payouts().unwrap_err().code, Code::NotARun);
    assert_eq!(run.results("ae", "plan").unwrap_err().code, Code::NotARun);
    assert!(run.earnings().is_ok());
}

#[test]
fn only_a_run_folder_opens() {
    let (home, _run) = written_run();
    let out = home.path().join("run");
    let refused = |path: &Path| {
        let problem = Run::open(path).unwrap_err();
        assert_eq!(problem.code, Code::NotARun);
        problem.message
    };
    refused(home.path());
    refused(&home.path().join("none"));
    let json = fs::read_to_string(out.join("manifest.json")).unwrap();
    let newer = json.replace("\"format\": 1", "\"format\": 2");
    fs::write(out.join("manifest.json"), &newer).unwrap();
    assert!(refused(&out).ends_with("not as it was written"));
    let hash = format!("{}  manifest.json\n", sha256(newer.as_bytes()));
    fs::write(out.join("manifest.sha256"), hash).unwrap();
    assert!(refused(&out).ends_with("of format 2; this version reads format 1"));
}

#[test]
fn a_plan_file_that_would_leave_the_run_folder_is_not_read() {
    let (home, _run) = written_run();
    let out = home.path().join("run");
    fs::write(home.path().join("secret"), "x").unwrap();
    let json = fs::read_to_string(out.join("manifest.json")).unwrap();
    let json = json.replace("\"ae.plan\": {", "\"../../secret\": {");
    fs::write(out.join("manifest.json"), &json).unwrap();
    let hash = format!("{}  manifest.json\n", sha256(json.as_bytes()));
    fs::write(out.join("manifest.sha256"), hash).unwrap();
    let problem = Run::open(&out).unwrap_err();
    assert!(problem.message.contains("leaves the run folder"), "{problem:?}");
}

#[test]
fn a_run_that_fails_midway_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("run");
    // A number with 19 digits, among the last tables to be written.
    let mut broken = sample();
    let names = broken.program.names.columns.pairs();
    let (booked, _) = names.into_iter().find(|(_, name)| name.name == "booked").unwrap();
    let column = broken.program.model.columns.at(booked);
    let mut data = crate::table::ColumnData::new(column.ty, column.places);
    data.push_units(1_000_000_000_000_000_000);
    broken.results.tables.set_column(booked, data);
    let problem = write_to(&broken, &out).unwrap_err();
    assert_eq!(problem.code, Code::OutputFailed);
    // A plan file whose path leaves the folder.
    let mut strange = sample();
    let mut names = (*strange.program.names).clone();
    let file = SourceFile::new(FileId(1), "../x.plan", "");
    std::sync::Arc::make_mut(&mut names.sources).push(file);
    strange.program.names = Arc::new(names);
    assert!(write_to(&strange, &out).is_err());
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn an_existing_folder_is_refused_and_kept() {
    let (home, _run) = written_run();
    let out = home.path().join("run");
    let before = files(&out);
    assert_eq!(write_to(&sample(), &out).unwrap_err().code, Code::OutputExists);
    assert_eq!(files(&out), before);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn plans_share_a_folder_under_two_names_only() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("run");
    let (first, mut second) = (sample(), sample());
    let write_both = |second: &Sample| write(&[first.run(), second.run()], &RunOptions::default(), &out);
    assert_eq!(write_both(&second).unwrap_err().code, Code::OutputFailed);
    let mut names = (*second.program.names).clone();
    names.plan.name = "aa".to_owned();
    second.program.names = Arc::new(names);
    let summary = write_both(&second).unwrap();
    // In order of their names, whatever the order in which they come.
    let plans: Vec<&str> = summary.plans.iter().map(|plan| plan.plan.as_str()).collect();
    assert_eq!(plans, ["aa", "ae"]);
    let run = Run::open(&out).unwrap();
    assert_eq!(run.payouts().unwrap().len(), 6);
    assert_eq!(run.manifest.data_files.len(), 2);
    assert_eq!(run.manifest.plan_files.len(), 1);
}

#[test]
fn the_summary_adds_up() {
    let home = tempfile::tempdir().unwrap();
    let summary = write_to(&sample(), &home.path().join("run")).unwrap();
    let plan = &summary.plans[0];
    assert_eq!((plan.plan.as_str(), plan.people_paid), ("ae", 2));
    let total = |name: &str, units, values, people| Total {
        name: name.to_owned(),
        currency: "USD".to_owned(),
        amount: Fixed { units, places: 2 },
        values,
        people,
    };
    assert_eq!(plan.payouts, [total("payout", 12_005, 3, 2)]);
    let earnings = [total("spiff", 100, 1, 1), total("commission", 12_005, 2, 2), total("bonus", 500, 1, 1)];
    assert_eq!(plan.earnings, earnings);
    // In February 7 is paid 0.00 and 12 is paid 20.05.
    let period = |period: &str, total| PeriodTotal { period: period.to_owned(), total };
    let january = period("2026-01", total("payout", 10_000, 1, 1));
    assert_eq!(plan.periods, [january, period("2026-02", total("payout", 2_005, 2, 1))]);
    let rows: u64 = plan.reconciliation.iter().map(|row| row.rows).sum();
    assert_eq!(rows, 7);
}

#[test]
fn any_value_prints() {
    let Sample { program, results } = sample();
    let tables = &results.tables;
    let print = |ty, value| crate::keys::print(&program, tables, ty, &value);
    let none = Dimension::default();
    let number = |units, places| Value::Number(Exact::from_units(units, places));
    assert_eq!(print(Type::Number(none, Shown::Percent), number(15, 2)), "15%");
    assert_eq!(print(Type::Number(none, Shown::Number), number(1250, 3)), "1.25");
    assert_eq!(print(Type::YesNo, Value::YesNo(true)), "yes");
    let date = day("2026-03-31");
    assert_eq!(print(Type::Date, Value::Date(date)), "2026-03-31");
    let quarter = tables.calendar.period_of(Unit::Quarter, date).unwrap();
    let ty = Type::Period(Unit::Quarter);
    assert_eq!(print(ty, Value::Period(quarter)), "2026-Q1");
    // A rep is known by the number of the person.
    assert_eq!(print(Type::Reference(RecordId(1)), Value::Row(1)), "12");
    let rules = program.model.choices.ids().next().unwrap();
    assert_eq!(print(Type::Choice(rules), Value::Choice(0)), "direct");
}

#[test]
fn keys_of_several_columns_print_as_json() {
    let mut sample = sample();
    let deal = RecordId(2);
    let columns = sample.program.model.records.at(deal).columns.clone();
    // Owner and id; the fifth deal has no owner.
    sample.program.model.records.at_mut(deal).key = vec![columns[2], columns[0]];
    let key = |row| crate::keys::record_key(&sample.program, &sample.results.tables, deal, row);
    assert_eq!(key(0), r#"["7","d,7"]"#);
    assert_eq!(key(4), r#"["","d4"]"#);
}
