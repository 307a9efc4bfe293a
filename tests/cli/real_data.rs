//! Plans for published data sets, against independent calculations. The data lies beside the project, not in it, and so
//! do the amounts: the calculations of `tests/expected` are run on the same files.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use attain::data::Folder;
use attain::store::Run;
use attain::value::Exact;
use attain::{compile, project};

use crate::agree;
use crate::place::{Place, crate_folder};

/// The files of a data set, where they are.
pub fn data_of(name: &str) -> Option<PathBuf> {
    let beside = crate_folder().ancestors().map(|folder| folder.join("shared/data").join(name));
    let found = beside.into_iter().find(|path| path.exists());
    if found.is_none() {
        skipped(&format!("the data of {name} is not here"));
    }
    found
}

/// Written past the test harness, which would keep it to itself.
fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// The lines that a calculation prints, as cells; none where there is no Python.
fn calculated(script: &str, paths: &[&Path]) -> Option<Vec<Vec<String>>> {
    let script = crate_folder().join("tests/expected").join(script);
    let Ok(ended) = Command::new("python3").arg("-B").arg(&script).args(paths).output() else {
        skipped("there is no python3 to calculate what is expected");
        return None;
    };
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let lines = String::from_utf8(ended.stdout).unwrap();
    Some(lines.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect())
}

/// Runs a plan of `plans/` on a data set.
fn run(place: &Place, plan: &str, data: &Path) -> Run {
    let plans = crate_folder().join("plans").join(plan);
    let ended = place.attain(&format!("run {} --data {} --out run", plans.display(), data.display()));
    assert_eq!(ended.status, 0, "{}", ended.err);
    Run::open(&place.path("run")).unwrap()
}

/// Both interpreters come to the same on a data set, and say so in their traces.
fn both_interpreters_agree(plan: &str, data: &Path) {
    let folder = crate_folder().join("plans").join(plan);
    let names = [format!("{plan}.plan"), "records.plan".to_owned()];
    let texts = names.map(|name| (name.clone(), std::fs::read_to_string(folder.join(name)).unwrap()));
    let project = project::load(&BTreeMap::from(texts), &[format!("{plan}.plan")]);
    let (plans, problems) = compile::plans(&project);
    assert!(problems.is_empty(), "{problems:?}");
    let program = &plans[0].program;
    let tables = attain::plans::Computed::default().load(program, &Folder::new(data)).unwrap();
    agree::both(program, &tables).unwrap();
    agree::all_traced(program, &tables).unwrap();
}

/// A copy of a plan of `plans/` in which some words are others.
fn changed(place: &Place, plan: &str, changes: &[(&str, &str, &str)]) {
    for file in std::fs::read_dir(crate_folder().join("plans").join(plan)).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.ends_with(".plan") {
            place.write(&format!("plans/{name}"), std::fs::read(&path).unwrap());
        }
    }
    for (file, from, to) in changes {
        place.edit(&format!("plans/{file}"), from, to);
    }
}

/// The payouts by person and period.
fn payouts(run: &Run) -> BTreeMap<(String, String), String> {
    let payouts = run.payouts().unwrap().into_iter();
    payouts.map(|payout| ((payout.person, payout.period), payout.amount)).collect()
}

/// What is earned by person and period, for a component.
fn earned(run: &Run, component: &str) -> BTreeMap<(String, String), Exact> {
    let mut sums: BTreeMap<(String, String), Exact> = BTreeMap::new();
    for earning in run.earnings().unwrap().into_iter().filter(|earning| earning.component == component) {
        let sum = sums.entry((earning.person, earning.period)).or_insert_with(Exact::zero);
        *sum = sum.plus(&Exact::parse(&earning.amount).unwrap());
    }
    sums
}

#[test]
fn the_plans_for_published_data_keep_their_worked_examples() {
    let place = Place::empty();
    for plan in ["maven_crm", "pubs", "tax_brackets"] {
        let ended = place.attain(&format!("test {}", crate_folder().join("plans").join(plan).display()));
        assert_eq!(ended.status, 0, "{}{}", ended.out, ended.err);
    }
}

#[test]
fn maven_crm_pays_what_was_calculated_independently() {
    let Some(data) = data_of("maven_crm") else { return };
    let place = Place::empty();
    let run = run(&place, "maven_crm", &data);
    let totals = &run.manifest.plans["maven_crm"].totals;
    assert_eq!(totals.earn["commission"]["USD"], "667121.32");
    assert_eq!(totals.earn["growth_share"]["USD"], "40946.40");
    assert_eq!(totals.pay["payout"]["USD"], "708067.72");
    let outcomes: Vec<(String, u64, String)> =
        run.reconciliation().unwrap().into_iter().map(|row| (row.outcome, row.rows, row.amount)).collect();
    // What was lost is worth nothing, and what is open has no value yet.
    let row = |outcome: &str, rows, amount: &str| (outcome.to_owned(), rows, amount.to_owned());
    assert_eq!(outcomes, [row("credited", 4_238, "10005534.00"), row("not credited", 4_562, "0.00")]);
    let Some(expected) = calculated("maven_crm.py", &[&data]) else { return };
    let (found, commission) = (payouts(&run), earned(&run, "commission"));
    for cells in &expected {
        let [agent, quarter, own, _, paid] = &cells[..] else { panic!("five cells: {cells:?}") };
        let key = (agent.clone(), quarter.clone());
        assert_eq!(found[&key], *paid, "{key:?}");
        let earned = commission.get(&key).cloned().unwrap_or_else(Exact::zero);
        assert_eq!(earned, Exact::parse(own).unwrap(), "{key:?}");
    }
    assert_eq!((expected.len(), found.len()), (140, 140));
}

#[test]
fn both_interpreters_agree_on_maven_crm() {
    if let Some(data) = data_of("maven_crm") {
        both_interpreters_agree("maven_crm", &data);
    }
}

#[test]
fn a_product_that_is_not_on_the_price_list_is_reported_as_it_is() {
    let Some(data) = data_of("maven_crm") else { return };
    let place = Place::empty();
    changed(&place, "maven_crm", &[("records.plan", "  product     text", "  product     Product")]);
    let ended = place.attain(&format!("run plans --data {} --out run", data.display()));
    assert_eq!(ended.status, 1);
    assert!(ended.err.contains("E0507: no `Product` has the key `GTXPro`"), "{}", ended.err);
    assert!(ended.err.contains("did you mean `GTX Pro`?"), "{}", ended.err);
    // 20 are shown, of 1,480.
    assert!(ended.err.contains("1460 more E0507 in the column `product` of `sales_pipeline.csv`"), "{}", ended.err);
    assert!(!place.path("run").exists(), "nothing is written");
}

#[test]
fn pubs_pays_what_was_calculated_independently() {
    let Some(data) = data_of("pubs") else { return };
    let place = Place::empty();
    let run = run(&place, "pubs", &data);
    let totals = &run.manifest.plans["pubs"].totals;
    assert_eq!(totals.earn["opening"]["USD"], "57144.73");
    assert_eq!(totals.earn["closing"]["USD"], "524.60");
    assert_eq!(totals.pay["payout"]["USD"], "57669.33");
    both_interpreters_agree("pubs", &data);
    let Some(expected) = calculated("pubs.py", &[&data]) else { return };
    let found = payouts(&run);
    for cells in &expected {
        let [author, year, paid] = &cells[..] else { panic!("three cells: {cells:?}") };
        assert_eq!(found[&(author.clone(), year.clone())], *paid, "{cells:?}");
    }
    assert_eq!((expected.len(), found.len()), (69, 69));
}

#[test]
fn a_gap_in_a_royalty_schedule_is_reported_where_the_bands_say_their_ends() {
    let Some(data) = data_of("pubs") else { return };
    let place = Place::empty();
    let band = "marginal {\n  key title\n  above lowest - 1";
    changed(&place, "pubs", &[("pubs.plan", band, &format!("{band}  to highest"))]);
    let ended = place.attain(&format!("run plans --data {} --out run", data.display()));
    assert_eq!(ended.status, 1);
    let told = "E0519: a band of `royalty` ends at 10000, the next begins at 12000 (row 54)";
    assert!(ended.err.contains(told), "{}", ended.err);
    assert_eq!(ended.err.matches("E0519:").count(), 1, "{}", ended.err);
    for place in ["roysched.csv", "53", "`BU1111, 10000`"] {
        assert!(ended.err.contains(place), "{place}: {}", ended.err);
    }
}

#[test]
fn tax_brackets_come_to_what_was_calculated_independently() {
    let Some(data) = data_of("tax_brackets") else { return };
    let place = Place::empty();
    let own = crate_folder().join("plans/tax_brackets/data");
    let files = [(&data, "us_federal_income_brackets.csv"), (&own, "filers.csv"), (&own, "returns.csv")];
    for (folder, name) in files {
        place.write(&format!("data/{name}"), std::fs::read(folder.join(name)).unwrap());
    }
    let run = run(&place, "tax_brackets", &place.path("data"));
    let found = payouts(&run);
    both_interpreters_agree("tax_brackets", &place.path("data"));
    // 1,192.50 + 4,386.00 + 11,335.50
    assert_eq!(found[&("ana".to_owned(), "FY2025".to_owned())], "16914.00");
    let Some(expected) = calculated("tax_brackets.py", &[&data, &own.join("returns.csv")]) else { return };
    let brackets = run.results("tax_brackets", "Bracket").unwrap();
    let (mut feet, mut returns) = (0, 0);
    for cells in &expected {
        match &cells[..] {
            [year, status, bracket, due] => {
                feet += 1;
                let key = [year.clone(), status.clone(), bracket.clone()];
                assert_eq!(brackets.get("due_below", &key).unwrap().as_ref(), Some(due), "{key:?}");
            }
            [filer, year, due] => {
                returns += 1;
                assert_eq!(found[&(filer.clone(), year.clone())], *due, "{cells:?}");
            }
            _ => panic!("three cells or four: {cells:?}"),
        }
    }
    assert_eq!((feet, returns), (490, 9));
}
