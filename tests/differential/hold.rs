//! What must hold of every run.

use std::collections::{BTreeMap, HashSet};

use attain::ids::ColumnId;
use attain::known::Known;
use attain::program::Program;
use attain::table::{Key, Outcome, Results, State, Tables, Value};
use attain::types::model::{KeyPart, Origin};
use proptest::prop_assert;

use super::{Checked, agree, agreed, equal, fails};

/// A definition by its name.
fn definition(program: &Program, name: &str) -> ColumnId {
    let is_it = |id: &ColumnId| {
        let defined = matches!(program.model.columns.at(*id).origin, Origin::Definition(_));
        defined && program.names.columns.at(*id).name == name
    };
    program.model.columns.ids().find(is_it).unwrap()
}

/// The shares that the credits of a person and period earn add up to the definition shared out.
pub fn shares_add_up(program: &Program, results: &Results, target: &str) -> Checked {
    let tables = &results.tables;
    let target = definition(program, target);
    let shares = tables.column(definition(program, "commission")).unwrap();
    let frame = program.model.columns.at(target).frame;
    let KeyPart::Period(unit) = program.model.frames.at(frame).parts[1] else { panic!("not by period") };
    let credit = program.model.credit.as_ref().unwrap();
    let mut groups: BTreeMap<[Key; 2], i128> = BTreeMap::new();
    for row in tables.rows(credit.frame).unwrap().all() {
        let cell = |column: ColumnId| tables.column(column).unwrap().get(row);
        let (person, date, share) = (cell(credit.person), cell(credit.date), shares.fixed(row));
        let (Some(person), Some(Value::Date(date)), Some(share)) = (person, date, share) else {
            return fails(format!("credit {row} without a person, a date or a share"));
        };
        match tables.calendar.period_of(unit, date) {
            Some(period) => *groups.entry([person.key().unwrap(), period.0.into()]).or_default() += share.units,
            None => equal(share.units, 0, || format!("the share of credit {row} in no period"))?,
        }
    }
    let totals = tables.column(target).unwrap();
    for (key, sum) in groups {
        // A credit on a date of the plan lies in a period of the plan.
        let row = tables.rows(frame).unwrap().find(&key).unwrap();
        let total = totals.fixed(row).map(|total| total.units);
        match totals.state(row) {
            State::NoRow => equal(sum, 0, || format!("the shares of nothing for {key:?}"))?,
            State::There | State::Missing => equal(Some(sum), total, || format!("the shares for {key:?}"))?,
        }
    }
    Ok(())
}

/// Under each rule, every source row has an outcome, in order, and every credit is the outcome of one.
pub fn each_row_has_an_outcome(program: &Program, results: &Results) -> Checked {
    equal(program.model.rules.len(), results.outcomes.len(), || "the rules".to_owned())?;
    let mut credited = HashSet::new();
    for rule in &results.outcomes {
        let record = program.model.records.at(program.model.rules.at(rule.rule).record);
        let rows: Vec<u32> = results.tables.rows(record.frame).unwrap().all().collect();
        let mut sources: Vec<u32> = rule.outcomes.iter().map(|(source, _)| *source).collect();
        sources.dedup();
        equal(rows, sources, || format!("the outcomes of {:?}", rule.rule))?;
        for (source, outcome) in &rule.outcomes {
            if let Outcome::Credited(row) = outcome {
                let made = results.credits.get(*row as usize).map(|made| (made.rule, made.source));
                equal(Some((rule.rule, *source)), made, || format!("credit {row}"))?;
                prop_assert!(credited.insert(*row), "credit {row} twice");
            }
        }
    }
    equal(results.credits.len(), credited.len(), || "the credits of all rules".to_owned())?;
    let rows = results.tables.rows(program.model.credit.as_ref().unwrap().frame).unwrap().len();
    equal(results.credits.len(), rows, || "the rows of the credits".to_owned())
}

/// The trace of a cell of a definition, chosen by a number, leads to what is stored.
pub fn traced(program: &Program, tables: &Tables, results: &Results, name: &str, pick: usize) -> Checked {
    let id = definition(program, name);
    let rows = results.tables.column(id).unwrap().len();
    if rows == 0 {
        return Ok(());
    }
    let row = u32::try_from(pick % rows).unwrap();
    agreed(agree::traced(program, tables, results, id, row))?;
    let known = Known::with(program, results.clone());
    agreed(agree::traced_over_known(program, tables, &known, id, row))
}
