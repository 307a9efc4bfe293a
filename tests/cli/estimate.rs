//! `attain estimate`: what would be if rows were added, asked line by line.

use std::io::Write;
use std::process::Stdio;

use crate::page;
use crate::place::{Ended, Place, crate_folder};

/// Asks questions, each on a line.
fn asked(place: &Place, arguments: &str, questions: &str) -> Ended {
    let mut command = place.command(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(questions.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let ended = Ended {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    assert!(!ended.err.contains("panicked"), "{}", ended.err);
    ended
}

fn answers(ended: &Ended) -> Vec<serde_json::Value> {
    ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const DEAL: &str =
    r#"{"id": "D-9001", "closed": "2026-03-20", "owner": "p14", "amount": 60000, "currency": "USD", "kind": "new"}"#;

#[test]
fn a_question_says_what_a_run_with_the_row_pays() {
    let place = Place::saas();
    let estimate = asked(
        &place,
        "estimate plans --data data --format json",
        &format!("{{\"record\": \"Deal\", \"row\": {DEAL}}}\n"),
    );
    assert_eq!((estimate.status, estimate.err.as_str()), (0, ""));
    let answers = answers(&estimate);
    assert_eq!(answers.len(), 1);
    let plan = &answers[0]["plans"][0];
    assert_eq!((plan["plan"].as_str(), plan["whole"].as_bool()), (Some("ae_2026"), Some(false)));

    // Two runs, without the deal and with it, pay what the answer says.
    place.run("before");
    let deals = place.read("data/deals.csv");
    place.write("data/deals.csv", format!("{deals}D-9001,2026-03-20,p14,,,60000.00,USD,new\n"));
    place.run("after");
    let paid = |run: &str| -> Vec<String> {
        place.read(&format!("{run}/payouts.csv")).lines().skip(1).map(str::to_owned).collect()
    };
    let (before, after) = (paid("before"), paid("after"));
    let mut expected = Vec::new();
    for row in after.iter().filter(|row| !before.contains(row)) {
        // plan,person,period,name,amount,currency
        let cells: Vec<&str> = row.split(',').collect();
        expected.push((cells[3].to_owned(), cells[1].to_owned(), cells[2].to_owned(), cells[4].to_owned()));
    }
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let changes = plan["changes"].as_array().unwrap();
    let mut found: Vec<_> = changes
        .iter()
        .filter(|change| change["word"] == "pay")
        .map(|change| (text(&change["name"]), text(&change["person"]), text(&change["period"]), text(&change["after"])))
        .collect();
    expected.sort();
    found.sort();
    assert!(!expected.is_empty());
    assert_eq!(expected, found);
}

#[test]
fn a_row_that_is_kept_is_there_for_the_questions_that_follow() {
    let place = Place::saas();
    let once = format!("{{\"record\": \"Deal\", \"row\": {DEAL}}}\n");
    let kept = format!("{{\"record\": \"Deal\", \"row\": {DEAL}, \"keep\": true}}\n");
    let other = once.replace("D-9001", "D-9002");
    let questions = format!("{once}{once}{kept}{once}{other}");
    let ended = asked(&place, "estimate plans --data data --format json", &questions);
    assert_eq!(ended.status, 1);
    let answers = answers(&ended);
    assert_eq!(answers[0]["plans"], answers[1]["plans"], "a question leaves nothing behind");
    assert_eq!(answers[2]["plans"], answers[0]["plans"]);
    assert_eq!(answers[2]["kept"], true);
    assert_eq!(answers[3]["problems"][0]["code"], "E0506", "{}", answers[3]);
    let before = |answer: &serde_json::Value| {
        let changes = answer["plans"][0]["changes"].as_array().unwrap().clone();
        changes.into_iter().find(|change| change["word"] == "pay").unwrap()["before"].clone()
    };
    assert_ne!(before(&answers[4]), before(&answers[0]), "the deal kept is there");
}

#[test]
fn what_cannot_be_asked_is_told_and_the_next_question_is_answered() {
    let place = Place::saas();
    let questions = [
        "no question",
        "{\"record\": \"Deal\"}",
        "{\"record\": \"Dael\", \"row\": {}}",
        "{\"record\": \"Deal\", \"row\": {\"id\": \"x\", \"ammount\": 1}}",
        "{\"record\": \"Deal\", \"row\": {\"id\": [\"x\"]}}",
        "{\"record\": \"Deal\", \"row\": {\"id\": \"D-0001\", \"owner\": \"p14\", \"amount\": 1, \"currency\": \"USD\", \"kind\": \"new\"}}",
        "{\"record\": \"Deal\", \"row\": {\"id\": \"D-9\", \"owner\": \"p99\", \"amount\": \"1,5\", \"currency\": \"USD\", \"kind\": \"old\"}}",
        "{\"rows\": []}",
    ];
    let ended = asked(&place, "estimate plans --data data", &questions.join("\n"));
    assert_eq!(ended.status, 1);
    insta::assert_snapshot!(ended.out);
}

#[test]
fn the_page_prints_what_it_says() {
    let path = crate_folder().join("docs/estimate.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let blocks = page::blocks(&text);
    let place = Place::saas();
    let mut written = text.clone();
    for block in &blocks {
        if let Some(name) = block.info.strip_prefix("jsonl ") {
            place.write(name, &block.text);
        }
        if block.info != "console" {
            continue;
        }
        let (command, _) = block.text.split_once('\n').unwrap();
        let (arguments, from) = command.strip_prefix("$ attain ").unwrap().split_once(" < ").unwrap();
        let ended = asked(&place, arguments, &place.read(from));
        written = written.replacen(&block.text, &format!("{command}\n{}{}", ended.out, ended.err), 1);
    }
    if written != text && std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always") {
        std::fs::write(&path, &written).unwrap();
    }
    assert_eq!(text, written);
}
