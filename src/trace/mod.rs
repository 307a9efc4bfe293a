//! How a trace is shown: as a page for people, as JSON for programs, and many of them as JSON lines.

mod human;
mod json;
mod lines;

pub use human::{Ask, HumanOptions, deciding, human, row_beyond, row_title, value_words};
pub use json::json;
pub use lines::{Lines, Narrowed};
