//! What goes through rows in an order, and what is shared out.

use super::grain::{ALL, Grain};
use super::plan::{Defined, Kind, Writer};

/// The table of prizes that every plan has.
pub const PRIZES: &str =
    "\nrates prize by place, step {\n  from 1  900.10 USD\n  from 2  500.05 USD\n  from 4  0.01 USD\n}\n";

impl Writer<'_> {
    /// An amount that rests on an order of rows.
    pub fn money_in_order(&mut self, at: Grain) -> String {
        match self.choices.below(4) {
            0 => self.taken(at),
            1 => self.running(at),
            2 => self.pooled(at),
            _ => self.best(at),
        }
    }

    /// A count that rests on an order of rows.
    pub fn count_in_order(&mut self, at: Grain) -> String {
        let Some(within) = self.within(at) else { return "1".to_owned() };
        if self.choices.once_in(2) {
            let ties = *self.choices.of(&["shared", "dense", "first by key"]);
            let value = self.leaf(Kind::Money, at);
            let condition =
                if self.choices.once_in(3) { format!(" where {}", self.truth(at, 0)) } else { String::new() };
            let lowest = if self.choices.once_in(3) { " lowest first" } else { "" };
            return format!("((rank of ({value}) within {within}{condition} ties {ties}{lowest}) or 0)");
        }
        let counted = match at {
            Grain::Deal => "Deal",
            Grain::Credit => "Credit",
            _ => return "2".to_owned(),
        };
        let order = self.order(at);
        format!("((running count of {counted} within {within} by {order}) or 0)")
    }

    /// The first or last of many.
    fn taken(&mut self, at: Grain) -> String {
        let Some((member, operand)) = self.many(at) else { return self.leaf(Kind::Money, at) };
        let op = *self.choices.of(&["first", "last"]);
        let (order, tail) = (self.order(member), self.condition(member));
        format!("(({op} {operand} by {order}{tail}) or 0)")
    }

    /// Only the first of many.
    fn best(&mut self, at: Grain) -> String {
        let Some((member, operand)) = self.many(at) else { return self.leaf(Kind::Money, at) };
        let op = *self.choices.of(&["sum of", "average of", "smallest"]);
        let (order, count) = (self.order(member), 1 + self.choices.below(3));
        let lowest = if self.choices.once_in(3) { " lowest first" } else { "" };
        let over = if at.of_people() && self.choices.once_in(6) { " over team" } else { "" };
        let tail = self.condition(member);
        format!("(({op} {operand}{over} top {count} by {order}{lowest}{tail}) or 0)")
    }

    fn running(&mut self, at: Grain) -> String {
        let Some(within) = self.within(at) else { return self.leaf(Kind::Money, at) };
        let Some(operand) = self.operand(Kind::Money, at) else { return self.leaf(Kind::Money, at) };
        let (order, tail) = (self.order(at), self.condition(at));
        let before = if self.choices.once_in(3) { " before" } else { "" };
        format!("((running sum of {operand} within {within} by {order}{tail}{before}) or 0)")
    }

    fn pooled(&mut self, at: Grain) -> String {
        let Some(within) = self.within(at) else { return self.leaf(Kind::Money, at) };
        let value = self.leaf(Kind::Money, at);
        format!("(prize(rank of ({value}) within {within} ties pooled) or 0)")
    }

    /// A grain of which a row has many, and an amount of it.
    fn many(&mut self, at: Grain) -> Option<(Grain, String)> {
        let members = self.members(at);
        if members.is_empty() {
            return None;
        }
        let member = *self.choices.of(&members);
        self.operand(Kind::Money, member).map(|operand| (member, operand))
    }

    fn condition(&mut self, member: Grain) -> String {
        if self.choices.once_in(3) { format!(" where {}", self.truth(member, 0)) } else { String::new() }
    }

    /// A grain that a row leads to.
    fn within(&mut self, at: Grain) -> Option<&'static str> {
        let ways: &[&str] = match at {
            Grain::Plan => return None,
            Grain::Person => &["plan", "Person"],
            Grain::Month => &["month", "Person", "Person, quarter", "plan", "year"],
            Grain::Quarter => &["quarter", "Person", "Person, year", "plan"],
            Grain::Year => &["year", "Person", "plan"],
            Grain::Cycle => &["cycle", "Person", "plan"],
            Grain::Term => &["term", "Person", "plan"],
            Grain::CapYear => &["Person", "plan"],
            Grain::Line => &["Line", "quarter", "Person, quarter", "Line, year", "plan"],
            Grain::Pair => &["Person", "Deal", "plan"],
            Grain::Deal => &["Person", "Person, quarter", "plan", "month"],
            Grain::Credit => &["Person", "Person, month", "plan"],
        };
        Some(*self.choices.of(ways))
    }

    fn order(&mut self, member: Grain) -> &'static str {
        let orders: &[&str] = match member {
            Grain::Deal => &["key", "amount, key", "Deal.seats, amount, key"],
            Grain::Credit => &["key", "date, key", "Credit.amount, date, key"],
            Grain::Person if self.history => &["key", "(annual_target or 0 USD), key"],
            Grain::Person => &["key", "annual_target, key"],
            Grain::Month => &["key", "month, key", "(end of quarter), month, key"],
            Grain::Quarter => &["key", "quarter, key"],
            Grain::Year | Grain::Plan | Grain::Pair | Grain::CapYear => &["key"],
            Grain::Cycle => &["cycle, key"],
            Grain::Term => &["(end of term), key", "term, key"],
            Grain::Line => &["key", "quarter, key"],
        };
        self.choices.of::<&str>(orders)
    }

    /// Periods of a deal's own, and what falls of them into the plan's.
    pub fn scheduled(&mut self, number: usize) {
        let unit = *self.choices.of(&["month", "quarter", "year", "month"]);
        // A schedule rests on data alone, and not on what changes from day to day.
        let start = if self.history { "paid" } else { *self.choices.of(&["closed", "owner.hired"]) };
        let count = *self.choices.of(&["3", "seats", "(seats + 1)", "0"]);
        let (own, spread) = (format!("h{number}"), format!("i{number}"));
        let body = match self.choices.below(4) {
            0 => "amount / 3".to_owned(),
            1 => format!("amount * days in {unit} / 100"),
            2 => format!("amount - (running count of Deal within Person, {unit} by key) * 1.5 USD"),
            _ => "amount * (rank of amount within plan ties dense)".to_owned(),
        };
        let tail = format!("\nmeasure {own} for each Deal, {unit} from {start} for {count} {unit}s =\n  {body}\n");
        self.text.push_str(&tail);
        let grain = *self.choices.of(&[Grain::Quarter, Grain::Month, Grain::Person, Grain::Year]);
        let window = if grain.unit().is_some() && self.choices.once_in(3) { " to date" } else { "" };
        let fits = grain.unit().is_none_or(|own| window == " to date" || lies_in(unit, own));
        if fits {
            self.write("measure", &spread, grain, "", "", &format!("sum of {own}{window}"), "");
            self.push(spread, grain, Kind::Money);
        }
    }

    /// An amount of a coarser grain shared out.
    pub fn shared_out(&mut self, number: usize) {
        let grain = *self.choices.of(&[Grain::Month, Grain::Quarter, Grain::Person, Grain::Line, Grain::Cycle]);
        let coarser: Vec<Grain> =
            ALL.into_iter().filter(|other| grain != *other && grain.leads_to(*other) == Some(false)).collect();
        let fits =
            |d: &&Defined| d.kind == Kind::Money && coarser.contains(&d.grain) && !(d.narrowed || d.exact || d.flow);
        let mut known: Vec<String> = self.defined.iter().filter(fits).map(|d| d.name.clone()).collect();
        if known.is_empty() {
            known.push("annual_target".to_owned());
        }
        let amount = self.choices.of(&known).clone();
        if amount == "annual_target" && (self.history || grain == Grain::Person) {
            return;
        }
        let by = match self.choices.below(4) {
            0 | 1 => "evenly".to_owned(),
            // What no one or less than no one receives stops both.
            2 => format!("by {}", self.leaf(Kind::Money, grain)),
            _ => format!("by max({}, 0 USD) + 0.07 USD", self.leaf(Kind::Money, grain)),
        };
        let rest = *self.choices.of(&["", " rest to last", " rest to first"]);
        let shape = *self.choices.of(&["", " as USD(4)", " rounded down"]);
        let name = format!("a{number}");
        self.write("measure", &name, grain, "", shape, &format!("allocate {amount} {by}{rest}"), "");
        self.push(name, grain, Kind::Money);
    }
}

/// Whether periods of one unit lie in those of another.
fn lies_in(own: &str, coarser: &str) -> bool {
    let size = |unit: &str| ["month", "quarter", "year"].iter().position(|other| *other == unit);
    size(own) <= size(coarser)
}
