#![doc = include_str!("../docs/ARCHITECTURE.md")]
#![allow(rustdoc::private_intra_doc_links, reason = "a module's page names the private modules it is made of")]

// The modules stand in the order of the page: each uses what stands above it.

pub mod ids;

pub mod value;

pub mod calendar;

pub mod cell;

pub mod source;

pub mod diagnostics;

pub mod syntax;

pub mod standard;

pub mod project;

pub mod resolve;

pub mod types;

pub mod lint;

pub mod program;

pub mod compile;

pub mod table;

pub mod keys;

pub mod fault;

pub mod data;

pub mod step;

pub mod reference;

pub mod engine;

pub mod known;

pub mod overlap;

pub mod plans;

pub mod store;

pub mod in_parts;

pub mod trace;

pub mod verify;

pub mod follow;

pub mod estimate;

pub mod difference;

pub mod testing;

pub mod cli;
