//! The problems of types, units and grains, in words.

use super::model::Shown;
use crate::diagnostics::{Code, Diagnostic, suggest};
use crate::source::Span;
use crate::syntax::habits;
use crate::syntax::tree::{Name, Path};
use crate::value::Currency;

pub(super) fn two_periods(part: &Name) -> Diagnostic {
    Diagnostic::new(Code::NoGrain, "a grain has one period at most")
        .at(part.span, "the second")
        .help("keep the finer one; coarser periods follow from it")
}

/// Parts of a grain that are not combined, and why.
pub(super) fn no_grain(span: Span, why: impl Into<String>, help: &str) -> Diagnostic {
    Diagnostic::new(Code::NoGrain, why).at(span, "").help(help)
}

pub(super) fn no_credits(part: &Name) -> Diagnostic {
    Diagnostic::new(Code::UnknownName, "there are no credits, because the plan has no `credit` rule")
        .at(part.span, "")
        .help("write a rule such as `credit direct for each Deal { amount Deal.amount }`")
}

pub(super) fn not_a_grain(part: &Name, records: &[&str]) -> Diagnostic {
    let known = records.iter().copied().chain(["Credit", "day", "month", "quarter", "half", "year"]);
    let problem =
        Diagnostic::new(Code::UnknownName, format!("`{}` is no record and no period", part.text)).at(part.span, "");
    with_suggestion(problem, &part.text, known)
}

/// Adds a suggestion, if a known name is close.
pub(super) fn with_suggestion<'a>(problem: Diagnostic, word: &str, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    match suggest::did_you_mean(word, known) {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// A word that stands where a currency belongs.
pub(super) fn no_currency(name: &Name) -> Diagnostic {
    neither_currency_nor(name, std::iter::empty())
}

/// A word that stands where a currency or a column that names one belongs.
pub(super) fn neither_currency_nor<'a>(name: &Name, columns: impl Iterator<Item = &'a str>) -> Diagnostic {
    if let Some((why, help)) = Currency::why_not(&name.text) {
        return Diagnostic::new(Code::UnknownName, why).at(name.span, "").help(help);
    }
    let problem = Diagnostic::new(Code::UnknownName, format!("`{}` is no currency", name.text)).at(name.span, "");
    with_suggestion(problem, &name.text, Currency::all().iter().map(|(code, ..)| *code).chain(columns))
}

/// Adds help, if there is any.
pub(super) fn with_help(problem: Diagnostic, help: Option<String>) -> Diagnostic {
    match help {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// A word of another tool that names nothing here.
pub(super) fn habit(word: &Name, (message, help): habits::Habit) -> Diagnostic {
    Diagnostic::new(Code::WrongHabit, message).at(word.span, "").help(help)
}

pub(super) fn unknown_name<'a>(name: &Name, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let problem = Diagnostic::new(Code::UnknownName, format!("`{}` means nothing here", name.text)).at(name.span, "");
    with_suggestion(problem, &name.text, known)
}

pub(super) fn not_determined(name: &str, span: Span, here: &str, there: &str, part: &str, help: &str) -> Diagnostic {
    Diagnostic::new(Code::NotDetermined, format!("`{name}` has a value for {there}, and {here} leads to no {part}"))
        .at(span, format!("no way from {here} to a {part}"))
        .help(help)
}

pub(super) fn no_group(name: &str, span: Span, here: &str, there: &str, part: &str, help: &str) -> Diagnostic {
    let why = format!("`{name}` cannot be taken together for {there}: {here} leads to no {part}");
    Diagnostic::new(Code::NotDetermined, why).at(span, format!("no way from {here} to a {part}")).help(help)
}

pub(super) fn needs_aggregate(name: &str, span: Span, here: &str, there: &str, help: &str) -> Diagnostic {
    Diagnostic::new(Code::NeedsAggregate, format!("`{name}` has many values for {here}: one for {there}"))
        .at(span, "which of them?")
        .help(help)
}

pub(super) fn ambiguous_way(name: &str, span: Span, here: &str, part: &str, ways: &[String]) -> Diagnostic {
    let ways: Vec<String> = ways.iter().map(|way| format!("`{way}`")).collect();
    Diagnostic::new(Code::Ambiguous, format!("{here} leads to {part} in several ways: {}", ways.join(", ")))
        .at(span, format!("which {part} does `{name}` mean?"))
        .help("say `to` or `on` where people or dates are meant, `by COLUMN` behind `for each …` or an aggregate, or name the \
             path, such as `owner.region`")
}

pub(super) fn ambiguous_name(name: &Name, columns: &[String], defined: bool) -> Diagnostic {
    let columns: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
    let definition = format!("the definition `{}`", name.text);
    let meanings: Vec<&str> =
        columns.iter().map(String::as_str).chain(defined.then_some(definition.as_str())).collect();
    let help = match defined {
        true => format!("write {} for the column, or give the definition another name", columns.join(" or ")),
        false => format!("write the one that is meant in full: {}", columns.join(" or ")),
    };
    Diagnostic::new(Code::Ambiguous, format!("`{}` has several meanings here: {}", name.text, meanings.join(", ")))
        .at(name.span, "which one?")
        .help(help)
}

pub(super) fn wrong_type(span: Span, found: &str, wanted: &str) -> Diagnostic {
    Diagnostic::new(Code::WrongType, format!("{wanted} is needed, and this is {found}"))
        .at(span, format!("this is {found}"))
}

pub(super) fn do_not_go(op: &str, left: (Span, &str), right: (Span, &str)) -> Diagnostic {
    Diagnostic::new(Code::WrongType, format!("{} and {} do not go together in `{op}`", left.1, right.1))
        .at(left.0, format!("this is {}", left.1))
        .at(right.0, format!("this is {}", right.1))
}

pub(super) fn currency_clash(op: &str, left: (Span, &str), right: (Span, &str), help: &str) -> Diagnostic {
    Diagnostic::new(Code::CurrencyClash, format!("{} and {} cannot meet in `{op}`", left.1, right.1))
        .at(left.0, format!("this is {}", left.1))
        .at(right.0, format!("this is {}", right.1))
        .help(help)
}

pub(super) fn money_times_money(left: (Span, &str), right: (Span, &str), help: &str) -> Diagnostic {
    Diagnostic::new(Code::MoneyTimesMoney, "an amount of money cannot be multiplied by an amount of money")
        .at(left.0, format!("this is {}", left.1))
        .at(right.0, format!("this is {}", right.1))
        .help(help)
}

pub(super) fn bad_unit(op: &str, left: (Span, &str), right: (Span, &str)) -> Diagnostic {
    Diagnostic::new(Code::WrongType, format!("{} `{op}` {} has no unit of the language", left.1, right.1))
        .at(left.0, format!("this is {}", left.1))
        .at(right.0, format!("this is {}", right.1))
        .help("a value has at most one unit above the line and one below")
}

pub(super) fn row_currency(span: Span, found: &str, fix: &str) -> Diagnostic {
    Diagnostic::new(Code::RowCurrency, "amounts in each row's own currency must be converted before they meet")
        .at(span, format!("this is {found}"))
        .help(fix)
}

/// An amount of another row or day that may be in another currency than the row's own.
pub(super) fn changing_currency(span: Span, why: &str, help: &str) -> Diagnostic {
    Diagnostic::new(Code::RowCurrency, why.to_owned()).at(span, "").help(help.to_owned())
}

pub(super) fn missing_unhandled(span: Span, why: &str, help: &str) -> Diagnostic {
    Diagnostic::new(Code::MissingUnhandled, format!("{why}, and a value is needed here"))
        .at(span, "may be missing")
        .help(help)
}

/// Something earned or paid on rows that may have no person.
pub(super) fn of_no_one(name: &Name, why: &str, column: &str) -> Diagnostic {
    Diagnostic::new(Code::MissingUnhandled, format!("`{}` may belong to no one: {why}", name.text))
        .at(name.span, "is earned or paid on every row it has")
        .help(format!("leave such rows out: `where {column} exists` behind the grain"))
}

pub(super) fn exact_use(span: Span, message: impl Into<String>, help: &str) -> Diagnostic {
    Diagnostic::new(Code::ExactUse, message).at(span, "not rounded").help(help)
}

pub(super) fn previous_not_allowed(name: &Name, why: &str, help: &str) -> Diagnostic {
    Diagnostic::new(Code::PreviousNotBalance, format!("`previous {}` is not allowed here: {why}", name.text))
        .at(name.span, "")
        .help(help)
}

pub(super) fn wrong_increase(span: Span, why: impl Into<String>, help: &str) -> Diagnostic {
    Diagnostic::new(Code::WrongIncrease, why).at(span, "").help(help)
}

pub(super) fn flow_at_finer(name: &str, span: Span, there: &str, here: &str) -> Diagnostic {
    Diagnostic::new(Code::NotAFlow, format!("`{name}` happens once for {there}; it cannot be read for {here}"))
        .at(span, "happens once")
        .help(format!(
            "`sum of {name}` finds it in the period in which it happens and is 0 in the others; what every row may \
             read is a `let`"
        ))
}

pub(super) fn table_shape(span: Span, why: impl Into<String>, help: &str) -> Diagnostic {
    Diagnostic::new(Code::TableShape, why).at(span, "").help(help)
}

/// A table of a record, where nothing says which.
pub(super) fn no_table_key(name: &str, span: Span, here: &str, part: &str, call: &str) -> Diagnostic {
    Diagnostic::new(Code::NotDetermined, format!("`{name}` has a table for each {part}, and {here} leads to no {part}"))
        .at(span, format!("which {part}?"))
        .help(format!("name it in front: `{call}`"))
}

/// Two places of a table that do not go together.
pub(super) fn table_places(
    why: impl Into<String>,
    first: (Span, &str),
    second: (Span, &str),
    help: &str,
) -> Diagnostic {
    Diagnostic::new(Code::TableShape, why).at(first.0, first.1).at(second.0, second.1).help(help)
}

pub(super) fn column_twice(record: &Name, column: &Name, first: Span) -> Diagnostic {
    Diagnostic::new(Code::DuplicateName, format!("`{}` has two columns `{}`", record.text, column.text))
        .at(column.span, "declared again here")
        .at(first, "first declared here")
        .help("give one of them another name; `from \"HEADER\"` behind its type says what the file calls it")
}

pub(super) fn record_shape(span: Span, why: impl Into<String>, help: &str) -> Diagnostic {
    Diagnostic::new(Code::RecordShape, why).at(span, "").help(help)
}

pub(super) fn plan_entry(span: Span, why: impl Into<String>, help: &str) -> Diagnostic {
    Diagnostic::new(Code::PlanEntry, why).at(span, "").help(help)
}

/// Words that mean something elsewhere.
pub(super) fn out_of_place(span: Span, what: impl Into<String>, help: &str) -> Diagnostic {
    Diagnostic::new(Code::OutOfPlace, what).at(span, "").help(help)
}

/// A definition at the end of a chain so long that the checker does not follow it.
pub(super) fn too_deep(place: Span) -> Diagnostic {
    Diagnostic::new(Code::TooDeep, "this chain of definitions is too long to follow")
        .at(place, "it was followed as far as here")
        .help("break it if it is a circle, or make one definition of several")
}

/// So many places of one circle are named.
const NAMED_IN_CIRCLE: usize = 12;

/// `names` go round: each needs the next, the last the first.
pub(super) fn cycle(names: &[(String, Span)]) -> Diagnostic {
    let next = |position: usize| {
        let next = names.get(position.saturating_add(1)).or(names.first());
        next.map_or("", |(name, _)| name.as_str())
    };
    let first = names.first().map_or("", |(name, _)| name.as_str());
    let message = match names {
        [_] => format!("`{first}` needs itself"),
        _ => {
            let others = names.iter().skip(1).take(NAMED_IN_CIRCLE);
            let mut others: Vec<String> = others.map(|(name, _)| format!("`{name}`")).collect();
            let more = names.len().saturating_sub(1).saturating_sub(NAMED_IN_CIRCLE);
            others.extend((more > 0).then(|| format!("{more} more")));
            format!("`{first}` needs itself through {}", others.join(" and "))
        }
    };
    let problem = Diagnostic::new(Code::Cycle, message);
    let at = |problem: Diagnostic, (position, (_, span)): (usize, &(String, Span))| {
        problem.at(*span, format!("needs `{}`", next(position)))
    };
    names.iter().enumerate().take(NAMED_IN_CIRCLE).fold(problem, at).help(
        "break the circle where the words of the plan allow it; what follows from the period before is a `balance` \
         that reads `previous NAME`",
    )
}

pub(super) fn no_column<'a>(record: &str, name: &Name, columns: impl Iterator<Item = &'a str> + Clone) -> Diagnostic {
    let problem =
        Diagnostic::new(Code::UnknownName, format!("`{record}` has no column `{}`", name.text)).at(name.span, "");
    let listed: Vec<String> = columns.clone().map(|column| format!("`{column}`")).collect();
    let problem = problem.help(format!("its columns are {}", listed.join(", ")));
    with_suggestion(problem, &name.text, columns)
}

/// `0.5 of x`: a share without its sign.
pub(super) fn not_a_share(span: Span, words: &str) -> Diagnostic {
    Diagnostic::new(Code::WrongType, format!("`of` takes a share of something, and `{words}` has no percent sign"))
        .at(span, "a plain number")
        .help(format!("write `{words}% of …` for a percentage, or `{words} * …` for a multiple"))
}

/// `role = "AE"`: a value of a choice in quotes.
pub(super) fn quoted_choice(word: &Name) -> Diagnostic {
    Diagnostic::new(Code::WrongType, format!("`{}` is a value of a choice, and these stand without quotes", word.text))
        .at(word.span, "a text")
        .help(format!("write `{}`", word.text))
}

/// A further column of credits that two rules give with two types.
pub(super) fn two_column_types(first: (Span, &str), second: (Span, &str)) -> Diagnostic {
    Diagnostic::new(Code::WrongType, format!("a column of the credits is {} and {}", first.1, second.1))
        .at(second.0, format!("this is {}", second.1))
        .at(first.0, format!("this is {}", first.1))
        .help("rules that give a column of one name give it with one type; use two names")
}

/// `to each Split` where no column of Split refers to the source.
pub(super) fn no_child(child: &Name, source: &str) -> Diagnostic {
    Diagnostic::new(Code::NoCreditRows, format!("`{}` does not refer to `{source}`", child.text))
        .at(child.span, "which of its rows belong to the row that is credited?")
        .help(format!("give it a column of type `{source}`, such as `{} {source}`", source.to_lowercase()))
}

/// `to each Line.Split`: a record behind another.
pub(super) fn child_behind_a_dot(child: &Name, leads: bool, source: &str) -> Diagnostic {
    let name = &child.text;
    let help = match leads {
        true => format!("write `to each {name}`: its rows lead to the {source}, and what lies between is read by name"),
        false => format!("write `to each {name}`, and give `{name}` a column that leads to its {source}"),
    };
    Diagnostic::new(Code::NoCreditRows, format!("`{name}` is a record, and stands alone behind `to each`"))
        .at(child.span, "its rows are credited")
        .help(help)
}

/// `to each Split` where the reference to the source may be blank.
pub(super) fn child_of_nothing(child: &Name, source: &str, why: &str) -> Diagnostic {
    Diagnostic::new(Code::NoCreditRows, format!("a row of `{}` may belong to no `{source}`: {why}", child.text))
        .at(child.span, "each of its rows is credited for one")
        .help("leave out the `?` of the reference, so that no row can be lost")
}

/// `to managers of` someone who has none.
pub(super) fn no_managers(span: Span, record: &str) -> Diagnostic {
    Diagnostic::new(Code::NoCreditRows, format!("`{record}` has no hierarchy, so that no one is a manager"))
        .at(span, "whose managers?")
        .help(format!("mark the column that names a row's manager: `manager {record}? hierarchy`"))
}

/// `direct.amount` where the credits of other rules are too.
pub(super) fn of_one_rule(name: &str, span: Span, rule: &str, column: &str) -> Diagnostic {
    let message = format!("`{name}` is of the credits of `{rule}`, and a credit here may be another rule's");
    Diagnostic::new(Code::NotDetermined, message).at(span, format!("only where rule = {rule}")).help(format!(
        "write `Credit.{column}` for every credit's, leave the others out by `where rule = {rule}`, or add up `sum of {name}`"
    ))
}

/// A window over rows that have no date.
pub(super) fn no_days(place: Span, value: Span, members: &str) -> Diagnostic {
    Diagnostic::new(Code::NoDays, format!("{members} has no date, so no window of days can be told"))
        .at(place, "these days")
        .at(value, "of these rows")
        .help("say which date counts: `on COLUMN` in the record or in the aggregate")
}

/// A window in a definition whose rows have neither a period nor a date.
pub(super) fn no_reader_days(place: Span, here: &str) -> Diagnostic {
    Diagnostic::new(Code::NoDays, format!("{here} has no period and no date on which these days could end"))
        .at(place, "up to when?")
        .help("give the definition a period: `for each Person, month`")
}

/// `a year ago` of rows with a date of their own.
pub(super) fn ago_of_a_day(place: Span, here: &str) -> Diagnostic {
    Diagnostic::new(Code::WrongAgo, format!("{here} has a date and no period that could lie earlier"))
        .at(place, "")
        .help("compute it in a definition with a period, such as `for each Person, month`, and read that here")
}

/// `a year ago` in periods of the plan's own.
pub(super) fn ago_without_length(place: Span, unit: &str, own: &str) -> Diagnostic {
    Diagnostic::new(
        Code::WrongAgo,
        format!("`{unit}` is no period of the fiscal calendar, in which other times ago are told"),
    )
    .at(place, "")
    .help(format!(
        "go back by periods of `{own}`, such as `a {own} ago`, or compute it by a regular period such as `quarter`"
    ))
}

/// `2 months ago` by quarter.
pub(super) fn ago_in_between(place: Span, unit: &str) -> Diagnostic {
    Diagnostic::new(Code::WrongAgo, format!("this is no whole number of periods of `{unit}`"))
        .at(place, "")
        .help(format!("go back by whole periods of `{unit}`, or compute it by a finer period"))
}

/// `a year ago` of what has no period.
pub(super) fn ago_without_period(place: Span, value: Span, words: &str) -> Diagnostic {
    Diagnostic::new(Code::WrongAgo, format!("`{words}` has no period, and so no value of an earlier one"))
        .at(value, "")
        .at(place, "")
        .help("only what has a value for each period can be read at an earlier one")
}

/// `a year ago` of an expression.
pub(super) fn ago_of_no_name(place: Span, value: Span) -> Diagnostic {
    Diagnostic::new(Code::WrongAgo, "only what has a name can be read at an earlier period")
        .at(place, "")
        .at(value, "this has no name")
        .help(
            "name it with `let`, or write it behind each name; in an aggregate it stands within: `sum of X a year ago`",
        )
}

/// Definitions that need each other from period to period, but not by their own periods alone.
pub(super) fn not_by_periods(names: &[(String, Span)]) -> Diagnostic {
    let words: Vec<String> = names.iter().map(|(name, _)| format!("`{name}`")).collect();
    let message = format!("{} need each other, and not only from one period to the next", words.join(" and "));
    let message = if names.len() < 2 { message.replace(" need each other", " needs itself") } else { message };
    let problem = Diagnostic::new(Code::Cycle, message);
    let problem = names.iter().fold(problem, |problem, (_, span)| problem.at(*span, ""));
    problem.help("let them have one grain, and add up the values so far alone: `sum of NAME year to date`; a rank goes `within` the period")
}

/// A definition whose type rests on itself.
pub(super) fn untyped(name: &str, place: Span) -> Diagnostic {
    Diagnostic::new(Code::WrongType, format!("the type of `{name}` cannot be told, as it rests on itself"))
        .at(place, "")
        .help("say it in the head, such as `as USD`")
}

pub(super) fn value_twice(words: &str, earlier: Span, later: Span) -> Diagnostic {
    Diagnostic::new(Code::NeverReached, format!("`{words}` has an arm already"))
        .at(later, "never reached")
        .at(earlier, "this arm is taken")
        .help("keep one of the two")
}

pub(super) fn arm_never_reached(later: (&str, Span), earlier: (&str, Span)) -> Diagnostic {
    let why = format!("wherever `{}` holds, an arm above it does already", later.0);
    Diagnostic::new(Code::NeverReached, why)
        .at(later.1, "never reached")
        .at(earlier.1, "this arm is taken")
        .help("the first arm that holds is taken: write the narrower condition first")
}

pub(super) fn else_never_reached(otherwise: Span, values: Option<Span>) -> Diagnostic {
    let problem =
        Diagnostic::new(Code::NeverReached, "the arms cover every value already").at(otherwise, "never reached");
    let problem = match values {
        Some(values) => problem.at(values, "these are all the values there are"),
        None => problem,
    };
    problem.help("leave the `else` out: a new value of the choice is then asked for here, and not paid by chance")
}

pub(super) fn case_not_covered(subject: Span, left: &[String]) -> Diagnostic {
    let (message, help) = match left {
        [] => {
            let message = "this `case` does not say what holds otherwise".to_owned();
            (message, "end it with `else`, such as `else 0`")
        }
        _ => {
            let message = format!("this `case` has no arm for {}", left.join(", "));
            (message, "add the arms, or an `else` if the rest really shares one value")
        }
    };
    Diagnostic::new(Code::ChoiceCover, message).at(subject, "").help(help)
}

/// Periods from something else than one column.
pub(super) fn periods_of_one_column(name: &str, place: Span) -> Diagnostic {
    let help =
        format!("write `periods {name} from Record.column to 2026-12-31`, where the column has the type `{name}`");
    record_shape(place, "periods come from one column", &help)
}

/// A length of periods that is none.
pub(super) fn no_length(unit: &Name) -> Diagnostic {
    Diagnostic::new(Code::WrongPeriods, format!("periods are not counted in `{}`", unit.text))
        .at(unit.span, "")
        .help("write `every 14 days`, or a number of weeks, months, quarters or years")
}

/// A coarser unit of a calendar record that ends on another day than the finer one.
pub(super) fn other_end(fine: (&str, Span), coarse: (&str, Span)) -> Diagnostic {
    let why = format!("`{}` lies in `{}`, and they end on different days", fine.0, coarse.0);
    Diagnostic::new(Code::WrongPeriods, why)
        .at(coarse.1, "")
        .at(fine.1, "")
        .help("write the same day behind `to` for both")
}

/// `USD per year`
pub(super) fn price_of_a_time(word: &Name) -> Diagnostic {
    Diagnostic::new(Code::WrongType, format!("a price is per day or per month, not per {}", word.text))
        .at(word.span, "")
        .help("write `per month`: a year has 12 months, a quarter 3, whatever days they have")
}

/// A column whose type is a person's own period.
pub(super) fn own_periods_of_a_column(name: &Name) -> Diagnostic {
    let why =
        format!("`{}` begins for each row of a record on a day of its own, and cannot be read from a file", name.text);
    Diagnostic::new(Code::WrongPeriods, why)
        .at(name.span, "")
        .help("give the column the type `date`: rows are found by their dates")
}

/// A grain by periods that another record has.
pub(super) fn own_periods_of_another(place: Span, unit: &str, record: &str) -> Diagnostic {
    Diagnostic::new(Code::WrongPeriods, format!("the periods of `{unit}` are those of each {record}"))
        .at(place, "")
        .help(format!("write `for each {record}, {unit}`"))
}

pub(super) fn unit_taken(name: &Name, kind: &str) -> Diagnostic {
    Diagnostic::new(Code::DuplicateName, format!("`{}` is {kind} already", name.text))
        .at(name.span, "")
        .help("give the unit another name, such as `unit sold_item`")
}

pub(super) fn unit_per_itself(above: &Name, below: &Name) -> Diagnostic {
    Diagnostic::new(Code::WrongType, format!("`{}` per `{}` is a plain number", above.text, below.text))
        .at(above.span.to(below.span), "")
        .help("write the number alone, or `number` for its type")
}

/// `by COLUMN` that no part of the reader's key is reached through.
pub(super) fn way_to_nothing(by: &Path, here: &str) -> Diagnostic {
    let span = by.span();
    Diagnostic::new(Code::WrongWay, format!("this `by` decides nothing: it is on no way to {here}"))
        .at(span, "not needed")
        .help("leave it out, or name the column that leads there")
}

/// `for each … by COLUMN`, where nothing that is read is led to in several ways.
pub(super) fn idle_way(by: &Path, here: &str) -> Diagnostic {
    let why = format!("this `by` decides nothing: {here} leads to what is read here in one way only");
    Diagnostic::new(Code::WrongWay, why)
        .at(by.span(), "not needed")
        .help("leave it out; whom and when rows belong to is said by `to` and `on`")
}

/// Several records in one grain.
pub(super) fn several_records(span: Span, parts: &str, within: Option<&str>) -> Diagnostic {
    let within = within.unwrap_or("RECORD");
    Diagnostic::new(Code::SeveralRecords, format!("{parts} are not combined with each other as they are"))
        .at(span, "which of the combinations?")
        .help(format!(
            "say where those occur that are meant, such as `for each {}in {within}`",
            parts.replace(" and ", ", ").replace('`', "") + " "
        ))
}

pub(super) fn broken_duration(span: Span, shown: Shown) -> Diagnostic {
    let (what, help) = match shown {
        Shown::Months => ("months", "write whole months, such as `18 months` for one and a half years"),
        _ => ("days", "write whole days; a part of a day is a plain number"),
    };
    Diagnostic::new(Code::BadLiteral, format!("{what} are counted whole")).at(span, "").help(help)
}

/// A definition under an aggregate that is called like a column.
pub(super) fn hidden_column(name: &Name, record: &str, [definition, column]: [Span; 2]) -> Diagnostic {
    let text = &name.text;
    Diagnostic::new(
        Code::HiddenName,
        format!("`{text}` is the definition here, and could be meant as `{record}.{text}`"),
    )
    .at(name.span, "the definition")
    .at(definition, "this is added up")
    .at(column, "this is hidden")
    .help(format!("write `{record}.{text}` for the column, and give the definition another name"))
}

/// A value of a choice that is called like something of this choice.
pub(super) fn hidden_name(word: &Name, choice: &str, record: Option<&str>, hidden: Span) -> Diagnostic {
    let text = &word.text;
    let help = match record {
        Some(record) => format!("write `{record}.{text}` where the column is meant, or give it another name"),
        None => "give the definition another name".to_owned(),
    };
    Diagnostic::new(
        Code::HiddenName,
        format!("`{text}` is the value of {choice} here, and also has a value of its own"),
    )
    .at(word.span, "the value of the choice")
    .at(hidden, "this is hidden")
    .help(help)
}

/// A table's input that is called like a definition which a call does not give it.
pub(super) fn other_input(table: &Name, input: &Name, given: (Span, &str), definition: Span) -> Diagnostic {
    let why = format!("`{}` is read by `{}` here, and says it is by `{}`", table.text, given.1, input.text);
    Diagnostic::new(Code::HiddenName, why)
        .at(given.0, "given here")
        .at(input.span, "the input")
        .at(definition, format!("a reader takes it for this `{}`", input.text))
        .help(format!("give it `{}`, or call the input something else", input.text))
}

/// `X exists` of what is there on every row.
pub(super) fn always_there(place: Span) -> Diagnostic {
    Diagnostic::new(Code::AlwaysSame, "this condition always holds")
        .at(place, "is there on every row")
        .help("leave it out; a column that may be blank has a `?` behind its type")
}

/// `X or DEFAULT` of what is there on every row.
pub(super) fn never_missing(value: Span, default: Span) -> Diagnostic {
    Diagnostic::new(Code::UnusedDefault, "this default is never used")
        .at(default, "never used")
        .at(value, "is there on every row")
        .help("leave `or` and the default out; a column that may be blank has a `?` behind its type")
}

/// `max(x)`
pub(super) fn one_compared(name: &Name, span: Span) -> Diagnostic {
    let many = if name.text == "min" { "smallest" } else { "largest" };
    Diagnostic::new(Code::WrongType, format!("`{}` compares two values or more", name.text))
        .at(span, "there are fewer")
        .help(format!("write `{}(a, b)`; the {many} of many rows is `{many} of …`", name.text))
}
