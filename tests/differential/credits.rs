//! Small worlds for `credits.plan`.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::plan::{Data, File, Plan, decimal};

/// Not in the order of the hierarchy: who manages whom follows from the order here.
const PEOPLE: [&str; 6] = ["e5", "b", "e10", "A", "a a", "Z-9"];
const DATES: [&str; 6] = ["2026-01-01", "2026-03-31", "2026-04-01", "2026-12-31", "2025-12-31", "2027-01-01"];
const LINES: [&str; 2] = ["Platform", "Services"];

#[derive(Clone, Debug)]
struct Deal {
    owner: Index,
    helper: Option<Index>,
    closed: Option<&'static str>,
    line: &'static str,
    /// In cents.
    amount: i64,
}

/// The data of a small company: of its people some sell, and some of these are not of the plan.
pub fn world() -> BoxedStrategy<Data> {
    let people = prop::collection::vec((prop::option::weighted(0.8, any::<Index>()), 0..4_u8), 1..=PEOPLE.len());
    let deals = prop::collection::vec(deal(), 0..=8);
    let splits = prop::collection::btree_map((0..8_usize, 0..PEOPLE.len()), 0..=1_000_000_i64, 0..=8);
    let quotas = prop::collection::btree_map((0..PEOPLE.len(), select(&LINES[..])), -5_000..30_000_i64, 0..=8);
    (people, deals, splits, quotas)
        .prop_map(|(people, deals, splits, quotas)| {
            // The first one sells, so that every deal has an owner.
            let sells = |person: &usize| *person == 0 || people[*person].1 > 0;
            let sellers: Vec<usize> = (0..people.len()).filter(sells).collect();
            let manager = |(person, (manager, _)): (usize, &(Option<Index>, u8))| {
                let above = manager.as_ref().filter(|_| person > 0).map(|index| PEOPLE[index.index(person)]);
                format!("{},{}", PEOPLE[person], above.unwrap_or(""))
            };
            let role = |person: &usize| if people[*person].1 == 3 { "SE" } else { "AE" };
            let seller = |index: &Index| PEOPLE[sellers[index.index(sellers.len())]];
            let deal_row = |(number, deal): (usize, &Deal)| {
                let helper = deal.helper.as_ref().map_or("", seller);
                let amount = decimal(deal.amount, 2);
                format!(
                    "d{number},{},{helper},{},{},{amount}",
                    seller(&deal.owner),
                    deal.closed.unwrap_or(""),
                    deal.line
                )
            };
            let split = |((deal, person), share): (&(usize, usize), &i64)| {
                let known = *deal < deals.len() && sellers.contains(person);
                known.then(|| format!("d{deal},{},{}%", PEOPLE[*person], decimal(*share, 4)))
            };
            let quota = |((person, line), amount): (&(usize, &str), &i64)| {
                sellers.contains(person).then(|| format!("{},{line},{}", PEOPLE[*person], decimal(*amount, 2)))
            };
            let files = vec![
                file("people.csv", "id,manager", people.iter().enumerate().map(manager).collect()),
                file(
                    "sellers.csv",
                    "Employee,role",
                    sellers.iter().map(|person| format!("{},{}", PEOPLE[*person], role(person))).collect(),
                ),
                file(
                    "deals.csv",
                    "id,owner,helper,closed,line,amount",
                    deals.iter().enumerate().map(deal_row).collect(),
                ),
                file("splits.csv", "deal,seller,share", splits.iter().filter_map(split).collect()),
                file("quotas.csv", "seller,line,amount", quotas.iter().filter_map(quota).collect()),
            ];
            Data { plan: Plan::Credits, files, seed: 0 }
        })
        .boxed()
}

fn deal() -> impl Strategy<Value = Deal> {
    (
        any::<Index>(),
        prop::option::of(any::<Index>()),
        prop::option::weighted(0.9, select(&DATES[..])),
        select(&LINES[..]),
        -2_000..40_000_i64,
    )
        .prop_map(|(owner, helper, closed, line, amount)| Deal { owner, helper, closed, line, amount })
}

fn file(path: &'static str, header: &'static str, rows: Vec<String>) -> File {
    File { path, header, rows }
}
