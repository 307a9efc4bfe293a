//! Which values are others: rows of two computations matched by what they stand for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::data::Parts;
use super::world::{World, code, rule_code, same};
use crate::data::From;
use crate::ids::{ColumnId, FrameId, RecordId};
use crate::program::Program;
use crate::table::{ColumnData, CreditRow, Key, Results, State, Value};
use crate::types::model::{FrameRows, KeyPart, Origin, Type};

/// A value that is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The definition.
    pub column: ColumnId,
    /// Its row before; none where there was none.
    pub before: Option<u32>,
    /// Its row after.
    pub after: Option<u32>,
}

/// Values with where the rows of their records come from.
struct Side<'a> {
    results: &'a Results,
    from: &'a BTreeMap<RecordId, Vec<From>>,
}

/// Of two computations of one part.
pub(super) fn of_parts(parts: &Parts<'_>, old: &World, new: &World) -> Vec<Change> {
    let program = parts.layout.program;
    let before = Side { results: &old.results, from: &old.from };
    let after = Side { results: &new.results, from: &new.from };
    let mut matched = HashMap::new();
    let mut changes = Vec::new();
    for column in definitions(program) {
        let frame = program.model.columns.at(column).frame;
        if parts.layout.homes.flows(frame) {
            let rows = matched.entry(frame).or_insert_with(|| pairs(program, frame, &before, &after));
            changes.extend(others(program, column, rows, &before, &after));
            continue;
        }
        let rows: BTreeSet<u32> =
            [old, new].iter().filter_map(|world| world.changed.get(&column)).flatten().copied().collect();
        let rows: Vec<Pair> = rows.into_iter().map(|row| (Some(row), Some(row))).collect();
        changes.extend(others(program, column, &rows, &before, &after));
    }
    changes
}

/// Of two computations of everything.
pub(super) fn of_whole(
    program: &Program,
    (before, before_from): (&Results, &BTreeMap<RecordId, Vec<From>>),
    (after, after_from): (&Results, &BTreeMap<RecordId, Vec<From>>),
) -> Vec<Change> {
    let before = Side { results: before, from: before_from };
    let after = Side { results: after, from: after_from };
    let mut matched = HashMap::new();
    let mut changes = Vec::new();
    for column in definitions(program) {
        let frame = program.model.columns.at(column).frame;
        let rows = matched.entry(frame).or_insert_with(|| pairs(program, frame, &before, &after));
        changes.extend(others(program, column, rows, &before, &after));
    }
    changes
}

fn definitions(program: &Program) -> impl Iterator<Item = ColumnId> {
    let all = program.model.columns.pairs();
    all.filter(|(_, column)| matches!(column.origin, Origin::Definition(_))).map(|(id, _)| id)
}

/// A row before and the same after, if they are there.
type Pair = (Option<u32>, Option<u32>);

/// The pairs at which a column has another value, or a value on one side alone.
fn others(program: &Program, column: ColumnId, pairs: &[Pair], before: &Side<'_>, after: &Side<'_>) -> Vec<Change> {
    let (one, other) = (before.results.tables.column(column), after.results.tables.column(column));
    let there = |data: Option<&std::sync::Arc<ColumnData>>, row: Option<u32>| {
        row.filter(|row| data.is_some_and(|data| data.state(*row) == State::There))
    };
    let refers = match program.model.columns.at(column).ty {
        Type::Reference(record) => Some(record),
        _ => None,
    };
    let is_same = |(row, other_row): &Pair| match (there(one, *row), there(other, *other_row), one, other) {
        (None, None, ..) => true,
        (Some(row), Some(other_row), Some(one), Some(other)) => match refers {
            Some(record) => before.named(record, one, row) == after.named(record, other, other_row),
            None => same((one, row), (other, other_row)),
        },
        _ => false,
    };
    let others = pairs.iter().filter(|pair| !is_same(pair));
    others.map(|(before, after)| Change { column, before: *before, after: *after }).collect()
}

impl Side<'_> {
    /// A row of a record, the same wherever it stands.
    fn coded(&self, record: RecordId, row: u32) -> Key {
        match self.from.get(&record) {
            Some(from) => from.get(row as usize).map_or(Key::MAX, |from| code(*from)),
            None => row.into(),
        }
    }

    /// The row of a record that a cell names.
    fn named(&self, record: RecordId, data: &ColumnData, row: u32) -> Option<Key> {
        match data.get(row) {
            Some(Value::Row(named)) => Some(self.coded(record, named)),
            _ => None,
        }
    }
}

/// The rows of a frame on both sides, in the order of those after; behind them those that are no more.
fn pairs(program: &Program, frame: FrameId, before: &Side<'_>, after: &Side<'_>) -> Vec<Pair> {
    let count = |side: &Side<'_>| side.results.tables.rows(frame).map_or(0..0, |rows| rows.all());
    let mut old: HashMap<Vec<Key>, u32> =
        count(before).map(|row| (identity(program, frame, before, row), row)).collect();
    let mut pairs: Vec<Pair> =
        count(after).map(|row| (old.remove(&identity(program, frame, after, row)), Some(row))).collect();
    let mut gone: Vec<u32> = old.into_values().collect();
    gone.sort_unstable();
    pairs.extend(gone.into_iter().map(|row| (Some(row), None)));
    pairs
}

/// What a row stands for, whatever numbers rows have.
fn identity(program: &Program, frame: FrameId, side: &Side<'_>, row: u32) -> Vec<Key> {
    let model = &program.model;
    let coded = |record: RecordId, row: u32| side.coded(record, row);
    let credits: Option<&[CreditRow]> = match model.frames.at(frame).rows {
        FrameRows::Credit => Some(&side.results.credits),
        FrameRows::CreditHistory => Some(&side.results.history),
        _ => None,
    };
    if let (Some(credits), Some(table)) = (credits, model.credits_of(frame)) {
        let Some(credit) = credits.get(row as usize) else { return vec![row.into()] };
        let rule = model.rules.at(credit.rule);
        let own = match model.frames.at(rule.frame).rows {
            FrameRows::Record(record) => coded(record, credit.row),
            _ => credit.row.into(),
        };
        let person = side.results.tables.column(table.person).and_then(|data| data.get(row));
        let person = match person {
            Some(Value::Row(person)) => coded(model.plan.people, person),
            _ => Key::MIN,
        };
        let own = if matches!(model.frames.at(rule.frame).rows, FrameRows::Managers(_)) { 0 } else { own };
        return vec![rule_code(credit.rule), coded(rule.record, credit.source), own, person];
    }
    let parts = &model.frames.at(frame).parts;
    let key = side.results.tables.rows(frame).map_or(&[][..], |rows| rows.key(row));
    let part = |(part, key): (&KeyPart, &Key)| match part {
        KeyPart::Record(record) => u32::try_from(*key).map_or(*key, |row| coded(*record, row)),
        KeyPart::Period(_) | KeyPart::Choice(_) | KeyPart::Currency | KeyPart::Credit => *key,
    };
    parts.iter().zip(key).map(part).collect()
}
