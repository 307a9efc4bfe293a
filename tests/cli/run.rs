//! `attain run`.

use std::io::Read;
use std::process::Stdio;

use serde_json::Value;

use crate::place::{Place, crate_folder};

fn expected(name: &str) -> String {
    std::fs::read_to_string(crate_folder().join("tests/expected/saas_ae").join(name)).unwrap()
}

#[test]
fn pays_what_was_calculated_independently() {
    let place = Place::saas();
    let ended = place.run("run");
    assert_eq!(place.read("run/payouts.csv"), expected("payouts.csv"));
    assert_eq!(place.read("run/earnings.csv"), expected("earnings.csv"));
    assert_eq!(ended.err, "");
    insta::assert_snapshot!("run_page", ended.out);
}

#[test]
fn two_runs_write_the_same_bytes() {
    let place = Place::saas();
    place.run("one");
    place.run("two");
    assert_eq!(place.files("one"), place.files("two"));
    assert_eq!(place.names(), ["data", "one", "plans", "two"]);
}

#[test]
fn the_order_of_the_rows_of_a_file_does_not_matter() {
    let place = Place::saas();
    place.run("one");
    let deals = place.read("data/deals.csv");
    let mut lines: Vec<&str> = deals.lines().collect();
    let rows = lines.split_off(1);
    // Every row moves: backwards, then the odd ones before the even ones.
    let backwards = rows.iter().rev().copied();
    let (odd, even): (Vec<_>, Vec<_>) = backwards.enumerate().partition(|(index, _)| index % 2 == 1);
    lines.extend(odd.iter().chain(&even).map(|(_, row)| row));
    place.write("data/deals.csv", &(lines.join("\n") + "\n"));
    place.run("two");
    let (mut one, mut two) = (place.files("one"), place.files("two"));
    for files in [&mut one, &mut two] {
        files.retain(|path, _| !path.starts_with("manifest."));
    }
    // The one file that differs holds the row numbers of the deals.
    assert_ne!(one.remove("inputs/ae_2026/Deal.parquet"), two.remove("inputs/ae_2026/Deal.parquet"));
    assert!(one.contains_key("payouts.csv") && one.contains_key("results/ae_2026/Person.month.parquet"));
    assert_eq!(one, two);
}

const WHOLE_KEYS: &str = r#"edition 1
record Seller from "sellers.csv" {
  key id  integer
}
record Deal from "deals.csv" {
  key id  integer
  closed  date
  amount  USD
  owner   Seller
  on closed
}
record Split from "splits.csv" {
  key number  integer
  deal        Deal
  seller      Seller
  share       percent
  to seller
}
plan p {
  effective 2026-01-01 to 2026-03-31
  currency  USD
  people    Seller
}
credit own for each Deal {
  to owner
  amount amount
}
credit shared for each Deal {
  to each Split
  amount Deal.amount * share
}
pay commission for each Seller, quarter = 10% * sum of Credit.amount
"#;

/// Keys that are whole numbers are stored as such, and the run reads back all the same.
#[test]
fn whole_numbers_that_are_keys_are_stored_as_numbers() {
    let place = Place::empty();
    place.write("plans/p.plan", WHOLE_KEYS);
    place.write("data/sellers.csv", "id\n7\n-3\n");
    place.write("data/deals.csv", "id,closed,amount,owner\n12,2026-02-01,100.00,7\n5,2026-02-02,50.00,-3\n");
    place.write("data/splits.csv", "number,deal,seller,share\n900000000000000001,12,-3,50%\n");
    for outputs in ["all", "parquet"] {
        let ended = place.attain(&format!("run plans --data data --out {outputs} --outputs {outputs}"));
        assert_eq!((ended.status, ended.err.as_str()), (0, ""));
        let manifest: Value = serde_json::from_str(&place.read(&format!("{outputs}/manifest.json"))).unwrap();
        let kinds = |frame: &str| {
            let columns = manifest["plans"]["p"]["results"][frame]["columns"].as_array().unwrap().iter();
            let keys = columns.filter(|column| column["key"] == true);
            keys.map(|column| column["kind"].as_str().unwrap().to_owned()).collect::<Vec<String>>()
        };
        // The rule, and the numbers of the deal, the split and the seller.
        assert_eq!(kinds("Credit"), ["text", "number", "number", "number"]);
        assert_eq!(kinds("Seller.quarter"), ["number", "text"]);
        let ended = place.attain(&format!("verify {outputs} --data data --all"));
        assert_eq!(ended.status, 0, "{}{}", ended.out, ended.err);
    }
    // Seller -3: 10% of 50.00 and of half of 100.00.
    let lines = place.read("all/payouts.csv");
    assert!(lines.contains("p,-3,2026-Q1,commission,10.00,USD\n"), "{lines}");
}

#[test]
fn what_is_there_is_never_overwritten() {
    let place = Place::saas();
    place.write("run/mine.txt", "mine");
    let ended = place.attain("run plans --data data --out run");
    insta::assert_snapshot!("run_refused", ended.text());
    assert_eq!(place.files("run").len(), 1);
    let nowhere = place.attain("run plans --data data --out not/there/run --format concise");
    assert_eq!((nowhere.status, nowhere.out.as_str()), (1, ""));
    assert!(nowhere.err.contains("error[E0602]: the folder `not/there` is not there"), "{}", nowhere.err);
    assert_eq!(place.names(), ["data", "plans", "run"]);
}

#[test]
fn nothing_is_written_where_there_is_an_error() {
    let place = Place::saas();
    let before = place.names();
    let run = |what: &str, code: &str| {
        let ended = place.attain("run plans --data data --out run --format concise");
        assert_eq!((ended.status, ended.out.as_str()), (1, ""), "{what}");
        assert!(ended.err.contains(code), "{what}: {}", ended.err);
        assert_eq!(place.names(), before, "{what}");
    };
    // In the computation: a rate that is not there, an ensure that does not hold.
    place.edit("data/fx.csv", "2026-01,EUR,1.10792\n", "");
    run("rate", "error[E0403]");
    place.edit("plans/ae_2026.plan", "payout >= 0\n", "payout < 0\n");
    run("ensure and rate", "error[E0403]");
    place.edit("data/fx.csv", "2026-01,GBP", "2026-01,EUR,1.10792\n2026-01,GBP");
    run("ensure", "error[E0405]");
    place.edit("data/deals.csv", "2026-01-02", "2026-01-32");
    run("data", "error[E0504]");
    place.edit("plans/ae_2026.plan", "sum of Credit.amount", "sum of Credit.amont");
    run("plan", "error[E0205]");
}

#[test]
fn a_fault_names_the_row_and_the_words_of_the_plan() {
    let place = Place::saas();
    place.edit("data/fx.csv", "2026-01,EUR,1.10792\n", "");
    let ended = place.attain("run plans --data data --out run");
    let first: String = ended.err.split("\n\n").next().unwrap().to_owned();
    insta::assert_snapshot!("run_fault", first);
}

#[test]
fn a_person_and_a_period_narrow_what_is_shown() {
    let place = Place::saas();
    place.run("all");
    let page = place.attain("run plans --data data --out run --person p15 --period 2026-Q4");
    assert_eq!(page.status, 0, "{}", page.err);
    assert_eq!(place.files("all"), place.files("run"));
    let (_, narrowed) = page.out.split_once("27,669,460.90").unwrap();
    insta::assert_snapshot!("run_narrowed", narrowed);
    let wrong = place.attain("run plans --data data --out none --person p155 --period 2026-Q7");
    insta::assert_snapshot!("run_narrowed_wrong", wrong.text());
    assert_eq!(place.names(), ["all", "data", "plans", "run"]);
}

#[test]
fn the_summary_as_json() {
    let place = Place::saas();
    let ended = place.attain("run plans --data data --out run --person p15 --period 2026-11 --format json");
    assert_eq!((ended.status, ended.err.as_str()), (0, ""));
    insta::assert_snapshot!("run_json", ended.out);
    let wrong = place.attain("run plans --data none --out other --format json");
    assert_eq!((wrong.status, wrong.out.as_str()), (1, ""));
    let problems: serde_json::Value = serde_json::from_str(&wrong.err).unwrap();
    assert_eq!(problems[0]["code"], "E0501");
}

#[test]
fn several_plans_go_into_one_run_folder() {
    let place = Place::saas();
    let plan = place.read("plans/ae_2026.plan");
    // The same people on the same days: the second plan says that this is meant.
    let second = plan.replace("plan ae_2026", "plan ae_b").replace("  effective ", "  days       shared\n  effective ");
    place.write("plans/ae_b.plan", &second);
    let ended = place.run("run");
    assert!(ended.out.contains("ae_2026, 2026-01-01") && ended.out.contains("ae_b, 2026-01-01"), "{}", ended.out);
    assert!(ended.out.contains(" --plan ae_2026\n"), "{}", ended.out);
    let payouts = place.read("run/payouts.csv");
    assert_eq!(payouts.lines().count(), expected("payouts.csv").lines().count() * 2 - 1);
    // A problem of data that all of them share is told once.
    place.edit("data/deals.csv", "2026-01-02", "2026-01-32");
    let wrong = place.attain("run plans --data data --out other --format concise");
    assert_eq!(wrong.err.lines().count(), 1, "{}", wrong.err);
    let both = place.attain("explain run payout --person p07 --period 2026-03");
    assert_eq!(both.status, 1);
    assert!(both.err.contains("`--plan ae_2026` or `--plan ae_b`"), "{}", both.err);
    assert_eq!(place.attain("explain run payout --person p07 --period 2026-03 --plan ae_b --depth 0").status, 0);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::saas();
    place.run("run");
    let mut command = place.command("explain run payout --person p07 --period 2026-03 --full --format json");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0_u8; 1];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!((first, ended.status.code()), ([b'{'], Some(0)));
    assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
}
