//! Tables of rates whose bands are the rows of a record: whether the bands of each table fit together.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use super::keys::Keys;
use super::raw_table::{CellProblem, RawTable};
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, IdVec, RatesId, RecordId};
use crate::keys;
use crate::program::Program;
use crate::table::{Key, Tables, Value};
use crate::types::expr::{Arithmetic, Expr, Op};
use crate::types::model::{Bands, RatesKind};
use crate::value::Exact;

/// A band of a table.
#[derive(Clone)]
struct Band {
    start: Value,
    row: u32,
}

/// Reports the bands that do not fit together: two that begin at one place, one that ends elsewhere than the next
/// begins, slices that do not begin at 0.
pub(super) fn check(
    program: &Program,
    tables: &Tables,
    raw: &IdVec<RecordId, RawTable>,
    keys: &IdVec<RecordId, Keys>,
    problems: &mut Vec<Diagnostic>,
) {
    for (id, bands) in program.model.bands() {
        let checked = Checked { program, tables, id, bands, raw: raw.at(bands.record), keys: keys.at(bands.record) };
        let mut found = Vec::new();
        for group in checked.groups() {
            checked.of_key(&group, &mut found);
        }
        // Versions that hold on several days are seen on each of them.
        for problem in found {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
}

/// A table from a record that is checked.
struct Checked<'a> {
    program: &'a Program,
    tables: &'a Tables,
    id: RatesId,
    bands: &'a Bands,
    raw: &'a RawTable,
    keys: &'a Keys,
}

impl Checked<'_> {
    /// The bands by their keys, in order of the first of each. A row of which a test gives too little is left out:
    /// reading it is an error.
    fn groups(&self) -> Vec<Vec<Band>> {
        let mut groups: Vec<Vec<Band>> = Vec::new();
        let mut places: HashMap<Vec<Value>, usize> = HashMap::new();
        for row in self.tables.rows(self.bands.frame).map_or(0..0, |rows| rows.all()) {
            let key = self.bands.key.iter().map(|part| self.value(part, row));
            if let (Some(key), Some(start)) = (key.collect::<Option<Vec<Value>>>(), self.value(&self.bands.start, row))
            {
                let place = *places.entry(key).or_insert(groups.len());
                if place == groups.len() {
                    groups.push(Vec::new());
                }
                if let Some(group) = groups.get_mut(place) {
                    group.push(Band { start, row });
                }
            }
        }
        groups
    }

    /// The bands of a key; of versions those that hold together, for each day on which one begins or has ended.
    fn of_key(&self, bands: &[Band], problems: &mut Vec<Diagnostic>) {
        let rows = self.tables.rows(self.bands.frame);
        let days = |band: &Band| rows.and_then(|rows| rows.days_of(band.row));
        let changes: BTreeSet<Key> =
            bands.iter().filter_map(days).flat_map(|(first, last)| [first, last.saturating_add(1)]).collect();
        if changes.is_empty() {
            return self.group(bands.to_vec(), problems);
        }
        for day in changes {
            let holds = |band: &&Band| days(band).is_some_and(|(first, last)| (first..=last).contains(&day));
            self.group(bands.iter().filter(holds).cloned().collect(), problems);
        }
    }

    fn group(&self, mut bands: Vec<Band>, problems: &mut Vec<Diagnostic>) {
        bands.sort_by(|a, b| order(&a.start, &b.start).then(a.row.cmp(&b.row)));
        self.begins_at_zero(&bands, problems);
        for (band, next) in bands.iter().zip(bands.iter().skip(1)) {
            let start = self.shown(&next.start);
            if order(&band.start, &next.start).is_eq() {
                let message = format!("two bands of `{}` begin at {start}{}", self.name(), self.beside(band.row));
                problems.push(self.problem(next.row, &self.bands.start, message, "a start that no other band has"));
                continue;
            }
            let Some(expr) = &self.bands.end else { continue };
            let Some(end) = self.value(expr, band.row).filter(|end| order(end, &next.start).is_ne()) else { continue };
            let (end, name) = (self.shown(&end), self.name());
            let message =
                format!("a band of `{name}` ends at {end}, the next begins at {start}{}", self.beside(next.row));
            problems.push(self.problem(band.row, expr, message, "the place where the next band begins"));
        }
    }

    /// The slices of a marginal table begin at 0: its first band begins there or below, and no other does.
    fn begins_at_zero(&self, bands: &[Band], problems: &mut Vec<Diagnostic>) {
        if self.program.model.rates.at(self.id).kind != RatesKind::Marginal {
            return;
        }
        let zero = Value::Number(Exact::zero());
        let wrong = match bands {
            [first, ..] if order(&first.start, &zero).is_gt() => first,
            [_, second, ..] if order(&second.start, &zero).is_le() => second,
            _ => return,
        };
        let start = self.shown(&wrong.start);
        let message = format!("`{}` is marginal and must begin at 0, and a band begins at {start}", self.name());
        let expected = "one band that begins at 0 or below it, all others above";
        problems.push(self.problem(wrong.row, &self.bands.start, message, expected));
    }

    /// A problem with the cells of a row that an expression reads.
    fn problem(&self, row: u32, expr: &Expr, message: String, expected: &str) -> Diagnostic {
        let mut columns = Vec::new();
        for expr in self.bands.key.iter().chain([expr]) {
            columns_of(expr, &mut columns);
        }
        let problem = CellProblem::new(Code::BandsApart, message, expected)
            .help("correct the rows: each band ends where the next one of its key begins");
        self.raw.problem(self.program, self.source(row), &columns, problem)
    }

    fn source(&self, row: u32) -> usize {
        let rows = self.keys.versions.as_ref().unwrap_or(&self.keys.order);
        rows.get(row as usize).map_or(0, |row| *row as usize)
    }

    /// Where the other row stands, if it comes from a file.
    fn beside(&self, row: u32) -> String {
        self.raw.file_row(self.source(row)).map_or_else(String::new, |row| format!(" (row {row})"))
    }

    fn name(&self) -> &str {
        &self.program.names.rates.at(self.id).named.name
    }

    fn shown(&self, value: &Value) -> String {
        let ty = self.program.names.exprs.at(self.bands.start.id).ty;
        keys::print(self.program, self.tables, ty, value)
    }

    /// The value of an expression of the table on a row; none where it is missing.
    fn value(&self, expr: &Expr, row: u32) -> Option<Value> {
        let number = |expr: &Expr| match self.value(expr, row) {
            Some(Value::Number(number)) => Some(number),
            _ => None,
        };
        let values =
            |operands: &[Expr]| operands.iter().map(|operand| self.value(operand, row)).collect::<Option<Vec<_>>>();
        match &expr.op {
            Op::Constant(value) => Some(value.clone()),
            Op::Read(column) => self.tables.column(*column)?.get(row),
            // Of a version, a column of the row it is a version of.
            Op::ReadAt(column, _) => {
                let (_, key) = self.tables.rows(self.bands.frame)?.key(row).split_last()?;
                let home = self.tables.rows(self.program.model.columns.at(*column).frame)?.find(key)?;
                self.tables.column(*column)?.get(home)
            }
            Op::Negate(operand) => Some(Value::Number(number(operand)?.negated())),
            Op::Round(operand, places, mode) => Some(Value::Number(number(operand)?.rounded(*places, *mode))),
            Op::Default(first, second) => self.value(first, row).or_else(|| self.value(second, row)),
            Op::Minimum(operands) => values(operands)?.into_iter().min_by(order),
            Op::Maximum(operands) => values(operands)?.into_iter().max_by(order),
            Op::Arithmetic(op, first, second) => {
                let (first, second) = (number(first)?, number(second)?);
                Some(Value::Number(match op {
                    Arithmetic::Plus => first.plus(&second),
                    Arithmetic::Minus => first.minus(&second),
                    Arithmetic::Times | Arithmetic::Of => first.times(&second),
                    Arithmetic::Over => first.over(&second)?,
                }))
            }
            // The checker lets nothing else into such a table.
            _ => None,
        }
    }
}

/// The columns that an expression reads.
fn columns_of(expr: &Expr, columns: &mut Vec<ColumnId>) {
    columns.extend(expr.op.column().filter(|column| !columns.contains(column)));
    for operand in expr.op.operands() {
        columns_of(operand, columns);
    }
}

/// The order of two starts of one type.
fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Period(a), Value::Period(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}
