//! Windows, earlier periods and balances, on small worlds of one record of sales.

use proptest::prelude::*;
use proptest::sample::select;

use super::plan::{Data, File, Plan, decimal};

/// First and last days of months, quarters, halves and years, within the plan and around it.
const DATES: [&str; 20] = [
    "2024-06-30",
    "2024-07-01",
    "2025-03-31",
    "2025-06-30",
    "2025-07-01",
    "2025-07-31",
    "2025-08-01",
    "2025-09-30",
    "2025-10-01",
    "2025-12-31",
    "2026-01-01",
    "2026-02-28",
    "2026-03-01",
    "2026-03-31",
    "2026-04-01",
    "2026-05-31",
    "2026-06-15",
    "2026-06-30",
    "2026-07-01",
    "",
];

/// The data of a few sellers.
pub fn world() -> BoxedStrategy<Data> {
    let sale = (0..4_usize, select(&DATES[..]), -5_000..20_000_i64, any::<bool>());
    let targets = prop::collection::vec(prop::option::weighted(0.6, 1..30_000_i64), 4 * MONTHS.len());
    let bosses = prop::collection::vec(prop::option::of(0..4_usize), 4);
    let openings = prop::collection::vec(prop::option::of(0..9_000_i64), 4);
    (prop::collection::vec(sale, 0..40), targets, bosses, openings)
        .prop_map(|(sales, targets, bosses, openings)| {
            let files = vec![sellers(&bosses), sales_file(&sales), targets_file(&targets), openings_file(&openings)];
            Data { plan: Plan::Time, files, seed: 0 }
        })
        .boxed()
}

const MONTHS: [&str; 6] = ["2024-08", "2025-07", "2025-08", "2025-12", "2026-01", "2026-06"];

/// Each may report to one before.
fn sellers(bosses: &[Option<usize>]) -> File {
    let boss = |own: usize| bosses[own].filter(|boss| *boss < own).map_or(String::new(), |boss| format!("s{boss}"));
    let joined = ["2025-12-31", "2024-02-29", "", "2025-08-30"];
    let rows =
        (0..4).map(|own| format!("s{own},{},{},{}", boss(own), joined[own], if own == 3 { "no" } else { "yes" }));
    File { path: "sellers.csv", header: "id,boss,joined,inside", rows: rows.collect() }
}

fn sales_file(sales: &[(usize, &str, i64, bool)]) -> File {
    let row = |(number, (seller, sold, amount, new)): (usize, &(usize, &str, i64, bool))| {
        let kind = if *new { "new" } else { "old" };
        format!("d{number},s{seller},{sold},{},{kind}", decimal(*amount, 2))
    };
    let rows = sales.iter().enumerate().map(row).collect();
    File { path: "sales.csv", header: "id,seller,sold,amount,kind", rows }
}

fn targets_file(targets: &[Option<i64>]) -> File {
    let keys = (0..4).flat_map(|seller| MONTHS.iter().map(move |month| (seller, month)));
    let row = |((seller, month), goal): ((i32, &&str), &Option<i64>)| {
        goal.map(|goal| format!("s{seller},{month},{}", decimal(goal, 2)))
    };
    let rows = keys.zip(targets).filter_map(row).collect();
    File { path: "targets.csv", header: "seller,month,goal", rows }
}

fn openings_file(openings: &[Option<i64>]) -> File {
    let row = |(seller, owed): (usize, &Option<i64>)| owed.map(|owed| format!("s{seller},{}", decimal(owed, 2)));
    File { path: "openings.csv", header: "seller,owed", rows: openings.iter().enumerate().filter_map(row).collect() }
}
