//! A line with a question: rows to be added, as JSON.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::MOST_ROWS;
use crate::data::{self, AddedRow};
use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Code, DataPlace, Diagnostic};
use crate::ids::{ColumnId, RecordId};
use crate::program::Program;
use crate::types::model::Origin;

/// A question, of which nothing is looked up yet.
#[derive(Debug)]
pub struct Question {
    rows: Vec<Asked>,
    /// Whether the rows are kept for the questions that follow.
    pub keep: bool,
    line: u64,
}

/// A row by the names of its record and columns, each value as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    record: String,
    row: Cells,
}

/// One row, or several.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    record: Option<String>,
    row: Option<Cells>,
    rows: Option<Vec<Asked>>,
    #[serde(default)]
    keep: bool,
}

#[derive(Debug)]
struct Cells(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Cells {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Vec<(String, Box<RawValue>)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with a member for each column")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Collect).map(Cells)
    }
}

/// Reads a line.
///
/// # Errors
/// What is wrong with its form.
pub fn question(text: &str, line: u64) -> Result<Question, Box<Diagnostic>> {
    let shape = "`{\"record\": \"Deal\", \"row\": {\"id\": \"d1\", \"amount\": 1000}}`, several rows as \
                 `{\"rows\": [{\"record\": …, \"row\": …}, …]}`";
    let bad = |message: String| {
        let problem =
            Diagnostic::new(Code::BadQuestion, message).data(place(line, None, None, "a question in one line"));
        Box::new(problem.help(format!("write {shape}")))
    };
    if !text.starts_with('{') {
        return Err(bad("the line is no JSON object".to_owned()));
    }
    let read: Line = serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        bad(format!("the line is no question: {message}"))
    })?;
    let rows = match (read.record, read.row, read.rows) {
        (Some(record), Some(row), None) => vec![Asked { record, row }],
        (None, None, Some(rows)) => rows,
        _ => return Err(bad("the line has neither a `record` with its `row` nor `rows`".to_owned())),
    };
    if rows.is_empty() || rows.len() > MOST_ROWS {
        return Err(bad(format!("a question has 1 to {MOST_ROWS} rows, this one {}", rows.len())));
    }
    Ok(Question { rows, keep: read.keep, line })
}

fn place(line: u64, column: Option<&str>, found: Option<&str>, expected: &str) -> DataPlace {
    DataPlace {
        file: data::ASKED.to_owned(),
        row: Some(line),
        column: column.map(str::to_owned),
        found: found.map(str::to_owned),
        expected: Some(expected.to_owned()),
    }
}

impl Question {
    /// Whether a plan has the records of the rows.
    pub fn is_about(&self, program: &Program) -> bool {
        let has = |asked: &Asked| program.names.records.iter().any(|record| record.name == asked.record);
        self.rows.iter().all(has)
    }

    /// What is asked about, in words.
    pub fn words(&self) -> String {
        let cell = |(name, value): &(String, Box<RawValue>)| format!("{name} {}", value.get().trim_matches('"'));
        match self.rows.as_slice() {
            [one] => {
                let cells: Vec<String> = one.row.0.iter().map(cell).collect();
                format!("{} {}", one.record, cells.join(", "))
            }
            several => format!("{} rows", several.len()),
        }
    }

    /// The rows as rows of a plan's records.
    ///
    /// # Errors
    /// Records and columns that the plan does not have, and values that are no cells.
    pub fn rows(&self, program: &Program) -> Result<Vec<AddedRow>, Vec<Diagnostic>> {
        let (mut rows, mut problems) = (Vec::new(), Vec::new());
        for asked in &self.rows {
            match self.record(program, &asked.record) {
                Ok(record) => rows.push(self.row(program, record, asked, &mut problems)),
                Err(problem) => problems.push(*problem),
            }
        }
        if problems.is_empty() { Ok(rows) } else { Err(problems) }
    }

    fn record(&self, program: &Program, name: &str) -> Result<RecordId, Box<Diagnostic>> {
        let records = || program.names.records.pairs();
        records().find(|(_, record)| record.name == name).map(|(id, _)| id).ok_or_else(|| {
            let known: Vec<&str> = records().map(|(_, record)| record.name.as_str()).collect();
            let help = did_you_mean(name, known.iter().copied());
            let help = help.unwrap_or_else(|| format!("the plan has the records {}", known.join(", ")));
            let message = format!("`{}` has no record `{name}`", program.names.plan.name);
            let place = place(self.line, None, Some(name), "a record of the plan");
            Box::new(Diagnostic::new(Code::BadQuestion, message).data(place).help(help))
        })
    }

    fn row(&self, program: &Program, record: RecordId, asked: &Asked, problems: &mut Vec<Diagnostic>) -> AddedRow {
        let mut cells: Vec<(ColumnId, String)> = Vec::new();
        for (name, value) in &asked.row.0 {
            let Some(column) = column(program, record, name) else {
                problems.push(self.no_column(program, record, name));
                continue;
            };
            if cells.iter().any(|(known, _)| *known == column) {
                let message = format!("`{name}` stands twice in the row");
                let place = place(self.line, Some(name), None, "each column once");
                problems.push(Diagnostic::new(Code::BadQuestion, message).data(place).help("remove one of the two"));
                continue;
            }
            match data::cell_of_json(program, column, value.get(), self.line) {
                Ok(text) => cells.push((column, text)),
                Err(problem) => problems.push(*problem),
            }
        }
        AddedRow { record, cells, line: self.line }
    }

    fn no_column(&self, program: &Program, record: RecordId, name: &str) -> Diagnostic {
        let names = &program.names;
        let columns = program.model.records.at(record).columns.iter();
        let known: Vec<&str> = columns.map(|column| names.columns.at(*column).name.as_str()).collect();
        let help = did_you_mean(name, known.iter().copied());
        let help = help.unwrap_or_else(|| format!("its columns are {}", known.join(", ")));
        let message = format!("`{}` has no column `{name}`", names.records.at(record).name);
        let place = place(self.line, Some(name), None, "a column of the record");
        Diagnostic::new(Code::BadQuestion, message).data(place).help(help)
    }
}

/// A column of a record by its name in the plan, else by its header in the file.
fn column(program: &Program, record: RecordId, name: &str) -> Option<ColumnId> {
    let data = |column: &ColumnId| match &program.model.columns.at(*column).origin {
        Origin::Data(data) => Some(data.header.as_str()),
        _ => None,
    };
    let columns = || program.model.records.at(record).columns.iter().filter(|column| data(column).is_some());
    let named = columns().find(|column| program.names.columns.at(**column).name == name);
    named.or_else(|| columns().find(|column| data(column) == Some(name))).copied()
}
