//! Definitions of one frame that are computed row by row: a batch of rows at a time, all of them one behind the other, so
//! that each finds what it reads of the others at hand, and what several of them ask is found once.

use std::collections::HashMap;
use std::sync::OnceLock;

use rayon::prelude::*;

use super::Engine;
use super::define::{Building, Built, Written};
use super::eval::CHUNK;
use super::selection::Selection;
use super::vector::Vector;
use crate::ids::{ColumnId, ExprId};
use crate::table::{ColumnData, Fault};
use crate::types::expr::{Expr, Op};
use crate::types::model::Definition;

/// Definitions of one frame, each behind those that it reads.
pub(super) struct Chain<'e> {
    links: Vec<Link<'e>>,
    /// The conditions that differ.
    conditions: Vec<&'e [Expr]>,
    /// What the bodies under the same conditions have in common: by conditions and expression where its values are kept.
    shared: HashMap<(usize, ExprId), usize>,
    /// How much is kept.
    places: usize,
}

/// A definition of a chain.
struct Link<'e> {
    column: ColumnId,
    definition: &'e Definition,
    /// Under which of the conditions it has its row.
    under: usize,
    /// Whether another of the chain reads it.
    is_read: bool,
}

/// What is known of some rows of a chain's frame, one behind the other.
pub(super) struct Batch<'a> {
    chain: &'a Chain<'a>,
    start: u32,
    count: usize,
    /// By conditions the positions at which they hold.
    standing: Vec<OnceLock<Vec<u32>>>,
    /// The values of what is shared, at the positions of its conditions.
    found: Vec<OnceLock<Vector>>,
    /// By definition its values, at the positions of its conditions.
    done: Vec<OnceLock<Vector>>,
}

impl<'e> Chain<'e> {
    /// These definitions.
    fn new(columns: impl Iterator<Item = (ColumnId, &'e Definition)>) -> Chain<'e> {
        let mut chain = Chain { links: Vec::new(), conditions: Vec::new(), shared: HashMap::new(), places: 0 };
        for (column, definition) in columns {
            let own = definition.conditions.as_slice();
            let under = chain.conditions.iter().position(|other| *other == own).unwrap_or_else(|| {
                chain.conditions.push(own);
                chain.conditions.len().saturating_sub(1)
            });
            chain.links.push(Link { column, definition, under, is_read: false });
        }
        for under in 0..chain.conditions.len() {
            chain.share(under);
        }
        let reads = |link: &Link, column| {
            let mut exprs = link.definition.conditions.iter().chain([&link.definition.body]);
            exprs.any(|expr| reads(expr, column))
        };
        let is_read = |read: &Link| chain.links.iter().any(|link| reads(link, read.column));
        let are_read: Vec<bool> = chain.links.iter().map(is_read).collect();
        chain.links.iter_mut().zip(are_read).for_each(|(link, is_read)| link.is_read = is_read);
        chain
    }

    /// Finds what the bodies under the same conditions have in common.
    fn share(&mut self, under: usize) {
        let mut all: Vec<&Expr> = Vec::new();
        self.links.iter().filter(|link| link.under == under).for_each(|link| parts_of(&link.definition.body, &mut all));
        let mut kinds: Vec<(&Expr, Vec<ExprId>)> = Vec::new();
        for expr in all {
            match kinds.iter_mut().find(|(first, _)| *first == expr) {
                Some((_, ids)) => ids.push(expr.id),
                None => kinds.push((expr, vec![expr.id])),
            }
        }
        debug_assert!(ids_differ(&kinds), "two expressions have one id");
        for (_, ids) in kinds.into_iter().filter(|(_, ids)| ids.len() > 1) {
            self.shared.extend(ids.into_iter().map(|id| ((under, id), self.places)));
            self.places = self.places.saturating_add(1);
        }
    }

    fn batch(&self, start: u32, count: usize) -> Batch<'_> {
        fn unknown<T>(count: usize) -> Vec<OnceLock<T>> {
            std::iter::repeat_with(OnceLock::new).take(count).collect()
        }
        Batch {
            chain: self,
            start,
            count,
            standing: unknown(self.conditions.len()),
            found: unknown(self.places),
            done: unknown(self.links.len()),
        }
    }
}

impl Batch<'_> {
    /// Where the values of an expression are kept that several definitions under some conditions have in common.
    pub fn shared(&self, under: usize, expr: ExprId) -> Option<&OnceLock<Vector>> {
        let place = self.chain.shared.get(&(under, expr))?;
        self.found.get(*place)
    }

    /// The values of a definition of the chain at rows of the batch, which may be all rows under some conditions.
    pub fn values(&self, column: ColumnId, rows: &[u32], under: Option<usize>) -> Option<Vector> {
        let (link, done) = self.chain.links.iter().zip(&self.done).find(|(link, _)| link.column == column)?;
        let values = done.get()?;
        if under == Some(link.under) || (rows.len() == self.count && values.len() == self.count) {
            return Some(values.clone());
        }
        let standing = self.standing.get(link.under)?.get()?;
        let mut whole = Vector::Blank(self.count);
        whole.put(standing.iter().copied(), values.clone());
        Some(whole.pick(rows.iter().map(|row| row.checked_sub(self.start))))
    }
}

impl Engine<'_> {
    /// Whether a definition is computed for each row of its frame apart from the others.
    pub fn is_row_by_row(&self, column: ColumnId) -> bool {
        let at = Selection::new(self.model.columns.at(column).frame, Vec::new());
        self.definition_of(column).is_some_and(|definition| {
            let mut exprs = definition.conditions.iter().chain([&definition.body]);
            exprs.all(|expr| self.is_local(expr, &at))
        })
    }

    /// Computes definitions of one frame that are computed row by row, each behind those that it reads, for all rows.
    pub fn define_rows(&self, columns: &[ColumnId]) -> Vec<(ColumnData, Vec<Fault>)> {
        let Some(first) = columns.first() else { return Vec::new() };
        let at = self.all_rows(self.model.columns.at(*first).frame);
        let chain = Chain::new(columns.iter().filter_map(|column| Some((*column, self.definition_of(*column)?))));
        let declared = |link: &Link| self.model.columns.at(link.column);
        let mut built: Vec<Built> =
            chain.links.iter().map(|link| Built::new(at.len(), declared(link).places)).collect();
        let mut places: Vec<_> = built.iter_mut().map(|built| built.units.chunks_mut(CHUNK)).collect();
        let mut next = || places.iter_mut().map(|places| places.next().unwrap_or_default()).collect::<Vec<_>>();
        let batches: Vec<(Selection, Vec<&mut [i64]>)> = at.chunks(CHUNK).into_iter().map(|at| (at, next())).collect();
        let computed: Vec<Vec<(Written, Vec<Fault>)>> =
            batches.into_par_iter().map(|(at, places)| self.rows_of_chain(&chain, &at, places)).collect();
        let mut faults: Vec<Vec<Fault>> = vec![Vec::new(); built.len()];
        for batch in computed {
            for ((built, faults), (batch, found)) in built.iter_mut().zip(&mut faults).zip(batch) {
                built.batches.push(batch);
                faults.extend(found);
            }
        }
        let finish = |((link, built), faults): ((&Link, Built), Vec<Fault>)| (built.finish(declared(link)), faults);
        chain.links.iter().zip(built).zip(faults).map(finish).collect()
    }

    /// The definitions of a chain on a batch of its rows, each written to its place where that can be.
    fn rows_of_chain(&self, chain: &Chain, at: &Selection, places: Vec<&mut [i64]>) -> Vec<(Written, Vec<Fault>)> {
        let batch = chain.batch(at.rows.first().copied().unwrap_or(0), at.len());
        let at = at.in_batch(&batch);
        let compute = |((link, done), to): ((&Link, &OnceLock<Vector>), &mut [i64])| {
            let mut faults = Vec::new();
            let standing = batch.standing.get(link.under).map(|standing| {
                standing.get_or_init(|| self.standing(&link.definition.conditions, &at, &mut faults)).as_slice()
            });
            let standing = standing.unwrap_or_default();
            let values = self.body(link.column, link.definition, &at.under(link.under, standing), &mut faults);
            if link.is_read {
                done.get_or_init(|| values.clone());
            }
            let building = Building::of(at.len(), standing, values);
            (building.written(self.model.columns.at(link.column).places, to), faults)
        };
        chain.links.iter().zip(&batch.done).zip(places).map(compute).collect()
    }
}

/// All parts of an expression on its own rows that take more to compute than to read.
fn parts_of<'e>(expr: &'e Expr, all: &mut Vec<&'e Expr>) {
    let operands = expr.op.operands();
    if !operands.is_empty() {
        all.push(expr);
    }
    // What is asked day by day is asked on other rows.
    if !matches!(expr.op, Op::OverDays(_)) {
        operands.into_iter().for_each(|operand| parts_of(operand, all));
    }
}

fn reads(expr: &Expr, column: ColumnId) -> bool {
    expr.op == Op::Read(column) || expr.op.operands().into_iter().any(|operand| reads(operand, column))
}

/// Whether no two expressions that differ have an id in common.
fn ids_differ(kinds: &[(&Expr, Vec<ExprId>)]) -> bool {
    let mut first: HashMap<ExprId, usize> = HashMap::new();
    let numbered = kinds.iter().enumerate().flat_map(|(kind, (_, ids))| ids.iter().map(move |id| (*id, kind)));
    numbered.into_iter().all(|(id, kind)| *first.entry(id).or_insert(kind) == kind)
}
