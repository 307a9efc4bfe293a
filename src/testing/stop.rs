//! Expectations where the computation stopped: the errors that are expected, and all else.

use super::Failure;
use super::compare::expected;
use super::expect::{Check, CheckKind, RowOf};
use super::literal::key_text;
use crate::data::GivenRow;
use crate::diagnostics::Diagnostic;
use crate::fault;
use crate::ids::ColumnId;
use crate::keys;
use crate::program::Program;
use crate::syntax::tree::Literal;
use crate::table::{Fault, Results, Stopped};
use crate::types::model::{KeyPart, KnownBy};

/// Why a test could not be computed to its end.
pub(super) enum Stop {
    /// Its rows cannot be data.
    Data(Vec<Diagnostic>),
    /// Its values cannot be computed: each problem with its fault.
    Engine(Vec<(Diagnostic, Fault)>, Box<Results>),
}

impl Stop {
    /// Rows that cannot be data.
    pub fn of_data(problems: Vec<Diagnostic>) -> Stop {
        Stop::Data(problems)
    }

    /// A computation that went wrong.
    pub fn of_engine(program: &Program, stopped: Stopped) -> Stop {
        let told = fault::describe_each(program, &stopped.so_far, &stopped.faults);
        Stop::Engine(told.into_iter().zip(stopped.faults).collect(), stopped.so_far)
    }

    /// What went wrong.
    pub fn diagnostics(self, program: &Program) -> Vec<Diagnostic> {
        match self {
            Stop::Data(problems) => problems,
            Stop::Engine(faults, so_far) => {
                let faults: Vec<Fault> = faults.into_iter().map(|(_, fault)| fault).collect();
                fault::describe(program, &so_far, &faults)
            }
        }
    }

    /// Why an expectation does not hold, if it does not: only an error that occurred does.
    pub fn failure(&self, program: &Program, given: &[GivenRow], check: &Check<'_>) -> Option<Failure> {
        let (found, note) = match &check.kind {
            CheckKind::Error(code, row) => {
                let at_row = |problem: &Diagnostic, fault: Option<&Fault>| {
                    problem.code == *code && row.is_none_or(|row| self.is_at(program, given, problem, fault, row))
                };
                let occurred = match self {
                    Stop::Data(problems) => problems.iter().any(|problem| at_row(problem, None)),
                    Stop::Engine(faults, _) => faults.iter().any(|(problem, fault)| at_row(problem, Some(fault))),
                };
                if occurred {
                    return None;
                }
                (self.first(), None)
            }
            CheckKind::Value(..) | CheckKind::None(_) => {
                let note = "nothing is computed once an error stops the run: expect values in a test of their own";
                (format!("no values: {}", self.first()), Some(note.to_owned()))
            }
        };
        Some(Failure { span: check.span, expected: expected(program, check), found, note })
    }

    /// The first problem on one line, and how many there are.
    fn first(&self) -> String {
        let (first, count) = match self {
            Stop::Data(problems) => (problems.first(), problems.len()),
            Stop::Engine(faults, _) => (faults.first().map(|(problem, _)| problem), faults.len()),
        };
        let text = first.map_or_else(String::new, |one| format!("error {}: {}", one.code.text(), one.message));
        match count.saturating_sub(1) {
            0 => text,
            more => format!("{text} (and {more} more)"),
        }
    }

    fn is_at(
        &self,
        program: &Program,
        given: &[GivenRow],
        problem: &Diagnostic,
        fault: Option<&Fault>,
        (of, key): (RowOf, &Literal),
    ) -> bool {
        let key = key_text(&key.kind).unwrap_or_default();
        match (self, fault) {
            (Stop::Engine(_, so_far), Some(fault)) => fault_is_at(program, so_far, fault, of, &key),
            _ => given.iter().any(|row| {
                let labels = &problem.labels;
                is_row(program, row, of, &key) && labels.iter().any(|label| label.span == row.span)
            }),
        }
    }
}

/// Whether a row given is of this record and has this in its key.
fn is_row(program: &Program, row: &GivenRow, of: RowOf, key: &str) -> bool {
    let RowOf::Record(record) = of else { return false };
    let columns: &[ColumnId] = &program.model.records.at(record).key;
    let in_key = |(column, text): &(ColumnId, String)| columns.contains(column) && text == key;
    row.record == record && row.cells.iter().any(in_key)
}

/// Whether a fault is in a row with this key, or in one known by such a row.
fn fault_is_at(program: &Program, so_far: &Results, fault: &Fault, of: RowOf, key: &str) -> bool {
    let frame = program.model.frames.at(fault.frame);
    let texts = keys::frame_key(program, so_far, fault.frame, fault.row);
    match (frame.rows.known_by(), of) {
        (KnownBy::Credit, RowOf::Credit) => texts.iter().any(|text| text == key),
        (KnownBy::Credit, RowOf::Record(record)) => {
            let made = keys::credit_row(program, so_far, fault.frame, fault.row);
            made.is_some_and(|made| {
                program.model.rules.at(made.rule).record == record
                    && keys::record_key(program, &so_far.tables, record, made.source) == key
            })
        }
        (KnownBy::Record(own), RowOf::Record(record)) => own == record && texts.iter().any(|text| text == key),
        (KnownBy::Parts, RowOf::Record(record)) => {
            let parts = frame.parts.iter().zip(&texts);
            parts.into_iter().any(|(part, text)| *part == KeyPart::Record(record) && text == key)
        }
        (KnownBy::Nothing, _) | (_, RowOf::Credit) => false,
    }
}
