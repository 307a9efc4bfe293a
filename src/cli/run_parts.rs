//! Whether a run is computed part by part, and in how many parts.

use super::run::Args;
use crate::data::Folder;
use crate::diagnostics::{Code, Diagnostic};
use crate::engine::part::{Divided, Why};
use crate::in_parts;
use crate::program::Program;

/// How a run is computed in parts.
pub(super) struct InParts<'p> {
    /// The plan.
    pub program: &'p Program,
    /// What of it is computed with each part.
    pub divided: Divided<'p>,
    /// How many parts.
    pub parts: usize,
}

/// How these plans are computed in parts, where that is asked for, or where the data are many and the plan allows it.
///
/// # Errors
/// Why what is asked for cannot be done.
pub(super) fn asked<'p>(args: &Args, programs: &[&'p Program]) -> Result<Option<InParts<'p>>, Diagnostic> {
    if args.parts() == Some(1) {
        return Ok(None);
    }
    let refused = |why: &str| match args.parts() {
        Some(_) => Err(cannot(why)),
        None => Ok(None),
    };
    if !args.is_parquet() {
        return refused("the CSV files of a run list all values in one order: ask for `--outputs parquet`");
    }
    let [program] = programs else { return refused("it is computed for one plan at a time: name its file") };
    if !program.reads.is_empty() {
        return refused("the plan reads values of other plans");
    }
    let folder = Folder::new(args.data());
    let divided = match in_parts::divided(program, &folder) {
        Ok(divided) if divided.records().is_empty() => return refused("no rows of its data lead to people"),
        Ok(divided) => divided,
        Err(why) => return refused(&told(program, &why)),
    };
    let parts = match args.parts() {
        Some(parts) => parts,
        None if args.is_narrowed() => return Ok(None),
        None => in_parts::parts(&divided, program, &folder),
    };
    if parts == 1 {
        return Ok(None);
    }
    Ok(Some(InParts { program, divided, parts }))
}

fn cannot(why: &str) -> Diagnostic {
    Diagnostic::new(Code::NotDivided, format!("this run cannot be computed in parts: {why}"))
        .help("without `--parts` all data is held in memory")
}

fn told(program: &Program, why: &Why) -> String {
    let names = &program.names;
    match why {
        Why::Record(record) => {
            let name = &names.records.at(*record).name;
            format!("the rows of `{name}` do not lead to people by themselves, or have versions")
        }
        Why::Frame(_) => "which rows a grain has may rest on those of several people".to_owned(),
        Why::Rule(rule) => {
            format!("what `{}` credits may rest on rows of other people", names.rules.at(*rule).0.name)
        }
        Why::Column(column) | Why::Spread(column) => {
            format!("`{}` rests on rows of several people in a way that is not a sum", names.columns.at(*column).name)
        }
        Why::Ensure(_) => "an `ensure` rests on rows of several people".to_owned(),
        Why::Size | Why::Fault => "something goes wrong".to_owned(),
    }
}
