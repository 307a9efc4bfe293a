//! Microsoft's AdventureWorks sample, against an independent calculation. Its data is large and lies
//! beside the project, not in it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use attain::store::Run;
use attain::value::Exact;

use crate::place::{Place, crate_folder};

/// A folder beside the project.
fn shared(below: &str) -> Option<PathBuf> {
    crate_folder().ancestors().map(|folder| folder.join("shared").join(below)).find(|path| path.exists())
}

#[test]
fn pays_what_was_calculated_independently() {
    let (Some(data), Some(expected)) = (shared("data/adventureworks"), shared("worked/adventureworks_expected.csv"))
    else {
        // Written past the test harness, which would keep it to itself.
        let _ = writeln!(std::io::stderr(), "skipped: the AdventureWorks data is not here");
        return;
    };
    let place = Place::empty();
    let plans = crate_folder().join("plans/adventureworks");
    let ended = place.attain(&format!("run {} --data {} --out run", plans.display(), data.display()));
    assert_eq!(ended.status, 0, "{}", ended.err);
    let (_, page) = ended.out.split_once('\n').unwrap();
    insta::assert_snapshot!("adventureworks_page", page);
    let run = Run::open(&place.path("run")).unwrap();
    compare(&run, &std::fs::read_to_string(expected).unwrap());
    reconciles(&run);
}

/// Each of the 95 rows: person, window and every value of it.
fn compare(run: &Run, expected: &str) {
    let results = run.results("adventureworks", "SalesPerson.window").unwrap();
    let mut commission: BTreeMap<(String, String), Exact> = BTreeMap::new();
    for earning in run.earnings().unwrap().into_iter().filter(|earning| earning.component == "commission") {
        let sum = commission.entry((earning.person, earning.period)).or_insert_with(Exact::zero);
        *sum = sum.plus(&Exact::parse(&earning.amount).unwrap());
    }
    let payouts = run.payouts().unwrap();
    let mut rows = 0;
    for line in expected.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [person, window, quota, sales, attainment, commissions, bonus, over, paid] = cells[..] else {
            panic!("nine cells: {line}");
        };
        let key = [person.to_owned(), window.to_owned()];
        let stored = |name: &str| Exact::parse(&results.get(name, &key).unwrap().unwrap()).unwrap();
        let is = |name: &str, found: Exact, text: &str| assert_eq!(found, number(text), "{name} in {line}");
        is("quota", stored("window_quota"), quota);
        is("sales", stored("sales"), sales);
        is("attainment", stored("attainment"), attainment);
        is("bonus", stored("bonus"), bonus);
        is("override", stored("override"), over);
        let earned = commission.get(&(person.to_owned(), window.to_owned())).cloned().unwrap_or_else(Exact::zero);
        is("commission", earned, commissions);
        let payout = payouts.iter().find(|payout| payout.person == person && payout.period == window).unwrap();
        assert_eq!((payout.amount.as_str(), payout.currency.as_str()), (paid, "USD"), "payout in {line}");
        rows += 1;
    }
    assert_eq!((rows, payouts.len()), (95, 95));
}

fn number(text: &str) -> Exact {
    Exact::parse(text).unwrap()
}

fn reconciles(run: &Run) {
    let rows: Vec<(String, u64, String, String)> = run
        .reconciliation()
        .unwrap()
        .into_iter()
        .map(|row| (row.outcome, row.rows, row.amount, row.amount_credited))
        .collect();
    let row = |outcome: &str, rows, amount: &str, credited: &str| {
        (outcome.to_owned(), rows, amount.to_owned(), credited.to_owned())
    };
    assert_eq!(
        rows,
        [
            row("credited", 1_994, "44210112.2798", "44210112.2798"),
            row("not credited", 5_428, "12834218.5407", "0.0000"),
        ]
    );
    let totals = &run.manifest.plans["adventureworks"].totals;
    let total = |totals: &BTreeMap<String, BTreeMap<String, String>>, name: &str| totals[name]["USD"].clone();
    assert_eq!(total(&totals.earn, "commission"), "494353.26");
    assert_eq!(total(&totals.earn, "bonus"), "27000.00");
    assert_eq!(total(&totals.earn, "override"), "108662.09");
    assert_eq!(total(&totals.pay, "payout"), "630015.35");
}
