//! The stages from parsed files to programs, in one go.

use std::collections::HashSet;

use crate::diagnostics::Diagnostic;
use crate::ids::FileId;
use crate::lint;
use crate::program::{self, Program};
use crate::project::Project;
use crate::resolve::{self, Resolved};
use crate::types;

/// A plan that was checked without errors.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// Its file.
    pub file: FileId,
    /// Its names and tests.
    pub resolved: Resolved<'a>,
    /// What to compute.
    pub program: Program,
}

/// All plans of a project and all problems, those of finding and parsing files among them. A plan
/// with errors is left out; so a project without errors has all its plans.
pub fn plans(project: &Project) -> (Vec<Plan<'_>>, Vec<Diagnostic>) {
    let mut problems = project.problems.clone();
    let mut plans = Vec::new();
    let files = project.plans();
    let readable = !project.problems.iter().any(Diagnostic::is_error);
    if files.is_empty() && problems.is_empty() {
        problems.push(resolve::no_plan());
    }
    for file in files {
        let (resolved, found) = resolve::resolve(project, file);
        let whole = readable && !found.iter().any(Diagnostic::is_error);
        problems.extend(found);
        let Some(resolved) = resolved else { continue };
        let (typed, found) = types::check(&resolved, &project.sources);
        problems.extend(found);
        // What could not be read or named is left out; the rest may check and not be the plan.
        if let Some(typed) = typed.filter(|_| whole) {
            problems.extend(lint::lint(&resolved, &typed));
            plans.push(Plan { file, resolved, program: program::compile(typed) });
        }
    }
    // A library shared by several plans is checked with each; its problems are told once.
    let mut told = HashSet::new();
    problems.retain(|problem| told.insert(problem.clone()));
    (plans, problems)
}
