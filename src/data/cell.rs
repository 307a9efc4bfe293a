//! A cell's text to its value, by the type of its column.

use std::sync::Arc;

use super::number::NumberColumn;
use super::raw_table::{CellProblem, data_column, quoted};
use crate::calendar::{Calendar, CustomId, CustomPeriods, Date, Period, Steps, Unit, parse_date, print_date};
use crate::diagnostics::Code;
use crate::diagnostics::suggest::did_you_mean;
use crate::ids::{ChoiceId, ColumnId};
use crate::program::Program;
use crate::table::{ColumnData, Value};
use crate::types::model::{DataForm, PercentCells, Shown, Type};
use crate::types::written::{DatePattern, Written};
use crate::value::{Currency, Exact};

/// So many values of a choice are listed.
const LISTED_CHOICES: usize = 12;

/// The places of a number whose column does not say.
const PLACES: u8 = 6;

/// The value of a cell. One of a column of references is that of the key it names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Cell {
    /// A number in units of the column's last place.
    Number(i128),
    /// A number that is never rounded: only a value of another plan is one.
    Exact(Exact),
    /// Yes or no.
    YesNo(bool),
    /// A text.
    Text(Arc<str>),
    /// A day.
    Date(Date),
    /// A period.
    Period(Period),
    /// A value of a choice.
    Choice(u32),
    /// A currency.
    Currency(Currency),
}

/// An empty column for the cells of a column.
pub(super) fn column_data(program: &Program, column: ColumnId) -> ColumnData {
    let ty = program.model.columns.at(column).ty;
    let places = Some(places(program, column)).filter(|_| !is_exact(program, column));
    ColumnData::new(ty, places)
}

/// Appends a cell of a column that is no reference.
pub(super) fn push(data: &mut ColumnData, cell: Option<Cell>) {
    match cell {
        None => data.push(None),
        Some(Cell::Number(units)) => data.push_units(units),
        Some(Cell::Exact(exact)) => data.push(Some(Value::Number(exact))),
        Some(Cell::YesNo(yes)) => data.push(Some(Value::YesNo(yes))),
        Some(Cell::Text(text)) => data.push(Some(Value::Text(text))),
        Some(Cell::Date(date)) => data.push(Some(Value::Date(date))),
        Some(Cell::Period(period)) => data.push(Some(Value::Period(period))),
        Some(Cell::Choice(choice)) => data.push(Some(Value::Choice(choice))),
        Some(Cell::Currency(currency)) => data.push(Some(Value::Currency(currency))),
    }
}

fn places(program: &Program, column: ColumnId) -> u8 {
    program.model.columns.at(column).places.unwrap_or(PLACES)
}

/// Whether a column holds what another plan never rounds.
fn is_exact(program: &Program, column: ColumnId) -> bool {
    let described = program.model.columns.at(column);
    let record = data_column(program, column).map(|data| program.model.records.at(data.record));
    let form = record.and_then(|record| record.file.as_ref()).map(|file| &file.form);
    described.places.is_none() && matches!(form, Some(DataForm::Plan { .. }))
}

/// A number as run folders print one that is never rounded: a decimal or a fraction, of a percentage its hundredfold.
fn exact(text: &str, shown: Shown) -> Result<Exact, CellProblem> {
    let percent = text.strip_suffix('%').filter(|_| shown == Shown::Percent);
    let read = Exact::parse(percent.unwrap_or(text));
    let value = read.and_then(|read| if percent.is_some() { read.over(&Exact::from_integer(100)) } else { Some(read) });
    value.ok_or_else(|| {
        let message = format!("{} is not a number", quoted(text));
        CellProblem::new(Code::BadNumber, message, "a decimal or a fraction, such as `2/3`")
    })
}

/// Reads cells.
#[derive(Clone, Copy)]
pub(super) struct CellReader<'a> {
    /// The program whose columns are read.
    pub program: &'a Program,
    /// Its calendar, with the periods from data.
    pub calendar: &'a Calendar,
}

impl CellReader<'_> {
    /// The value of a cell that is not blank, of a column whose numbers, if it has any, are never rounded. `column`
    /// is no reference: for one, it is the column of the key it names.
    pub fn read(&self, column: ColumnId, text: &str) -> Result<Cell, CellProblem> {
        match self.program.model.columns.at(column).ty {
            Type::Number(_, shown) => exact(text, shown).map(Cell::Exact),
            Type::YesNo => yes_no(text).map(Cell::YesNo),
            Type::Text => plain_text(text).map(|text| Cell::Text(Arc::from(text))),
            Type::Date => date(text, self.written(column)).map(Cell::Date),
            Type::Period(Unit::Custom(id)) => self.custom_period(column, id, text).map(Cell::Period),
            Type::Period(unit) => self.period(column, unit, text).map(Cell::Period),
            Type::Choice(choice) => self.choice(choice, text).map(Cell::Choice),
            Type::Currency => currency_code(text).map(Cell::Currency),
            Type::Reference(record) => {
                let name = &self.program.names.records.at(record).name;
                let message = format!("{} refers to a key of several columns", quoted(text));
                let expected = format!("the key of a row of `{name}`");
                Err(CellProblem::new(Code::BadCell, message, expected))
            }
        }
    }

    /// How the cells of a column are written.
    fn written(&self, column: ColumnId) -> &Written {
        data_column(self.program, column).map_or(&Written::Plain, |data| &data.written)
    }

    /// How the numbers of a column are read; none of a column of other cells.
    pub fn number(&self, column: ColumnId) -> Option<NumberColumn> {
        let Type::Number(_, shown) = self.program.model.columns.at(column).ty else { return None };
        let data = data_column(self.program, column);
        let number = NumberColumn {
            shown,
            percent: data.map_or(PercentCells::Sign, |data| data.percent),
            places: places(self.program, column),
            currency: None,
            allowed: places(self.program, column),
            most: self.program.model.plan.digits,
            pattern: match self.written(column) {
                Written::Number(pattern) => Some(*pattern),
                Written::Plain | Written::Date(_) => None,
            },
        };
        Some(number).filter(|_| !is_exact(self.program, column))
    }

    fn choice(&self, choice: ChoiceId, text: &str) -> Result<u32, CellProblem> {
        let values = self.program.model.choices.at(choice);
        let found = values.iter().position(|value| value == text);
        if let Some(found) = found.and_then(|index| u32::try_from(index).ok()) {
            return Ok(found);
        }
        let listed = values.iter().take(LISTED_CHOICES);
        let listed: Vec<String> = listed.map(|value| format!("`{value}`")).collect();
        let more = match values.len().saturating_sub(LISTED_CHOICES) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let expected = format!("one of {}{more}", listed.join(", "));
        let message = format!("{} is none of the choices", quoted(text));
        let help = did_you_mean(text, values.iter().map(String::as_str))
            .unwrap_or_else(|| "write one of the choices exactly as declared, or add the new one to them".to_owned());
        Err(CellProblem::new(Code::UnknownChoice, message, expected).help(help))
    }

    fn period(&self, column: ColumnId, unit: Unit, text: &str) -> Result<Period, CellProblem> {
        let word = unit.word().unwrap_or("period");
        let message = || format!("{} is not a {word}", quoted(text));
        let year = data_column(self.program, column).and_then(|data| data.year);
        if let (Some(year), Some((pattern, last))) = (year, ordinals(unit)) {
            let found = ordinal(text, last).and_then(|ordinal| self.calendar.parse(unit, &pattern(year, ordinal)));
            let expected = format!("the number of a {word} of {year}, from 1 to {last}");
            return found.ok_or_else(|| CellProblem::new(Code::BadDate, message(), expected));
        }
        let example = match unit {
            Unit::Day | Unit::Custom(_) => "2026-03-31",
            Unit::Month => "2026-03",
            Unit::Quarter => "2026-Q1",
            Unit::Half => "2026-H1",
            Unit::Year => "2026",
        };
        let named = match (unit, text.len()) {
            // Files write a year as its number alone.
            (Unit::Year, 4) => self.calendar.parse(unit, &format!("FY{text}")),
            _ => self.calendar.parse(unit, text),
        };
        named.ok_or_else(|| {
            let expected = format!("a {word}, such as `{example}`");
            let problem = CellProblem::new(Code::BadDate, message(), expected);
            let day = parse_date(text).ok().and_then(|day| self.calendar.period_of(unit, day));
            let meant = day.map(|period| self.calendar.name(unit, period));
            let month = || spreadsheet_month(text).filter(|_| unit == Unit::Month);
            match meant.or_else(month).or_else(|| part_and_year(unit, text)) {
                Some(meant) => problem.help(format!("a {word} is written as `{meant}`")),
                None if text.len() == example.len() => match ordinals(unit) {
                    Some((_, last)) => problem.help(format!("a year has {last} of them")),
                    None => problem,
                },
                None => problem,
            }
        })
    }

    /// A period from data, by any of its days.
    fn custom_period(&self, column: ColumnId, id: CustomId, text: &str) -> Result<Period, CellProblem> {
        let day = date(text, self.written(column))?;
        if let Some(period) = self.calendar.period_of(Unit::Custom(id), day) {
            return Ok(period);
        }
        let names = self.program.names.periods.get(usize::from(id.0));
        let unit = names.map_or("period", |named| named.name.as_str());
        let expected = match self.calendar.custom(id) {
            Some(CustomPeriods::Listed(listed)) if !listed.starts.is_empty() => {
                let first = listed.starts.first().copied().unwrap_or_default();
                format!("a date from `{}` to `{}`", print_date(first), print_date(listed.end))
            }
            Some(CustomPeriods::Steps(Steps { from: Some(from), .. })) => {
                format!("a date from `{}` on", print_date(*from))
            }
            _ => format!("a date in a `{unit}`, of which there is none"),
        };
        let message = format!("{} lies in no `{unit}`", quoted(text));
        Err(CellProblem::new(Code::BadDate, message, expected))
    }
}

/// The quarter or half that is written `Q2 2026`, `2Q26` or `2026 Q2`.
fn part_and_year(unit: Unit, text: &str) -> Option<String> {
    let (letter, last) = match unit {
        Unit::Quarter => ('Q', 4),
        Unit::Half => ('H', 2),
        _ => return None,
    };
    let upper = text.to_uppercase();
    let words = upper.split(|c: char| !c.is_ascii_digit()).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    let known = upper.chars().all(|c| c.is_ascii_digit() || c == letter || matches!(c, ' ' | '-' | '/' | '\''));
    let (part, year) = match words.as_slice() {
        [one, two] if known && upper.contains(letter) && one.len() == 1 => (one, two),
        [one, two] if known && upper.contains(letter) && two.len() == 1 => (two, one),
        _ => return None,
    };
    let ordinal: u32 = part.parse().ok().filter(|part| (1..=last).contains(part))?;
    let year = if year.len() == 2 { format!("20{year}") } else { (*year).to_owned() };
    (year.len() == 4).then(|| format!("{year}-{letter}{ordinal}"))
}

/// The literal of the period with an ordinal in a year, and how many there are in one.
type Ordinals = (fn(i32, u32) -> String, u32);

fn ordinals(unit: Unit) -> Option<Ordinals> {
    match unit {
        Unit::Month => Some((|year, month| format!("{year:04}-{month:02}"), 12)),
        Unit::Quarter => Some((|year, quarter| format!("{year:04}-Q{quarter}"), 4)),
        Unit::Half => Some((|year, half| format!("{year:04}-H{half}"), 2)),
        Unit::Day | Unit::Year | Unit::Custom(_) => None,
    }
}

fn ordinal(text: &str, last: u32) -> Option<u32> {
    let digits = text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number: u32 = text.parse().ok().filter(|_| digits)?;
    (1..=last).contains(&number).then_some(number)
}

/// A day.
pub(super) fn date(text: &str, written: &Written) -> Result<Date, CellProblem> {
    if let Written::Date(pattern) = written {
        return pattern.read(text).ok_or_else(|| {
            let message = format!("{} is not a date written as `{}`", quoted(text), pattern.text());
            let example = pattern.write(Date::from_ymd_opt(2026, 3, 31).unwrap_or_default());
            let problem = CellProblem::new(Code::BadDate, message, format!("a date, such as `{example}`"));
            problem.help("mend the cell, or the way of writing that the record states behind `as`")
        });
    }
    parse_date(text).map_err(|problem| {
        let message = format!("{} is not a date", quoted(text));
        let day = text.get(..10).filter(|day| parse_date(day).is_ok());
        let help = match (day, patterns_of(text).as_slice()) {
            (Some(day), _) => format!("leave out what follows the day: `{day}`"),
            (None, []) if is_serial(text) => {
                "this may be a spreadsheet's number of a day: format the column as dates there".to_owned()
            }
            (None, []) => problem.explain().to_owned(),
            (None, patterns) => format!(
                "write dates as `2026-03-31`, or say in the record how this file writes them: {}",
                patterns.join(" or ")
            ),
        };
        CellProblem::new(Code::BadDate, message, "a date, such as `2026-03-31`").help(help)
    })
}

/// The ways in which files write dates where they do not write them plainly, the narrower before the wider.
const USUAL_PATTERNS: [&str; 8] =
    ["DD/MM/YYYY", "MM/DD/YYYY", "D/M/YYYY", "M/D/YYYY", "DD.MM.YYYY", "YYYY/MM/DD", "YYYYMMDD", "DD-MMM-YYYY"];

/// The ways in which a date may be written: two where day and month cannot be told apart.
fn patterns_of(text: &str) -> Vec<String> {
    let reads = |pattern: &&str| DatePattern::parse(pattern).is_some_and(|pattern| pattern.read(text).is_some());
    let mut fitting: Vec<&str> = USUAL_PATTERNS.into_iter().filter(reads).collect();
    // `D/M/YYYY` says no more of a cell than `DD/MM/YYYY` does.
    let known = fitting.clone();
    fitting.retain(|pattern| {
        !known.iter().any(|other| *other != *pattern && other.replace("DD", "D").replace("MM", "M") == **pattern)
    });
    fitting.iter().map(|pattern| format!("`date as \"{pattern}\"`")).collect()
}

/// Whether a text may be the number by which a spreadsheet counts a day of the years 1980 to 2060.
fn is_serial(text: &str) -> bool {
    text.len() == 5 && text.parse::<u32>().is_ok_and(|number| (29_221..58_440).contains(&number))
}

/// How a month is written, where a text writes one as spreadsheets do: `Jan-26`, `1/2026`.
fn spreadsheet_month(text: &str) -> Option<String> {
    let (first, last) = text.split_once(['-', '/', ' ', '.'])?;
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 4);
    let (month, year) = match (number(first), number(last)) {
        (Some(month), Some(year)) if last.len() == 4 => (month, year),
        (None, Some(year)) => (month_number(first)?, if last.len() == 2 { year.saturating_add(2000) } else { year }),
        _ => return None,
    };
    ((1..=12).contains(&month) && (1900..3000).contains(&year)).then(|| format!("{year:04}-{month:02}"))
}

fn month_number(name: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let name = name.to_ascii_lowercase();
    let found = (1..).zip(NAMES).find(|(_, month)| name.len() >= 3 && month.starts_with(&name));
    found.map(|(number, _)| number)
}

fn yes_no(text: &str) -> Result<bool, CellProblem> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" | "1" => Ok(true),
        "no" | "false" | "0" => Ok(false),
        _ => Err(CellProblem::new(
            Code::BadCell,
            format!("{} is neither yes nor no", quoted(text)),
            "`yes` or `no`, `true` or `false`, `1` or `0`",
        )),
    }
}

fn plain_text(text: &str) -> Result<&str, CellProblem> {
    let expected = "text without line ends and other control characters";
    if text.chars().any(|one| one.is_control() && one != '\t') {
        let message = "a text with a line end or another control character in it";
        return Err(CellProblem::new(Code::BadCell, message, expected)
            .help("write the text on one line, or leave the column out of the record"));
    }
    if text.trim().is_empty() {
        let message = "a text of nothing but blanks";
        let expected = "a text, or a cell that is empty";
        return Err(CellProblem::new(Code::BadCell, message, expected));
    }
    Ok(text)
}

fn currency_code(text: &str) -> Result<Currency, CellProblem> {
    Currency::from_code(text).ok_or_else(|| {
        let expected = "the code of a currency, such as `USD`";
        if let Some((why, help)) = Currency::why_not(text) {
            return CellProblem::new(Code::BadCell, why, expected).help(help);
        }
        let message = format!("{} is not a currency", quoted(text));
        let problem = CellProblem::new(Code::BadCell, message, expected);
        let code = text.trim().to_ascii_uppercase();
        match Currency::from_code(&code) {
            Some(currency) => problem.help(format!("did you mean `{currency}`?")),
            None => problem.help("currencies are written with the three letters of ISO 4217"),
        }
    })
}
