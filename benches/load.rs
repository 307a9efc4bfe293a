//! How long data takes from the bytes of files to tables: `cargo bench --bench load -- [ROWS] [TIMES]` makes so many
//! deals in memory, as CSV and as Parquet, and loads each so many times; with a folder first, the plan and data of these
//! folders instead: `-- PLAN DATA [TIMES] [RECORD]`, and a record is read piece by piece as well, kept on disk in parts,
//! and read from there.
#![allow(
    clippy::disallowed_methods,
    clippy::float_arithmetic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use attain::data::{self, DataFiles, Folder, Memory, Pieces, Spill};
use attain::{compile, project};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use rayon::prelude::*;

/// Rows in a group of a Parquet file.
const GROUP_ROWS: usize = 1 << 18;

const PLAN: &str = "edition 1
plan bench \"Bench\" {
  effective 2026-01-01 to 2026-12-31
  currency USD
  round half up
  people Payee
  pay monthly
}
record Payee from \"payees.csv\" { key id integer }
record Deal from \"deals.FORM\" {
  key id   integer
  closed   date
  owner    Payee
  amount   money in currency
  currency currency
  product  platform | services | training
  to owner
  on closed
}
credit direct for each Deal { amount amount in USD }
pay payout for each Payee, month = sum of Credit.amount
";

type Failed = Box<dyn Error>;

fn main() -> Result<(), Failed> {
    // Cargo appends `--bench`.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let [plan, folder, rest @ ..] = words.as_slice()
        && Path::new(plan).is_dir()
    {
        let times = rest.first().map_or(Ok(5), |word| word.parse())?;
        let (plans, folder) = (plan_files(Path::new(plan))?, Folder::new(folder));
        timed(&plans, &folder, "files", times)?;
        return rest.get(1).map_or(Ok(()), |record| pieces(&plans, &folder, record, times));
    }
    let number = |at: usize, otherwise: usize| words.get(at).map_or(Ok(otherwise), |word| word.parse());
    let (rows, times) = (number(0, 200_000)?, number(1, 5)?);
    let payees: String = ["id\n".to_owned()].into_iter().chain((0..10_000).map(|id| format!("{id}\n"))).collect();
    let files = Memory::new().with("payees.csv", payees);
    let files = files.with("deals.csv", csv(rows)).with("deals.parquet", parquet(rows)?);
    for form in ["csv", "parquet"] {
        let plan = [("p.plan".to_owned(), PLAN.replace("FORM", form))].into();
        timed(&plan, &files, form, times)?;
    }
    Ok(())
}

/// Rows go to so many parts.
const PARTS: usize = 100;

/// Reads a record piece by piece, keeps it on disk in parts, reads these, and prints how long each takes.
fn pieces(plans: &BTreeMap<String, String>, folder: &Folder, record: &str, times: usize) -> Result<(), Failed> {
    let entries: Vec<String> = plans.keys().cloned().collect();
    let project = project::load(plans, &entries);
    let (compiled, _) = compile::plans(&project);
    let program = &compiled.first().ok_or("no plan")?.program;
    let mut records = program.model.records.ids();
    let record = records.find(|id| program.names.records.at(*id).name == record).ok_or("no such record")?;
    let failed = |problems| format!("{problems:#?}");
    let known = data::load_without(program, folder, &[], &[record].into()).map_err(failed)?;
    let scratch = std::env::temp_dir();
    for _ in 0..times {
        let (mut read, mut put, mut rows) = (Duration::ZERO, Duration::ZERO, 0);
        let spill = Spill::begin(&scratch, PARTS)?;
        let begun = Instant::now();
        let mut pieces = Pieces::open(program, folder, record, &known, &scratch).map_err(failed)?;
        let mut before = begun;
        while let Some(piece) = pieces.next_piece().map_err(failed)? {
            read += before.elapsed();
            let begun = Instant::now();
            let parts: Vec<usize> = (0..PARTS).collect();
            parts.par_iter().try_for_each(|part| {
                let rows: Vec<u32> = (0..piece.rows as u32).filter(|row| part_of(*row) == *part).collect();
                spill.put(program, *part, &piece, &rows, &vec![true; rows.len()])
            })?;
            rows += piece.rows;
            put += begun.elapsed();
            before = Instant::now();
        }
        let file = pieces.finish().map_err(failed)?;
        read += before.elapsed();
        assert_eq!(file.rows, rows as u64);
        let begun = Instant::now();
        let mut found = 0;
        for part in 0..PARTS {
            found += spill.part(program, &known, part)?.1.get(&record).map_or(0, Vec::len);
        }
        assert_eq!(found, rows);
        let nanos = |took: Duration| took.as_secs_f64() * 1e9 / rows as f64;
        println!(
            "pieces, ns a row: read {:.0}, put {:.0}, parts {:.0}; {:.1} bytes a row",
            nanos(read),
            nanos(put),
            nanos(begun.elapsed()),
            spill.bytes()? as f64 / rows as f64
        );
    }
    Ok(())
}

fn part_of(row: u32) -> usize {
    (row.wrapping_mul(0x9e37_79b1) >> 8) as usize % PARTS
}

/// Loads the data of the plans, and prints how long it takes.
fn timed(plans: &BTreeMap<String, String>, files: &dyn DataFiles, what: &str, times: usize) -> Result<(), Failed> {
    let entries: Vec<String> = plans.keys().cloned().collect();
    let project = project::load(plans, &entries);
    let (plans, problems) = compile::plans(&project);
    if let Some(problem) = problems.iter().find(|problem| problem.is_error()) {
        return Err(problem.message.clone().into());
    }
    for plan in &plans {
        let mut took: Vec<Duration> = Vec::new();
        for _ in 0..times {
            let begun = Instant::now();
            let tables = data::load(&plan.program, files, &[]).map_err(|problems| format!("{problems:#?}"))?;
            took.push(begun.elapsed());
            drop(tables);
        }
        took.sort();
        let middle = took.get(times / 2).ok_or("no time")?;
        let least = took.first().ok_or("no time")?;
        println!("{what}: {:.1} ms, at least {:.1} ms", millis(*middle), millis(*least));
    }
    Ok(())
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The plan files of a folder, by name.
fn plan_files(folder: &Path) -> Result<BTreeMap<String, String>, Failed> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "plan") {
            let name = path.file_name().ok_or("no name")?.to_string_lossy().into_owned();
            files.insert(name, std::fs::read_to_string(&path)?);
        }
    }
    Ok(files)
}

const CURRENCIES: [&str; 3] = ["USD", "EUR", "GBP"];
const PRODUCTS: [&str; 3] = ["platform", "services", "training"];

/// A deal by its number: day of the year, payee, cents, and two numbers to choose by.
fn deal(id: usize) -> (usize, usize, usize, usize, usize) {
    let mixed = id.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    (mixed % 365, mixed % 9_973, mixed % 5_000_000, mixed % 3, mixed / 3 % 3)
}

fn date(day: usize) -> chrono::NaiveDate {
    let first = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default();
    first.checked_add_days(chrono::Days::new(day as u64)).unwrap_or_default()
}

fn csv(rows: usize) -> String {
    let mut text = "id,closed,owner,amount,currency,product\n".to_owned();
    for id in 0..rows {
        let (day, owner, cents, currency, product) = deal(id);
        let (currency, product) = (CURRENCIES[currency], PRODUCTS[product]);
        let (day, whole, cents) = (date(day), cents / 100, cents % 100);
        let _ = writeln!(text, "{id},{day},{owner},{whole}.{cents:02},{currency},{product}");
    }
    text
}

fn parquet(rows: usize) -> Result<Vec<u8>, Failed> {
    let schema = "message deals {
        required int64 id; required int32 closed (DATE); required int32 owner;
        required int64 amount (DECIMAL(18,2)); required binary currency (UTF8); required binary product (UTF8);
    }";
    let schema = Arc::new(parse_message_type(schema)?);
    let properties = WriterProperties::builder().set_compression(parquet::basic::Compression::SNAPPY);
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties.build()))?;
    for start in (0..rows).step_by(GROUP_ROWS) {
        let deals: Vec<_> = (start..rows.min(start + GROUP_ROWS)).map(|id| (id as i64, deal(id))).collect();
        let mut group = file.next_row_group()?;
        let epoch = date(0).signed_duration_since(chrono::DateTime::UNIX_EPOCH.date_naive()).num_days() as i32;
        write::<Int64Type>(&mut group, deals.iter().map(|(id, _)| *id))?;
        write::<Int32Type>(&mut group, deals.iter().map(|(_, (day, ..))| epoch + *day as i32))?;
        write::<Int32Type>(&mut group, deals.iter().map(|(_, (_, owner, ..))| *owner as i32))?;
        write::<Int64Type>(&mut group, deals.iter().map(|(_, (_, _, cents, ..))| *cents as i64))?;
        write::<ByteArrayType>(&mut group, deals.iter().map(|(_, deal)| ByteArray::from(CURRENCIES[deal.3])))?;
        write::<ByteArrayType>(&mut group, deals.iter().map(|(_, deal)| ByteArray::from(PRODUCTS[deal.4])))?;
        group.close()?;
    }
    Ok(file.into_inner()?)
}

fn write<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: impl Iterator<Item = T::T>,
) -> Result<(), Failed> {
    let values: Vec<T::T> = values.collect();
    let mut column = group.next_column()?.ok_or("a column too many")?;
    column.typed::<T>().write_batch(&values, None, None)?;
    Ok(column.close()?)
}
