//! Attain: a language and an engine for sales performance.
//!
//! The stages below are listed in the order in which data flows through them; a module uses what
//! stands above it, never what stands below.

pub mod calendar;
pub mod cli;
pub mod compile;
pub mod data;
pub mod diagnostics;
pub mod engine;
pub mod fault;
pub mod ids;
pub mod keys;
pub mod lint;
pub mod program;
pub mod project;
pub mod reference;
pub mod resolve;
pub mod source;
pub mod step;
pub mod store;
pub mod syntax;
pub mod table;
pub mod testing;
pub mod trace;
pub mod types;
pub mod value;
