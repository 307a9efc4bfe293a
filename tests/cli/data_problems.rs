//! Problems of data as people see them.

use crate::place::Place;

/// One mistake in the data, in both forms for people; nothing is written.
fn shown(name: &str, mistake: impl Fn(&Place)) {
    let place = Place::saas();
    mistake(&place);
    let concise = place.attain("run plans --data data --out run --format concise");
    let human = place.attain("run plans --data data --out run");
    assert_eq!((concise.status, human.status), (1, 1));
    assert_eq!((concise.out.as_str(), human.out.as_str()), ("", ""));
    assert_eq!(place.names(), ["data", "plans"]);
    insta::assert_snapshot!(format!("data_{name}"), format!("{}\n{}", concise.err, human.err));
}

#[test]
fn a_file_that_is_not_there() {
    shown("no_file", |place| std::fs::rename(place.path("data/quotas.csv"), place.path("data/quota.csv")).unwrap());
}

#[test]
fn a_column_that_is_not_there() {
    shown("no_column", |place| place.edit("data/deals.csv", "Close Value", "Closed Value"));
}

#[test]
fn an_amount_that_is_no_number() {
    shown("bad_number", |place| place.edit("data/deals.csv", "17527.81", "17 527.81"));
}

#[test]
fn more_decimals_than_the_currency_has() {
    shown("too_many_places", |place| place.edit("data/deals.csv", "17527.81", "17527.815"));
}

#[test]
fn a_day_that_does_not_exist() {
    shown("bad_date", |place| place.edit("data/deals.csv", "2026-01-02", "2026-02-30"));
}

#[test]
fn a_value_that_is_none_of_the_choices() {
    shown("unknown_choice", |place| place.edit("data/deals.csv", "USD,expansion", "USD,Expansion"));
}

#[test]
fn a_key_that_stands_twice() {
    shown("duplicate_key", |place| place.edit("data/deals.csv", "D-0002", "D-0001"));
}

#[test]
fn a_reference_to_no_one() {
    shown("dangling", |place| place.edit("data/deals.csv", "2026-01-02,p14", "2026-01-02,p144"));
}

#[test]
fn a_blank_cell() {
    shown("blank_cell", |place| place.edit("data/deals.csv", "2026-01-02,p14", "2026-01-02,"));
}

#[test]
fn a_quote_that_never_ends() {
    shown("open_quote", |place| place.edit("data/deals.csv", "2026-01-02,p14", "2026-01-02,\"p14"));
}

#[test]
fn people_who_manage_each_other() {
    shown("circle", |place| place.edit("data/people.csv", "VP,,", "VP,p02,"));
}
