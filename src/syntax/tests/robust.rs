//! Nothing makes the parser panic, overflow or hang.

use proptest::prelude::*;

use crate::ids::FileId;
use crate::source::SourceFile;
use crate::syntax::{Parsed, parse};

const PLANS: [&str; 2] = [include_str!("records.plan"), include_str!("whole.plan")];

/// Parses and checks what holds for every text.
fn parsed(source: &str) -> Parsed {
    let file = SourceFile::new(FileId(0), "a.plan", source);
    let parsed = parse(&file);
    let length = file.text.len() as u32;
    for problem in &parsed.problems {
        let span = problem.labels[0].span;
        assert!(span.start <= span.end && span.end <= length, "{problem:?}");
        assert!(file.text.is_char_boundary(span.start as usize), "{problem:?}");
        assert!(file.text.is_char_boundary(span.end as usize), "{problem:?}");
        assert!(!problem.message.ends_with('.'), "{problem:?}");
    }
    parsed
}

fn codes(source: &str) -> Vec<&'static str> {
    parsed(source).problems.iter().map(|problem| problem.code.text()).collect()
}

#[test]
fn deep_nesting_is_refused_and_the_rest_is_read() {
    let deep = |open: &str, close: &str, count: usize| {
        format!("let a = {}1{}\nlet b = 2\n", open.repeat(count), close.repeat(count))
    };
    for count in [300, 10_000] {
        for (open, close) in [
            ("(", ")"),
            ("- ", ""),
            ("not ", ""),
            ("f(", ")"),
            ("1 - ", ""),
            ("1 of ", ""),
            ("if a then b else ", ""),
            ("if ", " then a else b"),
            ("sum of (", ")"),
            ("(a or ", ")"),
            ("a in USD using F at (", ")"),
            ("if(1, ", ", 2)"),
            ("largest (x where ", ")"),
            ("(a and sum of b where ", ")"),
            ("case x when y then ", " else z"),
            ("case (", ") when y then z"),
            ("months from (", ") to b"),
        ] {
            let source = deep(open, close, count);
            let parsed = parsed(&source);
            assert_eq!(parsed.items.len(), 1, "{open}");
            assert_eq!(parsed.problems.len(), 1, "{open} {:?}", parsed.problems);
        }
    }
    assert_eq!(codes(&deep("(", ")", 10_000)), ["E0104"]);
    assert_eq!(codes(&deep("1 - ", "", 10_000)), ["E0104"]);
    assert_eq!(codes(&deep("1 + ", "", 10_000)), [""; 0], "a sum is as long as it likes");
    assert_eq!(codes(&deep("if a then b else ", "", 300)), ["E0104"]);
}

#[test]
fn shallow_nesting_is_read() {
    for count in [1, 50, 150] {
        let source = format!("let a = {}1{}", "(".repeat(count), ")".repeat(count));
        assert_eq!(codes(&source), [""; 0], "{count}");
        let source = format!("let a = {}1", "1 + ".repeat(count));
        assert_eq!(codes(&source), [""; 0], "{count}");
    }
}

#[test]
fn long_lines_and_files_are_refused() {
    let long = "a + ".repeat(20_000);
    let source = format!("let a = {long}\nlet b = 1\nlet c = \"{}", "x".repeat(70_000));
    assert_eq!(codes(&source), ["E0105", "E0105"]);
    assert_eq!(parsed(&source).items.len(), 1);
    assert_eq!(codes(&"let a = 1\n".repeat(1_100_000)), ["E0105"]);
}

#[test]
fn wide_tables_are_read() {
    let row = "    \"d1\" | 2026-01-15 | 200,000 USD | new\n".repeat(2_000);
    let source = format!("test \"t\" {{\n  given D {{\n    a | b | c | d\n{row}  }}\n}}\n");
    assert_eq!(codes(&source), [""; 0]);
}

/// A place between two characters near a fraction of the text.
fn place(text: &str, at: usize) -> usize {
    let at = at.checked_rem(text.len()).unwrap_or(0);
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(source in "\\PC{0,200}") {
        parsed(&source);
    }

    #[test]
    fn words_and_signs_in_any_order(words in prop::collection::vec(prop::sample::select(vec![
        "let", "record", "test", "rates", "credit", "plan", "given", "expect", "{", "}", "(", ")", "\n", "\n  ", "=",
        "|", "\"", "\\", "#", "if", "then", "else", "sum of", "where", "for each", "x", "1,000", "5%", "$", "“", "≥",
        "2026-01", "-", "or", "in", ",", "<<<<<<<", "=======", ":", "as", "USD", "\u{a0}", "\r\n", "\t", ".", "days",
    ]), 0..60)) {
        parsed(&words.join(" "));
        parsed(&words.concat());
    }

    #[test]
    fn broken_plans(which in 0..2usize, kind in 0..3u8, a in any::<usize>(), b in any::<usize>(), c in any::<usize>()) {
        let text = PLANS[which];
        let (a, b, c) = (place(text, a), place(text, b), place(text, c));
        let mut at = [a, b, c];
        at.sort();
        let [a, b, c] = at;
        let (one, two, three, four) = (&text[..a], &text[a..b], &text[b..c], &text[c..]);
        let source = match kind {
            0 => format!("{one}{three}{four}"),
            1 => format!("{one}{two}{two}{three}{four}"),
            _ => format!("{one}{three}{two}{four}"),
        };
        parsed(&source);
    }
}
