//! Tables of every kind on generated data: grids, bands from a record, inputs on and beside their bounds.

use proptest::prelude::*;

use crate::plan::{Data, File, Plan, decimal};

/// Each table of the plan is asked of each sale.
pub const PLAN: &str = r#"edition 1
record Region from "regions.csv" {
  key id  text
}
record Person from "people.csv" {
  key id  text
}
record Step from "steps.csv" {
  key id  integer
  region  Region
  kind    Kind
  floor   USD
  since   date
  rate    percent
}
record Version from "versions.csv" {
  key grade   text
  key number  integer
  big         yes/no
  floor       USD
  rate        percent
  begins      date
  ends        date?
  versioned from begins to ends
}
choice Kind = new | renewal | expansion
record Sale from "sales.csv" {
  key id   text
  owner    Person
  region   Region?
  kind     Kind
  closed   date?
  amount   USD
  ratio    number
  big      yes/no
  grade    text
  to owner
  on closed
}
plan tables {
  effective  2026-01-01 to 2026-12-31
  year       starts January
  currency   USD
  round      half up
  people     Person
  pay        monthly
}
rates grid by kind, ratio, big, step {
                          no    yes
  new        below  50%   1%    2%
  new        from   50%   3%    4%
  new        above 100%   5%    6%
  otherwise  below  50%   7%    8%
  otherwise  from   50%   9%   10%
  otherwise  above 100%  11%   12%
}
rates over_time by closed, amount, marginal {
                         below 0 USD  from 0 USD  from 10 USD  above 20 USD
  below 2026-03-01           1%          2%          3%           4%
  from  2026-03-01           5%          6%          7%           8%
}
rates lines by ratio, kind, linear {
               renewal  otherwise
  from    0%      1         2
  from   50%      3         1
  above 120%      2         5
}
rates all_of_it by kind, amount, retroactive {
               below -5 USD   from -5 USD   from 15 USD
  new              1%             2%           3%
  renewal          4%             5%           6%
  expansion        7%             8%           9%
}
rates slices from Step by amount, marginal { key region  key kind  above floor - 1 USD  value rate }
rates steps from Step by amount, step { key region  key kind  from floor  value rate }
rates drawn from Step by amount, linear { key region  key kind  from floor  value 2 * rate }
rates dated from Step by closed, step { key region  key kind  from since  value floor }
rates held from Version by amount, retroactive { key grade  key big  from floor  value rate }

measure by_held for each Sale where amount >= 0 USD =
  held(grade, big, amount) or 7 USD
measure by_held_in_june for each Sale where amount >= 0 USD =
  (held(grade, big, amount) at 2026-06-15) or 7 USD
measure held_by_month for each Person, month = held("g0", yes, 100 USD) or 7 USD
measure held_on_average for each Person, month as USD? =
  average of (held("g1", no, 100 USD) or 0 USD) over days
measure by_grid for each Sale = grid(kind, ratio, big)
measure by_time for each Sale where closed exists =
  over_time(closed, amount)
measure by_lines for each Sale where ratio >= 0 =
  lines(ratio, kind)
measure by_all for each Sale = all_of_it(kind, amount)
measure by_slices for each Sale = slices(amount) or 7 USD
measure by_steps for each Sale where amount >= 0 USD =
  steps(amount) or 7
measure by_drawn for each Sale where amount >= 0 USD =
  drawn(region, kind, amount) or 7
measure by_date for each Sale where closed exists and closed >= 2026-01-01 =
  dated(closed) or 7 USD
measure by_person for each Person, quarter = sum of by_slices
rates turned by amount, marginal {
  from 0 USD  1%
}
rates turned from 2026-04-01 by amount, marginal {
  from  0 USD  2%
  from 20 USD  3%
}
measure by_turned for each Sale where closed exists =
  turned(amount)
measure turned_over for each Person, month = turned(10 USD)
let base exact for each Person, quarter = 1 / 3
let base exact from 2026-07-01 for each Person, quarter = by_person / 7 USD
let base exact from 2026-10-01 for each Person, quarter = 2 / 7
measure based for each Person, quarter = base
"#;

pub fn world() -> BoxedStrategy<Data> {
    let step = (0..2_u8, 0..3_u8, 0..60_i64, 0..200_i64, 0..50_i64);
    let sale = (0..3_u8, 0..3_u8, 0..5_u8, -30..300_i64, -20..200_i64, any::<bool>(), 0..400_i64);
    let version = (0..2_u8, 0..4_u8, any::<bool>(), 0..300_i64, 0..120_i64, 0..50_i64);
    let versions = prop::collection::vec(version, 0..14);
    (prop::collection::vec(step, 0..12), prop::collection::vec(sale, 0..25), versions)
        .prop_map(|(steps, sales, versions)| data(&steps, &sales, &versions))
        .boxed()
}

type Step = (u8, u8, i64, i64, i64);
type Sale = (u8, u8, u8, i64, i64, bool, i64);
/// Grade, number, big, first day, days, rate.
type Version = (u8, u8, bool, i64, i64, i64);

const KINDS: [&str; 3] = ["new", "renewal", "expansion"];

fn day(number: i64) -> String {
    format!("2026-{:02}-{:02}", 1 + number / 28 % 12, 1 + number % 28)
}

/// Versions of one row that do not overlap; each number begins at a place of its own, below all amounts asked for.
fn held(versions: &[Version]) -> Vec<String> {
    let mut kept: Vec<&Version> = Vec::new();
    for version in versions {
        let (grade, number, _, begin, days, _) = version;
        let overlaps = |other: &&Version| {
            (other.0, other.1) == (*grade, *number) && other.3 <= begin + days && *begin <= other.3 + other.4
        };
        if !kept.iter().any(overlaps) {
            kept.push(version);
        }
    }
    let row = |(grade, number, big, begin, days, rate): &&Version| {
        // What would end behind the first day of any other is left open.
        let ends = if begin + days < 300 { day(begin + days) } else { String::new() };
        let big = if *big { "yes" } else { "no" };
        format!("g{grade},{number},{big},-{number}.00,{rate}%,{},{ends}", day(*begin))
    };
    kept.iter().map(row).collect()
}

/// Each key that has bands at all has a first one at 0, on the first day, and no place twice.
fn data(steps: &[Step], sales: &[Sale], versions: &[Version]) -> Data {
    let mut rows: Vec<(u8, u8, i64, i64, i64)> = Vec::new();
    for (region, kind, floor, since, rate) in steps {
        let known = rows.iter().any(|row| (row.0, row.1) == (*region, *kind));
        if !known {
            rows.push((*region, *kind, 0, 0, *rate));
        }
        let again = |row: &Step| (row.0, row.1) == (*region, *kind) && (row.2 == *floor || row.3 == *since);
        // Of `above floor - 1` all but the first begin above 0.
        if *floor > 1 && !rows.iter().any(again) {
            rows.push((*region, *kind, *floor, *since, *rate));
        }
    }
    let steps = rows.iter().zip(1..).map(|((region, kind, floor, since, rate), id)| {
        format!("{id},r{region},{},{}.00,{},{rate}%", KINDS[usize::from(*kind)], floor, day(*since))
    });
    let sales = sales.iter().zip(1..).map(|((owner, kind, region, amount, ratio, big, closed), id)| {
        let region = if *region < 3 { format!("r{region}") } else { String::new() };
        let closed = if *closed < 330 { day(*closed) } else { String::new() };
        let (kind, big) = (KINDS[usize::from(*kind)], if *big { "yes" } else { "no" });
        let (amount, ratio) = (decimal(*amount * 25, 2), decimal(*ratio, 2));
        format!("s{id},p{owner},{region},{kind},{closed},{amount},{ratio},{big},g{}", owner % 2)
    });
    let file = |path, header, rows: Vec<String>| File { path, header, rows };
    let named = |letter: &str| (0..3).map(|number| format!("{letter}{number}")).collect();
    let files = vec![
        file("regions.csv", "id", named("r")),
        file("people.csv", "id", named("p")),
        file("steps.csv", "id,region,kind,floor,since,rate", steps.collect()),
        file("sales.csv", "id,owner,region,kind,closed,amount,ratio,big,grade", sales.collect()),
        file("versions.csv", "grade,number,big,floor,rate,begins,ends", held(versions)),
    ];
    Data { plan: Plan::Tables, files, seed: 0 }
}
