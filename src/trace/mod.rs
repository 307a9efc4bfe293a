//! How a trace is shown: as a page for people, as JSON for programs, as a workbook, and many of them as JSON lines.

mod html;
mod human;
mod json;
mod lines;
mod workbook;

pub use html::{PlanTexts, html};
pub use human::{Ask, HumanOptions, deciding, human, row_beyond, row_title, value_words};
pub use json::json;
pub use lines::{Lines, Narrowed};
pub use workbook::{Roundings, WorkbookProblem, workbook};
