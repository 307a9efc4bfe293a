//! `attain explain-error`.

use crate::place::Place;

#[test]
fn the_page_of_a_code_is_shown() {
    let place = Place::empty();
    let shown = place.attain("explain-error E0301");
    assert_eq!((shown.status, shown.err.as_str()), (0, ""));
    insta::assert_snapshot!("explain_error", shown.text());
    assert_eq!(place.attain("explain-error e0301").out, shown.out);
    assert!(place.attain("explain-error 301 --color always").out.starts_with("\u{1b}[1mE0301: "));
}

#[test]
fn the_list_has_every_code() {
    let list = Place::empty().attain("explain-error --list");
    assert_eq!(list.status, 0);
    assert!(list.out.starts_with("E0101  The text is not Attain\n"), "{}", list.out);
    assert_eq!(list.out.lines().count(), attain::diagnostics::Code::ALL.len());
}

#[test]
fn an_unknown_code_is_answered_with_one_that_is_near() {
    let ended = Place::empty().attain("explain-error E03001");
    assert_eq!((ended.status, ended.out.as_str()), (2, ""));
    assert!(ended.err.contains("did you mean `E0301`?"), "{}", ended.err);
}
