//! Typed columns by frame: [`Tables`] as read from data, [`Results`] with all that was computed.

mod column;
mod combinations;
mod gather;
mod rows;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::calendar::{Calendar, Date};
pub use crate::cell::{Key, NOWHERE, Value, day_key, row_number};
use crate::ids::{ColumnId, ExprId, FrameId, Id, RecordId, RuleId};
use crate::types::model::{KeyPart, Model};
use crate::value::{Currency, Exact};
pub use column::{Cells, ColumnData, State, States};
pub use combinations::{Combinations, Span};
pub use rows::Rows;

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

    /// Takes the frames and columns of others.
    pub fn take_from(&mut self, others: &Tables) {
        self.frames.extend(others.frames.iter().map(|(frame, rows)| (*frame, Arc::clone(rows))));
        self.columns.extend(others.columns.iter().map(|(column, data)| (*column, Arc::clone(data))));
    }

    /// Removes the rows of a frame.
    pub fn remove_rows(&mut self, frame: FrameId) {
        self.frames.remove(&frame);
    }

    /// Removes a column.
    pub fn remove_column(&mut self, column: ColumnId) {
        self.columns.remove(&column);
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Credited: the row among the credits.
    Credited(u32),
    /// Credited to a person of another part, where only those of some persons are computed.
    Elsewhere,
    /// This condition of the rule (its number) was not yes on the source row.
    Where(u32),
    /// The source row has no child row, or its person no manager.
    NoRows,
    /// This condition behind `to` (its number) was not yes.
    Narrowed(u32),
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
    /// Which of the aggregates it is that give rows to readers (see [`Model::placing`]).
    pub place: usize,
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

    /// Forgets what no run folder holds, to make room.
    pub fn forget_lets(&mut self, model: &Model) {
        for column in model.lets_not_kept() {
            self.tables.columns.remove(&column);
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
