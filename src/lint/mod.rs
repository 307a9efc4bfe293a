//! Warnings about plans that run and may not mean what they say: one file each.

mod always;
mod never_paid;
mod or_is_default;
mod percent_sign;
mod rounded_ratio;
mod unused;
mod weights;

use crate::diagnostics::Diagnostic;
use crate::project::Project;
use crate::resolve::Resolved;
use crate::types::TypedPlan;

/// All warnings about a checked plan of a project.
pub fn lint(resolved: &Resolved<'_>, plan: &TypedPlan, project: &Project) -> Vec<Diagnostic> {
    let mut problems = unused::unused(resolved, plan, project);
    problems.extend(rounded_ratio::rounded_ratio(plan));
    problems.extend(or_is_default::or_is_default(plan));
    problems.extend(weights::weights(plan));
    problems.extend(always::always(plan));
    problems.extend(percent_sign::percent_sign(plan));
    problems.extend(never_paid::never_paid(plan));
    problems
}
