//! Spans lie on the exact words, counted in the whole file.

use crate::ids::FileId;
use crate::source::SourceFile;
use crate::syntax::parse;
use crate::syntax::tree::{ExprKind, ItemKind};

#[test]
fn spans_count_from_the_start_of_the_file() {
    let source = "# é\nedition 1\n\nlet b for each P where c  # d\n  and e =\n  f(\"é\", g ) * (h + 1 )  \n\n";
    let file = SourceFile::new(FileId(0), "a.plan", source);
    let parsed = parse(&file);
    assert!(parsed.problems.is_empty());
    let under = |span| file.slice(span);
    let comments: Vec<_> = parsed.comments.iter().map(|comment| under(comment.span)).collect();
    assert_eq!(comments, ["# é", "# d"]);
    let item = &parsed.items[1];
    assert!(under(item.span).starts_with("let b") && under(item.span).ends_with("+ 1 )"));
    let ItemKind::Define(define) = &item.kind else { panic!() };
    assert_eq!(under(define.name.span), "b");
    let grain = define.grain.as_ref().unwrap();
    assert_eq!(under(grain.span), "for each P where c  # d\n  and e");
    assert_eq!(under(grain.condition.as_ref().unwrap().span), "c  # d\n  and e");
    assert_eq!(under(define.body.span), "f(\"é\", g ) * (h + 1 )");
    let ExprKind::Binary(_, call, sum) = &define.body.kind else { panic!() };
    assert_eq!(under(call.span), "f(\"é\", g )");
    assert_eq!(under(sum.span), "(h + 1 )");
    let ExprKind::Call(_, arguments) = &call.kind else { panic!() };
    assert_eq!(under(arguments[0].span), "\"é\"");
    assert_eq!(under(arguments[1].span), "g");
}
