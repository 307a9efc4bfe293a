//! `attain explain --against`.

use crate::place::Place;

fn ran() -> Place {
    let place = Place::saas();
    place.run("run");
    place
}

#[test]
fn a_payout_is_held_against_another_period_and_another_person() {
    let place = ran();
    let page = |arguments: &str| {
        let ended = place.attain(&format!("explain run payout --person p36 --period 2026-02 {arguments}"));
        assert_eq!((ended.status, ended.err.as_str()), (0, ""), "{arguments}");
        ended.out
    };
    insta::assert_snapshot!("against_period", page("--against 2026-01"));
    insta::assert_snapshot!("against_person", page("--against p15"));
    assert_eq!(page("--against period=2026-01"), page("--against 2026-01"));
    assert_eq!(page("--against month=2026-01"), page("--against 2026-01"));
    assert_eq!(page("--against person=p15"), page("--against p15"));
    let both = page("--against p15 --against 2026-01 --depth 0");
    assert!(both.starts_with("payout of Person p36 in month 2026-02 against Person p15 in month 2026-01\n"), "{both}");
    assert!(!both.contains("How it comes about"), "{both}");
}

#[test]
fn a_payout_is_held_against_another_run_of_another_plan() {
    let place = ran();
    place.edit("plans/ae_2026.plan", "from  50%   1.2", "from  50%   1.1");
    place.edit("plans/ae_2026.plan", "then 2,000 USD", "then 2,200 USD");
    place.edit("plans/ae_2026.plan", "+ sum of manager_override", "+ sum of manager_override + 10 USD");
    place.edit("plans/ae_2026.plan", "sum of payout <= 4 * quarter_target", "sum of payout <= 9,000,000 USD");
    place.edit("data/deals.csv", "D-0137,2026-02-25,p36,,,19932.77", "D-0137,2026-02-25,p36,,,60000.00");
    place.run("second");
    let page = |name: &str| {
        let ended = place.attain(&format!("explain second {name} --against-run run"));
        assert_eq!((ended.status, ended.err.as_str()), (0, ""), "{name}");
        ended.out
    };
    insta::assert_snapshot!("against_run", page("payout --person p36 --period 2026-02"));
    insta::assert_snapshot!("against_run_full", page("payout --person p36 --period 2026-02 --full"));
    // The same deal, by its key.
    insta::assert_snapshot!("against_run_deal", page("deal_value --key id=D-0137"));
}

#[test]
fn as_json_the_parts_add_up() {
    let place = ran();
    let ended = place.attain("explain run payout --person p15 --period 2026-12 --against 2026-11 --format json");
    assert_eq!((ended.status, ended.err.as_str()), (0, ""));
    let found: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(found["difference"], "45959.58");
    let cents = |text: &serde_json::Value| text.as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    let parts =
        |list: &serde_json::Value| list.as_array().unwrap().iter().map(|part| cents(&part["amount"])).sum::<i64>();
    assert_eq!(parts(&found["causes"]), 4_595_958);
    assert_eq!(parts(&found["steps"][0]["parts"]), 4_595_958);
    assert_eq!(found["steps"][0]["name"], "payout");
}

#[test]
fn what_cannot_be_held_against_each_other_is_told() {
    let place = ran();
    let told = |arguments: &str| {
        let ended = place.attain(&format!("explain run {arguments}"));
        assert_eq!((ended.status, ended.out.as_str()), (1, ""), "{arguments}");
        ended.err
    };
    let all = [
        "payout --person p36 --period 2026-02 --against 2026-02",
        "payout --person p36 --period 2026-02 --against 2027-02",
        "payout --person p36 --period 2026-02 --against rule=primary",
        "payout --person p36 --period 2026-02 --against p41",
        "still_here --person p36 --period FY2026 --against p15",
        "payout --person p36 --period 2026-02 --against-run nowhere",
        "payout --person p36 --period 2026-02 --against 2026-01 --format html",
    ];
    let text: Vec<String> =
        all.iter().map(|arguments| format!("$ attain explain run {arguments}\n{}", told(arguments))).collect();
    insta::assert_snapshot!("against_problems", text.join("\n"));
}

/// A person who is called like a month.
#[test]
fn what_may_be_a_person_and_a_period_is_asked_back() {
    let place = Place::empty();
    place.write(
        "plans/a.plan",
        "edition 1
record Person from \"people.csv\" { key id text  base USD }
plan a \"A\" {
  effective 2026-01-01 to 2026-02-28
  currency USD
  people Person
  pay monthly
}
pay payout for each Person, month = base
",
    );
    place.write("data/people.csv", "id,base\n2026-01,100\np2,150\n");
    place.run("run");
    let ended = place.attain("explain run payout --person p2 --period 2026-02 --against 2026-01");
    assert_eq!(ended.status, 1);
    insta::assert_snapshot!("against_unclear", ended.err);
    let ended = place.attain("explain run payout --person p2 --period 2026-02 --against person=2026-01 --depth 0");
    assert_eq!((ended.status, ended.err.as_str()), (0, ""));
    assert!(ended.out.contains("+50.00 USD"), "{}", ended.out);
}
