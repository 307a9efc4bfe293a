//! `plan`

use pest::iterators::Pair;

use super::{Builder, Built, Parts};
use crate::diagnostics::Code;
use crate::source::Span;
use crate::syntax::keywords::closest;
use crate::syntax::tree::{Plan, PlanEntry, PlanEntryKind};
use crate::syntax::words::Rule;
use crate::value::Rounding;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Builder<'_> {
    pub(super) fn plan(&self, pair: Pair<'_, Rule>) -> Built<Plan> {
        let mut parts = Parts::of(pair.clone());
        let name = self.name(self.need(parts.next(), &pair)?);
        let title = parts.next_of(Rule::text).map(|text| self.quoted(text));
        let entries = parts.map(|part| self.plan_entry(part));
        Ok(Plan { name, title, entries: entries.collect::<Built<_>>()? })
    }

    fn plan_entry(&self, pair: Pair<'_, Rule>) -> Built<PlanEntry> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair.clone());
        let first = self.need(parts.next(), &pair)?;
        let kind = match pair.as_rule() {
            Rule::effective => {
                let last = self.need(parts.next(), &pair)?;
                PlanEntryKind::Effective(self.date(&first)?, self.date(&last)?)
            }
            Rule::year_starts => PlanEntryKind::YearStarts(self.month(&first)?),
            Rule::currency_of => PlanEntryKind::Currency(self.name(first)),
            Rule::round_mode => PlanEntryKind::Round(self.rounding(first)?.0),
            Rule::people => {
                let condition = parts.next().map(|part| self.expr(part)).transpose()?;
                PlanEntryKind::People(self.name(first), condition)
            }
            Rule::days_shared => PlanEntryKind::DaysShared,
            Rule::wide => PlanEntryKind::Wide,
            _ => PlanEntryKind::Pay(self.name(first)),
        };
        Ok(PlanEntry { kind, span })
    }

    fn month(&self, pair: &Pair<'_, Rule>) -> Built<u32> {
        let found = pair.as_str();
        if let Some(number) = (1..).zip(MONTHS).find(|(_, month)| *month == found) {
            return Ok(number.0);
        }
        let lower = MONTHS.map(str::to_lowercase);
        let meant = closest(found, lower.iter().map(String::as_str));
        let meant = MONTHS.iter().find(|month| {
            let short = found.len() >= 3 && month.to_lowercase().starts_with(&found.to_lowercase());
            short || meant.is_some_and(|meant| month.eq_ignore_ascii_case(meant))
        });
        let help = match meant {
            Some(month) => format!("did you mean `{month}`?"),
            None => "write the name of the month: `January`".to_owned(),
        };
        let message = format!("`{found}` is not a month");
        Err(Self::problem(Code::Syntax, message, self.span(pair), &help))
    }

    /// A way of rounding and where it stands.
    pub(super) fn rounding(&self, pair: Pair<'_, Rule>) -> Built<(Rounding, Span)> {
        let span = self.span(&pair);
        let mode = match self.first(pair.clone())?.as_rule() {
            Rule::half_up => Rounding::HalfUp,
            Rule::half_even => Rounding::HalfEven,
            Rule::round_down => Rounding::Down,
            Rule::round_up => Rounding::Up,
            Rule::round_floor => Rounding::Floor,
            Rule::round_ceiling => Rounding::Ceiling,
            _ => return Err(self.unread(&pair)),
        };
        Ok((mode, span))
    }
}
