//! The plans of a run computed again.

use crate::data::StoredRecord;
use crate::diagnostics::Diagnostic;
use crate::plans::Computed;
use crate::program::Program;
use crate::table::{Results, Tables};

/// The data of a plan, with the rows of other plans as they are given.
pub type Read<'a> = &'a dyn Fn(&Program, &[StoredRecord]) -> Result<Tables, Vec<Diagnostic>>;

/// How a plan is computed.
pub type Compute = fn(&Program, &Tables) -> Result<Results, Vec<Diagnostic>>;

/// Computes plans, each of which stands behind those it reads. The rows of a plan that is not among them are those that
/// the data has.
///
/// # Errors
/// All problems of the data or the computation of the first plan that has some.
pub fn rerun<'a>(
    programs: &[&'a Program],
    read: Read<'_>,
    compute: Compute,
) -> Result<Vec<(&'a Program, Tables, Results)>, Vec<Diagnostic>> {
    let mut computed = Computed::default();
    let mut ran = Vec::new();
    for program in programs {
        let tables = read(program, &computed.given(program))?;
        let results = compute(program, &tables)?;
        computed.keep(program, &results);
        ran.push((*program, tables, results));
    }
    Ok(ran)
}
