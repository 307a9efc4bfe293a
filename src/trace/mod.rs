//! How a trace is shown: as a page for people, as JSON for programs.

mod human;
mod json;

pub use human::{Ask, HumanOptions, deciding, human};
pub use json::json;
