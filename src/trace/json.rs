//! A trace as JSON: the model of [`crate::step`] as it stands, described in `docs/trace.md`.

use crate::step::Trace;

/// The trace as JSON, indented by two spaces, with a newline at the end.
///
/// Fields keep the order of the model and nothing else flows in, so the same trace is the same text.
pub fn json(trace: &Trace) -> String {
    // The model has text, numbers and lists only, none of which can fail to be written.
    let mut text = serde_json::to_string_pretty(trace).unwrap_or_default();
    text.push('\n');
    text
}
