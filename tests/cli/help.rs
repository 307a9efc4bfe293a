//! The manual, and command lines that are wrong.

use crate::place::Place;

fn help(command: &str) -> String {
    let ended = Place::empty().attain(&format!("{command} --help"));
    assert_eq!((ended.status, ended.err.as_str()), (0, ""));
    ended.out
}

#[test]
fn the_manual_of_each_command() {
    insta::assert_snapshot!("help", help(""));
    insta::assert_snapshot!("help_check", help("check"));
    insta::assert_snapshot!("help_run", help("run"));
    insta::assert_snapshot!("help_estimate", help("estimate"));
    insta::assert_snapshot!("help_test", help("test"));
    insta::assert_snapshot!("help_explain", help("explain"));
    insta::assert_snapshot!("help_explain_error", help("explain-error"));
    insta::assert_snapshot!("help_verify", help("verify"));
    insta::assert_snapshot!("help_sign", help("sign"));
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    let place = Place::empty();
    for line in [
        "",
        "chekc",
        "check",
        "check --format pdf x",
        "run plans --data data --out run --format sarif",
        "explain-error",
        "explain-error E9999",
        "explain-error --list E0301",
        "check --deny errors x",
        "run plans --data data",
        "run --data data --out run",
        "test",
        "explain run",
        "explain run payout --key id",
        "explain run payout --depth deep",
        "--color sometimes check x",
    ] {
        let ended = place.attain(line);
        assert_eq!(ended.status, 2, "{line}");
        assert_eq!(ended.out, "", "{line}");
        assert!(ended.err.contains("'--help'"), "{line}: {}", ended.err);
    }
    assert_eq!(place.names(), Vec::<String>::new());
}

#[test]
fn the_version_is_told() {
    let ended = Place::empty().attain("--version");
    assert_eq!((ended.status, ended.out), (0, format!("attain {}\n", env!("CARGO_PKG_VERSION"))));
}
