//! Days that belong to two plans: on one day a person is in one plan only, unless a plan says otherwise.

use std::collections::BTreeMap;

use crate::calendar::{Date, print_date};
use crate::diagnostics::{Code, Diagnostic};
use crate::engine;
use crate::keys;
use crate::program::Program;
use crate::table::Results;

/// So many further people are named.
const NAMED_PEOPLE: usize = 4;

/// A person who is in two plans on a day.
struct Shared {
    person: String,
    day: Date,
}

/// The problems of plans that are run together: one for every two plans that share a day of a person.
pub fn check(runs: &[(&Program, Results)]) -> Vec<Diagnostic> {
    let asked: Vec<&(&Program, Results)> = runs.iter().filter(|(program, _)| !program.model.plan.shared).collect();
    if asked.len() < 2 {
        return Vec::new();
    }
    let people: Vec<_> = asked.iter().map(|(program, results)| people(program, results)).collect();
    let mut problems = Vec::new();
    for (number, (second, its)) in asked.iter().zip(&people).enumerate() {
        for ((first, others), _) in asked.iter().zip(&people).zip(0..number) {
            let shared: Vec<Shared> = its.iter().filter_map(|(person, days)| both(person, days, others)).collect();
            problems.extend(problem(first.0, second.0, &shared));
        }
    }
    problems
}

/// The days on which each person is in a plan, by the record and the key.
type People = BTreeMap<(String, String), Vec<(Date, Date)>>;

fn people(program: &Program, results: &Results) -> People {
    let record = program.model.plan.people;
    let name = &program.names.records.at(record).name;
    let days = engine::days_in_plan(program, &results.tables).into_iter();
    let key = |row| (name.clone(), keys::record_key(program, &results.tables, record, row));
    (0..).zip(days).filter(|(_, days)| !days.is_empty()).map(|(row, days)| (key(row), days)).collect()
}

/// The first day on which a person is in another plan, too.
fn both(person: &(String, String), days: &[(Date, Date)], others: &People) -> Option<Shared> {
    let others = others.get(person)?;
    let both = days.iter().flat_map(|own| others.iter().map(move |other| (own.0.max(other.0), own.1.min(other.1))));
    let day = both.filter(|(first, last)| first <= last).map(|(first, _)| first).min()?;
    Some(Shared { person: format!("{} {}", person.0, person.1), day })
}

fn problem(first: &Program, second: &Program, shared: &[Shared]) -> Option<Diagnostic> {
    let (one, others) = shared.split_first()?;
    let (a, b) = (&first.names.plan, &second.names.plan);
    let more = match others.len() {
        0 => String::new(),
        1 => ", and so does a further person".to_owned(),
        count => format!(", and so do {count} further people"),
    };
    let (person, day) = (&one.person, print_date(one.day));
    let message = format!("{person} belongs to both `{}` and `{}` on {day}{more}", a.name, b.name);
    let named: Vec<String> =
        others.iter().take(NAMED_PEOPLE).map(|one| format!("{} on {}", one.person, print_date(one.day))).collect();
    let cut = if others.len() > NAMED_PEOPLE { "; …" } else { "" };
    let help = "a day counts in one plan only: mend the `people` of one of them, or write `days shared` in it if both are meant";
    let help =
        if named.is_empty() { help.to_owned() } else { format!("{help}\nfurther people: {}{cut}", named.join("; ")) };
    Some(
        Diagnostic::new(Code::SharedDay, message)
            .at(b.span, "this plan has the day")
            .at(a.span, "and so has this")
            .help(help),
    )
}
