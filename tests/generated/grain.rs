//! What leads where in the generated plans.

/// What a definition has one value for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    Plan,
    Person,
    Month,
    Quarter,
    Year,
    /// Every fourteen days.
    Cycle,
    /// Periods that the data names.
    Term,
    /// Years from each person's own day on.
    CapYear,
    /// A person, a line of products and a quarter.
    Line,
    /// A deal and a person that occur together in the credits.
    Pair,
    Deal,
    Credit,
}

pub const ALL: [Grain; 12] = [
    Grain::Plan,
    Grain::Person,
    Grain::Month,
    Grain::Quarter,
    Grain::Year,
    Grain::Deal,
    Grain::Credit,
    Grain::Cycle,
    Grain::Term,
    Grain::CapYear,
    Grain::Line,
    Grain::Pair,
];

impl Grain {
    /// As it stands in a definition's head.
    pub fn head(self) -> &'static str {
        match self {
            Grain::Plan => "",
            Grain::Person => " for each Person",
            Grain::Month => " for each Person, month",
            Grain::Quarter => " for each Person, quarter",
            Grain::Year => " for each Person, year",
            Grain::Cycle => " for each Person, cycle",
            Grain::Term => " for each Person, term",
            Grain::CapYear => " for each Person, cap_year",
            Grain::Line => " for each Person, Line, quarter",
            Grain::Pair => " for each Deal, Person in Credit",
            Grain::Deal => " for each Deal",
            Grain::Credit => " for each Credit",
        }
    }

    /// The unit of its period.
    pub fn unit(self) -> Option<&'static str> {
        match self {
            Grain::Month => Some("month"),
            Grain::Quarter | Grain::Line => Some("quarter"),
            Grain::Year => Some("year"),
            Grain::Cycle => Some("cycle"),
            Grain::Term => Some("term"),
            Grain::CapYear => Some("cap_year"),
            Grain::Plan | Grain::Person | Grain::Pair | Grain::Deal | Grain::Credit => None,
        }
    }

    /// The unit of its period, where that is one of the fiscal calendar.
    pub fn regular(self) -> Option<&'static str> {
        self.unit().filter(|unit| ["month", "quarter", "year"].contains(unit))
    }

    /// Whether its rows are people of the plan, with a period or without.
    pub fn of_people(self) -> bool {
        !matches!(self, Grain::Plan | Grain::Pair | Grain::Deal | Grain::Credit)
    }

    /// Whether a row of it leads to one row of another grain, and whether that one may not be there.
    pub fn leads_to(self, other: Grain) -> Option<bool> {
        match (self, other) {
            (own, other) if own == other => Some(false),
            (_, Grain::Plan) => Some(false),
            (Grain::Credit, Grain::Deal | Grain::Person | Grain::Pair) => Some(false),
            (Grain::Pair, Grain::Deal) => Some(false),
            (Grain::Deal | Grain::Pair, Grain::Person) => Some(true),
            (Grain::Deal | Grain::Credit, other) if other.unit().is_some() => Some(true),
            (own, Grain::Person) if own.of_people() => Some(false),
            (Grain::Month | Grain::Line, Grain::Quarter | Grain::Year) => Some(false),
            (Grain::Quarter, Grain::Year) => Some(false),
            _ => None,
        }
    }

    /// Whether a row of another grain falls to one row of it, of which it has many.
    pub fn has_many(self, other: Grain) -> bool {
        self != other && !matches!((self, other), (Grain::Pair, Grain::Deal)) && other.leads_to(self).is_some()
    }
}
