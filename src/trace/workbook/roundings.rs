//! To which places a plan's definitions are rounded. A trace says it only where rounding changed a value; a workbook whose
//! inputs are changed has to know it everywhere.

use std::collections::BTreeMap;

use crate::program::Program;
use crate::step::{Step, StepKind};
use crate::types::model::Origin;
use crate::value::Currency;

/// How values get their places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roundings {
    /// Of each definition, by its place in the plan.
    definitions: BTreeMap<(String, u32, u32), Rule>,
    /// Of each column of the credits, by its name.
    credits: BTreeMap<String, Rule>,
}

/// How a definition gets its places.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    /// None for exact values and what is no number.
    places: Option<u8>,
    /// Whether they are those of each row's currency.
    of_currency: bool,
    mode: String,
}

impl Roundings {
    /// Those of a plan.
    pub fn of(program: &Program) -> Roundings {
        let mut roundings = Roundings::default();
        for (id, column) in program.model.columns.pairs() {
            let named = program.names.columns.at(id);
            let rule = |mode: &str| Rule {
                places: column.places,
                of_currency: column.row_currency().is_some(),
                mode: mode.to_owned(),
            };
            match &column.origin {
                Origin::Definition(definition) => {
                    let source = program.names.sources.at(named.span.file);
                    let place = source.place(named.span.start);
                    let key = (source.path.clone(), place.line, place.column);
                    roundings.definitions.insert(key, rule(definition.rounding.words()));
                }
                Origin::Credit => {
                    let rule = rule(program.model.plan.rounding.words());
                    let known = roundings.credits.entry(named.name.clone()).or_insert_with(|| rule.clone());
                    // The same name among the credits of one rule: the most places are no loss.
                    known.places = known.places.max(rule.places);
                }
                Origin::Data(_) | Origin::Level => {}
            }
        }
        roundings
    }

    /// The places and the mode of a step's value; none where it is not rounded.
    pub(super) fn at(&self, step: &Step) -> Option<(u8, &str)> {
        let rule = match step.kind {
            StepKind::Credit => self.credits.get(&step.name)?,
            StepKind::Formula => {
                let place = step.plan.as_ref()?;
                self.definitions.get(&(place.file.clone(), place.line, place.column))?
            }
            StepKind::Input | StepKind::List => return None,
        };
        let own = step.value.as_ref().filter(|_| rule.of_currency).and_then(|value| Currency::from_code(&value.unit));
        Some((own.map(Currency::minor_units).or(rule.places)?, &rule.mode))
    }
}
