//! A unit of the plan's own: seats, and prices per seat.

use super::grain::Grain;
use super::plan::{Kind, Writer};

impl Writer<'_> {
    /// A number of seats.
    pub fn seats(&mut self, at: Grain, depth: usize) -> String {
        if depth == 0 {
            return self.leaf(Kind::Seats, at);
        }
        let next = depth - 1;
        match self.choices.below(7) {
            0 => self.leaf(Kind::Seats, at),
            1 => format!("({} + {})", self.seats(at, next), self.seats(at, next)),
            2 => format!("max({}, {})", self.seats(at, next), self.seats(at, next)),
            3 => format!("({} * {})", self.seats(at, next), self.ratio(at, next)),
            4 => format!("({} / 0.25 USD per seat)", self.money(at, next)),
            _ => self.aggregate(Kind::Seats, at),
        }
    }

    /// What seats cost, and how many there are.
    pub fn by_units(&mut self, kind: Kind, at: Grain, next: usize) -> Option<String> {
        let seats = self.seats(at, next);
        Some(match (kind, at) {
            (Kind::Money, Grain::Deal) => format!("({seats} * price)"),
            (Kind::Money, Grain::Credit | Grain::Pair) => format!("({seats} * Deal.price)"),
            (Kind::Money, _) => format!("({seats} * 2.505 USD per seat)"),
            (Kind::Ratio, _) => format!("({seats} / 40 seats)"),
            (Kind::Truth, _) => format!("({seats} > 100 seats)"),
            (Kind::Count | Kind::Seats, _) => return None,
        })
    }
}
