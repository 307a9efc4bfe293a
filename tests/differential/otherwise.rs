//! Tables with `otherwise` behind any beginning, against what the page says of them: a row stands for a value of an input
//! that it names, and with `otherwise` for those that no row names behind the same beginning.

use std::collections::BTreeMap;

use attain::diagnostics::{Code, Severity};
use attain::program::Program;
use attain::reference;
use attain::step::{Formula, Node};
use attain::table::Value;
use attain::types::model::Origin;
use attain::value::Exact;
use attain::{compile, project};
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, TestRunner};

use super::{Checked, agree, agreed, equal, fails};

/// The values of the inputs before the columns.
const VALUES: [&[&str]; 3] = [&["MA", "NH", "VT"], &["north", "south", "west"], &["no", "yes"]];
const OTHERWISE: &str = "otherwise";
const BOUNDS: [i64; 2] = [0, 10];

type Row = [&'static str; 3];

/// A table: its rows, each with where it begins; row `n` has the values `10 n` and `10 n + 1`.
#[derive(Clone, Debug)]
struct Table {
    rows: Vec<Row>,
}

/// Numbers to choose by, used up one by one.
struct Choices<'c>(std::slice::Iter<'c, u8>);

impl Choices<'_> {
    fn below(&mut self, count: u8) -> u8 {
        self.0.next().map_or(0, |next| next % count)
    }
}

impl Table {
    fn of(numbers: &[u8]) -> Table {
        let mut rows = Vec::new();
        let mut choices = Choices(numbers.iter());
        rows_behind(&mut choices, &[], &mut rows);
        // Another order changes nothing.
        let shift = usize::from(choices.below(4)) % rows.len();
        rows.rotate_left(shift);
        if choices.below(8) == 0 && rows.len() > 1 {
            rows.pop();
        }
        Table { rows }
    }

    fn text(&self) -> String {
        let mut text = FRAME.to_owned() + "rates t by state, class, big, size, step {\n   from 0  from 10\n";
        for (number, [a, b, c]) in self.rows.iter().enumerate() {
            text += &format!("  {a}  {b}  {c}  {}  {}\n", 10 * number, 10 * number + 1);
        }
        text += "}\n";
        for (number, (values, size)) in all().into_iter().enumerate() {
            let [a, b, c] = values;
            text += &format!("measure m{number} = t(in_{a}, in_{b}, {c}, {size})\n");
        }
        text
    }

    /// The rows that stand for a combination.
    fn rows_for(&self, values: Row) -> Vec<usize> {
        let named_behind = |row: &Row, input: usize| {
            self.rows.iter().any(|other| other[..input] == row[..input] && other[input] == values[input])
        };
        let stands = |row: &Row| {
            (0..values.len()).all(|input| match row[input] {
                OTHERWISE => !named_behind(row, input),
                named => named == values[input],
            })
        };
        (0..self.rows.len()).filter(|number| stands(&self.rows[*number])).collect()
    }
}

/// The beginnings of the rows behind some: some values by name, mostly all or with `otherwise`.
fn rows_behind(choices: &mut Choices<'_>, before: &[&'static str], rows: &mut Vec<Row>) {
    let Some(values) = VALUES.get(before.len()) else {
        rows.push([before[0], before[1], before[2]]);
        return;
    };
    let mut begins: Vec<&'static str> = values.iter().copied().filter(|_| choices.below(2) == 0).collect();
    let all = begins.len() == values.len();
    if begins.is_empty() || (choices.below(16) != 0) != all {
        let at = usize::from(choices.below(4)).min(begins.len());
        begins.insert(at, OTHERWISE);
    }
    for begin in begins {
        rows_behind(choices, &[before, &[begin]].concat(), rows);
    }
}

/// All combinations, on and beside the bounds of the columns.
fn all() -> Vec<(Row, i64)> {
    let mut all = Vec::new();
    for a in VALUES[0] {
        for b in VALUES[1] {
            for c in VALUES[2] {
                all.extend([0, 9, 10].map(|size| ([*a, *b, *c], size)));
            }
        }
    }
    all
}

const FRAME: &str = "edition 1
choice State = MA | NH | VT
choice Class = north | south | west
record Person from \"people.csv\" {
  key id  text
}
plan tables {
  effective  2026-01-01 to 2026-12-31
  year       starts January
  currency   USD
  round      half up
  people     Person
  pay        monthly
}
let in_MA as State = MA
let in_NH as State = NH
let in_VT as State = VT
let in_north as Class = north
let in_south as Class = south
let in_west as Class = west
";

fn as_said(table: &Table) -> Checked {
    let files = BTreeMap::from([("t.plan".to_owned(), table.text())]);
    let project = project::load(&files, &["t.plan".to_owned()]);
    let (plans, problems) = compile::plans(&project);
    let deciding: Vec<Vec<usize>> = all().into_iter().map(|(values, _)| table.rows_for(values)).collect();
    let decides = |row: usize| deciding.iter().any(|rows| rows.contains(&row));
    let expected = match () {
        () if !(0..table.rows.len()).all(decides) => Some(Code::TableShape),
        () if deciding.iter().any(Vec::is_empty) => Some(Code::ChoiceCover),
        () => None,
    };
    let found = problems.iter().map(|problem| problem.code).find(|code| code.severity() == Severity::Error);
    equal(expected, found, || "the problem".to_owned())?;
    match plans.as_slice() {
        [plan] => holds(table, &plan.program, &deciding),
        _ if expected.is_some() => Ok(()),
        _ => fails("no plan".to_owned()),
    }
}

/// Both interpreters give the value of the row, and the trace names its words.
fn holds(table: &Table, program: &Program, deciding: &[Vec<usize>]) -> Checked {
    let memory = attain::data::Memory::new().with("people.csv", "id\np1\n".to_owned());
    let tables = attain::plans::Computed::default().load(program, &memory).unwrap();
    agreed(agree::both(program, &tables))?;
    let results = attain::engine::run(program, &tables).unwrap();
    let columns = program.model.columns.ids();
    for column in columns.filter(|id| matches!(program.model.columns.at(*id).origin, Origin::Definition(_))) {
        let name = &program.names.columns.at(column).name;
        let Some(number) = name.strip_prefix('m').map(|number| number.parse::<usize>().unwrap()) else { continue };
        let [row] = deciding[number].as_slice() else { return fails(format!("`{name}` has several rows")) };
        let (_, size) = all()[number];
        let last = BOUNDS.iter().rposition(|bound| size >= *bound).unwrap();
        let expected = Exact::from_integer(i128::try_from(10 * row + last).unwrap());
        let found = results.tables.column(column).unwrap().get(0);
        equal(Some(Value::Number(expected)), found, || format!("`{name}`"))?;
        let trace = reference::trace(program, &tables, column, &Vec::new()).unwrap();
        let formula = trace.steps.last().unwrap().formula.as_ref();
        let Some(Formula { node: Node::Table { chosen, .. }, .. }) = formula else {
            return fails(format!("`{name}` has no table in its trace"));
        };
        let taken: Vec<&str> = chosen
            .iter()
            .flat_map(|chosen| chosen.rows.iter().filter(|row| row.taken))
            .map(|row| row.row.as_str())
            .collect();
        equal(table.rows[*row].to_vec(), taken, || format!("the row of `{name}`"))?;
    }
    Ok(())
}

#[test]
fn otherwise_stands_for_what_no_row_names_behind_the_same_beginning() {
    let config = ProptestConfig {
        cases: 150,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off) as _),
        ..ProptestConfig::default()
    };
    let tables = prop::collection::vec(any::<u8>(), 40).prop_map(|numbers| Table::of(&numbers));
    if let Err(problem) = TestRunner::new(config).run(&tables, |table| as_said(&table)) {
        panic!("{problem}");
    }
}
