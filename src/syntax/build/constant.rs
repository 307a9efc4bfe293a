//! Constants: numbers, amounts, dates, periods and texts.

use pest::iterators::Pair;

use super::{Builder, Built, Parts};
use crate::calendar::{Date, parse_date};
use crate::diagnostics::Code;
use crate::source::Span;
use crate::syntax::tree::{Literal, LiteralKind, Name};
use crate::syntax::words::Rule;
use crate::value::{Fixed, NumberProblem, parse_literal};

impl Builder<'_> {
    /// A cell, a bound or a control sum: a constant that may have a minus sign.
    pub(super) fn literal(&self, pair: Pair<'_, Rule>) -> Built<Literal> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair.clone());
        let negative = parts.next_of(Rule::minus_sign).is_some();
        let constant = self.need(parts.next(), &pair)?;
        let kind = self.constant(constant, negative)?;
        Ok(Literal { kind, span })
    }

    /// What a constant is.
    pub(super) fn constant(&self, pair: Pair<'_, Rule>, negative: bool) -> Built<LiteralKind> {
        let text = || pair.as_str().to_owned();
        match pair.as_rule() {
            Rule::text => Ok(LiteralKind::Text(self.quoted(pair).text)),
            Rule::date => self.date(&pair).map(LiteralKind::Date),
            Rule::foreign_date => Err(self.foreign_date(&pair)),
            Rule::period => self.period(&pair),
            Rule::yes_no => Ok(LiteralKind::YesNo(pair.as_str() == "yes")),
            Rule::word => Ok(LiteralKind::Word(text())),
            Rule::quantity | Rule::tight_quantity => self.quantity(pair, negative),
            Rule::foreign_money => self.foreign_money(pair, negative),
            Rule::foreign_number => Err(self.foreign_number(&pair)),
            _ => Err(self.unread(&pair)),
        }
    }

    /// A number with its sign, or what is wrong with it.
    fn fixed(&self, pair: &Pair<'_, Rule>, negative: bool) -> Built<Fixed> {
        let sign = if negative { "-" } else { "" };
        let text = format!("{sign}{}", pair.as_str());
        parse_literal(&text).map_err(|problem| {
            let message = format!("`{}` cannot be read as a number", pair.as_str());
            Self::problem(Code::BadLiteral, message, self.span(pair), problem.explain())
        })
    }

    fn quantity(&self, pair: Pair<'_, Rule>, negative: bool) -> Built<LiteralKind> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair.clone());
        let number = self.need(parts.next(), &pair)?;
        let value = self.fixed(&number, negative)?;
        let Some(behind) = parts.next() else {
            return Ok(LiteralKind::Number(value));
        };
        match behind.as_rule() {
            Rule::percent_sign => Ok(LiteralKind::Percent(value)),
            Rule::foreign_percent_sign => {
                let right = format!("{}%", number.as_str());
                self.habit(span, "a percent sign stands directly behind its number", format!("write `{right}`"));
                Ok(LiteralKind::Percent(value))
            }
            Rule::per_unit => Ok(LiteralKind::Per(value, None, self.name(self.first(behind)?))),
            _ if matches!(behind.as_str(), "percent" | "pct" | "percentage") => {
                let right = format!("{}%", number.as_str());
                self.habit(span, "a percentage is written with its sign", format!("write `{right}`"));
                Ok(LiteralKind::Percent(value))
            }
            _ => {
                let above = self.name(behind);
                match parts.next() {
                    Some(per) => Ok(LiteralKind::Per(value, Some(above), self.name(self.first(per)?))),
                    None => Ok(LiteralKind::Amount(value, above)),
                }
            }
        }
    }

    /// `$1,000`
    fn foreign_money(&self, pair: Pair<'_, Rule>, negative: bool) -> Built<LiteralKind> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair.clone());
        let sign = self.need(parts.next(), &pair)?;
        let number = self.need(parts.next(), &pair)?;
        if number.as_rule() == Rule::foreign_number {
            return Err(self.foreign_number(&number));
        }
        let value = self.fixed(&number, negative)?;
        let currency = parts.next().map_or_else(
            || Name { text: code_of(sign.as_str()).to_owned(), span: self.span(&sign) },
            |unit| self.name(unit),
        );
        self.habit(
            span,
            "an amount has the code of its currency behind it",
            format!("write `{} {}`", number.as_str(), currency.text),
        );
        Ok(LiteralKind::Amount(value, currency))
    }

    /// A date that the calendar has.
    pub(super) fn date(&self, pair: &Pair<'_, Rule>) -> Built<Date> {
        parse_date(pair.as_str()).map_err(|problem| {
            let message = format!("`{}` is not a date", pair.as_str());
            Self::problem(Code::BadLiteral, message, self.span(pair), problem.explain())
        })
    }

    /// `3/31/2026`
    fn foreign_date(&self, pair: &Pair<'_, Rule>) -> super::Problem {
        let message = format!("`{}` is not how a date is written", pair.as_str());
        let help = "write year, month and day: `2026-03-31`";
        Self::problem(Code::WrongHabit, message, self.span(pair), help)
    }

    fn period(&self, pair: &Pair<'_, Rule>) -> Built<LiteralKind> {
        let text = pair.as_str();
        let good = match text.split_once('-') {
            None => true,
            Some((_, part)) => match part.split_at_checked(1) {
                Some(("Q", number)) => matches!(number, "1" | "2" | "3" | "4"),
                Some(("H", number)) => matches!(number, "1" | "2"),
                _ => part.len() == 2 && part.parse().is_ok_and(|month| (1..=12).contains(&month)),
            },
        };
        if good {
            return Ok(LiteralKind::Period(text.to_owned()));
        }
        let help = "a period is written `2026-03`, `2026-Q1`, `2026-H1` or `FY2026`";
        let message = format!("`{text}` is not a period");
        Err(Self::problem(Code::BadLiteral, message, self.span(pair), help))
    }

    /// What begins like a number and is none.
    fn foreign_number(&self, pair: &Pair<'_, Rule>) -> super::Problem {
        let text = pair.as_str().split([' ', '\t']).next().unwrap_or("");
        let message = format!("`{text}` cannot be read as a number");
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let letters = text.strip_prefix(digits).unwrap_or("");
        let help = match letters {
            _ if text.starts_with('.') => format!("write `0{text}`"),
            _ if parse_literal(text) == Err(NumberProblem::Exponent) => NumberProblem::Exponent.explain().to_owned(),
            "K" => format!("write `{digits}k` for thousands"),
            "m" | "mm" | "mn" => format!("write `{digits}M` for millions"),
            "" if is_dotted_date(text) => "a date is written year, month, day: `2026-03-31`".to_owned(),
            "" if text.contains('_') => "between groups of three digits stands a comma".to_owned(),
            "" => "a number is written `1,250.00`, `50k` or `1.2M`".to_owned(),
            _ if parse_literal(digits).is_ok() => {
                format!("a unit stands apart from its number: `{digits} {letters}`")
            }
            _ => "a number is written `1,250.00`, `50k` or `1.2M`".to_owned(),
        };
        Self::problem(Code::BadLiteral, message, self.span(pair), &help)
    }

    /// A whole number of a small type, such as a count of places.
    pub(super) fn small<T: std::str::FromStr>(&self, pair: &Pair<'_, Rule>, what: &str) -> Built<T> {
        let span: Span = self.span(pair);
        pair.as_str().parse().map_err(|_| {
            let message = format!("`{}` is too large for {what}", pair.as_str());
            Self::problem(Code::BadLiteral, message, span, "write a smaller number")
        })
    }
}

/// The currency that a sign most often means.
fn code_of(sign: &str) -> &'static str {
    match sign {
        "€" => "EUR",
        "£" => "GBP",
        "¥" => "JPY",
        _ => "USD",
    }
}

/// `31.3.2026`
fn is_dotted_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    matches!(parts.as_slice(), [day, month, year] if day.len() <= 2 && month.len() <= 2 && year.len() == 4)
}
