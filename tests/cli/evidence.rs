//! What an auditor is given beside the payouts: completeness, balances, totals per person; where a row went; signatures.

use std::collections::BTreeMap;
use std::fs;

use attain::store::Run;
use attain::value::Exact;
use serde_json::Value;

use crate::place::Place;

fn ran() -> Place {
    let place = Place::saas();
    place.run("run");
    place
}

fn exact(text: &str) -> Exact {
    Exact::parse(text).unwrap()
}

/// The rows of a CSV file without quotes, by header.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let cells = |line: &str| -> BTreeMap<String, String> {
        header.iter().map(|name| name.to_string()).zip(line.split(',').map(str::to_owned)).collect()
    };
    lines.map(cells).collect()
}

/// What was read is what is in the data file, counted here, and what became of it; credits are those of the run.
#[test]
fn every_row_and_its_money_is_accounted_for_once() {
    let place = ran();
    let mut in_file: BTreeMap<String, (u64, Exact)> = BTreeMap::new();
    for row in rows(&place.read("data/deals.csv")) {
        let sum = in_file.entry(row["Currency"].clone()).or_insert((0, Exact::zero()));
        *sum = (sum.0 + 1, sum.1.plus(&exact(&row["Close Value"])));
    }
    let run = Run::open(&place.path("run")).unwrap();
    let completeness = run.completeness().unwrap();
    let (mut read, mut became) = (BTreeMap::new(), BTreeMap::new());
    let (mut credits, mut credited) = (0, Exact::zero());
    for row in &completeness {
        let sums = if row.outcome == "read" { &mut read } else { &mut became };
        let sum = sums.entry(row.currency.clone()).or_insert((0, Exact::zero()));
        *sum = (sum.0 + row.rows, sum.1.plus(&exact(&row.amount)));
        if row.outcome != "read" {
            credits += row.credits;
            credited = credited.plus(&exact(&row.amount_credited));
        }
    }
    assert_eq!(read, in_file);
    assert_eq!(became, in_file);
    let table = run.results("ae_2026", "Credit").unwrap();
    let amounts = table.keys().into_iter().map(|key| exact(&table.get("amount", key).unwrap().unwrap()));
    assert_eq!(
        (credits, credited),
        (table.keys().len() as u64, amounts.fold(Exact::zero(), |sum, amount| sum.plus(&amount)))
    );
    // Deals that are split are credited twice, and said to be.
    let split = completeness.iter().filter(|row| row.rules == "overlay + primary");
    assert!(split.clone().count() > 0 && split.clone().all(|row| row.credits == 2 * row.rows));
}

/// A month opens where the one before closed, and what is paid is what is earned and the change of the draw.
#[test]
fn balances_go_on_from_month_to_month() {
    let place = ran();
    let payouts: BTreeMap<(String, String), Exact> = rows(&place.read("run/payouts.csv"))
        .into_iter()
        .map(|row| ((row["person"].clone(), row["period"].clone()), exact(&row["amount"])))
        .collect();
    let mut earned: BTreeMap<String, Exact> = BTreeMap::new();
    let mut paid: BTreeMap<String, Exact> = BTreeMap::new();
    for row in rows(&place.read("run/people.csv")) {
        earned.insert(row["person"].clone(), exact(&row["earned"]));
        paid.insert(row["person"].clone(), exact(&row["paid"]));
    }
    let mut closing: BTreeMap<String, Exact> = BTreeMap::new();
    let mut sums: BTreeMap<String, Exact> = BTreeMap::new();
    for row in rows(&place.read("run/balances.csv")) {
        let person = row["person"].clone();
        let before = closing.get(&person).cloned().unwrap_or_else(Exact::zero);
        assert_eq!(exact(&row["opening"]), before, "{row:?}");
        assert_eq!(exact(&row["opening"]).plus(&exact(&row["change"])), exact(&row["closing"]), "{row:?}");
        closing.insert(person.clone(), exact(&row["closing"]));
        let payout = payouts[&(person.clone(), row["period"].clone())].clone();
        let sum = sums.entry(person).or_insert_with(Exact::zero);
        *sum = sum.plus(&payout);
    }
    assert_eq!(closing.len(), sums.len());
    for (person, sum) in &sums {
        assert_eq!(sum, &paid[person], "{person}");
        // payout = earned + draw_owed - previous draw_owed, over all months.
        assert_eq!(sum, &earned.get(person).cloned().unwrap_or_else(Exact::zero).plus(&closing[person]), "{person}");
    }
}

/// What a row adds to each payout is the difference to a run on a data file without its line.
#[test]
fn a_row_adds_what_a_run_without_it_lacks() {
    let place = ran();
    let ended = place.attain("explain run --row Deal:D-0011 --format json");
    assert_eq!((ended.status, ended.err.as_str()), (0, ""));
    let followed: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((&followed["file"], &followed["row"]), (&"deals.csv".into(), &12.into()));
    let plan = &followed["plans"][0];
    // 16,785.26 GBP at 1.262469 dollars; commission as in `earnings.csv`.
    let credit = &plan["rules"][1]["credits"][0];
    assert_eq!((&credit["person"], &credit["date"]), (&"p36".into(), &"2026-01-30".into()));
    let earning = rows(
        &place.read("run/earnings.csv").replace("\"[\"\"primary\"\",\"\"D-0011\"\",\"\"\"\",\"\"p36\"\"]\"", "D-0011"),
    )
    .into_iter()
    .find(|row| row["source"] == "D-0011")
    .unwrap();
    assert_eq!(
        (&credit["values"][0]["name"], &credit["values"][0]["value"]),
        (&"commission".into(), &earning["amount"].clone().into())
    );
    assert_eq!(credit["values"][0]["period"], "2026-01");
    // The condition that turned the row away from the other rule, with the value.
    assert_eq!(plan["rules"][0]["refused"][0]["reason"], "fails where split_with exists");
    assert_eq!(plan["rules"][0]["refused"][0]["values"], "`split_with` is missing");
    let deals = place.read("data/deals.csv");
    let others: Vec<&str> = deals.lines().filter(|line| !line.starts_with("D-0011,")).collect();
    place.write("data/deals.csv", others.join("\n") + "\n");
    place.run("without");
    let payouts = |run: &str| -> BTreeMap<(String, String), Exact> {
        let rows = rows(&place.read(&format!("{run}/payouts.csv")));
        rows.into_iter().map(|row| ((row["person"].clone(), row["period"].clone()), exact(&row["amount"]))).collect()
    };
    let (with, without) = (payouts("run"), payouts("without"));
    let apart = with.iter().filter(|(key, amount)| without[*key] != **amount);
    let expected: Vec<(Vec<String>, Exact)> =
        apart.map(|(key, amount)| (vec![key.0.clone(), key.1.clone()], amount.minus(&without[key]))).collect();
    let changes = plan["changes"].as_array().unwrap().iter().filter(|change| change["name"] == "payout");
    let found: Vec<(Vec<String>, Exact)> = changes
        .map(|change| {
            let key = change["key"].as_array().unwrap().iter().map(|part| part.as_str().unwrap().to_owned()).collect();
            (key, exact(change["adds"].as_str().unwrap()))
        })
        .collect();
    assert!(!found.is_empty());
    assert_eq!(found, expected);
}

/// Rows that were turned away say on which values; a row that others need goes with them; a name that is not there is told.
#[test]
fn rows_say_where_they_went() {
    let place = ran();
    let mut all = String::new();
    for row in ["Deal:D-0002", "Quota:p07,2026-Q1", "Fx:2026-01,EUR", "Deal:D-9999", "Deel:D-0001", "D-0001"] {
        let ended = place.attain(&format!("explain run --row {row}"));
        all.push_str(&format!("$ attain explain run --row {row}\n{}{}\n", ended.out, ended.err));
    }
    // Credited to no one: outside the plan's dates, people outside the plan, without a date.
    let run = Run::open(&place.path("run")).unwrap();
    let deals = run.input_rows("ae_2026", "Deal").unwrap();
    let credited: Vec<String> =
        run.results("ae_2026", "Credit").unwrap().keys().into_iter().map(|key| key[1].clone()).collect();
    let away = deals.rows.iter().filter_map(|row| row.cells[0].clone()).filter(|key| !credited.contains(key));
    let mut reasons: BTreeMap<String, String> = BTreeMap::new();
    for key in away {
        let ended = place.attain(&format!("explain run --row Deal:{key} --format json"));
        let followed: Value = serde_json::from_str(&ended.out).unwrap();
        let refused = &followed["plans"][0]["rules"][1]["refused"][0];
        let reason = refused["reason"].as_str().unwrap().to_owned();
        reasons.entry(reason).or_insert_with(|| format!("{key}: {}", refused["values"].as_str().unwrap()));
    }
    all.push_str(&format!("{reasons:#?}\n"));
    assert_eq!(
        reasons.keys().collect::<Vec<_>>(),
        ["no date yet", "outside the plan's dates", "person not in the plan"]
    );
    insta::assert_snapshot!("rows_say_where_they_went", all);
}

/// A signature holds for one key and these bytes, and lies in the folder without being foreign to it.
#[test]
fn a_signed_run_is_approved_as_it_is() {
    let place = ran();
    let made = place.attain("sign --new-key approver --no-password");
    assert_eq!((made.status, made.err.as_str()), (0, ""));
    assert_eq!(place.attain("sign --new-key approver --no-password").status, 1, "a key is never written over");
    place.attain("sign --new-key other --no-password");
    let signed = place.attain("sign run --key approver");
    assert_eq!((signed.status, signed.err.as_str()), (0, ""));
    let path = signed.out.trim().strip_prefix("Signed: ").unwrap().to_owned();
    assert!(path.starts_with("run/signatures/") && path.ends_with(".minisig"), "{path}");
    let again = place.attain("sign run --key approver");
    assert!(again.status == 1 && again.err.contains("E0811"), "{}", again.err);
    let verify = |options: &str| place.attain(&format!("verify run --sample 0{options}"));
    let ended = verify(" --public-key approver.pub");
    assert_eq!(ended.status, 0, "{}", ended.out);
    assert!(ended.out.contains("signed this manifest"), "{}", ended.out);
    // By its text, too; not by another key, which has not signed; and without one nobody is trusted.
    let key = place.read("approver.pub").lines().nth(1).unwrap().to_owned();
    assert_eq!(verify(&format!(" --public-key {key}")).status, 0);
    let other = verify(" --public-key other.pub");
    assert!(other.status == 1 && other.out.contains("there is no signature by the key"), "{}", other.out);
    let open = verify("");
    assert!(open.status == 0 && open.out.contains("say whose key you trust"), "{}", open.out);
    let broken = verify(" --public-key approver");
    assert!(broken.status == 1 && broken.out.contains("E0810"), "{}", broken.out);
    // One byte of the signature, wherever it stands.
    let bytes = fs::read(place.path(&path)).unwrap();
    for at in (0..bytes.len()).step_by(41) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        place.write(&path, &changed);
        assert_eq!(verify(" --public-key approver.pub").status, 1, "byte {at}");
    }
    place.write(&path, &bytes);
    // The signature of another run.
    place.edit("data/deals.csv", "86500.00", "86501.00");
    place.run("another");
    fs::create_dir(place.path("another/signatures")).unwrap();
    place.write(&path.replace("run/", "another/"), &bytes);
    let taken = place.attain("verify another --sample 0 --public-key approver.pub");
    assert!(taken.status == 1 && taken.out.contains("it signs another run"), "{}", taken.out);
    // What was changed is not signed.
    place.edit("run/payouts.csv", "62599.79", "62599.78");
    let changed = place.attain("sign run --key other");
    assert!(
        changed.status == 1 && changed.err.contains("E0811") && changed.err.contains("payouts.csv"),
        "{}",
        changed.err
    );
    assert_eq!(place.attain("sign run --key approver.pub").status, 1);
    assert_eq!(place.attain("sign run").status, 2);
}
