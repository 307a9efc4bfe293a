//! The commands, end to end through the binary.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects, missing_docs)]

#[path = "cli/adventureworks.rs"]
mod adventureworks;
#[path = "cli/against.rs"]
mod against;
mod agree;
#[path = "cli/audit_guide.rs"]
mod audit_guide;
#[path = "cli/check.rs"]
mod check;
#[path = "cli/data_problems.rs"]
mod data_problems;
#[path = "cli/estimate.rs"]
mod estimate;
#[path = "cli/evidence.rs"]
mod evidence;
#[path = "cli/explain.rs"]
mod explain;
#[path = "cli/explain_error.rs"]
mod explain_error;
#[path = "cli/help.rs"]
mod help;
#[path = "cli/killed.rs"]
mod killed;
#[path = "cli/not_counted.rs"]
mod not_counted;
#[path = "cli/overlap.rs"]
mod overlap;
mod page;
#[path = "cli/parts.rs"]
mod parts;
#[path = "cli/place.rs"]
mod place;
#[path = "cli/real_data.rs"]
mod real_data;
#[path = "cli/run.rs"]
mod run;
#[path = "cli/standard.rs"]
mod standard;
#[path = "support/mod.rs"]
mod support;
#[path = "cli/test.rs"]
mod test;
#[path = "cli/trace.rs"]
mod trace;
#[path = "cli/two_plans.rs"]
mod two_plans;
#[path = "cli/verify.rs"]
mod verify;
#[path = "cli/wide.rs"]
mod wide;
#[path = "cli/workbook.rs"]
mod workbook;
