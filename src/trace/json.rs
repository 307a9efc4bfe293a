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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::{Amount, FORMAT, Formula, KeyPart, Node, PlanPlace, Rounded, Step, StepKind};

    fn trace() -> Trace {
        let amount = |text: &str| Amount::new(text.to_owned(), "USD".to_owned());
        let step = Step {
            id: String::new(),
            kind: StepKind::Formula,
            name: "third".to_owned(),
            word: "let".to_owned(),
            key: vec![KeyPart { part: "Person".to_owned(), value: "p\u{1b}1".to_owned() }],
            first: Some((1, 2)),
            conditions: Vec::new(),
            value: Some(amount("0.33")),
            rounding: Some(Rounded { exact: "1/3".to_owned(), places: 2, mode: "half up".to_owned() }),
            formula: Some(Formula { text: "1 USD / 3".to_owned(), value: Some(amount("1/3")), node: Node::Constant }),
            plan: Some(PlanPlace { file: "a.plan".to_owned(), line: 3, column: 5 }),
            data: None,
        }
        .sealed();
        Trace { format: FORMAT, plan: "a".to_owned(), root: step.id.clone(), steps: vec![step] }
    }

    #[test]
    fn json_keeps_everything() {
        let text = json(&trace());
        assert_eq!(serde_json::from_str::<Trace>(&text).unwrap(), trace());
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        insta::assert_snapshot!(text);
    }
}
