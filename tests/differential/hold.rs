//! What must hold of every run.

use std::collections::{BTreeMap, HashSet};

use attain::ids::ColumnId;
use attain::keys;
use attain::program::Program;
use attain::reference;
use attain::table::{Key, Outcome, Results, State, Tables, Value};
use attain::types::model::{KeyPart, Origin};

/// A column by its name.
fn column(program: &Program, name: &str) -> ColumnId {
    let is_it = |id: &ColumnId| {
        let defined = matches!(program.model.columns.at(*id).origin, Origin::Definition(_));
        defined && program.names.columns.at(*id).name == name
    };
    program.model.columns.ids().find(is_it).unwrap()
}

/// The shares that the credits of a person and period earn add up to the definition shared out.
pub fn shares_add_up(program: &Program, results: &Results, target: &str) {
    let tables = &results.tables;
    let (share, target) = (column(program, "commission"), column(program, target));
    let frame = program.model.columns.at(target).frame;
    let KeyPart::Period(unit) = program.model.frames.at(frame).parts[1] else { panic!("not by period") };
    let credit = program.model.credit.unwrap();
    let (shares, totals) = (tables.column(share).unwrap(), tables.column(target).unwrap());
    let mut groups: BTreeMap<[Key; 2], i128> = BTreeMap::new();
    for row in tables.rows(credit.frame).unwrap().all() {
        let cell = |column: ColumnId| tables.column(column).unwrap().get(row);
        let (Some(person), Some(Value::Date(date))) = (cell(credit.person), cell(credit.date)) else {
            panic!("a credit without a person or a date")
        };
        let units = shares.fixed(row).expect("every credit has its share").units;
        let Some(period) = tables.calendar.period_of(unit, date) else {
            assert_eq!(units, 0, "a date in no period");
            continue;
        };
        *groups.entry([person.key().unwrap(), period.0.into()]).or_default() += units;
    }
    for (key, sum) in groups {
        let row = tables.rows(frame).unwrap().find(&key).unwrap();
        match totals.state(row) {
            State::There => assert_eq!(totals.fixed(row).unwrap().units, sum, "the shares of {key:?}"),
            State::NoRow => assert_eq!(sum, 0, "shares of nothing for {key:?}"),
            State::Missing => panic!("a total without a value"),
        }
    }
}

/// Under each rule, every source row has one outcome, and every credit comes of one row.
pub fn each_row_has_one_outcome(program: &Program, results: &Results) {
    assert_eq!(results.outcomes.len(), program.model.rules.len());
    let mut credited = HashSet::new();
    for rule in &results.outcomes {
        let record = program.model.records.at(program.model.rules.at(rule.rule).record);
        assert_eq!(rule.outcomes.len(), results.tables.rows(record.frame).unwrap().len());
        for (source, outcome) in rule.outcomes.iter().enumerate() {
            if let Outcome::Credited(row) = outcome {
                assert_eq!(results.credits[*row as usize], (rule.rule, u32::try_from(source).unwrap()));
                assert!(credited.insert(*row), "credit {row} twice");
            }
        }
    }
    assert_eq!(credited.len(), results.credits.len());
    let credit = program.model.credit.unwrap();
    assert_eq!(results.tables.rows(credit.frame).unwrap().len(), results.credits.len());
}

/// The trace of a cell ends in the value stored there; each step is sealed and comes after those it
/// uses.
pub fn traced(program: &Program, tables: &Tables, results: &Results, name: &str, pick: usize) {
    let id = column(program, name);
    let data = results.tables.column(id).unwrap();
    if data.is_empty() {
        return;
    }
    let row = u32::try_from(pick % data.len()).unwrap();
    let key = keys::frame_key(program, results, program.model.columns.at(id).frame, row);
    let trace = match reference::trace(program, tables, id, &key) {
        Ok(trace) => trace,
        Err(problem) => {
            assert!(matches!(problem, reference::TraceProblem::LeftOut), "{name} {key:?}: {problem:?}");
            assert_eq!(data.state(row), State::NoRow, "{name} {key:?}");
            return;
        }
    };
    let stored = keys::print_cell(program, &results.tables, id, row);
    let root = trace.steps.last().unwrap();
    assert_eq!(root.id, trace.root);
    assert_eq!(root.value.as_ref().map(|amount| amount.text.clone()), stored, "{name} {key:?}");
    let mut seen: HashSet<&str> = HashSet::new();
    for step in &trace.steps {
        for used in step.uses() {
            assert!(seen.contains(used.as_str()), "`{}` uses a step that comes later", step.name);
        }
        assert_eq!(step.clone().sealed().id, step.id, "the seal of `{}`", step.name);
        assert!(seen.insert(&step.id), "`{}` twice", step.name);
    }
}
