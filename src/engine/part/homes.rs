//! Where the rows of frames belong: to everyone, to rows that come and go with the data asked about, or to one person.

use std::collections::{BTreeSet, HashMap};

use super::Why;
use crate::ids::{ColumnId, FrameId, IdVec, RecordId};
use crate::program::Program;
use crate::types::expr::{Expr, Op};
use crate::types::model::{FrameRows, KeyPart, Model, Origin, Type};

/// Whose the rows of a frame are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Home {
    /// All of them are kept as they are: rows of people, periods, small records.
    Stable,
    /// They stand on rows of this record, of which a part holds some.
    Rows(RecordId),
    /// Each belongs to one person, which this expression gives on the row; a part holds those of its persons.
    Owned(Expr),
}

impl Home {
    /// Whether a part holds some of the rows alone.
    pub fn flows(&self) -> bool {
        *self != Home::Stable
    }
}

/// A reference from a record in parts to another one or itself: rows of a part bring those that they refer to, and those
/// that refer to them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub child: RecordId,
    pub column: ColumnId,
    pub parent: RecordId,
}

/// The homes of all frames where rows of some records come in parts.
pub(super) struct Homes {
    /// The records that come in parts.
    pub records: BTreeSet<RecordId>,
    /// How their rows refer to each other.
    pub links: Vec<Link>,
    homes: IdVec<FrameId, Home>,
}

impl Homes {
    /// With rows of these records asked about: they, those that credits are made of, and those that refer to one of them
    /// come in parts.
    ///
    /// # Errors
    /// What of the plan does not divide by persons.
    pub fn of(program: &Program, asked: &BTreeSet<RecordId>) -> Result<Homes, Why> {
        let model = &program.model;
        let mut records = asked.clone();
        for rule in model.rules.iter() {
            records.extend([rule.record].into_iter().chain(rule.child).filter(|record| *record != model.plan.people));
        }
        let links = loop {
            let links = links_to(model, &records);
            let before = records.len();
            records.extend(links.iter().map(|link| link.child));
            if records.len() == before {
                break links;
            }
        };
        let undivided = |record: &RecordId| {
            let declared = model.records.at(*record);
            *record == model.plan.people || declared.versions.is_some() || declared.key.is_empty()
        };
        if let Some(record) = records.iter().find(|record| undivided(record)) {
            return Err(Why::Record(*record));
        }
        let mut homes = Homes { records, links, homes: IdVec::new() };
        for frame in model.frames.ids() {
            let home = homes.home(model, frame)?;
            homes.homes.push(home);
        }
        Ok(homes)
    }

    /// The home of a frame.
    pub fn at(&self, frame: FrameId) -> &Home {
        self.homes.at(frame)
    }

    /// Whether a part holds some of a frame's rows alone.
    pub fn flows(&self, frame: FrameId) -> bool {
        self.at(frame).flows()
    }

    fn home(&self, model: &Model, frame: FrameId) -> Result<Home, Why> {
        Ok(match model.frames.at(frame).rows {
            FrameRows::One | FrameRows::People => Home::Stable,
            FrameRows::Record(record) if self.records.contains(&record) => Home::Rows(record),
            FrameRows::Record(_) | FrameRows::Versions(_) => Home::Stable,
            FrameRows::Times(base, _) => self.on_base(model, frame, base)?,
            FrameRows::Schedule(schedule) => self.on_base(model, frame, model.schedules.at(schedule).base)?,
            FrameRows::Credit | FrameRows::CreditHistory => match model.credits_of(frame) {
                Some(table) => Home::Owned(read(table.person)),
                None => Home::Stable,
            },
            FrameRows::Managers(rule) => return Err(Why::Rule(rule)),
            FrameRows::Occurring(_) => match model.occurring_of(frame) {
                Some(occurring) => match self.home(model, occurring.members)? {
                    Home::Stable => Home::Stable,
                    Home::Rows(_) => return Err(Why::Frame(frame)),
                    Home::Owned(owner) => {
                        let part = person_part(model, frame);
                        let owns = |part: &usize| occurring.keys.get(*part) == Some(&owner);
                        Home::Owned(key(part.filter(owns).ok_or(Why::Frame(frame))?))
                    }
                },
                None => Home::Stable,
            },
        })
    }

    /// The home of a frame whose keys begin with those of another.
    fn on_base(&self, model: &Model, frame: FrameId, base: FrameId) -> Result<Home, Why> {
        match self.home(model, base)? {
            Home::Owned(Expr { op: Op::Key(part), .. }) => Ok(Home::Owned(key(part))),
            Home::Owned(_) => Err(Why::Frame(frame)),
            // The first part of the key is the row.
            Home::Rows(record) => match model.frames.at(frame).parts.first() {
                Some(KeyPart::Record(first)) if *first == record => Ok(Home::Rows(record)),
                _ => Err(Why::Frame(frame)),
            },
            Home::Stable => Ok(Home::Stable),
        }
    }
}

/// Which part of a frame's key is a person.
pub(super) fn person_part(model: &Model, frame: FrameId) -> Option<usize> {
    let is_person = |part: &KeyPart| *part == KeyPart::Record(model.plan.people);
    model.frames.at(frame).parts.iter().position(is_person)
}

fn links_to(model: &Model, records: &BTreeSet<RecordId>) -> Vec<Link> {
    let link = |(id, column): (ColumnId, &crate::types::model::Column)| match (&column.origin, column.ty) {
        (Origin::Data(data), Type::Reference(parent)) if records.contains(&parent) => {
            Some(Link { child: data.record, column: id, parent })
        }
        _ => None,
    };
    model.columns.pairs().filter_map(link).collect()
}

/// An expression that stands nowhere in the plan: it is compared with others, and computes what cannot go wrong.
fn nowhere(op: Op) -> Expr {
    Expr { id: crate::ids::ExprId(u32::MAX), op }
}

fn read(column: ColumnId) -> Expr {
    nowhere(Op::Read(column))
}

fn key(part: usize) -> Expr {
    nowhere(Op::Key(part))
}

/// By frame of the records in parts: the columns that lead from a row to persons.
pub(super) type Paths = HashMap<FrameId, Vec<Expr>>;
