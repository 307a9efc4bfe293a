//! `attain run` of several plans with the same people.

use crate::place::Place;

const RECORDS: &str = "\
record Person from \"people.csv\" {
  key id      text
  role        AE | SE
  valid_from  date
  valid_to    date?
  versioned from valid_from to valid_to
}
";

fn plan(name: &str, role: &str, entry: &str) -> String {
    format!(
        "edition 1\nuse \"records.plan\"\nplan {name} {{\n  effective 2026-01-01 to 2026-12-31\n  currency USD\n  \
         people Person where role = {role}\n{entry}}}\n\
         pay base for each Person, quarter =\n  1,000 USD * days active in quarter / days in quarter\n"
    )
}

/// Two plans of someone who moves from the one to the other on 15 February, and someone who does not.
fn place() -> Place {
    let place = Place::empty();
    place.write("plans/records.plan", RECORDS);
    place.write("plans/ae.plan", plan("ae", "AE", ""));
    place.write("plans/se.plan", plan("se", "SE", ""));
    let people = "id,role,valid_from,valid_to\np1,SE,2026-01-01,2026-02-14\np1,AE,2026-02-15,\np2,AE,2025-01-01,\n";
    place.write("data/people.csv", people);
    place
}

#[test]
fn a_move_between_plans_is_prorated_in_both() {
    let place = place();
    let ended = place.attain("run plans --data data --out run");
    assert_eq!((ended.status, ended.err.as_str()), (0, ""));
    let payouts = place.read("run/payouts.csv");
    let paid: Vec<&str> = payouts.lines().filter(|line| line.contains(",p1,2026-Q1,")).collect();
    // 45 of the 90 days of the quarter in each.
    assert_eq!(paid, ["ae,p1,2026-Q1,base,500.00,USD", "se,p1,2026-Q1,base,500.00,USD"]);
}

#[test]
fn a_day_in_two_plans_is_refused_unless_one_says_so() {
    let place = place();
    place.write("plans/all.plan", plan("everyone", "AE or role = SE", ""));
    let ended = place.attain("run plans --data data --out run");
    assert_eq!(ended.status, 1);
    insta::assert_snapshot!("run_shared_days", ended.text());
    place.write("plans/all.plan", plan("everyone", "AE or role = SE", "  days shared\n"));
    let ended = place.attain("run plans --data data --out run");
    assert_eq!((ended.status, ended.err.as_str()), (0, ""));
}

/// A condition that rests on nothing that changes holds on every day of the plan.
#[test]
fn people_without_versions_are_asked_about_too() {
    let place = Place::empty();
    let records = "record Person from \"people.csv\" {\n  key id  text\n  role  AE | SE\n}\n";
    place.write("plans/records.plan", records);
    place.write("plans/ae.plan", plan("ae", "AE", ""));
    place.write("plans/se.plan", plan("se", "SE", ""));
    place.write("data/people.csv", "id,role\np1,AE\np2,SE\n");
    assert_eq!(place.attain("run plans --data data --out first").status, 0);
    place.write("plans/all.plan", plan("everyone", "SE", ""));
    let ended = place.attain("run plans --data data --out run");
    assert_eq!(ended.status, 1);
    let told = "Person p2 belongs to both `everyone` and `se` on 2026-01-01";
    assert!(ended.err.contains(told), "{}", ended.err);
    // Other years are other days.
    let text = plan("everyone", "SE", "");
    place.write("plans/all.plan", text.replace("2026-01-01 to 2026-12-31", "2027-01-01 to 2027-12-31"));
    assert_eq!(place.attain("run plans --data data --out second").err, "");
}
