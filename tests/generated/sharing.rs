//! What is shared out adds up, in parts that are never a unit away from what is due, whatever the order of
//! the rows in the file.

use std::collections::BTreeMap;

use attain::data::Memory;
use attain::program::Program;
use attain::value::Exact;
use attain::{compile, engine, keys, project};
use proptest::prelude::*;

const PLAN: &str = r#"
plan pools {
  effective 2026-01-01 to 2026-12-31
  year starts January
  currency USD
  round half up
  people Person
  pay monthly
}
record Pool from "pools.csv" {
  key id  text
  amount  USD
}
record Person from "people.csv" {
  key id  text
  pool    Pool
  hours   number(3)
}
measure largest_rest for each Person = allocate pool.amount by hours
measure last for each Person = allocate pool.amount by hours rest to last
measure first for each Person rounded down = allocate pool.amount by hours rest to first
measure finer for each Person as USD(4) = allocate pool.amount evenly
"#;

fn program() -> Program {
    let files = BTreeMap::from([("pools.plan".to_owned(), PLAN.trim_start().to_owned())]);
    let project = project::load(&files, &["pools.plan".to_owned()]);
    let (plans, problems) = compile::plans(&project);
    assert!(!problems.iter().any(|problem| problem.is_error()), "{problems:?}");
    plans.into_iter().next().unwrap().program
}

/// The parts by definition and person.
fn parts(program: &Program, pools: &str, people: &[String]) -> BTreeMap<(String, String), Exact> {
    let rows = format!("id,pool,hours\n{}", people.concat());
    let memory = Memory::new().with("pools.csv", pools.to_owned()).with("people.csv", rows);
    let tables = attain::plans::Computed::default().load(program, &memory).unwrap();
    let results = engine::run(program, &tables).unwrap();
    let mut parts = BTreeMap::new();
    for (id, column) in program.model.columns.pairs() {
        let name = program.names.columns.at(id).name.clone();
        if !["largest_rest", "last", "first", "finer"].contains(&name.as_str()) {
            continue;
        }
        for row in results.tables.rows(column.frame).unwrap().all() {
            let key = keys::frame_key(program, &results, column.frame, row).concat();
            let part = results.tables.column(id).unwrap().fixed(row).unwrap().to_exact();
            parts.insert((name.clone(), key), part);
        }
    }
    parts
}

fn exact(units: i64, places: u8) -> Exact {
    Exact::from_units(units.into(), places)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parts_add_up_and_are_never_a_unit_off(
        amounts in prop::array::uniform2(-1_000_000_i64..1_000_000),
        hours in prop::collection::vec((any::<bool>(), prop_oneof![1 => Just(0_i64), 4 => 0..5_000_i64, 1 => Just(1000)]), 0..20),
        turn in any::<prop::sample::Index>(),
    ) {
        let program = program();
        // Each pool has a receiver with a weight.
        let mut receivers = vec![(false, 1), (true, 7)];
        receivers.extend(hours);
        let pool = |second: bool| if second { "b" } else { "a" };
        let row = |(number, (second, hours)): (usize, &(bool, i64))| {
            format!("p{:02},{},{}.{:03}\n", (number * 7) % 23, pool(*second), hours / 1000, hours % 1000)
        };
        let people: Vec<String> = receivers.iter().enumerate().map(row).collect();
        let cents = |units: i64| format!("{}{}.{:02}", if units < 0 { "-" } else { "" }, units.abs() / 100, units.abs() % 100);
        let pools = format!("id,amount\na,{}\nb,{}\n", cents(amounts[0]), cents(amounts[1]));
        let found = parts(&program, &pools, &people);
        let mut shuffled = people.clone();
        shuffled.rotate_left(turn.index(people.len()));
        shuffled.reverse();
        prop_assert_eq!(&found, &parts(&program, &pools, &shuffled));
        for (second, amount) in [(false, amounts[0]), (true, amounts[1])] {
            let own: Vec<(String, i64)> = receivers.iter().enumerate()
                .filter(|(_, (other, _))| *other == second)
                .map(|(number, (_, hours))| (format!("p{:02}", (number * 7) % 23), *hours))
                .collect();
            let total: i64 = own.iter().map(|(_, hours)| hours).sum();
            let amount = exact(amount, 2);
            for name in ["largest_rest", "last", "first", "finer"] {
                let sum = own.iter().fold(Exact::zero(), |sum, (key, _)| sum.plus(&found[&(name.to_owned(), key.clone())]));
                prop_assert_eq!(&sum, &amount, "{}", name);
            }
            for (key, hours) in &own {
                let due = amount.times(&exact(*hours, 0)).over(&exact(total, 0)).unwrap();
                let off = found[&("largest_rest".to_owned(), key.clone())].minus(&due).absolute();
                prop_assert!(off < exact(1, 2), "{key} is {off} off");
                let even = amount.over(&exact(own.len() as i64, 0)).unwrap();
                prop_assert!(found[&("finer".to_owned(), key.clone())].minus(&even).absolute() < exact(1, 4));
            }
        }
    }
}
