//! What of a program is computed with each part where the parts are computed one after another, and nothing is known
//! before: all that rests on the rows of one person alone. What rests on those of several is computed behind all parts.

use std::collections::{BTreeSet, HashSet};

use super::Why;
use super::homes::{Home, person_part};
use super::layout::{Layout, Place, all_exprs, definition};
use crate::ids::{ColumnId, ExprId, FrameId, RecordId};
use crate::program::{Compute, Program};
use crate::types::expr::{Aggregate, Expr, Op};
use crate::types::model::{Origin, Periods, Rates, RatesRows};

/// An aggregate over rows in parts, for a value that is computed behind all parts.
#[derive(Clone, Copy)]
pub(super) struct Total<'p> {
    pub expr: ExprId,
    pub aggregate: &'p Aggregate,
    /// Whether the members of each group belong to the person of its reader; else what the parts come to is added up.
    pub own: bool,
}

/// When a step is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Before all parts: it rests on no row of any.
    Before,
    /// With each part, on all rows that it has.
    Part,
    /// With each part, on the rows that stay of its persons.
    Own,
    /// Behind all parts.
    Behind,
}

/// Whether the rows of a record are the periods of the plan or a table of rates, which all others need.
fn makes_tables(program: &Program, record: RecordId) -> bool {
    let model = &program.model;
    let is_its =
        |column: ColumnId| matches!(&model.columns.at(column).origin, Origin::Data(data) if data.record == record);
    let are_periods = |periods: &Periods| matches!(periods, Periods::Column { column, .. } if is_its(*column));
    let is_table = |rates: &Rates| matches!(&rates.rows, RatesRows::Record(bands) if bands.record == record);
    model.periods.iter().any(are_periods) || model.rates.iter().any(is_table)
}

/// What is computed when.
pub(super) struct Split<'p> {
    pub layout: Layout<'p>,
    /// The definitions on rows that stay that rest on rows of their own person alone.
    pub within: HashSet<ColumnId>,
    /// What the others rest on of the parts.
    pub totals: Vec<Total<'p>>,
}

impl<'p> Split<'p> {
    /// With the rows of these records in parts, and of those that credits are made of.
    ///
    /// # Errors
    /// What of the plan does not divide by persons.
    pub fn of(program: &'p Program, records: &BTreeSet<RecordId>) -> Result<Split<'p>, Why> {
        let layout = Layout::of(program, records)?;
        if let Some(link) = layout.homes.links.first() {
            return Err(Why::Record(link.child));
        }
        let stands_alone = |record: &RecordId| layout.leads_to_persons(*record) && !makes_tables(program, *record);
        if let Some(record) = layout.homes.records.iter().find(|record| !stands_alone(record)) {
            return Err(Why::Record(*record));
        }
        let mut split = Split { layout, within: HashSet::new(), totals: Vec::new() };
        split.find_within();
        let layout = &split.layout;
        let by_own = layout.read_by_own.iter().chain(&layout.computed_by_own);
        let mut early: Vec<&ColumnId> = by_own.filter(|column| !split.is_own_column(**column)).collect();
        early.extend(&layout.read_by_any);
        if let Some(column) = early.into_iter().min() {
            return Err(Why::Column(*column));
        }
        split.find_totals()?;
        Ok(split)
    }

    /// When a step is computed.
    pub fn when(&self, step: &Compute) -> When {
        let (homes, model) = (&self.layout.homes, self.layout.model());
        let of_frame = |flows: bool, otherwise: When| if flows { When::Part } else { otherwise };
        match step {
            Compute::Rule(_) | Compute::Credits => When::Part,
            Compute::Frame(frame) => of_frame(homes.flows(*frame), When::Before),
            Compute::Column(column) => self.when_defined(*column),
            // They are all of one frame, and rest on each other.
            Compute::Periodwise(columns) => columns.first().map_or(When::Before, |first| self.when_defined(*first)),
            Compute::Ensure(id) => {
                let asked = if self.layout.ensures.contains_key(id) { When::Behind } else { When::Before };
                of_frame(homes.flows(model.ensures.at(*id).frame), asked)
            }
        }
    }

    fn when_defined(&self, column: ColumnId) -> When {
        let flows = self.layout.homes.flows(self.layout.model().columns.at(column).frame);
        match (flows, self.within.contains(&column), self.layout.is_reached(column)) {
            (true, _, _) => When::Part,
            (false, true, _) => When::Own,
            (false, false, true) => When::Behind,
            (false, false, false) => When::Before,
        }
    }

    fn find_within(&mut self) {
        let program = self.layout.program;
        for step in program.phases.iter().flat_map(|phase| &phase.steps) {
            let columns: &'p [ColumnId] = match step {
                Compute::Column(column) => std::slice::from_ref(column),
                Compute::Periodwise(columns) => columns,
                Compute::Rule(_) | Compute::Credits | Compute::Frame(_) | Compute::Ensure(_) => continue,
            };
            // Those that are computed together rest on each other.
            let before = self.within.len();
            let reached = columns.iter().copied().filter(|column| self.stays_and_is_reached(*column));
            let reached: Vec<ColumnId> = reached.collect();
            self.within.extend(reached);
            if before < self.within.len() && !columns.iter().all(|column| self.rests_on_own(*column)) {
                self.within.retain(|column| !columns.contains(column));
            }
        }
    }

    fn stays_and_is_reached(&self, column: ColumnId) -> bool {
        let frame = self.layout.model().columns.at(column).frame;
        self.layout.is_reached(column) && !self.layout.homes.flows(frame)
    }

    /// Whether a definition on rows that stay rests on nothing in parts but the rows of its own person.
    fn rests_on_own(&mut self, column: ColumnId) -> bool {
        let model = self.layout.model();
        let declared = model.columns.at(column);
        let Some(definition) = definition(model, column) else { return false };
        let currency = declared.row_currency().is_none_or(|currency| self.is_own_column(currency));
        let has_person = person_part(model, declared.frame).is_some();
        has_person && currency && all_exprs(definition).into_iter().all(|expr| self.is_own(expr, declared.frame))
    }

    fn is_own_column(&self, column: ColumnId) -> bool {
        !self.layout.is_reached(column) || self.within.contains(&column)
    }

    fn is_own(&mut self, expr: &'p Expr, frame: FrameId) -> bool {
        if !self.layout.touches(expr) {
            return true;
        }
        let (layout, asked) = (&self.layout, Place::Asked(frame));
        let own = match &expr.op {
            Op::Read(column) | Op::Present(column) => self.is_own_column(*column),
            Op::ReadAt(column, key) => {
                let to = layout.model().columns.at(*column).frame;
                let settled = !layout.is_reached(*column);
                settled || (layout.is_own(to, key, asked) && (layout.homes.flows(to) || self.is_own_column(*column)))
            }
            Op::RowExists(to, key) => !layout.homes.flows(*to) || layout.is_own(*to, key, asked),
            Op::Previous(column) => {
                let starting = definition(layout.model(), *column).and_then(|definition| definition.starting.as_ref());
                self.is_own_column(*column) && starting.is_none_or(|starting| self.is_own(&starting.value, frame))
            }
            Op::Aggregate(aggregate) => return self.is_own_aggregate(aggregate, frame),
            Op::Running(running) => running.group.iter().any(|expr| layout.is_owner(expr, asked)),
            Op::Rank(rank) => rank.group.iter().any(|expr| layout.is_owner(expr, asked)),
            Op::Increase(_) | Op::Allocate(_) | Op::Pooled(..) | Op::Convert(_) | Op::SubsetRow(..) => false,
            _ => true,
        };
        own && expr.op.operands().into_iter().all(|operand| self.is_own(operand, frame))
    }

    fn is_own_aggregate(&mut self, aggregate: &'p Aggregate, frame: FrameId) -> bool {
        let days = aggregate.window.iter().flat_map(|window| window.first.iter().chain([&window.last]));
        if aggregate.over.is_some() || !days.into_iter().all(|day| self.is_own(day, frame)) {
            return false;
        }
        if self.layout.homes.flows(aggregate.members) {
            return self.layout.by_person(aggregate) == Ok(true);
        }
        let members = Place::Asked(aggregate.members);
        let person = self.layout.person_in_group(aggregate);
        let date = aggregate.window.iter().map(|window| &window.date);
        let order = aggregate.taken.iter().flat_map(|taken| &taken.order.by);
        let inner =
            aggregate.value.iter().chain(&aggregate.conditions).chain(&aggregate.group).chain(date).chain(order);
        person.is_some_and(|person| self.layout.is_owner(person, members))
            && inner.into_iter().all(|expr| self.is_own(expr, aggregate.members))
    }

    /// Finds what the values behind all parts rest on of the rows in parts.
    fn find_totals(&mut self) -> Result<(), Why> {
        let model = self.layout.model();
        for (column, _) in model.columns.pairs() {
            let Some(definition) = definition(model, column).filter(|_| self.when_defined(column) == When::Behind)
            else {
                continue;
            };
            all_exprs(definition)
                .into_iter()
                .try_for_each(|expr| self.totals_in(expr))
                .map_err(|()| Why::Column(column))?;
        }
        for id in model.ensures.ids() {
            let ensure = model.ensures.at(id);
            if !self.layout.homes.flows(ensure.frame) {
                let mut exprs = ensure.conditions.iter().chain([&ensure.holds]);
                exprs.try_for_each(|expr| self.totals_in(expr)).map_err(|()| Why::Ensure(id))?;
            }
        }
        Ok(())
    }

    fn totals_in(&mut self, expr: &'p Expr) -> Result<(), ()> {
        let homes = &self.layout.homes;
        match &expr.op {
            Op::Aggregate(aggregate) if homes.flows(aggregate.members) => {
                let own = aggregate.over.is_none() && self.layout.by_person(aggregate)?;
                // Rows of a record may stand in several parts: what all of them add up to would count them twice.
                if !own && !matches!(self.layout.homes.at(aggregate.members), Home::Owned(_)) {
                    return Err(());
                }
                self.totals.push(Total { expr: expr.id, aggregate, own });
                return Ok(());
            }
            Op::ReadAt(column, _) if homes.flows(self.layout.model().columns.at(*column).frame) => return Err(()),
            Op::RowExists(frame, _) if homes.flows(*frame) => return Err(()),
            _ => {}
        }
        expr.op.operands().into_iter().try_for_each(|operand| self.totals_in(operand))
    }
}
