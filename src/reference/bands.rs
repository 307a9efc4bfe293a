//! Tables of rates whose bands are the rows of a record.

use std::collections::HashMap;
use std::rc::Rc;

use super::cell::fault;
use super::eval::{boxed, formula, order};
use super::rates::{Looked, look};
use super::{At, Computed, Interpreter, Out};
use crate::ids::RatesId;
use crate::step::{self, Node};
use crate::table::{FaultKind, Value};
use crate::types::expr::Expr;
use crate::types::model::{Bands, RatesKind, Start};
use crate::value::Exact;

/// The rows of a record by the keys of a table.
pub(super) type ByKey = HashMap<Vec<Value>, Vec<u32>>;

/// A band with what made it.
struct Band {
    row: u32,
    start: Out,
    value: Out,
}

impl Interpreter<'_> {
    /// A table of a record at its keys and its input: missing where a record has no rows of this key.
    pub(super) fn record_rate(
        &mut self,
        expr: &Expr,
        (id, table): (RatesId, &Bands),
        inputs: &[Expr],
        mut outs: Vec<Out>,
        at: &At,
    ) -> Computed<Out> {
        let Some(input) = outs.pop() else { return Ok(self.out(expr, None, || Node::Missing)) };
        let key: Option<Vec<Value>> = outs.iter().map(|out| out.value.clone()).collect();
        let bands = match (key, &input.value) {
            (Some(key), Some(_)) => self.bands_of(id, table, key)?,
            _ => Vec::new(),
        };
        let absent = bands.is_empty() && !outs.is_empty();
        let looked = match &input.value {
            Some(value) if !absent && outs.iter().all(|out| out.value.is_some()) => {
                let looked = self.look_at(id, table, &bands, value);
                let below = || FaultKind::BelowTable { input: outs.len(), value: value.clone() };
                Some(looked.ok_or_else(|| fault(below(), expr, at))?)
            }
            _ => None,
        };
        let value = looked.as_ref().map(|looked| looked.value.clone());
        if !self.tracing {
            return Ok(Out { value, formula: None });
        }
        let mut keys = Vec::new();
        for band in &bands {
            keys.push(self.key_words(table.frame, band.row)?);
        }
        let node = self.record_node((expr, inputs.last()), (id, table), (outs, input), (bands, keys), looked.as_ref());
        Ok(self.out(expr, value, || node))
    }

    /// The bands of a key, of versions with the day behind it, in order of their starts.
    fn bands_of(&mut self, id: RatesId, table: &Bands, mut key: Vec<Value>) -> Computed<Vec<Band>> {
        let groups = self.rows_of_keys(id, table)?;
        let day = table.day(&self.program.model).and_then(|_| key.pop()?.key());
        let rows = self.rows(table.frame)?;
        let holds = |row: u32| match (day, rows.days_of(row)) {
            (Some(day), Some((first, last))) => (first..=last).contains(&day),
            _ => true,
        };
        let mut bands = Vec::new();
        for row in groups.get(&key).into_iter().flatten().filter(|row| holds(**row)) {
            let at = At { frame: table.frame, row: *row, first: None };
            bands.push(Band { row: *row, start: self.eval(&table.start, &at)?, value: self.eval(&table.value, &at)? });
        }
        bands.sort_by(|a, b| match (&a.start.value, &b.start.value) {
            (Some(first), Some(second)) => order(first, second).unwrap_or(std::cmp::Ordering::Equal),
            _ => std::cmp::Ordering::Equal,
        });
        Ok(bands)
    }

    /// The rows of a table's record by their keys.
    fn rows_of_keys(&mut self, id: RatesId, table: &Bands) -> Computed<Rc<ByKey>> {
        if let Some(groups) = self.record_tables.get(&id) {
            return Ok(Rc::clone(groups));
        }
        let mut groups = ByKey::new();
        for row in self.rows(table.frame)?.all() {
            let at = At { frame: table.frame, row, first: None };
            let mut key = Vec::new();
            for part in &table.key {
                key.push(self.quietly(|this| this.eval(part, &at))?.value);
            }
            if let Some(key) = key.into_iter().collect::<Option<Vec<Value>>>() {
                groups.entry(key).or_default().push(row);
            }
        }
        let groups = Rc::new(groups);
        self.record_tables.insert(id, Rc::clone(&groups));
        Ok(groups)
    }

    /// What the bands give; none when the input lies below the first.
    fn look_at(&self, id: RatesId, table: &Bands, bands: &[Band], input: &Value) -> Option<Looked> {
        let kind = self.program.model.rates.at(id).kind;
        let start = |(number, band): (usize, &Band)| {
            let at = match (&band.start.value, kind, number) {
                // The slices begin at 0, also where the first band begins below it.
                (Some(Value::Number(start)), RatesKind::Marginal, 0) if *start < Exact::zero() => {
                    Some(Value::Number(Exact::zero()))
                }
                (start, ..) => start.clone(),
            };
            Some(Start { at: Some(at?), inclusive: table.inclusive })
        };
        let starts: Option<Vec<Start>> = bands.iter().enumerate().map(start).collect();
        let values: Option<Vec<Value>> = bands.iter().map(|band| band.value.value.clone()).collect();
        look(kind, &starts?, &values?, input)
    }

    fn record_node(
        &self,
        (expr, input_expr): (&Expr, Option<&Expr>),
        (id, table): (RatesId, &Bands),
        (keys, input): (Vec<Out>, Out),
        (bands, row_keys): (Vec<Band>, Vec<Vec<step::KeyPart>>),
        looked: Option<&Looked>,
    ) -> Node {
        let names = &self.program.names;
        let words = names.rates.at(id);
        let chosen = keys.into_iter().enumerate().map(|(number, out)| step::Chosen {
            name: words.inputs.get(number).cloned().unwrap_or_default(),
            input: formula(out),
            rows: Vec::new(),
        });
        let begins = if table.inclusive { "from" } else { "above" };
        let start_ty = names.exprs.at(table.start.id).ty;
        let place = self.place(names.exprs.at(table.start.id).span);
        let of = |expr: &Expr, exact: &Exact| self.amount(names.exprs.at(expr.id).ty, &Value::Number(exact.clone()));
        let mut rows = Vec::new();
        for (number, (band, key)) in bands.into_iter().zip(row_keys).enumerate() {
            let (taken, part) = looked.and_then(|looked| looked.rows.get(number).cloned()).unwrap_or((false, None));
            let (Some(start), Some(value)) = (band.start.value.clone(), band.value.value.clone()) else { continue };
            let part = part.filter(|_| taken);
            let gives = match (&part, &value) {
                (Some(part), Value::Number(rate)) => Some(of(expr, &part.times(rate))),
                _ => None,
            };
            let shown = crate::keys::print(self.program, &self.results.tables, start_ty, &start);
            rows.push(step::Band {
                row: format!("{begins} {shown}"),
                start: Some(self.amount(start_ty, &start)),
                above: !table.inclusive,
                values: Vec::new(),
                plan: place.clone(),
                rate: self.amount(names.exprs.at(table.value.id).ty, &value),
                data: Some(Box::new(step::BandRow { key, start: formula(band.start), value: formula(band.value) })),
                taken,
                part: part.as_ref().zip(input_expr).map(|(part, input)| of(input, part)),
                gives,
            });
        }
        let rate = |value: &Value| self.amount(names.exprs.at(table.value.id).ty, value);
        let line = looked.and_then(|looked| looked.line.as_ref()).zip(input_expr);
        let line = line.map(|(line, input)| self.segment(line, input, rate));
        let kind = self.program.model.rates.at(id).kind.word().to_owned();
        Node::Table {
            table: words.named.name.clone(),
            kind,
            chosen: chosen.collect(),
            input: boxed(input),
            bands: rows,
            line,
        }
    }
}
