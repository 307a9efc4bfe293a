//! The stages from parsed files to programs, in one go.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

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

/// The files of plans, each behind those of the plans it uses.
fn in_order(project: &Project, files: Vec<FileId>) -> Vec<FileId> {
    let mut ordered = Vec::new();
    let mut open: Vec<(FileId, bool)> = files.into_iter().rev().map(|file| (file, false)).collect();
    let mut seen = BTreeSet::new();
    while let Some((file, ready)) = open.pop() {
        if ready {
            ordered.push(file);
        } else if seen.insert(file) {
            open.push((file, true));
            open.extend(project.closure(file).1.into_iter().rev().map(|used| (used, false)));
        }
    }
    ordered
}

/// All plans of a project and all problems, those of finding and parsing files among them. A plan
/// with errors is left out; so a project without errors has all its plans,
/// each behind those it uses.
pub fn plans(project: &Project) -> (Vec<Plan<'_>>, Vec<Diagnostic>) {
    let mut problems = project.problems.clone();
    let files = project.plans();
    if files.is_empty() && problems.is_empty() {
        problems.push(resolve::no_plan());
    }
    let elsewhere = types::names_behind(project.sources.iter().map(|source| source.text.as_str()));
    let compiling = Compiling { project, elsewhere };
    let files = in_order(project, files);
    // Those that use no other plan do not wait for one another.
    let alone = |file: &FileId| project.closure(*file).1.is_empty().then(|| compiling.plan(*file, &[]));
    let compiled: Vec<_> = files.par_iter().map(alone).collect();
    let mut plans = Vec::new();
    for (file, compiled) in files.into_iter().zip(compiled) {
        let (plan, found) = compiled.unwrap_or_else(|| compiling.plan(file, &plans));
        problems.extend(found);
        plans.extend(plan);
    }
    // A library shared by several plans is checked with each; its problems are told once.
    let mut told = HashSet::new();
    problems.retain(|problem| told.insert(problem.clone()));
    (plans, problems)
}

/// What plans are compiled with.
struct Compiling<'a> {
    project: &'a Project,
    /// What is read behind the names of plans, in all files.
    elsewhere: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Compiling<'a> {
    /// The plan of a file, if there is nothing wrong with it, and all problems of it. Those it uses are there.
    fn plan(&self, file: FileId, plans: &[Plan<'a>]) -> (Option<Plan<'a>>, Vec<Diagnostic>) {
        let readable = !self.project.problems.iter().any(Diagnostic::is_error);
        let (resolved, mut problems) = resolve::resolve(self.project, file);
        let whole = readable && !problems.iter().any(Diagnostic::is_error);
        let Some(resolved) = resolved else { return (None, problems) };
        let of = |file: FileId| plans.iter().find(|plan| plan.file == file);
        let others = resolved.plans.iter().map(|used| of(used.file).map(|plan| Arc::new(plan.program.clone())));
        let others: Vec<Option<Arc<Program>>> = others.collect();
        let (typed, found) = types::check(&resolved, &self.project.sources, &others);
        problems.extend(found);
        // What could not be read or named is left out; the rest may check and not be the plan.
        let reads = others.into_iter().collect::<Option<Vec<_>>>();
        let (Some(reads), Some(mut typed)) = (reads, typed.filter(|_| whole)) else { return (None, problems) };
        let behind = self.elsewhere.get(typed.names.plan.name.as_str()).into_iter().flatten();
        typed.used_elsewhere = behind.map(|name| (*name).to_owned()).collect();
        problems.extend(lint::lint(&resolved, &typed, self.project));
        (Some(Plan { file, resolved, program: program::compile(typed, reads) }), problems)
    }
}

/// The files that no plan of a project uses, each as a problem: only with a plan, which has people and a currency, can
/// their definitions be checked. Where a file could not be read, it may be the one that has the plan.
pub fn unused_files(project: &Project) -> Vec<Diagnostic> {
    if project.problems.iter().any(Diagnostic::is_error) {
        return Vec::new();
    }
    let used: BTreeSet<FileId> =
        project.plans().into_iter().flat_map(|plan| [vec![plan], project.closure(plan).0].concat()).collect();
    let of_file = |file: FileId| {
        let first = project.parsed.at(file).items.first()?;
        let source = project.sources.at(file);
        let words = source.slice(first.span).lines().next().unwrap_or("").trim_end().len();
        let end = usize::try_from(first.span.start).unwrap_or(usize::MAX).saturating_add(words);
        let place = source.span_of(usize::try_from(first.span.start).unwrap_or(usize::MAX), end);
        Some(resolve::no_plan_uses(&source.path, place))
    };
    project.parsed.ids().filter(|file| !used.contains(file)).filter_map(of_file).collect()
}
