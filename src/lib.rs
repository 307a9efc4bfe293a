//! Attain: a language and an engine for sales performance.
//!
//! The stages below are listed in the order in which data flows through them; a module uses what
//! stands above it, never what stands below.

pub mod ids;
pub mod value;
pub mod calendar;
pub mod source;
pub mod diagnostics;
pub mod syntax;
pub mod project;
pub mod resolve;
pub mod types;
pub mod lint;
pub mod program;
pub mod table;
pub mod data;
pub mod step;
pub mod reference;
pub mod engine;
pub mod store;
pub mod trace;
pub mod testing;
pub mod cli;
