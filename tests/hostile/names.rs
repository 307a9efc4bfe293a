//! Very many definitions, and what they need of each other.

use std::collections::BTreeMap;

use attain::data::{Memory, load};
use attain::{compile, engine, project, reference};

use crate::{HEAD, codes, errors, expecting, many, soon};

/// Definitions of which each reads the one before, in any order, with what is paid in the end.
fn chain(length: usize, backwards: bool) -> String {
    let mut links: Vec<String> =
        (1..length).map(|link| format!("let a{link} for each Person = a{} + 1 USD\n", link - 1)).collect();
    links.push(format!("pay p for each Person, month = a{}\n", length - 1));
    links.insert(0, "let a0 for each Person = base\n".to_owned());
    if backwards {
        links.reverse();
    }
    links.concat()
}

#[test]
fn a_chain_of_definitions_has_its_value() {
    let length = many(3_000);
    // 5 USD, and 1 USD for each link after the first.
    let expected = expecting(&format!("{} USD", 5 + length - 1));
    assert_eq!(errors(&format!("{}{expected}", chain(length, false))), []);
    assert_eq!(errors(&format!("{}{expected}", chain(length, true))), []);
}

#[test]
fn a_credit_rule_reads_the_end_of_a_chain() {
    // Longer than definitions are followed from a reader.
    let length = 12_000;
    let rule = format!("credit c for each Person {{ to id  on 2026-01-05  amount a{} }}\n", length - 1);
    let text = chain(length, true).replace("pay p for each Person, month = a", "let q for each Person = a");
    let found = errors(&format!("{text}{rule}"));
    let told: Vec<_> = found.iter().map(|problem| (problem.code.text(), &problem.message)).collect();
    assert!(!codes(&found).contains(&"E0104"), "{told:?}");
}

#[test]
fn both_interpreters_follow_a_chain() {
    let text = format!("{HEAD}{}", chain(many(2_000), true));
    soon(move || {
        let files: BTreeMap<String, String> = [("p.plan".to_owned(), text)].into();
        let project = project::load(&files, &["p.plan".to_owned()]);
        let (plans, problems) = compile::plans(&project);
        assert_eq!(problems, []);
        let program = &plans[0].program;
        let tables = load(program, &Memory::new().with("people.csv", "id,base\np1,5.00\np2,6.00\n"), &[]).unwrap();
        let fast = engine::run(program, &tables).unwrap();
        let plain = reference::run(program, &tables).unwrap();
        let pay = program.names.columns.pairs().find(|(_, named)| named.name == "p").unwrap().0;
        assert_eq!(fast.tables.column(pay), plain.tables.column(pay));
        // A trace begins at the end of the chain.
        let key = ["p1".to_owned(), "2026-01".to_owned()];
        let trace = reference::trace(program, &tables, pay, &key).unwrap();
        assert!(trace.steps.len() >= many(2_000));
    });
}

#[test]
fn definitions_that_nothing_reads() {
    let flat: String =
        (0..many(3_000)).map(|number| format!("let a{number} for each Person = base * {number}\n")).collect();
    assert_eq!(errors(&flat), [], "each is warned of");
}

/// Definitions that need each other in one circle.
fn circle(length: usize) -> String {
    (0..length).map(|n| format!("let a{n} for each Person = a{} + 1 USD\n", (n + 1) % length)).collect()
}

#[test]
fn one_circle_of_all_definitions() {
    let found = errors(&circle(many(2_000)));
    assert_eq!((codes(&found), found.len()), (vec!["E0308"], 1));
    assert!(found[0].message.len() < 500 && found[0].labels.len() < 50, "{}", found[0].message);
    let found = errors(&circle(12_000));
    assert_eq!((codes(&found), found.len()), (vec!["E0104"], 1), "it is not followed all the way");
}

#[test]
fn one_circle_through_the_period_before() {
    let balances = |length: usize| -> String {
        let next = |n| (n + 1) % length;
        let balance =
            |n| format!("balance a{n} for each Person, month as USD =\n  previous a{} starting at 0\n", next(n));
        (0..length).map(balance).collect()
    };
    assert_eq!(errors(&balances(many(1_000))), []);
}

#[test]
fn grains_that_alternate() {
    let mut text = "let a0 for each Person = base\n".to_owned();
    for link in 1..many(1_000) {
        text += &match link % 2 {
            0 => format!("let a{link} for each Person = sum of a{}\n", link - 1),
            _ => format!("let a{link} for each Person, year = a{}\n", link - 1),
        };
    }
    text += &format!("pay p for each Person, month = a{}\n", (many(1_000) - 1) / 2 * 2);
    assert_eq!(errors(&format!("{text}{}", expecting("5 USD"))), [], "a sum of one is that one");
}

#[test]
fn unknown_and_double_names() {
    let unknown: String = (0..many(2_000)).map(|n| format!("let a{n} for each Person = bsae{n} + nope{n}\n")).collect();
    assert_eq!(codes(&errors(&unknown)), ["E0205"]);
    let double = "let a for each Person = base\n".repeat(many(3_000));
    assert_eq!(codes(&errors(&double)), ["E0204"]);
}

#[test]
fn records_that_refer_in_a_circle() {
    let number = many(1_000);
    let records: String = (0..number)
        .map(|n| format!("record R{n} from \"r.csv\" {{\n  key id text\n  other R{}\n}}\n", (n + 1) % number))
        .collect();
    assert_eq!(errors(&records), []);
}

#[test]
fn very_many_tests() {
    let tests = expecting("5 USD").repeat(many(200));
    assert_eq!(errors(&format!("pay p for each Person, month = base\n{tests}")), []);
}
