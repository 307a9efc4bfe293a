//! Tables of rates whose bands are the rows of a record.

use std::collections::HashMap;
use std::sync::Arc;

use super::Engine;
use super::rates::along;
use super::selection::Selection;
use super::vector::Vector;
use crate::ids::{ExprId, RatesId};
use crate::table::{Fault, FaultKind, Value};
use crate::types::model::{Bands, RatesKind, Start};
use crate::value::Exact;

/// The rows of a record by the keys of a table.
pub(super) type ByKey = HashMap<Vec<Value>, Vec<u32>>;

/// The bands of one key in order of their starts; none where one of them is missing.
type Line = Option<(Vec<Start>, Vec<Value>)>;

impl Engine<'_> {
    /// The values of a table of a record at keys and inputs.
    pub fn record_rate(
        &self,
        (id, table): (RatesId, &Bands),
        inputs: &[Vector],
        expr: ExprId,
        at: &Selection,
        faults: &mut Vec<Fault>,
    ) -> Vector {
        let Some((input, keys)) = inputs.split_last() else { return Vector::Blank(at.len()) };
        let by_key = self.rows_of_keys(id, table);
        let group = |position: usize| {
            input.get(position)?;
            keys.iter().map(|key| key.get(position)).collect::<Option<Vec<Value>>>()
        };
        let groups: Vec<Option<Vec<Value>>> = (0..at.len()).map(group).collect();
        let kind = self.model.rates.at(id).kind;
        let mut lines: HashMap<&Vec<Value>, Line> = HashMap::new();
        for asked in groups.iter().flatten() {
            if !lines.contains_key(asked) {
                lines.insert(asked, self.band_line(table, kind, &by_key, asked, faults));
            }
        }
        let mut values = Vec::with_capacity(at.len());
        for (position, group) in groups.iter().enumerate() {
            let line = group.as_ref().and_then(|group| lines.get(group));
            let value = match (line, input.get(position)) {
                (Some(Some((starts, rates))), Some(input)) => {
                    let value = along(kind, starts, |band| rates.get(band), &input);
                    if value.is_none() {
                        let below = FaultKind::BelowTable { input: keys.len(), value: input };
                        faults.push(at.fault(below, expr, position));
                    }
                    value
                }
                _ => None,
            };
            values.push(value);
        }
        Vector::from_values(values)
    }

    /// The rows of a table's record by their keys; data does not change, so they are found once.
    fn rows_of_keys(&self, id: RatesId, table: &Bands) -> Arc<ByKey> {
        let kept = self.record_tables.lock().ok().and_then(|tables| tables.get(&id).cloned());
        if let Some(kept) = kept {
            return kept;
        }
        let mut by_key = ByKey::new();
        let rows = self.all_rows(table.frame);
        // A row of which a test gives too little is left out.
        let mut unheard = Vec::new();
        let parts: Vec<Vector> = table.key.iter().map(|part| self.eval(part, &rows, &mut unheard)).collect();
        for (position, row) in rows.rows.iter().enumerate() {
            let key = parts.iter().map(|part| part.get(position)).collect::<Option<Vec<Value>>>();
            if let Some(key) = key {
                by_key.entry(key).or_default().push(*row);
            }
        }
        let by_key = Arc::new(by_key);
        if let Ok(mut tables) = self.record_tables.lock() {
            tables.insert(id, Arc::clone(&by_key));
        }
        by_key
    }

    /// The bands of a key, of versions with the day behind it. One without rows has none, unless it is the only one
    /// there is.
    fn band_line(
        &self,
        table: &Bands,
        kind: RatesKind,
        by_key: &ByKey,
        asked: &[Value],
        faults: &mut Vec<Fault>,
    ) -> Line {
        let (key, day) = match (table.day(self.model), asked) {
            (Some(_), [key @ .., day]) => (key, day.key()),
            _ => (asked, None),
        };
        let versions = self.rows(table.frame);
        let holds = |row: &u32| match (day, versions.days_of(*row)) {
            (Some(day), Some((first, last))) => (first..=last).contains(&day),
            _ => true,
        };
        let rows: Vec<u32> = by_key.get(key).into_iter().flatten().copied().filter(holds).collect();
        if rows.is_empty() && !asked.is_empty() {
            return None;
        }
        let rows = Selection::new(table.frame, rows);
        let starts = self.eval(&table.start, &rows, faults);
        let values = self.eval(&table.value, &rows, faults);
        let band = |position: usize| Some((starts.get(position)?, values.get(position)?));
        let bands: Option<Vec<(Value, Value)>> = (0..rows.len()).map(band).collect();
        bands.map(|bands| line(bands, kind, table.inclusive))
    }
}

/// Bands in order of their starts. Slices begin at 0, also where the first band begins below it.
fn line(mut bands: Vec<(Value, Value)>, kind: RatesKind, inclusive: bool) -> (Vec<Start>, Vec<Value>) {
    bands.sort_by(|(a, _), (b, _)| match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Period(a), Value::Period(b)) => a.cmp(b),
        _ => std::cmp::Ordering::Equal,
    });
    if let (RatesKind::Marginal, Some((Value::Number(first), _))) = (kind, bands.first_mut())
        && *first < Exact::zero()
    {
        *first = Exact::zero();
    }
    bands.into_iter().map(|(start, value)| (Start { at: Some(start), inclusive }, value)).unzip()
}
