//! The way back from ids to the words of the plan.

use std::sync::Arc;

use super::model::{Dimension, Part, Shown, Type};
use crate::calendar::Unit;
use crate::ids::{ChoiceId, ColumnId, EnsureId, ExprId, FileId, IdVec, RatesId, RecordId, RuleId, UnitId};
use crate::source::{SourceFile, Span};
use crate::syntax::tree::LiteralKind;
use crate::value::Currency;

/// What people call a thing and where it stands.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its name where it is declared.
    pub span: Span,
    /// Its documentation.
    pub doc: Option<String>,
}

/// What a unit of the plan's own is called.
#[derive(Clone, Debug)]
pub struct UnitName {
    /// One of it.
    pub one: String,
    /// Several of it.
    pub many: String,
    /// Its name where it is declared.
    pub span: Span,
}

/// An expression as written.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    /// Where it stands.
    pub span: Span,
    /// Its type.
    pub ty: Type,
}

/// A table of rates as written.
#[derive(Clone, Debug)]
pub struct TableWords {
    /// The table.
    pub named: Named,
    /// The names of its inputs.
    pub inputs: Vec<String>,
    /// For each input, where each of its beginnings is written first: `from 50%`.
    pub places: Vec<Vec<Span>>,
    /// For each row as written, where it begins for the inputs before the columns: numbers among their `places`.
    pub rows: Vec<Vec<usize>>,
    /// For each combination of the places of those inputs, the row that decides.
    pub deciding: Vec<usize>,
    /// Where its values are written, in their order.
    pub values: Vec<Span>,
}

/// The words of a checked plan.
#[derive(Clone, Debug)]
pub struct Names {
    /// The plan.
    pub plan: Named,
    /// The plan's title for people.
    pub title: String,
    /// The units of periods from data, in order of their `CustomId`.
    pub periods: Vec<Named>,
    /// Records.
    pub records: IdVec<RecordId, Named>,
    /// Closed sets; one written in a column has the column's name.
    pub choices: IdVec<ChoiceId, Named>,
    /// Units of the plan's own.
    pub units: IdVec<UnitId, UnitName>,
    /// Columns and definitions.
    pub columns: IdVec<ColumnId, Named>,
    /// Tables of rates.
    pub rates: IdVec<RatesId, TableWords>,
    /// The constants that rows of tables name, and what each is.
    pub constants: Vec<(Span, String)>,
    /// Credit rules; the span of each one's `amount`.
    pub rules: IdVec<RuleId, (Named, Span)>,
    /// Ensures and their messages.
    pub ensures: IdVec<EnsureId, (Named, String)>,
    /// Expressions.
    pub exprs: IdVec<ExprId, Written>,
    /// The sources.
    pub sources: Arc<IdVec<FileId, SourceFile>>,
}

/// What a word of time behind a number counts, and how many of it one is: `2 years` are 24 months.
pub fn duration(word: &str) -> Option<(Shown, i128)> {
    Some(match word {
        "day" | "days" => (Shown::Days, 1),
        "week" | "weeks" => (Shown::Days, 7),
        "month" | "months" => (Shown::Months, 1),
        "quarter" | "quarters" => (Shown::Months, 3),
        "year" | "years" => (Shown::Months, 12),
        _ => return None,
    })
}

impl Names {
    /// The words of a plan in which nothing is declared yet.
    pub fn new(plan: Named, title: String, sources: Arc<IdVec<FileId, SourceFile>>) -> Self {
        Self {
            plan,
            title,
            periods: Vec::new(),
            records: IdVec::new(),
            choices: IdVec::new(),
            units: IdVec::new(),
            columns: IdVec::new(),
            rates: IdVec::new(),
            constants: Vec::new(),
            rules: IdVec::new(),
            ensures: IdVec::new(),
            exprs: IdVec::new(),
            sources,
        }
    }

    /// The name of a unit of periods.
    pub fn unit_name(&self, unit: Unit) -> String {
        match unit {
            Unit::Custom(id) => {
                self.periods.get(usize::from(id.0)).map_or_else(String::new, |named| named.name.clone())
            }
            regular => regular.word().unwrap_or("").to_owned(),
        }
    }

    /// The base unit of a word: a currency by its code, or a unit of the plan's own.
    pub fn part(&self, word: &str) -> Option<Part> {
        let declared = || self.units.pairs().find(|(_, unit)| unit.one == word || unit.many == word);
        Currency::from_code(word).map(Part::Currency).or_else(|| declared().map(|(id, _)| Part::Unit(id)))
    }

    /// What may stand below the line of a price: a base unit, a day or a month.
    pub fn part_below(&self, word: &str) -> Option<Part> {
        match word {
            "day" => Some(Part::Day),
            "month" => Some(Part::Month),
            _ => self.part(word),
        }
    }

    /// The unit of a constant such as `3 seats` or `2.50 USD per seat`; none where it has no unit of this kind.
    pub fn dimension(&self, literal: &LiteralKind) -> Option<Dimension> {
        match literal {
            LiteralKind::Amount(_, above) => Some(Dimension { above: Some(self.part(&above.text)?), below: None }),
            LiteralKind::Per(_, above, below) => {
                let above = above.as_ref().map(|above| self.part(&above.text).ok_or(())).transpose().ok()?;
                Some(Dimension { above, below: Some(self.part_below(&below.text)?) })
            }
            _ => None,
        }
    }

    /// A base unit in words: `USD`, `seats`, and of one or below the line `seat`.
    pub fn part_word(&self, part: Part, one: bool) -> String {
        match part {
            Part::Currency(currency) => currency.code().to_owned(),
            Part::RowCurrency(column) => self.columns.at(column).name.clone(),
            Part::Unit(unit) if one => self.units.at(unit).one.clone(),
            Part::Unit(unit) => self.units.at(unit).many.clone(),
            Part::Day => "day".to_owned(),
            Part::Month => "month".to_owned(),
        }
    }

    /// A unit in words: `USD`, `seats`, `USD per seat`, `per seat`; empty where there is none.
    pub fn dimension_words(&self, dimension: Dimension, one: bool) -> String {
        match (dimension.above, dimension.below) {
            (Some(above), None) => self.part_word(above, one),
            (Some(above), Some(below)) => format!("{} per {}", self.part_word(above, one), self.part_word(below, true)),
            (None, Some(below)) => format!("per {}", self.part_word(below, true)),
            (None, None) => String::new(),
        }
    }

    /// An expression as the plan writes it, on one line and without comments.
    pub fn written(&self, id: ExprId) -> String {
        self.on_one_line(self.exprs.at(id).span)
    }

    /// The words under a span, on one line and without comments.
    pub fn on_one_line(&self, span: Span) -> String {
        let lines: Vec<&str> = self.sources.at(span.file).slice(span).lines().map(without_comment).collect();
        let lines = lines.join(" ");
        let words: Vec<&str> = lines.split_whitespace().collect();
        words.join(" ")
    }

    /// The beginning of a row of a table, with what the constant is that it names: `from threshold = 80%`.
    pub fn beginning(&self, span: Span) -> String {
        let words = self.on_one_line(span);
        match self.constant_at(span) {
            Some(value) => format!("{words} = {value}"),
            None => words,
        }
    }

    /// A value of a table as the plan writes it, or what the constant is that it names.
    pub fn cell(&self, span: Span) -> String {
        self.constant_at(span).map_or_else(|| self.on_one_line(span), str::to_owned)
    }

    /// The constant at the end of some words.
    fn constant_at(&self, span: Span) -> Option<&str> {
        let ends = |at: &Span| at.file == span.file && at.end == span.end && at.start >= span.start;
        self.constants.iter().find(|(at, _)| ends(at)).map(|(_, value)| value.as_str())
    }
}

/// A line up to a `#` that stands outside quotes.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let comment = line.char_indices().find(|(_, letter)| {
        quoted ^= *letter == '"';
        *letter == '#' && !quoted
    });
    comment.map_or(line, |(at, _)| line.get(..at).unwrap_or(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_begins_outside_quotes() {
        assert_eq!(without_comment("kind = \"#1\" # first"), "kind = \"#1\" ");
        assert_eq!(without_comment("kind = new"), "kind = new");
    }
}
