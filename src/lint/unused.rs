//! W0702: a helper or a table that nothing uses.

use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::Resolved;
use crate::syntax::tree::{Name, Word};
use crate::types::TypedPlan;

/// Helpers and tables that nothing reads. Quotas, measures, earnings, balances and payments are
/// results by themselves.
pub(super) fn unused(resolved: &Resolved<'_>, plan: &TypedPlan) -> Vec<Diagnostic> {
    let helpers = resolved.definitions.iter().filter(|definition| definition.tree.word == Word::Let);
    let helpers = helpers.map(|definition| &definition.tree.name);
    // A dated table is used where the one before it is.
    let first =
        |name: &Name| resolved.symbols.get(name.text.as_str()).is_some_and(|(_, first)| first.span == name.span);
    let tables = resolved.rates.iter().map(|rates| &rates.tree.name).filter(|name| first(name));
    helpers.chain(tables).filter(|name| !plan.used.contains(&name.text)).map(warning).collect()
}

fn warning(name: &Name) -> Diagnostic {
    Diagnostic::new(Code::Unused, format!("nothing uses `{}`", name.text))
        .at(name.span, "")
        .help("leave it out, or make it a `measure` if it is to be reported")
}
