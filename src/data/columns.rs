//! A record's raw columns to typed ones: cells by their types, references by the rows they name.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::cell::{self, Cell, CellReader};
use super::keys::{Keys, own_key, read_as};
use super::number::{NumberColumn, Scale};
use super::raw::{Numbers, RawColumn};
use super::raw_table::{CellProblem, RawTable, data_column, quoted};
use super::read;
use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, IdVec, RecordId};
use crate::program::Program;
use crate::table::{Cells, ColumnData, State, States, Value, row_number};
use crate::types::model::{DataColumn, Part, Type};
use crate::value::{Currency, Units};

/// For so many unknown keys of a column the nearest known one is sought, since it takes time.
const SUGGESTIONS: usize = 100;
/// Among more keys none is sought.
const SUGGESTED_KEYS: usize = 10_000;
/// So many rows of a column are read as one.
const STRETCH_ROWS: usize = 1 << 16;

/// The cells of a column as its type reads them, by row as read; none where blank, or where there is a
/// problem. Those of references are of the type of the key they name.
pub(super) struct ReadColumn<'a> {
    values: Cow<'a, ColumnData>,
    /// Where values repeat: for each row, the position of its value.
    codes: Option<Cow<'a, [u32]>>,
}

impl ReadColumn<'_> {
    fn each(values: ColumnData) -> Self {
        Self { values: Cow::Owned(values), codes: None }
    }

    /// The cells, row by row.
    pub fn by_row(self) -> ColumnData {
        match self.codes {
            Some(codes) => self.values.take(&codes),
            None => self.values.into_owned(),
        }
    }

    /// The cells of these rows.
    fn in_order(self, rows: &[u32]) -> ColumnData {
        let count = self.codes.as_ref().map_or(self.values.len(), |codes| codes.len());
        if rows.len() == count && rows.iter().copied().eq(0..row_number(count)) {
            return self.by_row();
        }
        match &self.codes {
            Some(codes) => {
                let code = |row: &u32| codes.get(*row as usize).copied().unwrap_or(u32::MAX);
                self.values.take(&rows.iter().map(code).collect::<Vec<u32>>())
            }
            None => self.values.take(rows),
        }
    }

    /// The position of a row's value.
    fn value_of(&self, row: u32) -> u32 {
        self.codes.as_ref().map_or(row, |codes| codes.get(row as usize).copied().unwrap_or(u32::MAX))
    }
}

/// What is wrong with the cells of some rows.
type Wrong = Vec<(usize, CellProblem)>;

/// For each unknown key of references, the nearest known one, if there is one.
type Suggested = HashMap<String, Option<String>>;

/// Reads columns.
pub(super) struct Columns<'a> {
    cells: CellReader<'a>,
    /// What was sought already, for each column of references, or those that name a row together.
    suggested: Mutex<HashMap<Vec<ColumnId>, Suggested>>,
}

impl<'a> Columns<'a> {
    /// A reader of columns.
    pub fn new(cells: CellReader<'a>) -> Self {
        Self { cells, suggested: Mutex::default() }
    }

    /// The program whose columns are read.
    pub fn program(&self) -> &'a Program {
        self.cells.program
    }

    /// The cells of a column. Of a column that is not in the file, which is reported already, there
    /// are none.
    pub fn read<'t>(
        &self,
        record: RecordId,
        raw: &'t RawTable,
        column: ColumnId,
        problems: &mut Vec<Diagnostic>,
    ) -> ReadColumn<'t> {
        let reading = Reading::new(self.cells, record, raw, column);
        let Some(cells) = raw.column(column) else {
            return ReadColumn::each(reading.empty().missing_rows(raw.len()));
        };
        let (read, wrong) = reading.column(cells);
        problems.extend(wrong.into_iter().map(|(row, problem)| {
            let problem = self.of_reference(column, problem);
            raw.problem(self.program(), row, &[column], problem)
        }));
        read
    }

    /// All columns of rows, and those of the file all of whose cells were read.
    pub fn all(
        &self,
        (record, own): (RecordId, &Keys),
        raw: &RawTable,
        keys: &IdVec<RecordId, Keys>,
        problems: &mut Vec<Diagnostic>,
    ) -> (Vec<(ColumnId, ColumnData)>, HashSet<ColumnId>) {
        let all = read::columns(self.program(), record).into_iter().chain(read::composed(self.program(), record));
        let typed = all.collect::<Vec<_>>().into_par_iter().map(|column| {
            let mut problems = Vec::new();
            (column, self.typed((record, own), column, raw, keys, &mut problems), problems)
        });
        let (mut columns, mut sound) = (Vec::new(), HashSet::new());
        for (column, data, found) in typed.collect::<Vec<_>>() {
            if found.is_empty() && raw.column(column).is_some() {
                sound.insert(column);
            }
            columns.push((column, data));
            problems.extend(found);
        }
        (columns, sound)
    }

    /// The cells of rows in the order of their own keys, with references resolved to rows with others.
    pub fn typed(
        &self,
        (record, own): (RecordId, &Keys),
        column: ColumnId,
        raw: &RawTable,
        keys: &IdVec<RecordId, Keys>,
        problems: &mut Vec<Diagnostic>,
    ) -> ColumnData {
        let rows = own.rows_of(self.program(), record, column);
        if let Some(data) = data_column(self.program(), column).filter(|data| !data.parts.is_empty()) {
            return self.composed(own, column, data, (raw, keys), problems).take(rows);
        }
        let read = match own.cells.get(&column) {
            Some(cells) => ReadColumn { values: Cow::Borrowed(cells), codes: None },
            None => self.read(record, raw, column, problems),
        };
        let Type::Reference(target) = self.program().model.columns.at(column).ty else {
            return read.in_order(rows);
        };
        let found = keys.at(target).find_all(&read.values);
        let dangles = |value: u32| read.values.state(value) == State::There && found.state(value) != State::There;
        let all = matches!(found.states(), States::There(_));
        if !all && (0..row_number(found.len())).any(dangles) {
            let mut dangling = self.dangling(vec![column], target, keys.at(target));
            let rows = rows.iter().filter(|row| dangles(read.value_of(**row)));
            problems.extend(rows.filter_map(|row| dangling.problem(raw, *row as usize)));
            self.keep(dangling);
        }
        ReadColumn { values: Cow::Owned(found), codes: read.codes }.in_order(rows)
    }

    /// The references of all rows as read to rows whose key has several columns; missing where one of the columns that name
    /// them is.
    fn composed(
        &self,
        own: &Keys,
        column: ColumnId,
        data: &DataColumn,
        (raw, keys): (&RawTable, &IdVec<RecordId, Keys>),
        problems: &mut Vec<Diagnostic>,
    ) -> ColumnData {
        let Type::Reference(target) = self.program().model.columns.at(column).ty else {
            return ColumnData::of(Cells::Row(Vec::new()), States::There(0));
        };
        let there = keys.at(target);
        // What is wrong with the parts is told where they are read themselves.
        let read = |part: &ColumnId| match own.cells.get(part) {
            Some(cells) => cells.clone(),
            None => self.read(data.record, raw, *part, &mut Vec::new()).by_row(),
        };
        let parts: Vec<ColumnData> = data.parts.iter().map(read).collect();
        let known = there.by_parts(&self.program().model.records.at(target).key);
        let mut dangling = self.dangling(data.parts.clone(), target, there);
        let (mut found, mut states) = (Vec::with_capacity(raw.len()), States::There(0));
        for row in 0..raw.len() {
            let key: Option<Vec<Value>> = parts.iter().map(|part| part.get(row_number(row))).collect();
            let at = key.as_ref().and_then(|key| known.get(key).copied());
            if key.is_some() && at.is_none() {
                problems.extend(dangling.problem(raw, row));
            }
            found.push(at.unwrap_or_default());
            states.push(if at.is_some() { State::There } else { State::Missing });
        }
        self.keep(dangling);
        ColumnData::of(Cells::Row(found), states)
    }

    /// References of these columns to rows that are not there, with what was sought for them before.
    fn dangling<'k>(&'k self, columns: Vec<ColumnId>, target: RecordId, keys: &'k Keys) -> Dangling<'k> {
        let mut known = self.suggested.lock().unwrap_or_else(PoisonError::into_inner);
        let suggested = known.remove(&columns).unwrap_or_default();
        Dangling { program: self.program(), columns, target, keys, suggested }
    }

    fn keep(&self, dangling: Dangling<'_>) {
        let mut known = self.suggested.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(dangling.columns, dangling.suggested);
    }

    /// A problem with a key that a reference names says so.
    fn of_reference(&self, column: ColumnId, problem: CellProblem) -> CellProblem {
        match self.program().model.columns.at(column).ty {
            Type::Reference(record) if problem.code != Code::BlankCell => {
                let name = &self.program().names.records.at(record).name;
                let expected = format!("the key of a row of `{name}`: {}", problem.expected);
                CellProblem { expected, ..problem }
            }
            _ => problem,
        }
    }
}

/// How the cells of one column are read.
struct Reading<'a, 't> {
    cells: CellReader<'a>,
    column: ColumnId,
    /// The column that says how: for a reference, that of the key it names.
    read_as: ColumnId,
    /// Whether no cell may be blank.
    required: bool,
    /// How the numbers of a column of numbers are read: in one way, or in one for each currency of the rows.
    numbers: Vec<NumberColumn>,
    /// For each row, which of these ways, where there are several.
    ways: Option<Cow<'t, [u32]>>,
}

impl<'a, 't> Reading<'a, 't> {
    fn new(cells: CellReader<'a>, record: RecordId, raw: &'t RawTable, column: ColumnId) -> Self {
        let program = cells.program;
        let read_as = read_as(program, column).unwrap_or(column);
        let model = &program.model;
        let key = model.records.at(record).key.contains(&column);
        // In the rows of a test any cell may be blank, except where rows are known by the parts of their key.
        let required = match raw.in_plan() {
            true => key && !own_key(program, record),
            false => key || !model.columns.at(column).optional,
        };
        let number = cells.number(read_as);
        let (currencies, ways) = match row_currency(program, raw, column) {
            Some(named) => {
                let (currencies, ways) = currencies(named);
                (currencies, Some(ways))
            }
            None => (vec![None], None),
        };
        let numbers = currencies.into_iter().filter_map(|currency| Some(number?.in_currency(currency))).collect();
        Self { cells, column, read_as, required, numbers, ways }
    }

    fn empty(&self) -> ColumnData {
        cell::column_data(self.cells.program, self.read_as)
    }

    fn column<'r>(&self, raw: &'r RawColumn) -> (ReadColumn<'r>, Wrong) {
        match (raw, self.numbers.as_slice()) {
            (RawColumn::Coded { texts, codes }, _) if self.ways.is_none() => {
                let mut values = self.empty();
                let mut wrong: Vec<Option<CellProblem>> = Vec::new();
                for text in texts.iter() {
                    wrong.push(self.push(&mut values, text, self.numbers.first()).err());
                }
                let wrong = match wrong.iter().any(Option::is_some) {
                    true => {
                        let problem = |code: &u32| wrong.get(*code as usize).cloned().flatten();
                        codes.iter().enumerate().filter_map(|(row, code)| Some((row, problem(code)?))).collect()
                    }
                    false => Wrong::new(),
                };
                (ReadColumn { values: Cow::Owned(values), codes: Some(Cow::Borrowed(codes)) }, wrong)
            }
            (RawColumn::Numbers(_), []) => {
                let texts = raw.as_texts();
                let (read, wrong) = self.column(&texts);
                (ReadColumn::each(read.by_row()), wrong)
            }
            (RawColumn::Numbers(numbers), [number, ..]) => match self.as_they_are(numbers, number.places) {
                Some(read) => (ReadColumn::each(read), Wrong::new()),
                None => self.stretches(raw.len(), |rows| self.numbers(numbers, number.places, raw, rows)),
            },
            (RawColumn::Each(_) | RawColumn::Coded { .. }, _) => {
                self.stretches(raw.len(), |rows| self.texts(raw, rows))
            }
        }
    }

    /// The cells of all rows, read in stretches side by side.
    fn stretches<'r>(
        &self,
        rows: usize,
        read: impl Fn(Range<usize>) -> (ColumnData, Wrong) + Sync,
    ) -> (ReadColumn<'r>, Wrong) {
        let starts: Vec<usize> = (0..rows).step_by(STRETCH_ROWS).collect();
        let parts = starts.into_par_iter().map(|start| read(start..start.saturating_add(STRETCH_ROWS).min(rows)));
        let (mut cells, mut wrong) = (self.empty(), Wrong::new());
        for (part, problems) in parts.collect::<Vec<_>>() {
            cells.append(part);
            wrong.extend(problems);
        }
        (ReadColumn::each(cells), wrong)
    }

    fn texts(&self, raw: &RawColumn, rows: Range<usize>) -> (ColumnData, Wrong) {
        let (mut cells, mut wrong) = (self.empty(), Wrong::new());
        for row in rows {
            let pushed = self.push(&mut cells, &raw.text(row), self.number(row));
            wrong.extend(pushed.err().map(|problem| (row, problem)));
        }
        (cells, wrong)
    }

    /// Numbers that the file holds as such, where all of them can be taken so.
    fn as_they_are(&self, numbers: &Numbers, places: u8) -> Option<ColumnData> {
        let Units::Narrow(units) = &numbers.units else { return None };
        if self.required && matches!(numbers.states, States::Each(_)) {
            return None;
        }
        let scales = self.numbers.iter().map(|number| number.scale(numbers.places)).collect::<Option<Vec<Scale>>>()?;
        let units = match (scales.as_slice(), &self.ways) {
            ([scale, others @ ..], _) if others.iter().all(|other| other == scale) => scale.all(units)?,
            (_, Some(ways)) => {
                let scaled = |(units, way): (&i64, &u32)| scales.get(*way as usize)?.units(*units);
                super::collected(units.iter().zip(ways.iter()).map(scaled))?
            }
            (_, None) => return None,
        };
        let cells = Cells::Number { places, units: Units::Narrow(units) };
        Some(ColumnData::of(cells, numbers.states.clone()))
    }

    /// Numbers that the file holds as such. What is not taken as it is goes by its text.
    fn numbers(&self, numbers: &Numbers, places: u8, raw: &RawColumn, rows: Range<usize>) -> (ColumnData, Wrong) {
        let scales: Vec<Option<Scale>> = self.numbers.iter().map(|number| number.scale(numbers.places)).collect();
        let (mut cells, mut wrong) = (Units::with_capacity(rows.len()), Wrong::new());
        let mut states = States::There(0);
        for row in rows {
            let there = numbers.states.get(row_number(row)) == State::There;
            let narrow = numbers.units.get(row).and_then(|units| i64::try_from(units).ok()).filter(|_| there);
            let scale = scales.get(self.way(row)).copied().flatten();
            let units = match scale.zip(narrow).and_then(|(scale, units)| scale.units(units)) {
                Some(units) => Some(i128::from(units)),
                None if !there && !self.required => None,
                None => match self.cell(&raw.text(row), self.number(row)) {
                    Ok(Some(Cell::Number(units))) => Some(units),
                    Ok(_) => None,
                    Err(problem) => {
                        wrong.push((row, problem));
                        None
                    }
                },
            };
            cells.push(units.unwrap_or_default());
            states.push(if units.is_some() { State::There } else { State::Missing });
        }
        (ColumnData::of(Cells::Number { places, units: cells }, states), wrong)
    }

    /// Appends a cell, or a blank one where there is a problem.
    fn push(&self, cells: &mut ColumnData, text: &str, number: Option<&NumberColumn>) -> Result<(), CellProblem> {
        let cell = self.cell(text, number);
        let (cell, problem) = cell.map_or_else(|problem| (None, Err(problem)), |cell| (cell, Ok(())));
        cell::push(cells, cell);
        problem
    }

    /// The value of a cell.
    fn cell(&self, text: &str, number: Option<&NumberColumn>) -> Result<Option<Cell>, CellProblem> {
        match (text.is_empty(), self.required, number) {
            (true, true, _) => Err(self.blank()),
            (true, false, _) => Ok(None),
            (false, _, Some(number)) => number.read(text).map(|units| Some(Cell::Number(units))),
            (false, _, None) => self.cells.read(self.read_as, text).map(Some),
        }
    }

    fn way(&self, row: usize) -> usize {
        self.ways.as_ref().map_or(0, |ways| ways.get(row).map_or(usize::MAX, |way| *way as usize))
    }

    fn number(&self, row: usize) -> Option<&NumberColumn> {
        self.numbers.get(self.way(row))
    }

    fn blank(&self) -> CellProblem {
        let program = self.cells.program;
        let name = &program.names.columns.at(self.column).name;
        let message = "a cell that must have a value is blank";
        let key = program.model.records.iter().any(|record| record.key.contains(&self.column));
        if key {
            let help = format!("fill the cell in: `{name}` is part of the key, which every row needs");
            return CellProblem::new(Code::BlankCell, message, "a value").help(help);
        }
        CellProblem::new(Code::BlankCell, message, "a value").help(format!(
            "fill the cell in, or put `?` behind the type of `{name}` in the record if a row may \
             be without it"
        ))
    }
}

/// The column that names the currency of an amount in each row.
fn row_currency<'t>(program: &Program, raw: &'t RawTable, column: ColumnId) -> Option<&'t RawColumn> {
    match program.model.columns.at(column).ty {
        Type::Number(dimension, _) => match (dimension.above, dimension.below) {
            (Some(Part::RowCurrency(currency)), None) => raw.column(currency),
            _ => None,
        },
        _ => None,
    }
}

/// The currencies that rows name, and which of them each row does.
fn currencies(raw: &RawColumn) -> (Vec<Option<Currency>>, Cow<'_, [u32]>) {
    if let RawColumn::Coded { texts, codes } = raw {
        return (texts.iter().map(Currency::from_code).collect(), Cow::Borrowed(codes));
    }
    let mut named = Vec::new();
    let ways = (0..raw.len()).map(|row| {
        let currency = Currency::from_code(&raw.text(row));
        let known = named.iter().position(|one| *one == currency);
        row_number(known.unwrap_or_else(|| {
            named.push(currency);
            named.len().saturating_sub(1)
        }))
    });
    let ways = ways.collect();
    (named, Cow::Owned(ways))
}

/// References of one column to rows that are not there.
struct Dangling<'a> {
    program: &'a Program,
    /// The column, or those that name the row together.
    columns: Vec<ColumnId>,
    target: RecordId,
    keys: &'a Keys,
    /// What was sought already.
    suggested: Suggested,
}

impl Dangling<'_> {
    /// The problem, unless the row may be one that could not be read.
    fn problem(&mut self, raw: &RawTable, row: usize) -> Option<Diagnostic> {
        if !self.keys.complete {
            return None;
        }
        let name = &self.program.names.records.at(self.target).name;
        let found = raw.found(row, &self.columns);
        let message = format!("no `{name}` has the key {}", quoted(&found));
        let file = self.program.model.records.at(self.target).file_name();
        let (expected, add) = match (file, raw.in_plan()) {
            (Some(file), false) => (
                format!("the key of a row of `{name}`, in `{file}`"),
                format!("add the row to `{file}`, or mend the key here"),
            ),
            (None, false) => (
                format!("the key of a row of `{name}`"),
                format!("`{name}` has no file, so it has no rows: say where they are, `from \"FILE\"`"),
            ),
            (_, true) => {
                (format!("the key of a row of `{name}`"), format!("give the row of `{name}` too, or mend the key here"))
            }
        };
        let help = self.suggestion(&found).unwrap_or(add);
        let problem = CellProblem::new(Code::Dangling, message, expected).help(help);
        Some(raw.problem(self.program, row, &self.columns, problem))
    }

    fn suggestion(&mut self, found: &str) -> Option<String> {
        if let Some(known) = self.suggested.get(found) {
            return known.clone();
        }
        if self.suggested.len() >= SUGGESTIONS || self.keys.order.len() > SUGGESTED_KEYS {
            return None;
        }
        let suggestion = did_you_mean(found, self.keys.texts());
        self.suggested.insert(found.to_owned(), suggestion.clone());
        suggestion
    }
}
