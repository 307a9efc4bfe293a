//! What would be if some rows were added to the data: a deal that may be won, say.
//!
//! All is computed once. A question is then answered from the part of the data that it reaches
//! ([`crate::engine::part`]), which is the same as computing all with the rows added; where it reaches everyone, that is
//! what is done.

mod question;
mod words;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

pub use question::{Question, question};

use crate::data::{self, AddedRow, AddedRows, Adding, From};
use crate::diagnostics::{Code, DataPlace, Diagnostic};
use crate::engine;
use crate::engine::part::{self, Parts, Why};
use crate::fault;
use crate::ids::{ColumnId, RecordId};
use crate::program::Program;
use crate::table::Results;
use crate::types::model::{DataForm, Origin, Periods, RatesRows, Type};

/// What a question comes to in one plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// The plan.
    pub plan: String,
    /// Its title.
    pub title: String,
    /// The values that are others, in the order of the plan and then of their keys.
    pub changes: Vec<Change>,
    /// Whether all was computed, since it could not be told from a part.
    pub whole: bool,
    /// How many values were computed again.
    pub computed: usize,
    /// Of how many people.
    pub people: usize,
    /// Whom it reaches, where that is more than the people of the rows and those above them: in sentences.
    pub reaches: Vec<String>,
}

/// A value that would be another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The definition, by its id.
    #[serde(skip)]
    pub column: ColumnId,
    /// The word of the definition: `earn`, `measure` …
    pub word: &'static str,
    /// The definition.
    pub name: String,
    /// The key of its row, part by part.
    pub key: Vec<String>,
    /// The person whose value it is; empty where it is no one's.
    pub person: String,
    /// Its period; empty where it has none.
    pub period: String,
    /// The value as it is; none where there is none.
    pub before: Option<String>,
    /// The value as it would be.
    pub after: Option<String>,
    /// The one less the other, for numbers.
    pub adds: Option<String>,
    /// The currency; empty where it has none.
    pub currency: String,
}

/// A plan with all its values, which answers what would be if rows were added.
pub struct Estimator<'a> {
    program: &'a Program,
    base: &'a Results,
    adding: Adding<'a>,
    parts: HashMap<BTreeSet<RecordId>, Result<Parts<'a>, Why>>,
    kept: Vec<AddedRow>,
}

impl<'a> Estimator<'a> {
    /// Of a plan and what it comes to.
    pub fn new(program: &'a Program, base: &'a Results) -> Self {
        let adding = Adding::new(program, &base.tables);
        Self { program, base, adding, parts: HashMap::new(), kept: Vec::new() }
    }

    /// The plan.
    pub fn program(&self) -> &'a Program {
        self.program
    }

    /// Finds out beforehand what the first question about a credited record would have to.
    pub fn prepare(&mut self) {
        let records: BTreeSet<RecordId> = self.program.model.rules.iter().map(|rule| rule.record).collect();
        for record in records {
            let asked = BTreeSet::from([record]);
            let parts = Parts::of(self.program, self.base, &asked);
            if let Ok(parts) = &parts {
                parts.prepare();
            }
            self.parts.insert(asked, parts);
        }
    }

    /// Takes rows that were asked about for all questions that follow.
    pub fn keep(&mut self, rows: Vec<AddedRow>) {
        self.kept.extend(rows);
    }

    /// What would be with these rows.
    ///
    /// # Errors
    /// All problems with the rows, or with what is computed of them.
    pub fn ask(&mut self, rows: &[AddedRow]) -> Result<Estimate, Vec<Diagnostic>> {
        let problems: Vec<Diagnostic> = rows.iter().filter_map(|row| self.refused(row)).collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let before = self.read(&self.kept)?;
        let all: Vec<AddedRow> = self.kept.iter().cloned().chain(rows.iter().cloned()).collect();
        let after = self.read(&all)?;
        let records: BTreeSet<RecordId> = after.iter().map(|added| added.record).collect();
        let (program, base) = (self.program, self.base);
        let parts = self.parts.entry(records).or_insert_with_key(|records| Parts::of(program, base, records));
        let asked = match parts {
            Ok(parts) => parts.ask(&before, &after),
            Err(why) => Err(why.clone()),
        };
        match asked {
            Ok(asked) => Ok(words::estimate(program, &asked, None)),
            Err(why) => Ok(words::estimate(program, &self.whole(&before, &after)?, Some(&why))),
        }
    }

    /// Rows by their records, read and looked at.
    fn read(&self, rows: &[AddedRow]) -> Result<Vec<AddedRows>, Vec<Diagnostic>> {
        let mut by_record: BTreeMap<RecordId, Vec<AddedRow>> = BTreeMap::new();
        rows.iter().for_each(|row| by_record.entry(row.record).or_default().push(row.clone()));
        let (mut read, mut problems) = (Vec::new(), Vec::new());
        for (record, rows) in by_record {
            match self.adding.read(record, &rows) {
                Ok(rows) => read.push(rows),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() { Ok(read) } else { Err(problems) }
    }

    /// Why a row of a record cannot be asked about.
    fn refused(&self, row: &AddedRow) -> Option<Diagnostic> {
        let (model, name) = (&self.program.model, &self.program.names.records.at(row.record).name);
        let declared = model.records.at(row.record);
        let of_plan = |record: &crate::types::model::Record| {
            record.file.as_ref().is_some_and(|file| matches!(file.form, DataForm::Plan { .. }))
        };
        let is_period = |periods: &Periods| match periods {
            Periods::Column { column, .. } => {
                matches!(&model.columns.at(*column).origin, Origin::Data(data) if data.record == row.record)
            }
            _ => false,
        };
        let is_table = |rates: &crate::types::model::Rates| matches!(&rates.rows, RatesRows::Record(bands) if bands.record == row.record);
        let has_versions = |column: &crate::types::model::Column| match &column.origin {
            Origin::Data(data) => model.records.at(data.record).versions.is_some(),
            _ => false,
        };
        let refers =
            |column: &crate::types::model::Column| column.ty == Type::Reference(row.record) && has_versions(column);
        let why = if declared.versions.is_some() {
            "its rows have versions, of which a new one ends another"
        } else if model.columns.iter().any(refers) {
            "rows that have versions refer to it"
        } else if declared.key.is_empty() {
            "its rows have no key that tells them apart"
        } else if model.records.iter().any(of_plan) {
            "the plan reads values of another plan, which would be others as well"
        } else if model.periods.iter().any(is_period) {
            "the periods of the plan are the dates in it"
        } else if model.rates.iter().any(is_table) {
            "its rows are a table of rates"
        } else {
            return None;
        };
        let place = DataPlace {
            file: data::ASKED.to_owned(),
            row: Some(row.line),
            column: None,
            found: Some(name.clone()),
            expected: Some("a row of a record such as deals".to_owned()),
        };
        let problem = Diagnostic::new(Code::NotAsked, format!("a row of `{name}` cannot be asked about: {why}"));
        Some(problem.data(place).help("add the row to the data and run the plan: the runs can be compared"))
    }

    /// All computed with the rows added.
    fn whole(&self, before: &[AddedRows], after: &[AddedRows]) -> Result<part::Asked, Vec<Diagnostic>> {
        let (old, old_from) = match before {
            [] => (self.base.clone(), self.rows_of_data()),
            _ => self.computed(before)?,
        };
        let (new, new_from) = self.computed(after)?;
        let changes = part::changes_of_whole(self.program, (&old, &old_from), (&new, &new_from));
        let columns = self.program.model.columns.pairs();
        let defined = columns.filter(|(_, column)| matches!(column.origin, Origin::Definition(_)));
        let cells = defined.filter_map(|(id, _)| new.tables.column(id)).map(|data| data.len()).sum();
        let persons = new.tables.rows(self.program.model.plan.people_frame).map_or(0, |rows| rows.len());
        Ok(part::Asked { changes, before: old, after: new, cells, persons, everyone: Vec::new() })
    }

    fn rows_of_data(&self) -> BTreeMap<RecordId, Vec<From>> {
        let records = self.program.model.records.pairs();
        let rows = |frame| self.base.tables.rows(frame).map_or(0..0, |rows| rows.all());
        records.map(|(id, record)| (id, rows(record.frame).map(From::Data).collect())).collect()
    }

    fn computed(&self, added: &[AddedRows]) -> Result<Computed, Vec<Diagnostic>> {
        let some = data::with_all_rows(self.program, &self.base.tables, added);
        let results = engine::run(self.program, &some.tables)
            .map_err(|stopped| fault::describe(self.program, &stopped.so_far, &stopped.faults))?;
        Ok((results, some.from))
    }
}

/// All values, and where the rows of each record come from.
type Computed = (Results, BTreeMap<RecordId, Vec<From>>);

/// How many rows a question may have.
pub const MOST_ROWS: usize = 1_000;
