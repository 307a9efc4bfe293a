//! What a run is said to come to is what the rows of its payouts and earnings add up to, one by one.

use std::collections::{BTreeMap, BTreeSet};

use attain::calendar::Date;
use attain::program::Program;
use attain::store::{self, Earning, Payout, PlanRun, RunOptions, Summary, Total};
use attain::table::Results;
use attain::value::Fixed;

use crate::agree::{self, Agreed};

/// The sum of some rows, how many they are, and who has one other than zero.
#[derive(Clone, Debug, PartialEq)]
struct Sum(Fixed, u64, BTreeSet<String>);

/// Sums by names and currencies.
type Sums = BTreeMap<Vec<String>, Sum>;

/// Totals, by names and currencies, with the number of people.
type Totals = BTreeMap<Vec<String>, (Fixed, u64, usize)>;

fn add(sums: &mut Sums, key: [&str; 3], person: &str, amount: &str) {
    let amount = Fixed::parse(amount).unwrap();
    let zero = Fixed { units: 0, places: amount.places };
    let sum = sums.entry(key.map(str::to_owned).to_vec()).or_insert(Sum(zero, 0, BTreeSet::new()));
    sum.0 = sum.0.plus(amount).unwrap();
    sum.1 += 1;
    if amount.units != 0 {
        sum.2.insert(person.to_owned());
    }
}

fn totals(sums: &Sums) -> Totals {
    sums.iter().map(|(key, Sum(amount, values, people))| (key.clone(), (*amount, *values, people.len()))).collect()
}

fn said<'t>(totals: impl Iterator<Item = (&'t str, &'t Total)>) -> Totals {
    let entry = |(period, total): (&str, &Total)| {
        let key = [period, &total.name, &total.currency].map(str::to_owned).to_vec();
        (key, (total.amount, total.values, total.people))
    };
    totals.map(entry).collect()
}

/// Writes the run folder of a plan, and compares what is said with the rows.
pub fn check(program: &Program, results: &Results) -> Agreed {
    let run = PlanRun { program, results };
    let home = tempfile::tempdir().unwrap();
    let summary = store::write(&[run], &RunOptions::default(), &home.path().join("run")).unwrap();
    let (payouts, earnings) = (store::payouts(&run).unwrap(), store::dated_earnings(&run).unwrap());
    paid(&summary, &payouts)?;
    earned(&summary, &earnings, program.model.plan.effective)?;
    people(&summary, &payouts, &earnings)
}

fn paid(summary: &Summary, payouts: &[Payout]) -> Agreed {
    let plan = &summary.plans[0];
    let (mut by_period, mut by_name) = (Sums::new(), Sums::new());
    // The rows stand in their order: the first of the largest stays.
    let mut largest: Option<(Fixed, &Payout)> = None;
    for row in payouts {
        add(&mut by_period, [&row.period, &row.name, &row.currency], &row.person, &row.amount);
        add(&mut by_name, ["", &row.name, &row.currency], &row.person, &row.amount);
        let amount = Fixed::parse(&row.amount).unwrap();
        if largest.is_none_or(|(most, _)| most.compare(amount).is_lt()) {
            largest = Some((amount, row));
        }
    }
    let people: BTreeSet<&String> = by_name.values().flat_map(|sum| &sum.2).collect();
    let periods = || plan.periods.iter().map(|row| (row.period.as_str(), &row.total));
    agree::equal(totals(&by_period), said(periods()), || "paid by period".to_owned())?;
    assert!(periods().map(|(period, total)| (period, &total.name, &total.currency)).is_sorted());
    agree::equal(totals(&by_name), said(plan.payouts.iter().map(|total| ("", total))), || "paid".to_owned())?;
    agree::equal(people.len(), plan.people_paid, || "people paid".to_owned())?;
    agree::equal(largest.map(|(_, row)| row), summary.largest.as_ref(), || "the largest payout".to_owned())
}

fn earned(summary: &Summary, earnings: &[(Earning, Option<Date>)], (first, last): (Date, Date)) -> Agreed {
    let plan = &summary.plans[0];
    let (mut all, mut outside) = (Sums::new(), Sums::new());
    for (row, date) in earnings {
        let key = ["", row.component.as_str(), row.currency.as_str()];
        add(&mut all, key, &row.person, &row.amount);
        if date.is_some_and(|date| date < first || last < date) {
            add(&mut outside, key, &row.person, &row.amount);
        }
    }
    agree::equal(totals(&all), said(plan.earnings.iter().map(|total| ("", total))), || "earned".to_owned())?;
    let said = said(plan.outside.iter().map(|total| ("", total)));
    agree::equal(totals(&outside), said, || "earned outside the plan's dates".to_owned())
}

fn people(summary: &Summary, payouts: &[Payout], earnings: &[(Earning, Option<Date>)]) -> Agreed {
    let (mut paid, mut earned) = (Sums::new(), Sums::new());
    payouts.iter().for_each(|row| add(&mut paid, [&row.person, &row.currency, ""], "", &row.amount));
    earnings.iter().for_each(|(row, _)| add(&mut earned, [&row.person, &row.currency, ""], "", &row.amount));
    let amount = |sums: &Sums, key: &Vec<String>| sums.get(key).map_or(Fixed { units: 0, places: 0 }, |sum| sum.0);
    let keys: BTreeSet<&Vec<String>> = paid.keys().chain(earned.keys()).collect();
    let rows = summary.people.iter().map(|row| vec![row.person.clone(), row.currency.clone(), String::new()]);
    agree::equal(keys.into_iter().cloned().collect::<Vec<_>>(), rows.collect(), || "the people".to_owned())?;
    for row in &summary.people {
        let key = vec![row.person.clone(), row.currency.clone(), String::new()];
        for (said, sums) in [(&row.paid, &paid), (&row.earned, &earned)] {
            let same = Fixed::parse(said).unwrap().compare(amount(sums, &key)).is_eq();
            agree::equal(true, same, || format!("what {row:?} says is {:?}", amount(sums, &key)))?;
        }
    }
    Ok(())
}
