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

/// A plan that names all of it, with the records that the library's page asks for.
const ALL: &str = "\
edition 1
use standard \"amortisation.plan\"
use standard \"curves.plan\"
use standard \"proration.plan\"
use standard \"scorecard.plan\"
record Person {
  key id        text
  hired         date
  left          date?
  payout_curve  Curve
  active from hired to left
}
record Quota {
  key person   Person
  key quarter  quarter
  amount       USD
}
record Contract {
  key id      text
  signed      date
  term        integer
  commission  USD
}
choice Aim = Bookings | Renewals
record Goal {
  key person   Person
  key quarter  quarter
  key aim      Aim
  weight       percent
  attainment   percent
}
record Curve {
  key id  text
}
record CurvePoint {
  key curve       Curve
  key attainment  percent
  pays            percent
}
plan p {
  effective  2026-01-01 to 2026-12-31
  currency   USD
  people     Person
}
measure days for each Person, month = share_of_month + 0
measure days_of_quarter for each Person, quarter = share_of_quarter + 0
measure days_of_year for each Person, year = share_of_year + 0
measure fair for each Person, quarter as USD? = prorated_quota
measure score for each Person, quarter as percent? = goal_score
measure own for each Person as number? = curve_of(payout_curve, 90%)
measure ready = curve_cliff(90%) + curve_80_120(90%) + curve_50_150(90%) + curve_accelerated(90%)
measure left_over for each Contract, month = amortised + unamortised
";

#[test]
fn all_of_it_checks() {
    let place = Place::empty();
    place.write("plans/p.plan", ALL);
    let ended = place.attain("check plans");
    assert_eq!((ended.status, ended.out.as_str()), (0, ""));
    for name in attain::standard::names() {
        assert!(ALL.contains(name), "{name} is used");
        let words = attain::standard::text(name).unwrap().lines().map(|line| line.split(' ').collect::<Vec<_>>());
        for words in words.filter(|words| ["let", "quota", "measure", "rates"].contains(&words[0])) {
            let through = attain::standard::text(name).unwrap().matches(words[1]).count() > 1;
            assert!(ALL.contains(words[1]) || through, "{} of {name} is named", words[1]);
        }
    }
}
