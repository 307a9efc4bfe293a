//! Values and keys as text: the one way in which run folders, traces and commands print them.

use crate::calendar::{Period, print_date};
use crate::ids::{ChoiceId, ColumnId, FrameId, RecordId};
use crate::program::Program;
use crate::table::{ColumnData, CreditRow, Key, Results, Tables, Value};
use crate::types::model::{Column, KeyPart, KnownBy, Shown, Type};
use crate::value::{Currency, Exact, Fixed, Rounding, WIDE_DIGITS};

/// A value of a type as text. A row of a record is its key (see [`record_key`]), a period its
/// literal, a percentage has its sign (`12.5%`), and a number the decimals it needs. Where the
/// number is stored, [`print_cell`] keeps the places of its column.
pub fn print(program: &Program, tables: &Tables, ty: Type, value: &Value) -> String {
    match (value, ty) {
        (Value::Number(exact), Type::Number(_, Shown::Percent)) => percent(exact),
        (Value::Number(exact), _) => exact.to_string(),
        (Value::YesNo(yes), _) => yes_or_no(*yes).to_owned(),
        (Value::Text(text), _) => text.to_string(),
        (Value::Date(date), _) => print_date(*date),
        (Value::Period(period), Type::Period(unit)) => tables.calendar.name(unit, *period),
        (Value::Row(row), Type::Reference(record)) => record_key(program, tables, record, *row),
        (Value::Choice(number), Type::Choice(choice)) => choice_name(program, choice, *number),
        (Value::Currency(currency), _) => currency.code().to_owned(),
        // The checker gives every value the type of its column.
        (Value::Period(_) | Value::Row(_) | Value::Choice(_), _) => String::new(),
    }
}

/// A cell of a column as text, numbers at the places of the column; none where there is no value.
pub fn print_cell(program: &Program, tables: &Tables, column: ColumnId, row: u32) -> Option<String> {
    let data = tables.column(column)?;
    let ty = program.model.columns.at(column).ty;
    print_data(program, tables, ty, data, row)
}

/// A cell of a column's data as text; none where there is no value.
pub(crate) fn print_data(program: &Program, tables: &Tables, ty: Type, data: &ColumnData, row: u32) -> Option<String> {
    let is_percent = matches!(ty, Type::Number(_, Shown::Percent));
    match data.fixed(row) {
        Some(fixed) => Some(print_number(fixed, is_percent)),
        None => Some(print(program, tables, ty, &data.get(row)?)),
    }
}

/// A stored number as text: all its places, or as a percentage the decimals it needs.
pub(crate) fn print_number(fixed: Fixed, is_percent: bool) -> String {
    if is_percent { percent(&fixed.to_exact()) } else { fixed.to_string() }
}

/// An amount of a column that is in each row's own currency, at the places of that currency; of others, as it is.
pub(crate) fn in_row_currency(column: &Column, amount: Fixed, currency: &str) -> Fixed {
    let (Some(_), Some(currency)) = (column.row_currency(), Currency::from_code(currency)) else { return amount };
    let own = Fixed::from_exact(&amount.to_exact(), currency.minor_units(), Rounding::HalfUp, WIDE_DIGITS);
    own.unwrap_or(amount)
}

/// The key of a row of a record: the text of its key column, and for a key of several columns a
/// JSON array of their texts. A reference in a key is the key of the row it leads to.
pub fn record_key(program: &Program, tables: &Tables, record: RecordId, row: u32) -> String {
    let parts = program.model.records.at(record).key.iter().map(|column| {
        // A missing part of a key is the empty text.
        print_cell(program, tables, *column, row).unwrap_or_default()
    });
    one_or_list(parts.collect())
}

/// One text as it is; several as a JSON array of strings; none as the empty text.
pub(crate) fn one_or_list(mut parts: Vec<String>) -> String {
    match parts.len() {
        0 | 1 => parts.pop().unwrap_or_default(),
        _ => list(&parts),
    }
}

/// Texts as a JSON array of strings.
pub(crate) fn list(parts: &[String]) -> String {
    serde_json::Value::from(parts).to_string()
}

/// The key of a row of any frame, part by part, as the result tables hold it: a credit is its rule,
/// the key of its source row, that of its child row (empty where there is none), and its person.
pub fn frame_key(program: &Program, results: &Results, frame: FrameId, row: u32) -> Vec<String> {
    let tables = &results.tables;
    let described = program.model.frames.at(frame);
    match described.rows.known_by() {
        KnownBy::Nothing => Vec::new(),
        KnownBy::Credit => credit_parts(program, results, frame, row).map_or_else(Vec::new, Vec::from),
        KnownBy::Record(record) => {
            let key = &program.model.records.at(record).key;
            let cell = |column: &ColumnId| print_cell(program, tables, *column, row);
            key.iter().map(|column| cell(column).unwrap_or_default()).collect()
        }
        KnownBy::Parts => {
            let key = tables.rows(frame).map_or(&[][..], |rows| rows.key(row));
            let parts = described.parts.iter().zip(key);
            parts.map(|(part, key)| print_part(program, tables, *part, *key)).collect()
        }
    }
}

/// A part of a key as text; of a credit, which has no key but its row, nothing.
pub fn print_part(program: &Program, tables: &Tables, part: KeyPart, key: Key) -> String {
    let number = u32::try_from(key).unwrap_or(u32::MAX);
    match part {
        KeyPart::Record(record) => record_key(program, tables, record, number),
        KeyPart::Period(unit) => {
            let period = Period(i32::try_from(key).unwrap_or(i32::MAX));
            tables.calendar.name(unit, period)
        }
        KeyPart::Choice(choice) => choice_name(program, choice, number),
        KeyPart::Currency => currency_of(key),
        KeyPart::Credit => String::new(),
    }
}

/// The key of a credit as one text: a JSON array of its parts.
pub fn credit_key(program: &Program, results: &Results, frame: FrameId, row: u32) -> String {
    credit_parts(program, results, frame, row).map_or_else(String::new, |parts| list(&parts))
}

/// What a credit was made of.
pub(crate) fn credit_row(program: &Program, results: &Results, frame: FrameId, row: u32) -> Option<CreditRow> {
    let history = program.model.history.as_ref().is_some_and(|history| history.frame == frame);
    let credits = if history { &results.history } else { &results.credits };
    credits.get(row as usize).copied()
}

/// A credit's rule, the key of its source row, that of its child row, and its person.
fn credit_parts(program: &Program, results: &Results, frame: FrameId, row: u32) -> Option<[String; 4]> {
    let credit = credit_row(program, results, frame, row)?;
    let rule = program.model.rules.at(credit.rule);
    let person = program.model.credits_of(frame)?.person;
    let child = rule.child.map(|child| record_key(program, &results.tables, child, credit.row));
    Some([
        program.names.rules.at(credit.rule).0.name.clone(),
        record_key(program, &results.tables, rule.record, credit.source),
        child.unwrap_or_default(),
        print_cell(program, &results.tables, person, row).unwrap_or_default(),
    ])
}

/// The name of a value of a choice.
fn choice_name(program: &Program, choice: ChoiceId, number: u32) -> String {
    let names = program.model.choices.at(choice);
    names.get(number as usize).cloned().unwrap_or_default()
}

/// The letters of a currency that is a part of a key.
fn currency_of(key: Key) -> String {
    let bytes = key.to_be_bytes();
    let letters = bytes.iter().skip_while(|byte| **byte == 0);
    letters.map(|byte| char::from(*byte)).collect()
}

/// A share as a percentage: `0.125` is `12.5%`.
fn percent(exact: &Exact) -> String {
    format!("{}%", exact.times(&Exact::from_integer(100)))
}

/// The words for a truth.
pub(crate) fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
