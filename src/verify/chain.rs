//! The runs before: each manifest holds the hash of the manifest of the run that it follows.

use std::path::Path;

use super::{Check, Options, lines};
use crate::store::{Run, beside};

const NAME: &str = "chain";

/// So many runs are gone back.
const LONGEST: usize = 1000;

/// Follows the chain back as far as its runs are there: each must have the hash that the later one holds, and files
/// as they were written.
pub(super) fn check(run: &Run, options: &Options) -> Check {
    let Some(wanted) = run.manifest.follows.clone() else {
        return Check::passed(NAME, "it is the first of its chain: it follows no run");
    };
    let mut findings = Vec::new();
    let mut found = Vec::new();
    let mut wanted = Some(wanted);
    let mut here = run.root().to_owned();
    let mut told = options.follows.clone();
    while let Some(hash) = wanted.take() {
        let earlier = match told.take() {
            Some(path) => Run::with_manifest(&path).map(Some),
            None => Ok(lying_beside(&here, &hash)),
        };
        let earlier = match earlier {
            Ok(Some(earlier)) => earlier,
            Ok(None) if found.is_empty() => {
                let text = format!(
                    "it follows the run {}, which does not lie beside it: say where with `--follows RUN`",
                    short(&hash)
                );
                return Check::not_done(NAME, text);
            }
            Ok(None) => break,
            Err(problem) => {
                findings.push(lines(&problem));
                break;
            }
        };
        let shown = shown(earlier.root());
        if earlier.sha256 != hash {
            findings.push(format!(
                "`{shown}` is another run: its manifest has the hash {}, not {}",
                short(&earlier.sha256),
                short(&hash)
            ));
            break;
        }
        findings.extend(
            earlier.check_files().into_keys().map(|path| format!("`{path}` of `{shown}` is not as it was written")),
        );
        wanted.clone_from(&earlier.manifest.follows);
        here = earlier.root().to_owned();
        found.push(shown);
        if found.len() == LONGEST {
            break;
        }
    }
    let text = match found.as_slice() {
        [] => "the run before is not the one that this run follows".to_owned(),
        [one] => format!("it follows `{one}`, whose files are as they were written"),
        [one, before @ ..] => {
            format!("it follows `{one}` and {} before it, whose files are as they were written", before.len())
        }
    };
    Check::of(NAME, text, findings)
}

/// The run with this hash beside another one: of several copies the first that is whole, else the first.
fn lying_beside(run: &Path, hash: &str) -> Option<Run> {
    let mut copies: Vec<Run> = beside(run).into_iter().filter(|run| run.sha256 == hash).collect();
    let whole = match copies.as_slice() {
        [] | [_] => 0,
        several => several.iter().position(|copy| copy.check_files().is_empty()).unwrap_or(0),
    };
    if copies.is_empty() { None } else { Some(copies.swap_remove(whole)) }
}

/// The beginning of a hash, enough to tell it from others.
fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
