//! What of a program can be computed for some persons apart from the others, told from its expressions alone.
//!
//! A value is *within* when it rests on the rows of its own person and on what stays as it is: a part that holds these
//! rows computes it as the whole does. All else is *across*: it stands on rows that are always there, and what it adds
//! up over everyone's rows is known of before, so that what a part brings more or less is added to it.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::Why;
use super::homes::{Home, Homes, Paths, person_part};
use crate::ids::{ColumnId, EnsureId, ExprId, FrameId, RecordId};
use crate::program::{Compute, Program};
use crate::types::expr::{Aggregate, Expr, Op};
use crate::types::model::{Column, Definition, KeyPart, Model, Origin, RatesRows, Type};

/// How a value on rows that stay rests on rows that come in parts.
#[derive(Default)]
pub(super) struct Rests<'p> {
    /// On those of its own person: it is computed for the persons of a part alone.
    pub on_part: bool,
    /// On everyone's, added up by these.
    pub on_all: Vec<(ExprId, &'p Aggregate)>,
}

/// What of a program can be computed in parts.
pub(super) struct Layout<'p> {
    pub program: &'p Program,
    pub homes: Homes,
    /// The columns that another row of the records in parts may change.
    pub reached: HashSet<ColumnId>,
    /// What leads from rows of records in parts to the persons they belong to.
    pub paths: Paths,
    /// By definition on rows that stay, of those reached.
    pub columns: HashMap<ColumnId, Rests<'p>>,
    /// The conditions that must hold on rows that stay, of those reached.
    pub ensures: HashMap<EnsureId, Rests<'p>>,
    /// What rows in parts read of their own person: who has another value there needs to be in the part.
    pub read_by_own: HashSet<ColumnId>,
    /// The same of what is computed again for each credit: who may have another value on the way.
    pub computed_by_own: HashSet<ColumnId>,
    /// What rows in parts read wherever it stands: another value there may reach any of them.
    pub read_by_any: HashSet<ColumnId>,
    /// The aggregates over rows that stay, in groups that stay, by where they stand.
    pub steady: HashSet<usize>,
}

/// Where an expression is computed.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// On the rows of a part.
    Part(FrameId),
    /// On some rows that stay, those asked for.
    Asked(FrameId),
    /// On any rows that stay.
    Any(FrameId),
}

impl Place {
    fn frame(self) -> FrameId {
        match self {
            Place::Part(frame) | Place::Asked(frame) | Place::Any(frame) => frame,
        }
    }
}

/// What does not divide.
pub(super) type Divides<T = ()> = Result<T, ()>;

impl<'p> Layout<'p> {
    /// With rows of these records asked about.
    ///
    /// # Errors
    /// What of the plan does not divide by persons.
    pub fn of(program: &'p Program, asked: &BTreeSet<RecordId>) -> Result<Layout<'p>, Why> {
        let mut layout = Layout {
            program,
            homes: Homes::of(program, asked)?,
            reached: HashSet::new(),
            paths: Paths::new(),
            columns: HashMap::new(),
            ensures: HashMap::new(),
            read_by_own: HashSet::new(),
            computed_by_own: HashSet::new(),
            read_by_any: HashSet::new(),
            steady: HashSet::new(),
        };
        layout.find_reached();
        for record in layout.homes.records.clone() {
            let frame = program.model.records.at(record).frame;
            if let Some(part) = person_part(&program.model, frame) {
                layout.add_path(frame, &Expr { id: ExprId(u32::MAX), op: Op::Key(part) });
            }
        }
        let plan = &program.model.plan;
        let people = plan.people_condition.iter().chain(plan.active.iter().flatten());
        if people.into_iter().any(|expr| layout.touches(expr)) {
            return Err(Why::Record(plan.people));
        }
        for step in program.phases.iter().flat_map(|phase| &phase.steps) {
            layout.check_step(step)?;
        }
        Ok(layout)
    }

    /// The program's model.
    pub fn model(&self) -> &'p Model {
        &self.program.model
    }

    /// Finds what another row may change.
    fn find_reached(&mut self) {
        for step in self.program.phases.iter().flat_map(|phase| &phase.steps) {
            let columns: &[ColumnId] = match step {
                Compute::Column(column) => std::slice::from_ref(column),
                Compute::Periodwise(columns) => columns,
                Compute::Rule(_) | Compute::Credits | Compute::Frame(_) | Compute::Ensure(_) => &[],
            };
            let reached = |column: &ColumnId| {
                let declared = self.model().columns.at(*column);
                let definition = definition(self.model(), *column);
                let currency = declared.row_currency().is_some_and(|column| self.is_reached(column));
                let exprs = definition.into_iter().flat_map(all_exprs);
                currency || self.homes.flows(declared.frame) || exprs.into_iter().any(|expr| self.touches(expr))
            };
            if columns.iter().any(reached) {
                self.reached.extend(columns);
            }
        }
    }

    /// Whether a column may have other values: it stands on rows in parts, or rests on such.
    pub fn is_reached(&self, column: ColumnId) -> bool {
        self.reached.contains(&column) || self.homes.flows(self.model().columns.at(column).frame)
    }

    /// Whether an expression may have other values.
    pub fn touches(&self, expr: &Expr) -> bool {
        let own = match &expr.op {
            Op::RowExists(frame, _) => self.homes.flows(*frame),
            Op::Aggregate(aggregate) => self.homes.flows(aggregate.members),
            Op::Rate(id, _) | Op::Pooled(id, _) => match &self.model().rates.at(*id).rows {
                RatesRows::Record(bands) => self.homes.flows(bands.frame),
                RatesRows::Written(_) => false,
            },
            _ => false,
        };
        own || expr.op.column().is_some_and(|column| self.is_reached(column))
            || expr.op.operands().into_iter().any(|operand| self.touches(operand))
    }

    fn check_step(&mut self, step: &'p Compute) -> Result<(), Why> {
        let model = self.model();
        match step {
            Compute::Column(column) => self.check_column(*column),
            Compute::Periodwise(columns) => columns.iter().try_for_each(|column| self.check_column(*column)),
            Compute::Rule(rule) => self.check_rule(*rule).map_err(|()| Why::Rule(*rule)),
            Compute::Credits => Ok(()),
            Compute::Frame(frame) => {
                let Some(occurring) = model.occurring_of(*frame) else { return Ok(()) };
                let divides = match self.homes.flows(*frame) {
                    true => self.check_all(occurring.keys.iter(), Place::Part(occurring.members), None),
                    false if occurring.keys.iter().any(|key| self.touches(key)) => Err(()),
                    false => Ok(()),
                };
                divides.map_err(|()| Why::Frame(*frame))
            }
            Compute::Ensure(id) => {
                let ensure = model.ensures.at(*id);
                let exprs = || ensure.conditions.iter().chain([&ensure.holds]);
                let divides = match self.homes.flows(ensure.frame) {
                    true => self.check_all(exprs(), Place::Part(ensure.frame), None),
                    false if exprs().any(|expr| self.touches(expr)) => {
                        let mut rests = Rests::default();
                        let checked = self.check_all(exprs(), Place::Asked(ensure.frame), Some(&mut rests));
                        self.ensures.insert(*id, rests);
                        checked
                    }
                    false => Ok(()),
                };
                divides.map_err(|()| Why::Ensure(*id))
            }
        }
    }

    fn check_column(&mut self, column: ColumnId) -> Result<(), Why> {
        let frame = self.model().columns.at(column).frame;
        let Some(definition) = definition(self.model(), column).filter(|_| self.is_reached(column)) else {
            return Ok(());
        };
        let exprs = all_exprs(definition).into_iter();
        let divides = match self.homes.flows(frame) {
            true => self.check_all(exprs, Place::Part(frame), None),
            false => {
                let mut rests = Rests::default();
                let checked = self.check_all(exprs, Place::Asked(frame), Some(&mut rests));
                let named = !rests.on_part || person_part(self.model(), frame).is_some();
                self.columns.insert(column, rests);
                checked.and(if named { Ok(()) } else { Err(()) })
            }
        };
        divides.map_err(|()| Why::Column(column))
    }

    fn check_rule(&mut self, id: crate::ids::RuleId) -> Divides {
        let rule = self.model().rules.at(id);
        let frame = self.model().records.at(rule.record).frame;
        if !self.homes.flows(rule.frame) {
            // Each row is asked, whoever it credits.
            self.check_all(rule.source_exprs(), Place::Any(frame), None)?;
            self.check_all(rule.exprs(), Place::Any(rule.frame), None)?;
            for expr in rule.source_exprs().chain(rule.exprs()) {
                self.read_by_any.extend(self.reached_in(expr));
            }
            return Ok(());
        }
        self.check_all(rule.source_exprs(), Place::Part(frame), None)?;
        self.check_all(rule.exprs(), Place::Part(rule.frame), None)?;
        self.path(rule.frame, &rule.to)
    }

    fn check_all<'e>(
        &mut self,
        exprs: impl Iterator<Item = &'e Expr>,
        place: Place,
        mut rests: Option<&mut Rests<'p>>,
    ) -> Divides
    where
        'p: 'e,
        'e: 'p,
    {
        for expr in exprs {
            self.check(expr, place, &mut rests)?;
        }
        Ok(())
    }

    /// Looks whether an expression is computed in a part as it is in the whole, and notes what for.
    pub fn check(&mut self, expr: &'p Expr, place: Place, rests: &mut Option<&mut Rests<'p>>) -> Divides {
        match &expr.op {
            Op::ReadAt(column, key) => {
                let frame = self.model().columns.at(*column).frame;
                self.check_read(Some(*column), frame, key, place, rests)?;
            }
            Op::RowExists(frame, key) => self.check_read(None, *frame, key, place, rests)?,
            Op::SubsetRow(link, _) if self.is_reached(*link) => return Err(()),
            Op::Previous(column) => {
                let starting = definition(self.model(), *column).and_then(|definition| definition.starting.as_ref());
                if let Some(starting) = starting {
                    self.check(&starting.value, place, rests)?;
                }
            }
            Op::Aggregate(aggregate) => return self.check_aggregate(expr.id, aggregate, place, rests),
            Op::Increase(increase) => self.check_increase(increase, place)?,
            Op::Running(running) => self.check_order(&running.group, place)?,
            Op::Rank(rank) | Op::Pooled(_, rank) => self.check_order(&rank.group, place)?,
            Op::Allocate(shared) => match place {
                Place::Part(_) => return Err(()),
                Place::Asked(_) | Place::Any(_) if self.homes.flows(self.model().columns.at(shared.amount).frame) => {
                    return Err(());
                }
                Place::Asked(_) | Place::Any(_) => {}
            },
            Op::Convert(convert) => {
                if self.homes.flows(self.model().columns.at(convert.rate).frame) {
                    return Err(());
                }
                self.note_read(convert.rate, place, false);
            }
            _ => {}
        }
        if let Op::Rate(id, _) | Op::Pooled(id, _) = &expr.op
            && let RatesRows::Record(bands) = &self.model().rates.at(*id).rows
            && self.homes.flows(bands.frame)
        {
            return Err(());
        }
        // What goes through other rows of its frame is computed on any of them.
        let within = match (&expr.op, place) {
            (
                Op::Running(_) | Op::Rank(_) | Op::Pooled(..) | Op::Allocate(_) | Op::Increase(_),
                Place::Asked(frame),
            ) => Place::Any(frame),
            (_, place) => place,
        };
        expr.op.operands().into_iter().try_for_each(|operand| self.check(operand, within, rests))
    }

    /// Notes that rows in parts read a column that stays.
    fn note_read(&mut self, column: ColumnId, place: Place, own: bool) {
        if !matches!(place, Place::Part(_)) || !self.is_reached(column) {
            return;
        }
        if own {
            self.read_by_own.insert(column);
        } else {
            self.read_by_any.insert(column);
        }
    }

    /// A read by a key: of what, where, and whether the row found there is in the part.
    fn check_read(
        &mut self,
        column: Option<ColumnId>,
        frame: FrameId,
        key: &'p [Expr],
        place: Place,
        rests: &mut Option<&mut Rests<'p>>,
    ) -> Divides {
        let own = self.is_own(frame, key, place);
        if !self.homes.flows(frame) {
            if let Some(column) = column {
                self.note_read(column, place, own);
            }
            return Ok(());
        }
        match place {
            Place::Part(here) if own || self.is_linked(frame, key, here) => Ok(()),
            Place::Asked(_) if own => {
                if let Some(rests) = rests {
                    rests.on_part = true;
                }
                Ok(())
            }
            Place::Part(_) | Place::Asked(_) | Place::Any(_) => Err(()),
        }
    }

    /// Whether a key leads to a row of the same person.
    pub fn is_own(&self, frame: FrameId, key: &[Expr], place: Place) -> bool {
        let parts = &self.model().frames.at(frame).parts;
        let person = person_part(self.model(), frame).filter(|_| key.len() >= parts.len());
        let part = person.and_then(|part| key.get(part));
        part.is_some_and(|part| self.is_owner(part, place))
    }

    /// Whether an expression gives the person to whom the rows belong.
    pub fn is_owner(&self, expr: &Expr, place: Place) -> bool {
        match (place, self.homes.at(place.frame())) {
            (Place::Part(_), Home::Owned(owner)) => expr == owner,
            (Place::Part(_), _) => false,
            (Place::Asked(frame) | Place::Any(frame), _) => {
                matches!(expr.op, Op::Key(part) if Some(part) == person_part(self.model(), frame))
            }
        }
    }

    /// Whether a key leads from rows of a part to rows of a record that come with them.
    fn is_linked(&self, frame: FrameId, key: &[Expr], here: FrameId) -> bool {
        let Home::Rows(record) = self.homes.at(frame) else { return false };
        let own_key = self.model().frames.at(frame).parts.as_slice() == [KeyPart::Record(*record)];
        match key {
            [one] => own_key && self.is_link(one, *record, here),
            _ => false,
        }
    }

    /// Whether an expression gives a row of a record that comes with the rows.
    pub fn is_link(&self, expr: &Expr, record: RecordId, here: FrameId) -> bool {
        match &expr.op {
            Op::Read(column) => {
                let column = self.model().columns.at(*column);
                column.ty == Type::Reference(record) && !matches!(column.origin, Origin::Definition(_))
            }
            Op::Key(part) => self.model().frames.at(here).parts.get(*part) == Some(&KeyPart::Record(record)),
            Op::ReadAt(column, key) => {
                let column = self.model().columns.at(*column);
                let is_data = matches!(column.origin, Origin::Data(_));
                column.ty == Type::Reference(record) && is_data && self.is_linked(column.frame, key, here)
            }
            _ => false,
        }
    }

    /// Takes an expression as one that leads from rows of records in parts to a person.
    pub fn path(&mut self, frame: FrameId, expr: &Expr) -> Divides {
        let Home::Rows(_) = self.homes.at(frame) else { return Err(()) };
        if !self.is_settled(expr, frame) {
            return Err(());
        }
        self.add_path(frame, expr);
        Ok(())
    }

    /// Whether its rows lead to persons.
    pub fn leads_to_persons(&self, record: RecordId) -> bool {
        let on_record = |frame: &FrameId| *self.homes.at(*frame) == Home::Rows(record);
        self.paths.iter().any(|(frame, paths)| on_record(frame) && !paths.is_empty())
    }

    fn add_path(&mut self, frame: FrameId, expr: &Expr) {
        let paths = self.paths.entry(frame).or_default();
        if !paths.contains(expr) {
            paths.push(expr.clone());
        }
    }

    /// Whether a value rests on its own row, and on what stays as it is.
    fn is_settled(&self, expr: &Expr, frame: FrameId) -> bool {
        let own = match &expr.op {
            Op::Aggregate(_) | Op::Increase(_) | Op::Running(_) | Op::Rank(_) | Op::Pooled(..) | Op::Allocate(_) => {
                false
            }
            Op::Previous(_) => false,
            Op::Read(column) => {
                let definition = definition(self.model(), *column);
                let exprs = definition.into_iter().flat_map(all_exprs);
                exprs.into_iter().all(|expr| self.is_settled(expr, frame))
            }
            Op::ReadAt(column, key) => match self.homes.flows(self.model().columns.at(*column).frame) {
                true => {
                    let data = matches!(self.model().columns.at(*column).origin, Origin::Data(_));
                    data && self.is_linked(self.model().columns.at(*column).frame, key, frame)
                }
                false => !self.is_reached(*column),
            },
            Op::RowExists(other, _) => !self.homes.flows(*other),
            _ => true,
        };
        own && expr.op.operands().into_iter().all(|operand| self.is_settled(operand, frame))
    }
}

/// The definition behind a column.
pub(super) fn definition(model: &Model, column: ColumnId) -> Option<&Definition> {
    match &model.columns.at(column) {
        Column { origin: Origin::Definition(definition), .. } => Some(definition),
        _ => None,
    }
}

/// What a definition computes on its rows.
pub(super) fn all_exprs(definition: &Definition) -> Vec<&Expr> {
    let starting = definition.starting.iter().map(|starting| &starting.value);
    definition.conditions.iter().chain([&definition.body]).chain(starting).collect()
}
