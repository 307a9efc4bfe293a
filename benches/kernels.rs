//! How long the engine takes for each kind of expression, on 100,000 deals made here: `cargo bench --bench kernels`.
//!
//! Each kernel is one definition. What every run of the engine costs whatever it computes is the kernel `nothing`.
//! With `--once NAME` a kernel is computed once and nothing is timed: `benches/instructions.sh` counts what that takes.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, missing_docs)]

use std::collections::BTreeMap;
use std::fmt::Write;

use attain::data::{self, Memory};
use attain::program::Program;
use attain::table::Tables;
use attain::{compile, engine, project};

/// How many deals.
const DEALS: u64 = 100_000;
/// How many people.
const REPS: u64 = 500;

const RECORDS: &str = "edition 1
plan kernels \"Kernels\" {
  effective  2026-01-01 to 2026-12-31
  currency   USD
  round      half up
  people     Rep
  pay        monthly
}
record Rep from \"reps.csv\" { key id integer }
record Quota from \"quotas.csv\" {
  key rep      Rep
  key quarter  quarter
  amount       USD
}
record Fx from \"fx.csv\" {
  key month     month
  key currency  currency
  rate          USD(6) per currency
}
record Deal from \"deals.csv\" {
  key id    integer
  closed    date
  owner     Rep
  amount    USD
  cost      USD
  abroad    money in currency
  currency  currency
  product   platform | services | training
  to owner
  on closed
}
rates weight by product, step {
  platform  1.00
  services  0.50
  training  0.75
}
rates tiers by amount, marginal {
  from 0 USD        2%
  from 20,000 USD   5%
  from 60,000 USD   9%
}
";

/// What is timed: the definition of each kernel.
const KERNELS: &[(&str, &str)] = &[
    ("nothing", ""),
    ("product", "let result for each Deal as USD = amount * 1.2 * 0.05"),
    ("quotient", "let result for each Deal as number(6) = amount / cost"),
    ("smallest", "let result for each Deal as USD = min(amount, 50,000 USD) - min(cost, 40,000 USD)"),
    ("branch", "let result for each Deal as USD = if amount > 50,000 USD then amount else cost"),
    ("lookup", "let result for each Deal where Quota exists as number(8) =\n  amount / Quota.amount"),
    ("table", "let result for each Deal as USD = amount * weight(product)"),
    ("slices", "let result for each Deal as USD = tiers(amount)"),
    ("conversion", "let result for each Deal as USD = abroad in USD using Fx at closed"),
    ("sum", "measure result for each Rep, month as USD = sum of Deal.amount"),
    ("window", "measure result for each Rep, month as USD = sum of Deal.amount year to date"),
    ("running", "let result for each Deal as USD = running sum of amount within Rep, quarter by closed, id, key"),
    ("rank", "let result for each Deal = rank of amount within Rep, month ties shared"),
    (
        "balance",
        "balance result for each Rep, month as USD = max(0, previous result + 1,000 USD - 10 USD) starting at 0",
    ),
    ("credits", "credit sale for each Deal { amount amount * 0.05 }"),
];

fn main() {
    let mut words = std::env::args().skip_while(|word| word != "--once").skip(1);
    match words.next() {
        Some(name) => {
            let (program, tables) = prepared(&name);
            // On a thread of the pool, with all that it divides: what other threads do would not be counted.
            rayon::scope(|_| divan::black_box(engine::run(&program, &tables).is_ok()));
        }
        None => divan::main(),
    }
}

#[divan::bench(args = KERNELS.iter().map(|(name, _)| *name), sample_count = 20)]
fn kernel(bencher: divan::Bencher, name: &str) {
    let (program, tables) = prepared(name);
    bencher.bench(|| engine::run(&program, &tables).is_ok());
}

/// The plan of a kernel, and its data.
fn prepared(name: &str) -> (Program, Tables) {
    let definition = KERNELS.iter().find(|(kernel, _)| *kernel == name).map_or("", |(_, definition)| definition);
    let text = format!("{RECORDS}{definition}\n");
    let files = BTreeMap::from([("kernel.plan".to_owned(), text)]);
    let project = project::load(&files, &["kernel.plan".to_owned()]);
    let (mut plans, problems) = compile::plans(&project);
    assert!(problems.iter().all(|problem| !problem.is_error()), "{name}: {problems:?}");
    let program = plans.remove(0).program;
    let tables = data::load(&program, &made(), &[]).expect("the data made here is sound");
    (program, tables)
}

/// Deals with amounts, owners, days and currencies that look as if drawn at random, and are the same in every run.
fn made() -> Memory {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut below = |most: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % most
    };
    let mut deals = String::from("id,closed,owner,amount,cost,abroad,currency,product\n");
    for id in 1..=DEALS {
        let (month, day, owner) = (below(12) + 1, below(28) + 1, below(REPS) + 1);
        let cents = (below(10_000_000) + 1, below(9_000_000) + 1, below(10_000_000) + 1);
        let money = |cents: u64| format!("{}.{:02}", cents / 100, cents % 100);
        let currency = ["USD", "EUR", "GBP"][below(3) as usize];
        let product = ["platform", "services", "training"][below(3) as usize];
        let (amount, cost, abroad) = (money(cents.0), money(cents.1), money(cents.2));
        let _ = writeln!(deals, "{id},2026-{month:02}-{day:02},{owner},{amount},{cost},{abroad},{currency},{product}");
    }
    let (mut reps, mut quotas) = (String::from("id\n"), String::from("rep,quarter,amount\n"));
    for rep in 1..=REPS {
        let _ = writeln!(reps, "{rep}");
        for quarter in 1..=4 {
            let _ = writeln!(quotas, "{rep},2026-Q{quarter},{}.00", 100_000 + below(900_000));
        }
    }
    let mut fx = String::from("month,currency,rate\n");
    for month in 1..=12 {
        let _ = writeln!(
            fx,
            "2026-{month:02},EUR,1.{:06}\n2026-{month:02},GBP,1.{:06}",
            below(1_000_000),
            below(1_000_000)
        );
    }
    let files = [("deals.csv", deals), ("reps.csv", reps), ("quotas.csv", quotas), ("fx.csv", fx)];
    files.into_iter().fold(Memory::new(), |made, (name, text)| made.with(name, text))
}
