//! `attain run --parts`.

use std::collections::BTreeMap;

use crate::page;
use crate::place::{Place, crate_folder};

/// The cells of each table of results, by column and key.
fn cells(place: &Place, run: &str) -> BTreeMap<(String, String, Vec<String>), Option<String>> {
    let run = attain::store::Run::open(&place.path(run)).unwrap();
    let mut cells = BTreeMap::new();
    for (plan, entry) in &run.manifest.plans {
        for name in entry.results.keys() {
            let table = run.results(plan, name).unwrap();
            let rows = run.manifest.output_files[&table.entry().file].rows;
            assert_eq!(table.keys().len() as u64, rows, "{name}");
            for column in table.entry().columns.iter().filter(|column| !column.key) {
                for key in table.keys() {
                    let cell = table.get(&column.name, key).unwrap();
                    cells.insert((name.clone(), column.name.clone(), key.to_vec()), cell);
                }
            }
        }
    }
    cells
}

fn same_in_parts(place: &Place, path: &str, data: &str, parts: usize) {
    let whole = place.attain(&format!("run {path} --data {data} --out whole --outputs parquet --parts 1"));
    assert_eq!((whole.status, whole.err.as_str()), (0, ""));
    let divided = place.attain(&format!("run {path} --data {data} --out divided --outputs parquet --parts {parts}"));
    assert_eq!((divided.status, divided.err.as_str()), (0, ""));
    assert_eq!(whole.out.replace("whole", "divided"), divided.out);
    for file in ["reconciliation.csv", "completeness.csv", "people.csv"] {
        assert_eq!(place.read(&format!("whole/{file}")), place.read(&format!("divided/{file}")), "{file}");
    }
    assert_eq!(cells(place, "whole"), cells(place, "divided"));
    let verified = place.attain(&format!("verify divided --data {data}"));
    assert_eq!(verified.status, 0, "{}{}", verified.out, verified.err);
    assert_eq!(place.names().iter().filter(|name| name.starts_with('.')).count(), 0, "nothing is left over");
}

#[test]
fn people_in_parts_come_to_the_same_as_all_at_once() {
    for parts in [2, 3, 7, 40] {
        same_in_parts(&Place::saas(), "plans/ae_2026.plan", "data", parts);
    }
}

#[test]
fn problems_of_the_data_are_those_of_a_run_at_once() {
    let place = Place::saas();
    place.edit("data/deals.csv", "USD", "USX");
    let told = |parts: usize| {
        let run = format!("run plans/ae_2026.plan --data data --out run --outputs parquet --parts {parts}");
        place.attain(&run)
    };
    let (whole, divided) = (told(1), told(3));
    assert_eq!((whole.status, &whole.err), (divided.status, &divided.err));
    assert!(whole.err.contains("E05"), "{}", whole.err);
    assert_eq!(place.names(), ["data", "plans"]);
}

#[test]
fn faults_in_parts_leave_nothing() {
    let place = Place::saas();
    place.edit("data/fx.csv", "2026-01,EUR,1.10792\n", "");
    let ended =
        place.attain("run plans/ae_2026.plan --data data --out run --outputs parquet --parts 3 --format concise");
    assert_eq!(ended.status, 1);
    assert!(ended.err.contains("error[E0403]"), "{}", ended.err);
    assert_eq!(place.names(), ["data", "plans"]);
}

#[test]
fn what_does_not_divide_is_told() {
    let place = Place::saas();
    let csv = place.attain("run plans --data data --out run --parts 3 --format concise");
    assert!(csv.status == 1 && csv.err.contains("E0809") && csv.err.contains("--outputs parquet"), "{}", csv.err);
    // The rate of a credit rests on what everyone came to.
    place.edit(
        "plans/ae_2026.plan",
        "let still_here for",
        "let everyone = sum of Credit.amount\nmeasure share for each Credit where everyone > 0 as percent = amount / everyone\nlet still_here for",
    );
    let shared = place.attain("run plans --data data --out run --outputs parquet --parts 3 --format concise");
    assert!(shared.status == 1 && shared.err.contains("E0809"), "{}", shared.err);
    assert!(shared.err.contains("`everyone`"), "{}", shared.err);
    assert_eq!(place.attain("run plans --data data --out run --outputs parquet").status, 0);
}

#[test]
fn the_page_does_what_it_says() {
    let text = std::fs::read_to_string(crate_folder().join("docs/large.md")).unwrap();
    let place = Place::saas();
    for block in page::blocks(&text).iter().filter(|block| block.info == "console") {
        let command = block.text.trim().strip_prefix("$ attain ").unwrap();
        let ended = place.attain(command);
        assert_eq!(ended.status, 0, "{}", ended.err);
    }
}
