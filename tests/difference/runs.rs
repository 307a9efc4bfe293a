//! Differences between runs of other data and of other plans, calculated by hand.

use super::world::{of, told, trace};

const HEAD: &str = r#"
edition 1
record Person from "people.csv" { key id text  team Team }
record Team from "teams.csv" { key id text  pays percent }
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

fn plan(definitions: &str, people: &str, deals: &str) -> String {
    format!(
        "{HEAD}{definitions}
test \"data\" {{
  given Team {{
    id   | pays
    \"t1\" | 5%
    \"t2\" | 7%
  }}
  given Person {{
    id   | team
    {people}
  }}
  given Deal {{
    id   | owner | closed     | amount
    {deals}
  }}
}}
"
    )
}

const PAID: &str = "pay payout for each Person, month = sum of commission\n";
const ANN: &str = "\"p1\" | \"t1\"";
const DEALS: &str = "
    \"d1\" | \"p1\" | 2026-01-10 | 1,000 USD
    \"d2\" | \"p1\" | 2026-01-20 | 2,000 USD
";

fn payout(definitions: &str, people: &str, deals: &str) -> attain::step::Trace {
    trace(&plan(definitions, people, deals), ("payout", &["p1", "2026-01"]))
}

/// d1 goes from 1,000 to 1,200 and the rate from 5% to 6%. d1: 72 - 50 = 22, of which 200 * 5.5% = 11 are the amount's and 1% * 1,100 = 11
/// the rate's; d2: 120 - 100 = 20, the rate's. Together 42.
#[test]
fn a_cell_and_a_constant() {
    let before = payout(&format!("let rate = 5%\nearn commission for each Deal = rate * amount\n{PAID}"), ANN, DEALS);
    let now = payout(
        &format!("let rate = 6%\nearn commission for each Deal = rate * amount\n{PAID}"),
        ANN,
        &DEALS.replace("1,000", "1,200"),
    );
    assert_eq!(told(&of(&now, &before)), ["Plan rate 0.05 -> 0.06 31.00", "Cell Deal.amount 1000.00 -> 1200.00 11.00"]);
}

/// p1 changes from a team with 5% to one with 7%: 2% of 3,000.
#[test]
fn what_chose_another_row() {
    let commission = format!("earn commission for each Deal = owner.team.pays * amount\n{PAID}");
    let (before, now) = (payout(&commission, ANN, DEALS), payout(&commission, "\"p1\" | \"t2\"", DEALS));
    assert_eq!(told(&of(&now, &before)), ["Cell Person.team t1 -> t2 60.00"]);
}

/// Deals from 1,000 on count: d1 counts no longer with 900.
#[test]
fn a_row_that_a_condition_turns_away() {
    let plan = "measure sold for each Person, month = sum of Deal.amount where Deal.amount >= 1,000 USD
pay payout for each Person, month = 10% * sold\n";
    let (before, now) = (payout(plan, ANN, DEALS), payout(plan, ANN, &DEALS.replace("1,000", "900")));
    assert_eq!(told(&of(&now, &before)), ["Cell Deal.amount 1000.00 -> 900.00 -100.00"]);
}

/// 10 more for everybody is a new term; 5% of 3,000 stay.
#[test]
fn a_term_that_is_new() {
    let commission = "earn commission for each Deal = 5% * amount\n";
    let before = payout(&format!("{commission}{PAID}"), ANN, DEALS);
    let now =
        payout(&format!("{commission}pay payout for each Person, month = sum of commission + 10 USD\n"), ANN, DEALS);
    assert_eq!(told(&of(&now, &before)), ["Formula payout  -> 10 10.00"]);
}

/// 5% of each deal against at most 80: 50 and 80 against 50 and 100. The whole difference is told of the formula.
#[test]
fn a_formula_of_another_form() {
    let before = payout(&format!("earn commission for each Deal = 5% * amount\n{PAID}"), ANN, DEALS);
    let now = payout(&format!("earn commission for each Deal = min(5% * amount, 80 USD)\n{PAID}"), ANN, DEALS);
    assert_eq!(told(&of(&now, &before)), ["Formula commission 100 -> 80 -20.00"]);
}

/// Slices: 10% of the first 1,000 of a month and 20% above, deal by deal: 100 and 400. With 12% for the first slice d1 gives 120, and
/// d2 all the same 400.
#[test]
fn a_row_of_a_table_of_the_plan() {
    let definitions = |first: &str| {
        format!(
            "rates tiers by sold, marginal {{ from 0 USD {first}  from 1,000 USD 20% }}
credit sale for each Deal {{ to owner  on closed  amount Deal.amount }}
measure sold for each Person, month = sum of Credit.amount
let due for each Person, month = tiers(sold)
earn commission for each Credit = increase of due by date, key
pay payout for each Person, month = sum of commission\n"
        )
    };
    let (before, now) = (payout(&definitions("10%"), ANN, DEALS), payout(&definitions("12%"), ANN, DEALS));
    assert_eq!(told(&of(&now, &before)), ["Plan tiers 0.1 -> 0.12 20.00"]);
    // A deal of 500 before them: 500 * 10%, then 500 * 10% + 500 * 20%, then 2,000 * 20%: 50 + 150 + 400 = 600. It shifts d1 by 500 from 10%
    // to 20% and so counts 100, 50 of its own and 50 of d1's.
    let with_new = format!("\"d0\" | \"p1\" | 2026-01-05 | 500 USD\n    {DEALS}");
    let now = payout(&definitions("10%"), ANN, &with_new);
    assert_eq!(told(&of(&now, &before)), ["[\"sale\",\"d0\",\"\",\"p1\"] came 100.00"]);
}
