//! Dates: moved by days and months, subtracted, compared, and their periods.

use super::grain::Grain;
use super::plan::{Kind, Writer};

impl Writer<'_> {
    /// A value that rests on dates.
    pub fn by_dates(&mut self, kind: Kind, at: Grain, next: usize) -> Option<String> {
        let (one, other) = (self.date(at, next), self.date(at, next));
        Some(match kind {
            Kind::Ratio => match self.choices.below(3) {
                0 => format!("(({one} - {other}) / 365 days)"),
                1 => format!("((months from {one} to {other}) / 12 months)"),
                _ => format!("((1 month) / (1 month + max(0 months, months from {one} to {other})))"),
            },
            Kind::Money => format!("(0.37 USD * ({one} - {other}))"),
            Kind::Truth => match self.choices.below(6) {
                0 => format!("({one} <= {other})"),
                1 => format!("(month of {one} < 2026-05)"),
                2 => format!("(quarter of {one} + 1 = quarter of {other})"),
                3 => format!("(year of {one} = FY2026)"),
                4 => format!("((max({one}, {other})) - 30 days > 2026-03-31)"),
                _ => match at.regular() {
                    Some(unit) => format!("({unit} - 1 {unit} < {unit} of {one})"),
                    None => format!("(half of {one} = 2026-H1)"),
                },
            },
            Kind::Count | Kind::Seats => return None,
        })
    }

    /// A date that is there.
    fn date(&mut self, at: Grain, depth: usize) -> String {
        if depth > 0 && self.choices.once_in(2) {
            let inner = self.date(at, depth - 1);
            let sign = *self.choices.of(&["+", "-"]);
            let step =
                *self.choices.of(&["1 month", "45 days", "2 quarters", "13 months", "1 year", "2 weeks", "0 days"]);
            return format!("({inner} {sign} {step})");
        }
        let known: &[&str] = match at {
            Grain::Deal => &["(closed or 2026-01-31)", "(paid or 2024-02-29)", "(smaller_date)"],
            Grain::Credit => &["date", "(Deal.closed or 2026-08-31)", "(Deal.paid or 2026-05-30)"],
            Grain::Pair => &["(Deal.closed or 2026-10-31)"],
            Grain::Month | Grain::Quarter | Grain::Line => &["(start of quarter)", "(end of year)", "(end of quarter)"],
            Grain::Year => &["(start of year)", "(end of year)"],
            Grain::Cycle => &["(start of cycle)", "(end of cycle)"],
            Grain::Term => &["(start of term)", "(end of term)"],
            Grain::CapYear => &["(start of cap_year)", "(end of cap_year)"],
            Grain::Person => &["(left or 2028-02-29)"],
            Grain::Plan => &["2026-01-31", "2024-02-29"],
        };
        match *self.choices.of(known) {
            "(smaller_date)" => "(if closed exists and paid exists then min(closed, paid) else 2026-07-31)".to_owned(),
            known => known.to_owned(),
        }
    }
}
