//! Units that the plan declares, and types with a unit.

use super::checker::Checker;
use super::error;
use super::model::Dimension;
use super::names::UnitName;
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

    /// One unit above the line, if any, and one below.
    pub fn ratio(&self, above: Option<&Name>, below: &Name) -> Result<Dimension, Diagnostic> {
        let over = above.map(|above| self.part(above)).transpose()?;
        let under = self.part(below)?;
        match above {
            Some(above) if over == Some(under) => Err(error::unit_per_itself(above, below)),
            _ => Ok(Dimension { above: over, below: Some(under) }),
        }
    }
}
