//! Texts that are long or deep in one place.

use crate::{codes, errors, errors_of, expecting, many};

fn code_of(text: &str) -> Vec<&'static str> {
    codes(&errors(text))
}

#[test]
fn nested_far_too_deeply() {
    let deep = many(20_000);
    let bracket =
        |open: &str, close: &str| format!("let a for each Person = {}1{}\n", open.repeat(deep), close.repeat(deep));
    assert_eq!(code_of(&bracket("(\n ", ")\n ")), ["E0104"]);
    assert_eq!(code_of(&bracket("min(\n 1, ", ")\n ")), ["E0104"]);
    assert_eq!(code_of(&bracket("not\n ", "")), ["E0104"]);
    assert_eq!(code_of(&bracket("-\n ", "")), ["E0104"]);
    assert_eq!(code_of(&bracket("sum of\n ", "")), ["E0104"]);
    assert_eq!(code_of(&bracket("if yes then 1 else\n ", "")), ["E0104"]);
    assert_eq!(code_of(&bracket("case when yes then 1 else\n ", "")), ["E0104"]);
    // A sum is not nested, and as deep as it is long only where something is taken off each time.
    assert_eq!(code_of(&bracket("1 +\n ", "")), [""; 0]);
    assert_eq!(code_of(&bracket("1 -\n ", "")), ["E0104"]);
    assert_eq!(code_of(&bracket("yes or\n ", "")), ["E0104"]);
    // On one line it is the line that is too long.
    assert_eq!(code_of(&bracket(&"(".repeat(10), &")".repeat(10))), ["E0105"]);
    assert_eq!(code_of(&format!("let a for each Person = {}\n", "(".repeat(deep))), ["E0104"]);
}

#[test]
fn a_case_of_very_many_arms() {
    let arms: String = (0..many(5_000)).map(|arm| format!("  when base = {arm} USD then {arm} USD\n")).collect();
    let found = errors(&format!("let a for each Person = case\n{arms}  else 0\n"));
    assert_eq!((codes(&found), found.len()), (vec!["E0104"], 1));
    assert!(found[0].help.as_ref().is_some_and(|help| help.contains("`rates`")), "{found:?}");
}

#[test]
fn a_sum_of_very_many_terms() {
    let number = many(5_000);
    // Every third term is taken off again: 5 - 5 + 5, and so on.
    let term = |at: usize| if at % 3 == 1 { "\n  - base" } else { "\n  + base" };
    let terms: String = (1..number).map(term).collect();
    let minus = (1..number).filter(|at| at % 3 == 1).count();
    let pay = format!("pay p for each Person, month = base{terms}\n");
    assert_eq!(code_of(&format!("{pay}{}", expecting(&format!("{} USD", 5 * (number - 2 * minus))))), [""; 0]);
    let products: String = (1..number).map(|at| format!("\n  + {at} * -1 USD")).collect();
    let pay = format!("pay p for each Person, month = base{products}\n");
    let sum = number * (number - 1) / 2;
    let expected = format!("-{} USD", sum - 5);
    assert_eq!(code_of(&format!("{pay}{}", expecting(&expected))), [""; 0]);
}

#[test]
fn long_lines_names_and_texts() {
    let (line, name) = (" + 1".repeat(250_000), "n".repeat(100_000));
    assert_eq!(code_of(&format!("let a for each Person = 1{line}\n")), ["E0105"]);
    assert_eq!(code_of(&format!("# {line}\n")), [""; 0], "a comment may be as long as it likes");
    assert_eq!(code_of(&format!("let {name} for each Person = base\n")), ["E0105"]);
    assert_eq!(code_of(&format!("let a for each Person = \"{name}\"\n")), ["E0105"]);
    // Long, but not too long: it is a name like any other.
    let name = "n".repeat(30_000);
    let pay = format!("let {name} for each Person = base\npay p for each Person, month =\n  {name}\n");
    assert_eq!(code_of(&format!("{pay}{}", expecting("5 USD"))), [""; 0]);
    assert_eq!(code_of(&format!("pay p for each Person, month = {name}\n")), ["E0205"]);
}

#[test]
fn files_that_are_no_plan() {
    let alone = |text: String| codes(&errors_of([("p.plan".to_owned(), text)].into(), "p.plan"));
    assert_eq!(alone(String::new()), ["E0206"]);
    assert_eq!(alone(" \r\n\t\n".to_owned()), ["E0206"]);
    assert_eq!(alone("\u{feff}".to_owned()), ["E0206"]);
    assert_eq!(alone("x".repeat(11 * 1024 * 1024)), ["E0105"]);
    assert_eq!(alone("\0".repeat(1_000_000)), ["E0107"]);
    assert_eq!(alone("\"".repeat(50_000)), ["E0101"]);
    assert_eq!(alone("}\n".repeat(many(10_000))), ["E0101"]);
    assert_eq!(alone("foo bar\n".repeat(many(10_000))), ["E0101"]);
    assert_eq!(alone("record X {\n".repeat(many(1_000))), ["E0101"]);
}

#[test]
fn characters_that_cannot_be_seen() {
    let found = errors(
        "let a for each Person = \u{202e}1 USD \u{2066}+\u{2069} base # \u{202d}\nlet b\0 for each Person = base\n",
    );
    assert_eq!(codes(&found), ["E0107"]);
    assert_eq!(found.len(), 2, "one for each line");
    assert_eq!(errors(&"# \u{202e}\n".repeat(1_000)).len(), 20, "the rest would say nothing new");
}

#[test]
fn merge_conflicts() {
    let both = "<<<<<<< ours\nlet a for each Person = 1\n=======\nlet a for each Person = 2\n>>>>>>> theirs\n";
    let found = errors(both);
    assert_eq!((codes(&found), found.len()), (vec!["E0102"], 1));
    assert_eq!(code_of(&"<<<<<<< ours\n".repeat(many(2_000))), ["E0102"]);
    assert_eq!(code_of(&"=======\n".repeat(many(2_000))), ["E0102"]);
    assert_eq!(code_of(">>>>>>> theirs"), ["E0102"]);
}

#[test]
fn line_ends_of_all_ages() {
    let pay = format!("# pay\npay p for each Person, month = base\n{}", expecting("5 USD"));
    let file = |end: &str| format!("\u{feff}{}{pay}", crate::HEAD).replace('\n', end);
    for end in ["\n", "\r\n", "\r", "\n\n", "\r\r\n"] {
        let files = [("p.plan".to_owned(), file(end))].into();
        assert_eq!(errors_of(files, "p.plan"), [], "{end:?}");
    }
}

#[test]
fn very_many_of_each_thing() {
    let rows: String = (0..many(5_000)).map(|row| format!("  from {row}  {row}\n")).collect();
    let rates = format!("rates r by x, step {{\n{rows}}}\nlet a for each Person = r(3)\n");
    assert_eq!(code_of(&rates), [""; 0]);
    let values: String = (0..many(5_000)).map(|value| format!("\n  | C{value}")).collect();
    assert_eq!(code_of(&format!("choice Big = C{values}\n")), [""; 0]);
    let columns: String = (0..many(5_000)).map(|column| format!("  c{column} USD\n")).collect();
    assert_eq!(code_of(&format!("record W from \"w.csv\" {{ key id text\n{columns}}}\n")), [""; 0]);
    let arguments = "base,\n ".repeat(many(5_000));
    assert_eq!(code_of(&format!("let a for each Person = min({arguments} base)\n")), [""; 0]);
    let path = ".base".repeat(10_000);
    assert_eq!(code_of(&format!("let a for each Person = base{path}\n")), ["E0301"]);
    let looks = "let a for each Person = base ≥ 1 USD\n".repeat(many(2_000));
    assert_eq!(code_of(&looks), ["E0102", "E0204"]);
}
