//! A run folder read back for a command.

use std::collections::BTreeSet;
use std::path::Path;

use super::load::{Entry, Found};
use crate::diagnostics::Diagnostic;
use crate::project::{self, Project};
use crate::store::Run;
use crate::value::Exact;

/// Opens a run and loads the plans that it ran, whose sources problems then point into.
pub(super) fn open(folder: &Path, found: &mut Found) -> Result<(Run, Project), Vec<Diagnostic>> {
    let run = Run::open(folder).map_err(|problem| vec![problem])?;
    let files: BTreeSet<String> = run.manifest.plans.values().map(|plan| plan.file.clone()).collect();
    let files: Vec<String> = files.into_iter().collect();
    let project = project::load(&run.sources, &files);
    found.add(&Entry::new(folder.join("plan"), files), &project, Vec::new());
    Ok((run, project))
}

/// Whether a value of a trace is the one stored. A trace gives a percentage as its ratio.
pub(super) fn same(traced: Option<&str>, stored: Option<&str>) -> bool {
    let (Some(traced), Some(stored)) = (traced, stored) else {
        return traced == stored;
    };
    if traced == stored {
        return true;
    }
    let number = |text: &str| match text.strip_suffix('%') {
        Some(percent) => Exact::parse(percent)?.over(&Exact::from_integer(100)),
        None => Exact::parse(text),
    };
    number(traced).is_some_and(|traced| Some(traced) == number(stored))
}

/// What to do where a run cannot be recomputed to what it stored.
pub(super) fn differs(run: &Run) -> String {
    let (wrote, this) = (run.manifest.attain.as_str(), env!("CARGO_PKG_VERSION"));
    match wrote == this {
        true => "this is a defect of Attain: please report it with the run folder".to_owned(),
        false => format!("the run was written by Attain {wrote}, this is {this}: explain it with that version"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_ratios() {
        assert!(same(Some("0.125"), Some("12.5%")));
        assert!(same(Some("0.125"), Some("0.125000")));
        assert!(same(Some("yes"), Some("yes")));
        assert!(same(None, None));
        assert!(!same(None, Some("0")));
        assert!(!same(Some("1.00"), Some("1.01")));
        assert!(!same(Some("p1"), Some("p2")));
    }
}
