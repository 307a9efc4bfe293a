//! Expressions that are well typed and never missing, whatever the data.

use super::grain::{ALL, Grain};
use super::plan::{Defined, Kind, Writer};

impl Writer<'_> {
    /// An expression of a kind, of so many levels at most.
    pub fn expression(&mut self, kind: Kind, at: Grain, depth: usize) -> String {
        match kind {
            Kind::Money => self.money(at, depth),
            Kind::Ratio => self.ratio(at, depth),
            Kind::Count => self.count(at, depth),
            Kind::Truth => self.truth(at, depth),
            Kind::Seats => self.seats(at, depth),
        }
    }

    /// A value by one of the ways that have a file of their own.
    fn special(&mut self, kind: Kind, at: Grain, next: usize) -> String {
        type Way<'c> = fn(&mut Writer<'c>, Kind, Grain, usize) -> Option<String>;
        let ways: [Way<'_>; 6] =
            [Self::by_dates, Self::by_units, Self::by_window, Self::by_currencies, Self::by_versions, Self::by_cases];
        let way = *self.choices.of(&ways);
        way(self, kind, at, next).unwrap_or_else(|| self.leaf(kind, at))
    }

    /// An amount in dollars.
    pub fn money(&mut self, at: Grain, depth: usize) -> String {
        if depth == 0 {
            return self.leaf(Kind::Money, at);
        }
        let next = depth - 1;
        match self.choices.below(20) {
            0 => self.leaf(Kind::Money, at),
            1 => format!("({} + {})", self.money(at, next), self.money(at, next)),
            2 => format!("({} - {})", self.money(at, next), self.money(at, next)),
            3 => format!("({} * {})", self.money(at, next), self.ratio(at, next)),
            4 => format!("({}% of {})", self.choices.below(300), self.money(at, next)),
            5 => {
                let name = *self.choices.of(&["min", "max"]);
                format!("{name}({}, {})", self.money(at, next), self.money(at, next))
            }
            6 => self.choose(Kind::Money, at, next),
            7 => {
                let name = *self.choices.of(&["round", "floor", "ceil"]);
                format!("{name}({}, {})", self.money(at, next), self.choices.below(4))
            }
            8 => format!("({} / {})", self.money(at, next), 1 + self.choices.below(9)),
            9 => format!("(-{})", self.money(at, next)),
            10 => self.looked_up(Kind::Money, at, next),
            11 if at == Grain::Credit => format!("({} / (1 + {}))", self.money(at, next), self.count(at, next)),
            12..=14 => self.money_in_order(at),
            15..=18 => self.special(Kind::Money, at, next),
            _ => self.aggregate(Kind::Money, at),
        }
    }

    /// A plain number or a percentage.
    pub fn ratio(&mut self, at: Grain, depth: usize) -> String {
        if depth == 0 {
            return self.leaf(Kind::Ratio, at);
        }
        let next = depth - 1;
        match self.choices.below(13) {
            0 => self.leaf(Kind::Ratio, at),
            1 => {
                let by = self.leaf(Kind::Money, at);
                format!("(if {by} = 0 then 0 else {} / {by})", self.money(at, next))
            }
            2 => format!("({} + {})", self.ratio(at, next), self.ratio(at, next)),
            3 => format!("({} * {})", self.ratio(at, next), self.ratio(at, next)),
            4 => self.choose(Kind::Ratio, at, next),
            6 => format!("min({}, {})", self.ratio(at, next), self.ratio(at, next)),
            5 => match at.unit() {
                Some(unit) if at.of_people() => format!("(days active in {unit} / days in {unit})"),
                Some(unit) => format!("(days in {unit} / 31 days)"),
                None => self.leaf(Kind::Ratio, at),
            },
            7 => self.looked_up(Kind::Ratio, at, next),
            9..=11 => self.special(Kind::Ratio, at, next),
            // This may be a division by zero: both stop there.
            8 => format!("({} / {})", self.money(at, next), self.money(at, next)),
            _ => self.aggregate(Kind::Ratio, at),
        }
    }

    /// A count of something.
    pub fn count(&mut self, at: Grain, depth: usize) -> String {
        let members = self.members(at);
        if depth > 0 && self.choices.once_in(3) {
            return self.count_in_order(at);
        }
        if depth > 0 && self.choices.once_in(3) {
            return self.special(Kind::Count, at, depth - 1);
        }
        if depth == 0 || members.is_empty() {
            return self.leaf(Kind::Count, at);
        }
        let left_out =
            self.defined.iter().filter(|one| one.narrowed && one.kind != Kind::Truth && members.contains(&one.grain));
        let left_out: Vec<String> = left_out.map(|one| format!("(count of {})", one.name)).collect();
        if !left_out.is_empty() && self.choices.once_in(2) {
            return self.choices.of(&left_out).clone();
        }
        let member = *self.choices.of(&members);
        let tail = self.tail(at, member);
        match member {
            Grain::Deal => format!("(count of Deal{tail})"),
            Grain::Credit => format!("(count of Credit{tail})"),
            _ => self.leaf(Kind::Count, at),
        }
    }

    /// Yes or no.
    pub fn truth(&mut self, at: Grain, depth: usize) -> String {
        if depth == 0 {
            return self.leaf(Kind::Truth, at);
        }
        let next = depth - 1;
        let order = *self.choices.of(&["<", ">", "<=", ">=", "=", "<>"]);
        match self.choices.below(11) {
            0 => self.leaf(Kind::Truth, at),
            1 => format!("({} {order} {})", self.money(at, next), self.money(at, next)),
            2 => format!("({} {order} {})", self.ratio(at, next), self.ratio(at, next)),
            3 => format!("({} and {})", self.truth(at, next), self.truth(at, next)),
            4 => format!("({} or {})", self.truth(at, next), self.truth(at, next)),
            5 => format!("(not {})", self.truth(at, next)),
            6 => self.known(at),
            7..=9 => self.special(Kind::Truth, at, next),
            _ => self.aggregate(Kind::Truth, at),
        }
    }

    /// Whether something is there, or is one of a choice's values.
    fn known(&mut self, at: Grain) -> String {
        let left_out = self.defined.iter().filter(|one| one.narrowed && one.grain == at && !one.flow);
        let left_out: Vec<String> = left_out.map(|one| format!("({} exists)", one.name)).collect();
        if !left_out.is_empty() && self.choices.once_in(2) {
            return self.choices.of(&left_out).clone();
        }
        let words: &[&str] = match at {
            Grain::Deal => &["(kind = new)", "(helper exists)", "(closed exists)", "(share exists and share > 20%)"],
            Grain::Credit if self.history => &["(rule = direct)", "((person.role <> AE) or no)"],
            Grain::Credit => &["(Deal.kind = renewal)", "(rule = direct)", "(person.role <> AE)", "(Deal.cost exists)"],
            Grain::Quarter => &["(Quota exists)", "(role exists)", "(manager exists)", "(Grade exists)"],
            Grain::Line => &["(Quota exists)", "(manager exists)", "(Quota exists and Quota.amount > 1 USD)"],
            Grain::Term => &["(Target exists)", "(manager exists)"],
            Grain::Pair => &["(Deal.kind = new)", "(Deal.closed exists)", "(Deal.helper exists)"],
            Grain::Person | Grain::Month | Grain::Year | Grain::Cycle | Grain::CapYear => {
                &["(Opening exists)", "(manager exists)", "(left exists)"]
            }
            Grain::Plan => &["yes", "no"],
        };
        (*self.choices.of(words)).to_owned()
    }

    fn choose(&mut self, kind: Kind, at: Grain, next: usize) -> String {
        let (yes, no) = (self.expression(kind, at, next), self.expression(kind, at, next));
        format!("(if {} then {yes} else {no})", self.truth(at, next))
    }

    /// The grains of which a row has many.
    pub fn members(&self, at: Grain) -> Vec<Grain> {
        let there = |other: &Grain| {
            let made = self.credited || ![Grain::Credit, Grain::Pair].contains(other);
            at.has_many(*other) && made && !(self.history && *other == Grain::CapYear)
        };
        ALL.into_iter().filter(there).collect()
    }

    /// Many values taken to one.
    pub fn aggregate(&mut self, kind: Kind, at: Grain) -> String {
        let members = self.members(at);
        if members.is_empty() {
            return self.leaf(kind, at);
        }
        let member = *self.choices.of(&members);
        let tail = self.tail(at, member);
        let Some(operand) = self.operand(kind, member) else {
            return self.leaf(kind, at);
        };
        let ops: &[&str] = match kind {
            Kind::Truth => &["any", "all"],
            _ => &["sum of", "average of", "largest", "smallest"],
        };
        match *self.choices.of(ops) {
            op @ ("any" | "all") => format!("({op} {operand}{tail})"),
            "sum of" => format!("(sum of {operand}{tail})"),
            op => format!("(({op} {operand}{tail}) or {})", zero(kind)),
        }
    }

    /// What is aggregated: something with a name and fixed places.
    pub fn operand(&mut self, kind: Kind, member: Grain) -> Option<String> {
        let columns: &[&str] = match (kind, member) {
            (Kind::Money, Grain::Deal) => &["Deal.amount", "(Deal.amount - (Deal.cost or 0 USD))"],
            (Kind::Money, Grain::Credit) => &["Credit.amount", "direct.amount"],
            (Kind::Money, Grain::Person) if self.history => &["(Person.annual_target or 0 USD)"],
            (Kind::Money, Grain::Person) => &["Person.annual_target"],
            (Kind::Ratio, Grain::Person) if self.history => &["(Person.rate or 1%)"],
            (Kind::Ratio, Grain::Person) => &["Person.rate"],
            (Kind::Ratio, Grain::Deal) => &["(Deal.share or 0%)"],
            (Kind::Truth, Grain::Deal) => &["Deal.strategic", "(Deal.kind = new)"],
            (Kind::Truth, Grain::Credit) => &["(Credit.amount > 700 USD)"],
            (Kind::Seats, Grain::Deal) => &["Deal.licences"],
            _ => &[],
        };
        let mut known: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
        let fits = |d: &&Defined| d.kind == kind && d.grain == member && !d.exact && !d.stock;
        // Those that are not on every row, more often than not.
        let left_out: Vec<String> =
            self.defined.iter().filter(fits).filter(|d| d.narrowed).map(|d| d.name.clone()).collect();
        if !left_out.is_empty() && self.choices.once_in(2) {
            return Some(self.choices.of(&left_out).clone());
        }
        known.extend(self.defined.iter().filter(fits).map(|d| d.name.clone()));
        (!known.is_empty()).then(|| self.choices.of(&known).clone())
    }

    /// Which members count.
    fn tail(&mut self, at: Grain, member: Grain) -> String {
        let over = match at.of_people() && self.choices.once_in(5) {
            true => *self.choices.of(&[" over team", " over reports"]),
            false if member == Grain::Deal && self.choices.once_in(5) => *self.choices.of(&[" to helper", " on paid"]),
            false => "",
        };
        let over = if at == Grain::Plan || at == Grain::Person && over == " on paid" { "" } else { over };
        match self.choices.below(3) {
            0 | 1 => over.to_owned(),
            _ => format!("{over} where {}", self.truth(member, 0)),
        }
    }

    /// A constant, a column or a definition.
    pub fn leaf(&mut self, kind: Kind, at: Grain) -> String {
        let mut known = self.columns(kind, at);
        for one in &self.defined {
            let Some(maybe) = at.leads_to(one.grain).filter(|_| one.kind == kind) else { continue };
            // A flow of a coarser period, and one of a row with a date of its own, is read by an aggregate.
            if one.flow && at != one.grain {
                continue;
            }
            known.push(match maybe || one.narrowed {
                true => format!("({} or {})", one.name, zero(kind)),
                false => one.name.clone(),
            });
        }
        if known.is_empty() || self.choices.once_in(6) {
            return self.constant(kind);
        }
        self.choices.of(&known).clone()
    }

    fn constant(&mut self, kind: Kind) -> String {
        match kind {
            Kind::Money => format!("{}.{} USD", self.choices.below(5000), 10 + self.choices.below(89)),
            Kind::Ratio => match self.choices.below(3) {
                0 => format!("{}%", self.choices.below(200)),
                1 => format!("{}.{}%", self.choices.below(100), self.choices.below(1000)),
                _ => format!("{}.{}", self.choices.below(3), self.choices.below(100)),
            },
            Kind::Count => self.choices.below(20).to_string(),
            Kind::Truth => (*self.choices.of(&["yes", "no"])).to_owned(),
            Kind::Seats => format!("{}.5 seats", self.choices.below(200)),
        }
    }

    /// The columns that a row leads to.
    fn columns(&self, kind: Kind, at: Grain) -> Vec<String> {
        let of_people = at.of_people();
        let texts: &[&str] = match (kind, at) {
            (Kind::Money, Grain::Deal) => &["amount", "(cost or 0 USD)"],
            (Kind::Money, Grain::Credit) => &["Credit.amount", "Deal.amount"],
            (Kind::Money, Grain::Pair) => &["Deal.amount", "(Deal.cost or 5 USD)"],
            (Kind::Money, Grain::Quarter | Grain::Line) => &["(Quota.amount or 0 USD)"],
            (Kind::Money, Grain::Term) => &["(Target.amount or 0 USD)"],
            (Kind::Money, _) if of_people => &["(Opening.owed or 7 USD)"],
            (Kind::Ratio, Grain::Deal) => &["(share or 0%)"],
            (Kind::Ratio, Grain::Credit | Grain::Pair) => &["(Deal.share or 50%)"],
            (Kind::Count, Grain::Deal) => &["seats"],
            (Kind::Count, Grain::Credit | Grain::Pair) => &["Deal.seats"],
            (Kind::Truth, Grain::Deal) => &["strategic", "(kind = new)", "(amount > 900 USD)"],
            (Kind::Truth, Grain::Credit) => &["Deal.strategic", "(Credit.amount < 800 USD)"],
            (Kind::Truth, Grain::Pair) => &["Deal.strategic"],
            (Kind::Seats, Grain::Deal) => &["licences"],
            (Kind::Seats, Grain::Credit | Grain::Pair) => &["Deal.licences"],
            _ => &[],
        };
        let mut columns: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let (person, of_person) = match at {
            Grain::Deal => ("owner.", true),
            Grain::Credit => ("person.", true),
            _ => ("Person.", of_people),
        };
        if of_person {
            columns.extend(self.of_person(kind, person));
        }
        columns.extend(self.of_rules(kind, at));
        columns
    }

    /// What is known of a person.
    fn of_person(&self, kind: Kind, person: &str) -> Option<String> {
        let (column, other) = match kind {
            Kind::Money => ("annual_target", "3 USD"),
            Kind::Ratio => ("rate", "4%"),
            Kind::Truth => ("role", "no"),
            Kind::Count | Kind::Seats => return None,
        };
        let value = if column == "role" { format!("({person}role = AE)") } else { format!("{person}{column}") };
        Some(match self.history {
            true => format!("(if {person}{column} exists then {value} else {other})"),
            false => value,
        })
    }
}

pub fn zero(kind: Kind) -> &'static str {
    match kind {
        Kind::Money => "0 USD",
        Kind::Ratio => "0%",
        Kind::Count => "0",
        Kind::Truth => "no",
        Kind::Seats => "0 seats",
    }
}
