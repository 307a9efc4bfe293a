//! Plans made of the whole language, well typed by construction.

use std::fmt::Write;

use super::choices::Choices;
use super::grain::{ALL, Grain};
use super::rates::Table;

/// What an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Money,
    Ratio,
    Count,
    Truth,
    /// Numbers of a unit of the plan's own.
    Seats,
}

/// A definition written so far.
#[derive(Clone, Debug)]
pub struct Defined {
    pub name: String,
    pub grain: Grain,
    pub kind: Kind,
    /// Whether a `where` leaves rows out.
    pub narrowed: bool,
    pub exact: bool,
    /// Whether it happens once, on its date.
    pub flow: bool,
    /// Whether it is carried from period to period.
    pub stock: bool,
}

/// A plan being written.
pub struct Writer<'c> {
    pub choices: &'c mut Choices,
    pub defined: Vec<Defined>,
    pub tables: Vec<Table>,
    /// Whether people have versions.
    pub history: bool,
    /// Whether the credit rules are written: what they are made of cannot read them.
    pub credited: bool,
    /// Whether what is written stands on rows of deals, whose own currency is known there alone.
    pub on_own_row: bool,
    /// The credit rules written so far.
    pub rules: Vec<&'static str>,
    /// The month in which the fiscal year starts.
    pub starts: &'static str,
    pub text: String,
}

/// The records of all generated plans.
const RECORDS: &str = include_str!("records.plan");
const PEOPLE: &str = include_str!("people.plan");
const HISTORY: &str = include_str!("history.plan");

/// The records of a plan whose people have versions or not.
pub fn records(history: bool) -> String {
    format!("{RECORDS}{}", if history { HISTORY } else { PEOPLE })
}

/// A plan with its records.
pub fn plan(choices: &mut Choices, history: bool) -> String {
    let mut writer = Writer {
        choices,
        defined: Vec::new(),
        tables: Vec::new(),
        history,
        credited: false,
        on_own_row: true,
        rules: Vec::new(),
        starts: "January",
        text: records(history),
    };
    writer.block();
    writer.text.push_str(super::order::PRIZES);
    writer.text.push_str(super::rules::OVERRIDES);
    for number in 0..1 + writer.choices.below(4) {
        writer.table(number);
    }
    writer.credits();
    for number in 0..2 + writer.choices.below(9) {
        writer.definition(number);
    }
    writer.text
}

const MODES: [&str; 6] = ["half up", "half even", "down", "up", "floor", "ceiling"];

impl Writer<'_> {
    fn block(&mut self) {
        self.starts = *self.choices.of(&["January", "April", "July", "February"]);
        let starts = self.starts;
        let mode = *self.choices.of(&MODES);
        let people = *self.choices.of(&["", " where role = AE", " where role = AE or role = Manager"]);
        let pay = *self.choices.of(&["monthly", "quarterly", "yearly", "cycle", "term"]);
        let _ = write!(
            self.text,
            "\nplan generated {{\n  effective 2026-01-01 to 2026-12-31\n  year starts {starts}\n  currency USD\n  \
             round {mode}\n  people Person{people}\n  pay {pay}\n}}\n"
        );
    }

    fn definition(&mut self, number: usize) {
        let grain = self.grain();
        match self.choices.below(13) {
            10 => self.named("measure", number, grain, Kind::Seats),
            11 => self.dated(number),
            12 => self.ensured(number, grain),
            8 => self.shared_out(number),
            9 => self.scheduled(number),
            0 | 1 => self.named("measure", number, grain, Kind::Money),
            2 => self.named("let", number, grain, Kind::Ratio),
            3 => self.named("let", number, grain, *[Kind::Count, Kind::Truth].get(number % 2).unwrap()),
            4 => self.exact(number, grain),
            5 => self.flow(number, grain),
            6 => self.stock(number),
            _ => self.shared(number),
        }
    }

    /// A grain of this plan.
    fn grain(&mut self) -> Grain {
        match *self.choices.of(&ALL) {
            Grain::CapYear if self.history => Grain::Person,
            grain => grain,
        }
    }

    /// A condition that may not hold: then both stop.
    fn ensured(&mut self, number: usize, grain: Grain) {
        let narrowed = grain != Grain::Plan && self.choices.once_in(3);
        let condition = if narrowed { format!(" where {}", self.truth(grain, 1)) } else { String::new() };
        let mostly = if self.choices.once_in(6) { "" } else { " or yes" };
        let (head, holds) = (grain.head(), self.truth(grain, 2));
        let _ = write!(self.text, "\nensure n{number}{head}{condition}:\n  {holds}{mostly}\n");
    }

    /// A formula that changes in the middle of the year.
    fn dated(&mut self, number: usize) {
        let grain = *self.choices.of(&[Grain::Month, Grain::Credit]);
        let (name, first, second) = (format!("d{number}"), self.money(grain, 2), self.money(grain, 2));
        self.write("measure", &name, grain, "", " as USD(3)", &first, "");
        self.write("measure", &format!("{name} from 2026-07-01"), grain, "", " as USD(3)", &second, "");
        self.push(name, grain, Kind::Money);
    }

    /// A definition of any kind, perhaps narrowed, perhaps with a type or mode of its own.
    fn named(&mut self, word: &str, number: usize, grain: Grain, kind: Kind) {
        let name = format!("{}{number}", word.get(..1).unwrap());
        let narrowed = grain != Grain::Plan && self.choices.once_in(3);
        let condition = match narrowed {
            true => format!(" where {}", self.truth(grain, 1)),
            false => String::new(),
        };
        let shape = match (kind, self.choices.below(6)) {
            (Kind::Money, 4) => " as USD(4)".to_owned(),
            (Kind::Money, 5) => " as USD(0)".to_owned(),
            (Kind::Ratio, 4) => " as percent".to_owned(),
            (Kind::Ratio, 5) => " as number(3)".to_owned(),
            (Kind::Count, 3..) => " as number(2)".to_owned(),
            (Kind::Seats, 3..) => " as seats(3)".to_owned(),
            (Kind::Money | Kind::Ratio, 3) => format!(" rounded {}", self.choices.of(&MODES)),
            _ => String::new(),
        };
        let body = self.expression(kind, grain, 3);
        self.write(word, &name, grain, &condition, &shape, &body, "");
        self.push(name, grain, kind).narrowed = narrowed;
    }

    fn exact(&mut self, number: usize, grain: Grain) {
        let name = format!("e{number}");
        let body = self.expression(Kind::Ratio, grain, 2);
        self.write("let", &format!("{name} exact"), grain, "", "", &body, "");
        self.push(name, grain, Kind::Ratio).exact = true;
    }

    /// Something earned or paid.
    fn flow(&mut self, number: usize, grain: Grain) {
        let grain = if [Grain::Plan, Grain::Deal, Grain::Pair].contains(&grain) { Grain::Month } else { grain };
        let name = format!("f{number}");
        let date = match grain {
            Grain::Person => " on 2026-05-17".to_owned(),
            Grain::Credit if self.choices.once_in(3) => " on end of quarter".to_owned(),
            Grain::Month | Grain::Quarter | Grain::Year | Grain::Line => match self.choices.below(3) {
                1 => format!(" on start of {}", grain.unit().unwrap()),
                2 => " on end of year".to_owned(),
                _ => String::new(),
            },
            _ => String::new(),
        };
        let word = if grain.unit().is_some() && self.choices.once_in(3) { "pay" } else { "earn" };
        let body = self.money(grain, 3);
        self.write(word, &name, grain, "", &date, &body, "");
        self.push(name, grain, Kind::Money).flow = true;
    }

    /// A balance: what was owed, more or less.
    fn stock(&mut self, number: usize) {
        let grain = *self.choices.of(&[Grain::Month, Grain::Quarter, Grain::Line, Grain::Cycle, Grain::Term]);
        let name = format!("b{number}");
        let change = self.money(grain, 2);
        let body = match self.choices.below(3) {
            0 => format!("previous {name} + {change}"),
            1 => format!("max(0, previous {name} - {change})"),
            _ => format!("(previous {name} + {change}) / 2"),
        };
        let starts =
            ["\n  starting at 0", "\n  starting at 100.25 USD each year", "\n  starting at Opening.owed or 1 USD"];
        let start = *self.choices.of(&starts);
        self.write("balance", &name, grain, "", " as USD", &body, start);
        self.push(name, grain, Kind::Money).stock = true;
    }

    /// A definition of the group and each credit's share of it.
    fn shared(&mut self, number: usize) {
        let grain =
            *self.choices.of(&[Grain::Quarter, Grain::Month, Grain::Year, Grain::Person, Grain::Line, Grain::Term]);
        let before = format!("g{number}");
        let named = format!("t{number}");
        let sums = self.sharable_sum();
        self.write("measure", &before, grain, "", "", &sums, "");
        self.push(before.clone(), grain, Kind::Money);
        let narrowed = self.choices.once_in(4);
        let condition = if narrowed { format!(" where {before} > 1000 USD") } else { String::new() };
        let body = self.over_sums(&before);
        self.write("measure", &named, grain, &condition, "", &body, "");
        self.push(named.clone(), grain, Kind::Money).narrowed = narrowed;
        let order = *self.choices.of(&["date, key", "key", "Credit.amount, date, key"]);
        let name = format!("s{number}");
        let body = format!("(increase of {named} by {order}) or 0");
        self.write("earn", &name, Grain::Credit, "", "", &body, "");
        self.push(name, Grain::Credit, Kind::Money).flow = true;
    }

    /// What a row-by-row share can go through, over the credits alone.
    fn sharable_sum(&mut self) -> String {
        match self.choices.below(4) {
            0 => "sum of Credit.amount".to_owned(),
            1 => format!("sum of Credit.amount where {}", self.truth(Grain::Credit, 1)),
            2 => "(largest Credit.amount) or 0 USD".to_owned(),
            _ => "sum of Credit.amount - sum of direct.amount where amount > 500 USD".to_owned(),
        }
    }

    fn over_sums(&mut self, sum: &str) -> String {
        match self.choices.below(5) {
            0 => format!("10% of {sum}"),
            1 => format!("min({sum} * 2, 25,000 USD)"),
            2 => format!("if {sum} >= 5,000 USD then {sum} / 3 else 0 USD"),
            3 => self.table_over(sum),
            _ => format!("{sum} * (count of Credit) / 7"),
        }
    }

    #[allow(clippy::too_many_arguments)]
    pub fn write(
        &mut self,
        word: &str,
        name: &str,
        grain: Grain,
        condition: &str,
        clause: &str,
        body: &str,
        tail: &str,
    ) {
        let head = grain.head();
        let _ = write!(self.text, "\n{word} {name}{head}{condition}{clause} =\n  {body}{tail}\n");
    }

    pub fn push(&mut self, name: String, grain: Grain, kind: Kind) -> &mut Defined {
        self.defined.push(Defined { name, grain, kind, narrowed: false, exact: false, flow: false, stock: false });
        self.defined.last_mut().unwrap()
    }
}
