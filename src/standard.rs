//! The standard library: files of definitions that any plan may use, kept within the program.
//!
//! A plan names one by `use standard "proration.plan"`. It is read like any other file that the plan uses, and
//! stored with the run, so that a later version of the library changes no trace of an earlier run.

/// The folder in which a project has these files: `standard/proration.plan`.
pub const FOLDER: &str = "standard";

/// The files by their names, in order of these.
const FILES: [(&str, &str); 4] = [
    ("amortisation.plan", include_str!("../plans/standard/amortisation.plan")),
    ("curves.plan", include_str!("../plans/standard/curves.plan")),
    ("proration.plan", include_str!("../plans/standard/proration.plan")),
    ("scorecard.plan", include_str!("../plans/standard/scorecard.plan")),
];

/// The names of the files, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// The text of a file.
pub fn text(name: &str) -> Option<&'static str> {
    FILES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
