//! A folder with a plan that reads another.

use crate::place::Place;

const SHARED: &str = "\
edition 1
record Seller from \"sellers.csv\" {
  key id   text
  role     AE | Manager
  manager  Seller?  hierarchy
}
record Sale from \"book.xlsx\" sheet \"Sales\" {
  key id  text
  seller  Seller
  closed  date
  amount  USD
  to seller
  on closed
}
";

const AE: &str = "\
edition 1
use \"shared.plan\"
plan ae {
  effective  2026-01-01 to 2026-06-30
  currency   USD
  people     Seller where role = AE
  pay        quarterly
}
credit direct for each Sale {
  to seller
  on closed
  amount amount
}
earn commission for each Credit = 10% of amount
pay payout for each Seller, quarter = sum of commission
";

/// Its file comes before that of the plan it reads.
const MANAGER: &str = "\
edition 1
use \"shared.plan\"
use \"ae.plan\"
plan manager {
  effective  2026-01-01 to 2026-06-30
  currency   USD
  people     Seller where role = Manager
  pay        quarterly
}
earn override for each Seller, quarter = 5% of sum of ae.commission over team
pay payout for each Seller, quarter = override + 1% of sum of ae.payout over team
";

fn place() -> Place {
    let place = Place::empty();
    place.write("plans/a_manager.plan", MANAGER);
    place.write("plans/ae.plan", AE);
    place.write("plans/shared.plan", SHARED);
    place.write("data/sellers.csv", "id,role,manager\nm,Manager,\na,AE,m\nb,AE,a\n");
    let sales = "id|seller|closed|amount\n1|a|2026-01-15|1000\n2|b|2026-02-20|500.5\n3|a|2026-04-01|200\n";
    place.write("data/book.xlsx", crate::support::workbook::workbook(&[("Sales", sales), ("Notes", "x\n")]));
    place
}

#[test]
fn a_plan_pays_from_what_another_paid() {
    let place = place();
    let ended = place.attain("run plans --data data --out run");
    assert_eq!(ended.err, "");
    // 5% of 150.05 is 7.5025, rounded 7.50; 1% of the payouts of 100.00 and 50.05 makes it 9.0005, rounded 9.00.
    // In the second quarter 5% and 1% of 20.00.
    assert_eq!(
        place.read("run/payouts.csv"),
        "plan,person,period,name,amount,currency\n\
         ae,a,2026-Q1,payout,100.00,USD\nae,a,2026-Q2,payout,20.00,USD\n\
         ae,b,2026-Q1,payout,50.05,USD\nae,b,2026-Q2,payout,0.00,USD\n\
         manager,m,2026-Q1,payout,9.00,USD\nmanager,m,2026-Q2,payout,1.20,USD\n"
    );
    let names: Vec<String> = place.files("run").into_keys().collect();
    assert!(names.contains(&"inputs/manager/ae.commission.parquet".to_owned()), "{names:?}");
    // The trace is rebuilt from the run folder alone.
    let page = place.attain("explain run override --person m --period 2026-Q1");
    assert_eq!(page.err, "");
    assert!(page.out.contains("7.50 USD") && page.out.contains("150.05"), "{}", page.out);
    insta::assert_snapshot!("two_plans_explained", page.out);
}

/// A plan as a whole, an exact value, credits: all of it is stored and read back for the trace.
#[test]
fn all_that_is_read_of_another_plan_is_stored() {
    let place = place();
    place.edit(
        "plans/ae.plan",
        "pay payout",
        "measure total = sum of Credit.amount\nlet third exact for each Seller = total / 3\npay payout",
    );
    place.edit(
        "plans/a_manager.plan",
        "pay payout for each Seller, quarter = override + 1% of sum of ae.payout over team",
        "let base = ae.total\n\
         let credited for each Seller, quarter = sum of ae.direct.amount over team\n\
         let count_of for each Seller, quarter = count of ae.Credit over team\n\
         let thirds for each Seller as USD? = 3 * ae.third\n\
         pay payout for each Seller, quarter =\n\
         \x20 1% of base + 10% of credited + count_of * 1 USD + (thirds or 1 USD)",
    );
    // No longer paid, so no longer earned.
    place.edit("plans/a_manager.plan", "earn override", "measure override");
    let ended = place.attain("run plans --data data --out run");
    assert_eq!(ended.err, "");
    // 1,700.50 in all: 17.005. m has no third, and the team credits of 1,500.50 by 2 rows: 150.05 and 2.
    let payouts = place.read("run/payouts.csv");
    assert!(payouts.contains("manager,m,2026-Q1,payout,170.06,USD\n"), "{payouts}");
    let page = place.attain("explain run payout --plan manager --person m --period 2026-Q1 --width 100");
    assert_eq!(page.err, "");
    insta::assert_snapshot!("two_plans_all_explained", page.out);
    let names: Vec<String> =
        place.files("run").into_keys().filter(|name| name.contains("inputs/manager/ae.")).collect();
    assert_eq!(
        names,
        ["Credit", "commission", "direct", "third", "total"].map(|name| format!("inputs/manager/ae.{name}.parquet"))
    );
}
