//! Small worlds in several currencies: deals, people who are paid in one that changes with the day, and rates that are
//! not all there.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;

use super::plan::{Data, File, Plan, decimal};

/// Currencies with their decimals; the first is the plan's.
const CURRENCIES: [(&str, u32); 4] = [("EUR", 2), ("JPY", 0), ("KWD", 3), ("USD", 2)];
const PEOPLE: [&str; 3] = ["p2", "p10", "a"];
const DAYS: [&str; 7] =
    ["2026-01-09", "2026-01-10", "2026-01-31", "2026-02-14", "2026-03-01", "2026-04-20", "2026-04-30"];
const MONTHS: [&str; 4] = ["2026-01", "2026-02", "2026-03", "2026-04"];

/// The data of a company with sellers in several countries.
pub fn world() -> BoxedStrategy<Data> {
    let person = (currency(), currency(), currency(), amount(), prop::option::weighted(0.4, 1..DAYS.len()));
    let deal = (0..PEOPLE.len(), prop::option::weighted(0.9, select(&DAYS[..])), amount(), currency());
    // Most rates are there: what lacks one is a fault, and ends the run.
    let rates = prop::collection::vec(prop::option::weighted(0.97, 1_i64..5_000_000), MONTHS.len() * CURRENCIES.len());
    (prop::collection::vec(person, PEOPLE.len()), prop::collection::vec(deal, 0..6), rates)
        .prop_map(|(people, deals, rates)| Data {
            plan: Plan::Currency,
            files: vec![people_file(&people), posts_file(&people), deals_file(&deals), rates_file(&rates)],
            seed: 0,
        })
        .boxed()
}

fn currency() -> impl Strategy<Value = usize> {
    0..CURRENCIES.len()
}

/// In the smallest unit of its currency.
fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![2 => Just(0), 5 => 1_i64..10_000_000, 1 => -10_000_i64..0]
}

fn money(amount: i64, currency: usize) -> String {
    decimal(amount, CURRENCIES[currency].1)
}

/// Where at home, paid in what first and then, how much, and from which day on `then` holds.
type Person = (usize, usize, usize, i64, Option<usize>);

fn people_file(people: &[Person]) -> File {
    let rows = PEOPLE.iter().zip(people).map(|(id, (home, ..))| format!("{id},{}", CURRENCIES[*home].0));
    File { path: "people.csv", header: "id,home", rows: rows.collect() }
}

fn posts_file(people: &[Person]) -> File {
    let mut rows = Vec::new();
    for (id, (_, first, then, salary, change)) in PEOPLE.iter().zip(people) {
        let mut row = |paid: usize, from: &str, to: &str| {
            let code = CURRENCIES[paid].0;
            rows.push(format!("{id},{code},{},{from},{to}", money(*salary, paid)));
        };
        match change {
            Some(change) => {
                row(*first, "", DAYS[change - 1]);
                row(*then, DAYS[*change], "");
            }
            None => row(*first, "", ""),
        }
    }
    File { path: "posts.csv", header: "person,pay_currency,salary,valid_from,valid_to", rows }
}

type Deal = (usize, Option<&'static str>, i64, usize);

fn deals_file(deals: &[Deal]) -> File {
    let deal = |(number, (seller, closed, amount, currency)): (usize, &Deal)| {
        let (seller, closed) = (PEOPLE[*seller], closed.unwrap_or(""));
        format!("d{number},{seller},{closed},{},{}", money(*amount, *currency), CURRENCIES[*currency].0)
    };
    let rows = deals.iter().enumerate().map(deal).collect();
    File { path: "deals.csv", header: "id,seller,closed,amount,currency", rows }
}

fn rates_file(rates: &[Option<i64>]) -> File {
    let mut table = BTreeMap::new();
    let cells = MONTHS.iter().flat_map(|month| CURRENCIES.iter().skip(1).map(move |(code, _)| (*month, *code)));
    for (key, rate) in cells.zip(rates) {
        table.extend(rate.map(|rate| (key, rate)));
    }
    let rows = table.into_iter().map(|((month, code), rate)| format!("{month},{code},{}", decimal(rate, 6)));
    File { path: "fx.csv", header: "month,currency,rate", rows: rows.collect() }
}
