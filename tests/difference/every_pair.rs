//! What holds of every difference: its parts add up, and with the sides turned they are the same, taken away.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::Path;

use attain::data::Folder;
use attain::plans::Computed;
use attain::program::Program;
use attain::reference::{Interpreter, Told, Tracer};
use attain::step::{FORMAT, Step, Trace};
use attain::table::Tables;
use attain::types::model::{Origin, Word};
use attain::{compile, project};

use super::world::of;

/// The payouts of a plan by person and period, each with its trace.
fn payouts(program: &Program, tables: &Tables) -> BTreeMap<(String, String), Trace> {
    let mut found = BTreeMap::new();
    let mut all: Vec<Step> = Vec::new();
    let mut tracer = Tracer::new(Interpreter::new(program, tables), Told::default());
    let mut roots = Vec::new();
    let results = attain::engine::run(program, tables).unwrap();
    for (column, described) in program.model.columns.pairs() {
        let Origin::Definition(definition) = &described.origin else { continue };
        if definition.word != Word::Pay {
            continue;
        }
        let frame = described.frame;
        for row in results.tables.rows(frame).map_or(0..0, |rows| rows.all()) {
            let Ok(traced) = tracer.trace(column, row) else { continue };
            all.extend(traced.steps);
            roots.push(traced.root);
        }
    }
    let places: HashMap<&str, usize> = all.iter().enumerate().map(|(place, step)| (step.id.as_str(), place)).collect();
    for root in roots {
        let mut wanted: HashSet<usize> = HashSet::new();
        let mut open = vec![root.clone()];
        while let Some(id) = open.pop() {
            let place = places[id.as_str()];
            if wanted.insert(place) {
                open.extend(all[place].uses());
            }
        }
        let mut wanted: Vec<usize> = wanted.into_iter().collect();
        wanted.sort_unstable();
        let steps: Vec<Step> = wanted.into_iter().map(|place| all[place].clone()).collect();
        let key = &steps.last().unwrap().key;
        let part = |number: usize| key.get(number).map_or_else(String::new, |part| part.value.clone());
        found.insert((part(0), part(1)), Trace { format: FORMAT, plan: "t".to_owned(), root, steps });
    }
    found
}

/// Each payout against the next one of the same person, and against that of the next person in the same period.
fn pairs_hold(folder: &str) -> usize {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans").join(folder);
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.extension().is_some_and(|extension| extension == "plan") {
            let name = entry.file_name().unwrap().to_str().unwrap().to_owned();
            files.insert(name, fs::read_to_string(&entry).unwrap());
        }
    }
    let entries: Vec<String> = files.keys().cloned().collect();
    let project = project::load(&files, &entries);
    let (plans, problems) = compile::plans(&project);
    assert!(problems.iter().all(|problem| !problem.is_error()), "{folder}: {problems:#?}");
    let mut count = 0;
    for plan in plans.iter().filter(|plan| plan.program.reads.is_empty()) {
        let tables = Computed::default().load(&plan.program, &Folder::new(root.join("data"))).unwrap();
        let payouts = payouts(&plan.program, &tables);
        let mut by_period: Vec<(&(String, String), &Trace)> = payouts.iter().collect();
        let by_person = by_period.clone();
        by_period.sort_by_key(|((person, period), _)| (period, person));
        for pair in by_person.windows(2).chain(by_period.windows(2)) {
            let [(_, before), (_, now)] = pair else { continue };
            let value = |trace: &Trace| trace.steps.last().and_then(|step| step.value.clone());
            let (Some(one), Some(other)) = (value(before), value(now)) else { continue };
            if one.unit == other.unit {
                of(now, before);
                count += 1;
            }
        }
    }
    count
}

#[test]
fn parts_add_up_for_every_pair_of_payouts() {
    // 37 people in 12 months: 443 pairs next to each other by person and 443 by period.
    assert_eq!(pairs_hold("saas_ae"), 886);
}

#[test]
fn parts_add_up_in_the_recipes() {
    let recipes = [
        "attainment-margin-matrix",
        "cap",
        "contest",
        "deal-by-deal-tiers",
        "draw",
        "growth-over-last-year",
        "margin-commission",
        "mbo-scorecard",
        "multi-currency",
        "payout-curve",
        "proration",
        "quarterly-true-up",
        "retroactive-tiers",
        "team-pool",
    ];
    for recipe in recipes {
        assert!(pairs_hold(&format!("cookbook/{recipe}")) > 0, "{recipe} has payouts");
    }
}
