//! Small worlds for `plans/saas_ae`.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::plan::{Data, File, Plan, decimal};

/// Not in the order of the hierarchy, and some not plain.
const PEOPLE: [&str; 8] = ["p7", "b", "p10", "A", "é1", "a a", "p1", "Z-9"];
const QUARTERS: [&str; 6] = ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2025-Q4", "2027-Q1"];
/// First and last days of months, quarters and the plan, and days outside of it.
const DATES: [&str; 14] = [
    "2026-01-01",
    "2026-01-31",
    "2026-02-01",
    "2026-02-28",
    "2026-03-31",
    "2026-04-01",
    "2026-05-17",
    "2026-06-30",
    "2026-07-01",
    "2026-10-31",
    "2026-12-30",
    "2026-12-31",
    "2025-12-31",
    "2027-01-01",
];
const MONTHS: [&str; 14] = [
    "2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09",
    "2026-10", "2026-11", "2026-12", "2027-01",
];
/// With the places of their smallest units.
const CURRENCIES: [(&str, u32); 4] = [("USD", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3)];
/// An amount in a row's currency keeps so many.
const AMOUNT_PLACES: u32 = 4;
/// 18 digits.
const LARGEST: i64 = 999_999_999_999_999_999;

#[derive(Clone, Debug)]
struct Person {
    role: &'static str,
    manager: Option<Index>,
    target: i64,
    hired: &'static str,
    left: &'static str,
}

#[derive(Clone, Debug)]
struct Deal {
    closed: Option<Index>,
    owner: Index,
    split_with: Option<Index>,
    /// In millionths of the deal.
    share: Option<i64>,
    amount: i64,
    currency: usize,
    kind: &'static str,
}

/// How far the data goes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mood {
    /// As a company might have it.
    Plain,
    /// Money back, tiny and enormous amounts.
    Wild,
    /// The same, and rates are missing.
    Broken,
}

/// The data of a small company.
pub fn world() -> BoxedStrategy<Data> {
    let mood = prop_oneof![5 => Just(Mood::Plain), 3 => Just(Mood::Wild), 1 => Just(Mood::Broken)];
    mood.prop_flat_map(company).boxed()
}

fn company(mood: Mood) -> impl Strategy<Value = Data> {
    let plan = prop_oneof![2 => Just(Plan::SaasUnbounded), 1 => Just(Plan::Saas)];
    let people = prop::collection::vec(person(mood), 2..=8);
    let quotas = prop::collection::vec(prop::option::weighted(0.7, quota(mood)), PEOPLE.len() * QUARTERS.len());
    let dates = prop::collection::vec(select(&DATES[..]), 1..=5);
    let deals = prop::collection::vec(deal(mood), 0..=30);
    let missing = prop::option::of(0..MONTHS.len());
    (plan, people, quotas, dates, deals, rates(), missing).prop_map(
        move |(plan, people, quotas, dates, deals, rates, missing)| {
            let missing = missing.filter(|_| mood == Mood::Broken);
            let files = vec![
                people_file(&people),
                quotas_file(&people, &quotas),
                deals_file(&people, &dates, &deals),
                rates_file(&rates, missing),
            ];
            Data { plan, files, seed: 0 }
        },
    )
}

fn person(mood: Mood) -> impl Strategy<Value = Person> {
    let role = prop_oneof![6 => Just("AE"), 3 => Just("Manager"), 1 => Just("VP"), 1 => Just("SE")];
    let hired = prop_oneof![
        5 => Just("2019-04-01"),
        3 => select(vec!["2026-01-01", "2026-02-15", "2026-03-31", "2026-04-01", "2026-08-10", "2026-12-31"]),
        1 => Just("2027-01-01"),
    ];
    let left = prop_oneof![
        5 => Just(""),
        3 => select(vec!["2026-03-30", "2026-03-31", "2026-05-08", "2026-12-30", "2026-12-31", "2026-01-01"]),
        1 => select(vec!["2025-06-30", "2027-03-01"]),
    ];
    (role, prop::option::weighted(0.8, any::<Index>()), target(mood), hired, left).prop_map(
        // Nobody leaves before the first day.
        |(role, manager, target, hired, left)| Person {
            role,
            manager,
            target,
            hired,
            left: if left < hired { "" } else { left },
        },
    )
}

fn target(mood: Mood) -> BoxedStrategy<i64> {
    let plain = prop_oneof![
        3 => select(vec![8_000_000, 9_600_000, 12_345_678]),
        2 => 2_400_000..20_000_000_i64,
    ];
    match mood {
        Mood::Plain => plain.boxed(),
        _ => prop_oneof![6 => plain, 2 => select(vec![0, 1, 33_333]), 1 => select(vec![-100, LARGEST])].boxed(),
    }
}

fn quota(mood: Mood) -> BoxedStrategy<i64> {
    let plain = prop_oneof![
        3 => select(vec![10_000_000, 20_000_000, 12_000_000]),
        3 => 1..40_000_000_i64,
        1 => Just(0),
        1 => select(vec![1, 7, 100]),
    ];
    match mood {
        Mood::Plain => plain.boxed(),
        _ => prop_oneof![6 => plain, 2 => select(vec![LARGEST, LARGEST - 1, -1, -10_000_000])].boxed(),
    }
}

fn deal(mood: Mood) -> impl Strategy<Value = Deal> {
    let share = prop_oneof![
        2 => select(vec![0, 1_000_000, 500_000]),
        3 => 0..=1_000_000_i64,
        1 => select(vec![1, 333_333, 999_999]),
    ];
    (
        prop::option::weighted(0.9, any::<Index>()),
        any::<Index>(),
        prop::option::of(any::<Index>()),
        prop::option::weighted(0.7, share),
        amount(mood),
        prop_oneof![6 => Just(0), 4 => 1..CURRENCIES.len()],
        select(vec!["new", "renewal", "expansion"]),
    )
        .prop_map(|(closed, owner, split_with, share, amount, currency, kind)| Deal {
            closed,
            owner,
            split_with,
            share,
            amount,
            currency,
            kind,
        })
}

fn amount(mood: Mood) -> BoxedStrategy<i64> {
    let plain = prop_oneof![
        5 => 0..10_000_000_i64,
        3 => select(vec![10_000_000, 5_000_000, 2_500_000, 20_000_000]),
        1 => select(vec![0, 1, 2]),
    ];
    match mood {
        Mood::Plain => plain.boxed(),
        _ => prop_oneof![
            8 => plain,
            3 => -5_000_000..0_i64,
            1 => select(vec![1_000_000_000_000_000, LARGEST / 40, LARGEST, -LARGEST]),
        ]
        .boxed(),
    }
}

/// By month and currency, in millionths.
fn rates() -> impl Strategy<Value = BTreeMap<(usize, usize), i64>> {
    let rate = prop_oneof![4 => 500_000..2_000_000_i64, 1 => select(vec![1_000_000, 1, 6_543, 3_250_000])];
    let currencies = CURRENCIES.len() - 1;
    prop::collection::vec(rate, MONTHS.len() * currencies).prop_map(move |rates| {
        let places = (0..MONTHS.len()).flat_map(|month| (0..currencies).map(move |currency| (month, currency + 1)));
        places.zip(rates).collect()
    })
}

fn people_file(people: &[Person]) -> File {
    let rows = people.iter().enumerate().map(|(number, person)| {
        // A manager stands before those who report to them: no circle.
        let manager = person.manager.filter(|_| number > 0).map_or("", |index| PEOPLE[index.index(number)]);
        let Person { role, hired, left, .. } = person;
        format!("{},{role},{manager},{},{hired},{left}", PEOPLE[number], decimal(person.target, 2))
    });
    File { path: "people.csv", header: "id,role,manager,annual_target,hired,left", rows: rows.collect() }
}

/// One for each person and quarter, or none.
fn quotas_file(people: &[Person], quotas: &[Option<i64>]) -> File {
    let places =
        PEOPLE.iter().take(people.len()).flat_map(|person| QUARTERS.iter().map(move |quarter| (person, quarter)));
    let rows = places.zip(quotas).filter_map(|((person, quarter), amount)| {
        let amount = decimal((*amount)?, 2);
        Some(format!("{person},{quarter},{amount}"))
    });
    File { path: "quotas.csv", header: "person,quarter,amount", rows: rows.collect() }
}

fn deals_file(people: &[Person], dates: &[&str], deals: &[Deal]) -> File {
    let person = |index: &Index| PEOPLE[index.index(people.len())];
    let rows = deals.iter().enumerate().map(|(number, deal)| {
        let (currency, places) = CURRENCIES[deal.currency];
        // Keys in another order than the rows.
        let key = (number * 7) % 31;
        let closed = deal.closed.map_or("", |index| dates[index.index(dates.len())]);
        let share = deal.share.map_or(String::new(), |share| decimal(share, 4) + "%");
        let most = LARGEST / 10_i64.pow(AMOUNT_PLACES - places);
        let amount = deal.amount.clamp(-most, most);
        let (owner, kind) = (person(&deal.owner), deal.kind);
        let split_with = deal.split_with.as_ref().map_or("", person);
        format!("d{key},{closed},{owner},{split_with},{share},{},{currency},{kind}", decimal(amount, places))
    });
    let header = "Deal ID,Closed,Owner,Split With,Split Share,Close Value,Currency,Kind";
    File { path: "deals.csv", header, rows: rows.collect() }
}

fn rates_file(rates: &BTreeMap<(usize, usize), i64>, missing: Option<usize>) -> File {
    let there = rates.iter().filter(|((month, _), _)| Some(*month) != missing);
    let rows = there.map(|((month, currency), rate)| {
        format!("{},{},{}", MONTHS[*month], CURRENCIES[*currency].0, decimal(*rate, 6))
    });
    File { path: "fx.csv", header: "month,currency,rate", rows: rows.collect() }
}
