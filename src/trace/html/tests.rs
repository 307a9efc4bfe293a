//! The page of a small trace made by hand.

use super::*;
use crate::step::{Amount, DataCell, FORMAT, Formula, KeyPart, Node, PlanPlace, Rounded, StepKind};

const PLAN: &str = "let bonus for each Person =\n  if sales >= 100 USD\n  then 10% of sales\n  else 0\n";

fn amount(text: &str, unit: &str) -> Option<Amount> {
    Some(Amount::new(text.to_owned(), unit.to_owned()))
}

fn formula(text: &str, value: Option<Amount>, node: Node) -> Formula {
    Formula { text: text.to_owned(), value, node }
}

fn trace(person: &str) -> Trace {
    let key = vec![KeyPart { part: "Person".to_owned(), value: person.to_owned() }];
    let input = Step {
        id: String::new(),
        kind: StepKind::Input,
        name: "sales".to_owned(),
        word: "Person".to_owned(),
        key: key.clone(),
        first: None,
        conditions: Vec::new(),
        value: amount("123.45", "USD"),
        rounding: None,
        formula: None,
        plan: None,
        data: Some(DataCell { file: "people.csv".to_owned(), row: 2, column: "Sales <b>".to_owned() }),
    }
    .sealed();
    let sales = || formula("sales", amount("123.45", "USD"), Node::Step { step: input.id.clone(), at: None });
    let constant = |text: &str, value| formula(text, value, Node::Constant);
    let condition = Node::operation("greater_or_equal", vec![sales(), constant("100 USD", amount("100", "USD"))]);
    let branch = Node::operation("of", vec![constant("10%", amount("0.1", "percent")), sales()]);
    let node = Node::If {
        condition: Box::new(formula("sales >= 100 USD", amount("yes", "yes/no"), condition)),
        then: true,
        taken: Some(Box::new(formula("10% of sales", amount("12.345", "USD"), branch))),
        not_taken: "0".to_owned(),
    };
    let step = Step {
        id: String::new(),
        kind: StepKind::Formula,
        name: "bonus".to_owned(),
        word: "let".to_owned(),
        key,
        first: None,
        conditions: Vec::new(),
        value: amount("12.35", "USD"),
        rounding: Some(Rounded { exact: "12.345".to_owned(), places: 2, mode: "half up".to_owned() }),
        formula: Some(formula("if sales >= 100 USD then 10% of sales else 0", amount("12.345", "USD"), node)),
        plan: Some(PlanPlace { file: "a<.plan".to_owned(), line: 1, column: 5 }),
        data: None,
    }
    .sealed();
    Trace { format: FORMAT, plan: "small & <simple>".to_owned(), root: step.id.clone(), steps: vec![input, step] }
}

fn page(person: &str) -> String {
    html(&trace(person), &PlanTexts::from([("a<.plan".to_owned(), PLAN.to_owned())]))
}

/// What stands between the style and the script.
fn body(page: &str) -> &str {
    let (_, behind) = page.split_once("<body>").unwrap();
    behind.split_once("<script>").unwrap().0
}

#[test]
fn a_small_page() {
    insta::assert_snapshot!(body(&page("p1")));
}

#[test]
fn whatever_comes_from_outside_is_text() {
    let page = page("<script>alert(1)</script>\"'&");
    assert!(!body(&page).contains("<script") && !page.contains("alert(1)</script>"));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"));
    assert!(
        page.contains("small &amp; &lt;simple&gt;") && page.contains("Sales &lt;b&gt;") && page.contains("a&lt;.plan")
    );
}

#[test]
fn nothing_is_fetched_from_anywhere() {
    let page = page("p1");
    for word in ["http:", "https:", "src=", "@import", "url(", "<link", "//www"] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn the_branch_taken_is_marked_in_the_words_of_the_plan() {
    let page = page("p1");
    assert!(page.contains("<mark>10% of sales</mark>"));
    assert!(page.contains("<span class=\"not\">0</span>"));
}
