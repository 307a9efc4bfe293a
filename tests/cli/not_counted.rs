//! The rows of the data that no aggregate gives to anyone, in the reconciliation.

use crate::place::Place;

const PLAN: &str = "\
edition 1
record Region from \"regions.csv\" {
  key id  text
}
record Seller from \"sellers.csv\" {
  key id  text
  role    AE | SE
  region  Region?
}
record Deal from \"deals.csv\" {
  key id  text
  seller  Seller?
  closed  date?
  paid    date?
  amount  USD
  to seller
  on closed
}
plan p {
  effective  2026-01-01 to 2026-12-31
  currency   USD
  people     Seller where role = AE
}
measure booked for each Seller, quarter = sum of Deal.amount where amount > 1 USD
measure mean for each Seller, quarter = booked / 2 + sum of Deal.amount where amount > 1 USD
measure of_all = count of Deal
measure of_region for each Region = count of Deal
measure so_far for each Seller, month = sum of Deal.amount to date
earn commission for each Deal where seller exists on paid =
  10% of amount
pay payout for each Seller, month = sum of commission
";

const DEALS: &str = "\
id,seller,closed,paid,amount
1,a,2026-01-10,2026-02-10,100
2,a,,,200
3,,2026-01-10,,300
4,s,2026-01-10,2026-01-11,400
5,a,2025-12-31,,500
6,,,,0.5
7,s,,,700
";

#[test]
fn rows_that_fall_to_no_one_are_listed_with_the_reason() {
    let place = Place::empty();
    place.write("plans/p.plan", PLAN);
    place.write("data/regions.csv", "id\nw\n");
    place.write("data/sellers.csv", "id,role,region\na,AE,w\ns,SE,\n");
    place.write("data/deals.csv", DEALS);
    let ended = place.attain("run plans --data data --out run");
    assert_eq!((ended.status, ended.err.as_str()), (0, ""));
    // 6 is too small to be asked about. 4 and 7 belong to someone outside the plan, 7 has no date either. The windows
    // of `so_far` see what was before, so there is nothing to tell of it. 2, 5 and 7 are earned for on no day yet, so
    // they are in no payout; what 4 earns is no one's here.
    assert_eq!(
        place.read("run/reconciliation.csv"),
        "plan,record,rule,outcome,reason,rows,amount,amount_credited,currency\n\
         p,Deal,booked,not counted,no person,1,300.00,,USD\n\
         p,Deal,booked,not counted,outside the plan's dates,1,500.00,,USD\n\
         p,Deal,booked,not counted,person not in the plan,1,400.00,,USD\n\
         p,Deal,booked,pending,no date yet,2,900.00,,USD\n\
         p,Deal,commission,pending,no date yet,3,140.00,,USD\n\
         p,Deal,mean,not counted,no person,1,300.00,,USD\n\
         p,Deal,mean,not counted,outside the plan's dates,1,500.00,,USD\n\
         p,Deal,mean,not counted,person not in the plan,1,400.00,,USD\n\
         p,Deal,mean,pending,no date yet,2,900.00,,USD\n\
         p,Deal,of_region,not counted,no Region,4,1400.50,,USD\n\
         p,Deal,payout,not counted,person not in the plan,1,400.00,,USD\n\
         p,Deal,payout,pending,no date yet,3,1400.00,,USD\n"
    );
    insta::assert_snapshot!("not_counted", ended.out);
}
