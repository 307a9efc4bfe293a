//! One table in files of several forms.

#![allow(clippy::arithmetic_side_effects)]

use ::parquet::basic::Compression;
use ::parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, FixedLenByteArray, FixedLenByteArrayType, Int32Type, Int64Type,
};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::parser::parse_message_type;
use proptest::prelude::*;

use super::plan::{Builder, INTEGER, plain};
use super::*;
use crate::calendar::print_date;
use crate::types::model::{DataForm, DataSource, Dimension, Part, PercentCells, Shown, Type};
use crate::value::Fixed;

/// A deal: whether it has this number, its day since 1970, its owner, cents, currency, kind, share and note.
pub type Deal = (u16, i32, u8, i64, usize, usize, Option<i32>, Option<String>, Option<bool>);

pub const CURRENCIES: [&str; 3] = ["USD", "JPY", "KWD"];
const KINDS: [&str; 4] = ["new", "old", "never", ""];

fn deals() -> impl Strategy<Value = Vec<Deal>> {
    let cents = prop_oneof![Just(0_i64), -500_i64..500, any::<i64>().prop_map(|any| any / 1000)];
    let share = prop::option::of(0_i32..10_000);
    let note = prop::option::of("[a-c\"',é ]{1,3}");
    let deal =
        (0_u16..500, 20_000_i32..20_400, 0_u8..9, cents, 0_usize..3, 0_usize..4, share, note, any::<Option<bool>>());
    prop::collection::vec(deal, 0..40)
}

/// The deals without what is wrong with them.
fn sound(deals: Vec<Deal>) -> Vec<Deal> {
    let mut seen = std::collections::HashSet::new();
    let mend = |(id, closed, owner, cents, currency, kind, share, note, there): Deal| {
        let cents = if CURRENCIES[currency] == "JPY" { cents / 100 * 100 } else { cents };
        let note = note.filter(|note| !note.trim().is_empty());
        (id, closed, owner % 8, cents, currency, if kind == 2 { 3 } else { kind }, share, note, there)
    };
    deals.into_iter().filter(|deal| seen.insert(deal.0)).map(mend).collect()
}

pub fn program(form: &DataForm) -> Program {
    let mut plan = Builder::new();
    let kind = plan.choice("kind", &["new", "old"]);
    let person = plan.record("Person", Some("person.csv"));
    plan.key("id", INTEGER);
    let deal = plan.record("Deal", Some("deal.csv"));
    plan.key("id", INTEGER);
    plan.column("closed", Type::Date);
    plan.column("owner", Type::Reference(person));
    let currency = plan.column("currency", Type::Currency);
    let amount = Dimension { above: Some(Part::RowCurrency(currency)), below: None };
    plan.column("amount", Type::Number(amount, Shown::Money));
    plan.optional("kind", Type::Choice(kind));
    let share = plan.optional("share", plain(Shown::Percent));
    plan.data(share).percent = PercentCells::Ratio;
    plan.optional("note", Type::Text);
    plan.optional("there", Type::YesNo);
    let mut program = plan.program();
    let record = program.model.records.at_mut(deal);
    record.file = Some(DataSource { path: "deal".to_owned(), form: form.clone() });
    program
}

fn date(day: i32) -> String {
    let first = chrono::DateTime::UNIX_EPOCH.date_naive();
    print_date(first.checked_add_signed(chrono::TimeDelta::days(day.into())).unwrap())
}

/// The cells of a deal; a blank one is empty.
fn cells(deal: &Deal) -> [String; 9] {
    let (id, closed, owner, cents, currency, kind, share, note, there) = deal;
    let fixed = |units: i64, places| Fixed { units: units.into(), places }.to_string();
    [
        id.to_string(),
        date(*closed),
        owner.to_string(),
        fixed(*cents, 2),
        CURRENCIES[*currency].to_owned(),
        KINDS[*kind].to_owned(),
        share.map(|share| fixed(share.into(), 4)).unwrap_or_default(),
        note.clone().unwrap_or_default(),
        there.map(|there| there.to_string()).unwrap_or_default(),
    ]
}

const HEADERS: [&str; 9] = ["id", "closed", "owner", "amount", "currency", "kind", "share", "note", "there"];

pub fn csv(deals: &[Deal]) -> Vec<u8> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADERS).unwrap();
    deals.iter().for_each(|deal| writer.write_record(cells(deal)).unwrap());
    writer.into_inner().unwrap()
}

pub fn json(deals: &[Deal]) -> Vec<u8> {
    let line = |deal: &Deal| {
        let members = HEADERS.iter().zip(cells(deal)).map(|(name, cell)| (*name, serde_json::Value::from(cell)));
        format!("{}\n", serde_json::Value::Object(members.map(|(name, cell)| (name.to_owned(), cell)).collect()))
    };
    deals.iter().map(line).collect::<String>().into_bytes()
}

pub fn parquet(deals: &[Deal], wide: bool) -> Vec<u8> {
    let amount = if wide { "fixed_len_byte_array(16)" } else { "int64" };
    let schema = format!(
        "message deals {{ required int64 id; required int32 closed (DATE); required int32 owner;
         required {amount} amount (DECIMAL(18,2)); required binary currency (UTF8); optional binary kind (UTF8);
         optional int32 share (DECIMAL(9,4)); optional binary note (UTF8); optional boolean there; }}"
    );
    let schema = Arc::new(parse_message_type(&schema).unwrap());
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    for deals in deals.chunks(16) {
        let mut opened = file.next_row_group().unwrap();
        let group = &mut opened;
        write::<Int64Type>(group, deals, |deal| Some(deal.0.into()));
        write::<Int32Type>(group, deals, |deal| Some(deal.1));
        write::<Int32Type>(group, deals, |deal| Some(deal.2.into()));
        match wide {
            true => write::<FixedLenByteArrayType>(group, deals, |deal| {
                Some(FixedLenByteArray::from(i128::from(deal.3).to_be_bytes().to_vec()))
            }),
            false => write::<Int64Type>(group, deals, |deal| Some(deal.3)),
        }
        write::<ByteArrayType>(group, deals, |deal| Some(ByteArray::from(CURRENCIES[deal.4])));
        write::<ByteArrayType>(group, deals, |deal| {
            Some(KINDS[deal.5]).filter(|kind| !kind.is_empty()).map(ByteArray::from)
        });
        write::<Int32Type>(group, deals, |deal| deal.6);
        write::<ByteArrayType>(group, deals, |deal| deal.7.as_deref().map(ByteArray::from));
        write::<BoolType>(group, deals, |deal| deal.8);
        opened.close().unwrap();
    }
    file.into_inner().unwrap()
}

fn write<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    deals: &[Deal],
    value: impl Fn(&Deal) -> Option<T::T>,
) {
    let values: Vec<Option<T::T>> = deals.iter().map(value).collect();
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let values: Vec<T::T> = values.into_iter().flatten().collect();
    let mut column = group.next_column().unwrap().unwrap();
    // Those of a required column are left aside.
    column.typed::<T>().write_batch(&values, Some(&levels), None).unwrap();
    column.close().unwrap();
}

/// What loading comes to, without what only one form of file has: the first row of its file, and its hash.
fn outcome(form: DataForm, bytes: Vec<u8>) -> Result<Vec<Option<ColumnData>>, Vec<String>> {
    let program = program(&form);
    let header = u64::from(matches!(form, DataForm::Csv { .. }));
    let people: String = ["id\n".to_owned()].into_iter().chain((0..8).map(|id| format!("{id}\n"))).collect();
    let files = Memory::new().with("person.csv", people).with("deal", bytes);
    let problem = |problem: &Diagnostic| {
        let place = problem.data.as_ref().unwrap();
        format!("{} {:?} {:?}", problem.code.text(), place.row.map(|row| row - header), place.column)
    };
    let tables = load(&program, &files, &[]).map_err(|problems| problems.iter().map(problem).collect::<Vec<_>>())?;
    assert!(tables.file_rows.values().all(|rows| rows.iter().all(|row| *row > 0)));
    Ok(program.model.columns.ids().map(|column| tables.column(column).map(|data| data.as_ref().clone())).collect())
}

proptest! {
    #[test]
    fn every_form_holds_the_same_table(deals in deals(), mended in prop::bool::weighted(0.7)) {
        let deals = if mended { sound(deals) } else { deals };
        let expected = outcome(DataForm::Csv { delimiter: None }, csv(&deals));
        prop_assert!(!mended || expected.is_ok(), "{expected:?}");
        prop_assert_eq!(&outcome(DataForm::Parquet, parquet(&deals, false)), &expected);
        prop_assert_eq!(&outcome(DataForm::Parquet, parquet(&deals, true)), &expected);
        // A file of no lines says no headers.
        if !deals.is_empty() {
            prop_assert_eq!(&outcome(DataForm::JsonLines, json(&deals)), &expected);
        }
    }
}
