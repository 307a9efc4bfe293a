//! What to write where a row has no period of a kind, or not one alone.

use super::checker::Checker;
use super::model::{KeyPart, Type};
use crate::calendar::Unit;
use crate::ids::{ColumnId, FrameId, RecordId};

impl Checker<'_> {
    /// What gives the rows of a frame the period that something else read there has.
    pub fn way_to_period(&self, from: FrameId, unit: Unit) -> String {
        let (name, finer) = (self.unit_name(unit), self.grain_with(from, unit));
        let undated = self.record_of(from).is_none_or(|record| self.dates_of(record).next().is_none());
        match (self.dated_by_its_columns(from), self.period_of(from)) {
            (Some(_), _) if undated => {
                format!("name the {name} in the head, `{finer}`; rows that count on a day have a column of type `date`")
            }
            (Some(on), _) => format!("{on}; `{finer}` gives each of them all periods"),
            (None, Some((_, own))) => format!(
                "a {} has several: name the {name} in the head, `{finer}`, and add up what that comes to; or let what is \
                 read here be by {}",
                self.unit_name(own),
                self.unit_name(own)
            ),
            (None, None) => format!("name the {name} in the head: `{finer}`"),
        }
    }

    /// What gives rows that are taken together the period of the row to which they fall.
    pub fn way_of_members(&self, members: FrameId, reader: FrameId, unit: Unit) -> String {
        let (name, finer) = (self.unit_name(unit), self.grain_with(members, unit));
        match (self.dated_by_its_columns(members), self.period_of(members)) {
            (Some(on), _) => on,
            (None, Some((_, own))) => {
                let (own, wider) = (self.unit_name(own), self.grain_with(reader, own));
                format!("a {own} lies in no one {name}: take them together `{wider}`, or define them `{finer}`")
            }
            (None, None) => format!("name the {name} where they are defined: `let NAME {finer} = …`, and add that up"),
        }
    }

    /// How the record says when its rows count, where they have dates.
    pub fn dated_by_its_columns(&self, frame: FrameId) -> Option<String> {
        let record = self.record_of(frame).filter(|record| *record != self.model.plan.people)?;
        if self.period_of(frame).is_some() {
            return None;
        }
        let dates: Vec<String> = self.dates_of(record).map(|name| format!("`on {name}`")).collect();
        let name = &self.names.records.at(record).name;
        Some(match dates.is_empty() {
            true => {
                format!("say when its rows count: `on COLUMN` in the record `{name}`, with a column of type `date`")
            }
            false => format!("say when its rows count: {} in the record `{name}`", dates.join(" or ")),
        })
    }

    fn dates_of(&self, record: RecordId) -> impl Iterator<Item = &str> {
        let declared = self.model.records.at(record);
        let bounds = declared.versions.iter().flat_map(|versions| [versions.from, versions.to]);
        let bounds: Vec<ColumnId> = bounds.collect();
        let dates = declared.columns.iter().copied().filter(move |column| {
            matches!(self.model.columns.at(*column).ty, Type::Date | Type::Period(_)) && !bounds.contains(column)
        });
        dates.map(|column| self.names.columns.at(column).name.as_str())
    }

    /// A grain with a period of a unit in place of its own: `for each Person, month`.
    fn grain_with(&self, frame: FrameId, unit: Unit) -> String {
        let described = self.model.frames.at(frame);
        let parts = described.parts.iter().filter(|part| !matches!(part, KeyPart::Period(_)));
        let mut words: Vec<String> = match self.record_of(frame) {
            Some(record) => vec![self.names.records.at(record).name.clone()],
            None => parts.map(|part| self.part_words(*part)).collect(),
        };
        words.push(self.unit_name(unit));
        format!("for each {}", words.join(", "))
    }
}
