//! What the values of a column are known by: the parts of their keys, and whom and when they lead to.

use crate::calendar::Unit;
use crate::ids::{ColumnId, RecordId};
use crate::program::Program;
use crate::types::model::{CreditTable, FrameRows, KeyPart, Origin, Type};

/// One thing by which values are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// What a column of a table of expected values may call it; the first is said in messages.
    pub names: Vec<String>,
    /// What it is.
    pub kind: PartKind,
}

/// What values are known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartKind {
    /// Something with a text of its own.
    Word(Word),
    /// A time.
    Time(Time),
}

/// Where the text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// At a position of the row's key.
    Key(usize, KeyPart),
    /// In a column of the same frame.
    Column(ColumnId),
    /// The rule of a credit.
    Rule,
    /// The row that a credit comes from.
    Source,
    /// The child row that a credit comes from.
    Child,
    /// The person whom it is paid to or who earns it.
    FlowPerson,
}

/// Where the time stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    /// A period at a position of the row's key.
    Key(usize, Unit),
    /// A period in a column of the same frame.
    Column(ColumnId, Unit),
    /// A date in a column of the same frame.
    Date(ColumnId),
    /// The date on which it is paid or earned.
    FlowDate,
}

/// What the values of a column are known by. An aggregate places what is earned or paid by its person
/// and date, as those of the plan do.
pub(super) fn parts(program: &Program, column: ColumnId, aggregated: bool) -> Vec<Part> {
    let described = program.model.columns.at(column);
    let flow = match &described.origin {
        Origin::Definition(definition) => definition.person.is_some() && definition.date.is_some(),
        Origin::Data(_) | Origin::Credit | Origin::Level => false,
    };
    let naming = Naming { program };
    let frame = program.model.frames.at(described.frame);
    match frame.rows {
        FrameRows::One => Vec::new(),
        FrameRows::Record(record) => naming.of_record(record, flow),
        FrameRows::Credit | FrameRows::CreditHistory => match program.model.credits_of(described.frame) {
            Some(credit) => naming.of_credits(credit, flow),
            None => Vec::new(),
        },
        FrameRows::People
        | FrameRows::Times(..)
        | FrameRows::Occurring(_)
        | FrameRows::Schedule(_)
        | FrameRows::Managers(_)
        | FrameRows::Versions(_) => naming.of_key(&frame.parts, flow, aggregated),
    }
}

struct Naming<'a> {
    program: &'a Program,
}

impl Naming<'_> {
    fn of_key(&self, parts: &[KeyPart], flow: bool, aggregated: bool) -> Vec<Part> {
        let people = self.program.model.plan.people;
        let mut found = Vec::new();
        for (position, part) in parts.iter().enumerate() {
            found.push(match part {
                KeyPart::Period(_) if flow && aggregated => self.time(Time::FlowDate),
                KeyPart::Period(unit) => self.time(Time::Key(position, *unit)),
                KeyPart::Record(record) if *record == people && flow && aggregated => self.person(Word::FlowPerson),
                KeyPart::Record(record) if *record == people => self.person(Word::Key(position, *part)),
                _ => word(vec![crate::fault::part_name(self.program, *part)], Word::Key(position, *part)),
            });
        }
        // A sum of what is earned on rows that are no person's own finds it by whom it is paid to, too.
        let has_person = parts.contains(&KeyPart::Record(people));
        if flow && aggregated && !has_person {
            found.push(self.person(Word::FlowPerson));
        }
        if flow && !found.iter().any(|part| matches!(part.kind, PartKind::Time(_))) {
            found.push(self.time(Time::FlowDate));
        }
        found
    }

    /// The key of a record, then the person and the date its rows belong to.
    fn of_record(&self, record: RecordId, flow: bool) -> Vec<Part> {
        let model = &self.program.model;
        let declared = model.records.at(record);
        let mut found: Vec<Part> = declared.key.iter().map(|column| self.of_column(record, *column)).collect();
        let people = Type::Reference(model.plan.people);
        let has_person =
            record == model.plan.people || declared.key.iter().any(|column| model.columns.at(*column).ty == people);
        let to = declared.to.filter(|column| model.columns.at(*column).ty == people);
        match (has_person, flow, to) {
            (true, ..) | (_, false, None) => {}
            (_, true, _) => found.push(self.person(Word::FlowPerson)),
            (_, _, Some(column)) => found.push(self.person(Word::Column(column))),
        }
        let has_time = found.iter().any(|part| matches!(part.kind, PartKind::Time(_)));
        let on = declared.on.and_then(|column| match model.columns.at(column).ty {
            Type::Date => Some(Time::Date(column)),
            Type::Period(unit) => Some(Time::Column(column, unit)),
            _ => None,
        });
        match (has_time, flow, on) {
            (true, ..) | (_, false, None) => {}
            (_, true, _) => found.push(self.time(Time::FlowDate)),
            (_, _, Some(on)) => found.push(self.time(on)),
        }
        found
    }

    fn of_column(&self, record: RecordId, column: ColumnId) -> Part {
        let name = self.program.names.columns.at(column).name.clone();
        let record_name = self.program.names.records.at(record).name.clone();
        let single = self.program.model.records.at(record).key.len() == 1;
        let mut part = match self.program.model.columns.at(column).ty {
            Type::Period(unit) => self.time(Time::Column(column, unit)),
            Type::Reference(of) if of == self.program.model.plan.people => self.person(Word::Column(column)),
            _ if single => word(vec![record_name], Word::Column(column)),
            _ => word(Vec::new(), Word::Column(column)),
        };
        part.names.push(name);
        part
    }

    fn of_credits(&self, credit: &CreditTable, flow: bool) -> Vec<Part> {
        let source = credit.source.map(|column| self.program.model.columns.at(column).ty);
        let mut source_names = vec!["source".to_owned()];
        if let Some(Type::Reference(record)) = source {
            source_names.insert(0, self.program.names.records.at(record).name.clone());
        }
        let mut found = vec![word(vec!["rule".to_owned()], Word::Rule), word(source_names, Word::Source)];
        if self.program.model.rules.iter().any(|rule| rule.child.is_some()) {
            found.push(word(vec!["child".to_owned()], Word::Child));
        }
        found.push(self.person(if flow { Word::FlowPerson } else { Word::Column(credit.person) }));
        found.push(self.time(if flow { Time::FlowDate } else { Time::Date(credit.date) }));
        found
    }

    fn person(&self, place: Word) -> Part {
        let people = self.program.model.plan.people;
        word(vec![self.program.names.records.at(people).name.clone(), "person".to_owned()], place)
    }

    /// A period goes by the name of its unit, and a date by that of any.
    fn time(&self, time: Time) -> Part {
        let names = match time {
            Time::Key(_, unit) | Time::Column(_, unit) => vec![self.program.names.unit_name(unit)],
            Time::Date(_) | Time::FlowDate => {
                let regular = Unit::REGULAR.into_iter().filter_map(Unit::word).map(str::to_owned);
                let custom = self.program.names.periods.iter().map(|named| named.name.clone());
                std::iter::once("date".to_owned()).chain(regular).chain(custom).collect()
            }
        };
        Part { names, kind: PartKind::Time(time) }
    }
}

impl Part {
    /// Its name in messages.
    pub fn name(&self) -> &str {
        self.names.first().map_or("key", String::as_str)
    }

    /// Whether a column of a table means it.
    pub fn is_called(&self, name: &str) -> bool {
        self.names.iter().any(|own| own.eq_ignore_ascii_case(name))
    }
}

fn word(names: Vec<String>, place: Word) -> Part {
    Part { names, kind: PartKind::Word(place) }
}
