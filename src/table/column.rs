//! Columns: typed cells, each there, missing, or without a row.

use std::sync::Arc;

use crate::calendar::{Date, Period};
use crate::cell::Value;
use crate::types::model::Type;
use crate::value::{Currency, Exact, Fixed, Units};

/// Whether a cell has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It has.
    There,
    /// The row is there, its value is missing.
    Missing,
    /// A `where` left the row out.
    NoRow,
}

impl State {
    /// That of a row whose value is there or missing.
    pub fn of(there: bool) -> State {
        if there { State::There } else { State::Missing }
    }
}

/// The values of a column; a cell whose state is not [`State::There`] holds a placeholder.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Stored numbers: units of 10^-places.
    Number {
        /// The places of all of them.
        places: u8,
        /// The units.
        units: Units,
    },
    /// Values that are never rounded.
    Exact(Vec<Exact>),
    /// Yes or no.
    YesNo(Vec<bool>),
    /// Texts.
    Text(Vec<Arc<str>>),
    /// Days.
    Date(Vec<Date>),
    /// Periods.
    Period(Vec<Period>),
    /// Rows of a record.
    Row(Vec<u32>),
    /// Values of a choice.
    Choice(Vec<u32>),
    /// Currencies.
    Currency(Vec<Currency>),
}

/// A column with the state of each cell.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnData {
    pub(super) cells: Cells,
    pub(super) states: States,
}

/// The states of cells.
#[derive(Clone, Debug)]
pub enum States {
    /// All of so many have a value.
    There(usize),
    /// One by one.
    Each(Vec<State>),
}

impl States {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            States::There(count) => *count,
            States::Each(states) => states.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The state of a row; beyond the end there is no row.
    #[inline]
    pub fn get(&self, row: u32) -> State {
        let row = row as usize;
        match self {
            States::There(count) if row < *count => State::There,
            States::There(_) => State::NoRow,
            States::Each(states) => states.get(row).copied().unwrap_or(State::NoRow),
        }
    }

    /// Sets the states of some rows.
    pub fn put(&mut self, rows: impl Iterator<Item = (u32, State)>) {
        if let States::There(count) = self {
            *self = States::Each(vec![State::There; *count]);
        }
        let States::Each(states) = self else { return };
        for (row, state) in rows {
            if let Some(cell) = states.get_mut(row as usize) {
                *cell = state;
            }
        }
    }

    /// All of several, one after another.
    pub fn concat(parts: Vec<States>) -> States {
        if parts.iter().all(|part| matches!(part, States::There(_))) {
            return States::There(parts.iter().map(States::len).sum());
        }
        let mut all = Vec::with_capacity(parts.iter().map(States::len).sum());
        for part in parts {
            match part {
                States::There(count) => all.extend(std::iter::repeat_n(State::There, count)),
                States::Each(states) => all.extend(states),
            }
        }
        States::Each(all)
    }

    /// Appends one.
    #[inline]
    pub fn push(&mut self, state: State) {
        match (&mut *self, state) {
            (States::There(count), State::There) => *count = count.saturating_add(1),
            (States::There(count), _) => {
                let mut states = vec![State::There; *count];
                states.push(state);
                *self = States::Each(states);
            }
            (States::Each(states), _) => states.push(state),
        }
    }
}

/// Equal where the states are.
impl PartialEq for States {
    fn eq(&self, other: &Self) -> bool {
        let all = 0..crate::cell::row_number(self.len());
        self.len() == other.len() && all.into_iter().all(|row| self.get(row) == other.get(row))
    }
}

impl FromIterator<State> for States {
    fn from_iter<I: IntoIterator<Item = State>>(states: I) -> Self {
        let mut all = States::There(0);
        states.into_iter().for_each(|state| all.push(state));
        all
    }
}

impl ColumnData {
    /// An empty column for values of a type; a number without places is kept exact.
    pub fn new(ty: Type, places: Option<u8>) -> Self {
        let cells = match (ty, places) {
            (Type::Number(..), Some(places)) => Cells::Number { places, units: Units::default() },
            (Type::Number(..), None) => Cells::Exact(Vec::new()),
            (Type::YesNo, _) => Cells::YesNo(Vec::new()),
            (Type::Text, _) => Cells::Text(Vec::new()),
            (Type::Date, _) => Cells::Date(Vec::new()),
            (Type::Period(_), _) => Cells::Period(Vec::new()),
            (Type::Reference(_), _) => Cells::Row(Vec::new()),
            (Type::Choice(_), _) => Cells::Choice(Vec::new()),
            (Type::Currency, _) => Cells::Currency(Vec::new()),
        };
        Self { cells, states: States::There(0) }
    }

    /// A column of as many cells as states.
    pub fn of(cells: Cells, states: States) -> Self {
        Self { cells, states }
    }

    /// Appends a row: its value, or missing. A number must have at most the column's places; a value
    /// of another type counts as missing (the checker rules both out).
    pub fn push(&mut self, value: Option<Value>) {
        let state = match (&mut self.cells, value) {
            (Cells::Number { places, units }, Some(Value::Number(exact))) => {
                let scaled = exact.to_units(*places, crate::value::Rounding::HalfUp);
                units.push(i128::try_from(scaled).unwrap_or(i128::MAX));
                State::There
            }
            (Cells::Exact(values), Some(Value::Number(exact))) => keep(values, exact),
            (Cells::YesNo(values), Some(Value::YesNo(yes))) => keep(values, yes),
            (Cells::Text(values), Some(Value::Text(text))) => keep(values, text),
            (Cells::Date(values), Some(Value::Date(date))) => keep(values, date),
            (Cells::Period(values), Some(Value::Period(period))) => keep(values, period),
            (Cells::Row(values), Some(Value::Row(row))) => keep(values, row),
            (Cells::Choice(values), Some(Value::Choice(choice))) => keep(values, choice),
            (Cells::Currency(values), Some(Value::Currency(currency))) => keep(values, currency),
            (cells, _) => {
                cells.push_placeholder();
                State::Missing
            }
        };
        self.states.push(state);
    }

    /// Appends a stored number at the column's own places.
    pub fn push_units(&mut self, value: i128) {
        if let Cells::Number { units, .. } = &mut self.cells {
            units.push(value);
            self.states.push(State::There);
        }
    }

    /// Appends a row that a `where` left out.
    pub fn push_no_row(&mut self) {
        self.cells.push_placeholder();
        self.states.push(State::NoRow);
    }

    /// How many rows the frame has.
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// Whether the frame has none.
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// The state of a row; beyond the end there is no row.
    pub fn state(&self, row: u32) -> State {
        self.states.get(row)
    }

    /// The states of all rows.
    pub fn states(&self) -> &States {
        &self.states
    }

    /// The cells of all rows.
    pub fn cells(&self) -> &Cells {
        &self.cells
    }

    /// The value of a row, if it has one.
    pub fn get(&self, row: u32) -> Option<Value> {
        if self.state(row) != State::There {
            return None;
        }
        let row = row as usize;
        match &self.cells {
            Cells::Number { places, units } => {
                units.get(row).map(|units| Value::Number(Exact::from_units(units, *places)))
            }
            Cells::Exact(values) => values.get(row).cloned().map(Value::Number),
            Cells::YesNo(values) => values.get(row).copied().map(Value::YesNo),
            Cells::Text(values) => values.get(row).cloned().map(Value::Text),
            Cells::Date(values) => values.get(row).copied().map(Value::Date),
            Cells::Period(values) => values.get(row).copied().map(Value::Period),
            Cells::Row(values) => values.get(row).copied().map(Value::Row),
            Cells::Choice(values) => values.get(row).copied().map(Value::Choice),
            Cells::Currency(values) => values.get(row).copied().map(Value::Currency),
        }
    }

    /// The stored number of a row, if it has one.
    pub fn fixed(&self, row: u32) -> Option<Fixed> {
        match (&self.cells, self.state(row)) {
            (Cells::Number { places, units }, State::There) => {
                units.get(row as usize).map(|units| Fixed { units, places: *places })
            }
            _ => None,
        }
    }
}

fn keep<T>(values: &mut Vec<T>, value: T) -> State {
    values.push(value);
    State::There
}

impl Cells {
    fn push_placeholder(&mut self) {
        match self {
            Cells::Number { units, .. } => units.push(0),
            Cells::Exact(values) => values.push(Exact::zero()),
            Cells::YesNo(values) => values.push(false),
            Cells::Text(values) => values.push(Arc::from("")),
            Cells::Date(values) => values.push(Date::default()),
            Cells::Period(values) => values.push(Period(0)),
            Cells::Row(values) | Cells::Choice(values) => values.push(0),
            Cells::Currency(values) => values.push(Currency::NONE),
        }
    }
}
