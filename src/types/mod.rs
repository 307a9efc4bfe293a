//! Types, units and grains: from resolved names to a [`TypedPlan`].

pub mod expr;
pub mod model;
pub mod names;
