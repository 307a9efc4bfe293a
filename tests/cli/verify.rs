//! `attain verify`.

use std::collections::BTreeMap;
use std::fs;

use attain::store::sha256;
use serde_json::Value;

use crate::place::{Ended, Place};

/// A place with a run of the plans in `run`.
fn ran() -> Place {
    let place = Place::saas();
    place.run("run");
    place
}

/// The names of the checks that came to something.
fn checks(ended: &Ended, outcome: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    let checks = report["checks"].as_array().unwrap().iter().filter(|check| check["outcome"] == outcome);
    checks.map(|check| check["name"].as_str().unwrap().to_owned()).collect()
}

/// What a check found.
fn findings(ended: &Ended, name: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    let check = report["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).unwrap().clone();
    check["findings"].as_array().unwrap().iter().map(|finding| finding.as_str().unwrap().to_owned()).collect()
}

/// Gives every file that the manifest names the hash that it has now, and the manifest its own: what someone does who
/// wants a change not to be seen.
fn cover_up(place: &Place) {
    let mut manifest: Value = serde_json::from_str(&place.read("run/manifest.json")).unwrap();
    for (part, folder) in [("plan_files", "run/plan/"), ("output_files", "run/")] {
        for (path, entry) in manifest[part].as_object_mut().unwrap() {
            entry["sha256"] = sha256(&fs::read(place.path(&format!("{folder}{path}"))).unwrap()).into();
        }
    }
    let text = serde_json::to_string_pretty(&manifest).unwrap() + "\n";
    place.write("run/manifest.sha256", format!("{}  manifest.json\n", sha256(text.as_bytes())));
    place.write("run/manifest.json", text);
}

#[test]
fn a_run_is_verified() {
    let place = ran();
    let page = place.attain("verify run --data data");
    assert_eq!((page.status, page.err.as_str()), (0, ""), "{}", page.out);
    let version = env!("CARGO_PKG_VERSION");
    let lines = page.out.lines().filter(|line| !line.contains("manifest SHA-256"));
    let shown = lines.map(|line| line.replace(version, "VERSION") + "\n").collect::<String>();
    insta::assert_snapshot!("verify", shown);
    for more in ["", " --all", " --sample 1 --seed auditors", " --sample 0"] {
        let ended = place.attain(&format!("verify run --format json{more}"));
        assert_eq!((ended.status, checks(&ended, "failed")), (0, Vec::new()), "{more}");
        assert_eq!(checks(&ended, "not_done"), ["data files", "signature"], "{more}");
    }
}

/// One byte of any file, changed, is told with the file.
#[test]
fn one_byte_of_any_file_counts() {
    let place = ran();
    let files = place.files("run");
    assert_eq!(files.len(), 18, "{:?}", files.keys());
    for (number, (path, bytes)) in files.iter().enumerate() {
        // The first, the last, or one between.
        let at = [0, bytes.len() / 2, bytes.len() - 1][number % 3];
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        place.write(&format!("run/{path}"), &changed);
        let ended = place.attain("verify run --format json --sample 0");
        assert_eq!(ended.status, 1, "{path}");
        let check = match path.split_once('/') {
            _ if path.starts_with("manifest.") => "manifest",
            Some(("plan", _)) => "plan files",
            Some(("inputs", _)) => "input files",
            _ => "output files",
        };
        assert!(checks(&ended, "failed").iter().any(|name| name == check), "{path}: {}", ended.out);
        assert!(
            findings(&ended, check)[0].contains(if check == "manifest" { "manifest.json" } else { path }),
            "{path}"
        );
        place.write(&format!("run/{path}"), bytes);
    }
    assert_eq!(place.attain("verify run --sample 0").status, 0);
}

#[test]
fn a_file_more_or_less_is_told() {
    let place = ran();
    for path in ["notes.txt", "plan/more.plan", "inputs/ae_2026/More.parquet", "results/x", "manifest.json.bak"] {
        place.write(&format!("run/{path}"), "x");
        let ended = place.attain("verify run --format json --sample 0");
        assert_eq!((ended.status, checks(&ended, "failed")), (1, vec!["no other files".to_owned()]), "{path}");
        assert!(findings(&ended, "no other files")[0].contains(path));
        fs::remove_file(place.path(&format!("run/{path}"))).unwrap();
    }
    fs::create_dir(place.path("run/empty")).unwrap();
    let ended = place.attain("verify run --format json --sample 0");
    assert_eq!(findings(&ended, "no other files").len(), 1);
    fs::remove_dir(place.path("run/empty")).unwrap();
    for (path, bytes) in place.files("run") {
        fs::remove_file(place.path(&format!("run/{path}"))).unwrap();
        let ended = place.attain("verify run --format json --sample 0");
        assert_eq!(ended.status, 1, "{path}");
        assert!(ended.out.contains(&path), "{path}: {}", ended.out);
        place.write(&format!("run/{path}"), bytes);
    }
    assert_eq!(place.attain("verify run --sample 0").status, 0);
}

/// A changed number is found also where all hashes were changed with it.
#[test]
fn a_change_with_its_hashes_is_found_by_computing_again() {
    let place = ran();
    // p15 was paid 62,599.79 USD in December.
    place.edit("run/payouts.csv", "62599.79", "72599.79");
    cover_up(&place);
    let ended = place.attain("verify run --format json");
    assert_eq!((ended.status, checks(&ended, "failed")), (1, ["recomputation", "totals"].map(str::to_owned).to_vec()));
    let found = findings(&ended, "recomputation");
    assert!(found[0].contains("`ae_2026,p15,2026-12,payout,72599.79,USD`"), "{found:?}");
    assert!(found[0].contains("computed `ae_2026,p15,2026-12,payout,62599.79,USD`"), "{found:?}");
    place.edit("run/payouts.csv", "72599.79", "62599.79");
    // Another rate in the plan, as if it had always been so.
    place.edit("run/plan/ae_2026.plan", "1.5", "1.6");
    cover_up(&place);
    let ended = place.attain("verify run --format json");
    assert_eq!(ended.status, 1);
    assert!(checks(&ended, "failed").contains(&"recomputation".to_owned()), "{}", ended.out);
}

/// Data that was exchanged, and everything computed from it, is another run: only the data files can tell.
#[test]
fn other_data_is_found_by_the_data_files() {
    let place = ran();
    let original = place.read("data/deals.csv");
    let other = original.replacen("86500.00", "96500.00", 1);
    assert_ne!(original, other);
    place.write("data/deals.csv", &other);
    let ended = place.attain("verify run --data data --format json --sample 0");
    assert_eq!((ended.status, checks(&ended, "failed")), (1, vec!["data files".to_owned()]));
    assert!(findings(&ended, "data files")[0].contains("`deals.csv`"));
    // The data of the changed file in the folder of the run of the original.
    place.run("other");
    place.write("data/deals.csv", &original);
    for (path, bytes) in place.files("other/inputs") {
        place.write(&format!("run/inputs/{path}"), bytes);
    }
    cover_up(&place);
    let ended = place.attain("verify run --data data --format json");
    let failed = checks(&ended, "failed");
    assert!(
        ["data files", "recomputation", "reference", "reconciliation"]
            .iter()
            .all(|name| failed.iter().any(|failed| failed == name)),
        "{failed:?}"
    );
}

#[test]
fn the_chain_leads_back_to_the_first_run() {
    let place = ran();
    let follow = |earlier: &str, out: &str| {
        let ended = place.attain(&format!("run plans --data data --out {out} --follows {earlier}"));
        assert_eq!(ended.status, 0, "{}", ended.err);
    };
    follow("run", "second");
    follow("second", "third");
    let ended = place.attain("verify third --sample 0");
    assert_eq!(ended.status, 0, "{}", ended.out);
    assert!(ended.out.contains("it follows `second` and 1 before it"), "{}", ended.out);
    // The first run is not there any more, or elsewhere.
    fs::create_dir(place.path("archive")).unwrap();
    fs::rename(place.path("run"), place.path("archive/run")).unwrap();
    let ended = place.attain("verify second --sample 0 --format json");
    assert_eq!(
        (ended.status, checks(&ended, "not_done")),
        (0, ["data files", "chain", "signature"].map(str::to_owned).to_vec())
    );
    let ended = place.attain("verify second --sample 0 --format json --follows archive/run");
    assert_eq!(
        (ended.status, checks(&ended, "not_done")),
        (0, ["data files", "signature"].map(str::to_owned).to_vec())
    );
    // Another run in its place, and one that was changed.
    let ended = place.attain("verify second --sample 0 --format json --follows third");
    assert_eq!((ended.status, checks(&ended, "failed")), (1, vec!["chain".to_owned()]));
    place.edit("archive/run/payouts.csv", "62599.79", "62599.78");
    let ended = place.attain("verify second --sample 0 --format json --follows archive/run");
    assert_eq!((ended.status, checks(&ended, "failed")), (1, vec!["chain".to_owned()]));
    // Neither can a run follow it.
    let ended = place.attain("run plans --data data --out fourth --follows archive/run");
    assert_eq!(ended.status, 1);
    assert!(ended.err.contains("E0603") && ended.err.contains("payouts.csv"), "{}", ended.err);
    assert!(!place.path("fourth").exists());
}

#[test]
fn what_is_no_run_is_not_verified() {
    let place = Place::saas();
    let ended = place.attain("verify data --format json");
    assert_eq!((ended.status, checks(&ended, "failed")), (1, vec!["manifest".to_owned()]));
    assert_eq!(place.attain("verify run --all --sample 3").status, 2);
}

/// What is not done without the data.
const NOT_DONE: [&str; 7] =
    ["input files", "data files", "recomputation", "reference", "totals", "reconciliation", "signature"];

/// A run without CSV files and data explains, traces and verifies the same from the data files.
#[test]
fn a_run_may_hold_its_results_alone() {
    let place = Place::saas();
    place.run("all");
    let ended = place.attain("run plans --data data --out run --outputs parquet");
    assert_eq!((ended.status, ended.err.as_str()), (0, ""));
    assert!(ended.out.contains("attain explain run --data data "), "{}", ended.out);
    let (all, own) = (place.files("all"), place.files("run"));
    // What it holds is what the whole run holds, and the manifest names all of it.
    let left_out =
        |path: &str| path.starts_with("inputs/") || ["payouts.csv", "earnings.csv", "balances.csv"].contains(&path);
    let manifests = |path: &str| path.starts_with("manifest");
    let same = |files: &BTreeMap<String, Vec<u8>>| -> BTreeMap<String, Vec<u8>> {
        let kept = files.iter().filter(|(path, _)| !left_out(path) && !manifests(path));
        kept.map(|(path, bytes)| (path.clone(), bytes.clone())).collect()
    };
    assert_eq!(same(&own), same(&all));
    assert!(own.keys().all(|path| !left_out(path)), "{:?}", own.keys());
    let manifest: Value = serde_json::from_str(&place.read("run/manifest.json")).unwrap();
    assert_eq!(manifest["options"], serde_json::json!({ "outputs": "parquet" }));

    // The same answers, once it is said where the data lie.
    let asked = "payout --person p02 --period 2026-03";
    let against = format!("explain RUN {asked} --against 2026-02");
    for question in [&format!("explain RUN {asked}"), &against, "explain RUN --row Deal:D-0001"] {
        let whole = place.attain(&question.replace("RUN", "all"));
        let own = place.attain(&question.replace("RUN", "run --data data"));
        assert_eq!((own.status, own.out), (0, whole.out), "{question}: {}", own.err);
        let without = place.attain(&question.replace("RUN", "run"));
        assert_eq!(without.status, 1);
        assert!(without.err.contains("`--data DIR`"), "{}", without.err);
    }
    let ended = place.attain(&format!("explain run --data data {asked} --against-run all"));
    assert!(ended.out.contains("Nothing that they rest on differs"), "{}{}", ended.out, ended.err);
    // The first line of a trace names its run.
    let traced = |run: &str| {
        let ended = place.attain(&format!("trace {run} --person p02"));
        ended.out.lines().skip(1).map(str::to_owned).collect::<Vec<String>>()
    };
    assert_eq!(traced("run --data data"), traced("all"));

    let verified = place.attain("verify run --data data --all --format json");
    assert_eq!((verified.status, checks(&verified, "failed")), (0, Vec::new()), "{}", verified.out);
    assert_eq!(checks(&verified, "not_done"), ["input files", "totals", "signature"]);
    let verified = place.attain("verify run --format json");
    assert_eq!((verified.status, checks(&verified, "not_done")), (0, NOT_DONE.map(str::to_owned).to_vec()));

    // Other data than those of the run are refused, and a changed value is found.
    place.edit("data/deals.csv", "D-0001", "D-9001");
    let ended = place.attain(&format!("explain run --data data {asked}"));
    assert_eq!(ended.status, 1);
    assert!(ended.err.contains("is another than the run read"), "{}", ended.err);
    assert_eq!(place.attain("verify run --data data").status, 1);
}
