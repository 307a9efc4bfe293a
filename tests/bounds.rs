//! The engine against the reference where numbers are hard: at the edges of 64 and 128 bits, next to ties, at every number of
//! places and in every mode of rounding, in groups that are empty, or hold all rows, on one thread or many.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(clippy::arithmetic_side_effects)]

mod agree;

use std::collections::BTreeMap;
use std::fmt::Write;

use attain::data::{self, Memory};
use attain::diagnostics::{Options, render};
use attain::program::Program;
use attain::table::Tables;
use attain::value::{Fixed, Rounding};
use attain::{compile, engine, project};
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, TestRunner};

/// What a case is made of.
#[derive(Clone, Debug)]
struct Case {
    rounding: Rounding,
    /// Whether values have up to 28 digits, which 64 bits do not hold.
    wide: bool,
    /// The places of the three columns of data, and those to which results are rounded.
    places: [u8; 4],
    rows: Vec<Row>,
}

/// A row: whose it is, the month, and three numbers in units of their places, of which the second is not 0.
#[derive(Clone, Debug)]
struct Row {
    owner: u32,
    month: u32,
    numbers: [i128; 3],
}

/// How many people there are; the last has no rows.
const PEOPLE: u32 = 4;

impl Case {
    /// Every result is computed through numbers far larger than itself, so that most of them can be stored.
    fn plan(&self) -> String {
        let [a, b, c, to] = self.places;
        let wide = if self.wide { "\n  wide" } else { "" };
        let mode = self.rounding;
        format!(
            "edition 1
record Person from \"people.csv\" {{ key id integer }}
record Row from \"rows.csv\" {{
  key id  integer
  owner   Person
  day     date
  a       number({a})
  b       number({b})
  c       number({c})
  to owner
  on day
}}
plan bounds {{
  effective 2026-01-01 to 2026-12-31
  currency USD
  round {mode}{wide}
  people Person
  pay monthly
}}
measure back for each Row as number({to}) = a * b / b
measure folded for each Row as number({to}) = a * b * c / (b * b) * b / (if c = 0 then b else c)
measure halves for each Row as number({to}) = (a + c) / 2 / 5
measure thirds for each Row as number({to}) = a / 3 + c / 7 - a / 3
measure inverse for each Row as number({to}) = 1 / (b * b + 1) * b
measure smaller for each Row as number({to}) = min(a, c) - max(a, c) / 2
measure least for each Row as number({to}) = min(a * b / b, c / 3, a + c)
measure inside for each Row as number({to}) = round(a * b / b, {to}) - floor(c / 3) + ceil(a / 7)
measure larger for each Row = a * b * b > c * b
measure nearer for each Row = a / b < c / b
measure same for each Row = a / b = c / b
measure part for each Row as number({to}) = a / 1000
measure running_a for each Row as number({to}) = running sum of part within Person by day, key
measure place for each Row = rank of (a * b) within Person ties shared
measure in_month for each Person, month as number({to}) = sum of part
measure totals for each Person as number({to}) = (sum of back) / 3 + sum of Row.a
measure middle for each Person as number({to}) = (average of Row.a) or 0
measure most for each Person as number({to}) = (largest of Row.c) or 0
measure rows for each Person = count of Row
measure year_to_date for each Person, month as number({to}) = sum of part year to date
balance left for each Person, month as number({to}) = max(0, previous left / 2 + in_month) starting at 0
"
        )
    }

    fn data(&self) -> Memory {
        let mut people = String::from("id\n");
        for id in 0..PEOPLE {
            let _ = writeln!(people, "{id}");
        }
        let mut rows = String::from("id,owner,day,a,b,c\n");
        for (id, row) in self.rows.iter().enumerate() {
            let number = |at: usize| Fixed { units: row.numbers[at], places: self.places[at] };
            let (a, b, c) = (number(0), number(1), number(2));
            let _ = writeln!(rows, "{id},{},2026-{:02}-11,{a},{b},{c}", row.owner, row.month);
        }
        Memory::new().with("people.csv", people).with("rows.csv", rows)
    }

    fn compiled(&self) -> Program {
        let files = BTreeMap::from([("bounds.plan".to_owned(), self.plan())]);
        let project = project::load(&files, &["bounds.plan".to_owned()]);
        let (mut plans, problems) = compile::plans(&project);
        assert_eq!(plans.len(), 1, "{}", render(&problems, &project.sources, &Options::default()));
        plans.remove(0).program
    }

    fn loaded(&self, program: &Program) -> Tables {
        data::load(program, &self.data(), &[]).unwrap_or_else(|problems| panic!("{problems:?}"))
    }
}

/// Numbers of at most so many digits: at the edges of what 64 bits and what that many digits hold, next to ties, small,
/// and any.
fn number(digits: u32) -> BoxedStrategy<i128> {
    let most = 10_i128.pow(digits) - 1;
    let edges = vec![i128::from(i64::MAX), i128::from(i64::MAX) / 10, i128::from(u64::MAX), i128::from(i32::MAX), most];
    let edge = (proptest::sample::select(edges), -2_i128..=2, any::<bool>())
        .prop_map(move |(edge, by, below)| (if below { -edge } else { edge } + by).clamp(-most, most));
    let tie = (-40_i128..=40, 0_u32..12).prop_map(|(half, by)| half * 5 * 10_i128.pow(by));
    let small = -1_000_i128..=1_000;
    let any = -most..=most;
    prop_oneof![2 => edge, 3 => tie, 3 => small, 1 => any].prop_map(move |n| n.clamp(-most, most)).boxed()
}

fn row(digits: u32, owners: u32) -> impl Strategy<Value = Row> {
    let not_zero = number(digits).prop_map(|n| if n == 0 { 1 } else { n });
    let numbers = (number(digits), not_zero, number(digits)).prop_map(|(a, b, c)| [a, b, c]);
    (0..owners, 1_u32..=12, numbers).prop_map(|(owner, month, numbers)| Row { owner, month, numbers })
}

fn case(rows: std::ops::Range<usize>) -> BoxedStrategy<Case> {
    let places = || 0_u8..=10;
    let mode = proptest::sample::select(Rounding::ALL.to_vec());
    let shape = (mode, any::<bool>(), [places(), places(), places(), places()], 1..PEOPLE);
    shape
        .prop_flat_map(move |(rounding, wide, places, owners)| {
            // With fewer digits than there may be, so that most results have no more than these.
            let digits = if wide { 24 } else { 16 };
            let rows = prop::collection::vec(row(digits, owners), rows.clone());
            rows.prop_map(move |rows| Case { rounding, wide, places, rows })
        })
        .boxed()
}

fn for_all(cases: u32, strategy: BoxedStrategy<Case>, check: impl Fn(&Case) -> Result<(), String>) {
    let given = ProptestConfig::default();
    let cases = if given.cases == 256 { cases } else { given.cases };
    let failure_persistence = Some(Box::new(FileFailurePersistence::Off) as _);
    let config = ProptestConfig { cases, failure_persistence, max_shrink_iters: 2000, ..given };
    let checked = TestRunner::new(config).run(&strategy, |case| check(&case).map_err(TestCaseError::fail));
    if let Err(problem) = checked {
        panic!("{problem}");
    }
}

#[test]
fn engine_and_reference_agree_at_the_edges() {
    let computed = std::cell::Cell::new(0_u32);
    for_all(250, case(0..14), |case| {
        let program = case.compiled();
        let tables = case.loaded(&program);
        computed.set(computed.get() + u32::from(engine::run(&program, &tables).is_ok()));
        agree::both(&program, &tables)
    });
    // Values that are too large stop a run, which is compared as well; but most cases come to values.
    assert!(computed.get() > 100, "only {} cases came to values", computed.get());
}

#[test]
fn one_giant_group_is_the_same_on_any_number_of_threads() {
    for_all(3, case(5_000..5_001), |case| {
        let one = Case { rows: case.rows.iter().map(|row| Row { owner: 1, ..row.clone() }).collect(), ..case.clone() };
        for case in [case, &one] {
            let program = case.compiled();
            let tables = case.loaded(&program);
            let expected = engine::run(&program, &tables).map_err(Box::new);
            for threads in [1, 2, 8] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let found = pool.install(|| engine::run(&program, &tables).map_err(Box::new));
                agree::runs(&program, &expected, &found)?;
            }
        }
        Ok(())
    });
}
