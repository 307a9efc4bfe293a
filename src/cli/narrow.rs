//! What `--person` and `--period` leave of what a run paid.

use crate::calendar::{Calendar, CustomId, Date, Unit, parse_date};
use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Code, Diagnostic};
use crate::keys;
use crate::program::Program;
use crate::table::Tables;

/// So many keys are named in the help.
const NAMED: usize = 6;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Narrow<'a> {
    /// Rows of this person alone.
    pub person: Option<&'a str>,
    /// Rows of periods that lie in this one.
    pub period: Option<&'a str>,
}

impl Narrow<'_> {
    /// Whether anything is left out.
    pub fn is_set(&self) -> bool {
        self.person.is_some() || self.period.is_some()
    }

    /// Whether a row of a plan is shown: one of a period inside the one that is asked for, or one that happens on a
    /// day in it, such as what is earned by quarter and paid in its last month.
    pub fn keeps(&self, calendar: &Calendar, person: &str, period: &str, date: Option<Date>) -> bool {
        self.person.is_none_or(|wanted| wanted == person)
            && self.period.is_none_or(|wanted| {
                let inside = |(from, to): (Date, Date)| {
                    let happens = date.is_some_and(|date| from <= date && date <= to);
                    happens || days(calendar, period).is_some_and(|(first, last)| from <= first && last <= to)
                };
                wanted == period || days(calendar, wanted).is_some_and(inside)
            })
    }

    /// Whether a day lies in the period that is asked for.
    pub fn has_day(&self, calendar: &Calendar, date: Date) -> bool {
        let inside = |(first, last): (Date, Date)| first <= date && date <= last;
        self.period.is_none_or(|wanted| days(calendar, wanted).is_some_and(inside))
    }

    /// What is asked for and means nothing in any of these plans.
    pub fn problems(&self, plans: &[(&Program, &Tables)]) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        if let Some(person) = self.person {
            let people: Vec<String> = plans.iter().flat_map(|(program, tables)| people(program, tables)).collect();
            if !people.iter().any(|known| known == person) {
                problems.push(no_such("person", person, &people));
            }
        }
        if let Some(period) = self.period
            && !plans.iter().any(|(_, tables)| days(&tables.calendar, period).is_some())
        {
            let own = plans.iter().flat_map(|(program, tables)| periods(tables, program.model.plan.pay));
            problems.push(no_such("period", period, &own.collect::<Vec<_>>()));
        }
        problems
    }
}

/// A problem for a key that is not there, with those that are near.
pub(super) fn no_such(what: &str, wanted: &str, known: &[String]) -> Diagnostic {
    let problem = Diagnostic::new(Code::NoSuchCell, format!("there is no {what} `{wanted}`"));
    if let Some(before) = begins_before(wanted, known) {
        let help = format!("a period is named by its first day: the last that begins before `{wanted}` is `{before}`");
        return problem.help(help);
    }
    let near = did_you_mean(wanted, known.iter().map(String::as_str));
    let listed = listed(known);
    match (near, listed) {
        (Some(near), _) => problem.help(near),
        (None, Some(listed)) => problem.help(format!("there is {listed}")),
        (None, None) => problem.help("there is none at all"),
    }
}

/// The last of some days before another one, where all are days: the names of periods that are declared.
fn begins_before<'a>(wanted: &str, known: &'a [String]) -> Option<&'a String> {
    let day = |text: &str| parse_date(text).ok();
    let (wanted, days) = (day(wanted)?, known.iter().map(|one| Some((day(one)?, one))).collect::<Option<Vec<_>>>()?);
    days.into_iter().filter(|(day, _)| *day < wanted).max().map(|(_, one)| one)
}

/// The first keys and the last, for people.
pub(super) fn listed(known: &[String]) -> Option<String> {
    let mut sorted: Vec<&String> = known.iter().collect();
    sorted.sort();
    sorted.dedup();
    let (last, before) = sorted.split_last()?;
    let quoted = |keys: &[&String]| keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    Some(match before.len() {
        0 => format!("`{last}`"),
        few if few < NAMED => format!("{} and `{last}`", quoted(before)),
        _ => format!("{} … `{last}`", quoted(before.get(..NAMED).unwrap_or_default())),
    })
}

/// The keys of all people.
pub(super) fn people(program: &Program, tables: &Tables) -> Vec<String> {
    let record = program.model.plan.people;
    let rows = tables.rows(program.model.records.at(record).frame).map_or(0..0, |rows| rows.all());
    rows.map(|row| keys::record_key(program, tables, record, row)).collect()
}

/// The plan's periods of a unit.
pub(super) fn periods(tables: &Tables, unit: Unit) -> Vec<String> {
    let calendar = &tables.calendar;
    calendar.plan_periods(unit).into_iter().map(|period| calendar.name(unit, period)).collect()
}

/// The first and last day of a period, by its literal.
fn days(calendar: &Calendar, text: &str) -> Option<(Date, Date)> {
    let custom = (0_u16..).map(CustomId);
    let custom = custom.take_while(|id| calendar.custom(*id).is_some()).map(Unit::Custom);
    let custom = custom.filter(|unit| !calendar.is_own(*unit));
    let regular = [Unit::Month, Unit::Quarter, Unit::Half, Unit::Year];
    // A day may be the name of a period from data, which comes first.
    custom.chain(regular).chain([Unit::Day]).find_map(|unit| {
        let period = calendar.parse(unit, text)?;
        Some((calendar.first_day(unit, period)?, calendar.last_day(unit, period)?))
    })
}
