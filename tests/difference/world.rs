//! A plan with the data of its first test, and the differences of its values.

use std::collections::BTreeMap;

use attain::difference::{Cause, Difference, Evidence, Kind, Traced, difference};
use attain::step::Trace;
use attain::value::Exact;
use attain::{compile, project, reference, testing};

/// A value: a definition and the parts of its key.
pub type Value<'a> = (&'a str, &'a [&'a str]);

/// How a value of a plan text came about, with the rows of its first test.
pub fn trace(text: &str, (name, key): Value<'_>) -> Trace {
    let files = BTreeMap::from([("a.plan".to_owned(), text.to_owned())]);
    let project = project::load(&files, &["a.plan".to_owned()]);
    let (plans, problems) = compile::plans(&project);
    assert!(problems.iter().all(|problem| !problem.is_error()), "{problems:#?}");
    let tables = testing::tables(&plans[0], &project).into_iter().next().expect("the plan has a test");
    let program = &plans[0].program;
    let mut columns = program.model.columns.pairs();
    let (column, _) =
        columns.find(|(column, _)| program.names.columns.at(*column).name == name).expect("it is defined");
    let key: Vec<String> = key.iter().map(|part| (*part).to_owned()).collect();
    reference::trace(program, &tables, column, &key).unwrap_or_else(|why| panic!("{name} {key:?}: {why:?}"))
}

/// The difference of two traces, of which all that must hold was looked at.
pub fn of(asked: &Trace, against: &Trace) -> Difference {
    let side = |trace| Traced { run: "run", trace };
    let found = difference(side(asked), side(against)).unwrap();
    adds_up(&found);
    let turned = difference(side(against), side(asked)).unwrap();
    negates(&found, &turned);
    found
}

/// A value of one plan text against another one of it.
pub fn within(text: &str, asked: Value<'_>, against: Value<'_>) -> Difference {
    of(&trace(text, asked), &trace(text, against))
}

fn exact(text: &str) -> Exact {
    Exact::parse(text).unwrap()
}

fn sum<'a>(texts: impl Iterator<Item = &'a String>) -> Exact {
    texts.fold(Exact::zero(), |sum, text| sum.plus(&exact(text)))
}

/// The parts add up to the difference, as they are and as they are rounded, and so do those of each definition.
fn adds_up(found: &Difference) {
    let whole = exact(&found.asked.value.text).minus(&exact(&found.against.value.text));
    assert_eq!(sum(found.causes.iter().map(|cause| &cause.exact)), whole, "{found:#?}");
    assert_eq!(sum(found.causes.iter().map(|cause| &cause.amount)), exact(&found.difference), "{found:#?}");
    for step in found.steps.iter().filter(|step| !step.parts.is_empty()) {
        assert_eq!(sum(step.parts.iter().map(|part| &part.exact)), exact(&step.exact), "{step:#?}");
        assert_eq!(sum(step.parts.iter().map(|part| &part.amount)), exact(&step.amount), "{step:#?}");
        assert!(step.parts.iter().all(|part| part.step.is_some() != part.cause.is_some()), "{step:#?}");
    }
}

/// With the sides turned, each part is the same, taken away.
fn negates(found: &Difference, turned: &Difference) {
    let parts = |difference: &Difference, turned: bool| {
        let part = |cause: &Cause| {
            let (one, other) = (cause.what.against.clone(), cause.what.asked.clone());
            let (one, other) = if turned { (other, one) } else { (one, other) };
            let sign = |text: &str| if turned { exact(text).negated() } else { exact(text) };
            // What is told by the side that is asked about is a name: of a formula its words.
            let name = if matches!(cause.what.kind, Kind::Undivided | Kind::OneSided) { "" } else { &cause.what.name };
            (cause.what.kind, name.to_owned(), one, other, sign(&cause.amount), sign(&cause.exact))
        };
        let mut parts: Vec<_> = difference.causes.iter().map(part).collect();
        parts.sort();
        parts
    };
    assert_eq!(parts(found, false), parts(turned, true));
}

/// What caused a difference, in words: kind, name and row, with the part.
pub fn told(found: &Difference) -> Vec<String> {
    found.causes.iter().map(|cause| format!("{} {}", words(cause), cause.amount)).collect()
}

fn words(cause: &Cause) -> String {
    let what = &cause.what;
    let row =
        |side: &Option<Evidence>| side.as_ref().map(|side| side.key.iter().map(|part| part.value.clone()).collect());
    let row: Vec<String> = row(&what.asked).or(row(&what.against)).unwrap_or_default();
    let change = |side: &Option<Evidence>| {
        side.as_ref().and_then(|side| side.value.clone()).map_or("", |value| Box::leak(value.text.into_boxed_str()))
    };
    match what.kind {
        Kind::Row => format!("{} {}", row.join(" "), if what.asked.is_some() { "came" } else { "went" }),
        Kind::Rounding => format!("rounding of {}", what.name),
        kind => format!("{kind:?} {} {} -> {}", what.name, change(&what.against), change(&what.asked)),
    }
}

/// The remarks of all definitions on the way.
pub fn remarks(found: &Difference) -> Vec<String> {
    found.steps.iter().flat_map(|step| step.remarks.clone()).collect()
}
