//! Data of a run folder read back.

use super::plan::{Builder, INTEGER, WINDOW, money, plain};
use super::*;
use crate::calendar::Unit;
use crate::keys;
use crate::types::model::{PercentCells, Shown, Type};
use crate::value::Currency;

/// People with cells of every kind, and what they owe by window.
fn program() -> Program {
    let mut plan = Builder::new();
    let kind = plan.choice("kind", &["new", "old"]);
    let person = plan.record("Person", Some("person.csv"));
    plan.key("id", INTEGER);
    let boss = plan.optional("boss", Type::Reference(person));
    plan.hierarchy(boss);
    let whole = plan.column("whole", plain(Shown::Percent));
    plan.data(whole).percent = PercentCells::Whole;
    let ratio = plan.optional("ratio", plain(Shown::Percent));
    plan.data(ratio).percent = PercentCells::Ratio;
    let quarter = plan.column("quarter", Type::Period(Unit::Quarter));
    plan.data(quarter).year = Some(2026);
    plan.column("kind", Type::Choice(kind));
    plan.optional("left", Type::Date);
    plan.column("there", Type::YesNo);
    plan.column("currency", Type::Currency);
    plan.record("Owed", Some("owed.csv"));
    let window = plan.key("window", Type::Period(WINDOW));
    plan.periods("window", window, "2026-12-31");
    plan.column("amount", money());
    plan.program()
}

const PEOPLE: &str = "id,boss,whole,ratio,quarter,kind,left,there,currency\n\
                      10,9,15,0.125,3,new,2026-02-28,true,EUR\n\
                      9,,2.5,,1,old,,0,JPY\n";
const OWED: &str = "window,amount\n2026-06-01,7.5\n2026-01-01,1000\n";

/// The cells of a record as run folders print them.
fn stored(program: &Program, tables: &Tables, record: RecordId) -> StoredRecord {
    let columns = &program.model.records.at(record).columns;
    let frame = program.model.records.at(record).frame;
    let rows = tables.rows(frame).unwrap().all();
    let row = |row: u32| StoredRow {
        cells: columns.iter().map(|column| keys::print_cell(program, tables, *column, row)).collect(),
        row: tables.file_rows[&frame][row as usize],
    };
    StoredRecord {
        record,
        file: tables.files.iter().find(|file| file.record == record).cloned(),
        columns: columns.iter().map(|column| program.names.columns.at(*column).name.clone()).collect(),
        rows: rows.map(row).collect(),
    }
}

#[test]
fn what_a_run_printed_is_the_data_it_read() {
    let program = program();
    let read = loaded(&program, &[("person.csv", PEOPLE), ("owed.csv", OWED)]);
    let records: Vec<StoredRecord> = program.model.records.ids().map(|id| stored(&program, &read, id)).collect();
    // The percentage of row 2, `15`, is printed with its sign; its quarter, `3`, as a literal.
    let cell = |position: usize| records[0].rows[1].cells[position].as_deref();
    assert_eq!((cell(2), cell(3), cell(4)), (Some("15%"), Some("12.5%"), Some("2026-Q3")));
    let back = from_stored(&program, &records, &[]).unwrap();
    for column in program.model.columns.ids() {
        assert_eq!(back.column(column), read.column(column), "{}", program.names.columns.at(column).name);
    }
    assert_eq!((&back.files, &back.file_rows), (&read.files, &read.file_rows));
    assert_eq!(back.calendar.custom(crate::calendar::CustomId(0)), read.calendar.custom(crate::calendar::CustomId(0)));
    let yen = read.column(program.model.records.at(RecordId(0)).columns[8]).unwrap().get(0);
    assert_eq!(yen, Some(Value::Currency(Currency::from_code("JPY").unwrap())));
}

#[test]
fn what_is_stored_is_validated_again() {
    let program = program();
    let read = loaded(&program, &[("person.csv", PEOPLE), ("owed.csv", OWED)]);
    let mut records: Vec<StoredRecord> = program.model.records.ids().map(|id| stored(&program, &read, id)).collect();
    records[0].rows[1].cells[2] = Some("15".to_owned());
    let found = from_stored(&program, &records, &[]).unwrap_err();
    assert_eq!(shorts(&found), ["E0503 person.csv:2:whole: `15` has no percent sign"]);
}
