//! Plans made of the whole language, well typed by construction.

use std::fmt::Write;

use super::choices::Choices;
use super::grain::{ALL, Grain};

/// What an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Money,
    Ratio,
    Count,
    Truth,
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

/// A table of rates written so far: by a ratio or by an amount, giving a kind.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: String,
    pub input: Kind,
    pub gives: Kind,
}

/// A plan being written.
pub struct Writer<'c> {
    pub choices: &'c mut Choices,
    pub defined: Vec<Defined>,
    pub tables: Vec<Table>,
    /// Whether the credit rules are written: what they are made of cannot read them.
    pub credited: bool,
    pub text: String,
}

/// The records of all generated plans.
pub const RECORDS: &str = include_str!("records.plan");

/// A plan with its records.
pub fn plan(choices: &mut Choices) -> String {
    let mut writer =
        Writer { choices, defined: Vec::new(), tables: Vec::new(), credited: false, text: RECORDS.to_owned() };
    writer.block();
    writer.text.push_str(super::order::PRIZES);
    for number in 0..1 + writer.choices.below(3) {
        writer.table(number);
    }
    writer.credits();
    writer.credited = true;
    for number in 0..2 + writer.choices.below(9) {
        writer.definition(number);
    }
    writer.text
}

const MODES: [&str; 6] = ["half up", "half even", "down", "up", "floor", "ceiling"];

impl Writer<'_> {
    fn block(&mut self) {
        let starts = *self.choices.of(&["January", "April", "July", "February"]);
        let mode = *self.choices.of(&MODES);
        let people = *self.choices.of(&["", " where role = AE", " where role = AE or role = Manager"]);
        let pay = *self.choices.of(&["monthly", "quarterly", "yearly"]);
        let _ = write!(
            self.text,
            "\nplan generated {{\n  effective 2026-01-01 to 2026-12-31\n  year starts {starts}\n  currency USD\n  \
             round {mode}\n  people Person{people}\n  pay {pay}\n}}\n"
        );
    }

    /// A table with rows that ascend.
    fn table(&mut self, number: usize) {
        let name = format!("table{number}");
        let input = *self.choices.of(&[Kind::Ratio, Kind::Money]);
        let kind = *self.choices.of(&["step", "marginal", "retroactive", "linear"]);
        let amount = matches!(kind, "marginal" | "retroactive");
        let gives = match (amount, input) {
            (true, input) => input,
            (false, _) => *self.choices.of(&[Kind::Ratio, Kind::Money]),
        };
        let below = kind == "step" && self.choices.once_in(2);
        let mut rows = String::new();
        let mut start = 0_usize;
        let count = 1 + self.choices.below(4);
        for row in 0..count {
            let at = match input {
                Kind::Money => format!("{start}000 USD"),
                _ => format!("{}%", start * 10),
            };
            let value = match gives {
                // The value of a table that multiplies its input is a rate.
                Kind::Money if !amount => format!("{}.{} USD", self.choices.below(900), 10 + self.choices.below(89)),
                _ => format!("{}.{}%", self.choices.below(250), self.choices.below(10)),
            };
            let word = if row > 0 && self.choices.once_in(3) { "above" } else { "from" };
            if row == 0 && below {
                // Everything under the next row, which begins there.
                let next = match input {
                    Kind::Money => "1000 USD",
                    _ => "10%",
                };
                let _ = writeln!(rows, "  below {next}  {value}");
                let _ = writeln!(rows, "  from {next}  {value}");
                start = 1;
            } else {
                let _ = writeln!(rows, "  {word} {at}  {value}");
            }
            start += 1 + self.choices.below(9);
        }
        let _ = write!(self.text, "\nrates {name} by x, {kind} {{\n{rows}}}\n");
        self.tables.push(Table { name, input, gives });
    }

    fn credits(&mut self) {
        let amount = self.amount();
        let _ = write!(self.text, "\ncredit direct for each Deal {{\n  amount {amount}\n}}\n");
        if self.choices.once_in(2) {
            let to = *self.choices.of(&["helper", "owner", "owner.manager"]);
            let condition = match self.choices.below(3) {
                0 => String::new(),
                1 => " where share exists".to_owned(),
                _ => format!(" where {}", self.truth(Grain::Deal, 1)),
            };
            let amount = self.amount();
            let _ =
                write!(self.text, "\ncredit shared for each Deal{condition} {{\n  to {to}\n  amount {amount}\n}}\n");
        }
    }

    fn amount(&mut self) -> String {
        let inner = self.money(Grain::Deal, 2);
        format!("({inner})")
    }

    fn definition(&mut self, number: usize) {
        let grain = *self.choices.of(&ALL);
        match self.choices.below(10) {
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

    /// A definition of any kind, perhaps narrowed, perhaps with a type or mode of its own.
    fn named(&mut self, word: &str, number: usize, grain: Grain, kind: Kind) {
        let name = format!("{}{number}", word.get(..1).unwrap());
        let narrowed = grain != Grain::Plan && self.choices.once_in(4);
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
        let grain = if grain == Grain::Plan || grain == Grain::Deal { Grain::Month } else { grain };
        let name = format!("f{number}");
        let date = match grain {
            Grain::Person => " on 2026-05-17".to_owned(),
            Grain::Credit if self.choices.once_in(3) => " on end of quarter".to_owned(),
            Grain::Month | Grain::Quarter | Grain::Year => match self.choices.below(3) {
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
        let grain = *self.choices.of(&[Grain::Month, Grain::Quarter]);
        let name = format!("b{number}");
        let change = self.money(grain, 2);
        let body = match self.choices.below(3) {
            0 => format!("previous {name} + {change}"),
            1 => format!("max(0, previous {name} - {change})"),
            _ => format!("(previous {name} + {change}) / 2"),
        };
        let start = if self.choices.once_in(2) { "\n  starting at 100.25 USD each year" } else { "\n  starting at 0" };
        self.write("balance", &name, grain, "", " as USD", &body, start);
        self.push(name, grain, Kind::Money).stock = true;
    }

    /// A definition of the group and each credit's share of it.
    fn shared(&mut self, number: usize) {
        let grain = *self.choices.of(&[Grain::Quarter, Grain::Month, Grain::Year, Grain::Person]);
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
        let of_money: Vec<String> =
            self.tables.iter().filter(|t| t.input == Kind::Money).map(|t| t.name.clone()).collect();
        match self.choices.below(5) {
            0 => format!("10% of {sum}"),
            1 => format!("min({sum} * 2, 25,000 USD)"),
            2 => format!("if {sum} >= 5,000 USD then {sum} / 3 else 0 USD"),
            3 if !of_money.is_empty() => {
                let table = self.choices.of(&of_money).clone();
                let gives = self.tables.iter().find(|t| t.name == table).map(|t| t.gives);
                match gives {
                    Some(Kind::Money) => format!("{table}(max({sum}, 0))"),
                    _ => format!("{sum} * {table}(max({sum}, 0))"),
                }
            }
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
