//! Small worlds for `plans/adventureworks`.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::plan::{Data, File, Plan, decimal};

/// Not in the order of the hierarchy.
const EMPLOYEES: [u32; 6] = [277, 3, 100, 290, 1, 34];
/// First days of windows: the last runs to 2013-05-29, and one may begin before the plan.
const STARTS: [&str; 8] =
    ["2011-05-01", "2011-05-31", "2011-08-31", "2011-12-01", "2012-02-29", "2012-05-30", "2013-02-28", "2013-05-29"];
/// Their first days, the days before, the ends of the plan, and days outside of it.
const DATES: [&str; 18] = [
    "2011-05-01",
    "2011-05-30",
    "2011-05-31",
    "2011-06-15",
    "2011-08-30",
    "2011-08-31",
    "2011-11-30",
    "2011-12-01",
    "2012-02-28",
    "2012-02-29",
    "2012-05-29",
    "2012-05-30",
    "2012-12-24",
    "2013-02-27",
    "2013-02-28",
    "2013-05-28",
    "2013-05-29",
    "2013-05-30",
];
/// 18 digits.
const LARGEST: i64 = 999_999_999_999_999_999;

#[derive(Clone, Debug)]
struct Employee {
    manager: Option<Index>,
    /// Bonus and commission, for those who sell.
    sells: Option<(i64, i64)>,
}

#[derive(Clone, Debug)]
struct Order {
    date: Index,
    seller: Option<Index>,
    amount: i64,
}

/// The data of a small company.
pub fn world() -> BoxedStrategy<Data> {
    prop_oneof![3 => Just(false), 2 => Just(true)].prop_flat_map(company).boxed()
}

/// Wild data has money back and enormous amounts, quotas of nothing and less.
fn company(wild: bool) -> impl Strategy<Value = Data> {
    let employees = prop::collection::vec(employee(wild), 2..=6);
    let starts = prop::collection::btree_set(0..STARTS.len(), 1..=5);
    let quotas = prop::collection::vec((any::<Index>(), any::<Index>(), quota(wild)), 1..=24);
    let dates = prop::collection::vec(select(&DATES[..]), 1..=8);
    let orders = prop::collection::vec(order(wild), 0..=40);
    (employees, starts, quotas, dates, orders).prop_map(|(mut employees, starts, quotas, dates, orders)| {
        // A quota needs someone who sells.
        if employees.iter().all(|employee| employee.sells.is_none()) {
            employees[0].sells = Some((500_000, 12_000));
        }
        let sellers: Vec<usize> = (0..employees.len()).filter(|number| employees[*number].sells.is_some()).collect();
        let files = vec![
            employees_file(&employees),
            sellers_file(&employees),
            quotas_file(&sellers, &starts, &quotas),
            orders_file(&sellers, &dates, &orders),
        ];
        Data { plan: Plan::AdventureWorks, files, seed: 0 }
    })
}

fn employee(wild: bool) -> impl Strategy<Value = Employee> {
    let bonus = select(vec![0, 500_000, 670_000, 1, 333_333]);
    // In millionths.
    let rate = prop_oneof![2 => Just(0), 3 => select(vec![12_000, 15_000, 18_000, 1, 333_333]), 1 => 0..100_000_i64];
    let rate = if wild { prop_oneof![8 => rate, 1 => Just(-10_000)].boxed() } else { rate.boxed() };
    let sells = prop::option::weighted(0.75, (bonus, rate));
    (prop::option::weighted(0.8, any::<Index>()), sells).prop_map(|(manager, sells)| Employee { manager, sells })
}

fn quota(wild: bool) -> BoxedStrategy<i64> {
    let plain = prop_oneof![
        3 => select(vec![2_800_000, 700_000, 20_000_000]),
        3 => 1..40_000_000_i64,
        1 => select(vec![1, 7]),
    ];
    if !wild {
        return plain.boxed();
    }
    prop_oneof![8 => plain, 1 => select(vec![0, -1, -700_000, LARGEST])].boxed()
}

fn order(wild: bool) -> impl Strategy<Value = Order> {
    let plain = prop_oneof![
        5 => 0..4_000_000_000_i64,
        2 => select(vec![70_000_000, 7_000_000_000, 4_900_000_000, 28_000_000_000]),
        1 => select(vec![0, 1, 49, 50, 51]),
    ];
    let amount = match wild {
        false => plain.boxed(),
        true => prop_oneof![
            60 => plain,
            30 => -4_000_000_000..0_i64,
            1 => select(vec![LARGEST, -LARGEST, LARGEST / 20]),
        ]
        .boxed(),
    };
    let seller = prop::option::weighted(0.8, any::<Index>());
    (any::<Index>(), seller, amount).prop_map(|(date, seller, amount)| Order { date, seller, amount })
}

fn employees_file(employees: &[Employee]) -> File {
    let rows = employees.iter().enumerate().map(|(number, employee)| {
        // A manager stands before those who report to them: no circle.
        let manager = employee.manager.filter(|_| number > 0).map(|index| EMPLOYEES[index.index(number)].to_string());
        format!("{},{}", EMPLOYEES[number], manager.unwrap_or_default())
    });
    File { path: "Employee.csv", header: "BusinessEntityID,ManagerID", rows: rows.collect() }
}

fn sellers_file(employees: &[Employee]) -> File {
    let rows = employees.iter().enumerate().filter_map(|(number, employee)| {
        let (bonus, rate) = employee.sells?;
        Some(format!("{},{},{}", EMPLOYEES[number], decimal(bonus, 2), decimal(rate, 6)))
    });
    File { path: "SalesPerson.csv", header: "BusinessEntityID,Bonus,CommissionPct", rows: rows.collect() }
}

fn quotas_file(sellers: &[usize], starts: &BTreeSet<usize>, quotas: &[(Index, Index, i64)]) -> File {
    let starts: Vec<usize> = starts.iter().copied().collect();
    let by_key = quotas.iter().map(|(seller, start, amount)| {
        ((sellers[seller.index(sellers.len())], starts[start.index(starts.len())]), *amount)
    });
    let by_key: BTreeMap<(usize, usize), i64> = by_key.collect();
    let row = |((seller, start), amount): (&(usize, usize), &i64)| {
        format!("{},{},{}", EMPLOYEES[*seller], STARTS[*start], decimal(*amount, 2))
    };
    let header = "BusinessEntityID,QuotaDate,SalesQuota";
    File { path: "SalesPersonQuotaHistory.csv", header, rows: by_key.iter().map(row).collect() }
}

fn orders_file(sellers: &[usize], dates: &[&str], orders: &[Order]) -> File {
    let rows = orders.iter().enumerate().map(|(number, order)| {
        // Keys in another order than the rows.
        let key = 43_659 + (number * 17) % 41;
        let seller = order.seller.map(|index| EMPLOYEES[sellers[index.index(sellers.len())]].to_string());
        let date = dates[order.date.index(dates.len())];
        format!("{key},{date},{},{}", seller.unwrap_or_default(), decimal(order.amount, 4))
    });
    let header = "SalesOrderID,OrderDate,SalesPersonID,SubTotal";
    File { path: "SalesOrderHeader.csv", header, rows: rows.collect() }
}
