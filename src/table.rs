//! Typed columns by frame: [`Tables`] as read from data, [`Results`] with all that was computed.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use crate::calendar::{Calendar, Date, Period};
pub use crate::cell::{Key, Value, day_key, row_number};
use crate::ids::{ColumnId, ExprId, FrameId, Id, RecordId, RuleId};
use crate::types::model::{KeyPart, Type};
use crate::value::{Currency, Exact, Fixed};

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

/// The values of a column; a cell whose state is not [`State::There`] holds a placeholder.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Stored numbers: units of 10^-places.
    Number {
        /// The places of all of them.
        places: u8,
        /// The units.
        units: Vec<i128>,
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
    cells: Cells,
    states: Vec<State>,
}

impl ColumnData {
    /// An empty column for values of a type; a number without places is kept exact.
    pub fn new(ty: Type, places: Option<u8>) -> Self {
        let cells = match (ty, places) {
            (Type::Number(..), Some(places)) => Cells::Number { places, units: Vec::new() },
            (Type::Number(..), None) => Cells::Exact(Vec::new()),
            (Type::YesNo, _) => Cells::YesNo(Vec::new()),
            (Type::Text, _) => Cells::Text(Vec::new()),
            (Type::Date, _) => Cells::Date(Vec::new()),
            (Type::Period(_), _) => Cells::Period(Vec::new()),
            (Type::Reference(_), _) => Cells::Row(Vec::new()),
            (Type::Choice(_), _) => Cells::Choice(Vec::new()),
            (Type::Currency, _) => Cells::Currency(Vec::new()),
        };
        Self { cells, states: Vec::new() }
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
        self.states.get(row as usize).copied().unwrap_or(State::NoRow)
    }

    /// The states of all rows.
    pub fn states(&self) -> &[State] {
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
                units.get(row).map(|units| Value::Number(Exact::from_units(*units, *places)))
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
                units.get(row as usize).map(|units| Fixed { units: *units, places: *places })
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

/// The rows of a frame: their keys, in ascending order, and the way from a key to its row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    keys: Vec<Box<[Key]>>,
    way: Way,
}

/// The way from a key to its row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Way {
    /// The key is the row itself.
    #[default]
    Own,
    /// By the whole key.
    Index(HashMap<Box<[Key]>, u32>),
    /// By the key without its last part, the first day of a version, and any day on which it holds.
    Versions {
        /// The versions of a key, in order of their days.
        of: HashMap<Box<[Key]>, Range<u32>>,
        /// By row of which they are versions: the first of them.
        firsts: Vec<u32>,
        /// The last day of each version.
        lasts: Vec<Key>,
    },
}

impl Rows {
    /// Rows with these keys, which must be distinct; their order is kept.
    pub fn new(keys: Vec<Box<[Key]>>) -> Self {
        let index = keys.iter().enumerate().map(|(row, key)| (key.clone(), row_number(row))).collect();
        Self { keys, way: Way::Index(index) }
    }

    /// `count` rows whose key is the row itself.
    pub fn own(count: usize) -> Self {
        let keys = (0..count).map(|row| Box::from([Key::from(row_number(row))])).collect();
        Self { keys, way: Way::Own }
    }

    /// Versions of rows: the last part of each key is the first day on which the version holds, `lasts`
    /// are their last days. Versions of one row stand together, in order, and do not overlap.
    pub fn versions(keys: Vec<Box<[Key]>>, lasts: Vec<Key>) -> Self {
        let mut of: HashMap<Box<[Key]>, Range<u32>> = HashMap::new();
        let mut firsts = Vec::new();
        for (row, key) in keys.iter().enumerate() {
            let row = row_number(row);
            let range = of.entry(Box::from(without_last(key))).or_insert_with(|| {
                firsts.push(row);
                row..row
            });
            range.end = row.saturating_add(1);
        }
        Self { keys, way: Way::Versions { of, firsts, lasts } }
    }

    /// The versions of a row with this key, in order of their days; none where rows have no versions. Where
    /// keys have several parts, one number in their place is the row itself.
    pub fn versions_of(&self, key: &[Key]) -> Range<u32> {
        let Way::Versions { of, firsts, .. } = &self.way else { return 0..0 };
        let composite = self.keys.first().is_some_and(|first| first.len() > 2);
        match key {
            [row] if composite => {
                let row = usize::try_from(*row).unwrap_or(usize::MAX);
                let end = firsts.get(row.saturating_add(1)).copied().unwrap_or(row_number(self.keys.len()));
                firsts.get(row).map_or(0..0, |first| *first..end)
            }
            _ => of.get(key).cloned().unwrap_or(0..0),
        }
    }

    /// The first and the last day of a version, as parts of a key.
    pub fn days_of(&self, row: u32) -> Option<(Key, Key)> {
        match &self.way {
            Way::Versions { lasts, .. } => Some((*self.key(row).last()?, *lasts.get(row as usize)?)),
            Way::Own | Way::Index(_) => None,
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// All rows.
    pub fn all(&self) -> std::ops::Range<u32> {
        0..row_number(self.keys.len())
    }

    /// The key of a row; empty beyond the end.
    pub fn key(&self, row: u32) -> &[Key] {
        self.keys.get(row as usize).map_or(&[], |key| key)
    }

    /// The row with a key; of versions, the one that holds on the day that is the key's last part. Where
    /// keys have several parts, one number in their place is the row itself: a reference to a row.
    pub fn find(&self, key: &[Key]) -> Option<u32> {
        let composite = || self.keys.first().is_some_and(|first| first.len() > 1);
        match (&self.way, key) {
            (Way::Versions { lasts, .. }, _) => {
                let (day, of) = key.split_last()?;
                let versions = self.versions_of(of);
                let keys = self.keys.get(versions.start as usize..versions.end as usize)?;
                let begun = keys.partition_point(|version| version.last() <= Some(day));
                let row = versions.start.checked_add(row_number(begun).checked_sub(1)?)?;
                lasts.get(row as usize).filter(|last| *last >= day).map(|_| row)
            }
            (Way::Index(index), [_]) if !composite() => index.get(key).copied(),
            (_, [row]) => u32::try_from(*row).ok().filter(|row| (*row as usize) < self.keys.len()),
            (Way::Index(index), _) => index.get(key).copied(),
            (Way::Own, _) => None,
        }
    }
}

fn without_last(key: &[Key]) -> &[Key] {
    key.split_last().map_or(key, |(_, before)| before)
}

/// A data file as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFile {
    /// The record it belongs to.
    pub record: RecordId,
    /// Its path below the data folder, with `/`.
    pub path: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// How many rows it has, without the header.
    pub rows: u64,
}

/// The data of a plan, validated: one frame for each record, its rows in order of their keys, and one for
/// the versions of its rows where it has them.
#[derive(Clone, Debug)]
pub struct Tables {
    /// The plan's calendar, with the periods from data.
    pub calendar: Calendar,
    /// The files read, in order of their records.
    pub files: Vec<DataFile>,
    /// For each frame of a record that has a file, by row: the row in the file as a spreadsheet counts it
    /// (header 1); for the rows of a record with versions, that of the first version.
    pub file_rows: HashMap<FrameId, Vec<u64>>,
    frames: HashMap<FrameId, Arc<Rows>>,
    columns: HashMap<ColumnId, Arc<ColumnData>>,
}

impl Tables {
    /// No data at all.
    pub fn new(calendar: Calendar) -> Self {
        Self { calendar, files: Vec::new(), file_rows: HashMap::new(), frames: HashMap::new(), columns: HashMap::new() }
    }

    /// Sets the rows of a frame.
    pub fn set_rows(&mut self, frame: FrameId, rows: Rows) {
        self.frames.insert(frame, Arc::new(rows));
    }

    /// Sets a column.
    pub fn set_column(&mut self, column: ColumnId, data: ColumnData) {
        self.columns.insert(column, Arc::new(data));
    }

    /// The rows of a frame, if it is there.
    pub fn rows(&self, frame: FrameId) -> Option<&Arc<Rows>> {
        self.frames.get(&frame)
    }

    /// A column, if it is there.
    pub fn column(&self, column: ColumnId) -> Option<&Arc<ColumnData>> {
        self.columns.get(&column)
    }
}

/// What became of a row of which a credit rule may have made a credit, or of a source row that has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Credited: the row among the credits.
    Credited(u32),
    /// This condition of the rule (its number) was not yes on the source row.
    Where(usize),
    /// The source row has no child row, or its person no manager.
    NoRows,
    /// This condition behind `to` (its number) was not yes.
    Narrowed(usize),
    /// A manager is in the hierarchy, but not in the people's record.
    OutsideRecord,
    /// `to` is blank.
    NoPerson,
    /// `on` is blank: not yet.
    NoDate,
    /// The person is not in the plan.
    OutsidePeople,
    /// The date is not in the plan.
    OutsideDates,
}

/// What became of all source rows under one credit rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleOutcome {
    /// The rule.
    pub rule: RuleId,
    /// In order of the source rows: each of them has an outcome, and several where several credits
    /// could be made of it.
    pub outcomes: Vec<(u32, Outcome)>,
}

/// Why a row falls to no reader of an aggregate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unplaced {
    /// It belongs to no one.
    NoPerson,
    /// Its date is blank: not yet.
    NoDate,
    /// It leads to nothing of this kind.
    Nothing(KeyPart),
    /// Its person is not in the plan.
    OutsidePeople,
    /// Its date is not in the plan.
    OutsideDates,
    /// The readers have no such row.
    NoRow,
}

/// The rows that an aggregate of a definition gives to no reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnplacedRows {
    /// The definition.
    pub column: ColumnId,
    /// The frame of the rows.
    pub members: FrameId,
    /// The rows, in order, each with why.
    pub rows: Vec<(u32, Unplaced)>,
}

/// What a credit was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreditRow {
    /// The rule.
    pub rule: RuleId,
    /// The source row.
    pub source: u32,
    /// The row on the rule's own frame.
    pub row: u32,
}

/// All values of a plan: the data, the derived frames, and every definition.
#[derive(Clone, Debug)]
pub struct Results {
    /// All frames and columns.
    pub tables: Tables,
    /// What each credit was made of.
    pub credits: Vec<CreditRow>,
    /// The same for the credits with those dated before the plan, where a window may see them.
    pub history: Vec<CreditRow>,
    /// What became of the source rows, by rule.
    pub outcomes: Vec<RuleOutcome>,
    /// The rows of records that aggregates give to no reader, in order of the definitions.
    pub unplaced: Vec<UnplacedRows>,
    /// For each `pay` and `earn`: whom its values belong to and when they happen.
    pub flows: BTreeMap<ColumnId, Flow>,
}

impl Results {
    /// The data, of which nothing is computed yet.
    pub fn of(tables: Tables) -> Self {
        Self {
            tables,
            credits: Vec::new(),
            history: Vec::new(),
            outcomes: Vec::new(),
            unplaced: Vec::new(),
            flows: BTreeMap::new(),
        }
    }
}

/// Whom the values of a `pay` or an `earn` belong to and when they happen, by row of its frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// The person, as a row of the people's record.
    pub person: Vec<Option<u32>>,
    /// The date.
    pub date: Vec<Option<Date>>,
}

/// A computation that went wrong.
#[derive(Clone, Debug)]
pub struct Stopped {
    /// What went wrong, one for each row.
    pub faults: Vec<Fault>,
    /// What had been computed before.
    pub so_far: Box<Results>,
}

/// Why a value could not be computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What went wrong.
    pub kind: FaultKind,
    /// The expression in which it did.
    pub expr: ExprId,
    /// The frame of the row.
    pub frame: FrameId,
    /// The row.
    pub row: u32,
}

/// Kinds of fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// A division by zero.
    DivisionByZero,
    /// A result with more digits than are kept (the exact value).
    TooLarge(Exact),
    /// No rate for a currency.
    MissingRate(Currency),
    /// An input of a table, by its number, that lies below the first row.
    BelowTable {
        /// Which of the inputs.
        input: usize,
        /// What it is.
        value: Value,
    },
    /// A date or period moved by a count (this one) that is not whole, or out of the years 1 to 9999.
    OutsideCalendar(Exact),
    /// An `ensure` that does not hold.
    Ensure(crate::ids::EnsureId),
    /// A required value that a test did not give.
    NotGiven(ColumnId),
    /// Rows of a record that manage each other on a day: each reports to the next, the last to the first.
    Circle(RecordId, Date, Vec<u32>),
    /// An amount that is shared out, without a row that receives of it.
    NoReceiver(Exact),
    /// A schedule of so many periods, which is no count that a schedule can have.
    ScheduleLength(Exact),
    /// A weight below 0 in what is shared out.
    NegativeWeight(Exact),
}

impl Tables {
    /// All columns that are there, in order of their ids.
    pub fn column_ids(&self) -> Vec<ColumnId> {
        let mut ids: Vec<ColumnId> = self.columns.keys().copied().collect();
        ids.sort_by_key(|id| id.index());
        ids
    }
}
