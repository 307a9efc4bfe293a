//! What changes from day to day: versions, read as of a day or averaged over days.

use super::expr::zero;
use super::grain::Grain;
use super::plan::{Kind, Writer};

impl Writer<'_> {
    /// A value of the version that holds on the row's day, or on another one.
    pub fn by_versions(&mut self, kind: Kind, at: Grain, _next: usize) -> Option<String> {
        let column = match kind {
            Kind::Money => "goal",
            Kind::Ratio => "weight",
            Kind::Truth => return (at.of_people() || at == Grain::Credit).then(|| "(Grade exists)".to_owned()),
            Kind::Count | Kind::Seats => return None,
        };
        let none = zero(kind);
        let day = match at {
            Grain::Plan | Grain::Pair => return None,
            Grain::Person => "2026-03-05".to_owned(),
            Grain::Deal => "(closed or 2026-04-01)".to_owned(),
            Grain::Credit => "date".to_owned(),
            _ => format!("start of {}", at.unit()?),
        };
        Some(match self.choices.below(4) {
            0 => format!("((Grade.{column} at {day}) or {none})"),
            1 if at.of_people() => format!("((average of (Grade.{column} or {none}) over days) or {none})"),
            2 if at.of_people() && self.history => {
                let own = if kind == Kind::Money { "annual_target" } else { "rate" };
                format!("((average of ({own} or {none}) over days) or {none})")
            }
            _ => format!("(Grade.{column} or {none})"),
        })
    }

    /// One of several values, by a choice or a number.
    pub fn by_cases(&mut self, kind: Kind, at: Grain, next: usize) -> Option<String> {
        let (one, other) = (self.expression(kind, at, next), self.expression(kind, at, next));
        let of_deal = match at {
            Grain::Deal => "",
            Grain::Credit | Grain::Pair => "Deal.",
            _ => {
                let number = self.count(at, 0);
                return Some(format!("(case {number} when 0, 3 then {one} when 1 then {other} else {one})"));
            }
        };
        Some(match self.choices.below(2) {
            0 => format!("(case {of_deal}kind when new, renewal then {one} when expansion then {other})"),
            _ => format!("(case {of_deal}seats when 0 then {one} when 1, 2, 7 then {other} else {one})"),
        })
    }
}
