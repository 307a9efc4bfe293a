//! From a checked plan to a program: columns in dependency order, cut into phases.
//!
//! A program has no names and no text; [`Program::names`] is a side table that leads back to them.

use std::sync::Arc;

use crate::ids::{ColumnId, EnsureId, RuleId};
use crate::types::model::Model;
use crate::types::names::Names;

/// A plan ready to be computed.
#[derive(Clone, Debug)]
pub struct Program {
    /// Records, frames, columns, tables and rules.
    pub model: Model,
    /// What to compute, in this order.
    pub phases: Vec<Phase>,
    /// The way back to the words of the plan.
    pub names: Arc<Names>,
}

/// Steps that reach equally far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// How far each step of it reaches.
    pub reach: Reach,
    /// What to compute, in this order.
    pub steps: Vec<Compute>,
}

/// From how far a value is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// From its own row and the rows its key determines.
    Row,
    /// From rows of the same person.
    Person,
    /// From rows of other persons too.
    Across,
}

/// One thing to compute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compute {
    /// The credits of one rule.
    Rule(RuleId),
    /// The frame of all credits, and their columns; after all rules.
    Credits,
    /// A definition.
    Column(ColumnId),
    /// Definitions on one frame that need each other's or their own `previous`: period by period,
    /// within a period in this order.
    Periodwise(Vec<ColumnId>),
    /// A condition that must hold.
    Ensure(EnsureId),
}
