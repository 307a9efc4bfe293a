//! Faults of evaluation in the administrator's words.

use crate::diagnostics::{Code, Diagnostic};
use crate::keys;
use crate::program::Program;
use crate::table::{Fault, FaultKind, Results};
use crate::types::model::{FrameRows, KeyPart};

/// The diagnostics of faults: each names the row and points at the words of the plan.
pub fn describe(program: &Program, results: &Results, faults: &[Fault]) -> Vec<Diagnostic> {
    faults.iter().map(|fault| one(program, results, fault)).collect()
}

/// The code under which a fault is reported.
pub fn code(kind: &FaultKind) -> Code {
    match kind {
        FaultKind::DivisionByZero => Code::DivisionByZero,
        FaultKind::TooLarge(_) => Code::TooLarge,
        FaultKind::MissingRate(_) => Code::MissingRate,
        FaultKind::BelowTable(_) => Code::BelowTable,
        FaultKind::Ensure(_) => Code::EnsureBroken,
        FaultKind::NotGiven(_) => Code::MissingOnRead,
    }
}

fn one(program: &Program, results: &Results, fault: &Fault) -> Diagnostic {
    let place = program.names.exprs.at(fault.expr).span;
    let row = row_words(program, results, fault);
    let (message, label, help) = match &fault.kind {
        FaultKind::DivisionByZero => (
            format!("division by zero{row}"),
            "divides by zero here".to_owned(),
            "say what the value is then: `if x = 0 then … else …`, or leave such rows out with `where x > 0`"
                .to_owned(),
        ),
        FaultKind::TooLarge(value) => (
            format!("a value with more digits than are kept{row}"),
            format!("gives {value}"),
            format!("a stored value has at most {} digits; check the data and the units", crate::value::DIGITS),
        ),
        FaultKind::MissingRate(currency) => (
            format!("there is no exchange rate for {currency}{row}"),
            format!("needs a rate of {currency}"),
            "add the rate to the data, for this currency and date".to_owned(),
        ),
        FaultKind::BelowTable(value) => (
            format!("{value} lies below the first row of the table{row}"),
            format!("the input is {value}"),
            "add a row that begins with `below`, or keep such values out of the table".to_owned(),
        ),
        FaultKind::Ensure(ensure) => {
            let (named, message) = program.names.ensures.at(*ensure);
            let why = if message.is_empty() { String::new() } else { format!(": {message}") };
            (
                format!("`{}` does not hold{row}{why}", named.name),
                "is no here".to_owned(),
                "nothing was written; correct the data or the plan".to_owned(),
            )
        }
        FaultKind::NotGiven(column) => {
            let name = &program.names.columns.at(*column).name;
            (
                format!("`{name}` is needed and was not given{row}"),
                "read here".to_owned(),
                format!("give the row a value for `{name}`"),
            )
        }
    };
    Diagnostic::new(code(&fault.kind), message).at(place, label).help(help)
}

/// The row of a fault in words: ` in Person p1, quarter 2026-Q1`.
pub fn row_words(program: &Program, results: &Results, fault: &Fault) -> String {
    let frame = program.model.frames.at(fault.frame);
    let key = keys::frame_key(program, results, fault.frame, fault.row);
    if key.is_empty() {
        return String::new();
    }
    let names: Vec<String> = match frame.rows {
        FrameRows::Record(record) => {
            let named = format!("{} {}", program.names.records.at(record).name, key.join(", "));
            return format!(" in {named}");
        }
        FrameRows::Credit => vec!["Credit".to_owned()],
        _ => frame.parts.iter().map(|part| part_name(program, *part)).collect(),
    };
    let words: Vec<String> = key
        .iter()
        .enumerate()
        .map(|(position, value)| match names.get(position) {
            Some(name) => format!("{name} {value}"),
            None => value.clone(),
        })
        .collect();
    format!(" in {}", words.join(", "))
}

/// A part of a key in words.
pub fn part_name(program: &Program, part: KeyPart) -> String {
    match part {
        KeyPart::Record(record) => program.names.records.at(record).name.clone(),
        KeyPart::Period(unit) => program.names.unit_name(unit),
        KeyPart::Choice(choice) => program.names.choices.at(choice).name.clone(),
        KeyPart::Currency => "currency".to_owned(),
        KeyPart::Credit => "Credit".to_owned(),
    }
}
