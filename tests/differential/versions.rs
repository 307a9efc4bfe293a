//! Small worlds whose people, quotas and regions change with the day.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::plan::{Data, File, Plan, decimal};

/// The ends of the plan (10 January to 20 September), of months and quarters, and days beside them.
const DAYS: [&str; 16] = [
    "2025-12-31",
    "2026-01-01",
    "2026-01-09",
    "2026-01-10",
    "2026-01-31",
    "2026-02-01",
    "2026-02-14",
    "2026-03-31",
    "2026-04-01",
    "2026-05-15",
    "2026-06-30",
    "2026-07-01",
    "2026-09-19",
    "2026-09-20",
    "2026-09-21",
    "2026-10-01",
];
const PEOPLE: [&str; 4] = ["p2", "p10", "a", "z"];
const REGIONS: [&str; 2] = ["west", "east"];
const QUARTERS: [&str; 3] = ["2026-Q1", "2026-Q2", "2026-Q3"];

/// Days in order, each later than the one before.
type Days = Vec<usize>;

/// The data of a small company.
pub fn world() -> BoxedStrategy<Data> {
    let people = prop::collection::vec((days(), person()), PEOPLE.len());
    let regions = prop::collection::vec((days(), prop::collection::vec(0_i64..120, 4)), REGIONS.len());
    let quotas = prop::collection::vec((0..PEOPLE.len(), 0..QUARTERS.len(), days(), amounts()), 0..5);
    let deals = prop::collection::vec((0..PEOPLE.len(), day(), day(), amount()), 0..8);
    (people, regions, quotas, deals)
        .prop_map(|(people, regions, quotas, deals)| {
            let mut seen = std::collections::BTreeSet::new();
            let quotas: Vec<_> =
                quotas.into_iter().filter(|(person, quarter, ..)| seen.insert((*person, *quarter))).collect();
            Data {
                plan: Plan::Versions,
                files: vec![people_file(&people), regions_file(&regions), quotas_file(&quotas), deals_file(&deals)],
                seed: 0,
            }
        })
        .boxed()
}

fn days() -> impl Strategy<Value = Days> {
    prop::collection::btree_set(0..DAYS.len(), 1..6).prop_map(|days| days.into_iter().collect())
}

fn day() -> impl Strategy<Value = Option<usize>> {
    prop::option::weighted(0.9, 0..DAYS.len())
}

fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0), 1_i64..10_000_000, -10_000_i64..0]
}

fn amounts() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(amount(), 4)
}

#[derive(Clone, Debug)]
struct Version {
    role: &'static str,
    /// Now and then anyone, mostly someone further up.
    manager: Option<(bool, Index)>,
    region: Option<Index>,
    target: i64,
    bonus: Option<i64>,
    hired: Option<usize>,
    left: Option<usize>,
    /// Whether the version is left out, which makes a gap.
    gap: bool,
}

fn person() -> impl Strategy<Value = Vec<Version>> {
    let version = (
        select(vec!["AE", "AE", "SE", "Manager"]),
        prop::option::weighted(0.7, (prop::bool::weighted(0.03), any::<Index>())),
        prop::option::weighted(0.7, any::<Index>()),
        amount(),
        prop::option::of(amount()),
        prop::option::weighted(0.3, 0..DAYS.len()),
        prop::option::weighted(0.3, 0..DAYS.len()),
        prop::bool::weighted(0.15),
    );
    let version = version.prop_map(|(role, manager, region, target, bonus, hired, left, gap)| {
        let left = left.filter(|left| hired.is_none_or(|hired| hired <= *left));
        Version { role, manager, region, target, bonus, hired, left, gap }
    });
    prop::collection::vec(version, 6)
}

/// The stretches between days: from one day to the day before the next, or until the next; the last is open
/// when there is an odd number of them.
fn stretches(days: &Days) -> Vec<(usize, Option<usize>)> {
    let last = if days.len() % 2 == 1 { days.last().map(|day| (*day, None)) } else { None };
    days.windows(2).map(|pair| (pair[0], Some(pair[1]))).chain(last).collect()
}

fn cell(day: Option<usize>) -> &'static str {
    day.map_or("", |day| DAYS[day])
}

/// The day before one of the days.
fn before(day: Option<usize>) -> String {
    let Some(day) = day else { return String::new() };
    let date = attain::calendar::parse_date(DAYS[day]).unwrap();
    attain::calendar::print_date(date.pred_opt().unwrap())
}

fn people_file(people: &[(Days, Vec<Version>)]) -> File {
    let mut rows = Vec::new();
    for (number, (days, versions)) in people.iter().enumerate() {
        let mut some = false;
        for ((from, to), version) in stretches(days).into_iter().zip(versions) {
            // A key that others refer to is there at least once.
            if version.gap && some {
                continue;
            }
            some = true;
            let manager = version.manager.map_or("", |(anyone, index)| match (anyone, number) {
                (true, _) => PEOPLE[index.index(PEOPLE.len())],
                (false, 0) => "",
                (false, _) => PEOPLE[index.index(number)],
            });
            let region = version.region.map_or("", |index| REGIONS[index.index(REGIONS.len())]);
            let bonus = version.bonus.map_or(String::new(), |bonus| decimal(bonus, 2));
            rows.push(format!(
                "{},{},{manager},{region},{},{bonus},{},{},{},{}",
                PEOPLE[number],
                version.role,
                decimal(version.target, 2),
                cell(version.hired),
                cell(version.left),
                cell(Some(from)),
                before(to),
            ));
        }
        if !some {
            rows.push(format!("{},SE,,,0,,,,,", PEOPLE[number]));
        }
    }
    File { path: "people.csv", header: "id,role,manager,region,target,bonus,hired,left,valid_from,valid_to", rows }
}

fn regions_file(regions: &[(Days, Vec<i64>)]) -> File {
    let mut rows = Vec::new();
    for (number, (days, factors)) in regions.iter().enumerate() {
        let all = stretches(days);
        for ((from, to), factor) in all.iter().zip(factors) {
            rows.push(format!("{},{factor}%,{},{}", REGIONS[number], DAYS[*from], cell(*to)));
        }
        if all.is_empty() {
            rows.push(format!("{},10%,{},", REGIONS[number], DAYS[0]));
        }
    }
    File { path: "regions.csv", header: "id,factor,since,ends", rows }
}

fn quotas_file(quotas: &[(usize, usize, Days, Vec<i64>)]) -> File {
    let mut rows = Vec::new();
    for (person, quarter, days, amounts) in quotas {
        for ((from, to), amount) in stretches(days).into_iter().zip(amounts) {
            rows.push(format!(
                "{},{},{},{},{}",
                PEOPLE[*person],
                QUARTERS[*quarter],
                decimal(*amount, 2),
                DAYS[from],
                before(to)
            ));
        }
    }
    File { path: "quotas.csv", header: "person,quarter,amount,since,ends", rows }
}

/// An owner, the days on which a deal is closed and paid, and its amount in cents.
type Deal = (usize, Option<usize>, Option<usize>, i64);

fn deals_file(deals: &[Deal]) -> File {
    let deal = |(number, (owner, closed, paid, amount)): (usize, &Deal)| {
        format!("d{number},{},{},{},{}", PEOPLE[*owner], cell(*closed), cell(*paid), decimal(*amount, 2))
    };
    File {
        path: "deals.csv",
        header: "id,owner,closed,paid,amount",
        rows: deals.iter().enumerate().map(deal).collect(),
    }
}
