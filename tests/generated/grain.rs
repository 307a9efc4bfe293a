//! What leads where in the generated plans.

/// What a definition has one value for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    Plan,
    Person,
    Month,
    Quarter,
    Year,
    Deal,
    Credit,
}

pub const ALL: [Grain; 7] =
    [Grain::Plan, Grain::Person, Grain::Month, Grain::Quarter, Grain::Year, Grain::Deal, Grain::Credit];

impl Grain {
    /// As it stands in a definition's head.
    pub fn head(self) -> &'static str {
        match self {
            Grain::Plan => "",
            Grain::Person => " for each Person",
            Grain::Month => " for each Person, month",
            Grain::Quarter => " for each Person, quarter",
            Grain::Year => " for each Person, year",
            Grain::Deal => " for each Deal",
            Grain::Credit => " for each Credit",
        }
    }

    /// The unit of its period.
    pub fn unit(self) -> Option<&'static str> {
        match self {
            Grain::Month => Some("month"),
            Grain::Quarter => Some("quarter"),
            Grain::Year => Some("year"),
            _ => None,
        }
    }

    /// Whether its rows are people of the plan, with a period or without.
    pub fn of_people(self) -> bool {
        matches!(self, Grain::Person | Grain::Month | Grain::Quarter | Grain::Year)
    }

    /// How coarse its period is.
    fn size(self) -> usize {
        match self {
            Grain::Month => 1,
            Grain::Quarter => 2,
            Grain::Year => 3,
            _ => 4,
        }
    }

    /// Whether a row of it leads to one row of another grain, and whether that one may not be there.
    pub fn leads_to(self, other: Grain) -> Option<bool> {
        match (self, other) {
            (own, other) if own == other => Some(false),
            (_, Grain::Plan) => Some(false),
            (Grain::Credit, Grain::Deal) => Some(false),
            (Grain::Credit, Grain::Person) => Some(false),
            (Grain::Deal, Grain::Person) => Some(true),
            (Grain::Deal | Grain::Credit, other) if other.unit().is_some() => Some(true),
            (own, other) if own.of_people() && other.of_people() && own.size() < other.size() => Some(false),
            _ => None,
        }
    }

    /// Whether a row of another grain falls to one row of it, of which it has many.
    pub fn has_many(self, other: Grain) -> bool {
        match (self, other) {
            (Grain::Credit, _) | (_, Grain::Plan) => false,
            (Grain::Deal, other) => other == Grain::Credit,
            (own, other) if own == other => false,
            (Grain::Plan, _) => true,
            (own, other) if other.of_people() => other.size() < own.size(),
            _ => true,
        }
    }
}
