//! `attain check`.

use crate::place::Place;

const GOOD: &str = r#"edition 1
record Person from "people.csv" { key id text }
plan a "A" { effective 2026-01-01 to 2026-12-31  currency USD  people Person  pay monthly }
pay payout for each Person, month = 1 USD
"#;

#[test]
fn good_plans_have_no_problems() {
    let place = Place::saas();
    let ended = place.attain("check plans");
    assert_eq!((ended.status, ended.out.as_str()), (0, ""));
    assert!(ended.err.starts_with("1 plan, ") && ended.err.ends_with(" definitions, no problems\n"), "{}", ended.err);
    let json = place.attain("check --format json plans/ae_2026.plan");
    assert_eq!((json.status, json.out.as_str(), json.err.as_str()), (0, "[]\n", ""));
}

#[test]
fn problems_of_all_files_are_shown_in_one_go() {
    let place = Place::empty();
    place.write("one/b.plan", GOOD.replace("= 1 USD", "= 1 EUR"));
    place.write("one/a.plan", GOOD.replace("month = 1 USD", "month = persn"));
    place.write("two/c.plan", GOOD.replace("edition 1", "use \"../one/a.plan\""));
    place.write("empty/notes.txt", "");
    let human = place.attain("check ./one two/c.plan two empty none.plan");
    insta::assert_snapshot!("check_human", human.text());
    let concise = place.attain("check ./one two/c.plan two empty none.plan --format concise");
    insta::assert_snapshot!("check_concise", concise.text());
    let json = place.attain("check one --format json");
    insta::assert_snapshot!("check_json", json.text());
    let github = place.attain("check one two --format github");
    insta::assert_snapshot!("check_github", github.text());
}

#[test]
fn warnings_can_be_denied() {
    let place = Place::empty();
    place.write("a.plan", format!("{GOOD}let idle for each Person = 1\n"));
    let ended = place.attain("check a.plan --format concise");
    assert_eq!(ended.status, 0, "{}", ended.out);
    assert!(ended.out.contains("warning[W0702]"), "{}", ended.out);
    assert!(ended.err.contains(", 1 warning\n"), "{}", ended.err);
    assert_eq!(place.attain("check a.plan --deny warnings").status, 1);
}

#[test]
fn how_tests_are_written_is_checked() {
    let place = Place::empty();
    let test = "test \"t\" {\n  given Person { id \"p1\"  nmae \"Ann\" }\n  expect pay_out of \"p1\" = 1 USD\n}\n";
    let nothing = "test \"u\" {\n  given Person { id \"p1\" }\n}\n";
    let twice =
        "test \"v\" {\n  given Person { id \"p1\" }\n  given Person { id \"p1\" }\n  expect none payout of \"p2\"\n}\n";
    place.write("a.plan", format!("{GOOD}{test}{nothing}{twice}"));
    let check = place.attain("check a.plan --format concise");
    insta::assert_snapshot!("check_tests", check.text());
    // The same problems in both commands, where the test itself is shown besides.
    let test = place.attain("test a.plan");
    for line in check.out.lines() {
        let message = line.split_once("]: ").unwrap().1;
        assert!(test.out.contains(message), "{message}\n{}", test.out);
    }
}

#[test]
fn libraries_alone_are_read() {
    let place = Place::empty();
    place.write(
        "shared/records.plan",
        "# What plans share.\nedition 1\nrecord Deal from \"deals.csv\" {\n  key id text\n}\n",
    );
    place.write("shared/tables.plan", "use \"records.plan\"\nrates r by x, step {\n  from 0 1%\n}\n");
    let alone = place.attain("check shared");
    insta::assert_snapshot!("check_libraries", alone.text());
    assert_eq!(place.attain("check shared/records.plan").status, 0);
    assert_eq!(place.attain("check shared --deny warnings").status, 1);
    assert_eq!(place.attain("test shared").status, 1, "there is nothing to run");
    // With a plan that uses them there is nothing to say.
    place.write("shared/a.plan", format!("use \"tables.plan\"\n{GOOD}"));
    assert_eq!(place.attain("check shared --format concise").out, "");
    // One of which the syntax is wrong is told about that.
    place.write("shared/broken.plan", "rates x by y {\n");
    let broken = place.attain("check shared --format concise").out;
    assert!(broken.contains("E0101") && !broken.contains("W0710"), "{broken}");
}

#[test]
fn colours_are_for_terminals() {
    let place = Place::empty();
    place.write("a.plan", "edition 2\n");
    assert!(!place.attain("check a.plan").out.contains('\u{1b}'));
    assert!(place.attain("check a.plan --color always").out.contains('\u{1b}'));
    assert!(!place.attain("--color never check a.plan").out.contains('\u{1b}'));
}

#[cfg(unix)]
#[test]
fn a_plan_cannot_leave_its_folder() {
    let place = Place::empty();
    place.write("secret.plan", GOOD);
    place.write("plans/a.plan", format!("use \"link.plan\"\n{GOOD}"));
    std::os::unix::fs::symlink("../secret.plan", place.path("plans/link.plan")).unwrap();
    let ended = place.attain("check plans/a.plan --format concise");
    assert_eq!(ended.status, 1);
    assert!(ended.out.contains("plans/a.plan:1:5: error[E0202]: `link.plan` leaves the folder"), "{}", ended.out);
}

#[test]
fn sarif_is_a_whole_log_with_paths_from_here() {
    let place = Place::empty();
    place.write("one/b.plan", GOOD.replace("= 1 USD", "= 1%"));
    let ended = place.attain("check one --format sarif");
    assert_eq!((ended.status, ended.err.as_str()), (1, ""));
    let log: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "E0301");
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "one/b.plan");
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 4);
}
