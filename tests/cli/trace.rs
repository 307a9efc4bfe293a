//! `attain trace`, and the checker that re-performs what it writes: every example plan is found true, and each of many
//! falsifications is found out. The checker is run by `python3`; without it these tests say so and look at nothing.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use attain::store::sha256;

use crate::place::{Place, crate_folder};
use crate::real_data::data_of;

/// The checker's status and words; none where there is no python3.
fn checked(place: &Place, trace: &str, options: &[(&str, PathBuf)]) -> Option<(i32, String)> {
    let mut command = Command::new("python3");
    command.arg("-B").arg(crate_folder().join("docs/audit/check_trace.py")).arg(place.path(trace));
    for (option, path) in options {
        command.arg(option).arg(path);
    }
    let Ok(ended) = command.output() else {
        let _ = writeln!(std::io::stderr(), "skipped: there is no python3 to check traces with");
        return None;
    };
    let words = String::from_utf8(ended.stdout).unwrap() + &String::from_utf8(ended.stderr).unwrap();
    Some((ended.status.code().unwrap(), words))
}

/// Runs a plan, traces the run and has the trace checked against the run and the data: nothing is false.
fn is_true(name: &str, plan: &Path, data: &Path) {
    let place = Place::empty();
    let ended = place.attain(&format!("run {} --data {} --out run", plan.display(), data.display()));
    assert_eq!(ended.status, 0, "{name}: {}", ended.err);
    let traced = place.attain("trace run");
    assert_eq!((traced.status, traced.err.as_str()), (0, ""), "{name}");
    place.write("trace.jsonl", traced.out);
    let options = [("--run", place.path("run")), ("--data", data.to_owned())];
    let Some((status, words)) = checked(&place, "trace.jsonl", &options) else { return };
    assert!(status == 0 && words.ends_with("\n0 false\n"), "{name}: {words}");
}

#[test]
fn the_account_executives_are_traced_whole_by_person_and_by_period() {
    let place = Place::saas();
    assert_eq!(place.attain("run plans --data data --out run").status, 0);
    let options = [("--run", place.path("run")), ("--data", place.path("data"))];
    for (narrow, values) in [
        ("", "444 payouts and 715 earnings are compared"),
        ("--person p15", "12 payouts and 23 earnings are compared"),
        ("--period 2026-Q1 --person p15", "3 payouts and 7 earnings are compared"),
    ] {
        let traced = place.attain(&format!("trace run {narrow}"));
        assert_eq!((traced.status, traced.err.as_str()), (0, ""), "{narrow}");
        place.write("trace.jsonl", traced.out);
        let Some((status, words)) = checked(&place, "trace.jsonl", &options) else { return };
        assert!(status == 0 && words.contains(values), "{narrow}: {words}");
    }
    let unknown = place.attain("trace run --person p99");
    assert!(unknown.status == 1 && unknown.out.is_empty() && unknown.err.contains("there is no person `p99`"));
}

#[test]
fn published_data_is_traced() {
    for plan in ["adventureworks", "pubs"] {
        if let Some(data) = data_of(plan) {
            is_true(plan, &crate_folder().join("plans").join(plan), &data);
        }
    }
}

#[test]
fn every_recipe_and_document_is_traced() {
    for part in ["cookbook", "documents"] {
        let folder = crate_folder().join("plans").join(part);
        let mut recipes: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        recipes.retain(|recipe| recipe.join("data").is_dir());
        recipes.sort();
        for recipe in recipes {
            let (name, data) = (recipe.display().to_string(), recipe.join("data"));
            // Plans of one page that are each other's alternatives pay the same people: they are run one by one.
            match name.rsplit('/').next().unwrap() {
                "clawback" => {
                    ["clawback", "recomputed"].map(|plan| is_true(&name, &recipe.join(format!("{plan}.plan")), &data))
                }
                "university-royalty" => ["georgia-tech", "notre-dame"]
                    .map(|plan| is_true(&name, &recipe.join(format!("{plan}.plan")), &data)),
                _ => [is_true(&name, &recipe, &data), ()],
            };
        }
    }
}

/// A trace, line by line.
#[derive(Clone)]
struct Lines(Vec<String>);

impl Lines {
    /// The first line that has all of these words.
    fn at(&self, words: &[&str]) -> usize {
        let found = self.0.iter().position(|line| words.iter().all(|word| line.contains(word)));
        found.unwrap_or_else(|| panic!("no line has {words:?}"))
    }

    /// Replaces words in a line, once.
    fn change(mut self, at: &[&str], from: &str, to: &str) -> Lines {
        let at = self.at(at);
        assert!(self.0[at].contains(from), "{} has {from}", self.0[at]);
        self.0[at] = self.0[at].replacen(from, to, 1);
        self
    }

    /// Gives every step the id of what it says now, so that no hash tells of the change.
    fn sealed(self) -> String {
        let (mut text, mut changed) = (String::new(), Vec::<(String, String)>::new());
        for mut line in self.0 {
            for (from, to) in &changed {
                line = line.replace(from, to);
            }
            if line.starts_with("{\"id\":\"") {
                let (old, id) = (line[7..71].to_owned(), sha256((line[..7].to_owned() + &line[71..]).as_bytes()));
                line = line.replace(&old, &id);
                if old != id {
                    changed.push((old, id));
                }
            }
            writeln!(text, "{line}").unwrap();
        }
        text
    }
}

/// The part of a line from some words up to others.
fn part<'a>(line: &'a str, from: &str, to: &str) -> &'a str {
    let begin = line.find(from).unwrap_or_else(|| panic!("{line} has {from}"));
    let end = line[begin + from.len()..].find(to).unwrap() + begin + from.len();
    &line[begin..end]
}

/// Falsifications of the trace of p15: what was changed, the step that the checker must name, and the trace.
#[expect(clippy::too_many_lines, reason = "a list of falsifications, one after another")]
fn falsified(lines: &Lines) -> Vec<(&'static str, &'static str, Lines)> {
    const QUARTER: &str = r#""value":"2026-Q1"}]"#;
    let line = |words: &[&str]| lines.0[lines.at(words)].clone();
    let bookings = [r#""name":"bookings""#, QUARTER, r#""considered":7"#];
    let first = part(&line(&bookings)[1..], r#"{"key":[{"part":"Credit","#, r#",{"key""#).to_owned() + ",";
    let commission = [r#""kind":"formula","name":"quarter_commission""#, QUARTER, r#""rounding""#, r#""first":[1,7]"#];
    let credit = [r#""kind":"credit","name":"amount""#, "D-0120", r#""exact":"23741.012""#];
    let order = [r#""kind":"list""#, r#""op":"order""#, r#""considered":7"#];
    let rows = line(&order);
    let one = part(&rows, r#"{"key":[{"part":"Credit","#, r#",{"key""#).to_owned();
    let two =
        part(&rows[rows.find(&one).unwrap() + one.len()..], r#"{"key":[{"part":"Credit","#, r#",{"key""#).to_owned();
    let share = [r#""kind":"input","name":"split_share""#, "D-0120"];
    let own = line(&share);
    let later = [r#""kind":"credit","name":"amount""#, "D-0036", r#""text":"split_share""#];
    let theirs = line(&[r#""kind":"input","name":"split_share""#, r#""value":"D-0036""#]);
    let read = format!(r#""step":"{}""#, &theirs[7..71]);
    let missing = Lines(lines.0.iter().filter(|one| **one != own).cloned().collect());
    let swapped = lines.clone().change(&order, &(one.clone() + "," + &two), &(two + "," + &one));
    vec![
        (
            "an amount that is changed",
            "bookings of",
            lines.clone().change(&bookings, r#""403699.55""#, r#""403699.56""#),
        ),
        ("a member that is dropped", "bookings of", lines.clone().change(&bookings, &first, "")),
        (
            "a member that is dropped, and the count with it",
            "bookings of",
            lines.clone().change(&bookings, &first, "").change(&bookings, r#""considered":7"#, r#""considered":6"#),
        ),
        (
            "another band of a table",
            "quarter_commission of",
            lines.clone().change(&commission, r#""taken":true"#, r#""taken":false"#),
        ),
        (
            "another rate of a table",
            "quarter_commission of",
            lines.clone().change(&commission, r#"{"text":"0.8","unit":"number"}"#, r#"{"text":"0.9","unit":"number"}"#),
        ),
        ("another rounding", "amount of", lines.clone().change(&credit, r#""mode":"half up""#, r#""mode":"up""#)),
        (
            "other places of a rounding",
            "amount of",
            lines.clone().change(&credit, r#""places":2"#, r#""places":3"#).change(
                &credit,
                r#""23741.01""#,
                r#""23741.012""#,
            ),
        ),
        (
            "a reference to the cell of another row",
            "amount of",
            lines.clone().change(&later, &read, &format!(r#""step":"{}""#, &own[7..71])),
        ),
        (
            "the other branch of an if",
            "year_end of",
            lines.clone().change(&[r#""name":"year_end""#, r#""then":true"#], r#""then":true"#, r#""then":false"#),
        ),
        (
            "a condition that does not hold",
            "year_end of",
            lines.clone().change(
                &[r#""name":"year_end""#, r#""text":"AE""#],
                r#""text":"AE","unit":"choice"},"node":"constant""#,
                r#""text":"SE","unit":"choice"},"node":"constant""#,
            ),
        ),
        ("a cell of the data", "", lines.clone().change(&share, r#""0.400000""#, r#""0.300000""#)),
        ("an order that is not one", "(increase of quarter_commission by date, key) (", swapped),
        (
            "a place in the order that is another row's",
            "commission of",
            lines.clone().change(
                &[r#""name":"commission""#, r#""position":2,"#],
                r#""position":2,"#,
                r#""position":3,"#,
            ),
        ),
        ("a step that is missing", "", missing),
        (
            "a period that is not the one before",
            "draw_owed of",
            lines.clone().change(
                &[r#""name":"draw_owed""#, r#""value":"2026-03"}]"#],
                r#""text":"2026-02","unit":"period","first":"2026-02-01","last":"2026-02-28""#,
                r#""text":"2026-01","unit":"period","first":"2026-01-01","last":"2026-01-31""#,
            ),
        ),
        (
            "a payout that is another amount",
            "payout of p15 in 2026-01",
            lines.clone().change(&[r#"{"line":"payout""#, r#""period":"2026-01""#], r#""2000.00""#, r#""2000.01""#),
        ),
        ("a payout with the step of another", "payout of p15 in 2026-02", {
            let step = |period: &str| part(&line(&[r#"{"line":"payout""#, period]), r#""step":""#, "\"}").to_owned();
            let (january, february) = (step(r#""period":"2026-01""#), step(r#""period":"2026-02""#));
            lines.clone().change(&[r#"{"line":"payout""#, r#""period":"2026-02""#], &february, &january)
        }),
    ]
}

#[test]
fn every_falsification_is_found_and_its_step_named() {
    let place = Place::saas();
    assert_eq!(place.attain("run plans --data data --out run").status, 0);
    let traced = place.attain("trace run --person p15");
    let lines = Lines(traced.out.lines().map(str::to_owned).collect());
    assert_eq!(lines.clone().sealed(), traced.out);
    let options = [("--run", place.path("run")), ("--data", place.path("data"))];
    let cases = falsified(&lines);
    assert!(cases.len() >= 10);
    for (what, named, lines) in cases {
        // What is only changed has another hash …
        if lines.0.iter().any(|line| {
            line.starts_with("{\"id\"") && sha256((line[..7].to_owned() + &line[71..]).as_bytes()) != line[7..71]
        }) {
            place.write("changed.jsonl", lines.0.join("\n") + "\n");
            let Some((status, words)) = checked(&place, "changed.jsonl", &[]) else { return };
            assert!(status == 1 && words.contains("its id is not the hash of what it says"), "{what}: {words}");
        }
        // … and with all hashes made right again, it is the arithmetic that tells.
        place.write("false.jsonl", lines.sealed());
        let Some((status, words)) = checked(&place, "false.jsonl", &options) else { return };
        assert_eq!(status, 1, "{what}: {words}");
        let first = words.lines().find(|line| line.starts_with("FALSE")).unwrap();
        assert!(first.contains(named) && !first.contains("its id is not"), "{what}: {first}");
    }
}

#[test]
fn a_run_whose_payouts_were_changed_is_found_out() {
    let place = Place::saas();
    assert_eq!(place.attain("run plans --data data --out run").status, 0);
    place.write("trace.jsonl", place.attain("trace run").out);
    let payouts = place.read("run/payouts.csv");
    place.write("run/payouts.csv", payouts.replacen("p15,2026-01,payout,2000.00", "p15,2026-01,payout,2000.01", 1));
    let Some((status, words)) = checked(&place, "trace.jsonl", &[("--run", place.path("run"))]) else { return };
    assert_eq!(status, 1);
    for said in [
        "payouts.csv: not as the run wrote it",
        "payouts.csv: ae_2026, p15, 2026-01, payout, 2000.00, USD is in the trace alone",
        "payouts.csv: ae_2026, p15, 2026-01, payout, 2000.01, USD is in the file alone",
        "and manifest.json says",
    ] {
        assert!(words.contains(said), "{said}: {words}");
    }
    // A file that breaks off is not whole.
    let trace = place.read("trace.jsonl");
    place.write("short.jsonl", trace.lines().take(500).map(|line| format!("{line}\n")).collect::<String>());
    let Some((status, words)) = checked(&place, "short.jsonl", &[]) else { return };
    assert!(status == 1 && words.contains("the file is not whole"), "{words}");
}
