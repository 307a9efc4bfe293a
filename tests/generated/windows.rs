//! Windows and earlier periods.

use super::expr::zero;
use super::grain::Grain;
use super::plan::{Defined, Kind, Writer};

const DATED: [Grain; 6] = [Grain::Deal, Grain::Credit, Grain::Month, Grain::Quarter, Grain::Year, Grain::Line];

impl Writer<'_> {
    /// An aggregate over days of its own, or a value of an earlier period.
    pub fn by_window(&mut self, kind: Kind, at: Grain, _next: usize) -> Option<String> {
        let unit = at.unit()?;
        if at.regular().is_some() && self.choices.once_in(4) {
            return self.earlier(kind, at);
        }
        let tail = self.window(at, unit);
        // Only what has a line falls to one.
        let of_line = [Grain::Deal, Grain::Credit, Grain::Line];
        let made = |member: &Grain| {
            (self.credited || *member != Grain::Credit) && (at != Grain::Line || of_line.contains(member))
        };
        let members: Vec<Grain> = DATED.into_iter().filter(made).collect();
        let member = *self.choices.of(&members);
        let condition =
            if self.choices.once_in(3) { format!(" where {}", self.truth(member, 0)) } else { String::new() };
        let over = if self.choices.once_in(5) { " over team" } else { "" };
        if kind == Kind::Count {
            let counted = if member == Grain::Credit { "Credit" } else { "Deal" };
            let on = if member != Grain::Credit && self.choices.once_in(4) { " on paid" } else { "" };
            return Some(format!("(count of {counted}{over}{on}{tail})"));
        }
        let operand = self.operand(kind, member)?;
        Some(match (kind, self.choices.below(4)) {
            (Kind::Truth, _) => format!("(any {operand}{over}{tail}{condition})"),
            (_, 0) => format!("((average of {operand}{over}{tail}{condition}) or {})", zero(kind)),
            (_, 1) => format!("((largest {operand}{over}{tail}{condition}) or {})", zero(kind)),
            _ => format!("(sum of {operand}{over}{tail}{condition})"),
        })
    }

    fn window(&mut self, at: Grain, unit: &str) -> String {
        let ago = match (at.regular(), self.choices.below(3)) {
            (Some("month"), 1) => *self.choices.of(&[" a year ago", " 2 months ago", " 1 quarter ago"]),
            (Some("quarter"), 1) => *self.choices.of(&[" a year ago", " 2 quarters ago", " 6 months ago"]),
            (Some("year"), 1) => " a year ago",
            _ => "",
        };
        let own = format!(" over the last 2 {unit}s");
        let windows: &[&str] = match unit {
            "month" => &[
                " year to date",
                " quarter to date",
                " to date",
                " over the last 3 months",
                " over the last 2 quarters",
            ],
            "quarter" => &[" year to date", " to date", " over the last 4 quarters", " over the last 5 months"],
            "year" => &[" to date", " over the last 2 years", " half to date"],
            "cap_year" => &[" to date", " year to date"],
            _ => &[" to date", " year to date", " quarter to date", &own],
        };
        let window = if !ago.is_empty() && self.choices.once_in(2) { "" } else { *self.choices.of(windows) };
        format!("{window}{ago}")
    }

    /// The value of a definition, or of a quota, of an earlier period.
    fn earlier(&mut self, kind: Kind, at: Grain) -> Option<String> {
        let fits = |d: &&Defined| d.kind == kind && d.grain == at && !d.flow && !d.exact;
        let mut known: Vec<String> = self.defined.iter().filter(fits).map(|d| d.name.clone()).collect();
        if kind == Kind::Money && at == Grain::Quarter {
            known.push("Quota.amount".to_owned());
        }
        if known.is_empty() {
            return None;
        }
        let name = self.choices.of(&known).clone();
        let before = match at {
            Grain::Month => *self.choices.of(&["1 month ago", "3 months ago", "1 quarter ago"]),
            Grain::Year => "a year ago",
            _ => *self.choices.of(&["1 quarter ago", "a year ago", "6 months ago"]),
        };
        Some(format!("({name} {before} or {})", zero(kind)))
    }
}
