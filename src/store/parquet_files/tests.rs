//! What is written reads back, and is the same bytes whatever the number of threads.

#![allow(clippy::arithmetic_side_effects)] // small numbers of tests

use std::borrow::Cow;

use proptest::prelude::*;

use super::*;
use crate::calendar::Date;
use crate::store::stored_table::date_of;
use crate::store::texts::TextList;
use crate::table::{State, States};
use crate::value::Units;

/// Writes these columns as a file; says how many values each has.
fn write(columns: &[Written<'_>], out: &mut Vec<u8>) -> Result<Vec<usize>> {
    let mut writer = Writer::begin(columns, out)?;
    writer.append(columns)?;
    Ok(writer.end()?.1)
}

/// Cells that a column is made of, with their states.
struct Made {
    values: Values,
    units: Units,
    dates: Vec<Date>,
    truths: Vec<bool>,
    states: States,
}

fn made(values: &Values) -> Made {
    fn state<T>(cell: &Option<T>) -> State {
        if cell.is_some() { State::There } else { State::Missing }
    }
    fn integers(cells: &[Option<i64>]) -> Units {
        cells.iter().map(|cell| i128::from(cell.unwrap_or_default())).collect()
    }
    let mut made = Made {
        values: values.clone(),
        units: Units::default(),
        dates: vec![],
        truths: vec![],
        states: States::There(0),
    };
    match values {
        Values::Text(cells) => made.states = cells.iter().map(state).collect(),
        Values::Date(cells) => {
            made.states = cells.iter().map(state).collect();
            made.dates = cells.iter().map(|day| date_of(day.unwrap_or_default()).unwrap()).collect();
        }
        Values::YesNo(cells) => {
            made.states = cells.iter().map(state).collect();
            made.truths = cells.iter().map(|cell| cell.unwrap_or_default()).collect();
        }
        Values::Decimal { units, .. } | Values::Integer(units) => {
            made.states = units.iter().map(state).collect();
            made.units = integers(units);
        }
        Values::WideDecimal { units, .. } => {
            made.states = units.iter().map(state).collect();
            made.units = units.iter().map(|cell| cell.unwrap_or_default()).collect();
        }
    }
    made
}

impl Made {
    fn cells(&self) -> Cells<'_> {
        let number = |places, wide| Source::Number { places, wide, percent: false, units: &self.units };
        let source = match &self.values {
            Values::Text(cells) => Source::Text(Box::new(|row| cells.get(row as usize)?.as_deref().map(Cow::Borrowed))),
            Values::Date(_) => Source::Date(&self.dates),
            Values::YesNo(_) => Source::YesNo(&self.truths),
            Values::Decimal { places, .. } => number(*places, false),
            Values::WideDecimal { places, .. } => number(*places, true),
            Values::Integer(cells) => Source::Whole(Box::new(|row| *cells.get(row as usize)?)),
        };
        Cells { source, states: Some(&self.states) }
    }
}

fn column(name: &str, values: Values) -> Column {
    Column { name: name.to_owned(), values }
}

fn bytes(columns: &[Column]) -> Vec<u8> {
    let made: Vec<Made> = columns.iter().map(|column| made(&column.values)).collect();
    let written = columns.iter().zip(&made).map(|(column, made)| Written {
        name: column.name.clone(),
        cells: made.cells(),
        rows: Picked::All(column.values.len()),
    });
    let mut out = Vec::new();
    write(&written.collect::<Vec<_>>(), &mut out).unwrap();
    out
}

fn read_back(bytes: &[u8]) -> Vec<Column> {
    read(bytes::Bytes::copy_from_slice(bytes)).unwrap()
}

fn sample() -> Vec<Column> {
    let texts = [Some("né"), None, Some("")].map(|text| text.map(str::to_owned));
    vec![
        column("text", Values::Text(texts.to_vec())),
        column("date", Values::Date(vec![Some(20_454), Some(-1), None])),
        column("yes", Values::YesNo(vec![Some(true), None, Some(false)])),
        column("amount", Values::Decimal { places: 2, units: vec![Some(-1), None, Some(999_999_999_999_999_999)] }),
        column(
            "wide",
            Values::WideDecimal { places: 2, units: vec![Some(-1), Some(9_999_999_999_999_999_999_999_999_999), None] },
        ),
        column("none", Values::Decimal { places: 0, units: vec![None; 3] }),
        column("no text", Values::Text(vec![None; 3])),
        column("key", Values::Integer(vec![Some(i64::MAX), None, Some(i64::MIN)])),
    ]
}

#[test]
fn every_kind_of_cell_comes_back() {
    let written = bytes(&sample());
    assert_eq!(read_back(&written), sample());
    assert_eq!(written, bytes(&sample()));
}

#[test]
fn a_table_without_rows_keeps_its_columns() {
    let columns = vec![column("amount", Values::Decimal { places: 4, units: Vec::new() })];
    assert_eq!(read_back(&bytes(&columns)), columns);
}

/// More rows than a group has, of every kind: texts that repeat, texts that do not, runs and none.
fn long() -> Vec<Column> {
    let count = i64::try_from(GROUP).unwrap() + 70_000;
    let numbers = || 0..count;
    let unless = |n: i64, every: i64| n % every != 0;
    let text = |every: i64| move |n: i64| unless(n, 11).then(|| format!("t{}", n % every));
    vec![
        column("few", Values::Text(numbers().map(text(7)).collect())),
        column("many", Values::Text(numbers().map(text(100_000)).collect())),
        column("one", Values::Text(numbers().map(|_| Some("same".to_owned())).collect())),
        column("n", Values::Decimal { places: 0, units: numbers().map(|n| unless(n, 7).then_some(n * n)).collect() }),
        column(
            "wild",
            Values::Decimal { places: 2, units: numbers().map(|n| Some(n.wrapping_mul(7_919 << 40) >> 4)).collect() },
        ),
        column("day", Values::Date(numbers().map(|n| i32::try_from(n % 9_000).ok()).collect())),
        column("yes", Values::YesNo(numbers().map(|n| unless(n, 5).then_some(n % 3 == 0)).collect())),
    ]
}

#[test]
fn many_groups_come_back_the_same_from_any_number_of_threads() {
    let columns = long();
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| bytes(&columns))
    };
    let one = with(1);
    assert!(one == with(2) && one == with(8));
    assert!(read_back(&one) == columns);
}

#[test]
fn picked_rows_and_texts_by_numbers_come_back() {
    let mut list = TextList::default();
    ["a", "b", "", "d"].into_iter().for_each(|text| {
        list.push(text);
    });
    let list = Arc::new(list);
    let picked = Picked::These([3, 1, 0, 3, 2, 2, 2, 2].into());
    let coded = |list: &Arc<TextList>| Written {
        name: "text".to_owned(),
        // The second row has none, and the number of the first is no text of the list.
        cells: Cells::coded(Arc::clone(list), |row| (row != 1).then_some(if row == 0 { u32::MAX } else { row })),
        rows: picked.clone(),
    };
    let counts = [7, 8, 9, 10];
    let counted = Written {
        name: "row".to_owned(),
        cells: Cells { source: Source::Count(&counts), states: None },
        rows: picked.clone(),
    };
    let mut out = Vec::new();
    assert_eq!(write(&[coded(&list), counted], &mut out).unwrap(), [7, 8]);
    let texts = [Some("d"), None, Some(""), Some("d"), Some(""), Some(""), Some(""), Some("")];
    let texts = texts.map(|text| text.map(str::to_owned)).to_vec();
    let rows = [10, 8, 7, 10, 9, 9, 9, 9].map(Some).to_vec();
    assert_eq!(read_back(&out), [column("text", Values::Text(texts)), column("row", Values::Integer(rows))]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_column_comes_back(
        numbers in prop::collection::vec(prop::option::of(-999_999_999_999_999_999..=999_999_999_999_999_999_i64), 0..400),
        texts in prop::collection::vec(prop::option::of("[a-c]{0,2}|.{0,9}"), 0..400),
        days in prop::collection::vec(prop::option::of(-700_000..=2_900_000_i32), 0..400),
    ) {
        for values in [Values::Decimal { places: 3, units: numbers }, Values::Text(texts), Values::Date(days)] {
            let columns = vec![column("x", values)];
            prop_assert_eq!(read_back(&bytes(&columns)), columns);
        }
    }
}
