//! Tables of rates: plain, by two inputs, changed in the middle of the year, and made of data.

use std::fmt::Write;

use super::expr::zero;
use super::grain::Grain;
use super::plan::{Kind, Writer};

/// A table of rates written so far: by a ratio, an amount or seats, giving a kind.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: String,
    pub input: Kind,
    pub gives: Kind,
    pub form: Form,
}

/// What stands before a table's input, and where it may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Plain,
    /// A choice comes first.
    Grid,
    /// It changes on a day, inside periods longer than a month.
    Dated,
    /// Its rows are data, for each line; there may be none.
    Data,
}

impl Writer<'_> {
    pub fn table(&mut self, number: usize) {
        let name = format!("table{number}");
        match self.choices.below(6) {
            4 => self.grid(name),
            5 => self.of_data(name),
            other => {
                let input = *self.choices.of(&[Kind::Ratio, Kind::Money, Kind::Seats]);
                let kind = *self.choices.of(&["step", "marginal", "retroactive", "linear"]);
                let gives = self.given_by(kind, input);
                let rows = self.rows(kind, input, gives);
                let _ = write!(self.text, "\nrates {name} by x, {kind} {{\n{rows}}}\n");
                let form = if other == 3 { Form::Dated } else { Form::Plain };
                if form == Form::Dated {
                    let rows = self.rows(kind, input, gives);
                    let _ = write!(self.text, "\nrates {name} from 2026-07-01 by x, {kind} {{\n{rows}}}\n");
                }
                self.tables.push(Table { name, input, gives, form });
            }
        }
    }

    /// What a table gives: one that multiplies its input gives its unit, of seats by a price money.
    fn given_by(&mut self, kind: &str, input: Kind) -> Kind {
        match (kind, input) {
            ("marginal" | "retroactive", Kind::Seats) => Kind::Money,
            ("marginal" | "retroactive", input) => input,
            _ => *self.choices.of(&[Kind::Ratio, Kind::Money]),
        }
    }

    /// Rows that ascend.
    fn rows(&mut self, kind: &str, input: Kind, gives: Kind) -> String {
        let below = kind == "step" && self.choices.once_in(2);
        let mut rows = String::new();
        let mut start = 0_usize;
        for row in 0..1 + self.choices.below(4) {
            let word = if row > 0 && self.choices.once_in(3) { "above" } else { "from" };
            if row == 0 && below {
                // Everything under the next row, which begins there.
                let next = bound(input, 1);
                let (low, value) = (self.value(kind, input, gives), self.value(kind, input, gives));
                let _ = writeln!(rows, "  below {next}  {low}\n  from {next}  {value}");
                start = 1;
            } else {
                let _ = writeln!(rows, "  {word} {}  {}", bound(input, start), self.value(kind, input, gives));
            }
            start += 1 + self.choices.below(9);
        }
        rows
    }

    /// A value of a table; where it multiplies the input, a rate or a price.
    fn value(&mut self, kind: &str, input: Kind, gives: Kind) -> String {
        let multiplies = matches!(kind, "marginal" | "retroactive");
        match (gives, input) {
            (Kind::Money, Kind::Seats) if multiplies => {
                format!("{}.{} USD per seat", self.choices.below(9), 10 + self.choices.below(89))
            }
            (Kind::Money, _) if !multiplies => {
                format!("{}.{} USD", self.choices.below(900), 10 + self.choices.below(89))
            }
            _ => format!("{}.{}%", self.choices.below(250), self.choices.below(10)),
        }
    }

    fn grid(&mut self, name: String) {
        let kind = *self.choices.of(&["step", "marginal", "linear", "retroactive"]);
        let gives = self.given_by(kind, Kind::Money);
        let mut text = format!("\nrates {name} by kind, x, {kind} {{\n    from 0 USD  from 700 USD  above 9,000 USD\n");
        for choice in ["new", "otherwise"] {
            let values: Vec<String> = (0..3).map(|_| self.value(kind, Kind::Money, gives)).collect();
            let _ = writeln!(text, "  {choice}  {}", values.join("  "));
        }
        let _ = writeln!(self.text, "{text}}}");
        self.tables.push(Table { name, input: Kind::Money, gives, form: Form::Grid });
    }

    fn of_data(&mut self, name: String) {
        let kind = *self.choices.of(&["step", "marginal", "retroactive", "linear"]);
        let gives = if matches!(kind, "step" | "linear") { Kind::Ratio } else { Kind::Money };
        let _ = write!(
            self.text,
            "\nrates {name} from Scale by x, {kind} {{\n  key line\n  from floor\n  value rate\n}}\n"
        );
        self.tables.push(Table { name, input: Kind::Money, gives, form: Form::Data });
    }

    /// A table at an input that it has a row for.
    pub fn looked_up(&mut self, kind: Kind, at: Grain, next: usize) -> String {
        let dated = matches!(at, Grain::Month | Grain::Credit);
        let fits = |table: &&Table| table.gives == kind && (dated || table.form != Form::Dated);
        let fitting: Vec<Table> = self.tables.iter().filter(fits).cloned().collect();
        if fitting.is_empty() {
            return self.leaf(kind, at);
        }
        let Table { name, input, form, .. } = self.choices.of(&fitting).clone();
        let inner = self.expression(input, at, next);
        // What is below the table stops both.
        let inner = if self.choices.once_in(8) { inner } else { format!("max({inner}, 0)") };
        self.call(&name, form, kind, at, &inner)
    }

    fn call(&mut self, name: &str, form: Form, gives: Kind, at: Grain, input: &str) -> String {
        match (form, at) {
            (Form::Grid, Grain::Deal) => format!("{name}(kind, {input})"),
            (Form::Grid, Grain::Credit | Grain::Pair) => format!("{name}(Deal.kind, {input})"),
            (Form::Grid, _) => format!("{name}({}, {input})", self.choices.of(&["new", "renewal"])),
            // The row leads to the line of the table.
            (Form::Data, Grain::Deal | Grain::Credit | Grain::Line) if self.choices.once_in(2) => {
                format!("({name}({input}) or {})", zero(gives))
            }
            (Form::Data, _) => format!("({name}(Platform, {input}) or {})", zero(gives)),
            (Form::Plain | Form::Dated, _) => format!("{name}({input})"),
        }
    }

    /// What a table of amounts makes of a sum.
    pub fn table_over(&mut self, sum: &str) -> String {
        let fits = |table: &&Table| table.input == Kind::Money && table.form != Form::Dated;
        let fitting: Vec<Table> = self.tables.iter().filter(fits).cloned().collect();
        if fitting.is_empty() {
            return format!("{sum} / 3");
        }
        let Table { name, gives, form, .. } = self.choices.of(&fitting).clone();
        let call = self.call(&name, form, gives, Grain::Person, &format!("max({sum}, 0)"));
        if gives == Kind::Money { call } else { format!("{sum} * {call}") }
    }
}

/// A place at which a row begins.
fn bound(input: Kind, at: usize) -> String {
    match input {
        Kind::Money => format!("{at}000 USD"),
        Kind::Seats => format!("{at}0 seats"),
        _ => format!("{}%", at * 10),
    }
}
