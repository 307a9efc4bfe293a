//! A row through the credit rules.

use super::{Credit, Ran, Refused, RuleFollowed, Value, word_of};
use crate::calendar::{Date, print_date};
use crate::diagnostics::Diagnostic;
use crate::fault;
use crate::ids::{FrameId, RecordId, RuleId};
use crate::keys;
use crate::known::Known;
use crate::reference::Interpreter;
use crate::store;
use crate::table::{Fault, Key, Outcome, RuleOutcome, State, Value as CellValue};
use crate::trace::deciding;
use crate::types::expr::Expr;
use crate::types::model::{CreditTable, Origin};

/// What each rule that reads the record made of the row.
pub(super) fn rules(plan: &Ran<'_>, record: RecordId, row: u32) -> Result<Vec<RuleFollowed>, Vec<Diagnostic>> {
    let model = &plan.program.model;
    let of_record = plan.results.outcomes.iter().filter(|outcome| model.rules.at(outcome.rule).record == record);
    let known = Known::with(plan.program, plan.results.clone());
    let mut interpreter = known.interpreter();
    let followed = of_record.map(|outcome| rule(plan, &mut interpreter, outcome, row));
    let followed: Result<Vec<RuleFollowed>, Fault> = followed.collect();
    followed.map_err(|fault| fault::describe(plan.program, &plan.results, &[fault]))
}

fn rule(
    plan: &Ran<'_>,
    interpreter: &mut Interpreter<'_>,
    outcome: &RuleOutcome,
    row: u32,
) -> Result<RuleFollowed, Fault> {
    let mut followed = RuleFollowed {
        rule: plan.program.names.rules.at(outcome.rule).0.name.clone(),
        credits: Vec::new(),
        refused: Vec::new(),
    };
    let own: Vec<&Outcome> =
        outcome.outcomes.iter().filter(|(source, _)| *source == row).map(|(_, outcome)| outcome).collect();
    for outcome_of_one in &own {
        match (outcome_of_one, &plan.program.model.credit) {
            (Outcome::Credited(credited), Some(table)) => {
                followed.credits.push(credit(plan, interpreter, table, *credited)?);
            }
            (refused, _) => {
                let Some(reason) = store::reason(plan.program, outcome.rule, refused) else { continue };
                let values = values(plan, interpreter, outcome.rule, refused, (row, own.len() == 1))?;
                followed.refused.push(Refused { reason, values, pending: **refused == Outcome::NoDate });
            }
        }
    }
    Ok(followed)
}

/// The values that decided why something was not credited. Where several credits could be made of the row, it is not
/// known of which of them an outcome tells.
fn values(
    plan: &Ran<'_>,
    interpreter: &mut Interpreter<'_>,
    id: RuleId,
    outcome: &Outcome,
    (row, alone): (u32, bool),
) -> Result<String, Fault> {
    let (model, rule) = (&plan.program.model, plan.program.model.rules.at(id));
    let source = model.records.at(rule.record).frame;
    let mut told = |expr: &Expr| -> Result<(Option<CellValue>, String), Fault> {
        let (value, formula) = interpreter.ask(expr, source, row)?;
        Ok((value, formula.map(|formula| deciding(&formula)).unwrap_or_default()))
    };
    if let Outcome::Where(number) = outcome {
        return rule.conditions.get(*number as usize).map_or(Ok(String::new()), |condition| Ok(told(condition)?.1));
    }
    // What stands behind `to` and `on` is asked on the rule's own rows, which here are those of the record.
    if rule.frame != source || !alone {
        return Ok(String::new());
    }
    let (first, last) = model.plan.effective;
    Ok(match outcome {
        Outcome::OutsideDates => {
            let on = told(&rule.on)?.1;
            format!("{on}; the plan runs from {} to {}", print_date(first), print_date(last))
        }
        Outcome::OutsidePeople => {
            let (person, to) = told(&rule.to)?;
            let in_plan = plan.results.tables.rows(model.plan.people_frame);
            let known = match person {
                Some(CellValue::Row(person)) => in_plan.is_some_and(|rows| rows.find(&[Key::from(person)]).is_some()),
                _ => false,
            };
            let on = told(&rule.on)?.1;
            if known { format!("{to}, who is not in the plan on that day: {on}") } else { to }
        }
        Outcome::NoPerson => told(&rule.to)?.1,
        Outcome::NoDate => told(&rule.on)?.1,
        _ => String::new(),
    })
}

fn credit(plan: &Ran<'_>, interpreter: &mut Interpreter<'_>, table: &CreditTable, row: u32) -> Result<Credit, Fault> {
    let (program, tables) = (plan.program, &plan.results.tables);
    let cell = |column| keys::print_cell(program, tables, column, row).unwrap_or_default();
    let child = keys::frame_key(program, &plan.results, table.frame, row).into_iter().nth(2);
    let at = |column| tables.column(column).and_then(|data| data.get(row));
    let remark = match (at(table.person), at(table.date)) {
        (Some(CellValue::Row(person)), Some(CellValue::Date(date))) => away(plan, interpreter, person, date)?,
        _ => None,
    };
    Ok(Credit {
        child: child.unwrap_or_default(),
        person: cell(table.person),
        date: cell(table.date),
        amount: cell(table.amount),
        currency: store::currency(&plan.run(), table.amount, row),
        remark,
        values: own_values(plan, table.frame, row),
    })
}

/// Whether a person had left by a day, or was not there yet.
fn away(plan: &Ran<'_>, interpreter: &mut Interpreter<'_>, person: u32, date: Date) -> Result<Option<String>, Fault> {
    let described = &plan.program.model.plan;
    // Where it is asked day by day, a credit is made on a day on which the person is in the plan.
    let Some([from, to]) = described.active.as_ref().filter(|_| !described.daily) else { return Ok(None) };
    let frame = plan.program.model.records.at(described.people).frame;
    let mut day = |expr| {
        Ok(match interpreter.ask(expr, frame, person)?.0 {
            Some(CellValue::Date(day)) => Some(day),
            _ => None,
        })
    };
    let (from, to) = (day(from)?, day(to)?);
    let who = keys::record_key(plan.program, &plan.tables, described.people, person);
    Ok(match (from, to) {
        (_, Some(to)) if to < date => Some(format!("{who} left on {}, before that day", print_date(to))),
        (Some(from), _) if date < from => Some(format!("{who} came on {}, after that day", print_date(from))),
        _ => None,
    })
}

/// What the plan defines on a row itself, but for `let`.
pub(super) fn own_values(plan: &Ran<'_>, frame: FrameId, row: u32) -> Vec<Value> {
    let (program, run) = (plan.program, plan.run());
    let tables = &plan.results.tables;
    let mut values = Vec::new();
    for (column, described) in program.model.columns.pairs() {
        let is_there = || tables.column(column).is_some_and(|data| data.state(row) == State::There);
        if described.frame != frame || !matches!(described.origin, Origin::Definition(_)) || !is_there() {
            continue;
        }
        let (person, period) = store::belongs(&run, column, row);
        values.push(Value {
            word: word_of(&described.origin),
            name: program.names.columns.at(column).name.clone(),
            value: keys::print_cell(program, tables, column, row).unwrap_or_default(),
            currency: store::currency(&run, column, row),
            person,
            period,
        });
    }
    values
}
