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

/// For a name that a plan does not know: which file would define it.
pub fn where_it_is(name: &str) -> Option<String> {
    let defines = |text: &str| {
        let words = text.lines().map(|line| line.split(' ').take(2).collect::<Vec<&str>>());
        words.filter(|words| words.len() == 2).any(
            |words| matches!(words.as_slice(), ["let" | "quota" | "measure" | "rates", defined] if *defined == name),
        )
    };
    let (file, _) = FILES.iter().find(|(_, text)| defines(text))?;
    Some(format!("the standard library has it: `use standard \"{file}\"`"))
}
