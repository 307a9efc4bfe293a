//! `attain explain`.

use crate::place::Place;

/// A place with a run of the plans in `run`.
fn ran() -> Place {
    let place = Place::saas();
    place.run("run");
    place
}

#[test]
fn a_payout_is_explained() {
    let place = ran();
    let page = place.attain("explain run payout --person p15 --period 2026-12");
    assert_eq!((page.status, page.err.as_str()), (0, ""));
    assert!(page.out.starts_with("payout of Person p15 in month 2026-12"), "{}", page.out);
    // As in `payouts.csv`.
    assert!(page.out.lines().next().unwrap().contains("62,599.79 USD"), "{}", page.out);
    let value = place.attain("explain run payout --person p15 --period 2026-12 --depth 0 --width 80");
    insta::assert_snapshot!("explain_value", value.out);
    let deal = place.attain("explain run deal_value --key id=D-0002");
    insta::assert_snapshot!("explain_deal", deal.out);
    let credit = place.attain("explain run commission --key rule=primary --key source=D-0595 --depth 0");
    insta::assert_snapshot!("explain_credit", credit.out);
}

#[test]
fn a_trace_as_json_leads_to_the_cells_of_the_data() {
    let place = ran();
    let ended = place.attain("explain run deal_value --key id=D-0002 --format json");
    assert_eq!((ended.status, ended.err.as_str()), (0, ""));
    let trace: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let steps = trace["steps"].as_array().unwrap();
    let cell = |step: &&serde_json::Value| step["data"]["column"] == "Close Value";
    let input = steps.iter().find(cell).unwrap();
    // The second row of deals behind the header.
    assert_eq!(input["data"]["file"], "deals.csv");
    assert_eq!(input["data"]["row"], 3);
    assert_eq!(input["value"]["text"], "86500.00");
    assert_eq!(steps.last().unwrap()["id"], trace["root"]);
}

/// Every value of every definition that is stored can be explained, or is told to have no row; the
/// command compares each with what was stored.
#[test]
fn every_definition_of_a_person_can_be_explained() {
    let place = ran();
    for (person, quarter) in [("p07", "2026-Q1"), ("p02", "2026-Q2")] {
        for name in ["quarter_quota", "quarter_target", "bookings", "attainment", "team_quota", "manager_override"] {
            let ended = place.attain(&format!("explain run {name} --person {person} --period {quarter} --depth 0"));
            let left_out = ended.status == 1 && ended.err.contains("its `where` leaves the row out");
            assert!(ended.status == 0 || left_out, "{name} of {person}: {}", ended.err);
        }
    }
}

/// A deal belongs to a person without being told by one: who asks as that person is answered.
#[test]
fn a_person_may_be_named_who_is_no_part_of_the_key() {
    let place = ran();
    let plain = place.attain("explain run deal_value --key id=D-0002");
    // The deal's owner is p23.
    let named = place.attain("explain run deal_value --key id=D-0002 --person p23");
    assert_eq!((named.status, named.out), (0, plain.out));
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let place = ran();
    let mut all = String::new();
    for line in [
        "payot --person p15 --period 2026-12",
        "accelerator",
        "payout",
        "payout --person p15",
        "payout --person p99 --period 2026-13",
        "payout --person p01 --period 2026-01",
        "payout --person p15 --period 2026-12 --key kind=new",
        "attainment --person p02 --period 2026-Q1",
        "commission --person p15",
        "deal_value --person p01 --key id=D-0002",
        "commission --person p15 --key source=D-0001",
        "deal_value --key id=D-9001",
        "payout --person p15 --period 2026-12 --plan ae",
    ] {
        let ended = place.attain(&format!("explain run {line}"));
        assert_eq!((ended.status, ended.out.as_str()), (1, ""), "{line}");
        all.push_str(&format!("$ attain explain run {line}\n{}\n", ended.err));
    }
    insta::assert_snapshot!("explain_not_there", all);
}

#[test]
fn a_folder_that_is_no_run_or_was_changed_is_refused() {
    let place = ran();
    let none = place.attain("explain data payout --person p15 --period 2026-12");
    assert_eq!(none.status, 1);
    assert!(none.err.contains("E0603"), "{}", none.err);
    place.edit("run/plan/ae_2026.plan", "pay        monthly", "pay        monthly ");
    let changed = place.attain("explain run payout --person p15 --period 2026-12 --format json");
    let problems: serde_json::Value = serde_json::from_str(&changed.err).unwrap();
    assert_eq!((changed.status, &problems[0]["code"]), (1, &serde_json::json!("E0603")));
}
