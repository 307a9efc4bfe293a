//! Differences within one run, calculated by hand.

use super::world::{remarks, told, within};

const HEAD: &str = r#"
edition 1
record Person from "people.csv" {
  key id  text
  base    USD
  share   percent
  quota   USD
  cap     USD
}
record Deal from "deals.csv" {
  key id  text
  owner   Person
  closed  date
  amount  USD
  to owner
  on closed
}
plan t "T" {
  effective  2026-01-01 to 2026-12-31
  currency   USD
  people     Person
  pay        monthly
}
"#;

const DATA: &str = r#"
test "data" {
  given Person {
    id   | base      | share | quota       | cap
    "p1" | 1,000 USD | 10%   | 100,000 USD | 5,000 USD
    "p2" | 1,200 USD | 11%   |  50,000 USD | 4,500 USD
  }
  given Deal {
    id   | owner | closed     | amount
    "d1" | "p1"  | 2026-01-10 |  1,000 USD
    "d2" | "p1"  | 2026-02-10 |    500 USD
    "d3" | "p1"  | 2026-02-20 |  2,000 USD
    "e1" | "p1"  | 2026-03-01 | 40,000 USD
    "e2" | "p2"  | 2026-03-01 | 40,000 USD
  }
}
"#;

/// The payout of p2 against that of p1, in a plan that defines it so.
fn p2_against_p1(definitions: &str) -> Vec<String> {
    found(definitions, ("payout", &["p2", "2026-03"]), ("payout", &["p1", "2026-03"])).0
}

fn found(definitions: &str, asked: (&str, &[&str]), against: (&str, &[&str])) -> (Vec<String>, Vec<String>) {
    let found = within(&format!("{HEAD}{definitions}{DATA}"), asked, against);
    (told(&found), remarks(&found))
}

/// 6% of 1,000 in January, of 500 and 2,000 in February: 150 - 60 = 90.
#[test]
fn rows_come_and_go() {
    let plan = "
earn commission for each Deal = 6% * amount
pay payout for each Person, month = sum of commission
";
    let (told, _) = found(plan, ("payout", &["p1", "2026-02"]), ("payout", &["p1", "2026-01"]));
    assert_eq!(told, ["d3 came 120.00", "d1 went -60.00", "d2 came 30.00"]);
}

/// 1,200 * 11% - 1,000 * 10% = 32: the base counts 200 * (10% + 11%) / 2 = 21, the share 1% * (1,000 + 1,200) / 2 = 11.
#[test]
fn a_product_is_split_by_the_means() {
    assert_eq!(
        p2_against_p1("pay payout for each Person, month = base * share"),
        ["Cell Person.base 1000.00 -> 1200.00 21.00", "Cell Person.share 0.100000 -> 0.110000 11.00"]
    );
}

/// 1,200 - 500 * 11% less 1,000 - 500 * 10%: 200 - 5.
#[test]
fn each_term_of_a_sum_has_its_own_difference() {
    assert_eq!(
        p2_against_p1("pay payout for each Person, month = base - 500 USD * share"),
        ["Cell Person.base 1000.00 -> 1200.00 200.00", "Cell Person.share 0.100000 -> 0.110000 -5.00"]
    );
}

/// Both sold 40,000: p1 reaches 40% of 100,000 and has 5%, p2 80% of 50,000 and has 8%: 3,200 - 2,000.
#[test]
fn another_row_of_a_table_belongs_to_its_input() {
    let plan = "
rates rate by reached, step { from 0% 5%   from 50% 8% }
earn commission for each Person, month = 40,000 USD * rate(40,000 USD / quota)
pay payout for each Person, month = sum of commission
";
    let (told, remarks) = found(plan, ("payout", &["p2", "2026-03"]), ("payout", &["p1", "2026-03"]));
    assert_eq!(told, ["Cell Person.quota 100000.00 -> 50000.00 1200.00"]);
    assert_eq!(remarks, ["rate reaches `from 50%`, not `from 0%`"]);
}

/// 6 * base against the cap: p1 6,000 and 5,000, p2 7,200 and 4,500. The base alone changes nothing with either cap, so all of
/// -500 is the cap's.
#[test]
fn a_cap_that_is_hit_on_both_sides_has_all() {
    assert_eq!(
        p2_against_p1("pay payout for each Person, month = min(6 * base, cap)"),
        ["Cell Person.cap 5000.00 -> 4500.00 -500.00"]
    );
}

/// 4 * base against the cap: p1 4,000 of 5,000, p2 4,500 of 4,800. From p1 to p2: the base first gives 4,800 - 4,000 = 800,
/// then the cap 4,500 - 4,800 = -300; the cap first gives 0, then the base 4,500 - 4,000 = 500. Means: 650 and -150.
#[test]
fn a_cap_that_is_hit_on_one_side_takes_its_mean() {
    let plan = "pay payout for each Person, month = min(4 * base, cap)";
    let (told, remarks) = found(plan, ("payout", &["p2", "2026-03"]), ("payout", &["p1", "2026-03"]));
    assert_eq!(told, ["Cell Person.base 1000.00 -> 1200.00 650.00", "Cell Person.cap 5000.00 -> 4500.00 -150.00"]);
    assert_eq!(remarks, ["`cap` is the smallest, not `4 * base`"]);
}

/// 500 from 50% of the quota on: 40,000 are 40% of p1's and 80% of p2's.
#[test]
fn another_branch_belongs_to_its_condition() {
    let plan = "pay payout for each Person, month = if 40,000 USD >= 50% * quota then 500 USD else 0 USD";
    let (told, remarks) = found(plan, ("payout", &["p2", "2026-03"]), ("payout", &["p1", "2026-03"]));
    assert_eq!(told, ["Cell Person.quota 100000.00 -> 50000.00 500.00"]);
    assert_eq!(remarks, ["`40,000 USD >= 50% * quota` holds"]);
}

/// A third of 1,200 is 400.00, of 1,000 it is 333.33: 66.67. The base counts 200 / 3 = 66.6667, and what is left is the rounding's.
#[test]
fn rounding_is_told() {
    let found = within(
        &format!("{HEAD}pay payout for each Person, month = base / 3{DATA}"),
        ("payout", &["p2", "2026-03"]),
        ("payout", &["p1", "2026-03"]),
    );
    assert_eq!(told(&found), ["Cell Person.base 1000.00 -> 1200.00 66.67", "rounding of payout 0.00"]);
    assert_eq!(found.causes[0].exact, "200/3");
    assert_eq!(found.causes[1].exact, "1/300");
}

/// Each month 2,000 are advanced; 60 are earned in January, 150 in February, and 2,400 in March.
/// Owed: 1,940, 3,790, 3,390. Paid: 2,000, 2,000, 2,000. March against February: earned 2,400 - 150 counts +1 directly, and -1 in
/// what is owed; nothing differs but what was carried over, which also counts +1 and -1.
#[test]
fn what_cancels_out_is_no_cause() {
    let (told, _) = found(DRAW, ("payout", &["p1", "2026-03"]), ("payout", &["p1", "2026-02"]));
    assert_eq!(told, ["Carried previous owed 1940.00 -> 3790.00 0.00"]);
}

const DRAW: &str = "
earn commission for each Deal = 6% * amount
let earned for each Person, month = sum of commission
balance owed for each Person, month = max(0, previous owed + 2,000 USD - earned) starting at 0
pay payout for each Person, month = earned + owed - previous owed
";

/// What is owed in February against January: 3,790 - 1,940 = 1,850: 1,940 was carried over instead of 0, and 90 more was earned.
#[test]
fn what_was_carried_over_is_told_as_it_is() {
    let (told, _) = found(DRAW, ("owed", &["p1", "2026-02"]), ("owed", &["p1", "2026-01"]));
    assert_eq!(
        told,
        ["Carried previous owed 0 -> 1940.00 1940.00", "d3 came -120.00", "d1 went 60.00", "d2 came -30.00"]
    );
}

/// The days of the month are the month's.
#[test]
fn what_differs_with_the_period_alone_is_the_period() {
    let plan = "pay payout for each Person, month = base / days in month";
    let (told, _) = found(plan, ("payout", &["p1", "2026-02"]), ("payout", &["p1", "2026-01"]));
    // 1,000 / 28 - 1,000 / 31 = 35.7143 - 32.2581 = 3.4562; rounded it is 35.71 - 32.26 = 3.45, which is 0.0062 less.
    assert_eq!(told, ["Key month 2026-01 -> 2026-02 3.45", "rounding of payout 0.00"]);
}

/// The average of 500 and 2,000 is 1,250 in February, in January it is 1,000. Sum: 2,500 - 1,000 = 1,500, times the mean of
/// 1 and 1/2, is 1,125 (d1 -750, d2 375, d3 1,500); count: +1, times -(1,000 + 2,500) / 2 / (1 * 2) = -875, d1 gives +875 and
/// d2 and d3 -875 each. Together d1 125, d2 -500, d3 625.
#[test]
fn an_average_is_a_sum_over_a_count() {
    let plan = "
measure mean for each Person, month = (average of Deal.amount) or 0 USD
pay payout for each Person, month = mean
";
    let (told, _) = found(plan, ("mean", &["p1", "2026-02"]), ("mean", &["p1", "2026-01"]));
    assert_eq!(told, ["d3 came 625.00", "d2 came -500.00", "d1 went 125.00"]);
}

/// 2,000 instead of 1,000. Between the two there may be no row at all, so the one goes with its value, the other comes with its own.
#[test]
fn the_largest_of_other_rows() {
    let plan = "
measure most for each Person, month = (largest of Deal.amount) or 0 USD
pay payout for each Person, month = most
";
    let (told, _) = found(plan, ("most", &["p1", "2026-02"]), ("most", &["p1", "2026-01"]));
    assert_eq!(told, ["d3 came 2000.00", "d1 went -1000.00"]);
}

/// 6% of what is left of the base after the share: p1 1,000 * 90% * 6% = 54, p2 1,200 * 89% * 6% = 64.08. The base counts
/// 200 * (90% + 89%) / 2 * 6% = 10.74, the share -1% * (1,000 + 1,200) / 2 * 6% = -0.66.
#[test]
fn a_split_share() {
    assert_eq!(
        p2_against_p1("pay payout for each Person, month = base * (1 - share) * 6%"),
        ["Cell Person.base 1000.00 -> 1200.00 10.74", "Cell Person.share 0.100000 -> 0.110000 -0.66"]
    );
}

/// 10% up to 1,100 and 20% above: 100 and 110 + 20 = 130.
#[test]
fn slices_belong_to_the_input() {
    let plan = "rates tiers by sold, marginal { from 0 USD 10%  from 1,100 USD 20% }
pay payout for each Person, month = tiers(base)";
    let (told, remarks) = found(plan, ("payout", &["p2", "2026-03"]), ("payout", &["p1", "2026-03"]));
    assert_eq!(told, ["Cell Person.base 1000.00 -> 1200.00 30.00"]);
    assert_eq!(remarks, ["tiers reaches `from 1,100 USD`, not `from 0 USD`"]);
}

/// Seven operands differ, which is more than six: the step keeps all of 1,200 - 1,000.
#[test]
fn more_than_six_inputs_stay_with_the_step() {
    let inputs: Vec<String> = (1..=7).map(|number| format!("base * {number}")).collect();
    let plan = format!("pay payout for each Person, month = min({})", inputs.join(", "));
    assert_eq!(p2_against_p1(&plan), [format!("Undivided min({}) 1000 -> 1200 200.00", inputs.join(", "))]);
}

/// 100 for whom the quota is above 60,000: p1's is, p2's is not, so p2 has no bonus.
#[test]
fn a_definition_without_a_row_belongs_to_its_condition() {
    let plan = "earn bonus for each Person, month where quota > 60,000 USD =
  100 USD
pay payout for each Person, month = sum of bonus";
    let (told, remarks) = found(plan, ("payout", &["p2", "2026-03"]), ("payout", &["p1", "2026-03"]));
    assert_eq!(told, ["Cell Person.quota 100000.00 -> 50000.00 -100.00"]);
    assert_eq!(remarks, ["`quota > 60,000 USD` does not hold for p2 2026-03"]);
}
