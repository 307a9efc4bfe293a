//! Whatever the labels and the text: rendering ends, in time, and hides nothing.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use attain::diagnostics::{Code, Diagnostic, Format, Options, render};
use attain::ids::{FileId, IdVec};
use attain::source::{SourceFile, Span};
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "let a = 1",
        "\n",
        "\r\n",
        "\r",
        "\t",
        " ",
        "é",
        "日本",
        "\u{1b}[31m",
        "\u{202e}",
        "e\u{301}",
        "\u{200b}",
        "👩‍🚀",
        "\u{85}",
        "\u{2028}",
        "a_long_name_without_a_break_anywhere_in_it",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_labels_on_any_text(
        first in text(),
        second in text(),
        labels in prop::collection::vec((0_u32..3, 0_u32..400, 0_u32..60, text()), 0..12),
        width in 0_usize..130,
        unicode: bool,
        colour: bool,
    ) {
        let mut sources = IdVec::new();
        for (path, text) in [("a.plan", first), ("b\n.plan", second)] {
            sources.push(SourceFile::new(sources.next_id(), path, text));
        }
        let mut problem = Diagnostic::new(Code::Syntax, "the message");
        for (file, start, wide, words) in labels {
            let span = Span { file: FileId(file), start, end: start + wide };
            problem = problem.at(span, words);
        }
        for format in [Format::Human, Format::Concise, Format::Json] {
            let options = Options { format, colour, unicode, width, shown: 20 };
            let shown = render(std::slice::from_ref(&problem), &sources, &options);
            prop_assert!(shown.contains("the message"));
            let acts = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
            prop_assert!((colour && format == Format::Human) || !shown.contains(acts));
        }
    }
}

#[test]
fn a_thousand_problems_in_sixteen_megabytes() {
    let text = "let a = amont * 2 # a line of the plan\n".repeat(420_000);
    let mut sources = IdVec::new();
    let id = sources.push(SourceFile::new(FileId(0), "big.plan", text));
    let problems: Vec<_> = (0..1000)
        .map(|index| {
            let start = 39 * 419 * index + 8;
            let span = Span { file: id, start, end: start + 5 };
            Diagnostic::new(Code::UnknownName, "`amont` means nothing here").at(span, "")
        })
        .collect();
    let options = Options { shown: 1000, ..Options::default() };
    let shown = render(&problems, &sources, &options);
    assert!(shown.contains("big.plan:418582:9"), "the last: line 419 * 999 + 1");
}
