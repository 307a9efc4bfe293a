//! Faults of evaluation in the administrator's words.

use std::collections::HashMap;

use crate::calendar::{Date, print_date};
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, EnsureId, ExprId, FrameId, RatesId, RecordId};
use crate::keys;
use crate::program::Program;
use crate::source::Span;
use crate::table::{Fault, FaultKind, Results, Value};
use crate::types::expr::{Convert, Expr, Op};
use crate::types::model::{Axis, FrameRows, KeyPart, Origin, RatesRows};
use crate::value::{Currency, Exact};

/// Of the further rows with the same fault so many are named.
const ROWS_NAMED: usize = 4;
/// So many people of a circle are named.
const PEOPLE_NAMED: usize = 10;

/// The diagnostics of faults, in order: each names a row and points at the words of the plan. Rows on
/// which the same words fail in the same way are told together.
pub fn describe(program: &Program, results: &Results, faults: &[Fault]) -> Vec<Diagnostic> {
    let exprs = expressions(program);
    // The groups by what they have in common; looked up only, so its order does not matter.
    let mut known: HashMap<Group, usize> = HashMap::new();
    let mut groups: Vec<(Teller<'_>, Vec<&Fault>)> = Vec::new();
    for fault in faults {
        let teller = Teller { program, results, fault, expr: exprs.get(&fault.expr).copied() };
        let position = *known.entry(teller.group()).or_insert(groups.len());
        match groups.get_mut(position) {
            Some((_, others)) => others.push(fault),
            None => groups.push((teller, Vec::new())),
        }
    }
    groups.into_iter().map(|(first, others)| first.diagnostic(&others)).collect()
}

/// The diagnostics of faults, one for each, in their order.
pub fn describe_each(program: &Program, results: &Results, faults: &[Fault]) -> Vec<Diagnostic> {
    let exprs = expressions(program);
    let teller = |fault: &Fault| {
        let expr = exprs.get(&fault.expr).copied();
        Teller { program, results, fault, expr }.diagnostic(&[])
    };
    faults.iter().map(teller).collect()
}

/// All expressions of a program.
fn expressions(program: &Program) -> HashMap<ExprId, &Expr> {
    let model = &program.model;
    let mut open: Vec<&Expr> = model.plan.people_condition.iter().chain(model.plan.active.iter().flatten()).collect();
    for column in model.columns.iter() {
        if let Origin::Definition(definition) = &column.origin {
            let starting = definition.starting.as_ref().map(|starting| &starting.value);
            let flow = definition.date.iter().chain(&definition.person);
            open.extend(definition.conditions.iter().chain([&definition.body]).chain(starting).chain(flow));
        }
    }
    for rule in model.rules.iter() {
        open.extend(rule.conditions.iter().chain([&rule.to, &rule.on, &rule.amount]));
    }
    for schedule in model.schedules.iter() {
        open.extend([&schedule.start, &schedule.count]);
    }
    for ensure in model.ensures.iter() {
        open.extend(ensure.conditions.iter().chain([&ensure.holds]));
    }
    for (_, bands) in model.bands() {
        open.extend([&bands.start, &bands.value].into_iter().chain(&bands.end).chain(&bands.key));
    }
    let mut all = HashMap::new();
    while let Some(expr) = open.pop() {
        all.insert(expr.id, expr);
        open.extend(expr.op.operands());
    }
    all
}

/// The code under which a fault is reported.
pub fn code(kind: &FaultKind) -> Code {
    match kind {
        FaultKind::DivisionByZero => Code::DivisionByZero,
        FaultKind::TooLarge(_) => Code::TooLarge,
        FaultKind::MissingRate(_) => Code::MissingRate,
        FaultKind::BelowTable { .. } => Code::BelowTable,
        FaultKind::OutsideCalendar(_) => Code::OutsideCalendar,
        FaultKind::Ensure(_) => Code::EnsureBroken,
        FaultKind::NotGiven(_) => Code::MissingOnRead,
        FaultKind::Circle(..) => Code::HierarchyCycle,
        FaultKind::NoReceiver(_) => Code::NoReceiver,
        FaultKind::NegativeWeight(_) => Code::NegativeWeight,
        FaultKind::ScheduleLength(_) => Code::ScheduleLength,
    }
}

/// Tells about one fault.
struct Teller<'a> {
    program: &'a Program,
    results: &'a Results,
    fault: &'a Fault,
    /// The expression in which it is.
    expr: Option<&'a Expr>,
}

/// What rows that are told together have in common: for a rate, also which one is missing.
type Group = (ExprId, FrameId, Code, Option<String>);

/// What is said about a fault: the message, the words at its place, and how to mend it.
struct Told {
    message: String,
    label: String,
    help: String,
}

impl<'a> Teller<'a> {
    fn group(&self) -> Group {
        let kind = code(&self.fault.kind);
        let rate = (kind == Code::MissingRate).then(|| self.told("").message);
        (self.fault.expr, self.fault.frame, kind, rate)
    }

    fn diagnostic(&self, others: &[&Fault]) -> Diagnostic {
        let more = match others.len() {
            0 => String::new(),
            1 => " and in one further row".to_owned(),
            count => format!(" and in {count} further rows"),
        };
        let row = row_words(self.program, self.results, self.fault);
        let told = self.told(&format!("{row}{more}"));
        let named: Vec<String> = others
            .iter()
            .take(ROWS_NAMED)
            .map(|fault| row_words(self.program, self.results, fault).trim_start_matches(" in ").to_owned())
            .collect();
        let cut = if others.len() > ROWS_NAMED { "; …" } else { "" };
        let help = match named.is_empty() {
            true => told.help,
            false => format!("{}\nfurther rows: {}{cut}", told.help, named.join("; ")),
        };
        Diagnostic::new(code(&self.fault.kind), told.message).at(self.place(), told.label).help(help)
    }

    fn told(&self, row: &str) -> Told {
        match &self.fault.kind {
            FaultKind::DivisionByZero => self.division(row),
            FaultKind::TooLarge(value) => Told {
                message: format!("a value with more digits than are kept{row}"),
                label: format!("gives {value}"),
                help: format!(
                    "a stored value has at most {} digits; check the data and the units",
                    self.program.model.plan.digits
                ),
            },
            FaultKind::MissingRate(currency) => self.missing_rate(*currency, row),
            FaultKind::BelowTable { input, value } => self.below_table(*input, value, row),
            FaultKind::OutsideCalendar(count) => self.outside_calendar(count, row),
            FaultKind::Ensure(ensure) => self.ensure(*ensure, row),
            FaultKind::Circle(record, day, people) => self.circle(*record, *day, people, row),
            FaultKind::NoReceiver(amount) => self.no_receiver(amount, row),
            FaultKind::ScheduleLength(count) => Told {
                message: format!("a schedule cannot have {count} periods{row}"),
                label: format!("`{}` is {count}", self.words(self.fault.expr)),
                help: format!(
                    "a schedule has a whole number of periods from 0 to {}",
                    crate::types::model::MOST_PERIODS
                ),
            },
            FaultKind::NegativeWeight(weight) => Told {
                message: format!("a weight is negative{row}"),
                label: format!("`{}` is {weight}", self.words(self.fault.expr)),
                help: "nothing is shared out in proportion to less than nothing: `max(0, …)` takes it as 0, and a \
                       `where` in the head leaves the row out"
                    .to_owned(),
            },
            FaultKind::NotGiven(column) => {
                let name = &self.program.names.columns.at(*column).name;
                Told {
                    message: format!("`{name}` is needed and was not given{row}"),
                    label: "read here".to_owned(),
                    help: format!("give the row a value for `{name}`"),
                }
            }
        }
    }

    fn division(&self, row: &str) -> Told {
        let divisor = match self.expr.map(|expr| &expr.op) {
            Some(Op::Arithmetic(_, _, divisor)) => self.words(divisor.id),
            _ => "x",
        };
        Told {
            message: format!("division by zero{row}"),
            label: format!("`{divisor}` is 0"),
            help: format!(
                "say what holds then, `if {divisor} = 0 then … else …`, or leave such rows out with \
                 `where {divisor} <> 0`"
            ),
        }
    }

    fn outside_calendar(&self, count: &Exact, row: &str) -> Told {
        let by = match self.expr.map(|expr| &expr.op) {
            Some(Op::Moved(_, _, _, count) | Op::Later(_, _, _, count)) => self.words(count.id),
            _ => "the count",
        };
        let (message, help) = if count.is_integer() {
            let message = format!("this leads out of the years 1 to 9999{row}");
            (message, "look for a slip in the data: a date or a count that cannot be meant so")
        } else {
            let message = format!("days, months and periods are counted whole{row}");
            (message, "round the count, such as `round(x, 0)`, or count in a finer unit")
        };
        Told { message, label: format!("`{by}` is {count}"), help: help.to_owned() }
    }

    fn no_receiver(&self, amount: &Exact, row: &str) -> Told {
        let Some(Op::Allocate(shared)) = self.expr.map(|expr| &expr.op) else {
            return Told {
                message: format!("no one receives {amount}{row}"),
                label: String::new(),
                help: "share it out over rows that are there".to_owned(),
            };
        };
        let name = &self.program.names.columns.at(shared.amount).name;
        let shown = keys::print_cell(self.program, &self.results.tables, shared.amount, self.fault.row)
            .unwrap_or_else(|| amount.to_string());
        let why = match &shared.weight {
            Some(weight) => format!("there is no row for it, or `{}` is 0 on all of them", self.words(weight.id)),
            None => "there is no row for it".to_owned(),
        };
        Told {
            message: format!("no one receives the {shown} of `{name}`{row}"),
            label: why,
            help: format!(
                "say who receives it, or share out only what has a receiver: a `let` with a `where` in place of `{name}`"
            ),
        }
    }

    fn missing_rate(&self, currency: Currency, row: &str) -> Told {
        let Some(Op::Convert(convert)) = self.expr.map(|expr| &expr.op) else {
            return Told {
                message: format!("there is no exchange rate for {currency}{row}"),
                label: format!("needs a rate of {currency}"),
                help: "add the rate to the data, for this currency and date".to_owned(),
            };
        };
        let (record, file) = self.rates_of(convert);
        let when = self.when(convert).map(|when| format!(" on {when}")).unwrap_or_default();
        Told {
            message: format!("`{record}` has no rate for {currency}{when}, needed{row}"),
            label: format!("needs a rate of {currency}{when}"),
            help: format!("add the rate to {file}; no neighbouring rate is taken for it"),
        }
    }

    /// The record of the rates, and where its rows come from.
    fn rates_of(&self, convert: &Convert) -> (&'a str, String) {
        match self.program.model.columns.at(convert.rate).origin {
            Origin::Data(ref data) => {
                let name = self.program.names.records.at(data.record).name.as_str();
                let file = self.program.model.records.at(data.record).file_name();
                (name, file.as_ref().map_or_else(|| "the data".to_owned(), |file| format!("`{file}`")))
            }
            _ => ("the record of rates", "the data".to_owned()),
        }
    }

    /// The date that a rate is sought for, where it is a column of the row.
    fn when(&self, convert: &Convert) -> Option<String> {
        convert.key.iter().flatten().find_map(|part| {
            let date = match &part.op {
                Op::PeriodOf(_, date) => date,
                _ => part,
            };
            let Op::Read(column) = date.op else { return None };
            match self.value(column)? {
                Value::Date(date) => Some(print_date(date)),
                _ => None,
            }
        })
    }

    fn below_table(&self, input: usize, value: &Value, row: &str) -> Told {
        let called = match self.expr.map(|expr| &expr.op) {
            Some(Op::Rate(rates, inputs)) => inputs.get(input).map(|input| (*rates, input)),
            _ => None,
        };
        let Some((rates, expr)) = called else {
            return Told {
                message: format!("an input lies below the first row of the table{row}"),
                label: "below the first row".to_owned(),
                help: "add a row that begins with `below`".to_owned(),
            };
        };
        let ty = self.program.names.exprs.at(expr.id).ty;
        let shown = |value: &Value| keys::print(self.program, &self.results.tables, ty, value);
        let name = &self.program.names.rates.at(rates).named.name;
        let first = self.first_start(rates, input).map(&shown);
        let begin = first.as_ref().map(|first| format!(", which is {first}")).unwrap_or_default();
        let below = first.map_or_else(|| "below …".to_owned(), |first| format!("below {first}"));
        let table = self.program.names.rates.at(rates);
        let line = match table.places.len() {
            0 => "first band",
            several @ 2.. if input.saturating_add(1) == several => "first column",
            _ => "first row",
        };
        Told {
            message: format!("{} lies below the {line} of `{name}`{begin}{row}", shown(value)),
            label: format!("`{}` is {}", self.words(expr.id), shown(value)),
            help: match line {
                "first band" => "say in the data what holds there, or keep such values out of the table".to_owned(),
                _ => {
                    format!("say in the table what holds there, with a {line} `{below}`, or keep such values out of it")
                }
            },
        }
    }

    /// Where the first row of a table begins for an input.
    fn first_start(&self, rates: RatesId, input: usize) -> Option<&Value> {
        let RatesRows::Written(grid) = &self.program.model.rates.at(rates).rows else { return None };
        match grid.axes.get(input)? {
            Axis::Bands(starts) => starts.first()?.at.as_ref(),
            Axis::Values(_) => None,
        }
    }

    fn ensure(&self, ensure: EnsureId, row: &str) -> Told {
        let (named, message) = self.program.names.ensures.at(ensure);
        let why = if message.is_empty() { String::new() } else { format!(": {message}") };
        let mut values = Vec::new();
        self.values(&self.program.model.ensures.at(ensure).holds, &mut values);
        let label = match values.is_empty() {
            true => "does not hold".to_owned(),
            false => format!("does not hold: {}", values.join(", ")),
        };
        Told {
            message: format!("`{}` does not hold{row}{why}", named.name),
            label,
            help: "nothing was written; correct the data or the plan".to_owned(),
        }
    }

    fn circle(&self, record: RecordId, day: Date, people: &[u32], row: &str) -> Told {
        let name = |row: &u32| format!("`{}`", keys::record_key(self.program, &self.results.tables, record, *row));
        let first = people.first().map(name).unwrap_or_default();
        let mut others: Vec<String> = people.iter().skip(1).take(PEOPLE_NAMED).map(name).collect();
        if people.len() > PEOPLE_NAMED.saturating_add(1) {
            others.push("…".to_owned());
        }
        others.push(first.clone());
        let day = print_date(day);
        Told {
            message: format!("on {day} {first} reports to {}{row}", others.join(", that to ")),
            label: format!("goes over the team of {day}"),
            help: format!("mend the manager that one of them has on {day}; a cell left blank is the top"),
        }
    }

    /// The values that an expression reads on the row itself: `payout` is 12.50.
    fn values(&self, expr: &Expr, values: &mut Vec<String>) {
        if matches!(expr.op, Op::Aggregate(_)) {
            return;
        }
        if let Op::Read(column) = expr.op
            && self.program.model.columns.at(column).frame == self.fault.frame
            && let Some(text) = keys::print_cell(self.program, &self.results.tables, column, self.fault.row)
        {
            let value = format!("`{}` is {text}", self.words(expr.id));
            if !values.contains(&value) {
                values.push(value);
            }
        }
        expr.op.operands().into_iter().for_each(|operand| self.values(operand, values));
    }

    /// The value of a column on the row.
    fn value(&self, column: ColumnId) -> Option<Value> {
        let own = self.program.model.columns.at(column).frame == self.fault.frame;
        let data = self.results.tables.column(column).filter(|_| own);
        data.and_then(|data| data.get(self.fault.row))
    }

    fn place(&self) -> Span {
        self.program.names.exprs.at(self.fault.expr).span
    }

    /// The words of an expression.
    fn words(&self, expr: ExprId) -> &'a str {
        let span = self.program.names.exprs.at(expr).span;
        self.program.names.sources.at(span.file).slice(span)
    }
}

/// The row of a fault in words: ` in Person p1, quarter 2026-Q1`.
pub fn row_words(program: &Program, results: &Results, fault: &Fault) -> String {
    let frame = program.model.frames.at(fault.frame);
    let key = keys::frame_key(program, results, fault.frame, fault.row);
    if key.is_empty() {
        return String::new();
    }
    let names: Vec<String> = match frame.rows {
        FrameRows::Record(record) => {
            let named = format!("{} {}", program.names.records.at(record).name, key.join(", "));
            return format!(" in {named}");
        }
        FrameRows::Credit | FrameRows::CreditHistory => vec!["Credit".to_owned()],
        _ => frame.parts.iter().map(|part| part_name(program, *part)).collect(),
    };
    let words: Vec<String> = key
        .iter()
        .enumerate()
        .filter(|(_, value)| !value.is_empty())
        .map(|(position, value)| match names.get(position) {
            Some(name) => format!("{name} {value}"),
            None => value.clone(),
        })
        .collect();
    format!(" in {}", words.join(", "))
}

/// A part of a key in words.
pub fn part_name(program: &Program, part: KeyPart) -> String {
    match part {
        KeyPart::Record(record) => program.names.records.at(record).name.clone(),
        KeyPart::Period(unit) => program.names.unit_name(unit),
        KeyPart::Choice(choice) => program.names.choices.at(choice).name.clone(),
        KeyPart::Currency => "currency".to_owned(),
        KeyPart::Credit => "Credit".to_owned(),
    }
}
