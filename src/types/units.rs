//! Units that the plan declares, and types with a unit.

use super::checker::Checker;
use super::error;
use super::model::{Dimension, Part, Shown};
use super::names::{UnitName, duration};
use crate::calendar::Unit;
use crate::diagnostics::Diagnostic;
use crate::resolve::Symbol;
use crate::syntax::tree::Name;
use crate::value::Currency;

impl Checker<'_> {
    /// Gives every unit its words. They are told apart from all else that stands behind a number or is a type.
    pub fn declare_units(&mut self) {
        for declared in &self.resolved.units {
            let tree = declared.tree;
            let many = tree.plural.as_ref().map_or_else(|| format!("{}s", tree.name.text), |name| name.text.clone());
            for name in [Some(&tree.name), tree.plural.as_ref()].into_iter().flatten() {
                self.check_unit_word(name);
            }
            self.names.units.push(UnitName { one: tree.name.text.clone(), many, span: tree.name.span });
        }
    }

    fn check_unit_word(&mut self, name: &Name) {
        let word = name.text.as_str();
        let singular = word.strip_suffix('s').unwrap_or(word);
        let of_time = |word| Unit::from_word(word).is_some() || word == "week";
        let taken = of_time(singular) || self.names.part(word).is_some();
        let kind = match self.resolved.symbol(word) {
            Some(symbol @ (Symbol::Record(_) | Symbol::Choice(_) | Symbol::Periods(_))) => Some(symbol.kind()),
            _ if Currency::from_code(word).is_some() => Some("a currency"),
            _ if taken => Some("a unit"),
            _ => None,
        };
        if let Some(kind) = kind {
            self.report(error::unit_taken(name, kind));
        }
    }

    /// What stands below the line of a price.
    pub fn part_below(&self, word: &Name) -> Result<Part, Diagnostic> {
        let longer = duration(&word.text).filter(|_| self.names.part(&word.text).is_none());
        match (self.names.part_below(&word.text), longer) {
            (Some(part), _) => Ok(part),
            (None, Some(_)) => Err(error::price_of_a_time(word)),
            (None, None) => self.part(word),
        }
    }

    /// One unit above the line, if any, and one below.
    pub fn ratio(&self, above: Option<&Name>, below: &Name) -> Result<Dimension, Diagnostic> {
        let over = above.map(|above| self.part(above)).transpose()?;
        let under = self.part_below(below)?;
        match above {
            Some(above) if over == Some(under) => Err(error::unit_per_itself(above, below)),
            _ => Ok(Dimension { above: over, below: Some(under) }),
        }
    }
}

/// The unit of a product or quotient of two numbers, if the language has one. A count of days or months is a plain number
/// but against a price for such a time: `USD per month` times months is money.
pub(super) fn product(a: (Dimension, Shown), b: (Dimension, Shown), over: bool) -> Option<Dimension> {
    let (left, right) = (against(a, b.0), against(b, a.0));
    let right = if over { Dimension { above: right.below, below: right.above } } else { right };
    let found = combine(left, right)?;
    match (found.above, found.below) {
        (Some(Part::Day | Part::Month), None) => Some(Dimension::default()),
        (Some(Part::Day | Part::Month), Some(_)) => None,
        _ => Some(found),
    }
}

/// The unit of a number beside one of another unit: of a span of time, the span where the other is for such a time.
fn against((own, shown): (Dimension, Shown), other: Dimension) -> Dimension {
    let span = match shown {
        Shown::Days => Part::Day,
        Shown::Months => Part::Month,
        _ => return own,
    };
    match other.below {
        Some(Part::Day | Part::Month) if own == Dimension::default() => Dimension { above: Some(span), below: None },
        _ => own,
    }
}

/// The unit of a product; none when it would have two units on one side of the line.
fn combine(a: Dimension, b: Dimension) -> Option<Dimension> {
    let mut above: Vec<Part> = [a.above, b.above].into_iter().flatten().collect();
    let mut below: Vec<Part> = [a.below, b.below].into_iter().flatten().collect();
    above.retain(|part| match below.iter().position(|other| other == part) {
        Some(position) => {
            below.remove(position);
            false
        }
        None => true,
    });
    match (above.as_slice(), below.as_slice()) {
        ([] | [_], [] | [_]) => Some(Dimension { above: above.first().copied(), below: below.first().copied() }),
        _ => None,
    }
}
