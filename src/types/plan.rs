//! The plan's own block.

use super::error;
use super::model::Plan;
use crate::calendar::{Date, Unit};
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{FrameId, RecordId};
use crate::resolve::{Resolved, Symbol};
use crate::syntax::tree::{Expr, Name, PeriodsKind, PlanEntryKind};
use crate::value::{Currency, DIGITS, Rounding, WIDE_DIGITS};

/// The entries of a plan's block, each at most once.
#[derive(Default)]
struct Entries<'a> {
    effective: Option<(Date, Date)>,
    first_month: Option<u32>,
    currency: Option<&'a Name>,
    round: Option<Rounding>,
    people: Option<(&'a Name, Option<&'a Expr>)>,
    pay: Option<&'a Name>,
    shared: Option<()>,
    wide: Option<()>,
}

/// What the plan's block says, and the condition of `people` to be checked later. None when
/// something without which nothing can be checked is missing.
pub(super) fn plan<'a>(resolved: &Resolved<'a>, problems: &mut Vec<Diagnostic>) -> Option<(Plan, Option<&'a Expr>)> {
    let tree = resolved.plan.tree;
    let entries = entries(resolved, problems);
    let known = |entry: &str| !resolved.broken.contains(entry);
    let missing = |what: &str, line: &str| {
        let why = format!("the plan `{}` does not say {what}", tree.name.text);
        error::plan_entry(tree.name.span, why, &format!("add a line such as `{line}`"))
    };
    if entries.effective.is_none() && known("effective") {
        problems.push(missing("when it holds", "effective 2026-01-01 to 2026-12-31"));
    }
    if entries.currency.is_none() && known("currency") {
        problems.push(missing("its currency", "currency USD"));
    }
    if entries.people.is_none() && known("people") {
        problems.push(missing("whom it pays", "people Person where role = AE"));
    }
    let currency = entries.currency.and_then(|name| currency(name, problems));
    let people = entries.people.and_then(|(name, condition)| Some((record(resolved, name, problems)?, condition)));
    let pay = match entries.pay {
        None => Some(Unit::Month),
        Some(name) => pay_unit(resolved, name, problems),
    };
    let (people, condition) = people?;
    let plan = Plan {
        effective: entries.effective?,
        first_month: entries.first_month.unwrap_or(1),
        currency: currency?,
        rounding: entries.round.unwrap_or(Rounding::HalfUp),
        people,
        shared: entries.shared.is_some(),
        digits: if entries.wide.is_some() { WIDE_DIGITS } else { DIGITS },
        people_condition: None,
        daily: false,
        active: None,
        people_frame: FrameId(0),
        pay: pay?,
    };
    Some((plan, condition))
}

fn entries<'a>(resolved: &Resolved<'a>, problems: &mut Vec<Diagnostic>) -> Entries<'a> {
    let mut entries = Entries::default();
    for entry in &resolved.plan.tree.entries {
        let twice = match &entry.kind {
            PlanEntryKind::Effective(from, to) => {
                if to < from {
                    let why = "the plan ends before it begins";
                    let help = format!("write the first day first: `effective {to} to {from}`");
                    problems.push(error::plan_entry(entry.span, why, &help));
                }
                entries.effective.replace((*from, *to)).is_some()
            }
            PlanEntryKind::YearStarts(month) => entries.first_month.replace(*month).is_some(),
            PlanEntryKind::Currency(name) => entries.currency.replace(name).is_some(),
            PlanEntryKind::Round(mode) => entries.round.replace(*mode).is_some(),
            PlanEntryKind::People(name, condition) => entries.people.replace((name, condition.as_ref())).is_some(),
            PlanEntryKind::Pay(name) => entries.pay.replace(name).is_some(),
            PlanEntryKind::DaysShared => entries.shared.replace(()).is_some(),
            PlanEntryKind::Wide => entries.wide.replace(()).is_some(),
        };
        if twice {
            let why = format!("the plan says `{}` twice", entry_word(&entry.kind));
            problems.push(error::plan_entry(entry.span, why, "keep one of the two lines"));
        }
    }
    entries
}

/// How a line of the plan's block begins.
fn entry_word(entry: &PlanEntryKind) -> &'static str {
    match entry {
        PlanEntryKind::Effective(..) => "effective",
        PlanEntryKind::YearStarts(_) => "year starts",
        PlanEntryKind::Currency(_) => "currency",
        PlanEntryKind::Round(_) => "round",
        PlanEntryKind::People(..) => "people",
        PlanEntryKind::Pay(_) => "pay",
        PlanEntryKind::DaysShared => "days shared",
        PlanEntryKind::Wide => "wide",
    }
}

fn currency(name: &Name, problems: &mut Vec<Diagnostic>) -> Option<Currency> {
    let found = Currency::from_code(&name.text);
    if found.is_none() {
        problems.push(error::no_currency(name));
    }
    found
}

fn record(resolved: &Resolved<'_>, name: &Name, problems: &mut Vec<Diagnostic>) -> Option<RecordId> {
    if let Some(Symbol::Record(position)) = resolved.symbol(&name.text) {
        return Some(crate::resolve::id(position));
    }
    if resolved.broken.contains(name.text.as_str()) || !resolved.complete {
        return None;
    }
    let records = resolved.records.iter().map(|record| record.tree.name.text.as_str());
    let problem = Diagnostic::new(Code::UnknownName, format!("`{}` is no record", name.text)).at(name.span, "");
    problems.push(error::with_suggestion(problem, &name.text, records));
    None
}

fn pay_unit(resolved: &Resolved<'_>, name: &Name, problems: &mut Vec<Diagnostic>) -> Option<Unit> {
    let word = match name.text.as_str() {
        "daily" => "day",
        "monthly" => "month",
        "quarterly" => "quarter",
        "yearly" => "year",
        word => word,
    };
    let unit = match resolved.symbol(word) {
        Some(Symbol::Periods(position)) => {
            let declared = resolved.periods.get(position).map(|periods| &periods.tree.kind);
            if matches!(declared, Some(PeriodsKind::Own { .. })) {
                let why = format!("`{word}` begins for each person on another day, and is no period of payment");
                let help = "pay by periods that are the same for all, such as `pay monthly`";
                problems.push(error::plan_entry(name.span, why, help));
                return None;
            }
            u16::try_from(position).ok().map(|number| Unit::Custom(crate::calendar::CustomId(number)))
        }
        _ => Unit::from_word(word),
    };
    if unit.is_none() {
        let known = ["monthly", "quarterly", "yearly"].into_iter();
        let known = known.chain(resolved.periods.iter().map(|periods| periods.tree.name.text.as_str()));
        let problem =
            Diagnostic::new(Code::UnknownName, format!("`{}` is no period of payment", name.text)).at(name.span, "");
        let problem = error::with_suggestion(problem, &name.text, known);
        problems.push(match (problem.help.is_some(), own_weeks(word)) {
            (false, Some(days)) => problem.help(format!(
                "declare such periods at the left margin, `periods cycle every {days} days from 2026-01-05`, and write \
                 `pay cycle`"
            )),
            (false, None) => problem.help(
                "write `monthly`, `quarterly`, `yearly`, `daily`, or the name of periods that the plan declares: `periods \
                 cycle every 14 days from 2026-01-05`, `pay cycle`",
            ),
            _ => problem,
        });
    }
    unit
}

/// The days between two payments, where a word says that they are weeks.
fn own_weeks(word: &str) -> Option<u32> {
    match word {
        "weekly" | "week" => Some(7),
        "biweekly" | "fortnightly" | "bi_weekly" => Some(14),
        _ => None,
    }
}
