//! Types as written.

use pest::iterators::Pair;

use super::{Builder, Built, Parts};
use crate::diagnostics::Code;
use crate::syntax::tree::{Name, PercentCells, TypeExpr, TypeKind};
use crate::syntax::words::Rule;

impl Builder<'_> {
    /// `USD(4)?` and every other type.
    pub(super) fn type_expr(&self, pair: Pair<'_, Rule>) -> Built<TypeExpr> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair.clone());
        let base = self.need(parts.next(), &pair)?;
        let inner_mark = base.clone().into_inner().any(|part| part.as_rule() == Rule::optional_mark);
        let kind = self.type_kind(base)?;
        let optional = inner_mark || parts.next_of(Rule::optional_mark).is_some();
        Ok(TypeExpr { kind, optional, span })
    }

    fn type_kind(&self, pair: Pair<'_, Rule>) -> Built<TypeKind> {
        match pair.as_rule() {
            Rule::text_type => Ok(TypeKind::Text),
            Rule::yes_no_type => Ok(TypeKind::YesNo),
            Rule::date_type => Ok(TypeKind::Date),
            Rule::days_type => Ok(TypeKind::Days),
            Rule::integer_type => Ok(TypeKind::Integer),
            Rule::currency_type => Ok(TypeKind::Currency),
            Rule::number_type => {
                let places = Parts::of(pair).next_of(Rule::places);
                Ok(TypeKind::Number(self.places(places)?))
            }
            Rule::percent_type => self.percent_type(pair),
            Rule::money_type => {
                let mut parts = Parts::of(pair.clone());
                let currency = self.name(self.need(parts.next(), &pair)?);
                let per = parts.next().map(|per| self.first(per)).transpose()?;
                Ok(TypeKind::MoneyIn(currency, per.map(|per| self.name(per))))
            }
            Rule::named_type => self.named_type(pair),
            Rule::quoted_choices => {
                let mut parts = Parts::of(pair.clone());
                let first = self.choice_value(self.need(parts.next(), &pair)?)?;
                self.choices(first, self.need(parts.next(), &pair)?)
            }
            _ => Err(self.unread(&pair)),
        }
    }

    fn places(&self, pair: Option<Pair<'_, Rule>>) -> Built<Option<u8>> {
        let Some(pair) = pair else { return Ok(None) };
        let number = self.first(pair)?;
        self.small(&number, "a count of places").map(Some)
    }

    fn percent_type(&self, pair: Pair<'_, Rule>) -> Built<TypeKind> {
        let mut parts = Parts::of(pair);
        let places = parts.next_of(Rule::places);
        let places = self.places(places)?;
        let written = parts.find(|part| part.as_rule() == Rule::percent_cells);
        let cells = match written.as_ref().map(Pair::as_str) {
            None => PercentCells::Sign,
            Some(text) if text.ends_with('%') => PercentCells::Sign,
            Some("15") => PercentCells::Whole,
            Some("0.15") => PercentCells::Ratio,
            Some(text) => {
                let message = format!("`as {text}` says nothing about how the cells are written");
                let help = "write `percent as 15` where 15 % is `15` in the file, or \
                            `percent as 0.15` where it is `0.15`";
                let span = written.as_ref().map(|pair| self.span(pair));
                let span = span.unwrap_or_else(|| self.place.span(0, 0));
                return Err(Self::problem(Code::Syntax, message, span, help));
            }
        };
        Ok(TypeKind::Percent { places, cells })
    }

    fn named_type(&self, pair: Pair<'_, Rule>) -> Built<TypeKind> {
        let mut parts = Parts::of(pair.clone());
        let name = self.name(self.need(parts.next(), &pair)?);
        let Some(more) = parts.next() else {
            return Ok(TypeKind::Named(name, None));
        };
        match more.as_rule() {
            Rule::places => {
                let places = self.places(Some(more))?;
                match parts.next() {
                    Some(per) => Ok(TypeKind::Per(name, places, self.name(self.first(per)?))),
                    None => Ok(TypeKind::Named(name, places)),
                }
            }
            Rule::per_type => Ok(TypeKind::Per(name, None, self.name(self.first(more)?))),
            Rule::in_type => {
                let year = self.small(&self.first(more)?, "a year")?;
                Ok(TypeKind::PeriodIn(name, year))
            }
            _ => self.choices(name, more),
        }
    }

    /// `new | renewal`, from its first value and the others.
    fn choices(&self, first: Name, more: Pair<'_, Rule>) -> Built<TypeKind> {
        let others = Parts::of(more).map(|part| self.choice_value(part));
        std::iter::once(Ok(first)).chain(others).collect::<Built<_>>().map(TypeKind::Choices)
    }
}
