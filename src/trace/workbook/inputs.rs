//! What the workbook starts from: cells of the data, numbers of the plan, tables of the plan. Each stands once, so that a
//! change reaches all that rests on it.

use std::collections::BTreeMap;

use super::expr::{Expr, Part};
use crate::step::{Amount, Band, Step};
use crate::trace::human::{glyphs::clean, keys};

/// What kind of input it is; they are listed in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    /// A cell of a data file, or a value of another plan.
    Data,
    /// A number that the plan writes in a formula.
    Number,
    /// A bound or a rate of a table that the plan writes.
    Table,
}

/// A cell to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Input {
    pub(super) group: Group,
    /// What it is called.
    pub(super) label: String,
    /// Whose it is, or in which definition it stands.
    pub(super) of: String,
    pub(super) value: Option<Amount>,
    /// The cell of the data, or the line of the plan.
    pub(super) place: String,
    /// The file, row and column, to list them in the order of the data.
    order: (String, u64, String),
}

/// The inputs as they are found.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    all: Vec<Input>,
    steps: BTreeMap<String, usize>,
    numbers: BTreeMap<(String, String, String), usize>,
    bands: BTreeMap<(String, String, u32, String), usize>,
}

impl Inputs {
    /// The cell of an input of the trace.
    pub(super) fn data(&mut self, step: &Step) -> usize {
        if let Some(known) = self.steps.get(&step.id) {
            return *known;
        }
        let (place, order) = match &step.data {
            Some(cell) => (
                format!("{}, row {}, column {}", clean(&cell.file), cell.row, clean(&cell.column)),
                (cell.file.clone(), cell.row, cell.column.clone()),
            ),
            None => ("a value of another plan".to_owned(), (step.word.clone(), 0, step.name.clone())),
        };
        let label = format!("{}.{}", clean(&step.word), clean(&step.name));
        let of = keys::title(&step.key).trim_start_matches(" of ").to_owned();
        let number = self.push(Input { group: Group::Data, label, of, value: step.value.clone(), place, order });
        self.steps.insert(step.id.clone(), number);
        number
    }

    /// A number written in a definition. Where a definition writes the same number twice, both are one cell.
    pub(super) fn number(&mut self, step: &Step, text: &str, value: &Amount) -> Expr {
        let place = step.plan.as_ref();
        let line = place.map_or_else(String::new, |place| format!("{}:{}", clean(&place.file), place.line));
        let of = format!("{line}:{}", place.map_or(0, |place| place.column));
        let key = (of, text.to_owned(), value.text.clone());
        if let Some(known) = self.numbers.get(&key) {
            return Expr::of(Part::Input(*known));
        }
        let order = place.map_or_else(Default::default, |place| (place.file.clone(), place.line.into(), String::new()));
        let of = clean(&step.name);
        let label = clean(text);
        let number =
            self.push(Input { group: Group::Number, label, of, value: Some(value.clone()), place: line, order });
        self.numbers.insert(key, number);
        Expr::of(Part::Input(number))
    }

    /// The bound or the rate of a band that the plan writes.
    pub(super) fn band(&mut self, table: &str, band: &Band, rate: bool) -> Option<Expr> {
        let value = if rate { &band.rate } else { band.start.as_ref()? };
        let what = if rate { "gives" } else { "begins" };
        let key = (band.plan.file.clone(), band.row.clone(), band.plan.line, format!("{table} {what} {}", value.text));
        if let Some(known) = self.bands.get(&key) {
            return Some(Expr::of(Part::Input(*known)));
        }
        let place = format!("{}:{}", clean(&band.plan.file), band.plan.line);
        // A grid has several rates on one line, in the order of their columns.
        let order = (band.plan.file.clone(), band.plan.line.into(), format!("{what} {:04}", band.plan.column));
        let label = format!("{} {what}", clean(&band.row));
        let input = Input { group: Group::Table, label, of: clean(table), value: Some(value.clone()), place, order };
        let number = self.push(input);
        self.bands.insert(key, number);
        Some(Expr::of(Part::Input(number)))
    }

    fn push(&mut self, input: Input) -> usize {
        self.all.push(input);
        self.all.len().saturating_sub(1)
    }

    /// All of them, each with its number, in the order in which they are listed.
    pub(super) fn listed(&self) -> Vec<(usize, &Input)> {
        let mut all: Vec<(usize, &Input)> = self.all.iter().enumerate().collect();
        all.sort_by_key(|(number, input)| (input.group, &input.order, *number));
        all
    }
}
