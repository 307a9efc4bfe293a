//! Credit rules: one credit of a row, one for each child row, one for each manager, and further columns.

use std::fmt::Write;

use super::grain::Grain;
use super::plan::{Kind, Writer};

/// The table by which managers are credited.
pub const OVERRIDES: &str = "\nrates override_rate by level, step {\n  from 1  3.5%\n  from 2  1%\n  from 4  0%\n}\n";

impl Writer<'_> {
    pub fn credits(&mut self) {
        let amount = self.amount();
        let extra = if self.choices.once_in(2) { "  line line\n  worth amount / 2\n" } else { "" };
        let _ = write!(self.text, "\ncredit direct for each Deal {{\n  amount {amount}\n{extra}}}\n");
        self.rules.push("direct");
        if !extra.is_empty() {
            self.rules.push("worth");
        }
        if self.choices.once_in(2) {
            let to = *self.choices.of(&["helper", "owner", "owner.manager"]);
            let condition = match self.choices.below(3) {
                0 => String::new(),
                1 => " where share exists".to_owned(),
                _ => format!(" where {}", self.truth(Grain::Deal, 1)),
            };
            let on = if self.choices.once_in(3) { "  on paid\n" } else { "" };
            let amount = self.amount();
            self.rule("shared", &format!("{condition} {{\n  to {to}\n{on}  amount {amount}\n}}"));
        }
        self.on_own_row = false;
        if self.choices.once_in(3) {
            let only = *self.choices.of(&["", " where part > 20%"]);
            let amount = self.amount();
            self.rule("parts", &format!(" {{\n  to each Split{only}\n  amount {amount} * part\n}}"));
        }
        if self.choices.once_in(3) {
            let of = *self.choices.of(&["owner", "helper"]);
            let only = *self.choices.of(&["", " where level <= 2"]);
            let amount = self.amount();
            self.rule(
                "above",
                &format!(" {{\n  to managers of {of}{only}\n  amount {amount} * override_rate(level)\n}}"),
            );
        }
        self.on_own_row = true;
        self.credited = true;
    }

    fn rule(&mut self, name: &'static str, rest: &str) {
        let _ = writeln!(self.text, "\ncredit {name} for each Deal{rest}");
        self.rules.push(name);
    }

    fn amount(&mut self) -> String {
        let inner = self.money(Grain::Deal, 2);
        format!("({inner})")
    }

    /// What credits have besides their amounts, and the sums of single rules.
    pub fn of_rules(&self, kind: Kind, at: Grain) -> Vec<String> {
        let there = |name: &str| self.credited && self.rules.contains(&name);
        let mut found = Vec::new();
        let mut known = |holds: bool, text: &str| found.extend(holds.then(|| text.to_owned()));
        let many = at.has_many(Grain::Credit);
        match kind {
            Kind::Money => {
                known(there("worth") && many, "(sum of direct.worth)");
                known(there("worth") && many, "(sum of Credit.worth where rule = direct and worth > 10 USD)");
                known(there("above") && many, "(sum of above.amount where level >= 2)");
                known(there("parts") && many, "(sum of parts.amount)");
            }
            Kind::Count => {
                known(there("above") && at == Grain::Credit, "(level or 0)");
                known(there("above") && many, "(count of above where level = 1)");
            }
            Kind::Truth => known(there("parts") && at == Grain::Credit, "(rule = parts)"),
            Kind::Ratio | Kind::Seats => {}
        }
        found
    }
}
