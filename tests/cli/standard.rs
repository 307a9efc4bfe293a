//! The standard library: read, pointed into, stored and explained like the plan's own files.

use crate::place::Place;

const PLAN: &str = "\
edition 1
use standard \"proration.plan\"
record Person from \"people.csv\" {
  key id  text
  hired   date
  left    date?
  active from hired to left
}
plan p {
  effective  2026-01-01 to 2026-12-31
  currency   USD
  people     Person
}
pay salary for each Person, month = 3,000 USD * share_of_month
";

fn place() -> Place {
    let place = Place::empty();
    place.write("plans/p.plan", PLAN);
    place.write("data/people.csv", "id,hired,left\na,2026-02-15,\n");
    place
}

#[test]
fn its_files_are_stored_and_hashed_with_the_plan() {
    let place = place();
    place.run("run");
    let stored = place.read("run/plan/standard/proration.plan");
    assert_eq!(stored, attain::standard::text("proration.plan").unwrap());
    let manifest: serde_json::Value = serde_json::from_str(&place.read("run/manifest.json")).unwrap();
    let hash = attain::store::sha256(stored.as_bytes());
    assert_eq!(manifest["plan_files"]["standard/proration.plan"]["sha256"], hash.as_str());
    // 14 of 28 days.
    assert!(place.read("run/payouts.csv").contains("p,a,2026-02,salary,1500.00,USD"));
    let page = place.attain("explain run salary --person a --period 2026-02 --width 100");
    assert_eq!((page.status, page.err.as_str()), (0, ""));
    insta::assert_snapshot!("standard_explained", page.out);
}

/// What a file says later changes nothing of a run that stored it.
#[test]
fn a_run_is_explained_by_the_text_it_was_run_with() {
    let place = place();
    place.run("run");
    let earlier = "edition 1\nlet share_of_month exact for each Person, month =\n  days active in month / 28\n";
    let replaced = place.read("run/plan/standard/proration.plan");
    let hash = |text: &str| attain::store::sha256(text.as_bytes());
    place.write("run/plan/standard/proration.plan", earlier);
    place.edit("run/manifest.json", &hash(&replaced), &hash(earlier));
    let manifest = place.read("run/manifest.json");
    place.write("run/manifest.sha256", format!("{}  manifest.json\n", hash(&manifest)));
    let page = place.attain("explain run salary --person a --period 2026-02 --width 100");
    assert_eq!((page.status, page.err.as_str()), (0, ""));
    assert!(page.out.contains("days active in month / 28"), "{}", page.out);
}

/// A problem in a file of the library is shown under its own name, in no folder.
#[test]
fn a_problem_points_into_its_file() {
    let place = place();
    place.edit("plans/p.plan", "3,000 USD * share_of_month", "(prorated_quota or 0 USD) / 3");
    let ended = place.attain("check plans");
    assert_eq!(ended.status, 1);
    assert!(ended.out.contains("[standard/proration.plan:"), "{}", ended.out);
    insta::assert_snapshot!("standard_problem", ended.out);
}

#[test]
fn a_file_of_the_folder_cannot_be_called_like_it() {
    let place = place();
    place.write("plans/standard/proration.plan", "edition 1\n");
    place.edit("plans/p.plan", "record Person", "use \"standard/proration.plan\"\nrecord Person");
    let ended = place.attain("check plans --format concise");
    assert_eq!(ended.status, 1);
    assert!(ended.out.contains("E0204"), "{}", ended.out);
    // Without the library, the folder may be called so.
    place.edit("plans/p.plan", "use standard \"proration.plan\"\n", "let share_of_month for each Person, month = 1\n");
    assert_eq!(place.attain("check plans").status, 0);
}
