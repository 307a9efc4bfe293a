//! Values of up to 28 digits, from the data to the trace.

use crate::place::Place;

const RECORDS: &str = "\
edition 1
record Seller from \"sellers.csv\" { key id text }
record Sale from \"sales.csv\" {
  key id  text
  seller  Seller
  sold    date
  amount  USD
  to seller
  on sold
}
";

const WIDE: &str = "\
edition 1
use \"records.plan\"
plan wide_plan {
  effective 2026-01-01 to 2026-03-31
  currency  USD
  people    Seller
  pay       quarterly
  wide
}
credit direct for each Sale { amount amount }
measure booked for each Seller, quarter = sum of Credit.amount
earn share_paid for each Credit = amount / 2
pay payout for each Seller, quarter = sum of share_paid
";

const NARROW: &str = "\
edition 1
use \"records.plan\"
use \"wide.plan\"
plan narrow {
  effective 2026-01-01 to 2026-03-31
  currency  USD
  people    Seller
  days shared
}
measure again for each Seller, quarter = wide_plan.booked or 0
";

fn place() -> Place {
    let place = Place::empty();
    place.write("plans/records.plan", RECORDS);
    place.write("plans/wide.plan", WIDE);
    place.write("data/sellers.csv", "id\ns\n");
    place.write(
        "data/sales.csv",
        "id,seller,sold,amount\na,s,2026-02-01,12345678901234567890123456.78\nb,s,2026-02-02,-0.01\n",
    );
    place
}

#[test]
fn all_digits_are_kept_and_explained() {
    let place = place();
    place.run("run");
    // (12,345,678,901,234,567,890,123,456.78 - 0.01) and its halves, rounded away from zero: …728.39 and -0.01.
    let payouts = place.read("run/payouts.csv");
    assert!(payouts.contains("6172839450617283945061728.38"), "{payouts}");
    let page = place.attain("explain run booked --person s --period 2026-Q1 --depth 0 --width 100");
    assert_eq!((page.status, page.err.as_str()), (0, ""));
    assert!(page.out.contains("12,345,678,901,234,567,890,123,456.77 USD"), "{}", page.out);
    // Each value that is explained is compared with what the run folder has stored.
    let page = place.attain("explain run payout --person s --period 2026-Q1 --format json");
    assert_eq!((page.status, page.err.as_str()), (0, ""));
    assert!(page.out.contains("\"6172839450617283945061728.38\""), "{}", page.out);
    assert!(page.out.contains("\"12345678901234567890123456.78\""), "{}", page.out);
}

#[test]
fn the_29th_digit_is_refused_in_the_data_and_in_results() {
    let place = place();
    place.edit("data/sales.csv", "12345678901234567890123456.78", "123456789012345678901234567.89");
    let ended = place.attain("run plans --data data --out run");
    assert_eq!(ended.status, 1);
    assert!(ended.err.contains("a number of at most 28 digits, 2 of them decimals"), "{}", ended.err);
    place.edit("data/sales.csv", "123456789012345678901234567.89", "99999999999999999999999999.99");
    place.edit("plans/wide.plan", "amount / 2", "amount * 2");
    let ended = place.attain("run plans --data data --out run");
    assert_eq!(ended.status, 1);
    assert!(ended.err.contains("a stored value has at most 28 digits"), "{}", ended.err);
}

#[test]
fn without_the_word_18_digits_are_kept() {
    let place = place();
    place.edit("plans/wide.plan", "  wide\n", "");
    let ended = place.attain("run plans --data data --out run");
    assert_eq!(ended.status, 1);
    assert!(ended.err.contains("a number of at most 18 digits, 2 of them decimals"), "{}", ended.err);
}

#[test]
fn a_plan_that_reads_a_wide_one_is_wide_itself() {
    let place = place();
    place.edit("plans/wide.plan", "people    Seller", "people    Seller\n  days      shared");
    place.write("plans/narrow.plan", NARROW);
    let ended = place.attain("check plans");
    assert_eq!(ended.status, 1);
    assert!(ended.out.contains("say `wide`"), "{}", ended.out);
    place.edit("plans/narrow.plan", "  days shared\n", "  days shared\n  wide\n");
    place.run("run");
}
