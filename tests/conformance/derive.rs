//! The examples of `docs/language.md` as cases: each example is one, named by its heading and its number there.

use std::collections::BTreeMap;

use attain::compile::Plan;
use attain::syntax::tree::{AggregateOp, ExpectCell, ExpectKind, Given, Literal, LiteralKind, Name, Test};
use attain::types::model::{Shown, Type};
use attain::value::{Exact, Fixed, Rounding};

use super::case::{Asked, Case, Rows, Run, Stop};
use super::page::{Base, Block, Kind, blocks, kind};
use super::run::{self, Checked, Common};

/// The files and the frame that a page's examples share.
pub fn common(page: &str) -> Common {
    let mut common = Common { files: BTreeMap::new(), frame: String::new() };
    for block in blocks(page) {
        match kind(&block.info) {
            Some(Kind::File(name)) => drop(common.files.insert(name, block.text)),
            Some(Kind::Frame) => common.frame = block.text,
            _ => {}
        }
    }
    common
}

/// The cases of a page by their paths.
pub fn cases(page: &str, common: &Common) -> Vec<(String, Case)> {
    let headings = headings(page);
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut data: Vec<(String, String)> = Vec::new();
    let mut cases = Vec::new();
    for block in blocks(page) {
        match kind(&block.info) {
            Some(Kind::Csv(name)) => data.push((name, block.text)),
            Some(Kind::Example { base, .. }) => {
                let heading = headings.iter().rev().find(|(line, _)| *line < block.line).map(|(_, text)| text).unwrap();
                let number = numbers.entry(slug(heading)).or_default();
                *number += 1;
                let about = format!("docs/language.md, {heading}, example {number}\n\n{}", words_above(page, &block));
                cases.push((format!("{}/{number:02}.txt", slug(heading)), case(&block, base, about, &data, common)));
            }
            _ => {}
        }
    }
    cases
}

/// The headings of a page by their lines; what stands within a block is none.
fn headings(page: &str) -> Vec<(usize, String)> {
    let mut within = false;
    let mut found = Vec::new();
    for (number, line) in page.lines().enumerate() {
        within ^= line.starts_with("```");
        if let Some(heading) = line.strip_prefix("##").filter(|_| !within) {
            found.push((number + 1, heading.trim_start_matches('#').trim().to_owned()));
        }
    }
    found
}

/// What stands between the block and what is above it: the rule that it shows.
fn words_above(page: &str, block: &Block) -> String {
    let above = page.lines().take(block.line - 1).collect::<Vec<_>>();
    let is_border = |line: &&str| line.starts_with("```") || line.starts_with('#');
    let start = above.iter().rposition(is_border).map_or(0, |line| line + 1);
    above[start..].join("\n").trim().to_owned()
}

fn slug(heading: &str) -> String {
    let letters =
        heading.chars().map(|letter| if letter.is_alphanumeric() { letter.to_ascii_lowercase() } else { ' ' });
    let words: Vec<String> = letters.collect::<String>().split_whitespace().take(4).map(str::to_owned).collect();
    words.join("-")
}

fn case(block: &Block, base: Base, about: String, data: &[(String, String)], common: &Common) -> Case {
    let fragment = base == Base::Fragment;
    let (plan, comments) = without_tests(&block.text);
    let named = |(name, _): &&(String, String)| base == Base::Data && plan.contains(&format!("{name:?}"));
    let data: Vec<(String, String)> = data.iter().filter(named).cloned().collect();
    let mut case = Case { about: about.trim_end().to_owned(), fragment, plan, data, ..Case::default() };
    let (project, above) = common.project(fragment, &block.text);
    let checked = Checked::new(&project, above, &[]).unwrap();
    if let Some(plan) = checked.plans.last() {
        let tests = plan.resolved.tests.iter().zip(comments);
        case.runs = tests.map(|(test, notes)| of_test(plan, test, notes)).collect();
    }
    // The lines are those of the text without its tests.
    let (project, above) = common.project(fragment, &case.plan);
    let expects = block.info.contains(" error ") || block.info.contains(" warning ");
    let mut problems = Checked::new(&project, above, &case.data).unwrap().places();
    problems.retain(|problem| expects && block.info.ends_with(&problem.code));
    case.problems = problems;
    case
}

/// The text without the tests, and the comments in each of these.
fn without_tests(text: &str) -> (String, Vec<String>) {
    let (mut kept, mut comments, mut within) = (String::new(), Vec::<String>::new(), false);
    for line in text.lines() {
        match (within, line.starts_with("test ")) {
            (false, true) => {
                within = true;
                comments.push(String::new());
            }
            (true, _) if line == "}" => within = false,
            (true, _) if line.trim_start().starts_with('#') => {
                comments.last_mut().unwrap().push_str(&format!("{}\n", line.trim_start()));
            }
            (true, _) => {}
            (false, false) => kept.push_str(&format!("{line}\n")),
        }
    }
    let kept = kept.trim_end().to_owned() + "\n";
    (kept, comments)
}

fn of_test(plan: &Plan<'_>, test: &Test, notes: String) -> Run {
    let mut run = Run { title: test.title.text.clone(), notes: notes.trim().to_owned(), ..Run::default() };
    run.given = test.given.iter().map(|given| (given.record.text.clone(), rows(given))).collect();
    for expect in &test.expects {
        match &expect.kind {
            ExpectKind::Value { cell, value } => run.expect.push(asked(plan, cell, Some(value))),
            ExpectKind::None(cell) => run.expect.push(asked(plan, cell, None)),
            ExpectKind::Error { code, row } => {
                let (record, key) =
                    row.as_ref().map_or_else(Default::default, |(record, key)| (record.text.clone(), text(&key.kind)));
                run.stops.push(Stop { code: code.text.clone(), record, key });
            }
            ExpectKind::Table { name, rows } => run.expect.extend(rows.iter().map(|row| of_row(plan, name, row))),
        }
    }
    run
}

fn rows(given: &Given) -> Rows {
    let mut header: Vec<String> = Vec::new();
    for (name, _) in given.rows.iter().flatten() {
        if !header.contains(&name.text) {
            header.push(name.text.clone());
        }
    }
    let cell = |row: &Vec<(Name, Literal)>, name: &String| {
        row.iter().find(|(own, _)| own.text == *name).map_or_else(String::new, |(_, literal)| text(&literal.kind))
    };
    let rows = given.rows.iter().map(|row| header.iter().map(|name| cell(row, name)).collect()).collect();
    Rows { header, rows }
}

fn asked(plan: &Plan<'_>, cell: &ExpectCell, value: Option<&Literal>) -> Asked {
    let mut name = cell.path.head.text.clone();
    for step in &cell.path.rest {
        name = format!("{name}.{}", step.text);
    }
    let what = match (cell.aggregate, value) {
        (_, None) => "none",
        (None, _) => "value",
        (Some(AggregateOp::Sum), _) => "sum",
        (Some(AggregateOp::Count), _) => "count",
        (Some(other), _) => panic!("{other:?} of values has no word in a case yet"),
    };
    let (of, period) = keys(cell.keys.iter().map(|key| &key.key));
    let value = match (value, what) {
        (None, _) => String::new(),
        (Some(value), "count") => text(&value.kind),
        (Some(value), _) => printed(plan, &name, &value.kind),
    };
    Asked { what: what.to_owned(), name, of, period, value }
}

fn of_row(plan: &Plan<'_>, name: &Name, row: &[(Name, Literal)]) -> Asked {
    let (of, period) = keys(row.iter().filter(|(head, _)| head.text != name.text).map(|(_, literal)| literal));
    let value = row.iter().find(|(head, _)| head.text == name.text);
    let (what, value) = match value {
        Some((_, literal)) => ("value", printed(plan, &name.text, &literal.kind)),
        None => ("none", String::new()),
    };
    Asked { what: what.to_owned(), name: name.text.clone(), of, period, value }
}

/// The keys, and apart from them the period.
fn keys<'l>(literals: impl Iterator<Item = &'l Literal>) -> (String, String) {
    let is_time = |literal: &&Literal| matches!(literal.kind, LiteralKind::Period(_) | LiteralKind::Date(_));
    let (times, words): (Vec<&Literal>, Vec<&Literal>) = literals.partition(is_time);
    let words: Vec<String> = words.iter().map(|literal| text(&literal.kind)).collect();
    (words.join("|"), times.first().map_or_else(String::new, |literal| text(&literal.kind)))
}

/// A literal as a cell of a data file.
fn text(literal: &LiteralKind) -> String {
    match literal {
        LiteralKind::Number(number) | LiteralKind::Per(number, ..) => number.to_string(),
        LiteralKind::Percent(number) => format!("{number}%"),
        LiteralKind::Amount(number, unit) => {
            number.to_exact().times(&Exact::from_integer(counted(&unit.text))).to_string()
        }
        LiteralKind::Text(text) | LiteralKind::Period(text) | LiteralKind::Word(text) => text.clone(),
        LiteralKind::Date(date) => date.to_string(),
        LiteralKind::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
    }
}

/// How many days or months a word for a time has.
fn counted(unit: &str) -> i128 {
    match unit {
        "week" | "weeks" => 7,
        "quarter" | "quarters" => 3,
        "half" | "halves" => 6,
        "year" | "years" => 12,
        _ => 1,
    }
}

/// A literal as the values of a column are printed: at their places.
fn printed(plan: &Plan<'_>, name: &str, literal: &LiteralKind) -> String {
    let program = &plan.program;
    let column = run::column(program, name).unwrap();
    let described = program.model.columns.at(column);
    let Type::Number(_, shown) = described.ty else { return text(literal) };
    let plain = text(literal);
    match (shown, described.places) {
        (Shown::Percent, _) if plain == "0" => "0%".to_owned(),
        (Shown::Percent, _) => {
            let number = Exact::parse(plain.trim_end_matches('%')).unwrap();
            format!("{number}%")
        }
        (_, Some(places)) => {
            let exact = Exact::parse(&plain).unwrap();
            Fixed::from_exact(&exact, places, Rounding::HalfUp, 18).unwrap().to_string()
        }
        _ => plain,
    }
}
